//===- SchemaAttributes.h - Attributes of operator schemas ------*- C++ -*-===//
//
// Of the onnx library's setters only the one that takes a whole attribute is exported.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_SCHEMAATTRIBUTES_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_SCHEMAATTRIBUTES_H

#include <string>
#include <vector>

#include "onnx/defs/schema.h"

namespace qcompile::onnx {

using AttributeKind = ::onnx::AttributeProto::AttributeType;

inline ::onnx::OpSchema::Attribute required(const char *name, const char *doc,
                                            AttributeKind kind = ::onnx::AttributeProto::INT) {
  return ::onnx::OpSchema::Attribute(name, doc, kind, /*required_=*/true);
}

/// An attribute without a default that may be left out.
inline ::onnx::OpSchema::Attribute optional(const char *name, const char *doc,
                                            AttributeKind kind = ::onnx::AttributeProto::INT) {
  return ::onnx::OpSchema::Attribute(name, doc, kind, /*required_=*/false);
}

/// An attribute that has `value` where it is left out.
template <typename Set>
::onnx::OpSchema::Attribute withDefault(const char *name, const char *doc, AttributeKind kind, Set &&set) {
  ::onnx::AttributeProto value;
  value.set_name(name);
  value.set_type(kind);
  set(value);
  return ::onnx::OpSchema::Attribute(name, doc, std::move(value));
}
inline ::onnx::OpSchema::Attribute withDefault(const char *name, const char *doc, int64_t value) {
  return withDefault(name, doc, ::onnx::AttributeProto::INT, [&](auto &proto) { proto.set_i(value); });
}
inline ::onnx::OpSchema::Attribute withDefault(const char *name, const char *doc, float value) {
  return withDefault(name, doc, ::onnx::AttributeProto::FLOAT, [&](auto &proto) { proto.set_f(value); });
}
inline ::onnx::OpSchema::Attribute withDefault(const char *name, const char *doc, const char *value) {
  return withDefault(name, doc, ::onnx::AttributeProto::STRING, [&](auto &proto) { proto.set_s(value); });
}
inline ::onnx::OpSchema::Attribute withDefault(const char *name, const char *doc, const std::vector<int64_t> &value) {
  return withDefault(name, doc, ::onnx::AttributeProto::INTS,
                     [&](auto &proto) { proto.mutable_ints()->Add(value.begin(), value.end()); });
}

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_SCHEMAATTRIBUTES_H
