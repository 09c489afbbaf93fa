//===- TensorData.cpp - Initializers as constants -------------------------===//
#include "compiler/frontend/TensorData.h"

#include "compiler/frontend/ExternalData.h"
#include "compiler/frontend/Nodes.h"
#include "compiler/nodes/ElementTypes.h"
#include "compiler/nodes/ShapeInference.h"
#include "dialects/data/ElementStorage.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using ::onnx::TensorProto;

namespace qcompile::frontend {

static RankedTensorType getTensorType(MLIRContext *context, const TensorProto &tensor) {
  Type elementType = nodes::getElementType(context, tensor.data_type());
  if (!elementType || llvm::any_of(tensor.dims(), [](int64_t dim) { return dim < 0; }))
    return nullptr;
  return RankedTensorType::get(llvm::to_vector(tensor.dims()), elementType);
}

static bool isExternal(const TensorProto &tensor) { return tensor.data_location() == TensorProto::EXTERNAL; }

/// Number of values in the typed field that the element type uses, and how many elements one of them
/// holds (packed types keep two or four in an int32).
static uint64_t countTypedElements(const TensorProto &tensor, unsigned storageBits) {
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return tensor.float_data_size();
  case TensorProto::COMPLEX64:
    return tensor.float_data_size() / 2;
  case TensorProto::DOUBLE:
    return tensor.double_data_size();
  case TensorProto::COMPLEX128:
    return tensor.double_data_size() / 2;
  case TensorProto::INT64:
    return tensor.int64_data_size();
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return tensor.uint64_data_size();
  default:
    return uint64_t(tensor.int32_data_size()) * (storageBits < 8 ? 8 / storageBits : 1);
  }
}

static InFlightDiagnostic tensorError(ModelContext &model, StringRef name, Code code) {
  return std::move(model.error(code) << "initializer '" << name << "': ");
}

static LogicalResult checkTensor(ModelContext &model, const TensorProto &tensor, StringRef name) {
  for (int64_t dim : tensor.dims())
    if (dim < 0)
      return tensorError(model, name, Code::I007) << "expected dimensions of at least 0, found " << dim;
  RankedTensorType type = getTensorType(model.context, tensor);
  if (!type)
    return tensorError(model, name, Code::I005) << "expected a numeric element type, found element type "
                                                << ::onnx::TensorProto_DataType_Name(tensor.data_type());
  std::optional<uint64_t> size = data::getStorageSize(type);
  if (!size)
    return tensorError(model, name, Code::I007) << "expected a tensor below 2^56 elements, found " << type;
  if (isExternal(tensor))
    return success(); // checked when it is mapped
  unsigned bits = data::getStorageBits(type.getElementType());
  if (tensor.has_raw_data()) {
    if (tensor.raw_data().size() != *size)
      return tensorError(model, name, Code::I007)
             << "expected " << *size << " bytes for " << type << ", found " << tensor.raw_data().size();
    return success();
  }
  uint64_t found = countTypedElements(tensor, bits), expected = type.getNumElements();
  // The last value of a packed type may be filled in part.
  if (found < expected || found - expected >= (bits < 8 ? 8 / bits : 1))
    return tensorError(model, name, Code::I007)
           << "expected " << expected << " elements for " << type << ", found " << found;
  return success();
}

void countParameters(ModelContext &model) {
  ImportReport &report = model.report;
  auto count = [&](const TensorProto &tensor) {
    RankedTensorType type = getTensorType(model.context, tensor);
    std::optional<uint64_t> size = type ? data::getStorageSize(type) : std::nullopt;
    if (!size)
      return; // refused later
    report.parameters += uint64_t(type.getNumElements());
    report.parameterBytes += *size;
  };
  for (const TensorProto &tensor : model.graph().initializer())
    count(tensor);
  // Constants are initializers that are written in another way.
  for (const ::onnx::NodeProto &node : model.graph().node())
    for (const ::onnx::AttributeProto &attribute : node.attribute())
      if (node.op_type() == "Constant" && attribute.has_t())
        count(attribute.t());
}

/// The values that nodes and outputs use.
static llvm::StringSet<> findUsed(ModelContext &model) {
  llvm::StringSet<> used;
  forEachNode(*model.graph().mutable_node(), [&](const ::onnx::NodeProto &node) {
    for (const std::string &input : node.input())
      used.insert(input);
  });
  for (const auto &output : model.graph().output())
    used.insert(output.name());
  return used;
}

LogicalResult checkTensorData(ModelContext &model) {
  LogicalResult result = success();
  llvm::StringSet<> used = findUsed(model);
  std::vector<ExternalTensor> external;
  for (TensorProto &tensor : *model.graph().mutable_initializer()) {
    // Types that are none of numbers have been reported.
    const bool reported =
        !nodes::getElementType(model.context, tensor.data_type()) && tensor.data_type() != TensorProto::UNDEFINED;
    if (reported || failed(checkTensor(model, tensor, tensor.name()))) {
      result = failure();
      continue;
    }
    RankedTensorType type = getTensorType(model.context, tensor);
    uint64_t elements = uint64_t(type.getNumElements()), size = *data::getStorageSize(type);
    if (isExternal(tensor) && used.contains(tensor.name()))
      external.push_back({&tensor, size, elements <= nodes::kParameterElements});
  }
  return success(succeeded(checkExternalData(model, external)) && succeeded(result));
}

LogicalResult checkInlinedData(ModelContext &model, const llvm::StringSet<> &used) {
  std::vector<ExternalTensor> external;
  auto add = [&](TensorProto &tensor) {
    RankedTensorType type = isExternal(tensor) ? getTensorType(model.context, tensor) : nullptr;
    std::optional<uint64_t> size = type ? data::getStorageSize(type) : std::nullopt;
    if (size)
      external.push_back({&tensor, *size, /*isParameter=*/false});
  };
  for (TensorProto &tensor : *model.graph().mutable_initializer())
    if (used.contains(tensor.name()))
      add(tensor);
  for (::onnx::NodeProto &node : *model.graph().mutable_node())
    for (auto &attribute : *node.mutable_attribute())
      if (attribute.has_t()) {
        if (attribute.t().name().empty() && node.output_size())
          attribute.mutable_t()->set_name(node.output(0));
        add(*attribute.mutable_t());
      }
  return checkExternalData(model, external);
}

template <typename T, typename Field> static void append(std::vector<uint8_t> &out, const Field &field) {
  out.reserve(field.size() * sizeof(T));
  for (auto value : field) {
    T element = static_cast<T>(value);
    const auto *bytes = reinterpret_cast<const uint8_t *>(&element);
    out.insert(out.end(), bytes, bytes + sizeof(T));
  }
}

/// The storage form of elements that the message holds in a typed field.
static std::vector<uint8_t> packTypedField(const TensorProto &tensor, unsigned storageBits) {
  std::vector<uint8_t> out;
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
  case TensorProto::COMPLEX64:
    append<float>(out, tensor.float_data());
    break;
  case TensorProto::DOUBLE:
  case TensorProto::COMPLEX128:
    append<double>(out, tensor.double_data());
    break;
  case TensorProto::INT64:
    append<int64_t>(out, tensor.int64_data());
    break;
  case TensorProto::UINT32:
    append<uint32_t>(out, tensor.uint64_data());
    break;
  case TensorProto::UINT64:
    append<uint64_t>(out, tensor.uint64_data());
    break;
  default:
    if (storageBits <= 8)
      append<uint8_t>(out, tensor.int32_data());
    else if (storageBits == 16)
      append<uint16_t>(out, tensor.int32_data());
    else
      append<int32_t>(out, tensor.int32_data());
  }
  return out;
}

data::ConstantAttr makeConstant(ModelContext &model, const TensorProto &tensor, StringRef name) {
  // Tensors of attributes come here unchecked.
  if (failed(checkTensor(model, tensor, name)))
    return nullptr;
  RankedTensorType type = getTensorType(model.context, tensor);
  std::string error;
  data::ConstantAttr constant;
  if (isExternal(tensor)) {
    MappedBytes mapped = mapExternalData(model, tensor, name, *data::getStorageSize(type));
    if (!mapped.owner)
      return nullptr;
    constant = data::ConstantAttr::getFromStorage(type, name, mapped.bytes, mapped.owner, error);
  } else if (tensor.has_raw_data()) {
    ArrayRef<uint8_t> bytes(reinterpret_cast<const uint8_t *>(tensor.raw_data().data()), tensor.raw_data().size());
    constant = data::ConstantAttr::getFromStorage(type, name, bytes, model.model, error);
  } else {
    unsigned bits = data::getStorageBits(type.getElementType());
    auto bytes = std::make_shared<std::vector<uint8_t>>(packTypedField(tensor, bits));
    constant = data::ConstantAttr::getFromStorage(type, name, *bytes, bytes, error);
  }
  if (!constant)
    tensorError(model, name, Code::I007) << error;
  return constant;
}

} // namespace qcompile::frontend
