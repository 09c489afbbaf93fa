//===- TestModel.cpp - A small model, its data, and a pass ----------------===//
#include "tests/unit/compress/TestModel.h"

#include <cmath>
#include <fstream>
#include <random>

#include "compiler/frontend/export/Export.h"
#include "compiler/frontend/export/ValueNames.h"
#include "compiler/io/Npy.h"
#include "compiler/session/Session.h"
#include "dialects/data/DataDialect.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/GlobPattern.h"
#include "gtest/gtest.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::compress {

static std::string makeModelText() {
  std::mt19937 random(7);
  std::string text =
      "func.func @main(%h0: tensor<1x4xf32> {onnx.name = \"x\"}) -> (tensor<1x4xf32> {onnx.name = \"y\"}) {\n";
  for (int layer = 0; layer < 3; ++layer) {
    std::string weights;
    for (int i = 0; i < 16; ++i)
      weights += (i ? ", " : "") + llvm::formatv("{0:f3}", (double(random() % 2001) - 1000) / 1000).str();
    text +=
        llvm::formatv("  %w{0} = onnx.Constant() {{value = #data.constant<\"w{0}\", [{1}] : tensor<4x4xf32>>} : () -> "
                      "tensor<4x4xf32>\n"
                      "  %m{0} = onnx.MatMul(%h{0}, %w{0}) : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32> "
                      "loc(\"{2}\"(\"{2}.out\"(\"mlp\":{0}:0)))\n"
                      "  %h{3} = onnx.Relu(%m{0}) : (tensor<1x4xf32>) -> tensor<1x4xf32>\n",
                      layer, weights, std::string(1, char('a' + layer)), layer + 1)
            .str();
  }
  return text + "  return %m2 : tensor<1x4xf32>\n}\n";
}

TestModel::TestModel() {
  EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("qcompile-test", folder));
  MLIRContext context(MLIRContext::Threading::DISABLED);
  DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  auto module = parseSourceString<ModuleOp>(makeModelText(), &context);
  EXPECT_TRUE(module && succeeded(exportOnnxFile(module->lookupSymbol<func::FuncOp>("main"), model())));
  std::mt19937 random(8);
  std::vector<float> values(400);
  for (float &value : values)
    value = float(random() % 2001) / 1000 - 1;
  std::ofstream(inputs(), std::ios::binary) << formatNpy(Tensor::FromFloats({100, 4}, values));
}

TestModel::~TestModel() { (void)llvm::sys::fs::remove_directories(folder); }

namespace {
struct RoundWeights : PassWrapper<RoundWeights, OperationPass<func::FuncOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(RoundWeights)
  RoundWeights() = default;
  RoundWeights(const RoundWeights &other) : PassWrapper(other) {}
  StringRef getArgument() const override { return "test-round-weights"; }
  ListOption<std::string> layers{*this, "layers", llvm::cl::desc("patterns of node names")};
  Option<int64_t> bits{*this, "bits", llvm::cl::desc("of a weight"), llvm::cl::init(8)};

  bool isChosen(StringRef name) {
    return llvm::any_of(layers, [&](const std::string &pattern) {
      auto glob = llvm::GlobPattern::create(pattern);
      return glob && glob->match(name);
    });
  }
  Value makeNumber(OpBuilder &builder, StringRef name, float value) {
    OperationState state(builder.getInsertionPoint()->getLoc(), "onnx.Constant");
    auto constant = data::ConstantAttr::get(builder.getContext(), name, Tensor::ScalarFloat(value));
    state.addAttribute("value", constant);
    state.addTypes(constant.getType());
    return builder.create(state)->getResult(0);
  }
  void runOnOperation() override {
    SmallVector<Attribute> reports;
    if (auto known = getOperation()->getAttrOfType<ArrayAttr>("compression.report"))
      reports.assign(known.begin(), known.end());
    for (Operation &op : llvm::make_early_inc_range(getOperation().front())) {
      if (op.getName().getStringRef() != "onnx.MatMul" || !isChosen(onnx::getNodeName(op.getLoc())))
        continue;
      if (bits < 2) {
        mlir::emitError(op.getLoc()) << "expected at least 2 bits, found " << bits.getValue();
        return signalPassFailure();
      }
      Value weights = op.getOperand(1);
      auto constant = getHeldConstant(weights.getDefiningOp());
      float greatest = 0;
      for (float value : constant.getTensor().Floats())
        greatest = std::max(greatest, std::fabs(value));
      OpBuilder builder(&op);
      OperationState state(op.getLoc(), "onnx.Quant");
      state.addOperands({weights, makeNumber(builder, "scale", greatest / float((1 << (bits - 1)) - 1)),
                         makeNumber(builder, "zero", 0), makeNumber(builder, "bits", float(bits))});
      state.addTypes(weights.getType());
      op.setOperand(1, builder.create(state)->getResult(0));
      reports.push_back(builder.getStringAttr(
          llvm::formatv(
              "{{\"pass\":\"test-round-weights\",\"layer\":\"{0}\",\"technique\":\"W{1}\",\"weight_error\":0.5,"
              "\"bits_before\":512,\"bits_after\":{2}}",
              onnx::getNodeName(op.getLoc()), bits.getValue(), 16 * bits)
              .str()));
    }
    getOperation()->setAttr("compression.report", ArrayAttr::get(&getContext(), reports));
  }
};
} // namespace

void registerRoundWeights() { PassRegistration<RoundWeights>(); }

std::string readWhole(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(stream)), {});
}

} // namespace qcompile::compress
