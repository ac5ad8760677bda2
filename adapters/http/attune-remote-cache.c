/* attune-remote-cache.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-remote"

#include "config.h"

#include "attune-remote-private.h"

#include <errno.h>

#include "attune-error.h"
#include "attune-http-json.h"
#include "attune-paths.h"

#define VERSION 1

typedef struct {
  char     *path;
  char     *base_url;
  char     *text;       /* to write */
  gint64    fetched_at; /* read */
} Cache;

static void
cache_free (Cache *cache)
{
  g_free (cache->path);
  g_free (cache->base_url);
  g_free (cache->text);
  g_free (cache);
}

static Cache *
cache_new (const char *provider,
           const char *base_url)
{
  Cache *cache = g_new0 (Cache, 1);
  g_autofree char *folder = attune_paths_dup_cache_folder ();
  g_autofree char *name = g_strdup_printf ("%s.json", provider);

  cache->path = g_build_filename (folder, "capabilities", name, NULL);
  cache->base_url = g_strdup (base_url);
  return cache;
}

static void
read_thread (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Cache *cache = task_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = attune_json_parse_file (cache->path, &error);
  JsonNode *live = root != NULL ? attune_json_lookup (root, "live") : NULL;

  if (root == NULL && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    g_debug ("%s", error->message);

  if (live == NULL || !JSON_NODE_HOLDS_OBJECT (live) || attune_json_peek_int (root, "version", 0) != VERSION
      || g_strcmp0 (attune_json_peek_string (root, "baseUrl", NULL), cache->base_url) != 0)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }

  cache->fetched_at = attune_json_peek_int (root, "fetchedAt", 0);
  g_task_return_pointer (task, attune_json_copy (live), (GDestroyNotify) json_node_unref);
}

void
attune_remote_cache_read_async (const char          *provider,
                                const char          *base_url,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  /* Without a source, which might come to its end in the thread. */
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, attune_remote_cache_read_async);
  g_task_set_task_data (task, cache_new (provider, base_url), (GDestroyNotify) cache_free);
  g_task_run_in_thread (task, read_thread);
}

JsonNode *
attune_remote_cache_read_finish (GAsyncResult *result,
                                 gint64       *fetched_at)
{
  Cache *cache;

  g_return_val_if_fail (g_async_result_is_tagged (result, attune_remote_cache_read_async), NULL);

  cache = g_task_get_task_data (G_TASK (result));
  *fetched_at = cache->fetched_at;
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static void
write_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Cache *cache = task_data;
  g_autofree char *folder = g_path_get_dirname (cache->path);
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_debug ("%s: %s", folder, g_strerror (errno));
  else if (!g_file_set_contents_full (cache->path, cache->text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_debug ("%s", error->message);

  g_task_return_boolean (task, TRUE);
}

void
attune_remote_cache_write (const char *provider,
                           const char *base_url,
                           JsonNode   *live,
                           gint64      fetched_at)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  g_autoptr (JsonNode) root = attune_http_json_new_object ();
  Cache *cache = cache_new (provider, base_url);

  attune_http_json_set_int (root, "version", VERSION);
  attune_http_json_set_string (root, "provider", provider);
  attune_http_json_set_string (root, "baseUrl", base_url);
  attune_http_json_set_int (root, "fetchedAt", fetched_at);
  attune_http_json_set_node (root, "live", attune_json_copy (live));
  cache->text = attune_json_write (root, TRUE);

  g_task_set_source_tag (task, attune_remote_cache_write);
  g_task_set_task_data (task, cache, (GDestroyNotify) cache_free);
  g_task_run_in_thread (task, write_thread);
}
