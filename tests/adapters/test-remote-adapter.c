/* test-remote-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "attune-catalogue.h"
#include "attune-http-json.h"
#include "attune-paths.h"
#include "attune-redact.h"
#include "attune-remote-adapter.h"
#include "http-fixture.h"

/* A provider that is nothing but the common half. */
#define TEST_TYPE_REMOTE (test_remote_get_type ())
G_DECLARE_FINAL_TYPE (TestRemote, test_remote, TEST, REMOTE, AttuneRemoteAdapter)

struct _TestRemote
{
  AttuneRemoteAdapter parent_instance;

  guint               n_uploads;
  gboolean            unusable;
};

static void
test_remote_iface_init (AttuneAdapterInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestRemote, test_remote, ATTUNE_TYPE_REMOTE_ADAPTER,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, test_remote_iface_init))

static void
models_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);

  if (reply == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, attune_json_copy (attune_http_reply_get_json (reply)), (GDestroyNotify) json_node_unref);
}

static void
fetch_async (AttuneRemoteAdapter *adapter,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             gpointer             user_data)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/models");

  attune_http_client_send_async (attune_remote_adapter_get_client (adapter), request, cancellable, models_cb,
                                 g_task_new (adapter, cancellable, callback, user_data));
}

static JsonNode *
fetch_finish (AttuneRemoteAdapter  *adapter,
              GAsyncResult         *result,
              GError              **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
upload_async (AttuneRemoteAdapter *adapter,
              AttuneDataset       *dataset,
              AttuneProgressFunc   progress,
              gpointer             progress_data,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);

  g_task_return_pointer (task, g_strdup_printf ("new-%u", ++TEST_REMOTE (adapter)->n_uploads), g_free);
}

static char *
upload_finish (AttuneRemoteAdapter  *adapter,
               GAsyncResult         *result,
               GError              **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static AttuneHttpRequest *
create_upload_check (AttuneRemoteAdapter *adapter,
                     AttuneDataset       *dataset,
                     const char          *file_id)
{
  return attune_http_request_new_segments ("GET", "files", file_id, NULL);
}

static gboolean
is_upload_usable (AttuneRemoteAdapter *adapter,
                  AttuneHttpReply     *reply)
{
  return !TEST_REMOTE (adapter)->unusable;
}

static void
test_remote_class_init (TestRemoteClass *klass)
{
  AttuneRemoteAdapterClass *remote_class = ATTUNE_REMOTE_ADAPTER_CLASS (klass);

  remote_class->fetch_capabilities_async = fetch_async;
  remote_class->fetch_capabilities_finish = fetch_finish;
  remote_class->upload_async = upload_async;
  remote_class->upload_finish = upload_finish;
  remote_class->create_upload_check = create_upload_check;
  remote_class->is_upload_usable = is_upload_usable;
}

static void
test_remote_init (TestRemote *self)
{
}

#define CATALOGUE                                                                                                                     \
  "{\"version\":1,\"id\":\"fake\",\"title\":\"Fake\",\"description\":\"Only for tests.\",\"credential\":\"openai\","                  \
  "\"baseUrl\":\"https://fake.invalid/v1/\",\"baseUrlVariable\":\"FAKE_BASE_URL\",\"test\":\"/models\","                              \
  "\"links\":{\"keys\":\"https://fake.invalid/keys\"},"                                                                               \
  "\"capabilities\":{\"supportedMethods\":[\"lora\",\"full\"],\"parameterRanges\":{\"schedule.epochs\":{\"min\":1,\"max\":10},"       \
  "\"schedule.batchSize\":{\"min\":1,\"max\":8}},"                                                                                    \
  "\"models\":[{\"id\":\"a\",\"notes\":\"Known here\",\"contextLength\":4096},{\"id\":\"gone\"}],"                                    \
  "\"notices\":[{\"text\":\"Always\",\"severity\":\"info\"},"                                                                         \
  "{\"text\":\"Until the end of 2020\",\"severity\":\"warning\",\"until\":\"2020-12-31\"},"                                           \
  "{\"text\":\"In 2021\",\"severity\":\"error\",\"from\":\"2021-01-01\",\"until\":\"2021-12-31\"}]}}"

#define LIVE                                                                                                                          \
  "{\"models\":[{\"id\":\"b\"},{\"id\":\"a\",\"contextLength\":8192}],\"supportedMethods\":[\"lora\"],"                               \
  "\"parameterRanges\":{\"schedule.epochs\":{\"min\":1,\"max\":5}},\"notices\":[{\"text\":\"Maintenance\",\"severity\":\"warning\"}]}"

typedef struct {
  HttpFixture  http;
  char        *folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *catalogue = NULL;
  g_autofree char *path = NULL;

  http_fixture_set_up (&fixture->http, data);
  fixture->folder = g_dir_make_tmp ("attune-catalogue-XXXXXX", NULL);
  catalogue = g_build_filename (fixture->folder, "catalogue", NULL);
  path = g_build_filename (catalogue, "fake.json", NULL);
  g_assert_cmpint (g_mkdir (catalogue, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, CATALOGUE, -1, NULL));
  g_setenv ("ATTUNE_DATA_DIR", fixture->folder, TRUE);
  g_setenv ("FAKE_BASE_URL", fake_server_get_url (fixture->http.server), TRUE);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *catalogue = g_build_filename (fixture->folder, "catalogue", NULL);
  g_autofree char *path = g_build_filename (catalogue, "fake.json", NULL);

  g_unlink (path);
  g_rmdir (catalogue);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  http_fixture_tear_down (&fixture->http, data);
}

static AttuneAdapter *
make_adapter (Fixture *fixture)
{
  AttuneAdapter *adapter = g_object_new (TEST_TYPE_REMOTE, "provider", "fake", "credentials", fixture->http.credentials, NULL);

  attune_http_client_set_retries (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)), 0, 0, 0);
  return adapter;
}

static AttuneCatalogue *
make_catalogue (const char  *text,
                GError     **error)
{
  g_autoptr (JsonNode) node = attune_json_parse (text, -1, NULL, NULL);

  g_assert_nonnull (node);
  return attune_catalogue_new_from_json (node, "fake.json", error);
}

static void
test_catalogue (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneCatalogue) catalogue = attune_catalogue_load ("fake", &error);
  g_autofree char *from_environment = NULL;
  g_autofree char *plain = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (attune_catalogue_get_id (catalogue), ==, "fake");
  g_assert_cmpstr (attune_catalogue_get_title (catalogue), ==, "Fake");
  g_assert_cmpstr (attune_catalogue_get_description (catalogue), ==, "Only for tests.");
  g_assert_cmpstr (attune_catalogue_get_credential (catalogue), ==, "openai");
  g_assert_cmpstr (attune_catalogue_get_test (catalogue), ==, "/models");
  g_assert_cmpstr (attune_catalogue_get_link (catalogue, "keys"), ==, "https://fake.invalid/keys");
  g_assert_null (attune_catalogue_get_link (catalogue, "pricing"));

  from_environment = attune_catalogue_dup_base_url (catalogue);
  g_assert_cmpstr (from_environment, ==, fake_server_get_url (fixture->http.server));
  g_unsetenv ("FAKE_BASE_URL");
  plain = attune_catalogue_dup_base_url (catalogue);
  g_assert_cmpstr (plain, ==, "https://fake.invalid/v1");
  {
    g_autoptr (GSettings) settings = g_settings_new (APPLICATION_ID);
    g_autofree char *set = NULL;

    g_settings_set_value (settings, "base-urls", g_variant_new_parsed ("{'fake': 'https://mine.invalid/x/'}"));
    set = attune_catalogue_dup_base_url (catalogue);
    g_assert_cmpstr (set, ==, "https://mine.invalid/x");
    g_settings_reset (settings, "base-urls");
  }
}

static void
assert_notices (AttuneCatalogue *catalogue,
                int              year,
                int              month,
                int              day,
                const char      *texts)
{
  g_autoptr (GDateTime) now = g_date_time_new_utc (year, month, day, 23, 59, 59);
  g_autoptr (AttuneCapabilities) capabilities = attune_catalogue_dup_capabilities (catalogue, now);
  g_autoptr (GVariant) notices = g_variant_lookup_value (attune_capabilities_get_variant (capabilities), "notices", NULL);
  g_autoptr (GString) found = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (notices); i++)
    {
      g_autoptr (GVariant) notice = g_variant_get_child_value (notices, i);
      const char *text;

      g_assert_true (g_variant_lookup (notice, "text", "&s", &text));
      g_string_append_printf (found, "%s%s", i > 0 ? "; " : "", text);
    }
  g_assert_cmpstr (found->str, ==, texts);
}

static void
test_notices (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneCatalogue) catalogue = make_catalogue (CATALOGUE, &error);

  g_assert_no_error (error);
  assert_notices (catalogue, 1970, 1, 1, "Always; Until the end of 2020");
  assert_notices (catalogue, 2020, 12, 31, "Always; Until the end of 2020");
  assert_notices (catalogue, 2021, 1, 1, "Always; In 2021");
  assert_notices (catalogue, 2021, 12, 31, "Always; In 2021");
  assert_notices (catalogue, 2022, 1, 1, "Always");
  assert_notices (catalogue, 9999, 12, 31, "Always");
}

static void
test_broken_catalogue (Fixture       *fixture,
                       gconstpointer  data)
{
  static const struct {
    const char *text;
    const char *words;
  } cases[] = {
    { "{}", "fake.json: version" },
    { "{\"version\":1,\"id\":\"x\",\"title\":\"X\"}", "description" },
    { "{\"version\":2,\"id\":\"x\",\"title\":\"X\",\"description\":\"d\"}", "version 2" },
    { "{\"version\":1,\"id\":\"x\",\"title\":\"X\",\"description\":\"d\",\"baseUrl\":3}", "baseUrl" },
    { "{\"version\":1,\"id\":\"x\",\"title\":\"X\",\"description\":\"d\",\"capabilities\":{\"supportedMethods\":[\"magic\"]}}", "supportedMethods" },
    { "{\"version\":1,\"id\":\"x\",\"title\":\"X\",\"description\":\"d\",\"capabilities\":{\"notices\":[{\"text\":\"t\",\"from\":\"soon\"}]}}",
      "notices[0].from" },
  };
  g_autofree char *path = g_build_filename (fixture->folder, "catalogue", "fake.json", NULL);
  g_autoptr (AttuneAdapter) adapter = NULL;
  g_autoptr (AttuneCapabilities) capabilities = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AttuneCatalogue) catalogue = make_catalogue (cases[i].text, &error);

      g_assert_null (catalogue);
      assert_message (error, ATTUNE_ERROR_DAMAGED, cases[i].words);
    }

  /* A provider whose entry is broken says so and takes none of the others with it. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_test_expect_message ("attune-remote", G_LOG_LEVEL_MESSAGE, "*cannot be read*");
  adapter = make_adapter (fixture);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (attune_adapter_get_title (adapter), ==, "fake");
  capabilities = attune_adapter_dup_capabilities (adapter);
  g_assert_nonnull (capabilities);
}

static void
test_merge (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (AttuneCatalogue) catalogue = make_catalogue (CATALOGUE, NULL);
  g_autoptr (AttuneCapabilities) base = attune_catalogue_dup_capabilities (catalogue, NULL);
  g_autoptr (JsonNode) live = attune_json_parse (LIVE, -1, NULL, NULL);
  g_autoptr (JsonNode) wrong = attune_json_parse ("{\"models\":[{\"title\":\"without an id\"}]}", -1, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneCapabilities) merged = attune_remote_adapter_merge (base, live, 1234, &error);
  g_autoptr (AttuneCapabilities) none = NULL;
  g_autoptr (JsonNode) json = NULL;

  g_assert_no_error (error);
  json = attune_capabilities_to_json (merged);
  g_assert_cmpint (attune_json_peek_int (json, "fetchedAt", 0), ==, 1234);
  g_assert_cmpuint (attune_http_json_get_length (json, "models"), ==, 2);
  g_assert_cmpstr (attune_json_peek_string (json, "models.0.id", NULL), ==, "b");
  g_assert_cmpstr (attune_json_peek_string (json, "models.1.notes", NULL), ==, "Known here");
  g_assert_cmpint (attune_json_peek_int (json, "models.1.contextLength", 0), ==, 8192);
  g_assert_cmpuint (attune_http_json_get_length (json, "supportedMethods"), ==, 1);
  g_assert_cmpuint (attune_http_json_get_length (json, "notices"), ==, 2);
  g_assert_false (attune_capabilities_supports_value (merged, "method.type", "full"));
  {
    double minimum;
    double maximum;

    g_assert_true (attune_capabilities_get_range (merged, "schedule.epochs", &minimum, &maximum));
    g_assert_cmpfloat (maximum, ==, 5);
    g_assert_true (attune_capabilities_get_range (merged, "schedule.batchSize", &minimum, &maximum));
    g_assert_cmpfloat (maximum, ==, 8);
  }

  none = attune_remote_adapter_merge (base, wrong, 1234, &error);
  g_assert_null (none);
  assert_message (error, ATTUNE_ERROR_DAMAGED, "models[0]");
}

static AttuneCapabilities *
load (AttuneAdapter  *adapter,
      gboolean        refresh,
      GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_load_capabilities_async (adapter, refresh, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_adapter_load_capabilities_finish (adapter, result, error);
}

static char *
dup_cache_path (void)
{
  g_autofree char *folder = attune_paths_dup_cache_folder ();

  return g_build_filename (folder, "capabilities", "fake.json", NULL);
}

static gboolean
is_cached (void)
{
  g_autofree char *path = dup_cache_path ();

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_capabilities (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autofree char *path = dup_cache_path ();
  g_autoptr (AttuneAdapter) adapter = make_adapter (fixture);
  g_autoptr (AttuneCapabilities) before = NULL;
  g_autoptr (AttuneCapabilities) loaded = NULL;
  g_autoptr (AttuneCapabilities) again = NULL;
  g_autoptr (AttuneCapabilities) known = NULL;
  g_autoptr (AttuneCapabilities) refused = NULL;
  g_autoptr (GError) error = NULL;
  struct stat info;

  fake_server_script (fixture->http.server, "GET", "/models", 200, "application/json", LIVE);
  before = attune_adapter_dup_capabilities (adapter);
  g_assert_cmpuint (attune_capabilities_get_n_models (before), ==, 2);
  g_assert_true (attune_capabilities_supports_value (before, "method.type", "full"));

  loaded = load (adapter, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (attune_capabilities_supports_value (loaded, "method.type", "full"));
  g_assert_cmpuint (fake_server_count (fixture->http.server, "GET", "/models"), ==, 1);
  wait_until (is_cached ());
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);

  /* Not asked again the same day, unless it was wished. */
  again = load (adapter, FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_server_count (fixture->http.server, "GET", "/models"), ==, 1);
  known = attune_adapter_dup_capabilities (adapter);
  g_assert_false (attune_capabilities_supports_value (known, "method.type", "full"));
  fake_server_set_fault (fixture->http.server, "GET", "/models", FAKE_FAULT_STATUS_OF (500), 1);
  refused = load (adapter, TRUE, &error);
  g_assert_null (refused);
  assert_message (error, ATTUNE_ERROR_SERVER_FAULT, "Fake");
  g_clear_error (&error);

  /* Another process reads what is on the disk, without any network. */
  {
    g_autoptr (AttuneAdapter) second = NULL;
    g_autoptr (AttuneCapabilities) offline = NULL;

    fake_server_set_refusing (fixture->http.server, TRUE);
    second = make_adapter (fixture);
    offline = load (second, FALSE, &error);
    g_assert_no_error (error);
    g_assert_false (attune_capabilities_supports_value (offline, "method.type", "full"));
    fake_server_set_refusing (fixture->http.server, FALSE);
  }
  g_assert_cmpint (g_unlink (path), ==, 0);
  drain ();
}

static void
write_cache (Fixture    *fixture,
             const char *base_url,
             gint64      fetched_at,
             const char *live)
{
  g_autofree char *path = dup_cache_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = g_strdup_printf ("{\"version\":1,\"provider\":\"fake\",\"baseUrl\":\"%s\",\"fetchedAt\":%" G_GINT64_FORMAT ",\"live\":%s}",
                                           base_url, fetched_at, live);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* What was fetched is written in a thread. */
static gboolean
is_written (const char *base_url)
{
  g_autofree char *path = dup_cache_path ();
  g_autoptr (JsonNode) root = attune_json_parse_file (path, NULL);
  gint64 age = g_get_real_time () / G_USEC_PER_SEC - (root != NULL ? attune_json_peek_int (root, "fetchedAt", 0) : 0);

  return root != NULL && g_strcmp0 (attune_json_peek_string (root, "baseUrl", NULL), base_url) == 0 && age >= 0 && age < 50
         && attune_http_json_get_length (root, "live.models") == 2;
}

/* A cache that is old, of another address, from the future or broken. */
static void
test_cache (Fixture       *fixture,
            gconstpointer  data)
{
  const char *url = fake_server_get_url (fixture->http.server);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const struct {
    const char *base_url;
    gint64      fetched_at;
    const char *live;
    guint       n_requests;  /* with a server */
    gboolean    is_used;     /* without one */
  } cases[] = {
    { url, now - 60, LIVE, 0, TRUE },
    { url, now - 7 * 86400, LIVE, 1, TRUE },
    { url, now + 365 * 86400, LIVE, 1, TRUE },
    { url, 0, LIVE, 1, TRUE },
    { "https://other.invalid", now - 60, LIVE, 1, FALSE },
    { url, now - 60, "{\"supportedMethods\":\"lora\"}", 1, FALSE },
    { url, now - 60, "[1]", 1, FALSE },
    { url, now - 60, "{", 1, FALSE },
  };
  g_autofree char *path = dup_cache_path ();

  fake_server_script (fixture->http.server, "GET", "/models", 200, "application/json", LIVE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      for (guint offline = 0; offline < 2; offline++)
        {
          g_autoptr (AttuneAdapter) adapter = make_adapter (fixture);
          g_autoptr (AttuneCapabilities) loaded = NULL;
          g_autoptr (GError) error = NULL;

          write_cache (fixture, cases[i].base_url, cases[i].fetched_at, cases[i].live);
          fake_server_forget (fixture->http.server);
          if (offline)
            fake_server_set_fault (fixture->http.server, NULL, "*", FAKE_FAULT_RESET, -1);
          loaded = load (adapter, FALSE, &error);
          if (offline && !cases[i].is_used)
            {
              assert_message (error, ATTUNE_ERROR_NO_NETWORK, "Fake");
            }
          else
            {
              g_assert_no_error (error);
              g_assert_false (attune_capabilities_supports_value (loaded, "method.type", "full"));
            }
          if (!offline)
            g_assert_cmpuint (fake_server_count (fixture->http.server, "GET", "/models"), ==, cases[i].n_requests);
          if (!offline && cases[i].n_requests > 0)
            wait_until (is_written (url));
          fake_server_clear_faults (fixture->http.server);
        }
    }
  drain ();
  g_unlink (path);
}

static char *
upload (AttuneAdapter  *adapter,
        AttuneDataset  *dataset,
        GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_upload_dataset_async (adapter, dataset, NULL, NULL, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_adapter_upload_dataset_finish (adapter, result, error);
}

static void
test_upload (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (AttuneAdapter) adapter = make_adapter (fixture);
  g_autoptr (AttuneDataset) dataset = attune_dataset_new ("/tmp/train.jsonl");
  static const struct {
    const char *known;
    guint       status;
    gboolean    unusable;
    const char *id;
    AttuneError code;
  } cases[] = {
    { NULL, 0, FALSE, "new-1" },
    { "old", 200, FALSE, "old" },
    { "old", 404, FALSE, "new-2" },
    { "old", 410, FALSE, "new-3" },
    { "old", 200, TRUE, "new-4" },
    { "old", 401, FALSE, NULL, ATTUNE_ERROR_AUTH_INVALID },
    { "old", 500, FALSE, NULL, ATTUNE_ERROR_SERVER_FAULT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = NULL;
      g_autoptr (GError) error = NULL;

      attune_dataset_set_provider_file (dataset, "fake", cases[i].known);
      TEST_REMOTE (adapter)->unusable = cases[i].unusable;
      fake_server_script (fixture->http.server, "GET", "/files/old", 200, "application/json", "{\"id\":\"old\"}");
      if (cases[i].status > 200)
        fake_server_set_fault (fixture->http.server, "GET", "/files/old", FAKE_FAULT_STATUS_OF (cases[i].status), 1);
      id = upload (adapter, dataset, &error);
      g_assert_cmpstr (id, ==, cases[i].id);
      if (id == NULL)
        assert_message (error, cases[i].code, "Fake");
    }
}

static gboolean
test_key (AttuneAdapter  *adapter,
          GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_adapter_test_credentials_async (adapter, NULL, keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_adapter_test_credentials_finish (adapter, result, error);
}

static void
test_credentials (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (AttuneAdapter) adapter = make_adapter (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (attune_adapter_get_id (adapter), ==, "fake");
  g_assert_cmpstr (attune_adapter_get_description (adapter), ==, "Only for tests.");
  g_assert_cmpstr (attune_adapter_get_credential (adapter), ==, "openai");
  g_assert_true (attune_adapter_can (adapter, "test-credentials"));
  g_assert_true (attune_adapter_can (adapter, "upload"));
  g_assert_false (attune_adapter_can (adapter, "pause"));

  fake_server_script (fixture->http.server, "GET", "/models", 200, "application/json", "{}");
  g_assert_true (test_key (adapter, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (fake_request_get_header (fake_server_last (fixture->http.server, "GET", "/models"), "authorization"), ==, "Bearer " FAKE_KEY);

  fake_server_set_fault (fixture->http.server, "GET", "/models", FAKE_FAULT_STATUS_OF (401), 1);
  g_assert_false (test_key (adapter, &error));
  assert_message (error, ATTUNE_ERROR_AUTH_INVALID, "Fake");
  g_clear_error (&error);

  g_unsetenv ("OPENAI_API_KEY");
  g_assert_false (test_key (adapter, &error));
  assert_message (error, ATTUNE_ERROR_AUTH_REQUIRED, "OPENAI_API_KEY");
}

static void
test_describe (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (AttuneAdapter) adapter = NULL;
  g_autoptr (JsonNode) described = NULL;
  JsonNode *body = attune_http_json_new_object ();
  g_autofree char *text = NULL;

  g_unsetenv ("FAKE_BASE_URL");
  adapter = make_adapter (fixture);
  attune_http_json_set_string (body, "model", "m");
  attune_http_json_set_string (body, "wandbConfig.apiKey", "0123456789abcdef");
  attune_http_json_set_int (body, "list.0.n", 1);
  attune_http_json_set_double (body, "loss", NAN);
  attune_http_json_set_string (body, "none", NULL);
  described = attune_remote_adapter_describe_request (ATTUNE_REMOTE_ADAPTER (adapter), "POST", "/jobs", body);
  text = attune_json_write (described, FALSE);
  g_assert_cmpstr (text, ==, "{\"method\":\"POST\",\"url\":\"https://fake.invalid/v1/jobs\",\"body\":{\"model\":\"m\",\"wandbConfig\":{\"apiKey\":\""
                             ATTUNE_REDACTED "\"},\"list\":[{\"n\":1}]}}");
}

/* Every entry that is shipped can be read, and its notices have their days. */
static void
test_shipped (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "..", "data", "catalogue", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n_entries = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *id = NULL;
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (AttuneCatalogue) catalogue = NULL;
      g_autoptr (GError) error = NULL;

      if (!g_str_has_suffix (name, ".json"))
        continue;
      n_entries++;
      node = attune_json_parse_file (path, &error);
      g_assert_no_error (error);
      catalogue = attune_catalogue_new_from_json (node, name, &error);
      g_assert_no_error (error);
      id = g_strndup (name, strlen (name) - strlen (".json"));
      g_assert_cmpstr (attune_catalogue_get_id (catalogue), ==, id);
      if (attune_catalogue_get_credential (catalogue) != NULL)
        g_assert_nonnull (attune_credentials_get_variable (attune_catalogue_get_credential (catalogue)));
      if (attune_catalogue_get_base_url (catalogue) != NULL)
        g_assert_true (g_str_has_prefix (attune_catalogue_get_base_url (catalogue), "https://"));
    }
  g_assert_cmpuint (n_entries, >=, 1);
}

/* An address that is set while the program runs holds at once, and what the one before said does not. */
static void
test_new_address (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (AttuneAdapter) adapter = make_adapter (fixture);
  AttuneHttpClient *client = attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter));
  g_autoptr (GSettings) settings = g_settings_new (APPLICATION_ID);

  g_assert_cmpstr (attune_http_client_get_base_url (client), ==, fake_server_get_url (fixture->http.server));
  g_unsetenv ("FAKE_BASE_URL");
  g_settings_set_value (settings, "base-urls", g_variant_new_parsed ("{'fake': 'https://mine.invalid/x/'}"));
  g_assert_true (attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter)) == client);
  g_assert_cmpstr (attune_http_client_get_base_url (client), ==, "https://mine.invalid/x");
  g_settings_reset (settings, "base-urls");
  attune_remote_adapter_get_client (ATTUNE_REMOTE_ADAPTER (adapter));
  g_assert_cmpstr (attune_http_client_get_base_url (client), ==, "https://fake.invalid/v1");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);

#define add(path, func) g_test_add ("/remote/" path, Fixture, NULL, set_up, func, tear_down)
  add ("new-address", test_new_address);
  add ("catalogue", test_catalogue);
  add ("notices", test_notices);
  add ("broken-catalogue", test_broken_catalogue);
  add ("merge", test_merge);
  add ("capabilities", test_capabilities);
  add ("cache", test_cache);
  add ("upload", test_upload);
  add ("credentials", test_credentials);
  add ("describe", test_describe);
  g_test_add_func ("/remote/shipped", test_shipped);

  return g_test_run ();
}
