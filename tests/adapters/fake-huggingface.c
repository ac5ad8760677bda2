/* fake-huggingface.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-huggingface.h"

#include <string.h>

#include "attune-json.h"
#include "fake-huggingface-private.h"

static void
repo_free (FakeRepo *repo)
{
  g_hash_table_unref (repo->files);
  g_free (repo->name);
  g_free (repo);
}

static void
job_free (FakeJob *job)
{
  json_node_unref (job->request);
  g_clear_pointer (&job->config, json_node_unref);
  g_free (job->id);
  g_free (job->output);
  g_free (job);
}

FakeRepo *
fake_find_repo (FakeHuggingface *self,
                const char      *kind,
                const char      *name)
{
  for (guint i = 0; i < self->repos->len; i++)
    {
      FakeRepo *repo = g_ptr_array_index (self->repos, i);

      if (g_str_equal (repo->kind, kind) && g_str_equal (repo->name, name))
        return repo;
    }

  return NULL;
}

void
fake_refuse (FakeAnswer *answer,
             guint       status,
             const char *code,
             const char *message)
{
  if (code != NULL)
    fake_answer_header (answer, "X-Error-Code", code);
  fake_answer_header (answer, "X-Request-Id", "Root=1-fake");
  fake_answer_json (answer, status, "{\"error\":\"%s\"}", message);
}

/* Repositories */

static void
create_repo (FakeHuggingface   *self,
             const FakeRequest *request,
             FakeAnswer        *answer)
{
  const char *name = attune_json_peek_string (request->json, "name", NULL);
  const char *owner = attune_json_peek_string (request->json, "organization", FAKE_HUGGINGFACE_OWNER);
  const char *type = attune_json_peek_string (request->json, "type", "model");
  const char *kind = g_str_equal (type, "dataset") ? "datasets" : "models";
  g_autofree char *whole = g_strconcat (owner, "/", name, NULL);

  if (name == NULL || strchr (name, '/') != NULL)
    fake_refuse (answer, 400, NULL, "Invalid name");
  else if (!g_str_equal (owner, FAKE_HUGGINGFACE_OWNER) && !g_str_equal (owner, "acme"))
    fake_refuse (answer, 403, NULL, "You don't have the rights to create a repository under this namespace");
  else if (fake_find_repo (self, kind, whole) != NULL)
    fake_refuse (answer, 409, NULL, "You already created this repo");
  else
    {
      fake_huggingface_add_repo (self, kind, whole, g_strcmp0 (attune_json_peek_string (request->json, "visibility", "public"), "private") == 0, FALSE);
      fake_answer_json (answer, 200, "{\"url\":\"%s/%s%s\"}", fake_server_get_url (self->server), g_str_equal (kind, "datasets") ? "datasets/" : "", whole);
    }
}

static gboolean
is_large (FakeHuggingface *self,
          const char      *path,
          gint64           size)
{
  return g_str_has_suffix (path, ".safetensors") || size > (gint64) self->threshold;
}

static void
preupload (FakeHuggingface   *self,
           const FakeRequest *request,
           FakeAnswer        *answer)
{
  JsonArray *files = json_object_get_array_member (json_node_get_object (request->json), "files");
  g_autoptr (GString) text = g_string_new ("{\"files\":[");

  for (guint i = 0; i < json_array_get_length (files); i++)
    {
      JsonNode *file = json_array_get_element (files, i);
      const char *path = attune_json_peek_string (file, "path", "");

      g_assert_nonnull (attune_json_peek_string (file, "sample", NULL));
      g_string_append_printf (text, "%s{\"path\":\"%s\",\"uploadMode\":\"%s\",\"shouldIgnore\":false}", i > 0 ? "," : "", path,
                              is_large (self, path, attune_json_peek_int (file, "size", 0)) ? "lfs" : "regular");
    }
  g_string_append (text, "]}");
  fake_answer_text (answer, 200, "application/json", text->str);
}

static void
append_upload (FakeHuggingface *self,
               GString         *text,
               const char      *oid,
               gint64           size)
{
  const char *url = fake_server_get_url (self->storage);

  if (size <= (gint64) self->part_size)
    {
      g_string_append_printf (text, "\"upload\":{\"href\":\"%s/fake-store/%s?X-Amz-Signature=0ddba11\",\"header\":{}}", url, oid);
      return;
    }

  g_string_append_printf (text, "\"upload\":{\"href\":\"%s/fake-store/%s/complete?X-Amz-Signature=0ddba11\",\"header\":{\"chunk_size\":\"%" G_GSIZE_FORMAT "\"",
                          url, oid, self->part_size);
  for (guint part = 1; (gint64) (part - 1) * (gint64) self->part_size < size; part++)
    g_string_append_printf (text, ",\"%05u\":\"%s/fake-store/%s/%u?X-Amz-Signature=0ddba11\"", part, url, oid, part);
  g_string_append (text, "}}");
}

static void
batch (FakeHuggingface   *self,
       const FakeRequest *request,
       FakeAnswer        *answer)
{
  JsonArray *objects = json_object_get_array_member (json_node_get_object (request->json), "objects");
  g_autoptr (GString) text = g_string_new ("{\"transfer\":\"basic\",\"objects\":[");
  g_autofree char *repo = g_strndup (request->path, strlen (request->path) - strlen (".git/info/lfs/objects/batch"));

  g_assert_cmpstr (fake_request_get_header (request, "content-type"), ==, "application/vnd.git-lfs+json");
  g_assert_cmpstr (attune_json_peek_string (request->json, "operation", NULL), ==, "upload");
  for (guint i = 0; i < json_array_get_length (objects); i++)
    {
      JsonNode *object = json_array_get_element (objects, i);
      const char *oid = attune_json_peek_string (object, "oid", "");
      gint64 size = attune_json_peek_int (object, "size", 0);

      g_string_append_printf (text, "%s{\"oid\":\"%s\",\"size\":%" G_GINT64_FORMAT, i > 0 ? "," : "", oid, size);
      if (!g_hash_table_contains (self->store, oid))
        {
          g_string_append (text, ",\"actions\":{");
          append_upload (self, text, oid, size);
          g_string_append_printf (text, ",\"verify\":{\"href\":\"%s%s.git/info/lfs/objects/verify\"}}", fake_server_get_url (self->server), repo);
        }
      g_string_append_c (text, '}');
    }
  g_string_append (text, "]}");
  fake_answer_text (answer, 200, "application/vnd.git-lfs+json", text->str);
}

/* "/fake-store/OID", "/fake-store/OID/PART", "/fake-store/OID/complete" */
static void
store (FakeHuggingface   *self,
       const FakeRequest *request,
       FakeAnswer        *answer)
{
  g_auto (GStrv) parts = g_strsplit (request->path + 1, "/", -1);
  const char *oid = parts[1];
  g_autofree char *key = NULL;

  if (g_strcmp0 (fake_request_get_query (request, "X-Amz-Signature"), "0ddba11") != 0)
    {
      fake_refuse (answer, 403, NULL, "SignatureDoesNotMatch");
      return;
    }

  if (parts[2] == NULL)
    {
      g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, request->body);

      if (!g_str_equal (sum, oid))
        {
          fake_refuse (answer, 400, NULL, "The content does not match its digest");
          return;
        }
      g_hash_table_replace (self->store, g_strdup (oid), g_bytes_ref (request->body));
      fake_answer_text (answer, 200, "text/plain", "");
      return;
    }

  if (!g_str_equal (parts[2], "complete"))
    {
      g_autofree char *tag = g_strdup_printf ("\"%s-%s\"", oid, parts[2]);

      key = g_strconcat (oid, "/", parts[2], NULL);
      g_hash_table_replace (self->parts, g_steal_pointer (&key), g_bytes_ref (request->body));
      fake_answer_header (answer, "ETag", tag);
      fake_answer_text (answer, 200, "text/plain", "");
    }
  else
    {
      JsonArray *list = json_object_get_array_member (json_node_get_object (request->json), "parts");
      g_autoptr (GByteArray) whole = g_byte_array_new ();
      g_autofree char *sum = NULL;
      GBytes *bytes;

      for (guint i = 0; i < json_array_get_length (list); i++)
        {
          JsonNode *part = json_array_get_element (list, i);
          g_autofree char *part_key = g_strdup_printf ("%s/%" G_GINT64_FORMAT, oid, attune_json_peek_int (part, "partNumber", 0));
          g_autofree char *tag = g_strdup_printf ("\"%s-%" G_GINT64_FORMAT "\"", oid, attune_json_peek_int (part, "partNumber", 0));
          GBytes *content = g_hash_table_lookup (self->parts, part_key);

          g_assert_nonnull (content);
          g_assert_cmpstr (attune_json_peek_string (part, "etag", NULL), ==, tag);
          g_byte_array_append (whole, g_bytes_get_data (content, NULL), (guint) g_bytes_get_size (content));
        }
      bytes = g_byte_array_free_to_bytes (g_steal_pointer (&whole));
      sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
      g_assert_cmpstr (sum, ==, oid);
      g_hash_table_replace (self->store, g_strdup (oid), bytes);
      fake_answer_json (answer, 200, "{}");
    }
}

static void
commit (FakeHuggingface   *self,
        FakeRepo          *repo,
        const FakeRequest *request,
        FakeAnswer        *answer)
{
  gsize size;
  const char *data = g_bytes_get_data (request->body, &size);
  g_autofree char *body = g_strndup (data, size);
  g_auto (GStrv) lines = g_strsplit (body, "\n", -1);

  g_assert_cmpstr (fake_request_get_header (request, "content-type"), ==, "application/x-ndjson");
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) line = NULL;
      const char *key;
      const char *path;

      if (lines[i][0] == '\0')
        continue;
      line = attune_json_parse (lines[i], -1, NULL, &error);
      g_assert_no_error (error);
      key = attune_json_peek_string (line, "key", "");
      path = attune_json_peek_string (line, "value.path", NULL);
      if (i == 0)
        {
          g_assert_cmpstr (key, ==, "header");
        }
      else if (g_str_equal (key, "lfsFile"))
        {
          const char *oid = attune_json_peek_string (line, "value.oid", "");
          GBytes *bytes = g_hash_table_lookup (self->store, oid);

          if (bytes == NULL)
            {
              fake_refuse (answer, 400, NULL, "An LFS file was not uploaded");
              return;
            }
          fake_huggingface_add_file (self, repo->kind, repo->name, path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
        }
      else
        {
          g_autofree guchar *content = NULL;
          gsize length;

          g_assert_cmpstr (key, ==, "file");
          g_assert_cmpstr (attune_json_peek_string (line, "value.encoding", NULL), ==, "base64");
          content = g_base64_decode (attune_json_peek_string (line, "value.content", ""), &length);
          fake_huggingface_add_file (self, repo->kind, repo->name, path, content, length);
        }
    }

  repo->n_commits++;
  fake_answer_json (answer, 200, "{\"success\":true,\"commitOid\":\"%040x\",\"commitUrl\":\"%s/commit\"}", repo->n_commits, fake_server_get_url (self->server));
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Few files a page, so that pages are followed. */
#define PAGE 5

static void
tree (FakeHuggingface   *self,
      FakeRepo          *repo,
      const char        *folder,
      const FakeRequest *request,
      FakeAnswer        *answer)
{
  g_autofree char **paths = (char **) g_hash_table_get_keys_as_array (repo->files, NULL);
  guint n = g_strv_length (paths);
  const char *cursor = fake_request_get_query (request, "cursor");
  guint from = cursor != NULL ? (guint) g_ascii_strtoull (cursor, NULL, 10) : 0;
  g_autoptr (GString) text = g_string_new ("[");
  guint n_shown = 0;

  qsort (paths, n, sizeof (char *), compare_paths);
  for (guint i = from; i < n && n_shown < PAGE; i++)
    {
      GBytes *bytes = g_hash_table_lookup (repo->files, paths[i]);
      gsize size = g_bytes_get_size (bytes);
      g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

      if (folder != NULL && !g_str_has_prefix (paths[i], folder))
        continue;
      g_string_append_printf (text, "%s{\"type\":\"file\",\"oid\":\"%.40s\",\"size\":%" G_GSIZE_FORMAT ",\"path\":\"%s\"", n_shown > 0 ? "," : "", sum, size, paths[i]);
      if (is_large (self, paths[i], (gint64) size))
        g_string_append_printf (text, ",\"lfs\":{\"oid\":\"%s\",\"size\":%" G_GSIZE_FORMAT ",\"pointerSize\":130}", sum, size);
      g_string_append_c (text, '}');
      n_shown++;
      from = i + 1;
    }
  g_string_append_c (text, ']');

  if (n_shown == PAGE && from < n)
    {
      g_autofree char *link = g_strdup_printf ("<%s%s?recursive=true&cursor=%u>; rel=\"next\"", fake_server_get_url (self->server), request->raw_path, from);

      fake_answer_header (answer, "Link", link);
    }
  fake_answer_text (answer, 200, "application/json", text->str);
}

static void
resolve (FakeHuggingface *self,
         FakeRepo        *repo,
         const char      *path,
         FakeAnswer      *answer)
{
  GBytes *bytes = g_hash_table_lookup (repo->files, path);
  g_autofree char *sum = NULL;
  g_autofree char *tag = NULL;

  if (bytes == NULL)
    {
      fake_refuse (answer, 404, "EntryNotFound", "Entry not found");
      return;
    }
  if (repo->is_gated)
    {
      fake_refuse (answer, 403, "GatedRepo", "Access to this model is restricted and you are not in the authorized list");
      return;
    }

  sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  tag = g_strdup_printf ("\"%s\"", sum);
  fake_answer_header (answer, "X-Repo-Commit", "0000000000000000000000000000000000000001");
  fake_answer_header (answer, "ETag", tag);
  if (is_large (self, path, (gint64) g_bytes_get_size (bytes)))
    {
      g_autofree char *location = g_strdup_printf ("%s/fake-cdn/%s?X-Amz-Signature=0ddba11", fake_server_get_url (self->storage), sum);

      g_hash_table_replace (self->store, g_strdup (sum), g_bytes_ref (bytes));
      fake_answer_header (answer, "Location", location);
      fake_answer_text (answer, 302, "text/plain", "");
      return;
    }

  fake_answer_bytes (answer, 200, "application/octet-stream", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
cdn (FakeHuggingface   *self,
     const FakeRequest *request,
     FakeAnswer        *answer)
{
  GBytes *bytes = g_hash_table_lookup (self->store, request->path + strlen ("/fake-cdn/"));
  g_autofree char *tag = g_strdup_printf ("\"%s\"", request->path + strlen ("/fake-cdn/"));

  if (bytes == NULL)
    {
      fake_refuse (answer, 404, NULL, "NoSuchKey");
      return;
    }

  fake_answer_header (answer, "ETag", tag);
  fake_answer_bytes (answer, 200, "binary/octet-stream", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
append_model (GString  *text,
              FakeRepo *repo)
{
  const char *slash = strchr (repo->name, '/');
  const char *name = slash != NULL ? slash + 1 : repo->name;
  gboolean is_qwen = g_ascii_strncasecmp (name, "qwen3", 5) == 0;

  g_string_append_printf (text,
                          "{\"_id\":\"1\",\"id\":\"%s\",\"modelId\":\"%s\",\"author\":\"%.*s\",\"private\":%s,\"gated\":%s,\"downloads\":%u,\"likes\":7,"
                          "\"pipeline_tag\":\"text-generation\",\"library_name\":\"transformers\",\"tags\":[\"transformers\",\"safetensors\",\"license:apache-2.0\"],"
                          "\"config\":{\"model_type\":\"%s\"},\"safetensors\":{\"total\":596049920},\"lastModified\":\"2026-08-01T10:00:00.000Z\","
                          "\"sha\":\"%040x\"}",
                          repo->name, repo->name, slash != NULL ? (int) (slash - repo->name) : 0, repo->name, repo->is_private ? "true" : "false",
                          repo->is_gated ? "\"manual\"" : "false", 1000u + (guint) strlen (repo->name), is_qwen ? "qwen3" : "bert", repo->n_commits + 1);
}

static void
search (FakeHuggingface   *self,
        const FakeRequest *request,
        gboolean           has_token,
        FakeAnswer        *answer)
{
  const char *words = fake_request_get_query (request, "search");
  const char *author = fake_request_get_query (request, "author");
  const char *limit_text = fake_request_get_query (request, "limit");
  guint limit = limit_text != NULL ? (guint) g_ascii_strtoull (limit_text, NULL, 10) : 100;
  g_autofree char *wanted = words != NULL ? g_ascii_strdown (words, -1) : NULL;
  g_autoptr (GString) text = g_string_new ("[");
  guint n = 0;

  for (guint i = 0; i < self->repos->len && n < limit; i++)
    {
      FakeRepo *repo = g_ptr_array_index (self->repos, i);
      g_autofree char *name = g_ascii_strdown (repo->name, -1);
      g_autofree char *prefix = author != NULL ? g_strconcat (author, "/", NULL) : NULL;

      if (!g_str_equal (repo->kind, "models") || repo->is_hidden || (repo->is_private && !has_token) || (wanted != NULL && strstr (name, wanted) == NULL) ||
          (prefix != NULL && !g_str_has_prefix (repo->name, prefix)))
        continue;
      if (n++ > 0)
        g_string_append_c (text, ',');
      append_model (text, repo);
    }
  g_string_append_c (text, ']');
  fake_answer_text (answer, 200, "application/json", text->str);
}

/* "/api/models/OWNER/NAME/REST" and the like. NULL where there is none, or none for everybody. */
static FakeRepo *
find_repo_of (FakeHuggingface  *self,
              const char       *path,
              gboolean          has_token,
              char            **rest)
{
  for (guint i = 0; i < self->repos->len; i++)
    {
      FakeRepo *repo = g_ptr_array_index (self->repos, i);
      const char *prefixes[] = { "/api/models/", "/", NULL };
      const char *dataset_prefixes[] = { "/api/datasets/", "/datasets/", NULL };
      const char **kinds = g_str_equal (repo->kind, "datasets") ? dataset_prefixes : prefixes;

      for (guint j = 0; kinds[j] != NULL; j++)
        {
          g_autofree char *start = g_strconcat (kinds[j], repo->name, NULL);

          if (!g_str_has_prefix (path, start) || (path[strlen (start)] != '/' && path[strlen (start)] != '\0' && path[strlen (start)] != '.'))
            continue;
          if (repo->is_private && !has_token)
            return NULL;
          *rest = g_strdup (path + strlen (start));
          return repo;
        }
    }

  return NULL;
}

static void
answer_repo (FakeHuggingface   *self,
             const FakeRequest *request,
             gboolean           has_token,
             FakeAnswer        *answer)
{
  g_autofree char *rest = NULL;
  FakeRepo *repo = find_repo_of (self, request->path, has_token, &rest);

  if (repo == NULL)
    {
      fake_refuse (answer, has_token ? 404 : 401, "RepoNotFound", "Repository not found");
      return;
    }
  if (g_str_equal (request->method, "POST") && !has_token)
    {
      fake_refuse (answer, 401, NULL, "Invalid username or password.");
      return;
    }

  if (g_str_has_prefix (rest, "/preupload/"))
    {
      preupload (self, request, answer);
    }
  else if (g_str_has_prefix (rest, "/commit/"))
    {
      commit (self, repo, request, answer);
    }
  else if (g_str_has_prefix (rest, "/tree/"))
    {
      const char *folder = strchr (rest + strlen ("/tree/"), '/');

      tree (self, repo, folder != NULL ? folder + 1 : NULL, request, answer);
    }
  else if (g_str_has_prefix (rest, "/resolve/"))
    {
      const char *path = strchr (rest + strlen ("/resolve/"), '/');

      resolve (self, repo, path != NULL ? path + 1 : "", answer);
    }
  else if (g_str_equal (rest, ".git/info/lfs/objects/batch"))
    {
      batch (self, request, answer);
    }
  else if (g_str_equal (rest, ".git/info/lfs/objects/verify"))
    {
      if (g_hash_table_contains (self->store, attune_json_peek_string (request->json, "oid", "")))
        fake_answer_json (answer, 200, "{\"message\":\"ok\"}");
      else
        fake_refuse (answer, 404, NULL, "Not uploaded");
    }
  else if (*rest == '\0' && g_str_has_prefix (request->path, "/api/models/"))
    {
      g_autoptr (GString) text = g_string_new (NULL);

      append_model (text, repo);
      fake_answer_text (answer, 200, "application/json", text->str);
    }
  else
    {
      fake_refuse (answer, 404, NULL, "Sorry, we can't find the page you are looking for.");
    }
}

/* Another host, which knows nothing of tokens. */
static void
handle_storage (FakeServer        *server,
                const FakeRequest *request,
                FakeAnswer        *answer,
                gpointer           user_data)
{
  FakeHuggingface *self = user_data;

  if (fake_request_get_header (request, "authorization") != NULL)
    {
      self->n_leaks++;
      fake_refuse (answer, 400, NULL, "Only one auth mechanism allowed");
    }
  else if (g_str_has_prefix (request->path, "/fake-store/"))
    store (self, request, answer);
  else if (g_str_has_prefix (request->path, "/fake-cdn/"))
    cdn (self, request, answer);
}

static void
handle (FakeServer        *server,
        const FakeRequest *request,
        FakeAnswer        *answer,
        gpointer           user_data)
{
  FakeHuggingface *self = user_data;
  const char *authorization = fake_request_get_header (request, "authorization");
  gboolean has_token = g_strcmp0 (authorization, "Bearer " FAKE_HUGGINGFACE_TOKEN) == 0;

  if (authorization != NULL && !has_token)
    fake_refuse (answer, 401, NULL, "Invalid username or password.");
  else if (g_str_equal (request->path, "/api/whoami-v2"))
    {
      if (has_token)
        fake_answer_json (answer, 200, "{\"type\":\"user\",\"id\":\"1\",\"name\":\"%s\",\"orgs\":[{\"type\":\"org\",\"name\":\"acme\"}],"
                          "\"auth\":{\"type\":\"access_token\",\"accessToken\":{\"displayName\":\"attune\",\"role\":\"write\"}}}", FAKE_HUGGINGFACE_OWNER);
      else
        fake_refuse (answer, 401, NULL, "Invalid username or password.");
    }
  else if (g_str_has_prefix (request->path, "/api/jobs/"))
    fake_huggingface_answer_jobs (self, request, has_token, answer);
  else if (g_str_equal (request->path, "/api/models"))
    search (self, request, has_token, answer);
  else if (g_str_equal (request->path, "/api/repos/create"))
    {
      if (has_token)
        create_repo (self, request, answer);
      else
        fake_refuse (answer, 401, NULL, "Invalid username or password.");
    }
  else
    answer_repo (self, request, has_token, answer);
}

FakeHuggingface *
fake_huggingface_new (void)
{
  /* What jobs are made with; the search does not show them. */
  static const char * const models[] = {
    "HuggingFaceTB/SmolLM2-135M-Instruct", "HuggingFaceTB/SmolLM2-360M-Instruct", "Qwen/Qwen3-0.6B", "Qwen/Qwen3-8B",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "deepseek-ai/deepseek-coder-1.3b-instruct",
  };
  FakeHuggingface *self = g_new0 (FakeHuggingface, 1);

  self->server = fake_server_new ();
  self->storage = fake_server_new ();
  self->repos = g_ptr_array_new_with_free_func ((GDestroyNotify) repo_free);
  self->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  self->store = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->parts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->threshold = 1000;
  self->part_size = 1000 * 1000;
  self->end = g_strdup ("COMPLETED");
  self->n_steps = 8;
  self->per_look = 3;
  self->reports = TRUE;
  self->pushes = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      fake_huggingface_add_repo (self, "models", models[i], FALSE, FALSE);
      fake_huggingface_add_file (self, "models", models[i], "config.json", "{}", 2);
      fake_find_repo (self, "models", models[i])->is_hidden = TRUE;
    }
  fake_server_add_route (self->server, NULL, "*", handle, self);
  fake_server_add_route (self->storage, NULL, "*", handle_storage, self);

  return self;
}

void
fake_huggingface_free (FakeHuggingface *self)
{
  fake_server_free (self->server);
  fake_server_free (self->storage);
  g_ptr_array_unref (self->repos);
  g_ptr_array_unref (self->jobs);
  g_hash_table_unref (self->store);
  g_hash_table_unref (self->parts);
  g_free (self->end);
  g_free (self->message);
  g_free (self);
}

FakeServer *
fake_huggingface_get_server (FakeHuggingface *self)
{
  return self->server;
}

FakeServer *
fake_huggingface_get_storage (FakeHuggingface *self)
{
  return self->storage;
}

const char *
fake_huggingface_get_url (FakeHuggingface *self)
{
  return fake_server_get_url (self->server);
}

void
fake_huggingface_set_sizes (FakeHuggingface *self,
                            gsize            threshold,
                            gsize            part_size)
{
  self->threshold = threshold;
  self->part_size = part_size;
}

void
fake_huggingface_add_repo (FakeHuggingface *self,
                           const char      *kind,
                           const char      *name,
                           gboolean         is_private,
                           gboolean         is_gated)
{
  FakeRepo *repo = g_new0 (FakeRepo, 1);

  fake_huggingface_remove_repo (self, kind, name);
  repo->kind = g_str_equal (kind, "datasets") ? "datasets" : "models";
  repo->name = g_strdup (name);
  repo->is_private = is_private;
  repo->is_gated = is_gated;
  repo->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (self->repos, repo);
}

void
fake_huggingface_add_file (FakeHuggingface *self,
                           const char      *kind,
                           const char      *repo_name,
                           const char      *path,
                           gconstpointer    data,
                           gsize            size)
{
  FakeRepo *repo = fake_find_repo (self, kind, repo_name);

  g_assert_nonnull (repo);
  g_hash_table_replace (repo->files, g_strdup (path), g_bytes_new (data, size));
}

GBytes *
fake_huggingface_get_file (FakeHuggingface *self,
                           const char      *kind,
                           const char      *repo_name,
                           const char      *path)
{
  FakeRepo *repo = fake_find_repo (self, kind, repo_name);

  return repo != NULL ? g_hash_table_lookup (repo->files, path) : NULL;
}

guint
fake_huggingface_get_n_files (FakeHuggingface *self,
                              const char      *kind,
                              const char      *repo_name)
{
  FakeRepo *repo = fake_find_repo (self, kind, repo_name);

  return repo != NULL ? g_hash_table_size (repo->files) : 0;
}

int
fake_huggingface_get_is_private (FakeHuggingface *self,
                                 const char      *kind,
                                 const char      *repo_name)
{
  FakeRepo *repo = fake_find_repo (self, kind, repo_name);

  return repo != NULL ? repo->is_private : -1;
}

void
fake_huggingface_remove_repo (FakeHuggingface *self,
                              const char      *kind,
                              const char      *repo_name)
{
  FakeRepo *repo = fake_find_repo (self, kind, repo_name);

  if (repo != NULL)
    g_ptr_array_remove (self->repos, repo);
}

guint
fake_huggingface_get_n_leaks (FakeHuggingface *self)
{
  return self->n_leaks;
}
