//===- GoalSearch.cpp - Techniques that reach a goal ----------------------===//
#include "compiler/compress/GoalSearch.h"

#include <cmath>
#include <map>
#include <tuple>

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::compress {

/// Combinations along the frontier that are always judged, for the curve.
static constexpr size_t kSurvey = 8;
/// Combinations that are judged beyond where the limit seems to lie: the metric is not quite monotone along the
/// frontier.
static constexpr size_t kBeyond = 4;

namespace {
class GoalSearch {
public:
  explicit GoalSearch(const SearchTask &task) : task(task) {
    for (size_t cost = 0; cost < kCosts; ++cost)
      if (task.goal.maxCosts[cost] || task.goal.getObjective() == Quantity(cost + 1))
        kinds.push_back(cost);
    if (kinds.empty())
      kinds.push_back(0);
  }

  Expected<SearchResult> run();

private:
  Expected<Trial> tryOut(ArrayRef<Step> steps, bool sensitivity, const std::string &what);
  Trial measure(ArrayRef<Step> steps, bool sensitivity) const;
  Error analyse();
  Error explore();
  Error bisect(ArrayRef<size_t> order);
  Expected<const CurvePoint *> judge(size_t position);
  std::vector<Step> getSteps(const Assignment &assignment) const;
  std::string describe(const Assignment &assignment) const;
  std::vector<size_t> getOrder() const;
  std::optional<double> getLimit(size_t cost) const {
    return task.goal.maxCosts[cost] ? std::optional(task.goal.maxCosts[cost]->get(getCost(task.sourceCost, cost)))
                                    : std::nullopt;
  }
  bool keepsCosts(ArrayRef<double> costs, ArrayRef<size_t> which) const;
  bool keepsAll(const CurvePoint &point) const;
  void choose();
  std::string explainImpossible() const;

  const SearchTask &task;
  std::vector<size_t> kinds; ///< of costs that the goal speaks of
  std::vector<std::vector<Choice>> choices;
  Trial base;
  std::vector<Assignment> frontier;
  std::map<size_t, CurvePoint> judged; ///< by position in the frontier
  SearchResult result;
  size_t done = 0, total = 0;
};
} // namespace

//===----------------------------------------------------------------------===//
// Trials
//===----------------------------------------------------------------------===//

Trial GoalSearch::measure(ArrayRef<Step> steps, bool sensitivity) const {
  Trial out;
  CompressedModel model = task.compressor.run(steps, sensitivity ? task.probeCalibration : task.calibration,
                                              /*keepModels=*/false);
  out.problem = model.error;
  if (!out.problem.empty())
    return out;
  for (size_t cost = 0; cost < kCosts; ++cost)
    out.costs[cost] = getCost(model.cost, cost);
  Expected<std::vector<Tensor>> outputs =
      task.compressor.computeOutputs(model.model, sensitivity ? task.probe : task.evaluation);
  if (!outputs) {
    out.problem = toString(outputs.takeError());
    return out;
  }
  out.value = sensitivity ? getOutputError(task.probeOutputs, *outputs) : task.metric.evaluate(outputs->front());
  return out;
}

static json::Object toJson(const Trial &trial) {
  return json::Object{{"problem", trial.problem}, {"value", trial.value}, {"costs", json::Array(trial.costs)}};
}

static std::optional<Trial> fromJson(const json::Object &object) {
  Trial out;
  auto problem = object.getString("problem");
  auto value = object.getNumber("value");
  const json::Array *costs = object.getArray("costs");
  if (!problem || !value || !costs || costs->size() != kCosts)
    return std::nullopt;
  out.problem = problem->str();
  out.value = *value;
  for (auto [to, from] : zip(out.costs, *costs))
    to = from.getAsNumber().value_or(0);
  return out;
}

Expected<Trial> GoalSearch::tryOut(ArrayRef<Step> steps, bool sensitivity, const std::string &what) {
  SHA256 sha;
  sha.update(task.digest + (sensitivity ? ";sensitivity" : ";metric"));
  for (const Step &step : steps)
    sha.update("\n" + describeStep(step));
  std::string key = toHex(sha.final(), /*LowerCase=*/true);
  total = std::max(total, done + 1);
  std::optional<Trial> trial;
  if (const json::Object *known = task.store.find(key))
    trial = fromJson(*known);
  if (!trial) {
    if (task.onProgress)
      task.onProgress(done, total, what);
    trial = measure(steps, sensitivity);
    if (Error error = task.store.add(key, toJson(*trial)))
      return std::move(error);
  }
  ++done;
  return *trial;
}

//===----------------------------------------------------------------------===//
// Sensitivity
//===----------------------------------------------------------------------===//

Error GoalSearch::analyse() {
  total = 1 + task.layers.size() * task.techniques.size() + kSurvey + kBeyond;
  Expected<Trial> first = tryOut(task.prefix, /*sensitivity=*/true, "the model before the search");
  if (!first)
    return first.takeError();
  base = *first;
  if (!base.problem.empty())
    return createStringError(base.problem);
  for (const std::string &layer : task.layers) {
    std::vector<Choice> ofLayer(1);
    ofLayer[0].costs.resize(kinds.size());
    for (const Technique &technique : task.techniques) {
      std::vector<Step> steps = task.prefix;
      append_range(steps, applyTechnique(technique, {layer}));
      Expected<Trial> trial = tryOut(steps, /*sensitivity=*/true, layer + " " + technique.name);
      if (!trial)
        return trial.takeError();
      Choice choice;
      choice.loss = trial->problem.empty() ? std::max(0.0, trial->value * trial->value - base.value * base.value)
                                           : std::numeric_limits<double>::infinity();
      for (size_t cost : kinds)
        choice.costs.push_back(trial->problem.empty() ? trial->costs[cost] - base.costs[cost] : 0);
      ofLayer.push_back(std::move(choice));
      result.sensitivity.push_back({layer, technique.name, std::move(*trial)});
    }
    choices.push_back(std::move(ofLayer));
  }
  std::vector<double> start;
  for (size_t cost : kinds)
    start.push_back(base.costs[cost]);
  frontier = findFrontier(choices, start);
  // What cannot be made has an infinite loss.
  erase_if(frontier, [](const Assignment &assignment) { return !std::isfinite(assignment.loss); });
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Combinations
//===----------------------------------------------------------------------===//

std::vector<Step> GoalSearch::getSteps(const Assignment &assignment) const {
  std::vector<Step> out = task.prefix;
  for (auto [index, technique] : enumerate(task.techniques)) {
    std::vector<std::string> layers;
    for (auto [layer, choice] : zip(task.layers, assignment.choices))
      if (choice == index + 1)
        layers.push_back(layer);
    if (!layers.empty())
      append_range(out, applyTechnique(technique, layers));
  }
  return out;
}

std::string GoalSearch::describe(const Assignment &assignment) const {
  std::string out;
  for (auto [index, technique] : enumerate(task.techniques)) {
    size_t count = llvm::count(assignment.choices, unsigned(index + 1));
    if (count)
      out += (out.empty() ? "" : ", ") + technique.name + " on " + std::to_string(count) +
             (count == 1 ? " layer" : " layers");
  }
  return out.empty() ? "as it is" : out;
}

Expected<const CurvePoint *> GoalSearch::judge(size_t position) {
  auto it = judged.find(position);
  if (it != judged.end())
    return &it->second;
  CurvePoint point;
  point.label = describe(frontier[position]);
  point.steps = getSteps(frontier[position]);
  Expected<Trial> trial = tryOut(point.steps, /*sensitivity=*/false, point.label);
  if (!trial)
    return trial.takeError();
  point.trial = std::move(*trial);
  point.drop = task.metric.getDrop(task.sourceMetric, point.trial.value);
  return &judged.emplace(position, std::move(point)).first->second;
}

bool GoalSearch::keepsCosts(ArrayRef<double> costs, ArrayRef<size_t> which) const {
  for (auto [cost, kind] : zip(costs, which))
    if (std::optional<double> limit = getLimit(kind); limit && cost > *limit * (1 + 1e-12))
      return false;
  return true;
}

bool GoalSearch::keepsAll(const CurvePoint &point) const {
  static constexpr size_t all[kCosts] = {0, 1, 2};
  return point.trial.problem.empty() && keepsCosts(point.trial.costs, all) &&
         (!task.goal.maxDrop || point.drop <= *task.goal.maxDrop + 1e-9);
}

/// Positions whose costs are said to keep the limits, from the least to the greatest loss; where a cost is minimised,
/// from the greatest to the least of it.
std::vector<size_t> GoalSearch::getOrder() const {
  std::vector<size_t> out;
  for (size_t i = 0; i < frontier.size(); ++i)
    if (keepsCosts(frontier[i].costs, kinds))
      out.push_back(i);
  if (Quantity objective = task.goal.getObjective(); objective != Quantity::Drop) {
    size_t at = llvm::find(kinds, size_t(objective) - 1) - kinds.begin();
    llvm::sort(out, [&](size_t a, size_t b) {
      double first = frontier[a].costs[at], second = frontier[b].costs[at];
      return first > second || (first == second && a < b);
    });
  }
  return out;
}

Error GoalSearch::bisect(ArrayRef<size_t> order) {
  size_t low = 0, high = order.size(); // order[low - 1] keeps the limit of the drop, order[high] does not
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    Expected<const CurvePoint *> point = judge(order[middle]);
    if (!point)
      return point.takeError();
    if (keepsAll(**point))
      low = middle + 1;
    else
      high = middle;
  }
  for (size_t i = low; i < std::min(order.size(), low + kBeyond); ++i)
    if (Expected<const CurvePoint *> point = judge(order[i]); !point)
      return point.takeError();
  return Error::success();
}

Error GoalSearch::explore() {
  size_t main = llvm::find(kinds, task.goal.getMainCost()) - kinds.begin();
  for (size_t position : spreadAlongCost(frontier, main, kSurvey))
    if (Expected<const CurvePoint *> point = judge(position); !point)
      return point.takeError();
  std::vector<size_t> order = getOrder();
  if (task.goal.maxDrop)
    return bisect(order);
  // The least losses that are predicted; more where what is really made does not keep the limits.
  size_t kept = 0;
  for (size_t i = 0; i < order.size() && kept < kBeyond && i < 8 * kBeyond; ++i) {
    Expected<const CurvePoint *> point = judge(order[i]);
    if (!point)
      return point.takeError();
    kept += keepsAll(**point);
  }
  return Error::success();
}

void GoalSearch::choose() {
  Quantity objective = task.goal.getObjective();
  auto rank = [&](const CurvePoint &point) {
    double drop = point.drop, cost = point.trial.costs[task.goal.getMainCost()];
    return objective == Quantity::Drop ? std::pair(drop, cost) : std::pair(cost, drop);
  };
  CurvePoint *best = nullptr;
  for (auto &[position, point] : judged)
    if (keepsAll(point) && (!best || rank(point) < rank(*best)))
      best = &point;
  if (best) {
    best->chosen = true;
    result.steps = best->steps;
  } else {
    result.impossible = explainImpossible();
  }
  for (auto &[position, point] : judged)
    if (point.trial.problem.empty())
      result.curve.push_back(point);
  llvm::sort(result.curve, [](const CurvePoint &a, const CurvePoint &b) {
    return std::tie(a.drop, a.trial.costs, a.label) < std::tie(b.drop, b.trial.costs, b.label);
  });
}

std::string GoalSearch::explainImpossible() const {
  // A single limit below what there is: the least that can be made.
  for (auto [index, cost] : enumerate(kinds)) {
    std::optional<double> limit = getLimit(cost);
    if (!limit || frontier.empty())
      continue;
    double least = frontier[0].costs[index];
    for (const Assignment &assignment : frontier)
      least = std::min(least, assignment.costs[index]);
    if (least > *limit) {
      double source = getCost(task.sourceCost, cost);
      return ("the " + getQuantityName(Quantity(cost + 1)) + " cannot be brought to " +
              formatCost(cost, *limit, source) + " by the given techniques, the least is " +
              formatCost(cost, least, source))
          .str();
    }
  }
  const CurvePoint *nearest = nullptr;
  static constexpr size_t all[kCosts] = {0, 1, 2};
  for (const auto &[position, point] : judged)
    if (point.trial.problem.empty() && keepsCosts(point.trial.costs, all) && (!nearest || point.drop < nearest->drop))
      nearest = &point;
  if (!nearest || !task.goal.maxDrop)
    return "no combination of techniques that was tried keeps all limits";
  std::string unit = getMetricUnit(task.metric.kind()) == "dB" ? " dB" : "";
  return "no combination that keeps the other limits loses at most " + std::to_string(*task.goal.maxDrop) + unit +
         " of " + getMetricName(task.metric.kind()).str() + ", the least is " + std::to_string(nearest->drop) + unit;
}

Expected<SearchResult> GoalSearch::run() {
  if (Error error = analyse())
    return std::move(error);
  if (Error error = explore())
    return std::move(error);
  choose();
  if (task.onProgress)
    task.onProgress(done, done, "");
  return std::move(result);
}

Expected<SearchResult> searchGoal(const SearchTask &task) { return GoalSearch(task).run(); }

} // namespace qcompile::compress
