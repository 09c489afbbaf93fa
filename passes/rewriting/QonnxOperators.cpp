//===- QonnxOperators.cpp - Which operators only QONNX has ----------------===//
#include "passes/rewriting/QonnxOperators.h"

#include "dialects/onnx/OnnxDialect.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace qcompile {

bool isQonnxOperator(Operation *op) {
  static const llvm::StringSet<> names = {
      "Quant",          "IntQuant", "BipolarQuant",       "Trunc",         "Trunc_v1", "FloatQuant",
      "MultiThreshold", "Im2Col",   "XnorPopcountMatMul", "QuantAvgPool2d"};
  if (!isa_and_nonnull<onnx::OnnxDialect>(op->getDialect()))
    return false;
  StringRef name = op->getName().stripDialect();
  return names.contains(name) || name.starts_with("channels_last.");
}

} // namespace qcompile
