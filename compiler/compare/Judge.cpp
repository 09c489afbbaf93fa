//===- Judge.cpp - Why values differ from the exact reading ---------------===//
#include "compiler/compare/Judge.h"

#include <cmath>

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/frontend/export/ValueNames.h"
#include "dialects/onnx/NodeLocation.h"
#include "runtime/reference/quantized_view.h"
#include "llvm/ADT/DenseSet.h"

using namespace llvm;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

Judge::Judge(IntervalReading evaluated) : reading(std::move(evaluated)) {
  mlir::func::FuncOp function = reading.function();
  // Helpers of a node stand before the operation that computes its tensor.
  for (mlir::Operation &op : function.front().without_terminator())
    if (StringRef name = onnx::getTensorName(op.getLoc()); !name.empty() && op.getNumOperands() && op.getNumResults())
      values[name] = op.getResult(0);
  for (const auto &entry : values)
    keys[entry.second].push_back(entry.first().str());
  ValueNames names(function);
  for (auto [i, value] : enumerate(function.front().getTerminator()->getOperands())) {
    std::string key = getOutputKey(names.getOutput(i));
    values[key] = value;
    keys[value].push_back(key);
  }
}

Expected<Judge> Judge::create(mlir::func::FuncOp function) {
  Expected<IntervalReading> reading = IntervalReading::create(function);
  if (!reading)
    return reading.takeError();
  return Judge(std::move(*reading));
}

ArrayRef<std::string> Judge::getKeys(mlir::Value value) const {
  auto it = keys.find(value);
  return it == keys.end() ? ArrayRef<std::string>() : ArrayRef<std::string>(it->second);
}

mlir::Operation *Judge::getProducer(StringRef name) const {
  mlir::Value value = values.lookup(name);
  return value ? value.getDefiningOp() : nullptr;
}

std::vector<std::string> Judge::getSuspects(StringRef name, const Trace &other) const {
  DenseSet<mlir::Operation *> suspects;
  SmallVector<mlir::Operation *> work;
  if (mlir::Operation *op = getProducer(name))
    work.push_back(op);
  while (!work.empty()) {
    mlir::Operation *op = work.pop_back_val();
    if (!suspects.insert(op).second)
      continue;
    for (mlir::Value operand : op->getOperands()) {
      mlir::Operation *producer = operand.getDefiningOp();
      bool known = any_of(getKeys(operand), [&](const std::string &key) { return other.find(key); });
      if (producer && !known && !getHeldConstant(producer))
        work.push_back(producer);
    }
  }
  std::vector<std::string> out;
  mlir::func::FuncOp source = function();
  for (mlir::Operation &op : source.front().without_terminator())
    if (std::string node = onnx::describe(&op); suspects.contains(&op) && (out.empty() || out.back() != node))
      out.push_back(node);
  return out;
}

//===----------------------------------------------------------------------===//
// One tensor
//===----------------------------------------------------------------------===//

namespace {
/// A tensor of the other program in one batch: codes where these say what differs, else values.
struct Other {
  std::optional<Tensor> value, codes;
};
} // namespace

static Tensor getCodes(const Value &value) { return value.quantized ? value.quantized->codes : value.tensor; }

static bool hasCodes(const Value &value) { return value.quantized || value.tensor.type().IsInteger(); }

/// The other program's tensor for a result of the model; nothing where it has none that compares.
static std::optional<Other> findOther(const Trace &trace, ArrayRef<std::string> keys, const Value &mine,
                                      const InputBatches &inputs, size_t batch) {
  for (const std::string &key : keys) {
    const TracedTensor *tensor = trace.find(key);
    if (!tensor)
      continue;
    Other out;
    if (tensor->value.type().IsFloat() == mine.tensor.type().IsFloat())
      out.value = takeBatch(tensor->value, mine.tensor, inputs, batch);
    bool sameGrid =
        !tensor->grid || !mine.quantized ||
        (tensor->grid->scale == mine.quantized->scale && tensor->grid->zeroPoint == mine.quantized->zero_point);
    if (tensor->codes && hasCodes(mine) && sameGrid)
      out.codes = takeBatch(*tensor->codes, mine.tensor, inputs, batch);
    if (out.value || out.codes)
      return out;
  }
  return std::nullopt;
}

static bool isWithin(double x, double low, double high) {
  return (x >= low && x <= high) || (std::isnan(x) && std::isnan(low));
}

namespace {
/// Where a value lies; unknown where the interval has no bound.
enum class Place { Inside, Outside, Unknown };
} // namespace

/// For every element, where the other value lies.
static std::vector<Place> locate(const Interval &interval, const Other &other) {
  bool codes = other.codes.has_value() && (hasCodes(interval.low()) && hasCodes(interval.high()));
  if ((!codes && !other.value) || !interval.isBounded)
    return std::vector<Place>(size_t(interval.middle.tensor.size()),
                              interval.isBounded ? Place::Outside : Place::Unknown);
  const Tensor &theirs = codes ? *other.codes : *other.value;
  Tensor low = codes ? getCodes(interval.low()) : interval.low().tensor;
  Tensor high = codes ? getCodes(interval.high()) : interval.high().tensor;
  std::vector<Place> out(size_t(theirs.size()));
  for (int64_t i = 0; i < theirs.size(); ++i) {
    double from = low.DoubleAt(i), to = high.DoubleAt(i);
    bool isOpen = from == -INFINITY && to == INFINITY;
    bool isInside = isWithin(theirs.DoubleAt(i), from, to);
    bool isDoubtful = !interval.doubt.empty() && !codes &&
                      !(std::fabs(theirs.DoubleAt(i) - interval.middle.tensor.DoubleAt(i)) > interval.doubt[size_t(i)]);
    out[size_t(i)] = isOpen || (!isInside && isDoubtful) ? Place::Unknown : isInside ? Place::Inside : Place::Outside;
  }
  return out;
}

static std::vector<bool> findInside(const Interval &interval, const Other &other) {
  std::vector<bool> out;
  for (Place place : locate(interval, other))
    out.push_back(place == Place::Inside);
  return out;
}

/// The other program's tensor as an operand of what follows.
static std::optional<Value> makeOperand(const Other &other, const Value &mine) {
  if (other.codes && mine.quantized)
    if (auto codes =
            Tensor::FromIntegers(mine.quantized->codes.type(), other.codes->shape(), other.codes->ToIntegers());
        codes.ok())
      return runtime::MakeQuantized({*codes, mine.quantized->scale, mine.quantized->zero_point});
  if (other.value && other.value->type() == mine.tensor.type())
    return Value(*other.value);
  if (!other.codes)
    return std::nullopt;
  auto codes = Tensor::FromIntegers(mine.tensor.type(), other.codes->shape(), other.codes->ToIntegers());
  return codes.ok() ? std::optional<Value>(*codes) : std::nullopt;
}

/// The elements of a batch that are samples, not padding.
static int64_t countReal(const Tensor &tensor, const InputBatches &inputs, size_t batch) {
  if (tensor.rank() == 0 || tensor.shape()[0] != inputs.samplesPerBatch)
    return tensor.size();
  int64_t real = std::min(inputs.samplesPerBatch, inputs.samples - int64_t(batch) * inputs.samplesPerBatch);
  return tensor.size() / inputs.samplesPerBatch * real;
}

std::optional<Tensor> Judge::lookUp(mlir::Value value, const Trace &trace, const InputBatches &inputs,
                                    size_t batch) const {
  auto type = dyn_cast<mlir::RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isF32())
    return std::nullopt;
  const Tensor like(runtime::DataType::Float32(), runtime::Shape(type.getShape().begin(), type.getShape().end()));
  for (const std::string &key : getKeys(value))
    if (const TracedTensor *tensor = trace.find(key); tensor && tensor->value.type() == like.type())
      return takeBatch(tensor->value, like, inputs, batch);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The two runs
//===----------------------------------------------------------------------===//

Error Judge::judge(const Trace &other, const InputBatches &inputs, size_t batch) {
  DenseMap<mlir::Value, Seen> seen;
  reading.allowLibraries = false;
  reading.onResult = [&](mlir::OpResult result, Interval &interval) {
    if (auto theirs = findOther(other, getKeys(result), interval.middle, inputs, batch))
      seen[result] = {interval.middle, findInside(interval, *theirs)};
    if (hasCodes(interval.middle)) // the next layer is judged on these codes
      interval = {std::move(interval.middle), std::nullopt};
  };
  if (Error error = reading.run(inputs.batches[batch]))
    return error;

  reading.allowLibraries = true;
  reading.onResult = [&](mlir::OpResult result, Interval &interval) {
    auto it = seen.find(result);
    if (it == seen.end())
      return;
    const Seen &mine = it->second;
    Other theirs = *findOther(other, getKeys(result), mine.exact, inputs, batch);
    std::vector<bool> equal = findInside({mine.exact, std::nullopt}, theirs);
    std::vector<Place> places = locate(interval, theirs);
    Verdict verdict;
    for (int64_t i = 0, end = countReal(mine.exact.tensor, inputs, batch); i < end; ++i)
      if (!equal[size_t(i)])
        ++(mine.ambiguous[size_t(i)]             ? verdict.ambiguous
           : places[size_t(i)] == Place::Inside  ? verdict.following
           : places[size_t(i)] == Place::Unknown ? verdict.unbounded
                                                 : verdict.departing);
    for (const std::string &key : getKeys(result))
      if (other.find(key) && !(reading.isConstant(result) && counted.contains(key))) {
        Verdict &total = counted[key];
        total.ambiguous += verdict.ambiguous;
        total.following += verdict.following;
        total.unbounded += verdict.unbounded;
        if (!total.departing)
          total.batch = batch;
        total.departing += verdict.departing;
      }
    if (std::optional<Value> operand = makeOperand(theirs, mine.exact))
      interval = {std::move(*operand), std::nullopt};
  };
  return reading.run(inputs.batches[batch]);
}

} // namespace qcompile::compare
