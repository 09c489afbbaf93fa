//===- InputData.h - Files as input of a model ------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_INPUTDATA_H
#define QCOMPILE_COMPILER_IO_INPUTDATA_H

#include <functional>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include "runtime/program/program.h"

namespace qcompile {

/// Samples for every input, cut into batches of exactly the ports' types and shapes.
struct InputBatches {
  std::vector<std::vector<runtime::Tensor>> batches;
  int64_t samples = 0;        ///< real ones; the last batch may be padded with copies of the last sample
  int64_t samplesPerBatch = 1; ///< the ports' leading dimension
};

/// Reads `[NAME=]FILE` settings: npy arrays (.npy), ONNX tensors (.pb), else raw little-endian elements of the
/// port's type. A leading dimension larger than the port's is split into batches; equal numbers of elements per
/// sample are reshaped and other types converted, both told to `note`.
llvm::Expected<InputBatches> readInputs(llvm::ArrayRef<std::string> settings,
                                        llvm::ArrayRef<runtime::Port> ports,
                                        const std::function<void(const std::string &)> &note);

/// `count` samples drawn from `seed`: floats uniform in [-1, 1), integers uniform over their type. The generator is
/// splitmix64, so equal on all machines.
InputBatches makeRandomInputs(llvm::ArrayRef<runtime::Port> ports, int64_t count, uint64_t seed);

/// Joins the outputs of all batches of one port along the leading dimension and drops the padding.
runtime::Tensor joinBatches(llvm::ArrayRef<runtime::Tensor> parts, const InputBatches &inputs);

/// Reads an array from a file (npy).
llvm::Expected<runtime::Tensor> readNpyFile(llvm::StringRef path);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_INPUTDATA_H
