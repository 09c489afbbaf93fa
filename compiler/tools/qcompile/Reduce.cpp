//===- Reduce.cpp - The smallest part of a model that fails ---------------===//
#include "compiler/tools/qcompile/Reduce.h"

using namespace mlir;

namespace qcompile::tool {

static Submodel single(Value output) {
  Submodel out;
  out.outputs.push_back(output);
  return out;
}

bool Reducer::accept(const Submodel &candidate) {
  if (!fails(candidate))
    return false;
  best = candidate;
  return true;
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// A tensor before `failing`, or itself, that fails alone while none that it is computed from does.
Value Reducer::searchAncestors(Value failing) {
  std::vector<Operation *> nodes = source.getNodes(single(failing));
  llvm::erase_if(nodes, [&](Operation *op) { return !source.isVariable(op->getResult(0)); });
  // Between a tensor that agrees and one that fails there is a border; with branches not a unique one.
  size_t low = 0, high = nodes.size() - 1;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (fails(single(nodes[middle]->getResult(0))))
      high = middle;
    else
      low = middle + 1;
  }
  Value found = high + 1 == nodes.size() ? failing : nodes[high]->getResult(0);
  // On another branch an earlier tensor may fail.
  for (bool moved = true; moved;) {
    moved = false;
    for (Value operand : source.getVariableOperands(found.getDefiningOp()))
      if (operand.getDefiningOp() && fails(single(operand))) {
        found = operand;
        moved = true;
        break;
      }
  }
  return found;
}

Value Reducer::findFirstFailing(Value suspect) {
  if (suspect && fails(single(suspect)))
    return suspect;
  for (Value output : best.outputs)
    if (fails(single(output)))
      return searchAncestors(output);
  return nullptr;
}

/// For a failure that needs more than one output.
void Reducer::dropOutputs() {
  for (size_t i = 0; i < best.outputs.size() && best.outputs.size() > 1;) {
    Submodel candidate = best;
    candidate.outputs.erase(candidate.outputs.begin() + i);
    if (!accept(candidate))
      ++i;
  }
}

//===----------------------------------------------------------------------===//
// Cuts
//===----------------------------------------------------------------------===//

bool Reducer::mayCut(Operation *quantizer) const {
  Value input = quantizer->getNumOperands() ? quantizer->getOperand(0) : nullptr;
  return input && input.getDefiningOp() && source.recorded.count(input);
}

/// The inputs of the quantizers that have `depth` other ones between themselves and the outputs.
llvm::SetVector<Value> Reducer::findCuts(unsigned depth) const {
  llvm::SetVector<Value> cuts;
  SmallVector<std::pair<Value, unsigned>> work;
  llvm::DenseSet<std::pair<Value, unsigned>> seen;
  for (Value output : best.outputs)
    work.emplace_back(output, 0);
  while (!work.empty()) {
    auto [value, passed] = work.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op || !seen.insert({value, passed}).second)
      continue;
    bool quantizer = isQuantizer(op);
    if (quantizer && passed == depth) {
      if (mayCut(op))
        cuts.insert(op->getOperand(0));
      continue;
    }
    for (Value operand : source.getVariableOperands(op))
      work.emplace_back(operand, passed + quantizer);
  }
  return cuts;
}

/// A fault is mostly local: the nearest quantizers are tried first, all at once.
void Reducer::cutAtDepths() {
  for (unsigned depth = 0;; ++depth) {
    Submodel candidate = best;
    candidate.cuts = findCuts(depth);
    if (candidate.cuts.empty() || accept(candidate))
      return;
  }
}

bool Reducer::cutOneByOne() {
  bool changed = false;
  for (Operation *op : source.getNodes(best)) {
    if (!isQuantizer(op) || !mayCut(op) || best.cuts.contains(op->getOperand(0)))
      continue;
    Submodel candidate = best;
    candidate.cuts.insert(op->getOperand(0));
    if (source.getNodes(candidate).size() < source.getNodes(best).size())
      changed |= accept(candidate);
  }
  return changed;
}

//===----------------------------------------------------------------------===//
// Single operations
//===----------------------------------------------------------------------===//

bool Reducer::tryBypass(Operation *op) {
  if (op->getNumResults() != 1 || llvm::is_contained(best.outputs, op->getResult(0)))
    return false;
  // A value that depends on the input is not replaced by a parameter.
  SmallVector<Value> operands =
      source.isVariable(op->getResult(0)) ? source.getVariableOperands(op) : SmallVector<Value>(op->getOperands());
  for (Value operand : operands) {
    if (operand.getType() != op->getResult(0).getType())
      continue;
    // Without its quantizers a model is another kind of model; one after another is one too many.
    Operation *producer = operand.getDefiningOp();
    if (isQuantizer(op) && !(producer && isQuantizer(producer)))
      continue;
    Submodel candidate = best;
    candidate.bypassed[op] = operand;
    if (accept(candidate))
      return true;
  }
  return false;
}

bool Reducer::bypassOneByOne() {
  bool changed = false;
  std::vector<Operation *> nodes = source.getNodes(best);
  for (Operation *op : llvm::reverse(nodes))
    // An operation before a bypassed one may have gone with it.
    if (llvm::is_contained(source.getNodes(best), op))
      changed |= tryBypass(op);
  return changed;
}

std::optional<Submodel> Reducer::reduce(Value suspect) {
  llvm::SetVector<Value> outputs;
  func::FuncOp function = source.function;
  for (Value value : function.front().getTerminator()->getOperands())
    if (value.getDefiningOp() && source.isVariable(value))
      outputs.insert(value);
  Submodel whole;
  whole.outputs = llvm::to_vector(outputs);
  if (!accept(whole))
    return std::nullopt;
  if (Value first = findFirstFailing(suspect))
    best = single(first);
  else
    dropOutputs();
  cutAtDepths();
  for (bool changed = true; changed;) {
    changed = cutOneByOne();
    changed |= bypassOneByOne();
  }
  return best;
}

} // namespace qcompile::tool
