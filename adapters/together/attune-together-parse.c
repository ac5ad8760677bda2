/* attune-together-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-together"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"

/* What Together answers. Members that are not known are left alone, and missing ones leave what is known: the server is newer or older
 * than any description of it. */

#define NANODOLLARS 1e9

/* The words of the description and of newer clients. */
static const struct {
  const char      *word;
  AttuneJobStatus  status;
} statuses[] = {
  { "pending", ATTUNE_JOB_STATUS_QUEUED },
  { "queued", ATTUNE_JOB_STATUS_QUEUED },
  { "running", ATTUNE_JOB_STATUS_RUNNING },
  { "compressing", ATTUNE_JOB_STATUS_RUNNING },
  { "uploading", ATTUNE_JOB_STATUS_RUNNING },
  { "cancel_requested", ATTUNE_JOB_STATUS_RUNNING },
  { "cancelled", ATTUNE_JOB_STATUS_CANCELLED },
  { "error", ATTUNE_JOB_STATUS_FAILED },
  { "user_error", ATTUNE_JOB_STATUS_FAILED },
  { "completed", ATTUNE_JOB_STATUS_SUCCEEDED },
};

int
attune_together_parse_status (const char *word)
{
  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (statuses); i++)
    if (g_ascii_strcasecmp (statuses[i].word, word) == 0)
      return (int) statuses[i].status;

  return -1;
}

double
attune_together_parse_price (JsonNode *job)
{
  double price = attune_http_json_peek_double (job, "total_price", 0);

  return price > 0 ? price / NANODOLLARS : NAN;
}

AttuneStatusUpdate *
attune_together_parse_job (JsonNode *job)
{
  g_autoptr (AttuneStatusUpdate) update = attune_status_update_new ();
  const char *word = attune_json_peek_string (job, "status", NULL);
  gint64 step = attune_http_json_peek_int (job, "steps_completed", -1);
  gint64 total = attune_http_json_peek_int (job, "total_steps", -1);
  gint64 epochs = attune_http_json_peek_int (job, "n_epochs", 0);
  gint64 epochs_done = attune_http_json_peek_int (job, "epochs_completed", -1);
  gint64 tokens = attune_http_json_peek_int (job, "token_count", 0);

  update->status = attune_together_parse_status (word);
  if (update->status < 0)
    g_debug ("Together says “%s”, a state that is not known", word != NULL ? word : "");

  if (total > 0 && step >= 0)
    {
      update->step = MIN (step, total);
      update->total_steps = total;
    }
  else if (epochs > 0 && epochs_done >= 0)
    {
      update->progress = CLAMP ((double) epochs_done / (double) epochs, 0, 1);
    }
  if (tokens > 0)
    update->trained_tokens = tokens;

  /* The time is that to the next state. Of a job that waits it is the wait, which nobody takes for the rest of the run. */
  if (update->status == (int) ATTUNE_JOB_STATUS_RUNNING && attune_json_peek_boolean (job, "progress.estimate_available", FALSE))
    {
      double seconds = attune_http_json_peek_double (job, "progress.seconds_remaining", NAN);

      if (seconds >= 0)
        update->time_remaining = seconds;
    }

  if (update->status == (int) ATTUNE_JOB_STATUS_SUCCEEDED)
    {
      const char *name = attune_json_peek_string (job, "model_output_name", NULL);

      if (name == NULL || *name == '\0')
        name = attune_json_peek_string (job, "adapter_output_name", NULL);
      if (name != NULL && *name != '\0')
        update->fine_tuned_model = g_strdup (name);
    }
  else if (update->status == (int) ATTUNE_JOB_STATUS_FAILED)
    {
      /* The events may know better. */
      g_set_error_literal (&update->error, ATTUNE_ERROR,
                           g_strcmp0 (word, "user_error") == 0 ? ATTUNE_ERROR_INVALID : ATTUNE_ERROR_FAILED,
                           _("The job failed at Together, which gives no reason. Its events may tell more."));
    }
  if (g_strcmp0 (word, "cancel_requested") == 0)
    update->poll_after = 5;

  return g_steal_pointer (&update);
}

/* "", null, "Info", "legacy_iwarning"… */
static const char *
parse_level (const char *level)
{
  g_autofree char *lower = g_ascii_strdown (level != NULL ? level : "", -1);

  if (g_str_has_suffix (lower, "error"))
    return "error";
  if (g_str_has_suffix (lower, "warning"))
    return "warning";

  return "info";
}

static gboolean
is_type (const char *type,
         const char *other)
{
  return type != NULL && g_ascii_strcasecmp (type, other) == 0;
}

static void
set_reason (AttuneStatusUpdate *update,
            const char         *type,
            const char         *message)
{
  AttuneError code = ATTUNE_ERROR_FAILED;

  if (is_type (type, "job_user_error"))
    code = ATTUNE_ERROR_INVALID;
  else if (is_type (type, "billing_limit"))
    code = ATTUNE_ERROR_PAYMENT_NEEDED;

  g_clear_error (&update->error);
  /* translators: %s is a sentence of the provider */
  update->error = g_error_new (ATTUNE_ERROR, (int) code, _("Together: %s"), message);
}

void
attune_together_parse_events (JsonNode           *answer,
                              AttuneStatusUpdate *update)
{
  JsonArray *array = attune_http_json_peek_array (answer, "data");
  guint length = array != NULL ? json_array_get_length (array) : 0;
  gint64 newest_step = G_MININT64;
  gint64 newest_reason = G_MININT64;

  update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  for (guint i = 0; i < length; i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      const char *message = attune_json_peek_string (item, "message", NULL);
      const char *type = attune_json_peek_string (item, "type", NULL);
      const char *page = attune_json_peek_string (item, "wandb_url", NULL);
      const char *level = parse_level (attune_json_peek_string (item, "level", NULL));
      gint64 time = attune_http_json_peek_time (item, "created_at");
      gint64 step = attune_http_json_peek_int (item, "step", -1);
      gint64 total = attune_http_json_peek_int (item, "total_steps", -1);
      g_autofree char *text = NULL;

      if (message == NULL || *message == '\0')
        message = type;
      if (message == NULL || *message == '\0')
        continue;

      if (is_type (type, "job_error") || is_type (type, "job_user_error"))
        level = "error";
      if (page != NULL && *page != '\0' && strstr (message, page) == NULL)
        text = g_strdup_printf ("%s %s", message, page);
      g_ptr_array_add (update->events, attune_event_new (time, level, text != NULL ? text : message, NULL));

      /* The order of the list is not promised. */
      if (step >= 0 && total > 0 && time >= newest_step)
        {
          newest_step = time;
          update->step = MIN (step, total);
          update->total_steps = total;
          update->progress = NAN;
        }
      if (update->status == (int) ATTUNE_JOB_STATUS_FAILED && g_str_equal (level, "error") && time >= newest_reason)
        {
          newest_reason = time;
          set_reason (update, type, message);
        }
    }
}

static int
compare_checkpoints (gconstpointer a,
                     gconstpointer b)
{
  const AttuneCheckpoint *first = *(const AttuneCheckpoint * const *) a;
  const AttuneCheckpoint *second = *(const AttuneCheckpoint * const *) b;

  return (first->step > second->step) - (first->step < second->step);
}

GPtrArray *
attune_together_parse_checkpoints (JsonNode   *answer,
                                   const char *provider_job_id)
{
  JsonArray *array = attune_http_json_peek_array (answer, "data");
  guint length = array != NULL ? json_array_get_length (array) : 0;
  g_autoptr (GPtrArray) checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);

  for (guint i = 0; i < length; i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      gint64 step = attune_http_json_peek_int (item, "step", -1);
      g_autofree char *type = g_ascii_strdown (attune_json_peek_string (item, "checkpoint_type", ""), -1);
      g_autofree char *id = NULL;

      /* What from_checkpoint takes: those on the way by their step, the final one by the job alone. */
      if (strstr (type, "intermediate") != NULL && step >= 0)
        id = g_strdup_printf ("%s:%" G_GINT64_FORMAT, provider_job_id, step);
      else
        id = g_strdup (provider_job_id);
      g_ptr_array_add (checkpoints,
                       attune_checkpoint_new (id, MAX (step, 0), attune_http_json_peek_time (item, "created_at"), NULL, NAN));
    }

  g_ptr_array_sort (checkpoints, compare_checkpoints);
  return g_steal_pointer (&checkpoints);
}

/* Names as they come with and without the phase before the slash. */
static const struct {
  const char   *name;
  AttuneMetric  metric;
} metric_names[] = {
  { "train/loss", ATTUNE_METRIC_LOSS },
  { "loss", ATTUNE_METRIC_LOSS },
  { "eval/loss", ATTUNE_METRIC_EVAL_LOSS },
  { "eval_loss", ATTUNE_METRIC_EVAL_LOSS },
  { "validation/loss", ATTUNE_METRIC_EVAL_LOSS },
  { "train/learning_rate", ATTUNE_METRIC_LEARNING_RATE },
  { "learning_rate", ATTUNE_METRIC_LEARNING_RATE },
  { "train/grad_norm", ATTUNE_METRIC_GRAD_NORM },
  { "grad_norm", ATTUNE_METRIC_GRAD_NORM },
  { "train/token_accuracy", ATTUNE_METRIC_TOKEN_ACCURACY },
  { "train/mean_token_accuracy", ATTUNE_METRIC_TOKEN_ACCURACY },
};

static JsonNode *
peek_first (JsonObject         *row,
            const char * const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      JsonNode *node = json_object_get_member (row, names[i]);

      if (node != NULL)
        return node;
    }

  return NULL;
}

static gboolean
parse_row (JsonObject        *row,
           AttuneMetricPoint *point)
{
  static const char * const step_names[] = { "train/global_step", "eval/global_step", "global_step", "step", NULL };
  static const char * const epoch_names[] = { "train/epoch", "eval/epoch", "epoch", NULL };
  JsonNode *step = peek_first (row, step_names);
  JsonNode *epoch = peek_first (row, epoch_names);
  double number;

  *point = (AttuneMetricPoint) { .epoch = NAN };
  if (step == NULL || !attune_json_node_to_double (step, &number) || !(number >= 0 && number < 0x1p53))
    return FALSE;
  point->step = (gint64) number;
  if (epoch != NULL && attune_json_node_to_double (epoch, &number))
    point->epoch = number;

  for (guint i = 0; i < G_N_ELEMENTS (metric_names); i++)
    {
      JsonNode *node = json_object_get_member (row, metric_names[i].name);
      guint32 bit = 1u << metric_names[i].metric;

      if (node == NULL || (point->set & bit) != 0)
        continue;
      /* A loss that ran away arrives as NaN, which the reader made null. */
      if (JSON_NODE_HOLDS_NULL (node))
        number = NAN;
      else if (!attune_json_node_to_double (node, &number))
        continue;
      point->set |= bit;
      point->values[metric_names[i].metric] = number;
    }

  return point->set != 0;
}

GArray *
attune_together_parse_metrics (JsonNode *answer)
{
  JsonArray *array = attune_http_json_peek_array (answer, "metrics");
  guint length = array != NULL ? json_array_get_length (array) : 0;
  g_autoptr (GArray) points = g_array_sized_new (FALSE, FALSE, sizeof (AttuneMetricPoint), length);

  for (guint i = 0; i < length; i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      AttuneMetricPoint point;

      if (JSON_NODE_HOLDS_OBJECT (item) && parse_row (json_node_get_object (item), &point))
        g_array_append_val (points, point);
    }

  return g_steal_pointer (&points);
}

AttuneEstimate *
attune_together_parse_estimate (JsonNode  *answer,
                                GError   **error)
{
  static const struct {
    const char *word;
    const char *sentence;
  } reasons[] = {
    { "multimodal_dataset", N_("Together gives no estimate for data with pictures.") },
    { "train_file_not_validated", N_("Together is still checking the training data. Ask again in a minute.") },
    { "eval_file_not_validated", N_("Together is still checking the validation data. Ask again in a minute.") },
    { "train_file_invalid", N_("Together cannot read the training data. Check it and upload it again.") },
    { "eval_file_invalid", N_("Together cannot read the validation data. Check it and upload it again.") },
  };
  g_autoptr (AttuneEstimate) estimate = attune_estimate_new ();
  const char *word = attune_json_peek_string (answer, "unavailable_reason", "");
  double price = attune_http_json_peek_double (answer, "estimated_total_price", NAN);
  double limit = attune_http_json_peek_double (answer, "user_limit", NAN);
  gint64 tokens = attune_http_json_peek_int (answer, "estimated_train_token_count", -1);

  if (!attune_json_peek_boolean (answer, "estimation_available", TRUE) || !(price >= 0))
    {
      for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
        if (g_str_equal (reasons[i].word, word))
          {
            g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _(reasons[i].sentence));
            return NULL;
          }
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   /* translators: %s is the provider's own word for the reason, or empty */
                   _("Together gives no estimate for this job. %s"), word);
      return NULL;
    }

  estimate->cost_low = estimate->cost_high = price;
  estimate->tokens = tokens;
  if (!attune_json_peek_boolean (answer, "allowed_to_proceed", TRUE) && limit >= 0)
    estimate->source = g_strdup_printf (_("Together’s price for this data; your limit there is $%.2f, so it would refuse the job"), limit);
  else
    estimate->source = g_strdup (_("Together’s price for this data"));

  return g_steal_pointer (&estimate);
}

const char *
attune_together_find_marked (JsonNode   *answer,
                             const char *job_id)
{
  JsonArray *array = attune_http_json_peek_array (answer, "data");
  guint length = array != NULL ? json_array_get_length (array) : 0;
  g_autofree char *mark = attune_together_dup_mark (job_id);
  g_autofree char *ending = g_strconcat ("-", mark, NULL);
  g_autofree char *middle = g_strconcat ("-", mark, "-", NULL);

  for (guint i = 0; i < length; i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      const char *id = attune_json_peek_string (item, "id", NULL);
      const char *suffix = attune_json_peek_string (item, "suffix", "");
      const char *output = attune_json_peek_string (item, "model_output_name", "");

      /* Older servers do not repeat the suffix; the name of the output is made of it, with an ending of the server's own. */
      if (id != NULL && (g_str_has_suffix (suffix, ending) || g_str_has_suffix (output, ending) || strstr (output, middle) != NULL))
        return id;
    }

  return NULL;
}

AttuneTogetherFileState
attune_together_parse_file (JsonNode  *file,
                            char     **reason)
{
  const char *status = attune_json_peek_string (file, "processing_status", NULL);
  const char *words = attune_json_peek_string (file, "validation_report.error", NULL);
  gboolean refused = status != NULL
                     && (g_ascii_strcasecmp (status, "FAILED") == 0 || g_ascii_strcasecmp (status, "INVALID_FORMAT") == 0);

  /* A report may come before the state follows it. */
  if (refused || !attune_json_peek_boolean (file, "validation_report.valid", TRUE))
    {
      if (reason != NULL)
        *reason = g_strdup (words != NULL && *words != '\0' ? words : _("it gives no reason"));
      return ATTUNE_TOGETHER_FILE_REFUSED;
    }

  if (status != NULL)
    return g_ascii_strcasecmp (status, "COMPLETED") == 0 ? ATTUNE_TOGETHER_FILE_READY : ATTUNE_TOGETHER_FILE_PROCESSING;

  return attune_json_peek_boolean (file, "Processed", TRUE) ? ATTUNE_TOGETHER_FILE_READY : ATTUNE_TOGETHER_FILE_PROCESSING;
}
