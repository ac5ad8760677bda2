/* attune-hub-search.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-hub-private.h"

#include <glib/gi18n-lib.h>

#include "attune-http-json.h"

#define DEFAULT_LIMIT 30
#define MAX_LIMIT 200
/* Of what is asked for, so many more are fetched where some of them will be sorted out here. */
#define SURPLUS 4

/* The members of a model that are worth their bytes. */
static const char * const members[] = {
  "author", "config", "downloads", "gated", "lastModified", "library_name", "likes", "pipeline_tag", "private", "safetensors", "tags",
};

typedef struct {
  guint    limit;
  gboolean is_trainable;
} Search;

static void
add_members (AttuneHttpRequest *request)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    attune_http_request_add_query (request, "expand", members[i]);
}

static void
searched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const Search *search = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GPtrArray) models = NULL;
  JsonArray *array;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  array = attune_http_json_peek_array (attune_http_reply_get_json (reply), NULL);
  if (array == NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Hugging Face did not answer with a list of models. Try again later."));
      return;
    }

  models = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < json_array_get_length (array) && models->len < search->limit; i++)
    {
      g_autoptr (AttuneHubModel) model = attune_hub_model_new_from_json (json_array_get_element (array, i));

      if (model != NULL && (!search->is_trainable || attune_hub_model_is_trainable (model)))
        g_ptr_array_add (models, g_steal_pointer (&model));
    }

  g_task_return_pointer (task, g_steal_pointer (&models), (GDestroyNotify) g_ptr_array_unref);
}

void
attune_hub_search_async (AttuneHub            *self,
                         const AttuneHubQuery *query,
                         GCancellable         *cancellable,
                         GAsyncReadyCallback   callback,
                         gpointer              user_data)
{
  g_autoptr (AttuneHttpRequest) request = NULL;
  GTask *task;
  Search *search;

  g_return_if_fail (ATTUNE_IS_HUB (self));
  g_return_if_fail (query != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  search = g_new0 (Search, 1);
  search->limit = query->limit > 0 ? MIN (query->limit, MAX_LIMIT) : DEFAULT_LIMIT;
  search->is_trainable = query->is_trainable;
  g_task_set_source_tag (task, attune_hub_search_async);
  g_task_set_task_data (task, search, g_free);

  request = attune_http_request_new ("GET", "/api/models");
  attune_http_request_add_query (request, "search", query->text);
  attune_http_request_add_query (request, "author", query->author);
  attune_http_request_add_query (request, "pipeline_tag", query->task);
  for (guint i = 0; query->tags != NULL && query->tags[i] != NULL; i++)
    attune_http_request_add_query (request, "filter", query->tags[i]);
  if (query->is_trainable)
    attune_http_request_add_query (request, "filter", "safetensors");
  attune_http_request_add_query (request, "sort", query->sort != NULL ? query->sort : "downloads");
  attune_http_request_add_query_int (request, "limit", query->is_trainable ? MIN (search->limit * SURPLUS, MAX_LIMIT) : search->limit);
  add_members (request);
  attune_hub_send_async (self, request, "models", cancellable, searched_cb, task);
}

GPtrArray *
attune_hub_search_finish (AttuneHub     *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_search_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  AttuneHubModel *model;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  model = attune_hub_model_new_from_json (attune_http_reply_get_json (reply));
  if (model == NULL)
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, "%s", _("Hugging Face did not describe the model. Try again later."));
  else
    g_task_return_pointer (task, model, g_object_unref);
}

void
attune_hub_load_model_async (AttuneHub           *self,
                             const char          *id,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autofree char *target = NULL;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (ATTUNE_IS_HUB (self));
  g_return_if_fail (id != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_hub_load_model_async);
  if (!attune_hub_check_repo (id, FALSE, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  target = attune_hub_dup_api_target (ATTUNE_HUB_MODEL_REPO, id, NULL);
  request = attune_http_request_new ("GET", target);
  add_members (request);
  attune_hub_send_async (self, request, id, cancellable, loaded_cb, g_object_ref (task));
}

AttuneHubModel *
attune_hub_load_model_finish (AttuneHub     *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_load_model_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
