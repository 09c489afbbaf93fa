//===- RandomPath.h - Layers with channels between them ---------*- C++ -*-===//
//
// Networks of convolutions and products joined by what a path of channels may contain. Inputs, weights and activations
// are quantized, so that every sum is exact and its order does not matter.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_TESTS_UNIT_PASSES_RANDOMPATH_H
#define QCOMPILE_TESTS_UNIT_PASSES_RANDOMPATH_H

#include <cmath>
#include <random>

#include "NetworkTesting.h"

namespace qcompile::testing {

class RandomPath : public Network {
public:
  explicit RandomPath(unsigned seed) : random(seed) {}

  int64_t below(int64_t limit) { return int64_t(random() % uint64_t(limit)); }
  bool chance(int64_t percent) { return below(100) < percent; }

  /// Part of the outputs of every layer whose weights are zero, and of its inputs, in percent.
  int64_t zeroOutputs = 0, zeroInputs = 0;
  /// Percent of biases that are below every sum, so that a Relu behind them gives 0.
  int64_t lowBiases = 0;

  void build() {
    mlir::Value x = quantize(addInput({1, 3, 8, 8}), 1);
    x = conv(x, 2 + below(5));
    for (int64_t steps = below(4); steps-- > 0;)
      x = between(x);
    x = conv(quantize(x, 1), 2 + below(4));
    for (int64_t steps = below(4); steps-- > 0;)
      x = between(x);
    x = linear(quantize(flatten(x), -1), 2 + below(5));
    x = activation(x);
    x = linear(quantize(x, -1), 3);
    output(x);
    finish();
    ASSERT_TRUE(mlir::succeeded(mlir::verify(*module))) << dump(*module);
  }

  /// Codes of a quarter: every product and sum in the network is exact.
  runtime::Tensor drawInput() {
    std::vector<float> values(3 * 8 * 8);
    for (float &value : values)
      value = float(below(33) - 16) / 4;
    return runtime::Tensor::FromFloats({1, 3, 8, 8}, values);
  }

private:
  float number() { return float(below(33) - 16) / 8; }
  std::vector<float> numbers(int64_t count) {
    std::vector<float> out(count);
    for (float &value : out)
      value = number();
    return out;
  }
  mlir::Type like(mlir::Value x, std::vector<int64_t> shape) {
    return mlir::RankedTensorType::get(shape, builder.getF32Type());
  }
  mlir::NamedAttribute integers(llvm::StringRef name, std::vector<int64_t> values) {
    return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
  }

  /// Powers of two as scales, per index of the axis at times.
  mlir::Value quantize(mlir::Value x, int64_t axis) {
    std::vector<int64_t> shape(axis >= 0 ? shapeOf(x).size() : 0, 1);
    if (axis >= 0 && chance(50))
      shape[axis] = shapeOf(x)[axis];
    std::vector<float> scales(runtime::NumElements(shape));
    for (float &scale : scales)
      scale = std::ldexp(1.0f, int(below(2)) - 2);
    return quant(x, constant(shape, scales), chance(30) ? 1 : 0, 5, 1, 0, "ROUND");
  }

  /// Weights [outputs, inputs * taps], some outputs and some inputs zero.
  std::vector<float> weights(int64_t outputs, int64_t inputs, int64_t taps) {
    std::vector<float> out = numbers(outputs * inputs * taps);
    auto clear = [&](auto inside) {
      for (size_t i = 0; i < out.size(); ++i)
        if (inside(int64_t(i)))
          out[i] = 0;
    };
    for (int64_t o = 0; o < outputs; ++o)
      if (chance(zeroOutputs))
        clear([&](int64_t i) { return i / (inputs * taps) == o; });
    for (int64_t c = 0; c < inputs; ++c)
      if (chance(zeroInputs))
        clear([&](int64_t i) { return i / taps % inputs == c; });
    return out;
  }
  mlir::Value quantizedWeights(std::vector<int64_t> shape, const std::vector<float> &values) {
    std::vector<int64_t> perOutput(shape.size(), 1);
    perOutput[0] = chance(50) ? shape[0] : 1;
    std::vector<float> scales(perOutput[0]);
    for (float &scale : scales)
      scale = std::ldexp(1.0f, -int(below(2)) - 2);
    return quant(constant(shape, values), constant(perOutput, scales), 0, 6, 1, 1, "ROUND");
  }
  std::vector<float> biases(int64_t count) {
    std::vector<float> out = numbers(count);
    for (float &value : out)
      value = chance(lowBiases) ? -1000 : value;
    return out;
  }

  mlir::Value conv(mlir::Value x, int64_t outputs, bool depthwise = false) {
    llvm::ArrayRef<int64_t> shape = shapeOf(x);
    int64_t inputs = depthwise ? 1 : shape[1], kernel = chance(50) && shape[2] > 2 ? 3 : 1;
    bool padded = kernel == 3 && chance(50);
    std::vector<mlir::Value> operands{
        x, quantizedWeights({outputs, inputs, kernel, kernel}, weights(outputs, inputs, kernel * kernel))};
    if (chance(70))
      operands.push_back(constant({outputs}, biases(outputs)));
    std::vector<mlir::NamedAttribute> attributes;
    if (depthwise)
      attributes.push_back(integer("group", outputs));
    if (padded)
      attributes.push_back(integers("pads", {1, 1, 1, 1}));
    int64_t extent = padded ? shape[2] : shape[2] - kernel + 1;
    return op("Conv", operands, like(x, {1, outputs, extent, extent}), attributes);
  }

  mlir::Value linear(mlir::Value x, int64_t outputs) {
    int64_t inputs = shapeOf(x)[1];
    mlir::Value w = quantizedWeights({outputs, inputs}, weights(outputs, inputs, 1));
    if (chance(40)) {
      w = op("Transpose", w, like(x, {inputs, outputs}), {integers("perm", {1, 0})});
      mlir::Value product = op("MatMul", {x, w}, like(x, {1, outputs}));
      return chance(50) ? op("Add", {product, constant({outputs}, biases(outputs))}, typeOf(product)) : product;
    }
    std::vector<mlir::Value> operands{x, w};
    if (chance(70))
      operands.push_back(constant({outputs}, biases(outputs)));
    return op("Gemm", operands, like(x, {1, outputs}), {integer("transB", 1)});
  }

  mlir::Value activation(mlir::Value x) {
    if (chance(70))
      return op("Relu", x, typeOf(x));
    return op("PRelu", {x, constant({1}, {0.25f})}, typeOf(x));
  }

  mlir::Value between(mlir::Value x) {
    std::vector<int64_t> shape = shapeOf(x);
    int64_t channels = shape[1];
    std::vector<int64_t> perChannel{channels, 1, 1};
    switch (below(7)) {
    case 0:
      return op("Relu", x, typeOf(x));
    case 1:
      return op("Mul", {constant(perChannel, numbers(channels)), x}, typeOf(x));
    case 2: {
      std::vector<float> variance(channels, 1.0f);
      return op("BatchNormalization",
                {x, constant({channels}, numbers(channels)), constant({channels}, numbers(channels)),
                 constant({channels}, numbers(channels)), constant({channels}, variance)},
                typeOf(x), builder.getNamedAttr("resultSegmentSizes", builder.getDenseI32ArrayAttr({1, 0, 0})));
    }
    case 3:
      return quantize(x, 1);
    case 4:
      if (shape[2] < 2)
        return x;
      return op("MaxPool", x, like(x, {1, channels, shape[2] / 2, shape[2] / 2}),
                {integers("kernel_shape", {2, 2}), integers("strides", {2, 2}),
                 builder.getNamedAttr("resultSegmentSizes", builder.getDenseI32ArrayAttr({1, 0}))});
    case 5:
      return conv(quantize(x, 1), channels, /*depthwise=*/true);
    default:
      if (shape[2] < 2)
        return x;
      return op("AveragePool", quantize(x, 1), like(x, {1, channels, shape[2], shape[2]}),
                {integers("kernel_shape", {2, 2}), integers("pads", {1, 1, 0, 0}), integer("count_include_pad", 1)});
    }
  }

  /// Channels first, or last, before the dimensions are joined.
  mlir::Value flatten(mlir::Value x) {
    std::vector<int64_t> shape = shapeOf(x);
    int64_t elements = runtime::NumElements(shape);
    if (chance(40))
      x = op("Transpose", x, like(x, {1, shape[2], shape[3], shape[1]}), {integers("perm", {0, 2, 3, 1})});
    if (chance(50))
      return op("Flatten", x, like(x, {1, elements}));
    int64_t to[] = {1, elements};
    auto tensor = *runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {2}, to);
    return op("Reshape", {x, constant(data::ConstantAttr::get(&context, "shape", tensor))}, like(x, {1, elements}));
  }

  std::mt19937_64 random;
};

} // namespace qcompile::testing

#endif // QCOMPILE_TESTS_UNIT_PASSES_RANDOMPATH_H
