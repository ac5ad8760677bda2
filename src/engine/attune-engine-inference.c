/* attune-engine-inference.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-engine-commands.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "attune-chat-template.h"
#include "attune-error.h"
#include "attune-evaluate.h"
#include "attune-generate.h"
#include "attune-json.h"

#define DEFAULT_MAX_TOKENS 256
/* A wrong answer may be longer than the right one; this much more is looked at. */
#define EVALUATE_SLACK 32

/* A model to be asked, with all that turns texts into tokens and back. */
typedef struct {
  AttuneModel        *model;
  AttuneTokenizer    *tokenizer;
  AttuneChatTemplate *chat_template; /* NULL where the model has none */
} Speaker;

static void
speaker_clear (Speaker *self)
{
  g_clear_pointer (&self->chat_template, attune_chat_template_free);
  g_clear_pointer (&self->tokenizer, attune_tokenizer_free);
  g_clear_pointer (&self->model, attune_model_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Speaker, speaker_clear)

static gboolean
speaker_load (Speaker     *self,
              const char  *folder,
              const char  *adapter,
              GError     **error)
{
  g_autoptr (GError) local_error = NULL;

  self->tokenizer = attune_tokenizer_load (folder, error);
  if (self->tokenizer == NULL)
    return FALSE;
  self->chat_template = attune_chat_template_load (folder, self->tokenizer, &local_error);
  if (self->chat_template == NULL && !g_error_matches (local_error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  /* One token at a time is bound by reading the weights: exactness costs little. */
  self->model = attune_model_load (folder, ATTUNE_MODEL_PRECISION_FP32, FALSE, 0, error);

  return self->model != NULL && (adapter == NULL || attune_model_load_adapter (self->model, adapter, error));
}

typedef struct {
  char    *adapter;
  char    *prompt;
  char    *messages;
  int      max_tokens;
  double   temperature;
  gint64   seed;
  gboolean json;
  gboolean plain;
} GenerateOptions;

static void
generate_options_clear (GenerateOptions *self)
{
  g_clear_pointer (&self->adapter, g_free);
  g_clear_pointer (&self->prompt, g_free);
  g_clear_pointer (&self->messages, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GenerateOptions, generate_options_clear)

static gboolean
print_piece_cb (const char *text,
                gpointer    user_data)
{
  fputs (text, stdout);
  fflush (stdout);

  return !attune_engine_is_stopped ();
}

static gboolean
go_on_cb (const char *text,
          gpointer    user_data)
{
  return !attune_engine_is_stopped ();
}

static gboolean
answer (Speaker                *speaker,
        const GenerateOptions  *options,
        GArray                 *prompt,
        GError                **error)
{
  const AttuneGenerateSettings settings = {
    .max_tokens = (guint) options->max_tokens,
    .temperature = options->temperature,
    .seed = (guint64) options->seed,
  };
  g_auto (AttuneGeneration) generation = { 0 };
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *line = NULL;
  gint64 before = g_get_monotonic_time ();

  if (!attune_generate (speaker->model, speaker->tokenizer, (const gint32 *) prompt->data, prompt->len, &settings,
                        options->json ? go_on_cb : print_piece_cb, NULL, &generation, error))
    return FALSE;
  if (!options->json)
    {
      fputc ('\n', stdout);
      return TRUE;
    }

  object = json_object_new ();
  node = json_node_new (JSON_NODE_OBJECT);
  json_object_set_string_member (object, "text", generation.text);
  json_object_set_int_member (object, "promptTokens", generation.n_prompt);
  json_object_set_int_member (object, "tokens", generation.n_tokens);
  json_object_set_boolean_member (object, "ended", generation.ended);
  json_object_set_double_member (object, "seconds", (double) (g_get_monotonic_time () - before) / G_TIME_SPAN_SECOND);
  json_node_set_object (node, object);
  line = attune_json_write (node, FALSE);
  g_print ("%s\n", line);

  return TRUE;
}

static gboolean
answer_text (Speaker                *speaker,
             const GenerateOptions  *options,
             GError                **error)
{
  g_autoptr (GArray) prompt = g_array_new (FALSE, FALSE, sizeof (gint32));

  if (speaker->chat_template != NULL && !options->plain)
    {
      g_autoptr (AttuneRow) row = attune_row_new (1);

      attune_row_add_message (row, "user", options->prompt);
      attune_chat_template_render (speaker->chat_template, row, TRUE, prompt, NULL);
    }
  else
    {
      guint n_before;

      /* What the model wants before a text, without the end that stands behind a whole one. */
      attune_tokenizer_encode_document (speaker->tokenizer, "", 0, prompt, &n_before);
      g_array_set_size (prompt, n_before);
      attune_tokenizer_encode (speaker->tokenizer, options->prompt, -1, FALSE, prompt);
    }

  return answer (speaker, options, prompt, error);
}

/* {"messages": [{"role", "content"}…]}; an answer at its end is left out, because it is what is asked for. */
static AttuneRow *
parse_conversation (const char  *line,
                    guint        number,
                    GError     **error)
{
  g_autoptr (AttuneRow) row = attune_row_new (number);
  g_autoptr (JsonNode) node = attune_json_parse (line, -1, NULL, NULL);
  JsonArray *messages = NULL;

  if (node != NULL && !attune_json_get_array (node, "messages", ATTUNE_JSON_OPTIONAL, &messages, NULL))
    messages = NULL;
  for (guint i = 0; messages != NULL && i < json_array_get_length (messages); i++)
    {
      JsonNode *message = json_array_get_element (messages, i);
      const char *role = attune_json_peek_string (message, "role", NULL);
      const char *content = attune_json_peek_string (message, "content", NULL);

      if (role == NULL || content == NULL)
        {
          messages = NULL;
          break;
        }
      if (i + 1 < json_array_get_length (messages) || !g_str_equal (role, "assistant"))
        attune_row_add_message (row, role, content);
    }

  if (messages == NULL || row->messages->len == 0)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID,
                   _("line %u is not a conversation: write {\"messages\": [{\"role\": \"user\", \"content\": \"…\"}]}"), number);
      return NULL;
    }

  return g_steal_pointer (&row);
}

static gboolean
answer_conversations (Speaker                *speaker,
                      const GenerateOptions  *options,
                      GError                **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (speaker->chat_template == NULL)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("The model has no chat template, so it cannot answer conversations. Use --prompt."));
      return FALSE;
    }
  if (!g_file_get_contents (options->messages, &text, NULL, error))
    {
      attune_error_convert (error);
      return FALSE;
    }

  lines = g_strsplit (text, "\n", 0);
  for (guint i = 0; lines[i] != NULL && !attune_engine_is_stopped (); i++)
    {
      g_autoptr (AttuneRow) row = NULL;
      g_autoptr (GArray) prompt = NULL;

      if (*g_strstrip (lines[i]) == '\0')
        continue;
      row = parse_conversation (lines[i], i + 1, error);
      if (row == NULL)
        {
          g_prefix_error (error, "%s: ", options->messages);
          return FALSE;
        }
      prompt = g_array_new (FALSE, FALSE, sizeof (gint32));
      attune_chat_template_render (speaker->chat_template, row, TRUE, prompt, NULL);
      if (!answer (speaker, options, prompt, error))
        return FALSE;
    }

  return TRUE;
}

int
attune_engine_generate (int    argc,
                        char **argv)
{
  g_auto (GenerateOptions) options = { .max_tokens = DEFAULT_MAX_TOKENS, .seed = 42 };
  const GOptionEntry entries[] = {
    { "adapter", 0, 0, G_OPTION_ARG_FILENAME, &options.adapter, N_("Use this PEFT adapter"), N_("FOLDER") },
    { "prompt", 0, 0, G_OPTION_ARG_STRING, &options.prompt, N_("What the person says"), N_("TEXT") },
    { "messages", 0, 0, G_OPTION_ARG_FILENAME, &options.messages, N_("Answer each conversation of this file"), N_("FILE") },
    { "max-tokens", 0, 0, G_OPTION_ARG_INT, &options.max_tokens, N_("Stop after so many tokens (256)"), N_("NUMBER") },
    { "temperature", 0, 0, G_OPTION_ARG_DOUBLE, &options.temperature, N_("0 always takes the likeliest token; more is bolder (0)"), N_("NUMBER") },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, N_("Where the random numbers begin (42)"), N_("NUMBER") },
    { "plain", 0, 0, G_OPTION_ARG_NONE, &options.plain, N_("Go on with the prompt as it is, without the chat template"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("Print one JSON object for each answer"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_auto (Speaker) speaker = { 0 };
  g_autoptr (GError) error = NULL;

  if (!attune_engine_parse (&argc, &argv, entries, N_("MODEL_FOLDER"),
                            _("Lets a model go on with a prompt, or answer conversations."), 1))
    return ATTUNE_EXIT_INVALID;
  if ((options.prompt != NULL) == (options.messages != NULL))
    {
      g_printerr (_("Give either --prompt or --messages.\n"));
      return ATTUNE_EXIT_INVALID;
    }
  if (options.max_tokens <= 0 || !(options.temperature >= 0) || !isfinite (options.temperature))
    {
      g_printerr (_("--max-tokens has to be over 0, and --temperature 0 or more.\n"));
      return ATTUNE_EXIT_INVALID;
    }

  if (!speaker_load (&speaker, argv[1], options.adapter, &error) ||
      !(options.prompt != NULL ? answer_text (&speaker, &options, &error)
                               : answer_conversations (&speaker, &options, &error)))
    return attune_engine_report (error);

  return ATTUNE_EXIT_DONE;
}

static gboolean
evaluated_cb (const AttuneEvaluation *sofar,
              const char             *wanted,
              const char             *given,
              gpointer                user_data)
{
  gboolean *verbose = user_data;

  if (*verbose && !attune_evaluate_compare (wanted, given))
    g_printerr (_("Row %u: wanted “%s”, got “%s”\n"), sofar->rows, wanted, given);
  else if (*verbose || sofar->rows % 10 == 0)
    g_printerr (_("%u rows, %u right\n"), sofar->rows, sofar->right);

  return !attune_engine_is_stopped ();
}

int
attune_engine_evaluate (int    argc,
                        char **argv)
{
  g_autofree char *adapter = NULL;
  g_autofree char *data = NULL;
  gboolean verbose = FALSE;
  const GOptionEntry entries[] = {
    { "adapter", 0, 0, G_OPTION_ARG_FILENAME, &adapter, N_("Use this PEFT adapter"), N_("FOLDER") },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data, N_("The rows whose answers are compared"), N_("FILE") },
    { "verbose", 0, 0, G_OPTION_ARG_NONE, &verbose, N_("Tell every wrong answer"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_auto (Speaker) speaker = { 0 };
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  AttuneEvaluation evaluation;

  if (!attune_engine_parse (&argc, &argv, entries, N_("MODEL_FOLDER"),
                            _("Prints the share of rows whose answer the model gives word for word, or equal as JSON."), 1))
    return ATTUNE_EXIT_INVALID;
  if (data == NULL)
    {
      g_printerr (_("--data is missing.\n"));
      return ATTUNE_EXIT_INVALID;
    }

  if (!speaker_load (&speaker, argv[1], adapter, &error))
    return attune_engine_report (error);
  if (speaker.chat_template == NULL)
    {
      g_printerr (_("The model has no chat template, so it cannot answer.\n"));
      return ATTUNE_EXIT_FAILED;
    }
  if (!attune_evaluate (speaker.model, speaker.tokenizer, speaker.chat_template, data, EVALUATE_SLACK,
                        evaluated_cb, &verbose, &evaluation, &error))
    return attune_engine_report (error);
  if (attune_engine_is_stopped ())
    return ATTUNE_EXIT_FAILED;

  object = json_object_new ();
  node = json_node_new (JSON_NODE_OBJECT);
  json_object_set_int_member (object, "rows", evaluation.rows);
  json_object_set_int_member (object, "right", evaluation.right);
  json_object_set_double_member (object, "rate", (double) evaluation.right / evaluation.rows);
  json_node_set_object (node, object);
  text = attune_json_write (node, FALSE);
  g_print ("%s\n", text);

  return ATTUNE_EXIT_DONE;
}
