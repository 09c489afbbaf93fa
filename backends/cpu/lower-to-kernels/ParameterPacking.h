//===- ParameterPacking.h - Parameter blocks from operations ----*- C++ -*-===//
//
// Operations hold parameters per channel of an axis; kernels want them per column of rows of n elements.
// The elements of a tensor in row-major order repeat the parameters with a *period*, so that rows may
// have any multiple of it as their length.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_CPU_PARAMETERPACKING_H
#define QCOMPILE_BACKENDS_CPU_PARAMETERPACKING_H

#include "dialects/qnn/QnnDialect.h"
#include "runtime/kernels/packing.h"

namespace qcompile::cpu {

/// How a buffer holds a tensor of codes: rows of n elements, in row-major order of the tensor.
struct Storage {
  qcrt_format format = {};
  int64_t n = 0;

  bool operator==(const Storage &other) const {
    return n == other.n && runtime::operator==(format, other.format);
  }
};

/// The format's layout is a 32- or 64-bit integer.
bool isInteger(const qcrt_format &format);

runtime::DataType getDataType(mlir::Value value);
llvm::ArrayRef<int64_t> getShape(mlir::Value value);
int64_t getNumElements(mlir::Value value);
/// The last dimension, or 1 of a scalar.
int64_t getRowLength(mlir::Value value);

int64_t getPeriod(qnn::ThresholdOp op);
int64_t getPeriod(qnn::QuantizeOp op);
int64_t getPeriod(qnn::DequantizeOp op);

/// A constant operand of an elementwise float operation: its values for every column of rows of `period`
/// elements of the result.
struct FloatColumns {
  int64_t period;
  std::vector<float> values;
};
FloatColumns getFloatColumns(data::ConstantAttr constant, llvm::ArrayRef<int64_t> resultShape);

using Block = absl::StatusOr<runtime::ParameterBlock>;

Block packMatMul(qnn::MatMulOp op, const runtime::MatmulPlan &plan);
absl::StatusOr<runtime::MatmulPlan> selectMatMul(qnn::MatMulOp op);
/// `in` is the storage of an integer operand and ignored for a float one.
Block packThreshold(qnn::ThresholdOp op, const Storage &in, const Storage &out);
Block packQuantize(qnn::QuantizeOp op, const Storage &out);
Block packDequantize(qnn::DequantizeOp op, const Storage &in);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_PARAMETERPACKING_H
