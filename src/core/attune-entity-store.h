/* attune-entity-store.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "attune-documents.h"

G_BEGIN_DECLS

/* The list under AttuneJobStore and AttuneDatasetStore: the entities of one folder of documents, newest first. It lives in the main
 * context in which it was made, reads and writes in a worker of its own, and follows what other processes do.
 *
 * An entity that was changed but not saved yet keeps those changes when another process changes something else about it. */

typedef struct {
  AttuneDocumentKind  document;

  void                (*update_from) (GObject *entity,
                                      GObject *other);
  const char         *(*get_id)      (GObject *entity);
  gint64              (*get_time)    (GObject *entity); /* newest first by this */
  /* Just before it is saved. (nullable) */
  void                (*touch)       (GObject *entity);
  /* Whether its file is worth a look each second, even if nobody announced a change. */
  gboolean            (*is_live)     (GObject *entity);
  GType               (*get_type)    (void);
} AttuneEntityKind;

#define ATTUNE_TYPE_ENTITY_STORE (attune_entity_store_get_type ())
G_DECLARE_FINAL_TYPE (AttuneEntityStore, attune_entity_store, ATTUNE, ENTITY_STORE, GObject)

/* Signals: GListModel's, and ::damaged (path, message). */
AttuneEntityStore *attune_entity_store_new           (const AttuneEntityKind  *kind,
                                                      const char              *folder) G_GNUC_WARN_UNUSED_RESULT;
const char        *attune_entity_store_get_folder    (AttuneEntityStore       *self);
/* Reads everything, then begins to follow other processes. Once loaded, only looks for what changed. */
void               attune_entity_store_load_async    (AttuneEntityStore       *self,
                                                      GCancellable            *cancellable,
                                                      GAsyncReadyCallback      callback,
                                                      gpointer                 user_data);
gboolean           attune_entity_store_load_finish   (AttuneEntityStore       *self,
                                                      GAsyncResult            *result,
                                                      GError                 **error);
gboolean           attune_entity_store_load_sync     (AttuneEntityStore       *self,
                                                      GError                 **error);
gboolean           attune_entity_store_is_loaded     (AttuneEntityStore       *self);
/* Looks at one document now; ends when the entity is what the file says, or gone if that is. */
void               attune_entity_store_reload_async  (AttuneEntityStore       *self,
                                                      const char              *id,
                                                      GCancellable            *cancellable,
                                                      GAsyncReadyCallback      callback,
                                                      gpointer                 user_data);
gboolean           attune_entity_store_reload_finish (AttuneEntityStore       *self,
                                                      GAsyncResult            *result,
                                                      GError                 **error);
gpointer           attune_entity_store_lookup        (AttuneEntityStore       *self,
                                                      const char              *id);
gpointer           attune_entity_store_find          (AttuneEntityStore       *self,
                                                      const char              *id_or_prefix,
                                                      GError                 **error);
void               attune_entity_store_save_async    (AttuneEntityStore       *self,
                                                      GObject                 *entity,
                                                      GCancellable            *cancellable,
                                                      GAsyncReadyCallback      callback,
                                                      gpointer                 user_data);
gboolean           attune_entity_store_save_finish   (AttuneEntityStore       *self,
                                                      GAsyncResult            *result,
                                                      GError                 **error);
gboolean           attune_entity_store_save_sync     (AttuneEntityStore       *self,
                                                      GObject                 *entity,
                                                      GError                 **error);
void               attune_entity_store_delete_async  (AttuneEntityStore       *self,
                                                      GObject                 *entity,
                                                      GCancellable            *cancellable,
                                                      GAsyncReadyCallback      callback,
                                                      gpointer                 user_data);
gboolean           attune_entity_store_delete_finish (AttuneEntityStore       *self,
                                                      GAsyncResult            *result,
                                                      GError                 **error);
gboolean           attune_entity_store_delete_sync   (AttuneEntityStore       *self,
                                                      GObject                 *entity,
                                                      GError                 **error);
/* As where the kernel has no watches to give: from now on only the look that comes each second tells of others. */
void               attune_entity_store_drop_watch    (AttuneEntityStore       *self);

G_END_DECLS
