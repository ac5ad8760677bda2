/* attune-model-save.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <yyjson.h>

#include "attune-error.h"

gboolean
attune_model_make_folder (const char  *folder,
                          GError     **error)
{
  int code;

  if (g_mkdir_with_parents (folder, 0755) == 0)
    return TRUE;

  code = errno;
  g_set_error (error, ATTUNE_ERROR,
               code == EACCES || code == EPERM || code == EROFS ? ATTUNE_ERROR_NOT_ALLOWED
               : code == ENOSPC ? ATTUNE_ERROR_NO_SPACE : ATTUNE_ERROR_FAILED,
               _("The folder %s could not be made: %s"), folder, g_strerror (code));
  return FALSE;
}

gboolean
attune_model_write_file (const char  *path,
                         const char  *contents,
                         GError     **error)
{
  if (g_file_set_contents_full (path, contents, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, error))
    return TRUE;

  attune_error_convert (error);
  return FALSE;
}

static void
add_rope (const AttuneModelConfig *config,
          yyjson_mut_doc          *doc,
          yyjson_mut_val          *root)
{
  yyjson_mut_val *rope = yyjson_mut_obj (doc);

  yyjson_mut_obj_add_real (doc, rope, "rope_theta", config->rope_theta);
  if (config->rope_type == ATTUNE_ROPE_DEFAULT)
    yyjson_mut_obj_add_str (doc, rope, "rope_type", "default");
  else
    {
      yyjson_mut_obj_add_str (doc, rope, "rope_type", config->rope_type == ATTUNE_ROPE_LINEAR ? "linear" : "llama3");
      yyjson_mut_obj_add_real (doc, rope, "factor", config->rope_factor);
    }
  if (config->rope_type == ATTUNE_ROPE_LLAMA3)
    {
      yyjson_mut_obj_add_real (doc, rope, "low_freq_factor", config->rope_low_frequency_factor);
      yyjson_mut_obj_add_real (doc, rope, "high_freq_factor", config->rope_high_frequency_factor);
      yyjson_mut_obj_add_uint (doc, rope, "original_max_position_embeddings", config->rope_original_positions);
    }
  yyjson_mut_obj_add_val (doc, root, "rope_parameters", rope);
}

/* For a model that was not read from a folder. */
static yyjson_mut_doc *
describe_config (const AttuneModelConfig *config)
{
  yyjson_mut_doc *doc = yyjson_mut_doc_new (NULL);
  yyjson_mut_val *root = yyjson_mut_obj (doc);
  yyjson_mut_val *architectures = yyjson_mut_arr (doc);
  static const char * const classes[][2] = {
    { "llama", "LlamaForCausalLM" }, { "mistral", "MistralForCausalLM" }, { "qwen2", "Qwen2ForCausalLM" }, { "qwen3", "Qwen3ForCausalLM" },
  };

  yyjson_mut_doc_set_root (doc, root);
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (strcmp (config->model_type, classes[i][0]) == 0)
      yyjson_mut_arr_add_str (doc, architectures, classes[i][1]);
  yyjson_mut_obj_add_val (doc, root, "architectures", architectures);
  yyjson_mut_obj_add_bool (doc, root, "attention_bias", config->output_bias);
  yyjson_mut_obj_add_real (doc, root, "attention_dropout", 0);
  yyjson_mut_obj_add_uint (doc, root, "head_dim", config->head_dim);
  yyjson_mut_obj_add_str (doc, root, "hidden_act", "silu");
  yyjson_mut_obj_add_uint (doc, root, "hidden_size", config->hidden_size);
  yyjson_mut_obj_add_real (doc, root, "initializer_range", config->initializer_range);
  yyjson_mut_obj_add_uint (doc, root, "intermediate_size", config->intermediate_size);
  yyjson_mut_obj_add_uint (doc, root, "max_position_embeddings", config->max_positions);
  yyjson_mut_obj_add_bool (doc, root, "mlp_bias", false);
  yyjson_mut_obj_add_strcpy (doc, root, "model_type", config->model_type);
  yyjson_mut_obj_add_uint (doc, root, "num_attention_heads", config->n_heads);
  yyjson_mut_obj_add_uint (doc, root, "num_hidden_layers", config->n_layers);
  yyjson_mut_obj_add_uint (doc, root, "num_key_value_heads", config->n_kv_heads);
  yyjson_mut_obj_add_real (doc, root, "rms_norm_eps", config->rms_norm_eps);
  add_rope (config, doc, root);
  yyjson_mut_obj_add_real (doc, root, "rope_theta", config->rope_theta);
  yyjson_mut_obj_add_bool (doc, root, "tie_word_embeddings", config->tie_embeddings);
  yyjson_mut_obj_add_bool (doc, root, "use_cache", true);
  yyjson_mut_obj_add_uint (doc, root, "vocab_size", config->vocab_size);
  return doc;
}

/* config.json as it was, with the type that the weights have now. */
static char *
make_config (const AttuneModelConfig *config,
             AttuneDType              dtype)
{
  const char *word = dtype == ATTUNE_DTYPE_BF16 ? "bfloat16" : "float32";
  yyjson_doc *source = config->json != NULL ? yyjson_read (config->json, strlen (config->json), YYJSON_READ_NOFLAG) : NULL;
  yyjson_mut_doc *doc = source != NULL ? yyjson_doc_mut_copy (source, NULL) : describe_config (config);
  yyjson_mut_val *root = yyjson_mut_doc_get_root (doc);
  gboolean old = yyjson_mut_obj_get (root, "torch_dtype") != NULL;
  char *text;
  char *copy;

  yyjson_mut_obj_put (root, yyjson_mut_str (doc, old ? "torch_dtype" : "dtype"), yyjson_mut_str (doc, word));
  if (old)
    yyjson_mut_obj_remove_key (root, "dtype");
  text = yyjson_mut_write (doc, YYJSON_WRITE_PRETTY_TWO_SPACES | YYJSON_WRITE_NEWLINE_AT_END, NULL);
  yyjson_mut_doc_free (doc);
  if (source != NULL)
    yyjson_doc_free (source);
  copy = g_strdup (text);
  free (text);
  return copy;
}

gboolean
attune_model_save_weights (AttuneModel  *self,
                           const char   *folder,
                           const char   *dtype,
                           GError      **error)
{
  g_autoptr(AttuneSafetensorsWriter) writer = NULL;
  g_autoptr(GPtrArray) widened = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *config_path = NULL;
  g_autofree char *weights_path = NULL;
  g_autofree char *config = NULL;
  AttuneDType type;

  g_return_val_if_fail (self != NULL && folder != NULL && dtype != NULL, FALSE);

  if (!attune_dtype_from_name (dtype, &type) || (type != ATTUNE_DTYPE_F32 && type != ATTUNE_DTYPE_BF16))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("Weights cannot be saved as “%s”. Choose F32 or BF16."), dtype);
      return FALSE;
    }
  if (!attune_model_make_folder (folder, error))
    return FALSE;

  writer = attune_safetensors_writer_new ();
  attune_safetensors_writer_set_metadata (writer, "format", "pt");
  for (guint i = 0; i < self->weights->len; i++)
    {
      const AttuneWeight *weight = g_ptr_array_index (self->weights, i);
      const guint64 shape[] = { weight->rows, weight->columns };
      const guint n_dims = weight->is_vector ? 1 : 2;
      const gsize n = weight->rows * weight->columns;

      if (weight->value != NULL)
        attune_safetensors_writer_add_floats (writer, weight->name, type, n_dims, shape, weight->value);
      else if (!self->bf16)
        attune_safetensors_writer_add_floats (writer, weight->name, type, n_dims, shape, weight->data);
      else if (type == ATTUNE_DTYPE_BF16)
        attune_safetensors_writer_add (writer, weight->name, type, n_dims, shape, weight->data);
      else
        {
          float *values = g_new (float, n);

          g_ptr_array_add (widened, values);
          self->kernels->widen (n, weight->data, TRUE, values);
          attune_safetensors_writer_add_floats (writer, weight->name, type, n_dims, shape, values);
        }
    }

  config_path = g_build_filename (folder, "config.json", NULL);
  weights_path = g_build_filename (folder, "model.safetensors", NULL);
  config = make_config (self->config, type);
  return attune_safetensors_writer_save (writer, weights_path, error) &&
         attune_model_write_file (config_path, config, error);
}
