//===- InputRanges.h - What a model does with its inputs --------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_INPUTRANGES_H
#define QCOMPILE_COMPILER_FRONTEND_INPUTRANGES_H

#include <optional>

#include "compiler/io/InputRange.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace qcompile::frontend {

/// The range of an argument of a function of `onnx` operations that is used as an index, a length, a mask, a variance
/// or the like, also after it has been moved, converted or shifted by a constant; nothing for one that may be any
/// number of its type. Uses that contradict each other give an empty range.
std::optional<InputRange> findInputRange(mlir::BlockArgument input);

} // namespace qcompile::frontend

namespace qcompile {

/// On an argument: low and high end, and whether numbers are whole.
inline constexpr char kRangeAttr[] = "onnx.range";

void setInputRange(mlir::func::FuncOp function, unsigned argument, const InputRange &range);
/// Those that are noted on the arguments, by their names.
InputRanges getInputRanges(mlir::func::FuncOp function);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_FRONTEND_INPUTRANGES_H
