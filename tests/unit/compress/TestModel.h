//===- TestModel.h - A small model, its data, and a pass --------*- C++ -*-===//
#ifndef QCOMPILE_TESTS_UNIT_COMPRESS_TESTMODEL_H
#define QCOMPILE_TESTS_UNIT_COMPRESS_TESTMODEL_H

#include <string>

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/Twine.h"

namespace qcompile::compress {

/// A folder with a float network of three products of 4 x 4 ("a", "b", "c": 16 weights each, 16 multiplications) and
/// 100 samples of its input.
class TestModel {
public:
  TestModel();
  ~TestModel();
  std::string path(const std::string &name) const { return (llvm::Twine(folder) + "/" + name).str(); }
  std::string model() const { return path("mlp.onnx"); }
  std::string inputs() const { return path("inputs.npy"); }

private:
  llvm::SmallString<128> folder;
};

/// Registers `test-round-weights{layers=… bits=N}`: a quantizer behind the weights of MatMul nodes, symmetric, at their
/// greatest magnitude. It reports each layer, and fails for 1 bit.
void registerRoundWeights();

/// The whole file, or an empty string.
std::string readWhole(const std::string &path);

} // namespace qcompile::compress

#endif // QCOMPILE_TESTS_UNIT_COMPRESS_TESTMODEL_H
