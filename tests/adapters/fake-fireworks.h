/* fake-fireworks.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "fake-server.h"

G_BEGIN_DECLS

/* Fireworks' gateway as far as supervised fine-tuning goes, as a state machine: accounts, models in pages, data sets with both ways of uploading,
 * jobs that go on by a step with each look at them, signed files, a price. It is strict: what the published description does not know is refused. */
typedef struct _FakeFireworks FakeFireworks;

#define FAKE_FIREWORKS_KEY "fw_fake0123456789"
#define FAKE_FIREWORKS_WANDB_KEY "0123456789abcdef0123456789abcdef01234567"

FakeFireworks *fake_fireworks_new        (void) G_GNUC_WARN_UNUSED_RESULT;
void           fake_fireworks_free       (FakeFireworks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeFireworks, fake_fireworks_free)
FakeServer    *fake_fireworks_get_server (FakeFireworks *self);
const char    *fake_fireworks_get_url    (FakeFireworks *self);

/* "acme" is there from the start. */
void           fake_fireworks_add_account (FakeFireworks *self,
                                           const char    *id,
                                           const char    *suspend_state);
void           fake_fireworks_forget_accounts (FakeFireworks *self);
/* How many looks a data set needs until it is READY (1), and how often validateUpload says that it sees nothing yet (1). */
void           fake_fireworks_set_looks  (FakeFireworks *self,
                                          guint          looks,
                                          guint          refusals);
/* What is wrong with every file from now on; NULL: nothing. */
void           fake_fireworks_set_problem (FakeFireworks *self,
                                           const char    *problem);
/* How a job ends: "COMPLETED", "EARLY_STOPPED", "FAILED" with @message, … Without the prefix. "RUNNING": never. */
void           fake_fireworks_set_end    (FakeFireworks *self,
                                          const char    *state,
                                          const char    *code,
                                          const char    *message);
/* Whether jobs have ":cancel" (they do). */
void           fake_fireworks_set_cancel (FakeFireworks *self,
                                          gboolean       has_cancel);
/* (nullable): the job's answer as it is now, without taking it a step on; and the one data set. Borrowed. */
JsonObject    *fake_fireworks_get_job    (FakeFireworks *self,
                                          const char    *id);
guint          fake_fireworks_get_n_jobs (FakeFireworks *self);
guint          fake_fireworks_get_n_datasets (FakeFireworks *self);
/* (nullable): the content of the file of a data set. Borrowed. */
GBytes        *fake_fireworks_get_file   (FakeFireworks *self,
                                          const char    *dataset);
/* As from the console. */
void           fake_fireworks_remove_job (FakeFireworks *self,
                                          const char    *id);

G_END_DECLS
