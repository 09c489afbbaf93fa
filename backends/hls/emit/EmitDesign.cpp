//===- EmitDesign.cpp - Designs as HLS C++ --------------------------------===//
#include "backends/hls/emit/EmitDesign.h"

#include "backends/hls/Costs.h"
#include "backends/hls/emit/EmitStage.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;
using llvm::raw_string_ostream;

namespace qcompile::hls {

int64_t DesignPort::getContainerBits() const {
  return std::max<int64_t>(8, int64_t(llvm::PowerOf2Ceil(uint64_t(type.getWordBits()))));
}

DesignPorts getPorts(DesignOp design) {
  DesignPorts ports;
  for (BlockArgument argument : design.getBlock().getArguments())
    ports.inputs.push_back({formatv("in{0}", argument.getArgNumber()), cast<StreamType>(argument.getType())});
  for (auto [i, type] : llvm::enumerate(design.getOutput().getOperandTypes()))
    ports.outputs.push_back({formatv("out{0}", i), cast<StreamType>(type)});
  return ports;
}

static std::string getStreamName(StreamType type) { return formatv("hls::stream<ap_uint<{0}>>", type.getWordBits()); }

std::string getTopName(StringRef name) { return (name + "_top").str(); }

std::string getParameters(const DesignPorts &ports, Interface interface) {
  SmallVector<std::string> parameters;
  auto add = [&](const DesignPort &port, StringRef qualifier) {
    if (interface == Interface::Stream)
      parameters.push_back(formatv("{0} &{1}", getStreamName(port.type), port.name));
    else
      parameters.push_back(formatv("{0}ap_uint<{1}> *{2}", qualifier, port.getContainerBits(), port.name));
  };
  for (const DesignPort &port : ports.inputs)
    add(port, "const ");
  for (const DesignPort &port : ports.outputs)
    add(port, "");
  return llvm::join(parameters, ", ");
}

std::string getWidthDefinition(DesignOp design) {
  int64_t widest = 1024; // the vendor's default
  auto see = [&](Type type) { widest = std::max(widest, cast<StreamType>(type).getWordBits()); };
  llvm::for_each(design.getBlock().getArgumentTypes(), see);
  for (Operation &op : design.getBlock())
    llvm::for_each(op.getResultTypes(), see);
  if (widest == 1024)
    return "";
  // Designs compiled together share the widest.
  return formatv("#ifndef AP_INT_MAX_W\n#define AP_INT_MAX_W {0}\n#endif\n", llvm::alignTo(uint64_t(widest), 1024));
}

namespace {

class DesignEmitter {
public:
  DesignEmitter(DesignOp design, StringRef name, Interface interface)
      : design(design), top(getTopName(name)), interface(interface), ports(getPorts(design)), calls(callText),
        stages(stageText) {}

  std::vector<EmittedFile> emit() {
    for (auto [argument, port] : llvm::zip(design.getBlock().getArguments(), ports.inputs))
      addInput(argument, port);
    nameOutputs();
    for (Operation &op : design.getBlock().without_terminator())
      addOperation(&op);
    if (interface == Interface::Memory)
      for (const DesignPort &port : ports.outputs)
        calls << formatv("  writeMemory<{0}, {1}, {2}>({3}_words, {3});\n", port.type.getWordBits(),
                         port.getContainerBits(), port.type.getWords(), port.name);
    files.push_back({top + ".h", "header", "the design's top function", getHeader()});
    files.push_back({top + ".cpp", "source", "the design", getSource()});
    return std::move(files);
  }

private:
  //===--------------------------------------------------------------------===//
  // Streams
  //===--------------------------------------------------------------------===//

  /// With ports in memory, the stages see streams beside them.
  std::string getPortStream(const DesignPort &port) const {
    return interface == Interface::Stream ? port.name : port.name + "_words";
  }

  void declareStream(StringRef stream, StreamType type, int64_t depth) {
    calls << formatv("  {0} {1}(\"{1}\");\n#pragma HLS STREAM variable={1} depth={2}\n", getStreamName(type), stream,
                     depth);
  }

  void addInput(Value argument, const DesignPort &port) {
    streams[argument] = getPortStream(port);
    if (interface == Interface::Stream)
      return;
    declareStream(getPortStream(port), port.type, 2);
    calls << formatv("  readMemory<{0}, {1}, {2}>({3}, {3}_words);\n", port.type.getWordBits(), port.getContainerBits(),
                     port.type.getWords(), port.name);
  }

  void nameOutputs() {
    for (auto [value, port] : llvm::zip(design.getOutput().getOperands(), ports.outputs)) {
      streams[value] = getPortStream(port);
      if (interface == Interface::Memory)
        declareStream(getPortStream(port), port.type, 2);
    }
  }

  /// The stream variable of a stage's result: a port, or a new one with its queue's depth.
  std::string getResultStream(Value result) {
    if (auto it = streams.find(result); it != streams.end())
      return it->second;
    std::string stream = formatv("stream_{0}", streamCount++);
    int64_t depth = 2;
    streams[result] = stream;
    for (Value current = result; auto fifo = dyn_cast<FifoOp>(*current.getUsers().begin());) {
      depth = std::max(depth, int64_t(fifo.getDepth()));
      current = fifo.getResult();
      streams[current] = stream;
    }
    declareStream(stream, cast<StreamType>(result.getType()), depth);
    return stream;
  }

  //===--------------------------------------------------------------------===//
  // Stages
  //===--------------------------------------------------------------------===//

  void addOperation(Operation *op) {
    if (isa<FifoOp>(op))
      return; // a queue is the stream variable of its producer
    StringRef kind = op->getName().stripDialect();
    std::string name = formatv("{0}_{1}", kind, stageCounts[kind]++);
    StageCode code = emitStage(op, name);
    if (!code.memory.empty())
      addMemoryFile(name, code.memory);
    SmallVector<std::string> parameters, arguments;
    auto add = [&](Value stream, StringRef parameter, const std::string &argument) {
      parameters.push_back(formatv("{0} &{1}", getStreamName(cast<StreamType>(stream.getType())), parameter));
      arguments.push_back(argument);
    };
    for (auto [i, value] : llvm::enumerate(op->getOperands()))
      add(value, getInputName(i), streams[value]);
    for (auto [i, value] : llvm::enumerate(op->getResults()))
      add(value, getOutputName(i), getResultStream(value));
    StringRef node = onnx::getNodeName(op->getLoc());
    stages << "\n// ";
    if (!node.empty())
      stages << "Node '" << toComment(node) << "', ";
    stages << getCost(op).cycles << " clocks per sample.\n";
    stages << formatv("static void {0}({1}) {{\n{2}}\n", name, llvm::join(parameters, ", "), code.body);
    calls << formatv("  {0}({1});\n", name, llvm::join(arguments, ", "));
  }

  /// A node's name comes from the model: nothing of it may end the comment or continue it.
  static std::string toComment(StringRef text) {
    std::string out;
    for (char c : text)
      out += llvm::isPrint(c) && c != '\\' && c != '?' ? c : '_';
    return out;
  }

  //===--------------------------------------------------------------------===//
  // Files
  //===--------------------------------------------------------------------===//

  void addMemoryFile(StringRef stage, StringRef definitions) {
    std::string file = ("memories/" + stage + ".h").str();
    std::string guard = top + "_MEMORIES_" + stage.str() + "_H";
    guard = StringRef(guard).upper();
    files.push_back({file, "memory", ("constants of stage " + stage).str(),
                     formatv("#ifndef {0}\n#define {0}\n\n#include \"qcompile_hls/Dataflow.h\"\n"
                             "#include <stdint.h>\n\nnamespace {2} {{\nusing namespace qcompile_hls;\n\n"
                             "{1}} // namespace {2}\n\n#endif // {0}\n",
                             guard, definitions, getStagesName())});
    includes += "#include \"" + file + "\"\n";
  }

  std::string getHeader() {
    std::string guard = StringRef(top).upper() + "_H";
    return formatv("// The design's top function: one call handles one sample.\n"
                   "#ifndef {0}\n#define {0}\n\n{1}#include \"qcompile_hls/Dataflow.h\"\n\n"
                   "void {2}({3});\n\n#endif // {0}\n",
                   guard, getWidthDefinition(design), top, getParameters(ports, interface));
  }

  std::string getInterfacePragmas() {
    std::string text;
    raw_string_ostream os(text);
    auto add = [&](const DesignPort &port) {
      if (interface == Interface::Stream)
        os << formatv("#pragma HLS INTERFACE axis port={0}\n", port.name);
      else
        os << formatv("#pragma HLS INTERFACE m_axi port={0} offset=slave bundle={0} depth={1}\n", port.name,
                      port.type.getWords());
    };
    llvm::for_each(ports.inputs, add);
    llvm::for_each(ports.outputs, add);
    os << "#pragma HLS INTERFACE " << (interface == Interface::Stream ? "ap_ctrl_none" : "s_axilite")
       << " port=return\n";
    return text;
  }

  std::string getSource() {
    std::string parameters = getParameters(ports, interface);
    return formatv("// A dataflow design: every stage is a function, all run at the same time.\n"
                   "#include \"{0}.h\"\n\n{1}\nnamespace {6} {{\nusing namespace qcompile_hls;\n"
                   "{2}\n} // namespace {6}\n\n"
                   "void {0}({3}) {{\n{4}#pragma HLS DATAFLOW\n"
                   "  using namespace {6};\n{5}}\n",
                   top, includes, stageText, parameters, getInterfacePragmas(), callText, getStagesName());
  }

  /// The stages have a namespace of their own: several designs may be compiled together.
  std::string getStagesName() const { return top + "_stages"; }

  DesignOp design;
  std::string top;
  Interface interface;
  DesignPorts ports;
  DenseMap<Value, std::string> streams;
  llvm::StringMap<unsigned> stageCounts;
  unsigned streamCount = 0;
  std::string callText, stageText, includes;
  raw_string_ostream calls, stages;
  std::vector<EmittedFile> files;
};

} // namespace

std::vector<EmittedFile> emitDesign(DesignOp design, StringRef name, Interface interface) {
  return DesignEmitter(design, name, interface).emit();
}

} // namespace qcompile::hls
