//===- TransposedConv.cpp - Transposed convolutions in dense parts --------===//
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/expand-conv-transpose/Expansions.h"
#include "passes/expand-conv-transpose/ResidueClasses.h"
#include "passes/rewriting/ElementTypes.h"
#include "passes/rewriting/QnnBuilder.h"
#include "passes/rewriting/StridedCopy.h"

using namespace mlir;

namespace qcompile {

SmallVector<int64_t> getSpatial(ArrayRef<int64_t> shape, int64_t axis) {
  SmallVector<int64_t> out;
  for (int64_t d = 1; d < int64_t(shape.size()); ++d)
    if (d != axis)
      out.push_back(shape[d]);
  return out;
}

SmallVector<int64_t> makeShape(int64_t batch, int64_t channels, int64_t axis, ArrayRef<int64_t> spatial) {
  SmallVector<int64_t> out = {batch};
  out.append(spatial.begin(), spatial.end());
  out.insert(out.begin() + axis, channels);
  return out;
}

Value interleave(OpBuilder &builder, Location loc, ArrayRef<Value> parts, int64_t axis, ArrayRef<int64_t> blocks,
                 RankedTensorType type) {
  QnnBuilder qnn(builder, loc);
  SmallVector<int64_t> extents = getSpatial(type.getShape(), axis);
  for (auto [extent, block] : llvm::zip(extents, blocks))
    extent = (extent + block - 1) / block;
  SmallVector<Value> whole;
  SmallVector<int64_t> none(type.getRank(), 0);
  for (Value part : parts) {
    ArrayRef<int64_t> shape = tensorOf(part).getShape();
    SmallVector<int64_t> missing = makeShape(shape[0], shape[axis], axis, extents);
    for (auto [d, extent] : llvm::enumerate(missing))
      extent -= shape[d];
    whole.push_back(qnn.padZero(part, none, missing));
  }
  Value joined = qnn.concat(whole, axis, type.getElementType());
  Value result = qnn.depthToSpace(joined, axis, blocks, "DCR");
  return qnn.slice(result, none, SmallVector<int64_t>(type.getRank(), 1), type.getShape());
}

void keepWithin(Value part, Type type) {
  if (!holdsType(type, tensorOf(part).getElementType()))
    setElementType(part, type);
}

namespace {

/// One class of outputs: a residue class per spatial dimension.
using OutputClass = SmallVector<ResidueClass, 3>;

class TransposedConv {
public:
  TransposedConv(OpBuilder &builder, qnn::ConvTransposeOp op)
      : builder(builder), qnn(builder, op.getLoc()), op(op), input(tensorOf(op.getInput())),
        weights(tensorOf(op.getWeights())), result(tensorOf(op.getResult())), groups(op.getGroups()) {}

  Expansion expand() {
    SmallVector<OutputClass> classes = listClasses();
    SmallVector<ArrayRef<OutputClass>> runs = findRuns(classes);
    // A part that is the whole result needs nothing behind it that could give it another type.
    Type type = runs.size() == 1 ? result.getElementType() : Type();
    SmallVector<Value> parts;
    for (ArrayRef<OutputClass> run : runs)
      parts.push_back(makePart(run, type));
    // Every weight meets every position of its output once.
    expansion.before = weights.getNumElements() * result.getNumElements() / std::max<int64_t>(result.getDimSize(1), 1);
    expansion.result = interleave(builder, op.getLoc(), parts, 1, op.getStrides(), result);
    return expansion;
  }

private:
  int64_t outputsPerGroup() const { return weights.getDimSize(1); }
  int64_t inputsPerGroup() const { return weights.getDimSize(0) / groups; }
  int64_t spatialRank() const { return result.getRank() - 2; }

  /// The classes in row-major order of their residues: the order of channels that depth_to_space takes.
  SmallVector<OutputClass> listClasses() {
    SmallVector<OutputClass> classes = {OutputClass()};
    for (int64_t d = 0; d < spatialRank(); ++d) {
      std::vector<ResidueClass> dimension =
          getResidueClasses(weights.getDimSize(d + 2), op.getStrides()[d], op.getDilations()[d], op.getOffsets()[d],
                            result.getDimSize(d + 2));
      SmallVector<OutputClass> next;
      for (const OutputClass &prefix : classes)
        for (const ResidueClass &residue : dimension) {
          next.push_back(prefix);
          next.back().push_back(residue);
        }
      classes = std::move(next);
    }
    return classes;
  }

  /// Whether no output of the class sees an input.
  bool isZero(const OutputClass &c) const {
    for (auto [d, residue] : llvm::enumerate(c))
      if (residue.isEmpty() || residue.start >= input.getDimSize(d + 2) || residue.start + residue.inputLength() <= 0)
        return true;
    return false;
  }

  bool canJoin(const OutputClass &a, const OutputClass &b) const {
    if (isZero(a) || isZero(b))
      return isZero(a) && isZero(b);
    // With groups the channels of the classes would have to be sorted.
    if (groups != 1)
      return false;
    return llvm::all_of(llvm::zip(a, b), [](auto pair) { return std::get<0>(pair).readsLike(std::get<1>(pair)); });
  }

  SmallVector<ArrayRef<OutputClass>> findRuns(ArrayRef<OutputClass> classes) const {
    SmallVector<ArrayRef<OutputClass>> runs;
    for (size_t i = 0; i < classes.size(); ++i)
      if (i > 0 && canJoin(runs.back().front(), classes[i]))
        runs.back() = ArrayRef(runs.back().data(), runs.back().size() + 1);
      else
        runs.push_back(classes.slice(i, 1));
    return runs;
  }

  Value makePart(ArrayRef<OutputClass> run, Type type) {
    const OutputClass &shared = run.front();
    SmallVector<int64_t> extents, dilations, strides(spatialRank(), 1);
    for (const ResidueClass &residue : shared) {
      extents.push_back(residue.count);
      dilations.push_back(residue.dilation);
    }
    int64_t channels = result.getDimSize(1) * int64_t(run.size());
    if (isZero(shared)) {
      // Extents that are 0 are padded to what the other classes have: start from their size.
      for (auto [d, extent] : llvm::enumerate(extents))
        extent = (result.getDimSize(d + 2) + op.getStrides()[d] - 1) / op.getStrides()[d];
      return qnn.zeros(makeShape(result.getDimSize(0), channels, 1, extents), result.getElementType());
    }
    Value part =
        qnn.conv(makeWindow(shared), makeKernel(run), 1, strides, dilations, groups, type, result.getElementType());
    keepWithin(part, result.getElementType());
    int64_t macs = result.getDimSize(0) * channels * inputsPerGroup();
    for (const ResidueClass &residue : shared)
      macs *= residue.count * residue.taps;
    expansion.after += macs;
    ++expansion.convolutions;
    return part;
  }

  /// The inputs that a class reads, with 0 outside of the input.
  Value makeWindow(const OutputClass &c) {
    SmallVector<int64_t> offsets(2, 0), shape(input.getShape().take_front(2)), low(2, 0), high(2, 0);
    for (auto [d, residue] : llvm::enumerate(c)) {
      int64_t end = residue.start + residue.inputLength(), extent = input.getDimSize(d + 2);
      offsets.push_back(std::max<int64_t>(residue.start, 0));
      shape.push_back(std::min(end, extent) - offsets.back());
      low.push_back(std::max<int64_t>(-residue.start, 0));
      high.push_back(std::max<int64_t>(end - extent, 0));
    }
    Value part = qnn.slice(op.getInput(), offsets, SmallVector<int64_t>(offsets.size(), 1), shape);
    return qnn.padZero(part, low, high);
  }

  Value makeKernel(ArrayRef<OutputClass> run) {
    auto constant = op.getWeights().getDefiningOp<qnn::ConstantOp>();
    if (!constant) {
      SmallVector<Value> kernels;
      for (const OutputClass &c : run)
        kernels.push_back(selectKernel(c));
      return qnn.concat(kernels, 0, weights.getElementType());
    }
    runtime::Tensor tensor = constant.getValue().getTensor();
    SmallVector<runtime::Tensor> kernels;
    for (const OutputClass &c : run)
      kernels.push_back(copyKernel(c, tensor));
    runtime::Tensor joined = joinRows(kernels);
    return qnn.constant(constant.getValue().getName(), joined, keepEncoding(constant, joined));
  }

  /// The structure of the weights, as far as parts of them, with channels exchanged, still have it.
  encoding::EncodingAttr keepEncoding(qnn::ConstantOp constant, const runtime::Tensor &kernel) {
    encoding::EncodingAttr encoding = constant.getEncodingAttr();
    if (!encoding)
      return nullptr;
    SmallVector<int64_t> perm = {1, 0};
    for (int64_t d = 2; d < weights.getRank(); ++d)
      perm.push_back(d);
    encoding::EncodingAttr kept = encoding::keepIfHeld(encoding::permuteEncoding(encoding, perm), kernel);
    if (!kept)
      emitRemark(op.getLoc(), Code::S006)
          << "node '" << onnx::describe(op) << "': parts of its weights are stored dense, since they are not '"
          << encoding.getEncodingName() << "' as the whole is";
    return kept;
  }

  /// The kernel [O, I/groups, taps...] of a class from weights [I, O/groups, kernel...], flipped.
  runtime::Tensor copyKernel(const OutputClass &c, const runtime::Tensor &tensor) const {
    SmallVector<int64_t> all = getRowMajorStrides(weights.getShape());
    SmallVector<int64_t> shape = {groups, outputsPerGroup(), inputsPerGroup()};
    SmallVector<int64_t> strides = {inputsPerGroup() * all[0], all[1], all[0]};
    int64_t offset = 0;
    for (auto [d, residue] : llvm::enumerate(c)) {
      shape.push_back(residue.taps);
      strides.push_back(-residue.tapStep * all[d + 2]);
      offset += (residue.firstTap + (residue.taps - 1) * residue.tapStep) * all[d + 2];
    }
    runtime::Shape kernel = {result.getDimSize(1)};
    kernel.insert(kernel.end(), shape.begin() + 2, shape.end());
    return copyStrided(tensor, shape, strides, offset).Reshaped(kernel);
  }

  /// The same for weights that are data.
  Value selectKernel(const OutputClass &c) {
    Value kernel = op.getWeights();
    SmallVector<int64_t> shape = {groups, inputsPerGroup(), outputsPerGroup()};
    SmallVector<int64_t> perm = {0, 2, 1}, out = {result.getDimSize(1), inputsPerGroup()};
    for (auto [d, residue] : llvm::enumerate(c)) {
      SmallVector<int64_t> taps;
      for (int64_t a = residue.taps; a-- > 0;)
        taps.push_back(residue.firstTap + a * residue.tapStep);
      kernel = qnn.gather(kernel, d + 2, taps);
      shape.push_back(residue.taps);
      perm.push_back(d + 3);
      out.push_back(residue.taps);
    }
    return qnn.reshape(qnn.transpose(qnn.reshape(kernel, shape), perm), out);
  }

  OpBuilder &builder;
  QnnBuilder qnn;
  qnn::ConvTransposeOp op;
  RankedTensorType input, weights, result;
  int64_t groups;
  Expansion expansion;
};

} // namespace

Expansion expandTransposedConv(OpBuilder &builder, qnn::ConvTransposeOp op) {
  return TransposedConv(builder, op).expand();
}

} // namespace qcompile
