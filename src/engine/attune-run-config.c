/* attune-run-config.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-run-config.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-run-folder.h"
#include "attune-run-json.h"

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

static JsonObject *
get_object (JsonObject  *object,
            const char  *name,
            GError     **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” is missing or not an object"), name);
      return NULL;
    }

  return json_node_get_object (node);
}

static gboolean
parse (AttuneRunConfig  *self,
       JsonObject       *object,
       GError          **error)
{
  JsonObject *paths;
  gint64 version = 0;
  gint64 seed = DEFAULT_SEED;
  gint64 threads = 0;

  if (!attune_run_json_read_integer (object, "version", &version, error))
    return FALSE;
  if (version > ATTUNE_RUN_CONFIG_VERSION)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“version” is %" G_GINT64_FORMAT ", but this trainer reads up to %d. Update Attune."),
                   version, ATTUNE_RUN_CONFIG_VERSION);
      return FALSE;
    }

  if (!attune_run_json_read_text (object, "jobId", &self->job_id, error) ||
      !attune_run_json_read_text (object, "name", &self->name, error) ||
      !attune_run_json_read_text (object, "lock", &self->lock, error) ||
      !attune_run_json_read_integer (object, "seed", &seed, error) ||
      !attune_run_json_read_integer (object, "threads", &threads, error))
    return FALSE;
  if (threads < 0 || threads > 1024)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“threads” is %" G_GINT64_FORMAT ", but has to be from 0 (all cores) to 1024"), threads);
      return FALSE;
    }
  self->seed = (guint64) seed;
  self->threads = (guint) threads;

  paths = get_object (object, "paths", error);
  if (paths == NULL ||
      !attune_run_json_read_text (paths, "model", &self->model, error) ||
      !attune_run_json_read_text (paths, "training", &self->training, error) ||
      !attune_run_json_read_text (paths, "validation", &self->validation, error))
    return FALSE;
  if (self->model == NULL || self->training == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” is missing: the trainer has to know where it lies"),
                   self->model == NULL ? "paths.model" : "paths.training");
      return FALSE;
    }

  if (get_object (object, "configuration", error) == NULL)
    return FALSE;
  self->configuration = attune_configuration_new_from_json (json_object_get_member (object, "configuration"), error);

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
  node = attune_run_json_load (path, error);
  if (node == NULL)
    return NULL;

  if (!parse (self, json_node_get_object (node), &local_error))
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
