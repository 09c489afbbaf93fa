//===- ConstantStore.cpp - The bytes of a context's constants -------------===//
#include "dialects/data/ConstantStore.h"

using namespace llvm;

namespace qcompile::data {

const ConstantEntry *ConstantStore::add(StringRef name, ArrayRef<uint8_t> bytes, std::shared_ptr<const void> owner) {
  std::lock_guard<std::mutex> lock(mutex);
  std::string key = name.str();
  for (unsigned suffix = 1;; ++suffix) {
    auto [it, inserted] = entries.try_emplace(key);
    if (inserted) {
      it->second = std::make_unique<ConstantEntry>();
      *it->second = {key, bytes, std::move(owner)};
      return it->second.get();
    }
    if (it->second->bytes == bytes)
      return it->second.get();
    key = (name + "_" + Twine(suffix)).str();
  }
}

const ConstantEntry *ConstantStore::find(StringRef name) const {
  std::lock_guard<std::mutex> lock(mutex);
  auto it = entries.find(std::string_view(name));
  return it == entries.end() ? nullptr : it->second.get();
}

} // namespace qcompile::data
