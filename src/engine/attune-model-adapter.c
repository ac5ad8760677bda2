/* attune-model-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-model-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <yyjson.h>

#include "attune-error.h"

/* Adapters in memory, and as PEFT keeps them in a folder. */

#define CONFIG_NAME "adapter_config.json"
#define WEIGHTS_NAME "adapter_model.safetensors"
#define NAME_PREFIX "base_model.model."

static void
lay_out_matrix (AttuneModel      *self,
                AttuneWeight     *weight,
                guint             layer,
                AttuneLinearKind  kind,
                const char       *side,
                gsize             rows,
                gsize             columns)
{
  weight->name = g_strdup_printf (NAME_PREFIX "model.layers.%u.%s.lora_%s.weight", layer, attune_linear_get_path (kind), side);
  weight->exists = TRUE;
  weight->rows = rows;
  weight->columns = columns;
  g_ptr_array_add (self->trained, weight);
}

/* Makes room for the matrices of all layers that @adapted names. */
static gboolean
lay_out_adapter (AttuneModel     *self,
                 guint            rank,
                 double           alpha,
                 double           dropout,
                 gboolean         rank_stabilized,
                 const gboolean   adapted[N_LINEARS],
                 GError         **error)
{
  if (self->full || self->has_lora)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_CONFLICT,
                   self->full ? _("All weights of this model are trained already; an adapter would have no effect of its own.")
                              : _("This model has an adapter already."));
      return FALSE;
    }

  self->has_lora = TRUE;
  self->rank = rank;
  self->alpha = alpha;
  self->dropout = dropout;
  self->rank_stabilized = rank_stabilized;
  self->lora_scale = (float) (rank_stabilized ? alpha / sqrt (rank) : alpha / rank);
  memcpy (self->adapted, adapted, sizeof self->adapted);

  for (guint i = 0; i < self->config->n_layers; i++)
    for (AttuneLoraGroupKind group = 0; group < N_GROUPS; group++)
      {
        AttuneLinear *linears = &self->layers[i].linears[attune_group_first (group)];
        AttuneLoraGroup *stack = &self->layers[i].groups[group];

        /* The A of a group first, so that they touch each other in memory. */
        for (guint j = 0; j < attune_group_size (group); j++)
          if (adapted[attune_group_first (group) + j])
            {
              linears[j].adapted = TRUE;
              linears[j].slot = stack->n++;
              lay_out_matrix (self, &linears[j].a, i, attune_group_first (group) + j, "A", rank, linears[j].in);
            }
        for (guint j = 0; j < attune_group_size (group); j++)
          if (linears[j].adapted)
            lay_out_matrix (self, &linears[j].b, i, attune_group_first (group) + j, "B", linears[j].out, rank);
      }

  if (!attune_model_allocate_trained (self, error))
    return FALSE;

  for (guint i = 0; i < self->config->n_layers; i++)
    for (AttuneLoraGroupKind group = 0; group < N_GROUPS; group++)
      for (guint j = 0; j < attune_group_size (group); j++)
        {
          const AttuneLinear *linear = &self->layers[i].linears[attune_group_first (group) + j];

          if (!linear->adapted || linear->slot != 0)
            continue;
          self->layers[i].groups[group].a_data = linear->a.data;
          self->layers[i].groups[group].a_gradient = linear->a.gradient;
        }
  return TRUE;
}

static gboolean
find_module (const char       *name,
             AttuneLinearKind *kind)
{
  for (guint i = 0; i < N_LINEARS; i++)
    if (strcmp (name, attune_linear_get_module (i)) == 0 || strcmp (name, attune_linear_get_path (i)) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
refuse_module (GError     **error,
               const char  *name)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("The layer “%s” cannot have an adapter. Choose from q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj."),
               name);
  return FALSE;
}

gboolean
attune_model_add_lora (AttuneModel              *self,
                       const AttuneLoraSettings *settings,
                       guint64                   seed,
                       GError                  **error)
{
  gboolean adapted[N_LINEARS] = { FALSE };
  AttuneLinearKind kind;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (settings != NULL, FALSE);

  if (settings->rank < 1 || settings->rank > 4096 || !(settings->dropout >= 0 && settings->dropout <= 1))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("The rank of an adapter is a number from 1 to 4096, its dropout one from 0 to 1."));
      return FALSE;
    }
  for (guint i = 0; settings->modules != NULL && settings->modules[i] != NULL; i++)
    {
      if (!find_module (settings->modules[i], &kind))
        return refuse_module (error, settings->modules[i]);
      adapted[kind] = TRUE;
    }
  if (settings->modules == NULL || settings->modules[0] == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("No layer is chosen to have an adapter. Choose at least one."));
      return FALSE;
    }

  if (!lay_out_adapter (self, settings->rank, settings->alpha, settings->dropout, FALSE, adapted, error))
    return FALSE;

  for (guint i = 0; i < self->trained->len; i++)
    {
      AttuneWeight *weight = g_ptr_array_index (self->trained, i);
      const double bound = 1 / sqrt ((double) weight->columns);

      if (!g_str_has_suffix (weight->name, ".lora_A.weight"))
        continue;
      for (gsize j = 0; j < weight->rows * weight->columns; j++)
        weight->value[j] = (float) ((2 * attune_uniform (seed + i, j) - 1) * bound);
    }
  attune_model_values_changed (self);
  return TRUE;
}

static gboolean
invalid_adapter (GError     **error,
                 const char  *path,
                 const char  *what)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED, _("%s: %s"), path, what);
  return FALSE;
}

/* Members that change what the adapter computes; each must have the value at which it does nothing. */
static gboolean
check_adapter_options (yyjson_val  *root,
                       const char  *path,
                       GError     **error)
{
  static const char * const flags[] = { "use_dora", "fan_in_fan_out", "use_qalora", "use_bdlora" };
  static const char * const lists[] = { "modules_to_save", "layers_to_transform", "rank_pattern", "alpha_pattern", "exclude_modules",
                                        "target_parameters", "trainable_token_indices", "layer_replication" };
  yyjson_val *bias = yyjson_obj_get (root, "bias");

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    if (yyjson_get_bool (yyjson_obj_get (root, flags[i])))
      {
        g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("%s: “%s” is not supported"), path, flags[i]);
        return FALSE;
      }
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      yyjson_val *node = yyjson_obj_get (root, lists[i]);

      if (node != NULL && !yyjson_is_null (node) && !(yyjson_is_ctn (node) && yyjson_get_len (node) == 0))
        {
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("%s: “%s” is not supported"), path, lists[i]);
          return FALSE;
        }
    }
  if (bias != NULL && !yyjson_is_null (bias) && !yyjson_equals_str (bias, "none"))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("%s: “%s” is not supported"), path, "bias");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_adapter_config (AttuneModel  *self,
                     yyjson_val   *root,
                     const char   *path,
                     GError      **error)
{
  yyjson_val *rank = yyjson_obj_get (root, "r");
  yyjson_val *alpha = yyjson_obj_get (root, "lora_alpha");
  yyjson_val *dropout = yyjson_obj_get (root, "lora_dropout");
  yyjson_val *modules = yyjson_obj_get (root, "target_modules");
  yyjson_val *module;
  gboolean adapted[N_LINEARS] = { FALSE };
  gsize i, n;

  if (!yyjson_is_obj (root) || !yyjson_equals_str (yyjson_obj_get (root, "peft_type"), "LORA"))
    return invalid_adapter (error, path, _("this is not the description of a LoRA adapter"));
  if (!yyjson_is_uint (rank) || yyjson_get_uint (rank) < 1 || yyjson_get_uint (rank) > 4096)
    return invalid_adapter (error, path, _("“r” is not a possible rank"));
  if (alpha != NULL && !yyjson_is_num (alpha))
    return invalid_adapter (error, path, _("“lora_alpha” is not a number"));
  if (dropout != NULL && !(yyjson_get_num (dropout) >= 0 && yyjson_get_num (dropout) <= 1))
    return invalid_adapter (error, path, _("“lora_dropout” is not a number from 0 to 1"));
  if (!check_adapter_options (root, path, error))
    return FALSE;

  if (yyjson_equals_str (modules, "all-linear"))
    for (guint j = 0; j < N_LINEARS; j++)
      adapted[j] = TRUE;
  else if (!yyjson_is_arr (modules) || yyjson_arr_size (modules) == 0)
    return invalid_adapter (error, path, _("“target_modules” is not a list of names"));
  yyjson_arr_foreach (modules, i, n, module)
    {
      AttuneLinearKind kind;

      if (!yyjson_is_str (module) || !find_module (yyjson_get_str (module), &kind))
        {
          refuse_module (error, yyjson_is_str (module) ? yyjson_get_str (module) : "?");
          g_prefix_error (error, "%s: ", path);
          return FALSE;
        }
      adapted[kind] = TRUE;
    }

  return lay_out_adapter (self, (guint) yyjson_get_uint (rank), alpha != NULL ? yyjson_get_num (alpha) : 8,
                          dropout != NULL ? yyjson_get_num (dropout) : 0, yyjson_get_bool (yyjson_obj_get (root, "use_rslora")),
                          adapted, error);
}

gboolean
attune_model_load_adapter (AttuneModel  *self,
                           const char   *folder,
                           GError      **error)
{
  g_autofree char *config_path = NULL;
  g_autofree char *weights_path = NULL;
  g_autofree char *contents = NULL;
  g_autoptr(AttuneSafetensors) files = NULL;
  yyjson_doc *doc;
  gsize length;
  gboolean ok;

  g_return_val_if_fail (self != NULL && folder != NULL, FALSE);

  config_path = g_build_filename (folder, CONFIG_NAME, NULL);
  weights_path = g_build_filename (folder, WEIGHTS_NAME, NULL);
  if (!g_file_get_contents (config_path, &contents, &length, error))
    {
      attune_error_convert (error);
      return FALSE;
    }
  files = attune_safetensors_open (weights_path, error);
  if (files == NULL)
    return FALSE;

  doc = yyjson_read (contents, length, YYJSON_READ_NOFLAG);
  if (doc == NULL)
    return invalid_adapter (error, config_path, _("this is not JSON"));
  ok = read_adapter_config (self, yyjson_doc_get_root (doc), config_path, error);
  yyjson_doc_free (doc);
  if (!ok)
    return FALSE;

  for (guint i = 0; i < self->trained->len; i++)
    {
      AttuneWeight *weight = g_ptr_array_index (self->trained, i);
      const AttuneFileTensor *tensor = attune_safetensors_lookup (files, weight->name);

      if (tensor == NULL)
        {
          g_autofree char *what = g_strdup_printf (_("tensor “%s” is missing; the adapter was made for another model"), weight->name);

          return invalid_adapter (error, weights_path, what);
        }
      if (!attune_model_read_weight (tensor, weight, weight->value, error))
        return FALSE;
    }
  if (attune_safetensors_get_n (files) != self->trained->len)
    return invalid_adapter (error, weights_path, _("there are tensors that adapter_config.json does not speak of"));

  attune_model_values_changed (self);
  return TRUE;
}

static char *
make_adapter_config (AttuneModel *self,
                     const char  *base_model_name)
{
  yyjson_mut_doc *doc = yyjson_mut_doc_new (NULL);
  yyjson_mut_val *root = yyjson_mut_obj (doc);
  yyjson_mut_val *modules = yyjson_mut_arr (doc);
  /* By name, as PEFT sorts them. */
  static const AttuneLinearKind order[] = { LINEAR_DOWN, LINEAR_GATE, LINEAR_K, LINEAR_O, LINEAR_Q, LINEAR_UP, LINEAR_V };
  char *text;
  char *copy;

  yyjson_mut_doc_set_root (doc, root);
  yyjson_mut_obj_add_val (doc, root, "alpha_pattern", yyjson_mut_obj (doc));
  yyjson_mut_obj_add_str (doc, root, "base_model_name_or_path", base_model_name != NULL ? base_model_name : "");
  yyjson_mut_obj_add_str (doc, root, "bias", "none");
  yyjson_mut_obj_add_bool (doc, root, "fan_in_fan_out", false);
  yyjson_mut_obj_add_bool (doc, root, "inference_mode", true);
  yyjson_mut_obj_add_bool (doc, root, "init_lora_weights", true);
  yyjson_mut_obj_add_null (doc, root, "layers_pattern");
  yyjson_mut_obj_add_null (doc, root, "layers_to_transform");
  if (self->alpha == floor (self->alpha) && self->alpha < 1e15)
    yyjson_mut_obj_add_int (doc, root, "lora_alpha", (gint64) self->alpha);
  else
    yyjson_mut_obj_add_real (doc, root, "lora_alpha", self->alpha);
  yyjson_mut_obj_add_real (doc, root, "lora_dropout", self->dropout);
  yyjson_mut_obj_add_null (doc, root, "modules_to_save");
  yyjson_mut_obj_add_str (doc, root, "peft_type", "LORA");
  yyjson_mut_obj_add_uint (doc, root, "r", self->rank);
  yyjson_mut_obj_add_val (doc, root, "rank_pattern", yyjson_mut_obj (doc));
  yyjson_mut_obj_add_null (doc, root, "revision");
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    if (self->adapted[order[i]])
      yyjson_mut_arr_add_str (doc, modules, attune_linear_get_module (order[i]));
  yyjson_mut_obj_add_val (doc, root, "target_modules", modules);
  yyjson_mut_obj_add_str (doc, root, "task_type", "CAUSAL_LM");
  yyjson_mut_obj_add_bool (doc, root, "use_dora", false);
  yyjson_mut_obj_add_bool (doc, root, "use_rslora", self->rank_stabilized);

  text = yyjson_mut_write (doc, YYJSON_WRITE_PRETTY_TWO_SPACES | YYJSON_WRITE_NEWLINE_AT_END, NULL);
  yyjson_mut_doc_free (doc);
  copy = g_strdup (text);
  free (text);
  return copy;
}

gboolean
attune_model_save_adapter (AttuneModel  *self,
                           const char   *folder,
                           const char   *base_model_name,
                           GError      **error)
{
  g_autoptr(AttuneSafetensorsWriter) writer = NULL;
  g_autofree char *config_path = NULL;
  g_autofree char *weights_path = NULL;
  g_autofree char *config = NULL;

  g_return_val_if_fail (self != NULL && folder != NULL, FALSE);
  g_return_val_if_fail (self->has_lora, FALSE);

  if (!attune_model_make_folder (folder, error))
    return FALSE;

  writer = attune_safetensors_writer_new ();
  attune_safetensors_writer_set_metadata (writer, "format", "pt");
  for (guint i = 0; i < self->trained->len; i++)
    {
      const AttuneWeight *weight = g_ptr_array_index (self->trained, i);
      const guint64 shape[] = { weight->rows, weight->columns };

      attune_safetensors_writer_add_floats (writer, weight->name, ATTUNE_DTYPE_F32, 2, shape, weight->value);
    }

  config_path = g_build_filename (folder, CONFIG_NAME, NULL);
  weights_path = g_build_filename (folder, WEIGHTS_NAME, NULL);
  config = make_adapter_config (self, base_model_name);
  return attune_safetensors_writer_save (writer, weights_path, error) &&
         attune_model_write_file (config_path, config, error);
}
