//===- SampleOptions.h - Which samples, and pictures as numbers -*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_SAMPLEOPTIONS_H
#define QCOMPILE_COMPILER_IO_SAMPLEOPTIONS_H

#include <cstdint>
#include <vector>

#include "runtime/core/tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// Which samples of a file are taken, and what the pixels of pictures become.
struct SampleOptions {
  int64_t skip = 0;    ///< so many at the beginning are left out
  int64_t samples = 0; ///< then so many are taken; 0: all
  /// Of pictures: `(pixel - mean) * scale`, one number for all channels, or one per channel.
  std::vector<double> scale = {1}, mean = {0};
};

/// The range [first, last) of `count` samples that the options ask for. `what` names them in the error where there are
/// not as many.
llvm::Expected<std::pair<int64_t, int64_t>> getRange(const SampleOptions &options, int64_t count, llvm::StringRef what);

/// The samples of a tensor, along its first dimension, that the options ask for.
llvm::Expected<runtime::Tensor> takeSamples(const runtime::Tensor &tensor, const SampleOptions &options,
                                            llvm::StringRef what);

/// Reads "0.5", "1/255" or a list of these separated by commas: one, or one per channel.
llvm::Expected<std::vector<double>> parseChannelNumbers(llvm::StringRef text);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_SAMPLEOPTIONS_H
