// Early return on errors.
#ifndef QCOMPILE_RUNTIME_REFERENCE_STATUS_MACROS_H_
#define QCOMPILE_RUNTIME_REFERENCE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expr` from the calling function unless it is ok.
#define QCOMPILE_RETURN_IF_ERROR(expr)                 \
  do {                                                 \
    absl::Status qcompile_status = (expr);             \
    if (!qcompile_status.ok()) return qcompile_status; \
  } while (false)

#define QCOMPILE_CONCAT_INNER_(a, b) a##b
#define QCOMPILE_CONCAT_(a, b) QCOMPILE_CONCAT_INNER_(a, b)
#define QCOMPILE_ASSIGN_OR_RETURN_(result, lhs, expr) \
  auto result = (expr);                               \
  if (!result.ok()) return result.status();           \
  lhs = *std::move(result)

// Assigns the value of the StatusOr `expr` to `lhs` (which may declare a variable), or returns its
// status from the calling function.
#define QCOMPILE_ASSIGN_OR_RETURN(lhs, expr) \
  QCOMPILE_ASSIGN_OR_RETURN_(QCOMPILE_CONCAT_(qcompile_result_, __LINE__), lhs, expr)

#endif  // QCOMPILE_RUNTIME_REFERENCE_STATUS_MACROS_H_
