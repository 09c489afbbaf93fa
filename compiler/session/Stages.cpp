//===- Stages.cpp - The named stages of a compilation ---------------------===//
#include "compiler/session/Stages.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "passes/bound-accumulators/BoundAccumulators.h"
#include "passes/check-operations/CheckOperations.h"
#include "passes/choose-layout/ChooseLayout.h"
#include "passes/convert-onnx-to-qnn/ConvertOnnxToQnn.h"
#include "passes/convert-qnn-to-multithreshold/ConvertQnnToMultithreshold.h"
#include "passes/decompose-weights/DecomposeWeights.h"
#include "passes/equalize-layers/EqualizeLayers.h"
#include "passes/expand-activations/ExpandActivations.h"
#include "passes/expand-channels-last/ExpandChannelsLast.h"
#include "passes/expand-conv-transpose/ExpandConvTranspose.h"
#include "passes/expand-pq/ExpandPq.h"
#include "passes/fit-accumulators/FitAccumulators.h"
#include "passes/fold-constants/FoldConstants.h"
#include "passes/fuse-quantized-operators/FuseQuantizedOperators.h"
#include "passes/lower-padding/LowerPadding.h"
#include "passes/make-circulant/MakeCirculant.h"
#include "passes/normalise-quantization/NormaliseQuantization.h"
#include "passes/partition-host/PartitionHost.h"
#include "passes/product-quantize/ProductQuantize.h"
#include "passes/prune-weights/PruneWeights.h"
#include "passes/quantize-model/QuantizeModel.h"
#include "passes/remove-dead-channels/RemoveDeadChannels.h"
#include "passes/select-requantization/SelectRequantization.h"
#include "passes/write-qdq/WriteQdq.h"
#include "passes/write-qonnx/WriteQonnx.h"

using namespace mlir;

namespace qcompile {

static constexpr std::pair<Stage, llvm::StringLiteral> kStages[] = {
    {Stage::Import, "import"},       {Stage::Shapes, "shapes"},     {Stage::Fold, "fold"},
    {Stage::Normalise, "normalise"}, {Stage::Compress, "compress"}, {Stage::Integer, "integer"},
    {Stage::Bound, "bound"},         {Stage::Target, "target"},     {Stage::Emit, "emit"}};

llvm::StringRef getStageName(Stage stage) { return kStages[size_t(stage)].second; }

std::optional<Stage> parseStage(StringRef name) {
  for (auto [stage, text] : kStages)
    if (text == name)
      return stage;
  return std::nullopt;
}

std::string listStages() {
  std::string out;
  for (auto [stage, text] : kStages)
    out += (out.empty() ? "" : ", ") + text.str();
  return out;
}

void populateStagePipeline(OpPassManager &pm, Stage stage) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  switch (stage) {
  case Stage::Fold:
    functions.addPass(createFoldConstants());
    break;
  case Stage::Normalise:
    functions.addPass(createNormaliseQuantization());
    functions.addPass(createExpandChannelsLast());
    functions.addPass(createExpandActivations());
    functions.addPass(createCheckOperations());
    break;
  case Stage::Integer:
    functions.addPass(createConvertOnnxToQnn());
    functions.addPass(createCanonicalizerPass());
    functions.addPass(createCSEPass());
    break;
  case Stage::Bound:
    functions.addPass(createBoundAccumulators());
    break;
  default:
    // Shapes are inferred by the frontend; compression passes run on request only.
    break;
  }
}

void registerStagePipelines() {
  static PassPipelineRegistration<> fold("fold-pipeline", "stage fold",
                                         [](OpPassManager &pm) { populateStagePipeline(pm, Stage::Fold); });
  static PassPipelineRegistration<> normalise("normalise-pipeline", "stage normalise",
                                              [](OpPassManager &pm) { populateStagePipeline(pm, Stage::Normalise); });
  static PassPipelineRegistration<> integer("integer-pipeline", "stage integer",
                                            [](OpPassManager &pm) { populateStagePipeline(pm, Stage::Integer); });
  static PassPipelineRegistration<> bound("bound-pipeline", "stage bound",
                                          [](OpPassManager &pm) { populateStagePipeline(pm, Stage::Bound); });
  static PassPipelineRegistration<> all(
      "integer-form-pipeline", "stages fold to bound: from a model as written to its integer form",
      [](OpPassManager &pm) {
        for (Stage stage : {Stage::Fold, Stage::Normalise, Stage::Integer, Stage::Bound})
          populateStagePipeline(pm, stage);
      });
}

void registerPasses() {
  registerBoundAccumulators();
  registerCheckOperations();
  registerChooseLayout();
  registerConvertOnnxToQnn();
  registerConvertQnnToMultithreshold();
  registerDecomposeWeights();
  registerEqualizeLayers();
  registerExpandConvTranspose();
  registerExpandPq();
  registerFitAccumulators();
  registerFoldConstants();
  registerFuseQuantizedOperators();
  registerLowerPadding();
  registerExpandActivations();
  registerExpandChannelsLast();
  registerMakeCirculant();
  registerNormaliseQuantization();
  registerPartitionHost();
  registerProductQuantize();
  registerPruneWeights();
  registerRemoveDeadChannels();
  registerQuantizeModel();
  registerSelectRequantization();
  registerWriteQdq();
  registerWriteQonnx();
}

} // namespace qcompile
