// qnn.arg_max and qnn.top_k. Check numbers are those of docs/Qnn.md.
#include <algorithm>
#include <numeric>

#include "runtime/reference/qnn_support.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

Results ArgMax(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const AxisView view, ReadAxis(attributes, x.shape()));
  QCOMPILE_ASSIGN_OR_RETURN(const bool last, BoolAttribute(attributes, "select_last", false));
  if (view.extent == 0) {  // arg_max_c1
    return absl::InvalidArgumentError("expected an axis with elements, found none");
  }
  Shape shape = x.shape();
  shape[static_cast<size_t>(view.axis)] = 1;
  std::vector<int64_t> positions;
  for (int64_t o = 0; o < view.outer; ++o) {
    for (int64_t i = 0; i < view.inner; ++i) {
      auto code = [&](int64_t k) { return x.IntegerAt((o * view.extent + k) * view.inner + i); };
      int64_t best = 0;
      for (int64_t k = 1; k < view.extent; ++k) {
        if (last ? code(k) >= code(best) : code(k) > code(best)) best = k;
      }
      positions.push_back(best);
    }
  }
  return Single(Tensor::FromIntegers(DataType::Int64(), std::move(shape), positions));
}

// The extent of the results along the axis, by attribute `shapes`.
absl::StatusOr<int64_t> ReadCount(const Attributes& attributes, const Shape& x,
                                  const AxisView& view) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<Shape> shapes, ResultShapes(attributes));
  const auto axis = static_cast<size_t>(view.axis);
  if (shapes.size() == 2 && shapes[0] == shapes[1] && shapes[0].size() == x.size()) {
    Shape expected = x;
    expected[axis] = shapes[0][axis];
    if (shapes[0] == expected && expected[axis] <= view.extent) return expected[axis];
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "expected two results of one shape, with at most ", view.extent, " elements along axis ",
      view.axis, " of shape ", ShapeToString(x), ", found ", shapes.size(), " results",
      shapes.empty() ? "" : absl::StrCat(" of shape ", ShapeToString(shapes[0]))));
}

Results TopK(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckInteger(x, "the operand"));
  QCOMPILE_ASSIGN_OR_RETURN(const AxisView view, ReadAxis(attributes, x.shape()));
  QCOMPILE_ASSIGN_OR_RETURN(const bool smallest, BoolAttribute(attributes, "smallest", false));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t count, ReadCount(attributes, x.shape(), view));
  Shape shape = x.shape();
  shape[static_cast<size_t>(view.axis)] = count;
  std::vector<int64_t> codes(static_cast<size_t>(NumElements(shape))), positions(codes.size());
  std::vector<int64_t> order(static_cast<size_t>(view.extent));
  for (int64_t o = 0; o < view.outer; ++o) {
    for (int64_t i = 0; i < view.inner; ++i) {
      auto code = [&](int64_t k) { return x.IntegerAt((o * view.extent + k) * view.inner + i); };
      std::iota(order.begin(), order.end(), 0);
      std::partial_sort(order.begin(), order.begin() + count, order.end(),
                        [&](int64_t a, int64_t b) {
                          const int64_t left = code(a), right = code(b);
                          if (left == right) return a < b;
                          return smallest ? left < right : left > right;
                        });
      for (int64_t k = 0; k < count; ++k) {
        const auto to = static_cast<size_t>((o * count + k) * view.inner + i);
        positions[to] = order[static_cast<size_t>(k)];
        codes[to] = code(positions[to]);
      }
    }
  }
  QCOMPILE_ASSIGN_OR_RETURN(Tensor values, Tensor::FromIntegers(x.type(), shape, codes));
  QCOMPILE_ASSIGN_OR_RETURN(Tensor indices,
                            Tensor::FromIntegers(DataType::Int64(), shape, positions));
  return std::vector<Value>{Value(std::move(values)), Value(std::move(indices))};
}

}  // namespace

void RegisterQnnOrder(ReferenceTable& table) {
  table["qnn.arg_max"] = ArgMax;
  table["qnn.top_k"] = TopK;
}

}  // namespace qcompile::runtime
