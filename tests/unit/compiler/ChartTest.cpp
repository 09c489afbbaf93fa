//===- ChartTest.cpp - A chart as text ------------------------------------===//
#include "compiler/html/SvgChart.h"

#include <cmath>

#include "gtest/gtest.h"

namespace qcompile::html {
namespace {

TEST(ChartTest, TicksAreRoundAndCoverTheRange) {
  EXPECT_EQ(makeTicks(0, 100, 5), (std::vector<double>{0, 20, 40, 60, 80, 100}));
  for (auto [low, high] : {std::pair(97.3, 98.93), {-1e-7, 3e-7}, {5.0, 5.0}, {0.0, 0.0}, {-3.0, -3.0}, {1e12, 2e12}}) {
    std::vector<double> ticks = makeTicks(low, high, 6);
    ASSERT_GE(ticks.size(), 2u);
    EXPECT_LE(ticks.size(), 16u);
    EXPECT_LE(ticks.front(), low);
    EXPECT_GE(ticks.back() * (1 + 1e-9) + 1e-300, high);
  }
}

TEST(ChartTest, PointsLieWhereTheyShould) {
  // From 0 to 100 the plot goes from 76 to 696; from 0 to 10 from 324 up to 20.
  std::string svg = drawCurve({{100, 10, "all", false}, {0, 0, "none <0>", true}, {50, NAN, "bad", false}}, "x", "y");
  EXPECT_NE(svg.find("cx=\"76.0\" cy=\"324.0\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("cx=\"696.0\" cy=\"20.0\""), std::string::npos);
  EXPECT_NE(svg.find("<title>none &lt;0&gt;</title>"), std::string::npos);
  EXPECT_EQ(svg.find("bad"), std::string::npos);
  EXPECT_EQ(drawCurve({}, "x", "y"), "");
}

TEST(ChartTest, ColumnsAreAsTallAsTheyShould) {
  // Four steps of 60; the highest of 72, one that is nearly nothing of 1, and none where nothing is.
  std::string svg = drawHistogram({1000000, 500000, 0, 1}, "-2", "<1>", "w");
  EXPECT_NE(svg.find("d=\"M0 0h59v72h-59zM60 36h59v36h-59zM180 71h59v1h-59z\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("&lt;1&gt;"), std::string::npos);
}

} // namespace
} // namespace qcompile::html
