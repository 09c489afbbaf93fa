//===- OptionSchema.cpp - Typed options of backends -----------------------===//
#include "compiler/backend/OptionSchema.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace qcompile {

OptionSpec OptionSpec::integer(std::string key, int64_t value, int64_t minimum, int64_t maximum, std::string help) {
  return {std::move(key), Kind::Integer, std::to_string(value), std::move(help), minimum, maximum};
}

OptionSpec OptionSpec::boolean(std::string key, bool value, std::string help) {
  OptionSpec spec = string(std::move(key), value ? "true" : "false", std::move(help));
  spec.kind = Kind::Boolean;
  spec.choices = {"true", "false"};
  return spec;
}

OptionSpec OptionSpec::string(std::string key, std::string value, std::string help) {
  return {.key = std::move(key), .defaultValue = std::move(value), .help = std::move(help)};
}

OptionSpec OptionSpec::choice(std::string key, std::vector<std::string> choices, std::string help) {
  OptionSpec spec = string(std::move(key), choices.front(), std::move(help));
  spec.kind = Kind::Choice;
  spec.choices = std::move(choices);
  return spec;
}

/// The reason why `value` is not one of `spec`, or an empty string.
static std::string findProblem(const OptionSpec &spec, StringRef value) {
  if (spec.kind == OptionSpec::Kind::Integer) {
    int64_t number;
    if (value.getAsInteger(10, number) || number < spec.minimum || number > spec.maximum)
      return formatv("option '{0}': expected an integer from {1} to {2}, found '{3}'", spec.key, spec.minimum,
                     spec.maximum, value);
  } else if (!spec.choices.empty() && !is_contained(spec.choices, value)) {
    return formatv("option '{0}': expected one of {1}, found '{2}'", spec.key, join(spec.choices, ", "), value);
  }
  return "";
}

static std::string unknownKey(ArrayRef<OptionSpec> schema, StringRef key) {
  const OptionSpec *nearest = nullptr;
  unsigned best = 4; // farther names are no help
  for (const OptionSpec &spec : schema)
    if (unsigned distance = key.edit_distance(spec.key); distance < best)
      best = distance, nearest = &spec;
  std::string text = ("unknown option '" + key + "'").str();
  return nearest ? text + ", did you mean '" + nearest->key + "'" : text;
}

Expected<OptionValues> OptionValues::parse(ArrayRef<OptionSpec> schema, ArrayRef<std::string> settings) {
  OptionValues out;
  for (const OptionSpec &spec : schema)
    out.values[spec.key] = spec.defaultValue;
  SmallVector<std::string> problems;
  for (StringRef setting : settings) {
    auto [key, value] = setting.split('=');
    const OptionSpec *spec = find_if(schema, [&](const OptionSpec &s) { return s.key == key; });
    if (spec == schema.end()) {
      problems.push_back(unknownKey(schema, key));
      continue;
    }
    if (spec->kind == OptionSpec::Kind::Boolean && !setting.contains('='))
      value = "true";
    std::string problem = findProblem(*spec, value);
    if (problem.empty())
      out.values[spec->key] = value.str();
    else
      problems.push_back(std::move(problem));
  }
  if (!problems.empty())
    return createStringError(join(problems, "; "));
  return out;
}

StringRef OptionValues::getString(StringRef key) const {
  auto it = values.find(key.str());
  return it == values.end() ? StringRef() : StringRef(it->second);
}

int64_t OptionValues::getInteger(StringRef key) const {
  int64_t number = 0;
  getString(key).getAsInteger(10, number);
  return number;
}

} // namespace qcompile
