/* attune-json-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <yyjson.h>

#include "attune-error.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (yyjson_doc, yyjson_doc_free)

/* Says what yyjson found wrong in @data, with @place (nullable), line and column before it. Private to core. */
void attune_json_set_read_error (GError                **error,
                                 AttuneError             code,
                                 const char             *data,
                                 gsize                   length,
                                 const char             *place,
                                 const yyjson_read_err  *problem);

G_END_DECLS
