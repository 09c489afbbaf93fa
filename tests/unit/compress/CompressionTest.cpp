//===- CompressionTest.cpp - A model, a recipe or a goal, a result --------===//
#include "compiler/compress/Compression.h"

#include <fstream>
#include <utility>

#include "compiler/session/Manifest.h"
#include "tests/unit/compress/TestModel.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

namespace qcompile::compress {
namespace {

class CompressionTest : public testing::Test {
protected:
  CompressionTest() { registerRoundWeights(); }

  static Step round(std::vector<std::string> layers, int bits) {
    return {"test-round-weights", std::move(layers), {{"bits", std::to_string(bits)}}, 5};
  }
  CompressionTask makeTask() {
    CompressionTask task;
    task.model = files.model();
    task.recipeName = "r.yaml";
    task.outputFolder = files.path("out");
    task.recipe.evaluation.inputs = {files.inputs()};
    return task;
  }
  CompressionTask makeSearch() {
    CompressionTask task = makeTask();
    for (int bits : {8, 4, 3, 2})
      task.recipe.techniques.push_back({"W" + std::to_string(bits), {round({}, bits)}});
    return task;
  }
  std::optional<CompressionResult> run(const CompressionTask &task) {
    errors.clear();
    Session session((SessionOptions()));
    session.onDiagnostic = [&](const Diagnostic &d) {
      if (d.severity == Diagnostic::Severity::Error)
        errors.push_back(d.code + " " + d.message);
    };
    EXPECT_TRUE(session.load(task.model));
    std::optional<CompressionResult> result = compressModel(session, task);
    outcome = session.outcome();
    return result;
  }
  static std::string print(const CompressionResult &result) {
    return result.model + formatJson(toJson(result.report)) + formatHtml(result.report) + formatTable(result.report);
  }

  TestModel files;
  std::vector<std::string> errors;
  Outcome outcome = Outcome::Success;
};

TEST_F(CompressionTest, StepsOneAfterTheOther) {
  CompressionTask task = makeTask();
  task.recipe.steps = {round({"a"}, 8), round({"b", "c"}, 2)};
  std::optional<CompressionResult> result = run(task);
  ASSERT_TRUE(result) << llvm::join(errors, "\n");
  const Report &report = result->report;
  ASSERT_EQ(report.steps.size(), 2u);
  ASSERT_EQ(report.steps[0].layers.size(), 1u);
  ASSERT_EQ(report.steps[1].layers.size(), 2u) << "only those of the step";
  EXPECT_EQ(report.steps[1].layers[1].layer, "c");
  EXPECT_EQ(report.sourceMetric, 100) << "the source agrees with itself";
  EXPECT_EQ(report.evaluationSamples, 100);
  EXPECT_EQ(report.source.bits, 3 * 16 * 32);
  EXPECT_EQ(report.steps[0].cost.bits, 16 * 8 + 2 * 16 * 32);
  EXPECT_EQ(report.result.bits, 16 * 8 + 2 * 16 * 2);
  EXPECT_EQ(report.source.macs, 3 * 16);
  EXPECT_GT(report.steps[0].metric, report.steps[1].metric) << "2 bits lose more than 8";
  EXPECT_EQ(report.recipe.substr(0, 41), "evaluation:\n  input: ../inputs.npy\n  metr");
}

TEST_F(CompressionTest, ItsRecipeGivesTheSameBytes) {
  CompressionTask task = makeTask();
  task.recipe.steps = {round({"*"}, 3)};
  std::optional<CompressionResult> first = run(task);
  ASSERT_TRUE(first);
  for (const char *folder : {"out", "elsewhere"})
    ASSERT_FALSE(llvm::sys::fs::create_directory(files.path(folder)));
  std::optional<Recipe> recipe = parseRecipe(first->report.recipe, task.outputFolder,
                                             [](unsigned, const std::string &text) { ADD_FAILURE() << text; });
  ASSERT_TRUE(recipe);
  task.recipe = *recipe;
  task.outputFolder = files.path("elsewhere");
  std::optional<CompressionResult> second = run(task);
  ASSERT_TRUE(second);
  EXPECT_EQ(print(*first), print(*second));
}

TEST_F(CompressionTest, TheSizeIsLimited) {
  CompressionTask task = makeSearch();
  task.goal.maxCosts[0] = Limit{0.15, true};
  std::optional<CompressionResult> result = run(task);
  ASSERT_TRUE(result) << llvm::join(errors, "\n");
  const Report &report = result->report;
  EXPECT_LE(report.result.bits, 0.15 * report.source.bits);
  EXPECT_EQ(report.sensitivity.size(), 12u);
  // The chosen point is what the final run gives, and no other point that keeps the limit is better.
  const CurvePoint *chosen = nullptr;
  for (const CurvePoint &point : report.curve)
    if (point.chosen)
      chosen = &point;
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->trial.value, report.getMetric());
  EXPECT_EQ(chosen->trial.costs[0], report.result.bits);
  for (const CurvePoint &point : report.curve)
    if (point.trial.costs[0] <= 0.15 * report.source.bits)
      EXPECT_GE(point.drop, chosen->drop);
}

TEST_F(CompressionTest, TheDropIsLimited) {
  CompressionTask task = makeSearch();
  task.goal.maxDrop = 3;
  std::optional<CompressionResult> result = run(task);
  ASSERT_TRUE(result) << llvm::join(errors, "\n");
  const Report &report = result->report;
  EXPECT_GE(*report.getMetric(), 97);
  EXPECT_LT(report.result.bits, report.source.bits / 2);
  for (const CurvePoint &point : report.curve)
    if (point.drop <= 3)
      EXPECT_GE(point.trial.costs[0], report.result.bits);
}

TEST_F(CompressionTest, AnInterruptedSearchContinuesToTheSame) {
  CompressionTask task = makeSearch();
  task.goal.maxDrop = 3;
  task.stateFolder = files.path("state");
  task.keepState = true;
  size_t trialsRun = 0;
  task.onProgress = [&](size_t done, size_t all, const std::string &what) {
    trialsRun += !what.empty() && !llvm::StringRef(what).starts_with("judging");
  };
  std::optional<CompressionResult> whole = run(task);
  ASSERT_TRUE(whole);
  size_t allTrials = std::exchange(trialsRun, 0);
  // As an interrupt leaves it: some trials, and a line that was not finished.
  std::string trials = readWhole(files.path("state/trials.jsonl"));
  size_t half = trials.find('\n', trials.size() / 2) + 20;
  std::ofstream(files.path("state/trials.jsonl"), std::ios::binary) << trials.substr(0, half);
  task.resume = true;
  std::optional<CompressionResult> resumed = run(task);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(print(*whole), print(*resumed));
  EXPECT_GT(trialsRun, 0u);
  EXPECT_LT(trialsRun, allTrials) << "what was finished is not done again";
}

TEST_F(CompressionTest, ImpossibleGoalsNameTheNearestValue) {
  CompressionTask task = makeSearch();
  task.goal.maxCosts[0] = Limit{0.01, true};
  EXPECT_FALSE(run(task));
  EXPECT_EQ(outcome, Outcome::Different);
  // 2 of 32 bits: 6.25 % of 192 bytes.
  EXPECT_EQ(errors, std::vector<std::string>{"QC-U005 the size cannot be brought to 2 bytes (1.00 %) by the given "
                                             "techniques, the least is 12 bytes (6.25 %)"});
  task.goal.maxCosts[0] = Limit{0.07, true};
  task.goal.maxDrop = 0.5;
  EXPECT_FALSE(run(task));
  EXPECT_EQ(outcome, Outcome::Different);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("the least is"), std::string::npos) << errors[0];
}

TEST_F(CompressionTest, ATechniqueThatFailsIsLeftOut) {
  CompressionTask task = makeSearch();
  task.recipe.techniques.push_back({"W1", {round({}, 1)}});
  task.goal.maxDrop = 3;
  std::optional<CompressionResult> result = run(task);
  ASSERT_TRUE(result) << llvm::join(errors, "\n");
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(result->report.sensitivity.back().trial.problem, "expected at least 2 bits, found 1");
}

TEST_F(CompressionTest, StepsOfTheRecipeComeBeforeTheSearch) {
  CompressionTask task = makeSearch();
  task.recipe.steps = {round({"a"}, 8)};
  task.recipe.searchLayers = {"[bc]"};
  task.goal.maxDrop = 3;
  std::optional<CompressionResult> result = run(task);
  ASSERT_TRUE(result) << llvm::join(errors, "\n");
  EXPECT_TRUE(result->recipe.steps[0] == task.recipe.steps[0]);
  EXPECT_EQ(result->report.sensitivity.size(), 8u);
}

TEST_F(CompressionTest, MistakesOfRecipesAreReportedTogether) {
  CompressionTask task = makeTask();
  task.recipe.steps = {
      round({"a"}, 8), {"test-round-weight", {}, {}, 7}, {"test-round-weights", {}, {{"bit", "2"}}, 9}};
  EXPECT_FALSE(run(task));
  EXPECT_EQ(outcome, Outcome::Usage);
  EXPECT_EQ(errors, (std::vector<std::string>{
                        "QC-U004 r.yaml:7: step 'test-round-weight': there is no such pass",
                        "QC-U004 r.yaml:9: step 'test-round-weights': unknown option 'bit', did you mean 'bits'"}));
}

TEST_F(CompressionTest, AStepThatFailsEndsTheRun) {
  CompressionTask task = makeTask();
  task.recipe.steps = {round({"a"}, 1)};
  EXPECT_FALSE(run(task));
  EXPECT_EQ(outcome, Outcome::InvalidModel);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0], " expected at least 2 bits, found 1");
}

TEST_F(CompressionTest, DataThatDoesNotFit) {
  CompressionTask task = makeTask();
  task.recipe.steps = {round({"a"}, 8)};
  task.recipe.evaluation.inputs = {files.path("absent.npy")};
  EXPECT_FALSE(run(task));
  EXPECT_EQ(outcome, Outcome::FileSystem);
  task = makeTask();
  task.recipe.steps = {round({"a"}, 8)};
  task.recipe.evaluation.metric = MetricKind::Top1;
  EXPECT_FALSE(run(task));
  EXPECT_EQ(errors, std::vector<std::string>{"QC-U004 metric top1 needs labels"});
  task = makeSearch();
  task.recipe.evaluation.inputs.clear();
  task.goal.maxDrop = 1;
  EXPECT_FALSE(run(task));
  EXPECT_EQ(outcome, Outcome::Usage);
}

} // namespace
} // namespace qcompile::compress
