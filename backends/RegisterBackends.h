//===- RegisterBackends.h - The backends of the tree ------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_REGISTERBACKENDS_H
#define QCOMPILE_BACKENDS_REGISTERBACKENDS_H

#include "compiler/backend/Registry.h"

namespace qcompile {

/// Adds every in-tree backend.
llvm::Error registerBackends(BackendRegistry &registry);

} // namespace qcompile

#endif // QCOMPILE_BACKENDS_REGISTERBACKENDS_H
