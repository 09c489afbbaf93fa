// From integer layers to instructions.
//
// Layers are emitted in program order. The generator cuts weights into tiles, chooses their
// formats, keeps partial sums in accumulators across row tiles, and leaves out what the macro
// already holds (types, tiles, thresholds, inputs). Addresses of the activation buffer are the
// caller's business. An error names the limit of the target that a layer exceeds; what was
// emitted before it must then be discarded.
#ifndef QCOMPILE_RUNTIME_IMC_CODE_GENERATOR_H_
#define QCOMPILE_RUNTIME_IMC_CODE_GENERATOR_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/core/tensor.h"
#include "runtime/imc/instruction.h"
#include "runtime/imc/target.h"
#include "runtime/imc/tile_choice.h"

namespace qcompile::runtime::imc {

// qnn.threshold (docs/Qnn.md): `thresholds` has shape [C, T] or [1, T].
struct ThresholdTable {
  Tensor thresholds;
  std::vector<int64_t> directions;
  int64_t low = 0;
  int64_t step = 1;
  DataType type;
};

// y[v, m] = sum over k of x[v, k] * weights[k, m], then thresholds where given. Inputs and
// results are row-major in the activation buffer.
struct MatmulLayer {
  int64_t vectors = 1;
  DataType input;
  Tensor weights;
  std::optional<ThresholdTable> thresholds;
  DataType output;  // without thresholds: what accumulators are stored as
  int64_t input_address = 0;
  int64_t output_address = 0;
};

// Thresholds on elements of the activation buffer, of shape [outer, channels, inner].
struct ThresholdLayer {
  int64_t outer = 1;
  int64_t channels = 1;
  int64_t inner = 1;
  DataType input;
  ThresholdTable table;
  int64_t input_address = 0;
  int64_t output_address = 0;
};

// Dimension d of the result is dimension perm[d] of the source.
struct TransposeLayer {
  Shape shape;  // of the source
  std::vector<int64_t> perm;
  DataType type;
  int64_t input_address = 0;
  int64_t output_address = 0;
};

class CodeGenerator {
 public:
  explicit CodeGenerator(const Target& target);

  // Input and output ranges must not overlap.
  absl::Status EmitMatmul(const MatmulLayer& layer);
  absl::Status EmitThreshold(const ThresholdLayer& layer);
  absl::Status EmitTranspose(const TransposeLayer& layer);
  void EmitHalt();

  const std::vector<Instruction>& instructions() const { return instructions_; }
  const std::vector<uint8_t>& data() const { return data_; }

 private:
  struct StoredTile {
    TileShape shape;
    int64_t data = 0;
  };
  // Threshold rows in the data section.
  struct StoredTable {
    int64_t data = 0;
    int64_t levels = 1;
    bool shared = false;
    int64_t RowWords() const { return levels + 1; }
  };
  // A matmul being emitted: a chunk of vectors and a group of columns at a time.
  struct MatmulPlan;

  absl::StatusOr<MatmulPlan> PlanMatmul(const MatmulLayer& layer);
  absl::Status StoreTiles(MatmulPlan& plan);
  void EmitChunk(const MatmulPlan& plan, int64_t first_vector, int64_t vectors);
  void EmitGroup(const MatmulPlan& plan, int64_t first_vector, int64_t vectors, int64_t first_tile,
                 int64_t end_tile);
  void EmitResults(const MatmulPlan& plan, int64_t first_vector, int64_t vectors,
                   int64_t first_column, int64_t columns);

  void EmitConfigure(DataType input, DataType weight);
  void EmitConfigureOutput(const ThresholdTable& table);
  int64_t EnsureTile(const StoredTile& tile);
  void EnsureStreamed(int64_t address, int64_t count);
  void EnsureThresholds(int64_t data, int64_t words);

  absl::StatusOr<StoredTable> StoreTable(const ThresholdTable& table, int64_t channels, int64_t low,
                                         int64_t high);
  int64_t ChannelsPerBlock(const StoredTable& table) const;
  void EmitSharedThresholds(const ThresholdLayer& layer, const StoredTable& table);
  void EmitChannelThresholds(const ThresholdLayer& layer, const StoredTable& table);
  void EmitThresholdRun(const ThresholdLayer& layer, const StoredTable& table, int64_t first,
                        int64_t count, int64_t thresholds, bool shared);

  static int64_t TensorBytes(std::initializer_list<int64_t> extents, DataType type);
  absl::Status CheckLayout(int64_t input, int64_t input_bytes, int64_t output,
                           int64_t output_bytes) const;

  Target target_;
  std::vector<Instruction> instructions_;
  std::vector<uint8_t> data_;

  // What the macro holds at this point of the program.
  std::optional<Configure> types_;
  std::optional<ConfigureOutput> output_;
  std::vector<int64_t> bank_tiles_;  // data offset of the tile in each bank, -1 for none
  int64_t next_bank_ = 0;
  std::optional<Stream> streamed_;
  std::optional<LoadThresholds> thresholds_;
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_CODE_GENERATOR_H_
