//===- SummedProducts.cpp - Products of recurrent operators and Einsum ----===//
#include <map>

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/inspect/LinearOperation.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace qcompile::inspect {

//===----------------------------------------------------------------------===//
// RNN, GRU, LSTM
//===----------------------------------------------------------------------===//

/// Every step multiplies its input by W and the hidden state by R, in every direction and for all gates. As many steps
/// as the input has: shorter sequences of a batch are not known.
static SmallVector<LinearOperation, 2> describeRecurrent(Operation *op, const llvm::DenseSet<Value> &constants) {
  SmallVector<Value> operands = getFormalOperands(op);
  if (operands.size() < 3 || !operands[0] || !operands[1] || !operands[2])
    return {};
  auto input = dyn_cast<RankedTensorType>(operands[0].getType());
  std::optional<double> steps;
  if (input && input.getRank() == 3 && input.hasStaticShape())
    steps = double(input.getDimSize(0)) * double(input.getDimSize(1));
  auto describe = [&](Value state, Value weights, Value bias) {
    LinearOperation linear;
    linear.op = op;
    linear.input = state;
    linear.weights = weights;
    linear.bias = bias;
    linear.constantWeights = constants.contains(weights);
    std::optional<double> elements = countElements(weights);
    if (elements)
      linear.inner = double(cast<RankedTensorType>(weights.getType()).getShape().back());
    if (elements && steps)
      linear.macs = *elements * *steps;
    return linear;
  };
  // The state has no value of its own; what the operator gives is what the state was.
  return {describe(operands[0], operands[1], operands.size() > 3 ? operands[3] : nullptr),
          describe(op->getResult(0), operands[2], nullptr)};
}

//===----------------------------------------------------------------------===//
// Einsum
//===----------------------------------------------------------------------===//

namespace {
/// Extents of the indices of an equation; those that "..." stands for are one.
class Extents {
public:
  /// Takes in "b...k" for a shape. Nothing is said of equations that do not fit.
  bool add(StringRef term, ArrayRef<int64_t> shape) {
    size_t letters = llvm::count_if(term, [](char c) { return c != '.'; });
    if (letters > shape.size() || (letters == term.size() && letters != shape.size()))
      return false;
    while (!term.empty()) {
      if (term.consume_front("...")) {
        double product = 1;
        for (int64_t extent : shape.take_front(shape.size() - llvm::count_if(term, [](char c) { return c != '.'; })))
          product *= double(extent);
        shape = shape.drop_front(shape.size() - term.size());
        extents['.'] = std::max(extents['.'], product);
        continue;
      }
      extents[term.front()] = std::max(extents[term.front()], double(shape.front()));
      term = term.drop_front();
      shape = shape.drop_front();
    }
    return true;
  }

  /// The product over all indices, or over those that do not stand in `term`.
  double count(StringRef term = "") const {
    double product = 1;
    for (auto [index, extent] : extents)
      if (!term.contains(index))
        product *= extent;
    return product;
  }

private:
  std::map<char, double> extents;
};
} // namespace

/// An output term that is left out has the indices that occur once, in their order.
static std::string getOutputTerm(StringRef inputs) {
  std::map<char, int> occurrences;
  for (char c : inputs)
    if (llvm::isAlpha(c))
      ++occurrences[c];
  std::string out = inputs.contains('.') ? "..." : "";
  for (auto [index, count] : occurrences)
    if (count == 1)
      out += index;
  return out;
}

static std::optional<LinearOperation> describeEinsum(Operation *op, const llvm::DenseSet<Value> &constants) {
  auto attribute = op->getAttrOfType<StringAttr>("equation");
  if (!attribute || op->getNumOperands() != 2)
    return std::nullopt;
  std::string equation = attribute.getValue().str();
  llvm::erase(equation, ' ');
  auto [inputs, output] = StringRef(equation).split("->");
  std::string outputTerm = StringRef(equation).contains("->") ? output.str() : getOutputTerm(inputs);
  auto [first, second] = inputs.split(',');
  LinearOperation linear;
  linear.op = op;
  linear.input = op->getOperand(0);
  linear.weights = op->getOperand(1);
  if (constants.contains(linear.input))
    std::swap(linear.input, linear.weights);
  linear.constantWeights = constants.contains(linear.weights);
  Extents extents;
  auto add = [&](StringRef term, Value operand) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    return type && type.hasStaticShape() && extents.add(term, type.getShape());
  };
  if (add(first, op->getOperand(0)) && add(second, op->getOperand(1))) {
    linear.macs = extents.count();
    linear.inner = extents.count(outputTerm);
  }
  return linear;
}

SmallVector<LinearOperation, 2> describeProducts(Operation *op, const llvm::DenseSet<Value> &constants) {
  if (std::optional<LinearOperation> linear = describeLinear(op, constants))
    return {*linear};
  StringRef name = op->getName().getStringRef();
  if (op->getNumResults() == 0)
    return {};
  if (name == "onnx.RNN" || name == "onnx.GRU" || name == "onnx.LSTM")
    return describeRecurrent(op, constants);
  if (name == "onnx.Einsum")
    if (std::optional<LinearOperation> linear = describeEinsum(op, constants))
      return {*linear};
  return {};
}

} // namespace qcompile::inspect
