#include "runtime/imc/encoding.h"

#include <random>

#include "gtest/gtest.h"

namespace qcompile::runtime::imc {
namespace {

InstructionWord Word(std::vector<uint8_t> front) {
  InstructionWord word{};
  std::copy(front.begin(), front.end(), word.begin());
  return word;
}

struct Case {
  Instruction instruction;
  InstructionWord word;
};

// A field as the tables of docs/Imc.md list it: value and bits.
struct Laid {
  uint64_t value;
  int bits;
};

// Fields without gaps behind the opcode, the least significant bit first.
InstructionWord Word(uint8_t opcode, std::vector<Laid> fields) {
  InstructionWord word = Word({opcode});
  int position = 8;
  for (Laid field : fields) {
    for (int i = 0; i < field.bits; ++i, ++position) {
      word[position / 8] |= static_cast<uint8_t>(((field.value >> i) & 1) << (position % 8));
    }
  }
  EXPECT_LE(position, 128);
  return word;
}

constexpr Laid kInt16 = {0x50, 8};   // signed: 1<<6 | 16
constexpr Laid kUint4 = {0x04, 8};   // unsigned: 0<<6 | 4
constexpr Laid kBipolar = {0x81, 8}; // bipolar: 2<<6 | 1
constexpr Laid kInt64 = {0x40, 8};   // a width of 64 is written as 0

// The first ones are laid out by hand, byte by byte, the others field by field.
std::vector<Case> Cases() {
  DataType int16 = DataType::Signed(16);
  DataType uint4 = DataType::Unsigned(4);
  return {
      {Halt{}, Word({0x01})},
      {Repeat{1000, 1, 2, 3, 4}, Word(0x02, {{1000, 24}, {1, 24}, {2, 24}, {3, 24}, {4, 24}})},
      {EndRepeat{}, Word({0x03})},
      // input uint4 = 0<<6|4, weight int3 = 1<<6|3
      {Configure{uint4, DataType::Signed(3)}, Word({0x10, 0x04, 0x43})},
      // type bipolar = 2<<6|1, low -1, step 2
      {ConfigureOutput{DataType::Bipolar(), -1, 2}, Word({0x11, 0x81, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0})},
      {ConfigureWindow{32767, 2047, 5, 3, 0xffffff, 1, 7},
       Word(0x12, {{32767, 15}, {2047, 11}, {5, 24}, {3, 11}, {0xffffff, 24}, {1, 11}, {7, 24}})},
      {ConfigureRequantize{uint4, -2, 9, 62, RoundingMode::kHalfDown},
       Word(0x13, {kUint4, {uint64_t{0} - 2, 48}, {9, 48}, {62, 6}, {6, 3}})},
      {ConfigureTable{1, 70000, 3, -5, 1}, Word(0x14, {{1, 24}, {70000, 24}, {3, 20}, {uint64_t{0} - 5, 48}, {1, 1}})},
      // bank 5 | format 1, n 2 (13 bits), m 4, rows 100, columns 3, data 0x01020304:
      // from bit 16: 1 + 2<<4 + 4<<17 + 100<<30 + 3<<43, then data at bit 72
      {LoadWeights{5, WeightFormat::kNOfM, 2, 4, 100, 3, 0x01020304},
       Word({0x20, 0x05, 0x21, 0x00, 0x08, 0x00, 0x19, 0x18, 0x00, 0x04, 0x03, 0x02, 0x01})},
      // thresholds 0x030201, words 2 (25 bits), data 1: at bit 57
      {LoadThresholds{0x030201, 2, 1}, Word({0x21, 0x01, 0x02, 0x03, 0x02, 0x00, 0x00, 0x02})},
      {LoadConstants{7, 1 << 24, 9}, Word(0x22, {{7, 24}, {1 << 24, 25}, {9, 32}})},
      {Stream{0x030201, 0x1001}, Word({0x30, 0x01, 0x02, 0x03, 0x01, 0x10})},
      {MultiplyAccumulate{3, 0x010203, 1}, Word(0x31, {{3, 8}, {0x010203, 20}, {1, 1}})},
      {StreamWindow{1, 2, 3}, Word(0x32, {{1, 24}, {2, 24}, {3, 13}})},
      {Threshold{1, 2, 0x0304, 255, 1, 0, 0x7fffff},
       Word(0x40, {{1, 20}, {2, 24}, {0x0304, 16}, {255, 8}, {1, 1}, {0, 1}, {0x7fffff, 24}})},
      {LoadAccumulators{1, 2, 3, int16, -4, 1},
       Word(0x41, {{1, 20}, {2, 24}, {3, 16}, kInt16, {uint64_t{0} - 4, 48}, {1, 1}})},
      {StoreAccumulators{1, 2, 3, uint4}, Word(0x42, {{1, 20}, {2, 24}, {3, 16}, kUint4})},
      {MoveAccumulators{1, 2, 3}, Word(0x43, {{1, 20}, {2, 20}, {3, 16}})},
      {AddAccumulators{{1, 2, 3, int16, 5, 0}}, Word(0x44, {{1, 20}, {2, 24}, {3, 16}, kInt16, {5, 48}, {0, 1}})},
      {MultiplyAccumulators{{1, 2, 3, int16, 1}}, Word(0x45, {{1, 20}, {2, 24}, {3, 16}, kInt16, {1, 1}})},
      {MaxAccumulators{{1, 2, 3, int16, 0}}, Word(0x46, {{1, 20}, {2, 24}, {3, 16}, kInt16, {0, 1}})},
      {MultiplyAdd{1, 2, uint4, 3, 4, int16}, Word(0x47, {{1, 20}, {2, 24}, kUint4, {3, 24}, {4, 16}, kInt16})},
      {Requantize{1, 2, 3, 1, 4}, Word(0x48, {{1, 20}, {2, 24}, {3, 16}, {1, 1}, {4, 24}})},
      {Lookup{1, 2, 3, DataType::Int64(), 1}, Word(0x49, {{1, 24}, {2, 24}, {3, 16}, kInt64, {1, 1}})},
      {Select{1, 2, 30, 4, 5, int16, 1, 0, 1},
       Word(0x4a, {{1, 24}, {2, 24}, {30, 16}, {4, 16}, {5, 20}, kInt16, {1, 1}, {0, 1}, {1, 1}})},
      {Copy{1, 2, 3, 0, 5, DataType::Bipolar(), int16},
       Word(0x50, {{1, 24}, {2, 24}, {3, 16}, {0, 16}, {5, 16}, kBipolar, kInt16})},
      {Fill{1, 2, 3, int16, -4}, Word(0x51, {{1, 24}, {2, 16}, {3, 16}, kInt16, {uint64_t{0} - 4, 48}})},
  };
}

TEST(ImcEncoding, EveryInstructionHasItsDocumentedBytes) {
  ASSERT_EQ(Cases().size(), kNumOpcodes);
  for (const Case &c : Cases()) {
    auto word = EncodeInstruction(c.instruction);
    ASSERT_TRUE(word.ok()) << word.status();
    EXPECT_EQ(*word, c.word) << Mnemonic(c.instruction);
    auto decoded = DecodeInstruction(c.word);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(decoded->index(), c.instruction.index());
    EXPECT_EQ(*EncodeInstruction(*decoded), c.word);
  }
}

TEST(ImcEncoding, WhatDecodesEncodesToTheSameBytes) {
  std::mt19937_64 random(7);
  int decoded_count = 0;
  for (int i = 0; i < 200000; ++i) {
    InstructionWord word = Cases()[random() % kNumOpcodes].word;
    for (int flips = 0; flips < 3; ++flips) {
      size_t bit = random() % 128;
      word[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    }
    auto decoded = DecodeInstruction(word);
    if (!decoded.ok())
      continue;
    ++decoded_count;
    auto again = EncodeInstruction(*decoded);
    ASSERT_TRUE(again.ok());
    ASSERT_EQ(*again, word);
  }
  EXPECT_GT(decoded_count, 1000);
}

std::string DecodeError(InstructionWord word) {
  auto decoded = DecodeInstruction(word);
  return decoded.ok() ? "ok" : std::string(decoded.status().message());
}

TEST(ImcEncoding, MalformedWordsAreRefused) {
  EXPECT_EQ(DecodeError({}), "unknown opcode 0");
  EXPECT_EQ(DecodeError(Word({0xff})), "unknown opcode 255");
  EXPECT_EQ(DecodeError(Word({0x01, 0x01})), "unused bit 8 of 'halt' is not zero");
  EXPECT_EQ(DecodeError(Word({0x10, 0xc1, 0x41})), "'input' has the unknown type code 193");
  EXPECT_EQ(DecodeError(Word({0x10, 0x00, 0x41})),
            "'input' must be bipolar or an integer type of 1 to 48 bits, found uint64");
  EXPECT_EQ(DecodeError(Word({0x10, 0x31, 0x41})),
            "'input' must be bipolar or an integer type of 1 to 48 bits, found uint49");
  EXPECT_EQ(DecodeError(Word({0x20, 0, 0x04})), "'format' has the unknown value 4");
  EXPECT_EQ(DecodeError(Word({0x30, 0, 0, 0, 0, 0})), "'count' must be from 1 to 8191, found 0");
  EXPECT_FALSE(DecodeInstruction(absl::Span<const uint8_t>()).ok());
}

std::string EncodeError(const Instruction &instruction) {
  auto word = EncodeInstruction(instruction);
  return word.ok() ? "ok" : std::string(word.status().message());
}

TEST(ImcEncoding, FieldsThatDisagreeAreRefused) {
  EXPECT_EQ(EncodeError(LoadWeights{0, WeightFormat::kDense, 1, 2, 1, 1, 0}),
            "a dense tile takes n=0 and m=0, found n=1 and m=2");
  EXPECT_EQ(EncodeError(LoadWeights{0, WeightFormat::kNOfM, 2, 2, 1, 1, 0}),
            "an n_m tile takes 1 <= n < m, found n=2 and m=2");
  EXPECT_EQ(EncodeError(ConfigureOutput{DataType::Signed(4), 0, 0}), "'step' must not be 0");
  EXPECT_EQ(EncodeError(Select{0, 0, 2, 3, 1, DataType::Signed(4)}), "expected k <= count, found 3 and 2");
  EXPECT_EQ(EncodeError(ConfigureRequantize{DataType::Signed(4), 1, 0, 3}), "expected low <= high, found 1 and 0");
  EXPECT_EQ(EncodeError(ConfigureRequantize{DataType::Signed(4), 0, 0, 63}), "'shift' must be from 0 to 62, found 63");
  EXPECT_EQ(EncodeError(Stream{int64_t{1} << 24, 1}), "'activation' must be from 0 to 16777215, found 16777216");
  EXPECT_EQ(EncodeError(StoreAccumulators{0, 0, 1, DataType::Float32()}),
            "'type' must be bipolar or an integer type of 1 to 64 bits, found float32");
}

} // namespace
} // namespace qcompile::runtime::imc
