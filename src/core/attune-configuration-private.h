/* attune-configuration-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-configuration.h"
#include "attune-parameter-table.h"

G_BEGIN_DECLS

struct _AttuneConfiguration
{
  GObject     parent_instance;

  GVariant  **values;   /* one for each row of the table; NULL while unset */
  JsonObject *metadata;
  JsonObject *unknown;  /* a document that holds nothing but the members that the table does not know */
};

/* The text is wrong in a way that only its author can mend. */
gboolean attune_configuration_read_document (AttuneConfiguration  *self,
                                             JsonNode             *node,
                                             GError              **error);
/* Adds one member to ->unknown; @node is copied. */
void     attune_configuration_keep_unknown  (AttuneConfiguration  *self,
                                             const char           *name,
                                             JsonNode             *node);
/* Reads one value as strictly as the document's reader, at another name. (transfer full) */
GVariant *attune_configuration_read_value   (const AttuneParameter *parameter,
                                             const char            *place,
                                             JsonNode              *node,
                                             GError               **error);
/* Whether rows of the table lie below this path. */
gboolean attune_configuration_is_group      (const char           *path);
/* Whether such a group may be null: loraConfig, hardware, integrations. */
gboolean attune_configuration_is_optional_group (const char       *path);

/* Whether a member that the table does not know looks like a key: then it is not written anywhere either. */
gboolean attune_configuration_is_secret     (const char           *name,
                                             JsonNode             *node);

G_END_DECLS
