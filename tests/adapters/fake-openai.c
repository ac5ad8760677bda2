/* fake-openai.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-openai-private.h"

#include <string.h>

#include "attune-json.h"

#define N_STEPS 40
#define STEPS_A_LOOK 10

typedef struct {
  char       *id;
  JsonObject *request;
  const char *status;
  gboolean    is_paused;
  guint       looks;
  gint64      step;
  gint64      created_at;
  gint64      finished_at;
  GPtrArray  *events; /* text of JSON objects, oldest first */
  char       *result; /* id of a file */
} FakeJob;

static void
job_free (FakeJob *job)
{
  json_object_unref (job->request);
  g_ptr_array_unref (job->events);
  g_free (job->id);
  g_free (job->result);
  g_free (job);
}

/* Jobs. */

static FakeJob *
find_job (FakeOpenai *self,
          const char *id)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      FakeJob *job = g_ptr_array_index (self->jobs, i);

      if (g_strcmp0 (job->id, id) == 0)
        return job;
    }

  return NULL;
}

static gboolean
is_final (FakeJob *job)
{
  return g_str_equal (job->status, "succeeded") || g_str_equal (job->status, "failed") || g_str_equal (job->status, "cancelled");
}

static void
add_event (FakeOpenai *self,
           FakeJob    *job,
           const char *level,
           const char *type,
           const char *message,
           const char *data)
{
  self->clock++;
  g_ptr_array_add (job->events,
                   g_strdup_printf ("{\"object\":\"fine_tuning.job.event\",\"id\":\"ftevent-%u\",\"created_at\":%" G_GINT64_FORMAT ",\"level\":\"%s\","
                                    "\"message\":\"%s\",\"type\":\"%s\",\"data\":%s}",
                                    ++self->serial, self->clock, level, message, type, data));
}

static void
make_results (FakeOpenai *self,
              FakeJob    *job)
{
  g_autoptr (GString) table = g_string_new ("step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n");
  g_autoptr (GBytes) content = NULL;

  for (int i = 1; i <= N_STEPS; i++)
    {
      if (i % STEPS_A_LOOK == 0)
        g_string_append_printf (table, "%d,%d.5,0.75,%d.25,0.5\n", i, N_STEPS - i, N_STEPS - i);
      else
        g_string_append_printf (table, "%d,%d.5,0.75,,\n", i, N_STEPS - i);
    }

  if (self->base64)
    {
      g_autofree char *encoded = g_base64_encode ((const guchar *) table->str, table->len);

      content = g_bytes_new (encoded, strlen (encoded));
    }
  else
    {
      content = g_bytes_new (table->str, table->len);
    }
  job->result = g_strdup (fake_openai_add_file (self, "step_metrics.csv", content)->id);
}

static void
finish (FakeOpenai *self,
        FakeJob    *job)
{
  job->status = g_intern_string (self->end);
  self->clock++;
  job->finished_at = self->clock;
  if (g_str_equal (job->status, "succeeded"))
    {
      add_event (self, job, "info", "message", "New fine-tuned model created", "{}");
      make_results (self, job);
    }
  else
    {
      add_event (self, job, "error", "message", "The job failed", "{}");
    }
}

/* Each look at a job takes it on by a step. */
static void
go_on (FakeOpenai *self,
       FakeJob    *job)
{
  if (is_final (job) || job->is_paused)
    return;

  job->looks++;
  if (job->looks == 1)
    {
      add_event (self, job, "info", "message", "Validating training file", "{}");
    }
  else if (job->looks == 2)
    {
      job->status = "queued";
      add_event (self, job, "warn", "message", "There are others before this job", "{}");
    }
  else if (job->looks == 3)
    {
      job->status = "running";
      add_event (self, job, "info", "message", "Fine-tuning job started", "{}");
    }
  else if (job->step < N_STEPS)
    {
      for (guint i = 0; i < STEPS_A_LOOK; i++)
        {
          g_autofree char *message = NULL;
          g_autofree char *data = NULL;

          job->step++;
          message = g_strdup_printf ("Step %" G_GINT64_FORMAT "/%d: training loss=%d.50", job->step, N_STEPS, N_STEPS - (int) job->step);
          data = g_strdup_printf ("{\"step\":%" G_GINT64_FORMAT ",\"total_steps\":%d,\"train_loss\":%d.5,\"train_mean_token_accuracy\":0.75}",
                                  job->step, N_STEPS, N_STEPS - (int) job->step);
          add_event (self, job, "info", "metrics", message, data);
        }
      add_event (self, job, "info", "message", "Checkpoint created", "{}");
    }
  else if (!g_str_equal (self->end, "running"))
    {
      finish (self, job);
    }
}

static JsonNode *
describe_job (FakeOpenai *self,
              FakeJob    *job)
{
  const char *status = job->is_paused ? "paused" : job->status;
  g_autofree char *model = g_strdup_printf ("ft:%s:acme:%s:%s", json_object_get_string_member (job->request, "model"),
                                            json_object_get_string_member_with_default (job->request, "suffix", ""), job->id);
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonObject *error = json_object_new ();
  JsonArray *results = json_array_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_node_take_object (node, object);
  json_object_iter_init_ordered (&iter, job->request);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    json_object_set_member (object, name, attune_json_copy (member));
  json_object_set_string_member (object, "id", job->id);
  json_object_set_string_member (object, "object", "fine_tuning.job");
  json_object_set_int_member (object, "created_at", job->created_at);
  json_object_set_string_member (object, "organization_id", "org-acme");
  json_object_set_string_member (object, "status", self->word != NULL ? self->word : status);
  json_object_set_object_member (object, "hyperparameters", json_object_new ());
  json_object_set_string_member (object, "something_new", "ignore me");
  if (job->finished_at > 0)
    json_object_set_int_member (object, "finished_at", job->finished_at);
  else
    json_object_set_null_member (object, "finished_at");
  if (self->estimate > 0 && g_str_equal (job->status, "running"))
    json_object_set_int_member (object, "estimated_finish", g_get_real_time () / G_USEC_PER_SEC + self->estimate);
  else
    json_object_set_null_member (object, "estimated_finish");

  if (g_str_equal (job->status, "succeeded"))
    {
      json_object_set_string_member (object, "fine_tuned_model", model);
      json_object_set_int_member (object, "trained_tokens", 4711);
    }
  else
    {
      json_object_set_null_member (object, "fine_tuned_model");
      json_object_set_null_member (object, "trained_tokens");
    }
  if (job->result != NULL)
    json_array_add_string_element (results, job->result);
  json_object_set_array_member (object, "result_files", results);

  /* Examples show an error whose members are all null. */
  if (g_str_equal (job->status, "failed") && self->message != NULL)
    {
      json_object_set_string_member (error, "code", self->code);
      json_object_set_string_member (error, "message", self->message);
    }
  else
    {
      json_object_set_null_member (error, "code");
      json_object_set_null_member (error, "message");
    }
  json_object_set_null_member (error, "param");
  json_object_set_object_member (object, "error", error);

  return node;
}

static void
job_cb (FakeServer        *server,
        const FakeRequest *request,
        FakeAnswer        *answer,
        gpointer           user_data)
{
  FakeOpenai *self = user_data;
  g_auto (GStrv) parts = g_strsplit (request->path, "/", -1);
  FakeJob *job;

  if (!fake_openai_admit (request, answer))
    return;

  job = find_job (self, parts[4]);
  if (job == NULL)
    {
      fake_openai_refuse (answer, 404, "fine_tune_id", "fine_tune_not_found", "Could not find fine tune");
      return;
    }

  go_on (self, job);
  fake_answer_node (answer, 200, describe_job (self, job));
}

static void
verb_cb (FakeServer        *server,
         const FakeRequest *request,
         FakeAnswer        *answer,
         gpointer           user_data)
{
  FakeOpenai *self = user_data;
  g_auto (GStrv) parts = g_strsplit (request->path, "/", -1);
  FakeJob *job;

  if (!fake_openai_admit (request, answer))
    return;

  job = find_job (self, parts[4]);
  if (job == NULL)
    {
      fake_openai_refuse (answer, 404, NULL, "fine_tune_not_found", "Could not find fine tune");
      return;
    }
  if (is_final (job))
    {
      fake_openai_refuse (answer, 400, NULL, NULL, "Job has already completed");
      return;
    }

  if (g_str_equal (parts[5], "cancel"))
    {
      job->status = "cancelled";
      job->is_paused = FALSE;
      job->finished_at = self->clock;
    }
  else if (g_str_equal (parts[5], "pause"))
    {
      job->is_paused = TRUE;
    }
  else
    {
      job->is_paused = FALSE;
      job->status = "queued";
      job->looks = 2;
    }
  fake_answer_node (answer, 200, describe_job (self, job));
}

/* A page of texts whose ids are "id"; newest first where they are given oldest first. */
static void
answer_page (FakeOpenai        *self,
             GPtrArray         *items,
             gboolean           is_reversed,
             const FakeRequest *request,
             FakeAnswer        *answer)
{
  const char *after = fake_request_get_query (request, "after");
  const char *limit = fake_request_get_query (request, "limit");
  guint size = limit != NULL ? (guint) g_ascii_strtoull (limit, NULL, 10) : 20;
  g_autoptr (GString) text = g_string_new ("{\"object\":\"list\",\"data\":[");
  gboolean is_behind = after == NULL;
  gboolean has_more = FALSE;
  guint n = 0;

  size = self->page > 0 ? MIN (size, self->page) : size;
  for (guint i = 0; i < items->len; i++)
    {
      const char *item = g_ptr_array_index (items, is_reversed ? items->len - 1 - i : i);
      g_autoptr (JsonNode) node = attune_json_parse (item, -1, NULL, NULL);

      g_assert (node != NULL);
      if (!is_behind)
        {
          is_behind = g_strcmp0 (attune_json_peek_string (node, "id", NULL), after) == 0;
          continue;
        }
      if (n == size)
        {
          has_more = TRUE;
          break;
        }
      g_string_append_printf (text, "%s%s", n++ > 0 ? "," : "", item);
    }
  g_string_append_printf (text, "],\"has_more\":%s}", has_more ? "true" : "false");
  fake_answer_text (answer, 200, "application/json", text->str);
}

static void
events_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  FakeOpenai *self = user_data;
  g_auto (GStrv) parts = g_strsplit (request->path, "/", -1);
  FakeJob *job = find_job (self, parts[4]);

  if (!fake_openai_admit (request, answer))
    return;
  if (job == NULL)
    fake_openai_refuse (answer, 404, NULL, "fine_tune_not_found", "Could not find fine tune");
  else
    answer_page (self, job->events, !self->oldest_first, request, answer);
}

static void
checkpoints_cb (FakeServer        *server,
                const FakeRequest *request,
                FakeAnswer        *answer,
                gpointer           user_data)
{
  FakeOpenai *self = user_data;
  g_auto (GStrv) parts = g_strsplit (request->path, "/", -1);
  FakeJob *job = find_job (self, parts[4]);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);

  if (!fake_openai_admit (request, answer))
    return;
  if (job == NULL)
    {
      fake_openai_refuse (answer, 404, NULL, "fine_tune_not_found", "Could not find fine tune");
      return;
    }

  for (gint64 step = STEPS_A_LOOK; step <= job->step; step += STEPS_A_LOOK)
    g_ptr_array_add (items,
                     g_strdup_printf ("{\"object\":\"fine_tuning.job.checkpoint\",\"id\":\"ftckpt_%" G_GINT64_FORMAT "\",\"created_at\":5,"
                                      "\"fine_tuned_model_checkpoint\":\"ft:m:acme::ckpt-step-%" G_GINT64_FORMAT "\",\"fine_tuning_job_id\":\"%s\","
                                      "\"step_number\":%" G_GINT64_FORMAT ",\"metrics\":{\"step\":%" G_GINT64_FORMAT ",\"full_valid_loss\":1.5}}",
                                      step, step, job->id, step, step));
  answer_page (self, items, TRUE, request, answer);
}

static void
list_cb (FakeServer        *server,
         const FakeRequest *request,
         FakeAnswer        *answer,
         gpointer           user_data)
{
  FakeOpenai *self = user_data;
  const char *wanted = fake_request_get_query (request, "metadata[attune_job]");
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);

  if (!fake_openai_admit (request, answer))
    return;

  for (guint i = 0; i < self->jobs->len; i++)
    {
      g_autoptr (JsonNode) node = describe_job (self, g_ptr_array_index (self->jobs, i));

      if (!self->filter || wanted == NULL || g_strcmp0 (attune_json_peek_string (node, "metadata.attune_job", NULL), wanted) == 0)
        g_ptr_array_add (items, attune_json_write (node, FALSE));
    }
  answer_page (self, items, TRUE, request, answer);
}

static gboolean
has_model (FakeOpenai *self,
           const char *id)
{
  for (guint i = 0; i < self->models->len; i += 2)
    if (g_strcmp0 (g_ptr_array_index (self->models, i), id) == 0)
      return TRUE;

  return FALSE;
}

static void
create_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  FakeOpenai *self = user_data;
  const char *mistake = fake_openai_find_mistake (request->json);
  const char *training = request->json != NULL ? attune_json_peek_string (request->json, "training_file", NULL) : NULL;
  const char *validation = request->json != NULL ? attune_json_peek_string (request->json, "validation_file", NULL) : NULL;
  FakeJob *job;

  if (!fake_openai_admit (request, answer))
    return;

  if (self->closed != NULL)
    {
      fake_openai_refuse (answer, 403, NULL, NULL, self->closed);
      return;
    }
  if (mistake != NULL)
    {
      fake_openai_refuse (answer, 400, mistake, "invalid_value", "This is not allowed");
      return;
    }
  if (!has_model (self, attune_json_peek_string (request->json, "model", NULL)))
    {
      fake_openai_refuse (answer, 404, "model", "model_not_found", "The model does not exist");
      return;
    }
  if (fake_openai_find_file (self, training) == NULL || (validation != NULL && fake_openai_find_file (self, validation) == NULL))
    {
      fake_openai_refuse (answer, 400, fake_openai_find_file (self, training) == NULL ? "training_file" : "validation_file", "file_not_found", "The file does not exist");
      return;
    }

  job = g_new0 (FakeJob, 1);
  job->id = g_strdup_printf ("ftjob-%u", ++self->serial);
  job->request = json_object_ref (json_node_get_object (request->json));
  job->status = "validating_files";
  job->created_at = g_get_real_time () / G_USEC_PER_SEC;
  job->events = g_ptr_array_new_with_free_func (g_free);
  add_event (self, job, "info", "message", "Created fine-tuning job", "{}");
  g_ptr_array_add (self->jobs, job);
  fake_answer_node (answer, 200, describe_job (self, job));
}

/* The fake itself. */

FakeOpenai *
fake_openai_new (void)
{
  FakeOpenai *self = g_new0 (FakeOpenai, 1);

  self->server = fake_server_new ();
  self->url = g_strconcat (fake_server_get_url (self->server), FAKE_OPENAI_BASE, NULL);
  self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  self->clock = 1760000000;
  self->filter = TRUE;
  self->end = g_strdup ("succeeded");
  fake_openai_init_files (self);

  fake_server_add_route (self->server, "GET", FAKE_OPENAI_BASE "/fine_tuning/jobs", list_cb, self);
  fake_server_add_route (self->server, "POST", FAKE_OPENAI_BASE "/fine_tuning/jobs", create_cb, self);
  fake_server_add_route (self->server, "GET", FAKE_OPENAI_BASE "/fine_tuning/jobs/?*", job_cb, self);
  fake_server_add_route (self->server, "POST", FAKE_OPENAI_BASE "/fine_tuning/jobs/*/*", verb_cb, self);
  fake_server_add_route (self->server, "GET", FAKE_OPENAI_BASE "/fine_tuning/jobs/*/events", events_cb, self);
  fake_server_add_route (self->server, "GET", FAKE_OPENAI_BASE "/fine_tuning/jobs/*/checkpoints", checkpoints_cb, self);

  return self;
}

void
fake_openai_free (FakeOpenai *self)
{
  fake_server_free (self->server);
  fake_openai_clear_files (self);
  g_ptr_array_unref (self->jobs);
  g_free (self->url);
  g_free (self->closed);
  g_free (self->end);
  g_free (self->code);
  g_free (self->message);
  g_free (self->word);
  g_free (self);
}

FakeServer *
fake_openai_get_server (FakeOpenai *self)
{
  return self->server;
}

const char *
fake_openai_get_url (FakeOpenai *self)
{
  return self->url;
}

void
fake_openai_set_closed (FakeOpenai *self,
                        const char *message)
{
  g_set_str (&self->closed, message);
}

void
fake_openai_set_end (FakeOpenai *self,
                     const char *status,
                     const char *code,
                     const char *message)
{
  g_set_str (&self->end, status);
  g_set_str (&self->code, code);
  g_set_str (&self->message, message);
}

void
fake_openai_set_word (FakeOpenai *self,
                      const char *word)
{
  g_set_str (&self->word, word);
}

void
fake_openai_set_page (FakeOpenai *self,
                      guint       size)
{
  self->page = size;
}

void
fake_openai_set_oldest_first (FakeOpenai *self,
                              gboolean    oldest_first)
{
  self->oldest_first = oldest_first;
}

void
fake_openai_set_base64 (FakeOpenai *self,
                        gboolean    base64)
{
  self->base64 = base64;
}

void
fake_openai_set_filter (FakeOpenai *self,
                        gboolean    filter)
{
  self->filter = filter;
}

void
fake_openai_set_estimate (FakeOpenai *self,
                          gint64      seconds)
{
  self->estimate = seconds;
}

guint
fake_openai_get_n_jobs (FakeOpenai *self)
{
  return self->jobs->len;
}

JsonObject *
fake_openai_get_request (FakeOpenai *self,
                         const char *id)
{
  FakeJob *job = find_job (self, id);

  return job != NULL ? job->request : NULL;
}

const char *
fake_openai_get_last (FakeOpenai *self)
{
  return self->jobs->len > 0 ? ((FakeJob *) g_ptr_array_index (self->jobs, self->jobs->len - 1))->id : NULL;
}

void
fake_openai_remove_jobs (FakeOpenai *self)
{
  g_ptr_array_set_size (self->jobs, 0);
}
