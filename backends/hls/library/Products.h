// Dot products of one tile, chosen by the element types.
//
//   input x weight        computes                               accumulates
//   Bipolar x Bipolar     number of equal bits (XNOR, popcount)   count p, where the sum is 2 p - K
//   Bipolar x other       +w or -w                                the sum
//   other   x Bipolar     +x or -x                                the sum
//   other   x other       x * w                                   the sum
//
// Counting instead of summing saves a bit of accumulator and the subtraction: a threshold t on the
// sum is the threshold ceil((t + K) / 2) on the count, and the design holds that.
#ifndef QCOMPILE_HLS_PRODUCTS_H
#define QCOMPILE_HLS_PRODUCTS_H

#include "Weights.h"

namespace qcompile_hls {

/// What multiplies: look-up tables or DSP slices.
struct InLut {};
struct InDsp {};

template <class Input, class Weight, class Multiplier> struct Product {
  template <class Sum>
  static Sum multiply(typename Input::Element x, typename Weight::Element w, InLut) {
#pragma HLS INLINE
    const Sum product = x * w;
#pragma HLS BIND_OP variable=product op=mul impl=fabric
    return product;
  }
  template <class Sum>
  static Sum multiply(typename Input::Element x, typename Weight::Element w, InDsp) {
#pragma HLS INLINE
    const Sum product = x * w;
#pragma HLS BIND_OP variable=product op=mul impl=dsp
    return product;
  }
  template <class Sum> static Sum of(typename Input::Element x, typename Weight::Element w) {
#pragma HLS INLINE
    return multiply<Sum>(x, w, Multiplier());
  }
};

template <class Input, class Multiplier> struct Product<Input, Bipolar, Multiplier> {
  template <class Sum> static Sum of(typename Input::Element x, ap_uint<1> w) {
#pragma HLS INLINE
    const Sum value = x;
    return w == 1 ? value : Sum(-value);
  }
};

template <class Weight, class Multiplier> struct Product<Bipolar, Weight, Multiplier> {
  template <class Sum> static Sum of(ap_uint<1> x, typename Weight::Element w) {
#pragma HLS INLINE
    const Sum value = w;
    return x == 1 ? value : Sum(-value);
  }
};

template <class Multiplier> struct Product<Bipolar, Bipolar, Multiplier> {
  template <class Sum> static Sum of(ap_uint<1> x, ap_uint<1> w) {
#pragma HLS INLINE
    return Sum(x == w);
  }
};

/// The sum over one tile. `Sum` holds every partial sum, so the order does not matter and the tool
/// may build a tree.
template <class Input, class Weight, class Multiplier, class Sum, unsigned Simd, class Word,
          unsigned Chunks>
Sum dot(const typename Input::Element (&inputs)[Simd], const Word (&tile)[Chunks]) {
#pragma HLS INLINE
  Sum sum = 0;
  for (unsigned lane = 0; lane < Simd; ++lane) {
#pragma HLS UNROLL
    sum += Product<Input, Weight, Multiplier>::template of<Sum>(inputs[lane],
                                                                weightElement<Weight>(tile, lane));
  }
  return sum;
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_PRODUCTS_H
