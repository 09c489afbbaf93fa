//===- BasisEncoding.cpp - Coefficients times a small basis ---------------===//
#include "absl/strings/str_cat.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/encoding/Elements.h"
#include "dialects/encoding/EncodingDialect.h"
#include "runtime/encoding/basis.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::encoding;
using runtime::DataType;
using runtime::Shape;
using runtime::Tensor;
using runtime::encoding::BasisFactors;
using runtime::encoding::BasisShape;
using runtime::encoding::MatrixShape;

LogicalResult BasisAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t levels, int64_t basisBits,
                                int64_t length, data::ConstantAttr coefficients, data::ConstantAttr basis,
                                ArrayRef<int64_t> order, int64_t rows, ArrayRef<int64_t> shape) {
  if (failed(verifyArrangement(emitError, order, rows, shape))) // C1
    return failure();
  // C2; the sizes and elements are checked against the weights.
  std::optional<DataType> coefficient = data::getDataType(coefficients.getType().getElementType());
  std::optional<DataType> element = data::getDataType(basis.getType().getElementType());
  if (coefficients.getType().getRank() != 3 || !coefficient || coefficient->kind != runtime::TypeKind::kSigned)
    return emitError() << "expected coefficients of rank 3 and a signed type, found " << coefficients.getType();
  bool isElement =
      element && (*element == DataType::Float32() || (basisBits >= 2 && basisBits <= runtime::encoding::kMaxBasisBits &&
                                                      *element == DataType::Signed(int(basisBits))));
  int64_t n = coefficients.getType().getDimSize(2);
  if (basis.getType().getRank() != 4 || !isElement || basis.getType().getDimSize(2) != n ||
      basis.getType().getDimSize(3) != n)
    return emitError() << "expected bases [outputs, blocks, " << n << ", " << n << "] of basis_bits = " << basisBits
                       << " bits (2 to 16), found " << basis.getType();
  if (levels < 1 || levels > runtime::encoding::kMaxBasisLevels || length < 1)
    return emitError() << "expected levels from 1 to 15 and a length of at least 1, found " << levels << " and "
                       << length;
  return success();
}

StringRef BasisAttr::getEncodingName() const { return getMnemonic(); }

EncodingAttr BasisAttr::withOrder(ArrayRef<int64_t> order, ArrayRef<int64_t> shape) const {
  return BasisAttr::get(getContext(), getLevels(), getBasisBits(), getLength(), getCoefficients(), getBasis(), order,
                        getRows(), shape);
}

static BasisShape getBasisShape(BasisAttr attr) {
  return {attr.getCoefficients().getType().getDimSize(2), attr.getLength(), attr.getLevels(), attr.getBasisBits()};
}

static bool isFloatBasis(BasisAttr attr) { return attr.getBasis().getType().getElementType().isF32(); }

/// The factors of integer bases, checked against the matrix (C2).
static absl::StatusOr<BasisFactors> getFactors(BasisAttr attr, MatrixShape matrix) {
  if (isFloatBasis(attr))
    return absl::InvalidArgumentError("expected a basis of integers for integer codes, found float32");
  BasisFactors factors{attr.getCoefficients().getTensor().ToIntegers(), attr.getBasis().getTensor().ToIntegers()};
  BasisShape shape = getBasisShape(attr);
  absl::Status status = runtime::encoding::CheckBasis(shape, matrix, factors);
  if (!status.ok())
    return status;
  ArrayRef<int64_t> found = attr.getCoefficients().getType().getShape();
  if (found[0] != matrix.outputs || found[1] != shape.Vectors(matrix))
    return absl::InvalidArgumentError(absl::StrCat("expected coefficients [", matrix.outputs, ", ",
                                                   shape.Vectors(matrix), ", ", shape.n, "], found [", found[0], ", ",
                                                   found[1], ", ", found[2], "]"));
  return factors;
}

/// The real numbers that float bases give, each rounded once to float32.
static absl::Status checkFloats(BasisAttr attr, MatrixShape matrix, const Tensor &tensor,
                                absl::Span<const int64_t> positions) {
  Tensor coefficients = attr.getCoefficients().getTensor(), basis = attr.getBasis().getTensor();
  BasisShape shape = getBasisShape(attr);
  // The coefficients and sizes are those of integer bases of the same shape.
  std::vector<int64_t> zeros(basis.size());
  absl::Status status = runtime::encoding::CheckBasis(shape, matrix, {coefficients.ToIntegers(), zeros});
  if (!status.ok())
    return status;
  int64_t n = shape.n, vectors = shape.Vectors(matrix), blocks = shape.Blocks(matrix);
  for (int64_t e = 0; e < matrix.size(); ++e) {
    int64_t o = e / matrix.length, v = e % matrix.length / n, j = e % matrix.length % n;
    double sum = 0;
    for (int64_t i = 0; i < n; ++i)
      sum += coefficients.DoubleAt((o * vectors + v) * n + i) *
             basis.DoubleAt(((o * blocks + v / shape.length) * n + i) * n + j);
    if (float(sum) != float(tensor.DoubleAt(positions[e])))
      return absl::InvalidArgumentError(absl::StrCat("output ", o, ": expected ", float(sum), " at position ",
                                                     e % matrix.length, ", found ", tensor.DoubleAt(positions[e])));
  }
  return absl::OkStatus();
}

absl::Status BasisAttr::checkElements(const Tensor &tensor) const {
  absl::StatusOr<Shape> viewed = getViewedShape(*this, tensor.shape());
  if (!viewed.ok())
    return viewed.status();
  absl::Span<const int64_t> order(getOrder().data(), getOrder().size());
  MatrixShape matrix = runtime::encoding::GetMatrixShape(*viewed, order, getRows());
  if (tensor.type().IsFloat()) {
    if (!isFloatBasis(*this))
      return absl::InvalidArgumentError("expected integer codes for a basis of integers, found floats");
    return checkFloats(*this, matrix, tensor, runtime::encoding::GetMatrixPositions(*viewed, order));
  }
  absl::StatusOr<BasisFactors> factors = getFactors(*this, matrix); // C2
  if (!factors.ok())
    return factors.status();
  std::vector<int64_t> expected = runtime::encoding::ExpandBasis(getBasisShape(*this), matrix, *factors);
  std::vector<int64_t> found = runtime::encoding::ToMatrix(tensor.Reshaped(*viewed), order);
  for (int64_t e = 0; e < matrix.size(); ++e)
    if (expected[e] != found[e]) // C3
      return absl::InvalidArgumentError(absl::StrCat("output ", e / matrix.length,
                                                     ": expected coefficients times basis, ", expected[e],
                                                     ", at position ", e % matrix.length, ", found ", found[e]));
  return absl::OkStatus();
}

int64_t BasisAttr::countBits(const Tensor &codes) const {
  absl::StatusOr<MatrixElements> matrix = encoding::getElements(*this, codes);
  absl::StatusOr<BasisFactors> factors = getFactors(*this, matrix->shape);
  return runtime::encoding::CountBasisBits(getBasisShape(*this), matrix->shape, *factors);
}

absl::StatusOr<std::vector<uint8_t>> BasisAttr::encode(const Tensor &codes) const {
  absl::Status status = checkElements(codes);
  if (!status.ok())
    return status;
  absl::StatusOr<MatrixElements> matrix = encoding::getElements(*this, codes);
  absl::StatusOr<BasisFactors> factors = getFactors(*this, matrix->shape);
  if (!factors.ok())
    return factors.status();
  return runtime::encoding::EncodeBasis(getBasisShape(*this), matrix->shape, *factors);
}

absl::StatusOr<Tensor> BasisAttr::decode(DataType type, const Shape &shape, ArrayRef<uint8_t> bytes) const {
  absl::StatusOr<Shape> viewed = getViewedShape(*this, shape);
  if (!viewed.ok())
    return viewed.status();
  absl::Span<const int64_t> order(getOrder().data(), getOrder().size());
  MatrixShape matrix = runtime::encoding::GetMatrixShape(*viewed, order, getRows());
  BasisShape basis = getBasisShape(*this);
  absl::StatusOr<BasisFactors> factors = runtime::encoding::DecodeBasis(basis, matrix, {bytes.data(), bytes.size()});
  if (!factors.ok())
    return factors.status();
  absl::StatusOr<Tensor> tensor =
      runtime::encoding::FromMatrix(type, *viewed, order, runtime::encoding::ExpandBasis(basis, matrix, *factors));
  if (!tensor.ok())
    return tensor;
  return tensor->Reshaped(shape);
}
