/* attune-registry.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-registry.h"

#include <glib/gi18n-lib.h>

struct _AttuneRegistry
{
  GObject    parent_instance;
  GPtrArray *adapters;
};

static GType
attune_registry_get_item_type (GListModel *model)
{
  return ATTUNE_TYPE_ADAPTER;
}

static guint
attune_registry_get_n_items (GListModel *model)
{
  return ATTUNE_REGISTRY (model)->adapters->len;
}

static gpointer
attune_registry_get_item (GListModel *model,
                          guint       position)
{
  AttuneRegistry *self = ATTUNE_REGISTRY (model);

  return position < self->adapters->len ? g_object_ref (g_ptr_array_index (self->adapters, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = attune_registry_get_item_type;
  iface->get_n_items = attune_registry_get_n_items;
  iface->get_item = attune_registry_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneRegistry, attune_registry, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
attune_registry_finalize (GObject *object)
{
  AttuneRegistry *self = ATTUNE_REGISTRY (object);

  g_ptr_array_unref (self->adapters);

  G_OBJECT_CLASS (attune_registry_parent_class)->finalize (object);
}

static void
attune_registry_class_init (AttuneRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = attune_registry_finalize;
}

static void
attune_registry_init (AttuneRegistry *self)
{
  self->adapters = g_ptr_array_new_with_free_func (g_object_unref);
}

AttuneRegistry *
attune_registry_new (void)
{
  return g_object_new (ATTUNE_TYPE_REGISTRY, NULL);
}

static AttuneAdapter *
find (AttuneRegistry *self,
      const char     *id)
{
  for (guint i = 0; i < self->adapters->len; i++)
    {
      AttuneAdapter *adapter = g_ptr_array_index (self->adapters, i);

      if (g_strcmp0 (attune_adapter_get_id (adapter), id) == 0)
        return adapter;
    }

  return NULL;
}

void
attune_registry_add (AttuneRegistry *self,
                     AttuneAdapter  *adapter)
{
  g_return_if_fail (ATTUNE_IS_REGISTRY (self));
  g_return_if_fail (ATTUNE_IS_ADAPTER (adapter));
  g_return_if_fail (find (self, attune_adapter_get_id (adapter)) == NULL);

  g_ptr_array_add (self->adapters, g_object_ref (adapter));
  g_list_model_items_changed (G_LIST_MODEL (self), self->adapters->len - 1, 0, 1);
}

AttuneAdapter *
attune_registry_lookup (AttuneRegistry  *self,
                        const char      *id,
                        GError         **error)
{
  g_autoptr (GString) known = NULL;
  AttuneAdapter *adapter;

  g_return_val_if_fail (ATTUNE_IS_REGISTRY (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  adapter = find (self, id);
  if (adapter != NULL)
    return adapter;

  known = g_string_new (NULL);
  for (guint i = 0; i < self->adapters->len; i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "",
                            attune_adapter_get_id (g_ptr_array_index (self->adapters, i)));
  /* translators: the name that was asked for, and a list of those that there are */
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
               _("There is no provider “%s”. Choose one of: %s"), id, known->str);

  return NULL;
}
