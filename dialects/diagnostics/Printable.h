//===- Printable.h - Names of a file on a terminal --------------*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_DIAGNOSTICS_PRINTABLE_H
#define QCOMPILE_DIALECTS_DIAGNOSTICS_PRINTABLE_H

#include <string>

#include "llvm/ADT/StringRef.h"

namespace qcompile {

/// The text on one line, with escapes ("\n", "\x1b") in place of control characters, which would break lines or steer a
/// terminal, and of bytes that are no UTF-8: names come from the file as they are.
std::string makePrintable(llvm::StringRef text);

} // namespace qcompile

#endif // QCOMPILE_DIALECTS_DIAGNOSTICS_PRINTABLE_H
