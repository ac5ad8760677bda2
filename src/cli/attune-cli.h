/* attune-cli.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-commands.h"
#include "attune-migration.h"

G_BEGIN_DECLS

/* attunectl: one table of commands, each row with its options and the function that does it. */

typedef struct _AttuneCli AttuneCli;

/* Which options a command takes. --json and --help all of them take. */
typedef enum {
  ATTUNE_CLI_NONE            = 0,
  ATTUNE_CLI_PROVIDER        = 1 << 0,
  ATTUNE_CLI_MODEL           = 1 << 1,
  ATTUNE_CLI_SET             = 1 << 2,
  ATTUNE_CLI_TRAINING        = 1 << 3,
  ATTUNE_CLI_VALIDATION      = 1 << 4,
  ATTUNE_CLI_NAME            = 1 << 5,
  ATTUNE_CLI_WAIT            = 1 << 6,
  ATTUNE_CLI_STATUS          = 1 << 7,
  ATTUNE_CLI_CSV             = 1 << 8,
  ATTUNE_CLI_REFRESH         = 1 << 9,
  ATTUNE_CLI_SEQUENCE_LENGTH = 1 << 10,
  ATTUNE_CLI_ADAPTER         = 1 << 11,
  ATTUNE_CLI_PROMPT          = 1 << 12,
  ATTUNE_CLI_MAX_TOKENS      = 1 << 13,
  ATTUNE_CLI_TEMPERATURE     = 1 << 14,
  ATTUNE_CLI_SEED            = 1 << 15,
  ATTUNE_CLI_OUTPUT          = 1 << 16,
  ATTUNE_CLI_SYSTEM          = 1 << 17,
  ATTUNE_CLI_REMOTE          = 1 << 18,
  ATTUNE_CLI_REMOVE          = 1 << 19,
  ATTUNE_CLI_PUBLIC          = 1 << 20,
  ATTUNE_CLI_AUTHOR          = 1 << 21,
  ATTUNE_CLI_LIMIT           = 1 << 22,
  ATTUNE_CLI_ALL             = 1 << 23,
  ATTUNE_CLI_TO              = 1 << 24,
  ATTUNE_CLI_REPLACE         = 1 << 25,
  ATTUNE_CLI_SHARE           = 1 << 26,
} AttuneCliOption;

typedef struct {
  char    *provider;
  char    *model;
  GStrv    assignments;     /* of --set */
  char    *training;
  char    *validation;
  char    *name;
  gboolean wait;
  char    *status;
  gboolean csv;
  gboolean refresh;
  gboolean remote;
  gboolean remove;
  int      sequence_length; /* 0 unset */
  char    *adapter;
  char    *prompt;
  char    *system;
  int      max_tokens;      /* 0 unset */
  char    *temperature;
  char    *seed;
  char    *output;
  gboolean is_public;
  char    *author;
  int      limit;           /* 0 unset */
  gboolean all;
  char    *to;
  gboolean replace;
  char    *share;
} AttuneCliOptions;

/* FALSE with @error set: the message goes to standard error and its code decides on the exit status. */
typedef gboolean (*AttuneCliFunc) (AttuneCli  *self,
                                   GError    **error);

typedef struct {
  const char     *name;
  const char     *arguments;    /* "ID DIR"; NULL for none */
  const char     *summary;      /* untranslated, one line */
  AttuneCliOption options;
  guint           n_required;   /* arguments */
  guint           n_allowed;
  AttuneCliFunc   run;          /* NULL: not available yet */
} AttuneCliCommand;

struct _AttuneCli {
  const AttuneCliCommand *command;
  AttuneCliOptions        options;
  GStrv                   arguments;
  guint                   n_arguments;
  gboolean                json;          /* one document on standard output and nothing else there */
  gboolean                is_terminal;   /* standard output is one */
  gboolean                has_answered;  /* the document was printed */
  int                     exit_status;   /* where the command itself succeeded: 0, or 1 for a job that failed */
  GCancellable           *cancellable;   /* Ctrl+C */
  AttuneRegistry         *registry;
  AttuneJobStore         *jobs;
  AttuneDatasetStore     *datasets;
  AttuneMonitor          *monitor;
  AttuneCredentials      *credentials;
  AttuneCommands         *commands;
};

/* The exit status. @argv as main() got it. */
int            attune_cli_main             (AttuneRegistry         *registry,
                                            int                     argc,
                                            char                  **argv);

/* Calls one of the commands that the window calls too, and waits. @parameters a{sv}, sunk. */
GVariant      *attune_cli_call             (AttuneCli              *self,
                                            const char             *command,
                                            GVariant               *parameters,
                                            GError                **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same with the job of the first argument as jobId, which may be shortened. */
GVariant      *attune_cli_call_for_job     (AttuneCli              *self,
                                            const char             *command,
                                            GError                **error) G_GNUC_WARN_UNUSED_RESULT;
/* The job that the first argument names. (transfer none) */
AttuneJob     *attune_cli_find_job         (AttuneCli              *self,
                                            GError                **error);
/* The adapter's capabilities, fresh. */
AttuneCapabilities *attune_cli_load_capabilities (AttuneCli        *self,
                                            AttuneAdapter          *adapter,
                                            gboolean                refresh,
                                            GError                **error) G_GNUC_WARN_UNUSED_RESULT;
/* TRUE once Ctrl+C was pressed. Sleeps in the main loop until something happens, at most @milliseconds. */
gboolean       attune_cli_sleep            (AttuneCli              *self,
                                            guint                   milliseconds);

/* attune-cli-configuration.c: the document of the FILE argument (none: an empty one) in today's form, its configuration with --model and --set laid over it, the
 * paths of its data absolute, and --provider, --name, --training and --validation in the place of what it says. */
AttuneMigration *attune_cli_load_document  (AttuneCli              *self,
                                            GError                **error) G_GNUC_WARN_UNUSED_RESULT;
/* The parameters that config-check, config-translate and job-create have in common. */
gboolean       attune_cli_fill_parameters  (const AttuneMigration  *document,
                                            GVariantDict           *dict,
                                            gboolean                needs_provider,
                                            GError                **error);

/* attune-cli-watch.c */
typedef enum {
  ATTUNE_CLI_WATCH_BAR,    /* progress for people, to standard error where --json was given */
  ATTUNE_CLI_WATCH_LINES,  /* a line of JSON on standard output for each piece of news */
} AttuneCliWatchStyle;
/* Follows @job until it ends. FALSE with ATTUNE_ERROR_CANCELLED where the person left; the job goes on. */
gboolean       attune_cli_watch            (AttuneCli              *self,
                                            AttuneJob              *job,
                                            AttuneCliWatchStyle     style,
                                            GError                **error);

/* The functions of the table. */
gboolean attune_cli_schema                (AttuneCli *self, GError **error);
gboolean attune_cli_config_check          (AttuneCli *self, GError **error);
gboolean attune_cli_config_translate      (AttuneCli *self, GError **error);
gboolean attune_cli_config_migrate        (AttuneCli *self, GError **error);
gboolean attune_cli_recipe_export         (AttuneCli *self, GError **error);
gboolean attune_cli_recipe_import         (AttuneCli *self, GError **error);
gboolean attune_cli_provider_list         (AttuneCli *self, GError **error);
gboolean attune_cli_provider_capabilities (AttuneCli *self, GError **error);
gboolean attune_cli_provider_test         (AttuneCli *self, GError **error);
gboolean attune_cli_provider_key          (AttuneCli *self, GError **error);
gboolean attune_cli_dataset_add           (AttuneCli *self, GError **error);
gboolean attune_cli_dataset_list          (AttuneCli *self, GError **error);
gboolean attune_cli_dataset_check         (AttuneCli *self, GError **error);
gboolean attune_cli_dataset_convert        (AttuneCli *self, GError **error);
gboolean attune_cli_dataset_split         (AttuneCli *self, GError **error);
gboolean attune_cli_job_create            (AttuneCli *self, GError **error);
gboolean attune_cli_job_status            (AttuneCli *self, GError **error);
gboolean attune_cli_job_list              (AttuneCli *self, GError **error);
gboolean attune_cli_job_watch             (AttuneCli *self, GError **error);
gboolean attune_cli_job_cancel            (AttuneCli *self, GError **error);
gboolean attune_cli_job_pause             (AttuneCli *self, GError **error);
gboolean attune_cli_job_resume            (AttuneCli *self, GError **error);
gboolean attune_cli_job_delete            (AttuneCli *self, GError **error);
gboolean attune_cli_job_events            (AttuneCli *self, GError **error);
gboolean attune_cli_job_metrics           (AttuneCli *self, GError **error);
gboolean attune_cli_job_checkpoints       (AttuneCli *self, GError **error);
gboolean attune_cli_job_download          (AttuneCli *self, GError **error);
gboolean attune_cli_model_list            (AttuneCli *self, GError **error);
gboolean attune_cli_model_import          (AttuneCli *self, GError **error);
gboolean attune_cli_model_generate        (AttuneCli *self, GError **error);
gboolean attune_cli_model_search          (AttuneCli *self, GError **error);
gboolean attune_cli_model_download        (AttuneCli *self, GError **error);
gboolean attune_cli_model_push            (AttuneCli *self, GError **error);
gboolean attune_cli_try_example           (AttuneCli *self, GError **error);

/* attune-cli-datasets.c: what attune_commands_set_dataset_check() wants. */
gboolean attune_cli_check_dataset         (AttuneDataset *dataset, GCancellable *cancellable, GError **error);

G_END_DECLS
