/* attune-commands-service.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-commands-service.h"

#include "attune-error.h"

static const char introspection_xml[] =
  "<node>"
  "  <interface name='" ATTUNE_COMMANDS_INTERFACE "'>"
  "    <method name='List'>"
  "      <arg name='commands' type='as' direction='out'/>"
  "    </method>"
  "    <method name='Call'>"
  "      <arg name='command' type='s' direction='in'/>"
  "      <arg name='parameters' type='a{sv}' direction='in'/>"
  "      <arg name='result' type='a{sv}' direction='out'/>"
  "    </method>"
  "  </interface>"
  "</node>";

static GDBusNodeInfo *
get_introspection (void)
{
  static GDBusNodeInfo *info;

  if (g_once_init_enter_pointer (&info))
    {
      g_autoptr (GError) error = NULL;
      GDBusNodeInfo *parsed = g_dbus_node_info_new_for_xml (introspection_xml, &error);

      g_assert_no_error (error);
      g_once_init_leave_pointer (&info, parsed);
    }

  return info;
}

/* "no-space" → "io.github.attune.Attune.Error.NoSpace" */
static char *
dup_error_name (AttuneError code)
{
  const char *nick = attune_error_code_to_nick (code);
  GString *name = g_string_new ("io.github.attune.Attune.Error.");
  gboolean upper = TRUE;

  for (const char *c = nick; *c != '\0'; c++)
    {
      if (*c == '-')
        {
          upper = TRUE;
          continue;
        }
      g_string_append_c (name, upper ? g_ascii_toupper (*c) : *c);
      upper = FALSE;
    }

  return g_string_free_and_steal (name);
}

static void
register_errors (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      for (int code = ATTUNE_ERROR_FAILED; code <= ATTUNE_ERROR_CANCELLED; code++)
        {
          g_autofree char *name = dup_error_name (code);

          g_dbus_error_register_error (ATTUNE_ERROR, code, name);
        }
      g_once_init_leave (&once, 1);
    }
}

static void
call_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GDBusMethodInvocation) invocation = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  g_assert (ATTUNE_IS_COMMANDS (source));

  reply = attune_commands_call_finish (ATTUNE_COMMANDS (source), result, &error);
  if (reply == NULL)
    {
      attune_error_convert (&error);
      g_dbus_method_invocation_return_gerror (g_steal_pointer (&invocation), error);
      return;
    }

  g_dbus_method_invocation_return_value (g_steal_pointer (&invocation), g_variant_new ("(@a{sv})", reply));
}

static void
handle_method_call (GDBusConnection       *connection,
                    const char            *sender,
                    const char            *path,
                    const char            *interface,
                    const char            *method,
                    GVariant              *arguments,
                    GDBusMethodInvocation *invocation,
                    gpointer               user_data)
{
  AttuneCommands *self = user_data;

  g_assert (ATTUNE_IS_COMMANDS (self));

  if (g_str_equal (method, "List"))
    {
      g_dbus_method_invocation_return_value (invocation,
                                             g_variant_new ("(^as)", attune_commands_list (self)));
    }
  else
    {
      const char *command;
      g_autoptr (GVariant) parameters = NULL;

      g_variant_get (arguments, "(&s@a{sv})", &command, &parameters);
      attune_commands_call_async (self, command, parameters, NULL, call_cb, invocation);
    }
}

guint
attune_commands_export (AttuneCommands   *commands,
                        GDBusConnection  *connection,
                        GError          **error)
{
  static const GDBusInterfaceVTable vtable = { .method_call = handle_method_call };

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), 0);
  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), 0);

  register_errors ();

  return g_dbus_connection_register_object (connection, ATTUNE_COMMANDS_PATH, get_introspection ()->interfaces[0],
                                            &vtable, g_object_ref (commands), g_object_unref, error);
}
