/* test-parameters.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameters.h"

#include "core-helpers.h"

/* The architecture document's PARAMETER_RANGES, and the ranges in its comments. */
static void
test_ranges (void)
{
  static const struct {
    const char *path;
    double      minimum;
    double      maximum;
    double      initial;
  } ranges[] = {
    { "schedule.epochs", 1, 20, 3 },
    { "schedule.batchSize", 1, 64, 4 },
    { "schedule.sequenceLength", 512, 33000, 2048 },
    { "schedule.gradientAccumulation", 1, 16, 1 },
    { "schedule.checkpoints", 0, 10, 1 },
    { "schedule.evaluations", 0, 20, 1 },
    { "optimizer.learningRate", 0, 1, 0.00001 },
    { "optimizer.weightDecay", 0, 1, 0 },
    { "optimizer.maxGradientNorm", 0, 10, 1 },
    { "optimizer.scheduler.warmupRatio", 0, 1, 0 },
    { "optimizer.scheduler.minLRRatio", 0, 1, 0 },
    { "optimizer.scheduler.cycles", 0.1, 2.0, 0.5 },
    { "method.loraConfig.rank", 1, 256, 8 },
    { "method.loraConfig.alpha", 1, 512, 16 },
    { "method.loraConfig.dropout", 0, 1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      const AttuneParameter *parameter = attune_parameters_lookup (ranges[i].path);

      g_assert_nonnull (parameter);
      g_assert_true ((parameter->flags & ATTUNE_PARAMETER_HAS_RANGE) != 0);
      g_assert_true ((parameter->flags & ATTUNE_PARAMETER_HAS_DEFAULT) != 0);
      g_assert_cmpfloat (parameter->minimum, ==, ranges[i].minimum);
      g_assert_cmpfloat (parameter->maximum, ==, ranges[i].maximum);
      g_assert_cmpfloat (parameter->default_number, ==, ranges[i].initial);
    }
}

/* Each member of JobConfiguration, and nothing else. */
static void
test_paths (void)
{
  static const char * const paths[] = {
    "model.baseModel", "model.precision", "datasets.trainingFileId", "datasets.validationFileId", "method.type",
    "method.loraConfig.rank", "method.loraConfig.alpha", "method.loraConfig.dropout", "method.loraConfig.trainableModules",
    "schedule.epochs", "schedule.batchSize", "schedule.sequenceLength", "schedule.gradientAccumulation", "schedule.checkpoints",
    "schedule.evaluations", "schedule.trainOnInputs", "optimizer.learningRate", "optimizer.scheduler.type",
    "optimizer.scheduler.minLRRatio", "optimizer.scheduler.warmupRatio", "optimizer.scheduler.cycles", "optimizer.weightDecay",
    "optimizer.maxGradientNorm", "optimizations.enabled", "hardware.gpuType", "hardware.numGPUs", "integrations.wandb.project",
    "integrations.wandb.runName", "integrations.wandb.apiKey", "integrations.wandb.baseUrl", "integrations.huggingface.apiToken",
    "integrations.huggingface.outputRepoName", "output.suffix",
  };
  const AttuneParameter *parameters;
  guint n_parameters;

  parameters = attune_parameters_get (&n_parameters);
  g_assert_cmpuint (n_parameters, ==, G_N_ELEMENTS (paths));
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    g_assert_nonnull (attune_parameters_lookup (paths[i]));
  for (guint i = 0; i < n_parameters; i++)
    g_assert_true (attune_parameters_lookup (parameters[i].path) == &parameters[i]);

  g_assert_null (attune_parameters_lookup ("schedule"));
  g_assert_null (attune_parameters_lookup ("schedule.epoch"));
  g_assert_null (attune_parameters_lookup (""));
}

static void
check_row (const AttuneParameter *parameter)
{
  gboolean number = parameter->type == ATTUNE_PARAMETER_INTEGER || parameter->type == ATTUNE_PARAMETER_DOUBLE;
  gboolean words = parameter->type == ATTUNE_PARAMETER_ENUM || parameter->type == ATTUNE_PARAMETER_SET;
  g_autoptr (GVariant) initial = attune_parameter_dup_default (parameter);

  g_test_message ("%s", parameter->path);
  g_assert_cmpint (parameter->group, <, ATTUNE_N_PARAMETER_GROUPS);
  g_assert_nonnull (attune_parameter_group_get_title (parameter->group));
  g_assert_cmpint (strlen (attune_parameter_get_title (parameter)), >, 2);
  g_assert_cmpint (strlen (attune_parameter_get_help (parameter)), >, 30);
  g_assert_true (g_str_has_suffix (attune_parameter_get_help (parameter), "."));
  g_assert_cmpint (words, ==, parameter->enum_type != NULL);

  if ((parameter->flags & ATTUNE_PARAMETER_HAS_RANGE) != 0)
    {
      g_assert_true (number);
      g_assert_cmpfloat (parameter->minimum, <, parameter->maximum);
      if ((parameter->flags & ATTUNE_PARAMETER_HAS_DEFAULT) != 0)
        {
          g_assert_cmpfloat (parameter->default_number, >=, parameter->minimum);
          g_assert_cmpfloat (parameter->default_number, <=, parameter->maximum);
        }
    }
  else
    g_assert_false (number);

  g_assert_cmpint (initial != NULL, ==, (parameter->flags & ATTUNE_PARAMETER_HAS_DEFAULT) != 0);
  if (initial != NULL)
    {
      g_assert_false (g_variant_is_floating (initial));
      g_assert_true (g_variant_is_of_type (initial, attune_parameter_get_variant_type (parameter)));
    }

  if (parameter->applies_path != NULL)
    {
      const AttuneParameter *condition = attune_parameters_lookup (parameter->applies_path);

      g_assert_nonnull (condition);
      g_assert_true (condition != parameter);
      if (parameter->applies_values != NULL)
        {
          g_auto (GStrv) values = g_strsplit (parameter->applies_values, ",", -1);

          g_assert_cmpint (condition->type, ==, ATTUNE_PARAMETER_ENUM);
          for (guint i = 0; values[i] != NULL; i++)
            g_assert_true (attune_enum_from_nick (condition->enum_type (), values[i], NULL));
        }
    }
  else
    g_assert_null (parameter->applies_values);

  if (words)
    {
      g_autoptr (GEnumClass) enum_class = g_type_class_ref (parameter->enum_type ());

      for (guint i = 0; i < enum_class->n_values; i++)
        {
          const char *nick = enum_class->values[i].value_nick;
          const char *title = attune_parameter_get_value_title (parameter, nick);

          /* Words for people are not words for machines. */
          g_assert_cmpstr (title, !=, nick);
          g_assert_nonnull (attune_parameter_get_value_help (parameter, nick));
        }
      g_assert_null (attune_parameter_get_value_help (parameter, "of another age"));
      g_assert_cmpstr (attune_parameter_get_value_title (parameter, "of another age"), ==, "of another age");
    }
}

static void
test_rows (void)
{
  const AttuneParameter *parameters;
  guint n_parameters;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    check_row (&parameters[i]);
}

static void
test_text_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  const AttuneParameter *parameters;
  guint n_parameters;

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      for (guint j = 0; j < 200; j++)
        {
          g_autoptr (GVariant) value = g_variant_ref_sink (random_value (rand, &parameters[i]));
          g_autofree char *text = attune_parameter_format (&parameters[i], value);
          g_autoptr (GError) error = NULL;
          g_autoptr (GVariant) again = attune_parameter_parse (&parameters[i], text, &error);

          g_assert_no_error (error);
          g_assert_true (g_variant_equal (value, again));
        }
    }
}

static void
test_parse (void)
{
  static const struct {
    const char *path;
    const char *text;
    const char *printed; /* NULL: refused */
  } cases[] = {
    { "schedule.epochs", "3", "3" },
    { "schedule.epochs", " 3\n", "3" },
    { "schedule.epochs", "+3", "3" },
    { "schedule.epochs", "3.0", "3" },
    { "schedule.epochs", "2e3", "2000" },
    { "schedule.epochs", "-7", "-7" },
    { "schedule.epochs", "9223372036854775807", "9223372036854775807" },
    { "schedule.epochs", "-9223372036854775808", "-9223372036854775808" },
    { "schedule.epochs", "9223372036854775808", NULL },
    { "schedule.epochs", "3.5", NULL },
    { "schedule.epochs", "", NULL },
    { "schedule.epochs", "three", NULL },
    { "schedule.epochs", "3 4", NULL },
    { "schedule.epochs", "0x10", NULL },
    { "schedule.epochs", "++3", NULL },
    { "optimizer.learningRate", "1e-5", "1e-05" },
    { "optimizer.learningRate", "0.1", "0.1" },
    { "optimizer.learningRate", ".5", "0.5" },
    { "optimizer.learningRate", "1", "1" },
    { "optimizer.learningRate", "nan", NULL },
    { "optimizer.learningRate", "inf", NULL },
    { "optimizer.learningRate", "1e999", NULL },
    { "optimizer.learningRate", "0,1", NULL },
    { "optimizer.learningRate", "0x1p3", NULL },
    { "optimizer.learningRate", "e", NULL },
    { "optimizer.scheduler.type", "cosine", "cosine" },
    { "optimizer.scheduler.type", " constant_with_warmup ", "constant_with_warmup" },
    { "optimizer.scheduler.type", "Cosine", NULL },
    { "optimizations.enabled", "flash_attention,fused_kernels", "flash_attention,fused_kernels" },
    { "optimizations.enabled", " flash_attention , fused_kernels ,", "flash_attention,fused_kernels" },
    { "optimizations.enabled", "", "" },
    { "optimizations.enabled", "flash", NULL },
    { "output.suffix", " v 1 ", " v 1 " },
    { "output.suffix", "\xff", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const AttuneParameter *parameter = attune_parameters_lookup (cases[i].path);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = attune_parameter_parse (parameter, cases[i].text, &error);

      g_test_message ("%s = “%s”", cases[i].path, cases[i].printed != NULL ? cases[i].text : "(refused)");
      if (cases[i].printed != NULL)
        {
          g_autofree char *printed = NULL;

          g_assert_no_error (error);
          printed = attune_parameter_format (parameter, value);
          g_assert_cmpstr (printed, ==, cases[i].printed);
        }
      else
        {
          g_assert_null (value);
          assert_message (error, ATTUNE_ERROR_INVALID, cases[i].path);
        }
    }
}

static void
test_parse_names_words (void)
{
  const AttuneParameter *parameter = attune_parameters_lookup ("method.type");
  g_autoptr (GError) error = NULL;

  g_assert_null (attune_parameter_parse (parameter, "adapter", &error));
  assert_message (error, ATTUNE_ERROR_INVALID, "full, lora, qlora");
}

static void
test_suggest (void)
{
  static const struct {
    const char *typed;
    const char *meant;
  } cases[] = {
    { "schedule.epoch", "schedule.epochs" },
    { "schedule.epcohs", "schedule.epochs" },
    { "epochs", "schedule.epochs" },
    { "optimizer.epochs", "schedule.epochs" },
    { "schedule.batch_size", "schedule.batchSize" },
    { "Schedule.BatchSize", "schedule.batchSize" },
    { "optimizer.warmupRatio", "optimizer.scheduler.warmupRatio" },
    { "lora.rank", "method.loraConfig.rank" },
    { "learning_rate", "optimizer.learningRate" },
    { "learningrat", "optimizer.learningRate" },
    { "method.typ", "method.type" },
    { "scheduler.type", "optimizer.scheduler.type" },
    { "optimizer.minLrRatio", "optimizer.scheduler.minLRRatio" },
    { "model.basemodel", "model.baseModel" },
    { "training_file_id", "datasets.trainingFileId" },
    { "traitType", NULL },
    { "metadata", NULL },
    { "q", NULL },
    { "", NULL },
  };
  const AttuneParameter *parameters;
  guint n_parameters;
  g_autofree char *endless = g_strnfill (100000, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].typed);
      g_assert_cmpstr (attune_parameters_suggest (cases[i].typed), ==, cases[i].meant);
    }
  g_assert_null (attune_parameters_suggest (endless));

  parameters = attune_parameters_get (&n_parameters);
  for (guint i = 0; i < n_parameters; i++)
    {
      /* One letter less, anywhere in the name, still leads to the path. */
      const char *name = strrchr (parameters[i].path, '.') + 1;

      for (gsize j = (gsize) (name - parameters[i].path); parameters[i].path[j] != '\0'; j++)
        {
          g_autofree char *typed = g_strdup_printf ("%.*s%s", (int) j, parameters[i].path, parameters[i].path + j + 1);

          g_assert_cmpstr (attune_parameters_suggest (typed), ==, parameters[i].path);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_summary ("The parameter table is the architecture document's, whole, and each row can be read, written and explained");

  g_test_add_func ("/parameters/ranges", test_ranges);
  g_test_add_func ("/parameters/paths", test_paths);
  g_test_add_func ("/parameters/rows", test_rows);
  g_test_add_func ("/parameters/text-round-trip", test_text_round_trip);
  g_test_add_func ("/parameters/parse", test_parse);
  g_test_add_func ("/parameters/parse-names-words", test_parse_names_words);
  g_test_add_func ("/parameters/suggest", test_suggest);

  return g_test_run ();
}
