//===- PassCatalog.cpp - Steps as pipelines of passes ---------------------===//
#include "compiler/compress/PassCatalog.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::compress {

/// What is proposed for a misspelled pass.
static constexpr StringLiteral kFlags[] = {
    "onnx-decompose-weights", "onnx-equalize-layers", "onnx-fit-accumulators",
    "onnx-fold-constants",    "onnx-make-circulant",  "onnx-product-quantize",
    "onnx-prune-weights",     "onnx-quantize-model",  "onnx-remove-dead-channels",
};

/// Options of compression passes whose defaults are empty lists: printing a pass leaves those out.
static constexpr StringLiteral kListOptions[] = {"layers", "kinds", "calibration", "layer-bits"};

/// Compression passes that refuse calibration samples.
static constexpr StringLiteral kWithoutSamples[] = {"onnx-equalize-layers"};

bool isPass(StringRef flag) { return mlir::PassInfo::lookup(flag); }

/// Parses "flag{options}" for functions; an empty string where that works, else the first line of the reason.
static std::string tryParse(const Twine &pipeline, mlir::OpPassManager &pm) {
  std::string text;
  raw_string_ostream errors(text);
  if (succeeded(mlir::parsePassPipeline(pipeline.str(), pm, errors)))
    return "";
  StringRef line = StringRef(text).trim().split('\n').first;
  // "MLIR Textual PassPipeline Parser:1:1: error: …", "<Pass-Options-Parser>: …"
  size_t at = line.find("error: ");
  line = at == StringRef::npos ? line : line.drop_front(at + 7);
  line.consume_front("<Pass-Options-Parser>: ");
  return line.empty() ? "it cannot be built" : line.str();
}

bool hasOption(StringRef flag, StringRef option, StringRef value) {
  mlir::OpPassManager pm(mlir::func::FuncOp::getOperationName());
  return tryParse(flag + "{" + option + "=" + value + "}", pm).empty();
}

/// Options of a pass and their defaults.
static std::vector<std::pair<std::string, std::string>> listOptions(StringRef flag) {
  mlir::OpPassManager pm(mlir::func::FuncOp::getOperationName());
  std::vector<std::pair<std::string, std::string>> out;
  if (!tryParse(flag, pm).empty())
    return out;
  std::string text;
  raw_string_ostream os(text);
  for (mlir::Pass &pass : pm.getPasses())
    pass.printAsTextualPipeline(os, /*pretty=*/false);
  StringRef options = StringRef(text).split('{').second;
  options.consume_back("}");
  SmallVector<StringRef> parts;
  options.split(parts, ' ', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts)
    out.emplace_back(part.split('='));
  for (StringRef name : kListOptions)
    if (none_of(out, [&](const auto &option) { return option.first == name; }) && hasOption(flag, name, "x"))
      out.emplace_back(name, "");
  return out;
}

template <typename Range> static std::string findNearest(StringRef name, const Range &candidates) {
  std::string nearest;
  unsigned least = std::max<unsigned>(3, name.size() / 3) + 1;
  for (StringRef candidate : candidates)
    if (unsigned distance = name.edit_distance(candidate); distance < least) {
      least = distance;
      nearest = candidate.str();
    }
  return nearest;
}

static std::string escapePattern(StringRef pattern) {
  std::string out = pattern.str();
  for (char &c : out)
    if (StringRef(" ,{}()<>'\"=").contains(c))
      c = '?';
  return out;
}

/// A value with spaces stands in quotes.
static std::string quoteValue(StringRef value) {
  return value.contains(' ') || value.empty() ? ("'" + value + "'").str() : value.str();
}

static std::string formatOptions(const Step &step, ArrayRef<std::string> calibration) {
  std::vector<std::string> out;
  auto isGiven = [&](StringRef name) {
    return any_of(step.options, [&](const auto &option) { return option.first == name; });
  };
  if (!step.layers.empty())
    out.push_back("layers=" + join(map_range(step.layers, escapePattern), ","));
  for (const auto &[key, value] : step.options)
    out.push_back(key + "=" + quoteValue(value));
  if (!calibration.empty() && !isGiven("calibration") && !is_contained(kWithoutSamples, StringRef(step.pass)) &&
      hasOption(step.pass, "calibration", "x"))
    out.push_back("calibration=" + join(calibration, ","));
  return out.empty() ? "" : "{" + join(out, " ") + "}";
}

std::string formatPipeline(const Step &step, ArrayRef<std::string> calibration) {
  return "func.func(" + step.pass + formatOptions(step, calibration) + ")";
}

/// LLVM's own parsers print what is wrong with a number past our error stream: those are looked at before.
static std::string checkValue(StringRef key, StringRef value, StringRef defaultValue) {
  int64_t number;
  double real;
  if ((defaultValue == "true" || defaultValue == "false") && value != "true" && value != "false")
    return ("option '" + key + "': expected true or false, found '" + value + "'").str();
  if (!defaultValue.getAsInteger(10, number) && value.getAsInteger(10, number))
    return ("option '" + key + "': expected an integer, found '" + value + "'").str();
  if (defaultValue.getAsInteger(10, number) && !defaultValue.getAsDouble(real) && value.getAsDouble(real))
    return ("option '" + key + "': expected a number, found '" + value + "'").str();
  return "";
}

std::string checkStep(const Step &step) {
  std::string where = "step '" + step.pass + "': ";
  if (!isPass(step.pass)) {
    std::string nearest = findNearest(step.pass, make_filter_range(kFlags, isPass));
    return where + "there is no such pass" + (nearest.empty() ? "" : ", did you mean '" + nearest + "'");
  }
  auto options = listOptions(step.pass);
  if (!step.layers.empty() && !hasOption(step.pass, "layers", "x"))
    return where + "this pass does not choose layers";
  for (const auto &[key, value] : step.options) {
    auto known = find_if(options, [&, &key = key](const auto &option) { return option.first == key; });
    if (known == options.end()) {
      std::string nearest = findNearest(key, make_first_range(options));
      return where + "unknown option '" + key + "'" +
             (!nearest.empty()  ? ", did you mean '" + nearest + "'"
              : options.empty() ? ", it has none"
                                : ", expected one of " + join(make_first_range(options), ", "));
    }
    if (StringRef(value).find_first_of("{}'\"") != StringRef::npos)
      return where + "option '" + key + "': expected a value without quotes and braces, found '" + value + "'";
    if (std::string wrong = checkValue(key, value, known->second); !wrong.empty())
      return where + wrong;
  }
  mlir::OpPassManager pm(mlir::ModuleOp::getOperationName());
  std::string wrong = tryParse(formatPipeline(step, {}), pm);
  return wrong.empty() ? "" : where + wrong;
}

} // namespace qcompile::compress
