/* attune-entity-store.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-store"

#include "config.h"

#include "attune-entity-store-private.h"

#include <glib/gi18n-lib.h>

#include "attune-error.h"
#include "attune-json.h"

enum {
  DAMAGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneEntityStore, attune_entity_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
entry_free (AttuneEntityEntry *entry)
{
  g_object_unref (entry->entity);
  g_clear_pointer (&entry->base, g_bytes_unref);
  g_free (entry);
}

static GType
attune_entity_store_get_item_type (GListModel *model)
{
  return ATTUNE_ENTITY_STORE (model)->kind->get_type ();
}

static guint
attune_entity_store_get_n_items (GListModel *model)
{
  return ATTUNE_ENTITY_STORE (model)->items->len;
}

static gpointer
attune_entity_store_get_item (GListModel *model,
                              guint       position)
{
  AttuneEntityStore *self = ATTUNE_ENTITY_STORE (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = attune_entity_store_get_item_type;
  iface->get_n_items = attune_entity_store_get_n_items;
  iface->get_item = attune_entity_store_get_item;
}

static void
attune_entity_store_dispose (GObject *object)
{
  AttuneEntityStore *self = ATTUNE_ENTITY_STORE (object);

  attune_entity_store_unfollow (self);

  G_OBJECT_CLASS (attune_entity_store_parent_class)->dispose (object);
}

static void
attune_entity_store_finalize (GObject *object)
{
  AttuneEntityStore *self = ATTUNE_ENTITY_STORE (object);

  g_clear_pointer (&self->worker, attune_worker_free);
  g_clear_pointer (&self->documents, attune_documents_free);
  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->entries);
  g_main_context_unref (self->context);
  g_free (self->folder);

  G_OBJECT_CLASS (attune_entity_store_parent_class)->finalize (object);
}

static void
attune_entity_store_class_init (AttuneEntityStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = attune_entity_store_dispose;
  object_class->finalize = attune_entity_store_finalize;

  signals[DAMAGED] =
    g_signal_new ("damaged", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
attune_entity_store_init (AttuneEntityStore *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) entry_free);
  self->context = g_main_context_ref_thread_default ();
}

AttuneEntityStore *
attune_entity_store_new (const AttuneEntityKind *kind,
                         const char             *folder)
{
  AttuneEntityStore *self;

  g_return_val_if_fail (kind != NULL, NULL);
  g_return_val_if_fail (folder != NULL, NULL);

  self = g_object_new (ATTUNE_TYPE_ENTITY_STORE, NULL);
  self->kind = kind;
  self->folder = g_strdup (folder);
  self->documents = attune_documents_new (folder, &kind->document);
  self->worker = attune_worker_new ("attune-store");

  return self;
}

const char *
attune_entity_store_get_folder (AttuneEntityStore *self)
{
  return self->folder;
}

gboolean
attune_entity_store_is_loaded (AttuneEntityStore *self)
{
  return self->loaded;
}

int
attune_entity_store_compare (AttuneEntityStore *self,
                             GObject           *a,
                             GObject           *b)
{
  gint64 time_a = self->kind->get_time (a);
  gint64 time_b = self->kind->get_time (b);

  if (time_a != time_b)
    return time_a > time_b ? -1 : 1;

  return strcmp (self->kind->get_id (a), self->kind->get_id (b));
}

static guint
position_for (AttuneEntityStore *self,
              GObject           *entity)
{
  guint low = 0;
  guint high = self->items->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (attune_entity_store_compare (self, g_ptr_array_index (self->items, middle), entity) < 0)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

AttuneEntityEntry *
attune_entity_store_add_entry (AttuneEntityStore *self,
                               GObject           *entity)
{
  AttuneEntityEntry *entry = g_new0 (AttuneEntityEntry, 1);

  entry->entity = g_object_ref (entity);
  g_hash_table_insert (self->entries, g_strdup (self->kind->get_id (entity)), entry);

  return entry;
}

void
attune_entity_store_insert_items (AttuneEntityStore *self,
                                  GPtrArray         *entities)
{
  guint done = 0;

  while (done < entities->len)
    {
      guint position = position_for (self, g_ptr_array_index (entities, done));
      guint run = 1;
      guint old_length = self->items->len;

      while (done + run < entities->len
             && (position == old_length
                 || attune_entity_store_compare (self, g_ptr_array_index (entities, done + run),
                             g_ptr_array_index (self->items, position)) < 0))
        run++;

      g_ptr_array_set_size (self->items, (int) (old_length + run));
      memmove (self->items->pdata + position + run, self->items->pdata + position,
               (old_length - position) * sizeof (gpointer));
      for (guint i = 0; i < run; i++)
        self->items->pdata[position + i] = g_object_ref (g_ptr_array_index (entities, done + i));

      done += run;
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, run);
    }
}

void
attune_entity_store_remove_entities (AttuneEntityStore *self,
                                     GPtrArray         *ids)
{
  g_autoptr (GHashTable) leaving = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  guint end;

  for (guint i = 0; i < ids->len; i++)
    {
      AttuneEntityEntry *entry = g_hash_table_lookup (self->entries, g_ptr_array_index (ids, i));

      if (entry == NULL)
        continue;
      g_hash_table_add (leaving, g_object_ref (entry->entity));
      g_hash_table_remove (self->entries, g_ptr_array_index (ids, i));
    }

  end = g_hash_table_size (leaving) > 0 ? self->items->len : 0;
  while (end > 0)
    {
      guint start = end;

      while (start > 0 && g_hash_table_contains (leaving, g_ptr_array_index (self->items, start - 1)))
        start--;
      if (start == end)
        {
          end--;
          continue;
        }
      g_ptr_array_remove_range (self->items, start, end - start);
      g_list_model_items_changed (G_LIST_MODEL (self), start, end - start, 0);
      end = start;
    }
}

void
attune_entity_store_remove_entity (AttuneEntityStore *self,
                                   const char        *id)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  g_ptr_array_add (ids, (gpointer) id);
  attune_entity_store_remove_entities (self, ids);
}

static JsonNode *
parse_own (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  JsonNode *root = attune_json_parse (data, (gssize) size, NULL, &error);

  if (root == NULL)
    g_error ("A document that was just written cannot be read: %s", error->message);

  return root;
}

void
attune_entity_store_take_over (AttuneEntityStore *self,
                               AttuneEntityEntry             *entry,
                               AttuneDocument    *theirs)
{
  g_autoptr (GBytes) current = attune_documents_to_bytes (&self->kind->document, entry->entity);
  gint64 time = self->kind->get_time (entry->entity);

  if (entry->base == NULL || g_bytes_equal (current, entry->base))
    {
      self->kind->update_from (entry->entity, theirs->entity);
    }
  else
    {
      g_autoptr (JsonNode) base_root = parse_own (entry->base);
      g_autoptr (JsonNode) ours_root = parse_own (current);
      g_autoptr (JsonNode) theirs_root = parse_own (theirs->text);
      g_autoptr (JsonNode) result = attune_documents_merge (&self->kind->document, base_root, ours_root, theirs_root);
      g_autoptr (GError) error = NULL;
      g_autoptr (GObject) merged = self->kind->document.from_json (result, &error);

      if (merged == NULL)
        g_error ("Two good documents gave a bad one: %s", error->message);
      self->kind->update_from (entry->entity, merged);
    }

  g_clear_pointer (&entry->base, g_bytes_unref);
  entry->base = g_bytes_ref (theirs->text);
  entry->stored = TRUE;

  if (self->kind->get_time (entry->entity) != time)
    {
      g_autoptr (GPtrArray) moved = g_ptr_array_new ();
      guint position;

      g_ptr_array_add (moved, entry->entity);
      if (g_ptr_array_find (self->items, entry->entity, &position))
        {
          g_ptr_array_remove_index (self->items, position);
          g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
        }
      attune_entity_store_insert_items (self, moved);
    }
}

void
attune_entity_store_emit_reports (AttuneEntityStore     *self,
                                  AttuneDocumentChanges *changes)
{
  for (guint i = 0; i < changes->reports->len; i++)
    {
      const AttuneDocumentReport *report = g_ptr_array_index (changes->reports, i);

      g_message ("%s", report->message);
      g_signal_emit (self, signals[DAMAGED], 0, report->path, report->message);
    }
}

gpointer
attune_entity_store_lookup (AttuneEntityStore *self,
                            const char        *id)
{
  AttuneEntityEntry *entry;

  g_return_val_if_fail (ATTUNE_IS_ENTITY_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  entry = g_hash_table_lookup (self->entries, id);
  return entry != NULL ? entry->entity : NULL;
}

gpointer
attune_entity_store_find (AttuneEntityStore  *self,
                          const char         *id_or_prefix,
                          GError            **error)
{
  g_autofree char *prefix = NULL;
  g_autoptr (GString) candidates = NULL;
  GObject *found;
  guint n_found = 0;

  g_return_val_if_fail (ATTUNE_IS_ENTITY_STORE (self), NULL);
  g_return_val_if_fail (id_or_prefix != NULL, NULL);

  prefix = g_ascii_strdown (id_or_prefix, -1);
  found = attune_entity_store_lookup (self, prefix);
  if (found != NULL)
    return found;

  candidates = g_string_new (NULL);
  for (guint i = 0; *prefix != '\0' && i < self->items->len; i++)
    {
      GObject *entity = g_ptr_array_index (self->items, i);
      const char *id = self->kind->get_id (entity);

      if (!g_str_has_prefix (id, prefix))
        continue;
      found = entity;
      if (++n_found <= 5)
        g_string_append_printf (candidates, "%s%s", n_found > 1 ? ", " : "", id);
    }

  if (n_found == 1)
    return found;

  if (n_found == 0)
    self->kind->document.set_not_found (id_or_prefix, error);
  else
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("“%s” is the beginning of %u ids: %s%s. Give more of it."),
                 id_or_prefix, n_found, candidates->str, n_found > 5 ? "…" : "");

  return NULL;
}
