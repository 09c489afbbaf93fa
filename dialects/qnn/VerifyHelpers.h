//===- VerifyHelpers.h - Checks that verifiers share ------------*- C++ -*-===//
//
// Private to the verifiers of qnn. Attributes come from anywhere: nothing here may overflow or read
// outside of a list. An extent that is not known (dynamic) agrees with any other.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_QNN_VERIFYHELPERS_H
#define QCOMPILE_DIALECTS_QNN_VERIFYHELPERS_H

#include "dialects/qnn/QnnDialect.h"

namespace qcompile::qnn {

inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// Whether two extents are equal as far as they are known.
inline bool agree(int64_t a, int64_t b) {
  return a == b || mlir::ShapedType::isDynamic(a) || mlir::ShapedType::isDynamic(b);
}

/// Checks that `result` has this type: "expected result X, found Y".
llvm::LogicalResult verifyResult(mlir::Operation *op, mlir::Value result, llvm::ArrayRef<int64_t> shape,
                                 mlir::Type elementType);
/// The same where the element type is free.
llvm::LogicalResult verifyResultShape(mlir::Operation *op, mlir::Value result, llvm::ArrayRef<int64_t> shape);

/// Checks that `axis` is a dimension of `type`.
llvm::LogicalResult verifyAxis(mlir::Operation *op, mlir::RankedTensorType type, int64_t axis);

/// The extent of dimension `axis`, or failure with a message; a scalar has one channel at axis 0.
llvm::FailureOr<int64_t> getChannels(mlir::Operation *op, mlir::RankedTensorType type, int64_t axis);

/// Checks that a constant has the element type `expected`.
llvm::LogicalResult verifyElementType(mlir::Operation *op, llvm::StringRef name, data::ConstantAttr constant,
                                      mlir::Type expected);
/// Checks that a constant has one dimension, with 1 or `channels` elements.
llvm::LogicalResult verifyPerChannel(mlir::Operation *op, data::ConstantAttr constant, int64_t channels);

/// An extent for messages: "?" where it is not known.
std::string extentToString(int64_t extent);

/// Checks that a list has `count` entries of at least `lowest`.
llvm::LogicalResult verifyList(mlir::Operation *op, llvm::StringRef name, llvm::ArrayRef<int64_t> list, int64_t count,
                               int64_t lowest);

/// Whether `value` is one of the codes of `elementType`.
bool isValueOf(mlir::Type elementType, int64_t value);
/// Whether every code of `inner` is one of `outer`.
bool holdsType(mlir::Type outer, mlir::Type inner);

/// Checks that what the bounds of the operands come from stands before `op`: only then it has been
/// verified, and its attributes may be read. (The order of operations is verified last.)
llvm::LogicalResult verifyOrder(mlir::Operation *op);

/// Checks that the element type of the one result holds every partial sum (or product), by the
/// operation's own bounds. The shapes must have been verified.
llvm::LogicalResult verifyAccumulator(mlir::Operation *op);

/// The numpy broadcast of two shapes; nothing where they do not pair.
std::optional<llvm::SmallVector<int64_t>> broadcast(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

} // namespace qcompile::qnn

#endif // QCOMPILE_DIALECTS_QNN_VERIFYHELPERS_H
