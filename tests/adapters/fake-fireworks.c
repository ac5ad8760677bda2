/* fake-fireworks.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-fireworks.h"

#include <stdlib.h>
#include <string.h>

#define FILE_NAME "train.jsonl"
#define N_STEPS 8
#define SIGNATURE "?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=5ec2e7"

typedef struct {
  char     *id;
  char     *rows;
  GBytes   *file;
  gboolean  is_declared;   /* whole: by the form or by validateUpload */
  guint     looks;
  guint     refusals;
} FakeDataset;

typedef struct {
  JsonObject *body;        /* as it was sent, with what only comes back */
  guint       looks;
  gboolean    is_cancelled;
} FakeJob;

struct _FakeFireworks
{
  FakeServer *server;
  GPtrArray  *accounts;    /* id, suspend state, … */
  GHashTable *datasets;    /* id → FakeDataset */
  GHashTable *jobs;        /* id → FakeJob */
  guint       looks;
  guint       refusals;
  char       *problem;
  char       *end;
  char       *end_code;
  char       *end_message;
  gboolean    has_cancel;
};

/* The life of a job, one state a look. */
static const struct {
  const char *state;
  int         percent;
} life[] = {
  { "CREATING", 0 },
  { "VALIDATING", 0 },
  { "PENDING", 0 },
  { "RUNNING", 25 },
  { "RUNNING", 50 },
  { "RUNNING", 75 },
  { "WRITING_RESULTS", 100 },
};

static void
dataset_free (FakeDataset *dataset)
{
  g_clear_pointer (&dataset->file, g_bytes_unref);
  g_free (dataset->id);
  g_free (dataset->rows);
  g_free (dataset);
}

static void
job_free (FakeJob *job)
{
  json_object_unref (job->body);
  g_free (job);
}

static void
refuse (FakeAnswer *answer,
        guint       status,
        int         code,
        const char *message)
{
  fake_answer_json (answer, status, "{\"code\":%d,\"message\":\"%s\",\"details\":[]}", code, message);
}

static void
answer_object (FakeAnswer *answer,
               JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  fake_answer_node (answer, 200, node);
}

/* Accounts and models. */

static void
answer_accounts (FakeFireworks *self,
                 FakeAnswer    *answer)
{
  JsonObject *object = json_object_new ();
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < self->accounts->len; i += 2)
    {
      JsonObject *account = json_object_new ();
      g_autofree char *name = g_strconcat ("accounts/", g_ptr_array_index (self->accounts, i), NULL);

      json_object_set_string_member (account, "name", name);
      json_object_set_string_member (account, "state", "READY");
      if (*(const char *) g_ptr_array_index (self->accounts, i + 1) != '\0')
        json_object_set_string_member (account, "suspendState", g_ptr_array_index (self->accounts, i + 1));
      json_array_add_object_element (list, account);
    }
  json_object_set_array_member (object, "accounts", list);
  json_object_set_int_member (object, "totalSize", self->accounts->len / 2);
  answer_object (answer, object);
}

/* Two pages, with models that cannot be tuned among them. */
static void
answer_models (const FakeRequest *request,
               FakeAnswer        *answer)
{
  const char *token = fake_request_get_query (request, "pageToken");

  if (token == NULL)
    fake_answer_json (answer, 200,
                      "{\"models\":["
                      "{\"name\":\"accounts/fireworks/models/qwen3-8b\",\"displayName\":\"Qwen3 8B\",\"state\":\"READY\",\"kind\":\"HF_BASE_MODEL\","
                      "\"supervisedLoraTunable\":true,\"supervisedFullParameterTunable\":true,\"contextLength\":40960,\"trainingContextLength\":32000,"
                      "\"supportsTools\":true,\"baseModelDetails\":{\"parameterCount\":\"8190735360\",\"moe\":false}},"
                      "{\"name\":\"accounts/fireworks/models/whisper-v3\",\"displayName\":\"Whisper\",\"state\":\"READY\"}"
                      "],\"nextPageToken\":\"page 2/ü\",\"totalSize\":5}");
  else if (strcmp (token, "page 2/ü") == 0)
    fake_answer_json (answer, 200,
                      "{\"models\":["
                      "{\"name\":\"accounts/fireworks/models/llama-v3p1-8b-instruct\",\"displayName\":\"Llama 3.1 8B Instruct\",\"state\":\"READY\","
                      "\"supervisedLoraTunable\":true,\"contextLength\":131072,\"deprecationDate\":{\"year\":2099,\"month\":12,\"day\":31},"
                      "\"baseModelDetails\":{\"parameterCount\":\"8030261248\",\"moe\":true}},"
                      "{\"name\":\"accounts/fireworks/models/gone\",\"displayName\":\"Gone\",\"state\":\"READY\",\"supervisedLoraTunable\":true,"
                      "\"deprecationDate\":{\"year\":2024,\"month\":1,\"day\":1}},"
                      "{\"name\":\"accounts/fireworks/models/coming\",\"displayName\":\"Coming\",\"state\":\"UPLOADING\",\"supervisedLoraTunable\":true}"
                      "],\"nextPageToken\":\"\",\"totalSize\":5}");
  else
    refuse (answer, 400, 3, "invalid page token");
}

/* Data sets. */

static guint
count_lines (GBytes *file)
{
  gsize length;
  const char *data = g_bytes_get_data (file, &length);
  guint n = 0;

  for (gsize i = 0; i < length; i++)
    if (data[i] == '\n' || i + 1 == length)
      n++;

  return n;
}

static void
answer_dataset (FakeFireworks *self,
                FakeDataset   *dataset,
                FakeAnswer    *answer)
{
  JsonObject *object = json_object_new ();
  g_autofree char *name = g_strconcat ("accounts/acme/datasets/", dataset->id, NULL);
  const char *problem = self->problem;

  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "exampleCount", dataset->rows);
  if (dataset->is_declared && (guint) atoi (dataset->rows) != count_lines (dataset->file))
    problem = "exampleCount is not the number of lines";
  if (dataset->is_declared && problem != NULL)
    {
      JsonObject *status = json_object_new ();

      json_object_set_string_member (object, "state", "UPLOADING");
      json_object_set_string_member (status, "code", "INVALID_ARGUMENT");
      json_object_set_string_member (status, "message", problem);
      json_object_set_object_member (object, "status", status);
    }
  else if (dataset->is_declared && ++dataset->looks > self->looks)
    {
      JsonObject *status = json_object_new ();

      json_object_set_string_member (object, "state", "READY");
      json_object_set_string_member (object, "estimatedTokenCount", "4711");
      json_object_set_string_member (status, "code", "OK");
      json_object_set_object_member (object, "status", status);
    }
  else
    {
      json_object_set_string_member (object, "state", "UPLOADING");
    }
  answer_object (answer, object);
}

static gboolean
is_id (const char *id)
{
  gsize length = strlen (id);

  if (length == 0 || length > 63 || !g_ascii_islower (id[0]) || id[length - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_islower (id[i]) && !g_ascii_isdigit (id[i]) && id[i] != '-')
      return FALSE;

  return TRUE;
}

static void
create_dataset (FakeFireworks     *self,
                const FakeRequest *request,
                FakeAnswer        *answer)
{
  JsonObject *body = request->json != NULL && JSON_NODE_HOLDS_OBJECT (request->json) ? json_node_get_object (request->json) : NULL;
  JsonObject *inner = body != NULL && json_object_has_member (body, "dataset") ? json_object_get_object_member (body, "dataset") : NULL;
  const char *id = body != NULL ? json_object_get_string_member_with_default (body, "datasetId", "") : "";
  FakeDataset *dataset;

  if (inner == NULL || !is_id (id)
      || json_node_get_value_type (json_object_get_member (inner, "exampleCount")) != G_TYPE_STRING
      || !json_object_has_member (inner, "userUploaded"))
    {
      refuse (answer, 400, 3, "invalid dataset");
      return;
    }
  if (g_hash_table_contains (self->datasets, id))
    {
      refuse (answer, 409, 6, "dataset already exists");
      return;
    }

  dataset = g_new0 (FakeDataset, 1);
  dataset->id = g_strdup (id);
  dataset->rows = g_strdup (json_object_get_string_member (inner, "exampleCount"));
  dataset->refusals = self->refusals;
  g_hash_table_insert (self->datasets, g_strdup (id), dataset);
  answer_dataset (self, dataset, answer);
}

static void
answer_upload_endpoint (FakeFireworks     *self,
                        FakeDataset       *dataset,
                        const FakeRequest *request,
                        FakeAnswer        *answer)
{
  JsonObject *body = request->json != NULL && JSON_NODE_HOLDS_OBJECT (request->json) ? json_node_get_object (request->json) : NULL;
  JsonObject *sizes = body != NULL ? json_object_get_object_member (body, "filenameToSize") : NULL;

  if (sizes == NULL || json_object_get_string_member_with_default (sizes, FILE_NAME, NULL) == NULL)
    refuse (answer, 400, 3, "filenameToSize is missing");
  else
    fake_answer_json (answer, 200, "{\"filenameToSignedUrls\":{\"" FILE_NAME "\":\"%s/signed/upload/%s" SIGNATURE "\"}}",
                      fake_server_get_url (self->server), dataset->id);
}

static void
handle_dataset (FakeFireworks     *self,
                const FakeRequest *request,
                const char        *rest,
                FakeAnswer        *answer)
{
  g_auto (GStrv) parts = g_strsplit (rest, ":", 2);
  FakeDataset *dataset = g_hash_table_lookup (self->datasets, parts[0]);
  const char *verb = parts[1] != NULL ? parts[1] : "";

  if (dataset == NULL)
    {
      refuse (answer, 404, 5, "dataset not found");
    }
  else if (strcmp (request->method, "GET") == 0 && *verb == '\0')
    {
      answer_dataset (self, dataset, answer);
    }
  else if (strcmp (request->method, "DELETE") == 0 && *verb == '\0')
    {
      g_hash_table_remove (self->datasets, parts[0]);
      fake_answer_json (answer, 200, "{}");
    }
  else if (strcmp (request->method, "POST") == 0 && strcmp (verb, "upload") == 0)
    {
      g_autoptr (GBytes) file = fake_request_dup_part (request, "file");
      g_autofree char *name = fake_request_dup_filename (request, "file");

      if (file == NULL || g_strcmp0 (name, FILE_NAME) != 0)
        {
          refuse (answer, 400, 3, "the form has no file");
          return;
        }
      g_clear_pointer (&dataset->file, g_bytes_unref);
      dataset->file = g_steal_pointer (&file);
      dataset->is_declared = TRUE;
      fake_answer_json (answer, 200, "{}");
    }
  else if (strcmp (request->method, "POST") == 0 && strcmp (verb, "getUploadEndpoint") == 0)
    {
      answer_upload_endpoint (self, dataset, request, answer);
    }
  else if (strcmp (request->method, "POST") == 0 && strcmp (verb, "validateUpload") == 0)
    {
      if (dataset->file == NULL || dataset->refusals > 0)
        {
          if (dataset->refusals > 0)
            dataset->refusals--;
          refuse (answer, 400, 9, "file not found in the bucket");
          return;
        }
      dataset->is_declared = TRUE;
      fake_answer_json (answer, 200, "{}");
    }
  else
    {
      refuse (answer, 404, 5, "Not Found");
    }
}

/* Jobs. */

/* The members of the description; deprecated ones are refused on the newer path. */
static const struct {
  const char *name;
  GType       type;    /* G_TYPE_INVALID: an object */
} members[] = {
  { "dataset", G_TYPE_STRING },
  { "baseModel", G_TYPE_STRING },
  { "warmStartFrom", G_TYPE_STRING },
  { "outputModel", G_TYPE_STRING },
  { "displayName", G_TYPE_STRING },
  { "evaluationDataset", G_TYPE_STRING },
  { "evalAutoCarveout", G_TYPE_BOOLEAN },
  { "epochs", G_TYPE_INT64 },
  { "learningRate", G_TYPE_DOUBLE },
  { "maxContextLength", G_TYPE_INT64 },
  { "loraRank", G_TYPE_INT64 },
  { "batchSizeSamples", G_TYPE_INT64 },
  { "learningRateWarmupSteps", G_TYPE_INT64 },
  { "lrScheduler", G_TYPE_INVALID },
  { "optimizerWeightDecay", G_TYPE_DOUBLE },
  { "isTurbo", G_TYPE_BOOLEAN },
  { "wandbConfig", G_TYPE_INVALID },
  { "purpose", G_TYPE_STRING },
};

static const char *
check_member (const char *name,
              JsonNode   *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (strcmp (members[i].name, name) != 0)
        continue;
      if (members[i].type == G_TYPE_INVALID)
        return JSON_NODE_HOLDS_OBJECT (node) ? NULL : "an object is expected";
      if (!JSON_NODE_HOLDS_VALUE (node))
        return "a value is expected";
      if (members[i].type == G_TYPE_DOUBLE && json_node_get_value_type (node) == G_TYPE_INT64)
        return NULL;
      return json_node_get_value_type (node) == members[i].type ? NULL : "a value of another type is expected";
    }

  return "unknown or deprecated field";
}

static const char *
check_scheduler (JsonObject *scheduler)
{
  static const char * const kinds[] = { "constant", "linear", "cosine" };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (json_object_has_member (scheduler, kinds[i]))
      n++;
  if (n != 1 || json_object_get_size (scheduler) != 1)
    return "exactly one scheduler is expected";
  if (json_object_has_member (scheduler, "constant")
      && json_object_get_size (json_object_get_object_member (scheduler, "constant")) != 0)
    return "constant has no settings";

  return NULL;
}

static FakeDataset *
find_dataset (FakeFireworks *self,
              JsonObject    *body,
              const char    *member)
{
  const char *name = json_object_get_string_member_with_default (body, member, "");

  if (!g_str_has_prefix (name, "accounts/acme/datasets/"))
    return NULL;

  return g_hash_table_lookup (self->datasets, name + strlen ("accounts/acme/datasets/"));
}

/* NULL: the body is good. */
static char *
check_job (FakeFireworks *self,
           JsonObject    *body)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  gint64 rank;

  json_object_iter_init_ordered (&iter, body);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      const char *problem = check_member (name, node);

      if (problem != NULL)
        return g_strdup_printf ("%s: %s", name, problem);
    }

  if (json_object_has_member (body, "baseModel") == json_object_has_member (body, "warmStartFrom"))
    return g_strdup ("exactly one of base_model and warm_start_from is expected");
  if (json_object_has_member (body, "baseModel")
      && !g_str_has_prefix (json_object_get_string_member (body, "baseModel"), "accounts/"))
    return g_strdup ("invalid base_model");
  if (json_object_has_member (body, "lrScheduler"))
    {
      const char *problem = check_scheduler (json_object_get_object_member (body, "lrScheduler"));

      if (problem != NULL)
        return g_strdup (problem);
    }
  rank = json_object_get_int_member_with_default (body, "loraRank", 8);
  if (rank < 0 || rank > 32 || (rank & (rank - 1)) != 0)
    return g_strdup ("lora_rank has to be a power of two up to 32");
  if (find_dataset (self, body, "dataset") == NULL)
    return g_strdup ("dataset not found");
  if (json_object_has_member (body, "evaluationDataset") && find_dataset (self, body, "evaluationDataset") == NULL)
    return g_strdup ("evaluation dataset not found");
  if (json_object_has_member (body, "wandbConfig")
      && strlen (json_object_get_string_member_with_default (json_object_get_object_member (body, "wandbConfig"), "apiKey", "")) < 40)
    return g_strdup ("invalid W&B key");

  return NULL;
}

static JsonObject *
copy_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) copy = NULL;
  g_autofree char *text = NULL;

  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  copy = json_from_string (text, NULL);

  return json_node_dup_object (copy);
}

/* The job as it is told, after @looks looks. */
static JsonObject *
describe_job (FakeFireworks *self,
              const char    *id,
              FakeJob       *job)
{
  JsonObject *object = copy_object (job->body);
  g_autofree char *name = g_strconcat ("accounts/acme/supervisedFineTuningJobs/", id, NULL);
  g_autofree char *state = NULL;
  gboolean is_over = job->looks >= G_N_ELEMENTS (life);
  const char *word = job->is_cancelled ? "CANCELLED" : is_over ? self->end : life[job->looks].state;
  JsonObject *progress = json_object_new ();
  JsonObject *cost = json_object_new ();
  int percent = is_over ? 100 : life[job->looks].percent;

  /* The key of a log never comes back. */
  if (json_object_has_member (object, "wandbConfig"))
    json_object_remove_member (json_object_get_object_member (object, "wandbConfig"), "apiKey");
  if (is_over && strcmp (self->end, "RUNNING") == 0)
    percent = 75;
  state = g_strconcat ("JOB_STATE_", word, NULL);
  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "createTime", "2026-11-22T10:00:00.123456Z");
  json_object_set_string_member (object, "updateTime", "2026-11-22T10:05:00Z");
  json_object_set_string_member (object, "createdBy", "somebody@example.com");
  json_object_set_string_member (object, "state", state);
  if (is_over && !job->is_cancelled && self->end_message != NULL)
    {
      JsonObject *status = json_object_new ();

      json_object_set_string_member (status, "code", self->end_code);
      json_object_set_string_member (status, "message", self->end_message);
      json_object_set_object_member (object, "status", status);
    }
  json_object_set_int_member (progress, "percent", percent);
  json_object_set_string_member (progress, "inputTokens", "4711");
  json_object_set_object_member (object, "jobProgress", progress);
  json_object_set_string_member (cost, "currencyCode", "USD");
  json_object_set_string_member (cost, "units", "3");
  json_object_set_int_member (cost, "nanos", 250000000);
  json_object_set_object_member (object, "estimatedCost", cost);
  if (!json_object_has_member (object, "outputModel"))
    {
      g_autofree char *model = g_strconcat ("accounts/acme/models/", id, NULL);

      json_object_set_string_member (object, "outputModel", model);
    }
  if (job->looks >= 3)
    {
      g_autofree char *url = g_strdup_printf ("%s/signed/metrics/%s" SIGNATURE, fake_server_get_url (self->server), id);

      json_object_set_string_member (object, "metricsFileSignedUrl", url);
    }

  return object;
}

static void
create_job (FakeFireworks     *self,
            const FakeRequest *request,
            FakeAnswer        *answer)
{
  const char *id = fake_request_get_query (request, "supervisedFineTuningJobId");
  g_autofree char *problem = NULL;
  FakeJob *job;

  if (id == NULL || !is_id (id) || request->json == NULL || !JSON_NODE_HOLDS_OBJECT (request->json))
    {
      refuse (answer, 400, 3, "invalid job");
      return;
    }
  if (g_hash_table_contains (self->jobs, id))
    {
      refuse (answer, 409, 6, "job already exists");
      return;
    }
  problem = check_job (self, json_node_get_object (request->json));
  if (problem != NULL)
    {
      refuse (answer, 400, 3, problem);
      return;
    }

  job = g_new0 (FakeJob, 1);
  job->body = copy_object (json_node_get_object (request->json));
  g_hash_table_insert (self->jobs, g_strdup (id), job);
  answer_object (answer, describe_job (self, id, job));
}

static void
handle_job (FakeFireworks     *self,
            const FakeRequest *request,
            const char        *rest,
            FakeAnswer        *answer)
{
  g_auto (GStrv) parts = g_strsplit (rest, ":", 2);
  FakeJob *job = g_hash_table_lookup (self->jobs, parts[0]);
  const char *verb = parts[1] != NULL ? parts[1] : "";

  if (strcmp (verb, "cancel") == 0 && !self->has_cancel)
    {
      refuse (answer, 501, 12, "Method Not Allowed");
    }
  else if (job == NULL)
    {
      refuse (answer, 404, 5, "job not found");
    }
  else if (strcmp (request->method, "GET") == 0 && *verb == '\0')
    {
      answer_object (answer, describe_job (self, parts[0], job));
      if (job->looks < G_N_ELEMENTS (life))
        job->looks++;
    }
  else if (strcmp (request->method, "DELETE") == 0 && *verb == '\0')
    {
      g_hash_table_remove (self->jobs, parts[0]);
      fake_answer_json (answer, 200, "{}");
    }
  else if (strcmp (request->method, "POST") == 0 && strcmp (verb, "cancel") == 0)
    {
      job->is_cancelled = TRUE;
      fake_answer_json (answer, 200, "{}");
    }
  else if (strcmp (request->method, "POST") == 0 && strcmp (verb, "resume") == 0)
    {
      job->is_cancelled = FALSE;
      job->looks = 2;
      answer_object (answer, describe_job (self, parts[0], job));
    }
  else
    {
      refuse (answer, 404, 5, "Not Found");
    }
}

/* Signed URLs. */

static void
answer_metrics (FakeFireworks     *self,
                const FakeRequest *request,
                const char        *id,
                FakeAnswer        *answer)
{
  g_autoptr (GString) text = g_string_new (NULL);
  FakeJob *job = g_hash_table_lookup (self->jobs, id);
  const char *range = fake_request_get_header (request, "range");
  guint n_steps;
  gsize from = 0;

  /* It is written some time after the run began. */
  if (job == NULL || job->looks < 5)
    {
      fake_answer_text (answer, 404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
      return;
    }

  n_steps = job->looks >= G_N_ELEMENTS (life) && strcmp (self->end, "RUNNING") != 0 ? N_STEPS : N_STEPS * (job->looks - 3) / 4;
  n_steps = MIN (n_steps, N_STEPS);
  for (guint i = 0; i < n_steps; i++)
    g_string_append_printf (text, "{\"timestamp\": %u.5, \"step\": %u, \"data\": {\"train/epoch\": %u, \"train/seq\": 5, \"train/token\": 20248, "
                            "\"train/loss\": %s, \"train/learning_rate\": 0.0001}}\n",
                            1795341600 + i * 10, i, i / 4, i == 5 ? "NaN" : i == 0 ? "2.5" : "0.93");
  if (n_steps == N_STEPS)
    g_string_append (text, "{\"timestamp\": 1795341690.5, \"step\": 7, \"data\": {\"eval/loss\": 1.25}}\n");

  if (range != NULL && g_str_has_prefix (range, "bytes="))
    from = (gsize) g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
  if (from >= text->len && from > 0)
    {
      g_autofree char *whole = g_strdup_printf ("bytes */%" G_GSIZE_FORMAT, text->len);

      fake_answer_text (answer, 416, "application/xml", "<Error><Code>InvalidRange</Code></Error>");
      fake_answer_header (answer, "Content-Range", whole);
      return;
    }
  fake_answer_bytes (answer, range != NULL ? 206 : 200, "application/octet-stream", text->str + from, text->len - from);
}

static void
handle_signed (FakeFireworks     *self,
               const FakeRequest *request,
               const char        *rest,
               FakeAnswer        *answer)
{
  /* A bucket refuses whom it does not know, and somebody would learn the key. */
  if (fake_request_get_header (request, "authorization") != NULL || fake_request_get_query (request, "X-Goog-Signature") == NULL)
    {
      fake_answer_text (answer, 403, "application/xml", "<Error><Code>AccessDenied</Code></Error>");
    }
  else if (g_str_has_prefix (rest, "upload/") && strcmp (request->method, "PUT") == 0)
    {
      FakeDataset *dataset = g_hash_table_lookup (self->datasets, rest + strlen ("upload/"));

      if (dataset == NULL)
        {
          fake_answer_text (answer, 404, "application/xml", "<Error/>");
          return;
        }
      g_clear_pointer (&dataset->file, g_bytes_unref);
      dataset->file = g_bytes_ref (request->body);
      fake_answer_bytes (answer, 200, "text/plain", "", 0);
    }
  else if (g_str_has_prefix (rest, "metrics/"))
    {
      answer_metrics (self, request, rest + strlen ("metrics/"), answer);
    }
  else if (g_str_has_prefix (rest, "files/"))
    {
      fake_answer_text (answer, 200, "application/octet-stream", rest + strlen ("files/"));
    }
  else
    {
      fake_answer_text (answer, 404, "application/xml", "<Error/>");
    }
}

static void
handle_account (FakeFireworks     *self,
                const FakeRequest *request,
                const char        *rest,
                FakeAnswer        *answer)
{
  if (strcmp (rest, "datasets") == 0 && strcmp (request->method, "POST") == 0)
    create_dataset (self, request, answer);
  else if (g_str_has_prefix (rest, "datasets/"))
    handle_dataset (self, request, rest + strlen ("datasets/"), answer);
  else if (strcmp (rest, "supervisedFineTuningJobs") == 0 && strcmp (request->method, "POST") == 0)
    create_job (self, request, answer);
  else if (strcmp (rest, "supervisedFineTuningJobs") == 0)
    fake_answer_json (answer, 200, "{\"supervisedFineTuningJobs\":[],\"nextPageToken\":\"\",\"totalSize\":0}");
  else if (strcmp (rest, "supervisedFineTuningJobs:estimateCost") == 0)
    fake_answer_json (answer, 200, "{\"estimatedCost\":{\"currencyCode\":\"USD\",\"units\":\"1\",\"nanos\":500000000}}");
  else if (g_str_has_prefix (rest, "supervisedFineTuningJobs/"))
    handle_job (self, request, rest + strlen ("supervisedFineTuningJobs/"), answer);
  else if (g_str_has_prefix (rest, "models/") && g_str_has_suffix (rest, ":getDownloadEndpoint"))
    fake_answer_json (answer, 200, "{\"filenameToSignedUrls\":{\"adapter_model.safetensors\":\"%s/signed/files/weights" SIGNATURE "\","
                      "\"adapter_config.json\":\"%s/signed/files/config" SIGNATURE "\"}}",
                      fake_server_get_url (self->server), fake_server_get_url (self->server));
  else
    refuse (answer, 404, 5, "Not Found");
}

static void
handle (FakeServer        *server,
        const FakeRequest *request,
        FakeAnswer        *answer,
        gpointer           user_data)
{
  FakeFireworks *self = user_data;
  const char *path = request->path;

  if (g_str_has_prefix (path, "/signed/"))
    {
      handle_signed (self, request, path + strlen ("/signed/"), answer);
      return;
    }

  if (g_strcmp0 (fake_request_get_header (request, "authorization"), "Bearer " FAKE_FIREWORKS_KEY) != 0)
    refuse (answer, 401, 16, "invalid API key");
  else if (strcmp (path, "/v1/accounts") == 0)
    answer_accounts (self, answer);
  else if (strcmp (path, "/v1/accounts/fireworks/models") == 0)
    answer_models (request, answer);
  else if (g_str_has_prefix (path, "/v1/accounts/acme/"))
    handle_account (self, request, path + strlen ("/v1/accounts/acme/"), answer);
  else
    refuse (answer, 403, 7, "this key does not open the account");
}

FakeFireworks *
fake_fireworks_new (void)
{
  FakeFireworks *self = g_new0 (FakeFireworks, 1);

  self->server = fake_server_new ();
  self->accounts = g_ptr_array_new_with_free_func (g_free);
  self->datasets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) dataset_free);
  self->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) job_free);
  self->looks = 1;
  self->refusals = 1;
  self->end = g_strdup ("COMPLETED");
  self->has_cancel = TRUE;
  fake_fireworks_add_account (self, "acme", "UNSUSPENDED");
  fake_server_add_route (self->server, NULL, "*", handle, self);

  return self;
}

void
fake_fireworks_free (FakeFireworks *self)
{
  if (self == NULL)
    return;

  fake_server_free (self->server);
  g_ptr_array_unref (self->accounts);
  g_hash_table_unref (self->datasets);
  g_hash_table_unref (self->jobs);
  g_free (self->problem);
  g_free (self->end);
  g_free (self->end_code);
  g_free (self->end_message);
  g_free (self);
}

FakeServer *
fake_fireworks_get_server (FakeFireworks *self)
{
  return self->server;
}

const char *
fake_fireworks_get_url (FakeFireworks *self)
{
  return fake_server_get_url (self->server);
}

void
fake_fireworks_add_account (FakeFireworks *self,
                            const char    *id,
                            const char    *suspend_state)
{
  g_ptr_array_add (self->accounts, g_strdup (id));
  g_ptr_array_add (self->accounts, g_strdup (suspend_state));
}

void
fake_fireworks_forget_accounts (FakeFireworks *self)
{
  g_ptr_array_set_size (self->accounts, 0);
}

void
fake_fireworks_set_looks (FakeFireworks *self,
                          guint          looks,
                          guint          refusals)
{
  self->looks = looks;
  self->refusals = refusals;
}

void
fake_fireworks_set_problem (FakeFireworks *self,
                            const char    *problem)
{
  g_set_str (&self->problem, problem);
}

void
fake_fireworks_set_end (FakeFireworks *self,
                        const char    *state,
                        const char    *code,
                        const char    *message)
{
  g_set_str (&self->end, state);
  g_set_str (&self->end_code, code);
  g_set_str (&self->end_message, message);
}

void
fake_fireworks_set_cancel (FakeFireworks *self,
                           gboolean       has_cancel)
{
  self->has_cancel = has_cancel;
}

JsonObject *
fake_fireworks_get_job (FakeFireworks *self,
                        const char    *id)
{
  FakeJob *job = g_hash_table_lookup (self->jobs, id);

  return job != NULL ? job->body : NULL;
}

guint
fake_fireworks_get_n_jobs (FakeFireworks *self)
{
  return g_hash_table_size (self->jobs);
}

guint
fake_fireworks_get_n_datasets (FakeFireworks *self)
{
  return g_hash_table_size (self->datasets);
}

GBytes *
fake_fireworks_get_file (FakeFireworks *self,
                         const char    *dataset)
{
  FakeDataset *found = g_hash_table_lookup (self->datasets, dataset);

  return found != NULL ? found->file : NULL;
}

void
fake_fireworks_remove_job (FakeFireworks *self,
                           const char    *id)
{
  g_hash_table_remove (self->jobs, id);
}
