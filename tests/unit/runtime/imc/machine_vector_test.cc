// Every instruction of the vector unit, run in small programs whose results are worked out beside
// them.
#include "absl/strings/str_cat.h"
#include "tests/unit/runtime/imc/imc_test_util.h"

namespace qcompile::runtime::imc {
namespace {

std::string Text(absl::string_view ports, absl::string_view code, absl::string_view data = "") {
  return absl::StrCat("imc version=2\ntarget rows=8 columns=16 slots=8 accumulators=8 activation_bytes=128 "
                      "threshold_words=32 vector_lanes=2\n",
                      ports, "code\n", code, "halt\ndata\n", data);
}

// The output of a program with x at byte 0 and y at byte 64.
std::vector<int64_t> RunOn(DataType in, const std::vector<int64_t> &x, DataType out, int64_t elements,
                           absl::string_view code, absl::string_view data = "") {
  std::string ports =
      absl::StrCat("input \"x\" type=", in.ToString(), " elements=", x.size(),
                   " activation=0\noutput \"y\" type=", out.ToString(), " elements=", elements, " activation=64\n");
  auto simulator = Simulator::Create(MustAssemble(Text(ports, code, data)));
  EXPECT_TRUE(simulator.ok()) << simulator.status();
  auto y = simulator->Run({Integers(in, {static_cast<int64_t>(x.size())}, x)});
  EXPECT_TRUE(y.ok()) << y.status();
  return y.ok() ? (*y)[0].ToIntegers() : std::vector<int64_t>();
}

std::string Failure(absl::string_view code, absl::string_view data = "") {
  return FailureOf(MustAssemble(Text("", code, data)), {});
}

using Values = std::vector<int64_t>;
const DataType kInt8 = DataType::Signed(8);

TEST(ImcVector, AddsWithMultipliersAndBroadcast) {
  EXPECT_EQ(RunOn(kInt8, {1, -2, 3, 10, 20, 30}, DataType::Signed(16), 3,
                  "load_accumulators accumulator=0 activation=0 count=3 type=int8 multiplier=-5 "
                  "broadcast=0\n"
                  "add_accumulators accumulator=0 activation=3 count=3 type=int8 multiplier=2 "
                  "broadcast=0\n"
                  "add_accumulators accumulator=0 activation=5 count=3 type=int8 multiplier=1 "
                  "broadcast=1\n"
                  "store_accumulators accumulator=0 activation=64 count=3 type=int16\n"),
            (Values{-5 + 20 + 30, 10 + 40 + 30, -15 + 60 + 30}));
}

TEST(ImcVector, MultipliesAndTakesTheLarger) {
  EXPECT_EQ(RunOn(kInt8, {-4, 5, 6, -7}, DataType::Signed(16), 2,
                  "load_accumulators accumulator=1 activation=0 count=2 type=int8 multiplier=1 "
                  "broadcast=0\n"
                  "multiply_accumulators accumulator=1 activation=2 count=2 type=int8 "
                  "broadcast=0\n"
                  "max_accumulators accumulator=1 activation=3 count=2 type=int8 broadcast=1\n"
                  "store_accumulators accumulator=1 activation=64 count=2 type=int16\n"),
            (Values{-7, -7}));
}

// A 1x2 times a 2x3 matrix: (2, -3) and (1, 2, 3), (4, 5, 6).
TEST(ImcVector, MultiplyAddSumsAProduct) {
  EXPECT_EQ(RunOn(kInt8, {2, -3, 1, 2, 3, 4, 5, 6}, DataType::Signed(16), 3,
                  "load_accumulators accumulator=0 activation=0 count=3 type=int8 multiplier=0 "
                  "broadcast=1\n"
                  "repeat count=2 source=1 operand=3 destination=0 accumulator=0\n"
                  "multiply_add accumulator=0 scalar=0 scalar_type=int8 activation=2 count=3 "
                  "type=int8\nend_repeat\n"
                  "store_accumulators accumulator=0 activation=64 count=3 type=int16\n"),
            (Values{2 - 12, 4 - 15, 6 - 18}));
}

// Rows (multiplier 3, offset 1) and (multiplier -1, offset 2^33): little-endian words.
constexpr char kFactors[] = "0300000000000000 0100000000000000 ffffffffffffffff 0000000002000000\n";

TEST(ImcVector, RequantizesByChannel) {
  auto run = [&](absl::string_view how, int64_t a, int64_t b) {
    return RunOn(DataType::Signed(32), {a, b}, kInt8, 2,
                 absl::StrCat("configure_requantize type=int8 ", how,
                              "\nload_thresholds thresholds=4 words=8 data=0\n"
                              "load_accumulators accumulator=0 activation=0 count=2 type=int32 "
                              "multiplier=1 broadcast=0\n"
                              "requantize accumulator=0 factors=4 channels=2 shared=0 "
                              "activation=64\n"),
                 kFactors);
  };
  // (3 * 5 + 1) / 4 = 4; (2^33 - x) / 4 is far above the bound.
  EXPECT_EQ(run("low=-9 high=9 shift=2 rounding=ROUND", 5, 7), (Values{4, 9}));
  EXPECT_EQ(run("low=-9 high=9 shift=2 rounding=ROUND", -100, 7), (Values{-9, 9}));
  // (2^33 - x) / 2^31 with x = 2^31 - 1, about 3.
  EXPECT_EQ(run("low=-9 high=9 shift=31 rounding=ROUND", 0, 2147483647), (Values{0, 3}));
}

// (3 x + 1) / 4 for x = 3: 2.5; x = 7: 5.5; x = -1: -0.5; x = -5: -3.5; x = 4: 3.25.
TEST(ImcVector, EveryRoundingMode) {
  auto run = [&](absl::string_view mode) {
    return RunOn(kInt8, {3, 7, -1, -5, 4}, kInt8, 5,
                 absl::StrCat("configure_requantize type=int8 low=-99 high=99 shift=2 rounding=", mode,
                              "\nload_thresholds thresholds=0 words=4 data=0\n"
                              "load_accumulators accumulator=0 activation=0 count=5 type=int8 "
                              "multiplier=1 broadcast=0\n"
                              "requantize accumulator=0 factors=0 channels=5 shared=1 "
                              "activation=64\n"),
                 kFactors);
  };
  EXPECT_EQ(run("ROUND"), (Values{2, 6, 0, -4, 3}));
  EXPECT_EQ(run("CEIL"), (Values{3, 6, 0, -3, 4}));
  EXPECT_EQ(run("FLOOR"), (Values{2, 5, -1, -4, 3}));
  EXPECT_EQ(run("UP"), (Values{3, 6, -1, -4, 4}));
  EXPECT_EQ(run("DOWN"), (Values{2, 5, 0, -3, 3}));
  EXPECT_EQ(run("HALF_UP"), (Values{3, 6, -1, -4, 3}));
  EXPECT_EQ(run("HALF_DOWN"), (Values{2, 5, 0, -3, 3}));
}

// One row, direction 1, thresholds -2^40 and 2^40, each in two words.
TEST(ImcVector, WideThresholds) {
  std::string data = "01000000 0000000000ffffff 0000000000010000\n";
  auto run = [&](int64_t x) {
    return RunOn(DataType::Signed(48), {x}, kInt8, 1,
                 "configure_output type=int8 low=0 step=1\n"
                 "load_thresholds thresholds=0 words=5 data=0\n"
                 "load_accumulators accumulator=0 activation=0 count=1 type=int48 multiplier=1 "
                 "broadcast=0\n"
                 "threshold accumulator=0 thresholds=0 channels=1 levels=2 shared=1 wide=1 "
                 "activation=64\n",
                 data)[0];
  };
  int64_t far = int64_t{1} << 40;
  EXPECT_EQ(run(-far - 1), 0);
  EXPECT_EQ(run(-far), 1);
  EXPECT_EQ(run(far - 1), 1);
  EXPECT_EQ(run(far), 2);
}

// Entries of two bytes for indices -1, 0, 1.
TEST(ImcVector, TablesClamp) {
  EXPECT_EQ(RunOn(kInt8, {-100, -1, 0, 1, 100}, DataType::Signed(16), 5,
                  "load_constants destination=32 bytes=6 data=0\n"
                  "configure_table table=32 entries=3 entry_bytes=2 low=-1 clamp=1\n"
                  "lookup activation=0 destination=64 count=5 type=int8 shared=1\n",
                  "0100 0002 ffff\n"),
            (Values{1, 1, 512, -1, -1}));
}

TEST(ImcVector, TablesByElement) {
  EXPECT_EQ(RunOn(kInt8, {1, 0}, kInt8, 2,
                  "load_constants destination=32 bytes=4 data=0\n"
                  "configure_table table=32 entries=2 entry_bytes=1 low=0 clamp=1\n"
                  "lookup activation=0 destination=64 count=2 type=int8 shared=0\n",
                  "01020304\n"),
            (Values{2, 3}));
}

TEST(ImcVector, LookupsWrapOnceAndAreChecked) {
  std::string code = "load_constants destination=32 bytes=4 data=0\n"
                     "configure_table table=32 entries=2 entry_bytes=2 low=0 clamp=0\n"
                     "lookup activation=0 destination=64 count=1 type=int64 shared=1\n";
  auto run = [&](int64_t i) { return RunOn(DataType::Int64(), {i}, kInt8, 2, code, "01020304\n"); };
  EXPECT_EQ(run(0), (Values{1, 2}));
  EXPECT_EQ(run(-1), (Values{3, 4}));
  EXPECT_EQ(run(-2), (Values{1, 2}));
  Program program = MustAssemble(Text("input \"x\" type=int64 elements=1 activation=0\n", code, "01020304\n"));
  for (int64_t beyond : {int64_t{2}, int64_t{-3}, INT64_MIN, INT64_MAX}) {
    EXPECT_EQ(FailureOf(program, {Integers(DataType::Int64(), {1}, {beyond})}),
              absl::StrCat("instruction 2 (lookup): index ", beyond, " lies beyond a table of 2 entries"));
  }
}

// Columns of a 4x2 matrix: (3, 5, 3, 1).
TEST(ImcVector, SelectOrdersValuesAndPositions) {
  auto run = [&](DataType type, absl::string_view flags) {
    return RunOn(kInt8, {3, 0, 5, 0, 3, 0, 1, 0}, type, 5,
                 absl::StrCat("select activation=0 destination=64 count=4 k=3 stride=2 type=int8 ", flags, "\n"));
  };
  EXPECT_EQ(run(kInt8, "smallest=0 last=0 positions=0"), (Values{5, 0, 3, 0, 3}));
  EXPECT_EQ(run(kInt8, "smallest=1 last=0 positions=0"), (Values{1, 0, 3, 0, 3}));
  EXPECT_EQ(run(DataType::Int64(), "smallest=0 last=0 positions=1"), (Values{1, 0, 0, 0, 2}));
  EXPECT_EQ(run(DataType::Int64(), "smallest=0 last=1 positions=1"), (Values{1, 0, 2, 0, 0}));
  EXPECT_EQ(run(DataType::Int64(), "smallest=1 last=0 positions=1"), (Values{3, 0, 0, 0, 2}));
}

TEST(ImcVector, CopyChangesTypes) {
  EXPECT_EQ(RunOn(DataType::Bipolar(), {-1, 1, 1}, DataType::Signed(16), 3,
                  "copy source=0 destination=64 count=3 source_stride=1 destination_stride=1 "
                  "type=bipolar result_type=int16\n"),
            (Values{-1, 1, 1}));
  EXPECT_EQ(Failure("fill destination=0 count=1 stride=1 type=int16 value=300\n"
                    "copy source=0 destination=8 count=1 source_stride=1 destination_stride=1 "
                    "type=int16 result_type=int8\n"),
            "instruction 1 (copy): the value 300 does not fit int8");
}

TEST(ImcVector, FillWritesStrided) {
  EXPECT_EQ(RunOn(kInt8, {0}, DataType::Signed(16), 5,
                  "fill destination=64 count=5 stride=1 type=int16 value=-300\n"
                  "fill destination=66 count=2 stride=2 type=int16 value=7\n"),
            (Values{-300, 7, -300, 7, -300}));
  EXPECT_EQ(Failure("fill destination=0 count=1 stride=1 type=bipolar value=0\n"),
            "instruction 0 (fill): the value 0 does not fit bipolar");
}

TEST(ImcVector, StateIsChecked) {
  EXPECT_EQ(Failure("requantize accumulator=0 factors=0 channels=1 shared=1 activation=0\n"),
            "instruction 0 (requantize): codes are written before 'configure_requantize'");
  EXPECT_EQ(Failure("lookup activation=0 destination=8 count=1 type=int8 shared=1\n"),
            "instruction 0 (lookup): elements are looked up before 'configure_table'");
  std::string table = "configure_table table=8 entries=4 entry_bytes=2 low=0 clamp=1\n";
  EXPECT_EQ(Failure(table + "lookup activation=0 destination=12 count=1 type=int8 shared=1\n"),
            "instruction 1 (lookup): the results overlap the table or the indices");
  EXPECT_EQ(Failure("load_constants destination=0 bytes=3 data=0\n", "0102"),
            "instruction 0 (load_constants): data bytes 0 to 2 lie beyond the 2 that exist");
  EXPECT_EQ(Failure("load_constants destination=127 bytes=2 data=0\n", "0102"),
            "instruction 0 (load_constants): activation bytes 127 to 128 lie beyond the 128 that "
            "exist");
  EXPECT_EQ(Failure("fill destination=0 count=1 stride=1 type=int48 value=100000000000\n"
                    "load_accumulators accumulator=0 activation=0 count=1 type=int48 "
                    "multiplier=100000000000 broadcast=0\n"),
            "instruction 1 (load_accumulators): a result does not fit 64 bits");
}

} // namespace
} // namespace qcompile::runtime::imc
