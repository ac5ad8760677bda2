/* ui-test.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "ui-test.h"

#include <glib/gstdio.h>

void
ui_test_init (int    *argc,
              char ***argv)
{
  g_autofree char *type = NULL;

  /* Icons and the types of files lie among the system's data, from which g_test_init() shuts the tests off: they are read before. */
  gtk_init ();
  gtk_icon_theme_get_for_display (gdk_display_get_default ());
  type = g_content_type_guess ("icon.svg", NULL, 0, NULL);
  g_test_init (argc, argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, "gtk-font-name", "Cantarell 11", NULL);
}

/* --- A desktop that takes notifications --- */

static const char notifications_xml[] =
  "<node><interface name='org.freedesktop.Notifications'>"
  "<method name='GetServerInformation'><arg type='s' direction='out'/><arg type='s' direction='out'/>"
  "<arg type='s' direction='out'/><arg type='s' direction='out'/></method>"
  "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
  "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
  "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
  "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
  "</interface></node>";

static void
notifications_called_cb (GDBusConnection       *connection,
                         const char            *sender,
                         const char            *object_path,
                         const char            *interface_name,
                         const char            *method_name,
                         GVariant              *parameters,
                         GDBusMethodInvocation *invocation,
                         gpointer               user_data)
{
  GPtrArray *notifications = user_data;

  if (g_str_equal (method_name, "Notify"))
    {
      const char *title;

      g_variant_get_child (parameters, 3, "&s", &title);
      g_ptr_array_add (notifications, g_strdup (title));
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", notifications->len));
    }
  else if (g_str_equal (method_name, "GetServerInformation"))
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(ssss)", "test", "test", "1", "1.2"));
  else if (g_str_equal (method_name, "GetCapabilities"))
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(@as)", g_variant_new_strv (NULL, 0)));
  else
    g_dbus_method_invocation_return_value (invocation, NULL);
}

/* One desktop for the whole program: GApplication sends without waiting, so what one test's application has to say may arrive
 * when it is gone, and must still find somebody. Returns NULL where there is no session bus. */
static GPtrArray *
take_notifications (GDBusConnection *connection)
{
  static const GDBusInterfaceVTable vtable = { notifications_called_cb, NULL, NULL, { NULL } };
  static GPtrArray *notifications = NULL;
  g_autoptr (GDBusNodeInfo) info = NULL;
  g_autoptr (GError) error = NULL;

  if (notifications != NULL || connection == NULL)
    return notifications;

  info = g_dbus_node_info_new_for_xml (notifications_xml, &error);
  g_assert_no_error (error);
  notifications = g_ptr_array_new_with_free_func (g_free);
  /* The next application gets the same connection only while somebody holds it. */
  g_object_ref (connection);
  g_dbus_connection_register_object (connection, "/org/freedesktop/Notifications", info->interfaces[0],
                                     &vtable, notifications, NULL, &error);
  g_assert_no_error (error);
  g_bus_own_name_on_connection (connection, "org.freedesktop.Notifications", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);

  return notifications;
}

gboolean
ui_test_was_notified (UiTest     *test,
                      const char *title)
{
  return g_ptr_array_find_with_equal_func (test->notifications, title, g_str_equal, NULL);
}

/* --- The application --- */

void
ui_test_set_up (UiTest        *test,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  test->registry = attune_registry_new ();
  if (data != NULL)
    {
      UiTestAdapterFunc make_adapter = (UiTestAdapterFunc) data;
      g_autoptr (AttuneAdapter) adapter = make_adapter ();

      attune_registry_add (test->registry, adapter);
    }
  test->adapter = fake_adapter_new ("fake", "Fake Provider");
  attune_registry_add (test->registry, ATTUNE_ADAPTER (test->adapter));
  test->application = attune_application_new (test->registry);
  g_application_set_flags (G_APPLICATION (test->application),
                           g_application_get_flags (G_APPLICATION (test->application)) | G_APPLICATION_NON_UNIQUE);
  g_application_set_default (G_APPLICATION (test->application));
  g_application_register (G_APPLICATION (test->application), NULL, &error);
  g_assert_no_error (error);
  test->commands = attune_application_get_commands (test->application);
  test->notifications = take_notifications (g_application_get_dbus_connection (G_APPLICATION (test->application)));
}

static void
quit_cb (gpointer user_data)
{
  g_application_quit (user_data);
}

void
ui_test_tear_down (UiTest        *test,
                   gconstpointer  data)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (test->application));

  ui_test_wait (attune_application_is_loaded (test->application));
  while (windows != NULL)
    {
      gtk_window_destroy (windows->data);
      windows = gtk_application_get_windows (GTK_APPLICATION (test->application));
    }

  /* Only g_application_run() can end what g_application_register() began. As a service it opens no window again. */
  g_idle_add_once (quit_cb, test->application);
  g_assert_cmpint (g_application_run (G_APPLICATION (test->application), 2,
                                      (char *[]) { (char *) "attune", (char *) "--gapplication-service", NULL }), ==, 0);
  while (g_main_context_iteration (NULL, FALSE));

  g_application_set_default (NULL);
  /* Whatever is still on its way holds what it needs, and nothing for long. */
  ui_test_wait (G_OBJECT (test->application)->ref_count == 1);
  g_assert_finalize_object (test->application);
  /* A thread that reads for a window that is gone ends by itself. */
  ui_test_wait (G_OBJECT (test->registry)->ref_count == 1);
  g_assert_finalize_object (test->registry);
  ui_test_wait (G_OBJECT (test->adapter)->ref_count == 1);
  g_assert_finalize_object (test->adapter);
}

AttuneWindow *
ui_test_open_window (UiTest *test)
{
  GtkWindow *window;

  g_application_activate (G_APPLICATION (test->application));
  ui_test_wait (attune_application_is_loaded (test->application));
  window = gtk_application_get_active_window (GTK_APPLICATION (test->application));
  g_assert_true (ATTUNE_IS_WINDOW (window));
  ui_test_wait (gtk_widget_get_mapped (GTK_WIDGET (window)) && gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  /* Without a compositor GTK draws a border of its own around the window. */
  gtk_widget_remove_css_class (GTK_WIDGET (window), "solid-csd");
  ui_test_settle (GTK_WIDGET (window));

  return ATTUNE_WINDOW (window);
}

AttuneNewJobPage *
ui_test_open_new_job (UiTest       *test,
                      AttuneWindow *window)
{
  AttuneNewJobPage *page = attune_window_show_new_job (window);

  ui_test_wait (attune_new_job_page_is_settled (page));

  return page;
}

char *
ui_test_write_file (const char *name,
                    const char *contents)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "files", NULL);
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, contents, -1, &error);
  g_assert_no_error (error);

  return path;
}

char *
ui_test_write_dataset (const char *name,
                       guint       n_rows)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_rows; i++)
    g_string_append_printf (text,
                            "{\"messages\":[{\"role\":\"user\",\"content\":\"What is %u plus one?\"},"
                            "{\"role\":\"assistant\",\"content\":\"%u\"}]}\n", i, i + 1);

  return ui_test_write_file (name, text->str);
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

guint
ui_test_keep_awake (void)
{
  /* An iteration that may block has to come back to look at the condition. */
  return g_timeout_add (20, wake_cb, NULL);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  guint *n_ticks = user_data;

  (*n_ticks)++;

  return G_SOURCE_CONTINUE;
}

void
ui_test_settle (GtkWidget *widget)
{
  guint n_ticks = 0;
  guint id = gtk_widget_add_tick_callback (widget, tick_cb, &n_ticks, NULL);

  ui_test_wait (n_ticks >= 3);
  gtk_widget_remove_tick_callback (widget, id);
}

void
ui_test_screenshot (GtkWindow  *window,
                    const char *name)
{
  const char *folder = g_getenv ("ATTUNE_SCREENSHOT_DIR");
  g_autofree char *fallback = NULL;
  g_autofree char *file = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GtkSnapshot *snapshot;
  GskRenderNode *node;
  int width, height;

  if (folder == NULL || *folder == '\0')
    folder = fallback = g_test_build_filename (G_TEST_BUILT, "ui", "screenshots", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  file = g_strconcat (name, ".png", NULL);
  path = g_build_filename (folder, file, NULL);

  ui_test_settle (GTK_WIDGET (window));
  width = gtk_widget_get_width (GTK_WIDGET (window));
  height = gtk_widget_get_height (GTK_WIDGET (window));
  paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  snapshot = gtk_snapshot_new ();
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  g_assert_true (gdk_texture_save_to_png (texture, path));
  gsk_render_node_unref (node);
  g_test_message ("Screenshot: %s", path);
}

void
ui_test_resize (GtkWindow *window,
                int        width,
                int        height)
{
  GtkWidget *widget = GTK_WIDGET (window);

  /* GTK 4.18 never lets go of what a breakpoint hides while the focus is in it. */
  gtk_window_set_focus (window, NULL);
  /* Without a compositor the border around the window counts to its size. It is known only from a size that has arrived, and
   * the one that is asked for now may still be on its way: so the wish is said again until it is what there is. */
  for (guint tries = 0; tries < 50; tries++)
    {
      int outer_width, outer_height;

      gtk_window_get_default_size (window, &outer_width, &outer_height);
      gtk_window_set_default_size (window, width + outer_width - gtk_widget_get_width (widget),
                                   height + outer_height - gtk_widget_get_height (widget));
      ui_test_settle (widget);
      if (gtk_widget_get_width (widget) == width && gtk_widget_get_height (widget) == height)
        return;
    }
  g_error ("The window is %d × %d, not %d × %d", gtk_widget_get_width (widget), gtk_widget_get_height (widget), width, height);
}

/* Whether a screen reader has something to say: a label of its own or another's, its text, a tooltip, or the row that it is in. */
static gboolean
is_named (GtkWidget *widget)
{
  GtkWidget *row;
  const char *text;

  if (gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL) ||
      gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return TRUE;

  text = gtk_widget_get_tooltip_text (widget);
  if (text != NULL && *text != '\0')
    return TRUE;
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) != NULL)
    return TRUE;
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    return TRUE;
  if (ADW_IS_PREFERENCES_ROW (widget) && *adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)) != '\0')
    return TRUE;

  /* What libadwaita puts into its rows is named by the row's title. */
  row = gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_ROW);
  if (row != NULL && *adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)) != '\0' &&
      !GTK_IS_BUTTON (widget) && !GTK_IS_MENU_BUTTON (widget))
    return TRUE;

  return FALSE;
}

/* Parts of one control of GTK or libadwaita that take the focus for it. */
static gboolean
is_part (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  GType parts[] = { GTK_TYPE_MENU_BUTTON, GTK_TYPE_DROP_DOWN, GTK_TYPE_SPIN_BUTTON, ADW_TYPE_HEADER_BAR, GTK_TYPE_SEARCH_ENTRY,
                    GTK_TYPE_WINDOW_CONTROLS, ADW_TYPE_SPLIT_BUTTON, GTK_TYPE_SCROLLED_WINDOW, GTK_TYPE_PASSWORD_ENTRY };

  if (GTK_IS_SCROLLED_WINDOW (widget) || GTK_IS_VIEWPORT (widget) || GTK_IS_LIST_BASE (widget) || GTK_IS_WINDOW (widget) ||
      GTK_IS_POPOVER (widget))
    return TRUE;
  for (guint i = 0; parent != NULL && i < G_N_ELEMENTS (parts); i++)
    if (G_TYPE_CHECK_INSTANCE_TYPE (parent, parts[i]))
      return TRUE;

  /* Private parts of libadwaita; the list item around a row takes its name from the list item's own label. */
  return g_str_equal (G_OBJECT_TYPE_NAME (widget), "AdwGizmo") || g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkListItemWidget");
}

static void
collect_unnamed (GtkWidget *widget,
                 GString   *unnamed,
                 guint     *n_controls)
{
  /* Only what can be reached: not the other pages of a stack. */
  if (!gtk_widget_get_mapped (widget))
    return;

  if (gtk_widget_get_focusable (widget) && gtk_widget_get_sensitive (widget) && !is_part (widget))
    {
      (*n_controls)++;
      if (!is_named (widget))
        {
          g_string_append (unnamed, "\n ");
          for (GtkWidget *w = widget; w != NULL; w = gtk_widget_get_parent (w))
            g_string_append_printf (unnamed, " %s", G_OBJECT_TYPE_NAME (w));
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect_unnamed (child, unnamed, n_controls);
}

void
ui_test_assert_named (GtkWidget *widget)
{
  g_autoptr (GString) unnamed = g_string_new (NULL);
  guint n_controls = 0;

  collect_unnamed (widget, unnamed, &n_controls);
  if (unnamed->len > 0)
    g_error ("Controls without a name:%s", unnamed->str);
  g_assert_cmpuint (n_controls, >, 0);
}

static gboolean
reads (GtkWidget  *widget,
       const char *text)
{
  if (text == NULL || g_strcmp0 (gtk_widget_get_name (widget), text) == 0)
    return TRUE;
  if (GTK_IS_LABEL (widget))
    return g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text);
  if (GTK_IS_BUTTON (widget))
    return g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0 ||
           g_strcmp0 (gtk_widget_get_tooltip_text (widget), text) == 0;
  if (ADW_IS_PREFERENCES_ROW (widget))
    return g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), text) == 0;
  if (ADW_IS_STATUS_PAGE (widget))
    return g_strcmp0 (adw_status_page_get_title (ADW_STATUS_PAGE (widget)), text) == 0;
  if (ADW_IS_PREFERENCES_GROUP (widget))
    return g_strcmp0 (adw_preferences_group_get_title (ADW_PREFERENCES_GROUP (widget)), text) == 0;

  return FALSE;
}

GtkWidget *
ui_test_find (GtkWidget  *widget,
              GType       type,
              const char *text)
{
  if (!gtk_widget_get_child_visible (widget) || !gtk_widget_get_visible (widget))
    return NULL;
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && reads (widget, text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = ui_test_find (child, type, text);

      if (found != NULL)
        return found;
    }

  return NULL;
}
