// How integer codes travel in streams.
//
// A stream word holds as many elements as the stage on either side handles per clock. Element 0 of
// a word has the lowest bits; an element takes exactly `bits` bits: two's complement for Signed,
// plain binary for Unsigned, and one bit for Bipolar, where 1 stands for +1 and 0 for -1.
//
// Pipelines flush (style=flp): an iteration that waits for its input does not hold back what earlier
// ones have computed. Two branches of a design that join again could wait for each other otherwise.
//
// These headers are C++14, use only ap_int.h and hls_stream.h of the vendor's tools, and compile
// and run on the host with the same results. The design that includes them defines AP_INT_MAX_W
// first where it needs words above 1024 bits.
#ifndef QCOMPILE_HLS_CODES_H
#define QCOMPILE_HLS_CODES_H

#include <ap_int.h>
#include <hls_stream.h>

namespace qcompile_hls {

// A code names the type of one element as registers hold it, always `bits` wide, the number that an
// element stands for, and the bits that stand for a number.

template <int Bits> struct Signed {
  static constexpr int bits = Bits;
  typedef ap_int<Bits> Element;
  static Element value(Element element) { return element; }
  static ap_uint<Bits> encode(Element value) { return value; }
};

template <int Bits> struct Unsigned {
  static constexpr int bits = Bits;
  typedef ap_uint<Bits> Element;
  static Element value(Element element) { return element; }
  static ap_uint<Bits> encode(Element value) { return value; }
};

struct Bipolar {
  static constexpr int bits = 1;
  typedef ap_uint<1> Element;
  static ap_int<2> value(Element element) { return element == 1 ? ap_int<2>(1) : ap_int<2>(-1); }
  static ap_uint<1> encode(ap_int<2> value) { return value > 0; }
};

/// Bits of the narrowest signed integer that holds a constant.
constexpr int constantBits(long long value) {
  return value == 0 || value == -1 ? 1 : 1 + constantBits(value / 2 - (value % 2 < 0));
}

/// Splits a word into its elements.
template <class Code, unsigned Lanes>
void unpack(ap_uint<Lanes * Code::bits> word, typename Code::Element (&lanes)[Lanes]) {
#pragma HLS INLINE
  for (unsigned lane = 0; lane < Lanes; ++lane) {
#pragma HLS UNROLL
    lanes[lane] = word.range((lane + 1) * Code::bits - 1, lane * Code::bits);
  }
}

/// Joins codes into a word.
template <int Bits, unsigned Lanes>
ap_uint<Lanes * Bits> pack(const ap_uint<Bits> (&lanes)[Lanes]) {
#pragma HLS INLINE
  ap_uint<Lanes * Bits> word = 0;
  for (unsigned lane = 0; lane < Lanes; ++lane) {
#pragma HLS UNROLL
    word.range((lane + 1) * Bits - 1, lane * Bits) = lanes[lane];
  }
  return word;
}

template <class Element, unsigned Lanes>
void copy(const Element (&from)[Lanes], Element (&to)[Lanes]) {
#pragma HLS INLINE
  for (unsigned lane = 0; lane < Lanes; ++lane) {
#pragma HLS UNROLL
    to[lane] = from[lane];
  }
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_CODES_H
