/* fake-server.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* An HTTP server on the loopback interface in this process, for the fakes of providers and for faults. Answers in the thread's main context of its maker,
 * so that a test iterates one context. Nothing of it depends on GTest: it is used in programs as well. */
typedef struct _FakeServer FakeServer;

typedef struct {
  const char *method;
  const char *path;      /* unescaped, without the query */
  const char *raw_path;  /* as it was sent */
  GHashTable *query;     /* name → value */
  GHashTable *headers;   /* name in lower case → value */
  GBytes     *body;
  JsonNode   *json;      /* the body as a document, or NULL */
} FakeRequest;
const char *fake_request_get_header (const FakeRequest *request,
                                     const char        *name);
const char *fake_request_get_query  (const FakeRequest *request,
                                     const char        *name);
/* The content of one field or file of a multipart/form-data body; NULL where there is none. (transfer full) */
GBytes     *fake_request_dup_part   (const FakeRequest *request,
                                     const char        *name);
/* The file name of such a part. (transfer full) (nullable) */
char       *fake_request_dup_filename (const FakeRequest *request,
                                       const char        *name);

typedef struct _FakeAnswer FakeAnswer;
void fake_answer_json    (FakeAnswer *answer, guint status, const char *format, ...) G_GNUC_PRINTF (3, 4);
void fake_answer_node    (FakeAnswer *answer, guint status, JsonNode *node); /* @node is taken */
void fake_answer_bytes   (FakeAnswer *answer, guint status, const char *content_type, gconstpointer data, gsize length);
void fake_answer_text    (FakeAnswer *answer, guint status, const char *content_type, const char *text);
void fake_answer_header  (FakeAnswer *answer, const char *name, const char *value);
/* After the answer so far more follows later: it stays open for fake_server_push() until fake_server_push_end() or the end of the server. */
void fake_answer_keep_open (FakeAnswer *answer);
/* Sent as one piece, then a pause, then the next: how a log arrives. Adds to the body of the answer. */
void fake_answer_add_piece (FakeAnswer *answer, const char *text);

typedef void (*FakeHandler) (FakeServer        *server,
                             const FakeRequest *request,
                             FakeAnswer        *answer,
                             gpointer           user_data);

FakeServer *fake_server_new       (void) G_GNUC_WARN_UNUSED_RESULT;
/* With a certificate that nobody has signed: it shakes hands with whoever wants to, and that is all. */
FakeServer *fake_server_new_tls   (void) G_GNUC_WARN_UNUSED_RESULT;
void        fake_server_free      (FakeServer  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)
/* "http://127.0.0.1:PORT", without "/" at its end. */
const char *fake_server_get_url   (FakeServer  *self);
/* @method NULL: any. @pattern: a GLob of GPatternSpec on the path ("/v1/files", "/v1/files/?*"). The route that was added last and fits wins. */
void        fake_server_add_route (FakeServer  *self,
                                   const char  *method,
                                   const char  *pattern,
                                   FakeHandler  handler,
                                   gpointer     user_data);
/* A scripted answer: those of one method and pattern are given one after the other, the last one for ever. */
void        fake_server_script    (FakeServer  *self,
                                   const char  *method,
                                   const char  *pattern,
                                   guint        status,
                                   const char  *content_type,
                                   const char  *body);
/* The same with headers: "Retry-After", "1", …, NULL. */
void        fake_server_script_full (FakeServer *self,
                                   const char  *method,
                                   const char  *pattern,
                                   guint        status,
                                   const char  *content_type,
                                   const char  *body,
                                   ...) G_GNUC_NULL_TERMINATED;

typedef enum {
  FAKE_FAULT_NONE,
  FAKE_FAULT_RESET,          /* the connection is reset when the request is read */
  FAKE_FAULT_RESET_AFTER,    /* the handler runs (the job is created!), then the connection is reset without an answer */
  FAKE_FAULT_SILENCE,        /* the handler does not run and no answer ever comes */
  FAKE_FAULT_DRIP,           /* the true answer, a byte at a time with pauses */
  FAKE_FAULT_TRUNCATED,      /* the true answer breaks off in its middle, with the whole Content-Length */
  FAKE_FAULT_TRUNCATED_JSON, /* half of the true answer, as if it were whole */
  FAKE_FAULT_HTML,           /* 200 with a page of HTML */
  FAKE_FAULT_ERROR_IN_200,   /* 200 with {"error":{"message":"The fake says no"}} */
  FAKE_FAULT_WRONG_TYPE,     /* the true answer as image/png */
  FAKE_FAULT_ENDLESS,        /* a body that never ends */
  FAKE_FAULT_GARBAGE,        /* bytes that are no HTTP */
  FAKE_FAULT_STATUS,         /* + 100…599: this status with {"error":{"message":"The fake says no","type":"fake","code":null}} */
} FakeFault;
#define FAKE_FAULT_STATUS_OF(status) ((FakeFault) (FAKE_FAULT_STATUS + (status)))
/* The next @times (-1: all) requests that fit are answered with the fault. NULL method and "*" fit all. */
void        fake_server_set_fault (FakeServer  *self,
                                   const char  *method,
                                   const char  *pattern,
                                   FakeFault    fault,
                                   int          times);
void        fake_server_clear_faults (FakeServer *self);
/* No connection is taken any more: refused. And again taken, at the same port. */
void        fake_server_set_refusing (FakeServer *self,
                                   gboolean     refusing);

/* More of every answer that was kept open; and their end. */
void        fake_server_push      (FakeServer  *self,
                                   const char  *text);
void        fake_server_push_end  (FakeServer  *self);

/* What came: all requests, in their order. (element-type FakeRequest), borrowed. */
GPtrArray  *fake_server_get_requests (FakeServer *self);
guint       fake_server_count     (FakeServer  *self,
                                   const char  *method,
                                   const char  *pattern);
const FakeRequest *fake_server_last (FakeServer *self,
                                   const char  *method,
                                   const char  *pattern);
void        fake_server_forget    (FakeServer  *self);

G_END_DECLS
