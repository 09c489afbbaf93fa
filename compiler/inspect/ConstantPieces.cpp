//===- ConstantPieces.cpp - Large constants a piece at a time -------------===//
#include "compiler/inspect/ConstantPieces.h"

#include "compiler/evaluator/Evaluator.h"
#include "compiler/frontend/MappedPages.h"
#include "compiler/frontend/export/ValueNames.h"
#include "compiler/inspect/ConstantValue.h"
#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;

namespace qcompile::inspect {

/// Elements of a piece: a few megabytes.
static constexpr int64_t kPieceElements = 1 << 18;
/// Elements of a parameter.
static constexpr int64_t kParameterElements = 1 << 20;

static bool isRearrangement(StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"}, true)
      .Default(false);
}

static bool isElementwise(StringRef name) {
  return llvm::StringSwitch<bool>(name)
      .Cases({"Quant", "IntQuant", "BipolarQuant", "FloatQuant", "Trunc", "Trunc_v1"}, true)
      .Cases({"QuantizeLinear", "DequantizeLinear", "Cast", "Clip", "Neg", "Relu"}, true)
      .Cases({"Mul", "Div", "Add", "Sub"}, true)
      .Default(false);
}

std::optional<ConstantPieces> ConstantPieces::find(Value value) {
  ConstantPieces pieces;
  while (Operation *op = value.getDefiningOp()) {
    if (data::ConstantAttr constant = getHeldConstant(op)) {
      if (!data::getDataType(constant.getType().getElementType()) || constant.getType().getRank() == 0)
        return std::nullopt;
      pieces.root = constant;
      std::reverse(pieces.steps.begin(), pieces.steps.end());
      return pieces;
    }
    StringRef name = op->getName().stripDialect();
    if (op->getNumOperands() == 0)
      return std::nullopt;
    // Parameters lie along dimensions of their operand: nothing may move elements below them.
    bool moves = isRearrangement(name);
    if (moves ? !pieces.steps.empty() : !pieces.addStep(op))
      return std::nullopt;
    value = op->getOperand(0);
  }
  return std::nullopt;
}

bool ConstantPieces::addStep(Operation *op) {
  StringRef name = op->getName().stripDialect();
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!isElementwise(name) || !type || !result || type.getShape() != result.getShape())
    return false;
  Step step{op, {}, std::nullopt, 1};
  bool isLinear = name.ends_with("Linear");
  if (isLinear) {
    auto axis = op->getAttrOfType<IntegerAttr>("axis"), block = op->getAttrOfType<IntegerAttr>("block_size");
    step.axis = axis ? axis.getInt() : 1;
    if (*step.axis < 0)
      *step.axis += type.getRank();
    step.block = block ? std::max<int64_t>(block.getInt(), 1) : 1;
  }
  SmallVector<Value> operands = getFormalOperands(op);
  for (Value operand : llvm::drop_begin(operands)) {
    std::optional<runtime::Value> parameter;
    if (operand && !(parameter = evaluateConstant(operand, kParameterElements)))
      return false;
    if (parameter && parameter->tensor.rank() > type.getRank())
      return false;
    step.parameters.push_back(std::move(parameter));
  }
  steps.push_back(std::move(step));
  return true;
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

/// Elements [first, first + count) of the constant.
static Tensor readFlat(data::ConstantAttr constant, int64_t first, int64_t count) {
  Type elementType = constant.getType().getElementType();
  runtime::DataType type = *data::getDataType(elementType);
  unsigned bits = data::getStorageBits(elementType);
  // Packed elements begin within a byte.
  int64_t skipped = bits < 8 ? first % (8 / bits) : 0;
  uint64_t begin = uint64_t(first - skipped) * bits / 8, size = (uint64_t(count + skipped) * bits + 7) / 8;
  ArrayRef<uint8_t> bytes = constant.getBytes().slice(begin, size);
  if (bits >= 8 && reinterpret_cast<uintptr_t>(bytes.data()) % type.ContainerSize() == 0)
    if (auto borrowed = Tensor::Borrow(type, {count}, {bytes.data(), bytes.size()}, constant.getEntry()->owner);
        borrowed.ok())
      return *borrowed;
  Tensor all = data::unpackElements(RankedTensorType::get({count + skipped}, elementType), bytes);
  if (!skipped)
    return all;
  Tensor out(type, {count});
  llvm::copy(all.bytes().subspan(size_t(skipped) * type.ContainerSize()), out.MutableBytes().begin());
  return out;
}

Tensor ConstantPieces::read(const Piece &piece) const {
  ArrayRef<int64_t> shape = root.getType().getShape();
  int64_t inner = 1, place = 0;
  for (int64_t extent : shape.drop_front(piece.axis + 1))
    inner *= extent;
  for (size_t d = 0; d < piece.axis; ++d)
    place = place * shape[d] + piece.outer[d];
  Shape result(piece.axis, 1);
  result.push_back(piece.end - piece.begin);
  result.insert(result.end(), shape.begin() + piece.axis + 1, shape.end());
  return readFlat(root, (place * shape[piece.axis] + piece.begin) * inner, (piece.end - piece.begin) * inner)
      .Reshaped(std::move(result));
}

/// Elements [begin, end) of `tensor` along `axis`.
static Tensor cut(const Tensor &tensor, size_t axis, int64_t begin, int64_t end) {
  Shape shape = tensor.shape();
  int64_t before = 1, inner = int64_t(tensor.type().ContainerSize()), extent = shape[axis];
  for (size_t d = 0; d < axis; ++d)
    before *= shape[d];
  for (size_t d = axis + 1; d < shape.size(); ++d)
    inner *= shape[d];
  shape[axis] = end - begin;
  Tensor out(tensor.type(), shape);
  uint8_t *to = out.MutableBytes().data();
  for (int64_t i = 0; i < before; ++i)
    to = std::copy_n(tensor.bytes().data() + (i * extent + begin) * inner, (end - begin) * inner, to);
  return out;
}

runtime::Value ConstantPieces::slice(const Step &step, const runtime::Value &parameter, const Piece &piece) const {
  Tensor out = parameter.tensor;
  int64_t rank = root.getType().getRank();
  for (size_t d = 0; d <= piece.axis; ++d) {
    int64_t begin = d < piece.axis ? piece.outer[d] : piece.begin, end = d < piece.axis ? begin + 1 : piece.end;
    // The parameter's dimension that lies along dimension d.
    int64_t along = int64_t(d) - (rank - out.rank()), block = 1;
    if (step.axis && out.rank() == 1 && rank > 1)
      along = int64_t(d) == *step.axis ? 0 : -1;
    if (step.axis && int64_t(d) == *step.axis)
      block = step.block;
    if (along < 0 || (out.shape()[along] == 1 && block == 1))
      continue;
    out = cut(out, size_t(along), begin / block, (end + block - 1) / block);
  }
  return out;
}

bool ConstantPieces::compute(const Piece &piece, llvm::function_ref<void(const runtime::Value &)> use) const {
  runtime::Value value(read(piece));
  for (const Step &step : steps) {
    std::vector<runtime::Value> parameters;
    std::vector<const runtime::Value *> operands = {&value};
    parameters.reserve(step.parameters.size());
    for (const auto &parameter : step.parameters) {
      operands.push_back(nullptr);
      if (!parameter)
        continue;
      parameters.push_back(slice(step, *parameter, piece));
      operands.back() = &parameters.back();
    }
    llvm::Expected<std::vector<runtime::Value>> results = evaluateOperation(step.op, operands);
    if (!results) {
      llvm::consumeError(results.takeError());
      return false;
    }
    runtime::Value next = std::move((*results)[0]);
    value = std::move(next);
  }
  use(value);
  return true;
}

bool ConstantPieces::forEach(llvm::function_ref<void(const runtime::Value &)> use) const {
  return visit([&](const Piece &piece) { return compute(piece, use); });
}

bool ConstantPieces::visit(llvm::function_ref<bool(const Piece &)> use) const {
  ArrayRef<int64_t> shape = root.getType().getShape();
  if (root.size() == 0)
    return true;
  // The first dimension whose single slices are small enough.
  size_t axis = 0;
  int64_t inner = root.size() / shape[0];
  while (inner > kPieceElements && axis + 1 < shape.size())
    inner /= shape[++axis];
  int64_t step = std::max<int64_t>(kPieceElements / std::max<int64_t>(inner, 1), 1);
  // Blocks of a quantizer are not cut.
  for (const Step &operation : steps)
    if (operation.axis && size_t(*operation.axis) == axis && operation.block > 1)
      step = (step + operation.block - 1) / operation.block * operation.block;
  Piece piece{axis, std::vector<int64_t>(axis, 0), 0, 0};
  frontend::PageReturner pages(root.getBytes(), root.getEntry()->owner);
  while (true) {
    for (piece.begin = 0; piece.begin < shape[axis]; piece.begin = piece.end) {
      piece.end = std::min(piece.begin + step, shape[axis]);
      if (!use(piece))
        return false;
      pages.advance(inner * (piece.end - piece.begin) * int64_t(data::getStorageBits(root.getType().getElementType())) /
                    8);
    }
    size_t d = axis;
    while (d > 0 && ++piece.outer[d - 1] == shape[d - 1])
      piece.outer[--d] = 0;
    if (d == 0)
      return true;
  }
}

} // namespace qcompile::inspect
