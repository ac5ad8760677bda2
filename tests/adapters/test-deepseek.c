/* test-deepseek.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-deepseek-adapter.h"
#include "huggingface-fixture.h"

#define DEEPSEEK_MODEL "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B"

static void
deepseek_set_up (Face          *self,
                 gconstpointer  data)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  g_autoptr (AttuneConfiguration) configuration = NULL;

  face_set_up (self, "model.baseModel=" DEEPSEEK_MODEL);
  test_finalize (g_steal_pointer (&self->adapter));
  self->adapter = attune_deepseek_adapter_new (credentials);
  attune_huggingface_adapter_set_log_patience (ATTUNE_HUGGINGFACE_ADAPTER (self->adapter), 0.05);
  configuration = attune_configuration_copy (attune_job_get_configuration (self->job));
  g_clear_object (&self->job);
  self->job = attune_job_new (NULL, "deepseek", configuration);
  self->context.job = self->job;
}

/* It says plainly what it is. */
static void
test_face (Face          *self,
           gconstpointer  data)
{
  g_autoptr (AttuneCapabilities) capabilities = attune_adapter_dup_capabilities (self->adapter);
  g_autoptr (GVariant) notices = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "notices", G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GVariant) model = attune_capabilities_dup_model (capabilities, DEEPSEEK_MODEL);
  g_autoptr (GVariant) notice = NULL;
  const char *text;
  const char *severity;

  g_assert_cmpstr (attune_adapter_get_id (self->adapter), ==, "deepseek");
  g_assert_cmpstr (attune_adapter_get_title (self->adapter), ==, "DeepSeek");
  g_assert_cmpstr (attune_adapter_get_credential (self->adapter), ==, "huggingface");
  g_assert_nonnull (model);
  notice = g_variant_get_child_value (notices, 0);
  g_assert_true (g_variant_lookup (notice, "text", "&s", &text));
  g_assert_true (g_variant_lookup (notice, "severity", "&s", &severity));
  g_assert_nonnull (strstr (text, "DeepSeek itself sells no fine-tuning"));
  g_assert_cmpstr (severity, ==, "warning");
  /* Only its own weights are listed. */
  g_clear_pointer (&model, g_variant_unref);
  model = attune_capabilities_dup_model (capabilities, TEST_MODEL);
  g_assert_null (model);
}

static void
test_life (Face          *self,
           gconstpointer  data)
{
  g_autofree char *repo = g_strdup_printf (FAKE_HUGGINGFACE_OWNER "/DeepSeek-R1-Distill-Qwen-1.5B-attune-%.8s", attune_job_get_id (self->job));
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "deepseek-result", NULL);
  g_autoptr (AttuneStatusUpdate) ended = NULL;
  g_autoptr (GError) error = NULL;

  face_send (self);
  g_assert_nonnull (attune_dataset_get_provider_file (self->training, "deepseek"));
  ended = face_follow (self, -2);
  g_assert_cmpint (ended->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpstr (ended->fine_tuned_model, ==, repo);
  face_download (self, folder, &error);
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/deepseek/face", Face, NULL, deepseek_set_up, test_face, face_tear_down);
  g_test_add ("/deepseek/life", Face, NULL, deepseek_set_up, test_life, face_tear_down);

  return g_test_run ();
}
