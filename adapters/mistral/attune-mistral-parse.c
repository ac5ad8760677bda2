/* attune-mistral-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-mistral"

#include "attune-mistral-private.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"

gint64
attune_mistral_get_provider_time (AttuneHttpReply *reply)
{
  const char *header = attune_http_reply_get_header (reply, "Date");
  g_autoptr (GDateTime) date = header != NULL ? soup_date_time_new_from_http_string (header) : NULL;

  return date != NULL ? g_date_time_to_unix (date) * G_USEC_PER_SEC : g_get_real_time ();
}

GError *
attune_mistral_judge (GError *error)
{
  GError *judged;

  if (!g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND) && !g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN))
    return error;

  judged = g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN,
                        /* translators: what the server says */
                        _("Mistral has no fine-tuning jobs at this address any more: it withdrew them in July 2026 (%s). "
                          "The settings and data stay here: make a new job from them with another provider."),
                        error->message);
  g_error_free (error);

  return judged;
}

int
attune_mistral_map_status (const char *status,
                           gboolean    auto_start)
{
  static const struct {
    const char      *word;
    AttuneJobStatus  status;
  } words[] = {
    { "VALIDATING", ATTUNE_JOB_STATUS_VALIDATING_FILES },
    { "QUEUED", ATTUNE_JOB_STATUS_QUEUED },
    { "VALIDATED", ATTUNE_JOB_STATUS_QUEUED },
    { "STARTED", ATTUNE_JOB_STATUS_RUNNING },
    { "RUNNING", ATTUNE_JOB_STATUS_RUNNING },
    { "CANCELLATION_REQUESTED", ATTUNE_JOB_STATUS_RUNNING },
    { "SUCCESS", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "FAILED", ATTUNE_JOB_STATUS_FAILED },
    { "FAILED_VALIDATION", ATTUNE_JOB_STATUS_FAILED },
    { "CANCELLED", ATTUNE_JOB_STATUS_CANCELLED },
  };

  /* It waits for somebody to start it, which is what people call paused. */
  if (!auto_start && status != NULL && g_ascii_strcasecmp (status, "VALIDATED") == 0)
    return ATTUNE_JOB_STATUS_PAUSED;

  for (guint i = 0; status != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i].word, status) == 0)
      return (int) words[i].status;

  return -1;
}

/* What an event says beside its name; NULL for nothing. */
static const char *
peek_event_text (JsonNode *event)
{
  static const char * const paths[] = { "data.error", "data.message", "data.status", "data.detail", NULL };

  for (guint i = 0; paths[i] != NULL; i++)
    {
      const char *text = attune_json_peek_string (event, paths[i], NULL);

      if (text != NULL && *text != '\0')
        return text;
    }

  return NULL;
}

static gboolean
is_error_event (JsonNode *event)
{
  g_autofree char *name = g_ascii_strdown (attune_json_peek_string (event, "name", ""), -1);
  g_autofree char *status = g_ascii_strdown (attune_json_peek_string (event, "data.status", ""), -1);

  return attune_json_peek_string (event, "data.error", NULL) != NULL || strstr (name, "error") != NULL || strstr (name, "fail") != NULL
         || strstr (status, "fail") != NULL;
}

static int
compare_events (gconstpointer a,
                gconstpointer b)
{
  const AttuneEvent *left = *(const AttuneEvent * const *) a;
  const AttuneEvent *right = *(const AttuneEvent * const *) b;

  return left->time < right->time ? -1 : left->time > right->time;
}

/* Also when it began to run, in microseconds, 0 where that is not told, and what went wrong. */
static void
parse_events (JsonNode            *job,
              AttuneStatusUpdate  *update,
              gint64              *started_at,
              char               **problem)
{
  JsonArray *list = attune_http_json_peek_array (job, "events");
  gint64 problem_time = G_MININT64;

  if (list == NULL)
    return;

  update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *event = json_array_get_element (list, i);
      const char *name = attune_json_peek_string (event, "name", NULL);
      const char *text = peek_event_text (event);
      gint64 time = attune_http_json_peek_time (event, "created_at");
      gboolean is_error = is_error_event (event);
      g_autofree char *message = NULL;

      if (name == NULL)
        continue;
      if (g_ascii_strcasecmp (attune_json_peek_string (event, "data.status", ""), "RUNNING") == 0)
        *started_at = time;
      if (is_error && time >= problem_time)
        {
          problem_time = time;
          g_set_str (problem, text != NULL ? text : name);
        }

      /* translators: the name of an event, and what it says */
      message = text != NULL ? g_strdup_printf (_("%s: %s"), name, text) : g_strdup (name);
      g_ptr_array_add (update->events, attune_event_new (time, is_error ? "error" : "info", message, NULL));
    }
  g_ptr_array_sort (update->events, compare_events);
}

static int
compare_checkpoints (gconstpointer a,
                     gconstpointer b)
{
  const AttuneCheckpoint *left = *(const AttuneCheckpoint * const *) a;
  const AttuneCheckpoint *right = *(const AttuneCheckpoint * const *) b;

  return left->step < right->step ? -1 : left->step > right->step;
}

static int
compare_points (gconstpointer a,
                gconstpointer b)
{
  const AttuneMetricPoint *left = a;
  const AttuneMetricPoint *right = b;

  return left->step < right->step ? -1 : left->step > right->step;
}

/* The measurements are those of the checkpoints. */
static void
parse_checkpoints (JsonNode           *job,
                   AttuneStatusUpdate *update)
{
  JsonArray *list = attune_http_json_peek_array (job, "checkpoints");

  if (list == NULL)
    return;

  update->checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
  update->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonNode *checkpoint = json_array_get_element (list, i);
      AttuneMetricPoint point = { .epoch = NAN };
      double loss = attune_http_json_peek_double (checkpoint, "metrics.train_loss", NAN);
      double eval_loss = attune_http_json_peek_double (checkpoint, "metrics.valid_loss", NAN);
      g_autofree char *id = NULL;

      point.step = attune_http_json_peek_int (checkpoint, "step_number", -1);
      point.time = attune_http_json_peek_time (checkpoint, "created_at");
      if (point.step < 0)
        continue;

      id = g_strdup_printf ("step-%" G_GINT64_FORMAT, point.step);
      g_ptr_array_add (update->checkpoints, attune_checkpoint_new (id, point.step, point.time, NULL, eval_loss));
      update->step = MAX (update->step, point.step);

      if (isfinite (loss))
        {
          point.set |= 1u << ATTUNE_METRIC_LOSS;
          point.values[ATTUNE_METRIC_LOSS] = loss;
        }
      if (isfinite (eval_loss))
        {
          point.set |= 1u << ATTUNE_METRIC_EVAL_LOSS;
          point.values[ATTUNE_METRIC_EVAL_LOSS] = eval_loss;
        }
      if (point.set != 0 && point.step > 0)
        g_array_append_val (update->metrics, point);
    }
  g_ptr_array_sort (update->checkpoints, compare_checkpoints);
  g_array_sort (update->metrics, compare_points);
}

/* By the speed between the first and the last checkpoint, else by what was predicted when the job was made. */
static double
predict_rest (AttuneStatusUpdate *update,
              JsonNode           *job,
              gint64              started_at,
              gint64              now)
{
  double expected = attune_http_json_peek_double (job, "metadata.expected_duration_seconds", NAN);

  if (update->metrics != NULL && update->metrics->len > 1 && update->total_steps > 0)
    {
      const AttuneMetricPoint *first = &g_array_index (update->metrics, AttuneMetricPoint, 0);
      const AttuneMetricPoint *last = &g_array_index (update->metrics, AttuneMetricPoint, update->metrics->len - 1);

      if (last->step > first->step && last->time > first->time && update->total_steps >= last->step)
        return (double) (last->time - first->time) / G_USEC_PER_SEC / (double) (last->step - first->step)
               * (double) (update->total_steps - last->step);
    }

  if (isfinite (expected) && started_at > 0)
    return MAX (0, expected - (double) (now - started_at) / G_USEC_PER_SEC);

  return NAN;
}

AttuneStatusUpdate *
attune_mistral_parse_job (JsonNode *job,
                          gint64    now)
{
  g_autoptr (AttuneStatusUpdate) update = attune_status_update_new ();
  const char *word = attune_json_peek_string (job, "status", NULL);
  g_autofree char *problem = NULL;
  gint64 started_at = 0;

  update->status = attune_mistral_map_status (word, attune_json_peek_boolean (job, "auto_start", TRUE));
  if (update->status < 0)
    g_message ("Mistral says that a job is “%s”, a word that is not known here: its last state is kept", word != NULL ? word : "");

  update->fine_tuned_model = g_strdup (attune_json_peek_string (job, "fine_tuned_model", NULL));
  update->trained_tokens = attune_http_json_peek_int (job, "trained_tokens", -1);
  update->total_steps = attune_http_json_peek_int (job, "hyperparameters.training_steps", -1);
  if (update->total_steps <= 0)
    update->total_steps = -1;
  parse_events (job, update, &started_at, &problem);
  parse_checkpoints (job, update);

  if (update->step >= 0 && update->total_steps > 0)
    update->progress = CLAMP ((double) update->step / (double) update->total_steps, 0, 1);
  if (update->status == ATTUNE_JOB_STATUS_RUNNING)
    update->time_remaining = predict_rest (update, job, started_at, now);

  if (update->status == ATTUNE_JOB_STATUS_FAILED)
    {
      gboolean is_data = g_ascii_strcasecmp (word, "FAILED_VALIDATION") == 0;

      if (problem != NULL)
        update->error = g_error_new_literal (ATTUNE_ERROR, is_data ? ATTUNE_ERROR_INVALID : ATTUNE_ERROR_FAILED, problem);
      else if (is_data)
        update->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("Mistral refused the data and does not say why. Check it with “attunectl dataset-check”."));
      else
        update->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("Mistral says only that the job failed."));
    }

  return g_steal_pointer (&update);
}

double
attune_mistral_parse_cost (JsonNode *metadata)
{
  const char *currency = metadata != NULL ? attune_json_peek_string (metadata, "cost_currency", NULL) : NULL;

  /* Jobs are counted in dollars here, and no exchange rate is known. */
  if (g_strcmp0 (currency, "USD") != 0)
    return NAN;

  return attune_http_json_peek_double (metadata, "cost", NAN);
}

AttuneEstimate *
attune_mistral_parse_estimate (JsonNode *answer)
{
  AttuneEstimate *estimate = attune_estimate_new ();
  const char *currency = attune_json_peek_string (answer, "cost_currency", NULL);
  double cost = attune_http_json_peek_double (answer, "cost", NAN);

  estimate->cost_low = estimate->cost_high = attune_mistral_parse_cost (answer);
  estimate->seconds_low = estimate->seconds_high = attune_http_json_peek_double (answer, "expected_duration_seconds", NAN);
  estimate->steps = attune_http_json_peek_int (answer, "training_steps", -1);
  estimate->tokens = attune_http_json_peek_int (answer, "train_tokens", -1);
  if (isfinite (cost) && currency != NULL && !isfinite (estimate->cost_low))
    {
      g_autofree char *shown = attune_json_format_double (cost);

      /* translators: a number and a currency, such as 10 EUR */
      estimate->source = g_strdup_printf (_("Mistral’s dry run, which names a price of %s %s"), shown, currency);
    }
  else
    {
      estimate->source = g_strdup (_("Mistral’s dry run"));
    }

  return estimate;
}

JsonNode *
attune_mistral_build_capabilities (JsonNode  *list,
                                   GDateTime *now)
{
  JsonArray *data = attune_http_json_peek_array (list, "data");
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
  JsonArray *models;
  JsonNode *root;

  if (data == NULL)
    return NULL;

  models = json_array_new ();
  for (guint i = 0; i < json_array_get_length (data); i++)
    {
      JsonNode *card = json_array_get_element (data, i);
      const char *id = attune_json_peek_string (card, "id", NULL);
      const char *name = attune_json_peek_string (card, "name", NULL);
      const char *deprecation = attune_json_peek_string (card, "deprecation", NULL);
      const char *replacement = attune_json_peek_string (card, "deprecation_replacement_model", NULL);
      gint64 length = attune_http_json_peek_int (card, "max_context_length", 0);
      JsonObject *model;

      if (id == NULL || !attune_json_peek_boolean (card, "capabilities.fine_tuning", FALSE) || attune_json_peek_boolean (card, "archived", FALSE))
        continue;

      model = json_object_new ();
      json_object_set_string_member (model, "id", id);
      json_object_set_string_member (model, "title", name != NULL ? name : id);
      if (length > 0 && length <= G_MAXUINT32)
        json_object_set_int_member (model, "contextLength", length);
      if (deprecation != NULL && strlen (deprecation) >= 10)
        {
          g_autofree char *day = g_strndup (deprecation, 10);
          g_autofree char *notes = NULL;

          if (replacement != NULL)
            notes = g_strdup_printf (strcmp (day, today) <= 0 ? _("Given up on %s, replaced by %s") : _("Given up on %s, to be replaced by %s"),
                                     day, replacement);
          else
            notes = g_strdup_printf (_("Given up on %s"), day);
          json_object_set_string_member (model, "shutdownDate", day);
          json_object_set_string_member (model, "notes", notes);
        }
      json_array_add_object_element (models, model);
    }

  root = attune_http_json_new_object ();
  if (json_array_get_length (models) > 0)
    json_object_set_array_member (json_node_get_object (root), "models", models);
  else
    json_array_unref (models);

  return root;
}

static gboolean
holds_text (JsonNode   *root,
            const char *path,
            const char *wanted)
{
  JsonArray *list = attune_http_json_peek_array (root, path);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (g_strcmp0 (attune_json_node_peek_string (json_array_get_element (list, i)), wanted) == 0)
      return TRUE;

  return FALSE;
}

const char *
attune_mistral_find_in_page (JsonNode                  *page,
                             const AttuneMistralSearch *search,
                             gint64                    *created_at)
{
  JsonArray *list = attune_http_json_peek_array (page, "data");
  const char *found = NULL;
  gint64 found_at = 0;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *job = json_array_get_element (list, i);
      const char *id = attune_json_peek_string (job, "id", NULL);
      gint64 time = attune_http_json_peek_time (job, "created_at");

      if (id == NULL || g_strcmp0 (attune_json_peek_string (job, "suffix", NULL), search->suffix) != 0 || time < search->created_after
          || (search->training_file != NULL && !holds_text (job, "training_files", search->training_file)))
        continue;
      if (found == NULL || time < found_at)
        {
          found = id;
          found_at = time;
        }
    }

  if (found != NULL && created_at != NULL)
    *created_at = found_at;

  return found;
}
