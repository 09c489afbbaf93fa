//===- EmitRom.cpp - Weights and thresholds as C++ ------------------------===//
#include "backends/hls/emit/EmitRom.h"

#include "backends/hls/Costs.h"
#include "backends/hls/emit/Initialiser.h"
#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
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

/// Integers of 8, 16, 32 or 64 bits.
int getContainerBits(int bits) { return bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64; }

std::string getContainer(Type element) {
  const int bits = data::getDataType(element)->bits;
  return formatv("{0}int{1}_t", element.isUnsignedInteger() ? "u" : "", getContainerBits(bits));
}

std::string getContainer(int64_t low, int64_t high) {
  return formatv("int{0}_t", getContainerBits(signedBits(low, high)));
}

std::string getInitialiser(ArrayRef<int64_t> values, ArrayRef<int64_t> extents, bool isUnsigned = false) {
  std::string text;
  raw_string_ostream os(text);
  auto write = [&](raw_string_ostream &os, int64_t i) {
    if (isUnsigned)
      os << uint64_t(values[i]) << (values[i] < 0 ? "ULL" : "");
    else if (values[i] == INT64_MIN)
      os << "(-9223372036854775807LL - 1)";
    else
      os << values[i];
  };
  InitialiserWriter(os, extents, write).write();
  return text;
}

/// A number in a template argument.
std::string getArgument(int64_t value) {
  if (value == INT64_MIN)
    return "(-9223372036854775807LL - 1)";
  return formatv("{0}LL", value);
}

/// What an activation meets: the numbers that come, the codes that leave, and where.
struct Place {
  AccumulatorRange range;
  Type result;
  int64_t channels, lanes;

  /// Rows of memory and rows per clock, for an activation with so many rows.
  int64_t folds(int64_t rows) const { return rows == 1 && channels != 1 ? 1 : channels / lanes; }
  int64_t rowLanes(int64_t rows) const { return rows == 1 && channels != 1 ? 1 : lanes; }
};

EmittedRom emitThresholds(ThresholdsAttr activation, const Place &place, StringRef name) {
  ArrayRef<int64_t> directions = activation.getDirections().asArrayRef();
  ThresholdRom levels = makeThresholdRom(activation.getLevels().getTensor().ToIntegers(),
                                         {directions.begin(), directions.end()}, place.range);
  const int64_t folds = place.folds(levels.rows), lanes = place.rowLanes(levels.rows);
  const bool directed = levels.anyReversed();
  std::string initialiser = getInitialiser(levels.levels, {folds, lanes, levels.count});
  std::string type =
      formatv("{0}<{1}, {2}, {3}, {4}, {5}, {6}, {7}, int{8}_t>", directed ? "DirectedThresholds" : "Thresholds",
              getCodeName(place.result), folds, lanes, levels.count, getArgument(activation.getLow()),
              getArgument(activation.getStep()), levels.levelBits, getContainerBits(levels.levelBits));
  EmittedRom rom;
  raw_string_ostream os(rom.definition);
  os << "static const " << type << " " << name << " = {\n";
  if (directed) {
    std::vector<int64_t> flags(levels.reversed.begin(), levels.reversed.end());
    os << "{" << initialiser << "},\n" << getInitialiser(flags, {folds, lanes});
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

EmittedRom emitTable(TableAttr activation, const Place &place, StringRef name) {
  const std::vector<int64_t> values = activation.getValues().getTensor().ToIntegers();
  CodeTable table{activation.getRows(), activation.getCount(), activation.getLow(), values};
  int64_t low = place.range.min, high = place.range.max;
  if (place.range.products) {
    table = makeTableOfCounts(table, place.range.products);
    low = 0;
    high = place.range.products;
  }
  const int64_t folds = place.folds(table.rows), lanes = place.rowLanes(table.rows);
  const int bits = signedBits(std::min(low, table.low), std::max(high, table.low + table.count - 1));
  EmittedRom rom;
  rom.definition =
      formatv("static const Table<{0}, {1}, {2}, {3}, {4}, {5}, {6}> {7} = {{\n{8}\n};\n", getCodeName(place.result),
              folds, lanes, table.count, getArgument(table.low), bits, getContainer(place.result), name,
              getInitialiser(table.values, {folds, lanes, table.count}, place.result.isUnsignedInteger()));
  rom.expression = name.str();
  rom.partitions.push_back({(name + ".values").str(), {2}});
  return rom;
}

StringRef getRoundingName(StringRef mode) {
  return llvm::StringSwitch<StringRef>(mode)
      .Case("ROUND", "HalfToEven")
      .Case("CEIL", "Upwards")
      .Case("FLOOR", "Downwards")
      .Case("UP", "AwayFromZero")
      .Case("DOWN", "TowardsZero")
      .Case("HALF_UP", "HalfAway")
      .Default("HalfToZero");
}

EmittedRom emitMultiplyShift(MultiplyShiftAttr activation, const Place &place, StringRef name) {
  std::vector<int64_t> multipliers(activation.getMultipliers().asArrayRef());
  std::vector<int64_t> offsets(activation.getOffsets().asArrayRef());
  int64_t low = place.range.min, high = place.range.max;
  if (const int64_t products = place.range.products) {
    // m * (2 p - K) + o = 2 m * p + (o - m * K); the last one is the number at p = 0.
    for (auto [multiplier, offset] : llvm::zip(multipliers, offsets)) {
      offset -= multiplier * products;
      multiplier *= 2;
    }
    low = 0;
    high = products;
  }
  const int bits = multiplyShiftBits(multipliers, offsets, {low, high}, activation.getShift(), activation.getLow(),
                                     activation.getHigh());
  auto [leastM, mostM] = std::minmax_element(multipliers.begin(), multipliers.end());
  auto [leastO, mostO] = std::minmax_element(offsets.begin(), offsets.end());
  const int64_t rows = activation.getRows();
  const int64_t folds = place.folds(rows), lanes = place.rowLanes(rows);
  EmittedRom rom;
  rom.definition =
      formatv("static const MultiplyShift<{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10}> {11} = "
              "{{\n{12},\n{13}\n};\n",
              getCodeName(place.result), getRoundingName(activation.getRounding().getValue()), folds, lanes,
              activation.getShift(), getArgument(activation.getLow()), getArgument(activation.getHigh()), bits,
              signedBits(*leastM, *mostM), getContainer(*leastM, *mostM), getContainer(*leastO, *mostO), name,
              getInitialiser(multipliers, {folds, lanes}), getInitialiser(offsets, {folds, lanes}));
  rom.expression = name.str();
  rom.partitions.push_back({(name + ".multipliers").str(), {2}});
  rom.partitions.push_back({(name + ".offsets").str(), {2}});
  return rom;
}

EmittedRom emitActivation(ActivationInterface activation, const Place &place, StringRef name) {
  if (auto thresholds = dyn_cast<ThresholdsAttr>(activation))
    return emitThresholds(thresholds, place, name);
  if (auto table = dyn_cast<TableAttr>(activation))
    return emitTable(table, place, name);
  return emitMultiplyShift(cast<MultiplyShiftAttr>(activation), place, name);
}

/// Of a unit with `terms` products in a sum.
template <typename Unit> EmittedRom emitUnitActivation(Unit op, int64_t terms, int64_t channels, StringRef name) {
  Type result = op.getResult().getType().getElementType();
  if (!op.getActivation()) {
    EmittedRom rom;
    if (op.isCount())
      rom.expression = formatv("RawSumOfCount<{0}, {1}>()", getCodeName(result), terms);
    else
      rom.expression = formatv("RawSum<{0}>()", getCodeName(result));
    return rom;
  }
  qnn::Bounds bounds = qnn::getTypeBounds(op.getAccumulator());
  AccumulatorRange range{bounds.low, bounds.high};
  if (op.isCount())
    range = {-terms, terms, terms};
  return emitActivation(*op.getActivation(), {range, result, channels, op.getResult().getType().getLanes()}, name);
}

EmittedRom emitWords(const std::vector<uint64_t> &words, int wordBits, ArrayRef<int64_t> extents, StringRef name) {
  EmittedRom rom;
  raw_string_ostream os(rom.definition);
  os << formatv("static const uint{0}_t {1}[{2}][{3}][{4}] = ", wordBits, name, extents[0], extents[1], extents[2]);
  auto writeWord = [&](raw_string_ostream &os, int64_t i) {
    os << "0x" << llvm::utohexstr(words[i], /*LowerCase=*/true);
  };
  InitialiserWriter(os, extents, writeWord).write();
  os << ";\n";
  rom.expression = name.str();
  rom.partitions.push_back({name.str(), {2, 3}});
  return rom;
}

/// A matrix of weights [inputs, outputs] in tiles.
EmittedRom emitTiles(data::ConstantAttr weights, int64_t inputs, int64_t outputs, Folding folding, StringRef name) {
  Type element = weights.getType().getElementType();
  const int bits = data::getDataType(element)->bits;
  const WeightLayout layout(folding.simd, bits);
  std::vector<uint64_t> words =
      packWeights(weights.getTensor().ToIntegers(), inputs, outputs, bits, isa<qnn::BipolarType>(element), folding);
  const int64_t tiles = int64_t(words.size()) / (folding.pe * layout.chunks);
  return emitWords(words, layout.wordBits, {tiles, folding.pe, layout.chunks}, name);
}

} // namespace

EmittedRom emitWeights(MatrixVectorOp op, StringRef name) {
  return emitTiles(op.getWeights(), op.getInputs(), op.getOutputs(), getFolding(op), name);
}

EmittedRom emitWeights(VectorVectorOp op, StringRef name) {
  // The channels of a word lie beside each other, as inputs of one output do.
  return emitTiles(op.getWeights(), op.getTaps() * op.getChannels(), 1, {1, op.getResult().getType().getLanes()}, name);
}

EmittedRom emitActivation(MatrixVectorOp op, StringRef name) {
  return emitUnitActivation(op, op.getInputs(), op.getOutputs(), name);
}

EmittedRom emitActivation(VectorVectorOp op, StringRef name) {
  return emitUnitActivation(op, op.getTaps(), op.getChannels(), name);
}

EmittedRom emitActivation(ActivateOp op, StringRef name) {
  StreamType input = op.getInput().getType();
  qnn::Bounds bounds = qnn::getTypeBounds(input.getElementType());
  return emitActivation(op.getActivation(),
                        {{bounds.low, bounds.high},
                         op.getResult().getType().getElementType(),
                         int64_t(op.getChannels()),
                         input.getLanes()},
                        name);
}

EmittedRom emitNumbers(ArrayRef<int64_t> values, ArrayRef<int64_t> extents, Type element, StringRef name) {
  EmittedRom rom;
  raw_string_ostream os(rom.definition);
  os << "static const " << getContainer(element) << " " << name;
  for (int64_t extent : extents)
    os << "[" << extent << "]";
  os << " = " << getInitialiser(values, extents, element.isUnsignedInteger()) << ";\n";
  rom.expression = name.str();
  rom.partitions.push_back({name.str(), {int(extents.size())}});
  return rom;
}

} // namespace qcompile::hls
