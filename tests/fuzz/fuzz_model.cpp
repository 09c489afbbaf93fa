// ONNX files: read, repaired, upgraded, folded, normalised and brought into the integer form.
#include "compiler/session/Session.h"
#include "onnx/onnx_pb.h"
#include "tests/fuzz/MessageMutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  onnx::ModelProto model;
  if (seed % 16 == 0 || !model.ParseFromArray(data, int(size)))
    return LLVMFuzzerMutate(data, size, maxSize);
  qcompile::fuzz::MessageMutator mutator(seed, {"",
                                                "Quant",
                                                "BipolarQuant",
                                                "Trunc",
                                                "FloatQuant",
                                                "MultiThreshold",
                                                "QuantizeLinear",
                                                "DequantizeLinear",
                                                "Conv",
                                                "MatMul",
                                                "Gemm",
                                                "Add",
                                                "Mul",
                                                "Relu",
                                                "Clip",
                                                "Reshape",
                                                "Transpose",
                                                "Concat",
                                                "Slice",
                                                "Resize",
                                                "MaxPool",
                                                "AveragePool",
                                                "BatchNormalization",
                                                "Constant",
                                                "Shape",
                                                "Gather",
                                                "Softmax",
                                                "Pad",
                                                "Split",
                                                "QLinearConv",
                                                "QLinearMatMul",
                                                "QLinearAveragePool",
                                                "QLinearSoftmax",
                                                "NhwcMaxPool",
                                                "FusedMatMul",
                                                "DynamicQuantizeMatMul",
                                                "MatMulIntegerToFloat",
                                                "ConvInteger",
                                                "If",
                                                "Loop",
                                                "Cast",
                                                "ai.onnx",
                                                "com.microsoft",
                                                "qonnx.custom_op.general",
                                                "onnx.brevitas",
                                                "FLOOR",
                                                "HALF_UP"});
  for (unsigned i = 0; i <= seed / 16 % 3; ++i)
    mutator.mutate(model);
  const size_t changed = model.ByteSizeLong();
  if (changed > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  model.SerializeToArray(data, int(changed));
  return changed;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  qcompile::Session session({});
  if (session.loadBytes({reinterpret_cast<const char *>(data), size}, "fuzz.onnx"))
    session.runTo(qcompile::Stage::Bound);
  return 0;
}
