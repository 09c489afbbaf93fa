//===- HlsSetFolding.cpp - Elements per clock of every stage --------------===//
#include "backends/hls/set-folding/HlsSetFolding.h"

#include <numeric>

#include "backends/hls/Lowering.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"

using namespace mlir;

namespace qcompile::hls {

#define GEN_PASS_DEF_HLSSETFOLDING
#include "backends/hls/set-folding/HlsSetFolding.h.inc"

namespace {

struct HlsSetFoldingPass : impl::HlsSetFoldingBase<HlsSetFoldingPass> {
  using Base::Base;

  void runOnOperation() override {
    if (failed(checkOptions()))
      return signalPassFailure();
    for (DesignOp design : getOperation().getOps<DesignOp>())
      if (failed(fold(design)))
        return signalPassFailure();
  }

private:
  LogicalResult checkOptions() {
    Location loc = getOperation().getLoc();
    if (targetCycles < 1 || weightStreamBits < 1)
      return emitError(loc, Code::B003) << "expected a positive number of cycles and bits";
    if (multiplier != "lut" && multiplier != "dsp")
      return emitError(loc, Code::B003)
             << "expected multiplier lut or dsp, found '" << multiplier << "'";
    if (weightMemory != "auto" && weightMemory != "block" && weightMemory != "distributed")
      return emitError(loc, Code::B003)
             << "expected weight-memory auto, block or distributed, found '" << weightMemory << "'";
    return success();
  }

  FoldingGoal getGoal() const {
    FoldingGoal goal;
    goal.cycles = targetCycles;
    goal.weightStreamBits = weightStreamBits;
    goal.wordBits = kMaxWordBits;
    return goal;
  }

  LogicalResult fold(DesignOp design) {
    SmallVector<MatrixVectorOp> units(design.getBlock().getOps<MatrixVectorOp>());
    std::vector<MatrixVectorShape> shapes;
    for (MatrixVectorOp unit : units)
      shapes.push_back(getShape(unit));
    std::vector<Folding> foldings = chooseFoldings(shapes, getGoal());
    if (failed(overrideFoldings(design, units, foldings)))
      return failure();
    removeConverters(design);
    FoldingGoal goal = getGoal();
    for (auto [unit, shape, folding] : llvm::zip(units, shapes, foldings)) {
      apply(unit, shape, folding);
      goal.cycles = std::max(goal.cycles, shape.cycles(folding));
    }
    for (ThresholdOp unit : design.getBlock().getOps<ThresholdOp>())
      apply(unit, goal);
    setStreamTypes(design);
    return success();
  }

  LogicalResult overrideFoldings(DesignOp design, ArrayRef<MatrixVectorOp> units,
                                 std::vector<Folding> &foldings) {
    if (folding.empty())
      return success();
    SmallVector<StringRef> entries;
    StringRef(folding).split(entries, ',');
    if (entries.size() != units.size())
      return emitError(design.getLoc(), Code::B003)
             << "expected a folding for each of " << units.size() << " matrix-vector units, found "
             << entries.size();
    for (auto [entry, unit, chosen] : llvm::zip(entries, units, foldings))
      if (entry != "-" && failed(parseFolding(entry, unit, chosen)))
        return failure();
    return success();
  }

  LogicalResult parseFolding(StringRef entry, MatrixVectorOp unit, Folding &chosen) {
    auto [pe, simd] = entry.split(':');
    auto error = [&] {
      return emitError(unit.getLoc(), Code::B003) << "node '" << onnx::describe(unit) << "': ";
    };
    if (pe.getAsInteger(10, chosen.pe) || simd.getAsInteger(10, chosen.simd) || chosen.pe < 1 ||
        chosen.simd < 1)
      return error() << "expected a folding PE:SIMD, found '" << entry << "'";
    if (unit.getOutputs() % chosen.pe || unit.getInputs() % chosen.simd)
      return error() << "expected PE to divide " << unit.getOutputs()
                     << " outputs and SIMD to divide " << unit.getInputs() << " inputs, found "
                     << chosen.pe << " and " << chosen.simd;
    int64_t words[] = {chosen.simd * unit.getInput().getType().getElementBits(),
                       chosen.pe * unit.getResult().getType().getElementBits()};
    for (int64_t bits : words)
      if (bits > kMaxWordBits)
        return error() << "folding '" << entry << "' needs words of " << bits << " bits, at most "
                       << kMaxWordBits << " are possible";
    return success();
  }

  /// Widths are made anew; queues depend on them and go too.
  void removeConverters(DesignOp design) {
    for (Operation &op : llvm::make_early_inc_range(design.getBlock())) {
      bool copies =
          isa<ConvertWidthOp>(op) && op.getOperand(0).getType() == op.getResult(0).getType();
      if (!isa<ConvertWidthOp, FifoOp>(op) || copies)
        continue;
      op.getResult(0).replaceAllUsesWith(op.getOperand(0));
      op.erase();
    }
  }

  void apply(MatrixVectorOp unit, const MatrixVectorShape &shape, Folding chosen) {
    Builder builder(unit.getContext());
    unit.setPeAttr(builder.getI64IntegerAttr(chosen.pe));
    unit.setSimdAttr(builder.getI64IntegerAttr(chosen.simd));
    unit.setMultiplierAttr(builder.getStringAttr(multiplier));
    // FINN's rule for memories that the tool is free to place.
    StringRef memory = shape.memoryDepth(chosen) > 128 ? "block" : "distributed";
    unit.setMemoryAttr(
        builder.getStringAttr(weightMemory == "auto" ? memory : StringRef(weightMemory)));
    unit.getResult().setType(unit.getResult().getType().withLanes(chosen.pe));
  }

  void apply(ThresholdOp unit, const FoldingGoal &goal) {
    StreamType input = unit.getInput().getType(), result = unit.getResult().getType();
    int64_t bits = std::max(input.getElementBits(), result.getElementBits());
    int64_t channels = unit.getChannels();
    int64_t pe = chooseThresholdFolding(channels, input.getElements() / channels, int(bits), goal);
    unit.setPeAttr(Builder(unit.getContext()).getI64IntegerAttr(pe));
    unit.getResult().setType(result.withLanes(pe));
  }

  /// The lanes that the stage behind a stream takes; 0 where any will do.
  static int64_t getWantedLanes(Value stream) {
    Operation *user = *stream.getUsers().begin();
    if (auto unit = dyn_cast<MatrixVectorOp>(user))
      return unit.getSimd();
    if (auto unit = dyn_cast<ThresholdOp>(user))
      return unit.getPe();
    if (auto duplicate = dyn_cast<DuplicateOp>(user)) {
      int64_t first = getWantedLanes(duplicate.getFirst());
      return first ? first : getWantedLanes(duplicate.getSecond());
    }
    if (auto copy = dyn_cast<ConvertWidthOp>(user))
      return getWantedLanes(copy.getResult());
    return 0;
  }

  void setStreamTypes(DesignOp design) {
    for (BlockArgument argument : design.getBlock().getArguments()) {
      int64_t lanes = std::max<int64_t>(getWantedLanes(argument), 1);
      argument.setType(cast<StreamType>(argument.getType()).withLanes(lanes));
    }
    for (Operation &op : llvm::make_early_inc_range(design.getBlock())) {
      if (isa<MatrixVectorOp, ThresholdOp>(op)) {
        OpBuilder builder(&op);
        op.setOperand(
            0, convert(builder, op.getLoc(), op.getOperand(0), getWantedLanes(op.getOperand(0))));
      } else if (isa<DuplicateOp, ConvertWidthOp>(op)) {
        for (Value result : op.getResults())
          result.setType(op.getOperand(0).getType());
      }
    }
  }

  /// The stream in words of `lanes` lanes. Where neither number divides the other, by way of the
  /// least common multiple, which keeps the pace; where that is too wide, of the greatest common
  /// divisor.
  Value convert(OpBuilder &builder, Location loc, Value stream, int64_t lanes) {
    auto type = cast<StreamType>(stream.getType());
    int64_t from = type.getLanes();
    if (from == lanes)
      return stream;
    if (from % lanes && lanes % from) {
      int64_t between = std::lcm(from, lanes);
      if (between * type.getElementBits() > kMaxWordBits)
        between = std::gcd(from, lanes);
      stream = ConvertWidthOp::create(builder, loc, type.withLanes(between), stream);
    }
    return ConvertWidthOp::create(builder, loc, type.withLanes(lanes), stream);
  }
};

} // namespace
} // namespace qcompile::hls
