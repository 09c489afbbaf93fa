// Activations beside thresholds: tables, and multiply-add-shift. See Activations.h for the form.
#ifndef QCOMPILE_HLS_REQUANTIZE_H
#define QCOMPILE_HLS_REQUANTIZE_H

#include "Codes.h"

namespace qcompile_hls {

/// values[clamp(x - low, 0, Count - 1)]. `Bits` is the width of a signed integer that holds every x
/// and the ends of the table.
template <class OutputCode, unsigned Folds, unsigned Lanes, unsigned Count, long long Low, int Bits,
          class Value>
struct Table {
  typedef OutputCode Output;
  Value values[Folds][Lanes][Count];

  template <class Accumulator>
  ap_uint<OutputCode::bits> apply(Accumulator accumulator, unsigned fold, unsigned lane) const {
#pragma HLS INLINE
    const ap_int<Bits> x = accumulator;
    const ap_int<Bits> first = Low;
    const ap_int<Bits> last = Low + (long long)(Count) - 1;
    const ap_uint<17> index = x < first ? ap_uint<17>(0)
                              : x > last ? ap_uint<17>(Count - 1)
                                         : ap_uint<17>(x - first);
    return OutputCode::encode(values[Folds == 1 ? 0 : fold][Lanes == 1 ? 0 : lane][index.to_uint()]);
  }
};

// Whether a quotient is rounded up: `rest` of `shift` bits was cut off below `floor`, and `negative`
// says whether the number itself is below 0.

struct HalfToEven { // ROUND
  template <class Rest> static bool up(Rest rest, Rest half, bool odd, bool) {
    return rest > half || (rest == half && odd);
  }
};
struct HalfAway { // HALF_UP
  template <class Rest> static bool up(Rest rest, Rest half, bool, bool negative) {
    return rest > half || (rest == half && !negative);
  }
};
struct HalfToZero { // HALF_DOWN
  template <class Rest> static bool up(Rest rest, Rest half, bool, bool negative) {
    return rest > half || (rest == half && negative);
  }
};
struct Upwards { // CEIL
  template <class Rest> static bool up(Rest rest, Rest, bool, bool) { return rest != 0; }
};
struct Downwards { // FLOOR
  template <class Rest> static bool up(Rest, Rest, bool, bool) { return false; }
};
struct AwayFromZero { // UP
  template <class Rest> static bool up(Rest rest, Rest, bool, bool negative) {
    return rest != 0 && !negative;
  }
};
struct TowardsZero { // DOWN
  template <class Rest> static bool up(Rest rest, Rest, bool, bool negative) {
    return rest != 0 && negative;
  }
};

/// clamp(round((multiplier * x + offset) / 2^Shift), Low, High). `Bits` is the width of a signed
/// integer that holds the number before the shift, the bounds, and one more than either.
template <class OutputCode, class Rounding, unsigned Folds, unsigned Lanes, int Shift,
          long long Low, long long High, int Bits, int MultiplierBits, class Multiplier,
          class Offset>
struct MultiplyShift {
  typedef OutputCode Output;
  Multiplier multipliers[Folds][Lanes];
  Offset offsets[Folds][Lanes];

  template <class Accumulator>
  ap_uint<OutputCode::bits> apply(Accumulator x, unsigned fold, unsigned lane) const {
#pragma HLS INLINE
    typedef ap_int<Bits> Wide;
    const unsigned row = Folds == 1 ? 0 : fold;
    const unsigned column = Lanes == 1 ? 0 : lane;
    const Wide product = ap_int<MultiplierBits>(multipliers[row][column]) * x;
    const Wide number = product + Wide(offsets[row][column]);
    Wide result = number >> Shift;
    if (Shift > 0) {
      typedef ap_uint<Shift == 0 ? 1 : Shift> Rest;
      const Rest half = Rest(1) << (Shift == 0 ? 0 : Shift - 1);
      if (Rounding::up(Rest(number), half, bool(result[0]), bool(number < 0)))
        result = result + 1;
    }
    const Wide low = Low, high = High;
    const Wide code = result < low ? low : result > high ? high : result;
    return OutputCode::encode(code);
  }
};

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_REQUANTIZE_H
