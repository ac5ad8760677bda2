/* attune-hub-model.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-hub-private.h"

#include <string.h>

#include "attune-http-json.h"

struct _AttuneHubModel
{
  GObject  parent_instance;

  char    *id;
  char    *author;
  char    *name;
  char    *task;
  char    *library;
  char    *licence;
  char    *architecture;
  gint64   downloads;
  gint64   likes;
  gint64   parameters;
  gint64   updated_at;
  gboolean is_gated;
  gboolean is_private;
};

G_DEFINE_FINAL_TYPE (AttuneHubModel, attune_hub_model, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_ID,
  PROP_AUTHOR,
  PROP_NAME,
  PROP_TASK,
  PROP_LIBRARY,
  PROP_LICENCE,
  PROP_ARCHITECTURE,
  PROP_DOWNLOADS,
  PROP_LIKES,
  PROP_PARAMETERS,
  PROP_UPDATED_AT,
  PROP_IS_GATED,
  PROP_IS_PRIVATE,
  PROP_IS_TRAINABLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* What src/engine trains; see attune-model-config.c. */
static const char * const trainable[] = { "llama", "mistral", "qwen2", "qwen3", NULL };

static void
attune_hub_model_finalize (GObject *object)
{
  AttuneHubModel *self = ATTUNE_HUB_MODEL (object);

  g_free (self->id);
  g_free (self->author);
  g_free (self->name);
  g_free (self->task);
  g_free (self->library);
  g_free (self->licence);
  g_free (self->architecture);

  G_OBJECT_CLASS (attune_hub_model_parent_class)->finalize (object);
}

static void
attune_hub_model_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  AttuneHubModel *self = ATTUNE_HUB_MODEL (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_AUTHOR:
      g_value_set_string (value, self->author);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_TASK:
      g_value_set_string (value, self->task);
      break;
    case PROP_LIBRARY:
      g_value_set_string (value, self->library);
      break;
    case PROP_LICENCE:
      g_value_set_string (value, self->licence);
      break;
    case PROP_ARCHITECTURE:
      g_value_set_string (value, self->architecture);
      break;
    case PROP_DOWNLOADS:
      g_value_set_int64 (value, self->downloads);
      break;
    case PROP_LIKES:
      g_value_set_int64 (value, self->likes);
      break;
    case PROP_PARAMETERS:
      g_value_set_int64 (value, self->parameters);
      break;
    case PROP_UPDATED_AT:
      g_value_set_int64 (value, self->updated_at);
      break;
    case PROP_IS_GATED:
      g_value_set_boolean (value, self->is_gated);
      break;
    case PROP_IS_PRIVATE:
      g_value_set_boolean (value, self->is_private);
      break;
    case PROP_IS_TRAINABLE:
      g_value_set_boolean (value, attune_hub_model_is_trainable (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_hub_model_class_init (AttuneHubModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = attune_hub_model_finalize;
  object_class->get_property = attune_hub_model_get_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_AUTHOR] = g_param_spec_string ("author", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_TASK] = g_param_spec_string ("task", NULL, NULL, NULL, flags);
  properties[PROP_LIBRARY] = g_param_spec_string ("library", NULL, NULL, NULL, flags);
  properties[PROP_LICENCE] = g_param_spec_string ("licence", NULL, NULL, NULL, flags);
  properties[PROP_ARCHITECTURE] = g_param_spec_string ("architecture", NULL, NULL, NULL, flags);
  properties[PROP_DOWNLOADS] = g_param_spec_int64 ("downloads", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_LIKES] = g_param_spec_int64 ("likes", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_PARAMETERS] = g_param_spec_int64 ("parameters", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_UPDATED_AT] = g_param_spec_int64 ("updated-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_IS_GATED] = g_param_spec_boolean ("is-gated", NULL, NULL, FALSE, flags);
  properties[PROP_IS_PRIVATE] = g_param_spec_boolean ("is-private", NULL, NULL, FALSE, flags);
  properties[PROP_IS_TRAINABLE] = g_param_spec_boolean ("is-trainable", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
attune_hub_model_init (AttuneHubModel *self)
{
  self->downloads = -1;
  self->likes = -1;
  self->parameters = -1;
}

/* Tags say what has no member of its own: "license:mit", and the architecture. */
static void
read_tags (AttuneHubModel *self,
           JsonNode       *node)
{
  JsonArray *tags = attune_http_json_peek_array (node, "tags");

  for (guint i = 0; tags != NULL && i < json_array_get_length (tags); i++)
    {
      const char *tag = attune_json_node_peek_string (json_array_get_element (tags, i));

      if (tag == NULL)
        continue;
      if (g_str_has_prefix (tag, "license:"))
        g_set_str (&self->licence, tag + strlen ("license:"));
      else if (self->architecture == NULL && g_strv_contains (trainable, tag))
        self->architecture = g_strdup (tag);
    }
}

AttuneHubModel *
attune_hub_model_new_from_json (JsonNode *node)
{
  g_autoptr (AttuneHubModel) self = NULL;
  const char *id = attune_json_peek_string (node, "id", attune_json_peek_string (node, "modelId", NULL));
  const char *slash;
  JsonNode *gated;

  if (id == NULL || *id == '\0')
    return NULL;

  self = g_object_new (ATTUNE_TYPE_HUB_MODEL, NULL);
  slash = strchr (id, '/');
  self->id = g_strdup (id);
  self->name = g_strdup (slash != NULL ? slash + 1 : id);
  self->author = slash != NULL ? g_strndup (id, (gsize) (slash - id)) : g_strdup (attune_json_peek_string (node, "author", NULL));
  self->task = g_strdup (attune_json_peek_string (node, "pipeline_tag", NULL));
  self->library = g_strdup (attune_json_peek_string (node, "library_name", NULL));
  self->licence = g_strdup (attune_json_peek_string (node, "cardData.license", NULL));
  self->architecture = g_strdup (attune_json_peek_string (node, "config.model_type", NULL));
  self->downloads = MAX (attune_http_json_peek_int (node, "downloads", -1), -1);
  self->likes = MAX (attune_http_json_peek_int (node, "likes", -1), -1);
  self->parameters = MAX (attune_http_json_peek_int (node, "safetensors.total", -1), -1);
  self->updated_at = MAX (attune_http_json_peek_time (node, "lastModified"), 0);
  self->is_private = attune_json_peek_boolean (node, "private", FALSE);
  /* false, "auto" or "manual" */
  gated = attune_json_lookup (node, "gated");
  self->is_gated = gated != NULL && (attune_json_node_peek_string (gated) != NULL || attune_json_peek_boolean (node, "gated", FALSE));
  read_tags (self, node);

  return g_steal_pointer (&self);
}

#define DEFINE_GETTER(type, name, fallback)               \
  type                                                    \
  attune_hub_model_get_##name (AttuneHubModel *self)      \
  {                                                       \
    g_return_val_if_fail (ATTUNE_IS_HUB_MODEL (self), fallback); \
                                                          \
    return self->name;                                    \
  }

DEFINE_GETTER (const char *, id, NULL)
DEFINE_GETTER (const char *, author, NULL)
DEFINE_GETTER (const char *, name, NULL)
DEFINE_GETTER (const char *, task, NULL)
DEFINE_GETTER (const char *, library, NULL)
DEFINE_GETTER (const char *, licence, NULL)
DEFINE_GETTER (const char *, architecture, NULL)
DEFINE_GETTER (gint64, downloads, -1)
DEFINE_GETTER (gint64, likes, -1)
DEFINE_GETTER (gint64, parameters, -1)
DEFINE_GETTER (gint64, updated_at, 0)

gboolean
attune_hub_model_is_gated (AttuneHubModel *self)
{
  g_return_val_if_fail (ATTUNE_IS_HUB_MODEL (self), FALSE);

  return self->is_gated;
}

gboolean
attune_hub_model_is_private (AttuneHubModel *self)
{
  g_return_val_if_fail (ATTUNE_IS_HUB_MODEL (self), FALSE);

  return self->is_private;
}

gboolean
attune_hub_model_is_trainable (AttuneHubModel *self)
{
  g_return_val_if_fail (ATTUNE_IS_HUB_MODEL (self), FALSE);

  return self->architecture != NULL && g_strv_contains (trainable, self->architecture);
}
