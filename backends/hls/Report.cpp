//===- Report.cpp - Cost tables of designs --------------------------------===//
#include "backends/hls/Report.h"

#include "backends/hls/Lowering.h"
#include "backends/hls/Schedule.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/partition-host/PartitionHost.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
namespace json = llvm::json;

namespace qcompile::hls {

static json::Object resourcesToJson(const Resources &resources) {
  return json::Object{{"lut", resources.lut}, {"bram18", resources.bram18}, {"dsp", resources.dsp}};
}

/// The longest sum of clocks from an input to an output.
static int64_t getCriticalPath(DesignOp design) {
  DenseMap<Value, int64_t> finished;
  int64_t longest = 0;
  for (Operation &op : design.getBlock()) {
    int64_t start = 0;
    for (Value operand : op.getOperands())
      start = std::max(start, finished.lookup(operand));
    int64_t end = start + getCost(&op).cycles;
    longest = std::max(longest, end);
    for (Value result : op.getResults())
      finished[result] = end;
  }
  return longest;
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

static ScheduledStage getScheduledStage(Operation *op) {
  ScheduledStage stage;
  stage.steps = getCost(op).cycles;
  if (auto unit = dyn_cast<MatrixVectorOp>(op)) {
    stage.readPeriod = unit.getInputs() / int64_t(unit.getSimd());
    stage.readPhases = unit.getOutputs() / int64_t(unit.getPe());
    stage.writeEvery = stage.readPeriod;
  } else if (auto unit = dyn_cast<ConvertWidthOp>(op)) {
    const int64_t in = unit.getInput().getType().getWords();
    const int64_t out = unit.getResult().getType().getWords();
    stage.readEvery = std::max<int64_t>(1, out / in);
    stage.writeEvery = std::max<int64_t>(1, in / out);
  }
  return stage;
}

namespace {
/// The stages and queues of a design.
class ScheduleBuilder {
public:
  explicit ScheduleBuilder(DesignOp design) {
    for (BlockArgument argument : design.getBlock().getArguments())
      queues[argument] = -1;
    for (Operation &op : design.getBlock().without_terminator()) {
      if (isa<FifoOp>(op))
        continue; // part of its producer's result
      ScheduledStage stage = getScheduledStage(&op);
      for (Value operand : op.getOperands())
        stage.inputs.push_back(queues.lookup(operand));
      for (Value result : op.getResults())
        stage.outputs.push_back(addQueue(result));
      stages.push_back(std::move(stage));
    }
  }

  std::vector<ScheduledStage> stages;
  std::vector<int64_t> depths;

private:
  int addQueue(Value result) {
    int64_t depth = 2;
    const int queue = int(depths.size());
    Value current = result;
    Operation *user = *current.getUsers().begin();
    while (auto fifo = dyn_cast<FifoOp>(user)) {
      depth = std::max(depth, int64_t(fifo.getDepth()));
      current = fifo.getResult();
      queues[current] = queue;
      user = *current.getUsers().begin();
    }
    if (isa<OutputOp>(user))
      return -1;
    queues[result] = queue;
    depths.push_back(depth);
    return queue;
  }

  DenseMap<Value, int> queues;
};
} // namespace

/// Simulates some samples; nothing where that would take long.
static std::optional<json::Object> scheduleDesign(DesignOp design) {
  constexpr int64_t samples = 4, mostSteps = 5'000'000;
  ScheduleBuilder builder(design);
  if (getCriticalPath(design) > mostSteps / samples / std::max<int64_t>(1, builder.stages.size()))
    return std::nullopt;
  Schedule schedule = simulateSchedule(builder.stages, builder.depths, samples);
  if (schedule.deadlock)
    return json::Object{{"deadlock", true}};
  return json::Object{{"model", "clocks of stages and queues; pipeline depth not counted"},
                      {"latency_cycles", schedule.latency},
                      {"interval_cycles", schedule.interval}};
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

json::Object estimateDesign(DesignOp design, int64_t clockMhz) {
  int64_t slowest = 1;
  Resources total;
  for (Operation &op : design.getBlock()) {
    StageCost cost = getCost(&op);
    slowest = std::max(slowest, cost.cycles);
    total += cost.resources;
  }
  const int64_t path = getCriticalPath(design);
  return json::Object{
      {"model", "published formulas of FINN-R; pipeline fill not counted"},
      {"clock_mhz", clockMhz},
      {"max_cycles", slowest},
      {"critical_path_cycles", path},
      {"samples_per_second", double(clockMhz) * 1e6 / double(slowest)},
      {"latency_us", double(path) / double(clockMhz)},
      {"resources", resourcesToJson(total)},
  };
}

static json::Object describeStage(Operation *op) {
  StageCost cost = getCost(op);
  json::Object stage{{"stage", op->getName().stripDialect()},
                     {"node", json::fixUTF8(onnx::getNodeName(op->getLoc()))},
                     {"cycles", cost.cycles},
                     {"resources", resourcesToJson(cost.resources)}};
  if (auto unit = dyn_cast<MatrixVectorOp>(op)) {
    stage["inputs"] = unit.getInputs();
    stage["outputs"] = unit.getOutputs();
    stage["pe"] = int64_t(unit.getPe());
    stage["simd"] = int64_t(unit.getSimd());
    stage["accumulator_bits"] = int64_t(unit.getAccumulator().getIntOrFloatBitWidth());
    stage["memory"] = unit.getMemory();
    stage["multiplier"] = unit.getMultiplier();
  } else if (auto unit = dyn_cast<ThresholdOp>(op)) {
    stage["channels"] = int64_t(unit.getChannels());
    stage["pe"] = int64_t(unit.getPe());
  } else if (auto fifo = dyn_cast<FifoOp>(op)) {
    stage["depth"] = int64_t(fifo.getDepth());
  }
  return stage;
}

static json::Array listHostOperations(ModuleOp module) {
  json::Array array;
  for (StringRef name : {kHostBefore, kHostAfter}) {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    if (!function)
      continue;
    for (Operation &op : function.getOps())
      if (!isa<func::ReturnOp>(op) && !op.hasTrait<OpTrait::ConstantLike>() &&
          op.getName().getStringRef() != "onnx.Constant")
        array.push_back(json::Object{{"part", name},
                                     {"operation", op.getName().getStringRef()},
                                     {"node", json::fixUTF8(onnx::describe(&op))}});
  }
  return array;
}

json::Object makeReport(ModuleOp module, DesignOp design, int64_t clockMhz) {
  json::Array stages;
  for (Operation &op : design.getBlock().without_terminator())
    stages.push_back(describeStage(&op));
  json::Object report{{"estimate", estimateDesign(design, clockMhz)},
                      {"stages", std::move(stages)},
                      {"host_operations", listHostOperations(module)}};
  if (std::optional<json::Object> schedule = scheduleDesign(design))
    report["schedule"] = std::move(*schedule);
  return report;
}

} // namespace qcompile::hls
