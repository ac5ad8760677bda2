/* attune-jinja.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "attune-marked-text.h"
#include "attune-row.h"

G_BEGIN_DECLS

/* The part of the Jinja language that chat templates are written in, with the settings under which they are run (trim_blocks,
 * lstrip_blocks). Private to the chat template. A template is foreign: it reads nothing but the row, and its work is limited. */
typedef struct _AttuneJinja AttuneJinja;

/* DAMAGED with the line where it is no template; NOT_SUPPORTED names a statement that is not known. */
AttuneJinja      *attune_jinja_parse  (const char        *source,
                                       GError           **error) G_GNUC_WARN_UNUSED_RESULT;
void              attune_jinja_free   (AttuneJinja       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneJinja, attune_jinja_free)

/* What the messages say is foreign in the result. @bos, @eos: (nullable). NOT_SUPPORTED names a function, a filter or a test that is not
 * known; INVALID with the template's own words where it refuses the messages. */
AttuneMarkedText *attune_jinja_render (const AttuneJinja *self,
                                       const AttuneRow   *row,
                                       gboolean           add_generation_prompt,
                                       const char        *bos,
                                       const char        *eos,
                                       GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
