/* attune-huggingface-capabilities.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-hub-private.h"

/* The live part: what machines there are, and what they cost. Everybody may ask that, with a token or without. */

static void
hardware_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  JsonNode *live = NULL;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply != NULL)
    live = attune_flavors_parse_live (attune_http_reply_get_json (reply), &error);
  if (live == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, live, (GDestroyNotify) json_node_unref);
}

void
attune_huggingface_fetch_capabilities_async (AttuneRemoteAdapter *adapter,
                                             GCancellable        *cancellable,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data)
{
  GTask *task = g_task_new (adapter, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/api/jobs/hardware");

  g_task_set_source_tag (task, attune_huggingface_fetch_capabilities_async);
  attune_hub_send_async (attune_huggingface_adapter_get_hub (ATTUNE_HUGGINGFACE_ADAPTER (adapter)), request, NULL, cancellable, hardware_cb, task);
}

JsonNode *
attune_huggingface_fetch_capabilities_finish (AttuneRemoteAdapter  *adapter,
                                              GAsyncResult         *result,
                                              GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_fetch_capabilities_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What neither the table nor the capabilities can say */

static gint64
count_gpus (AttuneHuggingfaceAdapter *self,
            AttuneConfiguration      *configuration,
            AttuneValidation         *validation)
{
  g_autoptr (AttuneCapabilities) capabilities = attune_remote_adapter_dup_capabilities (ATTUNE_REMOTE_ADAPTER (self));
  g_autoptr (GPtrArray) flavors = attune_flavors_from_capabilities (capabilities);
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");
  double parameters = model != NULL ? attune_flavors_guess_parameters (capabilities, model) : 0;
  double memory = attune_flavors_guess_memory (configuration, parameters);
  const AttuneFlavor *flavor;
  const char *path;
  g_autoptr (GError) error = NULL;

  flavor = attune_flavors_choose (flavors, configuration, memory, &path, &error);
  if (flavor == NULL)
    {
      attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "hardware", NULL, "%s", error->message);
      return 1;
    }

  if (flavor->count == 0)
    attune_validation_add (validation, path, ATTUNE_SEVERITY_WARNING, "hardware", NULL,
                           _("%s has no GPU: training takes very long there. Choose a machine with one."), flavor->title);
  else if (isfinite (memory) && flavor->memory > 0 && memory > flavor->memory)
    {
      g_autofree char *need = g_format_size ((guint64) memory);
      g_autofree char *have = g_format_size ((guint64) flavor->memory);

      attune_validation_add (validation, path, ATTUNE_SEVERITY_WARNING, "memory", NULL,
                             _("This takes about %s on each GPU, and those of %s have %s. Choose a larger GPU, QLoRA, gradient checkpointing or a smaller batch."),
                             need, flavor->title, have);
    }

  return MAX (flavor->count, 1);
}

static void
check_method (AttuneConfiguration *configuration,
              AttuneValidation    *validation)
{
  int method = attune_configuration_get_enum (configuration, "method.type");
  int precision;

  if (!attune_configuration_is_set (configuration, "model.precision"))
    return;

  precision = attune_configuration_get_enum (configuration, "model.precision");
  if (method == ATTUNE_TRAINING_METHOD_FULL && (precision == ATTUNE_MODEL_PRECISION_INT8 || precision == ATTUNE_MODEL_PRECISION_INT4))
    attune_validation_add (validation, "model.precision", ATTUNE_SEVERITY_ERROR, "combination", g_variant_new_string ("bf16"),
                           _("Weights in %s cannot be trained themselves, only an adapter beside them. Choose LoRA, or another precision."),
                           precision == ATTUNE_MODEL_PRECISION_INT8 ? "int8" : "int4");
  if (method == ATTUNE_TRAINING_METHOD_QLORA && precision == ATTUNE_MODEL_PRECISION_INT8)
    attune_validation_add (validation, "model.precision", ATTUNE_SEVERITY_ERROR, "combination", g_variant_new_string ("int4"),
                           _("QLoRA keeps the base model in 4 bits. Choose int4, or LoRA for 8 bits."));
}

static void
check_schedule (AttuneConfiguration *configuration,
                gint64               n_gpus,
                AttuneValidation    *validation)
{
  gint64 batch = attune_configuration_get_integer (configuration, "schedule.batchSize");

  if (batch % n_gpus != 0)
    attune_validation_add (validation, "schedule.batchSize", ATTUNE_SEVERITY_ERROR, "combination",
                           g_variant_new_int64 ((batch / n_gpus + 1) * n_gpus),
                           _("%" G_GINT64_FORMAT " examples cannot be shared evenly by %" G_GINT64_FORMAT " GPUs. Use a multiple of %" G_GINT64_FORMAT "."),
                           batch, n_gpus, n_gpus);

  if (attune_configuration_get_enum (configuration, "optimizer.scheduler.type") == ATTUNE_LR_SCHEDULER_LINEAR &&
      attune_configuration_get_double (configuration, "optimizer.scheduler.minLRRatio") >= 1)
    attune_validation_add (validation, "optimizer.scheduler.minLRRatio", ATTUNE_SEVERITY_ERROR, "combination", g_variant_new_double (0),
                           _("A learning rate that stays at its full height does not fall. Use a smaller share, or the scheduler “constant”."));
}

void
attune_huggingface_validate_configuration (AttuneAdapter          *adapter,
                                           AttuneConfiguration    *configuration,
                                           const AttuneJobContext *context,
                                           AttuneValidation       *validation)
{
  AttuneHuggingfaceAdapter *self = ATTUNE_HUGGINGFACE_ADAPTER (adapter);
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");
  g_autofree char *repo = attune_configuration_dup_text (configuration, "integrations.huggingface.outputRepoName");
  g_autoptr (GError) error = NULL;
  gint64 n_gpus;

  if (model != NULL && *model != '\0' && !attune_hub_check_repo (model, FALSE, &error))
    {
      attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_ERROR, "model", NULL,
                             _("The base model is named as at the Hub, such as “Qwen/Qwen3-0.6B”. %s"), error->message);
      g_clear_error (&error);
    }
  if (repo != NULL && *repo != '\0' && !attune_hub_check_repo (repo, FALSE, &error))
    attune_validation_add (validation, "integrations.huggingface.outputRepoName", ATTUNE_SEVERITY_ERROR, "type", NULL, "%s", error->message);

  check_method (configuration, validation);
  n_gpus = count_gpus (self, configuration, validation);
  check_schedule (configuration, n_gpus, validation);
  if (attune_configuration_is_set (configuration, "schedule.evaluations") &&
      attune_configuration_get_integer (configuration, "schedule.evaluations") > 0 &&
      (context == NULL || context->validation == NULL) && !attune_configuration_is_set (configuration, "datasets.validationFileId"))
    attune_validation_add (validation, "schedule.evaluations", ATTUNE_SEVERITY_WARNING, "combination", NULL,
                           _("Without validation data there is nothing to evaluate on."));
}
