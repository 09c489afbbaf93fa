//===- SvgChart.cpp - A chart as text -------------------------------------===//
#include "compiler/html/SvgChart.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "compiler/html/Page.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::html {

std::vector<double> makeTicks(double low, double high, int count) {
  if (!(high > low)) {
    double margin = low == 0 ? 1 : std::fabs(low) * 0.1;
    low -= margin;
    high += margin;
  }
  double raw = (high - low) / count, power = std::pow(10, std::floor(std::log10(raw)));
  double step = raw / power <= 1 ? power : raw / power <= 2 ? 2 * power : raw / power <= 5 ? 5 * power : 10 * power;
  std::vector<double> out;
  for (double k = std::floor(low / step); out.size() < 2 || out.back() < high - step * 1e-9; ++k)
    out.push_back(k * step);
  return out;
}

namespace {
/// A number's place in the picture.
struct Axis {
  std::vector<double> ticks;
  double first, last; ///< where the first and last tick stand
  double at(double value) const {
    return first + (value - ticks.front()) / (ticks.back() - ticks.front()) * (last - first);
  }
};
} // namespace

static constexpr int kWidth = 720, kHeight = 380, kLeft = 76, kRight = 24, kTop = 20, kBottom = 56;

static void drawAxes(raw_ostream &os, const Axis &x, const Axis &y, StringRef xTitle, StringRef yTitle) {
  for (double tick : y.ticks)
    os << format("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", kLeft, kWidth - kRight,
                 y.at(tick), y.at(tick))
       << format("<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%g</text>\n", kLeft - 8, y.at(tick) + 4,
                 tick + 0.0);
  for (double tick : x.ticks)
    os << format("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", x.at(tick), x.at(tick), kTop,
                 kHeight - kBottom)
       << format("<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%g</text>\n", x.at(tick),
                 kHeight - kBottom + 18, tick + 0.0);
  os << format("<text class=\"title\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">", (kLeft + kWidth - kRight) / 2,
               kHeight - 12)
     << escapeHtml(xTitle) << "</text>\n"
     << format("<text class=\"title\" text-anchor=\"middle\" transform=\"translate(18 %d) rotate(-90)\">",
               (kTop + kHeight - kBottom) / 2)
     << escapeHtml(yTitle) << "</text>\n";
}

std::string drawCurve(std::vector<ChartPoint> points, StringRef xTitle, StringRef yTitle) {
  erase_if(points, [](const ChartPoint &p) { return !(std::fabs(p.x) < 1e300) || !(std::fabs(p.y) < 1e300); });
  if (points.empty())
    return "";
  llvm::sort(points, [](const ChartPoint &a, const ChartPoint &b) {
    return std::tie(a.x, a.y, a.label) < std::tie(b.x, b.y, b.label);
  });
  double lowY = points[0].y, highY = points[0].y;
  for (const ChartPoint &point : points) {
    lowY = std::min(lowY, point.y);
    highY = std::max(highY, point.y);
  }
  Axis x{makeTicks(std::min(0.0, points.front().x), points.back().x, 6), kLeft, kWidth - kRight};
  Axis y{makeTicks(lowY, highY, 6), kHeight - kBottom, kTop};
  std::string out;
  raw_string_ostream os(out);
  os << format("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", kWidth, kHeight) << escapeHtml(yTitle)
     << " against " << escapeHtml(xTitle) << "\">\n";
  drawAxes(os, x, y, xTitle, yTitle);
  os << "<polyline class=\"curve\" points=\"";
  for (const ChartPoint &point : points)
    os << format("%.1f,%.1f ", x.at(point.x), y.at(point.y));
  os << "\"/>\n";
  for (const ChartPoint &point : points)
    os << format("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>", point.chosen ? "chosen" : "point",
                 x.at(point.x), y.at(point.y), point.chosen ? 7 : 4)
       << escapeHtml(point.label) << "</title></circle>\n";
  os << "</svg>\n";
  return out;
}

std::string drawHistogram(ArrayRef<int64_t> counts, StringRef first, StringRef last, StringRef label) {
  constexpr double width = 240, height = 90, bottom = 18;
  int64_t highest = 1;
  for (int64_t count : counts)
    highest = std::max(highest, count);
  double step = counts.empty() ? width : width / double(counts.size());
  std::string out;
  raw_string_ostream os(out);
  os << format("<svg class=\"histogram\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", width, height)
     << escapeHtml(label) << "\">";
  os << "<path class=\"column\" d=\"";
  for (auto [i, count] : enumerate(counts)) {
    if (!count)
      continue;
    // What is there is seen.
    double tall = std::max((height - bottom) * double(count) / double(highest), 1.0);
    os << format("M%.4g %.4gh%.3gv%.4gh-%.3gz", double(i) * step, height - bottom - tall,
                 std::max(step * 0.9, step - 1), tall, std::max(step * 0.9, step - 1));
  }
  os << "\"/>";
  os << format("<text class=\"tick\" x=\"0\" y=\"%.0f\">", height - 4) << escapeHtml(first) << "</text>"
     << format("<text class=\"tick\" text-anchor=\"end\" x=\"%.0f\" y=\"%.0f\">", width, height - 4) << escapeHtml(last)
     << "</text></svg>\n";
  return out;
}

} // namespace qcompile::html
