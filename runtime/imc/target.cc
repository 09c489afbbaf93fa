#include "runtime/imc/target.h"

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "runtime/imc/field.h"

namespace qcompile::runtime::imc {
namespace {

constexpr int64_t kMaxExtent = 4096;
constexpr int64_t kMaxEnergy = 1000000000;

struct Entry {
  TargetOption option;
  // Exactly one of the three is set.
  int64_t Target::* integer = nullptr;
  WeightLayout Target::* layout = nullptr;
  Access Target::* access = nullptr;

  int64_t Get(const Target& target) const {
    if (layout) return static_cast<int64_t>(target.*layout);
    if (access) return static_cast<int64_t>(target.*access);
    return target.*integer;
  }
  void Set(Target& target, int64_t value) const {
    if (layout) target.*layout = static_cast<WeightLayout>(value);
    if (access) target.*access = static_cast<Access>(value);
    if (integer) target.*integer = value;
  }
};

Entry Integer(absl::string_view key, int64_t Target::* member, int64_t min, int64_t max,
              absl::string_view help) {
  Entry entry;
  entry.option = {key, min, max, {}, help};
  entry.integer = member;
  return entry;
}

std::vector<Entry> GeometryEntries() {
  Entry layout;
  layout.option = {"weight_layout",
                   0,
                   1,
                   {"slices", "slots"},
                   "where the bits of a wide weight go: adjacent columns or consecutive slots"};
  layout.layout = &Target::weight_layout;
  Entry access;
  access.option = {"access",
                   0,
                   1,
                   {"gather", "broadcast"},
                   "entries fetch their inputs, or rows are broadcast to the entries"};
  access.access = &Target::access;
  return {
      Integer("rows", &Target::rows, 1, kMaxExtent, "input lines of a bank"),
      Integer("columns", &Target::columns, 1, kMaxExtent, "physical columns of a bank"),
      Integer("slots", &Target::slots, 1, kMaxExtent, "weights stored per column"),
      Integer("cell_bits", &Target::cell_bits, 1, 8, "weight bits stored per slot"),
      layout,
      access,
      Integer("index_bits", &Target::index_bits, 0, 12, "index bits stored per slot"),
      Integer("max_input_bits", &Target::max_input_bits, 1, kMaxInputBits, "widest input code"),
      Integer("max_weight_bits", &Target::max_weight_bits, 1, kMaxWeightBits, "widest weight code"),
      Integer("accumulator_bits", &Target::accumulator_bits, 2, 62, "width of an accumulator"),
  };
}

std::vector<Entry> MemoryEntries() {
  return {
      Integer("banks", &Target::banks, 1, 256, "weight tiles held at once"),
      Integer("accumulators", &Target::accumulators, 1, 1 << 20, "accumulator registers"),
      Integer("activation_bytes", &Target::activation_bytes, 1, 1 << 24,
              "bytes of the activation buffer"),
      Integer("threshold_words", &Target::threshold_words, 2, 1 << 24,
              "32-bit words of the threshold memory"),
      Integer("instructions", &Target::instructions, 1, 1 << 24,
              "instructions of the program memory"),
      Integer("tree_slots", &Target::tree_slots, 1, kMaxExtent,
              "slots of a column added per cycle"),
      Integer("memory_bits_per_cycle", &Target::memory_bits_per_cycle, 1, 65536,
              "bits read from the data section per cycle"),
      Integer("activation_bits_per_cycle", &Target::activation_bits_per_cycle, 1, 65536,
              "bits read from the activation buffer per cycle"),
      Integer("write_slots_per_cycle", &Target::write_slots_per_cycle, 1, kMaxExtent,
              "slots written per column and cycle"),
      Integer("vector_lanes", &Target::vector_lanes, 1, kMaxExtent,
              "elements the vector unit handles per cycle"),
      Integer("clock_mhz", &Target::clock_mhz, 1, 100000, "clock frequency in MHz"),
  };
}

std::vector<Entry> EnergyEntries() {
  return {
      Integer("product_aj", &Target::product_aj, 0, kMaxEnergy,
              "energy of a one-bit product in attojoules"),
      Integer("full_adder_aj", &Target::full_adder_aj, 0, kMaxEnergy,
              "energy of a full adder in attojoules"),
      Integer("flip_flop_aj", &Target::flip_flop_aj, 0, kMaxEnergy,
              "energy of a register bit in attojoules"),
      Integer("buffer_bit_aj", &Target::buffer_bit_aj, 0, kMaxEnergy,
              "energy per bit moved from or to an on-chip memory in attojoules"),
      Integer("weight_write_bit_aj", &Target::weight_write_bit_aj, 0, kMaxEnergy,
              "energy per bit written into a bank in attojoules"),
      Integer("memory_bit_aj", &Target::memory_bit_aj, 0, kMaxEnergy,
              "energy per bit read from the data section in attojoules"),
  };
}

const std::vector<Entry>& Entries() {
  static const auto* entries = [] {
    auto* all = new std::vector<Entry>(GeometryEntries());
    for (auto part : {MemoryEntries(), EnergyEntries()}) {
      all->insert(all->end(), part.begin(), part.end());
    }
    return all;
  }();
  return *entries;
}

const Entry* FindEntry(absl::string_view key) {
  for (const Entry& entry : Entries()) {
    if (entry.option.key == key) return &entry;
  }
  return nullptr;
}

// Returns an empty string, or what is wrong with the pair.
std::string SetOption(Target& target, absl::string_view key, absl::string_view text) {
  const Entry* entry = FindEntry(key);
  if (!entry) return absl::StrCat("unknown key '", key, "'");
  const TargetOption& option = entry->option;
  if (!option.choices.empty()) {
    for (size_t i = 0; i < option.choices.size(); ++i) {
      if (option.choices[i] == text) {
        entry->Set(target, static_cast<int64_t>(i));
        return "";
      }
    }
    return absl::StrCat("'", key, "' must be one of ", absl::StrJoin(option.choices, ", "),
                        ", found '", text, "'");
  }
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < option.min || value > option.max) {
    return absl::StrCat("'", key, "' must be an integer from ", option.min, " to ", option.max,
                        ", found '", text, "'");
  }
  entry->Set(target, value);
  return "";
}

void CheckRelations(const Target& target, std::vector<std::string>& problems) {
  int64_t parts = (target.max_weight_bits + target.cell_bits - 1) / target.cell_bits;
  bool slices = target.weight_layout == WeightLayout::kSlices;
  int64_t available = slices ? target.columns : target.slots;
  if (parts > available) {
    problems.push_back(absl::StrCat("a weight of ", target.max_weight_bits, " bits needs ", parts,
                                    slices ? " columns" : " slots", ", the target has ",
                                    available));
  }
}

}  // namespace

const std::vector<TargetOption>& TargetOptions() {
  static const auto* options = [] {
    auto* all = new std::vector<TargetOption>();
    for (const Entry& entry : Entries()) all->push_back(entry.option);
    return all;
  }();
  return *options;
}

std::string TargetValue(const Target& target, absl::string_view key) {
  const Entry* entry = FindEntry(key);
  if (!entry) return "";
  int64_t value = entry->Get(target);
  if (entry->option.choices.empty()) return absl::StrCat(value);
  return std::string(entry->option.choices[static_cast<size_t>(value)]);
}

absl::StatusOr<Target> MakeTarget(absl::Span<const std::pair<std::string, std::string>> options) {
  Target target;
  std::vector<std::string> problems;
  for (size_t i = 0; i < options.size(); ++i) {
    std::string problem = SetOption(target, options[i].first, options[i].second);
    for (size_t j = 0; j < i && problem.empty(); ++j) {
      if (options[j].first == options[i].first) {
        problem = absl::StrCat("'", options[i].first, "' is given twice");
      }
    }
    if (!problem.empty()) problems.push_back(std::move(problem));
  }
  if (problems.empty()) CheckRelations(target, problems);
  if (!problems.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("target description: ", absl::StrJoin(problems, "; ")));
  }
  return target;
}

absl::StatusOr<Target> ParseTarget(absl::string_view text) {
  std::vector<std::pair<std::string, std::string>> options;
  for (absl::string_view pair : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    size_t equals = pair.find('=');
    if (equals == absl::string_view::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("target description: expected key=value, found '", pair, "'"));
    }
    options.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return MakeTarget(options);
}

std::string TargetToString(const Target& target) {
  std::vector<std::string> pairs;
  for (const TargetOption& option : TargetOptions()) {
    pairs.push_back(absl::StrCat(option.key, "=", TargetValue(target, option.key)));
  }
  return absl::StrJoin(pairs, " ");
}

}  // namespace qcompile::runtime::imc
