/* attune-model-source.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "attune-credentials.h"

G_BEGIN_DECLS

/* Where models can be found and loaded from. The window knows no such place by name: the program hands these functions in, with objects that are
 * read by their properties alone.
 *
 * A found model: id, licence (nullable), downloads (gint64, negative unknown), parameters (gint64, negative unknown), is-gated, is-private.
 * A download: repo, folder, state (an enumeration whose nicks are "paused", "loading", "done" and "failed"), done, total (gint64 bytes), progress
 * (0…1), speed (bytes a second), time-remaining (seconds, NAN unknown), error-message (nullable). */
typedef struct {
  const char *title; /* a name, the same in every language */

  /* (transfer full): the place itself, to be given to the others. */
  GObject    *(*open)             (AttuneCredentials    *credentials);
  /* Only what can be trained on this computer; @text NULL: what people load most. */
  void        (*search_async)     (GObject              *place,
                                   const char           *text,
                                   GCancellable         *cancellable,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
  /* (transfer full) (element-type GObject) */
  GPtrArray  *(*search_finish)    (GObject              *place,
                                   GAsyncResult         *result,
                                   GError              **error);
  /* (transfer full): a download that is not begun. */
  GObject    *(*new_download)     (GObject              *place,
                                   const char           *id);
  /* (transfer full) (element-type GObject): what was begun and not ended, at other times too. */
  GPtrArray  *(*list_unfinished)  (GObject              *place);
  /* Starts it or goes on with it. */
  void        (*run_async)        (GObject              *download,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
  /* (transfer full): the folder of the model. */
  char       *(*run_finish)       (GObject              *download,
                                   GAsyncResult         *result,
                                   GError              **error);
  void        (*pause)            (GObject              *download);
  /* Stops it and throws away what there is of it. */
  void        (*discard)          (GObject              *download);

  /* Bytes that training an adapter takes at least for a model of so many parameters, and those that this computer has in all (0 unknown). */
  guint64     (*predict_memory)   (gint64                parameters);
  guint64     (*get_memory)       (void);
} AttuneModelSource;

G_END_DECLS
