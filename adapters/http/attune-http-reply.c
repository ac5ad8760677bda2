/* attune-http-reply.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-reply.h"

#include "attune-http-error.h"
#include "attune-http-json.h"
#include "attune-http-private.h"

struct _AttuneHttpReply
{
  GObject             parent_instance;

  guint               status;
  char               *url;
  char               *content_type;
  GBytes             *body;
  SoupMessageHeaders *headers;
  JsonNode           *json;
  gboolean            parsed;
};

G_DEFINE_FINAL_TYPE (AttuneHttpReply, attune_http_reply, G_TYPE_OBJECT)

static void
attune_http_reply_finalize (GObject *object)
{
  AttuneHttpReply *self = ATTUNE_HTTP_REPLY (object);

  g_free (self->url);
  g_free (self->content_type);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_pointer (&self->json, json_node_unref);

  G_OBJECT_CLASS (attune_http_reply_parent_class)->finalize (object);
}

static void
attune_http_reply_class_init (AttuneHttpReplyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_http_reply_finalize;
}

static void
attune_http_reply_init (AttuneHttpReply *self)
{
}

AttuneHttpReply *
attune_http_reply_new_from_headers (guint               status,
                                    const char         *url,
                                    GBytes             *body,
                                    SoupMessageHeaders *headers)
{
  AttuneHttpReply *self = g_object_new (ATTUNE_TYPE_HTTP_REPLY, NULL);

  self->status = status;
  self->url = g_strdup (url);
  self->body = body != NULL ? g_bytes_ref (body) : g_bytes_new (NULL, 0);
  self->headers = soup_message_headers_ref (headers);
  return self;
}

AttuneHttpReply *
attune_http_reply_new (guint       status,
                       const char *url,
                       GBytes     *body,
                       const char *first_header,
                       ...)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  AttuneHttpReply *self;
  va_list arguments;

  va_start (arguments, first_header);
  for (const char *name = first_header; name != NULL; name = va_arg (arguments, const char *))
    soup_message_headers_append (headers, name, va_arg (arguments, const char *));
  va_end (arguments);

  self = attune_http_reply_new_from_headers (status, url, body, headers);
  soup_message_headers_unref (headers);
  return self;
}

void
attune_http_reply_add_header (AttuneHttpReply *self,
                              const char      *name,
                              const char      *value)
{
  g_return_if_fail (ATTUNE_IS_HTTP_REPLY (self));

  soup_message_headers_append (self->headers, name, value);
}

guint
attune_http_reply_get_status (AttuneHttpReply *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), 0);

  return self->status;
}

gboolean
attune_http_reply_is_success (AttuneHttpReply *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), FALSE);

  return self->status >= 200 && self->status < 300;
}

const char *
attune_http_reply_get_header (AttuneHttpReply *self,
                              const char      *name)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return soup_message_headers_get_list (self->headers, name);
}

const char *
attune_http_reply_get_content_type (AttuneHttpReply *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), NULL);

  if (self->content_type == NULL)
    {
      const char *type = soup_message_headers_get_content_type (self->headers, NULL);

      self->content_type = type != NULL ? g_ascii_strdown (type, -1) : NULL;
    }

  return self->content_type;
}

GBytes *
attune_http_reply_get_body (AttuneHttpReply *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), NULL);

  return self->body;
}

JsonNode *
attune_http_reply_get_json (AttuneHttpReply *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), NULL);

  if (!self->parsed)
    {
      gsize length;
      const char *data = g_bytes_get_data (self->body, &length);

      self->parsed = TRUE;
      if (length > 0)
        self->json = attune_http_json_parse (data, length, NULL, NULL);
    }

  return self->json;
}

const char *
attune_http_reply_get_url (AttuneHttpReply *self)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), NULL);

  return self->url;
}

/* One "<target>; name=value" of the list. */
static char *
read_link (const char *link)
{
  const char *start = strchr (link, '<');
  const char *end = start != NULL ? strchr (start, '>') : NULL;
  GHashTable *parameters;
  char *target = NULL;

  if (end == NULL || end[1] != ';')
    return NULL;

  parameters = soup_header_parse_semi_param_list (end + 2);
  if (g_strcmp0 (g_hash_table_lookup (parameters, "rel"), "next") == 0)
    target = g_strndup (start + 1, (gsize) (end - start - 1));
  soup_header_free_param_list (parameters);
  return target;
}

char *
attune_http_reply_dup_next_link (AttuneHttpReply *self)
{
  const char *header;
  g_autofree char *target = NULL;
  const char *at;

  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), NULL);

  header = attune_http_reply_get_header (self, "Link");
  /* Addresses hold commas, so the list is cut where an address begins. */
  for (at = header; at != NULL && target == NULL; at = at != NULL ? strstr (at + 1, "<") : NULL)
    {
      const char *end = strchr (at, '>');
      const char *next = end != NULL ? strchr (end, '<') : NULL;
      g_autofree char *link = next != NULL ? g_strndup (at, (gsize) (next - at)) : g_strdup (at);

      for (gsize length = strlen (link); length > 0 && (link[length - 1] == ' ' || link[length - 1] == ','); length--)
        link[length - 1] = '\0';
      target = read_link (link);
    }
  if (target == NULL)
    return NULL;

  return self->url != NULL ? g_uri_resolve_relative (self->url, target, G_URI_FLAGS_ENCODED, NULL) : g_steal_pointer (&target);
}

gboolean
attune_http_reply_check (AttuneHttpReply  *self,
                         const char       *title,
                         GError          **error)
{
  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (self), FALSE);

  if (attune_http_reply_is_success (self) && !attune_http_error_is_hidden (self))
    return TRUE;

  g_propagate_error (error, attune_http_error_new (self, title));
  return FALSE;
}
