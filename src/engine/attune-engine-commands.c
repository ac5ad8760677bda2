/* attune-engine-commands.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-engine-commands.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "attune-error.h"
#include "attune-file-io.h"
#include "attune-json.h"
#include "attune-machine.h"
#include "attune-model.h"
#include "attune-run-folder.h"
#include "attune-train-plan.h"
#include "attune-trainer.h"

static volatile sig_atomic_t stopped = 0;

gboolean
attune_engine_is_stopped (void)
{
  return stopped != 0;
}

static void
stop_handler (int number)
{
  stopped = 1;
}

static void
install_signals (void)
{
  struct sigaction stop = { .sa_handler = stop_handler, .sa_flags = SA_RESTART };
  struct sigaction ignore = { .sa_handler = SIG_IGN };

  sigaction (SIGTERM, &stop, NULL);
  sigaction (SIGINT, &stop, NULL);
  /* A run outlives the terminal and the window that started it. */
  sigaction (SIGHUP, &ignore, NULL);
  sigaction (SIGPIPE, &ignore, NULL);
  /* A file that may not grow is an error of the write, like a full disk. */
  sigaction (SIGXFSZ, &ignore, NULL);
}

gboolean
attune_engine_parse (int                  *argc,
                     char               ***argv,
                     const GOptionEntry   *entries,
                     const char           *parameters,
                     const char           *summary,
                     int                   n_arguments)
{
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_strconcat ("attune-engine ", (*argv)[0], NULL);

  g_set_prgname (program);
  g_option_context_set_summary (context, summary);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  if (*argc != n_arguments + 1)
    {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);

      g_printerr ("%s", help);
      return FALSE;
    }

  return TRUE;
}

int
attune_engine_report (const GError *error)
{
  g_printerr ("%s\n", error->message);

  return ATTUNE_EXIT_FAILED;
}

static gboolean
should_stop_cb (gpointer user_data)
{
  return attune_engine_is_stopped ();
}

int
attune_engine_train (int    argc,
                     char **argv)
{
  double recovery_interval = 0;
  const GOptionEntry entries[] = {
    { "recovery-interval", 0, 0, G_OPTION_ARG_DOUBLE, &recovery_interval,
      N_("Seconds between two checkpoints against crashes (60)"), N_("SECONDS") },
    G_OPTION_ENTRY_NULL
  };
  AttuneTrainerOptions options = { 0 };
  g_autofree char *config = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  AttuneTrainerOutcome outcome;

  if (!attune_engine_parse (&argc, &argv, entries, N_("RUN_FOLDER"),
                            _("Trains as the config.json of the folder says, or goes on where it was stopped."), 1))
    return ATTUNE_EXIT_INVALID;

  folder = g_canonicalize_filename (argv[1], NULL);
  config = g_build_filename (folder, ATTUNE_RUN_CONFIG_FILE, NULL);
  if (!g_file_test (config, G_FILE_TEST_EXISTS))
    {
      g_printerr (_("%s is not there: that is no run folder\n"), config);
      return ATTUNE_EXIT_INVALID;
    }

  options.should_stop = should_stop_cb;
  options.recovery_interval = recovery_interval;
  if (attune_trainer_run (folder, &options, &outcome, &error))
    return ATTUNE_EXIT_DONE;

  attune_engine_report (error);

  return outcome.config_is_wrong ? ATTUNE_EXIT_INVALID : ATTUNE_EXIT_FAILED;
}

int
attune_engine_predict (int    argc,
                       char **argv)
{
  g_autoptr (AttuneTrainPlan) plan = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean config_is_wrong = FALSE;

  if (!attune_engine_parse (&argc, &argv, NULL, N_("RUN_FOLDER"),
                            _("Prints as JSON what a run would take: memory, steps, tokens. Trains nothing."), 1))
    return ATTUNE_EXIT_INVALID;

  plan = attune_train_plan_load (argv[1], &config_is_wrong, &error);
  if (plan == NULL || !attune_train_plan_prepare (plan, should_stop_cb, NULL, &error))
    {
      attune_engine_report (error);
      return config_is_wrong ? ATTUNE_EXIT_INVALID : ATTUNE_EXIT_FAILED;
    }

  node = attune_train_plan_to_json (plan, attune_machine_get_available_memory ());
  text = attune_json_write (node, TRUE);
  g_print ("%s\n", text);

  return ATTUNE_EXIT_DONE;
}

int
attune_engine_init (int    argc,
                    char **argv)
{
  g_autofree char *dtype = NULL;
  gint64 seed = 42;
  const GOptionEntry entries[] = {
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, N_("Where the random numbers begin (42)"), N_("NUMBER") },
    { "dtype", 0, 0, G_OPTION_ARG_STRING, &dtype, N_("Type of the weights in the file: F32 or BF16 (F32)"), N_("TYPE") },
    G_OPTION_ENTRY_NULL
  };
  g_autofree char *text = NULL;
  g_autoptr (AttuneModelConfig) config = NULL;
  g_autoptr (AttuneModel) model = NULL;
  g_autoptr (GError) error = NULL;

  if (!attune_engine_parse (&argc, &argv, entries, N_("CONFIG_FILE MODEL_FOLDER"),
                            _("Makes a model with random weights, to be trained from nothing."), 2))
    return ATTUNE_EXIT_INVALID;
  if (dtype != NULL && !g_str_equal (dtype, "F32") && !g_str_equal (dtype, "BF16"))
    {
      g_printerr (_("“%s” is not a type of weights. Use F32 or BF16.\n"), dtype);
      return ATTUNE_EXIT_INVALID;
    }

  if (!g_file_get_contents (argv[1], &text, NULL, &error))
    return attune_engine_report (error);
  if (g_mkdir_with_parents (argv[2], 0755) != 0)
    {
      attune_file_set_error (&error, errno, argv[2]);
      return attune_engine_report (error);
    }

  config = attune_model_config_parse (text, &error);
  if (config != NULL)
    model = attune_model_new_random (config, ATTUNE_MODEL_PRECISION_FP32, (guint64) seed, 0, &error);
  if (model == NULL || !attune_model_save_weights (model, argv[2], dtype != NULL ? dtype : "F32", &error))
    return attune_engine_report (error);

  return ATTUNE_EXIT_DONE;
}

static const struct {
  const char *name;
  int       (*func) (int    argc,
                     char **argv);
  const char *help;
} commands[] = {
  { "train", attune_engine_train, N_("train, or go on with, the run in a folder") },
  { "predict", attune_engine_predict, N_("memory, steps and tokens of a run, as JSON") },
  { "generate", attune_engine_generate, N_("let a model go on with a text or answer a conversation") },
  { "evaluate", attune_engine_evaluate, N_("share of right answers on a data set, as JSON") },
  { "init", attune_engine_init, N_("make a model with random weights") },
};

static void
print_help (void)
{
  g_print (_("Usage: attune-engine COMMAND …\n\nCommands (each has its own --help):\n"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i].name, _(commands[i].help));
}

int
attune_engine_main (int    argc,
                    char **argv)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, ATTUNE_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  install_signals ();

  if (argc >= 2 && g_str_equal (argv[1], "--version"))
    {
      g_print ("attune-engine %s\n", ATTUNE_VERSION);
      return ATTUNE_EXIT_DONE;
    }
  if (argc >= 2 && g_str_equal (argv[1], "--help"))
    {
      print_help ();
      return ATTUNE_EXIT_DONE;
    }

  for (guint i = 0; argc >= 2 && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      return commands[i].func (argc - 1, argv + 1);

  if (argc >= 2)
    g_printerr (_("“%s” is not a command. See attune-engine --help.\n"), argv[1]);
  else
    g_printerr (_("A command is missing. See attune-engine --help.\n"));

  return ATTUNE_EXIT_INVALID;
}
