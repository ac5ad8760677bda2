/* test-nothing-dropped.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "attune-adapters.h"
#include "attune-json.h"
#include "attune-redact.h"

/* Nothing is ever dropped silently: with every path of the table set, each either changes the request or is named unsupported, never both
 * and never none. */

static const struct {
  const char *id;
  const char *model;
  const char *other_model;
} providers[] = {
  { "openai", "gpt-4o-mini-2024-07-18", "gpt-4.1-2025-04-14" },
  { "together", "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "Qwen/Qwen2.5-7B-Instruct" },
  { "fireworks", "accounts/fireworks/models/qwen3-8b", "accounts/fireworks/models/llama-v3p1-8b-instruct" },
  { "mistral", "open-mistral-7b", "mistral-small-latest" },
  { "deepseek", "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B" },
  { "huggingface", "Qwen/Qwen3-0.6B", "HuggingFaceTB/SmolLM2-135M-Instruct" },
};

typedef struct {
  AttuneAdapter       *adapter;
  AttuneCapabilities  *capabilities;
  AttuneConfiguration *configuration; /* every path is set */
  AttuneDataset       *training;
  AttuneDataset       *validation;
  AttuneJobContext     context;
  const char          *model;
  const char          *other_model;
} Fixture;

/* The values to try at a path, the one to begin with first. NULL-terminated, in the form of --set. */
static GPtrArray *
list_values (Fixture               *self,
             const AttuneParameter *parameter)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GEnumClass) enum_class = parameter->enum_type != NULL ? g_type_class_ref (parameter->enum_type ()) : NULL;
  double low = parameter->minimum;
  double high = parameter->maximum;

  attune_capabilities_get_range (self->capabilities, parameter->path, &low, &high);
  switch (parameter->type)
    {
    case ATTUNE_PARAMETER_MODEL:
      g_ptr_array_add (values, g_strdup (self->model));
      g_ptr_array_add (values, g_strdup (self->other_model));
      break;

    case ATTUNE_PARAMETER_INTEGER:
      /* Powers of two are good everywhere. */
      for (gint64 value = 1; value <= 65536; value *= 2)
        if ((double) value >= low && (double) value <= high && (values->len < 3))
          g_ptr_array_add (values, g_strdup_printf ("%" G_GINT64_FORMAT, value));
      /* Not the first one, which may be what is in force anyway. Of GPUs there is always one, and not always two. */
      if (values->len > 1 && !g_str_equal (parameter->path, "hardware.numGPUs"))
        {
          char *first = g_ptr_array_steal_index (values, 0);

          g_ptr_array_add (values, first);
        }
      break;

    case ATTUNE_PARAMETER_DOUBLE:
      g_ptr_array_add (values, attune_json_format_double (low + (high - low) * 0.5));
      g_ptr_array_add (values, attune_json_format_double (low + (high - low) * 0.25));
      break;

    case ATTUNE_PARAMETER_ENUM:
      for (guint i = 0; i < enum_class->n_values; i++)
        if (attune_capabilities_supports_value (self->capabilities, parameter->path, enum_class->values[i].value_nick))
          g_ptr_array_add (values, g_strdup (enum_class->values[i].value_nick));
      for (guint i = 0; values->len == 0 && i < enum_class->n_values; i++)
        g_ptr_array_add (values, g_strdup (enum_class->values[i].value_nick));
      /* What makes the most other settings apply. */
      if (g_str_equal (parameter->path, "method.type"))
        g_ptr_array_insert (values, 0, g_strdup ("lora"));
      break;

    case ATTUNE_PARAMETER_SET:
      for (guint i = 0; i < enum_class->n_values; i++)
        if (attune_capabilities_supports_value (self->capabilities, parameter->path, enum_class->values[i].value_nick))
          g_ptr_array_add (values, g_strdup (enum_class->values[i].value_nick));
      if (values->len == 0)
        g_ptr_array_add (values, g_strdup (enum_class->values[0].value_nick));
      break;

    case ATTUNE_PARAMETER_BOOLEAN:
      g_ptr_array_add (values, g_strdup ("true"));
      g_ptr_array_add (values, g_strdup ("false"));
      break;

    case ATTUNE_PARAMETER_DATASET:
      g_ptr_array_add (values, g_strdup (attune_dataset_get_id (strstr (parameter->path, "training") != NULL ? self->training : self->validation)));
      break;

    case ATTUNE_PARAMETER_SECRET:
      g_ptr_array_add (values, g_strdup ("0123456789abcdef0123456789abcdef01234567"));
      break;

    case ATTUNE_PARAMETER_TEXT:
    default:
      {
        g_autoptr (GVariant) allowed = g_variant_lookup_value (attune_capabilities_get_variant (self->capabilities), "parameterValues",
                                                               G_VARIANT_TYPE ("a{sas}"));
        g_autofree const char **words = NULL;

        if (allowed != NULL)
          g_variant_lookup (allowed, parameter->path, "^a&s", &words);
        /* The machine of which there are the most sizes. */
        for (guint i = 0; words != NULL && words[i] != NULL; i++)
          g_ptr_array_insert (values, g_str_equal (words[i], "A100") ? 0 : -1, g_strdup (words[i]));
        if (values->len == 0 && strstr (parameter->path, "baseUrl") != NULL)
          {
            g_ptr_array_add (values, g_strdup ("https://wandb.example.com"));
            g_ptr_array_add (values, g_strdup ("https://wandb.example.org"));
          }
        else if (values->len == 0 && strstr (parameter->path, "Repo") != NULL)
          {
            g_ptr_array_add (values, g_strdup ("ada/one"));
            g_ptr_array_add (values, g_strdup ("ada/two"));
          }
        else if (values->len == 0 && strstr (parameter->path, "Modules") != NULL)
          {
            g_ptr_array_add (values, g_strdup ("q_proj,v_proj"));
            g_ptr_array_add (values, g_strdup ("k_proj"));
          }
        else if (values->len == 0)
          {
            g_ptr_array_add (values, g_strdup ("one"));
            g_ptr_array_add (values, g_strdup ("two"));
          }
      }
      break;
    }

  return values;
}

static void
set (AttuneConfiguration *configuration,
     const char          *path,
     const char          *value)
{
  g_autofree char *assignment = g_strdup_printf ("%s=%s", path, value);
  g_autoptr (GError) error = NULL;

  attune_configuration_set_from_text (configuration, assignment, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autoptr (AttuneRegistry) registry = attune_registry_new ();
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  g_autoptr (GError) error = NULL;
  const AttuneParameter *table;
  guint n;

  attune_adapters_add_all (registry, credentials);
  self->adapter = attune_registry_lookup (registry, providers[index].id, &error);
  g_assert_no_error (error);
  g_object_ref (self->adapter);
  self->model = providers[index].model;
  self->other_model = providers[index].other_model;
  self->capabilities = attune_adapter_dup_capabilities (self->adapter);
  self->training = attune_dataset_new ("/data/train.jsonl");
  attune_dataset_set_checked (self->training, "chat", 10000, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 1000, 0, NULL);
  self->validation = attune_dataset_new ("/data/validation.jsonl");
  attune_dataset_set_checked (self->validation, "chat", 10000, "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", 100, 0, NULL);
  self->context = (AttuneJobContext) { .training = self->training, .validation = self->validation };

  self->configuration = attune_configuration_new ();
  table = attune_parameters_get (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GPtrArray) values = list_values (self, &table[i]);

      set (self->configuration, table[i].path, g_ptr_array_index (values, 0));
    }
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_clear_object (&self->configuration);
  g_clear_object (&self->training);
  g_clear_object (&self->validation);
  g_clear_object (&self->capabilities);
  g_assert_finalize_object (self->adapter);
}

static char *
translate (Fixture              *self,
           AttuneConfiguration  *configuration,
           AttuneDataset        *validation,
           GError              **error)
{
  const AttuneJobContext context = { .training = self->training, .validation = validation };
  g_autoptr (JsonNode) request = attune_adapter_translate_configuration (self->adapter, configuration, &context, error);

  return request != NULL ? attune_json_write (request, FALSE) : NULL;
}

static guint
count_masks (const char *text)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, ATTUNE_REDACTED)) != NULL; at++)
    n++;

  return n;
}

/* Whether the request is another one with @other than with the whole configuration, but for settings that no longer apply. */
static gboolean
is_different (Fixture             *self,
              AttuneConfiguration *other,
              AttuneDataset       *validation)
{
  g_autoptr (AttuneConfiguration) rest = attune_configuration_copy (self->configuration);
  g_autofree char *changed = NULL;
  g_autofree char *unchanged = NULL;
  const AttuneParameter *table;
  guint n;

  table = attune_parameters_get (&n);
  for (guint i = 0; i < n; i++)
    {
      if (attune_configuration_applies (other, &table[i]))
        continue;
      attune_configuration_set_value (rest, table[i].path, NULL);
      attune_configuration_set_value (other, table[i].path, NULL);
    }
  changed = translate (self, other, validation, NULL);
  unchanged = translate (self, rest, self->validation, NULL);

  /* A request that cannot be made at all proves nothing. */
  return changed != NULL && unchanged != NULL && strcmp (changed, unchanged) != 0;
}

/* Whether the request is another one with another value there, or with none. */
static gboolean
is_in_request (Fixture               *self,
               const AttuneParameter *parameter,
               const char            *whole)
{
  g_autoptr (GPtrArray) values = list_values (self, parameter);
  g_autoptr (AttuneConfiguration) without = attune_configuration_copy (self->configuration);
  gboolean is_validation = g_str_equal (parameter->path, "datasets.validationFileId");
  g_autofree char *text = NULL;

  /* Another training file has another id. */
  if (g_str_equal (parameter->path, "datasets.trainingFileId"))
    {
      g_autoptr (AttuneDataset) other = attune_dataset_new ("/data/other.jsonl");
      g_autoptr (AttuneDataset) before = g_object_ref (self->training);

      attune_dataset_set_checked (other, "chat", 10000, "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13", 1000, 0, NULL);
      attune_dataset_set_provider_file (other, attune_adapter_get_id (self->adapter), "other-file");
      g_set_object (&self->training, other);
      text = translate (self, self->configuration, self->validation, NULL);
      g_set_object (&self->training, before);

      return text != NULL && strcmp (text, whole) != 0;
    }

  /* A secret is the same mask whatever it is, and is asked for where it is not set: it is there as long as what it serves is. */
  if (parameter->type == ATTUNE_PARAMETER_SECRET)
    {
      attune_configuration_set_value (without, parameter->path, NULL);
      text = translate (self, without, self->validation, NULL);
      if (text != NULL && strcmp (text, whole) != 0)
        return TRUE;
      /* A job on rented GPUs cannot do without the token, pushed or not. */
      if (g_str_equal (parameter->path, "integrations.huggingface.apiToken") && strstr (whole, "\"HF_TOKEN\":\"" ATTUNE_REDACTED "\"") != NULL)
        return TRUE;
      g_clear_pointer (&text, g_free);
      attune_configuration_set_value (without, parameter->applies_path, NULL);
      text = translate (self, without, self->validation, NULL);

      return text != NULL && count_masks (text) < count_masks (whole);
    }

  for (guint i = 0; i < values->len; i++)
    {
      g_autoptr (AttuneConfiguration) other = attune_configuration_copy (self->configuration);

      set (other, parameter->path, g_ptr_array_index (values, i));
      if (is_different (self, other, self->validation))
        return TRUE;
    }

  attune_configuration_set_value (without, parameter->path, NULL);

  return is_different (self, without, is_validation ? NULL : self->validation);
}

static gboolean
is_reported (AttuneValidation *validation,
             const char       *path)
{
  for (guint i = 0; i < attune_validation_get_n_issues (validation); i++)
    {
      const AttuneIssue *issue = attune_validation_get_issue (validation, i);

      if (strcmp (issue->path, path) == 0 && strcmp (issue->code, "unsupported") == 0)
        return TRUE;
    }

  return FALSE;
}

static void
test_nothing_is_dropped (Fixture       *self,
                         gconstpointer  data)
{
  g_autoptr (AttuneValidation) validation =
    attune_adapter_validate_configuration (self->adapter, self->configuration, &self->context);
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = translate (self, self->configuration, self->validation, &error);
  const AttuneParameter *table;
  guint n_in_request = 0;
  guint n_reported = 0;
  guint n_wrong = 0;
  guint n;

  g_assert_no_error (error);
  g_test_message ("%s", whole);
  g_assert_null (strstr (whole, "0123456789abcdef0123456789abcdef01234567"));
  table = attune_parameters_get (&n);
  for (guint i = 0; i < n; i++)
    {
      gboolean in_request;
      gboolean reported = is_reported (validation, table[i].path);

      g_assert_true (attune_configuration_applies (self->configuration, &table[i]));
      in_request = is_in_request (self, &table[i], whole);
      if (in_request == reported)
        {
          g_test_message ("%s is %s", table[i].path, in_request ? "in the request, and called unsupported" : "dropped silently");
          n_wrong++;
        }
      n_in_request += in_request;
      n_reported += reported;
    }
  g_assert_cmpuint (n_wrong, ==, 0);
  g_assert_cmpuint (n_in_request + n_reported, ==, n);
}

int
main (int    argc,
      char **argv)
{
  static const char * const variables[] = {
    "OPENAI_API_KEY", "TOGETHER_API_KEY", "FIREWORKS_API_KEY", "FIREWORKS_ACCOUNT_ID", "MISTRAL_API_KEY", "HF_TOKEN", "WANDB_API_KEY",
  };

  setlocale (LC_ALL, "");
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    g_unsetenv (variables[i]);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      g_autofree char *path = g_strconcat ("/nothing-dropped/", providers[i].id, NULL);

      g_test_add (path, Fixture, GUINT_TO_POINTER (i), set_up, test_nothing_is_dropped, tear_down);
    }

  return g_test_run ();
}
