//===- RecipeTest.cpp - Reading and writing recipes -----------------------===//
#include "compiler/compress/Recipe.h"

#include "compiler/compress/GoalSearch.h"
#include "compiler/compress/PassCatalog.h"
#include "compiler/session/Stages.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

namespace qcompile::compress {
namespace {

std::optional<Recipe> parse(llvm::StringRef text, std::vector<std::string> *problems = nullptr) {
  return parseRecipe(text, "/data", [&](unsigned line, const std::string &message) {
    if (problems)
      problems->push_back(std::to_string(line) + ": " + message);
    else
      ADD_FAILURE() << line << ": " << message;
  });
}
std::string problemsOf(llvm::StringRef text) {
  std::vector<std::string> problems;
  EXPECT_FALSE(parse(text, &problems)) << text.str();
  EXPECT_FALSE(problems.empty()) << text.str();
  return llvm::join(problems, "\n");
}

constexpr llvm::StringLiteral kWhole = R"(
calibration: {input: images.npz:image, samples: 1000, scale: 1/255}
evaluation:
  input: [x=images.npz:image, /other/y.npy]
  labels: images.npz:label
  skip: 1000
  metric: top1
steps:
  - pass: onnx-prune-weights
    layers: "conv2*"
    options: {pattern: "2:4"}
  - pass: onnx-quantize-model
    layers: [a, b]
    options: {weight-bits: 4, kinds: [conv, linear]}
)";

TEST(RecipeTest, EveryField) {
  std::optional<Recipe> recipe = parse(kWhole);
  ASSERT_TRUE(recipe);
  EXPECT_EQ(recipe->calibration.inputs, std::vector<std::string>{"/data/images.npz:image"});
  EXPECT_EQ(recipe->calibration.sampling.samples, 1000);
  EXPECT_EQ(recipe->calibration.sampling.scale, std::vector<double>{1.0 / 255});
  EXPECT_EQ(recipe->evaluation.inputs, (std::vector<std::string>{"x=/data/images.npz:image", "/other/y.npy"}));
  EXPECT_EQ(recipe->evaluation.labels, "/data/images.npz:label");
  EXPECT_EQ(recipe->evaluation.sampling.skip, 1000);
  EXPECT_EQ(recipe->evaluation.metric, MetricKind::Top1);
  ASSERT_EQ(recipe->steps.size(), 2u);
  EXPECT_EQ(describeStep(recipe->steps[0]), "onnx-prune-weights layers=conv2* pattern=2:4");
  EXPECT_EQ(describeStep(recipe->steps[1]), "onnx-quantize-model layers=a,b weight-bits=4 kinds=conv,linear");
  EXPECT_EQ(recipe->steps[1].line, 12u);
}

TEST(RecipeTest, WritingAndReadingGivesTheSame) {
  std::optional<Recipe> recipe = parse(kWhole);
  ASSERT_TRUE(recipe);
  std::string text = formatRecipe(*recipe, "/data/out");
  EXPECT_NE(text.find("input: \"../images.npz:image\""), std::string::npos) << text;
  std::optional<Recipe> again =
      parseRecipe(text, "/data/out", [](unsigned, const std::string &message) { ADD_FAILURE() << message; });
  ASSERT_TRUE(again);
  EXPECT_EQ(again->steps.size(), recipe->steps.size());
  for (size_t i = 0; i < again->steps.size(); ++i)
    EXPECT_TRUE(again->steps[i] == recipe->steps[i]);
  EXPECT_EQ(again->calibration.sampling.scale, recipe->calibration.sampling.scale);
  EXPECT_EQ(formatRecipe(*again, "/data/out"), text);
}

TEST(RecipeTest, MistakesAreCollectedWithTheirLines) {
  EXPECT_EQ(problemsOf("calibration: {input: a.npy, sample: 3}\n"
                       "evaluation: {labels: b.npy, metric: top5, skip: -1}\n"
                       "steps:\n"
                       "  - layers: conv\n"
                       "  - pass: x\n"
                       "    option: {a: 1}\n"
                       "unknown: 1\n"),
            "7: the recipe: unknown key 'unknown', expected one of calibration, evaluation, steps, search\n"
            "1: calibration: unknown key 'sample', did you mean 'samples'\n"
            "2: evaluation: expected the key 'input'\n"
            "2: skip: expected a number of samples, found '-1'\n"
            "2: metric: expected top1, agreement, mse or psnr, found 'top5'\n"
            "4: a step: expected the key 'pass'\n"
            "6: a step: unknown key 'option', did you mean 'options'");
}

TEST(RecipeTest, TechniquesHaveNames) {
  std::optional<Recipe> recipe =
      parse("search:\n"
            "  layers: [a, b*]\n"
            "  techniques:\n"
            "    W4: [{pass: p, options: {bits: 4}}]\n"
            "    2:4 W4: [{pass: q, options: {pattern: \"2:4\"}}, {pass: p, options: {bits: 4}}]\n");
  ASSERT_TRUE(recipe);
  EXPECT_TRUE(recipe->hasSearch);
  EXPECT_EQ(recipe->searchLayers, (std::vector<std::string>{"a", "b*"}));
  ASSERT_EQ(recipe->techniques.size(), 2u);
  EXPECT_EQ(recipe->techniques[1].name, "2:4 W4");
  EXPECT_EQ(describeStep(recipe->techniques[1].steps[0]), "q pattern=2:4");
}

/// The parser of the library goes on behind an error, with nodes that stand nowhere.
TEST(RecipeTest, NodesBehindAnErrorStandNowhere) {
  problemsOf(llvm::StringRef("a: {b: \0}.c, d: 8}\ne:\n  - {f: g, h {i: j}}\n", 43));
}

TEST(RecipeTest, WhatIsNoRecipe) {
  EXPECT_EQ(problemsOf(""), "1: expected a YAML map, found nothing");
  EXPECT_EQ(problemsOf("- a\n- b\n"), "1: the recipe: expected a map");
  EXPECT_EQ(problemsOf("steps: 3\n"), "1: steps: expected a list of steps");
  EXPECT_EQ(problemsOf("steps:\n  - pass: a\n    pass: b\n"), "3: 'pass' is given twice");
  EXPECT_NE(problemsOf("steps: [\n"), "");
  EXPECT_NE(problemsOf("a: &x 1\nb: *x\n"), "");
  EXPECT_NE(problemsOf("--- {steps: []}\n--- {steps: []}\n"), "");
  EXPECT_NE(problemsOf(std::string(200, '[')), "");
  EXPECT_NE(problemsOf("steps: []\n\x01\xff\n"), "");
  EXPECT_NE(problemsOf("search: {techniques: {W4: [{pass: a, layers: b}]}}\n"), "");
}

TEST(RecipeTest, WordsThatMeanSomethingElseAreQuoted) {
  for (llvm::StringRef word :
       {"2:4", "", "a b", "#x", "- a", "\"", "\\", "true", "/2/Gemm", "*", "a: b", "ä", "x\ty"}) {
    std::vector<std::string> problems;
    std::optional<YamlNode> node =
        parseYaml("k: " + quoteYaml(word) + "\n", [&](unsigned, const std::string &text) { problems.push_back(text); });
    ASSERT_TRUE(node) << word.str() << llvm::join(problems, ";");
    EXPECT_EQ(node->find("k")->text, word.str());
  }
}

TEST(PassCatalogTest, UnknownPassesAndOptions) {
  registerPasses();
  EXPECT_EQ(checkStep({"onnx-fold-constants", {}, {}, 0}), "");
  EXPECT_EQ(checkStep({"onnx-fold-constant", {}, {}, 0}),
            "step 'onnx-fold-constant': there is no such pass, did you mean 'onnx-fold-constants'");
  EXPECT_EQ(checkStep({"tomatoes", {}, {}, 0}), "step 'tomatoes': there is no such pass");
  EXPECT_EQ(checkStep({"onnx-fold-constants", {}, {{"weight-bits", "4"}}, 0}),
            "step 'onnx-fold-constants': unknown option 'weight-bits', it has none");
  EXPECT_EQ(checkStep({"onnx-fold-constants", {"a"}, {}, 0}),
            "step 'onnx-fold-constants': this pass does not choose layers");
  // A pass with options of each kind.
  const std::string flag = "qnn-select-requantization";
  EXPECT_EQ(checkStep({flag, {}, {{"min-levels", "16"}}, 0}), "");
  EXPECT_EQ(checkStep({flag, {}, {{"min-level", "16"}}, 0}),
            "step '" + flag + "': unknown option 'min-level', did you mean 'min-levels'");
  EXPECT_EQ(checkStep({flag, {}, {{"min-levels", "many"}}, 0}),
            "step '" + flag + "': option 'min-levels': expected an integer, found 'many'");
  EXPECT_EQ(checkStep({"qnn-expand-conv-transpose", {}, {{"dilated", "maybe"}}, 0}),
            "step 'qnn-expand-conv-transpose': option 'dilated': expected true or false, found 'maybe'");
  EXPECT_NE(checkStep({flag, {}, {{"min-levels", "1}"}}, 0}), "");
  EXPECT_NE(checkStep({"partition-host", {}, {}, 0}), "") << "a pass of modules";
}

/// All options of the passes' .td files, with a value of their type.
TEST(PassCatalogTest, OptionsOfCompressionPasses) {
  registerPasses();
  using Options = std::vector<std::pair<std::string, std::string>>;
  const Options common = {{"layers", "a,b*"},      {"kinds", "conv,linear"}, {"min-size", "3"},
                          {"keep-first", "false"}, {"keep-last", "false"},   {"calibration", "x=a.npy"},
                          {"samples", "7"},        {"correction", "bias"}};
  const std::pair<std::string, Options> passes[] = {
      {"onnx-decompose-weights",
       {{"levels", "5"},
        {"basis-bits", "6"},
        {"vector", "3"},
        {"length", "9"},
        {"threshold", "0.01"},
        {"row-threshold", "0.02"},
        {"density", "0.5"},
        {"iterations", "4"},
        {"keep-grid", "true"}}},
      {"onnx-equalize-layers", {{"power-of-two", "true"}, {"iterations", "4"}}},
      {"onnx-fit-accumulators",
       {{"bits", "16"}, {"layer-bits", "a:12,/b/c:14"}, {"tile", "64"}, {"inner-bits", "12"}, {"scale", "keep"}}},
      {"onnx-make-circulant", {{"block", "4"}, {"detect-only", "true"}, {"bits", "4"}}},
      {"onnx-product-quantize",
       {{"length", "4"},
        {"prototypes", "8"},
        {"norm", "l1"},
        {"weighted", "false"},
        {"group", "false"},
        {"table-bits", "6"},
        {"layer-scale", "true"},
        {"prototype-bits", "6"},
        {"input-bits", "6"},
        {"refit", "false"}}},
      {"onnx-prune-weights",
       {{"pattern", "2:4"},
        {"density", "0.5"},
        {"scope", "global"},
        {"filters", "0.5"},
        {"rows", "0.5"},
        {"permute", "true"}}},
      {"onnx-quantize-model",
       {{"weight-bits", "4"},
        {"activation-bits", "8"},
        {"granularity", "tensor"},
        {"weight-scheme", "affine"},
        {"activation-scheme", "affine"},
        {"scales", "power-of-two"},
        {"weight-range", "mse"},
        {"activation-range", "mse"},
        {"percentile", "99.9"},
        {"narrow", "false"},
        {"weighted", "true"},
        {"dual", "true"},
        {"dual-threshold", "0.2"},
        {"requantize", "true"},
        {"preset", "finn"}}},
  };
  for (const auto &[pass, own] : passes)
    for (const Options &options : {own, common})
      for (const auto &option : options)
        EXPECT_EQ(checkStep({pass, {}, {option}, 0}), "") << option.first;
}

TEST(PassCatalogTest, Pipelines) {
  registerPasses();
  EXPECT_EQ(formatPipeline({"onnx-fold-constants", {"a", "b*", "c d,e"}, {{"x", "1"}, {"y", "p q"}}, 0}, {"in.npy"}),
            "func.func(onnx-fold-constants{layers=a,b*,c?d?e x=1 y='p q'})");
  EXPECT_EQ(formatPipeline({"onnx-prune-weights", {}, {{"pattern", "2:4"}}, 0}, {"in.npy"}),
            "func.func(onnx-prune-weights{pattern=2:4 calibration=in.npy})");
  EXPECT_EQ(formatPipeline({"onnx-equalize-layers", {}, {}, 0}, {"in.npy"}), "func.func(onnx-equalize-layers)")
      << "it refuses samples";
}

TEST(TechniquesTest, BuiltInOnesAreRight) {
  registerPasses();
  EXPECT_EQ(getBuiltinTechniques(/*activations=*/false).size(), 9u);
  EXPECT_EQ(getBuiltinTechniques(/*activations=*/true).size(), 13u);
  for (const Technique &technique : getBuiltinTechniques(/*activations=*/true))
    for (const Step &step : technique.steps)
      EXPECT_EQ(checkStep(step), "") << technique.name;
  Technique technique{"t", {{"onnx-fold-constants", {}, {}, 0}}};
  EXPECT_EQ(applyTechnique(technique, {"a*", "b"})[0].layers, (std::vector<std::string>{"a\\*", "b"}));
}

} // namespace
} // namespace qcompile::compress
