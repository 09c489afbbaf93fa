//===- EmitStage.cpp - One stage as a C++ function ------------------------===//
#include "backends/hls/emit/EmitStage.h"

#include "backends/hls/Timing.h"
#include "backends/hls/emit/EmitRom.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;
using llvm::raw_string_ostream;

namespace qcompile::hls {

StringRef getInputName(unsigned operand) { return operand == 0 ? "in" : "in2"; }
StringRef getOutputName(unsigned result) { return result == 0 ? "out" : "out2"; }

namespace {

StreamType getType(Value stream) { return cast<StreamType>(stream.getType()); }
std::string getCode(Value stream) { return getCodeName(getType(stream).getElementType()); }

std::string getPartitions(const EmittedRom &rom) {
  std::string text;
  raw_string_ostream os(text);
  for (const auto &[array, dimensions] : rom.partitions)
    for (int dimension : dimensions)
      os << formatv("#pragma HLS ARRAY_PARTITION variable={0} complete dim={1}\n", array, dimension);
  return text;
}

std::string getStorage(const EmittedRom &rom, StringRef memory) {
  return formatv("#pragma HLS BIND_STORAGE variable={0} type=rom_1p impl={1}\n", rom.expression,
                 memory == "block" ? "bram" : "lutram");
}

/// The part that both kinds of weighted units share: memories, and `unit<shape, types>(...)`.
template <typename Unit> StageCode emitUnit(Unit op, StringRef name, StringRef call) {
  EmittedRom weights = emitWeights(op, (name + "_weights").str());
  EmittedRom activation = emitActivation(op, (name + "_activation").str());
  StageCode code;
  code.memory = weights.definition + activation.definition;
  Type accumulator = op.getAccumulator();
  raw_string_ostream os(code.body);
  os << getPartitions(weights) << getStorage(weights, op.getMemory()) << getPartitions(activation);
  os << formatv("  {0}, {1}, {2}, {3}<{4}>, {5}>(in, out, {6}, {7});\n", call, getCode(op.getInput()),
                getCodeName(op.getWeights().getType().getElementType()),
                accumulator.isUnsignedInteger() ? "ap_uint" : "ap_int", accumulator.getIntOrFloatBitWidth(),
                op.getMultiplier() == "dsp" ? "InDsp" : "InLut", weights.expression, activation.expression);
  return code;
}

StageCode emit(MatrixVectorOp op, StringRef name) {
  return emitUnit(op, name,
                  formatv("matrixVector<{0}, {1}, {2}, {3}, {4}, {5}", op.getInputs(), op.getOutputs(), op.getGroups(),
                          op.getSimd(), op.getPe(), op.getVectors())
                      .str());
}

StageCode emit(VectorVectorOp op, StringRef name) {
  return emitUnit(op, name,
                  formatv("vectorVector<{0}, {1}, {2}, {3}", op.getChannels(), getType(op.getResult()).getLanes(),
                          op.getTaps(), op.getVectors())
                      .str());
}

StageCode emit(ActivateOp op, StringRef name) {
  EmittedRom activation = emitActivation(op, (name + "_activation").str());
  StreamType input = getType(op.getInput());
  return {formatv("{0}  threshold<{1}, {2}, {3}, {4}>(in, out, {5});\n", getPartitions(activation), op.getChannels(),
                  input.getLanes(), input.getElements() / int64_t(op.getChannels()), getCode(op.getInput()),
                  activation.expression),
          activation.definition};
}

StageCode emit(DotOp op, StringRef) {
  return {formatv("  dotProducts<{0}, {1}, {2}, {3}, {4}, {5}>(in, in2, out);\n", op.getLength(), op.getSimd(),
                  getType(op.getResult()).getElements(), getCode(op.getLhs()), getCode(op.getRhs()),
                  getCode(op.getResult())),
          ""};
}

StageCode emit(PoolOp op, StringRef) {
  StreamType result = getType(op.getResult());
  return {formatv("  pool<{0}, {1}, {2}, {3}, {4}, {5}, {6}>(in, out);\n", op.getKind() == "max" ? "Largest" : "Total",
                  op.getChannels(), result.getLanes(), op.getTaps(), result.getElements() / int64_t(op.getChannels()),
                  getCode(op.getInput()), getCode(op.getResult())),
          ""};
}

/// A join of two streams by an operation of the library.
StageCode emitJoin(Operation *op, const std::string &operation) {
  StreamType result = getType(op->getResult(0));
  return {formatv("  combine<{0}, {1}, {2}, {3}, {4}, {5}>(in, in2, out);\n", operation, result.getLanes(),
                  result.getWords(), getCode(op->getOperand(0)), getCode(op->getOperand(1)), getCode(op->getResult(0))),
          ""};
}

StageCode emit(AddOp op, StringRef) {
  auto factor = [](int64_t value) {
    return value == INT64_MIN ? std::string("-9223372036854775807LL - 1") : formatv("{0}LL", value).str();
  };
  return emitJoin(op, formatv("WeightedSum<{0}, {1}, {2}>", getCode(op.getResult()), factor(op.getLhsMultiplier()),
                              factor(op.getRhsMultiplier())));
}

StageCode emit(MulOp op, StringRef) { return emitJoin(op, formatv("ProductOfTwo<{0}>", getCode(op.getResult()))); }

StageCode emit(ArgMaxOp op, StringRef) {
  return {formatv("  argMax<{0}, {1}, {2}, {3}, {4}>(in, out);\n", op.getLength(), getType(op.getResult()).getWords(),
                  op.getSelectLast(), getCode(op.getInput()), getCode(op.getResult())),
          ""};
}

StageCode emit(TopKOp op, StringRef) {
  const int64_t length = op.getLength();
  return {formatv("  topK<{0}, {1}, {2}, {3}, {4}, {5}>(in, out, out2);\n", length, op.getCount(),
                  getType(op.getInput()).getWords() / length, op.getSmallest(), getCode(op.getInput()),
                  getCode(op.getPositions())),
          ""};
}

StageCode emit(ConstantOp op, StringRef name) {
  StreamType type = getType(op.getResult());
  EmittedRom values = emitNumbers(op.getValue().getTensor().ToIntegers(), {type.getWords(), type.getLanes()},
                                  type.getElementType(), (name + "_values").str());
  return {formatv("{0}  constant<{1}, {2}, {3}>(out, {4});\n", getPartitions(values), getCode(op.getResult()),
                  type.getLanes(), type.getWords(), values.expression),
          values.definition};
}

StageCode emit(LookupOp op, StringRef name) {
  StreamType type = getType(op.getResult());
  RankedTensorType table = op.getTable().getType();
  const int64_t rowWords = table.getDimSize(1) / type.getLanes();
  EmittedRom values =
      emitNumbers(op.getTable().getTensor().ToIntegers(), {table.getDimSize(0), rowWords, type.getLanes()},
                  type.getElementType(), (name + "_table").str());
  return {formatv("{0}  lookup<{1}, {2}, {3}, {4}>(in, out, {5});\n", getPartitions(values), getCode(op.getIndices()),
                  getCode(op.getResult()), type.getLanes(), getType(op.getIndices()).getWords(), values.expression),
          values.definition};
}

StageCode emit(ReorderOp op, StringRef name) {
  StreamType type = getType(op.getResult());
  const LoopNest nest = op.getNest().inWords(type.getLanes());
  const ReorderPlan plan = getPlan(op);
  auto list = [](ArrayRef<int64_t> values) {
    return "{" + llvm::join(llvm::map_range(values, [](int64_t v) { return std::to_string(v); }), ", ") + "}";
  };
  std::string loops = (name + "_loops").str(), kind = "Loops<" + std::to_string(nest.extents.size());
  std::string values = formatv("{0}, {1}, {2}", nest.start, list(nest.extents), list(nest.jumps()));
  if (nest.listed >= 0) {
    kind = formatv("ListedLoops<{0}, {1}, {2}", nest.extents.size(), nest.listed, nest.positions.size());
    values =
        formatv("{0}, {1}, {2}, {3}", nest.first(), list(nest.extents), list(nest.jumps()), list(nest.listJumps()));
  }
  StageCode code;
  code.memory = formatv("static const {0}> {1} = {{{2}};\n", kind, loops, values);
  code.body = formatv("  static ap_uint<{0}> buffer[{1}];\n"
                      "#pragma HLS BIND_STORAGE variable=buffer type=ram_2p impl={2}\n"
                      "  reorder<{0}, {3}, {4}, {5}, {1}>(in, out, buffer, {6});\n",
                      type.getWordBits(), plan.depth, plan.depth > 128 ? "bram" : "lutram", plan.inWords, plan.outWords,
                      plan.lead, loops);
  return code;
}

StageCode emit(PadOp op, StringRef name) {
  StreamType input = getType(op.getInput()), result = getType(op.getResult());
  const int64_t lanes = result.getLanes();
  SmallVector<int64_t> border(op.getValues());
  if (border.size() == 1)
    border.assign(lanes, border.front());
  EmittedRom values =
      emitNumbers(border, {int64_t(border.size()) / lanes, lanes}, result.getElementType(), (name + "_border").str());
  return {formatv("{0}  pad<{1}, {2}, {3}, {4}, {5}, {6}, {7}>(in, out, {8});\n", getPartitions(values), lanes,
                  int64_t(op.getLow()) / lanes, int64_t(op.getBody()) / lanes, int64_t(op.getHigh()) / lanes,
                  input.getElements() / int64_t(op.getBody()), getCode(op.getInput()), getCode(op.getResult()),
                  values.expression),
          values.definition};
}

StageCode emit(ConcatOp op, StringRef) {
  StreamType lhs = getType(op.getLhs());
  const int64_t lanes = lhs.getLanes();
  return {formatv("  concat<{0}, {1}, {2}, {3}, {4}, {5}, {6}>(in, in2, out);\n", lanes, int64_t(op.getFirst()) / lanes,
                  int64_t(op.getSecond()) / lanes, lhs.getElements() / int64_t(op.getFirst()), getCode(op.getLhs()),
                  getCode(op.getRhs()), getCode(op.getResult())),
          ""};
}

StageCode emit(ConvertWidthOp op, StringRef) {
  StreamType input = getType(op.getInput()), result = getType(op.getResult());
  const bool widens = result.getLanes() > input.getLanes();
  StreamType narrow = widens ? input : result, wide = widens ? result : input;
  return {formatv("  {0}<{1}, {2}, {3}>(in, out);\n", widens ? "widen" : "narrow", narrow.getWordBits(),
                  wide.getLanes() / narrow.getLanes(), wide.getWords()),
          ""};
}

StageCode emit(DuplicateOp op, StringRef) {
  StreamType type = getType(op.getInput());
  return {formatv("  duplicate<{0}, {1}>(in, out, out2);\n", type.getWordBits(), type.getWords()), ""};
}

StageCode emit(DiscardOp op, StringRef) {
  StreamType type = getType(op.getInput());
  return {formatv("  discard<{0}, {1}>(in);\n", type.getWordBits(), type.getWords()), ""};
}

} // namespace

StageCode emitStage(Operation *op, StringRef name) {
  return llvm::TypeSwitch<Operation *, StageCode>(op)
      .Case<MatrixVectorOp, VectorVectorOp, ActivateOp, DotOp, PoolOp, AddOp, MulOp, ArgMaxOp, TopKOp, ConstantOp,
            LookupOp, ReorderOp, PadOp, ConcatOp, ConvertWidthOp, DuplicateOp, DiscardOp>(
          [&](auto stage) { return emit(stage, name); })
      .Default([](Operation *) { return StageCode(); });
}

} // namespace qcompile::hls
