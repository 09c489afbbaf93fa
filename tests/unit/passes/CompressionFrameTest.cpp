//===- CompressionFrameTest.cpp - Layers, calibration, methods ------------===//
//
// What the frame promises: layers are matrices of what the model computes with; the layer-wise run gives the values of
// the evaluator, for the model as it was and as it becomes; corrections do what their formulas say.
//
//===----------------------------------------------------------------------===//
#include <cmath>
#include <random>

#include <Eigen/Eigenvalues>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/session/Session.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "passes/compression/Driver.h"
#include "gtest/gtest.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::compression {
namespace {

/// A convolution with stride and padding, Relu, and a product with quantized, transposed weights.
class Network {
public:
  Network() {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    OpBuilder builder(&context);
    module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToStart(module->getBody());
    auto type = [&](llvm::ArrayRef<int64_t> shape) { return RankedTensorType::get(shape, builder.getF32Type()); };
    function = func::FuncOp::create(builder, builder.getUnknownLoc(), "main",
                                    builder.getFunctionType(type({1, 2, 6, 5}), type({1, 3})));
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToStart(block);
    auto attribute = [&](llvm::StringRef name, Attribute value) { return builder.getNamedAttr(name, value); };
    auto integers = [&](llvm::ArrayRef<int64_t> values) { return builder.getDenseI64ArrayAttr(values); };
    Value w = constant(builder, "w", random({4, 2, 3, 3}));
    Value conv = add(builder, "Conv", {block->getArgument(0), w}, type({1, 4, 3, 3}),
                     {attribute("strides", integers({2, 2})), attribute("pads", integers({1, 1, 1, 1}))});
    Value relu = add(builder, "Relu", {conv}, type({1, 4, 3, 3}));
    Value flat = add(builder, "Flatten", {relu}, type({1, 36}), {attribute("axis", builder.getI64IntegerAttr(1))});
    Value v = constant(builder, "v", random({3, 36}));
    Value quantized =
        add(builder, "Quant",
            {v, constant(builder, "s", Tensor::FromFloats({3, 1}, {0.25f, 0.5f, 0.125f})),
             constant(builder, "z", Tensor::ScalarFloat(0)), constant(builder, "b", Tensor::ScalarFloat(4))},
            type({3, 36}),
            {attribute("signed_", builder.getI64IntegerAttr(1)), attribute("narrow", builder.getI64IntegerAttr(1)),
             attribute("rounding_mode", builder.getStringAttr("ROUND"))});
    Value transposed = add(builder, "Transpose", {quantized}, type({36, 3}), {attribute("perm", integers({1, 0}))});
    Value product = add(builder, "MatMul", {flat, transposed}, type({1, 3}));
    func::ReturnOp::create(builder, builder.getUnknownLoc(), product);
    EXPECT_TRUE(succeeded(verify(*module)));
  }

  Tensor random(runtime::Shape shape) {
    std::vector<float> values(runtime::NumElements(shape));
    for (float &value : values)
      value = float(int64_t(engine() % 2001) - 1000) / 700;
    return Tensor::FromFloats(shape, values);
  }
  InputBatches samples(int64_t count) {
    InputBatches out;
    for (int64_t i = 0; i < count; ++i)
      out.batches.push_back({random({1, 2, 6, 5})});
    out.samples = count;
    return out;
  }
  std::vector<Tensor> outputs(const InputBatches &inputs) {
    llvm::Expected<Evaluator> evaluator = Evaluator::create(function);
    EXPECT_TRUE(bool(evaluator));
    std::vector<Tensor> out;
    for (const auto &batch : inputs.batches)
      out.push_back((*evaluator->run(batch))[0]);
    return out;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;

private:
  Value constant(OpBuilder &builder, llvm::StringRef name, const Tensor &tensor) {
    auto value = data::ConstantAttr::get(&context, name, tensor);
    return add(builder, "Constant", {}, value.getType(), {builder.getNamedAttr("value", value)});
  }
  Value add(OpBuilder &builder, llvm::StringRef name, ValueRange operands, Type type,
            llvm::ArrayRef<NamedAttribute> attributes = {}) {
    OperationState state(builder.getUnknownLoc(), ("onnx." + name).str(), operands, type, attributes);
    return builder.create(state)->getResult(0);
  }
  std::mt19937 engine{7};
};

TEST(LayerTest, MatricesOfWhatTheModelComputesWith) {
  Network network;
  std::vector<Layer> layers = findLayers(network.function);
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].kind(), LayerKind::Conv);
  EXPECT_EQ(layers[0].outputs(), 4);
  EXPECT_EQ(layers[0].inputs(), 18);
  EXPECT_FALSE(layers[0].grid());
  EXPECT_EQ(layers[1].kind(), LayerKind::Linear);
  EXPECT_EQ(layers[1].outputs(), 3);
  EXPECT_EQ(layers[1].inputs(), 36);
  // The constant is [outputs, K]: the transposition behind it is looked through.
  EXPECT_EQ(layers[1].order(), (llvm::ArrayRef<int64_t>{0, 1}));
  ASSERT_TRUE(layers[1].grid());
  EXPECT_EQ(layers[1].grid()->scale, (std::vector<double>{0.25, 0.5, 0.125}));
  EXPECT_EQ(layers[1].grid()->low(), -7);
  EXPECT_TRUE(layers[1].grid()->contains(layers[1].weights()));
}

TEST(LayerTest, NewWeightsAreReadBack) {
  Network network;
  for (Layer layer : findLayers(network.function)) {
    WeightGrid grid;
    grid.bits = 5;
    grid.scale.assign(layer.outputs(), 0.0625);
    grid.zeroPoint = {0};
    Matrix rounded = grid.round(layer.weights());
    layer.setWeights({rounded, grid, nullptr});
    EXPECT_EQ(layer.weights(), rounded);
    std::optional<Layer> again = Layer::get(layer.operation());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->weights(), rounded);
    EXPECT_EQ(again->grid()->bits, 5);
  }
  EXPECT_TRUE(succeeded(verify(*network.module)));
}

/// Rounds to multiples of 1/2.
class Halves : public Method {
public:
  llvm::Expected<LayerResult> compress(const LayerTask &task) override {
    WeightGrid grid;
    grid.scale = {0.5};
    targets.push_back(task.target());
    return LayerResult{{grid.round(task.target()), grid, nullptr}, "halves", {}};
  }
  std::vector<Matrix> targets;
};

TEST(LayerwiseRunTest, ValuesAreThoseOfTheEvaluator) {
  Network network;
  InputBatches inputs = network.samples(5);
  std::vector<Tensor> before = network.outputs(inputs);
  Value result = network.function.front().getTerminator()->getOperand(0);
  LayerwiseRun run(network.function, inputs);
  llvm::Error error = run.run([&](Operation *op) -> llvm::Expected<Value> {
    std::optional<Layer> layer = Layer::get(op);
    if (!layer)
      return op->getResult(0);
    WeightGrid grid;
    grid.scale = {0.5};
    layer->setWeights({grid.round(layer->weights()), grid, nullptr});
    result = layer->addBias(Vector::Ones(layer->outputs()));
    return result;
  });
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  std::vector<Tensor> after = network.outputs(inputs);
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(run.source(result)[i].tensor, before[i]);
    EXPECT_EQ(run.current(result)[i].tensor, after[i]);
    EXPECT_FALSE(before[i] == after[i]);
  }
}

TEST(LayerwiseRunTest, QuantizersAreCopiedBehindTheirLastUse) {
  Network network;
  InputBatches inputs = network.samples(3);
  std::vector<Layer> layers = findLayers(network.function);
  Matrix zeros = Matrix::Zero(layers[1].outputs(), layers[1].inputs());
  Value result = network.function.front().getTerminator()->getOperand(0);
  LayerwiseRun run(network.function, inputs);
  llvm::Error error = run.run([&](Operation *op) -> llvm::Expected<Value> {
    // The quantizer ran already: its parameters have no other user.
    if (op == layers[1].operation())
      layers[1].setWeights({zeros, std::nullopt, nullptr});
    return op->getResult(0);
  });
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  for (const runtime::Value &value : run.current(result))
    EXPECT_EQ(value.tensor, Tensor::FromFloats({1, 3}, {0, 0, 0}));
}

/// What the first layer of the network sees on the samples themselves.
llvm::Expected<LayerData> readInputs(const Layer &layer, const InputBatches &inputs) {
  std::vector<runtime::Value> values;
  for (const auto &batch : inputs.batches)
    values.push_back(batch[0]);
  return LayerData::create(layer, values, values);
}

TEST(LayerDataTest, MeansAndErrorsAreThoseOfTheOutputs) {
  Network network;
  InputBatches inputs = network.samples(6);
  std::vector<Layer> layers = findLayers(network.function);
  llvm::Expected<LayerData> data = readInputs(layers[0], inputs);
  ASSERT_TRUE(bool(data));
  // All positions are drawn: 3x3 of each sample.
  ASSERT_EQ(data->group(0).source.rows(), 54);
  Matrix w = layers[0].weights(), v = w;
  v(1, 3) += 0.5;
  // Only output 1 moves, by 0.5 times input 3: channel 0, kernel row 1, column 0.
  double mean = 0;
  for (const auto &batch : inputs.batches)
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 3; ++x)
        mean += x == 0 ? 0 : double(batch[0].Floats()[(2 * y) * 5 + 2 * x - 1]) / 54;
  Vector shift = data->getMeanShift(layers[0], w, v);
  EXPECT_NEAR(shift(1), -0.5 * mean, 1e-9);
  EXPECT_EQ(shift(0), 0);
  EXPECT_NEAR(data->getOutputError(layers[0], w, v, false), getOutputError(w, v, data->moments(0)), 1e-5);
  EXPECT_EQ(data->correctTarget(layers[0], w), w) << "nothing to make up for";
}

TEST(LayerDataTest, ErrorsWithoutTheirMeans) {
  Network network;
  InputBatches inputs = network.samples(6);
  std::vector<Layer> layers = findLayers(network.function);
  llvm::Expected<LayerData> data = readInputs(layers[0], inputs);
  ASSERT_TRUE(bool(data));
  Matrix w = layers[0].weights(), v = w;
  v(1, 3) += 0.5;
  // ||e||² = ||e - mean||² + rows mean².
  double all = data->getOutputError(layers[0], w, v, false), rest = data->getOutputError(layers[0], w, v, true);
  double whole = (data->group(0).source.cast<double>() * w.transpose()).squaredNorm();
  double mean = data->getMeanShift(layers[0], w, v)(1);
  EXPECT_NEAR((all * all - rest * rest) * whole, 54 * mean * mean, 1e-4);
}

TEST(LayerDataTest, InputsMustBeFinite) {
  Network network;
  std::vector<Layer> layers = findLayers(network.function);
  std::vector<float> pixels(60, 1.0f);
  pixels[7] = std::nanf("");
  std::vector<runtime::Value> values = {Tensor::FromFloats({1, 2, 6, 5}, pixels)};
  llvm::Expected<LayerData> data = LayerData::create(layers[0], values, values);
  ASSERT_FALSE(bool(data));
  EXPECT_NE(llvm::toString(data.takeError()).find("expected finite inputs"), std::string::npos);
}

TEST(LayerDataTest, ConstantInputsLeaveADefiniteMatrix) {
  Network network;
  std::vector<Layer> layers = findLayers(network.function);
  std::vector<runtime::Value> values = {Tensor::FromFloats({1, 2, 6, 5}, std::vector<float>(60, 3.0f))};
  llvm::Expected<LayerData> data = LayerData::create(layers[0], values, values);
  ASSERT_TRUE(bool(data));
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(Eigen::MatrixXd(data->centredMoments(0)));
  EXPECT_GT(solver.eigenvalues().minCoeff(), 0.01);
}

TEST(LayerTest, WeightsStayAsChosenUnderOtherRoundings) {
  Network network;
  Layer layer = findLayers(network.function)[1];
  layer.operation()->getOperand(1).getDefiningOp()->getOperand(0).getDefiningOp()->setAttr(
      "rounding_mode", StringAttr::get(&network.context, "FLOOR"));
  layer = *Layer::get(layer.operation());
  WeightGrid grid = *layer.grid();
  Matrix chosen(layer.outputs(), layer.inputs());
  for (Eigen::Index o = 0; o < chosen.rows(); ++o)
    for (Eigen::Index k = 0; k < chosen.cols(); ++k)
      chosen(o, k) = grid.dequantize((o + 3 * k) % 15 - 7, o);
  layer.setWeights({chosen, std::nullopt, nullptr});
  EXPECT_EQ(Layer::get(layer.operation())->weights(), chosen);
}

TEST(LayerDataTest, TargetsMakeUpForThePrefix) {
  // Where the current inputs are a linear image of the source's, the weights that undo it are the optimum.
  Network network;
  InputBatches inputs = network.samples(200);
  std::vector<Layer> layers = findLayers(network.function);
  std::vector<runtime::Value> source, current;
  for (const auto &batch : inputs.batches) {
    source.push_back(batch[0]);
    std::vector<float> doubled;
    for (float x : batch[0].Floats())
      doubled.push_back(2 * x);
    current.push_back(Tensor::FromFloats({1, 2, 6, 5}, doubled));
  }
  llvm::Expected<LayerData> data = LayerData::create(layers[0], source, current);
  ASSERT_TRUE(bool(data));
  Matrix w = layers[0].weights(), target = data->correctTarget(layers[0], w, 1e-9);
  EXPECT_LT(getRelativeError(w / 2, target), 1e-4);
}

TEST(DriverTest, ReportsEveryLayerAndCorrectsMeans) {
  Network network;
  Halves method;
  Options options;
  options.keepFirst = options.keepLast = false;
  ASSERT_TRUE(succeeded(compressLayers(network.function, "test", method, options)));
  auto report = network.function->getAttrOfType<ArrayAttr>("compression.report");
  ASSERT_TRUE(report);
  EXPECT_EQ(report.size(), 2u);
  EXPECT_TRUE(succeeded(verify(*network.module)));
  for (Layer layer : findLayers(network.function))
    EXPECT_EQ(layer.grid()->scale, std::vector<double>{0.5});
}

TEST(DriverTest, FirstAndLastLayerStay) {
  Network network;
  Halves method;
  ASSERT_TRUE(succeeded(compressLayers(network.function, "test", method, Options())));
  EXPECT_TRUE(method.targets.empty());
}

} // namespace
} // namespace qcompile::compression
