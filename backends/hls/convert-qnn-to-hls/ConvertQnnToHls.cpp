//===- ConvertQnnToHls.cpp - The integer core as a dataflow design --------===//
#include "backends/hls/convert-qnn-to-hls/ConvertQnnToHls.h"

#include "backends/hls/Lowering.h"
#include "backends/hls/convert-qnn-to-hls/Converter.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/partition-host/PartitionHost.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace qcompile::hls {

#define GEN_PASS_DEF_CONVERTQNNTOHLS
#include "backends/hls/convert-qnn-to-hls/ConvertQnnToHls.h.inc"

StreamType getStreamType(Type element, int64_t elements) {
  return StreamType::get(element.getContext(), elements, 1, element);
}

StreamType getStreamType(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return getStreamType(type.getElementType(), type.getNumElements());
}

SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;)
    strides[d - 1] = strides[d] * shape[d];
  return strides;
}

//===----------------------------------------------------------------------===//
// The driver
//===----------------------------------------------------------------------===//

LogicalResult Converter::convert(DesignOp design) {
  findLiveOperations();
  Block &block = design.getBody().emplaceBlock();
  builder.setInsertionPointToStart(&block);
  for (BlockArgument argument : core.getArguments())
    streams[argument] = block.addArgument(getStreamType(argument.getType()), argument.getLoc());
  LogicalResult result = success();
  for (Operation &op : core.front().without_terminator())
    if (live.contains(&op) && failed(convertOperation(&op)))
      result = failure();
  if (failed(result))
    return result;
  Operation *terminator = core.front().getTerminator();
  SmallVector<Value> outputs;
  for (Value value : terminator->getOperands())
    outputs.push_back(getStream(value));
  separatePorts(outputs);
  OutputOp::create(builder, terminator->getLoc(), outputs);
  giveOneConsumerEach(block);
  return success();
}

void Converter::findLiveOperations() {
  live.insert(core.front().getTerminator());
  for (Operation &op : llvm::reverse(core.front()))
    if (llvm::any_of(op.getUsers(), [&](Operation *user) { return live.contains(user); }))
      live.insert(&op);
}

LogicalResult Converter::convertOperation(Operation *op) {
  if (done.contains(op) || isa<qnn::ConstantOp>(op))
    return success();
  if (Capability capability = checkOperation(op); !capability.supported)
    return emitError(op->getLoc(), Code::B001) << "node '" << onnx::describe(op) << "': " << capability.reason;
  for (Value operand : op->getOperands())
    if (!getConstant(operand) && !streams.lookup(operand))
      return failure(); // reported at its producer
  if (getActivation(op).activation)
    return convertActivation(op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](qnn::MatMulOp op) { return convertMatMul(op); })
      .Case([&](qnn::ConvOp op) { return convertConv(op); })
      .Case([&](qnn::MaxPoolOp op) { return convertPool(op, "max"); })
      .Case([&](qnn::SumPoolOp op) { return convertPool(op, "sum"); })
      .Case([&](qnn::PadOp op) { return convertPad(op); })
      .Case([&](qnn::ConcatOp op) { return convertConcat(op); })
      .Case<qnn::AddOp, qnn::MulOp>([&](Operation *op) { return convertJoin(op); })
      .Case([&](qnn::TransposeOp op) { return convertTranspose(op); })
      .Case([&](qnn::SliceOp op) { return convertSlice(op); })
      .Case([&](qnn::GatherOp op) { return convertGather(op); })
      .Case([&](qnn::DepthToSpaceOp op) { return convertDepthToSpace(op); })
      .Case([&](qnn::LookupOp op) { return convertLookup(op); })
      .Case([&](qnn::ArgMaxOp op) { return convertArgMax(op); })
      .Case([&](qnn::TopKOp op) { return convertTopK(op); })
      .Case([&](qnn::ReshapeOp op) {
        streams[op.getResult()] = getStream(op.getInput());
        return success();
      })
      .Default([](Operation *op) {
        return emitError(op->getLoc(), Code::B001)
               << "node '" << onnx::describe(op) << "': expected '" << op->getName() << "' to be rewritten before";
      });
}

/// An input that is an output needs a stage between the two ports.
void Converter::separatePorts(SmallVectorImpl<Value> &outputs) {
  for (Value &output : outputs)
    if (isa<BlockArgument>(output))
      output = ConvertWidthOp::create(builder, core.getLoc(), output.getType(), output);
}

/// Words go to every user of a stream by way of duplicates, and nowhere by way of discards.
void Converter::giveOneConsumerEach(Block &block) {
  SmallVector<Value> values(block.getArguments());
  for (Operation &op : block)
    llvm::append_range(values, op.getResults());
  for (Value value : values) {
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : value.getUses())
      uses.push_back(&use);
    llvm::sort(uses, [](OpOperand *a, OpOperand *b) {
      if (a->getOwner() != b->getOwner())
        return a->getOwner()->isBeforeInBlock(b->getOwner());
      return a->getOperandNumber() < b->getOperandNumber();
    });
    builder.setInsertionPointAfterValue(value);
    if (uses.empty())
      DiscardOp::create(builder, value.getLoc(), value);
    for (size_t i = 0; i + 1 < uses.size(); ++i) {
      auto duplicate = DuplicateOp::create(builder, value.getLoc(), value.getType(), value.getType(), value);
      uses[i]->set(duplicate.getFirst());
      value = duplicate.getSecond();
      uses[i + 1]->set(value);
      builder.setInsertionPointAfter(duplicate);
    }
  }
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

ArrayRef<int64_t> Converter::getShape(Value tensor) { return cast<RankedTensorType>(tensor.getType()).getShape(); }

Type Converter::getElement(Value tensor) { return cast<RankedTensorType>(tensor.getType()).getElementType(); }

Value Converter::getStream(Value tensor) {
  if (data::ConstantAttr constant = getConstant(tensor))
    return ConstantOp::create(builder, tensor.getLoc(), getStreamType(tensor.getType()), constant);
  return streams.lookup(tensor);
}

Value Converter::reorder(Location loc, Value stream, const LoopNest &loops) {
  auto type = cast<StreamType>(stream.getType());
  LoopNest nest = loops.simplified();
  if (nest.isIdentity(type.getElements()))
    return stream;
  IntegerAttr listed = nest.listed < 0 ? nullptr : builder.getI64IntegerAttr(nest.listed);
  DenseI64ArrayAttr positions = nest.listed < 0 ? nullptr : builder.getDenseI64ArrayAttr(nest.positions);
  return ReorderOp::create(builder, loc, getStreamType(type.getElementType(), nest.elements()), stream,
                           builder.getI64IntegerAttr(nest.start), builder.getDenseI64ArrayAttr(nest.extents),
                           builder.getDenseI64ArrayAttr(nest.strides), listed, positions);
}

Value Converter::broadcast(Location loc, Value tensor, ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> from = getShape(tensor);
  SmallVector<int64_t> strides = getStrides(from);
  const size_t missing = shape.size() - from.size();
  LoopNest nest;
  for (size_t d = 0; d < shape.size(); ++d)
    addLoop(nest, shape[d], d < missing || from[d - missing] == 1 ? 0 : strides[d - missing]);
  if (shape.empty())
    addLoop(nest, 1, 1);
  return reorder(loc, getStream(tensor), nest);
}

Value Converter::activate(Location loc, Value stream, ActivationInterface activation, int64_t channels, Type element) {
  auto type = cast<StreamType>(stream.getType());
  return ActivateOp::create(builder, loc, getStreamType(element, type.getElements()), stream,
                            builder.getI64IntegerAttr(channels), activation);
}

Value Converter::recode(Location loc, Value stream, Type element) {
  if (cast<StreamType>(stream.getType()).getElementType() == element)
    return stream;
  qnn::Bounds bounds = qnn::getTypeBounds(element);
  auto one = builder.getDenseI64ArrayAttr({1}), zero = builder.getDenseI64ArrayAttr({0});
  auto copy = MultiplyShiftAttr::get(builder.getContext(), one, zero, 0, builder.getStringAttr("FLOOR"), bounds.low,
                                     bounds.high);
  return activate(loc, stream, copy, 1, element);
}

namespace {

struct ConvertQnnToHlsPass : impl::ConvertQnnToHlsBase<ConvertQnnToHlsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto core = module.lookupSymbol<func::FuncOp>(kCore);
    if (!core || core.isExternal() || !core.getBody().hasOneBlock()) {
      emitError(module.getLoc(), Code::P001) << "expected a function '" << kCore << "' with one block";
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
