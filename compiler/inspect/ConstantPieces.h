//===- ConstantPieces.h - Large constants a piece at a time -----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_CONSTANTPIECES_H
#define QCOMPILE_COMPILER_INSPECT_CONSTANTPIECES_H

#include <optional>
#include <vector>

#include "dialects/data/DataDialect.h"
#include "mlir/IR/Operation.h"
#include "runtime/core/value.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcompile::inspect {

/// A row of codes of a quantizer.
struct CodeRows {
  llvm::ArrayRef<uint8_t> codes;            ///< above the lowest one of their type
  int64_t lowest = 0, count = 0;            ///< of the codes of the type
  llvm::ArrayRef<float> scales, zeroPoints; ///< one, or one per column
};

/// Codes that a quantizer makes, or that are stored.
struct CodeRange {
  int64_t low, high;
  int64_t lowest, count;           ///< of the type: a narrow range leaves the lowest out
  std::optional<int32_t> rounding; ///< QCRT_ROUND, …; nothing where they are stored
};

/// A constant under operations that work element by element with small constant parameters (quantizers above all), seen
/// through operations that only rearrange elements: its elements can be computed in pieces, in the order of storage.
class ConstantPieces {
public:
  /// Nothing where the value is not of that form.
  static std::optional<ConstantPieces> find(mlir::Value value);

  /// Computes the value piece by piece; false where an operation cannot be computed. Pages of mapped files are given
  /// back behind every piece.
  bool forEach(llvm::function_ref<void(const runtime::Value &)> use) const;

  /// The codes piece by piece where there are at most 8 bits of them, of one quantizer on floats or stored under a
  /// dequantizer: without the reference semantics, and so much faster. False, before anything is used, where the value
  /// is none of these.
  bool forEachCodes(llvm::function_ref<void(const CodeRows &)> use) const;

private:
  /// An operation, and its parameters by operand.
  struct Step {
    mlir::Operation *op;
    std::vector<std::optional<runtime::Value>> parameters;
    std::optional<int64_t> axis; ///< of parameters with one dimension; else they broadcast
    int64_t block = 1;           ///< elements along `axis` that share a parameter
  };
  /// A range along dimension `axis` at one place of the dimensions before it.
  struct Piece {
    size_t axis;
    std::vector<int64_t> outer;
    int64_t begin, end;
  };

  bool addStep(mlir::Operation *op);
  runtime::Tensor read(const Piece &piece) const;
  runtime::Value slice(const Step &step, const runtime::Value &parameter, const Piece &piece) const;
  bool compute(const Piece &piece, llvm::function_ref<void(const runtime::Value &)> use) const;
  bool visit(llvm::function_ref<bool(const Piece &)> use) const;
  std::optional<CodeRange> getCodes() const;
  runtime::Tensor getParameter(unsigned index, const Piece &piece) const;
  bool code(const Piece &piece, const CodeRange &range, llvm::function_ref<void(const CodeRows &)> use) const;

  data::ConstantAttr root;
  std::vector<Step> steps; ///< the one next to the root first
};

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_CONSTANTPIECES_H
