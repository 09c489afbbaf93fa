// Cycle and resource estimates of stages, and the choice of foldings.
//
// Cycles are exact for the emitted loops (clocks in which the loop starts an iteration; the depth
// of the pipeline is not counted). Resources follow the published model of FINN-R (Blott et al.,
// TRETS 2018) as FINN 0.10 computes it: they are estimates, made for older devices, and above
// synthesis by up to 2.3 times for highly parallel 1-bit layers.
#ifndef QCOMPILE_BACKENDS_HLS_ESTIMATE_H
#define QCOMPILE_BACKENDS_HLS_ESTIMATE_H

#include "backends/hls/Rom.h"

#include <cstdint>
#include <vector>

namespace qcompile::hls {

struct Resources {
  int64_t lut = 0;
  int64_t bram18 = 0;
  int64_t dsp = 0;
  Resources &operator+=(const Resources &other);
  Resources &operator*=(int64_t factor);
};

enum class Multiplier { Lut, Dsp };
enum class WeightMemory { Block, Distributed };

/// What the estimates need to know about a matrix-vector unit.
struct MatrixVectorShape {
  /// Of a group.
  int64_t inputs = 1;
  /// Of all groups.
  int64_t outputs = 1;
  int64_t groups = 1;
  /// What SIMD must divide for the stage in front to keep pace; 0: the inputs.
  int64_t simdUnit = 0;
  /// A vector-vector unit: `inputs` taps for each output.
  bool perChannel = false;
  /// Vectors per sample.
  int64_t vectors = 1;
  int inputBits = 1;
  /// Bipolar inputs count as signed.
  bool inputSigned = false;
  int weightBits = 1;
  int accumulatorBits = 32;
  /// Bits of an output code: of the activation's result, or of the raw accumulator.
  int outputBits = 32;
  /// Thresholds per channel whose memory and comparators are counted; 0 counts none.
  int64_t thresholds = 0;
  Multiplier multiplier = Multiplier::Lut;
  WeightMemory memory = WeightMemory::Block;

  int64_t cycles(Folding folding) const;
  /// Words of the weight memory and the bits of one.
  int64_t memoryDepth(Folding folding) const;
  int64_t memoryWidth(Folding folding) const;
  Resources resources(Folding folding) const;
};

/// 18-kbit block memories that `depth` words of `width` bits take; `parity` says whether parity
/// bits hold data too.
int64_t bram18(int64_t depth, int64_t width, bool parity = true);

/// A multiplier of operands with `bits` bits together.
int64_t multiplierLuts(int64_t bits);

/// A thresholding or channelwise unit of its own: `inputBits` wide operators, `pe` per clock.
Resources thresholdResources(int64_t channels, int inputBits, int64_t pe);

/// A read-only memory, and the buffer of a reorder stage (FINN's sliding window): in LUTs up to 128
/// words, else in block memory.
Resources romResources(int64_t depth, int64_t width);
Resources reorderResources(int64_t depth, int64_t width);

/// A FIFO, in LUT memory up to 256 words, else in block memory; and a converter between words of
/// `wide` and `wide / ratio` bits.
Resources fifoResources(int64_t depth, int64_t width);
Resources converterResources(int64_t wide, int64_t ratio);

struct FoldingGoal {
  /// Clocks per sample that every stage is to stay below.
  int64_t cycles = 1;
  /// Bits of weights that one processing element may take per clock.
  int64_t weightStreamBits = 36;
  /// Bits that a stream word may have.
  int64_t wordBits = 4096;
};

/// The least folding below the goal: SIMD grows first, then PE, both through the divisors; where
/// the goal is out of reach, the largest folding (FINN's SetFolding).
Folding chooseFolding(const MatrixVectorShape &shape, const FoldingGoal &goal);
/// The least lanes below the goal of a stage that takes `cycles` clocks with one: lanes divide
/// `unit`, with words of `bits` bits per lane.
int64_t chooseLanes(int64_t unit, int64_t cycles, int64_t bits, const FoldingGoal &goal);

/// Foldings of a network. A layer that misses the goal sets the pace, so the others are folded
/// again for its cycles.
std::vector<Folding> chooseFoldings(const std::vector<MatrixVectorShape> &layers, FoldingGoal goal);

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_ESTIMATE_H
