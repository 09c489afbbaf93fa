//===- StoredWeights.cpp - The weights of a model as stored ---------------===//
#include "compiler/session/StoredWeights.h"

#include "dialects/data/ElementStorage.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/qnn/QnnDialect.h"
#include "runtime/encoding/bit_stream.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace qcompile {

/// The constant weights of an operation, or null.
static qnn::ConstantOp getWeights(Operation *op) {
  Value weights = llvm::TypeSwitch<Operation *, Value>(op)
                      .Case([](qnn::MatMulOp matmul) { return matmul.getRhs(); })
                      .Case<qnn::ConvOp, qnn::ConvTransposeOp>([](auto conv) { return conv.getWeights(); })
                      .Default([](Operation *) { return Value(); });
  return weights ? weights.getDefiningOp<qnn::ConstantOp>() : nullptr;
}

/// Codes in row-major order, of as many bits as their type.
static std::vector<uint8_t> encodeDense(const runtime::Tensor &codes) {
  runtime::encoding::BitWriter writer;
  for (int64_t i = 0; i < codes.size(); ++i)
    runtime::encoding::PutCode(codes.type(), codes.IntegerAt(i), writer);
  return writer.Take();
}

std::vector<StoredWeights> collectStoredWeights(ModuleOp module, const BackendSession &backend) {
  std::vector<StoredWeights> out;
  bool anyEncoded = false;
  module.walk([&](Operation *op) {
    qnn::ConstantOp constant = getWeights(op);
    if (!constant)
      return;
    encoding::EncodingAttr encoding = constant.getEncodingAttr();
    anyEncoded |= encoding != nullptr;
    data::ConstantAttr value = constant.getValue();
    out.push_back({onnx::describe(op), op->getLoc(), encoding,
                   data::getDataType(value.getType().getElementType())->ToString(), value.getType().getShape(),
                   encoding::getStoredBits(value, encoding), "", !encoding || backend.takesEncoding(encoding)});
  });
  if (!anyEncoded)
    return out;
  size_t next = 0;
  module.walk([&](Operation *op) {
    qnn::ConstantOp constant = getWeights(op);
    if (!constant)
      return;
    StoredWeights &stored = out[next++];
    runtime::Tensor codes = constant.getValue().getTensor();
    // The verifier has checked that the codes have the structure.
    std::vector<uint8_t> bytes = stored.encoding ? *stored.encoding.encode(codes) : encodeDense(codes);
    stored.bytes.assign(bytes.begin(), bytes.end());
  });
  return out;
}

void reportDecodedWeights(ArrayRef<StoredWeights> weights, StringRef backend) {
  for (const StoredWeights &stored : weights)
    if (!stored.taken)
      emitRemark(stored.location, Code::B007)
          << "node '" << stored.layer << "': backend '" << backend << "' decodes its '"
          << stored.encoding.getEncodingName() << "' weights and computes with dense ones";
}

std::string joinStoredWeights(ArrayRef<StoredWeights> weights) {
  std::string out;
  for (const StoredWeights &stored : weights)
    out += stored.bytes;
  return out;
}

llvm::json::Array toJson(ArrayRef<StoredWeights> weights) {
  llvm::json::Array rows;
  int64_t offset = 0;
  for (const StoredWeights &stored : weights) {
    llvm::json::Object row{{"layer", stored.layer},
                           {"type", stored.type},
                           {"shape", llvm::json::Array(stored.shape)},
                           {"bits", stored.bits}};
    row["encoding"] = "dense";
    if (stored.encoding) {
      std::string text;
      llvm::raw_string_ostream(text) << stored.encoding;
      row["encoding"] = stored.encoding.getEncodingName();
      // Bases are long; their bytes are in the file.
      if (!isa<encoding::BasisAttr>(stored.encoding))
        row["attribute"] = text;
    }
    if (!stored.bytes.empty()) {
      row["offset"] = offset;
      row["bytes"] = int64_t(stored.bytes.size());
      offset += int64_t(stored.bytes.size());
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

} // namespace qcompile
