/* attune-http-client.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-client.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-error.h"
#include "attune-http-error.h"
#include "attune-http-private.h"
#include "attune-redact.h"

#define DEFAULT_TIMEOUT 60
/* However steadily an answer drips, it is not waited for longer than this (ms). */
#define DEFAULT_TOTAL 300000
/* Requests beyond these wait their turn: many jobs make no burst. */
#define MAX_CONNECTIONS 6
/* A key of the keyring is asked for again after this (µs), so that watching many jobs does not mean asking the keyring all the time. */
#define KEY_LIFE (10 * G_USEC_PER_SEC)

struct _AttuneHttpClient
{
  GObject             parent_instance;

  char               *title;
  char               *base_url;
  GUri               *base_uri; /* NULL: the base URL is none */
  char               *credential;
  AttuneCredentials  *credentials;
  SoupSession        *session;
  SoupMessageHeaders *headers;
  AttuneHttpPatience  patience;
  guint               idle_ms;
  guint               total_ms;

  char               *key;
  gint64              key_until;
  guint               key_timer;
};

G_DEFINE_FINAL_TYPE (AttuneHttpClient, attune_http_client, G_TYPE_OBJECT)

void
attune_http_client_forget_key (AttuneHttpClient *self)
{
  g_clear_handle_id (&self->key_timer, g_source_remove);
  g_clear_pointer (&self->key, attune_credentials_free_secret);
}

static void
attune_http_client_dispose (GObject *object)
{
  AttuneHttpClient *self = ATTUNE_HTTP_CLIENT (object);

  attune_http_client_forget_key (self);
  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->credentials);

  G_OBJECT_CLASS (attune_http_client_parent_class)->dispose (object);
}

static void
attune_http_client_finalize (GObject *object)
{
  AttuneHttpClient *self = ATTUNE_HTTP_CLIENT (object);

  g_free (self->title);
  g_free (self->base_url);
  g_clear_pointer (&self->base_uri, g_uri_unref);
  g_free (self->credential);
  g_clear_pointer (&self->headers, soup_message_headers_unref);

  G_OBJECT_CLASS (attune_http_client_parent_class)->finalize (object);
}

static void
attune_http_client_class_init (AttuneHttpClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = attune_http_client_dispose;
  object_class->finalize = attune_http_client_finalize;
}

static void
attune_http_client_init (AttuneHttpClient *self)
{
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  self->patience = (AttuneHttpPatience) { .n_retries = 2, .first_pause = 0.5, .longest_pause = 60 };
  self->idle_ms = DEFAULT_TIMEOUT * 1000;
  self->total_ms = DEFAULT_TOTAL;
  /* The time of a whole request is watched here, since libsoup's own timeout is one for the session and restarts with each byte of the socket. */
  self->session = g_object_new (SOUP_TYPE_SESSION,
                                "user-agent", "Attune/" ATTUNE_VERSION,
                                "max-conns", 4 * MAX_CONNECTIONS,
                                "max-conns-per-host", MAX_CONNECTIONS,
                                "timeout", 0,
                                NULL);
}

static void
credentials_changed_cb (AttuneHttpClient  *self,
                        const char        *name,
                        AttuneCredentials *credentials)
{
  g_assert (ATTUNE_IS_HTTP_CLIENT (self));

  if (g_strcmp0 (name, self->credential) == 0)
    attune_http_client_forget_key (self);
}

void
attune_http_client_set_base_url (AttuneHttpClient *self,
                                 const char       *base_url)
{
  g_return_if_fail (ATTUNE_IS_HTTP_CLIENT (self));
  g_return_if_fail (base_url != NULL);

  g_set_str (&self->base_url, base_url);
  for (gsize length = strlen (self->base_url); length > 0 && self->base_url[length - 1] == '/'; length--)
    self->base_url[length - 1] = '\0';
  g_clear_pointer (&self->base_uri, g_uri_unref);
  self->base_uri = g_uri_parse (self->base_url, SOUP_HTTP_URI_FLAGS, NULL);
}

AttuneHttpClient *
attune_http_client_new (const char        *title,
                        const char        *base_url,
                        const char        *credential,
                        AttuneCredentials *credentials)
{
  AttuneHttpClient *self;

  g_return_val_if_fail (title != NULL, NULL);
  g_return_val_if_fail (base_url != NULL, NULL);
  g_return_val_if_fail (credential == NULL || ATTUNE_IS_CREDENTIALS (credentials), NULL);

  self = g_object_new (ATTUNE_TYPE_HTTP_CLIENT, NULL);
  self->title = g_strdup (title);
  attune_http_client_set_base_url (self, base_url);
  self->credential = g_strdup (credential);
  if (g_set_object (&self->credentials, credentials))
    g_signal_connect_object (credentials, "changed", G_CALLBACK (credentials_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

const char *
attune_http_client_get_title (AttuneHttpClient *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_CLIENT (self), NULL);

  return self->title;
}

const char *
attune_http_client_get_base_url (AttuneHttpClient *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_CLIENT (self), NULL);

  return self->base_url;
}

const char *
attune_http_client_get_credential (AttuneHttpClient *self)
{
  return self->credential;
}

SoupSession *
attune_http_client_get_session (AttuneHttpClient *self)
{
  return self->session;
}

SoupMessageHeaders *
attune_http_client_get_headers (AttuneHttpClient *self)
{
  return self->headers;
}

const AttuneHttpPatience *
attune_http_client_get_patience (AttuneHttpClient *self)
{
  return &self->patience;
}

guint
attune_http_client_get_idle_ms (AttuneHttpClient *self)
{
  return self->idle_ms;
}

guint
attune_http_client_get_total_ms (AttuneHttpClient *self)
{
  return self->total_ms;
}

void
attune_http_client_set_header (AttuneHttpClient *self,
                               const char       *name,
                               const char       *value)
{
  g_return_if_fail (ATTUNE_IS_HTTP_CLIENT (self));
  g_return_if_fail (name != NULL);

  if (value != NULL)
    soup_message_headers_replace (self->headers, name, value);
  else
    soup_message_headers_remove (self->headers, name);
}

void
attune_http_client_set_retries (AttuneHttpClient *self,
                                guint             n_retries,
                                double            first_pause,
                                double            longest_pause)
{
  g_return_if_fail (ATTUNE_IS_HTTP_CLIENT (self));
  g_return_if_fail (first_pause >= 0 && longest_pause >= 0);

  self->patience = (AttuneHttpPatience) { .n_retries = n_retries, .first_pause = first_pause, .longest_pause = longest_pause };
}

void
attune_http_client_set_timeout (AttuneHttpClient *self,
                                guint             seconds)
{
  g_return_if_fail (ATTUNE_IS_HTTP_CLIENT (self));
  g_return_if_fail (seconds <= G_MAXUINT / 1000);

  self->idle_ms = seconds * 1000;
}

void
attune_http_client_set_limits (AttuneHttpClient *self,
                               guint             idle_ms,
                               guint             total_ms)
{
  self->idle_ms = idle_ms;
  self->total_ms = total_ms;
}

char *
attune_http_client_dup_url (AttuneHttpClient  *self,
                            AttuneHttpRequest *request)
{
  const char *target;

  g_return_val_if_fail (ATTUNE_IS_HTTP_CLIENT (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_HTTP_REQUEST (request), NULL);

  target = attune_http_request_get_target (request);
  if (g_ascii_strncasecmp (target, "https://", 8) == 0 || g_ascii_strncasecmp (target, "http://", 7) == 0)
    return g_strdup (target);

  return g_strconcat (self->base_url, *target == '/' || *target == '?' || *target == '\0' ? "" : "/", target, NULL);
}

static int
get_port (GUri *uri)
{
  int port = g_uri_get_port (uri);

  if (port > 0)
    return port;

  return g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
}

gboolean
attune_http_client_is_home (AttuneHttpClient *self,
                            GUri             *uri)
{
  return self->base_uri != NULL && g_str_equal (g_uri_get_scheme (self->base_uri), g_uri_get_scheme (uri))
         && g_ascii_strcasecmp (g_uri_get_host (self->base_uri), g_uri_get_host (uri)) == 0 && get_port (self->base_uri) == get_port (uri);
}

static void
key_expired_cb (gpointer user_data)
{
  AttuneHttpClient *self = user_data;

  self->key_timer = 0;
  attune_http_client_forget_key (self);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHttpClient *self = g_task_get_source_object (task);
  const char *variable = attune_credentials_get_variable (self->credential);
  GError *error = NULL;
  char *key = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);

  if (error != NULL)
    {
      attune_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }
  if (key == NULL)
    {
      if (variable != NULL)
        /* translators: the title of a provider, and the name of an environment variable */
        g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED, _("%s: no key is known. Store one, or set the environment variable %s"),
                                 self->title, variable);
      else
        g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED, _("%s: no key is known"), self->title);
      return;
    }

  attune_redact_remember (key);
  /* What the environment says is always at hand and may be changed under us. */
  if (variable == NULL || g_getenv (variable) == NULL)
    {
      attune_http_client_forget_key (self);
      self->key = g_strdup (key);
      self->key_until = g_get_monotonic_time () + KEY_LIFE;
      self->key_timer = g_timeout_add_seconds_once (KEY_LIFE / G_USEC_PER_SEC, key_expired_cb, self);
    }
  g_task_return_pointer (task, key, (GDestroyNotify) attune_credentials_free_secret);
}

void
attune_http_client_lookup_key_async (AttuneHttpClient    *self,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_http_client_lookup_key_async);
  if (self->key != NULL && g_get_monotonic_time () < self->key_until)
    g_task_return_pointer (task, g_strdup (self->key), (GDestroyNotify) attune_credentials_free_secret);
  else
    attune_credentials_lookup_async (self->credentials, self->credential, cancellable, looked_up_cb, g_steal_pointer (&task));
}

char *
attune_http_client_lookup_key_finish (AttuneHttpClient  *self,
                                      GAsyncResult      *result,
                                      GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_http_client_lookup_key_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
exchanged_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  AttuneHttpReply *reply = attune_http_exchange_finish (ATTUNE_HTTP_CLIENT (source), result, NULL, &error);

  if (reply != NULL)
    g_task_return_pointer (task, reply, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
attune_http_client_send_async (AttuneHttpClient    *self,
                               AttuneHttpRequest   *request,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ATTUNE_IS_HTTP_CLIENT (self));
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_http_client_send_async);
  g_task_set_check_cancellable (task, FALSE);
  attune_http_exchange_async (self, request, FALSE, cancellable, exchanged_cb, g_steal_pointer (&task));
}

AttuneHttpReply *
attune_http_client_send_finish (AttuneHttpClient  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_http_client_send_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Every page of a list. */

typedef struct {
  AttuneHttpRequest  *first;
  AttuneHttpNextFunc  next;
  gpointer            next_data;
  guint               max_pages;
  GPtrArray          *pages;
  GHashTable         *asked; /* targets of all but the first */
} Pages;

static void
pages_free (Pages *pages)
{
  g_clear_object (&pages->first);
  g_clear_pointer (&pages->pages, g_ptr_array_unref);
  g_clear_pointer (&pages->asked, g_hash_table_unref);
  g_free (pages);
}

static void
page_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHttpClient *self = ATTUNE_HTTP_CLIENT (source);
  Pages *pages = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *target = NULL;
  g_autoptr (AttuneHttpRequest) request = NULL;
  AttuneHttpReply *page = attune_http_client_send_finish (self, result, &error);

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_ptr_array_add (pages->pages, page);
  if (pages->pages->len < pages->max_pages)
    target = pages->next != NULL ? pages->next (page, pages->next_data) : attune_http_reply_dup_next_link (page);
  /* A list that leads back to where it was has been seen as a whole. */
  if (target == NULL || !g_hash_table_add (pages->asked, g_strdup (target)))
    {
      g_task_return_pointer (task, g_steal_pointer (&pages->pages), (GDestroyNotify) g_ptr_array_unref);
      return;
    }

  request = attune_http_request_copy (pages->first, target);
  attune_http_client_send_async (self, request, g_task_get_cancellable (task), page_cb, g_object_ref (task));
}

void
attune_http_client_send_pages_async (AttuneHttpClient    *self,
                                     AttuneHttpRequest   *first,
                                     AttuneHttpNextFunc   next,
                                     gpointer             next_data,
                                     guint                max_pages,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Pages *pages;

  g_return_if_fail (ATTUNE_IS_HTTP_CLIENT (self));
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (first));
  g_return_if_fail (max_pages > 0);

  pages = g_new0 (Pages, 1);
  pages->first = g_object_ref (first);
  pages->next = next;
  pages->next_data = next_data;
  pages->max_pages = max_pages;
  pages->pages = g_ptr_array_new_with_free_func (g_object_unref);
  pages->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_http_client_send_pages_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, pages, (GDestroyNotify) pages_free);
  attune_http_client_send_async (self, first, cancellable, page_cb, g_steal_pointer (&task));
}

GPtrArray *
attune_http_client_send_pages_finish (AttuneHttpClient  *self,
                                      GAsyncResult      *result,
                                      GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_http_client_send_pages_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
