// Instructions of control, configuration, loads and the macro itself. docs/Imc.md specifies them.
//
// An instruction is a plain struct. Its `Visit` names every field once, with its range, in the
// order of the encoding; the encoder, the decoder, the assembler and the disassembler are all
// visitors, so that none of them can disagree with another.
#ifndef QCOMPILE_RUNTIME_IMC_MACRO_INSTRUCTIONS_H_
#define QCOMPILE_RUNTIME_IMC_MACRO_INSTRUCTIONS_H_

#include "runtime/imc/field.h"

namespace qcompile::runtime::imc {

// Ends the program.
struct Halt {
  static constexpr uint8_t kOpcode = 0x01;
  static constexpr absl::string_view kMnemonic = "halt";
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {}
};

// Runs what follows, up to the end_repeat that belongs to it, `count` times. In iteration i every
// address of its kind is i * step further: bytes that are read, bytes that are read as the second
// operand, bytes that are written, accumulators.
struct Repeat {
  static constexpr uint8_t kOpcode = 0x02;
  static constexpr absl::string_view kMnemonic = "repeat";
  int64_t count = 1;
  int64_t source = 0;
  int64_t operand = 0;
  int64_t destination = 0;
  int64_t accumulator = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("count", self.count, Count(24));
    visit.Integer("source", self.source, Unsigned(24));
    visit.Integer("operand", self.operand, Unsigned(24));
    visit.Integer("destination", self.destination, Unsigned(24));
    visit.Integer("accumulator", self.accumulator, Unsigned(24));
  }
};

struct EndRepeat {
  static constexpr uint8_t kOpcode = 0x03;
  static constexpr absl::string_view kMnemonic = "end_repeat";
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
    visit.Type("input", self.input, kMaxInputBits);
    visit.Type("weight", self.weight, kMaxWeightBits);
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
    visit.Type("type", self.type, kMaxElementBits);
    visit.Integer("low", self.low, Signed(32));
    visit.Integer("step", self.step, Signed(32));
  }
};

// Sets the window of `stream_window`: runs of adjacent elements, and up to three dimensions of
// runs with strides in bytes, from the innermost.
struct ConfigureWindow {
  static constexpr uint8_t kOpcode = 0x12;
  static constexpr absl::string_view kMnemonic = "configure_window";
  int64_t run = 1;
  int64_t count1 = 1;
  int64_t stride1 = 0;
  int64_t count2 = 1;
  int64_t stride2 = 0;
  int64_t count3 = 1;
  int64_t stride3 = 0;
  friend bool operator==(const ConfigureWindow&, const ConfigureWindow&) = default;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("run", self.run, Count(15));
    visit.Integer("count1", self.count1, Count(11));
    visit.Integer("stride1", self.stride1, Unsigned(24));
    visit.Integer("count2", self.count2, Count(11));
    visit.Integer("stride2", self.stride2, Unsigned(24));
    visit.Integer("count3", self.count3, Count(11));
    visit.Integer("stride3", self.stride3, Unsigned(24));
  }
};

// Sets what `requantize` writes, and how it rounds.
struct ConfigureRequantize {
  static constexpr uint8_t kOpcode = 0x13;
  static constexpr absl::string_view kMnemonic = "configure_requantize";
  DataType type = DataType::Unsigned(1);
  int64_t low = 0;
  int64_t high = 0;
  int64_t shift = 0;
  RoundingMode rounding = RoundingMode::kHalfEven;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Type("type", self.type, kMaxElementBits);
    visit.Integer("low", self.low, Signed(48));
    visit.Integer("high", self.high, Signed(48));
    visit.Integer("shift", self.shift, FieldRange{6, 0, 62});
    visit.Choice("rounding", self.rounding, kRoundings);
  }
};

// Sets the table of `lookup`: entries of `entry_bytes` bytes at an address of the activation
// buffer, entry 0 for the index `low`.
struct ConfigureTable {
  static constexpr uint8_t kOpcode = 0x14;
  static constexpr absl::string_view kMnemonic = "configure_table";
  int64_t table = 0;
  int64_t entries = 1;
  int64_t entry_bytes = 1;
  int64_t low = 0;
  int64_t clamp = 0;  // 1: indices are clamped; 0: they wrap once and are checked
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("table", self.table, kAddress);
    visit.Integer("entries", self.entries, Count(24));
    visit.Integer("entry_bytes", self.entry_bytes, Count(20));
    visit.Integer("low", self.low, Signed(48));
    visit.Integer("clamp", self.clamp, kFlag);
  }
};

// Writes a weight tile into a bank.
struct LoadWeights {
  static constexpr uint8_t kOpcode = 0x20;
  static constexpr absl::string_view kMnemonic = "load_weights";
  int64_t bank = 0;
  WeightFormat format = WeightFormat::kDense;
  int64_t n = 0;  // n and m: see TileShape
  int64_t m = 0;
  int64_t rows = 1;
  int64_t columns = 1;
  int64_t data = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("bank", self.bank, Unsigned(8));
    visit.Choice("format", self.format, kFormats);
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

// Copies bytes from the data section into the activation buffer.
struct LoadConstants {
  static constexpr uint8_t kOpcode = 0x22;
  static constexpr absl::string_view kMnemonic = "load_constants";
  int64_t destination = 0;
  int64_t bytes = 1;
  int64_t data = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("destination", self.destination, kAddress);
    visit.Integer("bytes", self.bytes, Count(25));
    visit.Integer("data", self.data, kDataOffset);
  }
};

// Reads adjacent codes from the activation buffer into the input register, as bit planes.
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
    visit.Integer("accumulator", self.accumulator, kAccumulator);
    visit.Integer("keep", self.keep, kFlag);
  }
};

// Reads elements `first` to `first + count - 1` of the window at an address.
struct StreamWindow {
  static constexpr uint8_t kOpcode = 0x32;
  static constexpr absl::string_view kMnemonic = "stream_window";
  int64_t activation = 0;
  int64_t first = 0;
  int64_t count = 1;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("first", self.first, Unsigned(24));
    visit.Integer("count", self.count, Count(13));
  }
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_MACRO_INSTRUCTIONS_H_
