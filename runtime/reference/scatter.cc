// Operations that put updates at places named by indices: ScatterElements, ScatterND,
// TensorScatter.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

enum class Combination { kReplace, kAdd, kMultiply, kMaximum, kMinimum };

absl::StatusOr<Combination> ReadReduction(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string name,
                            StringAttribute(attributes, "reduction", "none"));
  if (name == "none") return Combination::kReplace;
  if (name == "add") return Combination::kAdd;
  if (name == "mul") return Combination::kMultiply;
  if (name == "max") return Combination::kMaximum;
  if (name == "min") return Combination::kMinimum;
  return absl::InvalidArgumentError(
      absl::StrCat("expected reduction none, add, mul, max or min, found ", name));
}

template <typename T>
T Combine(T a, T b, Combination how) {
  switch (how) {
    case Combination::kAdd:
      return static_cast<T>(a + b);
    case Combination::kMultiply:
      return static_cast<T>(a * b);
    case Combination::kMaximum:
      return a > b || a != a ? a : b;
    case Combination::kMinimum:
      return a < b || a != a ? a : b;
    default:
      return b;
  }
}

// One element of the updates and the place in the data that it goes to.
struct Move {
  int64_t from, to;
};

void Replace(const Tensor& updates, const std::vector<Move>& moves, Tensor& data) {
  const size_t width = data.type().ContainerSize();
  uint8_t* out = data.MutableBytes().data();
  for (const Move& move : moves) {
    std::copy_n(updates.bytes().data() + static_cast<size_t>(move.from) * width, width,
                out + static_cast<size_t>(move.to) * width);
  }
}

// In the order of the moves, one rounding each. Integers wrap: they are combined as unsigned ones
// where that makes no difference.
absl::StatusOr<Tensor> Scatter(Tensor data, const Tensor& updates, const std::vector<Move>& moves,
                               Combination how) {
  QCOMPILE_RETURN_IF_ERROR(CheckType(updates, data.type(), "updates"));
  if (how == Combination::kReplace) {
    Replace(updates, moves, data);
    return data;
  }
  absl::StatusOr<Tensor> result;
  QCOMPILE_RETURN_IF_ERROR(VisitNumbers(data.type(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values = ToNumbers<T>(data);
    for (const Move& move : moves) {
      T& to = values[static_cast<size_t>(move.to)];
      const T update = Load(updates, move.from, T());
      if constexpr (std::is_same_v<T, int64_t>) {
        const bool wraps = how == Combination::kAdd || how == Combination::kMultiply;
        to = wraps ? static_cast<T>(
                         Combine(static_cast<uint64_t>(to), static_cast<uint64_t>(update), how))
                   : Combine(to, update, how);
      } else {
        to = Combine(to, update, how);
      }
    }
    result = FromNumbers(data.type(), data.shape(), std::move(values));
  }));
  return result;
}

absl::StatusOr<int64_t> PositionOf(int64_t index, int64_t extent) {
  if (index < -extent || index >= extent) {
    return absl::OutOfRangeError(
        absl::StrCat("expected an index into ", extent, " elements, found ", index));
  }
  return index < 0 ? index + extent : index;
}

absl::Status CheckIndices(const Tensor& indices) {
  if (indices.type().IsInteger()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected integer indices, found ", indices.type().ToString()));
}

// Every update names its place along one axis; its own position tells the others.
Results ScatterElements(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const Tensor &data = operands[0]->tensor, &indices = operands[1]->tensor,
               &updates = operands[2]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckIndices(indices));
  QCOMPILE_ASSIGN_OR_RETURN(const Combination how, ReadReduction(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, data.rank()));
  const auto d = static_cast<size_t>(axis);
  bool fits = indices.shape() == updates.shape() && indices.rank() == data.rank();
  for (size_t i = 0; fits && i < data.shape().size(); ++i) {
    fits = i == d || indices.shape()[i] <= data.shape()[i];
  }
  if (!fits) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected indices and updates of one shape within ",
                     ShapeToString(data.shape()), ", found shapes ", ShapeToString(indices.shape()),
                     " and ", ShapeToString(updates.shape())));
  }
  std::vector<int64_t> strides = RowMajorStrides(data.shape());
  const int64_t stride = strides[d];
  strides[d] = 0;
  const std::vector<int64_t> bases = StridedIndices(indices.shape(), strides, 0);
  std::vector<Move> moves;
  for (int64_t i = 0; i < indices.size(); ++i) {
    QCOMPILE_ASSIGN_OR_RETURN(const int64_t position,
                              PositionOf(indices.IntegerAt(i), data.shape()[d]));
    moves.push_back({i, bases[static_cast<size_t>(i)] + position * stride});
  }
  return Single(Scatter(data, updates, moves, how));
}

// The last dimension of the indices holds the leading coordinates of a slice of the data.
Results ScatterND(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 3, 3));
  const Tensor &data = operands[0]->tensor, &indices = operands[1]->tensor,
               &updates = operands[2]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckIndices(indices));
  QCOMPILE_ASSIGN_OR_RETURN(const Combination how, ReadReduction(attributes));
  const int64_t depth = indices.rank() == 0 ? -1 : indices.shape().back();
  const bool agrees = depth >= 0 && depth <= data.rank();
  Shape expected;
  if (agrees) {
    expected.assign(indices.shape().begin(), indices.shape().end() - 1);
    expected.insert(expected.end(), data.shape().begin() + depth, data.shape().end());
  }
  if (!agrees || updates.shape() != expected) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected updates of the shape that indices of shape ", ShapeToString(indices.shape()),
        " choose from ", ShapeToString(data.shape()), ", found ", ShapeToString(updates.shape())));
  }
  const std::vector<int64_t> strides = RowMajorStrides(data.shape());
  const int64_t slice =
      NumElements(absl::MakeConstSpan(data.shape()).subspan(static_cast<size_t>(depth)));
  std::vector<Move> moves;
  for (int64_t t = 0; slice > 0 && t < updates.size() / slice; ++t) {
    int64_t first = 0;
    for (int64_t i = 0; i < depth; ++i) {
      const auto d = static_cast<size_t>(i);
      QCOMPILE_ASSIGN_OR_RETURN(const int64_t position,
                                PositionOf(indices.IntegerAt(t * depth + i), data.shape()[d]));
      first += position * strides[d];
    }
    for (int64_t i = 0; i < slice; ++i) moves.push_back({t * slice + i, first + i});
  }
  return Single(Scatter(data, updates, moves, how));
}

// New entries of a cache, from an index per batch on, which may go around.
Results TensorScatter(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 3));
  const Tensor &cache = operands[0]->tensor, &update = operands[1]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode, StringAttribute(attributes, "mode", "linear"));
  if (mode != "linear" && mode != "circular") {
    return absl::InvalidArgumentError(
        absl::StrCat("expected mode linear or circular, found ", mode));
  }
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", -2));
  QCOMPILE_ASSIGN_OR_RETURN(axis, NormalizeAxis(axis, cache.rank()));
  const auto d = static_cast<size_t>(axis);
  Shape other = update.shape();
  if (axis == 0 || other.size() != cache.shape().size() || other[d] > cache.shape()[d]) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected an update that fits the cache of shape ", ShapeToString(cache.shape()),
        " behind axis 0, found shape ", ShapeToString(other), " for axis ", axis));
  }
  other[d] = cache.shape()[d];
  if (other != cache.shape()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an update of shape ", ShapeToString(cache.shape()), " but on axis ",
                     axis, ", found ", ShapeToString(update.shape())));
  }
  const int64_t batch = cache.shape()[0], limit = cache.shape()[d], count = update.shape()[d];
  std::vector<int64_t> starts(static_cast<size_t>(batch), 0);
  if (const Value* operand = OptionalOperand(operands, 2)) {
    QCOMPILE_ASSIGN_OR_RETURN(starts, IntegerList(*operand, "the write indices"));
  }
  if (static_cast<int64_t>(starts.size()) != batch) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", batch, " write indices, found ", starts.size()));
  }
  const std::vector<int64_t> strides = RowMajorStrides(cache.shape());
  const std::vector<int64_t> places = StridedIndices(update.shape(), strides, 0);
  const std::vector<int64_t> own = RowMajorStrides(update.shape());
  std::vector<Move> moves;
  for (int64_t i = 0; i < update.size(); ++i) {
    const int64_t start = starts[static_cast<size_t>(i / own[0])];
    const int64_t step = i / own[d] % count;
    if (start < 0 || (mode == "linear" && start + count > limit)) {
      return absl::OutOfRangeError(absl::StrCat("expected ", count, " entries within ", limit,
                                                ", found write index ", start));
    }
    const int64_t position = (start + step) % limit;
    moves.push_back({i, places[static_cast<size_t>(i)] + (position - step) * strides[d]});
  }
  return Single(Scatter(cache, update, moves, Combination::kReplace));
}

}  // namespace

void RegisterScatters(ReferenceTable& table) {
  table["onnx.ScatterElements"] = ScatterElements;
  table["onnx.ScatterND"] = ScatterND;
  table["onnx.TensorScatter"] = TensorScatter;
}

}  // namespace qcompile::runtime
