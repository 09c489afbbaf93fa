//===- CompileCheck.cpp - Will a model compile ----------------------------===//
#include "compiler/inspect/CompileCheck.h"

#include <tuple>

#include "compiler/inspect/TextTable.h"
#include "dialects/diagnostics/Occurrences.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::inspect {

std::vector<Problem> joinProblems(ArrayRef<Diagnostic> diagnostics) {
  std::vector<Problem> out;
  for (const Diagnostic &diagnostic : diagnostics) {
    Occurrences parts = splitOccurrences(diagnostic.message, diagnostic.node);
    auto same = find_if(out, [&](const Problem &p) { return p.code == diagnostic.code && p.problem == parts.problem; });
    if (same == out.end())
      out.push_back({diagnostic.code, parts.problem.str(), parts.count, diagnostic.node});
    else
      same->count += parts.count;
  }
  llvm::sort(out, [](const Problem &a, const Problem &b) {
    return std::tie(b.count, a.code, a.problem) < std::tie(a.count, b.code, b.problem);
  });
  return out;
}

static void countOperations(Session &session, CompileCheck &check) {
  session.module().walk([&](mlir::Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    bool constant = op->getNumOperands() == 0;
    check.integerOperations += dialect == "qnn" && !constant;
    check.floatOperations += dialect == "onnx" && !constant;
  });
}

/// The backend's name is in the table already, and in front of its reasons.
static void shorten(Problem &problem, StringRef backend) {
  StringRef rest = problem.problem;
  if (rest.consume_front(("backend '" + backend + "' does not support ").str()))
    problem.problem = rest.str();
}

CompileCheck checkModel(Session &session, StringRef path, std::optional<Stage> from, ArrayRef<std::string> backends) {
  CompileCheck check;
  std::vector<Diagnostic> errors;
  auto pass = session.onDiagnostic;
  session.onDiagnostic = [&](const Diagnostic &diagnostic) {
    if (diagnostic.severity == Diagnostic::Severity::Error)
      errors.push_back(diagnostic);
    else if (pass)
      pass(diagnostic);
  };
  // Operators that cannot be read were left out, so that all else was looked at.
  if (session.load(path, from) && errors.empty() && session.runTo(std::max(session.stage(), Stage::Bound))) {
    countOperations(session, check);
    for (const std::string &backend : backends) {
      BackendCheck &entry =
          check.backends.emplace_back(BackendCheck{backend, joinProblems(session.findObstacles(backend))});
      for (Problem &problem : entry.problems)
        shorten(problem, backend);
    }
  }
  check.problems = joinProblems(errors);
  session.onDiagnostic = std::move(pass);
  return check;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static void addRows(TextTable &table, StringRef backend, ArrayRef<Problem> problems) {
  for (const Problem &problem : problems)
    table.add({backend.str(), problem.code, std::to_string(problem.count), problem.first.empty() ? "-" : problem.first,
               problem.problem});
}

std::string formatText(const CompileCheck &check, ArrayRef<std::string> backends) {
  std::string out;
  raw_string_ostream os(out);
  TextTable table({"backend", "code", "count", "first", "problem"}, {true, true, false, true, true});
  addRows(table, "all", check.problems);
  for (const BackendCheck &backend : check.backends)
    addRows(table, backend.name, backend.problems);
  if (table.size() > 0) {
    table.print(os);
    os << "\n";
  }
  for (const std::string &name : backends) {
    auto backend = find_if(check.backends, [&](const BackendCheck &b) { return b.name == name; });
    bool compiles = backend != check.backends.end() && check.compilesFor(*backend);
    os << name << ": " << (compiles ? "compiles" : "does not compile");
    if (compiles)
      os << ", " << check.integerOperations << " integer and " << check.floatOperations << " float operations";
    os << "\n";
  }
  return out;
}

static json::Array toJson(ArrayRef<Problem> problems) {
  json::Array out;
  for (const Problem &problem : problems)
    out.push_back(json::Object{
        {"code", problem.code}, {"problem", problem.problem}, {"count", problem.count}, {"first", problem.first}});
  return out;
}

json::Object toJson(const CompileCheck &check, ArrayRef<std::string> backends) {
  json::Array list;
  for (const std::string &name : backends) {
    auto backend = find_if(check.backends, [&](const BackendCheck &b) { return b.name == name; });
    bool known = backend != check.backends.end();
    list.push_back(json::Object{{"name", name},
                                {"compiles", known && check.compilesFor(*backend)},
                                {"problems", toJson(known ? backend->problems : std::vector<Problem>())}});
  }
  return json::Object{{"problems", toJson(check.problems)},
                      {"backends", std::move(list)},
                      {"integer_operations", check.integerOperations},
                      {"float_operations", check.floatOperations}};
}

} // namespace qcompile::inspect
