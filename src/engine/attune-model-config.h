/* attune-model-config.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum { ATTUNE_ROPE_DEFAULT, ATTUNE_ROPE_LINEAR, ATTUNE_ROPE_LLAMA3 } AttuneRopeType;

/* What config.json says, in both spellings of transformers 4 (rope_theta, rope_scaling) and 5 (rope_parameters). */
typedef struct {
  char          *model_type;          /* "llama", "mistral", "qwen2", "qwen3", "smollm"… */
  guint          hidden_size;
  guint          intermediate_size;
  guint          n_layers;
  guint          n_heads;
  guint          n_kv_heads;
  guint          head_dim;
  guint          vocab_size;
  guint          max_positions;
  double         rms_norm_eps;
  double         initializer_range;
  gboolean       tie_embeddings;
  gboolean       attention_bias;      /* q, k, v */
  gboolean       output_bias;         /* o too (Llama's attention_bias) */
  gboolean       head_norms;          /* Qwen 3: RMS norms on the heads of q and k */
  AttuneRopeType rope_type;
  double         rope_theta;
  double         rope_factor;
  double         rope_low_frequency_factor, rope_high_frequency_factor;
  guint          rope_original_positions;
  char          *json;                /* the whole file, written back with full weights */
} AttuneModelConfig;

/* Reads FOLDER/config.json; NOT_SUPPORTED names what is not understood (sliding windows in use, MLP biases, other activations…). */
AttuneModelConfig *attune_model_config_load (const char               *folder,
                                             GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
AttuneModelConfig *attune_model_config_parse(const char               *json,
                                             GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
AttuneModelConfig *attune_model_config_copy (const AttuneModelConfig  *self);
void               attune_model_config_free (AttuneModelConfig        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneModelConfig, attune_model_config_free)

guint64            attune_model_config_count_parameters (const AttuneModelConfig *self);

G_END_DECLS
