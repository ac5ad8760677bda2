/* attune-capabilities.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

#include "attune-parameters.h"

G_BEGIN_DECLS

/* What a provider can do, over a GVariant a{sv}:
 *
 *   supportedMethods, supportedOptimizations, supportedPrecisions   as   words of the enumerations
 *   supportedParameters       as            paths of the table; a path that is missing is hidden and reported
 *   parameterRanges           a{s(dd)}      narrower limits by path
 *   parameterDefaults         a{sv}         provider's own defaults by path
 *   parameterValues           a{sas}        words allowed by path, for other enumerations (schedulers…)
 *   additionalRequiredParams  as
 *   customParameters          a{sa{sv}}     name → type s, title s, description s, required b, default v, enumValues as, min d, max d
 *   models                    aa{sv}        each: id s, title s, and any of the members above, narrower, and
 *                                           path s, sizeBytes t, parameters t, contextLength u, notes s
 *   actions                   as            cancel pause resume checkpoints download delete estimate generate
 *   notices                   aa{sv}        text s, severity s (info, warning, error), from s, until s (dates)
 *   fetchedAt                 x             seconds since 1970, UTC
 *   freeMetadata              b             members of metadata that are no custom parameters are passed on as tags; else they are ignored
 *
 * Other members are kept. A member that is absent restricts nothing; an empty list leaves nothing to choose, so its path is not supported.
 * parameterValues of a text parameter (hardware.gpuType) lists the texts that are allowed. Custom parameters are asked for by "metadata.NAME".
 * In JSON a range is {"min": 1, "max": 20}; [1, 20] is read as well.
 */
#define ATTUNE_TYPE_CAPABILITIES (attune_capabilities_get_type ())
G_DECLARE_FINAL_TYPE (AttuneCapabilities, attune_capabilities, ATTUNE, CAPABILITIES, GObject)

/* Checks the shape above; ATTUNE_ERROR_DAMAGED names the member that is wrong. @variant is sunk. */
AttuneCapabilities *attune_capabilities_new             (GVariant            *variant,
                                                         GError             **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same with the narrower limits of one model of the list laid over it; an unknown model changes nothing. Lists are intersected, ranges
 * narrowed, required and custom parameters and notices added; doing it twice changes nothing more. */
AttuneCapabilities *attune_capabilities_for_model       (AttuneCapabilities  *self,
                                                         const char          *model) G_GNUC_WARN_UNUSED_RESULT;
GVariant           *attune_capabilities_get_variant     (AttuneCapabilities  *self); /* borrowed */
JsonNode           *attune_capabilities_to_json         (AttuneCapabilities  *self) G_GNUC_WARN_UNUSED_RESULT;
AttuneCapabilities *attune_capabilities_new_from_json   (JsonNode            *node,
                                                         GError             **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean            attune_capabilities_supports_path   (AttuneCapabilities  *self,
                                                         const char          *path);
/* Whether this word may be chosen at this path: methods, precisions, optimizations, parameterValues. */
gboolean            attune_capabilities_supports_value  (AttuneCapabilities  *self,
                                                         const char          *path,
                                                         const char          *nick);
/* The limits in force: the table's, narrowed. FALSE where the parameter has none. */
gboolean            attune_capabilities_get_range       (AttuneCapabilities  *self,
                                                         const char          *path,
                                                         double              *minimum,
                                                         double              *maximum);
/* The provider's default, else the table's, moved to what the provider takes where it is not; (transfer full) (nullable). */
GVariant           *attune_capabilities_dup_default     (AttuneCapabilities  *self,
                                                         const char          *path);
gboolean            attune_capabilities_has_action      (AttuneCapabilities  *self,
                                                         const char          *action);
/* (transfer full): paths of the table that this provider does not take. */
GStrv               attune_capabilities_list_unsupported(AttuneCapabilities  *self) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full) (nullable): the a{sv} of one model. */
GVariant           *attune_capabilities_dup_model       (AttuneCapabilities  *self,
                                                         const char          *id);
guint               attune_capabilities_get_n_models    (AttuneCapabilities  *self);

G_END_DECLS
