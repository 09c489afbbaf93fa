//===- Comparison.cpp - One model on two sides ----------------------------===//
#include "compiler/tools/qcompile/Comparison.h"

#include <cmath>

#include "compiler/session/ReferenceExecutable.h"

using namespace llvm;
using qcompile::runtime::Tensor;

namespace qcompile::tool {

Comparison::Comparison(SessionOptions options, Session &backends, const std::string (&names)[2])
    : options(std::move(options)), backends(backends) {
  for (int side : {0, 1})
    sides[side].name = names[side];
}

bool Comparison::prepareReference(Side &side, Stage stage) {
  if (!side.session->runTo(stage))
    return false;
  auto reference = ReferenceExecutable::create(side.session->module());
  if (!reference)
    return side.session->fail(Outcome::Unsupported, Code::R001, toString(reference.takeError()));
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

bool Comparison::load(int index, StringRef path, std::optional<Stage> from) {
  Side &side = sides[index];
  std::optional<Stage> stage = parseStage(side.name);
  SessionOptions sideOptions = options;
  sideOptions.backend = stage ? "reference" : side.name;
  side.session = std::make_unique<Session>(sideOptions);
  side.session->onDiagnostic = onDiagnostic;
  side.session->shareBackends(backends);
  if (!side.session->load(path, from))
    return false;
  if (stage || side.name == "reference")
    return prepareReference(side, stage.value_or(Stage::Bound));
  if (side.session->runTo(Stage::Target))
    side.executable = side.session->prepare();
  return side.executable != nullptr;
}

Error Comparison::run(int index, ArrayRef<Executable::Tensors> batches) {
  Side &side = sides[index];
  Expected<std::vector<Executable::Tensors>> results = side.executable->run(batches);
  if (!results)
    return results.takeError();
  for (auto [port, output] : enumerate(side.executable->outputs())) {
    std::string name = "output " + output.name;
    side.order.push_back(name);
    for (const Executable::Tensors &batch : *results)
      side.tensors[name].push_back(batch[port]);
  }
  return Error::success();
}

static TensorRow compareTensors(StringRef name, ArrayRef<Tensor> a, ArrayRef<Tensor> b) {
  TensorRow row{name.str()};
  for (auto [batch, left, right] : enumerate(a, b))
    for (int64_t i = 0; i < left.size(); ++i) {
      double x = left.DoubleAt(i), y = right.DoubleAt(i);
      ++row.elements;
      if (x == y || (std::isnan(x) && std::isnan(y)))
        continue;
      if (!row.differing++)
        row.firstBatch = batch;
      row.worst = std::max(row.worst, std::isnan(x - y) ? INFINITY : std::fabs(x - y));
    }
  return row;
}

static bool comparable(ArrayRef<Tensor> a, ArrayRef<Tensor> b) {
  return a.size() == b.size() && !a.empty() && a[0].size() == b[0].size() &&
         a[0].type().IsFloat() == b[0].type().IsFloat();
}

std::vector<TensorRow> Comparison::compare() const {
  std::vector<TensorRow> rows;
  for (const std::string &name : sides[0].order) {
    ArrayRef<Tensor> mine = sides[0].tensors.find(name)->second;
    auto other = sides[1].tensors.find(name);
    if (other != sides[1].tensors.end() && comparable(mine, other->second))
      rows.push_back(compareTensors(name, mine, other->second));
  }
  return rows;
}

} // namespace qcompile::tool
