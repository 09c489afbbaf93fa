// Stages between streams: borders, joins of two streams, streams from memory.
#ifndef QCOMPILE_HLS_JOINS_H
#define QCOMPILE_HLS_JOINS_H

#include "Codes.h"

#ifndef __SYNTHESIS__
#include <cstdio>
#include <cstdlib>
#endif

namespace qcompile_hls {

/// The same numbers as codes of another type.
template <class Input, class Output, unsigned Lanes>
ap_uint<Lanes * Output::bits> recode(ap_uint<Lanes * Input::bits> word) {
#pragma HLS INLINE
  typename Input::Element inputs[Lanes];
  ap_uint<Output::bits> codes[Lanes];
  unpack<Input, Lanes>(word, inputs);
  for (unsigned lane = 0; lane < Lanes; ++lane) {
#pragma HLS UNROLL
    codes[lane] = Output::encode(Input::value(inputs[lane]));
  }
  return pack<Output::bits, Lanes>(codes);
}

/// A word of numbers from memory.
template <class Code, unsigned Lanes, class Value>
ap_uint<Lanes * Code::bits> encodeWord(const Value (&values)[Lanes]) {
#pragma HLS INLINE
  ap_uint<Code::bits> codes[Lanes];
  for (unsigned lane = 0; lane < Lanes; ++lane) {
#pragma HLS UNROLL
    codes[lane] = Code::encode(values[lane]);
  }
  return pack<Code::bits, Lanes>(codes);
}

/// `Repeats` times: `Low` words of the border, `Body` words of the stream, `High` of the border.
/// The border's words repeat after `Folds`.
template <unsigned Lanes, unsigned Low, unsigned Body, unsigned High, unsigned Repeats, class Input,
          class Output, class Value, unsigned Folds>
void pad(hls::stream<ap_uint<Lanes * Input::bits>> &in,
         hls::stream<ap_uint<Lanes * Output::bits>> &out, const Value (&border)[Folds][Lanes]) {
#pragma HLS INLINE
  constexpr unsigned all = Low + Body + High;
  unsigned place = 0;
  unsigned fold = 0;
  for (unsigned step = 0; step < all * Repeats; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    // Low + Body is not 0, and neither comparison is always true or false for the compiler.
    if (place + 1 > Low && place < Low + Body)
      out.write(recode<Input, Output, Lanes>(in.read()));
    else
      out.write(encodeWord<Output, Lanes>(border[fold]));
    place = place + 1 == all ? 0 : place + 1;
    fold = fold + 1 == Folds ? 0 : fold + 1;
  }
}

/// `Repeats` times: `First` words of the first stream, `Second` of the second.
template <unsigned Lanes, unsigned First, unsigned Second, unsigned Repeats, class Left,
          class Right, class Output>
void concat(hls::stream<ap_uint<Lanes * Left::bits>> &left,
            hls::stream<ap_uint<Lanes * Right::bits>> &right,
            hls::stream<ap_uint<Lanes * Output::bits>> &out) {
#pragma HLS INLINE
  unsigned place = 0;
  for (unsigned step = 0; step < (First + Second) * Repeats; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    if (place < First)
      out.write(recode<Left, Output, Lanes>(left.read()));
    else
      out.write(recode<Right, Output, Lanes>(right.read()));
    place = place + 1 == First + Second ? 0 : place + 1;
  }
}

/// leftFactor * left + rightFactor * right.
template <class Output, long long LeftFactor, long long RightFactor> struct WeightedSum {
  template <class Left, class Right> static ap_uint<Output::bits> of(Left left, Right right) {
#pragma HLS INLINE
    // Modulo the result's width nothing is lost, and the result fits.
    typedef ap_int<Output::bits + 1> Wide;
    const Wide first = ap_int<constantBits(LeftFactor)>(LeftFactor) * left;
    const Wide second = ap_int<constantBits(RightFactor)>(RightFactor) * right;
    return Output::encode(Wide(first + second));
  }
};

/// left * right.
template <class Output> struct ProductOfTwo {
  template <class Left, class Right> static ap_uint<Output::bits> of(Left left, Right right) {
#pragma HLS INLINE
    const ap_int<Output::bits + 1> product = left * right;
    return Output::encode(product);
  }
};

/// An operation on two streams, word by word.
template <class Operation, unsigned Lanes, unsigned Words, class Left, class Right, class Output>
void combine(hls::stream<ap_uint<Lanes * Left::bits>> &left,
             hls::stream<ap_uint<Lanes * Right::bits>> &right,
             hls::stream<ap_uint<Lanes * Output::bits>> &out) {
#pragma HLS INLINE
  for (unsigned step = 0; step < Words; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    typename Left::Element lefts[Lanes];
    typename Right::Element rights[Lanes];
    ap_uint<Output::bits> codes[Lanes];
    unpack<Left, Lanes>(left.read(), lefts);
    unpack<Right, Lanes>(right.read(), rights);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
#pragma HLS UNROLL
      codes[lane] = Operation::of(Left::value(lefts[lane]), Right::value(rights[lane]));
    }
    out.write(pack<Output::bits, Lanes>(codes));
  }
}

/// A constant as a stream.
template <class Code, unsigned Lanes, unsigned Words, class Value>
void constant(hls::stream<ap_uint<Lanes * Code::bits>> &out, const Value (&values)[Words][Lanes]) {
#pragma HLS INLINE
  for (unsigned step = 0; step < Words; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    out.write(encodeWord<Code, Lanes>(values[step]));
  }
}

/// Takes words that nobody needs.
template <int Bits, unsigned Words> void discard(hls::stream<ap_uint<Bits>> &in) {
#pragma HLS INLINE
  for (unsigned step = 0; step < Words; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    in.read();
  }
}

/// Rows of a table at positions from a stream; negative ones count from the end. A position outside
/// of the table ends a run on the host with an error; hardware takes row 0.
template <class Index, class Code, unsigned Lanes, unsigned Indices, class Value, unsigned Rows,
          unsigned RowWords>
void lookup(hls::stream<ap_uint<Index::bits>> &in, hls::stream<ap_uint<Lanes * Code::bits>> &out,
            const Value (&table)[Rows][RowWords][Lanes]) {
#pragma HLS INLINE
  unsigned row = 0;
  unsigned place = 0;
  for (unsigned step = 0; step < Indices * RowWords; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    if (place == 0) {
      typename Index::Element lanes[1];
      unpack<Index, 1>(in.read(), lanes);
      const ap_int<Index::bits + 1> index = lanes[0];
      const ap_int<Index::bits + 2> positive = index < 0 ? ap_int<Index::bits + 2>(index + Rows)
                                                         : ap_int<Index::bits + 2>(index);
      const bool inside = positive >= 0 && positive < ap_int<Index::bits + 2>(Rows);
#ifndef __SYNTHESIS__
      if (!inside) {
        std::fprintf(stderr, "expected a position in a table of %u rows, found %lld\n", Rows,
                     (long long)index.to_int64());
        std::exit(3);
      }
#endif
      row = inside ? unsigned(positive.to_uint()) : 0;
    }
    out.write(encodeWord<Code, Lanes>(table[row][place]));
    place = place + 1 == RowWords ? 0 : place + 1;
  }
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_JOINS_H
