// Quantized operators of ONNX Runtime's own domain, by what they approximate: the numbers that
// codes stand for, the operator on these, QuantizeLinear of the result (docs/Formats.md).
#include <algorithm>
#include <initializer_list>
#include <string>

#include "runtime/reference/checks.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

absl::StatusOr<Value> Call(const std::string& name, const Attributes& attributes,
                           std::vector<const Value*> operands) {
  while (!operands.empty() && operands.back() == nullptr) operands.pop_back();
  QCOMPILE_ASSIGN_OR_RETURN(std::vector<Value> results,
                            FindReference("onnx." + name)(attributes, operands));
  return std::move(results.front());
}

Attributes Along(int64_t axis) {
  Attributes attributes;
  attributes.Set("axis", axis);
  return attributes;
}

// Operands at these places are there; only zero points and biases may be left out.
absl::Status Require(Operands operands, std::initializer_list<size_t> places, size_t maximum) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, *places.begin() + 1, maximum));
  for (const size_t place : places) {
    if (OptionalOperand(operands, place) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("expected an operand at place ", place));
    }
  }
  return absl::OkStatus();
}

// The numbers of codes, scale and zero point from operand `at` on.
absl::StatusOr<Value> Numbers(Operands operands, size_t at, int64_t axis = 1) {
  return Call("DequantizeLinear", Along(axis),
              {operands[at], OptionalOperand(operands, at + 1), OptionalOperand(operands, at + 2)});
}

// The codes of `x` by scale and zero point from operand `at` on; without a zero point they have the
// type of operand `like`.
Results Codes(const Value& x, Operands operands, size_t at, const Value& like) {
  const Value zero(Tensor(like.tensor.type(), {}));
  const Value* zero_point = OptionalOperand(operands, at + 1);
  return Single(
      Call("QuantizeLinear", {}, {&x, operands[at], zero_point == nullptr ? &zero : zero_point}));
}

Results Add(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(Require(operands, {0, 1, 3, 4, 6}, 8));
  QCOMPILE_ASSIGN_OR_RETURN(const Value a, Numbers(operands, 0));
  QCOMPILE_ASSIGN_OR_RETURN(const Value b, Numbers(operands, 3));
  QCOMPILE_ASSIGN_OR_RETURN(const Value c, Call("Add", {}, {&a, &b}));
  return Codes(c, operands, 6, *operands[0]);
}

Results Mul(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(Require(operands, {0, 1, 3, 4, 6}, 8));
  QCOMPILE_ASSIGN_OR_RETURN(const Value a, Numbers(operands, 0));
  QCOMPILE_ASSIGN_OR_RETURN(const Value b, Numbers(operands, 3));
  QCOMPILE_ASSIGN_OR_RETURN(const Value c, Call("Mul", {}, {&a, &b}));
  return Codes(c, operands, 6, *operands[0]);
}

Results Unary(const std::string& name, const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(Require(operands, {0, 1, 3}, 5));
  QCOMPILE_ASSIGN_OR_RETURN(const Value x, Numbers(operands, 0));
  QCOMPILE_ASSIGN_OR_RETURN(const Value y, Call(name, attributes, {&x}));
  return Codes(y, operands, 3, *operands[0]);
}

Results GlobalAveragePool(const Attributes& attributes, Operands operands) {
  QCOMPILE_ASSIGN_OR_RETURN(const bool last, BoolAttribute(attributes, "channels_last", false));
  if (!last) return Unary("GlobalAveragePool", {}, operands);
  QCOMPILE_RETURN_IF_ERROR(Require(operands, {0, 1, 3}, 5));
  QCOMPILE_ASSIGN_OR_RETURN(const Value x, Numbers(operands, 0));
  std::vector<int64_t> list;
  for (int64_t d = 1; d + 1 < x.tensor.rank(); ++d) list.push_back(d);
  QCOMPILE_ASSIGN_OR_RETURN(
      Tensor axes,
      Tensor::FromIntegers(DataType::Int64(), {static_cast<int64_t>(list.size())}, list));
  const Value dimensions(std::move(axes));
  QCOMPILE_ASSIGN_OR_RETURN(const Value y, Call("ReduceMean", {}, {&x, &dimensions}));
  return Codes(y, operands, 3, *operands[0]);
}

Results Concat(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckVariadic(operands));
  if (operands.size() < 5 || operands.size() % 3 != 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a scale, a zero point and inputs of three operands, found ", operands.size()));
  }
  std::vector<Value> inputs;
  for (size_t i = 2; i < operands.size(); i += 3) {
    QCOMPILE_ASSIGN_OR_RETURN(Value input, Numbers(operands, i));
    inputs.push_back(std::move(input));
  }
  std::vector<const Value*> pointers;
  for (const Value& input : inputs) pointers.push_back(&input);
  QCOMPILE_ASSIGN_OR_RETURN(const Value y, Call("Concat", attributes, pointers));
  return Codes(y, operands, 0, *operands[1]);
}

// Codes of the bias have the scale alpha * a_scale * b_scale, by float32 steps.
absl::StatusOr<Value> GemmBias(Operands operands, float alpha) {
  const Tensor &codes = operands[6]->tensor, &a = operands[1]->tensor, &b = operands[4]->tensor;
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(a, "the scale"));
  QCOMPILE_RETURN_IF_ERROR(CheckFloat(b, "the scale"));
  QCOMPILE_RETURN_IF_ERROR(CheckSingle(a, "the scale of the left matrix"));
  std::vector<float> scales;
  for (float scale : b.Floats()) {
    const float scaled = alpha * a.Floats()[0];
    scales.push_back(scaled * scale);
  }
  const Value scale(Tensor::FromFloats(b.size() == 1 ? Shape{} : Shape{b.size()}, scales));
  return Call("DequantizeLinear", Along(std::max<int64_t>(codes.rank() - 1, 0)),
              {operands[6], &scale});
}

Results Gemm(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(Require(operands, {0, 1, 2, 3, 4, 5}, 9));
  QCOMPILE_ASSIGN_OR_RETURN(const float alpha, FloatAttribute(attributes, "alpha", 1));
  QCOMPILE_ASSIGN_OR_RETURN(const bool transposed, BoolAttribute(attributes, "transB", false));
  QCOMPILE_ASSIGN_OR_RETURN(const Value a, Numbers(operands, 0));
  QCOMPILE_ASSIGN_OR_RETURN(const Value b, Numbers(operands, 3, transposed ? 0 : 1));
  Value bias;
  const bool has_bias = OptionalOperand(operands, 6) != nullptr;
  if (has_bias) {
    QCOMPILE_ASSIGN_OR_RETURN(bias, GemmBias(operands, alpha));
  }
  QCOMPILE_ASSIGN_OR_RETURN(const Value y,
                            Call("Gemm", attributes, {&a, &b, has_bias ? &bias : nullptr}));
  if (OptionalOperand(operands, 7) == nullptr) return std::vector<Value>{y};
  return Codes(y, operands, 7, *operands[0]);
}

// Codes of `bits` bits in rows of whole bytes, packed from the lowest bit on.
absl::StatusOr<Tensor> Unpacked(const Tensor& bytes, int64_t rows, int64_t columns, int64_t bits) {
  QCOMPILE_RETURN_IF_ERROR(CheckType(bytes, DataType::Unsigned(8), "packed codes"));
  const int64_t row = rows > 0 ? bytes.size() / rows : 0;
  if (row * rows != bytes.size() || row * 8 < columns * bits) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", rows, " rows of ", columns,
                                                   " codes, found ", bytes.size(), " bytes"));
  }
  std::vector<int64_t> codes;
  for (int64_t i = 0; i < rows * columns; ++i) {
    const int64_t at = i % columns * bits;
    const uint8_t byte = bytes.Data<uint8_t>()[static_cast<size_t>(i / columns * row + at / 8)];
    codes.push_back(byte >> at % 8 & ((1 << bits) - 1));
  }
  return Tensor::FromIntegers(DataType::Unsigned(static_cast<int>(bits)), {rows, columns}, codes);
}

Results MatMulNBits(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(Require(operands, {0, 1, 2}, 6));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t n, IntAttribute(attributes, "N", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t k, IntAttribute(attributes, "K", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t bits, IntAttribute(attributes, "bits", 4));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t block,
                            IntAttribute(attributes, "block_size", std::nullopt));
  if (n < 1 || k < 1 || block < 1 || n > kMaxElements / k ||
      (bits != 2 && bits != 4 && bits != 8)) {
    return absl::InvalidArgumentError("expected positive sizes and 2, 4 or 8 bits");
  }
  if (OptionalOperand(operands, 4) != nullptr) {
    return absl::UnimplementedError("expected inputs in their order, found groups by index");
  }
  const int64_t blocks = (k + block - 1) / block;
  QCOMPILE_ASSIGN_OR_RETURN(Tensor codes, Unpacked(operands[1]->tensor, n, k, bits));
  Tensor zeros(codes.type(), {n, blocks});
  if (const Value* zero_points = OptionalOperand(operands, 3)) {
    QCOMPILE_ASSIGN_OR_RETURN(zeros, Unpacked(zero_points->tensor, n, blocks, bits));
  } else {
    QCOMPILE_ASSIGN_OR_RETURN(
        zeros, Tensor::FromIntegers(codes.type(), {n, blocks},
                                    std::vector<int64_t>(static_cast<size_t>(n * blocks),
                                                         int64_t{1} << (bits - 1))));
  }
  if (operands[2]->tensor.size() != n * blocks) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", n * blocks, " scales, found ", operands[2]->tensor.size()));
  }
  const Value weights(std::move(codes)), zero_points(std::move(zeros)),
      scales(operands[2]->tensor.Reshaped({n, blocks}));
  Attributes blocked = Along(1);
  blocked.Set("block_size", block);
  QCOMPILE_ASSIGN_OR_RETURN(const Value rows,
                            Call("DequantizeLinear", blocked, {&weights, &scales, &zero_points}));
  Attributes swapped;
  swapped.Set("perm", std::vector<int64_t>{1, 0});
  QCOMPILE_ASSIGN_OR_RETURN(const Value columns, Call("Transpose", swapped, {&rows}));
  QCOMPILE_ASSIGN_OR_RETURN(Value y, Call("MatMul", {}, {operands[0], &columns}));
  if (const Value* bias = OptionalOperand(operands, 5)) {
    QCOMPILE_ASSIGN_OR_RETURN(y, Call("Add", {}, {&y, bias}));
  }
  return std::vector<Value>{std::move(y)};
}

}  // namespace

void RegisterMicrosoftOperators(ReferenceTable& table) {
  table["onnx.MatMulNBits"] = MatMulNBits;
  table["onnx.QGemm"] = Gemm;
  table["onnx.QLinearAdd"] = Add;
  table["onnx.QLinearConcat"] = Concat;
  table["onnx.QLinearGlobalAveragePool"] = GlobalAveragePool;
  table["onnx.QLinearLeakyRelu"] = [](const Attributes& attributes, Operands operands) {
    return Unary("LeakyRelu", attributes, operands);
  };
  table["onnx.QLinearMul"] = Mul;
  table["onnx.QLinearSigmoid"] = [](const Attributes&, Operands operands) {
    return Unary("Sigmoid", {}, operands);
  };
}

}  // namespace qcompile::runtime
