/* fake-openai.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-server.h"

G_BEGIN_DECLS

/* OpenAI as far as fine-tuning goes, as a state machine: models, files whole and in parts, jobs that go on by a step with each look at them, events
 * in pages with the newest first, checkpoints, a table of results. It is strict: what the official description does not allow is refused with 400. */
typedef struct _FakeOpenai FakeOpenai;

#define FAKE_OPENAI_KEY "sk-fake0123456789abcdef"

FakeOpenai *fake_openai_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void        fake_openai_free       (FakeOpenai *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeOpenai, fake_openai_free)
FakeServer *fake_openai_get_server (FakeOpenai *self);
const char *fake_openai_get_url    (FakeOpenai *self);

/* @day NULL: without an end. Tunable ones are there from the start. */
void        fake_openai_add_model  (FakeOpenai *self,
                                    const char *id,
                                    const char *day);
void        fake_openai_remove_model (FakeOpenai *self,
                                    const char *id);
/* The refusal of every new job, as an organisation gets it that may not tune; NULL: none. */
void        fake_openai_set_closed (FakeOpenai *self,
                                    const char *message);
/* How a job ends: "succeeded", "failed" with an error, "running": never. */
void        fake_openai_set_end    (FakeOpenai *self,
                                    const char *status,
                                    const char *code,
                                    const char *message);
/* A word that stands as every job's status; NULL: the true one. */
void        fake_openai_set_word   (FakeOpenai *self,
                                    const char *word);
/* At most so many items in a page, whatever was asked for. */
void        fake_openai_set_page   (FakeOpenai *self,
                                    guint       size);
void        fake_openai_set_oldest_first (FakeOpenai *self,
                                    gboolean    oldest_first);
/* Whether the table of results comes in base64 (no). */
void        fake_openai_set_base64 (FakeOpenai *self,
                                    gboolean    base64);
/* Whether lists of jobs heed metadata[…] (yes). */
void        fake_openai_set_filter (FakeOpenai *self,
                                    gboolean    filter);
/* Seconds to the end that a running job tells; 0: it tells none. */
void        fake_openai_set_estimate (FakeOpenai *self,
                                    gint64      seconds);
guint       fake_openai_get_n_jobs (FakeOpenai *self);
guint       fake_openai_get_n_files(FakeOpenai *self);
/* (nullable): the content of a file; borrowed. */
GBytes     *fake_openai_get_file   (FakeOpenai *self,
                                    const char *id);
void        fake_openai_remove_file(FakeOpenai *self,
                                    const char *id);
/* (nullable): the body that made a job; borrowed. */
JsonObject *fake_openai_get_request(FakeOpenai *self,
                                    const char *id);
/* The id of the last job; NULL where there is none. */
const char *fake_openai_get_last   (FakeOpenai *self);
void        fake_openai_remove_jobs(FakeOpenai *self);

G_END_DECLS
