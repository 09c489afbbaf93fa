//===- KernelPlanner.cpp - Chooses kernels and layouts --------------------===//
#include "backends/cpu/lower-to-kernels/KernelPlanner.h"

#include "backends/cpu/KernelSupport.h"
#include "backends/cpu/lower-to-kernels/PlannerHelpers.h"
#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/HeldConstant.h"
#include "runtime/artifact/artifact.h"

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
  int64_t count = getNumElements(value);
  if (getDataType(value).IsFloat())
    return count * getDataType(value).ContainerSize();
  int64_t n = storage.isDense() ? count : storage.n;
  return count / n * qcrt_row_bytes(&storage.format, n);
}

/// How `user` wants the value stored. Reshapes keep the order of
/// elements, so that the storage of both sides is the same.
Storage KernelPlanner::demandOf(Operation *user, Value value) {
  if (auto product = dyn_cast<qnn::MatMulOp>(user); product && matmulPlans.count(user))
    return getRowStorage(matmulPlans[user].activations, getRowLength(value));
  if (convPlans.count(user))
    return getRowStorage(convPlans[user].in, getRowLength(value));
  if (pqPlans.count(user))
    return getRowStorage(pqPlans[user].input, getRowLength(value));
  return getContainers(value);
}

/// What all users want, with rows that hold whole periods; else dense containers.
Storage KernelPlanner::chooseStorage(Value value, int64_t period) {
  std::optional<Storage> common;
  SmallVector<Value> same = {value};
  while (!same.empty()) {
    Value next = same.pop_back_val();
    for (Operation *user : next.getUsers()) {
      if (auto reshape = dyn_cast<qnn::ReshapeOp>(user)) {
        same.push_back(reshape.getResult());
        continue;
      }
      Storage demand = demandOf(user, next);
      if (common && !(*common == demand))
        return getContainers(value);
      common = demand;
    }
  }
  bool fits = common && (common->isDense() || common->n % period == 0);
  return fits ? *common : getContainers(value);
}

/// The buffer for a value that is about to be computed: an output of the network where it is one.
unsigned KernelPlanner::place(Value value, const Storage &storage) {
  unsigned buffer;
  auto it = outputBuffers.find(value);
  if (it != outputBuffers.end() && storage == getContainers(value)) {
    buffer = it->second;
    outputBuffers.erase(it);
  } else {
    buffer = addWorkspace(storageSize(value, storage));
  }
  placements[value].push_back({buffer, storage});
  return buffer;
}

unsigned KernelPlanner::convert(Value value, unsigned from, const Storage &fromStorage, const Storage &storage,
                                Location location) {
  unsigned buffer = place(value, storage);
  int64_t count = getNumElements(value);
  int64_t n = !storage.isDense() ? storage.n : fromStorage.isDense() ? count : fromStorage.n;
  int64_t fromRow = fromStorage.isDense() ? n : fromStorage.n;
  addStep(location, "qcrt_convert",
          {format(fromStorage.format), use(from), i64(count / fromRow), i64(fromRow), format(storage.format),
           use(buffer), i64(n)});
  return buffer;
}

/// Constants are placed when somebody reads them: weights never are.
void KernelPlanner::placeConstant(Value value) {
  Operation *producer = value.getDefiningOp();
  if (!producer || !isConstantOperation(producer) || placements.count(value))
    return;
  runtime::Tensor tensor = producer->getAttrOfType<data::ConstantAttr>("value").getTensor();
  uint64_t at = image.add(ArrayRef(tensor.bytes().data(), tensor.bytes().size()));
  placements[value].push_back({addBuffer(Buffer::Kind::Parameter, at), getContainers(value)});
}

/// The value in the given storage, converted where it is not there yet.
unsigned KernelPlanner::ensure(Value value, const Storage &storage, Location location) {
  placeConstant(value);
  SmallVector<Placement, 2> &found = placements[value];
  for (const Placement &placement : found)
    if (placement.storage == storage)
      return placement.buffer;
  // Containers are the cheaper ones to read.
  Placement from = found.front();
  for (const Placement &placement : found)
    if (placement.storage.isDense())
      from = placement;
  return convert(value, from.buffer, from.storage, storage, location);
}

/// Integers that kernels of rows of `n` read: the sums of a product as they are, else containers.
Storage KernelPlanner::findIntegers(Value value, int64_t n) {
  for (const Placement &placement : placements[value])
    if (placement.storage.format.layout == QCRT_INT32 && placement.storage.n == n)
      return placement.storage;
  return getContainers(value);
}

/// The length of the rows in which the value's sums are there, if it suits parameters of the
/// period; else 0.
int64_t KernelPlanner::getPaddedRow(Value value, int64_t period) {
  for (const Placement &placement : placements[value])
    if (placement.storage.format.layout == QCRT_INT32 && placement.storage.n % period == 0)
      return placement.storage.n;
  return 0;
}

//===----------------------------------------------------------------------===//
// The whole function
//===----------------------------------------------------------------------===//

static LogicalResult addPort(func::FuncOp main, Type type, StringAttr name, const Twine &otherwise,
                             std::vector<runtime::Port> &ports) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<runtime::DataType> element = tensor ? data::getDataType(tensor.getElementType()) : std::nullopt;
  std::string text = name ? name.getValue().str() : otherwise.str();
  if (!element || !tensor.hasStaticShape())
    return emitError(main.getLoc(), Code::B002)
           << "expected a static shape and a numeric element type for '" << text << "', found " << type;
  ports.push_back({text, *element, {tensor.getShape().begin(), tensor.getShape().end()}});
  return success();
}

LogicalResult KernelPlanner::addPorts() {
  for (auto [index, type] : llvm::enumerate(main.getArgumentTypes()))
    if (failed(addPort(main, type, main.getArgAttrOfType<StringAttr>(index, kPortNameAttr), "input" + Twine(index),
                       inputs)))
      return failure();
  for (auto [index, type] : llvm::enumerate(main.getResultTypes()))
    if (failed(addPort(main, type, main.getResultAttrOfType<StringAttr>(index, kPortNameAttr), "output" + Twine(index),
                       outputs)))
      return failure();
  return success();
}

LogicalResult KernelPlanner::addOutputs() {
  Operation *terminator = main.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    unsigned from = ensureContainers(value, terminator->getLoc());
    const Buffer &buffer = result.buffers[from];
    if (buffer.kind == Buffer::Kind::Output && buffer.at == index)
      continue;
    unsigned to = addBuffer(Buffer::Kind::Output, index);
    uint64_t size = getNumElements(value) * getDataType(value).ContainerSize();
    addStep(terminator->getLoc(), "memcpy", {use(to), use(from), i64(size)});
  }
  return success();
}

/// Codes from outside are checked before anything reads them, where their containers hold more than
/// the element type.
void KernelPlanner::checkInput(BlockArgument argument) {
  runtime::DataType type = getDataType(argument);
  bool isBipolar = type.kind == runtime::TypeKind::kBipolar;
  bool isFull = !isBipolar && type.bits == 8 * type.ContainerSize();
  bool isRead = !llvm::all_of(argument.getUsers(), llvm::IsaPred<func::ReturnOp>);
  if (!type.IsInteger() || isFull || !isRead)
    return;
  addStep(main.getLoc(), "qcrt_check_codes",
          {use(placements[argument].front().buffer), i32(getContainers(argument).format.layout), i64(type.MinValue()),
           i64(type.MaxValue()), i64(isBipolar ? 2 : 1), i64(getNumElements(argument))})
      .failure = QCRT_INPUT_OUT_OF_RANGE;
}

/// Says where the weights have an encoding and the kernel is a dense one.
static void reportDense(Operation *op, Value weights, int32_t kind) {
  auto constant = weights.getDefiningOp<qnn::ConstantOp>();
  bool isNative = kind == QCRT_MATMUL_SPARSE || kind == QCRT_MATMUL_CIRCULANT;
  if (constant && constant.getEncodingAttr() && !isNative)
    emitRemark(op->getLoc(), Code::B007)
        << "node '" << onnx::describe(op) << "': backend 'cpu' decodes its '"
        << constant.getEncodingAttr().getEncodingName()
        << "' weights and computes with dense ones, which are faster or all that it has for them";
}

/// Chooses the kernels of products and convolutions: storage depends on them.
LogicalResult KernelPlanner::selectKernels() {
  auto select = [](Operation &op, auto selected, auto &plans) -> LogicalResult {
    if (!selected.ok())
      return fail(&op, toStringRef(selected.status().message()));
    plans[&op] = *selected;
    return success();
  };
  for (Operation &op : main.front()) {
    if (auto matmul = dyn_cast<qnn::MatMulOp>(op); matmul && hasPackedWeights(matmul)) {
      if (failed(select(op, selectMatMul(matmul), matmulPlans)))
        return failure();
      reportDense(&op, matmul.getRhs(), matmulPlans[&op].kind);
    } else if (auto pq = dyn_cast<qnn::PqOp>(op)) {
      pqPlans[&op] = selectPq(pq);
    } else if (std::optional<Convolution> convolution = getConvolution(&op)) {
      if (failed(select(op, selectConvolution(*convolution), convPlans)))
        return failure();
      if (auto conv = dyn_cast<qnn::ConvOp>(op))
        reportDense(conv, conv.getWeights(), convPlans[&op].product.kind);
    }
  }
  return success();
}

FailureOr<KernelPlan> KernelPlanner::plan() {
  if (failed(addPorts()) || failed(selectKernels()))
    return failure();
  for (auto [index, argument] : llvm::enumerate(main.getArguments())) {
    unsigned buffer = addBuffer(Buffer::Kind::Input, index);
    placements[argument].push_back({buffer, getContainers(argument)});
    checkInput(argument);
  }
  for (auto [index, value] : llvm::enumerate(main.front().getTerminator()->getOperands()))
    if (value.getDefiningOp() && !isConstantOperation(value.getDefiningOp()) && !outputBuffers.count(value))
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
