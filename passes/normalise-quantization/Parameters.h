//===- Parameters.h - Constant parameters of quantizers ---------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_NORMALISEQUANTIZATION_PARAMETERS_H
#define QCOMPILE_PASSES_NORMALISEQUANTIZATION_PARAMETERS_H

#include <optional>

#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "mlir/IR/Builders.h"
#include "passes/rewriting/Quantizer.h"
#include "runtime/core/attributes.h"

namespace qcompile::normalise {

/// An error that names the node.
mlir::InFlightDiagnostic nodeError(mlir::Operation *op, Code code);
/// A warning that names the node, which stays as it is; the text says why.
void leave(mlir::Operation *op, Code code, const llvm::Twine &reason);

/// The constant that `value` is (getConstant), with an error that names the parameter where it is none.
data::ConstantAttr requireConstant(mlir::Operation *op, mlir::Value parameter, llvm::StringRef name);

mlir::LogicalResult checkScale(mlir::Operation *op, data::ConstantAttr scale);
mlir::LogicalResult checkZeroPoint(mlir::Operation *op, data::ConstantAttr zeroPoint);
mlir::LogicalResult checkBitWidth(mlir::Operation *op, data::ConstantAttr bitWidth);

/// A constant of its own in front of `builder`'s place.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name,
                         const runtime::Tensor &tensor);

/// `axis` as the runtime takes it.
runtime::Attributes makeAxis(int64_t axis);

} // namespace qcompile::normalise

#endif // QCOMPILE_PASSES_NORMALISEQUANTIZATION_PARAMETERS_H
