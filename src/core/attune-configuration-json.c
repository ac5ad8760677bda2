/* attune-configuration-json.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-configuration.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-configuration-private.h"
#include "attune-error.h"
#include "attune-json.h"
#include "attune-migration.h"

gboolean
attune_configuration_is_group (const char *path)
{
  gsize length = strlen (path);

  for (guint i = 0; length > 0 && i < attune_parameter_table_length; i++)
    {
      const char *known = attune_parameter_table[i].path;

      if (strncmp (known, path, length) == 0 && known[length] == '.')
        return TRUE;
    }

  return FALSE;
}

gboolean
attune_configuration_is_optional_group (const char *path)
{
  static const char * const optional[] = {
    "method.loraConfig", "hardware", "integrations", "integrations.wandb", "integrations.huggingface", NULL
  };

  return g_strv_contains (optional, path);
}

gboolean
attune_configuration_is_secret (const char *name,
                                JsonNode   *node)
{
  static const char * const endings[] = {
    "apikey", "apitoken", "accesskey", "accesstoken", "authtoken", "bearertoken", "hftoken", "wandbkey", "secret", "secretkey", "password"
  };
  g_autoptr (GString) folded = NULL;

  if (attune_json_node_peek_string (node) == NULL)
    return FALSE;

  folded = g_string_new (NULL);
  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p != '_' && *p != '-')
        g_string_append_c (folded, g_ascii_tolower (*p));
    }

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      if (g_str_has_suffix (folded->str, endings[i]))
        return TRUE;
    }

  return FALSE;
}

static GVariant *
wrong_value (const AttuneParameter  *parameter,
             const char             *place,
             const char             *expected,
             JsonNode               *node,
             GError                **error)
{
  g_autofree char *found = NULL;

  /* A key with a typing error is still most of a key. */
  if (parameter->type != ATTUNE_PARAMETER_SECRET && JSON_NODE_HOLDS_VALUE (node))
    found = attune_json_write (node, FALSE);

  /* translators: the path of a setting, what is expected there, and what stands there */
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be %s, not %s"),
               place, expected, found != NULL && strlen (found) < 60 ? found : attune_json_node_describe (node));
  return NULL;
}

static GVariant *
wrong_word (const AttuneParameter  *parameter,
            const char             *place,
            JsonNode               *node,
            GError                **error)
{
  g_autofree char *words = attune_enum_list_nicks (parameter->enum_type ());
  g_autofree char *expected = NULL;

  /* translators: a list of words */
  expected = g_strdup_printf (_("one of %s"), words);
  return wrong_value (parameter, place, expected, node, error);
}

static GVariant *
read_set (const AttuneParameter  *parameter,
          const char             *place,
          JsonNode               *node,
          GError                **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return wrong_value (parameter, place, _("a list of words"), node, error);

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *word = attune_json_node_peek_string (element);

      if (!attune_enum_from_nick (parameter->enum_type (), word, NULL))
        {
          g_autofree char *element_place = g_strdup_printf ("%s[%u]", place, i);

          return wrong_word (parameter, element_place, element, error);
        }
      g_ptr_array_add (words, (gpointer) word);
    }

  return g_variant_ref_sink (g_variant_new_strv ((const char * const *) words->pdata, (gssize) words->len));
}

GVariant *
attune_configuration_read_value (const AttuneParameter  *parameter,
                                 const char             *place,
                                 JsonNode               *node,
                                 GError                **error)
{
  const char *text;
  gint64 integer;
  double number;
  gboolean boolean;

  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      if (!attune_json_node_to_int (node, &integer))
        return wrong_value (parameter, place, _("a whole number"), node, error);
      return g_variant_ref_sink (g_variant_new_int64 (integer));

    case ATTUNE_PARAMETER_DOUBLE:
      if (!attune_json_node_to_double (node, &number))
        return wrong_value (parameter, place, _("a number"), node, error);
      return g_variant_ref_sink (g_variant_new_double (number));

    case ATTUNE_PARAMETER_BOOLEAN:
      if (!attune_json_node_to_boolean (node, &boolean))
        return wrong_value (parameter, place, _("true or false"), node, error);
      return g_variant_ref_sink (g_variant_new_boolean (boolean));

    case ATTUNE_PARAMETER_ENUM:
      text = attune_json_node_peek_string (node);
      if (!attune_enum_from_nick (parameter->enum_type (), text, NULL))
        return wrong_word (parameter, place, node, error);
      return g_variant_ref_sink (g_variant_new_string (text));

    case ATTUNE_PARAMETER_SET:
      return read_set (parameter, place, node, error);

    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
      text = attune_json_node_peek_string (node);
      if (text == NULL)
        return wrong_value (parameter, place, _("a text"), node, error);
      return g_variant_ref_sink (g_variant_new_string (text));

    default:
      g_return_val_if_reached (NULL);
    }
}

/* What attune_configuration_to_json() writes in the place of a secret is no secret. */
static gboolean
is_placeholder (const AttuneParameter *parameter,
                JsonNode              *node)
{
  const char *text = attune_json_node_peek_string (node);

  return parameter->type == ATTUNE_PARAMETER_SECRET && text != NULL && g_str_has_prefix (text, "<") && g_str_has_suffix (text, ">");
}

static gboolean
read_group (AttuneConfiguration  *self,
            JsonObject           *object,
            const char           *prefix,
            JsonObject           *unknown,
            GError              **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *path = g_strconcat (prefix, name, NULL);
      /* "schedule.epochs" as the name of one member is not the setting of that path. */
      gboolean plain = strchr (name, '.') == NULL;
      const AttuneParameter *parameter = plain ? attune_parameters_lookup (path) : NULL;

      if (*prefix == '\0' && (g_str_equal (name, "version") || g_str_equal (name, "metadata")))
        continue;

      if (parameter != NULL)
        {
          g_autoptr (GVariant) value = NULL;

          if (is_placeholder (parameter, member) ||
              (JSON_NODE_HOLDS_NULL (member) && (parameter->flags & ATTUNE_PARAMETER_NULLABLE) != 0))
            continue;

          value = attune_configuration_read_value (parameter, path, member, error);
          if (value == NULL)
            return FALSE;
          attune_configuration_set_value (self, path, value);
        }
      else if (plain && attune_configuration_is_group (path))
        {
          g_autoptr (JsonObject) below = NULL;
          g_autofree char *inner = g_strconcat (path, ".", NULL);

          if (JSON_NODE_HOLDS_NULL (member) && attune_configuration_is_optional_group (path))
            continue;
          if (!JSON_NODE_HOLDS_OBJECT (member))
            {
              g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s has to be %s, not %s"),
                           path, _("an object"), attune_json_node_describe (member));
              return FALSE;
            }

          below = json_object_new ();
          if (!read_group (self, json_node_get_object (member), inner, below, error))
            return FALSE;
          if (json_object_get_size (below) > 0)
            json_object_set_object_member (unknown, name, g_steal_pointer (&below));
        }
      else
        json_object_set_member (unknown, name, attune_json_copy (member));
    }

  return TRUE;
}

static gboolean
read_version (JsonNode  *node,
              GError   **error)
{
  gint64 version = ATTUNE_CONFIGURATION_VERSION;

  if (!attune_json_get_int (node, "version", ATTUNE_JSON_OPTIONAL, &version, error))
    return FALSE;

  if (version < 1 || version > ATTUNE_CONFIGURATION_VERSION)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("version is %" G_GINT64_FORMAT ", but this Attune reads version %d. Use a newer Attune"),
                   version, ATTUNE_CONFIGURATION_VERSION);
      return FALSE;
    }

  return TRUE;
}

gboolean
attune_configuration_read_document (AttuneConfiguration  *self,
                                    JsonNode             *node,
                                    GError              **error)
{
  JsonObject *metadata = NULL;

  if (!read_version (node, error) ||
      !read_group (self, json_node_get_object (node), "", self->unknown, error) ||
      !attune_json_get_object (node, "metadata", ATTUNE_JSON_OPTIONAL, &metadata, error))
    return FALSE;

  if (metadata != NULL)
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init_ordered (&iter, metadata);
      while (json_object_iter_next_ordered (&iter, &name, &member))
        json_object_set_member (self->metadata, name, attune_json_copy (member));
    }

  return TRUE;
}

void
attune_configuration_keep_unknown (AttuneConfiguration *self,
                                   const char          *name,
                                   JsonNode            *node)
{
  g_autofree char *free_name = g_strdup (name);

  /* A stranger must not stand where the document has something of its own. */
  while (attune_configuration_is_group (free_name) || g_str_equal (free_name, "metadata") || g_str_equal (free_name, "version") ||
         json_object_has_member (self->unknown, free_name))
    {
      char *longer = g_strconcat ("old-", free_name, NULL);

      g_free (free_name);
      free_name = longer;
    }

  json_object_set_member (self->unknown, free_name, attune_json_copy (node));
}

AttuneConfiguration *
attune_configuration_new_from_json (JsonNode  *node,
                                    GError   **error)
{
  g_autoptr (AttuneConfiguration) self = NULL;

  g_return_val_if_fail (node != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("A configuration has to be %s, not %s"),
                   _("an object"), attune_json_node_describe (node));
      return NULL;
    }

  if (attune_migration_detect (node) != ATTUNE_DOCUMENT_CONFIGURATION)
    {
      g_autoptr (AttuneMigration) migration = attune_migration_run (node, error);

      if (migration == NULL)
        return NULL;

      /* What belongs to the job and not to its configuration has no other place to go here. */
      return attune_migration_steal_whole (migration);
    }

  self = attune_configuration_new ();
  if (!attune_configuration_read_document (self, node, error))
    return NULL;

  return g_steal_pointer (&self);
}

AttuneConfiguration *
attune_configuration_new_from_data (const char  *data,
                                    gssize       length,
                                    const char  *name,
                                    GError     **error)
{
  g_autoptr (JsonNode) node = NULL;
  AttuneConfiguration *self;

  g_return_val_if_fail (data != NULL || length == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  node = attune_json_parse (data, length, name, error);
  if (node == NULL)
    return NULL;

  self = attune_configuration_new_from_json (node, error);
  if (self == NULL && name != NULL)
    g_prefix_error (error, "%s: ", name);

  return self;
}

/* The object in which the member of this path stands; made on the way. */
static JsonObject *
ensure_parent (JsonObject  *root,
               const char  *path,
               char       **name)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  JsonObject *object = root;
  guint i;

  for (i = 0; names[i + 1] != NULL; i++)
    {
      JsonNode *member = json_object_get_member (object, names[i]);

      if (member == NULL || !JSON_NODE_HOLDS_OBJECT (member))
        {
          json_object_set_object_member (object, names[i], json_object_new ());
          member = json_object_get_member (object, names[i]);
        }
      object = json_node_get_object (member);
    }

  *name = g_strdup (names[i]);
  return object;
}

static JsonNode *
value_to_json (const AttuneParameter *parameter,
               GVariant              *value,
               AttuneSecretsPolicy    secrets)
{
  if (parameter->type == ATTUNE_PARAMETER_SECRET)
    {
      g_autofree char *placeholder = NULL;

      if (secrets != ATTUNE_SECRETS_PLACEHOLDER)
        return NULL;

      placeholder = g_strdup_printf ("<%s>", attune_parameter_get_title (parameter));
      return json_node_init_string (json_node_alloc (), placeholder);
    }

  return attune_json_from_variant (value);
}

/* Members of @from that @into does not have; groups are gone through. */
static void
merge_objects (JsonObject *into,
               JsonObject *from)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, from);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      JsonNode *present = json_object_get_member (into, name);

      if (present == NULL)
        json_object_set_member (into, name, attune_json_copy (member));
      else if (JSON_NODE_HOLDS_OBJECT (present) && JSON_NODE_HOLDS_OBJECT (member))
        merge_objects (json_node_get_object (present), json_node_get_object (member));
    }
}

/* A copy of members that the table does not know, without what looks like a key. */
static JsonNode *
copy_without_secrets (JsonNode            *node,
                      AttuneSecretsPolicy  secrets)
{
  g_autoptr (JsonObject) object = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      g_autoptr (JsonArray) array = json_array_new ();

      for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
        json_array_add_element (array, copy_without_secrets (json_array_get_element (json_node_get_array (node), i), secrets));
      return json_node_init_array (json_node_alloc (), array);
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return attune_json_copy (node);

  object = json_object_new ();
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (!attune_configuration_is_secret (name, member))
        json_object_set_member (object, name, copy_without_secrets (member, secrets));
      else if (secrets == ATTUNE_SECRETS_PLACEHOLDER)
        {
          g_autofree char *placeholder = g_strdup_printf ("<%s>", name);

          json_object_set_string_member (object, name, placeholder);
        }
    }

  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
copy_members (JsonObject          *object,
              AttuneSecretsPolicy  secrets)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return copy_without_secrets (node, secrets);
}

JsonNode *
attune_configuration_to_json (AttuneConfiguration *self,
                              AttuneSecretsPolicy  secrets)
{
  g_autoptr (JsonObject) root = NULL;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), NULL);

  root = json_object_new ();
  json_object_set_int_member (root, "version", ATTUNE_CONFIGURATION_VERSION);

  for (guint i = 0; i < attune_parameter_table_length; i++)
    {
      const AttuneParameter *parameter = &attune_parameter_table[i];
      g_autofree char *name = NULL;
      JsonObject *parent;
      JsonNode *node;

      if (self->values[i] == NULL)
        continue;
      node = value_to_json (parameter, self->values[i], secrets);
      if (node == NULL)
        continue;

      parent = ensure_parent (root, parameter->path, &name);
      json_object_set_member (parent, name, node);
    }

  if (json_object_get_size (self->metadata) > 0)
    json_object_set_member (root, "metadata", copy_members (self->metadata, secrets));
  if (json_object_get_size (self->unknown) > 0)
    {
      g_autoptr (JsonNode) unknown = copy_members (self->unknown, secrets);

      merge_objects (root, json_node_get_object (unknown));
    }

  return json_node_init_object (json_node_alloc (), root);
}

GVariant *
attune_configuration_to_variant (AttuneConfiguration *self)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (self), NULL);

  for (guint i = 0; i < attune_parameter_table_length; i++)
    {
      if (self->values[i] != NULL && attune_parameter_table[i].type != ATTUNE_PARAMETER_SECRET)
        g_variant_builder_add (&builder, "{sv}", attune_parameter_table[i].path, self->values[i]);
    }

  if (json_object_get_size (self->metadata) > 0)
    {
      g_autoptr (JsonNode) node = copy_members (self->metadata, ATTUNE_SECRETS_OMIT);

      g_variant_builder_add (&builder, "{sv}", "metadata", attune_json_to_variant (node));
    }
  if (json_object_get_size (self->unknown) > 0)
    {
      g_autoptr (JsonNode) node = copy_members (self->unknown, ATTUNE_SECRETS_OMIT);

      g_variant_builder_add (&builder, "{sv}", "unknown", attune_json_to_variant (node));
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

AttuneConfiguration *
attune_configuration_new_from_variant (GVariant  *variant,
                                       GError   **error)
{
  g_autoptr (JsonObject) root = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GVariant) unknown = NULL;
  GVariantIter iter;
  const char *path;
  GVariant *value;

  g_return_val_if_fail (variant != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!g_variant_is_of_type (variant, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("A configuration has to be of type a{sv}, not %s"),
                   g_variant_get_type_string (variant));
      return NULL;
    }

  /* The document is made first, so that there is one reader and one set of messages. Groups come before single paths, which are
   * then laid into them. */
  root = json_object_new ();
  json_object_set_int_member (root, "version", ATTUNE_CONFIGURATION_VERSION);
  for (guint pass = 0; pass < 2; pass++)
    {
      g_variant_iter_init (&iter, variant);
      while (g_variant_iter_loop (&iter, "{&sv}", &path, &value))
        {
          gboolean single = attune_parameters_lookup (path) != NULL;
          g_autofree char *name = NULL;
          JsonNode *member;

          if (single != (pass == 1) || (!single && g_str_equal (path, "unknown")))
            continue;

          member = attune_json_from_variant (value);
          if (member == NULL || (attune_configuration_is_group (path) && !JSON_NODE_HOLDS_OBJECT (member)))
            {
              g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s must not be of type %s"),
                           path, g_variant_get_type_string (value));
              g_clear_pointer (&member, json_node_unref);
              g_variant_unref (value);
              return NULL;
            }

          if (single)
            {
              JsonObject *parent = ensure_parent (root, path, &name);

              json_object_set_member (parent, name, member);
            }
          else
            json_object_set_member (root, path, member);
        }
    }

  unknown = g_variant_lookup_value (variant, "unknown", G_VARIANT_TYPE_VARDICT);
  if (unknown != NULL)
    {
      g_autoptr (JsonNode) kept = attune_json_from_variant (unknown);

      if (kept == NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("%s must not be of type %s"),
                       "unknown", g_variant_get_type_string (unknown));
          return NULL;
        }
      merge_objects (root, json_node_get_object (kept));
    }

  node = json_node_init_object (json_node_alloc (), root);
  return attune_configuration_new_from_json (node, error);
}
