//===- Trace.h - The tensors of a run ---------------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_TRACE_H
#define QCOMPILE_COMPILER_COMPARE_TRACE_H

#include "compiler/io/InputBatches.h"
#include "compiler/session/ReferenceExecutable.h"
#include "llvm/ADT/StringMap.h"

namespace qcompile::compare {

/// One tensor over all samples, along its first dimension; a constant once.
struct TracedTensor {
  /// Scale and zero point of the codes, as in runtime::QuantizedView.
  struct Grid {
    runtime::Tensor scale, zeroPoint;
  };

  runtime::Tensor value;
  std::optional<runtime::Tensor> codes; ///< int64, where the tensor has an integer representation
  std::optional<Grid> grid;             ///< where `value` is floats made of `codes`
  bool isConstant = false;              ///< equal for all inputs
};

/// What a run of a model, or a recording of one, has to compare.
struct Trace {
  std::vector<std::string> order; ///< names, in the model's order
  llvm::StringMap<TracedTensor> tensors;

  const TracedTensor *find(llvm::StringRef name) const;
  void add(llvm::StringRef name, TracedTensor tensor);
};

/// The name in a trace of an output of the model. Outputs that the model computes and those that it delivers are two
/// things: only the latter exist where a backend runs.
std::string getOutputKey(llvm::StringRef output);

/// Runs the model. Where `reference` is true it is a ReferenceExecutable, whose intermediate tensors are kept too.
llvm::Expected<Trace> runTraced(Executable &executable, bool reference, const InputBatches &inputs);

/// The part of a joined tensor that belongs to one batch, in the shape of `like`, missing samples being copies of the
/// last one; nothing where the sizes do not fit.
std::optional<runtime::Tensor> takeBatch(const runtime::Tensor &joined, const runtime::Tensor &like,
                                         const InputBatches &inputs, size_t batch);

/// The codes of floats that lie on the grid, up to the rounding of other programs; nothing where one does not.
std::optional<runtime::Tensor> readCodes(const runtime::Tensor &values, const TracedTensor::Grid &grid);

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_TRACE_H
