/* attune-redact.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-redact.h"

#include <string.h>

#include "attune-json.h"

/* Shorter ones would mask ordinary words. */
#define MIN_SECRET_LENGTH 8

/* In their order: what names a secret first, then what looks like one, then addresses. */
static const struct {
  const char *pattern;
  const char *replacement;
} rules[] = {
  { "(?i)\\b((?:proxy-)?authorization|x-api-key|api-key|set-cookie|cookie)(\\\\?[\"']?\\s*[:=]\\s*)(?!\\s*\\\\?[\"']?\\s*$)[^\\r\\n\"']+",
    "\\1\\2" ATTUNE_REDACTED },
  { "(?i)\\b(bearer|basic)\\s+[A-Za-z0-9._~+/=-]{6,}", "\\1 " ATTUNE_REDACTED },
  /* The whole object of secrets, also where the text was cut off inside. */
  { "(?i)(\"secrets\"\\s*:\\s*)\\{[^{}]*\\}?", "\\1\"" ATTUNE_REDACTED "\"" },
  { "(?i)(\"(?:wandb_api_key|wandb_key|api_?key|api_?token|hf_api_token|hf_token|access_?token|auth_?token|token|secret|password)\"\\s*:\\s*)"
    "\"(?:[^\"\\\\]|\\\\.)*\"?",
    "\\1\"" ATTUNE_REDACTED "\"" },
  /* The same as it stands in an environment or a form. */
  { "(?i)\\b([a-z0-9_]*(?:api_key|api_token|hf_token|wandb_key|access_token|secret|password))=[^\\s&\"']+", "\\1=" ATTUNE_REDACTED },
  { "\\b(?:sk-[A-Za-z0-9_-]{12,}|hf_[A-Za-z0-9]{12,}|fw_[A-Za-z0-9]{12,}|tgp_v1_[A-Za-z0-9_-]{8,}|wandb_v1_[A-Za-z0-9_]{16,}|local-[0-9a-f]{40})",
    ATTUNE_REDACTED },
  { "\\b([a-z][a-z0-9+.-]*://)[^/\\s\"'<>@]+@", "\\1" ATTUNE_REDACTED "@" },
  /* Whoever has a signed address may use it until it expires. */
  { "(?i)\\?[^\\s\"'<>]*(?:signature|\\bsig=|x-amz-|x-goog-|credential|token=|expires=|policy=|[?&]key=)[^\\s\"'<>]*", "?" ATTUNE_REDACTED },
};

/* Members whose text is a secret wherever they stand in a request. */
static const char * const secret_members[] = {
  "wandb_api_key", "wandb_key", "apiKey", "api_key", "apiToken", "api_token", "hf_api_token", "hf_token", "HF_TOKEN", "WANDB_API_KEY", NULL
};

static GMutex secrets_lock;
static GPtrArray *secrets;

static GRegex **
get_expressions (void)
{
  static GRegex *expressions[G_N_ELEMENTS (rules)];
  static gsize made;

  if (g_once_init_enter (&made))
    {
      for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
        {
          g_autoptr (GError) error = NULL;

          /* Bytes, since what is logged need not be UTF-8. */
          expressions[i] = g_regex_new (rules[i].pattern, G_REGEX_OPTIMIZE | G_REGEX_RAW, G_REGEX_MATCH_DEFAULT, &error);
          g_assert_no_error (error);
        }
      g_once_init_leave (&made, 1);
    }

  return expressions;
}

static void
replace_secret (GString    *text,
                const char *secret)
{
  g_autofree char *escaped = g_uri_escape_bytes ((const guint8 *) secret, strlen (secret), NULL);

  g_string_replace (text, secret, ATTUNE_REDACTED, 0);
  if (strcmp (escaped, secret) != 0)
    g_string_replace (text, escaped, ATTUNE_REDACTED, 0);
}

char *
attune_redact (const char *text)
{
  GRegex **expressions = get_expressions ();
  g_autoptr (GString) masked = NULL;
  char *result;

  g_return_val_if_fail (text != NULL, NULL);

  masked = g_string_new (text);
  g_mutex_lock (&secrets_lock);
  for (guint i = 0; secrets != NULL && i < secrets->len; i++)
    replace_secret (masked, g_ptr_array_index (secrets, i));
  g_mutex_unlock (&secrets_lock);

  result = g_string_free_and_steal (g_steal_pointer (&masked));
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autofree char *before = result;
      g_autoptr (GError) error = NULL;

      result = g_regex_replace (expressions[i], before, -1, 0, rules[i].replacement, G_REGEX_MATCH_DEFAULT, &error);
      /* A text on which the search gives up is not shown rather than shown whole. */
      if (result == NULL)
        return g_strdup (ATTUNE_REDACTED);
    }

  return result;
}

static void
redact_node (JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        redact_node (json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GList) names = json_object_get_members (object);

      for (GList *iter = names; iter != NULL; iter = iter->next)
        {
          JsonNode *member = json_object_get_member (object, iter->data);

          if (g_str_equal (iter->data, "secrets") && JSON_NODE_HOLDS_OBJECT (member))
            {
              g_autoptr (GList) kept = json_object_get_members (json_node_get_object (member));

              for (GList *secret = kept; secret != NULL; secret = secret->next)
                json_object_set_string_member (json_node_get_object (member), secret->data, ATTUNE_REDACTED);
            }
          else if (g_strv_contains (secret_members, iter->data) && attune_json_node_peek_string (member) != NULL)
            json_object_set_string_member (object, iter->data, ATTUNE_REDACTED);
          else
            redact_node (member);
        }
    }
}

JsonNode *
attune_redact_json (JsonNode *node)
{
  JsonNode *copy;

  g_return_val_if_fail (node != NULL, NULL);

  copy = attune_json_copy (node);
  redact_node (copy);
  return copy;
}

void
attune_redact_remember (const char *secret)
{
  if (secret == NULL || strlen (secret) < MIN_SECRET_LENGTH)
    return;

  g_mutex_lock (&secrets_lock);
  if (secrets == NULL)
    secrets = g_ptr_array_new_with_free_func (g_free);
  if (!g_ptr_array_find_with_equal_func (secrets, secret, g_str_equal, NULL))
    g_ptr_array_add (secrets, g_strdup (secret));
  g_mutex_unlock (&secrets_lock);
}

GLogWriterOutput
attune_redact_log_writer (GLogLevelFlags   level,
                          const GLogField *fields,
                          gsize            n_fields,
                          gpointer         user_data)
{
  g_autofree GLogField *masked = NULL;
  g_autoptr (GPtrArray) texts = NULL;
  const char *domain = NULL;

  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "GLIB_DOMAIN") && fields[i].length < 0)
        domain = fields[i].value;
    }
  /* Most messages are for nobody. */
  if (g_log_writer_default_would_drop (level, domain))
    return G_LOG_WRITER_HANDLED;

  masked = g_memdup2 (fields, n_fields * sizeof *fields);
  texts = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < n_fields; i++)
    {
      char *text;

      if (g_str_equal (fields[i].key, "PRIORITY") || g_str_equal (fields[i].key, "GLIB_DOMAIN") || g_str_has_prefix (fields[i].key, "CODE_"))
        continue;
      text = fields[i].length < 0 ? attune_redact (fields[i].value) : NULL;
      if (fields[i].length >= 0 && g_str_equal (fields[i].key, "MESSAGE"))
        {
          g_autofree char *whole = g_strndup (fields[i].value, (gsize) fields[i].length);

          text = attune_redact (whole);
        }
      if (text == NULL)
        continue;

      g_ptr_array_add (texts, text);
      masked[i].value = text;
      masked[i].length = -1;
    }

  return g_log_writer_default (level, masked, n_fields, NULL);
}

void
attune_redact_install_log_writer (void)
{
  static gsize installed;

  /* GLib takes a writer only once in a process. */
  if (g_once_init_enter (&installed))
    {
      g_log_set_writer_func (attune_redact_log_writer, NULL, NULL);
      g_once_init_leave (&installed, 1);
    }
}
