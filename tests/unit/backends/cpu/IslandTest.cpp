// Float islands: before, between and behind integer layers.
#include "tests/unit/backends/cpu/NetworkBuilder.h"

#include "backends/cpu/outline-islands/OutlineIslands.h"

namespace qcompile::cpu {
namespace {

/// Number of islands that cpu-outline-islands makes of the module.
int countIslands(NetworkBuilder &net) {
  mlir::OwningOpRef<mlir::ModuleOp> copy = net.module->clone();
  mlir::PassManager pm(&net.context);
  pm.addPass(createCpuOutlineIslands());
  EXPECT_TRUE(mlir::succeeded(pm.run(*copy))) << net.errors;
  EXPECT_TRUE(mlir::succeeded(mlir::verify(*copy))) << net.errors;
  int count = 0;
  for (auto function : copy->getOps<mlir::func::FuncOp>())
    count += function.getName().starts_with("island_");
  return count;
}

void expectEvaluatorsBits(NetworkBuilder &net) {
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*net.module))) << net.errors;
  auto lowered = net.lower();
  ASSERT_TRUE(lowered) << net.errors << net.dump();
  auto executable = net.session()->prepare(*lowered, {"net"});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  net.expectEqual(**executable, 5);
}

Tensor randomFloats(NetworkBuilder &net, runtime::Shape shape) {
  std::vector<float> values;
  for (int64_t i = 0; i < runtime::NumElements(shape); ++i)
    values.push_back(static_cast<float>(net.below(2001) - 1000) / 700);
  return Tensor::FromFloats(std::move(shape), values);
}

/// A fully connected float layer.
Value floatMatmul(NetworkBuilder &net, Value x, int64_t n) {
  Value weights = net.onnxConstant(randomFloats(net, {net.shapeOf(x).back(), n}));
  mlir::OperationState state(net.loc(), "onnx.MatMul");
  state.addOperands({x, weights});
  state.addTypes(RankedTensorType::get({net.shapeOf(x)[0], n}, net.builder.getF32Type()));
  return net.builder.create(state)->getResult(0);
}

TEST(Islands, BeforeAndBehind) {
  NetworkBuilder net(1);
  Value x = floatMatmul(net, net.addFloatInput({2, 16}), 24);
  Value codes = net.quantize(net.onnxOp("Relu", x), DataType::Unsigned(6), {1, 1});
  Value y = net.dequantize(net.matmul(codes, 5, DataType::Signed(6)), 1, true, true);
  Value scores = net.onnxOp("Softmax", y, {net.builder.getNamedAttr("axis", net.builder.getI64IntegerAttr(-1))});
  net.finish({scores, y});
  EXPECT_EQ(countIslands(net), 2);
  expectEvaluatorsBits(net);
}

TEST(Islands, BetweenIntegerLayers) {
  NetworkBuilder net(2);
  Value codes = net.threshold(net.addFloatInput({1, 30}), DataType::Bipolar(), 1, true);
  Value y = net.dequantize(net.matmul(codes, 20, DataType::Bipolar()), 1, true, false);
  Value again = net.quantize(net.onnxOp("Sigmoid", y), DataType::Unsigned(4), {1, 20});
  Value z = net.dequantize(net.matmul(again, 7, DataType::Signed(3)), 1, false, true);
  net.finish({net.onnxOp("Tanh", z)});
  EXPECT_EQ(countIslands(net), 2);
  expectEvaluatorsBits(net);
}

TEST(Islands, IndependentOperationsShareOne) {
  NetworkBuilder net(3);
  Value a = net.addFloatInput({1, 8}), b = net.addFloatInput({1, 8});
  Value qa = net.threshold(net.onnxOp("Relu", a), DataType::Unsigned(2), 1, true);
  Value qb = net.threshold(net.onnxOp("Tanh", b), DataType::Unsigned(2), 1, true);
  net.finish({net.matmul(qa, 3, DataType::Signed(2)), net.matmul(qb, 4, DataType::Signed(8))});
  EXPECT_EQ(countIslands(net), 1);
  expectEvaluatorsBits(net);
}

TEST(Islands, ConvolutionWithWeightsThatAreDataRunsByReference) {
  NetworkBuilder net(4);
  Value x = net.threshold(net.addFloatInput({1, 2, 6}), DataType::Signed(3), 1, false);
  Value weights = net.threshold(net.addFloatInput({4, 2, 3}), DataType::Bipolar(), 1, false);
  Value sums =
      qnn::ConvOp::create(net.builder, net.loc(), RankedTensorType::get({1, 4, 4}, net.codeType(DataType::Signed(8))),
                          x, weights, 1, llvm::ArrayRef<int64_t>{1}, llvm::ArrayRef<int64_t>{1}, 1);
  net.finish({net.threshold(sums, DataType::Unsigned(3), 1, true), sums});
  EXPECT_EQ(countIslands(net), 1);
  expectEvaluatorsBits(net);
}

TEST(Islands, NetworkOfFloatsOnlyAndPassedThroughValues) {
  NetworkBuilder net(5);
  Value x = net.addFloatInput({2, 3});
  Value constant = net.onnxConstant(randomFloats(net, {4}));
  Value sum = net.onnxOp("Exp", x);
  net.finish({x, constant, sum, sum});
  EXPECT_EQ(countIslands(net), 1);
  expectEvaluatorsBits(net);
}

TEST(Islands, SimpleFloatOperationsNeedNone) {
  NetworkBuilder net(7);
  Value image = net.addFloatInput({2, 3, 4, 5});
  for (const runtime::Shape &shape :
       {runtime::Shape{}, {1}, {5}, {1, 5}, {4, 1}, {3, 1, 1}, {2, 1, 1, 1}, {2, 3, 4, 5}}) {
    const char *names[] = {"Add", "Sub", "Mul", "Div"};
    Value constant = net.onnxConstant(randomFloats(net, shape));
    image = net.onnxOp(names[net.below(4)], {image, constant});
  }
  mlir::OperationState flatten(net.loc(), "onnx.Flatten");
  flatten.addOperands(image);
  flatten.addAttribute("axis", net.builder.getI64IntegerAttr(1));
  flatten.addTypes(RankedTensorType::get({2, 60}, net.builder.getF32Type()));
  Value flat = net.builder.create(flatten)->getResult(0);
  Value codes = net.threshold(flat, DataType::Unsigned(2), 1, true);
  Value y = net.dequantize(net.matmul(codes, 6, DataType::Signed(2)), 1, true, true);
  Value z = net.onnxOp("Div", {net.onnxOp("Mul", {y, y}), net.onnxOp("Sub", {y, y})});
  net.finish({z, flat, net.onnxOp("Sub", {net.onnxConstant(randomFloats(net, {2, 6})), y})});
  EXPECT_EQ(countIslands(net), 0);
  expectEvaluatorsBits(net);
}

TEST(Islands, SimpleFloatOperationsBehindAnIslandJoinIt) {
  NetworkBuilder net(8);
  Value x = net.onnxOp("Exp", net.addFloatInput({1, 9}));
  Value codes = net.threshold(net.onnxOp("Add", {x, x}), DataType::Bipolar(), 1, true);
  net.finish({net.matmul(codes, 3, DataType::Bipolar())});
  EXPECT_EQ(countIslands(net), 1);
  expectEvaluatorsBits(net);
}

/// The exact value of a quantizer's output does not cross between islands: the later one repeats
/// it.
TEST(Islands, QuantizersAreRepeated) {
  NetworkBuilder net(6);
  Value x = net.addFloatInput({1, 40});
  auto scalar = [&](float value) { return net.onnxConstant(Tensor::ScalarFloat(value)); };
  auto quant = [&](Value value) { return net.onnxOp("Quant", {value, scalar(0.1f), scalar(0.0f), scalar(8.0f)}); };
  Value early = quant(net.onnxOp("Tanh", x));
  Value codes = net.threshold(net.onnxOp("Relu", x), DataType::Bipolar(), 1, false);
  Value y = net.dequantize(net.matmul(codes, 40, DataType::Bipolar()), 1, true, false);
  // Both summands are quantized: the sum is exact and rounded once.
  net.finish({net.onnxOp("Add", {early, quant(y)}), early});
  EXPECT_EQ(countIslands(net), 2);
  expectEvaluatorsBits(net);
}

} // namespace
} // namespace qcompile::cpu
