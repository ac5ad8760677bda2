/* attune-huggingface-hardware.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-huggingface-hardware.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "attune-error.h"
#include "attune-http-json.h"

#define GIGABYTE 1e9
#define UNKNOWN_MEMORY (20 * GIGABYTE)

void
attune_flavor_free (AttuneFlavor *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->title);
  g_free (self->gpu);
  g_free (self);
}

static int
compare_prices (gconstpointer a,
                gconstpointer b)
{
  const AttuneFlavor *left = *(const AttuneFlavor * const *) a;
  const AttuneFlavor *right = *(const AttuneFlavor * const *) b;
  double left_price = isfinite (left->price_per_hour) ? left->price_per_hour : G_MAXDOUBLE;
  double right_price = isfinite (right->price_per_hour) ? right->price_per_hour : G_MAXDOUBLE;

  if (left_price < right_price)
    return -1;
  if (left_price > right_price)
    return 1;

  return strcmp (left->name, right->name);
}

GPtrArray *
attune_flavors_from_capabilities (AttuneCapabilities *capabilities)
{
  g_autoptr (GPtrArray) flavors = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_flavor_free);
  g_autoptr (JsonNode) root = NULL;
  JsonArray *array;

  g_return_val_if_fail (ATTUNE_IS_CAPABILITIES (capabilities), NULL);

  root = attune_capabilities_to_json (capabilities);
  array = attune_http_json_peek_array (root, "hardware");
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *name = attune_json_peek_string (node, "name", NULL);
      AttuneFlavor *flavor;

      if (name == NULL)
        continue;

      flavor = g_new0 (AttuneFlavor, 1);
      flavor->name = g_strdup (name);
      flavor->title = g_strdup (attune_json_peek_string (node, "title", name));
      flavor->gpu = g_strdup (attune_json_peek_string (node, "gpu", ""));
      flavor->count = (guint) CLAMP (attune_json_peek_int (node, "count", 0), 0, 1024);
      flavor->memory = GIGABYTE * attune_json_peek_double (node, "memory", 0);
      flavor->price_per_hour = attune_json_peek_double (node, "pricePerHour", NAN);
      g_ptr_array_add (flavors, flavor);
    }
  g_ptr_array_sort (flavors, compare_prices);

  return g_steal_pointer (&flavors);
}

const AttuneFlavor *
attune_flavors_lookup (GPtrArray  *flavors,
                       const char *name)
{
  g_return_val_if_fail (flavors != NULL && name != NULL, NULL);

  for (guint i = 0; i < flavors->len; i++)
    {
      const AttuneFlavor *flavor = g_ptr_array_index (flavors, i);

      if (g_str_equal (flavor->name, name))
        return flavor;
    }

  return NULL;
}

/* The live list */

/* What a unit of the price lasts, in hours. */
static double
get_unit (const char *label)
{
  if (g_strcmp0 (label, "second") == 0)
    return 1.0 / 3600;
  if (g_strcmp0 (label, "hour") == 0)
    return 1;
  if (g_strcmp0 (label, "minute") == 0)
    return 1.0 / 60;

  return NAN;
}

/* "24 GB" */
static double
read_gigabytes (const char *text)
{
  char *end;
  double value;

  if (text == NULL)
    return 0;

  value = g_ascii_strtod (text, &end);
  while (*end == ' ')
    end++;
  if (end == text || !isfinite (value) || value < 0)
    return 0;

  return g_ascii_strncasecmp (end, "TB", 2) == 0 ? value * 1000 : g_ascii_strncasecmp (end, "MB", 2) == 0 ? value / 1000 : value;
}

static char *
read_gpu (const char *model)
{
  if (g_ascii_strncasecmp (model, "nvidia ", 7) == 0)
    model += 7;

  return g_strstrip (g_strdup (model));
}

/* NULL where it is no machine that trains: other accelerators run none of this. */
static JsonNode *
parse_machine (JsonNode *node)
{
  const char *name = attune_json_peek_string (node, "name", NULL);
  const char *model = attune_json_peek_string (node, "accelerator.model", NULL);
  const char *type = attune_json_peek_string (node, "accelerator.type", "gpu");
  gint64 count = MAX (attune_http_json_peek_int (node, "accelerator.quantity", 1), 1);
  double cost = attune_http_json_peek_double (node, "unitCostMicroUSD", NAN) / 1e6;
  g_autofree char *gpu = NULL;
  JsonNode *machine;

  if (name == NULL || (model != NULL && g_ascii_strcasecmp (type, "gpu") != 0))
    return NULL;
  if (!isfinite (cost))
    cost = attune_http_json_peek_double (node, "unitCostUSD", NAN);

  machine = attune_http_json_new_object ();
  attune_http_json_set_string (machine, "name", name);
  attune_http_json_set_string (machine, "title", attune_json_peek_string (node, "prettyName", name));
  gpu = model != NULL ? read_gpu (model) : g_strdup ("");
  attune_http_json_set_string (machine, "gpu", gpu);
  attune_http_json_set_int (machine, "count", model != NULL ? count : 0);
  if (model != NULL)
    {
      double memory = read_gigabytes (attune_json_peek_string (node, "accelerator.vram", NULL));

      attune_http_json_set_double (machine, "memory", memory);
    }
  cost /= get_unit (attune_json_peek_string (node, "unitLabel", "minute"));
  attune_http_json_set_double (machine, "pricePerHour", round (cost * 1e6) / 1e6);

  return machine;
}

JsonNode *
attune_flavors_parse_live (JsonNode  *answer,
                           GError   **error)
{
  g_autoptr (JsonNode) root = attune_http_json_new_object ();
  g_autoptr (JsonArray) hardware = json_array_new ();
  g_autoptr (JsonArray) gpus = json_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonArray *array = attune_http_json_peek_array (answer, NULL);
  gint64 most = 1;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *machine = parse_machine (json_array_get_element (array, i));
      const char *gpu;

      if (machine == NULL)
        continue;

      gpu = attune_json_peek_string (machine, "gpu", "");
      if (*gpu != '\0' && g_hash_table_add (seen, g_strdup (gpu)))
        json_array_add_string_element (gpus, gpu);
      most = MAX (most, attune_json_peek_int (machine, "count", 0));
      json_array_add_element (hardware, machine);
    }

  if (json_array_get_length (hardware) == 0)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_SERVER_FAULT, _("Hugging Face did not answer with the list of its machines. Try again later."));
      return NULL;
    }

  json_object_set_array_member (json_node_get_object (root), "hardware", g_steal_pointer (&hardware));
  if (json_array_get_length (gpus) > 0)
    {
      JsonObject *values = json_object_new ();

      json_object_set_array_member (values, "hardware.gpuType", g_steal_pointer (&gpus));
      json_object_set_object_member (json_node_get_object (root), "parameterValues", values);
    }
  else
    {
      g_clear_pointer (&gpus, json_array_unref);
    }
  if (most > 0)
    {
      JsonObject *ranges = json_object_new ();
      JsonObject *range = json_object_new ();

      json_object_set_int_member (range, "min", 1);
      json_object_set_int_member (range, "max", most);
      json_object_set_object_member (ranges, "hardware.numGPUs", range);
      json_object_set_object_member (json_node_get_object (root), "parameterRanges", ranges);
    }

  return g_steal_pointer (&root);
}

/* Choosing one */

char *
attune_flavors_list (GPtrArray *flavors)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < flavors->len; i++)
    {
      const AttuneFlavor *flavor = g_ptr_array_index (flavors, i);

      if (flavor->count == 0)
        continue;
      if (list->len > 0)
        g_string_append (list, ", ");
      g_string_append_printf (list, "%u × %s", flavor->count, flavor->gpu);
      if (isfinite (flavor->price_per_hour))
        g_string_append_printf (list, " (%.2f $/h)", flavor->price_per_hour);
    }

  return g_string_free_and_steal (g_steal_pointer (&list));
}

const AttuneFlavor *
attune_flavors_choose (GPtrArray            *flavors,
                       AttuneConfiguration  *configuration,
                       double                memory,
                       const char          **path,
                       GError              **error)
{
  JsonNode *metadata = json_object_get_member (attune_configuration_get_metadata (configuration), "flavor");
  const char *wanted = metadata != NULL ? attune_json_node_peek_string (metadata) : NULL;
  g_autofree char *gpu = attune_configuration_dup_text (configuration, "hardware.gpuType");
  gint64 count = attune_configuration_get_integer (configuration, "hardware.numGPUs");
  gboolean has_gpu = gpu != NULL && *gpu != '\0';
  g_autofree char *list = NULL;

  *path = "hardware.gpuType";
  if (wanted != NULL && *wanted != '\0')
    {
      const AttuneFlavor *flavor = attune_flavors_lookup (flavors, wanted);

      *path = "metadata.flavor";
      if (flavor == NULL)
        {
          g_autoptr (GString) names = g_string_new (NULL);

          for (guint i = 0; i < flavors->len; i++)
            g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", ((const AttuneFlavor *) g_ptr_array_index (flavors, i))->name);
          g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("Hugging Face rents no machine “%s”. There are: %s"), wanted, names->str);
        }
      return flavor;
    }

  if (!isfinite (memory) || memory <= 0)
    memory = UNKNOWN_MEMORY;
  for (guint i = 0; i < flavors->len; i++)
    {
      const AttuneFlavor *flavor = g_ptr_array_index (flavors, i);

      if (flavor->count != count || count == 0)
        continue;
      if (has_gpu ? g_ascii_strcasecmp (flavor->gpu, gpu) == 0 : flavor->memory >= memory)
        return flavor;
    }

  list = attune_flavors_list (flavors);
  if (has_gpu)
    {
      gboolean has_model = FALSE;

      for (guint i = 0; i < flavors->len; i++)
        has_model = has_model || g_ascii_strcasecmp (((const AttuneFlavor *) g_ptr_array_index (flavors, i))->gpu, gpu) == 0;
      if (has_model)
        *path = "hardware.numGPUs";
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("Hugging Face rents no machine with %" G_GINT64_FORMAT " × %s. There are: %s"), count, gpu, list);
    }
  else
    {
      g_autofree char *need = g_format_size ((guint64) memory);

      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("No machine with %" G_GINT64_FORMAT " GPU has the %s a GPU that this takes. Choose a smaller model, QLoRA or a smaller batch. There are: %s"),
                   count, need, list);
    }

  return NULL;
}

/* Rules of thumb */

double
attune_flavors_guess_parameters (AttuneCapabilities *capabilities,
                                 const char         *model)
{
  g_autoptr (GVariant) known = NULL;
  g_autoptr (GRegex) regex = NULL;
  g_autoptr (GMatchInfo) match = NULL;
  guint64 parameters = 0;

  g_return_val_if_fail (model != NULL, 0);

  known = capabilities != NULL ? attune_capabilities_dup_model (capabilities, model) : NULL;
  if (known != NULL && g_variant_lookup (known, "parameters", "t", &parameters) && parameters > 0)
    return (double) parameters;

  /* "Qwen2.5-7B-Instruct", "SmolLM2-135M", "mixtral-8x7b" */
  regex = g_regex_new ("(?<![A-Za-z0-9.])(?:([0-9]+)x)?([0-9]+(?:\\.[0-9]+)?)([bm])(?![a-z])", G_REGEX_CASELESS, 0, NULL);
  if (regex != NULL && g_regex_match (regex, model, 0, &match))
    {
      g_autofree char *times = g_match_info_fetch (match, 1);
      g_autofree char *number = g_match_info_fetch (match, 2);
      g_autofree char *unit = g_match_info_fetch (match, 3);
      double value = g_ascii_strtod (number, NULL) * (g_ascii_tolower (unit[0]) == 'b' ? 1e9 : 1e6);

      return value * (times != NULL && *times != '\0' ? g_ascii_strtod (times, NULL) : 1);
    }

  return 0;
}

double
attune_flavors_guess_memory (AttuneConfiguration *configuration,
                             double               parameters)
{
  int method = attune_configuration_get_enum (configuration, "method.type");
  int precision = attune_configuration_is_set (configuration, "model.precision")
                    ? attune_configuration_get_enum (configuration, "model.precision") : ATTUNE_MODEL_PRECISION_BF16;
  gint64 n_gpus = MAX (attune_configuration_get_integer (configuration, "hardware.numGPUs"), 1);
  double batch = ceil ((double) attune_configuration_get_integer (configuration, "schedule.batchSize") / (double) n_gpus);
  double tokens = batch * (double) attune_configuration_get_integer (configuration, "schedule.sequenceLength");
  double weights;
  double activations;

  if (parameters <= 0)
    return NAN;

  /* Weights, and what the optimizer keeps of those that are trained. */
  if (method == ATTUNE_TRAINING_METHOD_FULL)
    weights = attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_OPTIMIZER_8BIT) ? 10 : 16;
  else if (method == ATTUNE_TRAINING_METHOD_QLORA || precision == ATTUNE_MODEL_PRECISION_INT4)
    weights = 0.7;
  else if (precision == ATTUNE_MODEL_PRECISION_INT8)
    weights = 1.2;
  else
    weights = precision == ATTUNE_MODEL_PRECISION_FP32 ? 4.2 : 2.2;

  /* About a megabyte a token for 7 billion weights, most of it in the last layer, when activations are computed again. */
  activations = tokens * 1e6 * (0.5 + 0.5 * sqrt (parameters / 7e9));
  if (!attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_GRADIENT_CHECKPOINTING) &&
      !attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_ACTIVATION_OFFLOADING))
    activations *= 3;

  return weights * parameters + activations + 1.5 * GIGABYTE;
}

double
attune_flavor_get_peak (const AttuneFlavor *self)
{
  /* Makers' numbers for 16-bit matrix products without sparsity; the first word that fits. */
  static const struct {
    const char *gpu;
    double      peak;
  } peaks[] = {
    { "T4", 65e12 },
    { "L40S", 362e12 },
    { "L4", 121e12 },
    { "A10G", 70e12 },
    { "A100", 312e12 },
    { "H100", 989e12 },
    { "H200", 989e12 },
    { "RTX PRO 6000", 250e12 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (peaks); i++)
    {
      if (g_ascii_strncasecmp (self->gpu, peaks[i].gpu, strlen (peaks[i].gpu)) == 0)
        return peaks[i].peak;
    }

  return 0;
}
