// Plumbing: stages that move words and compute nothing.
//
// `Words` is the number of words per sample on the side that the comment names.
#ifndef QCOMPILE_HLS_STREAMS_H
#define QCOMPILE_HLS_STREAMS_H

#include "Codes.h"

namespace qcompile_hls {

/// Joins `Ratio` words of `Bits` bits into one, the first in the lowest bits. `Words` words leave.
template <int Bits, unsigned Ratio, unsigned Words>
void widen(hls::stream<ap_uint<Bits>> &in, hls::stream<ap_uint<Ratio * Bits>> &out) {
#pragma HLS INLINE
  ap_uint<Ratio * Bits> word = 0;
  unsigned part = 0;
  for (unsigned step = 0; step < Words * Ratio; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    // Earlier parts move down as later ones enter at the top.
    word >>= Bits;
    word.range(Ratio * Bits - 1, (Ratio - 1) * Bits) = in.read();
    if (++part == Ratio) {
      out.write(word);
      part = 0;
    }
  }
}

/// Splits a word into `Ratio` words of `Bits` bits, the lowest bits first. `Words` words enter.
template <int Bits, unsigned Ratio, unsigned Words>
void narrow(hls::stream<ap_uint<Ratio * Bits>> &in, hls::stream<ap_uint<Bits>> &out) {
#pragma HLS INLINE
  ap_uint<Ratio * Bits> word = 0;
  unsigned part = 0;
  for (unsigned step = 0; step < Words * Ratio; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    if (part == 0)
      word = in.read();
    out.write(ap_uint<Bits>(word));
    word >>= Bits;
    part = part + 1 == Ratio ? 0 : part + 1;
  }
}

/// Copies every word to two consumers.
template <int Bits, unsigned Words>
void duplicate(hls::stream<ap_uint<Bits>> &in, hls::stream<ap_uint<Bits>> &first,
               hls::stream<ap_uint<Bits>> &second) {
#pragma HLS INLINE
  for (unsigned step = 0; step < Words; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    const ap_uint<Bits> word = in.read();
    first.write(word);
    second.write(word);
  }
}

/// Reads the words of one sample from memory, where each lies in the low bits of `Container` bits.
template <int Bits, int Container, unsigned Words>
void readMemory(const ap_uint<Container> *memory, hls::stream<ap_uint<Bits>> &out) {
#pragma HLS INLINE
  for (unsigned step = 0; step < Words; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    out.write(ap_uint<Bits>(memory[step]));
  }
}

/// Writes the words of one sample to memory, with zeros in the high bits.
template <int Bits, int Container, unsigned Words>
void writeMemory(hls::stream<ap_uint<Bits>> &in, ap_uint<Container> *memory) {
#pragma HLS INLINE
  for (unsigned step = 0; step < Words; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    memory[step] = in.read();
  }
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_STREAMS_H
