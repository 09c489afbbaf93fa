//===- KernelPlan.cpp - Memory of a list of kernel calls ------------------===//
#include "backends/cpu/lower-to-kernels/KernelPlan.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

namespace qcompile::cpu {

/// First fit, larger buffers first: they leave the holes that smaller ones fill.
void placeBuffers(KernelPlan &plan) {
  std::vector<unsigned> order;
  for (unsigned i = 0; i < plan.buffers.size(); ++i)
    if (plan.buffers[i].kind == Buffer::Kind::Workspace)
      order.push_back(i);
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(plan.buffers[b].size, a) < std::pair(plan.buffers[a].size, b);
  });
  std::vector<const Buffer *> placed; // sorted by offset
  for (unsigned index : order) {
    Buffer &buffer = plan.buffers[index];
    uint64_t at = 0;
    for (const Buffer *other : placed) {
      bool together = other->firstStep <= buffer.lastStep && buffer.firstStep <= other->lastStep;
      if (!together)
        continue;
      if (at + buffer.size <= other->at)
        break;
      at = std::max(at, llvm::alignTo(other->at + other->size, 64));
    }
    buffer.at = at;
    plan.workspaceSize = std::max(plan.workspaceSize, llvm::alignTo(at + buffer.size, 64));
    auto before = [](const Buffer *a, const Buffer *b) { return a->at < b->at; };
    placed.insert(llvm::upper_bound(placed, &buffer, before), &buffer);
  }
}

} // namespace qcompile::cpu
