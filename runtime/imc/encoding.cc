#include "runtime/imc/encoding.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace qcompile::runtime::imc {
namespace {

constexpr int kWordBits = 128;
constexpr int kOpcodeBits = 8;
constexpr int kTypeBits = 8;
// A type is its kind in the upper two bits and its width, modulo 64, in the lower six.
constexpr int kTypeWidthBits = 6;
constexpr uint64_t kUnsignedKind = 0;
constexpr uint64_t kSignedKind = 1;
constexpr uint64_t kBipolarKind = 2;

// Fields fill the word from its least significant bit.
struct FieldEncoder {
  InstructionWord word{};
  int position = 0;

  void Put(uint64_t value, int bits) {
    for (int i = 0; i < bits; ++i, ++position) {
      if ((value >> i) & 1) word[position / 8] |= static_cast<uint8_t>(1 << (position % 8));
    }
  }
  void Integer(absl::string_view, int64_t value, FieldRange range) {
    Put(static_cast<uint64_t>(value), range.bits);
  }
  void Type(absl::string_view, DataType type, int) {
    uint64_t kind = type.kind == TypeKind::kBipolar  ? kBipolarKind
                    : type.kind == TypeKind::kSigned ? kSignedKind
                                                     : kUnsignedKind;
    Put(kind << kTypeWidthBits | (type.bits % 64), kTypeBits);
  }
  template <typename E>
  void Choice(absl::string_view, E value, const FieldChoices& choices) {
    Put(static_cast<uint64_t>(value), choices.bits);
  }
};

struct FieldDecoder {
  absl::Span<const uint8_t> word;
  int position = 0;
  absl::Status status;

  uint64_t Get(int bits) {
    uint64_t value = 0;
    for (int i = 0; i < bits; ++i, ++position) {
      value |= static_cast<uint64_t>((word[position / 8] >> (position % 8)) & 1) << i;
    }
    return value;
  }
  void Integer(absl::string_view, int64_t& value, FieldRange range) {
    value = static_cast<int64_t>(Get(range.bits));
    // Sign extension of two's complement fields.
    if (range.min < 0 && value > range.max) value -= int64_t{1} << range.bits;
  }
  void Type(absl::string_view name, DataType& type, int) {
    uint64_t code = Get(kTypeBits);
    int bits = static_cast<int>(code & ((1 << kTypeWidthBits) - 1));
    if (bits == 0) bits = 64;
    switch (code >> kTypeWidthBits) {
      case kUnsignedKind:
        type = DataType::Unsigned(bits);
        break;
      case kSignedKind:
        type = DataType::Signed(bits);
        break;
      case kBipolarKind:
        type = DataType{TypeKind::kBipolar, static_cast<uint8_t>(bits)};
        break;
      default:
        status = absl::InvalidArgumentError(
            absl::StrCat("'", name, "' has the unknown type code ", code));
    }
  }
  template <typename E>
  void Choice(absl::string_view, E& value, const FieldChoices& choices) {
    value = static_cast<E>(Get(choices.bits));
  }
};

template <typename T>
absl::StatusOr<Instruction> DecodeFields(absl::Span<const uint8_t> word) {
  FieldDecoder decoder{word, kOpcodeBits, absl::OkStatus()};
  T typed;
  T::Visit(typed, decoder);
  if (!decoder.status.ok()) return decoder.status;
  while (decoder.position < kWordBits) {
    if (decoder.Get(1) != 0) {
      return absl::InvalidArgumentError(absl::StrCat("unused bit ", decoder.position - 1, " of '",
                                                     T::kMnemonic, "' is not zero"));
    }
  }
  Instruction instruction = typed;
  absl::Status checked = CheckInstruction(instruction);
  if (!checked.ok()) return checked;
  return instruction;
}

template <size_t... I>
absl::StatusOr<Instruction> DecodeOpcode(absl::Span<const uint8_t> word,
                                         std::index_sequence<I...>) {
  absl::StatusOr<Instruction> result =
      absl::InvalidArgumentError(absl::StrCat("unknown opcode ", word[0]));
  static_cast<void>(
      ((word[0] == std::variant_alternative_t<I, Instruction>::kOpcode &&
        (result = DecodeFields<std::variant_alternative_t<I, Instruction>>(word), true)) ||
       ...));
  return result;
}

}  // namespace

absl::StatusOr<InstructionWord> EncodeInstruction(const Instruction& instruction) {
  absl::Status checked = CheckInstruction(instruction);
  if (!checked.ok()) return checked;
  FieldEncoder encoder;
  std::visit(
      [&](const auto& typed) {
        encoder.Put(typed.kOpcode, kOpcodeBits);
        typed.Visit(typed, encoder);
      },
      instruction);
  return encoder.word;
}

absl::StatusOr<Instruction> DecodeInstruction(absl::Span<const uint8_t> word) {
  if (word.size() != kInstructionBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an instruction has 16 bytes, found ", word.size()));
  }
  return DecodeOpcode(word, std::make_index_sequence<kNumOpcodes>());
}

}  // namespace qcompile::runtime::imc
