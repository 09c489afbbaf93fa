// Read-only weight memories.
//
// The weights that one processing element needs in one clock, its tile, are `Simd` elements. They
// lie in `Chunks` unsigned words of type `Word`: each word holds floor(width of Word / bits)
// elements, so that no element is split, element 0 in the lowest bits. Plain integer words are
// constant-initialised: the compiler has nothing to execute, and a synthesis tool sees a ROM.
#ifndef QCOMPILE_HLS_WEIGHTS_H
#define QCOMPILE_HLS_WEIGHTS_H

#include "Codes.h"

namespace qcompile_hls {

/// Element `lane` of a tile. With `lane` an unrolled index, this is wiring: the shift brings the
/// element down and the narrow type drops what lies above.
template <class Code, class Word, unsigned Chunks>
typename Code::Element weightElement(const Word (&tile)[Chunks], unsigned lane) {
#pragma HLS INLINE
  constexpr unsigned perWord = 8 * sizeof(Word) / Code::bits;
  const Word word = tile[lane / perWord];
  return typename Code::Element(Word(word >> (lane % perWord * Code::bits)));
}

} // namespace qcompile_hls

#endif // QCOMPILE_HLS_WEIGHTS_H
