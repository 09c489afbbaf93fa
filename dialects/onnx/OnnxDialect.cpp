//===- OnnxDialect.cpp - The onnx dialect ---------------------------------===//
#include "dialects/onnx/OnnxOps.h"

using namespace qcompile::onnx;

#include "dialects/onnx/OnnxDialect.cpp.inc"

void OnnxDialect::initialize() { registerOnnxDialectOperations(this); }
