/* attune-fireworks-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-adapter.h"
#include "attune-error.h"
#include "attune-fireworks-adapter.h"
#include "attune-remote-adapter.h"

G_BEGIN_DECLS

#define ATTUNE_FIREWORKS_ID "fireworks"

/* What Fireworks does where a setting is not sent. The sizes of batches are those of its console. */
#define ATTUNE_FIREWORKS_DEFAULT_EPOCHS 1
#define ATTUNE_FIREWORKS_DEFAULT_BATCH 32
#define ATTUNE_FIREWORKS_DEFAULT_RANK 8

/* Limits of its documentation. */
#define ATTUNE_FIREWORKS_MIN_ROWS 3
#define ATTUNE_FIREWORKS_MAX_ROWS 3000000
#define ATTUNE_FIREWORKS_MAX_RANK 32
/* Adapters with this rank exist there, so it may be taken all the same. */
#define ATTUNE_FIREWORKS_MAX_KNOWN_RANK 64

/* Names. All (transfer full) */

/* Any text as an id of a resource: 1 to 63 of a-z, 0-9 and hyphens, a letter first and no hyphen last. */
char       *attune_fireworks_make_id           (const char *text);
/* The id of a tuned model: the suffix that was asked for, and the beginning of the job's id. */
char       *attune_fireworks_make_model_id     (const char *suffix,
                                                const char *job_id);
/* The id under which a job is sent, always the same for the same job: how it is found again after a crash. */
char       *attune_fireworks_make_job_id       (AttuneJob  *job);
/* The id of a data set, always the same for the same file. */
char       *attune_fireworks_make_dataset_id   (const char *sha256);
/* "qwen3-8b" is short for "accounts/fireworks/models/qwen3-8b". */
char       *attune_fireworks_dup_model_name    (const char *model);
/* (transfer none): what stands behind the last slash. */
const char *attune_fireworks_get_short_name    (const char *name);
char       *attune_fireworks_dup_display_name  (const char *name);
/* Optimizer steps of a run; -1 where a number is not known. */
gint64      attune_fireworks_count_steps       (gint64      rows,
                                                gint64      batch_size,
                                                gint64      epochs);

/* Translation */

typedef struct {
  const char *account;      /* (nullable): a placeholder stands in its place */
  const char *wandb_key;    /* (nullable): a placeholder where the run is to be logged */
  const char *wandb_entity; /* (nullable): where metadata names none */
} AttuneFireworksParts;

/* The body of the request that creates a job. */
JsonNode   *attune_fireworks_build_job         (AttuneConfiguration         *configuration,
                                                const AttuneJobContext      *context,
                                                const AttuneFireworksParts  *parts,
                                                GError                     **error) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full): "/v1/accounts/acme/supervisedFineTuningJobs?supervisedFineTuningJobId=…". */
char       *attune_fireworks_dup_create_path   (const AttuneJobContext      *context,
                                                const char                  *account);
/* The rows and settings that are in force at Fireworks. */
gint64      attune_fireworks_get_batch_size    (AttuneConfiguration         *configuration);
gint64      attune_fireworks_get_epochs        (AttuneConfiguration         *configuration);
/* -1 while nobody has counted the rows. */
gint64      attune_fireworks_get_total_steps   (AttuneConfiguration         *configuration,
                                                const AttuneJobContext      *context);
/* 0: none is sent. */
gint64      attune_fireworks_get_warmup_steps  (AttuneConfiguration         *configuration,
                                                gint64                       total_steps);
/* The nearest rank that Fireworks trains. */
gint64      attune_fireworks_nearest_rank      (gint64                       rank);
void        attune_fireworks_validate          (AttuneConfiguration         *configuration,
                                                const AttuneJobContext      *context,
                                                AttuneCapabilities          *capabilities,
                                                AttuneValidation            *validation);

/* Answers */

/* What is known of the job beside the answer. */
typedef struct {
  AttuneJobStatus status;
  gint64          started_at;  /* microseconds, 0 unknown */
  gint64          total_steps; /* -1 unknown */
  gint64          now;         /* microseconds */
} AttuneFireworksKnown;

AttuneStatusUpdate *attune_fireworks_parse_job       (JsonNode                   *answer,
                                                      const AttuneFireworksKnown *known) G_GNUC_WARN_UNUSED_RESULT;
/* "RUNNING" of "JOB_STATE_RUNNING"; old jobs have no prefix. (transfer none) */
const char         *attune_fireworks_strip_state     (const char                 *state);
/* -1 for a word that is not known. */
int                 attune_fireworks_map_state       (const char                 *state);
/* {"currencyCode","units","nanos"}; NAN where there is none, or in another currency. */
double              attune_fireworks_parse_money     (JsonNode                   *money);
/* "accounts/acme" of the accounts that can be used, in the provider's order. */
void                attune_fireworks_parse_accounts  (JsonNode                   *answer,
                                                      GPtrArray                  *accounts);
/* google.rpc.Status {code, message}: NULL where it says OK or nothing. */
GError             *attune_fireworks_parse_status    (JsonNode                   *status);

/* Whether jobs can use the data set. FALSE and no error while it is not whole or being checked. */
gboolean            attune_fireworks_is_dataset_ready (JsonNode                  *answer,
                                                      GError                    **error);
/* Takes @error: a refused key may be a good one that must not train. */
GError             *attune_fireworks_explain         (GError                     *error);

/* Metrics: JSON Lines that grow while the job runs. */
typedef struct {
  gint64 offset;      /* bytes that were read, up to the end of a line */
  gint64 n_lines;     /* that held a point */
  gint64 shift;       /* added to each step, so that the first is 1; -1 before the first line */
  gint64 last_step;
  gint64 last_time;   /* microseconds */
  gint64 first_step;
  gint64 first_time;
} AttuneFireworksMetrics;

void    attune_fireworks_metrics_init (AttuneFireworksMetrics *self);
/* Takes the whole lines of @data, which begins at self->offset; a last line without its end is only taken if it @is_whole.
 * (element-type AttuneMetricPoint) */
GArray *attune_fireworks_metrics_read (AttuneFireworksMetrics *self,
                                       const char             *data,
                                       gsize                   length,
                                       double                  steps_per_epoch,
                                       gboolean                is_whole);
/* Seconds until @total_steps at the speed so far; NAN where that cannot be told. */
double  attune_fireworks_metrics_predict (const AttuneFireworksMetrics *self,
                                          gint64                        total_steps);

/* Capabilities: the models of one page that can be tuned, in the shape of attune-capabilities.h, are added to @models. */
void    attune_fireworks_parse_models (JsonNode    *answer,
                                       JsonArray   *models,
                                       const GDate *today);

G_END_DECLS
