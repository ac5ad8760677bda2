/* attune-fireworks-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-fireworks"

#include "attune-fireworks-adapter.h"

#include <glib/gi18n-lib.h>

#include "attune-fireworks-operations.h"
#include "attune-fireworks-private.h"
#include "attune-http-json.h"

#define ACCOUNT_VARIABLE "FIREWORKS_ACCOUNT_ID"
#define MODELS_PATH "/v1/accounts/fireworks/models"
#define ACCOUNTS_PATH "/v1/accounts"
#define PAGE_SIZE 200
#define MAX_PAGES 50

#define DEFAULT_FORM_LIMIT (G_GINT64_CONSTANT (256) * 1024 * 1024)
#define DEFAULT_PAUSE 2.0
#define DEFAULT_PATIENCE 3600.0

static void attune_fireworks_adapter_iface_init (AttuneAdapterInterface *iface);

/* The common half, as AttuneRemoteAdapter filled it in. */
static AttuneAdapterInterface *parent_iface;

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneFireworksAdapter, attune_fireworks_adapter, ATTUNE_TYPE_REMOTE_ADAPTER,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, attune_fireworks_adapter_iface_init))

/* Lists are asked for page by page. */
static char *
dup_next_page (AttuneHttpReply *page,
               gpointer         user_data)
{
  const char *path = user_data;
  const char *token = attune_json_peek_string (attune_http_reply_get_json (page), "nextPageToken", "");
  g_autoptr (AttuneHttpRequest) request = NULL;

  if (*token == '\0')
    return NULL;

  request = attune_http_request_new ("GET", path);
  attune_http_request_add_query_int (request, "pageSize", PAGE_SIZE);
  attune_http_request_add_query (request, "pageToken", token);

  return g_strdup (attune_http_request_get_target (request));
}

static void
ask_for_pages (AttuneFireworksAdapter *self,
               const char             *path,
               GCancellable           *cancellable,
               GAsyncReadyCallback     callback,
               gpointer                user_data)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", path);

  attune_http_request_add_query_int (request, "pageSize", PAGE_SIZE);
  attune_http_client_send_pages_async (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (self)), request,
                                       dup_next_page, (gpointer) path, MAX_PAGES, cancellable, callback, user_data);
}

static const char *
get_chosen_account (void)
{
  const char *account = g_getenv (ACCOUNT_VARIABLE);

  return account != NULL && *account != '\0' ? attune_fireworks_get_short_name (account) : NULL;
}

static void
accounts_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GPtrArray) pages = NULL;
  g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *list = NULL;
  GError *error = NULL;

  pages = attune_http_client_send_pages_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (pages == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  for (guint i = 0; i < pages->len; i++)
    attune_fireworks_parse_accounts (attune_http_reply_get_json (g_ptr_array_index (pages, i)), accounts);

  if (accounts->len == 1)
    {
      g_task_return_pointer (task, g_strdup (g_ptr_array_index (accounts, 0)), g_free);
      return;
    }

  if (accounts->len == 0)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED,
                               _("The key for Fireworks AI opens no account that is in use. If the account is suspended, its console says why; "
                                 "else name it in the environment variable %s."), ACCOUNT_VARIABLE);
      return;
    }

  g_ptr_array_add (accounts, NULL);
  list = g_strjoinv (", ", (char **) accounts->pdata);
  g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                           _("The key for Fireworks AI opens several accounts: %s. Name one of them in the environment variable %s, so that "
                             "it is clear which of them pays."), list, ACCOUNT_VARIABLE);
}

/* Asked for anew each time: the key may be another one by now, and it happens once or twice a job. */
void
attune_fireworks_find_account_async (AttuneFireworksAdapter *self,
                                     const char             *known,
                                     GCancellable           *cancellable,
                                     GAsyncReadyCallback     callback,
                                     gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *chosen = get_chosen_account ();

  g_task_set_source_tag (task, attune_fireworks_find_account_async);
  if (known != NULL && g_str_has_prefix (known, "accounts/"))
    {
      g_auto (GStrv) parts = g_strsplit (known, "/", -1);

      g_task_return_pointer (task, g_strdup (parts[1]), g_free);
      return;
    }
  if (chosen != NULL)
    {
      g_task_return_pointer (task, g_strdup (chosen), g_free);
      return;
    }

  ask_for_pages (self, ACCOUNTS_PATH, cancellable, accounts_cb, g_steal_pointer (&task));
}

char *
attune_fireworks_find_account_finish (AttuneFireworksAdapter  *self,
                                      GAsyncResult            *result,
                                      GError                 **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_find_account_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
models_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GPtrArray) pages = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  JsonArray *models;
  JsonNode *root;
  GError *error = NULL;
  GDate today;

  pages = attune_http_client_send_pages_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (pages == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_date_clear (&today, 1);
  g_date_set_dmy (&today, (GDateDay) g_date_time_get_day_of_month (now), (GDateMonth) g_date_time_get_month (now),
                  (GDateYear) g_date_time_get_year (now));
  models = json_array_new ();
  for (guint i = 0; i < pages->len; i++)
    attune_fireworks_parse_models (attune_http_reply_get_json (g_ptr_array_index (pages, i)), models, &today);

  root = attune_http_json_new_object ();
  json_object_set_array_member (json_node_get_object (root), "models", models);
  g_task_return_pointer (task, root, (GDestroyNotify) json_node_unref);
}

static void
attune_fireworks_adapter_fetch_capabilities_async (AttuneRemoteAdapter *adapter,
                                                   GCancellable        *cancellable,
                                                   GAsyncReadyCallback  callback,
                                                   gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_fireworks_adapter_fetch_capabilities_async);
  ask_for_pages (ATTUNE_FIREWORKS_ADAPTER (adapter), MODELS_PATH, cancellable, models_cb, g_steal_pointer (&task));
}

static JsonNode *
attune_fireworks_adapter_fetch_capabilities_finish (AttuneRemoteAdapter  *adapter,
                                                    GAsyncResult         *result,
                                                    GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_adapter_fetch_capabilities_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Every key may list accounts; those without training rights are refused at the jobs. */
static AttuneHttpRequest *
attune_fireworks_adapter_create_test_request (AttuneRemoteAdapter *adapter)
{
  const char *account = get_chosen_account ();
  g_autofree char *path = NULL;
  AttuneHttpRequest *request;

  if (account == NULL)
    return attune_http_request_new ("GET", ACCOUNTS_PATH);

  path = g_strdup_printf ("/v1/accounts/%s/supervisedFineTuningJobs", account);
  request = attune_http_request_new ("GET", path);
  attune_http_request_add_query_int (request, "pageSize", 1);

  return request;
}

static void
attune_fireworks_adapter_validate_configuration (AttuneAdapter          *adapter,
                                                 AttuneConfiguration    *configuration,
                                                 const AttuneJobContext *context,
                                                 AttuneValidation       *validation)
{
  g_autoptr (AttuneCapabilities) capabilities = attune_adapter_dup_capabilities (adapter);

  attune_fireworks_validate (configuration, context, capabilities, validation);
}

static JsonNode *
attune_fireworks_adapter_translate_configuration (AttuneAdapter           *adapter,
                                                  AttuneConfiguration     *configuration,
                                                  const AttuneJobContext  *context,
                                                  GError                 **error)
{
  AttuneFireworksParts parts = { .account = get_chosen_account () };
  g_autofree char *path = NULL;
  JsonNode *body;

  body = attune_fireworks_build_job (configuration, context, &parts, error);
  if (body == NULL)
    return NULL;

  path = attune_fireworks_dup_create_path (context, parts.account);

  return attune_remote_adapter_describe_request (ATTUNE_REMOTE_ADAPTER (adapter), "POST", path, body);
}

/* A file that another account holds is none of this one's: with another key or account it is sent there anew. */

typedef struct {
  AttuneDataset      *dataset;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
} Upload;

static void
upload_free (Upload *upload)
{
  g_object_unref (upload->dataset);
  g_free (upload);
}

static void
uploaded_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *file_id = parent_iface->upload_dataset_finish (ATTUNE_ADAPTER (source), result, &error);

  if (file_id != NULL)
    g_task_return_pointer (task, file_id, g_free);
  else
    g_task_return_error (task, error);
}

static void
begin_upload (GTask *task)
{
  Upload *upload = g_task_get_task_data (task);

  parent_iface->upload_dataset_async (g_task_get_source_object (task), upload->dataset, upload->progress, upload->progress_data,
                                      g_task_get_cancellable (task), uploaded_cb, g_object_ref (task));
}

static void
upload_account_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Upload *upload = g_task_get_task_data (task);
  const char *known = attune_dataset_get_provider_file (upload->dataset, ATTUNE_FIREWORKS_ID);
  g_autofree char *account = NULL;
  g_autofree char *prefix = NULL;
  GError *error = NULL;

  account = attune_fireworks_find_account_finish (ATTUNE_FIREWORKS_ADAPTER (source), result, &error);
  if (account == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  prefix = g_strdup_printf ("accounts/%s/", account);
  if (known != NULL && !g_str_has_prefix (known, prefix))
    attune_dataset_set_provider_file (upload->dataset, ATTUNE_FIREWORKS_ID, NULL);
  begin_upload (task);
}

static void
attune_fireworks_adapter_upload_dataset_async (AttuneAdapter       *adapter,
                                               AttuneDataset       *dataset,
                                               AttuneProgressFunc   progress,
                                               gpointer             progress_data,
                                               GCancellable        *cancellable,
                                               GAsyncReadyCallback  callback,
                                               gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  Upload *upload = g_new0 (Upload, 1);

  upload->dataset = g_object_ref (dataset);
  upload->progress = progress;
  upload->progress_data = progress_data;
  g_task_set_source_tag (task, attune_fireworks_adapter_upload_dataset_async);
  g_task_set_task_data (task, upload, (GDestroyNotify) upload_free);
  if (attune_dataset_get_provider_file (dataset, ATTUNE_FIREWORKS_ID) != NULL)
    attune_fireworks_find_account_async (ATTUNE_FIREWORKS_ADAPTER (adapter), NULL, cancellable, upload_account_cb, g_object_ref (task));
  else
    begin_upload (task);
}

static char *
attune_fireworks_adapter_upload_dataset_finish (AttuneAdapter  *adapter,
                                                GAsyncResult   *result,
                                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_fireworks_adapter_upload_dataset_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
attune_fireworks_adapter_finalize (GObject *object)
{
  AttuneFireworksAdapter *self = ATTUNE_FIREWORKS_ADAPTER (object);

  g_clear_pointer (&self->metrics, g_hash_table_unref);

  G_OBJECT_CLASS (attune_fireworks_adapter_parent_class)->finalize (object);
}

static void
attune_fireworks_adapter_class_init (AttuneFireworksAdapterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  AttuneRemoteAdapterClass *remote_class = ATTUNE_REMOTE_ADAPTER_CLASS (klass);

  object_class->finalize = attune_fireworks_adapter_finalize;
  remote_class->fetch_capabilities_async = attune_fireworks_adapter_fetch_capabilities_async;
  remote_class->fetch_capabilities_finish = attune_fireworks_adapter_fetch_capabilities_finish;
  remote_class->upload_async = attune_fireworks_upload_async;
  remote_class->upload_finish = attune_fireworks_upload_finish;
  remote_class->create_upload_check = attune_fireworks_create_upload_check;
  remote_class->is_upload_usable = attune_fireworks_is_upload_usable;
  remote_class->create_test_request = attune_fireworks_adapter_create_test_request;
}

static void
attune_fireworks_adapter_init (AttuneFireworksAdapter *self)
{
  self->metrics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->form_limit = DEFAULT_FORM_LIMIT;
  self->pause = DEFAULT_PAUSE;
  self->patience = DEFAULT_PATIENCE;
}

static void
attune_fireworks_adapter_iface_init (AttuneAdapterInterface *iface)
{
  parent_iface = g_type_interface_peek_parent (iface);

  iface->upload_dataset_async = attune_fireworks_adapter_upload_dataset_async;
  iface->upload_dataset_finish = attune_fireworks_adapter_upload_dataset_finish;
  iface->validate_configuration = attune_fireworks_adapter_validate_configuration;
  iface->translate_configuration = attune_fireworks_adapter_translate_configuration;
  iface->start_training_async = attune_fireworks_start_async;
  iface->start_training_finish = attune_fireworks_start_finish;
  iface->find_job_async = attune_fireworks_find_async;
  iface->find_job_finish = attune_fireworks_find_finish;
  iface->query_status_async = attune_fireworks_query_async;
  iface->query_status_finish = attune_fireworks_query_finish;
  iface->cancel_async = attune_fireworks_cancel_async;
  iface->cancel_finish = attune_fireworks_cancel_finish;
  iface->delete_job_async = attune_fireworks_delete_async;
  iface->delete_job_finish = attune_fireworks_delete_finish;
  iface->resume_async = attune_fireworks_resume_async;
  iface->resume_finish = attune_fireworks_resume_finish;
  iface->download_output_async = attune_fireworks_download_async;
  iface->download_output_finish = attune_fireworks_download_finish;
  iface->estimate_async = attune_fireworks_estimate_async;
  iface->estimate_finish = attune_fireworks_estimate_finish;
}

AttuneAdapter *
attune_fireworks_adapter_new (AttuneCredentials *credentials)
{
  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  return g_object_new (ATTUNE_TYPE_FIREWORKS_ADAPTER, "provider", ATTUNE_FIREWORKS_ID, "credentials", credentials, NULL);
}

void
attune_fireworks_adapter_set_form_limit (AttuneFireworksAdapter *self,
                                         gint64                  bytes)
{
  g_return_if_fail (ATTUNE_IS_FIREWORKS_ADAPTER (self));

  self->form_limit = bytes;
}

void
attune_fireworks_adapter_set_pauses (AttuneFireworksAdapter *self,
                                     double                  first,
                                     double                  limit)
{
  g_return_if_fail (ATTUNE_IS_FIREWORKS_ADAPTER (self));
  g_return_if_fail (first >= 0 && limit > 0);

  self->pause = first;
  self->patience = limit;
}
