/* attune-together-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-together-adapter.h"

#include <glib/gi18n-lib.h>

#include "attune-http-json.h"
#include "attune-together-private.h"

struct _AttuneTogetherAdapter
{
  AttuneRemoteAdapter         parent_instance;

  AttuneTogetherUploadLimits  limits;
  GHashTable                 *last_steps; /* id of a job there → last step whose metrics came */
};

static void attune_together_adapter_iface_init (AttuneAdapterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneTogetherAdapter, attune_together_adapter, ATTUNE_TYPE_REMOTE_ADAPTER,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, attune_together_adapter_iface_init))

static AttuneHttpRequest *
attune_together_adapter_create_upload_check (AttuneRemoteAdapter *adapter,
                                             AttuneDataset       *dataset,
                                             const char          *file_id)
{
  return attune_http_request_new_segments ("GET", "files", file_id, NULL);
}

static gboolean
attune_together_adapter_is_upload_usable (AttuneRemoteAdapter *adapter,
                                          AttuneHttpReply     *reply)
{
  return attune_together_parse_file (attune_http_reply_get_json (reply), NULL) == ATTUNE_TOGETHER_FILE_READY;
}

static void
attune_together_adapter_finalize (GObject *object)
{
  AttuneTogetherAdapter *self = ATTUNE_TOGETHER_ADAPTER (object);

  g_clear_pointer (&self->last_steps, g_hash_table_unref);

  G_OBJECT_CLASS (attune_together_adapter_parent_class)->finalize (object);
}

static void
attune_together_adapter_class_init (AttuneTogetherAdapterClass *klass)
{
  AttuneRemoteAdapterClass *remote_class = ATTUNE_REMOTE_ADAPTER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = attune_together_adapter_finalize;

  remote_class->fetch_capabilities_async = attune_together_fetch_async;
  remote_class->fetch_capabilities_finish = attune_together_fetch_finish;
  remote_class->upload_async = attune_together_upload_async;
  remote_class->upload_finish = attune_together_upload_finish;
  remote_class->create_upload_check = attune_together_adapter_create_upload_check;
  remote_class->is_upload_usable = attune_together_adapter_is_upload_usable;
}

static void
attune_together_adapter_init (AttuneTogetherAdapter *self)
{
  self->limits = (AttuneTogetherUploadLimits) {
    .one_request = G_GINT64_CONSTANT (100) * 1000 * 1000,
    .one_redirect = G_GINT64_CONSTANT (5) * 1000 * 1000 * 1000,
    .part = G_GINT64_CONSTANT (250) * 1000 * 1000,
    .pause = 1,
  };
  self->last_steps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

AttuneAdapter *
attune_together_adapter_new (AttuneCredentials *credentials)
{
  return g_object_new (ATTUNE_TYPE_TOGETHER_ADAPTER, "provider", "together", "credentials", credentials, NULL);
}

void
attune_together_adapter_set_upload_limits (AttuneTogetherAdapter *self,
                                           gint64                 one_request,
                                           gint64                 one_redirect,
                                           gint64                 part,
                                           double                 pause)
{
  g_return_if_fail (ATTUNE_IS_TOGETHER_ADAPTER (self));

  if (one_request > 0)
    self->limits.one_request = one_request;
  if (one_redirect > 0)
    self->limits.one_redirect = one_redirect;
  if (part > 0)
    self->limits.part = part;
  if (pause > 0)
    self->limits.pause = pause;
}

const AttuneTogetherUploadLimits *
attune_together_adapter_get_upload_limits (AttuneTogetherAdapter *self)
{
  return &self->limits;
}

gint64
attune_together_adapter_get_last_step (AttuneTogetherAdapter *self,
                                       const char            *provider_job_id)
{
  const gint64 *step = g_hash_table_lookup (self->last_steps, provider_job_id);

  return step != NULL ? *step : -1;
}

void
attune_together_adapter_set_last_step (AttuneTogetherAdapter *self,
                                       const char            *provider_job_id,
                                       gint64                 step)
{
  if (step < 0)
    g_hash_table_remove (self->last_steps, provider_job_id);
  else
    g_hash_table_replace (self->last_steps, g_strdup (provider_job_id), g_memdup2 (&step, sizeof step));
}

char *
attune_together_dup_job_id (const AttuneJobContext  *context,
                            GError                 **error)
{
  const char *id = context->job != NULL ? attune_job_get_provider_job_id (context->job) : NULL;

  if (id != NULL && *id != '\0')
    return g_strdup (id);

  g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The job has not been sent to Together yet."));
  return NULL;
}

AttuneTogetherParts
attune_together_collect_parts (AttuneConfiguration    *configuration,
                               const AttuneJobContext *context)
{
  AttuneTogetherParts parts = { NULL };

  parts.has_validation = context->validation != NULL
                         || attune_configuration_is_set (configuration, "datasets.validationFileId");
  if (context->training != NULL)
    {
      parts.training_file = attune_dataset_get_provider_file (context->training, "together");
      parts.data_format = attune_dataset_get_format (context->training);
    }
  if (context->validation != NULL)
    parts.validation_file = attune_dataset_get_provider_file (context->validation, "together");
  if (context->job != NULL)
    parts.job_id = attune_job_get_id (context->job);

  return parts;
}

AttuneCapabilities *
attune_together_dup_narrowed (AttuneAdapter       *adapter,
                              AttuneConfiguration *configuration)
{
  g_autoptr (AttuneCapabilities) whole = attune_adapter_dup_capabilities (adapter);
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");

  return model != NULL ? attune_capabilities_for_model (whole, model) : g_steal_pointer (&whole);
}

static void
attune_together_adapter_validate_configuration (AttuneAdapter          *adapter,
                                                AttuneConfiguration    *configuration,
                                                const AttuneJobContext *context,
                                                AttuneValidation       *validation)
{
  g_autoptr (AttuneCapabilities) capabilities = attune_adapter_dup_capabilities (adapter);

  attune_together_check (configuration, capabilities, context, validation);
}

static JsonNode *
attune_together_adapter_translate_configuration (AttuneAdapter           *adapter,
                                                 AttuneConfiguration     *configuration,
                                                 const AttuneJobContext  *context,
                                                 GError                 **error)
{
  g_autoptr (AttuneCapabilities) capabilities = attune_together_dup_narrowed (adapter, configuration);
  AttuneTogetherParts parts = attune_together_collect_parts (configuration, context);
  JsonNode *body = attune_together_build_request (configuration, capabilities, &parts, error);

  if (body == NULL)
    return NULL;

  return attune_remote_adapter_describe_request (ATTUNE_REMOTE_ADAPTER (adapter), "POST", "/fine-tunes", body);
}

static void
attune_together_adapter_iface_init (AttuneAdapterInterface *iface)
{
  iface->validate_configuration = attune_together_adapter_validate_configuration;
  iface->translate_configuration = attune_together_adapter_translate_configuration;
  iface->start_training_async = attune_together_start_async;
  iface->start_training_finish = attune_together_start_finish;
  iface->find_job_async = attune_together_find_async;
  iface->find_job_finish = attune_together_find_finish;
  iface->query_status_async = attune_together_query_async;
  iface->query_status_finish = attune_together_query_finish;
  iface->cancel_async = attune_together_cancel_async;
  iface->cancel_finish = attune_together_cancel_finish;
  iface->delete_job_async = attune_together_delete_async;
  iface->delete_job_finish = attune_together_delete_finish;
  iface->list_checkpoints_async = attune_together_list_async;
  iface->list_checkpoints_finish = attune_together_list_finish;
  iface->download_output_async = attune_together_download_async;
  iface->download_output_finish = attune_together_download_finish;
  iface->estimate_async = attune_together_estimate_async;
  iface->estimate_finish = attune_together_estimate_finish;
}
