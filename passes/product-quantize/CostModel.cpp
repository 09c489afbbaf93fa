//===- CostModel.cpp - Published costs of product quantization ------------===//
#include "passes/product-quantize/CostModel.h"

#include <algorithm>
#include <cmath>

namespace qcompile::pq {

static int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t getComputeCycles(const LayerShape &layer, const Engine &engine) {
  int64_t encode = divideUp(layer.length, engine.lengthVector) * divideUp(layer.prototypes, engine.prototypeVector);
  int64_t add = divideUp(layer.outputs, engine.outputVector);
  return std::max(encode, add) * divideUp(layer.spaces, engine.spaceVector) * layer.columns;
}

int64_t getLoadCycles(const LayerShape &layer, const Engine &engine) {
  int64_t entries = layer.outputs * layer.prototypes * layer.spaces;
  int64_t write = divideUp(entries, engine.outputVector * engine.spaceVector);
  auto read = int64_t(std::ceil(double(getTableBits(layer)) / engine.memoryBitsPerCycle));
  return std::max(write, read);
}

int64_t getCycles(const LayerShape &layer, const Engine &engine) {
  return std::max(getComputeCycles(layer, engine), getLoadCycles(layer, engine));
}

int64_t getPrototypeBits(const LayerShape &layer) {
  return layer.spaces * layer.prototypes * layer.length * layer.prototypeBits;
}

int64_t getTableBits(const LayerShape &layer) {
  return layer.spaces * layer.prototypes * layer.outputs * layer.tableBits;
}

double getArea(const Engine &engine, int64_t blockRams, int norm) {
  int64_t dsps = norm == 2 ? engine.outputVector * engine.spaceVector * engine.lengthVector : 0;
  return 54.0 * double(engine.outputVector) + 197.2 * double(engine.spaceVector) + 60.0 * double(engine.lengthVector) +
         54.0 * double(engine.prototypeVector) - 1248.8 + 4.0 * double(blockRams) + 3.0 * double(dsps);
}

} // namespace qcompile::pq
