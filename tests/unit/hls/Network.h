// Random networks of the integer form, and their way through the whole backend: lowered, emitted,
// compiled on the host, and compared with the reference evaluator code by code.
#ifndef QCOMPILE_TESTS_UNIT_HLS_NETWORK_H
#define QCOMPILE_TESTS_UNIT_HLS_NETWORK_H

#include "compiler/backend/Backend.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <random>

namespace qcompile::hls::testing {

using mlir::Value;
using runtime::DataType;
using runtime::Tensor;

/// Builds @main of a network with random constants.
class Network {
public:
  explicit Network(unsigned seed, std::string name = "net");

  /// Starts @main with one argument of a shape and type.
  Value begin(llvm::ArrayRef<int64_t> shape, mlir::Type type);
  void finish(llvm::ArrayRef<Value> results);

  mlir::Type code(DataType type) { return qnn::getCodeType(&context, type); }
  data::ConstantAttr constant(DataType type, runtime::Shape shape, llvm::ArrayRef<int64_t> values);
  /// A `qnn.constant` of random values.
  Value weights(DataType type, runtime::Shape shape);
  int64_t pick(DataType type);
  int64_t pick(int64_t least, int64_t most) { return least + int64_t(random() % uint64_t(most - least + 1)); }

  Value matmul(Value input, int64_t outputs, DataType weightType);
  Value matmul(Value lhs, Value rhs);
  /// Thresholds over the values that the input may take.
  Value threshold(Value input, int64_t axis, int64_t count, DataType result, bool perChannel = true);
  Value reshape(Value input, llvm::ArrayRef<int64_t> shape);
  Value dequantize(Value input);

  // Operations with channels in dimension `axis`, by default the second.
  struct Window {
    llvm::SmallVector<int64_t> kernel, strides, dilations;
  };
  Value conv(Value input, int64_t outputs, int64_t groups, Window window, DataType weightType, int64_t axis = 1);
  Value convTranspose(Value input, int64_t outputs, int64_t groups, Window window, DataType weightType);
  Value maxPool(Value input, Window window, int64_t axis = 1);
  Value sumPool(Value input, Window window, int64_t axis = 1);
  Value pad(Value input, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high, llvm::ArrayRef<int64_t> values,
            int64_t axis = 1);
  Value add(Value lhs, Value rhs, int64_t lhsMultiplier, int64_t rhsMultiplier);
  Value mul(Value lhs, Value rhs);
  Value concat(llvm::ArrayRef<Value> inputs, int64_t axis);
  Value slice(Value input, llvm::ArrayRef<int64_t> offsets, llvm::ArrayRef<int64_t> steps,
              llvm::ArrayRef<int64_t> shape);
  Value gather(Value input, int64_t axis, llvm::ArrayRef<int64_t> indices);
  Value depthToSpace(Value input, llvm::ArrayRef<int64_t> blocks, llvm::StringRef mode, int64_t axis = 1);
  Value transpose(Value input, llvm::ArrayRef<int64_t> perm);
  Value table(Value input, int64_t axis, DataType result, bool perChannel = true);
  Value requantize(Value input, int64_t axis, llvm::StringRef rounding, DataType result, bool perChannel = true);
  Value lookup(Value indices, DataType type, runtime::Shape table);
  Value argMax(Value input, int64_t axis, bool last = false);
  std::pair<Value, Value> topK(Value input, int64_t axis, int64_t count, bool smallest = false);

  llvm::ArrayRef<int64_t> shape(Value value) { return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape(); }
  DataType type(Value value);

  /// Runs the network on both sides.
  void check(std::vector<std::string> settings, int64_t samples = 5);

  /// The steps of `check`: lowers after keeping what the evaluator gives, emits into a folder.
  void evaluate(int64_t samples);
  void lower(const std::vector<std::string> &settings);
  void emit(const std::string &folder);
  void compare(Executable &executable);

  std::string name;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::mt19937 random;
  mlir::OpBuilder builder;
  mlir::func::FuncOp main;
  std::unique_ptr<BackendSession> session;
  /// What was emitted; not put in place, so that it goes with the network.
  std::unique_ptr<ArtifactSink> sink;
  std::vector<std::vector<Tensor>> inputs, expected;

private:
  /// Gives an accumulator the type that its bounds need, or sometimes a wider one, as another pass
  /// may leave it.
  template <typename Op> Value narrow(Op op);
  mlir::Location loc() { return builder.getUnknownLoc(); }
  mlir::RankedTensorType typeOf(Value value) { return mlir::cast<mlir::RankedTensorType>(value.getType()); }

  mlir::RankedTensorType argumentType;
  int constants = 0;
};

std::unique_ptr<BackendSession> makeSession(const std::vector<std::string> &settings);

/// Whether the vendor's headers are there.
bool canRun();

/// Compiles all networks, lowered and emitted, into one program and compares them.
void checkTogether(llvm::ArrayRef<std::unique_ptr<Network>> networks, const std::string &folder);

} // namespace qcompile::hls::testing

#endif // QCOMPILE_TESTS_UNIT_HLS_NETWORK_H
