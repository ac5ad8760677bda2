/* attune-draft.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-draft"

#include "attune-draft.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "attune-error.h"
#include "attune-json.h"
#include "attune-paths.h"

#define DRAFT_VERSION 1
#define MAX_DRAFTS    20

AttuneDraft *
attune_draft_new (const char          *id,
                  const char          *name,
                  const char          *provider,
                  AttuneConfiguration *configuration)
{
  AttuneDraft *self;

  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);

  self = g_new0 (AttuneDraft, 1);
  self->id = id != NULL ? g_strdup (id) : g_uuid_string_random ();
  self->name = name != NULL && *name != '\0' ? g_strdup (name) : NULL;
  self->provider = g_strdup (provider);
  self->configuration = g_object_ref (configuration);

  return self;
}

void
attune_draft_free (AttuneDraft *self)
{
  if (self == NULL)
    return;

  g_free (self->id);
  g_free (self->name);
  g_free (self->provider);
  g_clear_object (&self->configuration);
  g_free (self);
}

static char *
dup_folder (void)
{
  g_autofree char *data = attune_paths_dup_data_folder ();

  return g_build_filename (data, "drafts", NULL);
}

static char *
dup_path (const char *id)
{
  g_autofree char *folder = dup_folder ();
  g_autofree char *name = g_strconcat (id, ".json", NULL);

  return g_build_filename (folder, name, NULL);
}

AttuneDraft *
attune_draft_load (const char  *id,
                   GError     **error)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (AttuneConfiguration) configuration = NULL;
  AttuneDraft *self;
  JsonNode *body;

  /* The id becomes the name of a file. */
  g_return_val_if_fail (g_uuid_string_is_valid (id), NULL);

  path = dup_path (id);
  root = attune_json_parse_file (path, error);
  if (root == NULL)
    return NULL;
  body = attune_json_lookup (root, "configuration");
  if (body == NULL || attune_json_peek_int (root, "version", 0) != DRAFT_VERSION)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("%s is no draft that this version of Attune can read. Start the job anew."), path);
      return NULL;
    }
  configuration = attune_configuration_new_from_json (body, error);
  if (configuration == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }

  self = attune_draft_new (id, attune_json_peek_string (root, "name", NULL), attune_json_peek_string (root, "provider", NULL),
                           configuration);
  self->time = attune_json_peek_int (root, "time", 0);

  return self;
}

static int
compare_newest_first (gconstpointer a,
                      gconstpointer b)
{
  const AttuneDraft *first = *(const AttuneDraft * const *) a;
  const AttuneDraft *second = *(const AttuneDraft * const *) b;

  return (first->time < second->time) - (first->time > second->time);
}

GPtrArray *
attune_drafts_list (void)
{
  GPtrArray *drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_draft_free);
  g_autofree char *folder = dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *id = g_str_has_suffix (name, ".json") ? g_strndup (name, strlen (name) - strlen (".json")) : NULL;
      g_autoptr (GError) error = NULL;
      AttuneDraft *draft;

      if (id == NULL || !g_uuid_string_is_valid (id))
        continue;
      draft = attune_draft_load (id, &error);
      if (draft != NULL)
        g_ptr_array_add (drafts, draft);
      else
        g_message ("A draft is left out: %s", error->message);
    }
  g_ptr_array_sort (drafts, compare_newest_first);
  while (drafts->len > MAX_DRAFTS)
    {
      const AttuneDraft *oldest = g_ptr_array_index (drafts, drafts->len - 1);

      attune_draft_delete (oldest->id);
      g_ptr_array_set_size (drafts, (int) drafts->len - 1);
    }

  return drafts;
}

gboolean
attune_draft_save (AttuneDraft  *self,
                   GError      **error)
{
  g_autofree char *folder = dup_folder ();
  g_autofree char *path = NULL;
  g_autofree char *new_path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  g_return_val_if_fail (self != NULL, FALSE);

  self->time = g_get_real_time ();
  json_object_set_int_member (object, "version", DRAFT_VERSION);
  json_object_set_int_member (object, "time", self->time);
  if (self->name != NULL)
    json_object_set_string_member (object, "name", self->name);
  if (self->provider != NULL)
    json_object_set_string_member (object, "provider", self->provider);
  json_object_set_member (object, "configuration", attune_configuration_to_json (self->configuration, ATTUNE_SECRETS_OMIT));
  json_node_take_object (root, object);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_ALLOWED,
                   _("The folder “%s” cannot be made: %s. Drafts are not kept."), folder, g_strerror (errno));
      return FALSE;
    }
  path = dup_path (self->id);
  text = attune_json_write (root, TRUE);

  new_path = g_strconcat (path, ".new", NULL);

  /* Whole or not at all, but without waiting for the disk: that would be felt while typing, and what a power cut may take is a draft. */
  if (!g_file_set_contents_full (new_path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, error))
    return FALSE;
  if (g_rename (new_path, path) != 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The draft cannot be kept as %s: %s."), path, g_strerror (errno));
      return FALSE;
    }

  return TRUE;
}

void
attune_draft_delete (const char *id)
{
  g_autofree char *path = NULL;

  g_return_if_fail (g_uuid_string_is_valid (id));

  path = dup_path (id);
  if (g_unlink (path) != 0 && errno != ENOENT)
    g_message ("The draft %s cannot be deleted: %s", path, g_strerror (errno));
}

char *
attune_draft_dup_title (const AttuneDraft *self)
{
  g_autofree char *model = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->name != NULL)
    return g_strdup (self->name);
  model = attune_configuration_dup_text (self->configuration, "model.baseModel");

  return model != NULL ? g_path_get_basename (model) : g_strdup (_("Untitled"));
}
