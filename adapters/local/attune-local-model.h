/* attune-local-model.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "attune-model-config.h"

G_BEGIN_DECLS

/* What is known of one model folder without loading its weights. Immutable and counted; may be shared between threads. */
typedef struct {
  char              *id;             /* what baseModel says */
  char              *title;
  char              *path;           /* absolute */
  guint64            size;           /* bytes of the whole folder */
  guint64            parameters;
  guint              context_length; /* tokens */
  AttuneModelConfig *config;         /* NULL where config.json is not understood */
  char              *template_name;  /* "ChatML"; NULL: no chat template that is known */
  GError            *template_error; /* why */
  GError            *problem;        /* why it cannot be trained here; NULL: it can */
  guint64            stamp;          /* changes when a file of the folder does */
} AttuneLocalModel;

/* Reads the folder anew. Never NULL: what is wrong is in ->problem, an ATTUNE_ERROR that names the place and the remedy. */
AttuneLocalModel *attune_local_model_inspect   (const char       *path) G_GNUC_WARN_UNUSED_RESULT;
AttuneLocalModel *attune_local_model_ref       (AttuneLocalModel *self);
void              attune_local_model_unref     (AttuneLocalModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneLocalModel, attune_local_model_unref)

/* The same under the name by which configurations call it. (transfer full) */
AttuneLocalModel *attune_local_model_rename    (AttuneLocalModel *self,
                                                const char       *id) G_GNUC_WARN_UNUSED_RESULT;

/* A number made of names, sizes and times of the files in @path: 0 where there is no such folder. */
guint64           attune_local_model_read_stamp(const char       *path);
/* Whether a folder looks like a model at all: it has a config.json. */
gboolean          attune_local_model_is_folder (const char       *path);

/* Copies the model folder @source into the folder of models as @name (NULL: its own name), after it was found usable. What a model does
 * not need is left behind. (transfer full): where it lies now. */
char             *attune_local_model_import    (const char       *source,
                                                const char       *name,
                                                GError          **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
