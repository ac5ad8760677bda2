/* bench-upload.c: what it costs to send 2 GB
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: bench-upload [MEGABYTES]. Sends a sparse file as a form to a server in a process of its own that throws it away. Prints time and the
 * most memory that was used. Fails above 100 MB (not measured with AddressSanitizer, whose own memory it would be).
 */

#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "attune-http-client.h"

#define MAX_MEGABYTES 100

/* Reads a whole request, counts, and says how much it was. */
static int
serve (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GDataInputStream) input = NULL;
  g_autofree char *buffer = g_malloc (1 << 20);
  g_autofree char *body = NULL;
  g_autofree char *answer = NULL;
  GInputStream *stream;
  gint64 length = 0;
  gint64 n_read = 0;
  char *line;

  g_print ("%u\n", port);
  connection = g_socket_listener_accept (listener, NULL, NULL, NULL);
  stream = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  input = g_data_input_stream_new (stream);
  while ((line = g_data_input_stream_read_line (input, NULL, NULL, NULL)) != NULL && *g_strstrip (line) != '\0')
    {
      if (g_ascii_strncasecmp (line, "Content-Length:", 15) == 0)
        length = g_ascii_strtoll (line + 15, NULL, 10);
      g_free (line);
    }
  g_free (line);
  while (n_read < length)
    {
      gssize n = g_input_stream_read (G_INPUT_STREAM (input), buffer, 1 << 20, NULL, NULL);

      if (n <= 0)
        return 1;
      n_read += n;
    }
  body = g_strdup_printf ("{\"bytes\":%" G_GINT64_FORMAT "}", n_read);
  answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", strlen (body), body);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), answer, strlen (answer), NULL, NULL, NULL);
  return 0;
}

static double
get_peak (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_file_get_contents ("/proc/self/status", &status, NULL, NULL);
  line = strstr (status, "VmHWM:");
  return line != NULL ? g_ascii_strtod (line + strlen ("VmHWM:"), NULL) / 1024 : 0;
}

static void
progress_cb (double      fraction,
             const char *message,
             gpointer    user_data)
{
  *(guint *) user_data += 1;
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  AttuneHttpReply **reply = user_data;
  g_autoptr (GError) error = NULL;

  *reply = attune_http_client_send_finish (ATTUNE_HTTP_CLIENT (source), result, &error);
  if (*reply == NULL)
    g_error ("%s", error->message);
}

int
main (int    argc,
      char **argv)
{
  gint64 megabytes = argc > 1 ? g_ascii_strtoll (argv[1], NULL, 10) : 2048;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (AttuneHttpClient) client = NULL;
  g_autoptr (AttuneHttpUpload) upload = attune_http_upload_new_form ();
  g_autoptr (AttuneHttpRequest) request = attune_http_request_new ("POST", "/files");
  g_autoptr (AttuneHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *port = NULL;
  g_autofree char *url = NULL;
  g_autofree char *path = NULL;
  const char *body;
  guint n_progress = 0;
  gint64 length;
  gint64 start;
  double seconds;
  double peak;
  gboolean right;
  int fd;

  if (argc > 1 && g_str_equal (argv[1], "--serve"))
    return serve ();

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, argv[0], "--serve", NULL);
  if (process == NULL)
    g_error ("%s", error->message);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  port = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  url = g_strdup_printf ("http://127.0.0.1:%s", port);
  client = attune_http_client_new ("Bench", url, NULL, NULL);

  fd = g_file_open_tmp ("attune-upload-XXXXXX.jsonl", &path, &error);
  if (fd < 0 || ftruncate (fd, megabytes << 20) != 0)
    g_error ("The file of %" G_GINT64_FORMAT " MB cannot be made", megabytes);
  close (fd);

  attune_http_upload_add_field (upload, "purpose", "fine-tune");
  attune_http_upload_add_file (upload, "file", NULL, NULL, path, 0, -1);
  attune_http_request_set_upload (request, upload);
  attune_http_request_set_progress (request, progress_cb, &n_progress);
  length = attune_http_upload_measure (upload, &error);
  start = g_get_monotonic_time ();
  attune_http_client_send_async (client, request, NULL, sent_cb, &reply);
  while (reply == NULL)
    g_main_context_iteration (NULL, TRUE);
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  peak = get_peak ();
  g_unlink (path);

  body = g_bytes_get_data (attune_http_reply_get_body (reply), NULL);
  right = g_ascii_strtoll (body + strlen ("{\"bytes\":"), NULL, 10) == length;
  g_print ("1..2\n");
  g_print ("# %" G_GINT64_FORMAT " MB in %.1f s, %u notes of progress\n", megabytes, seconds, n_progress);
#ifdef __SANITIZE_ADDRESS__
  g_print ("ok 1 %.0f MB of memory # SKIP with AddressSanitizer\n", peak);
#else
  g_print ("%s 1 %.0f MB of memory at most (allowed: %d)\n", peak <= MAX_MEGABYTES ? "ok" : "not ok", peak, MAX_MEGABYTES);
#endif
  g_print ("%s 2 all of it came\n", right ? "ok" : "not ok");
  return 0;
}
