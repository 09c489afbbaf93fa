//===- SplitMix64.h - Random numbers, equal on all machines -----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_SPLITMIX64_H
#define QCOMPILE_COMPILER_IO_SPLITMIX64_H

#include <cstdint>

namespace qcompile {

/// The next number of the generator splitmix64 (Steele, Lea and Flood 2014), whose state is any number.
inline uint64_t splitmix64(uint64_t &state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_SPLITMIX64_H
