/* attune-error.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

G_DEFINE_QUARK (attune-error-quark, attune_error)

/* One row for each code, in the order of the enumeration. */
static const struct {
  const char *nick;
  const char *remedy;
  int         exit_status;
} codes[] = {
  [ATTUNE_ERROR_FAILED]         = { "failed", NULL, 1 },
  [ATTUNE_ERROR_NO_NETWORK]     = { "no-network", N_("Check the network connection and try again."), 1 },
  [ATTUNE_ERROR_TIMED_OUT]      = { "timed-out", N_("The other side did not answer in time. Try again later."), 1 },
  [ATTUNE_ERROR_AUTH_REQUIRED]  = { "auth-required", N_("Enter the provider’s key and try again."), 4 },
  [ATTUNE_ERROR_AUTH_INVALID]   = { "auth-invalid", N_("The key was refused. Check it, or make a new one at the provider."), 4 },
  [ATTUNE_ERROR_PAYMENT_NEEDED] = { "payment-needed", N_("Add credit or a payment method to the account at the provider."), 4 },
  [ATTUNE_ERROR_NOT_ALLOWED]    = { "not-allowed", N_("Ask the owner of the account, model or file for access."), 1 },
  [ATTUNE_ERROR_CLOSED]         = { "closed", N_("This provider takes no new jobs. Choose another one."), 1 },
  [ATTUNE_ERROR_WITHDRAWN]      = { "withdrawn", N_("The provider no longer offers this. Choose another provider or model."), 1 },
  [ATTUNE_ERROR_NOT_FOUND]      = { "not-found", N_("Check the name. It may have been removed."), 3 },
  [ATTUNE_ERROR_CONFLICT]       = { "conflict", N_("Something of this name or state is already there. Reload and try again."), 1 },
  [ATTUNE_ERROR_TOO_LARGE]      = { "too-large", N_("Use a smaller file, or split it."), 1 },
  [ATTUNE_ERROR_RATE_LIMITED]   = { "rate-limited", N_("Too many requests were made. Wait a little and try again."), 1 },
  [ATTUNE_ERROR_INVALID]        = { "invalid", N_("Correct the input and try again."), 2 },
  [ATTUNE_ERROR_NOT_SUPPORTED]  = { "not-supported", N_("Choose a provider, model or setting that supports this."), 1 },
  [ATTUNE_ERROR_NO_SPACE]       = { "no-space", N_("Free some disk space and try again."), 1 },
  [ATTUNE_ERROR_NO_MEMORY]      = { "no-memory", N_("Close other programs, or choose a smaller model, batch or sequence length."), 1 },
  [ATTUNE_ERROR_SERVER_FAULT]   = { "server-fault", N_("The fault is at the provider. Try again later."), 1 },
  [ATTUNE_ERROR_DAMAGED]        = { "damaged", N_("The file is damaged or of another kind. Get it again, or choose another one."), 1 },
  [ATTUNE_ERROR_OFFLINE]        = { "offline", N_("Turn off “Work Offline” in the preferences and try again."), 1 },
  [ATTUNE_ERROR_CANCELLED]      = { "cancelled", NULL, 130 },
};

const char *
attune_error_code_to_nick (AttuneError code)
{
  g_return_val_if_fail ((guint) code < G_N_ELEMENTS (codes), codes[ATTUNE_ERROR_FAILED].nick);

  return codes[code].nick;
}

AttuneError
attune_error_code_from_nick (const char *nick)
{
  for (guint i = 0; nick != NULL && i < G_N_ELEMENTS (codes); i++)
    {
      if (g_str_equal (codes[i].nick, nick))
        return (AttuneError) i;
    }

  return ATTUNE_ERROR_FAILED;
}

const char *
attune_error_get_remedy (AttuneError code)
{
  g_return_val_if_fail ((guint) code < G_N_ELEMENTS (codes), NULL);

  return codes[code].remedy != NULL ? _(codes[code].remedy) : NULL;
}

/* The enumerations below are extended by their libraries, so the rest is "failed" and the compiler's demand to name
 * every value would only hide the few that have a meaning for people. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"

static AttuneError
convert_io (GIOErrorEnum code)
{
  switch (code)
    {
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_NOT_MOUNTED:
      return ATTUNE_ERROR_NOT_FOUND;
    case G_IO_ERROR_EXISTS:
    case G_IO_ERROR_NOT_EMPTY:
    case G_IO_ERROR_BUSY:
    case G_IO_ERROR_WRONG_ETAG:
    case G_IO_ERROR_WOULD_MERGE:
    case G_IO_ERROR_ADDRESS_IN_USE:
      return ATTUNE_ERROR_CONFLICT;
    case G_IO_ERROR_NO_SPACE:
      return ATTUNE_ERROR_NO_SPACE;
    case G_IO_ERROR_PERMISSION_DENIED:
    case G_IO_ERROR_READ_ONLY:
    case G_IO_ERROR_PROXY_NOT_ALLOWED:
      return ATTUNE_ERROR_NOT_ALLOWED;
    case G_IO_ERROR_CANCELLED:
      return ATTUNE_ERROR_CANCELLED;
    case G_IO_ERROR_TIMED_OUT:
      return ATTUNE_ERROR_TIMED_OUT;
    case G_IO_ERROR_NETWORK_UNREACHABLE:
    case G_IO_ERROR_HOST_NOT_FOUND:
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_CONNECTION_REFUSED:
    case G_IO_ERROR_BROKEN_PIPE: /* also CONNECTION_CLOSED */
    case G_IO_ERROR_NOT_CONNECTED:
    case G_IO_ERROR_PROXY_FAILED:
      return ATTUNE_ERROR_NO_NETWORK;
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
      return ATTUNE_ERROR_AUTH_REQUIRED;
    case G_IO_ERROR_NOT_SUPPORTED:
      return ATTUNE_ERROR_NOT_SUPPORTED;
    case G_IO_ERROR_MESSAGE_TOO_LARGE:
      return ATTUNE_ERROR_TOO_LARGE;
    case G_IO_ERROR_FILENAME_TOO_LONG:
    case G_IO_ERROR_INVALID_FILENAME:
    case G_IO_ERROR_INVALID_ARGUMENT:
    case G_IO_ERROR_IS_DIRECTORY:
    case G_IO_ERROR_NOT_DIRECTORY:
    case G_IO_ERROR_NOT_REGULAR_FILE:
      return ATTUNE_ERROR_INVALID;
    case G_IO_ERROR_INVALID_DATA:
    case G_IO_ERROR_PARTIAL_INPUT:
      return ATTUNE_ERROR_DAMAGED;
    default:
      return ATTUNE_ERROR_FAILED;
    }
}

static AttuneError
convert_file (GFileError code)
{
  switch (code)
    {
    case G_FILE_ERROR_NOENT:
    case G_FILE_ERROR_NXIO:
    case G_FILE_ERROR_NODEV:
      return ATTUNE_ERROR_NOT_FOUND;
    case G_FILE_ERROR_EXIST:
    case G_FILE_ERROR_TXTBSY:
      return ATTUNE_ERROR_CONFLICT;
    case G_FILE_ERROR_NOSPC:
      return ATTUNE_ERROR_NO_SPACE;
    case G_FILE_ERROR_NOMEM:
      return ATTUNE_ERROR_NO_MEMORY;
    case G_FILE_ERROR_ACCES:
    case G_FILE_ERROR_PERM:
    case G_FILE_ERROR_ROFS:
      return ATTUNE_ERROR_NOT_ALLOWED;
    case G_FILE_ERROR_ISDIR:
    case G_FILE_ERROR_NOTDIR:
    case G_FILE_ERROR_NAMETOOLONG:
    case G_FILE_ERROR_LOOP:
    case G_FILE_ERROR_INVAL:
      return ATTUNE_ERROR_INVALID;
    case G_FILE_ERROR_NOSYS:
      return ATTUNE_ERROR_NOT_SUPPORTED;
    default:
      return ATTUNE_ERROR_FAILED;
    }
}

static AttuneError
convert_tls (GTlsError code)
{
  switch (code)
    {
    case G_TLS_ERROR_UNAVAILABLE:
      return ATTUNE_ERROR_NOT_SUPPORTED;
    case G_TLS_ERROR_CERTIFICATE_REQUIRED:
    case G_TLS_ERROR_BAD_CERTIFICATE_PASSWORD:
      return ATTUNE_ERROR_AUTH_REQUIRED;
    case G_TLS_ERROR_EOF:
      return ATTUNE_ERROR_NO_NETWORK;
    case G_TLS_ERROR_BAD_CERTIFICATE:
    case G_TLS_ERROR_HANDSHAKE:
    case G_TLS_ERROR_NOT_TLS:
    case G_TLS_ERROR_INAPPROPRIATE_FALLBACK:
      /* Not the person's network: what answered is not who it should be. */
      return ATTUNE_ERROR_SERVER_FAULT;
    default:
      return ATTUNE_ERROR_FAILED;
    }
}

static AttuneError
convert_resolver (GResolverError code)
{
  switch (code)
    {
    case G_RESOLVER_ERROR_NOT_FOUND:
    case G_RESOLVER_ERROR_TEMPORARY_FAILURE:
      /* A laptop without a network cannot look anything up. */
      return ATTUNE_ERROR_NO_NETWORK;
    default:
      return ATTUNE_ERROR_FAILED;
    }
}

static AttuneError
convert_spawn (GSpawnError code)
{
  switch (code)
    {
    case G_SPAWN_ERROR_NOENT:
      return ATTUNE_ERROR_NOT_FOUND;
    case G_SPAWN_ERROR_ACCES:
    case G_SPAWN_ERROR_PERM:
      return ATTUNE_ERROR_NOT_ALLOWED;
    case G_SPAWN_ERROR_NOMEM:
    case G_SPAWN_ERROR_FORK: /* fork() fails for want of memory or processes */
      return ATTUNE_ERROR_NO_MEMORY;
    case G_SPAWN_ERROR_TOO_BIG:
      return ATTUNE_ERROR_TOO_LARGE;
    case G_SPAWN_ERROR_CHDIR:
    case G_SPAWN_ERROR_INVAL:
    case G_SPAWN_ERROR_ISDIR:
    case G_SPAWN_ERROR_NOTDIR:
    case G_SPAWN_ERROR_NAMETOOLONG:
      return ATTUNE_ERROR_INVALID;
    case G_SPAWN_ERROR_NOEXEC:
    case G_SPAWN_ERROR_LIBBAD:
      return ATTUNE_ERROR_DAMAGED;
    default:
      return ATTUNE_ERROR_FAILED;
    }
}

#pragma GCC diagnostic pop

void
attune_error_convert (GError **error)
{
  AttuneError code = ATTUNE_ERROR_FAILED;
  GError *original;

  if (error == NULL || *error == NULL || (*error)->domain == ATTUNE_ERROR)
    return;

  original = *error;
  if (original->domain == G_IO_ERROR)
    code = convert_io ((GIOErrorEnum) original->code);
  else if (original->domain == G_FILE_ERROR)
    code = convert_file ((GFileError) original->code);
  else if (original->domain == G_TLS_ERROR)
    code = convert_tls ((GTlsError) original->code);
  else if (original->domain == G_RESOLVER_ERROR)
    code = convert_resolver ((GResolverError) original->code);
  else if (original->domain == G_SPAWN_ERROR)
    code = convert_spawn ((GSpawnError) original->code);
  else if (original->domain == G_CONVERT_ERROR)
    code = original->code == G_CONVERT_ERROR_NO_MEMORY ? ATTUNE_ERROR_NO_MEMORY : ATTUNE_ERROR_DAMAGED;
  else if (original->domain == JSON_PARSER_ERROR)
    code = ATTUNE_ERROR_DAMAGED;

  *error = g_error_new_literal (ATTUNE_ERROR, code, original->message);
  g_error_free (original);
}

gboolean
attune_error_is_cancelled (const GError *error)
{
  return g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
attune_error_to_exit_status (const GError *error)
{
  g_autoptr (GError) meaning = NULL;

  if (error == NULL)
    return 0;

  meaning = g_error_copy (error);
  attune_error_convert (&meaning);
  if ((guint) meaning->code >= G_N_ELEMENTS (codes))
    return 1;

  return codes[meaning->code].exit_status;
}
