//===- MicrosoftSchemas.cpp - Quantized operators of ONNX Runtime ---------===//
#include "dialects/onnx/schemas/MicrosoftSchemas.h"

#include "dialects/onnx/schemas/MicrosoftFunctions.h"
#include "onnx/defs/schema.h"
#include "onnx/defs/shape_inference.h"

using namespace ONNX_NAMESPACE;

// The onnx library's macros name its namespace unqualified, so these functions stay outside ours.
namespace {

using qcompile::onnx::kMicrosoftDomain;
using qcompile::onnx::kMicrosoftVersion;

OpSchema::Attribute withDefault(const char *name, const char *doc, int64_t value) {
  AttributeProto proto;
  proto.set_name(name);
  proto.set_type(AttributeProto::INT);
  proto.set_i(value);
  return OpSchema::Attribute(name, doc, std::move(proto));
}

OpSchema::Attribute withDefault(const char *name, const char *doc, float value) {
  AttributeProto proto;
  proto.set_name(name);
  proto.set_type(AttributeProto::FLOAT);
  proto.set_f(value);
  return OpSchema::Attribute(name, doc, std::move(proto));
}

OpSchema::Attribute required(const char *name, const char *doc) {
  return OpSchema::Attribute(name, doc, AttributeProto::INT, /*required_=*/true);
}

OpSchema makeSchema(const char *name, const char *doc) {
  OpSchema schema(name, "MicrosoftSchemas.cpp", __LINE__);
  schema.SetDomain(kMicrosoftDomain).SinceVersion(kMicrosoftVersion).SetDoc(doc);
  schema.TypeConstraint("F", {"tensor(float)"}, "Floats.");
  schema.TypeConstraint("T", {"tensor(uint8)", "tensor(int8)"}, "Codes.");
  return schema;
}

/// Adds `NAME`, `NAME_scale` and, where it may be left out, `NAME_zero_point`.
int addQuantized(OpSchema &schema, int at, const char *name, const char *type = "T") {
  std::string base(name);
  schema.Input(at, base, "Codes.", type);
  schema.Input(at + 1, base + "_scale", "Their step size.", "F");
  schema.Input(at + 2, base + "_zero_point", "The code of 0; by default 0.", type, OpSchema::Optional);
  return at + 3;
}

int addResult(OpSchema &schema, int at, const char *name) {
  std::string base(name);
  schema.Input(at, base + "_scale", "Step size of the result.", "F");
  schema.Input(at + 1, base + "_zero_point", "Its code of 0; by default 0.", "T", OpSchema::Optional);
  schema.Output(0, base, "Codes of the result.", "T");
  return at + 2;
}

void inferBinary(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (hasInputShape(context, 0) && hasInputShape(context, 3))
    bidirectionalBroadcastShapeInference(getInputShape(context, 0), getInputShape(context, 3),
                                         *getOutputShape(context, 0));
}

void inferUnary(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (hasInputShape(context, 0))
    propagateShapeFromInputToOutput(context, 0, 0);
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

OpSchema binary(const char *name, const char *doc) {
  OpSchema schema = makeSchema(name, doc);
  addResult(schema, addQuantized(schema, addQuantized(schema, 0, "A"), "B"), "C");
  return schema.TypeAndShapeInferenceFunction(inferBinary);
}

OpSchema unary(const char *name, const char *doc) {
  OpSchema schema = makeSchema(name, doc);
  addResult(schema, addQuantized(schema, 0, "X"), "Y");
  return schema.TypeAndShapeInferenceFunction(inferUnary);
}

OpSchema concat() {
  OpSchema schema = makeSchema("QLinearConcat", "Concatenation of quantized tensors, brought to one scale and zero point.");
  schema.TypeConstraint("V", {"tensor(uint8)", "tensor(int8)", "tensor(float)"}, "Codes, scale, zero point.");
  return schema.Attr(required("axis", "Dimension to concatenate along."))
      .Input(0, "Y_scale", "Step size of the result.", "F")
      .Input(1, "Y_zero_point", "Its code of 0.", "T")
      .Input(2, "inputs", "Codes, scale and zero point of every input.", "V", OpSchema::Variadic,
             /*is_homogeneous=*/false)
      .Output(0, "Y", "Codes of the result.", "T")
      .TypeAndShapeInferenceFunction(inferConcat);
}

OpSchema gemm() {
  OpSchema schema = makeSchema("QGemm", "alpha * (A * B + C) of quantized matrices; a float where y_scale is left out.");
  schema.TypeConstraint("TA", {"tensor(uint8)", "tensor(int8)"}, "Codes of A.");
  schema.TypeConstraint("TB", {"tensor(uint8)", "tensor(int8)"}, "Codes of B.");
  schema.TypeConstraint("TC", {"tensor(int32)"}, "Codes of C, of scale alpha * a_scale * b_scale.");
  schema.TypeConstraint("TY", {"tensor(float)", "tensor(uint8)", "tensor(int8)"}, "The result.");
  schema.TypeConstraint("TZ", {"tensor(uint8)", "tensor(int8)"}, "Its code of 0.");
  schema.Attr(withDefault("alpha", "Factor of the product.", 1.0f))
      .Attr(withDefault("transA", "Whether A is transposed.", int64_t{0}))
      .Attr(withDefault("transB", "Whether B is transposed.", int64_t{0}))
      .Input(0, "A", "Left matrix.", "TA")
      .Input(1, "a_scale", "Its step size.", "F")
      .Input(2, "a_zero_point", "Its code of 0.", "TA")
      .Input(3, "B", "Right matrix.", "TB")
      .Input(4, "b_scale", "Its step size, one or one per column.", "F")
      .Input(5, "b_zero_point", "Its code of 0, one or one per column.", "TB")
      .Input(6, "C", "Bias.", "TC", OpSchema::Optional)
      .Input(7, "y_scale", "Step size of the result.", "F", OpSchema::Optional)
      .Input(8, "y_zero_point", "Its code of 0.", "TZ", OpSchema::Optional)
      .Output(0, "Y", "The result.", "TY");
  return schema.TypeAndShapeInferenceFunction(inferGemm);
}

OpSchema matMulNBits() {
  OpSchema schema = makeSchema("MatMulNBits", "Product with a matrix of few bits, quantized in blocks along K.");
  schema.TypeConstraint("A", {"tensor(float)", "tensor(float16)", "tensor(bfloat16)"}, "Floats.");
  schema.TypeConstraint("B", {"tensor(uint8)"}, "Packed codes.");
  schema.TypeConstraint("Z", {"tensor(uint8)", "tensor(float)", "tensor(float16)", "tensor(bfloat16)"},
                        "Zero points, packed or floats.");
  schema.TypeConstraint("I", {"tensor(int32)"}, "Groups.");
  return schema.Attr(required("K", "Inputs."))
      .Attr(required("N", "Outputs."))
      .Attr(withDefault("bits", "Bits of a code.", int64_t{4}))
      .Attr(required("block_size", "Codes of one scale."))
      .Attr(withDefault("accuracy_level", "A hint without effect on what is computed exactly.", int64_t{0}))
      .Input(0, "A", "Rows of K elements.", "A")
      .Input(1, "B", "Codes [N, blocks, block_size * bits / 8].", "B")
      .Input(2, "scales", "Step sizes [N, blocks].", "A")
      .Input(3, "zero_points", "Codes of 0 [N, blocks], packed where integers; by default the middle.", "Z",
             OpSchema::Optional)
      .Input(4, "g_idx", "The group of every input.", "I", OpSchema::Optional)
      .Input(5, "bias", "[N].", "A", OpSchema::Optional)
      .Output(0, "Y", "Rows of N elements.", "A")
      .TypeAndShapeInferenceFunction(inferMatMulNBits);
}

} // namespace

void qcompile::onnx::registerMicrosoftSchemas() {
  OpSchemaRegistry::DomainToVersionRange::Instance().AddDomainToVersion(kMicrosoftDomain, 1,
                                                                        kMicrosoftVersion);
  OpSchema leaky = unary("QLinearLeakyRelu", "LeakyRelu of a quantized tensor.");
  leaky.Attr(withDefault("alpha", "Slope below 0.", 0.01f));
  OpSchema pool = makeSchema("QLinearGlobalAveragePool", "Averages of the channels of a quantized tensor.");
  addResult(pool, addQuantized(pool, 0, "X"), "Y");
  pool.Attr(withDefault("channels_last", "Whether channels are the last dimension.", int64_t{0}))
      .TypeAndShapeInferenceFunction(inferGlobalPool);
  for (OpSchema schema : {binary("QLinearAdd", "Sum of quantized tensors."),
                          binary("QLinearMul", "Product of quantized tensors."),
                          unary("QLinearSigmoid", "Sigmoid of a quantized tensor."), leaky, pool, concat(),
                          gemm(), matMulNBits()})
    RegisterSchema(std::move(schema));
  for (OpSchema &schema : makeMicrosoftFunctions())
    RegisterSchema(std::move(schema));
}
