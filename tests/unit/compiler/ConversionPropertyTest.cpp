//===- ConversionPropertyTest.cpp - Networks at the edge of the conversion ===//
//
// Small convolutional networks, as written against their integer form, every code and every bit. They aim at corners:
// scales far apart, zero points that no code has, sums near 48 bits, channels without weights, quantizers of one code,
// kernels as large as their input, several samples in a batch.
//
//===----------------------------------------------------------------------===//
#include <cmath>
#include <random>

#include "NetworkTesting.h"

namespace qcompile::testing {
namespace {

using Shape = std::vector<int64_t>;

class CornerNetwork : public Network {
public:
  explicit CornerNetwork(unsigned seed) : random(seed), wide(seed % 5 == 4) {}

  void build() {
    Shape shape = {chance(30) ? 3 : 1, 1 + below(4)};
    for (int64_t rank = 1 + below(2); rank > 0; --rank)
      shape.push_back(1 + below(5));
    mlir::Value x = quantize(addInput(shape));
    for (int64_t layer = 0, layers = wide ? 1 : 1 + below(3); layer < layers; ++layer)
      x = quantize(activation(block(x)));
    finish();
  }

  /// Halves of steps around all codes, extremes, and anything between.
  runtime::Tensor sample(const runtime::Port &port) {
    static const float extremes[] = {0.0f, -0.0f, 3e38f, -3e38f, INFINITY, -INFINITY, NAN};
    std::vector<float> values;
    int64_t kind = below(8);
    for (int64_t i = 0; i < runtime::NumElements(port.shape); ++i)
      values.push_back(kind == 0   ? extremes[below(7)]
                       : kind <= 4 ? float(below(4 * firstLevels + 9) - 2 * firstLevels - 4) * firstScale / 2
                                   : uniform(-firstLevels, firstLevels) * firstScale);
    return runtime::Tensor::FromFloats(port.shape, values);
  }

private:
  int64_t below(int64_t limit) { return int64_t(random() % uint64_t(limit)); }
  bool chance(int percent) { return below(100) < percent; }
  float uniform(float low, float high) { return low + (high - low) * float(random() >> 40) * 0x1p-24f; }
  mlir::Type typed(const Shape &shape) { return mlir::RankedTensorType::get(shape, builder.getF32Type()); }
  static Shape dims(mlir::Value x) { return shapeOf(x).vec(); }
  int64_t channelsOf(mlir::Value x) { return shapeOf(x)[1]; }
  mlir::NamedAttribute list(llvm::StringRef name, const Shape &values) {
    return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
  }
  /// One parameter for all, or one per index of dimension `axis`.
  template <typename Draw> mlir::Value parameter(mlir::Value x, int64_t axis, bool varies, Draw draw) {
    Shape shape(varies ? shapeOf(x).size() : 0, 1);
    if (varies)
      shape[axis] = shapeOf(x)[axis];
    std::vector<float> values(varies ? shapeOf(x)[axis] : 1);
    for (float &value : values)
      value = draw();
    return constant(shape, values);
  }

  float drawScale(float size) {
    switch (below(6)) {
    case 0:
      return size * 0.1f;
    case 1:
      return std::exp2(std::round(std::log2(size)) + float(below(9) - 4)) * (chance(20) ? 0x1p-12f : 1.0f);
    case 2:
      return std::exp2(std::round(std::log2(size))) * float(1 + 2 * below(4));
    default:
      return std::exp2(std::round(std::log2(size)));
    }
  }

  /// A quantizer for values of about `spread`; its result is an output, too.
  mlir::Value quantize(mlir::Value x, int64_t axis = 1) {
    if (chance(8) && !first)
      return output(op("BipolarQuant", {x, parameter(x, axis, chance(40), [&] { return drawScale(1); })}, x.getType()));
    int64_t bits = first && wide ? 18 + below(7) : chance(85) ? 1 + below(6) : 7 + below(3);
    int64_t isSigned = below(2), narrow = chance(30) && (bits > 1 || !isSigned);
    float levels = std::exp2(float(bits));
    float size = std::max(2 * spread / levels, 0x1p-30f);
    float single = drawScale(size);
    bool varies = chance(30), shifts = chance(40), far = chance(30);
    mlir::Value scale = parameter(x, axis, varies, [&] { return varies ? drawScale(size) : single; });
    mlir::Value zero = parameter(x, axis, shifts && chance(50), [&] {
      return !shifts ? 0.0f : far ? float(below(2000) - 1000) : float(below(9) - 4);
    });
    static const char *modes[] = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};
    if (first) {
      firstScale = varies ? size : single;
      firstLevels = std::min(levels, 64.0f);
    }
    first = false;
    spread = std::max(single * levels / 2, 0x1p-30f);
    return output(
        op("Quant", {x, scale, zero, constant({}, {float(bits)})}, x.getType(),
           {integer("signed_", isSigned), integer("narrow", narrow),
            builder.getNamedAttr("rounding_mode", builder.getStringAttr(chance(60) ? "ROUND" : modes[below(7)]))}));
  }

  /// Quantized weights; some outputs (indices of `axis`) have none but zeros.
  mlir::Value weights(const Shape &shape, int64_t axis) {
    int64_t bits = wide ? 16 + below(7) : 1 + below(6);
    std::vector<float> values(runtime::NumElements({shape.data(), shape.size()}));
    int64_t inner = 1, empty = chance(30) ? below(shape[axis]) : -1;
    for (size_t d = axis + 1; d < shape.size(); ++d)
      inner *= shape[d];
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = int64_t(i) / inner % shape[axis] == empty ? 0 : uniform(-1, 1);
    mlir::Value raw = constant(shape, values);
    float size = std::exp2(float(1 - bits));
    mlir::Value scale =
        parameter(raw, chance(70) ? axis : below(shape.size()), chance(40), [&] { return drawScale(size); });
    spread *= std::sqrt(float(values.size()) / float(shape[axis]));
    if (bits == 1 && chance(60))
      return op("BipolarQuant", {raw, scale}, raw.getType());
    return quant(raw, scale, chance(20) ? float(below(5) - 2) : 0, bits, bits > 1, 0, "ROUND");
  }

  mlir::Value block(mlir::Value x) {
    switch (below(wide ? 4 : 9)) { // wide codes are for sums
    case 0:
    case 1:
    case 2:
      return conv(x);
    case 3:
      return convTranspose(x);
    case 4:
      return pool(x, "MaxPool");
    case 5:
      return pool(x, "AveragePool");
    case 6:
      return reduce(x);
    case 7:
      return concat(x);
    default:
      return join(x);
    }
  }

  /// Kernel, strides, padding and dilations of a window that fits, with the extents of its result.
  struct Geometry {
    Shape kernel, strides, dilations, pads, out;
  };
  Geometry draw(mlir::Value x, bool ceils) {
    Geometry g;
    size_t rank = shapeOf(x).size() - 2;
    Shape high;
    for (size_t d = 0; d < rank; ++d) {
      int64_t extent = shapeOf(x)[d + 2];
      int64_t kernel = chance(25) ? extent : 1 + below(std::min<int64_t>(extent, 3));
      int64_t dilation = kernel > 1 && (kernel - 1) * 2 < extent && chance(25) ? 2 : 1;
      int64_t stride = 1 + below(3), span = (kernel - 1) * dilation + 1;
      int64_t low = chance(40) ? below(kernel) : 0, end = chance(40) ? below(kernel) : 0;
      int64_t rest = extent + low + end - span;
      int64_t out = (ceils ? (rest + stride - 1) / stride : rest / stride) + 1;
      if (ceils && (out - 1) * stride >= extent + low) // no window begins behind the input
        --out;
      g.kernel.push_back(kernel);
      g.strides.push_back(stride);
      g.dilations.push_back(dilation);
      g.pads.push_back(low);
      high.push_back(end);
      g.out.push_back(out);
    }
    g.pads.insert(g.pads.end(), high.begin(), high.end());
    return g;
  }

  /// A float bias, or a quantized one of another scale.
  mlir::Value bias(int64_t outputs) {
    std::vector<float> values(outputs);
    for (float &value : values)
      value = uniform(-spread, spread);
    mlir::Value raw = constant({outputs}, values);
    return chance(50) ? raw : quant(raw, constant({}, {drawScale(spread / 64)}), 0, 8, 1, 0, "ROUND");
  }

  mlir::Value conv(mlir::Value x) {
    int64_t inputs = channelsOf(x), groups = chance(30) ? inputs : inputs % 2 == 0 && chance(30) ? 2 : 1;
    int64_t outputs = groups * (1 + below(2));
    Geometry g = draw(x, false);
    Shape shape = {outputs, inputs / groups}, result = {shapeOf(x)[0], outputs};
    shape.insert(shape.end(), g.kernel.begin(), g.kernel.end());
    result.insert(result.end(), g.out.begin(), g.out.end());
    std::vector<mlir::Value> operands = {x, weights(shape, 0)};
    if (chance(40))
      operands.push_back(bias(outputs));
    return op("Conv", operands, typed(result),
              {integer("group", groups), list("strides", g.strides), list("dilations", g.dilations),
               list("pads", g.pads), list("kernel_shape", g.kernel)});
  }

  mlir::Value convTranspose(mlir::Value x) {
    int64_t inputs = channelsOf(x), groups = chance(30) ? inputs : 1, outputs = 1 + below(2);
    Shape shape = {inputs, outputs}, result = {shapeOf(x)[0], outputs * groups}, strides, dilations, low, high, extra,
          kernel;
    for (size_t d = 2; d < shapeOf(x).size(); ++d) {
      kernel.push_back(1 + below(3));
      strides.push_back(1 + below(3));
      dilations.push_back(1 + below(2));
      extra.push_back(below(strides.back()));
      int64_t full = (shapeOf(x)[d] - 1) * strides.back() + (kernel.back() - 1) * dilations.back() + 1 + extra.back();
      low.push_back(below(std::min<int64_t>(full, 3)));
      high.push_back(below(std::min<int64_t>(full - low.back(), 3)));
      result.push_back(full - low.back() - high.back());
    }
    shape.insert(shape.end(), kernel.begin(), kernel.end());
    low.insert(low.end(), high.begin(), high.end());
    std::vector<mlir::Value> operands = {x, weights(shape, 1)};
    if (chance(40))
      operands.push_back(bias(outputs * groups));
    return op("ConvTranspose", operands, typed(result),
              {integer("group", groups), list("strides", strides), list("dilations", dilations), list("pads", low),
               list("output_padding", extra), list("kernel_shape", kernel)});
  }

  mlir::Value pool(mlir::Value x, llvm::StringRef name) {
    bool ceils = chance(40);
    Geometry g = draw(x, ceils);
    Shape result = {shapeOf(x)[0], channelsOf(x)};
    result.insert(result.end(), g.out.begin(), g.out.end());
    llvm::SmallVector<mlir::NamedAttribute> attributes = {list("kernel_shape", g.kernel), list("strides", g.strides),
                                                          list("dilations", g.dilations), list("pads", g.pads),
                                                          integer("ceil_mode", ceils)};
    if (name == "MaxPool")
      attributes.push_back(builder.getNamedAttr("resultSegmentSizes", builder.getDenseI32ArrayAttr({1, 0})));
    else
      attributes.push_back(integer("count_include_pad", below(2)));
    return op(name, {x}, typed(result), attributes);
  }

  mlir::Value reduce(mlir::Value x) {
    Shape result = dims(x), axes;
    for (size_t d = 0; d < result.size(); ++d)
      if (chance(40) || (d + 1 == result.size() && axes.empty()))
        axes.push_back(d);
    for (int64_t axis : axes)
      result[axis] = 1;
    mlir::Value operand = constant(data::ConstantAttr::get(
        &context, "axes", *runtime::Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(axes.size())}, axes)));
    return op(chance(50) ? "ReduceMean" : "ReduceSum", {x, operand}, typed(result));
  }

  mlir::Value concat(mlir::Value x) {
    int64_t axis = 1 + below(shapeOf(x).size() - 1);
    mlir::Value other = quantize(chance(50) ? conv(x) : x, 1);
    if (dims(other) != dims(x))
      other = quantize(x, axis);
    Shape result = dims(x);
    result[axis] *= 2;
    return op("Concat", {x, other}, typed(result), {integer("axis", axis)});
  }

  /// The sum or difference of two quantized values, one of them per channel at times, or a product.
  mlir::Value join(mlir::Value x) {
    mlir::Value source = x;
    Shape shape = dims(x);
    if (chance(40)) {
      Shape pooled = shape;
      std::fill(pooled.begin() + 2, pooled.end(), 1);
      source = op("GlobalMaxPool", {x}, typed(pooled));
    }
    mlir::Value other = quantize(op("Neg", {source}, source.getType()), below(shape.size()));
    llvm::StringRef name = chance(20) ? "Mul" : chance(50) ? "Add" : "Sub";
    return chance(50) ? op(name, {x, other}, typed(shape)) : op(name, {other, x}, typed(shape));
  }

  mlir::Value activation(mlir::Value x) {
    switch (below(8)) {
    case 0:
      return op("Relu", {x}, x.getType());
    case 1:
      return op("LeakyRelu", {x}, x.getType(),
                {builder.getNamedAttr("alpha", builder.getF32FloatAttr(chance(50) ? 0.125f : -0.3f))});
    case 2:
      return op("HardSwish", {x}, x.getType());
    case 3:
      return op("Mul", {x, parameter(x, 1, true, [&] { return chance(20) ? 0.0f : uniform(-2, 2); })}, x.getType());
    case 4:
      return op("Add", {x, parameter(x, 1, true, [&] { return uniform(-spread, spread); })}, x.getType());
    default:
      return x;
    }
  }

  std::mt19937_64 random;
  bool wide, first = true;
  float spread = 4, firstScale = 1, firstLevels = 1;
};

/// What the seeds reached.
struct Reach {
  int exact = 0, inexact = 0, islands = 0, wide = 0;
};

void checkSeed(unsigned seed, Reach &reach) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  CornerNetwork network(seed);
  network.build();
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*network.module))) << network.messages;
  mlir::OwningOpRef<mlir::ModuleOp> integer = network.toIntegerForm();
  ASSERT_TRUE(integer) << network.messages << Network::dump(*network.module);
  auto source = Evaluator::create(network.main);
  auto form = Evaluator::create(Network::getMain(*integer));
  ASSERT_TRUE(bool(source)) << llvm::toString(source.takeError());
  ASSERT_TRUE(bool(form)) << llvm::toString(form.takeError());
  // A sum that stays float is not exact, and says so; what it gives is no matter of this test.
  bool inexact = network.messages.find("[QC-P003]") != std::string::npos;
  integer->walk([&](mlir::Operation *op) {
    if (auto type = op->getNumResults() ? llvm::dyn_cast<mlir::RankedTensorType>(op->getResult(0).getType()) : nullptr)
      reach.wide += type.getElementType().isInteger() && type.getElementType().getIntOrFloatBitWidth() > 40 &&
                    type.getElementType().getIntOrFloatBitWidth() <= 48;
  });
  reach.islands += network.messages.find("[QC-P002]") != std::string::npos;
  ++(inexact ? reach.inexact : reach.exact);
  for (int i = 0; i < 8; ++i) {
    runtime::Tensor input = network.sample(source->inputs()[0]);
    std::string difference = findDifference(*source, *form, {input}, /*signsCount=*/true);
    if (inexact && difference.rfind("output", 0) == 0)
      continue;
    if (!difference.empty())
      FAIL() << difference << "\n" << network.messages << Network::dump(*network.module) << Network::dump(*integer);
  }
}

TEST(ConversionPropertyTest, SameCodesAtTheCorners) {
  Reach reach;
  for (unsigned seed = 0; seed < 600 && !HasFailure(); ++seed)
    checkSeed(seed, reach);
  // The networks do reach what they are here for.
  EXPECT_GT(reach.exact, 400);
  EXPECT_GT(reach.inexact, 5);
  EXPECT_GT(reach.wide, 10);
}

} // namespace
} // namespace qcompile::testing
