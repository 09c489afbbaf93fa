#include "runtime/imc/activation_memory.h"

#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace qcompile::runtime::imc {
namespace {

// First fit by its definition.
int64_t FirstFit(const std::map<int64_t, int64_t> &used, int64_t size) {
  int64_t address = 0;
  for (const auto &[begin, end] : used) {
    if (begin - address >= size)
      break;
    address = end;
  }
  return address;
}

TEST(ActivationMemoryTest, IsFirstFit) {
  constexpr int64_t kBytes = 4000;
  std::mt19937 random(1);
  ActivationMemory memory(kBytes);
  std::map<int64_t, int64_t> used;
  for (int step = 0; step < 20000; ++step) {
    // Phases in which memory fills up, and others in which it empties.
    const bool frees = random() % 100 < (step / 500 % 2 ? 60u : 40u);
    if (frees && !used.empty()) {
      auto it = used.begin();
      std::advance(it, random() % used.size());
      memory.Free(it->first);
      used.erase(it);
      continue;
    }
    const int64_t size = 1 + static_cast<int64_t>(random() % 7) * 16;
    const int64_t expected = FirstFit(used, size);
    const auto address = memory.Allocate(size);
    ASSERT_EQ(address.ok(), expected + size <= kBytes) << "step " << step;
    if (!address.ok())
      continue;
    ASSERT_EQ(*address, expected) << "step " << step;
    used[expected] = expected + size;
  }
}

} // namespace
} // namespace qcompile::runtime::imc
