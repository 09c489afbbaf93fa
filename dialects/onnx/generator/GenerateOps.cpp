//===- GenerateOps.cpp - The onnx dialect's operations from the schemas ---===//
//
// Prints an ODS file with one operation per ONNX operator: the newest version of every operator of
// the default domain, and every version of the QONNX operators (their domain has no version
// converter), of our own and of ONNX Runtime's. Names, attributes, defaults and documentation come from the schemas.
//
// usage: onnx-generate-ops > OnnxOps.td
//
//===----------------------------------------------------------------------===//
#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "dialects/onnx/schemas/MicrosoftSchemas.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"
#include "onnx/defs/schema.h"

using namespace ONNX_NAMESPACE;

namespace {

/// ODS names of the element types that values of the dialect may have. Strings, sequences, maps and
/// optionals have none: the frontend refuses them by name.
const std::map<std::string, std::string> kElementTypes = {
    {"tensor(float)", "F32"},
    {"tensor(double)", "F64"},
    {"tensor(float16)", "F16"},
    {"tensor(bfloat16)", "BF16"},
    {"tensor(int2)", "SI<2>"},
    {"tensor(int4)", "SI<4>"},
    {"tensor(int8)", "SI8"},
    {"tensor(int16)", "SI16"},
    {"tensor(int32)", "SI32"},
    {"tensor(int64)", "SI64"},
    {"tensor(uint2)", "UI<2>"},
    {"tensor(uint4)", "UI<4>"},
    {"tensor(uint8)", "UI8"},
    {"tensor(uint16)", "UI16"},
    {"tensor(uint32)", "UI32"},
    {"tensor(uint64)", "UI64"},
    {"tensor(bool)", "I1"},
    {"tensor(complex64)", "Complex<F32>"},
    {"tensor(complex128)", "Complex<F64>"},
    {"tensor(float8e4m3fn)", "F8E4M3FN"},
    {"tensor(float8e4m3fnuz)", "F8E4M3FNUZ"},
    {"tensor(float8e5m2)", "F8E5M2"},
    {"tensor(float8e5m2fnuz)", "F8E5M2FNUZ"},
    {"tensor(float8e8m0)", "F8E8M0FNU"},
    {"tensor(float4e2m1)", "F4E2M1FN"},
};

std::string join(const std::vector<std::string> &parts, const char *separator) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i)
    out += (i ? separator : "") + parts[i];
  return out;
}

/// Text that may stand inside [{ ... }].
std::string codeBlock(const std::string &text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '}' && i + 1 < text.size() && text[i + 1] == ']')
      out += ' ';
  }
  return out;
}

/// Text that may stand inside a C++ string literal inside an ODS string literal.
std::string quoted(const std::string &text) {
  std::string out = "\\\"";
  for (char c : text)
    out += c == '"' || c == '\\' ? std::string("\\\\\\") + c : std::string(1, c);
  return out + "\\\"";
}

std::string firstSentence(const char *doc, const std::string &name) {
  std::string text = doc ? doc : "";
  std::string line;
  for (char c : text) {
    if (c == '\n' ? line.size() > 2 : c == '.')
      break;
    line += c == '\n' || c == '"' || c == '\\' ? ' ' : c;
  }
  size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? "ONNX " + name : line.substr(begin);
}

std::string typeConstraint(const OpSchema::FormalParameter &parameter) {
  std::set<std::string> elements;
  for (const std::string *type : parameter.GetTypes())
    if (auto it = kElementTypes.find(*type); it != kElementTypes.end())
      elements.insert(it->second);
  // Operators on sequences, strings and optionals exist by name only.
  if (elements.empty())
    return "AnyType";
  return "TensorOf<[" + join({elements.begin(), elements.end()}, ", ") + "]>";
}

std::string shortestFloat(float value) {
  for (int precision = 1; precision <= 9; ++precision) {
    std::ostringstream out;
    out.precision(precision);
    out << value;
    if (std::stof(out.str()) == value)
      return out.str().find_first_of(".en") == std::string::npos ? out.str() + ".0" : out.str();
  }
  return "0.0";
}

template <typename List> std::string intList(const List &values) {
  std::vector<std::string> parts;
  for (auto v : values)
    parts.push_back(std::to_string(v));
  return "{" + join(parts, ", ") + "}";
}

/// The ODS attribute constraint, or an empty string for graphs, which become regions.
std::string attributeConstraint(const OpSchema::Attribute &attribute) {
  std::string type, defaultValue;
  const AttributeProto &value = attribute.default_value;
  bool hasDefault = value.has_name() || value.has_type();
  switch (attribute.type) {
  case AttributeProto::INT:
    type = "I64Attr", defaultValue = std::to_string(value.i());
    break;
  case AttributeProto::FLOAT:
    type = "F32Attr", defaultValue = shortestFloat(value.f());
    break;
  case AttributeProto::STRING:
    type = "StrAttr", defaultValue = quoted(value.s());
    break;
  case AttributeProto::INTS:
    type = "DenseI64ArrayAttr", defaultValue = intList(value.ints());
    break;
  case AttributeProto::FLOATS:
    type = "DenseF32ArrayAttr", hasDefault = false;
    break;
  case AttributeProto::STRINGS:
    type = "StrArrayAttr", hasDefault = false;
    break;
  case AttributeProto::GRAPH:
    return "";
  default: // tensors, sparse tensors, types
    type = "AnyAttr", hasDefault = false;
  }
  if (hasDefault)
    return "DefaultValuedAttr<" + type + ", \"" + defaultValue + "\">";
  return attribute.required ? type : "OptionalAttr<" + type + ">";
}

/// ODS names become C++ identifiers, so an attribute that is named after a keyword gets an underscore.
std::string attributeName(const std::string &name) { return name == "signed" ? name + "_" : name; }

/// The key under which accessor names collide: `input_mean` and `InputMean` both give getInputMean.
std::string accessorKey(const std::string &name) {
  std::string out;
  for (char c : name)
    if (c != '_')
      out += static_cast<char>(std::tolower(c));
  return out;
}

class OpPrinter {
public:
  explicit OpPrinter(const OpSchema &schema, const std::string &mnemonic) : schema(schema), mnemonic(mnemonic) {}

  void print(std::ostream &os) {
    // Attributes keep their names; operands and results give way where accessors would collide.
    std::map<std::string, const OpSchema::Attribute *> attributes;
    for (const auto &[name, attribute] : schema.attributes()) {
      attributes[name] = &attribute;
      taken.insert(accessorKey(name));
    }
    std::vector<std::string> arguments, results, regions, traits = {"Pure"};
    int variableInputs = 0, variableOutputs = 0;
    for (const auto &input : schema.inputs())
      arguments.push_back(parameter(input, "_in", variableInputs));
    for (const auto &output : schema.outputs())
      results.push_back(parameter(output, "_out", variableOutputs));
    for (const auto &[name, attribute] : attributes) {
      std::string constraint = attributeConstraint(*attribute);
      if (constraint.empty())
        regions.push_back("AnyRegion:$" + name);
      else
        arguments.push_back(constraint + ":$" + attributeName(name));
    }
    if (variableInputs > 1)
      traits.push_back("AttrSizedOperandSegments");
    if (variableOutputs > 1)
      traits.push_back("AttrSizedResultSegments");
    if (!regions.empty())
      traits.erase(traits.begin());

    std::string className = mnemonic;
    className.erase(std::remove_if(className.begin(), className.end(), [](char c) { return c == '.' || c == '_'; }),
                    className.end());
    os << "def Onnx_" << className << "Op : Onnx_Op<\"" << mnemonic << "\", [" << join(traits, ", ") << "]> {\n"
       << "  let summary = \"" << firstSentence(schema.doc(), schema.Name()) << "\";\n"
       << "  let description = [{" << codeBlock(schema.doc() ? schema.doc() : "") << "}];\n"
       << "  let arguments = (ins " << join(arguments, ",\n    ") << ");\n"
       << "  let results = (outs " << join(results, ",\n    ") << ");\n";
    if (!regions.empty())
      os << "  let regions = (region " << join(regions, ", ") << ");\n";
    else
      os << "  let assemblyFormat = \"`(` operands `)` attr-dict `:` functional-type(operands, "
            "results)\";\n";
    os << "  let extraClassDeclaration = [{\n"
       << "    static constexpr ::llvm::StringLiteral onnxDomain = \"" << schema.domain() << "\";\n"
       << "    static constexpr ::llvm::StringLiteral onnxOpType = \"" << schema.Name() << "\";\n"
       << "    static constexpr int onnxSinceVersion = " << schema.SinceVersion() << ";\n"
       << "  }];\n}\n\n";
  }

private:
  std::string parameter(const OpSchema::FormalParameter &parameter, const char *suffix, int &variable) {
    std::string name = parameter.GetName();
    while (!taken.insert(accessorKey(name)).second)
      name += suffix;
    std::string type = typeConstraint(parameter);
    if (parameter.GetOption() != OpSchema::Single) {
      ++variable;
      type = (parameter.GetOption() == OpSchema::Optional ? "Optional<" : "Variadic<") + type + ">";
    }
    return type + ":$" + name;
  }

  const OpSchema &schema;
  std::string mnemonic;
  std::set<std::string> taken;
};

} // namespace

int main() {
  qcompile::onnx::registerQonnxSchemas();
  // Sorted by mnemonic, so that the output does not depend on the registry's hash order.
  std::map<std::string, OpSchema> newest;
  for (const OpSchema &schema : OpSchemaRegistry::get_all_schemas())
    if (schema.domain().empty() && !schema.deprecated())
      newest.emplace(schema.Name(), schema);
  for (const OpSchema &schema : OpSchemaRegistry::get_all_schemas_with_history()) {
    std::string name = schema.Name();
    if (schema.domain() == qcompile::onnx::kChannelsLastDomain)
      name = "channels_last." + name;
    else if (schema.domain() != qcompile::onnx::kQonnxDomain && schema.domain() != qcompile::onnx::kQcompileDomain &&
             schema.domain() != qcompile::onnx::kMicrosoftDomain)
      continue;
    const OpSchema *latest = OpSchemaRegistry::Schema(schema.Name(), schema.domain());
    if (latest->SinceVersion() != schema.SinceVersion())
      name += "_v" + std::to_string(schema.SinceVersion());
    newest.emplace(name, schema);
  }
  std::cout << "// Generated by onnx-generate-ops from the ONNX operator schemas.\n"
               "include \"dialects/onnx/OnnxDialect.td\"\n\n";
  for (const auto &[mnemonic, schema] : newest)
    OpPrinter(schema, mnemonic).print(std::cout);
}
