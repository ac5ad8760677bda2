/* fake-server-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <libsoup/soup.h>

#include "fake-server.h"

G_BEGIN_DECLS

struct _FakeAnswer
{
  guint       status;
  GPtrArray  *headers;  /* name, value, … */
  char       *content_type;
  GByteArray *body;
  GPtrArray  *pieces;   /* after the body, or NULL */
  gboolean    keep_open;
};

FakeRequest *fake_request_new   (SoupServerMessage *message,
                                 const char        *path,
                                 GHashTable        *query);
void        fake_request_free   (FakeRequest       *request);
FakeAnswer *fake_answer_new     (void);
void        fake_answer_free    (FakeAnswer        *answer);
/* The head of the answer as bytes, with a Content-Length of @length. */
GString    *fake_answer_make_head (FakeAnswer      *answer,
                                   gsize            length);

/* Everything from here on is done to the connection itself. */
void        fake_fault_commit   (FakeFault          fault,
                                 SoupServerMessage *message,
                                 FakeAnswer        *answer);

G_END_DECLS
