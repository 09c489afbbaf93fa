//===- ImportReport.h - What the frontend found and changed -----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_IMPORTREPORT_H
#define QCOMPILE_COMPILER_FRONTEND_IMPORTREPORT_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/io/InputRange.h"

namespace qcompile {

/// On a function whose samples depend on each other: the node by which they do.
inline constexpr char kBatchCouplingAttr[] = "onnx.batch_coupling";

/// Facts about a model file, printed at the start of every run and recorded in the manifest.
struct ImportReport {
  int64_t opset = 0;                ///< of the default domain, as written
  int64_t irVersion = 0;            ///< as written
  std::string producer;             ///< name and version, or "unknown producer"
  std::vector<std::string> formats; ///< ways of writing quantization found: "QONNX", "QDQ", …
  uint64_t nodes = 0;
  uint64_t parameters = 0;     ///< elements of initializers and of constants
  uint64_t parameterBytes = 0; ///< the bytes that they take
  /// How often every operator occurs, as the file has it; functions of the model inlined, constants left out.
  std::map<std::string, uint64_t> operators;
  /// Operators that were replaced by their function bodies, by the node that the body is named after.
  std::map<std::string, std::string> replacedOperators;
  /// Nodes whose operators are unknown or not supported: name and operator. Only where they are kept for looking.
  std::vector<std::pair<std::string, std::string>> unknownNodes;
  /// Inputs whose number of samples is left open and taken as 1, with the name that the file has for it, if any.
  std::map<std::string, std::string> freeBatches;
  /// The first node found that computes across samples, so that results depend on how samples are put into batches; or
  /// empty.
  std::string batchCoupling;
  /// The first node, where there is no such one, behind which samples could not be followed; or empty.
  std::string batchLost;
  InputRanges inputRanges;          ///< what inputs may be for what the model does with them
  std::vector<std::string> repairs; ///< one sentence each, with a count where it recurs
  /// QONNX data types that the file notes on tensors, by name ("INT4").
  std::map<std::string, std::string> dataTypes;
  std::string sha256; ///< of the model file
};

} // namespace qcompile

#endif // QCOMPILE_COMPILER_FRONTEND_IMPORTREPORT_H
