/* attune-carry.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-carry.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-json.h"

void
attune_misfit_free (AttuneMisfit *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->title);
  g_free (self->message);
  g_clear_pointer (&self->repair, g_variant_unref);
  g_free (self);
}

/* @repair: (nullable), sunk. */
static void
add (GPtrArray        *misfits,
     AttuneMisfitKind  kind,
     const char       *path,
     const char       *title,
     GVariant         *repair,
     char             *message)
{
  AttuneMisfit *misfit = g_new0 (AttuneMisfit, 1);

  misfit->kind = kind;
  misfit->path = g_strdup (path);
  misfit->title = g_strdup (title);
  misfit->message = message;
  misfit->repair = repair != NULL ? g_variant_ref_sink (repair) : NULL;
  g_ptr_array_add (misfits, misfit);
}

/* --- Models --- */

/* The words and numbers of a model's name: "meta-llama/Meta-Llama-3.1-8B" → llama, 3.1, 8b, meta. The ways to write a version that
 * hosts have ("v3p1", "3-1") are one. */
static GHashTable *
collect_words (const char *model)
{
  GHashTable *words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *name = strrchr (model, '/') != NULL ? strrchr (model, '/') + 1 : model;
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autoptr (GRegex) version = g_regex_new ("(?<![a-z0-9])v?([0-9]+)[p.-]([0-9]+)(?![0-9.a-z])", G_REGEX_DEFAULT, 0, NULL);
  g_autofree char *plain = g_regex_replace (version, lower, -1, 0, "\\1.\\2", 0, NULL);
  g_auto (GStrv) parts = g_strsplit_set (plain != NULL ? plain : lower, "-_ :", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      {
        /* "qwen3" is "qwen-3". */
        gsize letters = strcspn (parts[i], "0123456789");

        if (letters > 1 && parts[i][letters] != '\0' && g_ascii_isalpha (parts[i][0]))
          {
            g_hash_table_add (words, g_strndup (parts[i], letters));
            g_hash_table_add (words, g_strdup (parts[i] + letters));
          }
        else
          g_hash_table_add (words, g_strdup (parts[i]));
      }

  return words;
}

/* "8b", "0.6b", "135m": another size is another model, however alike the names are. */
static gboolean
is_size (const char *word)
{
  gsize digits = strspn (word, "0123456789.x");

  return digits > 0 && (word[digits] == 'b' || word[digits] == 'm') && word[digits + 1] == '\0';
}

static double
compare_names (GHashTable *wanted,
               GHashTable *candidate)
{
  GHashTableIter iter;
  gpointer word;
  guint common = 0;
  guint all;

  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &word, NULL))
    {
      if (g_hash_table_contains (candidate, word))
        common++;
      else if (is_size (word))
        return 0;
    }
  all = g_hash_table_size (wanted) + g_hash_table_size (candidate) - common;

  return all > 0 ? common / (double) all : 0;
}

char *
attune_carry_find_model (AttuneCapabilities *capabilities,
                         const char         *model)
{
  g_autoptr (GVariant) models = NULL;
  g_autoptr (GHashTable) wanted = NULL;
  const char *best = NULL;
  double best_score = 0.5;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (capabilities), NULL);
  g_return_val_if_fail (model != NULL, NULL);

  models = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "models", G_VARIANT_TYPE ("aa{sv}"));
  wanted = collect_words (model);
  for (gsize i = 0; models != NULL && i < g_variant_n_children (models); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (models, i);
      g_autoptr (GHashTable) candidate = NULL;
      const char *id;
      double score;

      if (!g_variant_lookup (entry, "id", "&s", &id))
        continue;
      candidate = collect_words (id);
      score = compare_names (wanted, candidate);
      if (score > best_score)
        {
          best_score = score;
          best = id;
        }
    }

  return g_strdup (best);
}

static gboolean
has_folders (AttuneCapabilities *capabilities)
{
  g_autoptr (GVariant) models = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "models",
                                                        G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; models != NULL && i < g_variant_n_children (models); i++)
    {
      g_autoptr (GVariant) model = g_variant_get_child_value (models, i);
      g_autoptr (GVariant) path = g_variant_lookup_value (model, "path", G_VARIANT_TYPE_STRING);

      if (path != NULL)
        return TRUE;
    }

  return FALSE;
}

static void
check_model (AttuneConfiguration *configuration,
             AttuneCapabilities  *capabilities,
             const char          *provider,
             const char          *title,
             GPtrArray           *misfits)
{
  g_autofree char *model = attune_configuration_dup_text (configuration, "model.baseModel");
  g_autoptr (GVariant) known = NULL;
  g_autofree char *near = NULL;

  if (model == NULL || attune_capabilities_get_n_models (capabilities) == 0)
    return;
  known = attune_capabilities_dup_model (capabilities, model);
  /* Where models are folders, one of a person's own is in no list; whether it can be used, the check says. */
  if (known != NULL || (g_path_is_absolute (model) && has_folders (capabilities)))
    return;

  near = attune_carry_find_model (capabilities, model);
  if (near != NULL)
    add (misfits, ATTUNE_MISFIT_MODEL, "model.baseModel", title, g_variant_new_string (near),
         /* translators: a provider, the model that it lacks, and one with nearly the same name */
         g_strdup_printf (_("%s does not have “%s”. The nearest is “%s”."), provider, model, near));
  else
    add (misfits, ATTUNE_MISFIT_MODEL, "model.baseModel", title, NULL,
         /* translators: a provider, and the model that it lacks */
         g_strdup_printf (_("%s does not have “%s”. Choose another model."), provider, model));
}

/* --- Settings --- */

static char *
format_value (const AttuneParameter *parameter,
              GVariant              *value)
{
  g_autofree char *word = attune_parameter_format (parameter, value);
  const char *title;

  if (parameter->type == ATTUNE_PARAMETER_SECRET)
    return g_strdup (_("a secret"));
  title = parameter->type == ATTUNE_PARAMETER_ENUM ? attune_parameter_get_value_title (parameter, word) : NULL;

  return title != NULL ? g_strdup (title) : g_steal_pointer (&word);
}

/* The words of a set that can be had here; with an enumeration the provider's default. */
static void
check_words (const AttuneParameter *parameter,
             GVariant              *value,
             AttuneCapabilities    *capabilities,
             const char            *provider,
             GPtrArray             *misfits)
{
  const char *title = attune_parameter_get_title (parameter);

  if (parameter->type == ATTUNE_PARAMETER_SET)
    {
      g_autofree const char **words = g_variant_get_strv (value, NULL);
      g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();
      g_autoptr (GString) lost = g_string_new (NULL);
      g_auto (GStrv) list = NULL;

      for (guint i = 0; words[i] != NULL; i++)
        if (attune_capabilities_supports_value (capabilities, parameter->path, words[i]))
          g_strv_builder_add (kept, words[i]);
        else
          g_string_append_printf (lost, "%s%s", lost->len > 0 ? ", " : "",
                                  attune_parameter_get_value_title (parameter, words[i]));
      list = g_strv_builder_end (kept);
      if (lost->len > 0)
        add (misfits, ATTUNE_MISFIT_WORD, parameter->path, title, g_variant_new_strv ((const char * const *) list, -1),
             /* translators: a provider, and what it does not have */
             g_strdup_printf (_("%s does not have %s."), provider, lost->str));
    }
  else if (parameter->type == ATTUNE_PARAMETER_ENUM &&
           !attune_capabilities_supports_value (capabilities, parameter->path, g_variant_get_string (value, NULL)))
    {
      g_autoptr (GVariant) preset = attune_capabilities_dup_default (capabilities, parameter->path);
      g_autofree char *shown = format_value (parameter, value);

      add (misfits, ATTUNE_MISFIT_WORD, parameter->path, title, preset,
           g_strdup_printf (_("%s does not have %s."), provider, shown));
    }
}

static void
check_range (const AttuneParameter *parameter,
             GVariant              *value,
             AttuneCapabilities    *capabilities,
             const char            *provider,
             GPtrArray             *misfits)
{
  gboolean whole = parameter->type == ATTUNE_PARAMETER_INTEGER;
  double minimum, maximum, number, fitting;
  g_autofree char *shown = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  if (!attune_capabilities_get_range (capabilities, parameter->path, &minimum, &maximum))
    return;
  number = whole ? (double) g_variant_get_int64 (value) : g_variant_get_double (value);
  fitting = CLAMP (number, minimum, maximum);
  if (fitting == number)
    return;

  shown = format_value (parameter, value);
  from = attune_json_format_double (minimum);
  to = attune_json_format_double (maximum);
  add (misfits, ATTUNE_MISFIT_RANGE, parameter->path, attune_parameter_get_title (parameter),
       whole ? g_variant_new_int64 ((gint64) fitting) : g_variant_new_double (fitting),
       /* translators: a number that is set, a provider, and its limits */
       g_strdup_printf (_("%s is set; %s takes %s to %s."), shown, provider, from, to));
}

static void
check_metadata (AttuneConfiguration *configuration,
                AttuneCapabilities  *capabilities,
                const char          *provider,
                GPtrArray           *misfits)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, attune_configuration_get_metadata (configuration));
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *path = g_strconcat ("metadata.", name, NULL);
      g_autofree char *text = NULL;

      if (attune_capabilities_supports_path (capabilities, path))
        continue;
      text = attune_json_write (node, FALSE);
      add (misfits, ATTUNE_MISFIT_UNSUPPORTED, path, name, NULL,
           /* translators: a value that is set, and a provider */
           g_strdup_printf (_("%s is set; %s does not use this."), text, provider));
    }
}

GPtrArray *
attune_carry_check (AttuneConfiguration *configuration,
                    AttuneCapabilities  *capabilities,
                    const char          *provider)
{
  GPtrArray *misfits;
  g_autofree char *model = NULL;
  g_autoptr (AttuneCapabilities) narrowed = NULL;
  guint n_parameters;
  const AttuneParameter *parameters = attune_parameters_get (&n_parameters);

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);
  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (capabilities), NULL);
  g_return_val_if_fail (provider != NULL, NULL);

  misfits = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_misfit_free);
  model = attune_configuration_dup_text (configuration, "model.baseModel");
  narrowed = model != NULL ? attune_capabilities_for_model (capabilities, model) : g_object_ref (capabilities);

  for (guint i = 0; i < n_parameters; i++)
    {
      const AttuneParameter *parameter = &parameters[i];
      g_autoptr (GVariant) value = attune_configuration_dup_value (configuration, parameter->path);
      g_autofree char *shown = NULL;

      if (value == NULL || parameter->type == ATTUNE_PARAMETER_DATASET)
        continue;
      if (!attune_capabilities_supports_path (narrowed, parameter->path))
        {
          shown = format_value (parameter, value);
          add (misfits, ATTUNE_MISFIT_UNSUPPORTED, parameter->path, attune_parameter_get_title (parameter), NULL,
               g_strdup_printf (_("%s is set; %s does not use this."), shown, provider));
        }
      else if (parameter->type == ATTUNE_PARAMETER_MODEL)
        check_model (configuration, capabilities, provider, attune_parameter_get_title (parameter), misfits);
      else if (parameter->type == ATTUNE_PARAMETER_INTEGER || parameter->type == ATTUNE_PARAMETER_DOUBLE)
        check_range (parameter, value, narrowed, provider, misfits);
      else
        check_words (parameter, value, narrowed, provider, misfits);
    }
  check_metadata (configuration, narrowed, provider, misfits);

  return misfits;
}

guint
attune_carry_adjust (AttuneConfiguration *configuration,
                     GPtrArray           *misfits)
{
  guint n_mended = 0;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), 0);
  g_return_val_if_fail (misfits != NULL, 0);

  for (guint i = 0; i < misfits->len; i++)
    {
      const AttuneMisfit *misfit = g_ptr_array_index (misfits, i);

      if (misfit->kind == ATTUNE_MISFIT_MODEL && misfit->repair == NULL)
        continue;
      if (g_str_has_prefix (misfit->path, "metadata."))
        attune_configuration_set_metadata (configuration, misfit->path + strlen ("metadata."), NULL);
      else
        attune_configuration_set_value (configuration, misfit->path, misfit->repair);
      n_mended++;
    }

  return n_mended;
}
