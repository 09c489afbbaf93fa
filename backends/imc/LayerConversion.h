//===- LayerConversion.h - qnn operations as layers -------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_IMC_LAYERCONVERSION_H
#define QCOMPILE_BACKENDS_IMC_LAYERCONVERSION_H

#include "dialects/qnn/QnnDialect.h"
#include "runtime/imc/code_generator.h"
#include "llvm/Support/Error.h"

namespace qcompile::imc {

/// The threshold that a matmul is one layer with: its only use, along the last dimension. Or null.
qnn::ThresholdOp getFusedThreshold(qnn::MatMulOp matmul);

/// Whether `threshold` belongs to the layer of the matmul before it.
bool isFused(qnn::ThresholdOp threshold);

/// Operations as layers of the code generator, with addresses left at zero. They fail, with the
/// reason, where an operand is not a constant or a shape is not static.
llvm::Expected<runtime::imc::MatmulLayer> toMatmulLayer(qnn::MatMulOp matmul);
llvm::Expected<runtime::imc::ThresholdLayer> toThresholdLayer(qnn::ThresholdOp threshold);
llvm::Expected<runtime::imc::TransposeLayer> toTransposeLayer(qnn::TransposeOp transpose);

/// Bytes that a tensor takes in the activation buffer; fails where the buffer cannot hold its
/// elements or its shape is not static.
llvm::Expected<int64_t> getActivationBytes(mlir::Type type);

/// An error with the message of a status, or success.
llvm::Error toError(const absl::Status &status);

} // namespace qcompile::imc

#endif // QCOMPILE_BACKENDS_IMC_LAYERCONVERSION_H
