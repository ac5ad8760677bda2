/* attune-local-capabilities.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-local-capabilities"

#include "attune-local-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-local-files.h"
#include "attune-machine.h"
#include "attune-paths.h"

/* Only what the trainer really does when it is asked to. */
static const char * const methods[] = { "full", "lora", NULL };
static const char * const precisions[] = { "fp32", "bf16", NULL };
/* These three are how it computes: attention in tiles, loss and softmax in one pass, batches padded to their longest row. */
static const char * const optimizations[] = { "flash_attention", "fused_kernels", "dynamic_padding", NULL };
static const char * const actions[] = { "cancel", "pause", "resume", "checkpoints", "download", "delete", "estimate", "generate", NULL };

/* Groups of the table that have no meaning on one's own processor. */
static gboolean
has_effect (const AttuneParameter *parameter)
{
  switch (parameter->group)
    {
    case ATTUNE_PARAMETER_GROUP_HARDWARE:
    case ATTUNE_PARAMETER_GROUP_INTEGRATIONS:
      return FALSE;

    case ATTUNE_PARAMETER_GROUP_MODEL:
    case ATTUNE_PARAMETER_GROUP_DATASETS:
    case ATTUNE_PARAMETER_GROUP_METHOD:
    case ATTUNE_PARAMETER_GROUP_SCHEDULE:
    case ATTUNE_PARAMETER_GROUP_OPTIMIZER:
    case ATTUNE_PARAMETER_GROUP_OPTIMIZATIONS:
    case ATTUNE_PARAMETER_GROUP_OUTPUT:
    case ATTUNE_N_PARAMETER_GROUPS:
    default:
      return TRUE;
    }
}

static GVariant *
build_parameters (void)
{
  g_auto (GVariantBuilder) builder;
  const AttuneParameter *table;
  guint n;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  table = attune_parameters_get (&n);
  for (guint i = 0; i < n; i++)
    {
      if (has_effect (&table[i]))
        g_variant_builder_add (&builder, "s", table[i].path);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
build_custom_parameters (void)
{
  g_auto (GVariantBuilder) builder;
  g_auto (GVariantDict) seed;
  g_auto (GVariantDict) threads;

  g_variant_dict_init (&seed, NULL);
  g_variant_dict_insert (&seed, "type", "s", "number");
  g_variant_dict_insert (&seed, "title", "s", _("Seed"));
  g_variant_dict_insert (&seed, "description", "s",
                         _("Decides the order of the rows and the first values of an adapter. The same seed gives the same run."));
  g_variant_dict_insert (&seed, "required", "b", FALSE);
  g_variant_dict_insert (&seed, "default", "x", (gint64) ATTUNE_LOCAL_DEFAULT_SEED);
  g_variant_dict_insert (&seed, "min", "d", 0.0);
  g_variant_dict_insert (&seed, "max", "d", (double) G_MAXINT32);

  g_variant_dict_init (&threads, NULL);
  g_variant_dict_insert (&threads, "type", "s", "number");
  g_variant_dict_insert (&threads, "title", "s", _("Threads"));
  g_variant_dict_insert (&threads, "description", "s",
                         _("How many processor cores compute. 0 takes all of them; fewer leave the computer free for other work."));
  g_variant_dict_insert (&threads, "required", "b", FALSE);
  g_variant_dict_insert (&threads, "default", "x", (gint64) 0);
  g_variant_dict_insert (&threads, "min", "d", 0.0);
  g_variant_dict_insert (&threads, "max", "d", (double) g_get_num_processors ());

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&builder, "{s@a{sv}}", "seed", g_variant_dict_end (&seed));
  g_variant_builder_add (&builder, "{s@a{sv}}", "threads", g_variant_dict_end (&threads));

  return g_variant_builder_end (&builder);
}

static const char *
get_title (const AttuneLocalModel *model)
{
  return strcmp (model->id, "starter") == 0 ? _("Starter Model") : model->title;
}

static GVariant *
build_model (const AttuneLocalModel *model)
{
  const AttuneParameter *length = attune_parameters_lookup ("schedule.sequenceLength");
  g_auto (GVariantDict) dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", model->id);
  g_variant_dict_insert (&dict, "title", "s", get_title (model));
  g_variant_dict_insert (&dict, "path", "s", model->path);
  g_variant_dict_insert (&dict, "sizeBytes", "t", model->size);
  g_variant_dict_insert (&dict, "parameters", "t", model->parameters);
  g_variant_dict_insert (&dict, "contextLength", "u", model->context_length);

  if (length != NULL && model->context_length < length->maximum)
    {
      g_auto (GVariantBuilder) ranges;

      g_variant_builder_init (&ranges, G_VARIANT_TYPE ("a{s(dd)}"));
      g_variant_builder_add (&ranges, "{s(dd)}", length->path, length->minimum, MAX (length->minimum, model->context_length));
      g_variant_dict_insert_value (&dict, "parameterRanges", g_variant_builder_end (&ranges));
    }

  if (model->template_name == NULL)
    g_variant_dict_insert (&dict, "notes", "s", _("Has no chat template that Attune knows: it can be trained on plain text only."));

  return g_variant_dict_end (&dict);
}

static void
add_notice (GVariantBuilder *notices,
            const char      *severity,
            const char      *text)
{
  g_auto (GVariantDict) dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "text", "s", text);
  g_variant_dict_insert (&dict, "severity", "s", severity);
  g_variant_builder_add_value (notices, g_variant_dict_end (&dict));
}

static void
add_machine_notices (GVariantBuilder *notices)
{
  g_autofree char *data_folder = attune_paths_dup_data_folder ();
  g_autofree char *memory = g_format_size_full (attune_machine_get_total_memory (), G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *available = g_format_size_full (attune_machine_get_available_memory (), G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *disk = g_format_size (attune_local_files_free_space (data_folder));
  g_autofree char *text = NULL;
  guint n_cores = g_get_num_processors ();

  text = g_strdup_printf (ngettext ("%u processor core, %s of memory (%s free), %s free on the disk.",
                                    "%u processor cores, %s of memory (%s free), %s free on the disk.", n_cores),
                          n_cores, memory, available, disk);
  add_notice (notices, "info", text);

  if (!attune_machine_has_fast_bf16 ())
    add_notice (notices, "info",
                _("This processor has no instructions for bf16: bf16 halves the memory of the weights here, but fp32 is faster."));
}

AttuneCapabilities *
attune_local_build_capabilities (GPtrArray *models)
{
  g_auto (GVariantDict) dict;
  g_auto (GVariantBuilder) list;
  g_auto (GVariantBuilder) notices;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GError) error = NULL;
  guint n_usable = 0;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_init (&notices, G_VARIANT_TYPE ("aa{sv}"));
  add_machine_notices (&notices);

  for (guint i = 0; models != NULL && i < models->len; i++)
    {
      const AttuneLocalModel *model = g_ptr_array_index (models, i);

      if (model->problem == NULL)
        {
          g_variant_builder_add_value (&list, build_model (model));
          n_usable++;
        }
      else
        {
          g_autofree char *text = g_strdup_printf (_("The model “%s” cannot be used: %s"), model->id, model->problem->message);

          add_notice (&notices, "warning", text);
        }
    }

  if (models != NULL && n_usable == 0)
    {
      g_autofree char *folder = attune_paths_dup_models_folder ();
      g_autofree char *text = g_strdup_printf (_("There is no model on this computer yet. Add the folder of one to “%s”."), folder);

      add_notice (&notices, "warning", text);
    }

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "supportedMethods", g_variant_new_strv (methods, -1));
  g_variant_dict_insert_value (&dict, "supportedPrecisions", g_variant_new_strv (precisions, -1));
  g_variant_dict_insert_value (&dict, "supportedOptimizations", g_variant_new_strv (optimizations, -1));
  g_variant_dict_insert_value (&dict, "supportedParameters", build_parameters ());
  g_variant_dict_insert_value (&dict, "customParameters", build_custom_parameters ());
  g_variant_dict_insert_value (&dict, "actions", g_variant_new_strv (actions, -1));
  g_variant_dict_insert_value (&dict, "models", g_variant_builder_end (&list));
  g_variant_dict_insert_value (&dict, "notices", g_variant_builder_end (&notices));
  g_variant_dict_insert (&dict, "fetchedAt", "x", models != NULL ? g_get_real_time () / G_USEC_PER_SEC : (gint64) 0);

  capabilities = attune_capabilities_new (g_variant_dict_end (&dict), &error);
  if (capabilities == NULL)
    g_error ("The capabilities of this computer have a wrong shape: %s", error->message);

  return g_steal_pointer (&capabilities);
}
