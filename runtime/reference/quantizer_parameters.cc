#include "runtime/reference/quantizer_parameters.h"

#include "absl/strings/str_cat.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::Status WrongShape(const Tensor& parameter, absl::string_view expected,
                        absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what, " of shape ", expected,
                                                 ", found ", ShapeToString(parameter.shape())));
}

absl::StatusOr<Tensor> Unblocked(const Tensor& parameter, const Shape& shape, size_t axis,
                                 int64_t block, absl::string_view what) {
  Shape expected = shape;
  expected[axis] = (shape[axis] + block - 1) / block;
  if (parameter.shape() != expected) {
    return WrongShape(parameter, ShapeToString(expected), what);
  }
  Rearrangement how{shape, {}};
  const int64_t inner = NumElements(absl::MakeConstSpan(shape).subspan(axis + 1));
  for (int64_t i = 0; i < NumElements(shape); ++i) {
    const int64_t at = i / inner % shape[axis], outer = i / inner / shape[axis];
    how.source.push_back((outer * expected[axis] + at / block) * inner + i % inner);
  }
  return Compact(Rearrange(parameter, how));
}

}  // namespace

absl::StatusOr<Tensor> ArrangeParameter(const Attributes& attributes, const Tensor& parameter,
                                        const Shape& shape, absl::string_view what) {
  const auto rank = static_cast<int64_t>(shape.size());
  if (parameter.size() == 1 && parameter.rank() <= 1) {
    return parameter.Reshaped(Shape(shape.size(), 1));
  }
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", 1));
  // Of a vector there is only one axis.
  if (rank == 1) axis = 0;
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, rank));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t block, IntAttribute(attributes, "block_size", 0));
  const auto at = static_cast<size_t>(axis);
  if (block < 0 || block > kMaxElements) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a block size from 0 to ", kMaxElements, ", found ", block));
  }
  if (block > 0) return Unblocked(parameter, shape, at, block, what);
  if (parameter.rank() != 1 || parameter.size() != shape[at]) {
    return WrongShape(parameter, absl::StrCat("1 or ", shape[at]), what);
  }
  Shape arranged(shape.size(), 1);
  arranged[at] = shape[at];
  return parameter.Reshaped(std::move(arranged));
}

}  // namespace qcompile::runtime
