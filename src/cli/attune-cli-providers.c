/* attune-cli-providers.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <glib/gi18n-lib.h>

#include "attune-cli-output.h"

gboolean
attune_cli_provider_list (AttuneCli  *self,
                          GError    **error)
{
  g_autoptr (GVariant) result = attune_cli_call (self, "provider-list", g_variant_new ("a{sv}", NULL), error);
  g_autoptr (AttuneCliTable) table = NULL;

  if (result == NULL)
    return FALSE;

  if (self->json)
    {
      attune_cli_answer_variant (self, result);
      return TRUE;
    }

  table = attune_cli_table_new (_("Provider"), _("Name"), _("Description"), NULL);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->registry)); i++)
    {
      g_autoptr (AttuneAdapter) adapter = g_list_model_get_item (G_LIST_MODEL (self->registry), i);

      attune_cli_table_add (table, attune_adapter_get_id (adapter), attune_adapter_get_title (adapter),
                            attune_adapter_get_description (adapter));
    }
  attune_cli_table_print (table);

  return TRUE;
}

static void
print_words (GVariant   *capabilities,
             const char *member,
             const char *title)
{
  g_autofree const char **words = NULL;
  g_autofree char *joined = NULL;

  if (!g_variant_lookup (capabilities, member, "^a&s", &words))
    return;

  joined = g_strjoinv (", ", (char **) words);
  attune_cli_print ("%s: %s\n", title, *joined != '\0' ? joined : "–");
}

static void
print_parameters (AttuneCapabilities *capabilities)
{
  g_autoptr (AttuneCliTable) table = attune_cli_table_new (_("Parameter"), _("From"), _("To"), _("Default"), NULL);
  g_auto (GStrv) unsupported = attune_capabilities_list_unsupported (capabilities);
  g_autofree char *ignored = g_strjoinv (", ", unsupported);
  const AttuneParameter *parameters;
  guint n;

  parameters = attune_parameters_get (&n);
  for (guint i = 0; i < n; i++)
    {
      const AttuneParameter *parameter = &parameters[i];
      g_autoptr (GVariant) value = NULL;
      g_autofree char *from = NULL;
      g_autofree char *to = NULL;
      g_autofree char *fallback = NULL;
      double minimum;
      double maximum;

      if (!attune_capabilities_supports_path (capabilities, parameter->path))
        continue;

      if (attune_capabilities_get_range (capabilities, parameter->path, &minimum, &maximum))
        {
          from = g_strdup_printf ("%g", minimum);
          to = g_strdup_printf ("%g", maximum);
        }
      value = attune_capabilities_dup_default (capabilities, parameter->path);
      if (value != NULL)
        fallback = attune_parameter_format (parameter, value);
      attune_cli_table_add (table, parameter->path, from, to, fallback);
    }

  attune_cli_print ("\n");
  attune_cli_table_print (table);
  if (*ignored != '\0')
    attune_cli_print (_("\nNot taken: %s\n"), ignored);
}

static void
print_models (GVariant *variant)
{
  g_autoptr (AttuneCliTable) table = attune_cli_table_new (_("Model"), _("Name"), _(">Parameters"), _(">Context"), NULL);
  g_autoptr (GVariant) models = g_variant_lookup_value (variant, "models", G_VARIANT_TYPE ("aa{sv}"));

  if (models == NULL || g_variant_n_children (models) == 0)
    return;

  for (gsize i = 0; i < g_variant_n_children (models); i++)
    {
      g_autoptr (GVariant) model = g_variant_get_child_value (models, i);
      gint64 n_parameters = attune_cli_get_integer (model, "parameters");
      gint64 context = attune_cli_get_integer (model, "contextLength");
      g_autofree char *parameters_text = n_parameters > 0 ? g_strdup_printf ("%.1f M", (double) n_parameters / 1e6) : NULL;
      g_autofree char *context_text = context > 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, context) : NULL;

      attune_cli_table_add (table, attune_cli_get_text (model, "id"), attune_cli_get_text (model, "title"), parameters_text, context_text);
    }
  attune_cli_print ("\n");
  attune_cli_table_print (table);
}

static void
print_notices (GVariant *variant)
{
  g_autoptr (GVariant) notices = g_variant_lookup_value (variant, "notices", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; notices != NULL && i < g_variant_n_children (notices); i++)
    {
      g_autoptr (GVariant) notice = g_variant_get_child_value (notices, i);
      const char *text = attune_cli_get_text (notice, "text");

      if (text != NULL)
        attune_cli_print ("%s%s\n", i == 0 ? "\n" : "", text);
    }
}

gboolean
attune_cli_provider_capabilities (AttuneCli  *self,
                                  GError    **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;

  g_variant_dict_insert (&dict, "provider", "s", self->arguments[0]);
  if (self->options.model != NULL)
    g_variant_dict_insert (&dict, "model", "s", self->options.model);
  if (self->options.refresh)
    g_variant_dict_insert (&dict, "refresh", "b", TRUE);

  result = attune_cli_call (self, "provider-capabilities", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  variant = g_variant_lookup_value (result, "capabilities", G_VARIANT_TYPE_VARDICT);
  capabilities = attune_capabilities_new (variant != NULL ? variant : g_variant_new ("a{sv}", NULL), error);
  if (capabilities == NULL)
    return FALSE;

  if (self->json)
    {
      g_autoptr (JsonNode) node = attune_capabilities_to_json (capabilities);

      attune_cli_answer_json (self, node);
      return TRUE;
    }

  print_words (variant, "supportedMethods", _("Methods"));
  print_words (variant, "supportedPrecisions", _("Precisions"));
  print_words (variant, "supportedOptimizations", _("Optimizations"));
  print_words (variant, "actions", _("Actions"));
  print_parameters (capabilities);
  print_models (variant);
  print_notices (variant);

  return TRUE;
}
