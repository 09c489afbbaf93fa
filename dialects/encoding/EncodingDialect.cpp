//===- EncodingDialect.cpp - How weights are stored -----------------------===//
#include "dialects/encoding/EncodingDialect.h"

#include <cstring>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "dialects/encoding/Elements.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/Operation.h"
#include "runtime/encoding/circulant.h"
#include "runtime/encoding/line_format.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::encoding;
using runtime::DataType;
using runtime::Shape;
using runtime::Tensor;
using runtime::encoding::LineFormat;
using runtime::encoding::MatrixShape;

#include "dialects/encoding/EncodingDialect.cpp.inc"
#include "dialects/encoding/EncodingInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/encoding/EncodingAttributes.cpp.inc"

class encoding::HeldEncodings {
public:
  using Pair = std::pair<Attribute, Attribute>;
  bool contains(Pair pair) {
    std::lock_guard lock(mutex);
    return pairs.contains(pair);
  }
  void insert(Pair pair) {
    std::lock_guard lock(mutex);
    pairs.insert(pair);
  }

private:
  std::mutex mutex;
  llvm::DenseSet<Pair> pairs;
};

void EncodingDialect::initialize() {
  held = std::make_shared<HeldEncodings>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/encoding/EncodingAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

static absl::Span<const int64_t> toSpan(ArrayRef<int64_t> list) { return {list.data(), list.size()}; }

LogicalResult encoding::report(function_ref<InFlightDiagnostic()> emitError, const absl::Status &status) {
  if (status.ok())
    return success();
  return emitError() << std::string(status.message());
}

LogicalResult encoding::verifyArrangement(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> order,
                                          int64_t rows, ArrayRef<int64_t> shape) {
  if (llvm::any_of(shape, [](int64_t extent) { return extent < 0; }))
    return emitError() << "expected extents that are not negative";
  size_t rank = shape.empty() ? order.size() : shape.size();
  return report(emitError, runtime::encoding::CheckOrder(rank, toSpan(order), rows));
}

absl::StatusOr<Shape> encoding::getViewedShape(EncodingAttr encoding, const Shape &shape) {
  Shape viewed = shape;
  if (!encoding.getShape().empty()) {
    viewed.assign(encoding.getShape().begin(), encoding.getShape().end());
    // Products of hostile extents may overflow: each step is compared with what there is.
    int64_t left = runtime::NumElements(shape);
    bool fits = true;
    for (int64_t extent : viewed) {
      fits = fits && (extent == 0 ? left == 0 : left % extent == 0);
      left = fits && extent > 0 ? left / extent : left;
    }
    if (!fits || left > 1)
      return absl::InvalidArgumentError(absl::StrCat("expected a shape of ", runtime::NumElements(shape),
                                                     " elements, found ", runtime::ShapeToString(viewed)));
  }
  absl::Status status = runtime::encoding::CheckOrder( // C1
      int64_t(viewed.size()), toSpan(encoding.getOrder()), encoding.getRows());
  if (!status.ok())
    return status;
  return viewed;
}

absl::Status encoding::checkShape(EncodingAttr encoding, ArrayRef<int64_t> shape) {
  return getViewedShape(encoding, {shape.begin(), shape.end()}).status();
}

/// Numbers that are equal where the floats are: their bits, with one zero.
static std::vector<int64_t> toNumbers(const Tensor &tensor) {
  std::vector<int64_t> out(tensor.size());
  for (int64_t i = 0; i < tensor.size(); ++i) {
    double value = tensor.DoubleAt(i);
    if (value != 0)
      std::memcpy(&out[i], &value, sizeof(value));
  }
  return out;
}

absl::StatusOr<MatrixElements> encoding::getElements(EncodingAttr encoding, const Tensor &tensor) {
  absl::StatusOr<Shape> shape = getViewedShape(encoding, tensor.shape());
  if (!shape.ok())
    return shape.status();
  absl::Span<const int64_t> order = toSpan(encoding.getOrder());
  MatrixElements out{runtime::encoding::GetMatrixShape(*shape, order, encoding.getRows()), {}};
  if (!tensor.type().IsFloat()) {
    out.elements = runtime::encoding::ToMatrix(tensor.Reshaped(*shape), order);
    return out;
  }
  std::vector<int64_t> numbers = toNumbers(tensor);
  for (int64_t position : runtime::encoding::GetMatrixPositions(*shape, order))
    out.elements.push_back(numbers[position]);
  return out;
}

static absl::StatusOr<Tensor> toTensor(EncodingAttr encoding, DataType type, const Shape &shape, const Shape &viewed,
                                       const std::vector<int64_t> &elements) {
  absl::StatusOr<Tensor> tensor = runtime::encoding::FromMatrix(type, viewed, toSpan(encoding.getOrder()), elements);
  if (!tensor.ok())
    return tensor;
  return tensor->Reshaped(shape);
}

EncodingAttr encoding::getStructure(Operation *constant) {
  return constant->getAttrOfType<EncodingAttr>(kStructureAttr);
}

absl::Status encoding::checkConstant(EncodingAttr encoding, data::ConstantAttr constant) {
  HeldEncodings &held = encoding.getContext()->getOrLoadDialect<EncodingDialect>()->getHeld();
  HeldEncodings::Pair pair(constant, encoding);
  if (held.contains(pair))
    return absl::OkStatus();
  absl::Status status = encoding.checkElements(constant.getTensor());
  if (status.ok())
    held.insert(pair);
  return status;
}

EncodingAttr encoding::keepIfHeld(EncodingAttr encoding, const Tensor &tensor) {
  return encoding && encoding.checkElements(tensor).ok() ? encoding : nullptr;
}

int64_t encoding::getStoredBits(data::ConstantAttr constant, EncodingAttr encoding) {
  if (encoding)
    return encoding.countBits(constant.getTensor());
  return constant.size() * constant.getTensor().type().bits;
}

//===----------------------------------------------------------------------===//
// Encodings that store every output for itself
//===----------------------------------------------------------------------===//

/// The element type as far as formats care: floats count as numbers with a zero.
static DataType getLineType(const Tensor &tensor) {
  return tensor.type().IsFloat() ? DataType::Int64() : tensor.type();
}

static absl::Status checkLines(EncodingAttr encoding, const LineFormat &format, const Tensor &tensor) {
  absl::Status status = runtime::encoding::CheckFormat(format, getLineType(tensor)); // C2, C3
  absl::StatusOr<MatrixElements> matrix = getElements(encoding, tensor);
  if (!matrix.ok() || !status.ok())
    return matrix.ok() ? status : matrix.status();
  auto [outputs, length] = matrix->shape;
  for (int64_t o = 0; o < outputs; ++o) {
    absl::Span<const int64_t> all = matrix->elements;
    status = runtime::encoding::CheckLine(format, all.subspan(o * length, length)); // C3
    if (!status.ok())
      return absl::InvalidArgumentError(absl::StrCat("output ", o, ": ", status.message()));
  }
  return status;
}

static int64_t countLineBits(EncodingAttr encoding, const LineFormat &format, const Tensor &codes) {
  absl::StatusOr<MatrixElements> matrix = getElements(encoding, codes);
  auto [outputs, length] = matrix->shape;
  int64_t bits = 0;
  for (int64_t o = 0; o < outputs; ++o) {
    absl::Span<const int64_t> all = matrix->elements;
    bits += runtime::encoding::CountBits(format, codes.type(), all.subspan(o * length, length));
  }
  return bits;
}

static absl::StatusOr<std::vector<uint8_t>> encodeLines(EncodingAttr encoding, const LineFormat &format,
                                                        const Tensor &codes) {
  absl::StatusOr<MatrixElements> matrix = getElements(encoding, codes);
  if (!matrix.ok())
    return matrix.status();
  return runtime::encoding::EncodeLines(format, codes.type(), matrix->shape, matrix->elements);
}

static absl::StatusOr<Tensor> decodeLines(EncodingAttr encoding, const LineFormat &format, DataType type,
                                          const Shape &shape, ArrayRef<uint8_t> bytes) {
  absl::StatusOr<Shape> viewed = getViewedShape(encoding, shape);
  if (!viewed.ok())
    return viewed.status();
  MatrixShape matrix = runtime::encoding::GetMatrixShape(*viewed, toSpan(encoding.getOrder()), encoding.getRows());
  absl::StatusOr<std::vector<int64_t>> elements =
      runtime::encoding::DecodeLines(format, type, matrix, {bytes.data(), bytes.size()});
  if (!elements.ok())
    return elements.status();
  return toTensor(encoding, type, shape, *viewed, *elements);
}

static LineFormat getFormat(NmAttr attr) { return LineFormat::Nm(attr.getN(), attr.getM()); }
static LineFormat getFormat(CooAttr) { return LineFormat::Coo(); }
static LineFormat getFormat(RunLengthAttr attr) { return LineFormat::RunLength(attr.getGapBits()); }

LogicalResult NmAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t n, int64_t m,
                             ArrayRef<int64_t> order, int64_t rows, ArrayRef<int64_t> shape) {
  return success(succeeded(verifyArrangement(emitError, order, rows, shape)) && // C1
                 succeeded(report(emitError, runtime::encoding::CheckFormat(    // C2
                                                 LineFormat::Nm(n, m), DataType::Int64()))));
}

LogicalResult CooAttr::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> order, int64_t rows,
                              ArrayRef<int64_t> shape) {
  return verifyArrangement(emitError, order, rows, shape); // C1
}

LogicalResult RunLengthAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t gapBits,
                                    ArrayRef<int64_t> order, int64_t rows, ArrayRef<int64_t> shape) {
  return success(succeeded(verifyArrangement(emitError, order, rows, shape)) && // C1
                 succeeded(report(emitError, runtime::encoding::CheckFormat(    // C2
                                                 LineFormat::RunLength(gapBits), DataType::Int64()))));
}

EncodingAttr NmAttr::withOrder(ArrayRef<int64_t> order, ArrayRef<int64_t> shape) const {
  return NmAttr::get(getContext(), getN(), getM(), order, getRows(), shape);
}
EncodingAttr CooAttr::withOrder(ArrayRef<int64_t> order, ArrayRef<int64_t> shape) const {
  return CooAttr::get(getContext(), order, getRows(), shape);
}
EncodingAttr RunLengthAttr::withOrder(ArrayRef<int64_t> order, ArrayRef<int64_t> shape) const {
  return RunLengthAttr::get(getContext(), getGapBits(), order, getRows(), shape);
}

#define QC_LINE_ENCODING(Name)                                                                                         \
  StringRef Name::getEncodingName() const { return getMnemonic(); }                                                    \
  absl::Status Name::checkElements(const Tensor &tensor) const { return checkLines(*this, getFormat(*this), tensor); } \
  int64_t Name::countBits(const Tensor &codes) const { return countLineBits(*this, getFormat(*this), codes); }         \
  absl::StatusOr<std::vector<uint8_t>> Name::encode(const Tensor &codes) const {                                       \
    return encodeLines(*this, getFormat(*this), codes);                                                                \
  }                                                                                                                    \
  absl::StatusOr<Tensor> Name::decode(DataType type, const Shape &shape, ArrayRef<uint8_t> bytes) const {              \
    return decodeLines(*this, getFormat(*this), type, shape, bytes);                                                   \
  }

QC_LINE_ENCODING(NmAttr)
QC_LINE_ENCODING(CooAttr)
QC_LINE_ENCODING(RunLengthAttr)
#undef QC_LINE_ENCODING

//===----------------------------------------------------------------------===//
// Block-circulant weights
//===----------------------------------------------------------------------===//

LogicalResult CirculantAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t block,
                                    ArrayRef<int64_t> order, int64_t rows, ArrayRef<int64_t> shape) {
  if (failed(verifyArrangement(emitError, order, rows, shape))) // C1
    return failure();
  if (block < 1) // C2
    return emitError() << "expected a block of at least 1, found " << block;
  return success();
}

StringRef CirculantAttr::getEncodingName() const { return getMnemonic(); }

EncodingAttr CirculantAttr::withOrder(ArrayRef<int64_t> order, ArrayRef<int64_t> shape) const {
  return CirculantAttr::get(getContext(), getBlock(), order, getRows(), shape);
}

absl::Status CirculantAttr::checkElements(const Tensor &tensor) const {
  absl::StatusOr<MatrixElements> matrix = getElements(*this, tensor);
  if (!matrix.ok())
    return matrix.status();
  return runtime::encoding::CheckCirculant(getBlock(), matrix->shape, matrix->elements); // C2, C3
}

int64_t CirculantAttr::countBits(const Tensor &codes) const {
  absl::StatusOr<MatrixElements> matrix = getElements(*this, codes);
  return runtime::encoding::CountCirculantCodes(getBlock(), matrix->shape) * codes.type().bits;
}

absl::StatusOr<std::vector<uint8_t>> CirculantAttr::encode(const Tensor &codes) const {
  absl::StatusOr<MatrixElements> matrix = getElements(*this, codes);
  if (!matrix.ok())
    return matrix.status();
  return runtime::encoding::EncodeCirculant(getBlock(), codes.type(), matrix->shape, matrix->elements);
}

absl::StatusOr<Tensor> CirculantAttr::decode(DataType type, const Shape &shape, ArrayRef<uint8_t> bytes) const {
  absl::StatusOr<Shape> viewed = getViewedShape(*this, shape);
  if (!viewed.ok())
    return viewed.status();
  MatrixShape matrix = runtime::encoding::GetMatrixShape(*viewed, toSpan(getOrder()), getRows());
  absl::StatusOr<std::vector<int64_t>> elements =
      runtime::encoding::DecodeCirculant(getBlock(), type, matrix, {bytes.data(), bytes.size()});
  if (!elements.ok())
    return elements.status();
  return toTensor(*this, type, shape, *viewed, *elements);
}
