//===- Report.cpp - Cost tables of designs --------------------------------===//
#include "backends/hls/Report.h"

#include "backends/hls/Costs.h"
#include "backends/hls/Timing.h"
#include "dialects/onnx/HeldConstant.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/partition-host/PartitionHost.h"

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

static json::Array describeStuck(const DesignSchedule &timing, const Schedule &schedule) {
  json::Array array;
  for (size_t stage : schedule.stuck)
    array.push_back(json::fixUTF8(onnx::describe(timing.operations[stage])));
  return array;
}

/// How the design runs on its queues; nothing where finding out would take long.
static std::optional<json::Object> describeSchedule(DesignOp design) {
  DesignSchedule timing(design);
  std::optional<Schedule> schedule = simulateDesign(timing);
  if (!schedule)
    return std::nullopt;
  if (schedule->deadlock)
    return json::Object{{"deadlock", true}, {"waiting", describeStuck(timing, *schedule)}};
  return json::Object{{"model", "clocks of stages and queues; pipeline depth not counted"},
                      {"latency_cycles", schedule->latency},
                      {"interval_cycles", schedule->interval}};
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
      {"model", "published formulas of FINN-R; pipeline fill not counted; estimates"},
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
  auto addUnit = [&](auto unit, Folding folding) {
    stage["pe"] = folding.pe;
    stage["simd"] = folding.simd;
    stage["accumulator_bits"] = int64_t(unit.getAccumulator().getIntOrFloatBitWidth());
    stage["memory"] = unit.getMemory();
    stage["multiplier"] = unit.getMultiplier();
  };
  if (auto unit = dyn_cast<MatrixVectorOp>(op)) {
    stage["inputs"] = unit.getInputs();
    stage["outputs"] = unit.getOutputs();
    stage["groups"] = int64_t(unit.getGroups());
    addUnit(unit, getFolding(unit));
  } else if (auto unit = dyn_cast<VectorVectorOp>(op)) {
    stage["taps"] = unit.getTaps();
    stage["channels"] = unit.getChannels();
    addUnit(unit, getFolding(unit));
  } else if (auto reorder = dyn_cast<ReorderOp>(op)) {
    ReorderPlan plan = getPlan(reorder);
    stage["lead_words"] = plan.lead;
    stage["buffer_words"] = plan.depth;
  } else if (auto fifo = dyn_cast<FifoOp>(op)) {
    stage["depth"] = int64_t(fifo.getDepth());
  }
  if (op->getNumResults() && !isa<MatrixVectorOp, VectorVectorOp>(op))
    stage["lanes"] = cast<StreamType>(op->getResult(0).getType()).getLanes();
  return stage;
}

static json::Array listHostOperations(ModuleOp module) {
  json::Array array;
  for (StringRef name : {kHostBefore, kHostAfter}) {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    if (!function)
      continue;
    for (Operation &op : function.getOps())
      if (!isa<func::ReturnOp>(op) && !isConstantOperation(&op))
        array.push_back(json::Object{
            {"part", name}, {"operation", op.getName().getStringRef()}, {"node", json::fixUTF8(onnx::describe(&op))}});
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
  if (std::optional<json::Object> schedule = describeSchedule(design))
    report["schedule"] = std::move(*schedule);
  return report;
}

} // namespace qcompile::hls
