// Random networks of all operations of qnn: the compiled code gives the evaluator's bits.
#include "tests/unit/backends/cpu/OperationBuilder.h"

namespace qcompile::cpu {
namespace {

class RandomGraph {
public:
  explicit RandomGraph(OperationBuilder &net) : net(net) {}

  void build() {
    Numbers shape = {1 + net.below(2)};
    for (int64_t d = 1 + net.below(3); d >= 0; --d)
      shape.push_back(1 + net.below(9));
    if (net.below(4) == 0)
      shape[net.below(2) ? 1 : shape.size() - 1] = 64;
    DataType type = net.randomType();
    if (net.below(3) == 0)
      values.push_back(net.addInput(shape, net.codeType(type)));
    else
      values.push_back(net.threshold(net.addFloatInput(shape), type, net.below(shape.size()), net.below(2)));
    for (int64_t steps = 2 + net.below(8); steps > 0; --steps)
      addStep();
    finish();
  }

private:
  void keep(Value value) {
    if (value && net.shapeOf(value).size() > 0)
      values.push_back(value);
  }

  void addStep() {
    // The latest value is the likeliest one.
    Value x = net.below(3) ? values.back() : values[net.below(values.size())];
    bool isSmall = OperationBuilder::bitsOf(x) <= 12 && size(x) <= 6000;
    if (!isSmall)
      keep(size(x) > 6000 ? net.slice(x) : shrink(x));
    else if (size_t rank = net.shapeOf(x).size(); rank >= 3 && rank <= 5 && net.below(2))
      keep(spatial(x));
    else
      keep(anyRank(x));
  }

  static int64_t size(Value x) { return llvm::cast<RankedTensorType>(x.getType()).getNumElements(); }

  /// Codes of few bits again.
  Value shrink(Value x) {
    DataType out = net.randomType(net.below(6) ? 8 : 12);
    bool isBipolar = out.kind == runtime::TypeKind::kBipolar;
    if (!isBipolar && OperationBuilder::bitsOf(x) <= 48 && net.below(2))
      return net.requantize(x, out);
    if (net.below(4) == 0)
      return net.table(x, out);
    return net.threshold(x, out, net.below(net.shapeOf(x).size()), net.below(2));
  }

  Value spatial(Value x) {
    int64_t axis = net.randomAxis(x), channels = net.shapeOf(x)[axis];
    DataType weights = net.randomType(net.below(4) ? 3 : 8);
    switch (net.below(6)) {
    case 0: { // every channel, or a few, by itself
      int64_t groups = channels % 2 == 0 && net.below(2) ? channels / 2 : channels;
      return net.conv(x, groups * (1 + net.below(2)), groups, weights, axis);
    }
    case 1:
      return net.maxPool(x, axis);
    case 2:
      return net.sumPool(x, axis);
    case 3: {
      Numbers blocks = net.randomNumbers(net.shapeOf(x).size() - 2, 2);
      int64_t product = 1;
      for (int64_t block : blocks)
        product *= block;
      if (channels % product != 0)
        x = net.conv(x, product * 2, 1, weights, axis);
      return net.depthToSpace(x, axis, blocks);
    }
    default: {
      Value sums = net.conv(x, net.below(5) ? 1 + net.below(20) : 64, 1, weights, axis);
      return net.below(4) ? shrink(sums) : sums;
    }
    }
  }

  Value anyRank(Value x) {
    int64_t rank = net.shapeOf(x).size();
    switch (net.below(14)) {
    case 0:
      return net.add(x, net.broadcastConstant(x, net.randomType()));
    case 1:
      return net.mul(x, net.broadcastConstant(x, net.randomType()));
    case 2: // a residual join
      return net.add(x, net.threshold(x, net.randomType(), 0, false));
    case 3:
      return net.pad(x);
    case 4:
      return net.slice(x);
    case 5:
      return net.gather(x);
    case 6:
      return net.concat(x);
    case 7: {
      Numbers perm;
      for (int64_t d = 0; d < rank; ++d)
        perm.push_back(d);
      std::shuffle(perm.begin(), perm.end(), net.random);
      return net.transpose(x, perm);
    }
    case 8:
      return rank < 2 ? x : net.square(x);
    case 9: {
      qnn::TopKOp top = net.topK(x);
      outputs.push_back(top.getIndices());
      return top.getValues();
    }
    case 10:
      // Positions lie below the largest extent.
      return net.lookup(net.argMax(x), 64 + size(x), net.randomType());
    case 11: {
      Value sums = net.matmul(x, 1 + net.below(40), net.randomType());
      return net.below(2) ? shrink(sums) : sums;
    }
    case 12: {
      Numbers flat = {net.shapeOf(x)[0], size(x) / net.shapeOf(x)[0]};
      return net.reshape(x, flat);
    }
    default:
      return shrink(x);
    }
  }

  /// What nobody uses comes out, and now and then what somebody uses; some of it as floats.
  void finish() {
    for (Value value : values) {
      if (!value.use_empty() && net.below(5))
        continue;
      bool asFloat = OperationBuilder::bitsOf(value) <= 48 && net.below(2);
      outputs.push_back(asFloat ? dequantize(value) : value);
    }
    if (outputs.empty())
      outputs.push_back(values.back());
    net.finish(outputs);
  }

  Value dequantize(Value x) {
    int64_t divisor = net.below(2) ? 1 : 1 + net.below(50);
    Value y = net.dequantize(x, net.below(net.shapeOf(x).size()), net.below(2), divisor == 1 && net.below(2));
    y.getDefiningOp<qnn::DequantizeOp>().setDivisor(divisor);
    return y;
  }

  OperationBuilder &net;
  std::vector<Value> values, outputs;
};

class RandomOperations : public ::testing::TestWithParam<unsigned> {};

void expectEvaluatorsBits(NetworkBuilder &net, bool direct) {
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*net.module))) << net.errors << net.dump();
  auto lowered = net.lower(direct);
  ASSERT_TRUE(lowered) << net.errors << net.dump();
  ASSERT_TRUE(mlir::succeeded(mlir::verify(*lowered))) << net.errors;
  // Every operation of a network of codes has a kernel.
  EXPECT_FALSE(lowered->lookupSymbol("qcrt_program_run")) << net.dump();
  auto executable = net.session()->prepare(*lowered, {"net"});
  ASSERT_TRUE(bool(executable)) << llvm::toString(executable.takeError());
  net.expectEqual(**executable, 2);
}

/// As the backend compiles them: channels last, ...
TEST_P(RandomOperations, GiveTheEvaluatorsBits) {
  OperationBuilder net(GetParam());
  RandomGraph(net).build();
  expectEvaluatorsBits(net, /*direct=*/false);
}

/// As they are: channels anywhere.
TEST_P(RandomOperations, GiveTheEvaluatorsBitsInAnyLayout) {
  OperationBuilder net(GetParam());
  RandomGraph(net).build();
  expectEvaluatorsBits(net, /*direct=*/true);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomOperations, ::testing::Range(0u, 400u));

TEST(TransposedConvolution, BecomesDenseOnes) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    OperationBuilder net(seed);
    int64_t groups = 1 + net.below(2);
    Numbers shape = {1 + net.below(2), groups * (1 + net.below(4))};
    shape.append(net.randomNumbers(1 + net.below(2), 5));
    Value x = net.addInput(shape, net.codeType(net.randomType(4)));
    Value sums = net.convTranspose(x, groups * (1 + net.below(4)), groups, net.randomType(4));
    net.finish({net.threshold(sums, net.randomType(), 1, true), sums});
    expectEvaluatorsBits(net, /*direct=*/false);
  }
}

TEST(Lookup, RefusesAnIndexOutsideOfTheTable) {
  OperationBuilder net(1);
  Value indices = net.addInput({2}, net.codeType(DataType::Int64()));
  net.finish({net.lookup(indices, 3, DataType::Signed(5))});
  auto executable = llvm::cantFail(net.session()->prepare(*net.lower(), {"net"}));
  EXPECT_TRUE(bool(executable->run({{net.integers(DataType::Int64(), {2}, {-3, 2})}})));
  auto found = executable->run({{net.integers(DataType::Int64(), {2}, {0, 3})}});
  ASSERT_FALSE(bool(found));
  EXPECT_EQ(llvm::toString(found.takeError()), "an index lies outside of its table");
}

} // namespace
} // namespace qcompile::cpu
