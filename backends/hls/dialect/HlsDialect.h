//===- HlsDialect.h - Dataflow designs of streaming stages ------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT_H
#define QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT_H

#include "backends/hls/Reorder.h"
#include "dialects/qnn/QnnDialect.h"
#include "dialects/qnn/ValueBounds.h"
#include "mlir/IR/SymbolTable.h"

#include "backends/hls/dialect/HlsDialect.h.inc"

#include "backends/hls/dialect/HlsAttrInterfaces.h.inc"

#define GET_TYPEDEF_CLASSES
#include "backends/hls/dialect/HlsTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "backends/hls/dialect/HlsAttributes.h.inc"

namespace qcompile::hls {

/// Bits of a stream word: what the vendor's integer types and tools handle without trouble.
inline constexpr int64_t kMaxWordBits = 4096;

/// Bits of a number that an accumulator or an activation computes with.
inline constexpr int64_t kMaxNumberBits = 62;

} // namespace qcompile::hls

#include "backends/hls/dialect/HlsOpInterfaces.h.inc"

#define GET_OP_CLASSES
#include "backends/hls/dialect/HlsOps.h.inc"

#endif // QCOMPILE_BACKENDS_HLS_DIALECT_HLSDIALECT_H
