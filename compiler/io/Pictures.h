//===- Pictures.h - PNG and JPEG files as samples ---------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_PICTURES_H
#define QCOMPILE_COMPILER_IO_PICTURES_H

#include <string>
#include <vector>

#include "compiler/io/SampleOptions.h"
#include "runtime/program/program.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// Whether a path ends like a picture that can be read: .png, .jpg, .jpeg.
bool isPicture(llvm::StringRef path);

/// The pictures of a folder, sorted by name. A folder of folders has a class per folder: classes sorted by name, and
/// within each its pictures.
struct PictureList {
  std::vector<std::string> paths;
  std::vector<int64_t> labels;      ///< the class of each; empty where there are no classes
  std::vector<std::string> classes; ///< names of the folders
};
llvm::Expected<PictureList> listPictures(llvm::StringRef folder);

/// Pictures as samples of a port of shape [N, C, H, W], [N, H, W, C], [N, H, W] with 1, 3 or 4 channels, along the
/// first dimension, in the port's type: `(pixel - mean) * scale` with pixels from 0 to 255. The size of every picture
/// must be that of the port; colours are reduced to grey, or grey taken as colour, where the port's channels ask for
/// it.
llvm::Expected<runtime::Tensor> readPictures(llvm::ArrayRef<std::string> paths, const runtime::Port &port,
                                             const SampleOptions &options);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_PICTURES_H
