//===- IntegerFormCornersTest.cpp - Corners of the conversion -------------===//
//
// Single layers at the edge of what the conversion may assume: it must find the same codes or leave the layer
// float, and never fail on a model.
//
//===----------------------------------------------------------------------===//
#include "NetworkTesting.h"

namespace qcompile::testing {
namespace {

using runtime::Tensor;

/// Both forms give the same outputs on every sample.
void expectSame(Network &network, const std::vector<std::vector<float>> &samples) {
  network.finish();
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*network.module))) << network.messages;
  mlir::OwningOpRef<mlir::ModuleOp> integer = network.toIntegerForm();
  ASSERT_TRUE(integer) << network.messages;
  auto source = Evaluator::create(network.main);
  auto form = Evaluator::create(Network::getMain(*integer));
  ASSERT_TRUE(bool(source)) << llvm::toString(source.takeError());
  ASSERT_TRUE(bool(form)) << llvm::toString(form.takeError());
  for (const std::vector<float> &sample : samples)
    EXPECT_EQ(findDifference(*source, *form, {Tensor::FromFloats(source->inputs()[0].shape, sample)}), "")
        << sample[0] << "\n"
        << Network::dump(*integer);
}

/// All codes of an input quantizer of scale 1, and values between them.
std::vector<std::vector<float>> halves(float low, float high) {
  std::vector<std::vector<float>> out;
  for (float x = low; x <= high; x += 0.5f)
    out.push_back({x});
  return out;
}

mlir::Value quantized(Network &network, mlir::Value x, int bits, int isSigned, int narrow = 0) {
  return network.quant(x, network.constant({}, {1}), 0, bits, isSigned, narrow, "ROUND");
}

TEST(IntegerFormCornersTest, StepsThatAreMonotoneAloneAndNotTogether) {
  // sqrt(x) is not a number below 0, whose code is the lowest one; -sqrt(x) falls from 0 on.
  Network network;
  mlir::Value x = quantized(network, network.addInput({1, 1}), 4, 1);
  mlir::Value y = network.op("Neg", {network.op("Sqrt", {x}, x.getType())}, x.getType());
  network.output(quantized(network, y, 3, 1));
  expectSame(network, halves(-9, 9));
}

TEST(IntegerFormCornersTest, SquareRootAlone) {
  Network network;
  mlir::Value x = quantized(network, network.addInput({1, 1}), 4, 1);
  network.output(quantized(network, network.op("Sqrt", {x}, x.getType()), 3, 1));
  expectSame(network, halves(-9, 9));
}

TEST(IntegerFormCornersTest, DivisionByZero) {
  Network network;
  mlir::Value x = quantized(network, network.addInput({1, 1}), 4, 1);
  network.output(quantized(network, network.op("Div", {x, network.constant({}, {0})}, x.getType()), 3, 1));
  expectSame(network, halves(-9, 9));
}

TEST(IntegerFormCornersTest, OverflowToInfinityAndBack) {
  // x * 3e38 overflows for |x| > 1; 1 / inf is 0 again.
  Network network;
  mlir::Value x = quantized(network, network.addInput({1, 1}), 4, 1);
  mlir::Value big = network.op("Mul", {x, network.constant({}, {3e38f})}, x.getType());
  network.output(quantized(network, network.op("Reciprocal", {big}, x.getType()), 3, 1));
  network.output(quantized(network, network.op("Sub", {big, network.constant({}, {INFINITY})}, x.getType()), 3, 1));
  expectSame(network, halves(-9, 9));
}

TEST(IntegerFormCornersTest, NotANumberAsInput) {
  // A ReLU may turn what is not a number into 0, whose code is not the lowest.
  for (llvm::StringRef name : {"Relu", "Neg", "Tanh", "Sigmoid", "HardSigmoid", "Sign", "Floor"}) {
    Network network;
    mlir::Value x = network.addInput({1, 1});
    network.output(quantized(network, network.op(name, {x}, x.getType()), 2, 1));
    SCOPED_TRACE(name.str());
    expectSame(network, {{NAN}, {0.0f}, {-0.0f}, {INFINITY}, {-INFINITY}, {0.5f}, {-0.5f}});
  }
}

TEST(IntegerFormCornersTest, NotANumberThroughClip) {
  for (bool lower : {false, true})
    for (bool upper : {false, true}) {
      Network network;
      mlir::Value x = network.addInput({1, 1});
      std::vector<mlir::Value> operands = {x};
      if (lower)
        operands.push_back(network.constant({}, {-0.75f}));
      if (upper)
        operands.push_back(network.constant({}, {0.75f}));
      mlir::Value y = network.op("Clip", operands, x.getType(),
                                 {network.builder.getNamedAttr(
                                     "operandSegmentSizes", network.builder.getDenseI32ArrayAttr({1, lower, upper}))});
      network.output(quantized(network, y, 2, 1));
      expectSame(network, {{NAN}, {0.0f}, {INFINITY}, {-INFINITY}, {0.6f}, {-0.6f}});
    }
}

TEST(IntegerFormCornersTest, OneCodeOnly) {
  // Unsigned, one bit, narrow: the range is 0 to 0.
  Network network;
  mlir::Value x = quantized(network, network.addInput({1, 1}), 4, 1);
  network.output(quantized(network, x, 1, 0, 1));
  expectSame(network, halves(-9, 9));
}

TEST(IntegerFormCornersTest, OneCodeOnlyOfFloats) {
  Network network;
  network.output(quantized(network, network.addInput({1, 1}), 1, 0, 1));
  expectSame(network, halves(-2, 2));
}

TEST(IntegerFormCornersTest, Scalars) {
  Network network;
  mlir::Value x = quantized(network, network.addInput({}), 4, 1);
  network.output(quantized(network, network.op("Neg", {x}, x.getType()), 2, 1));
  expectSame(network, halves(-9, 9));
}

TEST(IntegerFormCornersTest, EmptyTensors) {
  Network network;
  mlir::Value x = quantized(network, network.addInput({0, 3}), 4, 1);
  network.output(quantized(network, network.op("Neg", {x}, x.getType()), 2, 1));
  expectSame(network, {{}});
}

TEST(IntegerFormCornersTest, SummedDimensionOfExtentZero) {
  Network network;
  mlir::Value x = quantized(network, network.addInput({2, 0}), 4, 1);
  mlir::Value w = quantized(network, network.constant({0, 3}, {}), 4, 1);
  mlir::Value y = network.op("MatMul", {x, w}, mlir::RankedTensorType::get({2, 3}, network.builder.getF32Type()));
  network.output(quantized(network, y, 2, 1));
  expectSame(network, {{}});
}

TEST(IntegerFormCornersTest, WidestQuantizers) {
  for (int isSigned : {0, 1}) {
    Network network;
    network.output(quantized(network, network.addInput({1, 1}), 32, isSigned));
    expectSame(network, {{0.5f},
                         {-1.5f},
                         {2147483648.0f},
                         {-2147483648.0f},
                         {4294967295.0f},
                         {1e20f},
                         {-1e20f},
                         {INFINITY},
                         {-INFINITY},
                         {NAN}});
  }
}

/// Constants of types that the reference semantics lack are data like any other.
TEST(IntegerFormCornersTest, HalfPrecisionConstants) {
  Network network;
  mlir::Builder &builder = network.builder;
  auto bytes = std::make_shared<std::vector<uint8_t>>(std::vector<uint8_t>{0x00, 0x3c}); // 1.0
  std::string error;
  auto half = data::ConstantAttr::getFromStorage(mlir::RankedTensorType::get({1, 1}, builder.getF16Type()), "half",
                                                 *bytes, bytes, error);
  ASSERT_TRUE(half) << error;
  auto type = mlir::RankedTensorType::get({1, 1}, builder.getF32Type());
  mlir::Value cast = network.op("Cast", {network.constant(half)}, type, {network.integer("to", 1)});
  mlir::Value x = network.addInput({1, 1});
  network.output(quantized(network, network.op("Add", {x, cast}, type), 2, 1));
  network.finish();
  // Supported or refused by name, but nothing else.
  if (!network.toIntegerForm()) {
    EXPECT_NE(network.messages.find("[QC-"), std::string::npos) << network.messages;
  }
}

TEST(IntegerFormCornersTest, HalfPrecisionScale) {
  Network network;
  mlir::Builder &builder = network.builder;
  auto bytes = std::make_shared<std::vector<uint8_t>>(std::vector<uint8_t>{0x00, 0x38}); // 0.5
  std::string error;
  auto half = data::ConstantAttr::getFromStorage(mlir::RankedTensorType::get({}, builder.getF16Type()), "half", *bytes,
                                                 bytes, error);
  ASSERT_TRUE(half) << error;
  mlir::Value x = network.addInput({1, 1});
  network.output(network.quant(x, network.constant(half), 0, 2, 1, 0, "ROUND"));
  network.finish();
  if (!network.toIntegerForm()) {
    EXPECT_NE(network.messages.find("[QC-"), std::string::npos) << network.messages;
  }
}

} // namespace
} // namespace qcompile::testing
