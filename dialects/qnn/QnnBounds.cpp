//===- QnnBounds.cpp - What the results of qnn operations may be ----------===//
//
// Bounds for the proofs: of codes from the attributes of the operation that makes them, of accumulators from actual
// weights and what the operands may take.
//
//===----------------------------------------------------------------------===//
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;

using OptionalBounds = std::optional<std::vector<Bounds>>;

static RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

static Bounds getElementBounds(const runtime::Tensor &tensor) {
  Bounds bounds;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    int64_t element = tensor.IntegerAt(i);
    bounds = i == 0 ? Bounds{element, element} : unite(bounds, {element, element});
  }
  return bounds;
}

/// Operations that select are passed through this often: a chain of concatenations branches.
static constexpr int kMaxDepth = 8;

static std::optional<Bounds> getArgumentBounds(BlockArgument argument) {
  auto function = dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
  auto bounds = function ? function.getArgAttrOfType<DenseI64ArrayAttr>(argument.getArgNumber(), kBoundsAttr)
                         : DenseI64ArrayAttr();
  if (!bounds || bounds.size() != 2)
    return std::nullopt;
  return Bounds{bounds[0], bounds[1]};
}

static Bounds getValueBounds(Value value, int depth) {
  Operation *op = value.getDefiningOp();
  Bounds type = getTypeBounds(tensorOf(value).getElementType());
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getArgumentBounds(argument).value_or(type);
  if (depth == 0)
    return type;
  if (auto pad = dyn_cast<PadOp>(op))
    return unite(::getValueBounds(pad.getInput(), depth - 1), getElementBounds(pad.getValues().getTensor()));
  if (auto lookup = dyn_cast<LookupOp>(op))
    return ::getValueBounds(lookup.getTable(), depth - 1);
  if (op->hasTrait<SelectsElements>() && op->getNumOperands() > 0) {
    SmallVector<Bounds> bounds;
    for (Value operand : op->getOperands())
      bounds.push_back(::getValueBounds(operand, depth - 1));
    return unite(bounds);
  }
  auto bounded = dyn_cast<BoundsOpInterface>(op);
  if (!bounded || op->hasTrait<Accumulates>())
    return type;
  OptionalBounds bounds = bounded.getResultBounds();
  return bounds ? unite(*bounds) : type;
}

Bounds qnn::getValueBounds(Value value) { return ::getValueBounds(value, kMaxDepth); }

void qnn::keepArgumentBounds(ValueRange values, FunctionOpInterface function) {
  for (auto [index, value] : llvm::enumerate(values)) {
    auto type = cast<RankedTensorType>(value.getType());
    if (!isCodeType(type.getElementType()))
      continue;
    Bounds bounds = qnn::getValueBounds(value);
    if (bounds != getTypeBounds(type.getElementType()))
      function.setArgAttr(index, kBoundsAttr, DenseI64ArrayAttr::get(value.getContext(), {bounds.low, bounds.high}));
  }
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

OptionalBounds ConstantOp::getResultBounds() { return std::vector{getElementBounds(getValue().getTensor())}; }

OptionalBounds QuantizeOp::getResultBounds() { return std::vector{Bounds{int64_t(getLow()), int64_t(getHigh())}}; }

OptionalBounds RequantizeOp::getResultBounds() { return std::vector{Bounds{int64_t(getLow()), int64_t(getHigh())}}; }

OptionalBounds ThresholdOp::getResultBounds() {
  int64_t low = getLow();
  int64_t last = low + int64_t(getStep()) * getThresholds().getType().getDimSize(1);
  return std::vector{Bounds{std::min(low, last), std::max(low, last)}};
}

OptionalBounds TableOp::getResultBounds() { return std::vector{getElementBounds(getValues().getTensor())}; }

OptionalBounds ArgMaxOp::getResultBounds() {
  int64_t extent = tensorOf(getInput()).getDimSize(getAxis());
  if (ShapedType::isDynamic(extent))
    return std::nullopt;
  return std::vector{Bounds{0, extent - 1}};
}

OptionalBounds PadOp::getResultBounds() { return std::vector{qnn::getValueBounds(getResult())}; }

OptionalBounds LookupOp::getResultBounds() { return std::vector{qnn::getValueBounds(getTable())}; }

//===----------------------------------------------------------------------===//
// Accumulators
//===----------------------------------------------------------------------===//

static OptionalBounds single(std::optional<Bounds> bounds) {
  return bounds ? OptionalBounds(std::vector{*bounds}) : std::nullopt;
}

OptionalBounds MatMulOp::getResultBounds() {
  Bounds input = qnn::getValueBounds(getLhs());
  auto weights = getRhs().getDefiningOp<ConstantOp>();
  if (weights && tensorOf(getRhs()).getRank() == 2)
    return getDotProductBounds(input, weights.getValue().getTensor());
  int64_t count = tensorOf(getLhs()).getShape().back();
  return single(getDotProductBounds(input, qnn::getValueBounds(getRhs()), count));
}

/// Weights of a convolution that are data have the bounds of any weights.
static OptionalBounds getAnyWeightsBounds(Value input, Value weights, int64_t outputs) {
  int64_t count = tensorOf(weights).getNumElements() / std::max<int64_t>(outputs, 1);
  return single(getDotProductBounds(qnn::getValueBounds(input), qnn::getValueBounds(weights), count));
}

OptionalBounds ConvOp::getResultBounds() {
  auto weights = getWeights().getDefiningOp<ConstantOp>();
  if (!weights)
    return getAnyWeightsBounds(getInput(), getWeights(), tensorOf(getWeights()).getDimSize(0));
  return getDotProductBounds(qnn::getValueBounds(getInput()), weights.getValue().getTensor(),
                             /*axis=*/0);
}

OptionalBounds ConvTransposeOp::getResultBounds() {
  RankedTensorType type = tensorOf(getWeights());
  int64_t perGroup = type.getDimSize(1), groups = getGroups();
  auto weights = getWeights().getDefiningOp<ConstantOp>();
  if (!weights)
    return getAnyWeightsBounds(getInput(), getWeights(), perGroup);
  int64_t taps = 1;
  for (int64_t extent : type.getShape().drop_front(2))
    taps *= extent;
  int64_t inputsPerGroup = std::max<int64_t>(type.getDimSize(0) / groups, 1);
  auto outputOf = [=](int64_t i) {
    int64_t output = i / taps % perGroup, input = i / taps / perGroup;
    return input / inputsPerGroup * perGroup + output;
  };
  return getDotProductBounds(qnn::getValueBounds(getInput()), weights.getValue().getTensor(), groups * perGroup,
                             outputOf);
}

OptionalBounds SumPoolOp::getResultBounds() {
  int64_t count = 1;
  for (int64_t extent : getKernel())
    if (llvm::MulOverflow(count, extent, count))
      return std::nullopt;
  return single(getDotProductBounds(qnn::getValueBounds(getInput()), {1, 1}, count));
}

OptionalBounds AddOp::getResultBounds() {
  auto scaled = [](Value value, int64_t multiplier) {
    return getProductBounds(qnn::getValueBounds(value), {multiplier, multiplier});
  };
  std::optional<Bounds> lhs = scaled(getLhs(), getLhsMultiplier());
  std::optional<Bounds> rhs = scaled(getRhs(), getRhsMultiplier());
  return lhs && rhs ? single(getSumBounds(*lhs, *rhs)) : std::nullopt;
}

OptionalBounds MulOp::getResultBounds() {
  return single(getProductBounds(qnn::getValueBounds(getLhs()), qnn::getValueBounds(getRhs())));
}

/// Every sub-space adds one of its rows, or has not been added yet.
OptionalBounds PqOp::getResultBounds() {
  RankedTensorType type = getTables().getType();
  int64_t spaces = type.getDimSize(0), prototypes = type.getDimSize(1), outputs = type.getDimSize(2);
  runtime::Tensor tables = getTables().getTensor();
  std::vector<Bounds> sums(outputs);
  for (int64_t m = 0; m < outputs; ++m)
    for (int64_t s = 0; s < spaces; ++s) {
      Bounds space;
      for (int64_t p = 0; p < prototypes; ++p) {
        int64_t entry = tables.IntegerAt((s * prototypes + p) * outputs + m);
        space = unite(space, {entry, entry});
      }
      if (llvm::AddOverflow(sums[m].low, space.low, sums[m].low) ||
          llvm::AddOverflow(sums[m].high, space.high, sums[m].high) || sums[m].low < -(int64_t{1} << 62) ||
          sums[m].high >= int64_t{1} << 62)
        return std::nullopt;
    }
  return sums;
}
