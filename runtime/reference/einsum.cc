// Einsum: sums of products over named indices, in ascending order of the summed ones.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// Indices of one term: letters, and for the dimensions of an ellipsis negative numbers, -1 the
// last.
using Term = std::vector<int>;

struct Equation {
  std::vector<Term> inputs;
  Term output;
};

absl::Status Malformed(absl::string_view equation, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected an equation like 'ij,jk->ik', found '", equation, "': ", why));
}

absl::StatusOr<Term> ParseTerm(absl::string_view text, int64_t ellipsis,
                               absl::string_view equation) {
  Term term;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (text.substr(i, 3) != "...") return Malformed(equation, "a lone point");
      for (int64_t d = ellipsis; d > 0; --d) term.push_back(static_cast<int>(-d));
      i += 2;
    } else if ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z')) {
      term.push_back(text[i]);
    } else {
      return Malformed(equation, "indices are letters");
    }
  }
  return term;
}

// Without an arrow the result has the ellipsis and, sorted, every index that occurs once.
Term ImplicitOutput(const std::vector<Term>& inputs) {
  std::map<int, int> counts;
  for (const Term& term : inputs) {
    for (int index : term) ++counts[index];
  }
  Term output;
  for (auto [index, count] : counts) {
    if (index < 0 || count == 1) output.push_back(index);
  }
  return output;
}

absl::StatusOr<Equation> ParseEquation(const std::string& text, Operands operands) {
  std::string equation;
  for (char c : text) {
    if (c != ' ') equation += c;
  }
  const size_t arrow = equation.find("->");
  std::string left = equation.substr(0, arrow);
  std::vector<std::string> parts(1);
  for (char c : left) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() != operands.size()) {
    return Malformed(text, absl::StrCat("there are ", operands.size(), " operands"));
  }
  Equation result;
  int64_t widest = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool dots = parts[i].find("...") != std::string::npos;
    const int64_t named = static_cast<int64_t>(parts[i].size()) - (dots ? 3 : 0);
    const int64_t hidden = operands[i]->tensor.rank() - named;
    if (hidden < 0 || (!dots && hidden > 0)) {
      return Malformed(text, absl::StrCat("operand ", i, " has the shape ",
                                          ShapeToString(operands[i]->tensor.shape())));
    }
    widest = std::max(widest, hidden);
    QCOMPILE_ASSIGN_OR_RETURN(Term term, ParseTerm(parts[i], hidden, text));
    result.inputs.push_back(std::move(term));
  }
  if (arrow == std::string::npos) {
    result.output = ImplicitOutput(result.inputs);
    return result;
  }
  QCOMPILE_ASSIGN_OR_RETURN(result.output, ParseTerm(equation.substr(arrow + 2), widest, text));
  return result;
}

using Extents = std::map<int, int64_t>;

absl::StatusOr<Extents> ReadExtents(const Equation& equation, Operands operands) {
  Extents extents;
  for (size_t i = 0; i < operands.size(); ++i) {
    const Shape& shape = operands[i]->tensor.shape();
    for (size_t d = 0; d < shape.size(); ++d) {
      int64_t& extent = extents.try_emplace(equation.inputs[i][d], 1).first->second;
      if (extent != 1 && shape[d] != 1 && extent != shape[d]) {
        return absl::InvalidArgumentError(
            absl::StrCat("expected one extent per index, found ", extent, " and ", shape[d]));
      }
      if (shape[d] != 1) extent = shape[d];
    }
  }
  for (size_t i = 0; i < equation.output.size(); ++i) {
    const int index = equation.output[i];
    if (extents.count(index) == 0 ||
        std::count(equation.output.begin(), equation.output.end(), index) != 1) {
      return absl::InvalidArgumentError(
          "expected indices of the result to be those of operands, each once");
    }
  }
  return extents;
}

// Offsets of an operand's element for every combination of `indices`, in row-major order.
std::vector<int64_t> Offsets(const Term& term, const Shape& shape, const Term& indices,
                             const Extents& extents) {
  const std::vector<int64_t> own = RowMajorStrides(shape);
  Shape range;
  std::vector<int64_t> strides;
  for (int index : indices) {
    int64_t stride = 0;
    // An index that occurs twice runs along the diagonal; extent 1 is repeated.
    for (size_t d = 0; d < term.size(); ++d) {
      if (term[d] == index && shape[d] != 1) stride += own[d];
    }
    range.push_back(extents.at(index));
    strides.push_back(stride);
  }
  return StridedIndices(range, strides, 0);
}

template <typename T>
absl::StatusOr<Tensor> SumProducts(const Equation& equation, const Extents& extents,
                                   Operands operands, const Shape& shape) {
  Term summed;
  for (const auto& [index, extent] : extents) {
    if (std::count(equation.output.begin(), equation.output.end(), index) == 0) {
      summed.push_back(index);
    }
  }
  std::vector<std::vector<T>> values;
  std::vector<std::vector<int64_t>> base, step;
  for (size_t i = 0; i < operands.size(); ++i) {
    const Tensor& x = operands[i]->tensor;
    values.push_back(ToNumbers<T>(x));
    base.push_back(Offsets(equation.inputs[i], x.shape(), equation.output, extents));
    step.push_back(Offsets(equation.inputs[i], x.shape(), summed, extents));
  }
  std::vector<T> sums(base[0].size(), T(0));
  for (size_t r = 0; r < sums.size(); ++r) {
    for (size_t s = 0; s < step[0].size(); ++s) {
      T product = values[0][static_cast<size_t>(base[0][r] + step[0][s])];
      for (size_t i = 1; i < values.size(); ++i) {
        product = product * values[i][static_cast<size_t>(base[i][r] + step[i][s])];
      }
      sums[r] = sums[r] + product;
    }
  }
  return FromNumbers(operands[0]->tensor.type(), shape, sums);
}

// All combinations of indices are gone through.
absl::Status CheckExtents(const Extents& extents) {
  Shape all;
  for (auto [index, extent] : extents) all.push_back(extent);
  return CheckedSize(all).status();
}

Results Einsum(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckVariadic(operands));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string text,
                            StringAttribute(attributes, "equation", std::nullopt));
  const DataType type = operands[0]->tensor.type();
  for (const Value* operand : operands) {
    QCOMPILE_RETURN_IF_ERROR(CheckType(operand->tensor, type, "operands"));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const Equation equation, ParseEquation(text, operands));
  QCOMPILE_ASSIGN_OR_RETURN(const Extents extents, ReadExtents(equation, operands));
  Shape shape;
  for (int index : equation.output) shape.push_back(extents.at(index));
  QCOMPILE_RETURN_IF_ERROR(CheckExtents(extents));
  if (type == DataType::Float64()) {
    return Single(SumProducts<double>(equation, extents, operands, shape));
  }
  if (type.IsFloat()) return Single(SumProducts<float>(equation, extents, operands, shape));
  if (type.kind == TypeKind::kSigned || type.kind == TypeKind::kUnsigned) {
    return Single(SumProducts<uint64_t>(equation, extents, operands, shape));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected operands that are numbers, found ", type.ToString()));
}

}  // namespace

void RegisterEinsum(ReferenceTable& table) { table["onnx.Einsum"] = Einsum; }

}  // namespace qcompile::runtime
