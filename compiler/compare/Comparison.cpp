//===- Comparison.cpp - Two runs, tensor by tensor ------------------------===//
#include "compiler/compare/Comparison.h"

#include "dialects/onnx/NodeLocation.h"

using namespace llvm;
using qcompile::runtime::Port;
using qcompile::runtime::Tensor;

namespace qcompile::compare {

Comparison::Comparison(SessionOptions options, Session &backends) : options(std::move(options)), backends(backends) {}

bool Comparison::prepareReference(Side &side, Stage stage) {
  if (!side.session->runTo(stage))
    return false;
  auto reference = ReferenceExecutable::create(side.session->module());
  if (!reference)
    return side.session->fail(Outcome::Unsupported, Code::R001, toString(reference.takeError()));
  side.executable = std::move(*reference);
  side.isReference = true;
  return true;
}

bool Comparison::load(int index, const SideSpec &spec) {
  Side &side = sides[index];
  side.spec = spec;
  std::optional<Stage> stage = parseStage(spec.name);
  SessionOptions sideOptions = options;
  sideOptions.backend = stage ? "reference" : spec.name;
  side.session = std::make_unique<Session>(sideOptions);
  side.session->onDiagnostic = onDiagnostic;
  side.session->shareBackends(backends);
  if (!side.session->load(spec.model, spec.from))
    return false;
  if (stage || spec.name == "reference")
    return prepareReference(side, stage.value_or(Stage::Bound));
  if (side.session->runTo(Stage::Target))
    side.executable = side.session->prepare();
  return side.executable != nullptr;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

static std::string describe(ArrayRef<Port> ports) {
  std::string out;
  for (const Port &port : ports)
    out += (out.empty() ? "'" : ", '") + port.name + "' " + port.type.ToString() + " " +
           runtime::ShapeToString(port.shape);
  return out.empty() ? "none" : out;
}

static int64_t countPerSample(const Port &port, ArrayRef<Port> ports) {
  return runtime::NumElements(port.shape) / getBatchSize(ports);
}

/// For every input of `to` the one of `from` that it takes: by name, or by place where the names are others.
static std::optional<std::vector<size_t>> matchInputs(ArrayRef<Port> from, ArrayRef<Port> to) {
  if (from.size() != to.size())
    return std::nullopt;
  auto fits = [&](const Port &a, const Port &b) {
    return a.type == b.type && countPerSample(a, from) == countPerSample(b, to);
  };
  std::vector<size_t> byName, byPlace;
  for (auto [i, port] : enumerate(to)) {
    const Port *named = find_if(from, [&port = port](const Port &other) { return other.name == port.name; });
    if (named != from.end() && fits(*named, port))
      byName.push_back(size_t(named - from.begin()));
    if (fits(from[i], port))
      byPlace.push_back(i);
  }
  if (byName.size() == to.size())
    return byName;
  return byPlace.size() == to.size() ? std::optional(byPlace) : std::nullopt;
}

/// The samples in batches of other ports.
static InputBatches batchAgain(const InputBatches &inputs, ArrayRef<size_t> order, ArrayRef<Port> ports) {
  std::vector<Tensor> joined = joinInputs(inputs), chosen;
  for (size_t port : order)
    chosen.push_back(
        joined[port].Reshaped({inputs.samples, joined[port].size() / std::max<int64_t>(inputs.samples, 1)}));
  return assembleBatches(chosen, ports);
}

Error Comparison::setInputs(int index, const InputBatches &inputs) {
  sides[index].inputs = inputs;
  if (index == 0)
    return sides[0].session->checkBatches(inputs);
  ArrayRef<Port> mine = sides[0].executable->inputs(), theirs = sides[1].executable->inputs();
  auto order = matchInputs(mine, theirs);
  if (!order)
    return createStringError("the inputs differ: the first side has " + describe(mine) + "; the second one " +
                             describe(theirs));
  bool same = std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(),
                         [](const Port &a, const Port &b) { return a.name == b.name && a.shape == b.shape; });
  if (!same)
    sides[1].inputs = batchAgain(inputs, *order, theirs);
  return sides[1].session->checkBatches(sides[1].inputs);
}

Error Comparison::run(int index) {
  Side &side = sides[index];
  Expected<Trace> trace = runTraced(*side.executable, side.isReference, side.inputs);
  if (!trace)
    return trace.takeError();
  side.trace = std::move(*trace);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

/// Reads the codes of a side that has floats only, where the other side tells their grid.
void Comparison::alignCodes() {
  for (int from : {0, 1})
    for (const std::string &name : sides[from].trace.order) {
      const TracedTensor &known = *sides[from].trace.find(name);
      auto it = sides[1 - from].trace.tensors.find(name);
      if (it == sides[1 - from].trace.tensors.end() || !known.grid)
        continue;
      TracedTensor &other = it->second;
      if (other.codes || !other.value.type().IsFloat() || other.value.size() != known.value.size())
        continue;
      other.codes = readCodes(other.value.Reshaped(known.value.shape()), *known.grid);
      if (other.codes)
        other.grid = known.grid;
    }
}

std::vector<TensorRow> Comparison::compare(function_ref<void(const std::string &)> note) {
  alignCodes();
  std::vector<TensorRow> rows;
  for (const std::string &name : sides[0].trace.order) {
    const TracedTensor &mine = *sides[0].trace.find(name);
    const TracedTensor *other = sides[1].trace.find(name);
    if (!other)
      continue;
    if (!areComparable(mine, *other)) {
      note("'" + name + "' is left out: " + mine.value.type().ToString() + " " +
           runtime::ShapeToString(mine.value.shape()) + " and " + other->value.type().ToString() + " " +
           runtime::ShapeToString(other->value.shape()) + " do not compare");
      continue;
    }
    rows.push_back(compareTensors(name, mine, *other, sides[0].inputs));
    rows.back().index = rows.size() - 1;
  }
  return rows;
}

//===----------------------------------------------------------------------===//
// Reasons
//===----------------------------------------------------------------------===//

bool Comparison::isReading(int side) const {
  return sides[side].isReference && sides[side].session->stage() <= Stage::Compress;
}

/// A session that holds the model of a side at a stage of the `onnx` level.
Expected<Session *> Comparison::getReadingSession(Side &side) {
  if (isReading(int(&side - sides)))
    return side.session.get();
  if (side.spec.from && *side.spec.from >= Stage::Integer)
    return createStringError("the text of stage " + getStageName(*side.spec.from) + " has no exact reading");
  SessionOptions readingOptions = options;
  readingOptions.backend = "reference";
  readingSession = std::make_unique<Session>(readingOptions);
  if (!readingSession->load(side.spec.model, side.spec.from) || !readingSession->runTo(Stage::Normalise))
    return createStringError("the model cannot be read again");
  return readingSession.get();
}

Error Comparison::judge(int judged, std::vector<TensorRow> &rows) {
  Side &side = sides[1 - judged];
  Expected<Session *> session = getReadingSession(side);
  if (!session)
    return session.takeError();
  Expected<Judge> judge = Judge::create((*session)->module().lookupSymbol<mlir::func::FuncOp>("main"));
  if (!judge)
    return judge.takeError();
  judgeOfRows.emplace(std::move(*judge));
  const Trace &other = sides[judged].trace;
  for (size_t batch = 0; batch < side.inputs.batches.size(); ++batch)
    if (any_of(rows, [&](const TensorRow &row) { return bool(row.batches[batch]); }))
      if (Error error = judgeOfRows->judge(other, side.inputs, batch))
        return error;
  for (TensorRow &row : rows) {
    if (mlir::Operation *op = judgeOfRows->getProducer(row.name))
      row.node = onnx::describe(op);
    if (auto it = judgeOfRows->verdicts().find(row.name); row.differing && it != judgeOfRows->verdicts().end())
      row.verdict = it->second;
  }
  for (const auto &[name, verdict] : judgeOfRows->verdicts())
    if (verdict.departing) {
      found = Departure{name.str(), judgeOfRows->getSuspects(name, other), verdict.batch};
      break;
    }
  return Error::success();
}

} // namespace qcompile::compare
