/* attune-checkpoint-file.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-checkpoint-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-file-io.h"
#include "attune-json.h"
#include "attune-run-folder.h"
#include "attune-safetensors.h"

#define STATE_VERSION  1
#define OPTIMIZER_FILE "optimizer.safetensors"
#define ADAPTER_FILE   "adapter_model.safetensors"
#define STEP           "step-"
#define RECOVERY       "recovery-"
#define UNFINISHED     ".unfinished-"

static const char *const tokenizer_files[] = {
  "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
  "chat_template.jinja", "generation_config.json",
};

void
attune_checkpoint_state_clear (AttuneCheckpointState *self)
{
  g_clear_pointer (&self->digest, g_free);
}

gboolean
attune_checkpoint_copy_tokenizer (const char  *source,
                                  const char  *target,
                                  GError     **error)
{
  g_return_val_if_fail (source != NULL, FALSE);
  g_return_val_if_fail (target != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (tokenizer_files); i++)
    {
      g_autofree char *from = g_build_filename (source, tokenizer_files[i], NULL);
      g_autofree char *to = g_build_filename (target, tokenizer_files[i], NULL);

      if (g_file_test (from, G_FILE_TEST_IS_REGULAR) && !attune_file_copy (from, to, error))
        return FALSE;
    }

  return TRUE;
}

static guint
get_shape (const AttuneTensor *tensor,
           guint64             shape[2])
{
  shape[0] = tensor->rows;
  shape[1] = tensor->columns;

  return tensor->is_vector ? 1 : 2;
}

static gboolean
write_optimizer (const char       *folder,
                 AttuneOptimizer  *optimizer,
                 GError          **error)
{
  g_autoptr (AttuneSafetensorsWriter) writer = attune_safetensors_writer_new ();
  g_autofree char *path = g_build_filename (folder, OPTIMIZER_FILE, NULL);
  g_autofree char *steps = g_strdup_printf ("%" G_GINT64_FORMAT, attune_optimizer_get_steps (optimizer));

  attune_safetensors_writer_set_metadata (writer, "steps", steps);
  for (guint i = 0; i < attune_optimizer_get_n_tensors (optimizer); i++)
    {
      const AttuneTensor *tensor = attune_optimizer_get_tensor (optimizer, i);
      g_autofree char *first_name = g_strconcat ("first.", tensor->name, NULL);
      g_autofree char *second_name = g_strconcat ("second.", tensor->name, NULL);
      guint64 shape[2];
      guint n_dims = get_shape (tensor, shape);
      float *first;
      float *second;

      attune_optimizer_get_moments (optimizer, i, &first, &second);
      attune_safetensors_writer_add_floats (writer, first_name, ATTUNE_DTYPE_F32, n_dims, shape, first);
      attune_safetensors_writer_add_floats (writer, second_name, ATTUNE_DTYPE_F32, n_dims, shape, second);
    }

  return attune_safetensors_writer_save (writer, path, error);
}

static gboolean
write_state (const char                   *folder,
             const AttuneCheckpointState  *state,
             GError                      **error)
{
  g_autofree char *path = g_build_filename (folder, ATTUNE_RUN_STATE_FILE, NULL);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_object_set_int_member (object, "version", STATE_VERSION);
  json_object_set_int_member (object, "step", state->step);
  json_object_set_int_member (object, "totalSteps", state->total_steps);
  json_object_set_int_member (object, "trainedTokens", state->trained_tokens);
  json_object_set_boolean_member (object, "evaluationPending", state->evaluation_pending);
  json_object_set_double_member (object, "evalLoss", state->eval_loss);
  json_object_set_int_member (object, "seed", (gint64) state->seed);
  json_object_set_int_member (object, "threads", state->threads);
  json_object_set_string_member (object, "digest", state->digest);
  json_object_set_int_member (object, "time", state->time);
  json_node_set_object (node, object);
  text = attune_json_write (node, TRUE);

  return attune_file_replace (path, text, -1, TRUE, error);
}

static gboolean
fill (const char                   *folder,
      AttuneModel                  *model,
      AttuneOptimizer              *optimizer,
      const AttuneCheckpointState  *state,
      const char                   *base_model,
      gboolean                      full,
      GError                      **error)
{
  if (full)
    {
      /* In fp32 whatever the output will be: the run goes on from exactly these values. */
      if (!attune_model_save_weights (model, folder, "F32", error) ||
          !attune_checkpoint_copy_tokenizer (base_model, folder, error))
        return FALSE;
    }
  else if (!attune_model_save_adapter (model, folder, base_model, error))
    {
      return FALSE;
    }

  return write_optimizer (folder, optimizer, error) &&
         attune_folder_sync (folder, error) &&
         write_state (folder, state, error);
}

gboolean
attune_checkpoint_write (const char                   *place,
                         const char                   *name,
                         AttuneModel                  *model,
                         AttuneOptimizer              *optimizer,
                         const AttuneCheckpointState  *state,
                         const char                   *base_model,
                         gboolean                      full,
                         GError                      **error)
{
  g_autofree char *temporary_name = NULL;
  g_autofree char *temporary = NULL;
  g_autofree char *target = NULL;
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (place != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (model != NULL, FALSE);
  g_return_val_if_fail (optimizer != NULL, FALSE);
  g_return_val_if_fail (state != NULL, FALSE);
  g_return_val_if_fail (base_model != NULL, FALSE);

  temporary_name = g_strconcat (UNFINISHED, name, NULL);
  temporary = g_build_filename (place, temporary_name, NULL);
  target = g_build_filename (place, name, NULL);

  if (!attune_folder_delete (temporary, error))
    return FALSE;
  if (g_mkdir_with_parents (temporary, 0700) != 0)
    {
      attune_file_set_error (error, errno, temporary);
      return FALSE;
    }

  if (!fill (temporary, model, optimizer, state, base_model, full, &local_error) ||
      !attune_folder_move_in (temporary, target, &local_error))
    {
      /* The half of it would only take the room that the others may need. */
      attune_folder_delete (temporary, NULL);
      g_set_error (error, ATTUNE_ERROR, local_error->domain == ATTUNE_ERROR ? local_error->code : ATTUNE_ERROR_FAILED,
                   g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE)
                     ? _("There is no room for the checkpoint of step %" G_GINT64_FORMAT "; older ones are kept. Free some space, "
                         "then resume the run. (%s)")
                     : _("The checkpoint of step %" G_GINT64_FORMAT " could not be written; older ones are kept. %s"),
                   state->step, local_error->message);
      return FALSE;
    }

  return TRUE;
}

static gboolean
parse_name (const char *name,
            gint64     *step,
            gboolean   *recovery)
{
  const char *number;

  *recovery = g_str_has_prefix (name, RECOVERY);
  if (*recovery)
    number = name + strlen (RECOVERY);
  else if (g_str_has_prefix (name, STEP))
    number = name + strlen (STEP);
  else
    return FALSE;

  return g_ascii_string_to_signed (number, 10, 0, G_MAXINT64, step, NULL);
}

static int
compare_newest_first (gconstpointer a,
                      gconstpointer b)
{
  g_autofree char *first_name = g_path_get_basename (*(char *const *) a);
  g_autofree char *second_name = g_path_get_basename (*(char *const *) b);
  gint64 first = 0;
  gint64 second = 0;
  gboolean recovery;

  parse_name (first_name, &first, &recovery);
  parse_name (second_name, &second, &recovery);
  if (first != second)
    return first > second ? -1 : 1;

  return strcmp (second_name, first_name);
}

GPtrArray *
attune_checkpoint_find (const char *place)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_return_val_if_fail (place != NULL, NULL);

  dir = g_dir_open (place, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *state = g_build_filename (place, name, ATTUNE_RUN_STATE_FILE, NULL);
      gboolean recovery;
      gint64 step;

      if (parse_name (name, &step, &recovery) && g_file_test (state, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (folders, g_build_filename (place, name, NULL));
    }
  g_ptr_array_sort (folders, compare_newest_first);

  return g_steal_pointer (&folders);
}

gboolean
attune_checkpoint_read_state (const char             *folder,
                              AttuneCheckpointState  *state,
                              GError                **error)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;
  AttuneCheckpointState read = { .eval_loss = NAN };
  const char *digest = NULL;
  gint64 version = 0;
  gint64 seed = 0;
  gint64 threads = 0;

  g_return_val_if_fail (folder != NULL, FALSE);
  g_return_val_if_fail (state != NULL, FALSE);

  path = g_build_filename (folder, ATTUNE_RUN_STATE_FILE, NULL);
  node = attune_json_parse_file (path, error);
  if (node == NULL)
    return FALSE;

  if (!attune_json_get_int (node, "version", ATTUNE_JSON_OPTIONAL, &version, error) ||
      !attune_json_get_int (node, "step", ATTUNE_JSON_OPTIONAL, &read.step, error) ||
      !attune_json_get_int (node, "totalSteps", ATTUNE_JSON_OPTIONAL, &read.total_steps, error) ||
      !attune_json_get_int (node, "trainedTokens", ATTUNE_JSON_OPTIONAL, &read.trained_tokens, error) ||
      !attune_json_get_boolean (node, "evaluationPending", ATTUNE_JSON_OPTIONAL, &read.evaluation_pending, error) ||
      !attune_json_get_double (node, "evalLoss", ATTUNE_JSON_OPTIONAL, &read.eval_loss, error) ||
      !attune_json_get_int (node, "seed", ATTUNE_JSON_OPTIONAL, &seed, error) ||
      !attune_json_get_int (node, "threads", ATTUNE_JSON_OPTIONAL, &threads, error) ||
      !attune_json_get_string (node, "digest", ATTUNE_JSON_OPTIONAL, &digest, error) ||
      !attune_json_get_int (node, "time", ATTUNE_JSON_OPTIONAL, &read.time, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  if (version != STATE_VERSION || read.step <= 0 || read.step > read.total_steps || digest == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s is not the state of a checkpoint"), path);
      return FALSE;
    }

  read.seed = (guint64) seed;
  read.threads = (guint) threads;
  read.digest = g_strdup (digest);
  *state = read;

  return TRUE;
}

static gboolean
read_tensor (AttuneSafetensors   *file,
             const char          *name,
             const AttuneTensor  *tensor,
             float               *values,
             GError             **error)
{
  const AttuneFileTensor *found = attune_safetensors_lookup (file, name);
  gsize size = tensor->rows * tensor->columns * sizeof (float);

  if (found == NULL || found->dtype != ATTUNE_DTYPE_F32 || found->size != size)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("The tensor “%s” of the checkpoint is missing or has another shape"), name);
      return FALSE;
    }
  memcpy (values, found->data, size);

  return TRUE;
}

gboolean
attune_checkpoint_restore (const char       *folder,
                           AttuneModel      *model,
                           AttuneOptimizer  *optimizer,
                           gboolean          full,
                           GError          **error)
{
  g_autoptr (AttuneSafetensors) weights = NULL;
  g_autoptr (AttuneSafetensors) moments = NULL;
  g_autofree char *weights_path = NULL;
  g_autofree char *moments_path = NULL;
  const char *steps;
  guint64 n_steps;

  g_return_val_if_fail (folder != NULL, FALSE);
  g_return_val_if_fail (model != NULL, FALSE);
  g_return_val_if_fail (optimizer != NULL, FALSE);

  weights_path = g_build_filename (folder, ADAPTER_FILE, NULL);
  moments_path = g_build_filename (folder, OPTIMIZER_FILE, NULL);
  weights = full ? attune_safetensors_open_folder (folder, error) : attune_safetensors_open (weights_path, error);
  if (weights == NULL)
    return FALSE;
  moments = attune_safetensors_open (moments_path, error);
  if (moments == NULL)
    return FALSE;

  steps = attune_safetensors_get_metadata (moments, "steps");
  if (steps == NULL || !g_ascii_string_to_unsigned (steps, 10, 0, G_MAXINT64, &n_steps, NULL))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s does not say how many steps were done"), moments_path);
      return FALSE;
    }

  for (guint i = 0; i < attune_optimizer_get_n_tensors (optimizer); i++)
    {
      const AttuneTensor *tensor = attune_optimizer_get_tensor (optimizer, i);
      g_autofree char *first_name = g_strconcat ("first.", tensor->name, NULL);
      g_autofree char *second_name = g_strconcat ("second.", tensor->name, NULL);
      float *first;
      float *second;

      attune_optimizer_get_moments (optimizer, i, &first, &second);
      if (!read_tensor (weights, tensor->name, tensor, tensor->value, error) ||
          !read_tensor (moments, first_name, tensor, first, error) ||
          !read_tensor (moments, second_name, tensor, second, error))
        {
          g_prefix_error (error, "%s: ", folder);
          return FALSE;
        }
    }

  attune_optimizer_set_steps (optimizer, (gint64) n_steps);
  attune_model_values_changed (model);

  return TRUE;
}

gboolean
attune_checkpoint_clean (const char  *place,
                         guint        keep,
                         GError     **error)
{
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint kept = 0;

  g_return_val_if_fail (place != NULL, FALSE);

  dir = g_dir_open (place, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place, name, NULL);

      if ((g_str_has_prefix (name, UNFINISHED) || g_str_has_suffix (name, ".old")) &&
          !attune_folder_delete (path, error))
        return FALSE;
    }

  folders = attune_checkpoint_find (place);
  for (guint i = 0; i < folders->len; i++)
    {
      const char *folder = g_ptr_array_index (folders, i);
      g_autofree char *base = g_path_get_basename (folder);

      if (g_str_has_prefix (base, RECOVERY) && kept++ >= keep && !attune_folder_delete (folder, error))
        return FALSE;
    }

  return TRUE;
}
