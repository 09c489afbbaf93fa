//===- HeaderWriter.h - The C header of an artifact -------------*- C++ -*-===//
#ifndef QCOMPILE_BACKENDS_CPU_HEADERWRITER_H
#define QCOMPILE_BACKENDS_CPU_HEADERWRITER_H

#include <string>

#include "runtime/program/program.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace qcompile::cpu {

/// NAME.h: self-contained C (C99 or later), also for C++.
std::string writeHeader(llvm::StringRef name, llvm::ArrayRef<runtime::Port> inputs,
                        llvm::ArrayRef<runtime::Port> outputs);

} // namespace qcompile::cpu

#endif // QCOMPILE_BACKENDS_CPU_HEADERWRITER_H
