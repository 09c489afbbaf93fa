// The part of Machine that reads and writes the activation buffer alone.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/imc/machine.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {

absl::Status Machine::LookUp(const Lookup& op, int64_t element) {
  const ConfigureTable& table = *table_;
  int64_t value =
      ReadElement(op.activation + offsets_.source + element * ElementBytes(op.type), op.type);
  if (!op.type.Contains(value)) return NotAValue(value, op.type);
  int64_t index = 0;
  if (__builtin_sub_overflow(value, table.low, &index)) index = value;
  if (table.clamp) {
    index = std::clamp<int64_t>(index, 0, table.entries - 1);
  } else if (index < 0 && index >= -table.entries) {
    index += table.entries;
  }
  if (index < 0 || index >= table.entries) {
    return absl::OutOfRangeError(
        absl::StrCat("index ", value, " lies beyond a table of ", table.entries, " entries"));
  }
  if (!op.shared) index += element * table.entries;
  std::memcpy(
      activations_.data() + op.destination + offsets_.destination + element * table.entry_bytes,
      activations_.data() + table.table + index * table.entry_bytes, table.entry_bytes);
  return absl::OkStatus();
}

absl::StatusOr<Cost> Machine::Do(const Lookup& op) {
  if (!table_)
    return absl::FailedPreconditionError("elements are looked up before 'configure_table'");
  int64_t entry_bytes = table_->entry_bytes;
  int64_t tables = op.shared ? 1 : op.count;
  absl::Status status =
      CheckActivations(op.activation + offsets_.source, op.count, ElementBytes(op.type));
  if (status.ok()) {
    status = CheckActivations(op.destination + offsets_.destination, op.count, entry_bytes);
  }
  if (status.ok()) status = CheckActivations(table_->table, tables * table_->entries, entry_bytes);
  if (!status.ok()) return status;
  int64_t written = op.destination + offsets_.destination;
  int64_t end = written + op.count * entry_bytes;
  auto overlaps = [&](int64_t first, int64_t bytes) {
    return first < end && written < first + bytes;
  };
  if (overlaps(table_->table, tables * table_->entries * entry_bytes) ||
      overlaps(op.activation + offsets_.source, op.count * ElementBytes(op.type))) {
    return absl::FailedPreconditionError("the results overlap the table or the indices");
  }
  for (int64_t i = 0; i < op.count; ++i) {
    status = LookUp(op, i);
    if (!status.ok()) return status;
  }
  return LookupCost(op.count, op.type.bits, entry_bytes, target_);
}

absl::StatusOr<Cost> Machine::Do(const Select& op) {
  DataType result = op.positions ? DataType::Int64() : op.type;
  int64_t bytes = ElementBytes(op.type);
  int64_t result_bytes = ElementBytes(result);
  int64_t source = op.activation + offsets_.source;
  int64_t destination = op.destination + offsets_.destination;
  absl::Status status = CheckActivations(source, (op.count - 1) * op.stride + 1, bytes);
  if (!status.ok()) return status;
  status = CheckActivations(destination, (op.k - 1) * op.stride + 1, result_bytes);
  if (!status.ok()) return status;
  std::vector<int64_t> values(static_cast<size_t>(op.count));
  for (int64_t i = 0; i < op.count; ++i) {
    values[i] = ReadElement(source + i * op.stride * bytes, op.type);
    if (!op.type.Contains(values[i])) return NotAValue(values[i], op.type);
  }
  std::vector<int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + op.k, order.end(), [&](int64_t a, int64_t b) {
    if (values[a] != values[b]) return op.smallest ? values[a] < values[b] : values[a] > values[b];
    return op.last ? a > b : a < b;
  });
  for (int64_t i = 0; i < op.k; ++i) {
    WriteElement(destination + i * op.stride * result_bytes, result,
                 op.positions ? order[i] : values[order[i]]);
  }
  return SelectCost(op.count, op.k, op.type, target_);
}

absl::StatusOr<Cost> Machine::Do(const Copy& op) {
  int64_t from_bytes = ElementBytes(op.type);
  int64_t to_bytes = ElementBytes(op.result_type);
  int64_t last = op.count - 1;
  int64_t source = op.source + offsets_.source;
  int64_t destination = op.destination + offsets_.destination;
  absl::Status status = CheckActivations(source, last * op.source_stride + 1, from_bytes);
  if (!status.ok()) return status;
  status = CheckActivations(destination, last * op.destination_stride + 1, to_bytes);
  if (!status.ok()) return status;
  std::vector<int64_t> elements(static_cast<size_t>(op.count));
  for (int64_t i = 0; i < op.count; ++i) {
    elements[i] = ReadElement(source + i * op.source_stride * from_bytes, op.type);
    if (!op.result_type.Contains(elements[i])) return NotAValue(elements[i], op.result_type);
  }
  for (int64_t i = 0; i < op.count; ++i) {
    WriteElement(destination + i * op.destination_stride * to_bytes, op.result_type, elements[i]);
  }
  return VectorCost(op.count, std::max(op.type.bits, op.result_type.bits), target_);
}

absl::StatusOr<Cost> Machine::Do(const Fill& op) {
  int64_t bytes = ElementBytes(op.type);
  int64_t destination = op.destination + offsets_.destination;
  absl::Status status = CheckActivations(destination, (op.count - 1) * op.stride + 1, bytes);
  if (!status.ok()) return status;
  if (!op.type.Contains(op.value)) return NotAValue(op.value, op.type);
  for (int64_t i = 0; i < op.count; ++i) {
    WriteElement(destination + i * op.stride * bytes, op.type, op.value);
  }
  return VectorCost(op.count, op.type.bits, target_);
}

}  // namespace qcompile::runtime::imc
