/* fake-huggingface-jobs.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-huggingface-private.h"

#include <string.h>

#include "attune-json.h"

/* 2026-11-01, when the first job is made. */
#define EPOCH G_GINT64_CONSTANT (1793491200)
#define CHECKPOINT_STEP 4

static const char hardware[] =
  "[{\"name\":\"cpu-basic\",\"prettyName\":\"CPU Basic\",\"cpu\":\"2 vCPU\",\"ram\":\"16 GB\",\"accelerator\":null,"
  "\"unitCostMicroUSD\":167,\"unitCostUSD\":0.000167,\"unitLabel\":\"minute\"},"
  "{\"name\":\"t4-small\",\"prettyName\":\"Nvidia T4 - small\",\"cpu\":\"4 vCPU\",\"ram\":\"15 GB\",\"accelerator\":{\"type\":\"gpu\",\"model\":\"T4\","
  "\"quantity\":\"1\",\"vram\":\"16 GB\",\"manufacturer\":\"Nvidia\"},\"unitCostMicroUSD\":6667,\"unitCostUSD\":0.006667,\"unitLabel\":\"minute\"},"
  "{\"name\":\"l4x1\",\"prettyName\":\"1x Nvidia L4\",\"cpu\":\"8 vCPU\",\"ram\":\"30 GB\",\"accelerator\":{\"type\":\"gpu\",\"model\":\"L4\","
  "\"quantity\":\"1\",\"vram\":\"24 GB\",\"manufacturer\":\"Nvidia\"},\"unitCostMicroUSD\":13333,\"unitCostUSD\":0.013333,\"unitLabel\":\"minute\"},"
  "{\"name\":\"a100-large\",\"prettyName\":\"Nvidia A100 - large\",\"cpu\":\"12 vCPU\",\"ram\":\"142 GB\",\"accelerator\":{\"type\":\"gpu\",\"model\":\"A100\","
  "\"quantity\":\"1\",\"vram\":\"80 GB\",\"manufacturer\":\"Nvidia\"},\"unitCostMicroUSD\":41667,\"unitCostUSD\":0.041667,\"unitLabel\":\"minute\"},"
  "{\"name\":\"b200x4\",\"prettyName\":\"4x Nvidia B200\",\"cpu\":\"96 vCPU\",\"ram\":\"1024 GB\",\"accelerator\":{\"type\":\"gpu\",\"model\":\"B200\","
  "\"quantity\":\"4\",\"vram\":\"180 GB\",\"manufacturer\":\"Nvidia\"},\"unitCostMicroUSD\":500000,\"unitCostUSD\":0.5,\"unitLabel\":\"minute\"},"
  "{\"name\":\"inf2x6\",\"prettyName\":\"AWS Inferentia\",\"cpu\":\"24 vCPU\",\"ram\":\"48 GB\",\"accelerator\":{\"type\":\"neuron\",\"model\":\"Inf2\","
  "\"quantity\":\"6\",\"vram\":\"32 GB\",\"manufacturer\":\"AWS\"},\"unitCostMicroUSD\":12500,\"unitCostUSD\":0.0125,\"unitLabel\":\"minute\"}]";

static FakeJob *
find_job (FakeHuggingface *self,
          const char      *id)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      FakeJob *job = g_ptr_array_index (self->jobs, i);

      if (g_strcmp0 (job->id, id) == 0)
        return job;
    }

  return NULL;
}

/* A look later: scheduling, running, steps, the end. */
static const char *
get_stage (FakeHuggingface *self,
           FakeJob         *job)
{
  if (job->is_cancelled)
    return "CANCELED";
  if (job->looks < 2)
    return "SCHEDULING";
  if (job->step >= self->n_steps)
    return self->end;

  return "RUNNING";
}

static void
push (FakeHuggingface *self,
      FakeJob         *job)
{
  static const char weights[2000] = "weights of a LoRA adapter";

  if (job->output == NULL || fake_find_repo (self, "models", job->output) == NULL)
    return;

  if (job->step >= CHECKPOINT_STEP)
    {
      fake_huggingface_add_file (self, "models", job->output, "checkpoints/step-4/adapter_model.safetensors", weights, sizeof weights);
      fake_huggingface_add_file (self, "models", job->output, "checkpoints/step-4/state.json", "{}", 2);
      /* One that is being pushed. */
      fake_huggingface_add_file (self, "models", job->output, "checkpoints/step-6/adapter_model.safetensors", weights, sizeof weights);
    }
  if (job->step >= self->n_steps && self->pushes && g_str_equal (self->end, "COMPLETED"))
    {
      fake_huggingface_add_file (self, "models", job->output, ".gitattributes", "*.safetensors filter=lfs\n", 25);
      fake_huggingface_add_file (self, "models", job->output, "adapter_config.json", "{\"peft_type\":\"LORA\",\"r\":8}", 26);
      fake_huggingface_add_file (self, "models", job->output, "adapter_model.safetensors", weights, sizeof weights);
      fake_huggingface_add_file (self, "models", job->output, "README.md", "# Result\n", 9);
      job->is_pushed = TRUE;
    }
}

static void
look (FakeHuggingface *self,
      FakeJob         *job)
{
  job->looks++;
  if (job->is_cancelled || job->looks <= 2 || job->step >= self->n_steps)
    return;

  job->step = MIN (job->step + self->per_look, g_str_equal (self->end, "RUNNING") ? self->n_steps - 1 : self->n_steps);
  push (self, job);
}

static char *
format_time (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (EPOCH + seconds);
  g_autofree char *text = g_date_time_format (time, "%FT%T");

  return g_strconcat (text, ".000Z", NULL);
}

static JsonNode *
describe (FakeHuggingface *self,
          FakeJob         *job)
{
  JsonNode *node = attune_json_copy (job->request);
  JsonObject *object = json_node_get_object (node);
  JsonObject *status = json_object_new ();
  JsonObject *owner = json_object_new ();
  const char *stage = get_stage (self, job);
  g_autofree char *created = NULL;
  guint index = 0;

  g_ptr_array_find (self->jobs, job, &index);
  created = format_time ((gint64) index * 3600);
  json_object_set_string_member (object, "id", job->id);
  json_object_set_string_member (object, "createdAt", created);
  /* Secrets are never shown again. */
  json_object_set_object_member (object, "secrets", json_object_new ());
  json_object_set_string_member (status, "stage", stage);
  if (g_str_equal (stage, self->end) && self->message != NULL && job->step >= self->n_steps)
    json_object_set_string_member (status, "message", self->message);
  else
    json_object_set_null_member (status, "message");
  json_object_set_object_member (object, "status", status);
  json_object_set_string_member (owner, "id", "1");
  json_object_set_string_member (owner, "name", FAKE_HUGGINGFACE_OWNER);
  json_object_set_string_member (owner, "type", "user");
  json_object_set_object_member (object, "owner", owner);

  return node;
}

/* Making one */

static gboolean
check_secrets (const FakeRequest *request,
               FakeAnswer        *answer)
{
  g_autoptr (JsonNode) copy = attune_json_copy (request->json);
  g_autofree char *rest = NULL;

  if (g_strcmp0 (attune_json_peek_string (request->json, "secrets.HF_TOKEN", NULL), FAKE_HUGGINGFACE_TOKEN) != 0)
    {
      fake_refuse (answer, 400, NULL, "The job has no token");
      return FALSE;
    }

  json_object_remove_member (json_node_get_object (copy), "secrets");
  rest = attune_json_write (copy, FALSE);
  if (strstr (rest, FAKE_HUGGINGFACE_TOKEN) != NULL || strstr (rest, "wandb_v1_") != NULL)
    {
      fake_refuse (answer, 400, NULL, "A secret is where everybody can read it");
      return FALSE;
    }

  return TRUE;
}

/* What the job would find where it looks. */
static gboolean
read_mount (FakeHuggingface   *self,
            FakeJob           *job,
            const FakeRequest *request,
            FakeAnswer        *answer)
{
  const char *source = attune_json_peek_string (request->json, "volumes.0.source", NULL);
  const char *mount = attune_json_peek_string (request->json, "volumes.0.mountPath", NULL);
  const char *revision = attune_json_peek_string (request->json, "volumes.0.revision", NULL);
  const char *runner = attune_json_peek_string (request->json, "command.2", "");
  const char *config = attune_json_peek_string (request->json, "command.4", "");
  g_autofree char *last = NULL;
  const char * const paths[] = { "paths.training", "paths.validation" };
  FakeRepo *repo = source != NULL ? fake_find_repo (self, "datasets", source) : NULL;
  GBytes *bytes;
  gsize length;

  if (repo == NULL || mount == NULL || !g_str_has_prefix (runner, mount) || !g_str_has_prefix (config, mount))
    {
      fake_refuse (answer, 400, NULL, "The volume is not there");
      return FALSE;
    }

  last = g_strdup_printf ("%040x", repo->n_commits);
  bytes = g_hash_table_lookup (repo->files, config + strlen (mount) + 1);
  if (g_strcmp0 (revision, last) != 0 || bytes == NULL || !g_hash_table_contains (repo->files, runner + strlen (mount) + 1))
    {
      fake_refuse (answer, 400, NULL, "The runner or its configuration is not there");
      return FALSE;
    }

  length = g_bytes_get_size (bytes);
  job->config = attune_json_parse (g_bytes_get_data (bytes, NULL), (gssize) length, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      const char *path = attune_json_peek_string (job->config, paths[i], NULL);

      if ((i == 0 && path == NULL) ||
          (path != NULL && (!g_str_has_prefix (path, mount) || !g_hash_table_contains (repo->files, path + strlen (mount) + 1))))
        {
          fake_refuse (answer, 400, NULL, "The data is not there");
          return FALSE;
        }
    }
  job->output = g_strdup (attune_json_peek_string (job->config, "configuration.integrations.huggingface.outputRepoName", NULL));

  return TRUE;
}

static void
create (FakeHuggingface   *self,
        const FakeRequest *request,
        FakeAnswer        *answer)
{
  static const char * const known[] = {
    "dockerImage", "spaceId", "command", "arguments", "environment", "secrets", "flavor", "timeoutSeconds", "labels", "volumes", "expose", "ssh", "resourceGroupId", NULL
  };
  FakeJob *job;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (self->is_broke)
    {
      fake_refuse (answer, 402, NULL, "Pre-paid credit balance is insufficient");
      return;
    }
  json_object_iter_init (&iter, json_node_get_object (request->json));
  while (json_object_iter_next (&iter, &name, &value))
    {
      if (!g_strv_contains (known, name))
        {
          fake_refuse (answer, 400, NULL, "Unknown member");
          return;
        }
    }
  if (!check_secrets (request, answer))
    return;

  job = g_new0 (FakeJob, 1);
  job->id = g_strdup_printf ("%024x", 0xabc000 + self->jobs->len);
  job->request = attune_json_copy (request->json);
  g_ptr_array_add (self->jobs, job);
  if (!read_mount (self, job, request, answer))
    {
      g_ptr_array_remove (self->jobs, job);
      return;
    }

  /* The runner goes on where a checkpoint is. */
  if (job->output != NULL && fake_huggingface_get_file (self, "models", job->output, "checkpoints/step-4/state.json") != NULL)
    job->step = CHECKPOINT_STEP;
  job->first_step = job->step + 1;
  fake_answer_node (answer, 200, describe (self, job));
}

/* The log */

static void
append_text (GString    *log,
             guint       second,
             const char *text)
{
  g_autofree char *time = format_time (second);

  g_string_append (log, "data: {\"data\":");
  attune_json_append_string (log, text);
  g_string_append_printf (log, ",\"timestamp\":\"%s\"}\n\n", time);
}

static void
append_step (FakeHuggingface *self,
             FakeJob         *job,
             GString         *log,
             guint            step)
{
  const gint64 time = (EPOCH + 100 + step) * G_USEC_PER_SEC;
  g_autofree char *metrics = g_strdup_printf ("@attune {\"step\":%u,\"epoch\":%.3f,\"time\":%" G_GINT64_FORMAT ",\"loss\":%.3f,\"learningRate\":1e-05,\"tokens\":%u}\n",
                                              step, (double) step / self->n_steps, time, 3.0 / step, step * 100);
  g_autofree char *status = g_strdup_printf ("@attune {\"state\":\"running\",\"step\":%u,\"totalSteps\":%u,\"timeRemaining\":%u,\"trainedTokens\":%u}",
                                             step, self->n_steps, (self->n_steps - step) * 2, step * 100);

  append_text (log, 100 + step, metrics);
  append_text (log, 100 + step, status);
  if (step == CHECKPOINT_STEP)
    {
      g_autofree char *event = g_strdup_printf ("@attune {\"time\":%" G_GINT64_FORMAT ",\"level\":\"info\",\"message\":\"Checkpoint of step 4\"}", time);

      append_text (log, 100 + step, event);
    }
}

static void
answer_log (FakeHuggingface   *self,
            FakeJob           *job,
            const FakeRequest *request,
            FakeAnswer        *answer)
{
  g_autoptr (GString) log = g_string_new (": keep-alive\n\n");
  const char *stage = get_stage (self, job);
  gboolean is_over = job->step >= self->n_steps && !g_str_equal (self->end, "RUNNING");

  append_text (log, 10, "===== Job started at 2026-11-01 00:00:10 =====\n");
  append_text (log, 20, "Installed 83 packages in 4.2s\rBuilding…\r@attune {\"state\":\"validating_files\",\"step\":0}\n");
  for (guint step = job->first_step; step <= job->step; step++)
    append_step (self, job, log, step);
  if (is_over && g_str_equal (self->end, "COMPLETED"))
    {
      append_text (log, 200, "@attune {\"state\":\"succeeded\",\"step\":8,\"totalSteps\":8}\n");
    }
  else if (is_over && g_str_equal (self->end, "ERROR"))
    {
      append_text (log, 200, "Traceback (most recent call last):\n");
      append_text (log, 200, "torch.OutOfMemoryError: CUDA out of memory with token " FAKE_HUGGINGFACE_TOKEN "\n");
      if (self->reports)
        append_text (log, 200, "@attune {\"state\":\"failed\",\"step\":8,\"error\":{\"code\":\"no-memory\",\"message\":\"The GPU has not enough memory.\"}}\n");
    }

  fake_answer_text (answer, 200, "text/event-stream", log->str);
  if (self->follows && g_str_equal (stage, "RUNNING"))
    fake_answer_keep_open (answer);
}

static void
list (FakeHuggingface   *self,
      const FakeRequest *request,
      FakeAnswer        *answer)
{
  const char *label = fake_request_get_query (request, "label");
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = self->jobs->len; i > 0; i--)
    {
      FakeJob *job = g_ptr_array_index (self->jobs, i - 1);
      JsonObject *labels = json_object_get_object_member (json_node_get_object (job->request), "labels");
      const char *equals = label != NULL ? strchr (label, '=') : NULL;
      g_autofree char *name = equals != NULL ? g_strndup (label, (gsize) (equals - label)) : NULL;

      if (name == NULL || g_strcmp0 (json_object_get_string_member_with_default (labels, name, NULL), equals + 1) == 0)
        json_array_add_element (array, describe (self, job));
    }
  json_node_take_array (node, array);
  fake_answer_node (answer, 200, node);
}

void
fake_huggingface_answer_jobs (FakeHuggingface   *self,
                              const FakeRequest *request,
                              gboolean           has_token,
                              FakeAnswer        *answer)
{
  g_auto (GStrv) parts = g_strsplit (request->path + 1, "/", -1); /* api jobs OWNER ID VERB */
  guint n = g_strv_length (parts);
  FakeJob *job;

  if (g_str_equal (request->path, "/api/jobs/hardware"))
    {
      fake_answer_text (answer, 200, "application/json", hardware);
      return;
    }
  if (!has_token)
    {
      fake_refuse (answer, 401, NULL, "Invalid username or password.");
      return;
    }
  if (!g_str_equal (parts[2], FAKE_HUGGINGFACE_OWNER))
    {
      fake_refuse (answer, 403, NULL, "You don't have the rights in this namespace");
      return;
    }

  if (n == 3 && g_str_equal (request->method, "POST"))
    {
      create (self, request, answer);
      return;
    }
  if (n == 3)
    {
      list (self, request, answer);
      return;
    }

  job = find_job (self, parts[3]);
  if (job == NULL)
    {
      fake_refuse (answer, 404, NULL, "Job not found");
    }
  else if (n == 4)
    {
      look (self, job);
      fake_answer_node (answer, 200, describe (self, job));
    }
  else if (g_str_equal (parts[4], "logs"))
    {
      answer_log (self, job, request, answer);
    }
  else if (g_str_equal (parts[4], "cancel") && g_str_equal (request->method, "POST"))
    {
      job->is_cancelled = TRUE;
      fake_answer_node (answer, 200, describe (self, job));
    }
  else
    {
      fake_refuse (answer, 404, NULL, "Not found");
    }
}

void
fake_huggingface_set_end (FakeHuggingface *self,
                          const char      *stage,
                          guint            n_steps,
                          guint            per_look,
                          const char      *message)
{
  g_set_str (&self->end, stage);
  self->n_steps = n_steps;
  self->per_look = per_look;
  g_set_str (&self->message, message);
}

void
fake_huggingface_set_runner (FakeHuggingface *self,
                             gboolean         reports,
                             gboolean         pushes)
{
  self->reports = reports;
  self->pushes = pushes;
}

void
fake_huggingface_set_following (FakeHuggingface *self,
                                gboolean         follows)
{
  self->follows = follows;
}

void
fake_huggingface_set_broke (FakeHuggingface *self,
                            gboolean         is_broke)
{
  self->is_broke = is_broke;
}

guint
fake_huggingface_get_n_jobs (FakeHuggingface *self)
{
  return self->jobs->len;
}

JsonNode *
fake_huggingface_get_request (FakeHuggingface *self,
                              guint            index)
{
  return ((FakeJob *) g_ptr_array_index (self->jobs, index))->request;
}

const char *
fake_huggingface_get_job_id (FakeHuggingface *self,
                             guint            index)
{
  return ((FakeJob *) g_ptr_array_index (self->jobs, index))->id;
}

guint
fake_huggingface_get_first_step (FakeHuggingface *self,
                                 guint            index)
{
  return ((FakeJob *) g_ptr_array_index (self->jobs, index))->first_step;
}
