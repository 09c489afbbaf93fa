//===- Weights.h - Integer weights of linear operations ---------*- C++ -*-===//
//
// sum over k of s_x[k] (x[k] - z_x[k]) * s_w[m,k] (q[m,k] - z_w[m,k]). Weights lose their zero point. Where the
// products s_x[k] s_w[m,k] of one output m are equal, they are its scale; else they are integer multiples of a common
// unit, and the multiples become part of the weights. The input keeps its zero point, which becomes a constant per
// output:
//   scale[m] * (sum over k of x[k] w[m,k] - zeroPoint[m]).
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_WEIGHTS_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_WEIGHTS_H

#include "passes/convert-onnx-to-qnn/IntegerForm.h"

namespace qcompile {

/// Where element i of the weights takes part.
struct WeightLayout {
  int64_t outputs;                                ///< number of outputs
  llvm::function_ref<int64_t(int64_t)> outputOf;  ///< the output that it adds to
  llvm::function_ref<int64_t(int64_t)> channelOf; ///< the index along the input form's axis
};

struct IntegerWeights {
  runtime::Tensor codes;          ///< in the shape of the source's weights
  std::vector<double> scale;      ///< per output, or one
  std::vector<int64_t> zeroPoint; ///< per output, or one
};

/// Nothing, with the reason, where there is no exact integer form.
std::optional<IntegerWeights> makeIntegerWeights(const runtime::QuantizedView &view, const WeightLayout &layout,
                                                 const IntegerForm &input, double alpha, std::string &reason);

/// Gives the sums of a linear operation, read by `form`, their bias as exact doubles, one per output or one for all.
/// What of a bias has no place in a double goes into the zero points.
bool readBias(const runtime::Value &value, float beta, int64_t outputs, IntegerForm &form, std::string &reason);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_WEIGHTS_H
