//===- SvgChart.h - A chart as text -----------------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_HTML_SVGCHART_H
#define QCOMPILE_COMPILER_HTML_SVGCHART_H

#include <cstdint>
#include <string>
#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace qcompile::html {

struct ChartPoint {
  double x = 0, y = 0; ///< points that are not finite are left out
  std::string label;   ///< shown when pointed at
  bool chosen = false;
};

/// Points joined in the order of x, with axes, as an SVG element. Colours are those of the page's style. Empty where
/// there are no points.
std::string drawCurve(std::vector<ChartPoint> points, llvm::StringRef xTitle, llvm::StringRef yTitle);

/// Round numbers from at most `low` to at least `high`, about `count` of them; at least two.
std::vector<double> makeTicks(double low, double high, int count);

/// Counts as columns over equal steps, as an SVG element with the first and the last of them named.
std::string drawHistogram(llvm::ArrayRef<int64_t> counts, llvm::StringRef first, llvm::StringRef last,
                          llvm::StringRef label);

} // namespace qcompile::html

#endif // QCOMPILE_COMPILER_HTML_SVGCHART_H
