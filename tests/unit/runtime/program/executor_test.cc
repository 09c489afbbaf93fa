#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/program/program.h"

namespace qcompile::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Port FloatPort(std::string name, Shape shape, int32_t value) {
  return Port{std::move(name), DataType::Float32(), std::move(shape), value};
}

// y = (x * (c + c)), with the sum of constants as value 2.
Program ScaledInput() {
  Program program;
  program.num_values = 4;
  program.inputs = {FloatPort("x", {2}, 0)};
  program.constants = {{1, Tensor::ScalarFloat(1.5f)}};
  program.operations.push_back(Operation{"onnx.Add", "sum", {}, {1, 1}, {2}});
  program.operations.push_back(Operation{"onnx.Mul", "scaled", {}, {0, 2}, {3}});
  program.outputs = {FloatPort("y", {2}, 3)};
  return program;
}

std::string CreationFailure(Program program) {
  auto executor = ProgramExecutor::Create(std::move(program));
  return executor.ok() ? "ok" : std::string(executor.status().message());
}

TEST(ProgramExecutor, RunsInOrder) {
  auto executor = ProgramExecutor::Create(ScaledInput());
  ASSERT_TRUE(executor.ok()) << executor.status();
  ASSERT_TRUE(executor->Run({Tensor::FromFloats({2}, {2, -1})}).ok());
  EXPECT_THAT(executor->output(0).Floats(), ElementsAre(6, -3));
  ASSERT_TRUE(executor->Run({Tensor::FromFloats({2}, {1, 0})}).ok());
  EXPECT_THAT(executor->output(0).Floats(), ElementsAre(3, 0));
}

TEST(ProgramExecutor, ConstantsAreComputedOnce) {
  auto executor = ProgramExecutor::Create(ScaledInput());
  ASSERT_TRUE(executor.ok());
  // The sum is there before anything has run, and a run does not make it again.
  EXPECT_EQ(executor->value(2).tensor.Floats()[0], 3);
  const uint8_t *before = executor->value(2).tensor.bytes().data();
  ASSERT_TRUE(executor->Run({Tensor::FromFloats({2}, {2, -1})}).ok());
  EXPECT_EQ(executor->value(2).tensor.bytes().data(), before);
}

TEST(ProgramExecutor, ReadingsReachLaterOperations) {
  // Quantized weights stay quantized through a transpose into the product: exact, rounded once.
  Program program;
  program.num_values = 9;
  program.inputs = {FloatPort("x", {1, 2}, 0)};
  program.constants = {{1, Tensor::FromFloats({1, 2}, {3, -3})},
                       {2, Tensor::ScalarFloat(0.1f)},
                       {3, Tensor::ScalarFloat(0)},
                       {4, Tensor::ScalarFloat(8)}};
  program.operations = {Operation{"onnx.Quant", "weights", {}, {1, 2, 3, 4}, {5}},
                        Operation{"onnx.Transpose", "transposed", {}, {5}, {6}},
                        Operation{"onnx.Quant", "activations", {}, {0, 2, 3, 4}, {7}},
                        Operation{"onnx.MatMul", "product", {}, {7, 6}, {8}}};
  program.outputs = {FloatPort("y", {1, 1}, 8)};
  auto executor = ProgramExecutor::Create(std::move(program));
  ASSERT_TRUE(executor.ok()) << executor.status();
  ASSERT_TRUE(executor->Run({Tensor::FromFloats({1, 2}, {0.4f, 0.1f})}).ok());
  // Codes 30, -30 and 4, 1: (120 - 30) * 0.1f * 0.1f, whose square is exact in double, rounded
  // once.
  const double scale = 0.1f;
  EXPECT_EQ(executor->output(0).Floats()[0], static_cast<float>(90 * (scale * scale)));
  EXPECT_TRUE(executor->value(6).quantized);
}

TEST(ProgramExecutor, OptionalOperandsAndResults) {
  Program program;
  program.num_values = 3;
  program.inputs = {FloatPort("x", {2}, 0)};
  program.constants = {{1, Tensor::ScalarFloat(1)}};
  program.operations = {Operation{"onnx.Clip", "clip", {}, {0, -1, 1}, {2}}};
  program.outputs = {FloatPort("y", {2}, 2)};
  auto executor = ProgramExecutor::Create(std::move(program));
  ASSERT_TRUE(executor.ok()) << executor.status();
  ASSERT_TRUE(executor->Run({Tensor::FromFloats({2}, {-5, 5})}).ok());
  EXPECT_THAT(executor->output(0).Floats(), ElementsAre(-5, 1));
}

TEST(ProgramExecutor, ChecksInputs) {
  auto executor = ProgramExecutor::Create(ScaledInput());
  ASSERT_TRUE(executor.ok());
  EXPECT_EQ(executor->Run({}).message(), "expected 1 inputs, found 0");
  EXPECT_EQ(executor->Run({Tensor::FromFloats({3}, {1, 2, 3})}).message(),
            "expected 2 float32 for input 'x', found 3 float32");
  EXPECT_THAT(std::string(executor->Run({Tensor::FromDoubles({2}, {1, 2})}).message()), HasSubstr("found 2 float64"));
}

TEST(ProgramExecutor, NamesTheOperationThatFails) {
  Program unknown = ScaledInput();
  unknown.operations[1].name = "onnx.Mystery";
  EXPECT_EQ(CreationFailure(unknown),
            "node 'scaled' (onnx.Mystery): expected an operation with reference semantics, found "
            "none of this name");
  Program wrong = ScaledInput();
  wrong.constants[0].second = Tensor::FromFloats({3}, {1, 2, 3});
  auto executor = ProgramExecutor::Create(wrong);
  ASSERT_TRUE(executor.ok());
  EXPECT_EQ(executor->Run({Tensor::FromFloats({2}, {2, -1})}).message(),
            "node 'scaled' (onnx.Mul): expected shapes that broadcast, found 2 and 3");
  Program results = ScaledInput();
  results.num_values = 5;
  results.operations[1].results = {3, 4};
  auto too_many = ProgramExecutor::Create(results);
  ASSERT_TRUE(too_many.ok());
  EXPECT_THAT(std::string(too_many->Run({Tensor::FromFloats({2}, {2, -1})}).message()),
              HasSubstr("expected at most 1 results, found 2"));
}

TEST(ProgramExecutor, RefusesInvalidPrograms) {
  Program late = ScaledInput();
  std::swap(late.operations[0], late.operations[1]);
  EXPECT_THAT(CreationFailure(late), HasSubstr("expected node 'scaled' (onnx.Mul) to use a defined"));
  Program twice = ScaledInput();
  twice.operations[1].results = {2};
  EXPECT_THAT(CreationFailure(twice), HasSubstr("to define a new value"));
  Program outside = ScaledInput();
  outside.operations[1].operands = {0, 4};
  EXPECT_THAT(CreationFailure(outside), HasSubstr("found value 4"));
  Program negative = ScaledInput();
  negative.operations[1].operands = {0, -2};
  EXPECT_THAT(CreationFailure(negative), HasSubstr("found value -2"));
  Program output = ScaledInput();
  output.outputs[0].value = -1;
  EXPECT_THAT(CreationFailure(output), HasSubstr("expected output 'y' to use"));
  Program many = ScaledInput();
  many.num_values = 1 << 30;
  EXPECT_THAT(CreationFailure(many), HasSubstr("expected at most 4 values"));
  Program below = ScaledInput();
  below.num_values = -1;
  EXPECT_THAT(CreationFailure(below), HasSubstr("found -1"));
}

} // namespace
} // namespace qcompile::runtime
