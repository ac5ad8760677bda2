/* attune-parameter-row.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "attune-commands.h"
#include "attune-field.h"
#include "attune-validation.h"

G_BEGIN_DECLS

/* One row of the form: an AttuneField, its value in an AttuneConfiguration, and the widgets that show both: the row itself, a button
 * that resets it while it is changed, and a line below for what is wrong with it. Which widget it is follows from the type alone.
 *
 * Signals: ::problem-changed when what was typed begins or ceases to be readable.
 *
 * Accessibility: the row's title names every control in it; what is wrong is announced and linked as its error message. */
#define ATTUNE_TYPE_PARAMETER_ROW (attune_parameter_row_get_type ())
G_DECLARE_DERIVABLE_TYPE (AttuneParameterRow, attune_parameter_row, ATTUNE, PARAMETER_ROW, GObject)

struct _AttuneParameterRowClass {
  GObjectClass parent_class;

  /* Builds the row's widget; called once. */
  GtkWidget *(*create)        (AttuneParameterRow *self);
  /* Shows @value, which is in force; NULL for none. Called with changes of the widget going nowhere. */
  void       (*show_value)    (AttuneParameterRow *self,
                               GVariant           *value);
  /* Takes over new limits, words and defaults; show_value follows. May be NULL. */
  void       (*update_limits) (AttuneParameterRow *self);
};

/* The factory: from a field to the row that fits its type. @commands adds data files. */
AttuneParameterRow *attune_parameter_row_new               (AttuneField         *field,
                                                            AttuneConfiguration *configuration,
                                                            AttuneCommands      *commands) G_GNUC_WARN_UNUSED_RESULT;

AttuneField         *attune_parameter_row_get_field         (AttuneParameterRow  *self);
AttuneConfiguration *attune_parameter_row_get_configuration (AttuneParameterRow  *self);
AttuneCommands      *attune_parameter_row_get_commands      (AttuneParameterRow  *self); /* (nullable) */
GtkWidget           *attune_parameter_row_get_widget        (AttuneParameterRow  *self);
/* The line below the row. */
GtkWidget           *attune_parameter_row_get_message_widget(AttuneParameterRow  *self);
void                 attune_parameter_row_set_configuration (AttuneParameterRow  *self,
                                                             AttuneConfiguration *configuration);
/* Brings value, mark and visibility up to date. */
void                 attune_parameter_row_refresh           (AttuneParameterRow  *self);
/* Whether the setting is supported and applies. */
gboolean             attune_parameter_row_is_visible        (AttuneParameterRow  *self);
/* The same, and no search hides it. */
gboolean             attune_parameter_row_is_shown          (AttuneParameterRow  *self);
void                 attune_parameter_row_set_filtered      (AttuneParameterRow  *self,
                                                             gboolean             filtered);
/* Whether there is something to reset. */
gboolean             attune_parameter_row_is_changed        (AttuneParameterRow  *self);
/* What the check says about this row; NULL clears. */
void                 attune_parameter_row_set_issue         (AttuneParameterRow  *self,
                                                             const AttuneIssue   *issue);
/* What is wrong with the text that was typed and could not be read; NULL where nothing is. */
const char          *attune_parameter_row_get_problem       (AttuneParameterRow  *self);
/* The message that shows now, of either kind. (nullable) */
const char          *attune_parameter_row_get_message       (AttuneParameterRow  *self);
void                 attune_parameter_row_reset             (AttuneParameterRow  *self);
void                 attune_parameter_row_grab_focus        (AttuneParameterRow  *self);

/*< private >*/
/* For the subclasses. */
gboolean             attune_parameter_row_is_updating       (AttuneParameterRow  *self);
/* Sinks @value; NULL unsets. Clears the problem. */
void                 attune_parameter_row_take_value        (AttuneParameterRow  *self,
                                                             GVariant            *value);
void                 attune_parameter_row_set_problem       (AttuneParameterRow  *self,
                                                             const char          *problem);
void                 attune_parameter_row_add_suffix        (AttuneParameterRow  *self,
                                                             GtkWidget           *suffix);
/* A flat button with an icon, named for people who do not see it. (transfer floating) */
GtkWidget           *attune_parameter_row_make_button       (const char          *icon_name,
                                                             const char          *label);

/* What a setting does, without what happens when it is turned up: for a subtitle; the whole help opens from a button. */
char                *attune_parameter_row_make_summary      (const char          *help);
GType attune_integer_row_get_type           (void) G_GNUC_CONST;
GType attune_double_row_get_type            (void) G_GNUC_CONST;
GType attune_boolean_row_get_type           (void) G_GNUC_CONST;
GType attune_enum_row_get_type              (void) G_GNUC_CONST;
GType attune_set_row_get_type               (void) G_GNUC_CONST;
GType attune_text_row_get_type              (void) G_GNUC_CONST;
GType attune_dataset_parameter_row_get_type (void) G_GNUC_CONST;
GType attune_model_parameter_row_get_type   (void) G_GNUC_CONST;

/* The models to choose from: those of the provider as a whole. */
void  attune_model_parameter_row_set_capabilities (AttuneParameterRow *self,
                                                   AttuneCapabilities *capabilities);
/* Adds the data file at @path and chooses it. */
void  attune_dataset_parameter_row_choose_path    (AttuneParameterRow *self,
                                                   const char         *path);
/* Whether a file is being read and checked. */
gboolean attune_dataset_parameter_row_is_busy     (AttuneParameterRow *self);

G_END_DECLS
