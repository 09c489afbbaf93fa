//===- ProductQuantizeTest.cpp - Layers as look-ups, end to end -----------===//
//
// Layers whose patterns are prototypes compute what they did; others agree between the onnx level, the integer form and
// the file that is read again.
//
//===----------------------------------------------------------------------===//
#include "passes/product-quantize/ProductQuantize.h"
#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/Frontend.h"
#include "compiler/frontend/export/Export.h"
#include "compiler/io/Npy.h"
#include "compiler/session/Stages.h"
#include "dialects/onnx/OnnxOps.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Pass/PassManager.h"
#include "onnx/onnx_pb.h"
#include "passes/expand-pq/ExpandPq.h"
#include "tests/unit/compiler/RandomModel.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "gtest/gtest.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {
namespace {

using testing::ModelBuilder;
using testing::TestContext;

func::FuncOp mainOf(ModuleOp module) { return module.lookupSymbol<func::FuncOp>("main"); }

template <typename Op> int64_t countOps(ModuleOp module) {
  int64_t count = 0;
  module.walk([&](Op) { ++count; });
  return count;
}

LogicalResult run(ModuleOp module, std::unique_ptr<Pass> pass) {
  PassManager pm(module.getContext(), ModuleOp::getOperationName());
  pm.addNestedPass<func::FuncOp>(std::move(pass));
  return pm.run(module);
}

LogicalResult toIntegers(ModuleOp module) {
  PassManager pm(module.getContext(), ModuleOp::getOperationName());
  populateStagePipeline(pm, Stage::Integer);
  populateStagePipeline(pm, Stage::Bound);
  return pm.run(module);
}

Tensor makeRows(runtime::Shape shape, uint64_t seed) {
  std::vector<float> values(size_t(runtime::NumElements(shape)));
  std::mt19937_64 random(seed);
  for (float &value : values)
    value = float(int64_t(random() % 33) - 16) / 8;
  return Tensor::FromFloats(std::move(shape), values);
}

/// Expects both functions to compute the same for `samples` random inputs.
void expectSame(ModuleOp a, ModuleOp b, int samples = 4) {
  auto first = Evaluator::create(mainOf(a)), second = Evaluator::create(mainOf(b));
  ASSERT_TRUE(bool(first)) << llvm::toString(first.takeError());
  ASSERT_TRUE(bool(second)) << llvm::toString(second.takeError());
  for (int i = 0; i < samples; ++i) {
    std::vector<Tensor> inputs = {makeRows(first->inputs()[0].shape, 100 + i)};
    auto expected = first->run(inputs), found = second->run(inputs);
    ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
    ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
    for (size_t o = 0; o < expected->size(); ++o)
      ASSERT_TRUE((*expected)[o] == (*found)[o]) << "output " << o << " of sample " << i;
  }
}

struct Geometry {
  bool conv;
  int64_t pad, stride, dilation;
  int inputBits; ///< 1 with sign is bipolar
  bool isSigned;
};

/// Quantized inputs and weights into one layer with a bias.
OwningOpRef<ModuleOp> makeLayer(TestContext &test, const Geometry &g, uint64_t seed) {
  ModelBuilder b(&test.context, seed);
  Value scale = b.floats({}, {0.375f}), zero = b.floats({}, {0});
  Value x = b.addInput(g.conv ? ArrayRef<int64_t>{2, 3, 6, 5} : ArrayRef<int64_t>{4, 7});
  Value q = b.quant(x, scale, zero, g.inputBits, g.isSigned, false, "ROUND");
  std::vector<float> weights, bias, scales;
  runtime::Shape shape = g.conv ? runtime::Shape{4, 3, 3, 2} : runtime::Shape{7, 4};
  for (int64_t i = 0; i < runtime::NumElements(shape); ++i)
    weights.push_back(b.number());
  for (int64_t m = 0; m < 4; ++m) {
    bias.push_back(b.number());
    scales.push_back(0.1f + b.uniform());
  }
  Value w = b.floats(shape, weights);
  Value ws = b.floats(g.conv ? runtime::Shape{4, 1, 1, 1} : runtime::Shape{1, 4}, scales);
  Value wq = b.quant(w, ws, zero, 4, true, true, "ROUND");
  Value c = b.floats({4}, bias);
  if (!g.conv)
    return b.finish({b.create("Gemm", {q, wq, c}, {4, 4}, {b.attribute("beta", 0.5f)})});
  auto list = [&](StringRef name, ArrayRef<int64_t> values) {
    Builder builder(&test.context);
    return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
  };
  int64_t height = (6 + 2 * g.pad - g.dilation * 2 - 1) / g.stride + 1;
  int64_t width = 5 + 2 * g.pad - 1;
  return b.finish({b.create("Conv", {q, wq, c}, {2, 4, height, width},
                            {list("pads", {g.pad, g.pad, g.pad, g.pad}), list("strides", {g.stride, 1}),
                             list("dilations", {g.dilation, 1})})});
}

ProductQuantizeOptions makeOptions(int64_t length, int64_t prototypes) {
  ProductQuantizeOptions options;
  options.length = length;
  options.prototypes = prototypes;
  options.keepFirst = options.keepLast = false;
  return options;
}

/// Writes calibration rows to a file that goes away.
struct Calibration {
  explicit Calibration(const Tensor &rows) {
    int descriptor;
    EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("rows", "npy", descriptor, path));
    llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << formatNpy(rows);
  }
  ~Calibration() { llvm::sys::fs::remove(path); }
  llvm::SmallString<128> path;
};

} // namespace

// Four bits of patterns: 1-bit inputs by 4, 2-bit inputs by 2, bipolar ones by 4; padding adds 0 to those, which makes
// 3 values.
TEST(ProductQuantize, AllPatternsAreExact) {
  struct Case {
    Geometry geometry;
    int64_t length, prototypes;
  };
  for (const Case &c : {Case{{false, 0, 1, 1, 1, false}, 4, 16}, Case{{false, 0, 1, 1, 2, false}, 2, 16},
                        Case{{false, 0, 1, 1, 2, true}, 2, 16}, Case{{false, 0, 1, 1, 1, true}, 4, 16},
                        Case{{true, 0, 1, 1, 1, true}, 4, 16}, Case{{true, 1, 1, 1, 1, true}, 2, 9},
                        Case{{true, 1, 2, 1, 1, false}, 4, 16}, Case{{true, 2, 1, 2, 2, true}, 2, 16}})
    for (uint64_t seed = 0; seed < 3; ++seed) {
      TestContext test;
      OwningOpRef<ModuleOp> module = makeLayer(test, c.geometry, seed), changed = module->clone();
      ASSERT_TRUE(succeeded(run(*changed, createProductQuantize(makeOptions(c.length, c.prototypes))))) << test.errors;
      EXPECT_EQ(countOps<onnx::PqMatMulOp>(*changed), 1);
      EXPECT_EQ(countOps<onnx::ConvOp>(*changed) + countOps<onnx::GemmOp>(*changed), 0);
      expectSame(*module, *changed);
      ASSERT_TRUE(succeeded(toIntegers(*changed))) << test.errors;
      EXPECT_EQ(countOps<qnn::PqOp>(*changed), 1);
      expectSame(*module, *changed);
      ASSERT_TRUE(succeeded(run(*changed, createExpandPq()))) << test.errors;
      EXPECT_EQ(countOps<qnn::PqOp>(*changed), 0);
      expectSame(*module, *changed);
    }
}

// One prototype fewer than patterns: not exact, so that data are needed.
TEST(ProductQuantize, RefusesWithoutData) {
  TestContext test;
  OwningOpRef<ModuleOp> module = makeLayer(test, {false, 0, 1, 1, 1, false}, 1);
  EXPECT_TRUE(failed(run(*module, createProductQuantize(makeOptions(4, 15)))));
  EXPECT_NE(test.errors.find("more than 15 patterns"), std::string::npos) << test.errors;
}

// With 8 bits of input nothing is exact; all forms agree, and runs do.
TEST(ProductQuantize, FormsAgree) {
  for (bool conv : {false, true})
    for (const char *norm : {"l2", "l1"}) {
      TestContext test;
      OwningOpRef<ModuleOp> module = makeLayer(test, {conv, 1, 1, 1, 8, true}, 5), changed = module->clone();
      Calibration rows(makeRows(conv ? runtime::Shape{40, 3, 6, 5} : runtime::Shape{400, 7}, 7));
      ProductQuantizeOptions options = makeOptions(3, 8);
      options.calibration = {std::string(rows.path.str())};
      options.norm = norm;
      ASSERT_TRUE(succeeded(run(*changed, createProductQuantize(options)))) << test.errors;
      OwningOpRef<ModuleOp> again = module->clone();
      ASSERT_TRUE(succeeded(run(*again, createProductQuantize(options))));
      expectSame(*changed, *again);
      OwningOpRef<ModuleOp> integers = changed->clone();
      ASSERT_TRUE(succeeded(toIntegers(*integers))) << test.errors;
      EXPECT_EQ(countOps<qnn::PqOp>(*integers), 1);
      expectSame(*changed, *integers);

      std::optional<std::string> bytes = exportOnnx(mainOf(*changed));
      ASSERT_TRUE(bytes) << test.errors;
      ::onnx::ModelProto message;
      ASSERT_TRUE(message.ParseFromString(*bytes));
      ASSERT_EQ(message.functions_size(), 1);
      EXPECT_EQ(message.functions(0).name(), "PqMatMul");
      ImportReport report;
      OwningOpRef<ModuleOp> read = importOnnx(&test.context, *bytes, "model.onnx", "", {}, report);
      ASSERT_TRUE(read) << test.errors;
      EXPECT_EQ(countOps<onnx::PqMatMulOp>(*read), 1);
      expectSame(*changed, *read);
      // Another body under the same name is another operator.
      message.mutable_functions(0)->mutable_node(0)->set_op_type("Identity");
      EXPECT_FALSE(importOnnx(&test.context, message.SerializeAsString(), "model.onnx", "", {}, report));
      EXPECT_NE(test.errors.find("to be the one that this version writes"), std::string::npos);
    }
}

// Data that a few prototypes hold: fewer different rows than prototypes, so that only the tables' bits limit.
TEST(ProductQuantize, FewPatternsInTheDataFitClosely) {
  TestContext test;
  OwningOpRef<ModuleOp> module = makeLayer(test, {false, 0, 1, 1, 8, true}, 9);
  Tensor rows(runtime::DataType::Float32(), {64, 7});
  for (int64_t i = 0; i < rows.size(); ++i)
    rows.MutableData<float>()[size_t(i)] = float((i / 7 * 5 + i % 7) % 8);
  Calibration file(rows);
  ProductQuantizeOptions options = makeOptions(7, 16);
  options.calibration = {std::string(file.path.str())};
  options.tableBits = 16;
  options.prototypeBits = 12;
  ASSERT_TRUE(succeeded(run(*module, createProductQuantize(options)))) << test.errors;
  auto report = mainOf(*module)->getAttrOfType<ArrayAttr>("compression.report");
  ASSERT_TRUE(report);
  auto entry = llvm::json::parse(cast<StringAttr>(report[0]).getValue());
  ASSERT_TRUE(bool(entry));
  EXPECT_LT(entry->getAsObject()->getNumber("output_error").value_or(1), 1e-3);
}

} // namespace qcompile
