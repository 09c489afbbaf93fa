// Products with block-circulant weights against sums over the decoded weights, every tier and the scalar twin.
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

// weights[k * n + m] from random first columns of blocks, by the definition in docs/Encodings.md.
std::vector<int64_t> CirculantCodes(std::mt19937_64 &random, DataType type, int64_t block, int64_t k, int64_t n) {
  const int64_t columns = (k + block - 1) / block, rows = (n + block - 1) / block;
  const auto vectors = RandomCodes(random, type, rows * columns * block);
  std::vector<int64_t> weights(static_cast<size_t>(k * n));
  for (int64_t c = 0; c < k; ++c) {
    for (int64_t r = 0; r < n; ++r) {
      const int64_t vector = r / block * columns + c / block;
      weights[c * n + r] = vectors[vector * block + ((r - c) % block + block) % block];
    }
  }
  return weights;
}

MatmulPlan CirculantPlan(int64_t block, DataType act) {
  MatmulPlan plan;
  plan.kind = QCRT_MATMUL_CIRCULANT;
  plan.block = block;
  plan.activations = BytesFormat(act);
  plan.accumulators = Int32Format();
  return plan;
}

void CheckCirculant(const MatmulProblem &problem, int64_t block, const std::vector<int64_t> &acts) {
  const MatmulPlan plan = CirculantPlan(block, problem.activation_type);
  auto packed = PackMatmul(problem, plan);
  ASSERT_TRUE(packed.ok()) << packed.status() << " block " << block;
  Buffer memory(*packed);
  const int64_t rows = static_cast<int64_t>(acts.size()) / problem.k, n = problem.n;
  Buffer input = Encode(plan.activations, acts, problem.k);
  std::vector<int64_t> expected(static_cast<size_t>(rows * n), 0);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t k = 0; k < problem.k; ++k) {
      for (int64_t m = 0; m < n; ++m) {
        expected[r * n + m] += acts[r * problem.k + k] * problem.weights[k * n + m];
      }
    }
  }
  ForEachTier([&](int tier) {
    Buffer output(rows * qcrt_row_bytes(&plan.accumulators, n));
    (tier < 0 ? qcrt_matmul_scalar : qcrt_matmul)(memory.As<qcrt_matmul_block>(), input.As<void>(), output.As<void>(),
                                                  rows);
    EXPECT_EQ(Decode(plan.accumulators, output, rows, n), expected)
        << "block " << block << " k " << problem.k << " n " << n << " activations "
        << problem.activation_type.ToString() << " tier " << tier;
  });
}

TEST(CirculantMatmul, EveryBlockAndActivationType) {
  std::mt19937_64 random(1);
  std::vector<DataType> types = {DataType::Bipolar()};
  for (int bits = 1; bits <= 8; ++bits) {
    types.push_back(DataType::Signed(bits));
    types.push_back(DataType::Unsigned(bits));
  }
  // All factors up to 7, alone and together.
  for (int64_t block : {2,  3,  4,  5,  6,  7,  8,  9,  10, 12, 14, 15,  16,  20,  24,  28,
                        30, 32, 35, 40, 42, 48, 49, 60, 63, 64, 96, 100, 128, 225, 256, 512}) {
    for (int i = 0; i < 3; ++i) {
      const DataType act = types[random() % types.size()];
      const DataType type = DataType::Signed(2 + static_cast<int>(random() % 7));
      // Mostly sizes that blocks do not divide, and more block rows than lanes.
      const int64_t reach = block < 32 ? 20 : 3;
      const int64_t k = block + static_cast<int64_t>(random() % (reach * block));
      const int64_t n = i == 0 ? block * (1 + static_cast<int64_t>(random() % reach))
                               : 1 + static_cast<int64_t>(random() % (reach * block));
      CheckCirculant({k, n, act, CirculantCodes(random, type, block, k, n)}, block, RandomCodes(random, act, 2 * k));
    }
  }
}

TEST(CirculantMatmul, BlocksLargerThanOneOfTheExtents) {
  std::mt19937_64 random(2);
  for (auto [k, n] : {std::pair<int64_t, int64_t>{3, 40}, {40, 3}, {1, 16}, {16, 1}, {17, 5}}) {
    const int64_t block = 16;
    CheckCirculant({k, n, DataType::Signed(8), CirculantCodes(random, DataType::Signed(8), block, k, n)}, block,
                   RandomCodes(random, DataType::Signed(8), 3 * k));
  }
}

// The largest sums there are: remainders that are wrong by a multiple of the primes would show.
TEST(CirculantMatmul, ExtremeSums) {
  for (int64_t block : {2, 8, 12, 16, 64, 105}) {
    for (int64_t weight : {-128, 127}) {
      for (int64_t k : {block, 5 * block + 1}) {
        const std::vector<int64_t> weights(static_cast<size_t>(k * 2 * block), weight);
        const MatmulProblem problem{k, 2 * block, DataType::Unsigned(8), weights};
        for (int64_t act : {0, 255}) {
          CheckCirculant(problem, block, std::vector<int64_t>(static_cast<size_t>(k), act));
        }
        CheckCirculant({k, 2 * block, DataType::Signed(8), weights}, block,
                       std::vector<int64_t>(static_cast<size_t>(k), -128));
      }
    }
  }
}

// Many block columns: sums of products that 32 bits do not hold at once, and signs that alternate as inputs do.
TEST(CirculantMatmul, LongSums) {
  std::mt19937_64 random(3);
  for (int64_t block : {4, 8, 16}) {
    const int64_t k = 2000, n = 3 * block;
    auto weights = CirculantCodes(random, DataType::Signed(8), block, k, n);
    CheckCirculant({k, n, DataType::Unsigned(8), weights}, block, RandomCodes(random, DataType::Unsigned(8), 2 * k));
    std::vector<int64_t> acts;
    for (int64_t i = 0; i < k; ++i)
      acts.push_back(weights[i * n] > 0 ? 255 : 0);
    CheckCirculant({k, n, DataType::Unsigned(8), weights}, block, acts);
  }
}

TEST(CirculantMatmul, IsSelectedWhereItsWorkIsLess) {
  std::mt19937_64 random(4);
  auto plan_of = [&](int64_t size, int64_t block) {
    auto weights = CirculantCodes(random, DataType::Signed(4), block, size, size);
    const MatmulProblem problem{size, size, DataType::Unsigned(8), weights};
    auto plan = SelectMatmul(problem);
    EXPECT_TRUE(plan.ok()) << plan.status();
    if (plan->kind == QCRT_MATMUL_CIRCULANT) {
      CheckCirculant(problem, plan->block, RandomCodes(random, DataType::Unsigned(8), size));
    }
    return std::pair(plan->kind, plan->block);
  };
  const auto dense = std::pair(int32_t{QCRT_MATMUL_BYTES}, int64_t{0});
  const auto native = [](int64_t block) { return std::pair(int32_t{QCRT_MATMUL_CIRCULANT}, block); };
  EXPECT_EQ(plan_of(64, 16), dense);
  EXPECT_EQ(plan_of(256, 8), dense);
  EXPECT_EQ(plan_of(1024, 4), dense);
  EXPECT_EQ(plan_of(1024, 8), native(8));
  EXPECT_EQ(plan_of(1024, 64), native(64));
  EXPECT_EQ(plan_of(1000, 30), native(30));
}

TEST(CirculantMatmul, IsSelectedAgainstBitPlanes) {
  std::mt19937_64 random(6);
  auto kind_of = [&](DataType type, DataType act, int64_t block, bool joined) {
    auto weights = CirculantCodes(random, type, block, 1024, 1024);
    const MatmulProblem problem{1024, 1024, act, weights, joined};
    const MatmulPlan plan = *SelectMatmul(problem);
    if (plan.kind == QCRT_MATMUL_CIRCULANT) {
      CheckCirculant(problem, plan.block, RandomCodes(random, act, 1024));
    }
    return plan.kind;
  };
  const DataType bipolar = DataType::Bipolar(), two = DataType::Signed(2);
  EXPECT_EQ(kind_of(bipolar, bipolar, 64, false), QCRT_MATMUL_XOR);
  EXPECT_EQ(kind_of(two, DataType::Unsigned(2), 16, false), QCRT_MATMUL_AND);
  EXPECT_EQ(kind_of(two, DataType::Unsigned(2), 64, false), QCRT_MATMUL_CIRCULANT);
  EXPECT_EQ(kind_of(bipolar, DataType::Unsigned(4), 64, false), QCRT_MATMUL_CIRCULANT);
  // Outputs of several products: blocks may reach from one to the next.
  EXPECT_EQ(kind_of(two, DataType::Unsigned(2), 64, true), QCRT_MATMUL_AND);
  EXPECT_EQ(kind_of(DataType::Signed(8), DataType::Unsigned(8), 64, true), QCRT_MATMUL_BYTES);
}

TEST(CirculantMatmul, OtherWeightsAndBlocksAreRefused) {
  std::mt19937_64 random(5);
  auto refuses = [](const MatmulProblem &problem, int64_t block) {
    return !PackMatmul(problem, CirculantPlan(block, problem.activation_type)).ok();
  };
  auto weights = CirculantCodes(random, DataType::Signed(4), 8, 64, 64);
  EXPECT_FALSE(refuses({64, 64, DataType::Unsigned(8), weights}, 8));
  EXPECT_TRUE(refuses({64, 64, DataType::Unsigned(8), weights}, 16));
  weights.back() ^= 1;
  EXPECT_TRUE(refuses({64, 64, DataType::Unsigned(8), weights}, 8));
  // 11 is a factor that no transform takes; more elements than the kernel has room for.
  weights = CirculantCodes(random, DataType::Signed(4), 11, 22, 22);
  EXPECT_TRUE(refuses({22, 22, DataType::Unsigned(8), weights}, 11));
  weights = CirculantCodes(random, DataType::Signed(4), 8, 8 * 1025, 8);
  EXPECT_TRUE(refuses({8 * 1025, 8, DataType::Unsigned(8), weights}, 8));
  weights = std::vector<int64_t>(16 * 16, 200);
  EXPECT_TRUE(refuses({16, 16, DataType::Unsigned(8), weights}, 8));
}

} // namespace
} // namespace qcompile::runtime
