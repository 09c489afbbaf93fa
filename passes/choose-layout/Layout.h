//===- Layout.h - Orders of dimensions --------------------------*- C++ -*-===//
#ifndef QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUT_H
#define QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUT_H

#include <optional>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace qcompile {

/// How a value is stored: dimension i of what is stored is dimension `layout[i]` of the value.
using Layout = llvm::SmallVector<int64_t, 4>;

Layout getIdentity(int64_t rank);
bool isIdentity(llvm::ArrayRef<int64_t> layout);
Layout invert(llvm::ArrayRef<int64_t> layout);
/// Element i is `outer[inner[i]]`.
Layout compose(llvm::ArrayRef<int64_t> outer, llvm::ArrayRef<int64_t> inner);
/// The position of dimension `d`.
int64_t positionOf(llvm::ArrayRef<int64_t> layout, int64_t d);

/// `list`, one entry per dimension of a value, in the order of what is stored.
llvm::SmallVector<int64_t> toStored(llvm::ArrayRef<int64_t> list, llvm::ArrayRef<int64_t> layout);
/// The same backwards.
llvm::SmallVector<int64_t> fromStored(llvm::ArrayRef<int64_t> list, llvm::ArrayRef<int64_t> layout);

/// Whether a value of that shape has its elements at the same places in both layouts: dimensions of extent 1 may stand
/// anywhere.
bool storesAlike(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

/// What a reshape joins and splits: dimensions of both sides, in groups of equal size. Dimensions of extent 1 follow
/// the group before them.
class ReshapeGroups {
public:
  /// Nothing where an extent is 0 or unknown.
  static std::optional<ReshapeGroups> get(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

  /// The layout of the result under which the reshape keeps the stored order of an operand in `layout`; nothing where a
  /// group is torn apart.
  std::optional<Layout> getResultLayout(llvm::ArrayRef<int64_t> layout) const;
  /// The same backwards.
  std::optional<Layout> getOperandLayout(llvm::ArrayRef<int64_t> layout) const;

  struct Group {
    Layout from, to;
  };
  llvm::ArrayRef<Group> getGroups() const { return groups; }

private:
  llvm::SmallVector<Group> groups;
  llvm::SmallVector<int64_t> fromShape, toShape;
};

} // namespace qcompile

#endif // QCOMPILE_PASSES_CHOOSELAYOUT_LAYOUT_H
