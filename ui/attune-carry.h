/* attune-carry.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-capabilities.h"
#include "attune-configuration.h"

G_BEGIN_DECLS

/* What of a configuration does not fit another provider: from a recipe, from a job that is cloned, or because a person chose another. */
typedef enum {
  ATTUNE_MISFIT_MODEL,       /* the provider does not have it */
  ATTUNE_MISFIT_UNSUPPORTED, /* the provider has no such setting */
  ATTUNE_MISFIT_WORD,        /* it has the setting, but not this choice */
  ATTUNE_MISFIT_RANGE,       /* it has the setting within other limits */
} AttuneMisfitKind;

typedef struct {
  AttuneMisfitKind  kind;
  char             *path;    /* "schedule.epochs", "metadata.seed" */
  char             *title;   /* translated */
  char             *message; /* translated: what is set, and what the provider has */
  GVariant         *repair;  /* (nullable): the nearest that fits; NULL: to be unset, or with a model to be chosen by hand */
} AttuneMisfit;
void       attune_misfit_free     (AttuneMisfit        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneMisfit, attune_misfit_free)

/* (transfer full) (element-type AttuneMisfit): in the order of the form; empty where everything fits. @provider: its title. */
GPtrArray *attune_carry_check     (AttuneConfiguration *configuration,
                                   AttuneCapabilities  *capabilities,
                                   const char          *provider) G_GNUC_WARN_UNUSED_RESULT;
/* Mends everything that can be mended without choosing for a person; returns how many were. */
guint      attune_carry_adjust    (AttuneConfiguration *configuration,
                                   GPtrArray           *misfits);

/* The model of @capabilities whose name says most of what @model says, such as "meta-llama/Llama-3.1-8B-Instruct" for
 * "llama-v3p1-8b-instruct"; NULL where none is near. (transfer full) */
char      *attune_carry_find_model (AttuneCapabilities *capabilities,
                                   const char          *model) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
