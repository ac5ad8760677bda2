/* commands-helpers.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <string.h>
#include <sys/stat.h>

#include "attune-commands-private.h"
#include "attune-commands.h"
#include "attune-paths.h"
#include "fake-adapter.h"
#include "store-helpers.h"

typedef struct {
  char               *folder;
  char               *training;
  AttuneJobStore     *jobs;
  AttuneDatasetStore *datasets;
  AttuneRegistry     *registry;
  FakeAdapter        *adapter;
  AttuneMonitor      *monitor;
  AttuneCredentials  *credentials;
  AttuneCommands     *commands;
  GVariant           *result;
  GError             *error;
} Fixture;

/* For the hooks of the fake provider. */
static Fixture *current;

static inline gboolean
check_dataset (AttuneDataset  *dataset,
               GCancellable   *cancellable,
               GError        **error)
{
  g_autofree char *text = NULL;
  g_autofree char *sum = NULL;
  gsize length;
  gint64 rows = 0;
  gint64 problems = 0;

  if (!g_file_get_contents (attune_dataset_get_path (dataset), &text, &length, error))
    return FALSE;
  if (length == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, "%s: The file is empty", attune_dataset_get_path (dataset));
      return FALSE;
    }
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '\n')
        rows++;
      if (text[i] == '!')
        problems++;
    }
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, length);
  attune_dataset_set_checked (dataset, "chat", (gint64) length, sum, MAX (rows - problems, 0), problems,
                              problems > 0 ? "line 1: an exclamation mark" : NULL);
  return TRUE;
}

static inline void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *jobs = NULL;
  g_autofree char *datasets = NULL;
  g_autoptr (AttuneAdapter) plain = fake_plain_adapter_new ("plain");
  g_autoptr (GError) error = NULL;

  fixture->folder = make_folder ();
  jobs = g_build_filename (fixture->folder, "jobs", NULL);
  datasets = g_build_filename (fixture->folder, "datasets", NULL);
  fixture->training = g_build_filename (fixture->folder, "support.jsonl", NULL);
  g_assert_true (g_file_set_contents (fixture->training, "{}\n{}\n", -1, NULL));
  fixture->jobs = attune_job_store_new (jobs);
  fixture->datasets = attune_dataset_store_new (datasets);
  g_assert_true (attune_job_store_load_sync (fixture->jobs, &error));
  g_assert_true (attune_dataset_store_load_sync (fixture->datasets, &error));
  g_assert_no_error (error);
  fixture->registry = attune_registry_new ();
  fixture->adapter = fake_adapter_new ();
  attune_registry_add (fixture->registry, ATTUNE_ADAPTER (fixture->adapter));
  attune_registry_add (fixture->registry, plain);
  fixture->monitor = attune_monitor_new (fixture->registry, fixture->jobs, fixture->datasets);
  attune_monitor_set_scale (fixture->monitor, 0.05);
  fixture->credentials = attune_credentials_new ();
  fixture->commands = attune_commands_new (fixture->registry, fixture->jobs, fixture->datasets,
                                           fixture->monitor, fixture->credentials);
  attune_commands_set_dataset_check (fixture->commands, check_dataset);
  current = fixture;
}

static inline void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  attune_monitor_stop (fixture->monitor);
  wait_until (fixture->adapter->n_under_way == 0);
  wait_until (G_OBJECT (fixture->commands)->ref_count == 1);
  g_assert_finalize_object (fixture->commands);
  wait_until (G_OBJECT (fixture->monitor)->ref_count == 1);
  g_assert_finalize_object (fixture->monitor);
  wait_until (G_OBJECT (fixture->jobs)->ref_count == 1 && G_OBJECT (fixture->datasets)->ref_count == 1);
  g_assert_finalize_object (fixture->credentials);
  g_assert_finalize_object (fixture->registry);
  g_assert_finalize_object (fixture->adapter);
  g_assert_finalize_object (fixture->jobs);
  g_assert_finalize_object (fixture->datasets);
  g_clear_pointer (&fixture->result, g_variant_unref);
  g_clear_error (&fixture->error);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->training);
}

static inline void
call (Fixture    *fixture,
      const char *command,
      const char *format,
      ...) G_GNUC_PRINTF (3, 4);

/* @format: a{sv} in GVariant's text form, with printf's places. */
static inline void
call (Fixture    *fixture,
      const char *command,
      const char *format,
      ...)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *parameters;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  parameters = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  g_assert_no_error (error);

  g_clear_pointer (&fixture->result, g_variant_unref);
  g_clear_error (&fixture->error);
  attune_commands_call_async (fixture->commands, command, parameters, NULL, keep_result_cb, &result);
  g_variant_unref (parameters);
  wait_until (result != NULL);
  fixture->result = attune_commands_call_finish (fixture->commands, result, &fixture->error);
  g_assert_true ((fixture->result == NULL) != (fixture->error == NULL));
}

static const char *
text_of (Fixture    *fixture,
         const char *name)
{
  const char *text = NULL;

  g_variant_lookup (fixture->result, name, "&s", &text);
  return text;
}

static inline void
assert_error (Fixture    *fixture,
              int         code,
              const char *part)
{
  g_assert_error (fixture->error, ATTUNE_ERROR, code);
  if (strstr (fixture->error->message, part) == NULL)
    g_error ("“%s” does not name “%s”", fixture->error->message, part);
}

static inline guint
n_jobs (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->jobs));
}

static inline AttuneJob *
only_job (Fixture *fixture)
{
  g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (fixture->jobs), 0);

  g_assert_cmpuint (n_jobs (fixture), ==, 1);
  return job;
}

static inline JsonNode *
document_of (Fixture    *fixture,
             const char *id)
{
  g_autofree char *path = g_build_filename (attune_job_store_get_folder (fixture->jobs), id, "job.json", NULL);
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_json_parse_file (path, &error);

  g_assert_no_error (error);
  return node;
}

#define CONFIGURATION "'configuration': <{'model.baseModel': <'example/tiny-1'>, 'method.type': <'lora'>, 'schedule.epochs': <int64 2>}>"

static inline void
create (Fixture *fixture)
{
  call (fixture, "job-create", "{'provider': <'fake'>, " CONFIGURATION ", 'training': <'%s'>}", fixture->training);
}
