/* attune-credentials.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-credentials"

#include "config.h"

#include "attune-credentials.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>
#include <string.h>

#include "attune-error.h"

struct _AttuneCredentials
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (AttuneCredentials, attune_credentials, G_TYPE_OBJECT)

enum {
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* The names that the providers' own tools use. */
static const struct {
  const char *name;
  const char *variable;
  const char *title;
} known[] = {
  { "openai", "OPENAI_API_KEY", "OpenAI" },
  { "together", "TOGETHER_API_KEY", "Together AI" },
  { "fireworks", "FIREWORKS_API_KEY", "Fireworks AI" },
  { "mistral", "MISTRAL_API_KEY", "Mistral AI" },
  { "huggingface", "HF_TOKEN", "Hugging Face" },
  { "wandb", "WANDB_API_KEY", "Weights & Biases" },
};

static const SecretSchema schema = {
  "io.github.attune.Attune.Credential",
  SECRET_SCHEMA_NONE,
  {
    { "name", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

static void
attune_credentials_class_init (AttuneCredentialsClass *klass)
{
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
attune_credentials_init (AttuneCredentials *self)
{
}

AttuneCredentials *
attune_credentials_new (void)
{
  return g_object_new (ATTUNE_TYPE_CREDENTIALS, NULL);
}

const char *
attune_credentials_get_variable (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, name))
      return known[i].variable;

  return NULL;
}

static const char *
get_title (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, name))
      return known[i].title;

  return name;
}

void
attune_credentials_free_secret (char *secret)
{
  if (secret == NULL)
    return;

  /* Unlike memset() this is not optimized away. */
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

/* Keys are pasted, and come with what was around them. */
static char *
dup_stripped (const char *secret)
{
  char *copy = g_strdup (secret);

  return g_strstrip (copy);
}

static gboolean
is_missing_service (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_EXEC_FAILED)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED)
         || error->domain == G_IO_ERROR
         || error->domain == G_SPAWN_ERROR
         || g_error_matches (error, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT);
}

/* Takes @error. What libsecret says of a keyring is nothing that a person could act on; the way without a keyring is. */
static GError *
explain (const char  *name,
         gboolean     storing,
         GError      *error)
{
  g_autoptr (GError) original = error;
  const char *variable = attune_credentials_get_variable (name);

  if (attune_error_is_cancelled (original))
    return g_error_new_literal (ATTUNE_ERROR, ATTUNE_ERROR_CANCELLED, original->message);

  if (is_missing_service (original))
    {
      if (storing)
        return variable != NULL
               /* translators: a provider, the keyring's own words, and the name of an environment variable */
               ? g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_FAILED,
                              _("The key for %s cannot be kept, as no keyring can be reached (%s). "
                                "Set the environment variable %s instead."),
                              get_title (name), original->message, variable)
               : g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_FAILED,
                              _("The key for %s cannot be kept, as no keyring can be reached (%s)."),
                              get_title (name), original->message);

      return variable != NULL
             ? g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED,
                            _("No key for %s is known, and no keyring can be reached (%s). "
                              "Set the environment variable %s."),
                            get_title (name), original->message, variable)
             : g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED,
                            _("No key for %s is known, and no keyring can be reached (%s)."),
                            get_title (name), original->message);
    }

  if (g_error_matches (original, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))
    return g_error_new (ATTUNE_ERROR, ATTUNE_ERROR_AUTH_REQUIRED,
                        _("The keyring is locked. Unlock it to use the key for %s."), get_title (name));

  return g_error_new (ATTUNE_ERROR, storing ? ATTUNE_ERROR_FAILED : ATTUNE_ERROR_AUTH_REQUIRED,
                      _("The keyring did not give the key for %s: %s"), get_title (name), original->message);
}

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *secret = secret_password_lookup_finish (result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, explain (g_task_get_task_data (task), FALSE, error));
      return;
    }

  g_task_return_pointer (task, secret != NULL ? dup_stripped (secret) : NULL,
                         (GDestroyNotify) attune_credentials_free_secret);
  secret_password_free (secret);
}

void
attune_credentials_lookup_async (AttuneCredentials   *self,
                                 const char          *name,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  const char *variable;
  const char *value;

  g_return_if_fail (ATTUNE_IS_CREDENTIALS (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_credentials_lookup_async);
  g_task_set_task_data (task, g_strdup (name), g_free);

  variable = attune_credentials_get_variable (name);
  value = variable != NULL ? g_getenv (variable) : NULL;
  if (value != NULL && *value != '\0')
    {
      g_task_return_pointer (task, dup_stripped (value), (GDestroyNotify) attune_credentials_free_secret);
      return;
    }

  secret_password_lookup (&schema, cancellable, looked_up_cb, g_steal_pointer (&task), "name", name, NULL);
}

char *
attune_credentials_lookup_finish (AttuneCredentials  *self,
                                  GAsyncResult       *result,
                                  GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_credentials_lookup_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!secret_password_store_finish (result, &error))
    {
      g_task_return_error (task, explain (g_task_get_task_data (task), TRUE, error));
      return;
    }

  g_signal_emit (g_task_get_source_object (task), signals[CHANGED], 0, g_task_get_task_data (task));
  g_task_return_boolean (task, TRUE);
}

static void
cleared_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  /* That there was none to remove is no error: it is gone now. */
  if (!secret_password_clear_finish (result, &error) && error != NULL)
    {
      g_task_return_error (task, explain (g_task_get_task_data (task), TRUE, error));
      return;
    }

  g_signal_emit (g_task_get_source_object (task), signals[CHANGED], 0, g_task_get_task_data (task));
  g_task_return_boolean (task, TRUE);
}

void
attune_credentials_store_async (AttuneCredentials   *self,
                                const char          *name,
                                const char          *secret,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *label = NULL;
  char *stripped;

  g_return_if_fail (ATTUNE_IS_CREDENTIALS (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, attune_credentials_store_async);
  g_task_set_task_data (task, g_strdup (name), g_free);

  if (secret == NULL)
    {
      secret_password_clear (&schema, cancellable, cleared_cb, g_steal_pointer (&task), "name", name, NULL);
      return;
    }

  stripped = dup_stripped (secret);
  if (*stripped == '\0')
    {
      g_task_return_new_error (task, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("The key for %s is empty."), get_title (name));
    }
  else
    {
      /* translators: how the key of a provider is named in the keyring */
      label = g_strdup_printf (_("Attune: key for %s"), get_title (name));
      secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, stripped, cancellable, stored_cb,
                             g_steal_pointer (&task), "name", name, NULL);
    }
  attune_credentials_free_secret (stripped);
}

gboolean
attune_credentials_store_finish (AttuneCredentials  *self,
                                 GAsyncResult       *result,
                                 GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, attune_credentials_store_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
