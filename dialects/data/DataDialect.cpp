//===- DataDialect.cpp - Constants of any element type --------------------===//
#include "dialects/data/DataDialect.h"

#include "dialects/data/ElementStorage.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace qcompile::data;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

#include "dialects/data/DataDialect.cpp.inc"
#include "dialects/data/DataTypeInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/data/DataAttributes.cpp.inc"

void DataDialect::initialize() {
  store = std::make_unique<ConstantStore>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/data/DataAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Construction and access
//===----------------------------------------------------------------------===//

static ConstantStore &getStore(MLIRContext *context) { return context->getOrLoadDialect<DataDialect>()->getStore(); }

static Type getElementType(MLIRContext *context, DataType type) {
  switch (type.kind) {
  case qcompile::runtime::TypeKind::kFloat:
    return type.bits == 16   ? Type(Float16Type::get(context))
           : type.bits == 32 ? Type(Float32Type::get(context))
                             : Type(Float64Type::get(context));
  case qcompile::runtime::TypeKind::kBFloat16:
    return BFloat16Type::get(context);
  case qcompile::runtime::TypeKind::kFloat8E4M3FN:
    return Float8E4M3FNType::get(context);
  case qcompile::runtime::TypeKind::kFloat8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case qcompile::runtime::TypeKind::kFloat8E5M2:
    return Float8E5M2Type::get(context);
  case qcompile::runtime::TypeKind::kFloat8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case qcompile::runtime::TypeKind::kFloat8E8M0:
    return Float8E8M0FNUType::get(context);
  case qcompile::runtime::TypeKind::kFloat4E2M1:
    return Float4E2M1FNType::get(context);
  case qcompile::runtime::TypeKind::kSigned:
    return IntegerType::get(context, type.bits, IntegerType::Signed);
  case qcompile::runtime::TypeKind::kUnsigned:
    return IntegerType::get(context, type.bits, IntegerType::Unsigned);
  case qcompile::runtime::TypeKind::kBool:
    return IntegerType::get(context, 1);
  case qcompile::runtime::TypeKind::kBipolar:
    // The one element type of another dialect; asking the parser keeps this layer below it.
    return mlir::parseType("!qnn.bipolar", context);
  }
  llvm_unreachable("covered switch");
}

ConstantAttr ConstantAttr::get(MLIRContext *context, StringRef name, const Tensor &tensor) {
  Type elementType = getElementType(context, tensor.type());
  auto bytes = std::make_shared<std::vector<uint8_t>>(packElements(elementType, tensor));
  const ConstantEntry *entry = getStore(context).add(name, *bytes, bytes);
  return Base::get(context, RankedTensorType::get(tensor.shape(), elementType), entry);
}

ConstantAttr ConstantAttr::getFromStorage(RankedTensorType type, StringRef name, ArrayRef<uint8_t> bytes,
                                          std::shared_ptr<const void> owner, std::string &error) {
  std::optional<uint64_t> size = getStorageSize(type);
  llvm::raw_string_ostream os(error);
  if (!size) {
    os << "type " << type << " has no storage form";
    return nullptr;
  }
  if (*size != bytes.size()) {
    os << "expected " << *size << " bytes for " << type << ", found " << bytes.size();
    return nullptr;
  }
  MLIRContext *context = type.getContext();
  return Base::get(context, type, getStore(context).add(name, bytes, std::move(owner)));
}

StringRef ConstantAttr::getName() const { return getEntry()->name; }
ArrayRef<uint8_t> ConstantAttr::getBytes() const { return getEntry()->bytes; }

Tensor ConstantAttr::getTensor() const {
  ArrayRef<uint8_t> bytes = getBytes();
  DataType type = *getDataType(getType().getElementType());
  bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % type.ContainerSize() == 0;
  if (aligned && getStorageBits(getType().getElementType()) >= 8) {
    auto borrowed = Tensor::Borrow(type, {getType().getShape().begin(), getType().getShape().end()},
                                   {bytes.data(), bytes.size()}, getEntry()->owner);
    if (borrowed.ok())
      return *borrowed;
  }
  return unpackElements(getType(), bytes);
}

//===----------------------------------------------------------------------===//
// Text form
//===----------------------------------------------------------------------===//

/// Constants up to this many elements are written out in the IR.
static constexpr int64_t kMaxInlineElements = 16;

static void printElement(raw_ostream &os, const Tensor &tensor, int64_t i) {
  if (!tensor.type().IsFloat()) {
    os << tensor.IntegerAt(i);
    return;
  }
  double value = tensor.DoubleAt(i);
  if (!std::isfinite(value)) {
    os << (std::isnan(value) ? "\"nan\"" : value > 0 ? "\"inf\"" : "\"-inf\"");
    return;
  }
  // Enough digits to read the same value back.
  SmallString<32> text;
  llvm::raw_svector_ostream(text) << llvm::format(tensor.type().bits <= 32 ? "%.9g" : "%.17g", value);
  // A number is a float to the parser by its point, and -0 is no integer.
  size_t exponent = text.str().find('e');
  bool isWhole = !text.str().contains('.');
  if (isWhole && (exponent != StringRef::npos || text == "-0"))
    text.insert(exponent == StringRef::npos ? text.end() : text.begin() + exponent, {'.', '0'});
  os << text;
}

/// Whether the elements can be written out: few, of a type with reference semantics, within 63 bits.
static bool isInline(ConstantAttr constant) {
  std::optional<DataType> type = getDataType(constant.getType().getElementType());
  if (!type || constant.size() > kMaxInlineElements)
    return false;
  if (*type != DataType::Unsigned(64))
    return true;
  return llvm::all_of(constant.getTensor().ToIntegers(), [](int64_t v) { return v >= 0; });
}

void ConstantAttr::print(AsmPrinter &printer) const {
  raw_ostream &os = printer.getStream();
  os << "<";
  printer.printString(getName());
  if (isInline(*this)) {
    Tensor tensor = getTensor();
    os << ", [";
    for (int64_t i = 0; i < tensor.size(); ++i) {
      if (i)
        os << ", ";
      printElement(os, tensor, i);
    }
    os << "]";
  }
  os << " : " << getType() << ">";
}

namespace {
/// A written element: 64-bit integers do not fit a double, so both readings are kept.
struct Element {
  double real = 0;
  std::optional<int64_t> integer; ///< nothing where the text is no integer of 64 bits
};
} // namespace

static ParseResult parseElement(AsmParser &parser, Element &element) {
  SMLoc loc = parser.getCurrentLocation();
  std::string text;
  if (succeeded(parser.parseOptionalString(&text))) {
    if (text != "nan" && text != "inf" && text != "-inf")
      return parser.emitError(loc) << "expected a number, \"nan\", \"inf\" or \"-inf\", found \"" << text << "\"";
    element.real = text == "nan" ? NAN : text == "-inf" ? -INFINITY : INFINITY;
    return success();
  }
  // The sign first: the parser takes a minus for the beginning of an integer.
  bool negative = succeeded(parser.parseOptionalMinus());
  APInt integer;
  OptionalParseResult parsed = parser.parseOptionalInteger(integer);
  if (parsed.has_value()) {
    if (failed(*parsed))
      return failure();
    integer = integer.sext(integer.getBitWidth() + 1);
    if (negative)
      integer.negate();
    if (integer.isSignedIntN(64))
      element.integer = integer.sextOrTrunc(64).getSExtValue();
    element.real = integer.signedRoundToDouble();
    return success();
  }
  if (parser.parseFloat(element.real))
    return failure();
  element.real = negative ? -element.real : element.real;
  return success();
}

static FailureOr<Tensor> makeTensor(AsmParser &parser, SMLoc loc, RankedTensorType type, ArrayRef<Element> elements) {
  std::optional<DataType> elementType = getDataType(type.getElementType());
  if (!elementType || !type.hasStaticShape() || type.getNumElements() != int64_t(elements.size()))
    return parser.emitError(loc) << "expected elements for " << type << ", found " << elements.size();
  qcompile::runtime::Shape shape(type.getShape().begin(), type.getShape().end());
  if (elementType->IsFloat()) {
    std::vector<double> values;
    for (const Element &element : elements)
      values.push_back(element.real);
    return Tensor::FromReals(*elementType, shape, values);
  }
  std::vector<int64_t> values;
  for (const Element &element : elements) {
    if (!element.integer)
      return parser.emitError(loc) << "expected integers of at most 64 bits for " << type;
    values.push_back(*element.integer);
  }
  auto tensor = Tensor::FromIntegers(*elementType, shape, values);
  if (!tensor.ok())
    return parser.emitError(loc) << std::string(tensor.status().message());
  return *tensor;
}

Attribute ConstantAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  std::string name;
  SmallVector<Element> elements;
  RankedTensorType type;
  if (parser.parseLess() || parser.parseString(&name))
    return nullptr;
  bool isInline = succeeded(parser.parseOptionalComma());
  auto parseNext = [&] { return parseElement(parser, elements.emplace_back()); };
  if ((isInline && parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseNext)) ||
      parser.parseColonType(type) || parser.parseGreater())
    return nullptr;
  if (isInline) {
    FailureOr<Tensor> tensor = makeTensor(parser, loc, type, elements);
    return failed(tensor) ? nullptr : Attribute(get(parser.getContext(), name, *tensor));
  }
  const ConstantEntry *entry = getStore(parser.getContext()).find(name);
  if (!entry) {
    parser.emitError(loc) << "constant '" << name
                          << "' has no data: load the side file that was written with this text";
    return nullptr;
  }
  std::string error;
  ConstantAttr constant = getFromStorage(type, name, entry->bytes, entry->owner, error);
  if (!constant)
    parser.emitError(loc) << "constant '" << name << "': " << error;
  return constant;
}
