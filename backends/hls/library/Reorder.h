// Words in another order: the one stage behind windows, crops, copies, shuffles and transposes.
//
// The words that leave are those of nested loops over the words of a sample: word (i0, i1, ...) is
// the one at start + i0 * stride0 + i1 * stride1 + ...  A sliding window is five such loops (rows and
// columns of the result, rows and columns of the kernel, channels), a stride of 0 repeats, and one
// of the loops may take its positions from a list.
#ifndef QCOMPILE_HLS_REORDER_H
#define QCOMPILE_HLS_REORDER_H

#include "Codes.h"

namespace qcompile_hls {

/// Loops, outermost first. `jumps[l]` is what the address changes by when loop l goes on and all
/// inside it start again.
template <unsigned Levels> struct Loops {
  static constexpr unsigned levels = Levels;
  unsigned start;
  unsigned extents[Levels];
  int jumps[Levels];

  int jump(unsigned level, const unsigned (&)[Levels]) const { return jumps[level]; }
};

/// Loops of which loop `Listed` takes its positions from a list; `listJumps[i]` is the change from
/// position i to the next.
template <unsigned Levels, unsigned Listed, unsigned Count> struct ListedLoops {
  static constexpr unsigned levels = Levels;
  unsigned start;
  unsigned extents[Levels];
  int jumps[Levels];
  int listJumps[Count];

  int jump(unsigned level, const unsigned (&counters)[Levels]) const {
    return level == Listed ? listJumps[counters[Listed]] : jumps[level];
  }
};

/// Where the loops stand.
template <class Nest> struct Position {
  unsigned counters[Nest::levels];
  unsigned address;

  explicit Position(const Nest &nest) : address(nest.start) {
    for (unsigned level = 0; level < Nest::levels; ++level) {
#pragma HLS UNROLL
      counters[level] = 0;
    }
  }

  void next(const Nest &nest) {
#pragma HLS INLINE
    int change = 0;
    bool carry = true;
    for (unsigned inner = 0; inner < Nest::levels; ++inner) {
#pragma HLS UNROLL
      const unsigned level = Nest::levels - 1 - inner;
      if (carry) {
        change = nest.jump(level, counters);
        carry = ++counters[level] == nest.extents[level];
        if (carry)
          counters[level] = 0;
      }
    }
    address += change;
  }
};

/// Iterations between the last of the first words and the first word out, and at least between a
/// word's way into the buffer and out of it: a memory's write takes effect in time.
constexpr unsigned bufferLatency = 3;

/// Reads `Lead` words first, then the others evenly while the words of the loops leave evenly: one
/// in and one out per clock at most. `Depth`, a power of two or `InWords`, is the size of a buffer
/// that holds every word until its last use. The compiler has found both by going through the
/// loops, so that nothing here has to look ahead.
template <int Bits, unsigned InWords, unsigned OutWords, unsigned Lead, unsigned Depth, class Nest>
void reorder(hls::stream<ap_uint<Bits>> &in, hls::stream<ap_uint<Bits>> &out,
             ap_uint<Bits> (&buffer)[Depth], const Nest &nest) {
#pragma HLS INLINE
#pragma HLS DEPENDENCE variable=buffer inter false
  static_assert(Depth == InWords || (Depth & (Depth - 1)) == 0, "Depth must be a power of two");
  constexpr unsigned rest = InWords - Lead;
  constexpr unsigned pace = rest > OutWords ? rest : OutWords;
  constexpr unsigned before = Lead + bufferLatency;
  Position<Nest> position(nest);
  unsigned entered = 0;
  // Of `pace` steps, the first of every pace / rest reads and the last of every pace / OutWords
  // writes.
  unsigned readCredit = pace - 1;
  unsigned writeCredit = 0;
  for (unsigned step = 0; step < before + pace; ++step) {
#pragma HLS PIPELINE II=1 style=flp
    bool reads = step < Lead;
    bool writes = false;
    if (step >= before) {
      readCredit += rest;
      writeCredit += OutWords;
      reads = readCredit >= pace;
      writes = writeCredit >= pace;
      readCredit -= reads ? pace : 0;
      writeCredit -= writes ? pace : 0;
    }
    if (writes) {
      out.write(buffer[Depth == InWords ? position.address : position.address % Depth]);
      position.next(nest);
    }
    if (reads) {
      buffer[Depth == InWords ? entered : entered % Depth] = in.read();
      ++entered;
    }
  }
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_REORDER_H
