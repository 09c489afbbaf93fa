// The byte form of programs, version 1. All numbers are little endian.
//
//   program  := "QCPROG" 0x00 version:u8 num_values:u32
//               count:u32 port*        inputs
//               count:u32 port*        outputs
//               count:u32 constant*
//               count:u32 operation*
//   port     := string type count:u32 dimension:i64* value:i32
//   constant := value:i32 tensor
//   operation:= name:string label:string count:u32 attribute*
//               count:u32 operand:i32* count:u32 result:i32*
//   attribute:= name:string kind:u8 payload        kinds are the alternatives of AttributeValue
//   tensor   := type count:u32 dimension:i64* size:u64 padding elements
//   type     := kind:u8 bits:u8
//   string   := size:u32 bytes
//
// `padding` is zeros up to the next multiple of 64 bytes from the start of the program (none for
// an empty tensor), so that elements can be used where a mapped file has them. Elements lie in
// their containers (Tensor). Attributes are sorted by name: equal programs have equal bytes.
#include <array>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "runtime/program/program.h"
#include "runtime/reference/status_macros.h"

namespace qcompile::runtime {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tensor elements are written as they lie in memory");

constexpr char kMagic[8] = {'Q', 'C', 'P', 'R', 'O', 'G', 0, 1};
constexpr size_t kAlignment = 64;

class Writer {
 public:
  template <typename T>
  void Number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void Count(size_t count) { Number(static_cast<uint32_t>(count)); }
  void String(const std::string& text) {
    Count(text.size());
    bytes_ += text;
  }
  void Type(DataType type) {
    Number(static_cast<uint8_t>(type.kind));
    Number(type.bits);
  }
  template <typename T>
  void List(const std::vector<T>& values) {
    Count(values.size());
    for (const T& value : values) Number(value);
  }
  void List(const std::vector<std::string>& values) {
    Count(values.size());
    for (const std::string& value : values) String(value);
  }
  void PutTensor(const Tensor& tensor) {
    Type(tensor.type());
    List(tensor.shape());
    const absl::Span<const uint8_t> elements = tensor.bytes();
    Number(static_cast<uint64_t>(elements.size()));
    if (elements.empty()) return;
    bytes_.resize((bytes_.size() + kAlignment - 1) / kAlignment * kAlignment, '\0');
    bytes_.append(reinterpret_cast<const char*>(elements.data()), elements.size());
  }
  void Ports(const std::vector<Port>& ports) {
    Count(ports.size());
    for (const Port& port : ports) {
      String(port.name);
      Type(port.type);
      List(port.shape);
      Number(port.value);
    }
  }
  void Attribute(const AttributeValue& value) {
    Number(static_cast<uint8_t>(value.index()));
    struct Visitor {
      Writer& writer;
      void operator()(int64_t v) { writer.Number(v); }
      void operator()(float v) { writer.Number(v); }
      void operator()(const std::string& v) { writer.String(v); }
      void operator()(const std::vector<int64_t>& v) { writer.List(v); }
      void operator()(const std::vector<float>& v) { writer.List(v); }
      void operator()(const std::vector<std::string>& v) { writer.List(v); }
      void operator()(const Tensor& v) { writer.PutTensor(v); }
    };
    std::visit(Visitor{*this}, value);
  }
  void Raw(const char* data, size_t size) { bytes_.append(data, size); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads numbers until one is missing or wrong; then `status` says what happened, and everything
// read afterwards is zero or empty.
class Reader {
 public:
  Reader(absl::Span<const uint8_t> bytes, std::shared_ptr<const void> owner)
      : bytes_(bytes), owner_(std::move(owner)) {}

  const absl::Status& status() const { return status_; }
  bool ok() const { return status_.ok(); }
  size_t remaining() const { return bytes_.size() - position_; }

  void Fail(absl::string_view message) {
    if (ok()) {
      status_ = absl::DataLossError(absl::StrCat("program at byte ", position_, ": ", message));
    }
  }
  absl::Span<const uint8_t> Bytes(uint64_t size) {
    if (ok() && size > remaining()) {
      Fail(absl::StrCat("expected ", size, " more bytes, found ", remaining()));
    }
    if (!ok()) return {};
    const absl::Span<const uint8_t> result = bytes_.subspan(position_, size);
    position_ += size;
    return result;
  }
  template <typename T>
  T Number() {
    T value{};
    const absl::Span<const uint8_t> bytes = Bytes(sizeof(T));
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  // A number of things of at least `smallest` bytes each: more than the rest could hold is wrong.
  size_t Count(size_t smallest) {
    const auto count = Number<uint32_t>();
    if (count > remaining() / smallest) {
      Fail(absl::StrCat("expected at most ", remaining() / smallest, " entries, found ", count));
    }
    return ok() ? count : 0;
  }
  std::string String() {
    const absl::Span<const uint8_t> bytes = Bytes(Count(1));
    return std::string(bytes.begin(), bytes.end());
  }
  template <typename T>
  std::vector<T> List() {
    std::vector<T> result(Count(sizeof(T)));
    for (T& value : result) value = Number<T>();
    return result;
  }
  std::vector<std::string> Strings() {
    std::vector<std::string> result(Count(sizeof(uint32_t)));
    for (std::string& value : result) value = String();
    return result;
  }
  DataType Type();
  Tensor ReadTensor();
  std::vector<Port> Ports();
  AttributeValue Attribute();

 private:
  bool CheckElements(const Tensor& tensor);

  absl::Span<const uint8_t> bytes_;
  std::shared_ptr<const void> owner_;
  size_t position_ = 0;
  absl::Status status_;
};

DataType Reader::Type() {
  DataType type;
  type.kind = static_cast<TypeKind>(Number<uint8_t>());
  type.bits = Number<uint8_t>();
  if (ok() && !type.IsValid()) Fail("expected an element type, found an unknown one");
  return ok() ? type : DataType::Float32();
}

// Elements narrower than their container could hold values that are not of their type.
bool Reader::CheckElements(const Tensor& tensor) {
  const DataType type = tensor.type();
  if (!type.IsInteger()) return true;
  const bool narrow = type.kind == TypeKind::kBool || type.kind == TypeKind::kBipolar ||
                      type.bits != 8 * type.ContainerSize();
  for (int64_t i = 0; narrow && i < tensor.size(); ++i) {
    if (type.Contains(tensor.IntegerAt(i))) continue;
    Fail(absl::StrCat("expected a value of type ", type.ToString(), ", found ",
                      tensor.IntegerAt(i)));
    return false;
  }
  return true;
}

Tensor Reader::ReadTensor() {
  const DataType type = Type();
  Shape shape = List<int64_t>();
  const auto size = Number<uint64_t>();
  // The product of the dimensions, in bytes; the other dimensions of an empty tensor count too,
  // so that no product of them overflows later.
  uint64_t product = type.ContainerSize();
  bool empty = false;
  for (int64_t d : shape) {
    empty |= d == 0;
    if (d < 0 || __builtin_mul_overflow(product, static_cast<uint64_t>(d == 0 ? 1 : d), &product) ||
        product > (uint64_t{1} << 48)) {
      Fail(absl::StrCat("expected a shape, found ", ShapeToString(shape)));
      return Tensor();
    }
  }
  if (ok() && size != (empty ? 0 : product)) {
    Fail(absl::StrCat("expected ", empty ? 0 : product, " bytes for a tensor, found ", size));
  }
  if (!ok()) return Tensor();
  if (size == 0) return Tensor(type, std::move(shape));
  Bytes((kAlignment - position_ % kAlignment) % kAlignment);
  const absl::Span<const uint8_t> elements = Bytes(size);
  if (!ok()) return Tensor();
  Tensor tensor;
  if (owner_ && reinterpret_cast<uintptr_t>(elements.data()) % type.ContainerSize() == 0) {
    absl::StatusOr<Tensor> borrowed = Tensor::Borrow(type, std::move(shape), elements, owner_);
    if (!borrowed.ok()) {
      Fail(borrowed.status().message());
      return Tensor();
    }
    tensor = *std::move(borrowed);
  } else {
    tensor = Tensor(type, std::move(shape));
    std::memcpy(tensor.MutableBytes().data(), elements.data(), elements.size());
  }
  return CheckElements(tensor) ? tensor : Tensor();
}

std::vector<Port> Reader::Ports() {
  // A name, a type, a number of dimensions and a value take 14 bytes at least.
  std::vector<Port> ports(Count(14));
  for (Port& port : ports) {
    port.name = String();
    port.type = Type();
    port.shape = List<int64_t>();
    port.value = Number<int32_t>();
    if (!ok()) break;
  }
  return ports;
}

AttributeValue Reader::Attribute() {
  switch (Number<uint8_t>()) {
    case 0:
      return Number<int64_t>();
    case 1:
      return Number<float>();
    case 2:
      return String();
    case 3:
      return List<int64_t>();
    case 4:
      return List<float>();
    case 5:
      return Strings();
    case 6:
      return ReadTensor();
    default:
      Fail("expected a kind of attribute, found an unknown one");
      return int64_t{0};
  }
}

Operation ReadOperation(Reader& reader) {
  Operation op;
  op.name = reader.String();
  op.label = reader.String();
  const size_t attributes = reader.Count(sizeof(uint32_t) + 1);
  for (size_t i = 0; i < attributes && reader.ok(); ++i) {
    const std::string name = reader.String();
    if (op.attributes.values().count(name) != 0) {
      reader.Fail(absl::StrCat("expected different attributes, found '", name, "' twice"));
    }
    op.attributes.Set(name, reader.Attribute());
  }
  op.operands = reader.List<int32_t>();
  op.results = reader.List<int32_t>();
  return op;
}

}  // namespace

std::string SerializeProgram(const Program& program) {
  Writer writer;
  writer.Raw(kMagic, sizeof(kMagic));
  writer.Number(static_cast<uint32_t>(program.num_values));
  writer.Ports(program.inputs);
  writer.Ports(program.outputs);
  writer.Count(program.constants.size());
  for (const auto& [id, tensor] : program.constants) {
    writer.Number(id);
    writer.PutTensor(tensor);
  }
  writer.Count(program.operations.size());
  for (const Operation& op : program.operations) {
    writer.String(op.name);
    writer.String(op.label);
    writer.Count(op.attributes.values().size());
    for (const auto& [name, value] : op.attributes.values()) {
      writer.String(name);
      writer.Attribute(value);
    }
    writer.List(op.operands);
    writer.List(op.results);
  }
  return writer.Take();
}

absl::StatusOr<Program> ParseProgram(absl::Span<const uint8_t> bytes,
                                     std::shared_ptr<const void> owner) {
  Reader reader(bytes, std::move(owner));
  const absl::Span<const uint8_t> magic = reader.Bytes(sizeof(kMagic));
  QCOMPILE_RETURN_IF_ERROR(reader.status());
  if (std::memcmp(magic.data(), kMagic, sizeof(kMagic) - 1) != 0) {
    return absl::DataLossError("expected a program, found other bytes");
  }
  const int version = magic[sizeof(kMagic) - 1];
  if (version != kMagic[sizeof(kMagic) - 1]) {
    return absl::UnimplementedError(
        absl::StrCat("expected a program of version 1, found version ", version));
  }
  Program program;
  program.num_values = static_cast<int32_t>(reader.Number<uint32_t>());
  program.inputs = reader.Ports();
  program.outputs = reader.Ports();
  // A value, a type, a number of dimensions and a size.
  const size_t constants = reader.Count(18);
  for (size_t i = 0; i < constants && reader.ok(); ++i) {
    const auto id = reader.Number<int32_t>();
    program.constants.emplace_back(id, reader.ReadTensor());
  }
  // Five counts.
  const size_t operations = reader.Count(20);
  for (size_t i = 0; i < operations && reader.ok(); ++i) {
    program.operations.push_back(ReadOperation(reader));
  }
  if (reader.remaining() != 0) {
    reader.Fail(absl::StrCat("expected the end, found ", reader.remaining(), " more bytes"));
  }
  QCOMPILE_RETURN_IF_ERROR(reader.status());
  QCOMPILE_RETURN_IF_ERROR(ValidateProgram(program));
  return program;
}

}  // namespace qcompile::runtime
