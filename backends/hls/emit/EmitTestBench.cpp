//===- EmitTestBench.cpp - Test bench and build scripts -------------------===//
#include "backends/hls/emit/EmitTestBench.h"

#include "backends/hls/emit/EmitRom.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;
using llvm::raw_string_ostream;

namespace qcompile::hls {

static int64_t countCodes(ArrayRef<DesignPort> ports) {
  int64_t count = 0;
  for (const DesignPort &port : ports)
    count += port.type.getElements();
  return count;
}

static void writeArray(raw_string_ostream &os, StringRef name, ArrayRef<int64_t> values) {
  os << "static const long long " << name << "[] = {";
  for (auto [i, value] : llvm::enumerate(values))
    os << (i % 16 ? "," : i ? ",\n" : "\n") << value;
  os << "\n};\n";
}

static std::string getVectorsFile(const DesignPorts &ports, const TestVectors &vectors) {
  std::string text;
  raw_string_ostream os(text);
  os << "// Samples of codes and the codes that the reference evaluator gives for them.\n"
        "#ifndef TB_VECTORS_H\n#define TB_VECTORS_H\n\n#include \"qcompile_hls/TestBench.h\"\n\n";
  writeArray(os, "vectorInputs", vectors.inputs);
  writeArray(os, "vectorOutputs", vectors.outputs);
  os << formatv("static const qcompile_hls::TestVectors vectors = {{{0}, {1}, {2}, vectorInputs, "
                "vectorOutputs};\n\n#endif // TB_VECTORS_H\n",
                countCodes(ports.inputs), countCodes(ports.outputs), vectors.samples);
  return text;
}

/// The statements of runSample for one port: its stream, and its memory where it has one.
static std::string declarePort(const DesignPort &port, Interface interface) {
  std::string stream = interface == Interface::Stream ? port.name : port.name + "_words";
  std::string text = formatv("  hls::stream<ap_uint<{0}>> {1}(\"{1}\");\n", port.type.getWordBits(), stream);
  if (interface == Interface::Memory)
    text += formatv("  static ap_uint<{0}> {1}[{2}];\n", port.getContainerBits(), port.name, port.type.getWords());
  return text;
}

static std::string moveWords(const DesignPort &port, StringRef function, bool toMemory) {
  std::string stream = port.name + "_words";
  return formatv("  {0}<{1}, {2}, {3}>({4}, {5});\n", function, port.type.getWordBits(), port.getContainerBits(),
                 port.type.getWords(), toMemory ? stream : port.name, toMemory ? port.name : stream);
}

/// A namespace and a file: several designs may be compiled together.
static std::string getBenchName(StringRef name) { return (name + "_bench").str(); }

static std::string getBench(const DesignPorts &ports, StringRef name, Interface interface) {
  const bool memory = interface == Interface::Memory;
  std::string before, after;
  SmallVector<StringRef> arguments;
  for (const DesignPort &port : ports.inputs) {
    arguments.push_back(port.name);
    before += declarePort(port, interface);
    before += formatv("  feed<{0}, {1}, {2}>(reader, {3});\n", getCodeName(port.type.getElementType()),
                      port.type.getLanes(), port.type.getWords(), memory ? port.name + "_words" : port.name);
    if (memory)
      before += moveWords(port, "writeMemory", /*toMemory=*/true);
  }
  for (const DesignPort &port : ports.outputs) {
    arguments.push_back(port.name);
    before += declarePort(port, interface);
    if (memory)
      after += moveWords(port, "readMemory", /*toMemory=*/false);
    after += formatv("  drain<{0}, {1}, {2}>({3}, writer);\n", getCodeName(port.type.getElementType()),
                     port.type.getLanes(), port.type.getWords(), memory ? port.name + "_words" : port.name);
  }
  std::string bench = getBenchName(name);
  std::string guard = StringRef(bench).upper() + "_H";
  return formatv("// Moves codes through the design: see qcompile_hls/TestBench.h.\n"
                 "#ifndef {0}\n#define {0}\n\n"
                 "#include \"../{1}.h\"\n#include \"qcompile_hls/TestBench.h\"\n\n"
                 "namespace {2} {{\nusing namespace qcompile_hls;\n\n"
                 "static const unsigned inputCodes = {3};\n"
                 "static const unsigned outputCodes = {4};\n\n"
                 "static void runSample(CodeReader &reader, CodeWriter &writer) {{\n{5}"
                 "  {1}({6});\n{7}}\n\n} // namespace {2}\n\n#endif // {0}\n",
                 guard, getTopName(name), bench, countCodes(ports.inputs), countCodes(ports.outputs), before,
                 llvm::join(arguments, ", "), after);
}

static std::string getTestBench(StringRef name) {
  return formatv("// Runs the design on vectors or on a file: see qcompile_hls/TestBench.h.\n"
                 "#include \"{0}.h\"\n#include \"vectors.h\"\n\n"
                 "int main(int argc, char **argv) {{\n"
                 "  return qcompile_hls::testBenchMain(argc, argv, {0}::runSample, vectors);\n}\n",
                 getBenchName(name));
}

std::vector<EmittedFile> emitTestBench(DesignOp design, StringRef name, Interface interface,
                                       const TestVectors &vectors) {
  DesignPorts ports = getPorts(design);
  return {{"tb/" + getBenchName(name) + ".h", "testbench", "moves codes through the design",
           getBench(ports, name, interface)},
          {"tb/testbench.cpp", "testbench", "runs the design on vectors or a file", getTestBench(name)},
          {"tb/vectors.h", "testbench", "samples with the codes expected of them", getVectorsFile(ports, vectors)}};
}

std::string getBatchProgram(ArrayRef<ArtifactPlace> artifacts) {
  std::string includes, cases;
  for (auto [i, artifact] : llvm::enumerate(artifacts)) {
    std::string bench = getBenchName(artifact.name);
    includes += formatv("#include \"{0}/{1}.cpp\"\n#include \"{0}/tb/{2}.h\"\n", artifact.directory,
                        getTopName(artifact.name), bench);
    cases += formatv("  case {0}:\n    return qcompile_hls::runFile({1}::runSample, "
                     "{1}::inputCodes, argv[2], argv[3]);\n",
                     i, bench);
  }
  return formatv("#define AP_INT_MAX_W {0}\n{1}#include <cstdlib>\n\n"
                 "int main(int argc, char **argv) {{\n"
                 "  switch (argc == 4 ? std::atoi(argv[1]) : -1) {{\n{2}  default:\n"
                 "    return 2;\n  }\n}\n",
                 2 * kMaxWordBits, includes, cases);
}

std::vector<EmittedFile> emitScripts(DesignOp design, StringRef name, StringRef part, int64_t clockMhz) {
  std::string makefile = formatv("# Builds and runs the test bench on the host: make test AP_TYPES=FOLDER, with the "
                                 "folder of the\n"
                                 "# vendor's ap_int.h and hls_stream.h.\n"
                                 "CXX ?= clang++\nAP_TYPES ?= .\n\n"
                                 "testbench: {0}.cpp {0}.h $(wildcard tb/* memories/*.h qcompile_hls/*.h)\n"
                                 "\t$(CXX) {1} -I. -isystem $(AP_TYPES) {0}.cpp tb/testbench.cpp -o $@\n\n"
                                 "test: testbench\n\t./testbench\n\nclean:\n\t$(RM) testbench\n\n.PHONY: test clean\n",
                                 getTopName(name), llvm::join(ArrayRef<llvm::StringLiteral>(kHostFlags), " "));
  std::string tcl = formatv("# Simulates and synthesises the design: vitis_hls -f {3}.tcl\n"
                            "open_project -reset {3}_project\nset_top {0}\n"
                            "add_files {0}.cpp -cflags \"-std=c++14 -I.\"\n"
                            "add_files -tb tb/testbench.cpp -cflags \"-std=c++14 -I.\"\n"
                            "open_solution -reset solution -flow_target vivado\n"
                            "set_part {{{1}}\ncreate_clock -period {2:f3}\n"
                            "csim_design\ncsynth_design\nexport_design -format ip_catalog\nexit\n",
                            getTopName(name), part, 1000.0 / double(clockMhz), name);
  return {{"Makefile", "script", "builds the test bench on the host", makefile},
          {(name + ".tcl").str(), "script", "simulates and synthesises with Vitis HLS", tcl}};
}

} // namespace qcompile::hls
