//===- CompareReport.h - What qcompile compare prints -----------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREREPORT_H
#define QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREREPORT_H

#include "compiler/tools/qcompile/CompareReduce.h"

namespace qcompile::tool {

struct CompareResult {
  std::string names[2];
  std::vector<compare::TensorRow> rows; ///< in the model's order
  int64_t samples = 0;
  std::optional<compare::Departure> departure;
  bool isJudged = false; ///< whether reasons of differences are known
  std::optional<Reduction> reduction;

  const compare::TensorRow *findFirst() const;
  /// Whether every difference is ambiguous or follows from one that is.
  bool isExplained() const;
};

/// Prints the result to the standard output in the form that the options ask for.
void report(const CompareResult &result, const Options &options);

} // namespace qcompile::tool

#endif // QCOMPILE_COMPILER_TOOLS_QCOMPILE_COMPAREREPORT_H
