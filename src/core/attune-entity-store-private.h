/* attune-entity-store-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-entity-store.h"
#include "attune-worker.h"

G_BEGIN_DECLS

typedef struct {
  GObject *entity;
  GBytes  *base;   /* the document as it was last read or queued to be written; NULL: never */
  gboolean stored; /* is, or once was, on disk */
  guint64  queued; /* serial of the last save that was queued, or of a deletion */
  guint64  taken;  /* serial of the last result that was taken over */
} AttuneEntityEntry;

struct _AttuneEntityStore
{
  GObject                 parent_instance;

  const AttuneEntityKind *kind;
  char                   *folder;
  GMainContext           *context;
  AttuneWorker           *worker;
  AttuneDocuments        *documents; /* the worker's */
  GPtrArray              *items;     /* newest first */
  GHashTable             *entries;   /* id → AttuneEntityEntry */
  guint64                 serial;
  gboolean                loaded;

  GFileMonitor           *monitor;
  GSource                *tick;
  GSource                *settle;
  guint                   looks;
  gboolean                looking;
  gboolean                look_again;
};

AttuneEntityEntry *attune_entity_store_add_entry     (AttuneEntityStore     *self,
                                                      GObject               *entity);
/* Order: newest first, and always the same among those of one moment. */
int                attune_entity_store_compare       (AttuneEntityStore     *self,
                                                      GObject               *a,
                                                      GObject               *b);
/* @entities are in order, and not in the list yet. One signal for each contiguous run. */
void               attune_entity_store_insert_items  (AttuneEntityStore     *self,
                                                      GPtrArray             *entities);
/* One signal for each contiguous run. */
void               attune_entity_store_remove_entities (AttuneEntityStore   *self,
                                                      GPtrArray             *ids);
void               attune_entity_store_remove_entity (AttuneEntityStore     *self,
                                                      const char            *id);
/* The file says @theirs. What was changed here since and is not saved yet stays. */
void               attune_entity_store_take_over     (AttuneEntityStore     *self,
                                                      AttuneEntityEntry     *entry,
                                                      AttuneDocument        *theirs);
void               attune_entity_store_emit_reports  (AttuneEntityStore     *self,
                                                      AttuneDocumentChanges *changes);
/* Ends following other processes. */
void               attune_entity_store_unfollow      (AttuneEntityStore     *self);

G_END_DECLS
