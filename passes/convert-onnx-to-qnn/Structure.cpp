//===- Structure.cpp - Structures of weights become encodings -------------===//
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/convert-onnx-to-qnn/Converter.h"
#include "passes/rewriting/Structures.h"

using namespace mlir;

namespace qcompile {

Value Converter::makeWeights(Operation *op, Value weights, const runtime::Tensor &codes, ArrayRef<int64_t> perm) {
  Value out = makeCodes(weights.getLoc(), codes);
  std::string name, reason;
  encoding::EncodingAttr structure = findStructure(weights, name);
  if (structure && !perm.empty())
    structure = encoding::permuteEncoding(structure, perm);
  if (name.empty())
    return out;
  auto constant = out.getDefiningOp<qnn::ConstantOp>();
  absl::Status status = structure ? encoding::checkConstant(structure, constant.getValue())
                                  : absl::InvalidArgumentError("operations between rearrange them");
  if (status.ok())
    constant.setEncodingAttr(structure);
  else
    emitWarning(op->getLoc(), Code::S006)
        << "node '" << onnx::describe(op) << "': its weights are stored dense, since they are not '" << name
        << "' as recorded: " << std::string(status.message());
  return out;
}

} // namespace qcompile
