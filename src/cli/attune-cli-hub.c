/* attune-cli-hub.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attune-cli-output.h"
#include "attune-hub-download.h"
#include "attune-local-adapter.h"

#define BAR_WIDTH 24

/* Waiting */

typedef struct {
  GAsyncResult *result;
} Wait;

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Wait *wait = user_data;

  wait->result = g_object_ref (result);
}

static void
wait_for (Wait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static AttuneHub *
make_hub (void)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();

  return attune_hub_new (credentials);
}

/* Progress, to standard error: a bar for people, a line now and then for a log. */

typedef struct {
  gboolean is_terminal;
  gboolean has_line;
  int      last_tenth;
} Progress;

static void
show_progress (Progress   *self,
               double      fraction,
               const char *text)
{
  int tenth = isfinite (fraction) ? (int) (fraction * 10) : -1;

  if (self->is_terminal)
    {
      g_autofree char *bar = isfinite (fraction) ? attune_cli_format_bar (fraction, BAR_WIDTH) : NULL;

      if (bar != NULL)
        fprintf (stderr, "\r\033[K%s %3.0f %% %s", bar, fraction * 100, text);
      else
        fprintf (stderr, "\r\033[K%s", text);
      fflush (stderr);
      self->has_line = TRUE;
    }
  else if (tenth != self->last_tenth)
    {
      self->last_tenth = tenth;
      if (tenth >= 0)
        attune_cli_message ("%.0f %% %s", fraction * 100, text);
      else
        attune_cli_message ("%s", text);
    }
}

static void
end_progress (Progress *self)
{
  if (self->has_line)
    fprintf (stderr, "\r\033[K");
  fflush (stderr);
}

static void
progress_cb (double      fraction,
             const char *message,
             gpointer    user_data)
{
  show_progress (user_data, fraction, message != NULL ? message : "");
}

/* model-search */

static char *
format_parameters (gint64 parameters)
{
  if (parameters < 0)
    return NULL;

  return parameters >= 1000000000 ? g_strdup_printf ("%.1f B", (double) parameters / 1e9) : g_strdup_printf ("%.0f M", (double) parameters / 1e6);
}

static JsonNode *
models_to_json (GPtrArray *models)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *root = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < models->len; i++)
    {
      AttuneHubModel *model = g_ptr_array_index (models, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", attune_hub_model_get_id (model));
      if (attune_hub_model_get_architecture (model) != NULL)
        json_object_set_string_member (object, "architecture", attune_hub_model_get_architecture (model));
      if (attune_hub_model_get_task (model) != NULL)
        json_object_set_string_member (object, "task", attune_hub_model_get_task (model));
      if (attune_hub_model_get_licence (model) != NULL)
        json_object_set_string_member (object, "license", attune_hub_model_get_licence (model));
      if (attune_hub_model_get_parameters (model) >= 0)
        json_object_set_int_member (object, "parameters", attune_hub_model_get_parameters (model));
      if (attune_hub_model_get_downloads (model) >= 0)
        json_object_set_int_member (object, "downloads", attune_hub_model_get_downloads (model));
      if (attune_hub_model_get_likes (model) >= 0)
        json_object_set_int_member (object, "likes", attune_hub_model_get_likes (model));
      json_object_set_boolean_member (object, "gated", attune_hub_model_is_gated (model));
      json_object_set_boolean_member (object, "private", attune_hub_model_is_private (model));
      json_object_set_boolean_member (object, "trainableHere", attune_hub_model_is_trainable (model));
      json_array_add_object_element (array, object);
    }

  json_object_set_array_member (root, "models", array);
  json_node_take_object (node, root);

  return node;
}

gboolean
attune_cli_model_search (AttuneCli  *self,
                         GError    **error)
{
  g_autoptr (AttuneHub) hub = make_hub ();
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (AttuneCliTable) table = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *words = g_strjoinv (" ", self->arguments);
  const AttuneHubQuery query = {
    .text = *words != '\0' ? words : NULL,
    .author = self->options.author,
    .task = "text-generation",
    .limit = self->options.limit > 0 ? (guint) self->options.limit : 0,
    .is_trainable = !self->options.all,
  };
  Wait wait = { 0 };

  attune_hub_search_async (hub, &query, self->cancellable, done_cb, &wait);
  wait_for (&wait);
  result = wait.result;
  models = attune_hub_search_finish (hub, result, error);
  if (models == NULL)
    return FALSE;

  if (self->json)
    {
      g_autoptr (JsonNode) node = models_to_json (models);

      attune_cli_answer_json (self, node);
      return TRUE;
    }

  table = attune_cli_table_new (_("Model"), _("Family"), _(">Parameters"), _(">Downloads"), _("Licence"), _("Access"), NULL);
  for (guint i = 0; i < models->len; i++)
    {
      AttuneHubModel *model = g_ptr_array_index (models, i);
      g_autofree char *parameters = format_parameters (attune_hub_model_get_parameters (model));
      g_autofree char *downloads =
        attune_hub_model_get_downloads (model) >= 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, attune_hub_model_get_downloads (model)) : NULL;

      attune_cli_table_add (table, attune_hub_model_get_id (model), attune_hub_model_get_architecture (model), parameters, downloads,
                            attune_hub_model_get_licence (model),
                            attune_hub_model_is_private (model) ? _("private") : attune_hub_model_is_gated (model) ? _("gated") : _("open"));
    }
  attune_cli_table_print (table);
  if (models->len == 0)
    attune_cli_message (self->options.all ? _("The Hub has no such model.")
                                          : _("The Hub has no such model that can be trained on this computer. With --all it shows the others too."));

  return TRUE;
}

/* model-download */

static void
download_changed_cb (AttuneHubDownload *download,
                     GParamSpec        *pspec,
                     Progress          *progress)
{
  g_autofree char *done = g_format_size ((guint64) attune_hub_download_get_done (download));
  g_autofree char *total = g_format_size ((guint64) attune_hub_download_get_total (download));
  g_autofree char *left = attune_cli_format_duration (attune_hub_download_get_time_remaining (download));
  g_autofree char *text = NULL;

  if (attune_hub_download_get_total (download) <= 0)
    return;

  /* translators: how much of how much is loaded, and how long it still takes */
  text = *left != '\0' ? g_strdup_printf (_("%s of %s, %s left"), done, total, left) : g_strdup_printf (_("%s of %s"), done, total);
  show_progress (progress, (double) attune_hub_download_get_done (download) / (double) attune_hub_download_get_total (download), text);
}

gboolean
attune_cli_model_download (AttuneCli  *self,
                           GError    **error)
{
  g_autoptr (AttuneHub) hub = make_hub ();
  g_autoptr (AttuneHubDownload) download = attune_hub_download_new (hub, self->arguments[0], self->options.name);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *name = NULL;
  Progress progress = { .is_terminal = isatty (STDERR_FILENO), .last_tenth = -2 };
  Wait wait = { 0 };

  g_signal_connect (download, "notify::done", G_CALLBACK (download_changed_cb), &progress);
  attune_hub_download_run_async (download, self->cancellable, done_cb, &wait);
  wait_for (&wait);
  result = wait.result;
  end_progress (&progress);
  folder = attune_hub_download_run_finish (download, result, error);
  if (folder == NULL)
    {
      if (g_cancellable_is_cancelled (self->cancellable) && attune_hub_download_get_done (download) > 0)
        {
          g_clear_error (error);
          g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, _("Paused. The same command goes on where it stopped."));
        }
      return FALSE;
    }

  name = g_path_get_basename (folder);
  if (self->json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", name);
      json_object_set_string_member (object, "path", folder);
      json_object_set_int_member (object, "sizeBytes", attune_hub_download_get_total (download));
      json_node_take_object (node, object);
      attune_cli_answer_json (self, node);
    }
  else
    {
      attune_cli_print (_("The model “%s” lies in “%s”.\n"), name, folder);
    }

  return TRUE;
}

/* model-push */

/* The folder that is meant: one by its path, the result of a job, or a model of this computer. (transfer full) */
static char *
find_folder (AttuneCli  *self,
             GError    **error)
{
  const char *what = self->arguments[0];
  g_autoptr (AttuneLocalModel) model = NULL;
  AttuneAdapter *local;
  AttuneJob *job;

  if (g_file_test (what, G_FILE_TEST_IS_DIR))
    return g_strdup (what);

  job = attune_cli_find_job (self, NULL);
  if (job != NULL)
    {
      const char *path = attune_job_get_output_path (job);

      if (path != NULL && g_file_test (path, G_FILE_TEST_IS_DIR))
        return g_strdup (path);
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                   _("The result of “%s” is not on this computer. Bring it here first: attunectl job-download %.8s FOLDER"),
                   attune_job_get_name (job), attune_job_get_id (job));
      return NULL;
    }

  local = attune_registry_lookup (self->registry, "local", error);
  if (local == NULL)
    return NULL;
  model = attune_local_adapter_dup_model (ATTUNE_LOCAL_ADAPTER (local), what, NULL);
  if (model == NULL || !g_file_test (model->path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("There is no folder, no job and no model “%s”."), what);
      return NULL;
    }

  return g_strdup (model->path);
}

gboolean
attune_cli_model_push (AttuneCli  *self,
                       GError    **error)
{
  g_autoptr (AttuneHub) hub = make_hub ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *folder = find_folder (self, error);
  g_autofree char *url = NULL;
  Progress progress = { .is_terminal = isatty (STDERR_FILENO), .last_tenth = -2 };
  Wait wait = { 0 };

  if (folder == NULL)
    return FALSE;

  attune_hub_push_folder_async (hub, folder, self->arguments[1], self->options.is_public, progress_cb, &progress, self->cancellable, done_cb, &wait);
  wait_for (&wait);
  result = wait.result;
  end_progress (&progress);
  url = attune_hub_push_folder_finish (hub, result, error);
  if (url == NULL)
    return FALSE;

  if (self->json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "url", url);
      json_object_set_boolean_member (object, "private", !self->options.is_public);
      json_node_take_object (node, object);
      attune_cli_answer_json (self, node);
    }
  else
    {
      attune_cli_print (_("It is at %s now.\n"), url);
    }

  return TRUE;
}
