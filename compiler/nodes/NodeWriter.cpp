//===- NodeWriter.cpp - One operation as an ONNX node ---------------------===//
#include "compiler/nodes/NodeWriter.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/nodes/ElementTypes.h"
#include "dialects/onnx/schemas/MicrosoftSchemas.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"
#include "onnx/defs/schema.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::OpSchema;
using ::onnx::OpSchemaRegistry;
using ::onnx::TensorProto;

namespace qcompile::nodes {

bool writeTensor(data::ConstantAttr constant, TensorProto &tensor, std::string &problem) {
  int type = getOnnxElementType(constant.getType().getElementType());
  if (type == TensorProto::UNDEFINED) {
    llvm::raw_string_ostream(problem) << "ONNX has no type for " << constant.getType();
    return false;
  }
  tensor.set_data_type(type);
  for (int64_t extent : constant.getType().getShape())
    tensor.add_dims(extent);
  // The storage form is that of raw data: little endian, small elements packed from the lowest bits on.
  ArrayRef<uint8_t> bytes = constant.getBytes();
  tensor.set_raw_data(bytes.data(), bytes.size());
  return true;
}

VersionRange writeIdentity(Value value, StringRef input, StringRef output, NodeProto &node) {
  node.set_op_type("Identity");
  node.add_input(input.str());
  node.add_output(output.str());
  int type = getOnnxElementType(cast<TensorType>(value.getType()).getElementType());
  return getVersions(*OpSchemaRegistry::Schema("Identity"), {{type}, {type}}, node);
}

const OpSchema *findSchema(Operation *op) {
  qcompile::onnx::registerQonnxSchemas();
  StringRef name = op->getName().getStringRef();
  if (!name.consume_front("onnx."))
    return nullptr;
  if (name.consume_front("channels_last."))
    return OpSchemaRegistry::Schema(name.str(), qcompile::onnx::kChannelsLastDomain);
  if (const OpSchema *standard = OpSchemaRegistry::Schema(name.str()))
    return standard;
  for (const char *domain : {qcompile::onnx::kQcompileDomain, qcompile::onnx::kMicrosoftDomain})
    if (const OpSchema *schema = OpSchemaRegistry::Schema(name.str(), domain))
      return schema;
  // Of the QONNX operators all versions exist, the old ones with a suffix.
  auto [base, version] = name.rsplit("_v");
  int number;
  if (!version.getAsInteger(10, number))
    return OpSchemaRegistry::Schema(base.str(), number, qcompile::onnx::kQonnxDomain);
  return OpSchemaRegistry::Schema(name.str(), qcompile::onnx::kQonnxDomain);
}

/// False where the attribute is not of the kind that the schema has.
static bool writeAttribute(Attribute value, AttributeProto::AttributeType kind, AttributeProto &out,
                           std::string &problem) {
  out.set_type(kind);
  switch (kind) {
  case AttributeProto::INT:
    if (auto integer = dyn_cast<IntegerAttr>(value); integer && integer.getValue().getBitWidth() <= 64) {
      out.set_i(integer.getValue().getSExtValue());
      return true;
    }
    break;
  case AttributeProto::FLOAT:
    if (auto number = dyn_cast<FloatAttr>(value)) {
      out.set_f(float(number.getValueAsDouble()));
      return true;
    }
    break;
  case AttributeProto::STRING:
    if (auto text = dyn_cast<StringAttr>(value)) {
      out.set_s(text.getValue().str());
      return true;
    }
    break;
  case AttributeProto::INTS:
    if (auto list = dyn_cast<DenseI64ArrayAttr>(value)) {
      out.mutable_ints()->Add(list.asArrayRef().begin(), list.asArrayRef().end());
      return true;
    }
    break;
  case AttributeProto::FLOATS:
    if (auto list = dyn_cast<DenseF32ArrayAttr>(value)) {
      out.mutable_floats()->Add(list.asArrayRef().begin(), list.asArrayRef().end());
      return true;
    }
    break;
  case AttributeProto::STRINGS: {
    auto list = dyn_cast<ArrayAttr>(value);
    if (!list || !llvm::all_of(list, llvm::IsaPred<StringAttr>))
      break;
    for (Attribute text : list)
      out.add_strings(cast<StringAttr>(text).getValue().str());
    return true;
  }
  case AttributeProto::TENSOR:
    if (auto constant = dyn_cast<data::ConstantAttr>(value)) {
      out.mutable_t()->set_name(constant.getName().str());
      return writeTensor(constant, *out.mutable_t(), problem);
    }
    break;
  default:
    break;
  }
  llvm::raw_string_ostream(problem) << "expected an attribute of kind "
                                    << ::onnx::AttributeProto_AttributeType_Name(kind) << ", found " << value;
  return false;
}

static NodeTypes getTypes(Operation *op) {
  auto list = [](ArrayRef<Value> values) {
    std::vector<int> types;
    for (Value value : values) {
      auto type = value ? dyn_cast<TensorType>(value.getType()) : nullptr;
      types.push_back(type ? getOnnxElementType(type.getElementType()) : int(TensorProto::UNDEFINED));
    }
    return types;
  };
  return {list(getFormalOperands(op)), list(getFormalResults(op))};
}

std::optional<VersionRange> writeNode(Operation *op, NodeProto &node, std::string &problem) {
  const OpSchema *schema = findSchema(op);
  if (!schema) {
    problem = "operation " + op->getName().getStringRef().str() +
              " has no ONNX form; only stages before integer are written as ONNX";
    return std::nullopt;
  }
  if (op->getNumRegions()) {
    problem = "operator " + schema->Name() + " with a subgraph is not supported";
    return std::nullopt;
  }
  node.set_op_type(schema->Name());
  node.set_domain(schema->domain());
  // What the schema does not have is a note of a pass, without effect on what the node computes.
  for (const auto &[name, attribute] : schema->attributes()) {
    Attribute value = op->getAttr(name == "signed" ? "signed_" : name);
    if (!value)
      continue;
    AttributeProto &out = *node.add_attribute();
    out.set_name(name);
    if (!writeAttribute(value, attribute.type, out, problem)) {
      problem = "attribute '" + name + "': " + problem;
      return std::nullopt;
    }
  }
  // Attributes of a schema come in the order of a hash table.
  std::sort(node.mutable_attribute()->begin(), node.mutable_attribute()->end(),
            [](const AttributeProto &a, const AttributeProto &b) { return a.name() < b.name(); });
  return getVersions(*schema, getTypes(op), node);
}

} // namespace qcompile::nodes
