//===- IntegerSums.h - The sums that a layer will have ----------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_FITACCUMULATORS_INTEGERSUMS_H
#define QCOMPILE_PASSES_FITACCUMULATORS_INTEGERSUMS_H

#include "dialects/qnn/ValueBounds.h"
#include "mlir/IR/Diagnostics.h"
#include "passes/compression/Layer.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Threading.h"

namespace qcompile::fit {

/// The accumulator of a layer in the integer form.
struct IntegerSums {
  qnn::Bounds input;                ///< the codes that may come in, padding included, zero point not subtracted
  std::vector<qnn::Bounds> outputs; ///< per output, every partial sum in any order; a bias is not part of it
  std::string reason;               ///< why there is none; empty where there is one

  qnn::Bounds all() const { return qnn::unite(outputs); }
  /// Bits of the narrowest type that holds all outputs.
  int bits() const { return all().narrowestType().bits; }
};

/// Brings a copy of `function` to the integer form (convert-onnx-to-qnn) and reads the sums of `layers` there, by
/// operation.
llvm::DenseMap<mlir::Operation *, IntegerSums> findIntegerSums(mlir::func::FuncOp function,
                                                               llvm::ArrayRef<compression::Layer> layers);

/// The integer weights of a layer on its grid, zero points subtracted: [outputs, K]. Its values lie on the grid.
std::vector<std::vector<int64_t>> getCodes(const compression::WeightGrid &grid, const compression::Matrix &values);

/// Swallows what this thread says while it lives: other functions are worked on by other threads, whose words must get
/// through.
class Silence {
public:
  explicit Silence(mlir::MLIRContext *context)
      : handler(context, [thread = llvm::get_threadid()](mlir::Diagnostic &) {
          return mlir::success(llvm::get_threadid() == thread);
        }) {}

private:
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace qcompile::fit

#endif // QCOMPILE_PASSES_FITACCUMULATORS_INTEGERSUMS_H
