//===- LinearParameters.h - What QuantizeLinear and DequantizeLinear scale by -*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_LINEARPARAMETERS_H
#define QCOMPILE_PASSES_REWRITING_LINEARPARAMETERS_H

#include <optional>
#include <string>

#include "mlir/IR/Operation.h"
#include "runtime/core/attributes.h"

namespace qcompile {

/// Whether a QuantizeLinear or DequantizeLinear computes in float32: its scale, its floats and its quotient have no
/// other type.
bool computesInFloat32(mlir::Operation *op);

/// Whether two of QuantizeLinear and DequantizeLinear have the same constant scale and zero point along the same
/// dimension. No zero point is one of 0.
bool haveSameParameters(mlir::Operation *a, mlir::Operation *b);

/// `axis` and `block_size` of a QuantizeLinear or DequantizeLinear, as the runtime takes them.
runtime::Attributes getAxisAttributes(mlir::Operation *op);

/// Scale or zero point of a DequantizeLinear as a tensor that broadcasts against its result by numpy's rules: a scalar
/// where it is one number. Nothing, with the reason, where it does not fit.
std::optional<runtime::Tensor> spreadParameter(mlir::Operation *op, const runtime::Tensor &parameter,
                                               std::string &reason);

/// The dimension along which parameters that broadcast against a value of `rank` dimensions vary: kNoAxis where each is
/// one number.
inline constexpr int64_t kNoAxis = -1, kSeveralAxes = -2;
int64_t findAxis(std::initializer_list<const runtime::Tensor *> parameters, int64_t rank);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_LINEARPARAMETERS_H
