//===- EmitRom.cpp - Weights and thresholds as C++ ------------------------===//
#include "backends/hls/emit/EmitRom.h"

#include "backends/hls/Lowering.h"
#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;
using llvm::raw_string_ostream;

namespace qcompile::hls {

std::string getCodeName(Type elementType) {
  if (isa<qnn::BipolarType>(elementType))
    return "Bipolar";
  return formatv("{0}<{1}>", elementType.isUnsignedInteger() ? "Unsigned" : "Signed",
                 elementType.getIntOrFloatBitWidth());
}

namespace {

/// Writes a nested initialiser of the given extents.
class InitialiserWriter {
public:
  InitialiserWriter(raw_string_ostream &os, ArrayRef<int64_t> extents,
                    llvm::function_ref<void(raw_string_ostream &, int64_t)> writeElement)
      : os(os), extents(extents), writeElement(writeElement) {}

  void write() { write(0); }

private:
  void write(size_t dimension) {
    constexpr int64_t perLine = 16;
    os << "{";
    for (int64_t i = 0; i < extents[dimension]; ++i) {
      if (i)
        os << ",";
      if (onLine >= perLine) {
        os << "\n";
        onLine = 0;
      }
      if (dimension + 1 < extents.size()) {
        write(dimension + 1);
        continue;
      }
      writeElement(os, element++);
      ++onLine;
    }
    os << "}";
  }

  raw_string_ostream &os;
  ArrayRef<int64_t> extents;
  llvm::function_ref<void(raw_string_ostream &, int64_t)> writeElement;
  int64_t element = 0, onLine = 0;
};

/// Signed integers of 8, 16, 32 or 64 bits that hold `bits`.
int getContainerBits(int bits) { return bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64; }

/// The levels of an activation with `lanes` channels per clock.
struct Levels {
  ThresholdRom rom;
  int64_t folds, lanes;
};

std::string getInitialiser(const Levels &levels) {
  std::string text;
  raw_string_ostream os(text);
  auto writeLevel = [&](raw_string_ostream &os, int64_t i) { os << levels.rom.levels[i]; };
  InitialiserWriter(os, {levels.folds, levels.lanes, levels.rom.count}, writeLevel).write();
  return text;
}

EmittedRom emitLevels(const Levels &levels, ActivationAttr activation, Type result,
                      StringRef name) {
  const bool directed = levels.rom.anyReversed();
  std::string initialiser = getInitialiser(levels);
  std::string type =
      formatv("{0}<{1}, {2}, {3}, {4}, {5}LL, {6}LL, {7}, int{8}_t>",
              directed ? "DirectedThresholds" : "Thresholds", getCodeName(result), levels.folds,
              levels.lanes, levels.rom.count, activation.getLow(), activation.getStep(),
              levels.rom.levelBits, getContainerBits(levels.rom.levelBits));
  EmittedRom rom;
  raw_string_ostream os(rom.definition);
  os << "static const " << type << " " << name << " = {\n";
  if (directed) {
    os << "{" << initialiser << "},\n";
    auto writeFlag = [&](raw_string_ostream &os, int64_t i) {
      os << (levels.rom.reversed[i] ? 1 : 0);
    };
    InitialiserWriter(os, {levels.folds, levels.lanes}, writeFlag).write();
  } else {
    os << initialiser;
  }
  os << "\n};\n";
  rom.expression = name.str();
  std::string array = (name + (directed ? ".ascending.levels" : ".levels")).str();
  rom.partitions.push_back({array, {2, 3}});
  if (directed)
    rom.partitions.push_back({(name + ".reversed").str(), {2}});
  return rom;
}

Levels makeLevels(ActivationAttr activation, int64_t channels, int64_t pe, AccumulatorRange range) {
  ArrayRef<int64_t> directions = activation.getDirections().asArrayRef();
  Levels levels;
  levels.rom = makeThresholdRom(activation.getThresholds().getTensor().ToIntegers(),
                                {directions.begin(), directions.end()}, range);
  const bool shared = levels.rom.rows == 1 && channels != 1;
  levels.folds = shared ? 1 : channels / pe;
  levels.lanes = shared ? 1 : pe;
  return levels;
}

} // namespace

EmittedRom emitWeights(MatrixVectorOp op, StringRef name) {
  Type element = op.getWeights().getType().getElementType();
  const int bits = data::getDataType(element)->bits;
  const Folding folding = getFolding(op);
  const WeightLayout layout(folding.simd, bits);
  std::vector<uint64_t> words =
      packWeights(op.getWeights().getTensor().ToIntegers(), op.getInputs(), op.getOutputs(), bits,
                  isa<qnn::BipolarType>(element), folding);
  const int64_t tiles = int64_t(words.size()) / (folding.pe * layout.chunks);
  EmittedRom rom;
  raw_string_ostream os(rom.definition);
  os << formatv("static const uint{0}_t {1}[{2}][{3}][{4}] = ", layout.wordBits, name, tiles,
                folding.pe, layout.chunks);
  auto writeWord = [&](raw_string_ostream &os, int64_t i) {
    os << "0x" << llvm::utohexstr(words[i], /*LowerCase=*/true);
  };
  InitialiserWriter(os, {tiles, folding.pe, layout.chunks}, writeWord).write();
  os << ";\n";
  rom.expression = name.str();
  rom.partitions.push_back({name.str(), {2, 3}});
  return rom;
}

EmittedRom emitActivation(MatrixVectorOp op, StringRef name) {
  Type result = op.getResult().getType().getElementType();
  if (!op.getActivation()) {
    EmittedRom rom;
    if (op.isCount())
      rom.expression = formatv("RawSumOfCount<{0}, {1}>()", getCodeName(result), op.getInputs());
    else
      rom.expression = formatv("RawSum<{0}>()", getCodeName(result));
    return rom;
  }
  // The verifier has proven that the bounds exist.
  qnn::Bounds sums = *getSumBounds(op.getInput().getType().getElementType(), op.getWeights());
  AccumulatorRange range{sums.low, sums.high};
  if (op.isCount())
    range = {-op.getInputs(), op.getInputs(), op.getInputs()};
  Levels levels = makeLevels(*op.getActivation(), op.getOutputs(), int64_t(op.getPe()), range);
  return emitLevels(levels, *op.getActivation(), result, name);
}

EmittedRom emitActivation(ThresholdOp op, StringRef name) {
  qnn::Bounds bounds = qnn::getTypeBounds(op.getInput().getType().getElementType());
  Levels levels = makeLevels(op.getActivation(), int64_t(op.getChannels()), int64_t(op.getPe()),
                             {bounds.low, bounds.high});
  return emitLevels(levels, op.getActivation(), op.getResult().getType().getElementType(), name);
}

} // namespace qcompile::hls
