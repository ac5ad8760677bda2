/* attune-cli-activity.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli-activity.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "attune-cli-output.h"

#define INTERVAL_MS 100
#define BAR_WIDTH 24

struct _AttuneCliActivity
{
  GListModel *jobs;
  guint       timer;
  gboolean    is_terminal;
  char       *line;        /* what stands in the last line of the terminal */
  int         last_tenth;
  char       *last_text;
};

static void
draw (AttuneCliActivity *self,
      const char        *text,
      double             fraction)
{
  g_autofree char *bar = isfinite (fraction) ? attune_cli_format_bar (fraction, BAR_WIDTH) : NULL;
  g_autofree char *line = bar != NULL ? g_strdup_printf ("%s %s %3.0f %%", text, bar, fraction * 100) : g_strdup (text);

  if (!g_set_str (&self->line, line))
    return;

  fprintf (stderr, "\r\033[K%s", line);
  fflush (stderr);
}

/* A log wants a line now and then. */
static void
print (AttuneCliActivity *self,
       const char        *text,
       double             fraction)
{
  int tenth = isfinite (fraction) ? (int) (fraction * 10) : -1;

  if (!g_set_str (&self->last_text, text) && tenth == self->last_tenth)
    return;

  self->last_tenth = tenth;
  if (tenth >= 0)
    attune_cli_message ("%s %.0f %%", text, fraction * 100);
  else
    attune_cli_message ("%s", text);
}

static gboolean
look_cb (gpointer user_data)
{
  AttuneCliActivity *self = user_data;
  guint n_jobs = g_list_model_get_n_items (self->jobs);

  for (guint i = 0; i < n_jobs; i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (self->jobs, i);
      const char *text = attune_job_get_activity (job);

      if (text == NULL)
        continue;
      if (self->is_terminal)
        draw (self, text, attune_job_get_activity_progress (job));
      else
        print (self, text, attune_job_get_activity_progress (job));
      break;
    }

  return G_SOURCE_CONTINUE;
}

AttuneCliActivity *
attune_cli_activity_new (AttuneJobStore *jobs)
{
  AttuneCliActivity *self = g_new0 (AttuneCliActivity, 1);

  self->jobs = g_object_ref (G_LIST_MODEL (jobs));
  self->is_terminal = isatty (STDERR_FILENO);
  self->last_tenth = -2;
  self->timer = g_timeout_add (INTERVAL_MS, look_cb, self);
  return self;
}

void
attune_cli_activity_free (AttuneCliActivity *self)
{
  if (self == NULL)
    return;

  if (self->line != NULL)
    {
      fprintf (stderr, "\r\033[K");
      fflush (stderr);
    }
  g_source_remove (self->timer);
  g_object_unref (self->jobs);
  g_free (self->line);
  g_free (self->last_text);
  g_free (self);
}
