/* attune-huggingface-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-huggingface"

#include "attune-huggingface-adapter.h"

#include <glib/gi18n-lib.h>

#include "attune-huggingface-private.h"

#define LOG_PATIENCE 3.0
/* Seconds after which the repository of a running job is looked into even if nothing happened. */
#define LOOK_INTERVAL 60.0

/* What is remembered of a job between two questions. */
typedef struct {
  gboolean knows_log;  /* it was read from its beginning */
  gint64   looked_at;  /* monotonic time of the last look into its repository; 0 never */
  gint64   last_event; /* the newest event at that look */
} Memory;

struct _AttuneHuggingfaceAdapter
{
  AttuneRemoteAdapter  parent_instance;

  AttuneHub           *hub;          /* made at the first use */
  double               log_patience;
  GHashTable          *memories;     /* id of a job → Memory */
};

static void attune_huggingface_adapter_iface_init (AttuneAdapterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneHuggingfaceAdapter, attune_huggingface_adapter, ATTUNE_TYPE_REMOTE_ADAPTER,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, attune_huggingface_adapter_iface_init))

static void
attune_huggingface_adapter_finalize (GObject *object)
{
  AttuneHuggingfaceAdapter *self = ATTUNE_HUGGINGFACE_ADAPTER (object);

  g_clear_object (&self->hub);
  g_clear_pointer (&self->memories, g_hash_table_unref);

  G_OBJECT_CLASS (attune_huggingface_adapter_parent_class)->finalize (object);
}

/* The file is there as long as it is in the repository; what the Hub says of a file that is not, is 404. */
static AttuneHttpRequest *
create_upload_check (AttuneRemoteAdapter *adapter,
                     AttuneDataset       *dataset,
                     const char          *file_id)
{
  AttuneHttpRequest *request;
  g_autofree char *escaped = g_uri_escape_string (file_id, "/", FALSE);
  g_autofree char *target = NULL;
  g_auto (GStrv) parts = g_strsplit (escaped, "/", 4);

  /* "datasets/OWNER/NAME/path" */
  if (g_strv_length (parts) == 4)
    target = g_strconcat ("/", parts[0], "/", parts[1], "/", parts[2], "/resolve/main/", parts[3], NULL);
  else
    target = g_strconcat ("/", escaped, NULL);

  request = attune_http_request_new ("HEAD", target);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_NO_REDIRECT | ATTUNE_HTTP_REQUEST_RAW);

  return request;
}

/* A redirect leads to the file: where, is not asked. */
static gboolean
is_upload_usable (AttuneRemoteAdapter *adapter,
                  AttuneHttpReply     *reply)
{
  return attune_http_reply_get_status (reply) < 400;
}

static void
attune_huggingface_adapter_class_init (AttuneHuggingfaceAdapterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  AttuneRemoteAdapterClass *remote_class = ATTUNE_REMOTE_ADAPTER_CLASS (klass);

  object_class->finalize = attune_huggingface_adapter_finalize;
  remote_class->fetch_capabilities_async = attune_huggingface_fetch_capabilities_async;
  remote_class->fetch_capabilities_finish = attune_huggingface_fetch_capabilities_finish;
  remote_class->upload_async = attune_huggingface_upload_async;
  remote_class->upload_finish = attune_huggingface_upload_finish;
  remote_class->create_upload_check = create_upload_check;
  remote_class->is_upload_usable = is_upload_usable;
}

static void
attune_huggingface_adapter_init (AttuneHuggingfaceAdapter *self)
{
  self->log_patience = LOG_PATIENCE;
  self->memories = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
attune_huggingface_adapter_iface_init (AttuneAdapterInterface *iface)
{
  iface->validate_configuration = attune_huggingface_validate_configuration;
  iface->translate_configuration = attune_huggingface_translate_configuration;
  iface->start_training_async = attune_huggingface_start_training_async;
  iface->start_training_finish = attune_huggingface_start_training_finish;
  iface->find_job_async = attune_huggingface_find_job_async;
  iface->find_job_finish = attune_huggingface_find_job_finish;
  iface->query_status_async = attune_huggingface_query_status_async;
  iface->query_status_finish = attune_huggingface_query_status_finish;
  iface->cancel_async = attune_huggingface_cancel_async;
  iface->cancel_finish = attune_huggingface_cancel_finish;
  iface->resume_async = attune_huggingface_resume_async;
  iface->resume_finish = attune_huggingface_resume_finish;
  iface->list_checkpoints_async = attune_huggingface_list_checkpoints_async;
  iface->list_checkpoints_finish = attune_huggingface_list_checkpoints_finish;
  iface->download_output_async = attune_huggingface_download_output_async;
  iface->download_output_finish = attune_huggingface_download_output_finish;
  iface->estimate_async = attune_huggingface_estimate_async;
  iface->estimate_finish = attune_huggingface_estimate_finish;
}

AttuneAdapter *
attune_huggingface_adapter_new (AttuneCredentials *credentials)
{
  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  return g_object_new (ATTUNE_TYPE_HUGGINGFACE_ADAPTER, "provider", "huggingface", "credentials", credentials, NULL);
}

AttuneHub *
attune_huggingface_adapter_get_hub (AttuneHuggingfaceAdapter *self)
{
  AttuneRemoteAdapter *remote = ATTUNE_REMOTE_ADAPTER (self);

  if (self->hub == NULL)
    self->hub = attune_hub_new_for_client (attune_remote_adapter_get_client (remote), attune_remote_adapter_get_credentials (remote));

  return self->hub;
}

void
attune_huggingface_adapter_set_log_patience (AttuneHuggingfaceAdapter *self,
                                             double                    seconds)
{
  g_return_if_fail (ATTUNE_IS_HUGGINGFACE_ADAPTER (self));
  g_return_if_fail (seconds > 0);

  self->log_patience = seconds;
}

double
attune_huggingface_adapter_get_log_patience (AttuneHuggingfaceAdapter *self)
{
  return self->log_patience;
}

static Memory *
ensure_memory (AttuneHuggingfaceAdapter *self,
               const char               *provider_job_id)
{
  Memory *memory = g_hash_table_lookup (self->memories, provider_job_id);

  if (memory == NULL)
    {
      memory = g_new0 (Memory, 1);
      g_hash_table_insert (self->memories, g_strdup (provider_job_id), memory);
    }

  return memory;
}

gboolean
attune_huggingface_adapter_knows_log (AttuneHuggingfaceAdapter *self,
                                      const char               *provider_job_id)
{
  return ensure_memory (self, provider_job_id)->knows_log;
}

void
attune_huggingface_adapter_remember_log (AttuneHuggingfaceAdapter *self,
                                         const char               *provider_job_id)
{
  ensure_memory (self, provider_job_id)->knows_log = TRUE;
}

gboolean
attune_huggingface_adapter_should_look (AttuneHuggingfaceAdapter *self,
                                        const char               *provider_job_id,
                                        gint64                    last_event)
{
  Memory *memory = ensure_memory (self, provider_job_id);
  gint64 now = g_get_monotonic_time ();

  if (memory->looked_at > 0 && last_event <= memory->last_event && now - memory->looked_at < (gint64) (LOOK_INTERVAL * G_USEC_PER_SEC))
    return FALSE;

  memory->looked_at = now;
  memory->last_event = last_event;

  return TRUE;
}
