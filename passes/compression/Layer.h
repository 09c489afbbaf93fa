//===- Layer.h - A linear layer with constant weights -----------*- C++ -*-===//
//
// What compression works on: MatMul, Gemm or Conv whose weights are a constant, directly or behind a quantizer (Quant,
// LinearQuant, BipolarQuant) and a transposition.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_COMPRESSION_LAYER_H
#define QCOMPILE_PASSES_COMPRESSION_LAYER_H

#include <optional>
#include <string>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/compression/WeightGrid.h"
#include "runtime/core/tensor.h"

namespace qcompile::compression {

enum class LayerKind { Linear, Conv, Depthwise };
llvm::StringRef getKindName(LayerKind kind); ///< "linear", "conv", "depthwise"

/// What the weights of a layer become.
struct NewWeights {
  /// [outputs, K], exactly what the layer computes with: values of `grid`, or of the layer's own grid where that is
  /// empty; any float32 where the layer has none either.
  Matrix values;
  /// A quantizer of the weights, put in place of the layer's own or before its constant.
  std::optional<WeightGrid> grid;
  /// What is recorded as `encoding.structure`; null: the structure there was stays recorded.
  mlir::Attribute structure;
};

class Layer {
public:
  /// Nothing where `op` is no such layer; `reason` then says why, where it is a linear operation at all.
  static std::optional<Layer> get(mlir::Operation *op, std::string *reason = nullptr);

  mlir::Operation *operation() const { return op; }
  const std::string &name() const { return layerName; }
  LayerKind kind() const { return layerKind; }
  /// The data operand.
  mlir::Value input() const { return op->getOperand(0); }

  int64_t groups() const { return groupCount; }
  int64_t outputs() const { return outputCount; }   ///< of all groups
  int64_t channels() const { return channelCount; } ///< input channels of one group
  int64_t taps() const { return tapCount; }         ///< positions of the kernel; 1 for a linear layer
  /// The accumulation length: channels() * taps(), column c * taps() + t for channel c and kernel position t.
  int64_t inputs() const { return channelCount * tapCount; }
  int64_t size() const { return outputCount * inputs(); }
  int64_t groupOf(int64_t output) const { return output / (outputCount / groupCount); }
  llvm::ArrayRef<int64_t> kernel() const { return kernelShape; } ///< empty for a linear layer

  /// The constant's dimensions in the order of the matrix: first the outputs, then the accumulation direction; for
  /// `encoding` attributes, with rows = 1.
  llvm::ArrayRef<int64_t> order() const { return dimensionOrder; }

  /// The values that the layer computes with, [outputs, K].
  Matrix weights() const;
  /// The quantizer of the weights, where there is one.
  std::optional<WeightGrid> grid() const;
  /// What is recorded of the weights: an attribute of the `encoding` dialect, or null.
  mlir::Attribute structure() const;
  /// The weights that a recorded sparse structure fixes to zero: those that are zero; none where there is no structure.
  std::optional<Mask> fixedZeros() const;

  /// The bits that the weights take: those of their codes (32 for floats), or of the recorded structure's encoding.
  double storedBits() const;

  /// Puts new weights in place of the old ones, which are left to other users, or to be erased by who rewrites.
  void setWeights(const NewWeights &weights);

  /// Adds to the layer's bias, one number per output, creating a bias (an operand of Conv or Gemm, an Add behind a
  /// MatMul) where there is none. Returns the value that now stands for the layer's result.
  mlir::Value addBias(const Vector &addend);

private:
  /// A tensor [outputs, K...] in the order of the constant's dimensions.
  runtime::Tensor arrange(const runtime::Tensor &matrix) const;

  mlir::Operation *op = nullptr;
  std::string layerName;
  LayerKind layerKind = LayerKind::Linear;
  mlir::Operation *constant = nullptr;
  mlir::Operation *quantizer = nullptr; ///< null: the constant is used as it is
  int64_t groupCount = 1, outputCount = 0, channelCount = 0, tapCount = 1;
  llvm::SmallVector<int64_t> kernelShape, dimensionOrder;
};

/// The layers of a function, in order. Linear operations with constant weights that are none, with the reason, in
/// `refused`.
std::vector<Layer> findLayers(mlir::func::FuncOp function,
                              llvm::SmallVectorImpl<std::pair<mlir::Operation *, std::string>> *refused = nullptr);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_LAYER_H
