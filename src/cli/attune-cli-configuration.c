/* attune-cli-configuration.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-cli-output.h"
#include "attune-json.h"
#include "attune-migration.h"
#include "attune-recipe.h"

/* A folder that was named relative to here must mean the same to whoever reads the job later. */
static char *
resolve_model (const char *model)
{
  if (!g_path_is_absolute (model) && strchr (model, '/') != NULL && g_file_test (model, G_FILE_TEST_IS_DIR))
    return g_canonicalize_filename (model, NULL);

  return g_strdup (model);
}

static char *
resolve_data (const char *given,
              const char *said,
              const char *document)
{
  g_autofree char *folder = NULL;

  if (given != NULL)
    return g_canonicalize_filename (given, NULL);
  if (said == NULL || document == NULL)
    return g_strdup (said);

  /* A recipe that brings its data names them as they lie from where it lies itself. */
  folder = g_path_get_dirname (document);

  return g_canonicalize_filename (said, folder);
}

static void
replace (char **text,
         char  *taken)
{
  g_free (*text);
  *text = taken;
}

AttuneMigration *
attune_cli_load_document (AttuneCli  *self,
                          GError    **error)
{
  const char *path = self->n_arguments > 0 ? self->arguments[0] : NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (AttuneMigration) document = NULL;
  g_autofree char *model = NULL;
  g_autofree char *resolved = NULL;

  root = path != NULL ? attune_json_parse_file (path, error) : attune_json_parse ("{}", -1, NULL, error);
  if (root == NULL)
    return NULL;

  document = attune_migration_run (root, error);
  if (document == NULL)
    {
      if (path != NULL)
        g_prefix_error (error, "%s: ", path);
      return NULL;
    }

  if (self->options.model != NULL)
    attune_configuration_set_value (document->configuration, "model.baseModel", g_variant_new_string (self->options.model));
  for (guint i = 0; self->options.assignments != NULL && self->options.assignments[i] != NULL; i++)
    {
      if (!attune_configuration_set_from_text (document->configuration, self->options.assignments[i], error))
        return NULL;
    }

  model = attune_configuration_dup_text (document->configuration, "model.baseModel");
  if (model != NULL)
    {
      resolved = resolve_model (model);
      attune_configuration_set_value (document->configuration, "model.baseModel", g_variant_new_string (resolved));
    }

  if (self->options.provider != NULL)
    g_set_str (&document->provider, self->options.provider);
  if (self->options.name != NULL)
    g_set_str (&document->name, self->options.name);
  replace (&document->training_path, resolve_data (self->options.training, document->training_path, path));
  replace (&document->validation_path, resolve_data (self->options.validation, document->validation_path, path));

  return g_steal_pointer (&document);
}

gboolean
attune_cli_fill_parameters (const AttuneMigration  *document,
                            GVariantDict           *dict,
                            gboolean                needs_provider,
                            GError                **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (document->provider == NULL && needs_provider)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("Name a provider with --provider. “attunectl provider-list” lists them."));
      return FALSE;
    }

  /* As a document, since that keeps the members that nobody knows, and the check names them. */
  node = attune_configuration_to_json (document->configuration, ATTUNE_SECRETS_OMIT);
  text = attune_json_write (node, FALSE);
  g_variant_dict_insert (dict, "configuration", "s", text);
  if (document->provider != NULL)
    g_variant_dict_insert (dict, "provider", "s", document->provider);
  if (document->training_path != NULL)
    g_variant_dict_insert (dict, "training", "s", document->training_path);
  if (document->validation_path != NULL)
    g_variant_dict_insert (dict, "validation", "s", document->validation_path);

  return TRUE;
}

static void
report_migration (const AttuneMigration *document)
{
  for (guint i = 0; i < attune_validation_get_n_issues (document->report); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (document->report, i);

      attune_cli_message (_("Warning: %s: %s"), issue->path, issue->message);
    }
}

gboolean
attune_cli_schema (AttuneCli  *self,
                   GError    **error)
{
  g_autoptr (JsonNode) schema = attune_configuration_build_schema ();

  attune_cli_answer_json (self, schema);

  return TRUE;
}

gboolean
attune_cli_config_check (AttuneCli  *self,
                         GError    **error)
{
  g_autoptr (AttuneMigration) document = attune_cli_load_document (self, error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (GVariant) issues = NULL;
  gboolean is_valid = FALSE;

  if (document == NULL || !attune_cli_fill_parameters (document, &dict, FALSE, error))
    return FALSE;
  report_migration (document);

  result = attune_cli_call (self, "config-check", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  g_variant_lookup (result, "valid", "b", &is_valid);
  self->exit_status = is_valid ? 0 : 2;
  if (self->json)
    {
      attune_cli_answer_variant (self, result);
      return TRUE;
    }

  issues = g_variant_lookup_value (result, "issues", NULL);
  for (gsize i = 0; issues != NULL && i < g_variant_n_children (issues); i++)
    {
      g_autoptr (GVariant) issue = g_variant_get_child_value (issues, i);
      const char *severity = attune_cli_get_text (issue, "severity");
      const char *path = attune_cli_get_text (issue, "path");

      attune_cli_print ("%s: %s%s%s\n", g_strcmp0 (severity, "error") == 0 ? _("Error") : _("Warning"), path != NULL ? path : "",
                        path != NULL && *path != '\0' ? ": " : "", attune_cli_get_text (issue, "message"));
    }
  attune_cli_print ("%s\n", is_valid ? _("The configuration is fine.") : _("The configuration cannot be used like this."));

  return TRUE;
}

gboolean
attune_cli_config_translate (AttuneCli  *self,
                             GError    **error)
{
  g_autoptr (AttuneMigration) document = attune_cli_load_document (self, error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;
  g_autoptr (JsonNode) request = NULL;
  const char *text;

  if (document == NULL || !attune_cli_fill_parameters (document, &dict, TRUE, error))
    return FALSE;
  report_migration (document);

  result = attune_cli_call (self, "config-translate", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  text = attune_cli_get_text (result, "request");
  request = attune_json_parse (text != NULL ? text : "", -1, "config-translate", error);
  if (request == NULL)
    return FALSE;

  /* A request is JSON for people too. */
  attune_cli_answer_json (self, request);

  return TRUE;
}

gboolean
attune_cli_config_migrate (AttuneCli  *self,
                           GError    **error)
{
  g_autoptr (AttuneMigration) document = attune_cli_load_document (self, error);
  g_autoptr (AttuneConfiguration) configuration = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (document == NULL)
    return FALSE;

  report_migration (document);
  configuration = attune_migration_steal_whole (document);
  node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
  attune_cli_answer_json (self, node);

  return TRUE;
}

gboolean
attune_cli_recipe_export (AttuneCli  *self,
                          GError    **error)
{
  AttuneJob *job = attune_cli_find_job (self, error);
  g_autoptr (JsonNode) recipe = NULL;

  if (job == NULL)
    return FALSE;

  recipe = attune_recipe_build (attune_job_get_name (job), attune_job_get_provider (job), attune_job_get_configuration (job));
  if (self->options.output != NULL)
    {
      g_autofree char *text = attune_recipe_to_text (recipe);

      if (!g_file_set_contents (self->options.output, text, -1, error))
        return FALSE;
      if (!self->json)
        {
          attune_cli_print (_("The recipe lies in “%s”. “attunectl job-create %s” starts a job from it.\n"),
                            self->options.output, self->options.output);
          return TRUE;
        }
    }

  attune_cli_answer_json (self, recipe);

  return TRUE;
}

gboolean
attune_cli_recipe_import (AttuneCli  *self,
                          GError    **error)
{
  g_autoptr (AttuneMigration) document = attune_cli_load_document (self, error);
  g_autoptr (AttuneValidation) validation = attune_validation_new ();
  g_autoptr (JsonNode) node = NULL;

  if (document == NULL)
    return FALSE;
  report_migration (document);

  /* What a recipe lacks, such as the training file, is no fault of it: only what it says is checked. */
  attune_validation_check_universal (validation, document->configuration);
  if (document->provider != NULL)
    {
      AttuneAdapter *adapter = attune_registry_lookup (self->registry, document->provider, error);
      g_autoptr (AttuneCapabilities) capabilities = NULL;

      if (adapter == NULL)
        return FALSE;
      capabilities = attune_cli_load_capabilities (self, adapter, FALSE, error);
      if (capabilities == NULL)
        return FALSE;
      attune_validation_check_capabilities (validation, document->configuration, capabilities, attune_adapter_get_title (adapter));
    }

  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (validation, i);

      if (strcmp (issue->code, "required") == 0)
        continue;
      attune_cli_message ("%s: %s: %s", issue->severity == ATTUNE_SEVERITY_ERROR ? _("Error") : _("Warning"), issue->path, issue->message);
      if (issue->severity == ATTUNE_SEVERITY_ERROR)
        self->exit_status = 2;
    }

  node = attune_configuration_to_json (document->configuration, ATTUNE_SECRETS_OMIT);
  attune_cli_answer_json (self, node);

  return TRUE;
}
