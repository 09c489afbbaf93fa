//===- QonnxCost.cpp - Inference cost as qonnx defines it -----------------===//
#include "compiler/inspect/QonnxCost.h"

#include "compiler/inspect/ConstantValue.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace qcompile::inspect {

void QonnxCost::add(const QonnxCost &other) {
  for (const auto &[key, amount] : other.amounts)
    amounts[key] += amount;
}

static int getBits(StringRef typeName) { return QonnxType::parse(typeName).value_or(QonnxType()).bits; }

std::map<std::string, double> QonnxCost::getTotals() const {
  std::map<std::string, double> out;
  for (const char *key :
       {"total_bops", "total_macs", "total_mem_o_bits", "total_mem_o_elems", "total_mem_w_bits", "total_mem_w_elems"})
    out[key] = 0;
  for (const auto &[key, amount] : amounts) {
    StringRef rest = key;
    if (rest.consume_front("op_mac_")) {
      auto [input, weights] = rest.split('_');
      out["total_bops"] += amount * getBits(input) * getBits(weights);
      out["total_macs"] += amount;
      continue;
    }
    bool isWeight = rest.consume_front("mem_w_");
    if (!isWeight && !rest.consume_front("mem_o_"))
      continue;
    std::string total = isWeight ? "total_mem_w_" : "total_mem_o_";
    out[total + "bits"] += amount * getBits(rest);
    out[total + "elems"] += amount;
  }
  return out;
}

StringRef getOperatorName(Operation *op) {
  StringRef name = op->getName().stripDialect();
  name.consume_front("channels_last.");
  return name == "Trunc_v1" ? "Trunc" : name;
}

bool isFreeForQonnx(StringRef operation) {
  return llvm::StringSwitch<bool>(operation)
      .Cases({"MaxPool", "AveragePool", "Quant", "QuantizeLinear", "DequantizeLinear", "Reshape", "Concat"}, true)
      .Cases({"Transpose", "Div", "Mul", "Add", "Sub", "BatchNormalization", "Relu", "Elu", "Selu"}, true)
      .Cases({"Sigmoid", "Identity", "Flatten", "Pad", "Clip", "Trunc"}, true)
      .Default(false);
}

/// Two products per output and dimension that grows; none where pixels are copied.
static std::optional<QonnxCost> getUpsampleCost(Operation *op, const QonnxTypes &types) {
  auto input = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  auto output = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  auto mode = op->getAttrOfType<StringAttr>("mode");
  std::optional<double> outputs = countElements(op->getResult(0));
  if (!input || !input.hasStaticShape() || !outputs || input.getRank() != output.getRank())
    return std::nullopt;
  double growing = 0;
  for (auto [before, after] : llvm::zip(input.getShape(), output.getShape()))
    growing += after > before;
  bool copies = !mode || mode.getValue() == "nearest";
  std::string type = types.get(op->getOperand(0)).name();
  return QonnxCost{{{"op_mac_" + type + "_" + type, copies ? 0 : 2 * growing * *outputs},
                    {"mem_o_" + types.get(op->getResult(0)).name(), *outputs}}};
}

std::optional<QonnxCost> getQonnxCost(Operation *op, const QonnxTypes &types, const llvm::DenseSet<Value> &constants,
                                      double density, bool upsamples) {
  StringRef name = getOperatorName(op);
  if (name == "Resize" && upsamples)
    return getUpsampleCost(op, types);
  if (name != "Conv" && name != "MatMul" && name != "Gemm")
    return std::nullopt;
  std::optional<LinearOperation> linear = describeLinear(op, constants);
  std::optional<double> outputs = countElements(op->getResult(0));
  if (!linear || !linear->macs || !outputs)
    return std::nullopt;
  // Types are those of the operands in their places; weights are those of the one that is constant.
  std::string first = types.get(op->getOperand(0)).name(), second = types.get(op->getOperand(1)).name();
  QonnxCost cost;
  cost.amounts["op_mac_" + first + "_" + second] = *linear->macs * density;
  bool counted = linear->constantWeights || name == "Conv";
  cost.amounts["mem_w_" + second] = counted ? countElements(linear->weights).value_or(0) * density : 0;
  cost.amounts["mem_o_" + types.get(op->getResult(0)).name()] = *outputs;
  return cost;
}

} // namespace qcompile::inspect
