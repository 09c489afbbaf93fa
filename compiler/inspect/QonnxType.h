//===- QonnxType.h - Data types as qonnx infers them ------------*- C++ -*-===//
//
// qonnx's cost analysis works on its own data types, which it infers by rules of its own: a scale other than 1 makes
// SCALEDINT, a bipolar quantizer with such a scale FLOAT32, sums of integers INT32, anything unknown FLOAT32. The rules
// are followed here so that costs are comparable; what a value really is says ValueType.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_INSPECT_QONNXTYPE_H
#define QCOMPILE_COMPILER_INSPECT_QONNXTYPE_H

#include <map>
#include <optional>
#include <string>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile::inspect {

struct QonnxType {
  enum class Kind { Float32, Float16, SmallFloat, Signed, Unsigned, Bipolar, Ternary, Fixed, ScaledInt };
  Kind kind = Kind::Float32;
  int bits = 32;
  /// Of small floats exponent, mantissa and bias; of fixed-point numbers the integer bits.
  int exponent = 0, mantissa = 0, bias = 0, integerBits = 0;

  static QonnxType integer(bool isSigned, int bits) { return {isSigned ? Kind::Signed : Kind::Unsigned, bits}; }
  static QonnxType scaledInt(int bits) { return {Kind::ScaledInt, bits}; }

  /// "INT4", "SCALEDINT<8>", "FLOAT<4,3,7>".
  std::string name() const;
  static std::optional<QonnxType> parse(llvm::StringRef name);

  friend bool operator==(const QonnxType &, const QonnxType &) = default;
};

/// The types of all values of a function, as qonnx has them when it counts: inferred once, constants folded, inferred
/// again.
class QonnxTypes {
public:
  /// `annotations`: data types that the file notes on tensors, by name.
  QonnxTypes(mlir::func::FuncOp function, const llvm::DenseSet<mlir::Value> &constants,
             const std::map<std::string, std::string> &annotations);

  QonnxType get(mlir::Value value) const;

private:
  void infer(mlir::Operation *op);
  QonnxType inferResult(mlir::Operation *op) const;
  QonnxType inferQuant(mlir::Operation *op) const;
  QonnxType inferBipolar(mlir::Operation *op) const;
  QonnxType inferFloatQuant(mlir::Operation *op) const;
  QonnxType inferSum(mlir::Operation *op, bool mayNegate) const;
  bool isKnown(mlir::Value value) const;
  void annotate(mlir::Value value, llvm::StringRef name, const std::map<std::string, std::string> &annotations);

  const llvm::DenseSet<mlir::Value> &constants;
  bool folded = false;
  llvm::DenseMap<mlir::Value, QonnxType> types;
};

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_QONNXTYPE_H
