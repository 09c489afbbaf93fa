#include "runtime/imc/instruction.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace qcompile::runtime::imc {
namespace {

template <size_t... I>
constexpr std::array<absl::string_view, kNumOpcodes> MakeMnemonics(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, Instruction>::kMnemonic...};
}
constexpr auto kMnemonics = MakeMnemonics(std::make_index_sequence<kNumOpcodes>());

// Stops at the first field that is out of range.
struct RangeChecker {
  absl::Status status;

  void Integer(absl::string_view name, int64_t value, FieldRange range) {
    if (!status.ok() || (value >= range.min && value <= range.max)) return;
    status = absl::InvalidArgumentError(absl::StrCat("'", name, "' must be from ", range.min,
                                                     " to ", range.max, ", found ", value));
  }
  void Type(absl::string_view name, DataType type, int max_bits) {
    bool known = type.kind == TypeKind::kSigned || type.kind == TypeKind::kUnsigned ||
                 type == DataType::Bipolar();
    if (!status.ok() || (known && type.bits >= 1 && type.bits <= max_bits)) return;
    status = absl::InvalidArgumentError(
        absl::StrCat("'", name, "' must be bipolar or an integer type of 1 to ", max_bits,
                     " bits, found ", type.ToString()));
  }
  template <typename E>
  void Choice(absl::string_view name, E value, const FieldChoices& choices) {
    if (!status.ok() || static_cast<size_t>(value) < choices.names.size()) return;
    status = absl::InvalidArgumentError(
        absl::StrCat("'", name, "' has the unknown value ", static_cast<int>(value)));
  }
};

absl::Status CheckFields(const LoadWeights& load) {
  if (load.format == WeightFormat::kDense && (load.n != 0 || load.m != 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a dense tile takes n=0 and m=0, found n=", load.n, " and m=", load.m));
  }
  if (load.format == WeightFormat::kNOfM && !(load.n >= 1 && load.n < load.m)) {
    return absl::InvalidArgumentError(
        absl::StrCat("an n_m tile takes 1 <= n < m, found n=", load.n, " and m=", load.m));
  }
  if (load.format == WeightFormat::kCoo && !(load.n >= 1 && load.m == 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a coo tile takes n >= 1 and m=0, found n=", load.n, " and m=", load.m));
  }
  if (load.format == WeightFormat::kRunLength && !(load.n >= 1 && load.m >= 1 && load.m <= 12)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a run_length tile takes n >= 1 and 1 <= m <= 12, found n=", load.n, " and m=", load.m));
  }
  return absl::OkStatus();
}

absl::Status CheckFields(const ConfigureOutput& configure) {
  if (configure.step == 0) return absl::InvalidArgumentError("'step' must not be 0");
  return absl::OkStatus();
}

absl::Status CheckFields(const ConfigureRequantize& configure) {
  if (configure.low <= configure.high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected low <= high, found ", configure.low, " and ", configure.high));
}

absl::Status CheckFields(const Select& select) {
  if (select.k <= select.count) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected k <= count, found ", select.k, " and ", select.count));
}

template <typename T>
absl::Status CheckFields(const T&) {
  return absl::OkStatus();
}

}  // namespace

absl::string_view Mnemonic(const Instruction& instruction) {
  return kMnemonics[instruction.index()];
}

absl::string_view MnemonicOf(size_t alternative) { return kMnemonics[alternative]; }

std::string ChoiceNames(const FieldChoices& choices) { return absl::StrJoin(choices.names, ", "); }

absl::Status CheckInstruction(const Instruction& instruction) {
  return std::visit(
      [](const auto& typed) {
        RangeChecker checker;
        typed.Visit(typed, checker);
        return checker.status.ok() ? CheckFields(typed) : checker.status;
      },
      instruction);
}

}  // namespace qcompile::runtime::imc
