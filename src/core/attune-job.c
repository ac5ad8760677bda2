/* attune-job.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-private.h"

#include <math.h>

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneJob, attune_job, G_TYPE_OBJECT)

static void
attune_job_constructed (GObject *object)
{
  AttuneJob *self = ATTUNE_JOB (object);

  G_OBJECT_CLASS (attune_job_parent_class)->constructed (object);

  if (self->id == NULL)
    self->id = g_uuid_string_random ();
  if (self->configuration == NULL)
    self->configuration = attune_configuration_new ();
  if (self->created_at == 0)
    self->created_at = g_get_real_time ();
  if (self->updated_at == 0)
    self->updated_at = self->created_at;
}

static void
attune_job_finalize (GObject *object)
{
  AttuneJob *self = ATTUNE_JOB (object);

  g_free (self->id);
  g_free (self->persona_id);
  g_free (self->name);
  g_free (self->made_name);
  g_free (self->provider);
  g_free (self->provider_job_id);
  g_clear_object (&self->configuration);
  g_free (self->fine_tuned_model);
  g_free (self->output_path);
  g_free (self->error_message);
  g_free (self->activity);
  g_ptr_array_unref (self->checkpoints);
  g_clear_pointer (&self->unknown, json_object_unref);

  G_OBJECT_CLASS (attune_job_parent_class)->finalize (object);
}

static void
attune_job_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  AttuneJob *self = ATTUNE_JOB (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_PERSONA_ID:
      g_value_set_string (value, self->persona_id);
      break;
    case PROP_NAME:
      g_value_set_string (value, attune_job_get_name (self));
      break;
    case PROP_PROVIDER:
      g_value_set_string (value, self->provider);
      break;
    case PROP_PROVIDER_JOB_ID:
      g_value_set_string (value, self->provider_job_id);
      break;
    case PROP_CONFIGURATION:
      g_value_set_object (value, self->configuration);
      break;
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->progress);
      break;
    case PROP_STEP:
      g_value_set_int64 (value, self->step);
      break;
    case PROP_TOTAL_STEPS:
      g_value_set_int64 (value, self->total_steps);
      break;
    case PROP_CREATED_AT:
      g_value_set_int64 (value, self->created_at);
      break;
    case PROP_STARTED_AT:
      g_value_set_int64 (value, self->started_at);
      break;
    case PROP_FINISHED_AT:
      g_value_set_int64 (value, self->finished_at);
      break;
    case PROP_UPDATED_AT:
      g_value_set_int64 (value, self->updated_at);
      break;
    case PROP_ESTIMATED_COST:
      g_value_set_double (value, self->estimated_cost);
      break;
    case PROP_ESTIMATED_DURATION:
      g_value_set_double (value, self->estimated_duration);
      break;
    case PROP_TIME_REMAINING:
      g_value_set_double (value, self->time_remaining);
      break;
    case PROP_FINE_TUNED_MODEL:
      g_value_set_string (value, self->fine_tuned_model);
      break;
    case PROP_OUTPUT_PATH:
      g_value_set_string (value, self->output_path);
      break;
    case PROP_TRAINED_TOKENS:
      g_value_set_int64 (value, self->trained_tokens);
      break;
    case PROP_ERROR_CODE:
      g_value_set_string (value, self->error_message != NULL ? attune_error_code_to_nick (self->error_code) : NULL);
      break;
    case PROP_ERROR_MESSAGE:
      g_value_set_string (value, self->error_message);
      break;
    case PROP_LOSS:
      g_value_set_double (value, self->metrics[ATTUNE_METRIC_LOSS]);
      break;
    case PROP_EVAL_LOSS:
      g_value_set_double (value, self->metrics[ATTUNE_METRIC_EVAL_LOSS]);
      break;
    case PROP_LEARNING_RATE:
      g_value_set_double (value, self->metrics[ATTUNE_METRIC_LEARNING_RATE]);
      break;
    case PROP_CHECKPOINTS:
      g_value_set_boxed (value, self->checkpoints);
      break;
    case PROP_ACTIVITY:
      g_value_set_string (value, self->activity);
      break;
    case PROP_ACTIVITY_PROGRESS:
      g_value_set_double (value, self->activity_progress);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_job_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  AttuneJob *self = ATTUNE_JOB (object);

  switch (prop_id)
    {
    case PROP_ID:
      self->id = g_value_dup_string (value);
      break;
    case PROP_PERSONA_ID:
      self->persona_id = g_value_dup_string (value);
      break;
    case PROP_NAME:
      attune_job_set_name (self, g_value_get_string (value));
      break;
    case PROP_PROVIDER:
      self->provider = g_value_dup_string (value);
      break;
    case PROP_PROVIDER_JOB_ID:
      attune_job_set_provider_job_id (self, g_value_get_string (value));
      break;
    case PROP_CONFIGURATION:
      self->configuration = g_value_dup_object (value);
      break;
    case PROP_STATUS:
      attune_job_set_status (self, g_value_get_enum (value));
      break;
    case PROP_PROGRESS:
      attune_job_set_progress (self, g_value_get_double (value));
      break;
    case PROP_CREATED_AT:
      self->created_at = g_value_get_int64 (value);
      break;
    case PROP_TIME_REMAINING:
      attune_job_set_time_remaining (self, g_value_get_double (value));
      break;
    case PROP_FINE_TUNED_MODEL:
      attune_job_set_fine_tuned_model (self, g_value_get_string (value));
      break;
    case PROP_OUTPUT_PATH:
      attune_job_set_output_path (self, g_value_get_string (value));
      break;
    case PROP_TRAINED_TOKENS:
      attune_job_set_trained_tokens (self, g_value_get_int64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static GParamSpec *
text_property (const char  *name,
               GParamFlags  flags)
{
  return g_param_spec_string (name, NULL, NULL, NULL, flags | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
count_property (const char  *name,
                GParamFlags  flags)
{
  return g_param_spec_int64 (name, NULL, NULL, G_MININT64, G_MAXINT64, 0,
                             flags | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

/* GParamSpecDouble clamps to its limits; infinite ones let a NAN and an infinite loss through. */
static GParamSpec *
number_property (const char  *name,
                 double       unset,
                 GParamFlags  flags)
{
  /* A default has to lie between the limits, and NAN lies nowhere; the field is what begins at it. */
  return g_param_spec_double (name, NULL, NULL, -INFINITY, INFINITY, isnan (unset) ? 0 : unset,
                              flags | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
attune_job_class_init (AttuneJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY;

  object_class->constructed = attune_job_constructed;
  object_class->finalize = attune_job_finalize;
  object_class->get_property = attune_job_get_property;
  object_class->set_property = attune_job_set_property;

  properties[PROP_ID] = text_property ("id", once);
  properties[PROP_PERSONA_ID] = text_property ("persona-id", once);
  properties[PROP_NAME] = text_property ("name", G_PARAM_READWRITE);
  properties[PROP_PROVIDER] = text_property ("provider", once);
  properties[PROP_PROVIDER_JOB_ID] = text_property ("provider-job-id", G_PARAM_READWRITE);
  properties[PROP_CONFIGURATION] =
    g_param_spec_object ("configuration", NULL, NULL, ATTUNE_TYPE_CONFIGURATION,
                         once | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATUS] =
    g_param_spec_enum ("status", NULL, NULL, ATTUNE_TYPE_JOB_STATUS, ATTUNE_JOB_STATUS_PREPARING,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_PROGRESS] = number_property ("progress", 0, G_PARAM_READWRITE);
  properties[PROP_STEP] = count_property ("step", G_PARAM_READABLE);
  properties[PROP_TOTAL_STEPS] = count_property ("total-steps", G_PARAM_READABLE);
  properties[PROP_CREATED_AT] = count_property ("created-at", once);
  properties[PROP_STARTED_AT] = count_property ("started-at", G_PARAM_READABLE);
  properties[PROP_FINISHED_AT] = count_property ("finished-at", G_PARAM_READABLE);
  properties[PROP_UPDATED_AT] = count_property ("updated-at", G_PARAM_READABLE);
  properties[PROP_ESTIMATED_COST] = number_property ("estimated-cost", NAN, G_PARAM_READABLE);
  properties[PROP_ESTIMATED_DURATION] = number_property ("estimated-duration", NAN, G_PARAM_READABLE);
  properties[PROP_TIME_REMAINING] = number_property ("time-remaining", NAN, G_PARAM_READWRITE);
  properties[PROP_FINE_TUNED_MODEL] = text_property ("fine-tuned-model", G_PARAM_READWRITE);
  properties[PROP_OUTPUT_PATH] = text_property ("output-path", G_PARAM_READWRITE);
  properties[PROP_TRAINED_TOKENS] = count_property ("trained-tokens", G_PARAM_READWRITE);
  /* The word of attune_error_code_to_nick(); NULL while there is no error. */
  properties[PROP_ERROR_CODE] = text_property ("error-code", G_PARAM_READABLE);
  properties[PROP_ERROR_MESSAGE] = text_property ("error-message", G_PARAM_READABLE);
  properties[PROP_LOSS] = number_property ("loss", NAN, G_PARAM_READABLE);
  properties[PROP_EVAL_LOSS] = number_property ("eval-loss", NAN, G_PARAM_READABLE);
  properties[PROP_LEARNING_RATE] = number_property ("learning-rate", NAN, G_PARAM_READABLE);
  properties[PROP_CHECKPOINTS] =
    g_param_spec_boxed ("checkpoints", NULL, NULL, G_TYPE_PTR_ARRAY,
                        G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ACTIVITY] = text_property ("activity", G_PARAM_READABLE);
  properties[PROP_ACTIVITY_PROGRESS] = number_property ("activity-progress", NAN, G_PARAM_READABLE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
attune_job_init (AttuneJob *self)
{
  self->status = ATTUNE_JOB_STATUS_PREPARING;
  self->estimated_cost = NAN;
  self->estimated_duration = NAN;
  self->time_remaining = NAN;
  self->activity_progress = NAN;
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      self->metrics[i] = NAN;
      self->metric_steps[i] = -1;
    }
  self->checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);
}

AttuneJob *
attune_job_new (const char          *persona_id,
                const char          *provider,
                AttuneConfiguration *configuration)
{
  g_return_val_if_fail (provider != NULL, NULL);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  return g_object_new (ATTUNE_TYPE_JOB,
                       "persona-id", persona_id,
                       "provider", provider,
                       "configuration", configuration,
                       NULL);
}

void
attune_job_notify (AttuneJob *self,
                   guint      prop_id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

void
attune_job_assign_count (AttuneJob *self,
                         gint64    *field,
                         gint64     value,
                         guint      prop_id)
{
  if (*field == value)
    return;
  *field = value;
  attune_job_notify (self, prop_id);
}

void
attune_job_assign_number (AttuneJob *self,
                          double    *field,
                          double     value,
                          guint      prop_id)
{
  if (attune_same_double (*field, value))
    return;
  *field = value;
  attune_job_notify (self, prop_id);
}

void
attune_job_assign_text (AttuneJob   *self,
                        char       **field,
                        const char  *value,
                        guint        prop_id)
{
  if (g_set_str (field, value))
    attune_job_notify (self, prop_id);
}

void
attune_job_assign_error (AttuneJob   *self,
                         AttuneError  code,
                         const char  *message)
{
  gboolean code_differs = self->error_code != code || (self->error_message == NULL) != (message == NULL);

  self->error_code = code;
  if (g_set_str (&self->error_message, message))
    attune_job_notify (self, PROP_ERROR_MESSAGE);
  if (code_differs)
    attune_job_notify (self, PROP_ERROR_CODE);
}

void
attune_job_assign_metric (AttuneJob    *self,
                          AttuneMetric  metric,
                          double        value)
{
  if (attune_same_double (self->metrics[metric], value))
    return;

  self->metrics[metric] = value;
  if (metric == ATTUNE_METRIC_LOSS)
    attune_job_notify (self, PROP_LOSS);
  else if (metric == ATTUNE_METRIC_EVAL_LOSS)
    attune_job_notify (self, PROP_EVAL_LOSS);
  else if (metric == ATTUNE_METRIC_LEARNING_RATE)
    attune_job_notify (self, PROP_LEARNING_RATE);
}

/* The settings as they stand in files: those of a job that was just made may hold secrets that no file has. */
static gboolean
same_saved_configuration (AttuneConfiguration *a,
                          AttuneConfiguration *b)
{
  g_autoptr (JsonNode) left = attune_configuration_to_json (a, ATTUNE_SECRETS_OMIT);
  g_autoptr (JsonNode) right = attune_configuration_to_json (b, ATTUNE_SECRETS_OMIT);

  return json_node_equal (left, right);
}

void
attune_job_update_from (AttuneJob *self,
                        AttuneJob *other)
{
  g_return_if_fail (ATTUNE_IS_JOB (self));
  g_return_if_fail (ATTUNE_IS_JOB (other));
  g_return_if_fail (g_strcmp0 (self->id, other->id) == 0);

  if (self == other)
    return;

  g_object_freeze_notify (G_OBJECT (self));

  attune_job_assign_text (self, &self->persona_id, other->persona_id, PROP_PERSONA_ID);
  attune_job_set_name (self, other->name);
  attune_job_assign_text (self, &self->provider, other->provider, PROP_PROVIDER);
  attune_job_assign_text (self, &self->provider_job_id, other->provider_job_id, PROP_PROVIDER_JOB_ID);
  if (!same_saved_configuration (self->configuration, other->configuration)
      && g_set_object (&self->configuration, other->configuration))
    {
      g_clear_pointer (&self->made_name, g_free);
      attune_job_notify (self, PROP_CONFIGURATION);
    }
  if (self->status != other->status)
    {
      self->status = other->status;
      attune_job_notify (self, PROP_STATUS);
    }
  attune_job_assign_number (self, &self->progress, other->progress, PROP_PROGRESS);
  attune_job_assign_count (self, &self->step, other->step, PROP_STEP);
  attune_job_assign_count (self, &self->total_steps, other->total_steps, PROP_TOTAL_STEPS);
  attune_job_assign_count (self, &self->created_at, other->created_at, PROP_CREATED_AT);
  attune_job_assign_count (self, &self->started_at, other->started_at, PROP_STARTED_AT);
  attune_job_assign_count (self, &self->finished_at, other->finished_at, PROP_FINISHED_AT);
  attune_job_assign_count (self, &self->updated_at, other->updated_at, PROP_UPDATED_AT);
  attune_job_assign_number (self, &self->estimated_cost, other->estimated_cost, PROP_ESTIMATED_COST);
  attune_job_assign_number (self, &self->estimated_duration, other->estimated_duration, PROP_ESTIMATED_DURATION);
  attune_job_assign_number (self, &self->time_remaining, other->time_remaining, PROP_TIME_REMAINING);
  attune_job_assign_text (self, &self->fine_tuned_model, other->fine_tuned_model, PROP_FINE_TUNED_MODEL);
  attune_job_assign_text (self, &self->output_path, other->output_path, PROP_OUTPUT_PATH);
  attune_job_assign_count (self, &self->trained_tokens, other->trained_tokens, PROP_TRAINED_TOKENS);
  attune_job_assign_error (self, other->error_code, other->error_message);
  for (guint i = 0; i < ATTUNE_N_METRICS; i++)
    {
      attune_job_assign_metric (self, i, other->metrics[i]);
      self->metric_steps[i] = other->metric_steps[i];
      self->metric_times[i] = other->metric_times[i];
    }
  attune_job_set_checkpoints (self, other->checkpoints);

  g_clear_pointer (&self->unknown, json_object_unref);
  self->unknown = other->unknown != NULL ? json_object_ref (other->unknown) : NULL;

  g_object_thaw_notify (G_OBJECT (self));
}

