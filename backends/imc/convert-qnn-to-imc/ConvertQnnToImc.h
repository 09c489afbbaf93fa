//===- ConvertQnnToImc.h - From the integer core to a program ---*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_CONVERTQNNTOIMC_H
#define QCOMPILE_BACKENDS_IMC_CONVERTQNNTOIMC_H

#include "backends/imc/dialect/ImcDialect.h"
#include "mlir/Pass/Pass.h"

namespace qcompile::imc {

#define GEN_PASS_DECL
#include "backends/imc/convert-qnn-to-imc/ConvertQnnToImc.h.inc"
#define GEN_PASS_REGISTRATION
#include "backends/imc/convert-qnn-to-imc/ConvertQnnToImc.h.inc"

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_CONVERTQNNTOIMC_H
