//===- ResidueClasses.cpp - Outputs that share weights --------------------===//
#include "passes/expand-conv-transpose/ResidueClasses.h"

#include <algorithm>
#include <numeric>

namespace qcompile {

std::vector<ResidueClass> getResidueClasses(int64_t kernel, int64_t stride, int64_t dilation, int64_t offset,
                                            int64_t outputs) {
  // Position i reaches output Q where i * dilation = Q modulo stride: with one solution i also every (stride / g)-th
  // further one, which reads an input dilation / g further back.
  int64_t g = std::gcd(stride, dilation);
  std::vector<ResidueClass> classes(stride);
  for (int64_t r = 0; r < stride; ++r) {
    ResidueClass &out = classes[r];
    out.count = r < outputs ? (outputs - r - 1) / stride + 1 : 0;
    out.tapStep = stride / g;
    int64_t first = 0, last = std::min(kernel, out.tapStep);
    while (first < last && (r + offset - first * dilation) % stride != 0)
      ++first;
    if (first == last)
      continue;
    out.firstTap = first;
    out.taps = (kernel - 1 - first) / out.tapStep + 1;
    out.dilation = out.taps > 1 ? dilation / g : 1;
    out.start = (r + offset - first * dilation) / stride - (out.taps - 1) * out.dilation;
  }
  return classes;
}

} // namespace qcompile
