// The table of operations and the functions that fill it, one per topic.
#ifndef QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_
#define QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_

#include <functional>
#include <map>
#include <string>

#include "runtime/reference/registry.h"

namespace qcompile::runtime {

using ReferenceTable = std::map<std::string, ReferenceFunction, std::less<>>;

void RegisterActivations(ReferenceTable& table);     // Relu, Sigmoid, Clip, ...
void RegisterCasts(ReferenceTable& table);           // Cast
void RegisterComparisons(ReferenceTable& table);     // Equal, And, Where, ...
void RegisterElementwise(ReferenceTable& table);     // Add, Mul, Sqrt, ...
void RegisterGenerators(ReferenceTable& table);      // Constant, Range, ...
void RegisterLinear(ReferenceTable& table);          // MatMul, Gemm
void RegisterNormalizations(ReferenceTable& table);  // BatchNormalization, Softmax, ...
void RegisterQnn(ReferenceTable& table);             // the qnn dialect
void RegisterQuantizers(ReferenceTable& table);      // Quant, BipolarQuant, Trunc
void RegisterReductions(ReferenceTable& table);      // ReduceSum, ArgMax, ...
void RegisterSelections(ReferenceTable& table);      // Gather, Slice, Concat, Expand
void RegisterShapes(ReferenceTable& table);          // Reshape, Transpose, Identity, ...

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_REGISTER_H_
