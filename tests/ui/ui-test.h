/* ui-test.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-application.h"
#include "attune-window.h"
#include "fake-adapter.h"

G_BEGIN_DECLS

/* The real application over a fake provider, in folders of its own. */
typedef struct {
  AttuneApplication *application;
  AttuneRegistry    *registry;
  FakeAdapter       *adapter;
  AttuneCommands    *commands;      /* the application's */
  GPtrArray         *notifications; /* titles that the desktop was sent, by this test and those before it; NULL without a session bus */
} UiTest;

/* Given as the data of a test, it makes the provider that comes before the fake one. */
typedef AttuneAdapter *(*UiTestAdapterFunc) (void);

/* In place of g_test_init (): display, no animations, folders of its own. */
void          ui_test_init          (int          *argc,
                                     char       ***argv);
void          ui_test_set_up        (UiTest       *test,
                                     gconstpointer data);
/* Ends with proof that the application was finalized. */
void          ui_test_tear_down     (UiTest       *test,
                                     gconstpointer data);
/* Activates the application and waits until everything was read. (transfer none) */
AttuneWindow *ui_test_open_window   (UiTest       *test);
/* Opens the page of a new job and waits until it is filled in and checked. (transfer none) */
AttuneNewJobPage *ui_test_open_new_job (UiTest    *test,
                                     AttuneWindow *window);
/* Whether the desktop was sent a notification of this title. */
gboolean      ui_test_was_notified  (UiTest       *test,
                                     const char   *title);
/* A file in a folder of the test's own. (transfer full): its path */
char         *ui_test_write_file    (const char   *name,
                                     const char   *contents);
/* A good data file of @n_rows rows. (transfer full): its path */
char         *ui_test_write_dataset (const char   *name,
                                     guint         n_rows);
/* Iterates the main context until @condition holds; aborts after a generous while. */
#define ui_test_wait(condition) ui_test_wait_for (60, condition)
#define ui_test_wait_for(seconds, condition)                                                   \
  G_STMT_START {                                                                               \
    gint64 ui_test_end = g_get_monotonic_time () + (seconds) * G_USEC_PER_SEC;                 \
    guint ui_test_wake = ui_test_keep_awake ();                                                \
    while (!(condition))                                                                       \
      {                                                                                        \
        if (g_get_monotonic_time () > ui_test_end)                                             \
          g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__, #condition);           \
        g_main_context_iteration (NULL, TRUE);                                                 \
      }                                                                                        \
    g_source_remove (ui_test_wake);                                                            \
  } G_STMT_END
guint         ui_test_keep_awake    (void);
/* Lets everything that is pending happen, and the next frame be drawn. */
void          ui_test_settle        (GtkWidget    *widget);
/* Draws @window as @name.png into the folder of screenshots. */
void          ui_test_screenshot    (GtkWindow    *window,
                                     const char   *name);
/* Resizes @window and waits until it has the size. */
void          ui_test_resize        (GtkWindow    *window,
                                     int           width,
                                     int           height);
/* Fails with the name of each visible control below @widget that a screen reader cannot name. */
void          ui_test_assert_named  (GtkWidget    *widget);
/* The first visible widget below @widget with this type, and where given this title, label or name. (nullable) */
GtkWidget    *ui_test_find          (GtkWidget    *widget,
                                     GType         type,
                                     const char   *text);

G_END_DECLS
