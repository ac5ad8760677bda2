/* attune-run-config.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-run-config.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-json.h"
#include "attune-run-folder.h"

#define DEFAULT_SEED 42

AttuneRunConfig *
attune_run_config_new (void)
{
  AttuneRunConfig *self = g_new0 (AttuneRunConfig, 1);

  self->seed = DEFAULT_SEED;

  return self;
}

void
attune_run_config_free (AttuneRunConfig *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->configuration);
  g_free (self->job_id);
  g_free (self->name);
  g_free (self->model);
  g_free (self->training);
  g_free (self->validation);
  g_free (self->lock);
  g_free (self);
}

static gboolean
parse (AttuneRunConfig  *self,
       JsonNode         *node,
       GError          **error)
{
  const char *job_id = NULL;
  const char *name = NULL;
  const char *lock = NULL;
  const char *model = NULL;
  const char *training = NULL;
  const char *validation = NULL;
  JsonObject *configuration = NULL;
  gint64 version = 0;
  gint64 seed = DEFAULT_SEED;
  gint64 threads = 0;

  if (!attune_json_get_int (node, "version", ATTUNE_JSON_REQUIRED, &version, error))
    return FALSE;
  if (version > ATTUNE_RUN_CONFIG_VERSION)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“version” is %" G_GINT64_FORMAT ", but this trainer reads up to %d. Update Attune."),
                   version, ATTUNE_RUN_CONFIG_VERSION);
      return FALSE;
    }

  if (!attune_json_get_string (node, "jobId", ATTUNE_JSON_OPTIONAL, &job_id, error) ||
      !attune_json_get_string (node, "name", ATTUNE_JSON_OPTIONAL, &name, error) ||
      !attune_json_get_string (node, "lock", ATTUNE_JSON_OPTIONAL, &lock, error) ||
      !attune_json_get_int (node, "seed", ATTUNE_JSON_OPTIONAL, &seed, error) ||
      !attune_json_get_int (node, "threads", ATTUNE_JSON_OPTIONAL, &threads, error) ||
      !attune_json_get_string (node, "paths.model", ATTUNE_JSON_REQUIRED, &model, error) ||
      !attune_json_get_string (node, "paths.training", ATTUNE_JSON_REQUIRED, &training, error) ||
      !attune_json_get_string (node, "paths.validation", ATTUNE_JSON_OPTIONAL, &validation, error) ||
      !attune_json_get_object (node, "configuration", ATTUNE_JSON_REQUIRED, &configuration, error))
    return FALSE;
  if (threads < 0 || threads > 1024)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“threads” is %" G_GINT64_FORMAT ", but has to be from 0 (all cores) to 1024"), threads);
      return FALSE;
    }

  self->job_id = g_strdup (job_id);
  self->name = g_strdup (name);
  self->lock = g_strdup (lock);
  self->model = g_strdup (model);
  self->training = g_strdup (training);
  self->validation = g_strdup (validation);
  self->seed = (guint64) seed;
  self->threads = (guint) threads;
  self->configuration = attune_configuration_new_from_json (attune_json_lookup (node, "configuration"), error);

  return self->configuration != NULL;
}

AttuneRunConfig *
attune_run_config_load (const char  *folder,
                        GError     **error)
{
  g_autoptr (AttuneRunConfig) self = attune_run_config_new ();
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  path = g_build_filename (folder, ATTUNE_RUN_CONFIG_FILE, NULL);
  node = attune_json_parse_file (path, error);
  if (node == NULL)
    return NULL;

  if (!parse (self, node, &local_error))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s: %s", path, local_error->message);
      return NULL;
    }

  return g_steal_pointer (&self);
}

static void
set_text (JsonObject *object,
          const char *name,
          const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

JsonNode *
attune_run_config_to_json (const AttuneRunConfig *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonObject *paths;
  JsonNode *node;

  g_return_val_if_fail (self != NULL, NULL);

  json_object_set_int_member (object, "version", ATTUNE_RUN_CONFIG_VERSION);
  set_text (object, "jobId", self->job_id);
  set_text (object, "name", self->name);
  json_object_set_member (object, "configuration", attune_configuration_to_json (self->configuration, ATTUNE_SECRETS_OMIT));

  paths = json_object_new ();
  set_text (paths, "model", self->model);
  set_text (paths, "training", self->training);
  set_text (paths, "validation", self->validation);
  json_object_set_object_member (object, "paths", paths);

  set_text (object, "lock", self->lock);
  json_object_set_int_member (object, "seed", (gint64) self->seed);
  json_object_set_int_member (object, "threads", self->threads);

  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, g_steal_pointer (&object));

  return node;
}
