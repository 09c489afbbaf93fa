// Requantization against the definition, with exact fractions.
#include <algorithm>

#include "runtime/kernels/packing_network.h"
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

// round(numerator / 2^shift): the two integers around the fraction, and which one the mode takes.
int64_t Rounded(int32_t rounding, int64_t numerator, int64_t shift) {
  const __int128 one = static_cast<__int128>(1) << shift;
  __int128 below = numerator / one;
  if (numerator < 0 && numerator % one != 0)
    --below;
  const __int128 rest = numerator - below * one;
  const __int128 above = rest == 0 ? below : below + 1;
  const __int128 nearest = 2 * rest < one ? below : 2 * rest > one ? above : -1;
  const bool tie = 2 * rest == one;
  const __int128 away = numerator < 0 ? below : above, towards = numerator < 0 ? above : below;
  switch (rounding) {
  case QCRT_CEIL:
    return static_cast<int64_t>(above);
  case QCRT_FLOOR:
    return static_cast<int64_t>(below);
  case QCRT_UP:
    return static_cast<int64_t>(away);
  case QCRT_DOWN:
    return static_cast<int64_t>(towards);
  case QCRT_HALF_UP:
    return static_cast<int64_t>(tie ? away : nearest);
  case QCRT_HALF_DOWN:
    return static_cast<int64_t>(tie ? towards : nearest);
  default:
    return static_cast<int64_t>(tie ? (below % 2 == 0 ? below : above) : nearest);
  }
}

void Check(const RequantizeProblem &problem, const qcrt_format &in, const std::vector<int64_t> &x) {
  auto packed = PackRequantize(problem);
  ASSERT_TRUE(packed.ok()) << packed.status();
  const int64_t n = problem.rows.n, rows = static_cast<int64_t>(x.size()) / n;
  std::vector<int64_t> expected;
  for (size_t i = 0; i < x.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i) / n, column = static_cast<int64_t>(i) % n;
    const auto count = static_cast<int64_t>(problem.multipliers.size());
    const int64_t channel = count == 1 ? 0 : problem.rows.per_row ? row % count : column;
    const int64_t v = problem.multipliers[channel] * x[i] + problem.offsets[problem.offsets.size() == 1 ? 0 : channel];
    expected.push_back(std::clamp(Rounded(problem.rounding, v, problem.shift), problem.low, problem.high));
  }
  Buffer block(*packed), input = Encode(in, x, n);
  ForEachTier([&](int tier) {
    Buffer out(rows * qcrt_row_bytes(&problem.out, n));
    (tier < 0 ? qcrt_requantize_scalar : qcrt_requantize)(block.As<qcrt_requantize_block>(), input.As<void>(),
                                                          out.As<void>(), rows);
    EXPECT_EQ(Decode(problem.out, out, rows, n), expected)
        << "rounding " << problem.rounding << " shift " << problem.shift;
    EXPECT_TRUE(PaddingIsZero(problem.out, out, rows, n));
  });
}

TEST(Requantize, EveryRoundingModeOnTiesAndBesides) {
  std::mt19937_64 random(51);
  for (int32_t rounding = QCRT_ROUND; rounding <= QCRT_HALF_DOWN; ++rounding) {
    for (int64_t shift : {0, 1, 2, 5}) {
      const int64_t multiplier = 1, offset = 0;
      RequantizeProblem problem;
      problem.rows.n = 65;
      problem.type = DataType::Signed(8);
      problem.rounding = rounding;
      problem.multipliers = {&multiplier, 1};
      problem.offsets = {&offset, 1};
      problem.shift = shift;
      problem.low = -128;
      problem.high = 127;
      problem.out = ContainerFormat(DataType::Signed(8));
      std::vector<int64_t> x;
      for (int64_t i = -32; i <= 32; ++i)
        x.push_back(i);
      for (const qcrt_format &in : {Int32Format(), ContainerFormat(problem.type)}) {
        problem.in_layout = in.layout;
        Check(problem, in, x);
      }
    }
  }
}

TEST(Requantize, RandomChannelsAndFormats) {
  std::mt19937_64 random(52);
  for (int round = 0; round < 300; ++round) {
    const bool wide = round % 2, per_row = round % 3 == 1;
    const DataType type =
        DataType::Signed(wide ? 30 + static_cast<int>(random() % 8) : 6 + static_cast<int>(random() % 10));
    const DataType out = DataType::Unsigned(1 + static_cast<int>(random() % 8));
    RequantizeProblem problem;
    problem.rows = {1 + static_cast<int64_t>(random() % 130), per_row};
    problem.type = type;
    problem.rounding = static_cast<int32_t>(random() % 7);
    problem.shift = static_cast<int64_t>(random() % (wide ? 40 : 16));
    problem.low = out.MinValue();
    problem.high = out.MaxValue();
    const qcrt_format outs[] = {PlanesFormat(out), BytesFormat(out), ContainerFormat(out), Int32Format(),
                                Int64Format()};
    problem.out = outs[random() % 5];
    const int64_t channels = round % 3 == 0 ? 1 : per_row ? 2 : problem.rows.n;
    const auto multipliers = RandomCodes(random, DataType::Signed(wide ? 22 : 12), channels);
    const auto offsets = RandomCodes(random, DataType::Signed(wide ? 50 : 20), channels);
    problem.multipliers = multipliers;
    problem.offsets = offsets;
    const qcrt_format in = ContainerFormat(type);
    problem.in_layout = in.layout;
    Check(problem, in, RandomCodes(random, type, 4 * problem.rows.n));
  }
}

TEST(Requantize, TheLargestNumbers) {
  // |multiplier * x + offset| just below 2^61 with every shift.
  const int64_t multiplier = int64_t{1} << 30, offset = (int64_t{1} << 30) - 1;
  for (int32_t rounding = QCRT_ROUND; rounding <= QCRT_HALF_DOWN; ++rounding) {
    for (int64_t shift = 0; shift <= 62; ++shift) {
      RequantizeProblem problem;
      problem.rows.n = 6;
      problem.type = DataType::Signed(31);
      problem.in_layout = QCRT_INT64;
      problem.rounding = rounding;
      problem.multipliers = {&multiplier, 1};
      problem.offsets = {&offset, 1};
      problem.shift = shift;
      problem.low = -(int64_t{1} << 61);
      problem.high = int64_t{1} << 61;
      problem.out = Int64Format();
      const int64_t top = int64_t{1} << 30;
      Check(problem, Int64Format(), {-top, top - 1, -1, 0, 1, top / 2});
    }
  }
}

} // namespace
} // namespace qcompile::runtime
