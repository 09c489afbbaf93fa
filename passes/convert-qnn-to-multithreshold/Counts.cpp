//===- Counts.cpp - MultiThreshold nodes ----------------------------------===//
#include "passes/convert-qnn-to-multithreshold/Counts.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

bool hasLayout(RankedTensorType type, int64_t axis, size_t rows, std::string &reason) {
  int64_t rank = type.getRank();
  if (rank < 2)
    reason = "MultiThreshold takes tensors of two or more dimensions, found " + std::to_string(rank);
  else if (rows > 1 && axis != 1 && axis != rank - 1)
    reason = "MultiThreshold has channels along dimension 1 or the last one, found dimension " + std::to_string(axis);
  return reason.empty();
}

static StringRef getLayout(int64_t rank, int64_t axis) {
  if (axis == 1 && rank > 2)
    return "NCHW";
  return rank == 2 ? "NC" : rank == 3 ? "NWC" : "NHWC";
}

Value writeCounts(OnnxSteps &steps, Value x, int64_t axis, Counts counts, bool last) {
  size_t levels = 1;
  for (const std::vector<float> &row : counts.rows)
    levels = std::max(levels, row.size());
  std::vector<float> flat;
  for (std::vector<float> &row : counts.rows) {
    row.resize(levels, counts.filler);
    flat.insert(flat.end(), row.begin(), row.end());
  }
  Value thresholds =
      steps.constant("thresholds", Tensor::FromFloats({int64_t(counts.rows.size()), int64_t(levels)}, flat));
  auto type = cast<RankedTensorType>(x.getType());
  NamedAttribute attributes[] = {steps.attribute("out_dtype", counts.datatype),
                                 steps.attribute("out_scale", counts.scale), steps.attribute("out_bias", counts.bias),
                                 steps.attribute("data_layout", getLayout(type.getRank(), axis))};
  if (last)
    return steps.last("MultiThreshold", {x, thresholds}, attributes, type);
  return steps.apply("MultiThreshold", {x, thresholds}, attributes, type);
}

} // namespace qcompile
