//===- Npy.h - Arrays in numpy's format -------------------------*- C++ -*-===//
//
// Reads and writes version 1.0 to 3.0 of the npy format (one array, C order) as numpy documents it.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_IO_NPY_H
#define QCOMPILE_COMPILER_IO_NPY_H

#include "runtime/core/tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// The array in `bytes`: little-endian bool, signed and unsigned integers of 8 to 64 bits, float32 and
/// float64.
llvm::Expected<runtime::Tensor> parseNpy(llvm::StringRef bytes);

/// The npy form of a tensor; integers of other widths are written in their container, bipolar as int8.
std::string formatNpy(const runtime::Tensor &tensor);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_NPY_H
