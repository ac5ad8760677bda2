/* test-configuration.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-configuration.h"

#include "core-helpers.h"

static void
count_changed (AttuneConfiguration *configuration,
               const char          *path,
               GString             *log)
{
  g_assert_true (ATTUNE_IS_CONFIGURATION (configuration));

  g_string_append_printf (log, "%s;", path != NULL ? path : "*");
}

static void
test_unset_is_not_zero (void)
{
  AttuneConfiguration *configuration = attune_configuration_new ();
  g_autoptr (JsonNode) node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
  g_autoptr (GVariant) variant = attune_configuration_to_variant (configuration);
  g_auto (GStrv) unknown = attune_configuration_list_unknown (configuration);
  g_autofree char *modules = attune_configuration_dup_text (configuration, "method.loraConfig.trainableModules");

  assert_json (node, "{'version':1}");
  g_assert_cmpuint (g_variant_n_children (variant), ==, 0);
  g_assert_cmpuint (g_strv_length (unknown), ==, 0);
  g_assert_false (attune_configuration_is_set (configuration, "schedule.epochs"));
  g_assert_null (attune_configuration_dup_value (configuration, "schedule.epochs"));

  /* What is in force nevertheless. */
  g_assert_cmpint (attune_configuration_get_integer (configuration, "schedule.epochs"), ==, 3);
  g_assert_cmpfloat (attune_configuration_get_double (configuration, "optimizer.learningRate"), ==, 0.00001);
  g_assert_cmpfloat (attune_configuration_get_double (configuration, "schedule.epochs"), ==, 3);
  g_assert_cmpint (attune_configuration_get_enum (configuration, "method.type"), ==, ATTUNE_TRAINING_METHOD_LORA);
  g_assert_cmpint (attune_configuration_get_enum (configuration, "model.precision"), ==, 0);
  g_assert_cmpstr (modules, ==, "all-linear");
  g_assert_null (attune_configuration_dup_text (configuration, "model.baseModel"));
  g_assert_false (attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_FLASH_ATTENTION));

  /* Set to its default is set. */
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (3));
  g_assert_true (attune_configuration_is_set (configuration, "schedule.epochs"));
  g_assert_finalize_object (configuration);
}

static void
test_changed (void)
{
  AttuneConfiguration *configuration = attune_configuration_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (JsonNode) seven = parse_quoted ("7");
  const char *words[] = { "fused_kernels", "flash_attention", "fused_kernels", NULL };
  const char *same[] = { "flash_attention", "fused_kernels", NULL };

  g_signal_connect (configuration, "changed", G_CALLBACK (count_changed), log);
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (2));
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (2));
  attune_configuration_set_value (configuration, "schedule.epochs", NULL);
  attune_configuration_set_value (configuration, "schedule.epochs", NULL);
  g_assert_cmpstr (log->str, ==, "schedule.epochs;schedule.epochs;");

  g_string_truncate (log, 0);
  attune_configuration_set_value (configuration, "optimizations.enabled", g_variant_new_strv (words, -1));
  attune_configuration_set_value (configuration, "optimizations.enabled", g_variant_new_strv (same, -1));
  g_assert_cmpstr (log->str, ==, "optimizations.enabled;");
  g_assert_true (attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_FUSED_KERNELS));
  g_assert_false (attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_PAGED_OPTIMIZER));

  g_string_truncate (log, 0);
  attune_configuration_set_value (configuration, "output.suffix", g_variant_new_string (""));
  attune_configuration_set_value (configuration, "output.suffix", g_variant_new_string ("v1"));
  attune_configuration_set_value (configuration, "output.suffix", g_variant_new_string (""));
  g_assert_cmpstr (log->str, ==, "output.suffix;output.suffix;");
  g_assert_false (attune_configuration_is_set (configuration, "output.suffix"));

  g_string_truncate (log, 0);
  attune_configuration_set_metadata (configuration, "seed", seven);
  attune_configuration_set_metadata (configuration, "seed", seven);
  attune_configuration_set_metadata (configuration, "seed", NULL);
  attune_configuration_set_metadata (configuration, "seed", NULL);
  g_assert_cmpstr (log->str, ==, "metadata.seed;metadata.seed;");

  g_assert_finalize_object (configuration);
}

static void
test_metadata_is_copied (void)
{
  AttuneConfiguration *configuration = attune_configuration_new ();
  g_autoptr (JsonNode) list = parse_quoted ("[1]");
  g_autoptr (AttuneConfiguration) copy = NULL;
  g_autoptr (JsonNode) node = NULL;

  attune_configuration_set_metadata (configuration, "list", list);
  json_array_add_int_element (json_node_get_array (list), 2);
  copy = attune_configuration_copy (configuration);
  attune_configuration_set_metadata (configuration, "list", list);

  node = attune_configuration_to_json (copy, ATTUNE_SECRETS_OMIT);
  assert_json (node, "{'version':1,'metadata':{'list':[1]}}");
  g_assert_finalize_object (configuration);
}

/* One value at every path through every form, at both bounds too. */
static void
test_round_trip_each (void)
{
  const AttuneParameter *parameters;
  guint n_parameters;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      const AttuneParameter *parameter = &parameters[i];
      g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);

      if (parameter->type == ATTUNE_PARAMETER_SECRET)
        continue;
      for (guint j = 0; j < 20; j++)
        g_ptr_array_add (values, g_variant_ref_sink (random_value (rand, parameter)));
      if (parameter->type == ATTUNE_PARAMETER_INTEGER)
        {
          g_ptr_array_add (values, g_variant_ref_sink (g_variant_new_int64 ((gint64) parameter->minimum)));
          g_ptr_array_add (values, g_variant_ref_sink (g_variant_new_int64 ((gint64) parameter->maximum)));
        }
      if (parameter->type == ATTUNE_PARAMETER_DOUBLE)
        {
          g_ptr_array_add (values, g_variant_ref_sink (g_variant_new_double (parameter->minimum)));
          g_ptr_array_add (values, g_variant_ref_sink (g_variant_new_double (parameter->maximum)));
        }

      for (guint j = 0; j < values->len; j++)
        {
          GVariant *value = g_ptr_array_index (values, j);
          g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
          g_autoptr (AttuneConfiguration) from_json = NULL;
          g_autoptr (AttuneConfiguration) from_variant = NULL;
          g_autoptr (AttuneConfiguration) from_text = attune_configuration_new ();
          g_autoptr (AttuneConfiguration) copy = NULL;
          g_autoptr (JsonNode) node = NULL;
          g_autoptr (GVariant) variant = NULL;
          g_autoptr (GVariant) found = NULL;
          g_autoptr (GError) error = NULL;
          g_autofree char *text = NULL;
          g_autofree char *formatted = attune_parameter_format (parameter, value);
          g_autofree char *assignment = g_strconcat (parameter->path, "=", formatted, NULL);

          attune_configuration_set_value (configuration, parameter->path, value);
          found = attune_configuration_dup_value (configuration, parameter->path);
          g_assert_true (g_variant_equal (found, value));

          node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
          g_assert_nonnull (attune_json_lookup (node, parameter->path));
          text = attune_json_write (node, TRUE);
          from_json = attune_configuration_new_from_data (text, -1, "text", &error);
          g_assert_no_error (error);
          g_assert_true (attune_configuration_equal (configuration, from_json));

          variant = attune_configuration_to_variant (configuration);
          g_assert_true (g_variant_is_of_type (variant, G_VARIANT_TYPE_VARDICT));
          from_variant = attune_configuration_new_from_variant (variant, &error);
          g_assert_no_error (error);
          g_assert_true (attune_configuration_equal (configuration, from_variant));

          g_assert_true (attune_configuration_set_from_text (from_text, assignment, &error));
          g_assert_no_error (error);
          g_assert_true (attune_configuration_equal (configuration, from_text));

          copy = attune_configuration_copy (configuration);
          g_assert_true (attune_configuration_equal (configuration, copy));
        }
    }
}

static void
test_round_trip_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (77);
  g_autoptr (AttuneConfiguration) previous = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (AttuneConfiguration) configuration = random_configuration (rand);
      g_autoptr (JsonNode) node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
      g_autofree char *text = attune_json_write (node, i % 2 == 0);
      g_autoptr (GVariant) variant = attune_configuration_to_variant (configuration);
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneConfiguration) from_json = attune_configuration_new_from_data (text, -1, NULL, &error);
      g_autoptr (AttuneConfiguration) from_variant = NULL;
      g_auto (GStrv) diff = NULL;

      g_assert_no_error (error);
      g_assert_true (attune_configuration_equal (configuration, from_json));
      from_variant = attune_configuration_new_from_variant (variant, &error);
      g_assert_no_error (error);
      g_assert_true (attune_configuration_equal (configuration, from_variant));

      /* Nothing differs exactly where both are equal. */
      diff = attune_configuration_diff (configuration, from_json);
      g_assert_cmpuint (g_strv_length (diff), ==, 0);
      if (previous != NULL)
        {
          g_auto (GStrv) other = attune_configuration_diff (configuration, previous);

          g_assert_cmpint (g_strv_length (other) == 0, ==, attune_configuration_equal (configuration, previous));
        }
      g_set_object (&previous, configuration);
    }
}

static void
test_document (void)
{
  static const char document[] =
    "{'version':1,"
    "'model':{'baseModel':'llama-3.1-8b','precision':'bf16'},"
    "'datasets':{'trainingFileId':'t','validationFileId':'v'},"
    "'method':{'type':'lora','loraConfig':{'rank':16,'alpha':32,'dropout':0.05,'trainableModules':'q_proj,v_proj'}},"
    "'schedule':{'epochs':3,'batchSize':4,'sequenceLength':2048,'gradientAccumulation':2,'checkpoints':1,'evaluations':5,"
    "'trainOnInputs':'disabled'},"
    "'optimizer':{'learningRate':1e-05,'scheduler':{'type':'cosine','minLRRatio':0.1,'warmupRatio':0.03,'cycles':0.5},"
    "'weightDecay':0.01,'maxGradientNorm':1.0},"
    "'optimizations':{'enabled':['flash_attention','fused_kernels']},"
    "'hardware':{'gpuType':'A100','numGPUs':2},"
    "'integrations':{'wandb':{'project':'p','runName':'r','baseUrl':'https://w.example'},'huggingface':{'outputRepoName':'u/m'}},"
    "'output':{'suffix':'v1'},"
    "'metadata':{'seed':7}}";
  g_autoptr (AttuneConfiguration) configuration = configuration_from (document);
  g_autoptr (JsonNode) node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
  const AttuneParameter *parameters;
  guint n_parameters;

  assert_json (node, document);
  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    g_assert_cmpint (attune_configuration_is_set (configuration, parameters[i].path), ==, parameters[i].type != ATTUNE_PARAMETER_SECRET);
}

static void
test_lora_config_only_while_set (void)
{
  g_autoptr (AttuneConfiguration) configuration = configuration_from ("{'version':1,'method':{'type':'full','loraConfig':{'rank':4}}}");
  g_autoptr (JsonNode) without = NULL;

  attune_configuration_set_value (configuration, "method.loraConfig.rank", NULL);
  without = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
  assert_json (without, "{'version':1,'method':{'type':'full'}}");
}

static void
test_types (void)
{
  static const struct {
    const char *document;
    const char *message; /* NULL: taken */
  } cases[] = {
    { "{'schedule':{'epochs':3.0}}", NULL },
    { "{'schedule':{'epochs':3.5}}", "schedule.epochs has to be a whole number, not 3.5" },
    { "{'schedule':{'epochs':'3'}}", "schedule.epochs has to be a whole number, not \"3\"" },
    { "{'schedule':{'epochs':true}}", "schedule.epochs has to be a whole number, not true" },
    { "{'schedule':{'epochs':null}}", "schedule.epochs has to be a whole number, not null" },
    { "{'schedule':{'epochs':{}}}", "schedule.epochs has to be a whole number, not an object" },
    { "{'schedule':{'epochs':1e30}}", "schedule.epochs has to be a whole number" },
    { "{'schedule':{'epochs':100}}", NULL }, /* ranges are validation's business */
    { "{'schedule':3}", "schedule has to be an object, not a number" },
    { "{'schedule':null}", "schedule has to be an object, not null" },
    { "{'optimizer':{'learningRate':1}}", NULL },
    { "{'optimizer':{'learningRate':'1e-5'}}", "optimizer.learningRate has to be a number, not \"1e-5\"" },
    { "{'optimizer':{'scheduler':'cosine'}}", "optimizer.scheduler has to be an object, not a text" },
    { "{'optimizer':{'scheduler':{'type':'cos'}}}",
      "optimizer.scheduler.type has to be one of cosine, linear, constant, constant_with_warmup, polynomial, not \"cos\"" },
    { "{'optimizer':{'scheduler':{'type':1}}}", "optimizer.scheduler.type has to be one of" },
    { "{'optimizer':{'scheduler':{'cycles':null}}}", NULL },
    { "{'optimizations':{'enabled':[]}}", NULL },
    { "{'optimizations':{'enabled':['fused_kernels','flash']}}", "optimizations.enabled[1] has to be one of flash_attention" },
    { "{'optimizations':{'enabled':'fused_kernels'}}", "optimizations.enabled has to be a list of words" },
    { "{'optimizations':{'enabled':[1]}}", "optimizations.enabled[0] has to be one of" },
    { "{'model':{'baseModel':7}}", "model.baseModel has to be a text, not 7" },
    { "{'model':{'precision':null},'datasets':{'validationFileId':null},'output':{'suffix':null}}", NULL },
    { "{'model':{'baseModel':null}}", "model.baseModel has to be a text, not null" },
    { "{'method':{'loraConfig':null},'hardware':null,'integrations':{'wandb':null,'huggingface':null}}", NULL },
    { "{'integrations':null}", NULL },
    { "{'metadata':[]}", "metadata has to be an object, not a list" },
    { "{'metadata':null}", NULL },
    { "{'version':1}", NULL },
    { "{'version':1.0}", NULL },
    { "{'version':2}", "version is 2, but this Attune reads version 1" },
    { "{'version':0}", "version is 0" },
    { "{'version':'1'}", "version has to be a whole number, not a text" },
    { "[]", "A configuration has to be an object, not a list" },
    { "null", "A configuration has to be an object, not null" },
    { "{}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdelimit (g_strdup (cases[i].document), "'", '"');
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneConfiguration) configuration = attune_configuration_new_from_data (json, -1, "file.json", &error);

      g_test_message ("%s", cases[i].document);
      if (cases[i].message == NULL)
        {
          g_assert_no_error (error);
          g_assert_nonnull (configuration);
        }
      else
        {
          g_assert_null (configuration);
          assert_message (error, ATTUNE_ERROR_INVALID, cases[i].message);
          g_assert_true (g_str_has_prefix (error->message, "file.json: "));
        }
    }
}

static void
test_unknown (void)
{
  static const char document[] =
    "{'version':1,'schedule':{'epochs':3,'epoch':4,'deep':{'er':[1]}},'optimizer':{'scheduler':{'gamma':0.5}},"
    "'future':{'of':{'things':null}},'schedule.batchSize':8,'notes':'x'}";
  g_autoptr (AttuneConfiguration) configuration = configuration_from (document);
  g_autoptr (AttuneConfiguration) copy = attune_configuration_copy (configuration);
  g_autoptr (AttuneConfiguration) other = configuration_from ("{'version':1,'schedule':{'epochs':3,'epoch':5}}");
  g_autoptr (JsonNode) node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
  g_auto (GStrv) unknown = attune_configuration_list_unknown (configuration);
  g_auto (GStrv) diff = attune_configuration_diff (configuration, other);

  assert_json (node, document);
  g_assert_true (strv_is (unknown, "schedule.epoch schedule.deep optimizer.scheduler.gamma future schedule.batchSize notes"));
  g_assert_true (strv_is (diff, "schedule.epoch schedule.deep optimizer.scheduler.gamma future schedule.batchSize notes"));
  g_assert_true (attune_configuration_equal (configuration, copy));
  g_assert_false (attune_configuration_is_set (configuration, "schedule.batchSize"));
}

static void
test_secrets (void)
{
  g_autoptr (AttuneConfiguration) configuration =
    configuration_from ("{'integrations':{'wandb':{'project':'p','apiKey':'sesame-1'},'huggingface':{'apiToken':'sesame-2','outputRepoName':'a/b'}},"
                        "'metadata':{'hf_api_token':'sesame-3','nested':{'list':[{'password':'sesame-4'}]},'pad_token':'eos'},"
                        "'provider':{'api-key':'sesame-5'}}");
  g_autoptr (JsonNode) file = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
  g_autoptr (JsonNode) preview = attune_configuration_to_json (configuration, ATTUNE_SECRETS_PLACEHOLDER);
  g_autoptr (GVariant) variant = attune_configuration_to_variant (configuration);
  g_autofree char *file_text = attune_json_write (file, FALSE);
  g_autofree char *preview_text = attune_json_write (preview, FALSE);
  g_autofree char *variant_text = g_variant_print (variant, TRUE);
  g_autofree char *key = attune_configuration_dup_text (configuration, "integrations.wandb.apiKey");
  g_autoptr (AttuneConfiguration) reread = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (key, ==, "sesame-1");
  g_assert_null (strstr (file_text, "sesame"));
  g_assert_null (strstr (preview_text, "sesame"));
  g_assert_null (strstr (variant_text, "sesame"));
  assert_json (file, "{'version':1,'integrations':{'wandb':{'project':'p'},'huggingface':{'outputRepoName':'a/b'}},"
                     "'metadata':{'nested':{'list':[{}]},'pad_token':'eos'},'provider':{}}");
  g_assert_cmpstr (attune_json_peek_string (preview, "integrations.wandb.apiKey", NULL), ==, "<W&B API Key>");
  g_assert_cmpstr (attune_json_peek_string (preview, "metadata.hf_api_token", NULL), ==, "<hf_api_token>");

  /* A preview that somebody saved is not taken for keys. */
  reread = attune_configuration_new_from_json (preview, &error);
  g_assert_no_error (error);
  g_assert_false (attune_configuration_is_set (reread, "integrations.wandb.apiKey"));

  /* A wrong one is not shown in the message either. */
  g_clear_object (&reread);
  reread = attune_configuration_new_from_data ("{\"integrations\":{\"wandb\":{\"apiKey\":4711}}}", -1, NULL, &error);
  assert_message (error, ATTUNE_ERROR_INVALID, "integrations.wandb.apiKey has to be a text, not a number");
}

static void
test_set_from_text (void)
{
  static const char * const assignments[] = {
    "schedule.epochs=3", " optimizer.learningRate =1e-4", "optimizations.enabled=fused_kernels,flash_attention", "output.suffix=a=b",
    "metadata.seed=7", "metadata.note=hello there", "metadata.list=[1,{\"a\":null}]", "metadata.text=\"7\"", "metadata.flag=true",
    "metadata.gone=1", "metadata.gone=", "schedule.batchSize=4", "schedule.batchSize=", "model.precision=bf16",
  };
  static const struct {
    const char *assignment;
    const char *message;
  } refused[] = {
    { "schedule.epochs", "Write it as PATH=VALUE" },
    { "=3", "Write it as PATH=VALUE" },
    { "", "Write it as PATH=VALUE" },
    { "schedule.epoch=3", "Did you mean “schedule.epochs”?" },
    { "batch_size=3", "Did you mean “schedule.batchSize”?" },
    { "nonsense.of.mine=3", "There is no setting “nonsense.of.mine”. “attunectl schema” lists them all" },
    { "schedule=3", "“schedule” is a group of settings" },
    { "method.loraConfig=3", "is a group of settings" },
    { "metadata.=3", "There is no setting" },
    { "metadata=3", "There is no setting" },
    { "schedule.epochs=many", "schedule.epochs has to be a whole number, not “many”" },
    { "method.type=adapter", "method.type has to be one of full, lora, qlora" },
    { "metadata.list=[1,", "line 1, column 4: the text ends" },
    { "metadata.x={'a':1}", "double quotation marks" },
    { "metadata.x=\xff", "not UTF-8" },
    { "output.suffix=\xff", "not UTF-8" },
    { "sched\xff=3", "There is no setting" },
  };
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (assignments); i++)
    {
      g_assert_true (attune_configuration_set_from_text (configuration, assignments[i], &error));
      g_assert_no_error (error);
    }
  node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
  assert_json (node, "{'version':1,'model':{'precision':'bf16'},'schedule':{'epochs':3},'optimizer':{'learningRate':0.0001},"
                     "'optimizations':{'enabled':['flash_attention','fused_kernels']},'output':{'suffix':'a=b'},"
                     "'metadata':{'seed':7,'note':'hello there','list':[1,{'a':null}],'text':'7','flag':true}}");

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (AttuneConfiguration) before = attune_configuration_copy (configuration);

      g_assert_false (attune_configuration_set_from_text (configuration, refused[i].assignment, &error));
      assert_message (error, ATTUNE_ERROR_INVALID, refused[i].message);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_clear_error (&error);
      g_assert_true (attune_configuration_equal (configuration, before));
    }
}

static void
test_applies (void)
{
  static const struct {
    const char *document;
    const char *path;
    gboolean    applies;
  } cases[] = {
    { "{}", "schedule.epochs", TRUE },
    { "{}", "method.loraConfig.rank", TRUE }, /* lora is the default */
    { "{'method':{'type':'qlora'}}", "method.loraConfig.rank", TRUE },
    { "{'method':{'type':'full'}}", "method.loraConfig.rank", FALSE },
    { "{}", "optimizer.scheduler.cycles", TRUE }, /* cosine is the default */
    { "{'optimizer':{'scheduler':{'type':'linear'}}}", "optimizer.scheduler.cycles", FALSE },
    { "{'optimizer':{'scheduler':{'type':'linear'}}}", "optimizer.scheduler.warmupRatio", TRUE },
    { "{'optimizer':{'scheduler':{'type':'constant'}}}", "optimizer.scheduler.warmupRatio", FALSE },
    { "{'optimizer':{'scheduler':{'type':'constant_with_warmup'}}}", "optimizer.scheduler.warmupRatio", TRUE },
    { "{'optimizer':{'scheduler':{'type':'constant_with_warmup'}}}", "optimizer.scheduler.minLRRatio", FALSE },
    { "{'optimizer':{'scheduler':{'type':'polynomial'}}}", "optimizer.scheduler.minLRRatio", TRUE },
    { "{}", "integrations.wandb.runName", FALSE },
    { "{'integrations':{'wandb':{'project':'p'}}}", "integrations.wandb.runName", TRUE },
    { "{}", "integrations.huggingface.apiToken", FALSE },
    { "{'integrations':{'huggingface':{'outputRepoName':'a/b'}}}", "integrations.huggingface.apiToken", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneConfiguration) configuration = configuration_from (cases[i].document);

      g_test_message ("%s %s", cases[i].document, cases[i].path);
      g_assert_cmpint (attune_configuration_applies (configuration, attune_parameters_lookup (cases[i].path)), ==, cases[i].applies);
    }
}

static void
test_variants (void)
{
  static const struct {
    const char *variant;
    const char *json; /* NULL: refused */
    const char *message;
  } cases[] = {
    { "{'schedule.epochs': <3>, 'optimizer.learningRate': <0.001>}",
      "{'version':1,'schedule':{'epochs':3},'optimizer':{'learningRate':0.001}}", NULL },
    { "{'schedule.epochs': <uint16 3>, 'optimizer.learningRate': <1>}",
      "{'version':1,'schedule':{'epochs':3},'optimizer':{'learningRate':1.0}}", NULL },
    { "{'schedule': <{'epochs': <3>, 'batchSize': <8>}>, 'schedule.epochs': <4>}",
      "{'version':1,'schedule':{'epochs':4,'batchSize':8}}", NULL },
    { "{'optimizations.enabled': <@as []>}", "{'version':1,'optimizations':{'enabled':[]}}", NULL },
    { "{'optimizations.enabled': <[<'fused_kernels'>]>}", "{'version':1,'optimizations':{'enabled':['fused_kernels']}}", NULL },
    { "{'metadata': <{'seed': <7>, 'none': <signature ''>}>}", "{'version':1,'metadata':{'seed':7,'none':null}}", NULL },
    { "{'unknown': <{'schedule': <{'epoch': <4>}>, 'x': <1>}>, 'schedule.epochs': <3>}",
      "{'version':1,'schedule':{'epochs':3,'epoch':4},'x':1}", NULL },
    { "{'schedule.epoch': <3>}", "{'version':1,'schedule.epoch':3}", NULL },
    { "{'integrations.wandb.apiKey': <'k'>}", "{'version':1}", NULL },
    { "@a{sv} {}", "{'version':1}", NULL },
    { "{'schedule.epochs': <'3'>}", NULL, "schedule.epochs has to be a whole number" },
    { "{'optimizer.learningRate': <nan>}", NULL, "optimizer.learningRate has to be a number" },
    { "{'schedule': <3>}", NULL, "schedule must not be of type i" },
    { "{'schedule.epochs': <just 3>}", NULL, "schedule.epochs must not be of type mi" },
    { "{'x': <@mi nothing>}", NULL, "x must not be of type mi" },
    { "{'unknown': <{'x': <just 3>}>}", NULL, "unknown must not be of type" },
    { "{'metadata': <3>}", NULL, "metadata has to be an object" },
    { "{'schedule.epochs': 3}", NULL, "A configuration has to be of type a{sv}, not a{si}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) variant = g_variant_parse (NULL, cases[i].variant, NULL, NULL, &error);
      g_autoptr (AttuneConfiguration) configuration = NULL;

      g_test_message ("%s", cases[i].variant);
      g_assert_no_error (error);
      configuration = attune_configuration_new_from_variant (variant, &error);
      if (cases[i].json != NULL)
        {
          g_autoptr (JsonNode) node = NULL;

          g_assert_no_error (error);
          node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
          assert_json (node, cases[i].json);
        }
      else
        {
          g_assert_null (configuration);
          assert_message (error, ATTUNE_ERROR_INVALID, cases[i].message);
        }
    }
}

static void
test_variant_keeps_unknown (void)
{
  g_autoptr (AttuneConfiguration) configuration =
    configuration_from ("{'schedule':{'epochs':3,'epoch':4},'future':{'things':[null,1]},'metadata':{'a':{'b':null}}}");
  g_autoptr (GVariant) variant = attune_configuration_to_variant (configuration);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneConfiguration) again = attune_configuration_new_from_variant (variant, &error);

  g_assert_no_error (error);
  g_assert_true (attune_configuration_equal (configuration, again));
}

static void
test_diff (void)
{
  g_autoptr (AttuneConfiguration) a = configuration_from ("{'schedule':{'epochs':3,'batchSize':4},'metadata':{'seed':1,'x':2}}");
  g_autoptr (AttuneConfiguration) b = configuration_from ("{'schedule':{'epochs':5},'output':{'suffix':'v'},'metadata':{'seed':1,'y':2}}");
  g_auto (GStrv) diff = attune_configuration_diff (a, b);
  g_auto (GStrv) back = attune_configuration_diff (b, a);
  g_auto (GStrv) none = attune_configuration_diff (a, a);

  g_assert_true (strv_is (diff, "schedule.epochs schedule.batchSize output.suffix metadata.x metadata.y"));
  g_assert_true (strv_is (back, "schedule.epochs schedule.batchSize output.suffix metadata.y metadata.x"));
  g_assert_true (strv_is (none, ""));
  g_assert_false (attune_configuration_equal (a, b));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("A configuration holds what was set, and comes back whole from JSON, variants and text");

  g_test_add_func ("/configuration/unset-is-not-zero", test_unset_is_not_zero);
  g_test_add_func ("/configuration/changed", test_changed);
  g_test_add_func ("/configuration/metadata-is-copied", test_metadata_is_copied);
  g_test_add_func ("/configuration/round-trip-each", test_round_trip_each);
  g_test_add_func ("/configuration/round-trip-random", test_round_trip_random);
  g_test_add_func ("/configuration/document", test_document);
  g_test_add_func ("/configuration/lora-config-only-while-set", test_lora_config_only_while_set);
  g_test_add_func ("/configuration/types", test_types);
  g_test_add_func ("/configuration/unknown", test_unknown);
  g_test_add_func ("/configuration/secrets", test_secrets);
  g_test_add_func ("/configuration/set-from-text", test_set_from_text);
  g_test_add_func ("/configuration/applies", test_applies);
  g_test_add_func ("/configuration/variants", test_variants);
  g_test_add_func ("/configuration/variant-keeps-unknown", test_variant_keeps_unknown);
  g_test_add_func ("/configuration/diff", test_diff);

  return g_test_run ();
}
