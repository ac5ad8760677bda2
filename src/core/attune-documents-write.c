/* attune-documents-write.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-store"

#include "config.h"

#include "attune-documents-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-error.h"
#include "attune-json.h"

#define CHANGES_MAX_SIZE (64 * 1024)
#define TRASH_PREFIX     ".trash-"

/* Best effort: whoever misses a line sees the change in the file itself a little later. */
static void
announce (AttuneDocuments *self,
          const char      *id,
          gint64           revision)
{
  g_autofree char *path = g_build_filename (self->folder, ATTUNE_CHANGES_FILE, NULL);
  g_autofree char *line = g_strdup_printf ("%s %" G_GINT64_FORMAT "\n", id, revision);
  g_autofd int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  gssize length = (gssize) strlen (line);
  struct stat buffer;

  if (fd < 0)
    {
      g_debug ("%s: %s", path, g_strerror (errno));
      return;
    }
  if (fstat (fd, &buffer) == 0 && buffer.st_size > CHANGES_MAX_SIZE && ftruncate (fd, 0) != 0)
    g_debug ("%s: %s", path, g_strerror (errno));
  if (write (fd, line, (gsize) length) != length)
    g_debug ("%s: %s", path, g_strerror (errno));
}

/* Makes the rename itself last through a power cut; file systems that cannot do it say so. */
static void
sync_folder (const char *folder)
{
  g_autofd int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd >= 0 && fsync (fd) != 0)
    g_debug ("%s: %s", folder, g_strerror (errno));
}

static gboolean
member_equal (JsonObject *a,
              JsonObject *b,
              const char *name)
{
  JsonNode *left = a != NULL ? json_object_get_member (a, name) : NULL;
  JsonNode *right = b != NULL ? json_object_get_member (b, name) : NULL;

  if (left == NULL || right == NULL)
    return left == right;

  return json_node_equal (left, right);
}

JsonNode *
attune_documents_merge (const AttuneDocumentKind *kind,
                        JsonNode                 *base,
                        JsonNode                 *ours,
                        JsonNode                 *theirs)
{
  JsonObject *base_object = base != NULL ? json_node_get_object (base) : NULL;
  JsonObject *ours_object = json_node_get_object (ours);
  JsonObject *theirs_object = json_node_get_object (theirs);
  gint64 updated = MAX (attune_json_peek_int (ours, "updatedAt", 0), attune_json_peek_int (theirs, "updatedAt", 0));
  g_autoptr (JsonObject) result = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, theirs_object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    json_object_set_member (result, name, json_node_copy (member));

  json_object_iter_init_ordered (&iter, ours_object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    if (!member_equal (base_object, ours_object, name))
      json_object_set_member (result, name, json_node_copy (member));

  if (base_object != NULL)
    {
      json_object_iter_init_ordered (&iter, base_object);
      while (json_object_iter_next_ordered (&iter, &name, &member))
        if (!json_object_has_member (ours_object, name) && !g_str_equal (name, "revision"))
          json_object_remove_member (result, name);

      if (kind->resolve != NULL)
        kind->resolve (base_object, ours_object, theirs_object, result);
    }

  if (updated > 0)
    json_object_set_int_member (result, "updatedAt", updated);

  return json_node_init_object (json_node_alloc (), result);
}

/* g_file_set_contents_full() leaves "job.json.A1B2C3" behind when it is killed. The lock is held, so nobody is writing one now. */
static gboolean
is_half_written (const char *name,
                 const char *document)
{
  gsize length = strlen (document);

  return g_str_has_prefix (name, document) && name[length] == '.' && strlen (name + length + 1) == 6;
}

static void
sweep_half_written (const char *place,
                    const char *document)
{
  g_autoptr (GDir) dir = g_dir_open (place, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_half_written (name, document))
      {
        g_autofree char *path = g_build_filename (place, name, NULL);

        if (g_unlink (path) == 0)
          g_debug ("%s: removed, it was never finished", path);
      }
}

static gboolean
remove_tree (const char  *path,
             GError     **error)
{
  struct stat buffer;

  if (lstat (path, &buffer) != 0)
    {
      if (errno == ENOENT)
        return TRUE;
      attune_documents_set_errno_error (error, path, errno);
      return FALSE;
    }

  /* A link is removed, not what it leads to. */
  if (S_ISDIR (buffer.st_mode))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, error);
      const char *name;

      if (dir == NULL)
        {
          attune_error_convert (error);
          return FALSE;
        }
      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          if (!remove_tree (child, error))
            return FALSE;
        }
      if (g_rmdir (path) == 0 || errno == ENOENT)
        return TRUE;
    }
  else if (g_unlink (path) == 0 || errno == ENOENT)
    {
      return TRUE;
    }

  attune_documents_set_errno_error (error, path, errno);
  return FALSE;
}

void
attune_documents_sweep (AttuneDocuments *self,
                        const char      *name)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  if (g_str_has_prefix (name, TRASH_PREFIX))
    {
      path = g_build_filename (self->folder, name, NULL);
      if (!remove_tree (path, &error))
        g_debug ("%s", error->message);
    }
  else if (self->kind->file_name == NULL && strlen (name) == 36 + strlen (".json.A1B2C3"))
    {
      g_autofree char *document = g_strndup (name, 36 + strlen (".json"));
      g_autoptr (AttuneFileLock) lock = attune_documents_lock_place (self->folder, NULL);

      if (lock != NULL)
        sweep_half_written (self->folder, document);
    }
}

static char *
to_text (JsonNode *root,
         gint64    revision)
{
  g_autofree char *text = NULL;

  json_object_set_int_member (json_node_get_object (root), "revision", revision);
  text = attune_json_write (root, TRUE);

  return g_strconcat (text, "\n", NULL);
}

static gboolean
write_locked (AttuneDocuments        *self,
              const char             *id,
              const char             *place,
              GBytes                 *base,
              GBytes                 *ours,
              gint64                 *revision,
              AttuneDocument        **merged,
              AttuneDocumentChanges  *changes,
              GError                **error)
{
  g_autofree char *path = attune_documents_dup_path (self, id);
  g_auto (AttuneContent) theirs = { NULL };
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonNode) ours_root = attune_documents_parse (ours, path, error);
  g_autoptr (JsonNode) result = NULL;
  g_autofree char *text = NULL;
  AttuneSignature signature;
  gint64 next;

  if (ours_root == NULL)
    return FALSE;

  if (attune_documents_read (self, id, &theirs, &local_error))
    {
      g_autoptr (JsonNode) base_root = base != NULL ? attune_documents_parse (base, path, error) : NULL;

      if (base != NULL && base_root == NULL)
        return FALSE;
      next = attune_documents_get_revision (theirs.root) + 1;
      result = attune_documents_merge (self->kind, base_root, ours_root, theirs.root);
    }
  else if (g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      AttuneKnown *known = g_hash_table_lookup (self->known, id);

      if (base != NULL && self->kind->file_name == NULL)
        {
          self->kind->set_deleted (path, error);
          return FALSE;
        }
      next = known != NULL ? known->revision + 1 : 1;
      result = json_node_ref (ours_root);
    }
  else if (attune_documents_is_content_error (local_error))
    {
      AttuneKnown *known = g_hash_table_lookup (self->known, id);

      attune_documents_set_aside (self, id, local_error, changes);
      next = known != NULL ? known->revision + 1 : 1;
      result = json_node_ref (ours_root);
    }
  else
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  json_object_remove_member (json_node_get_object (result), "revision");
  if (!json_node_equal (result, ours_root))
    {
      g_autoptr (GObject) entity = self->kind->from_json (result, error);

      if (entity == NULL)
        return FALSE;
      *merged = attune_document_new (self->kind, id, next, entity);
    }

  text = to_text (result, next);
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error))
    {
      attune_error_convert (error);
      g_clear_pointer (merged, attune_document_free);
      return FALSE;
    }
  sync_folder (place);

  if (attune_signature_read (path, &signature))
    attune_documents_remember (self, id, &signature, next, TRUE);
  *revision = next;

  return TRUE;
}

gboolean
attune_documents_write (AttuneDocuments        *self,
                        const char             *id,
                        GBytes                **base,
                        GBytes                 *ours,
                        gint64                 *revision,
                        AttuneDocument        **merged,
                        AttuneDocumentChanges  *changes,
                        GError                **error)
{
  g_autofree char *place = NULL;
  g_autoptr (AttuneFileLock) lock = NULL;
  g_autoptr (GError) local_error = NULL;
  AttuneKnown *known;
  gboolean fresh;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (g_uuid_string_is_valid (id), FALSE);
  g_return_val_if_fail (ours != NULL, FALSE);
  g_return_val_if_fail (merged != NULL && *merged == NULL, FALSE);

  place = attune_documents_dup_place (self, id);
  known = g_hash_table_lookup (self->known, id);
  /* What could not be written before is still to be written. */
  if (known != NULL && known->unwritten != NULL && *base != NULL && g_bytes_equal (*base, known->unwritten))
    {
      g_bytes_unref (*base);
      *base = known->unwritten_base != NULL ? g_bytes_ref (known->unwritten_base) : NULL;
    }
  fresh = *base == NULL;

  /* A folder that is not there any more was deleted by somebody, and is not brought back by a late save. */
  if ((fresh || self->kind->file_name == NULL) && g_mkdir_with_parents (place, 0700) != 0)
    {
      attune_documents_set_errno_error (error, place, errno);
      return FALSE;
    }

  lock = attune_documents_lock_place (place, &local_error);
  if (lock != NULL)
    {
      if (known == NULL && self->kind->file_name != NULL)
        sweep_half_written (place, self->kind->file_name);
      if (write_locked (self, id, place, *base, ours, revision, merged, changes, &local_error))
        {
          known = g_hash_table_lookup (self->known, id);
          if (known != NULL)
            {
              g_clear_pointer (&known->unwritten, g_bytes_unref);
              g_clear_pointer (&known->unwritten_base, g_bytes_unref);
            }
          if (fresh && self->kind->file_name != NULL)
            sync_folder (self->folder);
          announce (self, id, *revision);
          return TRUE;
        }
    }

  if (g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND) && !fresh)
    {
      g_hash_table_remove (self->known, id);
      self->kind->set_deleted (place, error);
      return FALSE;
    }

  if (known == NULL)
    known = attune_documents_remember (self, id, &(AttuneSignature) { 0 }, 0, FALSE);
  g_clear_pointer (&known->unwritten, g_bytes_unref);
  g_clear_pointer (&known->unwritten_base, g_bytes_unref);
  known->unwritten = g_bytes_ref (ours);
  known->unwritten_base = *base != NULL ? g_bytes_ref (*base) : NULL;
  /* Whatever was seen meanwhile and could not be merged has to be seen again. */
  known->signature = (AttuneSignature) { 0 };

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
attune_documents_delete (AttuneDocuments  *self,
                         const char       *id,
                         GError          **error)
{
  g_autofree char *place = NULL;
  g_autoptr (AttuneFileLock) lock = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (g_uuid_string_is_valid (id), FALSE);

  place = attune_documents_dup_place (self, id);
  lock = attune_documents_lock_place (place, &local_error);
  if (lock == NULL)
    {
      if (g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
        {
          g_hash_table_remove (self->known, id);
          return TRUE;
        }
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (self->kind->file_name == NULL)
    {
      path = attune_documents_dup_path (self, id);
      if (g_unlink (path) != 0 && errno != ENOENT)
        {
          attune_documents_set_errno_error (error, path, errno);
          return FALSE;
        }
    }
  else
    {
      g_autofree char *unique = g_uuid_string_random ();
      g_autofree char *name = g_strconcat (TRASH_PREFIX, unique, NULL);

      /* Gone at once for everybody, even if removing all of it takes long or is cut short. */
      path = g_build_filename (self->folder, name, NULL);
      if (g_rename (place, path) != 0)
        {
          attune_documents_set_errno_error (error, place, errno);
          return FALSE;
        }
    }

  sync_folder (self->folder);
  g_hash_table_remove (self->known, id);
  announce (self, id, 0);
  g_clear_pointer (&lock, attune_file_lock_release);

  return self->kind->file_name == NULL || remove_tree (path, error);
}
