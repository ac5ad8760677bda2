/* attune-data-facts.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-data-facts.h"

#include <math.h>

#include "attune-dataset-reader.h"
#include "attune-error.h"
#include "attune-row-encoder.h"

/* As much is read while somebody waits; the rest is taken to be like it. */
#define READ_LIMIT     (24 * 1024 * 1024)
/* Rows between two looks at whether it is still wanted. */
#define CANCEL_ROWS    32

typedef struct {
  char     *path;
  char     *model_folder;
  guint     sequence_length;
  gboolean  train_on_inputs;
} FactsRequest;

void
attune_data_facts_free (AttuneDataFacts *self)
{
  g_free (self);
}

static void
facts_request_free (FactsRequest *request)
{
  g_free (request->path);
  g_free (request->model_folder);
  g_free (request);
}

static AttuneDataFacts *
count (const FactsRequest  *request,
       GCancellable        *cancellable,
       GError             **error)
{
  g_autoptr (AttuneDatasetReader) reader = attune_dataset_reader_new (request->path, error);
  g_autoptr (AttuneRowEncoder) encoder = NULL;
  AttuneDataFacts *facts;
  double low = 0, high = 0, learnt = 0, all = 0;
  double limit = request->sequence_length > 0 ? request->sequence_length : HUGE_VAL;
  gint64 rows = 0, truncated = 0, unlearnt = 0;
  double longest = 0;
  double scale = 1;
  gint64 done, total;

  if (reader == NULL)
    return NULL;
  encoder = attune_row_encoder_new (request->model_folder, request->train_on_inputs, error);
  if (encoder == NULL)
    return NULL;

  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (AttuneRow) row = attune_dataset_reader_next (reader, &local_error);
      AttuneRowSize size;
      double middle, kept;

      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (row == NULL)
        break;
      if (!attune_row_encoder_measure (encoder, row, request->sequence_length, &size, error))
        {
          g_prefix_error (error, "%s:%" G_GINT64_FORMAT ": ", request->path, row->line);
          return NULL;
        }

      middle = (size.tokens_low + size.tokens_high) / 2;
      kept = MIN (middle, limit);
      low += MIN (size.tokens_low, limit);
      high += MIN (size.tokens_high, limit);
      all += kept;
      learnt += size.learnt_kept;
      truncated += middle > limit;
      unlearnt += size.learnt_kept < 0.5;
      longest = MAX (longest, middle);
      rows++;

      if (rows % CANCEL_ROWS == 0)
        {
          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return NULL;
          attune_dataset_reader_get_progress (reader, &done, &total);
          if (done > READ_LIMIT && total > done)
            {
              scale = (double) total / (double) done;
              break;
            }
        }
    }

  facts = g_new0 (AttuneDataFacts, 1);
  facts->rows = (gint64) round ((double) rows * scale);
  facts->tokens_low = (gint64) round (low * scale);
  facts->tokens_high = (gint64) round (high * scale);
  facts->truncated = (gint64) round ((double) truncated * scale);
  facts->unlearnt = (gint64) round ((double) unlearnt * scale);
  facts->longest = (gint64) round (longest);
  facts->learnt = all > 0 ? CLAMP (learnt / all, 0, 1) : 0;
  facts->exact = attune_row_encoder_is_exact (encoder);
  facts->sampled = scale > 1;

  return facts;
}

static void
load_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  AttuneDataFacts *facts = count (task_data, cancellable, &error);

  if (facts != NULL)
    {
      g_task_return_pointer (task, facts, (GDestroyNotify) attune_data_facts_free);
      return;
    }
  attune_error_convert (&error);
  g_task_return_error (task, g_steal_pointer (&error));
}

void
attune_data_facts_load_async (const char          *path,
                              const char          *model_folder,
                              guint                sequence_length,
                              gboolean             train_on_inputs,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  FactsRequest *request;

  g_return_if_fail (path != NULL);

  request = g_new0 (FactsRequest, 1);
  request->path = g_strdup (path);
  request->model_folder = g_strdup (model_folder);
  request->sequence_length = sequence_length;
  request->train_on_inputs = train_on_inputs;
  g_task_set_source_tag (task, attune_data_facts_load_async);
  g_task_set_task_data (task, request, (GDestroyNotify) facts_request_free);
  g_task_run_in_thread (task, load_thread);
}

AttuneDataFacts *
attune_data_facts_load_finish (GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_data_facts_load_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
