/* attune-local-configuration.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-local-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-json.h"
#include "attune-paths.h"
#include "attune-run-config.h"

/* The linear layers of the Llama family, as PEFT calls them. */
static const char * const linear_modules[] = {
  "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", NULL
};

GStrv
attune_local_parse_modules (const char  *text,
                            GError     **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) modules = NULL;
  gboolean wanted[G_N_ELEMENTS (linear_modules) - 1] = { FALSE };
  gboolean any = FALSE;

  g_return_val_if_fail (text != NULL, NULL);

  words = g_strsplit_set (text, ", \t", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean known = FALSE;

      if (*words[i] == '\0')
        continue;

      for (guint j = 0; linear_modules[j] != NULL; j++)
        {
          if (strcmp (words[i], "all-linear") == 0 || strcmp (words[i], linear_modules[j]) == 0)
            wanted[j] = known = any = TRUE;
        }
      if (!known)
        {
          g_autofree char *names = g_strjoinv (", ", (char **) linear_modules);

          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                       _("“%s” is not a module that can be trained. Use “all-linear”, or some of %s, separated by commas."),
                       words[i], names);
          return NULL;
        }
    }

  if (!any)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                           _("No module is named. Use “all-linear” to train all of them."));
      return NULL;
    }

  for (guint j = 0; linear_modules[j] != NULL; j++)
    {
      if (wanted[j])
        g_strv_builder_add (builder, linear_modules[j]);
    }
  modules = g_strv_builder_end (builder);

  return g_steal_pointer (&modules);
}

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

AttuneLoraSettings *
attune_local_build_lora (AttuneConfiguration  *configuration,
                         GError              **error)
{
  g_autoptr (AttuneLoraSettings) lora = NULL;
  g_autofree char *modules = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  lora = g_new0 (AttuneLoraSettings, 1);
  lora->rank = (guint) CLAMP (attune_configuration_get_integer (configuration, "method.loraConfig.rank"), 1, 256);
  lora->alpha = (double) attune_configuration_get_double (configuration, "method.loraConfig.alpha");
  lora->dropout = attune_configuration_get_double (configuration, "method.loraConfig.dropout");
  modules = attune_configuration_dup_text (configuration, "method.loraConfig.trainableModules");
  lora->modules = attune_local_parse_modules (modules != NULL ? modules : "all-linear", error);
  if (lora->modules == NULL)
    return NULL;

  return g_steal_pointer (&lora);
}

void
attune_local_lora_free (AttuneLoraSettings *lora)
{
  if (lora == NULL)
    return;

  g_strfreev (lora->modules);
  g_free (lora);
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

JsonNode *
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
  g_set_object (&config->configuration, configuration);
  config->model = g_strdup (model->path);
  config->training = dup_data_path (context->training, configuration, "datasets.trainingFileId", "<path of the training file>");
  config->validation = dup_data_path (context->validation, configuration, "datasets.validationFileId", NULL);
  config->lock = g_build_filename (data_folder, "queue", NULL);
  config->seed = (guint64) attune_local_get_seed (configuration);
  config->threads = attune_local_get_threads (configuration);

  return attune_run_config_to_json (config);
}

JsonNode *
attune_local_translate_configuration (AttuneAdapter           *adapter,
                                      AttuneConfiguration     *configuration,
                                      const AttuneJobContext  *context,
                                      GError                 **error)
{
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (AttuneLocalPlace) place = NULL;
  g_autofree char *url = NULL;
  JsonObject *object;

  body = attune_local_build_config (ATTUNE_LOCAL_ADAPTER (adapter), configuration, context, error);
  if (body == NULL)
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
  json_object_set_member (object, "body", g_steal_pointer (&body));
  root = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (root, object);

  return g_steal_pointer (&root);
}
