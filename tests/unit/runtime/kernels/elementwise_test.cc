// Sums and products of two tensors, products of matrices that are data, tables.
#include <algorithm>

#include "runtime/kernels/packing_network.h"
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

// Shapes that broadcast against each other; the result's is the third.
struct Shapes {
  Shape a, b, result;
};

Shapes RandomShapes(std::mt19937_64 &random, size_t rank) {
  Shapes shapes;
  for (size_t d = 0; d < rank; ++d) {
    const int64_t extent = random() % 4 == 0 ? 300 : 1 + static_cast<int64_t>(random() % 5);
    shapes.a.push_back(random() % 3 == 0 ? 1 : extent);
    shapes.b.push_back(random() % 3 == 0 ? 1 : extent);
    shapes.result.push_back(std::max(shapes.a[d], shapes.b[d]));
  }
  if (rank > 0 && random() % 3 == 0) {
    while (!shapes.b.empty() && shapes.b[0] == 1)
      shapes.b.erase(shapes.b.begin());
  }
  return shapes;
}

// The element of a dense tensor that position i of the result sees.
int64_t BroadcastAt(const Shape &shape, const Shape &result, int64_t i) {
  int64_t at = 0, stride = 1;
  for (size_t d = result.size(); d-- > 0;) {
    const int64_t index = i % result[d];
    i /= result[d];
    if (result.size() - d > shape.size())
      continue;
    const int64_t extent = shape[d - (result.size() - shape.size())];
    if (extent != 1)
      at += index * stride;
    stride *= extent;
  }
  return at;
}

DataType RandomType(std::mt19937_64 &random, int max_bits) {
  const int bits = 1 + static_cast<int>(random() % max_bits);
  return random() & 1 ? DataType::Signed(bits) : DataType::Unsigned(bits);
}

TEST(Binary, RandomShapesAndTypes) {
  std::mt19937_64 random(41);
  for (int round = 0; round < 400; ++round) {
    Shapes shapes = RandomShapes(random, random() % 5);
    if (NumElements(shapes.result) > 20000)
      continue;
    const bool wide = round % 3 == 0;
    BinaryProblem problem;
    problem.operation = round % 2 ? QCRT_CODES_ADD : QCRT_CODES_MULTIPLY;
    problem.a_type = RandomType(random, wide ? 30 : 12);
    problem.b_type = RandomType(random, wide ? 30 : 12);
    problem.result_type = DataType::Signed(wide ? 62 : 31);
    problem.a = shapes.a;
    problem.b = shapes.b;
    problem.result = shapes.result;
    problem.a_multiplier = static_cast<int64_t>(random() % 9) - 4;
    problem.b_multiplier = static_cast<int64_t>(random() % 9) - 4;
    const auto a = RandomCodes(random, problem.a_type, NumElements(shapes.a));
    const auto b = RandomCodes(random, problem.b_type, NumElements(shapes.b));
    std::vector<int64_t> expected;
    for (int64_t i = 0; i < NumElements(shapes.result); ++i) {
      const int64_t x = a[BroadcastAt(shapes.a, shapes.result, i)];
      const int64_t y = b[BroadcastAt(shapes.b, shapes.result, i)];
      expected.push_back(problem.operation == QCRT_CODES_ADD ? problem.a_multiplier * x + problem.b_multiplier * y
                                                             : x * y);
    }
    auto packed = PackBinary(problem);
    ASSERT_TRUE(packed.ok()) << packed.status();
    const qcrt_format out = ContainerFormat(problem.result_type);
    const int64_t count = static_cast<int64_t>(expected.size());
    Buffer block(*packed);
    Buffer left = Encode(ContainerFormat(problem.a_type), a, NumElements(shapes.a));
    Buffer right = Encode(ContainerFormat(problem.b_type), b, NumElements(shapes.b));
    ForEachTier([&](int tier) {
      Buffer y(qcrt_row_bytes(&out, count));
      (tier < 0 ? qcrt_binary_scalar : qcrt_binary)(block.As<qcrt_binary_block>(), left.As<void>(), right.As<void>(),
                                                    y.As<void>());
      EXPECT_EQ(Decode(out, y, 1, count), expected) << ShapeToString(shapes.result);
    });
  }
}

TEST(Product, RandomShapesAndTypes) {
  std::mt19937_64 random(42);
  for (int round = 0; round < 200; ++round) {
    Shapes batch = RandomShapes(random, random() % 3);
    if (NumElements(batch.result) > 40)
      continue;
    // A right matrix has no batch, or one dimension for each of the left one's.
    if (batch.b.size() != batch.a.size())
      batch.b.clear(), batch.result = batch.a;
    const int64_t rows = 1 + static_cast<int64_t>(random() % 9);
    const int64_t k = 1 + static_cast<int64_t>(random() % 40);
    const int64_t n = 1 + static_cast<int64_t>(random() % 140);
    const bool wide = round % 4 == 0;
    ProductProblem problem{RandomType(random, wide ? 24 : 8),
                           RandomType(random, wide ? 24 : 8),
                           DataType::Signed(wide ? 60 : 26),
                           batch.a,
                           batch.b,
                           batch.result};
    problem.a.insert(problem.a.end(), {rows, k});
    problem.b.insert(problem.b.end(), {k, n});
    problem.result.insert(problem.result.end(), {rows, n});
    const auto a = RandomCodes(random, problem.a_type, NumElements(problem.a));
    const auto b = RandomCodes(random, problem.b_type, NumElements(problem.b));
    std::vector<int64_t> expected;
    for (int64_t i = 0; i < NumElements(batch.result); ++i) {
      const int64_t a_at = BroadcastAt(batch.a, batch.result, i) * rows * k;
      const int64_t b_at = BroadcastAt(batch.b, batch.result, i) * k * n;
      for (int64_t r = 0; r < rows; ++r) {
        for (int64_t m = 0; m < n; ++m) {
          int64_t sum = 0;
          for (int64_t j = 0; j < k; ++j)
            sum += a[a_at + r * k + j] * b[b_at + j * n + m];
          expected.push_back(sum);
        }
      }
    }
    auto packed = PackProduct(problem);
    ASSERT_TRUE(packed.ok()) << packed.status();
    const qcrt_format out = ContainerFormat(problem.result_type);
    const int64_t count = static_cast<int64_t>(expected.size());
    Buffer block(*packed);
    Buffer left = Encode(ContainerFormat(problem.a_type), a, static_cast<int64_t>(a.size()));
    Buffer right = Encode(ContainerFormat(problem.b_type), b, static_cast<int64_t>(b.size()));
    ForEachTier([&](int tier) {
      Buffer y(qcrt_row_bytes(&out, count));
      (tier < 0 ? qcrt_product_scalar : qcrt_product)(block.As<qcrt_product_block>(), left.As<void>(), right.As<void>(),
                                                      y.As<void>());
      EXPECT_EQ(Decode(out, y, 1, count), expected);
    });
  }
}

TEST(Table, PerColumnPerRowAndForAll) {
  std::mt19937_64 random(43);
  for (int round = 0; round < 60; ++round) {
    const bool per_row = round % 3 == 1;
    TableProblem problem;
    problem.rows = {1 + static_cast<int64_t>(random() % 9), per_row};
    problem.channels = round % 3 == 0 ? 1 : per_row ? 3 : problem.rows.n;
    const int64_t length = 1 + static_cast<int64_t>(random() % 20);
    const int widths[] = {4, 8, 15, 16, 31, 40};
    problem.result_type = DataType::Signed(widths[random() % 6]);
    problem.low = static_cast<int64_t>(random() % 9) - 4;
    const auto values = RandomCodes(random, problem.result_type, problem.channels * length);
    problem.values = values;
    const DataType type = DataType::Signed(round % 2 ? 5 : 40);
    problem.in_layout = ContainerFormat(type).layout;
    const int64_t rows = 6;
    const auto x = RandomCodes(random, type, rows * problem.rows.n);
    std::vector<int64_t> expected;
    for (size_t i = 0; i < x.size(); ++i) {
      const int64_t row = static_cast<int64_t>(i) / problem.rows.n;
      const int64_t column = static_cast<int64_t>(i) % problem.rows.n;
      const int64_t channel = problem.channels == 1 ? 0 : per_row ? row % 3 : column;
      const int64_t at = std::clamp<int64_t>(x[i] - problem.low, 0, length - 1);
      expected.push_back(values[channel * length + at]);
    }
    Buffer block(PackTable(problem));
    Buffer in = Encode(ContainerFormat(type), x, problem.rows.n);
    const qcrt_format out = ContainerFormat(problem.result_type);
    Buffer y(rows * qcrt_row_bytes(&out, problem.rows.n));
    qcrt_table(block.As<qcrt_table_block>(), in.As<void>(), y.As<void>(), rows);
    EXPECT_EQ(Decode(out, y, rows, problem.rows.n), expected);
  }
}

} // namespace
} // namespace qcompile::runtime
