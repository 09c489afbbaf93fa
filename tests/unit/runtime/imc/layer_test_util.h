// Layers run on the simulator beside a naive integer loop.
#ifndef QCOMPILE_TESTS_UNIT_RUNTIME_IMC_LAYER_TEST_UTIL_H_
#define QCOMPILE_TESTS_UNIT_RUNTIME_IMC_LAYER_TEST_UTIL_H_

#include <algorithm>
#include <functional>

#include "runtime/imc/code_generator.h"
#include "tests/unit/runtime/imc/imc_test_util.h"

namespace qcompile::runtime::imc {

inline int64_t NaiveThreshold(const ThresholdTable &table, int64_t channel, int64_t value) {
  int64_t levels = table.thresholds.shape()[1];
  int64_t row = table.thresholds.shape()[0] == 1 ? 0 : channel;
  int64_t count = 0;
  for (int64_t t = 0; t < levels; ++t) {
    int64_t threshold = table.thresholds.IntegerAt(row * levels + t);
    count += table.directions[row] > 0 ? value >= threshold : value <= threshold;
  }
  return table.low + table.step * count;
}

inline int64_t NaiveRequantize(const RequantizeTable &table, int64_t channel, int64_t value) {
  auto at = [&](const std::vector<int64_t> &list) { return list[list.size() == 1 ? 0 : channel]; };
  // Small enough that doubles hold numerator, quotient and ties exactly.
  double exact = static_cast<double>(at(table.multipliers) * value + at(table.offsets)) /
                 static_cast<double>(int64_t{1} << table.shift);
  return RoundAndClamp(exact, table.rounding, table.low, table.high);
}

// What becomes of the sum of one channel.
inline int64_t NaiveFinish(const Finish &finish, int64_t channel, int64_t value) {
  if (const auto *table = std::get_if<ThresholdTable>(&finish)) {
    return NaiveThreshold(*table, channel, value);
  }
  if (const auto *table = std::get_if<RequantizeTable>(&finish)) {
    return NaiveRequantize(*table, channel, value);
  }
  return value;
}

inline std::vector<int64_t> NaiveMatmul(const MatmulLayer &layer, const Tensor &x) {
  int64_t inputs = layer.weights.shape()[0];
  int64_t outputs = layer.weights.shape()[1];
  std::vector<int64_t> y;
  for (int64_t v = 0; v < layer.vectors; ++v) {
    for (int64_t m = 0; m < outputs; ++m) {
      int64_t sum = 0;
      for (int64_t k = 0; k < inputs; ++k) {
        sum += x.IntegerAt(v * inputs + k) * layer.weights.IntegerAt(k * outputs + m);
      }
      y.push_back(NaiveFinish(layer.finish, m, sum));
    }
  }
  return y;
}

// The program of what `emit` emits, with one input at byte 0 and one output at `output_address`.
inline absl::StatusOr<Program> MakeProgram(const Target &target, DataType input, int64_t input_elements,
                                           DataType output, int64_t output_elements, int64_t output_address,
                                           const std::function<absl::Status(CodeGenerator &)> &emit) {
  CodeGenerator generator(target);
  absl::Status status = emit(generator);
  if (!status.ok())
    return status;
  generator.Add(Halt{});
  Program program;
  program.target = target;
  program.ports = {{false, "x", input, input_elements, 0}, {true, "y", output, output_elements, output_address}};
  program.instructions = generator.instructions();
  program.data = generator.data();
  return program;
}

inline absl::StatusOr<Program> MatmulProgram(const Target &target, MatmulLayer &layer) {
  int64_t inputs = layer.vectors * layer.weights.shape()[0];
  DataType output = ResultType(layer.finish);
  layer.output_address = inputs * ElementBytes(layer.input);
  return MakeProgram(target, layer.input, inputs, output, layer.vectors * layer.weights.shape()[1],
                     layer.output_address, [&](CodeGenerator &g) { return Emit(g, layer); });
}

inline Tensor RandomTensor(DataType type, Shape shape, std::mt19937_64 &random, int zeros_percent = 0) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < NumElements(shape); ++i) {
    bool zero = static_cast<int>(random() % 100) < zeros_percent && type != DataType::Bipolar();
    values.push_back(zero ? 0 : RandomCode(type, random));
  }
  return Integers(type, std::move(shape), values);
}

inline RequantizeTable RandomFactors(int64_t rows, std::mt19937_64 &random) {
  RequantizeTable table;
  for (int64_t row = 0; row < rows; ++row) {
    table.multipliers.push_back(static_cast<int64_t>(random() % 200) - 100);
    table.offsets.push_back(static_cast<int64_t>(random() % 20000) - 10000);
  }
  if (random() % 2)
    table.offsets.resize(1);
  table.shift = static_cast<int64_t>(random() % 9);
  table.rounding = static_cast<RoundingMode>(random() % 7);
  table.low = -100;
  table.high = 120;
  table.type = DataType::Signed(8);
  return table;
}

// Sorted thresholds between `low` and `high`, some of them equal.
inline ThresholdTable RandomTable(int64_t rows, int64_t levels, int64_t low, int64_t high, std::mt19937_64 &random) {
  ThresholdTable table;
  std::vector<int64_t> all;
  for (int64_t row = 0; row < rows; ++row) {
    std::vector<int64_t> values;
    for (int64_t t = 0; t < levels; ++t) {
      values.push_back(low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1)));
    }
    std::sort(values.begin(), values.end());
    table.directions.push_back(random() % 2 ? 1 : -1);
    if (table.directions.back() < 0)
      std::reverse(values.begin(), values.end());
    all.insert(all.end(), values.begin(), values.end());
  }
  table.thresholds = Integers(DataType::Signed(40), {rows, levels}, all);
  table.type = DataType::Signed(16);
  table.low = -static_cast<int64_t>(random() % 100);
  table.step = random() % 2 ? 1 : -3;
  return table;
}

// Any finish for sums of `channels` channels.
inline Finish RandomFinish(int64_t channels, std::mt19937_64 &random) {
  int64_t rows = random() % 3 ? channels : 1;
  switch (random() % 3) {
  case 0:
    return RandomTable(rows, 1 + static_cast<int64_t>(random() % 15), -300, 300, random);
  case 1:
    return RandomFactors(rows, random);
  default:
    return DataType::Signed(32);
  }
}

} // namespace qcompile::runtime::imc

#endif // QCOMPILE_TESTS_UNIT_RUNTIME_IMC_LAYER_TEST_UTIL_H_
