/* test-local-validate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <stdio.h>

#include "attune-json.h"
#include "attune-machine.h"
#include "local-fixture.h"

typedef struct {
  AttuneAdapter       *adapter;
  AttuneConfiguration *configuration;
  AttuneJobContext     context;
  AttuneDataset       *training;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *rows = test_write_rows ("rows.jsonl", 5);
  g_autofree char *model = test_model_path ();

  fixture->adapter = attune_local_adapter_new ();
  fixture->training = attune_dataset_new (rows);
  fixture->context = (AttuneJobContext) { .training = fixture->training };
  fixture->configuration = attune_configuration_new ();
  attune_configuration_set_value (fixture->configuration, "model.baseModel", g_variant_new_string (model));
  attune_configuration_set_value (fixture->configuration, "datasets.trainingFileId",
                                  g_variant_new_string (attune_dataset_get_id (fixture->training)));
  g_assert_true (attune_configuration_set_from_text (fixture->configuration, "method.type=lora", NULL));
  g_assert_true (attune_configuration_set_from_text (fixture->configuration, "optimizer.learningRate=0.0002", NULL));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  test_finalize (fixture->adapter);
  g_clear_object (&fixture->training);
  g_clear_object (&fixture->configuration);
}

static AttuneValidation *
validate (Fixture *fixture)
{
  return attune_adapter_validate_configuration (fixture->adapter, fixture->configuration, &fixture->context);
}

/* The adapter alone, without the universal check. */
static AttuneValidation *
validate_alone (Fixture *fixture)
{
  AttuneValidation *validation = attune_validation_new ();

  ATTUNE_ADAPTER_GET_IFACE (fixture->adapter)->validate_configuration (fixture->adapter, fixture->configuration, &fixture->context, validation);

  return validation;
}

static void
set (Fixture    *fixture,
     const char *assignment)
{
  g_autoptr (GError) error = NULL;

  attune_configuration_set_from_text (fixture->configuration, assignment, &error);
  g_assert_no_error (error);
}

static const AttuneIssue *
assert_issue (AttuneValidation *validation,
              const char       *path,
              AttuneSeverity    severity,
              const char       *code,
              const char       *says)
{
  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (validation, i);

      if (strcmp (issue->path, path) == 0 && strcmp (issue->code, code) == 0)
        {
          g_assert_cmpint (issue->severity, ==, severity);
          if (strstr (issue->message, says) == NULL)
            g_error ("“%s” does not say “%s”", issue->message, says);
          return issue;
        }
    }

  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    g_test_message ("%s: %s", attune_validation_get_issue (validation, i)->path, attune_validation_get_issue (validation, i)->message);
  g_error ("There is no issue “%s” at “%s”", code, path);
}

static void
test_fine (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (AttuneValidation) validation = validate (fixture);
  g_autoptr (GError) error = NULL;

  attune_validation_to_error (validation, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_validation_get_n_issues (validation), ==, 0);
}

static void
test_model (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (AttuneValidation) unknown = NULL;
  g_autoptr (AttuneValidation) nowhere = NULL;
  g_autoptr (AttuneValidation) broken = NULL;
  g_autofree char *folder = test_model_link ("without-tokenizer");

  set (fixture, "model.baseModel=llama-99b");
  unknown = validate_alone (fixture);
  assert_issue (unknown, "model.baseModel", ATTUNE_SEVERITY_ERROR, "model", "llama-99b");

  set (fixture, "model.baseModel=/nonexistent");
  nowhere = validate_alone (fixture);
  assert_issue (nowhere, "model.baseModel", ATTUNE_SEVERITY_ERROR, "model", "/nonexistent");

  test_model_replace (folder, "tokenizer.json", NULL, -1);
  set (fixture, "model.baseModel=without-tokenizer");
  broken = validate_alone (fixture);
  assert_issue (broken, "model.baseModel", ATTUNE_SEVERITY_ERROR, "model", "tokenizer.json");
}

static void
test_method (Fixture       *fixture,
             gconstpointer  data)
{
  const AttuneIssue *issue;
  g_autoptr (AttuneValidation) validation = NULL;
  g_autoptr (AttuneValidation) again = NULL;

  set (fixture, "method.loraConfig.trainableModules=q_proj,banana");
  set (fixture, "method.loraConfig.rank=100");
  set (fixture, "method.loraConfig.dropout=1");
  set (fixture, "optimizer.learningRate=0.00001");
  validation = validate_alone (fixture);
  issue = assert_issue (validation, "method.loraConfig.trainableModules", ATTUNE_SEVERITY_ERROR, "type", "banana");
  g_assert_cmpstr (g_variant_get_string (issue->repair, NULL), ==, "all-linear");
  issue = assert_issue (validation, "method.loraConfig.rank", ATTUNE_SEVERITY_WARNING, "combination", "32");
  g_assert_cmpint (g_variant_get_int64 (issue->repair), ==, 32);
  assert_issue (validation, "method.loraConfig.dropout", ATTUNE_SEVERITY_ERROR, "combination", "1");
  issue = assert_issue (validation, "optimizer.learningRate", ATTUNE_SEVERITY_WARNING, "advice", "LoRA");

  /* Each repair mends what it belongs to. */
  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      issue = attune_validation_get_issue (validation, i);
      if (issue->repair != NULL)
        attune_configuration_set_value (fixture->configuration, issue->path, issue->repair);
    }
  again = validate_alone (fixture);
  g_assert_cmpuint (attune_validation_get_n_issues (again), ==, 0);
}

static void
test_combinations (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (AttuneValidation) validation = NULL;
  const AttuneIssue *issue;

  set (fixture, "schedule.sequenceLength=4096");
  set (fixture, "schedule.evaluations=3");
  validation = validate_alone (fixture);
  issue = assert_issue (validation, "schedule.sequenceLength", ATTUNE_SEVERITY_ERROR, "range", "256");
  g_assert_cmpint (g_variant_get_int64 (issue->repair), ==, 512);
  issue = assert_issue (validation, "schedule.evaluations", ATTUNE_SEVERITY_WARNING, "combination", "validation file");
  g_assert_cmpint (g_variant_get_int64 (issue->repair), ==, 0);
}

typedef struct {
  const char *name;
  const char *text;
  const char *says;
} BadData;

#define GOOD_ROW "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n"

static const BadData bad_data[] = {
  { "empty", "", "bad-data.jsonl" },
  { "broken-line-3", GOOD_ROW GOOD_ROW "{\"messages\":[{\"role\":\n", "line 3" },
  { "no-answer", GOOD_ROW "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\n", "line 2" },
};

static void
test_bad_data (Fixture       *fixture,
               gconstpointer  data)
{
  const BadData *it = data;
  g_autofree char *path = test_write ("bad-data.jsonl", it->text);
  g_autoptr (AttuneDataset) dataset = attune_dataset_new (path);
  g_autoptr (AttuneValidation) validation = NULL;
  g_autoptr (AttuneValidation) mended = NULL;

  fixture->context.training = dataset;
  validation = validate_alone (fixture);
  assert_issue (validation, "datasets.trainingFileId", ATTUNE_SEVERITY_ERROR, "data", it->says);

  /* What was found is not held against the file once it has changed. */
  g_free (test_write ("bad-data.jsonl", GOOD_ROW));
  mended = validate_alone (fixture);
  g_assert_cmpuint (attune_validation_get_n_issues (mended), ==, 0);
}

static void
test_missing_data (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (AttuneDataset) dataset = attune_dataset_new ("/nonexistent/rows.jsonl");
  g_autoptr (AttuneValidation) validation = NULL;

  fixture->context.validation = dataset;
  validation = validate_alone (fixture);
  assert_issue (validation, "datasets.validationFileId", ATTUNE_SEVERITY_ERROR, "data", "/nonexistent/rows.jsonl");
}

/* A model that fits into no memory: its weights are a sparse file, of which only the header is there. */
static char *
make_huge_model (const char *name,
                 guint       n_layers,
                 guint       intermediate,
                 guint       context)
{
  g_autofree char *folder = test_model_link (name);
  g_autofree char *config_path = g_build_filename (folder, "config.json", NULL);
  g_autofree char *weights_path = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *contents = NULL;
  g_autofree char *wide = g_strdup_printf ("\"intermediate_size\": %u", intermediate);
  g_autofree char *depth = g_strdup_printf ("\"num_hidden_layers\": %u", n_layers);
  g_autofree char *length = g_strdup_printf ("\"max_position_embeddings\": %u", context);
  g_autoptr (GString) config = NULL;
  g_autoptr (GString) header = g_string_new ("{");
  guint64 offset = 0;
  guint64 prefix;
  FILE *file;
  const struct { const char *name; guint rows; guint columns; } layer[] = {
    { "input_layernorm.weight", 64, 0 }, { "self_attn.q_proj.weight", 64, 64 }, { "self_attn.k_proj.weight", 32, 64 },
    { "self_attn.v_proj.weight", 32, 64 }, { "self_attn.o_proj.weight", 64, 64 }, { "post_attention_layernorm.weight", 64, 0 },
    { "mlp.gate_proj.weight", intermediate, 64 }, { "mlp.up_proj.weight", intermediate, 64 }, { "mlp.down_proj.weight", 64, intermediate },
  };

  g_assert_true (g_file_get_contents (config_path, &contents, NULL, NULL));
  config = g_string_new (contents);
  g_assert_cmpuint (g_string_replace (config, "\"intermediate_size\": 160", wide, 1), ==, 1);
  g_assert_cmpuint (g_string_replace (config, "\"num_hidden_layers\": 2", depth, 1), ==, 1);
  g_assert_cmpuint (g_string_replace (config, "\"max_position_embeddings\": 256", length, 1), ==, 1);
  test_model_replace (folder, "config.json", config->str, -1);

#define TENSOR(tensor_name, rows, columns)                                                                                     \
  G_STMT_START                                                                                                                 \
  {                                                                                                                            \
    guint64 size = (guint64) (rows) * MAX (1, (guint64) (columns)) * 4;                                                        \
    g_autofree char *shape = (columns) > 0 ? g_strdup_printf ("%u,%u", (guint) (rows), (guint) (columns)) : g_strdup_printf ("%u", (guint) (rows)); \
    g_string_append_printf (header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}", \
                            offset > 0 ? "," : "", tensor_name, shape, offset, offset + size);                                 \
    offset += size;                                                                                                            \
  }                                                                                                                            \
  G_STMT_END

  TENSOR ("model.embed_tokens.weight", 512, 64);
  for (guint i = 0; i < n_layers; i++)
    {
      for (gsize j = 0; j < G_N_ELEMENTS (layer); j++)
        {
          g_autofree char *full = g_strdup_printf ("model.layers.%u.%s", i, layer[j].name);

          TENSOR (full, layer[j].rows, layer[j].columns);
        }
    }
  TENSOR ("model.norm.weight", 64, 0);
  g_string_append_c (header, '}');
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');

  prefix = GUINT64_TO_LE ((guint64) header->len);
  g_assert_cmpint (g_unlink (weights_path), ==, 0);
  file = fopen (weights_path, "wb");
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (&prefix, 8, 1, file), ==, 1);
  g_assert_cmpuint (fwrite (header->str, header->len, 1, file), ==, 1);
  g_assert_cmpint (fflush (file), ==, 0);
  g_assert_cmpint (ftruncate (fileno (file), (off_t) (8 + header->len + offset)), ==, 0);
  fclose (file);

  return g_steal_pointer (&folder);
}

static void
test_too_large (Fixture       *fixture,
                gconstpointer  data)
{
  /* Twice the memory of this machine in weights. */
  guint64 bytes = attune_machine_get_total_memory () * 2;
  const guint intermediate = 1 << 18;
  guint n_layers = (guint) (bytes / ((guint64) intermediate * 3 * 64 * 4)) + 1;
  g_autofree char *folder = make_huge_model ("huge", n_layers, intermediate, 256);
  g_autoptr (AttuneValidation) validation = NULL;

  set (fixture, "model.baseModel=huge");
  set (fixture, "method.type=full");
  validation = validate_alone (fixture);
  assert_issue (validation, "model.baseModel", ATTUNE_SEVERITY_ERROR, "memory", "LoRA");
}

/* A batch that does not fit is answered with a smaller one of which more are added up, and that one fits. */
static void
test_batch_too_large (Fixture       *fixture,
                      gconstpointer  data)
{
  guint64 bytes = attune_machine_get_available_memory ();
  /* 64 rows of 2048 tokens need at least four bytes for each of the two wide layers' gate and up. */
  guint intermediate = (guint) (bytes / ((guint64) 64 * 2048 * 2 * 2 * 4)) + 64;
  g_autofree char *folder = make_huge_model ("wide", 2, intermediate, 2048);
  g_autoptr (AttuneValidation) validation = NULL;
  g_autoptr (AttuneValidation) again = NULL;
  const AttuneIssue *issue;
  gint64 batch;
  gint64 accumulation;

  set (fixture, "model.baseModel=wide");
  set (fixture, "schedule.batchSize=64");
  set (fixture, "schedule.sequenceLength=2048");
  validation = validate_alone (fixture);
  issue = assert_issue (validation, "schedule.batchSize", ATTUNE_SEVERITY_WARNING, "memory", "batches a step");
  batch = g_variant_get_int64 (issue->repair);
  g_assert_cmpint (batch, <, 64);
  attune_configuration_set_value (fixture->configuration, "schedule.batchSize", issue->repair);
  issue = assert_issue (validation, "schedule.gradientAccumulation", ATTUNE_SEVERITY_WARNING, "memory", "batches a step");
  accumulation = g_variant_get_int64 (issue->repair);
  g_assert_cmpint (batch * accumulation, >=, 64);
  attune_configuration_set_value (fixture->configuration, "schedule.gradientAccumulation", issue->repair);

  again = validate_alone (fixture);
  g_assert_null (attune_validation_find (again, "schedule.batchSize"));
}

static void
test_translate (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (JsonNode) request = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *model = test_model_path ();
  const char *url;

  set (fixture, "schedule.epochs=7");
  set (fixture, "metadata.seed=99");
  set (fixture, "metadata.threads=1");
  set (fixture, "integrations.wandb.apiKey=very-secret");
  request = attune_adapter_translate_configuration (fixture->adapter, fixture->configuration, &fixture->context, &error);
  g_assert_no_error (error);

  g_assert_cmpstr (attune_json_peek_string (request, "method", NULL), ==, "RUN");
  url = attune_json_peek_string (request, "url", "");
  g_assert_true (g_str_has_prefix (url, "file:///"));
  g_assert_true (g_str_has_suffix (url, "/run"));
  g_assert_cmpint (attune_json_peek_int (request, "body.version", 0), ==, 1);
  g_assert_cmpint (attune_json_peek_int (request, "body.seed", 0), ==, 99);
  g_assert_cmpint (attune_json_peek_int (request, "body.threads", 0), ==, 1);
  g_assert_cmpint (attune_json_peek_int (request, "body.configuration.schedule.epochs", 0), ==, 7);
  g_assert_cmpstr (attune_json_peek_string (request, "body.paths.model", NULL), ==, model);
  g_assert_cmpstr (attune_json_peek_string (request, "body.paths.training", NULL), ==, attune_dataset_get_path (fixture->training));
  g_assert_null (attune_json_peek_string (request, "body.paths.validation", NULL));
  g_assert_nonnull (attune_json_peek_string (request, "body.lock", NULL));

  {
    g_autofree char *text = attune_json_write (request, FALSE);

    g_assert_null (strstr (text, "very-secret"));
  }
}

/* A value of the parameter's type where the table has no default. */
static GVariant *
some_value (const AttuneParameter *parameter)
{
  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      return g_variant_new_int64 (1);
    case ATTUNE_PARAMETER_DOUBLE:
      return g_variant_new_double (1);
    case ATTUNE_PARAMETER_BOOLEAN:
      return g_variant_new_boolean (TRUE);
    case ATTUNE_PARAMETER_SET:
      return g_variant_new_strv ((const char * const[]) { "dynamic_padding", NULL }, -1);
    case ATTUNE_PARAMETER_ENUM:
      return g_variant_new_string (attune_enum_to_nick (parameter->enum_type (), 0));
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
    default:
      return g_variant_new_string ("text");
    }
}

/* Nothing is dropped silently: a parameter is either taken, and then it is in config.json, or named as one that is not. */
static void
test_every_parameter (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (AttuneCapabilities) capabilities = attune_adapter_dup_capabilities (fixture->adapter);
  const AttuneParameter *parameters;
  guint n;

  parameters = attune_parameters_get (&n);
  for (guint i = 0; i < n; i++)
    {
      const AttuneParameter *parameter = &parameters[i];
      g_autoptr (AttuneConfiguration) configuration = attune_configuration_copy (fixture->configuration);
      g_autoptr (AttuneValidation) validation = NULL;
      g_autoptr (JsonNode) request = NULL;
      g_autoptr (GVariant) value = attune_parameter_dup_default (parameter);
      g_autofree char *path = g_strconcat ("body.configuration.", parameter->path, NULL);

      if (value == NULL && !attune_configuration_is_set (configuration, parameter->path))
        value = g_variant_ref_sink (some_value (parameter));
      if (value != NULL)
        attune_configuration_set_value (configuration, parameter->path, value);
      request = attune_adapter_translate_configuration (fixture->adapter, configuration, &fixture->context, NULL);
      g_assert_nonnull (request);

      if (attune_capabilities_supports_path (capabilities, parameter->path))
        {
          g_assert_nonnull (attune_json_lookup (request, path));
          continue;
        }

      /* What has no meaning beside the other settings has none anywhere. */
      if (!attune_configuration_applies (configuration, parameter))
        continue;

      validation = attune_adapter_validate_configuration (fixture->adapter, configuration, &fixture->context);
      if (attune_validation_find (validation, parameter->path) == NULL)
        g_error ("%s is dropped without a word", parameter->path);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) g_test_add ("/local-validate/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("fine", test_fine);
  ADD ("model", test_model);
  ADD ("method", test_method);
  ADD ("combinations", test_combinations);
  ADD ("missing-data", test_missing_data);
  ADD ("too-large", test_too_large);
  ADD ("batch-too-large", test_batch_too_large);
  ADD ("translate", test_translate);
  ADD ("every-parameter", test_every_parameter);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_data); i++)
    {
      g_autofree char *name = g_strconcat ("/local-validate/data/", bad_data[i].name, NULL);

      g_test_add (name, Fixture, &bad_data[i], set_up, test_bad_data, tear_down);
    }

  return g_test_run ();
}
