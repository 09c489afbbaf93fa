//===- Dequantize.cpp - Codes to floats -----------------------------------===//
#include <cmath>

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/convert-qnn-to-multithreshold/Writer.h"
#include "runtime/reference/exact_sum.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

namespace {
/// Operations on `T` that stand for a dequantizer: each is one rounding, of no effect where its operand is missing.
template <typename T> struct AffineSteps {
  std::vector<T> zeroPoint, scale, rest, bias;

  /// The divisor goes into the scale. With `splits`, a scale is the sum of one of 24 bits, whose products with codes of
  /// 24 bits are exact in float64, as their sums with a bias of a like scale are, and of the small rest.
  AffineSteps(qnn::DequantizeOp op, bool splits) {
    auto divisor = double(int64_t(op.getDivisor()));
    for (int64_t i = 0; i < op.getZeroPoint().getType().getNumElements(); ++i)
      zeroPoint.push_back(T(op.getZeroPoint().getTensor().IntegerAt(i)));
    for (int64_t i = 0; i < op.getScale().getType().getNumElements(); ++i) {
      double whole = op.getScale().getTensor().DoubleAt(i), first = float(whole / divisor);
      scale.push_back(splits ? T(first) : T(whole / divisor));
      if (splits)
        rest.push_back(T((whole - first * divisor) / divisor));
    }
    if (op.getBias())
      for (int64_t i = 0; i < op.getBias()->getType().getNumElements(); ++i)
        bias.push_back(T(op.getBias()->getTensor().DoubleAt(i)));
  }
  bool shifts() const {
    return llvm::any_of(zeroPoint, [](T z) { return z != 0; });
  }
  float apply(int64_t code, int64_t channel) const {
    auto at = [&](const std::vector<T> &list) { return list[list.size() == 1 ? 0 : channel]; };
    T steps = T(code);
    if (shifts())
      steps = steps - at(zeroPoint);
    T y = steps * at(scale);
    if (!bias.empty())
      y = y + at(bias);
    if (!rest.empty()) {
      T small = steps * at(rest);
      y = y + small;
    }
    return float(y);
  }
};
} // namespace

/// The value of the operation for one code: one rounding of the exact number.
static float roundOnce(double scale, double zeroPoint, double bias, int64_t divisor, int64_t code) {
  double product = (double(code) - zeroPoint) * (scale / double(divisor)), sum = product + bias;
  // The difference is exact; quotient, product and sum are one rounding each. Mostly that is far from the middle of two
  // floats.
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

template <typename T> static int64_t countChannels(const AffineSteps<T> &affine) {
  return int64_t(std::max({affine.zeroPoint.size(), affine.scale.size(), affine.bias.size()}));
}

namespace {
/// Codes that may still be tried on one operation, in all channels and for all ways to write it: some seconds.
struct Trials {
  int64_t left = int64_t{1} << 28;

  /// Where there are fewer than needed none are left.
  bool suffice(int64_t needed) {
    if (needed > left)
      left = 0;
    return left > 0;
  }
};
} // namespace

/// Whether the steps give the value of the operation for every code that it may see in a channel. False, with no trials
/// left, where these are too many.
template <typename T>
static bool isExact(qnn::DequantizeOp op, const AffineSteps<T> &affine, int64_t channel, Trials &trials) {
  qnn::Bounds bounds = qnn::getValueBounds(op.getInput());
  auto at = [&](const Tensor &t) { return t.DoubleAt(t.size() == 1 ? 0 : channel); };
  double scale = at(op.getScale().getTensor()), zeroPoint = at(op.getZeroPoint().getTensor());
  double bias = op.getBias() ? at(op.getBias()->getTensor()) : 0;
  if (!trials.suffice(bounds.high - bounds.low + 1))
    return false;
  for (int64_t code = bounds.low; code <= bounds.high; ++code, --trials.left)
    if (roundOnce(scale, zeroPoint, bias, op.getDivisor(), code) != affine.apply(code, channel))
      return false;
  return true;
}

template <typename T> static bool isExact(qnn::DequantizeOp op, const AffineSteps<T> &affine, Trials &trials) {
  qnn::Bounds bounds = qnn::getValueBounds(op.getInput());
  if (!trials.suffice((bounds.high - bounds.low + 1) * countChannels(affine)))
    return false;
  return llvm::all_of(llvm::seq(countChannels(affine)),
                      [&](int64_t channel) { return isExact(op, affine, channel, trials); });
}

/// The steps on two parts of the scale. A sum in float64 that is half way between two float32 numbers, next to an exact
/// one that is not, is the only way in which they differ, and rare: another last bit of the rest takes the sum off it.
static std::optional<AffineSteps<double>> findParts(qnn::DequantizeOp op, Trials &trials) {
  AffineSteps<double> out(op, /*splits=*/true);
  std::vector<double> rests;
  for (int64_t channel = 0; channel < countChannels(out); ++channel) {
    size_t at = out.scale.size() == 1 ? 0 : channel;
    double rest = out.rest[at], unit = out.scale[at] * 0x1p-53;
    bool found = false;
    for (double units : {0, 1, -1, 2, -2}) {
      AffineSteps<double> candidate = out;
      candidate.rest = {rest + units * unit};
      if ((found = isExact(op, candidate, channel, trials))) {
        rests.push_back(candidate.rest[0]);
        break;
      }
    }
    if (!found)
      return std::nullopt;
  }
  if (llvm::all_equal(rests))
    rests.resize(1);
  out.rest = std::move(rests);
  return out;
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
  auto wide =
      type.clone(isDouble ? Type(Float64Type::get(op->getContext())) : Type(Float32Type::get(op->getContext())));
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
  // The last operation takes the place of the dequantizer.
  int left = 1 + !affine.bias.empty() + !affine.rest.empty();
  auto step = [&](StringRef name, Value lhs, Value rhs) {
    bool isLast = --left == 0 && !isDouble;
    return isLast ? steps.last(name, {lhs, rhs}, {}, type) : steps.apply(name, {lhs, rhs}, {}, wide);
  };
  Value y = step("Mul", x, constant("scale", affine.scale));
  if (!affine.bias.empty())
    y = step("Add", y, constant("bias", affine.bias));
  if (!affine.rest.empty())
    y = step("Add", y, steps.apply("Mul", {x, constant("scale_rest", affine.rest)}, {}, wide));
  return isDouble ? steps.last("Cast", y, steps.attribute("to", kFloat), type) : y;
}

bool MultithresholdWriter::writeDequantize(qnn::DequantizeOp op, std::string &reason) {
  OnnxSteps steps(op);
  AffineSteps<float> floats(op, /*splits=*/false);
  AffineSteps<double> doubles(op, /*splits=*/false);
  Value x = get(op.getInput()), y;
  Trials trials;
  if (isExact(op, floats, trials))
    y = writeAffine(steps, op, x, floats);
  else if (isExact(op, doubles, trials))
    y = writeAffine(steps, op, x, doubles);
  else if (std::optional<AffineSteps<double>> parts = findParts(op, trials))
    y = writeAffine(steps, op, x, *parts);
  else {
    reason = trials.left > 0 ? "the last bit of its float32 value is not what operations on float64 give for every code"
                             : "whether operations on float64 give the last bit of its float32 value is not known: its "
                               "operand takes more "
                               "values than can be tried, 2^28 in all channels together";
    if (!allowApproximate)
      return false;
    emitWarning(op.getLoc(), Code::X001) << "node '" << onnx::describe(op) << "': " << reason;
    y = writeAffine(steps, op, x, doubles);
  }
  op.getResult().replaceAllUsesWith(y);
  return true;
}

} // namespace qcompile
