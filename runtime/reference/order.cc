// Operations that order elements along an axis: ArgMax, ArgMin, TopK. A NaN comes last.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/reference/checks.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// Whether one element stands strictly before another: larger first, or smaller first.
class Before {
 public:
  static absl::StatusOr<Before> Make(const Tensor& x, bool larger_first) {
    if (x.type() != DataType::Bool()) return Before(x, larger_first);
    return absl::InvalidArgumentError("expected an operand of numbers, found bool");
  }
  bool operator()(int64_t i, int64_t j) const {
    if (x_.type().kind == TypeKind::kUnsigned) {
      return Compare(Load(x_, i, uint64_t()), Load(x_, j, uint64_t()));
    }
    if (x_.type().IsInteger()) return Compare(x_.IntegerAt(i), x_.IntegerAt(j));
    const double a = x_.DoubleAt(i), b = x_.DoubleAt(j);
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a);
    return Compare(a, b);
  }

 private:
  Before(const Tensor& x, bool larger_first) : x_(x), larger_first_(larger_first) {}
  template <typename T>
  bool Compare(T a, T b) const {
    return larger_first_ ? a > b : a < b;
  }

  const Tensor& x_;
  bool larger_first_;
};

Results ArgExtreme(const Attributes& attributes, Operands operands, bool largest) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, x.rank()));
  QCOMPILE_ASSIGN_OR_RETURN(const bool keep_dims, BoolAttribute(attributes, "keepdims", true));
  QCOMPILE_ASSIGN_OR_RETURN(const bool last, BoolAttribute(attributes, "select_last_index", false));
  QCOMPILE_ASSIGN_OR_RETURN(const Before before, Before::Make(x, largest));
  const Lanes lanes = LanesAlong(x.shape(), axis);
  if (lanes.extent == 0) {
    return absl::InvalidArgumentError("expected an axis with elements, found none");
  }
  std::vector<int64_t> best;
  lanes.ForEach([&](int64_t first, int64_t step) {
    int64_t chosen = 0;
    for (int64_t i = 1; i < lanes.extent; ++i) {
      const int64_t a = first + i * step, b = first + chosen * step;
      if (before(a, b) || (last && !before(b, a))) chosen = i;
    }
    best.push_back(chosen);
  });
  Shape shape = x.shape();
  if (keep_dims) {
    shape[static_cast<size_t>(axis)] = 1;
  } else {
    shape.erase(shape.begin() + axis);
  }
  return Single(Tensor::FromIntegers(DataType::Int64(), std::move(shape), best));
}

Results ArgMax(const Attributes& attributes, Operands operands) {
  return ArgExtreme(attributes, operands, true);
}
Results ArgMin(const Attributes& attributes, Operands operands) {
  return ArgExtreme(attributes, operands, false);
}

// Sorted in any case: `sorted` 0 only allows another order. Of equal elements that with the lower
// index comes first.
Results TopK(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Value& x = *operands[0];
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> ks,
                            IntegerList(*operands[1], "the number of elements"));
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", -1));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, x.tensor.rank()));
  QCOMPILE_ASSIGN_OR_RETURN(const bool largest, BoolAttribute(attributes, "largest", true));
  QCOMPILE_ASSIGN_OR_RETURN(const Before before, Before::Make(x.tensor, largest));
  const Lanes lanes = LanesAlong(x.tensor.shape(), axis);
  if (ks.size() != 1 || ks[0] < 0 || ks[0] > lanes.extent) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected one number from 0 to ", lanes.extent, " of elements, found ",
                     ks.size() == 1 ? absl::StrCat(ks[0]) : absl::StrCat(ks.size(), " numbers")));
  }
  Rearrangement how{x.tensor.shape(), {}};
  how.shape[static_cast<size_t>(axis)] = ks[0];
  const Lanes out = LanesAlong(how.shape, axis);
  how.source.resize(static_cast<size_t>(NumElements(how.shape)));
  std::vector<int64_t> indices(how.source.size()), order(static_cast<size_t>(lanes.extent));
  int64_t lane = 0;
  lanes.ForEach([&](int64_t first, int64_t step) {
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
      const int64_t a = first + i * step, b = first + j * step;
      return before(a, b) || (!before(b, a) && i < j);
    });
    const int64_t to = lane / lanes.inner * out.extent * out.inner + lane % lanes.inner;
    for (int64_t k = 0; k < out.extent; ++k) {
      const auto at = static_cast<size_t>(to + k * out.inner);
      indices[at] = order[static_cast<size_t>(k)];
      how.source[at] = first + indices[at] * step;
    }
    ++lane;
  });
  QCOMPILE_ASSIGN_OR_RETURN(Tensor positions,
                            Tensor::FromIntegers(DataType::Int64(), how.shape, indices));
  return std::vector<Value>{Rearrange(x, how), Value(std::move(positions))};
}

}  // namespace

void RegisterOrders(ReferenceTable& table) {
  table["onnx.ArgMax"] = ArgMax;
  table["onnx.ArgMin"] = ArgMin;
  table["onnx.TopK"] = TopK;
}

}  // namespace qcompile::runtime
