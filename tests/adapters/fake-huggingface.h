/* fake-huggingface.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-server.h"

G_BEGIN_DECLS

/* Hugging Face's Hub and Jobs as a state machine: repositories whose files are committed, regular ones in the commit and large ones by way of an LFS store, in one
 * piece or several; search; downloads by a redirect to a CDN; jobs that go on with each look at them, read their configuration from the repository that they
 * mount, print what Attune's runner prints and push their result. It is strict: a wrong token, a token at the CDN or the store, a job with data that is not
 * there, and secrets anywhere but in "secrets" are refused. */
typedef struct _FakeHuggingface FakeHuggingface;

#define FAKE_HUGGINGFACE_TOKEN "hf_fakeFAKEfakeFAKEfakeFAKE0123456789"
#define FAKE_HUGGINGFACE_OWNER "ada"

FakeHuggingface *fake_huggingface_new           (void) G_GNUC_WARN_UNUSED_RESULT;
void             fake_huggingface_free          (FakeHuggingface *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeHuggingface, fake_huggingface_free)
FakeServer      *fake_huggingface_get_server    (FakeHuggingface *self);
/* The host of the CDN ("/fake-cdn/…") and of the LFS store ("/fake-store/…"). */
FakeServer      *fake_huggingface_get_storage   (FakeHuggingface *self);
const char      *fake_huggingface_get_url       (FakeHuggingface *self);

/* Files larger than @threshold bytes go to the LFS store (1000), those larger than @part_size in parts (1 MB). */
void             fake_huggingface_set_sizes     (FakeHuggingface *self,
                                                 gsize            threshold,
                                                 gsize            part_size);
/* @kind: "models" or "datasets". @gated: its files are refused to everybody. */
void             fake_huggingface_add_repo      (FakeHuggingface *self,
                                                 const char      *kind,
                                                 const char      *name,
                                                 gboolean         is_private,
                                                 gboolean         is_gated);
void             fake_huggingface_add_file      (FakeHuggingface *self,
                                                 const char      *kind,
                                                 const char      *repo,
                                                 const char      *path,
                                                 gconstpointer    data,
                                                 gsize            size);
/* (nullable), borrowed */
GBytes          *fake_huggingface_get_file      (FakeHuggingface *self,
                                                 const char      *kind,
                                                 const char      *repo,
                                                 const char      *path);
guint            fake_huggingface_get_n_files   (FakeHuggingface *self,
                                                 const char      *kind,
                                                 const char      *repo);
/* -1: there is no such repository; else whether it is private. */
int              fake_huggingface_get_is_private(FakeHuggingface *self,
                                                 const char      *kind,
                                                 const char      *repo);
void             fake_huggingface_remove_repo   (FakeHuggingface *self,
                                                 const char      *kind,
                                                 const char      *repo);

/* How jobs end after @n_steps of training (8): "COMPLETED", "ERROR", "CANCELED", or "RUNNING": never. @message: "status.message" of the end. A job does
 * @per_look (3) steps with each look. */
void             fake_huggingface_set_end       (FakeHuggingface *self,
                                                 const char      *stage,
                                                 guint            n_steps,
                                                 guint            per_look,
                                                 const char      *message);
/* Whether the runner reports its failure before an "ERROR" (TRUE), or only a traceback stands in the log; and whether it pushes a result (TRUE). */
void             fake_huggingface_set_runner    (FakeHuggingface *self,
                                                 gboolean         reports,
                                                 gboolean         pushes);
/* The log of a running job stays open (TRUE) as the true one does, or ends (FALSE, so that nobody waits). */
void             fake_huggingface_set_following (FakeHuggingface *self,
                                                 gboolean         follows);
/* No money: a job is refused with 402. */
void             fake_huggingface_set_broke     (FakeHuggingface *self,
                                                 gboolean         is_broke);
guint            fake_huggingface_get_n_jobs    (FakeHuggingface *self);
/* The request that made a job (0 is the first), borrowed. */
JsonNode        *fake_huggingface_get_request   (FakeHuggingface *self,
                                                 guint            index);
const char      *fake_huggingface_get_job_id    (FakeHuggingface *self,
                                                 guint            index);
/* The first step that a job made: more than 1 where it went on from a checkpoint. */
guint            fake_huggingface_get_first_step(FakeHuggingface *self,
                                                 guint            index);
/* How often a token came where none may come. */
guint            fake_huggingface_get_n_leaks   (FakeHuggingface *self);

G_END_DECLS
