//===- StructureMetadata.cpp - Structures of weights in ONNX files --------===//
#include "compiler/frontend/StructureMetadata.h"

#include "dialects/data/ElementStorage.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
namespace json = llvm::json;

namespace qcompile::frontend {

/// The version of the entry's form.
static constexpr int64_t kVersion = 1;

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json::Value toJson(data::ConstantAttr constant) {
  std::optional<runtime::DataType> type = data::getDataType(constant.getType().getElementType());
  return json::Object{{"name", constant.getName()},
                      {"type", type->ToString()},
                      {"shape", json::Array(constant.getType().getShape())},
                      {"data", llvm::encodeBase64(llvm::toStringRef(constant.getBytes()))}};
}

static json::Object toJson(encoding::EncodingAttr structure) {
  json::Object out{{"encoding", structure.getEncodingName()},
                   {"order", json::Array(structure.getOrder())},
                   {"rows", structure.getRows()}};
  if (!structure.getShape().empty())
    out["shape"] = json::Array(structure.getShape());
  llvm::TypeSwitch<encoding::EncodingAttr>(structure)
      .Case([&](encoding::NmAttr attr) {
        out["n"] = attr.getN();
        out["m"] = attr.getM();
      })
      .Case([&](encoding::RunLengthAttr attr) { out["gap_bits"] = attr.getGapBits(); })
      .Case([&](encoding::CirculantAttr attr) { out["block"] = attr.getBlock(); })
      .Case([&](encoding::BasisAttr attr) {
        out["levels"] = attr.getLevels();
        out["basis_bits"] = attr.getBasisBits();
        out["length"] = attr.getLength();
        out["coefficients"] = toJson(attr.getCoefficients());
        out["basis"] = toJson(attr.getBasis());
      })
      .Case([](encoding::CooAttr) {});
  return out;
}

std::string writeStructures(const Structures &structures) {
  json::Object weights;
  for (const auto &[name, structure] : structures)
    weights[json::fixUTF8(name)] = toJson(structure);
  std::string text;
  // Objects are written in the order of their keys.
  llvm::raw_string_ostream(text) << json::Value(json::Object{{"version", kVersion}, {"weights", std::move(weights)}});
  return text;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {
/// Reads one structure; the first problem ends it.
class StructureReader {
public:
  StructureReader(MLIRContext *context, const json::Object &object) : context(context), object(object) {}

  encoding::EncodingAttr read() {
    std::optional<StringRef> name = object.getString("encoding");
    SmallVector<int64_t> order = getList(object, "order", /*optional=*/false);
    SmallVector<int64_t> shape = getList(object, "shape", /*optional=*/true);
    int64_t rows = getNumber("rows");
    if (!name)
      return fail("expected a string 'encoding'");
    if (*name == "n_m") {
      int64_t n = getNumber("n"), m = getNumber("m");
      return make<encoding::NmAttr>(n, m, order, rows, shape);
    }
    if (*name == "coo")
      return make<encoding::CooAttr>(order, rows, shape);
    if (*name == "run_length")
      return make<encoding::RunLengthAttr>(getNumber("gap_bits"), order, rows, shape);
    if (*name == "circulant")
      return make<encoding::CirculantAttr>(getNumber("block"), order, rows, shape);
    if (*name == "basis") {
      int64_t levels = getNumber("levels"), bits = getNumber("basis_bits");
      int64_t length = getNumber("length");
      data::ConstantAttr coefficients = getConstant("coefficients"), basis = getConstant("basis");
      return make<encoding::BasisAttr>(levels, bits, length, coefficients, basis, order, rows, shape);
    }
    return fail("encoding '" + name->str() + "' is not known");
  }

  std::string problem;

private:
  std::nullptr_t fail(std::string reason) {
    if (problem.empty())
      problem = std::move(reason);
    return nullptr;
  }

  /// The attribute, if its own verifier takes it.
  template <typename Attr, typename... Parameters> encoding::EncodingAttr make(Parameters... parameters) {
    if (!problem.empty())
      return nullptr;
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      fail(diagnostic.str());
      return success();
    });
    auto emit = [&] { return mlir::emitError(UnknownLoc::get(context)); };
    if (failed(Attr::verify(emit, parameters...)))
      return nullptr;
    return Attr::get(context, parameters...);
  }

  int64_t getNumber(StringRef key) {
    std::optional<int64_t> value = object.getInteger(key);
    if (!value)
      fail("expected an integer '" + key.str() + "'");
    return value.value_or(0);
  }

  SmallVector<int64_t> getList(const json::Object &from, StringRef key, bool optional) {
    SmallVector<int64_t> out;
    const json::Value *value = from.get(key);
    if (!value && optional)
      return out;
    const json::Array *list = value ? value->getAsArray() : nullptr;
    bool valid = list != nullptr;
    for (size_t i = 0; valid && i < list->size(); ++i) {
      std::optional<int64_t> element = (*list)[i].getAsInteger();
      valid = element.has_value();
      out.push_back(element.value_or(0));
    }
    if (!valid)
      fail("expected a list of integers '" + key.str() + "'");
    return out;
  }

  data::ConstantAttr getConstant(StringRef key) {
    const json::Object *from = object.getObject(key);
    std::optional<StringRef> name = from ? from->getString("name") : std::nullopt;
    std::optional<StringRef> typeName = from ? from->getString("type") : std::nullopt;
    std::optional<StringRef> text = from ? from->getString("data") : std::nullopt;
    if (!name || !typeName || !text)
      return fail("expected a tensor '" + key.str() + "' with name, type, shape and data");
    auto type = runtime::DataType::Parse({typeName->data(), typeName->size()});
    SmallVector<int64_t> shape = getList(*from, "shape", /*optional=*/false);
    auto bytes = std::make_shared<std::vector<char>>();
    llvm::Error error = llvm::decodeBase64(*text, *bytes);
    bool isText = !error;
    llvm::consumeError(std::move(error));
    bool isNumber = type.ok() && (type->IsFloat() || type->kind == runtime::TypeKind::kSigned);
    if (!isText || !isNumber || llvm::any_of(shape, [](int64_t d) { return d < 0; }))
      return fail("expected tensor '" + key.str() + "' to have a type intN or float32, extents, and data in base64");
    Type element = type->IsFloat() ? (type->bits == 32 ? Type(Float32Type::get(context)) : Float64Type::get(context))
                                   : qnn::getCodeType(context, *type);
    std::string reason;
    ArrayRef<uint8_t> raw(reinterpret_cast<const uint8_t *>(bytes->data()), bytes->size());
    auto constant =
        data::ConstantAttr::getFromStorage(RankedTensorType::get(shape, element), *name, raw, bytes, reason);
    if (!constant)
      return fail("tensor '" + key.str() + "': " + reason);
    return constant;
  }

  MLIRContext *context;
  const json::Object &object;
};
} // namespace

Structures readStructures(MLIRContext *context, StringRef text, std::vector<std::string> &problems) {
  Structures out;
  llvm::Expected<json::Value> parsed = json::parse(text);
  const json::Object *root = parsed ? parsed->getAsObject() : nullptr;
  const json::Object *weights = root ? root->getObject("weights") : nullptr;
  if (!weights || root->getInteger("version") != kVersion) {
    problems.push_back("expected a JSON object with version " + std::to_string(kVersion) + " and weights, found " +
                       (parsed ? "another one" : llvm::toString(parsed.takeError())));
    return out;
  }
  const json::Object none;
  std::map<std::string, const json::Value *> sorted;
  for (const auto &[name, value] : *weights)
    sorted[StringRef(name).str()] = &value;
  for (const auto &[name, value] : sorted) {
    const json::Object *object = value->getAsObject();
    StructureReader reader(context, object ? *object : none);
    if (encoding::EncodingAttr structure = reader.read())
      out[name] = structure;
    else
      problems.push_back("weights '" + name + "': " + reader.problem);
  }
  return out;
}

} // namespace qcompile::frontend
