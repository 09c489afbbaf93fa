//===- LibraryFiles.h - The library's headers as text -----------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_LIBRARYFILES_H
#define QCOMPILE_BACKENDS_HLS_LIBRARYFILES_H

namespace qcompile::hls {

struct LibraryFile {
  const char *name;
  const char *contents;
};

/// Every header of `library`, sorted by name: artifacts carry them.
inline constexpr LibraryFile kLibraryFiles[] = {
#include "backends/hls/LibraryFiles.inc"
};

} // namespace qcompile::hls

#endif // QCOMPILE_BACKENDS_HLS_LIBRARYFILES_H
