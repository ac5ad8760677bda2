/* attune-remote-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-adapter.h"
#include "attune-catalogue.h"
#include "attune-http-client.h"

G_BEGIN_DECLS

/* The half of AttuneAdapter that all hosted providers share. A provider is a final subclass which implements ATTUNE_TYPE_ADAPTER again:
 *
 *   G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneFooAdapter, attune_foo_adapter, ATTUNE_TYPE_REMOTE_ADAPTER,
 *                                  G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, attune_foo_adapter_iface_init))
 *
 * Its iface_init finds the common half filled in (id, title, description, credential, capabilities, upload with reuse, test of the key) and sets
 * what is its own: validate, translate, start, find, query, cancel… Made with
 *   g_object_new (ATTUNE_TYPE_FOO_ADAPTER, "provider", "foo", "credentials", credentials, NULL).
 */
#define ATTUNE_TYPE_REMOTE_ADAPTER (attune_remote_adapter_get_type ())
G_DECLARE_DERIVABLE_TYPE (AttuneRemoteAdapter, attune_remote_adapter, ATTUNE, REMOTE_ADAPTER, GObject)

struct _AttuneRemoteAdapterClass {
  GObjectClass parent_class;

  /* The live part of the capabilities as JSON in their shape (models, parameterRanges…), members that are not live absent. (transfer full).
   * NULL vfunc: nothing is live, the catalogue is all. */
  void               (*fetch_capabilities_async)  (AttuneRemoteAdapter *self, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  JsonNode          *(*fetch_capabilities_finish) (AttuneRemoteAdapter *self, GAsyncResult *result, GError **error);

  /* Brings the file to the provider and gives its id there. Called only where it is not there already. Progress is of this file. */
  void               (*upload_async)              (AttuneRemoteAdapter *self, AttuneDataset *dataset, AttuneProgressFunc progress,
                                                   gpointer progress_data, GCancellable *cancellable,
                                                   GAsyncReadyCallback callback, gpointer user_data);
  char              *(*upload_finish)             (AttuneRemoteAdapter *self, GAsyncResult *result, GError **error);
  /* The question whether the file of an earlier upload is still there: 404 and 410 mean no, success yes unless is_upload_usable says no. NULL: it is trusted. */
  AttuneHttpRequest *(*create_upload_check)       (AttuneRemoteAdapter *self, AttuneDataset *dataset, const char *file_id);
  gboolean           (*is_upload_usable)          (AttuneRemoteAdapter *self, AttuneHttpReply *reply);

  /* The question that proves the key; NULL vfunc: GET of the catalogue's "test". */
  AttuneHttpRequest *(*create_test_request)       (AttuneRemoteAdapter *self);
};

AttuneCatalogue   *attune_remote_adapter_get_catalogue   (AttuneRemoteAdapter  *self);
/* The client for the provider's own API; made at the first call. It has the base URL that is set at the time of each call. */
AttuneHttpClient  *attune_remote_adapter_get_client      (AttuneRemoteAdapter  *self);
AttuneCredentials *attune_remote_adapter_get_credentials (AttuneRemoteAdapter  *self);
const char        *attune_remote_adapter_get_provider    (AttuneRemoteAdapter  *self); /* the id: "openai" */
const char        *attune_remote_adapter_get_title       (AttuneRemoteAdapter  *self);

/* What is known now: live and cached parts over the catalogue's. (transfer full) */
AttuneCapabilities *attune_remote_adapter_dup_capabilities (AttuneRemoteAdapter *self) G_GNUC_WARN_UNUSED_RESULT;

/* The pieces of it, for tests and subclasses: @live (JSON) laid over @base: lists and limits replaced, models of both joined by id, notices of both. */
AttuneCapabilities *attune_remote_adapter_merge           (AttuneCapabilities   *base,
                                                          JsonNode             *live,
                                                          gint64                fetched_at,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* {"method","url","body"} as translate_configuration returns it, secret members of @body masked. @body is taken, NULL for none. (transfer full) */
JsonNode          *attune_remote_adapter_describe_request (AttuneRemoteAdapter *self,
                                                          const char           *method,
                                                          const char           *target,
                                                          JsonNode             *body) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
