/* attune-dataset-convert.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-convert.h"

#include <glib/gi18n-lib.h>

#include "attune-csv.h"
#include "attune-dataset-reader-private.h"
#include "attune-error.h"
#include "attune-row-parser.h"
#include "attune-whole-file.h"

#define MAX_PROBLEMS 100
/* A JSON file that is one list is held in memory: several times its size. */
#define MAX_LIST_BYTES ((gsize) 2 * 1024 * 1024 * 1024)

void
attune_conversion_free (AttuneConversion *self)
{
  g_free (self->from);
  g_array_unref (self->problems);
  g_free (self);
}

static AttuneConversion *
conversion_new (void)
{
  AttuneConversion *self = g_new0 (AttuneConversion, 1);

  self->problems = g_array_new (FALSE, TRUE, sizeof (AttuneProblem));
  g_array_set_clear_func (self->problems, attune_problem_clear);

  return self;
}

static void
leave_out (AttuneConversion *self,
           gint64            line,
           const char       *message)
{
  self->n_left_out++;
  if (self->problems->len < MAX_PROBLEMS)
    {
      AttuneProblem problem = { line, 0, g_strdup (message), ATTUNE_PROBLEM_ERROR };

      g_array_append_val (self->problems, problem);
    }
}

/* --- Rows in a format --- */

typedef char *(*WriteFunc) (const AttuneRow *row,
                            yyjson_mut_doc  *document,
                            yyjson_mut_val  *object);

static const AttuneMessage *
get_message (const AttuneRow *row,
             guint            i)
{
  return &g_array_index (row->messages, AttuneMessage, i);
}

static char *
write_list (const AttuneRow *row,
            yyjson_mut_doc  *document,
            yyjson_mut_val  *object,
            const char      *list_name,
            const char      *role_name,
            const char      *content_name,
            gboolean         sharegpt)
{
  yyjson_mut_val *list = yyjson_mut_arr (document);

  if (attune_row_is_text (row))
    return g_strdup (_("A plain text is no conversation"));

  for (guint i = 0; i < row->messages->len; i++)
    {
      const AttuneMessage *message = get_message (row, i);
      const char *role = message->role;
      yyjson_mut_val *entry = yyjson_mut_arr_add_obj (document, list);

      if (sharegpt)
        role = g_str_equal (role, "user") ? "human" : g_str_equal (role, "assistant") ? "gpt" : role;
      yyjson_mut_obj_add_str (document, entry, role_name, role);
      yyjson_mut_obj_add_str (document, entry, content_name, message->content);
    }
  yyjson_mut_obj_add_val (document, object, list_name, list);

  return NULL;
}

static char *
write_chat (const AttuneRow *row,
            yyjson_mut_doc  *document,
            yyjson_mut_val  *object)
{
  return write_list (row, document, object, "messages", "role", "content", FALSE);
}

static char *
write_sharegpt (const AttuneRow *row,
                yyjson_mut_doc  *document,
                yyjson_mut_val  *object)
{
  return write_list (row, document, object, "conversations", "from", "value", TRUE);
}

/* What the pair formats have place for: one question, one answer. */
static char *
check_pair (const AttuneRow *row)
{
  if (attune_row_is_text (row))
    return g_strdup (_("A plain text has no question and answer"));
  if (g_str_equal (get_message (row, 0)->role, "system"))
    return g_strdup (_("The format has no place for a “system” message"));
  if (row->messages->len != 2)
    return g_strdup (_("The format has place for one question and one answer, and this is a conversation of several turns"));

  return NULL;
}

static char *
write_pair (const AttuneRow *row,
            yyjson_mut_doc  *document,
            yyjson_mut_val  *object)
{
  char *problem = check_pair (row);

  if (problem == NULL)
    {
      yyjson_mut_obj_add_str (document, object, "prompt", get_message (row, 0)->content);
      yyjson_mut_obj_add_str (document, object, "completion", get_message (row, 1)->content);
    }

  return problem;
}

static char *
write_alpaca (const AttuneRow *row,
              yyjson_mut_doc  *document,
              yyjson_mut_val  *object)
{
  char *problem = check_pair (row);

  if (problem == NULL)
    {
      yyjson_mut_obj_add_str (document, object, "instruction", get_message (row, 0)->content);
      yyjson_mut_obj_add_str (document, object, "input", "");
      yyjson_mut_obj_add_str (document, object, "output", get_message (row, 1)->content);
    }

  return problem;
}

/* What a model would be asked to go on with: question and answer below each other. */
static char *
write_text (const AttuneRow *row,
            yyjson_mut_doc  *document,
            yyjson_mut_val  *object)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < row->messages->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n\n" : "", get_message (row, i)->content);
  yyjson_mut_obj_add_strcpy (document, object, "text", text->str);

  return NULL;
}

static const char * const format_names[] = { "chat", "prompt-completion", "alpaca", "sharegpt", "text", NULL };
static const WriteFunc writers[] = { write_chat, write_pair, write_alpaca, write_sharegpt, write_text };

const char * const *
attune_dataset_list_formats (void)
{
  return format_names;
}

static gboolean
write_row (AttuneConversion  *self,
           AttuneWholeFile   *output,
           WriteFunc          writer,
           const AttuneRow   *row,
           GError           **error)
{
  yyjson_mut_doc *document = yyjson_mut_doc_new (NULL);
  yyjson_mut_val *object = yyjson_mut_obj (document);
  g_autofree char *problem = NULL;
  gboolean written = TRUE;

  yyjson_mut_doc_set_root (document, object);
  problem = writer (row, document, object);
  if (problem != NULL)
    {
      leave_out (self, row->line, problem);
    }
  else
    {
      gsize length;
      char *text = yyjson_mut_write (document, YYJSON_WRITE_NOFLAG, &length);

      g_assert (text != NULL);
      written = attune_whole_file_write (output, text, length, error) && attune_whole_file_write (output, "\n", 1, error);
      free (text);
      self->rows += written;
    }
  yyjson_mut_doc_free (document);

  return written;
}

/* --- Where rows come from --- */

static gboolean
convert_lines (AttuneConversion  *self,
               const char        *from,
               AttuneWholeFile   *output,
               WriteFunc          writer,
               GCancellable      *cancellable,
               GError           **error)
{
  g_autoptr (AttuneDatasetReader) reader = attune_dataset_reader_new (from, error);
  AttuneRow *next;
  GError *local = NULL;
  GArray *problems;

  if (reader == NULL)
    return FALSE;

  while ((next = attune_dataset_reader_next (reader, &local)) != NULL)
    {
      g_autoptr (AttuneRow) row = next;

      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !write_row (self, output, writer, row, error))
        return FALSE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }

  self->from = g_strdup (attune_dataset_reader_get_format (reader));
  problems = attune_dataset_reader_get_problems (reader);
  for (guint i = 0; i < problems->len && self->problems->len < MAX_PROBLEMS; i++)
    {
      const AttuneProblem *problem = &g_array_index (problems, AttuneProblem, i);
      AttuneProblem copy = { problem->line, problem->column, g_strdup (problem->message), problem->severity };

      g_array_append_val (self->problems, copy);
    }
  self->n_left_out += attune_dataset_reader_get_n_left_out (reader);

  return TRUE;
}

static gboolean
convert_object (AttuneConversion  *self,
                yyjson_val        *object,
                gint64             line,
                AttuneFormat      *format,
                AttuneWholeFile   *output,
                WriteFunc          writer,
                GError           **error)
{
  g_autofree char *problem = NULL;
  g_autoptr (AttuneRow) row = NULL;

  if (*format == ATTUNE_FORMAT_UNKNOWN)
    {
      *format = attune_format_of (object);
      g_set_str (&self->from, attune_format_to_word (*format));
    }
  row = attune_row_parse (object, *format, line, &problem);
  if (row == NULL)
    {
      leave_out (self, line, problem);
      return TRUE;
    }

  return write_row (self, output, writer, row, error);
}

static gboolean
convert_list (AttuneConversion  *self,
              const char        *from,
              AttuneWholeFile   *output,
              WriteFunc          writer,
              GCancellable      *cancellable,
              GError           **error)
{
  g_autoptr (GMappedFile) file = NULL;
  AttuneFormat format = ATTUNE_FORMAT_UNKNOWN;
  yyjson_read_err problem;
  yyjson_doc *document;
  yyjson_val *object;
  yyjson_arr_iter iter;
  gint64 number = 0;
  gboolean good = TRUE;

  file = g_mapped_file_new (from, FALSE, error);
  if (file == NULL)
    {
      attune_error_convert (error);
      return FALSE;
    }
  if (g_mapped_file_get_length (file) > MAX_LIST_BYTES)
    {
      g_autofree char *size = g_format_size (MAX_LIST_BYTES);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE,
                   _("“%s” is one list of more than %s, which would not fit into memory. Write one row a line."), from, size);
      return FALSE;
    }

  document = yyjson_read_opts (g_mapped_file_get_contents (file), g_mapped_file_get_length (file), YYJSON_READ_NOFLAG, NULL, &problem);
  if (document == NULL)
    {
      const char *text = g_mapped_file_get_contents (file);
      gsize line = 1;

      for (gsize i = 0; i < problem.pos && i < g_mapped_file_get_length (file); i++)
        line += text[i] == '\n';
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s”, line %" G_GSIZE_FORMAT ": this is not valid JSON (%s)."), from, line, problem.msg);
      return FALSE;
    }

  iter = yyjson_arr_iter_with (yyjson_doc_get_root (document));
  while (good && (object = yyjson_arr_iter_next (&iter)) != NULL)
    good = !g_cancellable_set_error_if_cancelled (cancellable, error) &&
           convert_object (self, object, ++number, &format, output, writer, error);
  yyjson_doc_free (document);

  return good;
}

static gboolean
convert_csv (AttuneConversion  *self,
             const char        *from,
             AttuneWholeFile   *output,
             WriteFunc          writer,
             GCancellable      *cancellable,
             GError           **error)
{
  g_autoptr (AttuneCsv) csv = attune_csv_new (from, error);
  AttuneFormat format = ATTUNE_FORMAT_UNKNOWN;
  g_auto (GStrv) names = NULL;
  GError *local = NULL;
  GStrv next;
  gint64 line;

  if (csv == NULL)
    return FALSE;
  names = attune_csv_next (csv, &line, &local);

  while (names != NULL && (next = attune_csv_next (csv, &line, &local)) != NULL)
    {
      g_auto (GStrv) fields = next;
      yyjson_mut_doc *mutable = yyjson_mut_doc_new (NULL);
      yyjson_mut_val *object = yyjson_mut_obj (mutable);
      yyjson_doc *document;
      gboolean written = TRUE;

      yyjson_mut_doc_set_root (mutable, object);
      for (guint i = 0; names[i] != NULL && fields[i] != NULL; i++)
        yyjson_mut_obj_add_str (mutable, object, names[i], fields[i]);
      document = yyjson_mut_doc_imut_copy (mutable, NULL);
      yyjson_mut_doc_free (mutable);
      if (g_strv_length (fields) != g_strv_length (names))
        {
          g_autofree char *problem = g_strdup_printf (_("There are %u fields, and the first line names %u"),
                                                      g_strv_length (fields), g_strv_length (names));

          leave_out (self, line, problem);
        }
      else
        {
          written = !g_cancellable_set_error_if_cancelled (cancellable, error) &&
                    convert_object (self, yyjson_doc_get_root (document), line, &format, output, writer, error);
        }
      yyjson_doc_free (document);
      if (!written)
        return FALSE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }

  return TRUE;
}

/* The first byte that is no white space tells a list from lines. */
static gboolean
is_list (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  char bytes[4096];
  gssize n = stream != NULL ? g_input_stream_read (G_INPUT_STREAM (stream), bytes, sizeof bytes, NULL, NULL) : 0;

  for (gssize i = 0; i < n; i++)
    {
      if (!g_ascii_isspace (bytes[i]) && (guint8) bytes[i] < 0x80)
        return bytes[i] == '[';
    }

  return FALSE;
}

static gboolean
has_extension (const char *path,
               const char *extension)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  return g_str_has_suffix (lower, extension);
}

AttuneConversion *
attune_dataset_convert (const char    *from,
                        const char    *to,
                        const char    *format,
                        gboolean       overwrite,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_autoptr (AttuneConversion) self = NULL;
  g_autoptr (AttuneWholeFile) output = NULL;
  WriteFunc writer = NULL;
  gboolean read;

  g_return_val_if_fail (from != NULL, NULL);
  g_return_val_if_fail (to != NULL, NULL);
  g_return_val_if_fail (format != NULL, NULL);

  for (guint i = 0; format_names[i] != NULL; i++)
    if (g_str_equal (format, format_names[i]))
      writer = writers[i];
  if (writer == NULL)
    {
      g_autofree char *known = g_strjoinv (", ", (char **) format_names);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” is no format. Known are: %s."), format, known);
      return NULL;
    }
  if (attune_whole_file_is_same (from, to))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” cannot be written over itself. Choose another name."), to);
      return NULL;
    }

  self = conversion_new ();
  output = attune_whole_file_new (to, overwrite, error);
  if (output == NULL)
    return NULL;

  if (has_extension (from, ".csv") || has_extension (from, ".tsv"))
    read = convert_csv (self, from, output, writer, cancellable, error);
  else if (is_list (from))
    read = convert_list (self, from, output, writer, cancellable, error);
  else
    read = convert_lines (self, from, output, writer, cancellable, error);
  if (!read)
    return NULL;

  if (self->rows == 0)
    {
      const AttuneProblem *first = self->problems->len > 0 ? &g_array_index (self->problems, AttuneProblem, 0) : NULL;

      if (first != NULL)
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("No row of “%s” could be written. Line %" G_GINT64_FORMAT ": %s"),
                     from, first->line, first->message);
      else
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("There are no rows in “%s”."), from);
      return NULL;
    }
  if (!attune_whole_file_finish (output, error))
    return NULL;

  return g_steal_pointer (&self);
}
