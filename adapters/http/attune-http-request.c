/* attune-http-request.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-request.h"

#include <string.h>

#include "attune-http-private.h"
#include "attune-json.h"

/* More than any list or log of a provider. */
#define DEFAULT_MAX_BODY (32 * 1024 * 1024)

G_DEFINE_FINAL_TYPE (AttuneHttpRequest, attune_http_request, G_TYPE_OBJECT)

static void
attune_http_request_finalize (GObject *object)
{
  AttuneHttpRequest *self = ATTUNE_HTTP_REQUEST (object);

  g_free (self->method);
  g_free (self->target);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_free (self->content_type);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->upload);

  G_OBJECT_CLASS (attune_http_request_parent_class)->finalize (object);
}

static void
attune_http_request_class_init (AttuneHttpRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_http_request_finalize;
}

static void
attune_http_request_init (AttuneHttpRequest *self)
{
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  self->timeout = -1;
  self->max_body = DEFAULT_MAX_BODY;
}

AttuneHttpRequest *
attune_http_request_new (const char *method,
                         const char *target)
{
  AttuneHttpRequest *self;

  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (target != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_HTTP_REQUEST, NULL);
  self->method = g_strdup (method);
  self->target = g_strdup (target);
  return self;
}

char *
attune_http_escape_segment (const char *segment)
{
  g_return_val_if_fail (segment != NULL, NULL);

  /* A segment of dots would walk up. */
  if (g_str_equal (segment, "."))
    return g_strdup ("%2E");
  if (g_str_equal (segment, ".."))
    return g_strdup ("%2E%2E");

  return g_uri_escape_string (segment, ":@,=+", FALSE);
}

AttuneHttpRequest *
attune_http_request_new_segments (const char *method,
                                  const char *first,
                                  ...)
{
  g_autoptr (GString) target = NULL;
  va_list arguments;

  g_return_val_if_fail (first != NULL, NULL);

  target = g_string_new (NULL);
  va_start (arguments, first);
  for (const char *segment = first; segment != NULL; segment = va_arg (arguments, const char *))
    {
      g_autofree char *escaped = attune_http_escape_segment (segment);

      g_string_append_printf (target, "/%s", escaped);
    }
  va_end (arguments);

  return attune_http_request_new (method, target->str);
}

AttuneHttpRequest *
attune_http_request_copy (AttuneHttpRequest *self,
                          const char        *target)
{
  AttuneHttpRequest *copy = attune_http_request_new (self->method, target);

  copy->flags = self->flags;
  g_clear_pointer (&copy->headers, soup_message_headers_unref);
  copy->headers = soup_message_headers_ref (self->headers);
  g_set_str (&copy->content_type, self->content_type);
  copy->body = self->body != NULL ? g_bytes_ref (self->body) : NULL;
  g_set_object (&copy->upload, self->upload);
  copy->progress = self->progress;
  copy->progress_data = self->progress_data;
  copy->timeout = self->timeout;
  copy->max_body = self->max_body;
  return copy;
}

static void
copy_header_cb (const char *name,
                const char *value,
                gpointer    user_data)
{
  soup_message_headers_append (user_data, name, value);
}

void
attune_http_request_set_own_headers (AttuneHttpRequest *self)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_message_headers_foreach (self->headers, copy_header_cb, headers);
  soup_message_headers_unref (self->headers);
  self->headers = headers;
}

const char *
attune_http_request_get_method (AttuneHttpRequest *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REQUEST (self), NULL);

  return self->method;
}

const char *
attune_http_request_get_target (AttuneHttpRequest *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REQUEST (self), NULL);

  return self->target;
}

void
attune_http_request_set_flags (AttuneHttpRequest      *self,
                               AttuneHttpRequestFlags  flags)
{
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));

  self->flags = flags;
}

AttuneHttpRequestFlags
attune_http_request_get_flags (AttuneHttpRequest *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REQUEST (self), 0);

  return self->flags;
}

gboolean
attune_http_request_is_repeatable (AttuneHttpRequest *self)
{
  return (self->flags & ATTUNE_HTTP_REQUEST_REPEATABLE) != 0 || g_str_equal (self->method, "GET") || g_str_equal (self->method, "HEAD");
}

void
attune_http_request_add_query (AttuneHttpRequest *self,
                               const char        *name,
                               const char        *value)
{
  g_autofree char *escaped_name = NULL;
  g_autofree char *escaped = NULL;
  char *target;

  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));
  g_return_if_fail (name != NULL);

  if (value == NULL)
    return;

  escaped_name = g_uri_escape_string (name, "[]", FALSE);
  escaped = g_uri_escape_string (value, NULL, FALSE);
  target = g_strdup_printf ("%s%c%s=%s", self->target, strchr (self->target, '?') != NULL ? '&' : '?', escaped_name, escaped);
  g_free (self->target);
  self->target = target;
}

void
attune_http_request_add_query_int (AttuneHttpRequest *self,
                                   const char        *name,
                                   gint64             value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  attune_http_request_add_query (self, name, text);
}

void
attune_http_request_set_header (AttuneHttpRequest *self,
                                const char        *name,
                                const char        *value)
{
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));
  g_return_if_fail (name != NULL);

  if (value != NULL)
    soup_message_headers_replace (self->headers, name, value);
  else
    soup_message_headers_remove (self->headers, name);
}

void
attune_http_request_set_body (AttuneHttpRequest *self,
                              const char        *content_type,
                              GBytes            *body)
{
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));
  g_return_if_fail (content_type != NULL && body != NULL);

  g_clear_object (&self->upload);
  g_set_str (&self->content_type, content_type);
  g_bytes_ref (body);
  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = body;
}

void
attune_http_request_set_json (AttuneHttpRequest *self,
                              JsonNode          *node)
{
  g_autoptr (GBytes) body = NULL;
  char *text;

  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));
  g_return_if_fail (node != NULL);

  text = attune_json_write (node, FALSE);
  body = g_bytes_new_take (text, strlen (text));
  attune_http_request_set_body (self, "application/json", body);
}

void
attune_http_request_set_upload (AttuneHttpRequest *self,
                                AttuneHttpUpload  *upload)
{
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));
  g_return_if_fail (ATTUNE_IS_HTTP_UPLOAD (upload));

  g_clear_pointer (&self->body, g_bytes_unref);
  g_set_object (&self->upload, upload);
  g_set_str (&self->content_type, attune_http_upload_get_content_type (upload));
}

void
attune_http_request_set_form (AttuneHttpRequest *self,
                              const char        *first_name,
                              ...)
{
  g_autoptr (GString) form = NULL;
  g_autoptr (GBytes) body = NULL;
  va_list arguments;

  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));

  form = g_string_new (NULL);
  va_start (arguments, first_name);
  for (const char *name = first_name; name != NULL; name = va_arg (arguments, const char *))
    {
      const char *value = va_arg (arguments, const char *);
      g_autofree char *escaped_name = g_uri_escape_string (name, NULL, FALSE);
      g_autofree char *escaped = g_uri_escape_string (value != NULL ? value : "", NULL, FALSE);

      g_string_append_printf (form, "%s%s=%s", form->len > 0 ? "&" : "", escaped_name, escaped);
    }
  va_end (arguments);

  body = g_bytes_new (form->str, form->len);
  attune_http_request_set_body (self, "application/x-www-form-urlencoded", body);
}

void
attune_http_request_set_progress (AttuneHttpRequest  *self,
                                  AttuneProgressFunc  progress,
                                  gpointer            progress_data)
{
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));

  self->progress = progress;
  self->progress_data = progress_data;
}

void
attune_http_request_set_timeout (AttuneHttpRequest *self,
                                 guint              seconds)
{
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));

  self->timeout = seconds;
}

void
attune_http_request_set_max_body (AttuneHttpRequest *self,
                                  gsize              bytes)
{
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (self));

  self->max_body = bytes;
}
