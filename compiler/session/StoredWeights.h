//===- StoredWeights.h - The weights of a model as stored -------*- C++ -*-===//
//
// What the weights of each layer take in their encoding, to the last bit, and their bytes: docs/Encodings.md, "In
// artifacts".
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_SESSION_STOREDWEIGHTS_H
#define QCOMPILE_COMPILER_SESSION_STOREDWEIGHTS_H

#include <string>
#include <vector>

#include "compiler/backend/Backend.h"
#include "llvm/Support/JSON.h"

namespace qcompile {

/// The constant weights of one layer.
struct StoredWeights {
  std::string layer;
  mlir::Location location;
  encoding::EncodingAttr encoding; ///< null: dense
  std::string type;                ///< of the codes: "int4"
  std::vector<int64_t> shape;
  int64_t bits = 0;   ///< of the stored form, before whole bytes are filled
  std::string bytes;  ///< the stored form; empty where no layer of the model is encoded
  bool taken = false; ///< whether the backend takes this form (`takesEncoding`)
};

/// The layers of a module in the integer form that have constant weights, in order.
std::vector<StoredWeights> collectStoredWeights(mlir::ModuleOp module, const BackendSession &backend);

/// Says of which layers a backend decodes the weights.
void reportDecodedWeights(llvm::ArrayRef<StoredWeights> weights, llvm::StringRef backend);

/// All stored forms, one behind the other; and their table for report.json.
std::string joinStoredWeights(llvm::ArrayRef<StoredWeights> weights);
llvm::json::Array toJson(llvm::ArrayRef<StoredWeights> weights);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_SESSION_STOREDWEIGHTS_H
