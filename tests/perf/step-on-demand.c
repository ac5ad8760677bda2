/* step-on-demand.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* One LoRA step for each line on standard input, so that two programs can take turns on one machine: see bench-torch.py, which computes
 * the same step. Usage: step-on-demand MODEL_FOLDER fp32|bf16 ROWS LENGTH THREADS. Prints "SECONDS LOSS" for each. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attune-model.h"
#include "attune-optimizer.h"

#define SEED 42
#define RATE 1e-4

static void
fill_batch (gint32 *tokens,
            guint   n_tokens,
            guint   vocabulary)
{
  for (guint i = 0; i < n_tokens; i++)
    tokens[i] = (gint32) (i * 2654435761u % vocabulary);
}

static gboolean
run (char    **argv,
     GError  **error)
{
  const AttuneModelPrecision precision = g_str_equal (argv[2], "bf16") ? ATTUNE_MODEL_PRECISION_BF16 : ATTUNE_MODEL_PRECISION_FP32;
  const guint rows = (guint) atoi (argv[3]);
  const guint length = (guint) atoi (argv[4]);
  const guint threads = (guint) atoi (argv[5]);
  static const char *modules[] = { "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", NULL };
  const AttuneLoraSettings lora = { .rank = 8, .alpha = 16, .modules = (GStrv) modules };
  const AttuneOptimizerSettings settings = { .weight_decay = 0, .max_norm = 1 };
  g_autoptr (AttuneModel) model = attune_model_load (argv[1], precision, FALSE, threads, error);
  g_autoptr (AttuneOptimizer) optimizer = NULL;
  g_autofree gint32 *tokens = NULL;
  g_autofree guint *lengths = NULL;
  AttuneBatch batch;
  char line[16];

  if (model == NULL || !attune_model_add_lora (model, &lora, SEED, error))
    return FALSE;
  optimizer = attune_optimizer_new_for_model (model, &settings, threads, error);
  if (optimizer == NULL)
    return FALSE;

  tokens = g_new (gint32, rows * length);
  lengths = g_new (guint, rows);
  fill_batch (tokens, rows * length, attune_model_get_config (model)->vocab_size);
  for (guint i = 0; i < rows; i++)
    lengths[i] = length;
  batch = (AttuneBatch) { rows, length, tokens, tokens, lengths };

  g_print ("ready\n");
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      const gint64 begin = g_get_monotonic_time ();
      AttuneBatchResult result;
      double norm;

      attune_model_zero_gradients (model);
      attune_model_forward_backward (model, &batch, 1.0 / (rows * (length - 1)), 0, &result);
      attune_optimizer_step (optimizer, RATE, &norm);
      attune_model_values_changed (model);
      g_print ("%.6f %.6f\n", (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC, result.loss_sum / (double) result.n_labels);
      fflush (stdout);
    }

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 6 || !run (argv, &error))
    {
      g_printerr ("%s\n", error != NULL ? error->message : "usage: step-on-demand MODEL_FOLDER fp32|bf16 ROWS LENGTH THREADS");
      return 1;
    }
  return 0;
}
