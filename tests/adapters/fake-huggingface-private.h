/* fake-huggingface-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-huggingface.h"

G_BEGIN_DECLS

typedef struct {
  const char *kind;    /* "models" or "datasets" */
  char       *name;
  gboolean    is_private;
  gboolean    is_gated;
  gboolean    is_hidden; /* from the search */
  GHashTable *files;   /* path → GBytes */
  guint       n_commits;
} FakeRepo;

typedef struct {
  char       *id;
  JsonNode   *request;
  JsonNode   *config;     /* what the runner reads */
  char       *output;     /* the repository of the result */
  guint       looks;
  guint       first_step; /* that it makes */
  guint       step;
  gboolean    is_cancelled;
  gboolean    is_pushed;
} FakeJob;

struct _FakeHuggingface
{
  FakeServer *server;
  FakeServer *storage;   /* CDN and LFS store: another host */
  GPtrArray  *repos;
  GPtrArray  *jobs;
  GHashTable *store;     /* digest → GBytes */
  GHashTable *parts;     /* "digest/number" → GBytes */
  gsize       threshold;
  gsize       part_size;
  char       *end;
  guint       n_steps;
  guint       per_look;
  char       *message;
  gboolean    reports;
  gboolean    pushes;
  gboolean    follows;
  gboolean    is_broke;
  guint       n_leaks;
};

FakeRepo *fake_find_repo               (FakeHuggingface   *self,
                                        const char        *kind,
                                        const char        *name);
void      fake_refuse                  (FakeAnswer        *answer,
                                        guint              status,
                                        const char        *code,
                                        const char        *message);
void      fake_huggingface_answer_jobs (FakeHuggingface   *self,
                                        const FakeRequest *request,
                                        gboolean           has_token,
                                        FakeAnswer        *answer);

G_END_DECLS
