//===- NetworkBuilder.h - Networks for tests of the cpu backend -*- C++ -*-===//
//
// Builds @main operation by operation, with random parameters, and compares the backend with the
// reference evaluator.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_TESTS_UNIT_BACKENDS_CPU_NETWORKBUILDER_H
#define QCOMPILE_TESTS_UNIT_BACKENDS_CPU_NETWORKBUILDER_H

#include <algorithm>
#include <random>

#include "backends/cpu/CpuBackend.h"
#include "backends/cpu/lower-to-kernels/LowerToKernels.h"
#include "backends/cpu/outline-islands/OutlineIslands.h"
#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

namespace qcompile::cpu {

using mlir::RankedTensorType;
using mlir::Value;
using runtime::DataType;
using runtime::Tensor;

class NetworkBuilder {
public:
  explicit NetworkBuilder(unsigned seed)
      : random(seed), builder(&context), handler(&context, [this](mlir::Diagnostic &d) { errors += d.str() + "\n"; }) {
    mlir::DialectRegistry registry;
    registry.insert<mlir::func::FuncDialect, qnn::QnnDialect, data::DataDialect, onnx::OnnxDialect>();
    CpuBackend().registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = mlir::ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToEnd(module->getBody());
    main = mlir::func::FuncOp::create(builder, loc(), "main", builder.getFunctionType({}, {}));
    main.addEntryBlock();
    builder.setInsertionPointToStart(&main.front());
  }

  mlir::Location loc() { return builder.getUnknownLoc(); }
  int64_t below(int64_t limit) { return static_cast<int64_t>(random() % uint64_t(limit)); }

  mlir::Type codeType(DataType type) { return qnn::getCodeType(&context, type); }

  Value addInput(llvm::ArrayRef<int64_t> shape, mlir::Type element) {
    return main.front().addArgument(RankedTensorType::get(shape, element), loc());
  }
  Value addFloatInput(llvm::ArrayRef<int64_t> shape) { return addInput(shape, builder.getF32Type()); }

  /// Ends @main.
  void finish(llvm::ArrayRef<Value> outputs) {
    mlir::func::ReturnOp::create(builder, loc(), outputs);
    main.setFunctionType(
        builder.getFunctionType(main.front().getArgumentTypes(), mlir::ValueRange(outputs).getTypes()));
    for (unsigned i = 0; i < main.getNumArguments(); ++i)
      main.setArgAttr(i, kPortNameAttr, builder.getStringAttr("in/" + llvm::Twine(i)));
    for (unsigned i = 0; i < outputs.size(); ++i)
      main.setResultAttr(i, kPortNameAttr, builder.getStringAttr("out." + llvm::Twine(i)));
  }

  data::ConstantAttr constant(const Tensor &tensor) { return data::ConstantAttr::get(&context, "c", tensor); }
  Tensor integers(DataType type, runtime::Shape shape, const std::vector<int64_t> &values) {
    return *Tensor::FromIntegers(type, std::move(shape), values);
  }

  DataType randomType(int maxBits = 8) {
    if (below(4) == 0)
      return DataType::Bipolar();
    int bits = 1 + static_cast<int>(below(maxBits));
    return below(2) ? DataType::Signed(bits) : DataType::Unsigned(bits);
  }
  int64_t randomCode(DataType type) {
    if (type.kind == runtime::TypeKind::kBipolar)
      return below(2) ? 1 : -1;
    return type.MinValue() + below(type.MaxValue() - type.MinValue() + 1);
  }

  static llvm::ArrayRef<int64_t> shapeOf(Value value) {
    return llvm::cast<RankedTensorType>(value.getType()).getShape();
  }
  static DataType typeOf(Value value) {
    return *data::getDataType(llvm::cast<RankedTensorType>(value.getType()).getElementType());
  }

  /// A product with random weights into the smallest type that holds every partial sum.
  Value matmul(Value a, int64_t outputs, DataType weightType) {
    int64_t k = shapeOf(a).back();
    std::vector<int64_t> weights;
    for (int64_t i = 0; i < k * outputs; ++i)
      weights.push_back(randomCode(weightType));
    auto b = qnn::ConstantOp::create(builder, loc(), RankedTensorType::get({k, outputs}, codeType(weightType)),
                                     constant(integers(weightType, {k, outputs}, weights)));
    auto magnitude = [](DataType type) { return std::max(-type.MinValue(), type.MaxValue()); };
    int64_t bound = k * magnitude(weightType) * magnitude(typeOf(a));
    int bits = 2;
    while ((int64_t(1) << (bits - 1)) <= bound)
      ++bits;
    llvm::SmallVector<int64_t> shape(shapeOf(a));
    shape.back() = outputs;
    return qnn::MatMulOp::create(builder, loc(), RankedTensorType::get(shape, codeType(DataType::Signed(bits))), a, b);
  }

  /// Random thresholds to a random range of `out`, per channel of `axis` or for all.
  Value threshold(Value x, DataType out, int64_t axis, bool perChannel) {
    bool isBipolar = out.kind == runtime::TypeKind::kBipolar;
    int64_t levels = isBipolar ? 1 : std::min<int64_t>(out.MaxValue() - out.MinValue(), 255);
    int64_t count = isBipolar ? 1 : 1 + below(levels);
    int64_t low = out.MinValue(), step = isBipolar ? 2 : 1;
    int64_t channels = perChannel ? shapeOf(x)[axis] : 1;
    bool isFloat = typeOf(x).IsFloat();
    std::vector<int64_t> directions, all;
    for (int64_t c = 0; c < channels; ++c) {
      std::vector<int64_t> row;
      for (int64_t t = 0; t < count; ++t)
        row.push_back(isFloat ? below(4001) - 2000 : below(2 * spread(x) + 1) - spread(x));
      std::sort(row.begin(), row.end());
      directions.push_back(below(3) == 0 ? -1 : 1);
      if (directions.back() < 0)
        std::reverse(row.begin(), row.end());
      all.insert(all.end(), row.begin(), row.end());
    }
    Tensor tensor = integers(DataType::Signed(48), {channels, count}, all);
    if (isFloat) {
      std::vector<float> floats;
      for (int64_t value : all)
        floats.push_back(static_cast<float>(value) / 1000);
      tensor = Tensor::FromFloats({channels, count}, floats);
    }
    return qnn::ThresholdOp::create(builder, loc(), RankedTensorType::get(shapeOf(x), codeType(out)), x, axis,
                                    constant(tensor), directions, low, step);
  }

  Value quantize(Value x, DataType out, llvm::ArrayRef<int64_t> parameterShape) {
    static const char *modes[] = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};
    runtime::Shape shape(parameterShape.begin(), parameterShape.end());
    std::vector<float> scales, zeros;
    for (int64_t i = 0; i < runtime::NumElements(shape); ++i) {
      scales.push_back(static_cast<float>(1 + below(100)) / 400);
      zeros.push_back(static_cast<float>(below(5) - 2) / (below(4) == 0 ? 2 : 1));
    }
    return qnn::QuantizeOp::create(builder, loc(), RankedTensorType::get(shapeOf(x), codeType(out)), x,
                                   constant(Tensor::FromFloats(shape, scales)),
                                   constant(Tensor::FromFloats(shape, zeros)), out.MinValue(), out.MaxValue(),
                                   builder.getStringAttr(modes[below(7)]));
  }

  Value dequantize(Value x, int64_t axis, bool perChannel, bool withBias) {
    int64_t channels = perChannel ? shapeOf(x)[axis] : 1;
    std::vector<double> scales, biases;
    std::vector<int64_t> zeros;
    for (int64_t c = 0; c < channels; ++c) {
      scales.push_back((below(2) ? 1 : -1) * (1.0 + below(1000)) / 977);
      biases.push_back((below(2001) - 1000) / 331.0);
      zeros.push_back(below(9) - 4);
    }
    data::ConstantAttr bias;
    if (withBias)
      bias = constant(Tensor::FromDoubles({channels}, biases));
    return qnn::DequantizeOp::create(builder, loc(), RankedTensorType::get(shapeOf(x), builder.getF32Type()), x, axis,
                                     constant(Tensor::FromDoubles({channels}, scales)),
                                     constant(integers(DataType::Int64(), {channels}, zeros)), bias);
  }

  Value reshape(Value x, llvm::ArrayRef<int64_t> shape) {
    auto element = llvm::cast<RankedTensorType>(x.getType()).getElementType();
    return qnn::ReshapeOp::create(builder, loc(), RankedTensorType::get(shape, element), x);
  }

  Value transpose(Value x, llvm::ArrayRef<int64_t> perm) {
    llvm::SmallVector<int64_t> shape;
    for (int64_t d : perm)
      shape.push_back(shapeOf(x)[d]);
    auto element = llvm::cast<RankedTensorType>(x.getType()).getElementType();
    return qnn::TransposeOp::create(builder, loc(), RankedTensorType::get(shape, element), x, perm);
  }

  /// An operation of the onnx dialect whose result has the type of its first operand.
  Value onnxOp(llvm::StringRef name, mlir::ValueRange operands, llvm::ArrayRef<mlir::NamedAttribute> attributes = {}) {
    mlir::OperationState state(loc(), ("onnx." + name).str());
    state.addOperands(operands);
    state.addAttributes(attributes);
    state.addTypes(operands[0].getType());
    return builder.create(state)->getResult(0);
  }
  Value onnxConstant(const Tensor &tensor) {
    data::ConstantAttr value = constant(tensor);
    mlir::OperationState state(loc(), "onnx.Constant");
    state.addAttribute("value", value);
    state.addTypes(value.getType());
    return builder.create(state)->getResult(0);
  }

  Tensor randomInput(const runtime::Port &port) {
    if (port.type.IsFloat()) {
      std::vector<float> values;
      for (int64_t i = 0; i < runtime::NumElements(port.shape); ++i)
        values.push_back(below(50) == 0 ? NAN : static_cast<float>(below(4001) - 2000) / 1000);
      return Tensor::FromFloats(port.shape, values);
    }
    std::vector<int64_t> codes;
    for (int64_t i = 0; i < runtime::NumElements(port.shape); ++i)
      codes.push_back(randomCode(port.type));
    return integers(port.type, port.shape, codes);
  }

  std::vector<Tensor> randomInputs() {
    std::vector<Tensor> result;
    Evaluator evaluator = llvm::cantFail(Evaluator::create(main));
    for (const runtime::Port &port : evaluator.inputs())
      result.push_back(randomInput(port));
    return result;
  }

  std::unique_ptr<BackendSession> session(llvm::ArrayRef<std::string> settings = {}) {
    CpuBackend backend;
    return llvm::cantFail(backend.createSession(llvm::cantFail(OptionValues::parse(backend.options(), settings))));
  }

  /// A lowered copy of the module; null where a pass failed (`errors` says why). Without the passes
  /// that change operations where `direct` is set.
  mlir::OwningOpRef<mlir::ModuleOp> lower(bool direct = false) {
    mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
    mlir::PassManager pm(&context);
    if (direct) {
      pm.addPass(createCpuOutlineIslands());
      pm.addPass(createCpuLowerToKernels());
    } else {
      session()->buildPipeline(pm);
    }
    if (mlir::failed(pm.run(*copy)))
      copy = nullptr;
    return copy;
  }

  /// Both give the same bits on `runs` random inputs.
  void expectEqual(Executable &executable, int runs) {
    Evaluator evaluator = llvm::cantFail(Evaluator::create(main));
    for (int i = 0; i < runs; ++i) {
      std::vector<Tensor> inputs = randomInputs();
      auto expected = evaluator.run(inputs);
      ASSERT_TRUE(bool(expected)) << llvm::toString(expected.takeError());
      auto found = executable.run({inputs});
      ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
      ASSERT_EQ(found->size(), 1u);
      ASSERT_EQ((*found)[0].size(), expected->size());
      for (size_t output = 0; output < expected->size(); ++output)
        EXPECT_TRUE((*found)[0][output] == (*expected)[output]) << dump();
    }
  }

  std::string dump() {
    std::string text;
    llvm::raw_string_ostream os(text);
    module->print(os);
    return text;
  }

  mlir::MLIRContext context;
  std::mt19937_64 random;
  std::string errors;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp main;
  mlir::OpBuilder builder;

private:
  /// How far from zero thresholds of x lie.
  int64_t spread(Value x) { return std::min<int64_t>(typeOf(x).MaxValue(), 3 + (typeOf(x).MaxValue() >> 3)); }

  mlir::ScopedDiagnosticHandler handler;
};

} // namespace qcompile::cpu

#endif // QCOMPILE_TESTS_UNIT_BACKENDS_CPU_NETWORKBUILDER_H
