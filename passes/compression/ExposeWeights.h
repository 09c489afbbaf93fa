//===- ExposeWeights.h - Integer weights as floats and a quantizer *- C++ -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_EXPOSEWEIGHTS_H
#define QCOMPILE_PASSES_COMPRESSION_EXPOSEWEIGHTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcompile::compression {

/// Writes weights of MatMul, Gemm and Conv that are integers behind a DequantizeLinear as the floats they stand for,
/// behind a Quant that gives them again: the form in which layers take new weights. Exact.
void exposeWeights(mlir::func::FuncOp function);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_EXPOSEWEIGHTS_H
