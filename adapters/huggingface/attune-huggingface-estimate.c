/* attune-huggingface-estimate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Share of the peak that training really reaches, at least and at most. */
#define SLOW_SHARE 0.12
#define FAST_SHARE 0.45
/* Image, packages and the start of the machine; then the model comes at this many bytes a second. */
#define START_LOW 120.0
#define START_HIGH 480.0
#define LOAD_LOW 100e6
#define LOAD_HIGH 500e6
/* Several GPUs wait for each other. */
#define SHARED_SHARE 0.85
/* Bytes of JSON Lines a token, where nobody has counted: few in dense text, many where there is much around it. */
#define BYTES_LOW 3.0
#define BYTES_HIGH 6.0
/* Operations a weight and token: forwards and backwards; without gradients of the weights that stay; once more forwards where activations are thrown away. */
#define FLOPS_FULL 6.0
#define FLOPS_LORA 4.0
#define FLOPS_AGAIN 2.0

static void
count_tokens (AttuneDataset *dataset,
              double        *low,
              double        *high)
{
  gint64 tokens = dataset != NULL ? attune_dataset_get_tokens (dataset) : -1;
  gint64 size = dataset != NULL ? attune_dataset_get_size (dataset) : -1;

  if (tokens > 0)
    {
      *low = *high = (double) tokens;
    }
  else
    {
      *low = size > 0 ? (double) size / BYTES_HIGH : NAN;
      *high = size > 0 ? (double) size / BYTES_LOW : NAN;
    }
}

AttuneEstimate *
attune_huggingface_compute_estimate (AttuneHuggingfaceAdapter  *self,
                                     AttuneConfiguration       *configuration,
                                     const AttuneJobContext    *context,
                                     GError                   **error)
{
  g_autoptr (AttuneHuggingfacePlan) plan = attune_huggingface_plan_new (self, configuration, context, NULL, 1, error);
  g_autoptr (AttuneEstimate) estimate = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GPtrArray) flavors = NULL;
  g_autofree char *model = NULL;
  const AttuneFlavor *flavor;
  double epochs;
  double parameters;
  double peak;
  double tokens_low;
  double tokens_high;
  double flops;
  gint64 rows;

  if (plan == NULL)
    return NULL;

  capabilities = attune_remote_adapter_dup_capabilities (ATTUNE_REMOTE_ADAPTER (self));
  flavors = attune_flavors_from_capabilities (capabilities);
  flavor = attune_flavors_lookup (flavors, plan->flavor);
  model = attune_configuration_dup_text (configuration, "model.baseModel");
  parameters = attune_flavors_guess_parameters (capabilities, model);
  epochs = (double) attune_configuration_get_integer (configuration, "schedule.epochs");
  rows = context != NULL && context->training != NULL ? attune_dataset_get_rows (context->training) : -1;
  count_tokens (context != NULL ? context->training : NULL, &tokens_low, &tokens_high);

  estimate = attune_estimate_new ();
  estimate->memory_low = estimate->memory_high = attune_flavors_guess_memory (configuration, parameters);
  if (flavor->memory > 0)
    estimate->memory_available = flavor->memory;
  if (rows > 0)
    {
      double batch = (double) (attune_configuration_get_integer (configuration, "schedule.batchSize") *
                               attune_configuration_get_integer (configuration, "schedule.gradientAccumulation"));

      estimate->steps = (gint64) (ceil ((double) rows / batch) * epochs);
    }

  peak = attune_flavor_get_peak (flavor) * flavor->count * (flavor->count > 1 ? SHARED_SHARE : 1);
  if (parameters > 0 && peak > 0 && isfinite (tokens_high))
    {
      int method = attune_configuration_get_enum (configuration, "method.type");

      flops = method == ATTUNE_TRAINING_METHOD_FULL ? FLOPS_FULL : FLOPS_LORA;
      if (attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_GRADIENT_CHECKPOINTING))
        flops += FLOPS_AGAIN;
      estimate->tokens = (gint64) ((tokens_low + tokens_high) / 2 * epochs);
      estimate->seconds_low = START_LOW + 2 * parameters / LOAD_HIGH + flops * parameters * tokens_low * epochs / (peak * FAST_SHARE);
      estimate->seconds_high = START_HIGH + 2 * parameters / LOAD_LOW + flops * parameters * tokens_high * epochs / (peak * SLOW_SHARE);
      /* Hugging Face ends it at its limit. */
      estimate->seconds_low = MIN (estimate->seconds_low, (double) plan->timeout);
      estimate->seconds_high = MIN (estimate->seconds_high, (double) plan->timeout);
      estimate->source = g_strdup_printf (_("%s at %.2f $ an hour, from the price list of Hugging Face; the time from the size of model and data and the speed "
                                            "of such GPUs. The time limit caps the cost at %.2f $."),
                                          flavor->title, flavor->price_per_hour, flavor->price_per_hour * (double) plan->timeout / 3600);
    }
  else
    {
      estimate->seconds_low = START_LOW;
      estimate->seconds_high = (double) plan->timeout;
      estimate->source = g_strdup_printf (_("%s at %.2f $ an hour, from the price list of Hugging Face. How long it takes is not known, but the time limit "
                                            "caps the cost at %.2f $."),
                                          flavor->title, flavor->price_per_hour, flavor->price_per_hour * (double) plan->timeout / 3600);
    }
  estimate->cost_low = flavor->price_per_hour * estimate->seconds_low / 3600;
  estimate->cost_high = flavor->price_per_hour * estimate->seconds_high / 3600;

  return g_steal_pointer (&estimate);
}

void
attune_huggingface_estimate_async (AttuneAdapter          *adapter,
                                   AttuneConfiguration    *configuration,
                                   const AttuneJobContext *context,
                                   GCancellable           *cancellable,
                                   GAsyncReadyCallback     callback,
                                   gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  AttuneEstimate *estimate;
  GError *error = NULL;

  g_task_set_source_tag (task, attune_huggingface_estimate_async);
  estimate = attune_huggingface_compute_estimate (ATTUNE_HUGGINGFACE_ADAPTER (adapter), configuration, context, &error);
  if (estimate == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, estimate, (GDestroyNotify) attune_estimate_free);
}

AttuneEstimate *
attune_huggingface_estimate_finish (AttuneAdapter  *adapter,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_huggingface_estimate_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
