/* Products with block-circulant weights by number-theoretic transforms.
 *
 * The product of a block of b inputs with a circulant block is a product of polynomials modulo x^b
 * - 1. In the integers modulo a prime p with p - 1 a multiple of b that polynomial has b factors x
 * - z; the remainders of a polynomial are its transform, and the transform of a product is the
 * product of the transforms. So every block of inputs is transformed once, each of the b remainders
 * of all blocks goes through one small matrix, and the results are transformed back. With primes
 * whose product exceeds the span of the sums that gives the integers themselves, not an
 * approximation.
 *
 * A call takes four arrays of QCRT_CIRCULANT_ELEMENTS int16, 64 KiB, on the stack.
 *
 * Transforms split the polynomial level by level, by the smallest prime factor r of what is left:
 * x^m - c becomes r factors x^(m/r) - d with d^r = c. A factor of a level multiplies what lies
 * contiguously, for all blocks side by side.
 */
#ifndef QCOMPILE_RUNTIME_KERNELS_CIRCULANT_KERNELS_H_
#define QCOMPILE_RUNTIME_KERNELS_CIRCULANT_KERNELS_H_

#include <stdint.h>

enum {
  QCRT_CIRCULANT_LANES = 16,     /* blocks side by side; their number is padded to a multiple */
  QCRT_CIRCULANT_RADIX = 7,      /* the largest prime factor of b */
  QCRT_CIRCULANT_ELEMENTS = 8192 /* b * blocks side by side, of inputs and of outputs */
};

/* The two int16 by which x is multiplied by a constant c modulo p: f[0] = c * 2^16 mod p, f[1] =
 * f[0] / p mod 2^16, both with sign. high(x * f[0]) - high(low(x * f[1]) * p) is c * x mod p, of
 * magnitude at most |x| p / 2^17 + p / 2. */
typedef int16_t qcrt_factor[2];

typedef struct qcrt_circulant_prime {
  int32_t prime;
  uint32_t reduce_forward; /* bit l: level l first brings its terms back below p (factor 2 only) */
  uint32_t reduce_inverse;
  int32_t sums;     /* products that 32 bits hold the sum of, an even number */
  qcrt_factor one;  /* factor 1 */
  qcrt_factor join; /* of the second prime: 1 / the first one */
  /* Factors: [level][x^m - c], of the inverse the last level first. For r = 2: d, in the inverse 1
   * / d. Else [r][r]: row i has d_i^s, in the inverse row s has d_i^-s. */
  int64_t forward_at;
  int64_t inverse_at;
  int64_t weights_at; /* int16 [remainder][tile of 16 block rows][pair of block columns][16][2],
                         times 1 / b */
} qcrt_circulant_prime;

/* At weights_at of a QCRT_MATMUL_CIRCULANT block; offsets are from here. */
typedef struct qcrt_circulant_block {
  int64_t size;
  int64_t block;   /* b */
  int64_t columns; /* blocks: ceil(k / b) */
  int64_t rows;    /* ceil(n / b) */
  int64_t primes;  /* 1 or 2 */
  int64_t
      vectors_at; /* int8 [row][column][b]: the first columns of the blocks, for the scalar twin */
  qcrt_circulant_prime prime[2];
} qcrt_circulant_block;

/* The factor by which a level splits x^m - c. */
static inline int64_t qcrt_circulant_radix(int64_t m) {
  int64_t r = 2;
  while (m % r != 0) ++r;
  return r;
}

#endif /* QCOMPILE_RUNTIME_KERNELS_CIRCULANT_KERNELS_H_ */
