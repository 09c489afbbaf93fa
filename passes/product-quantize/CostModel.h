//===- CostModel.h - Published costs of product quantization ----*- C++ -*-===//
//
// The model of PQA (a product-quantization engine on FPGA): cycles of its lookup engine, memory, and a proxy of its
// area. Estimates: they say what that engine would take, not what any backend of ours takes.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_PRODUCTQUANTIZE_COSTMODEL_H
#define QCOMPILE_PASSES_PRODUCTQUANTIZE_COSTMODEL_H

#include <cstdint>

namespace qcompile::pq {

/// A layer: `columns` input vectors of `spaces` sub-vectors of `length`, `prototypes` each, `outputs` results.
struct LayerShape {
  int64_t columns = 1, spaces = 1, length = 1, prototypes = 1, outputs = 1;
  int prototypeBits = 8, tableBits = 16;
};

/// How many elements, prototypes, sub-spaces and outputs the engine works on at once, and the bits that memory gives
/// per cycle: 35.2 GB/s at 80 % and 300 MHz.
struct Engine {
  int64_t lengthVector = 1, prototypeVector = 1, spaceVector = 16, outputVector = 32;
  double memoryBitsPerCycle = 35.2e9 * 0.8 * 8 / 300e6;
};

/// max(ceil(L / Lv) * ceil(P / Pv), ceil(M / Mv)) * ceil(S / Sv) cycles per column.
int64_t getComputeCycles(const LayerShape &layer, const Engine &engine);
/// max(ceil(M P S / (Mv Sv)), ceil(bits of the tables / memory bits per cycle)).
int64_t getLoadCycles(const LayerShape &layer, const Engine &engine);
/// With double buffering, the larger of both.
int64_t getCycles(const LayerShape &layer, const Engine &engine);

/// Bits of all prototypes (S P L) and of all tables (S P M).
int64_t getPrototypeBits(const LayerShape &layer);
int64_t getTableBits(const LayerShape &layer);

/// Area in logic blocks: 54.0 Mv + 197.2 Sv + 60.0 Lv + 54.0 Pv - 1248.8, 4 per block RAM and 3 per DSP more. The L2
/// norm takes Mv Sv Lv DSPs in that model, the L1 norm none.
double getArea(const Engine &engine, int64_t blockRams, int norm);

} // namespace qcompile::pq

#endif // QCOMPILE_PASSES_PRODUCTQUANTIZE_COSTMODEL_H
