//===- ScaleSearch.cpp - Scales and zero points for given numbers ---------===//
#include "passes/quantize-model/ScaleSearch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace qcompile::quantization {

int64_t getCode(double value, Scale scale, const Codes &codes) {
  const double code = std::nearbyint(value / scale.scale) + double(scale.zeroPoint);
  return int64_t(std::clamp(code, double(codes.low), double(codes.high)));
}

double getSquaredError(const Sample &sample, Scale scale, const Codes &codes) {
  const double low = double(codes.low - scale.zeroPoint), high = double(codes.high - scale.zeroPoint);
  double sum = 0;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    const double code = std::clamp(std::nearbyint(sample.values[i] / scale.scale), low, high);
    const double error = sample.values[i] - scale.scale * code;
    sum += (sample.importance.empty() ? 1 : sample.importance[i]) * error * error;
  }
  return sum;
}

namespace {

/// Smaller scales would make quotients overflow; a layer of such weights computes zeros anyway.
constexpr double kSmallestScale = 0x1p-100;

double toScale(double scale) { return float(std::clamp(scale, kSmallestScale, 0x1p100)); }

/// The least product of `unit` and a power of two that is not below `scale`.
double roundUp(double scale, double unit) {
  int exponent;
  const double mantissa = std::frexp(scale / unit, &exponent); // in [0.5, 1)
  return unit * std::ldexp(1, mantissa == 0.5 ? exponent - 1 : exponent);
}

struct Range {
  double low, high; ///< low <= 0 <= high
};

/// The lowest and highest number, or quantiles of them.
Range getRange(llvm::ArrayRef<double> values, const RangeOptions &options, bool affine) {
  Range range{0, 0};
  if (options.kind != RangeKind::Percentile) {
    for (double v : values)
      range = {std::min(range.low, v), std::max(range.high, v)};
    return range;
  }
  std::vector<double> sorted(values.begin(), values.end());
  if (!affine)
    for (double &v : sorted)
      v = std::abs(v);
  const size_t last = sorted.size() - 1;
  auto quantile = [&](double percent) {
    const size_t at = std::min<size_t>(last, size_t(std::nearbyint(percent / 100 * double(last))));
    std::nth_element(sorted.begin(), sorted.begin() + at, sorted.end());
    return sorted[at];
  };
  range.high = std::max(0.0, quantile(options.percentile));
  range.low = affine ? std::min(0.0, quantile(100 - options.percentile)) : -range.high;
  // More zeros than the percentile says: clipping everything would say nothing.
  if (range.low == 0 && range.high == 0)
    return getRange(values, RangeOptions{}, affine);
  return range;
}

/// Scale and zero point under which a range is covered.
Scale cover(Range range, const Codes &codes, double unit) {
  double scale;
  if (codes.affine) {
    scale = (range.high - range.low) / double(codes.high - codes.low);
  } else {
    // An unsigned quantizer has no place for negative numbers.
    const double below = codes.low < 0 ? range.low / double(codes.low) : 0;
    scale = std::max(range.high / double(codes.high), below);
  }
  if (scale == 0)
    return {1, codes.affine ? std::clamp<int64_t>(0, codes.low, codes.high) : 0};
  if (unit > 0)
    scale = roundUp(scale, unit);
  Scale out{toScale(scale), 0};
  if (codes.affine)
    out.zeroPoint = int64_t(
        std::clamp(double(codes.low) + std::nearbyint(-range.low / out.scale), double(codes.low), double(codes.high)));
  return out;
}

/// Keeps the best scale seen.
class Search {
public:
  Search(const Sample &sample, const Codes &codes, double unit) : sample(sample), codes(codes), unit(unit) {}

  double offer(Scale scale) {
    scale.scale = toScale(scale.scale);
    const double error = getSquaredError(sample, scale, codes);
    if (error < least) {
      least = error;
      best = scale;
    }
    return error;
  }

  /// Golden section of f on [a, b], which offers what it evaluates.
  template <typename F> void section(double a, double b, F &&f) {
    const double golden = (std::sqrt(5.0) - 1) / 2;
    double c = b - golden * (b - a), d = a + golden * (b - a), fc = f(c), fd = f(d);
    for (int step = 0; step < 24; ++step) {
      if (fc <= fd) {
        b = d, d = c, fd = fc;
        c = b - golden * (b - a), fc = f(c);
      } else {
        a = c, c = d, fc = fd;
        d = a + golden * (b - a), fd = f(d);
      }
    }
  }

  /// Alternates the codes for a scale and the best scale for those codes.
  void refine() {
    for (int step = 0; step < 50; ++step) {
      double vq = 0, qq = 0;
      for (size_t i = 0; i < sample.values.size(); ++i) {
        const double weight = sample.importance.empty() ? 1 : sample.importance[i];
        const double q = double(getCode(sample.values[i], best, codes) - best.zeroPoint);
        vq += weight * sample.values[i] * q;
        qq += weight * q * q;
      }
      const double before = least;
      if (qq <= 0 || vq <= 0)
        return;
      offer({vq / qq, best.zeroPoint});
      if (least >= before)
        return;
    }
  }

  const Sample &sample;
  const Codes &codes;
  const double unit;
  Scale best;
  double least = std::numeric_limits<double>::infinity();
};

void searchSymmetric(Search &search, double covering) {
  if (search.unit > 0) {
    for (int step = -7; step <= 1; ++step)
      search.offer({covering * std::ldexp(1, step), 0});
    return;
  }
  search.offer({covering, 0});
  int at = 100;
  double least = search.least;
  for (int percent = 1; percent <= 200; ++percent) {
    const double error = search.offer({covering * percent / 100, 0});
    if (error < least) {
      least = error;
      at = percent;
    }
  }
  search.section(covering * std::max(at - 1, 1) / 100, covering * (at + 1) / 100,
                 [&](double scale) { return search.offer({scale, 0}); });
  search.refine();
}

void searchAffine(Search &search, Range range) {
  auto offer = [&](double low, double high) {
    return search.offer(cover({range.low * low, range.high * high}, search.codes, search.unit));
  };
  double low = 1, high = 1, least = offer(1, 1);
  auto shrink = [&](bool changesLow, bool changesHigh) {
    const double fromLow = low, fromHigh = high;
    for (int percent = 10; percent <= 110; ++percent) {
      const double newLow = changesLow ? fromLow * percent / 100 : fromLow;
      const double newHigh = changesHigh ? fromHigh * percent / 100 : fromHigh;
      const double error = offer(newLow, newHigh);
      if (error < least)
        least = error, low = newLow, high = newHigh;
    }
  };
  shrink(true, true);
  shrink(true, false);
  shrink(false, true);
  if (search.unit > 0)
    return;
  search.section(0.98, 1.02, [&](double f) { return offer(low * f, high * f); });
  search.refine();
}

} // namespace

Scale findScale(const Sample &sample, const Codes &codes, const RangeOptions &options) {
  if (sample.values.empty())
    return cover({0, 0}, codes, options.unit);
  const Range range = getRange(sample.values, options, codes.affine);
  const Scale covering = cover(range, codes, options.unit);
  if (options.kind != RangeKind::Mse || (range.low == 0 && range.high == 0))
    return covering;
  Search search(sample, codes, options.unit);
  search.offer(covering);
  if (codes.affine)
    searchAffine(search, range);
  else
    searchSymmetric(search, covering.scale);
  return search.best;
}

std::vector<double> thin(llvm::ArrayRef<llvm::ArrayRef<float>> parts, size_t limit) {
  size_t count = 0;
  for (llvm::ArrayRef<float> part : parts)
    count += part.size();
  // Odd, so that it meets all positions of rows whose length is a power of two.
  const size_t step = count > limit ? (count / limit) | 1 : 1;
  std::vector<double> out;
  size_t next = 0, begin = 0;
  for (llvm::ArrayRef<float> part : parts) {
    for (; next < begin + part.size(); next += step)
      out.push_back(part[next - begin]);
    begin += part.size();
  }
  return out;
}

} // namespace qcompile::quantization
