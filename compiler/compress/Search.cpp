//===- Search.cpp - The best choices for all layers -----------------------===//
#include "compiler/compress/Search.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace qcompile::compress {

static bool isBefore(const Assignment &a, const Assignment &b) {
  return std::tie(a.loss, a.costs, a.choices) < std::tie(b.loss, b.costs, b.choices);
}

/// Whether every cost of `a` is at most that of `b`.
static bool isNotDearer(const Assignment &a, const Assignment &b) {
  return all_of(zip(a.costs, b.costs), [](auto pair) { return std::get<0>(pair) <= std::get<1>(pair); });
}

/// Drops what others beat. In ascending order of loss only those before can.
static void dropBeaten(std::vector<Assignment> &all) {
  llvm::sort(all, isBefore);
  std::vector<Assignment> kept;
  for (Assignment &candidate : all)
    if (none_of(reverse(kept), [&](const Assignment &other) { return isNotDearer(other, candidate); }))
      kept.push_back(std::move(candidate));
  all = std::move(kept);
}

static void thin(std::vector<Assignment> &all, size_t limit) {
  if (all.size() <= limit || limit < 2)
    return;
  std::vector<bool> keep(all.size());
  for (size_t i = 0; i < limit; ++i)
    keep[i * (all.size() - 1) / (limit - 1)] = true;
  for (size_t cost = 0; cost < all[0].costs.size(); ++cost) {
    auto cheapest = std::min_element(all.begin(), all.end(), [&](const Assignment &a, const Assignment &b) {
      return a.costs[cost] < b.costs[cost];
    });
    keep[cheapest - all.begin()] = true;
  }
  std::vector<Assignment> kept;
  for (auto [candidate, kept_] : zip(all, keep))
    if (kept_)
      kept.push_back(std::move(candidate));
  all = std::move(kept);
}

std::vector<Assignment> findFrontier(ArrayRef<std::vector<Choice>> layers, ArrayRef<double> base, size_t limit) {
  std::vector<Assignment> frontier(1);
  frontier[0].costs.assign(base.begin(), base.end());
  for (const std::vector<Choice> &choices : layers) {
    std::vector<Assignment> next;
    next.reserve(frontier.size() * choices.size());
    for (const Assignment &prefix : frontier)
      for (auto [index, choice] : enumerate(choices)) {
        Assignment longer = prefix;
        longer.choices.push_back(unsigned(index));
        longer.loss += choice.loss;
        for (auto [sum, cost] : zip(longer.costs, choice.costs))
          sum += cost;
        next.push_back(std::move(longer));
      }
    dropBeaten(next);
    thin(next, limit);
    frontier = std::move(next);
  }
  return frontier;
}

std::vector<size_t> spreadAlongCost(ArrayRef<Assignment> frontier, size_t cost, size_t count) {
  std::vector<size_t> out;
  if (frontier.empty() || count == 0)
    return out;
  auto at = [&](size_t i) { return frontier[i].costs[cost]; };
  double low = at(0), high = at(0);
  for (size_t i = 0; i < frontier.size(); ++i) {
    low = std::min(low, at(i));
    high = std::max(high, at(i));
  }
  out = {0, frontier.size() - 1};
  for (size_t k = 1; k + 1 < count; ++k) {
    double wanted = low + (high - low) * double(k) / double(count - 1);
    size_t nearest = 0;
    for (size_t i = 1; i < frontier.size(); ++i)
      if (std::fabs(at(i) - wanted) < std::fabs(at(nearest) - wanted))
        nearest = i;
    out.push_back(nearest);
  }
  llvm::sort(out);
  out.erase(llvm::unique(out), out.end());
  return out;
}

} // namespace qcompile::compress
