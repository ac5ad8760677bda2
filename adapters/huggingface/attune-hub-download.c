/* attune-hub-download.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-hub"

#include "attune-hub-download.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "attune-hub-private.h"
#include "attune-http-json.h"
#include "attune-json.h"
#include "attune-local-files.h"
#include "attune-paths.h"

/* ".NAME.part" among the models, with this document of what it is to become. */
#define PART_PREFIX "."
#define PART_SUFFIX ".part"
#define NOTE_FILE ".download.json"
#define NOTE_VERSION 1
/* The speed is that of about so many seconds. */
#define SPEED_MEMORY 8.0
#define TELL_INTERVAL (G_USEC_PER_SEC / 10)

struct _AttuneHubDownload
{
  GObject                 parent_instance;

  AttuneHub              *hub;
  char                   *repo;
  char                   *revision;       /* the commit, once it is known */
  char                   *name;
  char                   *folder;
  char                   *part;           /* where it lies until it is whole */
  AttuneHubDownloadState  state;
  gint64                  done;
  gint64                  total;
  double                  speed;
  char                   *error_message;

  GTask                  *task;           /* the run under way */
  GCancellable           *cancellable;    /* of that run */
  GCancellable           *outer;          /* its caller's */
  gulong                  outer_handler;
  gboolean                is_discarded;
  gint64                  told_at;
  gint64                  measured_at;
  gint64                  measured_done;
};

enum {
  PROP_0,
  PROP_REPO,
  PROP_REVISION,
  PROP_FOLDER,
  PROP_STATE,
  PROP_DONE,
  PROP_TOTAL,
  PROP_PROGRESS,
  PROP_SPEED,
  PROP_TIME_REMAINING,
  PROP_ERROR_MESSAGE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneHubDownload, attune_hub_download, G_TYPE_OBJECT)

GType
attune_hub_download_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { ATTUNE_HUB_DOWNLOAD_PAUSED, "ATTUNE_HUB_DOWNLOAD_PAUSED", "paused" },
    { ATTUNE_HUB_DOWNLOAD_LOADING, "ATTUNE_HUB_DOWNLOAD_LOADING", "loading" },
    { ATTUNE_HUB_DOWNLOAD_DONE, "ATTUNE_HUB_DOWNLOAD_DONE", "done" },
    { ATTUNE_HUB_DOWNLOAD_FAILED, "ATTUNE_HUB_DOWNLOAD_FAILED", "failed" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("AttuneHubDownloadState", values));

  return type;
}

static void
attune_hub_download_finalize (GObject *object)
{
  AttuneHubDownload *self = ATTUNE_HUB_DOWNLOAD (object);

  g_assert (self->task == NULL);

  g_clear_object (&self->hub);
  g_free (self->repo);
  g_free (self->revision);
  g_free (self->name);
  g_free (self->folder);
  g_free (self->part);
  g_free (self->error_message);

  G_OBJECT_CLASS (attune_hub_download_parent_class)->finalize (object);
}

static double
get_progress (AttuneHubDownload *self)
{
  return self->total > 0 ? CLAMP ((double) self->done / (double) self->total, 0, 1) : 0;
}

static void
attune_hub_download_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  AttuneHubDownload *self = ATTUNE_HUB_DOWNLOAD (object);

  switch (prop_id)
    {
    case PROP_REPO:
      g_value_set_string (value, self->repo);
      break;
    case PROP_REVISION:
      g_value_set_string (value, self->revision);
      break;
    case PROP_FOLDER:
      g_value_set_string (value, self->folder);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) self->state);
      break;
    case PROP_DONE:
      g_value_set_int64 (value, self->done);
      break;
    case PROP_TOTAL:
      g_value_set_int64 (value, self->total);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, get_progress (self));
      break;
    case PROP_SPEED:
      g_value_set_double (value, self->speed);
      break;
    case PROP_TIME_REMAINING:
      g_value_set_double (value, attune_hub_download_get_time_remaining (self));
      break;
    case PROP_ERROR_MESSAGE:
      g_value_set_string (value, self->error_message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_hub_download_class_init (AttuneHubDownloadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = attune_hub_download_finalize;
  object_class->get_property = attune_hub_download_get_property;

  properties[PROP_REPO] = g_param_spec_string ("repo", NULL, NULL, NULL, flags);
  properties[PROP_REVISION] = g_param_spec_string ("revision", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER] = g_param_spec_string ("folder", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, ATTUNE_TYPE_HUB_DOWNLOAD_STATE, ATTUNE_HUB_DOWNLOAD_PAUSED, flags);
  properties[PROP_DONE] = g_param_spec_int64 ("done", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_TOTAL] = g_param_spec_int64 ("total", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_TIME_REMAINING] = g_param_spec_double ("time-remaining", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags);
  properties[PROP_ERROR_MESSAGE] = g_param_spec_string ("error-message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
attune_hub_download_init (AttuneHubDownload *self)
{
}

AttuneHubDownload *
attune_hub_download_new (AttuneHub  *hub,
                         const char *repo,
                         const char *name)
{
  AttuneHubDownload *self;
  g_autofree char *models = attune_paths_dup_models_folder ();
  g_autofree char *own_name = NULL;
  g_autofree char *part_name = NULL;
  const char *slash;

  g_return_val_if_fail (ATTUNE_IS_HUB (hub), NULL);
  g_return_val_if_fail (repo != NULL, NULL);

  slash = strrchr (repo, '/');
  own_name = attune_hub_make_name (name != NULL ? name : slash != NULL ? slash + 1 : repo);
  part_name = g_strconcat (PART_PREFIX, own_name, PART_SUFFIX, NULL);

  self = g_object_new (ATTUNE_TYPE_HUB_DOWNLOAD, NULL);
  self->hub = g_object_ref (hub);
  self->repo = g_strdup (repo);
  self->folder = g_build_filename (models, own_name, NULL);
  self->part = g_build_filename (models, part_name, NULL);
  self->name = g_steal_pointer (&own_name);

  return self;
}

/* The note in the folder: what a later process needs to go on. */

static gboolean
write_note (AttuneHubDownload  *self,
            GError            **error)
{
  g_autofree char *path = g_build_filename (self->part, NOTE_FILE, NULL);
  g_autoptr (JsonNode) root = attune_http_json_new_object ();

  attune_http_json_set_int (root, "version", NOTE_VERSION);
  attune_http_json_set_string (root, "repo", self->repo);
  attune_http_json_set_string (root, "revision", self->revision);
  attune_http_json_set_int (root, "total", self->total);

  return attune_local_files_write_document (path, root, error);
}

static gint64
measure_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  gint64 sum = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      GStatBuf info;

      /* The note, and what GIO is just about to put in the place of another. */
      if (name[0] != '.' && g_stat (file, &info) == 0 && S_ISREG (info.st_mode))
        sum += (gint64) info.st_size;
    }

  return sum;
}

static void
read_note (AttuneHubDownload *self)
{
  g_autofree char *path = g_build_filename (self->part, NOTE_FILE, NULL);
  g_autoptr (JsonNode) root = attune_json_parse_file (path, NULL);

  if (g_strcmp0 (attune_json_peek_string (root, "repo", NULL), self->repo) != 0)
    return;

  g_set_str (&self->revision, attune_json_peek_string (root, "revision", NULL));
  self->total = MAX (attune_json_peek_int (root, "total", 0), 0);
  self->done = MIN (measure_folder (self->part), self->total);
}

GPtrArray *
attune_hub_download_list_unfinished (AttuneHub *hub)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *models = attune_paths_dup_models_folder ();
  g_autoptr (GDir) dir = g_dir_open (models, 0, NULL);
  const char *name;

  g_return_val_if_fail (ATTUNE_IS_HUB (hub), NULL);

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = NULL;
      g_autofree char *own_name = NULL;
      g_autoptr (JsonNode) root = NULL;
      g_autoptr (AttuneHubDownload) download = NULL;
      const char *repo;

      if (!g_str_has_prefix (name, PART_PREFIX) || !g_str_has_suffix (name, PART_SUFFIX) ||
          strlen (name) <= strlen (PART_PREFIX PART_SUFFIX))
        continue;

      path = g_build_filename (models, name, NOTE_FILE, NULL);
      root = attune_json_parse_file (path, NULL);
      repo = attune_json_peek_string (root, "repo", NULL);
      if (repo == NULL || !attune_hub_check_repo (repo, FALSE, NULL))
        continue;

      own_name = g_strndup (name + strlen (PART_PREFIX), strlen (name) - strlen (PART_PREFIX PART_SUFFIX));
      download = attune_hub_download_new (hub, repo, own_name);
      read_note (download);
      g_ptr_array_add (list, g_steal_pointer (&download));
    }

  return g_steal_pointer (&list);
}

/* Telling */

static void
set_state (AttuneHubDownload      *self,
           AttuneHubDownloadState  state,
           const char             *message)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->error_message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR_MESSAGE]);
  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
    }
  if (state != ATTUNE_HUB_DOWNLOAD_LOADING && self->speed > 0)
    {
      self->speed = 0;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPEED]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIME_REMAINING]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
set_done (AttuneHubDownload *self,
          gint64             done)
{
  gint64 now = g_get_monotonic_time ();
  double seconds = (double) (now - self->measured_at) / G_USEC_PER_SEC;

  if (now - self->told_at < TELL_INTERVAL && done < self->total)
    return;

  if (self->measured_at > 0 && seconds > 0 && done >= self->measured_done)
    {
      double weight = 1 - exp (-seconds / SPEED_MEMORY);
      double speed = (double) (done - self->measured_done) / seconds;

      self->speed = self->speed > 0 ? self->speed + weight * (speed - self->speed) : speed;
    }
  self->measured_at = now;
  self->measured_done = done;
  self->told_at = now;
  self->done = done;

  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DONE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPEED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIME_REMAINING]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
set_total (AttuneHubDownload *self,
           gint64             total)
{
  if (self->total == total)
    return;

  self->total = total;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}

/* One run */

static void
remove_part (AttuneHubDownload *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->part, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->part, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->part);
}

/* Takes @error; NULL: it is done. */
static void
end_run (AttuneHubDownload *self,
         GError            *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_cancellable_disconnect (self->outer, self->outer_handler);
  self->outer_handler = 0;
  g_clear_object (&self->outer);
  g_clear_object (&self->cancellable);
  self->measured_at = 0;

  if (self->is_discarded)
    {
      self->is_discarded = FALSE;
      remove_part (self);
      self->done = 0;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DONE]);
    }

  if (error == NULL)
    {
      set_state (self, ATTUNE_HUB_DOWNLOAD_DONE, NULL);
      g_task_return_pointer (task, g_strdup (self->folder), g_free);
      return;
    }

  attune_error_convert (&error);
  if (attune_error_is_cancelled (error))
    set_state (self, ATTUNE_HUB_DOWNLOAD_PAUSED, NULL);
  else
    set_state (self, ATTUNE_HUB_DOWNLOAD_FAILED, error->message);
  g_task_return_error (task, error);
}

static void
fetch_progress_cb (double      fraction,
                   const char *message,
                   gpointer    user_data)
{
  AttuneHubDownload *self = user_data;

  if (isfinite (fraction) && self->task != NULL)
    set_done (self, (gint64) (fraction * (double) self->total));
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (AttuneHubDownload) self = user_data;
  g_autofree char *note = g_build_filename (self->part, NOTE_FILE, NULL);
  GError *error = NULL;

  if (!attune_hub_fetch_files_finish (ATTUNE_HUB (source), result, &error))
    {
      end_run (self, error);
      return;
    }

  set_done (self, self->total);
  g_unlink (note);
  if (g_rename (self->part, self->folder) != 0)
    {
      int saved_errno = errno;

      end_run (self, g_error_new (G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                                  _("The model was loaded to “%s”, but could not be moved to “%s”: %s"),
                                  self->part, self->folder, g_strerror (saved_errno)));
      return;
    }

  end_run (self, NULL);
}

static gboolean
prepare_folder (AttuneHubDownload  *self,
                GError            **error)
{
  guint64 space;
  guint64 needed;

  if (g_mkdir_with_parents (self->part, 0755) != 0)
    {
      int saved_errno = errno;

      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("The folder “%s” could not be made: %s"), self->part, g_strerror (saved_errno));
      return FALSE;
    }

  space = attune_local_files_free_space (self->part);
  needed = (guint64) MAX (self->total - measure_folder (self->part), 0);
  if (space < needed)
    {
      g_autofree char *need = g_format_size (needed);
      g_autofree char *have = g_format_size (space);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE,
                   _("The model still takes %s, but only %s are free in “%s”. Make room there, then go on."), need, have, self->part);
      return FALSE;
    }

  return write_note (self, error);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (AttuneHubDownload) self = user_data;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) chosen = NULL;
  GError *error = NULL;

  files = attune_hub_list_files_finish (self->hub, result, &error);
  if (files == NULL)
    {
      end_run (self, error);
      return;
    }

  chosen = attune_hub_choose_model_files (files);
  if (chosen->len == 0)
    {
      end_run (self, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                                  _("“%s” has no weights as safetensors, so it cannot be trained here. Choose another form of the model."), self->repo));
      return;
    }

  set_total (self, attune_hub_sum_sizes (chosen));
  if (!prepare_folder (self, &error))
    {
      end_run (self, error);
      return;
    }

  attune_hub_fetch_files_async (self->hub, ATTUNE_HUB_MODEL_REPO, self->repo, self->revision, chosen, NULL, self->part,
                                fetch_progress_cb, self, self->cancellable, fetched_cb, g_object_ref (self));
}

/* What is loaded is one state of the repository, even if its owner changes it meanwhile. */
static void
revision_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (AttuneHubDownload) self = user_data;
  g_autoptr (AttuneHttpReply) reply = NULL;
  const char *commit;
  GError *error = NULL;

  reply = attune_hub_send_finish (ATTUNE_HUB (source), result, &error);
  if (reply == NULL)
    {
      end_run (self, error);
      return;
    }

  commit = attune_json_peek_string (attune_http_reply_get_json (reply), "sha", "main");
  if (self->revision != NULL && !g_str_equal (self->revision, commit))
    remove_part (self);
  if (g_set_str (&self->revision, commit))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REVISION]);

  attune_hub_list_files_async (self->hub, ATTUNE_HUB_MODEL_REPO, self->repo, self->revision, NULL, self->cancellable, listed_cb, g_object_ref (self));
}

static void
outer_cancelled_cb (GCancellable      *cancellable,
                    AttuneHubDownload *self)
{
  g_cancellable_cancel (self->cancellable);
}

void
attune_hub_download_run_async (AttuneHubDownload   *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (AttuneHttpRequest) request = NULL;
  g_autofree char *target = NULL;
  GError *error = NULL;

  g_return_if_fail (ATTUNE_IS_HUB_DOWNLOAD (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, attune_hub_download_run_async);
  if (self->task != NULL)
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("“%s” is being loaded already."), self->repo);
      return;
    }

  self->task = g_steal_pointer (&task);
  self->cancellable = g_cancellable_new ();
  if (cancellable != NULL)
    {
      self->outer = g_object_ref (cancellable);
      self->outer_handler = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb), self, NULL);
    }
  read_note (self);
  set_state (self, ATTUNE_HUB_DOWNLOAD_LOADING, NULL);

  if (!attune_hub_check_repo (self->repo, FALSE, &error))
    {
      end_run (self, error);
      return;
    }
  if (g_file_test (self->folder, G_FILE_TEST_EXISTS))
    {
      end_run (self, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                                  _("There is a model “%s” already. Choose another name, or delete that one first."), self->name));
      return;
    }

  target = attune_hub_dup_api_target (ATTUNE_HUB_MODEL_REPO, self->repo, NULL);
  request = attune_http_request_new ("GET", target);
  attune_hub_send_async (self->hub, request, self->repo, self->cancellable, revision_cb, g_object_ref (self));
}

char *
attune_hub_download_run_finish (AttuneHubDownload  *self,
                                GAsyncResult       *result,
                                GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_hub_download_run_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
attune_hub_download_pause (AttuneHubDownload *self)
{
  g_return_if_fail (ATTUNE_IS_HUB_DOWNLOAD (self));

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

void
attune_hub_download_discard (AttuneHubDownload *self)
{
  g_return_if_fail (ATTUNE_IS_HUB_DOWNLOAD (self));

  if (self->task != NULL)
    {
      self->is_discarded = TRUE;
      g_cancellable_cancel (self->cancellable);
      return;
    }

  remove_part (self);
  self->done = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DONE]);
  set_state (self, ATTUNE_HUB_DOWNLOAD_PAUSED, NULL);
}

#define DEFINE_GETTER(type, name, fallback)                    \
  type                                                         \
  attune_hub_download_get_##name (AttuneHubDownload *self)     \
  {                                                            \
    g_return_val_if_fail (ATTUNE_IS_HUB_DOWNLOAD (self), fallback); \
                                                               \
    return self->name;                                         \
  }

DEFINE_GETTER (const char *, repo, NULL)
DEFINE_GETTER (const char *, folder, NULL)
DEFINE_GETTER (AttuneHubDownloadState, state, ATTUNE_HUB_DOWNLOAD_PAUSED)
DEFINE_GETTER (gint64, done, 0)
DEFINE_GETTER (gint64, total, 0)
DEFINE_GETTER (double, speed, 0)
DEFINE_GETTER (const char *, error_message, NULL)

double
attune_hub_download_get_time_remaining (AttuneHubDownload *self)
{
  g_return_val_if_fail (ATTUNE_IS_HUB_DOWNLOAD (self), NAN);

  if (self->speed <= 0 || self->total <= 0)
    return NAN;

  return (double) MAX (self->total - self->done, 0) / self->speed;
}
