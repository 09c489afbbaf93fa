//===- NetworkTesting.h - Networks and the passes over them -----*- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_COMPILER_NETWORKTESTING_H
#define QCOMPILE_TESTS_UNIT_COMPILER_NETWORKTESTING_H

#include "compiler/evaluator/Evaluator.h"
#include "compiler/session/Session.h"
#include "dialects/data/DataDialect.h"
#include "dialects/onnx/OnnxDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

namespace qcompile::testing {

/// A function @main of onnx operations under construction, with its context.
class Network {
public:
  Network() : builder(&context), handler(&context, [this](mlir::Diagnostic &d) { messages += d.str() + "\n"; }) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = mlir::ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToEnd(module->getBody());
    main = mlir::func::FuncOp::create(builder, builder.getUnknownLoc(), "main", builder.getFunctionType({}, {}));
    main.addEntryBlock();
    builder.setInsertionPointToStart(&main.front());
  }

  mlir::Value addInput(llvm::ArrayRef<int64_t> shape) {
    return main.front().addArgument(mlir::RankedTensorType::get(shape, builder.getF32Type()), builder.getUnknownLoc());
  }
  mlir::Value output(mlir::Value value) {
    outputs.push_back(value);
    return value;
  }
  void finish() {
    mlir::func::ReturnOp::create(builder, builder.getUnknownLoc(), outputs);
    main.setFunctionType(
        builder.getFunctionType(main.front().getArgumentTypes(), mlir::ValueRange(outputs).getTypes()));
  }

  mlir::Value constant(data::ConstantAttr value) {
    return op("Constant", {}, value.getType(), {builder.getNamedAttr("value", value)});
  }
  mlir::Value constant(std::vector<int64_t> shape, const std::vector<float> &values) {
    return constant(data::ConstantAttr::get(&context, "c", runtime::Tensor::FromFloats(shape, values)));
  }
  mlir::Value op(llvm::StringRef name, mlir::ValueRange operands, mlir::Type type,
                 llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    mlir::OperationState state(builder.getUnknownLoc(), ("onnx." + name).str());
    state.addOperands(operands);
    state.addAttributes(attributes);
    state.addTypes(type);
    return builder.create(state)->getResult(0);
  }
  mlir::Value quant(mlir::Value x, mlir::Value scale, float zeroPoint, int64_t bits, int64_t isSigned, int64_t narrow,
                    llvm::StringRef rounding) {
    return op("Quant", {x, scale, constant({}, {zeroPoint}), constant({}, {float(bits)})}, x.getType(),
              {integer("signed_", isSigned), integer("narrow", narrow),
               builder.getNamedAttr("rounding_mode", builder.getStringAttr(rounding))});
  }
  mlir::NamedAttribute integer(llvm::StringRef name, int64_t value) {
    return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
  }

  static mlir::Type typeOf(mlir::Value value) { return value.getType(); }
  static llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
    return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
  }

  /// A copy after the stages fold to bound; null where one failed (`messages` says why).
  mlir::OwningOpRef<mlir::ModuleOp> toIntegerForm() {
    mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
    mlir::PassManager pm(&context, mlir::ModuleOp::getOperationName());
    for (Stage stage : {Stage::Fold, Stage::Normalise, Stage::Integer, Stage::Bound})
      populateStagePipeline(pm, stage);
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

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OpBuilder builder;
  std::string messages;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp main;
  std::vector<mlir::Value> outputs;

private:
  mlir::ScopedDiagnosticHandler handler;
};

/// The first difference between the two sides' outputs on `inputs`, or an empty string. Both zeros are one number
/// unless signs count.
inline std::string findDifference(Evaluator &a, Evaluator &b, const std::vector<runtime::Tensor> &inputs,
                                  bool signsCount = false) {
  auto left = a.run(inputs), right = b.run(inputs);
  if (!left || !right)
    return "evaluation failed: " + llvm::toString(llvm::joinErrors(left ? llvm::Error::success() : left.takeError(),
                                                                   right ? llvm::Error::success() : right.takeError()));
  for (size_t i = 0; i < left->size(); ++i)
    for (int64_t j = 0; j < (*left)[i].size(); ++j) {
      double x = (*left)[i].DoubleAt(j), y = (*right)[i].DoubleAt(j);
      bool same = std::isnan(x) ? std::isnan(y) : x == y && !(signsCount && std::signbit(x) != std::signbit(y));
      if (!same)
        return "output " + std::to_string(i) + " element " + std::to_string(j) + ": " + std::to_string(x) + " and " +
               std::to_string(y);
    }
  return "";
}

} // namespace qcompile::testing

#endif // QCOMPILE_TESTS_UNIT_COMPILER_NETWORKTESTING_H
