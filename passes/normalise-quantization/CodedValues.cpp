//===- CodedValues.cpp - Integer tensors and the floats they stand for ----===//
#include "passes/normalise-quantization/CodedValues.h"

#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "runtime/reference/quantizer_parameters.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile::normalise {

std::optional<Coding> CodedValues::readCoding(Operation *op, RankedTensorType type, Value scale, Value zeroPoint,
                                              const runtime::Attributes &axis, bool &ok) {
  data::ConstantAttr scaleConstant = getConstant(scale), zeroConstant = getConstant(zeroPoint);
  if (!scaleConstant || (zeroPoint && !zeroConstant)) {
    leave(op, Code::S001,
          scaleConstant ? "its zero point is computed while the model runs"
                        : "its scale is computed while the model runs");
    return std::nullopt;
  }
  auto elements = dyn_cast<IntegerType>(type.getElementType());
  if (!type.hasStaticShape() || !elements || elements.getWidth() > 32 || elements.isSignless() ||
      !scaleConstant.getType().getElementType().isF32())
    return std::nullopt; // float8, floats of other widths, unknown shapes: the conversion says what stays float
  if (failed(checkScale(op, scaleConstant))) {
    ok = false;
    return std::nullopt;
  }
  runtime::Shape shape(type.getShape().begin(), type.getShape().end());
  Tensor zero = zeroConstant ? toFloats(zeroConstant.getTensor()) : Tensor::ScalarFloat(0);
  absl::StatusOr<Tensor> arrangedScale = runtime::ArrangeParameter(axis, scaleConstant.getTensor(), shape, "scales");
  absl::StatusOr<Tensor> arrangedZero = runtime::ArrangeParameter(axis, zero, shape, "zero points");
  for (const auto &parameter : {arrangedScale, arrangedZero})
    if (!parameter.ok()) {
      nodeError(op, Code::I006) << std::string(parameter.status().message());
      ok = false;
      return std::nullopt;
    }
  DataType codes = *data::getDataType(elements);
  return Coding{*arrangedScale, *arrangedZero, codes.MinValue(), codes.MaxValue()};
}

/// The parameter without dimensions of 1 in front.
static Tensor trim(const Tensor &parameter) {
  ArrayRef<int64_t> shape(parameter.shape());
  shape = shape.drop_while([](int64_t extent) { return extent == 1; });
  return parameter.Reshaped(runtime::Shape(shape.begin(), shape.end()));
}

/// The attributes of the Quant that gives the codes from low to high, where there is one.
struct Width {
  int bits;
  bool isSigned, narrow;
};
static std::optional<Width> findWidth(int64_t low, int64_t high) {
  for (int bits = low < 0 ? 2 : 1; bits <= 32; ++bits)
    for (bool narrow : {false, true}) {
      bool isSigned = low < 0;
      int64_t half = int64_t{1} << (bits - 1);
      int64_t least = isSigned ? narrow - half : 0, most = isSigned ? half - 1 : 2 * half - 1 - narrow;
      if (least == low && most == high && low < high)
        return Width{bits, isSigned, narrow};
    }
  return std::nullopt;
}

Value CodedValues::makeQuantizer(Operation *op, Value source, const Coding &coding) {
  OpBuilder builder(op);
  std::string name = onnx::getTensorName(op->getLoc()).str();
  Value scale = makeConstant(builder, op->getLoc(), name + ".scale", trim(coding.scale));
  Value zero = makeConstant(builder, op->getLoc(), name + ".zero_point", trim(coding.zeroPoint));
  bool symmetric = llvm::all_of(coding.zeroPoint.Floats(), [](float z) { return z == 0; });
  std::optional<Width> width = symmetric ? findWidth(coding.low, coding.high) : std::nullopt;
  if (!width) {
    OperationState state(op->getLoc(), onnx::LinearQuantOp::getOperationName(), {source, scale, zero},
                         source.getType());
    state.addAttribute("low", builder.getI64IntegerAttr(coding.low));
    state.addAttribute("high", builder.getI64IntegerAttr(coding.high));
    return builder.create(state)->getResult(0);
  }
  Value bits = makeConstant(builder, op->getLoc(), name + ".bits", Tensor::ScalarFloat(float(width->bits)));
  OperationState state(op->getLoc(), onnx::QuantOp::getOperationName(), {source, scale, zero, bits}, source.getType());
  state.addAttribute("signed_", builder.getI64IntegerAttr(width->isSigned));
  state.addAttribute("narrow", builder.getI64IntegerAttr(width->narrow));
  state.addAttribute("rounding_mode", builder.getStringAttr("ROUND"));
  return builder.create(state)->getResult(0);
}

void CodedValues::rename(Operation *quantizer, Location loc) {
  quantizer->setLoc(loc);
  OpBuilder builder(quantizer);
  std::string name = onnx::getTensorName(loc).str();
  constexpr StringLiteral kSuffixes[] = {".scale", ".zero_point", ".bits"};
  for (unsigned i = 1; i < quantizer->getNumOperands(); ++i)
    quantizer->setOperand(i, makeConstant(builder, loc, name + kSuffixes[i - 1].str(),
                                          getConstant(quantizer->getOperand(i)).getTensor()));
}

void CodedValues::quantize(Operation *op, Value result, Value source, Coding coding) {
  Value real = makeQuantizer(op, source, coding);
  values[result] = {std::move(coding), real, source};
}

Value CodedValues::getReal(Value codes, const Coding &coding) const {
  const Coded *coded = lookup(codes);
  bool same = coded && coded->coding.scale == coding.scale && coded->coding.zeroPoint == coding.zeroPoint;
  return same ? coded->real : Value();
}

/// The parameter as QuantizeLinear takes it: without dimensions, or along one of them, which is `axis` then. Nothing
/// where it changes along several.
static std::optional<Tensor> flatten(const Tensor &parameter, int64_t &axis) {
  int64_t found = -1;
  for (int64_t d = 0; d < parameter.rank(); ++d) {
    if (parameter.shape()[d] == 1)
      continue;
    if (found != -1 || (axis != -1 && axis != d))
      return std::nullopt;
    found = axis = d;
  }
  return parameter.Reshaped(found == -1 ? runtime::Shape{} : runtime::Shape{parameter.size()});
}

void CodedValues::materialise() {
  for (auto &[codes, coded] : values) {
    if (codes.use_empty() || llvm::all_of(codes.getUsers(), [&](Operation *user) { return done.contains(user); }))
      continue;
    int64_t axis = -1;
    std::optional<Tensor> scale = flatten(coded.coding.scale, axis);
    std::optional<Tensor> zero = flatten(coded.coding.zeroPoint, axis);
    if (!scale || !zero || (scale->rank() != zero->rank() && scale->size() * zero->size() != 1))
      continue; // the integers stay as the source computes them
    OpBuilder builder(coded.real.getContext());
    builder.setInsertionPointAfterValue(coded.real);
    Location loc = codes.getLoc();
    auto type = cast<RankedTensorType>(codes.getType());
    DataType codeType = *data::getDataType(type.getElementType());
    absl::StatusOr<Tensor> zeroCodes = Tensor::FromIntegers(codeType, zero->shape(), [&] {
      std::vector<int64_t> list;
      for (float z : zero->Floats())
        list.push_back(int64_t(z));
      return list;
    }());
    if (!zeroCodes.ok())
      continue;
    std::string name = onnx::getTensorName(loc).str();
    Value scaleValue = makeConstant(builder, loc, name + ".scale", *scale);
    Value zeroValue = makeConstant(builder, loc, name + ".zero_point", *zeroCodes);
    OperationState state(loc, onnx::QuantizeLinearOp::getOperationName(), {coded.real, scaleValue, zeroValue}, type);
    if (axis != -1)
      state.addAttribute("axis", builder.getI64IntegerAttr(axis));
    Value fresh = builder.create(state)->getResult(0);
    codes.replaceUsesWithIf(fresh, [&](OpOperand &use) { return !done.contains(use.getOwner()); });
  }
}

} // namespace qcompile::normalise
