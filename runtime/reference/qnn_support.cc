#include "runtime/reference/qnn_support.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_join.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {

absl::Status CheckInteger(const Tensor& tensor, absl::string_view what) {
  if (tensor.type().IsInteger()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", what, " of an integer type, found ", tensor.type().ToString()));
}

absl::StatusOr<DataType> IntegerResultType(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string name,
                            StringAttribute(attributes, "result_type", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const DataType type, DataType::Parse(name));
  if (type.IsInteger()) return type;
  return absl::InvalidArgumentError(absl::StrCat("expected an integer result type, found ", name));
}

absl::StatusOr<Shape> ResultShape(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(std::optional<std::vector<int64_t>> shape,
                            IntsAttribute(attributes, "shape"));
  if (!shape) return absl::InvalidArgumentError("expected attribute 'shape', found none");
  QCOMPILE_RETURN_IF_ERROR(CheckedSize(*shape).status());
  return *std::move(shape);
}

absl::StatusOr<std::vector<Shape>> ResultShapes(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::optional<std::vector<int64_t>> list,
                            IntsAttribute(attributes, "shapes"));
  if (!list) return absl::InvalidArgumentError("expected attribute 'shapes', found none");
  std::vector<Shape> shapes;
  for (auto at = list->begin(); at != list->end();) {
    const int64_t rank = *at++;
    if (rank < 0 || rank > list->end() - at) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected ranks and dimensions in 'shapes', found ", absl::StrJoin(*list, ",")));
    }
    shapes.emplace_back(at, at + rank);
    at += rank;
    QCOMPILE_RETURN_IF_ERROR(CheckedSize(shapes.back()).status());
  }
  return shapes;
}

absl::StatusOr<std::vector<int64_t>> ListAttribute(const Attributes& attributes,
                                                   absl::string_view name, int64_t count,
                                                   int64_t least) {
  constexpr int64_t kLargest = (int64_t{1} << 31) - 1;
  QCOMPILE_ASSIGN_OR_RETURN(std::optional<std::vector<int64_t>> list,
                            IntsAttribute(attributes, name));
  if (!list) {
    return absl::InvalidArgumentError(absl::StrCat("expected attribute '", name, "', found none"));
  }
  const bool sound = static_cast<int64_t>(list->size()) == count &&
                     std::all_of(list->begin(), list->end(),
                                 [least](int64_t v) { return v >= least && v <= kLargest; });
  if (sound) return *std::move(list);
  return absl::InvalidArgumentError(absl::StrCat("expected ", count, " numbers from ", least,
                                                 " to ", kLargest, " for ", name, ", found [",
                                                 absl::StrJoin(*list, ","), "]"));
}

absl::StatusOr<AxisView> ReadAxis(const Attributes& attributes, const Shape& shape) {
  AxisView view{};
  QCOMPILE_ASSIGN_OR_RETURN(view.axis, IntAttribute(attributes, "axis", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(view.axis,
                            NormalizeAxis(view.axis, static_cast<int64_t>(shape.size())));
  const auto dims = absl::MakeConstSpan(shape);
  const auto d = static_cast<size_t>(view.axis);
  view.outer = NumElements(dims.subspan(0, d));
  view.extent = shape[d];
  view.inner = NumElements(dims.subspan(d + 1));
  return view;
}

absl::StatusOr<PerAxis> PerAxis::Create(int64_t size, const Shape& shape, int64_t axis,
                                        absl::string_view what) {
  PerAxis result;
  if (size == 1) return result;
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, static_cast<int64_t>(shape.size())));
  const auto d = static_cast<size_t>(axis);
  if (size != shape[d]) {
    return absl::InvalidArgumentError(absl::StrCat("expected 1 or ", shape[d], " ", what,
                                                   " for axis ", axis, " of shape ",
                                                   ShapeToString(shape), ", found ", size));
  }
  result.extent_ = size;
  result.inner_ = NumElements(absl::MakeConstSpan(shape).subspan(d + 1));
  return result;
}

namespace {

uint64_t LargestMagnitude(const std::vector<int64_t>& values) {
  uint64_t largest = 0;
  for (int64_t v : values) {
    largest = std::max(largest, v < 0 ? -static_cast<uint64_t>(v) : static_cast<uint64_t>(v));
  }
  return largest;
}

}  // namespace

SumWidth ChooseSumWidth(const std::vector<int64_t>& a, const std::vector<int64_t>& b,
                        int64_t count) {
  // Partial sums are bounded too, in any order. Magnitudes of 2^63 square to 2^126.
  const unsigned __int128 product =
      static_cast<unsigned __int128>(LargestMagnitude(a)) * LargestMagnitude(b);
  const auto terms = static_cast<uint64_t>(std::max<int64_t>(count, 1));
  if (product <= std::numeric_limits<int32_t>::max() / terms) return SumWidth::k32;
  if (product <= std::numeric_limits<int64_t>::max() / terms) return SumWidth::k64;
  return SumWidth::kChecked;
}

absl::StatusOr<std::vector<int64_t>> Unchecked(const std::vector<CheckedInteger>& sums) {
  std::vector<int64_t> result;
  result.reserve(sums.size());
  for (const CheckedInteger& sum : sums) {
    if (sum.overflow()) {
      return absl::OutOfRangeError("expected sums of at most 64 bits, found a larger one");
    }
    result.push_back(sum.value());
  }
  return result;
}

}  // namespace qcompile::runtime
