/* attune-hub.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-http-client.h"

G_BEGIN_DECLS

/* The Hugging Face Hub: finding models, their files, and keeping one's own results there. Everything public works without a token; with one
 * (AttuneCredentials "huggingface") private and gated repositories do too. All operations end in the main context of their caller. */
#define ATTUNE_TYPE_HUB (attune_hub_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHub, attune_hub, ATTUNE, HUB, GObject)

/* At HF_ENDPOINT, the address of the settings, or huggingface.co. */
AttuneHub        *attune_hub_new            (AttuneCredentials    *credentials) G_GNUC_WARN_UNUSED_RESULT;
AttuneHub        *attune_hub_new_for_client (AttuneHttpClient     *client,
                                             AttuneCredentials    *credentials) G_GNUC_WARN_UNUSED_RESULT;
AttuneHttpClient *attune_hub_get_client     (AttuneHub            *self);

/* One model of an answer. Properties, all read-only: id ("org/name"), author, name, task ("text-generation"), library ("transformers"),
 * licence ("apache-2.0"), architecture ("qwen3"), downloads, likes, parameters (gint64, -1 unknown), updated-at (microseconds, 0
 * unknown), is-gated, is-private, is-trainable (its architecture is one that the trainer of this computer knows). */
#define ATTUNE_TYPE_HUB_MODEL (attune_hub_model_get_type ())
G_DECLARE_FINAL_TYPE (AttuneHubModel, attune_hub_model, ATTUNE, HUB_MODEL, GObject)

const char *attune_hub_model_get_id           (AttuneHubModel *self);
const char *attune_hub_model_get_author       (AttuneHubModel *self); /* (nullable) */
const char *attune_hub_model_get_name         (AttuneHubModel *self);
const char *attune_hub_model_get_task         (AttuneHubModel *self); /* (nullable) */
const char *attune_hub_model_get_library      (AttuneHubModel *self); /* (nullable) */
const char *attune_hub_model_get_licence      (AttuneHubModel *self); /* (nullable) */
const char *attune_hub_model_get_architecture (AttuneHubModel *self); /* (nullable) */
gint64      attune_hub_model_get_downloads    (AttuneHubModel *self);
gint64      attune_hub_model_get_likes        (AttuneHubModel *self);
gint64      attune_hub_model_get_parameters   (AttuneHubModel *self);
gint64      attune_hub_model_get_updated_at   (AttuneHubModel *self);
gboolean    attune_hub_model_is_gated         (AttuneHubModel *self);
gboolean    attune_hub_model_is_private       (AttuneHubModel *self);
gboolean    attune_hub_model_is_trainable     (AttuneHubModel *self);

/* What to look for; members that are NULL or 0 ask for nothing. */
typedef struct {
  const char         *text;         /* words of the name */
  const char         *author;       /* "Qwen" */
  const char         *task;         /* "text-generation" */
  const char * const *tags;         /* "safetensors", "license:apache-2.0", … all of them */
  const char         *sort;         /* "downloads", "likes", "lastModified", "trendingScore"; NULL: downloads */
  guint               limit;        /* 0: 30 */
  gboolean            is_trainable; /* only what the trainer of this computer can train */
} AttuneHubQuery;

void       attune_hub_search_async  (AttuneHub            *self,
                                     const AttuneHubQuery *query,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
/* (transfer full) (element-type AttuneHubModel) */
GPtrArray *attune_hub_search_finish (AttuneHub            *self,
                                     GAsyncResult         *result,
                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* One model by its id, with its architecture and size where the Hub knows them. */
void            attune_hub_load_model_async  (AttuneHub            *self,
                                              const char           *id,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
AttuneHubModel *attune_hub_load_model_finish (AttuneHub            *self,
                                              GAsyncResult         *result,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
  ATTUNE_HUB_MODEL_REPO,
  ATTUNE_HUB_DATASET_REPO,
} AttuneHubKind;

typedef struct {
  char   *path;   /* in the repository, with "/" */
  gint64  size;   /* bytes */
  char   *sha256; /* hex, of large files; NULL for small ones, which the Hub does not digest like this */
} AttuneHubFile;
AttuneHubFile *attune_hub_file_copy (const AttuneHubFile *self);
void           attune_hub_file_free (AttuneHubFile       *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneHubFile, attune_hub_file_free)

/* Every file of a repository; @revision NULL: main. @folder NULL: from the root. (element-type AttuneHubFile) */
void       attune_hub_list_files_async  (AttuneHub            *self,
                                         AttuneHubKind         kind,
                                         const char           *repo,
                                         const char           *revision,
                                         const char           *folder,
                                         GCancellable         *cancellable,
                                         GAsyncReadyCallback   callback,
                                         gpointer              user_data);
GPtrArray *attune_hub_list_files_finish (AttuneHub            *self,
                                         GAsyncResult         *result,
                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;
/* Those of @files that make up a model that can be trained here: configuration, tokenizer, weights as safetensors, licence. Other forms of the same
 * weights are left out. (transfer full) (element-type AttuneHubFile) */
GPtrArray *attune_hub_choose_model_files (GPtrArray           *files) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes of all of them. */
gint64     attune_hub_sum_sizes          (GPtrArray           *files);

/* Puts @files into @folder, in their order, each whole and checked before it bears its name; files that are there with their size are not loaded
 * again, and a partial one goes on where it stopped. */
void       attune_hub_fetch_files_async  (AttuneHub            *self,
                                          AttuneHubKind         kind,
                                          const char           *repo,
                                          const char           *revision,
                                          GPtrArray            *files,
                                          const char           *strip,    /* (nullable): a folder of the repository whose name is left out */
                                          const char           *folder,
                                          AttuneProgressFunc    progress,
                                          gpointer              progress_data,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
gboolean   attune_hub_fetch_files_finish (AttuneHub            *self,
                                          GAsyncResult         *result,
                                          GError              **error);

/* Brings the files of @folder (an adapter or a model; folders in it too, what begins with a dot and checkpoints not) to the model repository @repo
 * ("name" or "owner/name"), which is made where it is not there yet: private unless @is_public. A README.md with what the Hub wants to know is
 * added where there is none. Ends with the address of the repository's page. */
void       attune_hub_push_folder_async  (AttuneHub            *self,
                                          const char           *folder,
                                          const char           *repo,
                                          gboolean              is_public,
                                          AttuneProgressFunc    progress,
                                          gpointer              progress_data,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
char      *attune_hub_push_folder_finish (AttuneHub            *self,
                                          GAsyncResult         *result,
                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
