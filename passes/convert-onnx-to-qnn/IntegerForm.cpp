//===- IntegerForm.cpp - The exact integer reading of a value -------------===//
#include "passes/convert-onnx-to-qnn/Chain.h"

#include <bit>
#include <cmath>
#include <numeric>

using namespace qcompile::runtime;

namespace qcompile {

std::optional<double> multiplyExactly(double a, double b) {
  double product = a * b;
  if (!std::isfinite(product) || std::fma(a, b, -product) != 0 || (product == 0 && a != 0 && b != 0))
    return std::nullopt;
  // A product that underflows loses bits that fma cannot show.
  if (product != 0 && std::fabs(product) < 0x1p-960)
    return std::nullopt;
  return product;
}

bool IntegerForm::varies() const {
  return !isPerTensor() || bounds.size() > 1 || (pending && pending->chain.channels > 1);
}

void pickChannels(IntegerForm &form, llvm::ArrayRef<int64_t> pick) {
  if (form.pending && form.pending->chain.channels > 1)
    form.pending = pickChannels(*form.pending, pick);
  auto picked = [&](auto &list) {
    if (list.size() <= 1)
      return;
    auto old = list;
    list.clear();
    for (int64_t i : pick)
      list.push_back(old[i]);
  };
  picked(form.scale);
  picked(form.zeroPoint);
  picked(form.bias);
  picked(form.bounds);
}

std::optional<CommonUnit> findCommonUnit(llvm::ArrayRef<double> scales) {
  // A double is an odd integer times a power of two; the unit is the gcd of the integers times the least power.
  constexpr int kMaxBits = 40;
  std::vector<std::pair<int64_t, int>> parts;
  int64_t divisor = 0;
  int least = 0;
  for (double scale : scales) {
    int exponent;
    int64_t mantissa = int64_t(std::ldexp(std::frexp(scale, &exponent), 53));
    int zeros = std::countr_zero(uint64_t(std::abs(mantissa)));
    parts.push_back({mantissa >> zeros, exponent - 53 + zeros});
    divisor = std::gcd(divisor, std::abs(mantissa >> zeros));
    least = parts.size() == 1 ? parts[0].second : std::min(least, parts.back().second);
  }
  CommonUnit out{std::ldexp(double(divisor), least), {}};
  for (auto [mantissa, exponent] : parts) {
    int64_t multiplier = mantissa / divisor;
    if (exponent - least > kMaxBits || std::abs(multiplier) > (int64_t{1} << kMaxBits) >> (exponent - least))
      return std::nullopt;
    out.multipliers.push_back(multiplier * (int64_t{1} << (exponent - least)));
  }
  return out;
}

DequantizeConstants getDequantizeConstants(const IntegerForm &form) {
  auto size = [](const auto &list) { return Shape{int64_t(list.size())}; };
  DequantizeConstants out;
  out.scale = Tensor::FromDoubles(size(form.scale), form.scale);
  out.zeroPoint = *Tensor::FromIntegers(DataType::Int64(), size(form.zeroPoint), form.zeroPoint);
  if (!form.bias.empty())
    out.bias = Tensor::FromDoubles(size(form.bias), form.bias);
  return out;
}

/// The dimension along which `shape` varies, or -1 for none; nothing where there are two.
static std::optional<int64_t> getAxis(const Shape &shape) {
  int64_t axis = -1;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1)
      continue;
    if (axis != -1)
      return std::nullopt;
    axis = int64_t(d);
  }
  return axis;
}

std::optional<IntegerForm> readQuantizedView(const QuantizedView &view, std::string &reason) {
  std::optional<int64_t> scaleAxis = getAxis(view.scale.shape());
  std::optional<int64_t> zeroAxis = getAxis(view.zero_point.shape());
  if (!scaleAxis || !zeroAxis || (*scaleAxis != -1 && *zeroAxis != -1 && *scaleAxis != *zeroAxis)) {
    reason = "scale or zero point varies along more than one dimension";
    return std::nullopt;
  }
  IntegerForm form;
  form.quantized = true;
  form.axis = std::max<int64_t>({*scaleAxis, *zeroAxis, -1});
  if (form.axis == -1)
    form.axis = view.codes.rank() >= 2 ? 1 : 0;
  for (int64_t i = 0; i < view.scale.size(); ++i)
    form.scale.push_back(view.scale.DoubleAt(i));
  for (int64_t i = 0; i < view.zero_point.size(); ++i) {
    double zeroPoint = view.zero_point.DoubleAt(i);
    if (zeroPoint != std::nearbyint(zeroPoint) || std::fabs(zeroPoint) > 0x1p31) {
      reason = "zero point " + std::to_string(zeroPoint) + " is not an integer of 32 bits";
      return std::nullopt;
    }
    form.zeroPoint.push_back(int64_t(zeroPoint));
  }
  form.bounds = {{view.codes.type().MinValue(), view.codes.type().MaxValue()}};
  return form;
}

} // namespace qcompile
