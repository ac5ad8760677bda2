/* attune-kernels-loops.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Compiled several times, with ATTUNE_KERNELS naming the table. The loops are plain C in a form that the compiler turns into vector
 * instructions; sums may be reordered by it (-fassociative-math), but not-a-number stays what it is. */

#include "config.h"

#include <math.h>
#include <string.h>

#include "attune-kernels.h"

#define BLOCK 512 /* elements that go through a buffer on the stack */

/* The reduction of the argument must not be put in another order. */
#if defined(__has_builtin) && __has_builtin (__builtin_assoc_barrier)
#define IN_ORDER(x) __builtin_assoc_barrier (x)
#else
#define IN_ORDER(x) (x)
#endif

/* e^x: 2^n · 2^f with f in [-½, ½] by its series; the relative error is under 2e-7. Not-a-number counts as the smallest argument:
 * who needs to see it looks at what goes into a softmax, not at its weights. */
static inline float
exponential (float x)
{
  union { gint32 bits; float value; } power;
  float z, f, p;
  gint32 n;

  x = x > -87.0f ? x : -87.0f;
  x = x < 88.0f ? x : 88.0f;
  z = x * 1.44269504088896341f;
  n = (gint32) (z + 192.5f) - 192;
  f = IN_ORDER (x - (float) n * 0.693359375f) + (float) n * 2.12194440e-4f;
  p = 1.9875691500e-4f;
  p = p * f + 1.3981999507e-3f;
  p = p * f + 8.3334519073e-3f;
  p = p * f + 4.1665795894e-2f;
  p = p * f + 1.6666665459e-1f;
  p = p * f + 5.0000001201e-1f;
  p = p * f * f + f + 1.0f;
  power.bits = (n + 127) << 23;
  return p * power.value;
}

static inline void
narrow (gsize n, const float *restrict x, guint16 *restrict out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = attune_float_to_bf16 (x[i]);
}

static inline void
widen_bf16 (gsize n, const guint16 *restrict x, float *restrict out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = attune_bf16_to_float (x[i]);
}

static inline float
sum_squares (gsize n, const float *restrict x)
{
  float sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += x[i] * x[i];
  return sum;
}

static void
norm_forward (gsize rows, gsize columns, const float *x, const float *weight, float epsilon, float *rstd, void *out, gboolean bf16)
{
  for (gsize r = 0; r < rows; r++)
    {
      const float *row = x + r * columns;
      float scale = 1.0f / sqrtf (sum_squares (columns, row) / (float) columns + epsilon);

      if (rstd != NULL)
        rstd[r] = scale;
      if (bf16)
        {
          guint16 *restrict to = (guint16 *) out + r * columns;

          for (gsize i = 0; i < columns; i++)
            to[i] = attune_float_to_bf16 (row[i] * scale * weight[i]);
        }
      else
        {
          float *to = (float *) out + r * columns; /* may be the row itself */

#pragma GCC ivdep
          for (gsize i = 0; i < columns; i++)
            to[i] = row[i] * scale * weight[i];
        }
    }
}

static void
norm_backward (gsize rows, gsize columns, const float *x, const float *weight, const float *rstd, const float *dy,
               const float *dx_in, float *dx_out, float *weight_gradient)
{
  for (gsize r = 0; r < rows; r++)
    {
      const float *restrict row = x + r * columns;
      const float *d = dy + r * columns;
      float *to = dx_out + r * columns;
      float scale = rstd[r];
      float sum = 0;
      float back;

      for (gsize i = 0; i < columns; i++)
        sum += row[i] * weight[i] * d[i];
      back = sum * scale * scale * scale / (float) columns;

      if (weight_gradient != NULL)
        for (gsize i = 0; i < columns; i++)
          weight_gradient[i] += d[i] * row[i] * scale;

      if (dx_in != NULL)
        {
          const float *from = dx_in + r * columns;

#pragma GCC ivdep
          for (gsize i = 0; i < columns; i++)
            to[i] = from[i] + scale * weight[i] * d[i] - back * row[i];
        }
      else
        {
#pragma GCC ivdep
          for (gsize i = 0; i < columns; i++)
            to[i] = scale * weight[i] * d[i] - back * row[i];
        }
    }
}

static inline float
sigmoid (float x)
{
  return 1.0f / (1.0f + exponential (-x));
}

/* gate and up become their own gradients, d_act becomes the activation. */
static inline void
swiglu_backward_block (gsize n, float *gate, float *up, const float *d_act, float *act)
{
#pragma GCC ivdep
  for (gsize i = 0; i < n; i++)
    {
      float g = gate[i];
      float u = up[i];
      float s = sigmoid (g);
      float d = d_act[i];

      act[i] = g * s * u;
      up[i] = d * g * s;
      gate[i] = d * u * s * (1.0f + g * (1.0f - s));
    }
}

static void
swiglu_forward (gsize n, const float *gate, const float *up, void *gate_out, void *up_out, void *act, gboolean bf16)
{
  if (bf16)
    {
      float buffer[BLOCK] __attribute__ ((aligned (64)));

      for (gsize i = 0; i < n; i += BLOCK)
        {
          const gsize m = MIN (n - i, BLOCK);

          for (gsize j = 0; j < m; j++)
            buffer[j] = gate[i + j] * sigmoid (gate[i + j]) * up[i + j];
          narrow (m, buffer, (guint16 *) act + i);
          narrow (m, gate + i, (guint16 *) gate_out + i);
          narrow (m, up + i, (guint16 *) up_out + i);
        }
    }
  else
    {
      float *to = act;

#pragma GCC ivdep
      for (gsize i = 0; i < n; i++)
        to[i] = gate[i] * sigmoid (gate[i]) * up[i];
    }
}

static void
swiglu_backward (gsize n, void *gate, void *up, const float *d_act, void *act, gboolean bf16)
{
  if (bf16)
    {
      float g[BLOCK] __attribute__ ((aligned (64)));
      float u[BLOCK] __attribute__ ((aligned (64)));
      float a[BLOCK] __attribute__ ((aligned (64)));

      for (gsize i = 0; i < n; i += BLOCK)
        {
          const gsize m = MIN (n - i, BLOCK);

          widen_bf16 (m, (const guint16 *) gate + i, g);
          widen_bf16 (m, (const guint16 *) up + i, u);
          swiglu_backward_block (m, g, u, d_act + i, a);
          narrow (m, g, (guint16 *) gate + i);
          narrow (m, u, (guint16 *) up + i);
          narrow (m, a, (guint16 *) act + i);
        }
    }
  else
    {
      swiglu_backward_block (n, gate, up, d_act, act);
    }
}

static void
rotate_forward (gsize heads, gsize d, float *x, const float *cosine, const float *sine, float scale)
{
  for (gsize h = 0; h < heads; h++)
    {
      float *restrict low = x + h * d;
      float *restrict high = low + d / 2;

      for (gsize i = 0; i < d / 2; i++)
        {
          float a = low[i];
          float b = high[i];

          low[i] = (a * cosine[i] - b * sine[i]) * scale;
          high[i] = (b * cosine[i] + a * sine[i]) * scale;
        }
    }
}

static void
rotate_backward (gsize heads, gsize d, float *x, const float *cosine, const float *sine, float scale)
{
  for (gsize h = 0; h < heads; h++)
    {
      float *restrict low = x + h * d;
      float *restrict high = low + d / 2;

      for (gsize i = 0; i < d / 2; i++)
        {
          float a = low[i] * scale;
          float b = high[i] * scale;

          low[i] = a * cosine[i] + b * sine[i];
          high[i] = b * cosine[i] - a * sine[i];
        }
    }
}

static float
maximum (gsize n, const float *x)
{
  float best = -INFINITY;

#pragma omp simd reduction(max : best)
  for (gsize i = 0; i < n; i++)
    best = best > x[i] ? best : x[i];
  return best;
}

static float
sum_exp (gsize n, const float *x, float subtract)
{
  float sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += exponential (x[i] - subtract);
  return sum;
}

/* Scores behind the last key that a query sees, up to a whole vector: nothing after exp, and no loop needs a tail. */
#define UNSEEN -1e30f
#define VECTOR 16

static void
softmax_forward (gsize rows, gsize position, gsize n, float *s, gsize stride, void *p, float *total, float *lse, gboolean bf16)
{
  for (gsize r = 0; r < rows; r++)
    {
      float *row = s + r * stride;
      const gsize seen = MIN (position + r + 1, n);
      const gsize wide = MIN ((seen + VECTOR - 1) / VECTOR * VECTOR, n);
      float top;
      float sum = 0;

      for (gsize i = seen; i < wide; i++)
        row[i] = UNSEEN;
      top = maximum (wide, row);

      if (bf16)
        {
          guint16 *to = (guint16 *) p + r * stride;

          for (gsize i = 0; i < wide; i++)
            row[i] = exponential (row[i] - top);
          narrow (wide, row, to);
          /* The sum is that of the rounded numbers, so that the weights of a row add up to one exactly as they are used. */
          for (gsize i = 0; i < seen; i++)
            sum += attune_bf16_to_float (to[i]);
          memset (to + seen, 0, (n - seen) * sizeof *to);
        }
      else
        {
          float *to = (float *) p + r * stride;

#pragma GCC ivdep
          for (gsize i = 0; i < wide; i++)
            {
              float e = exponential (row[i] - top);

              to[i] = e;
              sum += e;
            }
          memset (to + seen, 0, (n - seen) * sizeof *to);
        }
      total[r] = sum;
      lse[r] = top + logf (sum);
    }
}

static void
softmax_backward (gsize rows, gsize position, gsize n, float *s, float *dp, gsize stride,
                  const float *lse, const float *delta, void *p, void *ds, gboolean bf16)
{
  for (gsize r = 0; r < rows; r++)
    {
      float *restrict row = s + r * stride;
      float *restrict d = dp + r * stride;
      const gsize seen = MIN (position + r + 1, n);
      const gsize wide = MIN ((seen + VECTOR - 1) / VECTOR * VECTOR, n);
      const gsize type = bf16 ? 2 : 4;

      if (bf16)
        {
          for (gsize i = 0; i < wide; i++)
            {
              float e = exponential (row[i] - lse[r]);

              row[i] = e;
              d[i] = e * (d[i] - delta[r]);
            }
          narrow (wide, row, (guint16 *) p + r * stride);
          narrow (wide, d, (guint16 *) ds + r * stride);
        }
      else
        {
          float *restrict p_out = (float *) p + r * stride;
          float *restrict ds_out = (float *) ds + r * stride;

          for (gsize i = 0; i < wide; i++)
            {
              float e = exponential (row[i] - lse[r]);

              p_out[i] = e;
              ds_out[i] = e * (d[i] - delta[r]);
            }
        }
      memset ((guint8 *) p + (r * stride + seen) * type, 0, (n - seen) * type);
      memset ((guint8 *) ds + (r * stride + seen) * type, 0, (n - seen) * type);
    }
}

static void
softmax_scaled (gsize n, const float *x, float lse, float scale, void *out, gboolean bf16)
{
  if (bf16)
    {
      float buffer[BLOCK] __attribute__ ((aligned (64)));

      /* By blocks, because the narrower result may lie over what was read. */
      for (gsize i = 0; i < n; i += BLOCK)
        {
          gsize m = MIN (n - i, BLOCK);

          for (gsize j = 0; j < m; j++)
            buffer[j] = exponential (x[i + j] - lse) * scale;
          narrow (m, buffer, (guint16 *) out + i);
        }
    }
  else
    {
      float *to = out;

#pragma GCC ivdep
      for (gsize i = 0; i < n; i++)
        to[i] = exponential (x[i] - lse) * scale;
    }
}

static void
convert (gsize n, const float *x, float scale, void *out, gboolean bf16)
{
  if (bf16)
    {
      guint16 *restrict to = out;
      const float *restrict from = x;

      for (gsize i = 0; i < n; i++)
        to[i] = attune_float_to_bf16 (from[i] * scale);
    }
  else
    {
      float *to = out;

#pragma GCC ivdep
      for (gsize i = 0; i < n; i++)
        to[i] = x[i] * scale;
    }
}

static void
widen (gsize n, const void *x, gboolean bf16, float *out)
{
  if (bf16)
    widen_bf16 (n, x, out);
  else
    memcpy (out, x, n * sizeof *out);
}

static void
add (gsize n, const float *x, float *sum)
{
  const float *restrict from = x;
  float *restrict to = sum;

  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

static void
add_rows (gsize rows, gsize columns, const float *bias, float *x, gsize stride)
{
  for (gsize r = 0; r < rows; r++)
    add (columns, bias, x + r * stride);
}

static void
sum_rows (gsize rows, gsize columns, const void *x, gsize stride, gboolean bf16, float *sum)
{
  for (gsize r = 0; r < rows; r++)
    {
      float *restrict to = sum;

      if (bf16)
        {
          const guint16 *restrict from = (const guint16 *) x + r * stride;

          for (gsize i = 0; i < columns; i++)
            to[i] += attune_bf16_to_float (from[i]);
        }
      else
        {
          add (columns, (const float *) x + r * stride, to);
        }
    }
}

static float
dot (gsize n, const float *x, const void *y, gboolean bf16)
{
  float sum = 0;

  if (bf16)
    {
      const guint16 *restrict w = y;

      for (gsize i = 0; i < n; i++)
        sum += x[i] * attune_bf16_to_float (w[i]);
    }
  else
    {
      const float *restrict w = y;

      for (gsize i = 0; i < n; i++)
        sum += x[i] * w[i];
    }
  return sum;
}

static void
dot4 (gsize n, gsize rows, const float *x, gsize stride, const void *w, gboolean bf16, float *y)
{
  const float *x0 = x;
  const float *x1 = x + (rows > 1 ? stride : 0);
  const float *x2 = x + (rows > 2 ? 2 * stride : 0);
  const float *x3 = x + (rows > 3 ? 3 * stride : 0);
  float s0 = 0, s1 = 0, s2 = 0, s3 = 0;

  if (rows == 1)
    {
      y[0] = dot (n, x, w, bf16);
      return;
    }

  if (bf16)
    {
      const guint16 *weights = w;

      for (gsize i = 0; i < n; i++)
        {
          float v = attune_bf16_to_float (weights[i]);

          s0 += x0[i] * v;
          s1 += x1[i] * v;
          s2 += x2[i] * v;
          s3 += x3[i] * v;
        }
    }
  else
    {
      const float *weights = w;

      for (gsize i = 0; i < n; i++)
        {
          s0 += x0[i] * weights[i];
          s1 += x1[i] * weights[i];
          s2 += x2[i] * weights[i];
          s3 += x3[i] * weights[i];
        }
    }
  y[0] = s0;
  y[1] = s1;
  if (rows > 2)
    y[2] = s2;
  if (rows > 3)
    y[3] = s3;
}

/* Two rounds of multiply and fold over the column, keyed twice: enough for a mask, and the same wherever it is computed. */
static inline guint32
mask_bits (guint32 low, guint32 high, guint32 column)
{
  guint32 h = (column + low) * 0x9e3779b1u;

  h ^= h >> 15;
  h = (h + high) * 0x85ebca77u;
  h ^= h >> 13;
  h *= 0xc2b2ae3du;
  h ^= h >> 16;
  return h;
}

static void
dropout (gsize n, guint64 key, gsize first, guint32 threshold, float scale, const void *x, void *out, gboolean bf16)
{
  const guint32 low = (guint32) key;
  const guint32 high = (guint32) (key >> 32);

  if (bf16)
    {
      const guint16 *restrict from = x;
      guint16 *restrict to = out;

      for (gsize i = 0; i < n; i++)
        to[i] = mask_bits (low, high, (guint32) (first + i)) >= threshold
                  ? attune_float_to_bf16 (attune_bf16_to_float (from[i]) * scale) : 0;
    }
  else
    {
      const float *restrict from = x;
      float *restrict to = out;

      for (gsize i = 0; i < n; i++)
        to[i] = mask_bits (low, high, (guint32) (first + i)) >= threshold ? from[i] * scale : 0.0f;
    }
}

static void
dropout_add (gsize n, guint64 key, gsize first, guint32 threshold, float scale, const float *x, float *sum)
{
  const guint32 low = (guint32) key;
  const guint32 high = (guint32) (key >> 32);
  const float *restrict from = x;
  float *restrict to = sum;

  for (gsize i = 0; i < n; i++)
    to[i] += mask_bits (low, high, (guint32) (first + i)) >= threshold ? from[i] * scale : 0.0f;
}

const AttuneKernels ATTUNE_KERNELS = {
  .level = ATTUNE_KERNELS_LEVEL,
  .norm_forward = norm_forward,
  .norm_backward = norm_backward,
  .swiglu_forward = swiglu_forward,
  .swiglu_backward = swiglu_backward,
  .rotate_forward = rotate_forward,
  .rotate_backward = rotate_backward,
  .softmax_forward = softmax_forward,
  .softmax_backward = softmax_backward,
  .maximum = maximum,
  .sum_exp = sum_exp,
  .softmax_scaled = softmax_scaled,
  .convert = convert,
  .widen = widen,
  .add = add,
  .add_rows = add_rows,
  .sum_rows = sum_rows,
  .dot = dot,
  .dot4 = dot4,
  .dropout = dropout,
  .dropout_add = dropout_add,
};
