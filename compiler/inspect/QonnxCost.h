//===- QonnxCost.h - Inference cost as qonnx defines it ---------*- C++ -*-===//
//
// The figures of qonnx.util.inference_cost (version 1.0.0) on the preprocessed model, key by key: op_mac_IN_W products,
// mem_w_W weights, mem_o_OUT outputs, and totals of them. Biases, thresholds, norms and pools are not counted.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_INSPECT_QONNXCOST_H
#define QCOMPILE_COMPILER_INSPECT_QONNXCOST_H

#include <map>
#include <optional>
#include <set>
#include <string>

#include "compiler/inspect/LinearOperation.h"
#include "compiler/inspect/QonnxType.h"

namespace qcompile::inspect {

/// Amounts by key. Sums of nodes are sums of amounts.
struct QonnxCost {
  std::map<std::string, double> amounts;

  void add(const QonnxCost &other);
  /// The four totals of memory, bit operations and products, from the amounts.
  std::map<std::string, double> getTotals() const;
  /// total_bops of the totals.
  double getBops() const { return getTotals()["total_bops"]; }
};

/// The cost of a node, with all weights counted or, where `density` is less than 1, that fraction of them; nothing for
/// nodes that qonnx does not count. `upsamples`: the file is of an opset that had Upsample in the place of Resize.
std::optional<QonnxCost> getQonnxCost(mlir::Operation *op, const QonnxTypes &types,
                                      const llvm::DenseSet<mlir::Value> &constants, double density, bool upsamples);

/// Whether qonnx says of the operator that it costs nothing, rather than that it is unsupported.
bool isFreeForQonnx(llvm::StringRef operation);

/// The operator's name in an ONNX file: "Conv" for "channels_last.Conv".
llvm::StringRef getOperatorName(mlir::Operation *op);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_QONNXCOST_H
