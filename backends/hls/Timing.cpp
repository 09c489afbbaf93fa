//===- Timing.cpp - Designs over time -------------------------------------===//
#include "backends/hls/Timing.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace qcompile::hls {

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// A word of every operand gives a word of every result.
static ScheduledStage wordByWord(int64_t words) { return {{{words, {words, words}, words}}}; }

static ScheduledStage getMatrixVector(MatrixVectorOp op) {
  const int64_t in = op.getInputs() / int64_t(op.getSimd());
  const int64_t more = op.getGroupOutputs() / int64_t(op.getPe()) - 1;
  // The first output fold reads, the others use what it kept.
  return {{{in, {in, 0}, 1}, {in * more, {0, 0}, more}}, op.getVectors() * int64_t(op.getGroups())};
}

/// `taps` vectors of `words` words are read; the last one leaves with it.
static ScheduledStage getReduction(int64_t taps, int64_t words, int64_t vectors) {
  const int64_t before = (taps - 1) * words;
  return {{{before, {before, 0}, 0}, {words, {words, 0}, words}}, vectors};
}

static ScheduledStage getReorder(ReorderOp op) {
  ReorderPlan plan = getPlan(op);
  return {{{plan.lead, {plan.lead, 0}, 0},
           {kBufferLatency, {0, 0}, 0},
           {plan.pace, {plan.inWords - plan.lead, 0}, plan.outWords}}};
}

static ScheduledStage getPad(PadOp op) {
  StreamType input = op.getInput().getType();
  const int64_t lanes = input.getLanes(), body = int64_t(op.getBody()) / lanes;
  const int64_t low = int64_t(op.getLow()) / lanes, high = int64_t(op.getHigh()) / lanes;
  return {{{low, {0, 0}, low}, {body, {body, 0}, body}, {high, {0, 0}, high}}, input.getWords() / body};
}

static ScheduledStage getConcat(ConcatOp op) {
  StreamType lhs = op.getLhs().getType();
  const int64_t first = int64_t(op.getFirst()) / lhs.getLanes();
  const int64_t second = int64_t(op.getSecond()) / lhs.getLanes();
  return {{{first, {first, 0}, first}, {second, {0, second}, second}}, lhs.getWords() / first};
}

ReorderPlan getPlan(ReorderOp op) {
  StreamType input = op.getInput().getType();
  return planReorder(op.getNest().inWords(input.getLanes()), input.getWords());
}

ScheduledStage getStage(Operation *op) {
  auto words = [](Value stream) { return cast<StreamType>(stream.getType()).getWords(); };
  return llvm::TypeSwitch<Operation *, ScheduledStage>(op)
      .Case([](MatrixVectorOp op) { return getMatrixVector(op); })
      .Case([](VectorVectorOp op) {
        const int64_t folds = op.getChannels() / op.getResult().getType().getLanes();
        return getReduction(op.getTaps(), folds, op.getVectors());
      })
      .Case([](PoolOp op) {
        StreamType result = op.getResult().getType();
        const int64_t folds = int64_t(op.getChannels()) / result.getLanes();
        return getReduction(op.getTaps(), folds, result.getWords() / folds);
      })
      .Case([&](DotOp op) {
        const int64_t folds = int64_t(op.getLength()) / int64_t(op.getSimd());
        return ScheduledStage{{{folds, {folds, folds}, 1}}, words(op.getResult())};
      })
      .Case([&](ArgMaxOp op) {
        const int64_t length = op.getLength();
        return ScheduledStage{{{length, {length, 0}, 1}}, words(op.getResult())};
      })
      .Case([&](TopKOp op) {
        const int64_t length = op.getLength(), count = op.getCount();
        return ScheduledStage{{{length, {length, 0}, 0}, {count, {0, 0}, count}}, words(op.getInput()) / length};
      })
      .Case([&](LookupOp op) {
        const int64_t indices = words(op.getIndices()), row = words(op.getResult()) / indices;
        return ScheduledStage{{{row, {1, 0}, row}}, indices};
      })
      .Case([](ReorderOp op) { return getReorder(op); })
      .Case([](PadOp op) { return getPad(op); })
      .Case([](ConcatOp op) { return getConcat(op); })
      .Case([&](ConstantOp op) { return wordByWord(words(op.getResult())); })
      .Case([&](DiscardOp op) {
        const int64_t count = words(op.getInput());
        return ScheduledStage{{{count, {count, 0}, 0}}};
      })
      .Case([&](ConvertWidthOp op) {
        const int64_t in = words(op.getInput()), out = words(op.getResult());
        return ScheduledStage{{{std::max(in, out), {in, 0}, out}}};
      })
      .Case<ActivateOp, AddOp, MulOp, DuplicateOp>([&](Operation *op) { return wordByWord(words(op->getResult(0))); })
      .Default([](Operation *) { return ScheduledStage{{{0, {0, 0}, 0}}}; });
}

//===----------------------------------------------------------------------===//
// Designs
//===----------------------------------------------------------------------===//

DesignSchedule::DesignSchedule(DesignOp design) {
  DenseMap<Value, int> numbers;
  for (BlockArgument argument : design.getBlock().getArguments())
    numbers[argument] = -1;
  for (Operation &op : design.getBlock().without_terminator()) {
    if (isa<FifoOp>(op))
      continue; // part of its producer's result
    ScheduledStage stage = getStage(&op);
    for (Value operand : op.getOperands())
      stage.inputs.push_back(numbers.lookup(operand));
    for (Value result : op.getResults())
      stage.outputs.push_back(addQueue(result, numbers));
    operations.push_back(&op);
    stages.push_back(std::move(stage));
  }
}

int DesignSchedule::addQueue(Value result, DenseMap<Value, int> &numbers) {
  int64_t depth = 2;
  const int queue = int(queues.size());
  Value current = result;
  Operation *user = *current.getUsers().begin();
  while (auto fifo = dyn_cast<FifoOp>(user)) {
    depth = std::max(depth, int64_t(fifo.getDepth()));
    current = fifo.getResult();
    numbers[current] = queue;
    user = *current.getUsers().begin();
  }
  if (isa<OutputOp>(user))
    return -1;
  numbers[result] = queue;
  queues.push_back(result);
  depths.push_back(depth);
  return queue;
}

int64_t DesignSchedule::slowest() const {
  int64_t most = 1;
  for (const ScheduledStage &stage : stages)
    most = std::max(most, stage.steps());
  return most;
}

int64_t DesignSchedule::events() const {
  int64_t sum = 0;
  for (const ScheduledStage &stage : stages)
    sum += stage.writes() + stage.reads(0);
  return sum;
}

std::optional<Schedule> simulateDesign(const DesignSchedule &design) {
  constexpr int64_t mostEvents = 200'000'000;
  const int64_t events = std::max<int64_t>(1, design.events());
  const int64_t samples = std::min<int64_t>(4, mostEvents / events);
  if (samples < 2)
    return std::nullopt;
  return simulateSchedule(design.stages, design.depths, samples);
}

} // namespace qcompile::hls
