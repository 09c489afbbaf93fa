//===- RandomCodeNetwork.h - Random networks of qnn -------------*- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_PASSES_RANDOMCODENETWORK_H
#define QCOMPILE_TESTS_UNIT_PASSES_RANDOMCODENETWORK_H

#include "CodeNetwork.h"

namespace qcompile::testing {

/// Spatial networks of every operation of qnn, in any order and layout: what a pass finds in the middle of a pipeline.
class RandomCodeNetwork : public CodeNetwork {
public:
  using CodeNetwork::CodeNetwork;

  void build() {
    rank = between(3, 5);
    Ints shape = {between(1, 2), between(1, 4)};
    for (int64_t d = 2; d < rank; ++d)
      shape.push_back(rank == 5 ? between(1, 3) : between(1, 7));
    mlir::Value x;
    if (chance(40)) {
      mlir::Value floats = chance(50) ? addInput(shape, builder.getF32Type()) : addChannelsLast(shape);
      x = chance(60) ? quantize(floats) : floatThreshold(floats);
    } else {
      x = addInput(shape, randomType());
    }
    values.push_back(x);
    for (int64_t i = 0, count = between(2, 7); i < count; ++i)
      if (mlir::Value next = step(values.back()))
        values.push_back(next);
    std::vector<mlir::Value> outputs = {head(values.back())};
    if (chance(30))
      outputs.push_back(values[below(int64_t(values.size()))]);
    finish(outputs);
  }

private:
  static Ints shapeOf(mlir::Value x) { return tensorOf(x).getShape().vec(); }
  int64_t bits(mlir::Value x) { return getDataType(x).bits; }
  int64_t axis(mlir::Value) { return lastAxis ? rank - 1 : 1; }

  /// A float input with the channels last, transposed by the source.
  mlir::Value addChannelsLast(const Ints &shape) {
    Ints perm = {0, rank - 1};
    Ints last = {shape[0]};
    for (int64_t d = 2; d < rank; ++d) {
      perm.push_back(d - 1);
      last.push_back(shape[d]);
    }
    last.push_back(shape[1]);
    mlir::Value input = addInput(last, builder.getF32Type());
    mlir::OperationState state(loc(), "onnx.Transpose");
    state.addOperands(input);
    state.addTypes(tensorOf(input).clone(shape));
    state.addAttribute("perm", builder.getDenseI64ArrayAttr(perm));
    return builder.create(state)->getResult(0);
  }

  mlir::Value floatThreshold(mlir::Value x) {
    int64_t channels = shapeOf(x)[1];
    std::vector<float> thresholds;
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t t = 0, first = between(-8, 2); t < 3; ++t)
        thresholds.push_back(float(first + 2 * t) / 4);
    return qnn::ThresholdOp::create(builder, loc(), tensorOf(x).clone(builder.getIntegerType(2, false)), x, 1,
                                    attribute(runtime::Tensor::FromFloats({channels, 3}, thresholds)),
                                    Ints(channels, 1), 0, 1);
  }

  mlir::Value quantize(mlir::Value x) {
    Ints shape(rank, 1);
    shape[1] = shapeOf(x)[1];
    std::vector<float> scales, zeros;
    for (int64_t c = 0; c < shape[1]; ++c) {
      scales.push_back(std::ldexp(float(between(1, 3)), -int(between(0, 3))));
      zeros.push_back(float(between(-1, 1)));
    }
    auto type = tensorOf(x).clone(builder.getIntegerType(3, true));
    return qnn::QuantizeOp::create(builder, loc(), type, x, attribute(runtime::Tensor::FromFloats(shape, scales)),
                                   attribute(runtime::Tensor::FromFloats(shape, zeros)), -4, 3, "ROUND");
  }

  mlir::Value step(mlir::Value x) {
    // Codes stay few bits wide.
    if (bits(x) > 8)
      return threshold(x);
    switch (below(14)) {
    case 0:
    case 1:
    case 2:
      return conv(pad(x));
    case 3:
      return threshold(x);
    case 4:
      return pool(x);
    case 5:
      return join(x);
    case 6:
      return qnn().gather(x, axis(x), list(between(1, 4), 0, shapeOf(x)[axis(x)] - 1));
    case 7:
      return slice(x);
    case 8:
      return transpose(x);
    case 9:
      return blocks(x);
    case 10:
      return mulByConstant(x);
    case 11:
      return requantize(x);
    case 12:
      return shuffle(x);
    default:
      return table(x);
    }
  }

  mlir::Value pad(mlir::Value x) {
    Ints low(rank, 0), high(rank, 0);
    for (int64_t d = 1; d < rank; ++d)
      if (d != axis(x) && chance(70)) {
        low[d] = between(0, 2);
        high[d] = between(0, 2);
      }
    bool perChannel = chance(20);
    Ints values = list(perChannel ? shapeOf(x)[axis(x)] : 1, chance(50) ? 0 : -3, chance(50) ? 0 : 3);
    Ints shape = shapeOf(x);
    for (int64_t d = 0; d < rank; ++d)
      shape[d] += low[d] + high[d];
    auto type = mlir::RankedTensorType::get(shape, tensorOf(x).getElementType());
    auto op = qnn::PadOp::create(builder, loc(), type, x, axis(x), low, high, integers(values));
    setElementType(op.getResult(), inferElementType(op));
    return op.getResult();
  }

  /// Kernel, strides and dilations that fit in the spatial extents; an empty kernel where none does.
  void drawWindow(mlir::Value x, Ints &kernel, Ints &strides, Ints &dilations) {
    Ints shape = shapeOf(x);
    for (int64_t d = 1; d < rank; ++d) {
      if (d == axis(x))
        continue;
      kernel.push_back(between(1, std::min<int64_t>(3, shape[d])));
      dilations.push_back(kernel.back() > 1 ? between(1, std::min<int64_t>(3, (shape[d] - 1) / (kernel.back() - 1)))
                                            : between(1, 2));
      strides.push_back(between(1, 3));
    }
  }

  mlir::Value conv(mlir::Value x) {
    Ints kernel, strides, dilations, shape = shapeOf(x);
    drawWindow(x, kernel, strides, dilations);
    int64_t inputs = shape[axis(x)];
    int64_t groups = chance(30) ? inputs : 1;
    Ints weights = {groups * between(1, 3)};
    weights.insert(weights.end(), kernel.begin(), kernel.end());
    weights.insert(weights.begin() + axis(x), inputs / groups);
    mlir::Value w = constant(randomTensor(randomType(), weights));
    mlir::Value y =
        qnn().conv(x, w, axis(x), strides, dilations, groups, mlir::Type(), builder.getIntegerType(62, true));
    return accumulate(y);
  }

  mlir::Value threshold(mlir::Value x) {
    int64_t channels = shapeOf(x)[axis(x)], rows = chance(70) ? channels : 1;
    bool many = chance(40);
    int64_t count = many ? between(15, 20) : between(1, 7);
    Ints values, directions;
    int64_t spread = std::max<int64_t>(2, std::min<int64_t>(60, int64_t(1) << std::min<int64_t>(bits(x), 6)));
    for (int64_t r = 0; r < rows; ++r) {
      Ints row = list(count, -spread, spread);
      int64_t first = between(-spread, 0), distance = between(1, 7);
      if (chance(60)) // evenly spread, as a quantizer does
        for (int64_t t = 0; t < count; ++t)
          row[t] = first + t * distance / 2;
      std::sort(row.begin(), row.end());
      directions.push_back(chance(75) ? 1 : -1);
      if (directions.back() < 0)
        std::reverse(row.begin(), row.end());
      values.insert(values.end(), row.begin(), row.end());
    }
    int64_t low = between(-3, 0), step = chance(80) ? 1 : -1;
    qnn::Bounds bounds = {std::min(low, low + step * count), std::max(low, low + step * count)};
    auto type = tensorOf(x).clone(getNarrowestType(&context, bounds));
    return qnn::ThresholdOp::create(
        builder, loc(), type, x, axis(x),
        attribute(*runtime::Tensor::FromIntegers(runtime::DataType::Signed(8), {rows, count}, values)), directions, low,
        step);
  }

  mlir::Value pool(mlir::Value x) {
    Ints kernel, strides, dilations, shape = shapeOf(x);
    drawWindow(x, kernel, strides, dilations);
    for (int64_t d = 1, s = 0; d < rank; ++d)
      if (d != axis(x)) {
        shape[d] = (shape[d] - dilations[s] * (kernel[s] - 1) - 1) / strides[s] + 1;
        ++s;
      }
    auto type = tensorOf(x).clone(shape);
    if (chance(50))
      return qnn::MaxPoolOp::create(builder, loc(), type, x, axis(x), kernel, strides, dilations);
    return accumulate(qnn::SumPoolOp::create(builder, loc(), type, x, axis(x), kernel, strides, dilations));
  }

  /// A residual join, a join of channels, or an addition of a constant that broadcasts.
  mlir::Value join(mlir::Value x) {
    for (mlir::Value other : values)
      if (other != x && shapeOf(other) == shapeOf(x) && bits(other) <= 8) {
        if (chance(50))
          return accumulate(qnn::AddOp::create(builder, loc(), tensorOf(x), x, other, chance(50) ? 1 : between(1, 3),
                                               chance(50) ? 1 : -2));
        auto op = qnn().concat({x, other}, axis(x), tensorOf(x).getElementType());
        setElementType(op, inferElementType(op.getDefiningOp()));
        return op;
      }
    Ints shape = shapeOf(x);
    for (int64_t &extent : shape)
      extent = chance(50) ? 1 : extent;
    if (chance(30))
      shape.erase(shape.begin(), shape.begin() + between(1, rank - 1));
    mlir::Value other = constant(randomTensor(runtime::DataType::Signed(3), shape));
    return accumulate(qnn::AddOp::create(builder, loc(), tensorOf(x), x, other, 2, -1));
  }

  mlir::Value mulByConstant(mlir::Value x) {
    Ints shape(rank, 1);
    shape[axis(x)] = shapeOf(x)[axis(x)];
    mlir::Value other = constant(randomTensor(runtime::DataType::Signed(2), shape));
    return accumulate(qnn::MulOp::create(builder, loc(), tensorOf(x), other, x));
  }

  mlir::Value slice(mlir::Value x) {
    Ints shape = shapeOf(x), offsets, steps;
    for (int64_t &extent : shape) {
      offsets.push_back(below(extent));
      steps.push_back(between(1, 2));
      extent = (extent - offsets.back() - 1) / steps.back() + 1;
    }
    return qnn().slice(x, offsets, steps, shape);
  }

  mlir::Value transpose(mlir::Value x) {
    Ints perm;
    for (int64_t d = 0; d < rank; ++d)
      perm.push_back(d);
    if (chance(60)) {
      // To the other layout, in which the network goes on.
      perm.erase(perm.begin() + axis(x));
      lastAxis = !lastAxis;
      perm.insert(perm.begin() + axis(x), lastAxis ? 1 : rank - 1);
    } else {
      std::shuffle(perm.begin() + 1, perm.end(), random);
    }
    return qnn().transpose(x, perm);
  }

  mlir::Value blocks(mlir::Value x) {
    Ints blocks;
    for (int64_t d = 2; d < rank; ++d)
      blocks.push_back(between(1, 2));
    int64_t size = runtime::NumElements(blocks);
    if (shapeOf(x)[axis(x)] % size != 0 || runtime::NumElements(shapeOf(x)) > 600)
      return nullptr;
    return qnn().depthToSpace(x, axis(x), blocks, chance(50) ? "DCR" : "CRD");
  }

  /// Channels in two groups, swapped, as channel shuffles are written.
  mlir::Value shuffle(mlir::Value x) {
    Ints shape = shapeOf(x), split = shape, perm;
    int64_t channels = shape[axis(x)];
    if (channels % 2 != 0)
      return nullptr;
    split[axis(x)] = 2;
    split.insert(split.begin() + axis(x) + 1, channels / 2);
    for (int64_t d = 0; d <= rank; ++d)
      perm.push_back(d);
    std::swap(perm[axis(x)], perm[axis(x) + 1]);
    return qnn().reshape(qnn().transpose(qnn().reshape(x, split), perm), shape);
  }

  mlir::Value requantize(mlir::Value x) {
    int64_t channels = shapeOf(x)[axis(x)];
    static const char *modes[] = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};
    return qnn::RequantizeOp::create(builder, loc(), tensorOf(x).clone(builder.getIntegerType(4, true)), x, axis(x),
                                     integers(list(chance(50) ? channels : 1, -9, 9)),
                                     integers(list(chance(50) ? channels : 1, -9, 9)), between(0, 4), modes[below(7)],
                                     -5, 6);
  }

  mlir::Value table(mlir::Value x) {
    Ints shape = {chance(50) ? shapeOf(x)[axis(x)] : 1, between(1, 16)};
    return qnn::TableOp::create(builder, loc(), tensorOf(x).clone(builder.getIntegerType(3, true)), x, axis(x),
                                between(-4, 1), attribute(randomTensor(runtime::DataType::Signed(3), shape)));
  }

  /// Flattens for a product, or leaves as codes or floats.
  mlir::Value head(mlir::Value x) {
    switch (below(6)) {
    case 0:
    case 1: {
      Ints shape = shapeOf(x);
      int64_t features = runtime::NumElements(shape) / shape[0];
      mlir::Value flat = qnn().reshape(x, {shape[0], features});
      if (chance(40))
        flat = qnn::TableOp::create(builder, loc(), tensorOf(flat).clone(builder.getIntegerType(3, true)), flat, 1,
                                    between(-4, 1), attribute(randomTensor(runtime::DataType::Signed(3), {1, 9})));
      mlir::Value w = constant(randomTensor(randomType(), {features, 3}));
      auto type = mlir::RankedTensorType::get({shape[0], 3}, tensorOf(flat).getElementType());
      return accumulate(qnn::MatMulOp::create(builder, loc(), type, flat, w));
    }
    case 2: {
      Ints scales = list(shapeOf(x)[axis(x)], 1, 5);
      std::vector<double> doubles(scales.begin(), scales.end());
      auto type = tensorOf(x).clone(builder.getF32Type());
      return qnn::DequantizeOp::create(builder, loc(), type, x, axis(x),
                                       attribute(runtime::Tensor::FromDoubles({int64_t(doubles.size())}, doubles)),
                                       integers({1}), data::ConstantAttr(), 1);
    }
    case 3: {
      Ints shape = shapeOf(x);
      int64_t d = below(rank);
      shape[d] = 1;
      auto type = mlir::RankedTensorType::get(shape, builder.getIntegerType(64, true));
      return qnn::ArgMaxOp::create(builder, loc(), type, x, d, chance(50));
    }
    case 4: {
      Ints shape = shapeOf(x);
      int64_t d = below(rank);
      shape[d] = between(1, shape[d]);
      auto indices = mlir::RankedTensorType::get(shape, builder.getIntegerType(64, true));
      auto op =
          qnn::TopKOp::create(builder, loc(), mlir::TypeRange{tensorOf(x).clone(shape), indices}, x, d, chance(50));
      return op.getResult(below(2));
    }
    default:
      return x;
    }
  }

  int64_t rank = 4;
  bool lastAxis = false;
  std::vector<mlir::Value> values;
};

} // namespace qcompile::testing

#endif // QCOMPILE_TESTS_UNIT_PASSES_RANDOMCODENETWORK_H
