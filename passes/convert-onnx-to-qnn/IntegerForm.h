//===- IntegerForm.h - The exact integer reading of a value -----*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_INTEGERFORM_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_INTEGERFORM_H

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dialects/qnn/QnnDialect.h"
#include "dialects/qnn/ValueBounds.h"
#include "runtime/core/value.h"

namespace qcompile {

struct PendingChain;

/// A value of the source model as integers: element i, at index c of dimension `axis`, is the real number
///   scale[c] * (code[i] - zeroPoint[c]) / divisor + bias[c],
/// rounded to float32 wherever the model uses it as a float. All three lists have one element, or one
/// per index of `axis`; an empty bias is zero. The divisor is the number of elements of an average.
struct IntegerForm {
  mlir::Value codes;
  int64_t axis = 0;
  std::vector<double> scale;
  std::vector<int64_t> zeroPoint;
  std::vector<double> bias;
  int64_t divisor = 1;
  /// Pointwise operations of the source model that are still to be applied to that number: a value behind a batch norm,
  /// say, that is moved or pooled before a quantizer reads it. Null for none.
  std::shared_ptr<const PendingChain> pending;
  /// Whether the model quantizes here, so that linear operations use the real number itself; the result
  /// of a linear operation is rounded to float32 first.
  bool quantized = false;
  /// Whether codes stand on a finer grid than the model's quantizers have: what is on that grid need not be on theirs.
  bool regridded = false;
  /// Bounds of the codes: one element, or one per index of `axis`.
  std::vector<qnn::Bounds> bounds;

  bool isPerTensor() const { return scale.size() == 1 && zeroPoint.size() == 1 && bias.size() <= 1; }
  /// Whether anything, the bounds included, differs along `axis`.
  bool varies() const;
  mlir::RankedTensorType getType() const { return mlir::cast<mlir::RankedTensorType>(codes.getType()); }
};

/// The constants of qnn.dequantize for this form.
struct DequantizeConstants {
  runtime::Tensor scale;
  runtime::Tensor zeroPoint;
  std::optional<runtime::Tensor> bias;
};
DequantizeConstants getDequantizeConstants(const IntegerForm &form);

/// The exact integer reading of a quantized view whose scale and zero point vary along one dimension at
/// most. Otherwise nothing, with the reason.
std::optional<IntegerForm> readQuantizedView(const runtime::QuantizedView &view, std::string &reason);

/// Makes every list of the form per index of `axis`, by `pick`: index i of the new dimension is index `pick[i]` of
/// the old one. Lists of one element stay.
void pickChannels(IntegerForm &form, llvm::ArrayRef<int64_t> pick);

/// Element `i` of a list that has one element for all, or one per index.
template <typename T> T at(const std::vector<T> &list, int64_t i) { return list[list.size() == 1 ? 0 : i]; }

/// A unit of which every scale is an integer multiple: the greatest one, so that multipliers are small. Nothing
/// where a multiplier needs more than 40 bits. Scales are finite and not zero.
struct CommonUnit {
  double unit;
  std::vector<int64_t> multipliers;
};
std::optional<CommonUnit> findCommonUnit(llvm::ArrayRef<double> scales);

/// a * b where a double holds the product exactly.
std::optional<double> multiplyExactly(double a, double b);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_INTEGERFORM_H
