/* test-error.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "attune-error.h"

#define N_CODES (ATTUNE_ERROR_CANCELLED + 1)

static void
test_nicks (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = 0; code < N_CODES; code++)
    {
      const char *nick = attune_error_code_to_nick ((AttuneError) code);

      g_assert_nonnull (nick);
      g_assert_true (g_hash_table_add (seen, (gpointer) nick));
      g_assert_cmpint (attune_error_code_from_nick (nick), ==, code);
    }

  g_assert_cmpstr (attune_error_code_to_nick (ATTUNE_ERROR_NO_SPACE), ==, "no-space");
  g_assert_cmpint (attune_error_code_from_nick ("of another age"), ==, ATTUNE_ERROR_FAILED);
  g_assert_cmpint (attune_error_code_from_nick (NULL), ==, ATTUNE_ERROR_FAILED);
}

static void
test_remedies (void)
{
  for (int code = 0; code < N_CODES; code++)
    {
      const char *remedy = attune_error_get_remedy ((AttuneError) code);

      if (code == ATTUNE_ERROR_FAILED || code == ATTUNE_ERROR_CANCELLED)
        {
          g_assert_null (remedy);
          continue;
        }
      g_assert_nonnull (remedy);
      g_assert_true (g_str_has_suffix (remedy, "."));
    }
}

static void
test_convert (void)
{
  const struct {
    GQuark      domain;
    int         code;
    AttuneError meaning;
  } cases[] = {
    { G_IO_ERROR, G_IO_ERROR_NOT_FOUND, ATTUNE_ERROR_NOT_FOUND },
    { G_IO_ERROR, G_IO_ERROR_EXISTS, ATTUNE_ERROR_CONFLICT },
    { G_IO_ERROR, G_IO_ERROR_NO_SPACE, ATTUNE_ERROR_NO_SPACE },
    { G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, ATTUNE_ERROR_NOT_ALLOWED },
    { G_IO_ERROR, G_IO_ERROR_READ_ONLY, ATTUNE_ERROR_NOT_ALLOWED },
    { G_IO_ERROR, G_IO_ERROR_CANCELLED, ATTUNE_ERROR_CANCELLED },
    { G_IO_ERROR, G_IO_ERROR_TIMED_OUT, ATTUNE_ERROR_TIMED_OUT },
    { G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE, ATTUNE_ERROR_NO_NETWORK },
    { G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND, ATTUNE_ERROR_NO_NETWORK },
    { G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, ATTUNE_ERROR_NO_NETWORK },
    { G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, ATTUNE_ERROR_NO_NETWORK },
    { G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH, ATTUNE_ERROR_AUTH_REQUIRED },
    { G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, ATTUNE_ERROR_NOT_SUPPORTED },
    { G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, ATTUNE_ERROR_INVALID },
    { G_IO_ERROR, G_IO_ERROR_INVALID_DATA, ATTUNE_ERROR_DAMAGED },
    { G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, ATTUNE_ERROR_TOO_LARGE },
    { G_IO_ERROR, G_IO_ERROR_FAILED, ATTUNE_ERROR_FAILED },
    { G_FILE_ERROR, G_FILE_ERROR_NOENT, ATTUNE_ERROR_NOT_FOUND },
    { G_FILE_ERROR, G_FILE_ERROR_NOSPC, ATTUNE_ERROR_NO_SPACE },
    { G_FILE_ERROR, G_FILE_ERROR_NOMEM, ATTUNE_ERROR_NO_MEMORY },
    { G_FILE_ERROR, G_FILE_ERROR_ACCES, ATTUNE_ERROR_NOT_ALLOWED },
    { G_FILE_ERROR, G_FILE_ERROR_ROFS, ATTUNE_ERROR_NOT_ALLOWED },
    { G_FILE_ERROR, G_FILE_ERROR_EXIST, ATTUNE_ERROR_CONFLICT },
    { G_FILE_ERROR, G_FILE_ERROR_ISDIR, ATTUNE_ERROR_INVALID },
    { G_FILE_ERROR, G_FILE_ERROR_NOSYS, ATTUNE_ERROR_NOT_SUPPORTED },
    { G_FILE_ERROR, G_FILE_ERROR_IO, ATTUNE_ERROR_FAILED },
    { G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE, ATTUNE_ERROR_NOT_SUPPORTED },
    { G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, ATTUNE_ERROR_SERVER_FAULT },
    { G_TLS_ERROR, G_TLS_ERROR_NOT_TLS, ATTUNE_ERROR_SERVER_FAULT },
    { G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED, ATTUNE_ERROR_AUTH_REQUIRED },
    { G_TLS_ERROR, G_TLS_ERROR_EOF, ATTUNE_ERROR_NO_NETWORK },
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, ATTUNE_ERROR_NO_NETWORK },
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, ATTUNE_ERROR_NO_NETWORK },
    { G_RESOLVER_ERROR, G_RESOLVER_ERROR_INTERNAL, ATTUNE_ERROR_FAILED },
    { JSON_PARSER_ERROR, JSON_PARSER_ERROR_PARSE, ATTUNE_ERROR_DAMAGED },
    { JSON_PARSER_ERROR, JSON_PARSER_ERROR_NESTING, ATTUNE_ERROR_DAMAGED },
    { G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT, ATTUNE_ERROR_NOT_FOUND },
    { G_SPAWN_ERROR, G_SPAWN_ERROR_ACCES, ATTUNE_ERROR_NOT_ALLOWED },
    { G_SPAWN_ERROR, G_SPAWN_ERROR_FORK, ATTUNE_ERROR_NO_MEMORY },
    { G_SPAWN_ERROR, G_SPAWN_ERROR_NOEXEC, ATTUNE_ERROR_DAMAGED },
    { G_SPAWN_ERROR, G_SPAWN_ERROR_CHDIR, ATTUNE_ERROR_INVALID },
    { G_CONVERT_ERROR, G_CONVERT_ERROR_ILLEGAL_SEQUENCE, ATTUNE_ERROR_DAMAGED },
    { G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, ATTUNE_ERROR_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GError *error = g_error_new (cases[i].domain, cases[i].code, "case %u", i);
      g_autofree char *message = g_strdup (error->message);

      attune_error_convert (&error);
      g_assert_error (error, ATTUNE_ERROR, (int) cases[i].meaning);
      g_assert_cmpstr (error->message, ==, message);
      g_error_free (error);
    }
}

static void
test_convert_once (void)
{
  g_autoptr (GError) error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_RATE_LIMITED, "slowly");
  GError *before = error;
  GError *none = NULL;

  attune_error_convert (&error);
  g_assert_true (error == before);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_RATE_LIMITED);

  attune_error_convert (&none);
  g_assert_null (none);
  attune_error_convert (NULL);
}

static void
test_cancelled (void)
{
  g_autoptr (GError) ours = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, "");
  g_autoptr (GError) theirs = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  g_autoptr (GError) other = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_FAILED, "");

  g_assert_true (attune_error_is_cancelled (ours));
  g_assert_true (attune_error_is_cancelled (theirs));
  g_assert_false (attune_error_is_cancelled (other));
  g_assert_false (attune_error_is_cancelled (NULL));
}

static void
test_exit_status (void)
{
  const struct {
    GQuark domain;
    int    code;
    int    status;
  } cases[] = {
    { ATTUNE_ERROR, ATTUNE_ERROR_FAILED, 1 },
    { ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, 1 },
    { ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE, 1 },
    { ATTUNE_ERROR, ATTUNE_ERROR_INVALID, 2 },
    { ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, 3 },
    { ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED, 4 },
    { ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID, 4 },
    { ATTUNE_ERROR, ATTUNE_ERROR_PAYMENT_NEEDED, 4 },
    { ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, 130 },
    { G_IO_ERROR, G_IO_ERROR_CANCELLED, 130 },
    { G_FILE_ERROR, G_FILE_ERROR_NOENT, 3 },
    { G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (cases[i].domain, cases[i].code, "");

      g_assert_cmpint (attune_error_to_exit_status (error), ==, cases[i].status);
      /* Asking changes nothing. */
      g_assert_error (error, cases[i].domain, cases[i].code);
    }
  g_assert_cmpint (attune_error_to_exit_status (NULL), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("Every foreign error becomes one that a person can act on, with its words kept");

  g_test_add_func ("/error/nicks", test_nicks);
  g_test_add_func ("/error/remedies", test_remedies);
  g_test_add_func ("/error/convert", test_convert);
  g_test_add_func ("/error/convert-once", test_convert_once);
  g_test_add_func ("/error/cancelled", test_cancelled);
  g_test_add_func ("/error/exit-status", test_exit_status);

  return g_test_run ();
}
