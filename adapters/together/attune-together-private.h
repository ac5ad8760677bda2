/* attune-together-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-together-adapter.h"

G_BEGIN_DECLS

/* What no configuration holds, for a request that goes out. A member that is NULL is a placeholder in the body where one is needed. */
typedef struct {
  const char *training_file;   /* ids of uploaded files */
  const char *validation_file;
  gboolean    has_validation;  /* there is validation data, whether or not its id is known yet */
  const char *data_format;     /* of the training data, "preference" makes it a preference job */
  const char *job_id;          /* ours: the suffix carries its beginning, so that the job can be found again */
  const char *wandb_key;
  const char *hf_token;
} AttuneTogetherParts;

/* attune-together-translate.c */

#define ATTUNE_TOGETHER_MAX_SUFFIX     64
#define ATTUNE_TOGETHER_OLD_MAX_SUFFIX 40
#define ATTUNE_TOGETHER_MARK_LENGTH    8

/* The body of POST /fine-tunes. Unset settings are absent from it, except packing, whose default at the server is on.
 * ATTUNE_ERROR_NOT_SUPPORTED lists words of the configuration that Together has no like of; ATTUNE_ERROR_INVALID names an override of the
 * wrong type. */
JsonNode *attune_together_build_request  (AttuneConfiguration        *configuration,
                                          AttuneCapabilities         *capabilities,
                                          const AttuneTogetherParts  *parts,
                                          GError                    **error) G_GNUC_WARN_UNUSED_RESULT;
/* The body of POST /fine-tunes/estimate-price, made of the members that it shares with @request. */
JsonNode *attune_together_build_estimate (JsonNode                   *request) G_GNUC_WARN_UNUSED_RESULT;
/* The mark by which a job is known in the list of jobs; @job_id is ours. */
char     *attune_together_dup_mark       (const char                 *job_id);
/* The suffix that is sent: the person's, then the mark. Either may be NULL. */
char     *attune_together_build_suffix   (const char                 *suffix,
                                          const char                 *job_id);
/* Whether the data or the person asks for training on preferences. */
gboolean  attune_together_is_preference  (AttuneConfiguration        *configuration,
                                          const char                 *data_format);

/* attune-together-parse.c */

/* AttuneJobStatus, or -1 for a word that is not known. */
int                 attune_together_parse_status      (const char         *word);
/* The whole or the short form of a job. */
AttuneStatusUpdate *attune_together_parse_job         (JsonNode           *job);
/* Adds events, steps and the reason of a failure to @update from {"data": […]} of the events. */
void                attune_together_parse_events      (JsonNode           *answer,
                                                       AttuneStatusUpdate *update);
/* (element-type AttuneCheckpoint), in the order of their steps. */
GPtrArray          *attune_together_parse_checkpoints (JsonNode           *answer,
                                                       const char         *provider_job_id) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type AttuneMetricPoint), in the order of the answer. */
GArray             *attune_together_parse_metrics     (JsonNode           *answer) G_GNUC_WARN_UNUSED_RESULT;
/* US dollars, or NAN. */
double              attune_together_parse_price       (JsonNode           *job);
AttuneEstimate     *attune_together_parse_estimate    (JsonNode           *answer,
                                                       GError            **error) G_GNUC_WARN_UNUSED_RESULT;
/* The id of the job with the mark of ours in {"data": […]}; NULL where there is none. (transfer none) */
const char         *attune_together_find_marked       (JsonNode           *answer,
                                                       const char         *job_id);

/* What is known of an uploaded file. */
typedef enum {
  ATTUNE_TOGETHER_FILE_PROCESSING,
  ATTUNE_TOGETHER_FILE_READY,
  ATTUNE_TOGETHER_FILE_REFUSED,
} AttuneTogetherFileState;
/* @reason: (out) (optional): why a file was refused, in the provider's words; (transfer full). */
AttuneTogetherFileState attune_together_parse_file    (JsonNode           *file,
                                                       char              **reason);

/* attune-together-capabilities.c */

/* One element of the models of capabilities from the answer of /fine-tunes/models/limits; @limits NULL: only its name. */
JsonNode           *attune_together_build_model        (const char         *model,
                                                        JsonNode           *limits) G_GNUC_WARN_UNUSED_RESULT;

/* attune-together-fetch.c: the live capabilities. */

void                attune_together_fetch_async        (AttuneRemoteAdapter    *adapter,
                                                        GCancellable           *cancellable,
                                                        GAsyncReadyCallback     callback,
                                                        gpointer                user_data);
JsonNode           *attune_together_fetch_finish       (AttuneRemoteAdapter    *adapter,
                                                        GAsyncResult           *result,
                                                        GError                **error);

/* attune-together-validate.c */

void                attune_together_check              (AttuneConfiguration    *configuration,
                                                        AttuneCapabilities     *capabilities,
                                                        const AttuneJobContext *context,
                                                        AttuneValidation       *validation);

/* attune-together-upload.c, attune-together-multipart.c */

typedef struct {
  gint64 one_request;
  gint64 one_redirect;
  gint64 part;
  double pause;
} AttuneTogetherUploadLimits;
/* Borrowed. */
const AttuneTogetherUploadLimits *attune_together_adapter_get_upload_limits (AttuneTogetherAdapter *self);

void                attune_together_upload_async       (AttuneRemoteAdapter    *adapter,
                                                        AttuneDataset          *dataset,
                                                        AttuneProgressFunc      progress,
                                                        gpointer                progress_data,
                                                        GCancellable           *cancellable,
                                                        GAsyncReadyCallback     callback,
                                                        gpointer                user_data);
char               *attune_together_upload_finish      (AttuneRemoteAdapter    *adapter,
                                                        GAsyncResult           *result,
                                                        GError                **error);
/* What a file is called at Together, and its type there. */
char               *attune_together_dup_file_name      (const char             *path);
const char         *attune_together_get_file_type      (const char             *path);
/* A file of more than 5 GB, in parts. Ends with its id there. */
void                attune_together_multipart_async    (AttuneTogetherAdapter  *self,
                                                        const char             *path,
                                                        gint64                  size,
                                                        AttuneProgressFunc      progress,
                                                        gpointer                progress_data,
                                                        GCancellable           *cancellable,
                                                        GAsyncReadyCallback     callback,
                                                        gpointer                user_data);
char               *attune_together_multipart_finish   (AttuneTogetherAdapter  *self,
                                                        GAsyncResult           *result,
                                                        GError                **error);

/* attune-together-start.c, -status.c, -output.c: vfuncs of AttuneAdapterInterface. */

void                  attune_together_start_async      (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_together_start_finish     (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_together_find_async       (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
AttuneTrainingHandle *attune_together_find_finish      (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_together_query_async      (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
AttuneStatusUpdate   *attune_together_query_finish     (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_together_cancel_async     (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_together_cancel_finish    (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_together_delete_async     (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_together_delete_finish    (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_together_list_async       (AttuneAdapter *adapter, const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
GPtrArray            *attune_together_list_finish      (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_together_download_async   (AttuneAdapter *adapter, const AttuneJobContext *context, const char *destination,
                                                        AttuneProgressFunc progress, gpointer progress_data, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean              attune_together_download_finish  (AttuneAdapter *adapter, GAsyncResult *result, GError **error);
void                  attune_together_estimate_async   (AttuneAdapter *adapter, AttuneConfiguration *configuration,
                                                        const AttuneJobContext *context, GCancellable *cancellable,
                                                        GAsyncReadyCallback callback, gpointer user_data);
AttuneEstimate       *attune_together_estimate_finish  (AttuneAdapter *adapter, GAsyncResult *result, GError **error);

/* The id that Together gave to the job of @context, escaped into no path yet; NULL with ATTUNE_ERROR_INVALID. (transfer full) */
char                 *attune_together_dup_job_id       (const AttuneJobContext *context, GError **error);
/* The parts that the context knows: files, format, our id. The secrets are left NULL. */
AttuneTogetherParts   attune_together_collect_parts    (AttuneConfiguration *configuration, const AttuneJobContext *context);
/* The limits of the model chosen. (transfer full) */
AttuneCapabilities   *attune_together_dup_narrowed     (AttuneAdapter *adapter, AttuneConfiguration *configuration);
/* The last step whose metrics came, for the next question; -1 where none did. */
gint64                attune_together_adapter_get_last_step (AttuneTogetherAdapter *self, const char *provider_job_id);
void                  attune_together_adapter_set_last_step (AttuneTogetherAdapter *self, const char *provider_job_id, gint64 step);

G_END_DECLS
