//===- MagnitudeForm.cpp - An operation on magnitudes ---------------------===//
#include "compiler/compare/MagnitudeForm.h"

#include <cmath>
#include <deque>

#include "compiler/evaluator/ProgramBuilder.h"
#include "runtime/reference/registry.h"

using namespace llvm;
using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;
using qcompile::runtime::Value;

namespace qcompile::compare {

bool isFloat(const Interval *operand) { return operand && getUnit(operand->middle.tensor.type()) != 0; }

Tensor mapToFloats(const Tensor &tensor, function_ref<double(double)> function) {
  std::vector<float> out(size_t(tensor.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    double value = function(tensor.DoubleAt(int64_t(i)));
    out[i] = float(value);
    if (double(out[i]) < value)
      out[i] = std::nextafter(out[i], INFINITY);
  }
  return Tensor::FromFloats(tensor.shape(), out);
}

Tensor getMagnitude(const Tensor &tensor) {
  return mapToFloats(tensor, [](double x) { return std::fabs(x); });
}

Tensor makeRadiusTensor(const Tensor &like, const Radius &radius) {
  std::vector<float> out(size_t(like.size()));
  for (size_t i = 0; i < radius.size(); ++i)
    if (radius[i] != 0) // NaN counts as unknown
      out[i] = std::nextafter(std::isnan(radius[i]) ? INFINITY : float(radius[i]), INFINITY);
  return Tensor::FromFloats(like.shape(), out);
}

MagnitudeForm::MagnitudeForm(mlir::Operation *op, ArrayRef<const Interval *> operands, StringRef name)
    : operation(convertOperation(op)), operands(operands) {
  if (!name.empty())
    operation.name = ("onnx." + name).str();
  for (StringRef factor : {"alpha", "beta"})
    if (const float *value = operation.attributes.Find<float>(absl::string_view(factor.data(), factor.size())))
      operation.attributes.Set(absl::string_view(factor.data(), factor.size()), std::fabs(*value));
}

std::optional<Tensor> MagnitudeForm::evaluate(ArrayRef<const Value *> values) const {
  runtime::ReferenceFunction function = runtime::FindReference(operation.name);
  if (!function)
    return std::nullopt;
  auto results = function(operation.attributes, {values.data(), values.size()});
  if (!results.ok() || results->empty())
    return std::nullopt;
  return (*results)[0].tensor;
}

std::optional<Tensor> MagnitudeForm::apply(ArrayRef<Tensor> data, size_t kept) const {
  std::deque<Value> values;
  std::vector<const Value *> pointers;
  for (size_t i = 0; i < std::min(operands.size(), kept); ++i) {
    if (i < data.size())
      values.emplace_back(data[i]);
    else if (isFloat(operands[i]) && operands[i]->middle.tensor.type() != DataType::Float32())
      values.emplace_back(mapToFloats(operands[i]->middle.tensor, [](double x) { return x; }));
    else {
      pointers.push_back(operands[i] ? &operands[i]->middle : nullptr);
      continue;
    }
    pointers.push_back(&values.back());
  }
  return evaluate(pointers);
}

std::optional<Tensor> MagnitudeForm::applyToFloats(function_ref<Tensor(const Interval &)> replace) const {
  std::deque<Value> values;
  std::vector<const Value *> pointers;
  for (const Interval *operand : operands) {
    if (isFloat(operand))
      values.emplace_back(replace(*operand));
    pointers.push_back(isFloat(operand) ? &values.back() : operand ? &operand->middle : nullptr);
  }
  return evaluate(pointers);
}

} // namespace qcompile::compare
