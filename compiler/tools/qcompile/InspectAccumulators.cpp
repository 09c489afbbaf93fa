//===- InspectAccumulators.cpp - Why no accumulator overflows -------------===//
//
// Three bounds of a sum of K products of N-bit inputs x and M-bit weights w, each narrower than the one before:
//  - of the data types: |sum| <= K * |x| * |w|, with |x| = 2^(N - 1) where x is signed, 2^N where not, and likewise
//  |w|;
//  - of the norm: |sum| <= |x| * (the sum of |w|), for the output where that is largest;
//  - exact: with S+ and S- the sums of positive weights and of magnitudes of negative ones, and x in [low, high],
//    low * S+ - high * S- <= sum <= high * S+ - low * S-, extended to 0, per output.
// The first two are those of A2Q (Colbert et al., 2023): they need P >= 1 + log2(bound + 1) bits.
//
//===----------------------------------------------------------------------===//
#include "compiler/tools/qcompile/InspectLayers.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using mlir::cast;
using mlir::dyn_cast;

namespace qcompile::tool {

static runtime::DataType typeOf(mlir::Value value) {
  return *data::getDataType(cast<mlir::RankedTensorType>(value.getType()).getElementType());
}

/// 1 + ceil(log2(n + 1)): the bits of a signed number of magnitude n.
static std::optional<int> getSignedBits(std::optional<int64_t> n) {
  return n ? std::optional(1 + bit_width(uint64_t(*n))) : std::nullopt;
}

/// The codes that padding puts in front of the layer.
static std::optional<qnn::Bounds> findPadding(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  while (op && op->hasTrait<qnn::SelectsElements>() && op->getNumOperands() == 1)
    op = op->getOperand(0).getDefiningOp();
  auto pad = dyn_cast_or_null<qnn::PadOp>(op);
  if (!pad)
    return std::nullopt;
  runtime::Tensor values = pad.getValues().getTensor();
  std::vector<qnn::Bounds> codes;
  for (int64_t code : values.ToIntegers())
    codes.push_back({code, code});
  return qnn::unite(codes);
}

static AccumulatorProof::Operand describe(mlir::Value value) {
  return {typeOf(value), qnn::getValueBounds(value), findPadding(value)};
}

std::optional<AccumulatorProof> proveAccumulator(const Layer &layer) {
  auto bounded = dyn_cast<qnn::BoundsOpInterface>(layer.op);
  std::optional<std::vector<qnn::Bounds>> sums = bounded ? bounded.getResultBounds() : std::nullopt;
  if (!sums)
    return std::nullopt;
  AccumulatorProof proof;
  proof.layer = layer;
  for (mlir::Value input : layer.inputs)
    proof.inputs.push_back(describe(input));
  if (layer.weights)
    proof.weights = describe(layer.weights);
  proof.typeBits = getSignedBits(layer.typeBound);
  proof.normBits = getSignedBits(layer.normBound);
  proof.sums = qnn::unite(*sums);
  proof.exact = proof.sums.narrowestType();
  proof.chosen = typeOf(layer.op->getResult(0));
  proof.channels = int64_t(sums->size());
  return proof;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static std::string toText(qnn::Bounds bounds) {
  if (bounds.low == bounds.high)
    return std::to_string(bounds.low);
  return std::to_string(bounds.low) + ".." + std::to_string(bounds.high);
}

static std::string toText(std::optional<int> bits) { return bits ? std::to_string(*bits) : "-"; }

static std::string toText(const AccumulatorProof::Operand &operand) {
  std::string out = operand.type.ToString() + " " + toText(operand.codes);
  return operand.padding ? out + " pad " + toText(*operand.padding) : out;
}

void printProofs(ArrayRef<AccumulatorProof> proofs) {
  outs() << left_justify("layer", 24) << left_justify("op", 13) << right_justify("K", 6) << "  "
         << left_justify("inputs", 24) << left_justify("weights", 14) << right_justify("type", 5)
         << right_justify("norm", 5) << right_justify("exact", 6) << "  " << left_justify("sums", 20) << "chosen\n";
  for (const AccumulatorProof &proof : proofs) {
    auto inputs = map_range(proof.inputs, [](const auto &input) { return toText(input); });
    outs() << left_justify(onnx::describe(proof.layer.op), 23) << " "
           << left_justify(proof.layer.op->getName().getStringRef(), 13)
           << right_justify(std::to_string(proof.layer.inner), 6) << "  " << left_justify(join(inputs, ", "), 23) << " "
           << left_justify(proof.weights ? toText(*proof.weights) : "none", 13) << " "
           << right_justify(toText(proof.typeBits), 5) << right_justify(toText(proof.normBits), 5)
           << right_justify(std::to_string(proof.exact.bits), 6) << "  " << left_justify(toText(proof.sums), 19) << " "
           << proof.chosen.ToString() << "\n";
  }
  outs() << "type, norm, exact: bits asked for by data types, norms of weights, actual weights\n";
}

static json::Value toJson(qnn::Bounds bounds) { return json::Array{bounds.low, bounds.high}; }

static json::Value toJson(const AccumulatorProof::Operand &operand) {
  return json::Object{{"type", operand.type.ToString()},
                      {"codes", toJson(operand.codes)},
                      {"padding", operand.padding ? toJson(*operand.padding) : json::Value(nullptr)}};
}

json::Array toJson(ArrayRef<AccumulatorProof> proofs) {
  json::Array out;
  for (const AccumulatorProof &proof : proofs) {
    json::Array inputs;
    for (const AccumulatorProof::Operand &input : proof.inputs)
      inputs.push_back(toJson(input));
    out.push_back(json::Object{{"name", onnx::describe(proof.layer.op)},
                               {"op", proof.layer.op->getName().getStringRef()},
                               {"inner", proof.layer.inner},
                               {"inputs", std::move(inputs)},
                               {"weights", proof.weights ? toJson(*proof.weights) : json::Value(nullptr)},
                               {"type_bits", proof.typeBits},
                               {"norm_bits", proof.normBits},
                               {"exact_bits", proof.exact.bits},
                               {"exact", proof.exact.ToString()},
                               {"sums", toJson(proof.sums)},
                               {"outputs_bounded", proof.channels},
                               {"chosen", proof.chosen.ToString()}});
  }
  return out;
}

} // namespace qcompile::tool
