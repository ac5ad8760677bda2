/* attune-model-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-kernels.h"
#include "attune-matmul.h"
#include "attune-model.h"
#include "attune-plan.h"
#include "attune-safetensors.h"
#include "attune-thread-pool.h"

G_BEGIN_DECLS

/* The linear layers of a block, and the groups of them that have the same input. */
typedef enum { LINEAR_Q, LINEAR_K, LINEAR_V, LINEAR_O, LINEAR_GATE, LINEAR_UP, LINEAR_DOWN, N_LINEARS } AttuneLinearKind;

typedef struct {
  char     *name;
  gsize     rows;
  gsize     columns;
  gboolean  is_vector;
  gboolean  exists;    /* FALSE: this model has no such bias or norm */
  const void *data;    /* matrices: what products read, in the type that is computed with */
  float    *value;     /* vectors, and all that is trained */
  float    *gradient;  /* trained */
  void     *owned;     /* @data where it is neither mapped nor @value */
  gsize     partial;   /* trained vectors: their place in each thread's partial sums */
} AttuneWeight;

typedef struct {
  AttuneWeight weight;
  AttuneWeight bias;
  gsize        in;
  gsize        out;

  /* Low-rank adapter, where it has one: y += scale · B (A x). */
  gboolean     adapted;
  guint        slot;    /* its place in the stack of its group */
  AttuneWeight a;       /* rank × in */
  AttuneWeight b;       /* out × rank */
} AttuneLinear;

/* The A of linear layers with one input lie under each other, so that one product serves all of them. */
typedef struct {
  guint       n;
  const void *a_data;
  float      *a_gradient;
} AttuneLoraGroup;

typedef struct {
  AttuneWeight    input_norm;
  AttuneWeight    post_norm;
  AttuneWeight    q_norm;
  AttuneWeight    k_norm;
  AttuneLinear    linears[N_LINEARS];
  AttuneLoraGroup groups[N_GROUPS];
} AttuneLayer;

typedef struct {
  AttuneMatmul *matmul;
  AttuneWorkerScratch scratch;
} AttuneWorker;

struct _AttuneModel {
  AttuneModelConfig   *config;
  AttuneSafetensors   *files;
  AttuneThreadPool    *pool;
  const AttuneKernels *kernels;
  guint                n_threads;
  AttuneWorker        *workers;

  gboolean             bf16;    /* products in bfloat16 */
  gboolean             rounded; /* bf16 was asked for, and is computed in fp32 on rounded weights */
  gboolean             full;

  AttuneWeight         embedding;
  AttuneWeight         norm;
  AttuneWeight         head;    /* exists: FALSE where it is the embedding */
  AttuneLayer         *layers;
  GPtrArray           *weights; /* AttuneWeight of the base model, borrowed */

  /* Adapter */
  gboolean             has_lora;
  guint                rank;
  double               alpha;
  double               dropout;
  gboolean             rank_stabilized;
  float                lora_scale;
  gboolean             adapted[N_LINEARS];

  /* Trained */
  GPtrArray           *trained; /* AttuneWeight, borrowed */
  GArray              *tensors; /* AttuneTensor */
  float               *values;
  float               *gradients;
  guint16             *copies;  /* of trained matrices, for bf16 products */
  gsize                n_trained;
  gsize                n_partial;

  /* cos and sin of (position, pair) */
  float               *cosine;
  float               *sine;
  gsize                n_positions;

  AttunePlan           plan;
  guint8              *arena;
  gsize                arena_size;
};

/* attune-model.c */
const AttuneWeight *attune_model_get_head          (AttuneModel        *self);
void                attune_model_need_positions    (AttuneModel        *self,
                                                    gsize               n);
void                attune_model_prepare_plan      (AttuneModel        *self,
                                                    const AttuneBatch  *batch,
                                                    AttunePlanMode      mode);

/* attune-model-weights.c */
void                attune_model_lay_out           (AttuneModel        *self);
void                attune_model_free_weights      (AttuneModel        *self);
gboolean            attune_model_read_weights      (AttuneModel        *self,
                                                    GError            **error);
void                attune_model_draw_weights      (AttuneModel        *self,
                                                    guint64             seed);
gboolean            attune_model_allocate_trained  (AttuneModel        *self,
                                                    GError            **error);
gpointer            attune_model_map_memory        (gsize               size,
                                                    GError            **error);
gboolean            attune_model_read_weight       (const AttuneFileTensor *tensor,
                                                    const AttuneWeight *weight,
                                                    float              *values,
                                                    GError            **error);
const char         *attune_linear_get_path         (AttuneLinearKind    kind);
const char         *attune_linear_get_module       (AttuneLinearKind    kind);
double              attune_uniform                 (guint64             seed,
                                                    guint64             index);

/* attune-model-decode.c: small models are decoded by one thread; this has all of them do it, however little there is to do. */
void                attune_kv_cache_always_share   (AttuneKvCache      *cache);

/* attune-model-save.c */
gboolean            attune_model_make_folder       (const char         *folder,
                                                    GError            **error);
gboolean            attune_model_write_file        (const char         *path,
                                                    const char         *contents,
                                                    GError            **error);

/* attune-model-forward.c: each thread, inside of the pool */
typedef struct {
  AttuneModel        *model;
  const AttuneBatch  *batch;
  AttunePlanMode      mode;
  float               scale;   /* of the gradient of each label's loss */
  gboolean            dropout;
  guint64             seed;
  float              *logits;
} AttuneRun;

void                attune_run_forward             (AttuneRun          *run,
                                                    guint               thread);
void                attune_plan_clear_tails        (const AttunePlan   *plan,
                                                    guint               thread,
                                                    guint               n_heads,
                                                    gsize               d,
                                                    gsize               type,
                                                    void               *panels);
void                attune_run_head                (AttuneRun          *run,
                                                    guint               thread);
void                attune_run_backward            (AttuneRun          *run,
                                                    guint               thread);

/* attune-model-lora.c */
void                attune_lora_forward            (AttuneRun          *run,
                                                    guint               thread,
                                                    guint               layer,
                                                    AttuneLoraGroupKind group,
                                                    gsize               first,
                                                    gsize               rows,
                                                    const void         *x);
void                attune_lora_add                (AttuneRun          *run,
                                                    guint               thread,
                                                    guint               layer,
                                                    AttuneLinearKind    kind,
                                                    gsize               first,
                                                    gsize               rows,
                                                    float              *y,
                                                    gsize               stride);
void                attune_lora_backward           (AttuneRun          *run,
                                                    guint               thread,
                                                    guint               layer,
                                                    AttuneLoraGroupKind group,
                                                    gsize               first,
                                                    gsize               rows,
                                                    const void * const *dy,
                                                    float              *dx);
void                attune_lora_gradients          (AttuneRun          *run,
                                                    guint               thread,
                                                    guint               layer,
                                                    AttuneLoraGroupKind group,
                                                    gsize               first,
                                                    gsize               rows,
                                                    gboolean            fresh,
                                                    const void         *x,
                                                    const void * const *dy);
void                attune_lora_collect            (AttuneRun          *run,
                                                    guint               thread,
                                                    guint               layer,
                                                    AttuneLoraGroupKind group);

/* attune-attention.c */
void                attune_attention_forward       (AttuneRun          *run,
                                                    guint               thread,
                                                    guint               layer);
void                attune_attention_backward      (AttuneRun          *run,
                                                    guint               thread,
                                                    guint               layer);

/* For each group: its first linear layer and how many there are. */
static inline AttuneLinearKind
attune_group_first (AttuneLoraGroupKind group)
{
  static const AttuneLinearKind first[N_GROUPS] = { LINEAR_Q, LINEAR_O, LINEAR_GATE, LINEAR_DOWN };

  return first[group];
}

static inline guint
attune_group_size (AttuneLoraGroupKind group)
{
  static const guint sizes[N_GROUPS] = { 3, 1, 2, 1 };

  return sizes[group];
}

static inline AttuneLoraGroupKind
attune_linear_group (AttuneLinearKind kind)
{
  static const AttuneLoraGroupKind groups[N_LINEARS] = {
    GROUP_QKV, GROUP_QKV, GROUP_QKV, GROUP_O, GROUP_GATE_UP, GROUP_GATE_UP, GROUP_DOWN,
  };

  return groups[kind];
}

/* Address of an element of an array in the type that is computed with. */
static inline const void *
attune_at (const void *data, gsize index, gboolean bf16)
{
  return (const guint8 *) data + index * (bf16 ? 2 : 4);
}

static inline void *
attune_at_mutable (void *data, gsize index, gboolean bf16)
{
  return (guint8 *) data + index * (bf16 ? 2 : 4);
}

static inline AttuneMatmulFlags
attune_product_type (const AttuneModel *self)
{
  return self->bf16 ? ATTUNE_MATMUL_BF16 : ATTUNE_MATMUL_PLAIN;
}

static inline guint64
attune_mix (guint64 x)
{
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

G_END_DECLS
