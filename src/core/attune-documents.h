/* attune-documents.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The files under an AttuneEntityStore: JSON documents of one kind in one folder, shared by several processes. Each document
 * has a revision that grows with each write. Everything here blocks and runs in the store's worker, one call at a time.
 *
 * A write is a three-way merge under a lock: what the writer changed since it last read (its base) is laid over what is there
 * now, member by member. So two processes may change different things at once and both are kept.
 *
 * Each write also adds a line "<id> <revision>" to the file .changes of the folder: looking at one file tells what others did. */

typedef struct {
  const char *file_name; /* "job.json" in a folder for each document; NULL: <id>.json in the one folder */

  GObject  *(*from_json)     (JsonNode    *node,
                              GError     **error);
  JsonNode *(*to_json)       (GObject     *entity);
  /* ATTUNE_ERROR_NOT_FOUND in a whole sentence: there is no such document; there is none any more. */
  void      (*set_not_found) (const char  *id,
                              GError     **error);
  void      (*set_deleted)   (const char  *path,
                              GError     **error);
  /* The last word on a merge: may change @result. (nullable) */
  void      (*resolve)       (JsonObject  *base,
                              JsonObject  *ours,
                              JsonObject  *theirs,
                              JsonObject  *result);
} AttuneDocumentKind;

typedef struct {
  char    *id;
  gint64   revision;
  GObject *entity;
  GBytes  *text;     /* as this version writes the entity: the base of its next write */
} AttuneDocument;
AttuneDocument *attune_document_new  (const AttuneDocumentKind *kind,
                                      const char     *id,
                                      gint64          revision,
                                      GObject        *entity);
void            attune_document_free (AttuneDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneDocument, attune_document_free)

/* Something about a file that a person should know. */
typedef struct {
  char *path;
  char *message;
} AttuneDocumentReport;
void attune_document_report_free (AttuneDocumentReport *self);

/* What a look at the folder found. */
typedef struct {
  GPtrArray *documents; /* AttuneDocument: new ones, and those that differ from what was known */
  GPtrArray *removed;   /* ids */
  GPtrArray *reports;   /* AttuneDocumentReport */
} AttuneDocumentChanges;
AttuneDocumentChanges *attune_document_changes_new  (void);
void                   attune_document_changes_free (AttuneDocumentChanges *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneDocumentChanges, attune_document_changes_free)

typedef struct _AttuneDocuments AttuneDocuments;

AttuneDocuments *attune_documents_new        (const char                *folder,
                                              const AttuneDocumentKind  *kind) G_GNUC_WARN_UNUSED_RESULT;
void             attune_documents_free       (AttuneDocuments           *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneDocuments, attune_documents_free)

/* (transfer full): where the document with this id is. */
char            *attune_documents_dup_path   (AttuneDocuments           *self,
                                              const char                *id);

/* What changed since the last look. @everything: looks at each document, not only at those in .changes and in @ids.
 * FALSE only where the folder itself cannot be read. */
gboolean         attune_documents_look       (AttuneDocuments           *self,
                                              gboolean                   everything,
                                              const char * const        *ids,
                                              AttuneDocumentChanges     *changes,
                                              GError                   **error);
/* @base: (inout): *base is NULL for a document that was never written. Where the write that led to it failed, it becomes that one's base, as
 * what could not be written then is written now, or still is to be. @merged: (transfer full) (nullable): the document as it is on disk
 * now, where that is not just @ours. ATTUNE_ERROR_NOT_FOUND where another process deleted it. */
gboolean         attune_documents_write      (AttuneDocuments           *self,
                                              const char                *id,
                                              GBytes                   **base,
                                              GBytes                    *ours,
                                              gint64                    *revision,
                                              AttuneDocument           **merged,
                                              AttuneDocumentChanges     *changes,
                                              GError                   **error);
/* With the whole folder of the document, where it has one. Success where it is not there. */
gboolean         attune_documents_delete     (AttuneDocuments           *self,
                                              const char                *id,
                                              GError                   **error);

/* The entity as it would be written now, on one line. */
GBytes          *attune_documents_to_bytes   (const AttuneDocumentKind  *kind,
                                              GObject                   *entity) G_GNUC_WARN_UNUSED_RESULT;
/* The merge alone. (transfer full) */
JsonNode        *attune_documents_merge      (const AttuneDocumentKind  *kind,
                                              JsonNode                  *base,
                                              JsonNode                  *ours,
                                              JsonNode                  *theirs) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
