#include "runtime/kernels/packing_pq.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "runtime/kernels/block_writer.h"

namespace qcompile::runtime {
namespace {

// From so many rows on tiles win: fewer fill a quarter of one (measured, see
// tests/bench/pq_bench.cc).
constexpr int64_t kTiledRows = 8;

// What the search in bytes adds: 16 * (-2 * factor * prototype) per byte and 16 * (offset +
// |prototype|^2), plus the number of the prototype; prototypes are those of bytes, not of codes.
// (The square of the input is that of all.)
struct ByteSearch {
  std::vector<int16_t> prototypes;
  std::vector<int32_t> offsets;
};

// Nothing where a number does not fit.
std::optional<ByteSearch> MakeByteSearch(const PqProblem& problem) {
  constexpr int64_t kCount = QCRT_PQ_PROTOTYPES;
  const int64_t words = (problem.length + 3) / 4;
  const int64_t base = problem.factor * problem.input_type.MinValue();
  ByteSearch search;
  search.prototypes.resize(static_cast<size_t>(problem.spaces * words * 4 * kCount));
  for (int64_t s = 0; s < problem.spaces; ++s) {
    for (int64_t p = 0; p < kCount; ++p) {
      // Prototypes that are not there are copies of the first, which is found before them.
      const int64_t entry = s * problem.prototypes + (p < problem.prototypes ? p : 0);
      __int128 offset = problem.offsets[static_cast<size_t>(entry)];
      __int128 reach = 0;
      for (int64_t l = 0; l < problem.length && s * problem.length + l < problem.k; ++l) {
        const int64_t value =
            problem.values[static_cast<size_t>(entry * problem.length + l)] - base;
        if (std::abs(value) > 1 << 20) return std::nullopt;
        const int64_t factor = -2 * kCount * problem.factor * value;
        if (factor != static_cast<int16_t>(factor)) return std::nullopt;
        offset += static_cast<__int128>(value) * value;
        reach += std::abs(factor) * 255;
        const int64_t pair = ((s * words + l / 4) * 2 + l % 2) * kCount + p;
        search.prototypes[static_cast<size_t>(2 * pair + l % 4 / 2)] = static_cast<int16_t>(factor);
      }
      const __int128 scaled = offset * kCount + p;
      constexpr __int128 kMax = std::numeric_limits<int32_t>::max();
      if (scaled + reach > kMax || scaled - reach < -kMax) return std::nullopt;
      search.offsets.push_back(static_cast<int32_t>(scaled));
    }
  }
  return search;
}

bool TakesBytes(const PqProblem& problem) {
  if (!FitsBytes(problem.input_type) || problem.input_type.kind == TypeKind::kBipolar ||
      problem.norm != 2 || problem.prototypes > QCRT_PQ_PROTOTYPES || problem.length > 16 ||
      problem.factor > 1 << 10 || problem.sum_type.bits > 31) {
    return false;
  }
  const auto [low, high] = std::minmax_element(problem.tables.begin(), problem.tables.end());
  const __int128 range = static_cast<__int128>(*high) - *low;
  // What all sub-spaces add stays far from 32 bits.
  constexpr int64_t kLimit = int64_t{1} << 30;
  const int64_t largest = std::max(std::abs(*low), std::abs(*high));
  return range <= 255 && largest < kLimit / problem.spaces && MakeByteSearch(problem).has_value();
}

qcrt_pq_block MakeHeader(const PqProblem& problem, const PqPlan& plan) {
  qcrt_pq_block header{};
  header.kind = plan.kind;
  header.norm = problem.norm;
  header.in_layout = plan.input.layout;
  header.k = problem.k;
  header.spaces = problem.spaces;
  header.prototypes = problem.prototypes;
  header.length = problem.length;
  header.n = problem.n;
  header.factor = problem.factor;
  return header;
}

ParameterBlock PackBytes(const PqProblem& problem, const PqPlan& plan, const ByteSearch& search) {
  BlockWriter<qcrt_pq_block> writer;
  writer.header = MakeHeader(problem, plan);
  writer.header.table_bytes = 1;
  writer.header.low = *std::min_element(problem.tables.begin(), problem.tables.end());
  writer.header.prototypes_at = writer.Append(search.prototypes);
  writer.header.offsets_at = writer.Append(search.offsets);
  std::vector<uint8_t> tables(static_cast<size_t>(problem.spaces * problem.n * QCRT_PQ_PROTOTYPES));
  for (int64_t s = 0; s < problem.spaces; ++s) {
    for (int64_t p = 0; p < problem.prototypes; ++p) {
      for (int64_t m = 0; m < problem.n; ++m) {
        const int64_t entry = (s * problem.prototypes + p) * problem.n + m;
        const int64_t at = plan.kind == QCRT_PQ_TILES
                               ? (m * problem.spaces + s) * QCRT_PQ_PROTOTYPES + p
                               : (s * QCRT_PQ_PROTOTYPES + p) * problem.n + m;
        tables[static_cast<size_t>(at)] =
            static_cast<uint8_t>(problem.tables[static_cast<size_t>(entry)] - writer.header.low);
      }
    }
  }
  writer.header.tables_at = writer.Append(tables);
  return writer.Finish();
}

ParameterBlock PackAny(const PqProblem& problem, const PqPlan& plan) {
  BlockWriter<qcrt_pq_block> writer;
  writer.header = MakeHeader(problem, plan);
  const auto copy = [](absl::Span<const int64_t> span) {
    return std::vector<int64_t>(span.begin(), span.end());
  };
  writer.header.prototypes_at = writer.Append(copy(problem.values));
  writer.header.offsets_at = writer.Append(copy(problem.offsets));
  if (plan.sums.layout == QCRT_INT64) {
    writer.header.table_bytes = 8;
    writer.header.tables_at = writer.Append(copy(problem.tables));
  } else {
    writer.header.table_bytes = 4;
    writer.header.tables_at =
        writer.Append(std::vector<int32_t>(problem.tables.begin(), problem.tables.end()));
  }
  return writer.Finish();
}

}  // namespace

PqPlan SelectPq(const PqProblem& problem) {
  PqPlan plan;
  plan.sums = IntegerFormat(problem.sum_type);
  plan.input = ContainerFormat(problem.input_type);
  if (TakesBytes(problem)) {
    plan.kind = problem.rows >= kTiledRows ? QCRT_PQ_TILES : QCRT_PQ_ROWS;
    plan.input = BytesFormat(problem.input_type);
  }
  return plan;
}

absl::StatusOr<ParameterBlock> PackPq(const PqProblem& problem, const PqPlan& plan) {
  const auto size = [](const auto& span) { return static_cast<int64_t>(span.size()); };
  const int64_t entries = problem.spaces * problem.prototypes;
  if (size(problem.values) != entries * problem.length || size(problem.offsets) != entries ||
      size(problem.tables) != entries * problem.n || entries == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected prototypes, offsets and tables of ", problem.spaces,
                     " sub-spaces with ", problem.prototypes, " prototypes, found others"));
  }
  if (plan.kind == QCRT_PQ_ANY) return PackAny(problem, plan);
  const std::optional<ByteSearch> search = MakeByteSearch(problem);
  if (!search) return absl::InvalidArgumentError("expected prototypes that fit the byte kernel");
  return PackBytes(problem, plan, *search);
}

}  // namespace qcompile::runtime
