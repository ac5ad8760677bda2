/* attune-error.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AttuneError:
 *
 * What went wrong, as meanings that a person can act on. Every boundary (GIO, TLS, HTTP, JSON, the exit of the trainer)
 * converts its own errors into these once and keeps the original words in the message.
 */
typedef enum {
  ATTUNE_ERROR_FAILED,         /* none of the others */
  ATTUNE_ERROR_NO_NETWORK,
  ATTUNE_ERROR_TIMED_OUT,
  ATTUNE_ERROR_AUTH_REQUIRED,  /* no key or token is known */
  ATTUNE_ERROR_AUTH_INVALID,   /* the key was refused */
  ATTUNE_ERROR_PAYMENT_NEEDED,
  ATTUNE_ERROR_NOT_ALLOWED,
  ATTUNE_ERROR_CLOSED,         /* the provider takes no new jobs */
  ATTUNE_ERROR_WITHDRAWN,      /* the provider no longer has this at all */
  ATTUNE_ERROR_NOT_FOUND,
  ATTUNE_ERROR_CONFLICT,
  ATTUNE_ERROR_TOO_LARGE,
  ATTUNE_ERROR_RATE_LIMITED,
  ATTUNE_ERROR_INVALID,        /* the input is wrong; the message names the place and the remedy */
  ATTUNE_ERROR_NOT_SUPPORTED,
  ATTUNE_ERROR_NO_SPACE,
  ATTUNE_ERROR_NO_MEMORY,
  ATTUNE_ERROR_SERVER_FAULT,
  ATTUNE_ERROR_DAMAGED,        /* a file is not what it should be */
  ATTUNE_ERROR_OFFLINE,        /* the person wants nothing to be sent; nothing was */
  ATTUNE_ERROR_CANCELLED,      /* never shown */
} AttuneError;

#define ATTUNE_ERROR (attune_error_quark ())
GQuark attune_error_quark (void);

/* The stable word of a code ("no-space"), as it stands in job.json and in --json output. */
const char *attune_error_code_to_nick   (AttuneError  code);
/* ATTUNE_ERROR_FAILED for a word that is not known. */
AttuneError attune_error_code_from_nick (const char  *nick);
/* (transfer none): one translated sentence that says what a person can do about it; NULL where there is nothing general to say. */
const char *attune_error_get_remedy     (AttuneError  code);

/* Replaces *@error in place by its meaning in ATTUNE_ERROR, the message kept. Errors that are in ATTUNE_ERROR already,
 * and NULL, are left alone. Understands G_IO_ERROR, G_FILE_ERROR, G_TLS_ERROR, G_RESOLVER_ERROR, JSON_PARSER_ERROR and G_SPAWN_ERROR. */
void        attune_error_convert        (GError     **error);

/* TRUE for ATTUNE_ERROR_CANCELLED and G_IO_ERROR_CANCELLED. */
gboolean    attune_error_is_cancelled   (const GError *error);

/* Process exit status of attunectl for an error: 1 failed, 2 wrong input, 3 not found, 4 sign-in or payment, 130 cancelled. */
int         attune_error_to_exit_status (const GError *error);

G_END_DECLS
