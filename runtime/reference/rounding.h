// The rounding modes of quantizers.
#ifndef QCOMPILE_RUNTIME_REFERENCE_ROUNDING_H_
#define QCOMPILE_RUNTIME_REFERENCE_ROUNDING_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace qcompile::runtime {

enum class RoundingMode : uint8_t {
  kHalfEven,  // ROUND, HALF_EVEN
  kCeil,      // CEIL
  kFloor,     // FLOOR
  kUp,        // UP: away from zero
  kDown,      // DOWN, ROUND_TO_ZERO: towards zero
  kHalfUp,    // HALF_UP: to nearest, ties away from zero
  kHalfDown,  // HALF_DOWN: to nearest, ties towards zero
};

// Reads a name in any case.
absl::StatusOr<RoundingMode> ParseRoundingMode(absl::string_view name);
// The name that the `qnn` dialect uses.
absl::string_view RoundingModeName(RoundingMode mode);

// An integral value; NaN and infinities pass through. Exact for every float32 argument: the
// modes decide on the real number, so that 0.49999997 is not a tie although adding 0.5 to it in
// float32 would give 1.
double RoundToIntegral(double value, RoundingMode mode);

// The code of `value` under a quantizer with integer bounds; NaN gives `low`.
int64_t RoundAndClamp(double value, RoundingMode mode, int64_t low, int64_t high);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_ROUNDING_H_
