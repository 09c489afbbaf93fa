// Stages that make one vector or number of many, beside the matrix-vector unit.
#ifndef QCOMPILE_HLS_REDUCTIONS_H
#define QCOMPILE_HLS_REDUCTIONS_H

#include "Products.h"

namespace qcompile_hls {

struct Largest {
  template <class Value> static Value combine(Value a, Value b) { return a > b ? a : b; }
};
struct Total {
  template <class Value> static Value combine(Value a, Value b) { return a + b; }
};

/// Pooling: of `Vectors` groups of `Taps` vectors of `Channels` codes, the largest or the sum per
/// channel. Vectors * Taps * Channels / Lanes clocks.
template <class Reduction, unsigned Channels, unsigned Lanes, unsigned Taps, unsigned Vectors,
          class Input, class Output>
void pool(hls::stream<ap_uint<Lanes * Input::bits>> &in,
          hls::stream<ap_uint<Lanes * Output::bits>> &out) {
#pragma HLS INLINE
  static_assert(Channels % Lanes == 0, "Lanes must divide the number of channels");
  constexpr unsigned folds = Channels / Lanes;
  typedef ap_int<Output::bits + 1> Value;
  Value values[folds][Lanes];
#pragma HLS ARRAY_PARTITION variable=values complete dim=2
  unsigned fold = 0;
  unsigned tap = 0;
  for (unsigned step = 0; step < Vectors * Taps * folds; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    typename Input::Element inputs[Lanes];
#pragma HLS ARRAY_PARTITION variable=inputs complete dim=1
    ap_uint<Output::bits> codes[Lanes];
#pragma HLS ARRAY_PARTITION variable=codes complete dim=1
    unpack<Input, Lanes>(in.read(), inputs);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
#pragma HLS UNROLL
      const Value input = Input::value(inputs[lane]);
      const Value value = tap == 0 ? input : Reduction::combine(values[fold][lane], input);
      values[fold][lane] = value;
      codes[lane] = Output::encode(value);
    }
    if (tap + 1 == Taps)
      out.write(pack<Output::bits, Lanes>(codes));
    if (++fold == folds) {
      fold = 0;
      tap = tap + 1 == Taps ? 0 : tap + 1;
    }
  }
}

/// Vector-vector unit: y[c] = activation(sum over t of x[t][c] * w[t][c]), `Pe` channels per clock.
/// Tile t * (Channels / Pe) + fold holds the weights of a word.
template <unsigned Channels, unsigned Pe, unsigned Taps, unsigned Vectors, class Input,
          class Weight, class Accumulator, class Multiplier, class Activation, class Word,
          unsigned Tiles, unsigned Chunks>
void vectorVector(hls::stream<ap_uint<Pe * Input::bits>> &in,
                  hls::stream<ap_uint<Pe * Activation::Output::bits>> &out,
                  const Word (&weights)[Tiles][1][Chunks], const Activation &activation) {
#pragma HLS INLINE
  static_assert(Channels % Pe == 0, "Pe must divide the number of channels");
  constexpr unsigned folds = Channels / Pe;
  constexpr int codeBits = Activation::Output::bits;
  Accumulator sums[folds][Pe];
#pragma HLS ARRAY_PARTITION variable=sums complete dim=2
  unsigned fold = 0;
  unsigned tile = 0;
  for (unsigned step = 0; step < Vectors * Tiles; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    typename Input::Element inputs[Pe];
#pragma HLS ARRAY_PARTITION variable=inputs complete dim=1
    unpack<Input, Pe>(in.read(), inputs);
    for (unsigned lane = 0; lane < Pe; ++lane) {
#pragma HLS UNROLL
      const Accumulator before = tile < folds ? Accumulator(0) : sums[fold][lane];
      sums[fold][lane] =
          before + Product<Input, Weight, Multiplier>::template of<Accumulator>(
                       inputs[lane], weightElement<Weight>(weights[tile][0], lane));
    }
    if (tile >= Tiles - folds) {
      ap_uint<codeBits> codes[Pe];
#pragma HLS ARRAY_PARTITION variable=codes complete dim=1
      for (unsigned lane = 0; lane < Pe; ++lane) {
#pragma HLS UNROLL
        codes[lane] = activation.apply(sums[fold][lane], fold, lane);
      }
      out.write(pack<codeBits, Pe>(codes));
    }
    fold = fold + 1 == folds ? 0 : fold + 1;
    tile = tile + 1 == Tiles ? 0 : tile + 1;
  }
}

/// Dot products of two streams of `Vectors` vectors of K codes, `Simd` of each per clock.
template <unsigned K, unsigned Simd, unsigned Vectors, class Left, class Right, class Output>
void dotProducts(hls::stream<ap_uint<Simd * Left::bits>> &left,
                 hls::stream<ap_uint<Simd * Right::bits>> &right,
                 hls::stream<ap_uint<Output::bits>> &out) {
#pragma HLS INLINE
  static_assert(K % Simd == 0, "Simd must divide the length of a vector");
  typedef ap_int<Output::bits + 1> Sum;
  Sum sum = 0;
  unsigned fold = 0;
  for (unsigned step = 0; step < Vectors * (K / Simd); ++step) {
#pragma HLS PIPELINE II=1 style=flp
    typename Left::Element lefts[Simd];
    typename Right::Element rights[Simd];
    unpack<Left, Simd>(left.read(), lefts);
    unpack<Right, Simd>(right.read(), rights);
    for (unsigned lane = 0; lane < Simd; ++lane) {
#pragma HLS UNROLL
      sum += Sum(Left::value(lefts[lane]) * Right::value(rights[lane]));
    }
    if (++fold == K / Simd) {
      out.write(Output::encode(sum));
      sum = 0;
      fold = 0;
    }
  }
}

/// The position of the largest of K codes; of equal ones the first, or the last.
template <unsigned K, unsigned Vectors, bool Last, class Input, class Output>
void argMax(hls::stream<ap_uint<Input::bits>> &in, hls::stream<ap_uint<Output::bits>> &out) {
#pragma HLS INLINE
  ap_int<Input::bits + 1> best = 0;
  unsigned where = 0;
  unsigned place = 0;
  for (unsigned step = 0; step < Vectors * K; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    typename Input::Element lanes[1];
    unpack<Input, 1>(in.read(), lanes);
    const ap_int<Input::bits + 1> value = Input::value(lanes[0]);
    if (place == 0 || value > best || (Last && value == best)) {
      best = value;
      where = place;
    }
    if (++place == K) {
      out.write(Output::encode(where));
      place = 0;
    }
  }
}

/// The `Count` largest (or smallest) of K codes in order, and their positions: K clocks that read
/// into a sorted row of registers, `Count` that write it.
template <unsigned K, unsigned Count, unsigned Vectors, bool Smallest, class Input, class Output>
void topK(hls::stream<ap_uint<Input::bits>> &in, hls::stream<ap_uint<Input::bits>> &values,
          hls::stream<ap_uint<Output::bits>> &positions) {
#pragma HLS INLINE
  ap_int<Input::bits + 1> best[Count];
  unsigned where[Count];
#pragma HLS ARRAY_PARTITION variable=best complete dim=1
#pragma HLS ARRAY_PARTITION variable=where complete dim=1
  unsigned place = 0;
  for (unsigned step = 0; step < Vectors * (K + Count); ++step) {
#pragma HLS PIPELINE II=1 style=flp
    if (place < K) {
      typename Input::Element lanes[1];
      unpack<Input, 1>(in.read(), lanes);
      const ap_int<Input::bits + 1> value = Input::value(lanes[0]);
      // From the last register on: each takes the newcomer, its better neighbour, or nothing.
      for (unsigned back = 0; back < Count; ++back) {
#pragma HLS UNROLL
        const unsigned i = Count - 1 - back;
        const bool wins = i >= place || (Smallest ? value < best[i] : value > best[i]);
        const unsigned left = i == 0 ? 0 : i - 1;
        const bool winsLeft =
            i != 0 && (left >= place || (Smallest ? value < best[left] : value > best[left]));
        if (wins) {
          best[i] = winsLeft ? best[left] : value;
          where[i] = winsLeft ? where[left] : place;
        }
      }
    } else {
      values.write(Input::encode(best[0]));
      positions.write(Output::encode(where[0]));
      for (unsigned i = 0; i + 1 < Count; ++i) {
#pragma HLS UNROLL
        best[i] = best[i + 1];
        where[i] = where[i + 1];
      }
    }
    place = place + 1 == K + Count ? 0 : place + 1;
  }
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_REDUCTIONS_H
