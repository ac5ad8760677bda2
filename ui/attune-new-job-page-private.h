/* attune-new-job-page-private.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-new-job-page.h"
#include "attune-draft.h"
#include "attune-notice-list.h"
#include "attune-preset-row.h"
#include "attune-settings.h"

G_BEGIN_DECLS

/* What is known of the cost of the job as it stands. */
typedef enum {
  ATTUNE_COST_PENDING, /* an estimate is being made */
  ATTUNE_COST_UNKNOWN,
  ATTUNE_COST_KNOWN,
} AttuneCostState;

struct _AttuneNewJobPage {
  AdwNavigationPage    parent_instance;

  GtkStack            *stack;
  AdwStatusPage       *error_page;
  GtkDropDown         *error_provider;
  AdwBanner           *notice_banner;
  GtkMenuButton       *menu_button;
  GMenu               *page_menu;
  GtkSearchBar        *search_bar;
  GtkSearchEntry      *search_entry;
  GtkWidget           *lead_box;      /* what stands before the settings */
  AttuneNoticeList    *notice_list;
  GtkWidget           *carry_group;
  AdwActionRow        *carry_row;
  AdwEntryRow         *name_row;
  AdwComboRow         *provider_row;
  AttunePresetRow     *preset_row;
  AdwActionRow        *changed_row;
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

  /* the check before flight */
  AttuneDataFacts     *facts;         /* of the training data as it would be used now; NULL while not known */
  char                *facts_key;     /* what they are, or are being, counted for */
  char                *facts_message; /* why they are not known */
  GCancellable        *counting;
  gint64               steps;         /* of the last estimate; -1 unknown */
  AttuneCostState      cost_state;
  double               cost_low;
  double               cost_high;
  guint                start_wanted : 1; /* as soon as the cost is known */
  guint                cost_agreed : 1;  /* a person said yes to this very cost */

  /* what is kept and carried */
  GMenu               *drafts_menu;
  AttuneConfiguration *automatic;     /* what nobody chose: the starting point and the provider's advice; NULL: all was chosen before */
  char                *draft_id;
  guint                draft_source;
  GPtrArray           *misfits;       /* AttuneMisfit; NULL for none */
  AdwToast            *undo_toast;    /* weak */
  guint                has_begun : 1;    /* what it begins with is known */
  guint                provider_changed : 1; /* what was automatic at another may not fit */
  guint                check_carry : 1;  /* what is set came from elsewhere */
  guint                is_done : 1;      /* the job was handed over: nothing is left to keep */
};

/* attune-new-job-check.c: the check before flight */

/* The data set that the configuration has at @path; (nullable) (transfer none) */
AttuneDataset *attune_new_job_page_lookup_dataset    (AttuneNewJobPage  *self,
                                                      const char        *path);
/* The folder of the chosen model on this computer; (nullable) (transfer full) */
char          *attune_new_job_page_dup_model_folder  (AttuneNewJobPage  *self);
/* To be called after any change: checks once, before the next frame, and asks for an estimate when a person pauses. */
void           attune_new_job_page_queue_check       (AttuneNewJobPage  *self);
void           attune_new_job_page_update_actions    (AttuneNewJobPage  *self);
void           attune_new_job_page_clear_cancellable (GCancellable     **cancellable);

/* attune-new-job-facts.c: what the model will see of the data, and how the run goes */

/* Counts where something that matters changed. */
void           attune_new_job_page_update_facts      (AttuneNewJobPage    *self,
                                                      AttuneConfiguration *configuration);
/* Adds to @validation what the counts say: rows that are cut, and rows that teach nothing. */
void           attune_new_job_page_add_facts_issues  (AttuneNewJobPage    *self,
                                                      AttuneConfiguration *configuration,
                                                      AttuneValidation    *validation);
void           attune_new_job_page_update_course     (AttuneNewJobPage    *self,
                                                      AttuneConfiguration *configuration);

/* attune-new-job-start.c: the request, and the start */
void           attune_new_job_page_show_request      (AttuneNewJobPage  *self);
void           attune_new_job_page_show_tokens       (AttuneNewJobPage  *self);
void           attune_new_job_page_start             (AttuneNewJobPage  *self);
/* The cost came to be known, or it is known that it will not. */
void           attune_new_job_page_cost_settled      (AttuneNewJobPage  *self);

/* attune-new-job-lead.c: what stands before the settings */
/* Counts what differs from the defaults, and marks the preset whose values are there. */
void           attune_new_job_page_update_lead       (AttuneNewJobPage  *self);
void           attune_new_job_page_take_preset       (AttuneNewJobPage  *self,
                                                      int                preset);
void           attune_new_job_page_reset_all         (AttuneNewJobPage  *self);

/* attune-new-job-drafts.c */
void           attune_new_job_page_install_drafts    (GtkWidgetClass    *widget_class);
void           attune_new_job_page_queue_draft       (AttuneNewJobPage  *self);
/* Writes what is waiting to be written. */
void           attune_new_job_page_flush_draft       (AttuneNewJobPage  *self);
void           attune_new_job_page_forget_draft      (AttuneNewJobPage  *self);
void           attune_new_job_page_fill_drafts_menu  (AttuneNewJobPage  *self);

/* attune-new-job-keep.c: recipes, clones, and what does not fit elsewhere */
void           attune_new_job_page_install_keep      (GtkWidgetClass    *widget_class);
/* Takes over what a draft, a job or a recipe says. @provider: NULL leaves the one that is chosen. */
void           attune_new_job_page_load              (AttuneNewJobPage    *self,
                                                      const char          *name,
                                                      const char          *provider,
                                                      AttuneConfiguration *configuration);
void           attune_new_job_page_start_over        (AttuneNewJobPage  *self);
/* Takes back what was automatic at another provider and means nothing at this one. */
void           attune_new_job_page_drop_automatic    (AttuneNewJobPage  *self);
/* Compares what is set with what the provider takes, if it came from elsewhere. */
void           attune_new_job_page_update_carry      (AttuneNewJobPage  *self);
/* Tells of a change of many values, with a way back to @before. */
void           attune_new_job_page_offer_undo        (AttuneNewJobPage    *self,
                                                      const char          *message,
                                                      AttuneConfiguration *before);

/* attune-new-job-page.c */
/* FALSE where this program does not have the provider. */
gboolean       attune_new_job_page_choose_provider   (AttuneNewJobPage  *self,
                                                      const char        *id);
/* What has to be chosen before anything else makes sense. */
void           attune_new_job_page_choose_starting_point (AttuneNewJobPage *self);
/* Sets a value that nobody chose. */
void           attune_new_job_page_set_automatic     (AttuneNewJobPage  *self,
                                                      const char        *path,
                                                      GVariant          *value);

G_END_DECLS
