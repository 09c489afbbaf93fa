//===- CodedValues.h - Integer tensors and the floats they stand for *- C++ -*-===//
//
// While formats with integers between their operators are read, every integer tensor T that a quantizer made has a
// float F beside it: the quantizer's own value, F = scale * (T - zero point). What reads T reads F in its place; where
// T itself is needed, it is QuantizeLinear of F, which gives the very codes again.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_NORMALISEQUANTIZATION_CODEDVALUES_H
#define QCOMPILE_PASSES_NORMALISEQUANTIZATION_CODEDVALUES_H

#include "passes/normalise-quantization/Parameters.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace qcompile::normalise {

/// Scale and zero point as float32 tensors in the rank of the value they go with, and the codes that it may hold.
struct Coding {
  runtime::Tensor scale, zeroPoint;
  int64_t low = 0, high = 0;
};

struct Coded {
  Coding coding;
  mlir::Value real;   ///< F
  mlir::Value source; ///< what the quantizer reads, or null where F is not a quantizer's own value
};

class CodedValues {
public:
  explicit CodedValues(llvm::SetVector<mlir::Operation *> &done) : done(done) {}

  const Coded *lookup(mlir::Value codes) const {
    auto it = values.find(codes);
    return it == values.end() ? nullptr : &it->second;
  }

  /// The parameters of a quantizer of type `type`, or nothing where they are no float32 constants; `zeroPoint` may be
  /// null. An error is given where they are constants, but not such as they have to be: then `ok` is false.
  static std::optional<Coding> readCoding(mlir::Operation *op, mlir::RankedTensorType type, mlir::Value scale,
                                          mlir::Value zeroPoint, const runtime::Attributes &axis, bool &ok);

  /// Puts a quantizer of `source` before `op`; its value is what `result` of `op` stands for.
  void quantize(mlir::Operation *op, mlir::Value result, mlir::Value source, Coding coding);
  /// The codes of `result` are those of `operand`, moved to `real` or restricted by `coding`.
  void set(mlir::Value result, Coded coded) { values[result] = std::move(coded); }
  /// A quantizer at the place and of the name of `op`: Quant where that is exact, else LinearQuant.
  static mlir::Value makeQuantizer(mlir::Operation *op, mlir::Value source, const Coding &coding);

  /// Gives a quantizer and its parameters another name.
  static void rename(mlir::Operation *quantizer, mlir::Location loc);

  /// The float that `codes` stand for under these parameters: F itself, or null where that has others.
  mlir::Value getReal(mlir::Value codes, const Coding &coding) const;

  /// The operation has a replacement; it goes away with its last user.
  void finish(mlir::Operation *op) { done.insert(op); }

  /// Makes integers for what still reads them.
  void materialise();

private:
  llvm::MapVector<mlir::Value, Coded> values;
  llvm::SetVector<mlir::Operation *> &done;
};

} // namespace qcompile::normalise

#endif // QCOMPILE_PASSES_NORMALISEQUANTIZATION_CODEDVALUES_H
