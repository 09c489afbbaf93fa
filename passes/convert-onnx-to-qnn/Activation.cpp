//===- Activation.cpp - Quantizers with the chain before them -------------===//
#include <cmath>

#include "compiler/evaluator/Evaluator.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/Monotonicity.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Traits.h"
#include "passes/convert-onnx-to-qnn/Converter.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

/// Up to this many levels, comparing floats is cheaper than the quantizer's division.
static constexpr int64_t kMaxFloatThresholds = 15;

std::optional<CodeRange> Converter::getCodeRange(Operation *op) const {
  if (isa<onnx::BipolarQuantOp>(op))
    return CodeRange{DataType::Bipolar(), -1, 2, 1};
  if (auto linear = dyn_cast<onnx::LinearQuantOp>(op)) {
    int64_t low = linear.getLow(), high = linear.getHigh();
    if (low > high || low < INT32_MIN || high > int64_t(UINT32_MAX))
      return std::nullopt;
    return CodeRange{qnn::Bounds{low, high}.narrowestType(), low, 1, high - low};
  }
  if (auto quant = dyn_cast<onnx::QuantOp>(op)) {
    auto bitWidth = constants.find(quant->getOperand(3));
    if (bitWidth == constants.end())
      return std::nullopt;
    bool isSigned = quant.getSigned_() != 0, narrow = quant.getNarrow() != 0;
    int bits = 1; // the widest: elements of fewer bits do not reach all levels
    for (int64_t i = 0; i < bitWidth->second.tensor.size(); ++i)
      bits = std::max(bits, int(bitWidth->second.tensor.DoubleAt(i)));
    if (bits == 1 && isSigned)
      return CodeRange{DataType::Bipolar(), -1, 2, 1};
    DataType type = isSigned ? DataType::Signed(bits) : DataType::Unsigned(bits);
    int64_t low = type.MinValue() + (isSigned && narrow);
    int64_t high = type.MaxValue() - (!isSigned && narrow);
    return CodeRange{type, low, 1, high - low};
  }
  return std::nullopt;
}

Value Converter::createThreshold(Operation *op, Value input, int64_t axis, const Thresholds &thresholds) {
  auto type = RankedTensorType::get(cast<RankedTensorType>(input.getType()).getShape(),
                                    qnn::getCodeType(builder.getContext(), thresholds.codeType));
  return qnn::ThresholdOp::create(builder, op->getLoc(), type, input, axis,
                                  makeConstant(op->getLoc(), "thresholds", thresholds.values), thresholds.directions,
                                  thresholds.low, thresholds.step);
}

/// The scale and zero point of a quantizer as a view without codes.
static runtime::QuantizedView getParameters(Operation *op, const ConstantValues &constants, int64_t rank) {
  auto padded = [&](const Tensor &t) {
    runtime::Shape shape(std::max<int64_t>(rank - t.rank(), 0), 1);
    shape.insert(shape.end(), t.shape().begin(), t.shape().end());
    return t.Reshaped(shape);
  };
  Tensor zero =
      isa<onnx::BipolarQuantOp>(op) ? Tensor::ScalarFloat(0) : constants.find(op->getOperand(2))->second.tensor;
  return {Tensor(), padded(constants.find(op->getOperand(1))->second.tensor), padded(zero)};
}

/// Whether one range serves all elements: bit widths may differ.
static bool hasOneRange(Operation *op, const ConstantValues &constants) {
  if (!isa<onnx::QuantOp>(op))
    return true;
  const Tensor &bits = constants.find(op->getOperand(3))->second.tensor;
  return llvm::all_of(llvm::seq(bits.size()), [&](int64_t i) { return bits.DoubleAt(i) == bits.DoubleAt(0); });
}

/// Records that the result of quantizer `op` is `codes`, with the scale and zero point of `view`. False, with the
/// reason, where these have no integer reading.
bool Converter::setQuantizedResult(Operation *op, Value codes, runtime::QuantizedView view, qnn::Bounds bounds,
                                   std::string &reason) {
  auto type = cast<RankedTensorType>(codes.getType());
  view.codes = Tensor(*data::getDataType(type.getElementType()), runtime::Shape(type.getRank(), 0));
  std::optional<IntegerForm> form = readQuantizedView(view, reason);
  if (!form)
    return false;
  form->codes = codes;
  form->bounds = {bounds};
  forms[op->getResult(0)] = std::move(*form);
  return true;
}

static qnn::Bounds getBounds(const CodeRange &range) { return {range.low, range.low + range.step * range.levels}; }

Value Converter::createThresholds(Operation *op, Value input, int64_t axis, const CodeMap &map) {
  Value sum = createThreshold(op, input, axis, *map.thresholds);
  for (const Thresholds &further : map.furtherThresholds) {
    auto type = cast<RankedTensorType>(sum.getType()).clone(makeWidestType());
    auto next = qnn::AddOp::create(builder, op->getLoc(), type, sum, createThreshold(op, input, axis, further), 1, 1);
    std::vector<qnn::Bounds> bounds;
    std::string reason;
    (void)narrow(next, bounds, reason); // at most 12 bits each
    sum = next;
  }
  return sum;
}

Value Converter::createRequantize(Operation *op, Value input, int64_t axis, const CodeMap &map) {
  std::vector<int64_t> multipliers, offsets;
  for (const AffineFunction &channel : map.affine->channels) {
    multipliers.push_back(channel.multiplier);
    offsets.push_back(channel.offset);
  }
  auto constant = [&](StringRef name, const std::vector<int64_t> &values) {
    return makeConstant(op->getLoc(), name, *Tensor::FromIntegers(DataType::Int64(), {int64_t(values.size())}, values));
  };
  auto type = cast<RankedTensorType>(input.getType()).clone(qnn::getCodeType(builder.getContext(), map.codeType));
  absl::string_view mode = runtime::RoundingModeName(map.affine->mode);
  return qnn::RequantizeOp::create(builder, op->getLoc(), type, input, axis, constant("multipliers", multipliers),
                                   constant("offsets", offsets), map.affine->shift, StringRef(mode.data(), mode.size()),
                                   map.affine->low, map.affine->high);
}

Value Converter::createMap(Operation *op, Value input, int64_t axis, const CodeMap &map) {
  if (map.affine)
    return createRequantize(op, input, axis, map);
  if (map.thresholds)
    input = createThresholds(op, input, axis, map);
  if (!map.table)
    return input;
  auto type = cast<RankedTensorType>(input.getType()).clone(qnn::getCodeType(builder.getContext(), map.codeType));
  return qnn::TableOp::create(builder, op->getLoc(), type, input, axis, map.tableLow,
                              makeConstant(op->getLoc(), "table", *map.table));
}

bool Converter::convertIntegerActivation(Operation *op, Chain chain, const std::optional<CodeRange> &range,
                                         std::string &reason) {
  IntegerForm source = *getForm(chain.source());
  if (!adoptAxis(chain, source)) {
    std::optional<IntegerForm> uniform = toPerTensor(op->getLoc(), source, reason);
    if (!uniform || !adoptAxis(chain, *uniform)) {
      reason = "its parameters vary along another dimension than the scale of its input";
      return false;
    }
    source = std::move(*uniform);
  }
  llvm::Expected<CodeMap> map = findCodeMap(chain, constants, source, range, enumerationLimit);
  if (!map) {
    reason = llvm::toString(map.takeError());
    return false;
  }
  Value codes = createMap(op, source.codes, chain.axis, *map);
  return setQuantizedResult(op, codes, map->view, map->codes, reason);
}

/// Two values of few codes that meet before a quantizer: a table over the pairs.
bool Converter::convertPair(Operation *op, Chain chain, const std::optional<CodeRange> &range, std::string &reason) {
  const IntegerForm &first = *getForm(chain.sources[0]), &second = *getForm(chain.sources[1]);
  if (chain.axis == 0 || !adoptAxis(chain, first) || !adoptAxis(chain, second)) {
    reason = "its parameters vary along another dimension than the scales of its inputs";
    return false;
  }
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  SmallVector<int64_t> shape;
  bool fits = OpTrait::util::getBroadcastedShape(first.getType().getShape(), second.getType().getShape(), shape);
  if (!fits || result.getShape() != ArrayRef(shape)) {
    reason = "its inputs do not broadcast to its shape";
    return false;
  }
  llvm::Expected<PairTable> table = findPairTable(chain, constants, first, second, range);
  if (!table) {
    reason = llvm::toString(table.takeError());
    return false;
  }
  auto index = qnn::AddOp::create(builder, op->getLoc(), RankedTensorType::get(shape, makeWidestType()), first.codes,
                                  second.codes, table->multiplier, 1);
  std::vector<qnn::Bounds> bounds;
  if (!narrow(index, bounds, reason))
    return false;
  Value codes = createMap(op, index, chain.axis, table->map);
  return setQuantizedResult(op, codes, table->map.view, table->map.codes, reason);
}

Value Converter::quantizeByFormula(Operation *op, const CodeRange &range, const runtime::QuantizedView &parameters,
                                   std::string &reason) {
  Value input = getFloat(op->getOperand(0));
  auto shape = cast<RankedTensorType>(input.getType()).getShape();
  auto quantize = [&](const CodeRange &codes, const Tensor &zero, StringRef mode) {
    auto type = RankedTensorType::get(shape, qnn::getCodeType(builder.getContext(), codes.type));
    return qnn::QuantizeOp::create(
        builder, op->getLoc(), type, input, makeConstant(op->getLoc(), "scale", parameters.scale),
        makeConstant(op->getLoc(), "zero_point", zero), codes.low, codes.low + codes.step * codes.levels, mode);
  };
  if (!hasOneRange(op, constants)) {
    reason = "its bit widths differ, and it has more than 256 levels";
    return nullptr;
  }
  if (auto quant = dyn_cast<onnx::QuantOp>(op))
    return quantize(range, parameters.zero_point, quant.getRoundingMode());
  // LinearQuant adds the zero point after rounding: steps first, in a range that serves all zero points.
  runtime::QuantizedView view = parameters;
  view.codes = Tensor(range.type, runtime::Shape(shape.size(), 0));
  std::optional<IntegerForm> grid = readQuantizedView(view, reason);
  if (!grid)
    return nullptr;
  auto [least, most] = std::minmax_element(grid->zeroPoint.begin(), grid->zeroPoint.end());
  CodeRange steps = range;
  steps.low = range.low - *most;
  steps.levels = range.low + range.levels - *least - steps.low;
  steps.type = qnn::Bounds{steps.low, steps.low + steps.levels}.narrowestType();
  Tensor none = Tensor::FromFloats(runtime::Shape(shape.size(), 1), {0.0f});
  Value codes = quantize(steps, none, "ROUND");
  if (*least == 0 && *most == 0)
    return codes;
  // A requantization takes the type of the codes, which a sum with the zero point would not.
  return castCodes(op->getLoc(), codes, range.type, getBounds(range), grid->axis, grid->zeroPoint);
}

/// A quantizer of what lies on its grid, within its codes, gives these codes again.
bool Converter::convertOnGrid(Operation *op, const CodeRange &range, std::string &reason) {
  auto quant = dyn_cast<onnx::QuantOp>(op);
  bool nearest = quant ? quant.getRoundingMode() == "ROUND" : isa<onnx::LinearQuantOp>(op);
  if (!nearest || range.step != 1)
    return false;
  int64_t rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank();
  runtime::QuantizedView view = getParameters(op, constants, rank);
  if (!hasOneRange(op, constants))
    return false; // not all elements have the range
  view.codes = Tensor(range.type, runtime::Shape(rank, 0));
  const IntegerForm *form = getOnGrid(op->getOperand(0), view, getBounds(range));
  if (!form)
    return false;
  qnn::Bounds bounds = qnn::unite(form->bounds);
  Value codes = castCodes(op->getLoc(), form->codes, range.type, bounds);
  return setQuantizedResult(op, codes, std::move(view), bounds, reason);
}

/// A quantizer of a float: by comparing with thresholds where these are few and the chain before it is monotone,
/// else by its own formula.
bool Converter::convertFloatQuantizer(Operation *op, const std::optional<Chain> &chain, const CodeRange &range,
                                      std::string &reason) {
  runtime::QuantizedView parameters =
      getParameters(op, constants, cast<RankedTensorType>(op->getResult(0).getType()).getRank());
  bool compares = !hasOneRange(op, constants);
  if (chain && !getForm(chain->source()) && range.levels >= 1 &&
      range.levels <= (compares ? 255 : kMaxFloatThresholds)) {
    llvm::Expected<Thresholds> thresholds = findFloatThresholds(*chain, constants, range);
    if (thresholds) {
      Value codes = createThreshold(op, chain->source(), chain->axis, *thresholds);
      return setQuantizedResult(op, codes, parameters, getBounds(range), reason);
    }
    llvm::consumeError(thresholds.takeError());
  }
  // One comparison only: BipolarQuant and 1-bit Quant have no formula in qnn.
  Value input = getFloat(op->getOperand(0));
  if (range.type.kind == runtime::TypeKind::kBipolar) {
    std::optional<Chain> single =
        collectChain(op, constants, [&](Value value) { return value == op->getOperand(0); }, chainSteps);
    if (!single) {
      reason = "its parameters vary along more than one dimension";
      return false;
    }
    if (llvm::Expected<Thresholds> thresholds = findFloatThresholds(*single, constants, range))
      return setQuantizedResult(op, createThreshold(op, input, single->axis, *thresholds), parameters, getBounds(range),
                                reason);
    else
      reason = llvm::toString(thresholds.takeError());
    return false;
  }
  Value codes = quantizeByFormula(op, range, parameters, reason);
  return codes && setQuantizedResult(op, codes, parameters, getBounds(range), reason);
}

/// A pointwise operation that keeps the grid of its quantized input, as a ReLU whose zero is a code does, selects
/// codes, and so does the larger of two values on one grid: linear operations behind it still see a quantized value.
bool Converter::convertCodeSelection(Operation *op) {
  if (onnx::isQuantizer(op) || !onnx::isPointwise(op))
    return false;
  auto isSource = [&](Value value) { return getForm(value) != nullptr; };
  // On a finer grid than the model's, this would say less than it does there.
  auto isQuantizedForm = [&](Value value) {
    const IntegerForm *form = getForm(value);
    return form && form->quantized && !form->regridded;
  };
  if (llvm::any_of(op->getOperands(), [&](Value v) { return !constants.contains(v) && !isQuantizedForm(v); }))
    return false;
  std::string reason;
  if (std::optional<Chain> chain = collectChain(op, constants, isSource, chainSteps))
    return convertIntegerActivation(op, *chain, std::nullopt, reason);
  std::optional<Chain> join = collectJoin(op, constants, isSource, chainSteps);
  return join && convertPair(op, *join, std::nullopt, reason);
}

bool Converter::convertActivation(Operation *op, std::string &reason) {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0)
    return false;
  if (convertCodeSelection(op))
    return true;
  if (!onnx::isQuantizer(op) || constants.contains(op->getOperand(0)))
    return false;
  std::optional<CodeRange> range = getCodeRange(op);
  if (range && convertOnGrid(op, *range, reason))
    return true;
  auto isSource = [&](Value value) { return getForm(value) != nullptr; };
  std::optional<Chain> chain = collectChain(op, constants, isSource, chainSteps);
  std::string integerReason;
  if (chain && getForm(chain->source()) && convertIntegerActivation(op, *chain, range, integerReason))
    return true;
  std::optional<Chain> join = collectJoin(op, constants, isSource, chainSteps);
  if (join && llvm::all_of(join->sources, isSource) && convertPair(op, *join, range, integerReason))
    return true;
  // What stands between the integers and this quantizer stays float, and the quantizer says why.
  if (!integerReason.empty()) {
    const Chain &tried = chain && getForm(chain->source()) ? *chain : *join;
    if (tried.operations.size() > 1)
      reasons[tried.operations.front()] = integerReason;
    else
      emitRemark(op->getLoc(), Code::P002)
          << "node '" << onnx::describe(op) << "' quantizes a float: " << integerReason;
  }
  if (!range) {
    reason = "its input is not integers";
    return false;
  }
  return convertFloatQuantizer(op, chain, *range, reason);
}

} // namespace qcompile
