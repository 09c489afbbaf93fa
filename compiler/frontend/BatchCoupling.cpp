//===- BatchCoupling.cpp - What computes across samples -------------------===//
#include "compiler/frontend/BatchCoupling.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/frontend/export/ValueNames.h"
#include "dialects/data/DataDialect.h"
#include "dialects/onnx/Monotonicity.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile::frontend {

namespace {

/// Where the samples of a value lie.
class Samples {
public:
  static Samples none() { return Samples(kNone); }       ///< a value that is the same for all samples
  static Samples unknown() { return Samples(kUnknown); } ///< not followed any further
  static Samples along(int64_t axis) { return Samples(axis); }

  bool isNone() const { return axis == kNone; }
  bool isKnown() const { return axis >= 0; }
  bool liesAlong(int64_t other) const { return isKnown() && axis == other; }
  int64_t getAxis() const { return axis; }
  bool operator==(const Samples &) const = default;

private:
  static constexpr int64_t kNone = -1, kUnknown = -2;
  explicit Samples(int64_t axis) : axis(axis) {}
  int64_t axis;
};

/// What an operation does with samples: nothing in the place of where they lie afterwards if it computes across them.
using Flow = std::optional<Samples>;
constexpr std::nullopt_t kAcross = std::nullopt;

/// One operation, with where the samples of its operands lie.
class FlowOfOperation {
public:
  FlowOfOperation(Operation *op, SmallVector<Value> operands, SmallVector<Samples> samples, bool isFree)
      : op(op), operands(std::move(operands)), samples(std::move(samples)), isFree(isFree) {}

  Flow get() const;

private:
  using Rule = Flow (FlowOfOperation::*)() const;
  static const llvm::StringMap<Rule> &getRules();

  Flow pointwise() const;
  Flow spatial() const { return at(0).liesAlong(0) && othersAreNone() ? at(0) : Samples::unknown(); }
  Flow alongAxis() const;
  Flow fromAxis() const;
  Flow reduce() const;
  Flow cumulate() const;
  Flow concat() const;
  Flow gather() const;
  Flow slice() const;
  Flow matmul() const;
  Flow gemm() const;
  Flow transpose() const;
  Flow flatten() const;
  Flow reshape() const;
  Flow pad() const;
  Flow resize() const;
  Flow triangle() const;
  Flow einsum() const;
  Flow squeeze() const;
  Flow unsqueeze() const;
  Flow recurrent() const;
  Flow keepsFirst() const { return at(0); }
  Flow wholeTensor() const { return at(0).isKnown() ? kAcross : Flow(at(0)); }

  Samples at(size_t i) const { return i < samples.size() ? samples[i] : Samples::none(); }
  bool othersAreNone() const {
    return llvm::all_of(ArrayRef(samples).drop_front(), [](Samples s) { return s.isNone(); });
  }
  /// Negative where it is not known.
  int64_t rank(size_t i) const {
    auto type = i < operands.size() && operands[i] ? dyn_cast<RankedTensorType>(operands[i].getType()) : nullptr;
    return type ? type.getRank() : -1;
  }
  int64_t resultRank() const {
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    return type ? type.getRank() : -1;
  }
  int64_t attribute(StringRef name, int64_t otherwise) const {
    auto value = op->getAttrOfType<IntegerAttr>(name);
    return value ? value.getInt() : otherwise;
  }
  /// Integers of a constant operand; nothing where it is absent or no constant.
  std::optional<SmallVector<int64_t>> integers(size_t i) const {
    Operation *producer = i < operands.size() && operands[i] ? operands[i].getDefiningOp() : nullptr;
    if (auto list = producer ? producer->getAttrOfType<DenseI64ArrayAttr>("value_ints") : nullptr)
      return llvm::to_vector(list.asArrayRef());
    data::ConstantAttr constant = producer ? getHeldConstant(producer) : nullptr;
    if (!constant || !constant.getTensor().type().IsInteger())
      return std::nullopt;
    SmallVector<int64_t> out;
    for (int64_t e = 0; e < constant.size(); ++e)
      out.push_back(constant.getTensor().IntegerAt(e));
    return out;
  }
  bool isAbsent(size_t i) const { return i >= operands.size() || !operands[i]; }
  int64_t normalized(int64_t axis, int64_t rank) const { return axis < 0 ? axis + rank : axis; }

  Operation *op;
  SmallVector<Value> operands;
  SmallVector<Samples> samples;
  bool isFree;
};

} // namespace

/// Dimensions are matched from the last one on.
Flow FlowOfOperation::pointwise() const {
  Samples out = Samples::none();
  const int64_t rankOut = resultRank();
  for (size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].isNone())
      continue;
    if (!samples[i].isKnown() || rankOut < 0 || rank(i) < 0)
      return Samples::unknown();
    Samples here = Samples::along(samples[i].getAxis() + rankOut - rank(i));
    if (out.isKnown() && out != here)
      return kAcross; // every sample of one operand meets every one of the other
    out = here;
  }
  return out;
}

/// Softmax and others that compute along an axis and keep the shape.
Flow FlowOfOperation::alongAxis() const {
  static const llvm::StringSet<> first = {"Concat", "Split", "ArgMax", "ArgMin"};
  const int64_t otherwise = first.contains(op->getName().stripDialect()) ? 0 : -1;
  return at(0).liesAlong(normalized(attribute("axis", otherwise), rank(0))) ? kAcross : Flow(at(0));
}

/// Layer normalization and others that compute along all axes from one on.
Flow FlowOfOperation::fromAxis() const {
  return at(0).isKnown() && at(0).getAxis() >= normalized(attribute("axis", -1), rank(0)) ? kAcross : Flow(at(0));
}

Flow FlowOfOperation::reduce() const {
  const StringRef name = op->getName().stripDialect();
  const int64_t n = rank(0);
  SmallVector<int64_t> axes;
  if (name == "ArgMax" || name == "ArgMin") {
    axes = {attribute("axis", 0)};
  } else if (isAbsent(1)) {
    if (attribute("noop_with_empty_axes", 0))
      return at(0);
    llvm::append_range(axes, llvm::seq<int64_t>(0, n));
  } else if (auto known = integers(1)) {
    axes = *known;
  } else {
    return Samples::unknown();
  }
  int64_t before = 0;
  for (int64_t axis : axes) {
    axis = normalized(axis, n);
    if (at(0).liesAlong(axis))
      return kAcross;
    before += axis < at(0).getAxis();
  }
  return attribute("keepdims", 1) || !at(0).isKnown() ? at(0) : Samples::along(at(0).getAxis() - before);
}

Flow FlowOfOperation::cumulate() const {
  auto axis = integers(1);
  if (!axis || axis->size() != 1)
    return Samples::unknown();
  return at(0).liesAlong(normalized(axis->front(), rank(0))) ? kAcross : Flow(at(0));
}

Flow FlowOfOperation::concat() const {
  Flow joined = pointwise();
  return joined && joined->liesAlong(normalized(attribute("axis", 0), resultRank())) ? kAcross : joined;
}

Flow FlowOfOperation::gather() const {
  const int64_t axis = normalized(attribute("axis", 0), rank(0));
  if (at(0).isNone() && at(1).isKnown()) // a table looked up
    return Samples::along(axis + at(1).getAxis());
  if (!at(0).isKnown() || !at(1).isNone() || rank(1) < 0)
    return Samples::unknown();
  if (at(0).liesAlong(axis))
    return kAcross;
  return Samples::along(at(0).getAxis() + (at(0).getAxis() > axis ? rank(1) - 1 : 0));
}

/// A slice from 0 to "the end" takes all samples, however many there are; any other picks some.
Flow FlowOfOperation::slice() const {
  constexpr int64_t kTheEnd = INT32_MAX;
  auto starts = integers(1), ends = integers(2), axes = integers(3), steps = integers(4);
  if (!starts || !ends || (!axes && !isAbsent(3)) || (!steps && !isAbsent(4)))
    return Samples::unknown();
  for (size_t i = 0; i < starts->size() && i < ends->size(); ++i) {
    const int64_t axis = axes && i < axes->size() ? normalized((*axes)[i], rank(0)) : int64_t(i);
    const bool everything = (*starts)[i] == 0 && (*ends)[i] >= kTheEnd && (!steps || (*steps)[i] == 1);
    if (at(0).liesAlong(axis) && !everything)
      return kAcross;
  }
  return at(0);
}

/// Of [..., i, k] and [..., k, j], dimension k is summed over.
Flow FlowOfOperation::matmul() const {
  const int64_t a = rank(0), b = rank(1), out = resultRank();
  if (a < 2 || b < 2 || out < 2)
    return Samples::unknown();
  if (at(0).liesAlong(a - 1) || at(1).liesAlong(b - 2))
    return kAcross;
  return pointwise(); // the other dimensions lie as those of equal rank do; rows and columns meet each other
}

Flow FlowOfOperation::gemm() const {
  const int64_t sumA = attribute("transA", 0) ? 0 : 1, sumB = attribute("transB", 0) ? 1 : 0;
  if (at(0).liesAlong(sumA) || at(1).liesAlong(sumB) || (at(0).isKnown() && at(1).isKnown()))
    return kAcross;
  if (at(0).isKnown())
    return Samples::along(0);
  return at(1).isKnown() ? Samples::along(1) : at(0);
}

Flow FlowOfOperation::transpose() const {
  auto permutation = op->getAttrOfType<DenseI64ArrayAttr>("perm");
  if (!at(0).isKnown() || rank(0) < 0)
    return at(0);
  if (!permutation)
    return Samples::along(rank(0) - 1 - at(0).getAxis());
  auto found = llvm::find(permutation.asArrayRef(), at(0).getAxis());
  return found == permutation.asArrayRef().end() ? Samples::unknown()
                                                 : Samples::along(found - permutation.asArrayRef().begin());
}

/// The dimensions before an axis become one, those from it on the other.
Flow FlowOfOperation::flatten() const {
  if (!at(0).isKnown())
    return at(0);
  return Samples::along(at(0).getAxis() < normalized(attribute("axis", 1), rank(0)) ? 0 : 1);
}

/// Samples that come first still do, as a dimension or the slow part of one.
Flow FlowOfOperation::reshape() const {
  auto from = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto to = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!at(0).liesAlong(0) || !from || !to || to.getRank() == 0)
    return at(0).isNone() ? at(0) : Samples::unknown();
  auto target = integers(1);
  // 0 copies the number of samples, and so does what a model computes, as a rule. The 1 of a model of one sample may be
  // meant.
  const bool mayBeNumber = !isFree && (from.getDimSize(0) == 1 || from.getDimSize(0) == to.getDimSize(0));
  if (mayBeNumber || !target || target->empty() || (target->front() == 0 && !attribute("allowzero", 0)))
    return from.getDimSize(0) == to.getDimSize(0) ? at(0) : Samples::unknown();
  // Samples are the slow part of the first dimension that is not 1: the one without a number grows with them.
  for (auto [axis, extent] : llvm::enumerate(*target)) {
    if (extent == -1)
      return Samples::along(int64_t(axis));
    if (extent != 1)
      break;
  }
  return Samples::unknown();
}

/// "bi,bj->bij": along the letter of the samples, if the result has it; else it is summed over.
Flow FlowOfOperation::einsum() const {
  auto text = op->getAttrOfType<StringAttr>("equation");
  std::string equation = text ? text.getValue().str() : "";
  llvm::erase(equation, ' ');
  auto [left, right] = StringRef(equation).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (right.empty() || StringRef(equation).contains('.') || terms.size() != samples.size())
    return Samples::unknown();
  Samples out = Samples::none();
  for (size_t i = 0; i < terms.size(); ++i) {
    if (samples[i].isNone())
      continue;
    if (!samples[i].isKnown() || samples[i].getAxis() >= int64_t(terms[i].size()))
      return Samples::unknown();
    const size_t place = right.find(terms[i][size_t(samples[i].getAxis())]);
    if (place == StringRef::npos || (out.isKnown() && !out.liesAlong(int64_t(place))))
      return kAcross;
    out = Samples::along(int64_t(place));
  }
  return out;
}

/// What is put in front of the samples, or behind them, is no sample.
Flow FlowOfOperation::pad() const {
  auto pads = integers(1), axes = integers(3);
  if (!at(0).isKnown())
    return at(0);
  if (!pads || (!axes && !isAbsent(3)))
    return Samples::unknown();
  const size_t n = pads->size() / 2;
  for (size_t i = 0; i < n; ++i)
    if (at(0).liesAlong(axes && i < axes->size() ? normalized((*axes)[i], rank(0)) : int64_t(i)) &&
        ((*pads)[i] || (*pads)[n + i]))
      return kAcross;
  return at(0);
}

/// Other samples between the samples, unless these keep their scale of 1.
Flow FlowOfOperation::resize() const {
  const size_t place = op->getName().stripDialect() == "Upsample" ? 1 : 2;
  Operation *producer = isAbsent(place) ? nullptr : operands[place].getDefiningOp();
  data::ConstantAttr scales = producer ? getHeldConstant(producer) : nullptr;
  if (!at(0).isKnown())
    return at(0);
  auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes");
  int64_t entry = at(0).getAxis();
  if (axes) {
    auto found =
        llvm::find_if(axes.asArrayRef(), [&](int64_t axis) { return at(0).liesAlong(normalized(axis, rank(0))); });
    if (found == axes.asArrayRef().end())
      return at(0);
    entry = found - axes.asArrayRef().begin();
  }
  if (!scales || entry >= scales.size()) {
    auto sizes = integers(3);
    auto from = dyn_cast<RankedTensorType>(operands[0].getType());
    if (!sizes || entry >= int64_t(sizes->size()) || !from)
      return Samples::unknown();
    if ((*sizes)[size_t(entry)] != from.getDimSize(at(0).getAxis()))
      return kAcross;
    return isFree ? Samples::unknown() : at(0);
  }
  return scales.getTensor().DoubleAt(entry) == 1 ? Flow(at(0)) : kAcross;
}

/// Of the last two dimensions, what is kept depends on where it stands.
Flow FlowOfOperation::triangle() const {
  return at(0).isKnown() && at(0).getAxis() >= rank(0) - 2 ? kAcross : Flow(at(0));
}

Flow FlowOfOperation::squeeze() const {
  auto axes = integers(1);
  if (!axes || !at(0).isKnown())
    return at(0).isNone() ? at(0) : Samples::unknown();
  int64_t before = 0;
  for (int64_t axis : *axes) {
    axis = normalized(axis, rank(0));
    if (at(0).liesAlong(axis))
      return Samples::unknown(); // possible with one sample only
    before += axis < at(0).getAxis();
  }
  return Samples::along(at(0).getAxis() - before);
}

Flow FlowOfOperation::unsqueeze() const {
  auto axes = integers(1);
  if (!axes || !at(0).isKnown() || resultRank() < 0)
    return at(0).isNone() ? at(0) : Samples::unknown();
  llvm::SmallSet<int64_t, 4> added;
  for (int64_t axis : *axes)
    added.insert(normalized(axis, resultRank()));
  int64_t seen = 0;
  for (int64_t axis = 0; axis < resultRank(); ++axis)
    if (!added.contains(axis) && seen++ == at(0).getAxis())
      return Samples::along(axis);
  return Samples::unknown();
}

/// Sequences lie along the first dimension, samples along the second, or with `layout` the other way round.
Flow FlowOfOperation::recurrent() const {
  return at(0).liesAlong(attribute("layout", 0) ? 1 : 0) ? kAcross : Flow(Samples::unknown());
}

const llvm::StringMap<FlowOfOperation::Rule> &FlowOfOperation::getRules() {
  using F = FlowOfOperation;
  static const llvm::StringMap<Rule> rules = [] {
    llvm::StringMap<Rule> out;
    auto add = [&](Rule rule, std::initializer_list<StringRef> names) {
      for (StringRef name : names)
        out[name] = rule;
    };
    add(&F::pointwise, {"And",     "BitShift",       "BitwiseAnd", "BitwiseNot",  "BitwiseOr", "BitwiseXor", "Equal",
                        "Greater", "GreaterOrEqual", "Less",       "LessOrEqual", "Mean",      "Mod",        "Not",
                        "Or",      "QLinearAdd",     "QLinearMul", "Sum",         "Xor",       "Expand"});
    add(&F::keepsFirst, {"Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cast", "CastLike", "Cosh",
                         "DequantizeLinear", "FloatQuant", "IntQuant", "IsInf", "IsNaN", "QLinearLeakyRelu",
                         "QLinearSigmoid", "QuantizeLinear", "Sinh", "Tan"});
    add(&F::pad, {"Pad"});
    add(&F::resize, {"Resize", "Upsample"});
    add(&F::triangle, {"Trilu"});
    add(&F::spatial,
        {"AveragePool", "BatchNormalization", "Conv", "ConvInteger", "ConvTranspose", "DeformConv", "DepthToSpace",
         "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "GroupNormalization", "InstanceNormalization", "LRN",
         "LpPool", "MaxPool", "QLinearConv", "QLinearGlobalAveragePool", "SpaceToDepth"});
    add(&F::alongAxis, {"Hardmax", "LogSoftmax", "LpNormalization", "Softmax", "Split", "TopK"});
    add(&F::fromAxis, {"LayerNormalization", "RMSNormalization"});
    add(&F::reduce, {"ArgMax", "ArgMin", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax",
                     "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"});
    add(&F::cumulate, {"CumSum", "CumProd"});
    add(&F::concat, {"Concat"});
    add(&F::gather, {"Gather"});
    add(&F::slice, {"Slice"});
    add(&F::matmul, {"MatMul", "MatMulInteger"});
    add(&F::gemm, {"Gemm"});
    add(&F::transpose, {"Transpose"});
    add(&F::flatten, {"Flatten"});
    add(&F::reshape, {"Reshape"});
    add(&F::einsum, {"Einsum"});
    add(&F::squeeze, {"Squeeze"});
    add(&F::unsqueeze, {"Unsqueeze"});
    add(&F::recurrent, {"GRU", "LSTM", "RNN"});
    add(&F::wholeTensor, {"EyeLike", "DynamicQuantizeLinear", "NonZero", "Unique"});
    return out;
  }();
  return rules;
}

Flow FlowOfOperation::get() const {
  if (llvm::all_of(samples, [](Samples s) { return s.isNone(); }))
    return Samples::none();
  if (op->getName().getDialectNamespace() != "onnx" || op->getName().getStringRef().contains("channels_last"))
    return Samples::unknown();
  auto rule = getRules().find(op->getName().stripDialect());
  if (rule != getRules().end())
    return (this->*rule->second)();
  return qcompile::onnx::isPointwise(op) ? pointwise() : Samples::unknown();
}

BatchCoupling findBatchCoupling(func::FuncOp function, ArrayRef<BlockArgument> inputs, bool isFree) {
  BatchCoupling out;
  DenseMap<Value, Samples> samples;
  for (BlockArgument input : inputs) {
    auto type = dyn_cast<RankedTensorType>(input.getType());
    if (type && type.getRank() > 0)
      samples.try_emplace(input, Samples::along(0));
  }
  for (Operation &op : function.front().without_terminator()) {
    SmallVector<Value> operands = getFormalOperands(&op);
    SmallVector<Samples> known;
    for (Value operand : operands) {
      auto found = operand ? samples.find(operand) : samples.end();
      known.push_back(found == samples.end() ? Samples::none() : found->second);
    }
    if (op.getNumResults() == 0)
      continue;
    Flow flow = FlowOfOperation(&op, std::move(operands), std::move(known), isFree).get();
    if (!flow) {
      out.across = &op;
      return out;
    }
    if (!flow->isKnown() && !flow->isNone() && !out.lost)
      out.lost = &op;
    for (Value result : op.getResults())
      samples.try_emplace(result, *flow);
  }
  return out;
}

} // namespace qcompile::frontend
