/* attune-fireworks-validate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-fireworks-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-json.h"

gint64
attune_fireworks_nearest_rank (gint64 rank)
{
  gint64 nearest = 1;

  for (gint64 power = 1; power <= ATTUNE_FIREWORKS_MAX_RANK; power *= 2)
    {
      if (ABS (power - rank) <= ABS (nearest - rank))
        nearest = power;
    }

  return nearest;
}

static void
check_rank (AttuneConfiguration *configuration,
            AttuneValidation    *validation)
{
  const AttuneParameter *parameter = attune_parameters_lookup ("method.loraConfig.rank");
  gint64 rank = attune_configuration_get_integer (configuration, parameter->path);
  gint64 nearest = attune_fireworks_nearest_rank (rank);

  if (!attune_configuration_is_set (configuration, parameter->path)
      || !attune_configuration_applies (configuration, parameter)
      || rank == nearest)
    return;

  if (rank == ATTUNE_FIREWORKS_MAX_KNOWN_RANK)
    attune_validation_add (validation, parameter->path, ATTUNE_SEVERITY_WARNING, "range", g_variant_new_int64 (nearest),
                           _("Fireworks describes ranks up to %d. It may refuse %" G_GINT64_FORMAT "."),
                           ATTUNE_FIREWORKS_MAX_RANK, rank);
  else
    attune_validation_add (validation, parameter->path, ATTUNE_SEVERITY_ERROR, "range", g_variant_new_int64 (nearest),
                           _("Fireworks trains ranks of 1, 2, 4, 8, 16 and 32. The nearest to %" G_GINT64_FORMAT " is %" G_GINT64_FORMAT "."),
                           rank, nearest);
}

static void
check_format (AttuneDataset    *dataset,
              const char       *path,
              AttuneValidation *validation)
{
  const char *format = dataset != NULL ? attune_dataset_get_format (dataset) : NULL;

  if (format == NULL)
    return;

  if (strcmp (format, "text") == 0)
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s: Fireworks learns conversations, not plain texts. Write rows with “messages”."),
                           attune_dataset_get_path (dataset));
  else if (strcmp (format, "preference") == 0)
    attune_validation_add (validation, path, ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s: supervised fine-tuning learns answers, not preferences. Keep the preferred answers as “messages”."),
                           attune_dataset_get_path (dataset));
}

static void
check_data (AttuneConfiguration    *configuration,
            const AttuneJobContext *context,
            AttuneValidation       *validation)
{
  JsonNode *carveout = json_object_get_member (attune_configuration_get_metadata (configuration), "evalAutoCarveout");
  gboolean is_read = context->training != NULL && attune_dataset_get_format (context->training) != NULL;
  gint64 rows = is_read ? attune_dataset_get_rows (context->training) : -1;
  gint64 epochs = attune_fireworks_get_epochs (configuration);
  gboolean wanted = FALSE;

  check_format (context->training, "datasets.trainingFileId", validation);
  check_format (context->validation, "datasets.validationFileId", validation);

  if (rows >= 0 && rows < ATTUNE_FIREWORKS_MIN_ROWS)
    attune_validation_add (validation, "datasets.trainingFileId", ATTUNE_SEVERITY_ERROR, "data", NULL,
                           ngettext ("%s has %" G_GINT64_FORMAT " row, but Fireworks needs at least %d.",
                                     "%s has %" G_GINT64_FORMAT " rows, but Fireworks needs at least %d.", (gulong) rows),
                           attune_dataset_get_path (context->training), rows, ATTUNE_FIREWORKS_MIN_ROWS);
  else if (rows > ATTUNE_FIREWORKS_MAX_ROWS)
    attune_validation_add (validation, "datasets.trainingFileId", ATTUNE_SEVERITY_ERROR, "data", NULL,
                           _("%s has %" G_GINT64_FORMAT " rows, but Fireworks takes at most %d. Train on a part of them."),
                           attune_dataset_get_path (context->training), rows, ATTUNE_FIREWORKS_MAX_ROWS);
  else if (rows > 0 && epochs > ATTUNE_FIREWORKS_MAX_ROWS / rows)
    attune_validation_add (validation, "schedule.epochs", ATTUNE_SEVERITY_ERROR, "range",
                           g_variant_new_int64 (ATTUNE_FIREWORKS_MAX_ROWS / rows),
                           _("%" G_GINT64_FORMAT " rows in %" G_GINT64_FORMAT " epochs are more than the %d examples that Fireworks takes in one job."),
                           rows, epochs, ATTUNE_FIREWORKS_MAX_ROWS);

  if (carveout != NULL && attune_json_node_to_boolean (carveout, &wanted) && wanted
      && (context->validation != NULL || attune_configuration_is_set (configuration, "datasets.validationFileId")))
    attune_validation_add (validation, "metadata.evalAutoCarveout", ATTUNE_SEVERITY_ERROR, "combination", g_variant_new_boolean (FALSE),
                           _("There is a validation file, so no rows can be split off for validation. Choose one of the two."));
}

static void
check_schedule (AttuneConfiguration    *configuration,
                const AttuneJobContext *context,
                AttuneValidation       *validation)
{
  const AttuneParameter *warmup = attune_parameters_lookup ("optimizer.scheduler.warmupRatio");
  gint64 total_steps = attune_fireworks_get_total_steps (configuration, context);

  /* The path itself is reported as ignored; this word would change what is learnt. */
  if (attune_configuration_is_set (configuration, "schedule.trainOnInputs")
      && attune_configuration_get_enum (configuration, "schedule.trainOnInputs") == ATTUNE_TRAIN_ON_INPUTS_ENABLED)
    attune_validation_add (validation, "schedule.trainOnInputs", ATTUNE_SEVERITY_ERROR, "combination", g_variant_new_string ("auto"),
                           _("Fireworks learns the answers only. Which of them are learnt is said by a “weight” of 0 or 1 in the message."));

  if (total_steps > 0
      && attune_configuration_is_set (configuration, warmup->path)
      && attune_configuration_applies (configuration, warmup)
      && attune_configuration_get_double (configuration, warmup->path) > 0
      && attune_fireworks_get_warmup_steps (configuration, total_steps) == 0)
    attune_validation_add (validation, warmup->path, ATTUNE_SEVERITY_WARNING, "advice", g_variant_new_double (0),
                           ngettext ("The run has %" G_GINT64_FORMAT " step, so this warm-up is shorter than one step and left out.",
                                     "The run has %" G_GINT64_FORMAT " steps, so this warm-up is shorter than one step and left out.",
                                     (gulong) total_steps),
                           total_steps);
}

/* The limits of a model are found by its whole name; they hold for the short one too. */
static void
check_limits (AttuneConfiguration *configuration,
              AttuneCapabilities  *capabilities,
              const char          *name,
              AttuneValidation    *validation)
{
  g_autoptr (AttuneConfiguration) named = attune_configuration_copy (configuration);
  g_autoptr (AttuneValidation) limits = attune_validation_new ();

  attune_configuration_set_value (named, "model.baseModel", g_variant_new_string (name));
  attune_validation_check_capabilities (limits, named, capabilities, _("Fireworks AI"));
  attune_validation_merge (validation, limits);
}

static void
check_model (AttuneConfiguration *configuration,
             AttuneCapabilities  *capabilities,
             AttuneValidation    *validation)
{
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");
  JsonNode *warm_start = json_object_get_member (attune_configuration_get_metadata (configuration), "warmStartFrom");
  const char *start = warm_start != NULL ? attune_json_node_peek_string (warm_start) : NULL;
  g_autofree char *name = NULL;
  g_autoptr (GVariant) known = NULL;

  if (start != NULL && *start != '\0')
    {
      g_auto (GStrv) parts = g_strsplit (start, "/", -1);

      if (g_strv_length (parts) != 4 || strcmp (parts[0], "accounts") != 0 || strcmp (parts[2], "models") != 0)
        attune_validation_add (validation, "metadata.warmStartFrom", ATTUNE_SEVERITY_ERROR, "type", NULL,
                               _("“%s” is no adapter at Fireworks. Write its whole name: accounts/ACCOUNT/models/MODEL."), start);
      else if (model != NULL && *model != '\0')
        attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_WARNING, "combination", NULL,
                               _("The job goes on from %s, which brings its own base model: this one is not sent."), start);
      return;
    }

  /* What this list lacks may be a model of the person's own account, or newer than the list. */
  if (model == NULL || *model == '\0' || attune_capabilities_get_n_models (capabilities) == 0)
    return;
  name = attune_fireworks_dup_model_name (model);
  known = attune_capabilities_dup_model (capabilities, name);
  if (known != NULL && strcmp (name, model) != 0)
    check_limits (configuration, capabilities, name, validation);
  else if (known == NULL && g_str_has_prefix (name, "accounts/fireworks/models/"))
    attune_validation_add (validation, "model.baseModel", ATTUNE_SEVERITY_WARNING, "model", NULL,
                           _("Fireworks does not list %s among the models that can be fine-tuned."), name);
}

void
attune_fireworks_validate (AttuneConfiguration    *configuration,
                           const AttuneJobContext *context,
                           AttuneCapabilities     *capabilities,
                           AttuneValidation       *validation)
{
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));
  g_return_if_fail (context != NULL);
  g_return_if_fail (ATTUNE_IS_CAPABILITIES (capabilities));
  g_return_if_fail (ATTUNE_IS_VALIDATION (validation));

  check_model (configuration, capabilities, validation);
  check_rank (configuration, validation);
  check_data (configuration, context, validation);
  check_schedule (configuration, context, validation);
}
