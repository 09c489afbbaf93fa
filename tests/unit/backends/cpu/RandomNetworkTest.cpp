// Random integer networks: the compiled code gives the evaluator's bits.
#include "tests/unit/backends/cpu/NetworkBuilder.h"

namespace qcompile::cpu {
namespace {

class RandomNetwork : public ::testing::TestWithParam<unsigned> {};

/// A random way from an input to codes of shape [rows, k].
Value addRandomInput(NetworkBuilder &net, int64_t rows, int64_t k) {
  DataType type = net.randomType();
  int64_t axis = net.below(2);
  switch (net.below(6)) {
  case 0: // codes from outside
    return net.addInput({rows, k}, net.codeType(net.randomType(net.below(2) ? 8 : 16)));
  case 1: {
    if (type.kind == runtime::TypeKind::kBipolar)
      type = DataType::Signed(3);
    const int64_t shapes[3][2] = {{1, 1}, {1, k}, {rows, 1}};
    return net.quantize(net.addFloatInput({rows, k}), type, shapes[net.below(3)]);
  }
  case 2: { // an image: channels, height, width
    Value image = net.addFloatInput({rows, 2, 3, k});
    Value codes = net.threshold(image, type, 1 + net.below(3), net.below(2));
    return net.reshape(codes, {rows, 6 * k});
  }
  case 3: {
    Value image = net.addFloatInput({k, rows});
    return net.transpose(net.threshold(image, type, axis, net.below(2)), {1, 0});
  }
  default:
    return net.threshold(net.addFloatInput({rows, k}), type, axis, net.below(2));
  }
}

TEST_P(RandomNetwork, GivesTheEvaluatorsBits) {
  NetworkBuilder net(GetParam());
  int64_t rows = 1 + net.below(3);
  Value codes = addRandomInput(net, rows, 1 + net.below(150));
  std::vector<Value> outputs;
  for (int64_t layer = net.below(4); layer > 0; --layer) {
    DataType weights = net.randomType(net.below(8) ? 8 : 12);
    Value sums = net.matmul(codes, 1 + net.below(100), weights);
    if (net.below(4) == 0) // a second user of the sums
      outputs.push_back(net.below(2) ? sums : net.dequantize(sums, 1, true, true));
    Value before = codes;
    codes = net.threshold(sums, net.randomType(net.below(6) ? 8 : 10), net.below(2), net.below(4) != 0);
    if (net.below(4) == 0) // codes used by products of different kinds, and given out
      outputs.push_back(net.matmul(before, 5, DataType::Signed(7)));
    if (net.below(4) == 0)
      outputs.push_back(before);
    if (net.below(5) == 0) {
      int64_t n = net.shapeOf(codes)[1];
      codes = net.reshape(net.transpose(codes, {1, 0}), {rows, n});
    }
  }
  outputs.push_back(
      net.dequantize(net.matmul(codes, 1 + net.below(12), net.randomType()), net.below(2), net.below(2), net.below(2)));
  if (net.below(3) == 0)
    outputs.push_back(net.dequantize(codes, net.below(2), net.below(2), net.below(2)));
  if (net.below(6) == 0)
    outputs.push_back(outputs.front());
  net.finish(outputs);
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*net.module))) << net.errors << net.dump();

  auto lowered = net.lower();
  ASSERT_TRUE(lowered) << net.errors << net.dump();
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*lowered))) << net.errors;
  auto executable = net.session()->prepare(*lowered, {"net"});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  net.expectEqual(**executable, 3);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomNetwork, ::testing::Range(0u, 150u));

TEST(CpuExecutable, RefusesCodesThatTheirTypeDoesNotHave) {
  NetworkBuilder net(1);
  Value codes = net.addInput({1, 9}, net.codeType(DataType::Signed(3)));
  net.finish({net.dequantize(net.matmul(codes, 4, DataType::Bipolar()), 1, false, false)});
  auto lowered = net.lower();
  ASSERT_TRUE(lowered) << net.errors;
  auto executable = llvm::cantFail(net.session()->prepare(*lowered, {"net"}));
  Tensor tensor(DataType::Signed(3), {1, 9});
  tensor.MutableData<int8_t>()[5] = 4;
  auto found = executable->run({{tensor}});
  ASSERT_FALSE(bool(found));
  EXPECT_EQ(llvm::toString(found.takeError()), "an integer input holds a value that its element type does not have");
}

TEST(CpuExecutable, RefusesInputsOfAnotherShape) {
  NetworkBuilder net(2);
  Value codes = net.addInput({1, 9}, net.codeType(DataType::Bipolar()));
  net.finish({net.matmul(codes, 4, DataType::Bipolar())});
  auto executable = llvm::cantFail(net.session()->prepare(*net.lower(), {"net"}));
  auto found = executable->run({{Tensor(DataType::Bipolar(), {9, 1})}});
  ASSERT_FALSE(bool(found));
  EXPECT_EQ(llvm::toString(found.takeError()), "expected input 'in/0' as bipolar 1x9, found bipolar 9x1");
  auto none = executable->run({{}});
  ASSERT_FALSE(bool(none));
  EXPECT_EQ(llvm::toString(none.takeError()), "expected 1 inputs, found 0");
}

} // namespace
} // namespace qcompile::cpu
