//===- MatMulNBits.cpp - Products with matrices of few bits ---------------===//
#include "compiler/evaluator/Evaluator.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/normalise-quantization/Formats.h"
#include "passes/normalise-quantization/Operators.h"
#include "passes/normalise-quantization/PositiveScales.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile::normalise {

namespace {

/// Codes of `bits` bits in rows of whole bytes, packed from the lowest bit on.
class PackedRows {
public:
  PackedRows(const Tensor &bytes, int64_t rows, int64_t bits)
      : data(bytes.Data<uint8_t>()), rowBytes(rows ? int64_t(data.size()) / rows : 0), bits(bits) {}
  int64_t capacity() const { return rowBytes * 8 / bits; }
  int64_t at(int64_t row, int64_t i) const {
    uint8_t byte = data[size_t(row * rowBytes + i * bits / 8)];
    return byte >> (i * bits % 8) & ((1 << bits) - 1);
  }

private:
  absl::Span<const uint8_t> data;
  int64_t rowBytes, bits;
};

Tensor unpack(const PackedRows &packed, int64_t rows, int64_t columns, int64_t bits) {
  std::vector<int64_t> codes(size_t(rows * columns));
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c)
      codes[size_t(r * columns + c)] = packed.at(r, c);
  return *Tensor::FromIntegers(DataType::Unsigned(int(bits)), {rows, columns}, codes);
}

/// Why the operator stays as it is, or an empty string.
std::string findProblem(onnx::MatMulNBitsOp op, ArrayRef<Value> in) {
  auto constant = [&](size_t i) { return getConstant(in[i]); };
  int64_t n = op.getN(), k = op.getK(), bits = op.getBits(), block = op.getBlockSize();
  if (!constant(1) || !constant(2) || (in[3] && !constant(3)))
    return "its weights are computed while the model runs";
  if (in[4])
    return "its inputs are grouped by index";
  if (!constant(2).getType().getElementType().isF32())
    return "its scales are no float32 numbers";
  if (in[3] && constant(3).getTensor().type() != DataType::Unsigned(8))
    return "its zero points are no packed codes";
  if ((bits != 2 && bits != 4 && bits != 8) || n < 1 || k < 1 || block < 1)
    return "its sizes or bits are none that the operator has";
  int64_t blocks = (k + block - 1) / block;
  if (constant(2).size() != n * blocks || constant(1).getTensor().type() != DataType::Unsigned(8) ||
      constant(1).size() != n * blocks * ((block * bits + 7) / 8) ||
      (in[3] && constant(3).size() != n * ((blocks * bits + 7) / 8)))
    return "its constants do not have the sizes that go with N, K, bits and block_size";
  return "";
}

} // namespace

bool normaliseMatMulNBits(Operation *op, bool &ok) {
  auto product = dyn_cast<onnx::MatMulNBitsOp>(op);
  if (!product)
    return false;
  SmallVector<Value> in = getFormalOperands(op);
  in.resize(6);
  if (std::string problem = findProblem(product, in); !problem.empty()) {
    leave(op, Code::S008, problem);
    return true;
  }
  int64_t n = product.getN(), k = product.getK(), bits = product.getBits(), block = product.getBlockSize();
  int64_t blocks = (k + block - 1) / block;
  OpBuilder builder(op);
  Location loc = op->getLoc();
  Tensor codes = unpack(PackedRows(getConstant(in[1]).getTensor(), n, bits), n, k, bits);
  Tensor zeros = in[3] ? unpack(PackedRows(getConstant(in[3]).getTensor(), n, bits), n, blocks, bits)
                       : *Tensor::FromIntegers(codes.type(), {n, blocks},
                                               std::vector<int64_t>(size_t(n * blocks), int64_t{1} << (bits - 1)));
  NamedAttribute where[] = {builder.getNamedAttr("axis", builder.getI64IntegerAttr(1)),
                            builder.getNamedAttr("block_size", builder.getI64IntegerAttr(block))};
  CodedConstant matrix{std::move(codes), getConstant(in[2]).getTensor().Reshaped({n, blocks}), std::move(zeros)};
  runtime::Attributes along = makeAxis(1);
  along.Set("block_size", block);
  makeScalesPositive(matrix, along);
  StringRef scalesName = getConstant(in[2]).getName();
  if (failed(checkScale(op, data::ConstantAttr::get(op->getContext(), scalesName, matrix.scales)))) {
    ok = false;
    return true;
  }
  Value weights = makeConstant(builder, loc, getConstant(in[1]).getName(), matrix.codes);
  Value scales = makeConstant(builder, loc, scalesName, matrix.scales);
  Value zeroPoints = makeConstant(builder, loc, "zero_points", matrix.zeroPoints);
  OnnxSteps steps(op);
  Type real = RankedTensorType::get({n, k}, builder.getF32Type());
  Value rows = steps.apply("DequantizeLinear", {weights, scales, zeroPoints}, where, real);
  Value columns = steps.apply("Transpose", rows, steps.attribute("perm", ArrayRef<int64_t>{1, 0}),
                              RankedTensorType::get({k, n}, builder.getF32Type()));
  if (!in[5]) {
    steps.finish("MatMul", {in[0], columns});
    return true;
  }
  steps.finish("Add", {steps.apply("MatMul", {in[0], columns}), in[5]});
  return true;
}

} // namespace qcompile::normalise
