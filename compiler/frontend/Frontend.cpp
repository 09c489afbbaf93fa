//===- Frontend.cpp - ONNX files to the onnx dialect ----------------------===//
#include "compiler/frontend/Frontend.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/frontend/BatchCoupling.h"
#include "compiler/frontend/ForeignFormats.h"
#include "compiler/frontend/InputRanges.h"
#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/Nodes.h"
#include "compiler/frontend/TensorData.h"
#include "compiler/nodes/ShapeInference.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "onnx/defs/schema.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace qcompile::frontend;

namespace qcompile {

int64_t getNewestOpset() {
  static const int64_t newest = ::onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at("").second;
  return newest;
}

namespace frontend {

Location ModelContext::fileLocation() const { return FileLineColLoc::get(context, file, 0, 0); }

Location ModelContext::nodeLocation(const ::onnx::NodeProto &node, unsigned index) const {
  return qcompile::onnx::makeNodeLocation(context, node.name(), node.output_size() ? node.output(0) : "", file, index);
}

std::string describeNode(const ::onnx::NodeProto &node, unsigned index) {
  std::string type = node.op_type().empty() ? "without operator" : node.op_type();
  if (!node.name().empty())
    return type + " '" + node.name() + "'";
  return type + " number " + std::to_string(index);
}

/// Protobuf's own messages go to the standard error stream; the caller reports in its place.
struct QuietProtobuf {
  google::protobuf::LogSilencer silencer;
};

namespace {
/// The bytes of a model, in pieces, so that a file is never in memory beside the message that is parsed from it.
class ModelBytes : public google::protobuf::io::CopyingInputStream {
public:
  using Reader = llvm::function_ref<size_t(char *, size_t)>;
  explicit ModelBytes(Reader reader) : reader(reader) {}

  int Read(void *buffer, int size) override {
    size_t count = reader(static_cast<char *>(buffer), size_t(size));
    hash.update(ArrayRef(static_cast<const uint8_t *>(buffer), count));
    beginning.append(static_cast<const char *>(buffer), std::min(count, kHeadBytes - beginning.size()));
    return int(count);
  }
  StringRef head() const { return beginning; }
  std::string getHash() { return llvm::toHex(hash.final(), /*LowerCase=*/true); }

private:
  Reader reader;
  llvm::SHA256 hash;
  std::string beginning;
};
} // namespace

static LogicalResult parseMessage(ModelContext &model, ModelBytes &bytes, uint64_t size) {
  QuietProtobuf quiet;
  if (size == 0)
    return model.error(Code::I002) << "expected an ONNX model, found an empty file";
  if (size > uint64_t(INT32_MAX))
    return model.error(Code::I002) << "expected a message below 2 GiB, found " << size
                                   << " bytes; store big tensors as external data";
  google::protobuf::io::CopyingInputStreamAdaptor input(&bytes, /*block_size=*/1 << 16);
  google::protobuf::io::CodedInputStream stream(&input);
  stream.SetRecursionLimit(64);
  model.model = std::make_shared<::onnx::ModelProto>();
  bool whole = model.model->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
  StringRef foreign = whole && model.model->has_graph() ? "" : describeForeignFormat(bytes.head());
  if (!foreign.empty())
    return model.error(Code::I002) << "expected an ONNX model, found " << foreign;
  if (!whole || !model.model->has_graph())
    return model.error(Code::I002) << "expected an ONNX model, found "
                                   << (whole ? "a message without a graph" : "bytes that are no such message")
                                   << "; the file is truncated, damaged or of another format";
  return success();
}

/// Whether a Clip restricts the integers of a quantizer before they become floats again.
static bool clipsCodes(::onnx::GraphProto &graph) {
  llvm::StringSet<> codes, clipped;
  for (const ::onnx::TensorProto &tensor : graph.initializer())
    codes.insert(tensor.name());
  Nodes &nodes = *graph.mutable_node();
  forEachNode(nodes, [&](const ::onnx::NodeProto &node) {
    if (node.op_type() == "QuantizeLinear" && node.output_size())
      codes.insert(node.output(0));
  });
  forEachNode(nodes, [&](const ::onnx::NodeProto &node) {
    if (node.op_type() == "Clip" && node.input_size() && node.output_size() && codes.contains(node.input(0)))
      clipped.insert(node.output(0));
  });
  bool found = false;
  forEachNode(nodes, [&](const ::onnx::NodeProto &node) {
    found |= node.op_type() == "DequantizeLinear" && node.input_size() && clipped.contains(node.input(0));
  });
  return found;
}

static void noteFormats(ModelContext &model) {
  static const llvm::StringSet<> qonnxNames = {
      "Quant",          "IntQuant", "BipolarQuant",       "Trunc",         "TruncQuant", "FloatQuant",
      "MultiThreshold", "Im2Col",   "XnorPopcountMatMul", "QuantAvgPool2d"};
  bool qonnx = false, quantize = false, operators = false, dynamic = false;
  forEachNode(*model.graph().mutable_node(), [&](const ::onnx::NodeProto &node) {
    StringRef type = node.op_type();
    qonnx |= qonnxNames.contains(type);
    quantize |= type == "QuantizeLinear" || type == "DequantizeLinear";
    operators |= type.starts_with("QLinear") || type == "QGemm" || type == "MatMulNBits" || type == "ConvInteger" ||
                 type.starts_with("MatMulInteger");
    dynamic |= type.starts_with("DynamicQuantize");
  });
  auto &formats = model.report.formats;
  if (qonnx)
    formats.push_back("QONNX");
  if (quantize)
    formats.push_back(clipsCodes(model.graph()) ? "QCDQ" : "QDQ");
  if (operators)
    formats.push_back("quantized operators");
  if (dynamic)
    formats.push_back("dynamic quantization");
}

static void noteOperators(ModelContext &model) {
  for (const ::onnx::NodeProto &node : model.graph().node())
    if (node.op_type() != "Constant")
      ++model.report.operators[getOperatorLabel(node)];
}

/// The facts of the file as written, before anything is repaired.
static void noteFacts(ModelContext &model, ModelBytes &bytes) {
  ImportReport &report = model.report;
  const ::onnx::ModelProto &proto = *model.model;
  report.irVersion = proto.ir_version();
  for (const auto &import : proto.opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx")
      report.opset = import.version();
  report.producer =
      proto.producer_name().empty()
          ? "unknown producer"
          : proto.producer_name() + (proto.producer_version().empty() ? "" : " ") + proto.producer_version();
  for (const auto &annotation : model.graph().quantization_annotation())
    for (const auto &entry : annotation.quant_parameter_tensor_names())
      if (entry.key() == "finn_datatype")
        report.dataTypes[annotation.tensor_name()] = entry.value();
  report.nodes = model.graph().node_size();
  report.sha256 = bytes.getHash();
  countParameters(model);
}

/// Samples are computed by themselves, unless the model does otherwise.
static void noteBatchCoupling(ModelContext &model, func::FuncOp function) {
  auto isFree = [&](BlockArgument input) {
    auto name = function.getArgAttrOfType<StringAttr>(input.getArgNumber(), kPortNameAttr);
    return name && model.report.freeBatches.contains(name.getValue().str());
  };
  SmallVector<BlockArgument> inputs;
  llvm::copy_if(function.getArguments(), std::back_inserter(inputs), isFree);
  const bool free = !inputs.empty();
  auto [across, lost] =
      findBatchCoupling(function, free ? ArrayRef<BlockArgument>(inputs) : function.getArguments(), free);
  if (!across && lost)
    model.report.batchLost = qcompile::onnx::describe(lost);
  if (!across)
    return;
  model.report.batchCoupling = qcompile::onnx::describe(across);
  function->setAttr(kBatchCouplingAttr, StringAttr::get(model.context, model.report.batchCoupling));
  // The data may still say how many there are.
  if (free && (!model.options.getDataShapes || model.options.takeBatchFromData))
    emitWarning(across->getLoc(), Code::I011)
        << "node '" << model.report.batchCoupling << "' computes across the samples of a batch, whose number is open: "
        << "results are those of one sample at a time; give the number meant with --input-shape";
}

static void noteInputRanges(ModelContext &model, func::FuncOp function) {
  for (BlockArgument input : function.getArguments())
    if (std::optional<InputRange> range = findInputRange(input)) {
      setInputRange(function, input.getArgNumber(), *range);
      if (auto name = function.getArgAttrOfType<StringAttr>(input.getArgNumber(), kPortNameAttr))
        model.report.inputRanges[name.getValue().str()] = *range;
    }
}

static OwningOpRef<ModuleOp> importMessage(ModelContext &model, ModelBytes &bytes, uint64_t size) {
  if (failed(parseMessage(model, bytes, size)))
    return nullptr;
  noteFacts(model, bytes);
  if (model.report.irVersion > ::onnx::Version::IR_VERSION) {
    model.error(Code::I004) << "expected IR version " << int(::onnx::Version::IR_VERSION) << " or older, found "
                            << model.report.irVersion << "; write the model with an older version of ONNX";
    return nullptr;
  }
  // Before functions are inlined, whose opsets are not the model's.
  if (failed(checkDefaultImport(model)) || failed(checkOwnFunctions(model)) || failed(inlineLocalFunctions(model)))
    return nullptr;
  noteFormats(model);
  std::map<std::string, ::onnx::TypeProto> notedTypes;
  if (model.options.keepUnknownOperators)
    for (const auto &value : model.graph().value_info())
      notedTypes[value.name()] = value.type();
  const bool attributes = succeeded(checkAttributes(model));
  if (failed(repairModel(model)) || failed(checkOpset(model)))
    return nullptr;
  noteOperators(model);
  const bool supported = succeeded(checkSupported(model)); // users want to know all at once
  const bool signatures = succeeded(checkSignatures(model));
  if (!attributes || !signatures)
    return nullptr;
  if (!supported) {
    if (!model.options.keepUnknownOperators)
      return nullptr;
    cutUnknownOperators(model, notedTypes);
    model.isPart = true;
  }
  if (failed(upgradeModel(model)) || failed(checkTypes(model))) // of inner values, which inference has found
    return nullptr;
  OwningOpRef<ModuleOp> module = buildModule(model);
  if (module) {
    noteBatchCoupling(model, module->lookupSymbol<func::FuncOp>("main"));
    noteInputRanges(model, module->lookupSymbol<func::FuncOp>("main"));
  }
  return module;
}

static OwningOpRef<ModuleOp> importStream(ModelContext model, ModelBytes::Reader reader, uint64_t size) {
  qcompile::onnx::registerQonnxSchemas();
  nodes::guardSchemas();
  ModelBytes bytes(reader);
  // The onnx library reports by exceptions; none passes this point.
  try {
    return importMessage(model, bytes, size);
  } catch (const std::exception &problem) {
    model.error(Code::I002) << "the model is not valid: " << StringRef(problem.what()).trim();
    return nullptr;
  }
}

} // namespace frontend

OwningOpRef<ModuleOp> importOnnx(MLIRContext *context, StringRef bytes, StringRef name, StringRef directory,
                                 const ImportOptions &options, ImportReport &report) {
  StringRef rest = bytes;
  auto reader = [&](char *buffer, size_t size) {
    StringRef piece = rest.take_front(size);
    rest = rest.drop_front(piece.size());
    llvm::copy(piece, buffer);
    return piece.size();
  };
  return importStream({context, nullptr, name.str(), directory.str(), options, report}, reader, bytes.size());
}

OwningOpRef<ModuleOp> importOnnxFile(MLIRContext *context, StringRef path, const ImportOptions &options,
                                     ImportReport &report) {
  StringRef name = llvm::sys::path::filename(path);
  auto fail = [&](const Twine &reason) -> OwningOpRef<ModuleOp> {
    emitError(FileLineColLoc::get(context, name, 0, 0), Code::I001)
        << "cannot read '" << path.str() << "': " << reason.str();
    return nullptr;
  };
  llvm::sys::fs::file_status status;
  if (std::error_code problem = llvm::sys::fs::status(path, status))
    return fail(problem.message());
  if (status.type() == llvm::sys::fs::file_type::directory_file)
    return fail("it is a folder");
  // Opening a pipe that nobody writes to would wait for ever.
  if (status.type() != llvm::sys::fs::file_type::regular_file)
    return fail("it is not a regular file");
  llvm::Expected<llvm::sys::fs::file_t> file = llvm::sys::fs::openNativeFileForRead(path);
  if (!file)
    return fail(llvm::toString(file.takeError()));
  auto closer = llvm::scope_exit([&] { llvm::sys::fs::closeFile(*file); });
  std::string problem;
  auto reader = [&](char *buffer, size_t size) -> size_t {
    llvm::Expected<size_t> count = llvm::sys::fs::readNativeFile(*file, {buffer, size});
    if (count)
      return *count;
    problem = llvm::toString(count.takeError());
    return 0;
  };
  StringRef directory = llvm::sys::path::parent_path(path);
  OwningOpRef<ModuleOp> module =
      importStream({context, nullptr, name.str(), directory.empty() ? "." : directory.str(), options, report}, reader,
                   status.getSize());
  return problem.empty() ? std::move(module) : fail(problem);
}

} // namespace qcompile
