//===- FloatFormat.cpp - float types as FloatQuant has them ---------------===//
#include "passes/rewriting/FloatFormat.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

namespace qcompile {

static std::array<std::pair<Type, FloatFormat>, 5> getFormats(MLIRContext *context) {
  return {{{Float8E4M3FNType::get(context), {4, 3, 7, 448}},
           {Float8E5M2Type::get(context), {5, 2, 15, 57344}},
           {Float8E4M3FNUZType::get(context), {4, 3, 8, 240}},
           {Float8E5M2FNUZType::get(context), {5, 2, 16, 57344}},
           {Float4E2M1FNType::get(context), {2, 1, 1, 6}}}};
}

std::optional<FloatFormat> getFloatFormat(Type elementType) {
  for (auto [type, format] : getFormats(elementType.getContext()))
    if (type == elementType)
      return format;
  return std::nullopt;
}

Type findFloatType(MLIRContext *context, const FloatFormat &format) {
  for (auto [type, known] : getFormats(context))
    if (known == format)
      return type;
  return nullptr;
}

} // namespace qcompile
