// Instructions of the vector unit: accumulators, the activation buffer, and moves between them.
// docs/Imc.md specifies them.
#ifndef QCOMPILE_RUNTIME_IMC_VECTOR_INSTRUCTIONS_H_
#define QCOMPILE_RUNTIME_IMC_VECTOR_INSTRUCTIONS_H_

#include "runtime/imc/field.h"

namespace qcompile::runtime::imc {

// Compares accumulators with thresholds and writes codes.
struct Threshold {
  static constexpr uint8_t kOpcode = 0x40;
  static constexpr absl::string_view kMnemonic = "threshold";
  int64_t accumulator = 0;
  int64_t thresholds = 0;
  int64_t channels = 1;
  int64_t levels = 1;
  int64_t shared = 0;  // 1: one row of thresholds serves all channels
  int64_t wide = 0;    // 1: a threshold takes two words
  int64_t activation = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("accumulator", self.accumulator, kAccumulator);
    visit.Integer("thresholds", self.thresholds, kAddress);
    visit.Integer("channels", self.channels, Count(16));
    visit.Integer("levels", self.levels, Count(8));
    visit.Integer("shared", self.shared, kFlag);
    visit.Integer("wide", self.wide, kFlag);
    visit.Integer("activation", self.activation, kAddress);
  }
};

// acc = multiplier * element.
struct LoadAccumulators {
  static constexpr uint8_t kOpcode = 0x41;
  static constexpr absl::string_view kMnemonic = "load_accumulators";
  int64_t accumulator = 0;
  int64_t activation = 0;
  int64_t count = 1;
  DataType type = DataType::Signed(32);
  int64_t multiplier = 1;
  int64_t broadcast = 0;  // 1: one element for all accumulators
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("accumulator", self.accumulator, kAccumulator);
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Type("type", self.type, kMaxElementBits);
    visit.Integer("multiplier", self.multiplier, Signed(48));
    visit.Integer("broadcast", self.broadcast, kFlag);
  }
};

struct StoreAccumulators {
  static constexpr uint8_t kOpcode = 0x42;
  static constexpr absl::string_view kMnemonic = "store_accumulators";
  int64_t accumulator = 0;
  int64_t activation = 0;
  int64_t count = 1;
  DataType type = DataType::Signed(32);
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("accumulator", self.accumulator, kAccumulator);
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Type("type", self.type, kMaxElementBits);
  }
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
    visit.Integer("source", self.source, kAccumulator);
    visit.Integer("destination", self.destination, kAccumulator);
    visit.Integer("count", self.count, Count(16));
  }
};

// acc = acc + multiplier * element.
struct AddAccumulators : LoadAccumulators {
  static constexpr uint8_t kOpcode = 0x44;
  static constexpr absl::string_view kMnemonic = "add_accumulators";
};

// The common shape of what combines accumulators with elements.
struct Combine {
  int64_t accumulator = 0;
  int64_t activation = 0;
  int64_t count = 1;
  DataType type = DataType::Signed(32);
  int64_t broadcast = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("accumulator", self.accumulator, kAccumulator);
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Type("type", self.type, kMaxElementBits);
    visit.Integer("broadcast", self.broadcast, kFlag);
  }
};
struct MultiplyAccumulators : Combine {
  static constexpr uint8_t kOpcode = 0x45;
  static constexpr absl::string_view kMnemonic = "multiply_accumulators";
};
struct MaxAccumulators : Combine {
  static constexpr uint8_t kOpcode = 0x46;
  static constexpr absl::string_view kMnemonic = "max_accumulators";
};

// acc = acc + scalar * element: one element times a vector of elements.
struct MultiplyAdd {
  static constexpr uint8_t kOpcode = 0x47;
  static constexpr absl::string_view kMnemonic = "multiply_add";
  int64_t accumulator = 0;
  int64_t scalar = 0;
  DataType scalar_type = DataType::Signed(8);
  int64_t activation = 0;
  int64_t count = 1;
  DataType type = DataType::Signed(8);
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("accumulator", self.accumulator, kAccumulator);
    visit.Integer("scalar", self.scalar, kAddress);
    visit.Type("scalar_type", self.scalar_type, kMaxElementBits);
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Type("type", self.type, kMaxElementBits);
  }
};

// Multiplies, adds, shifts, rounds and clamps accumulators, and writes codes.
struct Requantize {
  static constexpr uint8_t kOpcode = 0x48;
  static constexpr absl::string_view kMnemonic = "requantize";
  int64_t accumulator = 0;
  int64_t factors = 0;  // word address of the first row
  int64_t channels = 1;
  int64_t shared = 0;
  int64_t activation = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("accumulator", self.accumulator, kAccumulator);
    visit.Integer("factors", self.factors, kAddress);
    visit.Integer("channels", self.channels, Count(16));
    visit.Integer("shared", self.shared, kFlag);
    visit.Integer("activation", self.activation, kAddress);
  }
};

// Replaces elements by entries of a table.
struct Lookup {
  static constexpr uint8_t kOpcode = 0x49;
  static constexpr absl::string_view kMnemonic = "lookup";
  int64_t activation = 0;
  int64_t destination = 0;
  int64_t count = 1;
  DataType type = DataType::Signed(8);
  int64_t shared = 1;  // 0: element i has table i
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("destination", self.destination, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Type("type", self.type, kMaxElementBits);
    visit.Integer("shared", self.shared, kFlag);
  }
};

// The k largest or smallest of `count` elements, in order: their values or their positions.
struct Select {
  static constexpr uint8_t kOpcode = 0x4a;
  static constexpr absl::string_view kMnemonic = "select";
  int64_t activation = 0;
  int64_t destination = 0;
  int64_t count = 1;
  int64_t k = 1;
  int64_t stride = 1;  // elements, of what is read and of what is written
  DataType type = DataType::Signed(8);
  int64_t smallest = 0;
  int64_t last = 0;       // 1: of equal elements the last one comes first
  int64_t positions = 0;  // 1: writes positions, as int64
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("activation", self.activation, kAddress);
    visit.Integer("destination", self.destination, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Integer("k", self.k, Count(16));
    visit.Integer("stride", self.stride, Count(20));
    visit.Type("type", self.type, kMaxElementBits);
    visit.Integer("smallest", self.smallest, kFlag);
    visit.Integer("last", self.last, kFlag);
    visit.Integer("positions", self.positions, kFlag);
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
  DataType type = DataType::Signed(8);
  DataType result_type = DataType::Signed(8);
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("source", self.source, kAddress);
    visit.Integer("destination", self.destination, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Integer("source_stride", self.source_stride, Unsigned(16));
    visit.Integer("destination_stride", self.destination_stride, Count(16));
    visit.Type("type", self.type, kMaxElementBits);
    visit.Type("result_type", self.result_type, kMaxElementBits);
  }
};

// Writes one value to many elements.
struct Fill {
  static constexpr uint8_t kOpcode = 0x51;
  static constexpr absl::string_view kMnemonic = "fill";
  int64_t destination = 0;
  int64_t count = 1;
  int64_t stride = 1;  // elements
  DataType type = DataType::Signed(8);
  int64_t value = 0;
  template <typename Self, typename V>
  static void Visit(Self& self, V& visit) {
    visit.Integer("destination", self.destination, kAddress);
    visit.Integer("count", self.count, Count(16));
    visit.Integer("stride", self.stride, Count(16));
    visit.Type("type", self.type, kMaxElementBits);
    visit.Integer("value", self.value, Signed(48));
  }
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_VECTOR_INSTRUCTIONS_H_
