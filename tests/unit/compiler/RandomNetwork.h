//===- RandomNetwork.h - Random quantized networks --------------*- C++ -*-===//
//
// Builds @main as the frontend does: operations of the onnx dialect on floats, with quantizers. Every quantized
// activation is an output, so that comparing outputs compares all codes.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_TESTS_UNIT_COMPILER_RANDOMNETWORK_H
#define QCOMPILE_TESTS_UNIT_COMPILER_RANDOMNETWORK_H

#include <cmath>
#include <random>

#include "NetworkTesting.h"

namespace qcompile::testing {

class RandomNetwork : public Network {
public:
  explicit RandomNetwork(unsigned seed) : random(seed) {}

  void build() {
    int64_t batch = 1 + below(3);
    mlir::Value x = addInput({batch, 1 + below(6)});
    if (below(6) != 0)
      x = output(activate(x));
    for (int64_t layer = 0, layers = 1 + below(3); layer < layers; ++layer)
      x = output(activate(chain(linear(x, 1 + below(5)))));
    finish();
  }

  /// Samples where rounding is decided: multiples of half the first scale, extremes, and anything.
  runtime::Tensor sample(const runtime::Port &port) {
    std::vector<float> values;
    int64_t kind = below(4);
    for (int64_t i = 0; i < runtime::NumElements(port.shape); ++i) {
      static const float extremes[] = {0.0f, -0.0f, 1e30f, -1e30f, 1e-40f, -1e-40f, 3.4e38f, INFINITY, -INFINITY};
      values.push_back(kind == 0   ? float(below(65) - 32) * firstScale / 2
                       : kind == 1 ? extremes[below(firstIsQuantized ? 9 : 6)]
                                   : uniform(-4, 4) * firstScale);
    }
    return runtime::Tensor::FromFloats(port.shape, values);
  }

private:
  int64_t below(int64_t limit) { return int64_t(random() % uint64_t(limit)); }
  bool chance(int percent) { return below(100) < percent; }
  float uniform(float low, float high) { return low + (high - low) * float(random() >> 40) * 0x1p-24f; }
  std::vector<float> uniforms(int64_t count, float low, float high) {
    std::vector<float> out;
    for (int64_t i = 0; i < count; ++i)
      out.push_back(uniform(low, high));
    return out;
  }
  /// A power of two half of the time: sums hit ties then.
  float scaleNear(float size) {
    float scale = size * std::exp(uniform(-0.7f, 0.7f));
    return chance(50) ? std::exp2(std::round(std::log2(scale))) : scale;
  }

  mlir::Value activate(mlir::Value x) {
    bool first = spreadIsInput;
    spreadIsInput = false;
    firstIsQuantized |= first;
    if (chance(20)) {
      float scale = scaleNear(spread);
      firstScale = first ? scale : firstScale;
      spread = scale;
      return op("BipolarQuant", {x, constant({}, {scale})}, typeOf(x));
    }
    static const char *modes[] = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};
    int64_t bits = 1 + below(8), isSigned = below(2), narrow = bits > 1 && chance(30);
    float levels = std::exp2(float(bits - isSigned));
    float scale = scaleNear(2 * spread / levels);
    float zero = bits > 1 && chance(30) ? float(below(5) - (isSigned ? 2 : 0)) : 0.0f;
    firstScale = first ? scale : firstScale;
    spread = std::min(spread, levels * scale);
    return quant(x, constant({}, {scale}), zero, bits, isSigned, narrow, chance(60) ? "ROUND" : modes[below(7)]);
  }

  mlir::Value weights(int64_t rows, int64_t columns, bool transposed) {
    std::vector<int64_t> shape = {rows, columns}, perColumn = {1, columns};
    if (transposed)
      std::swap(shape[0], shape[1]), std::swap(perColumn[0], perColumn[1]);
    mlir::Value w = constant(shape, uniforms(rows * columns, -1, 1));
    if (chance(25))
      return op("BipolarQuant", {w, constant({}, {scaleNear(0.5f)})}, typeOf(w));
    int64_t bits = 1 + below(8);
    std::vector<float> scales;
    for (int64_t i = 0, count = chance(50) ? columns : 1; i < count; ++i)
      scales.push_back(scaleNear(1 / std::exp2(float(bits - 1))));
    bool single = scales.size() == 1;
    return quant(w, constant(single ? std::vector<int64_t>{} : perColumn, scales),
                 bits > 2 && chance(15) ? float(below(3) - 1) : 0.0f, bits, 1, bits > 1 && chance(50), "ROUND");
  }

  mlir::Value linear(mlir::Value x, int64_t columns) {
    int64_t rows = shapeOf(x)[1];
    spreadIsInput = false;
    spread *= std::sqrt(float(rows)) * 0.6f;
    auto type = mlir::RankedTensorType::get({shapeOf(x)[0], columns}, builder.getF32Type());
    if (chance(50))
      return op("MatMul", {x, weights(rows, columns, false)}, type);
    bool transposed = chance(50);
    mlir::Value w = weights(rows, columns, transposed);
    llvm::SmallVector<mlir::NamedAttribute> attributes = {integer("transB", transposed)};
    if (chance(20))
      attributes.push_back(builder.getNamedAttr("alpha", builder.getF32FloatAttr(chance(50) ? -0.5f : 3.0f)));
    if (chance(30))
      return op("Gemm", {x, w}, type, attributes);
    mlir::Value bias = constant({columns}, uniforms(columns, -spread, spread));
    if (chance(30))
      bias = quant(bias, constant({}, {scaleNear(spread / 64)}), 0, 8, 1, false, "ROUND");
    return op("Gemm", {x, w, bias}, type, attributes);
  }

  mlir::Value batchNorm(mlir::Value x) {
    int64_t channels = shapeOf(x)[1];
    std::vector<float> factors = uniforms(channels, -2, 2);
    for (float &factor : factors)
      if (chance(10))
        factor = 0;
    auto parameter = [&](std::vector<float> values) { return constant({channels}, values); };
    mlir::Value y =
        op("BatchNormalization",
           {x, parameter(factors), parameter(uniforms(channels, -spread, spread)),
            parameter(uniforms(channels, -spread, spread)), parameter(uniforms(channels, 0.25f, 4))},
           typeOf(x), {builder.getNamedAttr("resultSegmentSizes", builder.getDenseI32ArrayAttr({1, 0, 0}))});
    return y;
  }

  mlir::Value pointwise(mlir::Value x) {
    auto number = [&](float value) { return constant({}, {value}); };
    auto clip = [&](std::vector<mlir::Value> bounds, llvm::ArrayRef<int32_t> segments) {
      bounds.insert(bounds.begin(), x);
      return op("Clip", bounds, typeOf(x),
                {builder.getNamedAttr("operandSegmentSizes", builder.getDenseI32ArrayAttr(segments))});
    };
    switch (below(14)) {
    case 0:
      return op("Relu", {x}, typeOf(x));
    case 1:
      return clip({number(-spread / 2), number(spread / 2)}, {1, 1, 1});
    case 2:
      return clip({number(spread / 3)}, {1, 0, 1});
    case 3:
      return clip({number(-spread / 3)}, {1, 1, 0});
    case 4:
      return op("Tanh", {x}, typeOf(x));
    case 5:
      return op("Sigmoid", {x}, typeOf(x));
    case 6:
      return op("HardSigmoid", {x}, typeOf(x));
    case 7:
      return op("LeakyRelu", {x}, typeOf(x));
    case 8:
      return op("Neg", {x}, typeOf(x));
    case 9:
      return op("Mul", {x, constant({shapeOf(x)[1]}, uniforms(shapeOf(x)[1], -2, 2))}, typeOf(x));
    case 10:
      return op("Add", {x, constant({1, shapeOf(x)[1]}, uniforms(shapeOf(x)[1], -spread, spread))}, typeOf(x));
    case 11:
      return op("Div", {x, number(chance(50) ? 3.0f : -0.75f)}, typeOf(x));
    case 12:
      return op("Abs", {x}, typeOf(x)); // no certificate
    default:
      return op("Mul", {x, op("Sigmoid", {x}, typeOf(x))}, typeOf(x)); // a float island
    }
  }

  mlir::Value chain(mlir::Value x) {
    if (chance(60))
      x = batchNorm(x);
    for (int64_t i = below(3); i > 0; --i)
      x = pointwise(x);
    return x;
  }

  std::mt19937_64 random;
  float spread = 1, firstScale = 1;
  bool spreadIsInput = true, firstIsQuantized = false;
};

} // namespace qcompile::testing

#endif // QCOMPILE_TESTS_UNIT_COMPILER_RANDOMNETWORK_H
