#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "runtime/program/program.h"

namespace qcompile::runtime {
namespace {

using ::testing::HasSubstr;

absl::Span<const uint8_t> AsBytes(const std::string &text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

Program Everything() {
  Program program;
  program.num_values = 6;
  program.inputs = {Port{"x", DataType::Float32(), {1, 3}, 0}};
  program.constants = {
      {1, Tensor::FromIntegers(DataType::Signed(3), {3, 1}, {-4, 3, 0}).value()},
      {2, Tensor::FromDoubles({2}, {0.1, -7})},
      {3, Tensor(DataType::Float32(), {0, 4})},
  };
  Operation op{"onnx.Mystery", "node with every attribute", {}, {0, -1, 1}, {4, 5}};
  op.attributes.Set("integer", int64_t{-5});
  op.attributes.Set("number", 0.25f);
  op.attributes.Set("text", std::string("ROUND"));
  op.attributes.Set("integers", std::vector<int64_t>{1, -2});
  op.attributes.Set("numbers", std::vector<float>{0.5f});
  op.attributes.Set("texts", std::vector<std::string>{"a", "", "bc"});
  op.attributes.Set("tensor", Tensor::FromIntegers(DataType::Bipolar(), {2}, {-1, 1}).value());
  program.operations = {op};
  program.outputs = {Port{"y", DataType::Signed(12), {}, 5}};
  return program;
}

TEST(Serialize, RoundTrip) {
  const std::string bytes = SerializeProgram(Everything());
  auto parsed = ParseProgram(AsBytes(bytes));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(SerializeProgram(*parsed), bytes);
  ASSERT_EQ(parsed->constants.size(), 3u);
  EXPECT_EQ(parsed->constants[0].second, Everything().constants[0].second);
  EXPECT_EQ(parsed->constants[2].second.shape(), (Shape{0, 4}));
  EXPECT_EQ(parsed->outputs[0].type, DataType::Signed(12));
  const Operation &op = parsed->operations[0];
  EXPECT_EQ(op.label, "node with every attribute");
  EXPECT_EQ(op.operands, (std::vector<int32_t>{0, -1, 1}));
  EXPECT_EQ(op.attributes.values(), Everything().operations[0].attributes.values());
}

TEST(Serialize, KnownBytesOfTheHeader) {
  const std::string bytes = SerializeProgram(Program());
  EXPECT_EQ(bytes, std::string("QCPROG\0\1", 8) + std::string(20, '\0'));
}

TEST(Serialize, TensorsReferToAlignedBytes) {
  const std::string bytes = SerializeProgram(Everything());
  // As a mapped file would: at a multiple of 64.
  auto mapped = std::make_shared<std::vector<uint8_t>>(bytes.size() + 64);
  uint8_t *start = mapped->data() + (64 - reinterpret_cast<uintptr_t>(mapped->data()) % 64) % 64;
  std::memcpy(start, bytes.data(), bytes.size());
  auto parsed = ParseProgram({start, bytes.size()}, mapped);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const uint8_t *elements = parsed->constants[1].second.bytes().data();
  EXPECT_GE(elements, start);
  EXPECT_LT(elements, start + bytes.size());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(elements) % 64, 0u);
  // The owner lives as long as a tensor does.
  std::weak_ptr<std::vector<uint8_t>> watch = mapped;
  mapped.reset();
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(parsed->constants[1].second, Everything().constants[1].second);
}

TEST(Serialize, MisalignedBytesAreCopied) {
  const std::string bytes = SerializeProgram(Everything());
  auto buffer = std::make_shared<std::vector<uint8_t>>(bytes.size() + 65);
  uint8_t *start = buffer->data() + (64 - reinterpret_cast<uintptr_t>(buffer->data()) % 64) % 64 + 1;
  std::memcpy(start, bytes.data(), bytes.size());
  auto parsed = ParseProgram({start, bytes.size()}, buffer);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->constants[1].second, Everything().constants[1].second);
}

TEST(Serialize, EveryTruncationIsRefused) {
  const std::string bytes = SerializeProgram(Everything());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseProgram(AsBytes(bytes).subspan(0, size)).ok()) << size << " bytes";
  }
  EXPECT_THAT(std::string(ParseProgram(AsBytes(bytes + "x")).status().message()),
              HasSubstr("expected the end, found 1 more bytes"));
}

TEST(Serialize, WrongMagicAndVersion) {
  std::string bytes = SerializeProgram(Everything());
  bytes[7] = 2;
  EXPECT_EQ(ParseProgram(AsBytes(bytes)).status().message(), "expected a program of version 1, found version 2");
  bytes[0] = 'X';
  EXPECT_EQ(ParseProgram(AsBytes(bytes)).status().message(), "expected a program, found other bytes");
}

TEST(Serialize, ElementsMustBeOfTheirType) {
  std::string bytes = SerializeProgram(Everything());
  // The first payload lies at the first multiple of 64 after its header: the codes -4, 3, 0.
  const size_t payload = bytes.find(std::string("\xfc\x03\x00", 3));
  ASSERT_EQ(payload % 64, 0u);
  bytes[payload] = 4;
  EXPECT_THAT(std::string(ParseProgram(AsBytes(bytes)).status().message()),
              HasSubstr("expected a value of type int3, found 4"));
}

// Whatever the bytes are, the parser answers; what it accepts can be run or refused as usual.
TEST(Serialize, SurvivesCorruption) {
  const std::string bytes = SerializeProgram(Everything());
  std::mt19937 random(5);
  for (int round = 0; round < 20000; ++round) {
    std::string corrupted = bytes;
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < changes; ++i) {
      const uint64_t values[] = {0, 0xff, 0x7f, 0x80, random()};
      corrupted[random() % corrupted.size()] = static_cast<char>(values[random() % 5]);
    }
    auto parsed = ParseProgram(AsBytes(corrupted));
    if (!parsed.ok())
      continue;
    auto executor = ProgramExecutor::Create(*std::move(parsed));
    EXPECT_FALSE(executor.ok()); // the operation has no semantics
  }
}

TEST(Serialize, SurvivesNoise) {
  std::mt19937 random(6);
  for (int round = 0; round < 20000; ++round) {
    std::string noise("QCPROG\0\1", 8);
    for (size_t size = random() % 200; size > 0; --size) {
      noise.push_back(static_cast<char>(random() % 4 == 0 ? random() : 0));
    }
    (void)ParseProgram(AsBytes(noise));
  }
}

} // namespace
} // namespace qcompile::runtime
