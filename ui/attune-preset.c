/* attune-preset.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-preset.h"

#include <glib/gi18n-lib.h>

/* Adapters begin at zero and have few weights: they take ten to twenty times the rate of whole models. */
#define LORA_RATE 2e-4

typedef struct {
  const char *path;
  double      values[ATTUNE_N_PRESETS]; /* of the learning rate: factors of the usual one */
  gboolean    only_with_validation;
} PresetValue;

/* Balanced is what a new form has; the others go from there. */
static const PresetValue preset_values[] = {
  { "schedule.epochs", { 1, 3, 5 }, FALSE },
  { "schedule.checkpoints", { 1, 1, 4 }, FALSE },
  { "schedule.evaluations", { 1, 4, 10 }, TRUE },
  { "method.loraConfig.rank", { 8, 8, 16 }, FALSE },
  { "method.loraConfig.alpha", { 16, 16, 32 }, FALSE },
  { "method.loraConfig.dropout", { 0, 0, 0.05 }, FALSE },
  { "optimizer.learningRate", { 1, 1, 0.5 }, FALSE },
  { "optimizer.scheduler.warmupRatio", { 0, 0, 0.1 }, FALSE },
  { "optimizer.weightDecay", { 0, 0, 0.01 }, FALSE },
};

const char *
attune_preset_get_id (AttunePreset preset)
{
  static const char * const ids[] = { "quick", "balanced", "careful" };

  g_return_val_if_fail (preset < ATTUNE_N_PRESETS, NULL);

  return ids[preset];
}

const char *
attune_preset_get_title (AttunePreset preset)
{
  static const char * const titles[] = { N_("Quick Try"), N_("Balanced"), N_("Careful") };

  g_return_val_if_fail (preset < ATTUNE_N_PRESETS, NULL);

  return _(titles[preset]);
}

const char *
attune_preset_get_description (AttunePreset preset)
{
  static const char * const descriptions[] = {
    N_("Once through the data, to see that everything works."),
    N_("Three times through the data with the usual settings."),
    N_("Slower and gentler, with more checkpoints to choose from."),
  };

  g_return_val_if_fail (preset < ATTUNE_N_PRESETS, NULL);

  return _(descriptions[preset]);
}

/* The provider's default where it names one, else what is usual for the method. */
static double
find_usual_rate (AttuneConfiguration *configuration,
                 AttuneCapabilities  *capabilities)
{
  g_autoptr (GVariant) defaults = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "parameterDefaults",
                                                          G_VARIANT_TYPE_VARDICT);
  const AttuneParameter *parameter = attune_parameters_lookup ("optimizer.learningRate");
  double rate;

  if (defaults != NULL && g_variant_lookup (defaults, parameter->path, "d", &rate) && rate > 0)
    return rate;

  return attune_configuration_get_enum (configuration, "method.type") == ATTUNE_TRAINING_METHOD_FULL
    ? parameter->default_number : LORA_RATE;
}

/* NULL where the setting does not count here. Full reference. */
static GVariant *
build_value (const PresetValue   *entry,
             AttunePreset         preset,
             AttuneConfiguration *configuration,
             AttuneCapabilities  *capabilities)
{
  const AttuneParameter *parameter = attune_parameters_lookup (entry->path);
  double value = entry->values[preset];
  double minimum, maximum;
  GVariant *variant;

  if (!attune_capabilities_supports_path (capabilities, entry->path) ||
      !attune_configuration_applies (configuration, parameter))
    return NULL;

  if ((parameter->flags & ATTUNE_PARAMETER_LOGARITHMIC) != 0)
    value *= find_usual_rate (configuration, capabilities);
  if (attune_capabilities_get_range (capabilities, entry->path, &minimum, &maximum))
    value = CLAMP (value, minimum, maximum);

  if (parameter->type == ATTUNE_PARAMETER_INTEGER)
    variant = g_variant_new_int64 ((gint64) value);
  else
    variant = g_variant_new_double (value);

  return g_variant_ref_sink (variant);
}

GVariant *
attune_preset_build (AttunePreset         preset,
                     AttuneConfiguration *configuration,
                     AttuneCapabilities  *capabilities)
{
  GVariantBuilder builder;

  g_return_val_if_fail (preset < ATTUNE_N_PRESETS, NULL);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);
  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (capabilities), NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < G_N_ELEMENTS (preset_values); i++)
    {
      g_autoptr (GVariant) value = build_value (&preset_values[i], preset, configuration, capabilities);

      if (value != NULL && (!preset_values[i].only_with_validation ||
                            attune_configuration_is_set (configuration, "datasets.validationFileId")))
        g_variant_builder_add (&builder, "{sv}", preset_values[i].path, value);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

gboolean
attune_preset_matches (AttunePreset         preset,
                       AttuneConfiguration *configuration,
                       AttuneCapabilities  *capabilities)
{
  g_return_val_if_fail (preset < ATTUNE_N_PRESETS, FALSE);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), FALSE);
  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (capabilities), FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (preset_values); i++)
    {
      g_autoptr (GVariant) wanted = build_value (&preset_values[i], preset, configuration, capabilities);
      g_autoptr (GVariant) there = NULL;

      /* How often to measure is worth a choice of its own once there is something to measure on. */
      if (wanted == NULL || preset_values[i].only_with_validation)
        continue;
      there = attune_configuration_dup_value (configuration, preset_values[i].path);
      if (there == NULL)
        {
          there = attune_capabilities_dup_default (capabilities, preset_values[i].path);
          if (there != NULL)
            g_variant_take_ref (there);
        }
      if (there == NULL || !g_variant_equal (there, wanted))
        return FALSE;
    }

  return TRUE;
}
