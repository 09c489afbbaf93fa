//===- MicrosoftSchemas.cpp - Quantized operators of ONNX Runtime ---------===//
#include "dialects/onnx/schemas/MicrosoftSchemas.h"

#include "dialects/onnx/schemas/MicrosoftFunctions.h"
#include "dialects/onnx/schemas/SchemaAttributes.h"
#include "onnx/defs/schema.h"
#include "onnx/defs/shape_inference.h"

using namespace ONNX_NAMESPACE;

// The onnx library's macros name its namespace unqualified, so these functions stay outside ours.
namespace {

using qcompile::onnx::kMicrosoftDomain;
using qcompile::onnx::kMicrosoftVersion;
using qcompile::onnx::optional;
using qcompile::onnx::required;
using qcompile::onnx::withDefault;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The body says the shape.
template <size_t Input> void inferElementType(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, Input, 0);
}
void inferFloat(InferenceContext &context) { updateOutputElemType(context, 0, TensorProto::FLOAT); }

/// With channels last the body says it.
void inferAveragePool(InferenceContext &context) {
  if (getAttribute(context, "channels_last", int64_t{0}) == 0)
    OpSchemaRegistry::Schema("AveragePool")->GetTypeAndShapeInferenceFunction()(context);
  else
    inferElementType<0>(context);
}

void inferWhere(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 1, 0);
  if (!hasInputShape(context, 0) || !hasInputShape(context, 1) || !hasInputShape(context, 4))
    return;
  multidirectionalBroadcastShapeInference(
      {&getInputShape(context, 0), &getInputShape(context, 1), &getInputShape(context, 4)},
      *getOutputShape(context, 0));
}

void inferBinary(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (hasInputShape(context, 0) && hasInputShape(context, 3))
    bidirectionalBroadcastShapeInference(getInputShape(context, 0), getInputShape(context, 3),
                                         *getOutputShape(context, 0));
}

void inferGlobalPool(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (!hasInputShape(context, 0))
    return;
  const TensorShapeProto &in = getInputShape(context, 0);
  if (in.dim_size() < 3)
    fail_shape_inference("expected at least one spatial dimension");
  bool last = getAttribute(context, "channels_last", int64_t{0}) != 0;
  int channels = last ? in.dim_size() - 1 : 1;
  TensorShapeProto *out = getOutputShape(context, 0);
  for (int d = 0; d < in.dim_size(); ++d)
    if (d == 0 || d == channels)
      *out->add_dim() = in.dim(d);
    else
      out->add_dim()->set_dim_value(1);
}

void inferConcat(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 1, 0);
  size_t count = context.getNumInputs();
  if (count < 5 || (count - 2) % 3 != 0)
    fail_shape_inference("expected inputs of three: codes, scale, zero point");
  for (size_t i = 2; i < count; i += 3)
    if (!hasInputShape(context, i))
      return;
  int rank = getInputShape(context, 2).dim_size();
  int64_t axis = getAttribute(context, "axis", int64_t{0});
  if (axis < -rank || axis >= rank)
    fail_shape_inference("axis is out of range");
  axis += axis < 0 ? rank : 0;
  TensorShapeProto *out = getOutputShape(context, 0);
  *out = getInputShape(context, 2);
  int64_t extent = 0;
  bool known = true;
  for (size_t i = 2; i < count; i += 3) {
    const TensorShapeProto &in = getInputShape(context, i);
    if (in.dim_size() != rank)
      fail_shape_inference("expected inputs of one rank");
    known &= in.dim(int(axis)).has_dim_value();
    extent += in.dim(int(axis)).dim_value();
  }
  out->mutable_dim(int(axis))->Clear();
  if (known)
    out->mutable_dim(int(axis))->set_dim_value(extent);
}

void inferGemm(InferenceContext &context) {
  bool quantized = context.getNumInputs() > 7 && context.getInputType(7);
  if (quantized && context.getNumInputs() > 8 && context.getInputType(8))
    propagateElemTypeFromInputToOutput(context, 8, 0);
  else if (quantized)
    propagateElemTypeFromInputToOutput(context, 0, 0);
  else
    updateOutputElemType(context, 0, TensorProto::FLOAT);
  if (!hasInputShape(context, 0) || !hasInputShape(context, 3))
    return;
  const TensorShapeProto &a = getInputShape(context, 0), &b = getInputShape(context, 3);
  if (a.dim_size() != 2 || b.dim_size() != 2)
    fail_shape_inference("expected matrices");
  bool transA = getAttribute(context, "transA", int64_t{0}) != 0;
  bool transB = getAttribute(context, "transB", int64_t{0}) != 0;
  TensorShapeProto *out = getOutputShape(context, 0);
  *out->add_dim() = a.dim(transA ? 1 : 0);
  *out->add_dim() = b.dim(transB ? 0 : 1);
}

void inferMatMulNBits(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (!hasInputShape(context, 0))
    return;
  const TensorShapeProto &in = getInputShape(context, 0);
  if (in.dim_size() < 1)
    fail_shape_inference("expected rows");
  TensorShapeProto *out = getOutputShape(context, 0);
  for (int d = 0; d + 1 < in.dim_size(); ++d)
    *out->add_dim() = in.dim(d);
  out->add_dim()->set_dim_value(getAttribute(context, "N", int64_t{0}));
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

struct TypeName {
  const char *name;
  std::vector<std::string> types;
  const char *doc;
};

/// Operands of one name have one type.
const TypeName kTypes[] = {
    {"F", {"tensor(float)"}, "Floats."},
    {"T", {"tensor(uint8)", "tensor(int8)"}, "Codes."},
    {"W", {"tensor(uint8)", "tensor(int8)"}, "Codes of weights."},
    {"Z", {"tensor(uint8)", "tensor(int8)"}, "The code of 0 of a result."},
    {"R", {"tensor(float)", "tensor(uint8)", "tensor(int8)"}, "A result with or without a scale."},
    {"V", {"tensor(uint8)", "tensor(int8)", "tensor(float)"}, "Codes, scale, zero point."},
    {"I", {"tensor(int32)"}, "Codes of a bias, and groups."},
    {"B", {"tensor(bool)"}, "A choice."},
    {"N", {"tensor(float)", "tensor(float16)", "tensor(bfloat16)"}, "Floats of any width."},
    {"P", {"tensor(uint8)"}, "Packed codes."},
    {"O", {"tensor(uint8)", "tensor(float)", "tensor(float16)", "tensor(bfloat16)"}, "Zero points, packed or floats."},
};

struct Operand {
  std::string name;
  const char *doc;
  const char *type;
  OpSchema::FormalParameterOption option = OpSchema::Single;
};
using Operands = std::vector<Operand>;

Operands operator+(Operands left, const Operands &right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

constexpr const char *kStep = "Step size of the codes.", *kSteps = "Step size of the codes, one or one per column.";
constexpr const char *kZero = "The code of 0.", *kZeros = "The code of 0, one or one per column.";
constexpr const char *kCodes = "Codes.", *kLeft = "Left matrix.", *kRight = "Right matrix.", *kBias = "[N].";

/// Scale and zero point, by default 0.
Operands parameters(const std::string &name) {
  return {{name + "_scale", kStep, "F"}, {name + "_zero_point", kZero, "T", OpSchema::Optional}};
}
Operands codes(const std::string &name) { return Operands{{name, kCodes, "T"}} + parameters(name); }

OpSchema makeSchema(const char *name, const char *doc, const Operands &inputs, const Operand &output,
                    InferenceFunction infer) {
  OpSchema schema(name, "MicrosoftSchemas.cpp", __LINE__);
  schema.SetDomain(kMicrosoftDomain).SinceVersion(kMicrosoftVersion).SetDoc(doc);
  for (const TypeName &type : kTypes)
    schema.TypeConstraint(type.name, type.types, type.doc);
  for (size_t i = 0; i < inputs.size(); ++i)
    schema.Input(int(i), inputs[i].name, inputs[i].doc, inputs[i].type, inputs[i].option,
                 /*is_homogeneous=*/inputs[i].option != OpSchema::Variadic);
  schema.Output(0, output.name, output.doc, output.type);
  schema.TypeAndShapeInferenceFunction(std::move(infer));
  if (auto body = qcompile::onnx::findMicrosoftBody(name))
    schema.SetContextDependentFunctionBodyBuilder(std::move(body));
  return schema;
}

const OpSchema::Attribute kAutoPad = optional("auto_pad", "As in the standard operator.", AttributeProto::STRING),
                          kCeilMode = optional("ceil_mode", "Whether a last window may reach behind the padding."),
                          kChannelsLast = optional("channels_last", "Whether channels are the last dimension."),
                          kDilations = optional("dilations", "Distances in the window.", AttributeProto::INTS),
                          kKernelShape = required("kernel_shape", "Extents of the window.", AttributeProto::INTS),
                          kPads = optional("pads", "Padding.", AttributeProto::INTS),
                          kStrides = optional("strides", "Steps of the window.", AttributeProto::INTS);

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

std::vector<OpSchema> makePointwise() {
  const Operands unary = codes("X") + parameters("Y"), binary = codes("A") + codes("B") + parameters("C");
  const Operand y = {"Y", kCodes, "T"}, c = {"C", kCodes, "T"};
  return {
      makeSchema("QLinearAdd", "Sum of quantized tensors.", binary, c, inferBinary),
      makeSchema("QLinearMul", "Product of quantized tensors.", binary, c, inferBinary),
      makeSchema("QLinearSigmoid", "Sigmoid of a quantized tensor.", unary, y, propagateShapeAndTypeFromFirstInput),
      makeSchema("QLinearLeakyRelu", "LeakyRelu of a quantized tensor.", unary, y, propagateShapeAndTypeFromFirstInput)
          .Attr(withDefault("alpha", "Slope below 0.", 0.01f)),
      makeSchema("QLinearSoftmax", "Softmax of a quantized tensor, in steps of 1 / floor(1 / Y_scale).", unary, y,
                 propagateShapeAndTypeFromFirstInput)
          .Attr(optional("axis", "Dimension of the scores; below opset 13, the first one of these."))
          .Attr(required("opset", "Opset of the Softmax that is meant.")),
      makeSchema("QLinearWhere", "Elements of one of two quantized tensors, brought to one scale and zero point.",
                 Operands{{"condition", "Whether elements of X are taken.", "B"}} + codes("X") + codes("Y") +
                     parameters("Z"),
                 {"Z", kCodes, "T"}, inferWhere),
      makeSchema("QLinearConcat", "Concatenation of quantized tensors, brought to one scale and zero point.",
                 {{"Y_scale", kStep, "F"},
                  {"Y_zero_point", kZero, "T"},
                  {"inputs", "Codes, scale and zero point of every input.", "V", OpSchema::Variadic}},
                 y, inferConcat)
          .Attr(required("axis", "Dimension to concatenate along.")),
  };
}

std::vector<OpSchema> makeWindowed() {
  const Operands unary = codes("X") + parameters("Y");
  const Operand result = {"Y", kCodes, "T"};
  return {
      makeSchema("QLinearGlobalAveragePool", "Averages of the channels of a quantized tensor.", unary, result,
                 inferGlobalPool)
          .Attr(withDefault("channels_last", "Whether channels are the last dimension.", int64_t{0})),
      makeSchema("QLinearAveragePool", "Averages over windows of a quantized tensor.", unary, result, inferAveragePool)
          .Attr(kAutoPad)
          .Attr(kCeilMode)
          .Attr(kChannelsLast)
          .Attr(optional("count_include_pad", "Whether averages count padding."))
          .Attr(kKernelShape)
          .Attr(kPads)
          .Attr(kStrides),
      makeSchema("NhwcMaxPool", "Maxima over windows of codes, channels last.", {{"x", kCodes, "T"}},
                 {"y", kCodes, "T"}, inferElementType<0>)
          .Attr(kAutoPad)
          .Attr(kCeilMode)
          .Attr(kDilations)
          .Attr(kKernelShape)
          .Attr(kPads)
          .Attr(kStrides),
      makeSchema("QLinearConv", "The standard operator, with channels first or last.",
                 {{"x", kCodes, "T"},
                  {"x_scale", kStep, "F"},
                  {"x_zero_point", kZero, "T"},
                  {"w", "Weights [O, I / group, kernel...].", "W"},
                  {"w_scale", "Step size of the codes, one or one per output.", "F"},
                  {"w_zero_point", kZero, "W"},
                  {"y_scale", kStep, "F"},
                  {"y_zero_point", kZero, "T"},
                  {"B", "Bias.", "I", OpSchema::Optional}},
                 {"y", kCodes, "T"}, inferElementType<7>)
          .Attr(kAutoPad)
          .Attr(kChannelsLast)
          .Attr(kDilations)
          .Attr(optional("group", "Groups of channels."))
          .Attr(optional("kernel_shape", "Extents of the window.", AttributeProto::INTS))
          .Attr(kPads)
          .Attr(kStrides),
  };
}

std::vector<OpSchema> makeProducts() {
  const Operand result = {"Y", "The product.", "F"}, bias = {"bias", kBias, "F", OpSchema::Optional};
  OpSchema fused = makeSchema("FusedMatMul", "alpha times the product of matrices, which may be transposed.",
                              {{"A", kLeft, "F"}, {"B", kRight, "F"}}, result, inferFloat)
                       .Attr(optional("alpha", "Factor of the product.", AttributeProto::FLOAT));
  for (const char *name : {"transA", "transB", "transBatchA", "transBatchB"})
    fused.Attr(optional(name, "Whether dimensions of an operand are exchanged."));
  return {
      fused,
      makeSchema("QGemm", "alpha * (A * B + C) of quantized matrices; a float where y_scale is left out.",
                 {{"A", kLeft, "T"},
                  {"a_scale", kStep, "F"},
                  {"a_zero_point", kZero, "T"},
                  {"B", kRight, "W"},
                  {"b_scale", kSteps, "F"},
                  {"b_zero_point", kZeros, "W"},
                  {"C", "Bias, of scale alpha * a_scale * b_scale.", "I", OpSchema::Optional},
                  {"y_scale", kStep, "F", OpSchema::Optional},
                  {"y_zero_point", kZero, "Z", OpSchema::Optional}},
                 {"Y", "The result.", "R"}, inferGemm)
          .Attr(withDefault("alpha", "Factor of the product.", 1.0f))
          .Attr(withDefault("transA", "Whether A is transposed.", int64_t{0}))
          .Attr(withDefault("transB", "Whether B is transposed.", int64_t{0})),
      makeSchema("MatMulIntegerToFloat",
                 "The product of matrices of codes as floats: (sum * (a_scale * b_scale)) + bias.",
                 {{"A", kLeft, "T"},
                  {"B", kRight, "W"},
                  {"a_scale", kStep, "F"},
                  {"b_scale", kSteps, "F"},
                  {"a_zero_point", kZero, "T", OpSchema::Optional},
                  {"b_zero_point", kZeros, "W", OpSchema::Optional},
                  bias},
                 result, inferFloat),
      makeSchema("DynamicQuantizeMatMul",
                 "The product of a matrix, quantized to its own range, with a matrix of codes.",
                 {{"A", kLeft, "F"},
                  {"B", kRight, "T"},
                  {"b_scale", kSteps, "F"},
                  {"b_zero_point", kZeros, "T", OpSchema::Optional},
                  bias},
                 result, inferFloat),
      makeSchema("MatMulNBits", "Product with a matrix of few bits, quantized in blocks along K.",
                 {{"A", "Rows of K elements.", "N"},
                  {"B", "Codes [N, blocks, block_size * bits / 8].", "P"},
                  {"scales", "Step sizes [N, blocks].", "N"},
                  {"zero_points", "Codes of 0 [N, blocks], packed where integers; by default the middle.", "O",
                   OpSchema::Optional},
                  {"g_idx", "The group of every input.", "I", OpSchema::Optional},
                  {"bias", kBias, "N", OpSchema::Optional}},
                 {"Y", "Rows of N elements.", "N"}, inferMatMulNBits)
          .Attr(required("K", "Inputs."))
          .Attr(required("N", "Outputs."))
          .Attr(withDefault("bits", "Bits of a code.", int64_t{4}))
          .Attr(required("block_size", "Codes of one scale."))
          .Attr(withDefault("accuracy_level", "A hint without effect on what is computed exactly.", int64_t{0})),
  };
}

} // namespace

void qcompile::onnx::registerMicrosoftSchemas() {
  OpSchemaRegistry::DomainToVersionRange::Instance().AddDomainToVersion(kMicrosoftDomain, 1, kMicrosoftVersion);
  for (auto make : {makePointwise, makeWindowed, makeProducts})
    for (OpSchema &schema : make())
      RegisterSchema(std::move(schema));
}
