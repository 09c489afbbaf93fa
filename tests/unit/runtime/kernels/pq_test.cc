// Products by product quantization against the definition of qnn.pq.
#include <cstdlib>

#include "runtime/kernels/packing_pq.h"
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

struct Numbers {
  PqProblem problem;
  std::vector<int64_t> values, offsets, tables;

  void Link() {
    problem.values = values;
    problem.offsets = offsets;
    problem.tables = tables;
  }
};

Numbers Random(std::mt19937_64 &random, DataType input, int64_t k, int64_t length, int64_t prototypes, int64_t n,
               int64_t reach, DataType table) {
  Numbers numbers;
  PqProblem &p = numbers.problem;
  p.k = k;
  p.length = length;
  p.spaces = (k + length - 1) / length;
  p.prototypes = prototypes;
  p.n = n;
  p.input_type = input;
  p.sum_type = DataType::Signed(table.bits + 14);
  std::uniform_int_distribution<int64_t> value(-reach, reach), offset(-50, 50);
  for (int64_t i = 0; i < p.spaces * prototypes * length; ++i) {
    numbers.values.push_back(value(random));
  }
  for (int64_t i = 0; i < p.spaces * prototypes; ++i)
    numbers.offsets.push_back(offset(random));
  numbers.tables = RandomCodes(random, table, p.spaces * prototypes * n);
  return numbers;
}

std::vector<int64_t> Expected(const Numbers &numbers, const std::vector<int64_t> &x) {
  const PqProblem &p = numbers.problem;
  std::vector<int64_t> sums;
  for (size_t row = 0; row < x.size(); row += p.k) {
    std::vector<int64_t> out(p.n);
    for (int64_t s = 0; s < p.spaces; ++s) {
      int64_t nearest = 0, best = 0;
      for (int64_t i = 0; i < p.prototypes; ++i) {
        int64_t distance = numbers.offsets[s * p.prototypes + i];
        for (int64_t l = 0; l < p.length && s * p.length + l < p.k; ++l) {
          const int64_t d =
              p.factor * x[row + s * p.length + l] - numbers.values[(s * p.prototypes + i) * p.length + l];
          distance += p.norm == 1 ? std::abs(d) : d * d;
        }
        if (i == 0 || distance < best) {
          best = distance;
          nearest = i;
        }
      }
      for (int64_t m = 0; m < p.n; ++m) {
        out[m] += numbers.tables[(s * p.prototypes + nearest) * p.n + m];
      }
    }
    sums.insert(sums.end(), out.begin(), out.end());
  }
  return sums;
}

void Check(Numbers numbers, int64_t rows, std::mt19937_64 &random, int32_t kind) {
  numbers.Link();
  numbers.problem.rows = rows;
  const PqProblem &p = numbers.problem;
  const PqPlan plan = SelectPq(p);
  EXPECT_EQ(plan.kind, kind);
  auto packed = PackPq(p, plan);
  ASSERT_TRUE(packed.ok()) << packed.status();
  const std::vector<int64_t> x = RandomCodes(random, p.input_type, rows * p.k);
  const std::vector<int64_t> expected = Expected(numbers, x);
  Buffer block(*packed), input = Encode(plan.input, x, p.k);
  ForEachTier([&](int tier) {
    Buffer out(rows * qcrt_row_bytes(&plan.sums, p.n));
    (tier < 0 ? qcrt_pq_scalar : qcrt_pq)(block.As<qcrt_pq_block>(), input.As<void>(), out.As<void>(), rows);
    EXPECT_EQ(Decode(plan.sums, out, rows, p.n), expected)
        << "k " << p.k << " length " << p.length << " n " << p.n << " rows " << rows;
  });
}

TEST(PqKernel, Bytes) {
  std::mt19937_64 random(1);
  for (DataType input : {DataType::Unsigned(8), DataType::Signed(8), DataType::Unsigned(3)}) {
    for (int64_t length : {1, 2, 3, 4, 5, 7, 8, 16}) {
      for (int64_t k : {1, 4, 62, 64, 67, 129}) {
        for (int64_t rows : {1, 7, 31, 33, 64}) {
          const int64_t prototypes = 1 + static_cast<int64_t>(random() % 16);
          const int64_t n = 1 + static_cast<int64_t>(random() % 80);
          Check(Random(random, input, k, length, prototypes, n, 127, DataType::Signed(8)), rows, random,
                rows < 8 ? QCRT_PQ_ROWS : QCRT_PQ_TILES);
        }
      }
    }
  }
}

// More sub-spaces than 16-bit sums take, all with the largest entries.
TEST(PqKernel, ManySubSpaces) {
  std::mt19937_64 random(2);
  Numbers numbers = Random(random, DataType::Unsigned(8), 1100, 2, 4, 3, 255, DataType::Signed(8));
  for (int64_t &entry : numbers.tables)
    entry = random() % 8 == 0 ? -128 : 127;
  Check(numbers, 35, random, QCRT_PQ_TILES);
  Check(numbers, 2, random, QCRT_PQ_ROWS);
}

TEST(PqKernel, Any) {
  std::mt19937_64 random(3);
  for (DataType input : {DataType::Bipolar(), DataType::Signed(12), DataType::Unsigned(16), DataType::Signed(24)}) {
    for (int32_t norm : {1, 2}) {
      for (int64_t factor : {1, 16}) {
        Numbers numbers =
            Random(random, input, 45, 1 + static_cast<int64_t>(random() % 9), 20, 7, 2000, DataType::Signed(9));
        numbers.problem.norm = norm;
        numbers.problem.factor = factor;
        Check(numbers, 5, random, QCRT_PQ_ANY);
      }
    }
  }
}

TEST(PqKernel, WideTables) {
  std::mt19937_64 random(4);
  Check(Random(random, DataType::Unsigned(4), 9, 100, 3, 5, 20, DataType::Signed(40)), 3, random, QCRT_PQ_ANY);
}

// Ties: all prototypes are equal, the first one is found.
TEST(PqKernel, Ties) {
  std::mt19937_64 random(5);
  for (int64_t prototypes : {2, 15, 16, 17}) {
    Numbers numbers = Random(random, DataType::Unsigned(8), 8, 4, prototypes, 3, 0, DataType::Signed(8));
    for (int64_t &offset : numbers.offsets)
      offset = 0;
    Check(numbers, 40, random, prototypes > 16 ? QCRT_PQ_ANY : QCRT_PQ_TILES);
  }
}

TEST(PqKernel, RefusesWrongSizes) {
  std::mt19937_64 random(6);
  Numbers numbers = Random(random, DataType::Unsigned(8), 8, 4, 4, 3, 10, DataType::Signed(8));
  numbers.Link();
  numbers.problem.n = 4;
  EXPECT_FALSE(PackPq(numbers.problem, SelectPq(numbers.problem)).ok());
}

} // namespace
} // namespace qcompile::runtime
