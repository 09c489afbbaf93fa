//===- HeaderWriter.cpp - The C header of an artifact ---------------------===//
#include "backends/cpu/HeaderWriter.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::cpu {

static std::string containerType(runtime::DataType type) {
  if (type.IsFloat() && type.bits >= 32)
    return type.bits == 64 ? "double" : "float";
  bool isSigned = type.kind == runtime::TypeKind::kSigned || type.kind == runtime::TypeKind::kBipolar;
  return (Twine(isSigned ? "int" : "uint") + Twine(8 * type.ContainerSize()) + "_t").str();
}

static std::string valueRange(runtime::DataType type) {
  if (type.kind == runtime::TypeKind::kBipolar)
    return ", each -1 or +1";
  if (type.IsFloat() && type.bits < 32)
    return ", each the code of a " + type.ToString();
  return "";
}

/// A port's name as an identifier that no other parameter has.
static std::string identifier(StringRef name, StringRef prefix, StringSet<> &taken) {
  std::string text = prefix.str();
  for (char c : name)
    text += isAlnum(c) ? c : '_';
  std::string result = text;
  for (unsigned i = 1; !taken.insert(result).second; ++i)
    result = text + "_" + utostr(i);
  return result;
}

/// Port names are free text: nothing in them may end the comment.
static std::string commentText(StringRef name) {
  std::string text;
  for (char c : name)
    text += isPrint(c) && c != '*' && c != '\\' ? c : '_';
  return text;
}

std::string writeHeader(StringRef name, ArrayRef<runtime::Port> inputs, ArrayRef<runtime::Port> outputs) {
  std::string text;
  raw_string_ostream os(text);
  std::string guard = "QCOMPILE_ARTIFACT_" + name.upper() + "_H_";
  os << "/* Network " << name << ", compiled by qcompile for the cpu.\n *\n"
     << " * A model is used by one thread at a time; open one per thread.\n */\n"
     << "#ifndef " << guard << "\n#define " << guard << "\n\n"
     << "#include <stddef.h>\n#include <stdint.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << "typedef struct " << name << "_model " << name << "_model;\n\n"
     << "/* Opens the network with its parameter file (weights/" << name
     << ".bin). Returns null, with a\n * sentence in `message` (at most `message_size` bytes; may "
        "be null with size 0), on failure. */\n"
     << name << "_model *" << name << "_open(const char *parameter_file, char *message, size_t message_size);\n\n"
     << "/* Runs the network once: one dense row-major tensor per input and output, in the order "
        "below.\n * Returns 0; 1 where an integer input is not a value of its type; 2 where a "
        "float part failed. */\n"
     << "int32_t " << name << "_run_tensors(" << name
     << "_model *model, const void *const *inputs, void *const *outputs);\n\n"
     << "/* What went wrong in the last run that did not return 0. */\nconst char *" << name << "_message(const "
     << name << "_model *model);\nvoid " << name << "_close(" << name << "_model *model);\n\n";

  StringSet<> taken;
  taken.insert("model");
  std::vector<std::string> parameters, inputNames, outputNames;
  auto describe = [&](ArrayRef<runtime::Port> ports, bool isInput) {
    for (const runtime::Port &port : ports) {
      std::string id = identifier(port.name, isInput ? "in_" : "out_", taken);
      parameters.push_back((isInput ? "const " : "") + containerType(port.type) + " *" + id);
      (isInput ? inputNames : outputNames).push_back(id);
      std::string shape;
      for (char c : runtime::ShapeToString(port.shape))
        shape += c;
      os << " *   " << id << ": " << shape << " " << port.type.ToString() << valueRange(port.type) << " (\""
         << commentText(port.name) << "\")\n";
    }
  };
  os << "/* Runs the network once on\n";
  describe(inputs, true);
  os << " * into\n";
  describe(outputs, false);
  os << " */\nstatic inline int32_t " << name << "_run(" << name << "_model *model";
  for (const std::string &parameter : parameters)
    os << ",\n    " << parameter;
  os << ") {\n";
  auto array = [&](StringRef type, StringRef what, ArrayRef<std::string> names) {
    os << "  " << type << what << "[" << std::max<size_t>(names.size(), 1) << "] = {"
       << (names.empty() ? "NULL" : join(names, ", ")) << "};\n";
  };
  array("const void *", "inputs", inputNames);
  array("void *", "outputs", outputNames);
  os << "  return " << name << "_run_tensors(model, inputs, outputs);\n}\n\n"
     << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
  return text;
}

} // namespace qcompile::cpu
