//===- TestNetworks.h - Integer networks for tests --------------*- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_BACKENDS_IMC_TESTNETWORKS_H
#define QCOMPILE_TESTS_UNIT_BACKENDS_IMC_TESTNETWORKS_H

#include <algorithm>
#include <random>

#include "backends/imc/ImcBackend.h"
#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/qnn/QnnDialect.h"
#include "dialects/qnn/ValueBounds.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

namespace qcompile::imc {

/// A context with the dialects of the integer form and of the backend, which gathers errors.
struct TestContext {
  TestContext() : handler(&context, [this](mlir::Diagnostic &diagnostic) { errors += diagnostic.str() + "\n"; }) {
    mlir::DialectRegistry registry;
    registry.insert<mlir::func::FuncDialect, qnn::QnnDialect, data::DataDialect>();
    ImcBackend().registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  mlir::MLIRContext context;
  std::string errors;
  mlir::ScopedDiagnosticHandler handler;
};

inline std::unique_ptr<BackendSession> makeSession(llvm::ArrayRef<std::string> settings) {
  ImcBackend backend;
  auto options = llvm::cantFail(OptionValues::parse(backend.options(), settings));
  return llvm::cantFail(backend.createSession(options));
}

inline mlir::LogicalResult runPipeline(const BackendSession &session, mlir::ModuleOp module) {
  mlir::PassManager pm(module.getContext());
  session.buildPipeline(pm);
  return pm.run(module);
}

/// Builds a random multi-layer perceptron between a quantizer and a dequantizer, as IR.
class NetworkBuilder {
public:
  NetworkBuilder(mlir::MLIRContext *context, uint64_t seed)
      : builder(context), loc(builder.getUnknownLoc()), random(seed) {}

  mlir::OwningOpRef<mlir::ModuleOp> build(int layers) {
    rows = 1 + below(4);
    return buildMain({rows, 1 + below(70)}, [&](mlir::Value value) {
      for (int i = 0; i + 1 < layers; ++i)
        value = addLayer(value);
      return matmul(value, 1 + below(12));
    });
  }

  int64_t below(int64_t limit) { return static_cast<int64_t>(random() % uint64_t(limit)); }

  runtime::DataType randomType() {
    int bits = 1 + static_cast<int>(below(8));
    if (below(4) == 0)
      return runtime::DataType::Bipolar();
    return below(2) ? runtime::DataType::Signed(bits) : runtime::DataType::Unsigned(bits);
  }

protected:
  /// A module whose @main quantizes an input, computes `core` and dequantizes its result.
  template <typename F> mlir::OwningOpRef<mlir::ModuleOp> buildMain(llvm::ArrayRef<int64_t> shape, F core) {
    auto module = mlir::ModuleOp::create(builder, loc);
    builder.setInsertionPointToStart(module.getBody());
    auto inputType = mlir::RankedTensorType::get(shape, builder.getF32Type());
    auto main = mlir::func::FuncOp::create(builder, loc, "main", builder.getFunctionType({inputType}, {}));
    builder.setInsertionPointToStart(main.addEntryBlock());
    mlir::Value value = dequantize(core(quantize(main.getArgument(0))));
    mlir::func::ReturnOp::create(builder, loc, value);
    main.setFunctionType(builder.getFunctionType({inputType}, {value.getType()}));
    main.setArgAttr(0, kPortNameAttr, builder.getStringAttr("image"));
    main.setResultAttr(0, kPortNameAttr, builder.getStringAttr("scores"));
    return module;
  }

  mlir::RankedTensorType tensorOf(runtime::DataType type, llvm::ArrayRef<int64_t> shape) {
    return mlir::RankedTensorType::get(shape, qnn::getCodeType(builder.getContext(), type));
  }
  static mlir::RankedTensorType typeOf(mlir::Value value) {
    return llvm::cast<mlir::RankedTensorType>(value.getType());
  }
  data::ConstantAttr constant(runtime::Tensor tensor) {
    return data::ConstantAttr::get(builder.getContext(), "c", tensor);
  }
  data::ConstantAttr integers(runtime::DataType type, runtime::Shape shape, const std::vector<int64_t> &values) {
    return constant(*runtime::Tensor::FromIntegers(type, std::move(shape), values));
  }

  mlir::Value quantize(mlir::Value x) {
    runtime::DataType type = randomType();
    if (type == runtime::DataType::Bipolar()) {
      auto zero = constant(runtime::Tensor::FromFloats({1, 1}, {0.0f}));
      return qnn::ThresholdOp::create(builder, loc, tensorOf(type, typeOf(x).getShape()), x,
                                      builder.getI64IntegerAttr(1), zero, builder.getDenseI64ArrayAttr({1}),
                                      builder.getI64IntegerAttr(-1), builder.getI64IntegerAttr(2));
    }
    runtime::Shape one(typeOf(x).getRank(), 1);
    auto scale = constant(runtime::Tensor::FromFloats(one, {0.37f}));
    auto zeroPoint = constant(runtime::Tensor::FromFloats(one, {1.0f}));
    return qnn::QuantizeOp::create(builder, loc, tensorOf(type, typeOf(x).getShape()), x, scale, zeroPoint,
                                   builder.getI64IntegerAttr(type.MinValue()),
                                   builder.getI64IntegerAttr(type.MaxValue()), builder.getStringAttr("ROUND"));
  }

  mlir::Value matmul(mlir::Value x, int64_t outputs) {
    int64_t inputs = typeOf(x).getShape().back();
    runtime::DataType type = randomType();
    int64_t zeros = below(100);
    std::vector<int64_t> weights;
    for (int64_t i = 0; i < inputs * outputs; ++i) {
      int64_t value = type == runtime::DataType::Bipolar()
                          ? 2 * below(2) - 1
                          : type.MinValue() + below(type.MaxValue() - type.MinValue() + 1);
      weights.push_back(below(100) < zeros && type.Contains(0) ? 0 : value);
    }
    data::ConstantAttr value = integers(type, {inputs, outputs}, weights);
    std::vector<qnn::Bounds> columns =
        *qnn::getDotProductBounds(qnn::getTypeBounds(typeOf(x).getElementType()), value.getTensor());
    qnn::Bounds bounds;
    for (qnn::Bounds b : columns) {
      bounds.low = std::min(bounds.low, b.low);
      bounds.high = std::max(bounds.high, b.high);
    }
    sumBounds = bounds;
    mlir::Value w = qnn::ConstantOp::create(builder, loc, value.getType(), value);
    llvm::SmallVector<int64_t> shape(typeOf(x).getShape());
    shape.back() = outputs;
    return qnn::MatMulOp::create(builder, loc, tensorOf(bounds.narrowestType(), shape), x, w);
  }

  mlir::Value threshold(mlir::Value x, int64_t axis) {
    int64_t channels = below(3) ? typeOf(x).getDimSize(axis) : 1;
    runtime::DataType type = randomType();
    int64_t levels = type.MaxValue() - type.MinValue();
    int64_t step = 1;
    if (type == runtime::DataType::Bipolar())
      levels = 1, step = 2;
    std::vector<int64_t> all, directions;
    int64_t span = sumBounds.high - sumBounds.low + 40;
    for (int64_t c = 0; c < channels; ++c) {
      std::vector<int64_t> row;
      for (int64_t t = 0; t < levels; ++t)
        row.push_back(sumBounds.low - 20 + below(span));
      llvm::sort(row);
      directions.push_back(below(2) ? 1 : -1);
      if (directions.back() < 0)
        std::reverse(row.begin(), row.end());
      all.insert(all.end(), row.begin(), row.end());
    }
    auto thresholds = integers(runtime::DataType::Signed(34), {channels, levels}, all);
    return qnn::ThresholdOp::create(builder, loc, tensorOf(type, typeOf(x).getShape()), x,
                                    builder.getI64IntegerAttr(axis), thresholds,
                                    builder.getDenseI64ArrayAttr(directions),
                                    builder.getI64IntegerAttr(type.MinValue()), builder.getI64IntegerAttr(step));
  }

  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape) {
    auto type = mlir::RankedTensorType::get(shape, typeOf(x).getElementType());
    return qnn::ReshapeOp::create(builder, loc, type, x);
  }

  /// A matmul and a threshold, in one of the forms that layers come in.
  mlir::Value addLayer(mlir::Value x) {
    int64_t outputs = 1 + below(40);
    mlir::Value sum = matmul(x, outputs);
    switch (below(4)) {
    case 0: // along another dimension: two layers
      return threshold(sum, 0);
    case 1: { // behind a reshape
      mlir::Value y = threshold(reshape(sum, {rows, 1, outputs}), 2);
      return reshape(y, {rows, outputs});
    }
    case 2: { // transposed there and back
      auto turned = mlir::RankedTensorType::get({outputs, rows}, typeOf(sum).getElementType());
      mlir::Value t = qnn::TransposeOp::create(builder, loc, turned, sum, builder.getDenseI64ArrayAttr({1, 0}));
      mlir::Value y = threshold(t, 0);
      auto back = mlir::RankedTensorType::get({rows, outputs}, typeOf(y).getElementType());
      return qnn::TransposeOp::create(builder, loc, back, y, builder.getDenseI64ArrayAttr({1, 0}));
    }
    default:
      return threshold(sum, 1);
    }
  }

  mlir::Value dequantize(mlir::Value x) {
    auto scale = constant(runtime::Tensor::FromDoubles({1}, {0.0625}));
    auto zeroPoint = integers(runtime::DataType::Signed(64), {1}, {3});
    auto type = mlir::RankedTensorType::get(typeOf(x).getShape(), builder.getF32Type());
    return qnn::DequantizeOp::create(builder, loc, type, x, builder.getI64IntegerAttr(0), scale, zeroPoint, nullptr,
                                     builder.getI64IntegerAttr(1));
  }

  mlir::OpBuilder builder;
  mlir::Location loc;
  std::mt19937_64 random;
  int64_t rows = 1;
  qnn::Bounds sumBounds;
};

} // namespace qcompile::imc

#endif // QCOMPILE_TESTS_UNIT_BACKENDS_IMC_TESTNETWORKS_H
