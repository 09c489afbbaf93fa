// What the fields of instructions may hold.
#ifndef QCOMPILE_RUNTIME_IMC_FIELD_H_
#define QCOMPILE_RUNTIME_IMC_FIELD_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/core/data_type.h"
#include "runtime/reference/rounding.h"

namespace qcompile::runtime::imc {

// How a weight tile is stored.
enum class WeightFormat : uint8_t {
  kDense = 0,
  kNOfM = 1,       // at most n entries in every m consecutive rows
  kCoo = 2,        // n entries per column, each with its row
  kRunLength = 3,  // n entries per column, each with the rows passed over before it, m bits
};

// The encoding and the values of an integer field.
struct FieldRange {
  int bits = 0;
  int64_t min = 0;
  int64_t max = 0;
};
constexpr FieldRange Unsigned(int bits) { return {bits, 0, (int64_t{1} << bits) - 1}; }
constexpr FieldRange Count(int bits) { return {bits, 1, (int64_t{1} << bits) - 1}; }
constexpr FieldRange Signed(int bits) {
  return {bits, -(int64_t{1} << (bits - 1)), (int64_t{1} << (bits - 1)) - 1};
}
constexpr FieldRange kFlag = {1, 0, 1};
constexpr FieldRange kAddress = Unsigned(24);      // of the activation buffer, or threshold words
constexpr FieldRange kAccumulator = Unsigned(20);  // a register
constexpr FieldRange kDataOffset = Unsigned(32);

// A field that takes one of a few words; its value is the word's place.
struct FieldChoices {
  int bits = 0;
  absl::Span<const absl::string_view> names;
};
inline constexpr absl::string_view kFormatNames[] = {"dense", "n_m", "coo", "run_length"};
inline constexpr FieldChoices kFormats = {4, kFormatNames};
// In the order of RoundingMode.
inline constexpr absl::string_view kRoundingNames[] = {"ROUND", "CEIL",    "FLOOR",    "UP",
                                                       "DOWN",  "HALF_UP", "HALF_DOWN"};
inline constexpr FieldChoices kRoundings = {3, kRoundingNames};

// Widest codes that a field of this kind may name.
inline constexpr int kMaxInputBits = 48;
inline constexpr int kMaxWeightBits = 16;
inline constexpr int kMaxElementBits = 64;

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_FIELD_H_
