//===- Layout.cpp - Orders of dimensions ----------------------------------===//
#include "passes/choose-layout/Layout.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SmallVectorExtras.h"

using namespace llvm;

namespace qcompile {

Layout getIdentity(int64_t rank) { return to_vector<4>(seq<int64_t>(0, rank)); }

bool isIdentity(ArrayRef<int64_t> layout) {
  return all_of(enumerate(layout), [](auto it) { return int64_t(it.index()) == it.value(); });
}

Layout invert(ArrayRef<int64_t> layout) {
  Layout out(layout.size());
  for (auto [i, d] : enumerate(layout))
    out[d] = i;
  return out;
}

Layout compose(ArrayRef<int64_t> outer, ArrayRef<int64_t> inner) {
  return map_to_vector<4>(inner, [&](int64_t i) { return outer[i]; });
}

int64_t positionOf(ArrayRef<int64_t> layout, int64_t d) { return find(layout, d) - layout.begin(); }

SmallVector<int64_t> toStored(ArrayRef<int64_t> list, ArrayRef<int64_t> layout) {
  return map_to_vector(layout, [&](int64_t d) { return list[d]; });
}

SmallVector<int64_t> fromStored(ArrayRef<int64_t> list, ArrayRef<int64_t> layout) {
  SmallVector<int64_t> out(list.size());
  for (auto [i, d] : enumerate(layout))
    out[d] = list[i];
  return out;
}

/// Those dimensions of a list that have more than one element.
static SmallVector<int64_t> listWide(ArrayRef<int64_t> shape, ArrayRef<int64_t> dimensions) {
  SmallVector<int64_t> out;
  copy_if(dimensions, std::back_inserter(out), [&](int64_t d) { return shape[d] != 1; });
  return out;
}

bool storesAlike(ArrayRef<int64_t> shape, ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return listWide(shape, a) == listWide(shape, b);
}

std::optional<ReshapeGroups> ReshapeGroups::get(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  auto isOpen = [](int64_t extent) { return extent <= 0; };
  if (any_of(from, isOpen) || any_of(to, isOpen))
    return std::nullopt;
  ReshapeGroups out;
  out.fromShape.assign(from.begin(), from.end());
  out.toShape.assign(to.begin(), to.end());
  SmallVector<int64_t> left = listWide(from, getIdentity(from.size()));
  SmallVector<int64_t> right = listWide(to, getIdentity(to.size()));
  auto range = [](ArrayRef<int64_t> wide, size_t begin, size_t end, int64_t rank) {
    int64_t first = begin == 0 ? 0 : wide[begin], last = end < wide.size() ? wide[end] : rank;
    return to_vector<4>(seq(first, last));
  };
  size_t i = 0, j = 0;
  do {
    size_t endI = i, endJ = j;
    int64_t sizeI = 1, sizeJ = 1;
    auto takeLeft = [&] { return endI < left.size() && (sizeI *= from[left[endI++]], true); };
    auto takeRight = [&] { return endJ < right.size() && (sizeJ *= to[right[endJ++]], true); };
    // No wide dimension on either side: all of one element.
    if (!left.empty() && (!takeLeft() || !takeRight()))
      return std::nullopt;
    while (sizeI != sizeJ)
      if (!(sizeI < sizeJ ? takeLeft() : takeRight()))
        return std::nullopt;
    out.groups.push_back({range(left, i, endI, from.size()), range(right, j, endJ, to.size())});
    i = endI;
    j = endJ;
  } while (i < left.size() || j < right.size());
  return out;
}

/// The order of the other side's dimensions that goes with `layout`, given the groups as pairs (this side, other side).
static std::optional<Layout> follow(ArrayRef<int64_t> layout, ArrayRef<int64_t> shape,
                                    ArrayRef<ReshapeGroups::Group> groups, Layout ReshapeGroups::Group::*own,
                                    Layout ReshapeGroups::Group::*other) {
  SmallVector<int64_t> wide = listWide(shape, layout);
  Layout out;
  size_t position = 0, used = 0;
  while (used < groups.size()) {
    const ReshapeGroups::Group *group =
        position == wide.size()
            ? &groups.front()
            : find_if(groups, [&](const auto &candidate) { return is_contained(candidate.*own, wide[position]); });
    SmallVector<int64_t> expected = listWide(shape, group->*own);
    if (ArrayRef(wide).drop_front(position).take_front(expected.size()) != ArrayRef(expected))
      return std::nullopt;
    out.append(group->*other);
    position += expected.size();
    ++used;
  }
  return out;
}

std::optional<Layout> ReshapeGroups::getResultLayout(ArrayRef<int64_t> layout) const {
  return follow(layout, fromShape, groups, &Group::from, &Group::to);
}

std::optional<Layout> ReshapeGroups::getOperandLayout(ArrayRef<int64_t> layout) const {
  return follow(layout, toShape, groups, &Group::to, &Group::from);
}

} // namespace qcompile
