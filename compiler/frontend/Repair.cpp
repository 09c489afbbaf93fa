//===- Repair.cpp - What real files get wrong -----------------------------===//
//
// Exporters omit domains, opset imports and attributes, repeat initializers as inputs, leave nodes
// without names. Each repair is recorded once per kind, with a count.
//
//===----------------------------------------------------------------------===//
#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Nodes.h"
#include "dialects/onnx/schemas/MicrosoftSchemas.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using ::onnx::NodeProto;

namespace qcompile::frontend {

static std::string plural(unsigned count, const char *noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

//===----------------------------------------------------------------------===//
// Domains
//===----------------------------------------------------------------------===//

static bool isQonnxOperator(StringRef type) {
  return llvm::is_contained({"Quant", "IntQuant", "BipolarQuant", "Trunc", "TruncQuant", "FloatQuant", "MultiThreshold",
                             "Im2Col", "XnorPopcountMatMul", "QuantAvgPool2d"},
                            type);
}

std::string getCurrentDomain(const NodeProto &node) {
  StringRef domain = node.domain();
  bool legacy = llvm::is_contained({"onnx.brevitas", "finn.custom_op.general", "finn"}, domain);
  // Old exports put the operators into the default domain.
  bool missing = (domain.empty() || domain == "ai.onnx") && isQonnxOperator(node.op_type());
  if (legacy || missing)
    return qcompile::onnx::kQonnxDomain;
  // ONNX Runtime had these before the standard had all of their types; they compute the same.
  if (domain == qcompile::onnx::kMicrosoftDomain &&
      llvm::is_contained({"QuantizeLinear", "DequantizeLinear"}, node.op_type()))
    return "";
  return domain == "ai.onnx" ? "" : domain.str();
}

/// What operators of the standard mean depends on the opset: it cannot be guessed.
LogicalResult checkDefaultImport(ModelContext &model) {
  auto isDefault = [](StringRef domain) { return domain.empty() || domain == "ai.onnx"; };
  if (llvm::any_of(model.model->opset_import(), [&](const auto &import) { return isDefault(import.domain()); }))
    return success();
  std::string first;
  forEachNumberedNode(*model.graph().mutable_node(), [&](const NodeProto &node, unsigned index) {
    if (first.empty() && isDefault(node.domain()) && !isQonnxOperator(node.op_type()))
      first = describeNode(node, index);
  });
  if (first.empty())
    return success();
  return model.error(Code::I002) << "expected an opset import of the default domain, found none; what node " << first
                                 << " means depends on the opset: export the model again, or add the import";
}

static void repairDomains(ModelContext &model) {
  std::map<std::string, unsigned> renamed;
  std::set<std::string> used = {""};
  forEachNode(*model.graph().mutable_node(), [&](NodeProto &node) {
    std::string domain = getCurrentDomain(node);
    if (domain != node.domain() && node.domain() != "ai.onnx")
      ++renamed[node.domain()];
    node.set_domain(domain);
    used.insert(domain);
  });
  for (const auto &[domain, count] : renamed)
    model.repaired("domain '" + domain + "' of " + plural(count, "node") + " read as '" +
                   (domain == qcompile::onnx::kMicrosoftDomain ? "" : qcompile::onnx::kQonnxDomain) + "'");

  // One import per used domain; the version decides between Trunc with five and six inputs.
  std::map<std::string, int64_t> imports;
  for (const auto &import : model.model->opset_import()) {
    NodeProto probe;
    probe.set_domain(import.domain());
    int64_t &version = imports[getCurrentDomain(probe)];
    version = std::max<int64_t>(version, import.version());
  }
  for (const std::string &domain : used)
    if (!imports.count(domain)) {
      bool qonnx = domain == qcompile::onnx::kQonnxDomain;
      imports[domain] = domain.empty() ? getNewestOpset() : 1;
      if (!domain.empty() && !(qonnx && !renamed.empty()))
        model.repaired("missing opset import of domain '" + domain + "' taken as version " +
                       std::to_string(imports[domain]));
    }
  forEachNode(*model.graph().mutable_node(), [&](const NodeProto &node) {
    if (llvm::is_contained({"Trunc", "TruncQuant"}, node.op_type()) && node.domain() == qcompile::onnx::kQonnxDomain)
      imports[node.domain()] = node.input_size() == 6 ? 2 : 1;
  });
  model.model->clear_opset_import();
  for (const auto &[domain, version] : imports) {
    if (!used.count(domain))
      continue;
    auto *import = model.model->add_opset_import();
    import->set_domain(domain);
    import->set_version(version);
  }
}

//===----------------------------------------------------------------------===//
// Names, inputs, attributes
//===----------------------------------------------------------------------===//

static void dropInitializedInputs(ModelContext &model) {
  llvm::StringSet<> initialized;
  for (const auto &tensor : model.graph().initializer())
    initialized.insert(tensor.name());
  auto *inputs = model.graph().mutable_input();
  int before = inputs->size();
  inputs->erase(std::remove_if(inputs->begin(), inputs->end(),
                               [&](const auto &input) { return initialized.count(input.name()); }),
                inputs->end());
  if (int dropped = before - inputs->size())
    model.repaired(plural(dropped, "initializer") + " repeated as graph inputs taken as constants");
}

/// Initializers and inputs of one name: equal initializers are written twice, of others it is not known which is meant.
static LogicalResult dropRepeatedValues(ModelContext &model) {
  LogicalResult result = success();
  llvm::StringMap<const ::onnx::TensorProto *> first;
  unsigned dropped = 0;
  auto *tensors = model.graph().mutable_initializer();
  google::protobuf::RepeatedPtrField<::onnx::TensorProto> kept;
  for (::onnx::TensorProto &tensor : *tensors) {
    auto [known, isNew] = first.try_emplace(tensor.name(), nullptr);
    if (isNew) {
      kept.Add()->Swap(&tensor);
      known->second = &*std::prev(kept.end());
    } else if (tensor.SerializeAsString() == known->second->SerializeAsString()) {
      ++dropped;
    } else {
      result = model.error(Code::I002) << "initializer '" << tensor.name()
                                       << "' is defined twice, with different values: expected one of that name";
    }
  }
  tensors->Swap(&kept);
  if (dropped)
    model.repaired(plural(dropped, "initializer") + " written twice taken once");
  llvm::StringSet<> inputs;
  for (const auto &input : model.graph().input())
    if (!inputs.insert(input.name()).second)
      result = model.error(Code::I002) << "input '" << input.name() << "' is defined twice: expected one of that name";
  return result;
}

static void nameNodes(ModelContext &model) {
  unsigned index = 0, named = 0;
  for (NodeProto &node : *model.graph().mutable_node()) {
    if (node.name().empty()) {
      node.set_name(node.op_type() + "_" + std::to_string(index));
      ++named;
    }
    ++index;
  }
  if (named)
    model.repaired(plural(named, "node") + " without name named after operator and index");
}

/// Files leave out results that nobody uses, and may so even where the operator always has them.
static void nameRequiredOutputs(ModelContext &model) {
  std::map<std::string, int> imports = readImports(*model.model);
  forEachNode(*model.graph().mutable_node(), [&](NodeProto &node) {
    const auto *schema = ::onnx::OpSchemaRegistry::Schema(node.op_type(), imports[node.domain()], node.domain());
    if (!schema)
      return;
    // Nodes in graphs within others may have no name.
    auto present = llvm::find_if(node.output(), [](const std::string &output) { return !output.empty(); });
    const std::string base = node.name().empty() && present != node.output().end() ? *present : node.name();
    for (auto [index, formal] : llvm::enumerate(schema->outputs())) {
      if (formal.GetOption() != ::onnx::OpSchema::Single)
        break;
      if (int(index) == node.output_size())
        node.add_output();
      if (node.output(int(index)).empty())
        node.set_output(int(index), base + ":unused" + std::to_string(index));
    }
  });
}

/// Exporters note things in attributes of operators that are not of the standard.
static void dropUnknownAttributes(ModelContext &model) {
  std::map<std::string, int> imports = readImports(*model.model);
  std::set<std::string> names;
  unsigned dropped = 0;
  forEachNode(*model.graph().mutable_node(), [&](NodeProto &node) {
    const auto *schema = node.domain().empty()
                             ? nullptr
                             : ::onnx::OpSchemaRegistry::Schema(node.op_type(), imports[node.domain()], node.domain());
    if (!schema)
      return;
    auto &attributes = *node.mutable_attribute();
    auto end = std::remove_if(attributes.begin(), attributes.end(), [&](const ::onnx::AttributeProto &attribute) {
      const bool unknown = isUnknownAttribute(*schema, attribute);
      if (unknown)
        names.insert("'" + attribute.name() + "' of " + node.op_type());
      dropped += unknown;
      return unknown;
    });
    attributes.erase(end, attributes.end());
  });
  if (dropped)
    model.repaired(plural(dropped, "attribute") + " that operators do not have left out: " + llvm::join(names, ", "));
}

/// Brevitas' newer exporter writes the operator Trunc under another name.
static void renameTrunc(ModelContext &model) {
  unsigned renamed = 0;
  forEachNode(*model.graph().mutable_node(), [&](NodeProto &node) {
    if (node.domain() == qcompile::onnx::kQonnxDomain && node.op_type() == "TruncQuant") {
      node.set_op_type("Trunc");
      ++renamed;
    }
  });
  if (renamed)
    model.repaired("operator TruncQuant of " + plural(renamed, "node") + " read as Trunc");
}

/// Whether a quantizer has no codes below 0.
static bool isUnsigned(const NodeProto &node) {
  return llvm::any_of(node.attribute(), [](const ::onnx::AttributeProto &attribute) {
    return attribute.name() == "signed" && attribute.i() == 0;
  });
}

static void repairQuantizers(ModelContext &model) {
  unsigned missing = 0, respelled = 0;
  forEachNode(*model.graph().mutable_node(), [&](NodeProto &node) {
    StringRef type = node.op_type();
    if (node.domain() != qcompile::onnx::kQonnxDomain || type == "BipolarQuant")
      return;
    bool found = false;
    for (auto &attribute : *node.mutable_attribute()) {
      if (attribute.name() != "rounding_mode")
        continue;
      found = true;
      std::string upper = StringRef(attribute.s()).upper();
      if (upper == "HALF_EVEN") // another name of ROUND
        upper = "ROUND";
      else if (upper == "ROUND_TO_ZERO") // Brevitas' name of DOWN
        upper = "DOWN";
      else if (upper == "DPU" && isUnsigned(node)) // differs from ROUND in ties below 0 only
        upper = "ROUND";
      respelled += upper != attribute.s();
      attribute.set_s(upper);
    }
    missing += !found && (type == "Quant" || type == "IntQuant");
  });
  if (missing)
    model.repaired("missing rounding_mode of " + plural(missing, "quantizer") + " taken as ROUND");
  if (respelled)
    model.repaired("rounding_mode of " + plural(respelled, "quantizer") + " brought to its canonical spelling");
}

LogicalResult repairModel(ModelContext &model) {
  repairDomains(model);
  dropInitializedInputs(model);
  nameNodes(model);
  renameTrunc(model);
  dropUnknownAttributes(model);
  nameRequiredOutputs(model);
  repairQuantizers(model);
  repairRounding(model);
  // Types noted in the file may be wrong; inference computes them from the inputs.
  model.graph().clear_value_info();
  const bool unique = succeeded(dropRepeatedValues(model));
  return success(succeeded(sortNodes(model)) && unique);
}

} // namespace qcompile::frontend
