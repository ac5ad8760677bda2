/* attune-huggingface-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-hub.h"
#include "attune-huggingface-adapter.h"
#include "attune-huggingface-hardware.h"

G_BEGIN_DECLS

#define ATTUNE_HUGGINGFACE_DATA_REPO   "attune-data"
#define ATTUNE_HUGGINGFACE_MOUNT       "/attune"
#define ATTUNE_HUGGINGFACE_RUN         "/tmp/attune"
#define ATTUNE_HUGGINGFACE_RUNNER      "runner/attune-runner.py"
#define ATTUNE_HUGGINGFACE_LABEL       "attune-job"
#define ATTUNE_HUGGINGFACE_ATTEMPT     "attune-attempt"
#define ATTUNE_HUGGINGFACE_CHECKPOINTS "checkpoints"
#define ATTUNE_HUGGINGFACE_TIMEOUT     21600
#define ATTUNE_HUGGINGFACE_IMAGE       "ghcr.io/astral-sh/uv:python3.12-bookworm"
/* Where something is known only later. */
#define ATTUNE_HUGGINGFACE_OWNER       "<account>"

AttuneHub *attune_huggingface_adapter_get_hub          (AttuneHuggingfaceAdapter *self);
double     attune_huggingface_adapter_get_log_patience (AttuneHuggingfaceAdapter *self);
/* Whether the log of this job was read whole once; with that its end is enough. */
gboolean   attune_huggingface_adapter_knows_log        (AttuneHuggingfaceAdapter *self,
                                                        const char               *provider_job_id);
void       attune_huggingface_adapter_remember_log     (AttuneHuggingfaceAdapter *self,
                                                        const char               *provider_job_id);
/* Whether it is worth looking for checkpoints of a running job: something happened since the last look, or that is a while ago. It counts as one. */
gboolean   attune_huggingface_adapter_should_look      (AttuneHuggingfaceAdapter *self,
                                                        const char               *provider_job_id,
                                                        gint64                    last_event);

/* attune-huggingface-translate.c: one job, resolved from its configuration. */
typedef struct {
  char       *owner;          /* of repositories and jobs */
  char       *data_repo;      /* "owner/attune-data" */
  char       *output_repo;    /* "owner/name" */
  gboolean    is_output_public;
  char       *flavor;
  double      price_per_hour; /* NAN unknown */
  gint64      timeout;        /* seconds */
  gboolean    needs_wandb;    /* a key of W&B goes with it */
  JsonNode   *config;         /* config.json */
  char       *config_path;    /* in the data repository */
  JsonNode   *body;           /* of the request, with placeholders in "secrets" and no revision of the data yet */
} AttuneHuggingfacePlan;

/* @owner NULL: a placeholder. @attempt 1 for the first. */
AttuneHuggingfacePlan *attune_huggingface_plan_new  (AttuneHuggingfaceAdapter *self,
                                                     AttuneConfiguration      *configuration,
                                                     const AttuneJobContext   *context,
                                                     const char               *owner,
                                                     guint                     attempt,
                                                     GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void                   attune_huggingface_plan_free (AttuneHuggingfacePlan    *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneHuggingfacePlan, attune_huggingface_plan_free)

/* The repository of the result, as the plan would name it. (transfer full) */
char                  *attune_huggingface_dup_output_repo (AttuneConfiguration *configuration,
                                                     AttuneJob                *job,
                                                     const char               *owner);
/* Where a data file lies in the data repository, or will: "data/SHA256.jsonl". @provider NULL: whatever was uploaded before. (transfer full)
 * (nullable) while its digest is not known. */
char                  *attune_huggingface_dup_data_path (AttuneDataset        *dataset,
                                                     const char               *provider);
/* The two halves of "OWNER/ID". */
gboolean               attune_huggingface_split_job_id  (const char           *provider_job_id,
                                                     char                    **owner,
                                                     char                    **id,
                                                     GError                  **error);

/* attune-huggingface-estimate.c */
AttuneEstimate        *attune_huggingface_compute_estimate (AttuneHuggingfaceAdapter *self,
                                                     AttuneConfiguration      *configuration,
                                                     const AttuneJobContext   *context,
                                                     GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

/* attune-huggingface-create.c: everything from the repositories to the request. @attempt 1: the first. Ends with "OWNER/ID". */
void                   attune_huggingface_create_async  (AttuneHuggingfaceAdapter *self,
                                                     const AttuneJobContext   *context,
                                                     guint                     attempt,
                                                     GCancellable             *cancellable,
                                                     GAsyncReadyCallback       callback,
                                                     gpointer                  user_data);
char                  *attune_huggingface_create_finish (AttuneHuggingfaceAdapter *self,
                                                     GAsyncResult             *result,
                                                     GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

/* attune-huggingface-parse.c */

/* The state of a job's "status.stage"; -1 for a word that is not known. */
int                    attune_huggingface_parse_stage  (const char            *stage);

/* What the log of a job says, fed text by text. */
typedef struct {
  GArray    *metrics;         /* AttuneMetricPoint */
  GPtrArray *events;          /* AttuneEvent */
  GQueue     tail;            /* the last lines that were no news, for the message of a failure */
  GString   *line;            /* a line that is not whole yet */
  gint64     line_time;
  gint64     step;            /* -1 unknown */
  gint64     total_steps;
  double     time_remaining;
  gint64     trained_tokens;
  int        state;           /* what the runner last said of itself; -1 nothing */
  char      *error_message;   /* of the runner; NULL */
  char      *error_code;
  guint      n_texts;
} AttuneHuggingfaceLog;

AttuneHuggingfaceLog  *attune_huggingface_log_new      (void) G_GNUC_WARN_UNUSED_RESULT;
void                   attune_huggingface_log_free     (AttuneHuggingfaceLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneHuggingfaceLog, attune_huggingface_log_free)
/* The data of one server-sent event: {"data": text, "timestamp": …}. */
void                   attune_huggingface_log_feed     (AttuneHuggingfaceLog *self,
                                                        const char           *data);
/* What is left of a line counts as one. */
void                   attune_huggingface_log_end      (AttuneHuggingfaceLog *self);
/* (transfer full) (nullable): the last lines, one below the other. */
char                  *attune_huggingface_log_dup_tail (AttuneHuggingfaceLog *self);

/* A job and its log as news. @log is used up. */
AttuneStatusUpdate    *attune_huggingface_build_update (JsonNode             *job,
                                                        AttuneHuggingfaceLog *log,
                                                        const char           *url) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type AttuneCheckpoint): those whole ones among the files of a repository, in their order. */
GPtrArray             *attune_huggingface_parse_checkpoints (GPtrArray       *files) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the files of a repository hold a result. */
gboolean               attune_huggingface_has_result   (GPtrArray            *files);

/* The vfuncs, one file a concern. */
void attune_huggingface_validate_configuration (AttuneAdapter *adapter, AttuneConfiguration *configuration,
                                          const AttuneJobContext *context, AttuneValidation *validation);
JsonNode *attune_huggingface_translate_configuration (AttuneAdapter *adapter, AttuneConfiguration *configuration,
                                          const AttuneJobContext *context, GError **error);
void attune_huggingface_upload_async     (AttuneRemoteAdapter *adapter, AttuneDataset *dataset, AttuneProgressFunc progress,
                                          gpointer progress_data, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
char *attune_huggingface_upload_finish   (AttuneRemoteAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_start_training_async (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_huggingface_start_training_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_find_job_async   (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_huggingface_find_job_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_query_status_async (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
AttuneStatusUpdate *attune_huggingface_query_status_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_cancel_async     (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
gboolean attune_huggingface_cancel_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_resume_async     (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
gboolean attune_huggingface_resume_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_list_checkpoints_async (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *attune_huggingface_list_checkpoints_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_download_output_async (AttuneAdapter *adapter, const AttuneJobContext *context, const char *destination,
                                          AttuneProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
gboolean attune_huggingface_download_output_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_estimate_async   (AttuneAdapter *adapter, AttuneConfiguration *configuration,
                                          const AttuneJobContext *context, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
AttuneEstimate *attune_huggingface_estimate_finish (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void attune_huggingface_fetch_capabilities_async (AttuneRemoteAdapter *adapter, GCancellable *cancellable,
                                          GAsyncReadyCallback callback, gpointer user_data);
JsonNode *attune_huggingface_fetch_capabilities_finish (AttuneRemoteAdapter *adapter, GAsyncResult *result, GError **error);

G_END_DECLS
