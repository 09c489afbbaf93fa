//===- ConstantCodes.cpp - Codes of large constants -----------------------===//
//
// The reference semantics take some fifty nanoseconds per weight; models of gigabytes are to be read in seconds. The
// kernel that quantizes inputs of compiled networks gives the same codes.
//
//===----------------------------------------------------------------------===//
#include "compiler/inspect/ConstantPieces.h"
#include "compiler/inspect/ConstantValue.h"
#include "dialects/data/ElementStorage.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "runtime/kernels/packing.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/rounding.h"

using namespace mlir;
using qcompile::runtime::RoundingMode;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;

namespace qcompile::inspect {

static int32_t getKernelRounding(RoundingMode mode) {
  switch (mode) {
  case RoundingMode::kHalfEven:
    return QCRT_ROUND;
  case RoundingMode::kCeil:
    return QCRT_CEIL;
  case RoundingMode::kFloor:
    return QCRT_FLOOR;
  case RoundingMode::kUp:
    return QCRT_UP;
  case RoundingMode::kDown:
    return QCRT_DOWN;
  case RoundingMode::kHalfUp:
    return QCRT_HALF_UP;
  case RoundingMode::kHalfDown:
    return QCRT_HALF_DOWN;
  }
  return QCRT_ROUND;
}

/// Whether all elements are numbers that a quantizer takes.
static bool isSound(const Tensor &tensor, bool positive) {
  if (tensor.type() != runtime::DataType::Float32() && !tensor.type().IsInteger())
    return false;
  for (int64_t i = 0; i < tensor.size(); ++i)
    if (double number = tensor.DoubleAt(i); !std::isfinite(number) || (positive && !(number > 0)))
      return false;
  return true;
}

/// A quantizer of floats: its codes have to be computed.
static std::optional<CodeRange> getQuantRange(Operation *op) {
  std::optional<double> bits = getConstantNumber(op, 3);
  if (!bits || *bits < 2 || *bits > 8 || *bits != std::trunc(*bits))
    return std::nullopt;
  auto isSet = [&](StringRef attribute, bool otherwise) {
    auto value = op->getAttrOfType<IntegerAttr>(attribute);
    return value ? !value.getValue().isZero() : otherwise;
  };
  auto mode = op->getAttrOfType<StringAttr>("rounding_mode");
  auto rounding = runtime::ParseRoundingMode(mode ? absl::string_view(mode.data(), mode.size()) : "ROUND");
  if (!rounding.ok())
    return std::nullopt;
  int64_t half = int64_t(1) << (int(*bits) - 1), narrow = isSet("narrow", false);
  bool isSigned = isSet("signed_", true);
  return CodeRange{isSigned ? narrow - half : 0, isSigned ? half - 1 : 2 * half - 1 - narrow, isSigned ? -half : 0,
                   2 * half, getKernelRounding(*rounding)};
}

std::optional<CodeRange> ConstantPieces::getCodes() const {
  if (steps.size() != 1)
    return std::nullopt;
  const Step &step = steps.front();
  StringRef name = step.op->getName().stripDialect();
  runtime::DataType type = *data::getDataType(root.getType().getElementType());
  std::optional<CodeRange> range;
  if ((name == "Quant" || name == "IntQuant") && step.parameters.size() == 3 && type == runtime::DataType::Float32())
    range = getQuantRange(step.op);
  else if (name == "DequantizeLinear" && type.IsInteger() && type.bits <= 8 && step.block == 1)
    range = CodeRange{type.MinValue(), type.MaxValue(), type.MinValue(), type.MaxValue() - type.MinValue() + 1,
                      std::nullopt};
  if (!range || step.parameters.empty() || !step.parameters[0] || !isSound(step.parameters[0]->tensor, true) ||
      (step.parameters.size() > 1 && step.parameters[1] && !isSound(step.parameters[1]->tensor, false)))
    return std::nullopt;
  return range;
}

/// The scale or zero point of a piece as floats, with a dimension for each of the constant's; 0 where it is not given.
Tensor ConstantPieces::getParameter(unsigned index, const Piece &piece) const {
  const Step &step = steps.front();
  if (index >= step.parameters.size() || !step.parameters[index])
    return Tensor::ScalarFloat(0);
  Tensor parameter = slice(step, *step.parameters[index], piece).tensor;
  std::vector<float> values(parameter.size());
  for (int64_t i = 0; i < parameter.size(); ++i)
    values[i] = float(parameter.DoubleAt(i));
  Shape shape = parameter.shape();
  if (step.axis && shape.size() == 1) {
    shape.assign(root.getType().getRank(), 1);
    shape[*step.axis] = parameter.size();
  }
  return Tensor::FromFloats(shape, values);
}

/// The dimension of `shape`, of which a parameter has the last ones, behind which it never changes.
static size_t findLastVarying(const Tensor &parameter, size_t rank) {
  size_t last = 0;
  for (auto [d, extent] : llvm::enumerate(parameter.shape()))
    if (extent != 1)
      last = rank - size_t(parameter.rank()) + d + 1;
  return last;
}

namespace {
/// Makes the codes of a row of weights, above the lowest code.
class RowCoder {
public:
  RowCoder(const CodeRange &range, const Tensor &x, int64_t columns)
      : range(range), x(x), columns(columns), format{QCRT_BYTES, 0, range.lowest, 1},
        memory(qcrt_row_bytes(&format, columns) + 63),
        codes(reinterpret_cast<uint8_t *>((reinterpret_cast<uintptr_t>(memory.data()) + 63) / 64 * 64)) {}

  /// One scale and zero point, or one per column; false where the kernel does not take them.
  bool setParameters(ArrayRef<float> scales, ArrayRef<float> zeros) {
    if (!range.rounding)
      return true;
    auto packed = runtime::PackQuantize({*range.rounding,
                                         columns,
                                         {scales.data(), scales.size()},
                                         {zeros.data(), zeros.size()},
                                         range.low,
                                         range.high,
                                         format});
    if (packed.ok())
      block = std::move(*packed);
    return packed.ok();
  }

  ArrayRef<uint8_t> code(int64_t row) {
    if (range.rounding) {
      qcrt_quantize(reinterpret_cast<const qcrt_quantize_block *>(block.data()), x.Floats().data() + row * columns,
                    codes, 1);
      return {codes, size_t(columns)};
    }
    // Codes of up to 8 bits take a byte each; the difference of two is right whatever their sign.
    const uint8_t *stored = x.bytes().data() + row * columns;
    for (int64_t c = 0; c < columns; ++c)
      codes[c] = uint8_t(stored[c] - uint8_t(range.lowest));
    return {codes, size_t(columns)};
  }

private:
  const CodeRange &range;
  const Tensor &x;
  int64_t columns;
  qcrt_format format;
  std::vector<uint8_t> memory;
  uint8_t *codes;
  runtime::ParameterBlock block;
};
} // namespace

bool ConstantPieces::code(const Piece &piece, const CodeRange &range,
                          llvm::function_ref<void(const CodeRows &)> use) const {
  Tensor x = read(piece), scale = getParameter(0, piece), zero = getParameter(1, piece);
  const Shape &shape = x.shape();
  size_t varying = std::max(findLastVarying(scale, shape.size()), findLastVarying(zero, shape.size()));
  bool isPerColumn = varying == shape.size() && scale.size() <= shape.back() && zero.size() <= shape.back();
  // Rows that share parameters, or all rows with parameters per column.
  Shape outer(shape.begin(), shape.begin() + (isPerColumn ? varying - 1 : varying));
  int64_t rows = runtime::NumElements(outer), columns = x.size() / std::max<int64_t>(rows, 1);
  int64_t perRow = isPerColumn ? columns : 1;
  outer.resize(shape.size(), 1);
  runtime::BroadcastIndex scaleAt(scale.shape(), isPerColumn ? shape : outer),
      zeroAt(zero.shape(), isPerColumn ? shape : outer);
  std::vector<float> scales(perRow), zeros(perRow);
  RowCoder coder(range, x, columns);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < perRow && (row == 0 || !isPerColumn); ++c) {
      scales[c] = scale.Floats()[scaleAt(row * perRow + c)];
      zeros[c] = zero.Floats()[zeroAt(row * perRow + c)];
    }
    if ((row == 0 || !isPerColumn) && !coder.setParameters(scales, zeros))
      return false;
    use({coder.code(row), range.lowest, range.count, scales, zeros});
  }
  return true;
}

bool ConstantPieces::forEachCodes(llvm::function_ref<void(const CodeRows &)> use) const {
  std::optional<CodeRange> range = getCodes();
  return range && visit([&](const Piece &piece) { return code(piece, *range, use); });
}

} // namespace qcompile::inspect
