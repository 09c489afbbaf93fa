//===- Pages.h - What every code means, at length ---------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_DIAGNOSTICS_PAGES_H
#define QCOMPILE_DIALECTS_DIAGNOSTICS_PAGES_H

#include "dialects/diagnostics/Diagnostics.h"

namespace qcompile {

/// The page of a code: Markdown with the sections "Why", "What to do" and "Example" (dialects/diagnostics/pages).
llvm::StringRef getCodePage(Code code);

} // namespace qcompile

#endif // QCOMPILE_DIALECTS_DIAGNOSTICS_PAGES_H
