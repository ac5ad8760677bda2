/* test-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-adapter.h"

#include <string.h>

#include "attune-registry.h"
#include "fake-adapter.h"
#include "store-helpers.h"

static const char * const operations[] = {
  "cancel", "pause", "resume", "delete", "checkpoints", "download", "estimate", "test-credentials", "upload", "find"
};

static void
test_can (void)
{
  g_autoptr (FakeAdapter) fake = fake_adapter_new ();
  g_autoptr (AttuneAdapter) plain = fake_plain_adapter_new ("plain");

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      gboolean expected = !g_str_equal (operations[i], "estimate") && !g_str_equal (operations[i], "test-credentials");

      g_assert_cmpint (attune_adapter_can (ATTUNE_ADAPTER (fake), operations[i]), ==, expected);
      g_assert_false (attune_adapter_can (plain, operations[i]));
    }
  g_assert_false (attune_adapter_can (plain, "fly"));
  g_assert_cmpstr (attune_adapter_get_title (plain), ==, "plain");
  g_assert_cmpstr (attune_adapter_get_description (plain), ==, "");
  g_assert_null (attune_adapter_get_credential (plain));
}

/* Every operation of an adapter that has none ends with the refusal, in the same turn of events as a real one would. */
static void
test_not_supported (void)
{
  AttuneAdapter *plain = fake_plain_adapter_new ("plain");
  g_autoptr (AttuneDataset) dataset = attune_dataset_new ("/tmp/x.jsonl");
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  g_autoptr (AttuneJob) job = make_job ();
  const AttuneJobContext context = { .job = job };

#define REFUSED(call, finish, nothing)                                                              \
  G_STMT_START                                                                                      \
    {                                                                                               \
      g_autoptr (GAsyncResult) result = NULL;                                                       \
      g_autoptr (GError) error = NULL;                                                              \
                                                                                                    \
      call;                                                                                         \
      g_assert_null (result);                                                                       \
      wait_until (result != NULL);                                                                  \
      g_assert_true (finish (plain, result, &error) == nothing);                                    \
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);                             \
      g_assert_true (g_str_has_prefix (error->message, "plain "));                                  \
    }                                                                                               \
  G_STMT_END

  REFUSED (attune_adapter_upload_dataset_async (plain, dataset, NULL, NULL, NULL, keep_result_cb, &result),
           attune_adapter_upload_dataset_finish, NULL);
  REFUSED (attune_adapter_start_training_async (plain, &context, NULL, keep_result_cb, &result),
           attune_adapter_start_training_finish, NULL);
  REFUSED (attune_adapter_find_job_async (plain, &context, NULL, keep_result_cb, &result),
           attune_adapter_find_job_finish, NULL);
  REFUSED (attune_adapter_query_status_async (plain, &context, NULL, keep_result_cb, &result),
           attune_adapter_query_status_finish, NULL);
  REFUSED (attune_adapter_cancel_async (plain, &context, NULL, keep_result_cb, &result),
           attune_adapter_cancel_finish, FALSE);
  REFUSED (attune_adapter_pause_async (plain, &context, NULL, keep_result_cb, &result),
           attune_adapter_pause_finish, FALSE);
  REFUSED (attune_adapter_resume_async (plain, &context, NULL, keep_result_cb, &result),
           attune_adapter_resume_finish, FALSE);
  REFUSED (attune_adapter_delete_job_async (plain, &context, NULL, keep_result_cb, &result),
           attune_adapter_delete_job_finish, FALSE);
  REFUSED (attune_adapter_list_checkpoints_async (plain, &context, NULL, keep_result_cb, &result),
           attune_adapter_list_checkpoints_finish, NULL);
  REFUSED (attune_adapter_download_output_async (plain, &context, "/tmp", NULL, NULL, NULL, keep_result_cb, &result),
           attune_adapter_download_output_finish, FALSE);
  REFUSED (attune_adapter_estimate_async (plain, configuration, &context, NULL, keep_result_cb, &result),
           attune_adapter_estimate_finish, NULL);
  REFUSED (attune_adapter_test_credentials_async (plain, NULL, keep_result_cb, &result),
           attune_adapter_test_credentials_finish, FALSE);
  g_assert_finalize_object (plain);
}

static void
test_defaults (void)
{
  g_autoptr (AttuneAdapter) plain = fake_plain_adapter_new ("plain");
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  /* What never changes need not be loaded. */
  attune_adapter_load_capabilities_async (plain, TRUE, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  capabilities = attune_adapter_load_capabilities_finish (plain, result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (capabilities);

  node = attune_adapter_translate_configuration (plain, configuration, NULL, &error);
  g_assert_null (node);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);
}

/* Universal, then capabilities, then the provider's own. */
static void
test_validate (void)
{
  g_autoptr (FakeAdapter) fake = fake_adapter_new ();
  g_autoptr (AttuneConfiguration) configuration = make_configuration ();
  g_autoptr (AttuneValidation) good = NULL;
  g_autoptr (AttuneValidation) bad = NULL;

  good = attune_adapter_validate_configuration (ATTUNE_ADAPTER (fake), configuration, NULL);
  g_assert_true (attune_validation_is_valid (good));
  g_assert_cmpuint (fake->n_validations, ==, 1);

  attune_configuration_set_value (configuration, "schedule.batchSize", g_variant_new_int64 (1000)); /* nobody */
  attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (6));       /* not this one */
  fake->refused_path = "model.baseModel";
  bad = attune_adapter_validate_configuration (ATTUNE_ADAPTER (fake), configuration, NULL);
  g_assert_false (attune_validation_is_valid (bad));
  g_assert_nonnull (attune_validation_find (bad, "schedule.batchSize"));
  g_assert_nonnull (attune_validation_find (bad, "schedule.epochs"));
  g_assert_nonnull (attune_validation_find (bad, "model.baseModel"));
}

static void
test_passes_through (void)
{
  FakeAdapter *fake = fake_adapter_new ();
  AttuneJob *job = make_job ();
  const AttuneJobContext context = { .job = job };
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  attune_adapter_start_training_async (ATTUNE_ADAPTER (fake), &context, NULL, keep_result_cb, &started);
  wait_until (started != NULL);
  handle = attune_adapter_start_training_finish (ATTUNE_ADAPTER (fake), started, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (handle->provider_job_id, ==, "started-1");
  g_assert_cmpfloat (handle->estimated_cost, ==, 2.5);
  g_assert_true (isnan (handle->estimated_duration));

  g_set_error_literal (&fake->wish_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED, "no");
  attune_adapter_cancel_async (ATTUNE_ADAPTER (fake), &context, NULL, keep_result_cb, &cancelled);
  wait_until (cancelled != NULL);
  g_assert_false (attune_adapter_cancel_finish (ATTUNE_ADAPTER (fake), cancelled, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED);
  g_clear_object (&started);
  g_clear_object (&cancelled);
  g_assert_finalize_object (fake);
  g_assert_finalize_object (job);
}

static void
test_registry (void)
{
  AttuneRegistry *registry = attune_registry_new ();
  FakeAdapter *fake = fake_adapter_new ();
  g_autoptr (AttuneAdapter) plain = fake_plain_adapter_new ("plain");
  g_autoptr (AttuneAdapter) item = NULL;
  g_autoptr (GError) error = NULL;

  attune_registry_add (registry, ATTUNE_ADAPTER (fake));
  attune_registry_add (registry, plain);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (registry)), ==, 2);
  item = g_list_model_get_item (G_LIST_MODEL (registry), 1);
  g_assert_true (item == plain);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (registry), 2));
  g_assert_true (attune_registry_lookup (registry, "fake", &error) == ATTUNE_ADAPTER (fake));
  g_assert_no_error (error);
  g_assert_null (attune_registry_lookup (registry, "other", &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "fake, plain"));
  g_assert_finalize_object (registry);
  g_assert_finalize_object (fake);
}

static void
test_records (void)
{
  AttuneStatusUpdate *update = attune_status_update_new ();
  AttuneEstimate *estimate = attune_estimate_new ();

  g_assert_cmpint (update->status, ==, -1);
  g_assert_cmpint (update->step, ==, -1);
  g_assert_true (isnan (update->progress) && isnan (update->time_remaining) && isnan (update->poll_after));
  update->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_FAILED, "x");
  update->metrics = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  attune_status_update_free (update);

  g_assert_true (isnan (estimate->cost_low) && isnan (estimate->disk));
  g_assert_cmpint (estimate->steps, ==, -1);
  estimate->source = g_strdup ("x");
  attune_estimate_free (estimate);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/adapter/can", test_can);
  g_test_add_func ("/adapter/not-supported", test_not_supported);
  g_test_add_func ("/adapter/defaults", test_defaults);
  g_test_add_func ("/adapter/validate", test_validate);
  g_test_add_func ("/adapter/passes-through", test_passes_through);
  g_test_add_func ("/adapter/registry", test_registry);
  g_test_add_func ("/adapter/records", test_records);

  return g_test_run ();
}
