/* attune-migration-rules.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-migration-private.h"

/* The first name that has a value wins; a second one that says otherwise is reported. */
static const AttuneMigrationRule rules[] = {
  { "basemodel", ATTUNE_MIGRATE_SET, "model.baseModel" },
  { "model", ATTUNE_MIGRATE_SET, "model.baseModel" },
  { "modelname", ATTUNE_MIGRATE_SET, "model.baseModel" },
  { "modelid", ATTUNE_MIGRATE_SET, "model.baseModel" },
  { "precision", ATTUNE_MIGRATE_SET, "model.precision" },
  { "bf16", ATTUNE_MIGRATE_PRECISION_FLAG, "bf16" },
  { "fp16", ATTUNE_MIGRATE_PRECISION_FLAG, "fp16" },

  { "trainingfileid", ATTUNE_MIGRATE_SET, "datasets.trainingFileId" },
  { "trainingfile", ATTUNE_MIGRATE_SET, "datasets.trainingFileId" },
  { "fileid", ATTUNE_MIGRATE_SET, "datasets.trainingFileId" },
  { "datasetpath", ATTUNE_MIGRATE_DATASET, "training" },
  { "dataset", ATTUNE_MIGRATE_DATASET, "training" },
  { "datasethandle", ATTUNE_MIGRATE_DATASET, "training" },
  { "validationfileid", ATTUNE_MIGRATE_SET, "datasets.validationFileId" },
  { "validationfile", ATTUNE_MIGRATE_SET, "datasets.validationFileId" },
  { "validationdataset", ATTUNE_MIGRATE_DATASET, "validation" },
  { "validationpath", ATTUNE_MIGRATE_DATASET, "validation" },
  { "validationdatasetpath", ATTUNE_MIGRATE_DATASET, "validation" },

  { "method", ATTUNE_MIGRATE_METHOD, "method.type" },
  { "methodtype", ATTUNE_MIGRATE_METHOD, "method.type" },
  { "trainingmethod", ATTUNE_MIGRATE_METHOD, "method.type" },
  { "quantize", ATTUNE_MIGRATE_QUANTIZE, NULL },
  { "loadin4bit", ATTUNE_MIGRATE_QUANTIZE, "int4" },
  { "loadin8bit", ATTUNE_MIGRATE_QUANTIZE, "int8" },
  { "quantizebits", ATTUNE_MIGRATE_BITS, NULL },
  { "rank", ATTUNE_MIGRATE_SET, "method.loraConfig.rank" },
  { "lorarank", ATTUNE_MIGRATE_SET, "method.loraConfig.rank" },
  { "lorar", ATTUNE_MIGRATE_SET, "method.loraConfig.rank" },
  { "r", ATTUNE_MIGRATE_SET, "method.loraConfig.rank" },
  { "alpha", ATTUNE_MIGRATE_SET, "method.loraConfig.alpha" },
  { "loraalpha", ATTUNE_MIGRATE_SET, "method.loraConfig.alpha" },
  { "dropout", ATTUNE_MIGRATE_SET, "method.loraConfig.dropout" },
  { "loradropout", ATTUNE_MIGRATE_SET, "method.loraConfig.dropout" },
  { "trainablemodules", ATTUNE_MIGRATE_MODULES, "method.loraConfig.trainableModules" },
  { "targetmodules", ATTUNE_MIGRATE_MODULES, "method.loraConfig.trainableModules" },
  { "loratargetmodules", ATTUNE_MIGRATE_MODULES, "method.loraConfig.trainableModules" },

  { "epochs", ATTUNE_MIGRATE_SET, "schedule.epochs" },
  { "nepochs", ATTUNE_MIGRATE_SET, "schedule.epochs" },
  { "numepochs", ATTUNE_MIGRATE_SET, "schedule.epochs" },
  { "numtrainepochs", ATTUNE_MIGRATE_SET, "schedule.epochs" },
  { "batchsize", ATTUNE_MIGRATE_SET, "schedule.batchSize" },
  { "perdevicetrainbatchsize", ATTUNE_MIGRATE_SET, "schedule.batchSize" },
  { "sequencelength", ATTUNE_MIGRATE_SET, "schedule.sequenceLength" },
  { "maxsequencelength", ATTUNE_MIGRATE_SET, "schedule.sequenceLength" },
  { "maxseqlength", ATTUNE_MIGRATE_SET, "schedule.sequenceLength" },
  { "maxlength", ATTUNE_MIGRATE_SET, "schedule.sequenceLength" },
  { "contextlength", ATTUNE_MIGRATE_SET, "schedule.sequenceLength" },
  { "gradientaccumulation", ATTUNE_MIGRATE_SET, "schedule.gradientAccumulation" },
  { "gradientaccumulationsteps", ATTUNE_MIGRATE_SET, "schedule.gradientAccumulation" },
  { "checkpoints", ATTUNE_MIGRATE_SET, "schedule.checkpoints" },
  { "ncheckpoints", ATTUNE_MIGRATE_SET, "schedule.checkpoints" },
  { "evaluations", ATTUNE_MIGRATE_SET, "schedule.evaluations" },
  { "nevals", ATTUNE_MIGRATE_SET, "schedule.evaluations" },
  { "trainoninputs", ATTUNE_MIGRATE_INPUTS, "schedule.trainOnInputs" },

  { "learningrate", ATTUNE_MIGRATE_SET, "optimizer.learningRate" },
  { "lr", ATTUNE_MIGRATE_SET, "optimizer.learningRate" },
  { "scheduler", ATTUNE_MIGRATE_SET, "optimizer.scheduler.type" },
  { "schedulertype", ATTUNE_MIGRATE_SET, "optimizer.scheduler.type" },
  { "lrscheduler", ATTUNE_MIGRATE_SET, "optimizer.scheduler.type" },
  { "lrschedulertype", ATTUNE_MIGRATE_SET, "optimizer.scheduler.type" },
  { "minlrratio", ATTUNE_MIGRATE_SET, "optimizer.scheduler.minLRRatio" },
  { "warmupratio", ATTUNE_MIGRATE_SET, "optimizer.scheduler.warmupRatio" },
  { "cycles", ATTUNE_MIGRATE_SET, "optimizer.scheduler.cycles" },
  { "numcycles", ATTUNE_MIGRATE_SET, "optimizer.scheduler.cycles" },
  { "weightdecay", ATTUNE_MIGRATE_SET, "optimizer.weightDecay" },
  { "maxgradientnorm", ATTUNE_MIGRATE_SET, "optimizer.maxGradientNorm" },
  { "maxgradnorm", ATTUNE_MIGRATE_SET, "optimizer.maxGradientNorm" },
  { "optimizations", ATTUNE_MIGRATE_SET, "optimizations.enabled" },

  { "gputype", ATTUNE_MIGRATE_SET, "hardware.gpuType" },
  { "numgpus", ATTUNE_MIGRATE_SET, "hardware.numGPUs" },
  { "wandbproject", ATTUNE_MIGRATE_SET, "integrations.wandb.project" },
  { "wandbrunname", ATTUNE_MIGRATE_SET, "integrations.wandb.runName" },
  { "wandbapikey", ATTUNE_MIGRATE_SET, "integrations.wandb.apiKey" },
  { "wandbbaseurl", ATTUNE_MIGRATE_SET, "integrations.wandb.baseUrl" },
  { "suffix", ATTUNE_MIGRATE_SET, "output.suffix" },

  { "warmupsteps", ATTUNE_MIGRATE_METADATA, "warmupSteps" },
  { "learningratemultiplier", ATTUNE_MIGRATE_METADATA, "learningRateMultiplier" },
  { "seed", ATTUNE_MIGRATE_METADATA, "seed" },

  { "provider", ATTUNE_MIGRATE_JOB, "provider" },
  { "personaid", ATTUNE_MIGRATE_JOB, "persona" },
  { "name", ATTUNE_MIGRATE_JOB, "name" },
  { "jobname", ATTUNE_MIGRATE_JOB, "name" },

  { "hyperparameters", ATTUNE_MIGRATE_SETTINGS, NULL },
  { "metadata", ATTUNE_MIGRATE_OVERRIDES, NULL },

  { "version", ATTUNE_MIGRATE_STATE, NULL },
  { "id", ATTUNE_MIGRATE_STATE, NULL },
  { "providerjobid", ATTUNE_MIGRATE_STATE, NULL },
  { "sessionid", ATTUNE_MIGRATE_STATE, NULL },
  { "configuration", ATTUNE_MIGRATE_STATE, NULL },
  { "status", ATTUNE_MIGRATE_STATE, NULL },
  { "progress", ATTUNE_MIGRATE_STATE, NULL },
  { "metrics", ATTUNE_MIGRATE_STATE, NULL },
  { "events", ATTUNE_MIGRATE_STATE, NULL },
  { "error", ATTUNE_MIGRATE_STATE, NULL },
  { "createdat", ATTUNE_MIGRATE_STATE, NULL },
  { "updatedat", ATTUNE_MIGRATE_STATE, NULL },
  { "startedat", ATTUNE_MIGRATE_STATE, NULL },
  { "finishedat", ATTUNE_MIGRATE_STATE, NULL },
  { "completedat", ATTUNE_MIGRATE_STATE, NULL },
  { "providercreatedat", ATTUNE_MIGRATE_STATE, NULL },
  { "finetunedmodel", ATTUNE_MIGRATE_STATE, NULL },
  { "trainedtokens", ATTUNE_MIGRATE_STATE, NULL },
};

const AttuneMigrationRule *
attune_migration_find_rule (const char *name)
{
  g_autoptr (GString) folded = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p != '_' && *p != '-')
        g_string_append_c (folded, g_ascii_tolower (*p));
    }

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      if (g_str_equal (rules[i].name, folded->str))
        return &rules[i];
    }

  return NULL;
}

static gboolean
holds_object (JsonObject *object,
              const char *name)
{
  JsonNode *member = json_object_get_member (object, name);

  return member != NULL && JSON_NODE_HOLDS_OBJECT (member);
}

AttuneDocumentForm
attune_migration_detect (JsonNode *node)
{
  static const char * const groups[] = {
    "model", "datasets", "method", "schedule", "optimizer", "optimizations", "hardware", "integrations", "output"
  };
  JsonObject *object;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  gboolean flat = FALSE;
  gboolean of_a_job = FALSE;

  g_return_val_if_fail (node != NULL, ATTUNE_DOCUMENT_CONFIGURATION);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return ATTUNE_DOCUMENT_CONFIGURATION;

  object = json_node_get_object (node);
  if (holds_object (object, "configuration"))
    return ATTUNE_DOCUMENT_ENTITY;
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      if (holds_object (object, groups[i]))
        return ATTUNE_DOCUMENT_CONFIGURATION;
    }
  if (holds_object (object, "hyperparameters"))
    return ATTUNE_DOCUMENT_HYPERPARAMETERS;
  /* Flat settings have no version of their own. */
  if (json_object_has_member (object, "version"))
    return ATTUNE_DOCUMENT_CONFIGURATION;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      const AttuneMigrationRule *rule = attune_migration_find_rule (name);

      if (JSON_NODE_HOLDS_NULL (member) || rule == NULL || rule->action == ATTUNE_MIGRATE_STATE || rule->action == ATTUNE_MIGRATE_OVERRIDES)
        continue;
      of_a_job |= rule->action == ATTUNE_MIGRATE_JOB || rule->action == ATTUNE_MIGRATE_DATASET;
      /* A provider or a name alone could be anything's. */
      flat |= rule->action != ATTUNE_MIGRATE_JOB;
    }

  if (!flat)
    return ATTUNE_DOCUMENT_CONFIGURATION;

  return of_a_job ? ATTUNE_DOCUMENT_TRAIN : ATTUNE_DOCUMENT_HYPERPARAMETERS;
}
