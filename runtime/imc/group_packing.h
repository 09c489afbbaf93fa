// Weights of a convolution as matrices for the banks. Groups are packed: one matrix holds several
// groups as its diagonal blocks, with zeros elsewhere. Its rows are ordered by tap, then channel,
// so that of adjacent rows few have a weight in the same column: a depthwise convolution becomes
// an N:m sparse matrix.
#ifndef QCOMPILE_RUNTIME_IMC_GROUP_PACKING_H_
#define QCOMPILE_RUNTIME_IMC_GROUP_PACKING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/imc/code_generator.h"

namespace qcompile::runtime::imc {

// Row-major.
struct WeightMatrix {
  int64_t rows = 0;
  int64_t columns = 0;
  std::vector<int32_t> values;
};

class GroupedWeights {
 public:
  // Fails where the weights are no integers of the right shape.
  static absl::StatusOr<GroupedWeights> Create(const ConvLayer& layer);

  int64_t outputs() const { return outputs_; }
  int64_t inputs_per_group() const { return inputs_; }
  int64_t outputs_per_group() const { return outputs_ / groups_; }

  // The range of every partial sum of every output, in any order.
  ValueRange PartialSums(DataType input) const;
  // The matrix of `count` groups from `first` on.
  WeightMatrix Pack(int64_t first, int64_t count) const;
  // The largest number of groups whose matrix still is one tile with at most `max_columns`
  // columns, at least 1.
  int64_t ChoosePack(const Target& target, int64_t max_columns) const;

 private:
  int64_t groups_ = 1;
  int64_t taps_ = 1;
  int64_t inputs_ = 1;  // per group and tap
  int64_t outputs_ = 1;
  std::vector<int32_t> values_;  // [taps * inputs, outputs]
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_GROUP_PACKING_H_
