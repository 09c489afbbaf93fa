//===- Emit.cpp - A layer as PqMatMul -------------------------------------===//
#include "passes/product-quantize/Emit.h"

#include "dialects/data/DataDialect.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxOps.h"
#include "passes/compression/Quantizer.h"
#include "passes/convert-onnx-to-qnn/Window.h"
#include "passes/rewriting/OnnxSteps.h"

using namespace mlir;
using qcompile::compression::Layer;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile::pq {

static RankedTensorType tensorOf(Value value) { return cast<RankedTensorType>(value.getType()); }

std::string findObstacle(const Layer &layer) {
  if (layer.groups() != 1)
    return "product quantization has no form for convolutions with groups";
  if (!readBias(layer))
    return "its bias is not a constant with one number per output";
  for (Value value : {layer.input(), Value(layer.operation()->getResult(0))}) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !type.hasStaticShape() || type.getNumElements() == 0)
      return "its shape is not static";
  }
  return "";
}

namespace {
class Emitter {
public:
  Emitter(const Layer &layer, const LayerProduct &product)
      : layer(layer), product(product), op(layer.operation()), builder(op), steps(op) {}

  Value run() {
    Value x = layer.input();
    if (product.grid.own)
      x = quantize(x);
    bool isConv = layer.kind() != compression::LayerKind::Linear;
    Value rows = isConv ? makeRows(x) : x;
    if (!product.order.empty())
      rows = gather(rows, tensorOf(rows).getRank() - 1, product.order);
    SmallVector<int64_t> shape(tensorOf(rows).getShape());
    shape.back() = layer.outputs();
    Value result = isConv ? moveChannels(multiply(rows, shape, /*last=*/false)) : multiply(rows, shape, /*last=*/true);
    Value before = op->getResult(0);
    before.replaceAllUsesWith(result);
    return result;
  }

private:
  Value constant(const Tensor &tensor) {
    std::string name = onnx::describe(op) + ".pq" + std::to_string(constants++);
    auto held = data::ConstantAttr::get(builder.getContext(), name, tensor);
    return steps.apply("Constant", {}, builder.getNamedAttr("value", held), held.getType());
  }
  Value integers(ArrayRef<int64_t> values) {
    return constant(*Tensor::FromIntegers(DataType::Int64(), {int64_t(values.size())}, {values.data(), values.size()}));
  }
  /// Integers of a shape in the smallest of 8, 16 and 32 bits that holds them.
  Value narrowIntegers(runtime::Shape shape, const std::vector<int64_t> &values, int least = 8) {
    auto [low, high] = std::minmax_element(values.begin(), values.end());
    int bits = least;
    while (bits < 32 && (!DataType::Signed(bits).Contains(*low) || !DataType::Signed(bits).Contains(*high)))
      bits *= 2;
    return constant(*Tensor::FromIntegers(DataType::Signed(bits), std::move(shape), values));
  }
  NamedAttribute number(StringRef name, int64_t value) {
    return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
  }
  Value apply(StringRef name, ValueRange operands, ArrayRef<NamedAttribute> attributes, ArrayRef<int64_t> shape) {
    return steps.apply(name, operands, attributes, RankedTensorType::get(shape, builder.getF32Type()));
  }

  /// A quantizer behind the value's own operation, for the codes that the product reads.
  Value quantize(Value x) {
    compression::WeightGrid grid;
    grid.isSigned = product.grid.codes.low < 0;
    grid.bits = 0;
    for (int64_t levels = product.grid.codes.high - product.grid.codes.low; levels > 0; levels /= 2)
      ++grid.bits;
    grid.narrow = false;
    grid.scale = {double(product.grid.scale)};
    return compression::makeQuantizer(builder, op->getLoc(), x, grid, {}, onnx::describe(op) + ".input")->getResult(0);
  }

  Value gather(Value x, int64_t axis, ArrayRef<int64_t> positions) {
    SmallVector<int64_t> shape(tensorOf(x).getShape());
    shape[axis] = positions.size();
    return apply("Gather", {x, integers(positions)}, number("axis", axis), shape);
  }

  Value reshape(Value x, ArrayRef<int64_t> shape) { return apply("Reshape", {x, integers(shape)}, {}, shape); }

  Value transpose(Value x, ArrayRef<int64_t> perm) {
    SmallVector<int64_t> shape;
    for (int64_t d : perm)
      shape.push_back(tensorOf(x).getDimSize(d));
    return apply("Transpose", x, steps.attribute("perm", perm), shape);
  }

  Value pad(Value x, const Window &window) {
    if (!window.isPadded())
      return x;
    SmallVector<int64_t> pads = {0, 0}, shape(tensorOf(x).getShape());
    llvm::append_range(pads, window.low);
    pads.append({0, 0});
    llvm::append_range(pads, window.high);
    for (int64_t d = 0; d < window.rank(); ++d)
      shape[d + 2] += window.low[d] + window.high[d];
    auto segments = builder.getNamedAttr("operandSegmentSizes", builder.getDenseI32ArrayAttr({1, 1, 0, 0}));
    return apply("Pad", {x, integers(pads)}, segments, shape);
  }

  /// [N, outputs of each dimension..., channels * taps] of the windows of [N, C, positions...].
  Value makeRows(Value x) {
    RankedTensorType type = tensorOf(x), result = tensorOf(op->getResult(0));
    Window window = readWindow(op, layer.kernel(), type, result);
    x = pad(x, window);
    SmallVector<int64_t> split = {type.getDimSize(0), type.getDimSize(1)}, perm = {0}, rows = {split[0]};
    int64_t rank = window.rank();
    for (int64_t d = 0; d < rank; ++d) {
      int64_t count = result.getDimSize(d + 2);
      SmallVector<int64_t> positions;
      for (int64_t o = 0; o < count; ++o)
        for (int64_t i = 0; i < window.kernel[d]; ++i)
          positions.push_back(o * window.strides[d] + i * window.dilations[d]);
      x = gather(x, d + 2, positions);
      split.append({count, window.kernel[d]});
      perm.push_back(2 + 2 * d);
      rows.push_back(count);
    }
    perm.push_back(1);
    for (int64_t d = 0; d < rank; ++d)
      perm.push_back(3 + 2 * d);
    rows.push_back(layer.inputs());
    return reshape(transpose(reshape(x, split), perm), rows);
  }

  Value multiply(Value rows, ArrayRef<int64_t> shape, bool last) {
    const runtime::Codebooks &books = product.codebooks;
    Value operands[] = {rows,
                        constant(Tensor::ScalarFloat(product.grid.scale)),
                        narrowIntegers({books.spaces, books.prototypes, books.length}, books.values),
                        narrowIntegers({books.spaces, books.prototypes}, books.offsets, 32),
                        narrowIntegers({books.spaces, books.prototypes, layer.outputs()}, product.tables),
                        constant(Tensor::FromDoubles({int64_t(product.scale.size())}, product.scale)),
                        constant(Tensor::FromDoubles({int64_t(product.bias.size())}, product.bias))};
    NamedAttribute attributes[] = {number("factor", books.factor), number("high", product.grid.codes.high),
                                   number("low", product.grid.codes.low), number("norm", books.norm)};
    if (!last)
      return apply("PqMatMul", operands, attributes, shape);
    OperationState state(op->getLoc(), onnx::PqMatMulOp::getOperationName(), operands, op->getResult(0).getType(),
                         attributes);
    return builder.create(state)->getResult(0);
  }

  /// Channels to dimension 1; it has the place and name of the layer.
  Value moveChannels(Value x) {
    int64_t rank = tensorOf(x).getRank();
    SmallVector<int64_t> perm = {0, rank - 1};
    for (int64_t d = 1; d + 1 < rank; ++d)
      perm.push_back(d);
    OperationState state(op->getLoc(), onnx::TransposeOp::getOperationName(), x, op->getResult(0).getType(),
                         steps.attribute("perm", perm));
    return builder.create(state)->getResult(0);
  }

  const Layer &layer;
  const LayerProduct &product;
  Operation *op;
  OpBuilder builder;
  OnnxSteps steps;
  int constants = 0;
};
} // namespace

Value emitProduct(const Layer &layer, const LayerProduct &product) { return Emitter(layer, product).run(); }

} // namespace qcompile::pq
