/* test-huggingface-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-http-json.h"
#include "attune-huggingface-private.h"

static JsonNode *
parse (const char *quoted)
{
  g_autofree char *text = g_strdelimit (g_strdup (quoted), "'", '"');
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_json_parse (text, -1, NULL, &error);

  g_assert_no_error (error);

  return node;
}

static void
feed (AttuneHuggingfaceLog *log,
      const char           *text)
{
  g_autoptr (GString) data = g_string_new ("{\"data\":");

  attune_json_append_string (data, text);
  g_string_append (data, ",\"timestamp\":\"2026-11-01T00:00:10.500Z\"}");
  attune_huggingface_log_feed (log, data->str);
}

static void
test_stages (void)
{
  static const struct {
    const char *stage;
    int         status;
  } cases[] = {
    { "SCHEDULING", ATTUNE_JOB_STATUS_QUEUED },
    { "RUNNING", ATTUNE_JOB_STATUS_RUNNING },
    { "UPDATING", ATTUNE_JOB_STATUS_RUNNING },
    { "COMPLETED", ATTUNE_JOB_STATUS_SUCCEEDED },
    { "CANCELED", ATTUNE_JOB_STATUS_CANCELLED },
    { "DELETED", ATTUNE_JOB_STATUS_CANCELLED },
    { "ERROR", ATTUNE_JOB_STATUS_FAILED },
    { "SINGING", -1 },
    { "", -1 },
    { NULL, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (attune_huggingface_parse_stage (cases[i].stage), ==, cases[i].status);
}

static void
test_lines (void)
{
  g_autoptr (AttuneHuggingfaceLog) log = attune_huggingface_log_new ();
  g_autoptr (JsonNode) job = parse ("{'id':'1','status':{'stage':'RUNNING','message':null}}");
  g_autoptr (AttuneStatusUpdate) update = NULL;
  const AttuneMetricPoint *point;
  const AttuneEvent *event;

  feed (log, "===== Job started at 2026-11-01 =====\n");
  /* Behind a progress bar, several in one text, without an end, cut in two. */
  feed (log, " 12%|█▏  | 1/8 [00:01<00:07]\r 25%@attune {\"step\":1,\"epoch\":0.125,\"time\":1793491300000000,\"loss\":2.5}\n"
             "@attune {\"step\":2,\"epoch\":0.25,\"time\":1793491302000000,\"loss\":null,\"nonfinite\":{\"loss\":\"nan\"}}\nnoise");
  feed (log, "@attune {\"state\":\"running\",\"step\":2,\"totalSteps\":8,\"trainedTokens\":512}");
  feed (log, "@attune {\"time\":1793491302500000,\"level\":\"warn");
  feed (log, "ing\",\"message\":\"Row 7 was left out\"}\n");
  feed (log, "@attune {\"broken\n");
  feed (log, "@attune [1,2]\n");
  feed (log, "@attune {\"step\":3,\"loss\":NaN}\n");
  feed (log, "");
  attune_huggingface_log_feed (log, "no JSON");
  attune_huggingface_log_feed (log, "{\"timestamp\":1}");

  update = attune_huggingface_build_update (job, log, "https://hf.example/jobs/ada/1");
  g_assert_cmpint (update->status, ==, ATTUNE_JOB_STATUS_RUNNING);
  g_assert_cmpuint (update->metrics->len, >=, 2);
  point = &g_array_index (update->metrics, AttuneMetricPoint, 0);
  g_assert_cmpint (point->step, ==, 1);
  g_assert_cmpfloat (point->values[ATTUNE_METRIC_LOSS], ==, 2.5);
  point = &g_array_index (update->metrics, AttuneMetricPoint, 1);
  g_assert_true (isnan (point->values[ATTUNE_METRIC_LOSS]));
  g_assert_cmpuint (update->events->len, ==, 1);
  event = g_ptr_array_index (update->events, 0);
  g_assert_cmpstr (event->level, ==, "warning");
  g_assert_cmpstr (event->message, ==, "Row 7 was left out");
  g_assert_cmpint (update->total_steps, ==, 8);
  g_assert_cmpint (update->trained_tokens, ==, 512);
  g_assert_cmpfloat (update->progress, >, 0);
}

static void
test_remaining (void)
{
  g_autoptr (AttuneHuggingfaceLog) log = attune_huggingface_log_new ();
  g_autoptr (JsonNode) job = parse ("{'status':{'stage':'RUNNING'}}");
  g_autoptr (AttuneStatusUpdate) update = NULL;

  feed (log, "@attune {\"step\":1,\"time\":1793491300000000,\"loss\":2.5}\n");
  feed (log, "@attune {\"step\":3,\"time\":1793491304000000,\"loss\":2.5}\n");
  feed (log, "@attune {\"state\":\"running\",\"step\":3,\"totalSteps\":13}\n");
  update = attune_huggingface_build_update (job, log, "");
  /* Two seconds a step, ten steps. */
  g_assert_cmpfloat_with_epsilon (update->time_remaining, 20, 1e-9);
  g_assert_cmpfloat_with_epsilon (update->progress, 3.0 / 13, 1e-9);
}

static void
test_errors (void)
{
  static const struct {
    const char *job;
    const char *line;
    int         status;
    AttuneError code;
    const char *words;
  } cases[] = {
    { "{'status':{'stage':'ERROR','message':'Job timeout'}}", "", ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_TIMED_OUT, "timeoutSeconds" },
    { "{'status':{'stage':'ERROR','message':'Exit code 1'}}", "ValueError: no\n", ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_FAILED, "ValueError: no" },
    { "{'status':{'stage':'ERROR','message':null}}", "", ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_FAILED, "https://hf.example" },
    { "{'status':{'stage':'ERROR'}}", "@attune {\"state\":\"failed\",\"error\":{\"code\":\"invalid\",\"message\":\"Row 3 is empty\"}}\n",
      ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_INVALID, "Row 3 is empty" },
    /* A job may end well whose run did not. */
    { "{'status':{'stage':'COMPLETED'}}", "@attune {\"state\":\"failed\",\"error\":{\"message\":\"It diverged\"}}\n",
      ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_FAILED, "It diverged" },
    { "{'status':{'stage':'ERROR','message':'leak hf_abcdefghijklmnopqrstuvwx'}}", "key hf_abcdefghijklmnopqrstuvwx\n",
      ATTUNE_JOB_STATUS_FAILED, ATTUNE_ERROR_FAILED, "•••" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneHuggingfaceLog) log = attune_huggingface_log_new ();
      g_autoptr (JsonNode) job = parse (cases[i].job);
      g_autoptr (AttuneStatusUpdate) update = NULL;

      feed (log, cases[i].line);
      update = attune_huggingface_build_update (job, log, "https://hf.example/jobs/ada/1");
      g_assert_cmpint (update->status, ==, cases[i].status);
      g_assert_error (update->error, ATTUNE_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (update->error->message, cases[i].words));
      g_assert_null (strstr (update->error->message, "hf_abcdef"));
    }
}

static void
add_file (GPtrArray  *files,
          const char *path,
          gint64      size)
{
  AttuneHubFile *file = g_new0 (AttuneHubFile, 1);

  file->path = g_strdup (path);
  file->size = size;
  g_ptr_array_add (files, file);
}

static void
test_checkpoints (void)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_hub_file_free);
  g_autoptr (GPtrArray) checkpoints = NULL;
  const AttuneCheckpoint *checkpoint;

  add_file (files, "checkpoints/step-20/adapter_model.safetensors", 10);
  add_file (files, "checkpoints/step-20/state.json", 10);
  add_file (files, "checkpoints/step-5/state.json", 10);
  add_file (files, "checkpoints/step-30/adapter_model.safetensors", 10);
  add_file (files, "checkpoints/step-x/state.json", 10);
  g_assert_false (attune_huggingface_has_result (files));
  checkpoints = attune_huggingface_parse_checkpoints (files);
  g_assert_cmpuint (checkpoints->len, ==, 2);
  checkpoint = g_ptr_array_index (checkpoints, 0);
  g_assert_cmpstr (checkpoint->id, ==, "step-5");
  checkpoint = g_ptr_array_index (checkpoints, 1);
  g_assert_cmpint (checkpoint->step, ==, 20);

  add_file (files, "adapter_model.safetensors", 10);
  g_assert_true (attune_huggingface_has_result (files));
}

static void
test_hardware (void)
{
  g_autoptr (JsonNode) answer = parse ("[{'name':'x','prettyName':'X','accelerator':{'type':'gpu','model':'Nvidia H100','quantity':'2','vram':'80 GB'},"
                                       "'unitCostMicroUSD':100000,'unitLabel':'minute'},"
                                       "{'name':'y','accelerator':{'type':'tpu','model':'v5e','quantity':'1','vram':'16 GB'},'unitCostMicroUSD':1,'unitLabel':'minute'},"
                                       "{'name':'z','accelerator':null,'unitCostUSD':0.5,'unitLabel':'hour'}, 3, {'prettyName':'nameless'}]");
  g_autoptr (JsonNode) broken = parse ("{'error':'no'}");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) live = attune_flavors_parse_live (answer, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (attune_http_json_get_length (live, "hardware"), ==, 2);
  g_assert_cmpstr (attune_json_peek_string (live, "hardware.0.gpu", NULL), ==, "H100");
  g_assert_cmpint (attune_json_peek_int (live, "hardware.0.count", 0), ==, 2);
  g_assert_cmpfloat_with_epsilon (attune_json_peek_double (live, "hardware.0.pricePerHour", 0), 6.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (attune_json_peek_double (live, "hardware.1.pricePerHour", 0), 0.5, 1e-9);

  g_assert_null (attune_flavors_parse_live (broken, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT);
}

static void
test_job_ids (void)
{
  g_autofree char *owner = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (attune_huggingface_split_job_id ("ada/0123", &owner, &id, &error));
  g_assert_cmpstr (owner, ==, "ada");
  g_assert_cmpstr (id, ==, "0123");
  g_assert_false (attune_huggingface_split_job_id ("0123", &owner, &id, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/huggingface/parse/stages", test_stages);
  g_test_add_func ("/huggingface/parse/lines", test_lines);
  g_test_add_func ("/huggingface/parse/remaining", test_remaining);
  g_test_add_func ("/huggingface/parse/errors", test_errors);
  g_test_add_func ("/huggingface/parse/checkpoints", test_checkpoints);
  g_test_add_func ("/huggingface/parse/hardware", test_hardware);
  g_test_add_func ("/huggingface/parse/job-ids", test_job_ids);

  return g_test_run ();
}
