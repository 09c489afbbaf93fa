// Lays out a parameter block: a header, then arrays that each start at a multiple of 64 bytes.
#ifndef QCOMPILE_RUNTIME_KERNELS_BLOCK_WRITER_H_
#define QCOMPILE_RUNTIME_KERNELS_BLOCK_WRITER_H_

#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/kernels/packing.h"

namespace qcompile::runtime {

// `Header` has a member `size`, the size of the whole block.
template <typename Header>
class BlockWriter {
 public:
  Header header{};

  // Appends `values` and returns where they start.
  template <typename T>
  int64_t Append(const std::vector<T>& values) {
    const size_t at = bytes_.size();
    bytes_.resize(RoundedUp(at + values.size() * sizeof(T)));
    if (!values.empty()) std::memcpy(bytes_.data() + at, values.data(), values.size() * sizeof(T));
    return static_cast<int64_t>(at);
  }

  ParameterBlock Finish() {
    header.size = static_cast<int64_t>(bytes_.size());
    std::memcpy(bytes_.data(), &header, sizeof(header));
    return std::move(bytes_);
  }

 private:
  static size_t RoundedUp(size_t n) { return (n + 63) / 64 * 64; }

  ParameterBlock bytes_ = ParameterBlock(RoundedUp(sizeof(Header)));
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_KERNELS_BLOCK_WRITER_H_
