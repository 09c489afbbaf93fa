//===- InspectionTest.cpp - What is in a model ----------------------------===//
#include "compiler/inspect/Inspection.h"

#include <cmath>
#include <random>

#include "compiler/session/Session.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

namespace qcompile::inspect {
namespace {

//===----------------------------------------------------------------------===//
// Formulas
//===----------------------------------------------------------------------===//

/// The multilayer perceptron 16-64-32-32-5 of the literature on quantization-aware pruning, with inputs of 32 bits.
double countJetTagger(double bits, double density) {
  const double sizes[] = {16, 64, 32, 32, 5};
  double sum = 0;
  for (int i = 0; i < 4; ++i)
    sum += countPruningAwareBops(sizes[i] * sizes[i + 1], sizes[i], density, i ? bits : 32, bits);
  return sum;
}

TEST(PruningAwareBopsTest, PublishedNetwork) {
  EXPECT_DOUBLE_EQ(countJetTagger(32, 1), 4652832);
  EXPECT_DOUBLE_EQ(countJetTagger(12, 1), 1003552);
  EXPECT_DOUBLE_EQ(countJetTagger(8, 1), 583968);
  EXPECT_DOUBLE_EQ(countJetTagger(6, 1), 412960);
  EXPECT_DOUBLE_EQ(countJetTagger(4, 1), 267808);
  EXPECT_NEAR(countJetTagger(6, 0.2), 162592, 1);
}

TEST(SumBitsTest, HoldsTheLargestSum) {
  using Kind = ValueType::Kind;
  const ValueType bipolar{Kind::Bipolar, 1}, int2{Kind::Signed, 2}, uint8{Kind::Unsigned, 8}, real{};
  // 784 products of -2 and -2 are 3136 = 2^11.6; 100 of 255 * -2 rounded up to 256 * 2 are 2^15.6.
  EXPECT_EQ(getSumBits(int2, int2, 784), 13);
  EXPECT_EQ(getSumBits(uint8, int2, 100), 17);
  EXPECT_EQ(getSumBits(bipolar, bipolar, 64), 8) << "from -64 to 64";
  EXPECT_EQ(getSumBits(real, int2, 4), std::nullopt);
}

TEST(QonnxTypeTest, NamesAndBits) {
  for (auto [name, bits] : {std::pair("INT4", 4),
                            {"UINT8", 8},
                            {"BINARY", 1},
                            {"BIPOLAR", 1},
                            {"TERNARY", 2},
                            {"FLOAT32", 32},
                            {"FLOAT16", 16},
                            {"SCALEDINT<8>", 8},
                            {"FIXED<4,2>", 4},
                            {"FLOAT<4,3,7>", 8}}) {
    std::optional<QonnxType> type = QonnxType::parse(name);
    ASSERT_TRUE(type) << name;
    EXPECT_EQ(type->name(), name);
    EXPECT_EQ(type->bits, bits) << name;
  }
  EXPECT_EQ(QonnxType::parse("FLOAT<4,3>")->name(), "FLOAT<4,3,7>") << "the default bias is that of IEEE";
  for (const char *name : {"", "INT", "INT0", "UINT4x", "SCALEDINT", "SCALEDINT<8", "FLOAT<>", "FLOAT<4>", "REAL"})
    EXPECT_FALSE(QonnxType::parse(name)) << name;
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

class InspectionTest : public testing::Test {
protected:
  InspectionTest() : context(mlir::MLIRContext::Threading::DISABLED) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }
  Inspection inspect(llvm::StringRef text, bool weights = true, const ImportReport &report = {}) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    return inspectModel(module->lookupSymbol<mlir::func::FuncOp>("main"), report, weights);
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Quantizers with the scales 1 and 0.5; a depthwise convolution, pooling, a product, and one of two activations.
constexpr llvm::StringLiteral kModel = R"(
func.func @main(%x: tensor<1x2x4x4xf32>) -> tensor<1x3x3xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %half = onnx.Constant() {value = #data.constant<"half", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %three = onnx.Constant() {value = #data.constant<"three", [3.0] : tensor<f32>>} : () -> tensor<f32>
  %four = onnx.Constant() {value = #data.constant<"four", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, -2.0, 0.2, 1.0, 0.0, 3.0, 1.0, 1.0] : tensor<2x1x2x2xf32>>} : () -> tensor<2x1x2x2xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [1.0, 2.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %qx = onnx.Quant(%x, %one, %zero, %four) {signed_ = 0 : i64} : (tensor<1x2x4x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x4x4xf32>
  %qw = onnx.Quant(%w, %one, %zero, %three) : (tensor<2x1x2x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x1x2x2xf32>
  %c = onnx.Conv(%qx, %qw, %b) {group = 2 : i64} : (tensor<1x2x4x4xf32>, tensor<2x1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x3x3xf32> loc("conv")
  %q = onnx.Quant(%c, %half, %zero, %four) : (tensor<1x2x3x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2x3x3xf32>
  %s = onnx.Constant() {value = #data.constant<"s", [1, 6, 3] : tensor<3xsi64>>} : () -> tensor<3xsi64>
  %f = onnx.Reshape(%q, %s) : (tensor<1x2x3x3xf32>, tensor<3xsi64>) -> tensor<1x6x3xf32>
  %t = onnx.Transpose(%f) {perm = array<i64: 0, 2, 1>} : (tensor<1x6x3xf32>) -> tensor<1x3x6xf32>
  %y = onnx.MatMul(%t, %f) : (tensor<1x3x6xf32>, tensor<1x6x3xf32>) -> tensor<1x3x3xf32> loc("attention")
  return %y : tensor<1x3x3xf32>
}
)";

TEST_F(InspectionTest, LayersAndCosts) {
  Inspection found = inspect(kModel);
  ASSERT_EQ(found.layers.size(), 2u);
  const LayerInspection &conv = found.layers[0], &attention = found.layers[1];
  // 18 outputs of 4 products each. 0.2 has the code 0: 6 of 8 weights are not zero.
  EXPECT_EQ(conv.macs, 72);
  EXPECT_EQ(conv.inputType.toString(), "uint4");
  EXPECT_EQ(conv.weightType.toString(), "int3");
  EXPECT_EQ(conv.parameters, 8 + 2);
  EXPECT_EQ(conv.getDensity(), 0.75);
  EXPECT_EQ(conv.getBops(), 72 * 4 * 3);
  EXPECT_EQ(conv.getSparseBops(), 54 * 4 * 3);
  EXPECT_EQ(conv.getPruningAwareBops(), 72 * (0.75 * 12 + 4 + 3 + 2));
  EXPECT_EQ(conv.sumBits, 10) << "4 · 16 · 4 = 256";
  ASSERT_TRUE(conv.statistics && conv.statistics->histogram.ofCodes);
  EXPECT_EQ(conv.statistics->histogram.counts, (std::vector<int64_t>{0, 0, 1, 0, 2, 4, 0, 1}));
  EXPECT_EQ(conv.statistics->low, -2);
  EXPECT_EQ(conv.statistics->high, 3);
  // Both factors are activations: nothing is a weight.
  EXPECT_EQ(attention.macs, 9 * 6);
  EXPECT_FALSE(attention.constantWeights);
  EXPECT_EQ(attention.parameters, 0);
  EXPECT_EQ(attention.getSparseMacs(), 54);
}

TEST_F(InspectionTest, QonnxTypesAndCosts) {
  Inspection found = inspect(kModel);
  // Scales of 1 make integers, others scaled integers; a float bias makes the sums floats.
  std::map<std::string, double> dense = {{"op_mac_UINT4_INT3", 72}, {"mem_w_INT3", 8},
                                         {"mem_o_FLOAT32", 18},     {"op_mac_SCALEDINT<4>_SCALEDINT<4>", 54},
                                         {"mem_w_SCALEDINT<4>", 0}, {"mem_o_SCALEDINT<32>", 9}};
  EXPECT_EQ(found.dense.amounts, dense);
  dense["op_mac_UINT4_INT3"] = 54;
  dense["mem_w_INT3"] = 6;
  ASSERT_TRUE(found.sparse);
  EXPECT_EQ(found.sparse->amounts, dense);
  std::map<std::string, double> totals = found.dense.getTotals();
  EXPECT_EQ(totals["total_bops"], 72 * 12 + 54 * 16);
  EXPECT_EQ(totals["total_mem_w_bits"], 24);
  EXPECT_EQ(totals["total_mem_o_bits"], 32 * 27);
  EXPECT_TRUE(found.uncounted.empty());
}

TEST_F(InspectionTest, WithoutWeightsNothingIsSaidOfThem) {
  Inspection found = inspect(kModel, /*weights=*/false);
  EXPECT_FALSE(found.sparse);
  EXPECT_FALSE(found.layers[0].statistics);
  EXPECT_FALSE(found.layers[0].sparse);
  EXPECT_TRUE(found.layers[0].dense);
}

TEST_F(InspectionTest, AClipNarrowsCodes) {
  // Codes of 8 bits that a Clip keeps from 0 to 15 are those of 4 bits; qonnx goes by the type that is stored.
  Inspection found = inspect(R"(
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<ui8>>} : () -> tensor<ui8>
  %t = onnx.Constant() {value = #data.constant<"t", [15] : tensor<ui8>>} : () -> tensor<ui8>
  %w = onnx.Constant() {value = #data.constant<"w", [3, -4] : tensor<2x1xsi8>>} : () -> tensor<2x1xsi8>
  %q = onnx.QuantizeLinear(%x, %s, %z) : (tensor<1x2xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x2xui8>
  %c = onnx.Clip(%q, %z, %t) {operandSegmentSizes = array<i32: 1, 1, 1>} : (tensor<1x2xui8>, tensor<ui8>, tensor<ui8>) -> tensor<1x2xui8>
  %d = onnx.DequantizeLinear(%c, %s, %z) : (tensor<1x2xui8>, tensor<f32>, tensor<ui8>) -> tensor<1x2xf32>
  %v = onnx.DequantizeLinear(%w, %s) : (tensor<2x1xsi8>, tensor<f32>) -> tensor<2x1xf32>
  %y = onnx.MatMul(%d, %v) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32> loc("fc")
  return %y : tensor<1x1xf32>
})");
  ASSERT_EQ(found.layers.size(), 1u);
  EXPECT_EQ(found.layers[0].inputType.toString(), "uint4");
  EXPECT_EQ(found.layers[0].weightType.toString(), "int8");
  EXPECT_TRUE(found.layers[0].constantWeights);
  EXPECT_EQ(found.dense.amounts.count("op_mac_SCALEDINT<8>_SCALEDINT<8>"), 1u);
  ASSERT_TRUE(found.layers[0].statistics);
  EXPECT_EQ(found.layers[0].statistics->low, -2);
  EXPECT_EQ(found.layers[0].statistics->high, 1.5);
  EXPECT_EQ(found.layers[0].statistics->histogram.counts[128 - 4], 1);
}

TEST_F(InspectionTest, StoredCodesWithParametersPerAxis) {
  // Columns with the scales 1 and 2 and the zero points 3 and 0: (3 - 3), 2 · 4, (-8 - 3), 2 · 0.
  Inspection found = inspect(R"(
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0, 2.0] : tensor<2xf32>>} : () -> tensor<2xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [3, 0] : tensor<2xsi4>>} : () -> tensor<2xsi4>
  %w = onnx.Constant() {value = #data.constant<"w", [3, 4, -8, 0] : tensor<2x2xsi4>>} : () -> tensor<2x2xsi4>
  %v = onnx.DequantizeLinear(%w, %s, %z) {axis = -1 : i64} : (tensor<2x2xsi4>, tensor<2xf32>, tensor<2xsi4>) -> tensor<2x2xf32>
  %y = onnx.MatMul(%x, %v) : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
})");
  ASSERT_TRUE(found.layers.size() == 1 && found.layers[0].statistics);
  const WeightStatistics &weights = *found.layers[0].statistics;
  EXPECT_EQ(weights.nonzero, 2);
  EXPECT_EQ(weights.low, -11);
  EXPECT_EQ(weights.high, 8);
  EXPECT_EQ(weights.histogram.low, -8);
  EXPECT_EQ(weights.histogram.counts, (std::vector<int64_t>{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0}));
}

TEST_F(InspectionTest, QuantizedOperators) {
  // The zero point of the weights is 1: two of four are the real number 0.
  Inspection found = inspect(R"(
func.func @main(%x: tensor<3x2xui8>) -> tensor<3x2xui8> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.5] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0] : tensor<ui8>>} : () -> tensor<ui8>
  %o = onnx.Constant() {value = #data.constant<"o", [1] : tensor<si8>>} : () -> tensor<si8>
  %w = onnx.Constant() {value = #data.constant<"w", [1, 2, 1, 0] : tensor<2x2xsi8>>} : () -> tensor<2x2xsi8>
  %y = onnx.QLinearMatMul(%x, %s, %z, %w, %s, %o, %s, %z) : (tensor<3x2xui8>, tensor<f32>, tensor<ui8>, tensor<2x2xsi8>, tensor<f32>, tensor<si8>, tensor<f32>, tensor<ui8>) -> tensor<3x2xui8> loc("fc")
  return %y : tensor<3x2xui8>
})");
  ASSERT_EQ(found.layers.size(), 1u);
  const LayerInspection &layer = found.layers[0];
  EXPECT_EQ(layer.macs, 3 * 2 * 2);
  EXPECT_EQ(layer.inputType.toString(), "uint8");
  EXPECT_EQ(layer.weightType.toString(), "int8");
  ASSERT_TRUE(layer.statistics);
  EXPECT_EQ(layer.statistics->nonzero, 2);
  EXPECT_EQ(layer.statistics->low, -1);
  EXPECT_EQ(layer.statistics->high, 1);
  EXPECT_EQ(found.uncounted, (std::set<std::string>{"QLinearMatMul"})) << "qonnx has no figures for it";
}

TEST_F(InspectionTest, PackedWeights) {
  // 3 rows of 32 codes of 4 bits in bytes; 2 inputs: 2 · 3 · 32 products.
  Inspection found = inspect(R"(
func.func @main(%x: tensor<2x32xf32>, %w: tensor<3x1x16xui8>) -> tensor<2x3xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0, 2.0, 0.5] : tensor<3x1xf32>>} : () -> tensor<3x1xf32>
  %b = onnx.Constant() {value = #data.constant<"b", [1, 2, 1] : tensor<3x1xui8>>} : () -> tensor<3x1xui8>
  %y = onnx.MatMulNBits(%x, %w, %s, %b) {N = 3 : i64, K = 32 : i64, bits = 4 : i64, block_size = 32 : i64, operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>} : (tensor<2x32xf32>, tensor<3x1x16xui8>, tensor<3x1xf32>, tensor<3x1xui8>) -> tensor<2x3xf32> loc("fc")
  return %y : tensor<2x3xf32>
})");
  ASSERT_EQ(found.layers.size(), 1u);
  EXPECT_EQ(found.layers[0].macs, 2 * 3 * 32);
  EXPECT_EQ(found.layers[0].weightType.toString(), "uint4");
  EXPECT_EQ(found.layers[0].inputType.toString(), "float32");
  EXPECT_FALSE(found.layers[0].constantWeights) << "here they are an input";
}

TEST_F(InspectionTest, TypesThatTheFileNotes) {
  ImportReport report;
  report.dataTypes = {{"x", "INT8"}, {"w", "TERNARY"}, {"y", "no type"}};
  Inspection found = inspect(R"(
func.func @main(%x: tensor<1x2xf32> {onnx.name = "x"}) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [1.0, 0.0] : tensor<2x1xf32>>} : () -> tensor<2x1xf32> loc("w"("w"("m":0:0)))
  %y = onnx.MatMul(%x, %w) : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32> loc("fc"("y"("m":0:0)))
  return %y : tensor<1x1xf32>
})",
                             true, report);
  EXPECT_EQ(found.dense.amounts,
            (std::map<std::string, double>{{"op_mac_INT8_TERNARY", 2}, {"mem_w_TERNARY", 2}, {"mem_o_INT32", 1}}));
  ASSERT_TRUE(found.sparse);
  EXPECT_EQ(found.sparse->getTotals()["total_bops"], 1 * 8 * 2);
}

TEST_F(InspectionTest, ManyJoinsOfOneValueTakeNoTime) {
  // Two copies of two copies of ...: 2^30 paths lead to the quantizer, and the weights have as many elements.
  std::string text = R"(
func.func @main(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = onnx.Constant() {value = #data.constant<"one", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %w = onnx.Constant() {value = #data.constant<"w", [1.0] : tensor<1x1xf32>>} : () -> tensor<1x1xf32>
  %four = onnx.Constant() {value = #data.constant<"four", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %x0 = onnx.Quant(%x, %one, %zero, %four) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
  %w0 = onnx.Quant(%w, %one, %zero, %four) : (tensor<1x1xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x1xf32>
)";
  auto join = [&](std::string name, int step, std::string from, std::string to) {
    std::string before = "%" + name + std::to_string(step - 1);
    text += "%" + name + std::to_string(step) + " = onnx.Concat(" + before + ", " + before +
            ") {axis = " + (name == "x" ? "1" : "0") + " : i64} : (" + from + ", " + from + ") -> " + to + "\n";
  };
  int64_t size = 1;
  for (int step = 1; step <= 30; ++step, size *= 2) {
    std::string now = std::to_string(size), next = std::to_string(2 * size);
    join("x", step, "tensor<1x" + now + "xf32>", "tensor<1x" + next + "xf32>");
    join("w", step, "tensor<" + now + "x1xf32>", "tensor<" + next + "x1xf32>");
  }
  std::string n = std::to_string(size);
  text += "%y = onnx.MatMul(%x30, %w30) : (tensor<1x" + n + "xf32>, tensor<" + n + "x1xf32>) -> tensor<1x1xf32>\n" +
          "return %y : tensor<1x1xf32>\n}\n";
  Inspection found = inspect(text);
  ASSERT_EQ(found.layers.size(), 1u);
  EXPECT_EQ(found.layers[0].inputType.toString(), "int4");
  EXPECT_EQ(found.layers[0].weightType.toString(), "int4");
  EXPECT_EQ(found.layers[0].macs, double(1 << 30));
  EXPECT_FALSE(found.layers[0].statistics) << "too large to be computed as a whole";
}

//===----------------------------------------------------------------------===//
// Large weights
//===----------------------------------------------------------------------===//

/// Weights of several pieces with a scale per element of dimension `axis`, against all codes counted here.
class PiecesTest : public InspectionTest,
                   public testing::WithParamInterface<std::pair<std::vector<int64_t>, size_t>> {};

TEST_P(PiecesTest, EqualTheWhole) {
  const auto &[shape, axis] = GetParam();
  std::mt19937 random(int(axis) + 1);
  std::vector<float> values(runtime::NumElements(shape)), scales(shape[axis]);
  for (float &value : values)
    value = float(int(random() % 2001) - 1000) / 256;
  for (float &scale : scales)
    scale = float(1 + random() % 8) / 4;
  runtime::Shape scaleShape(shape.size(), 1);
  scaleShape[axis] = shape[axis];
  data::ConstantAttr::get(&context, "w", runtime::Tensor::FromFloats(shape, values));
  data::ConstantAttr::get(&context, "s", runtime::Tensor::FromFloats(scaleShape, scales));
  auto type = [](const std::vector<int64_t> &extents) { return "tensor<" + runtime::ShapeToString(extents) + "xf32>"; };
  std::string w = type(shape), s = type(scaleShape);
  std::string text = "func.func @main(%x: tensor<1x" + std::to_string(shape[0]) + "xf32>) -> " + w + " {\n" +
                     "%w = onnx.Constant() {value = #data.constant<\"w\" : " + w + ">} : () -> " + w +
                     "\n%s = onnx.Constant() {value = #data.constant<\"s\" : " + s + ">} : () -> " + s + R"(
  %zero = onnx.Constant() {value = #data.constant<"zero", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %four = onnx.Constant() {value = #data.constant<"four", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %q = onnx.Quant(%w, %s, %zero, %four) {narrow = 1 : i64} : ()" +
                     w + ", " + s + ", tensor<f32>, tensor<f32>) -> " + w + "\nreturn %q : " + w + "\n}\n";
  module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  ASSERT_TRUE(module);
  auto main = module->lookupSymbol<mlir::func::FuncOp>("main");
  std::optional<WeightStatistics> found = readWeights(main.front().getTerminator()->getOperand(0));
  ASSERT_TRUE(found);

  std::vector<int64_t> counts(16);
  int64_t inner = 1, nonzero = 0;
  for (size_t d = axis + 1; d < shape.size(); ++d)
    inner *= shape[d];
  for (size_t i = 0; i < values.size(); ++i) {
    // One float32 division, as the quantizer makes it; nearbyint rounds half to even.
    float code = std::nearbyint(values[i] / scales[i / inner % shape[axis]]);
    code = std::min(7.0f, std::max(-7.0f, code));
    ++counts[size_t(int(code) + 8)];
    nonzero += code != 0;
  }
  EXPECT_EQ(found->elements, int64_t(values.size()));
  EXPECT_EQ(found->nonzero, nonzero);
  EXPECT_EQ(found->histogram.counts, counts);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, PiecesTest,
    testing::Values(std::pair(std::vector<int64_t>{700, 1000}, 0), std::pair(std::vector<int64_t>{700, 1000}, 1),
                    std::pair(std::vector<int64_t>{3, 5, 300, 200}, 1), std::pair(std::vector<int64_t>{2, 400000}, 0),
                    std::pair(std::vector<int64_t>{2, 400000}, 1), std::pair(std::vector<int64_t>{1, 600000}, 1)));

TEST_F(InspectionTest, RealsInStepsOfAPowerOfTwo) {
  // From -3 to 5: 256 steps from -8 to 8 are 1/16 each.
  Inspection found = inspect(R"(
func.func @main(%x: tensor<1x5xf32>) -> tensor<1x1xf32> {
  %w = onnx.Constant() {value = #data.constant<"w", [-3.0, 0.0, 0.01, 0.5, 5.0] : tensor<5x1xf32>>} : () -> tensor<5x1xf32>
  %y = onnx.MatMul(%x, %w) : (tensor<1x5xf32>, tensor<5x1xf32>) -> tensor<1x1xf32> loc("fc")
  return %y : tensor<1x1xf32>
})");
  ASSERT_EQ(found.layers.size(), 1u);
  const WeightStatistics &weights = *found.layers[0].statistics;
  EXPECT_EQ(weights.nonzero, 4);
  EXPECT_FALSE(weights.histogram.ofCodes);
  EXPECT_EQ(weights.histogram.low, -3);
  EXPECT_EQ(weights.histogram.step, 1.0 / 16);
  ASSERT_EQ(weights.histogram.counts.size(), size_t((5 + 3) * 16 + 1));
  EXPECT_EQ(weights.histogram.counts[3 * 16], 2) << "0 and 0.01";
  EXPECT_EQ(weights.histogram.counts[3 * 16 + 8], 1);
  EXPECT_EQ(weights.histogram.counts.back(), 1);
}

} // namespace
} // namespace qcompile::inspect
