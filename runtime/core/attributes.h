// Attributes of an operation: named, typed constants.
#ifndef QCOMPILE_RUNTIME_CORE_ATTRIBUTES_H_
#define QCOMPILE_RUNTIME_CORE_ATTRIBUTES_H_

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/core/tensor.h"

namespace qcompile::runtime {

using AttributeValue = std::variant<int64_t, float, std::string, std::vector<int64_t>,
                                    std::vector<float>, std::vector<std::string>, Tensor>;

// Getters return nullptr or the default when the attribute is absent or of another type.
class Attributes {
 public:
  void Set(absl::string_view name, AttributeValue value) {
    values_[std::string(name)] = std::move(value);
  }
  template <typename T>
  const T* Find(absl::string_view name) const {
    auto it = values_.find(name);
    return it == values_.end() ? nullptr : std::get_if<T>(&it->second);
  }
  template <typename T>
  T Get(absl::string_view name, T otherwise) const {
    const T* found = Find<T>(name);
    return found ? *found : otherwise;
  }
  const std::map<std::string, AttributeValue, std::less<>>& values() const { return values_; }

 private:
  std::map<std::string, AttributeValue, std::less<>> values_;
};

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_CORE_ATTRIBUTES_H_
