/* attune-fireworks-names.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-fireworks-private.h"

#include <string.h>

/* The longest id of a resource. */
#define MAX_ID 63
/* As much of a digest as keeps two files apart for certain and leaves room for the prefix. */
#define N_DIGEST 40
/* As much of a job's id as keeps its model apart from the others of the account. */
#define N_JOB 8
/* Longer display names are cut off by other tools; see the provider's own console. */
#define MAX_DISPLAY_NAME 60

#define MODELS_OF_FIREWORKS "accounts/fireworks/models/"

/* Ids have 1 to 63 of a-z, 0-9 and hyphens, begin with a letter and do not end with a hyphen. */
static char *
make_id (const char *text,
         gsize       max)
{
  g_autofree char *ascii = g_str_to_ascii (text, "C");
  g_autoptr (GString) id = g_string_new (NULL);

  for (const char *at = ascii; *at != '\0'; at++)
    {
      char c = g_ascii_tolower (*at);

      if (g_ascii_isalnum (c))
        {
          if (id->len == 0 && g_ascii_isdigit (c))
            g_string_append (id, "m-");
          g_string_append_c (id, c);
        }
      else if (id->len > 0 && id->str[id->len - 1] != '-')
        {
          g_string_append_c (id, '-');
        }
    }

  if (id->len > max)
    g_string_truncate (id, max);
  while (id->len > 0 && id->str[id->len - 1] == '-')
    g_string_truncate (id, id->len - 1);
  if (id->len == 0)
    g_string_append_c (id, 'm');

  return g_string_free_and_steal (g_steal_pointer (&id));
}

char *
attune_fireworks_make_id (const char *text)
{
  g_return_val_if_fail (text != NULL, NULL);

  return make_id (text, MAX_ID);
}

char *
attune_fireworks_make_model_id (const char *suffix,
                                const char *job_id)
{
  g_autofree char *front = NULL;
  g_autofree char *back = NULL;

  g_return_val_if_fail (suffix != NULL, NULL);
  g_return_val_if_fail (job_id != NULL, NULL);

  back = g_strndup (job_id, N_JOB);
  front = make_id (suffix, MAX_ID - 1 - strlen (back));

  return g_strconcat (front, "-", back, NULL);
}

char *
attune_fireworks_make_job_id (AttuneJob *job)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  text = g_strconcat ("attune-", attune_job_get_id (job), NULL);

  return make_id (text, MAX_ID);
}

char *
attune_fireworks_make_dataset_id (const char *sha256)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (sha256 != NULL && *sha256 != '\0', NULL);

  text = g_strdup_printf ("attune-%.*s", N_DIGEST, sha256);

  return make_id (text, MAX_ID);
}

char *
attune_fireworks_dup_model_name (const char *model)
{
  g_return_val_if_fail (model != NULL, NULL);

  if (strchr (model, '/') != NULL)
    return g_strdup (model);

  return g_strconcat (MODELS_OF_FIREWORKS, model, NULL);
}

const char *
attune_fireworks_get_short_name (const char *name)
{
  const char *slash;

  g_return_val_if_fail (name != NULL, NULL);

  slash = strrchr (name, '/');

  return slash != NULL ? slash + 1 : name;
}

char *
attune_fireworks_dup_display_name (const char *name)
{
  g_autofree char *valid = NULL;
  glong length;

  g_return_val_if_fail (name != NULL, NULL);

  valid = g_utf8_make_valid (name, -1);
  length = g_utf8_strlen (valid, -1);

  return g_utf8_substring (valid, 0, MIN (length, MAX_DISPLAY_NAME));
}

gint64
attune_fireworks_count_steps (gint64 rows,
                              gint64 batch_size,
                              gint64 epochs)
{
  if (rows <= 0 || batch_size <= 0 || epochs <= 0)
    return -1;

  return ((rows - 1) / batch_size + 1) * epochs;
}
