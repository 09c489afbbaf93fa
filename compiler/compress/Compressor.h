//===- Compressor.h - Steps on a model, and what becomes of it --*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_COMPRESSOR_H
#define QCOMPILE_COMPILER_COMPRESS_COMPRESSOR_H

#include "compiler/compress/ModelCost.h"
#include "compiler/compress/Recipe.h"
#include "compiler/io/InputBatches.h"
#include "compiler/session/Session.h"

namespace qcompile::compress {

/// What a step did.
struct StepResult {
  Step step;
  std::vector<LayerReport> reports; ///< of the layers that it compressed
  ModelCost cost;                   ///< of the model behind it
  std::string model;                ///< the ONNX file behind it
};

/// A model behind all steps. `error` is empty where that worked; `outcome` then is Success.
struct CompressedModel {
  std::string model; ///< the ONNX file
  ModelCost cost;
  std::vector<StepResult> steps;
  std::string error; ///< the first error, without its code
  Outcome outcome = Outcome::Success;
};

/// Runs steps on one model, each time from its file and in a session of its own: a result depends on its steps only.
class Compressor {
public:
  /// `host` is a session that has loaded the model at `path`; its options and backends are used.
  Compressor(Session &host, std::string path) : host(host), path(std::move(path)) {}

  /// Brings the model to stage normalise and runs `steps`. `calibration` are settings for passes that take samples.
  /// Models of single steps are kept where `keepModels` is set. Diagnostics go to `onDiagnostic`, where given.
  CompressedModel run(llvm::ArrayRef<Step> steps, llvm::ArrayRef<std::string> calibration, bool keepModels,
                      const std::function<void(const Diagnostic &)> &onDiagnostic = nullptr) const;

  /// The outputs of an ONNX file that this object made, all samples along the first dimension: on the cpu backend where
  /// every operation becomes integer, by the reference evaluator otherwise. Both give the same numbers.
  llvm::Expected<std::vector<runtime::Tensor>> computeOutputs(llvm::StringRef model, const InputBatches &inputs) const;

private:
  Session &host;
  std::string path;
};

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_COMPRESSOR_H
