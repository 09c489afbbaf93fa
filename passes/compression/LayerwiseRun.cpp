//===- LayerwiseRun.cpp - A model, operation by operation -----------------===//
#include "passes/compression/LayerwiseRun.h"

#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/DataDialect.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "runtime/reference/quantized_floats.h"
#include "runtime/reference/registry.h"
#include "llvm/Support/Parallel.h"

using namespace mlir;

namespace qcompile::compression {

LayerwiseRun::LayerwiseRun(func::FuncOp function, const InputBatches &inputs)
    : function(function), batches(inputs.batches.size()) {
  for (BlockArgument argument : function.getArguments()) {
    Batches &values = sources[argument];
    for (const auto &batch : inputs.batches)
      values.push_back(batch[argument.getArgNumber()]);
  }
}

const LayerwiseRun::Batches &LayerwiseRun::source(Value value) const { return sources.find(value)->second; }

const LayerwiseRun::Batches &LayerwiseRun::current(Value value) const {
  auto it = currents.find(value);
  return it != currents.end() ? it->second : source(value);
}

/// The operation as a mere function of floats, where it is a quantizer that can be one.
static std::optional<runtime::FloatQuantizer> getFloatQuantizer(Operation *op, const runtime::Attributes &attributes,
                                                                ArrayRef<const LayerwiseRun::Batches *> operands) {
  if (!isa<onnx::QuantOp>(op) ||
      llvm::any_of(operands.drop_front(), [](const auto *parameter) { return !parameter || parameter->size() != 1; }))
    return std::nullopt;
  if (!operands[0] || operands[0]->empty() || operands[0]->front().tensor.type() != runtime::DataType::Float32())
    return std::nullopt;
  return runtime::MakeFloatQuantizer(attributes, operands[1]->front().tensor, operands[2]->front().tensor,
                                     operands[3]->front().tensor);
}

/// The results of an operation for all batches; one value for all of them where the operands are constant. Quantized
/// values are the floats that they stand for: calibration needs no exact sums, which cost far more.
llvm::Expected<std::vector<LayerwiseRun::Batches>> LayerwiseRun::evaluate(Operation *op, bool asSource) {
  if (auto constant = op->getAttrOfType<data::ConstantAttr>("value"); constant && isa<onnx::ConstantOp>(op))
    return std::vector<Batches>{{constant.getTensor()}};
  SmallVector<const Batches *> operands;
  size_t count = 1;
  for (Value operand : getFormalOperands(op)) {
    operands.push_back(operand ? &(asSource ? source(operand) : current(operand)) : nullptr);
    if (operand)
      count = std::max(count, operands.back()->size());
  }
  runtime::Operation converted = convertOperation(op);
  runtime::ReferenceFunction function = runtime::FindReference(converted.name);
  auto fail = [&](const Twine &problem) {
    return llvm::createStringError("node '" + onnx::describe(op) + "': " + problem);
  };
  if (!function)
    return fail("no reference semantics for " + converted.name);
  std::vector<Batches> results(op->getNumResults(), Batches(count));
  std::vector<absl::Status> problems(count);
  const std::optional<runtime::FloatQuantizer> quantizer = getFloatQuantizer(op, converted.attributes, operands);
  // Batches do not depend on each other.
  llvm::parallelFor(0, count, [&](size_t batch) {
    SmallVector<const runtime::Value *> values;
    for (const Batches *operand : operands)
      values.push_back(operand ? &(*operand)[operand->size() == 1 ? 0 : batch] : nullptr);
    if (quantizer) {
      results[0][batch] = runtime::QuantizeFloats(*quantizer, values[0]->tensor);
      return;
    }
    auto result = function(converted.attributes, {values.data(), values.size()});
    problems[batch] = result.status();
    if (!result.ok())
      return;
    for (auto [batchesOfResult, value] : llvm::zip(results, *result)) {
      value.quantized.reset();
      batchesOfResult[batch] = std::move(value);
    }
  });
  for (const absl::Status &problem : problems)
    if (!problem.ok())
      return fail(std::string(problem.message()));
  return results;
}

llvm::Error LayerwiseRun::evaluateCurrent(Operation *op) {
  llvm::Expected<std::vector<Batches>> results = evaluate(op, /*asSource=*/false);
  if (!results)
    return results.takeError();
  for (auto [value, batchesOfResult] : llvm::zip(op->getResults(), *results))
    currents[value] = std::move(batchesOfResult);
  noteConstants(op);
  return llvm::Error::success();
}

/// Runs what a rewriting inserted before `op`, which its operands depend on.
llvm::Error LayerwiseRun::evaluateInserted(Operation *op) {
  for (Value operand : op->getOperands()) {
    Operation *definition = operand.getDefiningOp();
    if (!definition || done.contains(definition))
      continue;
    if (llvm::Error error = evaluateInserted(definition))
      return error;
    if (llvm::Error error = evaluateCurrent(definition))
      return error;
    done.insert(definition);
    release(definition);
  }
  return llvm::Error::success();
}

void LayerwiseRun::standsFor(Value value, Value original) { sources[value] = Batches(source(original)); }

/// Constants and what is computed from them alone stay: a rewriting may copy the operations that use them.
void LayerwiseRun::noteConstants(Operation *op) {
  if (llvm::all_of(op->getOperands(), [&](Value operand) { return constants.contains(operand); }))
    constants.insert(op->result_begin(), op->result_end());
}

bool LayerwiseRun::isLastUse(Value operand, Operation *op) const {
  return !constants.contains(operand) &&
         llvm::all_of(operand.getUsers(), [&](Operation *user) { return user == op || done.contains(user); });
}

/// Before the current results need room: the source's operands have done their work.
void LayerwiseRun::releaseSources(Operation *op) {
  for (Value operand : op->getOperands())
    if (currents.contains(operand) && isLastUse(operand, op))
      sources.erase(operand);
}

void LayerwiseRun::release(Operation *op) {
  for (Value operand : op->getOperands())
    if (isLastUse(operand, op)) {
      sources.erase(operand);
      currents.erase(operand);
    }
}

llvm::Error LayerwiseRun::run(llvm::function_ref<llvm::Expected<Value>(Operation *)> rewrite) {
  SmallVector<Operation *> operations;
  for (Operation &op : function.front().without_terminator())
    operations.push_back(&op);
  // Constants come first: what is inserted may use any of them.
  for (Operation *op : operations) {
    if (!isa<onnx::ConstantOp>(op))
      continue;
    llvm::Expected<std::vector<Batches>> results = evaluate(op, /*asSource=*/true);
    if (!results)
      return results.takeError();
    sources[op->getResult(0)] = std::move((*results)[0]);
    noteConstants(op);
    done.insert(op);
  }
  for (Operation *op : operations) {
    if (done.contains(op))
      continue;
    llvm::Expected<std::vector<Batches>> results = evaluate(op, /*asSource=*/true);
    if (!results)
      return results.takeError();
    for (auto [value, batchesOfResult] : llvm::zip(op->getResults(), *results))
      sources[value] = std::move(batchesOfResult);
    noteConstants(op);
    Value before = op->getResult(0);
    llvm::Expected<Value> after = rewrite(op);
    if (!after)
      return after.takeError();
    Operation *now = after->getDefiningOp();
    if (*after != before)
      standsFor(*after, before);
    releaseSources(op);
    // Operands that are no longer what the source had.
    bool changed = now != op || llvm::any_of(op->getOperands(), [&](Value operand) {
                     Operation *definition = operand.getDefiningOp();
                     return (definition && !done.contains(definition)) || currents.contains(operand);
                   });
    if (changed) {
      if (llvm::Error error = evaluateInserted(op))
        return error;
      if (llvm::Error error = evaluateCurrent(op))
        return error;
    }
    done.insert(op);
    if (now != op) {
      if (llvm::Error error = evaluateInserted(now))
        return error;
      if (llvm::Error error = evaluateCurrent(now))
        return error;
      done.insert(now);
      release(now);
    }
    release(op);
  }
  return llvm::Error::success();
}

} // namespace qcompile::compression
