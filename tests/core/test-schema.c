/* test-schema.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-validation.h"
#include "core-helpers.h"

static gboolean
is_type (JsonNode   *value,
         const char *type)
{
  gint64 integer;
  double number;
  gboolean boolean;

  if (g_str_equal (type, "null"))
    return JSON_NODE_HOLDS_NULL (value);
  if (g_str_equal (type, "object"))
    return JSON_NODE_HOLDS_OBJECT (value);
  if (g_str_equal (type, "array"))
    return JSON_NODE_HOLDS_ARRAY (value);
  if (g_str_equal (type, "string"))
    return attune_json_node_peek_string (value) != NULL;
  if (g_str_equal (type, "integer"))
    return attune_json_node_to_int (value, &integer);
  if (g_str_equal (type, "number"))
    return attune_json_node_to_double (value, &number);
  if (g_str_equal (type, "boolean"))
    return attune_json_node_to_boolean (value, &boolean);

  g_assert_not_reached ();
}

static gboolean
has_element (JsonArray *array,
             JsonNode  *value)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (json_node_equal (json_array_get_element (array, i), value))
        return TRUE;
    }

  return FALSE;
}

/* The words of JSON Schema that the document uses, each as the draft defines it; another word fails the test. */
static gboolean
conforms (JsonNode *schema_node,
          JsonNode *value)
{
  JsonObject *schema = json_node_get_object (schema_node);
  JsonObjectIter iter;
  const char *word;
  JsonNode *node;

  json_object_iter_init (&iter, schema);
  while (json_object_iter_next (&iter, &word, &node))
    {
      double number = 0;
      gboolean is_number = attune_json_node_to_double (value, &number);

      if (g_str_equal (word, "$schema") || g_str_equal (word, "title") || g_str_equal (word, "description") ||
          g_str_equal (word, "default") || g_str_equal (word, "writeOnly"))
        continue;

      if (g_str_equal (word, "type"))
        {
          gboolean fits = FALSE;

          if (JSON_NODE_HOLDS_ARRAY (node))
            {
              for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
                fits |= is_type (value, json_array_get_string_element (json_node_get_array (node), i));
            }
          else
            fits = is_type (value, json_node_get_string (node));
          if (!fits)
            return FALSE;
        }
      else if (g_str_equal (word, "const"))
        {
          if (!json_node_equal (node, value))
            return FALSE;
        }
      else if (g_str_equal (word, "enum"))
        {
          if (!has_element (json_node_get_array (node), value))
            return FALSE;
        }
      else if (g_str_equal (word, "minimum"))
        {
          if (is_number && number < (json_node_get_value_type (node) == G_TYPE_INT64 ? (double) json_node_get_int (node) : json_node_get_double (node)))
            return FALSE;
        }
      else if (g_str_equal (word, "maximum"))
        {
          if (is_number && number > (json_node_get_value_type (node) == G_TYPE_INT64 ? (double) json_node_get_int (node) : json_node_get_double (node)))
            return FALSE;
        }
      else if (g_str_equal (word, "minLength"))
        {
          const char *text = attune_json_node_peek_string (value);

          if (text != NULL && g_utf8_strlen (text, -1) < json_node_get_int (node))
            return FALSE;
        }
      else if (g_str_equal (word, "uniqueItems"))
        {
          JsonArray *array = JSON_NODE_HOLDS_ARRAY (value) ? json_node_get_array (value) : NULL;

          for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
            {
              for (guint j = 0; j < i; j++)
                {
                  if (json_node_equal (json_array_get_element (array, i), json_array_get_element (array, j)))
                    return FALSE;
                }
            }
        }
      else if (g_str_equal (word, "items"))
        {
          JsonArray *array = JSON_NODE_HOLDS_ARRAY (value) ? json_node_get_array (value) : NULL;

          for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
            {
              if (!conforms (node, json_array_get_element (array, i)))
                return FALSE;
            }
        }
      else if (g_str_equal (word, "required"))
        {
          for (guint i = 0; JSON_NODE_HOLDS_OBJECT (value) && i < json_array_get_length (json_node_get_array (node)); i++)
            {
              if (!json_object_has_member (json_node_get_object (value), json_array_get_string_element (json_node_get_array (node), i)))
                return FALSE;
            }
        }
      else if (g_str_equal (word, "properties"))
        {
          g_autoptr (GList) names = json_object_get_members (json_node_get_object (node));

          for (GList *l = names; JSON_NODE_HOLDS_OBJECT (value) && l != NULL; l = l->next)
            {
              JsonNode *member = json_object_get_member (json_node_get_object (value), l->data);

              if (member != NULL && !conforms (json_object_get_member (json_node_get_object (node), l->data), member))
                return FALSE;
            }
        }
      else
        g_error ("the schema has the word “%s”, which this test does not know", word);
    }

  return TRUE;
}

static char *
schema_path (const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  g_autofree char *joined = g_strjoinv (".properties.", names);

  return g_strconcat ("properties.", joined, NULL);
}

/* Each row of the table stands in it, whole. */
static void
test_rows (void)
{
  g_autoptr (JsonNode) schema = attune_configuration_build_schema ();
  const AttuneParameter *parameters;
  guint n_parameters;

  g_assert_cmpstr (attune_json_peek_string (schema, "$schema", NULL), ==, "https://json-schema.org/draft/2020-12/schema");

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      const AttuneParameter *parameter = &parameters[i];
      g_autofree char *path = schema_path (parameter->path);
      JsonNode *row = attune_json_lookup (schema, path);
      g_autoptr (GVariant) initial = attune_parameter_dup_default (parameter);
      gboolean nullable = (parameter->flags & ATTUNE_PARAMETER_NULLABLE) != 0;

      g_test_message ("%s", parameter->path);
      g_assert_nonnull (row);
      g_assert_cmpstr (attune_json_peek_string (row, "title", NULL), ==, attune_parameter_get_title (parameter));
      g_assert_true (g_str_has_prefix (attune_json_peek_string (row, "description", ""), attune_parameter_get_help (parameter)));
      g_assert_cmpint (nullable, ==, JSON_NODE_HOLDS_ARRAY (attune_json_lookup (row, "type")));

      if ((parameter->flags & ATTUNE_PARAMETER_HAS_RANGE) != 0)
        {
          g_assert_cmpfloat (attune_json_peek_double (row, "minimum", -99), ==, parameter->minimum);
          g_assert_cmpfloat (attune_json_peek_double (row, "maximum", -99), ==, parameter->maximum);
        }
      if (parameter->type == ATTUNE_PARAMETER_ENUM)
        {
          g_autoptr (GEnumClass) enum_class = g_type_class_ref (parameter->enum_type ());
          JsonArray *words = json_node_get_array (attune_json_lookup (row, "enum"));

          g_assert_cmpuint (json_array_get_length (words), ==, enum_class->n_values + (nullable ? 1 : 0));
        }
      if (initial != NULL)
        {
          g_autoptr (JsonNode) value = attune_json_from_variant (initial);

          g_assert_true (json_node_equal (attune_json_lookup (row, "default"), value));
          g_assert_true (conforms (row, value));
        }
      else
        g_assert_null (attune_json_lookup (row, "default"));
    }
}

static void
test_required (void)
{
  g_autoptr (JsonNode) schema = attune_configuration_build_schema ();
  g_autoptr (JsonNode) least = parse_quoted ("{'model':{'baseModel':'m'},'datasets':{'trainingFileId':'t'},'method':{'type':'lora'}}");

  assert_json (attune_json_lookup (schema, "required"), "['model','datasets','method']");
  assert_json (attune_json_lookup (schema, "properties.model.required"), "['baseModel']");
  assert_json (attune_json_lookup (schema, "properties.datasets.required"), "['trainingFileId']");
  assert_json (attune_json_lookup (schema, "properties.method.required"), "['type']");
  g_assert_null (attune_json_lookup (schema, "properties.method.properties.loraConfig.required"));
  g_assert_null (attune_json_lookup (schema, "properties.schedule.required"));

  g_assert_true (conforms (schema, least));
  json_object_remove_member (json_node_get_object (attune_json_lookup (least, "model")), "baseModel");
  g_assert_false (conforms (schema, least));
}

/* A document conforms exactly where it can be read and breaks no hard limit: one more way in which nobody drifts from the table. */
static void
test_agrees_with_validation (void)
{
  g_autoptr (JsonNode) schema = attune_configuration_build_schema ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  guint n_good = 0;
  guint n_bad = 0;

  for (guint i = 0; i < 2000; i++)
    {
      AttuneConfiguration *random = random_configuration (rand);
      g_autoptr (AttuneConfiguration) configuration = random;
      g_autoptr (AttuneValidation) validation = attune_validation_new ();
      g_autoptr (JsonNode) node = NULL;
      const AttuneParameter *parameters;
      guint n_parameters;
      gboolean valid = TRUE;

      /* Wild numbers alone would hardly ever be in range all together. */
      parameters = attune_parameters_get (&n_parameters);
      for (guint j = 0; j < n_parameters; j++)
        {
          if ((parameters[j].flags & ATTUNE_PARAMETER_HAS_RANGE) == 0 || g_rand_int_range (rand, 0, 20) == 0)
            continue;
          if (parameters[j].type == ATTUNE_PARAMETER_INTEGER)
            attune_configuration_set_value (configuration, parameters[j].path, g_variant_new_int64 ((gint64) parameters[j].maximum));
          else
            attune_configuration_set_value (configuration, parameters[j].path, g_variant_new_double (parameters[j].minimum));
        }
      if (g_rand_int_range (rand, 0, 4) > 0)
        {
          attune_configuration_set_value (configuration, "model.baseModel", g_variant_new_string ("m"));
          attune_configuration_set_value (configuration, "datasets.trainingFileId", g_variant_new_string ("t"));
          attune_configuration_set_value (configuration, "method.type", g_variant_new_string ("lora"));
        }

      node = attune_configuration_to_json (configuration, ATTUNE_SECRETS_OMIT);
      attune_validation_check_universal (validation, configuration);
      for (guint j = 0; j < attune_validation_get_n_issues (validation); j++)
        {
          const AttuneIssue *issue = attune_validation_get_issue (validation, j);

          if (g_str_equal (issue->code, "range") || g_str_equal (issue->code, "required"))
            valid = FALSE;
        }

      if (conforms (schema, node) != valid)
        {
          g_autofree char *text = attune_json_write (node, FALSE);

          g_error ("schema and validation disagree about %s", text);
        }
      if (valid)
        n_good++;
      else
        n_bad++;
    }

  g_assert_cmpuint (n_good, >, 100);
  g_assert_cmpuint (n_bad, >, 100);
}

static void
test_nulls (void)
{
  g_autoptr (JsonNode) schema = attune_configuration_build_schema ();
  static const char * const documents[] = {
    "'model':{'baseModel':'m','precision':null}", "'output':{'suffix':null}", "'hardware':null", "'integrations':{'wandb':null}",
    "'schedule':null", "'schedule':{'epochs':null}", "'method':null", "'output':{'suffix':3}", "'optimizations':{'enabled':['x']}",
    "'optimizations':{'enabled':null}", "'version':2", "'version':1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autofree char *text = g_strdup_printf ("{%s}", documents[i]);
      g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
      g_autoptr (JsonNode) node = parse_quoted (text);
      g_autoptr (JsonNode) open_schema = attune_json_copy (schema);
      g_autoptr (AttuneConfiguration) configuration = attune_configuration_new_from_data (json, -1, NULL, NULL);

      /* Whole documents are another test's business. */
      json_object_remove_member (json_node_get_object (open_schema), "required");
      for (const char * const *group = (const char * const[]) { "model", "datasets", "method", NULL }; *group != NULL; group++)
        json_object_remove_member (json_node_get_object (attune_json_lookup (attune_json_lookup (open_schema, "properties"), *group)), "required");
      g_test_message ("%s", documents[i]);
      g_assert_cmpint (conforms (open_schema, node), ==, configuration != NULL);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("The JSON Schema says what the reader and the validation do");

  g_test_add_func ("/schema/rows", test_rows);
  g_test_add_func ("/schema/required", test_required);
  g_test_add_func ("/schema/agrees-with-validation", test_agrees_with_validation);
  g_test_add_func ("/schema/nulls", test_nulls);

  return g_test_run ();
}
