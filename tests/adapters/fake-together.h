/* fake-together.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-server.h"

G_BEGIN_DECLS

/* Together's fine-tuning API as a state machine: models with limits, files that go up in all three ways and are read afterwards, jobs that go on by
 * a step with each look at them, their events, metrics, checkpoints and archives, prices. It is strict: a wrong key, a key at a signed address, members
 * that the API does not know, and files that are not there or not read yet are refused. */
typedef struct _FakeTogether FakeTogether;

#define FAKE_TOGETHER_KEY   "tgp_v1_fake0123456789"
#define FAKE_TOGETHER_MODEL "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"

FakeTogether *fake_together_new            (void) G_GNUC_WARN_UNUSED_RESULT;
void          fake_together_free           (FakeTogether *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeTogether, fake_together_free)
FakeServer   *fake_together_get_server     (FakeTogether *self);
/* The base URL, ending in "/v1". */
const char   *fake_together_get_url        (FakeTogether *self);

/* How many looks a file needs until it is read (1), and what is wrong with every file from now on (NULL: nothing). */
void          fake_together_set_looks      (FakeTogether *self,
                                            guint         looks,
                                            const char   *problem);
/* How a job ends after @n_steps of training (8): "completed", "error", "user_error", "cancelled", or "running": never. @message: of the event that
 * tells a failure. */
void          fake_together_set_end        (FakeTogether *self,
                                            const char   *status,
                                            guint         n_steps,
                                            const char   *message);
/* Dollars of every estimate (1.25) and the limit of the account (100). */
void          fake_together_set_price      (FakeTogether *self,
                                            double        price,
                                            double        limit);
/* An older server: no processing_status, no preprocess, no suffix in lists, no metrics (404), limits with the required members alone. */
void          fake_together_set_old        (FakeTogether *self,
                                            gboolean      is_old);
/* Losses from this step on arrive as NaN, bare. 0: none. */
void          fake_together_set_nan        (FakeTogether *self,
                                            guint         from_step);
guint         fake_together_get_n_jobs     (FakeTogether *self);
guint         fake_together_get_n_files    (FakeTogether *self);
/* The request that made a job (0 is the first), borrowed. */
JsonObject   *fake_together_get_request    (FakeTogether *self,
                                            guint         index);
const char   *fake_together_get_job_id     (FakeTogether *self,
                                            guint         index);
/* (nullable): the content of a file. Borrowed. */
GBytes       *fake_together_get_file       (FakeTogether *self,
                                            const char   *id);
void          fake_together_remove_file    (FakeTogether *self,
                                            const char   *id);
void          fake_together_remove_job     (FakeTogether *self,
                                            const char   *id);
/* What "/finetune/download" gives. */
GBytes       *fake_together_get_archive    (FakeTogether *self);

G_END_DECLS
