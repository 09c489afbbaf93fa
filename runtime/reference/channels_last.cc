// The channels-last wrappers of QONNX: the standard operations between transpositions. Weights of
// a convolution have their channels last too.
#include <numeric>

#include "runtime/reference/checks.h"
#include "runtime/reference/register.h"
#include "runtime/reference/registry.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::StatusOr<Value> Transposed(const Value& x, std::vector<int64_t> perm) {
  Attributes attributes;
  attributes.Set("perm", std::move(perm));
  const Value* operand = &x;
  QCOMPILE_ASSIGN_OR_RETURN(std::vector<Value> results,
                            FindReference("onnx.Transpose")(attributes, {&operand, 1}));
  return std::move(results[0]);
}

absl::StatusOr<Value> ChannelsFirst(const Value& x) {
  std::vector<int64_t> perm(x.tensor.shape().size());
  std::iota(perm.begin(), perm.end(), 0);
  if (perm.size() > 2) {
    perm.pop_back();
    perm.insert(perm.begin() + 1, static_cast<int64_t>(perm.size()));
  }
  return Transposed(x, std::move(perm));
}

absl::StatusOr<Value> ChannelsLast(const Value& x) {
  std::vector<int64_t> perm(x.tensor.shape().size());
  std::iota(perm.begin(), perm.end(), 0);
  if (perm.size() > 2) {
    perm.erase(perm.begin() + 1);
    perm.push_back(1);
  }
  return Transposed(x, std::move(perm));
}

// The operation `name` on operands of which the first `spatial` are stored channels last.
Results Wrapped(absl::string_view name, const Attributes& attributes, Operands operands,
                size_t spatial) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, spatial, operands.size()));
  std::vector<Value> moved(spatial);
  std::vector<const Value*> inner(operands.begin(), operands.end());
  for (size_t i = 0; i < spatial; ++i) {
    QCOMPILE_ASSIGN_OR_RETURN(moved[i], ChannelsFirst(*operands[i]));
    inner[i] = &moved[i];
  }
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<Value> results,
                            FindReference(name)(attributes, inner));
  QCOMPILE_ASSIGN_OR_RETURN(Value result, ChannelsLast(results[0]));
  return std::vector<Value>{std::move(result)};
}

Results Conv(const Attributes& attributes, Operands operands) {
  return Wrapped("onnx.Conv", attributes, operands, 2);
}
Results MaxPool(const Attributes& attributes, Operands operands) {
  return Wrapped("onnx.MaxPool", attributes, operands, 1);
}
Results BatchNormalization(const Attributes& attributes, Operands operands) {
  return Wrapped("onnx.BatchNormalization", attributes, operands, 1);
}

}  // namespace

void RegisterChannelsLast(ReferenceTable& table) {
  table["onnx.channels_last.BatchNormalization"] = BatchNormalization;
  table["onnx.channels_last.Conv"] = Conv;
  table["onnx.channels_last.MaxPool"] = MaxPool;
}

}  // namespace qcompile::runtime
