// Goes through the loops once, by runs of consecutive words, and searches the least lead.
#include "backends/hls/Reorder.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace qcompile::hls {

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

int64_t LoopNest::offset(size_t loop, int64_t i) const {
  return int(loop) == listed ? positions[i] : strides[loop] * i;
}

int64_t LoopNest::rewind(size_t loop) const { return offset(loop, extents[loop] - 1) - offset(loop, 0); }

int64_t LoopNest::first() const { return start + (listed < 0 ? 0 : positions.front()); }

int64_t LoopNest::elements() const {
  return std::accumulate(extents.begin(), extents.end(), int64_t(1), std::multiplies<>());
}

bool LoopNest::isIdentity(int64_t all) const {
  return start == 0 && listed < 0 && extents.size() == 1 && extents[0] == all && (strides[0] == 1 || all == 1);
}

bool LoopNest::fits(int64_t all) const {
  int64_t least = start, most = start;
  for (size_t loop = 0; loop < extents.size(); ++loop) {
    int64_t low = 0, high = 0;
    if (int(loop) == listed) {
      low = *std::min_element(positions.begin(), positions.end());
      high = *std::max_element(positions.begin(), positions.end());
    } else {
      (strides[loop] < 0 ? low : high) = strides[loop] * (extents[loop] - 1);
    }
    least += low;
    most += high;
  }
  return least >= 0 && most < all;
}

/// The number of equal neighbours that positions consist of, 0 where their groups are not evenly
/// apart; `step` is how far.
static int64_t findRepeats(const std::vector<int64_t> &positions, int64_t &step) {
  const int64_t count = int64_t(positions.size());
  int64_t repeats = 1;
  while (repeats < count && positions[repeats] == positions[0])
    ++repeats;
  if (count % repeats)
    return 0;
  step = repeats < count ? positions[repeats] - positions[0] : 0;
  for (int64_t i = 0; i < count; ++i)
    if (positions[i] != positions[0] + i / repeats * step)
      return 0;
  return repeats;
}

LoopNest LoopNest::simplified() const {
  LoopNest out;
  out.start = start;
  auto add = [&](int64_t extent, int64_t stride) {
    if (extent == 1)
      return;
    const bool merges =
        !out.extents.empty() && int(out.extents.size()) - 1 != out.listed && out.strides.back() == stride * extent;
    if (merges) {
      out.extents.back() *= extent;
      out.strides.back() = stride;
      return;
    }
    out.extents.push_back(extent);
    out.strides.push_back(stride);
  };
  for (size_t loop = 0; loop < extents.size(); ++loop) {
    if (int(loop) != listed) {
      add(extents[loop], strides[loop]);
      continue;
    }
    int64_t step = 0;
    if (const int64_t repeats = findRepeats(positions, step)) {
      out.start += positions[0];
      add(extents[loop] / repeats, step);
      add(repeats, 0);
      continue;
    }
    out.listed = int(out.extents.size());
    out.positions = positions;
    out.extents.push_back(extents[loop]);
    out.strides.push_back(0);
  }
  if (out.extents.empty()) {
    out.extents.push_back(1);
    out.strides.push_back(1);
  }
  return out;
}

int64_t LoopNest::laneUnit(int64_t all) const {
  const size_t inner = extents.size() - 1;
  if (int(inner) == listed || (strides[inner] != 1 && extents[inner] != 1))
    return 1;
  int64_t unit = std::gcd(std::gcd(all, start), extents[inner]);
  for (size_t loop = 0; loop < inner; ++loop)
    if (int(loop) != listed)
      unit = std::gcd(unit, strides[loop]);
  for (int64_t position : positions)
    unit = std::gcd(unit, position);
  return unit;
}

LoopNest LoopNest::inWords(int64_t lanes) const {
  LoopNest out = *this;
  out.start /= lanes;
  out.extents.back() /= lanes;
  for (size_t loop = 0; loop + 1 < extents.size(); ++loop)
    out.strides[loop] /= lanes;
  for (int64_t &position : out.positions)
    position /= lanes;
  return out.simplified();
}

std::vector<int64_t> LoopNest::jumps() const {
  std::vector<int64_t> out(extents.size());
  int64_t inner = 0;
  for (size_t loop = extents.size(); loop-- > 0;) {
    out[loop] = (int(loop) == listed ? 0 : strides[loop]) - inner;
    inner += rewind(loop);
  }
  return out;
}

std::vector<int64_t> LoopNest::listJumps() const {
  int64_t inner = 0;
  for (size_t loop = extents.size(); int(--loop) > listed;)
    inner += rewind(loop);
  std::vector<int64_t> out(positions.size(), 0);
  for (size_t i = 0; i + 1 < positions.size(); ++i)
    out[i] = positions[i + 1] - positions[i] - inner;
  return out;
}

//===----------------------------------------------------------------------===//
// Plan
//===----------------------------------------------------------------------===//

int64_t ReorderPlan::steps() const { return lead + kBufferLatency + pace; }

namespace {

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The walk as runs of `length` consecutive words, by their first addresses.
class Planner {
public:
  Planner(const LoopNest &nest, int64_t inWords) : inWords(inWords), outWords(nest.elements()) {
    const size_t inner = nest.extents.size() - 1;
    const bool runs = nest.strides[inner] == 1 && int(inner) != nest.listed;
    length = runs ? nest.extents[inner] : 1;
    addRuns(nest, nest.jumps(), nest.listJumps());
    findRecords();
    findOldest();
  }

  ReorderPlan plan() const {
    int64_t low = 0, high = inWords; // everything read first is always in time
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (isInTime(middle))
        high = middle;
      else
        low = middle + 1;
    }
    ReorderPlan out{inWords, outWords, high, 1, paceOf(high)};
    const int64_t needed = int64_t(std::bit_ceil(uint64_t(std::max<int64_t>(1, findDepth(out)))));
    out.depth = std::min(needed, inWords);
    return out;
  }

private:
  struct Record {
    int64_t out, address, count;
  };

  void addRuns(const LoopNest &nest, const std::vector<int64_t> &jumps, const std::vector<int64_t> &listJumps) {
    const size_t loops = nest.extents.size() - (length > 1 ? 1 : 0);
    std::vector<int64_t> counters(nest.extents.size(), 0);
    int64_t address = nest.first();
    for (const int64_t count = outWords / length; int64_t(starts.size()) < count;) {
      starts.push_back(address);
      // The innermost loop has run through.
      address += length - 1;
      for (size_t loop = loops; loop-- > 0;) {
        const int64_t jump = int(loop) == nest.listed ? listJumps[counters[loop]] : jumps[loop];
        if (++counters[loop] < nest.extents[loop]) {
          address += jump;
          break;
        }
        counters[loop] = 0;
      }
    }
  }

  /// Words that are used for the first time, where no later word was used before.
  void findRecords() {
    int64_t seen = 0;
    for (size_t run = 0; run < starts.size(); ++run) {
      const int64_t end = starts[run] + length;
      if (end <= seen)
        continue;
      const int64_t skip = std::max<int64_t>(0, seen - starts[run]);
      records.push_back({int64_t(run) * length + skip, starts[run] + skip, length - skip});
      seen = end;
    }
  }

  void findOldest() {
    oldest.assign(starts.size() + 1, INT64_MAX);
    for (size_t run = starts.size(); run-- > 0;)
      oldest[run] = std::min(oldest[run + 1], starts[run]);
  }

  int64_t paceOf(int64_t lead) const { return std::max(inWords - lead, outWords); }
  /// The step behind the lead in which a word leaves.
  int64_t stepOf(int64_t out, int64_t pace) const { return divideUp((out + 1) * pace, outWords) - 1; }

  bool isInTime(int64_t lead) const {
    const int64_t rest = inWords - lead, pace = paceOf(lead);
    for (const Record &record : records)
      for (int64_t i = 0; i < record.count; ++i) {
        const int64_t step = stepOf(record.out + i, pace) - kBufferLatency;
        const int64_t there = lead + (step < 0 ? 0 : divideUp((step + 1) * rest, pace));
        if (record.address + i >= there)
          return false;
      }
    return true;
  }

  int64_t findDepth(const ReorderPlan &plan) const {
    const int64_t rest = inWords - plan.lead;
    int64_t most = 0;
    for (size_t run = 0; run < starts.size(); ++run)
      for (int64_t i : {int64_t(0), length - 1}) {
        const int64_t step = stepOf(int64_t(run) * length + i, plan.pace);
        const int64_t there = plan.lead + divideUp((step + 1) * rest, plan.pace);
        most = std::max(most, there - std::min(starts[run] + i, oldest[run + 1]));
      }
    // Between the ends of a run both sides grow evenly, but for rounding.
    return length > 2 ? most + 2 : most;
  }

  int64_t inWords, outWords, length = 1;
  std::vector<int64_t> starts, oldest;
  std::vector<Record> records;
};

} // namespace

ReorderPlan planReorder(const LoopNest &nest, int64_t inWords) { return Planner(nest, inWords).plan(); }

} // namespace qcompile::hls
