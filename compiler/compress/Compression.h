//===- Compression.h - A model, a recipe or a goal, a result ----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_COMPRESSION_H
#define QCOMPILE_COMPILER_COMPRESS_COMPRESSION_H

#include "compiler/compress/Report.h"

namespace qcompile::compress {

struct CompressionTask {
  std::string model;        ///< path of the ONNX file, which the session has loaded
  Recipe recipe;            ///< with a goal: its steps come first, and the search adds to them
  std::string recipeName;   ///< of its file, for messages
  Goal goal;                ///< empty: the recipe's steps only
  std::string outputFolder; ///< where the recipe will lie: paths in it are relative to that
  std::string stateFolder;  ///< where finished trials of a search are kept; empty: nowhere
  bool resume = false;      ///< use what is there
  bool keepState = false;   ///< leave it there at the end

  std::function<void(const std::string &)> onNote;
  std::function<void(size_t done, size_t total, const std::string &what)> onProgress;
};

struct CompressionResult {
  std::string model; ///< the ONNX file
  Recipe recipe;     ///< that makes it
  Report report;
};

/// Nothing after an error, which has been reported to the session: all mistakes of the recipe together, each with its
/// line.
std::optional<CompressionResult> compressModel(Session &session, const CompressionTask &task);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_COMPRESSION_H
