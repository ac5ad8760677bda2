/* attune-new-job-page-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-new-job-page.h"
#include "attune-settings.h"

G_BEGIN_DECLS

struct _AttuneNewJobPage {
  AdwNavigationPage    parent_instance;

  GtkStack            *stack;
  AdwStatusPage       *error_page;
  GtkDropDown         *error_provider;
  AdwBanner           *notice_banner;
  AdwEntryRow         *name_row;
  AdwComboRow         *provider_row;
  AttuneJobForm       *form;
  AttuneFlightPanel   *panel;
  GtkWidget           *start_button;
  GtkWidget           *start_spinner;
  GtkLabel            *start_label;

  AttuneCommands      *commands;
  AttuneSettings      *settings;
  AttuneAdapter       *adapter;       /* of the chosen provider */
  AttuneCapabilities  *capabilities;  /* NULL until they are there */
  AttuneValidation    *validation;
  GCancellable        *loading;
  GCancellable        *estimating;
  GCancellable        *starting;
  char                *pending_training;   /* files that came before the form was there */
  char                *pending_validation;
  guint                check_source;
  guint                estimate_source;
  guint                is_starting : 1;
  guint                advised : 1;    /* the provider's advice was taken */
};

/* attune-new-job-check.c: the check before flight */

/* The data set that the configuration has at @path; (nullable) (transfer none) */
AttuneDataset *attune_new_job_page_lookup_dataset    (AttuneNewJobPage  *self,
                                                      const char        *path);
/* To be called after any change: checks once, before the next frame, and asks for an estimate when a person pauses. */
void           attune_new_job_page_queue_check       (AttuneNewJobPage  *self);
void           attune_new_job_page_update_actions    (AttuneNewJobPage  *self);
void           attune_new_job_page_clear_cancellable (GCancellable     **cancellable);

G_END_DECLS
