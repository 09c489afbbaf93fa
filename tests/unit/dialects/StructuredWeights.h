//===- StructuredWeights.h - Random weights with a structure ----*- C++ -*-===//
//
// Every structure is made from its definition in docs/Encodings.md, not by the code that stores it.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_TESTS_UNIT_DIALECTS_STRUCTUREDWEIGHTS_H
#define QCOMPILE_TESTS_UNIT_DIALECTS_STRUCTUREDWEIGHTS_H

#include <random>

#include "dialects/encoding/EncodingDialect.h"
#include "runtime/encoding/matrix.h"

namespace qcompile::testing {

struct StructuredWeights {
  runtime::Tensor tensor;
  encoding::EncodingAttr encoding;
};

class WeightMaker {
public:
  using Ints = std::vector<int64_t>;
  static constexpr int kKinds = 5;

  WeightMaker(mlir::MLIRContext &context, uint64_t seed) : context(context), random(seed) {}

  int64_t below(int64_t end) { return int64_t(random() % uint64_t(end)); }

  /// Signed weights of `bits` bits (but for a basis, which has the bits that it needs) with structure number `kind`.
  StructuredWeights make(int kind, int bits, const Ints &shape, const Ints &order, int64_t rows) {
    int64_t outputs = 1, length = 1;
    for (size_t i = 0; i < order.size(); ++i)
      (int64_t(i) < rows ? outputs : length) *= shape[order[i]];
    type = runtime::DataType::Signed(bits);
    Ints matrix(outputs * length);
    encoding::EncodingAttr attr;
    switch (kind) {
    case 0:
      attr = makeGroups(matrix, length, order, rows);
      break;
    case 1:
    case 2:
      for (int64_t &code : matrix)
        code = below(4) ? 0 : randomCode();
      attr = kind == 1 ? encoding::EncodingAttr(encoding::CooAttr::get(&context, order, rows))
                       : encoding::RunLengthAttr::get(&context, 1 + below(4), order, rows);
      break;
    case 3:
      attr = makeCirculant(matrix, outputs, length, order, rows);
      break;
    default:
      attr = makeBasis(matrix, outputs, length, order, rows);
    }
    return {*runtime::encoding::FromMatrix(type, shape, order, matrix), attr};
  }

  mlir::MLIRContext &context;
  std::mt19937_64 random;

private:
  int64_t randomCode() { return type.MinValue() + below(type.MaxValue() - type.MinValue() + 1); }

  encoding::EncodingAttr makeGroups(Ints &matrix, int64_t length, const Ints &order, int64_t rows) {
    int64_t m = 2 + below(7), n = 1 + below(m - 1);
    for (int64_t first = 0; first < int64_t(matrix.size()); first += length)
      for (int64_t group = 0; group < length; group += m)
        for (int64_t i = 0; i < n; ++i)
          matrix[first + std::min(group + below(m), length - 1)] = randomCode();
    // The last element may have been drawn for a group before its own; keep no more than n.
    for (int64_t first = 0; first < int64_t(matrix.size()); first += length)
      for (int64_t group = 0; group < length; group += m) {
        int64_t kept = 0;
        for (int64_t i = group; i < std::min(group + m, length); ++i)
          if (matrix[first + i] != 0 && ++kept > n)
            matrix[first + i] = 0;
      }
    return encoding::NmAttr::get(&context, n, m, order, rows);
  }

  encoding::EncodingAttr makeCirculant(Ints &matrix, int64_t outputs, int64_t length, const Ints &order, int64_t rows) {
    int64_t k = 1 + below(std::min<int64_t>(5, std::max(outputs, length)));
    int64_t columns = (length + k - 1) / k;
    std::vector<Ints> vectors((outputs + k - 1) / k * columns);
    for (Ints &vector : vectors)
      for (int64_t i = 0; i < k; ++i)
        vector.push_back(randomCode());
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t p = 0; p < length; ++p)
        matrix[o * length + p] = vectors[o / k * columns + p / k][((o % k) - (p % k) + k) % k];
    return encoding::CirculantAttr::get(&context, k, order, rows);
  }

  encoding::EncodingAttr makeBasis(Ints &matrix, int64_t outputs, int64_t length, const Ints &order, int64_t rows) {
    int64_t n = 1 + below(4), block = 1 + below(4), levels = 1 + below(4);
    int64_t vectors = (length + n - 1) / n, blocks = (vectors + block - 1) / block;
    Ints coefficients, basis;
    for (int64_t i = 0; i < outputs * vectors * n; ++i) {
      int64_t magnitude = int64_t{1} << below(levels);
      coefficients.push_back(below(3) == 0 ? 0 : below(2) ? magnitude : -magnitude);
    }
    for (int64_t i = 0; i < outputs * blocks * n * n; ++i)
      basis.push_back(below(16) - 8);
    int64_t largest = 1;
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t p = 0; p < length; ++p) {
        int64_t v = p / n, sum = 0;
        for (int64_t i = 0; i < n; ++i)
          sum += coefficients[(o * vectors + v) * n + i] * basis[((o * blocks + v / block) * n + i) * n + p % n];
        matrix[o * length + p] = sum;
        largest = std::max(largest, std::abs(sum));
      }
    int bits = 2;
    while ((int64_t{1} << (bits - 1)) <= largest)
      ++bits;
    type = runtime::DataType::Signed(bits);
    auto constant = [&](const char *name, int width, runtime::Shape shape, const Ints &values) {
      return data::ConstantAttr::get(&context, name,
                                     *runtime::Tensor::FromIntegers(runtime::DataType::Signed(width), shape, values));
    };
    return encoding::BasisAttr::get(&context, levels, 4, block,
                                    constant("coefficients", int(levels) + 1, {outputs, vectors, n}, coefficients),
                                    constant("basis", 4, {outputs, blocks, n, n}, basis), order, rows);
  }

  runtime::DataType type;
};

} // namespace qcompile::testing

#endif // QCOMPILE_TESTS_UNIT_DIALECTS_STRUCTUREDWEIGHTS_H
