/* core-helpers.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>
#include <string.h>

#include "attune-configuration.h"
#include "attune-error.h"
#include "attune-json.h"

/* JSON with single quotation marks, so that it can be read in C. */
static inline JsonNode *
parse_quoted (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GError) error = NULL;
  JsonNode *node = attune_json_parse (json, -1, "test", &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  return node;
}

static inline AttuneConfiguration *
configuration_from (const char *text)
{
  g_autoptr (JsonNode) node = parse_quoted (text);
  g_autoptr (GError) error = NULL;
  AttuneConfiguration *configuration = attune_configuration_new_from_json (node, &error);

  g_assert_no_error (error);
  g_assert_nonnull (configuration);
  return configuration;
}

static inline void
assert_json (JsonNode   *node,
             const char *expected)
{
  g_autoptr (JsonNode) wanted = parse_quoted (expected);
  g_autofree char *found_text = attune_json_write (node, FALSE);
  g_autofree char *wanted_text = attune_json_write (wanted, FALSE);

  g_assert_cmpstr (found_text, ==, wanted_text);
}

static inline void
assert_message (const GError *error,
                AttuneError   code,
                const char   *part)
{
  g_assert_error (error, ATTUNE_ERROR, (int) code);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” is not in “%s”", part, error->message);
}

static inline gboolean
strv_is (GStrv       strv,
         const char *joined)
{
  g_autofree char *found = g_strjoinv (" ", strv);

  if (!g_str_equal (found, joined))
    g_test_message ("found “%s”, wanted “%s”", found, joined);
  return g_str_equal (found, joined);
}

static inline char *
random_text (GRand *rand)
{
  static const char * const pieces[] = {
    "a", "Z", "0", " ", ".", "/", "\\", "\"", "'", "\n", "\t", "{", "}", "=", ",", "é", "ß", "漢", "🎈", "\x01", "\x7f", "null", "-1", "<", ">",
  };
  GString *text = g_string_new ("x");
  gint length = g_rand_int_range (rand, 0, 12);

  for (gint i = 0; i < length; i++)
    g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
  return g_string_free_and_steal (text);
}

/* Any double that is finite, of every magnitude. */
static inline double
random_double (GRand *rand)
{
  for (;;)
    {
      guint64 bits = ((guint64) g_rand_int (rand) << 32) | g_rand_int (rand);
      double value;

      memcpy (&value, &bits, sizeof value);
      if (isfinite (value))
        return value;
    }
}

/* Any value of the parameter's type, in range or not; floating. */
static inline GVariant *
random_value (GRand                 *rand,
              const AttuneParameter *parameter)
{
  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_INTEGER:
      return g_variant_new_int64 ((gint64) (((guint64) g_rand_int (rand) << 32) | g_rand_int (rand)) >> g_rand_int_range (rand, 0, 64));
    case ATTUNE_PARAMETER_DOUBLE:
      return g_variant_new_double (g_rand_boolean (rand) ? random_double (rand) : g_rand_int_range (rand, -5, 6) / 10.0);
    case ATTUNE_PARAMETER_BOOLEAN:
      return g_variant_new_boolean (g_rand_boolean (rand));
    case ATTUNE_PARAMETER_ENUM:
      {
        g_autoptr (GEnumClass) enum_class = g_type_class_ref (parameter->enum_type ());

        return g_variant_new_string (enum_class->values[g_rand_int_range (rand, 0, (gint) enum_class->n_values)].value_nick);
      }
    case ATTUNE_PARAMETER_SET:
      {
        g_autoptr (GEnumClass) enum_class = g_type_class_ref (parameter->enum_type ());
        GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

        for (guint i = 0; i < enum_class->n_values; i++)
          {
            if (g_rand_boolean (rand))
              g_variant_builder_add (&builder, "s", enum_class->values[i].value_nick);
          }
        return g_variant_builder_end (&builder);
      }
    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    case ATTUNE_PARAMETER_DATASET:
    case ATTUNE_PARAMETER_MODEL:
    default:
      return g_variant_new_take_string (random_text (rand));
    }
}

static inline JsonNode *
random_json (GRand *rand,
             guint  depth)
{
  switch (g_rand_int_range (rand, 0, depth > 3 ? 5 : 7))
    {
    case 0:
      return json_node_init_null (json_node_alloc ());
    case 1:
      return json_node_init_boolean (json_node_alloc (), g_rand_boolean (rand));
    case 2:
      return json_node_init_int (json_node_alloc (), (gint64) g_rand_int (rand) * (g_rand_boolean (rand) ? 1 : -1));
    case 3:
      return json_node_init_double (json_node_alloc (), random_double (rand));
    case 4:
      {
        g_autofree char *text = random_text (rand);

        return json_node_init_string (json_node_alloc (), text);
      }
    case 5:
      {
        g_autoptr (JsonArray) array = json_array_new ();

        for (gint i = g_rand_int_range (rand, 0, 4); i > 0; i--)
          json_array_add_element (array, random_json (rand, depth + 1));
        return json_node_init_array (json_node_alloc (), array);
      }
    default:
      {
        g_autoptr (JsonObject) object = json_object_new ();

        for (gint i = g_rand_int_range (rand, 0, 4); i > 0; i--)
          {
            g_autofree char *name = random_text (rand);

            json_object_set_member (object, name, random_json (rand, depth + 1));
          }
        return json_node_init_object (json_node_alloc (), object);
      }
    }
}

/* Secrets are left out, as they do not come back. */
static inline AttuneConfiguration *
random_configuration (GRand *rand)
{
  AttuneConfiguration *configuration = attune_configuration_new ();
  const AttuneParameter *parameters;
  guint n_parameters;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      if (parameters[i].type != ATTUNE_PARAMETER_SECRET && g_rand_boolean (rand))
        attune_configuration_set_value (configuration, parameters[i].path, random_value (rand, &parameters[i]));
    }
  for (gint i = g_rand_int_range (rand, 0, 4); i > 0; i--)
    {
      g_autofree char *name = random_text (rand);
      g_autoptr (JsonNode) value = random_json (rand, 0);

      attune_configuration_set_metadata (configuration, name, value);
    }

  return configuration;
}
