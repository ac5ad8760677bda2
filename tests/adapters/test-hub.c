/* test-hub.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-hub-download.h"
#include "attune-hub-private.h"
#include "huggingface-fixture.h"

#define MODEL "Qwen/Qwen3-0.6B"
#define WEIGHTS_SIZE 300000

typedef struct {
  FakeHuggingface   *fake;
  FakeServer        *server;
  AttuneCredentials *credentials;
  AttuneHub         *hub;
  char              *models;
  guchar            *weights;
} Hub;

static void
make_hub (Hub *self)
{
  self->hub = attune_hub_new (self->credentials);
  attune_http_client_set_retries (attune_hub_get_client (self->hub), 2, 0.001, 0.01);
}

static void
add_text (Hub        *self,
          const char *path,
          const char *text)
{
  fake_huggingface_add_file (self->fake, "models", MODEL, path, text, strlen (text));
}

static void
set_up (Hub           *self,
        gconstpointer  data)
{
  self->fake = fake_huggingface_new ();
  self->server = fake_huggingface_get_server (self->fake);
  face_set_endpoint (fake_huggingface_get_url (self->fake), data);
  self->credentials = attune_credentials_new ();
  make_hub (self);
  self->models = attune_paths_dup_models_folder ();

  self->weights = g_malloc (WEIGHTS_SIZE);
  for (guint i = 0; i < WEIGHTS_SIZE; i++)
    self->weights[i] = (guchar) (i * 7 + i / 251);
  fake_huggingface_add_repo (self->fake, "models", MODEL, FALSE, FALSE);
  add_text (self, "config.json", "{\"model_type\":\"qwen3\"}");
  add_text (self, "tokenizer.json", "{}");
  add_text (self, "README.md", "# Qwen3\n");
  add_text (self, "onnx/model.onnx", "no");
  add_text (self, "pytorch_model.bin", "the same again");
  add_text (self, ".gitattributes", "*");
  fake_huggingface_add_file (self->fake, "models", MODEL, "model.safetensors", self->weights, WEIGHTS_SIZE);
  fake_huggingface_add_repo (self->fake, "models", "Qwen/Qwen3-secret", TRUE, FALSE);
  fake_huggingface_add_repo (self->fake, "models", "google/bert-base", FALSE, FALSE);
}

static void
tear_down (Hub           *self,
           gconstpointer  data)
{
  test_finalize (self->hub);
  g_object_unref (self->credentials);
  g_assert_cmpuint (fake_huggingface_get_n_leaks (self->fake), ==, 0);
  fake_huggingface_free (self->fake);
  g_free (self->models);
  g_free (self->weights);
}

static GPtrArray *
search (Hub                   *self,
        const AttuneHubQuery  *query,
        GError               **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_hub_search_async (self->hub, query, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_hub_search_finish (self->hub, result, error);
}

static void
test_search (Hub           *self,
             gconstpointer  data)
{
  const AttuneHubQuery query = { .text = "QWEN3", .limit = 5 };
  const AttuneHubQuery everything = { .limit = 50 };
  const AttuneHubQuery trainable = { .limit = 50, .is_trainable = TRUE };
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) chosen = NULL;
  g_autoptr (GError) error = NULL;
  const FakeRequest *request;
  AttuneHubModel *model;

  models = search (self, &query, &error);
  g_assert_no_error (error);
  /* What is private is found by its owner alone. */
  g_assert_cmpuint (models->len, ==, data != NULL ? 2 : 1);
  model = g_ptr_array_index (models, 0);
  g_assert_cmpstr (attune_hub_model_get_id (model), ==, MODEL);
  g_assert_cmpstr (attune_hub_model_get_author (model), ==, "Qwen");
  g_assert_cmpstr (attune_hub_model_get_name (model), ==, "Qwen3-0.6B");
  g_assert_cmpstr (attune_hub_model_get_licence (model), ==, "apache-2.0");
  g_assert_cmpstr (attune_hub_model_get_architecture (model), ==, "qwen3");
  g_assert_cmpint (attune_hub_model_get_parameters (model), ==, 596049920);
  g_assert_cmpint (attune_hub_model_get_updated_at (model), >, 0);
  g_assert_true (attune_hub_model_is_trainable (model));
  g_assert_false (attune_hub_model_is_gated (model));
  request = fake_server_last (self->server, "GET", "/api/models");
  g_assert_cmpstr (fake_request_get_query (request, "sort"), ==, "downloads");
  g_assert_cmpstr (fake_request_get_query (request, "limit"), ==, "5");
  if (data == NULL)
    g_assert_null (fake_request_get_header (request, "authorization"));

  all = search (self, &everything, &error);
  g_assert_no_error (error);
  chosen = search (self, &trainable, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, chosen->len + 1);
}

static void
test_search_faults (Hub           *self,
                    gconstpointer  data)
{
  static const FakeFault faults[] = {
    FAKE_FAULT_RESET, FAKE_FAULT_HTML, FAKE_FAULT_TRUNCATED_JSON, FAKE_FAULT_ERROR_IN_200, FAKE_FAULT_STATUS_OF (500), FAKE_FAULT_STATUS_OF (429), FAKE_FAULT_GARBAGE
  };
  const AttuneHubQuery query = { .text = "qwen" };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GPtrArray) models = NULL;
      g_autoptr (GError) error = NULL;

      fake_server_set_fault (self->server, "GET", "/api/models", faults[i], -1);
      models = search (self, &query, &error);
      fake_server_clear_faults (self->server);
      g_assert_null (models);
      g_assert_true (error->domain == ATTUNE_ERROR);
    }
}

static char *
run (AttuneHubDownload  *download,
     GError            **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_hub_download_run_async (download, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_hub_download_run_finish (download, result, error);
}

static void
assert_model (Hub        *self,
              const char *folder)
{
  g_autofree char *weights = g_build_filename (folder, "model.safetensors", NULL);
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gsize length;
  guint n_files = 0;

  g_assert_true (g_file_get_contents (weights, &content, &length, NULL));
  g_assert_cmpmem (content, length, self->weights, WEIGHTS_SIZE);
  g_assert_true (g_file_test (config, G_FILE_TEST_EXISTS));
  while (g_dir_read_name (dir) != NULL)
    n_files++;
  /* What the trainer does not read stays where it is. */
  g_assert_cmpuint (n_files, ==, 4);
}

static void
test_download (Hub           *self,
               gconstpointer  data)
{
  g_autoptr (AttuneHubDownload) download = attune_hub_download_new (self->hub, MODEL, NULL);
  g_autoptr (AttuneHubDownload) again = attune_hub_download_new (self->hub, MODEL, NULL);
  g_autoptr (GPtrArray) unfinished = NULL;
  g_autofree char *expected = g_build_filename (self->models, "Qwen3-0.6B", NULL);
  g_autofree char *folder = NULL;
  g_autofree char *none = NULL;
  g_autoptr (GError) error = NULL;

  folder = run (download, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (folder, ==, expected);
  g_assert_cmpint (attune_hub_download_get_state (download), ==, ATTUNE_HUB_DOWNLOAD_DONE);
  g_assert_cmpint (attune_hub_download_get_done (download), ==, attune_hub_download_get_total (download));
  assert_model (self, folder);
  unfinished = attune_hub_download_list_unfinished (self->hub);
  g_assert_cmpuint (unfinished->len, ==, 0);

  none = run (again, &error);
  g_assert_null (none);
  face_assert_error (error, ATTUNE_ERROR_CONFLICT, "already");
  g_assert_cmpint (attune_hub_download_get_state (again), ==, ATTUNE_HUB_DOWNLOAD_FAILED);
  g_assert_nonnull (attune_hub_download_get_error_message (again));
}

/* The connection breaks off in the middle of the weights: a later process goes on where it stopped. */
static void
test_interrupted (Hub           *self,
                  gconstpointer  data)
{
  FakeServer *storage = fake_huggingface_get_storage (self->fake);
  g_autoptr (AttuneHubDownload) download = attune_hub_download_new (self->hub, MODEL, "mine");
  g_autofree char *folder = NULL;
  g_autofree char *broken = NULL;
  g_autoptr (GPtrArray) unfinished = NULL;
  AttuneHubDownload *later;
  g_autoptr (GError) error = NULL;

  fake_server_set_fault (storage, "GET", "/fake-cdn/*", FAKE_FAULT_TRUNCATED, -1);
  broken = run (download, &error);
  fake_server_clear_faults (storage);
  g_assert_null (broken);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpint (attune_hub_download_get_state (download), ==, ATTUNE_HUB_DOWNLOAD_FAILED);
  /* Nobody takes it for a model. */
  g_assert_false (g_file_test (attune_hub_download_get_folder (download), G_FILE_TEST_EXISTS));

  unfinished = attune_hub_download_list_unfinished (self->hub);
  g_assert_cmpuint (unfinished->len, ==, 1);
  later = g_ptr_array_index (unfinished, 0);
  g_assert_cmpstr (attune_hub_download_get_repo (later), ==, MODEL);
  g_assert_cmpint (attune_hub_download_get_done (later), >, 0);
  g_assert_cmpint (attune_hub_download_get_total (later), >, attune_hub_download_get_done (later));

  folder = run (later, &error);
  g_assert_no_error (error);
  assert_model (self, folder);
  g_assert_nonnull (fake_request_get_header (fake_server_last (storage, "GET", "/fake-cdn/*"), "range"));
}

static void
pause_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  attune_hub_download_pause (ATTUNE_HUB_DOWNLOAD (object));
}

static void
test_pause (Hub           *self,
            gconstpointer  data)
{
  g_autoptr (AttuneHubDownload) download = attune_hub_download_new (self->hub, MODEL, "paused");
  g_autofree char *none = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *part = g_build_filename (self->models, ".paused.part", NULL);
  g_autoptr (GError) error = NULL;
  gulong handler;

  handler = g_signal_connect (download, "notify::done", G_CALLBACK (pause_cb), NULL);
  none = run (download, &error);
  g_signal_handler_disconnect (download, handler);
  g_assert_null (none);
  g_assert_true (attune_error_is_cancelled (error));
  g_clear_error (&error);
  g_assert_cmpint (attune_hub_download_get_state (download), ==, ATTUNE_HUB_DOWNLOAD_PAUSED);
  g_assert_null (attune_hub_download_get_error_message (download));
  g_assert_true (g_file_test (part, G_FILE_TEST_IS_DIR));

  /* Thrown away, and from the start again. */
  attune_hub_download_discard (download);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  folder = run (download, &error);
  g_assert_no_error (error);
  assert_model (self, folder);
}

/* Bytes that are not those of the repository never bear the model's name. */
static void
test_damaged (Hub           *self,
              gconstpointer  data)
{
  FakeServer *storage = fake_huggingface_get_storage (self->fake);
  g_autoptr (AttuneHubDownload) download = attune_hub_download_new (self->hub, MODEL, "damaged");
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, self->weights, WEIGHTS_SIZE);
  g_autofree char *path = g_strconcat ("/fake-cdn/", sum, NULL);
  g_autofree char *wrong = g_strnfill (WEIGHTS_SIZE, 'x');
  g_autofree char *none = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_script (storage, "GET", path, 200, "binary/octet-stream", wrong);
  none = run (download, &error);
  g_assert_null (none);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
  g_assert_false (g_file_test (attune_hub_download_get_folder (download), G_FILE_TEST_EXISTS));
}

static void
test_gated (Hub           *self,
            gconstpointer  data)
{
  g_autoptr (AttuneHubDownload) download = attune_hub_download_new (self->hub, "meta/llama", NULL);
  g_autoptr (AttuneHubDownload) missing = attune_hub_download_new (self->hub, "meta/nothing", NULL);
  g_autofree char *none = NULL;
  g_autofree char *nothing = NULL;
  g_autofree char *page = g_strconcat (fake_huggingface_get_url (self->fake), "/meta/llama", NULL);
  g_autoptr (GError) error = NULL;

  fake_huggingface_add_repo (self->fake, "models", "meta/llama", FALSE, TRUE);
  fake_huggingface_add_file (self->fake, "models", "meta/llama", "config.json", "{}", 2);
  fake_huggingface_add_file (self->fake, "models", "meta/llama", "model.safetensors", "x", 1);
  none = run (download, &error);
  g_assert_null (none);
  face_assert_error (error, ATTUNE_ERROR_NOT_ALLOWED, page);
  g_assert_nonnull (strstr (error->message, "accept"));
  g_clear_error (&error);

  nothing = run (missing, &error);
  g_assert_null (nothing);
  face_assert_error (error, ATTUNE_ERROR_NOT_FOUND, "meta/nothing");
}

/* Names of files that would lie elsewhere are refused before anything is written. */
static void
test_paths (Hub           *self,
            gconstpointer  data)
{
  static const char * const good[] = { "a", "a/b.json", "a.b/c", "…/ü" };
  static const char * const bad[] = { "", "/a", "../a", "a/../b", "a//b", "a/./b", "a\\b", "..", "a/" };
  static const char * const good_repos[] = { "a/b", "gpt2", "Org-1/x_y.z" };
  static const char * const bad_repos[] = { "", "/", "a/", "/a", "a/b/c", "a b", "a/..", "a--b", "ü/x", "x/-a", "x/a." };
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_hub_file_free);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  AttuneHubFile *file = g_new0 (AttuneHubFile, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (attune_hub_is_safe_path (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (attune_hub_is_safe_path (bad[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (good_repos); i++)
    g_assert_true (attune_hub_check_repo (good_repos[i], FALSE, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad_repos); i++)
    g_assert_false (attune_hub_check_repo (bad_repos[i], FALSE, NULL));
  g_assert_false (attune_hub_check_repo ("gpt2", TRUE, NULL));

  file->path = g_strdup ("../../evil");
  g_ptr_array_add (files, file);
  attune_hub_fetch_files_async (self->hub, ATTUNE_HUB_MODEL_REPO, MODEL, NULL, files, NULL, self->models, NULL, NULL, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);
  g_assert_false (attune_hub_fetch_files_finish (self->hub, result, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID);
}

static void
test_names (void)
{
  static const struct {
    const char *text;
    const char *name;
  } cases[] = {
    { "Qwen3-0.6B-attune", "Qwen3-0.6B-attune" },
    { "my first job!", "my-first-job" },
    { "--a..b--", "a.b" },
    { "über", "ber" },
    { "…", "model" },
    { "", "model" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = attune_hub_make_name (cases[i].text);

      g_assert_cmpstr (name, ==, cases[i].name);
      g_assert_true (attune_hub_check_repo (name, FALSE, NULL));
    }
}

static void
write_file (const char *folder,
            const char *name,
            const char *text,
            gssize      length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
}

static char *
push (Hub         *self,
      const char  *folder,
      const char  *repo,
      gboolean     is_public,
      GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  attune_hub_push_folder_async (self->hub, folder, repo, is_public, NULL, NULL, NULL, test_result_cb, &result);
  test_wait_until (result != NULL);

  return attune_hub_push_folder_finish (self->hub, result, error);
}

static void
test_push (Hub           *self,
           gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "output", NULL);
  g_autofree char *empty = g_build_filename (g_get_user_data_dir (), "empty", NULL);
  g_autofree char *expected = g_strconcat (fake_huggingface_get_url (self->fake), "/ada/tuned", NULL);
  g_autofree char *url = NULL;
  g_autofree char *again = NULL;
  g_autofree char *open = NULL;
  g_autofree char *none = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *card = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *bytes;

  write_file (folder, "adapter_config.json", "{\"base_model_name_or_path\":\"Qwen/Qwen3-0.6B\"}", -1);
  write_file (folder, "adapter_model.safetensors", (const char *) self->weights, WEIGHTS_SIZE);
  write_file (folder, "tokenizer/vocab.json", "{}", -1);
  write_file (folder, ".hidden", "secret", -1);
  write_file (folder, "checkpoints/step-1/adapter_model.safetensors", "x", -1);
  write_file (folder, "optimizer.safetensors", "x", -1);
  fake_huggingface_set_sizes (self->fake, 1000, 100000);

  url = push (self, folder, "tuned", FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (url, ==, expected);
  g_assert_cmpint (fake_huggingface_get_is_private (self->fake, "models", "ada/tuned"), ==, TRUE);
  g_assert_cmpuint (fake_huggingface_get_n_files (self->fake, "models", "ada/tuned"), ==, 4);
  bytes = fake_huggingface_get_file (self->fake, "models", "ada/tuned", "adapter_model.safetensors");
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), self->weights, WEIGHTS_SIZE);
  bytes = fake_huggingface_get_file (self->fake, "models", "ada/tuned", "README.md");
  card = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_nonnull (strstr (card, "base_model: Qwen/Qwen3-0.6B\n"));
  g_assert_nonnull (strstr (card, "library_name: peft\n"));
  g_assert_nonnull (fake_huggingface_get_file (self->fake, "models", "ada/tuned", "tokenizer/vocab.json"));

  /* Again, into the same repository: what is there does not go up a second time. */
  fake_server_forget (fake_huggingface_get_storage (self->fake));
  again = push (self, folder, "ada/tuned", FALSE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fake_server_count (fake_huggingface_get_storage (self->fake), "PUT", "*"), ==, 0);

  open = push (self, folder, "acme/open", TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fake_huggingface_get_is_private (self->fake, "models", "acme/open"), ==, FALSE);

  /* Nothing is made where there is nothing to bring, and nothing in a foreign name. */
  g_assert_cmpint (g_mkdir_with_parents (empty, 0700), ==, 0);
  none = push (self, empty, "empty", FALSE, &error);
  g_assert_null (none);
  face_assert_error (error, ATTUNE_ERROR_INVALID, "weights");
  g_clear_error (&error);
  g_assert_cmpint (fake_huggingface_get_is_private (self->fake, "models", "ada/empty"), ==, -1);
  refused = push (self, folder, "google/mine", FALSE, &error);
  g_assert_null (refused);
  face_assert_error (error, ATTUNE_ERROR_NOT_ALLOWED, "google/mine");
}

static void
test_push_without_token (Hub           *self,
                         gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "output", NULL);
  g_autofree char *none = NULL;
  g_autoptr (GError) error = NULL;

  write_file (folder, "model.safetensors", "x", -1);
  none = push (self, folder, "tuned", FALSE, &error);
  g_assert_null (none);
  g_assert_true (error->domain == ATTUNE_ERROR);
  g_assert_true (error->code == ATTUNE_ERROR_AUTH_REQUIRED || error->code == ATTUNE_ERROR_AUTH_INVALID);
  g_assert_cmpuint (fake_server_count (self->server, "POST", "*"), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, token, func) g_test_add ("/hub/" name, Hub, token, set_up, func, tear_down)
  ADD ("search", FAKE_HUGGINGFACE_TOKEN, test_search);
  ADD ("search/without-token", NULL, test_search);
  ADD ("search/faults", FAKE_HUGGINGFACE_TOKEN, test_search_faults);
  ADD ("download", FAKE_HUGGINGFACE_TOKEN, test_download);
  ADD ("download/without-token", NULL, test_download);
  ADD ("download/interrupted", FAKE_HUGGINGFACE_TOKEN, test_interrupted);
  ADD ("download/pause", FAKE_HUGGINGFACE_TOKEN, test_pause);
  ADD ("download/damaged", FAKE_HUGGINGFACE_TOKEN, test_damaged);
  ADD ("download/gated", FAKE_HUGGINGFACE_TOKEN, test_gated);
  ADD ("download/gated/without-token", NULL, test_gated);
  ADD ("paths", FAKE_HUGGINGFACE_TOKEN, test_paths);
  g_test_add_func ("/hub/names", test_names);
  ADD ("push", FAKE_HUGGINGFACE_TOKEN, test_push);
  ADD ("push/without-token", NULL, test_push_without_token);
#undef ADD

  return g_test_run ();
}
