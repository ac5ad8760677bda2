/* attune-examples.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-examples.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-chat-template.h"
#include "attune-dataset-reader.h"
#include "attune-error.h"

/* So many lines are named one by one; the rest is counted. */
#define MAX_NAMED 10
/* Rows between two looks at whether to give up. */
#define STOP_INTERVAL 64

struct _AttuneExamples {
  GArray              *tokens;   /* gint32 */
  GByteArray          *learnt;
  GArray              *offsets;  /* gsize; one more than rows */
  GArray              *labels;   /* guint: learnt tokens of each row */
  AttuneExampleCounts  counts;
};

typedef struct {
  const char            *path;
  const char            *model_folder;
  char                  *name;      /* of the file, for messages */
  const AttuneTokenizer *tokenizer;
  AttuneChatTemplate    *chat_template;  /* loaded with the first row that needs it */
  AttuneExampleSettings  settings;
  GPtrArray             *warnings;
  guint                  first_warning; /* of this file in warnings */
  guint                  n_named;
} Loader;

static void
warn (Loader     *loader,
      const char *format,
      ...) G_GNUC_PRINTF (2, 3);

static void
warn (Loader     *loader,
      const char *format,
      ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (loader->warnings, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

void
attune_examples_free (AttuneExamples *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->tokens);
  g_byte_array_unref (self->learnt);
  g_array_unref (self->offsets);
  g_array_unref (self->labels);
  g_free (self);
}

static AttuneExamples *
attune_examples_new (void)
{
  AttuneExamples *self = g_new0 (AttuneExamples, 1);
  gsize zero = 0;

  self->tokens = g_array_new (FALSE, FALSE, sizeof (gint32));
  self->learnt = g_byte_array_new ();
  self->offsets = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->labels = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (self->offsets, zero);

  return self;
}

/* Appends the tokens of a row, before anything is cut off. */
static gboolean
encode_row (AttuneExamples   *self,
            Loader           *loader,
            const AttuneRow  *row,
            GError          **error)
{
  gsize before = self->learnt->len;

  if (attune_row_is_text (row))
    {
      const AttuneMessage *message = &g_array_index (row->messages, AttuneMessage, 0);

      attune_tokenizer_encode_document (loader->tokenizer, message->content, -1, self->tokens, NULL);
      g_byte_array_set_size (self->learnt, self->tokens->len);
      memset (self->learnt->data + before, 1, self->learnt->len - before);
      return TRUE;
    }

  if (loader->chat_template == NULL)
    {
      loader->chat_template = attune_chat_template_load (loader->model_folder, loader->tokenizer, error);
      if (loader->chat_template == NULL)
        return FALSE;
    }
  attune_chat_template_render (loader->chat_template, row, FALSE, self->tokens, self->learnt);
  g_assert (self->learnt->len == self->tokens->len);
  if (loader->settings.train_on_inputs == ATTUNE_TRAIN_ON_INPUTS_ENABLED && self->learnt->len > before)
    memset (self->learnt->data + before, 1, self->learnt->len - before);

  return TRUE;
}

static gboolean
check_vocabulary (AttuneExamples  *self,
                  Loader          *loader,
                  gsize            first,
                  GError         **error)
{
  if (loader->settings.vocab_size == 0)
    return TRUE;

  for (gsize i = first; i < self->tokens->len; i++)
    {
      gint32 id = g_array_index (self->tokens, gint32, i);

      if (id < 0 || (guint) id >= loader->settings.vocab_size)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                       _("The tokenizer of %s knows the token %d, but the model's vocabulary ends at %u. "
                         "Tokenizer and weights are of different models: get the folder again."),
                       loader->model_folder, id, loader->settings.vocab_size);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
add_row (AttuneExamples   *self,
         Loader           *loader,
         const AttuneRow  *row,
         GError          **error)
{
  gsize first = self->tokens->len;
  guint length;
  guint labels = 0;
  gboolean cut = FALSE;

  if (!encode_row (self, loader, row, error) || !check_vocabulary (self, loader, first, error))
    return FALSE;

  if (loader->settings.sequence_length > 0 && self->tokens->len - first > loader->settings.sequence_length)
    {
      cut = TRUE;
      g_array_set_size (self->tokens, (guint) (first + loader->settings.sequence_length));
      g_byte_array_set_size (self->learnt, (guint) (first + loader->settings.sequence_length));
    }

  length = (guint) (self->tokens->len - first);
  if (length > 0)
    self->learnt->data[first] = 0;
  for (gsize i = first; i < self->learnt->len; i++)
    labels += self->learnt->data[i];

  if (labels == 0)
    {
      g_array_set_size (self->tokens, (guint) first);
      g_byte_array_set_size (self->learnt, (guint) first);
      self->counts.skipped++;
      if (loader->n_named++ < MAX_NAMED)
        {
          if (cut)
            warn (loader, _("%s, line %" G_GINT64_FORMAT ": the answer begins behind the %u tokens that fit; the row is left out. Raise schedule.sequenceLength or shorten it."),
                  loader->name, row->line, loader->settings.sequence_length);
          else
            warn (loader, _("%s, line %" G_GINT64_FORMAT ": there is no assistant message to learn; the row is left out. Add the answer, or set schedule.trainOnInputs to enabled."),
                  loader->name, row->line);
        }
      return TRUE;
    }

  g_array_append_val (self->offsets, (gsize) { self->tokens->len });
  g_array_append_val (self->labels, labels);
  self->counts.rows++;
  self->counts.truncated += cut;
  self->counts.longest = MAX (self->counts.longest, length);
  self->counts.tokens += length;
  self->counts.labels += labels;

  return TRUE;
}

/* What the reader could not make a row of. FALSE where that is text which is no JSON at all: such a file is damaged, and training on the
 * rest of it would hide that. */
static gboolean
report_problems (Loader               *loader,
                 AttuneDatasetReader  *reader,
                 GError              **error)
{
  GArray *problems = attune_dataset_reader_get_problems (reader);

  for (guint i = 0; i < problems->len; i++)
    {
      const AttuneProblem *problem = &g_array_index (problems, AttuneProblem, i);

      if (problem->severity == ATTUNE_PROBLEM_ERROR && problem->column > 0)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                       _("%s, line %" G_GINT64_FORMAT ", column %" G_GINT64_FORMAT ": %s"),
                       loader->name, problem->line, problem->column, problem->message);
          return FALSE;
        }
    }

  for (guint i = 0; i < problems->len && loader->n_named < MAX_NAMED; i++, loader->n_named++)
    {
      const AttuneProblem *problem = &g_array_index (problems, AttuneProblem, i);

      if (problem->severity == ATTUNE_PROBLEM_ERROR)
        warn (loader, _("%s, line %" G_GINT64_FORMAT ": %s (the row is left out)"), loader->name, problem->line, problem->message);
      else
        warn (loader, _("%s, line %" G_GINT64_FORMAT ": %s"), loader->name, problem->line, problem->message);
    }

  return TRUE;
}

static gboolean
finish (AttuneExamples       *self,
        Loader               *loader,
        AttuneDatasetReader  *reader,
        GError              **error)
{
  gint64 left_out = attune_dataset_reader_get_n_left_out (reader) + self->counts.skipped;

  if (self->counts.rows == 0)
    {
      if (left_out == 0)
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                     _("%s has no rows. Choose a file with one JSON object in each line."), loader->path);
      else
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                     _("%s has no row that can be learnt from: %s"), loader->path,
                     (const char *) g_ptr_array_index (loader->warnings, loader->first_warning));
      return FALSE;
    }

  if (left_out > MAX_NAMED)
    warn (loader, _("%s: %" G_GINT64_FORMAT " rows in all are left out"), loader->name, left_out);
  if (self->counts.truncated > 0)
    warn (loader, ngettext ("%s: %u row is longer than %u tokens and is cut off there",
                            "%s: %u rows are longer than %u tokens and are cut off there", self->counts.truncated),
          loader->name, self->counts.truncated, loader->settings.sequence_length);

  return TRUE;
}

static void
loader_clear (Loader *loader)
{
  g_clear_pointer (&loader->chat_template, attune_chat_template_free);
  g_clear_pointer (&loader->name, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Loader, loader_clear)

AttuneExamples *
attune_examples_load (const char                   *path,
                      const char                   *model_folder,
                      const AttuneTokenizer        *tokenizer,
                      const AttuneExampleSettings  *settings,
                      GPtrArray                    *warnings,
                      AttuneExampleStopFunc         should_stop,
                      gpointer                      user_data,
                      GError                      **error)
{
  g_autoptr (AttuneExamples) self = NULL;
  g_autoptr (AttuneDatasetReader) reader = NULL;
  g_autoptr (GPtrArray) own_warnings = NULL;
  g_auto (Loader) loader = { 0 };

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (model_folder != NULL, NULL);
  g_return_val_if_fail (tokenizer != NULL, NULL);
  g_return_val_if_fail (settings != NULL, NULL);

  if (warnings == NULL)
    warnings = own_warnings = g_ptr_array_new_with_free_func (g_free);
  reader = attune_dataset_reader_new (path, error);
  if (reader == NULL)
    return NULL;

  loader = (Loader) {
    .path = path, .model_folder = model_folder, .name = g_path_get_basename (path), .tokenizer = tokenizer,
    .settings = *settings, .warnings = warnings, .first_warning = warnings->len,
  };
  self = attune_examples_new ();
  for (guint i = 0;; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (AttuneRow) row = attune_dataset_reader_next (reader, &local_error);

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (row == NULL)
        break;
      if (!add_row (self, &loader, row, error))
        return NULL;
      if (i % STOP_INTERVAL == 0 && should_stop != NULL && should_stop (user_data))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, _("Stopped while reading %s"), path);
          return NULL;
        }
    }

  if (!report_problems (&loader, reader, error) || !finish (self, &loader, reader, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
attune_examples_get_counts (AttuneExamples      *self,
                            AttuneExampleCounts *counts)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (counts != NULL);

  *counts = self->counts;
}

char *
attune_examples_dup_digest (AttuneExamples *self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  g_return_val_if_fail (self != NULL, NULL);

  /* Three arrays one after the other are unambiguous: the last one gives the lengths of the first two. */
  g_checksum_update (checksum, (const guint8 *) self->tokens->data, (gssize) (self->tokens->len * sizeof (gint32)));
  g_checksum_update (checksum, self->learnt->data, (gssize) self->learnt->len);
  for (guint i = 0; i < self->offsets->len; i++)
    {
      guint64 offset = GUINT64_TO_LE ((guint64) g_array_index (self->offsets, gsize, i));

      g_checksum_update (checksum, (const guint8 *) &offset, sizeof offset);
    }

  return g_strdup (g_checksum_get_string (checksum));
}

static gsize
get_offset (AttuneExamples *self,
            guint           row)
{
  return g_array_index (self->offsets, gsize, row);
}

guint
attune_examples_get_length (AttuneExamples *self,
                            guint           row)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (row < self->counts.rows, 0);

  return (guint) (get_offset (self, row + 1) - get_offset (self, row));
}

guint
attune_examples_get_labels (AttuneExamples *self,
                            guint           row)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (row < self->counts.rows, 0);

  return g_array_index (self->labels, guint, row);
}

const gint32 *
attune_examples_get_tokens (AttuneExamples *self,
                            guint           row)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (row < self->counts.rows, NULL);

  return &g_array_index (self->tokens, gint32, get_offset (self, row));
}

const guint8 *
attune_examples_get_learnt (AttuneExamples *self,
                            guint           row)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (row < self->counts.rows, NULL);

  return self->learnt->data + get_offset (self, row);
}

static int
compare_lengths (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  AttuneExamples *self = user_data;
  guint32 first = *(const guint32 *) a;
  guint32 second = *(const guint32 *) b;
  guint first_length = attune_examples_get_length (self, first);
  guint second_length = attune_examples_get_length (self, second);

  if (first_length != second_length)
    return first_length > second_length ? -1 : 1;

  return first < second ? -1 : first > second;
}

guint32 *
attune_examples_sort_by_length (AttuneExamples *self)
{
  guint32 *order;

  g_return_val_if_fail (self != NULL, NULL);

  order = g_new (guint32, self->counts.rows);
  for (guint i = 0; i < self->counts.rows; i++)
    order[i] = i;
  g_sort_array (order, self->counts.rows, sizeof *order, compare_lengths, self);

  return order;
}

AttuneExampleBatch *
attune_example_batch_new (void)
{
  AttuneExampleBatch *self = g_new0 (AttuneExampleBatch, 1);

  self->tokens = g_array_new (FALSE, FALSE, sizeof (gint32));
  self->labels = g_array_new (FALSE, FALSE, sizeof (gint32));
  self->lengths = g_array_new (FALSE, FALSE, sizeof (guint));

  return self;
}

void
attune_example_batch_free (AttuneExampleBatch *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->tokens);
  g_array_unref (self->labels);
  g_array_unref (self->lengths);
  g_free (self);
}

void
attune_examples_fill (AttuneExamples     *self,
                      const guint32      *rows,
                      guint               n_rows,
                      AttuneExampleBatch *batch)
{
  guint length = 0;

  g_return_if_fail (self != NULL);
  g_return_if_fail (rows != NULL);
  g_return_if_fail (batch != NULL);

  for (guint r = 0; r < n_rows; r++)
    length = MAX (length, attune_examples_get_length (self, rows[r]));

  g_array_set_size (batch->tokens, n_rows * length);
  g_array_set_size (batch->labels, n_rows * length);
  g_array_set_size (batch->lengths, n_rows);
  batch->n_tokens = batch->n_labels = 0;
  for (guint r = 0; r < n_rows; r++)
    {
      const gint32 *tokens = attune_examples_get_tokens (self, rows[r]);
      const guint8 *learnt = attune_examples_get_learnt (self, rows[r]);
      guint own = attune_examples_get_length (self, rows[r]);
      gint32 *token_row = &g_array_index (batch->tokens, gint32, (gsize) r * length);
      gint32 *label_row = &g_array_index (batch->labels, gint32, (gsize) r * length);

      for (guint i = 0; i < length; i++)
        {
          token_row[i] = i < own ? tokens[i] : 0;
          label_row[i] = i < own && learnt[i] ? tokens[i] : -100;
        }
      g_array_index (batch->lengths, guint, r) = own;
      batch->n_tokens += own;
      batch->n_labels += attune_examples_get_labels (self, rows[r]);
    }

  batch->batch = (AttuneBatch) {
    .n_rows = n_rows,
    .length = length,
    .tokens = (const gint32 *) batch->tokens->data,
    .labels = (const gint32 *) batch->labels->data,
    .lengths = (const guint *) batch->lengths->data,
  };
}
