//===- Labels.h - What a classifier should say ------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_LABELS_H
#define QCOMPILE_COMPILER_IO_LABELS_H

#include "compiler/io/SampleOptions.h"

namespace qcompile {

/// Class numbers, one per sample: integers of an array (.npy, .npz with one array or one named `label` or `labels`,
/// `file.npz:key`), or the classes of a folder of folders of pictures.
llvm::Expected<std::vector<int64_t>> readLabels(llvm::StringRef setting, const SampleOptions &options = {});

/// What a model should give, one row per sample along the first dimension: an array, or the outputs of ONNX test data
/// sets.
llvm::Expected<runtime::Tensor> readTargets(llvm::StringRef setting, const SampleOptions &options = {});

/// Number of samples whose greatest element (the first of equals) has the label's index. NaN is never the greatest.
/// Fails where there are not as many labels as samples (rows of `scores`).
llvm::Expected<int64_t> countHits(const runtime::Tensor &scores, llvm::ArrayRef<int64_t> labels);

/// The index of the greatest element of every row: rows along the first dimension, everything else one row.
std::vector<int64_t> findGreatest(const runtime::Tensor &scores);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_LABELS_H
