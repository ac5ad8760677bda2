/* attune-openai-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-error.h"
#include "attune-openai-adapter.h"

G_BEGIN_DECLS

#define ATTUNE_OPENAI_ID "openai"
/* The member of a job's metadata at OpenAI that holds the id of the job here: how it is found again after a crash. */
#define ATTUNE_OPENAI_JOB_KEY "attune_job"
/* Limits of its documentation. */
#define ATTUNE_OPENAI_MIN_ROWS 10
#define ATTUNE_OPENAI_MAX_TAGS 16
#define ATTUNE_OPENAI_MAX_TAG_NAME 64
#define ATTUNE_OPENAI_MAX_TAG_VALUE 512
#define ATTUNE_OPENAI_MAX_SUFFIX 64
#define ATTUNE_OPENAI_PAGE 100

/* What is remembered of a job between two questions. */
typedef struct {
  char   *newest_event;     /* id of the newest that was told; NULL: all are to be read */
  gint64  first_step;       /* the first step that was seen, and when, for the speed; -1 before it */
  gint64  first_time;
  gboolean has_checkpoints; /* were told at least once */
  guint   n_failures;       /* parts of the news of an ended job that could not be read */
} AttuneOpenaiMemory;
/* Borrowed; made where there is none yet. */
AttuneOpenaiMemory *attune_openai_adapter_get_memory (AttuneOpenaiAdapter *self,
                                                      const char          *job_id);

/* The client of the ground, with the person's organisation and project in its headers. */
AttuneHttpClient   *attune_openai_adapter_get_client (AttuneOpenaiAdapter *self);

/* Translation: the body of the request that creates a job. */
JsonNode           *attune_openai_build_request      (AttuneConfiguration    *configuration,
                                                      const AttuneJobContext *context,
                                                      GError                **error) G_GNUC_WARN_UNUSED_RESULT;
void                attune_openai_validate           (AttuneConfiguration    *configuration,
                                                      const AttuneJobContext *context,
                                                      AttuneCapabilities     *capabilities,
                                                      GDateTime              *now,
                                                      AttuneValidation       *validation);

/* Answers */

/* -1 for a word that is not known. */
int                 attune_openai_map_status         (const char             *status);
/* @now: microseconds by the provider's clock. */
AttuneStatusUpdate *attune_openai_parse_job          (JsonNode               *job,
                                                      gint64                  now) G_GNUC_WARN_UNUSED_RESULT;
/* NULL where the member `error` says nothing. */
GError             *attune_openai_parse_error        (JsonNode               *job);
/* One page of events, newest first as it came: messages become events, measurements become metrics, each appended. TRUE where @known (id; nullable)
 * was on it: what is older has been told. */
gboolean            attune_openai_parse_events       (JsonNode               *page,
                                                      const char             *known,
                                                      AttuneStatusUpdate     *update);
/* Appends the checkpoints of one page. */
void                attune_openai_parse_checkpoints  (JsonNode               *page,
                                                      GPtrArray              *checkpoints);
/* The result file: CSV, or CSV in base64. Points of a time are given @time. (element-type AttuneMetricPoint) (transfer full); NULL with
 * ATTUNE_ERROR_DAMAGED where it is neither. */
GArray             *attune_openai_parse_results      (const char             *data,
                                                      gsize                   length,
                                                      gint64                  time,
                                                      GError                **error) G_GNUC_WARN_UNUSED_RESULT;
/* What a refusal at the create means: @error is taken, and another one given where it is about more than this request. */
GError             *attune_openai_judge_refusal      (GError                 *error,
                                                      AttuneHttpReply        *reply) G_GNUC_WARN_UNUSED_RESULT;
/* The live part of the capabilities: the models of GET /models that can be tuned, with the days of their end. */
JsonNode           *attune_openai_build_capabilities (AttuneCapabilities     *known,
                                                      JsonNode               *models,
                                                      GDateTime              *now) G_GNUC_WARN_UNUSED_RESULT;

/* The operations. */
void                attune_openai_upload_async       (AttuneRemoteAdapter    *adapter,
                                                      AttuneDataset          *dataset,
                                                      AttuneProgressFunc      progress,
                                                      gpointer                progress_data,
                                                      GCancellable           *cancellable,
                                                      GAsyncReadyCallback     callback,
                                                      gpointer                user_data);
char               *attune_openai_upload_finish      (AttuneRemoteAdapter    *adapter,
                                                      GAsyncResult           *result,
                                                      GError                **error);
void                attune_openai_get_file_limits    (AttuneOpenaiAdapter    *self,
                                                      gint64                 *threshold,
                                                      gint64                 *part_size,
                                                      gint64                 *maximum);
void                attune_openai_start_training_async (AttuneAdapter       *adapter,
                                                      const AttuneJobContext *context,
                                                      GCancellable           *cancellable,
                                                      GAsyncReadyCallback     callback,
                                                      gpointer                user_data);
AttuneTrainingHandle *attune_openai_start_training_finish (AttuneAdapter     *adapter,
                                                      GAsyncResult           *result,
                                                      GError                **error);
void                attune_openai_find_job_async     (AttuneAdapter          *adapter,
                                                      const AttuneJobContext *context,
                                                      GCancellable           *cancellable,
                                                      GAsyncReadyCallback     callback,
                                                      gpointer                user_data);
AttuneTrainingHandle *attune_openai_find_job_finish  (AttuneAdapter          *adapter,
                                                      GAsyncResult           *result,
                                                      GError                **error);
/* Whether the page that is said to go on with @after (escaped) is the one that was asked for behind it. */
gboolean            attune_openai_is_same_page       (AttuneHttpReply        *page,
                                                      const char             *after);
void                attune_openai_query_status_async (AttuneAdapter          *adapter,
                                                      const AttuneJobContext *context,
                                                      GCancellable           *cancellable,
                                                      GAsyncReadyCallback     callback,
                                                      gpointer                user_data);
AttuneStatusUpdate *attune_openai_query_status_finish(AttuneAdapter          *adapter,
                                                      GAsyncResult           *result,
                                                      GError                **error);
void                attune_openai_list_checkpoints_async  (AttuneAdapter     *adapter,
                                                      const AttuneJobContext *context,
                                                      GCancellable           *cancellable,
                                                      GAsyncReadyCallback     callback,
                                                      gpointer                user_data);
GPtrArray          *attune_openai_list_checkpoints_finish (AttuneAdapter     *adapter,
                                                      GAsyncResult           *result,
                                                      GError                **error);

G_END_DECLS
