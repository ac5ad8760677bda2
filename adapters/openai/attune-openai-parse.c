/* attune-openai-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-openai"

#include "attune-openai-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-error.h"
#include "attune-http-json.h"

int
attune_openai_map_status (const char *status)
{
  static const struct {
    const char      *word;
    AttuneJobStatus  status;
  } words[] = {
    { "validating_files", ATTUNE_JOB_STATUS_VALIDATING_FILES },
    { "queued", ATTUNE_JOB_STATUS_QUEUED },
    { "running", ATTUNE_JOB_STATUS_RUNNING },
    { "paused", ATTUNE_JOB_STATUS_PAUSED },
    { "succeeded", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "failed", ATTUNE_JOB_STATUS_FAILED },
    { "cancelled", ATTUNE_JOB_STATUS_CANCELLED },
  };

  for (guint i = 0; status != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i].word, status) == 0)
      return (int) words[i].status;

  return -1;
}

GError *
attune_openai_parse_error (JsonNode *job)
{
  const char *message = attune_json_peek_string (job, "error.message", NULL);
  const char *code = attune_json_peek_string (job, "error.code", NULL);
  const char *parameter = attune_json_peek_string (job, "error.param", NULL);
  AttuneError meaning = ATTUNE_ERROR_FAILED;

  /* Some answers have an error whose members are all null. */
  if (message == NULL && code == NULL)
    return NULL;

  if (code != NULL && (strstr (code, "quota") != NULL || strstr (code, "billing") != NULL || strstr (code, "balance") != NULL))
    meaning = ATTUNE_ERROR_PAYMENT_NEEDED;
  else if (code != NULL && strstr (code, "server_error") != NULL)
    meaning = ATTUNE_ERROR_SERVER_FAULT;
  else if (parameter != NULL || (code != NULL && g_str_has_prefix (code, "invalid")))
    meaning = ATTUNE_ERROR_INVALID;

  if (message == NULL)
    return g_error_new (ATTUNE_ERROR, (int) meaning, _("OpenAI ended the job with the word “%s”"), code);
  if (parameter != NULL)
    return g_error_new (ATTUNE_ERROR, (int) meaning, "%s: %s", parameter, message);

  return g_error_new_literal (ATTUNE_ERROR, (int) meaning, message);
}

AttuneStatusUpdate *
attune_openai_parse_job (JsonNode *job,
                         gint64    now)
{
  g_autoptr (AttuneStatusUpdate) update = attune_status_update_new ();
  const char *word = attune_json_peek_string (job, "status", NULL);
  gint64 finish = attune_http_json_peek_time (job, "estimated_finish");

  update->status = attune_openai_map_status (word);
  if (update->status < 0)
    g_message ("OpenAI says that a job is “%s”, a word that is not known here: its last state is kept", word != NULL ? word : "");

  update->trained_tokens = attune_http_json_peek_int (job, "trained_tokens", -1);
  update->fine_tuned_model = g_strdup (attune_json_peek_string (job, "fine_tuned_model", NULL));
  if (finish > now && (update->status == ATTUNE_JOB_STATUS_RUNNING || update->status == ATTUNE_JOB_STATUS_QUEUED))
    update->time_remaining = (double) (finish - now) / G_USEC_PER_SEC;

  if (update->status == ATTUNE_JOB_STATUS_FAILED)
    {
      update->error = attune_openai_parse_error (job);
      if (update->error == NULL)
        update->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_FAILED,
                                             _("OpenAI says only that the job failed. Its events may tell more."));
    }

  return g_steal_pointer (&update);
}

static void
set_metric (AttuneMetricPoint *point,
            AttuneMetric       metric,
            double             value)
{
  point->set |= 1u << metric;
  point->values[metric] = value;
}

/* TRUE where @data holds a measurement. */
static gboolean
parse_measurement (JsonNode          *data,
                   gint64             time,
                   AttuneMetricPoint *point)
{
  static const struct {
    const char   *name;
    AttuneMetric  metric;
  } names[] = {
    { "train_loss", ATTUNE_METRIC_LOSS },
    { "train_mean_token_accuracy", ATTUNE_METRIC_TOKEN_ACCURACY },
    /* Over one batch at every measurement, over all of the data at the end of each epoch. */
    { "valid_loss", ATTUNE_METRIC_EVAL_LOSS },
    { "full_valid_loss", ATTUNE_METRIC_EVAL_LOSS },
  };

  *point = (AttuneMetricPoint) { .step = attune_http_json_peek_int (data, "step", -1), .epoch = NAN, .time = time };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      double value = attune_http_json_peek_double (data, names[i].name, NAN);

      if (isfinite (value) && (point->set & (1u << names[i].metric)) == 0)
        set_metric (point, names[i].metric, value);
    }

  return point->step > 0 && point->set != 0;
}

static const char *
map_level (const char *level)
{
  if (level != NULL && g_ascii_strncasecmp (level, "warn", 4) == 0)
    return "warning";
  if (level != NULL && g_ascii_strcasecmp (level, "error") == 0)
    return "error";

  return "info";
}

gboolean
attune_openai_parse_events (JsonNode           *page,
                            const char         *known,
                            AttuneStatusUpdate *update)
{
  JsonArray *list = attune_http_json_peek_array (page, "data");
  guint n_events = list != NULL ? json_array_get_length (list) : 0;

  if (update->events == NULL)
    update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  if (update->metrics == NULL)
    update->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));

  for (guint i = 0; i < n_events; i++)
    {
      JsonNode *event = json_array_get_element (list, i);
      const char *id = attune_json_peek_string (event, "id", NULL);
      const char *message = attune_json_peek_string (event, "message", NULL);
      gint64 time = attune_http_json_peek_time (event, "created_at");
      JsonNode *data = attune_json_lookup (event, "data");
      AttuneMetricPoint point;

      if (id != NULL && g_strcmp0 (id, known) == 0)
        return TRUE;

      if (g_strcmp0 (attune_json_peek_string (event, "type", NULL), "metrics") == 0)
        {
          gint64 step = data != NULL ? attune_http_json_peek_int (data, "step", -1) : -1;
          gint64 total_steps = data != NULL ? attune_http_json_peek_int (data, "total_steps", -1) : -1;

          update->step = MAX (update->step, step);
          update->total_steps = MAX (update->total_steps, total_steps);
          if (data != NULL && parse_measurement (data, time, &point))
            {
              g_array_append_val (update->metrics, point);
              continue;
            }
        }

      if (message != NULL)
        g_ptr_array_add (update->events, attune_event_new (time, map_level (attune_json_peek_string (event, "level", NULL)), message, id));
    }

  return FALSE;
}

void
attune_openai_parse_checkpoints (JsonNode  *page,
                                 GPtrArray *checkpoints)
{
  JsonArray *list = attune_http_json_peek_array (page, "data");

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      /* The name under which the checkpoint answers questions is worth more to a person than its id. */
      const char *id = attune_json_peek_string (node, "fine_tuned_model_checkpoint", attune_json_peek_string (node, "id", NULL));
      double eval_loss = attune_http_json_peek_double (node, "metrics.full_valid_loss",
                                                       attune_http_json_peek_double (node, "metrics.valid_loss", NAN));

      if (id != NULL)
        g_ptr_array_add (checkpoints,
                         attune_checkpoint_new (id, attune_http_json_peek_int (node, "step_number", 0),
                                                attune_http_json_peek_time (node, "created_at"), NULL, eval_loss));
    }
}

/* The text of the result file, which has come as base64 as well. (transfer full) */
static char *
dup_results_text (const char *data,
                  gsize       length)
{
  const char *newline = memchr (data, '\n', length);
  gsize first = newline != NULL ? (gsize) (newline - data) : length;
  g_autofree char *text = g_strndup (data, length);
  g_autofree guchar *decoded = NULL;
  gsize decoded_length = 0;

  if (memchr (data, ',', first) != NULL)
    return g_steal_pointer (&text);

  if (strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n") != length)
    return NULL;
  decoded = g_base64_decode (text, &decoded_length);

  return g_strndup ((const char *) decoded, decoded_length);
}

#define N_COLUMNS 16

GArray *
attune_openai_parse_results (const char  *data,
                             gsize        length,
                             gint64       time,
                             GError     **error)
{
  static const struct {
    const char   *name;
    AttuneMetric  metric;
  } names[] = {
    { "train_loss", ATTUNE_METRIC_LOSS },
    { "train_accuracy", ATTUNE_METRIC_TOKEN_ACCURACY },
    { "train_mean_token_accuracy", ATTUNE_METRIC_TOKEN_ACCURACY },
    { "valid_loss", ATTUNE_METRIC_EVAL_LOSS },
    { "full_valid_loss", ATTUNE_METRIC_EVAL_LOSS },
  };
  g_autofree char *text = dup_results_text (data, length);
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) header = NULL;
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  int metrics[N_COLUMNS];
  int step_column = -1;

  lines = text != NULL ? g_strsplit (text, "\n", -1) : NULL;
  header = lines != NULL && lines[0] != NULL ? g_strsplit (lines[0], ",", N_COLUMNS) : NULL;
  for (int i = 0; i < N_COLUMNS; i++)
    metrics[i] = -1;
  for (int i = 0; header != NULL && header[i] != NULL && i < N_COLUMNS; i++)
    {
      g_strstrip (header[i]);
      if (g_str_equal (header[i], "step"))
        step_column = i;
      for (guint j = 0; j < G_N_ELEMENTS (names); j++)
        if (g_str_equal (header[i], names[j].name))
          metrics[i] = (int) names[j].metric;
    }

  if (step_column < 0)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("The result file of OpenAI has no column “step”"));
      return NULL;
    }

  for (guint l = 1; lines[l] != NULL; l++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[l], ",", N_COLUMNS);
      AttuneMetricPoint point = { .epoch = NAN, .time = time };
      double step = 0;

      for (int i = 0; cells[i] != NULL && i < N_COLUMNS; i++)
        {
          char *end;
          double value;

          g_strstrip (cells[i]);
          value = g_ascii_strtod (cells[i], &end);
          if (end == cells[i] || *end != '\0')
            continue;
          if (i == step_column)
            step = value;
          else if (metrics[i] >= 0 && (point.set & (1u << metrics[i])) == 0)
            set_metric (&point, (AttuneMetric) metrics[i], value);
        }

      if (step >= 1 && step < 0x1p53 && point.set != 0)
        {
          point.step = (gint64) step;
          g_array_append_val (points, point);
        }
    }

  return g_steal_pointer (&points);
}

static gboolean
says (const char *text,
      const char *word)
{
  g_autofree char *folded = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  return folded != NULL && strstr (folded, word) != NULL;
}

/* How OpenAI words the refusal of an organisation that may not tune is not documented: a 403 is one, unless it is about the key. */
static gboolean
is_closed (guint       status,
           const char *words,
           const char *parameter)
{
  if (status == 403)
    return !says (words, "scope") && !says (words, "insufficient permission") && !says (words, "country") && !says (words, "region");

  return status >= 400 && status < 500 && status != 401 && status != 402 && status != 429 && parameter == NULL && says (words, "fine-tun")
         && (says (words, "no longer") || says (words, "not available") || says (words, "deprecated") || says (words, "disabled")
             || says (words, "winding down"));
}

GError *
attune_openai_judge_refusal (GError          *error,
                             AttuneHttpReply *reply)
{
  guint status = attune_http_reply_get_status (reply);
  g_autofree char *words = attune_http_error_dup_words (reply);
  g_autofree char *parameter = attune_http_error_dup_parameter (reply);
  const char *code = attune_http_error_peek_code (reply);
  g_autoptr (GError) old = error;

  if (is_closed (status, words, parameter))
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_CLOSED,
                        /* translators: what OpenAI says */
                        _("OpenAI takes no new fine-tuning jobs from this account (%s). The settings and data stay here: "
                          "make a new job from them with another provider."),
                        words != NULL ? words : _("it gives no reason"));

  if (status == 410 || (status == 404 && parameter == NULL && g_strcmp0 (code, "model_not_found") != 0 && !says (words, "file")
                        && !says (words, "model")))
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN,
                        _("OpenAI no longer has fine-tuning at this address (%s). The settings and data stay here: "
                          "make a new job from them with another provider."),
                        words != NULL ? words : _("it gives no reason"));

  return g_steal_pointer (&old);
}

/* "gpt-4o-2024-08-06" of "ft:gpt-4o-2024-08-06:acme:support:9xYz"; NULL for other names. (transfer full) */
static char *
dup_tuned_base (const char *id)
{
  g_auto (GStrv) parts = NULL;

  if (!g_str_has_prefix (id, "ft:"))
    return NULL;
  parts = g_strsplit (id, ":", 3);

  return g_strv_length (parts) == 3 && *parts[1] != '\0' ? g_strdup (parts[1]) : NULL;
}

static void
add_model (JsonArray  *models,
           const char *id,
           const char *day,
           const char *today,
           gboolean    is_listed)
{
  g_autofree char *notes = NULL;
  JsonObject *model = json_object_new ();

  json_object_set_string_member (model, "id", id);
  if (day != NULL)
    json_object_set_string_member (model, "shutdownDate", day);

  if (!is_listed)
    notes = g_strdup (_("Not in the list of models of your account"));
  else if (day != NULL && g_strcmp0 (day, today) <= 0)
    notes = g_strdup_printf (_("Shut down on %s"), day);
  else if (day != NULL)
    notes = g_strdup_printf (_("Answers until %s"), day);
  if (notes != NULL)
    json_object_set_string_member (model, "notes", notes);

  json_array_add_object_element (models, model);
}

static gboolean
is_day (const char *text)
{
  GDate date;

  g_date_clear (&date, 1);
  if (text != NULL)
    g_date_set_parse (&date, text);

  return text != NULL && strlen (text) == 10 && g_date_valid (&date);
}

JsonNode *
attune_openai_build_capabilities (AttuneCapabilities *known,
                                  JsonNode           *list,
                                  GDateTime          *now)
{
  JsonArray *data = attune_http_json_peek_array (list, "data");
  g_autoptr (GVariant) tunable = NULL;
  g_autoptr (GHashTable) days = NULL;
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");
  JsonArray *models;
  JsonNode *root;

  if (data == NULL)
    return NULL;

  models = json_array_new ();
  days = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < json_array_get_length (data); i++)
    {
      JsonNode *model = json_array_get_element (data, i);
      const char *id = attune_json_peek_string (model, "id", NULL);
      const char *day = attune_json_peek_string (model, "shutdown_date", NULL);

      if (id != NULL)
        g_hash_table_insert (days, (gpointer) id, (gpointer) (is_day (day) ? day : ""));
    }

  /* OpenAI's list does not say what can be tuned: the catalogue does, and the list says until when, and for whom. */
  tunable = g_variant_lookup_value (attune_capabilities_get_variant (known), "models", G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; tunable != NULL && i < g_variant_n_children (tunable); i++)
    {
      g_autoptr (GVariant) model = g_variant_get_child_value (tunable, i);
      const char *id = NULL;
      const char *day = NULL;

      if (!g_variant_lookup (model, "id", "&s", &id))
        continue;
      day = g_hash_table_lookup (days, id);
      if (day != NULL && *day != '\0')
        {
          add_model (models, id, day, today, TRUE);
        }
      else
        {
          const char *reported = NULL;

          g_variant_lookup (model, "shutdownDate", "&s", &reported);
          add_model (models, id, reported, today, day != NULL);
        }
    }

  /* A tuned model can be tuned further, while its base can. */
  for (guint i = 0; i < json_array_get_length (data); i++)
    {
      JsonNode *model = json_array_get_element (data, i);
      const char *id = attune_json_peek_string (model, "id", NULL);
      g_autofree char *base = id != NULL ? dup_tuned_base (id) : NULL;
      g_autoptr (GVariant) entry = base != NULL ? attune_capabilities_dup_model (known, base) : NULL;
      const char *day = entry != NULL ? g_hash_table_lookup (days, id) : NULL;

      if (entry == NULL)
        continue;
      if (day != NULL && *day == '\0')
        day = g_hash_table_lookup (days, base);
      if (day == NULL || *day == '\0')
        {
          day = NULL;
          g_variant_lookup (entry, "shutdownDate", "&s", &day);
        }
      if (day == NULL || g_strcmp0 (day, today) > 0)
        add_model (models, id, day, today, TRUE);
    }

  root = attune_http_json_new_object ();
  json_object_set_array_member (json_node_get_object (root), "models", models);

  return root;
}
