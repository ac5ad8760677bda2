/* attune-dataset-convert.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-convert.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-csv.h"
#include "attune-dataset-reader-private.h"
#include "attune-error.h"
#include "attune-row-parser.h"

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

/* --- A file that appears only when it is whole --- */

typedef struct {
  char          *path;
  char          *temporary;
  GOutputStream *stream;
} Output;

static void
output_free (Output *self)
{
  g_clear_object (&self->stream);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Output, output_free)

static Output *
output_new (const char  *path,
            gboolean     overwrite,
            GError     **error)
{
  g_autoptr (Output) self = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileOutputStream) stream = NULL;

  if (!overwrite && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("“%s” is there already. Choose another name, or allow it to be replaced."), path);
      return NULL;
    }

  self = g_new0 (Output, 1);
  self->path = g_strdup (path);
  self->temporary = g_strconcat (path, ".part", NULL);
  file = g_file_new_for_path (self->temporary);
  stream = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL, error);
  if (stream == NULL)
    {
      g_clear_pointer (&self->temporary, g_free);
      attune_error_convert (error);
      return NULL;
    }
  self->stream = g_buffered_output_stream_new_sized (G_OUTPUT_STREAM (stream), 1 << 18);

  return g_steal_pointer (&self);
}

static gboolean
output_write (Output      *self,
              const char  *bytes,
              gsize        length,
              GError     **error)
{
  if (g_output_stream_write_all (self->stream, bytes, length, NULL, NULL, error))
    return TRUE;

  attune_error_convert (error);
  g_prefix_error (error, "%s: ", self->path);
  return FALSE;
}

static gboolean
output_finish (Output  *self,
               GError **error)
{
  if (!g_output_stream_close (self->stream, NULL, error))
    {
      attune_error_convert (error);
      g_prefix_error (error, "%s: ", self->path);
      return FALSE;
    }
  if (g_rename (self->temporary, self->path) != 0)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (code), "%s: %s", self->path, g_strerror (code));
      attune_error_convert (error);
      return FALSE;
    }
  g_clear_pointer (&self->temporary, g_free);

  return TRUE;
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
           Output            *output,
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
      written = output_write (output, text, length, error) && output_write (output, "\n", 1, error);
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
               Output            *output,
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
                Output            *output,
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
              Output            *output,
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
             Output            *output,
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

static gboolean
is_same_file (const char *a,
              const char *b)
{
  g_autoptr (GFile) first = g_file_new_for_path (a);
  g_autoptr (GFile) second = g_file_new_for_path (b);

  return g_file_equal (first, second);
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
  g_autoptr (Output) output = NULL;
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
  if (is_same_file (from, to))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” cannot be written over itself. Choose another name."), to);
      return NULL;
    }

  self = conversion_new ();
  output = output_new (to, overwrite, error);
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
  if (!output_finish (output, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* --- Dividing --- */

typedef gboolean (*LineFunc) (const char  *line,
                              gsize        length,
                              gpointer     user_data,
                              GError     **error);

static gboolean
is_blank_line (const char *line,
               gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (line[i]))
      return FALSE;

  return TRUE;
}

static gboolean
each_line (const char    *path,
           LineFunc       func,
           gpointer       user_data,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  GError *local = NULL;
  char *next;
  gsize length;

  stream = g_file_read (file, cancellable, error);
  if (stream == NULL)
    {
      attune_error_convert (error);
      return FALSE;
    }
  lines = g_data_input_stream_new (G_INPUT_STREAM (stream));
  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_LF);
  while ((next = g_data_input_stream_read_line (lines, &length, cancellable, &local)) != NULL)
    {
      g_autofree char *line = next;

      if (!is_blank_line (line, length) && !func (line, length, user_data, error))
        return FALSE;
    }
  if (local != NULL)
    {
      attune_error_convert (&local);
      g_propagate_error (error, local);
      return FALSE;
    }

  return TRUE;
}

typedef struct {
  GPtrArray  *digests;   /* of each text once, in the order of the file */
  GHashTable *counts;    /* digest → how many lines */
  GHashTable *chosen;    /* digests that go to validation */
  gint64      n_lines;
  Output     *training;
  Output     *validation;
  gint64      n_training;
  gint64      n_validation;
} Split;

static gboolean
count_line (const char  *line,
            gsize        length,
            gpointer     user_data,
            GError     **error)
{
  Split *self = user_data;
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) line, length);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, digest));

  self->n_lines++;
  if (count == 0)
    {
      g_ptr_array_add (self->digests, g_strdup (digest));
      g_hash_table_insert (self->counts, g_steal_pointer (&digest), GUINT_TO_POINTER (1));
    }
  else
    {
      g_hash_table_replace (self->counts, g_steal_pointer (&digest), GUINT_TO_POINTER (count + 1));
    }

  return TRUE;
}

static gboolean
copy_line (const char  *line,
           gsize        length,
           gpointer     user_data,
           GError     **error)
{
  Split *self = user_data;
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) line, length);
  gboolean validation = g_hash_table_contains (self->chosen, digest);
  Output *output = validation ? self->validation : self->training;

  if (validation)
    self->n_validation++;
  else
    self->n_training++;

  return output_write (output, line, length, error) && output_write (output, "\n", 1, error);
}

/* Whole texts are taken, in an order that the seed alone makes, until there are enough lines. */
static void
choose (Split   *self,
        gint64   wanted,
        guint32  seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gint64 n = 0;

  for (guint i = self->digests->len; i > 1; i--)
    {
      guint j = (guint) g_rand_int_range (random, 0, (gint32) i);
      gpointer swap = self->digests->pdata[i - 1];

      self->digests->pdata[i - 1] = self->digests->pdata[j];
      self->digests->pdata[j] = swap;
    }
  for (guint i = 0; i < self->digests->len && n < wanted; i++)
    {
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, self->digests->pdata[i]));

      /* A text that stands there many times would tip the balance. */
      if (n > 0 && n + count > wanted)
        continue;
      g_hash_table_add (self->chosen, self->digests->pdata[i]);
      n += count;
    }
}

gboolean
attune_dataset_split (const char    *path,
                      double         fraction,
                      guint32        seed,
                      const char    *training,
                      const char    *validation,
                      gboolean       overwrite,
                      gint64        *n_training,
                      gint64        *n_validation,
                      GCancellable  *cancellable,
                      GError       **error)
{
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) chosen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (Output) training_output = NULL;
  g_autoptr (Output) validation_output = NULL;
  Split self = { .digests = digests, .counts = counts, .chosen = chosen };

  g_return_val_if_fail (path != NULL && training != NULL && validation != NULL, FALSE);

  if (!(fraction > 0.0 && fraction < 1.0))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The share for validation has to be above 0 and below 1, such as 0.1, and not %g."), fraction);
      return FALSE;
    }
  if (is_same_file (path, training) || is_same_file (path, validation) || is_same_file (training, validation))
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The file, its training part and its validation part need three different names."));
      return FALSE;
    }
  if (!each_line (path, count_line, &self, cancellable, error))
    return FALSE;
  if (digests->len < 2)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” has fewer than two different rows, which cannot be divided."), path);
      return FALSE;
    }

  choose (&self, MAX (1, (gint64) round ((double) self.n_lines * fraction)), seed);
  training_output = self.training = output_new (training, overwrite, error);
  if (training_output == NULL)
    return FALSE;
  validation_output = self.validation = output_new (validation, overwrite, error);
  if (validation_output == NULL)
    return FALSE;
  if (!each_line (path, copy_line, &self, cancellable, error) ||
      !output_finish (training_output, error) || !output_finish (validation_output, error))
    return FALSE;

  *n_training = self.n_training;
  *n_validation = self.n_validation;

  return TRUE;
}
