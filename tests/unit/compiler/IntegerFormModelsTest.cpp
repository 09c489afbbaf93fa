//===- IntegerFormModelsTest.cpp - The integer form equals the model ------===//
//
// Random models, evaluated as written and after all passes up to `bound`: every quantizer gives the same
// codes and every output the same bits. Where a pass has warned that a linear operation is not
// computed exactly, what depends on it need only be close, up to the next quantizer, whose codes may flip.
//
//===----------------------------------------------------------------------===//
#include <cmath>
#include <limits>

#include "compiler/evaluator/Evaluator.h"
#include "compiler/session/Stages.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Verifier.h"
#include "tests/unit/compiler/RandomModel.h"
#include "llvm/Support/Format.h"
#include "gtest/gtest.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile::testing {
namespace {

LogicalResult toIntegerForm(ModuleOp module) {
  PassManager pm(module.getContext());
  for (Stage stage : {Stage::Fold, Stage::Normalise, Stage::Integer, Stage::Bound})
    populateStagePipeline(pm, stage);
  return pm.run(module);
}

bool isQuantizer(Operation *op) { return isa<onnx::QuantOp, onnx::BipolarQuantOp>(op); }

/// How far a value of the source model is fixed.
enum class Trust { Exact, Close, Nothing };

/// Whether and how each value depends on the nodes named in `inexact`.
DenseMap<Value, Trust> getTrust(func::FuncOp function, ArrayRef<std::string> inexact) {
  DenseMap<Value, Trust> trust;
  for (Operation &op : function.front()) {
    Trust worst = Trust::Exact;
    for (Value operand : op.getOperands())
      worst = std::max(worst, trust.lookup_or(operand, Trust::Exact));
    if (llvm::is_contained(inexact, onnx::getNodeName(op.getLoc())))
      worst = std::max(worst, Trust::Close);
    if (isQuantizer(&op) && worst == Trust::Close)
      worst = Trust::Nothing;
    for (Value result : op.getResults())
      trust[result] = worst;
  }
  return trust;
}

/// A model as written beside its integer form.
struct Pair {
  explicit Pair(OwningOpRef<ModuleOp> model, TestContext &test) : source(std::move(model)), form(source->clone()) {
    converted = succeeded(verify(*source)) && succeeded(toIntegerForm(*form));
    if (!converted)
      return;
    auto main = source->lookupSymbol<func::FuncOp>("main");
    trust = getTrust(main, test.inexact);
    collectCodes(main);
    outputs = llvm::to_vector(main.front().getTerminator()->getOperands());
  }

  /// Pairs of a quantized value of the source and its codes in the integer form.
  void collectCodes(func::FuncOp main) {
    llvm::StringMap<Value> byName;
    form->walk([&](Operation *op) {
      remaining += isQuantizer(op);
      if (isa<qnn::ThresholdOp, qnn::QuantizeOp>(op))
        byName[onnx::getNodeName(op->getLoc())] = op->getResult(0);
    });
    for (Operation &op : main.front())
      if (auto it = byName.find(onnx::getNodeName(op.getLoc())); it != byName.end())
        codes.push_back({op.getResult(0), it->second});
  }

  OwningOpRef<ModuleOp> source, form;
  bool converted = false;
  int remaining = 0; ///< quantizers that the integer form should no longer have
  DenseMap<Value, Trust> trust;
  std::vector<std::pair<Value, Value>> codes;
  SmallVector<Value> outputs;
};

/// An input that meets many special cases: multiples of halves of a scale, extremes, infinities.
Tensor makeInput(ArrayRef<int64_t> shape, ModelBuilder &random, int kind) {
  using limits = std::numeric_limits<float>;
  static constexpr float special[] = {0.0f,
                                      -0.0f,
                                      limits::max(),
                                      limits::lowest(),
                                      limits::infinity(),
                                      -limits::infinity(),
                                      limits::denorm_min(),
                                      -limits::min(),
                                      0.5f,
                                      -0.5f,
                                      1e6f,
                                      -1e6f};
  std::vector<float> values(runtime::NumElements({shape.data(), shape.size()}));
  for (float &value : values) {
    value = kind % 2 ? float(random.below(257) - 128) / 16 : (random.uniform() - 0.5f) * 12;
    if (kind >= 12 && random.chance(20))
      value = special[random.below(std::size(special))];
    if (kind >= 18 && random.chance(25))
      value = limits::quiet_NaN();
  }
  return Tensor::FromFloats({shape.begin(), shape.end()}, values);
}

bool hasNaN(const Tensor &tensor) {
  return llvm::any_of(tensor.Floats(), [](float x) { return std::isnan(x); });
}

/// Equal bits, or both no number.
bool equalFloats(const Tensor &a, const Tensor &b) {
  if (a.shape() != b.shape())
    return false;
  for (int64_t i = 0; i < a.size(); ++i) {
    float x = a.Floats()[i], y = b.Floats()[i];
    if (std::isnan(x) ? !std::isnan(y) : x != y || std::signbit(x) != std::signbit(y))
      return false;
  }
  return true;
}

/// Differences below 1e-5 of the largest finite magnitude; what is not finite is not compared (sums that
/// overflow on the way in one order need not in another).
bool closeFloats(const Tensor &a, const Tensor &b) {
  double largest = 1;
  for (float x : a.Floats())
    largest = std::isfinite(x) ? std::max<double>(largest, std::fabs(x)) : largest;
  for (int64_t i = 0; i < a.size(); ++i) {
    double x = a.Floats()[i], y = b.Floats()[i];
    if (std::isfinite(x) && std::isfinite(y) && std::fabs(x - y) > 1e-5 * largest)
      return false;
  }
  return true;
}

std::string print(const Tensor &tensor) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (int64_t i = 0; i < tensor.size(); ++i)
    os << llvm::format("%.9g ", tensor.DoubleAt(i));
  return text;
}

std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream(text) << module;
  return text;
}

struct Counts {
  int64_t codes = 0, exactOutputs = 0, closeOutputs = 0;
};

void compare(Pair &pair, Evaluator &source, Evaluator &form, const Tensor &input, Counts &counts) {
  auto expected = source.run({input}), found = form.run({input});
  ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
  ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
  for (auto [value, integers] : pair.codes) {
    const runtime::Value *known = source.lookup(value);
    if (pair.trust[value] != Trust::Exact || !known->quantized)
      continue;
    ASSERT_EQ(known->quantized->codes.ToIntegers(), form.lookup(integers)->tensor.ToIntegers())
        << onnx::describe(value.getDefiningOp());
    counts.codes += known->tensor.size();
  }
  if (hasNaN(input))
    return; // codes only
  for (auto [i, value] : llvm::enumerate(pair.outputs)) {
    const Tensor &a = (*expected)[i], &b = (*found)[i];
    if (pair.trust[value] == Trust::Exact) {
      ASSERT_TRUE(equalFloats(a, b)) << "output " << i << "\n" << print(a) << "\n" << print(b);
      counts.exactOutputs += a.size();
    } else if (pair.trust[value] == Trust::Close) {
      ASSERT_TRUE(closeFloats(a, b)) << "output " << i << "\n" << print(a) << "\n" << print(b);
      counts.closeOutputs += a.size();
    }
  }
}

void checkModel(uint64_t seed, Counts &counts) {
  TestContext test;
  ModelBuilder builder(&test.context, seed);
  Pair pair(builder.build(), test);
  ASSERT_TRUE(pair.converted) << test.errors;
  ASSERT_EQ(pair.remaining, 0);
  auto source = Evaluator::create(pair.source->lookupSymbol<func::FuncOp>("main"));
  auto form = Evaluator::create(pair.form->lookupSymbol<func::FuncOp>("main"));
  ASSERT_TRUE(bool(source)) << llvm::toString(source.takeError());
  ASSERT_TRUE(bool(form)) << llvm::toString(form.takeError());
  for (int run = 0; run < 20; ++run) {
    SCOPED_TRACE("input " + std::to_string(run));
    Tensor input = makeInput(source->inputs()[0].shape, builder, run);
    ASSERT_NO_FATAL_FAILURE(compare(pair, *source, *form, input, counts)) << "input: " << print(input) << "\n"
                                                                          << print(*pair.source) << print(*pair.form);
  }
  EXPECT_EQ(test.errors, "");
}

TEST(IntegerFormModels, RandomKeepEveryCodeAndBit) {
  Counts counts;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    checkModel(seed, counts);
  }
  // The models do reach what they are here for.
  EXPECT_GT(counts.codes, 100000);
  EXPECT_GT(counts.exactOutputs, 20000);
  EXPECT_GT(counts.closeOutputs, 100);
}

/// Checks one input and that the integer form has no float operation but the quantizer and the dequantizer.
void checkLayer(TestContext &test, OwningOpRef<ModuleOp> model, ArrayRef<float> values) {
  Pair pair(std::move(model), test);
  ASSERT_TRUE(pair.converted) << test.errors;
  EXPECT_EQ(pair.remaining, 0);
  pair.form->walk([](Operation *op) { EXPECT_NE(op->getName().getDialectNamespace(), "onnx") << onnx::describe(op); });
  auto source = Evaluator::create(pair.source->lookupSymbol<func::FuncOp>("main"));
  auto form = Evaluator::create(pair.form->lookupSymbol<func::FuncOp>("main"));
  ASSERT_TRUE(bool(source)) << llvm::toString(source.takeError());
  ASSERT_TRUE(bool(form)) << llvm::toString(form.takeError());
  Counts counts;
  compare(pair, *source, *form, Tensor::FromFloats(source->inputs()[0].shape, {values.data(), values.size()}), counts);
  EXPECT_GT(counts.codes, 0);
}

Value signedQuant(ModelBuilder &builder, Value x, Value scale, int bits) {
  return builder.quant(x, scale, builder.floats({}, {0}), bits, true, false, "ROUND");
}

TEST(IntegerFormModels, AsManyChannelsAlongTheFirstDimensionAsProbes) {
  TestContext test;
  ModelBuilder builder(&test.context, 0);
  Value codes = signedQuant(builder, builder.addInput({2, 3}), builder.floats({}, {0.5f}), 4);
  Value scaled = signedQuant(builder, codes, builder.floats({2, 1}, {0.5f, 0.75f}), 3);
  checkLayer(test, builder.finish({scaled}), {0.25f, -0.75f, 1.5f, 9, -9, 0.375f});
}

TEST(IntegerFormModels, ReluOfBipolarCodes) {
  TestContext test;
  ModelBuilder builder(&test.context, 0);
  Value codes = builder.create("BipolarQuant", {builder.addInput({1, 2}), builder.floats({}, {1})}, {1, 2});
  Value relu = builder.create("Relu", {codes}, {1, 2});
  checkLayer(test, builder.finish({signedQuant(builder, relu, builder.floats({}, {1}), 2)}), {1, -1});
}

TEST(IntegerFormModels, InfinityReachesTheLevelsThatEveryNumberReaches) {
  TestContext test;
  ModelBuilder builder(&test.context, 0);
  Value relu = builder.create("Relu", {builder.addInput({1, 3})}, {1, 3});
  Value codes = signedQuant(builder, relu, builder.floats({}, {1}), 3);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  checkLayer(test, builder.finish({codes}), {-kInfinity, kInfinity, 1.5f});
}

TEST(IntegerFormModels, ScalesPerChannelBehindAnUncertifiedActivation) {
  TestContext test;
  ModelBuilder builder(&test.context, 0);
  Value x = builder.addInput({1, 2});
  Value product = builder.create("Mul", {x, builder.create("Sigmoid", {x}, {1, 2})}, {1, 2});
  Value codes = builder.create("BipolarQuant", {product, builder.floats({1, 2}, {1, 2})}, {1, 2});
  OwningOpRef<ModuleOp> model = builder.finish({codes});
  Pair pair(std::move(model), test);
  ASSERT_TRUE(pair.converted) << test.errors;
  EXPECT_EQ(pair.remaining, 0);
  ASSERT_EQ(pair.codes.size(), 1u);
}

TEST(IntegerFormModels, ZeroTimesOverflowIsNotAConstant) {
  // x / 0.5 overflows above half the greatest float; 0 * inf is not a number, whose code is the lowest.
  TestContext test;
  ModelBuilder builder(&test.context, 0);
  auto row = [&](float value) { return builder.floats({1}, {value}); };
  Value norm =
      builder.create("BatchNormalization", {builder.addInput({1, 1}), row(0), row(1), row(0), row(0.25f)}, {1, 1},
                     {builder.attribute("epsilon", 0.0f), builder.segments("resultSegmentSizes", {1, 0, 0})});
  Value codes = signedQuant(builder, norm, builder.floats({}, {1}), 2);
  Pair pair(builder.finish({codes}), test);
  ASSERT_TRUE(pair.converted) << test.errors;
  auto form = Evaluator::create(pair.form->lookupSymbol<func::FuncOp>("main"));
  ASSERT_TRUE(bool(form)) << llvm::toString(form.takeError());
  for (auto [input, code] : {std::pair(1.0f, 1.0f), std::pair(3e38f, -2.0f), std::pair(-3e38f, -2.0f)}) {
    auto found = form->run({Tensor::FromFloats({1, 1}, {input})});
    ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
    EXPECT_EQ((*found)[0].Floats()[0], code) << input;
  }
}

TEST(IntegerFormModels, ProductsOfSelectionsThatStayFloatAreReported) {
  // Scales that vary along rows have no place beside weights, and these have no common unit; the model sums such
  // products exactly.
  TestContext test;
  ModelBuilder builder(&test.context, 0);
  Value scales = builder.floats({2, 1}, {1.0f, 1.0000001e-20f});
  Value codes = signedQuant(builder, builder.addInput({2, 2}), scales, 4);
  Value weights = signedQuant(builder, builder.floats({2, 1}, {1, -1}), builder.floats({}, {0.1f}), 4);
  Value relu = builder.create("Relu", {codes}, {2, 2});
  Value first = builder.create("MatMul", {relu, weights}, {2, 1});
  Value second = builder.create("MatMul", {builder.reshape(codes, {1, 2, 2}), weights}, {1, 2, 1});
  Pair pair(builder.finish({first, second}), test);
  ASSERT_TRUE(pair.converted) << test.errors;
  EXPECT_EQ(test.inexact, (std::vector<std::string>{onnx::getNodeName(first.getLoc()).str(),
                                                    onnx::getNodeName(second.getLoc()).str()}));
}

} // namespace
} // namespace qcompile::testing
