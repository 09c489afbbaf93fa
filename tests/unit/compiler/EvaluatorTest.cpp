//===- EvaluatorTest.cpp - Operations as the runtime sees them ------------===//
#include "compiler/evaluator/Evaluator.h"

#include "dialects/qnn/QnnDialect.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

namespace qcompile {
namespace {

using namespace mlir;

class EvaluatorTest : public testing::Test {
protected:
  /// The outputs of the one function of `text` for codes of type si4 and shape 1x5.
  std::vector<runtime::Tensor> run(llvm::StringRef text, const std::vector<int64_t> &codes) {
    context.loadDialect<func::FuncDialect, qnn::QnnDialect>();
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return {};
    auto evaluator = Evaluator::create(*module->getOps<func::FuncOp>().begin());
    if (!evaluator) {
      ADD_FAILURE() << llvm::toString(evaluator.takeError());
      return {};
    }
    auto x = runtime::Tensor::FromIntegers(runtime::DataType::Signed(4), {1, 5}, codes);
    auto outputs = evaluator->run({*x});
    if (!outputs) {
      ADD_FAILURE() << llvm::toString(outputs.takeError());
      return {};
    }
    return *outputs;
  }

  MLIRContext context;
};

TEST_F(EvaluatorTest, UnitAttributesTravel) {
  auto outputs = run(R"(
    func.func @f(%x: tensor<1x5xsi4>) -> (tensor<1x1xsi64>, tensor<1x1xsi64>) {
      %0 = qnn.arg_max %x axis 1 : (tensor<1x5xsi4>) -> tensor<1x1xsi64>
      %1 = qnn.arg_max %x axis 1 select_last : (tensor<1x5xsi4>) -> tensor<1x1xsi64>
      return %0, %1 : tensor<1x1xsi64>, tensor<1x1xsi64>
    })",
                     {3, 7, -8, 7, 1});
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[0].ToIntegers(), std::vector<int64_t>{1});
  EXPECT_EQ(outputs[1].ToIntegers(), std::vector<int64_t>{3});
}

TEST_F(EvaluatorTest, SeveralResults) {
  auto outputs = run(R"(
    func.func @f(%x: tensor<1x5xsi4>) -> (tensor<1x3xsi4>, tensor<1x3xsi64>) {
      %v, %i = qnn.top_k %x axis 1 smallest : (tensor<1x5xsi4>) -> (tensor<1x3xsi4>, tensor<1x3xsi64>)
      return %v, %i : tensor<1x3xsi4>, tensor<1x3xsi64>
    })",
                     {3, 7, -8, 7, 3});
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[0].ToIntegers(), (std::vector<int64_t>{-8, 3, 3}));
  EXPECT_EQ(outputs[1].ToIntegers(), (std::vector<int64_t>{2, 0, 4}));
  EXPECT_EQ(outputs[0].type(), runtime::DataType::Signed(4));
}

TEST_F(EvaluatorTest, ShapesThatOnlyTheResultTells) {
  auto outputs = run(R"(
    func.func @f(%x: tensor<1x5xsi4>) -> tensor<1x2xsi4> {
      %0 = qnn.slice %x offsets [0, 1] steps [1, 2] : (tensor<1x5xsi4>) -> tensor<1x2xsi4>
      return %0 : tensor<1x2xsi4>
    })",
                     {3, 7, -8, 6, 1});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].ToIntegers(), (std::vector<int64_t>{7, 6}));
}

} // namespace
} // namespace qcompile
