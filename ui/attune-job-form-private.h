/* attune-job-form-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-job-form.h"

G_BEGIN_DECLS

/* One group of the page and the rows in it. */
typedef struct {
  GtkWidget *widget; /* AdwPreferencesGroup */
  GPtrArray *rows;   /* AttuneParameterRow */
} AttuneFormGroup;

struct _AttuneJobForm {
  AdwBin               parent_instance;

  GtkWidget           *box;
  GtkWidget           *all_settings_row;
  GtkWidget           *all_settings_icon;
  GtkWidget           *all_settings_group;
  GtkWidget           *advanced_box;
  GtkWidget           *elsewhere_group; /* what a search found that has no row now; NULL for none */
  GtkWidget           *nothing_page;    /* a label, shown where a search found nothing */

  AttuneCommands      *commands;
  AttuneConfiguration *configuration;
  AttuneCapabilities  *provider_capabilities;
  AttuneCapabilities  *capabilities;   /* with the model's laid over */
  char                *model;          /* the one they were laid over for */
  GPtrArray           *groups;         /* AttuneFormGroup */
  GHashTable          *rows;           /* path → AttuneParameterRow, owned by its group */
  char                *search;         /* folded; NULL while nothing is searched for */
  guint                n_found;
  guint                frozen;         /* many values are being set; what follows from them waits */
  gboolean             all_settings;
};

/* attune-job-form.c */
void attune_job_form_update_groups (AttuneJobForm *self);
void attune_job_form_freeze        (AttuneJobForm *self);
void attune_job_form_thaw          (AttuneJobForm *self);

/* attune-job-form-search.c */
/* Hides and shows rows by what is searched for; to be called when rows come or change, before the groups are updated. */
void attune_job_form_filter        (AttuneJobForm *self);

G_END_DECLS
