//===- Emit.cpp - Operations that several conversions need ----------------===//
#include "passes/convert-onnx-to-qnn/Converter.h"

#include "dialects/data/ElementStorage.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

/// The widest accumulator (design: 48 bits), and the type that a sum has until its bounds are known.
static constexpr int64_t kAccumulatorLimit = int64_t{1} << 47;

Type Converter::makeWidestType() { return builder.getIntegerType(64, /*isSigned=*/true); }

Value Converter::makeCodes(Location loc, const Tensor &codes) {
  data::ConstantAttr constant = makeConstant(loc, "codes", codes);
  return qnn::ConstantOp::create(builder, loc, constant.getType(), constant);
}

Value Converter::makeIntegers(Location loc, const runtime::Shape &shape, const std::vector<int64_t> &values) {
  auto [low, high] = std::minmax_element(values.begin(), values.end());
  return makeCodes(loc, *Tensor::FromIntegers(qnn::Bounds{*low, *high}.narrowestType(), shape, values));
}

Value Converter::makePerChannel(Location loc, RankedTensorType type, int64_t axis, const std::vector<int64_t> &values) {
  runtime::Shape shape(type.getRank(), 1);
  if (values.size() > 1)
    shape[axis] = values.size();
  return makeIntegers(loc, shape, values);
}

static Tensor makeList(const std::vector<int64_t> &values) {
  return *Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(values.size())}, values);
}

bool Converter::narrow(qnn::BoundsOpInterface sum, std::vector<qnn::Bounds> &bounds, std::string &reason) {
  std::optional<std::vector<qnn::Bounds>> found = sum.getResultBounds();
  qnn::Bounds all = found ? qnn::unite(*found) : qnn::Bounds{};
  if (!found || all.low < -kAccumulatorLimit || all.high >= kAccumulatorLimit) {
    reason = "its accumulator needs more than 48 bits";
    return false;
  }
  auto type = cast<RankedTensorType>(sum->getResult(0).getType());
  sum->getResult(0).setType(type.clone(qnn::getCodeType(builder.getContext(), all.narrowestType())));
  bounds = std::move(*found);
  return true;
}

bool Converter::accumulate(Operation *op, qnn::BoundsOpInterface sum, IntegerForm form, std::string &reason) {
  if (!narrow(sum, form.bounds, reason))
    return false;
  form.codes = sum->getResult(0);
  forms[op->getResult(0)] = std::move(form);
  return true;
}

Type Converter::uniteTypes(ArrayRef<Type> types) {
  if (llvm::all_equal(types))
    return types.front();
  SmallVector<qnn::Bounds> bounds;
  for (Type type : types)
    bounds.push_back(qnn::getTypeBounds(type));
  return qnn::getCodeType(builder.getContext(), qnn::unite(bounds).narrowestType());
}

Value Converter::center(Location loc, const IntegerForm &form) {
  if (llvm::all_of(form.zeroPoint, [](int64_t z) { return z == 0; }))
    return form.codes;
  RankedTensorType type = form.getType();
  auto sum = qnn::AddOp::create(builder, loc, type.clone(makeWidestType()), form.codes,
                                makePerChannel(loc, type, form.axis, form.zeroPoint), 1, -1);
  // Codes and zero points have at most 32 bits.
  std::vector<qnn::Bounds> bounds;
  std::string reason;
  (void)narrow(sum, bounds, reason);
  return sum;
}

Value Converter::multiply(Location loc, Value value, int64_t axis, const std::vector<int64_t> &factors) {
  RankedTensorType type = tensorOf(value);
  return qnn::MulOp::create(builder, loc, type.clone(makeWidestType()), value,
                            makePerChannel(loc, type, axis, factors));
}

Value Converter::pad(Location loc, Value codes, int64_t axis, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                     const std::vector<int64_t> &values) {
  auto type = cast<RankedTensorType>(codes.getType());
  SmallVector<int64_t> shape(type.getShape()), before, after, offsets;
  bool pads = false, crops = false;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    before.push_back(std::max<int64_t>(low[d], 0));
    after.push_back(std::max<int64_t>(high[d], 0));
    offsets.push_back(std::max<int64_t>(-low[d], 0));
    shape[d] += before[d] + after[d];
    pads |= before[d] > 0 || after[d] > 0;
    crops |= low[d] < 0 || high[d] < 0;
  }
  Value out = codes;
  if (pads) {
    SmallVector<Type> types = {type.getElementType()};
    runtime::DataType element = *data::getDataType(type.getElementType());
    for (int64_t value : values)
      if (!element.Contains(value))
        types.push_back(qnn::getCodeType(builder.getContext(), qnn::Bounds{value, value}.narrowestType()));
    out = qnn::PadOp::create(builder, loc, RankedTensorType::get(shape, uniteTypes(types)), out, axis, before, after,
                             makeConstant(loc, "padding", makeList(values)));
  }
  if (!crops)
    return out;
  for (int64_t d = 0; d < type.getRank(); ++d)
    shape[d] += std::min<int64_t>(low[d], 0) + std::min<int64_t>(high[d], 0);
  SmallVector<int64_t> steps(type.getRank(), 1);
  auto padded = cast<RankedTensorType>(out.getType());
  return qnn::SliceOp::create(builder, loc, RankedTensorType::get(shape, padded.getElementType()), out, offsets, steps);
}

std::optional<IntegerForm> Converter::toPerTensor(Location loc, const IntegerForm &form, std::string &reason) {
  IntegerForm out = form;
  out.bounds = {qnn::unite(form.bounds)};
  if (form.pending && form.pending->chain.channels > 1) {
    reason = "the operations before it differ by channel";
    return std::nullopt;
  }
  if (form.isPerTensor())
    return out;
  std::optional<CommonUnit> unit = findCommonUnit(form.scale);
  if (!unit || form.bias.size() > 1) {
    reason = unit ? "its input has a bias per channel" : "the scales of its input have no common unit within 40 bits";
    return std::nullopt;
  }
  out.codes = multiply(loc, center(loc, form), form.axis, unit->multipliers);
  if (!narrow(out.codes.getDefiningOp<qnn::BoundsOpInterface>(), out.bounds, reason)) {
    reason = "the scales of its input need more than 48 bits on a common unit";
    return std::nullopt;
  }
  out.regridded = true;
  out.scale = {unit->unit};
  out.zeroPoint = {0};
  return out;
}

std::optional<IntegerForm> Converter::alongAxis(Location loc, const IntegerForm &form, int64_t axis,
                                                std::string &reason) {
  if (form.axis == axis || !form.varies())
    return form;
  return toPerTensor(loc, form, reason);
}

std::optional<IntegerForm> Converter::getFormBehind(Value value) {
  if (const IntegerForm *form = getForm(value))
    return *form;
  std::optional<Chain> chain =
      collectPending(value, constants, [&](Value v) { return getForm(v) != nullptr; }, chainSteps);
  if (!chain)
    return std::nullopt;
  IntegerForm form = *getForm(chain->source());
  if (form.pending || !adoptAxis(*chain, form) || chain->axis == 0)
    return std::nullopt;
  form.axis = chain->axis;
  form.pending = makePending(std::move(*chain), constants, form.quantized);
  form.quantized = false;
  return form;
}

std::optional<IntegerForm> Converter::getQuantizedForm(Value value) {
  if (const IntegerForm *form = getForm(value))
    return form->quantized ? std::optional(*form) : std::nullopt;
  auto constant = constants.find(value);
  if (constant == constants.end() || !constant->second.quantized)
    return std::nullopt;
  std::string reason;
  std::optional<IntegerForm> form = readQuantizedView(*constant->second.quantized, reason);
  if (form)
    form->codes = makeCodes(value.getLoc(), constant->second.quantized->codes);
  return form;
}

} // namespace qcompile
