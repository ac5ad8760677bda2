/* test-together-faults.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "together-fixture.h"

/* Every fault at every step of a job: it ends with an error that a person can act on, nothing is paid for twice, and once the fault is gone the
 * job goes on from there. */

typedef struct {
  const char *name;
  FakeFault   fault;
  int         code; /* what it has to mean; -1: any of ATTUNE_ERROR */
} Fault;

static const Fault faults[] = {
  { "reset", FAKE_FAULT_RESET, ATTUNE_ERROR_NO_NETWORK },
  { "truncated", FAKE_FAULT_TRUNCATED, -1 },
  { "truncated-json", FAKE_FAULT_TRUNCATED_JSON, -1 },
  { "html", FAKE_FAULT_HTML, -1 },
  { "error-in-200", FAKE_FAULT_ERROR_IN_200, -1 },
  { "garbage", FAKE_FAULT_GARBAGE, -1 },
  { "400", FAKE_FAULT_STATUS_OF (400), ATTUNE_ERROR_INVALID },
  { "401", FAKE_FAULT_STATUS_OF (401), ATTUNE_ERROR_AUTH_INVALID },
  { "402", FAKE_FAULT_STATUS_OF (402), ATTUNE_ERROR_PAYMENT_NEEDED },
  { "403", FAKE_FAULT_STATUS_OF (403), ATTUNE_ERROR_NOT_ALLOWED },
  { "404", FAKE_FAULT_STATUS_OF (404), ATTUNE_ERROR_NOT_FOUND },
  { "409", FAKE_FAULT_STATUS_OF (409), ATTUNE_ERROR_CONFLICT },
  { "413", FAKE_FAULT_STATUS_OF (413), ATTUNE_ERROR_TOO_LARGE },
  { "422", FAKE_FAULT_STATUS_OF (422), ATTUNE_ERROR_INVALID },
  { "429", FAKE_FAULT_STATUS_OF (429), ATTUNE_ERROR_RATE_LIMITED },
  { "500", FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
  { "503", FAKE_FAULT_STATUS_OF (503), ATTUNE_ERROR_SERVER_FAULT },
};

typedef enum {
  STEP_CAPABILITIES,
  STEP_LIMITS,
  STEP_UPLOAD,
  STEP_PROCESSING,
  STEP_ESTIMATE,
  STEP_CREATE,
  STEP_QUERY,
  STEP_CHECKPOINTS,
  STEP_CANCEL,
  STEP_DOWNLOAD,
  STEP_DELETE,
} Step;

static const struct {
  const char *name;
  const char *method;
  const char *pattern;
} steps[] = {
  [STEP_CAPABILITIES] = { "capabilities", "GET", "/v1/fine-tunes/models/supported" },
  [STEP_LIMITS] = { "limits", "GET", "/v1/fine-tunes/models/limits" },
  [STEP_UPLOAD] = { "upload", "POST", "/v1/files/upload" },
  [STEP_PROCESSING] = { "processing", "GET", "/v1/files/*" },
  [STEP_ESTIMATE] = { "estimate", "POST", "/v1/fine-tunes/estimate-price" },
  [STEP_CREATE] = { "create", "POST", "/v1/fine-tunes" },
  [STEP_QUERY] = { "query", "GET", "/v1/fine-tunes/ft-*" },
  [STEP_CHECKPOINTS] = { "checkpoints", "GET", "/v1/fine-tunes/*/checkpoints" },
  [STEP_CANCEL] = { "cancel", "POST", "/v1/fine-tunes/*/cancel" },
  [STEP_DOWNLOAD] = { "download", "GET", "/v1/finetune/download" },
  [STEP_DELETE] = { "delete", "DELETE", "/v1/fine-tunes/*" },
};

static gboolean
do_step (Together    *self,
         Step         step,
         const char  *folder,
         GError     **error)
{
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (AttuneEstimate) estimate = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) checkpoints = NULL;
  g_autofree char *id = NULL;

  switch (step)
    {
    case STEP_CAPABILITIES:
    case STEP_LIMITS:
      capabilities = together_load (self, TRUE, error);
      return capabilities != NULL;
    case STEP_UPLOAD:
    case STEP_PROCESSING:
      id = together_upload (self, NULL, error);
      return id != NULL;
    case STEP_ESTIMATE:
      estimate = together_estimate (self, error);
      return estimate != NULL;
    case STEP_CREATE:
      handle = together_start (self, error);
      return handle != NULL;
    case STEP_QUERY:
      update = together_query (self, error);
      return update != NULL;
    case STEP_CHECKPOINTS:
      attune_adapter_list_checkpoints_async (self->adapter, &self->context, NULL, test_result_cb, &result);
      test_wait_until (result != NULL);
      checkpoints = attune_adapter_list_checkpoints_finish (self->adapter, result, error);
      return checkpoints != NULL;
    case STEP_CANCEL:
      return together_cancel (self, error);
    case STEP_DOWNLOAD:
      return together_download (self, folder, error);
    case STEP_DELETE:
    default:
      return together_delete (self, error);
    }
}

/* As far as the step needs. */
static void
prepare (Together *self,
         Step      step)
{
  if (step >= STEP_ESTIMATE)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = together_upload (self, NULL, &error);

      g_assert_no_error (error);
    }
  if (step >= STEP_QUERY)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneTrainingHandle) handle = together_start (self, &error);

      g_assert_no_error (error);
    }
  if (step == STEP_DOWNLOAD || step == STEP_DELETE)
    {
      g_autoptr (AttuneStatusUpdate) update = together_follow (self);

      attune_job_set_fine_tuned_model (self->job, update->fine_tuned_model);
    }
}

/* Where a fault is an answer that the step can live with. */
static gboolean
is_harmless (Step         step,
             const Fault *fault)
{
  /* A model whose limits the server does not tell can be chosen all the same. */
  if (step == STEP_LIMITS && (fault->fault == FAKE_FAULT_STATUS_OF (404) || fault->code == ATTUNE_ERROR_INVALID))
    return TRUE;
  /* What is gone is deleted. */
  if (step == STEP_DELETE && fault->fault == FAKE_FAULT_STATUS_OF (404))
    return TRUE;
  /* A page of HTML is as good an archive as any to the one who only carries it, and so are half of one and one with an error inside. */
  return step == STEP_DOWNLOAD
         && (fault->fault == FAKE_FAULT_HTML || fault->fault == FAKE_FAULT_TRUNCATED_JSON || fault->fault == FAKE_FAULT_ERROR_IN_200);
}

static void
together_set_up_plain (Together      *self,
                       gconstpointer  data)
{
  together_set_up (self, NULL);
}

static void
test_fault (Together      *self,
            gconstpointer  data)
{
  Step step = GPOINTER_TO_UINT (data) / G_N_ELEMENTS (faults);
  const Fault *fault = &faults[GPOINTER_TO_UINT (data) % G_N_ELEMENTS (faults)];
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "result", NULL);
  g_autofree char *again = g_build_filename (g_get_user_data_dir (), "again", NULL);
  gboolean creates = step == STEP_CREATE;
  g_autoptr (GError) error = NULL;
  guint n_sent;

  prepare (self, step);
  fake_server_forget (self->server);
  fake_server_set_fault (self->server, steps[step].method, steps[step].pattern, fault->fault, -1);
  if (is_harmless (step, fault))
    {
      do_step (self, step, folder, &error);
      if (step != STEP_DOWNLOAD)
        g_assert_no_error (error);
      return;
    }

  g_assert_false (do_step (self, step, folder, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == ATTUNE_ERROR);
  if (fault->code >= 0)
    g_assert_cmpint (error->code, ==, fault->code);
  g_assert_nonnull (strstr (error->message, "Together"));
  /* A create goes out once, whatever happened to it. */
  n_sent = fake_server_count (self->server, "POST", "/v1/fine-tunes");
  g_assert_cmpuint (n_sent, ==, creates ? 1 : 0);

  fake_server_set_fault (self->server, steps[step].method, steps[step].pattern, FAKE_FAULT_NONE, -1);
  if (creates && fake_together_get_n_jobs (self->fake) == 1)
    {
      g_autoptr (AttuneTrainingHandle) found = NULL;

      /* It is there, and the error is one after which it is looked for. */
      g_assert_true (error->code == ATTUNE_ERROR_NO_NETWORK || error->code == ATTUNE_ERROR_TIMED_OUT || error->code == ATTUNE_ERROR_SERVER_FAULT);
      g_clear_error (&error);
      found = together_find (self, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (found->provider_job_id, ==, fake_together_get_job_id (self->fake, 0));
      return;
    }

  g_clear_error (&error);
  g_assert_true (do_step (self, step, again, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_together_get_n_jobs (self->fake), <=, 1);
}

/* Faults of what goes with the state: while the job runs they are borne, and at its end the question is asked again. */
static void
test_side_questions (Together      *self,
                     gconstpointer  data)
{
  static const char * const patterns[] = { "/v1/fine-tunes/*/events", "/v1/fine-tunes/*/metrics", "/v1/fine-tunes/*/checkpoints" };
  g_autoptr (AttuneStatusUpdate) end = NULL;
  g_autoptr (GError) error = NULL;

  together_send (self);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (AttuneStatusUpdate) update = together_query (self, &error);

      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autoptr (AttuneStatusUpdate) update = NULL;

      fake_server_set_fault (self->server, "GET", patterns[i], FAKE_FAULT_STATUS_OF (503), -1);
      update = together_query (self, &error);
      g_assert_no_error (error);
      g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_RUNNING);
      fake_server_set_fault (self->server, "GET", patterns[i], FAKE_FAULT_NONE, -1);
    }

  fake_server_set_fault (self->server, "GET", patterns[1], FAKE_FAULT_STATUS_OF (503), -1);
  for (guint i = 0; i < 20 && error == NULL; i++)
    {
      g_autoptr (AttuneStatusUpdate) update = together_query (self, &error);

      g_assert_true (update == NULL || update->status == ATTUNE_JOB_STATUS_RUNNING);
    }
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT);
  g_clear_error (&error);
  fake_server_set_fault (self->server, "GET", patterns[1], FAKE_FAULT_NONE, -1);
  end = together_follow (self);
  g_assert_cmpint (end->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpuint (end->metrics->len, ==, 10);
}

/* The signed address, in both ways that use one. */
static void
test_storage (Together      *self,
              gconstpointer  data)
{
  gboolean in_parts = data != NULL;

  attune_together_adapter_set_upload_limits (ATTUNE_TOGETHER_ADAPTER (self->adapter), 10, in_parts ? 20 : 0, 300, 0);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *id = NULL;
      g_autoptr (GError) error = NULL;

      /* The storage answers with nothing or XML; what is in a success is not looked at. */
      if (faults[i].fault == FAKE_FAULT_HTML || faults[i].fault == FAKE_FAULT_TRUNCATED_JSON || faults[i].fault == FAKE_FAULT_ERROR_IN_200
          || faults[i].fault == FAKE_FAULT_TRUNCATED)
        continue;
      fake_server_set_fault (self->server, "PUT", "/storage/*", faults[i].fault, -1);
      id = together_upload (self, NULL, &error);
      g_assert_null (id);
      g_assert_nonnull (error);
      g_assert_true (error->domain == ATTUNE_ERROR);
      /* Who holds the address may write there. */
      g_assert_null (strstr (error->message, "0ddba11"));
    }

  {
    g_autofree char *id = NULL;
    g_autoptr (GError) error = NULL;

    fake_server_set_fault (self->server, "PUT", "/storage/*", FAKE_FAULT_NONE, -1);
    id = together_upload (self, NULL, &error);
    g_assert_no_error (error);
  }
}

/* Answers of the redirect that are none. */
static void
test_redirects (Together      *self,
                gconstpointer  data)
{
  static const struct { guint status; const char *location; const char *id; } answers[] = {
    { 200, NULL, NULL }, { 302, NULL, "file-1" }, { 302, "https://storage.example.com/x?sig=1", NULL },
    { 302, "ftp://storage.example.com/x", "file-1" }, { 302, "/files", "file-1" }, { 302, "http://storage.example.com/x", "file-1" },
  };

  attune_together_adapter_set_upload_limits (ATTUNE_TOGETHER_ADAPTER (self->adapter), 10, 0, 0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *id = NULL;
      g_autoptr (GError) error = NULL;

      fake_server_script_full (self->server, "POST", "/v1/files", answers[i].status, "text/plain", "",
                               answers[i].location != NULL ? "Location" : "X-Nothing", answers[i].location != NULL ? answers[i].location : "x",
                               answers[i].id != NULL ? "X-Together-File-Id" : "X-Nothing-Else", answers[i].id != NULL ? answers[i].id : "x",
                               NULL);
      id = together_upload (self, NULL, &error);
      g_assert_null (id);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT);
    }
  g_assert_cmpuint (fake_server_count (self->server, "PUT", "/storage/*"), ==, 0);
}

/* No network at all, and no key. */
static void
test_refused (Together      *self,
              gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  AttuneAdapter *keyless;

  fake_server_set_refusing (self->server, TRUE);
  id = together_upload (self, NULL, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK);
  fake_server_set_refusing (self->server, FALSE);

  g_clear_error (&error);
  g_unsetenv ("TOGETHER_API_KEY");
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  keyless = together_adapter_new ();
  {
    g_autoptr (GAsyncResult) result = NULL;

    attune_adapter_test_credentials_async (keyless, NULL, test_result_cb, &result);
    test_wait_until (result != NULL);
    g_assert_false (attune_adapter_test_credentials_finish (keyless, result, &error));
  }
  g_assert_nonnull (error);
  g_assert_cmpuint (fake_server_get_requests (self->server)->len, ==, 0);
  test_finalize (keyless);
}

int
main (int   argc,
      char *argv[])
{
  static const char * const usual[] = { "reset", "truncated-json", "html", "error-in-200", "401", "404", "500", NULL };

  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint step = 0; step < G_N_ELEMENTS (steps); step++)
    for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
      {
        g_autofree char *path = g_strdup_printf ("/together/faults/%s/%s", steps[step].name, faults[i].name);

        /* The ground is tested with all of them; here they matter where something is sent or followed. */
        if (step != STEP_UPLOAD && step != STEP_CREATE && step != STEP_QUERY && !g_strv_contains (usual, faults[i].name))
          continue;
        g_test_add (path, Together, GUINT_TO_POINTER (step * (guint) G_N_ELEMENTS (faults) + i), together_set_up_plain, test_fault, together_tear_down);
      }
  g_test_add ("/together/faults/side-questions", Together, NULL, together_set_up, test_side_questions, together_tear_down);
  g_test_add ("/together/faults/storage", Together, NULL, together_set_up, test_storage, together_tear_down);
  g_test_add ("/together/faults/storage-in-parts", Together, "schedule.epochs=1", together_set_up, test_storage, together_tear_down);
  g_test_add ("/together/faults/redirects", Together, NULL, together_set_up, test_redirects, together_tear_down);
  g_test_add ("/together/faults/refused", Together, NULL, together_set_up, test_refused, together_tear_down);

  return g_test_run ();
}
