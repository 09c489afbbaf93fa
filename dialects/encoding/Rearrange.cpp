//===- Rearrange.cpp - Structures of weights that are moved ---------------===//
#include "dialects/encoding/EncodingDialect.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace qcompile::encoding {

/// Without a shape that is the weights' own.
static EncodingAttr withShape(EncodingAttr encoding, ArrayRef<int64_t> order, ArrayRef<int64_t> shape,
                              ArrayRef<int64_t> own) {
  return encoding.withOrder(order, shape == own ? ArrayRef<int64_t>() : shape);
}

static SmallVector<int64_t> permuteOrder(ArrayRef<int64_t> order, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> position(perm.size()), out;
  for (auto [d, old] : llvm::enumerate(perm))
    position[old] = d;
  for (int64_t d : order)
    out.push_back(position[d]);
  return out;
}

EncodingAttr permuteEncoding(EncodingAttr encoding, ArrayRef<int64_t> perm) {
  if (!encoding || !encoding.getShape().empty() || encoding.getOrder().size() != perm.size())
    return nullptr;
  return encoding.withOrder(permuteOrder(encoding.getOrder(), perm), {});
}

EncodingAttr reshapeEncoding(EncodingAttr encoding, ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  if (!encoding)
    return nullptr;
  ArrayRef<int64_t> seen = encoding.getShape().empty() ? from : encoding.getShape();
  return withShape(encoding, encoding.getOrder(), seen, to);
}

/// For each dimension of `from` the first one of `view` that it is cut into, and behind them the rank of `view`.
static std::optional<SmallVector<int64_t>> findCuts(ArrayRef<int64_t> from, ArrayRef<int64_t> view) {
  SmallVector<int64_t> first;
  size_t next = 0;
  for (auto [d, extent] : llvm::enumerate(from)) {
    first.push_back(next);
    if (next == view.size())
      return std::nullopt;
    int64_t product = view[next++];
    while (product < extent && next < view.size())
      product *= view[next++];
    if (product != extent)
      return std::nullopt;
    // Extents of one go with the dimension before them, as long as the others find theirs.
    while (next < view.size() && view[next] == 1 && view.size() - next > from.size() - d - 1)
      ++next;
  }
  first.push_back(next);
  return next == view.size() ? std::optional(first) : std::nullopt;
}

EncodingAttr rearrangeEncoding(EncodingAttr encoding, ArrayRef<int64_t> from, ArrayRef<int64_t> view,
                               ArrayRef<int64_t> perm, ArrayRef<int64_t> to) {
  if (!encoding || !encoding.getShape().empty() || encoding.getOrder().size() != from.size())
    return nullptr;
  std::optional<SmallVector<int64_t>> cuts = findCuts(from, view);
  if (!cuts)
    return nullptr;
  // The same order, in dimensions of the view: the parts of one dimension lie one behind the other.
  SmallVector<int64_t> order, shape;
  for (int64_t d : encoding.getOrder())
    for (int64_t part = (*cuts)[d]; part < (*cuts)[d + 1]; ++part)
      order.push_back(part);
  for (int64_t d : perm)
    shape.push_back(view[d]);
  order = permuteOrder(order, perm);
  int64_t rows = 0;
  for (int64_t d : encoding.getOrder().take_front(encoding.getRows()))
    rows += (*cuts)[d + 1] - (*cuts)[d];
  // `rows` counts dimensions of the view: joined back to one where the encoding has another number.
  if (rows != encoding.getRows())
    return nullptr;
  return withShape(encoding, order, shape, to);
}

} // namespace qcompile::encoding
