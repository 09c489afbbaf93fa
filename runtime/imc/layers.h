// Integer layers as the code generator takes them: shapes as strides, addresses of the activation
// buffer. All strides are in elements.
#ifndef QCOMPILE_RUNTIME_IMC_LAYERS_H_
#define QCOMPILE_RUNTIME_IMC_LAYERS_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "runtime/core/tensor.h"
#include "runtime/reference/rounding.h"

namespace qcompile::runtime::imc {

// qnn.threshold (docs/Qnn.md): `thresholds` has shape [C, T] or [1, T].
struct ThresholdTable {
  Tensor thresholds;
  std::vector<int64_t> directions;
  int64_t low = 0;
  int64_t step = 1;
  DataType type;
};

// qnn.requantize: multipliers and offsets have one element, or one per channel.
struct RequantizeTable {
  std::vector<int64_t> multipliers;
  std::vector<int64_t> offsets;
  int64_t shift = 0;
  RoundingMode rounding = RoundingMode::kHalfEven;
  int64_t low = 0;
  int64_t high = 0;
  DataType type;
};

// What becomes of values in accumulators: they are stored as they are, or turned into codes. The
// channel is the last dimension of the result.
using Finish = std::variant<DataType, ThresholdTable, RequantizeTable>;
DataType ResultType(const Finish& finish);

struct Dimension {
  int64_t extent = 1;
  int64_t stride = 0;
};

// One dimension of the positions of a result, outermost first.
struct Position {
  int64_t count = 1;
  int64_t input_stride = 0;
  int64_t output_stride = 0;
};

// A convolution: at every position, the window (taps, then channels) times the weights. Weights
// have shape [taps * channels / groups, outputs].
struct ConvLayer {
  DataType input;
  std::vector<Position> positions;
  std::vector<Dimension> taps;
  int64_t channels = 1;
  int64_t groups = 1;
  Tensor weights;
  Finish finish = DataType::Signed(32);
  int64_t input_address = 0;
  int64_t output_address = 0;
};

// y[v, m] = sum over k of x[v, k] * weights[k, m], row-major.
struct MatmulLayer {
  int64_t vectors = 1;
  DataType input;
  Tensor weights;
  Finish finish = DataType::Signed(32);
  int64_t input_address = 0;
  int64_t output_address = 0;
};

// Largest element, or sum, of the taps at every position, per channel.
struct PoolLayer {
  bool is_max = false;
  DataType input;
  std::vector<Position> positions;
  std::vector<Dimension> taps;
  int64_t channels = 1;
  DataType sum = DataType::Signed(2);
  Finish finish = DataType::Signed(32);
  int64_t input_address = 0;
  int64_t output_address = 0;
};

struct Term {
  DataType type;
  Shape shape;  // broadcast against the result, aligned at the right
  int64_t multiplier = 1;
  int64_t address = 0;
};

// The weighted sum of two terms or their product, or one term alone, per element of `shape`.
struct ElementwiseLayer {
  Shape shape;
  Term lhs;
  std::optional<Term> rhs;
  bool multiplies = false;
  DataType sum = DataType::Signed(2);  // holds everything that accumulators hold on the way
  Finish finish = DataType::Signed(32);
  int64_t output_address = 0;
};

// Finish along a dimension that is not the last: elements of shape [outer, channels, inner].
struct FinishLayer {
  int64_t outer = 1;
  int64_t channels = 1;
  int64_t inner = 1;
  DataType input;
  Finish finish = DataType::Signed(32);
  int64_t input_address = 0;
  int64_t output_address = 0;
};

// y[n, m] = sum over k of a[n, k] * b[k, m] of two tensors in the buffer, for every batch index.
struct ProductLayer {
  struct Batch {
    int64_t extent = 1;
    int64_t lhs_stride = 0;
    int64_t rhs_stride = 0;
    int64_t output_stride = 0;
  };
  std::vector<Batch> batch;
  int64_t n = 1;
  int64_t k = 1;
  int64_t m = 1;
  DataType lhs;
  DataType rhs;
  DataType sum = DataType::Signed(2);
  Finish finish = DataType::Signed(32);
  int64_t lhs_address = 0;
  int64_t rhs_address = 0;
  int64_t output_address = 0;
};

// Elements copied from one grid of positions to another of the same extents.
struct MoveLayer {
  struct Axis {
    int64_t extent = 1;
    int64_t source_stride = 0;
    int64_t destination_stride = 0;
  };
  std::vector<Axis> axes;
  DataType input;
  DataType output;
  int64_t input_address = 0;
  int64_t output_address = 0;
};

// qnn.pad: `values` has one element, or one per index of dimension `axis`.
struct PadLayer {
  Shape shape;  // of the source
  std::vector<int64_t> low;
  std::vector<int64_t> high;
  int64_t axis = 0;
  std::vector<int64_t> values;
  DataType input;
  DataType output;
  int64_t input_address = 0;
  int64_t output_address = 0;
};

// Entries of a table of `entry_elements` elements. With `channels` tables, elements have shape
// [outer, channels, inner].
struct LookupLayer {
  int64_t outer = 1;
  int64_t channels = 1;
  int64_t inner = 1;
  DataType input;
  DataType output;
  int64_t entries = 1;
  int64_t entry_elements = 1;
  int64_t low = 0;
  bool clamps = false;
  bool per_channel = false;
  int64_t table_address = 0;
  int64_t input_address = 0;
  int64_t output_address = 0;
};

// The k largest or smallest of `extent` elements, for elements of shape [outer, extent, inner].
struct SelectLayer {
  int64_t outer = 1;
  int64_t extent = 1;
  int64_t inner = 1;
  int64_t k = 1;
  DataType input;
  bool smallest = false;
  bool last = false;
  bool positions = false;
  int64_t input_address = 0;
  int64_t output_address = 0;
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_LAYERS_H_
