/* fake-mistral.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-mistral.h"

#include <string.h>

#include "attune-json.h"

#define JOBS "/v1/fine_tuning/jobs"
#define N_STEPS 40
#define STEPS_A_LOOK 10

typedef struct {
  char   *id;
  char   *name;
  GBytes *content;
} FakeFile;

typedef struct {
  char       *id;
  JsonObject *request;
  const char *status;
  gboolean    auto_start;
  guint       looks;
  gint64      step;
  gint64      created_at;
  GString    *events;
  GString    *checkpoints;
} FakeJob;

struct _FakeMistral
{
  FakeServer *server;
  GPtrArray  *files;
  GPtrArray  *jobs;
  guint       serial;
  gint64      clock;
  guint       withdrawn;
  gboolean    strict_duplicates;
  char       *end;
  char       *message;
  char       *word;
  char       *currency;
};

static void
file_free (FakeFile *file)
{
  g_free (file->id);
  g_free (file->name);
  g_bytes_unref (file->content);
  g_free (file);
}

static void
job_free (FakeJob *job)
{
  json_object_unref (job->request);
  g_string_free (job->events, TRUE);
  g_string_free (job->checkpoints, TRUE);
  g_free (job->id);
  g_free (job);
}

static char *
make_id (FakeMistral *self)
{
  return g_strdup_printf ("497f6eca-6276-4993-bfeb-%012u", ++self->serial);
}

static void
refuse (FakeAnswer *answer,
        const char *place,
        const char *message)
{
  fake_answer_json (answer, 422, "{\"detail\":[{\"loc\":[\"body\",\"%s\"],\"msg\":\"%s\",\"type\":\"value_error\"}]}", place, message);
}

/* TRUE where the key is right and, for @is_job, there are jobs. */
static gboolean
admit (FakeMistral       *self,
       const FakeRequest *request,
       gboolean           is_job,
       FakeAnswer        *answer)
{
  if (g_strcmp0 (fake_request_get_header (request, "authorization"), "Bearer " FAKE_MISTRAL_KEY) != 0)
    {
      fake_answer_json (answer, 401, "{\"detail\":\"Unauthorized\"}");
      return FALSE;
    }
  if (is_job && self->withdrawn != 0)
    {
      fake_answer_json (answer, self->withdrawn, "{\"message\":\"%s\"}", self->withdrawn == 410 ? "The fine-tuning API is gone" : "no Route matched");
      return FALSE;
    }

  return TRUE;
}

static FakeFile *
find_file (FakeMistral *self,
           const char  *id)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      FakeFile *file = g_ptr_array_index (self->files, i);

      if (g_strcmp0 (file->id, id) == 0)
        return file;
    }

  return NULL;
}

static void
answer_file (FakeFile   *file,
             FakeAnswer *answer)
{
  fake_answer_json (answer, 200,
                    "{\"id\":\"%s\",\"object\":\"file\",\"bytes\":%" G_GSIZE_FORMAT ",\"created_at\":1,\"filename\":\"%s\",\"purpose\":\"fine-tune\","
                    "\"sample_type\":\"instruct\",\"source\":\"upload\"}",
                    file->id, g_bytes_get_size (file->content), file->name);
}

static void
models_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  if (admit (user_data, request, FALSE, answer))
    fake_answer_text (answer, 200, "application/json",
                      "{\"object\":\"list\",\"data\":["
                      "{\"id\":\"open-mistral-7b\",\"object\":\"model\",\"type\":\"base\",\"name\":\"Mistral 7B\",\"max_context_length\":32768,"
                      "\"deprecation\":\"2025-03-30T12:00:00Z\",\"deprecation_replacement_model\":\"ministral-8b\",\"capabilities\":{\"fine_tuning\":true}},"
                      "{\"id\":\"mistral-small\",\"object\":\"model\",\"type\":\"base\",\"max_context_length\":131072,\"capabilities\":{\"fine_tuning\":true}},"
                      "{\"id\":\"ft:old\",\"object\":\"model\",\"type\":\"fine-tuned\",\"archived\":true,\"capabilities\":{\"fine_tuning\":true}},"
                      "{\"id\":\"mistral-ocr\",\"object\":\"model\",\"type\":\"base\",\"capabilities\":{\"fine_tuning\":false}}]}");
}

static void
upload_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  FakeMistral *self = user_data;
  g_autoptr (GBytes) purpose = fake_request_dup_part (request, "purpose");
  g_autoptr (GBytes) content = fake_request_dup_part (request, "file");
  g_autofree char *name = fake_request_dup_filename (request, "file");
  FakeFile *file;

  if (!admit (self, request, FALSE, answer))
    return;
  if (purpose == NULL || content == NULL || g_bytes_get_size (purpose) != 9 || memcmp (g_bytes_get_data (purpose, NULL), "fine-tune", 9) != 0)
    {
      refuse (answer, "purpose", "Field required");
      return;
    }
  if (name == NULL || !g_str_has_suffix (name, ".jsonl"))
    {
      refuse (answer, "file", "Only .jsonl files are taken");
      return;
    }

  /* The same file twice is one file. */
  for (guint i = 0; i < self->files->len; i++)
    {
      file = g_ptr_array_index (self->files, i);
      if (g_bytes_equal (file->content, content))
        {
          answer_file (file, answer);
          return;
        }
    }

  file = g_new0 (FakeFile, 1);
  file->id = make_id (self);
  file->name = g_steal_pointer (&name);
  file->content = g_steal_pointer (&content);
  g_ptr_array_add (self->files, file);
  answer_file (file, answer);
}

static void
file_cb (FakeServer        *server,
         const FakeRequest *request,
         FakeAnswer        *answer,
         gpointer           user_data)
{
  FakeFile *file = find_file (user_data, strrchr (request->path, '/') + 1);

  if (!admit (user_data, request, FALSE, answer))
    return;
  if (file == NULL)
    fake_answer_json (answer, 404, "{\"detail\":\"File not found\"}");
  else
    answer_file (file, answer);
}

/* Jobs. */

static FakeJob *
find_job (FakeMistral *self,
          const char  *id)
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
  static const char * const words[] = { "SUCCESS", "FAILED", "FAILED_VALIDATION", "CANCELLED", NULL };

  return g_strv_contains (words, job->status);
}

static void
set_status (FakeMistral *self,
            FakeJob     *job,
            const char  *status)
{
  job->status = g_intern_string (status);
  self->clock++;
  /* The newest stands first. */
  if (self->message != NULL && g_str_has_prefix (status, "FAILED"))
    {
      g_autofree char *event = g_strdup_printf ("{\"name\":\"status-updated\",\"data\":{\"status\":\"%s\",\"error\":\"%s\"},\"created_at\":%" G_GINT64_FORMAT "}%s",
                                                status, self->message, self->clock, job->events->len > 0 ? "," : "");

      g_string_prepend (job->events, event);
    }
  else
    {
      g_autofree char *event = g_strdup_printf ("{\"name\":\"status-updated\",\"data\":{\"status\":\"%s\"},\"created_at\":%" G_GINT64_FORMAT "}%s",
                                                status, self->clock, job->events->len > 0 ? "," : "");

      g_string_prepend (job->events, event);
    }
}

static void
go_on (FakeMistral *self,
       FakeJob     *job)
{
  if (is_final (job) || (g_str_equal (job->status, "VALIDATED") && !job->auto_start))
    return;

  job->looks++;
  if (job->looks == 1)
    {
      set_status (self, job, "VALIDATING");
    }
  else if (job->looks == 2)
    {
      set_status (self, job, g_str_equal (self->end, "FAILED_VALIDATION") ? "FAILED_VALIDATION" : "VALIDATED");
    }
  else if (job->looks == 3)
    {
      set_status (self, job, "RUNNING");
    }
  else if (job->step < N_STEPS)
    {
      g_autofree char *checkpoint = NULL;

      job->step += STEPS_A_LOOK;
      self->clock += STEPS_A_LOOK;
      checkpoint = g_strdup_printf ("{\"metrics\":{\"train_loss\":%" G_GINT64_FORMAT ".5,\"valid_loss\":%" G_GINT64_FORMAT ".25,\"valid_mean_token_accuracy\":0.5},"
                                    "\"step_number\":%" G_GINT64_FORMAT ",\"created_at\":%" G_GINT64_FORMAT "}%s",
                                    N_STEPS - job->step, N_STEPS - job->step, job->step, self->clock, job->checkpoints->len > 0 ? "," : "");
      g_string_prepend (job->checkpoints, checkpoint);
    }
  else if (!g_str_equal (self->end, "RUNNING"))
    {
      set_status (self, job, self->end);
    }
}

static JsonNode *
describe_job (FakeMistral *self,
              FakeJob     *job)
{
  g_autofree char *text = NULL;
  g_autofree char *model = g_strdup_printf ("\"ft:%s:acme:%s\"", json_object_get_string_member (job->request, "model"), job->id);
  gboolean is_done = g_str_equal (job->status, "SUCCESS");
  JsonNode *node;
  JsonArray *training = json_array_new ();

  text = g_strdup_printf ("{\"id\":\"%s\",\"object\":\"job\",\"job_type\":\"completion\",\"auto_start\":%s,\"status\":\"%s\",\"created_at\":%" G_GINT64_FORMAT ","
                          "\"modified_at\":%" G_GINT64_FORMAT ",\"fine_tuned_model\":%s,\"trained_tokens\":%s,\"something_new\":1,"
                          "\"metadata\":{\"expected_duration_seconds\":220,\"cost\":10.5,\"cost_currency\":\"%s\"},\"events\":[%s],\"checkpoints\":[%s]}",
                          job->id, job->auto_start ? "true" : "false", self->word != NULL ? self->word : job->status, job->created_at, self->clock,
                          is_done ? model : "null", is_done ? "4711" : "null", self->currency, job->events->str, job->checkpoints->str);
  node = attune_json_parse (text, -1, "fake", NULL);
  g_assert (node != NULL);

  json_object_set_string_member (json_node_get_object (node), "model", json_object_get_string_member (job->request, "model"));
  if (json_object_has_member (job->request, "suffix"))
    json_object_set_string_member (json_node_get_object (node), "suffix", json_object_get_string_member (job->request, "suffix"));
  json_object_set_member (json_node_get_object (node), "hyperparameters", attune_json_copy (json_object_get_member (job->request, "hyperparameters")));
  json_object_set_int_member (json_object_get_object_member (json_node_get_object (node), "hyperparameters"), "training_steps", N_STEPS);
  json_array_add_string_element (training, json_object_get_string_member (json_array_get_object_element (json_object_get_array_member (job->request, "training_files"), 0), "file_id"));
  json_object_set_array_member (json_node_get_object (node), "training_files", training);

  return node;
}

static void
job_cb (FakeServer        *server,
        const FakeRequest *request,
        FakeAnswer        *answer,
        gpointer           user_data)
{
  FakeMistral *self = user_data;
  FakeJob *job = find_job (self, strrchr (request->path, '/') + 1);

  if (!admit (self, request, TRUE, answer))
    return;
  if (job == NULL)
    {
      fake_answer_json (answer, 404, "{\"detail\":\"Job not found\"}");
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
  FakeMistral *self = user_data;
  g_auto (GStrv) parts = g_strsplit (request->path, "/", -1);
  FakeJob *job = find_job (self, parts[4]);

  if (!admit (self, request, TRUE, answer))
    return;
  if (job == NULL)
    {
      fake_answer_json (answer, 404, "{\"detail\":\"Job not found\"}");
      return;
    }

  if (g_str_equal (parts[5], "cancel") && !is_final (job))
    {
      set_status (self, job, "CANCELLATION_REQUESTED");
      fake_answer_node (answer, 200, describe_job (self, job));
      set_status (self, job, "CANCELLED");
      return;
    }
  if (g_str_equal (parts[5], "start") && g_str_equal (job->status, "VALIDATED"))
    {
      job->auto_start = TRUE;
      fake_answer_node (answer, 200, describe_job (self, job));
      return;
    }
  fake_answer_json (answer, 400, "{\"message\":\"Not in this state\"}");
}

static void
list_cb (FakeServer        *server,
         const FakeRequest *request,
         FakeAnswer        *answer,
         gpointer           user_data)
{
  FakeMistral *self = user_data;
  const char *suffix = fake_request_get_query (request, "suffix");
  const char *size_text = fake_request_get_query (request, "page_size");
  const char *page_text = fake_request_get_query (request, "page");
  guint size = size_text != NULL ? (guint) g_ascii_strtoull (size_text, NULL, 10) : 100;
  guint skip = (page_text != NULL ? (guint) g_ascii_strtoull (page_text, NULL, 10) : 0) * size;
  g_autoptr (GString) text = g_string_new ("{\"object\":\"list\",\"data\":[");
  guint n = 0;
  guint total = 0;

  if (!admit (self, request, TRUE, answer))
    return;

  for (guint i = self->jobs->len; i > 0; i--)
    {
      g_autoptr (JsonNode) node = describe_job (self, g_ptr_array_index (self->jobs, i - 1));
      g_autofree char *item = attune_json_write (node, FALSE);

      if (suffix != NULL && g_strcmp0 (attune_json_peek_string (node, "suffix", NULL), suffix) != 0)
        continue;
      if (total++ >= skip && n < size)
        g_string_append_printf (text, "%s%s", n++ > 0 ? "," : "", item);
    }
  g_string_append_printf (text, "],\"total\":%u}", total);
  fake_answer_text (answer, 200, "application/json", text->str);
}

static gboolean
has_only (JsonNode   *node,
          const char *names)
{
  g_auto (GStrv) allowed = g_strsplit (names, " ", -1);
  g_autoptr (GList) members = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  members = json_object_get_members (json_node_get_object (node));
  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains ((const char * const *) allowed, l->data))
      return FALSE;

  return TRUE;
}

static gboolean
is_number (JsonNode   *node,
           const char *path,
           double      low,
           double      high)
{
  JsonNode *member = attune_json_lookup (node, path);
  double value;

  return member == NULL || (attune_json_node_to_double (member, &value) && value >= low && value <= high);
}

/* The name of what the description does not allow; NULL for nothing. */
static const char *
find_mistake (JsonNode *body)
{
  JsonNode *hyper = body != NULL ? attune_json_lookup (body, "hyperparameters") : NULL;
  JsonNode *wandb = body != NULL ? attune_json_lookup (body, "integrations.0") : NULL;

  if (body == NULL
      || !has_only (body, "model training_files validation_files suffix integrations auto_start invalid_sample_skip_percentage job_type hyperparameters "
                          "repositories classifier_targets"))
    return "body";
  if (attune_json_peek_string (body, "model", NULL) == NULL)
    return "model";
  if (hyper == NULL || !has_only (hyper, "training_steps learning_rate weight_decay warmup_fraction epochs seq_len fim_ratio"))
    return "hyperparameters";
  if (attune_json_lookup (hyper, "training_steps") != NULL && attune_json_lookup (hyper, "epochs") != NULL)
    return "epochs";
  if (!is_number (hyper, "learning_rate", 1e-8, 1) || !is_number (hyper, "weight_decay", 0, 1) || !is_number (hyper, "warmup_fraction", 0, 1)
      || !is_number (hyper, "epochs", 0.001, 1e6) || !is_number (hyper, "seq_len", 100, 1e6) || !is_number (hyper, "fim_ratio", 0, 1)
      || !is_number (body, "invalid_sample_skip_percentage", 0, 0.5))
    return "hyperparameters";
  if (strlen (attune_json_peek_string (body, "suffix", "")) > 18)
    return "suffix";
  if (wandb != NULL
      && (!has_only (wandb, "type project name api_key run_name") || attune_json_peek_string (wandb, "project", NULL) == NULL
          || strlen (attune_json_peek_string (wandb, "api_key", "")) != 40))
    return "integrations";

  return NULL;
}

static void
create_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  FakeMistral *self = user_data;
  const char *mistake;
  const char *training;
  FakeJob *job;

  if (!admit (self, request, TRUE, answer))
    return;

  mistake = find_mistake (request->json);
  if (mistake != NULL)
    {
      refuse (answer, mistake, "Input should be valid");
      return;
    }
  training = attune_json_peek_string (request->json, "training_files.0.file_id", NULL);
  if (find_file (self, training) == NULL)
    {
      fake_answer_json (answer, 404, "{\"detail\":\"File not found\"}");
      return;
    }
  if (g_strcmp0 (fake_request_get_query (request, "dry_run"), "true") == 0)
    {
      fake_answer_json (answer, 200,
                        "{\"object\":\"job.metadata\",\"deprecated\":true,\"details\":\"\",\"expected_duration_seconds\":220,\"cost\":10.5,\"cost_currency\":\"%s\","
                        "\"train_tokens\":1310720,\"training_steps\":40,\"epochs\":4.25}",
                        self->currency);
      return;
    }
  for (guint i = 0; self->strict_duplicates && i < self->jobs->len; i++)
    {
      fake_answer_json (answer, 409, "{\"message\":\"There is the same job already\"}");
      return;
    }

  job = g_new0 (FakeJob, 1);
  job->id = make_id (self);
  job->request = json_object_ref (json_node_get_object (request->json));
  job->auto_start = attune_json_peek_boolean (request->json, "auto_start", TRUE);
  job->created_at = g_get_real_time () / G_USEC_PER_SEC;
  job->events = g_string_new (NULL);
  job->checkpoints = g_string_new (NULL);
  set_status (self, job, "QUEUED");
  g_ptr_array_add (self->jobs, job);
  fake_answer_node (answer, 200, describe_job (self, job));
}

/* The fake itself. */

FakeMistral *
fake_mistral_new (void)
{
  FakeMistral *self = g_new0 (FakeMistral, 1);

  self->server = fake_server_new ();
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) file_free);
  self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  self->clock = 1760000000;
  self->end = g_strdup ("SUCCESS");
  self->currency = g_strdup ("USD");

  fake_server_add_route (self->server, "GET", "/v1/models", models_cb, self);
  fake_server_add_route (self->server, "POST", "/v1/files", upload_cb, self);
  fake_server_add_route (self->server, "GET", "/v1/files/?*", file_cb, self);
  fake_server_add_route (self->server, "GET", JOBS, list_cb, self);
  fake_server_add_route (self->server, "POST", JOBS, create_cb, self);
  fake_server_add_route (self->server, "GET", JOBS "/?*", job_cb, self);
  fake_server_add_route (self->server, "POST", JOBS "/*/*", verb_cb, self);

  return self;
}

void
fake_mistral_free (FakeMistral *self)
{
  fake_server_free (self->server);
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->jobs);
  g_free (self->end);
  g_free (self->message);
  g_free (self->word);
  g_free (self->currency);
  g_free (self);
}

FakeServer *
fake_mistral_get_server (FakeMistral *self)
{
  return self->server;
}

const char *
fake_mistral_get_url (FakeMistral *self)
{
  return fake_server_get_url (self->server);
}

void
fake_mistral_set_withdrawn (FakeMistral *self,
                            guint        status)
{
  self->withdrawn = status;
}

void
fake_mistral_set_end (FakeMistral *self,
                      const char  *status,
                      const char  *message)
{
  g_set_str (&self->end, status);
  g_set_str (&self->message, message);
}

void
fake_mistral_set_word (FakeMistral *self,
                       const char  *word)
{
  g_set_str (&self->word, word);
}

void
fake_mistral_set_currency (FakeMistral *self,
                           const char  *currency)
{
  g_set_str (&self->currency, currency);
}

void
fake_mistral_set_strict_duplicates (FakeMistral *self,
                                    gboolean     strict)
{
  self->strict_duplicates = strict;
}

guint
fake_mistral_get_n_jobs (FakeMistral *self)
{
  return self->jobs->len;
}

guint
fake_mistral_get_n_files (FakeMistral *self)
{
  return self->files->len;
}

GBytes *
fake_mistral_get_file (FakeMistral *self,
                       const char  *id)
{
  FakeFile *file = find_file (self, id);

  return file != NULL ? file->content : NULL;
}

JsonObject *
fake_mistral_get_request (FakeMistral *self,
                          const char  *id)
{
  FakeJob *job = find_job (self, id);

  return job != NULL ? job->request : NULL;
}

const char *
fake_mistral_get_last (FakeMistral *self)
{
  return self->jobs->len > 0 ? ((FakeJob *) g_ptr_array_index (self->jobs, self->jobs->len - 1))->id : NULL;
}

void
fake_mistral_remove_jobs (FakeMistral *self)
{
  g_ptr_array_set_size (self->jobs, 0);
}

void
fake_mistral_age (FakeMistral *self,
                  gint64       seconds)
{
  if (self->jobs->len > 0)
    ((FakeJob *) g_ptr_array_index (self->jobs, self->jobs->len - 1))->created_at -= seconds;
}
