/* attune-job-records.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-job-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

AttuneEvent *
attune_event_new (gint64      time,
                  const char *level,
                  const char *message,
                  const char *id)
{
  AttuneEvent *self = g_new0 (AttuneEvent, 1);

  self->time = time;
  self->level = g_strdup (level != NULL ? level : "info");
  self->message = g_strdup (message != NULL ? message : "");
  self->id = g_strdup (id);

  return self;
}

AttuneEvent *
attune_event_copy (const AttuneEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return attune_event_new (self->time, self->level, self->message, self->id);
}

void
attune_event_free (AttuneEvent *self)
{
  if (self == NULL)
    return;

  g_free (self->level);
  g_free (self->message);
  g_free (self->id);
  g_free (self);
}

AttuneCheckpoint *
attune_checkpoint_new (const char *id,
                       gint64      step,
                       gint64      time,
                       const char *path,
                       double      eval_loss)
{
  AttuneCheckpoint *self = g_new0 (AttuneCheckpoint, 1);

  self->id = g_strdup (id != NULL ? id : "");
  self->step = step;
  self->time = time;
  self->path = g_strdup (path);
  self->eval_loss = eval_loss;

  return self;
}

AttuneCheckpoint *
attune_checkpoint_copy (const AttuneCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return attune_checkpoint_new (self->id, self->step, self->time, self->path, self->eval_loss);
}

void
attune_checkpoint_free (AttuneCheckpoint *self)
{
  if (self == NULL)
    return;

  g_free (self->id);
  g_free (self->path);
  g_free (self);
}

gboolean
attune_checkpoints_equal (GPtrArray *a,
                          GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;

  for (guint i = 0; i < a->len; i++)
    {
      const AttuneCheckpoint *left = g_ptr_array_index (a, i);
      const AttuneCheckpoint *right = g_ptr_array_index (b, i);

      if (g_strcmp0 (left->id, right->id) != 0
          || left->step != right->step
          || left->time != right->time
          || g_strcmp0 (left->path, right->path) != 0
          || !attune_same_double (left->eval_loss, right->eval_loss))
        return FALSE;
    }

  return TRUE;
}

char *
attune_job_make_name (AttuneConfiguration *configuration,
                      const char          *dataset_name,
                      gint64               created_at)
{
  g_autofree char *model = NULL;
  g_autofree char *suffix = NULL;
  g_autofree char *date = NULL;
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) local = NULL;
  const char *short_name;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  model = attune_configuration_dup_text (configuration, "model.baseModel");
  suffix = attune_configuration_dup_text (configuration, "output.suffix");

  if (model != NULL)
    {
      /* "meta-llama/Llama-3.1-8B" and "/home/me/models/smol/" are known by their last part. */
      gsize length = strlen (model);

      while (length > 1 && model[length - 1] == '/')
        model[--length] = '\0';
    }
  short_name = model != NULL ? strrchr (model, '/') : NULL;
  short_name = short_name != NULL ? short_name + 1 : model;
  if (short_name == NULL || *short_name == '\0')
    short_name = _("Fine-tuning");

  if (suffix != NULL && *suffix != '\0')
    return g_strdup_printf ("%s · %s", short_name, suffix);

  if (dataset_name != NULL && *dataset_name != '\0')
    {
      const char *dot = strrchr (dataset_name, '.');
      int length = dot != NULL && dot != dataset_name ? (int) (dot - dataset_name) : (int) strlen (dataset_name);

      return g_strdup_printf ("%s · %.*s", short_name, length, dataset_name);
    }

  utc = g_date_time_new_from_unix_utc_usec (created_at);
  local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  /* translators: the day on which a job was made, part of its name; see strftime(3) */
  date = local != NULL ? g_date_time_format (local, _("%-d %B %Y")) : NULL;
  if (date == NULL)
    return g_strdup (short_name);

  return g_strdup_printf ("%s · %s", short_name, date);
}
