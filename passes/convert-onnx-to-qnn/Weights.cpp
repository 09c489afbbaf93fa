//===- Weights.cpp - Integer weights of linear operations -----------------===//
#include "passes/convert-onnx-to-qnn/Weights.h"

#include <cmath>

#include "runtime/reference/broadcast.h"

using qcompile::runtime::BroadcastIndex;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

/// Codes without their zero point. Fails on a fractional zero point.
static bool subtractZeroPoints(const runtime::QuantizedView &view, std::vector<int64_t> &out, std::string &reason) {
  out = view.codes.ToIntegers();
  for (int64_t i = 0; i < view.zero_point.size(); ++i) {
    double zero = view.zero_point.DoubleAt(i);
    if (zero != std::nearbyint(zero) || std::fabs(zero) > 0x1p31) {
      reason = "a zero point of its weights is not an integer of 32 bits";
      return false;
    }
  }
  if (view.zero_point.size() == 1 && view.zero_point.DoubleAt(0) == 0)
    return true;
  BroadcastIndex index(view.zero_point.shape(), view.codes.shape());
  for (int64_t i = 0; i < view.codes.size(); ++i)
    out[i] -= int64_t(view.zero_point.DoubleAt(index(i)));
  return true;
}

namespace {
/// Gathers, per output, the product of scales of every weight.
class ScaleAligner {
public:
  ScaleAligner(const runtime::QuantizedView &view, const WeightLayout &layout, const IntegerForm &input, double alpha)
      : view(view), layout(layout), input(input), alpha(alpha), index(view.scale.shape(), view.codes.shape()) {}

  /// Finds the scale of every output; multiplies weights whose scale is a multiple of it.
  bool align(std::vector<int64_t> &weights, std::vector<double> &scale, std::string &reason) {
    if (view.scale.size() == 1 && input.scale.size() == 1)
      return alignUniform(scale, reason);
    std::vector<std::vector<double>> distinct(layout.outputs);
    for (size_t i = 0; i < weights.size(); ++i) {
      std::optional<double> product = productAt(i);
      if (!product)
        return refuse(reason);
      std::vector<double> &seen = distinct[layout.outputOf(i)];
      // Scales mostly change along outputs: the last one seen is the one most often.
      if (seen.empty() || (seen.back() != *product && !llvm::is_contained(seen, *product)))
        seen.push_back(*product);
    }
    std::vector<CommonUnit> units;
    for (const std::vector<double> &seen : distinct) {
      std::optional<CommonUnit> unit = seen.size() == 1 ? CommonUnit{seen[0], {1}} : findCommonUnit(seen);
      if (!unit) {
        reason = "the scales that meet in one sum have no common unit within 40 bits";
        return false;
      }
      scale.push_back(unit->unit);
      units.push_back(std::move(*unit));
    }
    for (size_t i = 0; i < weights.size(); ++i) {
      int64_t output = layout.outputOf(i);
      const std::vector<double> &seen = distinct[output];
      if (seen.size() == 1)
        continue;
      size_t at = llvm::find(seen, *productAt(i)) - seen.begin();
      if (llvm::MulOverflow(weights[i], units[output].multipliers[at], weights[i]))
        return refuse(reason);
    }
    return true;
  }

private:
  std::optional<double> productAt(int64_t i) const {
    std::optional<double> product =
        multiplyExactly(view.scale.DoubleAt(index(i)), at(input.scale, layout.channelOf(i)));
    product = product ? multiplyExactly(*product, alpha) : product;
    return product && *product != 0 ? product : std::nullopt;
  }
  bool alignUniform(std::vector<double> &scale, std::string &reason) const {
    std::optional<double> product = multiplyExactly(view.scale.DoubleAt(0), input.scale[0]);
    product = product ? multiplyExactly(*product, alpha) : product;
    if (!product || *product == 0)
      return refuse(reason);
    scale = {*product};
    return true;
  }
  static bool refuse(std::string &reason) {
    reason = "the product of its scales and alpha is zero or needs more than 53 bits";
    return false;
  }

  const runtime::QuantizedView &view;
  const WeightLayout &layout;
  const IntegerForm &input;
  double alpha;
  BroadcastIndex index;
};
} // namespace

std::optional<IntegerWeights> makeIntegerWeights(const runtime::QuantizedView &view, const WeightLayout &layout,
                                                 const IntegerForm &input, double alpha, std::string &reason) {
  IntegerWeights out;
  std::vector<int64_t> weights;
  if (view.codes.size() == 0) {
    reason = "it has no weights";
    return std::nullopt;
  }
  if (!subtractZeroPoints(view, weights, reason) ||
      !ScaleAligner(view, layout, input, alpha).align(weights, out.scale, reason))
    return std::nullopt;
  bool anyZeroPoint = llvm::any_of(input.zeroPoint, [](int64_t z) { return z != 0; });
  out.zeroPoint.assign(anyZeroPoint ? layout.outputs : 1, 0);
  qnn::Bounds bounds{weights[0], weights[0]};
  for (size_t i = 0; i < weights.size(); ++i) {
    bounds = qnn::unite(bounds, {weights[i], weights[i]});
    if (!anyZeroPoint)
      continue;
    int64_t product, &sum = out.zeroPoint[layout.outputOf(i)];
    if (llvm::MulOverflow(weights[i], at(input.zeroPoint, layout.channelOf(i)), product) ||
        llvm::AddOverflow(sum, product, sum)) {
      reason = "its zero point times its weights needs more than 64 bits";
      return std::nullopt;
    }
  }
  // Codes as they are keep the source's type, also where it is wider than they need.
  DataType type = view.codes.type();
  if (!type.Contains(bounds.low) || !type.Contains(bounds.high) ||
      (type.kind == runtime::TypeKind::kBipolar && bounds.low != -bounds.high))
    type = bounds.narrowestType();
  auto codes = Tensor::FromIntegers(type, view.codes.shape(), weights);
  if (!codes.ok()) // values between -1 and 1 that are not bipolar
    codes = Tensor::FromIntegers(bounds.narrowestType(), view.codes.shape(), weights);
  out.codes = std::move(*codes);
  return out;
}

/// The sum of two doubles where it is one.
static std::optional<double> addExactly(double a, double b) {
  double sum = a + b, rest = sum - a;
  bool exact = (a - (sum - rest)) + (b - rest) == 0;
  return exact ? std::optional(sum) : std::nullopt;
}

namespace {
/// A real number as so many steps of a scale and a rest.
struct StepsAndRest {
  int64_t steps;
  double rest;
};
} // namespace

/// The product a * b, which may need more than 53 bits, on a grid of `scale`.
static std::optional<StepsAndRest> splitProduct(double a, double b, double scale) {
  constexpr double kMaxSteps = 0x1p40;
  double product = a * b, steps = std::nearbyint(product / scale), onGrid = steps * scale;
  if (!(std::fabs(steps) <= kMaxSteps) || std::fabs(scale) < 0x1p-900 || !std::isfinite(onGrid))
    return std::nullopt;
  std::optional<double> near = addExactly(product, -onGrid);
  std::optional<double> low = addExactly(std::fma(a, b, -product), -std::fma(steps, scale, -onGrid));
  std::optional<double> rest = near && low ? addExactly(*near, *low) : std::nullopt;
  return rest ? std::optional(StepsAndRest{int64_t(steps), *rest}) : std::nullopt;
}

bool readBias(const runtime::Value &value, float beta, int64_t outputs, IntegerForm &form, std::string &reason) {
  const Tensor &tensor = value.tensor;
  bool perOutput = tensor.size() == outputs && (tensor.rank() == 0 || tensor.shape().back() == outputs);
  if (!perOutput && tensor.size() != 1) {
    reason = "the bias is not one value per output";
    return false;
  }
  for (int64_t i = 0; i < tensor.size(); ++i) {
    double real = tensor.DoubleAt(i);
    if (value.quantized) {
      // The real number itself: scale and zero point are float32, codes have at most 32 bits.
      const runtime::QuantizedView &view = *value.quantized;
      auto at = [&](const Tensor &t) { return t.DoubleAt(t.size() == 1 ? 0 : i); };
      double steps = double(view.codes.IntegerAt(i)) - at(view.zero_point);
      std::optional<double> exact = multiplyExactly(at(view.scale), steps);
      if (!exact && tensor.size() == outputs && beta == 1) {
        // Codes of more than 29 bits, as exporters give to channels of tiny weights: mostly on the grid of the sum.
        if (auto split = splitProduct(at(view.scale), steps, qcompile::at(form.scale, i))) {
          int64_t shared = form.zeroPoint.front();
          form.zeroPoint.resize(outputs, shared);
          form.zeroPoint[i] -= split->steps;
          exact = split->rest;
        }
      }
      if (!exact) {
        reason = "a quantized bias needs more than 53 bits";
        return false;
      }
      real = *exact;
    }
    std::optional<double> scaled = multiplyExactly(real, beta);
    if (!scaled || !std::isfinite(*scaled)) {
      reason = "a bias is not finite, or beta times it needs more than 53 bits";
      return false;
    }
    form.bias.push_back(*scaled);
  }
  return true;
}

} // namespace qcompile
