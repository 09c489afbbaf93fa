// Builders of operations.
#include "tests/unit/hls/Network.h"

#include "backends/hls/HlsBackend.h"
#include "dialects/data/ElementStorage.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace qcompile::hls::testing {

Network::Network(unsigned seed, std::string name) : name(std::move(name)), random(seed), builder(&context) {
  DialectRegistry registry;
  registry.insert<func::FuncDialect, qnn::QnnDialect, data::DataDialect>();
  HlsBackend().registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  module = ModuleOp::create(builder.getUnknownLoc());
}

Value Network::begin(ArrayRef<int64_t> shape, Type type) {
  builder.setInsertionPointToEnd(module->getBody());
  argumentType = RankedTensorType::get(shape, type);
  main = func::FuncOp::create(builder, loc(), "main", builder.getFunctionType({argumentType}, {}));
  builder.setInsertionPointToStart(main.addEntryBlock());
  return main.getArgument(0);
}

void Network::finish(ArrayRef<Value> results) {
  func::ReturnOp::create(builder, loc(), results);
  main.setFunctionType(builder.getFunctionType({argumentType}, TypeRange(results)));
}

DataType Network::type(Value value) { return *data::getDataType(typeOf(value).getElementType()); }

data::ConstantAttr Network::constant(DataType type, runtime::Shape shape, ArrayRef<int64_t> values) {
  auto tensor = Tensor::FromIntegers(type, shape, {values.data(), values.size()});
  EXPECT_TRUE(tensor.ok());
  return data::ConstantAttr::get(&context, "c" + std::to_string(constants++), *tensor);
}

int64_t Network::pick(DataType type) {
  if (type.kind == runtime::TypeKind::kBipolar)
    return random() % 2 ? 1 : -1;
  return pick(type.MinValue(), type.MaxValue());
}

Value Network::weights(DataType type, runtime::Shape shape) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < runtime::NumElements(shape); ++i)
    values.push_back(pick(type));
  data::ConstantAttr attribute = constant(type, shape, values);
  return qnn::ConstantOp::create(builder, loc(), attribute.getType(), attribute);
}

template <typename Op> Value Network::narrow(Op op) {
  auto bounds = op.getResultBounds();
  EXPECT_TRUE(bounds.has_value());
  qnn::Bounds all = qnn::unite(*bounds);
  DataType type = all.narrowestType();
  if (random() % 2 && type.bits < 40)
    type = DataType::Signed(40);
  Value result = op.getResult();
  result.setType(RankedTensorType::get(typeOf(result).getShape(), code(type)));
  return result;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Value Network::matmul(Value input, int64_t outputs, DataType weightType) {
  return matmul(input, weights(weightType, {shape(input).back(), outputs}));
}

Value Network::matmul(Value lhs, Value rhs) {
  SmallVector<int64_t> result(shape(lhs));
  for (size_t d = 0; shape(rhs).size() > 2 && d + 2 < result.size(); ++d)
    result[d] = std::max(result[d], shape(rhs)[d]);
  result.back() = shape(rhs).back();
  auto type = RankedTensorType::get(result, code(DataType::Signed(50)));
  return narrow(qnn::MatMulOp::create(builder, loc(), type, lhs, rhs));
}

static SmallVector<int64_t> getOutput(ArrayRef<int64_t> input, const Network::Window &window, int64_t axis,
                                      int64_t channels) {
  SmallVector<int64_t> result(input);
  size_t spatial = 0;
  for (int64_t d = 1; d < int64_t(input.size()); ++d) {
    if (d == axis) {
      result[d] = channels;
      continue;
    }
    const int64_t reach = window.dilations[spatial] * (window.kernel[spatial] - 1) + 1;
    result[d] = (input[d] - reach) / window.strides[spatial] + 1;
    ++spatial;
  }
  return result;
}

Value Network::conv(Value input, int64_t outputs, int64_t groups, Window window, DataType weightType, int64_t axis) {
  runtime::Shape kernel(window.kernel.begin(), window.kernel.end());
  kernel.insert(axis == 1 ? kernel.begin() : kernel.end(), shape(input)[axis] / groups);
  kernel.insert(kernel.begin(), outputs);
  auto type = RankedTensorType::get(getOutput(shape(input), window, axis, outputs), code(DataType::Signed(50)));
  return narrow(qnn::ConvOp::create(builder, loc(), type, input, weights(weightType, kernel),
                                    builder.getI64IntegerAttr(axis), builder.getDenseI64ArrayAttr(window.strides),
                                    builder.getDenseI64ArrayAttr(window.dilations), builder.getI64IntegerAttr(groups)));
}

Value Network::convTranspose(Value input, int64_t outputs, int64_t groups, Window window, DataType weightType) {
  runtime::Shape kernel = {shape(input)[1], outputs / groups};
  SmallVector<int64_t> result = {shape(input)[0], outputs};
  for (size_t d = 0; d < window.kernel.size(); ++d) {
    kernel.push_back(window.kernel[d]);
    result.push_back((shape(input)[d + 2] - 1) * window.strides[d] + window.dilations[d] * (window.kernel[d] - 1) + 1 -
                     1);
  }
  SmallVector<int64_t> offsets(window.kernel.size(), 1);
  auto type = RankedTensorType::get(result, code(DataType::Signed(50)));
  return narrow(qnn::ConvTransposeOp::create(builder, loc(), type, input, weights(weightType, kernel),
                                             builder.getDenseI64ArrayAttr(window.strides),
                                             builder.getDenseI64ArrayAttr(window.dilations),
                                             builder.getDenseI64ArrayAttr(offsets), builder.getI64IntegerAttr(groups)));
}

Value Network::maxPool(Value input, Window window, int64_t axis) {
  auto type =
      RankedTensorType::get(getOutput(shape(input), window, axis, shape(input)[axis]), typeOf(input).getElementType());
  return qnn::MaxPoolOp::create(
      builder, loc(), type, input, builder.getI64IntegerAttr(axis), builder.getDenseI64ArrayAttr(window.kernel),
      builder.getDenseI64ArrayAttr(window.strides), builder.getDenseI64ArrayAttr(window.dilations));
}

Value Network::sumPool(Value input, Window window, int64_t axis) {
  auto type =
      RankedTensorType::get(getOutput(shape(input), window, axis, shape(input)[axis]), code(DataType::Signed(50)));
  return narrow(qnn::SumPoolOp::create(
      builder, loc(), type, input, builder.getI64IntegerAttr(axis), builder.getDenseI64ArrayAttr(window.kernel),
      builder.getDenseI64ArrayAttr(window.strides), builder.getDenseI64ArrayAttr(window.dilations)));
}

//===----------------------------------------------------------------------===//
// Joins and selection
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> broadcast(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<int64_t> result(a);
  for (size_t d = 0; d < b.size(); ++d) {
    int64_t &extent = result[a.size() - b.size() + d];
    extent = std::max(extent, b[d]);
  }
  return result;
}

Value Network::add(Value lhs, Value rhs, int64_t lhsMultiplier, int64_t rhsMultiplier) {
  auto type = RankedTensorType::get(broadcast(shape(lhs), shape(rhs)), code(DataType::Signed(50)));
  return narrow(qnn::AddOp::create(builder, loc(), type, lhs, rhs, builder.getI64IntegerAttr(lhsMultiplier),
                                   builder.getI64IntegerAttr(rhsMultiplier)));
}

Value Network::mul(Value lhs, Value rhs) {
  auto type = RankedTensorType::get(broadcast(shape(lhs), shape(rhs)), code(DataType::Signed(50)));
  return narrow(qnn::MulOp::create(builder, loc(), type, lhs, rhs));
}

Value Network::pad(Value input, ArrayRef<int64_t> low, ArrayRef<int64_t> high, ArrayRef<int64_t> values, int64_t axis) {
  SmallVector<int64_t> result(shape(input));
  for (size_t d = 0; d < result.size(); ++d)
    result[d] += low[d] + high[d];
  qnn::Bounds bounds = qnn::getTypeBounds(typeOf(input).getElementType());
  bool fits = true;
  for (int64_t value : values) {
    bounds = qnn::unite(bounds, {value, value});
    fits &= type(input).Contains(value);
  }
  DataType padded = fits ? type(input) : bounds.narrowestType();
  return qnn::PadOp::create(builder, loc(), RankedTensorType::get(result, code(padded)), input,
                            builder.getI64IntegerAttr(axis), builder.getDenseI64ArrayAttr(low),
                            builder.getDenseI64ArrayAttr(high),
                            constant(DataType::Int64(), {int64_t(values.size())}, values));
}

Value Network::concat(ArrayRef<Value> inputs, int64_t axis) {
  SmallVector<int64_t> result(shape(inputs.front()));
  result[axis] = 0;
  qnn::Bounds bounds = qnn::getTypeBounds(typeOf(inputs.front()).getElementType());
  bool equal = true;
  for (Value input : inputs) {
    result[axis] += shape(input)[axis];
    bounds = qnn::unite(bounds, qnn::getTypeBounds(typeOf(input).getElementType()));
    equal &= type(input) == type(inputs.front());
  }
  DataType joined = equal ? type(inputs.front()) : bounds.narrowestType();
  return qnn::ConcatOp::create(builder, loc(), RankedTensorType::get(result, code(joined)), inputs,
                               builder.getI64IntegerAttr(axis));
}

Value Network::slice(Value input, ArrayRef<int64_t> offsets, ArrayRef<int64_t> steps, ArrayRef<int64_t> result) {
  return qnn::SliceOp::create(builder, loc(), RankedTensorType::get(result, typeOf(input).getElementType()), input,
                              builder.getDenseI64ArrayAttr(offsets), builder.getDenseI64ArrayAttr(steps));
}

Value Network::gather(Value input, int64_t axis, ArrayRef<int64_t> indices) {
  SmallVector<int64_t> result(shape(input));
  result[axis] = indices.size();
  return qnn::GatherOp::create(builder, loc(), RankedTensorType::get(result, typeOf(input).getElementType()), input,
                               builder.getI64IntegerAttr(axis), builder.getDenseI64ArrayAttr(indices));
}

Value Network::depthToSpace(Value input, ArrayRef<int64_t> blocks, StringRef mode, int64_t axis) {
  SmallVector<int64_t> result(shape(input));
  size_t spatial = 0;
  for (int64_t d = 1; d < int64_t(result.size()); ++d)
    if (d != axis) {
      result[d] *= blocks[spatial];
      result[axis] /= blocks[spatial++];
    }
  return qnn::DepthToSpaceOp::create(builder, loc(), RankedTensorType::get(result, typeOf(input).getElementType()),
                                     input, builder.getI64IntegerAttr(axis), builder.getDenseI64ArrayAttr(blocks),
                                     builder.getStringAttr(mode));
}

Value Network::transpose(Value input, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> result;
  for (int64_t d : perm)
    result.push_back(shape(input)[d]);
  return qnn::TransposeOp::create(builder, loc(), RankedTensorType::get(result, typeOf(input).getElementType()), input,
                                  builder.getDenseI64ArrayAttr(perm));
}

Value Network::reshape(Value input, ArrayRef<int64_t> result) {
  return qnn::ReshapeOp::create(builder, loc(), RankedTensorType::get(result, typeOf(input).getElementType()), input);
}

Value Network::lookup(Value indices, DataType type, runtime::Shape table) {
  SmallVector<int64_t> result(shape(indices));
  result.append(table.begin() + 1, table.end());
  return qnn::LookupOp::create(builder, loc(), RankedTensorType::get(result, code(type)), indices,
                               weights(type, table));
}

Value Network::argMax(Value input, int64_t axis, bool last) {
  SmallVector<int64_t> result(shape(input));
  result[axis] = 1;
  return qnn::ArgMaxOp::create(builder, loc(), RankedTensorType::get(result, code(DataType::Int64())), input,
                               builder.getI64IntegerAttr(axis), last ? builder.getUnitAttr() : nullptr);
}

std::pair<Value, Value> Network::topK(Value input, int64_t axis, int64_t count, bool smallest) {
  SmallVector<int64_t> result(shape(input));
  result[axis] = count;
  auto op = qnn::TopKOp::create(builder, loc(), RankedTensorType::get(result, typeOf(input).getElementType()),
                                RankedTensorType::get(result, code(DataType::Int64())), input,
                                builder.getI64IntegerAttr(axis), smallest ? builder.getUnitAttr() : nullptr);
  return {op.getValues(), op.getIndices()};
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// The values that an operation's result may take, by its bounds where it has them.
static qnn::Bounds getBounds(Value value) {
  if (Operation *op = value.getDefiningOp())
    if (auto bounded = dyn_cast<qnn::BoundsOpInterface>(op))
      if (auto bounds = bounded.getResultBounds())
        return qnn::unite(*bounds);
  return qnn::getTypeBounds(cast<RankedTensorType>(value.getType()).getElementType());
}

Value Network::threshold(Value input, int64_t axis, int64_t count, DataType result, bool perChannel) {
  const int64_t rows = perChannel ? shape(input)[axis] : 1;
  qnn::Bounds bounds = getBounds(input);
  std::vector<int64_t> values, directions;
  for (int64_t row = 0; row < rows; ++row) {
    directions.push_back(random() % 3 ? 1 : -1);
    std::vector<int64_t> line;
    for (int64_t t = 0; t < count; ++t)
      line.push_back(pick(bounds.low / 4 - 2, bounds.high / 4 + 2));
    std::sort(line.begin(), line.end());
    if (directions.back() < 0)
      std::reverse(line.begin(), line.end());
    values.insert(values.end(), line.begin(), line.end());
  }
  bool bipolar = result.kind == runtime::TypeKind::kBipolar;
  return qnn::ThresholdOp::create(
      builder, loc(), RankedTensorType::get(shape(input), code(result)), input, builder.getI64IntegerAttr(axis),
      constant(DataType::Signed(41), {rows, count}, values), builder.getDenseI64ArrayAttr(directions),
      builder.getI64IntegerAttr(bipolar ? -1 : result.MinValue()), builder.getI64IntegerAttr(bipolar ? 2 : 1));
}

Value Network::table(Value input, int64_t axis, DataType result, bool perChannel) {
  const int64_t rows = perChannel ? shape(input)[axis] : 1;
  qnn::Bounds bounds = getBounds(input);
  const int64_t low = pick(bounds.low, bounds.high), count = 1 + random() % 9;
  std::vector<int64_t> values;
  for (int64_t i = 0; i < rows * count; ++i)
    values.push_back(pick(result));
  return qnn::TableOp::create(builder, loc(), RankedTensorType::get(shape(input), code(result)), input,
                              builder.getI64IntegerAttr(axis), builder.getI64IntegerAttr(low),
                              constant(result, {rows, count}, values));
}

Value Network::requantize(Value input, int64_t axis, StringRef rounding, DataType result, bool perChannel) {
  const int64_t rows = perChannel ? shape(input)[axis] : 1;
  const int64_t shift = random() % 12;
  std::vector<int64_t> multipliers, offsets;
  for (int64_t row = 0; row < rows; ++row) {
    multipliers.push_back(pick(-40, 40));
    offsets.push_back(pick(-3, 3) << (random() % 6));
  }
  return qnn::RequantizeOp::create(builder, loc(), RankedTensorType::get(shape(input), code(result)), input,
                                   builder.getI64IntegerAttr(axis), constant(DataType::Int64(), {rows}, multipliers),
                                   constant(DataType::Int64(), {rows}, offsets), builder.getI64IntegerAttr(shift),
                                   builder.getStringAttr(rounding), builder.getI64IntegerAttr(result.MinValue()),
                                   builder.getI64IntegerAttr(result.MaxValue()));
}

Value Network::dequantize(Value input) {
  auto scale = data::ConstantAttr::get(&context, "scale", Tensor::FromDoubles({1}, {0.3}));
  return qnn::DequantizeOp::create(builder, loc(), RankedTensorType::get(shape(input), builder.getF32Type()), input,
                                   builder.getI64IntegerAttr(1), scale, constant(DataType::Int64(), {1}, {3}), nullptr);
}

} // namespace qcompile::hls::testing
