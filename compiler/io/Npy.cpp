//===- Npy.cpp - Arrays in numpy's format ---------------------------------===//
#include "compiler/io/Npy.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;
using qcompile::runtime::TypeKind;

namespace qcompile {

static constexpr StringLiteral kMagic = "\x93NUMPY";

static Error damaged(const Twine &what) { return createStringError("not a npy array: " + what); }

/// The text behind `'key':` in the header's dictionary.
static StringRef findValue(StringRef header, StringRef key) {
  size_t at = header.find(("'" + key + "'").str());
  if (at == StringRef::npos)
    return "";
  return header.substr(at + key.size() + 2).ltrim(" :");
}

static Expected<DataType> parseType(StringRef descr) {
  StringRef text = descr.drop_front().take_until([](char c) { return c == '\'' || c == '"'; });
  unsigned size = 0;
  bool known = text.size() >= 3 && (text[0] == '<' || text[0] == '|') && !text.substr(2).getAsInteger(10, size);
  char kind = known ? text[1] : '?';
  if (kind == 'f' && (size == 2 || size == 4 || size == 8))
    return DataType{TypeKind::kFloat, uint8_t(size * 8)};
  if (kind == 'b' && size == 1)
    return DataType::Bool();
  if ((kind == 'i' || kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8))
    return kind == 'i' ? DataType::Signed(size * 8) : DataType::Unsigned(size * 8);
  return damaged("element type '" + text + "' is not a little-endian bool, integer, float16, float32 or float64");
}

static Expected<runtime::Shape> parseShape(StringRef text) {
  if (!text.consume_front("("))
    return damaged("the header has no shape");
  runtime::Shape shape;
  SmallVector<StringRef> parts;
  text.take_until([](char c) { return c == ')'; }).split(parts, ',', -1, /*KeepEmpty=*/false);
  int64_t elements = 1;
  for (StringRef part : parts) {
    int64_t extent;
    if (part.trim().empty())
      continue;
    if (part.trim().getAsInteger(10, extent) || extent < 0)
      return damaged("shape '" + part + "'");
    if (extent != 0 && elements > (int64_t{1} << 40) / extent)
      return damaged("more than 2^40 elements");
    elements *= extent;
    shape.push_back(extent);
  }
  return shape;
}

Expected<Tensor> parseNpy(StringRef bytes) {
  StringRef rest = bytes;
  if (!rest.consume_front(kMagic) || rest.size() < 4)
    return damaged("the first bytes are not numpy's");
  unsigned major = uint8_t(rest[0]);
  if (major < 1 || major > 3)
    return damaged("expected format version 1 to 3, found " + Twine(major));
  if (major > 1 && rest.size() < 6) // the length of the header has four bytes then
    return damaged("the header is truncated");
  rest = rest.drop_front(2);
  uint64_t length = 0;
  if (major == 1) {
    length = support::endian::read16le(rest.data());
    rest = rest.drop_front(2);
  } else {
    length = support::endian::read32le(rest.data());
    rest = rest.drop_front(4);
  }
  if (length > rest.size())
    return damaged("the header is truncated");
  StringRef header = rest.take_front(length), data = rest.drop_front(length);
  if (findValue(header, "fortran_order").starts_with("True"))
    return damaged("expected C order, found Fortran order");
  StringRef descr = findValue(header, "descr");
  if (descr.empty())
    return damaged("the header has no element type");
  Expected<DataType> type = parseType(descr);
  if (!type)
    return type.takeError();
  Expected<runtime::Shape> shape = parseShape(findValue(header, "shape"));
  if (!shape)
    return shape.takeError();
  uint64_t size = uint64_t(runtime::NumElements(*shape)) * type->ContainerSize();
  if (data.size() != size)
    return damaged("expected " + Twine(size) + " bytes of elements, found " + Twine(data.size()));
  Tensor tensor(*type, *shape);
  std::copy(data.bytes_begin(), data.bytes_end(), tensor.MutableBytes().begin());
  return tensor;
}

std::string formatNpy(const Tensor &tensor) {
  DataType type = tensor.type();
  char kind = type.IsFloat() ? 'f' : type.kind == TypeKind::kBool ? 'b' : type.kind == TypeKind::kUnsigned ? 'u' : 'i';
  std::string shape;
  for (int64_t extent : tensor.shape())
    shape += std::to_string(extent) + ", ";
  if (tensor.rank() > 1)
    shape.resize(shape.size() - 2);
  else if (tensor.rank() == 1)
    shape.resize(shape.size() - 1);
  size_t width = type.ContainerSize();
  std::string header = ("{'descr': '" + Twine(width == 1 ? "|" : "<") + Twine(kind) + Twine(width) +
                        "', 'fortran_order': False, 'shape': (" + shape + "), }")
                           .str();
  // The elements begin at a multiple of 64.
  header.resize(alignTo(10 + header.size() + 1, 64) - 10 - 1, ' ');
  header += '\n';
  std::string out = kMagic.str();
  out += std::string("\1\0", 2);
  out += char(header.size() & 255);
  out += char(header.size() >> 8);
  out += header;
  out.append(reinterpret_cast<const char *>(tensor.bytes().data()), tensor.bytes().size());
  return out;
}

} // namespace qcompile
