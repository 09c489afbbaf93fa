//===- MappedPages.cpp - Memory of mapped files ---------------------------===//
#include "compiler/frontend/MappedPages.h"

#include <sys/mman.h>

#include "llvm/Support/Process.h"

namespace qcompile::frontend {

/// Pages are given back in steps of this size: each takes a system call.
static constexpr uintptr_t kReturnedBytes = 16 << 20;

namespace {
/// Ends a mapping; by this type owners of mapped files are told from others.
struct MappingDeleter {
  void operator()(const llvm::MemoryBuffer *buffer) const { delete buffer; }
};
} // namespace

std::shared_ptr<const void> makeOwner(std::unique_ptr<llvm::MemoryBuffer> buffer) {
  if (buffer->getBufferKind() == llvm::MemoryBuffer::MemoryBuffer_MMap)
    return std::shared_ptr<const llvm::MemoryBuffer>(buffer.release(), MappingDeleter());
  return std::shared_ptr<const llvm::MemoryBuffer>(std::move(buffer));
}

PageReturner::PageReturner(llvm::ArrayRef<uint8_t> bytes, const std::shared_ptr<const void> &owner)
    : mapped(std::get_deleter<MappingDeleter>(owner)), begin(reinterpret_cast<uintptr_t>(bytes.data())), read(begin),
      last(begin + bytes.size()) {}

void PageReturner::giveBack(uintptr_t end) {
  static const uintptr_t page = llvm::sys::Process::getPageSizeEstimate();
  // Neighbouring tensors may share a page: it is read again where they do.
  uintptr_t first = begin / page * page, past = end / page * page;
  if (mapped && past > first)
    madvise(reinterpret_cast<void *>(first), past - first, MADV_DONTNEED);
  begin = std::max(begin, past);
}

void PageReturner::advance(uint64_t count) {
  read = std::min<uintptr_t>(read + count, last);
  if (read > begin && read - begin >= kReturnedBytes)
    giveBack(read);
}

// The last page belongs to the mapping as a whole.
PageReturner::~PageReturner() { giveBack(last + llvm::sys::Process::getPageSizeEstimate() - 1); }

} // namespace qcompile::frontend
