/* attune-hub-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-hub.h"

G_BEGIN_DECLS

/* As attune_http_client_send_async(), but without a token where there is none, and with the Hub's own error codes understood. @what: what
 * the question is about, for messages: "org/name". */
void             attune_hub_send_async    (AttuneHub            *self,
                                           AttuneHttpRequest    *request,
                                           const char           *what,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
AttuneHttpReply *attune_hub_send_finish   (AttuneHub            *self,
                                           GAsyncResult         *result,
                                           GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a token is known, and with FALSE @request has been told to go without. */
void             attune_hub_prepare_async (AttuneHub            *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean         attune_hub_prepare_finish(AttuneHub            *self,
                                           GAsyncResult         *result,
                                           gboolean             *has_token,
                                           GError              **error);

/* The name of the token's owner; asked once, since the Hub limits this question strictly. */
void             attune_hub_whoami_async  (AttuneHub            *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
char            *attune_hub_whoami_finish (AttuneHub            *self,
                                           GAsyncResult         *result,
                                           GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the repository where it is not there yet. @repo: "owner/name", or "name" of the token's owner; ends with the whole name. */
void             attune_hub_ensure_repo_async  (AttuneHub            *self,
                                                AttuneHubKind         kind,
                                                const char           *repo,
                                                gboolean              is_public,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
char            *attune_hub_ensure_repo_finish (AttuneHub            *self,
                                                GAsyncResult         *result,
                                                GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* "/api/models/org/name" and what comes behind, the name escaped. (transfer full) */
char            *attune_hub_dup_api_target     (AttuneHubKind         kind,
                                                const char           *repo,
                                                const char           *rest) G_GNUC_WARN_UNUSED_RESULT;
/* "/[datasets/]org/name" and what comes behind. (transfer full) */
char            *attune_hub_dup_repo_target    (AttuneHubKind         kind,
                                                const char           *repo,
                                                const char           *rest) G_GNUC_WARN_UNUSED_RESULT;
/* A path of a repository for an address, its slashes kept. (transfer full) */
char            *attune_hub_escape_path        (const char           *path) G_GNUC_WARN_UNUSED_RESULT;
/* "name" or "owner/name" of the characters that the Hub takes. INVALID says what is wrong. */
gboolean         attune_hub_check_repo         (const char           *repo,
                                                gboolean              needs_owner,
                                                GError              **error);
/* @text as a repository's name: other characters become "-". (transfer full); never empty. */
char            *attune_hub_make_name          (const char           *text) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a path of a repository may be laid on a disk below a folder. */
gboolean         attune_hub_is_safe_path       (const char           *path);

/* Files for one commit. */
#define ATTUNE_TYPE_HUB_COMMIT (attune_hub_commit_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHubCommit, attune_hub_commit, ATTUNE, HUB_COMMIT, GObject)

AttuneHubCommit *attune_hub_commit_new         (AttuneHub            *hub,
                                                AttuneHubKind         kind,
                                                const char           *repo,
                                                const char           *summary) G_GNUC_WARN_UNUSED_RESULT;
void             attune_hub_commit_add_file    (AttuneHubCommit      *self,
                                                const char           *path,
                                                const char           *source);
void             attune_hub_commit_add_bytes   (AttuneHubCommit      *self,
                                                const char           *path,
                                                GBytes               *bytes);
/* Only before it is sent. */
guint            attune_hub_commit_get_n_files (AttuneHubCommit      *self);
/* Digests, uploads what is large and not there yet, and commits. May be done again after an error. Ends with the id of the commit. */
void             attune_hub_commit_send_async  (AttuneHubCommit      *self,
                                                AttuneProgressFunc    progress,
                                                gpointer              progress_data,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
char            *attune_hub_commit_send_finish (AttuneHubCommit      *self,
                                                GAsyncResult         *result,
                                                GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* attune-hub-model.c: from an answer of the Hub; NULL where it is none. */
AttuneHubModel  *attune_hub_model_new_from_json (JsonNode            *node);

G_END_DECLS
