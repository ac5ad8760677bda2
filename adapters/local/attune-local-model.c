/* attune-local-model.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#define G_LOG_DOMAIN "attune-local-model"

#include "attune-local-model.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "attune-chat-template.h"
#include "attune-error.h"
#include "attune-json.h"
#include "attune-local-files.h"
#include "attune-paths.h"
#include "attune-safetensors.h"
#include "attune-tokenizer.h"

static gboolean
has_file (const char *folder,
          const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

gboolean
attune_local_model_is_folder (const char *path)
{
  g_return_val_if_fail (path != NULL, FALSE);

  return has_file (path, "config.json");
}

/* Adds up what belongs to the files of a folder, whatever their order is. */
static guint64
scan_folder (const char *path,
             guint64    *size)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  guint64 stamp = 0;

  *size = 0;
  if (folder == NULL)
    return 0;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      struct stat info;

      if (stat (file, &info) != 0 || !S_ISREG (info.st_mode))
        continue;

      *size += (guint64) info.st_size;
      stamp += ((guint64) g_str_hash (name) << 20) ^ (guint64) info.st_size ^
               (((guint64) info.st_mtim.tv_sec * 1000000007u + (guint64) info.st_mtim.tv_nsec) * 0x9e3779b97f4a7c15u);
    }

  return MAX (stamp, 1);
}

guint64
attune_local_model_read_stamp (const char *path)
{
  guint64 size;

  g_return_val_if_fail (path != NULL, 0);

  return scan_folder (path, &size);
}

/* Models of the Hugging Face cache and many others carry their name in config.json. */
static char *
find_title (const AttuneModelConfig *config,
            const char              *id)
{
  if (config != NULL && config->json != NULL)
    {
      g_autoptr (JsonNode) root = attune_json_parse (config->json, -1, NULL, NULL);
      const char *name = attune_json_peek_string (root, "_name_or_path", NULL);

      if (name != NULL && *name != '\0' && !g_path_is_absolute (name))
        return g_strdup (name);
    }

  return g_filename_display_name (id);
}

/* The matrices that config.json asks for; the trainer checks the rest when it loads them. */
static gboolean
check_matrix (AttuneSafetensors  *weights,
              const char         *path,
              const char         *name,
              guint64             rows,
              guint64             columns,
              GError            **error)
{
  const AttuneFileTensor *tensor = attune_safetensors_lookup (weights, name);

  if (tensor == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("The tensor “%s” is missing from the model in “%s”. Copy the model there again."), name, path);
      return FALSE;
    }

  if (tensor->n_dims != 2 || tensor->shape[0] != rows || tensor->shape[1] != columns)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("%s: the tensor “%s” has the shape %" G_GUINT64_FORMAT " × %" G_GUINT64_FORMAT
                     ", but config.json asks for %" G_GUINT64_FORMAT " × %" G_GUINT64_FORMAT ". The files do not belong together."),
                   tensor->path, name, tensor->n_dims > 0 ? tensor->shape[0] : 0, tensor->n_dims > 1 ? tensor->shape[1] : 1, rows, columns);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_matrices (AttuneSafetensors        *weights,
                const AttuneModelConfig  *config,
                const char               *path,
                GError                  **error)
{
  const guint64 q = (guint64) config->n_heads * config->head_dim;
  const guint64 kv = (guint64) config->n_kv_heads * config->head_dim;
  const struct { const char *name; guint64 rows; guint64 columns; } matrices[] = {
    { "self_attn.q_proj", q, config->hidden_size },
    { "self_attn.k_proj", kv, config->hidden_size },
    { "self_attn.v_proj", kv, config->hidden_size },
    { "self_attn.o_proj", config->hidden_size, q },
    { "mlp.gate_proj", config->intermediate_size, config->hidden_size },
    { "mlp.up_proj", config->intermediate_size, config->hidden_size },
    { "mlp.down_proj", config->hidden_size, config->intermediate_size },
  };

  if (!check_matrix (weights, path, "model.embed_tokens.weight", config->vocab_size, config->hidden_size, error) ||
      (!config->tie_embeddings && !check_matrix (weights, path, "lm_head.weight", config->vocab_size, config->hidden_size, error)))
    return FALSE;

  for (guint i = 0; i < config->n_layers; i++)
    {
      for (gsize j = 0; j < G_N_ELEMENTS (matrices); j++)
        {
          g_autofree char *name = g_strdup_printf ("model.layers.%u.%s.weight", i, matrices[j].name);

          if (!check_matrix (weights, path, name, matrices[j].rows, matrices[j].columns, error))
            return FALSE;
        }
    }

  return TRUE;
}

static void
inspect_into (AttuneLocalModel *self)
{
  g_autoptr (AttuneSafetensors) weights = NULL;
  g_autoptr (AttuneTokenizer) tokenizer = NULL;
  g_autoptr (AttuneChatTemplate) template = NULL;

  if (!g_file_test (self->path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (&self->problem, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                   _("There is no model folder “%s”. Choose another base model."), self->path);
      return;
    }

  if (!has_file (self->path, "config.json"))
    {
      g_set_error (&self->problem, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                   _("The folder “%s” has no config.json: it is not a model in the Hugging Face layout. Choose the folder that holds config.json."),
                   self->path);
      return;
    }

  self->config = attune_model_config_load (self->path, &self->problem);
  if (self->config == NULL)
    return;

  self->context_length = self->config->max_positions;
  self->parameters = attune_model_config_count_parameters (self->config);

  /* Opening checks all that the headers say against the files; the weights themselves are not read. */
  weights = attune_safetensors_open_folder (self->path, &self->problem);
  if (weights == NULL || !check_matrices (weights, self->config, self->path, &self->problem))
    return;

  if (!has_file (self->path, "tokenizer.json"))
    {
      g_set_error (&self->problem, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                   _("The model folder “%s” has no tokenizer.json. Copy the tokenizer files of the model there."), self->path);
      return;
    }

  tokenizer = attune_tokenizer_load (self->path, &self->problem);
  if (tokenizer == NULL)
    return;

  if (attune_tokenizer_get_n_tokens (tokenizer) > self->config->vocab_size)
    {
      g_set_error (&self->problem, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                   _("The tokenizer in “%s” has %u tokens, but config.json says that the model knows only %u. "
                     "The tokenizer is probably that of another model."),
                   self->path, attune_tokenizer_get_n_tokens (tokenizer), self->config->vocab_size);
      return;
    }

  /* Without a template a model can still learn plain text. */
  template = attune_chat_template_load (self->path, tokenizer, &self->template_error);
  if (template != NULL)
    self->template_name = g_strdup (attune_chat_template_get_name (template));
}

AttuneLocalModel *
attune_local_model_inspect (const char *path)
{
  AttuneLocalModel *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_atomic_rc_box_new0 (AttuneLocalModel);
  self->path = g_canonicalize_filename (path, NULL);
  self->id = g_path_get_basename (self->path);
  self->stamp = scan_folder (self->path, &self->size);

  inspect_into (self);
  if (self->problem != NULL)
    attune_error_convert (&self->problem);
  self->title = find_title (self->config, self->id);

  return self;
}

AttuneLocalModel *
attune_local_model_ref (AttuneLocalModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

static void
clear_model (gpointer data)
{
  AttuneLocalModel *self = data;

  g_free (self->id);
  g_free (self->title);
  g_free (self->path);
  g_free (self->template_name);
  g_clear_pointer (&self->config, attune_model_config_free);
  g_clear_error (&self->template_error);
  g_clear_error (&self->problem);
}

void
attune_local_model_unref (AttuneLocalModel *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, clear_model);
}

AttuneLocalModel *
attune_local_model_rename (AttuneLocalModel *self,
                           const char       *id)
{
  AttuneLocalModel *renamed;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);

  if (strcmp (self->id, id) == 0)
    return attune_local_model_ref (self);

  renamed = g_atomic_rc_box_dup (sizeof (AttuneLocalModel), self);
  renamed->id = g_strdup (id);
  renamed->title = g_strdup (self->title);
  renamed->path = g_strdup (self->path);
  renamed->template_name = g_strdup (self->template_name);
  renamed->config = self->config != NULL ? attune_model_config_copy (self->config) : NULL;
  renamed->template_error = self->template_error != NULL ? g_error_copy (self->template_error) : NULL;
  renamed->problem = self->problem != NULL ? g_error_copy (self->problem) : NULL;

  return renamed;
}

/* What a model consists of, and what explains it; not the same weights once more in other formats. */
static gboolean
is_wanted (const char *name)
{
  return g_str_has_suffix (name, ".json") || g_str_has_suffix (name, ".safetensors") || g_str_has_suffix (name, ".jinja") ||
         g_ascii_strncasecmp (name, "LICENSE", 7) == 0 || g_ascii_strcasecmp (name, "README.md") == 0 || strcmp (name, "merges.txt") == 0;
}

static gboolean
copy_model (const char  *source,
            const char  *destination,
            GError     **error)
{
  g_autoptr (GDir) folder = g_dir_open (source, 0, error);
  const char *name;

  if (folder == NULL)
    return FALSE;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *from_path = g_build_filename (source, name, NULL);
      g_autofree char *to_path = g_build_filename (destination, name, NULL);
      g_autoptr (GFile) from = g_file_new_for_path (from_path);
      g_autoptr (GFile) to = g_file_new_for_path (to_path);

      if (is_wanted (name) && g_file_test (from_path, G_FILE_TEST_IS_REGULAR) &&
          !g_file_copy (from, to, G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL, NULL, NULL, error))
        {
          g_prefix_error (error, _("While copying “%s”: "), from_path);
          return FALSE;
        }
    }

  return TRUE;
}

static void
remove_copy (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_remove (file);
    }
  g_rmdir (path);
}

char *
attune_local_model_import (const char  *source,
                           const char  *name,
                           GError     **error)
{
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autofree char *models = NULL;
  g_autofree char *destination = NULL;
  g_autofree char *temporary = NULL;
  g_autoptr (GError) local_error = NULL;
  guint64 free_space;

  g_return_val_if_fail (source != NULL, NULL);

  model = attune_local_model_inspect (source);
  if (model->problem != NULL)
    {
      g_propagate_error (error, g_error_copy (model->problem));
      return NULL;
    }

  if (name == NULL)
    name = model->id;
  if (*name == '\0' || *name == '.' || strchr (name, '/') != NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("“%s” cannot be the name of a model: it must not be empty, begin with a dot or hold a slash."), name);
      return NULL;
    }

  models = attune_paths_dup_models_folder ();
  destination = g_build_filename (models, name, NULL);
  if (g_file_test (destination, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                   _("There is a model “%s” in “%s” already. Give the new one another name."), name, models);
      return NULL;
    }

  free_space = attune_local_files_free_space (models);
  if (free_space < model->size)
    {
      g_autofree char *need = g_format_size (model->size);
      g_autofree char *have = g_format_size (free_space);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_SPACE,
                   _("The model takes %s, but only %s are free in “%s”. Make room there."), need, have, models);
      return NULL;
    }

  /* It appears under its name when it is whole. */
  temporary = g_strdup_printf ("%s/.%s.XXXXXX", models, name);
  if (g_mkdir_with_parents (models, 0700) != 0 || g_mkdtemp_full (temporary, 0700) == NULL)
    {
      int saved_errno = errno;

      g_set_error (&local_error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("“%s” could not be made: %s"), models, g_strerror (saved_errno));
    }
  else if (copy_model (model->path, temporary, &local_error) && g_rename (temporary, destination) != 0)
    {
      int saved_errno = errno;

      g_set_error (&local_error, G_FILE_ERROR, (int) g_file_error_from_errno (saved_errno),
                   _("“%s” could not be made: %s"), destination, g_strerror (saved_errno));
    }

  if (local_error != NULL)
    {
      remove_copy (temporary);
      attune_error_convert (&local_error);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  return g_steal_pointer (&destination);
}
