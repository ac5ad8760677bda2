/* fake-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-adapter.h"

G_BEGIN_DECLS

/* A provider that does what its test tells it. */
#define FAKE_TYPE_ADAPTER (fake_adapter_get_type ())
G_DECLARE_FINAL_TYPE (FakeAdapter, fake_adapter, FAKE, ADAPTER, GObject)

struct _FakeAdapter
{
  GObject         parent_instance;

  const char     *id;
  const char     *credential;
  GQueue          answers;      /* FakeAnswer; the last one stays */
  gint64          answered[64]; /* monotonic times of the questions */
  guint           delay;        /* milliseconds that every operation takes */

  GError         *start_error;  /* of start_training; NULL: it starts */
  GError         *find_error;   /* of find_job; NULL: it finds "found-1" */
  GError         *wish_error;   /* of cancel, pause, resume and delete */
  GError         *upload_error;
  GError         *load_error;
  GError         *list_error;
  int             status;       /* what the provider would say; set by cancel, pause and resume */
  gboolean        lost_file;    /* what was uploaded before is no longer there */
  const char     *refused_path; /* validate_configuration finds this wrong */
  void          (*on_start)     (FakeAdapter *self, const AttuneJobContext *context);
  void          (*on_upload)    (FakeAdapter *self);

  guint           n_queries;
  guint           n_starts;
  guint           n_finds;
  guint           n_cancels;
  guint           n_pauses;
  guint           n_resumes;
  guint           n_deletes;
  guint           n_uploads;
  guint           n_loads;
  guint           n_validations;
  guint           n_under_way;
  guint           most_under_way;
  char           *last_job_id;
  char           *last_training;
};

FakeAdapter *fake_adapter_new   (void);
AttuneAdapter *fake_plain_adapter_new (const char *id);

/* Both take what they are given. The next question is answered with this. */
void         fake_adapter_push  (FakeAdapter        *self,
                                 AttuneStatusUpdate *update);
void         fake_adapter_push_error (FakeAdapter   *self,
                                 AttuneError         code,
                                 const char         *message);
/* An update with just a state and a step of 10. */
AttuneStatusUpdate *fake_update (int                 status,
                                 gint64              step);

G_END_DECLS
