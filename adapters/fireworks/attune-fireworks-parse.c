/* attune-fireworks-parse.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-fireworks"

#include "attune-fireworks-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-http-json.h"

#define STATE_PREFIX "JOB_STATE_"
#define NANOS_PER_UNIT 1e9

/* The words of the provider, without their prefix, and what is said of them in the list of events. */
static const struct {
  const char      *state;
  AttuneJobStatus  status;
  const char      *text;
} states[] = {
  { "UNSPECIFIED", ATTUNE_JOB_STATUS_QUEUED, NULL },
  { "CREATING", ATTUNE_JOB_STATUS_QUEUED, N_("Fireworks makes the job") },
  { "PENDING", ATTUNE_JOB_STATUS_QUEUED, N_("The job waits for a free place") },
  { "RE_QUEUEING", ATTUNE_JOB_STATUS_QUEUED, N_("The job is put into the queue again") },
  { "VALIDATING", ATTUNE_JOB_STATUS_VALIDATING_FILES, N_("The data is checked") },
  { "CREATING_INPUT_DATASET", ATTUNE_JOB_STATUS_VALIDATING_FILES, N_("The data is prepared") },
  { "RUNNING", ATTUNE_JOB_STATUS_RUNNING, N_("The training has begun") },
  { "IDLE", ATTUNE_JOB_STATUS_RUNNING, NULL },
  { "WRITING_RESULTS", ATTUNE_JOB_STATUS_RUNNING, N_("The result is written") },
  { "CANCELLING", ATTUNE_JOB_STATUS_RUNNING, N_("The job is being cancelled") },
  { "PAUSED", ATTUNE_JOB_STATUS_PAUSED, N_("Fireworks has paused the job; its console says why") },
  { "COMPLETED", ATTUNE_JOB_STATUS_SUCCEEDED, N_("The job is done") },
  { "EARLY_STOPPED", ATTUNE_JOB_STATUS_SUCCEEDED, N_("The job ended early, as the model no longer got better") },
  { "FAILED", ATTUNE_JOB_STATUS_FAILED, N_("The job failed") },
  { "EXPIRED", ATTUNE_JOB_STATUS_FAILED, N_("The job expired") },
  { "CANCELLED", ATTUNE_JOB_STATUS_CANCELLED, N_("The job was cancelled") },
  { "DELETING", ATTUNE_JOB_STATUS_CANCELLED, N_("The job is being deleted") },
  { "DELETING_CLEANING_UP", ATTUNE_JOB_STATUS_CANCELLED, N_("The job is being deleted") },
  { "DELETED", ATTUNE_JOB_STATUS_CANCELLED, N_("The job was deleted") },
  { "ARCHIVED", ATTUNE_JOB_STATUS_CANCELLED, N_("The job was archived") },
};

/* google.rpc.Code by number and name, as they stand in answers. */
static const struct {
  int          number;
  const char  *name;
  AttuneError  code;
} codes[] = {
  { 0, "OK", ATTUNE_ERROR_FAILED },
  { 1, "CANCELLED", ATTUNE_ERROR_FAILED },
  { 2, "UNKNOWN", ATTUNE_ERROR_SERVER_FAULT },
  { 3, "INVALID_ARGUMENT", ATTUNE_ERROR_INVALID },
  { 4, "DEADLINE_EXCEEDED", ATTUNE_ERROR_TIMED_OUT },
  { 5, "NOT_FOUND", ATTUNE_ERROR_NOT_FOUND },
  { 6, "ALREADY_EXISTS", ATTUNE_ERROR_CONFLICT },
  { 7, "PERMISSION_DENIED", ATTUNE_ERROR_NOT_ALLOWED },
  { 8, "RESOURCE_EXHAUSTED", ATTUNE_ERROR_RATE_LIMITED },
  { 9, "FAILED_PRECONDITION", ATTUNE_ERROR_INVALID },
  { 10, "ABORTED", ATTUNE_ERROR_CONFLICT },
  { 11, "OUT_OF_RANGE", ATTUNE_ERROR_INVALID },
  { 12, "UNIMPLEMENTED", ATTUNE_ERROR_NOT_SUPPORTED },
  { 13, "INTERNAL", ATTUNE_ERROR_SERVER_FAULT },
  { 14, "UNAVAILABLE", ATTUNE_ERROR_SERVER_FAULT },
  { 15, "DATA_LOSS", ATTUNE_ERROR_DAMAGED },
  { 16, "UNAUTHENTICATED", ATTUNE_ERROR_AUTH_INVALID },
};

const char *
attune_fireworks_strip_state (const char *state)
{
  g_return_val_if_fail (state != NULL, NULL);

  return g_str_has_prefix (state, STATE_PREFIX) ? state + strlen (STATE_PREFIX) : state;
}

static int
find_state (const char *state)
{
  const char *word = attune_fireworks_strip_state (state);

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].state, word) == 0)
      return (int) i;

  return -1;
}

int
attune_fireworks_map_state (const char *state)
{
  int found;

  g_return_val_if_fail (state != NULL, -1);

  found = find_state (state);

  return found >= 0 ? (int) states[found].status : -1;
}

double
attune_fireworks_parse_money (JsonNode *money)
{
  const char *currency;
  gint64 units;
  gint64 nanos;

  if (money == NULL || !JSON_NODE_HOLDS_OBJECT (money))
    return NAN;

  /* Zeros are left out of an answer, and so is a price that is nought. */
  currency = attune_json_peek_string (money, "currencyCode", "USD");
  units = attune_http_json_peek_int (money, "units", 0);
  nanos = attune_http_json_peek_int (money, "nanos", 0);
  if (strcmp (currency, "USD") != 0 && *currency != '\0')
    return NAN;

  return (double) units + (double) nanos / NANOS_PER_UNIT;
}

void
attune_fireworks_parse_accounts (JsonNode  *answer,
                                 GPtrArray *accounts)
{
  JsonArray *list = attune_http_json_peek_array (answer, "accounts");

  g_return_if_fail (accounts != NULL);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *account = json_array_get_element (list, i);
      const char *name = attune_json_peek_string (account, "name", NULL);
      const char *suspended = attune_json_peek_string (account, "suspendState", "UNSUSPENDED");

      if (name == NULL || (*suspended != '\0' && strcmp (suspended, "UNSUSPENDED") != 0))
        continue;
      g_ptr_array_add (accounts, g_strdup (attune_fireworks_get_short_name (name)));
    }
}

GError *
attune_fireworks_parse_status (JsonNode *status)
{
  const char *name;
  const char *message;
  AttuneError code = ATTUNE_ERROR_FAILED;
  gint64 number;

  if (status == NULL || !JSON_NODE_HOLDS_OBJECT (status))
    return NULL;

  name = attune_json_peek_string (status, "code", "");
  number = attune_json_peek_int (status, "code", -1);
  message = attune_json_peek_string (status, "message", "");
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      if (strcmp (codes[i].name, name) != 0 && codes[i].number != number)
        continue;
      if (codes[i].number == 0)
        return NULL;
      code = codes[i].code;
      if (*name == '\0')
        name = codes[i].name;
    }

  /* A status without a code is an empty one, which says that nothing is wrong. */
  if (*name == '\0' && number < 0)
    return NULL;
  if (*message != '\0')
    return g_error_new (ATTUNE_ERROR, code, _("Fireworks says: %s"), message);

  return g_error_new (ATTUNE_ERROR, code, _("Fireworks says only “%s”. Its console may say more of this job."), name);
}

gboolean
attune_fireworks_is_dataset_ready (JsonNode  *answer,
                                   GError   **error)
{
  GError *problem = attune_fireworks_parse_status (attune_json_lookup (answer, "status"));

  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }

  return strcmp (attune_json_peek_string (answer, "state", ""), "READY") == 0;
}

GError *
attune_fireworks_explain (GError *error)
{
  if (g_error_matches (error, ATTUNE_ERROR, ATTUNE_ERROR_AUTH_INVALID))
    {
      g_autofree char *message = g_steal_pointer (&error->message);

      /* translators: %s is the refusal of the provider */
      error->message = g_strdup_printf (_("%s Fireworks refuses keys without training rights in the same way."), message);
    }

  return error;
}

static void
add_event (AttuneStatusUpdate *update,
           gint64              time,
           const char         *level,
           const char         *id,
           const char         *message)
{
  if (update->events == NULL)
    update->events = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_event_free);
  g_ptr_array_add (update->events, attune_event_new (time, level, message, id));
}

static const char *
level_of (AttuneJobStatus status)
{
  if (status == ATTUNE_JOB_STATUS_FAILED)
    return "error";
  if (status == ATTUNE_JOB_STATUS_PAUSED)
    return "warning";

  return "info";
}

/* There is no list of events there, so what is seen of the job becomes one. */
static void
add_events (AttuneStatusUpdate *update,
            JsonNode           *answer,
            const char         *state,
            gint64              now)
{
  const char *message = attune_json_peek_string (answer, "status.message", "");
  gint64 time = attune_http_json_peek_time (answer, "updateTime");
  double cost = attune_fireworks_parse_money (attune_json_lookup (answer, "estimatedCost"));
  int found = find_state (state);

  if (time == 0)
    time = now;

  if (isfinite (cost))
    {
      g_autofree char *id = g_strdup_printf ("cost-%.4f", cost);
      g_autofree char *text = g_strdup_printf (_("Estimated cost: %.2f US dollars"), cost);
      gint64 created = attune_http_json_peek_time (answer, "createTime");

      add_event (update, created != 0 ? created : time, "info", id, text);
    }

  if (found >= 0 && states[found].text != NULL)
    {
      g_autofree char *id = g_strconcat ("state-", states[found].state, NULL);

      add_event (update, time, level_of (states[found].status), id, _(states[found].text));
    }
  else if (found < 0)
    {
      g_autofree char *id = g_strconcat ("state-", state, NULL);
      g_autofree char *text = g_strdup_printf (_("Fireworks calls the state of the job “%s”, which this version of Attune does not know"), state);

      add_event (update, time, "warning", id, text);
    }

  if (*message != '\0')
    {
      g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA1, message, -1);
      g_autofree char *id = g_strconcat ("message-", digest, NULL);

      add_event (update, time, found >= 0 ? level_of (states[found].status) : "info", id, message);
    }
}

static double
parse_progress (JsonNode *answer)
{
  double percent = attune_http_json_peek_double (answer, "jobProgress.percent", NAN);

  if (!isfinite (percent))
    return NAN;

  return CLAMP (percent / 100, 0, 1);
}

AttuneStatusUpdate *
attune_fireworks_parse_job (JsonNode                   *answer,
                            const AttuneFireworksKnown *known)
{
  g_autoptr (AttuneStatusUpdate) update = attune_status_update_new ();
  const char *state;
  const char *model;
  double progress;

  g_return_val_if_fail (answer != NULL, NULL);
  g_return_val_if_fail (known != NULL, NULL);

  state = attune_json_peek_string (answer, "state", STATE_PREFIX "UNSPECIFIED");
  update->status = attune_fireworks_map_state (state);
  if (update->status < 0)
    g_message ("Fireworks calls the state of a job “%s”, which is not known", state);

  /* What happens to the record of a job that has ended does not change how it ended. */
  if (attune_job_status_is_final (known->status) && update->status == ATTUNE_JOB_STATUS_CANCELLED)
    update->status = -1;

  progress = parse_progress (answer);
  if (update->status == ATTUNE_JOB_STATUS_SUCCEEDED)
    progress = 1;
  update->progress = progress;
  update->total_steps = known->total_steps;
  if (known->total_steps > 0 && isfinite (progress))
    update->step = (gint64) floor (progress * (double) known->total_steps);

  if (update->status == ATTUNE_JOB_STATUS_RUNNING && isfinite (progress) && progress > 0
      && known->started_at > 0 && known->now > known->started_at)
    update->time_remaining = (double) (known->now - known->started_at) / G_USEC_PER_SEC * (1 - progress) / progress;

  update->trained_tokens = attune_http_json_peek_int (answer, "jobProgress.inputTokens", -1);
  model = attune_json_peek_string (answer, "outputModel", NULL);
  if (update->status == ATTUNE_JOB_STATUS_SUCCEEDED && model != NULL)
    update->fine_tuned_model = g_strdup (model);

  add_events (update, answer, state, known->now);
  if (update->status == ATTUNE_JOB_STATUS_FAILED)
    {
      update->error = attune_fireworks_parse_status (attune_json_lookup (answer, "status"));
      if (update->error == NULL && strcmp (attune_fireworks_strip_state (state), "EXPIRED") == 0)
        update->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_TIMED_OUT, _("The job waited too long at Fireworks and expired. Send it again."));
      else if (update->error == NULL)
        update->error = g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The job failed at Fireworks, which does not say why. Its console may say more."));
    }

  return g_steal_pointer (&update);
}
