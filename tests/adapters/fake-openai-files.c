/* fake-openai-files.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-openai-private.h"

#include <string.h>

#include "attune-json.h"

#define MAX_PART (64 * 1000 * 1000)

static void
file_free (FakeFile *file)
{
  g_free (file->id);
  g_free (file->name);
  g_bytes_unref (file->content);
  g_free (file);
}

static void
upload_free (FakeUpload *upload)
{
  g_free (upload->id);
  g_free (upload->name);
  g_ptr_array_unref (upload->parts);
  g_free (upload);
}

void
fake_openai_refuse (FakeAnswer *answer,
                    guint       status,
                    const char *parameter,
                    const char *code,
                    const char *message)
{
  g_autoptr (JsonObject) error = json_object_new ();
  JsonObject *root = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (error, "message", message);
  json_object_set_string_member (error, "type", "invalid_request_error");
  if (parameter != NULL)
    json_object_set_string_member (error, "param", parameter);
  else
    json_object_set_null_member (error, "param");
  if (code != NULL)
    json_object_set_string_member (error, "code", code);
  else
    json_object_set_null_member (error, "code");
  json_object_set_object_member (root, "error", g_steal_pointer (&error));
  json_node_take_object (node, root);
  fake_answer_node (answer, status, node);
}

/* TRUE where the key is right. */
gboolean
fake_openai_admit (const FakeRequest *request,
                   FakeAnswer        *answer)
{
  if (g_strcmp0 (fake_request_get_header (request, "authorization"), "Bearer " FAKE_OPENAI_KEY) == 0)
    return TRUE;

  fake_openai_refuse (answer, 401, NULL, "invalid_api_key", "Incorrect API key provided: sk-wrong0123456789. You can find your API key in your account.");
  return FALSE;
}

FakeFile *
fake_openai_find_file (FakeOpenai *self,
                       const char *id)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      FakeFile *file = g_ptr_array_index (self->files, i);

      if (g_strcmp0 (file->id, id) == 0)
        return file;
    }

  return NULL;
}

FakeFile *
fake_openai_add_file (FakeOpenai *self,
                      const char *name,
                      GBytes     *content)
{
  FakeFile *file = g_new0 (FakeFile, 1);

  file->id = g_strdup_printf ("file-%u", ++self->serial);
  file->name = g_strdup (name);
  file->content = g_bytes_ref (content);
  g_ptr_array_add (self->files, file);

  return file;
}

static char *
describe_file (FakeOpenai *self,
               FakeFile   *file)
{
  return g_strdup_printf ("{\"id\":\"%s\",\"object\":\"file\",\"bytes\":%" G_GSIZE_FORMAT ",\"created_at\":%" G_GINT64_FORMAT ",\"filename\":\"%s\","
                          "\"purpose\":\"fine-tune\",\"status\":\"processed\",\"status_details\":null}",
                          file->id, g_bytes_get_size (file->content), self->clock, file->name);
}

/* Models and files. */

static void
models_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  FakeOpenai *self = user_data;
  g_autoptr (GString) text = g_string_new ("{\"object\":\"list\",\"data\":[");

  if (!fake_openai_admit (request, answer))
    return;

  for (guint i = 0; i < self->models->len; i += 2)
    {
      const char *day = g_ptr_array_index (self->models, i + 1);
      g_autofree char *quoted = *day != '\0' ? g_strdup_printf ("\"%s\"", day) : g_strdup ("null");

      g_string_append_printf (text, "%s{\"id\":\"%s\",\"object\":\"model\",\"created\":1,\"owned_by\":\"openai\",\"shutdown_date\":%s}",
                              i > 0 ? "," : "", (const char *) g_ptr_array_index (self->models, i), quoted);
    }
  g_string_append (text, "]}");
  fake_answer_text (answer, 200, "application/json", text->str);
}

static void
upload_cb (FakeServer        *server,
           const FakeRequest *request,
           FakeAnswer        *answer,
           gpointer           user_data)
{
  FakeOpenai *self = user_data;
  g_autoptr (GBytes) purpose = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (!fake_openai_admit (request, answer))
    return;

  purpose = fake_request_dup_part (request, "purpose");
  content = fake_request_dup_part (request, "file");
  name = fake_request_dup_filename (request, "file");
  if (purpose == NULL || content == NULL || g_bytes_get_size (purpose) != 9 || memcmp (g_bytes_get_data (purpose, NULL), "fine-tune", 9) != 0)
    fake_openai_refuse (answer, 400, "purpose", NULL, "A file needs the purpose fine-tune");
  else if (name == NULL || !g_str_has_suffix (name, ".jsonl"))
    fake_openai_refuse (answer, 400, "file", "invalid_file_format", "The file has to end in .jsonl");
  else
    {
      text = describe_file (self, fake_openai_add_file (self, name, content));
      fake_answer_text (answer, 200, "application/json", text);
    }
}

static void
file_cb (FakeServer        *server,
         const FakeRequest *request,
         FakeAnswer        *answer,
         gpointer           user_data)
{
  FakeOpenai *self = user_data;
  g_auto (GStrv) parts = g_strsplit (request->path, "/", -1);
  FakeFile *file;

  if (!fake_openai_admit (request, answer))
    return;

  file = fake_openai_find_file (self, parts[3]);
  if (file == NULL)
    {
      fake_openai_refuse (answer, 404, "id", NULL, "No such File object");
    }
  else if (parts[4] != NULL)
    {
      fake_answer_bytes (answer, 200, "application/octet-stream", g_bytes_get_data (file->content, NULL), g_bytes_get_size (file->content));
    }
  else
    {
      g_autofree char *text = describe_file (self, file);

      fake_answer_text (answer, 200, "application/json", text);
    }
}

static FakeUpload *
find_upload (FakeOpenai *self,
             const char *id)
{
  for (guint i = 0; i < self->uploads->len; i++)
    {
      FakeUpload *upload = g_ptr_array_index (self->uploads, i);

      if (g_str_equal (upload->id, id))
        return upload;
    }

  return NULL;
}

static void
answer_upload (FakeOpenai *self,
               FakeUpload *upload,
               const char *status,
               FakeFile   *file,
               FakeAnswer *answer)
{
  g_autofree char *described = file != NULL ? describe_file (self, file) : g_strdup ("null");

  fake_answer_json (answer, 200,
                    "{\"id\":\"%s\",\"object\":\"upload\",\"bytes\":%" G_GINT64_FORMAT ",\"created_at\":1,\"filename\":\"%s\","
                    "\"purpose\":\"fine-tune\",\"status\":\"%s\",\"expires_at\":3601,\"file\":%s}",
                    upload->id, upload->size, upload->name, status, described);
}

static void
begin_upload_cb (FakeServer        *server,
                 const FakeRequest *request,
                 FakeAnswer        *answer,
                 gpointer           user_data)
{
  FakeOpenai *self = user_data;
  const char *name = request->json != NULL ? attune_json_peek_string (request->json, "filename", NULL) : NULL;
  FakeUpload *upload;

  if (!fake_openai_admit (request, answer))
    return;
  if (name == NULL || g_strcmp0 (attune_json_peek_string (request->json, "purpose", NULL), "fine-tune") != 0
      || attune_json_peek_string (request->json, "mime_type", NULL) == NULL || attune_json_peek_int (request->json, "bytes", -1) <= 0
      || json_object_get_size (json_node_get_object (request->json)) != 4)
    {
      fake_openai_refuse (answer, 400, NULL, NULL, "An upload needs filename, purpose, bytes and mime_type");
      return;
    }

  upload = g_new0 (FakeUpload, 1);
  upload->id = g_strdup_printf ("upload_%u", ++self->serial);
  upload->name = g_strdup (name);
  upload->size = attune_json_peek_int (request->json, "bytes", 0);
  upload->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (self->uploads, upload);
  answer_upload (self, upload, "pending", NULL, answer);
}

static void
complete_upload (FakeOpenai        *self,
                 FakeUpload        *upload,
                 const FakeRequest *request,
                 FakeAnswer        *answer)
{
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_autoptr (GBytes) content = NULL;

  for (guint i = 0;; i++)
    {
      g_autofree char *path = g_strdup_printf ("part_ids.%u", i);
      const char *id = request->json != NULL ? attune_json_peek_string (request->json, path, NULL) : NULL;
      guint64 index = id != NULL && g_str_has_prefix (id, "part_") ? g_ascii_strtoull (id + 5, NULL, 10) : G_MAXUINT64;

      if (id == NULL)
        break;
      if (index >= upload->parts->len)
        {
          fake_openai_refuse (answer, 400, "part_ids", NULL, "There is no such part");
          return;
        }
      g_byte_array_append (whole, g_bytes_get_data (g_ptr_array_index (upload->parts, index), NULL),
                           (guint) g_bytes_get_size (g_ptr_array_index (upload->parts, index)));
    }

  if ((gint64) whole->len != upload->size)
    {
      fake_openai_refuse (answer, 400, "bytes", NULL, "The parts are not as large as was said");
      return;
    }
  upload->is_over = TRUE;
  content = g_bytes_new (whole->data, whole->len);
  answer_upload (self, upload, "completed", fake_openai_add_file (self, upload->name, content), answer);
}

static void
upload_verb_cb (FakeServer        *server,
                const FakeRequest *request,
                FakeAnswer        *answer,
                gpointer           user_data)
{
  FakeOpenai *self = user_data;
  g_auto (GStrv) parts = g_strsplit (request->path, "/", -1);
  FakeUpload *upload;

  if (!fake_openai_admit (request, answer))
    return;

  upload = find_upload (self, parts[3]);
  if (upload == NULL || upload->is_over)
    {
      fake_openai_refuse (answer, upload == NULL ? 404 : 400, NULL, NULL, "This upload is not pending");
    }
  else if (g_strcmp0 (parts[4], "parts") == 0)
    {
      GBytes *content = fake_request_dup_part (request, "data");

      if (content == NULL || g_bytes_get_size (content) > MAX_PART)
        {
          fake_openai_refuse (answer, 400, "data", NULL, "A part has at most 64 MB");
          return;
        }
      g_ptr_array_add (upload->parts, content);
      fake_answer_json (answer, 200, "{\"id\":\"part_%u\",\"object\":\"upload.part\",\"created_at\":1,\"upload_id\":\"%s\"}",
                        upload->parts->len - 1, upload->id);
    }
  else if (g_strcmp0 (parts[4], "complete") == 0)
    {
      complete_upload (self, upload, request, answer);
    }
  else
    {
      upload->is_over = TRUE;
      answer_upload (self, upload, "cancelled", NULL, answer);
    }
}

void
fake_openai_add_model (FakeOpenai *self,
                       const char *id,
                       const char *day)
{
  g_ptr_array_add (self->models, g_strdup (id));
  g_ptr_array_add (self->models, g_strdup (day != NULL ? day : ""));
}

void
fake_openai_remove_model (FakeOpenai *self,
                          const char *id)
{
  for (guint i = 0; i < self->models->len; i += 2)
    if (g_str_equal (g_ptr_array_index (self->models, i), id))
      {
        g_ptr_array_remove_range (self->models, i, 2);
        return;
      }
}

guint
fake_openai_get_n_files (FakeOpenai *self)
{
  return self->files->len;
}

GBytes *
fake_openai_get_file (FakeOpenai *self,
                      const char *id)
{
  FakeFile *file = fake_openai_find_file (self, id);

  return file != NULL ? file->content : NULL;
}

void
fake_openai_remove_file (FakeOpenai *self,
                         const char *id)
{
  FakeFile *file = fake_openai_find_file (self, id);

  if (file != NULL)
    g_ptr_array_remove (self->files, file);
}

void
fake_openai_init_files (FakeOpenai *self)
{
  self->models = g_ptr_array_new_with_free_func (g_free);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) file_free);
  self->uploads = g_ptr_array_new_with_free_func ((GDestroyNotify) upload_free);

  fake_openai_add_model (self, "gpt-4.1-mini-2025-04-14", "2099-01-14");
  fake_openai_add_model (self, "gpt-4o-mini-2024-07-18", NULL);
  fake_openai_add_model (self, "gpt-4o-transcribe", NULL);

  fake_server_add_route (self->server, "GET", FAKE_OPENAI_BASE "/models", models_cb, self);
  fake_server_add_route (self->server, "POST", FAKE_OPENAI_BASE "/files", upload_cb, self);
  fake_server_add_route (self->server, "GET", FAKE_OPENAI_BASE "/files/?*", file_cb, self);
  fake_server_add_route (self->server, "POST", FAKE_OPENAI_BASE "/uploads", begin_upload_cb, self);
  fake_server_add_route (self->server, "POST", FAKE_OPENAI_BASE "/uploads/*/*", upload_verb_cb, self);
}

void
fake_openai_clear_files (FakeOpenai *self)
{
  g_ptr_array_unref (self->models);
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->uploads);
}
