//===- CodeFunction.cpp - Codes as a function of a position ---------------===//
#include "passes/convert-onnx-to-qnn/CodeFunction.h"

#include <bit>
#include <cmath>

#include "dialects/data/ElementStorage.h"
#include "runtime/reference/registry.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;

namespace qcompile {

llvm::Expected<std::vector<int64_t>> CodeFunction::operator()(const std::vector<int64_t> &positions) {
  int64_t count = positions.size() / chain.channels;
  if (count == 1 || takesRows())
    return at(positions, count);
  std::vector<int64_t> codes;
  for (int64_t i = 0; i < count; ++i) {
    auto begin = positions.begin() + i * chain.channels;
    auto part = at({begin, begin + chain.channels}, 1);
    if (!part)
      return part.takeError();
    codes.insert(codes.end(), part->begin(), part->end());
  }
  return codes;
}

llvm::Expected<std::vector<int64_t>> CodeFunction::at(const std::vector<int64_t> &positions, int64_t count) {
  llvm::Expected<std::vector<runtime::Value>> values = valuesAt(positions, count);
  if (!values)
    return values.takeError();
  llvm::Expected<ChainCodes> result = evaluator.getCodes(*values);
  if (!result)
    return result.takeError();
  sawNan |= result->sawNan;
  view = std::move(result->view);
  return std::move(result->codes);
}

llvm::Expected<CodeEnclosure> CodeFunction::enclose(const std::vector<int64_t> &low, const std::vector<int64_t> &high) {
  int64_t count = low.size() / chain.channels;
  llvm::Expected<std::vector<runtime::Value>> from = valuesAt(low, count);
  if (!from)
    return from.takeError();
  llvm::Expected<std::vector<runtime::Value>> to = valuesAt(high, count);
  if (!to)
    return to.takeError();
  return encloseCodes(chain, constants, from->front(), to->front());
}

FormReader::FormReader(const IntegerForm &form, int64_t axis) : form(form), axis(axis) {
  DequantizeConstants parameters = getDequantizeConstants(form);
  attributes.Set("axis", form.pending ? form.pending->chain.axis : axis);
  attributes.Set("result_type", std::string("float32"));
  attributes.Set("scale", parameters.scale);
  attributes.Set("zero_point", parameters.zeroPoint);
  attributes.Set("divisor", form.divisor);
  if (parameters.bias)
    attributes.Set("bias", *parameters.bias);
  if (form.pending)
    pending = std::make_unique<ChainEvaluator>(form.pending->chain, form.pending->constants);
}

/// The exact reading of codes, for operations that keep it (a ReLU of a quantized value).
static runtime::QuantizedView readBack(const IntegerForm &form, int64_t axis, const Tensor &codes) {
  auto floats = [&](const auto &list) {
    Shape shape(codes.rank(), 1);
    if (list.size() > 1)
      shape[axis] = int64_t(list.size());
    return Tensor::FromFloats(shape, std::vector<float>(list.begin(), list.end()));
  };
  DataType type = *data::getDataType(form.getType().getElementType());
  auto typed = Tensor::FromIntegers(type, codes.shape(), codes.ToIntegers());
  if (!typed.ok()) // bisection also probes 0, which no bipolar code is
    typed = Tensor::FromIntegers(DataType::Signed(2), codes.shape(), codes.ToIntegers());
  return {*typed, floats(form.scale), floats(form.zeroPoint)};
}

/// Pending operations see their own dimensions, whatever has become of them since.
llvm::Expected<runtime::Value> FormReader::operator()(const std::vector<int64_t> &positions, const Shape &shape) {
  if (!form.pending)
    return dequantize(positions, shape);
  const Chain &chain = form.pending->chain;
  int64_t count = int64_t(positions.size()) / chain.channels;
  llvm::Expected<runtime::Value> source = dequantize(positions, getChainShape(chain, count));
  if (!source)
    return source.takeError();
  llvm::Expected<runtime::Value> value = pending->getValue(*source, sawNan);
  if (!value)
    return value.takeError();
  return runtime::Value(value->tensor.Reshaped(shape));
}

llvm::Expected<runtime::Value> FormReader::dequantize(const std::vector<int64_t> &positions, const Shape &shape) {
  attributes.Set("shape", shape);
  auto codes = Tensor::FromIntegers(DataType::Int64(), shape, positions);
  if (!codes.ok())
    return llvm::createStringError(std::string(codes.status().message()));
  runtime::Value operand(*codes);
  const runtime::Value *operands[] = {&operand};
  auto results = runtime::FindReference("qnn.dequantize")(attributes, operands);
  if (!results.ok())
    return llvm::createStringError(std::string(results.status().message()));
  runtime::Value value = std::move(results->front());
  if (form.quantized || (form.pending && form.pending->quantized))
    value.quantized = readBack(form, form.pending ? form.pending->chain.axis : axis, *codes);
  return value;
}

llvm::Expected<std::vector<runtime::Value>> IntegerFunction::valuesAt(const std::vector<int64_t> &positions,
                                                                      int64_t count) {
  llvm::Expected<runtime::Value> value = reader(positions, getChainShape(chain, count));
  if (!value)
    return value.takeError();
  sawNan |= reader.sawNan;
  return std::vector{std::move(*value)};
}

PairFunction::PairFunction(const Chain &chain, const ConstantValues &constants, const IntegerForm &first,
                           const IntegerForm &second)
    : CodeFunction(chain, constants), readers{FormReader(first, chain.axis), FormReader(second, chain.axis)} {
  for (int i = 0; i < 2; ++i) {
    qnn::Bounds bounds = qnn::unite(i == 0 ? first.bounds : second.bounds);
    lows[i] = bounds.low;
    extents[i] = bounds.high - bounds.low + 1;
  }
}

llvm::Expected<std::vector<runtime::Value>> PairFunction::valuesAt(const std::vector<int64_t> &positions,
                                                                   int64_t count) {
  std::vector<runtime::Value> values;
  for (int i = 0; i < 2; ++i) {
    std::vector<int64_t> codes;
    for (int64_t position : positions)
      codes.push_back(lows[i] + (i == 0 ? position / extents[1] : position % extents[1]));
    llvm::Expected<runtime::Value> value = readers[i](codes, getChainShape(chain, count));
    if (!value)
      return value.takeError();
    values.push_back(std::move(*value));
  }
  return values;
}

float floatAt(int64_t position) {
  uint32_t magnitude = position >= 0 ? uint32_t(position) : uint32_t(-position - 1);
  return std::bit_cast<float>(magnitude | (position >= 0 ? 0u : 0x80000000u));
}

int64_t getFloatPosition(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value), magnitude = bits & 0x7fffffffu;
  return bits == magnitude ? int64_t(magnitude) : -int64_t(magnitude) - 1;
}

int64_t FloatFunction::interpolate(int64_t from, int64_t to, double share) const {
  double first = floatAt(from), last = floatAt(to), value = first + (last - first) * share;
  return std::isfinite(value) ? getFloatPosition(float(value)) : CodeFunction::interpolate(from, to, share);
}

llvm::Expected<std::vector<runtime::Value>> FloatFunction::valuesAt(const std::vector<int64_t> &positions,
                                                                    int64_t count) {
  std::vector<float> values(positions.size());
  for (size_t i = 0; i < positions.size(); ++i)
    values[i] = floatAt(positions[i]);
  return std::vector<runtime::Value>{Tensor::FromFloats(getChainShape(chain, count), values)};
}

llvm::Expected<std::vector<int64_t>> evaluateEnds(CodeFunction &function, ArrayRef<Interval> channels) {
  std::vector<int64_t> ends;
  for (const Interval &channel : channels)
    ends.push_back(channel.low);
  for (const Interval &channel : channels)
    ends.push_back(channel.high);
  return function(ends);
}

} // namespace qcompile
