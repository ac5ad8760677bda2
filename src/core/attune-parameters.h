/* attune-parameters.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-enums.h"

G_BEGIN_DECLS

/* The parameter table: one row for each setting of the universal schema. JSON, GVariant, validation, JSON Schema, the form's
 * rows, --set and the provider's narrower ranges are all made from it. To add a setting, add a row and teach the adapters. */

typedef enum {
  ATTUNE_PARAMETER_INTEGER,
  ATTUNE_PARAMETER_DOUBLE,
  ATTUNE_PARAMETER_BOOLEAN,
  ATTUNE_PARAMETER_ENUM,   /* one word of enum_type() */
  ATTUNE_PARAMETER_SET,    /* any number of words of enum_type(), each once */
  ATTUNE_PARAMETER_TEXT,
  ATTUNE_PARAMETER_SECRET, /* text that never reaches a file, a log or a preview */
  ATTUNE_PARAMETER_DATASET,/* id of an AttuneDataset */
  ATTUNE_PARAMETER_MODEL,  /* name of a base model, or a folder */
} AttuneParameterType;

typedef enum {
  ATTUNE_PARAMETER_GROUP_MODEL,
  ATTUNE_PARAMETER_GROUP_DATASETS,
  ATTUNE_PARAMETER_GROUP_METHOD,
  ATTUNE_PARAMETER_GROUP_SCHEDULE,
  ATTUNE_PARAMETER_GROUP_OPTIMIZER,
  ATTUNE_PARAMETER_GROUP_OPTIMIZATIONS,
  ATTUNE_PARAMETER_GROUP_HARDWARE,
  ATTUNE_PARAMETER_GROUP_INTEGRATIONS,
  ATTUNE_PARAMETER_GROUP_OUTPUT,
  ATTUNE_N_PARAMETER_GROUPS
} AttuneParameterGroup;

typedef enum {
  ATTUNE_PARAMETER_FLAGS_NONE    = 0,
  ATTUNE_PARAMETER_REQUIRED      = 1 << 0, /* must be set wherever it applies */
  ATTUNE_PARAMETER_HAS_RANGE     = 1 << 1, /* minimum and maximum are hard limits */
  ATTUNE_PARAMETER_HAS_DEFAULT   = 1 << 2,
  ATTUNE_PARAMETER_NULLABLE      = 1 << 3, /* JSON null is accepted and means unset */
  ATTUNE_PARAMETER_LOGARITHMIC   = 1 << 4, /* spans decades: forms step it by factors */
  ATTUNE_PARAMETER_ADVANCED      = 1 << 5, /* not among the simple settings of a form */
} AttuneParameterFlags;

typedef struct _AttuneParameter AttuneParameter;
struct _AttuneParameter {
  const char           *path;           /* "optimizer.scheduler.warmupRatio" */
  AttuneParameterType   type;
  AttuneParameterGroup  group;
  AttuneParameterFlags  flags;
  double                minimum;        /* integers too; inclusive */
  double                maximum;
  double                default_number; /* number, boolean (0 or 1) or value of the enumeration */
  const char           *default_text;   /* of text parameters; NULL for none */
  GType               (*enum_type) (void);
  const char           *applies_path;   /* the row applies only while the parameter at this path… */
  const char           *applies_values; /* …has one of these words, separated by commas; NULL: while it is set at all */
  const char           *title;          /* untranslated; see attune_parameter_get_title() */
  const char           *help;           /* one sentence: what it does, and what happens when it is turned up */
  const char           *unit;           /* "tokens"; NULL for none */
};

const AttuneParameter *attune_parameters_get            (guint                 *n_parameters);
const AttuneParameter *attune_parameters_lookup         (const char            *path);
/* The nearest known path to a mistyped one, for "did you mean"; NULL where none is near. */
const char            *attune_parameters_suggest        (const char            *path);

const char            *attune_parameter_get_title       (const AttuneParameter *parameter); /* translated */
const char            *attune_parameter_get_help        (const AttuneParameter *parameter); /* translated */
const char            *attune_parameter_get_unit        (const AttuneParameter *parameter); /* translated or NULL */
const char            *attune_parameter_group_get_title (AttuneParameterGroup   group);     /* translated */
/* The translated title of one word of an enumeration parameter ("cosine" → "Cosine"). */
const char            *attune_parameter_get_value_title (const AttuneParameter *parameter,
                                                         const char            *nick);
/* What choosing the word does, in a few words, translated; NULL where nothing is known of it. */
const char            *attune_parameter_get_value_help  (const AttuneParameter *parameter,
                                                         const char            *nick);
/* The default as a floating or full GVariant of attune_parameter_get_variant_type(); (transfer full) (nullable). */
GVariant              *attune_parameter_dup_default     (const AttuneParameter *parameter);
/* "x" integer, "d" double, "b" boolean, "s" enumeration, text, secret, data set and model, "as" set. */
const GVariantType    *attune_parameter_get_variant_type(const AttuneParameter *parameter);

/* Reads what a person typed ("3", "1e-5", "cosine", "flash_attention,fused_kernels", "true") in the C locale.
 * (transfer full); NULL with ATTUNE_ERROR_INVALID, whose message names the path and what is expected. Ranges are not checked here. */
GVariant              *attune_parameter_parse           (const AttuneParameter *parameter,
                                                         const char            *text,
                                                         GError               **error);
/* The inverse, in the shortest form that reads back to the same value. (transfer full) */
char                  *attune_parameter_format          (const AttuneParameter *parameter,
                                                         GVariant              *value);

G_END_DECLS
