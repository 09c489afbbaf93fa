//===- Data.h - Samples of a recipe, read -----------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_DATA_H
#define QCOMPILE_COMPILER_COMPRESS_DATA_H

#include "compiler/compress/Recipe.h"
#include "compiler/io/InputBatches.h"

namespace qcompile::compress {

/// Samples, and what is right for them where the recipe says so.
struct LoadedData {
  InputBatches inputs;
  std::vector<int64_t> labels;
  std::optional<runtime::Tensor> targets;
  std::string digest; ///< SHA-256 of all of these
};

/// Reads the files of `source`. Errors of the file system carry its code.
llvm::Expected<LoadedData> loadData(const DataSource &source, llvm::ArrayRef<runtime::Port> ports,
                                    const std::function<void(const std::string &)> &note);

/// The first `count` samples, or all where there are fewer.
InputBatches takeFirst(const InputBatches &inputs, llvm::ArrayRef<runtime::Port> ports, int64_t count);

/// Writes one array per input into `folder` and returns the settings by which passes read them: pictures and test data
/// sets become arrays that way, and only the samples that are asked for are read.
llvm::Expected<std::vector<std::string>> writeArrays(const InputBatches &inputs, llvm::ArrayRef<runtime::Port> ports,
                                                     llvm::StringRef folder);

/// The metric that a source asks for, or the one that its data suggests: top1 where there are labels, mse where there
/// are targets, else agreement.
MetricKind chooseMetric(const DataSource &source);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_DATA_H
