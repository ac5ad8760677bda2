/* test-local-model.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "local-fixture.h"

static void
assert_says (const char *message,
             const char *part)
{
  if (strstr (message, part) == NULL)
    g_error ("“%s” does not say “%s”", message, part);
}

static void
test_good (void)
{
  g_autofree char *path = test_model_path ();
  g_autoptr (AttuneLocalModel) model = attune_local_model_inspect (path);
  g_autoptr (AttuneLocalModel) renamed = NULL;

  g_assert_no_error (model->problem);
  g_assert_cmpstr (model->id, ==, "model");
  g_assert_cmpuint (model->context_length, ==, 256);
  g_assert_cmpuint (model->parameters, ==, attune_model_config_count_parameters (model->config));
  g_assert_cmpuint (model->size, >, 100000);
  g_assert_nonnull (model->template_name);
  g_assert_cmpuint (model->stamp, ==, attune_local_model_read_stamp (path));

  renamed = attune_local_model_rename (model, "other");
  g_assert_cmpstr (renamed->id, ==, "other");
  g_assert_cmpstr (renamed->path, ==, model->path);
}

typedef struct {
  const char *name;
  const char *file;
  const char *data;   /* NULL: the file is removed */
  AttuneError code;
  const char *says;
} Broken;

static const Broken broken[] = {
  { "no-tokenizer", "tokenizer.json", NULL, ATTUNE_ERROR_NOT_FOUND, "tokenizer.json" },
  { "no-config", "config.json", NULL, ATTUNE_ERROR_NOT_FOUND, "config.json" },
  { "no-weights", "model.safetensors", NULL, ATTUNE_ERROR_NOT_FOUND, "model.safetensors" },
  { "torn-config", "config.json", "{\"model_type\":", ATTUNE_ERROR_DAMAGED, "config.json" },
  { "other-architecture", "config.json", "{\"model_type\":\"gpt2\",\"architectures\":[\"GPT2LMHeadModel\"]}", ATTUNE_ERROR_NOT_SUPPORTED, "gpt2" },
  { "torn-tokenizer", "tokenizer.json", "{\"model\":", ATTUNE_ERROR_DAMAGED, "tokenizer.json" },
};

static void
test_broken (gconstpointer data)
{
  const Broken *it = data;
  g_autofree char *folder = test_model_link (it->name);
  g_autoptr (AttuneLocalModel) model = NULL;

  test_model_replace (folder, it->file, it->data, -1);
  model = attune_local_model_inspect (folder);
  g_assert_nonnull (model->problem);
  g_assert_true (model->problem->domain == ATTUNE_ERROR);
  assert_says (model->problem->message, it->says);
  assert_says (model->problem->message, it->name);
  if (it->code != ATTUNE_ERROR_DAMAGED)
    g_assert_cmpint (model->problem->code, ==, it->code);
}

static void
test_truncated (void)
{
  g_autofree char *folder = test_model_link ("truncated");
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  test_model_replace (folder, "model.safetensors", contents, (gssize) (length / 2));
  model = attune_local_model_inspect (folder);
  g_assert_error (model->problem, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
  assert_says (model->problem->message, "model.safetensors");
}

static void
test_misfit (void)
{
  g_autofree char *folder = test_model_link ("misfit");
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autofree char *contents = NULL;
  g_autoptr (GString) changed = NULL;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  changed = g_string_new (contents);
  g_assert_cmpuint (g_string_replace (changed, "\"intermediate_size\": 160", "\"intermediate_size\": 161", 1), ==, 1);
  test_model_replace (folder, "config.json", changed->str, -1);
  model = attune_local_model_inspect (folder);
  g_assert_error (model->problem, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
  assert_says (model->problem->message, "gate_proj");
  assert_says (model->problem->message, "161");
}

static void
test_nowhere (void)
{
  g_autoptr (AttuneLocalModel) model = attune_local_model_inspect ("/nonexistent/model");

  g_assert_error (model->problem, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_cmpuint (model->stamp, ==, 0);
}

static void
test_import (void)
{
  g_autofree char *source = test_model_path ();
  g_autofree char *damaged = test_model_link ("half");
  g_autofree char *imported = NULL;
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autoptr (GError) error = NULL;

  imported = attune_local_model_import (source, "mine", &error);
  g_assert_no_error (error);
  model = attune_local_model_inspect (imported);
  g_assert_no_error (model->problem);
  g_assert_cmpstr (model->id, ==, "mine");

  g_assert_null (attune_local_model_import (source, "mine", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT);
  g_clear_error (&error);

  g_assert_null (attune_local_model_import (source, "../mine", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_clear_error (&error);

  test_model_replace (damaged, "tokenizer.json", NULL, -1);
  g_assert_null (attune_local_model_import (damaged, "half-too", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
}

static void
load (AttuneAdapter       *adapter,
      AttuneCapabilities **capabilities)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  attune_adapter_load_capabilities_async (adapter, FALSE, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  *capabilities = attune_adapter_load_capabilities_finish (adapter, result, &error);
  g_assert_no_error (error);
}

static void
test_capabilities (void)
{
  g_autoptr (AttuneAdapter) adapter = attune_local_adapter_new ();
  g_autofree char *good = test_model_link ("a-good-one");
  g_autofree char *bad = test_model_link ("a-bad-one");
  g_autoptr (AttuneCapabilities) before = attune_adapter_dup_capabilities (adapter);
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (AttuneCapabilities) narrowed = NULL;
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GVariant) notices = NULL;
  g_autofree char *text = NULL;
  double minimum;
  double maximum;
  guint32 context;

  test_model_replace (bad, "tokenizer.json", NULL, -1);
  g_assert_cmpuint (attune_capabilities_get_n_models (before), ==, 0);

  load (adapter, &capabilities);
  g_assert_true (attune_capabilities_supports_value (capabilities, "method.type", "lora"));
  g_assert_true (attune_capabilities_supports_value (capabilities, "method.type", "full"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "method.type", "qlora"));
  g_assert_true (attune_capabilities_supports_value (capabilities, "model.precision", "bf16"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "model.precision", "int8"));
  g_assert_true (attune_capabilities_supports_value (capabilities, "optimizations.enabled", "dynamic_padding"));
  g_assert_false (attune_capabilities_supports_value (capabilities, "optimizations.enabled", "paged_optimizer"));
  g_assert_false (attune_capabilities_supports_path (capabilities, "hardware.gpuType"));
  g_assert_false (attune_capabilities_supports_path (capabilities, "integrations.wandb.project"));
  g_assert_true (attune_capabilities_supports_path (capabilities, "optimizer.scheduler.warmupRatio"));
  for (const char * const *action = (const char * const[]) { "cancel", "pause", "resume", "checkpoints", "download", "estimate", "generate", NULL };
       *action != NULL; action++)
    g_assert_true (attune_capabilities_has_action (capabilities, *action));

  model = attune_capabilities_dup_model (capabilities, "a-good-one");
  g_assert_nonnull (model);
  g_assert_true (g_variant_lookup (model, "contextLength", "u", &context));
  g_assert_cmpuint (context, ==, 256);

  /* Never below what the table allows. */
  narrowed = attune_capabilities_for_model (capabilities, "a-good-one");
  g_assert_true (attune_capabilities_get_range (narrowed, "schedule.sequenceLength", &minimum, &maximum));
  g_assert_cmpfloat (minimum, ==, 512);
  g_assert_cmpfloat (maximum, ==, 512);

  g_assert_null (attune_capabilities_dup_model (capabilities, "a-bad-one"));
  notices = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "notices", NULL);
  text = g_variant_print (notices, FALSE);
  assert_says (text, "a-bad-one");
}

static void
test_lookup (void)
{
  g_autoptr (AttuneAdapter) adapter = attune_local_adapter_new ();
  g_autofree char *path = test_model_path ();
  g_autofree char *linked = test_model_link ("known");
  g_autofree char *extra = g_path_get_dirname (path);
  g_autoptr (AttuneLocalModel) by_path = NULL;
  g_autoptr (AttuneLocalModel) by_name = NULL;
  g_autoptr (AttuneLocalModel) again = NULL;
  g_autoptr (AttuneLocalModel) nothing = NULL;
  g_autoptr (AttuneLocalModel) from_extra = NULL;
  g_autoptr (GError) error = NULL;

  by_path = attune_local_adapter_dup_model (ATTUNE_LOCAL_ADAPTER (adapter), path, &error);
  g_assert_no_error (error);
  g_assert_no_error (by_path->problem);

  by_name = attune_local_adapter_dup_model (ATTUNE_LOCAL_ADAPTER (adapter), "known", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (by_name->path, ==, linked);

  /* Looked at once, until a file changes. */
  again = attune_local_adapter_dup_model (ATTUNE_LOCAL_ADAPTER (adapter), "known", &error);
  g_assert_true (again == by_name);
  g_clear_pointer (&again, attune_local_model_unref);
  test_model_replace (linked, "tokenizer.json", NULL, -1);
  again = attune_local_adapter_dup_model (ATTUNE_LOCAL_ADAPTER (adapter), "known", &error);
  g_assert_no_error (error);
  g_assert_error (again->problem, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);

  nothing = attune_local_adapter_dup_model (ATTUNE_LOCAL_ADAPTER (adapter), "unknown", &error);
  g_assert_null (nothing);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  assert_says (error->message, "known");
  g_clear_error (&error);

  attune_local_adapter_add_folder (ATTUNE_LOCAL_ADAPTER (adapter), extra);
  from_extra = attune_local_adapter_dup_model (ATTUNE_LOCAL_ADAPTER (adapter), "model", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (from_extra->path, ==, path);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/local-model/good", test_good);
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *name = g_strconcat ("/local-model/broken/", broken[i].name, NULL);

      g_test_add_data_func (name, &broken[i], test_broken);
    }
  g_test_add_func ("/local-model/truncated", test_truncated);
  g_test_add_func ("/local-model/misfit", test_misfit);
  g_test_add_func ("/local-model/nowhere", test_nowhere);
  g_test_add_func ("/local-model/import", test_import);
  g_test_add_func ("/local-model/capabilities", test_capabilities);
  g_test_add_func ("/local-model/lookup", test_lookup);

  return g_test_run ();
}
