//===- Techniques.cpp - What a search may do to a layer -------------------===//
#include "compiler/compress/GoalSearch.h"
#include "compiler/compress/PassCatalog.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace qcompile::compress {

/// In a recipe's own form, so that users find the names and options that they may write. From mild to strong.
static constexpr StringLiteral kBuiltin = R"(
search:
  techniques:
    W8: [{pass: onnx-quantize-model, options: {weight-bits: 8}}]
    W6: [{pass: onnx-quantize-model, options: {weight-bits: 6}}]
    W4: [{pass: onnx-quantize-model, options: {weight-bits: 4}}]
    W3: [{pass: onnx-quantize-model, options: {weight-bits: 3}}]
    W2: [{pass: onnx-quantize-model, options: {weight-bits: 2}}]
    2:4: [{pass: onnx-prune-weights, options: {pattern: "2:4"}}]
    2:4 W8: [{pass: onnx-prune-weights, options: {pattern: "2:4"}}, {pass: onnx-quantize-model, options: {weight-bits: 8}}]
    2:4 W4: [{pass: onnx-prune-weights, options: {pattern: "2:4"}}, {pass: onnx-quantize-model, options: {weight-bits: 4}}]
    1:4 W4: [{pass: onnx-prune-weights, options: {pattern: "1:4"}}, {pass: onnx-quantize-model, options: {weight-bits: 4}}]
)";

/// Those that quantize inputs too, which only bit operations reward.
static constexpr StringLiteral kBuiltinActivations = R"(
search:
  techniques:
    W8A8: [{pass: onnx-quantize-model, options: {weight-bits: 8, activation-bits: 8}}]
    W4A8: [{pass: onnx-quantize-model, options: {weight-bits: 4, activation-bits: 8}}]
    W4A4: [{pass: onnx-quantize-model, options: {weight-bits: 4, activation-bits: 4}}]
    2:4 W4A8:
      - {pass: onnx-prune-weights, options: {pattern: "2:4"}}
      - {pass: onnx-quantize-model, options: {weight-bits: 4, activation-bits: 8}}
)";

static void append(StringRef text, std::vector<Technique> &techniques) {
  std::optional<Recipe> recipe = parseRecipe(text, "", [](unsigned, const std::string &) {});
  for (Technique &technique : recipe ? recipe->techniques : std::vector<Technique>())
    if (all_of(technique.steps, [](const Step &step) { return isPass(step.pass); }))
      techniques.push_back(std::move(technique));
}

std::vector<Technique> getBuiltinTechniques(bool activations) {
  std::vector<Technique> out;
  append(kBuiltin, out);
  if (activations)
    append(kBuiltinActivations, out);
  return out;
}

/// Glob patterns that stand for the very name.
static std::string escapeGlob(StringRef name) {
  std::string out;
  for (char c : name) {
    if (StringRef("*?[]\\").contains(c))
      out += '\\';
    out += c;
  }
  return out;
}

std::vector<Step> applyTechnique(const Technique &technique, ArrayRef<std::string> layers) {
  std::vector<Step> out = technique.steps;
  for (Step &step : out) {
    step.layers.clear();
    for (const std::string &layer : layers)
      step.layers.push_back(escapeGlob(layer));
    for (StringRef keep : {"keep-first", "keep-last"})
      if (none_of(step.options, [&](const auto &option) { return option.first == keep; }) &&
          hasOption(step.pass, keep, "false"))
        step.options.emplace_back(keep.str(), "false");
  }
  return out;
}

} // namespace qcompile::compress
