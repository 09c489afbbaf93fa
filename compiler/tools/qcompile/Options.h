//===- Options.h - The command line of qcompile -----------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_OPTIONS_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_OPTIONS_H

#include <optional>
#include <string>
#include <vector>

#include "compiler/compress/Goal.h"
#include "compiler/compress/Metric.h"
#include "compiler/convert/Conversion.h"
#include "compiler/io/SampleOptions.h"
#include "compiler/session/Session.h"

namespace qcompile::tool {

enum class Command { Compile, Run, Inspect, Check, Compare, Compress, Convert, ListBackends, Explain };

/// Options of `compress` alone.
struct CompressOptions {
  std::string recipe; ///< its file
  std::vector<std::string> calibration;
  int64_t calibrationSamples = 0;
  std::string targets;
  std::optional<compress::MetricKind> metric;
  compress::Goal goal;
  std::string state;
  bool resume = false;
};

/// Options of `compare` alone.
struct CompareOptions {
  std::string other;    ///< a second model
  std::string recorded; ///< what another program computed
  std::string against;  ///< a stage or backend
  std::string reduce;   ///< a file for the smallest part that differs
  bool modelOrder = false, allowAmbiguous = false;
};

/// Options of `convert` alone.
struct ConvertOptions {
  convert::ConversionOptions conversion;
  bool verify = false;
};

/// The command line, parsed and checked.
struct Options {
  Command command = Command::Compile;
  std::string model; ///< the positional argument: a model, an artifact, a stage, or a code
  std::string output;
  SessionOptions session;
  std::vector<std::string> plugins;
  std::optional<Stage> compileTo, compileFrom, stage;
  std::vector<std::string> inputs;
  SampleOptions sampling; ///< of inputs and labels
  int64_t random = 0;
  uint64_t seed = 0;
  CompareOptions compare;
  CompressOptions compress;
  ConvertOptions convert;
  std::string labels, outputDirectory, dumpIntermediates;
  std::vector<std::string> backends; ///< of `check`: those named; empty: all
  std::string html;                  ///< where `inspect` writes its page
  bool backendGiven = false;         ///< --backend is on the command line
  bool accumulators = false, integer = false, weights = false, fromArtifact = false, json = false,
       jsonDiagnostics = false;
  bool quiet = false, verbose = false;
};

/// Parses the command line. Where this ends the run (help, version, a mistake), the result is its exit code.
std::variant<Options, int> parseCommandLine(int argc, const char *const *argv);

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_OPTIONS_H
