//===- ElementStorage.h - Element types and their storage form --*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_DATA_ELEMENTSTORAGE_H
#define QCOMPILE_DIALECTS_DATA_ELEMENTSTORAGE_H

#include <optional>
#include <vector>

#include "mlir/IR/BuiltinTypes.h"
#include "runtime/core/tensor.h"

namespace qcompile::data {

/// The runtime's element type of `type`, or nothing where it has none (complex numbers).
std::optional<runtime::DataType> getDataType(mlir::Type type);

/// Number of bits that one element takes in the storage form, or 0 for types without one.
unsigned getStorageBits(mlir::Type type);

/// Number of bytes of the storage form; nothing where a dimension is dynamic, the type has no
/// storage form, or the size does not fit 63 bits.
std::optional<uint64_t> getStorageSize(mlir::RankedTensorType type);

/// Packs elements into the storage form of `elementType`, and back.
std::vector<uint8_t> packElements(mlir::Type elementType, const runtime::Tensor &tensor);
runtime::Tensor unpackElements(mlir::RankedTensorType type, llvm::ArrayRef<uint8_t> bytes);

} // namespace qcompile::data

#endif // QCOMPILE_DIALECTS_DATA_ELEMENTSTORAGE_H
