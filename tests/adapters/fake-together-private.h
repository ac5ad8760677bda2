/* fake-together-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-together.h"

G_BEGIN_DECLS

#define BASE "/v1"
#define SIGNATURE "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0ddba11"

typedef struct {
  char     *id;
  char     *name;
  char     *type;
  GBytes   *content; /* NULL until it is whole */
  guint     looks;
  gboolean  is_told; /* preprocess, or a way that needs none */
  GBytes  **parts;
  guint     n_parts;
} FakeFile;

typedef struct {
  char       *id;
  JsonObject *request;
  guint       looks;
  gboolean    is_cancelled;
} FakeJob;

struct _FakeTogether
{
  FakeServer *server;
  char       *url;
  GPtrArray  *files;
  GPtrArray  *jobs;
  guint       looks;
  char       *problem;
  char       *end;
  guint       n_steps;
  char       *message;
  double      price;
  double      limit;
  gboolean    is_old;
  guint       nan_from;
  guint       serial;
  GBytes     *archive;
};

/* fake-together-files.c */
void      fake_together_file_free    (FakeFile          *file);
FakeFile *fake_together_find_file    (FakeTogether      *self,
                                      const char        *id);
void      fake_together_files_cb     (FakeServer        *server,
                                      const FakeRequest *request,
                                      FakeAnswer        *answer,
                                      gpointer           user_data);
/* Not of Together, but of where it stores: a key is refused there. */
void      fake_together_storage_cb   (FakeServer        *server,
                                      const FakeRequest *request,
                                      FakeAnswer        *answer,
                                      gpointer           user_data);

/* fake-together.c */
void      fake_together_refuse       (FakeAnswer        *answer,
                                      guint              status,
                                      const char        *type,
                                      const char        *message);
/* @object is taken. */
void      fake_together_answer_object(FakeAnswer        *answer,
                                      JsonObject        *object);
gboolean  fake_together_is_allowed   (const FakeRequest *request,
                                      FakeAnswer        *answer);

G_END_DECLS
