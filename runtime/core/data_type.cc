#include "runtime/core/data_type.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace qcompile::runtime {
namespace {

// The floats whose names do not follow from their kind and width.
struct NamedFloat {
  DataType type;
  absl::string_view name;
};
constexpr NamedFloat kNamedFloats[] = {
    {DataType::BFloat16(), "bfloat16"},
    {{TypeKind::kFloat8E4M3FN, 8}, "float8e4m3fn"},
    {{TypeKind::kFloat8E4M3FNUZ, 8}, "float8e4m3fnuz"},
    {{TypeKind::kFloat8E5M2, 8}, "float8e5m2"},
    {{TypeKind::kFloat8E5M2FNUZ, 8}, "float8e5m2fnuz"},
    {{TypeKind::kFloat8E8M0, 8}, "float8e8m0"},
    {{TypeKind::kFloat4E2M1, 4}, "float4e2m1"},
};

}  // namespace

bool DataType::IsValid() const {
  switch (kind) {
    case TypeKind::kFloat:
      return bits == 16 || bits == 32 || bits == 64;
    case TypeKind::kSigned:
    case TypeKind::kUnsigned:
      return bits >= 1 && bits <= 64;
    case TypeKind::kBool:
    case TypeKind::kBipolar:
      return bits == 1;
    default:
      for (const NamedFloat& known : kNamedFloats) {
        if (*this == known.type) return true;
      }
      return false;
  }
}

int64_t DataType::MinValue() const {
  switch (kind) {
    case TypeKind::kBipolar:
      return -1;
    case TypeKind::kSigned:
      return bits >= 64 ? std::numeric_limits<int64_t>::min() : -(int64_t{1} << (bits - 1));
    default:
      return 0;
  }
}

int64_t DataType::MaxValue() const {
  switch (kind) {
    case TypeKind::kBipolar:
    case TypeKind::kBool:
      return 1;
    case TypeKind::kSigned:
      return bits >= 64 ? std::numeric_limits<int64_t>::max() : (int64_t{1} << (bits - 1)) - 1;
    default:
      return bits >= 63 ? std::numeric_limits<int64_t>::max() : (int64_t{1} << bits) - 1;
  }
}

bool DataType::Contains(int64_t value) const {
  if (kind == TypeKind::kBipolar) return value == 1 || value == -1;
  return value >= MinValue() && value <= MaxValue();
}

size_t DataType::ContainerSize() const {
  if (bits <= 8) return 1;
  if (bits <= 16) return 2;
  if (bits <= 32) return 4;
  return 8;
}

std::string DataType::ToString() const {
  switch (kind) {
    case TypeKind::kFloat:
      return absl::StrCat("float", static_cast<int>(bits));
    case TypeKind::kSigned:
      return absl::StrCat("int", static_cast<int>(bits));
    case TypeKind::kUnsigned:
      return absl::StrCat("uint", static_cast<int>(bits));
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kBipolar:
      return "bipolar";
    default:
      for (const NamedFloat& known : kNamedFloats) {
        if (kind == known.type.kind) return std::string(known.name);
      }
      return "invalid";
  }
}

absl::StatusOr<DataType> DataType::Parse(absl::string_view text) {
  if (text == "bool") return Bool();
  if (text == "bipolar") return Bipolar();
  for (const NamedFloat& known : kNamedFloats) {
    if (text == known.name) return known.type;
  }
  int bits = 0;
  auto width_after = [&](absl::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix &&
           absl::SimpleAtoi(text.substr(prefix.size()), &bits);
  };
  if (width_after("float") && (bits == 16 || bits == 32 || bits == 64)) {
    return DataType{TypeKind::kFloat, static_cast<uint8_t>(bits)};
  }
  if (width_after("uint") && bits >= 1 && bits <= 64) return Unsigned(bits);
  if (width_after("int") && bits >= 1 && bits <= 64) return Signed(bits);
  return absl::InvalidArgumentError(absl::StrCat("unknown element type '", text, "'"));
}

}  // namespace qcompile::runtime
