//===- Comparison.h - One model on two sides --------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPARISON_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPARISON_H

#include "compiler/backend/Backend.h"
#include "compiler/session/Session.h"
#include "llvm/ADT/StringMap.h"

namespace qcompile::tool {

/// A tensor that both sides have, and how it differs.
struct TensorRow {
  std::string name;
  int64_t elements = 0, differing = 0;
  double worst = 0;
  size_t firstBatch = 0; ///< the first batch that differs, where one does
};

/// Runs a model on two sides, each a stage that the reference evaluates or a backend. Tensors are compared by
/// name where both sides are evaluated, outputs where one is a backend.
class Comparison {
public:
  /// `options` are those of both sides but for the backend, `backends` are from another session, and `names` are those
  /// of stages or backends.
  Comparison(SessionOptions options, Session &backends, const std::string (&names)[2]);

  /// Called for every diagnostic of the sides.
  std::function<void(const Diagnostic &)> onDiagnostic;

  /// Reads and compiles the model for a side, in a session of its own: the sides do not see each other.
  bool load(int side, llvm::StringRef path, std::optional<Stage> from);
  llvm::Error run(int side, llvm::ArrayRef<Executable::Tensors> batches);

  Executable &executable(int side) { return *sides[side].executable; }
  Session &session(int side) { return *sides[side].session; }

  /// After both sides have run: the tensors in the order of side 0.
  std::vector<TensorRow> compare() const;

private:
  struct Side {
    std::string name;
    std::unique_ptr<Session> session;
    std::unique_ptr<Executable> executable;
    /// One per batch: codes where the tensor has an integer representation, else floats.
    llvm::StringMap<std::vector<runtime::Tensor>> tensors;
    std::vector<std::string> order;
  };
  bool prepareReference(Side &side, Stage stage);

  SessionOptions options;
  Session &backends;
  Side sides[2];
};

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPARISON_H
