// Trigonometric and hyperbolic functions and their inverses.
#include "runtime/reference/float_math.h"
#include "runtime/reference/map_elements.h"
#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

template <typename F>
Results Unary(Operands operands, F f) {
  QCOMPILE_RETURN_IF_ERROR(CheckOperands(operands, 1, 1));
  return Single(MapFloats(operands[0]->tensor, f));
}

Results Acos(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return AcosOf(x); });
}
Results Acosh(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return AcoshOf(x); });
}
Results Asin(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return AsinOf(x); });
}
Results Asinh(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return AsinhOf(x); });
}
Results Atan(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return AtanOf(x); });
}
Results Atanh(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return AtanhOf(x); });
}
Results Cos(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return CosOf(x); });
}
Results Cosh(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return CoshOf(x); });
}
Results Sin(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return SinOf(x); });
}
Results Sinh(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return SinhOf(x); });
}
Results Tan(const Attributes&, Operands operands) {
  return Unary(operands, [](auto x) { return TanOf(x); });
}

}  // namespace

void RegisterTrigonometry(ReferenceTable& table) {
  table["onnx.Acos"] = Acos;
  table["onnx.Acosh"] = Acosh;
  table["onnx.Asin"] = Asin;
  table["onnx.Asinh"] = Asinh;
  table["onnx.Atan"] = Atan;
  table["onnx.Atanh"] = Atanh;
  table["onnx.Cos"] = Cos;
  table["onnx.Cosh"] = Cosh;
  table["onnx.Sin"] = Sin;
  table["onnx.Sinh"] = Sinh;
  table["onnx.Tan"] = Tan;
}

}  // namespace qcompile::runtime
