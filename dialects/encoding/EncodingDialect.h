//===- EncodingDialect.h - How weights are stored ---------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ENCODING_ENCODINGDIALECT_H
#define QCOMPILE_DIALECTS_ENCODING_ENCODINGDIALECT_H

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"

#include "dialects/data/DataDialect.h"
#include "runtime/core/tensor.h"

namespace qcompile::encoding {
class EncodingAttr;
class HeldEncodings;
} // namespace qcompile::encoding

#include "dialects/encoding/EncodingDialect.h.inc"
#include "dialects/encoding/EncodingInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/encoding/EncodingAttributes.h.inc"

namespace qcompile::encoding {

/// The discardable attribute of a constant of the `onnx` dialect that holds its structure, an EncodingAttr: of the
/// integer codes where a quantizer stands behind the constant, else of the floats.
inline constexpr llvm::StringLiteral kStructureAttr = "encoding.structure";

/// The structure of a constant operation of the `onnx` dialect, or null.
EncodingAttr getStructure(mlir::Operation *constant);

/// The structure of weights whose dimension d is dimension perm[d] of those that have `encoding`. Null for null, and
/// where `encoding` sees its weights under another shape.
EncodingAttr permuteEncoding(EncodingAttr encoding, llvm::ArrayRef<int64_t> perm);

/// The structure of weights of shape `from` under the shape `to`, which cuts or joins dimensions.
EncodingAttr reshapeEncoding(EncodingAttr encoding, llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

/// The structure of weights of shape `from` that are seen as `view`, permuted, and seen as `to`. `view` cuts each
/// dimension of `from` into adjacent ones.
EncodingAttr rearrangeEncoding(EncodingAttr encoding, llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> view,
                               llvm::ArrayRef<int64_t> perm, llvm::ArrayRef<int64_t> to);

/// Fails (C1) where `encoding` does not fit weights of that shape.
absl::Status checkShape(EncodingAttr encoding, llvm::ArrayRef<int64_t> shape);

/// checkElements() of a constant, which is made once in a context: verifiers run behind every pass.
absl::Status checkConstant(EncodingAttr encoding, data::ConstantAttr constant);

/// `encoding`, or null where it is null or the elements do not have the structure.
EncodingAttr keepIfHeld(EncodingAttr encoding, const runtime::Tensor &tensor);

/// The bits that a constant's codes take in its storage: those of the encoding, or elements times the type's width.
int64_t getStoredBits(data::ConstantAttr constant, EncodingAttr encoding);

} // namespace qcompile::encoding

#endif // QCOMPILE_DIALECTS_ENCODING_ENCODINGDIALECT_H
