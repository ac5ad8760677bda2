/* attune-translation.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-configuration.h"

G_BEGIN_DECLS

/* Writes settings into the body of a request: those of the table under the provider's own names, and those of the configuration's metadata that
 * only this provider has. What is unset, or has no effect with the other settings, stays out. The first value that is wrong is kept until
 * attune_translation_finish() tells it; ATTUNE_ERROR_INVALID names the path and what is expected. Targets are paths of attune_http_json_set_*(). */
typedef struct _AttuneTranslation AttuneTranslation;

AttuneTranslation *attune_translation_new          (AttuneConfiguration *configuration) G_GNUC_WARN_UNUSED_RESULT;
void               attune_translation_free         (AttuneTranslation   *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneTranslation, attune_translation_free)

/* The body as far as it is written; borrowed. */
JsonNode          *attune_translation_get_body     (AttuneTranslation   *self);
/* Whether somebody chose this setting, and it has an effect. */
gboolean           attune_translation_is_chosen    (AttuneTranslation   *self,
                                                    const char          *path);
/* Puts a number, truth value, word or text of the table at @target. Not for secrets and data sets, which the body names otherwise. */
void               attune_translation_put          (AttuneTranslation   *self,
                                                    const char          *path,
                                                    const char          *target);

/* Settings of metadata. Each is taken out, so that what is left over is nobody's. @target NULL: it is only checked and thrown away. */
void               attune_translation_move_integer (AttuneTranslation   *self,
                                                    const char          *name,
                                                    const char          *target,
                                                    gint64               minimum,
                                                    gint64               maximum);
void               attune_translation_move_double  (AttuneTranslation   *self,
                                                    const char          *name,
                                                    const char          *target,
                                                    double               minimum,
                                                    double               maximum);
void               attune_translation_move_boolean (AttuneTranslation   *self,
                                                    const char          *name,
                                                    const char          *target);
/* @words: those that are allowed, NULL-terminated; NULL: any text. */
void               attune_translation_move_text    (AttuneTranslation   *self,
                                                    const char          *name,
                                                    const char          *target,
                                                    const char * const  *words);
/* (transfer full) (nullable): the text of a member, taken out; an empty one is none. */
char              *attune_translation_take_text    (AttuneTranslation   *self,
                                                    const char          *name,
                                                    const char * const  *words);
/* Whether the member is there still. */
gboolean           attune_translation_has_override (AttuneTranslation   *self,
                                                    const char          *name);
/* Members of metadata that nothing has taken; secrets are not among them. Borrowed. */
JsonObject        *attune_translation_get_rest     (AttuneTranslation   *self);

/* Keeps an error of the caller's own, unless there is one already. */
void               attune_translation_fail         (AttuneTranslation   *self,
                                                    const char          *format,
                                                    ...) G_GNUC_PRINTF (2, 3);
/* The body, or NULL with the first error. (transfer full) */
JsonNode          *attune_translation_finish       (AttuneTranslation   *self,
                                                    GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
