/* test-generate.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-evaluate.h"
#include "attune-generate.h"
#include "trainer-fixtures.h"

static void
test_compare (void)
{
  static const struct {
    const char *wanted;
    const char *given;
    gboolean    equal;
  } cases[] = {
    { "yes", " yes\n", TRUE },
    { "yes", "Yes", FALSE },
    { "", "  ", TRUE },
    { "{\"a\": 1, \"b\": [true, null]}", "{\"b\":[true,null],\"a\":1}", TRUE },
    { "{\"a\": 1}", "{\"a\": 2}", FALSE },
    { "{\"a\": 1}", "{\"a\": 1, \"b\": 2}", FALSE },
    { "[1, 2]", "[2, 1]", FALSE },
    { "{\"a\": 1}", "{\"a\": 1", FALSE },
    /* Single values are texts: 1 is not 01, and "a" not a. */
    { "1", "1.0", FALSE },
    { "\"a\"", "a", FALSE },
  };

  g_test_summary ("Answers are equal without the blanks around them, structures where their values are");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    if (attune_evaluate_compare (cases[i].wanted, cases[i].given) != cases[i].equal)
      g_error ("“%s” and “%s” were taken for %s", cases[i].wanted, cases[i].given, cases[i].equal ? "different" : "equal");
}

static gboolean
collect_cb (const char *text,
            gpointer    user_data)
{
  GPtrArray *pieces = user_data;

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpstr (text, !=, "");
  g_ptr_array_add (pieces, g_strdup (text));

  return pieces->len < 3;
}

typedef struct {
  AttuneModel     *model;
  AttuneTokenizer *tokenizer;
  gint32           prompt[300];
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", "model", NULL);
  g_autoptr (GError) error = NULL;

  fixture->tokenizer = attune_tokenizer_load (folder, &error);
  g_assert_no_error (error);
  fixture->model = attune_model_load (folder, ATTUNE_MODEL_PRECISION_FP32, FALSE, 1, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->prompt); i++)
    fixture->prompt[i] = 40 + (gint32) (i * 7 % 200);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  attune_model_free (fixture->model);
  attune_tokenizer_free (fixture->tokenizer);
}

/* What one full pass over the whole text takes for the likeliest next token. */
static gint32
get_likeliest (Fixture *fixture,
               GArray  *ids)
{
  g_autofree gint32 *labels = g_new (gint32, ids->len);
  g_autofree float *logits = NULL;
  const guint n = attune_model_get_config (fixture->model)->vocab_size;
  const AttuneBatch batch = { 1, ids->len, (const gint32 *) ids->data, labels, &ids->len };
  gint32 best = 0;

  for (guint i = 0; i < ids->len; i++)
    labels[i] = -100;
  logits = g_new (float, (gsize) ids->len * n);
  attune_model_compute_logits (fixture->model, &batch, logits);
  for (guint i = 1; i < n; i++)
    if (logits[(gsize) (ids->len - 1) * n + i] > logits[(gsize) (ids->len - 1) * n + (guint) best])
      best = (gint32) i;

  return best;
}

static void
test_greedy (Fixture       *fixture,
             gconstpointer  data)
{
  const AttuneGenerateSettings settings = { .max_tokens = 12 };
  g_auto (AttuneGeneration) generation = { 0 };
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Without chance each token is the likeliest one behind all before it");

  g_assert_true (attune_generate (fixture->model, fixture->tokenizer, fixture->prompt, 9, &settings, NULL, NULL, &generation, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (generation.n_prompt, ==, 9);

  g_array_append_vals (ids, fixture->prompt, 9);
  for (guint i = 0; i < 12; i++)
    {
      gint32 id = get_likeliest (fixture, ids);

      if (attune_tokenizer_is_end (fixture->tokenizer, id))
        break;
      g_array_append_val (ids, id);
    }
  g_assert_cmpuint (generation.n_tokens, ==, ids->len - 9);
  g_assert_cmpint (generation.ended, ==, generation.n_tokens < 12);
  text = attune_tokenizer_decode (fixture->tokenizer, &g_array_index (ids, gint32, 9), ids->len - 9, TRUE);
  g_assert_cmpstr (generation.text, ==, text);
}

static void
test_pieces (Fixture       *fixture,
             gconstpointer  data)
{
  const AttuneGenerateSettings settings = { .max_tokens = 200, .temperature = 2.0, .seed = 3 };
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (g_free);
  g_auto (AttuneGeneration) generation = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Pieces are whole characters, and a listener can stop");

  g_assert_true (attune_generate (fixture->model, fixture->tokenizer, fixture->prompt, 5, &settings, collect_cb, pieces, &generation, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (pieces->len, ==, 3);
  g_assert_cmpuint (generation.n_tokens, <, 200);
  g_assert_true (g_str_has_prefix (generation.text, g_ptr_array_index (pieces, 0)));
}

static void
test_limits (Fixture       *fixture,
             gconstpointer  data)
{
  const AttuneGenerateSettings settings = { .max_tokens = 200, .temperature = 5.0, .seed = 1 };
  g_auto (AttuneGeneration) generation = { 0 };
  g_autoptr (GError) error = NULL;
  gint32 wrong = 512;

  g_test_summary ("Generation ends with the model's positions; what does not fit is refused");

  g_assert_true (attune_generate (fixture->model, fixture->tokenizer, fixture->prompt, 250, &settings, NULL, NULL, &generation, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (generation.n_tokens, <=, 6);

  g_assert_false (attune_generate (fixture->model, fixture->tokenizer, fixture->prompt, 256, &settings, NULL, NULL, &generation, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  test_assert_contains (error->message, "256");
  g_clear_error (&error);
  g_assert_false (attune_generate (fixture->model, fixture->tokenizer, fixture->prompt, 0, &settings, NULL, NULL, &generation, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (attune_generate (fixture->model, fixture->tokenizer, &wrong, 1, &settings, NULL, NULL, &generation, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/engine/generate/compare", test_compare);
  g_test_add ("/engine/generate/greedy", Fixture, NULL, set_up, test_greedy, tear_down);
  g_test_add ("/engine/generate/pieces", Fixture, NULL, set_up, test_pieces, tear_down);
  g_test_add ("/engine/generate/limits", Fixture, NULL, set_up, test_limits, tear_down);

  return g_test_run ();
}
