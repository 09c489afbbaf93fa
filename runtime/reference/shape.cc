// Operations that change or read the shape alone, and transposition.
#include <algorithm>
#include <numeric>

#include "absl/strings/str_join.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/checks.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

Results Reshaped(const Value& value, Shape shape) {
  return std::vector<Value>{Rearrange(value, Rearrangement{std::move(shape), {}, true})};
}

Results Identity(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  return std::vector<Value>{*operands[0]};
}

// Inference only: the ratio has no effect, and the mask keeps everything.
Results Dropout(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 3));
  if (const Value* training = OptionalOperand(operands, 2)) {
    QCOMPILE_RETURN_IF_ERROR(CheckSingle(training->tensor, "the training mode"));
    if (training->tensor.DoubleAt(0) != 0) {
      return absl::UnimplementedError("expected dropout in inference mode, found training mode");
    }
  }
  Tensor mask(DataType::Bool(), operands[0]->tensor.shape());
  absl::Span<uint8_t> kept = mask.MutableData<uint8_t>();
  std::fill(kept.begin(), kept.end(), 1);
  return std::vector<Value>{*operands[0], Value(std::move(mask))};
}

Results ShapeOf(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Shape& shape = operands[0]->tensor.shape();
  const auto rank = static_cast<int64_t>(shape.size());
  QCOMPILE_ASSIGN_OR_RETURN(int64_t start, IntAttribute(attributes, "start", 0));
  QCOMPILE_ASSIGN_OR_RETURN(int64_t end, IntAttribute(attributes, "end", rank));
  // Both are clamped rather than refused (ONNX Shape-15).
  auto clamp = [rank](int64_t i) {
    return std::clamp<int64_t>(i < 0 && i >= -rank ? i + rank : i, 0, rank);
  };
  start = clamp(start);
  end = std::max(clamp(end), start);
  const std::vector<int64_t> dims(shape.begin() + start, shape.begin() + end);
  return Single(Tensor::FromIntegers(DataType::Int64(), {end - start}, dims));
}

absl::Status CannotReshape(const Tensor& x, absl::Span<const int64_t> wanted) {
  return absl::InvalidArgumentError(absl::StrCat(
      "expected a shape for ", x.size(), " elements, found [", absl::StrJoin(wanted, ","), "]"));
}

// Replaces 0 (a copy of the operand's dimension unless `allow_zero`) and -1 (what is left).
absl::StatusOr<Shape> ResolveShape(const Tensor& x, Shape wanted, bool allow_zero) {
  const Shape original = wanted;
  int64_t inferred = -1;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && !allow_zero) {
      if (i >= x.shape().size()) return CannotReshape(x, original);
      wanted[i] = x.shape()[i];
    } else if (wanted[i] == -1) {
      if (inferred >= 0) return CannotReshape(x, original);
      inferred = static_cast<int64_t>(i);
      wanted[i] = 1;
    }
  }
  absl::StatusOr<int64_t> known = CheckedSize(wanted);
  if (!known.ok()) return CannotReshape(x, original);
  if (inferred >= 0) {
    if (*known == 0 || x.size() % *known != 0) return CannotReshape(x, original);
    wanted[static_cast<size_t>(inferred)] = x.size() / *known;
  } else if (*known != x.size()) {
    return CannotReshape(x, original);
  }
  return wanted;
}

Results Reshape(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  QCOMPILE_ASSIGN_OR_RETURN(const bool allow_zero, BoolAttribute(attributes, "allowzero", false));
  QCOMPILE_ASSIGN_OR_RETURN(Shape wanted, IntegerList(*operands[1], "the shape"));
  QCOMPILE_ASSIGN_OR_RETURN(Shape shape,
                            ResolveShape(operands[0]->tensor, std::move(wanted), allow_zero));
  return Reshaped(*operands[0], std::move(shape));
}

Results Flatten(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Shape& shape = operands[0]->tensor.shape();
  const auto rank = static_cast<int64_t>(shape.size());
  QCOMPILE_ASSIGN_OR_RETURN(int64_t axis, IntAttribute(attributes, "axis", 1));
  if (axis < -rank || axis > rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an axis from ", -rank, " to ", rank, ", found ", axis));
  }
  if (axis < 0) axis += rank;
  const auto dims = absl::MakeConstSpan(shape);
  const auto split = static_cast<size_t>(axis);
  // Checked apart: an empty tensor's other dimensions may have any product.
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t rows, CheckedSize(dims.subspan(0, split)));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t columns, CheckedSize(dims.subspan(split)));
  return Reshaped(*operands[0], {rows, columns});
}

Results Unsqueeze(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Shape& shape = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> list, IntegerList(*operands[1], "the axes"));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                            NormalizeAxes(list, static_cast<int64_t>(shape.size() + list.size())));
  Shape result = shape;
  for (int64_t axis : axes) result.insert(result.begin() + axis, 1);
  return Reshaped(*operands[0], std::move(result));
}

Results Squeeze(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 2));
  QCOMPILE_RETURN_IF_ERROR(RefuseAttribute(attributes, "axes"));
  const Shape& shape = operands[0]->tensor.shape();
  std::vector<int64_t> axes;
  if (const Value* operand = OptionalOperand(operands, 1)) {
    QCOMPILE_ASSIGN_OR_RETURN(axes, IntegerList(*operand, "the axes"));
    QCOMPILE_ASSIGN_OR_RETURN(axes, NormalizeAxes(axes, static_cast<int64_t>(shape.size())));
  } else {
    for (size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] == 1) axes.push_back(static_cast<int64_t>(d));
    }
  }
  Shape result = shape;
  for (size_t i = axes.size(); i-- > 0;) {
    if (shape[static_cast<size_t>(axes[i])] != 1) {
      return absl::InvalidArgumentError(absl::StrCat("expected extent 1 on squeezed axis ", axes[i],
                                                     ", found shape ", ShapeToString(shape)));
    }
    result.erase(result.begin() + axes[i]);
  }
  return Reshaped(*operands[0], std::move(result));
}

absl::StatusOr<Rearrangement> TransposeMap(const Shape& shape, std::vector<int64_t> perm) {
  std::vector<int64_t> sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  std::vector<int64_t> all(shape.size());
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all) {
    return absl::InvalidArgumentError(absl::StrCat("expected a permutation of ", shape.size(),
                                                   " dimensions, found [", absl::StrJoin(perm, ","),
                                                   "]"));
  }
  const std::vector<int64_t> own = RowMajorStrides(shape);
  Rearrangement how;
  std::vector<int64_t> strides;
  for (int64_t d : perm) {
    how.shape.push_back(shape[static_cast<size_t>(d)]);
    strides.push_back(own[static_cast<size_t>(d)]);
  }
  how.source = StridedIndices(how.shape, strides, 0);
  return how;
}

Results Transposed(const Value& x, std::optional<std::vector<int64_t>> perm) {
  if (!perm) {
    perm.emplace(x.tensor.shape().size());
    std::iota(perm->rbegin(), perm->rend(), 0);
  }
  QCOMPILE_ASSIGN_OR_RETURN(const Rearrangement how, TransposeMap(x.tensor.shape(), *perm));
  return std::vector<Value>{Rearrange(x, how)};
}

Results Transpose(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(std::optional<std::vector<int64_t>> perm,
                            IntsAttribute(attributes, "perm"));
  return Transposed(*operands[0], std::move(perm));
}

Results QnnReshape(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(std::optional<std::vector<int64_t>> shape,
                            IntsAttribute(attributes, "shape"));
  if (!shape) return absl::InvalidArgumentError("expected attribute 'shape', found none");
  absl::StatusOr<int64_t> size = CheckedSize(*shape);
  if (!size.ok() || *size != operands[0]->tensor.size()) {
    return CannotReshape(operands[0]->tensor, *shape);
  }
  return Reshaped(*operands[0], *std::move(shape));
}

Results QnnTranspose(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  QCOMPILE_ASSIGN_OR_RETURN(std::optional<std::vector<int64_t>> perm,
                            IntsAttribute(attributes, "perm"));
  if (!perm) return absl::InvalidArgumentError("expected attribute 'perm', found none");
  return Transposed(*operands[0], std::move(perm));
}

}  // namespace

void RegisterShapes(ReferenceTable& table) {
  table["onnx.Dropout"] = Dropout;
  table["onnx.Flatten"] = Flatten;
  table["onnx.Identity"] = Identity;
  table["onnx.Reshape"] = Reshape;
  table["onnx.Shape"] = ShapeOf;
  table["onnx.Squeeze"] = Squeeze;
  table["onnx.Transpose"] = Transpose;
  table["onnx.Unsqueeze"] = Unsqueeze;
  table["qnn.reshape"] = QnnReshape;
  table["qnn.transpose"] = QnnTranspose;
}

}  // namespace qcompile::runtime
