/* attune-dataset-split.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-convert.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-whole-file.h"

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
  AttuneWholeFile *training;
  AttuneWholeFile *validation;
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
  AttuneWholeFile *output = validation ? self->validation : self->training;

  if (validation)
    self->n_validation++;
  else
    self->n_training++;

  return attune_whole_file_write (output, line, length, error) && attune_whole_file_write (output, "\n", 1, error);
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
  g_autoptr (AttuneWholeFile) training_output = NULL;
  g_autoptr (AttuneWholeFile) validation_output = NULL;
  Split self = { .digests = digests, .counts = counts, .chosen = chosen };

  g_return_val_if_fail (path != NULL && training != NULL && validation != NULL, FALSE);

  if (!(fraction > 0.0 && fraction < 1.0))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The share for validation has to be above 0 and below 1, such as 0.1, and not %g."), fraction);
      return FALSE;
    }
  if (attune_whole_file_is_same (path, training) || attune_whole_file_is_same (path, validation) || attune_whole_file_is_same (training, validation))
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
  training_output = self.training = attune_whole_file_new (training, overwrite, error);
  if (training_output == NULL)
    return FALSE;
  validation_output = self.validation = attune_whole_file_new (validation, overwrite, error);
  if (validation_output == NULL)
    return FALSE;
  if (!each_line (path, copy_line, &self, cancellable, error) ||
      !attune_whole_file_finish (training_output, error) || !attune_whole_file_finish (validation_output, error))
    return FALSE;

  *n_training = self.n_training;
  *n_validation = self.n_validation;

  return TRUE;
}
