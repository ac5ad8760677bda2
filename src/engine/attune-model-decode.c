/* attune-model-decode.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <math.h>
#include <string.h>

/* Generation: few tokens at a time against a cache of keys and values. There are not enough tokens to share out, so the threads share the
 * columns of every product instead, and meet after each. */

#define MOST_TOKENS 64  /* fed at once */
#define FEW_TOKENS 8    /* up to here reading the weights is all the work, and plain loops do it */
#define WORTH_SHARING (24 * 1024 * 1024) /* multiplications; less than that is done before the other threads are awake */

struct _AttuneKvCache {
  AttuneModel *model;
  gsize        capacity;
  gsize        n;
  gsize        n_multiplications; /* a token */
  gsize        stride;   /* elements of one layer's keys: kv heads × capacity × width */
  void        *keys;     /* [layer][kv head][position][width], in the type of products */
  void        *values;

  /* What one call works with, tokens × columns. */
  float       *x;
  float      **normed;   /* of each thread, because the norm of few tokens is cheaper than a meeting */
  float       *q, *k, *v;
  float       *attention;
  float       *gate;
  float       *up;
  void        *narrow;   /* the input of a product in bfloat16 */
  float      **h;        /* of each thread: scale · A x */
  void       **h_narrow;
  float      **scores;
};

typedef struct {
  AttuneKvCache *cache;
  const gint32  *tokens;
  gsize          n;
  float         *logits; /* NULL: not wanted yet */
  guint          n_threads;
} Feed;

AttuneKvCache *
attune_kv_cache_new (AttuneModel *self,
                     guint        capacity)
{
  const AttuneModelConfig *config;
  AttuneKvCache *cache;
  gsize q, kv, type, widest;

  g_return_val_if_fail (self != NULL && capacity > 0, NULL);

  config = self->config;
  q = (gsize) config->n_heads * config->head_dim;
  kv = (gsize) config->n_kv_heads * config->head_dim;
  type = self->bf16 ? 2 : 4;
  widest = MAX (MAX (config->hidden_size, config->intermediate_size), q);

  cache = g_new0 (AttuneKvCache, 1);
  cache->model = self;
  cache->capacity = capacity;
  cache->n_multiplications = (gsize) attune_model_config_count_parameters (config);
  cache->stride = kv * capacity;
  cache->keys = g_malloc (config->n_layers * cache->stride * type);
  cache->values = g_malloc (config->n_layers * cache->stride * type);
  cache->x = g_new (float, MOST_TOKENS * config->hidden_size);
  cache->q = g_new (float, MOST_TOKENS * q);
  cache->k = g_new (float, MOST_TOKENS * kv);
  cache->v = g_new (float, MOST_TOKENS * kv);
  cache->attention = g_new (float, MOST_TOKENS * q);
  cache->gate = g_new (float, MOST_TOKENS * (gsize) config->intermediate_size);
  cache->up = g_new (float, MOST_TOKENS * (gsize) config->intermediate_size);
  cache->narrow = g_malloc (MOST_TOKENS * widest * 2);
  cache->normed = g_new0 (float *, self->n_threads);
  cache->h = g_new0 (float *, self->n_threads);
  cache->h_narrow = g_new0 (void *, self->n_threads);
  cache->scores = g_new0 (float *, self->n_threads);
  for (guint i = 0; i < self->n_threads; i++)
    {
      cache->normed[i] = g_new (float, (i == 0 ? MOST_TOKENS : FEW_TOKENS) * config->hidden_size);
      cache->h[i] = g_new (float, MOST_TOKENS * 3 * MAX (self->rank, 1));
      cache->h_narrow[i] = g_malloc (MOST_TOKENS * 3 * MAX (self->rank, 1) * 2);
      cache->scores[i] = g_new (float, capacity);
    }
  attune_model_need_positions (self, capacity);
  return cache;
}

void
attune_kv_cache_free (AttuneKvCache *cache)
{
  if (cache == NULL)
    return;

  for (guint i = 0; i < cache->model->n_threads; i++)
    {
      g_free (cache->normed[i]);
      g_free (cache->h[i]);
      g_free (cache->h_narrow[i]);
      g_free (cache->scores[i]);
    }
  g_free (cache->h);
  g_free (cache->h_narrow);
  g_free (cache->scores);
  g_free (cache->keys);
  g_free (cache->values);
  g_free (cache->x);
  g_free (cache->normed);
  g_free (cache->q);
  g_free (cache->k);
  g_free (cache->v);
  g_free (cache->attention);
  g_free (cache->gate);
  g_free (cache->up);
  g_free (cache->narrow);
  g_free (cache);
}

void
attune_kv_cache_always_share (AttuneKvCache *cache)
{
  g_return_if_fail (cache != NULL);

  cache->n_multiplications = WORTH_SHARING;
}

/* y (tokens × out) gets its columns [first, last) of x W^T, or they are added to it. */
static void
product_columns (AttuneModel         *self,
                 AttuneMatmul        *matmul,
                 gsize                n_tokens,
                 const float         *x,
                 const void          *narrow,
                 gsize                x_stride,
                 const void          *weight,
                 gsize                in,
                 gsize                first,
                 gsize                last,
                 float               *y,
                 gsize                stride,
                 gboolean             add)
{
  if (n_tokens > FEW_TOKENS)
    {
      attune_matmul_run (matmul, attune_product_type (self) | ATTUNE_MATMUL_TRANSPOSE_B | (add ? ATTUNE_MATMUL_ADD : 0),
                         n_tokens, last - first, in, self->bf16 ? narrow : x, x_stride,
                         attune_at (weight, first * in, self->bf16), in, y + first, stride);
      return;
    }

  for (gsize column = first; column < last; column++)
    for (gsize i = 0; i < n_tokens; i += 4)
      {
        const gsize rows = MIN (n_tokens - i, 4);
        float sums[4];

        self->kernels->dot4 (in, rows, x + i * x_stride, x_stride, attune_at (weight, column * in, self->bf16), self->bf16, sums);
        for (gsize j = 0; j < rows; j++)
          y[(i + j) * stride + column] = add ? y[(i + j) * stride + column] + sums[j] : sums[j];
      }
}

static void
linear_columns (Feed             *feed,
                guint             thread,
                guint             index,
                AttuneLinearKind  kind,
                const float      *x,
                float            *y,
                gboolean          add)
{
  AttuneKvCache *cache = feed->cache;
  AttuneModel *self = cache->model;
  const AttuneLayer *layer = &self->layers[index];
  const AttuneLinear *linear = &layer->linears[kind];
  const gsize width = layer->groups[attune_linear_group (kind)].n * self->rank;
  const gsize slot = linear->slot * self->rank;
  AttuneMatmul *matmul = self->workers[thread].matmul;
  gsize first, last;

  attune_thread_pool_share (linear->out, 16, thread, feed->n_threads, &first, &last);
  if (first == last)
    return;

  product_columns (self, matmul, feed->n, x, cache->narrow, linear->in, linear->weight.data, linear->in, first, last, y, linear->out, add);
  if (linear->bias.exists)
    for (gsize i = 0; i < feed->n; i++)
      self->kernels->add (last - first, linear->bias.value + first, y + i * linear->out + first);
  if (linear->adapted)
    product_columns (self, matmul, feed->n, cache->h[thread] + slot, attune_at (cache->h_narrow[thread], slot, TRUE), width,
                     linear->b.data, self->rank, first, last, y, linear->out, TRUE);
}

/* Every thread makes all of it for itself: it is small, and saves a meeting. */
static void
adapter_input (Feed                *feed,
               guint                thread,
               guint                index,
               AttuneLoraGroupKind  group,
               const float         *x)
{
  AttuneKvCache *cache = feed->cache;
  AttuneModel *self = cache->model;
  const AttuneLoraGroup *stack = &self->layers[index].groups[group];
  const gsize in = self->layers[index].linears[attune_group_first (group)].in;
  const gsize width = stack->n * self->rank;

  if (stack->n == 0)
    return;

  product_columns (self, self->workers[thread].matmul, feed->n, x, cache->narrow, in, stack->a_data, in, 0, width,
                   cache->h[thread], width, FALSE);
  self->kernels->convert (feed->n * width, cache->h[thread], self->lora_scale, cache->h[thread], FALSE);
  if (self->bf16)
    self->kernels->convert (feed->n * width, cache->h[thread], 1, cache->h_narrow[thread], TRUE);
}

static void
meet (Feed *feed)
{
  if (feed->n_threads > 1)
    attune_thread_pool_meet (feed->cache->model->pool);
}

/* Few tokens: each thread makes the norm of all for itself. Many: they are shared out, also in bfloat16 where products want it. */
static const float *
norm_tokens (Feed               *feed,
             guint               thread,
             const AttuneWeight *norm)
{
  AttuneKvCache *cache = feed->cache;
  AttuneModel *self = cache->model;
  const gsize hidden = self->config->hidden_size;
  const float epsilon = (float) self->config->rms_norm_eps;
  gsize first, last;

  if (feed->n <= FEW_TOKENS)
    {
      self->kernels->norm_forward (feed->n, hidden, cache->x, norm->value, epsilon, NULL, cache->normed[thread], FALSE);
      return cache->normed[thread];
    }

  attune_thread_pool_share (feed->n, 1, thread, feed->n_threads, &first, &last);
  self->kernels->norm_forward (last - first, hidden, cache->x + first * hidden, norm->value, epsilon, NULL,
                               cache->normed[0] + first * hidden, FALSE);
  if (self->bf16)
    self->kernels->convert ((last - first) * hidden, cache->normed[0] + first * hidden, 1,
                            attune_at_mutable (cache->narrow, first * hidden, TRUE), TRUE);
  meet (feed);
  return cache->normed[0];
}

static void
turn_heads (Feed               *feed,
            gsize               token,
            guint               n_heads,
            const AttuneWeight *norm,
            float               scale,
            float              *values)
{
  AttuneModel *self = feed->cache->model;
  const gsize d = self->config->head_dim;
  const gsize position = feed->cache->n + token;

  if (norm->exists)
    self->kernels->norm_forward (n_heads, d, values, norm->value, (float) self->config->rms_norm_eps, NULL, values, FALSE);
  self->kernels->rotate_forward (n_heads, d, values, self->cosine + position * (d / 2), self->sine + position * (d / 2), scale);
}

static void
store_tokens (Feed  *feed,
              guint  thread,
              guint  index)
{
  AttuneKvCache *cache = feed->cache;
  AttuneModel *self = cache->model;
  const AttuneLayer *layer = &self->layers[index];
  const guint n_heads = self->config->n_heads;
  const guint n_kv_heads = self->config->n_kv_heads;
  const gsize d = self->config->head_dim;
  gsize first, last;

  attune_thread_pool_share (feed->n, 1, thread, feed->n_threads, &first, &last);
  for (gsize i = first; i < last; i++)
    {
      float *k = cache->k + i * n_kv_heads * d;
      const float *v = cache->v + i * n_kv_heads * d;

      turn_heads (feed, i, n_heads, &layer->q_norm, 1.0f / sqrtf ((float) d), cache->q + i * n_heads * d);
      turn_heads (feed, i, n_kv_heads, &layer->k_norm, 1, k);
      for (guint head = 0; head < n_kv_heads; head++)
        {
          const gsize place = index * cache->stride + (head * cache->capacity + cache->n + i) * d;

          self->kernels->convert (d, k + head * d, 1, attune_at_mutable (cache->keys, place, self->bf16), self->bf16);
          self->kernels->convert (d, v + head * d, 1, attune_at_mutable (cache->values, place, self->bf16), self->bf16);
        }
    }
}

static void
attend (Feed  *feed,
        guint  thread,
        guint  index)
{
  AttuneKvCache *cache = feed->cache;
  AttuneModel *self = cache->model;
  const guint n_heads = self->config->n_heads;
  const guint shared = n_heads / self->config->n_kv_heads;
  const gsize d = self->config->head_dim;
  float *scores = cache->scores[thread];
  float wide[1024];
  gsize first, last;

  attune_thread_pool_share (feed->n * n_heads, 1, thread, feed->n_threads, &first, &last);
  for (gsize task = first; task < last; task++)
    {
      const gsize i = task / n_heads;
      const guint head = (guint) (task % n_heads);
      const gsize panel = index * cache->stride + (gsize) (head / shared) * cache->capacity * d;
      const gsize n = cache->n + i + 1;
      const float *q = cache->q + task * d;
      float *out = cache->attention + task * d;
      float total, lse;

      for (gsize j = 0; j < n; j++)
        scores[j] = self->kernels->dot (d, q, attune_at (cache->keys, panel + j * d, self->bf16), self->bf16);
      self->kernels->softmax_forward (1, n - 1, n, scores, n, scores, &total, &lse, FALSE);
      memset (out, 0, d * sizeof (float));
      for (gsize j = 0; j < n; j++)
        {
          const float weight = scores[j] / total;

          self->kernels->widen (d, attune_at (cache->values, panel + j * d, self->bf16), self->bf16, wide);
          for (gsize c = 0; c < d; c++)
            out[c] += weight * wide[c];
        }
      if (self->bf16 && feed->n > FEW_TOKENS)
        self->kernels->convert (d, out, 1, attune_at_mutable (cache->narrow, task * d, TRUE), TRUE);
    }
}

/* The own columns of both, and at once what becomes of them. */
static void
gate_and_up (Feed        *feed,
             guint        thread,
             guint        index,
             const float *normed)
{
  AttuneKvCache *cache = feed->cache;
  AttuneModel *self = cache->model;
  const gsize inner = self->config->intermediate_size;
  gsize first, last;

  linear_columns (feed, thread, index, LINEAR_GATE, normed, cache->gate, FALSE);
  linear_columns (feed, thread, index, LINEAR_UP, normed, cache->up, FALSE);
  attune_thread_pool_share (inner, 16, thread, feed->n_threads, &first, &last);
  for (gsize i = 0; i < feed->n; i++)
    self->kernels->swiglu_forward (last - first, cache->gate + i * inner + first, cache->up + i * inner + first, NULL, NULL,
                                   cache->gate + i * inner + first, FALSE);
}

static void
narrow_act (Feed  *feed,
            guint  thread)
{
  AttuneKvCache *cache = feed->cache;
  AttuneModel *self = cache->model;
  const gsize inner = self->config->intermediate_size;
  gsize first, last;

  attune_thread_pool_share (feed->n * inner, 16, thread, feed->n_threads, &first, &last);
  self->kernels->convert (last - first, cache->gate + first, 1, attune_at_mutable (cache->narrow, first, TRUE), TRUE);
}

static void
feed_thread (guint    thread,
             gpointer user_data)
{
  Feed *feed = user_data;
  AttuneKvCache *cache = feed->cache;
  AttuneModel *self = cache->model;
  const AttuneWeight *head = attune_model_get_head (self);
  const gsize hidden = self->config->hidden_size;
  gsize first, last;

  attune_thread_pool_share (feed->n, 1, thread, feed->n_threads, &first, &last);
  for (gsize i = first; i < last; i++)
    self->kernels->widen (hidden, attune_at (self->embedding.data, (gsize) feed->tokens[i] * hidden, self->bf16), self->bf16,
                          cache->x + i * hidden);

  meet (feed);
  for (guint index = 0; index < self->config->n_layers; index++)
    {
      const float *normed = norm_tokens (feed, thread, &self->layers[index].input_norm);

      adapter_input (feed, thread, index, GROUP_QKV, normed);
      linear_columns (feed, thread, index, LINEAR_Q, normed, cache->q, FALSE);
      linear_columns (feed, thread, index, LINEAR_K, normed, cache->k, FALSE);
      linear_columns (feed, thread, index, LINEAR_V, normed, cache->v, FALSE);
      meet (feed);
      store_tokens (feed, thread, index);
      meet (feed);
      attend (feed, thread, index);
      meet (feed);
      adapter_input (feed, thread, index, GROUP_O, cache->attention);
      linear_columns (feed, thread, index, LINEAR_O, cache->attention, cache->x, TRUE);
      meet (feed);
      normed = norm_tokens (feed, thread, &self->layers[index].post_norm);
      adapter_input (feed, thread, index, GROUP_GATE_UP, normed);
      gate_and_up (feed, thread, index, normed);
      meet (feed);
      if (self->bf16 && feed->n > FEW_TOKENS)
        {
          narrow_act (feed, thread);
          meet (feed);
        }
      adapter_input (feed, thread, index, GROUP_DOWN, cache->gate);
      linear_columns (feed, thread, index, LINEAR_DOWN, cache->gate, cache->x, TRUE);
      meet (feed);
    }

  if (feed->logits == NULL)
    return;
  self->kernels->norm_forward (1, hidden, cache->x + (feed->n - 1) * hidden, self->norm.value, (float) self->config->rms_norm_eps,
                               NULL, cache->normed[thread], FALSE);
  attune_thread_pool_share (self->config->vocab_size, 16, thread, feed->n_threads, &first, &last);
  for (gsize i = first; i < last; i++)
    feed->logits[i] = self->kernels->dot (hidden, cache->normed[thread], attune_at (head->data, i * hidden, self->bf16), self->bf16);
}

/* A power of two, so that the products come in a handful of sizes only. */
static gsize
next_part (gsize n)
{
  gsize part = MOST_TOKENS;

  while (part > n)
    part /= 2;
  return part;
}

gboolean
attune_model_decode (AttuneModel   *self,
                     AttuneKvCache *cache,
                     const gint32  *tokens,
                     guint          n_tokens,
                     float         *logits)
{
  g_return_val_if_fail (self != NULL && cache != NULL && cache->model == self, FALSE);
  g_return_val_if_fail (tokens != NULL && n_tokens > 0 && logits != NULL, FALSE);

  if (n_tokens > cache->capacity - cache->n)
    return FALSE;

  for (guint i = 0; i < n_tokens; i++)
    g_return_val_if_fail (tokens[i] >= 0 && (guint) tokens[i] < self->config->vocab_size, FALSE);

  for (gsize i = 0; i < n_tokens;)
    {
      Feed feed = { .cache = cache, .tokens = tokens + i, .n = next_part (n_tokens - i) };

      i += feed.n;
      feed.logits = i == n_tokens ? logits : NULL;
      feed.n_threads = feed.n * cache->n_multiplications < WORTH_SHARING ? 1 : self->n_threads;
      if (feed.n_threads == 1)
        attune_thread_pool_run_alone (self->pool, feed_thread, &feed);
      else
        attune_thread_pool_run (self->pool, feed_thread, &feed);
      cache->n += feed.n;
    }
  return TRUE;
}
