#include "runtime/reference/rounding.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace qcompile::runtime {
namespace {

struct Spelling {
  const char* name;
  RoundingMode mode;
};
// The first spelling of each mode is the one that is written.
constexpr Spelling kSpellings[] = {
    {"ROUND", RoundingMode::kHalfEven},     {"CEIL", RoundingMode::kCeil},
    {"FLOOR", RoundingMode::kFloor},        {"UP", RoundingMode::kUp},
    {"DOWN", RoundingMode::kDown},          {"HALF_UP", RoundingMode::kHalfUp},
    {"HALF_DOWN", RoundingMode::kHalfDown}, {"HALF_EVEN", RoundingMode::kHalfEven},
    {"ROUND_TO_ZERO", RoundingMode::kDown},
};

// Half to even whatever the rounding direction of the processor is.
double HalfEven(double value) {
  const double below = std::floor(value);
  const double part = value - below;
  if (part != 0.5) return part < 0.5 ? below : below + 1;
  return std::fmod(below, 2.0) == 0 ? below : below + 1;
}

}  // namespace

absl::StatusOr<RoundingMode> ParseRoundingMode(absl::string_view name) {
  const std::string upper = absl::AsciiStrToUpper(name);
  for (const Spelling& spelling : kSpellings) {
    if (upper == spelling.name) return spelling.mode;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("expected a rounding mode (ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN), "
                   "found '",
                   name, "'"));
}

absl::string_view RoundingModeName(RoundingMode mode) {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.mode == mode) return spelling.name;
  }
  return "";
}

double RoundToIntegral(double value, RoundingMode mode) {
  if (!std::isfinite(value)) return value;
  const double magnitude = std::fabs(value);
  switch (mode) {
    case RoundingMode::kHalfEven:
      return std::copysign(HalfEven(magnitude), value);
    case RoundingMode::kCeil:
      return std::ceil(value);
    case RoundingMode::kFloor:
      return std::floor(value);
    case RoundingMode::kUp:
      return std::copysign(std::ceil(magnitude), value);
    case RoundingMode::kDown:
      return std::trunc(value);
    case RoundingMode::kHalfUp:
      return std::copysign(std::floor(magnitude + 0.5), value);
    case RoundingMode::kHalfDown:
      return std::copysign(std::ceil(magnitude - 0.5), value);
  }
  return value;
}

int64_t RoundAndClamp(double value, RoundingMode mode, int64_t low, int64_t high) {
  if (std::isnan(value)) return low;
  const double rounded = RoundToIntegral(value, mode);
  // Bounds are at most 48 bits wide, so double compares exactly.
  if (rounded <= static_cast<double>(low)) return low;
  if (rounded >= static_cast<double>(high)) return high;
  return static_cast<int64_t>(rounded);
}

}  // namespace qcompile::runtime
