//===- LayerData.cpp - What a layer sees on calibration data --------------===//
#include "passes/compression/LayerData.h"

#include "compiler/evaluator/Evaluator.h"
#include "compiler/io/SplitMix64.h"
#include "passes/compression/Factorization.h"
#include "runtime/reference/window.h"
#include "llvm/Support/Parallel.h"

using qcompile::runtime::Tensor;

namespace qcompile::compression {

/// Positions that are drawn for a layer of K inputs: enough for second moments of full rank, and few enough to hold.
static int64_t getPositionLimit(int64_t inputs) {
  return std::max(4 * inputs, std::clamp<int64_t>((int64_t{1} << 23) / inputs, 1024, 16384));
}

/// Positions 0 to count - 1 of a batch that are drawn: all, or `wanted` of them, one from each of as many equal
/// stretches.
static std::vector<int64_t> drawPositions(int64_t count, int64_t wanted, uint64_t seed) {
  std::vector<int64_t> out;
  wanted = std::min(wanted, count);
  for (int64_t i = 0; i < wanted; ++i) {
    int64_t begin = i * count / wanted, end = (i + 1) * count / wanted;
    uint64_t state = seed * 0x10001 + i;
    out.push_back(wanted == count ? i : begin + int64_t(splitmix64(state) % uint64_t(end - begin)));
  }
  return out;
}

namespace {
/// Copies rows of the inputs of a layer's positions out of an input tensor.
class Gatherer {
public:
  virtual ~Gatherer() = default;
  virtual int64_t positions() const = 0;
  virtual void copy(const float *input, int64_t group, int64_t position, float *row) const = 0;
};

/// Rows of a matrix, or of a stack of them.
class RowGatherer : public Gatherer {
public:
  RowGatherer(int64_t rows, int64_t inputs) : rows(rows), inputs(inputs) {}
  int64_t positions() const override { return rows; }
  void copy(const float *input, int64_t, int64_t position, float *row) const override {
    std::copy_n(input + position * inputs, inputs, row);
  }

private:
  int64_t rows, inputs;
};

/// Windows of a convolution: channel by channel, the kernel's positions in row-major order; padding is 0.
class WindowGatherer : public Gatherer {
public:
  WindowGatherer(const Layer &layer, runtime::Window window, int64_t batch)
      : channels(layer.channels()), groups(layer.groups()), window(std::move(window)), batch(batch) {}
  int64_t positions() const override { return batch * window.out_size(); }
  void copy(const float *input, int64_t group, int64_t position, float *row) const override {
    int64_t sample = position / window.out_size(), rest = position % window.out_size();
    const auto &dimensions = window.dimensions();
    // The first input position of the window, per dimension.
    llvm::SmallVector<int64_t> start(dimensions.size());
    for (size_t d = dimensions.size(); d-- > 0; rest /= dimensions[d].out)
      start[d] = rest % dimensions[d].out * dimensions[d].stride - dimensions[d].pad_begin;
    const float *plane = input + (sample * groups + group) * channels * window.in_size();
    for (int64_t tap = 0; tap < window.taps(); ++tap) {
      int64_t offset = getOffset(tap, start);
      for (int64_t c = 0; c < channels; ++c)
        row[c * window.taps() + tap] = offset < 0 ? 0 : plane[c * window.in_size() + offset];
    }
  }

private:
  /// The element of a plane that meets the tap, or -1 in the padding.
  int64_t getOffset(int64_t tap, llvm::ArrayRef<int64_t> start) const {
    const auto &dimensions = window.dimensions();
    int64_t offset = 0, scale = 1;
    for (size_t d = dimensions.size(); d-- > 0; tap /= dimensions[d].kernel) {
      int64_t at = start[d] + tap % dimensions[d].kernel * dimensions[d].dilation;
      if (at < 0 || at >= dimensions[d].in)
        return -1;
      offset += at * scale;
      scale *= dimensions[d].in;
    }
    return offset;
  }

  int64_t channels, groups;
  runtime::Window window;
  int64_t batch;
};
} // namespace

static llvm::Expected<std::unique_ptr<Gatherer>> makeGatherer(const Layer &layer, const Tensor &input) {
  if (!input.type().IsFloat() || input.type().bits != 32)
    return llvm::createStringError("expected float32 inputs, found " + input.type().ToString());
  if (layer.kind() == LayerKind::Linear)
    return std::make_unique<RowGatherer>(input.size() / layer.inputs(), layer.inputs());
  runtime::Attributes attributes = convertOperation(layer.operation()).attributes;
  absl::StatusOr<runtime::Window> window =
      runtime::ReadWindow(attributes, input.shape(), {layer.kernel().data(), layer.kernel().size()});
  if (!window.ok())
    return toError(window.status());
  return std::make_unique<WindowGatherer>(layer, std::move(*window), input.shape()[0]);
}

llvm::Expected<LayerData> LayerData::create(const Layer &layer, llvm::ArrayRef<runtime::Value> source,
                                            llvm::ArrayRef<runtime::Value> current) {
  LayerData out;
  if (source.empty())
    return llvm::createStringError("expected calibration samples, found none");
  llvm::Expected<std::unique_ptr<Gatherer>> gatherer = makeGatherer(layer, source[0].tensor);
  if (!gatherer)
    return gatherer.takeError();
  int64_t count = (*gatherer)->positions(), limit = getPositionLimit(layer.inputs());
  int64_t wanted = std::max<int64_t>(1, std::min(count, limit / int64_t(source.size())));
  out.prefixChanged = source.data() != current.data();
  auto gather = [&](llvm::ArrayRef<runtime::Value> values, int64_t g) {
    Activations rows(wanted * values.size(), layer.inputs());
    llvm::parallelFor(0, values.size(), [&](size_t batch) {
      for (auto [i, position] : llvm::enumerate(drawPositions(count, wanted, batch)))
        (*gatherer)->copy(values[batch].tensor.Floats().data(), g, position, rows.row(batch * wanted + i).data());
    });
    return rows;
  };
  for (int64_t g = 0; g < layer.groups(); ++g) {
    GroupInputs &group = out.groups.emplace_back();
    group.source = gather(source, g);
    group.current = out.prefixChanged ? gather(current, g) : group.source;
    if (!group.source.allFinite() || !group.current.allFinite())
      return llvm::createStringError("layer '" + layer.name() + "': expected finite inputs, found infinity or NaN");
  }
  out.covariances.resize(layer.groups());
  return out;
}

const Matrix &LayerData::covariance(int64_t g) const {
  // Means are subtracted before anything is squared: afterwards little would be left of what matters.
  const Activations &x = groups[g].current;
  if (covariances[g].size() == 0)
    covariances[g] = getSecondMoments(x.rowwise() - getMeans(x).cast<float>().transpose());
  return covariances[g];
}

Matrix LayerData::moments(int64_t g) const {
  // With m the means as float32 numbers and r what their rounding left: E[x xᵀ] = E[(x - m)(x - m)ᵀ] + r mᵀ + m rᵀ + m
  // mᵀ.
  const Vector mean = getMeans(groups[g].current), rounded = mean.cast<float>().cast<double>(), rest = mean - rounded;
  Matrix out = covariance(g);
  out.noalias() += (rest + rounded) * rounded.transpose();
  out.noalias() += rounded * rest.transpose();
  return out;
}

Matrix LayerData::centredMoments(int64_t g) const {
  const Activations &x = groups[g].current;
  Matrix out = covariance(g);
  double aboutZero = x.cast<double>().squaredNorm() / double(std::max<Eigen::Index>(x.size(), 1));
  out.diagonal().array() += 0.01 * aboutZero;
  return out;
}

/// The rows of a matrix that belong to a group.
static auto rowsOf(const Layer &layer, const Matrix &matrix, int64_t g) {
  int64_t rows = layer.outputs() / layer.groups();
  return matrix.middleRows(g * rows, rows);
}

Matrix LayerData::correctTarget(const Layer &layer, const Matrix &weights, double damping) const {
  if (!prefixChanged)
    return weights;
  Matrix out(weights.rows(), weights.cols());
  int64_t rows = layer.outputs() / layer.groups();
  for (auto [g, group] : llvm::enumerate(groups)) {
    // (W SᵀC + d W)(CᵀC + d)⁻¹, from the normal equations. The outputs W S have fewer columns than S.
    const Matrix w = rowsOf(layer, weights, g);
    Matrix damped = moments(g);
    const double added = dampen(damped, damping);
    Eigen::MatrixXd factor = std::move(damped);
    const Matrix right = getCrossMoments(getOutputs(group.source, w), group.current) + added * w;
    // Damped moments are positive definite; where rounding says otherwise, weights stay.
    out.middleRows(g * rows, rows) =
        factorize(factor) ? Matrix(solveFactored(factor, right.transpose()).transpose()) : w;
  }
  return out;
}

Vector LayerData::getMeanShift(const Layer &layer, const Matrix &w, const Matrix &v) const {
  Vector out(layer.outputs());
  int64_t rows = layer.outputs() / layer.groups();
  for (auto [g, group] : llvm::enumerate(groups))
    out.segment(g * rows, rows) =
        rowsOf(layer, w, g) * getMeans(group.source) - rowsOf(layer, v, g) * getMeans(group.current);
  return out;
}

double LayerData::getOutputError(const Layer &layer, const Matrix &w, const Matrix &v, bool meansCorrected) const {
  double difference = 0, whole = 0;
  for (auto [g, group] : llvm::enumerate(groups)) {
    Activations expected = getOutputs(group.source, rowsOf(layer, w, g));
    whole += expected.cast<double>().squaredNorm();
    Eigen::MatrixXd error = (expected - getOutputs(group.current, rowsOf(layer, v, g))).cast<double>();
    if (meansCorrected && error.rows() > 0)
      error.rowwise() -= error.colwise().mean().eval();
    difference += error.squaredNorm();
  }
  return getRatio(std::sqrt(difference), std::sqrt(whole));
}

} // namespace qcompile::compression
