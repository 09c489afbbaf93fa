//===- ParameterPacking.cpp - Parameter blocks from operations ------------===//
#include "backends/cpu/lower-to-kernels/ParameterPacking.h"

#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace qcompile::cpu {

bool isInteger(const qcrt_format &format) {
  return format.layout == QCRT_INT32 || format.layout == QCRT_INT64;
}

runtime::DataType getDataType(Value value) {
  return *data::getDataType(cast<RankedTensorType>(value.getType()).getElementType());
}

ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

int64_t getNumElements(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

int64_t getRowLength(Value value) { return getShape(value).empty() ? 1 : getShape(value).back(); }

static int64_t product(ArrayRef<int64_t> extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= extent;
  return result;
}

/// Period of `channels` parameters along `axis` of a shape.
static int64_t getAxisPeriod(ArrayRef<int64_t> shape, int64_t axis, int64_t channels) {
  return channels == 1 ? 1 : product(shape.drop_front(axis));
}

/// The channel of each of n columns; every column has channel 0 where there is only one.
static std::vector<int64_t> getChannels(ArrayRef<int64_t> shape, int64_t axis, int64_t channels,
                                        int64_t n) {
  std::vector<int64_t> result(channels == 1 ? 1 : n, 0);
  if (channels == 1)
    return result;
  int64_t inner = product(shape.drop_front(axis + 1));
  for (int64_t column = 0; column < n; ++column)
    result[column] = column / inner % channels;
  return result;
}

template <typename T>
static std::vector<T> pick(ArrayRef<T> values, ArrayRef<int64_t> channels) {
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

absl::StatusOr<runtime::MatmulPlan> selectMatMul(qnn::MatMulOp op) {
  std::vector<int64_t> weights = getWeights(op);
  return runtime::SelectMatmul(getProblem(op, weights));
}

Block packMatMul(qnn::MatMulOp op, const runtime::MatmulPlan &plan) {
  std::vector<int64_t> weights = getWeights(op);
  return runtime::PackMatmul(getProblem(op, weights), plan);
}

//===----------------------------------------------------------------------===//
// Thresholds
//===----------------------------------------------------------------------===//

int64_t getPeriod(qnn::ThresholdOp op) {
  return getAxisPeriod(getShape(op.getInput()), op.getAxis(), op.getDirections().size());
}

template <typename T>
static std::vector<T> pickRows(ArrayRef<T> rows, int64_t count, ArrayRef<int64_t> channels) {
  std::vector<T> result;
  for (int64_t channel : channels) {
    ArrayRef<T> row = rows.slice(channel * count, count);
    result.insert(result.end(), row.begin(), row.end());
  }
  return result;
}

Block packThreshold(qnn::ThresholdOp op, const Storage &in, const Storage &out) {
  runtime::Tensor values = op.getThresholds().getTensor();
  std::vector<int64_t> channels = getChannels(getShape(op.getInput()), op.getAxis(),
                                              op.getDirections().size(), out.n);
  std::vector<int64_t> directions = pick(op.getDirections(), channels);
  runtime::ThresholdProblem problem;
  problem.n = out.n;
  problem.count = values.shape().back();
  problem.directions = directions;
  problem.low = op.getLow();
  problem.step = op.getStep();
  problem.out = out.format;
  if (values.type().IsFloat()) {
    absl::Span<const float> floats = values.Floats();
    std::vector<float> rows =
        pickRows(ArrayRef<float>(floats.data(), floats.size()), problem.count, channels);
    problem.operand = QCRT_X_FLOAT32;
    problem.float_thresholds = rows;
    return runtime::PackThreshold(problem);
  }
  std::vector<int64_t> rows =
      pickRows(ArrayRef<int64_t>(values.ToIntegers()), problem.count, channels);
  problem.operand = in.format.layout == QCRT_INT32 ? QCRT_X_INT32 : QCRT_X_INT64;
  problem.thresholds = rows;
  return runtime::PackThreshold(problem);
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
static std::vector<float> broadcast(ArrayRef<int64_t> shape, const runtime::Tensor &parameter,
                                    int64_t n) {
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

Block packQuantize(qnn::QuantizeOp op, const Storage &out) {
  ArrayRef<int64_t> shape = getShape(op.getInput());
  int64_t columns = getPeriod(op) == 1 ? 1 : out.n;
  std::vector<float> scales = broadcast(shape, op.getScale().getTensor(), columns);
  std::vector<float> zeroPoints = broadcast(shape, op.getZeroPoint().getTensor(), columns);
  runtime::QuantizeProblem problem;
  problem.rounding = getRounding(op.getRounding());
  problem.n = out.n;
  problem.scales = scales;
  problem.zero_points = zeroPoints;
  problem.low = op.getLow();
  problem.high = op.getHigh();
  problem.out = out.format;
  return runtime::PackQuantize(problem);
}

static int64_t getNumChannels(qnn::DequantizeOp op) {
  int64_t channels = std::max(op.getScale().size(), op.getZeroPoint().size());
  return op.getBias() ? std::max(channels, op.getBias()->size()) : channels;
}

int64_t getPeriod(qnn::DequantizeOp op) {
  return getAxisPeriod(getShape(op.getInput()), op.getAxis(), getNumChannels(op));
}

Block packDequantize(qnn::DequantizeOp op, const Storage &in) {
  std::vector<int64_t> channels =
      getChannels(getShape(op.getInput()), op.getAxis(), getNumChannels(op), in.n);
  runtime::Tensor scaleTensor = op.getScale().getTensor();
  absl::Span<const double> scaleValues = scaleTensor.Data<double>();
  std::vector<double> scales =
      pick(ArrayRef<double>(scaleValues.data(), scaleValues.size()), channels);
  std::vector<int64_t> zeroPoints =
      pick(ArrayRef<int64_t>(op.getZeroPoint().getTensor().ToIntegers()), channels);
  std::vector<double> biases(1, 0.0);
  if (op.getBias()) {
    runtime::Tensor tensor = op.getBias()->getTensor();
    absl::Span<const double> values = tensor.Data<double>();
    biases = pick(ArrayRef<double>(values.data(), values.size()), channels);
  }
  runtime::DequantizeProblem problem;
  problem.operand = in.format.layout == QCRT_INT32 ? QCRT_X_INT32 : QCRT_X_INT64;
  problem.n = in.n;
  problem.code_type = getDataType(op.getInput());
  problem.scales = scales;
  problem.zero_points = zeroPoints;
  problem.biases = biases;
  return runtime::PackDequantize(problem);
}

} // namespace qcompile::cpu
