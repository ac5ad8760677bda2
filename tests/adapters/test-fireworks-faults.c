/* test-fireworks-faults.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include "fireworks-fixture.h"

/* Each step of a job's life with each fault once: what comes out is a success or an error that a person can act on, nothing is made twice,
 * and the next try gets through. */

static const FakeFault faults[] = {
  FAKE_FAULT_RESET,
  FAKE_FAULT_RESET_AFTER,
  FAKE_FAULT_TRUNCATED,
  FAKE_FAULT_TRUNCATED_JSON,
  FAKE_FAULT_HTML,
  FAKE_FAULT_ERROR_IN_200,
  FAKE_FAULT_WRONG_TYPE,
  FAKE_FAULT_GARBAGE,
  FAKE_FAULT_STATUS_OF (400),
  FAKE_FAULT_STATUS_OF (401),
  FAKE_FAULT_STATUS_OF (404),
  FAKE_FAULT_STATUS_OF (409),
  FAKE_FAULT_STATUS_OF (429),
  FAKE_FAULT_STATUS_OF (500),
  FAKE_FAULT_STATUS_OF (503),
};

/* Runs the operation, and what has to come before it. */
typedef gboolean (*Operation) (Fireworks *self, GError **error);

static gboolean
do_upload (Fireworks  *self,
           GError    **error)
{
  g_autofree char *id = fireworks_upload (self, self->training, error);

  return id != NULL;
}

static gboolean
do_start (Fireworks  *self,
          GError    **error)
{
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (AttuneTrainingHandle) found = NULL;
  g_autoptr (GError) local_error = NULL;

  if (attune_job_get_provider_job_id (self->job) != NULL)
    return TRUE;
  /* As the commands do after a doubtful end. */
  found = fireworks_find (self, &local_error);
  if (found != NULL)
    return TRUE;
  handle = fireworks_start (self, error);

  return handle != NULL;
}

static gboolean
do_find (Fireworks  *self,
         GError    **error)
{
  g_autoptr (AttuneTrainingHandle) handle = fireworks_find (self, error);

  return handle != NULL;
}

static gboolean
do_query (Fireworks  *self,
          GError    **error)
{
  g_autoptr (AttuneStatusUpdate) update = fireworks_query (self, error);

  return update != NULL;
}

static gboolean
do_cancel (Fireworks  *self,
           GError    **error)
{
  return fireworks_cancel (self, error);
}

static gboolean
do_delete (Fireworks  *self,
           GError    **error)
{
  return fireworks_control (self, attune_adapter_delete_job_async, attune_adapter_delete_job_finish, error);
}

static gboolean
do_resume (Fireworks  *self,
           GError    **error)
{
  return fireworks_resume (self, error);
}

static gboolean
do_download (Fireworks  *self,
             GError    **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), attune_job_get_id (self->job), NULL);

  return fireworks_download (self, folder, error);
}

static gboolean
do_capabilities (Fireworks  *self,
                 GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;

  attune_adapter_load_capabilities_async (self->adapter, TRUE, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  capabilities = attune_adapter_load_capabilities_finish (self->adapter, result, error);

  return capabilities != NULL;
}

static gboolean
do_estimate (Fireworks  *self,
             GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (AttuneEstimate) estimate = NULL;

  attune_adapter_estimate_async (self->adapter, attune_job_get_configuration (self->job), &self->context, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  estimate = attune_adapter_estimate_finish (self->adapter, result, error);

  return estimate != NULL;
}

typedef enum {
  BEFORE_NOTHING,
  BEFORE_UPLOADED,
  BEFORE_SENT,
  BEFORE_RUNNING,
} Before;

static const struct {
  const char *name;
  const char *method;
  const char *pattern;
  Before      before;
  Operation   operation;
  gboolean    is_large;
} steps[] = {
  { "accounts", "GET", "/v1/accounts", BEFORE_NOTHING, do_upload },
  { "dataset-look", "GET", "*/datasets/*", BEFORE_NOTHING, do_upload },
  { "dataset-create", "POST", "*/datasets", BEFORE_NOTHING, do_upload },
  { "upload", "POST", "*:upload", BEFORE_NOTHING, do_upload },
  { "endpoint", "POST", "*:getUploadEndpoint", BEFORE_NOTHING, do_upload, TRUE },
  { "put", "PUT", "/signed/upload/*", BEFORE_NOTHING, do_upload, TRUE },
  { "validate", "POST", "*:validateUpload", BEFORE_NOTHING, do_upload, TRUE },
  { "create", "POST", "*/supervisedFineTuningJobs", BEFORE_UPLOADED, do_start },
  { "find", "GET", "*/supervisedFineTuningJobs/*", BEFORE_SENT, do_find },
  { "query", "GET", "*/supervisedFineTuningJobs/*", BEFORE_RUNNING, do_query },
  { "metrics", "GET", "/signed/metrics/*", BEFORE_RUNNING, do_query },
  { "cancel", "POST", "*:cancel", BEFORE_SENT, do_cancel },
  { "delete", "DELETE", "*/supervisedFineTuningJobs/*", BEFORE_SENT, do_delete },
  { "resume", "POST", "*:resume", BEFORE_SENT, do_resume },
  { "files", "GET", "*:getDownloadEndpoint", BEFORE_SENT, do_download },
  { "file", "GET", "/signed/files/*", BEFORE_SENT, do_download },
  { "models", "GET", "/v1/accounts/fireworks/models", BEFORE_NOTHING, do_capabilities },
  { "estimate", "POST", "*:estimateCost", BEFORE_UPLOADED, do_estimate },
};

/* The same server and adapter with another job and other data. */
static void
renew (Fireworks *self,
       guint      number)
{
  g_autoptr (AttuneConfiguration) configuration = attune_configuration_copy (attune_job_get_configuration (self->job));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *name = g_strdup_printf ("%u.jsonl", number);
  g_autofree char *path = NULL;

  for (guint i = 0; i < 4; i++)
    g_string_append_printf (text, "{\"messages\":[{\"role\":\"user\",\"content\":\"%u\"},{\"role\":\"assistant\",\"content\":\"%u\"}]}\n", number, i);
  path = test_write (name, text->str);
  g_clear_object (&self->training);
  g_clear_object (&self->job);
  self->training = attune_dataset_new (path);
  self->job = attune_job_new (NULL, "fireworks", configuration);
  self->context = (AttuneJobContext) { .job = self->job, .training = self->training };
}

static void
bring_to (Fireworks *self,
          Before     before)
{
  g_autofree char *id = NULL;
  g_autofree char *model = NULL;
  g_autoptr (GError) error = NULL;

  if (before == BEFORE_UPLOADED)
    {
      id = fireworks_upload (self, self->training, &error);
      g_assert_no_error (error);
    }
  else if (before >= BEFORE_SENT)
    {
      fireworks_send (self);
      model = g_strconcat ("accounts/acme/models/", attune_job_get_id (self->job), NULL);
      attune_job_set_fine_tuned_model (self->job, model);
    }

  for (guint i = 0; before == BEFORE_RUNNING && i < 5; i++)
    {
      g_autoptr (AttuneStatusUpdate) update = fireworks_query (self, &error);

      g_assert_no_error (error);
    }
}

static void
assert_can_be_told (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == ATTUNE_ERROR);
  g_assert_cmpint (error->code, !=, ATTUNE_ERROR_CANCELLED);
  g_assert_cmpuint (strlen (error->message), >, 10);
  g_assert_null (strstr (error->message, FAKE_FIREWORKS_KEY));
  g_assert_null (strstr (error->message, "Signature"));
}

static void
test_step (Fireworks     *self,
           gconstpointer  data)
{
  guint step = GPOINTER_TO_UINT (data);

  if (steps[step].is_large)
    attune_fireworks_adapter_set_form_limit (ATTUNE_FIREWORKS_ADAPTER (self->adapter), 10);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GError) error = NULL;
      guint n_jobs = fake_fireworks_get_n_jobs (self->fake);
      guint n_datasets = fake_fireworks_get_n_datasets (self->fake);

      g_test_message ("fault %d", (int) faults[i]);
      renew (self, i);
      bring_to (self, steps[step].before);
      fake_server_forget (self->server);
      fake_server_set_fault (self->server, steps[step].method, steps[step].pattern, faults[i], 1);
      if (!steps[step].operation (self, &error))
        {
          assert_can_be_told (error);
          g_clear_error (&error);
          fake_server_clear_faults (self->server);
          g_assert_true (steps[step].operation (self, &error));
          g_assert_no_error (error);
        }

      g_assert_cmpuint (fake_fireworks_get_n_jobs (self->fake), <=, n_jobs + 1);
      g_assert_cmpuint (fake_fireworks_get_n_datasets (self->fake), <=, n_datasets + 1);
    }
}

/* A job that arrived, whose answer did not: nothing is sent a second time by itself. */
static void
test_create_is_not_repeated (Fireworks     *self,
                             gconstpointer  data)
{
  static const FakeFault doubtful[] = {
    FAKE_FAULT_RESET, FAKE_FAULT_RESET_AFTER, FAKE_FAULT_TRUNCATED, FAKE_FAULT_GARBAGE, FAKE_FAULT_STATUS_OF (429), FAKE_FAULT_STATUS_OF (500), FAKE_FAULT_STATUS_OF (503),
  };

  for (guint i = 0; i < G_N_ELEMENTS (doubtful); i++)
    {
      g_autoptr (AttuneTrainingHandle) handle = NULL;
      g_autoptr (AttuneTrainingHandle) found = NULL;
      g_autoptr (GError) error = NULL;
      guint n_jobs = fake_fireworks_get_n_jobs (self->fake);
      gboolean arrived;

      g_test_message ("fault %d", (int) doubtful[i]);
      renew (self, i);
      bring_to (self, BEFORE_UPLOADED);
      fake_server_forget (self->server);
      fake_server_set_fault (self->server, "POST", "*/supervisedFineTuningJobs", doubtful[i], 1);
      handle = fireworks_start (self, &error);
      g_assert_null (handle);
      assert_can_be_told (error);
      g_clear_error (&error);
      g_assert_cmpuint (fake_server_count (self->server, "POST", "*/supervisedFineTuningJobs"), ==, 1);

      arrived = fake_fireworks_get_n_jobs (self->fake) > n_jobs;
      g_assert_true (arrived || doubtful[i] != FAKE_FAULT_RESET_AFTER);
      found = fireworks_find (self, &error);
      g_assert_true ((found != NULL) == arrived);
      if (!arrived)
        g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
    }
}

/* What a person is told of the common troubles. */
static void
test_meanings (Fireworks     *self,
               gconstpointer  data)
{
  static const struct {
    FakeFault   fault;
    AttuneError code;
  } cases[] = {
    { FAKE_FAULT_STATUS_OF (401), ATTUNE_ERROR_AUTH_INVALID },
    { FAKE_FAULT_STATUS_OF (402), ATTUNE_ERROR_PAYMENT_NEEDED },
    { FAKE_FAULT_STATUS_OF (403), ATTUNE_ERROR_NOT_ALLOWED },
    { FAKE_FAULT_STATUS_OF (400), ATTUNE_ERROR_INVALID },
    { FAKE_FAULT_STATUS_OF (429), ATTUNE_ERROR_RATE_LIMITED },
    { FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
    { FAKE_FAULT_STATUS_OF (409), ATTUNE_ERROR_CONFLICT },
  };

  bring_to (self, BEFORE_UPLOADED);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneTrainingHandle) handle = NULL;
      g_autoptr (GError) error = NULL;

      fake_server_set_fault (self->server, "POST", "*/supervisedFineTuningJobs", cases[i].fault, 1);
      handle = fireworks_start (self, &error);
      g_assert_null (handle);
      g_assert_error (error, ATTUNE_ERROR, (int) cases[i].code);
    }
  g_assert_cmpuint (fake_fireworks_get_n_jobs (self->fake), ==, 0);
}

static void
test_refused_connection (Fireworks     *self,
                         gconstpointer  data)
{
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  bring_to (self, BEFORE_UPLOADED);
  fake_server_set_refusing (self->server, TRUE);
  handle = fireworks_start (self, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK);
  g_clear_error (&error);
  fake_server_set_refusing (self->server, FALSE);
  handle = fireworks_start (self, &error);
  g_assert_no_error (error);
}

/* The state of a job is the news; a curve that cannot be read does not keep it back. */
static void
test_metrics_are_not_needed (Fireworks     *self,
                             gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) without = NULL;
  g_autoptr (AttuneStatusUpdate) with = NULL;
  g_autoptr (GError) error = NULL;

  bring_to (self, BEFORE_RUNNING);
  fake_server_set_fault (self->server, "GET", "/signed/metrics/*", FAKE_FAULT_STATUS_OF (500), -1);
  g_test_expect_message ("attune-fireworks", G_LOG_LEVEL_MESSAGE, "*metrics*");
  without = fireworks_query (self, &error);
  g_assert_no_error (error);
  g_assert_cmpint (without->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_null (without->metrics);
  fake_server_clear_faults (self->server);
  with = fireworks_query (self, &error);
  g_assert_no_error (error);
  g_assert_nonnull (with->metrics);
}

static void
cancel_cb (double      fraction,
           const char *message,
           gpointer    user_data)
{
  g_cancellable_cancel (user_data);
}

/* A wish to stop ends an upload at once, and the next one begins where there is nothing left to do twice. */
static void
test_cancelled_upload (Fireworks     *self,
                       gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  attune_adapter_upload_dataset_async (self->adapter, self->training, cancel_cb, cancellable, cancellable, test_result_cb, &result);
  test_wait_until (result != NULL);
  id = attune_adapter_upload_dataset_finish (self->adapter, result, &error);
  g_assert_null (id);
  g_assert_true (attune_error_is_cancelled (error));
  g_clear_error (&error);
  id = fireworks_upload (self, self->training, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_fireworks_get_n_datasets (self->fake), ==, 1);
}

/* While the file is being checked, for hours. */
static void
test_slow_check (Fireworks     *self,
                 gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  fake_fireworks_set_looks (self->fake, 1000000, 0);
  attune_fireworks_adapter_set_pauses (ATTUNE_FIREWORKS_ADAPTER (self->adapter), 0.001, 0.05);
  id = fireworks_upload (self, self->training, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT);
}

#define ADD(name, data, function) \
  g_test_add ("/fireworks/faults/" name, Fireworks, data, fireworks_set_up, function, fireworks_tear_down)

static void
step_set_up (Fireworks     *self,
             gconstpointer  data)
{
  fireworks_set_up (self, NULL);
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *path = g_strconcat ("/fireworks/faults/step/", steps[i].name, NULL);

      g_test_add (path, Fireworks, GUINT_TO_POINTER (i), step_set_up, test_step, fireworks_tear_down);
    }
  ADD ("create-is-not-repeated", NULL, test_create_is_not_repeated);
  ADD ("meanings", NULL, test_meanings);
  ADD ("refused-connection", NULL, test_refused_connection);
  ADD ("metrics-are-not-needed", NULL, test_metrics_are_not_needed);
  ADD ("cancelled-upload", NULL, test_cancelled_upload);
  ADD ("slow-check", NULL, test_slow_check);

  return g_test_run ();
}
