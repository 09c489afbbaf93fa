//===- Export.cpp - The onnx dialect to ONNX files ------------------------===//
#include "compiler/frontend/export/Export.h"

#include <map>
#include <set>

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/frontend/Frontend.h"
#include "compiler/frontend/StructureMetadata.h"
#include "compiler/frontend/export/ValueNames.h"
#include "compiler/io/WriteFile.h"
#include "compiler/nodes/ElementTypes.h"
#include "compiler/nodes/NodeWriter.h"
#include "compiler/session/Version.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/Datatype.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/schemas/PqSchemas.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "onnx/onnx_pb.h"

using namespace mlir;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

namespace qcompile {

/// The IR version that every program of the last years reads; it has all types up to 8 bits and int4.
static constexpr int kUsualIrVersion = 10;

/// The oldest opset that is written: quantization along an axis came with it.
static constexpr int kOldestOpset = 13;

/// The IR version that brought an element type; 4 for old ones, when initializers need not be inputs any more.
static int getIrVersion(int elementType) {
  switch (elementType) {
  case TensorProto::FLOAT8E4M3FN:
  case TensorProto::FLOAT8E4M3FNUZ:
  case TensorProto::FLOAT8E5M2:
  case TensorProto::FLOAT8E5M2FNUZ:
    return 9;
  case TensorProto::INT4:
  case TensorProto::UINT4:
    return 10;
  case TensorProto::FLOAT4E2M1:
    return 11;
  case TensorProto::FLOAT8E8M0:
    return 12;
  case TensorProto::INT2:
  case TensorProto::UINT2:
    return 13;
  default:
    return 4;
  }
}

namespace {

class ModelWriter {
public:
  ModelWriter(func::FuncOp function, const ExportOptions &options)
      : function(function), options(options), names(function), graph(*model.mutable_graph()) {}

  /// The message, or null after errors.
  const ModelProto *write();

private:
  bool writeType(Value value, const Twine &what, ::onnx::TypeProto &type, Location loc);
  void writeInputs();
  void writeOperation(Operation *op);
  void writeConstants(Operation *user);
  void writeConstant(Operation *op, data::ConstantAttr constant);
  void writeDatatype(Operation *op);
  void writeOutputs();
  void require(const std::string &domain, nodes::VersionRange versions, const std::string &node, Location loc);
  void requireOpset(const nodes::VersionRange &versions, const std::string &node, Location loc);
  void writeImports();
  void writeFunctions();
  void writeIrVersion();
  void nameNodes();
  std::string nameNode(StringRef wanted);

  func::FuncOp function;
  ExportOptions options;
  ValueNames names;
  ModelProto model;
  GraphProto &graph;
  llvm::StringSet<> nodeNames, initializers;
  llvm::DenseMap<Operation *, std::string> nodesByOperation; ///< those that have a name
  frontend::Structures structures;
  struct Import {
    nodes::VersionRange versions;
    std::string first, last; ///< the nodes that set the ends of the range
  };
  std::map<std::string, Import> imports;
  int irVersion = 4; ///< the least that has all that is used
  bool ok = true;
};

} // namespace

std::string ModelWriter::nameNode(StringRef wanted) {
  std::string name = wanted.str();
  for (unsigned suffix = 1; !nodeNames.insert(name).second; ++suffix)
    name = wanted.str() + "_" + std::to_string(suffix);
  return name;
}

/// Of operations with one name, which an operator was expanded to, the last one gives its result and keeps the name.
void ModelWriter::nameNodes() {
  for (Operation *op : orderByClaim(function))
    if (StringRef name = qcompile::onnx::getNodeName(op->getLoc()); !name.empty() && !getHeldConstant(op))
      nodesByOperation[op] = nameNode(name);
}

/// Narrows the versions at which a domain can be imported: once per model.
void ModelWriter::require(const std::string &domain, nodes::VersionRange versions, const std::string &node,
                          Location loc) {
  if (domain.empty() && options.opset)
    return requireOpset(versions, node, loc);
  Import &import = imports[domain];
  if (versions.first > import.versions.first) {
    import.versions.first = versions.first;
    import.first = node;
  }
  if (versions.last < import.versions.last) {
    import.versions.last = versions.last;
    import.last = node;
  }
  if (import.versions.first <= import.versions.last)
    return;
  emitError(loc, Code::I004) << "no version of domain '" << domain << "' has the operators of both '" << import.first
                             << "' and '" << import.last << "'";
  import.versions.last = INT_MAX; // one message per conflict
  ok = false;
}

/// The node has to be one of the opset that is asked for.
void ModelWriter::requireOpset(const nodes::VersionRange &versions, const std::string &node, Location loc) {
  int opset = int(*options.opset);
  imports[""].versions.first = opset;
  if (opset >= versions.oldest && opset <= versions.last)
    return;
  emitError(loc, Code::I004) << "node '" << node << "': expected an opset from " << versions.oldest
                             << " on, where its operator means what it does here, found --opset=" << opset;
  ok = false;
}

bool ModelWriter::writeType(Value value, const Twine &what, ::onnx::TypeProto &type, Location loc) {
  if (!nodes::writeType(value.getType(), type)) {
    emitError(loc, Code::I005) << "value '" << what.str() << "': ONNX has no type for " << value.getType();
    return ok = false;
  }
  irVersion = std::max(irVersion, getIrVersion(type.tensor_type().elem_type()));
  return true;
}

void ModelWriter::writeInputs() {
  for (BlockArgument argument : function.getArguments()) {
    auto *input = graph.add_input();
    input->set_name(names.get(argument).str());
    writeType(argument, input->name(), *input->mutable_type(), argument.getLoc());
  }
}

void ModelWriter::writeDatatype(Operation *op) {
  auto datatype = op->getAttrOfType<StringAttr>(kDatatypeAttr);
  if (!datatype)
    return;
  auto *annotation = graph.add_quantization_annotation();
  annotation->set_tensor_name(names.get(op->getResult(0)).str());
  auto *entry = annotation->add_quant_parameter_tensor_names();
  entry->set_key("finn_datatype");
  entry->set_value(datatype.getValue().str());
}

void ModelWriter::writeConstant(Operation *op, data::ConstantAttr constant) {
  std::string name = names.get(op->getResult(0)).str();
  if (encoding::EncodingAttr structure = encoding::getStructure(op))
    structures.try_emplace(name, structure);
  if (!initializers.insert(name).second)
    return;
  std::string problem;
  if (!nodes::writeTensor(constant, *graph.add_initializer(), problem)) {
    emitError(op->getLoc(), Code::I005) << "initializer '" << name << "': " << problem;
    ok = false;
    return;
  }
  auto &tensor = *graph.mutable_initializer(graph.initializer_size() - 1);
  tensor.set_name(name);
  writeDatatype(op);
  irVersion = std::max(irVersion, getIrVersion(tensor.data_type()));
}

/// In the order of their first uses, so that it does not depend on where they stand.
void ModelWriter::writeConstants(Operation *user) {
  for (Value operand : user->getOperands())
    if (Operation *op = operand.getDefiningOp())
      if (data::ConstantAttr constant = getHeldConstant(op))
        writeConstant(op, constant);
}

void ModelWriter::writeOperation(Operation *op) {
  NodeProto node;
  std::string problem;
  std::optional<nodes::VersionRange> versions = nodes::writeNode(op, node, problem);
  if (!versions) {
    emitError(op->getLoc(), Code::I003) << "node '" << qcompile::onnx::describe(op) << "': " << problem;
    ok = false;
    return;
  }
  require(node.domain(), *versions, qcompile::onnx::describe(op), op->getLoc());
  for (Value operand : getFormalOperands(op))
    node.add_input(operand ? names.get(operand).str() : "");
  for (Value result : getFormalResults(op)) {
    node.add_output(result ? names.get(result).str() : "");
    if (result && !llvm::is_contained(op->getBlock()->getTerminator()->getOperands(), result)) {
      auto *info = graph.add_value_info();
      info->set_name(names.get(result).str());
      writeType(result, info->name(), *info->mutable_type(), op->getLoc());
    }
  }
  writeDatatype(op);
  auto name = nodesByOperation.find(op);
  node.set_name(name == nodesByOperation.end() ? nameNode(node.op_type()) : name->second);
  graph.add_node()->Swap(&node);
}

void ModelWriter::writeOutputs() {
  Operation *terminator = function.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    auto *output = graph.add_output();
    output->set_name(names.getOutput(index).str());
    writeType(value, output->name(), *output->mutable_type(), terminator->getLoc());
    if (names.get(value) == output->name())
      continue;
    NodeProto &copy = *graph.add_node();
    nodes::VersionRange versions = nodes::writeIdentity(value, names.get(value), output->name(), copy);
    copy.set_name(nameNode("Identity"));
    require("", versions, copy.name(), function.getLoc());
  }
}

void ModelWriter::writeImports() {
  // The default domain is always named, at a version that exporters still write.
  require("", {kOldestOpset, INT_MAX, kOldestOpset}, "", function.getLoc());
  for (const auto &[domain, import] : imports) {
    auto *out = model.add_opset_import();
    out->set_domain(domain);
    out->set_version(import.versions.first);
  }
}

/// The functions of our own operators, each once, so that any program runs the file.
void ModelWriter::writeFunctions() {
  std::set<std::string> own;
  for (const NodeProto &node : graph.node())
    if (node.domain() == qcompile::onnx::kQcompileDomain)
      own.insert(node.op_type());
  for (const std::string &name : own)
    *model.add_functions() = qcompile::onnx::makeFunction(name, imports[""].versions.first);
}

/// The one asked for, if it has everything that is used.
void ModelWriter::writeIrVersion() {
  if (model.functions_size())
    irVersion = std::max(irVersion, 8);
  if (options.irVersion && *options.irVersion < irVersion) {
    emitError(function.getLoc(), Code::I004)
        << "expected an IR version from " << irVersion
        << " on, which has all element types used, found --ir-version=" << *options.irVersion;
    ok = false;
  }
  model.set_ir_version(options.irVersion.value_or(std::max(kUsualIrVersion, irVersion)));
}

const ModelProto *ModelWriter::write() {
  graph.set_name(function.getName().str());
  model.set_producer_name("qcompile");
  model.set_producer_version(kVersion);
  nameNodes();
  writeInputs();
  for (Operation &op : function.front().without_terminator()) {
    writeConstants(&op);
    if (!getHeldConstant(&op))
      writeOperation(&op);
  }
  writeConstants(function.front().getTerminator());
  writeOutputs();
  writeImports();
  writeFunctions();
  if (!structures.empty()) {
    auto *entry = model.add_metadata_props();
    entry->set_key(frontend::kStructuresKey.str());
    entry->set_value(frontend::writeStructures(structures));
  }
  writeIrVersion();
  if (ok && model.ByteSizeLong() > size_t(INT32_MAX)) {
    emitError(function.getLoc(), Code::I005)
        << "expected a model below 2 GiB, found one of " << model.ByteSizeLong() << " bytes";
    ok = false;
  }
  return ok ? &model : nullptr;
}

/// Calls `body` with the message, or reports why there is none.
static LogicalResult withModel(func::FuncOp function, const ExportOptions &options,
                               llvm::function_ref<LogicalResult(const ModelProto &)> body) {
  if (!function.getBody().hasOneBlock())
    return emitError(function.getLoc(), Code::I003)
           << "function '" << function.getName() << "' has no single block to write";
  ModelWriter writer(function, options);
  const ModelProto *model = writer.write();
  return model ? body(*model) : failure();
}

std::optional<std::string> exportOnnx(func::FuncOp function, const ExportOptions &options) {
  std::string bytes;
  LogicalResult result =
      withModel(function, options, [&](const ModelProto &model) { return success(model.SerializeToString(&bytes)); });
  return succeeded(result) ? std::optional(std::move(bytes)) : std::nullopt;
}

OpsetRange getOpsetRange(func::FuncOp function) {
  OpsetRange range{kOldestOpset, getNewestOpset()};
  for (Operation &op : function.front().without_terminator()) {
    NodeProto node;
    std::string problem;
    if (getHeldConstant(&op))
      continue;
    auto versions = nodes::writeNode(&op, node, problem);
    if (!versions || !node.domain().empty())
      continue;
    range.oldest = std::max<int64_t>(range.oldest, versions->oldest);
    range.newest = std::min<int64_t>(range.newest, versions->last);
  }
  return range;
}

namespace {
/// Passes a message on as it is made, so that it is not held twice.
class Sink : public google::protobuf::io::CopyingOutputStream {
public:
  explicit Sink(llvm::raw_ostream &os) : os(os) {}
  bool Write(const void *buffer, int size) override {
    os.write(static_cast<const char *>(buffer), size);
    return true; // the stream remembers its errors
  }

private:
  llvm::raw_ostream &os;
};
} // namespace

LogicalResult exportOnnxFile(func::FuncOp function, StringRef path, const ExportOptions &options) {
  return withModel(function, options, [&](const ModelProto &model) -> LogicalResult {
    llvm::Error error = writeFile(path, [&](llvm::raw_ostream &os) {
      Sink sink(os);
      google::protobuf::io::CopyingOutputStreamAdaptor stream(&sink);
      model.SerializeToZeroCopyStream(&stream);
    });
    if (!error)
      return success();
    return emitError(function.getLoc(), Code::U003) << llvm::toString(std::move(error));
  });
}

} // namespace qcompile
