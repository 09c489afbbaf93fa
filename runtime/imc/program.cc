#include "runtime/imc/program.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/encoding.h"

namespace qcompile::runtime::imc {
namespace {

constexpr char kMagic[] = {'Q', 'I', 'M', 'C', 'P', 'R', 'O', 'G'};
constexpr uint32_t kVersion = 2;
// Instructions that a program may execute, loops included: no program runs for ever.
constexpr int64_t kMaxExecuted = int64_t{1} << 32;

absl::Status CheckPort(const Port& port, const Target& target) {
  bool known = port.type == DataType::Bipolar() || port.type.kind == TypeKind::kSigned ||
               port.type.kind == TypeKind::kUnsigned;
  if (!known || port.type.bits < 1 || port.type.bits > kMaxElementBits) {
    return absl::InvalidArgumentError(
        absl::StrCat("port '", port.name, "' must be bipolar or an integer type of 1 to 64 bits, ",
                     "found ", port.type.ToString()));
  }
  int64_t room = target.activation_bytes - port.activation;
  if (port.elements < 0 || port.activation < 0 || room < 0 ||
      port.elements > room / ElementBytes(port.type)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "port '", port.name, "' takes ", port.elements, " elements at byte ", port.activation,
        ", beyond the ", target.activation_bytes, " bytes of the activation buffer"));
  }
  return absl::OkStatus();
}

// Every repeat has its end_repeat, no halt lies between them, and the whole ends some day.
absl::Status CheckLoops(absl::Span<const Instruction> code) {
  std::vector<int64_t> times = {1};  // how often an instruction at each open loop runs
  int64_t executed = 0;
  for (size_t i = 0; i < code.size(); ++i) {
    auto fail = [&](absl::string_view what) {
      return absl::InvalidArgumentError(
          absl::StrCat("instruction ", i, " (", Mnemonic(code[i]), "): ", what));
    };
    executed += times.back();
    if (const auto* repeat = std::get_if<Repeat>(&code[i])) {
      if (times.size() > kMaxLoops) {
        return fail(absl::StrCat("expected at most ", kMaxLoops, " loops in each other"));
      }
      // Saturated, so that products cannot overflow.
      times.push_back(std::min(times.back() * repeat->count, kMaxExecuted + 1));
    } else if (std::holds_alternative<EndRepeat>(code[i])) {
      if (times.size() == 1) return fail("no loop is open");
      times.pop_back();
    } else if (std::holds_alternative<Halt>(code[i]) && times.size() > 1) {
      return fail("a loop is open");
    }
    if (executed > kMaxExecuted) {
      return fail(absl::StrCat("the program executes more than ", kMaxExecuted, " instructions"));
    }
  }
  if (times.size() == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(times.size() - 1, " loops are not closed"));
}

void PutInteger(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

void PutPort(std::string& out, const Port& port) {
  PutInteger(out, port.is_output ? 1 : 0, 1);
  PutInteger(out, static_cast<uint64_t>(port.type.kind), 1);
  PutInteger(out, port.type.bits, 1);
  PutInteger(out, static_cast<uint64_t>(port.elements), 4);
  PutInteger(out, static_cast<uint64_t>(port.activation), 4);
  PutInteger(out, port.name.size(), 4);
  out += port.name;
}

// Reads from the front of a byte string; a short string sets `failed` and yields zeros.
class Reader {
 public:
  explicit Reader(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  uint64_t Integer(int count) {
    uint64_t value = 0;
    absl::Span<const uint8_t> taken = Bytes(static_cast<uint64_t>(count));
    for (size_t i = 0; i < taken.size(); ++i) value |= static_cast<uint64_t>(taken[i]) << (8 * i);
    return value;
  }
  absl::Span<const uint8_t> Bytes(uint64_t count) {
    if (failed_ || count > bytes_.size()) {
      failed_ = true;
      return {};
    }
    absl::Span<const uint8_t> taken = bytes_.subspan(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::string Text(uint64_t count) {
    absl::Span<const uint8_t> taken = Bytes(count);
    return std::string(taken.begin(), taken.end());
  }
  bool failed() const { return failed_; }
  size_t left() const { return bytes_.size(); }

 private:
  absl::Span<const uint8_t> bytes_;
  bool failed_ = false;
};

absl::Status Truncated(absl::string_view where) {
  return absl::InvalidArgumentError(absl::StrCat("imc program is cut off in its ", where));
}

struct Header {
  uint64_t target_bytes = 0;
  uint64_t ports = 0;
  uint64_t instructions = 0;
  uint64_t data_bytes = 0;
};

absl::StatusOr<Header> ReadHeader(Reader& reader) {
  absl::Span<const uint8_t> magic = reader.Bytes(sizeof(kMagic));
  if (reader.failed() || std::memcmp(magic.data(), kMagic, sizeof(kMagic)) != 0) {
    return absl::InvalidArgumentError("not an imc program: expected the magic 'QIMCPROG'");
  }
  uint64_t version = reader.Integer(4);
  Header header;
  header.target_bytes = reader.Integer(4);
  header.ports = reader.Integer(4);
  header.instructions = reader.Integer(4);
  header.data_bytes = reader.Integer(8);
  if (reader.failed()) return Truncated("header");
  if (version != kVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected version ", kVersion, " of the imc program form, found ", version));
  }
  return header;
}

absl::StatusOr<Target> ReadTarget(Reader& reader, uint64_t bytes) {
  std::string text = reader.Text(bytes);
  if (reader.failed()) return Truncated("target description");
  absl::StatusOr<Target> target = ParseTarget(text);
  if (target.ok() && TargetToString(*target) != text) {
    return absl::InvalidArgumentError("target description is not in its canonical form");
  }
  return target;
}

absl::StatusOr<Port> ReadPort(Reader& reader) {
  Port port;
  uint64_t direction = reader.Integer(1);
  uint64_t kind = reader.Integer(1);
  port.type.bits = static_cast<uint8_t>(reader.Integer(1));
  port.elements = static_cast<int64_t>(reader.Integer(4));
  port.activation = static_cast<int64_t>(reader.Integer(4));
  port.name = reader.Text(reader.Integer(4));
  if (reader.failed()) return Truncated("ports");
  if (direction > 1 || kind > static_cast<uint64_t>(TypeKind::kBipolar)) {
    return absl::InvalidArgumentError(
        absl::StrCat("port '", port.name, "' has an unknown direction or type"));
  }
  port.is_output = direction == 1;
  port.type.kind = static_cast<TypeKind>(kind);
  return port;
}

absl::Status ReadInstructions(Reader& reader, uint64_t count, Program& program) {
  // Compared before anything is allocated: `count` may be any number.
  if (count > reader.left() / kInstructionBytes) return Truncated("instructions");
  program.instructions.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    auto instruction = DecodeInstruction(reader.Bytes(kInstructionBytes));
    if (!instruction.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("instruction ", i, ": ", instruction.status().message()));
    }
    program.instructions.push_back(*std::move(instruction));
  }
  return absl::OkStatus();
}

}  // namespace

int64_t ElementBytes(DataType type) {
  return type.bits <= 8 ? 1 : type.bits <= 16 ? 2 : type.bits <= 32 ? 4 : 8;
}

absl::Status CheckProgram(const Program& program) {
  for (const Port& port : program.ports) {
    absl::Status checked = CheckPort(port, program.target);
    if (!checked.ok()) return checked;
  }
  auto count = static_cast<int64_t>(program.instructions.size());
  if (count > program.target.instructions) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the program has ", count,
                     " instructions, the target has instructions=", program.target.instructions));
  }
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    absl::Status checked = CheckInstruction(program.instructions[i]);
    if (!checked.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "instruction ", i, " (", Mnemonic(program.instructions[i]), "): ", checked.message()));
    }
  }
  return CheckLoops(program.instructions);
}

absl::StatusOr<std::string> SerializeProgram(const Program& program) {
  absl::Status checked = CheckProgram(program);
  if (!checked.ok()) return checked;
  std::string target = TargetToString(program.target);
  std::string out(kMagic, sizeof(kMagic));
  PutInteger(out, kVersion, 4);
  PutInteger(out, target.size(), 4);
  PutInteger(out, program.ports.size(), 4);
  PutInteger(out, program.instructions.size(), 4);
  PutInteger(out, program.data.size(), 8);
  out += target;
  for (const Port& port : program.ports) PutPort(out, port);
  for (const Instruction& instruction : program.instructions) {
    auto word = EncodeInstruction(instruction);
    if (!word.ok()) return word.status();
    out.append(word->begin(), word->end());
  }
  out.append(program.data.begin(), program.data.end());
  return out;
}

absl::StatusOr<Program> ParseProgram(absl::Span<const uint8_t> bytes) {
  Reader reader(bytes);
  auto header = ReadHeader(reader);
  if (!header.ok()) return header.status();
  auto target = ReadTarget(reader, header->target_bytes);
  if (!target.ok()) return target.status();
  Program program;
  program.target = *target;
  for (uint64_t i = 0; i < header->ports; ++i) {
    auto port = ReadPort(reader);
    if (!port.ok()) return port.status();
    program.ports.push_back(*std::move(port));
  }
  absl::Status read = ReadInstructions(reader, header->instructions, program);
  if (!read.ok()) return read;
  if (reader.left() != header->data_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ", header->data_bytes, " bytes in the data section, found ", reader.left()));
  }
  absl::Span<const uint8_t> data = reader.Bytes(header->data_bytes);
  program.data.assign(data.begin(), data.end());
  absl::Status checked = CheckProgram(program);
  if (!checked.ok()) return checked;
  return program;
}

}  // namespace qcompile::runtime::imc
