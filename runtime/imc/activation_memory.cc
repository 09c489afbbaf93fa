#include "runtime/imc/activation_memory.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace qcompile::runtime::imc {

absl::StatusOr<int64_t> ActivationMemory::Allocate(int64_t bytes) {
  // An empty tensor still gets an address of its own, so that it can be freed.
  int64_t size = std::max<int64_t>(bytes, 1);
  int64_t address = 0;
  int64_t live = 0;
  for (const auto& [begin, end] : used_) {
    if (begin - address >= size) break;
    live += end - begin;
    address = end;
  }
  if (bytes < 0 || size > bytes_ - address) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a tensor takes ", bytes, " bytes beside ", live,
                     " bytes that are in use, the target has activation_bytes=", bytes_));
  }
  used_[address] = address + size;
  peak_ = std::max(peak_, address + size);
  return address;
}

}  // namespace qcompile::runtime::imc
