/* attune-http-error.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-http-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-http-json.h"
#include "attune-http-private.h"
#include "attune-redact.h"

/* In characters: what is longer than a paragraph is no message. */
#define MAX_WORDS 600

/* One line, without what must not be read, and not too long; NULL where nothing is left. */
static char *
clean (const char *text)
{
  g_autofree char *valid = NULL;
  g_autofree char *masked = NULL;
  g_autoptr (GString) line = NULL;
  gboolean space = FALSE;

  if (text == NULL)
    return NULL;

  valid = g_utf8_make_valid (text, -1);
  masked = attune_redact (valid);
  line = g_string_new (NULL);
  for (const char *at = masked; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (g_unichar_isspace (character) || g_unichar_iscntrl (character))
        {
          space = line->len > 0;
          continue;
        }
      if (space)
        g_string_append_c (line, ' ');
      space = FALSE;
      g_string_append_unichar (line, character);
    }

  if (g_utf8_strlen (line->str, -1) > MAX_WORDS)
    {
      g_string_truncate (line, (gsize) (g_utf8_offset_to_pointer (line->str, MAX_WORDS) - line->str));
      g_string_append (line, "…");
    }

  return line->len > 0 ? g_string_free_and_steal (g_steal_pointer (&line)) : NULL;
}

/* The texts of a list, or what @member of each object of it says. */
static char *
join (JsonNode   *root,
      const char *path,
      const char *member)
{
  JsonArray *array = attune_http_json_peek_array (root, path);
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *text = member != NULL ? attune_json_peek_string (element, member, NULL) : attune_json_node_peek_string (element);

      if (text != NULL && *text != '\0')
        g_string_append_printf (joined, "%s%s", joined->len > 0 ? "; " : "", text);
    }

  return joined->len > 0 ? g_string_free_and_steal (g_steal_pointer (&joined)) : NULL;
}

/* (transfer full) (nullable): the words as they stand there. */
static char *
find_words (AttuneHttpReply *reply)
{
  JsonNode *root = attune_http_reply_get_json (reply);
  const char *text = NULL;
  char *joined = NULL;

  /* Some send a list with one error in it. */
  if (root != NULL && JSON_NODE_HOLDS_ARRAY (root) && attune_http_json_get_length (root, NULL) > 0)
    root = json_array_get_element (json_node_get_array (root), 0);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    {
      static const char * const paths[] = { "error.message", "error", "message", NULL };

      for (guint i = 0; paths[i] != NULL; i++)
        {
          text = attune_json_peek_string (root, paths[i], NULL);
          if (text != NULL && *text != '\0')
            return g_strdup (text);
        }

      if ((joined = join (root, "error", NULL)) != NULL
          || (joined = join (root, "message.detail", "msg")) != NULL
          || (joined = join (root, "detail", "msg")) != NULL
          || (joined = join (root, "detail", NULL)) != NULL)
        return joined;

      text = attune_json_peek_string (root, "detail", NULL);
      if (text == NULL || *text == '\0')
        text = attune_json_peek_string (root, "detail.message", NULL);
      if (text == NULL || *text == '\0')
        text = attune_json_peek_string (root, "errors.0.message", NULL);
      if (text == NULL || *text == '\0')
        text = attune_json_peek_string (root, "errors.0", NULL);
      if (text == NULL || *text == '\0')
        text = attune_json_peek_string (root, "object.message", NULL);
    }
  if (text == NULL || *text == '\0')
    text = attune_http_reply_get_header (reply, "X-Error-Message");
  if ((text == NULL || *text == '\0') && g_strcmp0 (attune_http_reply_get_content_type (reply), "text/plain") == 0)
    {
      gsize length;
      const char *data = g_bytes_get_data (attune_http_reply_get_body (reply), &length);

      return g_strndup (data, MIN (length, MAX_WORDS * 4));
    }

  return g_strdup (text);
}

char *
attune_http_error_dup_words (AttuneHttpReply *reply)
{
  g_autofree char *words = NULL;

  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (reply), NULL);

  words = find_words (reply);
  return clean (words);
}

const char *
attune_http_error_peek_code (AttuneHttpReply *reply)
{
  static const char * const paths[] = { "error.code", "error.type", "code", "type", NULL };
  JsonNode *root;

  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (reply), NULL);

  root = attune_http_reply_get_json (reply);
  for (guint i = 0; root != NULL && paths[i] != NULL; i++)
    {
      const char *code = attune_json_peek_string (root, paths[i], NULL);

      if (code != NULL && *code != '\0')
        return code;
    }

  return attune_http_reply_get_header (reply, "X-Error-Code");
}

char *
attune_http_error_dup_parameter (AttuneHttpReply *reply)
{
  JsonNode *root;
  JsonArray *location;
  const char *parameter;
  g_autoptr (GString) joined = NULL;

  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (reply), NULL);

  root = attune_http_reply_get_json (reply);
  if (root == NULL)
    return NULL;
  parameter = attune_json_peek_string (root, "error.param", NULL);
  if (parameter != NULL && *parameter != '\0')
    return clean (parameter);

  location = attune_http_json_peek_array (root, "detail.0.loc");
  if (location == NULL)
    return NULL;
  joined = g_string_new (NULL);
  for (guint i = 0; i < json_array_get_length (location); i++)
    {
      JsonNode *element = json_array_get_element (location, i);
      const char *text = attune_json_node_peek_string (element);
      gint64 number;

      if (text != NULL)
        g_string_append_printf (joined, "%s%s", joined->len > 0 ? "." : "", text);
      else if (attune_json_node_to_int (element, &number))
        g_string_append_printf (joined, "%s%" G_GINT64_FORMAT, joined->len > 0 ? "." : "", number);
    }

  return clean (joined->str);
}

gboolean
attune_http_error_is_exhausted (AttuneHttpReply *reply)
{
  static const char * const words[] = { "insufficient_quota", "credit_balance_exhausted", NULL };
  static const char * const paths[] = { "error.code", "error.type", "code", "type", NULL };
  JsonNode *root;

  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (reply), FALSE);

  if (attune_http_reply_get_status (reply) == 402)
    return TRUE;

  /* The one may stand in the code and the other in the type. */
  root = attune_http_reply_get_json (reply);
  for (guint i = 0; root != NULL && paths[i] != NULL; i++)
    {
      const char *code = attune_json_peek_string (root, paths[i], NULL);

      if (code != NULL && g_strv_contains (words, code))
        return TRUE;
    }

  return FALSE;
}

gboolean
attune_http_error_is_hidden (AttuneHttpReply *reply)
{
  JsonNode *root;
  JsonObject *object;
  JsonNode *error;

  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (reply), FALSE);

  root = attune_http_reply_get_json (reply);
  object = attune_http_json_peek_object (root, NULL);
  error = object != NULL ? json_object_get_member (object, "error") : NULL;
  /* Jobs and files carry an "error" of their own, which is theirs and not the answer's. */
  if (error == NULL || json_object_has_member (object, "id") || json_object_has_member (object, "name") || json_object_has_member (object, "status")
      || json_object_has_member (object, "state") || json_object_has_member (object, "data"))
    return FALSE;

  return attune_json_node_peek_string (error) != NULL || attune_json_peek_string (error, "message", NULL) != NULL;
}

static AttuneError
code_of_status (guint status)
{
  switch (status)
    {
    case 400:
    case 406:
    case 411:
    case 412:
    case 415:
    case 416:
    case 422:
      return ATTUNE_ERROR_INVALID;
    case 401:
      return ATTUNE_ERROR_AUTH_INVALID;
    case 402:
      return ATTUNE_ERROR_PAYMENT_NEEDED;
    case 403:
    case 451:
      return ATTUNE_ERROR_NOT_ALLOWED;
    case 404:
      return ATTUNE_ERROR_NOT_FOUND;
    case 405:
    case 501:
      return ATTUNE_ERROR_NOT_SUPPORTED;
    case 407:
      return ATTUNE_ERROR_AUTH_REQUIRED;
    case 408:
    case 504:
      return ATTUNE_ERROR_TIMED_OUT;
    case 409:
    case 423:
      return ATTUNE_ERROR_CONFLICT;
    case 410:
      return ATTUNE_ERROR_WITHDRAWN;
    case 413:
    case 414:
    case 431:
      return ATTUNE_ERROR_TOO_LARGE;
    case 425:
    case 429:
      return ATTUNE_ERROR_RATE_LIMITED;
    default:
      /* Of 499 too it is not known what the server has done. */
      return status >= 500 || status == 499 || status < 400 ? ATTUNE_ERROR_SERVER_FAULT : ATTUNE_ERROR_FAILED;
    }
}

static char *
describe_status (guint status)
{
  switch (status)
    {
    case 401:
      return g_strdup (_("the key was refused"));
    case 402:
      return g_strdup (_("the account has no credit left"));
    case 403:
      return g_strdup (_("this is not allowed with this key"));
    case 404:
      return g_strdup (_("this is not there"));
    case 408:
    case 504:
      return g_strdup (_("the server did not finish in time"));
    case 409:
      return g_strdup (_("this is already there, or being changed"));
    case 410:
      return g_strdup (_("this is no longer offered"));
    case 413:
      return g_strdup (_("this is too large"));
    case 429:
      return g_strdup (_("too many requests"));
    case 500:
    case 502:
    case 503:
      return g_strdup_printf (_("the server has a fault (status %u)"), status);
    default:
      {
        const char *phrase = soup_status_get_phrase (status);

        if (status >= 300 && status < 400)
          return g_strdup_printf (_("the server points to another address (status %u), which is not followed here"), status);
        return g_strdup_printf (_("status %u, %s"), status, phrase);
      }
    }
}

GError *
attune_http_error_new (AttuneHttpReply *reply,
                       const char      *title)
{
  g_autofree char *words = NULL;
  g_autofree char *parameter = NULL;
  g_autoptr (GString) message = NULL;
  AttuneError code;
  guint status;

  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (reply), NULL);
  g_return_val_if_fail (title != NULL, NULL);

  status = attune_http_reply_get_status (reply);
  /* A success with an error inside: whatever was asked for was not done, and nobody knows why. */
  code = attune_http_reply_is_success (reply) ? ATTUNE_ERROR_FAILED : code_of_status (status);
  if (!attune_http_reply_is_success (reply) && attune_http_error_is_exhausted (reply))
    code = ATTUNE_ERROR_PAYMENT_NEEDED;

  words = attune_http_error_dup_words (reply);
  if (words == NULL)
    words = describe_status (status);
  message = g_string_new (NULL);
  /* translators: the title of a provider, and what it says is wrong */
  g_string_append_printf (message, _("%s: %s"), title, words);

  parameter = attune_http_error_dup_parameter (reply);
  if (parameter != NULL && strstr (words, parameter) == NULL)
    /* translators: added to an error message: the name of the setting that is wrong */
    g_string_append_printf (message, _(" (in “%s”)"), parameter);

  if (code == ATTUNE_ERROR_RATE_LIMITED)
    {
      double asked = attune_http_retry_get_asked (reply, g_get_real_time ());

      if (asked >= 1 && asked < 1e6)
        g_string_append_printf (message, ngettext (" (wait %d second)", " (wait %d seconds)", (gulong) (asked + 0.5)), (int) (asked + 0.5));
    }
  if (status >= 500)
    {
      const char *request_id = attune_http_reply_get_header (reply, "X-Request-Id");

      /* What the provider's support asks for. */
      if (request_id != NULL && strlen (request_id) <= 100)
        g_string_append_printf (message, _(" (request %s)"), request_id);
    }

  return g_error_new_literal (ATTUNE_ERROR, (int) code, message->str);
}

GError *
attune_http_error_new_no_json (AttuneHttpReply *reply,
                               const char      *title,
                               const char      *host)
{
  const char *type;
  const char *data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonNode) node = NULL;
  gsize length;
  gsize start = 0;

  g_return_val_if_fail (ATTUNE_IS_HTTP_REPLY (reply), NULL);

  type = attune_http_reply_get_content_type (reply);
  data = g_bytes_get_data (attune_http_reply_get_body (reply), &length);
  while (start < length && g_ascii_isspace (data[start]))
    start++;
  if (g_strcmp0 (type, "text/html") == 0 || (start < length && data[start] == '<'))
    /* translators: the title of a provider, and its host */
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT,
                        _("%s: %s answered with a web page instead of data. The network may want a sign-in first, or the base URL is not that of the API"),
                        title, host);

  node = attune_http_json_parse (data, length, NULL, &problem);
  /* translators: the title of a provider, its host, the type of what came ("image/png"), and what is wrong with it */
  return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("%s: the answer of %s (%s) cannot be read: %s"), title, host,
                      type != NULL ? type : _("of no type"), problem != NULL ? problem->message : "");
}

static const char *
describe_transport (const GError *error,
                    AttuneError  *code)
{
  if (error->domain == G_TLS_ERROR)
    {
      /* Nothing has been sent: trying again or looking for a job is of no use. */
      *code = ATTUNE_ERROR_FAILED;
      return _("the connection is not safe, so nothing was sent. Check the date and time of this computer, and whether a proxy or another program "
               "reads its connections");
    }
  if (error->domain == G_RESOLVER_ERROR)
    {
      *code = ATTUNE_ERROR_NO_NETWORK;
      return _("its address was not found");
    }
  if (error->domain == SOUP_SESSION_ERROR)
    {
      *code = ATTUNE_ERROR_SERVER_FAULT;
      return _("what answered does not speak HTTP");
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      *code = ATTUNE_ERROR_TIMED_OUT;
      return _("no answer came in time");
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    {
      *code = ATTUNE_ERROR_NO_NETWORK;
      return _("the connection was refused");
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    {
      *code = ATTUNE_ERROR_NO_NETWORK;
      return _("the connection broke off");
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND))
    {
      *code = ATTUNE_ERROR_NO_NETWORK;
      return _("there is no way to it on the network");
    }

  return NULL;
}

GError *
attune_http_error_from_transport (GError     *error,
                                  const char *title,
                                  const char *url)
{
  g_autoptr (GError) original = error;
  g_autoptr (GUri) uri = NULL;
  g_autofree char *place = NULL;
  g_autofree char *words = NULL;
  AttuneError code = ATTUNE_ERROR_FAILED;
  const char *description;

  g_return_val_if_fail (error != NULL, NULL);
  g_return_val_if_fail (title != NULL, NULL);

  if (original->domain == ATTUNE_ERROR)
    return g_steal_pointer (&original);
  if (attune_error_is_cancelled (original))
    return g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, original->message);

  uri = url != NULL ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    place = g_strdup (title);
  else if (g_uri_get_port (uri) > 0)
    place = g_strdup_printf ("%s (%s:%d)", title, g_uri_get_host (uri), g_uri_get_port (uri));
  else
    place = g_strdup_printf ("%s (%s)", title, g_uri_get_host (uri));

  words = clean (original->message);
  description = describe_transport (original, &code);
  if (description != NULL)
    /* translators: a provider and its host, what happened, and the system's own words for it */
    return g_error_new (ATTUNE_ERROR, (int) code, _("%s: %s (%s)"), place, description, words != NULL ? words : "");

  attune_error_convert (&original);
  /* Whatever else broke on the way, it broke on the way. */
  return g_error_new (ATTUNE_ERROR, original->code == ATTUNE_ERROR_FAILED || original->code == ATTUNE_ERROR_DAMAGED ? ATTUNE_ERROR_NO_NETWORK : original->code,
                      _("%s: %s"), place, words != NULL ? words : original->message);
}

gboolean
attune_http_error_is_passing (const GError *error)
{
  return g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK) || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT)
         || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT);
}
