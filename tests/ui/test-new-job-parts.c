/* test-new-job-parts.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "attune-carry.h"
#include "attune-data-facts.h"
#include "attune-draft.h"
#include "attune-json.h"
#include "attune-notice-list.h"
#include "attune-paths.h"
#include "attune-preset.h"
#include "attune-rate-curve.h"
#include "attune-recipe.h"
#include "attune-request-format.h"
#include "attune-row-encoder.h"

static AttuneCapabilities *
make_capabilities (GVariantDict *dict)
{
  g_autoptr (GError) error = NULL;
  AttuneCapabilities *capabilities = attune_capabilities_new (g_variant_dict_end (dict), &error);

  g_assert_no_error (error);

  return capabilities;
}

static AttuneConfiguration *
make_configuration (const char *json)
{
  g_autoptr (GError) error = NULL;
  AttuneConfiguration *configuration = attune_configuration_new_from_data (json, -1, "test", &error);

  g_assert_no_error (error);

  return configuration;
}

/* --- Presets --- */

static void
test_presets (void)
{
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  g_autoptr (AttuneCapabilities) capabilities = make_capabilities (dict);
  g_autoptr (AttuneConfiguration) configuration = make_configuration ("{\"model\":{\"baseModel\":\"small\"},\"method\":{\"type\":\"lora\"}}");
  gint64 epochs;
  double rate;

  for (guint i = 0; i < ATTUNE_N_PRESETS; i++)
    {
      g_autoptr (GVariant) values = attune_preset_build ((AttunePreset) i, configuration, capabilities);

      g_assert_nonnull (attune_preset_get_title ((AttunePreset) i));
      g_assert_nonnull (attune_preset_get_description ((AttunePreset) i));
      g_assert_true (g_variant_lookup (values, "schedule.epochs", "x", &epochs));
      g_assert_cmpint (epochs, >=, 1);
      g_assert_cmpint (epochs, <=, 10);
      /* Nothing to evaluate on, nothing to evaluate. */
      g_assert_false (g_variant_lookup (values, "schedule.evaluations", "x", &epochs));
      for (gsize j = 0; j < g_variant_n_children (values); j++)
        {
          const char *path;
          g_autoptr (GVariant) value = NULL;

          g_variant_get_child (values, j, "{&sv}", &path, &value);
          attune_configuration_set_value (configuration, path, value);
        }
      g_assert_true (attune_preset_matches ((AttunePreset) i, configuration, capabilities));
      g_assert_false (attune_preset_matches ((AttunePreset) ((i + 1) % ATTUNE_N_PRESETS), configuration, capabilities));
      attune_configuration_set_value (configuration, "schedule.epochs", g_variant_new_int64 (7));
      g_assert_false (attune_preset_matches ((AttunePreset) i, configuration, capabilities));
    }

  /* Whole models take a smaller rate than adapters, and have no rank. */
  attune_configuration_set_value (configuration, "method.type", g_variant_new_string ("full"));
  {
    g_autoptr (GVariant) values = attune_preset_build (ATTUNE_PRESET_BALANCED, configuration, capabilities);

    g_assert_true (g_variant_lookup (values, "optimizer.learningRate", "d", &rate));
    g_assert_cmpfloat (rate, ==, 1e-5);
    g_assert_false (g_variant_lookup (values, "method.loraConfig.rank", "x", &epochs));
  }
  attune_configuration_set_value (configuration, "datasets.validationFileId", g_variant_new_string ("an-id"));
  {
    g_autoptr (GVariant) values = attune_preset_build (ATTUNE_PRESET_CAREFUL, configuration, capabilities);

    g_assert_true (g_variant_lookup (values, "schedule.evaluations", "x", &epochs));
  }
}

/* The provider's limits and its own default hold. */
static void
test_preset_limits (void)
{
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  g_autoptr (AttuneConfiguration) configuration = make_configuration ("{\"method\":{\"type\":\"lora\"}}");
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  g_autoptr (GVariant) values = NULL;
  GVariantBuilder ranges, defaults;
  gint64 epochs;
  double rate;

  g_variant_builder_init (&ranges, G_VARIANT_TYPE ("a{s(dd)}"));
  g_variant_builder_add (&ranges, "{s(dd)}", "schedule.epochs", 1.0, 4.0);
  g_variant_builder_init (&defaults, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&defaults, "{sv}", "optimizer.learningRate", g_variant_new_double (4e-5));
  g_variant_dict_insert_value (dict, "parameterRanges", g_variant_builder_end (&ranges));
  g_variant_dict_insert_value (dict, "parameterDefaults", g_variant_builder_end (&defaults));
  g_variant_dict_insert_value (dict, "supportedParameters",
                               g_variant_new_strv ((const char *[]) { "schedule.epochs", "optimizer.learningRate", NULL }, -1));
  capabilities = make_capabilities (dict);
  values = attune_preset_build (ATTUNE_PRESET_CAREFUL, configuration, capabilities);
  g_assert_cmpuint (g_variant_n_children (values), ==, 2);
  g_assert_true (g_variant_lookup (values, "schedule.epochs", "x", &epochs));
  g_assert_cmpint (epochs, ==, 4);
  g_assert_true (g_variant_lookup (values, "optimizer.learningRate", "d", &rate));
  g_assert_cmpfloat (rate, ==, 2e-5);
}

/* --- Another provider --- */

static const AttuneMisfit *
find_misfit (GPtrArray  *misfits,
             const char *path)
{
  for (guint i = 0; i < misfits->len; i++)
    if (g_str_equal (((const AttuneMisfit *) g_ptr_array_index (misfits, i))->path, path))
      return g_ptr_array_index (misfits, i);

  return NULL;
}

static void
test_carry (void)
{
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  g_autoptr (AttuneCapabilities) capabilities = make_capabilities (dict);
  g_autoptr (AttuneConfiguration) configuration = make_configuration (
    "{\"model\":{\"baseModel\":\"elsewhere/huge\",\"precision\":\"fp16\"},\"method\":{\"type\":\"qlora\"},"
    "\"schedule\":{\"epochs\":15,\"batchSize\":8},\"hardware\":{\"gpuType\":\"A100\"},"
    "\"optimizations\":{\"enabled\":[\"dynamic_padding\",\"flash_attention\"]},"
    "\"metadata\":{\"seed\":7,\"strange\":true}}");
  g_autoptr (GPtrArray) misfits = attune_carry_check (configuration, capabilities, "Fake");
  g_autoptr (GPtrArray) after = NULL;
  const AttuneMisfit *misfit;

  g_assert_cmpuint (misfits->len, ==, 7);
  misfit = find_misfit (misfits, "model.baseModel");
  g_assert_cmpint (misfit->kind, ==, ATTUNE_MISFIT_MODEL);
  g_assert_null (misfit->repair);
  misfit = find_misfit (misfits, "model.precision");
  g_assert_cmpint (misfit->kind, ==, ATTUNE_MISFIT_WORD);
  misfit = find_misfit (misfits, "schedule.epochs");
  g_assert_cmpint (misfit->kind, ==, ATTUNE_MISFIT_RANGE);
  g_assert_cmpint (g_variant_get_int64 (misfit->repair), ==, 10);
  misfit = find_misfit (misfits, "hardware.gpuType");
  g_assert_cmpint (misfit->kind, ==, ATTUNE_MISFIT_UNSUPPORTED);
  misfit = find_misfit (misfits, "metadata.strange");
  g_assert_cmpint (misfit->kind, ==, ATTUNE_MISFIT_UNSUPPORTED);
  g_assert_null (find_misfit (misfits, "metadata.seed"));
  g_assert_null (find_misfit (misfits, "schedule.batchSize"));
  for (guint i = 0; i < misfits->len; i++)
    {
      misfit = g_ptr_array_index (misfits, i);
      g_assert_cmpstr (misfit->title, !=, "");
      g_assert_nonnull (strstr (misfit->message, "Fake"));
    }

  /* What can be mended is; what a person has to choose stays. */
  g_assert_cmpuint (attune_carry_adjust (configuration, misfits), ==, 6);
  g_assert_cmpint (attune_configuration_get_integer (configuration, "schedule.epochs"), ==, 10);
  g_assert_false (attune_configuration_is_set (configuration, "hardware.gpuType"));
  g_assert_true (attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_DYNAMIC_PADDING));
  g_assert_false (attune_configuration_has_feature (configuration, ATTUNE_OPTIMIZATION_FLASH_ATTENTION));
  g_assert_true (json_object_has_member (attune_configuration_get_metadata (configuration), "seed"));
  after = attune_carry_check (configuration, capabilities, "Fake");
  g_assert_cmpuint (after->len, ==, 1);
}

static void
test_carry_models (void)
{
  static const struct {
    const char *model;
    const char *found;
  } cases[] = {
    { "meta-llama/Llama-3.1-8B-Instruct", "accounts/x/models/llama-v3p1-8b-instruct" },
    { "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", "accounts/x/models/llama-v3p1-8b-instruct" },
    { "Qwen/Qwen3-8B", "accounts/x/models/qwen3-8b" },
    { "Qwen/Qwen3-14B", NULL },
    { "llama-3.1-70b-instruct", NULL },
    { "starter", NULL },
  };
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();
  g_autoptr (AttuneCapabilities) capabilities = NULL;
  GVariantBuilder models;
  static const char * const ids[] = { "accounts/x/models/llama-v3p1-8b-instruct", "accounts/x/models/qwen3-8b", "gpt-small" };

  g_variant_builder_init (&models, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_variant_builder_open (&models, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&models, "{sv}", "id", g_variant_new_string (ids[i]));
      g_variant_builder_add (&models, "{sv}", "title", g_variant_new_string (ids[i]));
      g_variant_builder_close (&models);
    }
  g_variant_dict_insert_value (dict, "models", g_variant_builder_end (&models));
  capabilities = make_capabilities (dict);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = attune_carry_find_model (capabilities, cases[i].model);

      g_assert_cmpstr (found, ==, cases[i].found);
    }
}

/* --- The request in other languages --- */

static void
test_request (void)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration (
    "{\"model\":{\"baseModel\":\"small\"},\"datasets\":{\"trainingFileId\":\"an-id\"},\"schedule\":{\"epochs\":5},"
    "\"optimizer\":{\"learningRate\":0.0002},\"output\":{\"suffix\":\"it's mine\"},"
    "\"integrations\":{\"wandb\":{\"project\":\"p\",\"apiKey\":\"very-secret\"}},\"metadata\":{\"seed\":7,\"note\":\"a b\"}}");
  g_autoptr (JsonNode) body = attune_configuration_to_json (configuration, ATTUNE_SECRETS_PLACEHOLDER);
  g_autofree char *body_text = attune_json_write (body, FALSE);
  g_autofree char *document = g_strdup_printf ("{\"method\":\"POST\",\"url\":\"https://fake.example/v1/jobs?a=1&b=2\",\"body\":%s}", body_text);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = attune_json_parse (document, -1, NULL, &error);
  AttuneRequest request = { node, "fake", "FAKE_API_KEY", configuration, "My job", "/data/my train.jsonl", NULL };
  g_autofree char *curl = attune_request_format_write (ATTUNE_REQUEST_FORMAT_CURL, &request);
  g_autofree char *python = attune_request_format_write (ATTUNE_REQUEST_FORMAT_PYTHON, &request);
  g_autofree char *terminal = attune_request_format_write (ATTUNE_REQUEST_FORMAT_ATTUNECTL, &request);
  g_autofree char *script = NULL;
  g_autofree char *sent = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *sh = g_find_program_in_path ("sh");
  g_autofree char *python_program = g_find_program_in_path ("python3");
  g_auto (GStrv) arguments = NULL;
  g_auto (GStrv) environment = g_get_environ ();
  int status, n_arguments;

  g_assert_no_error (error);
  for (guint i = 0; i < ATTUNE_N_REQUEST_FORMATS; i++)
    {
      g_autofree char *text = attune_request_format_write ((AttuneRequestFormat) i, &request);

      g_assert_true (attune_request_format_applies ((AttuneRequestFormat) i, &request));
      g_assert_null (strstr (text, "very-secret"));
    }

  /* What a shell makes of the line is the request, with the keys from the environment. */
  script = g_strdup_printf ("curl () { for a in \"$@\"; do printf '%%s\\n' \"$a\"; done; }\n%s", curl);
  environment = g_environ_setenv (environment, "FAKE_API_KEY", "key-one", TRUE);
  environment = g_environ_setenv (environment, "WANDB_API_KEY", "key-two", TRUE);
  g_spawn_sync (NULL, (char *[]) { sh, (char *) "-c", script, NULL }, environment, G_SPAWN_DEFAULT, NULL, NULL, &sent, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_str_has_prefix (sent, "https://fake.example/v1/jobs?a=1&b=2\n-H\nAuthorization: Bearer key-one\n-H\n"));
  {
    g_autoptr (JsonNode) got = attune_json_parse (strstr (sent, "\n-d\n") + 4, -1, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (attune_json_peek_string (got, "integrations.wandb.apiKey", NULL), ==, "key-two");
    g_assert_cmpstr (attune_json_peek_string (got, "output.suffix", NULL), ==, "it's mine");
    json_object_set_string_member (json_node_get_object (attune_json_lookup (got, "integrations.wandb")), "apiKey",
                                   attune_json_peek_string (body, "integrations.wandb.apiKey", NULL));
    g_assert_true (json_node_equal (got, body));
  }

  /* Python reads its own line. */
  g_assert_nonnull (strstr (python, "os.environ[\"FAKE_API_KEY\"]"));
  g_assert_nonnull (strstr (python, "os.environ[\"WANDB_API_KEY\"]"));
  if (python_program != NULL)
    {
      g_spawn_sync (NULL, (char *[]) { python_program, (char *) "-c", (char *) "import ast, sys; ast.parse(sys.argv[1])", python, NULL },
                    NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error);
      g_assert_no_error (error);
      g_assert_cmpint (status, ==, 0);
    }

  /* The terminal's line names the files, and gives back the same configuration. */
  g_strdelimit (terminal, "\\", ' ');
  g_strdelimit (terminal, "\n", ' ');
  {
    /* The quoting of "it's" has a backslash of its own: it is read from the untouched text. */
    g_autofree char *untouched = attune_request_format_write (ATTUNE_REQUEST_FORMAT_ATTUNECTL, &request);
    g_autoptr (GString) line = g_string_new (untouched);
    g_autoptr (AttuneConfiguration) read = attune_configuration_new ();

    g_string_replace (line, " \\\n", " ", 0);
    g_assert_true (g_shell_parse_argv (line->str, &n_arguments, &arguments, &error));
    g_assert_no_error (error);
    g_assert_cmpstr (arguments[0], ==, "attunectl");
    g_assert_true (g_strv_contains ((const char * const *) arguments, "/data/my train.jsonl"));
    g_assert_true (g_strv_contains ((const char * const *) arguments, "My job"));
    for (int i = 0; i < n_arguments; i++)
      if (g_str_equal (arguments[i], "--set"))
        {
          g_assert_true (attune_configuration_set_from_text (read, arguments[i + 1], &error));
          g_assert_no_error (error);
        }
    attune_configuration_set_value (configuration, "datasets.trainingFileId", NULL);
    attune_configuration_set_value (configuration, "integrations.wandb.apiKey", NULL);
    g_assert_true (attune_configuration_equal (read, configuration));
  }

  /* What never leaves this computer is not for curl. */
  json_object_set_string_member (json_node_get_object (node), "url", "file:///somewhere");
  g_assert_false (attune_request_format_applies (ATTUNE_REQUEST_FORMAT_CURL, &request));
  g_assert_false (attune_request_format_applies (ATTUNE_REQUEST_FORMAT_PYTHON, &request));
  g_assert_true (attune_request_format_applies (ATTUNE_REQUEST_FORMAT_ATTUNECTL, &request));
}

/* --- Drafts --- */

static void
test_drafts (void)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration (
    "{\"model\":{\"baseModel\":\"/models/small\"},\"integrations\":{\"wandb\":{\"project\":\"p\",\"apiKey\":\"very-secret\"}}}");
  g_autoptr (AttuneDraft) first = attune_draft_new (NULL, "", "fake", configuration);
  g_autoptr (AttuneDraft) second = attune_draft_new (NULL, "Second", NULL, configuration);
  g_autoptr (AttuneDraft) read = NULL;
  g_autoptr (GPtrArray) none = attune_drafts_list ();
  g_autoptr (GPtrArray) drafts = NULL;
  g_autofree char *data = attune_paths_dup_data_folder ();
  g_autofree char *folder = g_build_filename (data, "drafts", NULL);
  g_autofree char *damaged = NULL;
  g_autofree char *file = NULL;
  g_autofree char *contents = NULL;
  g_autofree char *title = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_true (attune_draft_save (first, &error));
  g_assert_no_error (error);
  g_assert_true (attune_draft_save (second, &error));
  g_assert_no_error (error);
  g_assert_cmpint (second->time, >=, first->time);

  /* For nobody else, and without secrets. */
  file = g_strdup_printf ("%s/%s.json", folder, first->id);
  g_assert_cmpint (g_stat (file, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_file_get_contents (file, &contents, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (strstr (contents, "very-secret"));

  read = attune_draft_load (first->id, &error);
  g_assert_no_error (error);
  g_assert_null (read->name);
  g_assert_cmpstr (read->provider, ==, "fake");
  title = attune_draft_dup_title (read);
  g_assert_cmpstr (title, ==, "small");

  /* One that cannot be read hides no other. */
  damaged = g_build_filename (folder, "00000000-0000-4000-8000-000000000000.json", NULL);
  g_file_set_contents (damaged, "{\"version\":", -1, &error);
  g_assert_no_error (error);
  first->time += 5;
  drafts = attune_drafts_list ();
  g_assert_cmpuint (drafts->len, ==, 2);
  g_assert_cmpstr (((AttuneDraft *) g_ptr_array_index (drafts, 0))->id, ==, second->id);
  g_assert_true (g_file_test (damaged, G_FILE_TEST_EXISTS));

  attune_draft_delete (second->id);
  attune_draft_delete (second->id);
  g_ptr_array_unref (g_steal_pointer (&drafts));
  drafts = attune_drafts_list ();
  g_assert_cmpuint (drafts->len, ==, 1);

  /* Not without end. */
  for (guint i = 0; i < 25; i++)
    {
      g_autoptr (AttuneDraft) another = attune_draft_new (NULL, "More", "fake", configuration);

      g_assert_true (attune_draft_save (another, &error));
    }
  g_ptr_array_unref (g_steal_pointer (&drafts));
  drafts = attune_drafts_list ();
  g_assert_cmpuint (drafts->len, ==, 20);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
}

/* --- What the model sees --- */

static char *
get_starter (const char *name)
{
  g_autofree char *relative = g_strconcat ("starter/", name, NULL);

  return attune_paths_dup_package_file (relative);
}

static void
test_pieces (void)
{
  g_autofree char *folder = get_starter ("model");
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneRowEncoder) encoder = attune_row_encoder_new (folder, FALSE, &error);
  g_autoptr (AttuneRowEncoder) blind = NULL;
  g_autoptr (AttuneRow) row = attune_row_new (1);
  g_autoptr (GArray) pieces = NULL;
  g_autoptr (GArray) cut = NULL;
  g_autoptr (GArray) messages = NULL;
  g_autoptr (GString) learnt = g_string_new (NULL);
  g_autoptr (GString) all = g_string_new (NULL);
  guint n_cut = 0;
  guint n_tokens = 0;
  AttuneRowSize size;

  g_assert_no_error (error);
  attune_row_add_message (row, "user", "Which day follows Monday?");
  attune_row_add_message (row, "assistant", "Tuesday — naïvely ✓");
  pieces = attune_row_encoder_list_pieces (encoder, row, 0, &error);
  g_assert_no_error (error);
  g_assert_true (attune_row_encoder_is_exact (encoder));
  g_assert_nonnull (attune_row_encoder_get_template (encoder));
  for (guint i = 0; i < pieces->len; i++)
    {
      const AttunePiece *piece = &g_array_index (pieces, AttunePiece, i);

      n_tokens += piece->n_tokens;
      g_string_append (all, piece->text);
      g_assert_true (g_utf8_validate (piece->text, -1, NULL));
      if ((piece->flags & ATTUNE_PIECE_LEARNT) != 0 && (piece->flags & ATTUNE_PIECE_SPECIAL) == 0)
        g_string_append (learnt, piece->text);
      g_assert_false (piece->flags & ATTUNE_PIECE_CUT);
    }
  /* The answer is learnt, all of it, and the question is only read. */
  g_assert_nonnull (strstr (learnt->str, "Tuesday — naïvely ✓"));
  g_assert_null (strstr (learnt->str, "Monday"));
  g_assert_nonnull (strstr (all->str, "Which day follows Monday?"));

  g_assert_true (attune_row_encoder_measure (encoder, row, 0, &size, &error));
  g_assert_cmpfloat (size.tokens_low, ==, n_tokens);
  g_assert_cmpfloat (size.tokens_high, ==, n_tokens);
  g_assert_cmpfloat (size.learnt, >, 0);
  g_assert_cmpfloat (size.learnt, <, 1);

  cut = attune_row_encoder_list_pieces (encoder, row, n_tokens - 3, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < cut->len; i++)
    if ((g_array_index (cut, AttunePiece, i).flags & ATTUNE_PIECE_CUT) != 0)
      n_cut += g_array_index (cut, AttunePiece, i).n_tokens;
  g_assert_cmpuint (n_cut, ==, 3);

  /* Without the model: by message, guessed from the length, as a range. */
  blind = attune_row_encoder_new (NULL, FALSE, &error);
  messages = attune_row_encoder_list_pieces (blind, row, 0, &error);
  g_assert_cmpuint (messages->len, ==, 4);
  g_assert_true (g_array_index (messages, AttunePiece, 3).flags & ATTUNE_PIECE_LEARNT);
  g_assert_false (g_array_index (messages, AttunePiece, 1).flags & ATTUNE_PIECE_LEARNT);
  g_assert_true (attune_row_encoder_measure (blind, row, 0, &size, &error));
  g_assert_cmpfloat (size.tokens_low, <, size.tokens_high);
}

static void
facts_loaded_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static AttuneDataFacts *
load_facts (const char *path,
            const char *folder,
            guint       length,
            gboolean    inputs)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  AttuneDataFacts *facts;

  attune_data_facts_load_async (path, folder, length, inputs, NULL, facts_loaded_cb, &result);
  ui_test_wait (result != NULL);
  facts = attune_data_facts_load_finish (result, &error);
  g_assert_no_error (error);

  return facts;
}

static void
test_facts (void)
{
  g_autofree char *folder = get_starter ("model");
  g_autofree char *train = get_starter ("example/train.jsonl");
  g_autofree char *questions = ui_test_write_file ("questions.jsonl",
                                                   "{\"prompt\":\"a question that is rather long\",\"completion\":\"yes\"}\n");
  g_autoptr (AttuneDataFacts) facts = load_facts (train, folder, 2048, FALSE);
  g_autoptr (AttuneDataFacts) whole = load_facts (train, folder, 2048, TRUE);
  g_autoptr (AttuneDataFacts) guessed = load_facts (train, NULL, 2048, FALSE);
  g_autoptr (AttuneDataFacts) cut = load_facts (train, folder, 30, FALSE);
  g_autoptr (AttuneDataFacts) nothing = load_facts (questions, folder, 2, FALSE);

  g_assert_true (facts->exact);
  g_assert_false (facts->sampled);
  g_assert_cmpint (facts->rows, >, 100);
  g_assert_cmpint (facts->tokens_low, ==, facts->tokens_high);
  g_assert_cmpint (facts->truncated, ==, 0);
  g_assert_cmpint (facts->unlearnt, ==, 0);
  g_assert_cmpfloat (facts->learnt, >, 0);
  g_assert_cmpfloat (facts->learnt, <, 0.9);
  g_assert_cmpfloat (whole->learnt, >, facts->learnt);

  /* A guess says that it is one, and is not far off. */
  g_assert_false (guessed->exact);
  g_assert_cmpint (guessed->rows, ==, facts->rows);
  g_assert_cmpint (guessed->tokens_low, <, guessed->tokens_high);
  g_assert_cmpint (guessed->tokens_low, <, 2 * facts->tokens_low);
  g_assert_cmpint (guessed->tokens_high, >, facts->tokens_low / 2);

  g_assert_cmpint (cut->truncated, >, 0);
  g_assert_cmpint (cut->tokens_low, <=, 30 * cut->rows);
  g_assert_cmpint (cut->longest, ==, facts->longest);

  g_assert_cmpint (nothing->rows, ==, 1);
  g_assert_cmpint (nothing->unlearnt, ==, 1);
  g_assert_cmpfloat (nothing->learnt, ==, 0);
}

static void
test_facts_error (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AttuneDataFacts) facts = NULL;

  attune_data_facts_load_async ("/nowhere/at/all.jsonl", NULL, 0, FALSE, NULL, facts_loaded_cb, &result);
  ui_test_wait (result != NULL);
  facts = attune_data_facts_load_finish (result, &error);
  g_assert_null (facts);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/nowhere/at/all.jsonl"));
}

/* --- Widgets of their own --- */

static void
test_notices (void)
{
  AttuneNoticeList *list = ATTUNE_NOTICE_LIST (g_object_ref_sink (attune_notice_list_new ()));
  GVariantBuilder builder;
  g_autoptr (GVariant) notices = NULL;
  GtkWidget *row;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_parsed (&builder, "{'text': <'A remark'>, 'severity': <'info'>}");
  g_variant_builder_add_parsed (&builder, "{'text': <'Was once'>, 'severity': <'error'>, 'until': <'2026-01-31'>}");
  g_variant_builder_add_parsed (&builder, "{'text': <'Will close'>, 'severity': <'error'>, 'from': <'2026-12-24'>}");
  g_variant_builder_add_parsed (&builder, "{'text': <'Is closed'>, 'severity': <'error'>, 'from': <'2026-02-03'>}");
  g_variant_builder_add_parsed (&builder, "{'text': <'Slow'>, 'severity': <'warning'>, 'until': <'2027-01-01'>}");
  notices = g_variant_ref_sink (g_variant_builder_end (&builder));

  attune_notice_list_set (list, "Fake & Co", notices, "2026-11-22");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (list)));
  g_assert_null (ui_test_find (GTK_WIDGET (list), ADW_TYPE_ACTION_ROW, "Was once"));
  row = ui_test_find (GTK_WIDGET (list), ADW_TYPE_ACTION_ROW, "Is closed");
  g_assert_nonnull (ui_test_find (row, GTK_TYPE_IMAGE, NULL));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "Since 3 February 2026");
  row = ui_test_find (GTK_WIDGET (list), ADW_TYPE_ACTION_ROW, "Will close");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "From 24 December 2026");
  row = ui_test_find (GTK_WIDGET (list), ADW_TYPE_ACTION_ROW, "Slow");
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "Until 1 January 2027");
  /* What is worst stands first, and remarks are folded away. */
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (ui_test_find (GTK_WIDGET (list), ADW_TYPE_ACTION_ROW, NULL))),
                   ==, "Is closed");
  g_assert_nonnull (ui_test_find (GTK_WIDGET (list), ADW_TYPE_EXPANDER_ROW, "1 Notice"));

  attune_notice_list_set (list, "Fake", NULL, NULL);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (list)));
  g_assert_finalize_object (list);
}

static void
test_curve (void)
{
  AttuneRateCurve *curve = ATTUNE_RATE_CURVE (g_object_ref_sink (attune_rate_curve_new ()));
  AttuneSchedule schedule = { ATTUNE_LR_SCHEDULER_COSINE, 2e-4, 0.1, 0.1, 0.5, 200 };
  g_autofree char *known = NULL;
  g_autofree char *plain = NULL;
  g_autofree char *unknown = NULL;

  attune_rate_curve_set_schedule (curve, &schedule, 3);
  known = attune_rate_curve_dup_description (curve);
  g_assert_cmpstr (known, ==, "climbs to 0.0002 in 20 steps, 2e-5 at the end (Cosine)");
  schedule.type = ATTUNE_LR_SCHEDULER_CONSTANT;
  attune_rate_curve_set_schedule (curve, &schedule, 3);
  plain = attune_rate_curve_dup_description (curve);
  g_assert_cmpstr (plain, ==, "begins at 0.0002, 0.0002 at the end (Constant)");
  schedule.total_steps = 0;
  attune_rate_curve_set_schedule (curve, &schedule, 3);
  unknown = attune_rate_curve_dup_description (curve);
  g_assert_cmpstr (unknown, ==, "0.0002 at most, 0.0002 at the end (Constant)");
  g_assert_finalize_object (curve);
}

static void
test_recipe (void)
{
  g_autoptr (AttuneConfiguration) configuration = make_configuration (
    "{\"model\":{\"baseModel\":\"small\"},\"datasets\":{\"trainingFileId\":\"an-id\"},\"schedule\":{\"epochs\":5},"
    "\"integrations\":{\"wandb\":{\"project\":\"p\",\"apiKey\":\"very-secret\"}}}");
  g_autoptr (JsonNode) recipe = attune_recipe_build ("Mine", "fake", configuration);
  g_autofree char *text = attune_recipe_to_text (recipe);
  g_autoptr (JsonNode) other = attune_json_parse ("{\"kind\":\"else\"}", -1, NULL, NULL);

  g_assert_true (attune_recipe_is (recipe));
  g_assert_false (attune_recipe_is (other));
  g_assert_null (strstr (text, "very-secret"));
  g_assert_null (strstr (text, "an-id"));
  g_assert_true (g_str_has_suffix (text, "}\n"));
  /* What it was made from is as it was. */
  g_assert_true (attune_configuration_is_set (configuration, "datasets.trainingFileId"));
}

int
main (int   argc,
      char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_summary ("What the page of a new job is made of: presets, reports, drafts, counts and requests.");

  g_test_add_func ("/ui/new-job-parts/presets", test_presets);
  g_test_add_func ("/ui/new-job-parts/preset-limits", test_preset_limits);
  g_test_add_func ("/ui/new-job-parts/carry", test_carry);
  g_test_add_func ("/ui/new-job-parts/carry-models", test_carry_models);
  g_test_add_func ("/ui/new-job-parts/request", test_request);
  g_test_add_func ("/ui/new-job-parts/drafts", test_drafts);
  g_test_add_func ("/ui/new-job-parts/pieces", test_pieces);
  g_test_add_func ("/ui/new-job-parts/facts", test_facts);
  g_test_add_func ("/ui/new-job-parts/facts-error", test_facts_error);
  g_test_add_func ("/ui/new-job-parts/notices", test_notices);
  g_test_add_func ("/ui/new-job-parts/curve", test_curve);
  g_test_add_func ("/ui/new-job-parts/recipe", test_recipe);

  return g_test_run ();
}
