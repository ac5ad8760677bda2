/* attune-cli-keys.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "attune-cli-output.h"

/* No key is longer. */
#define MAX_KEY 4096

/* The credential that is meant: a provider's, or one that belongs to none (wandb). */
static const char *
find_credential (AttuneCli   *self,
                 const char  *name,
                 GError     **error)
{
  AttuneAdapter *adapter = attune_registry_lookup (self->registry, name, error);
  const char *credential;

  if (adapter == NULL)
    {
      if (attune_credentials_get_variable (name) == NULL)
        return NULL;
      g_clear_error (error);
      return name;
    }

  credential = attune_adapter_get_credential (adapter);
  if (credential == NULL)
    g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED, _("%s needs no key."), attune_adapter_get_title (adapter));

  return credential;
}

typedef struct {
  char     text[MAX_KEY + 1];
  gsize    length;
  gboolean is_done;
} Input;

static gboolean
readable_cb (int           fd,
             GIOCondition  condition,
             gpointer      user_data)
{
  Input *input = user_data;
  ssize_t n_read = read (fd, input->text + input->length, MAX_KEY - input->length);
  char *end;

  if (n_read < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;

  input->length += n_read > 0 ? (gsize) n_read : 0;
  input->text[input->length] = '\0';
  end = strpbrk (input->text, "\r\n");
  if (end != NULL)
    *end = '\0';
  if (end == NULL && n_read > 0 && input->length < MAX_KEY)
    return G_SOURCE_CONTINUE;

  input->is_done = TRUE;
  return G_SOURCE_REMOVE;
}

/* One line of standard input, which is not shown where it is typed. In the main loop, so that Ctrl+C is heard. */
static gboolean
read_key (AttuneCli   *self,
          const char  *name,
          Input       *input,
          GError     **error)
{
  struct termios before = { 0 };
  gboolean is_terminal = tcgetattr (STDIN_FILENO, &before) == 0;
  guint source;

  if (is_terminal)
    {
      struct termios silent = before;

      silent.c_lflag &= ~(tcflag_t) ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
      /* translators: asks for a key in the terminal; %s is "openai" or so */
      g_printerr (_("Key for %s (it is not shown): "), name);
    }

  source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, readable_cb, input);
  while (!input->is_done && !g_cancellable_is_cancelled (self->cancellable))
    attune_cli_sleep (self, 1000);
  if (!input->is_done)
    g_source_remove (source);

  if (is_terminal)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
      g_printerr ("\n");
    }
  if (!input->is_done)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, "");
      return FALSE;
    }
  if (input->length >= MAX_KEY)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("This is too long for a key."));
      return FALSE;
    }

  return TRUE;
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

gboolean
attune_cli_provider_key (AttuneCli  *self,
                         GError    **error)
{
  g_autoptr (AttuneCredentials) credentials = attune_credentials_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const char *credential = find_credential (self, self->arguments[0], error);
  const char *variable;
  Input input = { 0 };

  if (credential == NULL)
    return FALSE;

  if (!self->options.remove && !read_key (self, credential, &input, error))
    {
      explicit_bzero (&input, sizeof input);
      return FALSE;
    }
  attune_credentials_store_async (credentials, credential, self->options.remove ? NULL : input.text, self->cancellable, stored_cb, &result);
  explicit_bzero (&input, sizeof input);
  while (result == NULL)
    attune_cli_sleep (self, 1000);
  if (!attune_credentials_store_finish (credentials, result, error))
    return FALSE;

  variable = attune_credentials_get_variable (credential);
  if (g_getenv (variable) != NULL)
    attune_cli_message (_("The environment variable %s is set and comes before the key in the keyring."), variable);
  if (self->json)
    {
      g_autoptr (GVariant) answer = NULL;

      g_variant_dict_insert (&dict, "credential", "s", credential);
      g_variant_dict_insert (&dict, "stored", "b", !self->options.remove);
      answer = g_variant_ref_sink (g_variant_dict_end (&dict));
      attune_cli_answer_variant (self, answer);
    }
  else if (self->options.remove)
    attune_cli_print (_("The key for %s is removed from the keyring.\n"), credential);
  else
    attune_cli_print (_("The key for %s lies in the keyring.\n"), credential);

  return TRUE;
}

gboolean
attune_cli_provider_test (AttuneCli  *self,
                          GError    **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) result = NULL;

  g_variant_dict_insert (&dict, "provider", "s", self->arguments[0]);
  result = attune_cli_call (self, "provider-test", g_variant_dict_end (&dict), error);
  if (result == NULL)
    return FALSE;

  if (self->json)
    attune_cli_answer_variant (self, result);
  else
    attune_cli_print (_("%s takes the key.\n"), attune_cli_get_text (result, "title"));

  return TRUE;
}
