//===- ParameterPacking.cpp - Parameter blocks from operations ------------===//
#include "backends/cpu/lower-to-kernels/ParameterPacking.h"

#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace qcompile::cpu {

Storage getRowStorage(const qcrt_format &format, int64_t n) { return {format, format.layout >= QCRT_INT64 ? 0 : n}; }

runtime::DataType getDataType(Value value) {
  return *data::getDataType(cast<RankedTensorType>(value.getType()).getElementType());
}

ArrayRef<int64_t> getShape(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

int64_t getNumElements(Value value) { return cast<RankedTensorType>(value.getType()).getNumElements(); }

int64_t getRowLength(Value value) { return getShape(value).empty() ? 1 : getShape(value).back(); }

Storage getContainers(Value value) {
  runtime::DataType type = getDataType(value);
  return type.IsFloat() ? Storage{} : Storage{runtime::ContainerFormat(type), 0};
}

static int64_t product(ArrayRef<int64_t> extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= extent;
  return result;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Rows of a handful of channels are joined up to about this length, so that the kernels' blocks of
/// 64 columns are full.
static constexpr int64_t kJoinedRow = 128;

int64_t getAxisPeriod(ArrayRef<int64_t> shape, int64_t axis, int64_t channels) {
  return channels == 1 ? 1 : product(shape.drop_front(axis));
}

static std::vector<int64_t> iota(int64_t count) {
  auto range = llvm::seq<int64_t>(0, count);
  return {range.begin(), range.end()};
}

/// The longest multiple of the period that divides the elements and is not too long.
static int64_t joinRows(int64_t count, int64_t period) {
  int64_t best = 1;
  for (int64_t factor = 1; factor * period <= kJoinedRow; ++factor)
    if (count / period % factor == 0)
      best = factor;
  return best * period;
}

RowPlan planColumns(ArrayRef<int64_t> shape, int64_t axis, int64_t channels, int64_t n) {
  int64_t count = product(shape);
  if (channels == 1)
    return {n == 0 ? count : n, false, {0}};
  RowPlan plan{n == 0 ? joinRows(count, getAxisPeriod(shape, axis, channels)) : n, false, {}};
  int64_t inner = product(shape.drop_front(axis + 1));
  for (int64_t column = 0; column < plan.n; ++column)
    plan.channels.push_back(column / inner % channels);
  return plan;
}

RowPlan planRows(ArrayRef<int64_t> shape, int64_t axis, int64_t channels, int64_t n) {
  int64_t inner = channels == 1 ? 1 : product(shape.drop_front(axis + 1));
  bool within = inner != 1 && (n == 0 || n == inner);
  if (within)
    return {inner, true, iota(channels)};
  return planColumns(shape, axis, channels, n);
}

RowPlan planChannels(int64_t outputs, int64_t channels) { return {outputs, false, iota(channels == 1 ? 1 : outputs)}; }

template <typename T> static std::vector<T> pick(ArrayRef<T> values, ArrayRef<int64_t> channels) {
  std::vector<T> result;
  for (int64_t channel : channels)
    result.push_back(values[values.size() == 1 ? 0 : channel]);
  return result;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static runtime::MatmulProblem getProblem(qnn::MatMulOp op, const std::vector<int64_t> &weights) {
  return {getShape(op.getRhs())[0], getShape(op.getRhs())[1], getDataType(op.getLhs()), weights};
}

static std::vector<int64_t> getWeights(qnn::MatMulOp op) {
  return op.getRhs().getDefiningOp<qnn::ConstantOp>().getValue().getTensor().ToIntegers();
}

bool hasPackedWeights(qnn::MatMulOp op) {
  return op.getRhs().getDefiningOp<qnn::ConstantOp>() && getShape(op.getRhs()).size() == 2;
}

absl::StatusOr<runtime::MatmulPlan> selectMatMul(qnn::MatMulOp op) {
  std::vector<int64_t> weights = getWeights(op);
  return runtime::SelectMatmul(getProblem(op, weights));
}

Block packMatMul(qnn::MatMulOp op, const runtime::MatmulPlan &plan) {
  std::vector<int64_t> weights = getWeights(op);
  return runtime::PackMatmul(getProblem(op, weights), plan);
}

namespace {
/// The problem of a product by product quantization, with the numbers that it refers to.
struct PqNumbers {
  explicit PqNumbers(qnn::PqOp op)
      : prototypes(op.getPrototypes().getTensor().ToIntegers()), offsets(op.getOffsets().getTensor().ToIntegers()),
        tables(op.getTables().getTensor().ToIntegers()) {
    ArrayRef<int64_t> shape = op.getPrototypes().getType().getShape();
    problem.k = getRowLength(op.getInput());
    problem.spaces = shape[0];
    problem.prototypes = shape[1];
    problem.length = shape[2];
    problem.n = getRowLength(op.getResult());
    problem.rows = getNumElements(op.getInput()) / problem.k;
    problem.factor = op.getFactor();
    problem.norm = op.getNorm();
    problem.input_type = getDataType(op.getInput());
    problem.sum_type = getDataType(op.getResult());
    problem.values = prototypes;
    problem.offsets = offsets;
    problem.tables = tables;
  }
  std::vector<int64_t> prototypes, offsets, tables;
  runtime::PqProblem problem;
};
} // namespace

runtime::PqPlan selectPq(qnn::PqOp op) { return runtime::SelectPq(PqNumbers(op).problem); }

Block packPq(qnn::PqOp op, const runtime::PqPlan &plan) { return runtime::PackPq(PqNumbers(op).problem, plan); }

//===----------------------------------------------------------------------===//
// Thresholds
//===----------------------------------------------------------------------===//

int64_t getNumChannels(qnn::ThresholdOp op) { return op.getDirections().size(); }

template <typename T> static std::vector<T> pickRows(ArrayRef<T> rows, int64_t count, ArrayRef<int64_t> channels) {
  std::vector<T> result;
  for (int64_t channel : channels) {
    ArrayRef<T> row = rows.slice(channel * count, count);
    result.insert(result.end(), row.begin(), row.end());
  }
  return result;
}

Block packThreshold(qnn::ThresholdOp op, const RowPlan &rows, int32_t in, const qcrt_format &out) {
  runtime::Tensor values = op.getThresholds().getTensor();
  std::vector<int64_t> directions = pick(op.getDirections(), rows.channels);
  runtime::ThresholdProblem problem;
  problem.n = rows.n;
  problem.per_row = rows.perRow;
  problem.count = values.shape().back();
  problem.directions = directions;
  problem.low = op.getLow();
  problem.step = op.getStep();
  problem.out = out;
  if (values.type().IsFloat()) {
    absl::Span<const float> floats = values.Floats();
    std::vector<float> picked = pickRows(ArrayRef<float>(floats.data(), floats.size()), problem.count, rows.channels);
    problem.operand = QCRT_X_FLOAT32;
    problem.float_thresholds = picked;
    return runtime::PackThreshold(problem);
  }
  std::vector<int64_t> picked = pickRows(ArrayRef<int64_t>(values.ToIntegers()), problem.count, rows.channels);
  bool isWide =
      in == QCRT_INT64 || in == QCRT_DENSE_UINT32 || (in == QCRT_DENSE_INT32 && getDataType(op.getInput()).bits > 31);
  problem.operand = isWide ? QCRT_X_INT64 : QCRT_X_INT32;
  problem.in_layout = in;
  problem.thresholds = picked;
  return runtime::PackThreshold(problem);
}

//===----------------------------------------------------------------------===//
// Requantization and tables
//===----------------------------------------------------------------------===//

static int32_t getRounding(StringRef mode) {
  return llvm::StringSwitch<int32_t>(mode)
      .Case("CEIL", QCRT_CEIL)
      .Case("FLOOR", QCRT_FLOOR)
      .Case("UP", QCRT_UP)
      .Case("DOWN", QCRT_DOWN)
      .Case("HALF_UP", QCRT_HALF_UP)
      .Case("HALF_DOWN", QCRT_HALF_DOWN)
      .Default(QCRT_ROUND);
}

int64_t getNumChannels(qnn::RequantizeOp op) { return std::max(op.getMultipliers().size(), op.getOffsets().size()); }

Block packRequantize(qnn::RequantizeOp op, const RowPlan &rows, int32_t in, const qcrt_format &out) {
  std::vector<int64_t> multipliers =
      pick(ArrayRef<int64_t>(op.getMultipliers().getTensor().ToIntegers()), rows.channels);
  std::vector<int64_t> offsets = pick(ArrayRef<int64_t>(op.getOffsets().getTensor().ToIntegers()), rows.channels);
  runtime::RequantizeProblem problem;
  problem.rows = {rows.n, rows.perRow};
  problem.type = getDataType(op.getInput());
  problem.in_layout = in;
  problem.rounding = getRounding(op.getRounding());
  problem.multipliers = multipliers;
  problem.offsets = offsets;
  problem.shift = op.getShift();
  problem.low = op.getLow();
  problem.high = op.getHigh();
  problem.out = out;
  return runtime::PackRequantize(problem);
}

int64_t getNumChannels(qnn::TableOp op) { return op.getValues().getTensor().shape()[0]; }

Block packTable(qnn::TableOp op, const RowPlan &rows, int32_t in) {
  runtime::Tensor tensor = op.getValues().getTensor();
  std::vector<int64_t> values = pickRows(ArrayRef<int64_t>(tensor.ToIntegers()), tensor.shape()[1], rows.channels);
  runtime::TableProblem problem;
  problem.rows = {rows.n, rows.perRow};
  problem.in_layout = in;
  problem.result_type = getDataType(op.getResult());
  problem.channels = rows.channels.size();
  problem.low = op.getLow();
  problem.values = values;
  return runtime::PackTable(problem);
}

//===----------------------------------------------------------------------===//
// Borders with floats
//===----------------------------------------------------------------------===//

/// Period with which a tensor of equal rank (every extent 1 or that of `shape`) repeats.
static int64_t getBroadcastPeriod(ArrayRef<int64_t> shape, ArrayRef<int64_t> parameter) {
  for (size_t d = 0; d < parameter.size(); ++d)
    if (parameter[d] != 1)
      return product(shape.drop_front(d));
  return 1;
}

/// The parameter's value for each of n columns.
static std::vector<float> broadcast(ArrayRef<int64_t> shape, const runtime::Tensor &parameter, int64_t n) {
  absl::Span<const float> values = parameter.Floats();
  std::vector<float> result;
  for (int64_t column = 0; column < n; ++column) {
    int64_t rest = column, at = 0, stride = 1;
    for (int64_t d = static_cast<int64_t>(shape.size()) - 1; d >= 0; --d) {
      int64_t index = rest % shape[d];
      rest /= shape[d];
      if (parameter.shape()[d] != 1)
        at += index * stride;
      stride *= parameter.shape()[d];
    }
    result.push_back(values[at]);
  }
  return result;
}

FloatColumns getFloatColumns(data::ConstantAttr constant, ArrayRef<int64_t> resultShape) {
  runtime::Tensor tensor = constant.getTensor();
  runtime::Shape shape(resultShape.size() - tensor.shape().size(), 1);
  shape.insert(shape.end(), tensor.shape().begin(), tensor.shape().end());
  int64_t period = getBroadcastPeriod(resultShape, shape);
  return {period, broadcast(resultShape, tensor.Reshaped(shape), period)};
}

int64_t getPeriod(qnn::QuantizeOp op) {
  ArrayRef<int64_t> shape = getShape(op.getInput());
  return std::max(getBroadcastPeriod(shape, op.getScale().getType().getShape()),
                  getBroadcastPeriod(shape, op.getZeroPoint().getType().getShape()));
}

Block packQuantize(qnn::QuantizeOp op, int64_t n, const qcrt_format &out) {
  ArrayRef<int64_t> shape = getShape(op.getInput());
  int64_t columns = getPeriod(op) == 1 ? 1 : n;
  std::vector<float> scales = broadcast(shape, op.getScale().getTensor(), columns);
  std::vector<float> zeroPoints = broadcast(shape, op.getZeroPoint().getTensor(), columns);
  runtime::QuantizeProblem problem;
  problem.rounding = getRounding(op.getRounding());
  problem.n = n;
  problem.scales = scales;
  problem.zero_points = zeroPoints;
  problem.low = op.getLow();
  problem.high = op.getHigh();
  problem.out = out;
  return runtime::PackQuantize(problem);
}

int64_t getNumChannels(qnn::DequantizeOp op) {
  int64_t channels = std::max(op.getScale().size(), op.getZeroPoint().size());
  return op.getBias() ? std::max(channels, op.getBias()->size()) : channels;
}

Block packDequantize(qnn::DequantizeOp op, const RowPlan &rows, int32_t in) {
  ArrayRef<int64_t> channels = rows.channels;
  runtime::Tensor scaleTensor = op.getScale().getTensor();
  absl::Span<const double> scaleValues = scaleTensor.Data<double>();
  std::vector<double> scales = pick(ArrayRef<double>(scaleValues.data(), scaleValues.size()), channels);
  std::vector<int64_t> zeroPoints = pick(ArrayRef<int64_t>(op.getZeroPoint().getTensor().ToIntegers()), channels);
  std::vector<double> biases(1, 0.0);
  if (op.getBias()) {
    runtime::Tensor tensor = op.getBias()->getTensor();
    absl::Span<const double> values = tensor.Data<double>();
    biases = pick(ArrayRef<double>(values.data(), values.size()), channels);
  }
  runtime::DequantizeProblem problem;
  problem.in_layout = in;
  problem.n = rows.n;
  problem.divisor = op.getDivisor();
  problem.code_type = getDataType(op.getInput());
  problem.scales = scales;
  problem.zero_points = zeroPoints;
  problem.biases = biases;
  return runtime::PackDequantize(problem);
}

} // namespace qcompile::cpu
