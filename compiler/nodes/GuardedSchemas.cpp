//===- GuardedSchemas.cpp - Shape inference that checks what it uses ------===//
//
// The library's inference for LayerNormalization takes any axis, and writes outside the shape for one that does not
// exist.
//
//===----------------------------------------------------------------------===//
#include "compiler/nodes/ShapeInference.h"
#include "onnx/defs/schema.h"
#include "onnx/defs/shape_inference.h"

using ::onnx::InferenceContext;
using ::onnx::OpSchema;

namespace qcompile::nodes {

static void checkAxis(InferenceContext &context) {
  if (!::onnx::hasInputShape(context, 0))
    return;
  int64_t rank = ::onnx::getInputShape(context, 0).dim_size();
  const auto *attribute = context.getAttribute("axis");
  int64_t axis = attribute ? attribute->i() : -1;
  if (axis < -rank || axis >= rank)
    fail_shape_inference("expected an axis of a tensor of rank ", rank, ", found ", axis);
}

void guardSchemas() {
  static const bool done = [] {
    const OpSchema *unguarded = ::onnx::OpSchemaRegistry::Schema("LayerNormalization");
    OpSchema guarded(*unguarded);
    guarded.TypeAndShapeInferenceFunction(
        [infer = unguarded->GetTypeAndShapeInferenceFunction()](InferenceContext &context) {
          checkAxis(context);
          infer(context);
        });
    ::onnx::DeregisterSchema(guarded.Name(), guarded.SinceVersion(), guarded.domain());
    ::onnx::RegisterSchema(std::move(guarded));
    return true;
  }();
  (void)done;
}

} // namespace qcompile::nodes
