// CumSum and CumProd: running sums and products along an axis.
#include "absl/strings/str_cat.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/lanes.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

template <typename F>
Results Cumulate(const Attributes& attributes, Operands operands, int initial, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(operands[1]->tensor, "the axis"));
  if (!operands[1]->tensor.type().IsInteger()) {
    return absl::InvalidArgumentError("expected an integer axis, found another type");
  }
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis,
                            NormalizeAxis(operands[1]->tensor.IntegerAt(0), x.rank()));
  QCOMPILE_ASSIGN_OR_RETURN(const bool exclusive, BoolAttribute(attributes, "exclusive", false));
  QCOMPILE_ASSIGN_OR_RETURN(const bool reverse, BoolAttribute(attributes, "reverse", false));
  const Lanes lanes = LanesAlong(x.shape(), axis);
  absl::StatusOr<Tensor> result;
  QCOMPILE_RETURN_IF_ERROR(VisitNumbers(x.type(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values = ToNumbers<T>(x);
    lanes.ForEach([&](int64_t first, int64_t step) {
      T running = static_cast<T>(initial);
      for (int64_t i = 0; i < lanes.extent; ++i) {
        const int64_t at = first + (reverse ? lanes.extent - 1 - i : i) * step;
        T& value = values[static_cast<size_t>(at)];
        const T next = f(running, value);
        value = exclusive ? running : next;
        running = next;
      }
    });
    result = FromNumbers(x.type(), x.shape(), std::move(values));
  }));
  return Single(std::move(result));
}

// Integers wrap around.
template <typename T, typename F>
T Wrapping(T a, T b, F f) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
  } else {
    return f(a, b);
  }
}

Results CumSum(const Attributes& attributes, Operands operands) {
  return Cumulate(attributes, operands, 0, [](auto a, auto b) {
    return Wrapping(a, b, [](auto x, auto y) { return x + y; });
  });
}
Results CumProd(const Attributes& attributes, Operands operands) {
  return Cumulate(attributes, operands, 1, [](auto a, auto b) {
    return Wrapping(a, b, [](auto x, auto y) { return x * y; });
  });
}

}  // namespace

void RegisterCumulations(ReferenceTable& table) {
  table["onnx.CumProd"] = CumProd;
  table["onnx.CumSum"] = CumSum;
}

}  // namespace qcompile::runtime
