#include "runtime/imc/activation_memory.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace qcompile::runtime::imc {

absl::StatusOr<int64_t> ActivationMemory::Allocate(int64_t bytes) {
  // An empty tensor still gets an address of its own, so that it can be freed.
  int64_t size = std::max<int64_t>(bytes, 1);
  int64_t address = 0;
  for (const auto& [smaller, from] : from_) {
    if (smaller > size) break;
    address = std::max(address, from);
  }
  for (auto it = used_.lower_bound(address); it != used_.end(); ++it) {
    if (it->first - address >= size) break;
    address = it->second;
  }
  if (bytes < 0 || size > bytes_ - address) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a tensor takes ", bytes, " bytes beside ", live_,
                     " bytes that are in use, the target has activation_bytes=", bytes_));
  }
  used_[address] = address + size;
  from_[size] = address + size;
  live_ += size;
  peak_ = std::max(peak_, address + size);
  return address;
}

void ActivationMemory::Free(int64_t address) {
  const auto range = used_.find(address);
  if (range == used_.end()) return;
  const int64_t gap = range == used_.begin() ? 0 : std::prev(range)->second;
  for (auto& [size, from] : from_) from = std::min(from, gap);
  live_ -= range->second - range->first;
  used_.erase(range);
}

}  // namespace qcompile::runtime::imc
