/* test-catalogue-strings.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-catalogue-private.h"
#include "attune-json.h"

/* xgettext reads no JSON, so the texts of data/catalogue stand once more in po/catalogue-strings.c, which no program compiles. This says whether they are all
 * there; with ATTUNE_UPDATE set it writes the file. */

static void
collect_cb (JsonObject *object,
            const char *member,
            const char *text,
            gpointer    user_data)
{
  GPtrArray *texts = user_data;

  if (!g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL))
    g_ptr_array_add (texts, g_strdup (text));
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  return g_strcmp0 (*(const char * const *) a, *(const char * const *) b);
}

/* UTF-8 stays as it is. */
static char *
quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_printf (quoted, "\\%c", *c);
      else if (*c == '\n')
        g_string_append (quoted, "\\n");
      else
        g_string_append_c (quoted, *c);
    }
  g_string_append_c (quoted, '"');
  return g_string_free_and_steal (quoted);
}

static char *
make_file (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "..", "data", "catalogue", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  GString *file = g_string_new ("/* catalogue-strings.c: the texts of data/catalogue, for the translators\n *\n"
                                " * Copyright 2026 The Attune developers\n * SPDX-License-Identifier: GPL-3.0-or-later\n *\n"
                                " * Made by the test catalogue-strings: ATTUNE_UPDATE=1 meson test catalogue-strings\n */\n\n");
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (JsonNode) root = NULL;
      g_autoptr (GError) error = NULL;

      if (!g_str_has_suffix (name, ".json"))
        continue;
      root = attune_json_parse_file (path, &error);
      g_assert_no_error (error);
      attune_catalogue_visit_texts (root, collect_cb, texts);
    }

  g_ptr_array_sort (texts, compare);
  for (guint i = 0; i < texts->len; i++)
    {
      g_autofree char *quoted = quote (g_ptr_array_index (texts, i));

      g_string_append_printf (file, "N_(%s)\n", quoted);
    }

  return g_string_free_and_steal (file);
}

static void
test_strings (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "po", "catalogue-strings.c", NULL);
  g_autofree char *wanted = make_file ();
  g_autofree char *found = NULL;

  if (g_getenv ("ATTUNE_UPDATE") != NULL)
    g_assert_true (g_file_set_contents (path, wanted, -1, NULL));

  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  if (!g_str_equal (found, wanted))
    g_test_message ("po/catalogue-strings.c is not up to date; run ATTUNE_UPDATE=1 meson test catalogue-strings");
  g_assert_true (g_str_equal (found, wanted));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/strings", test_strings);

  return g_test_run ();
}
