//===- KernelPlanner.cpp - Chooses kernels and layouts --------------------===//
#include "backends/cpu/lower-to-kernels/KernelPlanner.h"

#include "backends/cpu/KernelSupport.h"
#include "backends/cpu/lower-to-kernels/PlannerHelpers.h"
#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/data/ElementStorage.h"

using namespace mlir;

namespace qcompile::cpu {

//===----------------------------------------------------------------------===//
// Buffers and steps
//===----------------------------------------------------------------------===//

unsigned KernelPlanner::addBuffer(Buffer::Kind kind, uint64_t at, uint64_t size) {
  unsigned step = result.steps.size();
  result.buffers.push_back({kind, at, size, step, step});
  return result.buffers.size() - 1;
}

/// Extends the buffer's life to the step that is added next.
BufferArgument KernelPlanner::use(unsigned buffer) {
  result.buffers[buffer].lastStep = result.steps.size();
  return {buffer};
}

Step &KernelPlanner::addStep(Location location, StringRef callee, ArrayRef<Argument> arguments) {
  Step step(location);
  step.callee = callee.str();
  step.arguments.append(arguments.begin(), arguments.end());
  result.steps.push_back(std::move(step));
  return result.steps.back();
}

ParameterArgument KernelPlanner::format(const qcrt_format &format) {
  return {image.add(ArrayRef(reinterpret_cast<const uint8_t *>(&format), sizeof(format)))};
}

FailureOr<ParameterArgument> KernelPlanner::parameters(Operation *op, const Block &block) {
  if (!block.ok())
    return fail(op, toStringRef(block.status().message()));
  return ParameterArgument{image.add(*block)};
}

//===----------------------------------------------------------------------===//
// Where values are
//===----------------------------------------------------------------------===//

uint64_t KernelPlanner::storageSize(Value value, const Storage &storage) {
  return getNumElements(value) / storage.n * qcrt_row_bytes(&storage.format, storage.n);
}

/// The first product in the block that uses the value, also through reshapes (which keep the order of
/// elements, so that the storage of both sides is the same).
static qnn::MatMulOp findProduct(Value value) {
  qnn::MatMulOp first;
  for (Operation *user : value.getUsers()) {
    auto product = dyn_cast<qnn::MatMulOp>(user);
    if (product && product.getLhs() != value)
      continue;
    if (auto reshape = dyn_cast<qnn::ReshapeOp>(user))
      product = findProduct(reshape.getResult());
    if (product && (!first || product->isBeforeInBlock(first)))
      first = product;
  }
  return first;
}

/// What the first product wants; else plain integers.
Storage KernelPlanner::demandOf(Value value) {
  if (qnn::MatMulOp product = findProduct(value))
    return {matmulPlans.lookup(product).activations, getRowLength(product.getLhs())};
  return {runtime::IntegerFormat(getDataType(value)), getRowLength(value)};
}

/// The demanded storage, with rows that hold whole periods.
Storage KernelPlanner::chooseStorage(Value value, int64_t period) {
  Storage storage = demandOf(value);
  if (storage.n % period != 0)
    storage.n = period;
  return storage;
}

const KernelPlanner::Placement *KernelPlanner::findPlacement(Value value, bool dense) {
  auto it = placements.find(value);
  if (it == placements.end())
    return nullptr;
  for (const Placement &placement : it->second)
    if ((placement.storage.n == 0) == dense)
      return &placement;
  return nullptr;
}

/// The buffer for a value that is about to be computed as dense containers: an output of the network
/// where it is one.
unsigned KernelPlanner::denseResult(Value value) {
  unsigned buffer;
  if (auto it = outputBuffers.find(value); it != outputBuffers.end()) {
    buffer = it->second;
    outputBuffers.erase(it);
  } else {
    buffer = addWorkspace(getNumElements(value) * getDataType(value).ContainerSize());
  }
  placements[value].push_back({buffer, {}});
  return buffer;
}

unsigned KernelPlanner::loadCodes(Value value, unsigned containers, const Storage &storage,
                                  Location location) {
  runtime::DataType type = getDataType(value);
  bool isBipolar = type.kind == runtime::TypeKind::kBipolar;
  bool isSigned = isBipolar || type.kind == runtime::TypeKind::kSigned;
  unsigned buffer = addWorkspace(storageSize(value, storage));
  addStep(location, "qcrt_load_codes",
          {use(containers), i32(type.ContainerSize()), i32(isSigned), i64(type.MinValue()),
           i64(type.MaxValue()), i64(isBipolar ? 2 : 1), format(storage.format), use(buffer),
           i64(getNumElements(value) / storage.n), i64(storage.n)})
      .checksInput = true;
  placements[value].push_back({buffer, storage});
  return buffer;
}

/// The value in the given storage, converted where it is not there yet.
unsigned KernelPlanner::ensure(Value value, const Storage &storage, Location location) {
  for (const Placement &placement : placements[value])
    if (placement.storage.n != 0 && placement.storage == storage)
      return placement.buffer;
  const Placement *stored = findPlacement(value, /*dense=*/false);
  if (!stored)
    return loadCodes(value, findPlacement(value, /*dense=*/true)->buffer, storage, location);
  Placement from = *stored;
  unsigned buffer = addWorkspace(storageSize(value, storage));
  addStep(location, "qcrt_convert",
          {format(from.storage.format), use(from.buffer),
           i64(getNumElements(value) / from.storage.n), i64(from.storage.n),
           format(storage.format), use(buffer), i64(storage.n)});
  placements[value].push_back({buffer, storage});
  return buffer;
}

unsigned KernelPlanner::ensureDense(Value value, Location location) {
  if (const Placement *placement = findPlacement(value, /*dense=*/true))
    return placement->buffer;
  Placement from = *findPlacement(value, /*dense=*/false);
  unsigned buffer = denseResult(value);
  addStep(location, "qcrt_store_codes",
          {format(from.storage.format), use(from.buffer), use(buffer),
           i32(getDataType(value).ContainerSize()),
           i64(getNumElements(value) / from.storage.n), i64(from.storage.n)});
  return buffer;
}

/// Plain integers as they are there already or would be loaded, with rows of whole periods.
Storage KernelPlanner::integerStorage(Value value, int64_t preferredLength, int64_t period) {
  for (const Placement &placement : placements[value])
    if (placement.storage.n != 0 && isInteger(placement.storage.format)) {
      bool fits = placement.storage.n == preferredLength ||
                  (preferredLength == 0 && placement.storage.n % period == 0);
      if (fits)
        return placement.storage;
    }
  qcrt_format format = runtime::IntegerFormat(getDataType(value));
  for (const Placement &placement : placements[value])
    if (placement.storage.n != 0 && isInteger(placement.storage.format))
      format = placement.storage.format;
  if (preferredLength != 0)
    return {format, preferredLength};
  int64_t row = getRowLength(value);
  return {format, row % period == 0 ? row : period};
}

//===----------------------------------------------------------------------===//
// The whole function
//===----------------------------------------------------------------------===//

static LogicalResult addPort(func::FuncOp main, Type type, StringAttr name, const Twine &otherwise,
                             std::vector<runtime::Port> &ports) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<runtime::DataType> element =
      tensor ? data::getDataType(tensor.getElementType()) : std::nullopt;
  std::string text = name ? name.getValue().str() : otherwise.str();
  if (!element || !tensor.hasStaticShape())
    return emitError(main.getLoc(), Code::B002)
           << "expected a static shape and a numeric element type for '" << text << "', found "
           << type;
  ports.push_back({text, *element, {tensor.getShape().begin(), tensor.getShape().end()}});
  return success();
}

LogicalResult KernelPlanner::addPorts() {
  for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
    if (failed(addPort(main, type, main.getArgAttrOfType<StringAttr>(index, kPortNameAttr),
                       "input" + Twine(index), inputs)))
      return failure();
  for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
    if (failed(addPort(main, type, main.getResultAttrOfType<StringAttr>(index, kPortNameAttr),
                       "output" + Twine(index), outputs)))
      return failure();
  return success();
}

LogicalResult KernelPlanner::addOutputs() {
  Operation *terminator = main.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    unsigned from = ensureDense(value, terminator->getLoc());
    const Buffer &buffer = result.buffers[from];
    if (buffer.kind == Buffer::Kind::Output && buffer.at == index)
      continue;
    unsigned to = addBuffer(Buffer::Kind::Output, index);
    uint64_t size = getNumElements(value) * getDataType(value).ContainerSize();
    addStep(terminator->getLoc(), "memcpy", {use(to), use(from), i64(size)});
  }
  return success();
}

FailureOr<KernelPlan> KernelPlanner::plan() {
  if (failed(addPorts()))
    return failure();
  for (Operation &op : main.front())
    if (auto matmul = dyn_cast<qnn::MatMulOp>(op)) {
      absl::StatusOr<runtime::MatmulPlan> plan = selectMatMul(matmul);
      if (!plan.ok())
        return fail(&op, toStringRef(plan.status().message()));
      matmulPlans[&op] = *plan;
    }
  for (auto [index, argument] : llvm::enumerate(main.getArguments()))
    placements[argument].push_back({addBuffer(Buffer::Kind::Input, index), {}});
  for (auto [index, value] : llvm::enumerate(main.front().getTerminator()->getOperands()))
    if (value.getDefiningOp() && !isConstant(value.getDefiningOp()) &&
        !outputBuffers.count(value))
      outputBuffers[value] = addBuffer(Buffer::Kind::Output, index);
  for (Operation &op : main.front().without_terminator())
    if (failed(addOperation(&op)))
      return failure();
  if (failed(addOutputs()))
    return failure();
  result.image = image.finish(inputs, outputs);
  placeBuffers(result);
  return std::move(result);
}

} // namespace qcompile::cpu
