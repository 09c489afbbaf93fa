// The table of operations and the functions that fill it, one per topic.
#ifndef QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_
#define QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_

#include <functional>
#include <map>
#include <string>

#include "runtime/reference/registry.h"

namespace qcompile::runtime {

using ReferenceTable = std::map<std::string, ReferenceFunction, std::less<>>;
using CheckTable = std::map<std::string, CheckFunction, std::less<>>;

void RegisterConvolutionChecks(CheckTable& table);  // Conv, ConvTranspose
void RegisterLinearChecks(CheckTable& table);       // MatMul, Gemm
void RegisterNormChecks(CheckTable& table);         // LpPool
void RegisterPoolChecks(CheckTable& table);         // AveragePool, MaxPool, ...

void RegisterActivations(ReferenceTable& table);          // Sigmoid, Elu, Gelu, ...
void RegisterBits(ReferenceTable& table);                 // BitShift, BitwiseAnd, BitCast, ...
void RegisterBlocks(ReferenceTable& table);               // DepthToSpace, SpaceToDepth
void RegisterBoxes(ReferenceTable& table);                // NonMaxSuppression, RoiAlign, ...
void RegisterCasts(ReferenceTable& table);                // Cast
void RegisterChannelsLast(ReferenceTable& table);         // Conv, ... of QONNX, channels last
void RegisterClamps(ReferenceTable& table);               // Relu, Clip, Max, ...
void RegisterComparisons(ReferenceTable& table);          // Equal, And, Where, ...
void RegisterConvolutions(ReferenceTable& table);         // Conv, ConvTranspose
void RegisterCumulations(ReferenceTable& table);          // CumSum, CumProd
void RegisterDataDependent(ReferenceTable& table);        // NonZero, Compress, Unique
void RegisterEinsum(ReferenceTable& table);               // Einsum
void RegisterElementwise(ReferenceTable& table);          // Add, Mul, Sqrt, ...
void RegisterFloatQuant(ReferenceTable& table);           // FloatQuant
void RegisterGathers(ReferenceTable& table);              // Gather, GatherElements, GatherND
void RegisterGenerators(ReferenceTable& table);           // Constant, Range, ...
void RegisterGridSample(ReferenceTable& table);           // GridSample
void RegisterIm2Col(ReferenceTable& table);               // Im2Col
void RegisterLinear(ReferenceTable& table);               // MatMul, Gemm
void RegisterLinearQuant(ReferenceTable& table);          // LinearQuant
void RegisterMicrosoftOperators(ReferenceTable& table);   // QLinearAdd, QGemm, MatMulNBits, ...
void RegisterMatrices(ReferenceTable& table);             // Trilu, Det, OneHot, ...
void RegisterNormalizations(ReferenceTable& table);       // BatchNormalization, Softmax, ...
void RegisterNorms(ReferenceTable& table);                // LpPool, LRN, ...
void RegisterOrders(ReferenceTable& table);               // ArgMax, ArgMin, TopK
void RegisterPads(ReferenceTable& table);                 // Pad
void RegisterPatches(ReferenceTable& table);              // Col2Im, DeformConv, MaxUnpool
void RegisterPools(ReferenceTable& table);                // AveragePool, MaxPool, ...
void RegisterProductQuantization(ReferenceTable& table);  // qnn.pq, PqMatMul
void RegisterQnn(ReferenceTable& table);                  // the qnn dialect
void RegisterQonnxIntegers(ReferenceTable& table);        // MultiThreshold, ...
void RegisterQuantizeDequantize(ReferenceTable& table);   // QuantizeLinear, DequantizeLinear, ...
void RegisterQuantizedOperators(ReferenceTable& table);   // QLinearConv, ConvInteger, ...
void RegisterQuantizers(ReferenceTable& table);           // Quant, BipolarQuant, Trunc
void RegisterRecurrent(ReferenceTable& table);            // RNN, GRU, LSTM
void RegisterReductions(ReferenceTable& table);           // ReduceSum, ReduceMax, ...
void RegisterResizes(ReferenceTable& table);              // Resize
void RegisterScatters(ReferenceTable& table);             // ScatterElements, ScatterND, ...
void RegisterSelections(ReferenceTable& table);           // Slice, Split, Concat, Expand, Tile
void RegisterSequences(ReferenceTable& table);            // ReverseSequence, TfIdfVectorizer
void RegisterShapes(ReferenceTable& table);               // Reshape, Transpose, Identity, ...
void RegisterSignals(ReferenceTable& table);              // DFT, STFT, MelWeightMatrix
void RegisterTrigonometry(ReferenceTable& table);         // Sin, Acosh, ...

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_
