// Parameter blocks of products with block-circulant weights (circulant_kernels.h).
#ifndef QCOMPILE_RUNTIME_KERNELS_PACKING_CIRCULANT_H_
#define QCOMPILE_RUNTIME_KERNELS_PACKING_CIRCULANT_H_

#include "runtime/kernels/packing.h"

namespace qcompile::runtime {

// The block for which the weights are block-circulant and the kernel is faster than the dense one,
// by the rule in packing_circulant.cc; 0 where there is none. Weights and activations have at most
// 8 bits. `plane_pairs` are those of the dense kernel, 0 where it multiplies bytes.
int64_t SelectCirculant(const MatmulProblem& problem, int plane_pairs);
// Whether the weights are block-circulant, of at most 8 bits, and the kernel takes blocks of this
// size.
bool TakesCirculant(const MatmulProblem& problem, int64_t block);
// What stands at the weights of the block. TakesCirculant holds.
ParameterBlock PackCirculant(const MatmulProblem& problem, int64_t block);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_KERNELS_PACKING_CIRCULANT_H_
