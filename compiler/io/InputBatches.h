//===- InputBatches.h - Samples cut into batches ----------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_INPUTBATCHES_H
#define QCOMPILE_COMPILER_IO_INPUTBATCHES_H

#include <vector>

#include "compiler/io/InputRange.h"
#include "runtime/program/program.h"
#include "llvm/ADT/ArrayRef.h"

namespace qcompile {

/// Samples for every input, cut into batches of exactly the ports' types and shapes. Where the ports have no leading
/// dimension in common the model has no batch: a sample is one tensor of the whole shape for every input.
struct InputBatches {
  std::vector<std::vector<runtime::Tensor>> batches;
  int64_t samples = 0;         ///< real ones; the last batch may be padded with copies of the last sample
  int64_t samplesPerBatch = 1; ///< the ports' common leading dimension, or 1
  bool hasBatch = true;        ///< whether they have one
};

/// Whether all ports have the same leading dimension.
bool haveBatch(llvm::ArrayRef<runtime::Port> ports);

/// The leading dimension that all ports have, at least 1; 1 where they have none in common.
int64_t getBatchSize(llvm::ArrayRef<runtime::Port> ports);

/// The shape of one sample of a port.
runtime::Shape getSampleShape(const runtime::Port &port, int64_t batchSize);

/// The least number of samples from `count` on that fills batches.
int64_t fillBatches(int64_t count, llvm::ArrayRef<runtime::Port> ports);

/// Cuts one tensor [samples, elements] per port, in its type, into batches.
InputBatches assembleBatches(llvm::ArrayRef<runtime::Tensor> tensors, llvm::ArrayRef<runtime::Port> ports);

/// `count` samples drawn from `seed`: floats uniform in [-1, 1), integers uniform over their type, both over the range
/// of their input where it has one, which must not be empty. The generator is splitmix64, so equal on all machines.
InputBatches makeRandomInputs(llvm::ArrayRef<runtime::Port> ports, int64_t count, uint64_t seed,
                              const InputRanges &ranges = {});

/// Joins the outputs of all batches of one port along the leading dimension and drops the padding. What has no such
/// dimension stays as it is where there is one batch, and gets one more dimension for several.
runtime::Tensor joinBatches(llvm::ArrayRef<runtime::Tensor> parts, const InputBatches &inputs);

/// The samples of each input of all batches, joined along the first dimension and without padding, in the form in which
/// `readInputs` reads them back.
std::vector<runtime::Tensor> joinInputs(const InputBatches &inputs);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_INPUTBATCHES_H
