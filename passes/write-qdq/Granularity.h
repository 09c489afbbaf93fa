//===- Granularity.h - For which elements a scale is ------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_WRITEQDQ_GRANULARITY_H
#define QCOMPILE_PASSES_WRITEQDQ_GRANULARITY_H

#include <optional>
#include <string>

#include "mlir/IR/BuiltinTypes.h"
#include "passes/rewriting/OnnxSteps.h"
#include "runtime/core/tensor.h"

namespace qcompile {

/// Scale and zero point as QuantizeLinear and DequantizeLinear have them: one number for all elements, one per index of
/// `axis`, or, where `block` is not 0, one per index of every dimension, and so many neighbours along `axis` share one.
struct Granularity {
  runtime::Tensor scale, zeroPoint; ///< float32, of one shape
  int64_t axis = 0, block = 0;
  llvm::SmallVector<mlir::NamedAttribute> getAttributes(OnnxSteps &steps) const;
};

/// The form with the fewest numbers for parameters that broadcast against a value of `type`. Nothing, with the reason,
/// where there is none in `opset` (0: any).
std::optional<Granularity> getGranularity(mlir::RankedTensorType type, const runtime::Tensor &scale,
                                          const runtime::Tensor &zeroPoint, int64_t opset, std::string &reason);

} // namespace qcompile

#endif // QCOMPILE_PASSES_WRITEQDQ_GRANULARITY_H
