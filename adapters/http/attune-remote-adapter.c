/* attune-remote-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-remote"

#include "config.h"

#include "attune-remote-adapter.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-http-json.h"
#include "attune-redact.h"
#include "attune-remote-private.h"

/* After so long (seconds) what a provider said of itself is asked for anew, if it can be asked. */
#define CACHE_LIFE (24 * 60 * 60)

typedef struct {
  char               *provider;
  AttuneCatalogue    *catalogue;
  AttuneCredentials  *credentials;
  AttuneHttpClient   *client;

  JsonNode           *live;         /* the last live part, or NULL */
  gint64              fetched_at;   /* seconds since 1970 */
  AttuneCapabilities *capabilities; /* made on @made_on from the catalogue and @live */
  char               *made_on;
} AttuneRemoteAdapterPrivate;

enum {
  PROP_PROVIDER = 1,
  PROP_CREDENTIALS,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void attune_remote_adapter_iface_init (AttuneAdapterInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (AttuneRemoteAdapter, attune_remote_adapter, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (AttuneRemoteAdapter)
                                  G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, attune_remote_adapter_iface_init))

static AttuneRemoteAdapterPrivate *
get_private (AttuneRemoteAdapter *self)
{
  return attune_remote_adapter_get_instance_private (self);
}

/* An installation whose catalogue is broken still shows its other providers, and this one with what is wrong. */
static AttuneCatalogue *
make_substitute (const char   *provider,
                 const GError *problem)
{
  g_autoptr (JsonNode) node = attune_http_json_new_object ();
  g_autoptr (GError) error = NULL;
  AttuneCatalogue *catalogue;

  attune_http_json_set_int (node, "version", 1);
  attune_http_json_set_string (node, "id", provider);
  attune_http_json_set_string (node, "title", provider);
  attune_http_json_set_string (node, "description", problem->message);
  attune_http_json_set_string (node, "capabilities.notices.0.text", problem->message);
  attune_http_json_set_string (node, "capabilities.notices.0.severity", "error");
  catalogue = attune_catalogue_new_from_json (node, provider, &error);
  g_assert_no_error (error);
  return catalogue;
}

static void
attune_remote_adapter_constructed (GObject *object)
{
  AttuneRemoteAdapterPrivate *priv = get_private (ATTUNE_REMOTE_ADAPTER (object));
  g_autoptr (GError) error = NULL;

  G_OBJECT_CLASS (attune_remote_adapter_parent_class)->constructed (object);

  g_assert (priv->provider != NULL);
  priv->catalogue = attune_catalogue_load (priv->provider, &error);
  if (priv->catalogue == NULL)
    {
      g_message ("What is known of %s cannot be read: %s", priv->provider, error->message);
      priv->catalogue = make_substitute (priv->provider, error);
    }
}

static void
attune_remote_adapter_dispose (GObject *object)
{
  AttuneRemoteAdapterPrivate *priv = get_private (ATTUNE_REMOTE_ADAPTER (object));

  g_clear_object (&priv->client);
  g_clear_object (&priv->credentials);
  g_clear_object (&priv->catalogue);
  g_clear_object (&priv->capabilities);
  g_clear_pointer (&priv->live, json_node_unref);

  G_OBJECT_CLASS (attune_remote_adapter_parent_class)->dispose (object);
}

static void
attune_remote_adapter_finalize (GObject *object)
{
  AttuneRemoteAdapterPrivate *priv = get_private (ATTUNE_REMOTE_ADAPTER (object));

  g_free (priv->provider);
  g_free (priv->made_on);

  G_OBJECT_CLASS (attune_remote_adapter_parent_class)->finalize (object);
}

static void
attune_remote_adapter_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  AttuneRemoteAdapter *self = ATTUNE_REMOTE_ADAPTER (object);

  switch (prop_id)
    {
    case PROP_PROVIDER:
      g_value_set_string (value, attune_remote_adapter_get_provider (self));
      break;
    case PROP_CREDENTIALS:
      g_value_set_object (value, attune_remote_adapter_get_credentials (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_remote_adapter_set_property (GObject      *object,
                                    guint         prop_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  AttuneRemoteAdapterPrivate *priv = get_private (ATTUNE_REMOTE_ADAPTER (object));

  switch (prop_id)
    {
    case PROP_PROVIDER:
      priv->provider = g_value_dup_string (value);
      break;
    case PROP_CREDENTIALS:
      priv->credentials = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_remote_adapter_class_init (AttuneRemoteAdapterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = attune_remote_adapter_constructed;
  object_class->dispose = attune_remote_adapter_dispose;
  object_class->finalize = attune_remote_adapter_finalize;
  object_class->get_property = attune_remote_adapter_get_property;
  object_class->set_property = attune_remote_adapter_set_property;

  properties[PROP_PROVIDER] =
    g_param_spec_string ("provider", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_CREDENTIALS] =
    g_param_spec_object ("credentials", NULL, NULL, ATTUNE_TYPE_CREDENTIALS, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
attune_remote_adapter_init (AttuneRemoteAdapter *self)
{
}

AttuneCatalogue *
attune_remote_adapter_get_catalogue (AttuneRemoteAdapter *self)
{
  g_return_val_if_fail (ATTUNE_IS_REMOTE_ADAPTER (self), NULL);

  return get_private (self)->catalogue;
}

AttuneCredentials *
attune_remote_adapter_get_credentials (AttuneRemoteAdapter *self)
{
  g_return_val_if_fail (ATTUNE_IS_REMOTE_ADAPTER (self), NULL);

  return get_private (self)->credentials;
}

const char *
attune_remote_adapter_get_provider (AttuneRemoteAdapter *self)
{
  g_return_val_if_fail (ATTUNE_IS_REMOTE_ADAPTER (self), NULL);

  return get_private (self)->provider;
}

const char *
attune_remote_adapter_get_title (AttuneRemoteAdapter *self)
{
  g_return_val_if_fail (ATTUNE_IS_REMOTE_ADAPTER (self), NULL);

  return attune_catalogue_get_title (get_private (self)->catalogue);
}

AttuneHttpClient *
attune_remote_adapter_get_client (AttuneRemoteAdapter *self)
{
  AttuneRemoteAdapterPrivate *priv;
  g_autofree char *base_url = NULL;

  g_return_val_if_fail (ATTUNE_IS_REMOTE_ADAPTER (self), NULL);

  priv = get_private (self);
  base_url = attune_catalogue_dup_base_url (priv->catalogue);
  if (priv->client == NULL)
    {
      priv->client = attune_http_client_new (attune_catalogue_get_title (priv->catalogue), base_url != NULL ? base_url : "",
                                             priv->credentials != NULL ? attune_catalogue_get_credential (priv->catalogue) : NULL,
                                             priv->credentials);
    }
  else if (g_strcmp0 (base_url != NULL ? base_url : "", attune_http_client_get_base_url (priv->client)) != 0)
    {
      /* What another address answered says nothing about this one. */
      attune_http_client_set_base_url (priv->client, base_url != NULL ? base_url : "");
      g_clear_pointer (&priv->live, json_node_unref);
      g_clear_object (&priv->capabilities);
    }

  return priv->client;
}

AttuneCapabilities *
attune_remote_adapter_dup_capabilities (AttuneRemoteAdapter *self)
{
  AttuneRemoteAdapterPrivate *priv;
  g_autoptr (GDateTime) now = NULL;
  g_autofree char *today = NULL;

  g_return_val_if_fail (ATTUNE_IS_REMOTE_ADAPTER (self), NULL);

  priv = get_private (self);
  now = g_date_time_new_now_utc ();
  today = g_date_time_format (now, "%F");
  /* Notices come into force and lapse while a window stays open. */
  if (priv->capabilities == NULL || g_strcmp0 (priv->made_on, today) != 0)
    {
      g_autoptr (AttuneCapabilities) base = attune_catalogue_dup_capabilities (priv->catalogue, now);
      g_autoptr (AttuneCapabilities) merged = NULL;
      g_autoptr (GError) error = NULL;

      if (priv->live != NULL)
        {
          merged = attune_remote_adapter_merge (base, priv->live, priv->fetched_at, &error);
          if (merged == NULL)
            {
              g_message ("What %s said of itself is not used: %s", priv->provider, error->message);
              g_clear_pointer (&priv->live, json_node_unref);
            }
        }
      g_clear_object (&priv->capabilities);
      priv->capabilities = merged != NULL ? g_steal_pointer (&merged) : g_steal_pointer (&base);
      g_set_str (&priv->made_on, today);
    }

  return g_object_ref (priv->capabilities);
}

/* FALSE with an error where the live part has not the shape of capabilities. */
static gboolean
take_live (AttuneRemoteAdapter  *self,
           JsonNode             *live,
           gint64                fetched_at,
           GError              **error)
{
  AttuneRemoteAdapterPrivate *priv = get_private (self);
  g_autoptr (AttuneCapabilities) base = attune_catalogue_dup_capabilities (priv->catalogue, NULL);
  g_autoptr (AttuneCapabilities) merged = attune_remote_adapter_merge (base, live, fetched_at, error);

  if (merged == NULL)
    return FALSE;

  json_node_ref (live);
  g_clear_pointer (&priv->live, json_node_unref);
  priv->live = live;
  priv->fetched_at = fetched_at;
  g_clear_object (&priv->capabilities);
  return TRUE;
}

JsonNode *
attune_remote_adapter_describe_request (AttuneRemoteAdapter *self,
                                        const char          *method,
                                        const char          *target,
                                        JsonNode            *body)
{
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) owned = body;
  g_autofree char *url = NULL;
  JsonNode *description;

  g_return_val_if_fail (ATTUNE_IS_REMOTE_ADAPTER (self), NULL);
  g_return_val_if_fail (method != NULL && target != NULL, NULL);

  request = attune_http_request_new (method, target);
  url = attune_http_client_dup_url (attune_remote_adapter_get_client (self), request);
  description = attune_http_json_new_object ();
  attune_http_json_set_string (description, "method", method);
  attune_http_json_set_string (description, "url", url);
  if (owned != NULL)
    attune_http_json_set_node (description, "body", attune_redact_json (owned));
  return description;
}

/* Capabilities. */

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneRemoteAdapter *self = ATTUNE_REMOTE_ADAPTER (source);
  AttuneRemoteAdapterPrivate *priv = get_private (self);
  gboolean refresh = GPOINTER_TO_INT (g_task_get_task_data (task));
  GError *error = NULL;
  g_autoptr (JsonNode) live = ATTUNE_REMOTE_ADAPTER_GET_CLASS (self)->fetch_capabilities_finish (self, result, &error);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  /* Before the answer is taken over: a new address does away with what is known. */
  const char *base_url = attune_http_client_get_base_url (attune_remote_adapter_get_client (self));

  if (live != NULL && take_live (self, live, now, &error))
    {
      attune_remote_cache_write (priv->provider, base_url, live, now);
      g_task_return_pointer (task, attune_remote_adapter_dup_capabilities (self), g_object_unref);
      return;
    }

  attune_error_convert (&error);
  /* What is old is better than nothing, unless it was news that was wanted; its date says how old it is. */
  if (priv->live != NULL && !refresh && !attune_error_is_cancelled (error))
    {
      g_debug ("%s", error->message);
      g_error_free (error);
      g_task_return_pointer (task, attune_remote_adapter_dup_capabilities (self), g_object_unref);
      return;
    }

  g_task_return_error (task, error);
}

static void
fetch (GTask *task)
{
  AttuneRemoteAdapter *self = g_task_get_source_object (task);

  ATTUNE_REMOTE_ADAPTER_GET_CLASS (self)->fetch_capabilities_async (self, g_task_get_cancellable (task), fetched_cb, g_object_ref (task));
}

static void
cache_read_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneRemoteAdapter *self = g_task_get_source_object (task);
  AttuneRemoteAdapterPrivate *priv = get_private (self);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 fetched_at = 0;
  g_autoptr (JsonNode) live = attune_remote_cache_read_finish (result, &fetched_at);
  g_autoptr (GError) error = NULL;

  /* Another process may have asked since. */
  if (live != NULL && (priv->live == NULL || fetched_at != priv->fetched_at) && !take_live (self, live, fetched_at, &error))
    g_debug ("The cache of %s is not used: %s", priv->provider, error->message);

  /* A date in the future comes from a clock that was wrong. */
  if (priv->live != NULL && priv->fetched_at <= now && now - priv->fetched_at < CACHE_LIFE)
    g_task_return_pointer (task, attune_remote_adapter_dup_capabilities (self), g_object_unref);
  else
    fetch (task);
}

static void
attune_remote_adapter_load_capabilities_async (AttuneAdapter       *adapter,
                                               gboolean             refresh,
                                               GCancellable        *cancellable,
                                               GAsyncReadyCallback  callback,
                                               gpointer             user_data)
{
  AttuneRemoteAdapter *self = ATTUNE_REMOTE_ADAPTER (adapter);
  AttuneRemoteAdapterPrivate *priv = get_private (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_remote_adapter_load_capabilities_async);
  g_task_set_task_data (task, GINT_TO_POINTER (refresh), NULL);
  if (ATTUNE_REMOTE_ADAPTER_GET_CLASS (self)->fetch_capabilities_async == NULL)
    g_task_return_pointer (task, attune_remote_adapter_dup_capabilities (self), g_object_unref);
  else if (refresh)
    fetch (task);
  else
    attune_remote_cache_read_async (priv->provider, attune_http_client_get_base_url (attune_remote_adapter_get_client (self)),
                                    cancellable, cache_read_cb, g_object_ref (task));
}

static AttuneCapabilities *
attune_remote_adapter_load_capabilities_finish (AttuneAdapter  *adapter,
                                                GAsyncResult   *result,
                                                GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_remote_adapter_load_capabilities_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Uploads. */

typedef struct {
  AttuneDataset      *dataset;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
  char               *known; /* the id of an earlier upload */
} Upload;

static void
upload_free (Upload *upload)
{
  g_clear_object (&upload->dataset);
  g_free (upload->known);
  g_free (upload);
}

static void
uploaded_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneRemoteAdapter *self = ATTUNE_REMOTE_ADAPTER (source);
  GError *error = NULL;
  char *file_id = ATTUNE_REMOTE_ADAPTER_GET_CLASS (self)->upload_finish (self, result, &error);

  if (file_id != NULL)
    {
      g_task_return_pointer (task, file_id, g_free);
      return;
    }

  attune_error_convert (&error);
  g_task_return_error (task, error);
}

static void
upload_anew (GTask *task)
{
  AttuneRemoteAdapter *self = g_task_get_source_object (task);
  Upload *upload = g_task_get_task_data (task);
  AttuneRemoteAdapterClass *klass = ATTUNE_REMOTE_ADAPTER_GET_CLASS (self);

  if (klass->upload_async == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("%s takes no uploads"), attune_remote_adapter_get_title (self));
  else
    klass->upload_async (self, upload->dataset, upload->progress, upload->progress_data, g_task_get_cancellable (task), uploaded_cb,
                         g_object_ref (task));
}

static void
checked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneRemoteAdapter *self = g_task_get_source_object (task);
  AttuneRemoteAdapterClass *klass = ATTUNE_REMOTE_ADAPTER_GET_CLASS (self);
  Upload *upload = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  guint status = reply != NULL ? attune_http_reply_get_status (reply) : 0;

  if (reply == NULL)
    g_task_return_error (task, error);
  else if (status == 404 || status == 410)
    upload_anew (task);
  /* Where the check itself does not follow a redirect, the way to the file is answer enough. */
  else if ((status < 300 || status >= 400) && !attune_http_reply_check (reply, attune_remote_adapter_get_title (self), &error))
    g_task_return_error (task, error);
  else if (klass->is_upload_usable != NULL && !klass->is_upload_usable (self, reply))
    upload_anew (task);
  else
    g_task_return_pointer (task, g_steal_pointer (&upload->known), g_free);
}

static void
attune_remote_adapter_upload_dataset_async (AttuneAdapter       *adapter,
                                            AttuneDataset       *dataset,
                                            AttuneProgressFunc   progress,
                                            gpointer             progress_data,
                                            GCancellable        *cancellable,
                                            GAsyncReadyCallback  callback,
                                            gpointer             user_data)
{
  AttuneRemoteAdapter *self = ATTUNE_REMOTE_ADAPTER (adapter);
  AttuneRemoteAdapterPrivate *priv = get_private (self);
  AttuneRemoteAdapterClass *klass = ATTUNE_REMOTE_ADAPTER_GET_CLASS (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) check = NULL;
  Upload *upload = g_new0 (Upload, 1);

  g_task_set_source_tag (task, attune_remote_adapter_upload_dataset_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, upload, (GDestroyNotify) upload_free);
  upload->dataset = g_object_ref (dataset);
  upload->progress = progress;
  upload->progress_data = progress_data;
  upload->known = g_strdup (attune_dataset_get_provider_file (dataset, priv->provider));

  if (upload->known == NULL)
    {
      upload_anew (task);
      return;
    }

  check = klass->create_upload_check != NULL ? klass->create_upload_check (self, dataset, upload->known) : NULL;
  if (check == NULL)
    {
      g_task_return_pointer (task, g_steal_pointer (&upload->known), g_free);
      return;
    }

  attune_http_request_set_flags (check, attune_http_request_get_flags (check) | ATTUNE_HTTP_REQUEST_ANY_STATUS);
  attune_http_client_send_async (attune_remote_adapter_get_client (self), check, cancellable, checked_cb, g_steal_pointer (&task));
}

static char *
attune_remote_adapter_upload_dataset_finish (AttuneAdapter  *adapter,
                                             GAsyncResult   *result,
                                             GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_remote_adapter_upload_dataset_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The key. */

static void
tested_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
attune_remote_adapter_test_credentials_async (AttuneAdapter       *adapter,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data)
{
  AttuneRemoteAdapter *self = ATTUNE_REMOTE_ADAPTER (adapter);
  AttuneRemoteAdapterPrivate *priv = get_private (self);
  AttuneRemoteAdapterClass *klass = ATTUNE_REMOTE_ADAPTER_GET_CLASS (self);
  const char *target = attune_catalogue_get_test (priv->catalogue);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (AttuneHttpRequest) request = NULL;

  g_task_set_source_tag (task, attune_remote_adapter_test_credentials_async);
  if (klass->create_test_request != NULL)
    request = klass->create_test_request (self);
  else if (target != NULL)
    request = attune_http_request_new ("GET", target);

  if (request == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("%s has nothing that would prove a key"),
                             attune_remote_adapter_get_title (self));
  else
    attune_http_client_send_async (attune_remote_adapter_get_client (self), request, cancellable, tested_cb, g_steal_pointer (&task));
}

static gboolean
attune_remote_adapter_test_credentials_finish (AttuneAdapter  *adapter,
                                               GAsyncResult   *result,
                                               GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_remote_adapter_test_credentials_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static const char *
attune_remote_adapter_iface_get_id (AttuneAdapter *adapter)
{
  return attune_remote_adapter_get_provider (ATTUNE_REMOTE_ADAPTER (adapter));
}

static const char *
attune_remote_adapter_iface_get_title (AttuneAdapter *adapter)
{
  return attune_remote_adapter_get_title (ATTUNE_REMOTE_ADAPTER (adapter));
}

static const char *
attune_remote_adapter_iface_get_description (AttuneAdapter *adapter)
{
  return attune_catalogue_get_description (attune_remote_adapter_get_catalogue (ATTUNE_REMOTE_ADAPTER (adapter)));
}

static const char *
attune_remote_adapter_iface_get_credential (AttuneAdapter *adapter)
{
  return attune_catalogue_get_credential (attune_remote_adapter_get_catalogue (ATTUNE_REMOTE_ADAPTER (adapter)));
}

static AttuneCapabilities *
attune_remote_adapter_iface_dup_capabilities (AttuneAdapter *adapter)
{
  return attune_remote_adapter_dup_capabilities (ATTUNE_REMOTE_ADAPTER (adapter));
}

static void
attune_remote_adapter_iface_init (AttuneAdapterInterface *iface)
{
  iface->get_id = attune_remote_adapter_iface_get_id;
  iface->get_title = attune_remote_adapter_iface_get_title;
  iface->get_description = attune_remote_adapter_iface_get_description;
  iface->get_credential = attune_remote_adapter_iface_get_credential;
  iface->load_capabilities_async = attune_remote_adapter_load_capabilities_async;
  iface->load_capabilities_finish = attune_remote_adapter_load_capabilities_finish;
  iface->dup_capabilities = attune_remote_adapter_iface_dup_capabilities;
  iface->upload_dataset_async = attune_remote_adapter_upload_dataset_async;
  iface->upload_dataset_finish = attune_remote_adapter_upload_dataset_finish;
  iface->test_credentials_async = attune_remote_adapter_test_credentials_async;
  iface->test_credentials_finish = attune_remote_adapter_test_credentials_finish;
}
