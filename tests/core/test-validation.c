/* test-validation.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-validation.h"

#include "core-helpers.h"

#define WHOLE "'model':{'baseModel':'m'},'datasets':{'trainingFileId':'t'}"

static AttuneValidation *
check_document (const char *text)
{
  g_autoptr (AttuneConfiguration) configuration = configuration_from (text);
  AttuneValidation *validation = attune_validation_new ();

  attune_validation_check_universal (validation, configuration);
  return validation;
}

/* "path:code" of every issue, errors with an exclamation mark. */
static char *
list_issues (AttuneValidation *validation)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (validation, i);

      g_assert_cmpint (strlen (issue->message), >, 10);
      g_string_append_printf (list, "%s%s:%s%s", i > 0 ? " " : "", issue->path, issue->code,
                              issue->severity == ATTUNE_SEVERITY_ERROR ? "!" : "");
    }
  return g_string_free_and_steal (list);
}

static void
test_list (void)
{
  AttuneValidation *validation = attune_validation_new ();
  AttuneValidation *other = attune_validation_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_true (attune_validation_is_valid (validation));
  g_assert_true (attune_validation_to_error (validation, &error));
  g_assert_null (attune_validation_find (validation, "a"));

  attune_validation_add (validation, "a", ATTUNE_SEVERITY_WARNING, "range", NULL, "%d is high", 7);
  g_assert_true (attune_validation_is_valid (validation));
  g_assert_true (attune_validation_to_error (validation, NULL));
  attune_validation_add (validation, "a", ATTUNE_SEVERITY_ERROR, "type", g_variant_new_int64 (3), "wrong");
  attune_validation_add (validation, "", ATTUNE_SEVERITY_ERROR, "combination", NULL, "never");

  g_assert_cmpuint (attune_validation_get_n_issues (validation), ==, 3);
  g_assert_cmpuint (attune_validation_get_n_errors (validation), ==, 2);
  g_assert_cmpstr (attune_validation_find (validation, "a")->code, ==, "type");
  g_assert_false (attune_validation_to_error (validation, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "a: wrong\nnever");

  node = attune_validation_to_json (validation);
  assert_json (node, "[{'path':'a','severity':'warning','code':'range','message':'7 is high'},"
                     "{'path':'a','severity':'error','code':'type','message':'wrong','repair':3},"
                     "{'path':'','severity':'error','code':'combination','message':'never'}]");

  attune_validation_add (other, "a", ATTUNE_SEVERITY_ERROR, "type", NULL, "wrong");
  attune_validation_add (other, "b", ATTUNE_SEVERITY_WARNING, "data", g_variant_new_string ("x"), "50%% done");
  attune_validation_merge (validation, other);
  attune_validation_merge (validation, other);
  attune_validation_merge (validation, validation);
  g_assert_cmpuint (attune_validation_get_n_issues (validation), ==, 4);
  g_assert_cmpstr (attune_validation_find (validation, "b")->message, ==, "50% done");
  g_assert_cmpstr (g_variant_get_string (attune_validation_find (validation, "b")->repair, NULL), ==, "x");

  g_assert_finalize_object (validation);
  g_assert_finalize_object (other);
}

static void
test_universal (void)
{
  static const struct {
    const char *document;
    const char *issues;
  } cases[] = {
    { "{}", "model.baseModel:required! datasets.trainingFileId:required! method.type:required!" },
    { "{" WHOLE ",'method':{'type':'lora'}}", "" },
    { "{'model':{'baseModel':'  '},'datasets':{'trainingFileId':'t'},'method':{'type':'full'}}", "model.baseModel:required!" },
    { "{'model':{'baseModel':'a\\nb'},'datasets':{'trainingFileId':'t'},'method':{'type':'full'}}", "model.baseModel:type!" },
    { "{" WHOLE ",'method':{'type':'lora'},'schedule':{'epochs':21},'optimizer':{'learningRate':-1}}",
      "schedule.epochs:range! optimizer.learningRate:range!" },
    /* Combinations */
    { "{'model':{'baseModel':'m','precision':'int4'},'datasets':{'trainingFileId':'t'},'method':{'type':'full'}}",
      "model.precision:combination!" },
    { "{'model':{'baseModel':'m','precision':'int8'},'datasets':{'trainingFileId':'t'},'method':{'type':'lora'}}",
      "method.type:combination" },
    { "{'model':{'baseModel':'m','precision':'int8'},'datasets':{'trainingFileId':'t'},'method':{'type':'qlora'}}", "" },
    /* The precision of the products beside a compressed model: slow and exact, and fine. */
    { "{'model':{'baseModel':'m','precision':'fp32'},'datasets':{'trainingFileId':'t'},'method':{'type':'qlora'}}", "" },
    { "{" WHOLE ",'method':{'type':'lora'},'schedule':{'evaluations':3}}", "schedule.evaluations:combination" },
    { "{" WHOLE ",'method':{'type':'lora'},'schedule':{'evaluations':0}}", "" },
    { "{'model':{'baseModel':'m'},'datasets':{'trainingFileId':'t','validationFileId':'t'},'method':{'type':'lora'}}",
      "datasets.validationFileId:combination" },
    { "{" WHOLE ",'method':{'type':'lora'},'optimizer':{'learningRate':0}}", "optimizer.learningRate:combination" },
    { "{" WHOLE ",'method':{'type':'lora','loraConfig':{'dropout':1}}}", "method.loraConfig.dropout:combination" },
    { "{" WHOLE ",'integrations':{'huggingface':{'apiToken':'t'}},'method':{'type':'lora'}}",
      "integrations.huggingface.outputRepoName:combination" },
    /* Settings that nothing looks at */
    { "{" WHOLE ",'method':{'type':'full','loraConfig':{'rank':8,'dropout':1}}}",
      "method.loraConfig.rank:combination method.loraConfig.dropout:combination" },
    { "{" WHOLE ",'method':{'type':'lora'},'optimizer':{'scheduler':{'type':'constant','warmupRatio':0.1,'minLRRatio':0.1,'cycles':1}}}",
      "optimizer.scheduler.minLRRatio:combination optimizer.scheduler.warmupRatio:combination optimizer.scheduler.cycles:combination" },
    { "{" WHOLE ",'method':{'type':'lora'},'integrations':{'wandb':{'runName':'r'}}}", "integrations.wandb.runName:combination" },
    /* Texts of a certain form */
    { "{" WHOLE ",'method':{'type':'lora'},'integrations':{'huggingface':{'outputRepoName':'model'}}}",
      "integrations.huggingface.outputRepoName:type!" },
    { "{" WHOLE ",'method':{'type':'lora'},'integrations':{'huggingface':{'outputRepoName':'user/model'}}}", "" },
    { "{" WHOLE ",'method':{'type':'lora'},'integrations':{'wandb':{'project':'p','baseUrl':'wandb.example.com'}}}",
      "integrations.wandb.baseUrl:type!" },
    { "{" WHOLE ",'method':{'type':'lora'},'integrations':{'wandb':{'project':'p','baseUrl':'https://wandb.example.com'}}}", "" },
    { "{" WHOLE ",'method':{'type':'lora','loraConfig':{'trainableModules':'q_proj,,v_proj'}}}",
      "method.loraConfig.trainableModules:type!" },
    { "{" WHOLE ",'method':{'type':'lora','loraConfig':{'trainableModules':'q_proj, v_proj'}}}", "" },
    { "{" WHOLE ",'method':{'type':'lora'},'output':{'suffix':' '}}", "output.suffix:type!" },
    /* Strangers, and keys where they do not belong */
    { "{" WHOLE ",'method':{'type':'lora'},'schedule':{'epoch':1},'x':1}", "schedule.epoch:unknown x:unknown" },
    { "{" WHOLE ",'method':{'type':'lora'},'metadata':{'api_key':'k','a':{'password':'p'}}}",
      "metadata.api_key:secret metadata.a.password:secret" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneValidation) validation = check_document (cases[i].document);
      g_autofree char *issues = list_issues (validation);

      g_test_message ("%s", cases[i].document);
      g_assert_cmpstr (issues, ==, cases[i].issues);
      g_assert_cmpint (attune_validation_is_valid (validation), ==, strchr (cases[i].issues, '!') == NULL);
    }
}

static GVariant *
number_variant (const AttuneParameter *parameter,
                double                 value)
{
  return parameter->type == ATTUNE_PARAMETER_INTEGER ? g_variant_new_int64 ((gint64) value) : g_variant_new_double (value);
}

/* Both bounds are inside, the next value beyond each is outside, and the repair is the bound. */
static void
test_bounds (void)
{
  const AttuneParameter *parameters;
  guint n_parameters;
  guint n_checked = 0;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      const AttuneParameter *parameter = &parameters[i];
      gboolean whole = parameter->type == ATTUNE_PARAMETER_INTEGER;
      const double values[] = {
        parameter->minimum,
        parameter->maximum,
        whole ? parameter->minimum - 1 : nextafter (parameter->minimum, (double) -INFINITY),
        whole ? parameter->maximum + 1 : nextafter (parameter->maximum, (double) INFINITY),
      };

      if ((parameter->flags & ATTUNE_PARAMETER_HAS_RANGE) == 0)
        continue;

      for (guint j = 0; j < G_N_ELEMENTS (values); j++)
        {
          g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
          g_autoptr (AttuneValidation) validation = attune_validation_new ();
          const AttuneIssue *issue;

          attune_configuration_set_value (configuration, parameter->path, number_variant (parameter, values[j]));
          attune_validation_check_universal (validation, configuration);
          issue = attune_validation_find (validation, parameter->path);
          if (j < 2)
            {
              g_assert_true (issue == NULL || issue->severity == ATTUNE_SEVERITY_WARNING);
              continue;
            }

          g_assert_nonnull (issue);
          g_assert_cmpstr (issue->code, ==, "range");
          g_assert_cmpint (issue->severity, ==, ATTUNE_SEVERITY_ERROR);
          g_assert_nonnull (strstr (issue->message, attune_parameter_get_title (parameter)));

          /* The repair repairs. */
          attune_configuration_set_value (configuration, parameter->path, issue->repair);
          g_assert_cmpfloat (attune_configuration_get_double (configuration, parameter->path), ==, values[j - 2]);
          n_checked++;
        }
    }
  g_assert_cmpuint (n_checked, ==, 2 * 16);
}

static void
test_wrong_values_from_code (void)
{
  g_autoptr (AttuneConfiguration) configuration = configuration_from ("{" WHOLE "}");
  g_autoptr (AttuneValidation) validation = attune_validation_new ();
  const char *words[] = { "turbo", "fused_kernels", NULL };
  g_autofree char *issues = NULL;
  const AttuneIssue *issue;

  attune_configuration_set_value (configuration, "method.type", g_variant_new_string ("adapter"));
  attune_configuration_set_value (configuration, "optimizations.enabled", g_variant_new_strv (words, -1));
  attune_configuration_set_value (configuration, "optimizer.learningRate", g_variant_new_double ((double) NAN));
  g_assert_cmpint (attune_configuration_get_enum (configuration, "method.type"), ==, ATTUNE_TRAINING_METHOD_LORA);

  attune_validation_check_universal (validation, configuration);
  issues = list_issues (validation);
  g_assert_cmpstr (issues, ==, "method.type:type! optimizer.learningRate:type! optimizations.enabled:type!");

  issue = attune_validation_find (validation, "method.type");
  g_assert_nonnull (strstr (issue->message, "“adapter”, but has to be one of full, lora, qlora"));
  g_assert_cmpstr (g_variant_get_string (issue->repair, NULL), ==, "lora");
  issue = attune_validation_find (validation, "optimizations.enabled");
  g_assert_cmpuint (g_variant_n_children (issue->repair), ==, 1);
}

/* Taking every repair leads to a configuration without errors that have one. */
static void
test_repairs (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (99);

  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (AttuneConfiguration) configuration = random_configuration (rand);

      for (guint round = 0; round < 2; round++)
        {
          g_autoptr (AttuneValidation) validation = attune_validation_new ();

          attune_validation_check_universal (validation, configuration);
          for (guint j = 0; j < attune_validation_get_n_issues (validation); j++)
            {
              const AttuneIssue *issue = attune_validation_get_issue (validation, j);

              if (issue->repair == NULL || issue->severity != ATTUNE_SEVERITY_ERROR)
                continue;
              g_assert_cmpuint (round, ==, 0);
              attune_configuration_set_value (configuration, issue->path, issue->repair);
            }
        }
    }
}

static AttuneCapabilities *
capabilities_from (const char *text)
{
  g_autoptr (JsonNode) node = parse_quoted (text);
  g_autoptr (GError) error = NULL;
  AttuneCapabilities *capabilities = attune_capabilities_new_from_json (node, &error);

  g_assert_no_error (error);
  return capabilities;
}

static void
test_capabilities (void)
{
  static const struct {
    const char *capabilities;
    const char *document;
    const char *issues;
  } cases[] = {
    { "{}", "{" WHOLE ",'method':{'type':'qlora'},'schedule':{'epochs':20}}", "" },
    { "{'supportedMethods':['full']}", "{'method':{'type':'qlora'}}", "method.type:unsupported!" },
    { "{'supportedPrecisions':['fp32','bf16']}", "{'model':{'precision':'int4'}}", "model.precision:unsupported!" },
    { "{'supportedPrecisions':['fp32','bf16']}", "{'model':{'precision':'bf16'}}", "" },
    /* No choice at all is a setting that the provider does not have: ignored, and said so. */
    { "{'supportedPrecisions':[]}", "{'model':{'precision':'bf16'}}", "model.precision:unsupported" },
    { "{'supportedOptimizations':['fused_kernels']}", "{'optimizations':{'enabled':['fused_kernels','paged_optimizer']}}",
      "optimizations.enabled:unsupported" },
    { "{'supportedOptimizations':[]}", "{'optimizations':{'enabled':['fused_kernels']}}", "optimizations.enabled:unsupported" },
    { "{'supportedParameters':['schedule.epochs']}", "{'schedule':{'epochs':3,'batchSize':4},'output':{'suffix':'x'}}",
      "schedule.batchSize:unsupported output.suffix:unsupported" },
    { "{'parameterRanges':{'schedule.epochs':{'min':2,'max':5}}}", "{'schedule':{'epochs':6}}", "schedule.epochs:range!" },
    { "{'parameterRanges':{'schedule.epochs':{'min':2,'max':5}}}", "{'schedule':{'epochs':1}}", "schedule.epochs:range!" },
    { "{'parameterRanges':{'schedule.epochs':{'min':2,'max':5}}}", "{'schedule':{'epochs':5}}", "" },
    /* Said by the universal check already. */
    { "{'parameterRanges':{'schedule.epochs':{'min':2,'max':5}}}", "{'schedule':{'epochs':99}}", "" },
    { "{'parameterValues':{'optimizer.scheduler.type':['linear']}}", "{'optimizer':{'scheduler':{'type':'cosine'}}}",
      "optimizer.scheduler.type:unsupported!" },
    { "{'parameterValues':{'hardware.gpuType':['A100','H100']}}", "{'hardware':{'gpuType':'T4'}}", "hardware.gpuType:unsupported!" },
    { "{'parameterValues':{'hardware.gpuType':['A100','H100']}}", "{'hardware':{'gpuType':'H100'}}", "" },
    /* What has no effect needs no support. */
    { "{'supportedMethods':['full']}", "{'method':{'type':'full','loraConfig':{'rank':8}}}", "" },
    { "{'additionalRequiredParams':['output.suffix','hardware.gpuType','integrations.wandb.runName','team']}", "{}",
      "output.suffix:required! hardware.gpuType:required! metadata.team:required!" },
    { "{'additionalRequiredParams':['metadata.team']}", "{'metadata':{'team':'x'}}", "metadata.team:unsupported" },
    { "{'customParameters':{'seed':{'type':'number','description':'d','required':true,'min':0,'max':10}}}", "{}", "metadata.seed:required!" },
    { "{'customParameters':{'seed':{'type':'number','description':'d','required':false,'min':0,'max':10}}}", "{}", "" },
    { "{'customParameters':{'seed':{'type':'number','min':0,'max':10}}}", "{'metadata':{'seed':11}}", "metadata.seed:range!" },
    { "{'customParameters':{'seed':{'type':'number','min':0}}}", "{'metadata':{'seed':1e9}}", "" },
    { "{'customParameters':{'seed':{'type':'number'}}}", "{'metadata':{'seed':'7'}}", "metadata.seed:type!" },
    { "{'customParameters':{'seed':{'type':'number','required':true}}}", "{'metadata':{'seed':null}}", "metadata.seed:required!" },
    { "{'customParameters':{'fast':{'type':'boolean'}}}", "{'metadata':{'fast':1}}", "metadata.fast:type!" },
    { "{'customParameters':{'fast':{'type':'boolean'}}}", "{'metadata':{'fast':true}}", "" },
    { "{'customParameters':{'tier':{'type':'enum','enumValues':['a','b']}}}", "{'metadata':{'tier':'c'}}", "metadata.tier:type!" },
    { "{'customParameters':{'tier':{'type':'enum','enumValues':['a','b']}}}", "{'metadata':{'tier':'b','other':1}}",
      "metadata.other:unsupported" },
    { "{'customParameters':{'note':{'type':'string'}}}", "{'metadata':{'note':[1]}}", "metadata.note:type!" },
    /* The model of the list narrows further. */
    { "{'models':[{'id':'m','supportedMethods':['lora'],'parameterRanges':{'schedule.batchSize':[1,8]}}]}",
      "{'model':{'baseModel':'m'},'method':{'type':'full'},'schedule':{'batchSize':16}}", "method.type:unsupported! schedule.batchSize:range!" },
    { "{'models':[{'id':'m','supportedMethods':['lora']}]}", "{'model':{'baseModel':'other'},'method':{'type':'full'}}", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneCapabilities) capabilities = capabilities_from (cases[i].capabilities);
      g_autoptr (AttuneConfiguration) configuration = configuration_from (cases[i].document);
      g_autoptr (AttuneValidation) validation = attune_validation_new ();
      g_autofree char *issues = NULL;

      attune_validation_check_capabilities (validation, configuration, capabilities, "Provider");
      issues = list_issues (validation);
      g_test_message ("%s with %s", cases[i].document, cases[i].capabilities);
      g_assert_cmpstr (issues, ==, cases[i].issues);
    }
}

static void
test_capabilities_repairs (void)
{
  g_autoptr (AttuneCapabilities) capabilities =
    capabilities_from ("{'supportedMethods':['full'],'supportedPrecisions':['bf16'],'supportedOptimizations':['fused_kernels'],"
                       "'parameterRanges':{'schedule.epochs':{'min':2,'max':5},'optimizer.learningRate':[0.001,0.01]},"
                       "'parameterValues':{'optimizer.scheduler.type':['linear','constant']},"
                       "'parameterDefaults':{'optimizer.scheduler.type':'constant','output.suffix':'v1'},"
                       "'additionalRequiredParams':['output.suffix'],"
                       "'customParameters':{'seed':{'type':'number','min':1,'max':3},'tier':{'type':'string','required':true,'default':'a'}}}");
  g_autoptr (AttuneConfiguration) configuration =
    configuration_from ("{'method':{'type':'lora'},'model':{'precision':'int4'},'schedule':{'epochs':9},"
                        "'optimizer':{'learningRate':1e-5,'scheduler':{'type':'cosine'}},"
                        "'optimizations':{'enabled':['fused_kernels','flash_attention']},'metadata':{'seed':9}}");
  g_autoptr (AttuneValidation) validation = attune_validation_new ();
  static const struct {
    const char *path;
    const char *repair;
  } repairs[] = {
    { "method.type", "'full'" },
    { "model.precision", "'bf16'" },
    { "schedule.epochs", "int64 5" },
    { "optimizer.learningRate", "0.001" },
    { "optimizer.scheduler.type", "'constant'" },
    { "optimizations.enabled", "['fused_kernels']" },
    { "output.suffix", "'v1'" },
    { "metadata.seed", "3.0" },
    { "metadata.tier", "'a'" },
  };

  attune_validation_check_capabilities (validation, configuration, capabilities, "Provider");
  for (guint i = 0; i < G_N_ELEMENTS (repairs); i++)
    {
      const AttuneIssue *issue = attune_validation_find (validation, repairs[i].path);
      g_autofree char *printed = NULL;

      g_test_message ("%s", repairs[i].path);
      g_assert_nonnull (issue);
      g_assert_nonnull (issue->repair);
      printed = g_variant_print (issue->repair, TRUE);
      g_assert_cmpstr (printed, ==, repairs[i].repair);
    }
  g_assert_cmpuint (attune_validation_get_n_issues (validation), ==, G_N_ELEMENTS (repairs));
}

/* For every row: a value that is set and that the provider does not take is named. Nothing is dropped silently. */
static void
test_nothing_silent (void)
{
  g_autoptr (AttuneCapabilities) capabilities = capabilities_from ("{'supportedParameters':[]}");
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  const AttuneParameter *parameters;
  guint n_parameters;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      g_autoptr (AttuneConfiguration) configuration =
        configuration_from ("{'integrations':{'wandb':{'project':'p'},'huggingface':{'outputRepoName':'a/b'}}}");
      g_autoptr (AttuneValidation) validation = attune_validation_new ();
      const AttuneIssue *issue;

      attune_configuration_set_value (configuration, parameters[i].path, random_value (rand, &parameters[i]));
      attune_validation_check_capabilities (validation, configuration, capabilities, "Provider");
      issue = attune_validation_find (validation, parameters[i].path);
      g_test_message ("%s", parameters[i].path);
      g_assert_nonnull (issue);
      g_assert_cmpstr (issue->code, ==, "unsupported");
      g_assert_cmpint (issue->severity, ==, ATTUNE_SEVERITY_WARNING);
      g_assert_nonnull (strstr (issue->message, "Provider"));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Every limit is checked at its edge, every repair repairs, and nothing that is ignored goes unsaid");

  g_test_add_func ("/validation/list", test_list);
  g_test_add_func ("/validation/universal", test_universal);
  g_test_add_func ("/validation/bounds", test_bounds);
  g_test_add_func ("/validation/wrong-values-from-code", test_wrong_values_from_code);
  g_test_add_func ("/validation/repairs", test_repairs);
  g_test_add_func ("/validation/capabilities", test_capabilities);
  g_test_add_func ("/validation/capabilities-repairs", test_capabilities_repairs);
  g_test_add_func ("/validation/nothing-silent", test_nothing_silent);

  return g_test_run ();
}
