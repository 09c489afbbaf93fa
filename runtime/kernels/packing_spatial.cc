// Blocks of convolutions, pools and copies.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "runtime/kernels/block_writer.h"
#include "runtime/kernels/packing_network.h"

namespace qcompile::runtime {
namespace {

// What a tile may take of the scratch buffer: a part of the second-level cache, of which the
// weights need the rest.
constexpr int64_t kTileBytes = 96 * 1024;
constexpr int64_t kMaxTile = 256;

int64_t RoundedUp(int64_t n) { return (n + 63) / 64 * 64; }

int64_t Product(absl::Span<const int64_t> extents) {
  int64_t result = 1;
  for (int64_t extent : extents) result *= extent;
  return result;
}

// Elements from one index of each dimension to the next.
std::vector<int64_t> DenseStrides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

// Positions with as few dimensions as their strides allow.
absl::Status SetPositions(const WindowProblem& problem, qcrt_window& window) {
  const std::vector<int64_t> input_strides = DenseStrides(problem.input);
  const Shape positions = OutputPositions(problem);
  std::vector<std::pair<int64_t, int64_t>> dimensions;  // extent, stride
  for (size_t d = 0; d < positions.size(); ++d) {
    const int64_t stride = input_strides[d] * (d == 0 ? 1 : problem.strides[d - 1]);
    if (positions[d] == 1) continue;
    if (!dimensions.empty() && dimensions.back().second == stride * positions[d]) {
      dimensions.back() = {dimensions.back().first * positions[d], stride};
    } else {
      dimensions.emplace_back(positions[d], stride);
    }
  }
  if (dimensions.empty()) dimensions.emplace_back(1, problem.input.back());
  if (dimensions.size() > QCRT_WINDOW_RANK) {
    return absl::InvalidArgumentError(absl::StrCat("expected windows over at most ",
                                                   QCRT_WINDOW_RANK - 1, " dimensions, found ",
                                                   positions.size() - 1));
  }
  window.rank = static_cast<int64_t>(dimensions.size());
  for (size_t d = 0; d < dimensions.size(); ++d) {
    window.extents[d] = dimensions[d].first;
    window.strides[d] = dimensions[d].second;
  }
  return absl::OkStatus();
}

// The runs of a window that takes `channels` neighbouring elements at every kernel position; runs
// that follow one another become one where `merge` is set. Returns their offsets.
std::vector<int64_t> SetRuns(const WindowProblem& problem, int64_t channels, bool merge,
                             qcrt_window& window) {
  const std::vector<int64_t> input_strides = DenseStrides(problem.input);
  window.run = channels;
  size_t outer = problem.kernel.size();
  auto step = [&](size_t d) { return problem.dilations[d] * input_strides[d + 1]; };
  while (merge && outer > 0 && (problem.kernel[outer - 1] == 1 || step(outer - 1) == window.run)) {
    window.run *= problem.kernel[--outer];
  }
  std::vector<int64_t> offsets = {0};
  for (size_t d = 0; d < outer; ++d) {
    std::vector<int64_t> finer;
    for (int64_t offset : offsets) {
      for (int64_t i = 0; i < problem.kernel[d]; ++i) finer.push_back(offset + i * step(d));
    }
    offsets = std::move(finer);
  }
  window.runs = static_cast<int64_t>(offsets.size());
  return offsets;
}

// Weights [outputs, k] from output `first` on as a matrix [k, count].
std::vector<int64_t> WeightMatrix(absl::Span<const int64_t> weights, int64_t k, int64_t first,
                                  int64_t count) {
  std::vector<int64_t> matrix(static_cast<size_t>(k * count));
  for (int64_t m = 0; m < count; ++m) {
    for (int64_t i = 0; i < k; ++i) matrix[i * count + m] = weights[(first + m) * k + i];
  }
  return matrix;
}

bool IsChannelwise(const ConvProblem& problem) {
  const int64_t channels = problem.window.input.back();
  return problem.weights.empty() ||
         (problem.groups > 1 && problem.groups == channels && problem.outputs == channels);
}

// Elements that feed one output.
int64_t Depth(const ConvProblem& problem) {
  return Product(problem.window.kernel) * (problem.window.input.back() / problem.groups);
}

bool FitInt32(absl::Span<const int64_t> weights) {
  return std::all_of(weights.begin(), weights.end(), [](int64_t w) {
    return w > std::numeric_limits<int32_t>::min() && w <= std::numeric_limits<int32_t>::max();
  });
}

template <typename T>
std::vector<T> ChannelWeights(const ConvProblem& problem) {
  const int64_t runs = Product(problem.window.kernel), channels = problem.outputs;
  std::vector<T> result(static_cast<size_t>(runs * RoundedUp(channels)), 0);
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t r = 0; r < runs; ++r) {
      result[r * RoundedUp(channels) + c] = static_cast<T>(problem.weights[c * runs + r]);
    }
  }
  return result;
}

using ConvWriter = BlockWriter<qcrt_conv_block>;

absl::Status AddProducts(const ConvProblem& problem, const ConvPlan& plan, ConvWriter& writer) {
  qcrt_conv_block& header = writer.header;
  header.k = Depth(problem);
  header.rows = plan.product.activations;
  header.group_offset = problem.window.input.back() / problem.groups;
  const int64_t count = problem.outputs / problem.groups;
  for (int64_t g = 0; g < problem.groups; ++g) {
    const std::vector<int64_t> matrix = WeightMatrix(problem.weights, header.k, g * count, count);
    absl::StatusOr<ParameterBlock> product =
        PackMatmul({header.k, count, problem.input_type, matrix}, plan.product);
    if (!product.ok()) return product.status();
    header.product_size = static_cast<int64_t>(product->size());
    const int64_t at = writer.Append(*product);
    if (g == 0) header.products_at = at;
  }
  return absl::OkStatus();
}

// How many positions make a tile, and where its parts lie.
void SetTile(const ConvProblem& problem, qcrt_conv_block& header) {
  const bool is_product = header.kind == QCRT_SUM_PRODUCTS;
  const int64_t element = qcrt_row_bytes(&header.in, 64) / 64;
  const int64_t gathered = is_product && header.in.layout != QCRT_PLANES ? header.k * element : 0;
  const int64_t row = is_product ? qcrt_row_bytes(&header.rows, header.k) : 0;
  const int64_t group =
      is_product ? qcrt_row_bytes(&header.sums, header.channels / header.groups) : 0;
  const int64_t sums = qcrt_row_bytes(&header.sums, header.channels);
  const int64_t each = gathered + row + group + sums;
  header.tile = std::clamp<int64_t>(kTileBytes / each, 1, kMaxTile);
  header.tile = std::min(header.tile, Product(OutputPositions(problem.window)));
  header.rows_at = RoundedUp(header.tile * gathered);
  header.group_sums_at = header.rows_at + RoundedUp(header.tile * row);
  header.sums_at = header.group_sums_at + RoundedUp(header.tile * group);
  header.scratch_size = header.sums_at + RoundedUp(header.tile * sums);
}

// Whether the innermost dimension of a copy may become part of its element.
bool IsRun(const std::vector<CopyDimension>& dimensions, int64_t out_offset) {
  const CopyDimension& inner = dimensions.back();
  const int64_t extent = static_cast<int64_t>(inner.table.size());
  for (int64_t i = 0; i < extent; ++i) {
    if (inner.table[i] != inner.table[0] + i) return false;
  }
  if ((extent > 1 && inner.out_stride != 1) || inner.table[0] % extent != 0 ||
      out_offset % extent != 0) {
    return false;
  }
  return std::all_of(dimensions.begin(), dimensions.end() - 1, [&](const CopyDimension& d) {
    return d.out_stride % extent == 0 &&
           std::all_of(d.table.begin(), d.table.end(),
                       [&](int64_t offset) { return offset % extent == 0; });
  });
}

// Gives what a dimension of extent 1 adds to another dimension.
void DropUnitDimensions(std::vector<CopyDimension>& dimensions) {
  for (size_t d = dimensions.size(); d-- > 0 && dimensions.size() > 1;) {
    if (dimensions[d].table.size() != 1) continue;
    const int64_t offset = dimensions[d].table[0];
    dimensions.erase(dimensions.begin() + static_cast<std::ptrdiff_t>(d));
    for (int64_t& other : dimensions[d == 0 ? 0 : d - 1].table) other += offset;
  }
}

}  // namespace

Shape OutputPositions(const WindowProblem& problem) {
  Shape result = {problem.input[0]};
  for (size_t d = 0; d < problem.kernel.size(); ++d) {
    const int64_t reach = problem.dilations[d] * (problem.kernel[d] - 1) + 1;
    result.push_back((problem.input[d + 1] - reach) / problem.strides[d] + 1);
  }
  return result;
}

absl::StatusOr<ConvPlan> SelectConv(const ConvProblem& problem) {
  ConvPlan plan;
  plan.in = ContainerFormat(problem.input_type);
  if (IsChannelwise(problem)) {
    plan.kind = QCRT_SUM_CHANNELS;
    const bool narrow = problem.result_type.bits <= 31 && FitInt32(problem.weights);
    plan.sums = narrow ? Int32Format() : Int64Format();
    return plan;
  }
  // All groups as one matrix: they share a kernel.
  const int64_t k = Depth(problem);
  const std::vector<int64_t> matrix = WeightMatrix(problem.weights, k, 0, problem.outputs);
  absl::StatusOr<MatmulPlan> product =
      SelectMatmul({k, problem.outputs, problem.input_type, matrix, problem.groups > 1});
  if (!product.ok()) return product.status();
  plan.product = *product;
  plan.sums = product->accumulators;
  // Whole words of channels are packed once for all windows that see them.
  if (product->activations.layout == QCRT_PLANES && problem.groups == 1 &&
      problem.window.input.back() % 64 == 0) {
    plan.in = product->activations;
  }
  return plan;
}

absl::StatusOr<ParameterBlock> PackConv(const ConvProblem& problem, const ConvPlan& plan,
                                        const ConvEpilogue& epilogue) {
  ConvWriter writer;
  qcrt_conv_block& header = writer.header;
  header.kind = plan.kind;
  header.then = epilogue.then;
  header.channels = problem.outputs;
  header.groups = problem.groups;
  header.in = plan.in;
  header.sums = plan.sums;
  header.out = epilogue.out;
  absl::Status status = SetPositions(problem.window, header.window);
  if (!status.ok()) return status;
  const bool is_product = plan.kind == QCRT_SUM_PRODUCTS;
  const int64_t channels = problem.window.input.back() / (is_product ? problem.groups : 1);
  // Pixels of several planes do not follow one another plane by plane.
  const bool merge = is_product && problem.groups == 1 && plan.in.planes <= 1;
  header.window.offsets_at = writer.Append(SetRuns(problem.window, channels, merge, header.window));
  if (is_product) {
    status = AddProducts(problem, plan, writer);
    if (!status.ok()) return status;
  } else if (!problem.weights.empty()) {
    header.weights_at = plan.sums.layout == QCRT_INT64
                            ? writer.Append(ChannelWeights<int64_t>(problem))
                            : writer.Append(ChannelWeights<int32_t>(problem));
  }
  if (!epilogue.block.empty()) {
    header.then_at = writer.Append(ParameterBlock(epilogue.block.begin(), epilogue.block.end()));
  }
  SetTile(problem, header);
  return writer.Finish();
}

absl::StatusOr<ParameterBlock> PackMaxPool(const WindowProblem& problem, DataType type) {
  BlockWriter<qcrt_max_pool_block> writer;
  qcrt_max_pool_block& header = writer.header;
  header.layout = ContainerFormat(type).layout;
  absl::Status status = SetPositions(problem, header.window);
  if (!status.ok()) return status;
  header.window.offsets_at =
      writer.Append(SetRuns(problem, problem.input.back(), /*merge=*/false, header.window));
  return writer.Finish();
}

std::vector<int64_t> EvenTable(int64_t extent, int64_t stride, int64_t offset) {
  std::vector<int64_t> table(static_cast<size_t>(extent));
  for (int64_t i = 0; i < extent; ++i) table[i] = offset + i * stride;
  return table;
}

absl::StatusOr<ParameterBlock> PackCopy(std::vector<CopyDimension> dimensions, int64_t out_offset,
                                        int64_t container_bytes) {
  if (dimensions.empty()) dimensions.push_back({{0}, 1});
  DropUnitDimensions(dimensions);
  int64_t element_bytes = container_bytes;
  while (dimensions.size() > 1 && IsRun(dimensions, out_offset)) {
    const int64_t extent = static_cast<int64_t>(dimensions.back().table.size());
    const int64_t offset = dimensions.back().table[0];
    dimensions.pop_back();
    for (int64_t& from : dimensions.back().table) from += offset;
    for (CopyDimension& dimension : dimensions) {
      dimension.out_stride /= extent;
      for (int64_t& from : dimension.table) from /= extent;
    }
    out_offset /= extent;
    element_bytes *= extent;
  }
  if (dimensions.size() > QCRT_MAX_RANK) {
    return absl::InvalidArgumentError(absl::StrCat("expected a copy of at most ", QCRT_MAX_RANK,
                                                   " dimensions, found ", dimensions.size()));
  }
  BlockWriter<qcrt_copy_block> writer;
  qcrt_copy_block& header = writer.header;
  header.rank = static_cast<int64_t>(dimensions.size());
  header.element_bytes = element_bytes;
  header.out_offset = out_offset;
  std::vector<int64_t> tables;
  for (size_t d = 0; d < dimensions.size(); ++d) {
    header.extents[d] = static_cast<int64_t>(dimensions[d].table.size());
    header.out_strides[d] = dimensions[d].out_stride;
    tables.insert(tables.end(), dimensions[d].table.begin(), dimensions[d].table.end());
  }
  header.tables_at = writer.Append(tables);
  return writer.Finish();
}

}  // namespace qcompile::runtime
