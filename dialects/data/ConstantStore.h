//===- ConstantStore.h - The bytes of a context's constants -----*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_DATA_CONSTANTSTORE_H
#define QCOMPILE_DIALECTS_DATA_CONSTANTSTORE_H

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace qcompile::data {

/// One constant. Entries are never moved or changed once they have bytes.
struct ConstantEntry {
  std::string name;
  llvm::ArrayRef<uint8_t> bytes;
  std::shared_ptr<const void> owner; ///< keeps `bytes` alive
};

/// The constants of a context, by name. Thread-safe.
class ConstantStore {
public:
  /// Adds a constant under `name`, or, where that name has other bytes, under the first free one of
  /// `name_1`, `name_2`, … Equal bytes under one name are held once.
  const ConstantEntry *add(llvm::StringRef name, llvm::ArrayRef<uint8_t> bytes, std::shared_ptr<const void> owner);

  /// The constant of that name, or null.
  const ConstantEntry *find(llvm::StringRef name) const;

private:
  mutable std::mutex mutex;
  std::map<std::string, std::unique_ptr<ConstantEntry>, std::less<>> entries;
};

} // namespace qcompile::data

#endif // QCOMPILE_DIALECTS_DATA_CONSTANTSTORE_H
