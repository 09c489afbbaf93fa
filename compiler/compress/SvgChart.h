//===- SvgChart.h - A chart as text -----------------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_SVGCHART_H
#define QCOMPILE_COMPILER_COMPRESS_SVGCHART_H

#include <string>
#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace qcompile::compress {

struct ChartPoint {
  double x = 0, y = 0; ///< points that are not finite are left out
  std::string label;   ///< shown when pointed at
  bool chosen = false;
};

/// Points joined in the order of x, with axes, as an SVG element. Colours are those of the page's style. Empty where there
/// are no points.
std::string drawCurve(std::vector<ChartPoint> points, llvm::StringRef xTitle, llvm::StringRef yTitle);

/// Round numbers from at most `low` to at least `high`, about `count` of them; at least two.
std::vector<double> makeTicks(double low, double high, int count);

/// Text with what HTML takes as its own replaced.
std::string escapeHtml(llvm::StringRef text);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_SVGCHART_H
