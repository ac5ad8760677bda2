/* attune-new-job-facts.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-new-job-page-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-error.h"
#include "attune-format.h"

char *
attune_new_job_page_dup_model_folder (AttuneNewJobPage *self)
{
  g_autofree char *model = attune_configuration_dup_text (attune_job_form_get_configuration (self->form), "model.baseModel");
  g_autoptr (GVariant) entry = NULL;
  g_autofree char *path = NULL;

  if (model == NULL || self->capabilities == NULL)
    return NULL;

  entry = attune_capabilities_dup_model (self->capabilities, model);
  if (entry != NULL)
    g_variant_lookup (entry, "path", "s", &path);
  else if (g_path_is_absolute (model))
    path = g_strdup (model);

  return path != NULL && g_file_test (path, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&path) : NULL;
}

/* 0 where the provider has no such setting: then nothing that is known here is cut. */
static guint
get_sequence_length (AttuneNewJobPage    *self,
                     AttuneConfiguration *configuration)
{
  AttuneCapabilities *capabilities = attune_job_form_get_capabilities (self->form);

  if (capabilities == NULL || !attune_capabilities_supports_path (capabilities, "schedule.sequenceLength"))
    return 0;

  return (guint) CLAMP (attune_configuration_get_integer (configuration, "schedule.sequenceLength"), 0, G_MAXINT32);
}

static gboolean
trains_on_inputs (AttuneConfiguration *configuration)
{
  return attune_configuration_get_enum (configuration, "schedule.trainOnInputs") == ATTUNE_TRAIN_ON_INPUTS_ENABLED;
}

typedef struct {
  AttuneNewJobPage *self;
  GCancellable     *cancellable;
} CountState;

static void
counted_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  CountState *state = user_data;
  g_autoptr (AttuneNewJobPage) self = state->self;
  g_autoptr (GCancellable) cancellable = state->cancellable;
  g_autoptr (AttuneDataFacts) facts = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (ATTUNE_IS_NEW_JOB_PAGE (self));

  g_free (state);
  facts = attune_data_facts_load_finish (result, &error);
  /* Others are being counted, or the page is gone. */
  if (cancellable != self->counting || attune_error_is_cancelled (error))
    return;

  g_clear_object (&self->counting);
  g_clear_pointer (&self->facts, attune_data_facts_free);
  self->facts = g_steal_pointer (&facts);
  g_set_str (&self->facts_message, error != NULL ? error->message : NULL);
  attune_flight_panel_set_facts (self->panel, TRUE, self->facts, self->facts_message);
  if (self->facts != NULL && (self->facts->truncated > 0 || self->facts->unlearnt > 0))
    attune_new_job_page_queue_check (self);
}

void
attune_new_job_page_update_facts (AttuneNewJobPage    *self,
                                  AttuneConfiguration *configuration)
{
  AttuneDataset *dataset = attune_new_job_page_lookup_dataset (self, "datasets.trainingFileId");
  guint length = get_sequence_length (self, configuration);
  gboolean inputs = trains_on_inputs (configuration);
  g_autofree char *folder = NULL;
  g_autofree char *key = NULL;
  CountState *state;
  GStatBuf info = { 0, };

  if (dataset == NULL)
    {
      attune_new_job_page_clear_cancellable (&self->counting);
      g_clear_pointer (&self->facts, attune_data_facts_free);
      g_clear_pointer (&self->facts_key, g_free);
      g_clear_pointer (&self->facts_message, g_free);
      attune_flight_panel_set_facts (self->panel, FALSE, NULL, NULL);
      return;
    }

  folder = attune_new_job_page_dup_model_folder (self);
  if (g_stat (attune_dataset_get_path (dataset), &info) != 0)
    info.st_size = -1;
  key = g_strdup_printf ("%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%u\n%d", attune_dataset_get_path (dataset),
                         folder != NULL ? folder : "", (gint64) info.st_size, (gint64) info.st_mtime, length, inputs);
  if (!g_set_str (&self->facts_key, key))
    return;

  attune_new_job_page_clear_cancellable (&self->counting);
  g_clear_pointer (&self->facts, attune_data_facts_free);
  g_clear_pointer (&self->facts_message, g_free);
  attune_flight_panel_set_facts (self->panel, TRUE, NULL, NULL);

  self->counting = g_cancellable_new ();
  state = g_new0 (CountState, 1);
  state->self = g_object_ref (self);
  state->cancellable = g_object_ref (self->counting);
  attune_data_facts_load_async (attune_dataset_get_path (dataset), folder, length, inputs, self->counting, counted_cb, state);
}

/* The shortest length that cuts nothing off, within the limits; NULL where none is longer than now. Floating. */
static GVariant *
build_length_repair (AttuneNewJobPage *self,
                     gint64            now)
{
  AttuneCapabilities *capabilities = attune_job_form_get_capabilities (self->form);
  gint64 wanted = (self->facts->longest + 63) / 64 * 64;
  double minimum, maximum;

  if (attune_capabilities_get_range (capabilities, "schedule.sequenceLength", &minimum, &maximum))
    wanted = (gint64) CLAMP ((double) wanted, minimum, maximum);

  return wanted > now ? g_variant_new_int64 (wanted) : NULL;
}

void
attune_new_job_page_add_facts_issues (AttuneNewJobPage    *self,
                                      AttuneConfiguration *configuration,
                                      AttuneValidation    *validation)
{
  const AttuneDataFacts *facts = self->facts;
  AttuneCapabilities *capabilities = attune_job_form_get_capabilities (self->form);
  gint64 length = get_sequence_length (self, configuration);
  GVariant *repair;

  if (facts == NULL || facts->rows == 0 || capabilities == NULL)
    return;

  if (facts->truncated > 0)
    {
      g_autofree char *rows = attune_format_count (facts->truncated);
      g_autofree char *longest = attune_format_count (facts->longest);

      repair = build_length_repair (self, length);
      if (facts->exact)
        attune_validation_add (validation, "schedule.sequenceLength", ATTUNE_SEVERITY_WARNING, "data", repair,
                               ngettext ("%s row is cut off at the sequence length. The longest has %s tokens.",
                                         "%s rows are cut off at the sequence length. The longest has %s tokens.",
                                         (gulong) facts->truncated), rows, longest);
      else
        attune_validation_add (validation, "schedule.sequenceLength", ATTUNE_SEVERITY_WARNING, "data", repair,
                               ngettext ("About %s row may be cut off at the sequence length. The longest has about %s tokens.",
                                         "About %s rows may be cut off at the sequence length. The longest has about %s tokens.",
                                         (gulong) facts->truncated), rows, longest);
    }

  /* The error that costs most: everything is masked, the loss is zero, and nothing is learnt. */
  if (facts->unlearnt == facts->rows)
    {
      gboolean by_length = facts->truncated > 0;

      repair = !by_length && attune_capabilities_supports_path (capabilities, "schedule.trainOnInputs") &&
               attune_capabilities_supports_value (capabilities, "schedule.trainOnInputs", "enabled")
        ? g_variant_new_string ("enabled") : NULL;
      attune_validation_add (validation, by_length ? "schedule.sequenceLength" : "schedule.trainOnInputs",
                             facts->exact ? ATTUNE_SEVERITY_ERROR : ATTUNE_SEVERITY_WARNING, "data", repair, "%s",
                             by_length ? _("No row would teach anything: all answers lie behind the sequence length.")
                                       : _("No row would teach anything: there is no answer in them. Train on the inputs too, or choose other data."));
    }
}

void
attune_new_job_page_update_course (AttuneNewJobPage    *self,
                                   AttuneConfiguration *configuration)
{
  AttuneCapabilities *capabilities = attune_job_form_get_capabilities (self->form);
  AttuneDataset *dataset = attune_new_job_page_lookup_dataset (self, "datasets.trainingFileId");
  gint64 epochs = MAX (1, attune_configuration_get_integer (configuration, "schedule.epochs"));
  AttuneSchedule schedule = { 0, };

  if (capabilities == NULL)
    return;

  schedule.type = (AttuneLrSchedulerType) attune_configuration_get_enum (configuration, "optimizer.scheduler.type");
  schedule.rate = attune_configuration_get_double (configuration, "optimizer.learningRate");
  schedule.floor_ratio = attune_configuration_get_double (configuration, "optimizer.scheduler.minLRRatio");
  schedule.warmup_ratio = CLAMP (attune_configuration_get_double (configuration, "optimizer.scheduler.warmupRatio"), 0, 1);
  schedule.cycles = attune_configuration_get_double (configuration, "optimizer.scheduler.cycles");
  schedule.total_steps = self->steps;
  /* Until the provider has counted: whole batches of the rows there are. */
  if (schedule.total_steps < 0 && dataset != NULL && attune_dataset_get_rows (dataset) > 0 &&
      attune_capabilities_supports_path (capabilities, "schedule.batchSize"))
    {
      gint64 per_step = MAX (1, attune_configuration_get_integer (configuration, "schedule.batchSize")) *
                        MAX (1, attune_configuration_get_integer (configuration, "schedule.gradientAccumulation"));

      schedule.total_steps = (attune_dataset_get_rows (dataset) + per_step - 1) / per_step * epochs;
    }
  schedule.total_steps = MAX (0, schedule.total_steps);
  attune_flight_panel_set_course (self->panel, &schedule, epochs,
                                  attune_capabilities_supports_path (capabilities, "optimizer.learningRate"));
}
