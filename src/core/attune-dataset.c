/* attune-dataset.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-dataset-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-error.h"
#include "attune-json.h"

struct _AttuneDataset
{
  GObject     parent_instance;

  char       *id;
  char       *name;
  char       *path;
  char       *base_name;
  char       *format;
  gint64      size;
  char       *sha256;
  gint64      rows;
  gint64      tokens;
  gint64      n_problems;
  char       *first_problem;
  gint64      added_at;
  gint64      checked_at;
  gint64      modified_at;
  GHashTable *provider_files; /* provider → id of the file there */
  JsonObject *unknown;
};

enum {
  PROP_ID = 1,
  PROP_NAME,
  PROP_PATH,
  PROP_FORMAT,
  PROP_SIZE,
  PROP_SHA256,
  PROP_ROWS,
  PROP_TOKENS,
  PROP_N_PROBLEMS,
  PROP_FIRST_PROBLEM,
  PROP_ADDED_AT,
  PROP_CHECKED_AT,
  PROP_MODIFIED_AT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AttuneDataset, attune_dataset, G_TYPE_OBJECT)

#define ATTUNE_DATASET_VERSION 1

static const char * const known_members[] = {
  "version",
  "revision",
  "id",
  "name",
  "path",
  "format",
  "size",
  "sha256",
  "rows",
  "tokens",
  "problems",
  "firstProblem",
  "addedAt",
  "checkedAt",
  "modifiedAt",
  "providerFiles",
  NULL
};

static void
attune_dataset_constructed (GObject *object)
{
  AttuneDataset *self = ATTUNE_DATASET (object);

  G_OBJECT_CLASS (attune_dataset_parent_class)->constructed (object);

  if (self->id == NULL)
    self->id = g_uuid_string_random ();
  if (self->added_at == 0)
    self->added_at = g_get_real_time ();
  if (self->path == NULL)
    self->path = g_strdup ("");
  self->base_name = g_path_get_basename (self->path);
}

static void
attune_dataset_finalize (GObject *object)
{
  AttuneDataset *self = ATTUNE_DATASET (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->path);
  g_free (self->base_name);
  g_free (self->format);
  g_free (self->sha256);
  g_free (self->first_problem);
  g_hash_table_unref (self->provider_files);
  g_clear_pointer (&self->unknown, json_object_unref);

  G_OBJECT_CLASS (attune_dataset_parent_class)->finalize (object);
}

static void
attune_dataset_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  AttuneDataset *self = ATTUNE_DATASET (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, attune_dataset_get_name (self));
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_FORMAT:
      g_value_set_string (value, self->format);
      break;
    case PROP_SIZE:
      g_value_set_int64 (value, self->size);
      break;
    case PROP_SHA256:
      g_value_set_string (value, self->sha256);
      break;
    case PROP_ROWS:
      g_value_set_int64 (value, self->rows);
      break;
    case PROP_TOKENS:
      g_value_set_int64 (value, self->tokens);
      break;
    case PROP_N_PROBLEMS:
      g_value_set_int64 (value, self->n_problems);
      break;
    case PROP_FIRST_PROBLEM:
      g_value_set_string (value, self->first_problem);
      break;
    case PROP_ADDED_AT:
      g_value_set_int64 (value, self->added_at);
      break;
    case PROP_CHECKED_AT:
      g_value_set_int64 (value, self->checked_at);
      break;
    case PROP_MODIFIED_AT:
      g_value_set_int64 (value, self->modified_at);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_dataset_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  AttuneDataset *self = ATTUNE_DATASET (object);

  switch (prop_id)
    {
    case PROP_ID:
      self->id = g_value_dup_string (value);
      break;
    case PROP_NAME:
      attune_dataset_set_name (self, g_value_get_string (value));
      break;
    case PROP_PATH:
      self->path = g_value_dup_string (value);
      break;
    case PROP_TOKENS:
      attune_dataset_set_tokens (self, g_value_get_int64 (value));
      break;
    case PROP_ADDED_AT:
      self->added_at = g_value_get_int64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static GParamSpec *
text_property (const char  *name,
               GParamFlags  flags)
{
  return g_param_spec_string (name, NULL, NULL, NULL, flags | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
count_property (const char  *name,
                gint64       unset,
                GParamFlags  flags)
{
  return g_param_spec_int64 (name, NULL, NULL, -1, G_MAXINT64, unset,
                             flags | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
attune_dataset_class_init (AttuneDatasetClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY;

  object_class->constructed = attune_dataset_constructed;
  object_class->finalize = attune_dataset_finalize;
  object_class->get_property = attune_dataset_get_property;
  object_class->set_property = attune_dataset_set_property;

  properties[PROP_ID] = text_property ("id", once);
  properties[PROP_NAME] = text_property ("name", G_PARAM_READWRITE);
  properties[PROP_PATH] = text_property ("path", once);
  properties[PROP_FORMAT] = text_property ("format", G_PARAM_READABLE);
  properties[PROP_SIZE] = count_property ("size", 0, G_PARAM_READABLE);
  properties[PROP_SHA256] = text_property ("sha256", G_PARAM_READABLE);
  properties[PROP_ROWS] = count_property ("rows", 0, G_PARAM_READABLE);
  properties[PROP_TOKENS] = count_property ("tokens", -1, G_PARAM_READWRITE);
  properties[PROP_N_PROBLEMS] = count_property ("n-problems", 0, G_PARAM_READABLE);
  properties[PROP_FIRST_PROBLEM] = text_property ("first-problem", G_PARAM_READABLE);
  properties[PROP_ADDED_AT] = count_property ("added-at", 0, once);
  properties[PROP_CHECKED_AT] = count_property ("checked-at", 0, G_PARAM_READABLE);
  properties[PROP_MODIFIED_AT] = count_property ("modified-at", 0, G_PARAM_READABLE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
attune_dataset_init (AttuneDataset *self)
{
  self->tokens = -1;
  self->provider_files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

AttuneDataset *
attune_dataset_new (const char *path)
{
  g_autofree char *absolute = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  absolute = g_canonicalize_filename (path, NULL);
  return g_object_new (ATTUNE_TYPE_DATASET, "path", absolute, NULL);
}

static void
assign_text (AttuneDataset  *self,
             char          **field,
             const char     *value,
             guint           prop_id)
{
  if (g_set_str (field, value))
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
assign_count (AttuneDataset *self,
              gint64        *field,
              gint64         value,
              guint          prop_id)
{
  if (*field == value)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

void
attune_dataset_update_from (AttuneDataset *self,
                            AttuneDataset *other)
{
  GHashTableIter iter;
  gpointer provider;
  gpointer file_id;

  g_return_if_fail (ATTUNE_IS_DATASET (self));
  g_return_if_fail (ATTUNE_IS_DATASET (other));
  g_return_if_fail (g_strcmp0 (self->id, other->id) == 0);

  if (self == other)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  attune_dataset_set_name (self, other->name);
  assign_text (self, &self->path, other->path, PROP_PATH);
  g_set_str (&self->base_name, other->base_name);
  assign_text (self, &self->format, other->format, PROP_FORMAT);
  assign_count (self, &self->size, other->size, PROP_SIZE);
  assign_text (self, &self->sha256, other->sha256, PROP_SHA256);
  assign_count (self, &self->rows, other->rows, PROP_ROWS);
  assign_count (self, &self->tokens, other->tokens, PROP_TOKENS);
  assign_count (self, &self->n_problems, other->n_problems, PROP_N_PROBLEMS);
  assign_text (self, &self->first_problem, other->first_problem, PROP_FIRST_PROBLEM);
  assign_count (self, &self->added_at, other->added_at, PROP_ADDED_AT);
  assign_count (self, &self->checked_at, other->checked_at, PROP_CHECKED_AT);
  assign_count (self, &self->modified_at, other->modified_at, PROP_MODIFIED_AT);

  g_hash_table_remove_all (self->provider_files);
  g_hash_table_iter_init (&iter, other->provider_files);
  while (g_hash_table_iter_next (&iter, &provider, &file_id))
    g_hash_table_insert (self->provider_files, g_strdup (provider), g_strdup (file_id));
  g_clear_pointer (&self->unknown, json_object_unref);
  self->unknown = other->unknown != NULL ? json_object_ref (other->unknown) : NULL;
  g_object_thaw_notify (G_OBJECT (self));
}

static int
compare_names (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

JsonNode *
attune_dataset_to_json (AttuneDataset *self)
{
  g_autoptr (JsonObject) object = NULL;

  g_return_val_if_fail (ATTUNE_IS_DATASET (self), NULL);

  object = json_object_new ();
  json_object_set_int_member (object, "version", ATTUNE_DATASET_VERSION);
  json_object_set_string_member (object, "id", self->id);
  if (self->name != NULL)
    json_object_set_string_member (object, "name", self->name);
  json_object_set_string_member (object, "path", self->path);
  json_object_set_int_member (object, "addedAt", self->added_at);
  if (self->checked_at != 0)
    {
      if (self->format != NULL)
        json_object_set_string_member (object, "format", self->format);
      json_object_set_int_member (object, "size", self->size);
      if (self->sha256 != NULL)
        json_object_set_string_member (object, "sha256", self->sha256);
      json_object_set_int_member (object, "rows", self->rows);
      json_object_set_int_member (object, "problems", self->n_problems);
      if (self->first_problem != NULL)
        json_object_set_string_member (object, "firstProblem", self->first_problem);
      json_object_set_int_member (object, "checkedAt", self->checked_at);
      json_object_set_int_member (object, "modifiedAt", self->modified_at);
    }
  if (self->tokens >= 0)
    json_object_set_int_member (object, "tokens", self->tokens);
  if (g_hash_table_size (self->provider_files) > 0)
    {
      JsonObject *files = json_object_new ();
      guint n_providers;
      g_autofree gpointer *providers = g_hash_table_get_keys_as_array (self->provider_files, &n_providers);

      /* Always in the same order, so that equal data sets are equal texts. */
      g_sort_array (providers, n_providers, sizeof (gpointer), compare_names, NULL);
      for (guint i = 0; i < n_providers; i++)
        json_object_set_string_member (files, providers[i], g_hash_table_lookup (self->provider_files, providers[i]));
      json_object_set_object_member (object, "providerFiles", files);
    }
  if (self->unknown != NULL)
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init_ordered (&iter, self->unknown);
      while (json_object_iter_next_ordered (&iter, &name, &member))
        json_object_set_member (object, name, json_node_copy (member));
    }

  return json_node_init_object (json_node_alloc (), object);
}

static gboolean
read_text (JsonNode    *root,
           const char  *name,
           char       **text,
           GError     **error)
{
  const char *value = NULL;

  if (!attune_json_get_string (root, name, ATTUNE_JSON_OPTIONAL, &value, error))
    return FALSE;

  g_set_str (text, value);
  return TRUE;
}

static gboolean
read_provider_files (AttuneDataset  *self,
                     JsonNode       *root,
                     GError        **error)
{
  JsonObject *files = NULL;
  JsonObjectIter iter;
  const char *provider;
  JsonNode *member;

  if (!attune_json_get_object (root, "providerFiles", ATTUNE_JSON_OPTIONAL, &files, error))
    return FALSE;
  if (files == NULL)
    return TRUE;

  json_object_iter_init_ordered (&iter, files);
  while (json_object_iter_next_ordered (&iter, &provider, &member))
    {
      const char *file_id = attune_json_node_peek_string (member);

      if (file_id == NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("providerFiles.%s has to be a text, not %s"),
                       provider, attune_json_node_describe (member));
          return FALSE;
        }
      g_hash_table_insert (self->provider_files, g_strdup (provider), g_strdup (file_id));
    }

  return TRUE;
}

AttuneDataset *
attune_dataset_new_from_json (JsonNode  *node,
                              GError   **error)
{
  g_autoptr (AttuneDataset) self = NULL;
  const char *id = NULL;
  const char *path = NULL;
  const char *name = NULL;
  gint64 version = ATTUNE_DATASET_VERSION;
  gint64 added_at = 0;
  JsonObjectIter iter;
  const char *member_name;
  JsonNode *member;

  g_return_val_if_fail (node != NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("A data set has to be an object, not %s"), attune_json_node_describe (node));
      return NULL;
    }

  if (!attune_json_get_int (node, "version", ATTUNE_JSON_OPTIONAL, &version, error))
    return NULL;
  if (version > ATTUNE_DATASET_VERSION)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("This data set was written by a newer Attune (version %" G_GINT64_FORMAT " of the file). Update Attune to see it."),
                   version);
      return NULL;
    }

  if (!attune_json_get_string (node, "id", ATTUNE_JSON_REQUIRED, &id, error)
      || !attune_json_get_string (node, "path", ATTUNE_JSON_REQUIRED, &path, error)
      || !attune_json_get_string (node, "name", ATTUNE_JSON_OPTIONAL, &name, error)
      || !attune_json_get_int (node, "addedAt", ATTUNE_JSON_OPTIONAL, &added_at, error))
    return NULL;
  if (!g_uuid_string_is_valid (id))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("id is “%s”, which is no UUID"), id);
      return NULL;
    }

  self = g_object_new (ATTUNE_TYPE_DATASET, "id", id, "path", path, "name", name, "added-at", MAX (added_at, 0), NULL);

  if (!read_text (node, "format", &self->format, error)
      || !attune_json_get_int (node, "size", ATTUNE_JSON_OPTIONAL, &self->size, error)
      || !read_text (node, "sha256", &self->sha256, error)
      || !attune_json_get_int (node, "rows", ATTUNE_JSON_OPTIONAL, &self->rows, error)
      || !attune_json_get_int (node, "tokens", ATTUNE_JSON_OPTIONAL, &self->tokens, error)
      || !attune_json_get_int (node, "problems", ATTUNE_JSON_OPTIONAL, &self->n_problems, error)
      || !read_text (node, "firstProblem", &self->first_problem, error)
      || !attune_json_get_int (node, "checkedAt", ATTUNE_JSON_OPTIONAL, &self->checked_at, error)
      || !attune_json_get_int (node, "modifiedAt", ATTUNE_JSON_OPTIONAL, &self->modified_at, error)
      || !read_provider_files (self, node, error))
    return NULL;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &member_name, &member))
    {
      if (g_strv_contains (known_members, member_name))
        continue;
      if (self->unknown == NULL)
        self->unknown = json_object_new ();
      json_object_set_member (self->unknown, member_name, json_node_copy (member));
    }

  return g_steal_pointer (&self);
}

const char *
attune_dataset_get_id (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), NULL);

  return self->id;
}

const char *
attune_dataset_get_name (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), NULL);

  return self->name != NULL ? self->name : self->base_name;
}

void
attune_dataset_set_name (AttuneDataset *self,
                         const char    *name)
{
  g_return_if_fail (ATTUNE_IS_DATASET (self));

  assign_text (self, &self->name, name != NULL && *name != '\0' ? name : NULL, PROP_NAME);
}

const char *
attune_dataset_get_path (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), NULL);

  return self->path;
}

const char *
attune_dataset_get_format (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), NULL);

  return self->format;
}

gint64
attune_dataset_get_size (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), 0);

  return self->size;
}

gint64
attune_dataset_get_rows (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), 0);

  return self->rows;
}

gint64
attune_dataset_get_tokens (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), -1);

  return self->tokens;
}

gint64
attune_dataset_get_n_problems (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), 0);

  return self->n_problems;
}

const char *
attune_dataset_get_first_problem (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), NULL);

  return self->first_problem;
}

const char *
attune_dataset_get_sha256 (AttuneDataset *self)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), NULL);

  return self->sha256;
}

static gint64
get_file_time (const char *path,
               gint64     *size)
{
  GStatBuf buffer;

  if (g_stat (path, &buffer) != 0)
    return 0;

  *size = buffer.st_size;
  return (gint64) buffer.st_mtim.tv_sec * G_USEC_PER_SEC + buffer.st_mtim.tv_nsec / 1000;
}

gboolean
attune_dataset_is_current (AttuneDataset *self)
{
  gint64 size = -1;

  g_return_val_if_fail (ATTUNE_IS_DATASET (self), FALSE);

  return self->checked_at != 0
         && self->modified_at != 0
         && get_file_time (self->path, &size) == self->modified_at
         && size == self->size;
}

void
attune_dataset_set_checked (AttuneDataset *self,
                            const char    *format,
                            gint64         size,
                            const char    *sha256,
                            gint64         rows,
                            gint64         n_problems,
                            const char    *first_problem)
{
  gint64 current_size = size;

  g_return_if_fail (ATTUNE_IS_DATASET (self));

  g_object_freeze_notify (G_OBJECT (self));
  if (g_strcmp0 (self->sha256, sha256) != 0)
    {
      /* Another content: what was counted and uploaded is of the old one. */
      assign_count (self, &self->tokens, -1, PROP_TOKENS);
      g_hash_table_remove_all (self->provider_files);
    }
  assign_text (self, &self->format, format, PROP_FORMAT);
  assign_count (self, &self->size, size, PROP_SIZE);
  assign_text (self, &self->sha256, sha256, PROP_SHA256);
  assign_count (self, &self->rows, rows, PROP_ROWS);
  assign_count (self, &self->n_problems, n_problems, PROP_N_PROBLEMS);
  assign_text (self, &self->first_problem, first_problem, PROP_FIRST_PROBLEM);
  assign_count (self, &self->checked_at, g_get_real_time (), PROP_CHECKED_AT);
  assign_count (self, &self->modified_at, get_file_time (self->path, &current_size), PROP_MODIFIED_AT);
  if (current_size != size)
    assign_count (self, &self->modified_at, 0, PROP_MODIFIED_AT); /* it grew while it was read */
  g_object_thaw_notify (G_OBJECT (self));
}

void
attune_dataset_set_tokens (AttuneDataset *self,
                           gint64         tokens)
{
  g_return_if_fail (ATTUNE_IS_DATASET (self));

  assign_count (self, &self->tokens, MAX (tokens, -1), PROP_TOKENS);
}

const char *
attune_dataset_get_provider_file (AttuneDataset *self,
                                  const char    *provider)
{
  g_return_val_if_fail (ATTUNE_IS_DATASET (self), NULL);
  g_return_val_if_fail (provider != NULL, NULL);

  return g_hash_table_lookup (self->provider_files, provider);
}

void
attune_dataset_set_provider_file (AttuneDataset *self,
                                  const char    *provider,
                                  const char    *file_id)
{
  g_return_if_fail (ATTUNE_IS_DATASET (self));
  g_return_if_fail (provider != NULL);

  if (file_id != NULL)
    g_hash_table_insert (self->provider_files, g_strdup (provider), g_strdup (file_id));
  else
    g_hash_table_remove (self->provider_files, provider);
}
