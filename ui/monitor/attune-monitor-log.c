/* attune-monitor-log.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-log.h"

#include <glib/gi18n-lib.h>

/* What came long before is in the file for who looks for it; here it would only make everything slow. */
#define MAX_BYTES (256 * 1024)
#define MAX_LINES 5000

struct _AttuneMonitorLog {
  AdwBin             parent_instance;

  GtkScrolledWindow *scrolled_window;
  GtkTextView       *text_view;
  GtkSearchEntry    *search_entry;
  GtkToggleButton   *follow_button;

  GtkTextBuffer     *buffer;
  char              *path;
  goffset            offset;
  gboolean           is_reading;
  gboolean           exists;
};

enum {
  PROP_EXISTS = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneMonitorLog, attune_monitor_log, ADW_TYPE_BIN)

typedef struct {
  char     *path;
  goffset   offset;
  gboolean  restarted; /* from the start of the text: it is another file, or only its end is read */
  char     *text;      /* valid UTF-8 */
} Reading;

static void
reading_free (Reading *reading)
{
  g_free (reading->path);
  g_free (reading->text);
  g_free (reading);
}

static void
read_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Reading *reading = task_data;
  g_autoptr (GFile) file = g_file_new_for_path (reading->path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autoptr (GFileInfo) info = NULL;
  g_autofree char *bytes = NULL;
  goffset size;
  gsize n_read = 0;

  /* A run elsewhere, or one that has not begun, has no log. */
  if (stream == NULL || (info = g_file_input_stream_query_info (stream, G_FILE_ATTRIBUTE_STANDARD_SIZE, NULL, NULL)) == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  size = g_file_info_get_size (info);
  if (size < reading->offset || size - reading->offset > MAX_BYTES)
    {
      reading->restarted = TRUE;
      reading->offset = MAX (size - MAX_BYTES, 0);
    }
  bytes = g_malloc (MAX_BYTES + 1);
  if (g_seekable_seek (G_SEEKABLE (stream), reading->offset, G_SEEK_SET, NULL, NULL) &&
      g_input_stream_read_all (G_INPUT_STREAM (stream), bytes, MAX_BYTES, &n_read, NULL, NULL) && n_read > 0)
    {
      reading->offset += (goffset) n_read;
      reading->text = g_utf8_make_valid (bytes, (gssize) n_read);
    }
  g_task_return_boolean (task, TRUE);
}

static void
scroll_to_end (AttuneMonitorLog *self)
{
  GtkTextIter end;
  GtkTextMark *mark = gtk_text_buffer_get_mark (self->buffer, "attune-end");

  gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_move_mark (self->buffer, mark, &end);
  gtk_text_view_scroll_to_mark (self->text_view, mark, 0.0, FALSE, 0.0, 1.0);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  AttuneMonitorLog *self = ATTUNE_MONITOR_LOG (object);
  const Reading *reading = g_task_get_task_data (G_TASK (result));
  GtkTextIter start, end;
  int n_lines;

  self->is_reading = FALSE;
  /* The widget may be gone. */
  if (self->buffer == NULL)
    return;

  self->offset = reading->offset;
  if (reading->restarted)
    gtk_text_buffer_set_text (self->buffer, "", 0);
  if (reading->text == NULL)
    return;

  gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_insert (self->buffer, &end, reading->text, -1);
  n_lines = gtk_text_buffer_get_line_count (self->buffer);
  if (n_lines > MAX_LINES)
    {
      gtk_text_buffer_get_start_iter (self->buffer, &start);
      gtk_text_buffer_get_iter_at_line (self->buffer, &end, n_lines - MAX_LINES);
      gtk_text_buffer_delete (self->buffer, &start, &end);
    }
  if (gtk_toggle_button_get_active (self->follow_button))
    scroll_to_end (self);

  if (!self->exists)
    {
      self->exists = TRUE;
      g_object_notify_by_pspec (object, properties[PROP_EXISTS]);
    }
}

void
attune_monitor_log_refresh (AttuneMonitorLog *self)
{
  g_autoptr (GTask) task = NULL;
  Reading *reading;

  g_return_if_fail (ATTUNE_IS_MONITOR_LOG (self));

  if (self->is_reading || self->path == NULL)
    return;
  self->is_reading = TRUE;

  reading = g_new0 (Reading, 1);
  reading->path = g_strdup (self->path);
  reading->offset = self->offset;
  task = g_task_new (self, NULL, read_cb, NULL);
  g_task_set_source_tag (task, attune_monitor_log_refresh);
  g_task_set_task_data (task, reading, (GDestroyNotify) reading_free);
  g_task_run_in_thread (task, read_thread);
}

gboolean
attune_monitor_log_is_reading (AttuneMonitorLog *self)
{
  g_return_val_if_fail (ATTUNE_IS_MONITOR_LOG (self), FALSE);

  return self->is_reading;
}

void
attune_monitor_log_set_path (AttuneMonitorLog *self,
                             const char       *path)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_LOG (self));

  if (!g_set_str (&self->path, path))
    return;

  self->offset = 0;
  gtk_text_buffer_set_text (self->buffer, "", 0);
}

static void
follow_toggled_cb (AttuneMonitorLog *self)
{
  g_assert (ATTUNE_IS_MONITOR_LOG (self));

  if (gtk_toggle_button_get_active (self->follow_button))
    scroll_to_end (self);
}

/* The next place behind the selection, or the first one. */
static void
find_next (AttuneMonitorLog *self,
           gboolean          from_selection)
{
  const char *needle = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  const GtkTextSearchFlags flags = GTK_TEXT_SEARCH_CASE_INSENSITIVE | GTK_TEXT_SEARCH_TEXT_ONLY;
  GtkTextIter start, end, match_start, match_end;
  gboolean found;

  gtk_text_buffer_get_selection_bounds (self->buffer, &start, &end);
  if (*needle == '\0')
    {
      gtk_text_buffer_select_range (self->buffer, &start, &start);
      gtk_widget_remove_css_class (GTK_WIDGET (self->search_entry), "error");
      return;
    }

  found = gtk_text_iter_forward_search (from_selection ? &end : &start, needle, flags, &match_start, &match_end, NULL);
  if (!found)
    {
      gtk_text_buffer_get_start_iter (self->buffer, &start);
      found = gtk_text_iter_forward_search (&start, needle, flags, &match_start, &match_end, NULL);
    }
  if (!found)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->search_entry), "error");
      return;
    }

  gtk_widget_remove_css_class (GTK_WIDGET (self->search_entry), "error");
  gtk_toggle_button_set_active (self->follow_button, FALSE);
  gtk_text_buffer_select_range (self->buffer, &match_start, &match_end);
  gtk_text_view_scroll_to_iter (self->text_view, &match_start, 0.1, FALSE, 0.0, 0.5);
}

static void
search_changed_cb (AttuneMonitorLog *self)
{
  g_assert (ATTUNE_IS_MONITOR_LOG (self));

  find_next (self, FALSE);
}

static void
search_next_cb (AttuneMonitorLog *self)
{
  g_assert (ATTUNE_IS_MONITOR_LOG (self));

  find_next (self, TRUE);
}

static void
copy_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  AttuneMonitorLog *self = ATTUNE_MONITOR_LOG (widget);
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  text = gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
  gtk_widget_activate_action (widget, "job.copy-text", "s", text);
}

void
attune_monitor_log_search (AttuneMonitorLog *self)
{
  g_return_if_fail (ATTUNE_IS_MONITOR_LOG (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

static void
attune_monitor_log_dispose (GObject *object)
{
  AttuneMonitorLog *self = ATTUNE_MONITOR_LOG (object);

  self->buffer = NULL;
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_MONITOR_LOG);

  G_OBJECT_CLASS (attune_monitor_log_parent_class)->dispose (object);
}

static void
attune_monitor_log_finalize (GObject *object)
{
  g_free (ATTUNE_MONITOR_LOG (object)->path);

  G_OBJECT_CLASS (attune_monitor_log_parent_class)->finalize (object);
}

static void
attune_monitor_log_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_EXISTS:
      g_value_set_boolean (value, ATTUNE_MONITOR_LOG (object)->exists);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_monitor_log_class_init (AttuneMonitorLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = attune_monitor_log_dispose;
  object_class->finalize = attune_monitor_log_finalize;
  object_class->get_property = attune_monitor_log_get_property;

  properties[PROP_EXISTS] =
    g_param_spec_boolean ("exists", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/monitor/attune-monitor-log.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorLog, scrolled_window);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorLog, text_view);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorLog, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AttuneMonitorLog, follow_button);
  gtk_widget_class_install_action (widget_class, "log.copy", NULL, copy_action);
}

static void
attune_monitor_log_init (AttuneMonitorLog *self)
{
  GtkTextIter end;

  gtk_widget_init_template (GTK_WIDGET (self));

  self->buffer = gtk_text_view_get_buffer (self->text_view);
  gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_create_mark (self->buffer, "attune-end", &end, FALSE);
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "activate", G_CALLBACK (search_next_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "next-match", G_CALLBACK (search_next_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->follow_button, "toggled", G_CALLBACK (follow_toggled_cb), self, G_CONNECT_SWAPPED);
}
