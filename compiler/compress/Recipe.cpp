//===- Recipe.cpp - What to do to a model, and on which data --------------===//
#include "compiler/compress/Recipe.h"

#include <cmath>
#include <filesystem>

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::compress {

//===----------------------------------------------------------------------===//
// Paths
//===----------------------------------------------------------------------===//

/// "NAME=" and the rest; a path may hold '=' too.
static std::pair<StringRef, StringRef> splitName(StringRef setting) {
  size_t at = setting.find('=');
  if (at == StringRef::npos || setting.take_front(at).contains('/') || sys::fs::exists(setting))
    return {"", setting};
  return {setting.take_front(at + 1), setting.drop_front(at + 1)};
}

std::string resolveSetting(StringRef setting, StringRef folder) {
  auto [name, path] = splitName(setting);
  if (path.empty() || folder.empty() || sys::path::is_absolute(path))
    return setting.str();
  SmallString<256> joined(folder);
  sys::path::append(joined, path);
  sys::path::remove_dots(joined, /*remove_dot_dot=*/false);
  return (name + joined).str();
}

/// Absolute, with the links of the folder it is in resolved.
static std::filesystem::path makeCanonical(StringRef path) {
  std::error_code code;
  std::filesystem::path absolute = std::filesystem::absolute(path.str(), code);
  std::filesystem::path canonical = std::filesystem::weakly_canonical(absolute, code);
  return code ? absolute.lexically_normal() : canonical;
}

std::string relateSetting(StringRef setting, StringRef folder) {
  auto [name, path] = splitName(setting);
  if (path.empty())
    return setting.str();
  std::filesystem::path relative =
      makeCanonical(path).lexically_relative(makeCanonical(folder.empty() ? StringRef(".") : folder));
  return name.str() + (relative.empty() ? path.str() : relative.generic_string());
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
class Reader {
public:
  Reader(StringRef folder, const ReportProblem &report) : folder(folder), report(report) {}

  void readRoot(const YamlNode &root, Recipe &recipe) {
    if (!isMap(root, "the recipe"))
      return;
    checkKeys(root, "the recipe", {"calibration", "evaluation", "steps", "search"});
    if (const YamlNode *node = root.find("calibration"))
      readData(*node, "calibration", recipe.calibration);
    if (const YamlNode *node = root.find("evaluation"))
      readData(*node, "evaluation", recipe.evaluation);
    if (const YamlNode *node = root.find("steps"))
      readSteps(*node, "steps", recipe.steps);
    if (const YamlNode *node = root.find("search"))
      readSearch(*node, recipe);
  }

  bool ok = true;

private:
  void fail(unsigned line, const Twine &message) {
    report(line, message.str());
    ok = false;
  }
  bool isMap(const YamlNode &node, const Twine &what) {
    if (node.kind != YamlNode::Kind::Map)
      fail(node.line, what + ": expected a map");
    return node.kind == YamlNode::Kind::Map;
  }

  void checkKeys(const YamlNode &node, StringRef what, ArrayRef<StringRef> known) {
    for (const YamlField &field : node.fields)
      if (!is_contained(known, field.name)) {
        StringRef name = field.name;
        const StringRef *nearest = std::min_element(known.begin(), known.end(), [&](StringRef a, StringRef b) {
          return a.edit_distance(name) < b.edit_distance(name);
        });
        bool near = nearest->edit_distance(name) <= 2;
        fail(field.line, what + ": unknown key '" + name + "', " +
                             (near ? "did you mean '" + *nearest + "'" : "expected one of " + join(known, ", ")));
      }
  }

  std::string readText(const YamlNode &node, StringRef what) {
    if (node.kind != YamlNode::Kind::Scalar || node.text.empty())
      fail(node.line, what + ": expected a word");
    return node.text;
  }
  /// One word, or a list of words.
  std::vector<std::string> readWords(const YamlNode &node, StringRef what) {
    if (node.kind != YamlNode::Kind::List)
      return {readText(node, what)};
    std::vector<std::string> out;
    for (const YamlNode &item : node.items)
      out.push_back(readText(item, what));
    if (out.empty())
      fail(node.line, what + ": expected at least one word");
    return out;
  }
  void readCount(const YamlNode *node, StringRef what, int64_t &out) {
    if (node && (StringRef(node->text).getAsInteger(10, out) || out < 0))
      fail(node->line, what + ": expected a number of samples, found '" + node->text + "'");
  }
  void readChannels(const YamlNode *node, StringRef what, std::vector<double> &out) {
    if (!node)
      return;
    Expected<std::vector<double>> numbers = parseChannelNumbers(join(readWords(*node, what), ","));
    if (numbers)
      out = std::move(*numbers);
    else
      fail(node->line, what + ": " + toString(numbers.takeError()));
  }

  void readData(const YamlNode &node, StringRef what, DataSource &data) {
    if (!isMap(node, what))
      return;
    bool judged = what == "evaluation";
    if (judged)
      checkKeys(node, what, {"input", "skip", "samples", "scale", "mean", "labels", "targets", "metric", "peak"});
    else
      checkKeys(node, what, {"input", "skip", "samples", "scale", "mean"});
    if (const YamlNode *input = node.find("input"))
      for (const std::string &setting : readWords(*input, "input"))
        data.inputs.push_back(resolveSetting(setting, folder));
    else
      fail(node.line, what + ": expected the key 'input'");
    readCount(node.find("skip"), "skip", data.sampling.skip);
    readCount(node.find("samples"), "samples", data.sampling.samples);
    readChannels(node.find("scale"), "scale", data.sampling.scale);
    readChannels(node.find("mean"), "mean", data.sampling.mean);
    if (judged)
      readJudgement(node, data);
  }

  void readJudgement(const YamlNode &node, DataSource &data) {
    if (const YamlNode *labels = node.find("labels"))
      data.labels = resolveSetting(readText(*labels, "labels"), folder);
    if (const YamlNode *targets = node.find("targets"))
      data.targets = resolveSetting(readText(*targets, "targets"), folder);
    if (const YamlNode *metric = node.find("metric")) {
      data.metric = parseMetric(metric->text);
      if (!data.metric)
        fail(metric->line, "metric: expected top1, agreement, mse or psnr, found '" + metric->text + "'");
    }
    if (const YamlNode *peak = node.find("peak"))
      if (StringRef(peak->text).getAsDouble(data.peak) || !(data.peak > 0) || !std::isfinite(data.peak))
        fail(peak->line, "peak: expected a number above 0, found '" + peak->text + "'");
  }

  void readSteps(const YamlNode &node, StringRef what, std::vector<Step> &steps) {
    if (node.kind != YamlNode::Kind::List)
      return fail(node.line, what + ": expected a list of steps");
    for (const YamlNode &item : node.items) {
      Step step;
      step.line = item.line;
      if (!isMap(item, "a step"))
        continue;
      checkKeys(item, "a step", {"pass", "layers", "options"});
      if (const YamlNode *pass = item.find("pass"))
        step.pass = readText(*pass, "pass");
      else
        fail(item.line, "a step: expected the key 'pass'");
      if (const YamlNode *layers = item.find("layers"))
        step.layers = readWords(*layers, "layers");
      if (const YamlNode *options = item.find("options"); options && isMap(*options, "options"))
        for (const YamlField &option : options->fields)
          step.options.emplace_back(option.name, join(readWords(option.value, option.name), ","));
      steps.push_back(std::move(step));
    }
  }

  void readSearch(const YamlNode &node, Recipe &recipe) {
    recipe.hasSearch = true;
    if (!isMap(node, "search"))
      return;
    checkKeys(node, "search", {"layers", "techniques"});
    if (const YamlNode *layers = node.find("layers"))
      recipe.searchLayers = readWords(*layers, "layers");
    const YamlNode *techniques = node.find("techniques");
    if (!techniques || !isMap(*techniques, "techniques"))
      return;
    for (const auto &[name, steps, line] : techniques->fields) {
      Technique technique;
      technique.name = name;
      readSteps(steps, "technique '" + name + "'", technique.steps);
      for (const Step &step : technique.steps)
        if (!step.layers.empty())
          fail(step.line, "technique '" + name + "': expected no layers, a search chooses them");
      recipe.techniques.push_back(std::move(technique));
    }
  }

  StringRef folder;
  const ReportProblem &report;
};
} // namespace

std::optional<Recipe> parseRecipe(StringRef text, StringRef folder, const ReportProblem &report) {
  std::optional<YamlNode> root = parseYaml(text, report);
  if (!root)
    return std::nullopt;
  Recipe recipe;
  Reader reader(folder, report);
  reader.readRoot(*root, recipe);
  return reader.ok ? std::optional(std::move(recipe)) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static std::string formatNumber(double value) {
  std::string out;
  raw_string_ostream(out) << format("%.17g", value);
  return out;
}

/// `key: value` or `key: [value, value]`.
static void printWords(raw_ostream &os, StringRef indent, StringRef key, ArrayRef<std::string> words) {
  os << indent << key << ": ";
  if (words.size() == 1) {
    os << quoteYaml(words[0]) << "\n";
    return;
  }
  os << "[";
  interleaveComma(words, os, [&](const std::string &word) { os << quoteYaml(word); });
  os << "]\n";
}

static void printData(raw_ostream &os, StringRef key, const DataSource &data, StringRef folder) {
  if (data.inputs.empty())
    return;
  os << key << ":\n";
  std::vector<std::string> inputs;
  for (const std::string &input : data.inputs)
    inputs.push_back(relateSetting(input, folder));
  printWords(os, "  ", "input", inputs);
  if (data.sampling.skip)
    os << "  skip: " << data.sampling.skip << "\n";
  if (data.sampling.samples)
    os << "  samples: " << data.sampling.samples << "\n";
  for (auto [name, numbers] : {std::pair("scale", &data.sampling.scale), {"mean", &data.sampling.mean}})
    if (*numbers != (StringRef(name) == "scale" ? SampleOptions().scale : SampleOptions().mean)) {
      std::vector<std::string> words;
      for (double number : *numbers)
        words.push_back(formatNumber(number));
      printWords(os, "  ", name, words);
    }
  if (!data.labels.empty())
    printWords(os, "  ", "labels", relateSetting(data.labels, folder));
  if (!data.targets.empty())
    printWords(os, "  ", "targets", relateSetting(data.targets, folder));
  if (data.metric)
    os << "  metric: " << getMetricName(*data.metric) << "\n";
  if (data.peak)
    os << "  peak: " << formatNumber(data.peak) << "\n";
}

std::string formatRecipe(const Recipe &recipe, StringRef folder) {
  std::string out;
  raw_string_ostream os(out);
  printData(os, "calibration", recipe.calibration, folder);
  printData(os, "evaluation", recipe.evaluation, folder);
  os << (recipe.steps.empty() ? "steps: []\n" : "steps:\n");
  for (const Step &step : recipe.steps) {
    os << "  - pass: " << quoteYaml(step.pass) << "\n";
    if (!step.layers.empty())
      printWords(os, "    ", "layers", step.layers);
    if (step.options.empty())
      continue;
    os << "    options: {";
    interleaveComma(step.options, os,
                    [&](const auto &option) { os << quoteYaml(option.first) << ": " << quoteYaml(option.second); });
    os << "}\n";
  }
  return out;
}

std::string describeStep(const Step &step) {
  std::string out = step.pass;
  if (!step.layers.empty())
    out += " layers=" + join(step.layers, ",");
  for (const auto &[key, value] : step.options)
    out += " " + key + "=" + value;
  return out;
}

} // namespace qcompile::compress
