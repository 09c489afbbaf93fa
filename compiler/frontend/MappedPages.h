//===- MappedPages.h - Memory of mapped files -------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_MAPPEDPAGES_H
#define QCOMPILE_COMPILER_FRONTEND_MAPPEDPAGES_H

#include <memory>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/MemoryBuffer.h"

namespace qcompile::frontend {

/// An owner of the buffer that is known to be a mapped file where it is one (short files are read instead).
std::shared_ptr<const void> makeOwner(std::unique_ptr<llvm::MemoryBuffer> buffer);

/// Gives pages of a mapped file back while its bytes are read in order, so that a file may be larger than the memory.
/// Bytes of other owners are left alone.
class PageReturner {
public:
  PageReturner(llvm::ArrayRef<uint8_t> bytes, const std::shared_ptr<const void> &owner);
  ~PageReturner();
  PageReturner(const PageReturner &) = delete;
  PageReturner &operator=(const PageReturner &) = delete;

  /// The next `count` bytes have been read.
  void advance(uint64_t count);

private:
  void giveBack(uintptr_t end);

  bool mapped;
  uintptr_t begin; ///< of what has not been given back
  uintptr_t read;  ///< where reading has come to
  uintptr_t last;  ///< the end of the bytes
};

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_MAPPEDPAGES_H
