//===- Inspection.h - What is in a model ------------------------*- C++ -*-===//
//
// The truth about a model file before any backend is involved: layers, their shapes, bits and costs. Works on every
// function of the `onnx` dialect, quantized or not. Without weights nothing but small constants is read.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_INSPECT_INSPECTION_H
#define QCOMPILE_COMPILER_INSPECT_INSPECTION_H

#include "compiler/frontend/ImportReport.h"
#include "compiler/inspect/QonnxCost.h"
#include "compiler/inspect/ValueType.h"
#include "compiler/inspect/WeightStatistics.h"
#include "llvm/Support/JSON.h"

namespace qcompile::inspect {

using Dimensions = std::vector<int64_t>; ///< negative where unknown

/// An operation that multiplies.
struct LayerInspection {
  mlir::Operation *op = nullptr;
  std::string name, operation;
  std::string inside; ///< the operator of the file whose function body has the operation, or empty
  Dimensions input, weights, output;
  ValueType inputType, weightType;
  bool constantWeights = false;
  std::optional<int> sumBits;                 ///< that every sum of such codes fits; nothing for floats
  std::optional<double> inner;                ///< products per sum
  std::optional<double> macs;                 ///< zero weights included
  double parameters = 0;                      ///< constant weights and biases
  double weightElements = 0;                  ///< constant weights alone
  std::optional<WeightStatistics> statistics; ///< where weights were read
  std::optional<QonnxCost> dense, sparse;     ///< where qonnx counts the operation; sparse where weights were read

  /// Products · bits of the input · bits of the weights.
  std::optional<double> getBops() const;
  /// The fraction of constant weights that is not zero, or nothing where they were not read.
  std::optional<double> getDensity() const;
  std::optional<double> getSparseMacs() const;
  std::optional<double> getSparseBops() const;
  /// Bit operations that know of pruning: products · (density · input bits · weight bits + input bits + weight bits +
  /// log2(inner)). Zero weights count where they were not read.
  std::optional<double> getPruningAwareBops() const;
};

struct Inspection {
  ImportReport file;
  std::vector<LayerInspection> layers;        ///< in the model's order
  std::map<std::string, uint64_t> operations; ///< how often every operator occurs, constants left out, as in the file
  bool weightsRead = false;
  QonnxCost dense;                 ///< sum over layers, as qonnx counts
  std::optional<QonnxCost> sparse; ///< the same without zero weights, where all weights were read
  std::set<std::string> uncounted; ///< operators that qonnx calls unsupported
};

/// Sums over layers. Layers whose shapes are unknown add nothing; sparse figures are there where weights were read.
struct Totals {
  double macs = 0, bops = 0, pruningAwareBops = 0, parameters = 0;
  double weightBits = 0; ///< of constant weights, by the widths of their codes
  std::optional<double> sparseMacs, sparseBops;
  int64_t openLayers = 0; ///< whose shapes are unknown
};
Totals getTotals(const Inspection &inspection);

/// The formula of getPruningAwareBops on numbers (Baskin et al., UNIQ; Hawks et al., quantization-aware pruning).
double countPruningAwareBops(double macs, double inner, double density, double inputBits, double weightBits);

/// Looks at a function of the `onnx` dialect. With `readWeights` all constant weights are read.
Inspection inspectModel(mlir::func::FuncOp function, const ImportReport &report, bool readWeights);

/// The facts, the table of layers and the totals.
std::string formatText(const Inspection &inspection);
/// The facts of a file that can be read no further.
std::string formatFacts(const ImportReport &file);
/// The same for programs; keys are stable.
llvm::json::Object toJson(const Inspection &inspection);
llvm::json::Object toJson(const ImportReport &file);
/// One page that needs nothing else.
std::string formatHtml(const Inspection &inspection, mlir::func::FuncOp function, llvm::StringRef title);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_INSPECTION_H
