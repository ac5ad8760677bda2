/* attune-json-scanner.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The words of JSON one by one, for the readers that need no tree (lines of metrics) and for the one that builds it. Strict RFC 8259;
 * an error names the line and column. Private to core. */

typedef enum {
  ATTUNE_JSON_TOKEN_END,
  ATTUNE_JSON_TOKEN_OBJECT_START,
  ATTUNE_JSON_TOKEN_OBJECT_END,
  ATTUNE_JSON_TOKEN_ARRAY_START,
  ATTUNE_JSON_TOKEN_ARRAY_END,
  ATTUNE_JSON_TOKEN_COLON,
  ATTUNE_JSON_TOKEN_COMMA,
  ATTUNE_JSON_TOKEN_STRING,  /* text */
  ATTUNE_JSON_TOKEN_INTEGER, /* integer; number as well */
  ATTUNE_JSON_TOKEN_DOUBLE,  /* number; also whole numbers beyond 64 bits */
  ATTUNE_JSON_TOKEN_TRUE,
  ATTUNE_JSON_TOKEN_FALSE,
  ATTUNE_JSON_TOKEN_NULL,
} AttuneJsonToken;

typedef struct {
  const char      *start;
  const char      *end;
  const char      *at;    /* behind the current word */
  const char      *place; /* (nullable): the name of the document in messages */
  const char      *word;  /* where the current word starts */
  AttuneJsonToken  token;
  GString         *text;
  gint64           integer;
  double           number;
} AttuneJsonScanner;

void     attune_json_scanner_init      (AttuneJsonScanner  *self,
                                        const char         *data,
                                        gsize               length,
                                        const char         *place);
void     attune_json_scanner_clear     (AttuneJsonScanner  *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AttuneJsonScanner, attune_json_scanner_clear)

/* Moves to the next word and tells it in ->token. */
gboolean attune_json_scanner_next      (AttuneJsonScanner  *self,
                                        GError            **error);
/* Sets ATTUNE_ERROR_INVALID with the place of the current word before the message; returns FALSE. */
gboolean attune_json_scanner_fail      (AttuneJsonScanner  *self,
                                        GError            **error,
                                        const char         *format,
                                        ...) G_GNUC_PRINTF (3, 4);
/* The same for a word that cannot stand here. */
gboolean attune_json_scanner_fail_word (AttuneJsonScanner  *self,
                                        const char         *expected,
                                        GError            **error);

G_END_DECLS
