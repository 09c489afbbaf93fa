//===- ParameterPacking.h - Parameter blocks from operations ----*- C++ -*-===//
//
// Operations hold parameters per channel of an axis; kernels want them per column of rows of n
// elements. The elements of a tensor in row-major order repeat the parameters with a *period*, so
// that rows may have any multiple of it as their length; where channels are not the last dimension,
// rows may also lie within one channel.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_BACKENDS_CPU_PARAMETERPACKING_H
#define QCOMPILE_BACKENDS_CPU_PARAMETERPACKING_H

#include "dialects/qnn/QnnDialect.h"
#include "runtime/kernels/packing_network.h"
#include "runtime/kernels/packing_pq.h"

namespace qcompile::cpu {

/// How a buffer holds a tensor of codes: rows of n elements, in row-major order of the tensor, or
/// dense containers (n = 0). Floats are dense without a format.
struct Storage {
  qcrt_format format = {};
  int64_t n = 0;

  bool isDense() const { return n == 0; }
  bool operator==(const Storage &other) const { return n == other.n && runtime::operator==(format, other.format); }
};

/// Rows of n elements where the format pads them, else dense.
Storage getRowStorage(const qcrt_format &format, int64_t n);

runtime::DataType getDataType(mlir::Value value);
llvm::ArrayRef<int64_t> getShape(mlir::Value value);
int64_t getNumElements(mlir::Value value);
/// The last dimension, or 1 of a scalar.
int64_t getRowLength(mlir::Value value);
/// The dense containers that a value has outside of the network.
Storage getContainers(mlir::Value value);

/// How an elementwise kernel sees a tensor: rows of n elements with a channel of every column, or
/// of every row, repeating. One channel is that of all elements.
struct RowPlan {
  int64_t n = 0;
  bool perRow = false;
  std::vector<int64_t> channels;
};

/// Rows for parameters of `channels` channels (or one) along `axis`. `n` fixes the length, a
/// multiple of the period of the parameters, where it is not 0.
RowPlan planRows(llvm::ArrayRef<int64_t> shape, int64_t axis, int64_t channels, int64_t n);
/// The same for kernels without parameters of rows.
RowPlan planColumns(llvm::ArrayRef<int64_t> shape, int64_t axis, int64_t channels, int64_t n);
/// The rows of a convolution's results: one column per output channel.
RowPlan planChannels(int64_t outputs, int64_t channels);

/// Number of elements after which `channels` parameters along `axis` repeat.
int64_t getAxisPeriod(llvm::ArrayRef<int64_t> shape, int64_t axis, int64_t channels);
int64_t getPeriod(qnn::QuantizeOp op);
/// The channels that the parameters of an operation tell apart (1 where they are for all).
int64_t getNumChannels(qnn::DequantizeOp op);
int64_t getNumChannels(qnn::RequantizeOp op);
int64_t getNumChannels(qnn::TableOp op);
int64_t getNumChannels(qnn::ThresholdOp op);

/// A constant operand of an elementwise float operation: its values for every column of rows of
/// `period` elements of the result.
struct FloatColumns {
  int64_t period;
  std::vector<float> values;
};
FloatColumns getFloatColumns(data::ConstantAttr constant, llvm::ArrayRef<int64_t> resultShape);

using Block = absl::StatusOr<runtime::ParameterBlock>;

/// Whether the right factor is a constant matrix, packed when the network is compiled.
bool hasPackedWeights(qnn::MatMulOp op);
Block packMatMul(qnn::MatMulOp op, const runtime::MatmulPlan &plan);
absl::StatusOr<runtime::MatmulPlan> selectMatMul(qnn::MatMulOp op);

runtime::PqPlan selectPq(qnn::PqOp op);
Block packPq(qnn::PqOp op, const runtime::PqPlan &plan);

/// `in` is the layout of an integer operand and ignored for a float one.
Block packThreshold(qnn::ThresholdOp op, const RowPlan &rows, int32_t in, const qcrt_format &out);
Block packRequantize(qnn::RequantizeOp op, const RowPlan &rows, int32_t in, const qcrt_format &out);
Block packTable(qnn::TableOp op, const RowPlan &rows, int32_t in);
Block packQuantize(qnn::QuantizeOp op, int64_t n, const qcrt_format &out);
Block packDequantize(qnn::DequantizeOp op, const RowPlan &rows, int32_t in);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_PARAMETERPACKING_H
