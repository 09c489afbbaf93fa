#include "runtime/imc/code_generator.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kMaxDataBytes = int64_t{1} << 32;
constexpr int64_t kMaxTurns = (int64_t{1} << 24) - 1;

}  // namespace

DataType ResultType(const Finish& finish) {
  if (const auto* type = std::get_if<DataType>(&finish)) return *type;
  if (const auto* table = std::get_if<ThresholdTable>(&finish)) return table->type;
  return std::get<RequantizeTable>(finish).type;
}

int64_t TensorBytes(absl::Span<const int64_t> extents, DataType type) {
  constexpr int64_t kBeyond = int64_t{1} << 40;
  int64_t bytes = ElementBytes(type);
  for (int64_t extent : extents) {
    if (extent <= 0) return extent < 0 ? kBeyond : 0;
    bytes = extent > kBeyond / bytes ? kBeyond : bytes * extent;
  }
  return bytes;
}

ValueRange RangeOf(DataType type) { return {type.MinValue(), type.MaxValue()}; }

std::vector<LoopLevel> SimplifyLoops(absl::Span<const LoopLevel> nest) {
  std::vector<LoopLevel> out;
  for (const LoopLevel& level : nest) {
    if (level.count == 1) continue;
    if (out.empty() || out.back().count > kMaxTurns / level.count ||
        out.back().source != level.count * level.source ||
        out.back().operand != level.count * level.operand ||
        out.back().destination != level.count * level.destination ||
        out.back().accumulator != level.count * level.accumulator) {
      out.push_back(level);
      continue;
    }
    int64_t outer = out.back().count;
    out.back() = level;
    out.back().count *= outer;
  }
  return out;
}

absl::StatusOr<int64_t> CodeGenerator::StoreData(absl::Span<const uint8_t> bytes) {
  auto place = static_cast<int64_t>(data_.size());
  data_.insert(data_.end(), bytes.begin(), bytes.end());
  if (static_cast<int64_t>(data_.size()) <= kMaxDataBytes) return place;
  return absl::ResourceExhaustedError(absl::StrCat("the data section takes ", data_.size(),
                                                   " bytes, expected at most ", kMaxDataBytes));
}

void CodeGenerator::EnsureTypes(DataType input, DataType weight) {
  if (types_ && types_->input == input && types_->weight == weight) return;
  types_ = Configure{input, weight};
  Add(*types_);
}

void CodeGenerator::EnsureWindow(const ConfigureWindow& window) {
  if (window_ && *window_ == window) return;
  window_ = window;
  Add(window);
}

std::vector<int64_t> CodeGenerator::TakeBanks(int64_t count) {
  std::vector<int64_t> banks;
  for (int64_t i = 0; i < count; ++i) {
    banks.push_back(next_bank_);
    next_bank_ = (next_bank_ + 1) % target_.banks;
  }
  return banks;
}

absl::Status CodeGenerator::CheckLayout(absl::Span<const ByteRange> operands,
                                        ByteRange result) const {
  auto check = [&](ByteRange range) {
    if (range.address >= 0 && range.bytes <= target_.activation_bytes - range.address) {
      return absl::OkStatus();
    }
    return absl::ResourceExhaustedError(
        absl::StrCat("a tensor takes ", range.bytes, " bytes at address ", range.address,
                     ", the target has activation_bytes=", target_.activation_bytes));
  };
  absl::Status status = check(result);
  for (ByteRange operand : operands) {
    if (status.ok()) status = check(operand);
    if (status.ok() && operand.address < result.address + result.bytes &&
        result.address < operand.address + operand.bytes) {
      status = absl::InvalidArgumentError(absl::StrCat("the input at byte ", operand.address,
                                                       " and the output at byte ", result.address,
                                                       " overlap"));
    }
  }
  return status;
}

absl::Status CodeGenerator::CheckAccumulated(absl::string_view what, DataType type) const {
  DataType accumulator = DataType::Signed(static_cast<int>(target_.accumulator_bits));
  if (type.IsInteger() && accumulator.Contains(type.MinValue()) &&
      accumulator.Contains(type.MaxValue())) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError(
      absl::StrCat(what, " are ", type.ToString(),
                   ", the target has accumulator_bits=", target_.accumulator_bits));
}

absl::Status EmitConstant(CodeGenerator& generator, const Tensor& tensor, int64_t address) {
  int64_t bytes = ElementBytes(tensor.type());
  if (!tensor.type().IsInteger()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a constant of codes, found ", tensor.type().ToString()));
  }
  int64_t total = TensorBytes(tensor.shape(), tensor.type());
  absl::Status status = generator.CheckLayout({}, {address, total});
  if (!status.ok() || total == 0) return status;
  std::vector<uint8_t> encoded;
  encoded.reserve(static_cast<size_t>(total));
  for (int64_t i = 0; i < tensor.size(); ++i) {
    int64_t value = tensor.IntegerAt(i);
    if (tensor.type() == DataType::Bipolar()) value = value > 0 ? 1 : 0;
    for (int64_t b = 0; b < bytes; ++b) {
      encoded.push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * b)));
    }
  }
  auto data = generator.StoreData(encoded);
  if (!data.ok()) return data.status();
  generator.Add(LoadConstants{address, total, *data});
  return absl::OkStatus();
}

}  // namespace qcompile::runtime::imc
