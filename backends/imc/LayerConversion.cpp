//===- LayerConversion.cpp - qnn operations as layers ---------------------===//
#include "backends/imc/LayerConversion.h"

#include "dialects/data/ElementStorage.h"
#include "runtime/imc/program.h"

using namespace mlir;
namespace rt = qcompile::runtime::imc;
using qcompile::runtime::DataType;

namespace qcompile::imc {

llvm::Error toError(const absl::Status &status) {
  if (status.ok())
    return llvm::Error::success();
  return llvm::createStringError(StringRef(status.message().data(), status.message().size()));
}

qnn::ThresholdOp getFusedThreshold(qnn::MatMulOp matmul) {
  if (!matmul.getResult().hasOneUse())
    return nullptr;
  auto threshold = dyn_cast<qnn::ThresholdOp>(*matmul.getResult().user_begin());
  int64_t last = cast<RankedTensorType>(matmul.getType()).getRank() - 1;
  bool perTensor = threshold && threshold.getThresholds().getType().getDimSize(0) == 1;
  if (!threshold || (!perTensor && int64_t(threshold.getAxis()) != last))
    return nullptr;
  return threshold;
}

bool isFused(qnn::ThresholdOp threshold) {
  auto matmul = threshold.getInput().getDefiningOp<qnn::MatMulOp>();
  return matmul && getFusedThreshold(matmul) == threshold;
}

static DataType elementOf(Value value) {
  return *data::getDataType(cast<RankedTensorType>(value.getType()).getElementType());
}

/// The type of a value whose size is known and sensible.
static llvm::Expected<RankedTensorType> getStaticType(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  if (!data::getStorageSize(type))
    return llvm::createStringError("a shape is not static");
  return type;
}

static rt::ThresholdTable toTable(qnn::ThresholdOp threshold) {
  rt::ThresholdTable table;
  table.thresholds = threshold.getThresholds().getTensor();
  table.directions.assign(threshold.getDirections().begin(), threshold.getDirections().end());
  table.low = static_cast<int64_t>(threshold.getLow());
  table.step = static_cast<int64_t>(threshold.getStep());
  table.type = elementOf(threshold.getResult());
  return table;
}

llvm::Expected<rt::MatmulLayer> toMatmulLayer(qnn::MatMulOp matmul) {
  auto weights = matmul.getRhs().getDefiningOp<qnn::ConstantOp>();
  if (!weights)
    return llvm::createStringError("the weights are not constant");
  llvm::Expected<RankedTensorType> type = getStaticType(matmul.getLhs());
  if (!type)
    return type.takeError();
  rt::MatmulLayer layer;
  for (int64_t extent : type->getShape().drop_back())
    layer.vectors *= extent;
  layer.input = elementOf(matmul.getLhs());
  layer.weights = weights.getValue().getTensor();
  layer.output = elementOf(matmul.getResult());
  if (qnn::ThresholdOp threshold = getFusedThreshold(matmul))
    layer.thresholds = toTable(threshold);
  return layer;
}

llvm::Expected<rt::ThresholdLayer> toThresholdLayer(qnn::ThresholdOp threshold) {
  llvm::Expected<RankedTensorType> type = getStaticType(threshold.getInput());
  if (!type)
    return type.takeError();
  rt::ThresholdLayer layer;
  int64_t axis = threshold.getAxis();
  for (auto [d, extent] : llvm::enumerate(type->getShape()))
    (int64_t(d) < axis ? layer.outer : int64_t(d) == axis ? layer.channels : layer.inner) *= extent;
  layer.input = elementOf(threshold.getInput());
  layer.table = toTable(threshold);
  return layer;
}

llvm::Expected<rt::TransposeLayer> toTransposeLayer(qnn::TransposeOp transpose) {
  llvm::Expected<RankedTensorType> type = getStaticType(transpose.getInput());
  if (!type)
    return type.takeError();
  rt::TransposeLayer layer;
  layer.shape.assign(type->getShape().begin(), type->getShape().end());
  layer.perm.assign(transpose.getPerm().begin(), transpose.getPerm().end());
  layer.type = elementOf(transpose.getInput());
  return layer;
}

llvm::Expected<int64_t> getActivationBytes(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  std::optional<DataType> element = data::getDataType(tensor.getElementType());
  if (!element || !data::getStorageSize(tensor))
    return llvm::createStringError("a shape is not static");
  if (element->IsFloat() || element->bits > 32)
    return llvm::createStringError("elements are " + element->ToString() +
                                   ", the activation buffer holds codes of at most 32 bits");
  return tensor.getNumElements() * rt::ElementBytes(*element);
}

} // namespace qcompile::imc
