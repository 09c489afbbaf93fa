//===- Operands.h - What a quantized operator takes -------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_OPERANDS_H
#define QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_OPERANDS_H

#include "passes/rewriting/OnnxSteps.h"
#include "passes/rewriting/Quantizer.h"

namespace qcompile {

/// Codes with their scale and zero point, as operands of a quantized operator.
struct CodedOperand {
  mlir::Value codes, scale, zeroPoint;
  data::ConstantAttr constant; ///< the codes, where they are constant
  bool transposed = false;     ///< whether the constant's two dimensions change places
  bool widened = false;        ///< whether the constant has fewer than 8 bits, which are stored in 8
  int64_t axis = 0;            ///< along which scales vary, of the operand as the operator sees it
  bool isPerAxis() const;
  mlir::Type getElementType() const;
};

/// The constant behind a Clip that changes nothing of it, or the constant itself; null for computed codes.
data::ConstantAttr getStoredCodes(mlir::Value codes);

/// The codes behind a value that DequantizeLinear makes of 8-bit integers by a float32 scale. Nothing, with the reason,
/// for others.
std::optional<CodedOperand> readOperand(mlir::Value value, std::string &reason);

/// The codes of a bias whose scale is that of the products of `x` and `w`; null, with the reason, for others.
mlir::Value readBias(mlir::Value value, const CodedOperand &x, const CodedOperand &w, std::string &reason);

/// Writes constants of the operand that have to change.
void materialise(OnnxSteps &steps, CodedOperand &operand);

} // namespace qcompile

#endif // QCOMPILE_PASSES_FUSEQUANTIZEDOPERATORS_OPERANDS_H
