// Cycles and energy of every instruction, as functions of its shape alone.
//
// Cycles follow the formulas of docs/Imc.md. Energy is an estimate: actions are counted and
// multiplied with the target's energy per action (28 nm, 0.9 V, full toggle by default).
#ifndef QCOMPILE_RUNTIME_IMC_COST_MODEL_H_
#define QCOMPILE_RUNTIME_IMC_COST_MODEL_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/imc/target.h"
#include "runtime/imc/weight_tile.h"

namespace qcompile::runtime::imc {

// Attojoules by component.
struct Energy {
  double products = 0;       // one-bit products of cells and input lines
  double adder_tree = 0;     // sums over the rows of a column
  double accumulators = 0;   // shift-and-add and accumulator registers
  double comparators = 0;    // comparisons with thresholds and between elements
  double vector = 0;         // adders and multipliers of the vector unit
  double registers = 0;      // input and configuration registers
  double buffers = 0;        // activation buffer, threshold memory, accumulator file
  double weight_writes = 0;  // cells written
  double memory = 0;         // bits read from the data section

  Energy& operator+=(const Energy& other);
  double Total() const;
  // Components with their names, in the order above.
  std::vector<std::pair<absl::string_view, double>> Components() const;
};

struct Cost {
  int64_t cycles = 0;
  Energy energy;
};

Cost ControlCost();
// The end of a loop body: loops turn without overhead.
Cost LoopEndCost();
Cost LoadWeightsCost(const TileShape& tile, const Target& target);
// `bytes` from the data section into an on-chip memory.
Cost LoadDataCost(int64_t bytes, const Target& target);
// `accesses` reads of the activation buffer that fill the input register with `count` codes, none
// of more than `longest` codes.
Cost StreamCost(int64_t count, int64_t accesses, int64_t longest, DataType input,
                const Target& target);
Cost MultiplyAccumulateCost(const TileShape& tile, DataType input, bool keep, const Target& target);
Cost ThresholdCost(int64_t channels, int64_t levels, DataType output, const Target& target);
// Moves of `count` elements of `bits` bits through the vector unit.
Cost VectorCost(int64_t count, int64_t bits, const Target& target);
// The same with an addition or comparison, or a multiplication by `factor_bits` bits, each.
Cost AddCost(int64_t count, int64_t bits, const Target& target);
Cost MultiplyCost(int64_t count, int64_t bits, int64_t factor_bits, const Target& target);
Cost RequantizeCost(int64_t channels, DataType output, const Target& target);
Cost LookupCost(int64_t count, int64_t bits, int64_t entry_bytes, const Target& target);
Cost SelectCost(int64_t count, int64_t k, DataType type, const Target& target);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_COST_MODEL_H_
