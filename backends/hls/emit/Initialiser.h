//===- Initialiser.h - Nested initialisers of arrays ------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_EMIT_INITIALISER_H
#define QCOMPILE_BACKENDS_HLS_EMIT_INITIALISER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace qcompile::hls {

/// Writes a nested initialiser of the given extents.
class InitialiserWriter {
public:
  InitialiserWriter(llvm::raw_string_ostream &os, llvm::ArrayRef<int64_t> extents,
                    llvm::function_ref<void(llvm::raw_string_ostream &, int64_t)> writeElement)
      : os(os), extents(extents), writeElement(writeElement) {}

  void write() { write(0); }

private:
  void write(size_t dimension) {
    constexpr int64_t perLine = 16;
    os << "{";
    for (int64_t i = 0; i < extents[dimension]; ++i) {
      if (i)
        os << ",";
      if (onLine >= perLine) {
        os << "\n";
        onLine = 0;
      }
      if (dimension + 1 < extents.size()) {
        write(dimension + 1);
        continue;
      }
      writeElement(os, element++);
      ++onLine;
    }
    os << "}";
  }

  llvm::raw_string_ostream &os;
  llvm::ArrayRef<int64_t> extents;
  llvm::function_ref<void(llvm::raw_string_ostream &, int64_t)> writeElement;
  int64_t element = 0, onLine = 0;
};

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_EMIT_INITIALISER_H
