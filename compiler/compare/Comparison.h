//===- Comparison.h - Two runs, tensor by tensor ----------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPARE_COMPARISON_H
#define QCOMPILE_COMPILER_COMPARE_COMPARISON_H

#include "compiler/compare/Judge.h"
#include "compiler/session/Session.h"

namespace qcompile::compare {

/// What runs on a side: a model at a stage that the reference evaluates, or on a backend.
struct SideSpec {
  std::string name;          ///< of the stage or backend
  std::string model;         ///< a file
  std::optional<Stage> from; ///< where the file is the text of a stage
};

/// Where the other side departs from the exact reading.
struct Departure {
  std::string tensor;
  std::vector<std::string> nodes; ///< one of these computes something else; the last one computes the tensor
  size_t batch = 0;               ///< the first one in which it does
};

/// Compares two sides: stages or backends of one model or of two, or a model and what another program recorded of it.
/// Tensors are compared by name where both sides have them, outputs where one is a backend.
class Comparison {
public:
  /// `options` are those of both sides but for the backend, `backends` are from another session.
  Comparison(SessionOptions options, Session &backends);

  /// Called for every diagnostic of the sides.
  std::function<void(const Diagnostic &)> onDiagnostic;

  /// Reads and compiles the model of a side, in a session of its own: the sides do not see each other.
  bool load(int side, const SideSpec &spec);
  /// Inputs of side 0; side 1 takes the same samples in its own batches. The error says what both have where these do
  /// not fit.
  llvm::Error setInputs(int side, const InputBatches &inputs);
  llvm::Error run(int side);
  /// What side 1 has without a run.
  void setRecording(Trace trace) { sides[1].trace = std::move(trace); }

  Executable &executable(int side) { return *sides[side].executable; }
  Session &session(int side) { return *sides[side].session; }
  const Trace &trace(int side) const { return sides[side].trace; }
  /// Whether the side is evaluated as the model is written: such a side is not judged.
  bool isReading(int side) const;
  const InputBatches &inputs(int side) const { return sides[side].inputs; }

  /// After both sides have run: the tensors in the order of side 0. Why a tensor that both have is not compared is told
  /// to `note`.
  std::vector<TensorRow> compare(llvm::function_ref<void(const std::string &)> note);

  /// Judges the differences of one side by the exact reading of the model of the other one, and names the nodes in
  /// `rows`. The error says why that cannot be done.
  llvm::Error judge(int judged, std::vector<TensorRow> &rows);
  /// After `judge`: the first tensor that departs.
  const std::optional<Departure> &departure() const { return found; }
  /// After `judge`, where it succeeded.
  Judge &reading() { return *judgeOfRows; }

private:
  struct Side {
    SideSpec spec;
    std::unique_ptr<Session> session;
    std::unique_ptr<Executable> executable;
    bool isReference = false;
    InputBatches inputs;
    Trace trace;
  };
  bool prepareReference(Side &side, Stage stage);
  llvm::Expected<Session *> getReadingSession(Side &side);
  void alignCodes();

  SessionOptions options;
  Session &backends;
  Side sides[2];
  std::unique_ptr<Session> readingSession; ///< where no side is at the `onnx` level
  std::optional<Judge> judgeOfRows;
  std::optional<Departure> found;
};

} // namespace qcompile::compare

#endif // QCOMPILE_COMPILER_COMPARE_COMPARISON_H
