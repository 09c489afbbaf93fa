//===- MicrosoftFunctions.cpp - Operators of ONNX Runtime by functions ----===//
#include "dialects/onnx/schemas/MicrosoftFunctions.h"

#include <map>
#include <numeric>

#include "dialects/onnx/schemas/BodyWriter.h"

using namespace ONNX_NAMESPACE;

namespace {

using qcompile::onnx::BodyWriter;
using Context = FunctionBodyBuildContext;

//===----------------------------------------------------------------------===//
// Parts of bodies
//===----------------------------------------------------------------------===//

int64_t readInt(const Context &context, const char *name, int64_t otherwise) {
  const AttributeProto *attribute = context.getAttribute(name);
  return attribute ? attribute->i() : otherwise;
}

/// The numbers of codes; scale and zero point are the inputs behind input `at`.
void addNumbers(const Context &context, BodyWriter &body, int at, const std::string &codes,
                const std::string &numbers) {
  std::vector<std::string> inputs = {codes, codes + "_scale"};
  if (context.hasInput(at + 2))
    inputs.push_back(codes + "_zero_point");
  body.add("DequantizeLinear", inputs, numbers);
}

/// The codes of a result. Without a zero point, which is input `at`, they have the type of input 0.
bool addCodes(const Context &context, BodyWriter &body, int at, const std::string &numbers, const std::string &scale,
              const std::string &codes, int typed = 0) {
  std::string zero = codes + "_zero_point";
  if (!context.hasInput(at)) {
    const TypeProto *type = context.getInputType(typed);
    if (!type || !type->has_tensor_type())
      return false;
    zero = codes + "_zero";
    body.scalar(zero + "_value", 0);
    body.cast(zero + "_value", zero, type->tensor_type().elem_type());
  }
  body.add("QuantizeLinear", {numbers, scale, zero}, codes);
  return true;
}

/// float(sum) * (a_scale * b_scale) + bias, which is input `biasAt`.
void addScaledSum(const Context &context, BodyWriter &body, int biasAt, std::vector<std::string> operands,
                  const std::string &leftScale) {
  bool adds = context.hasInput(biasAt);
  body.add("MatMulInteger", std::move(operands), "sum");
  body.cast("sum", "sum_float", TensorProto::FLOAT);
  body.add("Mul", {leftScale, "b_scale"}, "product_scale");
  body.add("Mul", {"sum_float", "product_scale"}, adds ? "product" : "Y");
  if (adds)
    body.add("Add", {"product", "bias"}, "Y");
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

bool buildIntegerToFloat(const Context &context, const OpSchema &schema, FunctionProto &function) {
  BodyWriter body(function);
  addScaledSum(context, body, 6,
               {"A", "B", context.hasInput(4) ? "a_zero_point" : "", context.hasInput(5) ? "b_zero_point" : ""},
               "a_scale");
  schema.BuildFunction(function);
  return true;
}

bool buildDynamicProduct(const Context &context, const OpSchema &schema, FunctionProto &function) {
  BodyWriter body(function);
  NodeProto &quantize = body.add("DynamicQuantizeLinear", {"A"}, "a_codes");
  quantize.add_output("a_scale");
  quantize.add_output("a_zero_point");
  addScaledSum(context, body, 4, {"a_codes", "B", "a_zero_point", context.hasInput(3) ? "b_zero_point" : ""},
               "a_scale");
  schema.BuildFunction(function);
  return true;
}

/// Scores times floor(1 / y_scale), rounded. Below opset 13, over all dimensions from `axis` on together.
bool buildSoftmax(const Context &context, const OpSchema &schema, FunctionProto &function) {
  BodyWriter body(function);
  if (!context.getAttribute("opset"))
    return false;
  bool flattens = readInt(context, "opset", 13) < 13;
  int64_t axis = readInt(context, "axis", flattens ? 1 : -1);
  addNumbers(context, body, 0, "X", "numbers");
  if (flattens) {
    BodyWriter::setInt(body.add("Flatten", {"numbers"}, "matrix"), "axis", axis);
    BodyWriter::setInt(body.add("Softmax", {"matrix"}, "rows"), "axis", -1);
    body.add("Shape", {"X"}, "shape");
    body.add("Reshape", {"rows", "shape"}, "scores");
  } else {
    BodyWriter::setInt(body.add("Softmax", {"numbers"}, "scores"), "axis", axis);
  }
  body.add("Reciprocal", {"Y_scale"}, "steps");
  body.add("Floor", {"steps"}, "whole_steps");
  body.add("Reciprocal", {"whole_steps"}, "step");
  bool known = addCodes(context, body, 4, "scores", "step", "Y");
  schema.BuildFunction(function);
  return known;
}

std::vector<int64_t> readInts(const Context &context, const char *name, size_t count, int64_t otherwise) {
  const AttributeProto *attribute = context.getAttribute(name);
  if (!attribute || size_t(attribute->ints_size()) != count)
    return std::vector<int64_t>(count, otherwise);
  return {attribute->ints().begin(), attribute->ints().end()};
}

/// The pads under which windows that reach behind their input count all of their elements, as ONNX Runtime counts them
/// when it counts padding; nothing where the extents are unknown.
std::vector<int64_t> padWindows(const Context &context, bool last) {
  const TypeProto *type = context.getInputType(0);
  if (!type || !type->tensor_type().has_shape() || type->tensor_type().shape().dim_size() < 3)
    return {};
  const TensorShapeProto &shape = type->tensor_type().shape();
  size_t spatial = size_t(shape.dim_size()) - 2;
  std::vector<int64_t> kernel = readInts(context, "kernel_shape", spatial, 1),
                       strides = readInts(context, "strides", spatial, 1),
                       pads = readInts(context, "pads", 2 * spatial, 0);
  for (size_t d = 0; d < spatial; ++d) {
    const auto &dim = shape.dim(int(d) + (last ? 1 : 2));
    int64_t extent = dim.dim_value(), free = extent + pads[d] + pads[spatial + d] - kernel[d];
    if (!dim.has_dim_value() || strides[d] < 1 || free < 0)
      return {};
    int64_t steps = (free + strides[d] - 1) / strides[d];
    // No window begins behind the input.
    if (steps * strides[d] >= extent + pads[d])
      --steps;
    pads[spatial + d] = std::max(pads[spatial + d], steps * strides[d] + kernel[d] - extent - pads[d]);
  }
  return pads;
}

void copyAttributes(const Context &context, std::initializer_list<const char *> names, NodeProto &node) {
  for (const char *name : names)
    if (const AttributeProto *attribute = context.getAttribute(name))
      *node.add_attribute() = *attribute;
}

/// Moves channels, which are of `rank` dimensions the last or the second one.
void moveChannels(BodyWriter &body, const std::string &from, const std::string &to, int rank, bool first) {
  std::vector<int64_t> perm = {0};
  if (first)
    perm.push_back(rank - 1);
  for (int d = first ? 1 : 2; d < rank - int(first); ++d)
    perm.push_back(d);
  if (!first)
    perm.push_back(1);
  BodyWriter::setInts(body.add("Transpose", {from}, to), "perm", perm);
}

/// The number of dimensions of input 0; 0 where it is unknown.
int readRank(const Context &context) {
  const TypeProto *type = context.getInputType(0);
  return type && type->has_tensor_type() && type->tensor_type().has_shape() ? type->tensor_type().shape().dim_size()
                                                                            : 0;
}

bool buildAveragePool(const Context &context, const OpSchema &schema, FunctionProto &function) {
  BodyWriter body(function);
  bool last = readInt(context, "channels_last", 0) != 0;
  const AttributeProto *automatic = context.getAttribute("auto_pad");
  bool countsAll = readInt(context, "count_include_pad", 0) != 0 && readInt(context, "ceil_mode", 0) != 0 &&
                   (!automatic || automatic->s() == "NOTSET");
  int rank = readRank(context);
  if (last && rank < 3)
    return false;
  addNumbers(context, body, 0, "X", last ? "numbers_last" : "numbers");
  if (last)
    moveChannels(body, "numbers_last", "numbers", rank, /*first=*/true);
  NodeProto &pool = body.add("AveragePool", {"numbers"}, last ? "means_first" : "means");
  copyAttributes(context, {"auto_pad", "count_include_pad", "kernel_shape", "strides"}, pool);
  if (countsAll) {
    std::vector<int64_t> pads = padWindows(context, last);
    if (pads.empty())
      return false;
    BodyWriter::setInts(pool, "pads", pads);
  } else {
    copyAttributes(context, {"ceil_mode", "pads"}, pool);
  }
  if (last)
    moveChannels(body, "means_first", "means", rank, /*first=*/false);
  bool known = addCodes(context, body, 4, "means", "Y_scale", "Y");
  schema.BuildFunction(function);
  return known;
}

/// The standard operator, with channels last.
bool buildConv(const Context &context, const OpSchema &schema, FunctionProto &function) {
  BodyWriter body(function);
  bool last = readInt(context, "channels_last", 0) != 0;
  int rank = readRank(context);
  if (last && rank < 3)
    return false;
  if (last)
    moveChannels(body, "x", "x_first", rank, /*first=*/true);
  std::vector<std::string> inputs = {last ? "x_first" : "x", "x_scale", "x_zero_point", "w", "w_scale",
                                     "w_zero_point",         "y_scale", "y_zero_point"};
  if (context.hasInput(8))
    inputs.push_back("B");
  NodeProto &conv = body.add("QLinearConv", inputs, last ? "y_first" : "y");
  copyAttributes(context, {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}, conv);
  if (last)
    moveChannels(body, "y_first", "y", rank, /*first=*/false);
  schema.BuildFunction(function);
  return true;
}

bool buildMaxPool(const Context &context, const OpSchema &schema, FunctionProto &function) {
  BodyWriter body(function);
  int rank = readRank(context);
  if (rank < 3)
    return false;
  moveChannels(body, "x", "x_first", rank, /*first=*/true);
  NodeProto &pool = body.add("MaxPool", {"x_first"}, "y_first");
  copyAttributes(context, {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "strides"}, pool);
  moveChannels(body, "y_first", "y", rank, /*first=*/false);
  schema.BuildFunction(function);
  return true;
}

/// alpha times the product, with the last two dimensions of operands exchanged.
bool buildMatMul(const Context &context, const OpSchema &schema, FunctionProto &function) {
  BodyWriter body(function);
  if (readInt(context, "transBatchA", 0) != 0 || readInt(context, "transBatchB", 0) != 0)
    return false;
  std::vector<std::string> operands = {"A", "B"};
  for (int i = 0; i < 2; ++i) {
    if (readInt(context, i == 0 ? "transA" : "transB", 0) == 0)
      continue;
    const TypeProto *type = context.getInputType(i);
    if (!type || !type->has_tensor_type() || !type->tensor_type().has_shape())
      return false;
    std::vector<int64_t> perm(size_t(type->tensor_type().shape().dim_size()));
    if (perm.size() < 2)
      continue;
    std::iota(perm.begin(), perm.end(), 0);
    std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    BodyWriter::setInts(body.add("Transpose", {operands[i]}, operands[i] + "_turned"), "perm", perm);
    operands[i] += "_turned";
  }
  const AttributeProto *alpha = context.getAttribute("alpha");
  bool scales = alpha && alpha->f() != 1;
  body.add("MatMul", operands, scales ? "product" : "Y");
  if (scales) {
    body.number("factor", alpha->f());
    body.add("Mul", {"product", "factor"}, "Y");
  }
  schema.BuildFunction(function);
  return true;
}

bool buildWhere(const Context &context, const OpSchema &schema, FunctionProto &function) {
  BodyWriter body(function);
  addNumbers(context, body, 1, "X", "x_numbers");
  addNumbers(context, body, 4, "Y", "y_numbers");
  body.add("Where", {"condition", "x_numbers", "y_numbers"}, "chosen");
  bool known = addCodes(context, body, 8, "chosen", "Z_scale", "Z", /*typed=*/1);
  schema.BuildFunction(function);
  return known;
}

const std::map<std::string, ContextDependentFunctionBodyBuilder> kBodies = {
    {"DynamicQuantizeMatMul", buildDynamicProduct},
    {"FusedMatMul", buildMatMul},
    {"MatMulIntegerToFloat", buildIntegerToFloat},
    {"NhwcMaxPool", buildMaxPool},
    {"QLinearAveragePool", buildAveragePool},
    {"QLinearConv", buildConv},
    {"QLinearSoftmax", buildSoftmax},
    {"QLinearWhere", buildWhere},
};

} // namespace

ContextDependentFunctionBodyBuilder qcompile::onnx::findMicrosoftBody(const std::string &operatorName) {
  auto it = kBodies.find(operatorName);
  return it == kBodies.end() ? nullptr : it->second;
}
