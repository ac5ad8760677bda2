/* attune-hub-source.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-hub-source.h"

#include "attune-hub-download.h"
#include "attune-machine.h"

/* Beside the weights: an adapter with what its optimizer keeps, a little for the activations of short rows, libraries. */
#define MEMORY_SHARE 1.1
#define MEMORY_BASE (96.0 * 1024 * 1024)

static GObject *
open_hub (AttuneCredentials *credentials)
{
  return G_OBJECT (attune_hub_new (credentials));
}

static void
search_async (GObject             *place,
              const char          *text,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data)
{
  const AttuneHubQuery query = { .text = text, .task = "text-generation", .is_trainable = TRUE };

  attune_hub_search_async (ATTUNE_HUB (place), &query, cancellable, callback, user_data);
}

static GPtrArray *
search_finish (GObject       *place,
               GAsyncResult  *result,
               GError       **error)
{
  return attune_hub_search_finish (ATTUNE_HUB (place), result, error);
}

static GObject *
new_download (GObject    *place,
              const char *id)
{
  return G_OBJECT (attune_hub_download_new (ATTUNE_HUB (place), id, NULL));
}

static GPtrArray *
list_unfinished (GObject *place)
{
  return attune_hub_download_list_unfinished (ATTUNE_HUB (place));
}

static void
run_async (GObject             *download,
           GAsyncReadyCallback  callback,
           gpointer             user_data)
{
  attune_hub_download_run_async (ATTUNE_HUB_DOWNLOAD (download), NULL, callback, user_data);
}

static char *
run_finish (GObject       *download,
            GAsyncResult  *result,
            GError       **error)
{
  return attune_hub_download_run_finish (ATTUNE_HUB_DOWNLOAD (download), result, error);
}

static void
pause_download (GObject *download)
{
  attune_hub_download_pause (ATTUNE_HUB_DOWNLOAD (download));
}

static void
discard (GObject *download)
{
  attune_hub_download_discard (ATTUNE_HUB_DOWNLOAD (download));
}

/* The trainer keeps the weights as bfloat16 where the processor can multiply them, else as float. */
static guint64
predict_memory (gint64 parameters)
{
  const double width = attune_machine_has_fast_bf16 () ? 2 : 4;

  return (guint64) ((double) MAX (parameters, 0) * width * MEMORY_SHARE + MEMORY_BASE);
}

const AttuneModelSource *
attune_hub_source_get (void)
{
  static const AttuneModelSource source = {
    .title = "Hugging Face",
    .open = open_hub,
    .search_async = search_async,
    .search_finish = search_finish,
    .new_download = new_download,
    .list_unfinished = list_unfinished,
    .run_async = run_async,
    .run_finish = run_finish,
    .pause = pause_download,
    .discard = discard,
    .predict_memory = predict_memory,
    .get_memory = attune_machine_get_total_memory,
  };

  return &source;
}
