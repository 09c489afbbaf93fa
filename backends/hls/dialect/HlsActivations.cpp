//===- HlsActivations.cpp - Functions of a channel's numbers --------------===//
#include "backends/hls/dialect/HlsDialect.h"

#include "dialects/data/ElementStorage.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::hls;

using Source = llvm::function_ref<int64_t(int64_t)>;
using EmitError = llvm::function_ref<InFlightDiagnostic()>;

static SmallVector<int64_t> selectRows(ArrayRef<int64_t> values, int64_t rows, Source source) {
  SmallVector<int64_t> out;
  for (int64_t row = 0; row < rows; ++row)
    out.push_back(values[source(row)]);
  return out;
}

/// The rows of a constant [rows, count].
static data::ConstantAttr selectRows(data::ConstantAttr constant, int64_t rows, Source source) {
  runtime::Tensor old = constant.getTensor();
  int64_t count = constant.getType().getDimSize(1);
  std::vector<int64_t> values;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t i = 0; i < count; ++i)
      values.push_back(old.IntegerAt(source(row) * count + i));
  // Values of the old tensor are values of its type.
  runtime::Tensor tensor = *runtime::Tensor::FromIntegers(old.type(), {rows, count}, values);
  return data::ConstantAttr::get(constant.getContext(), constant.getName(), tensor);
}

static LogicalResult verifyMatrix(EmitError emitError, data::ConstantAttr constant, int64_t most, StringRef what) {
  RankedTensorType type = constant.getType();
  if (type.getRank() != 2 || !qnn::isCodeType(type.getElementType()) || type.getDimSize(0) < 1 ||
      type.getDimSize(1) < 1 || type.getDimSize(1) > most)
    return emitError() << "expected integer " << what << " [rows, 1 to " << most << "], found " << type;
  return success();
}

static LogicalResult verifyRange(EmitError emitError, int64_t low, int64_t high, Type result) {
  runtime::DataType code = *data::getDataType(result);
  if (low > high || !code.Contains(low) || !code.Contains(high))
    return emitError() << "expected low <= high to be values of " << result << ", found " << low << " and " << high;
  return success();
}

//===----------------------------------------------------------------------===//
// Thresholds
//===----------------------------------------------------------------------===//

int64_t ThresholdsAttr::getRows() const { return getLevels().getType().getDimSize(0); }

ActivationInterface ThresholdsAttr::withRows(int64_t rows, Source source) const {
  return get(getContext(), selectRows(getLevels(), rows, source),
             DenseI64ArrayAttr::get(getContext(), selectRows(getDirections().asArrayRef(), rows, source)), getLow(),
             getStep());
}

LogicalResult ThresholdsAttr::verifyCodes(EmitError emitError, Type result) const {
  if (failed(verifyMatrix(emitError, getLevels(), 255, "thresholds")))
    return failure();
  if (getDirections().size() != getRows())
    return emitError() << "expected " << getRows() << " directions, found " << getDirections().size();
  for (int64_t direction : getDirections().asArrayRef())
    if (direction != 1 && direction != -1)
      return emitError() << "expected directions 1 or -1, found " << direction;
  runtime::DataType code = *data::getDataType(result);
  int64_t span, high;
  if (llvm::MulOverflow(getStep(), getCount(), span) || llvm::AddOverflow(getLow(), span, high) ||
      !code.Contains(getLow()) || !code.Contains(high))
    return emitError() << "expected low and low + step * " << getCount() << " to be values of " << result
                       << ", found low " << getLow() << " and step " << getStep();
  return success();
}

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

int64_t TableAttr::getRows() const { return getValues().getType().getDimSize(0); }

ActivationInterface TableAttr::withRows(int64_t rows, Source source) const {
  return get(getContext(), selectRows(getValues(), rows, source), getLow());
}

LogicalResult TableAttr::verifyCodes(EmitError emitError, Type result) const {
  if (failed(verifyMatrix(emitError, getValues(), 65536, "values")))
    return failure();
  if (getValues().getType().getElementType() != result)
    return emitError() << "expected values of type " << result << ", found " << getValues().getType();
  const int64_t most = int64_t(1) << kMaxNumberBits;
  if (getLow() < -most || getLow() > most)
    return emitError() << "expected a low of at most " << kMaxNumberBits << " bits, found " << getLow();
  return success();
}

//===----------------------------------------------------------------------===//
// Multiply, add, shift
//===----------------------------------------------------------------------===//

int64_t MultiplyShiftAttr::getRows() const { return getMultipliers().size(); }

ActivationInterface MultiplyShiftAttr::withRows(int64_t rows, Source source) const {
  auto select = [&](DenseI64ArrayAttr values) {
    return DenseI64ArrayAttr::get(getContext(), selectRows(values.asArrayRef(), rows, source));
  };
  return get(getContext(), select(getMultipliers()), select(getOffsets()), getShift(), getRounding(), getLow(),
             getHigh());
}

LogicalResult MultiplyShiftAttr::verifyCodes(EmitError emitError, Type result) const {
  if (getMultipliers().empty() || getMultipliers().size() != getOffsets().size())
    return emitError() << "expected as many multipliers as offsets, found " << getMultipliers().size() << " and "
                       << getOffsets().size();
  if (getShift() < 0 || getShift() > kMaxNumberBits)
    return emitError() << "expected a shift of 0 to " << kMaxNumberBits << ", found " << getShift();
  if (!qnn::isRoundingMode(getRounding().getValue()))
    return emitError() << "expected a rounding mode, found " << getRounding();
  return verifyRange(emitError, getLow(), getHigh(), result);
}
