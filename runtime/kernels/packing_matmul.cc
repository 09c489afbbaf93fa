// Selects the kernel of a product and lays out its weights.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "runtime/kernels/block_writer.h"
#include "runtime/kernels/packing.h"
#include "runtime/kernels/packing_circulant.h"

namespace qcompile::runtime {
namespace {

// Up to this many pairs of weight and activation planes counting bits beats multiplying bytes
// (measured on both vector tiers, see tests/bench/kernels_bench.cc).
constexpr int kPlanePairs = 4;

int64_t RoundedUp(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// Properties of the weights that decide which kernels may be used.
struct WeightFacts {
  bool bipolar = true;      // only -1 and +1
  int bits = 1;             // two's complement
  uint64_t column_sum = 0;  // largest sum of magnitudes that feeds one output, saturating
};

absl::StatusOr<WeightFacts> Inspect(const MatmulProblem& problem) {
  if (problem.k < 1 || problem.n < 1 ||
      problem.weights.size() / problem.n != static_cast<size_t>(problem.k) ||
      problem.weights.size() % problem.n != 0) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", problem.k, " x ", problem.n,
                                                   " weights, found ", problem.weights.size()));
  }
  constexpr uint64_t kSaturated = uint64_t{1} << 62;
  WeightFacts facts;
  std::vector<uint64_t> sums(problem.n, 0);
  int64_t low = 0, high = 0;
  for (size_t i = 0; i < problem.weights.size(); ++i) {
    const int64_t weight = problem.weights[i];
    const uint64_t magnitude =
        weight < 0 ? 0 - static_cast<uint64_t>(weight) : static_cast<uint64_t>(weight);
    facts.bipolar &= magnitude == 1;
    low = std::min(low, weight);
    high = std::max(high, weight);
    uint64_t& sum = sums[i % problem.n];
    sum = std::min(kSaturated, sum + std::min(magnitude, kSaturated));
  }
  while (facts.bits < 64 &&
         (low < -(int64_t{1} << (facts.bits - 1)) || high >= (int64_t{1} << (facts.bits - 1)))) {
    ++facts.bits;
  }
  facts.column_sum = *std::max_element(sums.begin(), sums.end());
  return facts;
}

uint64_t LargestMagnitude(DataType type) {
  // Types of 64 bits are refused before this is called.
  return static_cast<uint64_t>(std::max(-type.MinValue(), type.MaxValue()));
}

// Whether no partial sum of stored numbers, in any order, leaves +-(2^31 - 2). Stored numbers are
// at most twice a code away from it, and two's complement planes add each weight's bits one by
// one, at most three times its magnitude plus one.
bool FitsInt32(const MatmulProblem& problem, const WeightFacts& facts) {
  const uint64_t span = 2 * LargestMagnitude(problem.activation_type) + 2;
  const uint64_t weights = 3 * facts.column_sum + static_cast<uint64_t>(problem.k);
  return weights < std::numeric_limits<int32_t>::max() / span;
}

std::vector<int32_t> InitialSums(const MatmulProblem& problem, const MatmulPlan& plan) {
  // a = offset + multiplier * u, so offset times the sum of the weights does not depend on u. XOR
  // counts, per plane, (ones of w) + (ones of u) - 2 * (ones of both), which turns
  // 2 * and(w, u) - ones(u), the product with 2w - 1, into ones(w) - xor(w, u).
  std::vector<int32_t> initial(RoundedUp(problem.n, 64), 0);
  const bool is_xor = plan.kind == QCRT_MATMUL_XOR;
  const int64_t all_planes =
      is_xor ? plan.activations.multiplier * ((int64_t{1} << plan.activations.planes) - 1) : 0;
  for (int64_t m = 0; m < problem.n; ++m) {
    int64_t sum = 0;
    for (int64_t k = 0; k < problem.k; ++k) {
      const int64_t weight = problem.weights[k * problem.n + m];
      sum += plan.activations.offset * weight + (weight > 0 ? all_planes : 0);
    }
    initial[m] = static_cast<int32_t>(sum);
  }
  return initial;
}

std::vector<uint64_t> WeightPlanes(const MatmulProblem& problem, const MatmulPlan& plan) {
  const int64_t words = RoundedUp(problem.k, 64) / 64;
  const int64_t planes = plan.weight_planes;
  std::vector<uint64_t> result(RoundedUp(problem.n, 8) * planes * words, 0);
  for (int64_t k = 0; k < problem.k; ++k) {
    for (int64_t m = 0; m < problem.n; ++m) {
      const int64_t weight = problem.weights[k * problem.n + m];
      const uint64_t code = plan.kind == QCRT_MATMUL_XOR ? weight > 0 : weight;
      for (int64_t p = 0; p < planes; ++p) {
        const int64_t at = ((m / 8 * planes + p) * words + k / 64) * 8 + m % 8;
        result[at] |= (code >> p & 1) << (k % 64);
      }
    }
  }
  return result;
}

std::vector<int8_t> WeightBytes(const MatmulProblem& problem) {
  const int64_t groups = RoundedUp(problem.k, 4) / 4;
  std::vector<int8_t> result(RoundedUp(problem.n, 16) * groups * 4, 0);
  for (int64_t k = 0; k < problem.k; ++k) {
    for (int64_t m = 0; m < problem.n; ++m) {
      const int64_t at = ((m / 16 * groups + k / 4) * 16 + m % 16) * 4 + k % 4;
      result[at] = static_cast<int8_t>(problem.weights[k * problem.n + m]);
    }
  }
  return result;
}

// Rounds of four weights that hold what any output has other than zero in any chunk of 16 of k; at
// least 1.
int64_t SparseRounds(const MatmulProblem& problem) {
  int64_t most = 1;
  std::vector<int64_t> counts(problem.n);
  for (int64_t first = 0; first < problem.k; first += 16) {
    std::fill(counts.begin(), counts.end(), 0);
    for (int64_t k = first; k < std::min(first + 16, problem.k); ++k) {
      for (int64_t m = 0; m < problem.n; ++m) counts[m] += problem.weights[k * problem.n + m] != 0;
    }
    most = std::max(most, *std::max_element(counts.begin(), counts.end()));
  }
  return RoundedUp(most, 4) / 4;
}

// Whether at most half of the products of bytes are left: below that fetching activations costs
// less than it saves, by a sixth to a half on both vector tiers (tests/bench/encodings_bench.cc).
bool IsSparse(const MatmulProblem& problem, int64_t rounds) {
  return 2 * rounds * (RoundedUp(problem.k, 16) / 16) <= RoundedUp(problem.k, 4) / 4;
}

std::vector<uint8_t> SparseWeights(const MatmulProblem& problem, int64_t rounds) {
  const int64_t chunks = RoundedUp(problem.k, 16) / 16;
  std::vector<uint8_t> result(RoundedUp(problem.n, 16) / 16 * chunks * rounds * 96, 0);
  for (int64_t m = 0; m < problem.n; ++m) {
    int64_t count = 0;
    for (int64_t k = 0; k < problem.k; ++k) {
      if (k % 16 == 0) count = 0;
      const int64_t weight = problem.weights[k * problem.n + m];
      if (weight == 0) continue;
      uint8_t* round = &result[((m / 16 * chunks + k / 16) * rounds + count / 4) * 96];
      const int64_t at = m % 16 * 4 + count++ % 4;
      round[at] = static_cast<uint8_t>(weight);
      round[64 + at % 32] |= static_cast<uint8_t>(k % 16 << (at < 32 ? 0 : 4));
    }
  }
  return result;
}

std::vector<int64_t> WideWeights(const MatmulProblem& problem) {
  std::vector<int64_t> result(problem.weights.size());
  for (int64_t k = 0; k < problem.k; ++k) {
    for (int64_t m = 0; m < problem.n; ++m) {
      result[m * problem.k + k] = problem.weights[k * problem.n + m];
    }
  }
  return result;
}

// Whether sums of two neighbouring products fit in 16 bits for every activation (the instruction
// that makes such sums saturates).
bool PairsFit(const std::vector<int8_t>& weights, int64_t largest_act) {
  for (size_t i = 0; i < weights.size(); i += 2) {
    const int64_t positive =
        std::max<int64_t>(weights[i], 0) + std::max<int64_t>(weights[i + 1], 0);
    const int64_t negative =
        std::min<int64_t>(weights[i], 0) + std::min<int64_t>(weights[i + 1], 0);
    if (positive * largest_act > 32767 || negative * largest_act < -32768) return false;
  }
  return true;
}

// The same for rounds: their first 64 bytes are weights.
bool SparsePairsFit(const std::vector<uint8_t>& rounds, int64_t largest_act) {
  std::vector<int8_t> weights;
  for (size_t round = 0; round < rounds.size(); round += 96) {
    weights.insert(weights.end(), &rounds[round], &rounds[round] + 64);
  }
  return PairsFit(weights, largest_act);
}

void SetCoefficients(const MatmulPlan& plan, qcrt_matmul_block& header) {
  const int acts = plan.activations.planes;
  for (int i = 0; i < plan.weight_planes; ++i) {
    const bool is_sign = plan.kind == QCRT_MATMUL_AND && i == plan.weight_planes - 1;
    for (int j = 0; j < acts; ++j) {
      const int64_t weight = plan.activations.multiplier << (i + j);
      const bool negative = plan.kind == QCRT_MATMUL_XOR || is_sign;
      header.coefficients[i * acts + j] = static_cast<int32_t>(negative ? -weight : weight);
    }
  }
}

absl::Status CheckPlan(const MatmulProblem& problem, const MatmulPlan& plan,
                       const WeightFacts& facts) {
  const int pairs = plan.weight_planes * plan.activations.planes;
  bool fits = plan.kind == QCRT_MATMUL_WIDE || FitsInt32(problem, facts);
  if (plan.kind == QCRT_MATMUL_XOR) {
    fits &= facts.bipolar && plan.weight_planes == 1 && pairs <= QCRT_MAX_PLANE_PAIRS;
  } else if (plan.kind == QCRT_MATMUL_AND) {
    fits &= facts.bits <= plan.weight_planes && pairs <= QCRT_MAX_PLANE_PAIRS;
  } else if (plan.kind == QCRT_MATMUL_BYTES) {
    fits &= facts.bits <= 8;
  } else if (plan.kind == QCRT_MATMUL_SPARSE) {
    fits &= facts.bits <= 8 && SparseRounds(problem) <= plan.rounds;
  } else if (plan.kind == QCRT_MATMUL_CIRCULANT) {
    fits &= TakesCirculant(problem, plan.block);
  }
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("expected a kernel for weights of ", facts.bits, " bits and activations ",
                   problem.activation_type.ToString(), ", found kind ", plan.kind));
}

}  // namespace

absl::StatusOr<MatmulPlan> SelectMatmul(const MatmulProblem& problem) {
  absl::StatusOr<WeightFacts> facts = Inspect(problem);
  if (!facts.ok()) return facts.status();
  const DataType type = problem.activation_type;
  if (!type.IsInteger() || type.bits > 62 ||
      facts->column_sum > (uint64_t{1} << 62) / LargestMagnitude(type)) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected sums of at most 63 bits, found activations ", type.ToString(),
                     " and weights of ", facts->bits, " bits"));
  }
  MatmulPlan plan;
  plan.activations = Int64Format();
  plan.accumulators = Int64Format();
  if (!FitsBytes(type) || !FitsInt32(problem, *facts)) return plan;
  const int weight_planes = facts->bipolar ? 1 : facts->bits;
  if (weight_planes * type.bits <= kPlanePairs) {
    plan.kind = facts->bipolar ? QCRT_MATMUL_XOR : QCRT_MATMUL_AND;
    plan.weight_planes = weight_planes;
    plan.activations = PlanesFormat(type);
    plan.accumulators = Int32Format();
  } else if (facts->bits <= 8) {
    plan.rounds = SparseRounds(problem);
    plan.kind = IsSparse(problem, plan.rounds) ? QCRT_MATMUL_SPARSE : QCRT_MATMUL_BYTES;
    plan.activations = BytesFormat(type);
    plan.accumulators = Int32Format();
  }
  if (plan.kind == QCRT_MATMUL_WIDE || plan.kind == QCRT_MATMUL_SPARSE || problem.joined) {
    return plan;
  }
  plan.block = SelectCirculant(problem, plan.weight_planes * plan.activations.planes);
  if (plan.block != 0) {
    plan.kind = QCRT_MATMUL_CIRCULANT;
    plan.weight_planes = 0;
    plan.activations = BytesFormat(type);
  }
  return plan;
}

absl::StatusOr<ParameterBlock> PackMatmul(const MatmulProblem& problem, const MatmulPlan& plan) {
  absl::StatusOr<WeightFacts> facts = Inspect(problem);
  if (!facts.ok()) return facts.status();
  absl::Status status = CheckPlan(problem, plan, *facts);
  if (!status.ok()) return status;
  BlockWriter<qcrt_matmul_block> writer;
  qcrt_matmul_block& header = writer.header;
  header.kind = plan.kind;
  header.k = problem.k;
  header.n = problem.n;
  if (plan.kind == QCRT_MATMUL_WIDE) {
    header.weights_at = writer.Append(WideWeights(problem));
    return writer.Finish();
  }
  header.initial_at = writer.Append(InitialSums(problem, plan));
  if (plan.kind == QCRT_MATMUL_BYTES) {
    const std::vector<int8_t> weights = WeightBytes(problem);
    header.pairs_fit =
        PairsFit(weights, problem.activation_type.MaxValue() - problem.activation_type.MinValue());
    header.weights_at = writer.Append(weights);
    return writer.Finish();
  }
  if (plan.kind == QCRT_MATMUL_SPARSE) {
    const std::vector<uint8_t> weights = SparseWeights(problem, plan.rounds);
    header.rounds = plan.rounds;
    header.pairs_fit = SparsePairsFit(
        weights, problem.activation_type.MaxValue() - problem.activation_type.MinValue());
    header.weights_at = writer.Append(weights);
    return writer.Finish();
  }
  if (plan.kind == QCRT_MATMUL_CIRCULANT) {
    header.weights_at = writer.Append(PackCirculant(problem, plan.block));
    return writer.Finish();
  }
  header.weight_planes = plan.weight_planes;
  header.act_planes = plan.activations.planes;
  SetCoefficients(plan, header);
  header.weights_at = writer.Append(WeightPlanes(problem, plan));
  return writer.Finish();
}

}  // namespace qcompile::runtime
