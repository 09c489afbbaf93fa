//===- ModelContext.h - A model on its way through the frontend -*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_MODELCONTEXT_H
#define QCOMPILE_COMPILER_FRONTEND_MODELCONTEXT_H

#include <map>
#include <memory>
#include <set>
#include <string>

#include "compiler/frontend/Frontend.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "onnx/defs/schema.h"
#include "onnx/onnx_pb.h"

namespace qcompile::frontend {

/// Nobody writes quantized models with older ones, in which much had other meanings (broadcasting, say).
inline constexpr int kOldestOpset = 7;

/// The message and what its steps need for reporting.
struct ModelContext {
  mlir::MLIRContext *context;
  std::shared_ptr<::onnx::ModelProto> model;
  std::string file;      ///< base name, for locations
  std::string directory; ///< where external data may lie; empty: nowhere
  const ImportOptions &options;
  ImportReport &report;
  /// Opsets of nodes of the main graph that have come from functions at another opset than the model's, by name. The
  /// graphs within such a node are of its opset, too.
  std::map<std::string, int> nodeOpsets = {};

  /// The opset of a node of the main graph in a model of opset `version`.
  int getOpset(const ::onnx::NodeProto &node, int version) const {
    auto own = nodeOpsets.find(node.name());
    return own == nodeOpsets.end() ? version : own->second;
  }
  /// The imports of the model as a node of its main graph has them.
  std::map<std::string, int> getImports(const ::onnx::NodeProto &node, std::map<std::string, int> imports) const {
    if (auto standard = imports.find(""); standard != imports.end())
      standard->second = getOpset(node, standard->second);
    return imports;
  }
  /// Values that operators give that cannot be read, and of which no type is known.
  std::set<std::string> assumedTypes = {};
  bool isPart = false; ///< whether nodes that cannot be read were left out

  /// Whether sizes that nothing gives stay unknown; behind what was left out they are, whatever is asked for.
  bool keepsUnknownShapes() const { return isPart || options.keepUnknownShapes; }
  ::onnx::GraphProto &graph() { return *model->mutable_graph(); }

  mlir::Location fileLocation() const;
  /// The location of node `index` of the graph.
  mlir::Location nodeLocation(const ::onnx::NodeProto &node, unsigned index) const;
  mlir::InFlightDiagnostic error(Code code) const { return emitError(fileLocation(), code); }
  /// Records a repair; it is reported when reading has succeeded.
  void repaired(std::string what) { report.repairs.push_back(std::move(what)); }
};

/// The versions of the domains that a model or a function imports.
template <typename Message> std::map<std::string, int> readImports(const Message &message) {
  std::map<std::string, int> imports;
  for (const auto &import : message.opset_import())
    imports[import.domain()] = import.version();
  return imports;
}

/// "MatMul 'fc1'" or "MatMul number 3" where the node has no name.
std::string describeNode(const ::onnx::NodeProto &node, unsigned index);

/// The current domain of a legacy one (QONNX history), or the domain itself.
std::string getCurrentDomain(const ::onnx::NodeProto &node);

/// Refuses models with operators of the standard and no opset that says which.
mlir::LogicalResult checkDefaultImport(ModelContext &model);
/// Refuses functions in the domain of our own operators that are not what these operators do.
mlir::LogicalResult checkOwnFunctions(ModelContext &model);
/// Replaces calls of functions that the model defines by their bodies, and drops the functions.
mlir::LogicalResult inlineLocalFunctions(ModelContext &model);

/// Makes the file's structure sound: names for nodes, sorted nodes, domains and opset imports, inputs that
/// are initializers, quantizer attributes. Reports cycles and values without definition.
mlir::LogicalResult repairModel(ModelContext &model);

/// Sorts nodes so that values are defined before use; the file's order is kept where it is sound. Reports values that
/// nothing defines, and cycles.
mlir::LogicalResult sortNodes(ModelContext &model);

/// Writes quantizers that round by DPU with rounding modes of QONNX.
void repairRounding(ModelContext &model);

/// Whether the operator has no attribute of that name.
bool isUnknownAttribute(const ::onnx::OpSchema &schema, const ::onnx::AttributeProto &attribute);
/// Refuses attributes that operators of the standard do not have at the model's opset, all at once. Domains must be
/// those of the file: what other domains define has attributes of its own, even where it is read as an operator of the
/// standard.
mlir::LogicalResult checkAttributes(ModelContext &model);
/// Refuses nodes whose inputs, outputs and attributes are not those of their operators, all at once. The model is
/// repaired.
mlir::LogicalResult checkSignatures(ModelContext &model);
/// Refuses opsets that are too old or too new.
mlir::LogicalResult checkOpset(ModelContext &model);
/// Refuses models with operators or value types that the dialect does not have, all at once.
mlir::LogicalResult checkSupported(ModelContext &model);
/// What a value is that is no tensor of numbers; an empty string for those that are, or whose type is not known yet.
std::string findTypeProblem(ModelContext &model, const ::onnx::TypeProto &type);

/// The operator of a node with the domain where it is not clear.
std::string getOperatorLabel(const ::onnx::NodeProto &node);
/// Takes nodes that cannot be read out of the model and notes them in the report; their results become inputs, of the
/// types that the file notes where it does.
void cutUnknownOperators(ModelContext &model, const std::map<std::string, ::onnx::TypeProto> &notedTypes);

/// Refuses values that are no tensors of numbers, as far as their types are known, all at once.
mlir::LogicalResult checkTypes(ModelContext &model);

/// Brings the default domain to the newest opset, checks the model and infers shapes.
mlir::LogicalResult upgradeModel(ModelContext &model);

/// Applies --input-shape, and gives batches a size where they have none.
mlir::LogicalResult fixInputShapes(ModelContext &model);

/// Reports what the library's shape inference found wrong, an error per node. Always fails.
mlir::LogicalResult reportInference(ModelContext &model, llvm::StringRef text);

/// Why the operator of a node cannot be read with these versions of the domains, or an empty string.
std::string findOperatorProblem(const ::onnx::NodeProto &node, const std::map<std::string, int> &imports);
/// Refuses operators that the dialect does not have.
mlir::LogicalResult checkOperators(ModelContext &model);

/// Whether the operator is defined by a function of other operators.
bool hasFunctionBody(const ::onnx::OpSchema &schema);
/// Whether the node has graphs that run by a condition or more than once.
bool isControlFlow(const ::onnx::NodeProto &node);

/// Writes the attributes that nodes of such operators have by default: their bodies refer to them, and the library
/// looks at what is written when it infers shapes by a body.
void writeFunctionDefaults(ModelContext &model);
/// Replaces nodes without reference semantics by the bodies of their operators, one level deep; whether there were
/// any. Types must have been inferred.
bool inlineFunctions(ModelContext &model);
/// Refuses nodes whose operators have neither reference semantics nor a body for these inputs and attributes, all at
/// once.
mlir::LogicalResult checkFunctionsReplaced(ModelContext &model);
/// Replaces control flow that depends on constants and shapes alone, and refuses the rest; whether there was any. Types
/// must have been inferred.
mlir::FailureOr<bool> foldControlFlow(ModelContext &model);

/// Makes the module from a repaired and upgraded model.
mlir::OwningOpRef<mlir::ModuleOp> buildModule(ModelContext &model);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_MODELCONTEXT_H
