// The reorder stage and its plan: every position against the definition, for windows, crops,
// copies, lists and transposes, in words of one and of several lanes.
#include "backends/hls/Reorder.h"
#include "tests/unit/hls/UnitTesting.h"

namespace qcompile::hls::testing {
namespace {

/// Positions by the definition of a nest.
std::vector<int64_t> naivePositions(const LoopNest &nest) {
  std::vector<int64_t> out = {nest.start};
  for (size_t loop = 0; loop < nest.extents.size(); ++loop) {
    std::vector<int64_t> next;
    for (int64_t base : out)
      for (int64_t i = 0; i < nest.extents[loop]; ++i)
        next.push_back(base + (int(loop) == nest.listed ? nest.positions[i] : nest.strides[loop] * i));
    out = next;
  }
  return out;
}

/// What library/Reorder.h does with a plan, with checks in place of trust: the buffer's content,
/// and that no word comes before or after its time.
std::vector<int64_t> walk(const LoopNest &nest, const ReorderPlan &plan) {
  const std::vector<int64_t> jumps = nest.jumps(), listJumps = nest.listJumps();
  std::vector<int64_t> buffer(plan.depth, -1), entered(plan.depth, -1), out;
  std::vector<int64_t> counters(nest.extents.size(), 0);
  const int64_t rest = plan.inWords - plan.lead, before = plan.lead + kBufferLatency;
  int64_t address = nest.first(), word = 0, readCredit = plan.pace - 1, writeCredit = 0;
  for (int64_t step = 0; step < before + plan.pace; ++step) {
    bool reads = step < plan.lead, writes = false;
    if (step >= before) {
      readCredit += rest;
      writeCredit += plan.outWords;
      reads = readCredit >= plan.pace;
      writes = writeCredit >= plan.pace;
      readCredit -= reads ? plan.pace : 0;
      writeCredit -= writes ? plan.pace : 0;
    }
    if (writes) {
      const int64_t slot = address % plan.depth;
      EXPECT_GE(step - entered[slot], kBufferLatency);
      out.push_back(buffer[slot]);
      for (size_t loop = nest.extents.size(); loop-- > 0;) {
        const int64_t jump = int(loop) == nest.listed ? listJumps[counters[loop]] : jumps[loop];
        if (++counters[loop] < nest.extents[loop]) {
          address += jump;
          break;
        }
        counters[loop] = 0;
      }
    }
    if (reads) {
      buffer[word % plan.depth] = word;
      entered[word % plan.depth] = step;
      ++word;
    }
  }
  EXPECT_EQ(word, plan.inWords);
  return out;
}

void checkNest(const LoopNest &nest, int64_t elements) {
  ASSERT_TRUE(nest.fits(elements));
  const std::vector<int64_t> expected = naivePositions(nest);
  const LoopNest simple = nest.simplified();
  EXPECT_EQ(naivePositions(simple), expected);
  EXPECT_EQ(simple.elements(), int64_t(expected.size()));
  const int64_t unit = simple.laneUnit(elements);
  for (int64_t lanes = 1; lanes <= unit; ++lanes) {
    if (unit % lanes)
      continue;
    const LoopNest words = simple.inWords(lanes);
    std::vector<int64_t> positions;
    for (int64_t word : naivePositions(words))
      for (int64_t lane = 0; lane < lanes; ++lane)
        positions.push_back(word * lanes + lane);
    EXPECT_EQ(positions, expected) << lanes << " lanes";
    const ReorderPlan plan = planReorder(words, elements / lanes);
    EXPECT_LE(plan.depth, plan.inWords);
    EXPECT_EQ(walk(words, plan), naivePositions(words)) << lanes << " lanes";
  }
}

/// Windows over [rows, columns, channels].
LoopNest windows(int64_t rows, int64_t columns, int64_t channels, int64_t kernel, int64_t stride, int64_t dilation) {
  const int64_t reach = dilation * (kernel - 1) + 1;
  const int64_t row = columns * channels;
  LoopNest nest;
  nest.extents = {(rows - reach) / stride + 1, (columns - reach) / stride + 1, kernel, kernel, channels};
  nest.strides = {stride * row, stride * channels, dilation * row, dilation * channels, 1};
  return nest;
}

TEST(Reorder, Windows) {
  for (int64_t kernel : {1, 2, 3})
    for (int64_t stride : {1, 2, 3})
      for (int64_t dilation : {1, 2})
        for (int64_t channels : {1, 6})
          checkNest(windows(7, 6, channels, kernel, stride, dilation), 7 * 6 * channels);
}

TEST(Reorder, WindowsKeepFewRows) {
  // The published buffer of a sliding window: (k - 1) rows, k - 1 pixels, and a word.
  const ReorderPlan plan = planReorder(windows(32, 32, 1, 3, 1, 1).simplified(), 32 * 32);
  EXPECT_LE(plan.depth, 128);
  EXPECT_GE(plan.depth, 2 * 32 + 3);
  // And its clocks, but for what the even pace takes longer to start: those words, then one window
  // after the other.
  EXPECT_LE(plan.steps(), 2 * 32 + 3 + 30 * 30 * 9 * 1.01);
}

TEST(Reorder, CropsStepsAndRepeats) {
  LoopNest crop;
  crop.start = 2 * 12 + 3;
  crop.extents = {3, 2, 3};
  crop.strides = {12, 6, 1};
  checkNest(crop, 72);
  LoopNest twice; // nearest-neighbour upsampling of [3, 4, 2]
  twice.extents = {3, 2, 4, 2, 2};
  twice.strides = {8, 0, 2, 0, 1};
  checkNest(twice, 24);
  LoopNest one;
  one.start = 5;
  one.extents = {1};
  one.strides = {0};
  checkNest(one, 9);
}

TEST(Reorder, Lists) {
  LoopNest list;
  list.extents = {2, 5, 4};
  list.strides = {24, 0, 1};
  list.listed = 1;
  list.positions = {20, 0, 0, 8, 4};
  checkNest(list, 48);
  // Regular ones become loops.
  list.positions = {0, 0, 8, 8, 16};
  EXPECT_EQ(list.simplified().listed, 1);
  list.extents[1] = 6;
  list.positions = {4, 4, 12, 12, 20, 20};
  EXPECT_EQ(list.simplified().listed, -1);
  checkNest(list, 48);
}

TEST(Reorder, Transposes) {
  LoopNest nest;
  nest.extents = {5, 3, 4};
  nest.strides = {4, 20, 1};
  checkNest(nest, 60);
  nest.extents = {4, 5, 3};
  nest.strides = {1, 4, 20};
  checkNest(nest, 60);
  // All elements wait for the last row, so that nothing less than a frame will do.
  EXPECT_EQ(planReorder(nest.simplified(), 60).depth, 60);
}

TEST(Reorder, RandomNests) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 300; ++trial) {
    LoopNest nest;
    int64_t most = nest.start = random() % 5;
    const int loops = 1 + random() % 4;
    for (int loop = 0; loop < loops; ++loop) {
      nest.extents.push_back(1 + random() % 5);
      nest.strides.push_back(random() % 3 ? random() % 12 : random() % 3);
      most += nest.strides.back() * (nest.extents.back() - 1);
    }
    if (random() % 2) {
      nest.listed = random() % loops;
      most -= nest.strides[nest.listed] * (nest.extents[nest.listed] - 1);
      int64_t last = 0;
      for (int64_t i = 0; i < nest.extents[nest.listed]; ++i)
        nest.positions.push_back(random() % 20);
      for (int64_t position : nest.positions)
        last = std::max(last, position);
      most += last;
      nest.strides[nest.listed] = 0;
    }
    SCOPED_TRACE(trial);
    checkNest(nest, most + 1 + random() % 6);
  }
}

TEST(Reorder, Identity) {
  LoopNest nest;
  nest.extents = {2, 3, 1, 4};
  nest.strides = {12, 4, 7, 1};
  EXPECT_TRUE(nest.simplified().isIdentity(24));
  EXPECT_FALSE(nest.simplified().isIdentity(25));
}

/// The library's loop against the definition.
template <unsigned In, unsigned Out, unsigned Lead, unsigned Depth, class Nest>
void checkStage(const Nest &loops, const LoopNest &nest) {
  const ReorderPlan plan = planReorder(nest, In);
  ASSERT_EQ(plan.lead, Lead);
  ASSERT_EQ(plan.depth, Depth);
  ::hls::stream<ap_uint<20>> in, out;
  for (unsigned i = 0; i < In; ++i)
    in.write(i * 1000 + 1);
  static ap_uint<20> buffer[Depth];
  reorder<20, In, Out, Lead, Depth>(in, out, buffer, loops);
  EXPECT_TRUE(in.empty());
  for (int64_t position : naivePositions(nest))
    EXPECT_EQ(out.read().to_int(), position * 1000 + 1);
  EXPECT_TRUE(out.empty());
}

TEST(Reorder, Stage) {
  const LoopNest nest = windows(8, 8, 2, 3, 1, 1).simplified();
  ASSERT_EQ(nest.extents, (std::vector<int64_t>{6, 6, 3, 6}));
  // Rewinding by hand: 5 inside; 2 * 16 + 5 for the kernel; 5 * 2 + 37 for a row.
  const Loops<4> loops = {0, {6, 6, 3, 6}, {16 - 47, 2 - 37, 16 - 5, 1}};
  const ReorderPlan plan = planReorder(nest, 128);
  ASSERT_EQ(plan.outWords, 648);
  EXPECT_EQ(nest.jumps(), (std::vector<int64_t>{-31, -35, 11, 1}));
  checkStage<128, 648, 52, 64>(loops, nest);
  LoopNest list;
  list.extents = {2, 3};
  list.strides = {4, 0};
  list.listed = 1;
  list.positions = {3, 0, 2};
  const ListedLoops<2, 1, 3> listed = {3, {2, 3}, {4 - (2 - 3), 0}, {-3, 2, 0}};
  checkStage<8, 6, 7, 8>(listed, list);
}

} // namespace
} // namespace qcompile::hls::testing
