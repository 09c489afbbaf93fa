// The target description: what a macro is made of and what its actions cost.
//
// A target is written as `key=value` pairs ("rows=256 columns=128 weight_layout=slices"). Keys
// that are absent take their defaults; every value is checked against a range, and so are the few
// relations between values. docs/Imc.md lists the keys with the sources of the defaults.
#ifndef QCOMPILE_RUNTIME_IMC_TARGET_H_
#define QCOMPILE_RUNTIME_IMC_TARGET_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace qcompile::runtime::imc {

// Where the bits of a weight wider than one cell go.
enum class WeightLayout : int64_t {
  kSlices = 0,  // adjacent columns, combined by shift and add
  kSlots = 1,   // consecutive slots of one column
};

// How stored weights meet their inputs (docs/Imc.md, "Cycles").
enum class Access : int64_t {
  kGather = 0,     // every stored entry fetches its input: time follows the stored slots
  kBroadcast = 1,  // rows are broadcast and entries compare indices: time follows the rows
};

struct Target {
  // Geometry of one weight bank.
  int64_t rows = 256;
  int64_t columns = 128;
  int64_t slots = 128;
  int64_t cell_bits = 1;
  WeightLayout weight_layout = WeightLayout::kSlices;
  Access access = Access::kGather;
  int64_t index_bits = 3;
  // Widths.
  int64_t max_input_bits = 32;
  int64_t max_weight_bits = 16;
  int64_t accumulator_bits = 48;
  // Memories.
  int64_t banks = 4;
  int64_t accumulators = 4096;
  int64_t activation_bytes = 1 << 20;
  int64_t threshold_words = 16384;
  int64_t instructions = 65536;
  // Throughput.
  int64_t tree_slots = 128;
  int64_t memory_bits_per_cycle = 64;
  int64_t activation_bits_per_cycle = 128;
  int64_t write_slots_per_cycle = 1;
  int64_t vector_lanes = 16;
  int64_t clock_mhz = 300;
  // Energy per action, in attojoules.
  int64_t product_aj = 280;
  int64_t full_adder_aj = 3400;
  int64_t flip_flop_aj = 1700;
  int64_t buffer_bit_aj = 1700;
  int64_t weight_write_bit_aj = 570;
  int64_t memory_bit_aj = 3700000;

  friend bool operator==(const Target&, const Target&) = default;
};

// One key of a target description. Keys that take a word list the words in `choices`; the
// others take an integer from `min` to `max`.
struct TargetOption {
  absl::string_view key;
  int64_t min = 0;
  int64_t max = 0;
  std::vector<absl::string_view> choices;
  absl::string_view help;
};

// All keys, in the order in which they are printed.
const std::vector<TargetOption>& TargetOptions();

// The value of a key as it is written in a description. `key` must be one of TargetOptions().
std::string TargetValue(const Target& target, absl::string_view key);

// Reports every wrong pair in one message.
absl::StatusOr<Target> MakeTarget(absl::Span<const std::pair<std::string, std::string>> options);

// The same from text: pairs separated by spaces.
absl::StatusOr<Target> ParseTarget(absl::string_view text);

// Every key with its value; ParseTarget reads it back.
std::string TargetToString(const Target& target);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_TARGET_H_
