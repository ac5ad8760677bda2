/* attune-token-dialog.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-token-dialog.h"

#include <glib/gi18n-lib.h>

#include "attune-announce.h"
#include "attune-dataset-reader.h"
#include "attune-dialogs.h"
#include "attune-error.h"
#include "attune-format.h"
#include "attune-row-encoder.h"

/* A look at the data, not a reader of it. */
#define MAX_ROWS 50

typedef struct {
  gint64  line;
  GArray *pieces; /* AttunePiece */
} TokenRow;

/* What the thread makes. */
typedef struct {
  GPtrArray *rows; /* TokenRow */
  char      *template_name;
  gboolean   exact;
} TokenRows;

typedef struct {
  char     *path;
  char     *model_folder;
  guint     sequence_length;
  gboolean  train_on_inputs;
} TokenRequest;

struct _AttuneTokenDialog {
  AdwDialog       parent_instance;

  AdwWindowTitle *window_title;
  GtkWidget      *row_buttons;
  GtkStack       *stack;
  AdwStatusPage  *error_page;
  GtkTextView    *view;
  GtkTextBuffer  *buffer;
  GtkWidget      *footer;
  GtkLabel       *count_label;
  GtkLabel       *legend_label;

  GtkTextTag     *learnt_tags[2];  /* neighbours differ, so that each token can be seen */
  GtkTextTag     *read_tags[2];
  GtkTextTag     *special_tag;
  GtkTextTag     *cut_tag;
  GCancellable   *cancellable;
  TokenRows      *rows;
  guint           shown;
};

G_DEFINE_FINAL_TYPE (AttuneTokenDialog, attune_token_dialog, ADW_TYPE_DIALOG)

static void
token_row_free (TokenRow *row)
{
  g_array_unref (row->pieces);
  g_free (row);
}

static void
token_rows_free (TokenRows *rows)
{
  g_ptr_array_unref (rows->rows);
  g_free (rows->template_name);
  g_free (rows);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TokenRows, token_rows_free)

static void
token_request_free (TokenRequest *request)
{
  g_free (request->path);
  g_free (request->model_folder);
  g_free (request);
}

/* --- Reading --- */

static TokenRows *
read_rows (const TokenRequest  *request,
           GCancellable        *cancellable,
           GError             **error)
{
  g_autoptr (AttuneDatasetReader) reader = attune_dataset_reader_new (request->path, error);
  g_autoptr (AttuneRowEncoder) encoder = NULL;
  g_autoptr (TokenRows) rows = NULL;

  if (reader == NULL)
    return NULL;
  encoder = attune_row_encoder_new (request->model_folder, request->train_on_inputs, error);
  if (encoder == NULL)
    return NULL;

  rows = g_new0 (TokenRows, 1);
  rows->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) token_row_free);
  while (rows->rows->len < MAX_ROWS)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (AttuneRow) row = attune_dataset_reader_next (reader, &local_error);
      TokenRow *entry;
      GArray *pieces;

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (row == NULL)
        break;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      pieces = attune_row_encoder_list_pieces (encoder, row, request->sequence_length, error);
      if (pieces == NULL)
        {
          /* translators: the place of a row in a file, before what is wrong with it */
          g_prefix_error (error, _("Line %" G_GINT64_FORMAT ": "), row->line);
          return NULL;
        }
      entry = g_new0 (TokenRow, 1);
      entry->line = row->line;
      entry->pieces = pieces;
      g_ptr_array_add (rows->rows, entry);
    }
  if (rows->rows->len == 0)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                           _("No row of the file can be used. The problems are listed with the data set."));
      return NULL;
    }
  rows->exact = attune_row_encoder_is_exact (encoder);
  rows->template_name = g_strdup (attune_row_encoder_get_template (encoder));

  return g_steal_pointer (&rows);
}

static void
read_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  TokenRows *rows = read_rows (task_data, cancellable, &error);

  if (rows != NULL)
    {
      g_task_return_pointer (task, rows, (GDestroyNotify) token_rows_free);
      return;
    }
  attune_error_convert (&error);
  g_task_return_error (task, g_steal_pointer (&error));
}

/* --- Showing --- */

/* Line ends and tabs are tokens like others, and have to be seen. */
static char *
make_visible (const char *text)
{
  GString *visible = g_string_new (text);

  g_string_replace (visible, "\r", "␍", 0);
  g_string_replace (visible, "\t", "⇥", 0);
  g_string_replace (visible, "\n", "↵\n", 0);

  return g_string_free_and_steal (visible);
}

static void
insert_piece (AttuneTokenDialog *self,
              const AttunePiece *piece,
              guint              position)
{
  g_autofree char *text = self->rows->exact ? make_visible (piece->text) : g_strdup (piece->text);
  GtkTextIter start, end;
  int offset;

  gtk_text_buffer_get_end_iter (self->buffer, &end);
  offset = gtk_text_iter_get_offset (&end);
  gtk_text_buffer_insert (self->buffer, &end, text, -1);
  gtk_text_buffer_get_iter_at_offset (self->buffer, &start, offset);
  gtk_text_buffer_apply_tag (self->buffer,
                             (piece->flags & ATTUNE_PIECE_LEARNT) != 0 ? self->learnt_tags[position % 2] : self->read_tags[position % 2],
                             &start, &end);
  if ((piece->flags & ATTUNE_PIECE_SPECIAL) != 0)
    gtk_text_buffer_apply_tag (self->buffer, self->special_tag, &start, &end);
  if ((piece->flags & ATTUNE_PIECE_CUT) != 0)
    gtk_text_buffer_apply_tag (self->buffer, self->cut_tag, &start, &end);
}

static char *
describe_row (AttuneTokenDialog *self,
              const TokenRow    *row)
{
  guint tokens = 0;
  guint learnt = 0;
  guint cut = 0;
  g_autofree char *all = NULL;
  g_autofree char *trained = NULL;
  GString *text;

  for (guint i = 0; i < row->pieces->len; i++)
    {
      const AttunePiece *piece = &g_array_index (row->pieces, AttunePiece, i);

      tokens += piece->n_tokens;
      if ((piece->flags & ATTUNE_PIECE_CUT) != 0)
        cut += piece->n_tokens;
      else if ((piece->flags & ATTUNE_PIECE_LEARNT) != 0)
        learnt += piece->n_tokens;
    }
  if (!self->rows->exact)
    return g_strdup (_("The tokens of this model are not known here. Whole messages are shown, without the template."));

  all = attune_format_count (tokens);
  trained = attune_format_count (learnt);
  text = g_string_new (NULL);
  g_string_append_printf (text, ngettext ("%s token", "%s tokens", tokens), all);
  g_string_append (text, " · ");
  /* translators: how many tokens are learnt, and the share that they are of all, in percent */
  g_string_append_printf (text, _("%s trained (%d %%)"), trained, tokens > 0 ? (int) (100.0 * learnt / tokens + 0.5) : 0);
  if (cut > 0)
    {
      g_autofree char *lost = attune_format_count (cut);

      g_string_append (text, " · ");
      /* translators: how many tokens of a row do not fit */
      g_string_append_printf (text, _("%s cut off"), lost);
    }

  return g_string_free_and_steal (text);
}

void
attune_token_dialog_show_row (AttuneTokenDialog *self,
                              guint              index)
{
  const TokenRow *row;
  g_autofree char *counts = NULL;
  g_autofree char *subtitle = NULL;
  GtkTextIter start;

  g_return_if_fail (ATTUNE_IS_TOKEN_DIALOG (self));
  g_return_if_fail (self->rows != NULL && index < self->rows->rows->len);

  self->shown = index;
  row = g_ptr_array_index (self->rows->rows, index);
  gtk_text_buffer_set_text (self->buffer, "", 0);
  for (guint i = 0; i < row->pieces->len; i++)
    insert_piece (self, &g_array_index (row->pieces, AttunePiece, i), i);
  gtk_text_buffer_get_start_iter (self->buffer, &start);
  gtk_text_buffer_place_cursor (self->buffer, &start);

  counts = describe_row (self, row);
  gtk_label_set_text (self->count_label, counts);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, counts, -1);
  if (self->rows->template_name != NULL)
    /* translators: the place in a file, and the name of a chat template */
    subtitle = g_strdup_printf (_("Line %" G_GINT64_FORMAT " · %s"), row->line, self->rows->template_name);
  else
    subtitle = g_strdup_printf (_("Line %" G_GINT64_FORMAT), row->line);
  adw_window_title_set_subtitle (self->window_title, subtitle);
  attune_announce (GTK_WIDGET (self->view), subtitle, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_LOW);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tokens.previous", index > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "tokens.next", index + 1 < self->rows->rows->len);
}

static void
previous_action (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  AttuneTokenDialog *self = ATTUNE_TOKEN_DIALOG (widget);

  if (self->rows != NULL && self->shown > 0)
    attune_token_dialog_show_row (self, self->shown - 1);
}

static void
next_action (GtkWidget  *widget,
             const char *action_name,
             GVariant   *parameter)
{
  AttuneTokenDialog *self = ATTUNE_TOKEN_DIALOG (widget);

  if (self->rows != NULL && self->shown + 1 < self->rows->rows->len)
    attune_token_dialog_show_row (self, self->shown + 1);
}

static void
rows_read_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (AttuneTokenDialog) self = user_data;
  g_autoptr (TokenRows) rows = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_TOKEN_DIALOG (self));

  rows = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->cancellable == NULL)
    return;

  g_clear_object (&self->cancellable);
  if (rows == NULL)
    {
      g_autofree char *text = attune_dialogs_describe_error (error);
      g_autofree char *escaped = g_markup_escape_text (text, -1);

      adw_status_page_set_description (self->error_page, escaped);
      gtk_stack_set_visible_child_name (self->stack, "error");
      return;
    }

  self->rows = g_steal_pointer (&rows);
  gtk_label_set_text (self->legend_label, self->rows->exact
                                            ? _("Underlined and coloured: trained. Plain: only read. Struck out: behind the sequence length. "
                                                "The shades tell tokens apart.")
                                            : _("Underlined and coloured: trained. Plain: only read."));
  gtk_widget_set_visible (self->footer, TRUE);
  gtk_widget_set_visible (self->row_buttons, self->rows->rows->len > 1);
  gtk_stack_set_visible_child_name (self->stack, "rows");
  attune_token_dialog_show_row (self, 0);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
update_colors (AttuneTokenDialog *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (manager);
  GdkRGBA accent, line, plain;

  g_assert (ATTUNE_IS_TOKEN_DIALOG (self));

  adw_accent_color_to_standalone_rgba (adw_style_manager_get_accent_color (manager), dark, &line);
  accent = line;
  plain = dark ? (GdkRGBA) { 1, 1, 1, 0.07f } : (GdkRGBA) { 0, 0, 0, 0.05f };
  for (guint i = 0; i < 2; i++)
    {
      accent.alpha = i == 0 ? 0.16f : 0.32f;
      g_object_set (self->learnt_tags[i],
                    "background-rgba", &accent,
                    "underline", PANGO_UNDERLINE_SINGLE,
                    "underline-rgba", &line,
                    NULL);
      if (i == 1)
        g_object_set (self->read_tags[i], "background-rgba", &plain, NULL);
    }
}

/* --- Object --- */

static void
attune_token_dialog_dispose (GObject *object)
{
  AttuneTokenDialog *self = ATTUNE_TOKEN_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->rows, token_rows_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), ATTUNE_TYPE_TOKEN_DIALOG);

  G_OBJECT_CLASS (attune_token_dialog_parent_class)->dispose (object);
}

static void
attune_token_dialog_class_init (AttuneTokenDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = attune_token_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/attune/Attune/ui/attune-token-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, window_title);
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, row_buttons);
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, error_page);
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, view);
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, buffer);
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, footer);
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, count_label);
  gtk_widget_class_bind_template_child (widget_class, AttuneTokenDialog, legend_label);

  gtk_widget_class_install_action (widget_class, "tokens.previous", NULL, previous_action);
  gtk_widget_class_install_action (widget_class, "tokens.next", NULL, next_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Up, GDK_CONTROL_MASK, "tokens.previous", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Down, GDK_CONTROL_MASK, "tokens.next", NULL);
}

static void
attune_token_dialog_init (AttuneTokenDialog *self)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < 2; i++)
    {
      self->learnt_tags[i] = gtk_text_buffer_create_tag (self->buffer, NULL, NULL);
      self->read_tags[i] = gtk_text_buffer_create_tag (self->buffer, NULL, NULL);
    }
  self->special_tag = gtk_text_buffer_create_tag (self->buffer, NULL, "style", PANGO_STYLE_ITALIC, NULL);
  self->cut_tag = gtk_text_buffer_create_tag (self->buffer, NULL, "strikethrough", TRUE, NULL);
  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (update_colors), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::accent-color", G_CALLBACK (update_colors), self, G_CONNECT_SWAPPED);
  update_colors (self);
}

AdwDialog *
attune_token_dialog_new (const char *path,
                         const char *model_folder,
                         guint       sequence_length,
                         gboolean    train_on_inputs)
{
  AttuneTokenDialog *self;
  g_autoptr (GTask) task = NULL;
  TokenRequest *request;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_TOKEN_DIALOG, NULL);
  self->cancellable = g_cancellable_new ();
  request = g_new0 (TokenRequest, 1);
  request->path = g_strdup (path);
  request->model_folder = g_strdup (model_folder);
  request->sequence_length = sequence_length;
  request->train_on_inputs = train_on_inputs;
  task = g_task_new (NULL, self->cancellable, rows_read_cb, g_object_ref (self));
  g_task_set_source_tag (task, attune_token_dialog_new);
  g_task_set_task_data (task, request, (GDestroyNotify) token_request_free);
  g_task_run_in_thread (task, read_thread);

  return ADW_DIALOG (self);
}

gboolean
attune_token_dialog_is_loaded (AttuneTokenDialog *self)
{
  g_return_val_if_fail (ATTUNE_IS_TOKEN_DIALOG (self), FALSE);

  return self->cancellable == NULL;
}

guint
attune_token_dialog_get_n_rows (AttuneTokenDialog *self)
{
  g_return_val_if_fail (ATTUNE_IS_TOKEN_DIALOG (self), 0);

  return self->rows != NULL ? self->rows->rows->len : 0;
}
