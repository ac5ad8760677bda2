/* attune-wandb.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-wandb"

#include "attune-wandb.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-error.h"
#include "attune-http-client.h"
#include "attune-http-json.h"
#include "attune-redact.h"

#define TITLE "Weights & Biases"
#define PUBLIC_URL "https://api.wandb.ai"
#define URL_VARIABLE "WANDB_BASE_URL"
#define QUERY "query{viewer{id username defaultEntity{id name}}}"

static void
refuse (GTask *task)
{
  g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID,
                           _("Weights & Biases refuses the key. Make a new one there, or leave the W&B project empty."));
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  JsonNode *answer;
  const char *entity;
  GError *error = NULL;

  reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (attune_http_reply_get_status (reply) == 401)
    {
      refuse (task);
      return;
    }
  if (!attune_http_reply_check (reply, TITLE, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  /* Whom it does not know it answers as well, with nobody. */
  answer = attune_http_reply_get_json (reply);
  if (attune_http_json_peek_object (answer, "data.viewer") == NULL)
    {
      refuse (task);
      return;
    }
  entity = attune_json_peek_string (answer, "data.viewer.defaultEntity.name", NULL);
  if (entity == NULL)
    entity = attune_json_peek_string (answer, "data.viewer.username", "");
  g_task_return_pointer (task, g_strdup (entity), g_free);
}

static char *
dup_url (const char *base_url)
{
  const char *variable = g_getenv (URL_VARIABLE);
  g_autofree char *url = NULL;

  if (base_url != NULL && *base_url != '\0')
    url = g_strdup (base_url);
  else if (variable != NULL && *variable != '\0')
    url = g_strdup (variable);
  else
    url = g_strdup (PUBLIC_URL);

  while (g_str_has_suffix (url, "/"))
    url[strlen (url) - 1] = '\0';

  return g_steal_pointer (&url);
}

void
attune_wandb_check_key_async (const char          *key,
                              const char          *base_url,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (AttuneHttpClient) client = NULL;
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autofree char *url = dup_url (base_url);
  g_autofree char *pair = NULL;
  g_autofree char *encoded = NULL;
  g_autofree char *header = NULL;

  g_return_if_fail (key != NULL && *key != '\0');

  g_task_set_source_tag (task, attune_wandb_check_key_async);
  pair = g_strconcat ("api:", key, NULL);
  encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  header = g_strconcat ("Basic ", encoded, NULL);
  attune_redact_remember (key);
  attune_redact_remember (encoded);

  client = attune_http_client_new (TITLE, url, NULL, NULL);
  request = attune_http_request_new ("POST", "/graphql");
  body = attune_http_json_new_object ();
  attune_http_json_set_string (body, "query", QUERY);
  attune_http_request_set_json (request, body);
  attune_http_request_set_header (request, "Authorization", header);
  /* It only asks. */
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_REPEATABLE | ATTUNE_HTTP_REQUEST_ANY_STATUS | ATTUNE_HTTP_REQUEST_NO_REDIRECT);
  attune_http_client_send_async (client, request, cancellable, answered_cb, g_object_ref (task));
}

char *
attune_wandb_check_key_finish (GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_wandb_check_key_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
