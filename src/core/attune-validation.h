/* attune-validation.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-configuration.h"
#include "attune-capabilities.h"

G_BEGIN_DECLS

typedef enum {
  ATTUNE_SEVERITY_ERROR,   /* the job cannot start */
  ATTUNE_SEVERITY_WARNING, /* it can, but the person should know */
} AttuneSeverity;

typedef struct {
  char           *path;    /* "" for the whole configuration */
  AttuneSeverity  severity;
  char           *code;    /* stable word: "required", "range", "type", "unknown", "unsupported", "combination", "secret", "memory", "data"… */
  char           *message; /* translated; names the place and the remedy */
  GVariant       *repair;  /* (nullable): the value that mends it when set at @path */
} AttuneIssue;

#define ATTUNE_TYPE_VALIDATION (attune_validation_get_type ())
G_DECLARE_FINAL_TYPE (AttuneValidation, attune_validation, ATTUNE, VALIDATION, GObject)

AttuneValidation  *attune_validation_new        (void) G_GNUC_WARN_UNUSED_RESULT;
/* @repair: (nullable), sunk. */
void               attune_validation_add        (AttuneValidation    *self,
                                                 const char          *path,
                                                 AttuneSeverity       severity,
                                                 const char          *code,
                                                 GVariant            *repair,
                                                 const char          *format,
                                                 ...) G_GNUC_PRINTF (6, 7);
/* Appends the issues of @other that are not in @self yet. */
void               attune_validation_merge      (AttuneValidation    *self,
                                                 AttuneValidation    *other);
guint              attune_validation_get_n_issues (AttuneValidation  *self);
const AttuneIssue *attune_validation_get_issue  (AttuneValidation    *self,
                                                 guint                index);
/* The worst issue at @path, NULL where there is none. */
const AttuneIssue *attune_validation_find       (AttuneValidation    *self,
                                                 const char          *path);
gboolean           attune_validation_is_valid   (AttuneValidation    *self); /* no errors; warnings allowed */
guint              attune_validation_get_n_errors (AttuneValidation  *self);
/* ATTUNE_ERROR_INVALID with all errors, one a line, each led by its path. FALSE if there are any. */
gboolean           attune_validation_to_error   (AttuneValidation    *self,
                                                 GError             **error);
/* [{"path","severity","code","message","repair"?}] (transfer full) */
JsonNode          *attune_validation_to_json    (AttuneValidation    *self) G_GNUC_WARN_UNUSED_RESULT;

/* Steps 1 and 2 of job-create: structure and PARAMETER_RANGES, members that nothing reads, and combinations that make no sense anywhere. */
void attune_validation_check_universal    (AttuneValidation    *self,
                                           AttuneConfiguration *configuration);
/* What any provider's capabilities say, narrowed to the model chosen: narrower ranges, methods, precisions, optimizations, required and custom
 * parameters. A set parameter that is not in supportedParameters is a warning with the code "unsupported": it is ignored, and said so. */
void attune_validation_check_capabilities (AttuneValidation    *self,
                                           AttuneConfiguration *configuration,
                                           AttuneCapabilities  *capabilities,
                                           const char          *provider_name);
/* Takes back that something is missing where the provider leaves no choice: OpenAI does not say how it trains, so nobody can choose a method. */
void attune_validation_drop_unsupported   (AttuneValidation    *self,
                                           AttuneCapabilities  *capabilities);

G_END_DECLS
