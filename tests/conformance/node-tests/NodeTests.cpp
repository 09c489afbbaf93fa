//===- NodeTests.cpp - Runs the node tests of an ONNX release -------------===//
//
// usage: node-tests FOLDER [--backend=reference|cpu|...] [--only=PART_OF_NAME] [--relative=R] [--absolute=A]
//
// Every folder below FOLDER with a model.onnx is a test: data of test_data_set_N goes in as inputs, and what comes out
// must have the recorded element types, shapes and, within the tolerances, values. A test that is not supported so is
// tried once more with its inputs as constants. Prints one JSON object per test: its `name`, `operators`, `result`
// ("pass", "wrong" or "unsupported"), `constants` where its inputs were, and, where it does not pass, `code` and
// `message`. Exit code 1 where a result is wrong.
//
//===----------------------------------------------------------------------===//
#include <cmath>
#include <fstream>

#include "backends/RegisterBackends.h"
#include "compiler/io/TestData.h"
#include "compiler/session/ReferenceExecutable.h"
#include "compiler/session/Session.h"
#include "onnx/onnx_pb.h"
#include "runtime/reference/checks.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile {
namespace {

/// How far results may be from the recorded ones; those of ONNX' own runner if not said otherwise.
double relative = 1e-3, absolute = 1e-7;

struct Verdict {
  std::string result, code, message;
  bool constants = false; ///< inputs were given as constants
};

/// How `found` differs from the recorded tensor, or an empty string.
std::string compare(const Tensor &found, const Tensor &expected) {
  if (found.type() != expected.type() || found.shape() != expected.shape())
    return formatv("expected {0} {1}, found {2} {3}", expected.type().ToString(),
                   runtime::ShapeToString(expected.shape()), found.type().ToString(),
                   runtime::ShapeToString(found.shape()))
        .str();
  int64_t differing = 0, first = -1;
  for (int64_t i = 0; i < expected.size(); ++i) {
    bool near;
    if (expected.type().IsFloat()) {
      double x = found.DoubleAt(i), y = expected.DoubleAt(i);
      near = x == y || (std::isnan(x) && std::isnan(y)) ||
             (std::isfinite(y) && std::fabs(x - y) <= absolute + relative * std::fabs(y));
    } else {
      near = found.IntegerAt(i) == expected.IntegerAt(i);
    }
    if (!near && differing++ == 0)
      first = i;
  }
  if (differing == 0)
    return "";
  return formatv("{0} of {1} elements differ, the first is {2}: expected {3}, found {4}", differing, expected.size(),
                 first, runtime::NumberToString(expected.DoubleAt(first)),
                 runtime::NumberToString(found.DoubleAt(first)))
      .str();
}

::onnx::ModelProto readModel(StringRef path) {
  ::onnx::ModelProto model;
  std::ifstream in(path.str(), std::ios::binary);
  model.ParseFromIstream(&in);
  return model;
}

/// The model with its inputs as initializers: what its shapes depend on is then known.
std::string withConstantInputs(StringRef folder, StringRef set) {
  ::onnx::ModelProto model = readModel((folder + "/model.onnx").str());
  auto *graph = model.mutable_graph();
  for (int i = 0; i < graph->input_size(); ++i) {
    std::ifstream in((set + "/input_" + Twine(i) + ".pb").str(), std::ios::binary);
    auto *tensor = graph->add_initializer();
    tensor->ParseFromIstream(&in);
    tensor->set_name(graph->input(i).name());
  }
  graph->clear_input();
  return model.SerializeAsString();
}

class Test {
public:
  Test(StringRef folder, StringRef backend) : folder(folder), backend(backend) {}

  Verdict run() {
    std::vector<std::string> sets = findTestDataSets(folder);
    if (sets.empty())
      return {"wrong", "", "there is no test data", false};
    for (const std::string &set : sets)
      if (Verdict verdict = run(set); verdict.result != "pass")
        return verdict;
    return last;
  }

private:
  Verdict run(const std::string &set) {
    Verdict verdict = run(set, false);
    if (verdict.result != "unsupported")
      return last = verdict;
    Verdict again = run(set, true);
    again.constants = true;
    return last = again.result == "unsupported" ? verdict : again;
  }

  Verdict run(const std::string &set, bool constantInputs) {
    SessionOptions options;
    options.backend = backend.str();
    Session session(options);
    std::vector<Diagnostic> errors;
    session.onDiagnostic = [&](const Diagnostic &d) {
      if (d.severity == Diagnostic::Severity::Error)
        errors.push_back(d);
    };
    if (Error error = registerBackends(session.backends()))
      return unsupported("", toString(std::move(error)));
    std::string problem;
    std::unique_ptr<Executable> executable = prepare(session, set, constantInputs, problem);
    if (executable)
      return check(*executable, set);
    return errors.empty() ? unsupported("", problem) : unsupported(errors[0].code, errors[0].message);
  }

  static Verdict unsupported(std::string code, std::string message) {
    return {"unsupported", std::move(code), std::move(message), false};
  }

  std::unique_ptr<Executable> prepare(Session &session, const std::string &set, bool constantInputs,
                                      std::string &problem) {
    bool isReference = backend == "reference";
    if (!isReference && !session.selectBackend())
      return nullptr;
    if (!(constantInputs ? session.loadBytes(withConstantInputs(folder, set), "model.onnx")
                         : session.load(folder + "/model.onnx")))
      return nullptr;
    if (!isReference)
      return session.runTo(Stage::Target) ? session.prepare() : nullptr;
    auto reference = ReferenceExecutable::create(session.module());
    if (reference)
      return std::move(*reference);
    problem = toString(reference.takeError());
    return nullptr;
  }

  static Verdict check(Executable &executable, const std::string &set) {
    auto read = [&](StringRef kind, size_t index, Tensor &tensor) {
      auto data = readTestData({set}, kind, index);
      if (data)
        tensor = (*data)[0];
      return data.takeError();
    };
    Executable::Tensors inputs(executable.inputs().size());
    for (size_t i = 0; i < inputs.size(); ++i)
      if (Error error = read("input", i, inputs[i]))
        return unsupported("", toString(std::move(error)));
    auto outputs = executable.run({inputs});
    if (!outputs)
      return unsupported("", toString(outputs.takeError()));
    for (size_t i = 0; i < executable.outputs().size(); ++i) {
      Tensor expected;
      if (Error error = read("output", i, expected))
        return unsupported("", toString(std::move(error)));
      std::string difference = compare((*outputs)[0][i], expected);
      if (!difference.empty())
        return {"wrong", "", "output '" + executable.outputs()[i].name + "': " + difference, false};
    }
    return {"pass", "", "", false};
  }

  std::string folder;
  StringRef backend;
  Verdict last;
};

std::vector<std::string> findTests(StringRef root, StringRef part) {
  std::vector<std::string> folders;
  std::error_code code;
  for (sys::fs::recursive_directory_iterator it(root, code), end; it != end && !code; it.increment(code))
    if (sys::path::filename(it->path()) == "model.onnx" &&
        sys::path::filename(sys::path::parent_path(it->path())).contains(part))
      folders.push_back(sys::path::parent_path(it->path()).str());
  llvm::sort(folders);
  return folders;
}

int runAll(StringRef root, StringRef backend, StringRef part) {
  bool right = true;
  for (const std::string &folder : findTests(root, part)) {
    json::Array operators;
    const ::onnx::ModelProto model = readModel(folder + "/model.onnx");
    for (const auto &node : model.graph().node())
      operators.push_back(node.op_type());
    Verdict verdict = Test(folder, backend).run();
    right &= verdict.result != "wrong";
    json::Object line{
        {"name", sys::path::filename(folder).str()}, {"operators", std::move(operators)}, {"result", verdict.result}};
    if (verdict.constants)
      line["constants"] = true;
    if (verdict.result != "pass") {
      line["code"] = verdict.code;
      line["message"] = json::fixUTF8(verdict.message);
    }
    outs() << json::Value(std::move(line)) << "\n";
    outs().flush();
  }
  return right ? 0 : 1;
}

} // namespace
} // namespace qcompile

int main(int argc, char **argv) {
  StringRef root, backend = "reference", part;
  bool ok = true;
  for (int i = 1; i < argc; ++i) {
    StringRef argument = argv[i];
    if (argument.consume_front("--backend="))
      backend = argument;
    else if (argument.consume_front("--only="))
      part = argument;
    else if (argument.consume_front("--relative="))
      ok &= !argument.getAsDouble(qcompile::relative);
    else if (argument.consume_front("--absolute="))
      ok &= !argument.getAsDouble(qcompile::absolute);
    else
      root = argument;
  }
  if (root.empty() || !ok) {
    errs() << "usage: node-tests FOLDER [--backend=NAME] [--only=PART_OF_NAME] [--relative=R] [--absolute=A]\n";
    return 2;
  }
  return qcompile::runAll(root, backend, part);
}
