//===- DataDialect.h - Constants of any element type ------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_DATA_DATADIALECT_H
#define QCOMPILE_DIALECTS_DATA_DATADIALECT_H

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"

#include "dialects/data/ConstantStore.h"
#include "runtime/core/tensor.h"

#include "dialects/data/DataDialect.h.inc"
#include "dialects/data/DataTypeInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/data/DataAttributes.h.inc"

#endif // QCOMPILE_DIALECTS_DATA_DATADIALECT_H
