//===- Recipe.h - What to do to a model, and on which data ------*- C++ -*-===//
//
// A YAML file (docs/Compress.md). Paths in it are relative to the file.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_COMPRESS_RECIPE_H
#define QCOMPILE_COMPILER_COMPRESS_RECIPE_H

#include "compiler/compress/Metric.h"
#include "compiler/compress/YamlTree.h"
#include "compiler/io/SampleOptions.h"

namespace qcompile::compress {

/// Samples of the model's inputs, and what is right for them.
struct DataSource {
  std::vector<std::string> inputs; ///< settings as of readInputs; empty: no data
  SampleOptions sampling;          ///< of inputs, labels and targets
  std::string labels;              ///< for top1
  std::string targets;             ///< for mse and psnr; empty: the outputs of the source model
  std::optional<MetricKind> metric;
  double peak = 0; ///< for psnr; 0: the largest magnitude of the targets
};

/// One pass, by its flag.
struct Step {
  std::string pass;
  std::vector<std::string> layers;                          ///< patterns; empty: the pass's default
  std::vector<std::pair<std::string, std::string>> options; ///< in the order of the file
  unsigned line = 0;

  bool operator==(const Step &other) const {
    return pass == other.pass && layers == other.layers && options == other.options;
  }
};

/// What a search may do to a layer: steps without layers of their own.
struct Technique {
  std::string name; ///< "W4", "2:4 W4"
  std::vector<Step> steps;
};

struct Recipe {
  DataSource calibration, evaluation;
  std::vector<Step> steps;
  std::vector<Technique> techniques;     ///< for a search; empty: the built-in ones
  std::vector<std::string> searchLayers; ///< patterns of layers that a search may compress; empty: all
  bool hasSearch = false;
};

/// The recipe of a file's text, with paths relative to `folder` made paths from here. Nothing where there is a problem:
/// all have been reported.
std::optional<Recipe> parseRecipe(llvm::StringRef text, llvm::StringRef folder, const ReportProblem &report);

/// The text of a recipe that lies in `folder`: the same for the same recipe, wherever it is made.
std::string formatRecipe(const Recipe &recipe, llvm::StringRef folder);

/// A step in one line, "onnx-prune-weights layers=conv2 pattern=2:4".
std::string describeStep(const Step &step);

/// `[NAME=]FILE[:key]` with the path in it put below `folder`, or made relative to it.
std::string resolveSetting(llvm::StringRef setting, llvm::StringRef folder);
std::string relateSetting(llvm::StringRef setting, llvm::StringRef folder);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_RECIPE_H
