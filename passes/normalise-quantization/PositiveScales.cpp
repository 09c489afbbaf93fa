//===- PositiveScales.cpp - Constants of negative scales ------------------===//
#include "passes/normalise-quantization/PositiveScales.h"

#include <cmath>

#include "runtime/reference/broadcast.h"
#include "runtime/reference/positive_scales.h"
#include "runtime/reference/quantizer_parameters.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile::normalise {

static bool needsChange(const Tensor &scales) {
  auto finite = [](float s) { return std::isfinite(s); };
  return llvm::all_of(scales.Floats(), finite) && llvm::any_of(scales.Floats(), [](float s) { return s <= 0; });
}

/// For every code the place of its scale.
static std::optional<std::vector<int64_t>> findParameters(const CodedConstant &constant,
                                                          const runtime::Attributes &axis) {
  std::vector<int64_t> places(constant.scales.size());
  for (auto [i, place] : llvm::enumerate(places))
    place = int64_t(i);
  Tensor indices = *Tensor::FromIntegers(DataType::Int64(), constant.scales.shape(), places);
  absl::StatusOr<Tensor> arranged = runtime::ArrangeParameter(axis, indices, constant.codes.shape(), "scales");
  if (!arranged.ok())
    return std::nullopt;
  runtime::BroadcastIndex index(arranged->shape(), constant.codes.shape());
  std::vector<int64_t> out(constant.codes.size());
  for (auto [i, parameter] : llvm::enumerate(out))
    parameter = arranged->IntegerAt(index(int64_t(i)));
  return out;
}

std::vector<int> makeScalesPositive(CodedConstant &constant, const runtime::Attributes &axis) {
  if (!needsChange(constant.scales))
    return {};
  std::optional<std::vector<int64_t>> parameters = findParameters(constant, axis);
  std::vector<int64_t> zeroPoints = constant.zeroPoints.ToIntegers();
  if (zeroPoints.size() == 1)
    zeroPoints.resize(constant.scales.size(), zeroPoints[0]);
  if (!parameters || int64_t(zeroPoints.size()) != constant.scales.size())
    return {}; // parameters of a wrong shape, which are refused as such
  runtime::LinearCodes codes{constant.codes.type(),
                             constant.codes.ToIntegers(),
                             std::move(*parameters),
                             {constant.scales.Floats().begin(), constant.scales.Floats().end()},
                             std::move(zeroPoints)};
  std::vector<int> signs = runtime::MakeScalesPositive(codes);
  constant.codes = *Tensor::FromIntegers(codes.type, constant.codes.shape(), codes.codes);
  constant.scales = Tensor::FromFloats(constant.scales.shape(), codes.scales);
  constant.zeroPoints = *Tensor::FromIntegers(codes.type, constant.scales.shape(), codes.zero_points);
  return signs;
}

/// The bias of products whose factors have turned around; null where there is none.
static data::ConstantAttr turnBias(data::ConstantAttr bias, ArrayRef<int> signs) {
  if (!bias || bias.getTensor().type() != DataType::Signed(32))
    return nullptr;
  std::vector<int64_t> codes = bias.getTensor().ToIntegers();
  for (auto [i, code] : llvm::enumerate(codes))
    code *= signs.size() == 1 ? signs[0] : i < signs.size() ? signs[i] : 1;
  // The least code of 32 bits has no negative.
  absl::StatusOr<Tensor> turned = Tensor::FromIntegers(DataType::Signed(32), bias.getTensor().shape(), codes);
  return turned.ok() ? data::ConstantAttr::get(bias.getContext(), bias.getName(), *turned) : nullptr;
}

void makeScalesPositive(Operation *op, unsigned first, const runtime::Attributes &axis, std::optional<unsigned> bias) {
  auto operand = [&](unsigned i) { return i < op->getNumOperands() ? op->getOperand(i) : Value(); };
  data::ConstantAttr codes = getConstant(operand(first)), scales = getConstant(operand(first + 1)),
                     zeroPoints = getConstant(operand(first + 2));
  if (!codes || !isa<IntegerType>(codes.getType().getElementType()) || !scales ||
      !scales.getType().getElementType().isF32() || (operand(first + 2) && !zeroPoints) ||
      !needsChange(scales.getTensor()))
    return;
  CodedConstant constant{codes.getTensor(), scales.getTensor(),
                         zeroPoints ? zeroPoints.getTensor() : Tensor(codes.getTensor().type(), {})};
  std::vector<int> signs = makeScalesPositive(constant, axis);
  if (signs.empty())
    return;
  bool hasBias = bias && operand(*bias);
  data::ConstantAttr turned = hasBias ? turnBias(getConstant(operand(*bias)), signs) : nullptr;
  if (hasBias && !turned)
    return;
  OpBuilder builder(op);
  auto make = [&](StringRef name, const Tensor &tensor) { return makeConstant(builder, op->getLoc(), name, tensor); };
  op->setOperand(first, make(codes.getName(), constant.codes));
  op->setOperand(first + 1, make(scales.getName(), constant.scales));
  Value zeros = make(zeroPoints ? zeroPoints.getName() : StringRef("zero_points"), constant.zeroPoints);
  if (operand(first + 2))
    op->setOperand(first + 2, zeros);
  else if (llvm::any_of(constant.zeroPoints.ToIntegers(), [](int64_t z) { return z != 0; }))
    op->insertOperands(first + 2, zeros);
  if (turned)
    op->setOperand(*bias, make(turned.getName(), turned.getTensor()));
}

} // namespace qcompile::normalise
