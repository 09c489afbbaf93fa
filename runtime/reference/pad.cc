// Pad: with a constant, or with elements of the operand.
#include <algorithm>
#include <numeric>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/fill.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

enum class PadMode { kConstant, kEdge, kReflect, kWrap };

absl::StatusOr<PadMode> ReadMode(const Attributes& attributes) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode,
                            StringAttribute(attributes, "mode", "constant"));
  if (mode == "constant") return PadMode::kConstant;
  if (mode == "edge") return PadMode::kEdge;
  if (mode == "reflect") return PadMode::kReflect;
  if (mode == "wrap") return PadMode::kWrap;
  return absl::InvalidArgumentError(
      absl::StrCat("expected mode constant, edge, reflect or wrap, found ", mode));
}

// Elements added in front and behind along every dimension; negative ones are taken away.
struct Padding {
  std::vector<int64_t> begin, end;
};

absl::StatusOr<Padding> ReadPadding(Operands operands, size_t rank) {
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> pads,
                            IntegerList(*operands[1], "the padding"));
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (const Value* operand = OptionalOperand(operands, 3)) {
    QCOMPILE_ASSIGN_OR_RETURN(axes, IntegerList(*operand, "the axes"));
    QCOMPILE_RETURN_IF_ERROR(NormalizeAxes(axes, static_cast<int64_t>(rank)).status());
  }
  if (pads.size() != 2 * axes.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", 2 * axes.size(), " numbers of padding, found ", pads.size()));
  }
  Padding result{std::vector<int64_t>(rank, 0), std::vector<int64_t>(rank, 0)};
  for (size_t i = 0; i < axes.size(); ++i) {
    QCOMPILE_ASSIGN_OR_RETURN(const int64_t axis,
                              NormalizeAxis(axes[i], static_cast<int64_t>(rank)));
    for (int64_t pad : {pads[i], pads[i + axes.size()]}) {
      if (pad > kMaxElements || pad < -kMaxElements) {
        return absl::ResourceExhaustedError(
            absl::StrCat("expected padding of at most ", kMaxElements, ", found ", pad));
      }
    }
    result.begin[static_cast<size_t>(axis)] = pads[i];
    result.end[static_cast<size_t>(axis)] = pads[i + axes.size()];
  }
  return result;
}

// The operand position that stands at `i`, which may lie outside [0, extent).
int64_t Position(int64_t i, int64_t extent, PadMode mode) {
  if (mode == PadMode::kConstant || mode == PadMode::kEdge) {
    return std::clamp<int64_t>(i, 0, extent - 1);
  }
  // Reflection repeats after 2 (extent - 1) positions: the borders are not doubled.
  const int64_t period = mode == PadMode::kWrap ? extent : std::max<int64_t>(1, 2 * (extent - 1));
  const int64_t rest = (i % period + period) % period;
  return rest < extent ? rest : period - rest;
}

AxisSource PadAxis(int64_t extent, int64_t begin, int64_t padded, PadMode mode) {
  AxisSource result;
  for (int64_t i = -begin; i < padded - begin; ++i) {
    result.position.push_back(Position(i, extent, mode));
    if (mode == PadMode::kConstant) result.filled.push_back(i < 0 || i >= extent);
  }
  return result;
}

absl::StatusOr<Tensor> ReadConstant(Operands operands, DataType type) {
  const Value* operand = OptionalOperand(operands, 2);
  if (operand == nullptr) {
    if (type == DataType::Bipolar()) {
      return absl::InvalidArgumentError("expected a value to pad bipolar elements with");
    }
    return Tensor(type, {});
  }
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(operand->tensor, "the value of the padding"));
  QCOMPILE_RETURN_IF_ERROR(CheckType(operand->tensor, type, "a value of the padding"));
  return operand->tensor;
}

Results Pad(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 4));
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "pads"));
  const Value& x = *operands[0];
  const Shape& shape = x.tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const PadMode mode, ReadMode(attributes));
  QCOMPILE_ASSIGN_OR_RETURN(const Padding padding, ReadPadding(operands, shape.size()));
  QCOMPILE_ASSIGN_OR_RETURN(const Tensor constant, ReadConstant(operands, x.tensor.type()));
  Shape result = shape;
  for (size_t d = 0; d < shape.size(); ++d) result[d] += padding.begin[d] + padding.end[d];
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t size, CheckedSize(result));
  if (x.tensor.size() == 0 && size > 0) {
    if (mode != PadMode::kConstant) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected an operand with elements, found ", ShapeToString(shape)));
    }
    return std::vector<Value>{Value(BroadcastTensor(constant.Reshaped({}), result))};
  }
  if (size == 0) return std::vector<Value>{Value(Tensor(x.tensor.type(), result))};
  std::vector<AxisSource> axes;
  for (size_t d = 0; d < shape.size(); ++d) {
    axes.push_back(PadAxis(shape[d], padding.begin[d], result[d], mode));
  }
  return std::vector<Value>{RearrangeAndFill(x, ComposeAxes(shape, axes), constant)};
}

}  // namespace

void RegisterPads(ReferenceTable& table) { table["onnx.Pad"] = Pad; }

}  // namespace qcompile::runtime
