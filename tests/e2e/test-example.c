/* test-example.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "terminal.h"

/* The example that comes with Attune does what it promises: few right answers before, nearly all after, counted by generating. */
static void
test_promise (void)
{
  g_auto (Terminal) terminal = terminal_run ("try-example", "--json");
  g_autoptr (JsonNode) node = NULL;
  double before;
  double after;

  assert_status (terminal, 0);
  node = terminal_parse (&terminal);
  before = attune_json_peek_double (node, "before.rate", 1);
  after = attune_json_peek_double (node, "after.rate", 0);
  g_test_message ("right before: %.1f %%, after: %.1f %%, trained in %.0f s", before * 100, after * 100,
                  attune_json_peek_double (node, "seconds", 0));
  g_assert_cmpint (attune_json_peek_int (node, "after.rows", 0), >=, 60);
  g_assert_cmpfloat (before, <, 0.4);
  g_assert_cmpfloat (after, >, 0.9);

  terminal_kill_all (NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/example/promise", test_promise);

  return g_test_run ();
}
