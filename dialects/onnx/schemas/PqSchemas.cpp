//===- PqSchemas.cpp - Operators of the domain `qcompile` -----------------===//
//
// PqMatMul is a matrix product approximated by product quantization (docs/ProductQuantization.md). All of its steps but
// the first division and the last two are on integers, so that every program that runs its function gets the same
// codes. LinearQuant is in a file of its own.
//
//===----------------------------------------------------------------------===//
#include "dialects/onnx/schemas/PqSchemas.h"

#include "dialects/onnx/schemas/BodyWriter.h"
#include "dialects/onnx/schemas/LinearQuantSchema.h"
#include "dialects/onnx/schemas/SchemaAttributes.h"
#include "onnx/defs/schema.h"
#include "onnx/defs/shape_inference.h"

using namespace ONNX_NAMESPACE;

using qcompile::onnx::BodyWriter;

// The onnx library's macros name its namespace unqualified, so these functions stay outside ours.
namespace {

void inferPqMatMul(InferenceContext &context) {
  propagateElemTypeFromInputToOutput(context, 0, 0);
  if (!hasInputShape(context, 0) || !hasInputShape(context, 4))
    return;
  const TensorShapeProto &in = getInputShape(context, 0), &tables = getInputShape(context, 4);
  if (in.dim_size() < 1 || tables.dim_size() != 3)
    fail_shape_inference("expected rows, and tables of rank 3");
  TensorShapeProto *out = getOutputShape(context, 0);
  for (int d = 0; d + 1 < in.dim_size(); ++d)
    *out->add_dim() = in.dim(d);
  *out->add_dim() = tables.dim(2);
}

OpSchema pqMatMul() {
  OpSchema schema("PqMatMul", "PqSchemas.cpp", __LINE__);
  schema.SetDomain(qcompile::onnx::kQcompileDomain).SinceVersion(qcompile::onnx::kQcompileVersion);
  schema.SetDoc("Matrix product by product quantization. Elements become codes u = clamp(round(X / input_scale), low, "
                "high), half to even. "
                "Each sub-vector of a row takes the lowest position of a prototype with the least offset + sum of "
                "|factor * u - prototype|^norm; "
                "Y[m] = scale[m] * (sum of tables[sub-space][position][m]) + bias[m], one rounding.");
  schema.TypeConstraint("T", {"tensor(float)"}, "Data.");
  schema.TypeConstraint("I", {"tensor(int8)", "tensor(uint8)", "tensor(int16)", "tensor(int32)"}, "Prototypes.");
  schema.TypeConstraint("O", {"tensor(int32)"}, "Offsets.");
  schema.TypeConstraint("J", {"tensor(int8)", "tensor(uint8)", "tensor(int16)", "tensor(int32)"}, "Tables.");
  schema.TypeConstraint("D", {"tensor(double)"}, "Exact products of scales.");
  for (auto [name, doc] :
       {std::pair("low", "Lowest code of an element."), std::pair("high", "Highest code of an element."),
        std::pair("factor", "Steps of a prototype in a step of the codes."),
        std::pair("norm", "1 for sums of magnitudes, 2 for sums of squares.")})
    schema.Attr(qcompile::onnx::required(name, doc));
  return schema.Input(0, "X", "Rows of K elements.", "T")
      .Input(1, "input_scale", "Step of the codes, one element.", "T")
      .Input(2, "prototypes", "[sub-spaces, prototypes, length]; 0 behind element K of a row.", "I")
      .Input(3, "offsets", "[sub-spaces, prototypes], added to distances.", "O")
      .Input(4, "tables", "[sub-spaces, prototypes, M].", "J")
      .Input(5, "scale", "One element, or M.", "D")
      .Input(6, "bias", "One element, or M.", "D")
      .Output(0, "Y", "Rows of M elements.", "T")
      .TypeAndShapeInferenceFunction(inferPqMatMul);
}

/// Codes of the elements in steps of the prototypes: `steps`, int32 in the shape of X.
void writeCodes(BodyWriter &body) {
  for (const char *name : {"low", "high", "factor", "norm"})
    body.parameter(name);
  body.cast("low_value", "lowest", TensorProto::FLOAT);
  body.cast("high_value", "highest", TensorProto::FLOAT);
  body.cast("factor_value", "factor_int", TensorProto::INT32);
  body.add("Div", {"X", "input_scale"}, "quotient");
  body.add("Round", {"quotient"}, "rounded");
  body.add("Clip", {"rounded", "lowest", "highest"}, "clamped");
  body.cast("clamped", "codes", TensorProto::INT32);
  body.add("Mul", {"codes", "factor_int"}, "steps");
}

/// Rows of sub-vectors: `grouped`, [rows, sub-spaces, 1, length].
void writeSubvectors(BodyWriter &body) {
  body.constant("minus_one", {-1});
  body.constant("zero", {0});
  body.constant("one", {1});
  body.constant("two", {2});
  body.constant("three", {3});
  body.constant("end", {INT32_MAX});
  body.constant("no_border", {0, 0, 0});
  body.add("Shape", {"X"}, "x_shape");
  body.add("Slice", {"x_shape", "minus_one", "end", "zero"}, "k");
  body.add("Slice", {"x_shape", "zero", "minus_one", "zero"}, "leading");
  body.add("Shape", {"prototypes"}, "p_shape");
  body.add("Slice", {"p_shape", "zero", "one", "zero"}, "spaces");
  body.add("Slice", {"p_shape", "one", "two", "zero"}, "count");
  body.add("Slice", {"p_shape", "two", "three", "zero"}, "length");
  body.add("Mul", {"spaces", "length"}, "padded_k");
  body.add("Sub", {"padded_k", "k"}, "border");
  BodyWriter::setInt(body.add("Concat", {"minus_one", "k"}, "flat_shape"), "axis", 0);
  body.add("Reshape", {"steps", "flat_shape"}, "flat");
  BodyWriter::setInt(body.add("Concat", {"no_border", "border"}, "pads"), "axis", 0);
  body.add("Pad", {"flat", "pads"}, "padded");
  BodyWriter::setInt(body.add("Concat", {"minus_one", "spaces", "one", "length"}, "grouped_shape"), "axis", 0);
  body.add("Reshape", {"padded", "grouped_shape"}, "grouped");
}

/// Positions of the nearest prototypes: `nearest`, [rows, sub-spaces].
void writeEncoder(BodyWriter &body) {
  body.cast("prototypes", "prototypes_int", TensorProto::INT32);
  body.add("Sub", {"grouped", "prototypes_int"}, "difference");
  body.add("Abs", {"difference"}, "magnitude");
  body.add("Mul", {"magnitude", "magnitude"}, "square");
  body.add("Equal", {"norm_value", "one"}, "is_first");
  body.add("Where", {"is_first", "magnitude", "square"}, "term");
  body.reduce("ReduceSum", {"term", "minus_one"}, "distance");
  body.add("Add", {"distance", "offsets"}, "offset_distance");
  NodeProto &nearest = body.add("ArgMin", {"offset_distance"}, "nearest");
  BodyWriter::setInt(nearest, "axis", -1);
  BodyWriter::setInt(nearest, "keepdims", 0);
}

/// Sums of table rows, scaled.
void writeTables(BodyWriter &body) {
  body.add("Squeeze", {"spaces"}, "spaces_number");
  body.add("Squeeze", {"zero"}, "zero_number");
  body.add("Squeeze", {"one"}, "one_number");
  body.add("Range", {"zero_number", "spaces_number", "one_number"}, "space");
  body.add("Mul", {"space", "count"}, "first");
  body.add("Add", {"nearest", "first"}, "entries");
  body.add("Shape", {"tables"}, "t_shape");
  body.add("Slice", {"t_shape", "two", "three", "zero"}, "m");
  BodyWriter::setInt(body.add("Concat", {"minus_one", "m"}, "table_shape"), "axis", 0);
  body.add("Reshape", {"tables", "table_shape"}, "table");
  body.add("Gather", {"table", "entries"}, "rows");
  body.cast("rows", "rows_int", TensorProto::INT64);
  body.reduce("ReduceSum", {"rows_int", "one"}, "sum");
  body.cast("sum", "sum_double", TensorProto::DOUBLE);
  body.add("Mul", {"sum_double", "scale"}, "scaled");
  body.add("Add", {"scaled", "bias"}, "biased");
  body.cast("biased", "flat_result", TensorProto::FLOAT);
  BodyWriter::setInt(body.add("Concat", {"leading", "m"}, "y_shape"), "axis", 0);
  body.add("Reshape", {"flat_result", "y_shape"}, "Y");
}

} // namespace

void qcompile::onnx::registerPqSchemas() {
  OpSchemaRegistry::DomainToVersionRange::Instance().AddDomainToVersion(kQcompileDomain, 1, kQcompileVersion);
  RegisterSchema(pqMatMul());
  RegisterSchema(makeLinearQuantSchema());
}

static void writePqMatMul(FunctionProto &function) {
  for (const char *input : {"X", "input_scale", "prototypes", "offsets", "tables", "scale", "bias"})
    function.add_input(input);
  function.add_output("Y");
  for (const char *attribute : {"factor", "high", "low", "norm"})
    function.add_attribute(attribute);
  BodyWriter body(function);
  writeCodes(body);
  writeSubvectors(body);
  writeEncoder(body);
  writeTables(body);
}

FunctionProto qcompile::onnx::makeFunction(const std::string &operatorName, int opset) {
  FunctionProto function;
  if (operatorName == "PqMatMul")
    writePqMatMul(function);
  else if (operatorName == "LinearQuant")
    writeLinearQuant(function);
  else
    return function;
  function.set_name(operatorName);
  function.set_domain(kQcompileDomain);
  auto *import = function.add_opset_import();
  import->set_domain("");
  import->set_version(opset);
  return function;
}
