//===- ConvertQnnToHls.cpp - The integer core as a dataflow design --------===//
#include "backends/hls/convert-qnn-to-hls/ConvertQnnToHls.h"

#include "backends/hls/Lowering.h"
#include "backends/hls/dialect/HlsDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/partition-host/PartitionHost.h"

using namespace mlir;

namespace qcompile::hls {

#define GEN_PASS_DEF_CONVERTQNNTOHLS
#include "backends/hls/convert-qnn-to-hls/ConvertQnnToHls.h.inc"

namespace {

InFlightDiagnostic nodeError(Operation *op, Code code) {
  return emitError(op->getLoc(), code) << "node '" << onnx::describe(op) << "': ";
}

/// A stream of the tensor's elements, one per clock.
StreamType getStreamType(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return StreamType::get(type.getContext(), type.getNumElements(), 1, type.getElementType());
}

/// An activation and the number of consecutive elements after which its channels repeat.
struct PeriodicActivation {
  ActivationAttr activation;
  int64_t period;
};

/// Repeats rows so that element i of a stream belongs to row i % rows.
PeriodicActivation getActivation(qnn::ThresholdOp op) {
  auto type = cast<RankedTensorType>(op.getInput().getType());
  int64_t axis = op.getAxis(), inner = 1;
  for (int64_t d = axis + 1; d < type.getRank(); ++d)
    inner *= type.getDimSize(d);
  int64_t period = inner * (type.getRank() ? type.getDimSize(axis) : 1);
  auto activation = ActivationAttr::get(op.getContext(), op.getThresholds(), op.getDirectionsAttr(),
                                        int64_t(op.getLow()), int64_t(op.getStep()));
  if (activation.getRows() > 1)
    activation = selectRows(activation, period, [&](int64_t i) { return i / inner; });
  return {activation, period};
}

class Converter {
public:
  Converter(func::FuncOp core, OpBuilder &builder) : core(core), builder(builder) {}

  LogicalResult convert(DesignOp design) {
    findLiveOperations();
    Block &block = design.getBody().emplaceBlock();
    builder.setInsertionPointToStart(&block);
    LogicalResult result = success();
    for (BlockArgument argument : core.getArguments()) {
      streams[argument] = block.addArgument(getStreamType(argument.getType()), argument.getLoc());
      if (argument.use_empty()) {
        emitError(core.getLoc(), Code::B001)
            << "input " << argument.getArgNumber() << " of the integer core is not used";
        result = failure();
      }
    }
    for (Operation &op : core.front().without_terminator())
      if (live.contains(&op) && failed(convertOperation(&op)))
        result = failure();
    if (failed(result))
      return result;
    Operation *terminator = core.front().getTerminator();
    SmallVector<Value> outputs;
    for (Value value : terminator->getOperands())
      outputs.push_back(streams.lookup(value));
    separatePorts(outputs);
    OutputOp::create(builder, terminator->getLoc(), outputs);
    insertDuplicates(block);
    return success();
  }

private:
  void findLiveOperations() {
    live.insert(core.front().getTerminator());
    for (Operation &op : llvm::reverse(core.front()))
      if (llvm::any_of(op.getUsers(), [&](Operation *user) { return live.contains(user); }))
        live.insert(&op);
  }

  LogicalResult convertOperation(Operation *op) {
    if (done.contains(op))
      return success();
    if (auto matmul = dyn_cast<qnn::MatMulOp>(op))
      return convertMatMul(matmul);
    if (isa<qnn::ConstantOp>(op))
      return success(); // its users take it, or refuse it
    Capability capability = checkOperation(op);
    if (!capability.supported)
      return nodeError(op, Code::B001) << capability.reason;
    Value input = streams.lookup(op->getOperand(0));
    if (!input)
      return failure(); // reported at its producer
    if (auto threshold = dyn_cast<qnn::ThresholdOp>(op))
      return convertThreshold(threshold, input);
    streams[op->getResult(0)] = input;
    return success();
  }

  LogicalResult convertThreshold(qnn::ThresholdOp op, Value input) {
    auto [activation, period] = getActivation(op);
    streams[op.getResult()] = ThresholdOp::create(
        builder, op.getLoc(), getStreamType(op.getResult().getType()), input,
        builder.getI64IntegerAttr(period), builder.getI64IntegerAttr(1), activation);
    return success();
  }

  LogicalResult convertMatMul(qnn::MatMulOp op) {
    Capability capability = checkOperation(op);
    if (!capability.supported)
      return nodeError(op, Code::B001) << capability.reason;
    Value input = streams.lookup(op.getLhs());
    if (!input)
      return failure(); // reported at its producer
    data::ConstantAttr weights = getConstant(op.getRhs());
    Type element = cast<StreamType>(input.getType()).getElementType();
    qnn::Bounds bounds = *getSumBounds(element, weights); // exist: checked above
    if (isa<qnn::BipolarType>(element) && isa<qnn::BipolarType>(weights.getType().getElementType()))
      bounds = qnn::Bounds{0, weights.getType().getDimSize(0)}; // counts of equal signs
    Value result = op.getResult();
    ActivationAttr activation = absorbThreshold(result, weights.getType().getDimSize(1));
    Type accumulator = qnn::getCodeType(op.getContext(), bounds.narrowestType());
    IntegerAttr one = builder.getI64IntegerAttr(1);
    streams[result] = MatrixVectorOp::create(
        builder, op.getLoc(), getStreamType(result.getType()), input, weights, /*pe=*/one,
        /*simd=*/one, TypeAttr::get(accumulator), builder.getStringAttr("lut"),
        builder.getStringAttr("block"), activation);
    return success();
  }

  /// If thresholds alone use `value`, possibly under another shape, and their channels repeat
  /// within `outputs` elements: their activation. `value` becomes their result.
  ActivationAttr absorbThreshold(Value &value, int64_t outputs) {
    SmallVector<Operation *> path;
    Value current = value;
    while (current.hasOneUse()) {
      Operation *user = *current.getUsers().begin();
      path.push_back(user);
      auto threshold = dyn_cast<qnn::ThresholdOp>(user);
      if (!threshold && !isFreeRearrangement(user))
        return nullptr;
      current = user->getResult(0);
      if (!threshold)
        continue;
      auto [activation, period] = getActivation(threshold);
      if (activation.getRows() > 1 && outputs % period)
        return nullptr;
      if (activation.getRows() > 1 && outputs != period)
        activation = selectRows(activation, outputs, [&](int64_t i) { return i % period; });
      done.insert(path.begin(), path.end());
      value = current;
      return activation;
    }
    return nullptr;
  }

  /// An input that is an output needs a stage between the two ports.
  void separatePorts(SmallVector<Value> &outputs) {
    for (Value &output : outputs)
      if (isa<BlockArgument>(output))
        output = ConvertWidthOp::create(builder, core.getLoc(), output.getType(), output);
  }

  void insertDuplicates(Block &block) {
    SmallVector<Value> values(block.getArguments());
    for (Operation &op : block)
      llvm::append_range(values, op.getResults());
    for (Value value : values) {
      SmallVector<OpOperand *> uses;
      for (Operation &op : block)
        for (OpOperand &operand : op.getOpOperands())
          if (operand.get() == value)
            uses.push_back(&operand);
      builder.setInsertionPointAfterValue(value);
      while (uses.size() > 1) {
        auto duplicate =
            DuplicateOp::create(builder, value.getLoc(), value.getType(), value.getType(), value);
        uses.front()->set(duplicate.getFirst());
        uses.erase(uses.begin());
        value = duplicate.getSecond();
        uses.front()->set(value);
        builder.setInsertionPointAfter(duplicate);
        if (uses.size() == 1)
          break;
      }
    }
  }

  func::FuncOp core;
  OpBuilder &builder;
  DenseMap<Value, Value> streams;
  DenseSet<Operation *> live, done;
};

struct ConvertQnnToHlsPass : impl::ConvertQnnToHlsBase<ConvertQnnToHlsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto core = module.lookupSymbol<func::FuncOp>(kCore);
    if (!core || core.isExternal() || !core.getBody().hasOneBlock()) {
      emitError(module.getLoc(), Code::P001)
          << "expected a function '" << kCore << "' with one block";
      return signalPassFailure();
    }
    OpBuilder builder(core->getBlock(), std::next(core->getIterator()));
    auto design = DesignOp::create(builder, core.getLoc(), builder.getStringAttr(kDesign),
                                   FlatSymbolRefAttr::get(core.getSymNameAttr()));
    if (failed(Converter(core, builder).convert(design)))
      signalPassFailure();
  }
};

} // namespace
} // namespace qcompile::hls
