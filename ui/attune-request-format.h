/* attune-request-format.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-configuration.h"

G_BEGIN_DECLS

/* The request of a new job in the languages that people copy it in. No key is ever written: each is read from the environment, under the
 * name that the provider's own tools use. */
typedef enum {
  ATTUNE_REQUEST_FORMAT_JSON,
  ATTUNE_REQUEST_FORMAT_CURL,
  ATTUNE_REQUEST_FORMAT_PYTHON,
  ATTUNE_REQUEST_FORMAT_ATTUNECTL,
  ATTUNE_N_REQUEST_FORMATS
} AttuneRequestFormat;

/* Borrowed members. */
typedef struct {
  JsonNode            *request;       /* {"method","url","body"} as an adapter translates */
  const char          *provider;      /* its id */
  const char          *key_variable;  /* (nullable): where the provider's key stands in the environment */
  AttuneConfiguration *configuration; /* what the request was made from */
  const char          *name;          /* (nullable): of the job */
  const char          *training;      /* (nullable): paths of the data files */
  const char          *validation;    /* (nullable) */
} AttuneRequest;

const char *attune_request_format_get_title    (AttuneRequestFormat  format); /* translated */
/* The language that colours it, as GtkSourceView names it. */
const char *attune_request_format_get_language (AttuneRequestFormat  format);
/* Whether it makes sense: what never leaves this computer cannot be sent with curl. */
gboolean    attune_request_format_applies      (AttuneRequestFormat  format,
                                                const AttuneRequest *request);
/* (transfer full) */
char       *attune_request_format_write        (AttuneRequestFormat  format,
                                                const AttuneRequest *request) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
