//===- Compare.cpp - qcompile compare -------------------------------------===//
//
// Runs a model twice, tensor by tensor where both sides are evaluated, output by output where one is a
// backend, and reports the first difference in the model's order.
//
//===----------------------------------------------------------------------===//
#include <cmath>

#include "compiler/io/InputData.h"
#include "compiler/session/Manifest.h"
#include "compiler/session/ReferenceExecutable.h"
#include "compiler/tools/qcompile/Commands.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::tool {

namespace {

/// A tensor of one side: its codes where it has an integer representation, else its floats.
using TensorLists = StringMap<std::vector<Tensor>>;

struct Row {
  std::string name;
  int64_t elements = 0, differing = 0;
  double worst = 0;
};

/// One side of the comparison.
struct Side {
  std::unique_ptr<Session> session;
  std::unique_ptr<Executable> executable;
  TensorLists tensors;
  std::vector<std::string> order;
};

/// Makes a session of its own, so that the sides do not see each other.
bool makeSide(Side &side, Session &parent, const Options &options, StringRef what) {
  SessionOptions sessionOptions = parent.getOptions();
  std::optional<Stage> stage = parseStage(what);
  sessionOptions.backend = stage ? "reference" : what.str();
  side.session = std::make_unique<Session>(sessionOptions);
  side.session->onDiagnostic = parent.onDiagnostic;
  side.session->shareBackends(parent);
  if (!side.session->load(options.model, options.compileFrom))
    return false;
  if (!stage && what != "reference") {
    if (side.session->runTo(Stage::Target))
      side.executable = side.session->prepare();
    return side.executable != nullptr;
  }
  if (!side.session->runTo(stage.value_or(Stage::Bound)))
    return false;
  auto reference = ReferenceExecutable::create(side.session->module());
  if (!reference)
    return side.session->fail(Outcome::Unsupported, Code::R001,
                              toString(reference.takeError()));
  (*reference)->onTensor = [&side](StringRef name, const Tensor &value, const Tensor *codes) {
    std::vector<Tensor> &list = side.tensors[name];
    if (list.empty())
      side.order.push_back(name.str());
    list.push_back(codes ? *Tensor::FromIntegers(runtime::DataType::Int64(), codes->shape(),
                                                 codes->ToIntegers())
                         : value);
  };
  side.executable = std::move(*reference);
  return true;
}

Row compareTensors(StringRef name, ArrayRef<Tensor> a, ArrayRef<Tensor> b) {
  Row row{name.str()};
  for (auto [left, right] : zip(a, b))
    for (int64_t i = 0; i < left.size(); ++i) {
      double x = left.DoubleAt(i), y = right.DoubleAt(i);
      ++row.elements;
      if (x == y || (std::isnan(x) && std::isnan(y)))
        continue;
      ++row.differing;
      row.worst = std::max(row.worst, std::isnan(x - y) ? INFINITY : std::fabs(x - y));
    }
  return row;
}

bool comparable(ArrayRef<Tensor> a, ArrayRef<Tensor> b) {
  return a.size() == b.size() && !a.empty() && a[0].size() == b[0].size() &&
         a[0].type().IsFloat() == b[0].type().IsFloat();
}

void addOutputs(Side &side, ArrayRef<Executable::Tensors> results) {
  for (auto [port, index] :
       zip(side.executable->outputs(), seq<size_t>(0, side.executable->outputs().size()))) {
    std::string name = "output " + port.name;
    side.order.push_back(name);
    for (const Executable::Tensors &batch : results)
      side.tensors[name].push_back(batch[index]);
  }
}

} // namespace

int compareModel(Session &session, const Options &options, Messages &messages) {
  if (options.inputs.empty() == (options.random == 0)) {
    session.fail(Outcome::Usage, Code::U001, "expected either --input or --random N");
    return int(session.outcome());
  }
  Side sides[2];
  std::string names[2] = {options.stage ? getStageName(*options.stage).str()
                                        : options.session.backend,
                          options.against.empty() ? "normalise" : options.against};
  InputBatches inputs;
  for (int i : {0, 1}) {
    if (!makeSide(sides[i], session, options, names[i]))
      return int(sides[i].session->outcome());
    Executable &executable = *sides[i].executable;
    if (i == 0) {
      Expected<InputBatches> read =
          options.random ? makeRandomInputs(executable.inputs(), options.random, options.seed)
                         : readInputs(options.inputs, executable.inputs(),
                                      [&](const std::string &text) { messages.note(text); });
      if (!read)
        return failInput(session, read.takeError());
      inputs = std::move(*read);
    }
    auto results = executable.run(inputs.batches);
    if (!results) {
      session.fail(Outcome::InvalidModel, Code::R001,
                   names[i] + ": " + toString(results.takeError()));
      return int(session.outcome());
    }
    addOutputs(sides[i], *results);
  }

  std::vector<Row> rows;
  for (const std::string &name : sides[0].order)
    if (auto other = sides[1].tensors.find(name);
        other != sides[1].tensors.end() && comparable(sides[0].tensors[name], other->second))
      rows.push_back(compareTensors(name, sides[0].tensors[name], other->second));
  const Row *first = nullptr;
  json::Array list;
  for (const Row &row : rows) {
    first = first || !row.differing ? first : &row;
    list.push_back(json::Object{{"name", row.name},
                                {"elements", row.elements},
                                {"differing", row.differing},
                                {"worst", row.worst}});
    if (!options.json && (row.differing || options.verbose))
      outs() << row.name << ": " << row.differing << " of " << row.elements
             << " differ, by at most " << format("%g", row.worst) << "\n";
  }
  if (options.json)
    outs() << formatJson(json::Object{{"a", names[0]},
                                      {"b", names[1]},
                                      {"samples", inputs.samples},
                                      {"first", first ? json::Value(first->name) : nullptr},
                                      {"tensors", std::move(list)}});
  else
    outs() << names[0] << " and " << names[1] << ": " << rows.size() << " tensors, "
           << inputs.samples << " samples, "
           << (first ? "first difference at '" + first->name + "'" : "no difference") << "\n";
  return first ? int(Outcome::Different) : 0;
}

} // namespace qcompile::tool
