// Rows of tokens and time steps: ReverseSequence, TfIdfVectorizer; Size.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/reference/broadcast.h"
#include "runtime/reference/element_types.h"
#include "runtime/reference/quantized_view.h"
#include "runtime/reference/register.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

// The first elements along the time axis, as many as the sample says, in reverse.
Results ReverseSequence(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 2, 2));
  const Shape& shape = operands[0]->tensor.shape();
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t time, IntAttribute(attributes, "time_axis", 0));
  QCOMPILE_ASSIGN_OR_RETURN(const int64_t batch, IntAttribute(attributes, "batch_axis", 1));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> lengths,
                            IntegerList(*operands[1], "the lengths"));
  if (shape.size() < 2 || time == batch || std::min(time, batch) != 0 ||
      std::max(time, batch) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("expected axes 0 and 1 of an operand, found ",
                                                   time, " and ", batch, " of shape ",
                                                   ShapeToString(shape)));
  }
  const int64_t steps = shape[static_cast<size_t>(time)];
  bool agrees = static_cast<int64_t>(lengths.size()) == shape[static_cast<size_t>(batch)];
  for (int64_t length : lengths) agrees = agrees && length >= 0 && length <= steps;
  if (!agrees) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a length from 0 to ", steps, " per sample, found others"));
  }
  const std::vector<int64_t> strides = RowMajorStrides(shape);
  const int64_t time_stride = strides[static_cast<size_t>(time)],
                batch_stride = strides[static_cast<size_t>(batch)];
  Rearrangement how{shape, {}};
  for (int64_t i = 0; i < NumElements(shape); ++i) {
    const int64_t t = i / time_stride % steps;
    const int64_t b = i / batch_stride % shape[static_cast<size_t>(batch)];
    const int64_t length = lengths[static_cast<size_t>(b)];
    how.source.push_back(t < length ? i + (length - 1 - 2 * t) * time_stride : i);
  }
  return std::vector<Value>{Rearrange(*operands[0], how)};
}

// The n-grams to look for: gram i is `length` tokens from pool[first] on and counts in column
// `column`.
struct Gram {
  int64_t first, length;
  size_t column;
  float weight;
};

struct Vectorizer {
  std::vector<int64_t> pool;
  std::vector<Gram> grams;
  int64_t shortest, longest, most_skipped;
  int64_t columns = 0;
  bool count = true, weigh = false;
};

absl::StatusOr<std::vector<int64_t>> RequiredInts(const Attributes& attributes,
                                                  absl::string_view name) {
  QCOMPILE_ASSIGN_OR_RETURN(auto list, IntsAttribute(attributes, name));
  if (list) return *list;
  return absl::InvalidArgumentError(absl::StrCat("expected attribute '", name, "', found none"));
}

absl::StatusOr<Vectorizer> ReadVectorizer(const Attributes& attributes) {
  Vectorizer result;
  QCOMPILE_ASSIGN_OR_RETURN(result.pool, RequiredInts(attributes, "pool_int64s"));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> starts,
                            RequiredInts(attributes, "ngram_counts"));
  QCOMPILE_ASSIGN_OR_RETURN(const std::vector<int64_t> columns,
                            RequiredInts(attributes, "ngram_indexes"));
  QCOMPILE_ASSIGN_OR_RETURN(result.shortest,
                            IntAttribute(attributes, "min_gram_length", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(result.longest,
                            IntAttribute(attributes, "max_gram_length", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(result.most_skipped,
                            IntAttribute(attributes, "max_skip_count", std::nullopt));
  QCOMPILE_ASSIGN_OR_RETURN(const std::string mode,
                            StringAttribute(attributes, "mode", std::nullopt));
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF") {
    return absl::InvalidArgumentError(absl::StrCat("expected mode TF, IDF or TFIDF, found ", mode));
  }
  result.count = mode != "IDF";
  result.weigh = mode != "TF";
  const auto* weights = attributes.Find<std::vector<float>>("weights");
  const auto total = static_cast<int64_t>(result.pool.size());
  for (size_t n = 0; n < starts.size(); ++n) {
    const auto length = static_cast<int64_t>(n) + 1;
    const int64_t end = n + 1 < starts.size() ? starts[n + 1] : total;
    if (starts[n] < 0 || end > total || starts[n] > end || (end - starts[n]) % length != 0) {
      return absl::InvalidArgumentError("expected ngram_counts that divide the pool, found others");
    }
    for (int64_t first = starts[n]; first < end; first += length) {
      const size_t i = result.grams.size();
      if (i >= columns.size() || columns[i] < 0 || columns[i] > kMaxElements ||
          (weights && i >= weights->size())) {
        return absl::InvalidArgumentError("expected a column and a weight for every n-gram");
      }
      result.columns = std::max(result.columns, columns[i] + 1);
      result.grams.push_back(
          {first, length, static_cast<size_t>(columns[i]), weights ? (*weights)[i] : 1});
    }
  }
  return result;
}

// How often a gram occurs with `skip` tokens between its neighbours.
int64_t Occurrences(const Vectorizer& with, const Gram& gram, const std::vector<int64_t>& row,
                    int64_t skip) {
  const int64_t step = skip + 1, span = (gram.length - 1) * step;
  int64_t count = 0;
  for (int64_t start = 0; start + span < static_cast<int64_t>(row.size()); ++start) {
    bool same = true;
    for (int64_t i = 0; same && i < gram.length; ++i) {
      same = row[static_cast<size_t>(start + i * step)] ==
             with.pool[static_cast<size_t>(gram.first + i)];
    }
    count += same;
  }
  return count;
}

Results TfIdfVectorizer(const Attributes& attributes, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  const Tensor& x = operands[0]->tensor;
  QCOMPILE_ASSIGN_OR_RETURN(const Vectorizer with, ReadVectorizer(attributes));
  if (!x.type().IsInteger() || x.rank() < 1 || x.rank() > 2) {
    return absl::InvalidArgumentError(absl::StrCat("expected rows of integer tokens, found ",
                                                   x.type().ToString(), " of shape ",
                                                   ShapeToString(x.shape())));
  }
  const int64_t length = x.shape().back(), rows = x.rank() == 2 ? x.shape()[0] : 1;
  Shape shape(x.shape().begin(), x.shape().end() - 1);
  shape.push_back(with.columns);
  QCOMPILE_ASSIGN_OR_RETURN(Tensor result, NewTensor(DataType::Float32(), shape));
  absl::Span<float> out = result.MutableData<float>();
  for (int64_t r = 0; r < rows; ++r) {
    std::vector<int64_t> row;
    for (int64_t i = 0; i < length; ++i) row.push_back(x.IntegerAt(r * length + i));
    for (const Gram& gram : with.grams) {
      if (gram.length < with.shortest || gram.length > with.longest) continue;
      int64_t count = 0;
      // Between the tokens of a gram of one there is nothing to skip.
      const int64_t most = gram.length == 1 ? 0 : std::min(with.most_skipped, length);
      for (int64_t skip = 0; skip <= most; ++skip) count += Occurrences(with, gram, row, skip);
      if (count == 0) continue;
      float& value = out[static_cast<size_t>(r * with.columns) + gram.column];
      const float frequency = with.count ? static_cast<float>(count) : 1.0f;
      value = with.weigh ? frequency * gram.weight : frequency;
    }
  }
  return Single(absl::StatusOr<Tensor>(std::move(result)));
}

Results Size(const Attributes&, Operands operands) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  return Single(Tensor::FromIntegers(DataType::Int64(), {}, {operands[0]->tensor.size()}));
}

}  // namespace

void RegisterSequences(ReferenceTable& table) {
  table["onnx.ReverseSequence"] = ReverseSequence;
  table["onnx.Size"] = Size;
  table["onnx.TfIdfVectorizer"] = TfIdfVectorizer;
}

}  // namespace qcompile::runtime
