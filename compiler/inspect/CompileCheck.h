//===- CompileCheck.h - Will a model compile --------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_COMPILECHECK_H
#define QCOMPILE_COMPILER_INSPECT_COMPILECHECK_H

#include "compiler/session/Session.h"
#include "llvm/Support/JSON.h"

namespace qcompile::inspect {

/// Something that keeps a model from compiling; nodes with the same problem are one.
struct Problem {
  std::string code;    ///< "QC-I003"
  std::string problem; ///< one sentence, without the node
  unsigned count = 1;  ///< nodes or values that have it
  std::string first;   ///< the name of the first of them, or empty
};

struct BackendCheck {
  std::string name;
  std::vector<Problem> problems;
};

struct CompileCheck {
  std::vector<Problem> problems;      ///< of the model itself: they concern every backend
  std::vector<BackendCheck> backends; ///< empty where the model has problems
  unsigned integerOperations = 0, floatOperations = 0;

  bool compilesFor(const BackendCheck &backend) const { return problems.empty() && backend.problems.empty(); }
};

/// Diagnostics as problems: equal ones are joined, and those of most nodes come first.
std::vector<Problem> joinProblems(llvm::ArrayRef<Diagnostic> diagnostics);

/// Reads a model, brings it into the integer form and asks backends whether they take it. Errors go into the result;
/// other diagnostics to whom they went before.
CompileCheck checkModel(Session &session, llvm::StringRef path, std::optional<Stage> from,
                        llvm::ArrayRef<std::string> backends);

/// One table of all problems, and one line per backend.
std::string formatText(const CompileCheck &check, llvm::ArrayRef<std::string> backends);
llvm::json::Object toJson(const CompileCheck &check, llvm::ArrayRef<std::string> backends);

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_COMPILECHECK_H
