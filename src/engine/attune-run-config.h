/* attune-run-config.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-configuration.h"

G_BEGIN_DECLS

#define ATTUNE_RUN_CONFIG_VERSION 1

/* config.json of a run folder: what to train and where everything lies. Written by whoever starts the trainer, never by it. */
typedef struct {
  char                *job_id;        /* (nullable) */
  char                *name;          /* (nullable) */
  AttuneConfiguration *configuration;
  char                *model;         /* folder */
  char                *training;      /* file */
  char                *validation;    /* file; NULL for none */
  char                *lock;          /* folder of the queue; NULL: do not queue */
  guint64              seed;
  guint                threads;       /* 0: all cores */
} AttuneRunConfig;

AttuneRunConfig *attune_run_config_new       (void) G_GNUC_WARN_UNUSED_RESULT;
void             attune_run_config_free      (AttuneRunConfig        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneRunConfig, attune_run_config_free)

/* FOLDER/config.json. INVALID names the member that is missing or wrong. */
AttuneRunConfig *attune_run_config_load      (const char             *folder,
                                              GError                **error) G_GNUC_WARN_UNUSED_RESULT;
JsonNode        *attune_run_config_to_json   (const AttuneRunConfig  *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
