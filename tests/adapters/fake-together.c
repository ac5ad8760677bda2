/* fake-together.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-together-private.h"

#include <string.h>

static void
job_free (FakeJob *job)
{
  json_object_unref (job->request);
  g_free (job->id);
  g_free (job);
}

void
fake_together_refuse (FakeAnswer *answer,
                      guint       status,
                      const char *type,
                      const char *message)
{
  fake_answer_json (answer, status, "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"param\":null,\"code\":null}}", message, type);
}

void
fake_together_answer_object (FakeAnswer *answer,
                             JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  fake_answer_node (answer, 200, node);
}

gboolean
fake_together_is_allowed (const FakeRequest *request,
                          FakeAnswer        *answer)
{
  if (g_strcmp0 (fake_request_get_header (request, "authorization"), "Bearer " FAKE_TOGETHER_KEY) == 0)
    return TRUE;

  fake_together_refuse (answer, 401, "invalid_request_error", "Invalid API key provided");
  return FALSE;
}

static FakeJob *
find_job (FakeTogether *self,
          const char   *id)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      FakeJob *job = g_ptr_array_index (self->jobs, i);

      if (g_strcmp0 (job->id, id) == 0)
        return job;
    }

  return NULL;
}

/* Models. */

static void
models_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  FakeTogether *self = user_data;
  const char *model = fake_request_get_query (request, "model_name");

  if (!fake_together_is_allowed (request, answer))
    return;

  if (strcmp (request->path, BASE "/models") == 0)
    fake_answer_json (answer, 200, "[{\"id\":\"%s\",\"object\":\"model\",\"created\":1692896905,\"type\":\"chat\"}]", FAKE_TOGETHER_MODEL);
  else if (g_str_has_suffix (request->path, "/supported"))
    fake_answer_json (answer, 200, "{\"models\":[\"%s\",\"Qwen/Qwen3-0.6B\",\"deepseek-ai/DeepSeek-V3\",\"ghost/Unknown\"]}", FAKE_TOGETHER_MODEL);
  else if (g_strcmp0 (model, FAKE_TOGETHER_MODEL) == 0 && !self->is_old)
    fake_answer_json (answer, 200,
                      "{\"model_name\":\"%s\",\"max_num_epochs\":20,\"max_num_evals\":100,\"max_num_checkpoints\":5,\"max_learning_rate\":0.01,"
                      "\"min_learning_rate\":0.0000001,\"default_gradient_accumulation_steps\":2,\"max_seq_length_sft\":24576,"
                      "\"max_seq_length_dpo\":8192,\"min_max_seq_length\":1024,\"supports_full_training\":true,\"supports_vision\":false,"
                      "\"supports_tools\":true,\"supports_reasoning\":false,\"merge_output_lora\":true,"
                      "\"full_training\":{\"max_batch_size\":24,\"max_batch_size_dpo\":12,\"min_batch_size\":8},"
                      "\"lora_training\":{\"max_batch_size\":32,\"max_batch_size_dpo\":16,\"min_batch_size\":4,\"max_rank\":64,"
                      "\"target_modules\":[\"q_proj\",\"k_proj\",\"v_proj\",\"o_proj\",\"up_proj\"]}}", model);
  else if (g_strcmp0 (model, "Qwen/Qwen3-0.6B") == 0 || g_strcmp0 (model, FAKE_TOGETHER_MODEL) == 0)
    fake_answer_json (answer, 200,
                      "{\"model_name\":\"%s\",\"max_num_epochs\":10,\"max_num_evals\":50,\"max_learning_rate\":0.1,\"min_learning_rate\":0,"
                      "\"supports_vision\":false,\"supports_tools\":false,\"supports_reasoning\":true,\"merge_output_lora\":true}", model);
  else if (g_strcmp0 (model, "deepseek-ai/DeepSeek-V3") == 0)
    fake_answer_json (answer, 200,
                      "{\"model_name\":\"%s\",\"max_num_epochs\":10,\"max_num_evals\":50,\"max_learning_rate\":0.1,\"min_learning_rate\":0,"
                      "\"supports_full_training\":false,\"full_training\":{\"max_batch_size\":0,\"max_batch_size_dpo\":0,\"min_batch_size\":0},"
                      "\"lora_training\":{\"max_batch_size\":8,\"max_batch_size_dpo\":8,\"min_batch_size\":8,\"max_rank\":16,\"default_rank\":16,"
                      "\"target_modules\":[\"q_proj\"]}}", model);
  else
    fake_answer_json (answer, 404, "{\"message\":\"Model not found\"}");
}

/* Jobs. */

static const char * const known_members[] = {
  "training_file", "validation_file", "packing", "max_seq_length", "model", "n_epochs", "n_checkpoints", "n_evals", "batch_size",
  "gradient_accumulation_steps", "learning_rate", "lr_scheduler", "warmup_ratio", "max_grad_norm", "weight_decay", "random_seed", "suffix",
  "wandb_api_key", "wandb_base_url", "wandb_project_name", "wandb_name", "wandb_entity", "training_method", "training_type",
  "multimodal_params", "from_checkpoint", "from_hf_model", "hf_model_revision", "hf_api_token", "hf_output_repo_name",
  "early_stopping_enabled", "early_stopping_patience", "early_stopping_min_delta", "early_stopping_warmup_evals", NULL
};

static const char *
get_status (FakeTogether *self,
            FakeJob      *job)
{
  guint ran = job->looks > 2 ? job->looks - 2 : 0;

  if (job->is_cancelled)
    return job->looks > 1 ? "cancelled" : "cancel_requested";
  if (job->looks <= 1)
    return "pending";
  if (job->looks == 2)
    return "queued";
  if (ran <= self->n_steps || strcmp (self->end, "running") == 0)
    return "running";
  if (strcmp (self->end, "completed") != 0)
    return self->end;
  if (ran == self->n_steps + 1)
    return "compressing";
  if (ran == self->n_steps + 2)
    return "uploading";

  return "completed";
}

static guint
get_step (FakeTogether *self,
          FakeJob      *job)
{
  guint ran = job->looks > 2 ? job->looks - 2 : 0;

  return MIN (ran, self->n_steps);
}

static JsonObject *
describe_job (FakeTogether *self,
              FakeJob      *job,
              gboolean      whole)
{
  static const char * const kept[] = { "model", "training_file", "validation_file", "n_epochs", "learning_rate", "packing", "training_type",
                                       "training_method" };
  JsonObject *object = json_object_new ();
  const char *status = get_status (self, job);
  const char *suffix = json_object_get_string_member_with_default (job->request, "suffix", NULL);
  g_autofree char *output = g_strdup_printf ("acme/Meta-Llama-3.1-8B%s%s-1f2e3d", suffix != NULL ? "-" : "", suffix != NULL ? suffix : "");

  json_object_set_string_member (object, "id", job->id);
  json_object_set_string_member (object, "status", status);
  json_object_set_string_member (object, "created_at", "2026-11-22T10:00:00.000Z");
  json_object_set_string_member (object, "updated_at", "2026-11-22T10:05:00.000Z");
  json_object_set_string_member (object, "model_output_name", output);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    if (json_object_has_member (job->request, kept[i]))
      json_object_set_member (object, kept[i], json_node_copy (json_object_get_member (job->request, kept[i])));
  if (suffix != NULL && !self->is_old)
    json_object_set_string_member (object, "suffix", suffix);
  if (!whole)
    return object;

  json_object_set_int_member (object, "token_count", strcmp (status, "completed") == 0 ? 4096 : 0);
  json_object_set_int_member (object, "total_price", 1250000000);
  json_object_set_int_member (object, "epochs_completed", 0);
  if (strcmp (status, "running") == 0)
    {
      JsonObject *progress = json_object_new ();

      json_object_set_boolean_member (progress, "estimate_available", TRUE);
      json_object_set_int_member (progress, "seconds_remaining", 10 * (self->n_steps - get_step (self, job)));
      json_object_set_object_member (object, "progress", progress);
    }

  return object;
}

static const char *
check_request (FakeTogether *self,
               JsonObject   *body)
{
  const char *files[] = { "training_file", "validation_file" };
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, body);
  while (json_object_iter_next (&iter, &name, &node))
    if (!g_strv_contains (known_members, name))
      return "Unknown member";

  if (!json_object_has_member (body, "model") || !json_object_has_member (body, "training_file"))
    return "model and training_file are required";
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      const char *id = json_object_get_string_member_with_default (body, files[i], NULL);
      FakeFile *file = id != NULL ? fake_together_find_file (self, id) : NULL;

      if (id != NULL && file == NULL)
        return "File not found";
      if (id != NULL && file->looks <= self->looks)
        return "File is not processed yet";
    }
  if (json_object_has_member (body, "suffix") && strlen (json_object_get_string_member (body, "suffix")) > 64)
    return "The suffix is too long";

  return NULL;
}

static void
answer_create (FakeTogether      *self,
               const FakeRequest *request,
               FakeAnswer        *answer)
{
  JsonObject *body = request->json != NULL && JSON_NODE_HOLDS_OBJECT (request->json) ? json_node_get_object (request->json) : NULL;
  const char *problem = body != NULL ? check_request (self, body) : "The body is no object";
  FakeJob *job;

  if (problem != NULL)
    {
      fake_together_refuse (answer, 400, "invalid_request_error", problem);
      return;
    }

  job = g_new0 (FakeJob, 1);
  job->id = g_strdup_printf ("ft-%08u", ++self->serial);
  job->request = json_object_ref (body);
  g_ptr_array_add (self->jobs, job);
  fake_together_answer_object (answer, describe_job (self, job, FALSE));
}

static void
answer_price (FakeTogether      *self,
              const FakeRequest *request,
              FakeAnswer        *answer)
{
  JsonObject *body = request->json != NULL && JSON_NODE_HOLDS_OBJECT (request->json) ? json_node_get_object (request->json) : NULL;
  FakeFile *file = body != NULL ? fake_together_find_file (self, json_object_get_string_member_with_default (body, "training_file", "")) : NULL;
  char price[G_ASCII_DTOSTR_BUF_SIZE];
  char limit[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_dtostr (price, sizeof price, self->price);
  g_ascii_dtostr (limit, sizeof limit, self->limit);
  if (file == NULL)
    fake_together_refuse (answer, 400, "invalid_request_error", "File not found");
  else if (file->looks <= self->looks)
    fake_answer_json (answer, 200, "{\"estimation_available\":false,\"unavailable_reason\":\"train_file_not_validated\"}");
  else
    fake_answer_json (answer, 200,
                      "{\"estimation_available\":true,\"estimated_total_price\":%s,\"allowed_to_proceed\":%s,\"user_limit\":%s,"
                      "\"estimated_train_token_count\":4096,\"estimated_eval_token_count\":0}",
                      price, self->price <= self->limit ? "true" : "false", limit);
}

static void
add_event (JsonArray  *events,
           guint       second,
           const char *level,
           const char *type,
           const char *message,
           guint       step,
           guint       total)
{
  g_autofree char *time = g_strdup_printf ("2026-11-22T10:%02u:%02u.000Z", second / 60, second % 60);
  JsonObject *event = json_object_new ();

  json_object_set_string_member (event, "object", "fine-tune-event");
  json_object_set_string_member (event, "created_at", time);
  if (level != NULL)
    json_object_set_string_member (event, "level", level);
  else
    json_object_set_null_member (event, "level");
  json_object_set_string_member (event, "type", type);
  json_object_set_string_member (event, "message", message);
  json_object_set_int_member (event, "param_count", 0);
  json_object_set_int_member (event, "token_count", 0);
  json_object_set_int_member (event, "step", step);
  json_object_set_int_member (event, "total_steps", total);
  json_object_set_string_member (event, "wandb_url", "");
  json_object_set_string_member (event, "checkpoint_path", "");
  json_object_set_string_member (event, "model_path", "");
  json_object_set_int_member (event, "training_offset", 0);
  json_object_set_string_member (event, "hash", "");
  json_array_add_object_element (events, event);
}

static void
answer_events (FakeTogether *self,
               FakeJob      *job,
               FakeAnswer   *answer)
{
  JsonObject *object = json_object_new ();
  JsonArray *events = json_array_new ();
  const char *status = get_status (self, job);
  guint step = get_step (self, job);

  json_object_set_array_member (object, "data", events);
  add_event (events, 0, "Info", "job_pending", "Fine tune request created", 0, 0);
  if (step > 0)
    add_event (events, 5, NULL, "JOB_START", "Job started", 0, 0);
  for (guint i = 1; i <= step; i++)
    if (i % 4 == 0)
      {
        g_autofree char *message = g_strdup_printf ("Checkpoint saved at step %u", i);

        add_event (events, 10 + i, "", "checkpoint_save", message, i, self->n_steps);
      }
  if (step > 0)
    add_event (events, 10 + step, "info", "training_progress", "Training", step, self->n_steps);
  if (job->is_cancelled)
    add_event (events, 40, "legacy_iwarning", "cancel_requested", "Cancel requested", 0, 0);
  if (strcmp (status, "error") == 0 || strcmp (status, "user_error") == 0)
    add_event (events, 50, "error", strcmp (status, "error") == 0 ? "job_error" : "job_user_error", self->message, 0, 0);
  if (strcmp (status, "completed") == 0)
    add_event (events, 55, "info", "job_complete", "Job finished", 0, 0);
  fake_together_answer_object (answer, object);
}

static void
answer_metrics (FakeTogether      *self,
                FakeJob           *job,
                const FakeRequest *request,
                FakeAnswer        *answer)
{
  const char *from = fake_request_get_query (request, "global_step_from");
  guint first = from != NULL ? (guint) g_ascii_strtoull (from, NULL, 10) : 1;
  g_autoptr (GString) text = g_string_new ("{\"metrics\":[");

  if (self->is_old)
    {
      fake_together_refuse (answer, 404, "not_found", "Not found");
      return;
    }

  for (guint i = MAX (first, 1); i <= get_step (self, job); i++)
    {
      g_string_append_printf (text, "%s{\"train/global_step\":%u,\"train/learning_rate\":0.0001,\"train/grad_norm\":1.5,\"train/loss\":",
                              text->str[text->len - 1] == '[' ? "" : ",", i);
      if (self->nan_from > 0 && i >= self->nan_from)
        g_string_append (text, "NaN}");
      else
        g_string_append_printf (text, "%u.%u}", 3 - i * 2 / 10, 9 - i % 10);
      if (i % 4 == 0)
        g_string_append_printf (text, ",{\"train/global_step\":%u,\"eval/loss\":1.%u}", i, i);
    }
  g_string_append (text, "]}");
  fake_answer_text (answer, 200, "application/json", text->str);
}

static void
answer_checkpoints (FakeTogether *self,
                    FakeJob      *job,
                    FakeAnswer   *answer)
{
  g_autoptr (GString) text = g_string_new ("{\"data\":[");
  guint step = get_step (self, job);

  if (strcmp (get_status (self, job), "completed") == 0)
    g_string_append_printf (text, "{\"step\":%u,\"created_at\":\"2026-11-22T10:01:00Z\",\"path\":\"s3://x/final\",\"checkpoint_type\":\"Final Merged\"},",
                            self->n_steps);
  for (guint i = 4; i <= step; i += 4)
    g_string_append_printf (text, "{\"step\":%u,\"created_at\":\"2026-11-22T10:00:%02uZ\",\"path\":\"s3://x/%u\","
                            "\"checkpoint_type\":\"Intermediate (Adapter)\"},", i, 10 + i, i);
  if (text->str[text->len - 1] == ',')
    g_string_truncate (text, text->len - 1);
  g_string_append (text, "]}");
  fake_answer_text (answer, 200, "application/json", text->str);
}

static void
answer_job (FakeTogether      *self,
            FakeJob           *job,
            const char        *what,
            const FakeRequest *request,
            FakeAnswer        *answer)
{
  gboolean get = strcmp (request->method, "GET") == 0;

  if (get && what == NULL)
    {
      job->looks++;
      fake_together_answer_object (answer, describe_job (self, job, TRUE));
    }
  else if (get && strcmp (what, "events") == 0)
    answer_events (self, job, answer);
  else if (get && strcmp (what, "metrics") == 0)
    answer_metrics (self, job, request, answer);
  else if (get && strcmp (what, "checkpoints") == 0)
    answer_checkpoints (self, job, answer);
  else if (strcmp (request->method, "POST") == 0 && g_strcmp0 (what, "cancel") == 0)
    {
      if (!job->is_cancelled)
        job->looks = 0;
      job->is_cancelled = TRUE;
      fake_together_answer_object (answer, describe_job (self, job, FALSE));
    }
  else if (strcmp (request->method, "DELETE") == 0 && what == NULL)
    {
      g_ptr_array_remove (self->jobs, job);
      fake_answer_json (answer, 200, "{\"message\":\"deleted\"}");
    }
  else
    fake_together_refuse (answer, 404, "not_found", "Not found");
}

static void
jobs_cb (FakeServer        *server,
         const FakeRequest *request,
         FakeAnswer        *answer,
         gpointer           user_data)
{
  FakeTogether *self = user_data;
  const char *rest = request->path + strlen (BASE "/fine-tunes");
  g_auto (GStrv) segments = g_strsplit (rest, "/", -1); /* "", id, what */
  FakeJob *job;

  if (!fake_together_is_allowed (request, answer))
    return;

  if (*rest == '\0' && strcmp (request->method, "POST") == 0)
    answer_create (self, request, answer);
  else if (*rest == '\0')
    {
      JsonObject *object = json_object_new ();
      JsonArray *array = json_array_new ();

      for (guint i = 0; i < self->jobs->len; i++)
        json_array_add_object_element (array, describe_job (self, g_ptr_array_index (self->jobs, i), FALSE));
      json_object_set_array_member (object, "data", array);
      fake_together_answer_object (answer, object);
    }
  else if (strcmp (rest, "/estimate-price") == 0)
    answer_price (self, request, answer);
  else if ((job = find_job (self, segments[1])) == NULL)
    fake_together_refuse (answer, 404, "invalid_request_error", "Fine-tune not found");
  else
    answer_job (self, job, segments[2], request, answer);
}

static void
download_cb (FakeServer        *server,
             const FakeRequest *request,
             FakeAnswer        *answer,
             gpointer           user_data)
{
  FakeTogether *self = user_data;
  const char *id = fake_request_get_query (request, "ft_id");
  const char *kind = fake_request_get_query (request, "checkpoint");
  FakeJob *job = find_job (self, id);
  JsonObject *type = NULL;
  gboolean full;

  if (!fake_together_is_allowed (request, answer))
    return;
  if (job == NULL)
    {
      fake_together_refuse (answer, 404, "invalid_request_error", "Fine-tune not found");
      return;
    }

  if (json_object_has_member (job->request, "training_type"))
    type = json_object_get_object_member (job->request, "training_type");
  full = type != NULL && g_strcmp0 (json_object_get_string_member_with_default (type, "type", NULL), "Full") == 0;
  /* An old server gives merged weights alone. */
  if (strcmp (get_status (self, job), "completed") != 0
      || g_strcmp0 (kind, full ? "model_output_path" : self->is_old ? "merged" : "adapter") != 0)
    {
      fake_together_refuse (answer, 400, "invalid_request_error", "There is no such checkpoint");
      return;
    }

  fake_answer_bytes (answer, 200, "application/octet-stream", g_bytes_get_data (self->archive, NULL), g_bytes_get_size (self->archive));
}

FakeTogether *
fake_together_new (void)
{
  FakeTogether *self = g_new0 (FakeTogether, 1);
  g_autofree guint8 *archive = g_malloc (70000);

  self->server = fake_server_new ();
  self->url = g_strconcat (fake_server_get_url (self->server), BASE, NULL);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) fake_together_file_free);
  self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  self->looks = 1;
  self->end = g_strdup ("completed");
  self->n_steps = 8;
  self->message = g_strdup ("The fake failed");
  self->price = 1.25;
  self->limit = 100;
  for (guint i = 0; i < 70000; i++)
    archive[i] = (guint8) (i * 31 + i / 256);
  memcpy (archive, "\x28\xb5\x2f\xfd", 4);
  self->archive = g_bytes_new (archive, 70000);

  fake_server_add_route (self->server, NULL, "/storage/*", fake_together_storage_cb, self);
  fake_server_add_route (self->server, NULL, BASE "/files", fake_together_files_cb, self);
  fake_server_add_route (self->server, NULL, BASE "/files/*", fake_together_files_cb, self);
  fake_server_add_route (self->server, NULL, BASE "/fine-tunes", jobs_cb, self);
  fake_server_add_route (self->server, NULL, BASE "/fine-tunes/*", jobs_cb, self);
  fake_server_add_route (self->server, "GET", BASE "/models", models_cb, self);
  fake_server_add_route (self->server, "GET", BASE "/fine-tunes/models/*", models_cb, self);
  fake_server_add_route (self->server, "GET", BASE "/finetune/download", download_cb, self);

  return self;
}

void
fake_together_free (FakeTogether *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->server, fake_server_free);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  g_clear_pointer (&self->archive, g_bytes_unref);
  g_free (self->url);
  g_free (self->problem);
  g_free (self->end);
  g_free (self->message);
  g_free (self);
}

FakeServer *
fake_together_get_server (FakeTogether *self)
{
  return self->server;
}

const char *
fake_together_get_url (FakeTogether *self)
{
  return self->url;
}

void
fake_together_set_looks (FakeTogether *self,
                         guint         looks,
                         const char   *problem)
{
  self->looks = looks;
  g_set_str (&self->problem, problem);
}

void
fake_together_set_end (FakeTogether *self,
                       const char   *status,
                       guint         n_steps,
                       const char   *message)
{
  g_set_str (&self->end, status);
  self->n_steps = n_steps;
  if (message != NULL)
    g_set_str (&self->message, message);
}

void
fake_together_set_price (FakeTogether *self,
                         double        price,
                         double        limit)
{
  self->price = price;
  self->limit = limit;
}

void
fake_together_set_old (FakeTogether *self,
                       gboolean      is_old)
{
  self->is_old = is_old;
}

void
fake_together_set_nan (FakeTogether *self,
                       guint         from_step)
{
  self->nan_from = from_step;
}

guint
fake_together_get_n_jobs (FakeTogether *self)
{
  return self->jobs->len;
}

guint
fake_together_get_n_files (FakeTogether *self)
{
  return self->files->len;
}

JsonObject *
fake_together_get_request (FakeTogether *self,
                           guint         index)
{
  g_return_val_if_fail (index < self->jobs->len, NULL);

  return ((FakeJob *) g_ptr_array_index (self->jobs, index))->request;
}

const char *
fake_together_get_job_id (FakeTogether *self,
                          guint         index)
{
  g_return_val_if_fail (index < self->jobs->len, NULL);

  return ((FakeJob *) g_ptr_array_index (self->jobs, index))->id;
}

GBytes *
fake_together_get_file (FakeTogether *self,
                        const char   *id)
{
  FakeFile *file = fake_together_find_file (self, id);

  return file != NULL ? file->content : NULL;
}

void
fake_together_remove_file (FakeTogether *self,
                           const char   *id)
{
  FakeFile *file = fake_together_find_file (self, id);

  if (file != NULL)
    g_ptr_array_remove (self->files, file);
}

void
fake_together_remove_job (FakeTogether *self,
                          const char   *id)
{
  FakeJob *job = find_job (self, id);

  if (job != NULL)
    g_ptr_array_remove (self->jobs, job);
}

GBytes *
fake_together_get_archive (FakeTogether *self)
{
  return self->archive;
}
