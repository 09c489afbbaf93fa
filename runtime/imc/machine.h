// The state of the macro and the effect of every instruction on it.
#ifndef QCOMPILE_RUNTIME_IMC_MACHINE_H_
#define QCOMPILE_RUNTIME_IMC_MACHINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/imc/cost_model.h"
#include "runtime/imc/instruction.h"
#include "runtime/imc/target.h"
#include "runtime/imc/weight_tile.h"

namespace qcompile::runtime::imc {

// What a program did besides its results. The counts depend on the program alone, not on data.
struct Counts {
  int64_t weight_slots_written = 0;  // over all columns and loads
  int64_t peak_slots_used = 0;       // most slots occupied at one time, over all banks
  int64_t macs = 0;                  // products of the dense layer: rows x columns
  int64_t stored_macs = 0;           // products of stored entries: entries x columns
};

// Every address, type and value is checked; nothing wraps. Errors do not name the instruction:
// the caller knows its index.
class Machine {
 public:
  // `data` must outlive the machine.
  Machine(const Target& target, absl::Span<const uint8_t> data, size_t num_instructions);

  // Clears every memory and the counts.
  void Reset();

  // Executes one instruction. `index` is its place in the program: a tile decoded once is kept
  // for the next run, since neither code nor data change.
  absl::StatusOr<Cost> Execute(const Instruction& instruction, size_t index);

  absl::Span<uint8_t> activations() { return absl::MakeSpan(activations_); }
  bool halted() const { return halted_; }
  const Counts& counts() const { return counts_; }

  // Elements of the activation buffer; the range must have been checked.
  int64_t ReadElement(int64_t address, DataType type) const;
  void WriteElement(int64_t address, DataType type, int64_t value);

 private:
  struct Tile {
    TileShape shape;
    std::vector<int32_t> weights;      // row-major
    std::vector<int64_t> column_sums;  // for the bipolar identity
  };

  absl::StatusOr<Cost> Do(const Halt& op);
  absl::StatusOr<Cost> Do(const Configure& op);
  absl::StatusOr<Cost> Do(const ConfigureOutput& op);
  absl::StatusOr<Cost> Do(const LoadWeights& op);
  absl::StatusOr<Cost> Do(const LoadThresholds& op);
  absl::StatusOr<Cost> Do(const Stream& op);
  absl::StatusOr<Cost> Do(const MultiplyAccumulate& op);
  absl::StatusOr<Cost> Do(const Threshold& op);
  absl::StatusOr<Cost> Do(const LoadAccumulators& op);
  absl::StatusOr<Cost> Do(const StoreAccumulators& op);
  absl::StatusOr<Cost> Do(const MoveAccumulators& op);
  absl::StatusOr<Cost> Do(const Copy& op);

  absl::StatusOr<std::shared_ptr<const Tile>> DecodedTile(const LoadWeights& op);
  std::vector<int64_t> BitSerialSums(const Tile& tile) const;
  absl::Status SetAccumulator(int64_t index, int64_t value);
  absl::Status CheckBank(int64_t bank) const;
  absl::Status CheckActivations(int64_t address, int64_t count, int64_t bytes) const;
  absl::Status CheckAccumulators(int64_t first, int64_t count) const;
  absl::StatusOr<int64_t> CountReached(const Threshold& op, int64_t channel) const;

  Target target_;
  absl::Span<const uint8_t> data_;
  std::vector<std::shared_ptr<const Tile>> decoded_;  // by instruction
  size_t index_ = 0;

  std::vector<uint8_t> activations_;
  std::vector<int64_t> accumulators_;
  std::vector<int32_t> thresholds_;
  std::vector<std::shared_ptr<const Tile>> banks_;
  std::vector<uint8_t> inputs_;         // the input register: codes as bits
  std::optional<DataType> input_type_;  // of the codes in the register
  std::optional<Configure> types_;
  std::optional<ConfigureOutput> output_;
  Counts counts_;
  bool halted_ = false;
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_MACHINE_H_
