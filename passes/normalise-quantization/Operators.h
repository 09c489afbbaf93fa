//===- Operators.h - Quantized operators as operators on floats -*- C++ -*-===//
#ifndef QCOMPILE_PASSES_NORMALISEQUANTIZATION_OPERATORS_H
#define QCOMPILE_PASSES_NORMALISEQUANTIZATION_OPERATORS_H

#include "passes/normalise-quantization/CodedValues.h"
#include "passes/rewriting/OnnxSteps.h"

namespace qcompile::normalise {

/// A quantized operand or result: codes with a scale and a zero point (null: 0), which go along dimension `axis` where
/// they are several.
struct Port {
  mlir::Value codes, scale, zeroPoint;
  int64_t axis = 1;
};

/// Writes one quantized operator as DequantizeLinear of its operands, the operator on floats, and a quantizer.
/// Everything is checked before anything is written.
class OperatorRewriter {
public:
  OperatorRewriter(mlir::Operation *op, CodedValues &coded, bool &ok) : op(op), coded(coded), ok(ok), steps(op) {}

  /// Whether the parameters of the port are constants that a quantizer may have; for a result, `codes` is the result.
  bool check(const Port &port);
  /// The numbers of an operand that has been checked.
  mlir::Value getReal(const Port &port);
  /// The numbers of int32 codes whose scale is the product of two float32 scales.
  mlir::Value getBias(mlir::Value codes, mlir::Value first, mlir::Value second, int64_t axis, float factor = 1);
  mlir::Value apply(llvm::StringRef name, mlir::ValueRange operands, llvm::ArrayRef<mlir::NamedAttribute> attributes,
                    mlir::RankedTensorType shape);
  /// The operation's result holds the codes of `real`.
  void finish(mlir::Value real, const Port &result);

  mlir::Operation *op;
  CodedValues &coded;
  bool &ok;
  OnnxSteps steps;

private:
  std::optional<Coding> read(const Port &port);
  mlir::Value dequantize(mlir::ValueRange operands, mlir::NamedAttribute axis, mlir::RankedTensorType type);
};

/// The attributes of `op` that an operator of another name takes over.
llvm::SmallVector<mlir::NamedAttribute> takeAttributes(mlir::Operation *op, llvm::ArrayRef<llvm::StringRef> names);

} // namespace qcompile::normalise

#endif // QCOMPILE_PASSES_NORMALISEQUANTIZATION_OPERATORS_H
