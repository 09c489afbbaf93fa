//===- SampleOptions.cpp - Which samples, and pictures as numbers ---------===//
#include "compiler/io/SampleOptions.h"

#include <cmath>

#include "llvm/ADT/SmallVector.h"

using namespace llvm;
using qcompile::runtime::Shape;
using qcompile::runtime::Tensor;

namespace qcompile {

Expected<std::pair<int64_t, int64_t>> getRange(const SampleOptions &options, int64_t count, StringRef what) {
  int64_t last = options.samples ? options.skip + options.samples : count;
  if (options.skip >= count && count > 0)
    return createStringError(what + ": expected more than the " + Twine(options.skip) + " samples to skip, found " +
                             Twine(count));
  if (last > count)
    return createStringError(what + ": expected " + Twine(options.samples) + " samples" +
                             (options.skip ? " behind the " + std::to_string(options.skip) + " to skip" : "") +
                             ", found " + Twine(count - options.skip));
  return std::pair(options.skip, last);
}

Expected<Tensor> takeSamples(const Tensor &tensor, const SampleOptions &options, StringRef what) {
  int64_t count = tensor.rank() ? tensor.shape()[0] : 1;
  Expected<std::pair<int64_t, int64_t>> range = getRange(options, count, what);
  if (!range)
    return range.takeError();
  auto [first, last] = *range;
  if (tensor.rank() == 0 || last - first == count)
    return tensor;
  Shape shape = tensor.shape();
  shape[0] = last - first;
  Tensor out(tensor.type(), shape);
  size_t bytes = tensor.bytes().size() / count;
  std::memcpy(out.MutableBytes().data(), tensor.bytes().data() + first * bytes, (last - first) * bytes);
  return out;
}

Expected<std::vector<double>> parseChannelNumbers(StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  std::vector<double> out;
  for (StringRef part : parts) {
    auto [numerator, denominator] = part.trim().split('/');
    double value, divisor = 1;
    if (numerator.getAsDouble(value) || (part.contains('/') && denominator.getAsDouble(divisor)) ||
        !std::isfinite(value / divisor))
      return createStringError("expected numbers like 0.5 or 1/255, found '" + text + "'");
    out.push_back(value / divisor);
  }
  return out;
}

} // namespace qcompile
