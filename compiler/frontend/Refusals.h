//===- Refusals.h - What many nodes have in common ---------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_REFUSALS_H
#define QCOMPILE_COMPILER_FRONTEND_REFUSALS_H

#include <map>
#include <string>

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/diagnostics/Occurrences.h"

namespace qcompile::frontend {

/// Nodes, or values, that share a reason: reported once, with the first of them and how often it occurs.
struct Refusal {
  mlir::Location first;
  std::string described; ///< "node Conv 'a'"
  unsigned count = 0;
};
class Refusals {
public:
  void add(mlir::Location location, std::string described, const std::string &reason) {
    ++all.try_emplace(reason, Refusal{location, std::move(described)}).first->second.count;
  }
  mlir::LogicalResult report(Code code, llvm::StringRef noun) const {
    for (const auto &[reason, refusal] : all)
      emitError(refusal.first, code) << refusal.described << ": " << reason << formatOccurrences(refusal.count, noun);
    return mlir::success(all.empty());
  }

private:
  std::map<std::string, Refusal> all;
};

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_REFUSALS_H
