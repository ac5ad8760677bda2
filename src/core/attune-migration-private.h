/* attune-migration-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-migration.h"

G_BEGIN_DECLS

/* What is done with one member of an old document. */
typedef enum {
  ATTUNE_MIGRATE_SET,       /* the value as it is, to a path of the table */
  ATTUNE_MIGRATE_MODULES,   /* a text or a list of texts, to a text */
  ATTUNE_MIGRATE_METHOD,    /* a method by any of its names */
  ATTUNE_MIGRATE_INPUTS,    /* true, false or a word */
  ATTUNE_MIGRATE_QUANTIZE,  /* true: qlora */
  ATTUNE_MIGRATE_BITS,      /* 4 or 8: precision, and qlora */
  ATTUNE_MIGRATE_PRECISION_FLAG, /* bf16: true */
  ATTUNE_MIGRATE_DATASET,   /* a path, an id, or an object with one */
  ATTUNE_MIGRATE_METADATA,  /* no universal setting: kept for the adapters that know it */
  ATTUNE_MIGRATE_JOB,       /* a text of the job itself */
  ATTUNE_MIGRATE_SETTINGS,  /* an object that is read in turn */
  ATTUNE_MIGRATE_OVERRIDES, /* an object whose members go to metadata */
  ATTUNE_MIGRATE_STATE,     /* of the job's life: says nothing about settings */
} AttuneMigrationAction;

typedef struct {
  const char            *name; /* folded: lower case, no separators */
  AttuneMigrationAction  action;
  const char            *target;
} AttuneMigrationRule;

/* (nullable): the rule for a member, in whatever spelling its name stands. */
const AttuneMigrationRule *attune_migration_find_rule (const char *name);

G_END_DECLS
