/* attune-http-download.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-http"

#include "config.h"

#include "attune-http-download.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-http-download-private.h"
#include "attune-http-error.h"
#include "attune-http-private.h"

#define CHUNK (256 * 1024)
#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 10)

typedef struct {
  AttuneHttpRequest  *request;
  char               *destination;
  char               *part;
  char               *tag_path;  /* beside the part: the tag of the file that it is the beginning of */
  gint64              size;      /* -1 unknown */
  char               *sha256;
  AttuneProgressFunc  progress;
  gpointer            progress_data;

  GInputStream       *input;
  GOutputStream      *output;
  GBytes             *chunk;
  char               *url;
  gint64              done;      /* bytes in the part */
  gint64              began_at;  /* bytes that were there when this try began */
  gint64              furthest;  /* that any try came */
  gint64              expected;  /* what this try should bring it to, -1 unknown */
  guint               n_failures; /* one after the other without a byte between */
  guint               idle_ms;
  GSource            *idle_timer;
  GCancellable       *inner;
  gulong              outer_handler;
  gboolean            timed_out;
  gint64              told_at;
} Download;

/* What the thread needs, copied: none of our objects may come to its end there. */
typedef struct {
  char   *part;
  char   *tag_path;
  char   *destination;
  gint64  size;
  char   *sha256;
} Placing;

static void
placing_free (Placing *placing)
{
  g_free (placing->part);
  g_free (placing->tag_path);
  g_free (placing->destination);
  g_free (placing->sha256);
  g_free (placing);
}

static void open_part (GTask *task);
static void read_next (GTask *task);

static void
clear_try (GTask *task)
{
  Download *download = g_task_get_task_data (task);

  if (download->outer_handler != 0)
    g_cancellable_disconnect (g_task_get_cancellable (task), download->outer_handler);
  download->outer_handler = 0;
  if (download->idle_timer != NULL)
    g_source_destroy (download->idle_timer);
  g_clear_pointer (&download->idle_timer, g_source_unref);
  g_clear_object (&download->input);
  g_clear_object (&download->output);
  g_clear_object (&download->inner);
  g_clear_pointer (&download->chunk, g_bytes_unref);
}

static void
download_free (Download *download)
{
  if (download->idle_timer != NULL)
    g_source_destroy (download->idle_timer);
  g_clear_pointer (&download->idle_timer, g_source_unref);
  g_clear_object (&download->request);
  g_clear_object (&download->input);
  g_clear_object (&download->output);
  g_clear_object (&download->inner);
  g_clear_pointer (&download->chunk, g_bytes_unref);
  g_free (download->destination);
  g_free (download->part);
  g_free (download->tag_path);
  g_free (download->sha256);
  g_free (download->url);
  g_free (download);
}

static void
end_with_error (GTask  *task,
                GError *error)
{
  clear_try (task);
  attune_error_convert (&error);
  g_task_return_error (task, error);
}

static void
tell_progress (Download *download,
               gboolean  force)
{
  gint64 now = g_get_monotonic_time ();
  gint64 whole = download->size >= 0 ? download->size : download->expected;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (download->progress == NULL || (!force && now - download->told_at < PROGRESS_INTERVAL))
    return;

  download->told_at = now;
  name = g_filename_display_basename (download->destination);
  text = g_strdup_printf (_("Downloading %s"), name);
  download->progress (whole > 0 ? MIN (1.0, (double) download->done / (double) whole) : NAN, text, download->progress_data);
}

static void
placed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Download *download = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      end_with_error (task, error);
      return;
    }

  tell_progress (download, TRUE);
  clear_try (task);
  g_task_return_boolean (task, TRUE);
}

static void
place_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Placing *placing = task_data;
  GError *error = NULL;

  if (attune_http_part_place (placing->part, placing->tag_path, placing->destination, placing->size, placing->sha256, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* All is there: looked at, written through, and moved to its place. */
static void
place (GTask *task)
{
  Download *download = g_task_get_task_data (task);
  Placing *placing = g_new0 (Placing, 1);
  g_autoptr (GTask) inner = NULL;

  clear_try (task);
  placing->part = g_strdup (download->part);
  placing->tag_path = g_strdup (download->tag_path);
  placing->destination = g_strdup (download->destination);
  placing->size = download->size;
  placing->sha256 = g_strdup (download->sha256);
  inner = g_task_new (NULL, g_task_get_cancellable (task), placed_cb, g_object_ref (task));
  g_task_set_source_tag (inner, place);
  g_task_set_check_cancellable (inner, FALSE);
  g_task_set_task_data (inner, placing, (GDestroyNotify) placing_free);
  g_task_run_in_thread (inner, place_thread);
}

/* Takes @error. What has come stays; it is gone on with, unless it comes to nothing again and again. */
static void
broke_off (GTask  *task,
           GError *error)
{
  Download *download = g_task_get_task_data (task);
  AttuneHttpClient *client = g_task_get_source_object (task);
  const AttuneHttpPatience *patience = attune_http_client_get_patience (client);

  if (download->timed_out && attune_error_is_cancelled (error) && !g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_clear_error (&error);
      error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _("given up after %.3g s"), download->idle_ms / 1000.0);
    }
  error = attune_http_error_from_transport (error, attune_http_client_get_title (client), download->url);

  /* Further than ever before: a server that begins anew each time and breaks off at the same place gets no further. */
  if (download->done > MAX (download->furthest, download->began_at))
    download->n_failures = 0;
  download->furthest = MAX (download->furthest, download->done);
  if (!attune_http_error_is_passing (error) || ++download->n_failures > patience->n_retries)
    {
      end_with_error (task, error);
      return;
    }

  g_debug ("%s; going on at %" G_GINT64_FORMAT, error->message, download->done);
  g_error_free (error);
  clear_try (task);
  open_part (task);
}

static void
wrote_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Download *download = g_task_get_task_data (task);
  GError *error = NULL;
  gsize written = 0;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &written, &error))
    {
      g_prefix_error (&error, "%s: ", download->part);
      end_with_error (task, error);
      return;
    }

  download->done += (gint64) written;
  g_clear_pointer (&download->chunk, g_bytes_unref);
  tell_progress (download, FALSE);
  read_next (task);
}

static void
closed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, &error))
    end_with_error (task, error);
  else
    place (task);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Download *download = g_task_get_task_data (task);
  GError *error = NULL;

  download->chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (download->chunk == NULL)
    {
      broke_off (task, error);
      return;
    }

  g_source_set_ready_time (download->idle_timer, download->idle_ms > 0 ? g_get_monotonic_time () + (gint64) download->idle_ms * 1000 : -1);
  if (g_bytes_get_size (download->chunk) == 0)
    {
      if (download->expected >= 0 && download->done < download->expected)
        broke_off (task, g_error_new (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _("only %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " bytes came"),
                                      download->done, download->expected));
      else
        g_output_stream_close_async (download->output, G_PRIORITY_DEFAULT, NULL, closed_cb, g_object_ref (task));
      return;
    }
  /* A server that sends more than there is never ends. */
  if (download->size >= 0 && download->done + (gint64) g_bytes_get_size (download->chunk) > download->size)
    {
      attune_http_part_discard (download->part, download->tag_path);
      end_with_error (task, g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: more came than the %" G_GINT64_FORMAT " bytes that it should have"),
                                         download->destination, download->size));
      return;
    }

  g_output_stream_write_all_async (download->output, g_bytes_get_data (download->chunk, NULL), g_bytes_get_size (download->chunk),
                                   G_PRIORITY_DEFAULT, NULL, wrote_cb, g_object_ref (task));
}

static void
read_next (GTask *task)
{
  Download *download = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (download->input, CHUNK, G_PRIORITY_DEFAULT, download->inner, read_cb, g_object_ref (task));
}

static gboolean
idle_cb (gpointer user_data)
{
  Download *download = user_data;

  download->timed_out = TRUE;
  g_cancellable_cancel (download->inner);
  return G_SOURCE_REMOVE;
}

static void
outer_cancelled_cb (GCancellable *cancellable,
                    GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static void
part_opened_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Download *download = g_task_get_task_data (task);
  GFileOutputStream *output;
  GError *error = NULL;

  output = download->began_at > 0 ? g_file_append_to_finish (G_FILE (source), result, &error)
                                  : g_file_replace_finish (G_FILE (source), result, &error);
  if (output == NULL)
    {
      end_with_error (task, error);
      return;
    }

  download->output = G_OUTPUT_STREAM (output);
  tell_progress (download, TRUE);
  read_next (task);
}

/* The last number of "bytes 5-9/10"; -1 for none. */
static gint64
read_whole (const char *content_range)
{
  const char *slash = content_range != NULL ? strrchr (content_range, '/') : NULL;
  gint64 whole;

  return slash != NULL && g_ascii_string_to_signed (slash + 1, 10, 0, G_MAXINT64, &whole, NULL) ? whole : -1;
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Download *download = g_task_get_task_data (task);
  AttuneHttpClient *client = ATTUNE_HTTP_CLIENT (source);
  GError *error = NULL;
  g_autoptr (AttuneHttpReply) reply = attune_http_exchange_finish (client, result, &download->input, &error);
  g_autoptr (GFile) part = g_file_new_for_path (download->part);
  GCancellable *outer = g_task_get_cancellable (task);
  const char *length;
  gint64 coming = -1;
  guint status;

  if (reply == NULL)
    {
      end_with_error (task, error);
      return;
    }

  status = attune_http_reply_get_status (reply);
  g_set_str (&download->url, attune_http_reply_get_url (reply));
  if (status == 416 && download->began_at > 0)
    {
      /* It was all there already, or it is the beginning of something else. */
      if (read_whole (attune_http_reply_get_header (reply, "Content-Range")) == download->began_at)
        {
          place (task);
          return;
        }
      attune_http_part_discard (download->part, download->tag_path);
      clear_try (task);
      if (++download->n_failures > 1)
        end_with_error (task, attune_http_error_new (reply, attune_http_client_get_title (client)));
      else
        open_part (task);
      return;
    }
  if (status != 200 && status != 206)
    {
      end_with_error (task, attune_http_error_new (reply, attune_http_client_get_title (client)));
      return;
    }

  if (status == 200)
    download->began_at = 0;
  download->done = download->began_at;
  length = attune_http_reply_get_header (reply, "Content-Length");
  if (length != NULL && !g_ascii_string_to_signed (length, 10, 0, G_MAXINT64, &coming, NULL))
    coming = -1;
  download->expected = coming >= 0 ? download->done + coming : -1;
  if (!attune_http_part_begin (download->part, download->tag_path, reply, download->began_at, download->size >= 0 ? download->size : download->expected, &error))
    {
      end_with_error (task, error);
      return;
    }

  download->inner = g_cancellable_new ();
  if (outer != NULL)
    download->outer_handler = g_cancellable_connect (outer, G_CALLBACK (outer_cancelled_cb), g_object_ref (download->inner), g_object_unref);
  download->timed_out = FALSE;
  download->idle_ms = download->request->timeout >= 0 ? (guint) download->request->timeout * 1000 : attune_http_client_get_idle_ms (client);
  download->idle_timer = g_timeout_source_new (download->idle_ms);
  if (download->idle_ms == 0)
    g_source_set_ready_time (download->idle_timer, -1);
  g_source_set_static_name (download->idle_timer, "[attune] time of a download");
  g_source_set_callback (download->idle_timer, idle_cb, download, NULL);
  g_source_attach (download->idle_timer, g_task_get_context (task));

  if (download->began_at > 0)
    g_file_append_to_async (part, G_FILE_CREATE_PRIVATE, G_PRIORITY_DEFAULT, NULL, part_opened_cb, g_object_ref (task));
  else
    g_file_replace_async (part, NULL, FALSE, G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, G_PRIORITY_DEFAULT, NULL, part_opened_cb,
                          g_object_ref (task));
}

/* Goes on where the part ends, where that can be trusted. */
static void
open_part (GTask *task)
{
  Download *download = g_task_get_task_data (task);
  AttuneHttpClient *client = g_task_get_source_object (task);
  g_autoptr (AttuneHttpRequest) request = attune_http_request_copy (download->request, attune_http_request_get_target (download->request));
  g_autofree char *tag = NULL;

  download->began_at = attune_http_part_measure (download->part, download->tag_path, download->sha256 != NULL, &tag);
  if (download->size >= 0 && download->began_at > download->size)
    {
      attune_http_part_discard (download->part, download->tag_path);
      download->began_at = 0;
    }
  download->done = download->began_at;
  if (download->size > 0 && download->began_at == download->size)
    {
      place (task);
      return;
    }

  attune_http_request_set_flags (request, download->request->flags | ATTUNE_HTTP_REQUEST_RAW);
  attune_http_request_set_own_headers (request);
  attune_http_request_set_header (request, "Accept-Encoding", "identity");
  if (download->began_at > 0)
    {
      g_autofree char *range = g_strdup_printf ("bytes=%" G_GINT64_FORMAT "-", download->began_at);

      attune_http_request_set_flags (request, attune_http_request_get_flags (request) | ATTUNE_HTTP_REQUEST_ANY_STATUS);
      attune_http_request_set_header (request, "Range", range);
      if (tag != NULL)
        attune_http_request_set_header (request, "If-Range", tag);
    }
  attune_http_exchange_async (client, request, TRUE, g_task_get_cancellable (task), answered_cb, g_object_ref (task));
}

void
attune_http_download_async (AttuneHttpClient    *client,
                            AttuneHttpRequest   *request,
                            const char          *destination,
                            gint64               size,
                            const char          *sha256,
                            AttuneProgressFunc   progress,
                            gpointer             progress_data,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Download *download;

  g_return_if_fail (ATTUNE_IS_HTTP_CLIENT (client));
  g_return_if_fail (ATTUNE_IS_HTTP_REQUEST (request));
  g_return_if_fail (destination != NULL);

  download = g_new0 (Download, 1);
  download->request = g_object_ref (request);
  download->destination = g_strdup (destination);
  download->part = g_strdup_printf ("%s.part", destination);
  download->tag_path = g_strdup_printf ("%s.part-tag", destination);
  download->size = size;
  download->sha256 = g_strdup (sha256);
  download->progress = progress;
  download->progress_data = progress_data;
  download->expected = -1;

  task = g_task_new (client, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_http_download_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, download, (GDestroyNotify) download_free);

  if (g_file_test (destination, G_FILE_TEST_EXISTS))
    g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT, _("%s is there already. Move it away, or choose another folder"), destination);
  else
    open_part (task);
}

gboolean
attune_http_download_finish (AttuneHttpClient  *client,
                             GAsyncResult      *result,
                             GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, client), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_http_download_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
