//===- ChannelOrder.cpp - Input channels in the order that keeps most -----===//
#include "passes/prune-weights/ChannelOrder.h"

#include <algorithm>
#include <numeric>

namespace qcompile::compression {
namespace {

class OrderSearch {
public:
  OrderSearch(const Matrix &weights, int64_t outer, int64_t channels, int64_t inner, GroupPattern pattern)
      : magnitudes(weights.cwiseAbs()), outer(outer), channels(channels), inner(inner), pattern(pattern),
        columns(weights.cols()), picks(channels), kept((weights.cols() + pattern.m - 1) / pattern.m) {
    std::iota(columns.begin(), columns.end(), 0);
    std::iota(picks.begin(), picks.end(), 0);
    for (size_t g = 0; g < kept.size(); ++g)
      kept[g] = getKept(int64_t(g));
  }

  double total() const { return std::accumulate(kept.begin(), kept.end(), 0.0); }
  const std::vector<int64_t> &order() const { return picks; }

  void run() {
    // Groups that lie within a channel are the same in every order.
    if (inner % pattern.m == 0)
      return;
    const double least = 1e-9 * magnitudes.sum();
    for (bool found = true; found && budget > 0;) {
      found = false;
      for (int64_t a = 0; a < channels; ++a)
        for (int64_t b = a + 1; b < channels && budget > 0; ++b)
          found |= trySwap(a, b, least);
    }
  }

private:
  /// What the group keeps over all outputs, in the present order.
  double getKept(int64_t group) {
    const int64_t begin = group * pattern.m, end = std::min(begin + pattern.m, int64_t(columns.size()));
    double sum = 0;
    values.resize(size_t(end - begin));
    for (int64_t row = 0; row < magnitudes.rows(); ++row) {
      for (int64_t j = begin; j < end; ++j)
        values[j - begin] = magnitudes(row, columns[j]);
      if (pattern.n < end - begin)
        std::nth_element(values.begin(), values.begin() + pattern.n, values.end(), std::greater<>());
      for (int64_t i = 0; i < std::min(pattern.n, end - begin); ++i)
        sum += values[i];
    }
    budget -= (end - begin) * magnitudes.rows();
    return sum;
  }

  void swapChannels(int64_t a, int64_t b) {
    std::swap(picks[a], picks[b]);
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < inner; ++i)
        std::swap(columns[(o * channels + a) * inner + i], columns[(o * channels + b) * inner + i]);
  }

  bool trySwap(int64_t a, int64_t b, double least) {
    touched.clear();
    for (int64_t c : {a, b})
      for (int64_t o = 0; o < outer; ++o)
        for (int64_t first = (o * channels + c) * inner, g = first / pattern.m; g <= (first + inner - 1) / pattern.m;
             ++g)
          touched.push_back(g);
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    swapChannels(a, b);
    double gain = 0;
    fresh.clear();
    for (int64_t g : touched) {
      fresh.push_back(getKept(g));
      gain += fresh.back() - kept[g];
    }
    if (gain <= least) {
      swapChannels(a, b);
      return false;
    }
    for (size_t i = 0; i < touched.size(); ++i)
      kept[touched[i]] = fresh[i];
    return true;
  }

  Matrix magnitudes;
  int64_t outer, channels, inner;
  GroupPattern pattern;
  std::vector<int64_t> columns, picks, touched;
  std::vector<double> kept, fresh, values;
  int64_t budget = 1'000'000'000;
};

} // namespace

ChannelOrder searchChannelOrder(const Matrix &weights, int64_t outer, int64_t channels, int64_t inner,
                                GroupPattern pattern) {
  OrderSearch search(weights, outer, channels, inner, pattern);
  const double whole = weights.cwiseAbs().sum();
  auto part = [&] { return whole > 0 ? search.total() / whole : 1; };
  ChannelOrder out;
  out.keptBefore = part();
  search.run();
  out.keptAfter = part();
  out.picks = search.order();
  return out;
}

} // namespace qcompile::compression
