/* attune-hub.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-hub"

#include "attune-hub-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-catalogue.h"
#include "attune-http-error.h"
#include "attune-http-json.h"

#define CREDENTIAL "huggingface"
#define TITLE "Hugging Face"
#define FALLBACK_URL "https://huggingface.co"
/* A whole name, "owner/name". */
#define MAX_NAME 96

struct _AttuneHub
{
  GObject            parent_instance;

  AttuneHttpClient  *client;
  AttuneCredentials *credentials;
  char              *owner;     /* of the token; NULL until it was asked for */
  char              *owner_of;  /* digest of the token whose owner that is */
  gboolean           has_token; /* one was found the last time */
};

G_DEFINE_FINAL_TYPE (AttuneHub, attune_hub, G_TYPE_OBJECT)

static void
attune_hub_finalize (GObject *object)
{
  AttuneHub *self = ATTUNE_HUB (object);

  g_clear_object (&self->client);
  g_clear_object (&self->credentials);
  g_free (self->owner);
  g_free (self->owner_of);

  G_OBJECT_CLASS (attune_hub_parent_class)->finalize (object);
}

static void
attune_hub_class_init (AttuneHubClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_hub_finalize;
}

static void
attune_hub_init (AttuneHub *self)
{
}

AttuneHub *
attune_hub_new_for_client (AttuneHttpClient  *client,
                           AttuneCredentials *credentials)
{
  AttuneHub *self;

  g_return_val_if_fail (ATTUNE_IS_HTTP_CLIENT (client), NULL);
  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  self = g_object_new (ATTUNE_TYPE_HUB, NULL);
  self->client = g_object_ref (client);
  self->credentials = g_object_ref (credentials);

  return self;
}

AttuneHub *
attune_hub_new (AttuneCredentials *credentials)
{
  g_autoptr (AttuneCatalogue) catalogue = NULL;
  g_autoptr (AttuneHttpClient) client = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  catalogue = attune_catalogue_load (CREDENTIAL, &error);
  if (catalogue != NULL)
    url = attune_catalogue_dup_base_url (catalogue);
  else
    g_message ("%s", error->message);

  client = attune_http_client_new (TITLE, url != NULL ? url : FALLBACK_URL, CREDENTIAL, credentials);

  return attune_hub_new_for_client (client, credentials);
}

AttuneHttpClient *
attune_hub_get_client (AttuneHub *self)
{
  g_return_val_if_fail (ATTUNE_IS_HUB (self), NULL);

  return self->client;
}

/* Names and paths */

char *
attune_hub_escape_path (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);

  return g_uri_escape_string (path, "/", FALSE);
}

char *
attune_hub_dup_api_target (AttuneHubKind  kind,
                           const char    *repo,
                           const char    *rest)
{
  g_autofree char *escaped = attune_hub_escape_path (repo);

  return g_strconcat ("/api/", kind == ATTUNE_HUB_DATASET_REPO ? "datasets" : "models", "/", escaped, rest, NULL);
}

char *
attune_hub_dup_repo_target (AttuneHubKind  kind,
                            const char    *repo,
                            const char    *rest)
{
  g_autofree char *escaped = attune_hub_escape_path (repo);

  return g_strconcat (kind == ATTUNE_HUB_DATASET_REPO ? "/datasets/" : "/", escaped, rest, NULL);
}

static gboolean
is_name_character (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_' || c == '.';
}

gboolean
attune_hub_check_repo (const char  *repo,
                       gboolean     needs_owner,
                       GError     **error)
{
  const char *slash;

  g_return_val_if_fail (repo != NULL, FALSE);

  slash = strchr (repo, '/');
  if (needs_owner && slash == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” is no whole name of a repository. Write it with its owner, such as “user/model”."), repo);
      return FALSE;
    }

  for (const char *c = repo; *c != '\0'; c++)
    {
      if (!is_name_character (*c) && c != slash)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                       _("“%s” cannot be the name of a repository. It may have letters, digits, “-”, “_” and “.”, and one “/” behind its owner."), repo);
          return FALSE;
        }
    }

  if (*repo == '\0' || strlen (repo) > MAX_NAME || slash == repo || (slash != NULL && slash[1] == '\0') ||
      strstr (repo, "..") != NULL || strstr (repo, "--") != NULL ||
      strchr ("-.", (slash != NULL ? slash + 1 : repo)[0]) != NULL || strchr ("-.", repo[strlen (repo) - 1]) != NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” cannot be the name of a repository. It has at most %d characters, begins and ends with a letter or digit, and has "
                     "no “--” and no “..”."), repo, MAX_NAME);
      return FALSE;
    }

  return TRUE;
}

char *
attune_hub_make_name (const char *text)
{
  g_autoptr (GString) name = g_string_new (NULL);

  g_return_val_if_fail (text != NULL, NULL);

  for (const char *c = text; *c != '\0' && name->len < 60; c++)
    {
      if (g_ascii_isalnum (*c) || *c == '_')
        g_string_append_c (name, *c);
      else if (name->len > 0 && strchr ("-.", name->str[name->len - 1]) == NULL)
        g_string_append_c (name, *c == '.' ? '.' : '-');
    }
  while (name->len > 0 && strchr ("-.", name->str[name->len - 1]) != NULL)
    g_string_truncate (name, name->len - 1);
  while (name->len > 0 && strchr ("-.", name->str[0]) != NULL)
    g_string_erase (name, 0, 1);
  if (name->len == 0)
    g_string_append (name, "model");

  return g_string_free_and_steal (g_steal_pointer (&name));
}

gboolean
attune_hub_is_safe_path (const char *path)
{
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  if (*path == '\0' || *path == '/' || !g_utf8_validate (path, -1, NULL))
    return FALSE;

  parts = g_strsplit (path, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (parts[i][0] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], ".."))
        return FALSE;
    }

  return strchr (path, '\\') == NULL;
}

/* Sending */

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  char *secret = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);

  if (attune_error_is_cancelled (error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  /* What is public can be had without a keyring; where a token is needed the client says what is wrong with it. */
  if (error != NULL)
    g_debug ("No token: %s", error->message);

  self->has_token = secret != NULL;
  attune_credentials_free_secret (secret);
  g_task_return_boolean (task, self->has_token);
}

void
attune_hub_prepare_async (AttuneHub           *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  /* Each time: it may have been added or removed since. */
  g_task_set_source_tag (task, attune_hub_prepare_async);
  attune_credentials_lookup_async (self->credentials, CREDENTIAL, cancellable, looked_up_cb, task);
}

gboolean
attune_hub_prepare_finish (AttuneHub     *self,
                           GAsyncResult  *result,
                           gboolean      *has_token,
                           GError       **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_prepare_async), FALSE);

  *has_token = g_task_propagate_boolean (G_TASK (result), &local_error);
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));

  return FALSE;
}

typedef struct {
  AttuneHttpRequest *request;
  char              *what;
} Sending;

static void
sending_free (Sending *self)
{
  g_object_unref (self->request);
  g_free (self->what);
  g_free (self);
}

/* What the Hub's own words for errors mean. */
static GError *
explain (AttuneHub       *self,
         AttuneHttpReply *reply,
         const char      *what)
{
  const char *code = attune_http_error_peek_code (reply);
  guint status = attune_http_reply_get_status (reply);
  const char *url = attune_http_client_get_base_url (self->client);

  if (g_strcmp0 (code, "GatedRepo") == 0)
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED,
                        self->has_token
                          ? _("“%s” is gated: its owner gives it only to those who accept the terms. Open %s/%s with the account of your token, accept them, and try again.")
                          : _("“%s” is gated: its owner gives it only to those who accept the terms. Open %s/%s, accept them, add your token, and try again."),
                        what, url, what);

  if (g_strcmp0 (code, "RepoNotFound") == 0 && (status == 401 || status == 403 || status == 404))
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                        self->has_token
                          ? _("There is no “%s” at %s that your token may see. Check its name, and whether the token has the right to read it.")
                          : _("There is no public “%s” at %s. Check its name; if it is private or gated, add your token first."),
                        what, url);

  return NULL;
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *self = g_task_get_source_object (task);
  Sending *sending = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  GError *error = NULL;

  reply = attune_http_client_send_finish (self->client, result, &error);
  if (reply != NULL && attune_http_reply_get_status (reply) >= 400)
    error = explain (self, reply, sending->what);
  /* A redirect that is not to be followed is an answer. */
  if (reply == NULL || error != NULL ||
      (attune_http_reply_get_status (reply) / 100 != 3 && !attune_http_reply_check (reply, attune_http_client_get_title (self->client), &error)))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&reply), g_object_unref);
}

static void
send_prepared_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *self = ATTUNE_HUB (source);
  Sending *sending = g_task_get_task_data (task);
  AttuneHttpRequestFlags flags = attune_http_request_get_flags (sending->request);
  gboolean has_token;
  GError *error = NULL;

  if (!attune_hub_prepare_finish (self, result, &has_token, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  flags |= ATTUNE_HTTP_REQUEST_ANY_STATUS;
  /* Without a token only reading makes sense; the client says so to the others. */
  if (!has_token && !g_str_equal (attune_http_request_get_method (sending->request), "POST"))
    flags |= ATTUNE_HTTP_REQUEST_NO_BEARER;
  attune_http_request_set_flags (sending->request, flags);
  attune_http_client_send_async (self->client, sending->request, g_task_get_cancellable (task), sent_cb, g_object_ref (task));
}

void
attune_hub_send_async (AttuneHub           *self,
                       AttuneHttpRequest   *request,
                       const char          *what,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task;
  Sending *sending = g_new0 (Sending, 1);

  g_return_if_fail (ATTUNE_IS_HUB (self));
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (request));

  task = g_task_new (self, cancellable, callback, user_data);
  sending->request = g_object_ref (request);
  sending->what = g_strdup (what);
  g_task_set_source_tag (task, attune_hub_send_async);
  g_task_set_task_data (task, sending, (GDestroyNotify) sending_free);
  attune_hub_prepare_async (self, cancellable, send_prepared_cb, task);
}

AttuneHttpReply *
attune_hub_send_finish (AttuneHub     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_send_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Who the token belongs to */

static void
whoami_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *self = ATTUNE_HUB (source);
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *name = NULL;
  GError *error = NULL;

  reply = attune_hub_send_finish (self, result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  name = attune_json_peek_string (attune_http_reply_get_json (reply), "name", NULL);
  if (name == NULL || *name == '\0' || strchr (name, '/') != NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                               _("%s did not say whom the token belongs to. Try again later."), attune_http_client_get_title (self->client));
      return;
    }

  g_set_str (&self->owner, name);
  g_task_return_pointer (task, g_strdup (name), g_free);
}

/* Another token may have another owner. */
static void
whoami_token_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *self = g_task_get_source_object (task);
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autofree char *digest = NULL;
  GError *error = NULL;
  char *secret = attune_credentials_lookup_finish (ATTUNE_CREDENTIALS (source), result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (secret == NULL)
    {
      self->has_token = FALSE;
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED, "%s",
                               _("This needs a token of Hugging Face. Make one at huggingface.co/settings/tokens and add it, or set HF_TOKEN."));
      return;
    }

  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);
  attune_credentials_free_secret (secret);
  if (g_set_str (&self->owner_of, digest))
    g_clear_pointer (&self->owner, g_free);
  if (self->owner != NULL)
    {
      g_task_return_pointer (task, g_strdup (self->owner), g_free);
      return;
    }

  request = attune_http_request_new ("GET", "/api/whoami-v2");
  attune_hub_send_async (self, request, NULL, g_task_get_cancellable (task), whoami_cb, g_object_ref (task));
}

void
attune_hub_whoami_async (AttuneHub           *self,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_hub_whoami_async);
  attune_credentials_lookup_async (self->credentials, CREDENTIAL, cancellable, whoami_token_cb, task);
}

char *
attune_hub_whoami_finish (AttuneHub     *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_whoami_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Making a repository */

typedef struct {
  AttuneHubKind  kind;
  char          *repo;
  gboolean       is_public;
} Ensure;

static void
ensure_free (Ensure *self)
{
  g_free (self->repo);
  g_free (self);
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Ensure *ensure = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  /* That it is there already is what was wanted. */
  if (reply != NULL || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT))
    {
      g_task_return_pointer (task, g_strdup (ensure->repo), g_free);
      return;
    }

  g_prefix_error (&error, _("The repository “%s” could not be made: "), ensure->repo);
  g_task_return_error (task, g_steal_pointer (&error));
}

static void
ensure_owner_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *self = ATTUNE_HUB (source);
  Ensure *ensure = g_task_get_task_data (task);
  g_autofree char *owner = NULL;
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) body = NULL;
  const char *slash;
  GError *error = NULL;

  owner = attune_hub_whoami_finish (self, result, &error);
  if (owner == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (strchr (ensure->repo, '/') == NULL)
    {
      g_autofree char *name = g_steal_pointer (&ensure->repo);

      ensure->repo = g_strconcat (owner, "/", name, NULL);
    }
  slash = strchr (ensure->repo, '/');

  body = attune_http_json_new_object ();
  attune_http_json_set_string (body, "name", slash + 1);
  if (strncmp (ensure->repo, owner, (gsize) (slash - ensure->repo)) != 0 || owner[slash - ensure->repo] != '\0')
    {
      g_autofree char *organization = g_strndup (ensure->repo, (gsize) (slash - ensure->repo));

      attune_http_json_set_string (body, "organization", organization);
    }
  attune_http_json_set_string (body, "type", ensure->kind == ATTUNE_HUB_DATASET_REPO ? "dataset" : "model");
  attune_http_json_set_string (body, "visibility", ensure->is_public ? "public" : "private");

  /* Repeatable: the second one would answer that it is there. */
  request = attune_http_request_new ("POST", "/api/repos/create");
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE);
  attune_http_request_set_json (request, body);
  attune_hub_send_async (self, request, ensure->repo, g_task_get_cancellable (task), created_cb, g_object_ref (task));
}

void
attune_hub_ensure_repo_async (AttuneHub           *self,
                              AttuneHubKind        kind,
                              const char          *repo,
                              gboolean             is_public,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Ensure *ensure = g_new0 (Ensure, 1);
  GError *error = NULL;

  ensure->kind = kind;
  ensure->repo = g_strdup (repo);
  ensure->is_public = is_public;
  g_task_set_source_tag (task, attune_hub_ensure_repo_async);
  g_task_set_task_data (task, ensure, (GDestroyNotify) ensure_free);
  if (!attune_hub_check_repo (repo, FALSE, &error))
    g_task_return_error (task, error);
  else
    attune_hub_whoami_async (self, cancellable, ensure_owner_cb, g_object_ref (task));
}

char *
attune_hub_ensure_repo_finish (AttuneHub     *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_ensure_repo_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
