/* attune-migration.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-migration.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-configuration-private.h"
#include "attune-error.h"
#include "attune-json.h"
#include "attune-migration-private.h"

typedef struct {
  AttuneMigration *migration;
  GHashTable      *origins;  /* path of the table → the old member that set it */
  gboolean         quantize; /* some member asks for a compressed base model */
} Run;

void
attune_migration_free (AttuneMigration *self)
{
  g_clear_object (&self->configuration);
  g_clear_object (&self->report);
  g_clear_pointer (&self->document, json_node_unref);
  g_clear_pointer (&self->provider, g_free);
  g_clear_pointer (&self->persona_id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->training_path, g_free);
  g_clear_pointer (&self->validation_path, g_free);
  g_free (self);
}

static void
keep (Run        *run,
      const char *name,
      JsonNode   *node,
      const char *why)
{
  /* It stays for validation to name; nothing ever writes it. */
  if (attune_configuration_is_secret (name, node))
    why = _("This looks like a key. It is neither stored nor sent; keys belong in the keyring");

  attune_validation_add (run->migration->report, name, ATTUNE_SEVERITY_WARNING, "not-carried", NULL, "%s", why);
  attune_configuration_keep_unknown (run->migration->configuration, name, node);
}

static void
keep_unknown (Run        *run,
              const char *name,
              JsonNode   *node)
{
  g_autofree char *why = g_strdup_printf (_("There is no setting for “%s”. It is kept, but nothing reads it"), name);

  keep (run, name, node, why);
}

/* FALSE where another old member has set the path to something else already. */
static gboolean
set_value (Run        *run,
           const char *path,
           GVariant   *value,
           const char *name,
           JsonNode   *node)
{
  g_autoptr (GVariant) present = attune_configuration_dup_value (run->migration->configuration, path);

  if (present != NULL && !g_variant_equal (present, value))
    {
      g_autofree char *why = NULL;
      const char *origin = g_hash_table_lookup (run->origins, path);

      why = g_strdup_printf (_("“%s” says otherwise than “%s”, which counts"), name, origin != NULL ? origin : path);
      keep (run, name, node, why);
      return FALSE;
    }

  attune_configuration_set_value (run->migration->configuration, path, value);
  g_hash_table_insert (run->origins, g_strdup (path), g_strdup (name));
  return TRUE;
}

static void
set_word (Run        *run,
          const char *path,
          const char *word,
          const char *name,
          JsonNode   *node)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (word));

  set_value (run, path, value, name, node);
}

static gboolean
take_setting (Run         *run,
              const char  *path,
              const char  *name,
              JsonNode    *node,
              GError     **error)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);
  const char *text = attune_json_node_peek_string (node);
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) wrong = NULL;

  if (text != NULL && parameter->type != ATTUNE_PARAMETER_TEXT && g_str_equal (text, "auto") &&
      !g_str_equal (path, "schedule.trainOnInputs"))
    {
      attune_validation_add (run->migration->report, name, ATTUNE_SEVERITY_WARNING, "converted", NULL,
                             _("“%s” was “auto”. %s is not set, so the default counts"), name, path);
      return TRUE;
    }

  /* Flat forms come from command lines too, where every number is a text. */
  if (text != NULL)
    value = attune_parameter_parse (parameter, text, &wrong);
  else
    value = attune_configuration_read_value (parameter, name, node, &wrong);

  if (value == NULL)
    {
      /* A word that the universal schema does not have may have meant something to the provider. */
      if (parameter->type == ATTUNE_PARAMETER_ENUM || parameter->type == ATTUNE_PARAMETER_SET)
        {
          keep (run, name, node, wrong->message);
          return TRUE;
        }

      g_propagate_prefixed_error (error, g_steal_pointer (&wrong), "%s: ", name);
      return FALSE;
    }

  set_value (run, path, value, name, node);
  return TRUE;
}

static gboolean
take_modules (Run         *run,
              const char  *path,
              const char  *name,
              JsonNode    *node,
              GError     **error)
{
  g_autoptr (GString) modules = NULL;
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return take_setting (run, path, name, node, error);

  modules = g_string_new (NULL);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *module = attune_json_node_peek_string (json_array_get_element (array, i));

      if (module == NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s[%u] has to be %s, not %s"), name, i, _("a text"),
                       attune_json_node_describe (json_array_get_element (array, i)));
          return FALSE;
        }
      g_string_append_printf (modules, "%s%s", modules->len > 0 ? "," : "", module);
    }

  if (modules->len > 0)
    set_word (run, path, modules->str, name, node);
  return TRUE;
}

static void
take_method (Run        *run,
             const char *path,
             const char *name,
             JsonNode   *node)
{
  const char *text = attune_json_node_peek_string (node);
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;

  if (lower != NULL && attune_enum_from_nick (ATTUNE_TYPE_TRAINING_METHOD, lower, NULL))
    set_word (run, path, lower, name, node);
  else if (lower != NULL && (g_str_equal (lower, "peft") || g_str_equal (lower, "adapter")))
    set_word (run, path, "lora", name, node);
  else
    keep_unknown (run, name, node);
}

static gboolean
take_flag (Run         *run,
           const char  *name,
           JsonNode    *node,
           gboolean    *flag,
           GError     **error)
{
  const char *text = attune_json_node_peek_string (node);

  if (attune_json_node_to_boolean (node, flag))
    return TRUE;
  if (text != NULL && (g_str_equal (text, "true") || g_str_equal (text, "false")))
    {
      *flag = g_str_equal (text, "true");
      return TRUE;
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be %s, not %s"),
               name, _("true or false"), attune_json_node_describe (node));
  return FALSE;
}

static gboolean
take_inputs (Run         *run,
             const char  *path,
             const char  *name,
             JsonNode    *node,
             GError     **error)
{
  gboolean flag;

  if (!attune_json_node_to_boolean (node, &flag))
    return take_setting (run, path, name, node, error);

  set_word (run, path, flag ? "enabled" : "disabled", name, node);
  return TRUE;
}

static gboolean
take_bits (Run         *run,
           const char  *name,
           JsonNode    *node,
           GError     **error)
{
  const char *text = attune_json_node_peek_string (node);
  gint64 bits = 0;

  if (text != NULL)
    bits = g_str_equal (text, "4") ? 4 : g_str_equal (text, "8") ? 8 : 0;
  else if (!attune_json_node_to_int (node, &bits))
    bits = 0;

  if (bits != 4 && bits != 8)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be 4 or 8"), name);
      return FALSE;
    }

  set_word (run, "model.precision", bits == 4 ? "int4" : "int8", name, node);
  return TRUE;
}

/* A path, an id, or an object that tells one of them. */
static void
take_dataset (Run        *run,
              const char *which,
              const char *name,
              JsonNode   *node)
{
  gboolean training = g_str_equal (which, "training");
  char **path = training ? &run->migration->training_path : &run->migration->validation_path;
  const char *text = attune_json_node_peek_string (node);

  if (text == NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      const char *id = attune_json_peek_string (node, "id", NULL);

      text = attune_json_peek_string (node, "path", NULL);
      if (text == NULL && id != NULL)
        {
          set_word (run, training ? "datasets.trainingFileId" : "datasets.validationFileId", id, name, node);
          return;
        }
    }

  if (text == NULL || *text == '\0')
    keep_unknown (run, name, node);
  else if (g_uuid_string_is_valid (text))
    set_word (run, training ? "datasets.trainingFileId" : "datasets.validationFileId", text, name, node);
  else if (*path != NULL && !g_str_equal (*path, text))
    {
      g_autofree char *why = g_strdup_printf (_("“%s” says otherwise than “%s”, which counts"), name, *path);

      keep (run, name, node, why);
    }
  else
    g_set_str (path, text);
}

static gboolean
take_job_text (Run         *run,
               const char  *which,
               const char  *name,
               JsonNode    *node,
               GError     **error)
{
  const char *text = attune_json_node_peek_string (node);
  char **member = g_str_equal (which, "provider") ? &run->migration->provider
                : g_str_equal (which, "persona")  ? &run->migration->persona_id
                                                  : &run->migration->name;

  if (text == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be %s, not %s"),
                   name, _("a text"), attune_json_node_describe (node));
      return FALSE;
    }

  g_set_str (member, text);
  return TRUE;
}

static void
take_override (Run        *run,
               const char *target,
               const char *name,
               JsonNode   *node)
{
  attune_configuration_set_metadata (run->migration->configuration, target, node);
  attune_validation_add (run->migration->report, name, ATTUNE_SEVERITY_WARNING, "converted", NULL,
                         _("There is no universal setting for “%s”. It became metadata.%s, which only some providers read"), name, target);
}

static gboolean take_members (Run         *run,
                              JsonObject  *object,
                              GError     **error);

static gboolean
take_member (Run         *run,
             const char  *name,
             JsonNode    *node,
             GError     **error)
{
  const AttuneMigrationRule *rule = attune_migration_find_rule (name);
  gboolean flag = FALSE;

  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (rule == NULL)
    {
      keep_unknown (run, name, node);
      return TRUE;
    }

  switch (rule->action)
    {
    case ATTUNE_MIGRATE_SET:
      /* The list of a job's checkpoints has the name of the setting that says how many. */
      if (g_str_equal (rule->name, "checkpoints") && JSON_NODE_HOLDS_ARRAY (node))
        return TRUE;
      return take_setting (run, rule->target, name, node, error);
    case ATTUNE_MIGRATE_MODULES:
      return take_modules (run, rule->target, name, node, error);
    case ATTUNE_MIGRATE_METHOD:
      take_method (run, rule->target, name, node);
      return TRUE;
    case ATTUNE_MIGRATE_INPUTS:
      return take_inputs (run, rule->target, name, node, error);
    case ATTUNE_MIGRATE_QUANTIZE:
      if (!take_flag (run, name, node, &flag, error))
        return FALSE;
      run->quantize |= flag;
      if (flag && rule->target != NULL)
        set_word (run, "model.precision", rule->target, name, node);
      return TRUE;
    case ATTUNE_MIGRATE_BITS:
      return take_bits (run, name, node, error);
    case ATTUNE_MIGRATE_PRECISION_FLAG:
      if (!take_flag (run, name, node, &flag, error))
        return FALSE;
      if (flag)
        set_word (run, "model.precision", rule->target, name, node);
      return TRUE;
    case ATTUNE_MIGRATE_DATASET:
      take_dataset (run, rule->target, name, node);
      return TRUE;
    case ATTUNE_MIGRATE_METADATA:
      take_override (run, rule->target, name, node);
      return TRUE;
    case ATTUNE_MIGRATE_JOB:
      return take_job_text (run, rule->target, name, node, error);
    case ATTUNE_MIGRATE_SETTINGS:
    case ATTUNE_MIGRATE_OVERRIDES:
      if (!JSON_NODE_HOLDS_OBJECT (node))
        {
          keep_unknown (run, name, node);
          return TRUE;
        }
      if (rule->action == ATTUNE_MIGRATE_SETTINGS)
        return take_members (run, json_node_get_object (node), error);
      for (GList *names = json_object_get_members (json_node_get_object (node)); names != NULL; names = g_list_delete_link (names, names))
        attune_configuration_set_metadata (run->migration->configuration, names->data,
                                           json_object_get_member (json_node_get_object (node), names->data));
      return TRUE;
    case ATTUNE_MIGRATE_STATE:
    default:
      return TRUE;
    }
}

static gboolean
take_members (Run         *run,
              JsonObject  *object,
              GError     **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (!take_member (run, name, member, error))
        return FALSE;
    }

  return TRUE;
}

static void
choose_method (Run *run)
{
  AttuneConfiguration *configuration = run->migration->configuration;
  const char *method = run->quantize ? "qlora" : "lora";

  if (attune_configuration_is_set (configuration, "method.type"))
    return;

  attune_configuration_set_value (configuration, "method.type", g_variant_new_string (method));
  attune_validation_add (run->migration->report, "method.type", ATTUNE_SEVERITY_WARNING, "converted", NULL,
                         _("The document names no method. It became “%s”"), method);
}

static gboolean
run_entity (Run       *run,
            JsonNode  *node,
            GError   **error)
{
  AttuneMigration *migration = run->migration;
  const char *text = NULL;
  JsonNode *hyperparameters = attune_json_lookup (node, "hyperparameters");

  g_clear_object (&migration->configuration);
  migration->configuration = attune_configuration_new_from_json (attune_json_lookup (node, "configuration"), error);
  if (migration->configuration == NULL)
    {
      g_prefix_error_literal (error, "configuration: ");
      return FALSE;
    }

  if (!attune_json_get_string (node, "provider", ATTUNE_JSON_OPTIONAL, &text, error))
    return FALSE;
  g_set_str (&migration->provider, text);
  text = NULL;
  if (!attune_json_get_string (node, "personaId", ATTUNE_JSON_OPTIONAL, &text, error))
    return FALSE;
  g_set_str (&migration->persona_id, text);
  text = NULL;
  if (!attune_json_get_string (node, "name", ATTUNE_JSON_OPTIONAL, &text, error))
    return FALSE;
  g_set_str (&migration->name, text);

  if (hyperparameters != NULL && !JSON_NODE_HOLDS_NULL (hyperparameters))
    attune_validation_add (migration->report, "hyperparameters", ATTUNE_SEVERITY_WARNING, "not-carried", NULL, "%s",
                           _("The document has “hyperparameters” and “configuration”; the configuration counts"));

  return TRUE;
}

AttuneMigration *
attune_migration_run (JsonNode  *node,
                      GError   **error)
{
  g_autoptr (AttuneMigration) migration = NULL;
  g_autoptr (GHashTable) origins = NULL;
  Run run = { NULL };
  gboolean done = FALSE;

  g_return_val_if_fail (node != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("A configuration has to be %s, not %s"),
                   _("an object"), attune_json_node_describe (node));
      return NULL;
    }

  migration = g_new0 (AttuneMigration, 1);
  migration->form = attune_migration_detect (node);
  migration->configuration = attune_configuration_new ();
  migration->report = attune_validation_new ();
  migration->document = attune_json_copy (node);

  origins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  run.migration = migration;
  run.origins = origins;

  switch (migration->form)
    {
    case ATTUNE_DOCUMENT_ENTITY:
      done = run_entity (&run, node, error);
      break;
    case ATTUNE_DOCUMENT_HYPERPARAMETERS:
    case ATTUNE_DOCUMENT_TRAIN:
      done = take_members (&run, json_node_get_object (node), error);
      if (done)
        choose_method (&run);
      break;
    case ATTUNE_DOCUMENT_CONFIGURATION:
    default:
      done = attune_configuration_read_document (migration->configuration, node, error);
      break;
    }

  return done ? g_steal_pointer (&migration) : NULL;
}

static void
keep_text (AttuneMigration *self,
           const char      *name,
           const char      *text)
{
  g_autoptr (JsonNode) node = NULL;

  if (text == NULL)
    return;

  node = json_node_init_string (json_node_alloc (), text);
  attune_configuration_keep_unknown (self->configuration, name, node);
}

AttuneConfiguration *
attune_migration_steal_whole (AttuneMigration *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (self->configuration != NULL, NULL);

  keep_text (self, "provider", self->provider);
  keep_text (self, "personaId", self->persona_id);
  keep_text (self, "name", self->name);
  keep_text (self, "datasetPath", self->training_path);
  keep_text (self, "validationPath", self->validation_path);

  return g_steal_pointer (&self->configuration);
}
