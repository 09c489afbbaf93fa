//===- CountProducts.h - Products per matrix product ------------*- C++ -*-===//
#ifndef EXAMPLE_COUNTPRODUCTS_H
#define EXAMPLE_COUNTPRODUCTS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace example {

/// The attribute that the pass sets.
inline constexpr llvm::StringLiteral kProductsAttr = "example.products";

#define GEN_PASS_DECL
#include "CountProducts.h.inc"
#define GEN_PASS_REGISTRATION
#include "CountProducts.h.inc"

} // namespace example

#endif // EXAMPLE_COUNTPRODUCTS_H
