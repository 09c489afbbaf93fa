// Loops and windows, run in small programs whose results are worked out beside them.
#include "absl/strings/str_cat.h"
#include "tests/unit/runtime/imc/imc_test_util.h"

namespace qcompile::runtime::imc {
namespace {

std::string Text(absl::string_view ports, absl::string_view code, absl::string_view data = "") {
  return absl::StrCat("imc version=2\ntarget rows=16 columns=16 slots=16 accumulators=8 activation_bytes=128 "
                      "vector_lanes=2\n",
                      ports, "code\n", code, "data\n", data);
}

std::vector<int64_t> RunText(const std::string &text, const std::vector<Tensor> &inputs, Report *report = nullptr) {
  auto simulator = Simulator::Create(MustAssemble(text));
  EXPECT_TRUE(simulator.ok()) << simulator.status();
  auto outputs = simulator->Run(inputs);
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  if (report)
    *report = simulator->report();
  return outputs.ok() ? (*outputs)[0].ToIntegers() : std::vector<int64_t>();
}

std::string Failure(absl::string_view code) { return FailureOf(MustAssemble(Text("", code)), {}); }

// Two loops in each other: a 2x3 matrix is transposed element by element.
TEST(ImcLoops, AddressesAdvanceByKind) {
  std::string ports = "input \"x\" type=int8 elements=6 activation=0\n"
                      "output \"y\" type=int8 elements=6 activation=32\n";
  std::string code = "repeat count=2 source=3 operand=0 destination=1 accumulator=0\n"
                     "repeat count=3 source=1 operand=0 destination=2 accumulator=0\n"
                     "copy source=0 destination=32 count=1 source_stride=1 destination_stride=1 type=int8 "
                     "result_type=int8\n"
                     "end_repeat\nend_repeat\nhalt\n";
  Report report;
  Tensor x = Integers(DataType::Signed(8), {6}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(RunText(Text(ports, code), {x}, &report), (std::vector<int64_t>{1, 4, 2, 5, 3, 6}));
  // The outer repeat is issued once, the inner one twice, the copy six times at two cycles; ends
  // of loops are free.
  EXPECT_EQ(report.instruction_cycles, (std::vector<int64_t>{1, 2, 12, 0, 0, 1}));
  EXPECT_EQ(report.cycles, 16);
}

// acc[i] = x[i] + x[3 - i]: the operand advances backwards through what the source reads forwards.
TEST(ImcLoops, OperandAndAccumulatorAdvance) {
  std::string ports = "input \"x\" type=int8 elements=8 activation=0\n"
                      "output \"y\" type=int8 elements=4 activation=32\n";
  std::string code = "repeat count=4 source=1 operand=1 destination=0 accumulator=1\n"
                     "load_accumulators accumulator=0 activation=0 count=1 type=int8 multiplier=1 broadcast=0\n"
                     "add_accumulators accumulator=0 activation=4 count=1 type=int8 multiplier=2 broadcast=0\n"
                     "end_repeat\n"
                     "store_accumulators accumulator=0 activation=32 count=4 type=int8\nhalt\n";
  Tensor x = Integers(DataType::Signed(8), {8}, {1, 2, 3, 4, 10, 20, 30, 40});
  EXPECT_EQ(RunText(Text(ports, code), {x}), (std::vector<int64_t>{21, 42, 63, 84}));
}

// A 3x3 image of two channels; windows of 2x2 at its four positions, summed by weights of one.
// Elements are 1..18: the window at (0, 0) holds 1 2 3 4 and 7 8 9 10.
constexpr char kImage[] = "input \"x\" type=uint5 elements=18 activation=0\n"
                          "output \"y\" type=int16 elements=4 activation=32\n";

TEST(ImcLoops, WindowsAreStreamed) {
  std::string code = "configure input=uint5 weight=uint1\n"
                     "configure_window run=4 count1=2 stride1=6 count2=1 stride2=0 count3=1 stride3=0\n"
                     "load_weights bank=0 format=dense n=0 m=0 rows=8 columns=1 data=0\n"
                     "repeat count=2 source=6 operand=0 destination=4 accumulator=0\n"
                     "repeat count=2 source=2 operand=0 destination=2 accumulator=0\n"
                     "stream_window activation=0 first=0 count=8\n"
                     "mac bank=0 accumulator=0 keep=0\n"
                     "store_accumulators accumulator=0 activation=32 count=1 type=int16\n"
                     "end_repeat\nend_repeat\nhalt\n";
  std::vector<int64_t> image(18);
  for (int i = 0; i < 18; ++i)
    image[i] = i + 1;
  Tensor x = Integers(DataType::Unsigned(5), {18}, image);
  EXPECT_EQ(RunText(Text(kImage, code, "ff\n"), {x}), (std::vector<int64_t>{44, 60, 92, 108}));
}

// Part of a window: elements 3 to 5 of the window above are 4 | 7 8, two accesses.
TEST(ImcLoops, PartsOfWindowsAreStreamed) {
  std::string code = "configure input=uint5 weight=uint1\n"
                     "configure_window run=4 count1=2 stride1=6 count2=1 stride2=0 count3=1 stride3=0\n"
                     "load_weights bank=0 format=dense n=0 m=0 rows=3 columns=1 data=0\n"
                     "stream_window activation=0 first=3 count=3\n"
                     "mac bank=0 accumulator=0 keep=0\n"
                     "store_accumulators accumulator=0 activation=32 count=1 type=int16\nhalt\n";
  std::vector<int64_t> image(18);
  for (int i = 0; i < 18; ++i)
    image[i] = i + 1;
  Report report;
  Tensor x = Integers(DataType::Unsigned(5), {18}, image);
  EXPECT_EQ(RunText(Text(kImage, code, "07\n"), {x}, &report)[0], 4 + 7 + 8);
  EXPECT_EQ(report.instruction_cycles[3], 1 + 2);
}

// All three dimensions of a window: element ((a * 2 + b) * 2 + c) at 16a + 4b + 8c bytes.
TEST(ImcLoops, WindowsHaveThreeDimensions) {
  std::string ports = "input \"x\" type=uint8 elements=32 activation=0\n"
                      "output \"y\" type=int32 elements=1 activation=64\n";
  std::string code = "configure input=uint8 weight=int4\n"
                     "configure_window run=1 count1=2 stride1=8 count2=2 stride2=4 count3=2 stride3=16\n"
                     "load_weights bank=0 format=dense n=0 m=0 rows=8 columns=1 data=0\n"
                     "stream_window activation=0 first=0 count=8\n"
                     "mac bank=0 accumulator=0 keep=0\n"
                     "store_accumulators accumulator=0 activation=64 count=1 type=int32\nhalt\n";
  std::vector<int64_t> values(32);
  for (int i = 0; i < 32; ++i)
    values[i] = i * i % 251;
  int64_t expected = 0;
  // Weights 1, 2, ..., 7 and -8: nibbles from the least significant.
  for (int i = 0; i < 8; ++i) {
    expected += (i == 7 ? -8 : i + 1) * values[16 * (i / 4) + 4 * (i / 2 % 2) + 8 * (i % 2)];
  }
  Tensor x = Integers(DataType::Unsigned(8), {32}, values);
  EXPECT_EQ(RunText(Text(ports, code, "21436587\n"), {x})[0], expected);
}

TEST(ImcLoops, StateIsChecked) {
  EXPECT_EQ(Failure("configure input=uint2 weight=uint1\nstream_window activation=0 first=0 "
                    "count=1\nhalt\n"),
            "instruction 1 (stream_window): a window is streamed before 'configure_window'");
  std::string window = "configure_window run=4 count1=2 stride1=6 count2=1 stride2=0 count3=1 stride3=0\n";
  EXPECT_EQ(Failure(window + "stream_window activation=0 first=0 count=1\nhalt\n"),
            "instruction 1 (stream_window): inputs are streamed before 'configure'");
  std::string types = "configure input=uint2 weight=uint1\n";
  EXPECT_EQ(Failure(types + window + "stream_window activation=0 first=6 count=3\nhalt\n"),
            "instruction 2 (stream_window): window elements 6 to 8 lie beyond the 8 that exist");
  EXPECT_EQ(Failure(types + window + "stream_window activation=120 first=0 count=8\nhalt\n"),
            "instruction 2 (stream_window): activation bytes 126 to 129 lie beyond the 128 that "
            "exist");
  EXPECT_EQ(Failure("repeat count=3 source=0 operand=0 destination=60 accumulator=0\n"
                    "fill destination=0 count=10 stride=1 type=int8 value=1\nend_repeat\nhalt\n"),
            "instruction 1 (fill): activation bytes 120 to 129 lie beyond the 128 that exist");
}

// The definition of docs/Imc.md, plane by plane, beside what the machine computes in one go.
TEST(ImcLoops, MacEqualsItsBitSerialDefinition) {
  std::mt19937_64 random(77);
  for (int i = 0; i < 300; ++i) {
    SCOPED_TRACE(i);
    int bits = 1 + static_cast<int>(random() % (i % 2 ? 8 : 20));
    DataType input = random() % 4 == 0   ? DataType::Bipolar()
                     : random() % 2 == 0 ? DataType::Signed(bits)
                                         : DataType::Unsigned(bits);
    DataType weight = DataType::Signed(1 + static_cast<int>(random() % 16));
    constexpr int64_t kRows = 11;
    std::vector<int64_t> x;
    std::vector<int32_t> w;
    for (int64_t r = 0; r < kRows; ++r) {
      x.push_back(RandomCode(input, random));
      w.push_back(static_cast<int32_t>(RandomCode(weight, random)));
    }
    int64_t sum = 0;
    int64_t weights = 0;
    for (int plane = input.bits - 1; plane >= 0; --plane) {
      sum *= 2;
      bool negative = input.kind == TypeKind::kSigned && plane == input.bits - 1;
      for (int64_t r = 0; r < kRows; ++r) {
        int64_t code = input == DataType::Bipolar() ? (x[r] + 1) / 2 : x[r];
        if ((code >> plane) & 1)
          sum += negative ? -w[r] : w[r];
        weights += w[r];
      }
    }
    if (input == DataType::Bipolar())
      sum = 2 * sum - weights;
    TileShape shape{WeightFormat::kDense, 0, 0, kRows, 1, weight};
    Program program;
    program.target = *ParseTarget("");
    program.data = *EncodeTile(shape, w);
    program.ports = {{false, "x", input, kRows, 0}, {true, "y", DataType::Signed(48), 1, 512}};
    program.instructions = {
        Configure{input, weight},    LoadWeights{0, WeightFormat::kDense, 0, 0, kRows, 1, 0}, Stream{0, kRows},
        MultiplyAccumulate{0, 0, 0}, StoreAccumulators{0, 512, 1, DataType::Signed(48)},      Halt{}};
    auto y = Simulator::Create(program)->Run({Integers(input, {kRows}, x)});
    ASSERT_TRUE(y.ok()) << y.status();
    ASSERT_EQ((*y)[0].IntegerAt(0), sum);
  }
}

} // namespace
} // namespace qcompile::runtime::imc
