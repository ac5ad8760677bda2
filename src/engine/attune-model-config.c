/* attune-model-config.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-config.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <yyjson.h>

#include "attune-error.h"

#define CONFIG_NAME "config.json"

/* What a kind of model does where its config.json does not say. */
static const struct {
  const char *model_type;
  gboolean    attention_bias; /* of q, k and v, whatever the file says */
  gboolean    head_norms;
  guint       head_dim;       /* 0: hidden size over heads */
  guint       max_positions;
} families[] = {
  { "llama", FALSE, FALSE, 0, 2048 },
  { "mistral", FALSE, FALSE, 0, 131072 },
  { "qwen2", TRUE, FALSE, 0, 32768 },
  { "qwen3", FALSE, TRUE, 128, 32768 },
};

static gboolean
refuse (GError     **error,
        const char  *what)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("%s: %s is not supported. Choose a model of the Llama, Mistral, SmolLM 2, Qwen 2 or Qwen 3 kind."),
               CONFIG_NAME, what);
  return FALSE;
}

static gboolean
invalid (GError     **error,
         const char  *member,
         const char  *what)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: “%s” %s"), CONFIG_NAME, member, what);
  return FALSE;
}

/* A whole number from 1 to @limit; @fallback where it is missing or null, and an error where that is 0. */
static gboolean
read_size (yyjson_val  *root,
           const char  *member,
           guint        fallback,
           guint        limit,
           guint       *value,
           GError     **error)
{
  yyjson_val *number = yyjson_obj_get (root, member);

  if (number == NULL || yyjson_is_null (number))
    {
      *value = fallback;
      return fallback != 0 || invalid (error, member, _("is missing"));
    }
  if (!yyjson_is_uint (number) || yyjson_get_uint (number) < 1 || yyjson_get_uint (number) > limit)
    return invalid (error, member, _("is not a whole number in the possible range"));
  *value = (guint) yyjson_get_uint (number);
  return TRUE;
}

static gboolean
read_double (yyjson_val  *root,
             const char  *member,
             double       fallback,
             double      *value,
             GError     **error)
{
  yyjson_val *number = yyjson_obj_get (root, member);

  if (number == NULL || yyjson_is_null (number))
    {
      *value = fallback;
      return TRUE;
    }
  if (!yyjson_is_num (number) || !(yyjson_get_num (number) >= 0))
    return invalid (error, member, _("is not a number of at least 0"));
  *value = yyjson_get_num (number);
  return TRUE;
}

static gboolean
read_boolean (yyjson_val  *root,
              const char  *member,
              gboolean     fallback,
              gboolean    *value,
              GError     **error)
{
  yyjson_val *node = yyjson_obj_get (root, member);

  if (node == NULL || yyjson_is_null (node))
    {
      *value = fallback;
      return TRUE;
    }
  if (!yyjson_is_bool (node))
    return invalid (error, member, _("is neither true nor false"));
  *value = yyjson_get_bool (node);
  return TRUE;
}

static gboolean
read_rope (AttuneModelConfig  *self,
           yyjson_val         *root,
           GError            **error)
{
  yyjson_val *rope = yyjson_obj_get (root, "rope_parameters");
  yyjson_val *type;
  const char *name = "default";
  double partial = 1;

  self->rope_type = ATTUNE_ROPE_DEFAULT;
  self->rope_factor = 1;

  if (!read_double (root, "rope_theta", 10000, &self->rope_theta, error))
    return FALSE;
  if (rope == NULL || yyjson_is_null (rope))
    rope = yyjson_obj_get (root, "rope_scaling");
  if (rope != NULL && !yyjson_is_null (rope))
    {
      if (!yyjson_is_obj (rope))
        return invalid (error, "rope_scaling", _("is not an object"));

      type = yyjson_obj_get (rope, "rope_type");
      if (type == NULL)
        type = yyjson_obj_get (rope, "type");
      if (type != NULL && !yyjson_is_null (type))
        {
          if (!yyjson_is_str (type))
            return invalid (error, "rope_type", _("is not a word"));
          name = yyjson_get_str (type);
        }
      if (!read_double (rope, "rope_theta", self->rope_theta, &self->rope_theta, error) ||
          !read_double (rope, "partial_rotary_factor", 1, &partial, error))
        return FALSE;
    }

  if (partial == 1 && !read_double (root, "partial_rotary_factor", 1, &partial, error))
    return FALSE;
  if (partial != 1)
    return refuse (error, "“partial_rotary_factor”");
  if (!(self->rope_theta > 0))
    return invalid (error, "rope_theta", _("is not above 0"));

  if (strcmp (name, "default") == 0)
    return TRUE;

  if (strcmp (name, "linear") == 0)
    self->rope_type = ATTUNE_ROPE_LINEAR;
  else if (strcmp (name, "llama3") == 0)
    self->rope_type = ATTUNE_ROPE_LLAMA3;
  else
    {
      g_autofree char *what = g_strdup_printf (_("the position scaling “%s”"), name);

      return refuse (error, what);
    }

  if (!read_double (rope, "factor", 0, &self->rope_factor, error))
    return FALSE;
  if (!(self->rope_factor > 0))
    return invalid (error, "factor", _("of the position scaling is missing"));
  if (self->rope_type == ATTUNE_ROPE_LLAMA3)
    {
      if (!read_double (rope, "low_freq_factor", 1, &self->rope_low_frequency_factor, error) ||
          !read_double (rope, "high_freq_factor", 4, &self->rope_high_frequency_factor, error) ||
          !read_size (rope, "original_max_position_embeddings", 8192, G_MAXINT, &self->rope_original_positions, error))
        return FALSE;
      if (!(self->rope_high_frequency_factor > self->rope_low_frequency_factor))
        return invalid (error, "high_freq_factor", _("is not above “low_freq_factor”"));
    }
  return TRUE;
}

/* Options that would change the numbers, and are not done here. */
static gboolean
check_options (AttuneModelConfig  *self,
               yyjson_val         *root,
               GError            **error)
{
  yyjson_val *activation = yyjson_obj_get (root, "hidden_act");
  yyjson_val *layers = yyjson_obj_get (root, "layer_types");
  yyjson_val *window = yyjson_obj_get (root, "sliding_window");
  yyjson_val *quantization = yyjson_obj_get (root, "quantization_config");
  yyjson_val *layer;
  gboolean mlp_bias, sliding;
  double dropout;
  gsize i, n;

  if (activation != NULL && !yyjson_is_null (activation) &&
      !yyjson_equals_str (activation, "silu") && !yyjson_equals_str (activation, "swish"))
    {
      g_autofree char *what = g_strdup_printf (_("the activation “%s”"),
                                               yyjson_is_str (activation) ? yyjson_get_str (activation) : "hidden_act");

      return refuse (error, what);
    }

  if (!read_boolean (root, "mlp_bias", FALSE, &mlp_bias, error) ||
      !read_boolean (root, "use_sliding_window", strcmp (self->model_type, "mistral") == 0, &sliding, error) ||
      !read_double (root, "attention_dropout", 0, &dropout, error))
    return FALSE;
  if (mlp_bias)
    return refuse (error, "“mlp_bias”");
  if (dropout > 0)
    return refuse (error, "“attention_dropout”");
  if (quantization != NULL && !yyjson_is_null (quantization))
    return refuse (error, "“quantization_config”");

  /* A window as wide as the model's longest text hides nothing. */
  if (sliding && yyjson_is_uint (window) && yyjson_get_uint (window) < self->max_positions)
    return refuse (error, "“sliding_window”");
  yyjson_arr_foreach (layers, i, n, layer)
    if (!yyjson_equals_str (layer, "full_attention"))
      {
        g_autofree char *what = g_strdup_printf (_("the layer type “%s”"),
                                                 yyjson_is_str (layer) ? yyjson_get_str (layer) : "layer_types");

        return refuse (error, what);
      }
  return TRUE;
}

static gboolean
read_config (AttuneModelConfig  *self,
             yyjson_val         *root,
             GError            **error)
{
  yyjson_val *type = yyjson_obj_get (root, "model_type");
  gboolean bias;
  gsize family;

  if (!yyjson_is_obj (root))
    return invalid (error, CONFIG_NAME, _("is not a JSON object"));
  if (!yyjson_is_str (type))
    return invalid (error, "model_type", _("is missing"));

  for (family = 0; family < G_N_ELEMENTS (families); family++)
    if (yyjson_equals_str (type, families[family].model_type))
      break;
  if (family == G_N_ELEMENTS (families))
    {
      g_autofree char *what = g_strdup_printf (_("the model type “%s”"), yyjson_get_str (type));

      return refuse (error, what);
    }
  self->model_type = g_strdup (yyjson_get_str (type));

  if (!read_size (root, "hidden_size", 0, 1 << 16, &self->hidden_size, error) ||
      !read_size (root, "intermediate_size", 0, 1 << 18, &self->intermediate_size, error) ||
      !read_size (root, "num_hidden_layers", 0, 1024, &self->n_layers, error) ||
      !read_size (root, "num_attention_heads", 0, 1024, &self->n_heads, error) ||
      !read_size (root, "num_key_value_heads", self->n_heads, 1024, &self->n_kv_heads, error) ||
      !read_size (root, "vocab_size", 0, 1 << 22, &self->vocab_size, error) ||
      !read_size (root, "max_position_embeddings", families[family].max_positions, G_MAXINT, &self->max_positions, error) ||
      !read_size (root, "head_dim", families[family].head_dim != 0 ? families[family].head_dim
                                    : MAX (self->hidden_size / self->n_heads, 1), 1024, &self->head_dim, error) ||
      !read_double (root, "rms_norm_eps", 1e-6, &self->rms_norm_eps, error) ||
      !read_double (root, "initializer_range", 0.02, &self->initializer_range, error) ||
      !read_boolean (root, "tie_word_embeddings", FALSE, &self->tie_embeddings, error) ||
      !read_boolean (root, "attention_bias", FALSE, &bias, error))
    return FALSE;

  if (self->n_heads % self->n_kv_heads != 0)
    return invalid (error, "num_key_value_heads", _("does not divide “num_attention_heads”"));
  if (self->head_dim % 2 != 0)
    return invalid (error, "head_dim", _("is odd"));

  self->head_norms = families[family].head_norms;
  self->attention_bias = families[family].attention_bias || bias;
  self->output_bias = bias && !families[family].attention_bias;
  if (bias && strcmp (self->model_type, "mistral") == 0)
    return refuse (error, "“attention_bias”");

  return read_rope (self, root, error) && check_options (self, root, error);
}

AttuneModelConfig *
attune_model_config_parse (const char *json,
                           GError    **error)
{
  g_autoptr(AttuneModelConfig) self = g_new0 (AttuneModelConfig, 1);
  yyjson_doc *doc;
  yyjson_read_err problem;
  gboolean ok;

  g_return_val_if_fail (json != NULL, NULL);

  doc = yyjson_read_opts ((char *) json, strlen (json), YYJSON_READ_NOFLAG, NULL, &problem);
  if (doc == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s is not JSON: %s at byte %" G_GSIZE_FORMAT),
                   CONFIG_NAME, problem.msg, problem.pos);
      return NULL;
    }

  ok = read_config (self, yyjson_doc_get_root (doc), error);
  yyjson_doc_free (doc);
  if (!ok)
    return NULL;

  self->json = g_strdup (json);
  return g_steal_pointer (&self);
}

AttuneModelConfig *
attune_model_config_load (const char *folder,
                          GError    **error)
{
  g_autofree char *path = NULL;
  g_autofree char *contents = NULL;
  g_autoptr(GError) local_error = NULL;
  AttuneModelConfig *self;

  g_return_val_if_fail (folder != NULL, NULL);

  path = g_build_filename (folder, CONFIG_NAME, NULL);
  if (!g_file_get_contents (path, &contents, NULL, &local_error))
    {
      if (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                     _("%s: there is no config.json. Choose the folder of a model in Hugging Face's form."), folder);
      else
        {
          attune_error_convert (&local_error);
          g_propagate_error (error, g_steal_pointer (&local_error));
        }
      return NULL;
    }

  self = attune_model_config_parse (contents, error);
  if (self == NULL)
    g_prefix_error (error, "%s: ", folder);
  return self;
}

AttuneModelConfig *
attune_model_config_copy (const AttuneModelConfig *self)
{
  AttuneModelConfig *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->model_type = g_strdup (self->model_type);
  copy->json = g_strdup (self->json);
  return copy;
}

void
attune_model_config_free (AttuneModelConfig *self)
{
  if (self == NULL)
    return;

  g_free (self->model_type);
  g_free (self->json);
  g_free (self);
}

guint64
attune_model_config_count_parameters (const AttuneModelConfig *self)
{
  guint64 hidden, q, kv, layer;

  g_return_val_if_fail (self != NULL, 0);

  hidden = self->hidden_size;
  q = (guint64) self->n_heads * self->head_dim;
  kv = (guint64) self->n_kv_heads * self->head_dim;
  layer = hidden * (2 * q + 2 * kv + 3 * (guint64) self->intermediate_size + 2);
  if (self->attention_bias)
    layer += q + 2 * kv;
  if (self->output_bias)
    layer += hidden;
  if (self->head_norms)
    layer += 2 * (guint64) self->head_dim;

  return layer * self->n_layers + hidden + hidden * self->vocab_size * (self->tie_embeddings ? 1 : 2);
}
