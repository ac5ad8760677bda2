/* attune-catalogue.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-catalogue"

#include "config.h"

#include "attune-catalogue.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "attune-catalogue-private.h"
#include "attune-error.h"
#include "attune-http-json.h"
#include "attune-paths.h"

#define VERSION 1

struct _AttuneCatalogue
{
  GObject   parent_instance;

  JsonNode *root; /* translated */
};

G_DEFINE_FINAL_TYPE (AttuneCatalogue, attune_catalogue, G_TYPE_OBJECT)

static void
attune_catalogue_finalize (GObject *object)
{
  AttuneCatalogue *self = ATTUNE_CATALOGUE (object);

  g_clear_pointer (&self->root, json_node_unref);

  G_OBJECT_CLASS (attune_catalogue_parent_class)->finalize (object);
}

static void
attune_catalogue_class_init (AttuneCatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_catalogue_finalize;
}

static void
attune_catalogue_init (AttuneCatalogue *self)
{
}

static void
visit_members (JsonObject              *object,
               const char * const      *names,
               AttuneCatalogueTextFunc  func,
               gpointer                 user_data)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *text = attune_json_node_peek_string (json_object_get_member (object, names[i]));

      /* The translation of an empty text is the header of the translations. */
      if (text != NULL && *text != '\0')
        func (object, names[i], text, user_data);
    }
}

/* The objects of a list, or the members of an object. */
static void
visit_list (JsonObject              *parent,
            const char              *member,
            const char * const      *names,
            AttuneCatalogueTextFunc  func,
            gpointer                 user_data)
{
  JsonNode *node = json_object_get_member (parent, member);
  g_autoptr (GList) values = NULL;

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    values = json_array_get_elements (json_node_get_array (node));
  else if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    values = json_object_get_values (json_node_get_object (node));

  for (GList *iter = values; iter != NULL; iter = iter->next)
    {
      if (JSON_NODE_HOLDS_OBJECT (iter->data))
        visit_members (json_node_get_object (iter->data), names, func, user_data);
    }
}

static void
visit_limits (JsonObject              *limits,
              AttuneCatalogueTextFunc  func,
              gpointer                 user_data)
{
  static const char * const notice[] = { "text", NULL };
  static const char * const custom[] = { "title", "description", NULL };

  visit_list (limits, "notices", notice, func, user_data);
  visit_list (limits, "customParameters", custom, func, user_data);
}

void
attune_catalogue_visit_texts (JsonNode                *root,
                              AttuneCatalogueTextFunc  func,
                              gpointer                 user_data)
{
  static const char * const top[] = { "description", NULL };
  static const char * const model[] = { "notes", NULL };
  JsonObject *capabilities = attune_http_json_peek_object (root, "capabilities");
  JsonArray *models = attune_http_json_peek_array (root, "capabilities.models");

  visit_members (json_node_get_object (root), top, func, user_data);
  if (capabilities == NULL)
    return;

  visit_limits (capabilities, func, user_data);
  visit_list (capabilities, "models", model, func, user_data);
  for (guint i = 0; models != NULL && i < json_array_get_length (models); i++)
    {
      JsonObject *object = attune_http_json_peek_object (json_array_get_element (models, i), NULL);

      if (object != NULL)
        visit_limits (object, func, user_data);
    }
}

static void
translate_cb (JsonObject *object,
              const char *member,
              const char *text,
              gpointer    user_data)
{
  json_object_set_string_member (object, member, g_dgettext (GETTEXT_PACKAGE, text));
}

/* "2027-01-06"; NULL for anything else. */
static GDateTime *
read_day (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  int year;
  int month;
  int day;
  int end = 0;

  if (text == NULL || sscanf (text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || end != 10 || text[end] != '\0')
    return NULL;

  return g_date_time_new (utc, year, month, day, 0, 0, 0);
}

static gboolean
check_days (JsonNode    *root,
            const char  *place,
            GError     **error)
{
  static const char * const days[] = { "from", "until", NULL };
  JsonNode *notices = attune_json_lookup (root, "capabilities.notices");

  if (notices == NULL || !JSON_NODE_HOLDS_ARRAY (notices))
    return TRUE;

  for (guint i = 0; i < json_array_get_length (json_node_get_array (notices)); i++)
    {
      JsonNode *notice = json_array_get_element (json_node_get_array (notices), i);

      for (guint j = 0; days[j] != NULL; j++)
        {
          JsonNode *node = attune_json_lookup (notice, days[j]);
          g_autoptr (GDateTime) day = read_day (attune_json_node_peek_string (node));

          if (node != NULL && day == NULL)
            {
              g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: capabilities.notices[%u].%s has to be a day such as 2027-01-06"),
                           place, i, days[j]);
              return FALSE;
            }
        }
    }

  return TRUE;
}

AttuneCatalogue *
attune_catalogue_new_from_json (JsonNode    *node,
                                const char  *place,
                                GError     **error)
{
  g_autoptr (AttuneCatalogue) self = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GError) problem = NULL;
  const char *text = NULL;
  gint64 version = 0;

  g_return_val_if_fail (node != NULL, NULL);
  g_return_val_if_fail (place != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_CATALOGUE, NULL);
  self->root = attune_json_copy (node);
  if (!attune_json_get_int (node, "version", ATTUNE_JSON_REQUIRED, &version, &problem)
      || !attune_json_get_string (node, "id", ATTUNE_JSON_REQUIRED, &text, &problem)
      || !attune_json_get_string (node, "title", ATTUNE_JSON_REQUIRED, &text, &problem)
      || !attune_json_get_string (node, "description", ATTUNE_JSON_REQUIRED, &text, &problem)
      || !attune_json_get_string (node, "credential", ATTUNE_JSON_OPTIONAL, &text, &problem)
      || !attune_json_get_string (node, "baseUrl", ATTUNE_JSON_OPTIONAL, &text, &problem)
      || !attune_json_get_string (node, "baseUrlVariable", ATTUNE_JSON_OPTIONAL, &text, &problem)
      || !attune_json_get_string (node, "test", ATTUNE_JSON_OPTIONAL, &text, &problem))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: %s"), place, problem->message);
      return NULL;
    }
  if (version != VERSION)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: version %" G_GINT64_FORMAT " is not known here"), place, version);
      return NULL;
    }

  if (!check_days (node, place, error))
    return NULL;
  attune_catalogue_visit_texts (self->root, translate_cb, NULL);
  if (attune_json_lookup (self->root, "capabilities") != NULL)
    {
      capabilities = attune_capabilities_new_from_json (attune_json_lookup (self->root, "capabilities"), error);
      if (capabilities == NULL)
        {
          g_prefix_error (error, "%s: ", place);
          return NULL;
        }
    }

  return g_steal_pointer (&self);
}

AttuneCatalogue *
attune_catalogue_load (const char  *id,
                       GError     **error)
{
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_return_val_if_fail (id != NULL, NULL);

  name = g_strdup_printf ("catalogue/%s.json", id);
  path = attune_paths_dup_package_file (name);
  node = attune_json_parse_file (path, error);
  if (node == NULL)
    return NULL;

  return attune_catalogue_new_from_json (node, path, error);
}

const char *
attune_catalogue_get_id (AttuneCatalogue *self)
{
  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);

  return attune_json_peek_string (self->root, "id", NULL);
}

const char *
attune_catalogue_get_title (AttuneCatalogue *self)
{
  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);

  return attune_json_peek_string (self->root, "title", NULL);
}

const char *
attune_catalogue_get_description (AttuneCatalogue *self)
{
  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);

  return attune_json_peek_string (self->root, "description", NULL);
}

const char *
attune_catalogue_get_credential (AttuneCatalogue *self)
{
  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);

  return attune_json_peek_string (self->root, "credential", NULL);
}

const char *
attune_catalogue_get_base_url (AttuneCatalogue *self)
{
  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);

  return attune_json_peek_string (self->root, "baseUrl", NULL);
}

const char *
attune_catalogue_get_test (AttuneCatalogue *self)
{
  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);

  return attune_json_peek_string (self->root, "test", NULL);
}

const char *
attune_catalogue_get_link (AttuneCatalogue *self,
                           const char      *name)
{
  JsonNode *links;

  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  links = attune_json_lookup (self->root, "links");
  return links != NULL ? attune_json_peek_string (links, name, NULL) : NULL;
}

/* What the person has set; the terminal may run where the schema is not installed. */
static char *
dup_setting (const char *id)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettings) settings = NULL;
  g_autoptr (GVariant) urls = NULL;
  char *url = NULL;

  schema = source != NULL ? g_settings_schema_source_lookup (source, APPLICATION_ID, TRUE) : NULL;
  if (schema == NULL || !g_settings_schema_has_key (schema, "base-urls"))
    return NULL;

  settings = g_settings_new_full (schema, NULL, NULL);
  urls = g_settings_get_value (settings, "base-urls");
  g_variant_lookup (urls, id, "s", &url);
  return url;
}

static char *
without_end (char *url)
{
  for (gsize length = strlen (url); length > 0 && url[length - 1] == '/'; length--)
    url[length - 1] = '\0';

  return url;
}

char *
attune_catalogue_dup_base_url (AttuneCatalogue *self)
{
  const char *variable;
  const char *value;
  g_autofree char *setting = NULL;

  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);

  variable = attune_json_peek_string (self->root, "baseUrlVariable", NULL);
  value = variable != NULL ? g_getenv (variable) : NULL;
  if (value != NULL && *value != '\0')
    return without_end (g_strdup (value));

  setting = dup_setting (attune_catalogue_get_id (self));
  if (setting != NULL && *setting != '\0')
    return without_end (g_steal_pointer (&setting));

  value = attune_catalogue_get_base_url (self);
  return value != NULL ? without_end (g_strdup (value)) : NULL;
}

static gboolean
is_in_force (JsonNode  *notice,
             GDateTime *now)
{
  g_autoptr (GDateTime) from = read_day (attune_json_peek_string (notice, "from", NULL));
  g_autoptr (GDateTime) until = read_day (attune_json_peek_string (notice, "until", NULL));
  g_autoptr (GDateTime) after = until != NULL ? g_date_time_add_days (until, 1) : NULL;

  return (from == NULL || g_date_time_compare (from, now) <= 0) && (after == NULL || g_date_time_compare (now, after) < 0);
}

AttuneCapabilities *
attune_catalogue_dup_capabilities (AttuneCatalogue *self,
                                   GDateTime       *now)
{
  g_autoptr (GDateTime) today = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  AttuneCapabilities *capabilities;
  JsonNode *notices;

  g_return_val_if_fail (ATTUNE_IS_CATALOGUE (self), NULL);

  today = now != NULL ? g_date_time_ref (now) : g_date_time_new_now_utc ();
  if (attune_json_lookup (self->root, "capabilities") != NULL)
    node = attune_json_copy (attune_json_lookup (self->root, "capabilities"));
  else
    node = attune_http_json_new_object ();
  notices = attune_json_lookup (node, "notices");
  if (notices != NULL && JSON_NODE_HOLDS_ARRAY (notices))
    {
      JsonArray *all = json_node_get_array (notices);

      for (guint i = json_array_get_length (all); i > 0; i--)
        {
          if (!is_in_force (json_array_get_element (all, i - 1), today))
            json_array_remove_element (all, i - 1);
        }
    }

  /* The window shows where keys and prices are found; it knows no catalogue. */
  if (attune_json_lookup (self->root, "links") != NULL)
    json_object_set_member (json_node_get_object (node), "links", attune_json_copy (attune_json_lookup (self->root, "links")));

  capabilities = attune_capabilities_new_from_json (node, &error);
  /* It was checked when it was read. */
  g_assert_no_error (error);
  return capabilities;
}
