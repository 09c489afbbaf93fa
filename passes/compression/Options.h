//===- Options.h - Options that all compression passes share ----*- C++ -*-===//
//
// A pass's declaration takes them from CompressionOptions.td, and its implementation copies them with readOptions.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_COMPRESSION_OPTIONS_H
#define QCOMPILE_PASSES_COMPRESSION_OPTIONS_H

#include "passes/compression/Method.h"

namespace qcompile::compression {

struct Options {
  std::vector<std::string> layers;      ///< glob patterns of node names; none: all
  std::vector<std::string> kinds;       ///< "linear", "conv", "depthwise"; none: all
  int64_t minSize = 0;                  ///< weights that a layer must have
  bool keepFirst = true;                ///< the first layer of the model is left alone
  bool keepLast = true;                 ///< the last one too
  std::vector<std::string> calibration; ///< settings as of `qcompile run --input`
  int64_t samples = 0;                  ///< of these, so many; 0: all
  std::string correction;               ///< "none", "bias", "second-order", or empty: the most that data permits
};

/// Copies the options that CompressionOptions.td declares from a pass.
template <typename Pass> Options readOptions(const Pass &pass) {
  Options out;
  out.layers.assign(pass.layers.begin(), pass.layers.end());
  out.kinds.assign(pass.kinds.begin(), pass.kinds.end());
  out.minSize = pass.minSize;
  out.keepFirst = pass.keepFirst;
  out.keepLast = pass.keepLast;
  out.calibration.assign(pass.calibration.begin(), pass.calibration.end());
  out.samples = pass.samples;
  out.correction = pass.correction;
  return out;
}

/// The layers of `function` that the options select, in order. Patterns that match nothing, unknown kinds and, as
/// remarks, the first and last layer where they are kept, are reported at `function`; fails where a pattern or kind is
/// wrong.
mlir::FailureOr<std::vector<Layer>> selectLayers(mlir::func::FuncOp function, const Options &options);

/// What `options.correction` stands for, given whether there is data. Reports an unknown word, or one that asks for
/// data where there is none.
mlir::FailureOr<Correction> readCorrection(mlir::func::FuncOp function, const Options &options);

} // namespace qcompile::compression

#endif // QCOMPILE_PASSES_COMPRESSION_OPTIONS_H
