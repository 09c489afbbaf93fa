//===- SearchTest.cpp - The best choices for all layers -------------------===//
#include "compiler/compress/Search.h"

#include <random>

#include "gtest/gtest.h"

namespace qcompile::compress {
namespace {

using Layers = std::vector<std::vector<Choice>>;

std::vector<std::pair<double, double>> getPoints(const std::vector<Assignment> &frontier) {
  std::vector<std::pair<double, double>> out;
  for (const Assignment &assignment : frontier)
    out.emplace_back(assignment.loss, assignment.costs[0]);
  return out;
}

TEST(SearchTest, FrontierOfTwoLayersByHand) {
  // Layer a: (0, 0), (1, -4), (3, -6); layer b: (0, 0), (2, -5). From a cost of 20, all six sums are
  //   a0 b0 (0, 20), a1 b0 (1, 16), a2 b0 (3, 14), a0 b1 (2, 15), a1 b1 (3, 11), a2 b1 (5, 9):
  // a2 b0 is beaten by a1 b1, which loses as much and costs less.
  Layers layers = {{{0, {0}}, {1, {-4}}, {3, {-6}}}, {{0, {0}}, {2, {-5}}}};
  std::vector<Assignment> frontier = findFrontier(layers, {20});
  EXPECT_EQ(getPoints(frontier), (std::vector<std::pair<double, double>>{{0, 20}, {1, 16}, {2, 15}, {3, 11}, {5, 9}}));
  EXPECT_EQ(frontier[3].choices, (std::vector<unsigned>{1, 1}));
}

TEST(SearchTest, OfEqualsTheLowestChoices) {
  Layers layers = {{{0, {0}}, {1, {-1}}, {1, {-1}}}};
  std::vector<Assignment> frontier = findFrontier(layers, {1});
  ASSERT_EQ(frontier.size(), 2u);
  EXPECT_EQ(frontier[1].choices, (std::vector<unsigned>{1}));
}

TEST(SearchTest, TwoCosts) {
  // Neither beats the other: one saves the first cost, one the second, and the third saves less of both.
  Layers layers = {{{0, {0, 0}}, {1, {-2, 0}}, {1, {0, -2}}, {2, {-1, -1}}}};
  EXPECT_EQ(findFrontier(layers, {2, 2}).size(), 4u);
}

TEST(SearchTest, NoLayers) {
  std::vector<Assignment> frontier = findFrontier(Layers(), {7});
  ASSERT_EQ(frontier.size(), 1u);
  EXPECT_EQ(frontier[0].costs[0], 7);
}

/// Whether `frontier` is what no combination of all beats, found by trying all.
TEST(SearchTest, EqualsExhaustion) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    Layers layers(4);
    for (auto &choices : layers) {
      choices.push_back({0, {0}});
      for (int i = 0; i < 3; ++i)
        choices.push_back({double(random() % 20), {-double(random() % 20)}});
    }
    std::vector<std::pair<double, double>> all;
    for (unsigned code = 0; code < 256; ++code) {
      double loss = 0, cost = 0;
      for (unsigned layer = 0; layer < 4; ++layer) {
        const Choice &choice = layers[layer][(code >> (2 * layer)) & 3];
        loss += choice.loss;
        cost += choice.costs[0];
      }
      all.emplace_back(loss, cost);
    }
    std::sort(all.begin(), all.end());
    std::vector<std::pair<double, double>> expected;
    for (auto point : all)
      if (expected.empty() || point.second < expected.back().second)
        expected.push_back(point);
    EXPECT_EQ(getPoints(findFrontier(layers, {0})), expected);
  }
}

TEST(SearchTest, ThinningKeepsTheEnds) {
  std::mt19937 random(2);
  Layers layers(6);
  double least = 0;
  for (auto &choices : layers) {
    choices.push_back({0, {0}});
    double best = 0;
    for (int i = 1; i < 8; ++i) {
      choices.push_back({double(i * i) + double(random() % 100) / 100, {-double(i) - double(random() % 100) / 200}});
      best = std::min(best, choices.back().costs[0]);
    }
    least += best;
  }
  std::vector<Assignment> frontier = findFrontier(layers, {100}, 16);
  EXPECT_LE(frontier.size(), 17u);
  EXPECT_EQ(frontier.front().costs[0], 100);
  double found = 100;
  for (const Assignment &assignment : frontier)
    found = std::min(found, assignment.costs[0]);
  EXPECT_DOUBLE_EQ(found, 100 + least);
}

TEST(SearchTest, SpreadAlongCost) {
  std::vector<Assignment> frontier;
  for (double cost : {100, 90, 52, 50, 10, 0})
    frontier.push_back({{}, 100 - cost, {cost}});
  // Nearest to 100, 50 and 0.
  EXPECT_EQ(spreadAlongCost(frontier, 0, 3), (std::vector<size_t>{0, 3, 5}));
  EXPECT_EQ(spreadAlongCost(frontier, 0, 100).size(), 6u);
  EXPECT_TRUE(spreadAlongCost({}, 0, 3).empty());
}

} // namespace
} // namespace qcompile::compress
