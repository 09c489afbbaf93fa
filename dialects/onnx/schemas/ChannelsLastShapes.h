//===- ChannelsLastShapes.h - Shapes of channels-last operators -*- C++ -*-===//
#ifndef QCOMPILE_DIALECTS_ONNX_SCHEMAS_CHANNELSLASTSHAPES_H
#define QCOMPILE_DIALECTS_ONNX_SCHEMAS_CHANNELSLASTSHAPES_H

#include "onnx/defs/shape_inference.h"

namespace qcompile::onnx {

/// Shape inference of the channels-last Conv, MaxPool and BatchNormalization: data [N, spatial..., C], weights
/// [O, kernel..., I]. An unknown extent stays unknown.
void inferChannelsLast(::onnx::InferenceContext &context);

} // namespace qcompile::onnx

#endif // QCOMPILE_DIALECTS_ONNX_SCHEMAS_CHANNELSLASTSHAPES_H
