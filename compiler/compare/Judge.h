//===- Judge.h - Why values differ from the exact reading -------*- C++ -*-===//
//
// Runs a model in intervals twice beside the values of another program. First on the exact reading's own codes: a
// difference within the interval of its layer is ambiguous. Then every operation on the other program's values of its
// operands: a difference within that interval follows from an earlier one, any other is where the program departs,
// unless the operation is none whose bound is known.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_COMPARE_JUDGE_H
#define QCOMPILE_COMPILER_COMPARE_JUDGE_H

#include "compiler/compare/IntervalReading.h"
#include "compiler/compare/Statistics.h"
#include "llvm/ADT/MapVector.h"

namespace qcompile::compare {

class Judge {
public:
  /// `function` is at a stage of the `onnx` level.
  static llvm::Expected<Judge> create(mlir::func::FuncOp function);

  /// Judges the differences of `other` in one batch; adds to the verdicts.
  llvm::Error judge(const Trace &other, const InputBatches &inputs, size_t batch);

  /// By name of tensor, in the model's order, where the other side has it.
  const llvm::MapVector<llvm::StringRef, Verdict> &verdicts() const { return counted; }

  /// What `trace` has of a value in one batch, where it is a float tensor.
  std::optional<runtime::Tensor> lookUp(mlir::Value value, const Trace &trace, const InputBatches &inputs,
                                        size_t batch) const;

  /// Whether no input changes the value.
  bool isConstant(mlir::Value value) const { return reading.isConstant(value); }

  /// The operation that computes a tensor or output of that name in a trace, or null.
  mlir::Operation *getProducer(llvm::StringRef name) const;

  /// The nodes that may be at fault where a tensor departs: its own, and those before it whose tensors `other` lacks.
  std::vector<std::string> getSuspects(llvm::StringRef name, const Trace &other) const;

  mlir::func::FuncOp function() const { return reading.function(); }

private:
  explicit Judge(IntervalReading reading);
  /// The names under which a trace may have a result.
  llvm::ArrayRef<std::string> getKeys(mlir::Value value) const;

  /// A tensor of the batch at hand.
  struct Seen {
    runtime::Value exact;
    std::vector<bool> ambiguous;
  };

  IntervalReading reading;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<std::string, 1>> keys;
  llvm::StringMap<mlir::Value> values;
  llvm::MapVector<llvm::StringRef, Verdict> counted;
};

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_JUDGE_H
