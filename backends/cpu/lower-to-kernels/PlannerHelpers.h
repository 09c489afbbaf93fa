//===- PlannerHelpers.h - Small things of the planner -----------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_PLANNERHELPERS_H
#define QCOMPILE_BACKENDS_CPU_PLANNERHELPERS_H

#include "backends/cpu/lower-to-kernels/KernelPlan.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/qnn/QnnDialect.h"

namespace qcompile::cpu {

inline ConstantArgument i64(int64_t value) { return {value, 64}; }
inline ConstantArgument i32(int64_t value) { return {value, 32}; }

inline bool isCodes(mlir::Value value) {
  return qnn::isCodeType(llvm::cast<mlir::RankedTensorType>(value.getType()).getElementType());
}

inline mlir::LogicalResult fail(mlir::Operation *op, const llvm::Twine &reason) {
  return emitError(op->getLoc(), Code::B002) << "node '" << onnx::describe(op) << "': " << reason;
}

inline llvm::StringRef toStringRef(absl::string_view text) { return llvm::StringRef(text.data(), text.size()); }

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_PLANNERHELPERS_H
