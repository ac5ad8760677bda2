/* attune-model-memory.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model.h"

#include <string.h>

#include "attune-plan.h"

/* Programs, libraries and what oneDNN keeps of generated code; measured, rounded up. */
#define LIBRARIES (64 * 1024 * 1024)

static const struct {
  const char          *module;
  AttuneLoraGroupKind  group;
  guint                place;
} modules[] = {
  { "q_proj", GROUP_QKV, 0 },
  { "k_proj", GROUP_QKV, 1 },
  { "v_proj", GROUP_QKV, 2 },
  { "o_proj", GROUP_O, 0 },
  { "gate_proj", GROUP_GATE_UP, 0 },
  { "up_proj", GROUP_GATE_UP, 1 },
  { "down_proj", GROUP_DOWN, 0 },
};

static gboolean
has_bf16 (void)
{
#if defined(__x86_64__)
  return __builtin_cpu_supports ("avx512bf16") != 0;
#else
  return FALSE;
#endif
}

static guint64
count_adapter (const AttuneModelConfig  *config,
               const AttuneLoraSettings *lora,
               AttunePlanInput          *input)
{
  guint64 n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (modules); i++)
    if (lora->modules != NULL && g_strv_contains ((const char * const *) lora->modules, modules[i].module))
      {
        const gsize out = attune_plan_get_group_output (config, modules[i].group, modules[i].place);

        input->group_sizes[modules[i].group]++;
        input->group_outputs[modules[i].group] += out;
        n += lora->rank * (guint64) (attune_plan_get_group_input (config, modules[i].group) + out);
      }
  return n * config->n_layers;
}

void
attune_model_predict_memory (const AttuneModelConfig  *config,
                             AttuneModelPrecision      precision,
                             const AttuneLoraSettings *lora,
                             guint                     n_rows,
                             guint                     length,
                             guint                     n_threads,
                             AttuneMemoryNeed         *need)
{
  const guint64 n = attune_model_config_count_parameters (config);
  const gsize padded = (length + ATTUNE_PANEL_GRAIN - 1) / ATTUNE_PANEL_GRAIN * ATTUNE_PANEL_GRAIN;
  AttunePlan plan = { 0 };
  AttunePlanInput input = {
    .config = config,
    .bf16 = precision == ATTUNE_MODEL_PRECISION_BF16 && has_bf16 (),
    .full = lora == NULL,
    .dropout = lora != NULL && lora->dropout > 0,
    .rank = lora != NULL ? lora->rank : 0,
    .mode = ATTUNE_PLAN_TRAIN,
    .n_threads = n_threads > 0 ? n_threads : MAX (g_get_num_processors (), 1),
    .n_rows = n_rows,
    .n_tokens = (gsize) n_rows * length,
    .attention_rows = n_rows * padded,
    .longest = padded,
    .n_targets = (gsize) n_rows * length,
  };
  guint64 trained;

  g_return_if_fail (config != NULL && need != NULL);

  trained = lora != NULL ? count_adapter (config, lora, &input) : n;
  if (lora == NULL)
    input.n_partial = (gsize) config->n_layers * (2 * config->hidden_size + 2 * config->head_dim +
                                                  (config->n_heads + 2 * config->n_kv_heads) * config->head_dim) + config->hidden_size;
  attune_plan_lay_out (&plan, &input, NULL);
  attune_plan_clear (&plan);

  memset (need, 0, sizeof *need);
  need->trained = trained * sizeof (float);
  need->gradients = trained * sizeof (float);
  need->optimizer = 2 * trained * sizeof (float);
  if (lora == NULL)
    need->weights = input.bf16 ? 2 * n : 0;
  else
    need->weights = (input.bf16 ? 2 : 4) * n + (input.bf16 ? 2 * trained : 0);
  need->activations = plan.saved_size;
  need->scratch = plan.total_size - plan.saved_size + LIBRARIES;
  need->total = need->weights + need->trained + need->gradients + need->optimizer + need->activations + need->scratch;
}
