/* fake-together-files.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-together-private.h"

#include <string.h>

/* Files: the three ways by which they come, and how they are read afterwards. */

void
fake_together_file_free (FakeFile *file)
{
  for (guint i = 0; i < file->n_parts; i++)
    g_clear_pointer (&file->parts[i], g_bytes_unref);
  g_free (file->parts);
  g_clear_pointer (&file->content, g_bytes_unref);
  g_free (file->id);
  g_free (file->name);
  g_free (file->type);
  g_free (file);
}

FakeFile *
fake_together_find_file (FakeTogether *self,
                         const char   *id)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      FakeFile *file = g_ptr_array_index (self->files, i);

      if (g_strcmp0 (file->id, id) == 0)
        return file;
    }

  return NULL;
}

static FakeFile *
add_file (FakeTogether *self,
          const char   *name,
          const char   *type)
{
  FakeFile *file = g_new0 (FakeFile, 1);

  file->id = g_strdup_printf ("file-%08u", ++self->serial);
  file->name = g_strdup (name);
  file->type = g_strdup (type != NULL ? type : "jsonl");
  g_ptr_array_add (self->files, file);

  return file;
}

static JsonObject *
describe_file (FakeTogether *self,
               FakeFile     *file)
{
  JsonObject *object = json_object_new ();
  gboolean ready = file->content != NULL && file->is_told && file->looks > self->looks;

  json_object_set_string_member (object, "id", file->id);
  json_object_set_string_member (object, "object", "file");
  json_object_set_int_member (object, "created_at", 1763800000);
  json_object_set_string_member (object, "filename", file->name);
  json_object_set_int_member (object, "bytes", file->content != NULL ? (gint64) g_bytes_get_size (file->content) : 0);
  json_object_set_string_member (object, "purpose", "fine-tune");
  json_object_set_string_member (object, "FileType", file->type);
  json_object_set_boolean_member (object, "Processed", ready && self->problem == NULL);
  if (!self->is_old)
    {
      json_object_set_string_member (object, "processing_status",
                                     !ready ? file->looks > 1 ? "RUNNING" : "PENDING" : self->problem != NULL ? "INVALID_FORMAT" : "COMPLETED");
      if (ready)
        {
          JsonObject *report = json_object_new ();

          json_object_set_boolean_member (report, "valid", self->problem == NULL);
          if (self->problem != NULL)
            json_object_set_string_member (report, "error", self->problem);
          json_object_set_object_member (object, "validation_report", report);
        }
    }

  return object;
}

static char *
dup_part_text (const FakeRequest *request,
               const char        *name)
{
  g_autoptr (GBytes) bytes = fake_request_dup_part (request, name);

  return bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
}

static gboolean
is_file_type (const char *type)
{
  return g_strcmp0 (type, "jsonl") == 0 || g_strcmp0 (type, "csv") == 0 || g_strcmp0 (type, "parquet") == 0;
}

static void
answer_upload (FakeTogether      *self,
               const FakeRequest *request,
               FakeAnswer        *answer)
{
  g_autofree char *purpose = dup_part_text (request, "purpose");
  g_autofree char *name = dup_part_text (request, "file_name");
  g_autofree char *type = dup_part_text (request, "file_type");
  g_autoptr (GBytes) content = fake_request_dup_part (request, "file");
  FakeFile *file;

  if (g_strcmp0 (purpose, "fine-tune") != 0 || name == NULL || content == NULL || (type != NULL && !is_file_type (type)))
    {
      fake_together_refuse (answer, 400, "invalid_request_error", "purpose, file_name and file are required");
      return;
    }

  file = add_file (self, name, type);
  file->content = g_steal_pointer (&content);
  file->is_told = TRUE;
  fake_together_answer_object (answer, describe_file (self, file));
}

static void
answer_redirect (FakeTogether      *self,
                 const FakeRequest *request,
                 FakeAnswer        *answer)
{
  const char *name = fake_request_get_query (request, "file_name");
  const char *type = fake_request_get_query (request, "file_type");
  const char *form = fake_request_get_header (request, "content-type");
  g_autofree char *location = NULL;
  FakeFile *file;

  if (name == NULL || !is_file_type (type) || g_strcmp0 (fake_request_get_query (request, "purpose"), "fine-tune") != 0
      || form == NULL || !g_str_has_prefix (form, "application/x-www-form-urlencoded"))
    {
      fake_together_refuse (answer, 400, "invalid_request_error", "file_name, file_type and purpose are required");
      return;
    }

  file = add_file (self, name, type);
  file->is_told = self->is_old;
  location = g_strdup_printf ("%s/storage/%s" SIGNATURE, fake_server_get_url (self->server), file->id);
  fake_answer_text (answer, 302, "text/html", "");
  fake_answer_header (answer, "Location", location);
  fake_answer_header (answer, "X-Together-File-Id", file->id);
}

static void
answer_initiate (FakeTogether      *self,
                 const FakeRequest *request,
                 FakeAnswer        *answer)
{
  JsonObject *body = request->json != NULL && JSON_NODE_HOLDS_OBJECT (request->json) ? json_node_get_object (request->json) : NULL;
  gint64 n_parts = body != NULL ? json_object_get_int_member_with_default (body, "num_parts", 0) : 0;
  JsonObject *object;
  JsonArray *parts;
  FakeFile *file;

  if (n_parts < 1 || n_parts > 250 || json_object_get_int_member_with_default (body, "file_size", 0) < n_parts
      || !is_file_type (json_object_get_string_member_with_default (body, "file_type", NULL)))
    {
      fake_together_refuse (answer, 400, "invalid_request_error", "file_size, file_type and 1 to 250 parts are required");
      return;
    }

  file = add_file (self, json_object_get_string_member_with_default (body, "file_name", ""), json_object_get_string_member (body, "file_type"));
  file->n_parts = (guint) n_parts;
  file->parts = g_new0 (GBytes *, file->n_parts);

  object = json_object_new ();
  parts = json_array_new ();
  json_object_set_string_member (object, "upload_id", "upload-1");
  json_object_set_string_member (object, "file_id", file->id);
  json_object_set_array_member (object, "parts", parts);
  /* The order is nobody's promise. */
  for (guint i = file->n_parts; i > 0; i--)
    {
      g_autofree char *url = g_strdup_printf ("%s/storage/%s/%u" SIGNATURE, fake_server_get_url (self->server), file->id, i);
      JsonObject *part = json_object_new ();
      JsonObject *headers = json_object_new ();

      json_object_set_int_member (part, "PartNumber", i);
      json_object_set_string_member (part, "URL", url);
      json_object_set_string_member (headers, "X-Fake-Part", "yes");
      json_object_set_object_member (part, "Headers", headers);
      json_array_add_object_element (parts, part);
    }
  fake_together_answer_object (answer, object);
}

static void
answer_complete (FakeTogether      *self,
                 const FakeRequest *request,
                 FakeAnswer        *answer)
{
  JsonObject *body = request->json != NULL && JSON_NODE_HOLDS_OBJECT (request->json) ? json_node_get_object (request->json) : NULL;
  FakeFile *file = body != NULL ? fake_together_find_file (self, json_object_get_string_member_with_default (body, "file_id", "")) : NULL;
  JsonArray *parts = file != NULL && json_object_has_member (body, "parts") ? json_object_get_array_member (body, "parts") : NULL;
  g_autoptr (GByteArray) content = g_byte_array_new ();
  JsonObject *object;

  if (parts == NULL || json_array_get_length (parts) != file->n_parts)
    {
      fake_together_refuse (answer, 400, "invalid_request_error", "parts are missing");
      return;
    }

  for (guint i = 0; i < file->n_parts; i++)
    {
      JsonObject *part = json_array_get_object_element (parts, i);
      g_autofree char *etag = g_strdup_printf ("etag-%u", i + 1);

      if (file->parts[i] == NULL || json_object_get_int_member (part, "part_number") != i + 1
          || g_strcmp0 (json_object_get_string_member (part, "etag"), etag) != 0)
        {
          fake_together_refuse (answer, 400, "invalid_request_error", "a part is wrong");
          return;
        }
      g_byte_array_append (content, g_bytes_get_data (file->parts[i], NULL), (guint) g_bytes_get_size (file->parts[i]));
    }

  file->content = g_byte_array_free_to_bytes (g_steal_pointer (&content));
  file->is_told = TRUE;
  object = json_object_new ();
  json_object_set_object_member (object, "file", describe_file (self, file));
  fake_together_answer_object (answer, object);
}

void
fake_together_storage_cb (FakeServer        *server,
                          const FakeRequest *request,
                          FakeAnswer        *answer,
                          gpointer           user_data)
{
  FakeTogether *self = user_data;
  g_auto (GStrv) segments = g_strsplit (request->path, "/", -1); /* "", storage, id, part */
  FakeFile *file = fake_together_find_file (self, segments[2]);
  guint64 number = segments[2] != NULL && segments[3] != NULL ? g_ascii_strtoull (segments[3], NULL, 10) : 0;

  if (fake_request_get_header (request, "authorization") != NULL || fake_request_get_query (request, "X-Amz-Signature") == NULL)
    {
      fake_answer_text (answer, 403, "application/xml", "<Error><Code>AccessDenied</Code></Error>");
      return;
    }
  if (file == NULL || strcmp (request->method, "PUT") != 0 || number > file->n_parts
      || (number > 0 && g_strcmp0 (fake_request_get_header (request, "x-fake-part"), "yes") != 0))
    {
      fake_answer_text (answer, 404, "application/xml", "<Error><Code>NoSuchKey</Code></Error>");
      return;
    }

  if (number > 0)
    {
      g_autofree char *etag = g_strdup_printf ("\"etag-%" G_GUINT64_FORMAT "\"", number);

      g_clear_pointer (&file->parts[number - 1], g_bytes_unref);
      file->parts[number - 1] = g_bytes_ref (request->body);
      fake_answer_text (answer, 200, "text/plain", "");
      fake_answer_header (answer, "ETag", etag);
      return;
    }

  g_clear_pointer (&file->content, g_bytes_unref);
  file->content = g_bytes_ref (request->body);
  fake_answer_text (answer, 200, "text/plain", "");
}

void
fake_together_files_cb (FakeServer        *server,
                        const FakeRequest *request,
                        FakeAnswer        *answer,
                        gpointer           user_data)
{
  FakeTogether *self = user_data;
  const char *rest = request->path + strlen (BASE "/files");
  gboolean post = strcmp (request->method, "POST") == 0;
  g_auto (GStrv) segments = g_strsplit (rest, "/", -1); /* "", id, what */
  FakeFile *file;

  if (!fake_together_is_allowed (request, answer))
    return;

  if (post && *rest == '\0')
    answer_redirect (self, request, answer);
  else if (post && strcmp (rest, "/upload") == 0)
    answer_upload (self, request, answer);
  else if (post && strcmp (rest, "/multipart/initiate") == 0)
    answer_initiate (self, request, answer);
  else if (post && strcmp (rest, "/multipart/complete") == 0)
    answer_complete (self, request, answer);
  else if (post && strcmp (rest, "/multipart/abort") == 0)
    {
      JsonObject *body = request->json != NULL ? json_node_get_object (request->json) : NULL;

      file = body != NULL ? fake_together_find_file (self, json_object_get_string_member_with_default (body, "file_id", "")) : NULL;
      if (file != NULL)
        g_ptr_array_remove (self->files, file);
      fake_answer_json (answer, file != NULL ? 200 : 404, "{}");
    }
  else if ((file = fake_together_find_file (self, segments[1])) == NULL)
    fake_together_refuse (answer, 404, "invalid_request_error", "File not found");
  else if (post && g_strcmp0 (segments[2], "preprocess") == 0 && !self->is_old)
    {
      file->is_told = TRUE;
      fake_together_answer_object (answer, describe_file (self, file));
    }
  else if (post)
    fake_together_refuse (answer, 404, "not_found", "Not found");
  else if (strcmp (request->method, "DELETE") == 0)
    {
      fake_answer_json (answer, 200, "{\"id\":\"%s\",\"deleted\":true}", file->id);
      g_ptr_array_remove (self->files, file);
    }
  else
    {
      file->looks++;
      fake_together_answer_object (answer, describe_file (self, file));
    }
}
