//===- RandomModel.h - Random quantized models as written -------*- C++ -*-===//
//
// Multi-layer perceptrons in the `onnx` dialect, as the frontend would import them: quantizers with all
// their settings, the operations that stand between layers, forks and rearrangements. Every
// operation has a location with a name of its own.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_TESTS_UNIT_COMPILER_RANDOMMODEL_H
#define QCOMPILE_TESTS_UNIT_COMPILER_RANDOMMODEL_H

#include <random>
#include <vector>

#include "dialects/data/DataDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace qcompile::testing {

/// A context with the dialects of a model, which gathers errors and warnings.
struct TestContext {
  TestContext();
  mlir::MLIRContext context;
  std::string errors;
  /// Names of nodes with the warning that they are not computed exactly (QC-P003).
  std::vector<std::string> inexact;
  mlir::ScopedDiagnosticHandler handler;
};

/// Builds `main` operation by operation; dimensions and settings that are not given are random.
class ModelBuilder {
public:
  ModelBuilder(mlir::MLIRContext *context, uint64_t seed);

  int64_t below(int64_t limit) { return static_cast<int64_t>(random() % uint64_t(limit)); }
  bool chance(int64_t percent) { return below(100) < percent; }
  /// Where set, all scales are powers of two and all other parameters multiples of 1/8, so that values
  /// meet rounding borders exactly.
  void setDyadic(bool value) { dyadic = value; }
  float scale() { return dyadic ? std::ldexp(1.0f, int(below(5)) - 3) : 0.02f + uniform() * 0.6f; }
  float number();                                              ///< of both signs, zero at times
  float uniform() { return float(random() >> 40) * 0x1p-24f; } ///< in [0, 1)

  mlir::Value addInput(llvm::ArrayRef<int64_t> shape);
  mlir::Value constant(const runtime::Tensor &tensor);
  mlir::Value floats(runtime::Shape shape, const std::vector<float> &values) {
    return constant(runtime::Tensor::FromFloats(std::move(shape), values));
  }
  mlir::Value create(llvm::StringRef name, llvm::ArrayRef<mlir::Value> operands, llvm::ArrayRef<int64_t> shape,
                     llvm::ArrayRef<mlir::NamedAttribute> attributes = {});
  mlir::NamedAttribute attribute(llvm::StringRef name, int64_t value) {
    return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
  }
  mlir::NamedAttribute attribute(llvm::StringRef name, float value) {
    return builder.getNamedAttr(name, builder.getF32FloatAttr(value));
  }
  mlir::NamedAttribute segments(llvm::StringRef name, llvm::ArrayRef<int32_t> sizes) {
    return builder.getNamedAttr(name, builder.getDenseI32ArrayAttr(sizes));
  }

  /// Quant or BipolarQuant, with a scale per index of `axis` at times (never where `axis` is negative).
  mlir::Value quantize(mlir::Value x, int64_t axis);
  mlir::Value quant(mlir::Value x, mlir::Value scale, mlir::Value zeroPoint, int bits, bool isSigned, bool narrow,
                    llvm::StringRef rounding);
  mlir::Value linear(mlir::Value x, int64_t outputs);
  mlir::Value batchNorm(mlir::Value x);
  mlir::Value activation(mlir::Value x);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> permutation);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);

  /// The module with `outputs` as results of `main`.
  mlir::OwningOpRef<mlir::ModuleOp> finish(llvm::ArrayRef<mlir::Value> outputs);
  /// A whole random model with one input.
  mlir::OwningOpRef<mlir::ModuleOp> build();

  static llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
    return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
  }

private:
  mlir::Location loc();
  runtime::Shape parameterShape(mlir::Value x, int64_t axis);
  mlir::Value weights(int64_t inputs, int64_t outputs, bool transposed);
  mlir::Value rearrange(mlir::Value x);
  mlir::Value join(mlir::Value x, mlir::Value y);

  std::mt19937_64 random;
  mlir::OpBuilder builder;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp main;
  bool dyadic = false;
  unsigned count = 0;
};

} // namespace qcompile::testing

#endif // QCOMPILE_TESTS_UNIT_COMPILER_RANDOMMODEL_H
