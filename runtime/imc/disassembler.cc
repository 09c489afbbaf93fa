#include <string>

#include "absl/strings/str_cat.h"
#include "runtime/imc/assembler.h"

namespace qcompile::runtime::imc {
namespace {

constexpr size_t kDataBytesPerLine = 32;
constexpr char kHexDigits[] = "0123456789abcdef";

struct FieldPrinter {
  std::string& out;

  void Integer(absl::string_view name, int64_t value, FieldRange) {
    absl::StrAppend(&out, " ", name, "=", value);
  }
  void Type(absl::string_view name, DataType type, int) {
    absl::StrAppend(&out, " ", name, "=", type.ToString());
  }
  template <typename E>
  void Choice(absl::string_view name, E value, const FieldChoices& choices) {
    absl::StrAppend(&out, " ", name, "=", choices.names[static_cast<size_t>(value)]);
  }
};

void AppendHex(std::string& out, uint8_t byte) {
  out.push_back(kHexDigits[byte >> 4]);
  out.push_back(kHexDigits[byte & 15]);
}

// Printable ASCII stands for itself; everything else, and what would end the string, is \xHH.
std::string Quote(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
      out.push_back(c);
    } else {
      out += "\\x";
      AppendHex(out, static_cast<uint8_t>(c));
    }
  }
  out.push_back('"');
  return out;
}

}  // namespace

std::string InstructionToString(const Instruction& instruction) {
  std::string out(Mnemonic(instruction));
  FieldPrinter printer{out};
  std::visit([&](const auto& typed) { typed.Visit(typed, printer); }, instruction);
  return out;
}

std::string Disassemble(const Program& program) {
  std::string out = "imc version=2\n";
  absl::StrAppend(&out, "target ", TargetToString(program.target), "\n");
  for (const Port& port : program.ports) {
    absl::StrAppend(&out, port.is_output ? "output " : "input ", Quote(port.name),
                    " type=", port.type.ToString(), " elements=", port.elements,
                    " activation=", port.activation, "\n");
  }
  out += "code\n";
  std::string indent = "  ";
  for (const Instruction& instruction : program.instructions) {
    if (std::holds_alternative<EndRepeat>(instruction) && indent.size() > 2) {
      indent.resize(indent.size() - 2);
    }
    absl::StrAppend(&out, indent, InstructionToString(instruction), "\n");
    if (std::holds_alternative<Repeat>(instruction)) indent += "  ";
  }
  out += "data\n";
  for (size_t i = 0; i < program.data.size(); ++i) {
    if (i % kDataBytesPerLine == 0) out += "  ";
    AppendHex(out, program.data[i]);
    if ((i + 1) % kDataBytesPerLine == 0 || i + 1 == program.data.size()) out += "\n";
  }
  return out;
}

}  // namespace qcompile::runtime::imc
