// What happens to a finished accumulator.
//
// An activation has the type `Output` of its codes and `apply(accumulator, fold, lane)`, where
// channel = fold * Lanes + lane. Thresholds are aggregates with a constant initialiser, so that
// they are ROMs; the stage that uses them partitions their arrays.
#ifndef QCOMPILE_HLS_ACTIVATIONS_H
#define QCOMPILE_HLS_ACTIVATIONS_H

#include "Codes.h"

namespace qcompile_hls {

/// low + step * #{ t : x >= levels[t] }, the number of reached thresholds found by comparing with
/// all of them at once. `LevelBits` is the width of a signed integer that holds every level and
/// every accumulator. Folds = Lanes = 1 is one row of levels for all channels.
template <class OutputCode, unsigned Folds, unsigned Lanes, unsigned Count, long long Low,
          long long Step, int LevelBits, class Level>
struct Thresholds {
  typedef OutputCode Output;
  Level levels[Folds][Lanes][Count];

  template <class Accumulator>
  ap_uint<8> reached(Accumulator x, unsigned fold, unsigned lane) const {
#pragma HLS INLINE
    const ap_int<LevelBits> value = x;
    ap_uint<8> count = 0;
    for (unsigned t = 0; t < Count; ++t) {
#pragma HLS UNROLL
      count += value >= ap_int<LevelBits>(levels[Folds == 1 ? 0 : fold][Lanes == 1 ? 0 : lane][t]);
    }
    return count;
  }

  /// The code of a count. Every multiple of the step that occurs is a difference of two codes, so
  /// it fits one bit more than a code, and a sign.
  static ap_uint<OutputCode::bits> code(ap_uint<8> count) {
#pragma HLS INLINE
    typedef ap_int<OutputCode::bits + 2> Wide;
    return OutputCode::encode(Wide(Wide(Low) + Wide(Step) * count));
  }

  template <class Accumulator>
  ap_uint<OutputCode::bits> apply(Accumulator x, unsigned fold, unsigned lane) const {
#pragma HLS INLINE
    return code(reached(x, fold, lane));
  }
};

/// Thresholds of which some channels count downwards. A channel of direction -1 counts x <= t; that
/// is every threshold less those with x >= t + 1, so it keeps the levels t + 1 in ascending order,
/// the same comparators, and complements the count.
template <class OutputCode, unsigned Folds, unsigned Lanes, unsigned Count, long long Low,
          long long Step, int LevelBits, class Level>
struct DirectedThresholds {
  typedef OutputCode Output;
  typedef Thresholds<OutputCode, Folds, Lanes, Count, Low, Step, LevelBits, Level> Ascending;
  Ascending ascending;
  unsigned char reversed[Folds][Lanes];

  template <class Accumulator>
  ap_uint<OutputCode::bits> apply(Accumulator x, unsigned fold, unsigned lane) const {
#pragma HLS INLINE
    const ap_uint<8> count = ascending.reached(x, fold, lane);
    const bool down = reversed[Folds == 1 ? 0 : fold][Lanes == 1 ? 0 : lane] != 0;
    return Ascending::code(down ? ap_uint<8>(Count - count) : count);
  }
};

/// The accumulator itself.
template <class OutputCode> struct RawSum {
  typedef OutputCode Output;
  template <class Accumulator>
  ap_uint<OutputCode::bits> apply(Accumulator x, unsigned, unsigned) const {
#pragma HLS INLINE
    return OutputCode::encode(x);
  }
};

/// The sum of K bipolar products of which the accumulator counts the positive ones.
template <class OutputCode, unsigned K> struct RawSumOfCount {
  typedef OutputCode Output;
  template <class Accumulator>
  ap_uint<OutputCode::bits> apply(Accumulator count, unsigned, unsigned) const {
#pragma HLS INLINE
    const ap_int<Accumulator::width + 2> sum = 2 * count - int(K);
    return OutputCode::encode(sum);
  }
};

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_ACTIVATIONS_H
