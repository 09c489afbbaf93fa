//===- FreeBatch.cpp - Files for any number of samples --------------------===//
#include "compiler/convert/FreeBatch.h"

#include "onnx/onnx_pb.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;
using ::onnx::TypeProto;
using ::onnx::ValueInfoProto;

namespace qcompile::convert {
namespace {

template <typename Message> bool isSame(const Message &a, const Message &b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

/// Makes the graph for one sample, step by step, one for any number.
class BatchFreer {
public:
  BatchFreer(GraphProto &one, const GraphProto &two, StringRef symbol) : one(one), two(two), symbol(symbol) {}

  /// False where the graphs differ in more than sizes.
  bool free();

private:
  template <typename List> bool freeTypes(List &mine, const List &other);
  bool freeType(TypeProto &mine, const TypeProto &other);
  bool freeShapes();
  /// The element of two lists of sizes in which they are one sample and two; nothing where they differ otherwise.
  static std::optional<int64_t> findBatch(ArrayRef<int64_t> sizes, ArrayRef<int64_t> others);
  /// What stands for the number of samples at that place of a shape that these nodes reshape to.
  std::optional<int64_t> chooseSize(ArrayRef<int64_t> sizes, int64_t place, ArrayRef<const NodeProto *> users) const;

  GraphProto &one;
  const GraphProto &two;
  StringRef symbol;
  llvm::StringSet<> batched; ///< values whose first dimension is that of samples
};

} // namespace

bool BatchFreer::freeType(TypeProto &mine, const TypeProto &other) {
  if (!mine.has_tensor_type() || !other.has_tensor_type())
    return isSame(mine, other);
  auto &sizes = *mine.mutable_tensor_type()->mutable_shape();
  const auto &others = other.tensor_type().shape();
  if (mine.tensor_type().elem_type() != other.tensor_type().elem_type() || sizes.dim_size() != others.dim_size())
    return false;
  for (int d = 0; d < sizes.dim_size(); ++d) {
    auto &size = *sizes.mutable_dim(d);
    if (size.dim_value() == others.dim(d).dim_value())
      continue;
    const bool isBatch = size.dim_value() == 1 && others.dim(d).dim_value() == 2;
    size.clear_dim_value();
    if (isBatch && !symbol.empty())
      size.set_dim_param(symbol.str());
  }
  return true;
}

template <typename List> bool BatchFreer::freeTypes(List &mine, const List &other) {
  if (mine.size() != other.size())
    return false;
  for (auto [value, same] : zip(mine, other)) {
    if (value.name() != same.name())
      return false;
    const auto &sizes = value.type().tensor_type().shape();
    if (sizes.dim_size() && sizes.dim(0).dim_value() == 1 && same.type().tensor_type().shape().dim_size() &&
        same.type().tensor_type().shape().dim(0).dim_value() == 2)
      batched.insert(value.name());
    if (!freeType(*value.mutable_type(), same.type()))
      return false;
  }
  return true;
}

std::optional<int64_t> BatchFreer::findBatch(ArrayRef<int64_t> sizes, ArrayRef<int64_t> others) {
  std::optional<int64_t> place;
  if (sizes.size() != others.size())
    return std::nullopt;
  for (auto [i, size, other] : enumerate(sizes, others)) {
    if (size == other)
      continue;
    if (place || size != 1 || other != 2)
      return std::nullopt;
    place = int64_t(i);
  }
  return place;
}

std::optional<int64_t> BatchFreer::chooseSize(ArrayRef<int64_t> sizes, int64_t place,
                                              ArrayRef<const NodeProto *> users) const {
  bool copies = place == 0;
  for (const NodeProto *user : users) {
    const bool keepsZeros =
        any_of(user->attribute(), [](const auto &a) { return a.name() == "allowzero" && a.i() != 0; });
    if (user->op_type() != "Reshape" || !user->domain().empty())
      return std::nullopt;
    copies &= !keepsZeros && batched.contains(user->input(0));
  }
  if (copies)
    return 0;
  return is_contained(sizes, -1) ? std::nullopt : std::optional<int64_t>(-1);
}

/// Shapes that are constants.
bool BatchFreer::freeShapes() {
  if (one.initializer_size() != two.initializer_size())
    return false;
  StringMap<SmallVector<const NodeProto *>> users;
  for (const NodeProto &node : one.node())
    for (const std::string &input : node.input())
      users[input].push_back(&node);
  auto read = [](const TensorProto &tensor) {
    SmallVector<int64_t> out(tensor.raw_data().size() / sizeof(int64_t));
    std::memcpy(out.data(), tensor.raw_data().data(), out.size() * sizeof(int64_t));
    return out;
  };
  for (auto [tensor, same] : zip(*one.mutable_initializer(), two.initializer())) {
    if (isSame(tensor, same))
      continue;
    if (tensor.name() != same.name() || tensor.data_type() != TensorProto::INT64 ||
        same.data_type() != TensorProto::INT64 || !tensor.has_raw_data() || !same.has_raw_data())
      return false;
    SmallVector<int64_t> sizes = read(tensor);
    std::optional<int64_t> place = findBatch(sizes, read(same));
    std::optional<int64_t> size = place ? chooseSize(sizes, *place, users[tensor.name()]) : std::nullopt;
    if (!size)
      return false;
    sizes[*place] = *size;
    tensor.set_raw_data(sizes.data(), sizes.size() * sizeof(int64_t));
  }
  return true;
}

bool BatchFreer::free() {
  return freeTypes(*one.mutable_input(), two.input()) && freeTypes(*one.mutable_output(), two.output()) &&
         freeTypes(*one.mutable_value_info(), two.value_info()) && freeShapes();
}

std::optional<std::string> freeBatch(StringRef one, StringRef two, StringRef symbol) {
  ModelProto model, other;
  if (!model.ParseFromArray(one.data(), int(one.size())) || !other.ParseFromArray(two.data(), int(two.size())))
    return std::nullopt;
  BatchFreer freer(*model.mutable_graph(), other.graph(), symbol);
  if (!freer.free())
    return std::nullopt;
  // All that has not been compared yet.
  GraphProto freed;
  auto takeOut = [](GraphProto &from, GraphProto &to) {
    from.mutable_input()->Swap(to.mutable_input());
    from.mutable_output()->Swap(to.mutable_output());
    from.mutable_value_info()->Swap(to.mutable_value_info());
    from.mutable_initializer()->Swap(to.mutable_initializer());
  };
  GraphProto unused;
  takeOut(*model.mutable_graph(), freed);
  takeOut(*other.mutable_graph(), unused);
  const bool same = isSame(model, other);
  takeOut(freed, *model.mutable_graph());
  if (!same)
    return std::nullopt;
  std::string bytes;
  return model.SerializeToString(&bytes) ? std::optional(std::move(bytes)) : std::nullopt;
}

} // namespace qcompile::convert
