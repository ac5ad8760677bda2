/* attune-monitor-format.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-monitor-format.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-ticks.h"

char *
attune_monitor_format_time (gint64 time)
{
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) local = NULL;
  g_autoptr (GDateTime) now = NULL;

  if (time <= 0)
    return g_strdup ("");

  utc = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  if (local == NULL)
    return g_strdup ("");

  now = g_date_time_new_now_local ();
  if (g_date_time_get_year (local) == g_date_time_get_year (now) &&
      g_date_time_get_day_of_year (local) == g_date_time_get_day_of_year (now))
    return g_date_time_format (local, "%H:%M:%S");

  /* Translators: day, month and time of something that did not happen today, as in 3 Nov 14:05:31. */
  return g_date_time_format (local, _("%-e %b %H:%M:%S"));
}

char *
attune_monitor_format_path (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);

  g_return_val_if_fail (path != NULL, NULL);

  if (length > 1 && strncmp (path, home, length) == 0 && (path[length] == '/' || path[length] == '\0'))
    return g_strconcat ("~", path + length, NULL);

  return g_strdup (path);
}

char *
attune_monitor_format_metric (AttuneMetric metric,
                              double       value)
{
  switch (metric)
    {
    case ATTUNE_METRIC_TOKEN_ACCURACY:
      return attune_ticks_format_value (value, 4, ATTUNE_TICKS_FRACTION);

    case ATTUNE_METRIC_TOKENS:
      return attune_ticks_format_value (value, 9, ATTUNE_TICKS_INTEGER);

    case ATTUNE_METRIC_TOKENS_PER_SECOND:
      return attune_ticks_format_value (value, 3, value >= 100.0 ? ATTUNE_TICKS_INTEGER : ATTUNE_TICKS_NUMBER);

    case ATTUNE_METRIC_LOSS:
    case ATTUNE_METRIC_EVAL_LOSS:
    case ATTUNE_METRIC_GRAD_NORM:
    case ATTUNE_METRIC_LEARNING_RATE:
    case ATTUNE_N_METRICS:
    default:
      return attune_ticks_format_value (value, 4, ATTUNE_TICKS_NUMBER);
    }
}

char *
attune_monitor_format_steps (AttuneJob *job,
                             double     epoch)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 step;
  gint64 total;

  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  step = attune_job_get_step (job);
  total = attune_job_get_total_steps (job);
  if (total > 0)
    /* Translators: the number of a training step, and how many there are. */
    g_string_append_printf (text, _("Step %'d of %'d"), (int) step, (int) total);
  else if (step > 0)
    g_string_append_printf (text, _("Step %'d"), (int) step);

  if (isfinite (epoch) && step > 0)
    {
      g_autofree char *number = attune_ticks_format_value (epoch, 3, ATTUNE_TICKS_NUMBER);

      if (text->len > 0)
        g_string_append (text, " · ");
      /* Translators: how often the data was gone through, as in Epoch 1.5. */
      g_string_append_printf (text, _("Epoch %s"), number);
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

char *
attune_monitor_format_command (AttuneJob *job)
{
  AttuneConfiguration *configuration;
  const char *output;
  g_autofree char *quoted_output = NULL;
  g_autofree char *model = NULL;
  g_autofree char *quoted_model = NULL;
  g_autofree char *prompt = NULL;

  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  output = attune_job_get_output_path (job);
  if (output == NULL)
    return NULL;

  /* Translators: a question for a model that was just trained, in a line for the terminal. */
  prompt = g_shell_quote (_("What can you do?"));
  quoted_output = g_shell_quote (output);
  configuration = attune_job_get_configuration (job);
  model = attune_configuration_dup_text (configuration, "model.baseModel");
  if (model == NULL ||
      attune_configuration_get_enum (configuration, "method.type") == ATTUNE_TRAINING_METHOD_FULL)
    return g_strdup_printf ("attunectl model-generate %s --prompt %s", quoted_output, prompt);

  quoted_model = g_shell_quote (model);

  return g_strdup_printf ("attunectl model-generate %s --adapter %s --prompt %s", quoted_model, quoted_output, prompt);
}

char *
attune_monitor_format_setting (AttuneCommands        *commands,
                               const AttuneParameter *parameter,
                               GVariant              *value)
{
  g_autofree char *text = NULL;
  const char *unit;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);
  g_return_val_if_fail (parameter != NULL && value != NULL, NULL);

  unit = attune_parameter_get_unit (parameter);
  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_BOOLEAN:
      return g_strdup (g_variant_get_boolean (value) ? _("Yes") : _("No"));

    case ATTUNE_PARAMETER_ENUM:
      return g_strdup (attune_parameter_get_value_title (parameter, g_variant_get_string (value, NULL)));

    case ATTUNE_PARAMETER_SET:
      {
        g_autofree const char **nicks = g_variant_get_strv (value, NULL);
        g_autoptr (GPtrArray) titles = g_ptr_array_new ();

        for (guint i = 0; nicks[i] != NULL; i++)
          g_ptr_array_add (titles, (gpointer) attune_parameter_get_value_title (parameter, nicks[i]));
        if (titles->len == 0)
          return g_strdup (_("None"));
        g_ptr_array_add (titles, NULL);
        /* Translators: between the parts of a list. */
        return g_strjoinv (_(", "), (char **) titles->pdata);
      }

    case ATTUNE_PARAMETER_DATASET:
      {
        const char *id = g_variant_get_string (value, NULL);
        AttuneDataset *dataset = attune_dataset_store_lookup (attune_commands_get_datasets (commands), id);

        /* One that was forgotten meanwhile is still known by its id. */
        return g_strdup (dataset != NULL ? attune_dataset_get_name (dataset) : id);
      }

    case ATTUNE_PARAMETER_MODEL:
      return attune_monitor_format_path (g_variant_get_string (value, NULL));

    case ATTUNE_PARAMETER_SECRET:
      return g_strdup (_("Set"));

    case ATTUNE_PARAMETER_INTEGER:
    case ATTUNE_PARAMETER_DOUBLE:
    case ATTUNE_PARAMETER_TEXT:
    default:
      break;
    }

  text = attune_parameter_format (parameter, value);
  if (unit == NULL)
    return g_steal_pointer (&text);

  /* Translators: a number and its unit, as in 512 tokens. */
  return g_strdup_printf (C_("number and unit", "%s %s"), text, unit);
}
