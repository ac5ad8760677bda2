/* attune-together-fetch.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-together"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>

#include "attune-http-json.h"

/* The models that Together trains, then the limits of each, some at a time. */

#define AT_ONCE 4

typedef struct {
  GPtrArray *names;  /* of the models */
  GPtrArray *models; /* JsonNode by the same index; NULL until its limits came */
  guint      next;
  guint      pending;
  GError    *error;  /* the first */
} Fetch;

static void
model_free (gpointer node)
{
  if (node != NULL)
    json_node_unref (node);
}

static void
fetch_free (Fetch *fetch)
{
  g_clear_pointer (&fetch->names, g_ptr_array_unref);
  g_clear_pointer (&fetch->models, g_ptr_array_unref);
  g_clear_error (&fetch->error);
  g_free (fetch);
}

/* One question under way. */
typedef struct {
  GTask *task;
  guint  index;
} Question;

static void
end (GTask *task)
{
  Fetch *fetch = g_task_get_task_data (task);
  g_autoptr (JsonObject) live = NULL;
  JsonArray *models;

  if (fetch->error != NULL)
    {
      g_task_return_error (task, g_steal_pointer (&fetch->error));
      return;
    }

  live = json_object_new ();
  models = json_array_new ();
  for (guint i = 0; i < fetch->models->len; i++)
    json_array_add_element (models, json_node_ref (g_ptr_array_index (fetch->models, i)));
  json_object_set_array_member (live, "models", models);
  g_task_return_pointer (task, json_node_init_object (json_node_alloc (), live), (GDestroyNotify) json_node_unref);
}

static void ask_more (GTask *task);

static void
limits_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Question *question = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&question->task);
  Fetch *fetch = g_task_get_task_data (task);
  const char *name = g_ptr_array_index (fetch->names, question->index);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  /* A model in the list whose limits nobody knows can still be chosen; the server checks it then. */
  if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND) || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID))
    {
      g_debug ("No limits of %s: %s", name, error->message);
      g_clear_error (&error);
    }

  if (error == NULL)
    g_ptr_array_index (fetch->models, question->index) =
      attune_together_build_model (name, reply != NULL ? attune_http_reply_get_json (reply) : NULL);
  else if (fetch->error == NULL)
    fetch->error = g_steal_pointer (&error);

  g_free (question);
  fetch->pending--;
  if (fetch->error == NULL)
    ask_more (task);
  if (fetch->pending == 0)
    end (task);
}

static void
ask_more (GTask *task)
{
  Fetch *fetch = g_task_get_task_data (task);
  AttuneRemoteAdapter *adapter = g_task_get_source_object (task);

  while (fetch->pending < AT_ONCE && fetch->next < fetch->names->len)
    {
      g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/fine-tunes/models/limits");
      Question *question = g_new0 (Question, 1);

      question->task = g_object_ref (task);
      question->index = fetch->next++;
      fetch->pending++;
      attune_http_request_add_query (request, "model_name", g_ptr_array_index (fetch->names, question->index));
      attune_http_client_send_async (attune_remote_adapter_get_client (adapter), request, g_task_get_cancellable (task),
                                     limits_cb, question);
    }
}

static void
supported_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Fetch *fetch = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  JsonArray *models = NULL;

  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  models = attune_http_json_peek_array (attune_http_reply_get_json (reply), "models");
  if (models == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s",
                               _("Together’s list of models cannot be understood. Try again later."));
      return;
    }

  for (guint i = 0; i < json_array_get_length (models); i++)
    {
      const char *name = attune_json_node_peek_string (json_array_get_element (models, i));

      if (name != NULL && *name != '\0' && !g_ptr_array_find_with_equal_func (fetch->names, name, g_str_equal, NULL))
        g_ptr_array_add (fetch->names, g_strdup (name));
    }

  g_ptr_array_set_size (fetch->models, (int) fetch->names->len);
  if (fetch->names->len == 0)
    end (task);
  else
    ask_more (task);
}

void
attune_together_fetch_async (AttuneRemoteAdapter *adapter,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/fine-tunes/models/supported");
  GTask *task = g_task_new (adapter, cancellable, callback, user_data);
  Fetch *fetch = g_new0 (Fetch, 1);

  fetch->names = g_ptr_array_new_with_free_func (g_free);
  fetch->models = g_ptr_array_new_with_free_func (model_free);
  g_task_set_source_tag (task, attune_together_fetch_async);
  g_task_set_task_data (task, fetch, (GDestroyNotify) fetch_free);
  attune_http_client_send_async (attune_remote_adapter_get_client (adapter), request, cancellable, supported_cb, task);
}

JsonNode *
attune_together_fetch_finish (AttuneRemoteAdapter  *adapter,
                              GAsyncResult         *result,
                              GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, adapter), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_together_fetch_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
