//===- TestConvNetworks.h - Random convolutional networks -------*- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_BACKENDS_IMC_TESTCONVNETWORKS_H
#define QCOMPILE_TESTS_UNIT_BACKENDS_IMC_TESTCONVNETWORKS_H

#include "tests/unit/backends/imc/TestNetworks.h"

namespace qcompile::imc {

/// Builds random networks of every integer operation, with channels in dimension 1, as IR.
class ConvNetworkBuilder : public NetworkBuilder {
public:
  using NetworkBuilder::NetworkBuilder;

  mlir::OwningOpRef<mlir::ModuleOp> build(int layers) {
    llvm::SmallVector<int64_t> shape = {1 + below(2), 1 + below(6), 3 + below(6)};
    if (below(4))
      shape.push_back(3 + below(6));
    return buildMain(shape, [&](mlir::Value x) {
      for (int i = 0; i < layers; ++i)
        x = activate(addLayer(x));
      return below(3) ? x : addHead(x);
    });
  }

private:
  using Ints = llvm::SmallVector<int64_t>;

  mlir::DenseI64ArrayAttr list(llvm::ArrayRef<int64_t> values) { return builder.getDenseI64ArrayAttr(values); }
  mlir::IntegerAttr number(int64_t value) { return builder.getI64IntegerAttr(value); }
  static Ints shapeOf(mlir::Value x) { return Ints(typeOf(x).getShape()); }
  static runtime::DataType elementOf(mlir::Value x) { return *data::getDataType(typeOf(x).getElementType()); }
  static int64_t magnitude(runtime::DataType type) { return std::max(-type.MinValue(), type.MaxValue()); }
  /// A signed type that holds -limit to limit.
  static runtime::DataType wide(int64_t limit) {
    int bits = 2;
    while (!runtime::DataType::Signed(bits).Contains(limit))
      ++bits;
    return runtime::DataType::Signed(bits);
  }
  runtime::Tensor randomTensor(runtime::DataType type, runtime::Shape shape) {
    std::vector<int64_t> values(runtime::NumElements(shape));
    for (int64_t &value : values)
      value = type == runtime::DataType::Bipolar() ? 2 * below(2) - 1
                                                   : type.MinValue() + below(type.MaxValue() - type.MinValue() + 1);
    return *runtime::Tensor::FromIntegers(type, std::move(shape), values);
  }
  mlir::Value constantOf(runtime::Tensor tensor) {
    data::ConstantAttr value = constant(std::move(tensor));
    return qnn::ConstantOp::create(builder, loc, value.getType(), value);
  }

  //===--------------------------------------------------------------------===//
  // Windows
  //===--------------------------------------------------------------------===//

  struct Window {
    Ints kernel, strides, dilations, extents;
  };
  Window randomWindow(mlir::Value x) {
    Window w;
    for (int64_t extent : typeOf(x).getShape().drop_front(2)) {
      int64_t kernel = 1 + below(std::min<int64_t>(extent, 3));
      int64_t dilation = kernel > 1 ? 1 + below(std::min<int64_t>((extent - 1) / (kernel - 1), 2)) : 1;
      int64_t stride = 1 + below(2);
      w.kernel.push_back(kernel);
      w.dilations.push_back(dilation);
      w.strides.push_back(stride);
      w.extents.push_back((extent - dilation * (kernel - 1) - 1) / stride + 1);
    }
    return w;
  }
  Ints resultShape(mlir::Value x, const Window &w, int64_t channels) {
    Ints shape = {shapeOf(x)[0], channels};
    shape.append(w.extents);
    return shape;
  }

  mlir::Value conv(mlir::Value x) {
    Window w = randomWindow(x);
    int64_t inputs = shapeOf(x)[1];
    int64_t groups = below(2) ? 1 : inputs;
    for (int64_t tries = below(3); tries > 0 && groups > 1; --tries)
      groups = inputs % 2 == 0 ? 2 : groups;
    int64_t outputs = groups * (1 + below(groups > 1 ? 2 : 10));
    runtime::DataType type = randomType();
    runtime::Shape shape = {outputs, inputs / groups};
    shape.insert(shape.end(), w.kernel.begin(), w.kernel.end());
    int64_t terms = runtime::NumElements(shape) / outputs;
    runtime::Tensor weights = randomTensor(type, shape);
    auto result = wide(terms * magnitude(type) * magnitude(elementOf(x)));
    return qnn::ConvOp::create(builder, loc, tensorOf(result, resultShape(x, w, outputs)), x, constantOf(weights),
                               number(1), list(w.strides), list(w.dilations), number(groups));
  }

  mlir::Value maxPool(mlir::Value x) {
    Window w = randomWindow(x);
    return qnn::MaxPoolOp::create(builder, loc, tensorOf(elementOf(x), resultShape(x, w, shapeOf(x)[1])), x, number(1),
                                  list(w.kernel), list(w.strides), list(w.dilations));
  }

  mlir::Value sumPool(mlir::Value x) {
    Window w = randomWindow(x);
    if (below(2)) { // global
      llvm::ArrayRef<int64_t> shape = typeOf(x).getShape();
      w.kernel = Ints(shape.drop_front(2));
      w.strides.assign(w.kernel.size(), 1);
      w.dilations = w.strides;
      w.extents = w.strides;
    }
    int64_t terms = 1;
    for (int64_t extent : w.kernel)
      terms *= extent;
    return qnn::SumPoolOp::create(builder, loc,
                                  tensorOf(wide(terms * magnitude(elementOf(x))), resultShape(x, w, shapeOf(x)[1])), x,
                                  number(1), list(w.kernel), list(w.strides), list(w.dilations));
  }

  //===--------------------------------------------------------------------===//
  // Elements
  //===--------------------------------------------------------------------===//

  mlir::Value transposedConv(mlir::Value x) {
    Ints shape = shapeOf(x);
    Ints strides, dilations, offsets, kernel, extents;
    for (int64_t extent : llvm::ArrayRef<int64_t>(shape).drop_front(2)) {
      kernel.push_back(1 + below(3));
      strides.push_back(1 + below(3));
      dilations.push_back(1);
      int64_t full = (extent - 1) * strides.back() + kernel.back();
      offsets.push_back(below(std::min<int64_t>(kernel.back(), full)));
      extents.push_back(std::max<int64_t>(1, full - offsets.back() - below(2)));
    }
    runtime::DataType type = randomType();
    int64_t outputs = 1 + below(4);
    runtime::Shape weightShape = {shape[1], outputs};
    weightShape.insert(weightShape.end(), kernel.begin(), kernel.end());
    runtime::Tensor weights = randomTensor(type, weightShape);
    int64_t terms = runtime::NumElements(weightShape) / outputs;
    Ints result = {shape[0], outputs};
    result.append(extents);
    auto sum = wide(terms * magnitude(type) * magnitude(elementOf(x)));
    return qnn::ConvTransposeOp::create(builder, loc, tensorOf(sum, result), x, constantOf(weights), list(strides),
                                        list(dilations), list(offsets), number(1));
  }

  mlir::Value add(mlir::Value x, mlir::Value y) {
    int64_t lm = 1 + below(5), rm = below(2) ? 1 : -3;
    auto type = wide(lm * magnitude(elementOf(x)) + 3 * magnitude(elementOf(y)));
    return qnn::AddOp::create(builder, loc, tensorOf(type, shapeOf(x)), x, y, number(lm), number(rm));
  }
  mlir::Value mul(mlir::Value x, mlir::Value y) {
    auto type = wide(magnitude(elementOf(x)) * magnitude(elementOf(y)));
    return qnn::MulOp::create(builder, loc, tensorOf(type, shapeOf(x)), x, y);
  }
  /// A constant that broadcasts against x.
  mlir::Value operandFor(mlir::Value x) {
    runtime::Shape shape;
    for (int64_t extent : shapeOf(x))
      shape.push_back(below(2) ? extent : 1);
    return constantOf(randomTensor(randomType(), shape));
  }

  mlir::Value pad(mlir::Value x) {
    Ints shape = shapeOf(x), low(shape.size(), 0), high(shape.size(), 0);
    for (size_t d = 2; d < shape.size(); ++d) {
      low[d] = below(3), high[d] = below(3);
      shape[d] += low[d] + high[d];
    }
    runtime::DataType from = elementOf(x);
    auto type = below(2) || from == runtime::DataType::Bipolar() ? wide(magnitude(from) + 3) : from;
    runtime::Tensor values = *runtime::Tensor::FromIntegers(runtime::DataType::Signed(64), {1},
                                                            {below(2) && type.Contains(0) ? 0 : type.MaxValue()});
    if (below(3) == 0)
      values = *runtime::Tensor::FromIntegers(runtime::DataType::Signed(64), {shape[1]},
                                              std::vector<int64_t>(static_cast<size_t>(shape[1]), type.MinValue()));
    return qnn::PadOp::create(builder, loc, tensorOf(type, shape), x, number(1), list(low), list(high),
                              constant(values));
  }

  mlir::Value slice(mlir::Value x) {
    Ints shape = shapeOf(x), offsets, steps;
    for (int64_t &extent : shape) {
      steps.push_back(1 + below(2));
      offsets.push_back(below(extent));
      extent = (extent - 1 - offsets.back()) / steps.back() + 1;
      extent = 1 + below(extent);
    }
    return qnn::SliceOp::create(builder, loc, tensorOf(elementOf(x), shape), x, list(offsets), list(steps));
  }

  mlir::Value concat(mlir::Value x, mlir::Value y) {
    Ints shape = shapeOf(x);
    int64_t axis = below(shape.size());
    shape[axis] += shapeOf(y)[axis];
    auto type = wide(std::max(magnitude(elementOf(x)), magnitude(elementOf(y))));
    return qnn::ConcatOp::create(builder, loc, tensorOf(type, shape), mlir::ValueRange{x, y}, number(axis));
  }

  mlir::Value gather(mlir::Value x) {
    Ints shape = shapeOf(x), indices;
    int64_t axis = below(shape.size());
    int64_t extent = shape[axis], kind = below(3);
    for (int64_t i = 0; i < extent * (kind == 0 ? 2 : 1); ++i)
      indices.push_back(kind == 0 ? i / 2 : kind == 1 ? (i * 2 + i * 2 / extent) % extent : below(extent));
    shape[axis] = indices.size();
    return qnn::GatherOp::create(builder, loc, tensorOf(elementOf(x), shape), x, number(axis), list(indices));
  }

  mlir::Value transpose(mlir::Value x) {
    Ints perm, shape;
    for (int64_t d = 0; d < typeOf(x).getRank(); ++d)
      perm.push_back(d);
    std::shuffle(perm.begin(), perm.end(), random);
    for (int64_t d : perm)
      shape.push_back(shapeOf(x)[d]);
    return qnn::TransposeOp::create(builder, loc, tensorOf(elementOf(x), shape), x, list(perm));
  }

  mlir::Value depthToSpace(mlir::Value x) {
    Ints shape = shapeOf(x), blocks;
    int64_t left = shape[1];
    for (size_t d = 2; d < shape.size(); ++d) {
      blocks.push_back(left % 2 == 0 ? 2 : left % 3 == 0 ? 3 : 1);
      left /= blocks.back();
      shape[d] *= blocks.back();
    }
    shape[1] = left;
    return qnn::DepthToSpaceOp::create(builder, loc, tensorOf(elementOf(x), shape), x, number(1), list(blocks),
                                       builder.getStringAttr(below(2) ? "DCR" : "CRD"));
  }

  /// x times its own transpose: a product of two activations.
  mlir::Value attention(mlir::Value x) {
    Ints shape = shapeOf(x), perm;
    for (size_t d = 0; d < shape.size(); ++d)
      perm.push_back(d);
    std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    Ints turned = shape;
    std::swap(turned[perm.size() - 1], turned[perm.size() - 2]);
    mlir::Value y = qnn::TransposeOp::create(builder, loc, tensorOf(elementOf(x), turned), x, list(perm));
    Ints result = shape;
    result.back() = turned.back();
    auto type = wide(shape.back() * magnitude(elementOf(x)) * magnitude(elementOf(x)));
    return qnn::MatMulOp::create(builder, loc, tensorOf(type, result), x, y);
  }

  //===--------------------------------------------------------------------===//
  // Layers
  //===--------------------------------------------------------------------===//

  mlir::Value addLayer(mlir::Value x) {
    bool small = typeOf(x).getNumElements() < 600;
    switch (below(16)) {
    case 0:
      return maxPool(x);
    case 1:
      return sumPool(x);
    case 2:
      return add(x, operandFor(x));
    case 3:
      return mul(x, operandFor(x));
    case 4: { // a residual
      mlir::Value y = below(2) ? activate(x) : x;
      return add(y, activate(y));
    }
    case 5:
      return small ? pad(x) : conv(x);
    case 6:
      return slice(x);
    case 7:
      return small ? concat(x, below(2) ? activate(x) : x) : conv(x);
    case 8:
      return small ? gather(x) : conv(x);
    case 9:
      return transpose(x);
    case 10:
      return depthToSpace(x);
    case 11:
      return attention(x);
    case 12:
      return small ? transposedConv(x) : conv(x);
    default:
      return conv(x);
    }
  }

  mlir::Value table(mlir::Value x) {
    int64_t axis = below(typeOf(x).getRank());
    runtime::DataType type = randomType();
    runtime::Tensor values = randomTensor(type, {below(2) ? shapeOf(x)[axis] : 1, 1 + below(40)});
    return qnn::TableOp::create(builder, loc, tensorOf(type, shapeOf(x)), x, number(axis), number(below(30) - 20),
                                constant(values));
  }

  mlir::Value requantize(mlir::Value x, int64_t axis) {
    static constexpr const char *kModes[] = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};
    int64_t channels = below(2) ? shapeOf(x)[axis] : 1;
    std::vector<int64_t> multipliers, offsets;
    for (int64_t c = 0; c < channels; ++c) {
      multipliers.push_back(below(400) - 150);
      offsets.push_back(below(2000) - 1000);
    }
    runtime::DataType type = runtime::DataType::Signed(2 + static_cast<int>(below(7)));
    runtime::DataType wordType = runtime::DataType::Signed(64);
    return qnn::RequantizeOp::create(
        builder, loc, tensorOf(type, shapeOf(x)), x, number(axis), integers(wordType, {channels}, multipliers),
        integers(wordType, {channels}, offsets), number(below(14)), builder.getStringAttr(kModes[below(7)]),
        number(type.MinValue()), number(type.MaxValue()));
  }

  /// Back to few bits.
  mlir::Value activate(mlir::Value x) {
    runtime::DataType from = elementOf(x);
    int64_t axis = below(3) ? 1 : below(typeOf(x).getRank());
    switch (below(5)) {
    case 0:
      return table(x);
    case 1:
    case 2:
      return requantize(x, axis);
    default:
      sumBounds = {std::max<int64_t>(from.MinValue(), -3000), std::min<int64_t>(from.MaxValue(), 3000)};
      return threshold(x, axis);
    }
  }

  /// Positions of the largest codes, as codes.
  mlir::Value addHead(mlir::Value x) {
    Ints shape = shapeOf(x);
    int64_t axis = below(shape.size());
    auto positions = runtime::DataType::Signed(64);
    if (below(2)) {
      shape[axis] = 1;
      return qnn::ArgMaxOp::create(builder, loc, tensorOf(positions, shape), x, number(axis),
                                   below(2) ? builder.getUnitAttr() : mlir::UnitAttr());
    }
    shape[axis] = 1 + below(shape[axis]);
    auto top = qnn::TopKOp::create(builder, loc, tensorOf(elementOf(x), shape), tensorOf(positions, shape), x,
                                   number(axis), below(2) ? builder.getUnitAttr() : mlir::UnitAttr());
    mlir::Value indices = top.getIndices();
    if (below(2))
      return below(2) ? indices : top.getValues();
    // Rows of a table at the positions.
    int64_t extent = typeOf(x).getDimSize(axis);
    Ints rows = shape;
    rows.push_back(3);
    runtime::DataType type = randomType();
    return qnn::LookupOp::create(builder, loc, tensorOf(type, rows), indices,
                                 constantOf(randomTensor(type, {extent, 3})));
  }
};

} // namespace qcompile::imc

#endif // QCOMPILE_TESTS_UNIT_BACKENDS_IMC_TESTCONVNETWORKS_H
