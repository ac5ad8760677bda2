/* attune-matmul.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Matrix products of one thread, by oneDNN. What oneDNN prepares for a shape is kept, so that a product that was done before costs
 * no more than a look into a table. Each thread has its own; none is shared. */
typedef struct _AttuneMatmul AttuneMatmul;

typedef enum {
  ATTUNE_MATMUL_PLAIN       = 0,
  ATTUNE_MATMUL_TRANSPOSE_A = 1 << 0, /* A is stored as k × m */
  ATTUNE_MATMUL_TRANSPOSE_B = 1 << 1, /* B is stored as n × k, as weights are */
  ATTUNE_MATMUL_BF16        = 1 << 2, /* A and B are bfloat16; sums and C are fp32 all the same */
  ATTUNE_MATMUL_ADD         = 1 << 3, /* C += A B */
} AttuneMatmulFlags;

AttuneMatmul *attune_matmul_new           (void);
void          attune_matmul_free          (AttuneMatmul      *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneMatmul, attune_matmul_free)

/* Whether the processor multiplies bfloat16 faster than fp32. Where it does not, bf16 models compute in fp32 on rounded weights. */
gboolean      attune_matmul_has_bf16      (void);

/* C (m × n) = A (m × k) B (k × n), row-major; lda, ldb, ldc are the elements from one stored row to the next. */
void          attune_matmul_run           (AttuneMatmul      *self,
                                           AttuneMatmulFlags  flags,
                                           gsize              m,
                                           gsize              n,
                                           gsize              k,
                                           const void        *a,
                                           gsize              lda,
                                           const void        *b,
                                           gsize              ldb,
                                           float             *c,
                                           gsize              ldc);

guint         attune_matmul_get_n_shapes  (AttuneMatmul      *self);

G_END_DECLS
