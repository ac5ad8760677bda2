/* attune-hub-files.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-hub"

#include "attune-hub-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "attune-http-download.h"
#include "attune-http-json.h"

/* Pages of a list of files; a repository with more files than fit is none that is trained. */
#define MAX_PAGES 50

AttuneHubFile *
attune_hub_file_copy (const AttuneHubFile *self)
{
  AttuneHubFile *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new0 (AttuneHubFile, 1);
  copy->path = g_strdup (self->path);
  copy->size = self->size;
  copy->sha256 = g_strdup (self->sha256);

  return copy;
}

void
attune_hub_file_free (AttuneHubFile *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->sha256);
  g_free (self);
}

gint64
attune_hub_sum_sizes (GPtrArray *files)
{
  gint64 sum = 0;

  g_return_val_if_fail (files != NULL, 0);

  for (guint i = 0; i < files->len; i++)
    sum += MAX (((AttuneHubFile *) g_ptr_array_index (files, i))->size, 0);

  return sum;
}

/* The list */

typedef struct {
  char      *target; /* of the next page */
  char      *repo;
  GPtrArray *files;
  guint      n_pages;
} Listing;

static void
listing_free (Listing *self)
{
  g_free (self->target);
  g_free (self->repo);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static gboolean
is_digest (const char *text)
{
  return text != NULL && strlen (text) == 64 && strspn (text, "0123456789abcdefABCDEF") == 64;
}

static void
read_file (Listing  *self,
           JsonNode *node)
{
  const char *path = attune_json_peek_string (node, "path", NULL);
  const char *sha256 = attune_json_peek_string (node, "lfs.oid", NULL);
  AttuneHubFile *file;

  if (path == NULL || g_strcmp0 (attune_json_peek_string (node, "type", NULL), "file") != 0)
    return;

  if (sha256 != NULL && g_str_has_prefix (sha256, "sha256:"))
    sha256 += strlen ("sha256:");

  file = g_new0 (AttuneHubFile, 1);
  file->path = g_strdup (path);
  file->size = attune_http_json_peek_int (node, "lfs.size", attune_http_json_peek_int (node, "size", 0));
  file->sha256 = is_digest (sha256) ? g_ascii_strdown (sha256, -1) : NULL;
  g_ptr_array_add (self->files, file);
}

static void ask_page (GTask *task);

static void
page_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (AttuneHttpReply) reply = NULL;
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
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                               _("Hugging Face did not answer with the files of “%s”. Try again later."), listing->repo);
      return;
    }

  for (guint i = 0; i < json_array_get_length (array); i++)
    read_file (listing, json_array_get_element (array, i));

  g_free (listing->target);
  listing->target = attune_http_reply_dup_next_link (reply);
  if (listing->target != NULL && ++listing->n_pages < MAX_PAGES)
    ask_page (g_steal_pointer (&task));
  else
    g_task_return_pointer (task, g_ptr_array_ref (listing->files), (GDestroyNotify) g_ptr_array_unref);
}

/* Takes @task. */
static void
ask_page (GTask *task)
{
  AttuneHub *self = g_task_get_source_object (task);
  Listing *listing = g_task_get_task_data (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", listing->target);

  attune_hub_send_async (self, request, listing->repo, g_task_get_cancellable (task), page_cb, task);
}

void
attune_hub_list_files_async (AttuneHub           *self,
                             AttuneHubKind        kind,
                             const char          *repo,
                             const char          *revision,
                             const char          *folder,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *escaped_revision = NULL;
  g_autofree char *escaped_folder = NULL;
  g_autofree char *rest = NULL;
  Listing *listing;
  GError *error = NULL;

  g_return_if_fail (ATTUNE_IS_HUB (self));
  g_return_if_fail (repo != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_hub_list_files_async);
  if (!attune_hub_check_repo (repo, FALSE, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  escaped_revision = attune_http_escape_segment (revision != NULL ? revision : "main");
  escaped_folder = folder != NULL ? attune_hub_escape_path (folder) : NULL;
  rest = g_strconcat ("/tree/", escaped_revision, escaped_folder != NULL ? "/" : "", escaped_folder != NULL ? escaped_folder : "", "?recursive=true", NULL);

  listing = g_new0 (Listing, 1);
  listing->repo = g_strdup (repo);
  listing->target = attune_hub_dup_api_target (kind, repo, rest);
  listing->files = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_hub_file_free);
  g_task_set_task_data (task, listing, (GDestroyNotify) listing_free);
  ask_page (g_steal_pointer (&task));
}

GPtrArray *
attune_hub_list_files_finish (AttuneHub     *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_list_files_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What a model is made of. Weights of the same name in other forms, pictures, and folders for other programs are not. */
static gboolean
is_model_file (const char *path)
{
  static const char * const names[] = {
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json", "model.safetensors.index.json",
    "adapter_config.json", "LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "USE_POLICY.md", "README.md", NULL
  };

  if (strchr (path, '/') != NULL)
    return FALSE;

  /* One file for all, beside the same weights in several, is how some publish their own format. */
  return g_strv_contains (names, path) ||
         (g_str_has_suffix (path, ".safetensors") && (g_str_has_prefix (path, "model") || g_str_has_prefix (path, "adapter_model")));
}

GPtrArray *
attune_hub_choose_model_files (GPtrArray *files)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_hub_file_free);
  gboolean has_weights = FALSE;

  g_return_val_if_fail (files != NULL, NULL);

  for (guint i = 0; i < files->len; i++)
    {
      const AttuneHubFile *file = g_ptr_array_index (files, i);

      if (!is_model_file (file->path))
        continue;
      has_weights = has_weights || g_str_has_suffix (file->path, ".safetensors");
      g_ptr_array_add (chosen, attune_hub_file_copy (file));
    }

  /* Weights in another form would be loaded for nothing: the trainer does not read them. */
  if (!has_weights)
    g_ptr_array_set_size (chosen, 0);

  return g_steal_pointer (&chosen);
}

/* Bringing files */

typedef struct {
  AttuneHubKind       kind;
  char               *repo;
  char               *revision;
  char               *strip;
  char               *folder;
  GPtrArray          *files;
  guint               index;
  gint64              total;
  gint64              done;       /* bytes of whole files */
  gboolean            has_token;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
} Fetch;

static void
fetch_free (Fetch *self)
{
  g_free (self->repo);
  g_free (self->revision);
  g_free (self->strip);
  g_free (self->folder);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static const char *
get_local_path (const Fetch         *self,
                const AttuneHubFile *file)
{
  gsize length = self->strip != NULL ? strlen (self->strip) : 0;

  if (length > 0 && strncmp (file->path, self->strip, length) == 0 && file->path[length] == '/')
    return file->path + length + 1;

  return file->path;
}

static void
tell (const Fetch *self,
      gint64       of_file)
{
  g_autofree char *message = NULL;
  const AttuneHubFile *file;

  if (self->progress == NULL)
    return;

  file = g_ptr_array_index (self->files, MIN (self->index, self->files->len - 1));
  message = g_strdup_printf (_("Loading %s"), file->path);
  self->progress (self->total > 0 ? (double) (self->done + of_file) / (double) self->total : NAN, message, self->progress_data);
}

static void
file_progress_cb (double      fraction,
                  const char *message,
                  gpointer    user_data)
{
  GTask *task = user_data;
  const Fetch *self = g_task_get_task_data (task);
  const AttuneHubFile *file = g_ptr_array_index (self->files, self->index);

  if (isfinite (fraction))
    tell (self, (gint64) (CLAMP (fraction, 0, 1) * (double) file->size));
}

static void fetch_next (GTask *task);

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *hub = g_task_get_source_object (task);
  Fetch *self = g_task_get_task_data (task);
  const AttuneHubFile *file = g_ptr_array_index (self->files, self->index);
  g_autoptr (GError) error = NULL;

  if (!attune_http_download_finish (ATTUNE_HTTP_CLIENT (source), result, &error))
    {
      /* Files of a gated repository are refused, though its list is shown. */
      if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED) ||
          g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED) ||
          (!self->has_token && g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID)))
        {
          g_autofree char *words = g_strdup (error->message);

          g_clear_error (&error);
          g_set_error (&error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED,
                       self->has_token
                         ? _("“%s” of “%s” is not given to your token. If the repository is gated, open %s/%s with the account of your token, accept its terms, "
                             "and try again. (%s)")
                         : _("“%s” of “%s” is not given to everybody. Open %s/%s, accept its terms, add your token, and try again. (%s)"),
                       file->path, self->repo, attune_http_client_get_base_url (attune_hub_get_client (hub)), self->repo, words);
        }
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  self->done += file->size;
  tell (self, 0);
  self->index++;
  fetch_next (g_steal_pointer (&task));
}

/* Whether the file is there whole; of another size it is not ours. */
static gboolean
is_there (const AttuneHubFile *file,
          const char          *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 && S_ISREG (info.st_mode) && (gint64) info.st_size == file->size;
}

/* Takes @task. */
static void
fetch_next (GTask *task)
{
  AttuneHub *hub = g_task_get_source_object (task);
  Fetch *self = g_task_get_task_data (task);

  while (self->index < self->files->len)
    {
      const AttuneHubFile *file = g_ptr_array_index (self->files, self->index);
      g_autofree char *path = g_build_filename (self->folder, get_local_path (self, file), NULL);
      g_autofree char *parent = g_path_get_dirname (path);
      g_autofree char *revision = attune_http_escape_segment (self->revision);
      g_autofree char *escaped = attune_hub_escape_path (file->path);
      g_autofree char *rest = g_strconcat ("/resolve/", revision, "/", escaped, NULL);
      g_autofree char *target = attune_hub_dup_repo_target (self->kind, self->repo, rest);
      g_autoptr (AttuneHttpRequest) request = NULL;

      if (is_there (file, path))
        {
          self->done += file->size;
          self->index++;
          continue;
        }

      if (g_mkdir_with_parents (parent, 0755) != 0)
        {
          int saved_errno = errno;

          g_task_return_new_error (task, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                                   _("The folder “%s” could not be made: %s"), parent, g_strerror (saved_errno));
          g_object_unref (task);
          return;
        }

      tell (self, 0);
      request = attune_http_request_new ("GET", target);
      attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_RAW | (self->has_token ? 0 : ATTUNE_HTTP_REQUEST_NO_BEARER));
      attune_http_download_async (attune_hub_get_client (hub), request, path, file->size, file->sha256,
                                  self->progress != NULL ? file_progress_cb : NULL, task, g_task_get_cancellable (task), fetched_cb, task);
      return;
    }

  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
fetch_prepared_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Fetch *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!attune_hub_prepare_finish (ATTUNE_HUB (source), result, &self->has_token, &error))
    g_task_return_error (task, error);
  else
    fetch_next (g_steal_pointer (&task));
}

void
attune_hub_fetch_files_async (AttuneHub           *self,
                              AttuneHubKind        kind,
                              const char          *repo,
                              const char          *revision,
                              GPtrArray           *files,
                              const char          *strip,
                              const char          *folder,
                              AttuneProgressFunc   progress,
                              gpointer             progress_data,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Fetch *fetch;

  g_return_if_fail (ATTUNE_IS_HUB (self));
  g_return_if_fail (repo != NULL && files != NULL && folder != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  fetch = g_new0 (Fetch, 1);
  fetch->kind = kind;
  fetch->repo = g_strdup (repo);
  fetch->revision = g_strdup (revision != NULL ? revision : "main");
  fetch->strip = g_strdup (strip);
  fetch->folder = g_strdup (folder);
  fetch->files = g_ptr_array_ref (files);
  fetch->total = attune_hub_sum_sizes (files);
  fetch->progress = progress;
  fetch->progress_data = progress_data;
  g_task_set_source_tag (task, attune_hub_fetch_files_async);
  g_task_set_task_data (task, fetch, (GDestroyNotify) fetch_free);

  for (guint i = 0; i < files->len; i++)
    {
      const AttuneHubFile *file = g_ptr_array_index (files, i);

      if (!attune_hub_is_safe_path (file->path))
        {
          g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                                   _("The repository “%s” has a file “%s”, which would lie outside its folder. Nothing was loaded."), repo, file->path);
          return;
        }
    }

  attune_hub_prepare_async (self, cancellable, fetch_prepared_cb, g_object_ref (task));
}

gboolean
attune_hub_fetch_files_finish (AttuneHub     *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_fetch_files_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
