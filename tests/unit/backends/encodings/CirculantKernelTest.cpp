//===- CirculantKernelTest.cpp - Circulant weights on the cpu backend -----===//
//
// Where its work is less the kernel for circulant blocks computes, and the network says so: the block of its parameters
// is in the image. Elsewhere weights are decoded, with a remark. Either way the outputs are the evaluator's.
//
//===----------------------------------------------------------------------===//
#include "backends/RegisterBackends.h"
#include "backends/cpu/lower-to-kernels/GlueBuilder.h"
#include "runtime/encoding/matrix.h"
#include "runtime/kernels/kernels.h"
#include "tests/unit/passes/CodeNetwork.h"

using namespace mlir;

namespace qcompile {
namespace {

using runtime::DataType;
using testing::CodeNetwork;
using testing::Ints;

/// Weights of 4 bits in circulant blocks, by the definition in docs/Encodings.md.
Value addWeights(CodeNetwork &net, int64_t block, const Ints &shape, const Ints &order) {
  int64_t outputs = shape[order[0]], length = runtime::NumElements(shape) / outputs;
  int64_t columns = (length + block - 1) / block;
  Ints vectors = net.list((outputs + block - 1) / block * columns * block, -8, 7), matrix;
  for (int64_t r = 0; r < outputs; ++r)
    for (int64_t c = 0; c < length; ++c)
      matrix.push_back(vectors[(r / block * columns + c / block) * block + (r % block - c % block + block) % block]);
  auto tensor = runtime::encoding::FromMatrix(DataType::Signed(4), shape, order, matrix);
  EXPECT_TRUE(tensor.ok()) << tensor.status();
  return net.qnn().constant("w", *tensor, encoding::CirculantAttr::get(&net.context, block, order, /*rows=*/1));
}

/// Kinds of the parameter blocks of products in the image of a lowered network, which have these extents.
std::vector<int32_t> findKinds(ModuleOp lowered, int64_t k, int64_t n) {
  auto image = lowered->getAttrOfType<data::ConstantAttr>(cpu::kImageAttr);
  EXPECT_TRUE(image) << "no image in the lowered network";
  std::vector<int32_t> kinds;
  if (!image)
    return kinds;
  runtime::Tensor tensor = image.getTensor();
  absl::Span<const uint8_t> bytes = tensor.bytes();
  for (size_t at = 0; at + sizeof(qcrt_matmul_block) <= bytes.size(); at += 64) {
    qcrt_matmul_block block;
    std::memcpy(&block, bytes.data() + at, sizeof(block));
    if (block.kind >= QCRT_MATMUL_XOR && block.kind <= QCRT_MATMUL_CIRCULANT && block.k == k && block.n == n &&
        block.initial_at == int64_t(sizeof(block)) && block.weights_at > block.initial_at &&
        block.size > block.weights_at)
      kinds.push_back(block.kind);
  }
  return kinds;
}

/// Lowers for the cpu, compares with the evaluator and gives the kinds of the product with these extents.
std::vector<int32_t> runOnCpu(CodeNetwork &net, Value result, int64_t k, int64_t n) {
  BackendRegistry registry;
  llvm::cantFail(registerBackends(registry));
  const Backend &backend = *registry.find("cpu");
  DialectRegistry dialects;
  backend.registerDialects(dialects);
  net.context.appendDialectRegistry(dialects);
  net.context.loadAllAvailableDialects();
  setElementType(result, getNarrowestAccumulator(result.getDefiningOp()));
  net.finish(result);
  auto session = llvm::cantFail(backend.createSession(llvm::cantFail(OptionValues::parse(backend.options(), {}))));
  OwningOpRef<ModuleOp> lowered = net.module->clone();
  PassManager pm(&net.context, ModuleOp::getOperationName());
  session->buildPipeline(pm);
  EXPECT_TRUE(succeeded(pm.run(*lowered))) << net.messages;
  std::vector<int32_t> kinds = findKinds(*lowered, k, n);
  auto executable = llvm::cantFail(session->prepare(*lowered, {"net"}));
  auto evaluator = llvm::cantFail(Evaluator::create(net.main));
  Executable::Tensors inputs = net.sample(evaluator);
  auto found = executable->run({inputs});
  EXPECT_TRUE(bool(found));
  EXPECT_EQ((*found)[0], llvm::cantFail(evaluator.run(inputs)));
  return kinds;
}

std::vector<int32_t> runProduct(CodeNetwork &net, int64_t k, int64_t n, int64_t block, DataType type) {
  Value x = net.addInput({2, k}, type);
  auto sums = RankedTensorType::get({2, n}, net.builder.getIntegerType(48, /*isSigned=*/true));
  Value w = addWeights(net, block, {k, n}, {1, 0});
  return runOnCpu(net, qnn::MatMulOp::create(net.builder, net.loc(), sums, x, w), k, n);
}

using Kinds = std::vector<int32_t>;

TEST(CirculantKernel, ComputesProducts) {
  for (DataType type : {DataType::Signed(8), DataType::Unsigned(6)}) {
    CodeNetwork net(1);
    EXPECT_EQ(runProduct(net, 512, 512, 32, type), Kinds{QCRT_MATMUL_CIRCULANT});
    EXPECT_EQ(net.messages, "");
  }
}

TEST(CirculantKernel, ComputesProductsThatBlocksDoNotDivide) {
  CodeNetwork net(2);
  EXPECT_EQ(runProduct(net, 700, 1001, 24, DataType::Signed(5)), Kinds{QCRT_MATMUL_CIRCULANT});
  EXPECT_EQ(net.messages, "");
}

TEST(CirculantKernel, ComputesConvolutions) {
  // Blocks of neighbouring channels at one position of the kernel.
  CodeNetwork net(3);
  Value x = net.addInput({1, 128, 4, 4}, DataType::Signed(6));
  Value w = addWeights(net, 32, {256, 128, 3, 3}, {0, 2, 3, 1});
  Value y = net.qnn().conv(x, w, 1, {1, 1}, {1, 1}, 1, Type(), net.builder.getIntegerType(48, /*isSigned=*/true));
  EXPECT_EQ(runOnCpu(net, y, 128 * 9, 256), Kinds{QCRT_MATMUL_CIRCULANT});
  EXPECT_EQ(net.messages, "");
}

TEST(CirculantKernel, LeavesGroupsAndSmallLayersToTheDenseOne) {
  CodeNetwork net(4);
  EXPECT_EQ(runProduct(net, 64, 64, 8, DataType::Signed(8)), Kinds{QCRT_MATMUL_BYTES});
  EXPECT_NE(net.messages.find("decodes its 'circulant' weights"), std::string::npos) << net.messages;

  // A block of outputs reaches from one group to the next.
  CodeNetwork grouped(5);
  Value x = grouped.addInput({1, 1024, 1, 1}, DataType::Signed(8));
  Value w = addWeights(grouped, 64, {1056, 512, 1, 1}, {0, 2, 3, 1});
  Value y =
      grouped.qnn().conv(x, w, 1, {1, 1}, {1, 1}, 2, Type(), grouped.builder.getIntegerType(48, /*isSigned=*/true));
  EXPECT_EQ(runOnCpu(grouped, y, 512, 528), (Kinds{QCRT_MATMUL_BYTES, QCRT_MATMUL_BYTES}));
  EXPECT_NE(grouped.messages.find("decodes its 'circulant' weights"), std::string::npos) << grouped.messages;
}

} // namespace
} // namespace qcompile
