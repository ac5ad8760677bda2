/* attune-configuration.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-configuration.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-configuration-private.h"
#include "attune-error.h"
#include "attune-json.h"

enum {
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AttuneConfiguration, attune_configuration, G_TYPE_OBJECT)

static void
attune_configuration_finalize (GObject *object)
{
  AttuneConfiguration *self = ATTUNE_CONFIGURATION (object);

  for (guint i = 0; i < attune_parameter_table_length; i++)
    g_clear_pointer (&self->values[i], g_variant_unref);
  g_clear_pointer (&self->values, g_free);
  g_clear_pointer (&self->metadata, json_object_unref);
  g_clear_pointer (&self->unknown, json_object_unref);

  G_OBJECT_CLASS (attune_configuration_parent_class)->finalize (object);
}

static void
attune_configuration_class_init (AttuneConfigurationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = attune_configuration_finalize;

  /**
   * AttuneConfiguration::changed:
   * @path: (nullable): what changed; NULL for many at once
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed",
                                          G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
attune_configuration_init (AttuneConfiguration *self)
{
  self->values = g_new0 (GVariant *, attune_parameter_table_length);
  self->metadata = json_object_new ();
  self->unknown = json_object_new ();
}

AttuneConfiguration *
attune_configuration_new (void)
{
  return g_object_new (ATTUNE_TYPE_CONFIGURATION, NULL);
}

static JsonObject *
copy_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autoptr (JsonNode) copy = attune_json_copy (node);

  return json_node_dup_object (copy);
}

AttuneConfiguration *
attune_configuration_copy (AttuneConfiguration *self)
{
  AttuneConfiguration *copy;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), NULL);

  copy = attune_configuration_new ();
  for (guint i = 0; i < attune_parameter_table_length; i++)
    {
      if (self->values[i] != NULL)
        copy->values[i] = g_variant_ref (self->values[i]);
    }
  json_object_unref (copy->metadata);
  copy->metadata = copy_object (self->metadata);
  json_object_unref (copy->unknown);
  copy->unknown = copy_object (self->unknown);

  return copy;
}

static gboolean
find_row (const char *path,
          guint      *row)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);

  if (parameter == NULL)
    return FALSE;

  *row = (guint) (parameter - attune_parameter_table);
  return TRUE;
}

gboolean
attune_configuration_is_set (AttuneConfiguration *self,
                             const char          *path)
{
  guint row;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return find_row (path, &row) && self->values[row] != NULL;
}

GVariant *
attune_configuration_dup_value (AttuneConfiguration *self,
                                const char          *path)
{
  guint row;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (find_row (path, &row), NULL);

  return self->values[row] != NULL ? g_variant_ref (self->values[row]) : NULL;
}

/* Equal sets have to be equal variants, however they were typed. Words that are not of the enumeration follow behind, for
 * validation to find. */
static GVariant *
order_set (const AttuneParameter *parameter,
           GVariant              *value)
{
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (parameter->enum_type ());
  g_autofree const char **words = g_variant_get_strv (value, NULL);
  g_autoptr (GPtrArray) ordered = g_ptr_array_new ();

  for (guint i = 0; i < enum_class->n_values; i++)
    {
      if (g_strv_contains (words, enum_class->values[i].value_nick))
        g_ptr_array_add (ordered, (gpointer) enum_class->values[i].value_nick);
    }
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (!g_ptr_array_find_with_equal_func (ordered, words[i], g_str_equal, NULL))
        g_ptr_array_add (ordered, (gpointer) words[i]);
    }

  return g_variant_new_strv ((const char * const *) ordered->pdata, (gssize) ordered->len);
}

void
attune_configuration_set_value (AttuneConfiguration *self,
                                const char          *path,
                                GVariant            *value)
{
  g_autoptr (GVariant) sunk = value != NULL ? g_variant_ref_sink (value) : NULL;
  const AttuneParameter *parameter;
  guint row;

  g_return_if_fail (ATTUNE_IS_CONFIGURATION (self));
  g_return_if_fail (path != NULL);
  g_return_if_fail (find_row (path, &row));

  parameter = &attune_parameter_table[row];
  g_return_if_fail (sunk == NULL || g_variant_is_of_type (sunk, attune_parameter_get_variant_type (parameter)));

  if (sunk != NULL && g_variant_is_of_type (sunk, G_VARIANT_TYPE_STRING) && *g_variant_get_string (sunk, NULL) == '\0')
    g_clear_pointer (&sunk, g_variant_unref);

  if (sunk != NULL && parameter->type == ATTUNE_PARAMETER_SET)
    {
      GVariant *ordered = g_variant_ref_sink (order_set (parameter, sunk));

      g_variant_unref (sunk);
      sunk = ordered;
    }

  if (sunk == self->values[row] || (sunk != NULL && self->values[row] != NULL && g_variant_equal (sunk, self->values[row])))
    return;

  g_clear_pointer (&self->values[row], g_variant_unref);
  self->values[row] = g_steal_pointer (&sunk);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, parameter->path);
}

static gboolean
set_metadata_from_text (AttuneConfiguration  *self,
                        const char           *name,
                        const char           *text,
                        GError              **error)
{
  g_autoptr (GError) syntax = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  if (*trimmed == '\0')
    {
      attune_configuration_set_metadata (self, name, NULL);
      return TRUE;
    }

  node = attune_json_parse (trimmed, -1, name, &syntax);
  if (node == NULL)
    {
      /* Words need no quotation marks in a terminal; but what starts like JSON was meant as JSON. */
      if (strchr ("{[\"", *trimmed) != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&syntax));
          return FALSE;
        }
      if (!g_utf8_validate (trimmed, -1, NULL))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The value of %s is not UTF-8"), name);
          return FALSE;
        }
      node = json_node_init_string (json_node_alloc (), trimmed);
    }

  attune_configuration_set_metadata (self, name, node);
  return TRUE;
}

static void
set_unknown_path_error (const char  *path,
                        GError     **error)
{
  const char *suggestion = attune_parameters_suggest (path);

  if (attune_configuration_is_group (path))
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                 _("“%s” is a group of settings. Name one of its settings behind a dot"), path);
  else if (suggestion != NULL)
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("There is no setting “%s”. Did you mean “%s”?"), path, suggestion);
  else
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                 _("There is no setting “%s”. “attunectl schema” lists them all"), path);
}

gboolean
attune_configuration_set_from_text (AttuneConfiguration  *self,
                                    const char           *assignment,
                                    GError              **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GVariant) value = NULL;
  const AttuneParameter *parameter;
  const char *equals;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), FALSE);
  g_return_val_if_fail (assignment != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  equals = strchr (assignment, '=');
  if (equals == NULL || equals == assignment)
    {
      g_autofree char *shown = g_utf8_make_valid (assignment, -1);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” sets nothing. Write it as PATH=VALUE, such as schedule.epochs=3"), shown);
      return FALSE;
    }

  path = g_utf8_make_valid (assignment, equals - assignment);
  g_strstrip (path);

  if (g_str_has_prefix (path, "metadata.") && path[strlen ("metadata.")] != '\0')
    return set_metadata_from_text (self, path + strlen ("metadata."), equals + 1, error);

  parameter = attune_parameters_lookup (path);
  if (parameter == NULL)
    {
      set_unknown_path_error (path, error);
      return FALSE;
    }

  if (equals[1] != '\0' || parameter->type == ATTUNE_PARAMETER_SET)
    {
      value = attune_parameter_parse (parameter, equals + 1, error);
      if (value == NULL)
        return FALSE;
    }

  attune_configuration_set_value (self, path, value);
  return TRUE;
}

/* (transfer full) (nullable): the value set, else the table's default. */
static GVariant *
dup_in_force (AttuneConfiguration *self,
              const char          *path)
{
  guint row;

  if (!find_row (path, &row))
    return NULL;

  return self->values[row] != NULL ? g_variant_ref (self->values[row])
                                   : attune_parameter_dup_default (&attune_parameter_table[row]);
}

gint64
attune_configuration_get_integer (AttuneConfiguration *self,
                                  const char          *path)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), 0);
  g_return_val_if_fail (path != NULL && attune_parameters_lookup (path) != NULL, 0);

  value = dup_in_force (self, path);
  if (value == NULL)
    return 0;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value);

  g_return_val_if_fail (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64), 0);
  return g_variant_get_int64 (value);
}

double
attune_configuration_get_double (AttuneConfiguration *self,
                                 const char          *path)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), 0);
  g_return_val_if_fail (path != NULL && attune_parameters_lookup (path) != NULL, 0);

  value = dup_in_force (self, path);
  if (value == NULL)
    return 0;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return (double) g_variant_get_int64 (value);

  g_return_val_if_fail (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE), 0);
  return g_variant_get_double (value);
}

int
attune_configuration_get_enum (AttuneConfiguration *self,
                               const char          *path)
{
  const AttuneParameter *parameter;
  g_autoptr (GVariant) value = NULL;
  int number;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), 0);
  g_return_val_if_fail (path != NULL, 0);

  parameter = attune_parameters_lookup (path);
  g_return_val_if_fail (parameter != NULL && parameter->type == ATTUNE_PARAMETER_ENUM, 0);

  value = dup_in_force (self, path);
  if (value != NULL && attune_enum_from_nick (parameter->enum_type (), g_variant_get_string (value, NULL), &number))
    return number;

  return (parameter->flags & ATTUNE_PARAMETER_HAS_DEFAULT) != 0 ? (int) parameter->default_number : 0;
}

char *
attune_configuration_dup_text (AttuneConfiguration *self,
                               const char          *path)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), NULL);
  g_return_val_if_fail (path != NULL && attune_parameters_lookup (path) != NULL, NULL);

  value = dup_in_force (self, path);
  if (value == NULL)
    return NULL;

  g_return_val_if_fail (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING), NULL);
  return g_variant_dup_string (value, NULL);
}

gboolean
attune_configuration_has_feature (AttuneConfiguration       *self,
                                  AttuneOptimizationFeature  feature)
{
  g_autoptr (GVariant) value = NULL;
  g_autofree const char **words = NULL;
  const char *nick;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), FALSE);

  nick = attune_enum_to_nick (ATTUNE_TYPE_OPTIMIZATION_FEATURE, (int) feature);
  g_return_val_if_fail (nick != NULL, FALSE);

  value = dup_in_force (self, "optimizations.enabled");
  if (value == NULL)
    return FALSE;

  words = g_variant_get_strv (value, NULL);
  return g_strv_contains (words, nick);
}

gboolean
attune_configuration_applies (AttuneConfiguration   *self,
                              const AttuneParameter *parameter)
{
  g_autoptr (GVariant) value = NULL;
  g_auto (GStrv) words = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), FALSE);
  g_return_val_if_fail (parameter != NULL, FALSE);

  if (parameter->applies_path == NULL)
    return TRUE;
  if (parameter->applies_values == NULL)
    return attune_configuration_is_set (self, parameter->applies_path);

  value = dup_in_force (self, parameter->applies_path);
  if (value == NULL)
    return FALSE;

  words = g_strsplit (parameter->applies_values, ",", -1);
  return g_strv_contains ((const char * const *) words, g_variant_get_string (value, NULL));
}

JsonObject *
attune_configuration_get_metadata (AttuneConfiguration *self)
{
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), NULL);

  return self->metadata;
}

void
attune_configuration_set_metadata (AttuneConfiguration *self,
                                   const char          *name,
                                   JsonNode            *value)
{
  g_autofree char *path = NULL;
  JsonNode *before;

  g_return_if_fail (ATTUNE_IS_CONFIGURATION (self));
  g_return_if_fail (name != NULL);

  before = json_object_get_member (self->metadata, name);
  if (before == NULL && value == NULL)
    return;
  if (before != NULL && value != NULL && json_node_equal (before, value))
    return;

  if (value != NULL)
    json_object_set_member (self->metadata, name, attune_json_copy (value));
  else
    json_object_remove_member (self->metadata, name);

  path = g_strconcat ("metadata.", name, NULL);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, path);
}

gboolean
attune_configuration_equal (AttuneConfiguration *a,
                            AttuneConfiguration *b)
{
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (a), FALSE);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (b), FALSE);

  for (guint i = 0; i < attune_parameter_table_length; i++)
    {
      if ((a->values[i] == NULL) != (b->values[i] == NULL))
        return FALSE;
      if (a->values[i] != NULL && !g_variant_equal (a->values[i], b->values[i]))
        return FALSE;
    }

  return json_object_equal (a->metadata, b->metadata) && json_object_equal (a->unknown, b->unknown);
}

/* Adds the names of members that differ, each led by @prefix. Below an object that both have, the members are compared one by one, if @deep. */
static void
diff_objects (JsonObject *a,
              JsonObject *b,
              const char *prefix,
              gboolean    deep,
              GPtrArray  *paths)
{
  g_autoptr (GList) names = json_object_get_members (a);
  g_autoptr (GList) others = json_object_get_members (b);

  for (GList *l = others; l != NULL; l = l->next)
    {
      if (!json_object_has_member (a, l->data))
        names = g_list_append (names, l->data);
    }

  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *path = g_strconcat (prefix, l->data, NULL);
      JsonNode *left = json_object_get_member (a, l->data);
      JsonNode *right = json_object_get_member (b, l->data);

      if (left != NULL && right != NULL && json_node_equal (left, right))
        continue;

      if (deep && attune_configuration_is_group (path))
        {
          g_autoptr (JsonObject) none = json_object_new ();
          g_autofree char *below = g_strconcat (path, ".", NULL);

          diff_objects (left != NULL ? json_node_get_object (left) : none,
                        right != NULL ? json_node_get_object (right) : none,
                        below, TRUE, paths);
        }
      else
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
}

GStrv
attune_configuration_diff (AttuneConfiguration *a,
                           AttuneConfiguration *b)
{
  g_autoptr (GPtrArray) paths = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (a), NULL);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (b), NULL);

  paths = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  for (guint i = 0; i < attune_parameter_table_length; i++)
    {
      if (a->values[i] == NULL && b->values[i] == NULL)
        continue;
      if (a->values[i] == NULL || b->values[i] == NULL || !g_variant_equal (a->values[i], b->values[i]))
        g_ptr_array_add (paths, g_strdup (attune_parameter_table[i].path));
    }
  diff_objects (a->metadata, b->metadata, "metadata.", FALSE, paths);
  diff_objects (a->unknown, b->unknown, "", TRUE, paths);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&paths), FALSE);
}

/* Members of groups are unknown one by one; anything else is unknown as a whole. */
static void
list_unknown (JsonObject *object,
              const char *prefix,
              GPtrArray  *paths)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *path = g_strconcat (prefix, name, NULL);

      if (strchr (name, '.') == NULL && attune_configuration_is_group (path) && JSON_NODE_HOLDS_OBJECT (member))
        {
          g_autofree char *below = g_strconcat (path, ".", NULL);

          list_unknown (json_node_get_object (member), below, paths);
        }
      else
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
}

GStrv
attune_configuration_list_unknown (AttuneConfiguration *self)
{
  g_autoptr (GPtrArray) paths = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), NULL);

  paths = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  list_unknown (self->unknown, "", paths);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&paths), FALSE);
}
