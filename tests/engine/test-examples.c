/* test-examples.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-examples.h"
#include "trainer-fixtures.h"

typedef struct {
  TestRun         *run;
  AttuneTokenizer *tokenizer;
  GPtrArray       *warnings;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->run = test_run_new ();
  fixture->tokenizer = attune_tokenizer_load (fixture->run->model, &error);
  g_assert_no_error (error);
  fixture->warnings = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_ptr_array_unref (fixture->warnings);
  attune_tokenizer_free (fixture->tokenizer);
  test_run_free (fixture->run);
}

static AttuneExamples *
load (Fixture              *fixture,
      const char           *text,
      AttuneTrainOnInputs   train_on_inputs,
      guint                 sequence_length,
      GError              **error)
{
  const AttuneExampleSettings settings = {
    .train_on_inputs = train_on_inputs, .sequence_length = sequence_length, .vocab_size = 512,
  };

  g_ptr_array_set_size (fixture->warnings, 0);
  test_write (fixture->run->training, text);

  return attune_examples_load (fixture->run->training, fixture->run->model, fixture->tokenizer, &settings, fixture->warnings,
                               NULL, NULL, error);
}

static char *
join_warnings (Fixture *fixture)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < fixture->warnings->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) g_ptr_array_index (fixture->warnings, i));

  return g_string_free_and_steal (text);
}

/* The text of the tokens that are learnt, special tokens spelled out. */
static char *
get_learnt (Fixture        *fixture,
            AttuneExamples *examples,
            guint           row)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint32));

  for (guint i = 0; i < attune_examples_get_length (examples, row); i++)
    if (attune_examples_get_learnt (examples, row)[i] != 0)
      g_array_append_val (ids, attune_examples_get_tokens (examples, row)[i]);
  g_assert_cmpuint (ids->len, ==, attune_examples_get_labels (examples, row));

  return attune_tokenizer_decode (fixture->tokenizer, (const gint32 *) ids->data, ids->len, FALSE);
}

static void
test_masks (Fixture       *fixture,
            gconstpointer  data)
{
  static const char chat[] =
    "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello there\"}, {\"role\": \"assistant\", \"content\": \"Good day\"},"
    " {\"role\": \"user\", \"content\": \"And now\"}, {\"role\": \"assistant\", \"content\": \"Farewell\"}]}\n";
  g_autoptr (GError) error = NULL;

  g_test_summary ("Answers and what ends them are learnt, all on request, a text whole; the first token never");

  for (guint i = 0; i < 3; i++)
    {
      const AttuneTrainOnInputs modes[] = { ATTUNE_TRAIN_ON_INPUTS_AUTO, ATTUNE_TRAIN_ON_INPUTS_DISABLED, ATTUNE_TRAIN_ON_INPUTS_ENABLED };
      g_autoptr (AttuneExamples) examples = load (fixture, chat, modes[i], 0, &error);
      g_autofree char *learnt = NULL;

      g_assert_no_error (error);
      learnt = get_learnt (fixture, examples, 0);
      if (modes[i] == ATTUNE_TRAIN_ON_INPUTS_ENABLED)
        {
          g_assert_cmpuint (attune_examples_get_labels (examples, 0), ==, attune_examples_get_length (examples, 0) - 1);
          test_assert_contains (learnt, "Hello there");
        }
      else
        {
          g_assert_cmpstr (learnt, ==, "Good day<|im_end|>Farewell<|im_end|>");
        }
      g_assert_cmpint (attune_examples_get_learnt (examples, 0)[0], ==, 0);
    }

  for (guint i = 0; i < 2; i++)
    {
      const AttuneTrainOnInputs modes[] = { ATTUNE_TRAIN_ON_INPUTS_AUTO, ATTUNE_TRAIN_ON_INPUTS_DISABLED };
      g_autoptr (AttuneExamples) examples = load (fixture, "{\"text\": \"One two three\"}\n", modes[i], 0, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (attune_examples_get_labels (examples, 0), ==, attune_examples_get_length (examples, 0) - 1);
    }

  {
    g_autoptr (AttuneExamples) examples = load (fixture, "{\"prompt\": \"One\", \"completion\": \"two\"}\n",
                                                ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error);
    g_autofree char *learnt = NULL;

    g_assert_no_error (error);
    learnt = get_learnt (fixture, examples, 0);
    g_assert_cmpstr (learnt, ==, "two<|im_end|>");
  }
}

static void
test_text_without_template (Fixture       *fixture,
                            gconstpointer  data)
{
  g_autofree char *chat_template = g_build_filename (fixture->run->model, "chat_template.jinja", NULL);
  g_autofree char *rows = test_make_rows (1, 2);
  g_autoptr (AttuneExamples) examples = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A model without a chat template learns texts, and says what is missing for conversations");

  g_assert_cmpint (g_unlink (chat_template), ==, 0);
  examples = load (fixture, "{\"text\": \"One two three\"}\n", ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error);
  g_assert_no_error (error);
  g_assert_null (load (fixture, rows, ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  test_assert_contains (error->message, "template");
}

static void
test_too_long (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (AttuneExamples) examples = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *warnings = NULL;
  AttuneExampleCounts counts;

  g_test_summary ("Long rows are cut and counted; where nothing of the answer is left the row is left out and named");

  g_string_append (text, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"");
  for (guint i = 0; i < 100; i++)
    g_string_append (text, "word ");
  g_string_append (text, "\"}]}\n{\"messages\": [{\"role\": \"user\", \"content\": \"");
  for (guint i = 0; i < 100; i++)
    g_string_append (text, "word ");
  g_string_append (text, "\"}, {\"role\": \"assistant\", \"content\": \"a\"}]}\n");
  g_string_append (text, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}\n");

  examples = load (fixture, text->str, ATTUNE_TRAIN_ON_INPUTS_AUTO, 50, &error);
  g_assert_no_error (error);
  attune_examples_get_counts (examples, &counts);
  g_assert_cmpuint (counts.rows, ==, 2);
  g_assert_cmpuint (counts.truncated, ==, 1);
  g_assert_cmpuint (counts.skipped, ==, 1);
  g_assert_cmpuint (counts.longest, ==, 50);
  g_assert_cmpuint (counts.tokens, ==, 50 + attune_examples_get_length (examples, 1));
  warnings = join_warnings (fixture);
  test_assert_contains (warnings, "training.jsonl, line 2: the answer begins behind the 50 tokens that fit");
  test_assert_contains (warnings, "1 row is longer than 50 tokens");
}

static void
test_bad_files (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *good = test_make_rows (1, 6);
  g_autofree char *broken = g_strconcat (good, "{\"messages\": [}\n", good, NULL);
  g_autofree char *unanswered = g_strconcat (good, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n", NULL);
  g_autofree char *warnings = NULL;
  g_autoptr (AttuneExamples) examples = NULL;
  g_autoptr (GError) error = NULL;
  AttuneExampleCounts counts;

  g_test_summary ("Empty and broken files are refused with file and line; a row without an answer is left out and named");

  g_assert_null (load (fixture, "", ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  test_assert_contains (error->message, "empty");
  g_clear_error (&error);

  g_assert_null (load (fixture, "\n \n", ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  test_assert_contains (error->message, "has no rows");
  g_clear_error (&error);

  g_assert_null (load (fixture, broken, ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  test_assert_contains (error->message, "training.jsonl, line 7, column");
  g_clear_error (&error);

  examples = load (fixture, unanswered, ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error);
  g_assert_no_error (error);
  attune_examples_get_counts (examples, &counts);
  g_assert_cmpuint (counts.rows, ==, 6);
  warnings = join_warnings (fixture);
  test_assert_contains (warnings, "training.jsonl, line 7:");
  test_assert_contains (warnings, "left out");

  g_assert_null (load (fixture, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n", ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  test_assert_contains (error->message, "no row that can be learnt from");
  test_assert_contains (error->message, "line 1");
}

static void
test_vocabulary (Fixture       *fixture,
                 gconstpointer  data)
{
  const AttuneExampleSettings settings = { .vocab_size = 100 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A tokenizer of another model is noticed before its tokens reach the weights");

  g_assert_null (attune_examples_load (fixture->run->training, fixture->run->model, fixture->tokenizer, &settings, NULL,
                                       NULL, NULL, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
  test_assert_contains (error->message, "vocabulary ends at 100");
}

static void
test_batches (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *rows = test_make_rows (1, 9);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneExamples) examples = load (fixture, rows, ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error);
  g_autoptr (AttuneExamples) again = load (fixture, rows, ATTUNE_TRAIN_ON_INPUTS_AUTO, 0, &error);
  g_autoptr (AttuneExamples) other = load (fixture, rows, ATTUNE_TRAIN_ON_INPUTS_ENABLED, 0, &error);
  g_autoptr (AttuneExampleBatch) batch = attune_example_batch_new ();
  g_autofree guint32 *order = attune_examples_sort_by_length (examples);
  g_autofree char *digest = attune_examples_dup_digest (examples);
  g_autofree char *again_digest = attune_examples_dup_digest (again);
  g_autofree char *other_digest = attune_examples_dup_digest (other);
  gsize tokens = 0;

  g_test_summary ("Batches are padded to their longest row, and hold every token and label");

  g_assert_no_error (error);
  g_assert_cmpstr (digest, ==, again_digest);
  g_assert_cmpstr (digest, !=, other_digest);

  for (guint i = 0; i < 9; i += 4)
    {
      guint n = MIN (4, 9 - i);
      gsize labels = 0;

      attune_examples_fill (examples, order + i, n, batch);
      g_assert_cmpuint (batch->batch.n_rows, ==, n);
      g_assert_cmpuint (batch->batch.length, ==, attune_examples_get_length (examples, order[i]));
      for (guint r = 0; r < n; r++)
        {
          guint length = batch->batch.lengths[r];

          g_assert_cmpuint (length, ==, attune_examples_get_length (examples, order[i + r]));
          g_assert_cmpuint (length, <=, batch->batch.length);
          tokens += length;
          g_assert_cmpmem (batch->batch.tokens + r * batch->batch.length, length * sizeof (gint32),
                           attune_examples_get_tokens (examples, order[i + r]), length * sizeof (gint32));
          for (guint t = 0; t < batch->batch.length; t++)
            {
              gint32 label = batch->batch.labels[r * batch->batch.length + t];

              g_assert_true (label == -100 || (t < length && label == batch->batch.tokens[r * batch->batch.length + t]));
              labels += label != -100;
            }
        }
      g_assert_cmpuint (labels, ==, batch->n_labels);
    }
  {
    AttuneExampleCounts counts;

    attune_examples_get_counts (examples, &counts);
    g_assert_cmpuint (counts.tokens, ==, tokens);
  }
}

static gboolean
stop_cb (gpointer user_data)
{
  return TRUE;
}

static void
test_stopped (Fixture       *fixture,
              gconstpointer  data)
{
  const AttuneExampleSettings settings = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Reading can be stopped");

  g_assert_null (attune_examples_load (fixture->run->training, fixture->run->model, fixture->tokenizer, &settings, NULL,
                                       stop_cb, NULL, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/engine/examples/masks", Fixture, NULL, set_up, test_masks, tear_down);
  g_test_add ("/engine/examples/text-without-template", Fixture, NULL, set_up, test_text_without_template, tear_down);
  g_test_add ("/engine/examples/too-long", Fixture, NULL, set_up, test_too_long, tear_down);
  g_test_add ("/engine/examples/bad-files", Fixture, NULL, set_up, test_bad_files, tear_down);
  g_test_add ("/engine/examples/vocabulary", Fixture, NULL, set_up, test_vocabulary, tear_down);
  g_test_add ("/engine/examples/batches", Fixture, NULL, set_up, test_batches, tear_down);
  g_test_add ("/engine/examples/stopped", Fixture, NULL, set_up, test_stopped, tear_down);

  return g_test_run ();
}
