#include "runtime/imc/assembler.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kVersion = 2;

// A word of a line, or a quoted string with its escapes resolved.
struct Token {
  std::string text;
  size_t column = 1;
  bool quoted = false;
};

struct Line {
  size_t number = 1;
  size_t end_column = 1;
  std::vector<Token> tokens;
};

absl::Status ErrorAt(size_t line, size_t column, absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat("line ", line, ", column ", column, ": ", message));
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Reads the string whose opening quote is at `position`, and moves behind its closing quote.
absl::StatusOr<std::string> ReadString(absl::string_view line, size_t number, size_t& position) {
  size_t start = position++;
  std::string out;
  while (position < line.size() && line[position] != '"') {
    if (line[position] != '\\') {
      out.push_back(line[position++]);
      continue;
    }
    int high = position + 2 < line.size() ? HexDigit(line[position + 2]) : -1;
    int low = position + 3 < line.size() ? HexDigit(line[position + 3]) : -1;
    if (position + 1 >= line.size() || line[position + 1] != 'x' || high < 0 || low < 0) {
      return ErrorAt(number, position + 1, "expected an escape of the form \\xhh");
    }
    out.push_back(static_cast<char>(high << 4 | low));
    position += 4;
  }
  if (position == line.size()) return ErrorAt(number, start + 1, "string is not closed");
  ++position;
  return out;
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Splits a line at blanks; ';' starts a comment.
absl::StatusOr<Line> ReadLine(absl::string_view text, size_t number) {
  Line line{number, text.size() + 1, {}};
  size_t position = 0;
  while (position < text.size() && text[position] != ';') {
    if (IsBlank(text[position])) {
      ++position;
      continue;
    }
    Token token;
    token.column = position + 1;
    if (text[position] == '"') {
      auto string = ReadString(text, number, position);
      if (!string.ok()) return string.status();
      token.text = *std::move(string);
      token.quoted = true;
    } else {
      size_t start = position;
      while (position < text.size() && !IsBlank(text[position]) && text[position] != ';' &&
             text[position] != '"') {
        ++position;
      }
      token.text = std::string(text.substr(start, position - start));
    }
    line.tokens.push_back(std::move(token));
  }
  return line;
}

// The key=value operands of a line, each to be taken exactly once.
class Operands {
 public:
  static absl::StatusOr<Operands> Create(const Line& line, size_t first) {
    Operands operands;
    operands.line_ = &line;
    for (size_t i = first; i < line.tokens.size(); ++i) {
      const Token& token = line.tokens[i];
      size_t equals = token.quoted ? std::string::npos : token.text.find('=');
      if (equals == std::string::npos) {
        return ErrorAt(line.number, token.column,
                       absl::StrCat("expected key=value, found '", token.text, "'"));
      }
      operands.pairs_.push_back({token.text.substr(0, equals), token.text.substr(equals + 1),
                                 token.column, token.column + equals + 1, false});
    }
    return operands;
  }

  void Integer(absl::string_view name, int64_t& value, FieldRange range) {
    const Pair* pair = Take(name);
    if (!pair) return;
    if (!absl::SimpleAtoi(pair->value, &value) || value < range.min || value > range.max) {
      Fail(pair->value_column, absl::StrCat("'", name, "' must be an integer from ", range.min,
                                            " to ", range.max, ", found '", pair->value, "'"));
    }
  }
  void Type(absl::string_view name, DataType& type, int max_bits) {
    const Pair* pair = Take(name);
    if (!pair) return;
    auto parsed = DataType::Parse(pair->value);
    if (!parsed.ok() || parsed->IsFloat() || parsed->kind == TypeKind::kBool ||
        parsed->bits > max_bits) {
      Fail(pair->value_column,
           absl::StrCat("'", name, "' must be bipolar or an integer type of 1 to ", max_bits,
                        " bits, found '", pair->value, "'"));
      return;
    }
    type = *parsed;
  }
  template <typename E>
  void Choice(absl::string_view name, E& value, const FieldChoices& choices) {
    const Pair* pair = Take(name);
    if (!pair) return;
    for (size_t i = 0; i < choices.names.size(); ++i) {
      if (pair->value != choices.names[i]) continue;
      value = static_cast<E>(i);
      return;
    }
    Fail(pair->value_column, absl::StrCat("'", name, "' must be one of ", ChoiceNames(choices),
                                          ", found '", pair->value, "'"));
  }

  // The first error, be it of a field or of an operand that no field took.
  absl::Status Finish() {
    for (const Pair& pair : pairs_) {
      if (!pair.taken) {
        Fail(pair.column, absl::StrCat("unknown or repeated operand '", pair.key, "'"));
      }
    }
    return status_;
  }

 private:
  struct Pair {
    std::string key;
    std::string value;
    size_t column = 1;
    size_t value_column = 1;
    bool taken = false;
  };

  Pair* Take(absl::string_view name) {
    for (Pair& pair : pairs_) {
      if (pair.key != name || pair.taken) continue;
      pair.taken = true;
      return &pair;
    }
    Fail(line_->end_column, absl::StrCat("expected operand '", name, "'"));
    return nullptr;
  }
  void Fail(size_t column, absl::string_view message) {
    if (status_.ok()) status_ = ErrorAt(line_->number, column, message);
  }

  const Line* line_ = nullptr;
  std::vector<Pair> pairs_;
  absl::Status status_;
};

template <typename T>
absl::StatusOr<Instruction> ReadFields(const Line& line) {
  auto operands = Operands::Create(line, 1);
  if (!operands.ok()) return operands.status();
  T typed;
  T::Visit(typed, *operands);
  absl::Status status = operands->Finish();
  if (!status.ok()) return status;
  Instruction instruction = typed;
  status = CheckInstruction(instruction);
  if (!status.ok()) return ErrorAt(line.number, line.tokens[0].column, status.message());
  return instruction;
}

template <size_t... I>
absl::StatusOr<Instruction> ReadInstruction(const Line& line, std::index_sequence<I...>) {
  const Token& name = line.tokens[0];
  absl::StatusOr<Instruction> result =
      ErrorAt(line.number, name.column, absl::StrCat("unknown instruction '", name.text, "'"));
  static_cast<void>(
      ((!name.quoted && name.text == MnemonicOf(I) &&
        (result = ReadFields<std::variant_alternative_t<I, Instruction>>(line), true)) ||
       ...));
  return result;
}

class Assembler {
 public:
  absl::Status Add(const Line& line) {
    if (line.tokens.empty()) return absl::OkStatus();
    if (stage_ == Stage::kStart) return AddVersion(line);
    if (stage_ == Stage::kTarget) return AddTarget(line);
    if (stage_ == Stage::kPorts && !IsWord(line, "code")) return AddPort(line);
    if (stage_ == Stage::kPorts) return Enter(line, Stage::kCode);
    if (stage_ == Stage::kData) return AddData(line);
    if (IsWord(line, "data")) return Enter(line, Stage::kData);
    auto instruction = ReadInstruction(line, std::make_index_sequence<kNumOpcodes>());
    if (!instruction.ok()) return instruction.status();
    program_.instructions.push_back(*std::move(instruction));
    return absl::OkStatus();
  }

  absl::StatusOr<Program> Finish(size_t last_line) {
    if (stage_ != Stage::kData) {
      static constexpr absl::string_view kExpected[] = {"imc", "target", "code", "data"};
      return ErrorAt(
          last_line, 1,
          absl::StrCat("text ends before '", kExpected[static_cast<size_t>(stage_)], "'"));
    }
    absl::Status checked = CheckProgram(program_);
    if (!checked.ok()) return checked;
    return std::move(program_);
  }

 private:
  enum class Stage { kStart, kTarget, kPorts, kCode, kData };

  static bool IsWord(const Line& line, absl::string_view word) {
    return !line.tokens[0].quoted && line.tokens[0].text == word;
  }
  absl::Status Expect(const Line& line, absl::string_view word) {
    if (IsWord(line, word)) return absl::OkStatus();
    return ErrorAt(line.number, line.tokens[0].column,
                   absl::StrCat("expected '", word, "', found '", line.tokens[0].text, "'"));
  }

  absl::Status Enter(const Line& line, Stage stage) {
    if (line.tokens.size() > 1) {
      return ErrorAt(line.number, line.tokens[1].column,
                     absl::StrCat("'", line.tokens[0].text, "' stands alone on its line"));
    }
    stage_ = stage;
    return absl::OkStatus();
  }

  absl::Status AddVersion(const Line& line) {
    absl::Status status = Expect(line, "imc");
    if (!status.ok()) return status;
    auto operands = Operands::Create(line, 1);
    if (!operands.ok()) return operands.status();
    int64_t version = 0;
    operands->Integer("version", version, {32, kVersion, kVersion});
    stage_ = Stage::kTarget;
    return operands->Finish();
  }

  absl::Status AddTarget(const Line& line) {
    absl::Status status = Expect(line, "target");
    if (!status.ok()) return status;
    std::vector<std::string> pairs;
    for (size_t i = 1; i < line.tokens.size(); ++i) pairs.push_back(line.tokens[i].text);
    auto target = ParseTarget(absl::StrJoin(pairs, " "));
    if (!target.ok()) {
      return ErrorAt(line.number, line.tokens[0].column, target.status().message());
    }
    program_.target = *target;
    stage_ = Stage::kPorts;
    return absl::OkStatus();
  }

  absl::Status AddPort(const Line& line) {
    Port port;
    port.is_output = IsWord(line, "output");
    if (!port.is_output && !IsWord(line, "input")) {
      return ErrorAt(
          line.number, line.tokens[0].column,
          absl::StrCat("expected 'input', 'output' or 'code', found '", line.tokens[0].text, "'"));
    }
    if (line.tokens.size() < 2 || !line.tokens[1].quoted) {
      return ErrorAt(line.number, line.tokens.size() < 2 ? line.end_column : line.tokens[1].column,
                     "expected the port's name in double quotes");
    }
    port.name = line.tokens[1].text;
    auto operands = Operands::Create(line, 2);
    if (!operands.ok()) return operands.status();
    operands->Type("type", port.type, kMaxElementBits);
    operands->Integer("elements", port.elements, Unsigned(25));
    operands->Integer("activation", port.activation, Unsigned(25));
    program_.ports.push_back(std::move(port));
    return operands->Finish();
  }

  absl::Status AddData(const Line& line) {
    for (const Token& token : line.tokens) {
      for (size_t i = 0; i < token.text.size(); i += 2) {
        int high = HexDigit(token.text[i]);
        int low = i + 1 < token.text.size() ? HexDigit(token.text[i + 1]) : -1;
        if (token.quoted || high < 0 || low < 0) {
          return ErrorAt(line.number, token.column + i,
                         "expected pairs of lower-case hexadecimal digits");
        }
        program_.data.push_back(static_cast<uint8_t>(high << 4 | low));
      }
    }
    return absl::OkStatus();
  }

  Stage stage_ = Stage::kStart;
  Program program_;
};

}  // namespace

absl::StatusOr<Program> Assemble(absl::string_view text) {
  Assembler assembler;
  size_t number = 1;
  while (true) {
    size_t end = text.find('\n');
    auto line = ReadLine(text.substr(0, end), number);
    if (!line.ok()) return line.status();
    absl::Status status = assembler.Add(*line);
    if (!status.ok()) return status;
    if (end == absl::string_view::npos) break;
    text.remove_prefix(end + 1);
    ++number;
  }
  return assembler.Finish(number);
}

}  // namespace qcompile::runtime::imc
