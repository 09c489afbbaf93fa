//===- Converter.h - The state of the conversion ----------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_CONVERTER_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_CONVERTER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/convert-onnx-to-qnn/Chain.h"
#include "passes/convert-onnx-to-qnn/Thresholds.h"

namespace qcompile {

/// Walks a function in order and decides for every value what represents it: a constant of the source
/// model, integers, or itself as a float. Operations are added beside the old ones; what is no
/// longer used is removed at the end.
class Converter {
public:
  Converter(mlir::func::FuncOp function, int64_t enumerationLimit)
      : function(function), enumerationLimit(enumerationLimit), builder(function.getContext()) {}

  mlir::LogicalResult run();

private:
  void convert(mlir::Operation *op);
  void finish(mlir::Operation *terminator, llvm::ArrayRef<mlir::Operation *> operations);

  // Constants.cpp: values that depend on constants alone.
  bool evaluateConstant(mlir::Operation *op);
  bool isQuantized(mlir::Value value) const;
  mlir::Value makeFloatConstant(mlir::Value value, const runtime::Tensor &tensor);

  // Linear.cpp: matrix products.
  bool convertLinear(mlir::Operation *op, std::string &reason);
  mlir::Value makeWeights(mlir::Value value, bool transpose, IntegerForm &form,
                          std::string &reason);

  // Activation.cpp: quantizers with the chain before them, and selections of codes.
  bool convertActivation(mlir::Operation *op, std::string &reason);
  bool convertRelu(mlir::Operation *op);
  bool convertIntegerActivation(mlir::Operation *op, Chain chain, const CodeRange &range,
                                std::string &reason);
  bool convertFloatQuantizer(mlir::Operation *op, const std::optional<Chain> &chain,
                             const CodeRange &range, std::string &reason);
  std::optional<CodeRange> getCodeRange(mlir::Operation *op) const;
  mlir::Value createThreshold(mlir::Operation *op, mlir::Value input, int64_t axis,
                              const Thresholds &thresholds);
  bool setQuantizedResult(mlir::Operation *op, mlir::Value codes, const CodeRange &range,
                          std::string &reason);

  // Rearrange.cpp: reshape, transpose and the like.
  bool convertRearrangement(mlir::Operation *op, std::string &reason);

  const IntegerForm *getForm(mlir::Value value) const {
    auto it = forms.find(value);
    return it == forms.end() ? nullptr : &it->second;
  }
  /// The float that stands for a value: itself, or the dequantized integers.
  mlir::Value getFloat(mlir::Value value);
  data::ConstantAttr makeConstant(mlir::Location loc, llvm::StringRef suffix,
                                  const runtime::Tensor &tensor);

  mlir::func::FuncOp function;
  int64_t enumerationLimit;
  mlir::OpBuilder builder;
  ConstantValues constants;
  llvm::DenseMap<mlir::Value, IntegerForm> forms;
  llvm::DenseMap<mlir::Operation *, std::string> reasons; ///< why operations stay float
  /// Linear operations of quantized operands that stay float: the exact reading sums them exactly.
  llvm::DenseSet<mlir::Operation *> inexact;
  llvm::DenseMap<mlir::Value, mlir::Value> floats; ///< dequantized integers and float constants
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_CONVERTER_H
