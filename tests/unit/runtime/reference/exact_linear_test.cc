#include "runtime/reference/exact_linear.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <string>

#include "tests/unit/runtime/reference/testing.h"

namespace qcompile::runtime::testing {
namespace {

struct Problem {
  Value a, b, bias;
  int64_t rows, columns, k;
  bool b_is_transposed;
};

Value RandomQuantized(std::mt19937 &random, Shape shape, Shape parameters, DataType type) {
  std::vector<int64_t> codes(static_cast<size_t>(NumElements(shape)));
  std::uniform_int_distribution<int64_t> code(type.MinValue(), type.MaxValue());
  for (int64_t &c : codes) {
    c = code(random);
    if (c == 0 && type.kind == TypeKind::kBipolar)
      c = 1;
  }
  std::uniform_real_distribution<float> scale(0.001f, 3), zero(-4, 4);
  std::vector<float> scales(static_cast<size_t>(NumElements(parameters))), zeros = scales;
  const bool integral = random() % 2 == 0;
  for (float &s : scales)
    s = scale(random);
  for (float &z : zeros)
    z = integral ? std::round(zero(random)) : zero(random);
  return Quantized(shape, codes, Floats(parameters, scales), Floats(parameters, zeros), type);
}

std::vector<float> Solve(const Problem &p, bool slow) {
  const MatrixLayout a{p.rows, p.k, 1};
  const MatrixLayout b = p.b_is_transposed ? MatrixLayout{p.columns, p.k, 1} : MatrixLayout{p.columns, 1, p.columns};
  ExactMatrixProduct product(*p.a.quantized, a, *p.b.quantized, b, p.k);
  EXPECT_TRUE(product.fast());
  if (slow)
    product.ForceSlow();
  LinearTerms terms;
  terms.beta = 0.75f;
  terms.bias = &p.bias;
  std::vector<float> out(static_cast<size_t>(p.rows * p.columns));
  product.Compute(0, 0, 1.5f, ExactBias(terms, {p.rows, p.columns}), absl::MakeSpan(out));
  return out;
}

TEST(ExactLinear, FastAndSlowAgree) {
  std::mt19937 random(11);
  const DataType types[] = {DataType::Signed(2), DataType::Unsigned(8), DataType::Bipolar(), DataType::Signed(13),
                            DataType::Unsigned(24)};
  for (int round = 0; round < 300; ++round) {
    Problem p;
    p.rows = 1 + random() % 3;
    p.columns = 1 + random() % 5;
    p.k = 2 + random() % 20;
    p.b_is_transposed = random() % 2 == 0;
    const Shape b_shape = p.b_is_transposed ? Shape{p.columns, p.k} : Shape{p.k, p.columns};
    const Shape b_parameters = p.b_is_transposed ? Shape{p.columns, 1} : Shape{1, p.columns};
    p.a = RandomQuantized(random, {p.rows, p.k}, {p.rows, 1}, types[random() % 5]);
    p.b = RandomQuantized(random, b_shape, random() % 2 ? b_parameters : Shape{1, 1}, types[random() % 5]);
    p.bias = random() % 2 ? RandomQuantized(random, {p.columns}, {1}, DataType::Signed(16)) : Floats({}, {0.3f});
    ASSERT_EQ(Solve(p, false), Solve(p, true)) << "round " << round;
  }
}

// A reading with scales that are powers of two is a fraction that double holds exactly.
TEST(ExactLinear, AgreesWithDoubleWhereDoubleIsExact) {
  std::mt19937 random(12);
  for (int round = 0; round < 100; ++round) {
    const int64_t k = 1 + random() % 40;
    std::vector<int64_t> a(k), b(k);
    for (int64_t &v : a)
      v = static_cast<int64_t>(random() % 256) - 128;
    for (int64_t &v : b)
      v = static_cast<int64_t>(random() % 16) - 8;
    double expected = 0;
    for (int64_t i = 0; i < k; ++i)
      expected += (a[i] - 3) * 0.25 * (b[i] + 0.5) * 0.125;
    const Value y = Evaluate("onnx.MatMul", {Quantized({1, k}, a, Floats({1, 1}, {0.25}), Floats({1, 1}, {3})),
                                             Quantized({k, 1}, b, Floats({1, 1}, {0.125}), Floats({1, 1}, {-0.5}))});
    ASSERT_EQ(ToFloats(y)[0], static_cast<float>(expected));
  }
}

// Scales that change along k cannot take the fast way, nor can sums beyond 64 bits.
TEST(ExactLinear, SlowWhereItMustBe) {
  const Value one = Floats({1, 1}, {1}), zero = Floats({1, 1}, {0});
  const Value a = Quantized({1, 2}, {3, 5}, Floats({1, 2}, {0.5, 0.25}), zero);
  const Value b = Quantized({2, 1}, {7, 1}, one, zero);
  const ExactMatrixProduct varying(*a.quantized, {1, 2, 1}, *b.quantized, {1, 1, 1}, 2);
  EXPECT_FALSE(varying.fast());
  EXPECT_EQ(ToFloats(Evaluate("onnx.MatMul", {a, b}))[0], 3 * 0.5f * 7 + 5 * 0.25f);

  const int64_t big = 4294967295;
  const Value wide = Quantized({1, 4}, {big, big, big, big}, one, zero, DataType::Unsigned(32));
  const Value tall = Quantized({4, 1}, {big, big, big, big}, one, zero, DataType::Unsigned(32));
  const ExactMatrixProduct overflowing(*wide.quantized, {1, 4, 1}, *tall.quantized, {1, 1, 1}, 4);
  EXPECT_FALSE(overflowing.fast());
  // 4 (2^32 - 1)^2 = 2^66 - 2^35 + 4, of which float32 keeps 2^66.
  EXPECT_EQ(ToFloats(Evaluate("onnx.MatMul", {wide, tall}))[0], 0x1p66f);
}

// The evaluator runs thousands of inputs. The bound is generous, since tests share the machine; an
// addition of every product to the long accumulator would take 50 times as long.
TEST(ExactLinear, LargeLayersAreQuick) {
  std::mt19937 random(13);
  const Value x = RandomQuantized(random, {1, 784}, {1, 1}, DataType::Unsigned(8));
  const Value w = RandomQuantized(random, {784, 64}, {1, 64}, DataType::Signed(4));
  double best = 1;
  for (int i = 0; i < 20; ++i) {
    const auto start = std::chrono::steady_clock::now();
    Evaluate("onnx.MatMul", {x, w});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count());
  }
  RecordProperty("microseconds", std::to_string(best * 1e6));
  EXPECT_LT(best, 1e-3);
}

} // namespace
} // namespace qcompile::runtime::testing
