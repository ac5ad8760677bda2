/* attune-hub-push.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-hub"

#include "attune-hub-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"

/* A folder with more files is none of a model. */
#define MAX_FILES 1000
#define MAX_DEPTH 8

typedef struct {
  char               *folder;
  char               *repo;
  gboolean            is_public;
  AttuneProgressFunc  progress;
  gpointer            progress_data;
  AttuneHubCommit    *commit;
} Push;

static void
push_free (Push *self)
{
  g_free (self->folder);
  g_free (self->repo);
  g_clear_object (&self->commit);
  g_free (self);
}

/* What a run leaves beside its result. */
static gboolean
is_left_out (const char *name,
             gboolean    is_folder)
{
  static const char * const files[] = { "optimizer.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin", NULL };

  if (name[0] == '.')
    return TRUE;
  if (is_folder)
    return g_str_equal (name, "checkpoints") || g_str_has_prefix (name, "checkpoint-");

  return g_strv_contains (files, name) || g_str_has_suffix (name, ".part");
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Paths below @folder, with "/". */
static gboolean
collect (const char  *folder,
         const char  *prefix,
         guint        depth,
         GPtrArray   *paths,
         GError     **error)
{
  g_autofree char *place = *prefix != '\0' ? g_build_filename (folder, prefix, NULL) : g_strdup (folder);
  g_autoptr (GDir) dir = g_dir_open (place, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = *prefix != '\0' ? g_strconcat (prefix, "/", name, NULL) : g_strdup (name);
      g_autofree char *whole = g_build_filename (folder, path, NULL);
      gboolean is_folder = g_file_test (whole, G_FILE_TEST_IS_DIR);

      if (is_left_out (name, is_folder) || !g_utf8_validate (name, -1, NULL))
        continue;
      if (is_folder)
        {
          if (depth < MAX_DEPTH && !collect (folder, path, depth + 1, paths, error))
            return FALSE;
        }
      else if (g_file_test (whole, G_FILE_TEST_IS_REGULAR))
        {
          g_ptr_array_add (paths, g_steal_pointer (&path));
        }
      if (paths->len > MAX_FILES)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE,
                       _("“%s” has more than %d files: it is no folder of a model. Choose the folder that holds the weights."), folder, MAX_FILES);
          return FALSE;
        }
    }

  return TRUE;
}

static char *
find_base_model (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "adapter_config.json", NULL);
  g_autoptr (JsonNode) root = attune_json_parse_file (path, NULL);
  const char *base = attune_json_peek_string (root, "base_model_name_or_path", NULL);

  /* A folder of this computer says nothing to others, and is nobody's business. */
  if (base == NULL || g_path_is_absolute (base) || !attune_hub_check_repo (base, TRUE, NULL))
    return NULL;

  return g_strdup (base);
}

/* The description that the Hub reads: what the result builds upon, and for what library it is. */
static GBytes *
write_card (const char *folder,
            const char *repo)
{
  g_autoptr (GString) card = g_string_new ("---\n");
  g_autofree char *base = find_base_model (folder);
  g_autofree char *config = g_build_filename (folder, "adapter_config.json", NULL);
  gboolean is_adapter = g_file_test (config, G_FILE_TEST_EXISTS);
  const char *slash = strchr (repo, '/');

  if (base != NULL)
    g_string_append_printf (card, "base_model: %s\n", base);
  g_string_append_printf (card, "library_name: %s\npipeline_tag: text-generation\ntags:\n- attune\n%s---\n\n# %s\n\n",
                          is_adapter ? "peft" : "transformers", is_adapter ? "- lora\n" : "", slash != NULL ? slash + 1 : repo);
  if (is_adapter && base != NULL)
    g_string_append_printf (card, "A LoRA adapter for [%s](%s/%s), fine-tuned with Attune.\n", base, "https://huggingface.co", base);
  else if (is_adapter)
    g_string_append (card, "A LoRA adapter, fine-tuned with Attune.\n");
  else
    g_string_append (card, "A model fine-tuned with Attune.\n");

  return g_string_free_to_bytes (g_steal_pointer (&card));
}

static void
committed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *self = g_task_get_source_object (task);
  Push *push = g_task_get_task_data (task);
  g_autofree char *oid = NULL;
  GError *error = NULL;

  oid = attune_hub_commit_send_finish (ATTUNE_HUB_COMMIT (source), result, &error);
  if (oid == NULL)
    {
      g_prefix_error (&error, _("The result could not be brought to “%s”: "), push->repo);
      g_task_return_error (task, error);
      return;
    }

  g_task_return_pointer (task, g_strconcat (attune_http_client_get_base_url (attune_hub_get_client (self)), "/", push->repo, NULL), g_free);
}

static void
ensured_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  AttuneHub *self = ATTUNE_HUB (source);
  Push *push = g_task_get_task_data (task);
  g_autoptr (GPtrArray) paths = NULL;
  g_autofree char *repo = NULL;
  gboolean has_card = FALSE;
  GError *error = NULL;

  repo = attune_hub_ensure_repo_finish (self, result, &error);
  if (repo == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_set_str (&push->repo, repo);

  paths = g_ptr_array_new_with_free_func (g_free);
  if (!collect (push->folder, "", 0, paths, &error))
    {
      attune_error_convert (&error);
      g_task_return_error (task, error);
      return;
    }
  g_ptr_array_sort (paths, compare_paths);

  push->commit = attune_hub_commit_new (self, ATTUNE_HUB_MODEL_REPO, repo, "Upload with Attune");
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autofree char *whole = g_build_filename (push->folder, path, NULL);

      has_card = has_card || g_str_equal (path, "README.md");
      attune_hub_commit_add_file (push->commit, path, whole);
    }
  if (!has_card)
    {
      g_autoptr (GBytes) card = write_card (push->folder, repo);

      attune_hub_commit_add_bytes (push->commit, "README.md", card);
    }

  attune_hub_commit_send_async (push->commit, push->progress, push->progress_data, g_task_get_cancellable (task), committed_cb, g_object_ref (task));
}

/* Before anything is made over there. */
static gboolean
check_folder (const char  *folder,
              GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    {
      attune_error_convert (error);
      return FALSE;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (g_str_has_suffix (name, ".safetensors") || g_str_has_suffix (name, ".gguf"))
        return TRUE;
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
               _("There are no weights in “%s”. Choose a folder with a model or an adapter (*.safetensors)."), folder);

  return FALSE;
}

void
attune_hub_push_folder_async (AttuneHub           *self,
                              const char          *folder,
                              const char          *repo,
                              gboolean             is_public,
                              AttuneProgressFunc   progress,
                              gpointer             progress_data,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Push *push;
  GError *error = NULL;

  g_return_if_fail (ATTUNE_IS_HUB (self));
  g_return_if_fail (folder != NULL && repo != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  push = g_new0 (Push, 1);
  push->folder = g_canonicalize_filename (folder, NULL);
  push->repo = g_strdup (repo);
  push->is_public = is_public;
  push->progress = progress;
  push->progress_data = progress_data;
  g_task_set_source_tag (task, attune_hub_push_folder_async);
  g_task_set_task_data (task, push, (GDestroyNotify) push_free);

  if (!attune_hub_check_repo (repo, FALSE, &error) || !check_folder (push->folder, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  if (progress != NULL)
    progress (NAN, _("Making the repository"), progress_data);
  attune_hub_ensure_repo_async (self, ATTUNE_HUB_MODEL_REPO, repo, is_public, cancellable, ensured_cb, g_object_ref (task));
}

char *
attune_hub_push_folder_finish (AttuneHub     *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_push_folder_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
