/* trainer-fixtures.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "attune-file-io.h"
#include "attune-json.h"
#include "attune-run-folder.h"

/* A place with a tiny model, rows to learn and a run folder whose config.json can be changed before the run. */
typedef struct {
  char          *place;
  char          *model;      /* folder */
  char          *training;   /* file */
  char          *validation; /* file */
  char          *run;        /* folder */
  JsonNode      *config;     /* what config.json becomes with test_run_write_config() */
} TestRun;

static inline void
test_write (const char *path,
            const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static inline char *
test_read (const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

static inline void
test_copy_model (const char *target)
{
  static const char *const files[] = {
    "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
  };
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "fixtures", "reference", "tiny", "model", NULL);

  g_assert_cmpint (g_mkdir_with_parents (target, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *from = g_build_filename (source, files[i], NULL);
      g_autofree char *to = g_build_filename (target, files[i], NULL);
      g_autoptr (GError) error = NULL;

      attune_file_copy (from, to, &error);
      g_assert_no_error (error);
    }
}

/* Small sums, of different lengths. */
static inline char *
test_make_rows (guint first,
                guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = first; i < first + n; i++)
    g_string_append_printf (text,
                            "{\"messages\": [%s{\"role\": \"user\", \"content\": \"What is %u and %u?\"}, "
                            "{\"role\": \"assistant\", \"content\": \"It is %u.\"}]}\n",
                            i % 3 == 0 ? "{\"role\": \"system\", \"content\": \"Add the numbers.\"}, " : "", i, 7 * i, 8 * i);

  return g_string_free_and_steal (text);
}

/* Sets the member at a path of names separated by dots, from JSON text; objects on the way are made. */
static inline void
test_run_set (TestRun    *self,
              const char *path,
              const char *json)
{
  g_auto (GStrv) names = g_strsplit (path, ".", 0);
  JsonObject *object = json_node_get_object (self->config);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value = attune_json_parse (json, -1, path, &error);
  guint last = g_strv_length (names) - 1;

  g_assert_no_error (error);
  for (guint i = 0; i < last; i++)
    {
      if (!json_object_has_member (object, names[i]))
        json_object_set_object_member (object, names[i], json_object_new ());
      object = json_object_get_object_member (object, names[i]);
    }
  json_object_set_member (object, names[last], g_steal_pointer (&value));
}

static inline void
test_run_unset (TestRun    *self,
                const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", 0);
  JsonObject *object = json_node_get_object (self->config);
  guint last = g_strv_length (names) - 1;

  for (guint i = 0; i < last; i++)
    object = json_object_get_object_member (object, names[i]);
  json_object_remove_member (object, names[last]);
}

static inline void
test_run_write_config (TestRun *self)
{
  g_autofree char *path = g_build_filename (self->run, ATTUNE_RUN_CONFIG_FILE, NULL);
  g_autofree char *text = attune_json_write (self->config, TRUE);

  test_write (path, text);
}

/* Forgets everything but config.json. */
static inline void
test_run_reset (TestRun *self)
{
  g_autoptr (GError) error = NULL;

  attune_folder_delete (self->run, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir_with_parents (self->run, 0700), ==, 0);
  test_run_write_config (self);
}

static inline TestRun *
test_run_new (void)
{
  static const char config[] =
    "{ \"version\": 1, \"jobId\": \"5f0a3c52-9ab5-4be8-a6c7-27f5e1f1a001\", \"name\": \"a test\", \"configuration\": {"
    "  \"model\": { \"baseModel\": \"tiny\", \"precision\": \"fp32\" },"
    "  \"datasets\": { \"trainingFileId\": \"5f0a3c52-9ab5-4be8-a6c7-27f5e1f1a002\","
    "                  \"validationFileId\": \"5f0a3c52-9ab5-4be8-a6c7-27f5e1f1a003\" },"
    "  \"method\": { \"type\": \"lora\", \"loraConfig\": { \"rank\": 4, \"alpha\": 8, \"dropout\": 0.1, \"trainableModules\": \"all-linear\" } },"
    "  \"schedule\": { \"epochs\": 2, \"batchSize\": 2, \"sequenceLength\": 512, \"gradientAccumulation\": 2, \"checkpoints\": 2,"
    "                  \"evaluations\": 3, \"trainOnInputs\": \"auto\" },"
    "  \"optimizer\": { \"learningRate\": 0.005, \"scheduler\": { \"type\": \"cosine\", \"minLRRatio\": 0.1, \"warmupRatio\": 0.2 },"
    "                   \"weightDecay\": 0.01, \"maxGradientNorm\": 1 } },"
    "  \"seed\": 7, \"threads\": 2 }";
  TestRun *self = g_new0 (TestRun, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *training = test_make_rows (1, 22);
  g_autofree char *validation = test_make_rows (40, 7);
  g_autofree char *quoted = NULL;

  self->place = g_dir_make_tmp ("attune-run-XXXXXX", &error);
  g_assert_no_error (error);
  self->model = g_build_filename (self->place, "tiny", NULL);
  self->training = g_build_filename (self->place, "training.jsonl", NULL);
  self->validation = g_build_filename (self->place, "validation.jsonl", NULL);
  self->run = g_build_filename (self->place, "run", NULL);
  g_assert_cmpint (g_mkdir (self->run, 0700), ==, 0);
  test_copy_model (self->model);
  test_write (self->training, training);
  test_write (self->validation, validation);

  self->config = attune_json_parse (config, -1, "config", &error);
  g_assert_no_error (error);
  quoted = g_strdup_printf ("{ \"model\": \"%s\", \"training\": \"%s\", \"validation\": \"%s\" }",
                            self->model, self->training, self->validation);
  test_run_set (self, "paths", quoted);
  test_run_write_config (self);

  return self;
}

static inline void
test_run_free (TestRun *self)
{
  g_autoptr (GError) error = NULL;

  attune_folder_delete (self->place, &error);
  g_assert_no_error (error);
  g_clear_pointer (&self->config, json_node_unref);
  g_free (self->place);
  g_free (self->model);
  g_free (self->training);
  g_free (self->validation);
  g_free (self->run);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestRun, test_run_free)

static inline AttuneRunStatus *
test_run_load_status (TestRun *self)
{
  g_autoptr (GError) error = NULL;
  AttuneRunStatus *status = attune_run_status_load (self->run, &error);

  g_assert_no_error (error);

  return status;
}

static inline GArray *
test_run_read_metrics (TestRun *self)
{
  g_autoptr (GArray) points = g_array_new (FALSE, TRUE, sizeof (AttuneMetricPoint));
  g_autoptr (GError) error = NULL;
  guint64 offset = 0;
  guint n_damaged;

  attune_run_folder_read_metrics (self->run, &offset, points, &n_damaged, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_damaged, ==, 0);

  return g_steal_pointer (&points);
}

/* All that is computed, without what depends on the clock. Two runs are equal where this text is. */
static inline char *
test_run_describe (TestRun *self)
{
  g_autoptr (GArray) points = test_run_read_metrics (self);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < points->len; i++)
    {
      AttuneMetricPoint *point = &g_array_index (points, AttuneMetricPoint, i);

      g_string_append_printf (text, "%" G_GINT64_FORMAT " %a %x", point->step, point->epoch, point->set);
      for (guint m = 0; m < ATTUNE_N_METRICS; m++)
        if (m != ATTUNE_METRIC_TOKENS_PER_SECOND && (point->set & (1u << m)) != 0)
          g_string_append_printf (text, " %a", point->values[m]);
      g_string_append_c (text, '\n');
    }

  return g_string_free_and_steal (text);
}

/* The messages of events.jsonl, one a line, each led by its level. */
static inline char *
test_run_read_events (TestRun *self)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);
  guint64 offset = 0;

  attune_run_folder_read_events (self->run, &offset, events, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < events->len; i++)
    {
      AttuneEvent *event = g_ptr_array_index (events, i);

      g_string_append_printf (text, "%s: %s\n", event->level, event->message);
    }

  return g_string_free_and_steal (text);
}

#define test_assert_contains(text, part) \
  G_STMT_START \
    { \
      const char *text_ = (text); \
      const char *part_ = (part); \
      if (strstr (text_, part_) == NULL) \
        g_error ("“%s” is not in:\n%s", part_, text_); \
    } \
  G_STMT_END

static inline gboolean
test_exists (const char *folder,
             const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}
