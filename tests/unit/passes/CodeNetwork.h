//===- CodeNetwork.h - Networks of qnn and passes over them -----*- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_PASSES_CODENETWORK_H
#define QCOMPILE_TESTS_UNIT_PASSES_CODENETWORK_H

#include <random>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/session/Session.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "passes/rewriting/ElementTypes.h"
#include "passes/rewriting/QnnBuilder.h"
#include "gtest/gtest.h"

namespace qcompile::testing {

using Ints = std::vector<int64_t>;

/// A function @main on codes under construction, with its context and random numbers.
class CodeNetwork {
public:
  explicit CodeNetwork(unsigned seed) : builder(&context), random(seed) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &d) { messages += d.str() + "\n"; });
    module = mlir::ModuleOp::create(loc());
    builder.setInsertionPointToEnd(module->getBody());
    main = mlir::func::FuncOp::create(builder, loc(), "main", builder.getFunctionType({}, {}));
    main.addEntryBlock();
    builder.setInsertionPointToStart(&main.front());
  }

  mlir::Location loc() { return mlir::UnknownLoc::get(&context); }
  QnnBuilder qnn() { return QnnBuilder(builder, loc()); }

  int64_t below(int64_t limit) { return int64_t(random() % uint64_t(limit)); }
  int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  Ints list(int64_t count, int64_t low, int64_t high) {
    Ints out;
    for (int64_t i = 0; i < count; ++i)
      out.push_back(between(low, high));
    return out;
  }

  runtime::DataType randomType() {
    if (chance(25))
      return runtime::DataType::Bipolar();
    int bits = int(between(1, 4));
    return chance(50) && bits > 1 ? runtime::DataType::Signed(bits) : runtime::DataType::Unsigned(bits);
  }

  /// Random values of a type; a bipolar one has no 0.
  runtime::Tensor randomTensor(runtime::DataType type, Ints shape) {
    Ints values;
    for (int64_t i = 0; i < runtime::NumElements(shape); ++i) {
      int64_t value = between(type.MinValue(), type.MaxValue());
      values.push_back(type.Contains(value) ? value : 1);
    }
    return *runtime::Tensor::FromIntegers(type, shape, values);
  }

  mlir::Value addInput(const Ints &shape, mlir::Type element) {
    return main.front().addArgument(mlir::RankedTensorType::get(shape, element), loc());
  }
  mlir::Value addInput(const Ints &shape, runtime::DataType type) {
    return addInput(shape, qnn::getCodeType(&context, type));
  }
  mlir::Value constant(const runtime::Tensor &tensor) { return qnn().constant("c", tensor); }
  data::ConstantAttr attribute(const runtime::Tensor &tensor) { return data::ConstantAttr::get(&context, "a", tensor); }
  data::ConstantAttr integers(const Ints &values) {
    return attribute(*runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(values.size())}, values));
  }

  /// The accumulator's narrowest type, sometimes a wider one.
  mlir::Value accumulate(mlir::Value result) {
    mlir::Type type = getNarrowestAccumulator(result.getDefiningOp());
    EXPECT_TRUE(type);
    setElementType(result, type);
    if (chance(40))
      setElementType(result, builder.getIntegerType(getDataType(result).bits + 2, /*isSigned=*/true));
    return result;
  }

  void finish(mlir::ValueRange outputs) {
    mlir::func::ReturnOp::create(builder, loc(), outputs);
    main.setFunctionType(builder.getFunctionType(main.front().getArgumentTypes(), outputs.getTypes()));
    ASSERT_TRUE(mlir::succeeded(mlir::verify(*module))) << messages << dump(*module);
  }

  /// A copy after passes over its functions; null where one failed or gave something invalid.
  template <typename... Passes> mlir::OwningOpRef<mlir::ModuleOp> apply(Passes... passes) {
    mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
    mlir::PassManager pm(&context, mlir::ModuleOp::getOperationName());
    (pm.addNestedPass<mlir::func::FuncOp>(std::move(passes)), ...);
    if (mlir::failed(pm.run(*copy)))
      copy = nullptr;
    return copy;
  }

  static mlir::func::FuncOp getMain(mlir::ModuleOp module) { return module.lookupSymbol<mlir::func::FuncOp>("main"); }
  static std::string dump(mlir::ModuleOp module) {
    std::string text;
    llvm::raw_string_ostream os(text);
    module.print(os);
    return text;
  }

  std::vector<runtime::Tensor> sample(Evaluator &evaluator) {
    std::vector<runtime::Tensor> inputs;
    for (const runtime::Port &port : evaluator.inputs()) {
      if (!port.type.IsFloat()) {
        inputs.push_back(randomTensor(port.type, port.shape));
        continue;
      }
      std::vector<float> values;
      for (int64_t i = 0; i < runtime::NumElements(port.shape); ++i)
        values.push_back(float(between(-40, 40)) / 8);
      inputs.push_back(runtime::Tensor::FromFloats(port.shape, values));
    }
    return inputs;
  }

  /// Expects the changed function to have the same type and to compute the same.
  void expectSame(mlir::ModuleOp changed, int samples = 3) {
    ASSERT_TRUE(changed) << messages << dump(*module);
    ASSERT_EQ(getMain(changed).getFunctionType(), main.getFunctionType());
    auto before = Evaluator::create(main), after = Evaluator::create(getMain(changed));
    ASSERT_TRUE(bool(before)) << llvm::toString(before.takeError());
    ASSERT_TRUE(bool(after)) << llvm::toString(after.takeError());
    for (int i = 0; i < samples; ++i) {
      std::vector<runtime::Tensor> inputs = sample(*before);
      auto expected = before->run(inputs), found = after->run(inputs);
      ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError()) << dump(*module);
      ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError()) << dump(changed);
      for (size_t o = 0; o < expected->size(); ++o)
        ASSERT_TRUE((*expected)[o] == (*found)[o]) << "output " << o << " differs\n" << dump(*module) << dump(changed);
    }
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OpBuilder builder;
  std::mt19937_64 random;
  std::string messages;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp main;
};

/// Counts operations of one kind.
template <typename Op> int64_t countOps(mlir::ModuleOp module) {
  int64_t count = 0;
  module.walk([&](Op) { ++count; });
  return count;
}

} // namespace qcompile::testing

#endif // QCOMPILE_TESTS_UNIT_PASSES_CODENETWORK_H
