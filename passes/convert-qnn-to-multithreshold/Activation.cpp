//===- Activation.cpp - Thresholds, tables, requantization ----------------===//
#include <cmath>

#include "passes/convert-qnn-to-multithreshold/Counts.h"
#include "passes/convert-qnn-to-multithreshold/EveryCode.h"
#include "passes/convert-qnn-to-multithreshold/FloatIntegers.h"
#include "passes/convert-qnn-to-multithreshold/Writer.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// A value that is compared the other way round where its channel falls.
static Value turn(OnnxSteps &steps, Value x, int64_t axis, ArrayRef<int64_t> directions) {
  if (!llvm::is_contained(directions, -1))
    return x;
  runtime::Shape shape(directions.size() > 1 ? cast<RankedTensorType>(x.getType()).getRank() : 0, 1);
  if (directions.size() > 1)
    shape[axis] = int64_t(directions.size());
  std::vector<float> signs(directions.begin(), directions.end());
  return steps.apply("Mul", {x, steps.constant("directions", Tensor::FromFloats(shape, signs))}, {}, x.getType());
}

/// A threshold that no code reaches, whatever its sign.
static float getFiller(qnn::Bounds bounds) {
  return getFloatAbove(std::max(std::abs(bounds.low), std::abs(bounds.high)));
}

bool MultithresholdWriter::writeThreshold(qnn::ThresholdOp op, std::string &reason) {
  ArrayRef<int64_t> directions = op.getDirections();
  int64_t axis = op.getAxis();
  auto type = cast<RankedTensorType>(op.getInput().getType());
  if (!hasLayout(type, axis, directions.size(), reason))
    return false;
  bool floats = type.getElementType().isF32();
  Tensor thresholds = op.getThresholds().getTensor();
  int64_t levels = thresholds.shape()[1];
  Counts counts;
  counts.scale = float(int64_t(op.getStep()));
  counts.bias = float(int64_t(op.getLow()));
  counts.datatype = getDatatypeName(tensorOf(op.getResult()).getElementType());
  auto shorter = coarse.find(op.getInput());
  bool isCoarse = shorter != coarse.end();
  double filler = floats     ? std::numeric_limits<double>::infinity()
                  : isCoarse ? getFiller(shorter->second.bounds)
                             : getFiller(qnn::getValueBounds(op.getInput()));
  for (auto [c, direction] : llvm::enumerate(directions)) {
    // x <= t where it falls: -x >= -t. Integers beyond all values are the same as the next one above, which need not be
    // rounded.
    std::vector<float> row;
    for (int64_t t = 0; t < levels; ++t) {
      double threshold = thresholds.DoubleAt(int64_t(c) * levels + t);
      if (isCoarse)
        threshold = double(shorter->second.mapThreshold(threshold, direction));
      threshold *= double(direction);
      if (!floats && threshold > kLargestFloatInteger)
        threshold = filler;
      row.push_back(float(std::clamp(threshold, -filler, filler)) + 0.0f);
    }
    counts.rows.push_back(std::move(row));
  }
  OnnxSteps steps(op);
  Value x = floats ? op.getInput() : get(op.getInput());
  if (!turned.contains(op.getInput()))
    x = turn(steps, x, axis, directions);
  set(op, writeCounts(steps, x, axis, std::move(counts), /*last=*/true));
  return true;
}

namespace {
/// The codes that a function gives on consecutive integers, channel by channel.
struct Function {
  int64_t first; ///< the least integer
  std::vector<std::vector<int64_t>> rows;
};
} // namespace

/// The steps of one row: integers at which it goes up (or down) by one, as often as it does.
static std::vector<float> getSteps(const Function &function, const std::vector<int64_t> &row, int64_t sign) {
  std::vector<float> out;
  for (size_t i = 1; i < row.size(); ++i)
    for (int64_t step = 0; step < sign * (row[i] - row[i - 1]) && int64_t(out.size()) <= kMaxLevels; ++step)
      out.push_back(float(function.first + int64_t(i)));
  return out;
}

/// first value + number of steps upwards - number of steps downwards.
static Value writeSteps(OnnxSteps &steps, Value x, int64_t axis, const Function &function, Type elementType,
                        std::string &reason) {
  auto type = cast<RankedTensorType>(x.getType());
  if (!hasLayout(type, axis, function.rows.size(), reason))
    return nullptr;
  Counts up, down;
  bool falls = false, sameStart = true;
  int64_t start = function.rows[0][0];
  std::vector<float> starts;
  for (const std::vector<int64_t> &row : function.rows) {
    up.rows.push_back(getSteps(function, row, 1));
    down.rows.push_back(getSteps(function, row, -1));
    falls |= !down.rows.back().empty();
    sameStart &= row[0] == start;
    starts.push_back(float(row[0]));
    if (int64_t(std::max(up.rows.back().size(), down.rows.back().size())) > kMaxLevels) {
      reason = "its codes take more than " + std::to_string(kMaxLevels) + " steps, one threshold each";
      return nullptr;
    }
  }
  up.filler = down.filler = getFloatAbove(function.first + int64_t(function.rows[0].size()) - 1);
  std::string datatype = getDatatypeName(elementType);
  bool single = !falls && sameStart && elementType.isInteger();
  up.bias = sameStart ? float(start) : 0;
  up.datatype = single ? datatype : "FLOAT32";
  down.datatype = "FLOAT32";
  Value out = writeCounts(steps, x, axis, std::move(up), single);
  if (single)
    return out;
  if (falls) {
    Value less = writeCounts(steps, x, axis, std::move(down), false);
    out = sameStart ? steps.last("Sub", {out, less}, {}, type) : steps.apply("Sub", {out, less}, {}, type);
  }
  if (!sameStart) {
    runtime::Shape shape(type.getRank(), 1);
    shape[axis] = int64_t(starts.size());
    out = steps.last("Add", {out, steps.constant("starts", Tensor::FromFloats(shape, starts))}, {}, type);
  }
  return out;
}

bool MultithresholdWriter::writeTable(qnn::TableOp op, std::string &reason) {
  Tensor values = op.getValues().getTensor();
  Function function{int64_t(op.getLow()), {}};
  int64_t length = values.shape()[1];
  for (int64_t c = 0; c < values.shape()[0]; ++c) {
    std::vector<int64_t> row;
    for (int64_t i = 0; i < length; ++i)
      row.push_back(values.IntegerAt(c * length + i));
    function.rows.push_back(std::move(row));
  }
  OnnxSteps steps(op);
  Value out =
      writeSteps(steps, get(op.getInput()), op.getAxis(), function, tensorOf(op.getResult()).getElementType(), reason);
  if (out)
    set(op, out);
  return out != nullptr;
}

bool MultithresholdWriter::writeRequantize(qnn::RequantizeOp op, std::string &reason) {
  int64_t channels =
      std::max(op.getMultipliers().getType().getNumElements(), op.getOffsets().getType().getNumElements());
  qnn::Bounds bounds = qnn::getValueBounds(op.getInput());
  Function function{bounds.low, std::vector<std::vector<int64_t>>(channels)};
  bool known =
      evaluateOnCodes(op, op.getAxis(), channels, reason, [&](int64_t, int64_t channel, const Tensor &out, int64_t i) {
        function.rows[channel].push_back(out.IntegerAt(i));
        return true;
      });
  if (!known)
    return false;
  OnnxSteps steps(op);
  Value out =
      writeSteps(steps, get(op.getInput()), op.getAxis(), function, tensorOf(op.getResult()).getElementType(), reason);
  if (out)
    set(op, out);
  return out != nullptr;
}

} // namespace qcompile
