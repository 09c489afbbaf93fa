// The computing stages of a design. Each handles one sample per call and takes and gives one word
// per clock where it is not folded.
#ifndef QCOMPILE_HLS_STAGES_H
#define QCOMPILE_HLS_STAGES_H

#include "Activations.h"
#include "Products.h"

namespace qcompile_hls {

/// Matrix-vector unit: y[m] = activation(sum over k of x[k] * w[k][m]) for `Vectors` vectors x.
///
/// `Pe` outputs and `Simd` inputs are handled per clock (the folding of FINN, Umuroglu et al.,
/// FPGA 2017), so that a call takes Vectors * (M / Pe) * (K / Simd) clocks. Tile
/// t = outFold * (K / Simd) + inFold of lane p holds w[inFold * Simd + s][outFold * Pe + p] for s
/// in [0, Simd). Inputs are read during the first output fold and kept for the others.
///
/// With `Groups` groups, each vector is `Groups` vectors of K inputs one after the other, and group
/// g of them gives the outputs [g * M / Groups, (g + 1) * M / Groups).
template <unsigned K, unsigned M, unsigned Groups, unsigned Simd, unsigned Pe, unsigned Vectors,
          class Input, class Weight, class Accumulator, class Multiplier, class Activation,
          class Word, unsigned Chunks>
void matrixVector(hls::stream<ap_uint<Simd * Input::bits>> &in,
                  hls::stream<ap_uint<Pe * Activation::Output::bits>> &out,
                  const Word (&weights)[(K / Simd) * (M / Pe)][Pe][Chunks],
                  const Activation &activation) {
#pragma HLS INLINE
  static_assert(K % Simd == 0, "Simd must divide the number of inputs");
  static_assert(M % (Groups * Pe) == 0, "Pe must divide the number of outputs of a group");
  constexpr unsigned inFolds = K / Simd;
  constexpr unsigned outFolds = M / Pe;
  constexpr unsigned groupFolds = outFolds / Groups;
  constexpr int codeBits = Activation::Output::bits;

  typename Input::Element buffer[inFolds][Simd];
#pragma HLS ARRAY_RESHAPE variable=buffer complete dim=2
  Accumulator sums[Pe];
#pragma HLS ARRAY_PARTITION variable=sums complete dim=1

  unsigned inFold = 0;
  unsigned outFold = 0;
  unsigned groupFold = 0;
  unsigned tile = 0;
  for (unsigned step = 0; step < Vectors * inFolds * outFolds; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    // Writing and reading the buffer in different iterations lets them share no cycle.
    typename Input::Element inputs[Simd];
#pragma HLS ARRAY_PARTITION variable=inputs complete dim=1
    if (groupFold == 0) {
      unpack<Input, Simd>(in.read(), inputs);
      copy(inputs, buffer[inFold]);
    } else {
      copy(buffer[inFold], inputs);
    }
    for (unsigned lane = 0; lane < Pe; ++lane) {
#pragma HLS UNROLL
      const Accumulator before = inFold == 0 ? Accumulator(0) : sums[lane];
      sums[lane] =
          before + dot<Input, Weight, Multiplier, Accumulator>(inputs, weights[tile][lane]);
    }
    ++tile;
    if (++inFold == inFolds) {
      ap_uint<codeBits> codes[Pe];
#pragma HLS ARRAY_PARTITION variable=codes complete dim=1
      for (unsigned lane = 0; lane < Pe; ++lane) {
#pragma HLS UNROLL
        codes[lane] = activation.apply(sums[lane], outFold, lane);
      }
      out.write(pack<codeBits, Pe>(codes));
      inFold = 0;
      groupFold = groupFold + 1 == groupFolds ? 0 : groupFold + 1;
      if (++outFold == outFolds) {
        outFold = 0;
        tile = 0;
      }
    }
  }
}

/// Thresholding unit: an activation on a stream of `Vectors` vectors of `Channels` codes, `Pe` per
/// clock: Vectors * Channels / Pe clocks.
template <unsigned Channels, unsigned Pe, unsigned Vectors, class Input, class Activation>
void threshold(hls::stream<ap_uint<Pe * Input::bits>> &in,
               hls::stream<ap_uint<Pe * Activation::Output::bits>> &out,
               const Activation &activation) {
#pragma HLS INLINE
  static_assert(Channels % Pe == 0, "Pe must divide the number of channels");
  constexpr unsigned folds = Channels / Pe;
  constexpr int codeBits = Activation::Output::bits;
  unsigned fold = 0;
  for (unsigned step = 0; step < Vectors * folds; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    typename Input::Element inputs[Pe];
#pragma HLS ARRAY_PARTITION variable=inputs complete dim=1
    ap_uint<codeBits> codes[Pe];
#pragma HLS ARRAY_PARTITION variable=codes complete dim=1
    unpack<Input, Pe>(in.read(), inputs);
    for (unsigned lane = 0; lane < Pe; ++lane) {
#pragma HLS UNROLL
      codes[lane] = activation.apply(Input::value(inputs[lane]), fold, lane);
    }
    out.write(pack<codeBits, Pe>(codes));
    fold = fold + 1 == folds ? 0 : fold + 1;
  }
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_STAGES_H
