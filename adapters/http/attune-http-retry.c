/* attune-http-retry.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "attune-http-private.h"

/* The backoff does not grow beyond this. */
#define LONGEST_BACKOFF 8.0

gboolean
attune_http_retry_is_worth_it (guint status)
{
  return status == 408 || status == 425 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

/* A plain number that is not negative; -1 for anything else. */
static double
read_number (const char *text)
{
  char *end = NULL;
  double value;

  if (text == NULL || !(g_ascii_isdigit (*text) || *text == '.'))
    return -1;

  value = g_ascii_strtod (text, &end);
  while (g_ascii_isspace (*end))
    end++;

  return *end == '\0' && isfinite (value) ? value : -1;
}

static double
read_date (AttuneHttpReply *reply,
           const char      *text,
           gint64           now)
{
  g_autoptr (GDateTime) then = soup_date_time_new_from_http_string (text);
  const char *date = attune_http_reply_get_header (reply, "Date");
  g_autoptr (GDateTime) servers_now = NULL;
  double seconds;

  if (then == NULL)
    return -1;

  /* The server's own clock says how far off the date is, whatever this computer thinks of the time. */
  servers_now = date != NULL ? soup_date_time_new_from_http_string (date) : NULL;
  if (servers_now != NULL)
    now = g_date_time_to_unix_usec (servers_now);
  seconds = (double) g_date_time_to_unix_usec (then) / G_USEC_PER_SEC - (double) now / G_USEC_PER_SEC;

  return MAX (seconds, 0);
}

/* RateLimit: "api";r=0;t=55 — also the older form limit=100, remaining=0, reset=55. */
static double
read_rate_limit (const char *text)
{
  g_auto (GStrv) parameters = NULL;

  if (text == NULL)
    return -1;

  parameters = g_strsplit_set (text, ";,", -1);
  for (guint i = 0; parameters[i] != NULL; i++)
    {
      const char *parameter = g_strstrip (parameters[i]);

      if (g_str_has_prefix (parameter, "t="))
        return read_number (parameter + strlen ("t="));
      if (g_str_has_prefix (parameter, "reset="))
        return read_number (parameter + strlen ("reset="));
    }

  return -1;
}

double
attune_http_retry_get_asked (AttuneHttpReply *reply,
                             gint64           now)
{
  const char *retry_after = attune_http_reply_get_header (reply, "Retry-After");
  double asked;

  asked = read_number (attune_http_reply_get_header (reply, "retry-after-ms"));
  if (asked >= 0)
    return asked / 1000;

  asked = read_number (retry_after);
  if (asked < 0 && retry_after != NULL)
    asked = read_date (reply, retry_after, now);
  if (asked < 0)
    asked = read_rate_limit (attune_http_reply_get_header (reply, "RateLimit"));

  return asked;
}

double
attune_http_retry_get_pause (const AttuneHttpPatience *patience,
                             guint                     n_tries,
                             double                    asked,
                             double                    jitter)
{
  double pause;

  if (asked >= 0)
    return MIN (asked, patience->longest_pause);

  pause = patience->first_pause * exp2 (MIN (n_tries, 16u) - 1.0);
  pause = MIN (pause, MIN (LONGEST_BACKOFF, patience->longest_pause));

  return pause * (1 - 0.25 * jitter);
}
