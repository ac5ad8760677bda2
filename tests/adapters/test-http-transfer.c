/* test-http-transfer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sys/stat.h>

#include "attune-http-download.h"
#include "attune-http-upload.h"
#include "http-fixture.h"

typedef struct {
  HttpFixture  http;
  char        *folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  http_fixture_set_up (&fixture->http, data);
  fixture->folder = g_dir_make_tmp ("attune-http-XXXXXX", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  http_fixture_tear_down (&fixture->http, data);
}

typedef struct {
  guint   n_calls;
  double  last;
  char   *message;
} Progress;

static void
progress_cb (double      fraction,
             const char *message,
             gpointer    user_data)
{
  Progress *progress = user_data;

  g_assert_true (isnan (fraction) || (fraction >= 0 && fraction <= 1));
  if (!isnan (fraction) && progress->n_calls > 0 && !isnan (progress->last))
    g_assert_cmpfloat (fraction, >=, progress->last);
  progress->n_calls++;
  progress->last = fraction;
  g_set_str (&progress->message, message);
}

static void
test_form (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (AttuneHttpUpload) upload = attune_http_upload_new_form ();
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files");
  g_autofree char *path = make_file (fixture->folder, "train \"1\".jsonl", 300000);
  g_autofree char *content = NULL;
  g_autofree char *filename = NULL;
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GBytes) part = NULL;
  g_autoptr (GBytes) purpose = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *length = NULL;
  Progress progress = { 0 };
  const FakeRequest *seen;
  gsize size;

  fake_server_script (fixture->http.server, "POST", "/files", 200, "application/json", "{\"id\":\"file-1\"}");
  attune_http_upload_add_field (upload, "purpose", "fine-tune");
  attune_http_upload_add_file (upload, "file", NULL, "application/jsonl", path, 0, -1);
  attune_http_request_set_upload (request, upload);
  attune_http_request_set_progress (request, progress_cb, &progress);
  reply = send_request (fixture->http.client, request, &error);
  g_assert_no_error (error);

  seen = fake_server_last (fixture->http.server, "POST", "/files");
  g_assert_true (g_str_has_prefix (fake_request_get_header (seen, "content-type"), "multipart/form-data; boundary="));
  length = g_strdup_printf ("%" G_GINT64_FORMAT, attune_http_upload_measure (upload, &error));
  g_assert_cmpstr (fake_request_get_header (seen, "content-length"), ==, length);
  g_assert_cmpuint (g_bytes_get_size (seen->body), ==, (gsize) atol (length));
  purpose = fake_request_dup_part (seen, "purpose");
  g_assert_cmpmem (g_bytes_get_data (purpose, NULL), g_bytes_get_size (purpose), "fine-tune", 9);
  part = fake_request_dup_part (seen, "file");
  g_assert_true (g_file_get_contents (path, &content, &size, NULL));
  g_assert_cmpmem (g_bytes_get_data (part, NULL), g_bytes_get_size (part), content, size);
  filename = fake_request_dup_filename (seen, "file");
  g_assert_cmpstr (filename, ==, "train %221%22.jsonl");

  g_assert_cmpuint (progress.n_calls, >=, 2);
  g_assert_cmpfloat (progress.last, ==, 1.0);
  g_assert_nonnull (strstr (progress.message, "train \"1\".jsonl"));
  g_free (progress.message);
}

/* One part of a file, as it is, to a signed address. */
static void
test_range (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *path = make_file (fixture->folder, "train.jsonl", 10000);
  g_autoptr (AttuneHttpUpload) upload = attune_http_upload_new_file (path, 2500, 5000, NULL);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("PUT", "/bucket/x?X-Amz-Signature=1");
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  const FakeRequest *seen;

  fake_server_script_full (fixture->http.server, "PUT", "/bucket/x", 200, NULL, NULL, "ETag", "\"abc\"", NULL);
  attune_http_request_set_upload (request, upload);
  attune_http_request_set_flags (request, ATTUNE_HTTP_REQUEST_NO_BEARER | ATTUNE_HTTP_REQUEST_REPEATABLE);
  /* Read again from its beginning at the second try. */
  fake_server_set_fault (fixture->http.server, "PUT", "/bucket/x", FAKE_FAULT_STATUS_OF (503), 1);
  reply = send_request (fixture->http.client, request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (attune_http_reply_get_header (reply, "etag"), ==, "\"abc\"");
  g_assert_cmpuint (fake_server_count (fixture->http.server, "PUT", "*"), ==, 2);

  seen = fake_server_last (fixture->http.server, "PUT", "/bucket/x");
  g_assert_null (fake_request_get_header (seen, "authorization"));
  g_assert_cmpstr (fake_request_get_header (seen, "content-length"), ==, "5000");
  g_assert_cmpstr (fake_request_get_header (seen, "content-type"), ==, "application/octet-stream");
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpmem (g_bytes_get_data (seen->body, NULL), g_bytes_get_size (seen->body), content + 2500, 5000);
}

static void
test_missing (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *missing = g_build_filename (fixture->folder, "none.jsonl", NULL);
  g_autofree char *short_path = make_file (fixture->folder, "short.jsonl", 10);
  const struct {
    const char *path;
    gint64      length;
    AttuneError code;
  } cases[] = { { missing, -1, ATTUNE_ERROR_NOT_FOUND }, { fixture->folder, -1, ATTUNE_ERROR_INVALID }, { short_path, 11, ATTUNE_ERROR_DAMAGED } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AttuneHttpUpload) upload = attune_http_upload_new_file (cases[i].path, 0, cases[i].length, NULL);
      g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("PUT", "/x");
      g_autoptr (AttuneHttpReply) reply = NULL;
      g_autoptr (GError) error = NULL;

      attune_http_request_set_upload (request, upload);
      reply = send_request (fixture->http.client, request, &error);
      assert_message (error, cases[i].code, cases[i].path);
      g_assert_cmpuint (fake_server_count (fixture->http.server, NULL, "*"), ==, 0);
    }
}

/* The file is cut while it is sent: neither hung nor sent with other bytes in the place of those. */
static void
test_truncated_file (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autofree char *path = make_file (fixture->folder, "train.jsonl", 100000);
  g_autoptr (AttuneHttpUpload) upload = attune_http_upload_new_file (path, 0, -1, NULL);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *buffer = g_malloc (100000);
  gsize n_read;

  stream = attune_http_upload_open (upload, &error);
  g_assert_no_error (error);
  g_assert_true (g_input_stream_read_all (stream, buffer, 1000, &n_read, NULL, &error));
  g_assert_cmpint (truncate (path, 50000), ==, 0);
  g_assert_false (g_input_stream_read_all (stream, buffer, 99000, &n_read, NULL, &error));
  g_assert_cmpuint (n_read, ==, 49000);
  assert_message (error, ATTUNE_ERROR_DAMAGED, path);
}

static void
head_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GIOStream) connection = user_data;
  g_autoptr (GBytes) head = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);

  g_assert_nonnull (head);
  g_io_stream_close (connection, NULL, NULL);
}

static gboolean
hang_up_cb (GSocketService    *service,
            GSocketConnection *connection,
            GObject           *source_object,
            gpointer           user_data)
{
  /* The head, and no more. */
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (G_IO_STREAM (connection)), 4096, G_PRIORITY_DEFAULT, NULL, head_read_cb,
                                   g_object_ref (connection));
  return TRUE;
}

/* A server that hangs up in the middle: it may not want so much. */
static void
test_hung_up (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = make_file (fixture->folder, "train.jsonl", 40000000);
  g_autoptr (GSocketService) service = g_socket_service_new ();
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_autoptr (AttuneHttpClient) client = attune_http_client_new ("Fake", url, NULL, NULL);
  g_autoptr (AttuneHttpUpload) upload = attune_http_upload_new_file (path, 0, -1, NULL);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files");
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (service, "incoming", G_CALLBACK (hang_up_cb), NULL);
  attune_http_request_set_upload (request, upload);
  reply = send_request (client, request, &error);
  g_assert_null (reply);
  assert_message (error, ATTUNE_ERROR_NO_NETWORK, "larger than the server takes");
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_clear_object (&client);
  drain ();
}

static void
cancel_progress_cb (double      fraction,
                    const char *message,
                    gpointer    user_data)
{
  g_cancellable_cancel (user_data);
}

static void
test_cancel_upload (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autofree char *path = make_file (fixture->folder, "train.jsonl", 4000000);
  g_autoptr (AttuneHttpUpload) upload = attune_http_upload_new_file (path, 0, -1, NULL);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("PUT", "/x");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;

  attune_http_request_set_upload (request, upload);
  attune_http_request_set_progress (request, cancel_progress_cb, cancellable);
  attune_http_client_send_async (fixture->http.client, request, cancellable, keep_result_cb, &result);
  wait_until (result != NULL);
  reply = attune_http_client_send_finish (fixture->http.client, result, &error);
  g_assert_null (reply);
  assert_message (error, ATTUNE_ERROR_CANCELLED, "");
}

/* Downloads. */

#define SIZE 700000
static char *content;
static char *content_digest;

static void
answer_file (FakeServer        *server,
             const FakeRequest *request,
             FakeAnswer        *answer,
             gpointer           user_data)
{
  const char *range = fake_request_get_header (request, "range");
  const char *if_range = fake_request_get_header (request, "if-range");
  guint64 start = 0;

  if (range != NULL && g_str_has_prefix (range, "bytes=") && (if_range == NULL || g_str_equal (if_range, "\"tag-1\"")))
    start = g_ascii_strtoull (range + 6, NULL, 10);
  if (start >= SIZE)
    {
      fake_answer_text (answer, 416, "text/plain", "no such range");
      fake_answer_header (answer, "Content-Range", "bytes */700000");
      return;
    }

  fake_answer_bytes (answer, start > 0 ? 206 : 200, "application/octet-stream", content + start, SIZE - start);
  fake_answer_header (answer, "ETag", "\"tag-1\"");
  if (start > 0)
    {
      g_autofree char *text = g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%d/%d", start, SIZE - 1, SIZE);

      fake_answer_header (answer, "Content-Range", text);
    }
}

static gboolean
download_from (Fixture     *fixture,
          const char  *path,
          gint64       size,
          const char  *sha256,
          Progress    *progress,
          GError     **error)
{
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/output");
  g_autoptr (GAsyncResult) result = NULL;

  attune_http_download_async (fixture->http.client, request, path, size, sha256, progress != NULL ? progress_cb : NULL, progress, NULL,
                              keep_result_cb, &result);
  wait_until (result != NULL);
  return attune_http_download_finish (fixture->http.client, result, error);
}

static void
assert_downloaded (const char *path)
{
  g_autofree char *found = NULL;
  g_autofree char *part = g_strdup_printf ("%s.part", path);
  g_autofree char *tag = g_strdup_printf ("%s.part-tag", path);
  gsize size;

  g_assert_true (g_file_get_contents (path, &found, &size, NULL));
  g_assert_cmpmem (found, size, content, SIZE);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (tag, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
test_download (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  Progress progress = { 0 };
  struct stat info;

  fake_server_add_route (fixture->http.server, "GET", "/output", answer_file, NULL);
  g_assert_true (download_from (fixture, path, -1, NULL, &progress, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (progress.last, ==, 1.0);
  g_assert_nonnull (strstr (progress.message, "model.safetensors"));
  g_assert_cmpint (stat (path, &info), ==, 0);
  assert_downloaded (path);
  g_free (progress.message);

  g_assert_true (download_from (fixture, path, SIZE, content_digest, NULL, &error));
  g_assert_no_error (error);

  /* What is there is not replaced. */
  g_assert_false (download_from (fixture, path, SIZE, content_digest, NULL, &error));
  assert_message (error, ATTUNE_ERROR_CONFLICT, path);
  assert_downloaded (path);
}

/* It breaks off in the middle: gone on with where it was. */
static void
test_resume (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;

  fake_server_add_route (fixture->http.server, "GET", "/output", answer_file, NULL);
  fake_server_set_fault (fixture->http.server, "GET", "/output", FAKE_FAULT_TRUNCATED, 2);
  g_assert_true (download_from (fixture, path, -1, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fake_server_count (fixture->http.server, "GET", "/output"), ==, 3);
  g_assert_cmpstr (fake_request_get_header (fake_server_last (fixture->http.server, "GET", "/output"), "range"), ==, "bytes=525000-");
  g_assert_cmpstr (fake_request_get_header (fake_server_last (fixture->http.server, "GET", "/output"), "if-range"), ==, "\"tag-1\"");
  assert_downloaded (path);
}

static void
leave_part (const char *path,
            gsize       length,
            const char *tag,
            gboolean    right)
{
  g_autofree char *part = g_strdup_printf ("%s.part", path);
  g_autofree char *tag_path = g_strdup_printf ("%s.part-tag", path);
  g_autofree char *bytes = g_memdup2 (content, SIZE);

  if (!right)
    memset (bytes, 'x', 100);
  g_assert_true (g_file_set_contents (part, bytes, (gssize) length, NULL));
  if (tag != NULL)
    g_assert_true (g_file_set_contents (tag_path, tag, -1, NULL));
}

/* A part of an earlier process. */
static void
test_part (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "model.safetensors", NULL);
  static const struct {
    gsize       length;
    const char *tag;
    gboolean    with_digest;
    const char *range;   /* of the first request; "" none was sent at all */
    guint       n_requests;
  } cases[] = {
    { 1000, "\"tag-1\"", FALSE, "bytes=1000-", 1 },
    { 1000, "\"tag-0\"", FALSE, "bytes=1000-", 1 }, /* another file by now: from the beginning */
    { 1000, NULL, FALSE, NULL, 1 },                 /* nothing tells what it is of */
    { 1000, NULL, TRUE, "bytes=1000-", 1 },         /* the digest will */
    { SIZE, "\"tag-1\"", TRUE, "", 0 },             /* all there */
    { SIZE, "\"tag-1\"", FALSE, "bytes=700000-", 1 },
  };

  fake_server_add_route (fixture->http.server, "GET", "/output", answer_file, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      const FakeRequest *seen;

      leave_part (path, cases[i].length, cases[i].tag, TRUE);
      g_assert_true (download_from (fixture, path, cases[i].with_digest ? SIZE : -1, cases[i].with_digest ? content_digest : NULL, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (fake_server_count (fixture->http.server, "GET", "/output"), ==, cases[i].n_requests);
      seen = fake_server_last (fixture->http.server, "GET", "/output");
      if (seen != NULL)
        g_assert_cmpstr (fake_request_get_header (seen, "range"), ==, cases[i].range);
      assert_downloaded (path);
      fake_server_forget (fixture->http.server);
    }
}

static void
test_damaged (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "model.safetensors", NULL);
  g_autofree char *part = g_strdup_printf ("%s.part", path);
  g_autoptr (GError) error = NULL;

  fake_server_add_route (fixture->http.server, "GET", "/output", answer_file, NULL);
  g_assert_false (download_from (fixture, path, SIZE, "0000000000000000000000000000000000000000000000000000000000000000", NULL, &error));
  assert_message (error, ATTUNE_ERROR_DAMAGED, "SHA-256");
  g_clear_error (&error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));

  g_assert_false (download_from (fixture, path, SIZE + 1, NULL, NULL, &error));
  assert_message (error, ATTUNE_ERROR_DAMAGED, "700001");
  g_clear_error (&error);
  g_assert_false (download_from (fixture, path, SIZE - 1, NULL, NULL, &error));
  assert_message (error, ATTUNE_ERROR_DAMAGED, "699999");
  g_clear_error (&error);

  /* A part whose beginning is wrong is found out and does not stay. */
  leave_part (path, 1000, "\"tag-1\"", FALSE);
  g_assert_false (download_from (fixture, path, SIZE, content_digest, NULL, &error));
  assert_message (error, ATTUNE_ERROR_DAMAGED, "SHA-256");
  g_clear_error (&error);
  g_assert_true (download_from (fixture, path, SIZE, content_digest, NULL, &error));
  g_assert_no_error (error);
  assert_downloaded (path);

  /* More than any disk holds. */
  g_assert_false (download_from (fixture, path, G_MAXINT64 / 2, NULL, NULL, &error));
  assert_message (error, ATTUNE_ERROR_NO_SPACE, fixture->folder);
  g_clear_error (&error);

  /* The part of before is kept while the server says no. */
  fake_server_set_fault (fixture->http.server, "GET", "/output", FAKE_FAULT_STATUS_OF (403), 1);
  leave_part (path, 1000, "\"tag-1\"", TRUE);
  g_assert_false (download_from (fixture, path, SIZE, NULL, NULL, &error));
  assert_message (error, ATTUNE_ERROR_NOT_ALLOWED, "Fake");
  g_assert_true (g_file_test (part, G_FILE_TEST_EXISTS));
}

static void
test_cancel_download (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "model.safetensors", NULL);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("GET", "/output");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_add_route (fixture->http.server, "GET", "/output", answer_file, NULL);
  attune_http_download_async (fixture->http.client, request, path, SIZE, NULL, cancel_progress_cb, cancellable, cancellable, keep_result_cb, &result);
  wait_until (result != NULL);
  g_assert_false (attune_http_download_finish (fixture->http.client, result, &error));
  assert_message (error, ATTUNE_ERROR_CANCELLED, "");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  content = g_malloc (SIZE);
  for (gsize i = 0; i < SIZE; i++)
    content[i] = (char) (i * 7 + i / 251);
  content_digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) content, SIZE);

#define add(path, func) g_test_add ("/http/transfer/" path, Fixture, NULL, set_up, func, tear_down)
  add ("form", test_form);
  add ("range", test_range);
  add ("missing", test_missing);
  add ("truncated-file", test_truncated_file);
  add ("hung-up", test_hung_up);
  add ("cancel-upload", test_cancel_upload);
  add ("download", test_download);
  add ("resume", test_resume);
  add ("part", test_part);
  add ("damaged", test_damaged);
  add ("cancel-download", test_cancel_download);

  status = g_test_run ();
  g_free (content);
  g_free (content_digest);
  return status;
}
