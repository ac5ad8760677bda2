/* attune-dataset-check.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-reader.h"

#include <glib/gi18n-lib.h>

#include "attune-chat-template.h"
#include "attune-dataset-reader-private.h"
#include "attune-error.h"

typedef struct {
  AttuneTokenizer    *tokenizer;
  AttuneChatTemplate *template;
  guint               sequence_length;
  GArray             *ids;
  GByteArray         *answer;
} Counter;

static void
counter_clear (Counter *counter)
{
  g_clear_pointer (&counter->template, attune_chat_template_free);
  g_clear_pointer (&counter->tokenizer, attune_tokenizer_free);
  g_clear_pointer (&counter->ids, g_array_unref);
  g_clear_pointer (&counter->answer, g_byte_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Counter, counter_clear)

/* A plain text needs no chat template, and many base models have none. */
static gboolean
load_template (Counter          *counter,
               const char       *folder,
               const AttuneRow  *row,
               GError          **error)
{
  if (counter->template != NULL || attune_row_is_text (row))
    return TRUE;

  counter->template = attune_chat_template_load (folder, counter->tokenizer, error);
  return counter->template != NULL;
}

static gboolean
count_row (Counter              *counter,
           const AttuneRow      *row,
           AttuneDatasetReport  *report,
           GError              **error)
{
  g_array_set_size (counter->ids, 0);
  g_byte_array_set_size (counter->answer, 0);

  if (attune_row_is_text (row))
    {
      guint n_before;

      attune_tokenizer_encode_document (counter->tokenizer, g_array_index (row->messages, AttuneMessage, 0).content, -1,
                                        counter->ids, &n_before);
      report->trained_tokens += counter->ids->len - n_before;
    }
  else
    {
      if (!attune_chat_template_try_render (counter->template, row, FALSE, counter->ids, counter->answer, error))
        return FALSE;
      for (guint i = 0; i < counter->answer->len; i++)
        report->trained_tokens += counter->answer->data[i];
    }

  report->tokens += counter->ids->len;
  report->longest = MAX (report->longest, counter->ids->len);
  if (counter->sequence_length > 0 && counter->ids->len > counter->sequence_length)
    report->too_long++;

  return TRUE;
}

AttuneDatasetReport *
attune_dataset_check (const char    *path,
                      const char    *model_folder,
                      guint          sequence_length,
                      GCancellable  *cancellable,
                      GError       **error)
{
  g_autoptr (AttuneDatasetReport) report = NULL;
  g_autoptr (AttuneDatasetReader) reader = NULL;
  g_autoptr (GError) local_error = NULL;
  g_auto (Counter) counter = { .sequence_length = sequence_length };

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  reader = attune_dataset_reader_new_full (path, TRUE, 0, error);
  if (reader == NULL)
    return NULL;

  report = g_new0 (AttuneDatasetReport, 1);
  if (model_folder != NULL)
    {
      counter.tokenizer = attune_tokenizer_load (model_folder, error);
      if (counter.tokenizer == NULL)
        return NULL;
      counter.ids = g_array_new (FALSE, FALSE, sizeof (gint32));
      counter.answer = g_byte_array_new ();
    }
  else
    {
      report->tokens = -1;
      report->trained_tokens = -1;
    }

  for (;;)
    {
      g_autoptr (AttuneRow) row = NULL;

      if (g_cancellable_is_cancelled (cancellable))
        {
          g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, _("The check was cancelled"));
          return NULL;
        }

      row = attune_dataset_reader_next (reader, &local_error);
      if (row == NULL)
        break;
      report->rows++;
      if (counter.tokenizer == NULL)
        continue;
      if (!load_template (&counter, model_folder, row, error))
        return NULL;
      if (!count_row (&counter, row, report, &local_error))
        {
          attune_dataset_reader_add_problem (reader, row->line, local_error->message);
          g_clear_error (&local_error);
          report->rows--;
        }
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  report->n_problems = attune_dataset_reader_get_n_problems (reader);
  report->n_left_out = attune_dataset_reader_get_n_left_out (reader);
  if (report->rows == 0 && report->n_left_out == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” is empty; a training file has one JSON object on each line"), path);
      return NULL;
    }

  report->format = g_strdup (attune_dataset_reader_get_format (reader));
  attune_dataset_reader_get_progress (reader, &report->size, NULL);
  report->sha256 = g_strdup (attune_dataset_reader_get_checksum (reader));
  report->problems = g_array_ref (attune_dataset_reader_get_problems (reader));

  return g_steal_pointer (&report);
}

void
attune_dataset_report_free (AttuneDatasetReport *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->format, g_free);
  g_clear_pointer (&self->sha256, g_free);
  g_clear_pointer (&self->problems, g_array_unref);
  g_free (self);
}
