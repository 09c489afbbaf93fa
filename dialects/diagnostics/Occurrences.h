//===- Occurrences.h - One message for many nodes ---------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_DIAGNOSTICS_OCCURRENCES_H
#define QCOMPILE_DIALECTS_DIAGNOSTICS_OCCURRENCES_H

#include <string>

#include "llvm/ADT/StringRef.h"

namespace qcompile {

/// What ends a message that stands for several nodes: " (4 nodes)"; nothing for one.
std::string formatOccurrences(unsigned count, llvm::StringRef noun = "nodes");

/// A message in its parts.
struct Occurrences {
  llvm::StringRef problem; ///< without the node or value in front and the count behind
  unsigned count = 1;
};

/// Splits "node Conv 'a': problem (4 nodes)" into its parts; `node` is the name that the location has.
Occurrences splitOccurrences(llvm::StringRef message, llvm::StringRef node);

} // namespace qcompile

#endif // QCOMPILE_DIALECTS_DIAGNOSTICS_OCCURRENCES_H
