#include "runtime/kernels/packing_circulant.h"

#include <algorithm>
#include <optional>

#include "runtime/kernels/block_writer.h"
#include "runtime/kernels/circulant_kernels.h"

namespace qcompile::runtime {
namespace {

constexpr int64_t kLanes = QCRT_CIRCULANT_LANES;
// Primes: large enough for the quotients of sums (ReduceSums), small enough that twice one fits in
// 16 bits.
constexpr int64_t kLeastPrime = 512, kMostPrime = 16383;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t RoundedUp(int64_t a, int64_t b) { return CeilDiv(a, b) * b; }

// --- Arithmetic modulo a prime ----------------------------------------------------------------

int64_t Modulo(int64_t x, int64_t p) { return (x % p + p) % p; }
int64_t Centred(int64_t x, int64_t p) {
  const int64_t r = Modulo(x, p);
  return r > p / 2 ? r - p : r;
}
int64_t Power(int64_t x, int64_t exponent, int64_t p) {
  int64_t result = 1;
  for (x = Modulo(x, p); exponent > 0; exponent /= 2, x = x * x % p) {
    if (exponent % 2) result = result * x % p;
  }
  return result;
}
int64_t Inverse(int64_t x, int64_t p) { return Power(x, p - 2, p); }

bool IsPrime(int64_t p) {
  for (int64_t d = 2; d * d <= p; ++d) {
    if (p % d == 0) return false;
  }
  return p > 1;
}

// An element whose powers before the order-th are not 1.
int64_t RootOfOrder(int64_t order, int64_t p) {
  for (int64_t x = 2;; ++x) {
    const int64_t root = Power(x, (p - 1) / order, p);
    bool primitive = true;
    for (int64_t d = 1; d < order && primitive; ++d) {
      primitive = order % d != 0 || Power(root, d, p) != 1;
    }
    if (primitive) return root;
  }
}

// The constant `c` as the kernel multiplies by it.
void PutFactor(int64_t c, int64_t p, int16_t* factor) {
  int64_t inverse = 1;  // of p modulo 2^16, by Newton's steps
  for (int i = 0; i < 4; ++i) inverse = inverse * (2 - p * inverse) & 0xffff;
  const int64_t value = Centred(Modulo(c, p) * 65536, p);
  factor[0] = static_cast<int16_t>(value);
  factor[1] = static_cast<int16_t>(value * inverse & 0xffff);
}

// --- Transforms -------------------------------------------------------------------------------

// One level: every polynomial x^m - root^e of `exponents` becomes `radix` ones.
struct Level {
  int64_t radix;
  int64_t size;  // m
  std::vector<int64_t> exponents;

  // Of part `i`; what is not integral does not occur, because m divides e.
  int64_t Child(int64_t e, int64_t i, int64_t block) const {
    return (e / radix + i * (block / radix)) % block;
  }
};

// The levels, and behind them the exponents of the factors x - root^e.
std::vector<Level> MakeLevels(int64_t block) {
  std::vector<Level> levels = {{1, block, {0}}};
  while (levels.back().size > 1) {
    Level& level = levels.back();
    level.radix = qcrt_circulant_radix(level.size);
    Level next{1, level.size / level.radix, {}};
    for (int64_t e : level.exponents) {
      for (int64_t i = 0; i < level.radix; ++i) next.exponents.push_back(level.Child(e, i, block));
    }
    levels.push_back(std::move(next));
  }
  return levels;
}

std::vector<int16_t> LevelFactors(const Level& level, int64_t block, int64_t root, int64_t p,
                                  bool inverse) {
  const int64_t base = inverse ? Inverse(root, p) : root;
  std::vector<int16_t> factors;
  const auto put = [&](int64_t exponent) {
    factors.resize(factors.size() + 2);
    PutFactor(Power(base, exponent, p), p, &factors[factors.size() - 2]);
  };
  for (int64_t e : level.exponents) {
    if (level.radix == 2) {
      put(level.Child(e, 0, block));
      continue;
    }
    for (int64_t row = 0; row < level.radix; ++row) {
      for (int64_t column = 0; column < level.radix; ++column) {
        const int64_t part = inverse ? column : row, power = inverse ? row : column;
        put(level.Child(e, part, block) * power);
      }
    }
  }
  return factors;
}

// The magnitude behind a product with a factor.
int64_t Product(int64_t bound, int64_t p) { return (bound * (p / 2) >> 16) + p / 2 + 1; }

// Sets where a transform reduces, and how many products a sum takes; false where 16 bits do not
// suffice.
bool SetBounds(int64_t block, int64_t columns, qcrt_circulant_prime& prime) {
  constexpr int64_t kLimit = 32767;
  const int64_t p = prime.prime;
  const std::vector<Level> levels = MakeLevels(block);
  const int64_t count = static_cast<int64_t>(levels.size()) - 1;
  const auto forward = [&](bool reduce_last) {
    int64_t bound = 255;
    for (int64_t l = 0; l < count; ++l) {
      const int64_t radix = levels[l].radix, product = Product(bound, p);
      if (radix == 2 && l == 0) {
        bound *= 2;
      } else if (radix != 2) {
        bound = radix * product;
      } else if ((reduce_last && l + 1 == count) || bound + product > kLimit) {
        prime.reduce_forward |= 1u << l;
        bound = 2 * product;
      } else {
        bound += product;
      }
      if (bound > kLimit) return false;
    }
    const int64_t largest = int64_t{1} << 31;
    prime.sums = static_cast<int32_t>((largest - 4 * p) / (bound * (p / 2) + 1) / 2 * 2);
    return prime.sums >= 2;
  };
  if (!forward(false)) return false;
  if (prime.sums < columns && !forward(true)) return false;
  int64_t bound = p + 400;  // of what ReduceSums leaves
  for (int64_t l = count; l-- > 0;) {
    if (levels[l].radix != 2) {
      bound = levels[l].radix * Product(bound, p);
    } else {
      if (2 * bound > kLimit) {
        prime.reduce_inverse |= 1u << l;
        bound = Product(bound, p);
      }
      bound *= 2;
    }
    if (bound > kLimit) return false;
  }
  return true;
}

// The primes of least product that exceeds the span.
std::optional<std::vector<qcrt_circulant_prime>> FindPrimes(int64_t block, int64_t columns,
                                                            int64_t span) {
  std::vector<qcrt_circulant_prime> found;
  for (int64_t p = 1 + RoundedUp(kLeastPrime, block); p <= kMostPrime; p += block) {
    if (!IsPrime(p)) continue;
    qcrt_circulant_prime prime{};
    prime.prime = static_cast<int32_t>(p);
    if (!SetBounds(block, columns, prime)) continue;
    if (p > span) return {{prime}};
    if (!found.empty() && found.back().prime * p > span) return {{found.back(), prime}};
    found.push_back(prime);
  }
  return std::nullopt;
}

// --- The weights ------------------------------------------------------------------------------

// More integers than sums of stored activations can be, from the one of largest magnitude to its
// negative.
int64_t SumSpan(const MatmulProblem& problem) {
  std::vector<int64_t> positive(problem.n, 0), negative(problem.n, 0);
  for (size_t i = 0; i < problem.weights.size(); ++i) {
    const int64_t weight = problem.weights[i];
    (weight > 0 ? positive : negative)[i % problem.n] += std::abs(weight);
  }
  const int64_t largest = std::max(*std::max_element(positive.begin(), positive.end()),
                                   *std::max_element(negative.begin(), negative.end()));
  const DataType type = problem.activation_type;
  return 2 * largest * (type.MaxValue() - type.MinValue()) + 2;
}

// The first columns of the blocks, [block row][block column][b]; nothing where the weights are not
// block-circulant. What no weight shows is 0.
std::optional<std::vector<int8_t>> FindVectors(const MatmulProblem& problem, int64_t block) {
  const int64_t columns = CeilDiv(problem.k, block), rows = CeilDiv(problem.n, block);
  std::vector<int8_t> vectors(static_cast<size_t>(rows * columns * block));
  std::vector<bool> known(vectors.size());
  for (int64_t k = 0; k < problem.k; ++k) {
    const int64_t* codes = &problem.weights[static_cast<size_t>(k * problem.n)];
    for (int64_t first = 0; first < problem.n; first += block) {
      const int64_t vector = (first / block * columns + k / block) * block;
      const int64_t count = std::min(block, problem.n - first);
      int64_t diagonal = k % block == 0 ? 0 : block - k % block;
      for (int64_t r = 0; r < count; ++r) {
        const size_t at = static_cast<size_t>(vector + diagonal);
        const int64_t code = codes[first + r];
        if (code < -128 || code > 127 || (known[at] && vectors[at] != code)) return std::nullopt;
        vectors[at] = static_cast<int8_t>(code);
        known[at] = true;
        if (++diagonal == block) diagonal = 0;
      }
    }
  }
  return vectors;
}

// Transforms of the vectors, divided by b.
std::vector<int16_t> TransformWeights(const std::vector<int8_t>& vectors, int64_t block,
                                      int64_t rows, int64_t columns, int64_t root, int64_t p) {
  const std::vector<int64_t> exponents = MakeLevels(block).back().exponents;
  const int64_t pairs = CeilDiv(columns, 2), tiles = CeilDiv(rows, kLanes);
  std::vector<int64_t> powers(block, Inverse(block, p));
  for (int64_t i = 1; i < block; ++i) powers[i] = powers[i - 1] * root % p;
  std::vector<int16_t> result(static_cast<size_t>(block * tiles * pairs * 2 * kLanes), 0);
  for (int64_t f = 0; f < block; ++f) {
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        const int8_t* vector = &vectors[static_cast<size_t>((i * columns + j) * block)];
        int64_t sum = 0, exponent = 0;
        for (int64_t t = 0; t < block; ++t) {
          sum += vector[t] * powers[exponent];
          exponent += exponents[f];
          if (exponent >= block) exponent -= block;
        }
        const int64_t at =
            ((f * tiles + i / kLanes) * pairs + j / 2) * 2 * kLanes + i % kLanes * 2 + j % 2;
        result[static_cast<size_t>(at)] = static_cast<int16_t>(Centred(sum, p));
      }
    }
  }
  return result;
}

// --- When it is faster ------------------------------------------------------------------------

bool IsBlockSize(const MatmulProblem& problem, int64_t block) {
  if (block < 2 || block > std::max(problem.k, problem.n)) return false;
  int64_t rest = block;
  for (int64_t r : {2, 3, 5, 7}) {
    while (rest % r == 0) rest /= r;
  }
  const int64_t blocks = std::max(CeilDiv(problem.k, block), CeilDiv(problem.n, block));
  return rest == 1 && RoundedUp(blocks, kLanes) * block <= QCRT_CIRCULANT_ELEMENTS;
}

// What a row takes, in quarters of what the dense kernel takes for a vector of bytes of weights (16
// outputs, four k): fitted to both vector tiers at sizes 256 to 4096
// (tests/bench/encodings_bench.cc), where it is within a third of what is measured; pairs of bit
// planes, a tenth of a vector each, to the tier where counting is fastest. Without AVX2 dense
// kernels fall behind further.
int64_t DenseWork(const MatmulProblem& problem, int plane_pairs) {
  const int64_t bytes = 4 * CeilDiv(problem.k, 4) * CeilDiv(problem.n, 16);
  return plane_pairs == 0 ? bytes : bytes * plane_pairs / 10;
}
int64_t CirculantWork(const MatmulProblem& problem, int64_t block, int64_t primes) {
  const int64_t columns = CeilDiv(problem.k, block);
  const int64_t in = CeilDiv(columns, kLanes);
  const int64_t out = CeilDiv(CeilDiv(problem.n, block), kLanes);
  const int64_t products = block * out * CeilDiv(columns, 2);
  int64_t factors = 0;  // products with factors in a transform of one vector of blocks
  for (int64_t m = block; m > 1; m /= qcrt_circulant_radix(m)) {
    const int64_t radix = qcrt_circulant_radix(m);
    factors += radix == 2 ? block / 2 : block * radix;
  }
  return primes * (6 * products + 9 * factors * (in + out)) + 24 * block * (in + out);
}

// Whether the first two outputs differ already.
bool MayBeCirculant(const MatmulProblem& problem, int64_t block) {
  if (problem.n == 1) return true;
  for (int64_t k = 1; k < std::min(block, problem.k); ++k) {
    if (problem.weights[k * problem.n + 1] != problem.weights[(k - 1) * problem.n]) return false;
  }
  return true;
}

}  // namespace

bool TakesCirculant(const MatmulProblem& problem, int64_t block) {
  return IsBlockSize(problem, block) &&
         FindPrimes(block, CeilDiv(problem.k, block), SumSpan(problem)) &&
         FindVectors(problem, block);
}

int64_t SelectCirculant(const MatmulProblem& problem, int plane_pairs) {
  std::vector<int64_t> blocks;
  const int64_t dense = DenseWork(problem, plane_pairs);
  for (int64_t block = 2; block <= std::max(problem.k, problem.n); ++block) {
    if (IsBlockSize(problem, block) && CirculantWork(problem, block, 1) < dense &&
        MayBeCirculant(problem, block)) {
      blocks.push_back(block);
    }
  }
  if (blocks.empty()) return 0;
  const int64_t span = SumSpan(problem);
  std::vector<std::pair<int64_t, int64_t>> candidates;  // work, block
  for (int64_t block : blocks) {
    const auto primes = FindPrimes(block, CeilDiv(problem.k, block), span);
    if (!primes) continue;
    const int64_t work = CirculantWork(problem, block, static_cast<int64_t>(primes->size()));
    if (work < dense) candidates.emplace_back(work, block);
  }
  std::sort(candidates.begin(), candidates.end());
  for (const auto& [work, block] : candidates) {
    if (FindVectors(problem, block)) return block;
  }
  return 0;
}

ParameterBlock PackCirculant(const MatmulProblem& problem, int64_t block) {
  BlockWriter<qcrt_circulant_block> writer;
  qcrt_circulant_block& header = writer.header;
  const std::vector<int8_t> vectors = *FindVectors(problem, block);
  header.block = block;
  header.columns = CeilDiv(problem.k, block);
  header.rows = CeilDiv(problem.n, block);
  header.vectors_at = writer.Append(vectors);
  std::vector<qcrt_circulant_prime> primes = *FindPrimes(block, header.columns, SumSpan(problem));
  header.primes = static_cast<int64_t>(primes.size());
  for (int64_t i = 0; i < header.primes; ++i) {
    qcrt_circulant_prime& prime = header.prime[i] = primes[i];
    const int64_t p = prime.prime, root = RootOfOrder(block, p);
    PutFactor(1, p, prime.one);
    PutFactor(Inverse(primes[0].prime, p), p, prime.join);
    std::vector<int16_t> forward, inverse;
    for (const Level& level : MakeLevels(block)) {
      if (level.size == 1) break;
      const auto down = LevelFactors(level, block, root, p, /*inverse=*/false);
      const auto up = LevelFactors(level, block, root, p, /*inverse=*/true);
      forward.insert(forward.end(), down.begin(), down.end());
      inverse.insert(inverse.begin(), up.begin(), up.end());  // the last level comes first
    }
    prime.forward_at = writer.Append(forward);
    prime.inverse_at = writer.Append(inverse);
    prime.weights_at =
        writer.Append(TransformWeights(vectors, block, header.rows, header.columns, root, p));
  }
  return writer.Finish();
}

}  // namespace qcompile::runtime
