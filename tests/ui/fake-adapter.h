/* fake-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-adapter.h"

G_BEGIN_DECLS

/* A provider that does as it is told: for tests of the window that need every kind of setting, errors and jobs that end at once. */
#define TYPE_FAKE_ADAPTER (fake_adapter_get_type ())
G_DECLARE_FINAL_TYPE (FakeAdapter, fake_adapter, FAKE, ADAPTER, GObject)

/* @id and @title as given. It takes every setting but those of the groups Hardware and Integrations. */
FakeAdapter *fake_adapter_new           (const char   *id,
                                         const char   *title);
/* The capabilities that it starts with, to build others from. (transfer full) */
GVariantDict *fake_adapter_new_dict     (void);
/* @capabilities a{sv}, sunk. */
void         fake_adapter_set_capabilities (FakeAdapter *self,
                                         GVariant     *capabilities);
/* The next @n loads of the capabilities fail. */
void         fake_adapter_fail_loads    (FakeAdapter  *self,
                                         guint         n);
/* Warns, while @path does not have @value, and offers it. @value is sunk; @path NULL: no. */
void         fake_adapter_set_advice    (FakeAdapter  *self,
                                         const char   *path,
                                         GVariant     *value);
/* The next start fails with @message; NULL: no. */
void         fake_adapter_fail_start    (FakeAdapter  *self,
                                         const char   *message);
/* What the jobs are reported as from now on. */
void         fake_adapter_set_status    (FakeAdapter  *self,
                                         AttuneJobStatus status,
                                         gint64        step,
                                         gint64        total_steps);
/* What a job is estimated to cost, NAN for unknown, and the credential that the provider asks for; NULL: none. */
void         fake_adapter_set_cost      (FakeAdapter  *self,
                                         const char   *credential,
                                         double        low,
                                         double        high);
guint        fake_adapter_get_n_started (FakeAdapter  *self);

G_END_DECLS
