//===- HlsSetFolding.cpp - Elements per clock of every stage --------------===//
#include "backends/hls/set-folding/HlsSetFolding.h"

#include <numeric>

#include "backends/hls/Costs.h"
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
      return emitError(loc, Code::B003) << "expected multiplier lut or dsp, found '" << multiplier << "'";
    if (weightMemory != "auto" && weightMemory != "block" && weightMemory != "distributed")
      return emitError(loc, Code::B003) << "expected weight-memory auto, block or distributed, found '" << weightMemory
                                        << "'";
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
    unfold(design);
    SmallVector<MatrixVectorOp> units(design.getBlock().getOps<MatrixVectorOp>());
    std::vector<MatrixVectorShape> shapes;
    for (MatrixVectorOp unit : units)
      shapes.push_back(getShape(unit));
    std::vector<Folding> foldings = chooseFoldings(shapes, getGoal());
    if (failed(overrideFoldings(design, units, foldings)))
      return failure();
    FoldingGoal goal = getGoal();
    for (auto [shape, folding] : llvm::zip(shapes, foldings))
      goal.cycles = std::max(goal.cycles, shape.cycles(folding));
    // All stages have one lane here: what they cost is what they cost with one.
    SmallVector<std::pair<LanedOpInterface, int64_t>> lanes;
    for (LanedOpInterface stage : design.getBlock().getOps<LanedOpInterface>())
      lanes.push_back({stage, chooseStageLanes(stage, goal)});
    for (auto [unit, shape, folding] : llvm::zip(units, shapes, foldings))
      apply(unit, shape, folding);
    for (auto [stage, chosen] : lanes)
      stage.setLanes(chosen);
    for (VectorVectorOp unit : design.getBlock().getOps<VectorVectorOp>())
      setKinds(unit, getShape(unit), getFolding(unit));
    setStreamTypes(design);
    return success();
  }

  /// Takes away what folding adds: one lane everywhere, no converters, no queues.
  void unfold(DesignOp design) {
    removeConverters(design);
    auto one = [](Value stream) { stream.setType(cast<StreamType>(stream.getType()).withLanes(1)); };
    llvm::for_each(design.getBlock().getArguments(), one);
    for (Operation &op : design.getBlock()) {
      llvm::for_each(op.getResults(), one);
      if (auto stage = dyn_cast<LanedOpInterface>(op))
        stage.setLanes(1);
      if (auto unit = dyn_cast<MatrixVectorOp>(op)) {
        unit.setPe(1);
        unit.setSimd(1);
      }
    }
  }

  static int64_t chooseStageLanes(LanedOpInterface stage, const FoldingGoal &goal) {
    int64_t bits = 1;
    for (Type type : llvm::concat<const Type>(stage->getOperandTypes(), stage->getResultTypes()))
      bits = std::max(bits, cast<StreamType>(type).getElementBits());
    return chooseLanes(stage.getLaneUnit(), getCost(stage).cycles, bits, goal);
  }

  LogicalResult overrideFoldings(DesignOp design, ArrayRef<MatrixVectorOp> units, std::vector<Folding> &foldings) {
    if (folding.empty())
      return success();
    SmallVector<StringRef> entries;
    StringRef(folding).split(entries, ',');
    if (entries.size() != units.size())
      return emitError(design.getLoc(), Code::B003)
             << "expected a folding for each of " << units.size() << " matrix-vector units, found " << entries.size();
    for (auto [entry, unit, chosen] : llvm::zip(entries, units, foldings))
      if (entry != "-" && failed(parseFolding(entry, unit, chosen)))
        return failure();
    return success();
  }

  LogicalResult parseFolding(StringRef entry, MatrixVectorOp unit, Folding &chosen) {
    auto [pe, simd] = entry.split(':');
    auto error = [&] { return emitError(unit.getLoc(), Code::B003) << "node '" << onnx::describe(unit) << "': "; };
    if (pe.getAsInteger(10, chosen.pe) || simd.getAsInteger(10, chosen.simd) || chosen.pe < 1 || chosen.simd < 1)
      return error() << "expected a folding PE:SIMD, found '" << entry << "'";
    if (unit.getGroupOutputs() % chosen.pe || unit.getInputs() % chosen.simd)
      return error() << "expected PE to divide " << unit.getGroupOutputs() << " outputs and SIMD to divide "
                     << unit.getInputs() << " inputs, found " << chosen.pe << " and " << chosen.simd;
    int64_t words[] = {chosen.simd * unit.getInput().getType().getElementBits(),
                       chosen.pe * unit.getResult().getType().getElementBits()};
    for (int64_t bits : words)
      if (bits > kMaxWordBits)
        return error() << "folding '" << entry << "' needs words of " << bits << " bits, at most " << kMaxWordBits
                       << " are possible";
    return success();
  }

  /// Widths are made anew; queues depend on them and go too.
  void removeConverters(DesignOp design) {
    for (Operation &op : llvm::make_early_inc_range(design.getBlock())) {
      bool copies = isa<ConvertWidthOp>(op) && op.getOperand(0).getType() == op.getResult(0).getType();
      if (!isa<ConvertWidthOp, FifoOp>(op) || copies)
        continue;
      op.getResult(0).replaceAllUsesWith(op.getOperand(0));
      op.erase();
    }
  }

  void apply(MatrixVectorOp unit, const MatrixVectorShape &shape, Folding chosen) {
    unit.setPe(chosen.pe);
    unit.setSimd(chosen.simd);
    unit.getResult().setType(unit.getResult().getType().withLanes(chosen.pe));
    setKinds(unit, shape, chosen);
  }

  template <typename Unit> void setKinds(Unit unit, const MatrixVectorShape &shape, Folding chosen) {
    Builder builder(unit.getContext());
    unit.setMultiplierAttr(builder.getStringAttr(multiplier));
    // FINN's rule for memories that the tool is free to place.
    StringRef memory = shape.memoryDepth(chosen) > 128 ? "block" : "distributed";
    unit.setMemoryAttr(builder.getStringAttr(weightMemory == "auto" ? memory : StringRef(weightMemory)));
  }

  /// The lanes that a stage takes an operand in; 0 where any will do.
  static int64_t getWantedLanes(OpOperand &use) {
    Operation *user = use.getOwner();
    if (auto unit = dyn_cast<MatrixVectorOp>(user))
      return unit.getSimd();
    if (auto stage = dyn_cast<LanedOpInterface>(user))
      return stage.getOperandLanes(use.getOperandNumber());
    if (isa<ArgMaxOp, TopKOp>(user))
      return 1;
    for (Value result : user->getResults()) // duplicates and copies
      if (int64_t lanes = getWantedLanes(*result.use_begin()))
        return lanes;
    return 0;
  }

  void setStreamTypes(DesignOp design) {
    for (BlockArgument argument : design.getBlock().getArguments()) {
      auto type = cast<StreamType>(argument.getType());
      int64_t lanes = std::max<int64_t>(getWantedLanes(*argument.use_begin()), 1);
      argument.setType(type.withLanes(lanes));
    }
    for (Operation &op : llvm::make_early_inc_range(design.getBlock())) {
      if (isa<DuplicateOp, ConvertWidthOp>(op)) {
        for (Value result : op.getResults())
          result.setType(op.getOperand(0).getType());
        continue;
      }
      OpBuilder builder(&op);
      for (OpOperand &operand : op.getOpOperands())
        if (int64_t lanes = isa<OutputOp>(op) ? 0 : getWantedLanes(operand))
          operand.set(convert(builder, op.getLoc(), operand.get(), lanes));
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
