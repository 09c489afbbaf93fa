//===- CompressOptions.cpp - Options of compress alone --------------------===//
#include "compiler/tools/qcompile/CompressOptions.h"

#include <cmath>

using namespace llvm;
using namespace qcompile::compress;

namespace qcompile::tool {

struct CompressCommandLine::Declarations {
  cl::OptionCategory &category;
  cl::SubCommand &command;

  // Numbers are read as text: LLVM's parser reports a bad one past our error stream.
  template <typename Option> struct Declared : Option {
    Declared(Declarations &all, StringRef name, StringRef value, StringRef help)
        : Option(name, cl::desc(help), cl::value_desc(value), cl::cat(all.category), cl::sub(all.command)) {}
  };
  struct Flag : cl::opt<bool> {
    Flag(Declarations &all, StringRef name, StringRef help)
        : cl::opt<bool>(name, cl::desc(help), cl::cat(all.category), cl::sub(all.command)) {}
  };
  using Text = Declared<cl::opt<std::string>>;

  Text recipe{*this, "recipe", "file.yaml", "what to do, and on which data"};
  Declared<cl::list<std::string>> calibration{*this, "calibration", "[name=]file",
                                              "samples that techniques are fitted to, as --input"};
  Text calibrationSamples{*this, "calibration-samples", "n", "of these, the first n"};
  Text targets{*this, "targets", "file", "what mse and psnr compare with (default: the source model's outputs)"};
  Text metric{*this, "metric", "name",
              "top1, agreement (with the source model), mse or psnr of the first output on --input"};
  Text drop{*this, "max-accuracy-drop", "points", "search: the metric may get so much worse"};
  Text size{*this, "max-size", "bytes|%", "search: weights take at most so much"};
  Text bops{*this, "max-bops", "n|%", "search: at most so many bit operations"};
  Text macs{*this, "max-macs", "n|%", "search: at most so many multiplications"};
  Text minimise{*this, "minimise", "quantity", "search: drop, size, bops or macs, within the limits"};
  Text state{*this, "state", "folder", "where finished trials are kept (default: PATH.state, until the end)"};
  Flag resume{*this, "resume", "continue an interrupted search"};
};

CompressCommandLine::CompressCommandLine(cl::OptionCategory &category, cl::SubCommand &command)
    : options(new Declarations{category, command}) {}
CompressCommandLine::~CompressCommandLine() = default;

static std::string readLimit(const cl::opt<std::string> &option, Quantity quantity, std::optional<Limit> &out) {
  if (option.empty())
    return "";
  Expected<Limit> limit = parseLimit(quantity, option);
  if (!limit)
    return "--" + option.ArgStr.str() + ": " + toString(limit.takeError());
  out = *limit;
  return "";
}

std::string CompressCommandLine::read(CompressOptions &out) const {
  out.recipe = options->recipe;
  out.calibration = {options->calibration.begin(), options->calibration.end()};
  out.targets = options->targets;
  out.state = options->state;
  out.resume = options->resume;
  const std::string &samples = options->calibrationSamples;
  if (!samples.empty() && (StringRef(samples).getAsInteger(10, out.calibrationSamples) || out.calibrationSamples < 0))
    return "--calibration-samples: expected a number of samples, found '" + samples + "'";
  if (!options->metric.empty()) {
    out.metric = parseMetric(options->metric);
    if (!out.metric)
      return "--metric: expected top1, agreement, mse or psnr, found '" + options->metric + "'";
  }
  if (!options->drop.empty()) {
    double drop;
    if (StringRef(options->drop).getAsDouble(drop) || !std::isfinite(drop))
      return "--max-accuracy-drop: expected a number of points, found '" + options->drop + "'";
    out.goal.maxDrop = drop;
  }
  for (auto [option, quantity] :
       {std::pair(&options->size, Quantity::Size), {&options->bops, Quantity::Bops}, {&options->macs, Quantity::Macs}})
    if (std::string mistake = readLimit(*option, quantity, out.goal.maxCosts[size_t(quantity) - 1]); !mistake.empty())
      return mistake;
  if (!options->minimise.empty()) {
    out.goal.minimise = parseQuantity(options->minimise);
    if (!out.goal.minimise)
      return "--minimise: expected drop, size, bops or macs, found '" + options->minimise + "'";
    if (out.goal.isEmpty())
      return "--minimise needs a limit: --max-accuracy-drop, --max-size, --max-bops or --max-macs";
  }
  if (out.recipe.empty() && out.goal.isEmpty())
    return "expected --recipe FILE, or a goal such as --max-accuracy-drop=0.5";
  return "";
}

} // namespace qcompile::tool
