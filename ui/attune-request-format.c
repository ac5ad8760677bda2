/* attune-request-format.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-request-format.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-credentials.h"
#include "attune-json.h"

const char *
attune_request_format_get_title (AttuneRequestFormat format)
{
  g_return_val_if_fail (format < ATTUNE_N_REQUEST_FORMATS, NULL);

  switch (format)
    {
    case ATTUNE_REQUEST_FORMAT_CURL:
      return "curl";
    case ATTUNE_REQUEST_FORMAT_PYTHON:
      return "Python";
    case ATTUNE_REQUEST_FORMAT_ATTUNECTL:
      /* translators: the command line, as a way to start a job */
      return _("Terminal");
    case ATTUNE_REQUEST_FORMAT_JSON:
    case ATTUNE_N_REQUEST_FORMATS:
    default:
      return "JSON";
    }
}

const char *
attune_request_format_get_language (AttuneRequestFormat format)
{
  static const char * const languages[] = { "json", "sh", "python3", "sh" };

  g_return_val_if_fail (format < ATTUNE_N_REQUEST_FORMATS, NULL);

  return languages[format];
}

static const char *
get_url (const AttuneRequest *request)
{
  return attune_json_peek_string (request->request, "url", "");
}

gboolean
attune_request_format_applies (AttuneRequestFormat  format,
                               const AttuneRequest *request)
{
  g_return_val_if_fail (format < ATTUNE_N_REQUEST_FORMATS, FALSE);
  g_return_val_if_fail (request != NULL, FALSE);

  if (format == ATTUNE_REQUEST_FORMAT_CURL || format == ATTUNE_REQUEST_FORMAT_PYTHON)
    return g_str_has_prefix (get_url (request), "http://") || g_str_has_prefix (get_url (request), "https://");
  if (format == ATTUNE_REQUEST_FORMAT_ATTUNECTL)
    return request->configuration != NULL;

  return TRUE;
}

/* The variable that a placeholder such as "<W&B API Key>" stands for; NULL where it is no secret's. */
static const char *
find_variable (const char *text)
{
  static const struct {
    const char *path;
    const char *credential;
  } secrets[] = {
    { "integrations.wandb.apiKey", "wandb" },
    { "integrations.huggingface.apiToken", "huggingface" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      const AttuneParameter *parameter = attune_parameters_lookup (secrets[i].path);
      const char *variable = attune_credentials_get_variable (secrets[i].credential);
      g_autofree char *placeholder = g_strdup_printf ("<%s>", attune_parameter_get_title (parameter));
      g_autofree char *untranslated = g_strdup_printf ("<%s>", parameter->title);
      g_autofree char *named = g_strdup_printf ("<%s>", variable);

      if (g_str_equal (text, placeholder) || g_str_equal (text, untranslated) || g_str_equal (text, named))
        return variable;
    }

  return NULL;
}

/* --- Shell --- */

static void
append_quoted (GString    *line,
               const char *text)
{
  g_autofree char *quoted = NULL;

  if (*text != '\0' && strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+@%-") == strlen (text))
    {
      g_string_append (line, text);
      return;
    }
  quoted = g_shell_quote (text);
  g_string_append (line, quoted);
}

/* The body in single quotes, left where a variable stands: '{"apiKey": "'"$WANDB_API_KEY"'"}'. */
static char *
quote_body (const char *body)
{
  GString *text = g_string_new ("'");
  const char *p = body;

  while (*p != '\0')
    {
      const char *end = *p == '"' && p[1] == '<' ? strchr (p + 1, '"') : NULL;
      g_autofree char *value = end != NULL ? g_strndup (p + 1, (gsize) (end - p - 1)) : NULL;
      const char *variable = value != NULL ? find_variable (value) : NULL;

      if (variable != NULL)
        {
          g_string_append_printf (text, "\"'\"$%s\"'\"", variable);
          p = end + 1;
        }
      else if (*p == '\'')
        {
          g_string_append (text, "'\\''");
          p++;
        }
      else
        g_string_append_c (text, *p++);
    }
  g_string_append_c (text, '\'');

  return g_string_free_and_steal (text);
}

static char *
write_curl (const AttuneRequest *request)
{
  GString *text = g_string_new ("curl");
  const char *method = attune_json_peek_string (request->request, "method", "POST");
  JsonNode *body = attune_json_lookup (request->request, "body");

  if (!g_str_equal (method, "POST"))
    g_string_append_printf (text, " -X %s", method);
  g_string_append_c (text, ' ');
  append_quoted (text, get_url (request));
  if (request->key_variable != NULL)
    g_string_append_printf (text, " \\\n  -H \"Authorization: Bearer $%s\"", request->key_variable);
  if (body != NULL)
    {
      g_autofree char *json = attune_json_write (body, TRUE);
      g_autofree char *quoted = quote_body (json);

      g_string_append_printf (text, " \\\n  -H 'Content-Type: application/json' \\\n  -d %s", quoted);
    }
  g_string_append_c (text, '\n');

  return g_string_free_and_steal (text);
}

static void
append_option (GString    *text,
               const char *option,
               const char *value)
{
  if (value == NULL || *value == '\0')
    return;

  g_string_append_printf (text, " \\\n  %s ", option);
  append_quoted (text, value);
}

static char *
write_attunectl (const AttuneRequest *request)
{
  GString *text = g_string_new ("attunectl job-create --provider ");
  guint n_parameters;
  const AttuneParameter *parameters = attune_parameters_get (&n_parameters);
  JsonObject *metadata = attune_configuration_get_metadata (request->configuration);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  append_quoted (text, request->provider);
  append_option (text, "--name", request->name);
  append_option (text, "--training", request->training);
  append_option (text, "--validation", request->validation);
  for (guint i = 0; i < n_parameters; i++)
    {
      g_autoptr (GVariant) value = attune_configuration_dup_value (request->configuration, parameters[i].path);
      g_autofree char *shown = NULL;
      g_autofree char *assignment = NULL;

      /* Data sets are named by their files; secrets come from the keyring or the environment, never from a command line. */
      if (value == NULL || parameters[i].type == ATTUNE_PARAMETER_SECRET || parameters[i].type == ATTUNE_PARAMETER_DATASET)
        continue;
      shown = attune_parameter_format (&parameters[i], value);
      assignment = g_strdup_printf ("%s=%s", parameters[i].path, shown);
      append_option (text, "--set", assignment);
    }
  json_object_iter_init_ordered (&iter, metadata);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *json = attune_json_write (node, FALSE);
      g_autofree char *assignment = g_strdup_printf ("metadata.%s=%s", name, json);

      append_option (text, "--set", assignment);
    }
  g_string_append_c (text, '\n');

  return g_string_free_and_steal (text);
}

/* --- Python --- */

static void
append_python (GString  *text,
               JsonNode *node,
               guint     depth)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      if (json_object_get_size (object) == 0)
        {
          g_string_append (text, "{}");
          return;
        }
      g_string_append (text, "{\n");
      json_object_iter_init_ordered (&iter, object);
      while (json_object_iter_next_ordered (&iter, &name, &member))
        {
          g_string_append_printf (text, "%*s", (int) (depth + 1) * 4, "");
          attune_json_append_string (text, name);
          g_string_append (text, ": ");
          append_python (text, member, depth + 1);
          g_string_append (text, ",\n");
        }
      g_string_append_printf (text, "%*s}", (int) depth * 4, "");
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      g_string_append_c (text, '[');
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          if (i > 0)
            g_string_append (text, ", ");
          append_python (text, json_array_get_element (array, i), depth);
        }
      g_string_append_c (text, ']');
    }
  else if (JSON_NODE_HOLDS_NULL (node))
    g_string_append (text, "None");
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    g_string_append (text, json_node_get_boolean (node) ? "True" : "False");
  else
    {
      const char *string = attune_json_node_peek_string (node);
      const char *variable = string != NULL ? find_variable (string) : NULL;
      g_autofree char *json = NULL;

      if (variable != NULL)
        {
          g_string_append_printf (text, "os.environ[\"%s\"]", variable);
          return;
        }
      /* Texts and numbers of JSON read the same in Python. */
      json = attune_json_write (node, FALSE);
      g_string_append (text, json);
    }
}

static char *
write_python (const AttuneRequest *request)
{
  GString *text = g_string_new ("import json\nimport os\nimport urllib.request\n\n");
  JsonNode *body = attune_json_lookup (request->request, "body");

  g_string_append (text, "body = ");
  if (body != NULL)
    append_python (text, body, 0);
  else
    g_string_append (text, "None");
  g_string_append (text, "\n\nrequest = urllib.request.Request(\n    ");
  attune_json_append_string (text, get_url (request));
  g_string_append (text, ",\n    data=json.dumps(body).encode(),\n    headers={\n");
  if (request->key_variable != NULL)
    g_string_append_printf (text, "        \"Authorization\": \"Bearer \" + os.environ[\"%s\"],\n", request->key_variable);
  g_string_append (text, "        \"Content-Type\": \"application/json\",\n    },\n    method=");
  attune_json_append_string (text, attune_json_peek_string (request->request, "method", "POST"));
  g_string_append (text, ",\n)\nwith urllib.request.urlopen(request) as answer:\n    print(json.dumps(json.load(answer), indent=2))\n");

  return g_string_free_and_steal (text);
}

char *
attune_request_format_write (AttuneRequestFormat  format,
                             const AttuneRequest *request)
{
  JsonNode *body;

  g_return_val_if_fail (format < ATTUNE_N_REQUEST_FORMATS, NULL);
  g_return_val_if_fail (request != NULL && request->request != NULL, NULL);

  switch (format)
    {
    case ATTUNE_REQUEST_FORMAT_CURL:
      return write_curl (request);
    case ATTUNE_REQUEST_FORMAT_PYTHON:
      return write_python (request);
    case ATTUNE_REQUEST_FORMAT_ATTUNECTL:
      return write_attunectl (request);
    case ATTUNE_REQUEST_FORMAT_JSON:
    case ATTUNE_N_REQUEST_FORMATS:
    default:
      body = attune_json_lookup (request->request, "body");
      return attune_json_write (body != NULL ? body : request->request, TRUE);
    }
}
