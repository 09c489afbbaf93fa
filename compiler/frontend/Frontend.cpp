//===- Frontend.cpp - ONNX files to the onnx dialect ----------------------===//
#include "compiler/frontend/Frontend.h"

#include "compiler/frontend/ModelContext.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"
#include "google/protobuf/io/coded_stream.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "onnx/defs/schema.h"

using namespace mlir;
using namespace qcompile::frontend;

namespace qcompile {

int64_t getNewestOpset() {
  static const int64_t newest =
      ::onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at("").second;
  return newest;
}

namespace frontend {

Location ModelContext::fileLocation() const { return FileLineColLoc::get(context, file, 0, 0); }

Location ModelContext::nodeLocation(const ::onnx::NodeProto &node, unsigned index) const {
  return qcompile::onnx::makeNodeLocation(context, node.name(),
                                          node.output_size() ? node.output(0) : "", file, index);
}

std::string describeNode(const ::onnx::NodeProto &node, unsigned index) {
  if (!node.name().empty())
    return node.op_type() + " '" + node.name() + "'";
  return node.op_type() + " number " + std::to_string(index);
}

/// Protobuf's own messages go to the standard error stream; the caller reports in its place.
struct QuietProtobuf {
  google::protobuf::LogSilencer silencer;
};

static LogicalResult parseMessage(ModelContext &model, StringRef bytes) {
  QuietProtobuf quiet;
  if (bytes.empty())
    return model.error(Code::I002) << "expected an ONNX model, found an empty file";
  if (bytes.size() > size_t(INT32_MAX))
    return model.error(Code::I002)
           << "expected a message below 2 GiB, found " << bytes.size()
           << " bytes; store big tensors as external data";
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const uint8_t *>(bytes.data()), int(bytes.size()));
  stream.SetRecursionLimit(64);
  model.model = std::make_shared<::onnx::ModelProto>();
  bool whole = model.model->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
  if (!whole || !model.model->has_graph())
    return model.error(Code::I002)
           << "expected an ONNX model, found "
           << (whole ? "a message without a graph" : "bytes that are no such message")
           << "; the file is truncated, damaged or of another format";
  return success();
}

static void noteFormats(ModelContext &model) {
  bool qonnx = false, quantize = false, clip = false, operators = false;
  for (const ::onnx::NodeProto &node : model.graph().node()) {
    StringRef type = node.op_type();
    qonnx |= type == "Quant" || type == "IntQuant" || type == "BipolarQuant" || type == "Trunc" ||
             type == "FloatQuant" || type == "MultiThreshold";
    quantize |= type == "QuantizeLinear" || type == "DequantizeLinear";
    clip |= type == "Clip";
    operators |= type.starts_with("QLinear") || type.ends_with("Integer");
  }
  auto &formats = model.report.formats;
  if (qonnx)
    formats.push_back("QONNX");
  if (quantize)
    formats.push_back(clip ? "QCDQ" : "QDQ");
  if (operators)
    formats.push_back("quantized operators");
}

/// The facts of the file as written, before anything is repaired.
static void noteFacts(ModelContext &model, StringRef bytes) {
  ImportReport &report = model.report;
  const ::onnx::ModelProto &proto = *model.model;
  report.irVersion = proto.ir_version();
  for (const auto &import : proto.opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx")
      report.opset = import.version();
  report.producer = proto.producer_name().empty()
                        ? "unknown producer"
                        : proto.producer_name() + (proto.producer_version().empty() ? "" : " ") +
                              proto.producer_version();
  report.nodes = model.graph().node_size();
  report.sha256 = llvm::toHex(llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes)), true);
  noteFormats(model);
}

static OwningOpRef<ModuleOp> importMessage(ModelContext &model, StringRef bytes) {
  if (failed(parseMessage(model, bytes)))
    return nullptr;
  noteFacts(model, bytes);
  if (failed(repairModel(model)) || failed(checkSupported(model)) || failed(upgradeModel(model)))
    return nullptr;
  return buildModule(model);
}

} // namespace frontend

OwningOpRef<ModuleOp> importOnnx(MLIRContext *context, StringRef bytes, StringRef name,
                                 StringRef directory, const ImportOptions &options,
                                 ImportReport &report) {
  qcompile::onnx::registerQonnxSchemas();
  ModelContext model{context, nullptr, name.str(), directory.str(), options, report};
  // The onnx library reports by exceptions; none passes this point.
  try {
    return importMessage(model, bytes);
  } catch (const std::exception &problem) {
    model.error(Code::I002) << "the model is not valid: " << StringRef(problem.what()).trim();
    return nullptr;
  }
}

OwningOpRef<ModuleOp> importOnnxFile(MLIRContext *context, StringRef path,
                                     const ImportOptions &options, ImportReport &report) {
  StringRef name = llvm::sys::path::filename(path);
  auto fail = [&](const Twine &reason) {
    emitError(FileLineColLoc::get(context, name, 0, 0), Code::I001)
        << "cannot read '" << path.str() << "': " << reason.str();
    return nullptr;
  };
  if (llvm::sys::fs::is_directory(path))
    return fail("it is a folder");
  auto buffer = llvm::MemoryBuffer::getFile(path, false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fail(buffer.getError().message());
  StringRef directory = llvm::sys::path::parent_path(path);
  return importOnnx(context, (*buffer)->getBuffer(), name, directory.empty() ? "." : directory,
                    options, report);
}

} // namespace qcompile
