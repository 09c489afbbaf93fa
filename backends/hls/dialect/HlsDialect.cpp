//===- HlsDialect.cpp - The hls dialect: types and text form --------------===//
#include "backends/hls/dialect/HlsDialect.h"

#include "dialects/data/ElementStorage.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcompile::hls;

#include "backends/hls/dialect/HlsDialect.cpp.inc"

#include "backends/hls/dialect/HlsAttrInterfaces.cpp.inc"
#include "backends/hls/dialect/HlsOpInterfaces.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "backends/hls/dialect/HlsTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "backends/hls/dialect/HlsAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "backends/hls/dialect/HlsOps.cpp.inc"

void HlsDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "backends/hls/dialect/HlsTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "backends/hls/dialect/HlsAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "backends/hls/dialect/HlsOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

int64_t StreamType::getElementBits() const { return qcompile::data::getDataType(getElementType())->bits; }

StreamType StreamType::withLanes(int64_t lanes) const {
  return get(getContext(), getElements() / lanes, lanes, getElementType());
}

void StreamType::print(AsmPrinter &printer) const {
  printer << "<" << getWords() << "x" << getLanes() << "x" << getElementType() << ">";
}

Type StreamType::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> dimensions;
  Type elementType;
  if (parser.parseLess() || parser.parseDimensionList(dimensions, /*allowDynamic=*/false) ||
      parser.parseType(elementType) || parser.parseGreater())
    return nullptr;
  if (dimensions.size() != 2) {
    parser.emitError(loc) << "expected words x lanes x type, found " << dimensions.size() << " dimensions";
    return nullptr;
  }
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(), dimensions[0], dimensions[1],
                    elementType);
}

LogicalResult StreamType::verify(llvm::function_ref<InFlightDiagnostic()> emitError, int64_t words, int64_t lanes,
                                 Type elementType) {
  if (!qcompile::qnn::isCodeType(elementType))
    return emitError() << "expected elements of integer or bipolar type, found " << elementType;
  if (words < 1 || lanes < 1)
    return emitError() << "expected at least one word and one lane, found " << words << " and " << lanes;
  int64_t bits = qcompile::data::getDataType(elementType)->bits;
  if (lanes > kMaxWordBits / bits)
    return emitError() << "expected a word of at most " << kMaxWordBits << " bits, found " << lanes << " lanes of "
                       << bits << " bits";
  return success();
}
