/* attune-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-adapter-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

G_DEFINE_INTERFACE (AttuneAdapter, attune_adapter, G_TYPE_OBJECT)

static void
attune_adapter_default_init (AttuneAdapterInterface *iface)
{
}

AttuneTrainingHandle *
attune_training_handle_new (const char *provider_job_id,
                            double      estimated_cost,
                            double      estimated_duration)
{
  AttuneTrainingHandle *self = g_new0 (AttuneTrainingHandle, 1);

  self->provider_job_id = g_strdup (provider_job_id);
  self->estimated_cost = estimated_cost;
  self->estimated_duration = estimated_duration;

  return self;
}

void
attune_training_handle_free (AttuneTrainingHandle *self)
{
  if (self == NULL)
    return;

  g_free (self->provider_job_id);
  g_free (self);
}

AttuneStatusUpdate *
attune_status_update_new (void)
{
  AttuneStatusUpdate *self = g_new0 (AttuneStatusUpdate, 1);

  self->status = -1;
  self->step = -1;
  self->total_steps = -1;
  self->progress = NAN;
  self->time_remaining = NAN;
  self->trained_tokens = -1;
  self->poll_after = NAN;

  return self;
}

void
attune_status_update_free (AttuneStatusUpdate *self)
{
  if (self == NULL)
    return;

  g_free (self->fine_tuned_model);
  g_free (self->output_path);
  g_clear_error (&self->error);
  g_clear_pointer (&self->metrics, g_array_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->checkpoints, g_ptr_array_unref);
  g_free (self);
}

AttuneEstimate *
attune_estimate_new (void)
{
  AttuneEstimate *self = g_new0 (AttuneEstimate, 1);

  self->cost_low = self->cost_high = NAN;
  self->seconds_low = self->seconds_high = NAN;
  self->memory_low = self->memory_high = NAN;
  self->memory_available = NAN;
  self->disk = NAN;
  self->steps = -1;
  self->tokens = -1;

  return self;
}

void
attune_estimate_free (AttuneEstimate *self)
{
  if (self == NULL)
    return;

  g_free (self->source);
  g_free (self);
}

/* Each of the words of attune_adapter_can(), what a person is told where it is missing, and how to tell. */
typedef struct {
  const char *operation;
  const char *refusal;
  gsize       offset;
} Operation;

static const Operation operations[] = {
  /* translators: %s is the title of a provider, such as "This Computer", in this and the next messages */
  { "cancel", N_("%s cannot cancel jobs"), G_STRUCT_OFFSET (AttuneAdapterInterface, cancel_async) },
  { "pause", N_("%s cannot pause jobs"), G_STRUCT_OFFSET (AttuneAdapterInterface, pause_async) },
  { "resume", N_("%s cannot resume jobs"), G_STRUCT_OFFSET (AttuneAdapterInterface, resume_async) },
  { "delete", N_("%s does not let jobs be deleted"), G_STRUCT_OFFSET (AttuneAdapterInterface, delete_job_async) },
  { "checkpoints", N_("%s does not list checkpoints"), G_STRUCT_OFFSET (AttuneAdapterInterface, list_checkpoints_async) },
  { "download", N_("%s does not let results be downloaded"), G_STRUCT_OFFSET (AttuneAdapterInterface, download_output_async) },
  { "estimate", N_("%s gives no estimates"), G_STRUCT_OFFSET (AttuneAdapterInterface, estimate_async) },
  { "test-credentials", N_("%s needs no key or token"), G_STRUCT_OFFSET (AttuneAdapterInterface, test_credentials_async) },
  { "upload", N_("%s takes no uploads"), G_STRUCT_OFFSET (AttuneAdapterInterface, upload_dataset_async) },
  { "find", N_("%s cannot look up a job by its name"), G_STRUCT_OFFSET (AttuneAdapterInterface, find_job_async) },
  { "start", N_("%s cannot start jobs"), G_STRUCT_OFFSET (AttuneAdapterInterface, start_training_async) },
  { "query", N_("%s cannot tell the state of jobs"), G_STRUCT_OFFSET (AttuneAdapterInterface, query_status_async) },
  { "translate", N_("%s cannot show its request"), G_STRUCT_OFFSET (AttuneAdapterInterface, translate_configuration) },
};

static const Operation *
find_operation (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i].operation, name))
      return &operations[i];

  return NULL;
}

gboolean
attune_adapter_can (AttuneAdapter *self,
                    const char    *operation)
{
  const Operation *found;

  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), FALSE);
  g_return_val_if_fail (operation != NULL, FALSE);

  found = find_operation (operation);
  if (found == NULL)
    return FALSE;

  return G_STRUCT_MEMBER (gpointer, ATTUNE_ADAPTER_GET_IFACE (self), found->offset) != NULL;
}

static GError *
make_refusal (AttuneAdapter *self,
              const char    *operation)
{
  const Operation *found = find_operation (operation);

  g_assert (found != NULL);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _(found->refusal), attune_adapter_get_title (self));
#pragma GCC diagnostic pop
}

gboolean
attune_adapter_refuse (AttuneAdapter       *self,
                       const char          *operation,
                       gpointer             tag,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  if (attune_adapter_can (self, operation))
    return FALSE;

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tag);
  g_task_return_error (task, make_refusal (self, operation));

  return TRUE;
}

const char *
attune_adapter_get_id (AttuneAdapter *self)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);

  return ATTUNE_ADAPTER_GET_IFACE (self)->get_id (self);
}

const char *
attune_adapter_get_title (AttuneAdapter *self)
{
  AttuneAdapterInterface *iface;

  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);

  iface = ATTUNE_ADAPTER_GET_IFACE (self);
  return iface->get_title != NULL ? iface->get_title (self) : iface->get_id (self);
}

const char *
attune_adapter_get_description (AttuneAdapter *self)
{
  AttuneAdapterInterface *iface;

  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);

  iface = ATTUNE_ADAPTER_GET_IFACE (self);
  return iface->get_description != NULL ? iface->get_description (self) : "";
}

const char *
attune_adapter_get_credential (AttuneAdapter *self)
{
  AttuneAdapterInterface *iface;

  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);

  iface = ATTUNE_ADAPTER_GET_IFACE (self);
  return iface->get_credential != NULL ? iface->get_credential (self) : NULL;
}

/* A provider that never changes needs no more than dup_capabilities(). */
void
attune_adapter_load_capabilities_async (AttuneAdapter       *self,
                                        gboolean             refresh,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data)
{
  AttuneAdapterInterface *iface;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ATTUNE_IS_ADAPTER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  iface = ATTUNE_ADAPTER_GET_IFACE (self);
  if (iface->load_capabilities_async != NULL)
    {
      iface->load_capabilities_async (self, refresh, cancellable, callback, user_data);
      return;
    }

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_adapter_load_capabilities_async);
  g_task_return_pointer (task, attune_adapter_dup_capabilities (self), g_object_unref);
}

AttuneCapabilities *
attune_adapter_load_capabilities_finish (AttuneAdapter  *self,
                                         GAsyncResult   *result,
                                         GError        **error)
{
  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);

  if (g_async_result_is_tagged (result, attune_adapter_load_capabilities_async))
    return g_task_propagate_pointer (G_TASK (result), error);

  return ATTUNE_ADAPTER_GET_IFACE (self)->load_capabilities_finish (self, result, error);
}

AttuneCapabilities *
attune_adapter_dup_capabilities (AttuneAdapter *self)
{
  AttuneCapabilities *capabilities;

  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);

  capabilities = ATTUNE_ADAPTER_GET_IFACE (self)->dup_capabilities (self);
  g_assert (ATTUNE_IS_CAPABILITIES (capabilities));

  return capabilities;
}

AttuneValidation *
attune_adapter_validate_configuration (AttuneAdapter          *self,
                                       AttuneConfiguration    *configuration,
                                       const AttuneJobContext *context)
{
  static const AttuneJobContext nothing = { NULL };
  AttuneAdapterInterface *iface;
  g_autoptr (AttuneCapabilities) whole = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autofree char *model = NULL;
  AttuneValidation *validation;

  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  iface = ATTUNE_ADAPTER_GET_IFACE (self);
  validation = attune_validation_new ();
  attune_validation_check_universal (validation, configuration);

  whole = attune_adapter_dup_capabilities (self);
  model = attune_configuration_dup_text (configuration, "model.baseModel");
  capabilities = model != NULL ? attune_capabilities_for_model (whole, model) : g_object_ref (whole);
  attune_validation_drop_unsupported (validation, capabilities);
  attune_validation_check_capabilities (validation, configuration, capabilities, attune_adapter_get_title (self));

  if (iface->validate_configuration != NULL)
    iface->validate_configuration (self, configuration, context != NULL ? context : &nothing, validation);

  return validation;
}

JsonNode *
attune_adapter_translate_configuration (AttuneAdapter           *self,
                                        AttuneConfiguration     *configuration,
                                        const AttuneJobContext  *context,
                                        GError                 **error)
{
  static const AttuneJobContext nothing = { NULL };
  AttuneAdapterInterface *iface;

  g_return_val_if_fail (ATTUNE_IS_ADAPTER (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  iface = ATTUNE_ADAPTER_GET_IFACE (self);
  if (iface->translate_configuration == NULL)
    {
      g_propagate_error (error, make_refusal (self, "translate"));
      return NULL;
    }

  return iface->translate_configuration (self, configuration, context != NULL ? context : &nothing, error);
}
