//===- Listing.h - A network as readable text -------------------*- C++ -*-===//
#ifndef EXAMPLE_LISTING_H
#define EXAMPLE_LISTING_H

#include <string>

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace example {

/// One line per input, operation and output, in the order in which they run.
std::string makeListing(mlir::func::FuncOp function);

} // namespace example

#endif // EXAMPLE_LISTING_H
