/* test-capabilities.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-capabilities.h"

#include "core-helpers.h"

static const char everything[] =
  "{'supportedMethods':['lora','full'],'supportedOptimizations':['flash_attention','fused_kernels'],'supportedPrecisions':['bf16','fp32'],"
  "'supportedParameters':['model.baseModel','model.precision','datasets.trainingFileId','method.type','method.loraConfig.rank',"
  "'schedule.epochs','schedule.batchSize','optimizer.learningRate','optimizer.scheduler.type','optimizations.enabled','hardware.gpuType'],"
  "'parameterRanges':{'schedule.epochs':{'min':1,'max':10},'schedule.batchSize':{'min':8,'max':32},"
  "'optimizer.learningRate':{'min':1e-06,'max':0.01}},"
  "'parameterDefaults':{'schedule.epochs':2,'optimizer.scheduler.type':'linear'},"
  "'parameterValues':{'optimizer.scheduler.type':['linear','cosine'],'hardware.gpuType':['A100']},"
  "'additionalRequiredParams':['output.suffix'],"
  "'customParameters':{'seed':{'type':'number','title':'Seed','description':'d','required':false,'default':42.0,'min':0.0,'max':100.0},"
  "'tier':{'type':'enum','required':true,'enumValues':['a','b'],'default':'a'}},"
  "'models':[{'id':'small','title':'Small','sizeBytes':5000000000,'parameters':135000000,'contextLength':2048,'notes':'n','path':'/m',"
  "'supportedMethods':['lora'],'parameterRanges':{'schedule.batchSize':{'min':4,'max':16},'schedule.sequenceLength':{'min':512,'max':2048}},"
  "'parameterDefaults':{'schedule.epochs':5},'parameterValues':{'optimizer.scheduler.type':['cosine','polynomial']},"
  "'additionalRequiredParams':['model.precision'],'actions':['cancel'],"
  "'customParameters':{'seed':{'type':'number','min':5.0}},'notices':[{'text':'old','severity':'warning'}]},"
  "{'id':'large'}],"
  "'actions':['cancel','download'],"
  "'notices':[{'text':'closes soon','severity':'info','from':'2026-01-01','until':'2027-01-01'}],"
  "'fetchedAt':1767225600,'extra':{'kept':[1,null]}}";

static AttuneCapabilities *
capabilities_from (const char *text)
{
  g_autoptr (JsonNode) node = parse_quoted (text);
  g_autoptr (GError) error = NULL;
  AttuneCapabilities *capabilities = attune_capabilities_new_from_json (node, &error);

  g_assert_no_error (error);
  g_assert_nonnull (capabilities);
  return capabilities;
}

static void
assert_range (AttuneCapabilities *capabilities,
              const char         *path,
              double              minimum,
              double              maximum)
{
  double low = -1;
  double high = -1;

  g_assert_true (attune_capabilities_get_range (capabilities, path, &low, &high));
  g_assert_cmpfloat (low, ==, minimum);
  g_assert_cmpfloat (high, ==, maximum);
}

static void
assert_default (AttuneCapabilities *capabilities,
                const char         *path,
                const char         *expected)
{
  g_autoptr (GVariant) value = attune_capabilities_dup_default (capabilities, path);
  g_autofree char *printed = value != NULL ? g_variant_print (value, TRUE) : NULL;

  g_assert_true (value == NULL || !g_variant_is_floating (value));
  g_assert_cmpstr (printed, ==, expected);
}

/* The types behind the documented shape come back from JSON, not just some integer or other. */
static void
test_json (void)
{
  AttuneCapabilities *capabilities = capabilities_from (everything);
  AttuneCapabilities *again;
  g_autoptr (JsonNode) node = attune_capabilities_to_json (capabilities);
  g_autoptr (GError) error = NULL;
  GVariant *variant = attune_capabilities_get_variant (capabilities);
  g_autoptr (GVariant) model = attune_capabilities_dup_model (capabilities, "small");
  static const struct {
    const char *name;
    const char *type;
  } types[] = {
    { "supportedMethods", "as" }, { "parameterRanges", "a{s(dd)}" }, { "parameterDefaults", "a{sv}" }, { "parameterValues", "a{sas}" },
    { "additionalRequiredParams", "as" }, { "customParameters", "a{sa{sv}}" }, { "models", "aa{sv}" }, { "actions", "as" },
    { "notices", "aa{sv}" }, { "fetchedAt", "x" },
  };

  assert_json (node, everything);
  again = attune_capabilities_new_from_json (node, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_equal (variant, attune_capabilities_get_variant (again)));

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GVariant) member = g_variant_lookup_value (variant, types[i].name, NULL);

      g_assert_cmpstr (g_variant_get_type_string (member), ==, types[i].type);
    }
  g_assert_true (g_variant_lookup (model, "sizeBytes", "t", NULL));
  g_assert_true (g_variant_lookup (model, "contextLength", "u", NULL));
  g_assert_cmpuint (attune_capabilities_get_n_models (capabilities), ==, 2);

  g_assert_finalize_object (capabilities);
  g_assert_finalize_object (again);
}

static void
test_shape (void)
{
  static const struct {
    const char *json;
    const char *message;
  } from_json[] = {
    { "[]", "has to be an object, not a list" },
    { "{'supportedMethods':'lora'}", "supportedMethods: This has to be a list of words, not a text" },
    { "{'supportedMethods':['lora',1]}", "supportedMethods: This has to be a list of words, not a number" },
    { "{'supportedMethods':['adapter']}", "supportedMethods: “adapter” is none of full, lora, qlora" },
    { "{'supportedPrecisions':['fp64']}", "supportedPrecisions: “fp64” is none of" },
    { "{'supportedParameters':['schedule.epoch']}", "supportedParameters: There is no setting “schedule.epoch”. Did you mean “schedule.epochs”?" },
    { "{'parameterRanges':{'schedule.epochs':3}}", "parameterRanges.schedule.epochs: A range has to be written as" },
    { "{'parameterRanges':{'schedule.epochs':{'min':1}}}", "parameterRanges.schedule.epochs: A range has to be written as" },
    { "{'parameterRanges':{'schedule.epochs':[5,1]}}", "parameterRanges: The range of schedule.epochs is empty" },
    { "{'parameterRanges':{'what.ever.else':[1,2]}}", "parameterRanges: There is no setting “what.ever.else”" },
    { "{'parameterDefaults':{'schedule.epochs':'3'}}", "parameterDefaults.schedule.epochs: This has to be a whole number, not a text" },
    { "{'parameterDefaults':{'optimizations.enabled':3}}", "parameterDefaults.optimizations.enabled: This has to be a list of words" },
    { "{'parameterValues':{'optimizer.scheduler.type':['cos']}}", "parameterValues.optimizer.scheduler.type: “cos” is none of" },
    { "{'customParameters':{'a':{}}}", "customParameters.a: “type” is missing" },
    { "{'customParameters':{'a':{'type':'integer'}}}", "customParameters.a: “integer” is none of string, number, boolean, enum" },
    { "{'customParameters':{'a':{'type':'enum'}}}", "customParameters.a: “enumValues” is missing" },
    { "{'customParameters':{'a':{'type':'enum','enumValues':['x'],'default':'y'}}}", "customParameters.a: The default is none of" },
    { "{'customParameters':{'a':{'type':'number','default':'y'}}}", "customParameters.a: The default is of type s" },
    { "{'customParameters':{'a':{'type':'boolean','default':1}}}", "customParameters.a: The default is of type x" },
    { "{'customParameters':{'a':{'type':'number','min':3,'max':1}}}", "customParameters.a: The range is empty" },
    { "{'customParameters':{'a':{'type':'number','required':'yes'}}}", "customParameters.a.required: This has to be true or false" },
    { "{'customParameters':{'a':{'type':'number','default':[]}}}", "customParameters.a.default: This has to be a text, a number" },
    { "{'models':{}}", "models: This has to be a list, not an object" },
    { "{'models':[{'id':'a'},{'title':'b'}]}", "models[1]: “id” is missing" },
    { "{'models':[{'id':'a','sizeBytes':-1}]}", "models[0].sizeBytes: -1 is out of range" },
    { "{'models':[{'id':'a','contextLength':4294967296}]}", "models[0].contextLength: 4294967296 is out of range" },
    { "{'models':[{'id':'a','supportedMethods':['x']}]}", "models[0].supportedMethods: “x” is none of" },
    { "{'models':[{'id':'a','customParameters':{'b':{'type':'x'}}}]}", "models[0].customParameters.b: “x” is none of" },
    { "{'notices':[{}]}", "notices[0]: “text” is missing" },
    { "{'notices':[{'text':'t','severity':'loud'}]}", "notices[0]: “loud” is none of info, warning, error" },
    { "{'fetchedAt':'now'}", "fetchedAt: This has to be a whole number, not a text" },
  };
  static const struct {
    const char *variant;
    const char *message;
  } from_variant[] = {
    { "{'supportedMethods': <'lora'>}", "supportedMethods: The type has to be as, not s" },
    { "{'parameterRanges': <{'schedule.epochs': (1, 2)}>}", "parameterRanges: The type has to be a{s(dd)}, not a{s(ii)}" },
    { "{'parameterRanges': <{'schedule.epochs': (nan, 2.0)}>}", "is empty or not finite" },
    { "{'parameterDefaults': <{'schedule.epochs': <3>}>}", "parameterDefaults: The default of schedule.epochs is of type i" },
    { "{'models': <[{'id': <3>}]>}", "models[0].id: The type has to be s, not i" },
    { "{'fetchedAt': <3>}", "fetchedAt: The type has to be x, not i" },
    { "{'a': 3}", "Capabilities have to be of type a{sv}, not a{si}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (from_json); i++)
    {
      g_autoptr (JsonNode) node = parse_quoted (from_json[i].json);
      g_autoptr (GError) error = NULL;

      g_assert_null (attune_capabilities_new_from_json (node, &error));
      assert_message (error, ATTUNE_ERROR_DAMAGED, from_json[i].message);
    }
  for (guint i = 0; i < G_N_ELEMENTS (from_variant); i++)
    {
      g_autoptr (GError) error = NULL;
      GVariant *variant = g_variant_parse (NULL, from_variant[i].variant, NULL, NULL, &error);

      g_assert_no_error (error);
      g_assert_null (attune_capabilities_new (variant, &error));
      assert_message (error, ATTUNE_ERROR_DAMAGED, from_variant[i].message);
      g_variant_unref (variant);
    }
}

/* What a provider does not say, it does not restrict. */
static void
test_nothing_said (void)
{
  g_autoptr (AttuneCapabilities) capabilities = capabilities_from ("{}");
  g_auto (GStrv) unsupported = attune_capabilities_list_unsupported (capabilities);
  const AttuneParameter *parameters;
  guint n_parameters;

  g_assert_true (strv_is (unsupported, ""));
  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      g_autoptr (GVariant) own = attune_parameter_dup_default (&parameters[i]);
      g_autoptr (GVariant) theirs = attune_capabilities_dup_default (capabilities, parameters[i].path);

      g_assert_true (attune_capabilities_supports_path (capabilities, parameters[i].path));
      g_assert_true (own == NULL ? theirs == NULL : g_variant_equal (own, theirs));
      if ((parameters[i].flags & ATTUNE_PARAMETER_HAS_RANGE) != 0)
        assert_range (capabilities, parameters[i].path, parameters[i].minimum, parameters[i].maximum);
      else
        g_assert_false (attune_capabilities_get_range (capabilities, parameters[i].path, NULL, NULL));
    }
  g_assert_false (attune_capabilities_has_action (capabilities, "cancel"));
  g_assert_cmpuint (attune_capabilities_get_n_models (capabilities), ==, 0);
  g_assert_false (attune_capabilities_supports_path (capabilities, "metadata.seed"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "method.type", "adapter"));
}

static void
test_supports (void)
{
  g_autoptr (AttuneCapabilities) capabilities = capabilities_from (everything);
  g_autoptr (AttuneCapabilities) full = capabilities_from ("{'supportedMethods':['full']}");
  g_auto (GStrv) unsupported = attune_capabilities_list_unsupported (full);

  g_assert_true (attune_capabilities_supports_path (capabilities, "schedule.epochs"));
  g_assert_false (attune_capabilities_supports_path (capabilities, "schedule.checkpoints"));
  g_assert_true (attune_capabilities_supports_path (capabilities, "metadata.seed"));
  g_assert_false (attune_capabilities_supports_path (capabilities, "metadata.other"));
  g_assert_false (attune_capabilities_supports_path (capabilities, "nonsense"));

  g_assert_true (attune_capabilities_supports_value (capabilities, "method.type", "full"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "method.type", "qlora"));
  g_assert_true (attune_capabilities_supports_value (capabilities, "model.precision", "bf16"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "model.precision", "int4"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "optimizations.enabled", "paged_optimizer"));
  g_assert_true (attune_capabilities_supports_value (capabilities, "optimizer.scheduler.type", "linear"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "optimizer.scheduler.type", "polynomial"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "hardware.gpuType", "T4"));
  g_assert_true (attune_capabilities_supports_value (capabilities, "output.suffix", "anything"));
  g_assert_true (attune_capabilities_supports_value (capabilities, "metadata.tier", "b"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "metadata.tier", "c"));

  g_assert_true (attune_capabilities_has_action (capabilities, "download"));
  g_assert_false (attune_capabilities_has_action (capabilities, "pause"));

  /* Without an adapter to train, its settings are none. */
  g_assert_true (strv_is (unsupported, "method.loraConfig.rank method.loraConfig.alpha method.loraConfig.dropout "
                                       "method.loraConfig.trainableModules"));
}

static void
test_free_metadata (void)
{
  g_autoptr (AttuneCapabilities) tagged = capabilities_from ("{'freeMetadata':true}");
  g_autoptr (AttuneCapabilities) refused = capabilities_from ("{'freeMetadata':false}");

  g_assert_true (attune_capabilities_supports_path (tagged, "metadata.team"));
  g_assert_false (attune_capabilities_supports_path (tagged, "nonsense"));
  g_assert_false (attune_capabilities_supports_path (refused, "metadata.team"));
}

static void
test_ranges (void)
{
  g_autoptr (AttuneCapabilities) capabilities =
    capabilities_from ("{'parameterRanges':{'schedule.epochs':[0,99],'schedule.batchSize':[8,16],'schedule.checkpoints':[50,60]},"
                       "'customParameters':{'seed':{'type':'number','min':0,'max':10},'open':{'type':'number'}}}");

  assert_range (capabilities, "schedule.epochs", 1, 20);     /* a provider narrows, it never widens */
  assert_range (capabilities, "schedule.batchSize", 8, 16);
  assert_range (capabilities, "schedule.checkpoints", 10, 10);
  assert_range (capabilities, "schedule.evaluations", 0, 20);
  assert_range (capabilities, "metadata.seed", 0, 10);
  g_assert_false (attune_capabilities_get_range (capabilities, "metadata.open", NULL, NULL));
  g_assert_false (attune_capabilities_get_range (capabilities, "metadata.none", NULL, NULL));
  g_assert_false (attune_capabilities_get_range (capabilities, "method.type", NULL, NULL));
}

static void
test_defaults (void)
{
  g_autoptr (AttuneCapabilities) capabilities = capabilities_from (everything);
  g_autoptr (AttuneCapabilities) narrow =
    capabilities_from ("{'supportedMethods':['full'],'supportedOptimizations':['fused_kernels'],'supportedPrecisions':[],"
                       "'parameterRanges':{'optimizer.learningRate':[0.001,0.01],'schedule.epochs':[4,9]},"
                       "'parameterDefaults':{'optimizations.enabled':['fused_kernels','flash_attention'],'model.precision':'bf16'}}");

  assert_default (capabilities, "schedule.epochs", "int64 2");
  assert_default (capabilities, "schedule.batchSize", "int64 8"); /* the table's 4 is below this provider's range */
  assert_default (capabilities, "optimizer.scheduler.type", "'linear'");
  assert_default (capabilities, "optimizer.weightDecay", "0.0");
  assert_default (capabilities, "model.baseModel", NULL);
  assert_default (capabilities, "metadata.seed", "42.0");
  assert_default (capabilities, "metadata.none", NULL);

  assert_default (narrow, "method.type", "'full'");
  assert_default (narrow, "optimizer.learningRate", "0.001");
  assert_default (narrow, "schedule.epochs", "int64 4");
  assert_default (narrow, "optimizations.enabled", "['fused_kernels']");
  assert_default (narrow, "model.precision", NULL);
}

static void
test_model (void)
{
  g_autoptr (AttuneCapabilities) capabilities = capabilities_from (everything);
  g_autoptr (AttuneCapabilities) small = attune_capabilities_for_model (capabilities, "small");
  g_autoptr (AttuneCapabilities) twice = attune_capabilities_for_model (small, "small");
  g_autoptr (AttuneCapabilities) large = attune_capabilities_for_model (capabilities, "large");
  g_autoptr (AttuneCapabilities) unknown = attune_capabilities_for_model (capabilities, "unknown");
  g_autoptr (AttuneCapabilities) none = attune_capabilities_for_model (capabilities, NULL);
  g_autoptr (JsonNode) node = attune_capabilities_to_json (small);
  g_autoptr (JsonNode) node_twice = attune_capabilities_to_json (twice);
  g_autoptr (GVariant) model = attune_capabilities_dup_model (small, "small");

  g_assert_true (unknown == capabilities);
  g_assert_true (none == capabilities);
  g_assert_nonnull (model);
  g_assert_null (attune_capabilities_dup_model (capabilities, "unknown"));
  g_assert_true (json_node_equal (node, node_twice));
  g_assert_true (attune_capabilities_supports_value (large, "method.type", "full"));

  g_assert_false (attune_capabilities_supports_value (small, "method.type", "full"));
  g_assert_true (attune_capabilities_supports_value (small, "method.type", "lora"));
  g_assert_true (attune_capabilities_supports_value (small, "model.precision", "fp32"));
  assert_range (small, "schedule.batchSize", 8, 16);
  assert_range (small, "schedule.epochs", 1, 10);
  assert_range (small, "schedule.sequenceLength", 512, 2048);
  assert_range (small, "metadata.seed", 5, (double) INFINITY);
  assert_default (small, "schedule.epochs", "int64 5");
  assert_default (small, "optimizer.scheduler.type", "'cosine'"); /* linear is the provider's, but not this model's */
  g_assert_false (attune_capabilities_supports_value (small, "optimizer.scheduler.type", "polynomial"));
  g_assert_false (attune_capabilities_has_action (small, "download"));
  g_assert_true (attune_capabilities_has_action (small, "cancel"));
  assert_json (attune_json_lookup (node, "additionalRequiredParams"), "['output.suffix','model.precision']");
  g_assert_cmpuint (json_array_get_length (json_node_get_array (attune_json_lookup (node, "notices"))), ==, 2);
  g_assert_nonnull (attune_json_lookup (node, "customParameters.tier"));
  g_assert_cmpuint (attune_capabilities_get_n_models (small), ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Capabilities have the documented shape, narrow and never widen, and survive JSON with their types");

  g_test_add_func ("/capabilities/json", test_json);
  g_test_add_func ("/capabilities/shape", test_shape);
  g_test_add_func ("/capabilities/nothing-said", test_nothing_said);
  g_test_add_func ("/capabilities/supports", test_supports);
  g_test_add_func ("/capabilities/free-metadata", test_free_metadata);
  g_test_add_func ("/capabilities/ranges", test_ranges);
  g_test_add_func ("/capabilities/defaults", test_defaults);
  g_test_add_func ("/capabilities/model", test_model);

  return g_test_run ();
}
