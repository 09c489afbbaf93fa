//===- QonnxSchemas.cpp - The QONNX operators as ONNX schemas -------------===//
//
// Names, inputs, attributes and versions follow the QONNX operator documents and executor; where
// the two disagree the comment says which was taken.
//
//===----------------------------------------------------------------------===//
#include "dialects/onnx/schemas/QonnxSchemas.h"

#include <mutex>

#include "dialects/onnx/schemas/ChannelsLastShapes.h"
#include "dialects/onnx/schemas/MicrosoftSchemas.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "dialects/onnx/schemas/SchemaAttributes.h"
#include "onnx/defs/schema.h"
#include "onnx/defs/shape_inference.h"

using namespace ONNX_NAMESPACE;

// The onnx library's macros name its namespace unqualified, so these functions stay outside ours.
namespace {

using qcompile::onnx::kChannelsLastDomain;
using qcompile::onnx::kChannelsLastVersion;
using qcompile::onnx::kQonnxDomain;
using qcompile::onnx::kQonnxVersion;
using qcompile::onnx::required;
using qcompile::onnx::withDefault;

constexpr auto kInts = AttributeProto::INTS;

/// The first input broadcast against the parameters behind it. Dimensions of 1 that these have in front of its own are
/// none of the result.
void broadcastOfInputs(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  std::vector<const TensorShapeProto *> shapes;
  for (size_t i = 0; i < context.getNumInputs(); ++i) {
    if (!hasInputShape(context, i))
      return;
    shapes.push_back(&getInputShape(context, i));
  }
  TensorShapeProto common, *out = getOutputShape(context, 0);
  multidirectionalBroadcastShapeInference(shapes, common);
  int first = 0;
  while (common.dim_size() - first > shapes[0]->dim_size() && common.dim(first).has_dim_value() &&
         common.dim(first).dim_value() == 1)
    ++first;
  out->clear_dim();
  for (int i = first; i < common.dim_size(); ++i)
    *out->add_dim() = common.dim(i);
}

OpSchema makeSchema(const char *name, const char *domain, int version, const char *doc) {
  OpSchema schema(name, "QonnxSchemas.cpp", __LINE__);
  schema.SetDomain(domain).SinceVersion(version).SetDoc(doc);
  schema.TypeConstraint("T", {"tensor(float)"}, "The carrier of quantized values.");
  // Exporters write scales, zero points and bit widths in any numeric type, each in its own.
  for (const char *type : {"P1", "P2", "P3", "P4", "P5"})
    schema.TypeConstraint(type, OpSchema::all_numeric_types(), "A parameter of the quantizer.");
  return schema;
}

OpSchema quant(const char *name) {
  return makeSchema(name, kQonnxDomain, 1,
                    "Uniform quantization: y = clamp(round(x / scale + zeropt)), then "
                    "(y - zeropt) * scale. The zero point is added before rounding.")
      .Attr(withDefault("signed", "Whether codes are signed.", int64_t{1}))
      .Attr(
          withDefault("narrow", "Whether the lowest code (signed) or the highest (unsigned) is left out.", int64_t{0}))
      .Attr(withDefault("rounding_mode", "ROUND (half to even), CEIL, FLOOR, UP, DOWN, HALF_UP or HALF_DOWN.", "ROUND"))
      .Input(0, "X", "Values to quantize.", "T")
      .Input(1, "scale", "Step size, broadcast against X.", "P1")
      .Input(2, "zeropt", "Zero point, broadcast against X; may be fractional.", "P2")
      .Input(3, "bitwidth", "Number of bits, broadcast against X.", "P3")
      .Output(0, "Y", "Dequantized values.", "T")
      .TypeAndShapeInferenceFunction(broadcastOfInputs);
}

OpSchema bipolarQuant() {
  return makeSchema("BipolarQuant", kQonnxDomain, 1, "Y = scale where X >= 0, else -scale.")
      .Input(0, "X", "Values to quantize.", "T")
      .Input(1, "scale", "Magnitude of the result, broadcast against X.", "P1")
      .Output(0, "Y", "Dequantized values.", "T")
      .TypeAndShapeInferenceFunction(broadcastOfInputs);
}

OpSchema truncV1() {
  return makeSchema("Trunc", kQonnxDomain, 1, "Drops low bits of an integer result and keeps the input scale.")
      .Attr(withDefault("rounding_mode", "How the dropped bits round.", "FLOOR"))
      .Input(0, "X", "Values on the input grid.", "T")
      .Input(1, "scale", "Step size of the input grid.", "P1")
      .Input(2, "zeropt", "Zero point of the input grid.", "P2")
      .Input(3, "in_bits", "Bits of the input.", "P3")
      .Input(4, "out_bits", "Bits of the output.", "P4")
      .Output(0, "Y", "Truncated values.", "T")
      .TypeAndShapeInferenceFunction(propagateShapeAndTypeFromFirstInput);
}

OpSchema truncV2() {
  return makeSchema("Trunc", kQonnxDomain, 2, "Drops low bits of an integer result; the output has its own scale.")
      .Attr(withDefault("rounding_mode", "How the dropped bits round.", "FLOOR"))
      .Attr(withDefault("signed", "Whether output codes are signed.", int64_t{1}))
      .Attr(withDefault("narrow", "Whether the output range is narrow.", int64_t{0}))
      .Input(0, "X", "Values on the input grid.", "T")
      .Input(1, "scale", "Step size of the input grid.", "P1")
      .Input(2, "zeropt", "Zero point of the input grid.", "P2")
      .Input(3, "in_bits", "Bits of the input.", "P3")
      .Input(4, "out_scale", "Step size of the output grid.", "P4")
      .Input(5, "out_bits", "Bits of the output.", "P5")
      .Output(0, "Y", "Truncated values.", "T")
      .TypeAndShapeInferenceFunction(propagateShapeAndTypeFromFirstInput);
}

OpSchema floatQuant() {
  // The executor reads `has_inf` (the document spells it has_infinity).
  return makeSchema("FloatQuant", kQonnxDomain, 1, "Quantization to a small floating-point format.")
      .Attr(withDefault("has_inf", "Whether overflow becomes infinity without saturation.", int64_t{0}))
      .Attr(withDefault("has_nan", "Whether overflow becomes NaN without saturation.", int64_t{0}))
      .Attr(withDefault("has_subnormal", "No effect: subnormals are always produced.", int64_t{1}))
      .Attr(withDefault("saturation", "Whether values beyond the range saturate.", int64_t{1}))
      .Attr(withDefault("rounding_mode", "How the mantissa rounds.", "ROUND"))
      .Input(0, "X", "Values to quantize.", "T")
      .Input(1, "scale", "Step size, broadcast against X.", "P1")
      .Input(2, "exponent_bits", "Bits of the exponent.", "P2")
      .Input(3, "mantissa_bits", "Bits of the mantissa.", "P3")
      .Input(4, "exponent_bias", "Bias of the exponent.", "P4")
      .Input(5, "max_val", "Largest magnitude.", "P5")
      .Output(0, "Y", "Dequantized values.", "T")
      .TypeAndShapeInferenceFunction(propagateShapeAndTypeFromFirstInput);
}

OpSchema multiThreshold() {
  return makeSchema("MultiThreshold", kQonnxDomain, 1, "Y = out_scale * #{t : X >= thresholds[c, t]} + out_bias.")
      .Attr(withDefault("out_dtype", "Name of the QONNX data type of the result.", ""))
      .Attr(withDefault("out_scale", "Factor of the count.", 1.0f))
      .Attr(withDefault("out_bias", "Summand of the count.", 0.0f))
      .Attr(withDefault("data_layout", "The channel axis is the last one when this ends in C, else 1.", "NCHW"))
      .Input(0, "X", "Values to compare.", "T")
      .Input(1, "thresholds", "One row per channel, or one for all.", "T")
      .Output(0, "Y", "Scaled counts.", "T")
      .TypeAndShapeInferenceFunction(propagateShapeAndTypeFromFirstInput);
}

void im2colShape(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (!hasInputShape(context, 0))
    return;
  auto ints = [&](const char *name, std::vector<int64_t> otherwise) {
    const AttributeProto *attribute = context.getAttribute(name);
    return attribute ? std::vector<int64_t>(attribute->ints().begin(), attribute->ints().end()) : otherwise;
  };
  std::vector<int64_t> stride = ints("stride", {}), kernel = ints("kernel_size", {});
  std::vector<int64_t> pads = ints("pad_amount", {0, 0, 0, 0}), dilations = ints("dilations", {1, 1});
  const TensorShapeProto &in = getInputShape(context, 0);
  if (in.dim_size() != 4 || stride.size() != 2 || kernel.size() != 2 || pads.size() != 4 || dilations.size() != 2)
    fail_shape_inference("expected a rank 4 input and two-dimensional stride and kernel_size");
  TensorShapeProto *out = getOutputShape(context, 0);
  *out->add_dim() = in.dim(0);
  for (int d = 0; d < 2; ++d) {
    auto *dim = out->add_dim();
    if (stride[d] < 1)
      fail_shape_inference("strides must be positive");
    if (in.dim(1 + d).has_dim_value())
      dim->set_dim_value(
          (in.dim(1 + d).dim_value() + pads[d] + pads[2 + d] - dilations[d] * (kernel[d] - 1) - 1) / stride[d] + 1);
  }
  auto *last = out->add_dim();
  if (in.dim(3).has_dim_value())
    last->set_dim_value(in.dim(3).dim_value() * kernel[0] * kernel[1]);
}

OpSchema im2col() {
  return makeSchema("Im2Col", kQonnxDomain, 1,
                    "Patches of an NHWC tensor as rows of length KH*KW*C, innermost (kh, kw, c).")
      .Attr(required("stride", "Step per dimension.", kInts))
      .Attr(required("kernel_size", "Extent of the window.", kInts))
      .Attr(withDefault("input_shape", "The input shape as text; not used.", ""))
      .Attr(withDefault("pad_amount", "Padding at [top, left, bottom, right].", std::vector<int64_t>{0, 0, 0, 0}))
      .Attr(withDefault("pad_value", "Value of the padding.", int64_t{0}))
      .Attr(withDefault("depthwise", "A tag without effect on the values.", int64_t{0}))
      .Attr(withDefault("dilations", "Distance of the taps.", std::vector<int64_t>{1, 1}))
      .Input(0, "X", "Data, channels last.", "T")
      .Output(0, "Y", "Patches.", "T")
      .TypeAndShapeInferenceFunction(im2colShape);
}

OpSchema xnorPopcountMatMul() {
  return makeSchema("XnorPopcountMatMul", kQonnxDomain, 1,
                    "Number of equal bits of each row of A and column of B, both {0, 1}.")
      .Input(0, "A", "Left operand.", "T")
      .Input(1, "B", "Right operand.", "T")
      .Output(0, "Y", "Counts.", "T")
      .TypeAndShapeInferenceFunction(OpSchemaRegistry::Schema("MatMul")->GetTypeAndShapeInferenceFunction());
}

void quantAvgPoolShape(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (!hasInputShape(context, 0))
    return;
  int64_t kernel = getAttribute(context, "kernel", int64_t{0}), stride = getAttribute(context, "stride", int64_t{0});
  const TensorShapeProto &in = getInputShape(context, 0);
  if (in.dim_size() != 4 || kernel < 1 || stride < 1)
    fail_shape_inference("expected a rank 4 input, a positive kernel and a positive stride");
  int first = getAttribute(context, "data_layout", std::string("NCHW")) == "NHWC" ? 1 : 2;
  TensorShapeProto *out = getOutputShape(context, 0);
  for (int d = 0; d < 4; ++d) {
    auto *dim = out->add_dim();
    if (d != first && d != first + 1)
      *dim = in.dim(d);
    else if (in.dim(d).has_dim_value())
      dim->set_dim_value(in.dim(d).dim_value() < kernel ? 0 : (in.dim(d).dim_value() - kernel) / stride + 1);
  }
}

OpSchema quantAvgPool2d() {
  return makeSchema("QuantAvgPool2d", kQonnxDomain, 1, "Sum of a window, shifted right.")
      .Attr(required("stride", "Step in both dimensions."))
      .Attr(required("kernel", "Extent in both dimensions."))
      .Attr(required("ibits", "Bits of the input."))
      .Attr(required("obits", "Bits of the output."))
      .Attr(withDefault("signed", "Whether the input is signed.", int64_t{0}))
      .Attr(withDefault("data_layout", "NCHW or NHWC.", "NCHW"))
      .Input(0, "X", "Integer values.", "T")
      .Output(0, "Y", "Shifted sums.", "T")
      .TypeAndShapeInferenceFunction(quantAvgPoolShape);
}

/// A standard operator whose data (and weights of Conv) is stored channels last.
OpSchema channelsLast(const char *name) {
  const OpSchema *standard = OpSchemaRegistry::Schema(name);
  OpSchema schema(*standard);
  schema.SetDomain(kChannelsLastDomain).SinceVersion(kChannelsLastVersion);
  schema.SetDoc("The standard operator with data (and convolution weights) stored channels last.");
  schema.TypeAndShapeInferenceFunction(qcompile::onnx::inferChannelsLast);
  return schema;
}

} // namespace

void qcompile::onnx::registerQonnxSchemas() {
  static std::once_flag once;
  std::call_once(once, [] {
    auto &domains = OpSchemaRegistry::DomainToVersionRange::Instance();
    domains.AddDomainToVersion(kQonnxDomain, 1, kQonnxVersion);
    domains.AddDomainToVersion(kChannelsLastDomain, 1, kChannelsLastVersion);
    for (OpSchema schema : {quant("Quant"), quant("IntQuant"), bipolarQuant(), truncV1(), truncV2(), floatQuant(),
                            multiThreshold(), im2col(), xnorPopcountMatMul(), quantAvgPool2d(), channelsLast("Conv"),
                            channelsLast("MaxPool"), channelsLast("BatchNormalization")})
      RegisterSchema(std::move(schema));
    registerPqSchemas();
    registerMicrosoftSchemas();
  });
}
