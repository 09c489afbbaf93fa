#include "runtime/imc/program.h"

#include "tests/unit/runtime/imc/imc_test_util.h"

namespace qcompile::runtime::imc {
namespace {

Program Sample() {
  Program program;
  program.target = *ParseTarget("rows=16 columns=16 slots=16 activation_bytes=64");
  program.ports = {{false, "x \"1\"\n", DataType::Unsigned(2), 4, 0}, {true, "y", DataType::Signed(32), 4, 16}};
  program.instructions = {Configure{DataType::Unsigned(2), DataType::Signed(2)},
                          LoadAccumulators{0, 0, 4, DataType::Unsigned(2)},
                          StoreAccumulators{0, 16, 4, DataType::Signed(32)}, Halt{}};
  for (int i = 0; i < 70; ++i)
    program.data.push_back(static_cast<uint8_t>(3 * i));
  return program;
}

std::string Serialized(const Program &program) {
  auto bytes = SerializeProgram(program);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? *bytes : "";
}

TEST(ImcProgram, ParsingInvertsSerializing) {
  std::string bytes = Serialized(Sample());
  EXPECT_EQ(bytes.substr(0, 8), "QIMCPROG");
  auto parsed = ParseProgram(Bytes(bytes));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(Serialized(*parsed), bytes);
  EXPECT_EQ(parsed->target, Sample().target);
  EXPECT_EQ(parsed->ports[0].name, "x \"1\"\n");
  EXPECT_EQ(parsed->data, Sample().data);
}

TEST(ImcProgram, EveryPrefixIsRefused) {
  std::string bytes = Serialized(Sample());
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(ParseProgram(Bytes(bytes.substr(0, length))).ok()) << length;
  }
  EXPECT_FALSE(ParseProgram(Bytes(bytes + "x")).ok());
}

TEST(ImcProgram, AnyBytesAreSurvived) {
  std::mt19937_64 random(3);
  std::string bytes = Serialized(Sample());
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string mutated = bytes;
    for (int flips = 0; flips < 1 + static_cast<int>(random() % 4); ++flips) {
      mutated[random() % mutated.size()] = static_cast<char>(random());
    }
    auto parsed = ParseProgram(Bytes(mutated));
    if (!parsed.ok())
      continue;
    ++accepted;
    ASSERT_EQ(Serialized(*parsed), mutated);
    // Whatever was accepted runs or fails, but never crashes.
    FailureOf(*parsed, {Integers(DataType::Unsigned(2), {4}, {0, 1, 2, 3})});
  }
  EXPECT_GT(accepted, 100);
}

std::string ParseError(std::string bytes) {
  auto parsed = ParseProgram(Bytes(bytes));
  return parsed.ok() ? "ok" : std::string(parsed.status().message());
}

TEST(ImcProgram, ErrorsSayWhatIsWrong) {
  std::string bytes = Serialized(Sample());
  EXPECT_EQ(ParseError(""), "not an imc program: expected the magic 'QIMCPROG'");
  std::string version = bytes;
  version[8] = 1;
  EXPECT_EQ(ParseError(version), "expected version 2 of the imc program form, found 1");
  // The count of instructions is at byte 20; it must not lead to a giant allocation.
  std::string many = bytes;
  many[23] = '\xff';
  EXPECT_EQ(ParseError(many), "imc program is cut off in its instructions");
  EXPECT_EQ(ParseError(bytes.substr(0, bytes.size() - 1)), "expected 70 bytes in the data section, found 69");
  std::string spaced = bytes;
  size_t space = spaced.find(" columns");
  spaced.replace(space, 1, "\t");
  EXPECT_NE(ParseError(spaced), "ok");
}

TEST(ImcProgram, PortsMustLieInTheBuffer) {
  Program program = Sample();
  program.ports[1].activation = 52;
  EXPECT_EQ(SerializeProgram(program).status().message(),
            "port 'y' takes 4 elements at byte 52, beyond the 64 bytes of the activation buffer");
  program = Sample();
  program.ports[1].type = DataType::Float32();
  EXPECT_EQ(SerializeProgram(program).status().message(),
            "port 'y' must be bipolar or an integer type of 1 to 64 bits, found float32");
}

std::string LoopError(std::vector<Instruction> code) {
  Program program = Sample();
  program.instructions = std::move(code);
  return std::string(CheckProgram(program).message());
}

TEST(ImcProgram, LoopsAreClosedAndEnd) {
  EXPECT_EQ(LoopError({Repeat{3}, Repeat{4}, EndRepeat{}, EndRepeat{}, Halt{}}), "");
  EXPECT_EQ(LoopError({Repeat{3}, Repeat{4}, EndRepeat{}}), "1 loops are not closed");
  EXPECT_EQ(LoopError({EndRepeat{}}), "instruction 0 (end_repeat): no loop is open");
  EXPECT_EQ(LoopError({Repeat{2}, Halt{}, EndRepeat{}}), "instruction 1 (halt): a loop is open");
  std::vector<Instruction> deep(8, Repeat{1});
  deep.insert(deep.end(), 8, EndRepeat{});
  EXPECT_EQ(LoopError(deep), "");
  deep.insert(deep.begin(), Repeat{1});
  deep.push_back(EndRepeat{});
  EXPECT_EQ(LoopError(deep), "instruction 8 (repeat): expected at most 8 loops in each other");
  EXPECT_EQ(LoopError({Repeat{1 << 20}, Repeat{1 << 20}, EndRepeat{}, EndRepeat{}}),
            "instruction 2 (end_repeat): the program executes more than 4294967296 instructions");
}

TEST(ImcProgram, ElementsTakeWholeBytes) {
  EXPECT_EQ(ElementBytes(DataType::Bipolar()), 1);
  EXPECT_EQ(ElementBytes(DataType::Signed(8)), 1);
  EXPECT_EQ(ElementBytes(DataType::Signed(9)), 2);
  EXPECT_EQ(ElementBytes(DataType::Unsigned(16)), 2);
  EXPECT_EQ(ElementBytes(DataType::Unsigned(17)), 4);
  EXPECT_EQ(ElementBytes(DataType::Signed(33)), 8);
}

} // namespace
} // namespace qcompile::runtime::imc
