//===- TrialStore.h - Finished trials of a search ---------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_TRIALSTORE_H
#define QCOMPILE_COMPILER_COMPRESS_TRIALSTORE_H

#include <map>
#include <memory>
#include <string>

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace qcompile::compress {

/// Results by key, on disk as soon as they are known, so that an interrupted search continues: `trials.jsonl` in a
/// folder, one JSON object per line. Keys hold a digest of everything that a result depends on, so that what another
/// model, recipe or version has left there is never taken.
class TrialStore {
public:
  /// Opens or makes the folder. With `resume`, what it holds is used (lines that an interrupt has cut short are
  /// dropped), else it is discarded. An empty folder name keeps nothing.
  static llvm::Expected<std::unique_ptr<TrialStore>> open(llvm::StringRef folder, bool resume);

  /// Null where the trial has not been done.
  const llvm::json::Object *find(llvm::StringRef key) const;
  llvm::Error add(llvm::StringRef key, llvm::json::Object result);

  size_t size() const { return results.size(); }
  /// Removes what is on disk: the search has ended.
  void discard();

private:
  TrialStore() = default;
  std::string folder, path;
  std::map<std::string, llvm::json::Object, std::less<>> results;
};

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_TRIALSTORE_H
