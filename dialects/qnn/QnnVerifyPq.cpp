//===- QnnVerifyPq.cpp - Verifier of products by product quantization -----===//
//
// Each check carries the number of its constraint in docs/Qnn.md.
//
//===----------------------------------------------------------------------===//
#include "dialects/qnn/VerifyHelpers.h"
#include "runtime/reference/product_quantization.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;

/// C1: prototypes [S, P, L] and tables [S, P, M] of integers that go together and with the rows.
static LogicalResult verifyShapes(PqOp op) {
  RankedTensorType input = tensorOf(op.getInput());
  RankedTensorType prototypes = op.getPrototypes().getType(), tables = op.getTables().getType();
  bool isSound = prototypes.getRank() == 3 && tables.getRank() == 3 && prototypes.getNumElements() > 0 &&
                 tables.getNumElements() > 0 &&
                 prototypes.getShape().take_front(2) == tables.getShape().take_front(2) &&
                 isCodeType(prototypes.getElementType()) && isCodeType(tables.getElementType());
  if (!isSound)
    return op.emitOpError() << "expected integer prototypes [S, P, L] and tables [S, P, M], found " << prototypes
                            << " and " << tables;
  int64_t length = prototypes.getDimSize(2), most;
  bool fits = input.getRank() > 0 && !input.isDynamicDim(input.getRank() - 1) &&
              !llvm::MulOverflow(prototypes.getDimSize(0), length, most) && input.getShape().back() <= most &&
              input.getShape().back() > most - length;
  if (!fits)
    return op.emitOpError() << "expected rows of S sub-vectors of length L, the last of them "
                               "perhaps shorter, found "
                            << input << " and prototypes " << prototypes;
  return success();
}

LogicalResult PqOp::verify() {
  if (failed(verifyShapes(*this))) // C1
    return failure();
  SmallVector<int64_t> shape(tensorOf(getInput()).getShape());
  shape.back() = getTables().getType().getDimSize(2);
  if (failed(verifyResultShape(*this, getResult(), shape))) // C2
    return failure();
  if (failed(verifyOrder(*this)))
    return failure();
  runtime::Codebooks codebooks;
  absl::Status status = codebooks.Read(getPrototypes().getTensor(), getOffsets().getTensor(), getFactor(), getNorm());
  if (!status.ok()) // C1, C3
    return emitOpError() << std::string(status.message());
  Bounds bounds = getValueBounds(getInput());
  status = codebooks.CheckDistances(bounds.low, bounds.high, int64_t{1} << 62);
  if (!status.ok()) // C3
    return emitOpError() << std::string(status.message());
  return verifyAccumulator(*this); // C4
}
