//===- MagnitudeForm.h - An operation on magnitudes -------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_MAGNITUDEFORM_H
#define QCOMPILE_COMPILER_COMPARE_MAGNITUDEFORM_H

#include "compiler/compare/Interval.h"
#include "mlir/IR/Operation.h"
#include "runtime/program/program.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace qcompile::compare {

/// Sizes are computed in float32 themselves.
inline constexpr double kSafety = 1.01;

bool isFloat(const Interval *operand);

/// The elements as float32 numbers, each by `function`; rounded up where they are not float32 numbers.
runtime::Tensor mapToFloats(const runtime::Tensor &tensor, llvm::function_ref<double(double)> function);
runtime::Tensor getMagnitude(const runtime::Tensor &tensor);
/// Float32 numbers that are not below the radii; zeros for an empty radius.
runtime::Tensor makeRadiusTensor(const runtime::Tensor &like, const Radius &radius);

/// An operation on other floats: with magnitudes in place of its operands a sum of products gives the size of its
/// terms. It always computes in float32.
class MagnitudeForm {
public:
  /// `name`: another operation of the same attributes and operands, if not empty.
  MagnitudeForm(mlir::Operation *op, llvm::ArrayRef<const Interval *> operands, llvm::StringRef name = "");

  /// Applies the operation to `data` in place of its first operands; of the others the first `kept` stay.
  std::optional<runtime::Tensor> apply(llvm::ArrayRef<runtime::Tensor> data, size_t kept = SIZE_MAX) const;
  /// Applies it to what `replace` makes of its float operands; the others stay.
  std::optional<runtime::Tensor> applyToFloats(llvm::function_ref<runtime::Tensor(const Interval &)> replace) const;

  const runtime::Attributes &attributes() const { return operation.attributes; }

private:
  std::optional<runtime::Tensor> evaluate(llvm::ArrayRef<const runtime::Value *> values) const;

  runtime::Operation operation;
  llvm::ArrayRef<const Interval *> operands;
};

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_MAGNITUDEFORM_H
