/* attune-bench-step.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* Tokens a second and peak memory of a training step, at the size of SmolLM2-135M unless told otherwise. The model is random and made
 * here, written to a temporary folder and read again, as a run would. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "attune-model.h"

static int n_rows = 4;
static int length = 256;
static int n_steps = 5;
static int n_threads = 0;
static int rank = 8;
static double dropout = 0;
static double masked = 0;
static gboolean small;
static gboolean full;
static gboolean ragged;
static gboolean generate;
static char *precision;

static const GOptionEntry entries[] = {
  { "rows", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &n_rows, "Rows of a batch", "N" },
  { "length", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &length, "Tokens of a row", "N" },
  { "steps", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &n_steps, "Steps that are measured", "N" },
  { "threads", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &n_threads, "Threads (0: all cores)", "N" },
  { "rank", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &rank, "Rank of the adapter", "N" },
  { "dropout", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_DOUBLE, &dropout, "Dropout of the adapter", "P" },
  { "masked", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_DOUBLE, &masked, "Part of each row that is not learnt", "P" },
  { "small", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &small, "A model of four million parameters", NULL },
  { "full", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &full, "Train all weights", NULL },
  { "ragged", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &ragged, "Rows of different lengths, other ones in each step", NULL },
  { "generate", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &generate, "Measure generation too", NULL },
  { "precision", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &precision, "fp32 or bf16 (default: both)", "NAME" },
  G_OPTION_ENTRY_NULL
};

static const char config_135m[] =
  "{ \"model_type\": \"llama\", \"hidden_size\": 576, \"intermediate_size\": 1536, \"num_hidden_layers\": 30, \"num_attention_heads\": 9,"
  " \"num_key_value_heads\": 3, \"vocab_size\": 49152, \"max_position_embeddings\": 8192, \"rope_theta\": 100000,"
  " \"rms_norm_eps\": 1e-5, \"initializer_range\": 0.04, \"tie_word_embeddings\": true }";

static const char config_small[] =
  "{ \"model_type\": \"llama\", \"hidden_size\": 256, \"intermediate_size\": 704, \"num_hidden_layers\": 5, \"num_attention_heads\": 8,"
  " \"num_key_value_heads\": 4, \"vocab_size\": 2048, \"max_position_embeddings\": 512, \"rope_theta\": 10000,"
  " \"rms_norm_eps\": 1e-5, \"initializer_range\": 0.04, \"tie_word_embeddings\": true }";

/* MB, from /proc/self/status; 0 where it is not there. */
static double
read_status (const char *member)
{
  g_autofree char *contents = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &contents, NULL, NULL))
    return 0;
  line = strstr (contents, member);
  return line != NULL ? g_ascii_strtod (line + strlen (member) + 1, NULL) / 1024 : 0;
}

static void
forget_peak (void)
{
  g_autofree char *path = g_strdup ("/proc/self/clear_refs");
  FILE *file = g_fopen (path, "w");

  if (file != NULL)
    {
      fputs ("5", file);
      fclose (file);
    }
}

static void
fill_batch (AttuneBatch *batch,
            GRand       *random,
            gint32       vocabulary)
{
  gint32 *tokens = (gint32 *) batch->tokens;
  gint32 *labels = (gint32 *) batch->labels;
  guint *lengths = (guint *) batch->lengths;

  for (guint row = 0; row < batch->n_rows; row++)
    {
      lengths[row] = ragged ? (guint) g_rand_int_range (random, length / 2, length + 1) : (guint) length;
      for (guint i = 0; i < batch->length; i++)
        {
          tokens[row * batch->length + i] = g_rand_int_range (random, 0, vocabulary);
          labels[row * batch->length + i] = i < lengths[row] * masked ? -100 : tokens[row * batch->length + i];
        }
    }
}

static void
measure_generation (AttuneModel *model,
                    GRand       *random)
{
  const guint vocabulary = attune_model_get_config (model)->vocab_size;
  const guint n_prompt = 200, n_new = 60;
  g_autoptr(AttuneKvCache) cache = attune_kv_cache_new (model, n_prompt + n_new);
  g_autofree gint32 *tokens = g_new (gint32, n_prompt);
  g_autofree float *logits = g_new (float, vocabulary);
  gint64 begin, middle, end;

  for (guint i = 0; i < n_prompt; i++)
    tokens[i] = g_rand_int_range (random, 0, (gint32) vocabulary);
  begin = g_get_monotonic_time ();
  attune_model_decode (model, cache, tokens, n_prompt, logits);
  middle = g_get_monotonic_time ();
  for (guint i = 0; i < n_new; i++)
    attune_model_decode (model, cache, tokens + i, 1, logits);
  end = g_get_monotonic_time ();
  g_print ("  generation: prompt of %u %.0f tokens/s, then %.0f tokens/s\n", n_prompt,
           n_prompt * 1e6 / (double) (middle - begin), n_new * 1e6 / (double) (end - middle));
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  const double x = *(const double *) a;
  const double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static gboolean
measure (const char            *folder,
         AttuneModelPrecision   type,
         GError               **error)
{
  static const char * const modules[] = { "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", NULL };
  AttuneLoraSettings lora = { (guint) rank, 2.0 * rank, dropout, (GStrv) modules };
  g_autoptr(AttuneModel) model = NULL;
  g_autoptr(GRand) random = g_rand_new_with_seed (1);
  g_autofree double *times = g_new (double, n_steps);
  g_autofree gint32 *tokens = g_new (gint32, n_rows * length);
  g_autofree gint32 *labels = g_new (gint32, n_rows * length);
  g_autofree guint *lengths = g_new (guint, n_rows);
  AttuneBatch batch = { (guint) n_rows, (guint) length, tokens, labels, lengths };
  AttuneBatchResult result;
  AttuneMemoryNeed need;
  gint64 started;
  double first, total = 0, n_tokens = 0;

  forget_peak ();
  started = g_get_monotonic_time ();
  model = attune_model_load (folder, type, full, (guint) n_threads, error);
  if (model == NULL || (!full && !attune_model_add_lora (model, &lora, 1, error)))
    return FALSE;

  fill_batch (&batch, random, (gint32) attune_model_get_config (model)->vocab_size);
  attune_model_forward_backward (model, &batch, 1e-3, 1, &result);
  first = (double) (g_get_monotonic_time () - started) / G_USEC_PER_SEC;

  for (int i = 0; i < n_steps; i++)
    {
      gint64 begin;

      fill_batch (&batch, random, (gint32) attune_model_get_config (model)->vocab_size);
      for (int j = 0; j < n_rows; j++)
        n_tokens += lengths[j];
      begin = g_get_monotonic_time ();
      attune_model_zero_gradients (model);
      attune_model_forward_backward (model, &batch, 1e-3, (guint64) i, &result);
      times[i] = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
      total += times[i];
    }
  n_tokens /= n_steps;
  qsort (times, (gsize) n_steps, sizeof (double), compare_doubles);

  attune_model_predict_memory (attune_model_get_config (model), type, full ? NULL : &lora, (guint) n_rows, (guint) length,
                               (guint) n_threads, &need);
  g_print ("%s %s %d x %d: median %.3f s [%.3f-%.3f], %.0f tokens/s (mean %.0f), first step after %.2f s, "
           "peak %.0f MB (%.0f MB anonymous), predicted %.0f MB without optimizer, loss %.4f\n",
           full ? "full" : "LoRA", type == ATTUNE_MODEL_PRECISION_BF16 ? "bf16" : "fp32", n_rows, length,
           times[n_steps / 2], times[0], times[n_steps - 1], n_tokens / times[n_steps / 2], n_tokens * n_steps / total, first,
           read_status ("VmHWM"), read_status ("RssAnon"), (double) (need.total - need.optimizer) / 1048576,
           result.loss_sum / (double) MAX (result.n_labels, 1));
  if (generate)
    {
      measure_generation (model, random);
      measure_generation (model, random);
    }
  return TRUE;
}

static gboolean
run (GError **error)
{
  g_autoptr(AttuneModelConfig) config = NULL;
  g_autofree char *folder = NULL;
  gboolean ok = TRUE;

  config = attune_model_config_parse (small ? config_small : config_135m, error);
  if (config == NULL)
    return FALSE;
  folder = g_dir_make_tmp ("attune-bench-XXXXXX", error);
  if (folder == NULL)
    return FALSE;

  for (int i = 0; ok && i < 2; i++)
    {
      const char *name = i == 0 ? "fp32" : "bf16";
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *weights = g_build_filename (path, "model.safetensors", NULL);
      g_autofree char *description = g_build_filename (path, "config.json", NULL);

      if (precision != NULL && strcmp (precision, name) != 0)
        continue;
      {
        g_autoptr(AttuneModel) made = attune_model_new_random (config, ATTUNE_MODEL_PRECISION_FP32, 7, (guint) n_threads, error);

        ok = made != NULL && attune_model_save_weights (made, path, i == 0 ? "F32" : "BF16", error);
      }
      ok = ok && measure (path, i == 0 ? ATTUNE_MODEL_PRECISION_FP32 : ATTUNE_MODEL_PRECISION_BF16, error);
      g_unlink (weights);
      g_unlink (description);
      g_rmdir (path);
    }
  g_rmdir (folder);
  return ok;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GOptionContext) context = g_option_context_new ("- measure a training step");
  g_autoptr(GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || n_rows < 1 || length < 2 || n_steps < 1)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "rows, length or steps are too small");
      return 2;
    }
  if (!run (&error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
