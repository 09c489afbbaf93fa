//===- Labels.cpp - What a classifier should say --------------------------===//
#include "compiler/io/Labels.h"

#include <cmath>

#include "compiler/io/InputData.h"
#include "compiler/io/Npz.h"
#include "compiler/io/Pictures.h"
#include "compiler/io/TestData.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile {

static Expected<Tensor> readArray(StringRef setting, ArrayRef<StringRef> preferred) {
  if (auto archive = splitNpzSetting(setting))
    return readNpzArray(archive->first, archive->second, preferred);
  return readNpyFile(setting);
}

Expected<std::vector<int64_t>> readLabels(StringRef setting, const SampleOptions &options) {
  std::string what = ("labels '" + setting + "'").str();
  Tensor labels;
  if (sys::fs::is_directory(setting)) {
    Expected<PictureList> pictures = listPictures(setting);
    if (!pictures)
      return pictures.takeError();
    if (pictures->classes.empty())
      return createStringError(what + ": expected one folder of pictures per class, found pictures");
    labels = *Tensor::FromIntegers(runtime::DataType::Int64(), {int64_t(pictures->labels.size())}, pictures->labels);
  } else {
    Expected<Tensor> read = readArray(setting, {"label", "labels"});
    if (!read)
      return read.takeError();
    labels = std::move(*read);
  }
  int64_t rows = labels.rank() ? labels.shape()[0] : 1;
  if (labels.type().IsFloat() || labels.size() != rows)
    return createStringError(what + ": expected one integer per sample, found shape " +
                             runtime::ShapeToString(labels.shape()) + " of type " + labels.type().ToString());
  Expected<Tensor> taken = takeSamples(labels, options, what);
  if (!taken)
    return taken.takeError();
  return taken->ToIntegers();
}

Expected<Tensor> readTargets(StringRef setting, const SampleOptions &options) {
  std::string what = ("targets '" + setting + "'").str();
  Expected<Tensor> read = Tensor();
  if (sys::fs::is_directory(setting)) {
    std::vector<std::string> sets = findTestDataSets(setting);
    if (sets.empty())
      return createStringError(what + ": expected an array or ONNX test data sets");
    Expected<std::vector<Tensor>> parts = readTestData(sets, "output", 0);
    if (!parts)
      return parts.takeError();
    read = joinSets(*parts, what);
  } else {
    read = readArray(setting, {"target", "targets"});
  }
  if (!read)
    return read.takeError();
  return takeSamples(*read, options, what);
}

std::vector<int64_t> findGreatest(const Tensor &scores) {
  int64_t rows = scores.rank() ? scores.shape()[0] : 1, classes = rows ? scores.size() / rows : 0;
  std::vector<int64_t> out;
  for (int64_t s = 0; s < rows; ++s) {
    int64_t best = 0;
    for (int64_t c = 1; c < classes; ++c) {
      double value = scores.DoubleAt(s * classes + c), least = scores.DoubleAt(s * classes + best);
      if (value > least || (std::isnan(least) && !std::isnan(value)))
        best = c;
    }
    out.push_back(best);
  }
  return out;
}

Expected<int64_t> countHits(const Tensor &scores, ArrayRef<int64_t> labels) {
  std::vector<int64_t> greatest = findGreatest(scores);
  if (labels.size() != greatest.size())
    return createStringError("expected " + Twine(greatest.size()) + " integer labels, found " + Twine(labels.size()));
  int64_t hits = 0;
  for (auto [found, label] : zip(greatest, labels))
    hits += found == label;
  return hits;
}

} // namespace qcompile
