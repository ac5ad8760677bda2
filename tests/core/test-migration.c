/* test-migration.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-migration.h"

#include "core-helpers.h"

#define UUID "6f1c1d7e-0b5c-4c1e-9c11-3a2b1c0d9e8f"

static void
test_detect (void)
{
  static const struct {
    const char         *document;
    AttuneDocumentForm  form;
  } cases[] = {
    { "{}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "[]", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'version':1}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'schedule':{'epochs':3}}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'metadata':{'rank':3}}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'method':null}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'provider':'local'}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'notes':'x'}", ATTUNE_DOCUMENT_CONFIGURATION },
    /* A document that has groups is one, whatever strangers stand beside them. */
    { "{'model':{},'epochs':3}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'model':{},'hyperparameters':{}}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'version':1,'epochs':3}", ATTUNE_DOCUMENT_CONFIGURATION },
    { "{'configuration':{},'provider':'local'}", ATTUNE_DOCUMENT_ENTITY },
    { "{'configuration':{},'hyperparameters':{}}", ATTUNE_DOCUMENT_ENTITY },
    { "{'configuration':null,'hyperparameters':{}}", ATTUNE_DOCUMENT_HYPERPARAMETERS },
    { "{'version':1,'hyperparameters':{},'provider':'openai'}", ATTUNE_DOCUMENT_HYPERPARAMETERS },
    { "{'n_epochs':3}", ATTUNE_DOCUMENT_HYPERPARAMETERS },
    { "{'learningRate':1e-4,'batchSize':4}", ATTUNE_DOCUMENT_HYPERPARAMETERS },
    { "{'provider':'local','rank':8}", ATTUNE_DOCUMENT_TRAIN },
    { "{'datasetPath':'/a.jsonl'}", ATTUNE_DOCUMENT_TRAIN },
    { "{'personaId':'p','baseModel':'m'}", ATTUNE_DOCUMENT_TRAIN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = parse_quoted (cases[i].document);

      g_test_message ("%s", cases[i].document);
      g_assert_cmpint (attune_migration_detect (node), ==, cases[i].form);
    }
}

static char *
list_report (AttuneMigration *migration)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < attune_validation_get_n_issues (migration->report); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (migration->report, i);

      g_assert_cmpint (issue->severity, ==, ATTUNE_SEVERITY_WARNING);
      g_string_append_printf (list, "%s%s:%s", i > 0 ? " " : "", issue->path, issue->code);
    }
  return g_string_free_and_steal (list);
}

static void
test_run (void)
{
  static const struct {
    const char *document;
    const char *configuration;
    const char *report;
  } cases[] = {
    /* The flat parameters of genome/train, newer and older. */
    { "{'personaId':'" UUID "','personaName':'Ada','traitType':'chat','provider':'local','datasetPath':'/data/a.jsonl','baseModel':'smollm2:135m',"
      "'rank':32,'alpha':64,'epochs':3,'learningRate':0.0001,'batchSize':4,'sequenceLength':2048,'gradientAccumulation':2}",
      "{'version':1,'model':{'baseModel':'smollm2:135m'},'method':{'type':'lora','loraConfig':{'rank':32,'alpha':64}},"
      "'schedule':{'epochs':3,'batchSize':4,'sequenceLength':2048,'gradientAccumulation':2},'optimizer':{'learningRate':0.0001},"
      "'personaName':'Ada','traitType':'chat'}",
      "personaName:not-carried traitType:not-carried method.type:converted" },
    { "{'personaId':'p','roomId':'r','baseModel':'m','rank':'16','epochs':'5','learning-rate':'2e-4','maxMessages':50,'dryRun':false}",
      "{'version':1,'model':{'baseModel':'m'},'method':{'type':'lora','loraConfig':{'rank':16}},'schedule':{'epochs':5},"
      "'optimizer':{'learningRate':0.0002},'roomId':'r','maxMessages':50,'dryRun':false}",
      "roomId:not-carried maxMessages:not-carried dryRun:not-carried method.type:converted" },
    { "{'provider':'peft','baseModel':'m','quantize':true,'quantizeBits':4,'dataset':{'path':'/a','examples':3}}",
      "{'version':1,'model':{'baseModel':'m','precision':'int4'},'method':{'type':'qlora'}}", "method.type:converted" },
    { "{'provider':'peft','baseModel':'m','quantize':false,'dataset':{'id':'" UUID "'}}",
      "{'version':1,'model':{'baseModel':'m'},'datasets':{'trainingFileId':'" UUID "'},'method':{'type':'lora'}}",
      "method.type:converted" },
    { "{'provider':'peft','datasetPath':'" UUID "','validationDataset':'/v.jsonl'}",
      "{'version':1,'datasets':{'trainingFileId':'" UUID "'},'method':{'type':'lora'}}", "method.type:converted" },

    /* The entity of old with OpenAI's names. */
    { "{'id':'1','personaId':'p','provider':'openai','providerJobId':'ftjob-1','baseModel':'gpt-4o-mini','trainingFileId':'file-a',"
      "'validationFileId':null,'hyperparameters':{'n_epochs':'auto','batch_size':8,'learning_rate_multiplier':1.8,'warmup_ratio':0.1,"
      "'weight_decay':0.01},'configuration':null,'suffix':'v1','status':'running','metrics':{},'events':[],'checkpoints':[],'metadata':{'x':1}}",
      "{'version':1,'model':{'baseModel':'gpt-4o-mini'},'datasets':{'trainingFileId':'file-a'},'method':{'type':'lora'},"
      "'schedule':{'batchSize':8},'optimizer':{'scheduler':{'warmupRatio':0.1},'weightDecay':0.01},'output':{'suffix':'v1'},"
      "'metadata':{'learningRateMultiplier':1.8,'x':1}}",
      "n_epochs:converted learning_rate_multiplier:converted method.type:converted" },
    /* The training session of old. */
    { "{'hyperparameters':{'learningRate':0.0001,'batchSize':4,'epochs':3,'rank':8,'alpha':16,'dropout':0.1,"
      "'targetModules':['q_proj','v_proj'],'warmupSteps':100,'weightDecay':0.1,'maxGradNorm':1.5}}",
      "{'version':1,'method':{'type':'lora','loraConfig':{'rank':8,'alpha':16,'dropout':0.1,'trainableModules':'q_proj,v_proj'}},"
      "'schedule':{'epochs':3,'batchSize':4},'optimizer':{'learningRate':0.0001,'weightDecay':0.1,'maxGradientNorm':1.5},"
      "'metadata':{'warmupSteps':100}}",
      "warmupSteps:converted method.type:converted" },
    /* The settings alone. */
    { "{'loraRank':4,'lora_alpha':8,'maxLength':1024,'gradient_accumulation_steps':2,'lr_scheduler_type':'linear','method':'QLoRA','bf16':true,"
      "'trainOnInputs':false,'target_modules':'all-linear'}",
      "{'version':1,'model':{'precision':'bf16'},'method':{'type':'qlora','loraConfig':{'rank':4,'alpha':8,'trainableModules':'all-linear'}},"
      "'schedule':{'sequenceLength':1024,'gradientAccumulation':2,'trainOnInputs':'disabled'},'optimizer':{'scheduler':{'type':'linear'}}}",
      "" },
    { "{'epochs':3,'trainOnInputs':'auto','checkpoints':2,'load_in_8bit':true}",
      "{'version':1,'model':{'precision':'int8'},'method':{'type':'qlora'},'schedule':{'epochs':3,'checkpoints':2,'trainOnInputs':'auto'}}",
      "method.type:converted" },

    /* What says two things, or nothing that anybody knows, is kept and named. */
    { "{'epochs':3,'n_epochs':3,'num_epochs':5}",
      "{'version':1,'method':{'type':'lora'},'schedule':{'epochs':3},'num_epochs':5}", "num_epochs:not-carried method.type:converted" },
    { "{'epochs':3,'scheduler':'warp','method':'distillation','precision':'fp64'}",
      "{'version':1,'method':{'type':'lora'},'schedule':{'epochs':3},'scheduler':'warp','old-method':'distillation','precision':'fp64'}",
      "scheduler:not-carried method:not-carried precision:not-carried method.type:converted" },
    { "{'epochs':3,'metadata':[1],'schedule':'x'}",
      "{'version':1,'method':{'type':'lora'},'schedule':{'epochs':3},'old-metadata':[1],'old-schedule':'x'}",
      "metadata:not-carried schedule:not-carried method.type:converted" },
    { "{'epochs':3,'hyperparameters':'x','dataset':7}",
      "{'version':1,'method':{'type':'lora'},'schedule':{'epochs':3},'hyperparameters':'x','dataset':7}",
      "hyperparameters:not-carried dataset:not-carried method.type:converted" },
    { "{'epochs':3,'apiKey':'sesame','wandbApiKey':'sesame'}", "{'version':1,'method':{'type':'lora'},'schedule':{'epochs':3}}",
      "apiKey:not-carried method.type:converted" },

    /* Ranges are validation's business. */
    { "{'epochs':100,'rank':1000}", "{'version':1,'method':{'type':'lora','loraConfig':{'rank':1000}},'schedule':{'epochs':100}}",
      "method.type:converted" },

    /* What is new already. */
    { "{'schedule':{'epochs':3,'x':1}}", "{'version':1,'schedule':{'epochs':3,'x':1}}", "" },
    { "{'personaId':'p','provider':'together','configuration':{'schedule':{'epochs':3}}}", "{'version':1,'schedule':{'epochs':3}}", "" },
    { "{'configuration':{'schedule':{'epochs':3}},'hyperparameters':{'n_epochs':4}}", "{'version':1,'schedule':{'epochs':3}}",
      "hyperparameters:not-carried" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = parse_quoted (cases[i].document);
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneMigration) migration = attune_migration_run (node, &error);
      g_autoptr (JsonNode) written = NULL;
      g_autoptr (AttuneConfiguration) again = NULL;
      g_autoptr (JsonNode) rewritten = NULL;
      g_autofree char *report = NULL;

      g_test_message ("%s", cases[i].document);
      g_assert_no_error (error);
      written = attune_configuration_to_json (migration->configuration, ATTUNE_SECRETS_OMIT);
      assert_json (written, cases[i].configuration);
      report = list_report (migration);
      g_assert_cmpstr (report, ==, cases[i].report);
      g_assert_true (json_node_equal (migration->document, node));

      /* The result is a document of today, and reading it changes nothing more. */
      g_assert_cmpint (attune_migration_detect (written), ==, ATTUNE_DOCUMENT_CONFIGURATION);
      again = attune_configuration_new_from_json (written, &error);
      g_assert_no_error (error);
      rewritten = attune_configuration_to_json (again, ATTUNE_SECRETS_OMIT);
      g_assert_true (json_node_equal (written, rewritten));
    }
}

static void
test_of_the_job (void)
{
  g_autoptr (JsonNode) flat = parse_quoted ("{'personaId':'p','provider':'local','name':'n','datasetPath':'/t','validationPath':'/v','epochs':3}");
  g_autoptr (JsonNode) entity = parse_quoted ("{'personaId':'p','provider':'local','name':'n','configuration':{}}");
  g_autoptr (AttuneMigration) migration = attune_migration_run (flat, NULL);
  g_autoptr (AttuneMigration) of_entity = attune_migration_run (entity, NULL);
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new_from_json (flat, NULL);
  g_auto (GStrv) unknown = attune_configuration_list_unknown (configuration);

  g_assert_cmpint (migration->form, ==, ATTUNE_DOCUMENT_TRAIN);
  g_assert_cmpstr (migration->persona_id, ==, "p");
  g_assert_cmpstr (migration->provider, ==, "local");
  g_assert_cmpstr (migration->name, ==, "n");
  g_assert_cmpstr (migration->training_path, ==, "/t");
  g_assert_cmpstr (migration->validation_path, ==, "/v");
  g_assert_cmpint (of_entity->form, ==, ATTUNE_DOCUMENT_ENTITY);
  g_assert_cmpstr (of_entity->persona_id, ==, "p");
  g_assert_cmpstr (of_entity->provider, ==, "local");
  g_assert_cmpstr (of_entity->name, ==, "n");

  /* Who asks for the configuration alone loses nothing either. */
  g_assert_true (strv_is (unknown, "provider personaId name datasetPath validationPath"));
}

static void
test_wrong_values (void)
{
  static const struct {
    const char *document;
    const char *message;
  } cases[] = {
    { "{'epochs':'many'}", "epochs: schedule.epochs has to be a whole number, not “many”" },
    { "{'rank':8.5}", "rank has to be a whole number, not 8.5" },
    { "{'n_epochs':[3]}", "n_epochs has to be a whole number, not a list" },
    { "{'hyperparameters':{'learning_rate':{}}}", "learning_rate has to be a number, not an object" },
    { "{'epochs':3,'quantize':7}", "quantize has to be true or false, not a number" },
    { "{'epochs':3,'quantizeBits':5}", "quantizeBits has to be 4 or 8" },
    { "{'epochs':3,'provider':7}", "provider has to be a text, not a number" },
    { "{'epochs':3,'targetModules':['q',1]}", "targetModules[1] has to be a text, not a number" },
    { "{'configuration':{'schedule':{'epochs':'3'}}}", "configuration: schedule.epochs has to be a whole number" },
    { "{'configuration':{},'provider':7}", "provider has to be a text, not a number" },
    { "{'schedule':{'epochs':'3'}}", "schedule.epochs has to be a whole number" },
    { "[]", "A configuration has to be an object" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = parse_quoted (cases[i].document);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].document);
      g_assert_null (attune_migration_run (node, &error));
      assert_message (error, ATTUNE_ERROR_INVALID, cases[i].message);
    }
}

/* Every path of the table, by its last name alone, is either carried over or named: nothing is dropped silently. */
static void
test_nothing_silent (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (15);
  const AttuneParameter *parameters;
  guint n_parameters;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < 2000; i++)
    {
      const AttuneParameter *parameter = &parameters[g_rand_int_range (rand, 0, (gint) n_parameters)];
      g_autofree char *stranger = g_strdup_printf ("stranger%u", g_rand_int (rand));
      const char *name = g_rand_boolean (rand) ? strrchr (parameter->path, '.') + 1 : stranger;
      g_autoptr (GVariant) value = g_variant_ref_sink (random_value (rand, parameter));
      g_autoptr (JsonObject) object = json_object_new ();
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (AttuneMigration) migration = NULL;
      g_autoptr (JsonNode) written = NULL;
      g_autofree char *text = NULL;
      g_autofree char *wanted = NULL;
      JsonNode *member = attune_json_from_variant (value);

      if (parameter->type == ATTUNE_PARAMETER_SECRET || JSON_NODE_HOLDS_ARRAY (member))
        {
          json_node_unref (member);
          continue;
        }
      wanted = attune_json_write (member, FALSE);
      json_object_set_member (object, name, member);
      json_object_set_int_member (object, "n_epochs", 3);
      node = json_node_init_object (json_node_alloc (), object);

      migration = attune_migration_run (node, NULL);
      if (migration == NULL)
        continue; /* said with an error */
      written = attune_configuration_to_json (migration->configuration, ATTUNE_SECRETS_OMIT);
      text = attune_json_write (written, FALSE);
      if (strstr (text, wanted) == NULL)
        {
          g_autofree char *document = attune_json_write (node, FALSE);

          g_error ("%s became %s", document, text);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Old documents become new ones, and what they say beyond that is named");

  g_test_add_func ("/migration/detect", test_detect);
  g_test_add_func ("/migration/run", test_run);
  g_test_add_func ("/migration/of-the-job", test_of_the_job);
  g_test_add_func ("/migration/wrong-values", test_wrong_values);
  g_test_add_func ("/migration/nothing-silent", test_nothing_silent);

  return g_test_run ();
}
