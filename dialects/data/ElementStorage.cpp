//===- ElementStorage.cpp - Element types and their storage form ----------===//
#include "dialects/data/ElementStorage.h"

#include "dialects/data/DataDialect.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using qcompile::runtime::DataType;
using qcompile::runtime::TypeKind;

namespace qcompile::data {

static std::optional<DataType> getNarrowFloat(Type type) {
  return llvm::TypeSwitch<Type, std::optional<DataType>>(type)
      .Case([](BFloat16Type) { return DataType::BFloat16(); })
      .Case([](Float8E4M3FNType) { return DataType{TypeKind::kFloat8E4M3FN, 8}; })
      .Case([](Float8E4M3FNUZType) { return DataType{TypeKind::kFloat8E4M3FNUZ, 8}; })
      .Case([](Float8E5M2Type) { return DataType{TypeKind::kFloat8E5M2, 8}; })
      .Case([](Float8E5M2FNUZType) { return DataType{TypeKind::kFloat8E5M2FNUZ, 8}; })
      .Case([](Float8E8M0FNUType) { return DataType{TypeKind::kFloat8E8M0, 8}; })
      .Case([](Float4E2M1FNType) { return DataType{TypeKind::kFloat4E2M1, 4}; })
      .Default([](Type) { return std::nullopt; });
}

std::optional<DataType> getDataType(Type type) {
  if (auto custom = dyn_cast<ElementTypeInterface>(type))
    return custom.getDataType();
  if (type.isF16() || type.isF32() || type.isF64())
    return DataType{TypeKind::kFloat, static_cast<uint8_t>(type.getIntOrFloatBitWidth())};
  if (std::optional<DataType> narrow = getNarrowFloat(type))
    return narrow;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.getWidth() == 0 || integer.getWidth() > 64)
    return std::nullopt;
  if (integer.isSignless())
    return integer.getWidth() == 1 ? std::optional(DataType::Bool()) : std::nullopt;
  return integer.isSigned() ? DataType::Signed(integer.getWidth()) : DataType::Unsigned(integer.getWidth());
}

unsigned getStorageBits(Type type) {
  if (std::optional<DataType> known = getDataType(type)) {
    if (known->kind != TypeKind::kBool && known->bits <= 4 && known->bits != 3)
      return known->bits;
    return 8 * known->ContainerSize();
  }
  if (auto complex = dyn_cast<ComplexType>(type))
    return 2 * getStorageBits(complex.getElementType());
  return type.isIntOrFloat() ? llvm::alignTo(type.getIntOrFloatBitWidth(), 4) : 0;
}

std::optional<uint64_t> getStorageSize(RankedTensorType type) {
  unsigned bits = getStorageBits(type.getElementType());
  if (!type.hasStaticShape() || bits == 0)
    return std::nullopt;
  uint64_t count = 1;
  for (int64_t dim : type.getShape()) {
    bool overflow = false;
    count = llvm::SaturatingMultiply<uint64_t>(count, dim, &overflow);
    if (overflow || count > (uint64_t{1} << 56))
      return std::nullopt;
  }
  return (count * bits + 7) / 8;
}

std::vector<uint8_t> packElements(Type elementType, const runtime::Tensor &tensor) {
  unsigned bits = getStorageBits(elementType);
  if (bits >= 8)
    return {tensor.bytes().begin(), tensor.bytes().end()};
  bool bipolar = tensor.type().kind == TypeKind::kBipolar, isFloat = tensor.type().IsFloat();
  std::vector<uint8_t> out((tensor.size() * bits + 7) / 8);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    int64_t value = isFloat ? tensor.Data<uint8_t>()[i] : tensor.IntegerAt(i);
    unsigned code = (bipolar ? value > 0 : value) & ((1u << bits) - 1);
    out[i * bits / 8] |= code << (i * bits % 8);
  }
  return out;
}

runtime::Tensor unpackElements(RankedTensorType type, ArrayRef<uint8_t> bytes) {
  DataType elementType = *getDataType(type.getElementType());
  unsigned bits = getStorageBits(type.getElementType());
  runtime::Tensor tensor(elementType, {type.getShape().begin(), type.getShape().end()});
  absl::Span<uint8_t> out = tensor.MutableBytes();
  if (bits >= 8) {
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return tensor;
  }
  // Widths below eight divide eight, so that a byte holds whole elements and a table says what each is.
  bool isSigned = elementType.kind == TypeKind::kSigned;
  uint8_t values[16];
  for (unsigned code = 0; code < 1u << bits; ++code)
    values[code] = uint8_t(elementType.kind == TypeKind::kBipolar ? (code ? 1 : -1)
                           : isSigned && (code >> (bits - 1))     ? int(code) - (1 << bits)
                                                                  : int(code));
  const int64_t perByte = 8 / bits;
  for (int64_t i = 0, byte = 0; i < tensor.size(); ++byte) {
    unsigned packed = bytes[byte];
    for (int64_t end = std::min(i + perByte, tensor.size()); i < end; ++i, packed >>= bits)
      out[i] = values[packed & ((1u << bits) - 1)];
  }
  return tensor;
}

} // namespace qcompile::data
