//===- InputData.h - Files as input of a model ------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_INPUTDATA_H
#define QCOMPILE_COMPILER_IO_INPUTDATA_H

#include <functional>
#include <map>

#include "compiler/io/InputBatches.h"
#include "compiler/io/SampleOptions.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// Reads `[NAME=]FILE` settings. FILE is
///  - a numpy array (.npy) or archive of arrays (.npz with one array, or one named like the input; `file.npz:key`),
///  - an ONNX tensor (.pb), or a folder of ONNX test data sets (test_data_set_N/input_K.pb), which without a NAME
///    has the data of all inputs,
///  - a picture (.png, .jpg), a folder of pictures, or a folder of such folders (compiler/io/Pictures.h),
///  - else raw little-endian elements of the port's type.
/// A leading dimension larger than the port's is split into batches; equal numbers of elements per sample are reshaped
/// and other types converted, both told to `note`. Files that cannot be read give an error with the code of the file
/// system.
llvm::Expected<InputBatches> readInputs(llvm::ArrayRef<std::string> settings, llvm::ArrayRef<runtime::Port> ports,
                                        const std::function<void(const std::string &)> &note,
                                        const SampleOptions &options = {});

/// The shapes of the arrays that such settings give to inputs of these names, by name, with the samples that are taken.
/// None for raw data and pictures, nor for what cannot be read.
std::map<std::string, runtime::Shape> readInputShapes(llvm::ArrayRef<std::string> settings,
                                                      llvm::ArrayRef<std::string> inputs,
                                                      const SampleOptions &options = {});

/// Reads an array from a file (npy).
llvm::Expected<runtime::Tensor> readNpyFile(llvm::StringRef path);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_INPUTDATA_H
