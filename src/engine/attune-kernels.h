/* attune-kernels.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The loops around the matrix products. The file is compiled once for every level of the processor, and the best one that this
 * machine can run is taken at start. Where an argument is `void *`, it is fp32 or bfloat16 as @bf16 says; sums are fp32 always. */
typedef struct {
  const char *level;

  /* RMS norm of each row: out = x · rstd · weight. @out may be @x, @rstd NULL. */
  void (*norm_forward)  (gsize rows, gsize columns, const float *x, const float *weight, float epsilon,
                         float *rstd, void *out, gboolean bf16);
  /* dx_out = dx_in (NULL: nothing) + the norm's own; weight_gradient (NULL: not wanted) is added to. dx_out may be
   * dx_in or dy. */
  void (*norm_backward) (gsize rows, gsize columns, const float *x, const float *weight, const float *rstd, const float *dy,
                         const float *dx_in, float *dx_out, float *weight_gradient);

  /* act = silu(gate) · up. On the way back @gate and @up become their own gradients; in fp32 @act may be @d_act. */
  void (*swiglu_forward)  (gsize n, const float *gate, const float *up, void *gate_out, void *up_out, void *act, gboolean bf16);
  void (*swiglu_backward) (gsize n, void *gate, void *up, const float *d_act, void *act, gboolean bf16);

  /* Turns the halves of each head of one token against each other, · scale, in place. */
  void (*rotate_forward)  (gsize heads, gsize d, float *x, const float *cosine, const float *sine, float scale);
  void (*rotate_backward) (gsize heads, gsize d, float *x, const float *cosine, const float *sine, float scale);

  /* One block of queries against @n keys; the first of them stands at @position and sees position + 1 keys.
   * p = exp(s - max), unnormalised; total = its sum; lse = log of the sum of exp(s). @s and @dp are worked on; in fp32 @p may be @s. */
  void (*softmax_forward)  (gsize rows, gsize position, gsize n, float *s, gsize stride,
                            void *p, float *total, float *lse, gboolean bf16);
  /* p = exp(s - lse); ds = p · (dp - delta) */
  void (*softmax_backward) (gsize rows, gsize position, gsize n, float *s, float *dp, gsize stride,
                            const float *lse, const float *delta, void *p, void *ds, gboolean bf16);

  float (*maximum)         (gsize n, const float *x);
  float (*sum_exp)         (gsize n, const float *x, float subtract);
  /* out = exp(x - lse) · scale; @out may be @x. */
  void  (*softmax_scaled)  (gsize n, const float *x, float lse, float scale, void *out, gboolean bf16);

  void  (*convert)         (gsize n, const float *x, float scale, void *out, gboolean bf16);
  void  (*widen)           (gsize n, const void *x, gboolean bf16, float *out);
  void  (*add)             (gsize n, const float *x, float *sum);
  void  (*add_rows)        (gsize rows, gsize columns, const float *bias, float *x, gsize stride);
  /* sum[j] += x[i][j] over the rows */
  void  (*sum_rows)        (gsize rows, gsize columns, const void *x, gsize stride, gboolean bf16, float *sum);
  float (*dot)             (gsize n, const float *x, const void *y, gboolean bf16);
  /* y[r] = x[r] · w, for up to four rows at once: products with few rows, which only read the weights */
  void  (*dot4)            (gsize n, gsize rows, const float *x, gsize stride, const void *w, gboolean bf16, float *y);

  /* Keeps an element or makes it zero, by a number that depends on (key, column) alone. */
  void  (*dropout)         (gsize n, guint64 key, gsize first, guint32 threshold, float scale,
                            const void *x, void *out, gboolean bf16);
  void  (*dropout_add)     (gsize n, guint64 key, gsize first, guint32 threshold, float scale, const float *x, float *sum);
} AttuneKernels;

const AttuneKernels *attune_kernels_get (void);

extern const AttuneKernels attune_kernels_base;
extern const AttuneKernels attune_kernels_v3;
extern const AttuneKernels attune_kernels_v4;

static inline float
attune_bf16_to_float (guint16 value)
{
  union { guint32 bits; float value; } u = { .bits = (guint32) value << 16 };

  return u.value;
}

static inline guint16
attune_float_to_bf16 (float value)
{
  union { float value; guint32 bits; } u = { .value = value };
  guint32 rounded = (u.bits + 0x7fff + ((u.bits >> 16) & 1)) >> 16;

  return (guint16) ((u.bits & 0x7fffffff) > 0x7f800000 ? (u.bits >> 16) | 0x40 : rounded);
}

G_END_DECLS
