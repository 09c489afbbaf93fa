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

// The bytes are laid out by hand from the field tables of docs/Imc.md.
std::vector<Case> Cases() {
  return {
      {Halt{}, Word({0x01})},
      // input uint4 = 0<<6|4, weight int3 = 1<<6|3
      {Configure{DataType::Unsigned(4), DataType::Signed(3)}, Word({0x10, 0x04, 0x43})},
      // type bipolar = 2<<6|1, low -1, step 2
      {ConfigureOutput{DataType::Bipolar(), -1, 2},
       Word({0x11, 0x81, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0})},
      // bank 5 | format 1, n 2 (13 bits), m 4, rows 100, columns 3, data 0x01020304:
      // from bit 16: 1 + 2<<4 + 4<<17 + 100<<30 + 3<<43, then data at bit 72
      {LoadWeights{5, WeightFormat::kNOfM, 2, 4, 100, 3, 0x01020304},
       Word({0x20, 0x05, 0x21, 0x00, 0x08, 0x00, 0x19, 0x18, 0x00, 0x04, 0x03, 0x02, 0x01})},
      // thresholds 0x030201, words 2 (25 bits), data 1: at bit 57
      {LoadThresholds{0x030201, 2, 1}, Word({0x21, 0x01, 0x02, 0x03, 0x02, 0x00, 0x00, 0x02})},
      {Stream{0x030201, 0x1001}, Word({0x30, 0x01, 0x02, 0x03, 0x01, 0x10})},
      {MultiplyAccumulate{3, 0x010203, 1}, Word({0x31, 0x03, 0x03, 0x02, 0x01, 0x01})},
      // accumulator, thresholds, channels, levels, shared at bit 80, activation at bit 81
      {Threshold{1, 2, 0x0304, 255, 1, 0x7fffff},
       Word({0x40, 1, 0, 0, 2, 0, 0, 0x04, 0x03, 0xff, 0xff, 0xff, 0xff})},
      {LoadAccumulators{{1, 2, 3, DataType::Signed(16)}},
       Word({0x41, 1, 0, 0, 2, 0, 0, 3, 0, 0x50})},
      {StoreAccumulators{{1, 2, 3, DataType::Unsigned(32)}},
       Word({0x42, 1, 0, 0, 2, 0, 0, 3, 0, 0x20})},
      {MoveAccumulators{1, 2, 3}, Word({0x43, 1, 0, 0, 2, 0, 0, 3})},
      {Copy{1, 2, 3, 0, 5, 4}, Word({0x50, 1, 0, 0, 2, 0, 0, 3, 0, 0, 0, 5, 0, 4})},
  };
}

TEST(ImcEncoding, EveryInstructionHasItsDocumentedBytes) {
  ASSERT_EQ(Cases().size(), kNumOpcodes);
  for (const Case& c : Cases()) {
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
    if (!decoded.ok()) continue;
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
            "'input' must be bipolar or an integer type of 1 to 8 bits, found uint0");
  EXPECT_EQ(DecodeError(Word({0x10, 0x09, 0x41})),
            "'input' must be bipolar or an integer type of 1 to 8 bits, found uint9");
  EXPECT_EQ(DecodeError(Word({0x20, 0, 0x02})), "unknown weight format 2");
  EXPECT_EQ(DecodeError(Word({0x30, 0, 0, 0, 0, 0})), "'count' must be from 1 to 8191, found 0");
  EXPECT_FALSE(DecodeInstruction(absl::Span<const uint8_t>()).ok());
}

std::string EncodeError(const Instruction& instruction) {
  auto word = EncodeInstruction(instruction);
  return word.ok() ? "ok" : std::string(word.status().message());
}

TEST(ImcEncoding, FieldsThatDisagreeAreRefused) {
  EXPECT_EQ(EncodeError(LoadWeights{0, WeightFormat::kDense, 1, 2, 1, 1, 0}),
            "a dense tile takes n=0 and m=0, found n=1 and m=2");
  EXPECT_EQ(EncodeError(LoadWeights{0, WeightFormat::kNOfM, 2, 2, 1, 1, 0}),
            "an n_m tile takes 1 <= n < m, found n=2 and m=2");
  EXPECT_EQ(EncodeError(ConfigureOutput{DataType::Signed(4), 0, 0}), "'step' must not be 0");
  EXPECT_EQ(EncodeError(Copy{0, 0, 1, 1, 1, 3}), "'element_bytes' must be 1, 2 or 4, found 3");
  EXPECT_EQ(EncodeError(Stream{int64_t{1} << 24, 1}),
            "'activation' must be from 0 to 16777215, found 16777216");
  EXPECT_EQ(EncodeError(StoreAccumulators{{0, 0, 1, DataType::Float32()}}),
            "'type' must be bipolar or an integer type of 1 to 32 bits, found float32");
}

}  // namespace
}  // namespace qcompile::runtime::imc
