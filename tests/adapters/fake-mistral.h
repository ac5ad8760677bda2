/* fake-mistral.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-server.h"

G_BEGIN_DECLS

/* Mistral's historic API as far as fine-tuning goes, as a state machine: models, files, jobs that go on by a step with each look at them. It is strict:
 * what the official description does not allow is refused with 422. Once withdrawn, the routes of jobs answer 410 and the others live on. */
typedef struct _FakeMistral FakeMistral;

#define FAKE_MISTRAL_KEY "mistral-fake0123456789abcdef"
#define FAKE_MISTRAL_WANDB_KEY "0123456789abcdef0123456789abcdef01234567"

FakeMistral *fake_mistral_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void         fake_mistral_free       (FakeMistral *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeMistral, fake_mistral_free)
FakeServer  *fake_mistral_get_server (FakeMistral *self);
const char  *fake_mistral_get_url    (FakeMistral *self);

/* The status of every answer about jobs: 404 or 410; 0: they are there. */
void         fake_mistral_set_withdrawn (FakeMistral *self,
                                      guint          status);
/* How a job ends: "SUCCESS", "FAILED", "FAILED_VALIDATION", with what an event says about it; "RUNNING": never. */
void         fake_mistral_set_end    (FakeMistral   *self,
                                      const char    *status,
                                      const char    *message);
/* A word that stands as every job's status; NULL: the true one. */
void         fake_mistral_set_word   (FakeMistral   *self,
                                      const char    *word);
/* The currency of costs ("USD"). */
void         fake_mistral_set_currency (FakeMistral *self,
                                      const char    *currency);
/* Whether a job of the same model and files as an earlier one is refused with 409 (no). */
void         fake_mistral_set_strict_duplicates (FakeMistral *self,
                                      gboolean       strict);
guint        fake_mistral_get_n_jobs (FakeMistral   *self);
guint        fake_mistral_get_n_files(FakeMistral   *self);
/* (nullable): the content of a file; borrowed. */
GBytes      *fake_mistral_get_file   (FakeMistral   *self,
                                      const char    *id);
/* (nullable): the body that made a job; borrowed. */
JsonObject  *fake_mistral_get_request(FakeMistral   *self,
                                      const char    *id);
const char  *fake_mistral_get_last   (FakeMistral   *self);
void         fake_mistral_remove_jobs(FakeMistral   *self);
/* Makes the last job older. */
void         fake_mistral_age        (FakeMistral   *self,
                                      gint64         seconds);

G_END_DECLS
