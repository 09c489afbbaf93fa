// Every instruction, run in small programs whose results are worked out beside them.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "tests/unit/runtime/imc/imc_test_util.h"

namespace qcompile::runtime::imc {
namespace {

constexpr char kTarget[] =
    "target rows=8 columns=16 slots=8 max_weight_bits=8 banks=2 accumulators=8 accumulator_bits=8 "
    "activation_bytes=64 threshold_words=16 vector_lanes=2";

std::string Text(absl::string_view ports, absl::string_view code, absl::string_view data = "") {
  return absl::StrCat("imc version=2\n", kTarget, "\n", ports, "code\n", code, "data\n", data);
}

std::vector<int64_t> RunText(const std::string &text, const std::vector<Tensor> &inputs) {
  auto simulator = Simulator::Create(MustAssemble(text));
  EXPECT_TRUE(simulator.ok()) << simulator.status();
  auto outputs = simulator->Run(inputs);
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  return outputs.ok() ? (*outputs)[0].ToIntegers() : std::vector<int64_t>();
}

std::string Failure(absl::string_view code, absl::string_view data = "") {
  return FailureOf(MustAssemble(Text("", code, data)), {});
}

// Weights int2, 3 rows x 2 columns, dense: columns (1, -1, 0) and (-2, 1, 1).
// Bits from the least significant: 01 11 00 | 10 01 01 -> 0b10001101, 0b0101
constexpr char kWeights[] = "8d05\n";
constexpr char kPorts[] = "input \"x\" type=int3 elements=3 activation=0\n"
                          "output \"y\" type=int8 elements=2 activation=32\n";
constexpr char kMatmul[] = "configure input=int3 weight=int2\n"
                           "load_weights bank=1 format=dense n=0 m=0 rows=3 columns=2 data=0\n"
                           "stream activation=0 count=3\n"
                           "mac bank=1 accumulator=4 keep=0\n";

// y = (x0 - x1, -2 x0 + x1 + x2)
TEST(ImcMachine, MacWithSignedInputs) {
  std::string code = absl::StrCat(kMatmul, "store_accumulators accumulator=4 activation=32 count=2 type=int8\nhalt\n");
  Tensor x = Integers(DataType::Signed(3), {3}, {-4, 3, -1});
  EXPECT_EQ(RunText(Text(kPorts, code, kWeights), {x}), (std::vector<int64_t>{-7, 10}));
}

TEST(ImcMachine, MacAddsWhereToldTo) {
  std::string code = absl::StrCat(kMatmul, "mac bank=1 accumulator=4 keep=1\n",
                                  "store_accumulators accumulator=4 activation=32 count=2 type=int8\nhalt\n");
  Tensor x = Integers(DataType::Signed(3), {3}, {-4, 3, -1});
  EXPECT_EQ(RunText(Text(kPorts, code, kWeights), {x}), (std::vector<int64_t>{-14, 20}));
}

// b stands for 2b - 1: (-1)(1) + (1)(-1) = -2 and (-1)(-2) + (1)(1) + (1)(1) = 4
TEST(ImcMachine, MacWithBipolarInputs) {
  std::string ports = "input \"x\" type=bipolar elements=3 activation=0\n"
                      "output \"y\" type=int8 elements=2 activation=32\n";
  std::string code = "configure input=bipolar weight=int2\n"
                     "load_weights bank=0 format=dense n=0 m=0 rows=3 columns=2 data=0\n"
                     "stream activation=0 count=3\nmac bank=0 accumulator=0 keep=0\n"
                     "store_accumulators accumulator=0 activation=32 count=2 type=int8\nhalt\n";
  Tensor x = Integers(DataType::Bipolar(), {3}, {-1, 1, 1});
  EXPECT_EQ(RunText(Text(ports, code, kWeights), {x}), (std::vector<int64_t>{-2, 4}));
}

TEST(ImcMachine, ThresholdCountsPerDirection) {
  // Rows of direction and two thresholds: (1; -2, 3) and (-1; 5, 0).
  std::string data = "01000000feffffff03000000ffffffff0500000000000000\n";
  std::string code = "configure_output type=int4 low=-3 step=4\n"
                     "load_thresholds thresholds=1 words=6 data=0\n"
                     "load_accumulators accumulator=2 activation=0 count=2 type=int5 multiplier=1 broadcast=0\n"
                     "threshold accumulator=2 thresholds=1 channels=2 levels=2 shared=0 wide=0 "
                     "activation=32\nhalt\n";
  std::string ports = "input \"x\" type=int5 elements=2 activation=0\n"
                      "output \"y\" type=int4 elements=2 activation=32\n";
  auto run = [&](int64_t a, int64_t b) {
    return RunText(Text(ports, code, data), {Integers(DataType::Signed(5), {2}, {a, b})});
  };
  EXPECT_EQ(run(-3, 6), (std::vector<int64_t>{-3, -3}));
  EXPECT_EQ(run(-2, 5), (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(run(2, 1), (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(run(3, 0), (std::vector<int64_t>{5, 5}));
}

TEST(ImcMachine, SharedThresholdsAndNegativeSteps) {
  std::string data = "0100000000000000\n";
  std::string code = "configure_output type=bipolar low=1 step=-2\n"
                     "load_thresholds thresholds=0 words=2 data=0\n"
                     "load_accumulators accumulator=0 activation=0 count=3 type=int5 multiplier=1 broadcast=0\n"
                     "threshold accumulator=0 thresholds=0 channels=3 levels=1 shared=1 wide=0 "
                     "activation=32\nhalt\n";
  std::string ports = "input \"x\" type=int5 elements=3 activation=0\n"
                      "output \"y\" type=bipolar elements=3 activation=32\n";
  EXPECT_EQ(RunText(Text(ports, code, data), {Integers(DataType::Signed(5), {3}, {-1, 0, 1})}),
            (std::vector<int64_t>{1, -1, -1}));
}

TEST(ImcMachine, AccumulatorsMoveAndOverlap) {
  std::string ports = "input \"x\" type=int8 elements=3 activation=0\n"
                      "output \"y\" type=int16 elements=4 activation=32\n";
  std::string code = "load_accumulators accumulator=0 activation=0 count=3 type=int8 multiplier=1 broadcast=0\n"
                     "move_accumulators source=0 destination=1 count=3\n"
                     "store_accumulators accumulator=0 activation=32 count=4 type=int16\nhalt\n";
  EXPECT_EQ(RunText(Text(ports, code), {Integers(DataType::Signed(8), {3}, {-128, 7, 9})}),
            (std::vector<int64_t>{-128, -128, 7, 9}));
}

// A 2x3 matrix of 16-bit elements transposed: one copy per row.
TEST(ImcMachine, CopyWithStrides) {
  std::string ports = "input \"x\" type=int16 elements=6 activation=0\n"
                      "output \"y\" type=int16 elements=6 activation=32\n";
  std::string code = "copy source=0 destination=32 count=3 source_stride=1 destination_stride=2 "
                     "type=int16 result_type=int16\n"
                     "copy source=6 destination=34 count=3 source_stride=1 destination_stride=2 "
                     "type=int16 result_type=int16\nhalt\n";
  Tensor x = Integers(DataType::Signed(16), {6}, {1, 2, 3, -4, -5, -600});
  EXPECT_EQ(RunText(Text(ports, code), {x}), (std::vector<int64_t>{1, -4, 2, -5, 3, -600}));
}

TEST(ImcMachine, HaltEndsTheProgram) {
  EXPECT_EQ(Failure("halt\nmac bank=0 accumulator=0 keep=0\n"), "ok");
  EXPECT_EQ(Failure("configure input=int3 weight=int2\n"), "the program ends after 1 instructions without 'halt'");
}

TEST(ImcMachine, OverflowIsAnError) {
  std::string code = "load_accumulators accumulator=0 activation=0 count=1 type=uint8 multiplier=1 "
                     "broadcast=0\nhalt\n";
  Program program = MustAssemble(Text("input \"x\" type=uint8 elements=1 activation=0\n", code));
  EXPECT_EQ(FailureOf(program, {Integers(DataType::Unsigned(8), {1}, {127})}), "ok");
  EXPECT_EQ(FailureOf(program, {Integers(DataType::Unsigned(8), {1}, {128})}),
            "instruction 0 (load_accumulators): accumulator 0 overflows its 8 bits with 128");
}

TEST(ImcMachine, AddressesAreChecked) {
  EXPECT_EQ(Failure("configure input=int3 weight=int2\nstream activation=60 count=5\n"),
            "instruction 1 (stream): activation bytes 60 to 64 lie beyond the 64 that exist");
  EXPECT_EQ(Failure("configure input=int3 weight=int2\nstream activation=0 count=9\n"),
            "instruction 1 (stream): 9 inputs, the target has rows=8");
  EXPECT_EQ(Failure("load_thresholds thresholds=15 words=2 data=0\n"),
            "instruction 0 (load_thresholds): threshold words 15 to 16 lie beyond the 16 that "
            "exist");
  EXPECT_EQ(Failure("load_thresholds thresholds=0 words=2 data=0\n", "00000000000000"),
            "instruction 0 (load_thresholds): data bytes 0 to 7 lie beyond the 7 that exist");
  EXPECT_EQ(Failure("store_accumulators accumulator=7 activation=0 count=2 type=int8\n"),
            "instruction 0 (store_accumulators): accumulators 7 to 8 lie beyond the 8 that exist");
  EXPECT_EQ(Failure("store_accumulators accumulator=0 activation=61 count=2 type=int16\n"),
            "instruction 0 (store_accumulators): activation bytes 61 to 64 lie beyond the 64 that "
            "exist");
  EXPECT_EQ(Failure("move_accumulators source=0 destination=8 count=1\n"),
            "instruction 0 (move_accumulators): accumulators 8 to 8 lie beyond the 8 that exist");
  EXPECT_EQ(Failure("copy source=0 destination=0 count=65535 source_stride=65535 "
                    "destination_stride=65535 type=int32 result_type=int32\n")
                .substr(0, 44),
            "instruction 0 (copy): activation bytes 0 to ");
}

TEST(ImcMachine, BanksAreChecked) {
  std::string types = "configure input=int3 weight=int2\n";
  EXPECT_EQ(Failure(types + "mac bank=2 accumulator=0 keep=0\n"),
            "instruction 1 (mac): banks 2 to 2 lie beyond the 2 that exist");
  EXPECT_EQ(Failure(types + "mac bank=0 accumulator=0 keep=0\n"), "instruction 1 (mac): bank 0 holds no weights");
  std::string load = "load_weights bank=0 format=dense n=0 m=0 rows=3 columns=2 data=0\n";
  EXPECT_EQ(Failure(load), "instruction 0 (load_weights): weights are loaded before 'configure'");
  EXPECT_EQ(Failure(types + load, "8d"), "instruction 1 (load_weights): data bytes 0 to 1 lie beyond the 1 that exist");
  EXPECT_EQ(Failure(types + load + "mac bank=0 accumulator=0 keep=0\n", kWeights),
            "instruction 2 (mac): no inputs were streamed");
  EXPECT_EQ(Failure(types + load + "stream activation=0 count=2\n" + "mac bank=0 accumulator=0 keep=0\n", kWeights),
            "instruction 3 (mac): 2 inputs were streamed, bank 0 has 3 rows");
  EXPECT_EQ(Failure(types + "load_weights bank=0 format=dense n=0 m=0 rows=9 columns=2 data=0\n", kWeights),
            "instruction 1 (load_weights): the tile takes 9 rows, the target has rows=8");
}

TEST(ImcMachine, ThresholdMemoryIsChecked) {
  std::string use = "threshold accumulator=0 thresholds=0 channels=1 levels=2 shared=0 wide=0 activation=0\n";
  EXPECT_EQ(Failure(use), "instruction 0 (threshold): codes are written before 'configure_output'");
  std::string output = "configure_output type=uint2 low=0 step=1\n";
  EXPECT_EQ(Failure(output + use),
            "instruction 1 (threshold): the direction of threshold row 0 must be 1 or -1, found 0");
  std::string load = "load_thresholds thresholds=0 words=3 data=0\n";
  EXPECT_EQ(Failure(output + load + use, "010000000200000001000000"),
            "instruction 2 (threshold): threshold row 0 is not sorted in its direction");
  EXPECT_EQ(Failure("configure_output type=uint2 low=3 step=1\n" + load + use, "010000000000000000000000"),
            "instruction 2 (threshold): the value 5 does not fit uint2");
}

TEST(ImcMachine, StreamedValuesMustBeCodes) {
  Program program = MustAssemble(Text("input \"x\" type=uint3 elements=1 activation=0\n",
                                      "configure input=uint2 weight=int2\nstream activation=0 count=1\nhalt\n"));
  EXPECT_EQ(FailureOf(program, {Integers(DataType::Unsigned(3), {1}, {3})}), "ok");
  EXPECT_EQ(FailureOf(program, {Integers(DataType::Unsigned(3), {1}, {4})}),
            "instruction 1 (stream): the value 4 does not fit uint2");
}

TEST(ImcMachine, InputsMustMatchThePorts) {
  Program program = MustAssemble(Text("input \"x\" type=int3 elements=2 activation=0\n", "halt\n"));
  EXPECT_EQ(FailureOf(program, {}), "no tensor was given for input 'x'");
  EXPECT_EQ(FailureOf(program, {Integers(DataType::Signed(3), {1}, {0})}),
            "input 'x' takes 2 elements of int3, found 1 of int3");
  Tensor good = Integers(DataType::Signed(3), {2}, {0, 0});
  EXPECT_EQ(FailureOf(program, {good, good}), "the program has 1 inputs, found 2");
}

// Cycles are those of docs/Imc.md: one to issue, and the work.
TEST(ImcMachine, ReportsCyclesAndCounts) {
  std::string code = absl::StrCat(kMatmul, "store_accumulators accumulator=4 activation=32 count=2 type=int8\nhalt\n");
  auto simulator = Simulator::Create(MustAssemble(Text(kPorts, code, kWeights)));
  ASSERT_TRUE(simulator.ok());
  Tensor x = Integers(DataType::Signed(3), {3}, {0, 0, 0});
  for (int run = 0; run < 2; ++run) {
    ASSERT_TRUE(simulator->Run({x}).ok());
    const Report &report = simulator->report();
    // configure 1; load 1 + max(ceil(12/64), 3 slots / 1); stream 1 + ceil(9/128);
    // mac 1 + 3 planes * ceil(3/128); store 1 + ceil(2/2); halt 1
    EXPECT_EQ(report.instruction_cycles, (std::vector<int64_t>{1, 4, 2, 4, 2, 1}));
    EXPECT_EQ(report.cycles, 14);
    EXPECT_EQ(report.counts.macs, 6);
    EXPECT_EQ(report.counts.stored_macs, 6);
    EXPECT_EQ(report.counts.weight_slots_written, 3 * 4); // 2 columns of 2 one-bit slices
    EXPECT_EQ(report.counts.peak_slots_used, 3 * 4);
    size_t mac = Instruction(MultiplyAccumulate{}).index();
    EXPECT_EQ(report.opcodes[mac].count, 1);
    EXPECT_EQ(report.opcodes[mac].cycles, 4);
    std::string text = report.ToString(simulator->program().target);
    EXPECT_NE(text.find("cycles: 14\n"), std::string::npos) << text;
    EXPECT_NE(text.find("estimated energy: "), std::string::npos) << text;
  }
}

} // namespace
} // namespace qcompile::runtime::imc
