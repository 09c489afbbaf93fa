//===- Converter.h - The state of the conversion ----------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_CONVERTER_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_CONVERTER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/convert-onnx-to-qnn/Chain.h"
#include "passes/convert-onnx-to-qnn/CodeMap.h"
#include "passes/rewriting/ElementTypes.h"

namespace qcompile {

struct Product;
struct Window;

/// An integer attribute, or what its absence stands for.
inline int64_t getInteger(mlir::Operation *op, llvm::StringRef name, int64_t otherwise) {
  auto attribute = op->getAttrOfType<mlir::IntegerAttr>(name);
  return attribute ? attribute.getValue().getSExtValue() : otherwise;
}

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
  void releaseConstants(mlir::Operation *op);
  void finish(mlir::Operation *terminator, llvm::ArrayRef<mlir::Operation *> operations);

  // Constants.cpp: values that depend on constants alone.
  bool evaluateConstant(mlir::Operation *op);
  bool isQuantized(mlir::Value value) const;
  void noteQuantized(mlir::Operation *op);
  mlir::Value makeFloatConstant(mlir::Value value, const runtime::Tensor &tensor);

  // Structure.cpp: structures of weights.
  /// Integer weights of `op`, stored by the structure recorded on `weights`, whose dimension d is dimension perm[d] of
  /// that structure's weights (empty: the same); dense, with a warning, where the codes do not have it.
  mlir::Value makeWeights(mlir::Operation *op, mlir::Value weights, const runtime::Tensor &codes,
                          llvm::ArrayRef<int64_t> perm = {});

  // Linear.cpp: matrix products.
  bool convertLinear(mlir::Operation *op, std::string &reason);
  bool convertXnorPopcount(mlir::Operation *op, std::string &reason);
  bool convertWeightProduct(mlir::Operation *op, const Product &product, const IntegerForm &input, std::string &reason);
  bool convertActivationProduct(mlir::Operation *op, const Product &product, IntegerForm lhs, IntegerForm rhs,
                                std::string &reason);
  bool readLinearBias(mlir::Value value, float beta, int64_t outputs, IntegerForm &form, std::string &reason);

  // Conv.cpp: convolutions.
  bool convertConv(mlir::Operation *op, std::string &reason);
  bool convertConvTranspose(mlir::Operation *op, std::string &reason);
  std::optional<IntegerForm> getConvInput(mlir::Operation *op, std::string &reason);
  /// A border of `values` (one, or one per channel) as wide as the windows of `result` reach.
  mlir::Value padWindows(mlir::Location loc, const IntegerForm &form, const Window &window,
                         mlir::RankedTensorType result, const std::vector<int64_t> &values);

  // Pool.cpp: pools and reductions.
  bool convertMaxPool(mlir::Operation *op, std::string &reason);
  bool makeAscending(mlir::Location loc, IntegerForm &form, std::string &reason);
  bool convertAveragePool(mlir::Operation *op, std::string &reason);
  bool convertReduction(mlir::Operation *op, std::string &reason);

  // ProductQuantization.cpp: products by prototypes and tables.
  bool convertProductQuantization(mlir::Operation *op, std::string &reason);

  // Join.cpp: sums and concatenations.
  bool convertSum(mlir::Operation *op, std::string &reason);
  bool convertConcat(mlir::Operation *op, std::string &reason);
  int64_t applyFactors(mlir::Location loc, IntegerForm &form, int64_t axis, const std::vector<int64_t> &factors);

  // Select.cpp: slices, borders, and what else moves elements.
  bool convertSelection(mlir::Operation *op, std::string &reason);
  bool convertGather(mlir::Operation *op, std::string &reason);
  bool convertPad(mlir::Operation *op, std::string &reason);
  bool convertBlocks(mlir::Operation *op, std::string &reason);
  bool convertPositions(mlir::Operation *op, std::string &reason);
  void selectPositions(mlir::OpResult result, const IntegerForm &source,
                       llvm::ArrayRef<llvm::SmallVector<int64_t>> positions);

  // Activation.cpp: quantizers with the chain before them, and pointwise selections of codes.
  bool convertActivation(mlir::Operation *op, std::string &reason);
  bool convertCodeSelection(mlir::Operation *op);
  bool convertIntegerActivation(mlir::Operation *op, Chain chain, const std::optional<CodeRange> &range,
                                std::string &reason);
  bool convertPair(mlir::Operation *op, Chain chain, const std::optional<CodeRange> &range, std::string &reason);
  bool convertFloatQuantizer(mlir::Operation *op, const std::optional<Chain> &chain, const CodeRange &range,
                             std::string &reason);
  bool convertOnGrid(mlir::Operation *op, const CodeRange &range, std::string &reason);
  /// The quantizer's own formula.
  mlir::Value quantizeByFormula(mlir::Operation *op, const CodeRange &range, const runtime::QuantizedView &parameters,
                                std::string &reason);
  std::optional<CodeRange> getCodeRange(mlir::Operation *op) const;
  mlir::Value createThreshold(mlir::Operation *op, mlir::Value input, int64_t axis, const Thresholds &thresholds);
  mlir::Value createRequantize(mlir::Operation *op, mlir::Value input, int64_t axis, const CodeMap &map);
  mlir::Value createThresholds(mlir::Operation *op, mlir::Value input, int64_t axis, const CodeMap &map);
  mlir::Value createMap(mlir::Operation *op, mlir::Value input, int64_t axis, const CodeMap &map);
  bool setQuantizedResult(mlir::Operation *op, mlir::Value codes, runtime::QuantizedView view, qnn::Bounds bounds,
                          std::string &reason);

  // Borders.cpp: codes that enter or leave as they are.
  bool convertDequantizer(mlir::Operation *op, std::string &reason);
  bool convertCodesOut(mlir::Operation *op, std::string &reason);
  mlir::Value castCodes(mlir::Location loc, mlir::Value codes, runtime::DataType type, qnn::Bounds bounds,
                        int64_t axis = 0, const std::vector<int64_t> &offsets = {0});
  const IntegerForm *getOnGrid(mlir::Value value, const runtime::QuantizedView &view, qnn::Bounds codes) const;

  // Rearrange.cpp: reshape, transpose and the like.
  bool convertRearrangement(mlir::Operation *op, std::string &reason);

  // Emit.cpp: operations that several of these need.
  mlir::Type makeWidestType();
  mlir::Type uniteTypes(llvm::ArrayRef<mlir::Type> types);
  mlir::Value makeCodes(mlir::Location loc, const runtime::Tensor &codes);
  /// Integers in the narrowest type that holds them.
  mlir::Value makeIntegers(mlir::Location loc, const runtime::Shape &shape, const std::vector<int64_t> &values);
  /// One integer, or one per index of `axis`, that broadcast against values of type `type`.
  mlir::Value makePerChannel(mlir::Location loc, mlir::RankedTensorType type, int64_t axis,
                             const std::vector<int64_t> &values);
  /// Gives a sum the narrowest type that holds every partial sum. False, with the reason, above 48 bits.
  bool narrow(qnn::BoundsOpInterface sum, std::vector<qnn::Bounds> &bounds, std::string &reason);
  /// The same; and `sum`, read by `form`, is what represents the result of `op`.
  bool accumulate(mlir::Operation *op, qnn::BoundsOpInterface sum, IntegerForm form, std::string &reason);
  /// The codes without their zero point.
  mlir::Value center(mlir::Location loc, const IntegerForm &form);
  /// The codes times factors along `axis`; to be narrowed.
  mlir::Value multiply(mlir::Location loc, mlir::Value value, int64_t axis, const std::vector<int64_t> &factors);
  /// A border of `values` (one, or one per index of `axis`); a negative width crops.
  mlir::Value pad(mlir::Location loc, mlir::Value codes, int64_t axis, llvm::ArrayRef<int64_t> low,
                  llvm::ArrayRef<int64_t> high, const std::vector<int64_t> &values);
  /// The form with one scale and no zero point: codes are multiplied to a common unit. Nothing, with the reason,
  /// where there is no such unit.
  std::optional<IntegerForm> toPerTensor(mlir::Location loc, const IntegerForm &form, std::string &reason);
  /// The form, changed to one that varies along `axis` at most (-1: along none).
  std::optional<IntegerForm> alongAxis(mlir::Location loc, const IntegerForm &form, int64_t axis, std::string &reason);
  /// The form of a value, or that of the integers behind the pointwise operations which compute it.
  std::optional<IntegerForm> getFormBehind(mlir::Value value);
  /// The integers of a quantized value, constants included.
  std::optional<IntegerForm> getQuantizedForm(mlir::Value value);

  const IntegerForm *getForm(mlir::Value value) const {
    auto it = forms.find(value);
    return it == forms.end() ? nullptr : &it->second;
  }
  /// The float that stands for a value: itself, or the dequantized integers.
  mlir::Value getFloat(mlir::Value value);
  data::ConstantAttr makeConstant(mlir::Location loc, llvm::StringRef suffix, const runtime::Tensor &tensor);

  mlir::func::FuncOp function;
  int64_t enumerationLimit;
  mlir::OpBuilder builder;
  ConstantValues constants;
  llvm::DenseMap<mlir::Value, IntegerForm> forms;
  llvm::DenseMap<mlir::Operation *, std::string> reasons; ///< why operations stay float
  /// Linear operations of quantized operands that stay float: the exact reading sums them exactly.
  llvm::DenseSet<mlir::Operation *> inexact;
  llvm::DenseSet<mlir::Value> quantizedFloats; ///< selections of quantized values among them, which stay float
  /// How many operations long chains may still take in: quantizers at every link of one long chain would take it all
  /// again.
  int64_t chainSteps = 0;
  /// What stands for a value where it is used as it is: dequantized integers, float constants, positions.
  llvm::DenseMap<mlir::Value, mlir::Value> floats;
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_CONVERTER_H
