/* attune-mistral-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-error.h"
#include "attune-mistral-adapter.h"

G_BEGIN_DECLS

#define ATTUNE_MISTRAL_ID "mistral"
#define ATTUNE_MISTRAL_JOBS "/v1/fine_tuning/jobs"
/* Limits of its documentation. */
#define ATTUNE_MISTRAL_MAX_SUFFIX 18
#define ATTUNE_MISTRAL_WANDB_KEY_LENGTH 40
#define ATTUNE_MISTRAL_MAX_FILE (G_GINT64_CONSTANT (512) * 1000 * 1000)
#define ATTUNE_MISTRAL_MAX_VALIDATION (G_GINT64_CONSTANT (1000) * 1000)
#define ATTUNE_MISTRAL_PAGE 100

/* Translation */

/* The body of the request that creates a job. @wandb_key NULL: a placeholder stands in its place; @for_estimate: without what a dry run needs not. */
JsonNode           *attune_mistral_build_request     (AttuneConfiguration    *configuration,
                                                      const AttuneJobContext *context,
                                                      const char             *wandb_key,
                                                      gboolean                for_estimate,
                                                      GError                **error) G_GNUC_WARN_UNUSED_RESULT;
/* The suffix of the tuned model's name: the person's own, else one made from the job's id, by which the job is found again. @is_own (nullable):
 * whether it is the person's. (transfer full) */
char               *attune_mistral_dup_suffix        (AttuneConfiguration    *configuration,
                                                      AttuneJob              *job,
                                                      gboolean               *is_own);
/* @is_public: it is Mistral's own address that will be asked. */
void                attune_mistral_validate          (AttuneConfiguration    *configuration,
                                                      const AttuneJobContext *context,
                                                      AttuneCapabilities     *capabilities,
                                                      gboolean                is_public,
                                                      GDateTime              *now,
                                                      AttuneValidation       *validation);

/* Answers */

/* @status: a word of the API. -1 for one that is not known. */
int                 attune_mistral_map_status        (const char             *status,
                                                      gboolean                auto_start);
/* State, events, checkpoints and measurements are all in the answer about a job. @now: microseconds by the provider's clock. */
AttuneStatusUpdate *attune_mistral_parse_job         (JsonNode               *job,
                                                      gint64                  now) G_GNUC_WARN_UNUSED_RESULT;
/* What a dry run says. */
AttuneEstimate     *attune_mistral_parse_estimate    (JsonNode               *answer) G_GNUC_WARN_UNUSED_RESULT;
/* Of a job's metadata, in US dollars; NAN where it is not told, or in another currency. */
double              attune_mistral_parse_cost        (JsonNode               *metadata);
/* The live part of the capabilities; NULL where @list is none. */
JsonNode           *attune_mistral_build_capabilities(JsonNode               *list,
                                                      GDateTime              *now) G_GNUC_WARN_UNUSED_RESULT;
/* Takes @error of a route of jobs: 404 and 410 mean that there are no jobs any more. */
GError             *attune_mistral_judge             (GError                 *error) G_GNUC_WARN_UNUSED_RESULT;

/* What identifies the job that is looked for. */
typedef struct {
  const char *suffix;
  const char *training_file; /* (nullable) */
  gint64      created_after; /* microseconds by the provider's clock; 0: no matter when */
} AttuneMistralSearch;
/* The id of the oldest job of the list that fits; NULL where none does. */
const char         *attune_mistral_find_in_page      (JsonNode                  *page,
                                                      const AttuneMistralSearch *search,
                                                      gint64                    *created_at);

/* Sending. */
void                attune_mistral_start_training_async (AttuneAdapter          *adapter,
                                                         const AttuneJobContext *context,
                                                         GCancellable           *cancellable,
                                                         GAsyncReadyCallback     callback,
                                                         gpointer                user_data);
AttuneTrainingHandle *attune_mistral_start_training_finish (AttuneAdapter       *adapter,
                                                         GAsyncResult           *result,
                                                         GError                **error);
void                attune_mistral_find_job_async       (AttuneAdapter          *adapter,
                                                         const AttuneJobContext *context,
                                                         GCancellable           *cancellable,
                                                         GAsyncReadyCallback     callback,
                                                         gpointer                user_data);
AttuneTrainingHandle *attune_mistral_find_job_finish    (AttuneAdapter          *adapter,
                                                         GAsyncResult           *result,
                                                         GError                **error);
void                attune_mistral_upload_async         (AttuneRemoteAdapter    *adapter,
                                                         AttuneDataset          *dataset,
                                                         AttuneProgressFunc      progress,
                                                         gpointer                progress_data,
                                                         GCancellable           *cancellable,
                                                         GAsyncReadyCallback     callback,
                                                         gpointer                user_data);
char               *attune_mistral_upload_finish        (AttuneRemoteAdapter    *adapter,
                                                         GAsyncResult           *result,
                                                         GError                **error);
/* Microseconds since 1970 by the clock of whoever answered; this computer's own may be far off. */
gint64              attune_mistral_get_provider_time    (AttuneHttpReply        *reply);

G_END_DECLS
