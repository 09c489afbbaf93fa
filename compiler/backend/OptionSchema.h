//===- OptionSchema.h - Typed options of backends ---------------*- C++ -*-===//
//
// A backend describes its options once; command line, help, manifest and checks derive from it.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_BACKEND_OPTIONSCHEMA_H
#define QCOMPILE_COMPILER_BACKEND_OPTIONSCHEMA_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace qcompile {

struct OptionSpec {
  enum class Kind { Integer, Boolean, String, Choice };

  std::string key;
  Kind kind = Kind::String;
  std::string defaultValue;
  std::string help; ///< one line, with the unit
  int64_t minimum = INT64_MIN;
  int64_t maximum = INT64_MAX;
  std::vector<std::string> choices = {};

  static OptionSpec integer(std::string key, int64_t value, int64_t minimum, int64_t maximum, std::string help);
  static OptionSpec boolean(std::string key, bool value, std::string help);
  static OptionSpec string(std::string key, std::string value, std::string help);
  static OptionSpec choice(std::string key, std::vector<std::string> choices, std::string help);
};

/// Values for a schema; every key of the schema has one.
class OptionValues {
public:
  /// Parses `key=value` settings, later ones winning. All problems are reported in one error.
  static llvm::Expected<OptionValues> parse(llvm::ArrayRef<OptionSpec> schema, llvm::ArrayRef<std::string> settings);

  int64_t getInteger(llvm::StringRef key) const;
  bool getBoolean(llvm::StringRef key) const { return getString(key) == "true"; }
  llvm::StringRef getString(llvm::StringRef key) const;
  /// Key and value as text, sorted by key: what the manifest records.
  const std::map<std::string, std::string> &all() const { return values; }

private:
  std::map<std::string, std::string> values;
};

} // namespace qcompile

#endif // QCOMPILE_COMPILER_BACKEND_OPTIONSCHEMA_H
