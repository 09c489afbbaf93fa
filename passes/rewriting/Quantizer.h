//===- Quantizer.h - A quantizer of the normal form, read -------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_REWRITING_QUANTIZER_H
#define QCOMPILE_PASSES_REWRITING_QUANTIZER_H

#include <optional>
#include <string>

#include "dialects/data/DataDialect.h"
#include "mlir/IR/Operation.h"
#include "runtime/core/value.h"
#include "runtime/reference/rounding.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// The constant that an `onnx.Constant` in front of a value holds, or null.
data::ConstantAttr getConstant(mlir::Value value);

/// The numbers of a tensor as float32.
runtime::Tensor toFloats(const runtime::Tensor &tensor);

/// A note on a constant of integers: the lowest and highest value that Clip limited them to; and on Trunc: the codes
/// that it may give.
inline constexpr llvm::StringLiteral kCodesAttr = "onnx.codes";

/// A note on a quantizer: it gives the same codes for every input that it gets when it rounds as the target format
/// does.
inline constexpr llvm::StringLiteral kRoundsAlikeAttr = "onnx.rounds_alike";

/// What a constant of values is called as codes, and the other way round, so that converting there and back changes no
/// name.
std::string nameCodes(llvm::StringRef values);
std::string nameValues(llvm::StringRef codes);

/// The first result of an operation whose operands are all constant.
llvm::Expected<runtime::Value> evaluateOnConstants(mlir::Operation *op);

/// A uniform quantizer of the normal form (docs/Formats.md) that limits its codes to `low` and `high` and gives scale *
/// (code - zero point): code = round(x / scale + zero point), or, where it rounds first, round(x / scale) + zero point.
struct Quantizer {
  mlir::Operation *op = nullptr;
  mlir::Value input;
  runtime::Tensor scale, zeroPoint; ///< float32, broadcast against the input
  runtime::RoundingMode rounding = runtime::RoundingMode::kHalfEven;
  bool roundsFirst = false;
  /// Codes are -1 and +1: the sign of x / scale + zero point, 0 being positive.
  bool isBipolar = false;
  int64_t low = 0, high = 0;
  /// Where bit widths vary: the first and last code of every element, float32 and broadcast against the input. `low`
  /// and `high` are the least and the greatest of them then.
  struct Ranges {
    runtime::Tensor low, high;
  };
  std::optional<Ranges> ranges;
  /// Elements of one signed bit among wider ones: their codes are -1 and +1, as of bipolar quantizers.
  bool hasBipolarElements = false;

  mlir::RankedTensorType getType() const { return mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType()); }
  bool isSigned() const { return low < 0; }
  bool hasZeroPoint() const;
  /// The fewest bits of an integer that has all codes.
  int getBits() const;
  /// "4-bit unsigned codes 0 to 15", for messages.
  std::string describe() const;
};

/// Nothing for other operations, and for parameters that are not constant.
std::optional<Quantizer> readQuantizer(mlir::Operation *op);

} // namespace qcompile

#endif // QCOMPILE_PASSES_REWRITING_QUANTIZER_H
