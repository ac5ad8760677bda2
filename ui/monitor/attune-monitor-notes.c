/* attune-monitor-notes.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-notes.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-monitor-advice.h"

/* Microseconds between two looks at the disk. */
#define DISK_INTERVAL (15 * G_USEC_PER_SEC)

struct _AttuneMonitorNotes {
  AdwBin                parent_instance;

  GtkWidget            *box;

  AttuneMonitorMetrics *metrics;
  char                 *folder;
  GPtrArray            *advice;    /* AttuneMonitorAdvice: what is shown */
  GHashTable           *dismissed; /* ids */
  AttuneMonitorDisk     disk;
  gboolean              has_disk;
  gboolean              is_looking;
  gint64                looked_at; /* monotonic */
};

enum {
  ANNOUNCE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneMonitorNotes, attune_monitor_notes, ADW_TYPE_BIN)

static void update (AttuneMonitorNotes *self);

static void
dismiss_cb (AttuneMonitorNotes *self,
            GtkWidget          *button)
{
  const char *id = g_object_get_data (G_OBJECT (button), "attune-advice-id");

  g_assert (ATTUNE_IS_MONITOR_NOTES (self));

  g_hash_table_add (self->dismissed, (gpointer) id);
  update (self);
}

static GtkWidget *
create_card (AttuneMonitorNotes        *self,
             const AttuneMonitorAdvice *advice)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *icon = gtk_image_new_from_icon_name (advice->is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic");
  GtkWidget *title = gtk_label_new (advice->title);
  GtkWidget *text = gtk_label_new (advice->text);
  GtkWidget *dismiss = gtk_button_new_from_icon_name ("window-close-symbolic");
  GtkWidget *buttons = adw_wrap_box_new ();
  /* Translators: the name of a button for screen readers; %s is the title of a piece of advice. */
  g_autofree char *dismiss_name = g_strdup_printf (_("Dismiss “%s”"), advice->title);

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "monitor-note");
  gtk_widget_add_css_class (card, advice->is_error ? "monitor-problem" : "monitor-advice");
  gtk_widget_add_css_class (icon, advice->is_error ? "error" : "warning");
  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_label_set_xalign (GTK_LABEL (text), 0.0f);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (dismiss, "flat");
  gtk_widget_add_css_class (dismiss, "circular");
  gtk_widget_set_valign (dismiss, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (dismiss, _("Dismiss"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (dismiss), GTK_ACCESSIBLE_PROPERTY_LABEL, dismiss_name, -1);
  g_object_set_data (G_OBJECT (dismiss), "attune-advice-id", (gpointer) advice->id);
  g_signal_connect_object (dismiss, "clicked", G_CALLBACK (dismiss_cb), self, G_CONNECT_SWAPPED);

  gtk_box_append (GTK_BOX (top), icon);
  gtk_box_append (GTK_BOX (top), title);
  gtk_box_append (GTK_BOX (top), dismiss);
  gtk_box_append (GTK_BOX (card), top);
  gtk_box_append (GTK_BOX (card), text);

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (buttons), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (buttons), 6);
  for (guint i = 0; i < advice->n_actions; i++)
    {
      GtkWidget *button = gtk_button_new_with_mnemonic (advice->actions[i].label);

      if (advice->actions[i].target != NULL)
        gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", advice->actions[i].target);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), advice->actions[i].action);
      /* What this provider cannot do is not offered. */
      g_object_bind_property (button, "sensitive", button, "visible", G_BINDING_SYNC_CREATE);
      adw_wrap_box_append (ADW_WRAP_BOX (buttons), button);
    }
  gtk_widget_set_margin_top (buttons, 6);
  gtk_box_append (GTK_BOX (card), buttons);

  return card;
}

static const AttuneMonitorAdvice *
find_advice (GPtrArray  *list,
             const char *id)
{
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((AttuneMonitorAdvice *) g_ptr_array_index (list, i))->id, id))
      return g_ptr_array_index (list, i);

  return NULL;
}

static gboolean
is_same (GPtrArray *a,
         GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const AttuneMonitorAdvice *left = g_ptr_array_index (a, i);
      const AttuneMonitorAdvice *right = g_ptr_array_index (b, i);

      if (!g_str_equal (left->id, right->id) || !g_str_equal (left->text, right->text) || left->n_actions != right->n_actions)
        return FALSE;
    }

  return TRUE;
}

static void
update (AttuneMonitorNotes *self)
{
  g_autoptr (GPtrArray) found = NULL;
  GtkWidget *card;

  if (self->metrics == NULL)
    return;

  found = attune_monitor_advice_find (self->metrics, self->has_disk ? &self->disk : NULL);
  for (guint i = found->len; i-- > 0; )
    if (g_hash_table_contains (self->dismissed, ((AttuneMonitorAdvice *) g_ptr_array_index (found, i))->id))
      g_ptr_array_remove_index (found, i);
  if (is_same (self->advice, found))
    return;

  for (guint i = 0; i < found->len; i++)
    {
      const AttuneMonitorAdvice *advice = g_ptr_array_index (found, i);

      if (find_advice (self->advice, advice->id) == NULL)
        {
          g_autofree char *text = g_strdup_printf ("%s. %s", advice->title, advice->text);

          g_signal_emit (self, signals[ANNOUNCE], 0, text);
        }
    }

  g_ptr_array_unref (self->advice);
  self->advice = g_steal_pointer (&found);
  while ((card = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), card);
  for (guint i = 0; i < self->advice->len; i++)
    gtk_box_append (GTK_BOX (self->box), create_card (self, g_ptr_array_index (self->advice, i)));
  gtk_widget_set_visible (GTK_WIDGET (self), self->advice->len > 0);
}

typedef struct {
  AttuneMonitorDisk  disk;
  char              *folder;
  char              *checkpoint;
} Look;

static void
look_free (Look *look)
{
  g_free (look->folder);
  g_free (look->checkpoint);
  g_free (look);
}

static void
look_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Look *look = task_data;

  g_task_return_boolean (task, attune_monitor_disk_look (&look->disk, look->folder, look->checkpoint));
}

static void
looked_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  AttuneMonitorNotes *self = ATTUNE_MONITOR_NOTES (object);
  const Look *look = g_task_get_task_data (G_TASK (result));

  self->is_looking = FALSE;
  /* A run elsewhere has no folder here, which is no error. */
  self->has_disk = g_task_propagate_boolean (G_TASK (result), NULL);
  if (self->has_disk)
    self->disk = look->disk;
  update (self);
}

static void
look_at_disk (AttuneMonitorNotes *self)
{
  AttuneJob *job = attune_monitor_metrics_get_job (self->metrics);
  GPtrArray *checkpoints = attune_job_get_checkpoints (job);
  gint64 now = g_get_monotonic_time ();
  gint64 newest = -1;
  g_autoptr (GTask) task = NULL;
  Look *look;

  if (self->is_looking || attune_job_status_is_final (attune_job_get_status (job)) ||
      (self->looked_at != 0 && now - self->looked_at < DISK_INTERVAL))
    return;
  self->is_looking = TRUE;
  self->looked_at = now;

  look = g_new0 (Look, 1);
  look->folder = g_strdup (self->folder);
  for (guint i = 0; checkpoints != NULL && i < checkpoints->len; i++)
    {
      const AttuneCheckpoint *checkpoint = g_ptr_array_index (checkpoints, i);

      if (checkpoint->path == NULL || checkpoint->step <= newest)
        continue;
      newest = checkpoint->step;
      g_set_str (&look->checkpoint, checkpoint->path);
    }
  task = g_task_new (self, NULL, looked_cb, NULL);
  g_task_set_source_tag (task, look_at_disk);
  g_task_set_task_data (task, look, (GDestroyNotify) look_free);
  g_task_run_in_thread (task, look_thread);
}

static void
refreshed_cb (AttuneMonitorNotes *self)
{
  g_assert (ATTUNE_IS_MONITOR_NOTES (self));

  if (self->metrics == NULL)
    return;

  update (self);
  look_at_disk (self);
}

void
attune_monitor_notes_set_up (AttuneMonitorNotes   *self,
                             AttuneMonitorMetrics *metrics,
                             const char           *folder)
{
  AttuneJob *job;

  g_return_if_fail (ATTUNE_IS_MONITOR_NOTES (self));
  g_return_if_fail (ATTUNE_IS_MONITOR_METRICS (metrics));
  g_return_if_fail (folder != NULL);
  g_return_if_fail (self->metrics == NULL);

  self->metrics = g_object_ref (metrics);
  self->folder = g_strdup (folder);
  job = attune_monitor_metrics_get_job (metrics);
  g_signal_connect_object (metrics, "refreshed", G_CALLBACK (refreshed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::status", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::checkpoints", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
}

static void
announce (AttuneMonitorNotes *self,
          const char         *text)
{
  gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
attune_monitor_notes_dispose (GObject *object)
{
  AttuneMonitorNotes *self = ATTUNE_MONITOR_NOTES (object);

  g_clear_object (&self->metrics);

  G_OBJECT_CLASS (attune_monitor_notes_parent_class)->dispose (object);
}

static void
attune_monitor_notes_finalize (GObject *object)
{
  AttuneMonitorNotes *self = ATTUNE_MONITOR_NOTES (object);

  g_free (self->folder);
  g_ptr_array_unref (self->advice);
  g_hash_table_unref (self->dismissed);

  G_OBJECT_CLASS (attune_monitor_notes_parent_class)->finalize (object);
}

static void
attune_monitor_notes_class_init (AttuneMonitorNotesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = attune_monitor_notes_dispose;
  object_class->finalize = attune_monitor_notes_finalize;

  signals[ANNOUNCE] =
    g_signal_new_class_handler ("announce",
                                G_TYPE_FROM_CLASS (klass),
                                G_SIGNAL_RUN_LAST,
                                G_CALLBACK (announce),
                                NULL, NULL,
                                NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
attune_monitor_notes_init (AttuneMonitorNotes *self)
{
  self->advice = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_monitor_advice_free);
  self->dismissed = g_hash_table_new (g_str_hash, g_str_equal);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  adw_bin_set_child (ADW_BIN (self), self->box);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}
