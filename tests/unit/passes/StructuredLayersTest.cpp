//===- StructuredLayersTest.cpp - Decomposed and circulant layers ---------===//
//
// Random layers of every shape through a pass and then *integer*: the structure must hold on the codes that come out,
// the bits it stores them in must be those of the report, and the integers must compute what the changed floats
// compute.
//
//===----------------------------------------------------------------------===//
#include <random>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/session/Session.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "passes/compression/Layer.h"
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h"
#include "passes/decompose-weights/DecomposeWeights.h"
#include "passes/make-circulant/MakeCirculant.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "gtest/gtest.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {
namespace {

/// One convolution or product of quantized inputs and float or quantized weights.
class RandomLayer {
public:
  explicit RandomLayer(unsigned seed) : engine(seed), builder(&context) {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &d) {
      if (d.getSeverity() != DiagnosticSeverity::Remark)
        messages += d.str() + "\n";
    });
    module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToStart(module->getBody());
    function = func::FuncOp::create(builder, builder.getUnknownLoc(), "main", builder.getFunctionType({}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    Value result = below(3) ? makeConv() : makeProduct();
    func::ReturnOp::create(builder, builder.getUnknownLoc(), result);
    function.setFunctionType(builder.getFunctionType(function.front().getArgumentTypes(), result.getType()));
    EXPECT_TRUE(succeeded(verify(*module)));
  }

  int64_t below(int64_t limit) { return int64_t(engine() % uint64_t(limit)); }
  /// The larger of outputs and channels: the largest block.
  int64_t extent() const { return largestExtent; }
  bool isDepthwise() { return compression::findLayers(function).at(0).kind() == compression::LayerKind::Depthwise; }

  /// Runs the pass, then *integer* on a copy, and checks what is said above.
  void check(std::unique_ptr<Pass> pass) {
    ASSERT_TRUE(run(*module, std::move(pass))) << messages;
    OwningOpRef<ModuleOp> integer = module->clone();
    ASSERT_TRUE(run(*integer, createConvertOnnxToQnn())) << messages;
    EXPECT_EQ(messages, "") << "a structure that does not hold is a warning";
    int64_t encoded = 0, bits = 0;
    integer->walk([&](qnn::ConstantOp op) {
      if (!op.getEncodingAttr())
        return;
      ++encoded;
      bits += encoding::getStoredBits(op.getValue(), op.getEncodingAttr());
    });
    EXPECT_EQ(encoded, 1);
    auto report = function->getAttrOfType<ArrayAttr>("compression.report");
    ASSERT_TRUE(report && report.size() == 1);
    llvm::Expected<llvm::json::Value> entry = llvm::json::parse(cast<StringAttr>(report[0]).getValue());
    ASSERT_TRUE(bool(entry));
    EXPECT_EQ(bits, int64_t(*entry->getAsObject()->getNumber("bits_after")));
    compare(integer->lookupSymbol<func::FuncOp>("main"));
  }

private:
  void compare(func::FuncOp integer) {
    llvm::Expected<Evaluator> before = Evaluator::create(function), after = Evaluator::create(integer);
    ASSERT_TRUE(bool(before) && bool(after));
    for (int sample = 0; sample < 3; ++sample) {
      std::vector<float> values(runtime::NumElements(inputShape));
      for (float &value : values)
        value = float(below(17) - 8) / 4;
      const std::vector<Tensor> inputs{Tensor::FromFloats(inputShape, values)};
      auto expected = before->run(inputs), found = after->run(inputs);
      ASSERT_TRUE(bool(expected) && bool(found));
      EXPECT_EQ((*expected)[0], (*found)[0]);
    }
  }

  bool run(ModuleOp target, std::unique_ptr<Pass> pass) {
    PassManager pm(&context, ModuleOp::getOperationName());
    pm.addNestedPass<func::FuncOp>(std::move(pass));
    return succeeded(pm.run(target));
  }

  Value makeConv() {
    const int64_t groups = 1 + below(3), perGroup = 1 + below(3), channels = 1 + below(4), outputs = groups * perGroup,
                  kh = 1 + below(3), kw = 1 + below(4);
    largestExtent = std::max(outputs, channels);
    Value x = addInput({1, groups * channels, kh + below(3), kw + below(3)});
    Value w = addWeights({outputs, channels, kh, kw}, 0);
    return add("Conv", {x, w}, type({1, outputs, inputShape[2] - kh + 1, inputShape[3] - kw + 1}),
               {attribute("group", builder.getI64IntegerAttr(groups))});
  }

  Value makeProduct() {
    const int64_t inputs = 1 + below(9), outputs = 1 + below(6);
    largestExtent = std::max(inputs, outputs);
    Value x = addInput({1, inputs});
    return add("MatMul", {x, addWeights({inputs, outputs}, 1)}, type({1, outputs}));
  }

  Value addInput(const runtime::Shape &shape) {
    inputShape = shape;
    Value x = function.front().addArgument(type(shape), builder.getUnknownLoc());
    return quantize(x, Tensor::ScalarFloat(0.25f), 4);
  }

  /// Floats, or behind a quantizer with one scale or one per output.
  Value addWeights(const runtime::Shape &shape, int64_t axis) {
    std::vector<float> values(runtime::NumElements(shape));
    for (float &value : values)
      value = float(below(2001) - 1000) / 700;
    Value w = constant("w", Tensor::FromFloats(shape, values));
    if (below(2))
      return w;
    runtime::Shape scales(shape.size(), 1);
    if (below(2))
      scales[axis] = shape[axis];
    std::vector<float> scale(runtime::NumElements(scales));
    for (float &s : scale)
      s = float(1 + below(3)) / 8;
    return quantize(w, Tensor::FromFloats(scales, scale), 5);
  }

  Value quantize(Value x, const Tensor &scale, float bits) {
    return add(
        "Quant",
        {x, constant("s", scale), constant("z", Tensor::ScalarFloat(0)), constant("b", Tensor::ScalarFloat(bits))},
        x.getType(),
        {attribute("signed_", builder.getI64IntegerAttr(1)), attribute("narrow", builder.getI64IntegerAttr(1)),
         attribute("rounding_mode", builder.getStringAttr("ROUND"))});
  }

  RankedTensorType type(llvm::ArrayRef<int64_t> shape) { return RankedTensorType::get(shape, builder.getF32Type()); }
  NamedAttribute attribute(llvm::StringRef name, Attribute value) { return builder.getNamedAttr(name, value); }
  Value constant(llvm::StringRef name, const Tensor &tensor) {
    auto value = data::ConstantAttr::get(&context, name, tensor);
    return add("Constant", {}, value.getType(), {attribute("value", value)});
  }
  Value add(llvm::StringRef name, ValueRange operands, Type result, llvm::ArrayRef<NamedAttribute> attributes = {}) {
    OperationState state(builder.getUnknownLoc(), ("onnx." + name).str(), operands, result, attributes);
    return builder.create(state)->getResult(0);
  }

  std::mt19937 engine;
  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
  runtime::Shape inputShape;
  int64_t largestExtent = 0;
  std::string messages;
};

TEST(StructuredLayers, DecomposedOnesAreEncodedExactly) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(llvm::formatv("seed {0}", seed).str());
    RandomLayer layer(seed);
    DecomposeWeightsOptions options;
    options.keepFirst = options.keepLast = false;
    options.levels = 1 + layer.below(8);
    options.basisBits = 3 + layer.below(6);
    options.density = layer.below(2) ? 1 : 0.5;
    options.vector = layer.below(3) ? 0 : 1 + layer.below(5);
    options.length = layer.below(3) ? 0 : 1 + layer.below(4);
    layer.check(createDecomposeWeights(options));
  }
}

TEST(StructuredLayers, CirculantOnesAreEncodedExactly) {
  for (unsigned seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(llvm::formatv("seed {0}", seed).str());
    RandomLayer layer(seed);
    if (layer.extent() < 2 || layer.isDepthwise())
      continue;
    MakeCirculantOptions options;
    options.keepFirst = options.keepLast = false;
    options.block = 2 + layer.below(layer.extent() - 1);
    options.bits = 2 + layer.below(7);
    layer.check(createMakeCirculant(options));
  }
}

} // namespace
} // namespace qcompile
