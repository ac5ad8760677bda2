/* fake-server.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-server.h"

#include <stdarg.h>
#include <string.h>

#include "fake-server-private.h"

typedef struct {
  guint  status;
  char  *content_type;
  char  *body;
  char **headers; /* name, value, …, NULL */
} Script;

typedef struct {
  char         *method;  /* NULL: any */
  GPatternSpec *pattern;
  char         *text;    /* of the pattern */
  FakeHandler   handler; /* NULL: scripted */
  gpointer      user_data;
  GQueue        scripts;
} Route;

typedef struct {
  char         *method;
  GPatternSpec *pattern;
  FakeFault     fault;
  int           times;
} Fault;

struct _FakeServer
{
  SoupServer     *server;
  GSocketService *tls_service; /* in the place of the server */
  char       *url;
  guint       port;
  GPtrArray  *routes;
  GPtrArray  *faults;
  GPtrArray  *requests;
  GPtrArray  *open;     /* SoupServerMessage that wait for fake_server_push() */
};

static void
script_free (Script *script)
{
  g_free (script->content_type);
  g_free (script->body);
  g_strfreev (script->headers);
  g_free (script);
}

static void
route_free (Route *route)
{
  g_free (route->method);
  g_free (route->text);
  g_pattern_spec_free (route->pattern);
  g_queue_clear_full (&route->scripts, (GDestroyNotify) script_free);
  g_free (route);
}

static void
fault_free (Fault *fault)
{
  g_free (fault->method);
  g_pattern_spec_free (fault->pattern);
  g_free (fault);
}

static void
take_script (Route      *route,
             FakeAnswer *answer)
{
  Script *script = g_queue_peek_head (&route->scripts);

  fake_answer_text (answer, script->status, script->content_type, script->body != NULL ? script->body : "");
  for (guint i = 0; script->headers != NULL && script->headers[i] != NULL; i += 2)
    fake_answer_header (answer, script->headers[i], script->headers[i + 1]);
  if (g_queue_get_length (&route->scripts) > 1)
    script_free (g_queue_pop_head (&route->scripts));
}

static void
piece_sent_cb (SoupServerMessage *message,
               GPtrArray         *pieces)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  if (pieces->len > 0)
    {
      char *text = g_ptr_array_steal_index (pieces, 0);

      soup_message_body_append_take (body, (guchar *) text, strlen (text));
    }
  else if (g_object_get_data (G_OBJECT (message), "keep-open") == NULL)
    {
      g_signal_handlers_disconnect_by_func (message, piece_sent_cb, pieces);
      soup_message_body_complete (body);
    }
  soup_server_message_unpause (message);
}

static void
forget_open_cb (SoupServerMessage *message,
                FakeServer        *self)
{
  g_ptr_array_remove (self->open, message);
}

static void
send_answer (FakeServer        *self,
             SoupServerMessage *message,
             FakeAnswer        *answer)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  soup_server_message_set_status (message, answer->status, NULL);
  if (answer->content_type != NULL)
    soup_message_headers_replace (headers, "Content-Type", answer->content_type);
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    soup_message_headers_append (headers, g_ptr_array_index (answer->headers, i), g_ptr_array_index (answer->headers, i + 1));

  if (!answer->keep_open && answer->pieces == NULL)
    {
      soup_message_body_append (body, SOUP_MEMORY_COPY, answer->body->data, answer->body->len);
      return;
    }

  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  if (answer->body->len > 0)
    soup_message_body_append (body, SOUP_MEMORY_COPY, answer->body->data, answer->body->len);
  if (answer->keep_open)
    {
      g_object_set_data (G_OBJECT (message), "keep-open", self);
      g_ptr_array_add (self->open, g_object_ref (message));
      g_signal_connect (message, "finished", G_CALLBACK (forget_open_cb), self);
    }
  if (answer->pieces != NULL)
    {
      GPtrArray *pieces = g_steal_pointer (&answer->pieces);

      if (answer->body->len == 0)
        {
          char *text = g_ptr_array_steal_index (pieces, 0);

          soup_message_body_append_take (body, (guchar *) text, strlen (text));
        }
      g_signal_connect_data (message, "wrote-chunk", G_CALLBACK (piece_sent_cb), pieces, (GClosureNotify) (void (*) (void)) g_ptr_array_unref, 0);
    }
}

/* @method NULL fits any. */
static gboolean
fits (const char   *method,
      GPatternSpec *pattern,
      const char   *asked_method,
      const char   *path)
{
  return (method == NULL || g_ascii_strcasecmp (method, asked_method) == 0) && g_pattern_spec_match_string (pattern, path);
}

static FakeFault
take_fault (FakeServer *self,
            const char *method,
            const char *path)
{
  for (guint i = self->faults->len; i > 0; i--)
    {
      Fault *fault = g_ptr_array_index (self->faults, i - 1);

      if (fault->times == 0 || !fits (fault->method, fault->pattern, method, path))
        continue;
      if (fault->times > 0)
        fault->times--;
      return fault->fault;
    }

  return FAKE_FAULT_NONE;
}

static void
handle_cb (SoupServer        *server,
           SoupServerMessage *message,
           const char        *path,
           GHashTable        *query,
           gpointer           user_data)
{
  FakeServer *self = user_data;
  FakeRequest *request = fake_request_new (message, path, query);
  FakeAnswer *answer = fake_answer_new ();
  FakeFault fault = take_fault (self, request->method, request->path);

  g_ptr_array_add (self->requests, request);
  fake_answer_json (answer, 404, "{\"error\":{\"message\":\"The fake has no %s %s\",\"type\":\"fake\",\"code\":null}}", request->method, request->path);
  if (fault != FAKE_FAULT_RESET && fault != FAKE_FAULT_SILENCE && fault < FAKE_FAULT_STATUS)
    {
      for (guint i = self->routes->len; i > 0; i--)
        {
          Route *route = g_ptr_array_index (self->routes, i - 1);

          if (!fits (route->method, route->pattern, request->method, request->path))
            continue;
          if (route->handler != NULL)
            route->handler (self, request, answer, route->user_data);
          else
            take_script (route, answer);
          break;
        }
    }

  if (fault == FAKE_FAULT_NONE)
    send_answer (self, message, answer);
  else
    fake_fault_commit (fault, message, answer);
  fake_answer_free (answer);
}

static void
listen_at (FakeServer *self,
           guint       port)
{
  g_autoptr (GError) error = NULL;

  if (!soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    g_error ("%s", error->message);
}

static void
shook_hands_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  /* Nobody trusts this certificate, so there is nobody to speak with. */
  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, NULL);
  g_io_stream_close_async (G_IO_STREAM (source), G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

static void
unref_cb (gpointer  data,
          GClosure *closure)
{
  g_object_unref (data);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source_object,
             gpointer           certificate)
{
  g_autoptr (GIOStream) stream = g_tls_server_connection_new (G_IO_STREAM (connection), certificate, NULL);

  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), G_PRIORITY_DEFAULT, NULL, shook_hands_cb, NULL);
  return TRUE;
}

static FakeServer *
make_server (GTlsCertificate *certificate)
{
  FakeServer *self = g_new0 (FakeServer, 1);
  GSList *uris;

  self->routes = g_ptr_array_new_with_free_func ((GDestroyNotify) route_free);
  self->faults = g_ptr_array_new_with_free_func ((GDestroyNotify) fault_free);
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) fake_request_free);
  self->open = g_ptr_array_new_with_free_func (g_object_unref);
  if (certificate != NULL)
    {
      g_autoptr (GError) error = NULL;

      self->tls_service = g_socket_service_new ();
      self->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->tls_service), NULL, &error);
      if (self->port == 0)
        g_error ("%s", error->message);
      g_signal_connect_data (self->tls_service, "incoming", G_CALLBACK (incoming_cb), g_object_ref (certificate), (GClosureNotify) unref_cb, 0);
      self->url = g_strdup_printf ("https://127.0.0.1:%u", self->port);
      return self;
    }

  self->server = g_object_new (SOUP_TYPE_SERVER, "raw-paths", TRUE, NULL);
  soup_server_add_handler (self->server, NULL, handle_cb, self, NULL);
  listen_at (self, 0);
  uris = soup_server_get_uris (self->server);
  self->port = (guint) g_uri_get_port (uris->data);
  self->url = g_strdup_printf ("http://127.0.0.1:%u", self->port);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return self;
}

FakeServer *
fake_server_new (void)
{
  return make_server (NULL);
}

FakeServer *
fake_server_new_tls (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "fixtures", "tls", "self-signed.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);

  if (certificate == NULL)
    g_error ("%s", error->message);
  return make_server (certificate);
}

void
fake_server_free (FakeServer *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->open->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->open, i), forget_open_cb, self);
  g_ptr_array_unref (self->open);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  if (self->tls_service != NULL)
    {
      g_socket_service_stop (self->tls_service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->tls_service));
    }
  g_clear_object (&self->tls_service);
  g_ptr_array_unref (self->routes);
  g_ptr_array_unref (self->faults);
  g_ptr_array_unref (self->requests);
  g_free (self->url);
  g_free (self);
}

const char *
fake_server_get_url (FakeServer *self)
{
  return self->url;
}

static Route *
route_new (const char *method,
           const char *pattern)
{
  Route *route = g_new0 (Route, 1);

  route->method = g_strdup (method);
  route->text = g_strdup (pattern);
  route->pattern = g_pattern_spec_new (pattern);
  return route;
}

void
fake_server_add_route (FakeServer  *self,
                       const char  *method,
                       const char  *pattern,
                       FakeHandler  handler,
                       gpointer     user_data)
{
  Route *route = route_new (method, pattern);

  route->handler = handler;
  route->user_data = user_data;
  g_ptr_array_add (self->routes, route);
}

static Script *
add_script (FakeServer *self,
            const char *method,
            const char *pattern,
            guint       status,
            const char *content_type,
            const char *body)
{
  Script *script = g_new0 (Script, 1);
  Route *route = NULL;

  for (guint i = 0; i < self->routes->len && route == NULL; i++)
    {
      Route *known = g_ptr_array_index (self->routes, i);

      if (known->handler == NULL && g_strcmp0 (known->method, method) == 0 && g_str_equal (known->text, pattern))
        route = known;
    }
  if (route == NULL)
    {
      route = route_new (method, pattern);
      g_ptr_array_add (self->routes, route);
    }

  script->status = status;
  script->content_type = g_strdup (content_type);
  script->body = g_strdup (body);
  g_queue_push_tail (&route->scripts, script);
  return script;
}

void
fake_server_script (FakeServer *self,
                    const char *method,
                    const char *pattern,
                    guint       status,
                    const char *content_type,
                    const char *body)
{
  add_script (self, method, pattern, status, content_type, body);
}

void
fake_server_script_full (FakeServer *self,
                         const char *method,
                         const char *pattern,
                         guint       status,
                         const char *content_type,
                         const char *body,
                         ...)
{
  Script *script = add_script (self, method, pattern, status, content_type, body);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  va_list arguments;

  va_start (arguments, body);
  for (const char *text = va_arg (arguments, const char *); text != NULL; text = va_arg (arguments, const char *))
    g_strv_builder_add (builder, text);
  va_end (arguments);
  script->headers = g_strv_builder_end (builder);
}

void
fake_server_set_fault (FakeServer *self,
                       const char *method,
                       const char *pattern,
                       FakeFault   fault,
                       int         times)
{
  Fault *rule = g_new0 (Fault, 1);

  rule->method = g_strdup (method);
  rule->pattern = g_pattern_spec_new (pattern);
  rule->fault = fault;
  rule->times = times;
  g_ptr_array_add (self->faults, rule);
}

void
fake_server_clear_faults (FakeServer *self)
{
  g_ptr_array_set_size (self->faults, 0);
}

void
fake_server_set_refusing (FakeServer *self,
                          gboolean    refusing)
{
  if (refusing)
    soup_server_disconnect (self->server);
  else
    listen_at (self, self->port);
}

void
fake_server_push (FakeServer *self,
                  const char *text)
{
  for (guint i = 0; i < self->open->len; i++)
    {
      SoupServerMessage *message = g_ptr_array_index (self->open, i);

      soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, text, strlen (text));
      soup_server_message_unpause (message);
    }
}

void
fake_server_push_end (FakeServer *self)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_object_unref);

  /* Those that end leave the list. */
  for (guint i = 0; i < self->open->len; i++)
    g_ptr_array_add (open, g_object_ref (g_ptr_array_index (self->open, i)));
  for (guint i = 0; i < open->len; i++)
    {
      SoupServerMessage *message = g_ptr_array_index (open, i);

      g_object_set_data (G_OBJECT (message), "keep-open", NULL);
      soup_message_body_complete (soup_server_message_get_response_body (message));
      soup_server_message_unpause (message);
    }
}

GPtrArray *
fake_server_get_requests (FakeServer *self)
{
  return self->requests;
}

guint
fake_server_count (FakeServer *self,
                   const char *method,
                   const char *pattern)
{
  g_autoptr (GPatternSpec) spec = g_pattern_spec_new (pattern);
  guint count = 0;

  for (guint i = 0; i < self->requests->len; i++)
    {
      const FakeRequest *request = g_ptr_array_index (self->requests, i);

      if (fits (method, spec, request->method, request->path))
        count++;
    }

  return count;
}

const FakeRequest *
fake_server_last (FakeServer *self,
                  const char *method,
                  const char *pattern)
{
  g_autoptr (GPatternSpec) spec = g_pattern_spec_new (pattern);

  for (guint i = self->requests->len; i > 0; i--)
    {
      const FakeRequest *request = g_ptr_array_index (self->requests, i - 1);

      if (fits (method, spec, request->method, request->path))
        return request;
    }

  return NULL;
}

void
fake_server_forget (FakeServer *self)
{
  g_ptr_array_set_size (self->requests, 0);
}
