//===- Border.cpp - Floats to codes and back ------------------------------===//
#include <bit>
#include <cmath>

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/convert-qnn-to-multithreshold/Counts.h"
#include "passes/convert-qnn-to-multithreshold/Writer.h"
#include "passes/rewriting/QuantizerRounding.h"
#include "runtime/reference/exact_sum.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

//===----------------------------------------------------------------------===//
// Quantizers
//===----------------------------------------------------------------------===//

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

/// The dimension along which scale and zero point vary, -1 for none, -2 for several.
static int64_t findAxis(const Tensor &a, const Tensor &b) {
  int64_t axis = -1;
  for (const Tensor *t : {&a, &b})
    for (int64_t d = 0; d < t->rank(); ++d)
      if (t->shape()[d] != 1 && d != axis)
        axis = axis == -1 ? d : -2;
  return axis;
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
  int64_t axis = findAxis(quantizer.scale, quantizer.zeroPoint);
  auto type = cast<RankedTensorType>(op.getInput().getType());
  size_t rows = std::max(quantizer.scale.size(), quantizer.zeroPoint.size());
  std::string ignored;
  if (quantizer.high - quantizer.low > 255 || axis == -2 || !hasLayout(type, axis, rows, ignored)) {
    if (quantizer.getBits() > 24) {
      reason = "its codes are more than 2^24, which float32 does not hold";
      return false;
    }
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

//===----------------------------------------------------------------------===//
// Dequantizers
//===----------------------------------------------------------------------===//

namespace {
/// Operations on `T` that stand for a dequantizer: each is one rounding, of no effect where its operand is missing.
template <typename T> struct AffineSteps {
  std::vector<T> zeroPoint, scale, bias;

  /// The divisor goes into the scale.
  explicit AffineSteps(qnn::DequantizeOp op) {
    auto divisor = double(int64_t(op.getDivisor()));
    for (int64_t i = 0; i < op.getZeroPoint().getType().getNumElements(); ++i)
      zeroPoint.push_back(T(op.getZeroPoint().getTensor().IntegerAt(i)));
    for (int64_t i = 0; i < op.getScale().getType().getNumElements(); ++i)
      scale.push_back(T(op.getScale().getTensor().DoubleAt(i) / divisor));
    if (op.getBias())
      for (int64_t i = 0; i < op.getBias()->getType().getNumElements(); ++i)
        bias.push_back(T(op.getBias()->getTensor().DoubleAt(i)));
  }
  bool shifts() const { return llvm::any_of(zeroPoint, [](T z) { return z != 0; }); }
  float apply(int64_t code, int64_t channel) const {
    auto at = [&](const std::vector<T> &list) { return list[list.size() == 1 ? 0 : channel]; };
    T y = T(code);
    if (shifts())
      y = y - at(zeroPoint);
    y = y * at(scale);
    if (!bias.empty())
      y = y + at(bias);
    return float(y);
  }
};
} // namespace

/// The value of the operation for one code: one rounding of the exact number.
static float roundOnce(double scale, double zeroPoint, double bias, int64_t divisor, int64_t code) {
  double product = (double(code) - zeroPoint) * (scale / double(divisor)), sum = product + bias;
  // The difference is exact; quotient, product and sum are one rounding each. Mostly that is far from the middle of two floats.
  double error = 0x1p-51 * std::fabs(product) + 0x1p-52 * std::fabs(sum);
  auto nearest = float(sum);
  double up = std::nextafter(nearest, INFINITY), down = std::nextafter(nearest, -INFINITY);
  if (sum + error < (double(nearest) + up) / 2 && sum - error > (double(nearest) + down) / 2)
    return nearest;
  runtime::ExactSum exact;
  exact.Add(runtime::ExactProduct(code - int64_t(zeroPoint)).Times(scale));
  exact.Add(bias);
  return exact.RoundQuotientToFloat(divisor);
}

/// Whether the steps give the value of the operation for every code that it may see.
template <typename T>
static bool isExact(qnn::DequantizeOp op, const AffineSteps<T> &affine, std::string &reason) {
  constexpr int64_t kMaxCodes = int64_t{1} << 28;
  int64_t channels = int64_t(std::max({affine.zeroPoint.size(), affine.scale.size(), affine.bias.size()}));
  qnn::Bounds bounds = qnn::getValueBounds(op.getInput());
  if (bounds.high - bounds.low >= kMaxCodes / channels) {
    reason = "its operand takes more values than can be tried";
    return false;
  }
  Tensor scale = op.getScale().getTensor(), zeroPoint = op.getZeroPoint().getTensor();
  for (int64_t c = 0; c < channels; ++c) {
    auto at = [&](const Tensor &t) { return t.DoubleAt(t.size() == 1 ? 0 : c); };
    double s = at(scale), z = at(zeroPoint), b = op.getBias() ? at(op.getBias()->getTensor()) : 0;
    for (int64_t code = bounds.low; code <= bounds.high; ++code)
      if (roundOnce(s, z, b, op.getDivisor(), code) != affine.apply(code, c))
        return false;
  }
  return true;
}

static Tensor makeTensor(const runtime::Shape &shape, const std::vector<float> &values) {
  return Tensor::FromFloats(shape, values);
}
static Tensor makeTensor(const runtime::Shape &shape, const std::vector<double> &values) {
  return Tensor::FromDoubles(shape, values);
}

template <typename T>
static Value writeAffine(OnnxSteps &steps, qnn::DequantizeOp op, Value x, const AffineSteps<T> &affine) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  constexpr bool isDouble = std::is_same_v<T, double>;
  auto wide = type.clone(isDouble ? Type(Float64Type::get(op->getContext())) : Type(Float32Type::get(op->getContext())));
  constexpr int64_t kFloat = 1, kDouble = 11; // of ONNX' element types
  if (isDouble)
    x = steps.apply("Cast", x, steps.attribute("to", kDouble), wide);
  auto constant = [&](StringRef name, const std::vector<T> &values) {
    runtime::Shape shape(values.size() > 1 ? type.getRank() : 0, 1);
    if (values.size() > 1)
      shape[op.getAxis()] = int64_t(values.size());
    return steps.constant(name, makeTensor(shape, values));
  };
  if (affine.shifts())
    x = steps.apply("Sub", {x, constant("zero_point", affine.zeroPoint)}, {}, wide);
  Value scale = constant("scale", affine.scale);
  if (affine.bias.empty() && !isDouble)
    return steps.last("Mul", {x, scale}, {}, type);
  x = steps.apply("Mul", {x, scale}, {}, wide);
  if (affine.bias.empty())
    return steps.last("Cast", x, steps.attribute("to", kFloat), type);
  Value bias = constant("bias", affine.bias);
  if (!isDouble)
    return steps.last("Add", {x, bias}, {}, type);
  x = steps.apply("Add", {x, bias}, {}, wide);
  return steps.last("Cast", x, steps.attribute("to", kFloat), type);
}

bool MultithresholdWriter::writeDequantize(qnn::DequantizeOp op, std::string &reason) {
  OnnxSteps steps(op);
  AffineSteps<float> floats(op);
  AffineSteps<double> doubles(op);
  Value x = get(op.getInput()), y;
  if (isExact(op, floats, reason))
    y = writeAffine(steps, op, x, floats);
  else if (reason.empty() && isExact(op, doubles, reason))
    y = writeAffine(steps, op, x, doubles);
  else {
    reason = "the last bit of its float32 value is not what operations on float64 give for every code" +
             (reason.empty() ? "" : ": " + reason);
    if (!allowApproximate)
      return false;
    emitWarning(op.getLoc(), Code::X001) << "node '" << onnx::describe(op) << "': " << reason;
    y = writeAffine(steps, op, x, doubles);
  }
  op.getResult().replaceAllUsesWith(y);
  return true;
}

} // namespace qcompile
