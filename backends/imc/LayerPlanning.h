//===- LayerPlanning.h - Plans by kind of operation -------------*- C++ -*-===//
//
// What the files that plan layers share.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_IMC_LAYERPLANNING_H
#define QCOMPILE_BACKENDS_IMC_LAYERPLANNING_H

#include "backends/imc/LayerPlan.h"
#include "dialects/data/ElementStorage.h"

namespace qcompile::imc {

inline mlir::RankedTensorType typeOf(mlir::Value value) { return llvm::cast<mlir::RankedTensorType>(value.getType()); }
inline runtime::DataType elementOf(mlir::Value value) { return *data::getDataType(typeOf(value).getElementType()); }
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) { return typeOf(value).getShape(); }

/// Row-major strides in elements.
llvm::SmallVector<int64_t> stridesOf(llvm::ArrayRef<int64_t> shape);

/// A shape as the extents before, of and behind one dimension.
struct AxisExtents {
  int64_t outer = 1;
  int64_t channels = 1;
  int64_t inner = 1;
  AxisExtents(llvm::ArrayRef<int64_t> shape, int64_t axis);
};

/// What becomes of the sums of `producer`, and the value that it becomes.
runtime::imc::Finish getFinish(mlir::Operation *producer);
mlir::Value getFinished(mlir::Operation *producer);
/// A threshold or requantization.
runtime::imc::Finish toFinish(mlir::Operation *finish);

/// A plan with one layer, whose addresses `place` sets.
template <typename Layer, typename Place>
LayerPlan planOne(llvm::ArrayRef<mlir::Value> inputs, mlir::Value output, Layer layer, Place place) {
  LayerPlan plan;
  plan.inputs.assign(inputs.begin(), inputs.end());
  plan.outputs = {output};
  plan.emit = [layer = std::move(layer), place](runtime::imc::CodeGenerator &generator, const LayerAddresses &at) {
    Layer placed = layer;
    place(placed, at);
    return runtime::imc::Emit(generator, placed);
  };
  return plan;
}

/// The same for a layer with one input.
template <typename Layer> LayerPlan planUnary(mlir::Value input, mlir::Value output, Layer layer) {
  return planOne({input}, output, std::move(layer), [](Layer &placed, const LayerAddresses &at) {
    placed.input_address = at.inputs[0];
    placed.output_address = at.outputs[0];
  });
}

// SpatialPlans.cpp
llvm::Expected<LayerPlan> planConv(qnn::ConvOp op, bool anyLayout);
llvm::Expected<LayerPlan> planPool(mlir::Operation *op, bool anyLayout);
llvm::Expected<LayerPlan> planDepthToSpace(qnn::DepthToSpaceOp op, bool anyLayout);
// ArithmeticPlans.cpp
llvm::Expected<LayerPlan> planMatmul(qnn::MatMulOp op);
llvm::Expected<LayerPlan> planAdd(qnn::AddOp op);
llvm::Expected<LayerPlan> planMul(qnn::MulOp op);
llvm::Expected<LayerPlan> planFinish(mlir::Operation *op);
llvm::Expected<LayerPlan> planTable(qnn::TableOp op);
llvm::Expected<LayerPlan> planLookup(qnn::LookupOp op);
llvm::Expected<LayerPlan> planArgMax(qnn::ArgMaxOp op);
llvm::Expected<LayerPlan> planTopK(qnn::TopKOp op);
// MovePlans.cpp
llvm::Expected<LayerPlan> planTranspose(qnn::TransposeOp op);
llvm::Expected<LayerPlan> planSlice(qnn::SliceOp op);
llvm::Expected<LayerPlan> planConcat(qnn::ConcatOp op);
llvm::Expected<LayerPlan> planGather(qnn::GatherOp op);
llvm::Expected<LayerPlan> planPad(qnn::PadOp op);

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_LAYERPLANNING_H
