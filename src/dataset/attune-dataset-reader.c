/* attune-dataset-reader.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <yyjson.h>

#include "attune-dataset-reader-private.h"
#include "attune-error.h"
#include "attune-row-parser.h"

#define DEFAULT_BUFFER (256 * 1024)
#define LINE_LIMIT (64 * 1024 * 1024)
#define MAX_PROBLEMS 100

/* Twins are looked for among this many rows; a larger file is read on without. 64 MiB of hashes. */
#define MAX_HASHES (4 * 1024 * 1024)

struct _AttuneDatasetReader
{
  GObject       parent_instance;

  char         *path;
  int           fd;
  GChecksum    *checksum;
  char         *buffer;
  gsize         buffer_size;
  gsize         buffer_start, buffer_end; /* what of the buffer is not used yet */
  gboolean      at_end;

  GString      *line;      /* the current one, without its end */
  gboolean      too_long;  /* the rest of it was thrown away */
  gint64        line_number;
  gint64        done, total;
  gboolean      seen_text; /* a line that is not blank */

  AttuneFormat  format;
  GArray       *problems;
  gint64        n_problems, n_left_out;

  guint64      *hashes;    /* open addressing; 0 is an empty slot */
  gsize         hash_mask, n_hashes;
};

G_DEFINE_FINAL_TYPE (AttuneDatasetReader, attune_dataset_reader, G_TYPE_OBJECT)

void
attune_problem_clear (gpointer problem)
{
  g_clear_pointer (&((AttuneProblem *) problem)->message, g_free);
}

static void
attune_dataset_reader_finalize (GObject *object)
{
  AttuneDatasetReader *self = ATTUNE_DATASET_READER (object);

  g_clear_pointer (&self->path, g_free);
  g_clear_fd (&self->fd, NULL);
  g_clear_pointer (&self->checksum, g_checksum_free);
  g_clear_pointer (&self->buffer, g_free);
  g_string_free (self->line, TRUE);
  g_clear_pointer (&self->problems, g_array_unref);
  g_clear_pointer (&self->hashes, g_free);

  G_OBJECT_CLASS (attune_dataset_reader_parent_class)->finalize (object);
}

static void
attune_dataset_reader_class_init (AttuneDatasetReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_dataset_reader_finalize;
}

static void
attune_dataset_reader_init (AttuneDatasetReader *self)
{
  self->fd = -1;
  self->line = g_string_new (NULL);
  self->problems = g_array_new (FALSE, TRUE, sizeof (AttuneProblem));
  g_array_set_clear_func (self->problems, attune_problem_clear);
}

static void
set_system_error (AttuneDatasetReader  *self,
                  int                   code,
                  GError              **error)
{
  g_autoptr (GError) local_error = g_error_new (G_IO_ERROR, g_io_error_from_errno (code), _("“%s” cannot be read: %s"),
                                                self->path, g_strerror (code));

  attune_error_convert (&local_error);
  g_propagate_error (error, g_steal_pointer (&local_error));
}

AttuneDatasetReader *
attune_dataset_reader_new_full (const char  *path,
                                gboolean     with_checksum,
                                gsize        buffer_size,
                                GError     **error)
{
  g_autoptr (AttuneDatasetReader) self = NULL;
  struct stat info;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_DATASET_READER, NULL);
  self->path = g_strdup (path);
  self->buffer_size = buffer_size > 0 ? buffer_size : DEFAULT_BUFFER;
  self->buffer = g_malloc (self->buffer_size);
  if (with_checksum)
    self->checksum = g_checksum_new (G_CHECKSUM_SHA256);

  /* Not blocking, so that a pipe without a writer is refused and not waited for. */
  self->fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (self->fd < 0 || fstat (self->fd, &info) != 0)
    {
      set_system_error (self, errno, error);
      return NULL;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” is not a file; choose a file of JSON Lines (.jsonl)"), path);
      return NULL;
    }
  if (info.st_size == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” is empty; a training file has one JSON object on each line"), path);
      return NULL;
    }
  self->total = info.st_size;

  return g_steal_pointer (&self);
}

AttuneDatasetReader *
attune_dataset_reader_new (const char  *path,
                           GError     **error)
{
  return attune_dataset_reader_new_full (path, FALSE, 0, error);
}

G_GNUC_PRINTF (5, 6)
static void
add_problem (AttuneDatasetReader   *self,
             AttuneProblemSeverity  severity,
             gint64                 line,
             gint64                 column,
             const char            *format,
             ...)
{
  AttuneProblem problem = { line, column, NULL, severity };
  va_list args;

  self->n_problems++;
  if (severity == ATTUNE_PROBLEM_ERROR)
    self->n_left_out++;
  if (self->problems->len >= MAX_PROBLEMS)
    return;

  va_start (args, format);
  problem.message = g_strdup_vprintf (format, args);
  va_end (args);
  g_array_append_val (self->problems, problem);
}

void
attune_dataset_reader_add_problem (AttuneDatasetReader *self,
                                   gint64               line,
                                   const char          *message)
{
  g_return_if_fail (ATTUNE_IS_DATASET_READER (self));
  g_return_if_fail (message != NULL);

  add_problem (self, ATTUNE_PROBLEM_ERROR, line, 0, "%s", message);
}

static gboolean
fill_buffer (AttuneDatasetReader  *self,
             GError              **error)
{
  gssize n_read;

  do
    n_read = read (self->fd, self->buffer, self->buffer_size);
  while (n_read < 0 && errno == EINTR);

  if (n_read < 0)
    {
      set_system_error (self, errno, error);
      return FALSE;
    }

  self->buffer_start = 0;
  self->buffer_end = n_read;
  self->done += n_read;
  if (n_read == 0)
    self->at_end = TRUE;
  else if (self->checksum != NULL)
    g_checksum_update (self->checksum, (const guchar *) self->buffer, n_read);

  return TRUE;
}

/* FALSE at the end of the file, or with @error set. */
static gboolean
read_line (AttuneDatasetReader  *self,
           GError              **error)
{
  gboolean started = FALSE;

  g_string_truncate (self->line, 0);
  self->too_long = FALSE;

  /* After a line of many megabytes the memory is given back. */
  if (self->line->allocated_len > 4 * DEFAULT_BUFFER)
    {
      g_string_free (self->line, TRUE);
      self->line = g_string_new (NULL);
    }

  for (;;)
    {
      const char *start, *end;
      gsize length;

      if (self->buffer_start == self->buffer_end)
        {
          if (!self->at_end && !fill_buffer (self, error))
            return FALSE;
          if (self->at_end)
            break;
        }

      started = TRUE;
      start = self->buffer + self->buffer_start;
      end = memchr (start, '\n', self->buffer_end - self->buffer_start);
      length = (end != NULL ? end : self->buffer + self->buffer_end) - start;
      if (self->line->len + length <= LINE_LIMIT)
        g_string_append_len (self->line, start, length);
      else
        self->too_long = TRUE;
      self->buffer_start += length;
      if (end != NULL)
        {
          self->buffer_start++;
          break;
        }
    }

  if (!started)
    return FALSE;

  self->line_number++;
  if (self->line->len > 0 && self->line->str[self->line->len - 1] == '\r')
    g_string_truncate (self->line, self->line->len - 1);
  return TRUE;
}

static gint64
count_characters (const char *text,
                  gsize       length)
{
  gint64 n_characters = 0;

  for (gsize i = 0; i < length; i++)
    n_characters += ((guint8) text[i] & 0xc0) != 0x80;

  return n_characters;
}

/* TRUE where a row with this hash was there before. */
static gboolean
note_hash (AttuneDatasetReader *self,
           guint64              hash)
{
  if (hash == 0)
    hash = 1;

  if (self->n_hashes * 2 >= self->hash_mask && self->n_hashes < MAX_HASHES)
    {
      gsize n_slots = self->hashes == NULL ? 1024 : (self->hash_mask + 1) * 2;
      guint64 *old = self->hashes;
      gsize n_old = old == NULL ? 0 : self->hash_mask + 1;

      self->hashes = g_new0 (guint64, n_slots);
      self->hash_mask = n_slots - 1;
      for (gsize i = 0; i < n_old; i++)
        {
          gsize slot = old[i] & self->hash_mask;

          if (old[i] == 0)
            continue;
          while (self->hashes[slot] != 0)
            slot = (slot + 1) & self->hash_mask;
          self->hashes[slot] = old[i];
        }
      g_free (old);
    }

  for (gsize slot = hash & self->hash_mask;; slot = (slot + 1) & self->hash_mask)
    {
      if (self->hashes[slot] == hash)
        return TRUE;
      if (self->hashes[slot] == 0)
        {
          if (self->n_hashes < MAX_HASHES)
            {
              self->hashes[slot] = hash;
              self->n_hashes++;
            }
          return FALSE;
        }
    }
}

/* What is wrong with the file as a whole shows in its first line. */
static gboolean
check_first_line (AttuneDatasetReader  *self,
                  const char           *text,
                  gsize                 length,
                  GError              **error)
{
  if (length >= 2 && (memcmp (text, "\xff\xfe", 2) == 0 || memcmp (text, "\xfe\xff", 2) == 0))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” is written in UTF-16; save it as UTF-8"), self->path);
      return FALSE;
    }
  if (text[0] == '[')
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” is a JSON array and not JSON Lines; write each element on a line of its own, without the brackets "
                     "and commas around them (for example: jq -c '.[]' FILE > FILE.jsonl)"), self->path);
      return FALSE;
    }
  if (length == 1 && text[0] == '{')
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” has JSON objects that run over several lines; write each of them on one line "
                     "(for example: jq -c . FILE > FILE.jsonl)"), self->path);
      return FALSE;
    }
  return TRUE;
}

/* The row of the current line; NULL where it is blank or a problem, which is noted, or with @error where reading cannot go on. */
static AttuneRow *
parse_line (AttuneDatasetReader  *self,
            GError              **error)
{
  g_autoptr (AttuneRow) row = NULL;
  g_autofree char *problem = NULL;
  const char *text = self->line->str;
  gsize length = self->line->len, skipped = 0;
  yyjson_doc *document;
  yyjson_read_err read_error;
  const char *end;

  if (self->too_long)
    {
      g_autofree char *limit = g_format_size_full (LINE_LIMIT, G_FORMAT_SIZE_IEC_UNITS);

      self->seen_text = TRUE;
      add_problem (self, ATTUNE_PROBLEM_ERROR, self->line_number, 0,
                   _("The line is longer than %s; split the row into several"), limit);
      return NULL;
    }

  if (self->line_number == 1 && length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    {
      add_problem (self, ATTUNE_PROBLEM_NOTE, 1, 1,
                   _("The file begins with a byte order mark; it is passed over here, but providers refuse it: "
                     "save the file as UTF-8 without one"));
      skipped = 3;
    }
  while (skipped < length && strchr (" \t\r", text[skipped]) != NULL && text[skipped] != '\0')
    skipped++;
  text += skipped;
  length -= skipped;
  if (length == 0)
    return NULL;

  if (!self->seen_text)
    {
      self->seen_text = TRUE;
      if (!check_first_line (self, text, length, error))
        return NULL;
    }

  if (!g_utf8_validate_len (text, length, &end) && *end != '\0')
    {
      add_problem (self, ATTUNE_PROBLEM_ERROR, self->line_number, count_characters (self->line->str, end - self->line->str) + 1,
                   _("The text is not valid UTF-8 (byte 0x%02X); save the file as UTF-8"), (guint8) *end);
      return NULL;
    }

  document = yyjson_read_opts ((char *) text, length, YYJSON_READ_NOFLAG, NULL, &read_error);
  if (document == NULL)
    {
      add_problem (self, ATTUNE_PROBLEM_ERROR, self->line_number,
                   count_characters (self->line->str, skipped + MIN (read_error.pos, length)) + 1,
                   _("This is not valid JSON (%s); each line has to be one whole JSON object"), read_error.msg);
      return NULL;
    }

  if (!yyjson_is_obj (yyjson_doc_get_root (document)))
    problem = g_strdup (_("The line is no JSON object; write {\"messages\": […]}"));
  else
    {
      AttuneFormat format = self->format;

      if (format == ATTUNE_FORMAT_UNKNOWN)
        format = attune_format_of (yyjson_doc_get_root (document));
      row = attune_row_parse (yyjson_doc_get_root (document), format, self->line_number, &problem);
      self->format = format;
    }
  yyjson_doc_free (document);

  if (problem != NULL)
    add_problem (self, ATTUNE_PROBLEM_ERROR, self->line_number, 0, "%s", problem);
  else if (note_hash (self, attune_row_hash (row)))
    add_problem (self, ATTUNE_PROBLEM_NOTE, self->line_number, 0,
                 _("The row is the same as one before it and will be learnt twice; take it out unless that is wanted"));

  return g_steal_pointer (&row);
}

AttuneRow *
attune_dataset_reader_next (AttuneDatasetReader  *self,
                            GError              **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (ATTUNE_IS_DATASET_READER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  while (read_line (self, &local_error))
    {
      g_autoptr (AttuneRow) row = parse_line (self, &local_error);

      if (row != NULL)
        return g_steal_pointer (&row);
      if (local_error != NULL)
        break;
    }

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

const char *
attune_dataset_reader_get_format (AttuneDatasetReader *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_READER (self), NULL);

  return attune_format_to_word (self->format);
}

GArray *
attune_dataset_reader_get_problems (AttuneDatasetReader *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_READER (self), NULL);

  return self->problems;
}

gint64
attune_dataset_reader_get_n_problems (AttuneDatasetReader *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_READER (self), 0);

  return self->n_problems;
}

gint64
attune_dataset_reader_get_n_left_out (AttuneDatasetReader *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_READER (self), 0);

  return self->n_left_out;
}

void
attune_dataset_reader_get_progress (AttuneDatasetReader *self,
                                    gint64              *done,
                                    gint64              *total)
{
  g_return_if_fail (ATTUNE_IS_DATASET_READER (self));

  if (done != NULL)
    *done = self->done;
  if (total != NULL)
    *total = MAX (self->total, self->done);
}

const char *
attune_dataset_reader_get_checksum (AttuneDatasetReader *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET_READER (self), NULL);

  return self->checksum != NULL ? g_checksum_get_string (self->checksum) : NULL;
}
