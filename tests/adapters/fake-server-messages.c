/* fake-server-messages.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "attune-json.h"
#include "fake-server-private.h"

void
fake_request_free (FakeRequest *request)
{
  g_free ((char *) request->method);
  g_free ((char *) request->path);
  g_free ((char *) request->raw_path);
  g_hash_table_unref (request->query);
  g_hash_table_unref (request->headers);
  g_bytes_unref (request->body);
  g_clear_pointer (&request->json, json_node_unref);
  g_free (request);
}

const char *
fake_request_get_header (const FakeRequest *request,
                         const char        *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (request->headers, lower);
}

const char *
fake_request_get_query (const FakeRequest *request,
                        const char        *name)
{
  return g_hash_table_lookup (request->query, name);
}

static gboolean
find_part (const FakeRequest  *request,
           const char         *name,
           GBytes            **content,
           char              **filename)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  const char *type = fake_request_get_header (request, "content-type");
  SoupMultipart *form;
  gboolean found = FALSE;

  if (type != NULL)
    soup_message_headers_append (headers, "Content-Type", type);
  form = soup_multipart_new_from_message (headers, request->body);
  for (int i = 0; form != NULL && !found && i < soup_multipart_get_length (form); i++)
    {
      g_autoptr (GHashTable) parameters = NULL;
      g_autofree char *disposition = NULL;
      SoupMessageHeaders *part_headers;
      GBytes *part;

      soup_multipart_get_part (form, i, &part_headers, &part);
      if (!soup_message_headers_get_content_disposition (part_headers, &disposition, &parameters)
          || g_strcmp0 (g_hash_table_lookup (parameters, "name"), name) != 0)
        continue;

      found = TRUE;
      if (content != NULL)
        *content = g_bytes_ref (part);
      if (filename != NULL)
        *filename = g_strdup (g_hash_table_lookup (parameters, "filename"));
    }
  g_clear_pointer (&form, soup_multipart_free);

  return found;
}

GBytes *
fake_request_dup_part (const FakeRequest *request,
                       const char        *name)
{
  GBytes *content = NULL;

  find_part (request, name, &content, NULL);
  return content;
}

char *
fake_request_dup_filename (const FakeRequest *request,
                           const char        *name)
{
  char *filename = NULL;

  find_part (request, name, NULL, &filename);
  return filename;
}

static void
keep_header_cb (const char *name,
                const char *value,
                gpointer    user_data)
{
  g_hash_table_replace (user_data, g_ascii_strdown (name, -1), g_strdup (value));
}

FakeRequest *
fake_request_new (SoupServerMessage *message,
                  const char        *path,
                  GHashTable        *query)
{
  FakeRequest *request = g_new0 (FakeRequest, 1);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  GHashTableIter iter;
  gpointer name;
  gpointer value;
  gsize length;
  const char *data;

  request->method = g_strdup (soup_server_message_get_method (message));
  request->path = g_uri_unescape_string (path, NULL);
  if (request->path == NULL)
    request->path = g_strdup (path);
  request->raw_path = g_strdup (path);
  request->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  request->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), keep_header_cb, request->headers);
  if (query != NULL)
    {
      g_hash_table_iter_init (&iter, query);
      while (g_hash_table_iter_next (&iter, &name, &value))
        g_hash_table_replace (request->query, g_strdup (name), g_strdup (value));
    }

  request->body = body != NULL ? soup_message_body_flatten (body) : g_bytes_new (NULL, 0);
  data = g_bytes_get_data (request->body, &length);
  if (length > 0 && (data[0] == '{' || data[0] == '['))
    request->json = attune_json_parse (data, (gssize) length, NULL, NULL);
  return request;
}

/* Answers. */

FakeAnswer *
fake_answer_new (void)
{
  FakeAnswer *answer = g_new0 (FakeAnswer, 1);

  answer->status = 404;
  answer->headers = g_ptr_array_new_with_free_func (g_free);
  answer->body = g_byte_array_new ();
  return answer;
}

void
fake_answer_free (FakeAnswer *answer)
{
  g_ptr_array_unref (answer->headers);
  g_free (answer->content_type);
  g_byte_array_unref (answer->body);
  g_clear_pointer (&answer->pieces, g_ptr_array_unref);
  g_free (answer);
}

void
fake_answer_bytes (FakeAnswer    *answer,
                   guint          status,
                   const char    *content_type,
                   gconstpointer  data,
                   gsize          length)
{
  answer->status = status;
  g_set_str (&answer->content_type, content_type);
  g_byte_array_set_size (answer->body, 0);
  if (length > 0)
    g_byte_array_append (answer->body, data, (guint) length);
}

void
fake_answer_text (FakeAnswer *answer,
                  guint       status,
                  const char *content_type,
                  const char *text)
{
  fake_answer_bytes (answer, status, content_type, text, strlen (text));
}

void
fake_answer_json (FakeAnswer *answer,
                  guint       status,
                  const char *format,
                  ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fake_answer_text (answer, status, "application/json", text);
}

void
fake_answer_node (FakeAnswer *answer,
                  guint       status,
                  JsonNode   *node)
{
  g_autofree char *text = attune_json_write (node, FALSE);

  fake_answer_text (answer, status, "application/json", text);
  json_node_unref (node);
}

void
fake_answer_header (FakeAnswer *answer,
                    const char *name,
                    const char *value)
{
  g_ptr_array_add (answer->headers, g_strdup (name));
  g_ptr_array_add (answer->headers, g_strdup (value));
}

void
fake_answer_keep_open (FakeAnswer *answer)
{
  answer->keep_open = TRUE;
}

void
fake_answer_add_piece (FakeAnswer *answer,
                       const char *text)
{
  if (answer->pieces == NULL)
    answer->pieces = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (answer->pieces, g_strdup (text));
}

GString *
fake_answer_make_head (FakeAnswer *answer,
                       gsize       length)
{
  GString *head = g_string_new (NULL);

  g_string_append_printf (head, "HTTP/1.1 %u %s\r\n", answer->status, soup_status_get_phrase (answer->status));
  if (answer->content_type != NULL)
    g_string_append_printf (head, "Content-Type: %s\r\n", answer->content_type);
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    g_string_append_printf (head, "%s: %s\r\n", (char *) g_ptr_array_index (answer->headers, i), (char *) g_ptr_array_index (answer->headers, i + 1));
  g_string_append_printf (head, "Content-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n", length);
  return head;
}
