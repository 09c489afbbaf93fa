// Integer products against sums over the original codes.
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

std::vector<int64_t> ExpectedProduct(const std::vector<int64_t> &acts, const std::vector<int64_t> &weights, int64_t k,
                                     int64_t n) {
  const int64_t rows = static_cast<int64_t>(acts.size()) / k;
  std::vector<int64_t> result(rows * n, 0);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < k; ++i) {
      for (int64_t m = 0; m < n; ++m) {
        result[r * n + m] += acts[r * k + i] * weights[i * n + m];
      }
    }
  }
  return result;
}

void CheckProduct(const MatmulProblem &problem, const MatmulPlan &plan, const std::vector<int64_t> &acts) {
  auto packed = PackMatmul(problem, plan);
  ASSERT_TRUE(packed.ok()) << packed.status();
  Buffer block(*packed);
  const int64_t rows = static_cast<int64_t>(acts.size()) / problem.k;
  Buffer input = Encode(plan.activations, acts, problem.k);
  const std::vector<int64_t> weights(problem.weights.begin(), problem.weights.end());
  const std::vector<int64_t> expected = ExpectedProduct(acts, weights, problem.k, problem.n);
  ForEachTier([&](int tier) {
    Buffer output(rows * qcrt_row_bytes(&plan.accumulators, problem.n));
    (tier < 0 ? qcrt_matmul_scalar : qcrt_matmul)(block.As<qcrt_matmul_block>(), input.As<void>(), output.As<void>(),
                                                  rows);
    EXPECT_EQ(Decode(plan.accumulators, output, rows, problem.n), expected)
        << "k " << problem.k << " n " << problem.n << " kind " << plan.kind << " activations "
        << problem.activation_type.ToString();
  });
}

// A plan for the given kernel, also where SelectMatmul would take another.
MatmulPlan PlanOf(int32_t kind, int weight_planes, DataType act) {
  MatmulPlan plan;
  plan.kind = kind;
  plan.accumulators = Int32Format();
  if (kind == QCRT_MATMUL_BYTES || kind == QCRT_MATMUL_SPARSE) {
    plan.activations = BytesFormat(act);
  } else {
    plan.weight_planes = weight_planes;
    plan.activations = PlanesFormat(act);
  }
  return plan;
}

constexpr int64_t kDepths[] = {1, 3, 63, 64, 65, 128, 130, 784, 2049};
constexpr int64_t kWidths[] = {1, 7, 8, 10, 16, 17, 64, 65, 136};

std::vector<DataType> NarrowTypes(int max_bits) {
  std::vector<DataType> types = {DataType::Bipolar()};
  for (int bits = 1; bits <= max_bits; ++bits) {
    types.push_back(DataType::Signed(bits));
    types.push_back(DataType::Unsigned(bits));
  }
  return types;
}

TEST(Matmul, XorPlanesForEveryActivationType) {
  std::mt19937_64 random(1);
  for (DataType act : NarrowTypes(8)) {
    for (int64_t k : kDepths) {
      const int64_t n = kWidths[random() % 9];
      auto weights = RandomCodes(random, DataType::Bipolar(), k * n);
      CheckProduct({k, n, act, weights}, PlanOf(QCRT_MATMUL_XOR, 1, act), RandomCodes(random, act, 3 * k));
    }
  }
}

TEST(Matmul, AndPlanesForEveryPairOfTypes) {
  std::mt19937_64 random(2);
  for (int bits = 1; bits <= 4; ++bits) {
    for (DataType act : NarrowTypes(4)) {
      const int64_t k = kDepths[random() % 9], n = kWidths[random() % 9];
      auto weights = RandomCodes(random, DataType::Signed(bits), k * n);
      CheckProduct({k, n, act, weights}, PlanOf(QCRT_MATMUL_AND, bits, act), RandomCodes(random, act, 2 * k));
    }
  }
}

TEST(Matmul, BytesForEveryPairOfTypes) {
  std::mt19937_64 random(3);
  for (int bits = 1; bits <= 8; ++bits) {
    for (DataType act : NarrowTypes(8)) {
      const int64_t k = kDepths[random() % 9], n = kWidths[random() % 9];
      auto weights = RandomCodes(random, DataType::Signed(bits), k * n);
      CheckProduct({k, n, act, weights}, PlanOf(QCRT_MATMUL_BYTES, 0, act), RandomCodes(random, act, 2 * k));
    }
  }
}

TEST(Matmul, EveryWidthAndDepthUpToTwoTiles) {
  std::mt19937_64 random(4);
  for (int64_t n = 1; n <= 34; ++n) {
    for (int64_t k = 1; k <= 17; k += 4) {
      auto bipolar = RandomCodes(random, DataType::Bipolar(), k * n);
      CheckProduct({k, n, DataType::Bipolar(), bipolar}, PlanOf(QCRT_MATMUL_XOR, 1, DataType::Bipolar()),
                   RandomCodes(random, DataType::Bipolar(), k));
      auto bytes = RandomCodes(random, DataType::Signed(8), k * n);
      CheckProduct({k, n, DataType::Signed(8), bytes}, PlanOf(QCRT_MATMUL_BYTES, 0, DataType::Signed(8)),
                   RandomCodes(random, DataType::Signed(8), k));
    }
  }
}

// Weights of which any output has at most `most` other than zero in any 16 neighbouring k.
std::vector<int64_t> SparseCodes(std::mt19937_64 &random, DataType type, int64_t k, int64_t n, int64_t most) {
  std::vector<int64_t> weights(k * n, 0);
  const auto codes = RandomCodes(random, type, k * n);
  for (int64_t first = 0; first < k; first += 16) {
    for (int64_t i = 0; i < most * n; ++i) {
      const int64_t at = std::min<int64_t>(first + static_cast<int64_t>(random() % 16), k - 1);
      if (at >= first)
        weights[at * n + i % n] = codes[at * n + i % n];
    }
  }
  return weights;
}

TEST(Matmul, SparseForEveryPairOfTypes) {
  std::mt19937_64 random(6);
  for (int bits = 2; bits <= 8; ++bits) {
    for (DataType act : NarrowTypes(8)) {
      for (int64_t rounds : {1, 2, 3}) {
        const int64_t k = kDepths[random() % 9], n = kWidths[random() % 9];
        auto weights = SparseCodes(random, DataType::Signed(bits), k, n, 4 * rounds);
        MatmulPlan plan = PlanOf(QCRT_MATMUL_SPARSE, 0, act);
        plan.rounds = rounds;
        CheckProduct({k, n, act, weights}, plan, RandomCodes(random, act, 2 * k));
      }
    }
  }
}

TEST(Matmul, SparseWhereHalfOfTheProductsAreLeft) {
  std::mt19937_64 random(7);
  auto plan_of = [&](int64_t k, int64_t n, int64_t most) {
    auto weights = SparseCodes(random, DataType::Signed(4), k, n, most);
    const MatmulProblem problem{k, n, DataType::Unsigned(8), weights};
    auto plan = SelectMatmul(problem);
    EXPECT_TRUE(plan.ok()) << plan.status();
    CheckProduct(problem, *plan, RandomCodes(random, DataType::Unsigned(8), k));
    return std::pair(plan->kind, plan->rounds);
  };
  EXPECT_EQ(plan_of(64, 40, 4), std::pair(int32_t{QCRT_MATMUL_SPARSE}, int64_t{1}));
  EXPECT_EQ(plan_of(64, 40, 8).first, QCRT_MATMUL_SPARSE);
  // One group of four: nothing to save.
  EXPECT_EQ(plan_of(4, 40, 4).first, QCRT_MATMUL_BYTES);
  // Full weights.
  auto weights = std::vector<int64_t>(64 * 3, 7);
  EXPECT_EQ(SelectMatmul({64, 3, DataType::Unsigned(8), weights})->kind, QCRT_MATMUL_BYTES);
}

TEST(Matmul, ExtremeSparseBytesDoNotSaturate) {
  const int64_t k = 64, n = 19;
  for (int64_t weight : {-128, 127}) {
    std::vector<int64_t> weights(k * n, 0);
    for (int64_t i = 0; i < k * n; ++i)
      weights[i] = i / n % 4 == 0 ? weight : 0;
    MatmulPlan plan = PlanOf(QCRT_MATMUL_SPARSE, 0, DataType::Unsigned(8));
    plan.rounds = 1;
    CheckProduct({k, n, DataType::Unsigned(8), weights}, plan, std::vector<int64_t>(k, 255));
    plan = PlanOf(QCRT_MATMUL_SPARSE, 0, DataType::Signed(8));
    plan.rounds = 1;
    CheckProduct({k, n, DataType::Signed(8), weights}, plan, std::vector<int64_t>(k, -128));
  }
}

// Where an instruction that saturates at 16 bits would go wrong.
TEST(Matmul, ExtremeBytesDoNotSaturate) {
  const int64_t k = 70, n = 19;
  for (int64_t weight : {-128, 127}) {
    const std::vector<int64_t> weights(k * n, weight);
    CheckProduct({k, n, DataType::Unsigned(8), weights}, PlanOf(QCRT_MATMUL_BYTES, 0, DataType::Unsigned(8)),
                 std::vector<int64_t>(k, 255));
    CheckProduct({k, n, DataType::Signed(8), weights}, PlanOf(QCRT_MATMUL_BYTES, 0, DataType::Signed(8)),
                 std::vector<int64_t>(k, -128));
  }
}

TEST(Matmul, ByteCountersDoNotOverflow) {
  // All bits differ in every word: the largest count there is, over many words.
  const int64_t k = 64 * 70, n = 9;
  CheckProduct({k, n, DataType::Bipolar(), std::vector<int64_t>(k * n, 1)},
               PlanOf(QCRT_MATMUL_XOR, 1, DataType::Bipolar()), std::vector<int64_t>(k, -1));
}

TEST(Matmul, SelectsByWeightValuesAndActivationType) {
  auto kind = [](std::vector<int64_t> weights, DataType act) {
    const int64_t k = static_cast<int64_t>(weights.size());
    auto plan = SelectMatmul({k, 1, act, weights});
    EXPECT_TRUE(plan.ok()) << plan.status();
    return plan->kind;
  };
  EXPECT_EQ(kind({1, -1, 1}, DataType::Bipolar()), QCRT_MATMUL_XOR);
  EXPECT_EQ(kind({1, -1, 1}, DataType::Unsigned(2)), QCRT_MATMUL_XOR);
  EXPECT_EQ(kind({1, 0, -2}, DataType::Bipolar()), QCRT_MATMUL_AND);
  EXPECT_EQ(kind({3, 0, -2}, DataType::Unsigned(4)), QCRT_MATMUL_BYTES);
  EXPECT_EQ(kind({3, 0, 200}, DataType::Unsigned(4)), QCRT_MATMUL_WIDE);
  EXPECT_EQ(kind({3, 0, 2}, DataType::Unsigned(16)), QCRT_MATMUL_WIDE);
}

TEST(Matmul, WideHoldsWhatThirtyTwoBitsDoNot) {
  std::mt19937_64 random(5);
  for (DataType act : {DataType::Signed(16), DataType::Unsigned(24), DataType::Unsigned(8)}) {
    const int64_t k = 37, n = 5;
    auto weights = RandomCodes(random, DataType::Signed(26), k * n);
    const MatmulProblem problem{k, n, act, weights};
    auto plan = SelectMatmul(problem);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(plan->kind, QCRT_MATMUL_WIDE);
    CheckProduct(problem, *plan, RandomCodes(random, act, 2 * k));
  }
}

TEST(Matmul, RefusesWrongSizesAndSumsBeyondSixtyThreeBits) {
  EXPECT_FALSE(SelectMatmul({2, 2, DataType::Bipolar(), {{1, 1, 1}}}).ok());
  EXPECT_FALSE(SelectMatmul({0, 2, DataType::Bipolar(), {}}).ok());
  const std::vector<int64_t> large(4, INT64_MIN);
  EXPECT_FALSE(SelectMatmul({2, 2, DataType::Signed(8), large}).ok());
  EXPECT_FALSE(SelectMatmul({2, 2, DataType::Float32(), std::vector<int64_t>(4, 1)}).ok());
}

TEST(Matmul, RefusesAPlanThatTheWeightsDoNotFit) {
  const std::vector<int64_t> weights = {1, 0, 3, -128};
  const MatmulProblem problem{2, 2, DataType::Bipolar(), weights};
  EXPECT_FALSE(PackMatmul(problem, PlanOf(QCRT_MATMUL_XOR, 1, DataType::Bipolar())).ok());
  EXPECT_FALSE(PackMatmul(problem, PlanOf(QCRT_MATMUL_AND, 7, DataType::Bipolar())).ok());
  EXPECT_FALSE(PackMatmul(problem, PlanOf(QCRT_MATMUL_SPARSE, 0, DataType::Bipolar())).ok());
}

} // namespace
} // namespace qcompile::runtime
