//===- CompareCut.cpp - The operations that depart, as a model ------------===//
#include "compiler/io/Npy.h"
#include "compiler/io/WriteFile.h"
#include "compiler/tools/qcompile/CompareReduce.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using qcompile::compare::Comparison;
using qcompile::compare::Judge;
using qcompile::runtime::Tensor;

namespace qcompile::tool {

namespace {
/// Finds the part of a model in front of one value that the other side does not show.
class Cutter {
public:
  Cutter(Comparison &comparison, SourceModel &source, size_t batch)
      : comparison(comparison), judge(comparison.reading()), source(source), batch(batch) {}

  Submodel cut(mlir::Value departing);

private:
  std::optional<Tensor> lookUp(mlir::Value value) const {
    return judge.lookUp(value, comparison.trace(1), comparison.inputs(0), batch);
  }
  void visit(mlir::Value operand, Submodel &part);

  Comparison &comparison;
  Judge &judge;
  SourceModel &source;
  size_t batch;
  DenseSet<mlir::Value> seen;
};
} // namespace

void Cutter::visit(mlir::Value operand, Submodel &part) {
  mlir::Operation *op = operand.getDefiningOp();
  if (!op || judge.isConstant(operand) || !seen.insert(operand).second)
    return;
  std::optional<Tensor> known = lookUp(operand);
  // Behind its quantizer a value keeps its codes.
  const compare::TracedTensor *theirs = comparison.trace(1).find(onnx::getTensorName(op->getLoc()));
  if (known && !isQuantizer(op) && theirs && theirs->codes)
    known.reset();
  // Quantizing a quantized value changes nothing, and the part keeps its quantizer.
  mlir::Value place = known && isQuantizer(op) ? op->getOperand(0) : operand;
  bool isFree = !source.recorded.count(place) && place.getType() == operand.getType();
  if (known && isFree && (place == operand || place.getDefiningOp())) {
    part.cuts.insert(place);
    source.recorded[place] = *known;
    return;
  }
  for (mlir::Value before : op->getOperands())
    visit(before, part);
}

Submodel Cutter::cut(mlir::Value departing) {
  mlir::func::FuncOp function = source.function;
  for (auto [argument, input] : zip(function.getArguments(), comparison.inputs(0).batches[batch]))
    source.recorded[argument] = input;
  Submodel part;
  part.outputs.push_back(departing);
  for (mlir::Value operand : departing.getDefiningOp()->getOperands())
    visit(operand, part);
  return part;
}

/// Writes what the other side has of the result; returns the folder.
static std::optional<std::string> writeRecording(Session &session, StringRef name, const Tensor &value,
                                                 StringRef model) {
  model.consume_back(".onnx");
  std::string folder = model.str() + ".recorded";
  SmallString<128> path(folder);
  sys::path::append(path, encodeName(name) + ".npy");
  std::error_code code = sys::fs::create_directories(folder);
  Error error = code ? createStringError("cannot create folder '" + folder + "': " + code.message())
                     : writeFile(path, [&](raw_ostream &os) { os << formatNpy(value); });
  if (!error)
    return folder;
  session.fail(Outcome::FileSystem, Code::U003, toString(std::move(error)));
  return std::nullopt;
}

std::optional<Reduction> cutDeparture(Session &session, const Options &options, Comparison &comparison) {
  const compare::Departure &departure = *comparison.departure();
  Judge &judge = comparison.reading();
  SourceModel source(judge.function());
  mlir::Value departing = judge.getProducer(departure.tensor)->getResult(0);
  std::optional<Tensor> theirs = judge.lookUp(departing, comparison.trace(1), comparison.inputs(0), departure.batch);
  if (!theirs || judge.isConstant(departing)) {
    session.fail(Outcome::Different, Code::R001,
                 "'" + departure.tensor + "' departs, which is " + (theirs ? "a constant" : "no float32 tensor") +
                     "; nothing to reduce");
    return std::nullopt;
  }
  Submodel part = Cutter(comparison, source, departure.batch).cut(departing);
  Reduction out;
  out.model = options.compare.reduce;
  out.tensor = departure.tensor;
  out.node = departure.nodes.back();
  out.nodesBefore =
      count_if(source.function.front().without_terminator(), [](mlir::Operation &op) { return !getHeldConstant(&op); });
  out.nodesAfter = source.getNodes(part).size();
  mlir::OwningOpRef<mlir::ModuleOp> module = source.extract(part);
  if (!writeReduction(session, source, module->lookupSymbol<mlir::func::FuncOp>("main"), out))
    return std::nullopt;
  std::optional<std::string> folder = writeRecording(session, source.names.get(departing), *theirs, out.model);
  if (!folder)
    return std::nullopt;
  out.command = "qcompile compare " + quote(out.model) + " --recorded " + quote(*folder);
  for (const auto &[name, file] : out.inputs)
    out.command += " --input " + quote(name + "=" + file);
  return out;
}

} // namespace qcompile::tool
