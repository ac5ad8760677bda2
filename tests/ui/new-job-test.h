/* new-job-test.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "ui-test.h"

G_BEGIN_DECLS

/* A window with the page of a new job that is filled in. */
typedef struct {
  UiTest               base;
  AttuneWindow        *window;
  AttuneNewJobPage    *page;
  AttuneJobForm       *form;
} PageTest;

/* Opens the window and the page, and waits until it is filled in and checked. */
void                 page_test_open_page     (PageTest      *test);
void                 page_test_set_up        (PageTest      *test,
                                              gconstpointer  data);
/* Without opening anything: a test that says first what the providers are. */
void                 page_test_set_up_late   (PageTest      *test,
                                              gconstpointer  data);
void                 page_test_tear_down     (PageTest      *test,
                                              gconstpointer  data);
/* As ui_test_find, in the window. */
GtkWidget           *page_test_find          (PageTest      *test,
                                              GType          type,
                                              const char    *text);
AttuneConfiguration *page_test_get_configuration (PageTest  *test);
/* The widget of the setting at @path. */
GtkWidget           *page_test_get_widget    (PageTest      *test,
                                              const char    *path);
/* Waits until everything is checked and drawn. */
void                 page_test_settle        (PageTest      *test);
void                 page_test_choose_data   (PageTest      *test,
                                              const char    *path);
/* The dialog over the window; (nullable) */
AdwDialog           *page_test_get_dialog    (PageTest      *test);
/* Presses a button by its label, as soon as it is there. */
void                 page_test_press         (PageTest      *test,
                                              const char    *label);
AdwToggleGroup      *page_test_get_toggles   (PageTest      *test);
void                 page_test_start         (PageTest      *test);

G_END_DECLS
