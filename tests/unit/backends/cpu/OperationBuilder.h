//===- OperationBuilder.h - Every operation of qnn, at random ---*- C++ -*-===//
//
// Operations of convolutional networks with random parameters that their verifiers accept.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_TESTS_UNIT_BACKENDS_CPU_OPERATIONBUILDER_H
#define QCOMPILE_TESTS_UNIT_BACKENDS_CPU_OPERATIONBUILDER_H

#include "tests/unit/backends/cpu/NetworkBuilder.h"

namespace qcompile::cpu {

/// A list of one number per dimension.
using Numbers = llvm::SmallVector<int64_t>;

class OperationBuilder : public NetworkBuilder {
public:
  using NetworkBuilder::NetworkBuilder;

  static int64_t magnitude(DataType type) { return std::max(-type.MinValue(), type.MaxValue()); }
  static int bitsOf(Value x) { return typeOf(x).bits; }

  /// The narrowest signed type that holds +-bound.
  static DataType signedFor(int64_t bound) {
    int bits = 2;
    while (bits < 62 && (int64_t(1) << (bits - 1)) <= bound)
      ++bits;
    return DataType::Signed(bits);
  }
  RankedTensorType tensor(llvm::ArrayRef<int64_t> shape, DataType type) {
    return RankedTensorType::get(shape, codeType(type));
  }
  Numbers randomNumbers(size_t count, int64_t limit) {
    Numbers result;
    for (size_t i = 0; i < count; ++i)
      result.push_back(1 + below(limit));
    return result;
  }
  /// 1 or the last dimension.
  int64_t randomAxis(Value x) { return below(2) ? 1 : int64_t(shapeOf(x).size()) - 1; }

  std::vector<int64_t> randomCodes(DataType type, int64_t count) {
    std::vector<int64_t> codes;
    for (int64_t i = 0; i < count; ++i)
      codes.push_back(randomCode(type));
    return codes;
  }
  Value constantCodes(DataType type, llvm::ArrayRef<int64_t> shape) {
    runtime::Shape extents(shape.begin(), shape.end());
    std::vector<int64_t> codes = randomCodes(type, runtime::NumElements(extents));
    return qnn::ConstantOp::create(builder, loc(), tensor(shape, type), constant(integers(type, extents, codes)));
  }

  /// A window that fits the spatial dimensions of x, and the shape of what it gives.
  struct Window {
    Numbers kernel, strides, dilations, shape;
  };
  Window randomWindow(Value x, int64_t axis, int64_t channels) {
    Window window;
    for (auto [d, extent] : llvm::enumerate(shapeOf(x))) {
      window.shape.push_back(int64_t(d) == axis ? channels : extent);
      if (d == 0 || int64_t(d) == axis)
        continue;
      int64_t kernel = 1 + below(std::min<int64_t>(3, extent));
      int64_t dilation = kernel > 1 ? 1 + below((extent - 1) / (kernel - 1)) : 1;
      dilation = std::min<int64_t>(dilation, 2);
      int64_t stride = 1 + below(2);
      window.kernel.push_back(kernel);
      window.dilations.push_back(dilation);
      window.strides.push_back(stride);
      window.shape.back() = (extent - dilation * (kernel - 1) - 1) / stride + 1;
    }
    return window;
  }

  Value conv(Value x, int64_t outputs, int64_t groups, DataType weightType, int64_t axis) {
    Window window = randomWindow(x, axis, outputs);
    int64_t channels = shapeOf(x)[axis] / groups, taps = 1;
    Numbers shape = {outputs};
    if (axis == 1)
      shape.push_back(channels);
    for (int64_t k : window.kernel) {
      shape.push_back(k);
      taps *= k;
    }
    if (axis != 1)
      shape.push_back(channels);
    DataType result = signedFor(taps * channels * magnitude(weightType) * magnitude(typeOf(x)));
    return qnn::ConvOp::create(builder, loc(), tensor(window.shape, result), x, constantCodes(weightType, shape), axis,
                               window.strides, window.dilations, groups);
  }
  /// Channels are dimension 1.
  Value convTranspose(Value x, int64_t outputs, int64_t groups, DataType weightType) {
    size_t spatial = shapeOf(x).size() - 2;
    Numbers strides = randomNumbers(spatial, 3), dilations = randomNumbers(spatial, 2),
            kernel = randomNumbers(spatial, 3), offsets, shape = {shapeOf(x)[0], outputs},
            weights = {shapeOf(x)[1], outputs / groups};
    int64_t bound = shapeOf(x)[1] * magnitude(weightType) * magnitude(typeOf(x));
    for (size_t d = 0; d < spatial; ++d) {
      int64_t full = (shapeOf(x)[d + 2] - 1) * strides[d] + (kernel[d] - 1) * dilations[d] + 1;
      offsets.push_back(below(std::min<int64_t>(full, 3)));
      // Up to one more than there is: what nothing reaches is 0.
      shape.push_back(std::max<int64_t>(1, full - offsets[d] + 1 - below(3)));
      weights.push_back(kernel[d]);
      bound *= kernel[d];
    }
    return qnn::ConvTransposeOp::create(builder, loc(), tensor(shape, signedFor(bound)), x,
                                        constantCodes(weightType, weights), strides, dilations, offsets, groups);
  }
  Value maxPool(Value x, int64_t axis) {
    Window window = randomWindow(x, axis, shapeOf(x)[axis]);
    return qnn::MaxPoolOp::create(builder, loc(), tensor(window.shape, typeOf(x)), x, axis, window.kernel,
                                  window.strides, window.dilations);
  }
  Value sumPool(Value x, int64_t axis) {
    Window window = randomWindow(x, axis, shapeOf(x)[axis]);
    int64_t taps = 1;
    for (int64_t k : window.kernel)
      taps *= k;
    return qnn::SumPoolOp::create(builder, loc(), tensor(window.shape, signedFor(taps * magnitude(typeOf(x)))), x, axis,
                                  window.kernel, window.strides, window.dilations);
  }

  /// A constant that broadcasts to the shape of x.
  Value broadcastConstant(Value x, DataType type) {
    Numbers shape;
    for (int64_t extent : shapeOf(x))
      shape.push_back(below(2) ? 1 : extent);
    shape.erase(shape.begin(), shape.begin() + below(shape.size() + 1));
    return constantCodes(type, shape);
  }
  Value add(Value x, Value y) {
    int64_t m = below(2) ? 1 : 1 + below(9), n = below(2) ? -1 : 1 + below(5);
    DataType result = signedFor(m * magnitude(typeOf(x)) + std::abs(n) * magnitude(typeOf(y)));
    return qnn::AddOp::create(builder, loc(), tensor(shapeOf(x), result), x, y, m, n);
  }
  Value mul(Value x, Value y) {
    DataType result = signedFor(magnitude(typeOf(x)) * magnitude(typeOf(y)));
    return qnn::MulOp::create(builder, loc(), tensor(shapeOf(x), result), x, y);
  }

  Value pad(Value x) {
    size_t rank = shapeOf(x).size();
    int64_t axis = below(rank);
    bool perChannel = below(2);
    Numbers low(rank, 0), high(rank, 0), shape(shapeOf(x));
    for (size_t d = 0; d < rank; ++d) {
      if (d == 0 || (perChannel && int64_t(d) == axis))
        continue;
      low[d] = below(3);
      high[d] = below(3);
      shape[d] += low[d] + high[d];
    }
    int64_t count = perChannel ? shape[axis] : 1;
    return qnn::PadOp::create(builder, loc(), tensor(shape, typeOf(x)), x, axis, low, high,
                              constant(integers(DataType::Int64(), {count}, randomCodes(typeOf(x), count))));
  }
  Value slice(Value x) {
    Numbers offsets, steps, shape;
    for (int64_t extent : shapeOf(x)) {
      steps.push_back(1 + below(2));
      offsets.push_back(below(std::min<int64_t>(extent, 3)));
      shape.push_back(1 + below((extent - 1 - offsets.back()) / steps.back() + 1));
    }
    return qnn::SliceOp::create(builder, loc(), tensor(shape, typeOf(x)), x, offsets, steps);
  }
  Value gather(Value x) {
    int64_t axis = below(shapeOf(x).size());
    Numbers indices, shape(shapeOf(x));
    for (int64_t i = 1 + below(2 * shape[axis]); i > 0; --i)
      indices.push_back(below(shape[axis]));
    shape[axis] = indices.size();
    return qnn::GatherOp::create(builder, loc(), tensor(shape, typeOf(x)), x, axis, indices);
  }
  /// x, a part of it, and a constant.
  Value concat(Value x) {
    int64_t axis = below(shapeOf(x).size());
    Numbers constantShape(shapeOf(x)), shape(shapeOf(x));
    constantShape[axis] = 1 + below(3);
    Value more = constantCodes(DataType::Signed(4), constantShape);
    shape[axis] = 2 * shape[axis] + constantShape[axis];
    DataType type = signedFor(std::max<int64_t>(magnitude(typeOf(x)), 8));
    return qnn::ConcatOp::create(builder, loc(), tensor(shape, type), mlir::ValueRange{x, more, x}, axis);
  }
  Value depthToSpace(Value x, int64_t axis, llvm::ArrayRef<int64_t> blocks) {
    Numbers shape(shapeOf(x));
    const int64_t *block = blocks.begin();
    for (size_t d = 1; d < shape.size(); ++d)
      if (int64_t(d) != axis) {
        shape[axis] /= *block;
        shape[d] *= *block++;
      }
    return qnn::DepthToSpaceOp::create(builder, loc(), tensor(shape, typeOf(x)), x, axis, blocks,
                                       builder.getStringAttr(below(2) ? "DCR" : "CRD"));
  }

  Value table(Value x, DataType out) {
    int64_t axis = below(shapeOf(x).size());
    int64_t channels = below(2) ? 1 : shapeOf(x)[axis], length = 1 + below(20);
    Tensor values = integers(out, {channels, length}, randomCodes(out, channels * length));
    return qnn::TableOp::create(builder, loc(), tensor(shapeOf(x), out), x, axis, below(12) - 8, constant(values));
  }
  Value requantize(Value x, DataType out) {
    static const char *modes[] = {"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"};
    int64_t axis = below(shapeOf(x).size());
    int64_t channels = below(2) ? 1 : shapeOf(x)[axis];
    int bits = bitsOf(x) > 40 ? 2 : 3 + below(10);
    DataType wide = DataType::Int64();
    Tensor multipliers = integers(wide, {channels}, randomCodes(DataType::Signed(bits), channels));
    int64_t count = below(2) ? channels : 1;
    Tensor offsets = integers(wide, {count}, randomCodes(DataType::Signed(12), count));
    return qnn::RequantizeOp::create(builder, loc(), tensor(shapeOf(x), out), x, axis, constant(multipliers),
                                     constant(offsets), below(bitsOf(x) + 4), builder.getStringAttr(modes[below(7)]),
                                     out.MinValue(), out.MaxValue());
  }

  Value argMax(Value x) {
    int64_t axis = below(shapeOf(x).size());
    Numbers shape(shapeOf(x));
    shape[axis] = 1;
    return qnn::ArgMaxOp::create(builder, loc(), tensor(shape, DataType::Int64()), x, axis, below(2) == 1);
  }
  qnn::TopKOp topK(Value x) {
    int64_t axis = below(shapeOf(x).size());
    Numbers shape(shapeOf(x));
    shape[axis] = 1 + below(shape[axis]);
    return qnn::TopKOp::create(builder, loc(), tensor(shape, typeOf(x)), tensor(shape, DataType::Int64()), x, axis,
                               below(2) == 1);
  }
  /// Rows of a constant table of `rows` rows.
  Value lookup(Value indices, int64_t rows, DataType type) {
    Numbers row = randomNumbers(below(3), 4), tableShape = {rows}, shape(shapeOf(indices));
    tableShape.append(row);
    shape.append(row);
    return qnn::LookupOp::create(builder, loc(), tensor(shape, type), indices, constantCodes(type, tableShape));
  }
  /// x times its own transposed: both factors are data.
  Value square(Value x) {
    Numbers perm, shape(shapeOf(x));
    for (size_t d = 0; d < shape.size(); ++d)
      perm.push_back(d);
    std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    Value transposed = transpose(x, perm);
    int64_t k = shape.back(), m = magnitude(typeOf(x));
    shape.back() = shape[shape.size() - 2];
    return qnn::MatMulOp::create(builder, loc(), tensor(shape, signedFor(k * m * m)), x, transposed);
  }
};

} // namespace qcompile::cpu

#endif // QCOMPILE_TESTS_UNIT_BACKENDS_CPU_OPERATIONBUILDER_H
