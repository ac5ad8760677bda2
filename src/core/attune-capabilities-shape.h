/* attune-capabilities-shape.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The documented shape of capabilities: one table of members, by which variants are checked and JSON is read. Private to core. */

typedef enum {
  ATTUNE_SHAPE_LEVEL_TOP    = 1 << 0,
  ATTUNE_SHAPE_LEVEL_MODEL  = 1 << 1,
  ATTUNE_SHAPE_LEVEL_CUSTOM = 1 << 2,
  ATTUNE_SHAPE_LEVEL_NOTICE = 1 << 3,
} AttuneShapeLevel;

/* What a member holds, beyond its variant type. */
typedef enum {
  ATTUNE_SHAPE_KIND_TEXT,
  ATTUNE_SHAPE_KIND_BOOLEAN,
  ATTUNE_SHAPE_KIND_UINT32,
  ATTUNE_SHAPE_KIND_UINT64,
  ATTUNE_SHAPE_KIND_INT64,
  ATTUNE_SHAPE_KIND_DOUBLE,
  ATTUNE_SHAPE_KIND_WORDS,        /* any */
  ATTUNE_SHAPE_KIND_METHODS,
  ATTUNE_SHAPE_KIND_OPTIMIZATIONS,
  ATTUNE_SHAPE_KIND_PRECISIONS,
  ATTUNE_SHAPE_KIND_PATHS,
  ATTUNE_SHAPE_KIND_RANGES,       /* by path */
  ATTUNE_SHAPE_KIND_DEFAULTS,     /* by path, of the type of the parameter */
  ATTUNE_SHAPE_KIND_VALUES,       /* by path */
  ATTUNE_SHAPE_KIND_CUSTOM,
  ATTUNE_SHAPE_KIND_MODELS,
  ATTUNE_SHAPE_KIND_NOTICES,
  ATTUNE_SHAPE_KIND_ANY_BASIC,    /* text, number or boolean */
} AttuneShapeKind;

gboolean    attune_shape_find_kind     (const char        *name,
                                        AttuneShapeLevel   level,
                                        AttuneShapeKind   *kind);
/* The variant type; NULL where several fit. */
const char *attune_shape_kind_get_type (AttuneShapeKind    kind);
/* FALSE with an error where the table has no such setting. */
gboolean    attune_shape_check_path    (const char        *path,
                                        const char        *place,
                                        GError           **error);
/* Sets ATTUNE_ERROR_DAMAGED, led by the place; returns FALSE. */
gboolean    attune_shape_damaged       (GError           **error,
                                        const char        *place,
                                        const char        *format,
                                        ...) G_GNUC_PRINTF (3, 4);

/* Fails with ATTUNE_ERROR_DAMAGED, which names the member. */
gboolean  attune_capabilities_check_shape     (GVariant  *variant,
                                               GError   **error);
/* a{sv} of the shape, (transfer full). */
GVariant *attune_capabilities_shape_from_json (JsonNode  *node,
                                               GError   **error);

G_END_DECLS
