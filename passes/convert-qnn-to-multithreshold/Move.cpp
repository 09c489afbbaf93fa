//===- Move.cpp - Constants, and what moves or selects codes --------------===//
#include "passes/convert-qnn-to-multithreshold/Writer.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

bool MultithresholdWriter::writeConstant(qnn::ConstantOp op) {
  OnnxSteps steps(op);
  data::ConstantAttr value = op.getValue();
  if (getType(op.getResult()) == op.getResult().getType()) {
    set(op, steps.constant(value));
    return true;
  }
  std::vector<float> floats;
  Tensor tensor = value.getTensor();
  for (int64_t i = 0; i < tensor.size(); ++i)
    floats.push_back(float(tensor.IntegerAt(i)));
  set(op, steps.constant(data::ConstantAttr::get(op->getContext(), (value.getName() + ".codes").str(),
                                                 Tensor::FromFloats(tensor.shape(), floats))));
  return true;
}

static Value makeList(OnnxSteps &steps, StringRef name, ArrayRef<int64_t> values) {
  return steps.constant(name, *Tensor::FromIntegers(DataType::Int64(), {int64_t(values.size())}, values));
}

WindowBorder takeBorder(Value input, bool lowest) {
  RankedTensorType type = tensorOf(input);
  int64_t spatial = type.getRank() - 2;
  WindowBorder none{input, SmallVector<int64_t>(2 * spatial, 0)};
  auto pad = input.getDefiningOp<qnn::PadOp>();
  if (!pad || pad.getLow()[0] || pad.getLow()[1] || pad.getHigh()[0] || pad.getHigh()[1])
    return none;
  int64_t wanted = lowest ? qnn::getValueBounds(pad.getInput()).low : 0;
  Tensor values = pad.getValues().getTensor();
  for (int64_t i = 0; i < values.size(); ++i)
    if (lowest ? values.IntegerAt(i) > wanted : values.IntegerAt(i) != wanted)
      return none;
  WindowBorder out{pad.getInput(), {}};
  for (ArrayRef<int64_t> side : {pad.getLow(), pad.getHigh()})
    llvm::append_range(out.pads, side.drop_front(2));
  return out;
}

bool MultithresholdWriter::writeMaxPool(qnn::MaxPoolOp op, std::string &reason) {
  if (int64_t(op.getAxis()) != 1) {
    reason = "expected channels along dimension 1, found them along dimension " + std::to_string(op.getAxis());
    return false;
  }
  WindowBorder border = takeBorder(op.getInput(), /*lowest=*/true);
  int64_t spatial = int64_t(op.getKernel().size());
  // ONNX has no window that sees its border alone.
  for (int64_t d = 0; d < spatial; ++d)
    if (std::max(border.pads[d], border.pads[spatial + d]) >= op.getKernel()[d])
      border = {op.getInput(), SmallVector<int64_t>(2 * spatial, 0)};
  OnnxSteps steps(op);
  NamedAttribute attributes[] = {
      steps.attribute("kernel_shape", op.getKernel()), steps.attribute("strides", op.getStrides()),
      steps.attribute("dilations", op.getDilations()), steps.attribute("pads", ArrayRef<int64_t>(border.pads))};
  set(op, steps.last("MaxPool", get(border.input), attributes, getType(op.getResult())));
  return true;
}

/// One value for all, or the difference to it of every channel is padded with 0 and added again.
bool MultithresholdWriter::writePad(qnn::PadOp op, std::string &reason) {
  Tensor values = op.getValues().getTensor();
  for (int64_t i = 1; i < values.size(); ++i)
    if (values.IntegerAt(i) != values.IntegerAt(0)) {
      reason = "its border has another value for every channel, which Pad has not";
      return false;
    }
  OnnxSteps steps(op);
  SmallVector<int64_t> pads(op.getLow());
  llvm::append_range(pads, op.getHigh());
  Value value = steps.constant("border", Tensor::ScalarFloat(float(values.IntegerAt(0))));
  const Value axes; // all of them
  set(op,
      steps.last("Pad", {get(op.getInput()), makeList(steps, "pads", pads), value, axes}, {}, getType(op.getResult())));
  return true;
}

static Value writeSlice(OnnxSteps &steps, qnn::SliceOp op, Value x, Type type) {
  SmallVector<int64_t> ends, axes;
  for (auto [d, extent] : llvm::enumerate(tensorOf(op.getResult()).getShape())) {
    axes.push_back(int64_t(d));
    ends.push_back(op.getOffsets()[d] + (extent - 1) * op.getSteps()[d] + 1);
  }
  return steps.last("Slice",
                    {x, makeList(steps, "starts", op.getOffsets()), makeList(steps, "ends", ends),
                     makeList(steps, "axes", axes), makeList(steps, "steps", op.getSteps())},
                    {}, type);
}

bool MultithresholdWriter::writeMove(Operation *op, std::string &reason) {
  OnnxSteps steps(op);
  Type type = getType(op->getResult(0));
  Value x = get(op->getOperand(0)), y;
  if (isa<qnn::ReshapeOp>(op)) {
    y = steps.last("Reshape", {x, makeList(steps, "shape", tensorOf(op->getResult(0)).getShape())}, {}, type);
  } else if (auto transpose = dyn_cast<qnn::TransposeOp>(op)) {
    y = steps.last("Transpose", x, steps.attribute("perm", transpose.getPerm()), type);
  } else if (auto slice = dyn_cast<qnn::SliceOp>(op)) {
    y = writeSlice(steps, slice, x, type);
  } else if (auto concat = dyn_cast<qnn::ConcatOp>(op)) {
    SmallVector<Value> parts;
    for (Value part : concat.getInputs())
      parts.push_back(get(part));
    y = steps.last("Concat", parts, steps.attribute("axis", int64_t(concat.getAxis())), type);
  } else if (auto gather = dyn_cast<qnn::GatherOp>(op)) {
    y = steps.last("Gather", {x, makeList(steps, "indices", gather.getIndices())},
                   steps.attribute("axis", int64_t(gather.getAxis())), type);
  } else if (auto lookup = dyn_cast<qnn::LookupOp>(op)) {
    y = steps.last("Gather", {get(lookup.getTable()), x}, steps.attribute("axis", int64_t(0)), type);
  } else if (auto blocks = dyn_cast<qnn::DepthToSpaceOp>(op)) {
    ArrayRef<int64_t> sizes = blocks.getBlocks();
    if (int64_t(blocks.getAxis()) != 1 || sizes.size() != 2 || sizes[0] != sizes[1]) {
      reason = "DepthToSpace has square blocks of two dimensions, channels first";
      return false;
    }
    NamedAttribute attributes[] = {steps.attribute("blocksize", sizes[0]), steps.attribute("mode", blocks.getMode())};
    y = steps.last("DepthToSpace", x, attributes, type);
  } else if (auto argMax = dyn_cast<qnn::ArgMaxOp>(op)) {
    NamedAttribute attributes[] = {steps.attribute("axis", int64_t(argMax.getAxis())),
                                   steps.attribute("keepdims", int64_t(1)),
                                   steps.attribute("select_last_index", int64_t(argMax.getSelectLast()))};
    y = steps.last("ArgMax", x, attributes, type);
  } else {
    reason = "operation " + op->getName().getStringRef().str() + " has no form in ONNX and MultiThreshold";
    return false;
  }
  set(op, y);
  return true;
}

} // namespace qcompile
