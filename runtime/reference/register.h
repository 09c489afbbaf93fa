// The table of operations and the functions that fill it, one per topic.
#ifndef QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_
#define QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_

#include <functional>
#include <map>
#include <string>

#include "runtime/reference/registry.h"

namespace qcompile::runtime {

using ReferenceTable = std::map<std::string, ReferenceFunction, std::less<>>;

void RegisterActivations(ReferenceTable& table);     // Sigmoid, Elu, Gelu, ...
void RegisterBlocks(ReferenceTable& table);          // DepthToSpace, SpaceToDepth
void RegisterCasts(ReferenceTable& table);           // Cast
void RegisterChannelsLast(ReferenceTable& table);    // Conv, ... of QONNX, channels last
void RegisterClamps(ReferenceTable& table);          // Relu, Clip, Max, ...
void RegisterComparisons(ReferenceTable& table);     // Equal, And, Where, ...
void RegisterConvolutions(ReferenceTable& table);    // Conv, ConvTranspose
void RegisterElementwise(ReferenceTable& table);     // Add, Mul, Sqrt, ...
void RegisterFloatQuant(ReferenceTable& table);      // FloatQuant
void RegisterGathers(ReferenceTable& table);         // Gather, GatherElements, GatherND
void RegisterGenerators(ReferenceTable& table);      // Constant, Range, ...
void RegisterIm2Col(ReferenceTable& table);          // Im2Col
void RegisterLinear(ReferenceTable& table);          // MatMul, Gemm
void RegisterLinearQuant(ReferenceTable& table);     // LinearQuant
void RegisterMicrosoftOperators(ReferenceTable& table);  // QLinearAdd, QGemm, MatMulNBits, ...
void RegisterNormalizations(ReferenceTable& table);  // BatchNormalization, Softmax, ...
void RegisterOrders(ReferenceTable& table);          // ArgMax, ArgMin, TopK
void RegisterPads(ReferenceTable& table);            // Pad
void RegisterPools(ReferenceTable& table);           // AveragePool, MaxPool, ...
void RegisterProductQuantization(ReferenceTable& table);  // qnn.pq, PqMatMul
void RegisterQnn(ReferenceTable& table);             // the qnn dialect
void RegisterQonnxIntegers(ReferenceTable& table);   // MultiThreshold, ...
void RegisterQuantizeDequantize(ReferenceTable& table);  // QuantizeLinear, DequantizeLinear
void RegisterQuantizers(ReferenceTable& table);      // Quant, BipolarQuant, Trunc
void RegisterReductions(ReferenceTable& table);      // ReduceSum, ReduceMax, ...
void RegisterResizes(ReferenceTable& table);         // Resize
void RegisterSelections(ReferenceTable& table);      // Slice, Split, Concat, Expand, Tile
void RegisterShapes(ReferenceTable& table);          // Reshape, Transpose, Identity, ...

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_
