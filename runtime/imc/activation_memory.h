// Addresses in the activation buffer: first fit, freed ranges are reused.
#ifndef QCOMPILE_RUNTIME_IMC_ACTIVATION_MEMORY_H_
#define QCOMPILE_RUNTIME_IMC_ACTIVATION_MEMORY_H_

#include <cstdint>
#include <map>

#include "absl/status/statusor.h"

namespace qcompile::runtime::imc {

class ActivationMemory {
 public:
  explicit ActivationMemory(int64_t bytes) : bytes_(bytes) {}

  // The lowest address with `bytes` free bytes behind it. Fails where there is none.
  absl::StatusOr<int64_t> Allocate(int64_t bytes);
  // Frees what Allocate returned.
  void Free(int64_t address);

  int64_t peak() const { return peak_; }

 private:
  int64_t bytes_;
  int64_t peak_ = 0;
  int64_t live_ = 0;
  std::map<int64_t, int64_t> used_;  // address to end
  // By size, the address below which no such range is free: searches need not begin at 0.
  std::map<int64_t, int64_t> from_;
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_ACTIVATION_MEMORY_H_
