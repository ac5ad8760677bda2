/* attune-cli-dataset-files.c: the commands that write data files
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-cli-output.h"
#include "attune-dataset-convert.h"
#include "attune-error.h"

gboolean
attune_cli_dataset_convert (AttuneCli  *self,
                            GError    **error)
{
  g_autoptr (AttuneConversion) conversion = NULL;

  if (self->options.to == NULL)
    {
      g_autofree char *known = g_strjoinv (", ", (char **) attune_dataset_list_formats ());

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("--to is missing. It names the format: %s."), known);
      return FALSE;
    }

  conversion = attune_dataset_convert (self->arguments[0], self->arguments[1], self->options.to, self->options.replace,
                                       self->cancellable, error);
  if (conversion == NULL)
    return FALSE;

  /* What is missing in the new file is told even where a program reads the answer. */
  for (guint i = 0; i < conversion->problems->len; i++)
    {
      const AttuneProblem *problem = &g_array_index (conversion->problems, AttuneProblem, i);

      g_printerr ("%s:%" G_GINT64_FORMAT ": %s\n", self->arguments[0], problem->line, problem->message);
    }

  if (self->json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "path", self->arguments[1]);
      json_object_set_string_member (object, "from", conversion->from != NULL ? conversion->from : "");
      json_object_set_string_member (object, "to", self->options.to);
      json_object_set_int_member (object, "rows", conversion->rows);
      json_object_set_int_member (object, "nLeftOut", conversion->n_left_out);
      json_node_take_object (node, object);
      attune_cli_answer_json (self, node);
    }
  else
    {
      attune_cli_print (_("%s: %" G_GINT64_FORMAT " rows of the format %s, %" G_GINT64_FORMAT " left out\n"), self->arguments[1], conversion->rows,
                        self->options.to, conversion->n_left_out);
    }

  return TRUE;
}

/* "support.jsonl" and "training" make "support-training.jsonl". */
static char *
dup_part_path (const char *path,
               const char *part)
{
  const char *base = strrchr (path, G_DIR_SEPARATOR);
  const char *dot = strrchr (base != NULL ? base : path, '.');

  if (dot == NULL || dot == path || dot == base + 1)
    return g_strdup_printf ("%s-%s", path, part);

  return g_strdup_printf ("%.*s-%s%s", (int) (dot - path), path, part, dot);
}

gboolean
attune_cli_dataset_split (AttuneCli  *self,
                          GError    **error)
{
  const char *path = self->arguments[0];
  g_autofree char *training = dup_part_path (path, "training");
  g_autofree char *validation = dup_part_path (path, "validation");
  double share = 0.1;
  guint64 seed = 42;
  gint64 n_training, n_validation;

  if (self->options.share != NULL)
    {
      char *end;

      share = g_ascii_strtod (self->options.share, &end);
      if (*self->options.share == '\0' || *end != '\0')
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("--validation: “%s” is not a number; a share such as 0.1 is expected."),
                       self->options.share);
          return FALSE;
        }
    }
  if (self->options.seed != NULL && !g_ascii_string_to_unsigned (self->options.seed, 10, 0, G_MAXUINT32, &seed, NULL))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("--seed: “%s” is not a whole number of at least 0."), self->options.seed);
      return FALSE;
    }
  if (!attune_dataset_split (path, share, (guint32) seed, training, validation, self->options.replace, &n_training, &n_validation,
                             self->cancellable, error))
    return FALSE;

  if (self->json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "training", training);
      json_object_set_int_member (object, "trainingRows", n_training);
      json_object_set_string_member (object, "validation", validation);
      json_object_set_int_member (object, "validationRows", n_validation);
      json_node_take_object (node, object);
      attune_cli_answer_json (self, node);
    }
  else
    {
      attune_cli_print (_("%s: %" G_GINT64_FORMAT " rows\n%s: %" G_GINT64_FORMAT " rows\n"), training, n_training, validation, n_validation);
    }

  return TRUE;
}
