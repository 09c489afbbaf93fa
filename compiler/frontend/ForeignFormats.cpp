//===- ForeignFormats.cpp - Files that are no models ----------------------===//
#include "compiler/frontend/ForeignFormats.h"

using llvm::StringLiteral;
using llvm::StringRef;

namespace qcompile::frontend {

namespace {
struct Format {
  size_t offset;
  StringLiteral magic, description;
};
} // namespace

static constexpr Format kFormats[] = {
    {0, "version https://git-lfs", "a pointer of Git LFS; get the file that it stands for with 'git lfs pull'"},
    {0, "PK\x03\x04", "a ZIP archive, as PyTorch and Keras write models; export the model as ONNX"},
    {0, "\x89HDF", "an HDF5 file, as Keras writes models; convert the model with tf2onnx"},
    {4, "TFL3", "a TensorFlow Lite model; convert it with tf2onnx"},
    {4, "ORTM", "a model in ONNX Runtime's own format; use the ONNX file that it was made of"},
    {0, "\x1f\x8b", "a file packed by gzip; unpack it"},
    {0, "\x93NUMPY", "an array of NumPy; give it with --input, and the model in its place"},
    {0, "{", "JSON text; write the model in ONNX' binary form"},
    {0, "<", "XML or a web page; download the model itself"},
};

StringRef describeForeignFormat(StringRef head) {
  for (const Format &format : kFormats)
    if (head.substr(format.offset).starts_with(format.magic))
      return format.description;
  return "";
}

} // namespace qcompile::frontend
