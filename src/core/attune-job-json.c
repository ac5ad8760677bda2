/* attune-job-json.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-json.h"
#include "attune-migration.h"

/* The members that this version knows; "revision" is the store's. Everything else is carried along. */
static const char * const known_members[] = {
  "version",
  "revision",
  "id",
  "personaId",
  "name",
  "provider",
  "providerJobId",
  "configuration",
  "hyperparameters",
  "status",
  "progress",
  "step",
  "totalSteps",
  "createdAt",
  "startedAt",
  "finishedAt",
  "updatedAt",
  "estimatedCost",
  "estimatedDuration",
  "timeRemaining",
  "fineTunedModel",
  "outputPath",
  "trainedTokens",
  "error",
  "metrics",
  "checkpoints",
  NULL
};

static void
set_text (JsonObject *object,
          const char *name,
          const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static void
set_number (JsonObject *object,
            const char *name,
            double      number)
{
  if (isfinite (number))
    json_object_set_double_member (object, name, number);
}

static void
set_time (JsonObject *object,
          const char *name,
          gint64      time)
{
  if (time != 0)
    json_object_set_int_member (object, name, time);
}

static JsonObject *
metrics_to_json (AttuneJob *self)
{
  g_autoptr (JsonObject) metrics = json_object_new ();
  g_autoptr (JsonObject) steps = json_object_new ();
  g_autoptr (JsonObject) times = json_object_new ();
  g_autoptr (JsonObject) nonfinite = json_object_new ();

  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      const char *name = attune_metric_to_name (i);

      if (self->metric_steps[i] < 0 && isnan (self->metrics[i]))
        continue;

      if (isfinite (self->metrics[i]))
        json_object_set_double_member (metrics, name, self->metrics[i]);
      else
        {
          json_object_set_null_member (metrics, name);
          json_object_set_string_member (nonfinite, name,
                                         isnan (self->metrics[i]) ? "nan" : self->metrics[i] > 0 ? "inf" : "-inf");
        }
      json_object_set_int_member (steps, name, self->metric_steps[i]);
      set_time (times, name, self->metric_times[i]);
    }

  if (json_object_get_size (metrics) == 0)
    return NULL;

  json_object_set_object_member (metrics, "steps", g_steal_pointer (&steps));
  if (json_object_get_size (times) > 0)
    json_object_set_object_member (metrics, "times", g_steal_pointer (&times));
  if (json_object_get_size (nonfinite) > 0)
    json_object_set_object_member (metrics, "nonfinite", g_steal_pointer (&nonfinite));

  return g_steal_pointer (&metrics);
}

static JsonArray *
checkpoints_to_json (AttuneJob *self)
{
  JsonArray *array = json_array_sized_new (self->checkpoints->len);

  for (guint i = 0; i < self->checkpoints->len; i++)
    {
      const AttuneCheckpoint *checkpoint = g_ptr_array_index (self->checkpoints, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", checkpoint->id);
      json_object_set_int_member (object, "step", checkpoint->step);
      set_time (object, "time", checkpoint->time);
      set_text (object, "path", checkpoint->path);
      set_number (object, "evalLoss", checkpoint->eval_loss);
      json_array_add_object_element (array, object);
    }

  return array;
}

JsonNode *
attune_job_to_json (AttuneJob *self)
{
  g_autoptr (JsonObject) object = NULL;
  JsonObject *metrics;

  g_return_val_if_fail (ATTUNE_IS_JOB (self), NULL);

  object = json_object_new ();
  json_object_set_int_member (object, "version", ATTUNE_JOB_VERSION);
  json_object_set_string_member (object, "id", self->id);
  set_text (object, "personaId", self->persona_id);
  json_object_set_string_member (object, "name", attune_job_get_name (self));
  set_text (object, "provider", self->provider);
  set_text (object, "providerJobId", self->provider_job_id);
  json_object_set_string_member (object, "status", attune_enum_to_nick (ATTUNE_TYPE_JOB_STATUS, (int) self->status));
  json_object_set_double_member (object, "progress", self->progress);
  set_time (object, "step", self->step);
  set_time (object, "totalSteps", self->total_steps);
  set_time (object, "createdAt", self->created_at);
  set_time (object, "startedAt", self->started_at);
  set_time (object, "finishedAt", self->finished_at);
  set_time (object, "updatedAt", self->updated_at);
  set_number (object, "estimatedCost", self->estimated_cost);
  set_number (object, "estimatedDuration", self->estimated_duration);
  set_number (object, "timeRemaining", self->time_remaining);
  set_text (object, "fineTunedModel", self->fine_tuned_model);
  set_text (object, "outputPath", self->output_path);
  set_time (object, "trainedTokens", self->trained_tokens);
  if (self->error_message != NULL)
    {
      JsonObject *error = json_object_new ();

      json_object_set_string_member (error, "code", attune_error_code_to_nick (self->error_code));
      json_object_set_string_member (error, "message", self->error_message);
      json_object_set_object_member (object, "error", error);
    }
  metrics = metrics_to_json (self);
  if (metrics != NULL)
    json_object_set_object_member (object, "metrics", metrics);
  if (self->checkpoints->len > 0)
    json_object_set_array_member (object, "checkpoints", checkpoints_to_json (self));
  json_object_set_member (object, "configuration",
                          attune_configuration_to_json (self->configuration, ATTUNE_SECRETS_OMIT));

  if (self->unknown != NULL)
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init_ordered (&iter, self->unknown);
      while (json_object_iter_next_ordered (&iter, &name, &member))
        json_object_set_member (object, name, json_node_copy (member));
    }

  return json_node_init_object (json_node_alloc (), object);
}

/* Microseconds; the old documents have ISO 8601 texts or milliseconds as JavaScript writes them. */
static gboolean
read_time (JsonNode    *root,
           const char  *name,
           gint64      *time,
           GError     **error)
{
  JsonNode *node = attune_json_lookup (root, name);
  const char *text = attune_json_node_peek_string (node);

  if (text != NULL)
    {
      g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
      g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (text, utc);

      if (date == NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                       _("%s is “%s”, which is no point in time"), name, text);
          return FALSE;
        }
      *time = g_date_time_to_unix_usec (date);
      return TRUE;
    }

  if (!attune_json_get_int (root, name, ATTUNE_JSON_OPTIONAL, time, error))
    return FALSE;

  /* Counted in milliseconds, any day since 1970 is below this; in microseconds it is a day of January 1973. */
  if (*time > 0 && *time < G_GINT64_CONSTANT (100000000000000))
    *time *= 1000;

  return TRUE;
}

static gboolean
read_text (JsonNode    *root,
           const char  *name,
           char       **text,
           GError     **error)
{
  const char *value = NULL;

  if (!attune_json_get_string (root, name, ATTUNE_JSON_OPTIONAL, &value, error))
    return FALSE;

  g_set_str (text, value);
  return TRUE;
}

static gboolean
read_error (AttuneJob  *self,
            JsonNode   *root,
            GError    **error)
{
  JsonNode *node = attune_json_lookup (root, "error");
  const char *message = NULL;
  const char *code = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;

  message = attune_json_node_peek_string (node);
  if (message == NULL)
    {
      if (!attune_json_get_string (root, "error.message", ATTUNE_JSON_REQUIRED, &message, error)
          || !attune_json_get_string (root, "error.code", ATTUNE_JSON_OPTIONAL, &code, error))
        return FALSE;
    }

  self->error_message = g_strdup (message);
  self->error_code = code != NULL ? attune_error_code_from_nick (code) : ATTUNE_ERROR_FAILED;
  return TRUE;
}

static double
parse_nonfinite (const char *text)
{
  if (g_strcmp0 (text, "inf") == 0)
    return INFINITY;
  if (g_strcmp0 (text, "-inf") == 0)
    return -INFINITY;

  return NAN;
}

static gboolean
read_metrics (AttuneJob  *self,
              JsonNode   *root,
              GError    **error)
{
  JsonObject *metrics = NULL;

  if (!attune_json_get_object (root, "metrics", ATTUNE_JSON_OPTIONAL, &metrics, error))
    return FALSE;
  if (metrics == NULL)
    return TRUE;

  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      const char *name = attune_metric_to_name (i);
      g_autofree char *path = g_strconcat ("metrics.", name, NULL);
      g_autofree char *step_path = g_strconcat ("metrics.steps.", name, NULL);
      g_autofree char *time_path = g_strconcat ("metrics.times.", name, NULL);
      g_autofree char *nonfinite_path = g_strconcat ("metrics.nonfinite.", name, NULL);
      const char *nonfinite = NULL;

      if (!attune_json_get_double (root, path, ATTUNE_JSON_OPTIONAL, &self->metrics[i], error)
          || !attune_json_get_int (root, step_path, ATTUNE_JSON_OPTIONAL, &self->metric_steps[i], error)
          || !attune_json_get_int (root, time_path, ATTUNE_JSON_OPTIONAL, &self->metric_times[i], error)
          || !attune_json_get_string (root, nonfinite_path, ATTUNE_JSON_OPTIONAL, &nonfinite, error))
        return FALSE;
      if (nonfinite != NULL)
        self->metrics[i] = parse_nonfinite (nonfinite);
    }

  return TRUE;
}

static gboolean
read_checkpoints (AttuneJob  *self,
                  JsonNode   *root,
                  GError    **error)
{
  JsonArray *array = NULL;

  if (!attune_json_get_array (root, "checkpoints", ATTUNE_JSON_OPTIONAL, &array, error))
    return FALSE;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *id = NULL;
      const char *path = NULL;
      gint64 step = 0;
      gint64 time = 0;
      double eval_loss = NAN;

      if (!JSON_NODE_HOLDS_OBJECT (element))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("checkpoints.%u has to be an object"), i);
          return FALSE;
        }
      if (!attune_json_get_string (element, "id", ATTUNE_JSON_REQUIRED, &id, error)
          || !attune_json_get_string (element, "path", ATTUNE_JSON_OPTIONAL, &path, error)
          || !attune_json_get_int (element, "step", ATTUNE_JSON_OPTIONAL, &step, error)
          || !attune_json_get_int (element, "time", ATTUNE_JSON_OPTIONAL, &time, error)
          || !attune_json_get_double (element, "evalLoss", ATTUNE_JSON_OPTIONAL, &eval_loss, error))
        {
          g_prefix_error (error, "checkpoints.%u.", i);
          return FALSE;
        }
      g_ptr_array_add (self->checkpoints, attune_checkpoint_new (id, step, time, path, eval_loss));
    }

  return TRUE;
}

static gboolean
read_status (AttuneJob  *self,
             JsonNode   *root,
             GError    **error)
{
  const char *nick = NULL;
  int status;

  if (!attune_json_get_string (root, "status", ATTUNE_JSON_REQUIRED, &nick, error))
    return FALSE;
  if (!attune_enum_from_nick (ATTUNE_TYPE_JOB_STATUS, nick, &status))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("status is “%s”, which is no state of a job"), nick);
      return FALSE;
    }

  self->status = (AttuneJobStatus) status;
  return TRUE;
}

static gboolean
is_known (const char *name)
{
  return g_strv_contains (known_members, name);
}

/* Documents from before `configuration` kept few settings in `hyperparameters`, and the model and the files beside it. What
 * the migration does not understand it keeps among the unknown members of the configuration. */
static AttuneConfiguration *
migrate (JsonNode  *root,
         GError   **error)
{
  g_autoptr (JsonObject) members = json_object_new ();
  g_autoptr (JsonNode) old = json_node_init_object (json_node_alloc (), members);
  g_autoptr (AttuneMigration) migration = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, json_node_get_object (root));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    if (!is_known (name) || g_str_equal (name, "hyperparameters"))
      json_object_set_member (members, name, json_node_copy (member));

  migration = attune_migration_run (old, error);
  return migration != NULL ? g_object_ref (migration->configuration) : NULL;
}

static AttuneConfiguration *
read_configuration (JsonNode  *root,
                    GError   **error)
{
  JsonNode *node = attune_json_lookup (root, "configuration");
  AttuneConfiguration *configuration;

  if (node != NULL)
    {
      configuration = attune_configuration_new_from_json (node, error);
    }
  else if (attune_json_lookup (root, "hyperparameters") != NULL)
    {
      configuration = migrate (root, error);
    }
  else
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("configuration is missing"));
      return NULL;
    }

  if (configuration == NULL)
    g_prefix_error_literal (error, "configuration: ");

  return configuration;
}

static void
keep_unknown (AttuneJob *self,
              JsonNode  *root)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (attune_json_lookup (root, "configuration") == NULL)
    return;

  json_object_iter_init_ordered (&iter, json_node_get_object (root));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (is_known (name))
        continue;
      if (self->unknown == NULL)
        self->unknown = json_object_new ();
      json_object_set_member (self->unknown, name, json_node_copy (member));
    }
}

AttuneJob *
attune_job_new_from_json (JsonNode  *node,
                          GError   **error)
{
  g_autoptr (AttuneConfiguration) configuration = NULL;
  g_autoptr (AttuneJob) self = NULL;
  const char *id = NULL;
  const char *persona_id = NULL;
  const char *provider = NULL;
  const char *name = NULL;
  gint64 version = ATTUNE_JOB_VERSION;
  gint64 created_at = 0;

  g_return_val_if_fail (node != NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("A job has to be an object, not %s"), attune_json_node_describe (node));
      return NULL;
    }

  if (!attune_json_get_int (node, "version", ATTUNE_JSON_OPTIONAL, &version, error))
    return NULL;
  if (version > ATTUNE_JOB_VERSION)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("This job was written by a newer Attune (version %" G_GINT64_FORMAT " of the file). Update Attune to see it."),
                   version);
      return NULL;
    }

  if (!attune_json_get_string (node, "id", ATTUNE_JSON_REQUIRED, &id, error)
      || !attune_json_get_string (node, "personaId", ATTUNE_JSON_OPTIONAL, &persona_id, error)
      || !attune_json_get_string (node, "provider", ATTUNE_JSON_REQUIRED, &provider, error)
      || !attune_json_get_string (node, "name", ATTUNE_JSON_OPTIONAL, &name, error)
      || !read_time (node, "createdAt", &created_at, error))
    return NULL;

  if (!g_uuid_string_is_valid (id))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("id is “%s”, which is no UUID"), id);
      return NULL;
    }

  configuration = read_configuration (node, error);
  if (configuration == NULL)
    return NULL;

  self = g_object_new (ATTUNE_TYPE_JOB,
                       "id", id,
                       "persona-id", persona_id,
                       "provider", provider,
                       "configuration", configuration,
                       "created-at", created_at,
                       "name", name,
                       NULL);

  if (!read_status (self, node, error)
      || !read_text (node, "providerJobId", &self->provider_job_id, error)
      || !attune_json_get_double (node, "progress", ATTUNE_JSON_OPTIONAL, &self->progress, error)
      || !attune_json_get_int (node, "step", ATTUNE_JSON_OPTIONAL, &self->step, error)
      || !attune_json_get_int (node, "totalSteps", ATTUNE_JSON_OPTIONAL, &self->total_steps, error)
      || !read_time (node, "startedAt", &self->started_at, error)
      || !read_time (node, "finishedAt", &self->finished_at, error)
      || !read_time (node, "updatedAt", &self->updated_at, error)
      || !attune_json_get_double (node, "estimatedCost", ATTUNE_JSON_OPTIONAL, &self->estimated_cost, error)
      || !attune_json_get_double (node, "estimatedDuration", ATTUNE_JSON_OPTIONAL, &self->estimated_duration, error)
      || !attune_json_get_double (node, "timeRemaining", ATTUNE_JSON_OPTIONAL, &self->time_remaining, error)
      || !read_text (node, "fineTunedModel", &self->fine_tuned_model, error)
      || !read_text (node, "outputPath", &self->output_path, error)
      || !attune_json_get_int (node, "trainedTokens", ATTUNE_JSON_OPTIONAL, &self->trained_tokens, error)
      || !read_error (self, node, error)
      || !read_metrics (self, node, error)
      || !read_checkpoints (self, node, error))
    return NULL;

  self->progress = CLAMP (self->progress, 0, 1);
  self->step = MAX (self->step, 0);
  self->total_steps = MAX (self->total_steps, 0);
  self->trained_tokens = MAX (self->trained_tokens, 0);
  keep_unknown (self, node);

  return g_steal_pointer (&self);
}
