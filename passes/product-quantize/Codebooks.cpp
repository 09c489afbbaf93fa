//===- Codebooks.cpp - Design of codebooks by splitting -------------------===//
#include "passes/product-quantize/Codebooks.h"
#include "passes/product-quantize/Metric.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace qcompile::pq {

WeightedPoints collectPoints(const CodeMatrix &matrix, int64_t first, int64_t length) {
  int64_t present = std::clamp<int64_t>(matrix.columns - first, 0, length);
  auto pointOf = [&](int64_t row) {
    return std::span(matrix.values).subspan(size_t(row * matrix.columns + first), size_t(present));
  };
  std::vector<int64_t> order(static_cast<size_t>(matrix.rows));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](int64_t a, int64_t b) { return std::ranges::lexicographical_compare(pointOf(a), pointOf(b)); });
  WeightedPoints points;
  points.length = length;
  for (size_t i = 0; i < order.size(); ++i) {
    auto point = pointOf(order[i]);
    if (i > 0 && std::ranges::equal(point, pointOf(order[i - 1]))) {
      ++points.counts.back();
      continue;
    }
    points.values.insert(points.values.end(), point.begin(), point.end());
    points.values.resize(points.values.size() + size_t(length - present));
    points.counts.push_back(1);
  }
  return points;
}

namespace {

/// Centroids on their way, with the cells of the points.
class Design {
public:
  Design(const WeightedPoints &points, int norm, const LbgOptions &options)
      : points(points), length(points.length), norm(norm), options(options), cells(size_t(points.size())),
        distances(size_t(points.size())) {}

  std::vector<double> run(int64_t count) {
    centroids = std::vector<double>(size_t(length));
    assign();
    moveCentroids();
    assign(); // the distortions that the first split asks for
    while (size() < count) {
      split(count);
      refine();
    }
    return centroids;
  }

private:
  int64_t size() const { return int64_t(centroids.size()) / length; }
  double *centroid(int64_t c) { return &centroids[size_t(c * length)]; }

  double getDistance(int64_t point, int64_t c) {
    const double *x = &points.values[size_t(point * length)];
    const double *y = centroid(c);
    double distance = 0;
    for (int64_t l = 0; l < length; ++l) {
      double difference = x[l] - y[l];
      distance += norm == 1 ? std::fabs(difference) : difference * difference;
    }
    return distance;
  }

  /// Puts every point into the cell of the nearest centroid; returns the distortion.
  double assign() {
    distortions.assign(size_t(size()), 0);
    for (int64_t i = 0; i < points.size(); ++i) {
      double best = getDistance(i, 0);
      int64_t cell = 0;
      for (int64_t c = 1; c < size(); ++c)
        if (double distance = getDistance(i, c); distance < best) {
          best = distance;
          cell = c;
        }
      cells[size_t(i)] = cell;
      distances[size_t(i)] = best;
      distortions[size_t(cell)] += best * double(points.counts[size_t(i)]);
    }
    return std::accumulate(distortions.begin(), distortions.end(), 0.0);
  }

  /// The least value of coordinate l of a cell that half of its points do not exceed.
  double findMedian(std::vector<std::pair<double, int64_t>> &values, int64_t total) {
    std::sort(values.begin(), values.end());
    int64_t seen = 0;
    for (auto [value, count] : values)
      if (2 * (seen += count) >= total)
        return value;
    return 0;
  }

  void moveToMedians(const std::vector<int64_t> &counts) {
    std::vector<std::vector<int64_t>> members(static_cast<size_t>(size()));
    for (int64_t i = 0; i < points.size(); ++i)
      members[size_t(cells[size_t(i)])].push_back(i);
    for (int64_t c = 0; c < size(); ++c)
      for (int64_t l = 0; l < length && counts[size_t(c)] > 0; ++l) {
        std::vector<std::pair<double, int64_t>> values;
        for (int64_t i : members[size_t(c)])
          values.emplace_back(points.values[size_t(i * length + l)], points.counts[size_t(i)]);
        centroid(c)[l] = findMedian(values, counts[size_t(c)]);
      }
  }

  void moveToMeans(const std::vector<int64_t> &counts) {
    std::vector<double> sums(centroids.size());
    for (int64_t i = 0; i < points.size(); ++i)
      for (int64_t l = 0; l < length; ++l)
        sums[size_t(cells[size_t(i)] * length + l)] +=
            double(points.counts[size_t(i)]) * points.values[size_t(i * length + l)];
    for (int64_t c = 0; c < size(); ++c)
      for (int64_t l = 0; l < length && counts[size_t(c)] > 0; ++l)
        centroid(c)[l] = sums[size_t(c * length + l)] / double(counts[size_t(c)]);
  }

  /// Moves centroids to the middle of their cells. Returns whether a cell was empty and has been placed anew.
  bool moveCentroids() {
    std::vector<int64_t> counts(static_cast<size_t>(size()));
    for (int64_t i = 0; i < points.size(); ++i)
      counts[size_t(cells[size_t(i)])] += points.counts[size_t(i)];
    norm == 1 ? moveToMedians(counts) : moveToMeans(counts);
    bool moved = false;
    for (int64_t c = 0; c < size(); ++c) {
      if (counts[size_t(c)] > 0)
        continue;
      auto worst = std::max_element(distortions.begin(), distortions.end());
      if (*worst <= 0)
        return moved; // every point has a centroid of its own
      halve(worst - distortions.begin(), c);
      *worst = 0; // halved once
      moved = true;
    }
    return moved;
  }

  /// Makes two of centroid `c`: itself and `other`.
  void halve(int64_t c, int64_t other) {
    for (int64_t l = 0; l < length; ++l) {
      double value = centroid(c)[l];
      double step = value == 0 ? options.epsilon : options.epsilon * value;
      centroid(other)[l] = value + step;
      centroid(c)[l] = value - step;
    }
  }

  void split(int64_t count) {
    int64_t before = size(), added = std::min(before, count - before);
    std::vector<int64_t> order(static_cast<size_t>(before));
    std::iota(order.begin(), order.end(), 0);
    if (added < before)
      std::stable_sort(order.begin(), order.end(),
                       [&](int64_t a, int64_t b) { return distortions[size_t(a)] > distortions[size_t(b)]; });
    centroids.resize(size_t((before + added) * length));
    for (int64_t i = 0; i < added; ++i)
      halve(order[size_t(i)], before + i);
  }

  /// Lloyd steps until they gain little.
  void refine() {
    double before = 0;
    for (int step = 0; step < options.maxSteps; ++step) {
      double distortion = assign();
      bool moved = moveCentroids();
      if (distortion == 0 || (step > 0 && !moved && before - distortion < options.delta * distortion))
        break;
      before = distortion;
    }
    assign();
  }

  const WeightedPoints &points;
  int64_t length;
  int norm;
  LbgOptions options;
  std::vector<double> centroids;
  std::vector<int64_t> cells;
  std::vector<double> distances, distortions;
};

} // namespace

std::vector<double> designCodebook(const WeightedPoints &points, int64_t count, int norm, const LbgOptions &options) {
  if (points.size() <= count)
    return points.values;
  return Design(points, norm, options).run(count);
}

/// Shapes and attributes of codebooks; offsets are 0.
static runtime::Codebooks makeCodebooks(int64_t columns, int64_t prototypes, const CodebookOptions &options) {
  runtime::Codebooks out;
  out.length = options.length;
  out.norm = options.norm;
  out.prototypes = prototypes;
  out.spaces = (columns + options.length - 1) / options.length;
  out.values.resize(size_t(out.spaces * prototypes * options.length));
  out.offsets.resize(size_t(out.spaces * prototypes));
  return out;
}

/// Integers for the distance of a metric: prototypes a * A p, offsets a * p' A p - |prototype|^2.
static void writePrototypes(const Metric &metric, std::span<const double> mapped, int bits, std::span<int64_t> values,
                            std::span<int64_t> offsets) {
  int64_t length = metric.length, count = int64_t(offsets.size());
  std::vector<double> products(mapped.size());
  double largest = 0;
  for (int64_t p = 0; p < count; ++p) {
    metric.applyTransposed(mapped.subspan(size_t(p * length), size_t(length)),
                           std::span(products).subspan(size_t(p * length), size_t(length)));
    for (int64_t l = 0; l < length; ++l)
      largest = std::max(largest, std::fabs(products[size_t(p * length + l)]));
  }
  double scale = largest == 0 ? 0 : double((int64_t{1} << (bits - 1)) - 1) / largest;
  for (int64_t p = 0; p < count; ++p) {
    double norm = 0;
    int64_t square = 0;
    for (int64_t l = 0; l < length; ++l) {
      size_t at = size_t(p * length + l);
      values[at] = std::llround(scale * products[at]);
      square += values[at] * values[at];
      norm += mapped[at] * mapped[at];
    }
    offsets[size_t(p)] = std::llround(scale * norm) - square;
  }
}

/// Appends copies of the last of `count` vectors until there are as many as `wanted`.
static void repeatLast(std::vector<double> &vectors, int64_t length, int64_t wanted) {
  std::vector<double> last(vectors.end() - length, vectors.end());
  while (int64_t(vectors.size()) < wanted * length)
    vectors.insert(vectors.end(), last.begin(), last.end());
}

CodebookDesign designCodebooks(const CodeMatrix &rows, const CodebookOptions &options, std::span<const double> weights,
                               int64_t outputs) {
  int64_t length = options.length, spaces = (rows.columns + length - 1) / length;
  std::vector<std::vector<double>> books; // after the map of the metric
  std::vector<Metric> metrics;
  int64_t prototypes = 0;
  for (int64_t s = 0; s < spaces; ++s) {
    metrics.emplace_back(length);
    if (!weights.empty())
      metrics.back().setWeights(weights, s * length, rows.columns, outputs);
    WeightedPoints points = collectPoints(rows, s * length, length);
    metrics.back().map(points);
    books.push_back(designCodebook(points, options.prototypes, options.norm, options.lbg));
    prototypes = std::max(prototypes, int64_t(books.back().size()) / length);
  }
  CodebookDesign out{makeCodebooks(rows.columns, prototypes, options), {}};
  out.codebooks.factor = weights.empty() ? options.factor : 1;
  for (int64_t s = 0; s < spaces; ++s) {
    std::vector<double> &book = books[size_t(s)];
    repeatLast(book, length, prototypes);
    auto values = std::span(out.codebooks.values).subspan(size_t(s * prototypes * length), book.size());
    if (weights.empty()) {
      for (size_t i = 0; i < book.size(); ++i)
        values[i] = std::llround(book[i] * double(options.factor));
    } else {
      writePrototypes(metrics[size_t(s)], book, options.prototypeBits, values,
                      std::span(out.codebooks.offsets).subspan(size_t(s * prototypes), size_t(prototypes)));
      metrics[size_t(s)].unmap(book);
    }
    out.centroids.insert(out.centroids.end(), book.begin(), book.end());
  }
  return out;
}

std::optional<runtime::Codebooks> enumeratePatterns(int64_t columns, CodeRange codes, const CodebookOptions &options) {
  int64_t levels = (codes.high - codes.low) / codes.step + 1, patterns = 1;
  for (int64_t l = 0; l < options.length; ++l)
    if ((patterns *= levels) > options.prototypes)
      return std::nullopt;
  runtime::Codebooks out = makeCodebooks(columns, patterns, options);
  out.values.clear();
  for (int64_t s = 0; s < out.spaces; ++s)
    for (int64_t p = 0; p < patterns; ++p)
      for (int64_t l = 0, digit = patterns / levels; l < options.length; ++l, digit /= levels) {
        bool isPresent = s * options.length + l < columns;
        out.values.push_back(isPresent ? codes.low + codes.step * (p / digit % levels) : 0);
      }
  return out;
}

std::vector<std::vector<uint16_t>> encodeRows(const runtime::Codebooks &codebooks, const CodeMatrix &rows) {
  std::vector<std::vector<uint16_t>> out(size_t(codebooks.spaces), std::vector<uint16_t>(size_t(rows.rows)));
  std::vector<int64_t> row(static_cast<size_t>(rows.columns)), positions(static_cast<size_t>(codebooks.spaces));
  for (int64_t r = 0; r < rows.rows; ++r) {
    auto from = rows.values.begin() + r * rows.columns;
    std::copy(from, from + rows.columns, row.begin());
    codebooks.Encode(row.data(), rows.columns, positions.data());
    for (int64_t s = 0; s < codebooks.spaces; ++s)
      out[size_t(s)][size_t(r)] = uint16_t(positions[size_t(s)]);
  }
  return out;
}

} // namespace qcompile::pq
