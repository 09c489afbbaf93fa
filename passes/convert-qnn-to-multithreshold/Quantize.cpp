//===- Quantize.cpp - Floats to codes -------------------------------------===//
#include <bit>
#include <cmath>

#include "passes/convert-qnn-to-multithreshold/Counts.h"
#include "passes/convert-qnn-to-multithreshold/Writer.h"
#include "passes/rewriting/LinearParameters.h"
#include "passes/rewriting/QuantizerRounding.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// Floats in their order as integers: 0 is +0, -1 is the one below (-0).
static float getFloat(int32_t position) {
  return position >= 0 ? std::bit_cast<float>(position) : -std::bit_cast<float>(~position);
}

/// The least float whose code is at least `code`, for a quantizer whose codes end below `high` nowhere.
static float findThreshold(int64_t code, llvm::function_ref<int64_t(float)> quantize) {
  int32_t high = std::bit_cast<int32_t>(std::numeric_limits<float>::infinity()), low = ~high;
  if (quantize(getFloat(low)) >= code)
    return getFloat(low);
  while (high - int64_t(low) > 1) {
    auto middle = int32_t((int64_t(low) + high) >> 1);
    (quantize(getFloat(middle)) >= code ? high : low) = middle;
  }
  return getFloat(high);
}

bool MultithresholdWriter::writeQuantize(qnn::QuantizeOp op, std::string &reason) {
  Quantizer quantizer;
  quantizer.op = op;
  quantizer.input = op.getInput();
  quantizer.scale = op.getScale().getTensor();
  quantizer.zeroPoint = op.getZeroPoint().getTensor();
  StringRef name = op.getRounding();
  quantizer.rounding = *runtime::ParseRoundingMode(absl::string_view(name.data(), name.size()));
  quantizer.low = op.getLow();
  quantizer.high = op.getHigh();
  OnnxSteps steps(op);
  auto type = cast<RankedTensorType>(op.getInput().getType());
  int64_t axis = findAxis({&quantizer.scale, &quantizer.zeroPoint}, type.getRank());
  size_t rows = std::max(quantizer.scale.size(), quantizer.zeroPoint.size());
  std::string ignored;
  if (quantizer.high - quantizer.low > 255 || axis == kSeveralAxes || !hasLayout(type, axis, rows, ignored)) {
    set(op, writeCodes(steps, quantizer));
    return true;
  }
  Counts counts;
  counts.bias = float(quantizer.low);
  counts.datatype = getDatatypeName(tensorOf(op.getResult()).getElementType());
  for (size_t c = 0; c < rows; ++c) {
    auto at = [&](const Tensor &t) { return t.Floats()[t.size() == 1 ? 0 : c]; };
    float scale = at(quantizer.scale), zeroPoint = at(quantizer.zeroPoint);
    auto quantize = [&](float x) {
      float quotient = x / scale, sum = quotient + zeroPoint;
      return runtime::RoundAndClamp(sum, quantizer.rounding, quantizer.low, quantizer.high);
    };
    std::vector<float> row;
    for (int64_t code = quantizer.low + 1; code <= quantizer.high; ++code)
      row.push_back(findThreshold(code, quantize));
    counts.rows.push_back(std::move(row));
  }
  set(op, writeCounts(steps, op.getInput(), std::max<int64_t>(axis, 1), std::move(counts), /*last=*/true));
  return true;
}

} // namespace qcompile
