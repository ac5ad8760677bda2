/* attune-local-process.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-local-process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "attune-error.h"
#include "attune-machine.h"

gboolean
attune_local_process_is_alive (const AttuneLocalProcess *process)
{
  g_return_val_if_fail (process != NULL, FALSE);

  return attune_machine_is_process_alive (process->pid, process->start_time);
}

gboolean
attune_local_process_send_signal (const AttuneLocalProcess  *process,
                                  int                        signal_number,
                                  GError                   **error)
{
  int fd;
  int result;

  g_return_val_if_fail (process != NULL, FALSE);

  if (process->pid <= 0)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("The trainer of this job is not running."));
      return FALSE;
    }

  /* The descriptor is taken first and the start time compared after: what it refers to cannot change any more in between. */
  fd = pidfd_open (process->pid, 0);
  if (!attune_local_process_is_alive (process))
    {
      if (fd >= 0)
        close (fd);
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("The trainer of this job is not running."));
      return FALSE;
    }

  if (fd >= 0)
    {
      result = pidfd_send_signal (fd, signal_number, NULL, 0);
      close (fd);
    }
  else
    {
      /* A kernel or a sandbox without process descriptors. */
      result = kill (process->pid, signal_number);
    }

  if (result != 0)
    {
      int saved_errno = errno;

      g_set_error (error, ATTUNE_ERROR,
                   saved_errno == ESRCH ? ATTUNE_ERROR_NOT_FOUND : ATTUNE_ERROR_NOT_ALLOWED,
                   _("The trainer (process %d) could not be reached: %s"),
                   (int) process->pid, g_strerror (saved_errno));
      return FALSE;
    }

  return TRUE;
}

static void
child_ended_cb (GPid     pid,
                int      wait_status,
                gpointer user_data)
{
  g_spawn_close_pid (pid);
}

gboolean
attune_local_process_spawn_detached (const char * const  *argv,
                                     const char          *log,
                                     AttuneLocalProcess  *process,
                                     GError             **error)
{
  const int default_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGQUIT, SIGUSR1, SIGUSR2 };
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  g_auto (GStrv) environment = NULL;
  sigset_t signals;
  pid_t pid = 0;
  int result;

  g_return_val_if_fail (argv != NULL && argv[0] != NULL, FALSE);
  g_return_val_if_fail (g_path_is_absolute (argv[0]), FALSE);
  g_return_val_if_fail (log != NULL, FALSE);
  g_return_val_if_fail (process != NULL, FALSE);

  environment = g_get_environ ();
  /* Threads that spin while they wait take the cores from those that compute. */
  environment = g_environ_setenv (environment, "OMP_WAIT_POLICY", "passive", FALSE);

  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen (&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2 (&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np (&actions, 3);
  posix_spawn_file_actions_addchdir_np (&actions, "/");

  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  sigemptyset (&signals);
  posix_spawnattr_setsigmask (&attributes, &signals);
  for (gsize i = 0; i < G_N_ELEMENTS (default_signals); i++)
    sigaddset (&signals, default_signals[i]);
  posix_spawnattr_setsigdefault (&attributes, &signals);

  result = posix_spawn (&pid, argv[0], &actions, &attributes, (char * const *) argv, environment);

  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);

  if (result != 0)
    {
      /* A file that is missing may be the program or the log: both are named. */
      g_set_error (error, ATTUNE_ERROR,
                   result == ENOENT ? ATTUNE_ERROR_NOT_FOUND
                   : result == ENOMEM || result == EAGAIN ? ATTUNE_ERROR_NO_MEMORY
                   : result == ENOSPC ? ATTUNE_ERROR_NO_SPACE
                   : result == EACCES || result == EROFS ? ATTUNE_ERROR_NOT_ALLOWED
                   : ATTUNE_ERROR_FAILED,
                   _("The trainer “%s” could not be started with its log in “%s”: %s"),
                   argv[0], log, g_strerror (result));
      return FALSE;
    }

  /* Where this program lives longer than the trainer its end is waited for, so that no remains are left. */
  g_child_watch_add (pid, child_ended_cb, NULL);

  /* Zero where it has ended already; what it wrote tells the rest. */
  process->pid = pid;
  process->start_time = attune_machine_get_process_start (pid);

  return TRUE;
}
