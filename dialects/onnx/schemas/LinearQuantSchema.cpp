//===- LinearQuantSchema.cpp - The operator LinearQuant -------------------===//
#include "dialects/onnx/schemas/LinearQuantSchema.h"

#include "dialects/onnx/schemas/BodyWriter.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "dialects/onnx/schemas/SchemaAttributes.h"
#include "onnx/defs/shape_inference.h"

using namespace ONNX_NAMESPACE;

namespace qcompile::onnx {

OpSchema makeLinearQuantSchema() {
  OpSchema schema("LinearQuant", "LinearQuantSchema.cpp", __LINE__);
  schema.SetDomain(kQcompileDomain).SinceVersion(kQcompileVersion);
  schema.SetDoc(
      "A quantizer whose zero point is added after rounding, as QuantizeLinear and DequantizeLinear do together: "
      "code = clamp(round(X / scale) + zero_point, low, high), half to even, and Y = scale * (code - zero_point).");
  schema.TypeConstraint("T", {"tensor(float)"}, "Data and parameters.");
  return schema.Attr(required("low", "Lowest code."))
      .Attr(required("high", "Highest code."))
      .Input(0, "X", "Values to quantize.", "T")
      .Input(1, "scale", "Step size, broadcast against X.", "T")
      .Input(2, "zero_point", "The code of 0, an integer, broadcast against X.", "T")
      .Output(0, "Y", "Dequantized values.", "T")
      .TypeAndShapeInferenceFunction(propagateShapeAndTypeFromFirstInput);
}

void writeLinearQuant(FunctionProto &function) {
  for (const char *input : {"X", "scale", "zero_point"})
    function.add_input(input);
  function.add_output("Y");
  for (const char *attribute : {"high", "low"})
    function.add_attribute(attribute);
  BodyWriter body(function);
  body.parameter("low");
  body.parameter("high");
  // Codes of up to 32 bits and their sums with zero points are exact in double.
  constexpr int kDouble = TensorProto::DOUBLE;
  body.cast("low_value", "lowest", kDouble);
  body.cast("high_value", "highest", kDouble);
  body.add("Div", {"X", "scale"}, "quotient");
  body.add("Round", {"quotient"}, "rounded");
  body.cast("rounded", "steps", kDouble);
  body.cast("zero_point", "zero", kDouble);
  body.add("Add", {"steps", "zero"}, "shifted");
  body.add("Clip", {"shifted", "lowest", "highest"}, "codes");
  body.add("Sub", {"codes", "zero"}, "difference");
  body.cast("difference", "difference_float", TensorProto::FLOAT);
  body.add("Mul", {"difference_float", "scale"}, "Y");
}

} // namespace qcompile::onnx
