//===- Trace.cpp - The tensors of a run -----------------------------------===//
#include "compiler/compare/Trace.h"

#include <cmath>

#include "runtime/reference/broadcast.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::compare {

const TracedTensor *Trace::find(StringRef name) const {
  auto it = tensors.find(name);
  return it == tensors.end() ? nullptr : &it->second;
}

void Trace::add(StringRef name, TracedTensor tensor) {
  auto [it, isNew] = tensors.try_emplace(name, std::move(tensor));
  if (isNew)
    order.push_back(name.str());
}

std::string getOutputKey(StringRef output) { return "output " + output.str(); }

static Tensor widen(const Tensor &codes) {
  return *Tensor::FromIntegers(runtime::DataType::Int64(), codes.shape(), codes.ToIntegers());
}

namespace {
/// The batches of one tensor until they are joined.
struct Parts {
  std::vector<Tensor> values, codes;
  std::optional<TracedTensor::Grid> grid;
  bool isConstant = false; ///< one batch stands for all
};
} // namespace

static TracedTensor join(const Parts &parts, const InputBatches &inputs) {
  TracedTensor out;
  auto joinAll = [&](ArrayRef<Tensor> all) { return parts.isConstant ? all[0] : joinBatches(all, inputs); };
  out.value = joinAll(parts.values);
  out.isConstant = parts.isConstant;
  if (parts.codes.size() == parts.values.size())
    out.codes = joinAll(parts.codes);
  if (out.codes)
    out.grid = parts.grid;
  return out;
}

Expected<Trace> runTraced(Executable &executable, bool reference, const InputBatches &inputs) {
  StringMap<Parts> parts;
  std::vector<std::string> order;
  if (reference) {
    auto &evaluated = static_cast<ReferenceExecutable &>(executable);
    evaluated.onTensor = [&](StringRef name, const ReferenceExecutable::SourceTensor &tensor) {
      auto [it, isNew] = parts.try_emplace(name);
      Parts &mine = it->second;
      if (isNew)
        order.push_back(name.str());
      else if (tensor.isConstant)
        return;
      mine.isConstant = tensor.isConstant;
      mine.values.push_back(tensor.value->tensor);
      if (tensor.codes)
        mine.codes.push_back(widen(*tensor.codes));
      if (tensor.codes && tensor.value->quantized)
        mine.grid = {tensor.value->quantized->scale, tensor.value->quantized->zero_point};
    };
  }
  Expected<std::vector<Executable::Tensors>> results = executable.run(inputs.batches);
  if (!results)
    return results.takeError();
  for (auto [port, output] : enumerate(executable.outputs())) {
    order.push_back(getOutputKey(output.name));
    for (const Executable::Tensors &batch : *results) {
      Parts &mine = parts[order.back()];
      mine.values.push_back(batch[port]);
      if (batch[port].type().IsInteger())
        mine.codes.push_back(widen(batch[port]));
    }
  }
  Trace trace;
  for (const std::string &name : order)
    if (const Parts &mine = parts[name]; mine.isConstant || mine.values.size() == inputs.batches.size())
      trace.add(name, join(mine, inputs));
  return trace;
}

std::optional<Tensor> takeBatch(const Tensor &joined, const Tensor &like, const InputBatches &inputs, size_t batch) {
  if (joined.size() == like.size()) // a constant, or the only batch
    return joined.Reshaped(like.shape());
  bool batched = like.rank() > 0 && like.shape()[0] == inputs.samplesPerBatch;
  int64_t rows = batched ? inputs.samples : int64_t(inputs.batches.size());
  int64_t taken = batched ? inputs.samplesPerBatch : 1;
  if (taken == 0 || like.size() % taken != 0 || joined.size() != like.size() / taken * rows)
    return std::nullopt;
  Tensor out(joined.type(), like.shape());
  if (out.size() == 0)
    return out;
  size_t row = joined.bytes().size() / size_t(rows);
  uint8_t *to = out.MutableBytes().data();
  for (int64_t i = 0; i < taken; ++i)
    std::memcpy(to + size_t(i) * row,
                joined.bytes().data() + size_t(std::min(int64_t(batch) * taken + i, rows - 1)) * row, row);
  return out;
}

std::optional<Tensor> readCodes(const Tensor &values, const TracedTensor::Grid &grid) {
  using runtime::BroadcastIndex;
  if (!runtime::BroadcastsTo(grid.scale.shape(), values.shape()) ||
      !runtime::BroadcastsTo(grid.zeroPoint.shape(), values.shape()))
    return std::nullopt;
  const BroadcastIndex scaleAt(grid.scale.shape(), values.shape()), zeroAt(grid.zeroPoint.shape(), values.shape());
  std::vector<int64_t> codes(size_t(values.size()));
  for (int64_t i = 0; i < values.size(); ++i) {
    double steps = values.DoubleAt(i) / grid.scale.DoubleAt(scaleAt(i));
    double code = std::nearbyint(steps + grid.zeroPoint.DoubleAt(zeroAt(i)));
    double back = code - grid.zeroPoint.DoubleAt(zeroAt(i));
    if (!(std::fabs(back - steps) <= 0x1p-21 * std::max(1.0, std::fabs(steps))) || std::fabs(code) > 0x1p53)
      return std::nullopt;
    codes[size_t(i)] = int64_t(code);
  }
  return *Tensor::FromIntegers(runtime::DataType::Int64(), values.shape(), codes);
}

} // namespace qcompile::compare
