//===- IntegerForm.cpp - The exact integer reading of a value -------------===//
#include "passes/convert-onnx-to-qnn/IntegerForm.h"

#include <cmath>

using namespace qcompile::runtime;

namespace qcompile {

std::optional<double> multiplyExactly(double a, double b) {
  double product = a * b;
  if (!std::isfinite(product) || std::fma(a, b, -product) != 0)
    return std::nullopt;
  // A product that underflows loses bits that fma cannot show.
  if (product != 0 && std::fabs(product) < 0x1p-960)
    return std::nullopt;
  return product;
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
  if (!scaleAxis || !zeroAxis ||
      (*scaleAxis != -1 && *zeroAxis != -1 && *scaleAxis != *zeroAxis)) {
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
