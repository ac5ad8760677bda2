/* attune-local-estimate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-local-estimate"

#include "attune-local-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "attune-json.h"
#include "attune-local-files.h"
#include "attune-machine.h"
#include "attune-metrics.h"
#include "attune-paths.h"
#include "attune-run-config.h"

/* Products that one core does in a second, from an old laptop to a new server. */
#define SLOW_CORE 8e9
#define FAST_CORE 100e9
#define BF16_GAIN 1.7
/* Floating-point operations for one token and one weight: forward, and backward without and with the gradients of the weights. */
#define FLOPS_LORA 4.4
#define FLOPS_FULL 6.2
/* Earlier runs are looked at from the newest on, and a speed is the median of this many steps at a run's end. */
#define MAX_RUNS 200
#define N_STEPS 50

typedef struct {
  AttuneLocalModel     *model;
  JsonNode             *config;
  char                 *jobs_folder;
  AttuneModelPrecision  precision;
  AttuneTrainingMethod  method;
  guint                 n_threads;
  guint64               disk;
} EstimateData;

static void
estimate_data_free (EstimateData *self)
{
  attune_local_model_unref (self->model);
  json_node_unref (self->config);
  g_free (self->jobs_folder);
  g_free (self);
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double first = *(const double *) a;
  double second = *(const double *) b;

  return (first > second) - (first < second);
}

/* NAN where the run measured nothing. */
static double
read_speed (const char *run_folder)
{
  g_autofree char *path = g_build_filename (run_folder, ATTUNE_RUN_METRICS_FILE, NULL);
  g_autoptr (GArray) points = NULL;
  g_autoptr (GArray) speeds = g_array_new (FALSE, FALSE, sizeof (double));
  gint64 last = attune_local_files_last_step (path);

  if (last == 0)
    return NAN;

  points = attune_local_files_read_metrics (run_folder, MAX (1, last - N_STEPS));
  for (guint i = 0; i < points->len; i++)
    {
      const AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);
      double speed = point->values[ATTUNE_METRIC_TOKENS_PER_SECOND];

      if ((point->set & (1u << ATTUNE_METRIC_TOKENS_PER_SECOND)) != 0 && isfinite (speed) && speed > 0)
        g_array_append_val (speeds, speed);
    }
  if (speeds->len == 0)
    return NAN;

  g_array_sort (speeds, compare_doubles);

  return g_array_index (speeds, double, speeds->len / 2);
}

/* Whether an earlier run tells something of this one: the same model, method, precision and threads. */
static gboolean
is_alike (const EstimateData *self,
          const char         *run_folder)
{
  g_autoptr (AttuneRunConfig) config = attune_run_config_load (run_folder, NULL);
  g_autoptr (AttuneTrainSettings) settings = NULL;

  if (config == NULL || strcmp (config->model, self->model->path) != 0)
    return FALSE;

  settings = attune_train_settings_new (config, self->model->config, NULL);

  return settings != NULL && settings->precision == self->precision && settings->method == self->method &&
         settings->threads == self->n_threads;
}

/* The slowest and the fastest of the earlier runs. Returns how many there were. */
static guint
measure_earlier_runs (const EstimateData *self,
                      double             *slowest,
                      double             *fastest)
{
  g_autoptr (GDir) dir = g_dir_open (self->jobs_folder, 0, NULL);
  const char *name;
  guint n_runs = 0;
  guint n_looked_at = 0;

  while (dir != NULL && n_looked_at < MAX_RUNS && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *run_folder = g_build_filename (self->jobs_folder, name, "run", NULL);
      double speed;

      if (!g_file_test (run_folder, G_FILE_TEST_IS_DIR))
        continue;

      n_looked_at++;
      if (!is_alike (self, run_folder))
        continue;

      speed = read_speed (run_folder);
      if (isnan (speed))
        continue;

      *slowest = n_runs == 0 ? speed : MIN (*slowest, speed);
      *fastest = n_runs == 0 ? speed : MAX (*fastest, speed);
      n_runs++;
    }

  return n_runs;
}

static gboolean
write_config (const EstimateData  *self,
              const char          *folder,
              GError             **error)
{
  g_autofree char *path = g_build_filename (folder, ATTUNE_RUN_CONFIG_FILE, NULL);

  return attune_local_files_write_document (path, self->config, error);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* The trainer's own count, by the very code that would train. */
static JsonNode *
run_predict (const char    *folder,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autofree char *engine = attune_paths_dup_engine ();
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;
  g_autofree char *messages = NULL;
  g_autoptr (GError) local_error = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &local_error,
                              engine, "predict", folder, NULL);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, cancellable, &output, &messages, &local_error))
    {
      if (process != NULL)
        g_subprocess_force_exit (process);
      attune_error_convert (&local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  if (!g_subprocess_get_successful (process))
    {
      g_strstrip (messages);
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s",
                   *messages != '\0' ? messages : _("The trainer could not tell what the run needs."));
      return NULL;
    }

  return attune_json_parse (output, -1, "attune-engine predict", error);
}

static AttuneEstimate *
compute (const EstimateData *self,
         JsonNode           *prediction)
{
  g_autoptr (AttuneEstimate) estimate = attune_estimate_new ();
  double tokens = attune_json_peek_double (prediction, "trainedTokens", NAN);
  double slowest = 0;
  double fastest = 0;
  guint n_runs;

  estimate->cost_low = estimate->cost_high = 0;
  estimate->steps = attune_json_peek_int (prediction, "steps", -1);
  estimate->tokens = attune_json_peek_int (prediction, "trainedTokens", -1);
  estimate->memory_low = estimate->memory_high = attune_json_peek_double (prediction, "memory.total", NAN);
  estimate->memory_available = (double) attune_machine_get_available_memory ();
  estimate->disk = (double) self->disk;

  n_runs = measure_earlier_runs (self, &slowest, &fastest);
  if (n_runs > 0)
    {
      estimate->seconds_low = tokens / fastest;
      estimate->seconds_high = tokens / slowest;
      estimate->source = g_strdup_printf (ngettext ("Time from %u earlier run of this model on this computer; steps, tokens and memory counted by the trainer.",
                                                    "Time from %u earlier runs of this model on this computer; steps, tokens and memory counted by the trainer.",
                                                    n_runs),
                                          n_runs);
    }
  else
    {
      gboolean is_fast = self->precision == ATTUNE_MODEL_PRECISION_BF16 && attune_machine_has_fast_bf16 ();
      double flops = tokens * (double) self->model->parameters * (self->method == ATTUNE_TRAINING_METHOD_FULL ? FLOPS_FULL : FLOPS_LORA);

      estimate->seconds_low = flops / (FAST_CORE * self->n_threads * (is_fast ? BF16_GAIN : 1));
      estimate->seconds_high = flops / (SLOW_CORE * self->n_threads);
      estimate->source = g_strdup (_("Time from the size of the model and the speeds that processors commonly have, since no run of this model "
                                     "was measured here yet; steps, tokens and memory counted by the trainer."));
    }

  return g_steal_pointer (&estimate);
}

static void
estimate_thread (GTask        *task,
                 gpointer      source_object,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  const EstimateData *self = task_data;
  g_autoptr (JsonNode) prediction = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  folder = g_dir_make_tmp ("attune-estimate-XXXXXX", &error);
  if (folder != NULL)
    {
      if (write_config (self, folder, &error))
        prediction = run_predict (folder, cancellable, &error);
      remove_folder (folder);
    }

  if (prediction == NULL)
    {
      attune_error_convert (&error);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  g_task_return_pointer (task, compute (self, prediction), (GDestroyNotify) attune_estimate_free);
}

void
attune_local_estimate_async (AttuneAdapter          *adapter,
                             AttuneConfiguration    *configuration,
                             const AttuneJobContext *context,
                             GCancellable           *cancellable,
                             GAsyncReadyCallback     callback,
                             gpointer                user_data)
{
  AttuneLocalAdapter *self = ATTUNE_LOCAL_ADAPTER (adapter);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autoptr (AttuneRunConfig) config = NULL;
  g_autoptr (AttuneTrainSettings) settings = NULL;
  g_autofree char *base_model = attune_configuration_dup_text (configuration, "model.baseModel");
  g_autoptr (GError) error = NULL;
  EstimateData *data;

  g_task_set_source_tag (task, attune_local_estimate_async);
  if (context == NULL || context->training == NULL || base_model == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s",
                               _("An estimate needs a base model and a training file: choose them first."));
      return;
    }

  model = attune_local_adapter_dup_model (self, base_model, &error);
  if (model != NULL && model->problem != NULL)
    g_set_error_literal (&error, ATTUNE_ERROR, model->problem->code, model->problem->message);
  if (error == NULL)
    config = attune_local_build_config (self, configuration, context, &error);
  if (config != NULL)
    settings = attune_train_settings_new (config, model->config, &error);
  if (settings == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  data = g_new0 (EstimateData, 1);
  data->disk = attune_local_predict_disk (model, settings);
  data->model = g_steal_pointer (&model);
  data->config = attune_run_config_to_json (config);
  data->jobs_folder = context->folder != NULL ? g_path_get_dirname (context->folder) : attune_paths_dup_jobs_folder ();
  data->precision = settings->precision;
  data->method = settings->method;
  data->n_threads = settings->threads;
  g_task_set_task_data (task, data, (GDestroyNotify) estimate_data_free);
  g_task_run_in_thread (task, estimate_thread);
}

AttuneEstimate *
attune_local_estimate_finish (AttuneAdapter  *adapter,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_local_estimate_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
