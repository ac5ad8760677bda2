/* test-openai.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>

#include "attune-openai-adapter.h"
#include "fake-openai.h"
#include "remote-fixture.h"

typedef struct {
  Remote      remote;
  FakeOpenai *fake;
} Fixture;

static AttuneAdapter *
adapter_new (void)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  AttuneAdapter *adapter = attune_openai_adapter_new (credentials);

  remote_quicken (adapter);

  return adapter;
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  self->fake = fake_openai_new ();
  g_setenv ("OPENAI_BASE_URL", fake_openai_get_url (self->fake), TRUE);
  g_setenv ("OPENAI_API_KEY", FAKE_OPENAI_KEY, TRUE);
  remote_init (&self->remote, "openai", adapter_new (), fake_openai_get_server (self->fake), "gpt-4.1-mini-2025-04-14");
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  remote_clear (&self->remote);
  fake_openai_free (self->fake);
  remote_assert_not_logged (FAKE_OPENAI_KEY);
  remote_assert_not_logged ("sk-wrong");
}

/* A new process: nothing is remembered but what is on disk. */
static void
renew (Fixture *self)
{
  test_finalize (self->remote.adapter);
  self->remote.adapter = adapter_new ();
}

static void
collect (AttuneStatusUpdate *update,
         GArray             *points,
         GPtrArray          *events)
{
  if (update->metrics != NULL && update->metrics->len > 0)
    g_array_append_vals (points, update->metrics->data, update->metrics->len);
  for (guint i = 0; update->events != NULL && i < update->events->len; i++)
    g_ptr_array_add (events, attune_event_copy (g_ptr_array_index (update->events, i)));
}

/* Asks until the job has ended, and gives the last answer. */
static AttuneStatusUpdate *
ask_to_the_end (Fixture   *self,
                GArray    *points,
                GPtrArray *events)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneStatusUpdate) update = remote_query (&self->remote, &error);

      g_assert_no_error (error);
      collect (update, points, events);
      if (attune_job_status_is_final ((AttuneJobStatus) update->status))
        return g_steal_pointer (&update);
    }

  g_assert_not_reached ();
}

static void
test_life (Fixture       *self,
           gconstpointer  data)
{
  static const AttuneJobStatus expected[] = {
    ATTUNE_JOB_STATUS_VALIDATING_FILES, ATTUNE_JOB_STATUS_QUEUED, ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_RUNNING,
    ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_RUNNING, ATTUNE_JOB_STATUS_SUCCEEDED,
  };
  Remote *remote = &self->remote;
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  const char *file_id;
  const char *id;
  GBytes *file;
  gsize length;

  remote_add_validation (remote);
  fake_openai_set_page (self->fake, 7);
  remote_send (remote);

  file_id = attune_dataset_get_provider_file (remote->training, "openai");
  file = fake_openai_get_file (self->fake, file_id);
  g_assert_true (g_file_get_contents (attune_dataset_get_path (remote->training), &content, &length, NULL));
  g_assert_cmpmem (g_bytes_get_data (file, NULL), g_bytes_get_size (file), content, length);
  id = attune_job_get_provider_job_id (remote->job);
  g_assert_cmpstr (json_object_get_string_member (fake_openai_get_request (self->fake, id), "training_file"), ==, file_id);
  g_assert_cmpuint (fake_openai_get_n_jobs (self->fake), ==, 1);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (AttuneStatusUpdate) update = remote_query (remote, &error);

      g_assert_no_error (error);
      g_assert_cmpint (update->status, ==, (int) expected[i]);
      collect (update, points, events);
      if (i == 4)
        {
          g_assert_cmpint (update->step, ==, 20);
          g_assert_cmpint (update->total_steps, ==, 40);
          g_assert_cmpfloat (update->progress, ==, 0.5);
          /* A second a step, and 20 to go. */
          g_assert_true (update->time_remaining > 19 && update->time_remaining < 25);
          g_assert_cmpuint (update->checkpoints->len, ==, 2);
          g_assert_cmpstr (((AttuneCheckpoint *) g_ptr_array_index (update->checkpoints, 0))->id, ==, "ft:m:acme::ckpt-step-10");
          g_assert_cmpfloat (((AttuneCheckpoint *) g_ptr_array_index (update->checkpoints, 1))->eval_loss, ==, 1.5);
          /* Only what is new: ten measurements and one message. */
          g_assert_cmpuint (update->metrics->len, ==, 10);
          g_assert_cmpint (g_array_index (update->metrics, AttuneMetricPoint, 0).step, ==, 11);
          g_assert_cmpuint (update->events->len, ==, 1);
        }
      if (i + 1 < G_N_ELEMENTS (expected))
        g_assert_null (update->fine_tuned_model);
      else
        {
          g_autofree char *model = g_strdup_printf ("ft:gpt-4.1-mini-2025-04-14:acme::%s", id);

          g_assert_cmpstr (update->fine_tuned_model, ==, model);
          g_assert_cmpint (update->trained_tokens, ==, 4711);
          g_assert_cmpuint (update->checkpoints->len, ==, 4);
        }
    }

  /* Forty measurements of the events, and forty of the table, which knows the evaluation too. */
  g_assert_cmpuint (points->len, ==, 80);
  for (guint i = 0; i < 40; i++)
    g_assert_cmpint (g_array_index (points, AttuneMetricPoint, i).step, ==, i + 1);
  g_assert_cmpfloat (g_array_index (points, AttuneMetricPoint, 49).values[ATTUNE_METRIC_EVAL_LOSS], ==, 30.25);
  /* Created, four of the stages, four checkpoints, the end; each once, in their order. */
  g_assert_cmpuint (events->len, ==, 9);
  g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (events, 0))->message, ==, "Created fine-tuning job");
  g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (events, 2))->level, ==, "warning");
  g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (events, 8))->message, ==, "New fine-tuned model created");
}

static void
test_results_in_base64 (Fixture       *self,
                        gconstpointer  data)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (AttuneStatusUpdate) update = NULL;

  fake_openai_set_base64 (self->fake, TRUE);
  remote_send (&self->remote);
  update = ask_to_the_end (self, points, events);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpuint (points->len, ==, 80);
}

/* The order of the events is written down nowhere. */
static void
test_oldest_first (Fixture       *self,
                   gconstpointer  data)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (AttuneStatusUpdate) update = NULL;

  fake_openai_set_oldest_first (self->fake, TRUE);
  fake_openai_set_page (self->fake, 5);
  remote_send (&self->remote);
  update = ask_to_the_end (self, points, events);
  g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (events, events->len - 1))->message, ==, "New fine-tuned model created");
  g_assert_cmpint (g_array_index (points, AttuneMetricPoint, points->len - 1).step, ==, 40);
}

/* A new process reads on from the newest event that is on disk. */
static void
test_new_process (Fixture       *self,
                  gconstpointer  data)
{
  g_autofree char *path = g_build_filename (self->remote.folder, "events.jsonl", NULL);
  g_autoptr (AttuneStatusUpdate) before = NULL;
  g_autoptr (AttuneStatusUpdate) after = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  remote_send (&self->remote);
  before = remote_query (&self->remote, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (before->events->len, ==, 2);
  for (guint i = 0; i < before->events->len; i++)
    {
      const AttuneEvent *event = g_ptr_array_index (before->events, i);

      g_string_append_printf (lines, "{\"time\":%" G_GINT64_FORMAT ",\"level\":\"info\",\"message\":\"x\",\"id\":\"%s\"}\n", event->time, event->id);
    }
  g_string_append (lines, "{\"torn");
  g_file_set_contents (path, lines->str, -1, &error);
  g_assert_no_error (error);

  renew (self);
  after = remote_query (&self->remote, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (after->events->len, ==, 1);
  g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (after->events, 0))->level, ==, "warning");
}

static void
test_failed (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (AttuneStatusUpdate) update = NULL;

  fake_openai_set_end (self->fake, "failed", "invalid_training_file", "Row 7 is too long");
  remote_send (&self->remote);
  update = ask_to_the_end (self, points, events);
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_FAILED);
  g_assert_error (update->error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_cmpstr (update->error->message, ==, "Row 7 is too long");
  g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (events, events->len - 1))->level, ==, "error");
}

static void
test_unknown_word (Fixture       *self,
                   gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (GError) error = NULL;

  remote_send (&self->remote);
  fake_openai_set_word (self->fake, "meditating");
  g_test_expect_message ("attune-openai", G_LOG_LEVEL_MESSAGE, "*meditating*");
  update = remote_query (&self->remote, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_cmpint (update->status, ==, -1);
}

static void
test_controls (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneStatusUpdate) paused = NULL;
  g_autoptr (AttuneStatusUpdate) running = NULL;
  g_autoptr (AttuneStatusUpdate) cancelled = NULL;

  remote_send (&self->remote);
  g_assert_true (remote_pause (&self->remote, &error));
  g_assert_no_error (error);
  paused = remote_query (&self->remote, &error);
  g_assert_cmpint (paused->status, ==, ATTUNE_JOB_STATUS_PAUSED);
  g_assert_true (remote_resume (&self->remote, &error));
  g_assert_no_error (error);
  running = remote_query (&self->remote, &error);
  g_assert_cmpint (running->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_true (remote_cancel (&self->remote, &error));
  g_assert_no_error (error);
  cancelled = remote_query (&self->remote, &error);
  g_assert_cmpint (cancelled->status, ==, ATTUNE_JOB_STATUS_CANCELLED);

  g_assert_false (remote_cancel (&self->remote, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "already completed"));
}

static void
test_estimated_finish (Fixture       *self,
                       gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fake_openai_set_estimate (self->fake, 600);
  remote_send (&self->remote);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (AttuneStatusUpdate) update = remote_query (&self->remote, &error);

      g_assert_no_error (error);
      if (i == 2)
        g_assert_true (update->time_remaining > 590 && update->time_remaining < 610);
    }
}

static void
progress_cb (double      fraction,
             const char *message,
             gpointer    user_data)
{
  double *last = user_data;

  g_assert_true (fraction >= *last && fraction <= 1);
  *last = fraction;
}

static void
test_parts (Fixture       *self,
            gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *content = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *file;
  gsize length;
  double last = 0;

  attune_openai_adapter_set_file_limits (ATTUNE_OPENAI_ADAPTER (remote->adapter), 1000, 9000, 1000000);
  id = remote_upload_full (remote, remote->training, progress_cb, &last, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (attune_dataset_get_path (remote->training), &content, &length, NULL));
  file = fake_openai_get_file (self->fake, id);
  g_assert_cmpmem (g_bytes_get_data (file, NULL), g_bytes_get_size (file), content, length);
  g_assert_cmpuint (fake_server_count (remote->server, "POST", "/v1/uploads/*/parts"), ==, (length + 8999) / 9000);
  g_assert_cmpuint (fake_server_count (remote->server, "POST", "/v1/files"), ==, 0);
  g_assert_cmpfloat (last, >, 0.9);
}

/* A part may be sent twice, and what fails for good is taken back. */
static void
test_parts_with_faults (Fixture       *self,
                        gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autofree char *none = NULL;
  g_autoptr (GError) error = NULL;

  attune_openai_adapter_set_file_limits (ATTUNE_OPENAI_ADAPTER (remote->adapter), 1000, 9000, 1000000);
  fake_server_set_fault (remote->server, "POST", "/v1/uploads/*/parts", FAKE_FAULT_RESET_AFTER, 1);
  id = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);
  g_assert_nonnull (id);
  g_assert_cmpuint (fake_openai_get_n_files (self->fake), ==, 1);

  attune_dataset_set_provider_file (remote->training, "openai", NULL);
  fake_server_set_fault (remote->server, "POST", "/v1/uploads/*/complete", FAKE_FAULT_STATUS_OF (400), 1);
  none = remote_upload (remote, remote->training, &error);
  g_assert_null (none);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_assert_cmpuint (fake_server_count (remote->server, "POST", "/v1/uploads/*/cancel"), ==, 1);
}

static void
test_too_large (Fixture       *self,
                gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  attune_openai_adapter_set_file_limits (ATTUNE_OPENAI_ADAPTER (self->remote.adapter), 100, 200, 300);
  id = remote_upload (&self->remote, self->remote.training, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_TOO_LARGE);
  g_assert_cmpuint (fake_server_get_requests (self->remote.server)->len, ==, 0);
}

static void
test_missing_file (Fixture       *self,
                   gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_unlink (attune_dataset_get_path (self->remote.training)), ==, 0);
  id = remote_upload (&self->remote, self->remote.training, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "train.jsonl"));
}

static void
test_reuse (Fixture       *self,
            gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autoptr (GError) error = NULL;

  first = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);
  second = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpuint (fake_openai_get_n_files (self->fake), ==, 1);

  fake_openai_remove_file (self->fake, first);
  third = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, !=, third);
}

/* A file of an earlier job that was deleted there since is brought again when the job is refused for it. */
static void
test_deleted_file (Fixture       *self,
                   gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  id = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);
  fake_openai_remove_file (self->fake, id);
  handle = remote_start (remote, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_openai_get_n_jobs (self->fake), ==, 1);
  g_assert_cmpuint (fake_server_count (remote->server, "POST", "/v1/fine_tuning/jobs"), ==, 2);
  g_assert_cmpstr (attune_dataset_get_provider_file (remote->training, "openai"), !=, id);
}

static void
test_closed (Fixture       *self,
             gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (AttuneTrainingHandle) unscoped = NULL;
  g_autoptr (AttuneTrainingHandle) gone = NULL;
  g_autoptr (GError) error = NULL;

  id = remote_upload (&self->remote, self->remote.training, &error);
  fake_openai_set_closed (self->fake, "Your organization may not create fine-tuning jobs.");
  handle = remote_start (&self->remote, &error);
  g_assert_null (handle);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "Your organization may not"));
  g_assert_nonnull (strstr (error->message, "another provider"));
  g_clear_error (&error);

  /* A key that may not do it is another matter. */
  fake_openai_set_closed (self->fake, "You have insufficient permissions for this operation. Missing scopes: api.fine_tuning.jobs.write");
  unscoped = remote_start (&self->remote, &error);
  g_assert_null (unscoped);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED);
  g_clear_error (&error);

  fake_openai_set_closed (self->fake, NULL);
  fake_server_set_fault (self->remote.server, "POST", "/v1/fine_tuning/jobs", FAKE_FAULT_STATUS_OF (404), 1);
  gone = remote_start (&self->remote, &error);
  g_assert_null (gone);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_WITHDRAWN);
  g_assert_cmpuint (fake_openai_get_n_jobs (self->fake), ==, 0);
}

/* What stands between a create and its answer: the job is found again, and never made twice. */
static void
test_lost_answer (Fixture       *self,
                  gconstpointer  data)
{
  static const FakeFault faults[] = { FAKE_FAULT_RESET_AFTER, FAKE_FAULT_TRUNCATED, FAKE_FAULT_TRUNCATED_JSON };
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  id = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (AttuneTrainingHandle) none = NULL;
      g_autoptr (AttuneTrainingHandle) lost = NULL;
      g_autoptr (AttuneTrainingHandle) found = NULL;

      /* Others are there, newer and older, and pages of them. */
      fake_openai_remove_jobs (self->fake);
      fake_openai_set_page (self->fake, 1);
      none = remote_find (remote, &error);
      g_assert_null (none);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
      g_clear_error (&error);

      fake_server_set_fault (remote->server, "POST", "/v1/fine_tuning/jobs", faults[i], 1);
      lost = remote_start (remote, &error);
      g_assert_null (lost);
      g_test_message ("%s", error->message);
      g_assert_true (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK) || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT)
                     || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT));
      g_clear_error (&error);
      g_assert_cmpuint (fake_openai_get_n_jobs (self->fake), ==, 1);

      renew (self);
      fake_openai_set_filter (self->fake, i % 2 == 0);
      found = remote_find (remote, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (found->provider_job_id, ==, fake_openai_get_last (self->fake));
      g_assert_cmpuint (fake_openai_get_n_jobs (self->fake), ==, 1);
    }
}

/* A list that ignores the filter, with another's job before ours. */
static void
test_find_among_others (Fixture       *self,
                        gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autoptr (AttuneJob) other = attune_job_new (NULL, "openai", remote->configuration);
  g_autoptr (AttuneJob) own = g_object_ref (remote->job);
  g_autoptr (AttuneTrainingHandle) found = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  remote_send (remote);
  id = g_strdup (attune_job_get_provider_job_id (own));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (AttuneTrainingHandle) more = NULL;

      g_set_object (&remote->job, other);
      remote->context.job = other;
      more = remote_start (remote, &error);
      g_assert_no_error (error);
    }
  g_set_object (&remote->job, own);
  remote->context.job = own;
  fake_openai_set_filter (self->fake, FALSE);
  fake_openai_set_page (self->fake, 2);
  found = remote_find (remote, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->provider_job_id, ==, id);
}

static const struct {
  FakeFault   fault;
  AttuneError code;
} create_faults[] = {
  { FAKE_FAULT_STATUS_OF (400), ATTUNE_ERROR_INVALID },
  { FAKE_FAULT_STATUS_OF (401), ATTUNE_ERROR_AUTH_INVALID },
  { FAKE_FAULT_STATUS_OF (402), ATTUNE_ERROR_PAYMENT_NEEDED },
  { FAKE_FAULT_STATUS_OF (403), ATTUNE_ERROR_CLOSED },
  { FAKE_FAULT_STATUS_OF (404), ATTUNE_ERROR_WITHDRAWN },
  { FAKE_FAULT_STATUS_OF (409), ATTUNE_ERROR_CONFLICT },
  { FAKE_FAULT_STATUS_OF (410), ATTUNE_ERROR_WITHDRAWN },
  { FAKE_FAULT_STATUS_OF (429), ATTUNE_ERROR_RATE_LIMITED },
  { FAKE_FAULT_STATUS_OF (500), ATTUNE_ERROR_SERVER_FAULT },
  { FAKE_FAULT_STATUS_OF (503), ATTUNE_ERROR_SERVER_FAULT },
  { FAKE_FAULT_HTML, ATTUNE_ERROR_SERVER_FAULT },
  { FAKE_FAULT_RESET, ATTUNE_ERROR_NO_NETWORK },
  { FAKE_FAULT_GARBAGE, ATTUNE_ERROR_SERVER_FAULT },
};

/* A create that went wrong is sent exactly once, and what it says never shows the key. */
static void
test_create_faults (Fixture       *self,
                    gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  id = remote_upload (remote, remote->training, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < G_N_ELEMENTS (create_faults); i++)
    {
      g_autoptr (AttuneTrainingHandle) handle = NULL;
      g_autoptr (GError) problem = NULL;

      fake_server_forget (remote->server);
      fake_server_set_fault (remote->server, "POST", "/v1/fine_tuning/jobs", create_faults[i].fault, 1);
      handle = remote_start (remote, &problem);
      g_assert_null (handle);
      g_test_message ("%u: %s", i, problem->message);
      g_assert_error (problem, ATTUNE_ERROR, (int) create_faults[i].code);
      g_assert_null (strstr (problem->message, FAKE_OPENAI_KEY));
      g_assert_cmpuint (fake_server_count (remote->server, "POST", "/v1/fine_tuning/jobs"), ==, 1);
      fake_openai_remove_jobs (self->fake);
    }

  /* And then it goes on from there. */
  {
    g_autoptr (AttuneTrainingHandle) handle = remote_start (remote, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (fake_openai_get_n_jobs (self->fake), ==, 1);
  }
}

static void
test_quota (Fixture       *self,
            gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (AttuneTrainingHandle) handle = NULL;
  g_autoptr (GError) error = NULL;

  id = remote_upload (&self->remote, self->remote.training, &error);
  fake_server_script (self->remote.server, "POST", "/v1/fine_tuning/jobs", 429, "application/json",
                      "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\",\"param\":null,\"code\":\"insufficient_quota\"}}");
  handle = remote_start (&self->remote, &error);
  g_assert_null (handle);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_PAYMENT_NEEDED);
}

static void
test_wrong_key (Fixture       *self,
                gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("OPENAI_API_KEY", "sk-wrong0123456789", TRUE);
  id = remote_upload (&self->remote, self->remote.training, &error);
  g_assert_null (id);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID);
  g_assert_null (strstr (error->message, "sk-wrong0123456789"));
}

static void
test_no_key (Fixture       *self,
             gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_unsetenv ("OPENAI_API_KEY");
  id = remote_upload (&self->remote, self->remote.training, &error);
  g_assert_null (id);
  g_assert_true (error->domain == ATTUNE_ERROR);
  g_assert_cmpuint (fake_server_get_requests (self->remote.server)->len, ==, 0);
}

static const struct {
  FakeFault fault;
  int       times;
  int       code; /* -1: overcome */
} query_faults[] = {
  { FAKE_FAULT_RESET, 1, -1 },
  { FAKE_FAULT_STATUS_OF (500), 1, -1 },
  { FAKE_FAULT_STATUS_OF (429), 1, -1 },
  { FAKE_FAULT_TRUNCATED, 1, -1 },
  { FAKE_FAULT_STATUS_OF (500), -1, ATTUNE_ERROR_SERVER_FAULT },
  { FAKE_FAULT_STATUS_OF (401), -1, ATTUNE_ERROR_AUTH_INVALID },
  { FAKE_FAULT_STATUS_OF (404), -1, ATTUNE_ERROR_NOT_FOUND },
  { FAKE_FAULT_STATUS_OF (429), -1, ATTUNE_ERROR_RATE_LIMITED },
};

static void
test_query_faults (Fixture       *self,
                   gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autofree char *pattern = NULL;

  remote_send (remote);
  pattern = g_strconcat ("/v1/fine_tuning/jobs/", attune_job_get_provider_job_id (remote->job), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (query_faults); i++)
    {
      g_autoptr (AttuneStatusUpdate) update = NULL;
      g_autoptr (GError) error = NULL;

      fake_server_set_fault (remote->server, "GET", pattern, query_faults[i].fault, query_faults[i].times);
      update = remote_query (remote, &error);
      fake_server_clear_faults (remote->server);
      if (query_faults[i].code < 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, ATTUNE_ERROR, query_faults[i].code);
    }
}

/* A running job is told without its events where they cannot be had, and they come later; of one that has ended they are asked for again. */
static void
test_events_missing (Fixture       *self,
                     gconstpointer  data)
{
  Remote *remote = &self->remote;
  g_autoptr (AttuneStatusUpdate) without = NULL;
  g_autoptr (AttuneStatusUpdate) with = NULL;
  g_autoptr (AttuneStatusUpdate) none = NULL;
  g_autoptr (AttuneStatusUpdate) end = NULL;
  g_autoptr (GError) error = NULL;

  remote_send (remote);
  fake_server_set_fault (remote->server, "GET", "*/events", FAKE_FAULT_STATUS_OF (500), -1);
  g_test_expect_message ("attune-openai", G_LOG_LEVEL_MESSAGE, "*events*");
  without = remote_query (remote, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_null (without->events);
  fake_server_clear_faults (remote->server);
  with = remote_query (remote, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (with->events->len, ==, 3);

  g_assert_true (remote_cancel (remote, &error));
  fake_server_set_fault (remote->server, "GET", "*/events", FAKE_FAULT_STATUS_OF (500), -1);
  none = remote_query (remote, &error);
  g_assert_null (none);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT);
  g_clear_error (&error);

  /* But not for ever. */
  for (guint i = 0; i < 2; i++)
    g_assert_null (remote_query (remote, NULL));
  g_test_expect_message ("attune-openai", G_LOG_LEVEL_MESSAGE, "*events*");
  end = remote_query (remote, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_nonnull (end);
  g_assert_cmpint (end->status, ==, ATTUNE_JOB_STATUS_CANCELLED);
}

static void
test_capabilities (Fixture       *self,
                   gconstpointer  data)
{
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (AttuneCapabilities) offline = NULL;
  g_autoptr (GVariant) mini = NULL;
  g_autoptr (GVariant) unlisted = NULL;
  g_autoptr (GVariant) tuned = NULL;
  g_autoptr (GVariant) other = NULL;
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "attune", "capabilities", "openai.json", NULL);
  g_autoptr (GError) error = NULL;
  const char *text = NULL;

  fake_openai_add_model (self->fake, "ft:gpt-4o-mini-2024-07-18:acme:support:9xYz", NULL);
  fake_openai_add_model (self->fake, "ft:gpt-3.5-turbo-0125:acme:old:1a", NULL);
  capabilities = remote_load (&self->remote, TRUE, &error);
  g_assert_no_error (error);

  mini = attune_capabilities_dup_model (capabilities, "gpt-4.1-mini-2025-04-14");
  g_assert_true (g_variant_lookup (mini, "shutdownDate", "&s", &text));
  g_assert_cmpstr (text, ==, "2099-01-14");
  g_assert_true (g_variant_lookup (mini, "title", "&s", &text));
  unlisted = attune_capabilities_dup_model (capabilities, "gpt-4o-2024-08-06");
  g_assert_true (g_variant_lookup (unlisted, "notes", "&s", &text));
  g_assert_nonnull (strstr (text, "list of models of your account"));
  tuned = attune_capabilities_dup_model (capabilities, "ft:gpt-4o-mini-2024-07-18:acme:support:9xYz");
  g_assert_nonnull (tuned);
  other = attune_capabilities_dup_model (capabilities, "ft:gpt-3.5-turbo-0125:acme:old:1a");
  g_assert_null (other);
  g_assert_null (attune_capabilities_dup_model (capabilities, "gpt-4o-transcribe"));
  g_assert_true (attune_capabilities_supports_path (capabilities, "metadata.seed"));
  g_assert_true (attune_capabilities_supports_path (capabilities, "metadata.anything"));
  g_assert_true (attune_capabilities_has_action (capabilities, "pause"));

  /* Another process without a network reads it from the disk, where it is written behind our back. */
  test_wait_until (g_file_test (cache, G_FILE_TEST_EXISTS));
  fake_server_set_refusing (self->remote.server, TRUE);
  renew (self);
  offline = remote_load (&self->remote, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_capabilities_get_n_models (offline), ==, attune_capabilities_get_n_models (capabilities));
}

static void
test_key (Fixture       *self,
          gconstpointer  data)
{
  g_autoptr (GAsyncResult) good = NULL;
  g_autoptr (GAsyncResult) bad = NULL;
  g_autoptr (GError) error = NULL;

  attune_adapter_test_credentials_async (self->remote.adapter, NULL, test_result_cb, &good);
  test_wait_until (good != NULL);
  g_assert_true (attune_adapter_test_credentials_finish (self->remote.adapter, good, &error));
  g_assert_no_error (error);

  g_setenv ("OPENAI_API_KEY", "sk-wrong0123456789", TRUE);
  attune_adapter_test_credentials_async (self->remote.adapter, NULL, test_result_cb, &bad);
  test_wait_until (bad != NULL);
  g_assert_false (attune_adapter_test_credentials_finish (self->remote.adapter, bad, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID);
}

static void
test_translation (Fixture       *self,
                  gconstpointer  data)
{
  g_autoptr (JsonNode) request = NULL;
  g_autofree char *url = g_strconcat (fake_openai_get_url (self->fake), "/fine_tuning/jobs", NULL);
  g_autoptr (GError) error = NULL;

  request = attune_adapter_translate_configuration (self->remote.adapter, self->remote.configuration, &self->remote.context, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (attune_json_peek_string (request, "method", NULL), ==, "POST");
  g_assert_cmpstr (attune_json_peek_string (request, "url", NULL), ==, url);
  g_assert_cmpstr (attune_json_peek_string (request, "body.training_file", NULL), ==, "<training file id>");
}

static void
test_organization (Fixture       *self,
                   gconstpointer  data)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  const FakeRequest *request;

  g_setenv ("OPENAI_ORG_ID", "org-acme", TRUE);
  g_setenv ("OPENAI_PROJECT_ID", "proj_tunes", TRUE);
  renew (self);
  id = remote_upload (&self->remote, self->remote.training, &error);
  g_unsetenv ("OPENAI_ORG_ID");
  g_unsetenv ("OPENAI_PROJECT_ID");
  g_assert_no_error (error);
  request = fake_server_last (self->remote.server, "POST", "/v1/files");
  g_assert_cmpstr (fake_request_get_header (request, "openai-organization"), ==, "org-acme");
  g_assert_cmpstr (fake_request_get_header (request, "openai-project"), ==, "proj_tunes");
}

/* A table of results that is none takes nothing from the success. */
static void
test_damaged_results (Fixture       *self,
                      gconstpointer  data)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (AttuneMetricPoint));
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (AttuneStatusUpdate) update = NULL;

  remote_send (&self->remote);
  fake_server_script (self->remote.server, "GET", "/v1/files/*/content", 200, "text/html", "<html>Sign in</html>");
  g_test_expect_message ("attune-openai", G_LOG_LEVEL_MESSAGE, "*result file*");
  update = ask_to_the_end (self, points, events);
  g_test_assert_expected_messages ();
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_SUCCEEDED);
  g_assert_cmpuint (points->len, ==, 40);
}

/* A server that says for ever that there is more. */
static void
test_endless_list (Fixture       *self,
                   gconstpointer  data)
{
  g_autoptr (AttuneStatusUpdate) update = NULL;
  g_autoptr (AttuneTrainingHandle) none = NULL;
  g_autoptr (GError) error = NULL;

  remote_send (&self->remote);
  fake_server_script (self->remote.server, "GET", "*/events", 200, "application/json",
                      "{\"data\":[{\"id\":\"e1\",\"created_at\":1,\"message\":\"again\"}],\"has_more\":true}");
  fake_server_script (self->remote.server, "GET", "/v1/fine_tuning/jobs", 200, "application/json",
                      "{\"data\":[{\"id\":\"ftjob-x\",\"created_at\":99999999999}],\"has_more\":true}");
  update = remote_query (&self->remote, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_server_count (self->remote.server, "GET", "*/events"), ==, 2);
  none = remote_find (&self->remote, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_cmpuint (fake_server_count (self->remote.server, "GET", "/v1/fine_tuning/jobs"), ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  remote_listen_to_log ();
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_summary ("The whole life of a job at OpenAI, before a fake of it, with faults at each step.");

#define ADD(path, func) g_test_add ("/openai/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("life", test_life);
  ADD ("results-in-base64", test_results_in_base64);
  ADD ("oldest-first", test_oldest_first);
  ADD ("new-process", test_new_process);
  ADD ("failed", test_failed);
  ADD ("unknown-word", test_unknown_word);
  ADD ("controls", test_controls);
  ADD ("estimated-finish", test_estimated_finish);
  ADD ("parts", test_parts);
  ADD ("parts-with-faults", test_parts_with_faults);
  ADD ("too-large", test_too_large);
  ADD ("missing-file", test_missing_file);
  ADD ("reuse", test_reuse);
  ADD ("deleted-file", test_deleted_file);
  ADD ("closed", test_closed);
  ADD ("lost-answer", test_lost_answer);
  ADD ("find-among-others", test_find_among_others);
  ADD ("create-faults", test_create_faults);
  ADD ("quota", test_quota);
  ADD ("wrong-key", test_wrong_key);
  ADD ("no-key", test_no_key);
  ADD ("query-faults", test_query_faults);
  ADD ("events-missing", test_events_missing);
  ADD ("capabilities", test_capabilities);
  ADD ("key", test_key);
  ADD ("translation", test_translation);
  ADD ("organization", test_organization);
  ADD ("damaged-results", test_damaged_results);
  ADD ("endless-list", test_endless_list);

  return g_test_run ();
}
