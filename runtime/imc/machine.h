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
  // `data` must outlive the machine. Loops must have been checked (CheckProgram).
  Machine(const Target& target, absl::Span<const uint8_t> data, size_t num_instructions);

  // Clears every memory and the counts.
  void Reset();

  // The index of the instruction that comes next.
  size_t next() const { return next_; }
  // Executes the instruction with that index. A tile decoded once is kept for the next run, since
  // neither code nor data change.
  absl::StatusOr<Cost> Execute(const Instruction& instruction);

  bool halted() const { return halted_; }
  const Counts& counts() const { return counts_; }

  // Elements of the activation buffer; the range must have been checked.
  int64_t ReadElement(int64_t address, DataType type) const;
  void WriteElement(int64_t address, DataType type, int64_t value);

 private:
  // Column-major: the weights of a column are multiplied with the input register.
  struct Tile {
    TileShape shape;
    std::vector<int32_t> weights;
    std::vector<int16_t> narrow;  // the same, where 16 bits hold them all
  };
  // How far the addresses of each kind are advanced by the open loops.
  struct Offsets {
    int64_t source = 0;
    int64_t operand = 0;
    int64_t destination = 0;
    int64_t accumulator = 0;
    void Advance(const Repeat& steps, int64_t times);
  };
  struct Loop {
    Repeat repeat;
    int64_t iteration = 0;
    size_t body = 0;  // the first instruction
  };

  absl::StatusOr<Cost> Do(const Halt& op);
  absl::StatusOr<Cost> Do(const Repeat& op);
  absl::StatusOr<Cost> Do(const EndRepeat& op);
  absl::StatusOr<Cost> Do(const Configure& op);
  absl::StatusOr<Cost> Do(const ConfigureOutput& op);
  absl::StatusOr<Cost> Do(const ConfigureWindow& op);
  absl::StatusOr<Cost> Do(const ConfigureRequantize& op);
  absl::StatusOr<Cost> Do(const ConfigureTable& op);
  absl::StatusOr<Cost> Do(const LoadWeights& op);
  absl::StatusOr<Cost> Do(const LoadThresholds& op);
  absl::StatusOr<Cost> Do(const LoadConstants& op);
  absl::StatusOr<Cost> Do(const Stream& op);
  absl::StatusOr<Cost> Do(const StreamWindow& op);
  absl::StatusOr<Cost> Do(const MultiplyAccumulate& op);
  absl::StatusOr<Cost> Do(const Threshold& op);
  absl::StatusOr<Cost> Do(const Requantize& op);
  absl::StatusOr<Cost> Do(const LoadAccumulators& op);
  absl::StatusOr<Cost> Do(const StoreAccumulators& op);
  absl::StatusOr<Cost> Do(const MoveAccumulators& op);
  absl::StatusOr<Cost> Do(const AddAccumulators& op);
  absl::StatusOr<Cost> Do(const MultiplyAccumulators& op);
  absl::StatusOr<Cost> Do(const MaxAccumulators& op);
  absl::StatusOr<Cost> Do(const MultiplyAdd& op);
  absl::StatusOr<Cost> Do(const Lookup& op);
  absl::StatusOr<Cost> Do(const Select& op);
  absl::StatusOr<Cost> Do(const Copy& op);
  absl::StatusOr<Cost> Do(const Fill& op);

  absl::StatusOr<std::shared_ptr<const Tile>> DecodedTile(const LoadWeights& op);
  absl::Status ClearInputs(int64_t count);
  absl::Status AppendInputs(int64_t address, int64_t count);
  absl::Status SetAccumulator(int64_t index, int64_t value);
  absl::Status CheckBank(int64_t bank) const;
  absl::Status CheckActivations(int64_t address, int64_t count, int64_t bytes) const;
  absl::Status CheckAccumulators(int64_t first, int64_t count) const;
  absl::Status CheckData(int64_t first, int64_t bytes) const;
  int64_t Word(int64_t address, bool wide) const;
  absl::Status CheckRow(const Threshold& op, int64_t row);
  absl::StatusOr<int64_t> CountReached(const Threshold& op, int64_t channel);
  absl::Status LookUp(const Lookup& op, int64_t element);

  // acc = combine(acc, element) for all of `op`, with checks.
  template <typename Op, typename F>
  absl::Status ForElements(const Op& op, int64_t offset, F combine);

  Target target_;
  int64_t accumulator_min_;
  int64_t accumulator_max_;
  absl::Span<const uint8_t> data_;
  std::vector<std::shared_ptr<const Tile>> decoded_;  // by instruction
  size_t index_ = 0;                                  // of the instruction that runs
  size_t next_ = 0;
  std::vector<Loop> loops_;
  Offsets offsets_;

  std::vector<uint8_t> activations_;
  std::vector<int64_t> accumulators_;
  std::vector<int32_t> thresholds_;
  // Rows known to be sorted, by their first word: levels and width, until thresholds are loaded.
  std::vector<uint16_t> sorted_rows_;
  std::vector<std::shared_ptr<const Tile>> banks_;
  std::vector<int64_t> inputs_;  // the input register: values of codes
  std::vector<int16_t> narrow_inputs_;
  std::optional<DataType> input_type_;  // of the codes in the register
  std::optional<Configure> types_;
  std::optional<ConfigureOutput> output_;
  std::optional<ConfigureWindow> window_;
  std::optional<ConfigureRequantize> requantize_;
  std::optional<ConfigureTable> table_;
  Counts counts_;
  bool halted_ = false;
};

// Whether 0 <= first and first + count <= limit; the message names `what`.
absl::Status CheckRange(absl::string_view what, int64_t first, int64_t count, int64_t limit);
absl::Status NotAValue(int64_t value, DataType type);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_MACHINE_H_
