//===- Occurrences.cpp - One message for many nodes -----------------------===//
#include "dialects/diagnostics/Occurrences.h"

namespace qcompile {

std::string formatOccurrences(unsigned count, llvm::StringRef noun) {
  return count > 1 ? " (" + std::to_string(count) + " " + noun.str() + ")" : "";
}

Occurrences splitOccurrences(llvm::StringRef message, llvm::StringRef node) {
  Occurrences out{message, 1};
  std::string named = "'" + node.str() + "': ";
  bool isNamed = message.starts_with("node ") || message.starts_with("value ") || message.starts_with("initializer ");
  if (size_t at = message.find(named); !node.empty() && isNamed && at != llvm::StringRef::npos)
    out.problem = message.drop_front(at + named.size());
  auto [before, last] = out.problem.rsplit(" (");
  auto [digits, noun] = last.split(' ');
  unsigned count;
  if (noun.ends_with("s)") && !digits.getAsInteger(10, count) && count > 1) {
    out.problem = before;
    out.count = count;
  }
  return out;
}

} // namespace qcompile
