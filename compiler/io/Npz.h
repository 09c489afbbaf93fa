//===- Npz.h - Archives of arrays -------------------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_IO_NPZ_H
#define QCOMPILE_COMPILER_IO_NPZ_H

#include <map>
#include <optional>
#include <string>

#include "runtime/core/tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// "data.npz:image" as ("data.npz", "image"), "data.npz" as ("data.npz", ""); nothing where the setting names no
/// such archive.
std::optional<std::pair<llvm::StringRef, llvm::StringRef>> splitNpzSetting(llvm::StringRef setting);

/// An array of an archive as numpy's savez and savez_compressed write them: `key`, or where that is empty the only
/// array, or else the one that has one of the `preferred` names. Errors name the path and the arrays there are.
llvm::Expected<runtime::Tensor> readNpzArray(llvm::StringRef path, llvm::StringRef key,
                                             llvm::ArrayRef<llvm::StringRef> preferred);

/// All arrays of an archive by their names.
llvm::Expected<std::map<std::string, runtime::Tensor>> readNpzArrays(llvm::StringRef path);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_NPZ_H
