//===- Writer.h - The state of the conversion -------------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_WRITER_H
#define QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_WRITER_H

#include "dialects/onnx/Datatype.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/convert-qnn-to-multithreshold/CoarseSum.h"
#include "passes/rewriting/ElementTypes.h"
#include "passes/rewriting/OnnxSteps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace qcompile {

/// Writes operation after operation; codes are looked up by the value of the integer form that they stand for.
class MultithresholdWriter {
public:
  MultithresholdWriter(mlir::func::FuncOp function, bool allowApproximate)
      : function(function), allowApproximate(allowApproximate) {}

  mlir::LogicalResult run();

private:
  /// False, with the reason, for an operation that has no exact form.
  bool write(mlir::Operation *op, std::string &reason);
  void takeIntegers();
  void giveIntegers(llvm::ArrayRef<mlir::Operation *> operations);
  /// Finds a form in fewer bits of a sum that float32 does not hold.
  bool shorten(mlir::Operation *op);

  // Linear.cpp
  bool writeMatMul(qnn::MatMulOp op);
  bool writeConv(qnn::ConvOp op, std::string &reason);
  bool writeConvTranspose(qnn::ConvTransposeOp op, std::string &reason);
  bool writeSumPool(qnn::SumPoolOp op, std::string &reason);
  bool writeAdd(qnn::AddOp op);
  bool writeMul(qnn::MulOp op);
  mlir::Value writeWeights(OnnxSteps &steps, mlir::Operation *op, mlir::Value weights, int64_t outputs);

  // Activation.cpp
  bool writeThreshold(qnn::ThresholdOp op, std::string &reason);
  bool writeTable(qnn::TableOp op, std::string &reason);
  bool writeRequantize(qnn::RequantizeOp op, std::string &reason);

  // Quantize.cpp
  bool writeQuantize(qnn::QuantizeOp op, std::string &reason);
  // Dequantize.cpp
  bool writeDequantize(qnn::DequantizeOp op, std::string &reason);

  // Move.cpp
  bool writeConstant(qnn::ConstantOp op);
  bool writeMove(mlir::Operation *op, std::string &reason);
  bool writePad(qnn::PadOp op, std::string &reason);
  bool writeMaxPool(qnn::MaxPoolOp op, std::string &reason);
  bool writeConvolved(mlir::Operation *op, mlir::Value weights, OnnxSteps &steps, llvm::ArrayRef<int64_t> strides,
                      llvm::ArrayRef<int64_t> dilations, int64_t groups);

  /// The float tensor of a code tensor, or the same integers where these are positions (64 bits).
  mlir::Value get(mlir::Value codes);
  /// The type of that tensor.
  static mlir::RankedTensorType getType(mlir::Value codes);
  /// Records what stands for the first result of `op`, and notes its data type.
  void set(mlir::Operation *op, mlir::Value value);
  /// The channels whose sums the next operation compares the other way round; empty where none are.
  llvm::ArrayRef<int64_t> getDirections(mlir::Value sum, int64_t axis) const;

  mlir::func::FuncOp function;
  bool allowApproximate;
  llvm::DenseMap<mlir::Value, mlir::Value> values;
  /// Sums that were written in fewer bits than they have.
  llvm::DenseMap<mlir::Value, CoarseSum> coarse;
  /// Sums that were written with the directions of the threshold behind them.
  llvm::DenseSet<mlir::Value> turned;
};

/// The border that a window operation can have itself: a pad of spatial dimensions only, by `value` (nothing: by any
/// value that is the lowest of its type). Gives the pads of ONNX, and the padded value; zeros and `input` where there
/// is none.
struct WindowBorder {
  mlir::Value input;
  llvm::SmallVector<int64_t> pads;
};
WindowBorder takeBorder(mlir::Value input, bool lowest);

/// "INT4", as QONNX names the type.
std::string getDatatypeName(mlir::Type elementType);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTQNNTOMULTITHRESHOLD_WRITER_H
