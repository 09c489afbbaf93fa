#include "runtime/reference/positive_scales.h"

#include <algorithm>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/quantized_view.h"

namespace qcompile::runtime {
namespace {

// Whether the negatives of a parameter's codes are codes: by parameter.
std::vector<bool> FindNegatable(const LinearCodes& codes) {
  std::vector<bool> negatable(codes.scales.size());
  for (size_t p = 0; p < negatable.size(); ++p) {
    negatable[p] = codes.type.MinValue() < 0 && codes.zero_points[p] == 0;
  }
  for (size_t i = 0; i < codes.codes.size(); ++i) {
    if (codes.codes[i] == codes.type.MinValue()) {
      negatable[static_cast<size_t>(codes.parameter[i])] = false;
    }
  }
  return negatable;
}

}  // namespace

std::vector<int> MakeScalesPositive(LinearCodes& codes) {
  const std::vector<bool> negatable = FindNegatable(codes);
  const int64_t ends = codes.type.MinValue() + codes.type.MaxValue();
  std::vector<int> signs;
  for (float scale : codes.scales) signs.push_back((scale > 0) - (scale < 0));
  for (size_t i = 0; i < codes.codes.size(); ++i) {
    const auto p = static_cast<size_t>(codes.parameter[i]);
    int64_t& code = codes.codes[i];
    if (signs[p] == 0) code = codes.zero_points[p];
    if (signs[p] < 0) code = (negatable[p] ? 0 : ends) - code;
  }
  for (size_t p = 0; p < signs.size(); ++p) {
    if (signs[p] == 0) codes.scales[p] = 1;
    if (signs[p] >= 0) continue;
    codes.scales[p] = -codes.scales[p];
    if (!negatable[p]) codes.zero_points[p] = ends - codes.zero_points[p];
  }
  return signs;
}

QuantizedView WithPositiveScales(QuantizedView view) {
  absl::Span<const float> given = view.scale.Floats();
  if (std::all_of(given.begin(), given.end(), [](float s) { return s > 0; })) return view;
  const Shape shape = *BroadcastShapes(view.scale.shape(), view.zero_point.shape());
  const Tensor scale = BroadcastTensor(view.scale, shape);
  Tensor zero_point = BroadcastTensor(view.zero_point, shape);
  LinearCodes codes{view.codes.type(), view.codes.ToIntegers(), {}, {}, {}};
  codes.scales.assign(scale.Floats().begin(), scale.Floats().end());
  for (float z : zero_point.Floats()) codes.zero_points.push_back(static_cast<int64_t>(z));
  const BroadcastIndex index(shape, view.codes.shape());
  for (int64_t i = 0; i < view.codes.size(); ++i) codes.parameter.push_back(index(i));
  MakeScalesPositive(codes);
  std::vector<float> zeros(codes.zero_points.begin(), codes.zero_points.end());
  view.codes = *Tensor::FromIntegers(codes.type, view.codes.shape(), codes.codes);
  view.scale = Tensor::FromFloats(shape, codes.scales);
  view.zero_point = Compact(Tensor::FromFloats(shape, zeros));
  return view;
}

}  // namespace qcompile::runtime
