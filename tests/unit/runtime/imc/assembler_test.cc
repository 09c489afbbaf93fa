#include "runtime/imc/assembler.h"

#include "absl/strings/str_cat.h"
#include "runtime/imc/encoding.h"
#include "tests/unit/runtime/imc/imc_test_util.h"

namespace qcompile::runtime::imc {
namespace {

std::string Canonical() {
  std::string target = TargetToString(*ParseTarget("rows=16 slots=8 access=broadcast"));
  return "imc version=2\ntarget " + target +
         "\n"
         "input \"a b\\x22\\xff\" type=uint2 elements=4 activation=0\n"
         "output \"y\" type=int32 elements=4 activation=16\n"
         "code\n"
         "  configure input=uint2 weight=bipolar\n"
         "  configure_output type=int4 low=-8 step=-1\n"
         "  configure_window run=3 count1=2 stride1=9 count2=1 stride2=0 count3=1 stride3=0\n"
         "  configure_requantize type=int4 low=-8 high=7 shift=3 rounding=HALF_UP\n"
         "  configure_table table=8 entries=2 entry_bytes=1 low=-1 clamp=1\n"
         "  load_weights bank=1 format=n_m n=1 m=4 rows=8 columns=2 data=3\n"
         "  load_thresholds thresholds=0 words=2 data=0\n"
         "  load_constants destination=4 bytes=2 data=0\n"
         "  repeat count=2 source=4 operand=0 destination=1 accumulator=0\n"
         "    stream activation=0 count=4\n"
         "    stream_window activation=0 first=1 count=4\n"
         "    mac bank=1 accumulator=0 keep=0\n"
         "  end_repeat\n"
         "  threshold accumulator=0 thresholds=0 channels=4 levels=1 shared=1 wide=0 "
         "activation=8\n"
         "  requantize accumulator=0 factors=0 channels=4 shared=1 activation=8\n"
         "  load_accumulators accumulator=0 activation=0 count=4 type=uint2 multiplier=-3 "
         "broadcast=0\n"
         "  add_accumulators accumulator=0 activation=0 count=4 type=uint2 multiplier=1 "
         "broadcast=1\n"
         "  multiply_accumulators accumulator=0 activation=0 count=4 type=uint2 broadcast=0\n"
         "  max_accumulators accumulator=0 activation=0 count=4 type=uint2 broadcast=0\n"
         "  multiply_add accumulator=0 scalar=0 scalar_type=uint2 activation=0 count=4 "
         "type=int8\n"
         "  store_accumulators accumulator=0 activation=16 count=4 type=int32\n"
         "  move_accumulators source=0 destination=4 count=4\n"
         "  lookup activation=0 destination=16 count=2 type=int8 shared=1\n"
         "  select activation=0 destination=16 count=4 k=2 stride=1 type=int8 smallest=0 "
         "last=1 positions=1\n"
         "  copy source=0 destination=1 count=2 source_stride=0 destination_stride=1 "
         "type=uint2 result_type=int16\n"
         "  fill destination=0 count=2 stride=3 type=int48 value=-7\n"
         "  halt\n"
         "data\n"
         "  000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
         "  ff\n";
}

TEST(ImcAssembler, DisassemblingInvertsAssembling) {
  auto program = Assemble(Canonical());
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_EQ(program->instructions.size(), kNumOpcodes);
  EXPECT_EQ(program->ports[0].name, "a b\"\xff");
  EXPECT_EQ(program->data.size(), 33u);
  EXPECT_EQ(Disassemble(*program), Canonical());
}

TEST(ImcAssembler, AssemblingInvertsDisassembling) {
  std::mt19937_64 random(11);
  Program base = *Assemble(Canonical());
  for (int i = 0; i < 300; ++i) {
    Program program;
    program.target = base.target;
    program.ports = base.ports;
    while (program.instructions.size() < 20) {
      const Instruction &chosen = base.instructions[random() % kNumOpcodes];
      // A mutated loop would not be a program any more.
      if (std::holds_alternative<Repeat>(chosen) || std::holds_alternative<EndRepeat>(chosen)) {
        continue;
      }
      auto word = *EncodeInstruction(chosen);
      size_t bit = 8 + random() % 120;
      word[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
      auto mutated = DecodeInstruction(word);
      if (mutated.ok())
        program.instructions.push_back(*mutated);
    }
    program.data.resize(random() % 100);
    for (uint8_t &byte : program.data)
      byte = static_cast<uint8_t>(random());
    auto again = Assemble(Disassemble(program));
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(*SerializeProgram(*again), *SerializeProgram(program));
  }
}

TEST(ImcAssembler, BlanksCommentsAndOrderAreFree) {
  auto program = Assemble("; a program\n\nimc   version=2 ; first\n\ttarget rows=16\r\n"
                          "code\nmac keep=1 accumulator=0 bank=2\nhalt\ndata\n00 01\n  0203 ; four bytes");
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_EQ(InstructionToString(program->instructions[0]), "mac bank=2 accumulator=0 keep=1");
  EXPECT_EQ(program->data, (std::vector<uint8_t>{0, 1, 2, 3}));
}

std::string ErrorOf(absl::string_view text) {
  auto program = Assemble(text);
  return program.ok() ? "ok" : std::string(program.status().message());
}
std::string CodeError(absl::string_view line) {
  return ErrorOf(absl::StrCat("imc version=2\ntarget\ncode\n", line, "\ndata\n"));
}

TEST(ImcAssembler, ErrorsNameLineAndColumn) {
  EXPECT_EQ(ErrorOf(""), "line 1, column 1: text ends before 'imc'");
  EXPECT_EQ(ErrorOf("imc version=2\ntarget\ncode\nhalt\n"), "line 5, column 1: text ends before 'data'");
  EXPECT_EQ(ErrorOf("elf"), "line 1, column 1: expected 'imc', found 'elf'");
  EXPECT_EQ(ErrorOf("imc version=1"), "line 1, column 13: 'version' must be an integer from 2 to 2, found '1'");
  EXPECT_EQ(ErrorOf("imc version=2\n target rows=0"),
            "line 2, column 2: target description: 'rows' must be an integer from 1 to 4096, "
            "found '0'");
  EXPECT_EQ(CodeError("  fly"), "line 4, column 3: unknown instruction 'fly'");
  EXPECT_EQ(CodeError("  mac bank=1 accumulator=0"), "line 4, column 27: expected operand 'keep'");
  EXPECT_EQ(CodeError("  mac bank=256 accumulator=0 keep=0"),
            "line 4, column 12: 'bank' must be an integer from 0 to 255, found '256'");
  EXPECT_EQ(CodeError("mac bank=1 accumulator=0 keep=0 speed=9"),
            "line 4, column 33: unknown or repeated operand 'speed'");
  EXPECT_EQ(CodeError("mac bank=1 bank=1 accumulator=0 keep=0"),
            "line 4, column 12: unknown or repeated operand 'bank'");
  EXPECT_EQ(CodeError("halt now"), "line 4, column 6: expected key=value, found 'now'");
  EXPECT_EQ(CodeError("configure input=float32 weight=int2"),
            "line 4, column 17: 'input' must be bipolar or an integer type of 1 to 48 bits, found "
            "'float32'");
  EXPECT_EQ(CodeError("load_weights bank=0 format=csc n=0 m=0 rows=1 columns=1 data=0"),
            "line 4, column 28: 'format' must be one of dense, n_m, coo, run_length, found 'csc'");
  EXPECT_EQ(CodeError("load_weights bank=0 format=dense n=1 m=0 rows=1 columns=1 data=0"),
            "line 4, column 1: a dense tile takes n=0 and m=0, found n=1 and m=0");
  EXPECT_EQ(CodeError("halt\ndata\n0g"), "line 6, column 1: expected pairs of lower-case hexadecimal digits");
}

TEST(ImcAssembler, PortErrorsNameLineAndColumn) {
  auto port_error = [](absl::string_view line) {
    return ErrorOf(absl::StrCat("imc version=2\ntarget\n", line, "\ncode\ndata\n"));
  };
  EXPECT_EQ(port_error("port"), "line 3, column 1: expected 'input', 'output' or 'code', found 'port'");
  EXPECT_EQ(port_error("input x"), "line 3, column 7: expected the port's name in double quotes");
  EXPECT_EQ(port_error("input \"x"), "line 3, column 7: string is not closed");
  EXPECT_EQ(port_error("input \"\\n\""), "line 3, column 8: expected an escape of the form \\xhh");
  EXPECT_EQ(port_error("input \"x\" type=int4 elements=3"), "line 3, column 31: expected operand 'activation'");
  EXPECT_EQ(port_error("code now"), "line 3, column 6: 'code' stands alone on its line");
}

TEST(ImcAssembler, AnyTextIsSurvived) {
  std::mt19937_64 random(5);
  std::string text = Canonical();
  for (int i = 0; i < 20000; ++i) {
    std::string mutated = text.substr(0, random() % text.size());
    for (int flips = 0; flips < 3 && !mutated.empty(); ++flips) {
      mutated[random() % mutated.size()] = static_cast<char>(random());
    }
    ErrorOf(mutated);
  }
}

} // namespace
} // namespace qcompile::runtime::imc
