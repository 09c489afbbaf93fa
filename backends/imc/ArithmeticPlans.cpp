//===- ArithmeticPlans.cpp - Products, sums, activations, selections ------===//
#include "backends/imc/LayerPlanning.h"

using namespace mlir;
namespace rt = qcompile::runtime::imc;
using qcompile::runtime::DataType;

namespace qcompile::imc {

/// A product with constant weights, which banks hold.
static LayerPlan planWeights(qnn::MatMulOp op, qnn::ConstantOp weights) {
  rt::MatmulLayer layer;
  for (int64_t extent : shapeOf(op.getLhs()).drop_back())
    layer.vectors *= extent;
  layer.input = elementOf(op.getLhs());
  layer.weights = weights.getValue().getTensor();
  layer.finish = getFinish(op);
  return planUnary(op.getLhs(), getFinished(op), std::move(layer));
}

llvm::Expected<LayerPlan> planMatmul(qnn::MatMulOp op) {
  ArrayRef<int64_t> lhs = shapeOf(op.getLhs());
  ArrayRef<int64_t> rhs = shapeOf(op.getRhs());
  auto weights = op.getRhs().getDefiningOp<qnn::ConstantOp>();
  if (weights && rhs.size() == 2)
    return planWeights(op, weights);
  rt::ProductLayer layer;
  layer.k = lhs.back();
  layer.m = rhs.back();
  layer.n = lhs.size() > 1 ? lhs[lhs.size() - 2] : 1;
  // Leading dimensions pair with those of the other operand; one of extent 1 stands for all.
  SmallVector<int64_t> result(shapeOf(op.getResult()));
  SmallVector<int64_t> lhsStrides = stridesOf(lhs);
  SmallVector<int64_t> rhsStrides = stridesOf(rhs);
  SmallVector<int64_t> resultStrides = stridesOf(result);
  for (size_t d = 0; d + 2 < lhs.size(); ++d) {
    bool shared = rhs.size() == 2 || rhs[d] == 1;
    layer.batch.push_back({result[d], lhs[d] == 1 ? 0 : lhsStrides[d], shared ? 0 : rhsStrides[d], resultStrides[d]});
  }
  layer.lhs = elementOf(op.getLhs());
  layer.rhs = elementOf(op.getRhs());
  layer.sum = elementOf(op.getResult());
  layer.finish = getFinish(op);
  return planOne({op.getLhs(), op.getRhs()}, getFinished(op), std::move(layer),
                 [](rt::ProductLayer &placed, const LayerAddresses &at) {
                   placed.lhs_address = at.inputs[0];
                   placed.rhs_address = at.inputs[1];
                   placed.output_address = at.outputs[0];
                 });
}

static rt::Term toTerm(Value value, int64_t multiplier) {
  rt::Term term;
  term.type = elementOf(value);
  term.shape.assign(shapeOf(value).begin(), shapeOf(value).end());
  term.multiplier = multiplier;
  return term;
}

static LayerPlan planElementwise(Operation *op, rt::Term lhs, rt::Term rhs, bool multiplies) {
  rt::ElementwiseLayer layer;
  Value result = op->getResult(0);
  layer.shape.assign(shapeOf(result).begin(), shapeOf(result).end());
  layer.lhs = std::move(lhs);
  layer.rhs = std::move(rhs);
  layer.multiplies = multiplies;
  layer.sum = elementOf(result);
  layer.finish = getFinish(op);
  return planOne({op->getOperand(0), op->getOperand(1)}, getFinished(op), std::move(layer),
                 [](rt::ElementwiseLayer &placed, const LayerAddresses &at) {
                   placed.lhs.address = at.inputs[0];
                   placed.rhs->address = at.inputs[1];
                   placed.output_address = at.outputs[0];
                 });
}

llvm::Expected<LayerPlan> planAdd(qnn::AddOp op) {
  return planElementwise(op, toTerm(op.getLhs(), op.getLhsMultiplier()), toTerm(op.getRhs(), op.getRhsMultiplier()),
                         false);
}

llvm::Expected<LayerPlan> planMul(qnn::MulOp op) {
  return planElementwise(op, toTerm(op.getLhs(), 1), toTerm(op.getRhs(), 1), true);
}

llvm::Expected<LayerPlan> planFinish(Operation *op) {
  Value input = op->getOperand(0);
  auto threshold = dyn_cast<qnn::ThresholdOp>(op);
  int64_t axis = threshold ? threshold.getAxis() : cast<qnn::RequantizeOp>(op).getAxis();
  AxisExtents extents(shapeOf(input), axis);
  rt::FinishLayer layer;
  layer.outer = extents.outer;
  layer.channels = extents.channels;
  layer.inner = extents.inner;
  layer.input = elementOf(input);
  layer.finish = toFinish(op);
  return planUnary(input, op->getResult(0), std::move(layer));
}

llvm::Expected<LayerPlan> planTable(qnn::TableOp op) {
  AxisExtents extents(shapeOf(op.getInput()), op.getAxis());
  rt::LookupLayer layer;
  layer.outer = extents.outer;
  layer.channels = extents.channels;
  layer.inner = extents.inner;
  layer.input = elementOf(op.getInput());
  layer.output = elementOf(op.getResult());
  layer.entries = op.getValues().getType().getDimSize(1);
  layer.low = op.getLow();
  layer.clamps = true;
  layer.per_channel = op.getValues().getType().getDimSize(0) > 1;
  LayerPlan plan =
      planOne({op.getInput()}, op.getResult(), std::move(layer), [](rt::LookupLayer &placed, const LayerAddresses &at) {
        placed.input_address = at.inputs[0];
        placed.table_address = at.tables[0];
        placed.output_address = at.outputs[0];
      });
  plan.tables.push_back(op.getValues().getTensor());
  return plan;
}

llvm::Expected<LayerPlan> planLookup(qnn::LookupOp op) {
  rt::LookupLayer layer;
  layer.inner = typeOf(op.getIndices()).getNumElements();
  layer.input = elementOf(op.getIndices());
  layer.output = elementOf(op.getResult());
  ArrayRef<int64_t> table = shapeOf(op.getTable());
  layer.entries = table.front();
  for (int64_t extent : table.drop_front())
    layer.entry_elements *= extent;
  return planOne({op.getIndices(), op.getTable()}, op.getResult(), std::move(layer),
                 [](rt::LookupLayer &placed, const LayerAddresses &at) {
                   placed.input_address = at.inputs[0];
                   placed.table_address = at.inputs[1];
                   placed.output_address = at.outputs[0];
                 });
}

static rt::SelectLayer toSelect(Value input, int64_t axis) {
  AxisExtents extents(shapeOf(input), axis);
  rt::SelectLayer layer;
  layer.outer = extents.outer;
  layer.extent = extents.channels;
  layer.inner = extents.inner;
  layer.input = elementOf(input);
  return layer;
}

llvm::Expected<LayerPlan> planArgMax(qnn::ArgMaxOp op) {
  rt::SelectLayer layer = toSelect(op.getInput(), op.getAxis());
  layer.last = op.getSelectLast();
  layer.positions = true;
  return planUnary(op.getInput(), op.getResult(), layer);
}

llvm::Expected<LayerPlan> planTopK(qnn::TopKOp op) {
  rt::SelectLayer layer = toSelect(op.getInput(), op.getAxis());
  layer.k = shapeOf(op.getValues())[op.getAxis()];
  layer.smallest = op.getSmallest();
  LayerPlan plan;
  plan.inputs = {op.getInput()};
  plan.outputs = {op.getValues(), op.getIndices()};
  plan.emit = [layer](rt::CodeGenerator &generator, const LayerAddresses &at) {
    absl::Status status;
    for (bool positions : {false, true}) {
      rt::SelectLayer placed = layer;
      placed.positions = positions;
      placed.input_address = at.inputs[0];
      placed.output_address = at.outputs[positions];
      if (status.ok())
        status = rt::Emit(generator, placed);
    }
    return status;
  };
  return plan;
}

} // namespace qcompile::imc
