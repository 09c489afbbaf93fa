//===- SelectRequantization.cpp - Thresholds as multiplications -----------===//
#include "passes/select-requantization/SelectRequantization.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/rewriting/ElementTypes.h"
#include "passes/select-requantization/AffineSearch.h"
#include "passes/select-requantization/ChannelBounds.h"
#include "llvm/ADT/bit.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_SELECTREQUANTIZATION
#include "passes/select-requantization/SelectRequantization.h.inc"

namespace {

/// Bits of a two's complement number that holds all multipliers.
int64_t getMultiplierBits(const AffineForm &form) {
  qnn::Bounds bounds;
  for (const AffineFunction &channel : form.channels)
    bounds = qnn::unite(bounds, {channel.multiplier, channel.multiplier});
  return bounds.narrowestType().bits;
}

struct SelectRequantizationPass : impl::SelectRequantizationBase<SelectRequantizationPass> {
  using SelectRequantizationBase::SelectRequantizationBase;

  void runOnOperation() override {
    getOperation().walk([&](qnn::ThresholdOp op) { select(op); });
    if (layers == 0)
      return;
    InFlightDiagnostic summary = emitRemark(getOperation().getLoc(), Code::P007);
    summary << "layers of '" << getOperation().getName() << "' with " << int64_t(minLevels)
            << " or more thresholds: " << multiplied << " of " << layers << " multiply and shift";
    if (multiplied > 0)
      summary << " (multipliers of at most " << mostMultiplierBits << " bits, shifts of at most " << mostShift << ")";
    summary << ", " << looked << " look up a table, " << layers - multiplied - looked << " keep their thresholds";
  }

private:
  void select(qnn::ThresholdOp op) {
    RankedTensorType thresholds = op.getThresholds().getType(), input = tensorOf(op.getInput());
    if (input.getElementType().isF32() || thresholds.getDimSize(1) < minLevels || input.getRank() == 0 ||
        input.isDynamicDim(op.getAxis()))
      return;
    ++layers;
    std::vector<qnn::Bounds> ranges = getChannelBounds(op.getInput(), op.getAxis());
    if (multiply(op, ranges) || lookUp(op, ranges))
      return;
    keep(op, ranges);
  }

  static InFlightDiagnostic remark(qnn::ThresholdOp op) {
    InFlightDiagnostic out = emitRemark(op->getLoc(), Code::P007);
    out << "node '" << onnx::describe(op) << "' ";
    return out;
  }

  /// Says why nothing replaces the thresholds: those that the source's float32 roundings moved lie on no line.
  void keep(qnn::ThresholdOp op, ArrayRef<qnn::Bounds> ranges) {
    int64_t alone = 0;
    std::vector<StepFunction> functions = makeFunctions(op, ranges);
    for (const StepFunction &f : functions)
      alone += !findAffineForm(f, f.low, f.low + int64_t(f.thresholds.size()), productBits);
    InFlightDiagnostic out = remark(op);
    out << "keeps its thresholds: ";
    if (alone > 0)
      out << "those of " << alone << " of " << int64_t(functions.size()) << " rows lie on no line of "
          << productBits.getValue() << " bits";
    else
      out << "no multiplication, shift and rounding does for all rows";
    out << ", and a table would be too large";
  }

  /// The rows of thresholds over what their channels may be; one row for all channels has one function. None where they
  /// do not count by ones.
  static std::vector<StepFunction> makeFunctions(qnn::ThresholdOp op, ArrayRef<qnn::Bounds> ranges) {
    int64_t step = op.getStep(), low = op.getLow();
    std::vector<int64_t> values = op.getThresholds().getTensor().ToIntegers();
    bool extreme = llvm::any_of(values, [](int64_t t) {
      return t == std::numeric_limits<int64_t>::min() || t == std::numeric_limits<int64_t>::max();
    });
    if ((step != 1 && step != -1) || extreme || ranges.empty())
      return {};
    int64_t rows = op.getThresholds().getType().getDimSize(0);
    int64_t count = op.getThresholds().getType().getDimSize(1);
    std::vector<StepFunction> functions;
    for (int64_t row = 0; row < rows; ++row) {
      ArrayRef<int64_t> own = ArrayRef(values).slice(row * count, count);
      StepFunction f{
          {own.begin(), own.end()}, op.getDirections()[row], low, rows == 1 ? qnn::unite(ranges) : ranges[row]};
      if (step < 0) {
        // Counting down what is reached is counting up what is not.
        f.low = low - count;
        for (int64_t &t : f.thresholds)
          t -= f.direction;
        std::reverse(f.thresholds.begin(), f.thresholds.end());
        f.direction = -f.direction;
      }
      functions.push_back(std::move(f));
    }
    return functions;
  }

  bool multiply(qnn::ThresholdOp op, ArrayRef<qnn::Bounds> ranges) {
    std::vector<StepFunction> functions = makeFunctions(op, ranges);
    if (functions.empty() || getDataType(op.getResult()).kind == runtime::TypeKind::kBipolar)
      return false;
    int64_t count = op.getThresholds().getType().getDimSize(1);
    int64_t low = functions.front().low;
    std::optional<AffineForm> form = findAffineForm(functions, low, low + count, productBits);
    if (!form)
      return false;
    // The search gives nothing else; the proof does not depend on it.
    for (auto [channel, function] : llvm::zip(form->channels, functions))
      if (!isEqualOverRange(*form, channel, function))
        return false;
    replaceByAffine(op, *form);
    int64_t bits = getMultiplierBits(*form);
    ++multiplied;
    mostMultiplierBits = std::max(mostMultiplierBits, bits);
    mostShift = std::max(mostShift, form->shift);
    return true;
  }

  void replaceByAffine(qnn::ThresholdOp op, const AffineForm &form) {
    bool same = llvm::all_of(form.channels, [&](const AffineFunction &c) {
      return c.multiplier == form.channels[0].multiplier && c.offset == form.channels[0].offset;
    });
    std::vector<int64_t> multipliers, offsets;
    for (const AffineFunction &c : ArrayRef(form.channels).take_front(same ? 1 : form.channels.size())) {
      multipliers.push_back(c.multiplier);
      offsets.push_back(c.offset);
    }
    auto constant = [&](StringRef name, const std::vector<int64_t> &values) {
      return data::ConstantAttr::get(
          op.getContext(), name,
          *runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(values.size())}, values));
    };
    absl::string_view mode = runtime::RoundingModeName(form.mode);
    OpBuilder builder(op);
    auto result = qnn::RequantizeOp::create(builder, op.getLoc(), op.getType(), op.getInput(), op.getAxis(),
                                            constant("multipliers", multipliers), constant("offsets", offsets),
                                            form.shift, StringRef(mode.data(), mode.size()), form.low, form.high);
    remark(op) << "multiplies and shifts: multipliers of " << getMultiplierBits(form) << " bits, shift " << form.shift
               << ", rounding " << StringRef(mode.data(), mode.size());
    op.getResult().replaceAllUsesWith(result.getResult());
    op.erase();
  }

  bool lookUp(qnn::ThresholdOp op, ArrayRef<qnn::Bounds> ranges) {
    if (ranges.empty() || maxTableBits <= 0)
      return false;
    qnn::Bounds range = qnn::unite(ranges);
    __int128 length = __int128(range.high) - range.low + 1;
    int64_t rows = op.getThresholds().getType().getDimSize(0);
    if (length > (int64_t(1) << std::min<int64_t>(maxTableBits, 16)) || rows * length > maxTableElements)
      return false;
    int64_t count = op.getThresholds().getType().getDimSize(1), step = op.getStep();
    std::vector<int64_t> thresholds = op.getThresholds().getTensor().ToIntegers(), values;
    for (int64_t row = 0; row < rows; ++row) {
      ArrayRef<int64_t> own = ArrayRef(thresholds).slice(row * count, count);
      StepFunction f{{own.begin(), own.end()}, op.getDirections()[row], 0, range};
      for (int64_t i = 0; i < int64_t(length); ++i)
        values.push_back(int64_t(op.getLow()) + step * f.evaluate(range.low + i));
    }
    auto table = data::ConstantAttr::get(
        op.getContext(), "table",
        *runtime::Tensor::FromIntegers(getDataType(op.getResult()), {rows, int64_t(length)}, values));
    OpBuilder builder(op);
    auto result =
        qnn::TableOp::create(builder, op.getLoc(), op.getType(), op.getInput(), op.getAxis(), range.low, table);
    remark(op) << "looks up a table of " << rows << " x " << int64_t(length) << " codes";
    op.getResult().replaceAllUsesWith(result.getResult());
    op.erase();
    ++looked;
    return true;
  }

  int64_t layers = 0, multiplied = 0, looked = 0;
  int64_t mostMultiplierBits = 0, mostShift = 0;
};

} // namespace
} // namespace qcompile
