//===- SideFile.h - The constants of a printed stage ------------*- C++ -*-===//
//
// A printed stage is text and one side file that holds the bytes of its constants.
//
// Form, little endian: the magic "QCCONST1"; the number of constants (u64); per constant the length
// of its name (u64), the name, the offset and the number of its bytes (u64 each); then the bytes,
// each constant at a multiple of 64.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_DATA_SIDEFILE_H
#define QCOMPILE_DIALECTS_DATA_SIDEFILE_H

#include <memory>
#include <string>

#include "dialects/data/ConstantStore.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir {
class Operation;
class MLIRContext;
} // namespace mlir

namespace qcompile::data {

/// Writes every constant that `root` refers to and that its text does not write out.
void writeSideFile(mlir::Operation *root, llvm::raw_ostream &os);

/// Adds the constants of a side file to the context; `owner` keeps `bytes` alive. Returns false,
/// with the reason in `error`, where the bytes are not a side file.
bool loadSideFile(mlir::MLIRContext *context, llvm::ArrayRef<uint8_t> bytes, std::shared_ptr<const void> owner,
                  std::string &error);

} // namespace qcompile::data

#endif // QCOMPILE_DIALECTS_DATA_SIDEFILE_H
