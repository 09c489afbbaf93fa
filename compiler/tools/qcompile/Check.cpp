//===- Check.cpp - qcompile check -----------------------------------------===//
#include "compiler/inspect/CompileCheck.h"
#include "compiler/session/Manifest.h"
#include "compiler/tools/qcompile/Commands.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::tool {

/// The backends that were asked for, or all.
static std::vector<std::string> getBackends(Session &session, const Options &options) {
  if (!options.backends.empty())
    return options.backends;
  std::vector<std::string> names;
  for (const BackendRegistry::Entry &entry : session.backends().entries())
    names.push_back(entry.backend->name().str());
  return names;
}

/// Backends that were named must all take the model; where none was, one that does is enough.
static bool isFine(const inspect::CompileCheck &check, const Options &options) {
  auto compiles = [&](const inspect::BackendCheck &backend) { return check.compilesFor(backend); };
  if (check.backends.empty())
    return false;
  return options.backends.empty() ? any_of(check.backends, compiles) : all_of(check.backends, compiles);
}

int checkModel(Session &session, const Options &options, Messages &messages) {
  std::vector<std::string> backends = getBackends(session, options);
  for (const std::string &name : backends)
    if (!session.backends().find(name)) {
      session.fail(Outcome::Usage, Code::B003, "unknown backend '" + name + "'; qcompile list-backends lists them");
      return int(session.outcome());
    }
  inspect::CompileCheck check = inspect::checkModel(session, options.model, options.compileFrom, backends);
  Outcome outcome = session.outcome();
  if (outcome == Outcome::FileSystem || outcome == Outcome::Usage) {
    for (const inspect::Problem &problem : check.problems)
      messages.diagnostic({Diagnostic::Severity::Error, problem.code, "", problem.first, problem.problem});
    return int(outcome);
  }
  if (options.json) {
    outs() << formatJson(inspect::toJson(check, backends));
  } else {
    if (!session.importReport().sha256.empty())
      messages.describe(session.importReport(), sys::path::filename(options.model));
    outs() << inspect::formatText(check, backends);
  }
  if (outcome != Outcome::Success)
    return int(outcome);
  return isFine(check, options) ? 0 : int(Outcome::Unsupported);
}

} // namespace qcompile::tool
