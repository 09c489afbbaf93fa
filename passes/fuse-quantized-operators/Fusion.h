//===- Fusion.h - One quantizer with the operator before it -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_FUSION_H
#define QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_FUSION_H

#include "passes/fuse-quantized-operators/Operands.h"

namespace qcompile {

/// One QuantizeLinear with the operator whose result it reads.
class Fusion {
public:
  explicit Fusion(mlir::Operation *quantize) : quantize(quantize) {}

  /// The operator to join it with; null where there is none of a kind that has a quantized form.
  mlir::Operation *findOperator() const;
  /// Replaces both. False, with the reason and nothing changed, where they cannot be joined.
  bool join(mlir::Operation *op, std::string &reason) const;

private:
  bool hasNothingBelowZero() const;
  mlir::Type getCodeType() const;
  /// The operand as codes of the result's type with one scale.
  std::optional<CodedOperand> readAlike(mlir::Value value, std::string &reason) const;
  llvm::SmallVector<mlir::Value> getOperands(const CodedOperand &lhs, const CodedOperand &rhs) const;

  // Linear.cpp
  bool joinPointwise(mlir::Operation *op, std::string &reason) const;
  bool joinLinear(mlir::Operation *op, std::string &reason) const;
  // Selections.cpp
  bool joinConcat(mlir::Operation *op, std::string &reason) const;
  bool joinWhere(mlir::Operation *op, std::string &reason) const;
  // Functions.cpp
  bool joinFunction(mlir::Operation *op, std::string &reason) const;

  mlir::Operation *quantize;
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_FUSION_H
