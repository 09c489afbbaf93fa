// From integer layers to instructions.
//
// Layers are emitted in program order, each by an overload of Emit. Addresses of the activation
// buffer are the caller's business; that they lie in it and that results overlap no operand is
// checked. An error names the limit of the target that a layer exceeds; what was emitted before
// it must then be discarded.
#ifndef QCOMPILE_RUNTIME_IMC_CODE_GENERATOR_H_
#define QCOMPILE_RUNTIME_IMC_CODE_GENERATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/imc/instruction.h"
#include "runtime/imc/layers.h"
#include "runtime/imc/target.h"

namespace qcompile::runtime::imc {

// A loop: how often, and how far the addresses of each kind advance, in bytes and registers.
struct LoopLevel {
  int64_t count = 1;
  int64_t source = 0;
  int64_t operand = 0;
  int64_t destination = 0;
  int64_t accumulator = 0;
};

// Bytes of the activation buffer.
struct ByteRange {
  int64_t address = 0;
  int64_t bytes = 0;
};

// Rows of thresholds or factors in the data section.
struct StoredFinish {
  enum class Kind { kStore, kThreshold, kRequantize };
  Kind kind = Kind::kStore;
  DataType type;  // of the results
  int64_t data = 0;
  int64_t row_words = 0;
  int64_t levels = 1;
  bool shared = true;  // one row for all channels
  bool wide = false;
  std::optional<ConfigureOutput> output;
  std::optional<ConfigureRequantize> requantize;

  // The finish of one channel, as one that all elements share.
  StoredFinish Row(int64_t channel) const;
};

struct ValueRange {
  int64_t low = 0;
  int64_t high = 0;
};

// Most elements that one instruction of the vector unit handles.
inline constexpr int64_t kMaxElements = 65535;

class CodeGenerator {
 public:
  explicit CodeGenerator(const Target& target) : target_(target) {}

  const Target& target() const { return target_; }
  const std::vector<Instruction>& instructions() const { return instructions_; }
  const std::vector<uint8_t>& data() const { return data_; }

  void Add(Instruction instruction) { instructions_.push_back(std::move(instruction)); }

  // Emits `body` inside of loops, outermost first. Levels that turn once are left out and those
  // that advance alike become one. `body` returns a status.
  template <typename F>
  absl::Status Loops(absl::Span<const LoopLevel> nest, F body);

  // Copies bytes into the data section and returns their place.
  absl::StatusOr<int64_t> StoreData(absl::Span<const uint8_t> bytes);

  // Configuration that holds already is not repeated.
  void EnsureTypes(DataType input, DataType weight);
  void EnsureWindow(const ConfigureWindow& window);

  // The banks of the next `count` tiles; banks are taken in turn.
  std::vector<int64_t> TakeBanks(int64_t count);

  // Results for values in `range`, with `channels` channels.
  absl::StatusOr<StoredFinish> StoreFinish(const Finish& finish, int64_t channels,
                                           ValueRange range);
  // Channels whose rows fit the threshold memory, the accumulators and an instruction.
  int64_t ChannelsPerBlock(const StoredFinish& finish) const;
  // Brings configuration and rows of the channels into the macro. Outside of loops only.
  void LoadFinish(const StoredFinish& finish, int64_t first_channel, int64_t channels);
  // Writes accumulators as results; the first one belongs to the first channel loaded.
  void AddResults(const StoredFinish& finish, int64_t accumulator, int64_t count, int64_t address);

  // Fails where a range is not one of the buffer or the result overlaps an operand.
  absl::Status CheckLayout(absl::Span<const ByteRange> operands, ByteRange result) const;
  // Fails where accumulators do not hold every value of the type.
  absl::Status CheckAccumulated(absl::string_view what, DataType type) const;

 private:
  absl::Status StoreThresholds(const ThresholdTable& table, ValueRange range, StoredFinish& stored);
  absl::Status StoreFactors(const RequantizeTable& table, StoredFinish& stored);

  Target target_;
  std::vector<Instruction> instructions_;
  std::vector<uint8_t> data_;
  size_t open_loops_ = 0;

  // What the macro holds at this point of the program.
  std::optional<Configure> types_;
  std::optional<ConfigureWindow> window_;
  std::optional<ConfigureOutput> output_;
  std::optional<ConfigureRequantize> requantize_;
  std::optional<LoadThresholds> thresholds_;
  int64_t next_bank_ = 0;
};

// Bytes of a tensor, saturated beyond any activation buffer so that products cannot overflow.
int64_t TensorBytes(absl::Span<const int64_t> extents, DataType type);

// The range of all values of a type.
ValueRange RangeOf(DataType type);

// Levels that turn more than once, merged where they advance alike.
std::vector<LoopLevel> SimplifyLoops(absl::Span<const LoopLevel> nest);

absl::Status Emit(CodeGenerator& generator, const ConvLayer& layer);
absl::Status Emit(CodeGenerator& generator, const MatmulLayer& layer);
absl::Status Emit(CodeGenerator& generator, const PoolLayer& layer);
absl::Status Emit(CodeGenerator& generator, const ElementwiseLayer& layer);
absl::Status Emit(CodeGenerator& generator, const FinishLayer& layer);
absl::Status Emit(CodeGenerator& generator, const ProductLayer& layer);
absl::Status Emit(CodeGenerator& generator, const MoveLayer& layer);
absl::Status Emit(CodeGenerator& generator, const PadLayer& layer);
absl::Status Emit(CodeGenerator& generator, const LookupLayer& layer);
absl::Status Emit(CodeGenerator& generator, const SelectLayer& layer);
// The elements of a tensor, as the buffer holds them.
absl::Status EmitConstant(CodeGenerator& generator, const Tensor& tensor, int64_t address);

//===----------------------------------------------------------------------===//

template <typename F>
absl::Status CodeGenerator::Loops(absl::Span<const LoopLevel> nest, F body) {
  std::vector<LoopLevel> levels = SimplifyLoops(nest);
  size_t limit = kMaxLoops;
  if (open_loops_ + levels.size() > limit) {
    return absl::UnimplementedError("the layer needs more than " + std::to_string(kMaxLoops) +
                                    " loops in each other");
  }
  for (const LoopLevel& level : levels) {
    Add(Repeat{level.count, level.source, level.operand, level.destination, level.accumulator});
  }
  open_loops_ += levels.size();
  absl::Status status = body();
  open_loops_ -= levels.size();
  for (size_t i = 0; i < levels.size(); ++i) Add(EndRepeat{});
  return status;
}

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_CODE_GENERATOR_H_
