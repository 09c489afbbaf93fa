// The instruction set. docs/Imc.md specifies every instruction; this header is its shape.
//
// An instruction is a plain struct. Its `Visit` names every field once, with its range, in the
// order of the encoding; the encoder, the decoder, the assembler and the disassembler are all
// visitors, so that none of them can disagree with another.
#ifndef QCOMPILE_RUNTIME_IMC_INSTRUCTION_H_
#define QCOMPILE_RUNTIME_IMC_INSTRUCTION_H_

#include <cstddef>
#include <cstdint>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/core/data_type.h"

namespace qcompile::runtime::imc {

// How a weight tile is stored. Values 2 and 3 are reserved for coordinate and run-length form.
enum class WeightFormat : uint8_t {
  kDense = 0,
  kNOfM = 1,  // at most n entries in every m consecutive rows
};

// The encoding and the values of an integer field.
struct FieldRange {
  int bits = 0;
  int64_t min = 0;
  int64_t max = 0;
};
constexpr FieldRange Unsigned(int bits) { return {bits, 0, (int64_t{1} << bits) - 1}; }
constexpr FieldRange Count(int bits) { return {bits, 1, (int64_t{1} << bits) - 1}; }
constexpr FieldRange Signed(int bits) {
  return {bits, -(int64_t{1} << (bits - 1)), (int64_t{1} << (bits - 1)) - 1};
}
constexpr FieldRange kFlag = {1, 0, 1};
constexpr FieldRange kAddress = Unsigned(24);
constexpr FieldRange kDataOffset = Unsigned(32);

// Ends the program.
struct Halt {
  static constexpr uint8_t kOpcode = 0x01;
  static constexpr absl::string_view kMnemonic = "halt";
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {}
};

// Sets the types of inputs and weights for what follows.
struct Configure {
  static constexpr uint8_t kOpcode = 0x10;
  static constexpr absl::string_view kMnemonic = "configure";
  DataType input = DataType::Unsigned(1);
  DataType weight = DataType::Signed(1);
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Type("input", self.input, 8);
    visit.Type("weight", self.weight, 8);
  }
};

// Sets what `threshold` writes: low + step * count, as elements of `type`.
struct ConfigureOutput {
  static constexpr uint8_t kOpcode = 0x11;
  static constexpr absl::string_view kMnemonic = "configure_output";
  DataType type = DataType::Unsigned(1);
  int64_t low = 0;
  int64_t step = 1;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Type("type", self.type, 32);
    visit.Integer("low", self.low, Signed(32));
    visit.Integer("step", self.step, Signed(32));
  }
};

// Writes a weight tile into a bank.
struct LoadWeights {
  static constexpr uint8_t kOpcode = 0x20;
  static constexpr absl::string_view kMnemonic = "load_weights";
  int64_t bank = 0;
  WeightFormat format = WeightFormat::kDense;
  int64_t n = 0;  // n and m are zero for dense tiles
  int64_t m = 0;
  int64_t rows = 1;
  int64_t columns = 1;
  int64_t data = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("bank", self.bank, Unsigned(8));
    visit.Format("format", self.format);
    visit.Integer("n", self.n, Unsigned(13));
    visit.Integer("m", self.m, Unsigned(13));
    visit.Integer("rows", self.rows, Count(13));
    visit.Integer("columns", self.columns, Count(13));
    visit.Integer("data", self.data, kDataOffset);
  }
};

// Copies words from the data section into the threshold memory.
struct LoadThresholds {
  static constexpr uint8_t kOpcode = 0x21;
  static constexpr absl::string_view kMnemonic = "load_thresholds";
  int64_t thresholds = 0;
  int64_t words = 1;
  int64_t data = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("thresholds", self.thresholds, kAddress);
    visit.Integer("words", self.words, Count(25));
    visit.Integer("data", self.data, kDataOffset);
  }
};

// Reads input codes from the activation buffer into the input register, as bit planes.
struct Stream {
  static constexpr uint8_t kOpcode = 0x30;
  static constexpr absl::string_view kMnemonic = "stream";
  int64_t activation = 0;
  int64_t count = 1;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("count", self.count, Count(13));
  }
};

// Multiplies the input register with a bank into accumulators.
struct MultiplyAccumulate {
  static constexpr uint8_t kOpcode = 0x31;
  static constexpr absl::string_view kMnemonic = "mac";
  int64_t bank = 0;
  int64_t accumulator = 0;
  int64_t keep = 0;  // 1 adds to the accumulators, 0 replaces them
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("bank", self.bank, Unsigned(8));
    visit.Integer("accumulator", self.accumulator, kAddress);
    visit.Integer("keep", self.keep, kFlag);
  }
};

// Compares accumulators with thresholds and writes codes.
struct Threshold {
  static constexpr uint8_t kOpcode = 0x40;
  static constexpr absl::string_view kMnemonic = "threshold";
  int64_t accumulator = 0;
  int64_t thresholds = 0;
  int64_t channels = 1;
  int64_t levels = 1;
  int64_t shared = 0;  // 1: one row of thresholds serves all channels
  int64_t activation = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("accumulator", self.accumulator, kAddress);
    visit.Integer("thresholds", self.thresholds, kAddress);
    visit.Integer("channels", self.channels, Count(16));
    visit.Integer("levels", self.levels, Count(8));
    visit.Integer("shared", self.shared, kFlag);
    visit.Integer("activation", self.activation, kAddress);
  }
};

// The common shape of the two moves between accumulators and the activation buffer.
struct AccumulatorTransfer {
  int64_t accumulator = 0;
  int64_t activation = 0;
  int64_t count = 1;
  DataType type = DataType::Signed(32);
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("accumulator", self.accumulator, kAddress);
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Type("type", self.type, 32);
  }
};
struct LoadAccumulators : AccumulatorTransfer {
  static constexpr uint8_t kOpcode = 0x41;
  static constexpr absl::string_view kMnemonic = "load_accumulators";
};
struct StoreAccumulators : AccumulatorTransfer {
  static constexpr uint8_t kOpcode = 0x42;
  static constexpr absl::string_view kMnemonic = "store_accumulators";
};

// Copies accumulators to accumulators.
struct MoveAccumulators {
  static constexpr uint8_t kOpcode = 0x43;
  static constexpr absl::string_view kMnemonic = "move_accumulators";
  int64_t source = 0;
  int64_t destination = 0;
  int64_t count = 1;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("source", self.source, kAddress);
    visit.Integer("destination", self.destination, kAddress);
    visit.Integer("count", self.count, Count(16));
  }
};

// Copies elements within the activation buffer; strides are in elements.
struct Copy {
  static constexpr uint8_t kOpcode = 0x50;
  static constexpr absl::string_view kMnemonic = "copy";
  int64_t source = 0;
  int64_t destination = 0;
  int64_t count = 1;
  int64_t source_stride = 1;
  int64_t destination_stride = 1;
  int64_t element_bytes = 1;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("source", self.source, kAddress);
    visit.Integer("destination", self.destination, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Integer("source_stride", self.source_stride, Unsigned(16));
    visit.Integer("destination_stride", self.destination_stride, Count(16));
    visit.Integer("element_bytes", self.element_bytes, Count(3));
  }
};

using Instruction = std::variant<Halt, Configure, ConfigureOutput, LoadWeights, LoadThresholds,
                                 Stream, MultiplyAccumulate, Threshold, LoadAccumulators,
                                 StoreAccumulators, MoveAccumulators, Copy>;
inline constexpr size_t kNumOpcodes = std::variant_size_v<Instruction>;

// The mnemonic of an instruction, and of the i-th alternative of `Instruction`.
absl::string_view Mnemonic(const Instruction& instruction);
absl::string_view MnemonicOf(size_t alternative);

// "dense" and "n_m".
absl::string_view FormatName(WeightFormat format);

// Checks what the range of a single field does not say: every field in its range, n and m
// against the format, element sizes.
absl::Status CheckInstruction(const Instruction& instruction);

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_INSTRUCTION_H_
