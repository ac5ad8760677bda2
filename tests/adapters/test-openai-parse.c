/* test-openai-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "attune-http-error.h"
#include "attune-http-json.h"
#include "attune-openai-private.h"

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_http_json_parse (text, strlen (text), NULL, &error);

  g_assert_no_error (error);

  return node;
}

static void
test_words (void)
{
  static const struct {
    const char *word;
    int         status;
  } words[] = {
    { "validating_files", ATTUNE_JOB_STATUS_VALIDATING_FILES },
    { "queued", ATTUNE_JOB_STATUS_QUEUED },
    { "running", ATTUNE_JOB_STATUS_RUNNING },
    { "paused", ATTUNE_JOB_STATUS_PAUSED },
    { "succeeded", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "failed", ATTUNE_JOB_STATUS_FAILED },
    { "cancelled", ATTUNE_JOB_STATUS_CANCELLED },
    { "Succeeded", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "", -1 },
    { "pausing", -1 },
    { NULL, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_cmpint (attune_openai_map_status (words[i].word), ==, words[i].status);
}

static void
test_error (void)
{
  static const struct {
    const char  *job;
    int          code; /* -1: none */
    const char  *message;
  } errors[] = {
    { "{\"error\":null}", -1, NULL },
    { "{}", -1, NULL },
    { "{\"error\":{\"code\":null,\"message\":null,\"param\":null}}", -1, NULL },
    { "{\"error\":{\"code\":\"invalid_training_file\",\"message\":\"Row 1 is bad\",\"param\":\"training_file\"}}", ATTUNE_ERROR_INVALID,
      "training_file: Row 1 is bad" },
    { "{\"error\":{\"code\":\"exceeded_quota\",\"message\":\"No money\",\"param\":null}}", ATTUNE_ERROR_PAYMENT_NEEDED, "No money" },
    { "{\"error\":{\"code\":\"server_error\",\"message\":\"Sorry\",\"param\":null}}", ATTUNE_ERROR_SERVER_FAULT, "Sorry" },
    { "{\"error\":{\"code\":\"odd\",\"message\":null}}", ATTUNE_ERROR_FAILED, NULL },
    { "{\"error\":\"text\"}", -1, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (JsonNode) job = parse (errors[i].job);
      g_autoptr (GError) error = attune_openai_parse_error (job);

      if (errors[i].code < 0)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, ATTUNE_ERROR, errors[i].code);
      if (errors[i].message != NULL)
        g_assert_cmpstr (error->message, ==, errors[i].message);
    }
}

static void
test_job (void)
{
  g_autoptr (JsonNode) running = parse ("{\"status\":\"running\",\"estimated_finish\":1000,\"trained_tokens\":null,\"fine_tuned_model\":null}");
  g_autoptr (JsonNode) late = parse ("{\"status\":\"running\",\"estimated_finish\":10}");
  g_autoptr (JsonNode) silent = parse ("{\"status\":\"failed\"}");
  g_autoptr (AttuneStatusUpdate) update = attune_openai_parse_job (running, 400 * G_USEC_PER_SEC);
  g_autoptr (AttuneStatusUpdate) overdue = attune_openai_parse_job (late, 400 * G_USEC_PER_SEC);
  g_autoptr (AttuneStatusUpdate) failed = attune_openai_parse_job (silent, 0);

  g_assert_cmpfloat (update->time_remaining, ==, 600);
  g_assert_cmpint (update->trained_tokens, ==, -1);
  g_assert_null (update->fine_tuned_model);
  g_assert_true (isnan (overdue->time_remaining));
  /* A job never fails without a word. */
  g_assert_error (failed->error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED);
}

static void
test_events (void)
{
  g_autoptr (JsonNode) page = parse ("{\"data\":["
                                     "{\"id\":\"e5\",\"created_at\":5,\"level\":\"info\",\"message\":\"Step 2\",\"type\":\"metrics\",\"data\":{\"step\":2,\"total_steps\":4,"
                                     "\"train_loss\":NaN,\"valid_loss\":0.5,\"full_valid_loss\":0.75,\"train_mean_token_accuracy\":0.25}},"
                                     "{\"id\":\"e4\",\"created_at\":4,\"level\":\"info\",\"message\":\"odd\",\"type\":\"metrics\",\"data\":{\"step\":0,\"train_loss\":1}},"
                                     "{\"id\":\"e3\",\"created_at\":3,\"level\":\"warn\",\"message\":\"careful\"},"
                                     "\"nonsense\",{\"id\":\"e2\"},"
                                     "{\"id\":\"e1\",\"created_at\":1,\"level\":\"error\",\"message\":\"known\"},"
                                     "{\"id\":\"e0\",\"created_at\":0,\"level\":\"info\",\"message\":\"older\"}]}");
  g_autoptr (AttuneStatusUpdate) update = attune_status_update_new ();
  g_autoptr (AttuneStatusUpdate) all = attune_status_update_new ();
  const AttuneMetricPoint *point;

  g_assert_true (attune_openai_parse_events (page, "e1", update));
  g_assert_cmpuint (update->metrics->len, ==, 1);
  point = &g_array_index (update->metrics, AttuneMetricPoint, 0);
  g_assert_cmpint (point->step, ==, 2);
  g_assert_cmpint (point->time, ==, 5 * G_USEC_PER_SEC);
  /* A loss that is no number came as null and is not a loss of zero. */
  g_assert_cmpuint (point->set, ==, (1u << ATTUNE_METRIC_EVAL_LOSS) | (1u << ATTUNE_METRIC_TOKEN_ACCURACY));
  g_assert_cmpfloat (point->values[ATTUNE_METRIC_EVAL_LOSS], ==, 0.5);
  g_assert_cmpint (update->total_steps, ==, 4);
  g_assert_cmpuint (update->events->len, ==, 2);
  g_assert_cmpstr (((AttuneEvent *) g_ptr_array_index (update->events, 1))->level, ==, "warning");

  g_assert_false (attune_openai_parse_events (page, NULL, all));
  g_assert_cmpuint (all->events->len, ==, 4);
}

static GArray *
read_results (const char *text,
              GError    **error)
{
  return attune_openai_parse_results (text, strlen (text), 7, error);
}

static void
test_results (void)
{
  static const char plain[] = "step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\r\n1,2.5,0.5,,\r\n2,nan,0.75,1.5,0.5\r\n\r\n3,,,,\r\nx,1,1,1,1\r\n-1,1,,,\r\n";
  g_autofree char *encoded = g_base64_encode ((const guchar *) plain, strlen (plain));
  const char *both[] = { plain, encoded };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) points = read_results (both[i], &error);

      g_assert_no_error (error);
      g_assert_cmpuint (points->len, ==, 2);
      g_assert_cmpint (g_array_index (points, AttuneMetricPoint, 0).step, ==, 1);
      g_assert_cmpint (g_array_index (points, AttuneMetricPoint, 0).time, ==, 7);
      g_assert_cmpuint (g_array_index (points, AttuneMetricPoint, 0).set, ==, (1u << ATTUNE_METRIC_LOSS) | (1u << ATTUNE_METRIC_TOKEN_ACCURACY));
      /* A run that went off the rails shows it. */
      g_assert_true (isnan (g_array_index (points, AttuneMetricPoint, 1).values[ATTUNE_METRIC_LOSS]));
      g_assert_cmpfloat (g_array_index (points, AttuneMetricPoint, 1).values[ATTUNE_METRIC_EVAL_LOSS], ==, 1.5);
    }
}

static void
test_damaged_results (void)
{
  static const char * const texts[] = {
    "", "\n", "<html>no, it is not</html>", "not base64 at all!", "bm90IGEgdGFibGU=", "train_loss,valid_loss\n1,2\n", "{\"error\":{\"message\":\"gone\"}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) points = read_results (texts[i], &error);

      g_assert_null (points);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
    }
}

static void
test_refusals (void)
{
  static const struct {
    guint       status;
    const char *body;
    AttuneError code;
  } refusals[] = {
    { 403, "{\"error\":{\"message\":\"Your organization cannot create fine-tuning jobs\"}}", ATTUNE_ERROR_CLOSED },
    { 403, "", ATTUNE_ERROR_CLOSED },
    { 403, "{\"error\":{\"message\":\"Missing scopes: api.fine_tuning.jobs.write\"}}", ATTUNE_ERROR_NOT_ALLOWED },
    { 403, "{\"error\":{\"message\":\"Country, region, or territory not supported\"}}", ATTUNE_ERROR_NOT_ALLOWED },
    { 400, "{\"error\":{\"message\":\"Fine-tuning is no longer available to new customers\"}}", ATTUNE_ERROR_CLOSED },
    { 400, "{\"error\":{\"message\":\"Model gpt-9 is not available for fine-tuning\",\"param\":\"model\"}}", ATTUNE_ERROR_INVALID },
    { 404, "{\"error\":{\"message\":\"The model gpt-9 does not exist\",\"code\":\"model_not_found\"}}", ATTUNE_ERROR_NOT_FOUND },
    { 404, "{\"error\":{\"message\":\"Invalid URL (POST /v1/fine_tuning/jobs)\"}}", ATTUNE_ERROR_WITHDRAWN },
    { 410, "", ATTUNE_ERROR_WITHDRAWN },
    { 401, "{\"error\":{\"message\":\"Incorrect API key; fine-tuning is no longer for you\"}}", ATTUNE_ERROR_AUTH_INVALID },
    { 500, "", ATTUNE_ERROR_SERVER_FAULT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new (refusals[i].body, strlen (refusals[i].body));
      g_autoptr (AttuneHttpReply) reply = attune_http_reply_new (refusals[i].status, "https://example.com", body, "Content-Type", "application/json", NULL);
      g_autoptr (GError) error = attune_openai_judge_refusal (attune_http_error_new (reply, "OpenAI"), reply);

      g_test_message ("%s", error->message);
      g_assert_error (error, ATTUNE_ERROR, (int) refusals[i].code);
    }
}

static void
test_models (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_utc (2026, 11, 22, 0, 0, 0);
  g_autoptr (JsonNode) known = parse ("{\"models\":[{\"id\":\"gpt-a\",\"shutdownDate\":\"2027-01-14\"},{\"id\":\"gpt-b\"},{\"id\":\"gpt-c\"}]}");
  g_autoptr (JsonNode) list = parse ("{\"data\":[{\"id\":\"gpt-a\",\"shutdown_date\":null},{\"id\":\"gpt-b\",\"shutdown_date\":\"2026-10-23\"},{\"id\":7},\"x\","
                                     "{\"id\":\"gpt-z\",\"shutdown_date\":\"soon\"},{\"id\":\"ft:gpt-a:acme::1\"},{\"id\":\"ft:gpt-b:acme::2\"},{\"id\":\"ft:\"}]}");
  g_autoptr (JsonNode) nothing = parse ("{\"detail\":1}");
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (JsonNode) live = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  capabilities = attune_capabilities_new_from_json (known, &error);
  g_assert_no_error (error);
  live = attune_openai_build_capabilities (capabilities, list, now);
  text = attune_json_write (live, FALSE);
  g_assert_cmpstr (text, ==,
                   "{\"models\":[{\"id\":\"gpt-a\",\"shutdownDate\":\"2027-01-14\",\"notes\":\"Answers until 2027-01-14\"},"
                   "{\"id\":\"gpt-b\",\"shutdownDate\":\"2026-10-23\",\"notes\":\"Shut down on 2026-10-23\"},"
                   "{\"id\":\"gpt-c\",\"notes\":\"Not in the list of models of your account\"},"
                   "{\"id\":\"ft:gpt-a:acme::1\",\"shutdownDate\":\"2027-01-14\",\"notes\":\"Answers until 2027-01-14\"}]}");
  g_assert_null (attune_openai_build_capabilities (capabilities, nothing, now));
  g_assert_null (attune_openai_build_capabilities (capabilities, NULL, now));
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_summary ("OpenAI's answers, and what looks like them.");

  g_test_add_func ("/openai/parse/words", test_words);
  g_test_add_func ("/openai/parse/error", test_error);
  g_test_add_func ("/openai/parse/job", test_job);
  g_test_add_func ("/openai/parse/events", test_events);
  g_test_add_func ("/openai/parse/results", test_results);
  g_test_add_func ("/openai/parse/damaged-results", test_damaged_results);
  g_test_add_func ("/openai/parse/refusals", test_refusals);
  g_test_add_func ("/openai/parse/models", test_models);

  return g_test_run ();
}
