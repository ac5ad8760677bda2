/* fake-openai-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-openai.h"

G_BEGIN_DECLS

#define FAKE_OPENAI_BASE "/v1"

typedef struct {
  char   *id;
  char   *name;
  GBytes *content;
} FakeFile;

typedef struct {
  char      *id;
  char      *name;
  gint64     size;
  GPtrArray *parts; /* GBytes */
  gboolean   is_over;
} FakeUpload;

struct _FakeOpenai
{
  FakeServer *server;
  char       *url;
  GPtrArray  *models; /* id, day or "" in turn */
  GPtrArray  *files;
  GPtrArray  *uploads;
  GPtrArray  *jobs;
  guint       serial;
  gint64      clock;
  guint       page;
  gint64      estimate;
  gboolean    oldest_first;
  gboolean    base64;
  gboolean    filter;
  char       *closed;
  char       *end;
  char       *code;
  char       *message;
  char       *word;
};

void      fake_openai_refuse       (FakeAnswer        *answer,
                                    guint              status,
                                    const char        *parameter,
                                    const char        *code,
                                    const char        *message);
/* TRUE where the key is right. */
gboolean  fake_openai_admit        (const FakeRequest *request,
                                    FakeAnswer        *answer);
FakeFile *fake_openai_find_file    (FakeOpenai        *self,
                                    const char        *id);
FakeFile *fake_openai_add_file     (FakeOpenai        *self,
                                    const char        *name,
                                    GBytes            *content);
/* Models, files and uploads. */
void      fake_openai_init_files   (FakeOpenai        *self);
void      fake_openai_clear_files  (FakeOpenai        *self);
/* The name of what the description does not allow in the body of a create; NULL for nothing. */
const char *fake_openai_find_mistake (JsonNode        *body);

G_END_DECLS
