/* attune-documents.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-store"

#include "config.h"

#include "attune-documents-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attune-error.h"
#include "attune-file-lock.h"
#include "attune-json.h"

/* No document of ours comes near it; a file beyond it is not one of ours. */
#define DOCUMENT_MAX_SIZE (64 * 1024 * 1024)

static void
known_free (AttuneKnown *known)
{
  g_clear_pointer (&known->unwritten, g_bytes_unref);
  g_clear_pointer (&known->unwritten_base, g_bytes_unref);
  g_free (known);
}

GBytes *
attune_documents_to_bytes (const AttuneDocumentKind *kind,
                           GObject                  *entity)
{
  g_autoptr (JsonNode) root = kind->to_json (entity);
  char *text = attune_json_write (root, FALSE);

  return g_bytes_new_take (text, strlen (text));
}

AttuneDocument *
attune_document_new (const AttuneDocumentKind *kind,
                     const char               *id,
                     gint64                    revision,
                     GObject                  *entity)
{
  AttuneDocument *self = g_new0 (AttuneDocument, 1);

  self->id = g_strdup (id);
  self->revision = revision;
  self->entity = g_object_ref (entity);
  self->text = attune_documents_to_bytes (kind, entity);

  return self;
}

void
attune_document_free (AttuneDocument *self)
{
  if (self == NULL)
    return;

  g_free (self->id);
  g_clear_object (&self->entity);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_free (self);
}

void
attune_document_report_free (AttuneDocumentReport *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->message);
  g_free (self);
}

AttuneDocumentChanges *
attune_document_changes_new (void)
{
  AttuneDocumentChanges *self = g_new0 (AttuneDocumentChanges, 1);

  self->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_document_free);
  self->removed = g_ptr_array_new_with_free_func (g_free);
  self->reports = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_document_report_free);

  return self;
}

void
attune_document_changes_free (AttuneDocumentChanges *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->documents);
  g_ptr_array_unref (self->removed);
  g_ptr_array_unref (self->reports);
  g_free (self);
}

void
attune_documents_report (AttuneDocumentChanges *changes,
                         const char            *path,
                         const char            *message)
{
  AttuneDocumentReport *found = g_new0 (AttuneDocumentReport, 1);

  found->path = g_strdup (path);
  found->message = g_strdup (message);
  g_ptr_array_add (changes->reports, found);
}

AttuneDocuments *
attune_documents_new (const char               *folder,
                      const AttuneDocumentKind *kind)
{
  AttuneDocuments *self;

  g_return_val_if_fail (folder != NULL, NULL);
  g_return_val_if_fail (kind != NULL, NULL);

  self = g_new0 (AttuneDocuments, 1);
  self->folder = g_strdup (folder);
  self->kind = kind;
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) known_free);

  return self;
}

void
attune_documents_free (AttuneDocuments *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->known);
  g_free (self->folder);
  g_free (self);
}

char *
attune_documents_dup_path (AttuneDocuments *self,
                           const char      *id)
{
  g_autofree char *name = NULL;

  if (self->kind->file_name != NULL)
    return g_build_filename (self->folder, id, self->kind->file_name, NULL);

  name = g_strconcat (id, ".json", NULL);
  return g_build_filename (self->folder, name, NULL);
}

char *
attune_documents_dup_place (AttuneDocuments *self,
                            const char      *id)
{
  return self->kind->file_name != NULL ? g_build_filename (self->folder, id, NULL) : g_strdup (self->folder);
}

AttuneFileLock *
attune_documents_lock_place (const char  *place,
                             GError     **error)
{
  g_autofree char *path = g_build_filename (place, ".lock", NULL);

  return attune_file_lock_acquire (path, ATTUNE_FILE_LOCK_PATIENCE, error);
}

void
attune_documents_set_errno_error (GError     **error,
                                  const char  *path,
                                  int          saved_errno)
{
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno), "%s: %s", path, g_strerror (saved_errno));
  attune_error_convert (error);
}

gboolean
attune_signature_read (const char *path,
                       AttuneSignature  *signature)
{
  struct stat buffer;

  if (stat (path, &buffer) != 0)
    return FALSE;

  *signature = (AttuneSignature) {
    .device = buffer.st_dev,
    .inode = buffer.st_ino,
    .size = buffer.st_size,
    .modified = (gint64) buffer.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + buffer.st_mtim.tv_nsec,
    .changed = (gint64) buffer.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + buffer.st_ctim.tv_nsec,
  };
  return TRUE;
}

static gboolean
signature_equal (const AttuneSignature *a,
                 const AttuneSignature *b)
{
  return a->device == b->device
         && a->inode == b->inode
         && a->size == b->size
         && a->modified == b->modified
         && a->changed == b->changed;
}

/* The id of the document that a name in the folder stands for; NULL for everything else that lies there. */
static char *
id_from_name (AttuneDocuments *self,
              const char      *name)
{
  g_autofree char *id = NULL;

  if (self->kind->file_name != NULL)
    return g_uuid_string_is_valid (name) ? g_strdup (name) : NULL;

  if (!g_str_has_suffix (name, ".json"))
    return NULL;
  id = g_strndup (name, strlen (name) - strlen (".json"));
  return g_uuid_string_is_valid (id) ? g_steal_pointer (&id) : NULL;
}

AttuneKnown *
attune_documents_remember (AttuneDocuments *self,
                           const char      *id,
                           const AttuneSignature *signature,
                           gint64           revision,
                           gboolean         shown)
{
  AttuneKnown *known = g_hash_table_lookup (self->known, id);

  if (known == NULL)
    {
      known = g_new0 (AttuneKnown, 1);
      g_hash_table_insert (self->known, g_strdup (id), known);
    }
  known->signature = *signature;
  known->revision = revision;
  known->shown = known->shown || shown;

  return known;
}

gint64
attune_documents_get_revision (JsonNode *root)
{
  return MAX (attune_json_peek_int (root, "revision", 0), 0);
}

void
attune_content_clear (AttuneContent *content)
{
  g_clear_pointer (&content->text, g_bytes_unref);
  g_clear_pointer (&content->root, json_node_unref);
  g_clear_object (&content->entity);
}

/* The file and its signature belong together even if it is replaced meanwhile. */
static GBytes *
read_file (const char  *path,
           AttuneSignature   *signature,
           GError     **error)
{
  g_autoptr (GByteArray) bytes = NULL;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  struct stat buffer;

  if (fd < 0)
    {
      attune_documents_set_errno_error (error, path, errno);
      return NULL;
    }
  if (fstat (fd, &buffer) != 0 || !S_ISREG (buffer.st_mode) || buffer.st_size > DOCUMENT_MAX_SIZE)
    {
      close (fd);
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: This is not a file of Attune’s"), path);
      return NULL;
    }

  *signature = (AttuneSignature) {
    .device = buffer.st_dev,
    .inode = buffer.st_ino,
    .size = buffer.st_size,
    .modified = (gint64) buffer.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + buffer.st_mtim.tv_nsec,
    .changed = (gint64) buffer.st_ctim.tv_sec * G_GINT64_CONSTANT (1000000000) + buffer.st_ctim.tv_nsec,
  };

  bytes = g_byte_array_sized_new ((guint) buffer.st_size + 1);
  for (;;)
    {
      guint8 chunk[16 * 1024];
      gssize n_read = read (fd, chunk, sizeof chunk);

      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read < 0)
        {
          attune_documents_set_errno_error (error, path, errno);
          close (fd);
          return NULL;
        }
      if (n_read == 0)
        break;
      g_byte_array_append (bytes, chunk, (guint) n_read);
    }
  close (fd);

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

JsonNode *
attune_documents_parse (GBytes      *text,
                        const char  *place,
                        GError     **error)
{
  gsize size;
  const char *data = g_bytes_get_data (text, &size);

  return attune_json_parse (data != NULL ? data : "", (gssize) size, place, error);
}

gboolean
attune_documents_read (AttuneDocuments  *self,
                       const char       *id,
                       AttuneContent          *content,
                       GError          **error)
{
  g_autofree char *path = attune_documents_dup_path (self, id);
  const char *own_id;

  content->text = read_file (path, &content->signature, error);
  if (content->text == NULL)
    return FALSE;

  content->root = attune_documents_parse (content->text, path, error);
  if (content->root == NULL)
    return FALSE;

  content->entity = self->kind->from_json (content->root, error);
  if (content->entity == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }

  own_id = attune_json_peek_string (content->root, "id", "");
  if (strcmp (own_id, id) != 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("%s: The id in the file is %s, which belongs elsewhere"), path, own_id);
      return FALSE;
    }

  return TRUE;
}

gboolean
attune_documents_is_content_error (const GError *error)
{
  return g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID)
         || g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
}

void
attune_documents_set_aside (AttuneDocuments       *self,
                            const char            *id,
                            const GError          *reason,
                            AttuneDocumentChanges *changes)
{
  g_autofree char *path = attune_documents_dup_path (self, id);

  for (guint i = 1; i < 1000; i++)
    {
      g_autofree char *aside = g_strdup_printf ("%s.damaged-%u", path, i);
      g_autofree char *message = NULL;

      /* A link first, since a rename would replace what another process set aside under this name. */
      if (link (path, aside) != 0)
        {
          if (errno == EEXIST)
            continue;
          if (g_file_test (aside, G_FILE_TEST_EXISTS) || g_rename (path, aside) != 0)
            break;
        }
      else if (g_unlink (path) != 0)
        {
          g_unlink (aside);
          break;
        }

      /* translators: what is wrong with a file, and where it was put */
      message = g_strdup_printf (_("%s. The file was set aside as %s."), reason->message, aside);
      attune_documents_report (changes, path, message);
      return;
    }

  attune_documents_report (changes, path, reason->message);
}

/* Reads what is there now; whatever cannot be shown is set aside or reported, once. */
static void
take_document (AttuneDocuments       *self,
               const char            *id,
               AttuneDocumentChanges *changes)
{
  g_auto (AttuneContent) content = { NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  AttuneKnown *known = g_hash_table_lookup (self->known, id);

  if (attune_documents_read (self, id, &content, &error))
    {
      gint64 revision = attune_documents_get_revision (content.root);

      attune_documents_remember (self, id, &content.signature, revision, TRUE);
      g_ptr_array_add (changes->documents, attune_document_new (self->kind, id, revision, content.entity));
      return;
    }

  if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    return;

  if (attune_documents_is_content_error (error))
    {
      g_autofree char *place = attune_documents_dup_place (self, id);
      g_autoptr (AttuneFileLock) lock = attune_documents_lock_place (place, NULL);
      g_auto (AttuneContent) again = { NULL };
      g_autoptr (GError) still = NULL;

      /* Without the lock there is nothing that we may move, and in the meantime another process may have mended it. */
      if (lock == NULL)
        {
          path = attune_documents_dup_path (self, id);
          attune_documents_report (changes, path, error->message);
          return;
        }
      if (attune_documents_read (self, id, &again, &still))
        {
          gint64 revision = attune_documents_get_revision (again.root);

          attune_documents_remember (self, id, &again.signature, revision, TRUE);
          g_ptr_array_add (changes->documents, attune_document_new (self->kind, id, revision, again.entity));
        }
      else if (attune_documents_is_content_error (still))
        attune_documents_set_aside (self, id, still, changes);
      return;
    }

  /* No permission, or a newer version's: not ours to move, and told once for each content. */
  path = attune_documents_dup_path (self, id);
  if (content.text == NULL && !attune_signature_read (path, &content.signature))
    return;
  if (known == NULL || !signature_equal (&known->signature, &content.signature))
    attune_documents_report (changes, path, error->message);
  attune_documents_remember (self, id, &content.signature, known != NULL ? known->revision : 0, FALSE);
}

static gboolean
is_gone (AttuneDocuments *self,
         const char      *id)
{
  /* A folder without its document is a job that is just being made, or one whose document was set aside. */
  g_autofree char *path = self->kind->file_name != NULL ? attune_documents_dup_place (self, id) : attune_documents_dup_path (self, id);
  struct stat buffer;

  return lstat (path, &buffer) != 0 && errno == ENOENT;
}

static void
check_document (AttuneDocuments       *self,
                const char            *id,
                gint64                 announced, /* 0: none */
                AttuneDocumentChanges *changes)
{
  g_autofree char *path = attune_documents_dup_path (self, id);
  AttuneKnown *known = g_hash_table_lookup (self->known, id);
  AttuneSignature signature;

  if (!attune_signature_read (path, &signature))
    {
      if (known != NULL && is_gone (self, id))
        {
          if (known->shown)
            g_ptr_array_add (changes->removed, g_strdup (id));
          g_hash_table_remove (self->known, id);
        }
      return;
    }

  if (known == NULL
      || !signature_equal (&signature, &known->signature)
      || announced > known->revision)
    take_document (self, id, changes);
}

static gboolean
check_all (AttuneDocuments        *self,
           gboolean                everything,
           AttuneDocumentChanges  *changes,
           GError                **error)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GHashTable) seen = NULL;
  g_autoptr (GError) local_error = NULL;
  GHashTableIter iter;
  const char *name;
  gpointer key;

  if (!attune_signature_read (self->folder, &self->folder_signature))
    self->folder_signature = (AttuneSignature) { 0 };

  dir = g_dir_open (self->folder, 0, &local_error);
  if (dir == NULL)
    {
      if (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        {
          g_hash_table_iter_init (&iter, self->known);
          while (g_hash_table_iter_next (&iter, &key, NULL))
            g_ptr_array_add (changes->removed, g_strdup (key));
          g_hash_table_remove_all (self->known);
          return TRUE;
        }
      g_propagate_error (error, g_steal_pointer (&local_error));
      attune_error_convert (error);
      return FALSE;
    }

  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *id = id_from_name (self, name);

      if (id == NULL)
        {
          /* What a process that crashed in the middle of a write or a deletion left behind. */
          if (!self->looked)
            attune_documents_sweep (self, name);
          continue;
        }
      if (everything || !g_hash_table_contains (self->known, id))
        check_document (self, id, 0, changes);
      g_hash_table_add (seen, g_steal_pointer (&id));
    }

  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (seen, key) && is_gone (self, key))
      {
        g_ptr_array_add (changes->removed, g_strdup (key));
        g_hash_table_iter_remove (&iter);
      }

  return TRUE;
}

/* FALSE where the lines since the last look cannot be told, so that everything has to be looked at. */
static gboolean
check_announced (AttuneDocuments       *self,
                 AttuneDocumentChanges *changes)
{
  g_autofree char *path = g_build_filename (self->folder, ATTUNE_CHANGES_FILE, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC);
  struct stat buffer;
  gsize length = 0;
  char *last;

  if (fd < 0 || fstat (fd, &buffer) != 0)
    return TRUE;

  if (buffer.st_ino != self->changes_inode || buffer.st_size < self->changes_offset)
    {
      self->changes_inode = buffer.st_ino;
      self->changes_offset = buffer.st_size;
      return FALSE;
    }
  if (buffer.st_size == self->changes_offset)
    return TRUE;

  text = g_malloc ((gsize) (buffer.st_size - self->changes_offset) + 1);
  while (length < (gsize) (buffer.st_size - self->changes_offset))
    {
      gssize n_read = pread (fd, text + length, (gsize) (buffer.st_size - self->changes_offset) - length,
                             self->changes_offset + (gint64) length);

      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read <= 0)
        break;
      length += (gsize) n_read;
    }
  text[length] = '\0';

  last = strrchr (text, '\n');
  if (last == NULL)
    return TRUE;
  self->changes_offset += last + 1 - text;
  *last = '\0';

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *space = strchr (lines[i], ' ');
      gint64 revision = space != NULL ? g_ascii_strtoll (space, NULL, 10) : 0;

      if (space != NULL)
        *space = '\0';
      if (!g_uuid_string_is_valid (lines[i]))
        return FALSE;
      check_document (self, lines[i], revision, changes);
    }

  return TRUE;
}

gboolean
attune_documents_look (AttuneDocuments        *self,
                       gboolean                everything,
                       const char * const     *ids,
                       AttuneDocumentChanges  *changes,
                       GError                **error)
{
  AttuneSignature signature;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (changes != NULL, FALSE);

  if (!check_announced (self, changes))
    everything = TRUE;

  if (!everything)
    for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
      check_document (self, ids[i], 0, changes);

  if (!attune_signature_read (self->folder, &signature))
    signature = (AttuneSignature) { 0 };
  if (!everything && signature_equal (&signature, &self->folder_signature))
    return TRUE;

  if (!check_all (self, everything, changes, error))
    return FALSE;

  self->looked = TRUE;
  return TRUE;
}
