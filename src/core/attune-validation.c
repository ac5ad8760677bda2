/* attune-validation.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-validation.h"

#include "attune-error.h"
#include "attune-json.h"

struct _AttuneValidation
{
  GObject    parent_instance;

  GPtrArray *issues; /* AttuneIssue */
};

G_DEFINE_FINAL_TYPE (AttuneValidation, attune_validation, G_TYPE_OBJECT)

static void
issue_free (AttuneIssue *issue)
{
  g_clear_pointer (&issue->path, g_free);
  g_clear_pointer (&issue->code, g_free);
  g_clear_pointer (&issue->message, g_free);
  g_clear_pointer (&issue->repair, g_variant_unref);
  g_free (issue);
}

static void
attune_validation_finalize (GObject *object)
{
  AttuneValidation *self = ATTUNE_VALIDATION (object);

  g_clear_pointer (&self->issues, g_ptr_array_unref);

  G_OBJECT_CLASS (attune_validation_parent_class)->finalize (object);
}

static void
attune_validation_class_init (AttuneValidationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_validation_finalize;
}

static void
attune_validation_init (AttuneValidation *self)
{
  self->issues = g_ptr_array_new_with_free_func ((GDestroyNotify) issue_free);
}

AttuneValidation *
attune_validation_new (void)
{
  return g_object_new (ATTUNE_TYPE_VALIDATION, NULL);
}

void
attune_validation_add (AttuneValidation *self,
                       const char       *path,
                       AttuneSeverity    severity,
                       const char       *code,
                       GVariant         *repair,
                       const char       *format,
                       ...)
{
  g_autoptr (GVariant) sunk = repair != NULL ? g_variant_ref_sink (repair) : NULL;
  AttuneIssue *issue;
  va_list arguments;

  g_return_if_fail (ATTUNE_IS_VALIDATION (self));
  g_return_if_fail (path != NULL);
  g_return_if_fail (code != NULL);
  g_return_if_fail (format != NULL);

  issue = g_new0 (AttuneIssue, 1);
  issue->path = g_strdup (path);
  issue->severity = severity;
  issue->code = g_strdup (code);
  issue->repair = g_steal_pointer (&sunk);
  va_start (arguments, format);
  issue->message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_ptr_array_add (self->issues, issue);
}

static gboolean
has_issue (AttuneValidation  *self,
           const AttuneIssue *wanted)
{
  for (guint i = 0; i < self->issues->len; i++)
    {
      const AttuneIssue *issue = g_ptr_array_index (self->issues, i);

      if (issue->severity == wanted->severity && g_str_equal (issue->path, wanted->path) &&
          g_str_equal (issue->code, wanted->code) && g_str_equal (issue->message, wanted->message))
        return TRUE;
    }

  return FALSE;
}

void
attune_validation_merge (AttuneValidation *self,
                         AttuneValidation *other)
{
  g_return_if_fail (ATTUNE_IS_VALIDATION (self));
  g_return_if_fail (ATTUNE_IS_VALIDATION (other));

  if (self == other)
    return;

  for (guint i = 0; i < other->issues->len; i++)
    {
      const AttuneIssue *issue = g_ptr_array_index (other->issues, i);

      if (!has_issue (self, issue))
        attune_validation_add (self, issue->path, issue->severity, issue->code, issue->repair, "%s", issue->message);
    }
}

void
attune_validation_drop_unsupported (AttuneValidation   *self,
                                    AttuneCapabilities *capabilities)
{
  g_return_if_fail (ATTUNE_IS_VALIDATION (self));
  g_return_if_fail (ATTUNE_IS_CAPABILITIES (capabilities));

  for (guint i = self->issues->len; i > 0; i--)
    {
      const AttuneIssue *issue = g_ptr_array_index (self->issues, i - 1);

      if (g_str_equal (issue->code, "required") && attune_parameters_lookup (issue->path) != NULL &&
          !attune_capabilities_supports_path (capabilities, issue->path))
        g_ptr_array_remove_index (self->issues, i - 1);
    }
}

guint
attune_validation_get_n_issues (AttuneValidation *self)
{
  g_return_val_if_fail (ATTUNE_IS_VALIDATION (self), 0);

  return self->issues->len;
}

const AttuneIssue *
attune_validation_get_issue (AttuneValidation *self,
                             guint             index)
{
  g_return_val_if_fail (ATTUNE_IS_VALIDATION (self), NULL);
  g_return_val_if_fail (index < self->issues->len, NULL);

  return g_ptr_array_index (self->issues, index);
}

const AttuneIssue *
attune_validation_find (AttuneValidation *self,
                        const char       *path)
{
  const AttuneIssue *found = NULL;

  g_return_val_if_fail (ATTUNE_IS_VALIDATION (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  for (guint i = 0; i < self->issues->len; i++)
    {
      const AttuneIssue *issue = g_ptr_array_index (self->issues, i);

      if (!g_str_equal (issue->path, path))
        continue;
      if (issue->severity == ATTUNE_SEVERITY_ERROR)
        return issue;
      if (found == NULL)
        found = issue;
    }

  return found;
}

guint
attune_validation_get_n_errors (AttuneValidation *self)
{
  guint n_errors = 0;

  g_return_val_if_fail (ATTUNE_IS_VALIDATION (self), 0);

  for (guint i = 0; i < self->issues->len; i++)
    {
      const AttuneIssue *issue = g_ptr_array_index (self->issues, i);

      if (issue->severity == ATTUNE_SEVERITY_ERROR)
        n_errors++;
    }

  return n_errors;
}

gboolean
attune_validation_is_valid (AttuneValidation *self)
{
  g_return_val_if_fail (ATTUNE_IS_VALIDATION (self), FALSE);

  return attune_validation_get_n_errors (self) == 0;
}

gboolean
attune_validation_to_error (AttuneValidation  *self,
                            GError           **error)
{
  g_autoptr (GString) lines = NULL;

  g_return_val_if_fail (ATTUNE_IS_VALIDATION (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (attune_validation_is_valid (self))
    return TRUE;

  lines = g_string_new (NULL);
  for (guint i = 0; i < self->issues->len; i++)
    {
      const AttuneIssue *issue = g_ptr_array_index (self->issues, i);

      if (issue->severity != ATTUNE_SEVERITY_ERROR)
        continue;
      if (lines->len > 0)
        g_string_append_c (lines, '\n');
      if (*issue->path != '\0')
        g_string_append_printf (lines, "%s: ", issue->path);
      g_string_append (lines, issue->message);
    }

  g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, lines->str);
  return FALSE;
}

JsonNode *
attune_validation_to_json (AttuneValidation *self)
{
  g_autoptr (JsonArray) array = NULL;

  g_return_val_if_fail (ATTUNE_IS_VALIDATION (self), NULL);

  array = json_array_new ();
  for (guint i = 0; i < self->issues->len; i++)
    {
      const AttuneIssue *issue = g_ptr_array_index (self->issues, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "path", issue->path);
      json_object_set_string_member (object, "severity", issue->severity == ATTUNE_SEVERITY_ERROR ? "error" : "warning");
      json_object_set_string_member (object, "code", issue->code);
      json_object_set_string_member (object, "message", issue->message);
      if (issue->repair != NULL)
        {
          JsonNode *repair = attune_json_from_variant (issue->repair);

          if (repair != NULL)
            json_object_set_member (object, "repair", repair);
        }
      json_array_add_object_element (array, object);
    }

  return json_node_init_array (json_node_alloc (), array);
}
