/* attune-local-configuration.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-local-private.h"

#include <glib/gi18n-lib.h>

#include "attune-json.h"
#include "attune-paths.h"
#include "attune-run-config.h"

static gint64
get_metadata_integer (AttuneConfiguration *configuration,
                      const char          *name,
                      gint64               minimum,
                      gint64               maximum,
                      gint64               fallback)
{
  JsonNode *node = json_object_get_member (attune_configuration_get_metadata (configuration), name);
  gint64 value;

  if (node == NULL || !attune_json_node_to_int (node, &value) || value < minimum || value > maximum)
    return fallback;

  return value;
}

gint64
attune_local_get_seed (AttuneConfiguration *configuration)
{
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), ATTUNE_LOCAL_DEFAULT_SEED);

  return get_metadata_integer (configuration, "seed", 0, G_MAXINT32, ATTUNE_LOCAL_DEFAULT_SEED);
}

guint
attune_local_get_threads (AttuneConfiguration *configuration)
{
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), 0);

  return (guint) get_metadata_integer (configuration, "threads", 0, 1024, 0);
}

static char *
dup_data_path (AttuneDataset       *dataset,
               AttuneConfiguration *configuration,
               const char          *path,
               const char          *placeholder)
{
  if (dataset != NULL)
    return g_canonicalize_filename (attune_dataset_get_path (dataset), NULL);
  if (placeholder != NULL || attune_configuration_is_set (configuration, path))
    return g_strdup (placeholder != NULL ? placeholder : "<path of the validation file>");

  return NULL;
}

AttuneRunConfig *
attune_local_build_config (AttuneLocalAdapter      *self,
                           AttuneConfiguration     *configuration,
                           const AttuneJobContext  *context,
                           GError                 **error)
{
  g_autoptr (AttuneRunConfig) config = NULL;
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autofree char *base_model = NULL;
  g_autofree char *data_folder = NULL;
  const AttuneJobContext nothing = { 0 };

  g_return_val_if_fail (ATTUNE_IS_LOCAL_ADAPTER (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  if (context == NULL)
    context = &nothing;

  base_model = attune_configuration_dup_text (configuration, "model.baseModel");
  if (base_model == NULL || *base_model == '\0')
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("model.baseModel: no base model is chosen."));
      return NULL;
    }

  model = attune_local_adapter_dup_model (self, base_model, error);
  if (model == NULL)
    return NULL;

  data_folder = attune_paths_dup_data_folder ();
  config = attune_run_config_new ();
  config->job_id = g_strdup (context->job != NULL ? attune_job_get_id (context->job) : "<job id>");
  config->name = g_strdup (context->job != NULL ? attune_job_get_name (context->job) : NULL);
  g_clear_object (&config->configuration);
  config->configuration = attune_configuration_copy (configuration);
  if (context->training != NULL)
    attune_configuration_set_value (config->configuration, "datasets.trainingFileId",
                                    g_variant_new_string (attune_dataset_get_id (context->training)));
  if (context->validation != NULL)
    attune_configuration_set_value (config->configuration, "datasets.validationFileId",
                                    g_variant_new_string (attune_dataset_get_id (context->validation)));
  config->model = g_strdup (model->path);
  config->training = dup_data_path (context->training, configuration, "datasets.trainingFileId", "<path of the training file>");
  config->validation = dup_data_path (context->validation, configuration, "datasets.validationFileId", NULL);
  config->lock = g_build_filename (data_folder, "queue", NULL);
  config->seed = (guint64) attune_local_get_seed (configuration);
  config->threads = attune_local_get_threads (configuration);

  return g_steal_pointer (&config);
}

AttuneTrainSettings *
attune_local_resolve_settings (AttuneLocalAdapter      *self,
                               AttuneConfiguration     *configuration,
                               const AttuneJobContext  *context,
                               const AttuneLocalModel  *model,
                               GError                 **error)
{
  g_autoptr (AttuneRunConfig) config = attune_local_build_config (self, configuration, context, error);

  if (config == NULL)
    return NULL;

  if (!attune_configuration_is_set (config->configuration, "datasets.trainingFileId"))
    attune_configuration_set_value (config->configuration, "datasets.trainingFileId", g_variant_new_string ("-"));

  return attune_train_settings_new (config, model->config, error);
}

JsonNode *
attune_local_translate_configuration (AttuneAdapter           *adapter,
                                      AttuneConfiguration     *configuration,
                                      const AttuneJobContext  *context,
                                      GError                 **error)
{
  g_autoptr (AttuneRunConfig) config = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (AttuneLocalPlace) place = NULL;
  g_autofree char *url = NULL;
  JsonObject *object;

  config = attune_local_build_config (ATTUNE_LOCAL_ADAPTER (adapter), configuration, context, error);
  if (config == NULL)
    return NULL;

  place = attune_local_place_new (context);
  if (place->run_folder != NULL)
    {
      url = g_filename_to_uri (place->run_folder, NULL, error);
      if (url == NULL)
        return NULL;
    }
  else
    {
      g_autofree char *jobs = attune_paths_dup_jobs_folder ();
      g_autofree char *uri = g_filename_to_uri (jobs, NULL, error);

      if (uri == NULL)
        return NULL;
      url = g_strconcat (uri, "/<job id>/run", NULL);
    }

  object = json_object_new ();
  json_object_set_string_member (object, "method", "RUN");
  json_object_set_string_member (object, "url", url);
  json_object_set_member (object, "body", attune_run_config_to_json (config));
  root = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (root, object);

  return g_steal_pointer (&root);
}
