/* attune-model-weights.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#include <glib/gi18n-lib.h>

#include "attune-error.h"

static const char * const linear_names[N_LINEARS] = {
  [LINEAR_Q] = "self_attn.q_proj",
  [LINEAR_K] = "self_attn.k_proj",
  [LINEAR_V] = "self_attn.v_proj",
  [LINEAR_O] = "self_attn.o_proj",
  [LINEAR_GATE] = "mlp.gate_proj",
  [LINEAR_UP] = "mlp.up_proj",
  [LINEAR_DOWN] = "mlp.down_proj",
};

const char *
attune_linear_get_path (AttuneLinearKind kind)
{
  return linear_names[kind];
}

const char *
attune_linear_get_module (AttuneLinearKind kind)
{
  return strchr (linear_names[kind], '.') + 1;
}

static void
lay_out_weight (AttuneModel  *self,
                AttuneWeight *weight,
                gboolean      is_vector,
                gsize         rows,
                gsize         columns,
                const char   *format,
                ...) G_GNUC_PRINTF (6, 7);

static void
lay_out_weight (AttuneModel  *self,
                AttuneWeight *weight,
                gboolean      is_vector,
                gsize         rows,
                gsize         columns,
                const char   *format,
                ...)
{
  va_list args;

  va_start (args, format);
  weight->name = g_strdup_vprintf (format, args);
  va_end (args);
  weight->exists = TRUE;
  weight->is_vector = is_vector;
  weight->rows = rows;
  weight->columns = columns;
  g_ptr_array_add (self->weights, weight);
}

static void
lay_out_linear (AttuneModel      *self,
                guint             layer,
                AttuneLinearKind  kind,
                gsize             out,
                gsize             in,
                gboolean          bias)
{
  AttuneLinear *linear = &self->layers[layer].linears[kind];

  linear->in = in;
  linear->out = out;
  lay_out_weight (self, &linear->weight, FALSE, out, in, "model.layers.%u.%s.weight", layer, linear_names[kind]);
  if (bias)
    lay_out_weight (self, &linear->bias, TRUE, out, 1, "model.layers.%u.%s.bias", layer, linear_names[kind]);
}

/* Names and shapes of all weights, as they stand in files. */
void
attune_model_lay_out (AttuneModel *self)
{
  const AttuneModelConfig *config = self->config;
  const gsize hidden = config->hidden_size;
  const gsize q = (gsize) config->n_heads * config->head_dim;
  const gsize kv = (gsize) config->n_kv_heads * config->head_dim;

  self->weights = g_ptr_array_new ();
  self->layers = g_new0 (AttuneLayer, config->n_layers);

  lay_out_weight (self, &self->embedding, FALSE, config->vocab_size, hidden, "model.embed_tokens.weight");
  for (guint i = 0; i < config->n_layers; i++)
    {
      AttuneLayer *layer = &self->layers[i];

      lay_out_weight (self, &layer->input_norm, TRUE, hidden, 1, "model.layers.%u.input_layernorm.weight", i);
      lay_out_linear (self, i, LINEAR_Q, q, hidden, config->attention_bias);
      lay_out_linear (self, i, LINEAR_K, kv, hidden, config->attention_bias);
      lay_out_linear (self, i, LINEAR_V, kv, hidden, config->attention_bias);
      lay_out_linear (self, i, LINEAR_O, hidden, q, config->output_bias);
      if (config->head_norms)
        {
          lay_out_weight (self, &layer->q_norm, TRUE, config->head_dim, 1, "model.layers.%u.self_attn.q_norm.weight", i);
          lay_out_weight (self, &layer->k_norm, TRUE, config->head_dim, 1, "model.layers.%u.self_attn.k_norm.weight", i);
        }
      lay_out_weight (self, &layer->post_norm, TRUE, hidden, 1, "model.layers.%u.post_attention_layernorm.weight", i);
      lay_out_linear (self, i, LINEAR_GATE, config->intermediate_size, hidden, FALSE);
      lay_out_linear (self, i, LINEAR_UP, config->intermediate_size, hidden, FALSE);
      lay_out_linear (self, i, LINEAR_DOWN, hidden, config->intermediate_size, FALSE);
    }
  lay_out_weight (self, &self->norm, TRUE, hidden, 1, "model.norm.weight");
  if (!config->tie_embeddings)
    lay_out_weight (self, &self->head, FALSE, config->vocab_size, hidden, "lm_head.weight");
}

void
attune_model_free_weights (AttuneModel *self)
{
  for (guint i = 0; self->weights != NULL && i < self->weights->len; i++)
    {
      AttuneWeight *weight = g_ptr_array_index (self->weights, i);

      /* What is trained lies in the one block of all trained values. */
      if (weight->is_vector && weight->gradient == NULL)
        g_free (weight->value);
      g_free (weight->owned);
      g_free (weight->name);
    }
  for (guint i = 0; self->layers != NULL && i < self->config->n_layers; i++)
    for (guint j = 0; j < N_LINEARS; j++)
      {
        g_free (self->layers[i].linears[j].a.name);
        g_free (self->layers[i].linears[j].b.name);
      }
  g_clear_pointer (&self->weights, g_ptr_array_unref);
  g_clear_pointer (&self->layers, g_free);
}

/* Zeroed, on large pages where the system has them; NO_MEMORY where it cannot be had. */
gpointer
attune_model_map_memory (gsize    size,
                         GError **error)
{
  void *memory = mmap (NULL, MAX (size, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    {
      g_autofree char *text = g_format_size (size);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY,
                   _("There is not enough memory: %s more are needed. Choose a smaller model, smaller batches or LoRA, or close other programs."),
                   text);
      return NULL;
    }
  madvise (memory, size, MADV_HUGEPAGE);
  return memory;
}

/* Room for the values and gradients of what is in @trained. The A of one group are put under each other. */
gboolean
attune_model_allocate_trained (AttuneModel *self,
                               GError     **error)
{
  gsize n = 0;

  self->n_partial = 0;
  for (guint i = 0; i < self->trained->len; i++)
    {
      AttuneWeight *weight = g_ptr_array_index (self->trained, i);

      n += weight->rows * weight->columns;
    }

  self->n_trained = n;
  self->values = attune_model_map_memory (n * sizeof (float), error);
  if (self->values == NULL)
    return FALSE;
  self->gradients = attune_model_map_memory (n * sizeof (float), error);
  if (self->gradients == NULL)
    return FALSE;
  if (self->bf16)
    {
      self->copies = attune_model_map_memory (n * sizeof (guint16), error);
      if (self->copies == NULL)
        return FALSE;
    }

  n = 0;
  for (guint i = 0; i < self->trained->len; i++)
    {
      AttuneWeight *weight = g_ptr_array_index (self->trained, i);
      AttuneTensor tensor = { weight->name, weight->rows, weight->columns, weight->is_vector };

      weight->value = self->values + n;
      weight->gradient = self->gradients + n;
      if (!weight->is_vector)
        weight->data = self->bf16 ? (const void *) (self->copies + n) : weight->value;
      else
        {
          weight->partial = self->n_partial;
          self->n_partial += weight->rows;
        }
      tensor.value = weight->value;
      tensor.gradient = weight->gradient;
      g_array_append_val (self->tensors, tensor);
      n += weight->rows * weight->columns;
    }
  return TRUE;
}

static gboolean
check_shape (const AttuneFileTensor  *tensor,
             const AttuneWeight      *weight,
             GError                 **error)
{
  g_autoptr(GString) is = NULL;
  g_autofree char *should = NULL;

  if (weight->is_vector ? tensor->n_dims == 1 && tensor->shape[0] == weight->rows
                        : tensor->n_dims == 2 && tensor->shape[0] == weight->rows && tensor->shape[1] == weight->columns)
    return TRUE;

  is = g_string_new (NULL);
  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (is, "%s%" G_GUINT64_FORMAT, i > 0 ? " × " : "", tensor->shape[i]);
  should = weight->is_vector ? g_strdup_printf ("%" G_GSIZE_FORMAT, weight->rows)
                             : g_strdup_printf ("%" G_GSIZE_FORMAT " × %" G_GSIZE_FORMAT, weight->rows, weight->columns);
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
               _("%s: tensor “%s” has the shape %s where %s is expected. The weights and their description do not belong together."),
               tensor->path, tensor->name, is->str, should);
  return FALSE;
}

gboolean
attune_model_read_weight (const AttuneFileTensor  *tensor,
                          const AttuneWeight      *weight,
                          float                   *values,
                          GError                 **error)
{
  return check_shape (tensor, weight, error) && attune_file_tensor_read_floats (tensor, values, error);
}

/* A frozen matrix: in place where the file has it in the type of products, converted otherwise. */
static gboolean
read_frozen (AttuneModel             *self,
             const AttuneFileTensor  *tensor,
             AttuneWeight            *weight,
             GError                 **error)
{
  const gsize n = weight->rows * weight->columns;
  const AttuneDType wanted = self->bf16 ? ATTUNE_DTYPE_BF16 : ATTUNE_DTYPE_F32;
  const gsize type = self->bf16 ? 2 : 4;
  g_autofree float *values = NULL;

  if (tensor->dtype == wanted && (gsize) tensor->data % type == 0 && !self->rounded)
    {
      weight->data = tensor->data;
      return TRUE;
    }

  values = g_try_new (float, n);
  if (values == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NO_MEMORY,
                   _("There is not enough memory for the model's weights. Choose a smaller model, or close other programs."));
      return FALSE;
    }
  if (!attune_file_tensor_read_floats (tensor, values, error))
    return FALSE;

  if (self->bf16)
    {
      guint16 *narrow = g_new (guint16, n);

      self->kernels->convert (n, values, 1, narrow, TRUE);
      weight->owned = narrow;
    }
  else
    {
      if (self->rounded)
        for (gsize i = 0; i < n; i++)
          values[i] = attune_bf16_to_float (attune_float_to_bf16 (values[i]));
      weight->owned = g_steal_pointer (&values);
    }
  weight->data = weight->owned;
  return TRUE;
}

/* Names that files have and that carry no weights of their own. */
static gboolean
is_known_extra (AttuneModel *self,
                const char  *name)
{
  return g_str_has_suffix (name, ".rotary_emb.inv_freq") ||
         (self->config->tie_embeddings && strcmp (name, "lm_head.weight") == 0);
}

gboolean
attune_model_read_weights (AttuneModel *self,
                           GError     **error)
{
  g_autoptr(GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->weights->len; i++)
    {
      AttuneWeight *weight = g_ptr_array_index (self->weights, i);
      const AttuneFileTensor *tensor = attune_safetensors_lookup (self->files, weight->name);

      g_hash_table_add (known, weight->name);
      if (tensor == NULL)
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
                       _("%s: tensor “%s” is missing. The file does not belong to this config.json, or is not complete."),
                       attune_safetensors_get_n (self->files) > 0 ? attune_safetensors_get (self->files, 0)->path : "model.safetensors",
                       weight->name);
          return FALSE;
        }
      if (!check_shape (tensor, weight, error))
        return FALSE;

      if (weight->gradient != NULL)
        {
          if (!attune_file_tensor_read_floats (tensor, weight->value, error))
            return FALSE;
        }
      else if (weight->is_vector)
        {
          weight->value = g_new (float, weight->rows);
          if (!attune_file_tensor_read_floats (tensor, weight->value, error))
            return FALSE;
        }
      else if (!read_frozen (self, tensor, weight, error))
        return FALSE;
    }

  for (guint i = 0; i < attune_safetensors_get_n (self->files); i++)
    {
      const AttuneFileTensor *tensor = attune_safetensors_get (self->files, i);

      if (!g_hash_table_contains (known, tensor->name) && !is_known_extra (self, tensor->name))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                       _("%s: tensor “%s” has no place in a model of the type “%s”; this kind of model is not supported"),
                       tensor->path, tensor->name, self->config->model_type);
          return FALSE;
        }
    }
  return TRUE;
}

/* In (0, 1], a function of the seed and the index alone. */
double
attune_uniform (guint64 seed,
                guint64 index)
{
  return ((double) (attune_mix (attune_mix (seed) ^ (index * 0xd1342543de82ef95)) >> 11) + 1) * 0x1p-53;
}

static void
draw_normal (guint64  seed,
             double   deviation,
             float   *values,
             gsize    n)
{
  for (gsize i = 0; i < n; i += 2)
    {
      double radius = sqrt (-2 * log (attune_uniform (seed, i))) * deviation;
      double angle = 2 * G_PI * attune_uniform (seed, i + 1);

      values[i] = (float) (radius * cos (angle));
      if (i + 1 < n)
        values[i + 1] = (float) (radius * sin (angle));
    }
}

void
attune_model_draw_weights (AttuneModel *self,
                           guint64      seed)
{
  for (guint i = 0; i < self->weights->len; i++)
    {
      AttuneWeight *weight = g_ptr_array_index (self->weights, i);

      if (!weight->is_vector)
        draw_normal (seed + i, self->config->initializer_range, weight->value, weight->rows * weight->columns);
      else
        for (gsize j = 0; j < weight->rows; j++)
          weight->value[j] = g_str_has_suffix (weight->name, ".bias") ? 0 : 1;
    }
}
