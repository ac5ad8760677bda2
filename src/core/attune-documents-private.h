/* attune-documents-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/types.h>

#include "attune-documents.h"
#include "attune-file-lock.h"

G_BEGIN_DECLS

#define ATTUNE_CHANGES_FILE ".changes"

/* Enough of stat() to see that a file was replaced or written to. */
typedef struct {
  dev_t  device;
  ino_t  inode;
  gint64 size;
  gint64 modified; /* nanoseconds */
  gint64 changed;
} AttuneSignature;

typedef struct {
  AttuneSignature  signature;
  gint64           revision;
  gboolean         shown;          /* was handed out as a document, not only reported */
  GBytes          *unwritten;      /* what the last write, which failed, should have written */
  GBytes          *unwritten_base; /* and its base */
} AttuneKnown;

struct _AttuneDocuments
{
  char                     *folder;
  const AttuneDocumentKind *kind;
  GHashTable               *known; /* id → AttuneKnown */
  gboolean                  looked;
  AttuneSignature           folder_signature;
  ino_t                     changes_inode;
  gint64                    changes_offset;
};

typedef struct {
  GBytes          *text;
  JsonNode        *root;
  GObject         *entity;
  AttuneSignature  signature;
} AttuneContent;

void            attune_content_clear               (AttuneContent         *content);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AttuneContent, attune_content_clear)

gboolean        attune_signature_read              (const char            *path,
                                                    AttuneSignature       *signature);
void            attune_documents_report            (AttuneDocumentChanges *changes,
                                                    const char            *path,
                                                    const char            *message);
/* The folder that a document's file lies in. */
char           *attune_documents_dup_place         (AttuneDocuments       *self,
                                                    const char            *id);
AttuneFileLock *attune_documents_lock_place        (const char            *place,
                                                    GError               **error);
void            attune_documents_set_errno_error   (GError               **error,
                                                    const char            *path,
                                                    int                    saved_errno);
AttuneKnown    *attune_documents_remember          (AttuneDocuments       *self,
                                                    const char            *id,
                                                    const AttuneSignature *signature,
                                                    gint64                 revision,
                                                    gboolean               shown);
gint64          attune_documents_get_revision      (JsonNode              *root);
JsonNode       *attune_documents_parse             (GBytes                *text,
                                                    const char            *place,
                                                    GError               **error);
/* A DAMAGED or INVALID error means that the content is at fault, any other that it could not be read. */
gboolean        attune_documents_read              (AttuneDocuments       *self,
                                                    const char            *id,
                                                    AttuneContent         *content,
                                                    GError               **error);
gboolean        attune_documents_is_content_error  (const GError          *error);
/* Out of the way, never deleted: a person may want to look at it. The lock is held. */
void            attune_documents_set_aside         (AttuneDocuments       *self,
                                                    const char            *id,
                                                    const GError          *reason,
                                                    AttuneDocumentChanges *changes);
/* Removes what @name, which is no document, is the remains of: a write or a deletion that was never finished. */
void            attune_documents_sweep             (AttuneDocuments       *self,
                                                    const char            *name);

G_END_DECLS
