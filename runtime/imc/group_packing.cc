#include "runtime/imc/group_packing.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/imc/tile_choice.h"

namespace qcompile::runtime::imc {
namespace {

// Beyond every accumulator, and far enough from the end of 64 bits to add two of them.
constexpr int64_t kFar = int64_t{1} << 62;

int64_t Saturated(int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return (a < 0) == (b < 0) ? kFar : -kFar;
  return std::clamp(product, -kFar, kFar);
}

}  // namespace

absl::StatusOr<GroupedWeights> GroupedWeights::Create(const ConvLayer& layer) {
  GroupedWeights out;
  for (const Dimension& tap : layer.taps) out.taps_ *= tap.extent;
  out.groups_ = layer.groups;
  const Tensor& weights = layer.weights;
  bool divides = layer.groups >= 1 && layer.channels % layer.groups == 0;
  if (divides) out.inputs_ = layer.channels / layer.groups;
  if (!divides || weights.rank() != 2 || weights.size() == 0 || !weights.type().IsInteger() ||
      weights.shape()[0] != out.taps_ * out.inputs_ || weights.shape()[1] % layer.groups != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("weights must be an integer matrix that is not empty, with a row per input, "
                     "found ",
                     weights.type().ToString(), " of shape ", ShapeToString(weights.shape())));
  }
  out.outputs_ = weights.shape()[1];
  out.values_.resize(static_cast<size_t>(weights.size()));
  for (int64_t i = 0; i < weights.size(); ++i) {
    int64_t value = weights.IntegerAt(i);
    // Beyond any target; refused here so that 32 bits hold every weight.
    if (value < -65536 || value > 65536) {
      return absl::UnimplementedError(
          absl::StrCat("weights need more than 16 bits: found ", value));
    }
    out.values_[i] = static_cast<int32_t>(value);
  }
  return out;
}

ValueRange GroupedWeights::PartialSums(DataType input) const {
  std::vector<ValueRange> sums(static_cast<size_t>(outputs_));
  ValueRange range = RangeOf(input);
  for (size_t i = 0; i < values_.size(); ++i) {
    int64_t weight = values_[i];
    int64_t at_low = Saturated(weight, range.low);
    int64_t at_high = Saturated(weight, range.high);
    ValueRange& sum = sums[i % sums.size()];
    sum.low = std::max(-kFar, sum.low + std::min<int64_t>({at_low, at_high, 0}));
    sum.high = std::min(kFar, sum.high + std::max<int64_t>({at_low, at_high, 0}));
  }
  ValueRange all;
  for (ValueRange sum : sums) {
    all = {std::min(all.low, sum.low), std::max(all.high, sum.high)};
  }
  return all;
}

WeightMatrix GroupedWeights::Pack(int64_t first, int64_t count) const {
  int64_t group_outputs = outputs_per_group();
  WeightMatrix matrix{taps_ * count * inputs_, count * group_outputs, {}};
  matrix.values.assign(static_cast<size_t>(matrix.rows * matrix.columns), 0);
  for (int64_t tap = 0; tap < taps_; ++tap) {
    for (int64_t row = 0; row < count * inputs_; ++row) {
      int64_t group = row / inputs_;
      const int32_t* from = values_.data() + (tap * inputs_ + row % inputs_) * outputs_ +
                            (first + group) * group_outputs;
      std::copy_n(from, group_outputs,
                  matrix.values.begin() + (tap * count * inputs_ + row) * matrix.columns +
                      group * group_outputs);
    }
  }
  return matrix;
}

int64_t GroupedWeights::ChoosePack(const Target& target, int64_t max_columns) const {
  int64_t rows = taps_ * inputs_;
  int64_t columns = outputs_per_group();
  int64_t most =
      std::min({groups_, target.rows / rows, target.columns / columns, max_columns / columns});
  for (int64_t count = most; count > 1; --count) {
    WeightMatrix matrix = Pack(0, count);
    WeightWindow whole{matrix.values, matrix.columns, 0, 0, matrix.rows, matrix.columns};
    DataType weight = NarrowestWeightType(matrix.values);
    if (CheckTile(ChooseFormat(whole, weight, target), target).ok()) return count;
  }
  return 1;
}

}  // namespace qcompile::runtime::imc
