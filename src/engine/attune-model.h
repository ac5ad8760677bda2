/* attune-model.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "attune-enums.h"
#include "attune-model-config.h"

G_BEGIN_DECLS

/* A causal language model of the Llama family in memory, and everything that trains it. Weights are mapped from safetensors and
 * not copied where the file's type is the one that is computed with. Not a GObject: one thread owns it, and its own threads compute. */
typedef struct _AttuneModel AttuneModel;

/* A tensor that is trained, with its gradient. Rows × columns, row-major, fp32. */
typedef struct {
  const char *name;     /* "model.layers.0.self_attn.q_proj.weight", or PEFT's "base_model.model.….lora_A.weight" */
  gsize       rows;
  gsize       columns;  /* 1 for vectors */
  gboolean    is_vector;/* norms and biases; shape [rows] in files */
  float      *value;
  float      *gradient; /* summed by forward_backward until zeroed */
} AttuneTensor;

typedef struct {
  guint    rank;
  double   alpha;
  double   dropout;     /* 0 … 1, on the input of A */
  GStrv    modules;     /* of q_proj k_proj v_proj o_proj gate_proj up_proj down_proj */
} AttuneLoraSettings;

/* One micro-batch: rows of one padded length. */
typedef struct {
  guint         n_rows;
  guint         length;   /* columns of tokens and labels; padding at the right */
  const gint32 *tokens;   /* n_rows × length */
  const gint32 *labels;   /* n_rows × length; -100 is not learnt. Not shifted: labels[t] is compared with the logits at t - 1 */
  const guint  *lengths;  /* tokens of each row that are not padding */
} AttuneBatch;

typedef struct {
  double loss_sum;        /* nats, summed over the labels */
  gsize  n_labels;
  gsize  n_correct;       /* labels that were the most likely token */
} AttuneBatchResult;

/* @full: all weights are to be trained (kept in fp32, with gradients). @precision: FP32 or BF16; others are NOT_SUPPORTED.
 * @n_threads: 0 for all cores. Errors: NOT_FOUND, DAMAGED (truncated file, shape that does not fit; names file and tensor),
 * NOT_SUPPORTED (architecture or option of config.json that is not understood; names it), NO_MEMORY. */
AttuneModel  *attune_model_load              (const char                *folder,
                                              AttuneModelPrecision       precision,
                                              gboolean                   full,
                                              guint                      n_threads,
                                              GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
/* Random weights (normal, standard deviation config's initializer_range, norms one), all trained: the starter model is born so. */
AttuneModel  *attune_model_new_random        (const AttuneModelConfig   *config,
                                              AttuneModelPrecision       precision,
                                              guint64                    seed,
                                              guint                      n_threads,
                                              GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
void          attune_model_free              (AttuneModel               *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneModel, attune_model_free)

const AttuneModelConfig *attune_model_get_config (AttuneModel           *self);

/* Adds trainable adapters: A from the uniform distribution of PEFT's default (kaiming, a = √5), B zero. Once, before the first batch. */
gboolean      attune_model_add_lora          (AttuneModel               *self,
                                              const AttuneLoraSettings  *settings,
                                              guint64                    seed,
                                              GError                   **error);
/* A PEFT adapter folder, trainable like an added one. */
gboolean      attune_model_load_adapter      (AttuneModel               *self,
                                              const char                *folder,
                                              GError                   **error);

guint         attune_model_get_n_tensors     (AttuneModel               *self); /* trained ones */
const AttuneTensor *attune_model_get_tensor  (AttuneModel               *self,
                                              guint                      index);
void          attune_model_zero_gradients    (AttuneModel               *self);
/* Takes the memory for batches of up to this size now, so that a lack of it is an error (NO_MEMORY) before a run and not the end of
 * the process within it. Without it memory is taken when a batch needs more than there is. */
gboolean      attune_model_reserve           (AttuneModel               *self,
                                              guint                      n_rows,
                                              guint                      length,
                                              GError                   **error);
/* After values were changed from outside (optimizer step, checkpoint): refreshes copies in other precisions. */
void          attune_model_values_changed    (AttuneModel               *self);

/* Adds gradients of @scale × (sum of losses over the labels). With scale = 1 / labels of the whole step the micro-batches of
 * a step add up to the gradient of one mean. @dropout_seed: drawn from (seed, step, micro-batch), so that a step can be repeated. */
void          attune_model_forward_backward  (AttuneModel               *self,
                                              const AttuneBatch         *batch,
                                              double                     scale,
                                              guint64                    dropout_seed,
                                              AttuneBatchResult         *result);
void          attune_model_evaluate          (AttuneModel               *self,
                                              const AttuneBatch         *batch,
                                              AttuneBatchResult         *result);
/* @logits: n_rows × length × vocabulary. For tests and tools. */
void          attune_model_compute_logits    (AttuneModel               *self,
                                              const AttuneBatch         *batch,
                                              float                     *logits);

/* Generation with a key-value cache. */
typedef struct _AttuneKvCache AttuneKvCache;
AttuneKvCache *attune_kv_cache_new           (AttuneModel               *self,
                                              guint                      capacity);
void          attune_kv_cache_free           (AttuneKvCache             *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneKvCache, attune_kv_cache_free)
/* Feeds @n_tokens, appends them to the cache and writes the logits behind the last one (vocabulary floats). FALSE when the cache is full. */
gboolean      attune_model_decode            (AttuneModel               *self,
                                              AttuneKvCache             *cache,
                                              const gint32              *tokens,
                                              guint                      n_tokens,
                                              float                     *logits);

/* Bytes that a run would take at most, by part; the same arithmetic that allocates. Needs no weights in memory. */
typedef struct {
  guint64 weights, trained, gradients, optimizer, activations, scratch, total;
} AttuneMemoryNeed;
void          attune_model_predict_memory    (const AttuneModelConfig   *config,
                                              AttuneModelPrecision       precision,
                                              const AttuneLoraSettings  *lora, /* NULL: full */
                                              guint                      n_rows,
                                              guint                      length,
                                              guint                      n_threads,
                                              AttuneMemoryNeed          *need);

/* Adapter as PEFT writes it (adapter_config.json, adapter_model.safetensors), or all weights with config.json as a Hugging Face folder.
 * Files are written whole or not at all. Weights are saved as @dtype "F32" or "BF16". Tokenizer files are copied by the caller. */
gboolean      attune_model_save_adapter      (AttuneModel               *self,
                                              const char                *folder,
                                              const char                *base_model_name,
                                              GError                   **error);
gboolean      attune_model_save_weights      (AttuneModel               *self,
                                              const char                *folder,
                                              const char                *dtype,
                                              GError                   **error);

G_END_DECLS
