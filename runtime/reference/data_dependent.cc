// Operations whose result has as many elements as the data say: NonZero, Compress, Unique.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

bool IsZero(const Tensor& x, int64_t i) {
  return x.type().IsFloat() ? x.DoubleAt(i) == 0 : x.IntegerAt(i) == 0;
}

// One column of coordinates per element that is not zero.
Results NonZero(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  std::vector<int64_t> found;
  for (int64_t i = 0; i < x.size(); ++i) {
    if (!IsZero(x, i)) found.push_back(i);
  }
  const std::vector<int64_t> strides = RowMajorStrides(x.shape());
  std::vector<int64_t> coordinates;
  for (size_t d = 0; d < strides.size(); ++d) {
    for (int64_t i : found) coordinates.push_back(i / strides[d] % x.shape()[d]);
  }
  return Single(Tensor::FromIntegers(DataType::Int64(),
                                     {x.rank(), static_cast<int64_t>(found.size())}, coordinates));
}

// The slices `chosen` along `axis`.
Rearrangement Choose(const Shape& shape, size_t axis, const std::vector<int64_t>& chosen) {
  Rearrangement how{shape, {}};
  how.shape[axis] = static_cast<int64_t>(chosen.size());
  const Lanes lanes = LanesAlong(shape, static_cast<int64_t>(axis));
  for (int64_t o = 0; o < lanes.outer; ++o) {
    for (int64_t c : chosen) {
      for (int64_t i = 0; i < lanes.inner; ++i) {
        how.source.push_back((o * lanes.extent + c) * lanes.inner + i);
      }
    }
  }
  return how;
}

// The operand along its axis, or flattened where none is given.
struct Sliced {
  Value value;
  int64_t axis = 0;
  bool flattened = true;
};

absl::StatusOr<Sliced> ReadSliced(const Attributes& attributes, const Value& x) {
  Sliced result{x, 0, attributes.values().count("axis") == 0};
  if (result.flattened) {
    result.value = Rearrange(x, Rearrangement{{x.tensor.size()}, {}, true});
    return result;
  }
  QCOMPILE_ASSIGN_OR_RETURN(result.axis, IntAttribute(attributes, "axis", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(result.axis, NormalizeAxis(result.axis, x.tensor.rank()));
  return result;
}

Results Compress(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor& condition = operands[1]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckType(condition, DataType::Bool(), "a condition"));
  QCOMPILE_ASSIGN_OR_RETURN(const Sliced x, ReadSliced(attributes, *operands[0]));
  const Shape& shape = x.value.tensor.shape();
  const auto axis = static_cast<size_t>(x.axis);
  if (condition.rank() != 1 || condition.size() > shape[axis]) {
    return absl::InvalidArgumentError(absl::StrCat("expected a condition of at most ", shape[axis],
                                                   " elements, found shape ",
                                                   ShapeToString(condition.shape())));
  }
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < condition.size(); ++i) {
    if (condition.IntegerAt(i) != 0) chosen.push_back(i);
  }
  return std::vector<Value>{Rearrange(x.value, Choose(shape, axis, chosen))};
}

// Slices are compared element by element. A NaN stands behind every number.
class SliceOrder {
 public:
  SliceOrder(const Tensor& x, int64_t axis) : x_(x), lanes_(LanesAlong(x.shape(), axis)) {}
  bool operator()(int64_t a, int64_t b) const {
    for (int64_t o = 0; o < lanes_.outer; ++o) {
      for (int64_t i = 0; i < lanes_.inner; ++i) {
        const int64_t first = o * lanes_.extent * lanes_.inner + i;
        const int order = Compare(first + a * lanes_.inner, first + b * lanes_.inner);
        if (order != 0) return order < 0;
      }
    }
    return false;
  }

 private:
  template <typename T>
  static int Sign(T a, T b) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  int Compare(int64_t i, int64_t j) const {
    if (x_.type().kind == TypeKind::kUnsigned) {
      return Sign(Load(x_, i, uint64_t()), Load(x_, j, uint64_t()));
    }
    if (x_.type().IsInteger()) return Sign(x_.IntegerAt(i), x_.IntegerAt(j));
    const double a = x_.DoubleAt(i), b = x_.DoubleAt(j);
    if (std::isnan(a) || std::isnan(b)) return int{std::isnan(a)} - int{std::isnan(b)};
    return Sign(a, b);
  }

  const Tensor& x_;
  Lanes lanes_;
};

Results Unique(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(const bool sorted, BoolAttribute(attributes, "sorted", true));
  QCOMPILE_ASSIGN_OR_RETURN(const Sliced x, ReadSliced(attributes, *operands[0]));
  const Tensor& tensor = x.value.tensor;
  const auto axis = static_cast<size_t>(x.axis);
  const int64_t extent = tensor.shape()[axis];

  // First occurrences in the order of their slices, and whose they are.
  std::map<int64_t, int64_t, SliceOrder> seen(SliceOrder(tensor, x.axis));
  std::vector<int64_t> firsts;
  for (int64_t i = 0; i < extent; ++i) {
    if (seen.emplace(i, i).second) firsts.push_back(i);
  }
  if (sorted) {
    firsts.clear();
    for (const auto& [slice, first] : seen) firsts.push_back(first);
  }
  std::vector<int64_t> place(static_cast<size_t>(extent)), inverse, counts(firsts.size(), 0);
  for (size_t i = 0; i < firsts.size(); ++i) {
    place[static_cast<size_t>(firsts[i])] = static_cast<int64_t>(i);
  }
  for (int64_t i = 0; i < extent; ++i) {
    inverse.push_back(place[static_cast<size_t>(seen.find(i)->second)]);
    ++counts[static_cast<size_t>(inverse.back())];
  }
  std::vector<Value> results{Rearrange(x.value, Choose(tensor.shape(), axis, firsts))};
  for (const auto& list : {firsts, inverse, counts}) {
    QCOMPILE_ASSIGN_OR_RETURN(
        Tensor integers,
        Tensor::FromIntegers(DataType::Int64(), {static_cast<int64_t>(list.size())}, list));
    results.emplace_back(std::move(integers));
  }
  return results;
}

}  // namespace

void RegisterDataDependent(ReferenceTable& table) {
  table["onnx.Compress"] = Compress;
  table["onnx.NonZero"] = NonZero;
  table["onnx.Unique"] = Unique;
}

}  // namespace qcompile::runtime
