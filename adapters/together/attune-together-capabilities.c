/* attune-together-capabilities.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-together-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "attune-http-json.h"

/* The limits that Together tells for each model, in the shape of capabilities. Every number may be missing: older servers know fewer. */

static void
add_range (JsonObject *ranges,
           const char *path,
           double      low,
           double      high)
{
  const AttuneParameter *parameter = attune_parameters_lookup (path);
  JsonObject *range;

  /* A bound that is not told is the schema's own; zeros stand for "not supported". */
  if (!isfinite (low))
    low = parameter->minimum;
  if (!(high > 0))
    high = parameter->maximum;
  if (low > high)
    return;

  range = json_object_new ();
  json_object_set_double_member (range, "min", low);
  json_object_set_double_member (range, "max", high);
  json_object_set_object_member (ranges, path, range);
}

static double
peek_positive (JsonNode   *limits,
               const char *path)
{
  double number = attune_http_json_peek_double (limits, path, NAN);

  return number > 0 ? number : NAN;
}

/* Where both methods are there, the form takes what either takes; the check looks at the one that is chosen. */
static void
add_batch_sizes (JsonNode   *limits,
                 JsonObject *ranges)
{
  double low = fmin (peek_positive (limits, "lora_training.min_batch_size"), peek_positive (limits, "full_training.min_batch_size"));
  double high = fmax (peek_positive (limits, "lora_training.max_batch_size"), peek_positive (limits, "full_training.max_batch_size"));

  if (isfinite (low) || isfinite (high))
    add_range (ranges, "schedule.batchSize", low, high);
}

static char *
describe_abilities (JsonNode *limits)
{
  static const struct {
    const char *member;
    const char *word;
  } abilities[] = {
    /* translators: what a model can do, in a list */
    { "supports_vision", N_("pictures") },
    { "supports_tools", N_("tools") },
    { "supports_reasoning", N_("reasoning") },
  };
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (abilities); i++)
    if (attune_json_peek_boolean (limits, abilities[i].member, FALSE))
      g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "", _(abilities[i].word));

  return g_string_free_and_steal (g_steal_pointer (&words));
}

static void
add_ranges (JsonNode   *limits,
            JsonObject *model)
{
  JsonObject *ranges = json_object_new ();
  double lowest_rate = attune_http_json_peek_double (limits, "min_learning_rate", NAN);

  json_object_set_object_member (model, "parameterRanges", ranges);
  if (peek_positive (limits, "max_num_epochs") > 0)
    add_range (ranges, "schedule.epochs", NAN, peek_positive (limits, "max_num_epochs"));
  if (peek_positive (limits, "max_num_checkpoints") > 0)
    add_range (ranges, "schedule.checkpoints", NAN, peek_positive (limits, "max_num_checkpoints"));
  if (peek_positive (limits, "max_num_evals") > 0)
    add_range (ranges, "schedule.evaluations", NAN, peek_positive (limits, "max_num_evals"));
  if (peek_positive (limits, "max_learning_rate") > 0)
    add_range (ranges, "optimizer.learningRate", lowest_rate, peek_positive (limits, "max_learning_rate"));
  if (peek_positive (limits, "max_seq_length_sft") > 0)
    add_range (ranges, "schedule.sequenceLength", peek_positive (limits, "min_max_seq_length"),
               fmax (peek_positive (limits, "max_seq_length_sft"), peek_positive (limits, "max_seq_length_dpo")));
  if (peek_positive (limits, "lora_training.max_rank") > 0)
    add_range (ranges, "method.loraConfig.rank", NAN, peek_positive (limits, "lora_training.max_rank"));
  add_batch_sizes (limits, ranges);
}

static void
add_defaults (JsonNode   *limits,
              JsonObject *model)
{
  JsonObject *defaults = json_object_new ();
  gint64 accumulation = attune_http_json_peek_int (limits, "default_gradient_accumulation_steps", 0);
  gint64 rank = attune_http_json_peek_int (limits, "lora_training.default_rank", 0);

  json_object_set_object_member (model, "parameterDefaults", defaults);
  if (accumulation > 0)
    json_object_set_int_member (defaults, "schedule.gradientAccumulation", accumulation);
  if (rank > 0)
    json_object_set_int_member (defaults, "method.loraConfig.rank", rank);
}

static void
add_methods (JsonNode   *limits,
             JsonObject *model)
{
  JsonObject *lora = attune_http_json_peek_object (limits, "lora_training");
  gboolean full = attune_json_peek_boolean (limits, "supports_full_training",
                                            peek_positive (limits, "full_training.max_batch_size") > 0);
  JsonArray *methods;

  /* A server that tells nothing of either is one that takes both. */
  if (lora == NULL && !full && attune_json_lookup (limits, "supports_full_training") == NULL)
    return;

  methods = json_array_new ();
  if (lora == NULL || !json_object_has_member (lora, "max_rank") || peek_positive (limits, "lora_training.max_rank") > 0)
    json_array_add_string_element (methods, "lora");
  if (full)
    json_array_add_string_element (methods, "full");
  json_object_set_array_member (model, "supportedMethods", methods);
}

JsonNode *
attune_together_build_model (const char *name,
                             JsonNode   *limits)
{
  g_autoptr (JsonObject) model = json_object_new ();
  g_autofree char *notes = NULL;
  gint64 length;

  g_return_val_if_fail (name != NULL, NULL);

  json_object_set_string_member (model, "id", name);
  if (limits == NULL || !JSON_NODE_HOLDS_OBJECT (limits))
    return json_node_init_object (json_node_alloc (), model);

  add_methods (limits, model);
  add_ranges (limits, model);
  add_defaults (limits, model);
  length = attune_http_json_peek_int (limits, "max_seq_length_sft", 0);
  if (length > 0 && length <= G_MAXUINT32)
    json_object_set_int_member (model, "contextLength", length);
  notes = describe_abilities (limits);
  if (*notes != '\0')
    json_object_set_string_member (model, "notes", notes);

  /* As they came, for the finer check. */
  json_object_set_member (model, "limits", attune_json_copy (limits));

  return json_node_init_object (json_node_alloc (), model);
}
