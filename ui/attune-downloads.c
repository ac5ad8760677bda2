/* attune-downloads.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-ui"

#include "attune-downloads.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "attune-format.h"

/* Data of a download that is to leave the list when its run ends. */
#define IS_DISCARDED "attune-is-discarded"

struct _AttuneDownloads {
  GObject                  parent_instance;

  const AttuneModelSource *source;
  GObject                 *place;
  GListStore              *list;
};

enum { FINISHED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneDownloads, attune_downloads, G_TYPE_OBJECT)

AttuneDownloadState
attune_download_get_state (GObject *download)
{
  static const char * const nicks[] = { "paused", "loading", "done", "failed" };
  g_auto (GValue) value = G_VALUE_INIT;
  const GEnumValue *state;

  g_return_val_if_fail (G_IS_OBJECT (download), ATTUNE_DOWNLOAD_PAUSED);

  g_object_get_property (download, "state", &value);
  state = g_enum_get_value (g_type_class_peek (G_VALUE_TYPE (&value)), g_value_get_enum (&value));
  for (guint i = 0; state != NULL && i < G_N_ELEMENTS (nicks); i++)
    if (g_str_equal (state->value_nick, nicks[i]))
      return (AttuneDownloadState) i;

  return ATTUNE_DOWNLOAD_PAUSED;
}

char *
attune_download_describe (GObject *download)
{
  AttuneDownloadState state = attune_download_get_state (download);
  g_autofree char *message = NULL;
  g_autofree char *loaded = NULL;
  g_autofree char *size = NULL;
  GString *text;
  double speed;
  double left;
  gint64 done;
  gint64 total;

  g_object_get (download, "done", &done, "total", &total, "speed", &speed, "time-remaining", &left, "error-message", &message, NULL);
  if (state == ATTUNE_DOWNLOAD_FAILED && message != NULL)
    return g_steal_pointer (&message);
  if (total <= 0)
    return g_strdup (state == ATTUNE_DOWNLOAD_LOADING ? _("Asking for its files…") : _("Paused"));

  loaded = g_format_size ((guint64) MAX (done, 0));
  size = g_format_size ((guint64) total);
  text = g_string_new (NULL);
  /* translators: how much of how much is loaded, such as "1.2 GB of 3.1 GB" */
  g_string_append_printf (text, _("%s of %s"), loaded, size);
  if (state != ATTUNE_DOWNLOAD_LOADING)
    g_string_append_printf (text, " · %s", _("Paused"));
  else if (done >= total)
    g_string_append_printf (text, " · %s", _("Checking…"));
  else if (speed > 0)
    {
      g_autofree char *rate = g_format_size ((guint64) speed);

      g_string_append (text, " · ");
      /* translators: how much is loaded in a second, such as "4 MB/s" */
      g_string_append_printf (text, _("%s/s"), rate);
      if (isfinite (left))
        {
          g_autofree char *duration = attune_format_duration (left);

          g_string_append (text, " · ");
          /* translators: a duration, such as "2 min left" */
          g_string_append_printf (text, _("%s left"), duration);
        }
    }

  return g_string_free_and_steal (text);
}

const AttuneModelSource *
attune_downloads_get_source (AttuneDownloads *self)
{
  g_return_val_if_fail (ATTUNE_IS_DOWNLOADS (self), NULL);

  return self->source;
}

GObject *
attune_downloads_get_place (AttuneDownloads *self)
{
  g_return_val_if_fail (ATTUNE_IS_DOWNLOADS (self), NULL);

  return self->place;
}

GListModel *
attune_downloads_get_list (AttuneDownloads *self)
{
  g_return_val_if_fail (ATTUNE_IS_DOWNLOADS (self), NULL);

  return G_LIST_MODEL (self->list);
}

GObject *
attune_downloads_lookup (AttuneDownloads *self,
                         const char      *id)
{
  g_return_val_if_fail (ATTUNE_IS_DOWNLOADS (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (GObject) download = g_list_model_get_item (G_LIST_MODEL (self->list), i);
      g_autofree char *repo = NULL;

      g_object_get (download, "repo", &repo, NULL);
      if (g_str_equal (repo, id))
        return download;
    }

  return NULL;
}

gboolean
attune_downloads_is_here (AttuneDownloads *self,
                          const char      *id)
{
  g_autoptr (GObject) download = NULL;
  g_autofree char *folder = NULL;

  g_return_val_if_fail (ATTUNE_IS_DOWNLOADS (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  download = self->source->new_download (self->place, id);
  g_object_get (download, "folder", &folder, NULL);

  return g_file_test (folder, G_FILE_TEST_EXISTS);
}

gboolean
attune_downloads_is_busy (AttuneDownloads *self)
{
  g_return_val_if_fail (ATTUNE_IS_DOWNLOADS (self), FALSE);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (GObject) download = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      if (attune_download_get_state (download) == ATTUNE_DOWNLOAD_LOADING)
        return TRUE;
    }

  return FALSE;
}

static void
remove_download (AttuneDownloads *self,
                 GObject         *download)
{
  guint position;

  if (g_list_store_find (self->list, download, &position))
    g_list_store_remove (self->list, position);
}

static void
run_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (AttuneDownloads) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = self->source->run_finish (object, result, &error);

  /* What went wrong stands in the download itself, for all who show it. */
  if (folder != NULL || g_object_get_data (object, IS_DISCARDED) != NULL)
    remove_download (self, object);
  if (folder == NULL)
    {
      g_debug ("Download: %s", error->message);
      return;
    }

  g_signal_emit (self, signals[FINISHED], 0, folder);
}

void
attune_downloads_start (AttuneDownloads *self,
                        const char      *id)
{
  g_autoptr (GObject) download = NULL;

  g_return_if_fail (ATTUNE_IS_DOWNLOADS (self));
  g_return_if_fail (id != NULL);

  g_set_object (&download, attune_downloads_lookup (self, id));
  if (download == NULL)
    {
      download = self->source->new_download (self->place, id);
      g_list_store_append (self->list, download);
    }
  if (attune_download_get_state (download) != ATTUNE_DOWNLOAD_LOADING)
    self->source->run_async (download, run_cb, g_object_ref (self));
}

void
attune_downloads_pause (AttuneDownloads *self,
                        GObject         *download)
{
  g_return_if_fail (ATTUNE_IS_DOWNLOADS (self));
  g_return_if_fail (G_IS_OBJECT (download));

  self->source->pause (download);
}

void
attune_downloads_discard (AttuneDownloads *self,
                          GObject         *download)
{
  g_autoptr (GObject) held = NULL;

  g_return_if_fail (ATTUNE_IS_DOWNLOADS (self));
  g_return_if_fail (G_IS_OBJECT (download));

  held = g_object_ref (download);
  /* One that is under way goes when it has let go of its files: nobody can begin it anew before that. */
  if (attune_download_get_state (held) == ATTUNE_DOWNLOAD_LOADING)
    g_object_set_data (held, IS_DISCARDED, GINT_TO_POINTER (TRUE));
  else
    remove_download (self, held);
  self->source->discard (held);
}

void
attune_downloads_pause_all (AttuneDownloads *self)
{
  g_return_if_fail (ATTUNE_IS_DOWNLOADS (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (GObject) download = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      self->source->pause (download);
    }
}

static void
attune_downloads_finalize (GObject *object)
{
  AttuneDownloads *self = ATTUNE_DOWNLOADS (object);

  g_clear_object (&self->list);
  g_clear_object (&self->place);

  G_OBJECT_CLASS (attune_downloads_parent_class)->finalize (object);
}

static void
attune_downloads_class_init (AttuneDownloadsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_downloads_finalize;

  signals[FINISHED] = g_signal_new ("finished", ATTUNE_TYPE_DOWNLOADS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
attune_downloads_init (AttuneDownloads *self)
{
  self->list = g_list_store_new (G_TYPE_OBJECT);
}

AttuneDownloads *
attune_downloads_new (const AttuneModelSource *source,
                      AttuneCredentials       *credentials)
{
  g_autoptr (GPtrArray) unfinished = NULL;
  AttuneDownloads *self;

  g_return_val_if_fail (source != NULL, NULL);
  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  self = g_object_new (ATTUNE_TYPE_DOWNLOADS, NULL);
  self->source = source;
  self->place = source->open (credentials);
  unfinished = source->list_unfinished (self->place);
  for (guint i = 0; i < unfinished->len; i++)
    g_list_store_append (self->list, g_ptr_array_index (unfinished, i));

  return self;
}
