//===- BodyWriter.h - Bodies of functions of standard operators -*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_BODYWRITER_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_BODYWRITER_H

#include <string>
#include <vector>

#include "onnx/onnx_pb.h"

namespace qcompile::onnx {

/// Writes the nodes of a function one after the other.
class BodyWriter {
public:
  explicit BodyWriter(::onnx::FunctionProto &function) : function(function) {}

  ::onnx::NodeProto &add(const char *type, std::vector<std::string> inputs, const std::string &output) {
    ::onnx::NodeProto &node = *function.add_node();
    node.set_op_type(type);
    node.set_name(output);
    for (const std::string &input : inputs)
      node.add_input(input);
    node.add_output(output);
    return node;
  }
  void constant(const std::string &output, std::vector<int64_t> values) {
    setInts(add("Constant", {}, output), "value_ints", values);
  }
  /// A scalar of type int64.
  void scalar(const std::string &output, int64_t value) { setInt(add("Constant", {}, output), "value_int", value); }
  /// A scalar of type float32.
  void number(const std::string &output, float value) {
    attribute(add("Constant", {}, output), "value_float", ::onnx::AttributeProto::FLOAT).set_f(value);
  }
  /// A scalar of type int64 that is an attribute of the operator.
  void parameter(const std::string &name) {
    attribute(add("Constant", {}, name + "_value"), "value_int", ::onnx::AttributeProto::INT).set_ref_attr_name(name);
  }
  void cast(const std::string &input, const std::string &output, int type) {
    setInt(add("Cast", {input}, output), "to", type);
  }
  void reduce(const char *type, std::vector<std::string> inputs, const std::string &output) {
    setInt(add(type, std::move(inputs), output), "keepdims", 0);
  }
  static void setInt(::onnx::NodeProto &node, const char *name, int64_t value) {
    attribute(node, name, ::onnx::AttributeProto::INT).set_i(value);
  }
  static void setInts(::onnx::NodeProto &node, const char *name, const std::vector<int64_t> &values) {
    ::onnx::AttributeProto &out = attribute(node, name, ::onnx::AttributeProto::INTS);
    for (int64_t value : values)
      out.add_ints(value);
  }

private:
  static ::onnx::AttributeProto &attribute(::onnx::NodeProto &node, const char *name,
                                           ::onnx::AttributeProto::AttributeType type) {
    ::onnx::AttributeProto &out = *node.add_attribute();
    out.set_name(name);
    out.set_type(type);
    return out;
  }

  ::onnx::FunctionProto &function;
};

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_BODYWRITER_H
