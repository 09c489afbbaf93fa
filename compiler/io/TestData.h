//===- TestData.h - ONNX test data sets -------------------------*- C++ -*-===//
//
// Folders as the ONNX node tests and the model zoo have them: `test_data_set_0/input_0.pb`, `output_0.pb`, one tensor
// per input and output of the model.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_IO_TESTDATA_H
#define QCOMPILE_COMPILER_IO_TESTDATA_H

#include <string>
#include <vector>

#include "runtime/core/tensor.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

/// The sets below `folder` by their number, or `folder` itself where it is one; none where it is neither.
std::vector<std::string> findTestDataSets(llvm::StringRef folder);

/// Tensor `index` of kind "input" or "output" of every set.
llvm::Expected<std::vector<runtime::Tensor>> readTestData(llvm::ArrayRef<std::string> sets, llvm::StringRef kind,
                                                          size_t index);

/// One tensor after the other along the first dimension. `what` names them in the error where they do not go together.
llvm::Expected<runtime::Tensor> joinSets(llvm::ArrayRef<runtime::Tensor> parts, llvm::StringRef what);

} // namespace qcompile

#endif // QCOMPILE_COMPILER_IO_TESTDATA_H
