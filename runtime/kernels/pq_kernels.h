/* Products by product quantization (qnn.pq): nearest prototypes, then sums of table entries.
 */
#ifndef QCOMPILE_RUNTIME_KERNELS_PQ_KERNELS_H_
#define QCOMPILE_RUNTIME_KERNELS_PQ_KERNELS_H_

#include "runtime/kernels/kernels.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  QCRT_PQ_ANY = 1, /* dense containers, 64-bit distances, tables as they are */
  /* Input in bytes, at most 16 prototypes, norm 2, 8-bit tables: */
  QCRT_PQ_TILES = 2, /* many rows at once */
  QCRT_PQ_ROWS = 3   /* one row after the other */
};
enum { QCRT_PQ_PROTOTYPES = 16 }; /* per sub-space, of TILES and ROWS: padded */

/* Row r of x has sub-vectors of `length` elements, the last one perhaps shorter; sub-space s takes
 * the lowest prototype i with the least distance; y[r, m] = sum over s of tables[s][i][m].
 *
 * Parameter block: this header, then
 *   ANY    int64 prototypes[space][prototype][length], int64 offsets[space][prototype]: the
 * distance is offset + sum of |factor * x - prototype|^norm; int32 tables[space][prototype][n], or
 * int64 (table_bytes). TILES, ROWS  int16 prototypes[space][word][2][16][2], word w for elements 4w
 * to 4w + 3: first elements 4w and 4w + 2 of all prototypes, then 4w + 1 and 4w + 3; int32
 * offsets[space][16]. offset + sum of prototype * byte, in 32 bits, is 16 times what orders the
 * prototypes, plus the prototype's number. uint8 tables, from which `low` per sub-space has been
 *          subtracted: [n][space][16] (TILES), [space][16][n] (ROWS). */
typedef struct qcrt_pq_block {
  int32_t kind;
  int32_t norm;
  int32_t in_layout; /* of ANY */
  int32_t table_bytes;
  int64_t size;
  int64_t k;
  int64_t spaces;
  int64_t prototypes;
  int64_t length;
  int64_t n;
  int64_t factor;
  int64_t prototypes_at;
  int64_t offsets_at;
  int64_t tables_at;
  int64_t low; /* of TILES and ROWS: what every sub-space adds */
} qcrt_pq_block;

/* `sums`: QCRT_INT32 rows of n, or QCRT_INT64 where table_bytes is 8. */
void qcrt_pq(const qcrt_pq_block* block, const void* x, void* sums, int64_t rows);
void qcrt_pq_scalar(const qcrt_pq_block* block, const void* x, void* sums, int64_t rows);

#ifdef __cplusplus
}
#endif

#endif /* QCOMPILE_RUNTIME_KERNELS_PQ_KERNELS_H_ */
