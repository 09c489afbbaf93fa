//===- ExpandPqTest.cpp - Product quantization by other operations --------===//
#include "passes/expand-pq/ExpandPq.h"

#include "CodeNetwork.h"
#include "passes/bound-accumulators/BoundAccumulators.h"

using namespace qcompile;
using namespace qcompile::testing;

namespace {

/// A network of one `pq` on random codes.
void build(CodeNetwork &network, int64_t norm) {
  int64_t length = network.between(1, 4), k = network.between(1, 9), spaces = (k + length - 1) / length;
  int64_t count = network.between(1, 6), outputs = network.between(1, 5);
  Ints shape = network.list(network.between(0, 2), 1, 3);
  shape.push_back(k);
  mlir::Value x = network.addInput(shape, network.randomType());
  auto prototypes = network.randomTensor(runtime::DataType::Signed(4), {spaces, count, length});
  auto offsets = network.chance(50) ? network.randomTensor(runtime::DataType::Signed(5), {spaces, count})
                                    : runtime::Tensor(runtime::DataType::Signed(5), {spaces, count});
  auto tables = network.randomTensor(runtime::DataType::Signed(int(network.between(1, 9))), {spaces, count, outputs});
  shape.back() = outputs;
  auto type = mlir::RankedTensorType::get(shape, network.builder.getIntegerType(32, true));
  mlir::Value y = qnn::PqOp::create(network.builder, network.loc(), type, x, network.attribute(prototypes),
                                    network.attribute(offsets), network.attribute(tables), network.between(1, 3), norm);
  network.finish(network.accumulate(y));
}

} // namespace

// Small prototypes and offsets: many distances are equal.
TEST(ExpandPq, RandomProducts) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    CodeNetwork network(seed);
    build(network, 1 + seed % 2);
    ASSERT_FALSE(HasFatalFailure());
    auto changed = network.apply(createExpandPq({.maxElements = int64_t(seed % 3) * 20}), createBoundAccumulators());
    network.expectSame(changed.get(), 6);
    ASSERT_FALSE(HasFatalFailure());
    EXPECT_EQ(countOps<qnn::PqOp>(changed.get()), 0);
  }
}

TEST(ExpandPq, LeavesTablesThatAreTooLarge) {
  CodeNetwork network(1);
  mlir::Value x = network.addInput({1, 2}, runtime::DataType::Signed(20));
  auto zeros = [&](Ints shape) { return network.attribute(runtime::Tensor(runtime::DataType::Signed(4), shape)); };
  auto type = mlir::RankedTensorType::get({1, 1}, network.builder.getIntegerType(8, true));
  network.finish(qnn::PqOp::create(network.builder, network.loc(), type, x, zeros({1, 2, 2}), zeros({1, 2}),
                                   zeros({1, 2, 1}), 1, 1)
                     .getResult());
  auto changed = network.apply(createExpandPq());
  network.expectSame(changed.get());
  EXPECT_EQ(countOps<qnn::PqOp>(changed.get()), 1);
  EXPECT_NE(network.messages.find("use norm 2"), std::string::npos);
}
