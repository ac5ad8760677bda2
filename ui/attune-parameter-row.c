/* attune-parameter-row.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-parameter-row.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "attune-announce.h"
#include "attune-parameter-help.h"

typedef struct {
  AttuneField         *field;
  AttuneConfiguration *configuration;
  AttuneCommands      *commands;
  GtkWidget           *widget;
  GtkWidget           *message_row;
  GtkWidget           *message_icon;
  GtkWidget           *message_label;
  GtkWidget           *reset_button;
  char                *problem;   /* of what was typed */
  char                *issue;     /* of the check */
  guint                updating;
  guint                issue_is_error : 1;
  guint                touched : 1;
  guint                filtered : 1; /* hidden by a search */
} AttuneParameterRowPrivate;

enum { PROP_FIELD = 1, PROP_CONFIGURATION, PROP_COMMANDS, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { PROBLEM_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (AttuneParameterRow, attune_parameter_row, G_TYPE_OBJECT)

static AttuneParameterRowPrivate *
get_private (AttuneParameterRow *self)
{
  return attune_parameter_row_get_instance_private (self);
}

/* The widget that has the keyboard focus: the text inside entries, else the row. */
static GtkWidget *
find_focus_target (GtkWidget *widget)
{
  while (GTK_IS_EDITABLE (widget))
    {
      GtkEditable *delegate = gtk_editable_get_delegate (GTK_EDITABLE (widget));

      if (delegate == NULL)
        break;
      widget = GTK_WIDGET (delegate);
    }

  return widget;
}

static void
update_message (AttuneParameterRow *self)
{
  AttuneParameterRowPrivate *priv = get_private (self);
  GtkWidget *target = find_focus_target (priv->widget);
  const char *message = attune_parameter_row_get_message (self);
  gboolean is_error = priv->problem != NULL || (priv->issue != NULL && priv->issue_is_error);
  gboolean shown = message != NULL && gtk_widget_get_visible (priv->widget);

  gtk_widget_remove_css_class (priv->widget, "error");
  gtk_widget_remove_css_class (priv->widget, "warning");
  gtk_widget_remove_css_class (priv->widget, "with-message");
  gtk_widget_remove_css_class (priv->message_row, "error");
  gtk_widget_remove_css_class (priv->message_row, "warning");

  if (shown)
    {
      const char *old = gtk_label_get_text (GTK_LABEL (priv->message_label));

      gtk_widget_add_css_class (priv->widget, is_error ? "error" : "warning");
      gtk_widget_add_css_class (priv->widget, "with-message");
      gtk_widget_add_css_class (priv->message_row, is_error ? "error" : "warning");
      gtk_image_set_from_icon_name (GTK_IMAGE (priv->message_icon),
                                    is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic");
      if (is_error && !g_str_equal (old, message))
        attune_announce (target, message, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
      gtk_label_set_text (GTK_LABEL (priv->message_label), message);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (target),
                                      GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE, priv->message_label, NULL,
                                      -1);
    }
  else
    {
      gtk_label_set_text (GTK_LABEL (priv->message_label), "");
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (target), GTK_ACCESSIBLE_RELATION_ERROR_MESSAGE);
    }

  gtk_accessible_update_state (GTK_ACCESSIBLE (target),
                               GTK_ACCESSIBLE_STATE_INVALID,
                               shown && is_error ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
  gtk_widget_set_visible (priv->message_row, shown);
}

static void
reset_clicked_cb (AttuneParameterRow *self)
{
  g_assert (ATTUNE_IS_PARAMETER_ROW (self));

  attune_parameter_row_reset (self);
  attune_parameter_row_grab_focus (self);
}

GtkWidget *
attune_parameter_row_make_button (const char *icon_name,
                                  const char *label)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon_name);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);

  return button;
}

static void
create_message_row (AttuneParameterRow *self)
{
  AttuneParameterRowPrivate *priv = get_private (self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  priv->message_icon = gtk_image_new ();
  gtk_widget_set_valign (priv->message_icon, GTK_ALIGN_START);
  gtk_accessible_update_state (GTK_ACCESSIBLE (priv->message_icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  priv->message_label = gtk_label_new ("");
  gtk_label_set_wrap (GTK_LABEL (priv->message_label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (priv->message_label), 0);
  gtk_widget_set_hexpand (priv->message_label, TRUE);
  gtk_widget_add_css_class (priv->message_label, "caption");
  gtk_box_append (GTK_BOX (box), priv->message_icon);
  gtk_box_append (GTK_BOX (box), priv->message_label);

  /* A preferences row, as a preferences group puts any other widget behind its list. */
  priv->message_row = adw_preferences_row_new ();
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (priv->message_row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (priv->message_row), FALSE);
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (priv->message_row), FALSE);
  gtk_widget_set_focusable (priv->message_row, FALSE);
  gtk_widget_add_css_class (priv->message_row, "message");
  gtk_widget_set_visible (priv->message_row, FALSE);
  g_object_ref_sink (priv->message_row);
}

static void
field_changed_cb (AttuneParameterRow *self)
{
  AttuneParameterRowPrivate *priv = get_private (self);

  g_assert (ATTUNE_IS_PARAMETER_ROW (self));

  priv->updating++;
  if (ATTUNE_PARAMETER_ROW_GET_CLASS (self)->update_limits != NULL)
    ATTUNE_PARAMETER_ROW_GET_CLASS (self)->update_limits (self);
  priv->updating--;
  attune_parameter_row_refresh (self);
}

static void
attune_parameter_row_constructed (GObject *object)
{
  AttuneParameterRow *self = ATTUNE_PARAMETER_ROW (object);
  AttuneParameterRowPrivate *priv = get_private (self);
  const char *unit = attune_field_get_unit (priv->field);
  const char *help = attune_field_get_help (priv->field);
  g_autofree char *reset = NULL;
  g_autofree char *title = NULL;

  G_OBJECT_CLASS (attune_parameter_row_parent_class)->constructed (object);

  priv->widget = g_object_ref_sink (ATTUNE_PARAMETER_ROW_GET_CLASS (self)->create (self));

  /* translators: the title of a setting and the unit of its value, such as "Sequence Length (tokens)" */
  title = unit != NULL ? g_strdup_printf (_("%s (%s)"), attune_field_get_title (priv->field), unit)
                       : g_strdup (attune_field_get_title (priv->field));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (priv->widget), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (priv->widget), title);
  gtk_widget_set_name (priv->widget, attune_field_get_path (priv->field));

  create_message_row (self);

  /* translators: a button; %s is the title of a setting */
  reset = g_strdup_printf (_("Reset “%s”"), attune_field_get_title (priv->field));
  priv->reset_button = attune_parameter_row_make_button ("edit-undo-symbolic", reset);
  gtk_widget_set_visible (priv->reset_button, FALSE);
  g_signal_connect_object (priv->reset_button, "clicked", G_CALLBACK (reset_clicked_cb), self, G_CONNECT_SWAPPED);
  attune_parameter_row_add_suffix (self, priv->reset_button);

  if (help != NULL && *help != '\0')
    {
      attune_parameter_row_add_suffix (self, attune_parameter_help_new (priv->field));
      if (ADW_IS_ACTION_ROW (priv->widget))
        {
          g_autofree char *summary = attune_parameter_row_make_summary (help);

          adw_action_row_set_subtitle (ADW_ACTION_ROW (priv->widget), summary);
        }
      gtk_accessible_update_property (GTK_ACCESSIBLE (find_focus_target (priv->widget)),
                                      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, help,
                                      -1);
    }

  g_signal_connect_object (priv->field, "changed", G_CALLBACK (field_changed_cb), self, G_CONNECT_SWAPPED);
  field_changed_cb (self);
}

static void
attune_parameter_row_dispose (GObject *object)
{
  AttuneParameterRow *self = ATTUNE_PARAMETER_ROW (object);
  AttuneParameterRowPrivate *priv = get_private (self);

  g_clear_object (&priv->widget);
  g_clear_object (&priv->message_row);
  g_clear_object (&priv->field);
  g_clear_object (&priv->configuration);
  g_clear_object (&priv->commands);
  g_clear_pointer (&priv->problem, g_free);
  g_clear_pointer (&priv->issue, g_free);

  G_OBJECT_CLASS (attune_parameter_row_parent_class)->dispose (object);
}

static void
attune_parameter_row_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  AttuneParameterRowPrivate *priv = get_private (ATTUNE_PARAMETER_ROW (object));

  switch (prop_id)
    {
    case PROP_FIELD:
      priv->field = g_value_dup_object (value);
      break;

    case PROP_CONFIGURATION:
      priv->configuration = g_value_dup_object (value);
      break;

    case PROP_COMMANDS:
      priv->commands = g_value_dup_object (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
attune_parameter_row_class_init (AttuneParameterRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = attune_parameter_row_constructed;
  object_class->dispose = attune_parameter_row_dispose;
  object_class->set_property = attune_parameter_row_set_property;

  properties[PROP_FIELD] =
    g_param_spec_object ("field", NULL, NULL, ATTUNE_TYPE_FIELD,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_CONFIGURATION] =
    g_param_spec_object ("configuration", NULL, NULL, ATTUNE_TYPE_CONFIGURATION,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_COMMANDS] =
    g_param_spec_object ("commands", NULL, NULL, ATTUNE_TYPE_COMMANDS,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[PROBLEM_CHANGED] = g_signal_new ("problem-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
attune_parameter_row_init (AttuneParameterRow *self)
{
}

AttuneParameterRow *
attune_parameter_row_new (AttuneField         *field,
                          AttuneConfiguration *configuration,
                          AttuneCommands      *commands)
{
  GType type;

  g_return_val_if_fail (ATTUNE_IS_FIELD (field), NULL);
  g_return_val_if_fail (ATTUNE_IS_CONFIGURATION (configuration), NULL);
  g_return_val_if_fail (commands == NULL || ATTUNE_IS_COMMANDS (commands), NULL);

  switch (attune_field_get_parameter_type (field))
    {
    case ATTUNE_PARAMETER_INTEGER:
      type = attune_integer_row_get_type ();
      break;

    case ATTUNE_PARAMETER_DOUBLE:
      type = attune_double_row_get_type ();
      break;

    case ATTUNE_PARAMETER_BOOLEAN:
      type = attune_boolean_row_get_type ();
      break;

    case ATTUNE_PARAMETER_ENUM:
      type = attune_enum_row_get_type ();
      break;

    case ATTUNE_PARAMETER_SET:
      type = attune_set_row_get_type ();
      break;

    case ATTUNE_PARAMETER_DATASET:
      type = attune_dataset_parameter_row_get_type ();
      break;

    case ATTUNE_PARAMETER_MODEL:
      type = attune_model_parameter_row_get_type ();
      break;

    case ATTUNE_PARAMETER_TEXT:
    case ATTUNE_PARAMETER_SECRET:
    default:
      type = attune_text_row_get_type ();
      break;
    }

  return g_object_new (type,
                       "field", field,
                       "configuration", configuration,
                       "commands", commands,
                       NULL);
}

AttuneField *
attune_parameter_row_get_field (AttuneParameterRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), NULL);

  return get_private (self)->field;
}

AttuneConfiguration *
attune_parameter_row_get_configuration (AttuneParameterRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), NULL);

  return get_private (self)->configuration;
}

AttuneCommands *
attune_parameter_row_get_commands (AttuneParameterRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), NULL);

  return get_private (self)->commands;
}

GtkWidget *
attune_parameter_row_get_widget (AttuneParameterRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), NULL);

  return get_private (self)->widget;
}

GtkWidget *
attune_parameter_row_get_message_widget (AttuneParameterRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), NULL);

  return get_private (self)->message_row;
}

void
attune_parameter_row_set_configuration (AttuneParameterRow  *self,
                                        AttuneConfiguration *configuration)
{
  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));
  g_return_if_fail (ATTUNE_IS_CONFIGURATION (configuration));

  if (g_set_object (&get_private (self)->configuration, configuration))
    {
      get_private (self)->touched = FALSE;
      attune_parameter_row_set_problem (self, NULL);
      attune_parameter_row_set_issue (self, NULL);
      /* Choices hold what was chosen before although it may not be chosen any more: start anew. */
      field_changed_cb (self);
    }
}

/* A default looks like one: dim while it is in force, and as a placeholder while a person has emptied the row. */
static void
show_default (AttuneParameterRow *self)
{
  AttuneParameterRowPrivate *priv = get_private (self);
  g_autoptr (GVariant) preset = attune_field_dup_default (priv->field);
  g_autoptr (GVariant) value = attune_field_dup_value (priv->field, priv->configuration);
  GtkWidget *target = find_focus_target (priv->widget);

  if (preset != NULL && value == NULL && priv->problem == NULL)
    gtk_widget_add_css_class (priv->widget, "unset");
  else
    gtk_widget_remove_css_class (priv->widget, "unset");
  if (GTK_IS_TEXT (target) && ADW_IS_ENTRY_ROW (priv->widget) && preset != NULL)
    {
      g_autofree char *text = attune_field_format (priv->field, preset);

      /* Beside the title of an empty row that is not being edited there is no room for it. */
      gtk_text_set_placeholder_text (GTK_TEXT (target), gtk_widget_has_focus (target) ? text : NULL);
    }
}

void
attune_parameter_row_refresh (AttuneParameterRow *self)
{
  AttuneParameterRowPrivate *priv;
  g_autoptr (GVariant) value = NULL;
  gboolean changed;

  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));

  priv = get_private (self);
  value = attune_field_dup_effective_value (priv->field, priv->configuration);
  priv->updating++;
  ATTUNE_PARAMETER_ROW_GET_CLASS (self)->show_value (self, value);
  priv->updating--;

  /* What has no default has nothing to be reset to, but text can be emptied. */
  changed = attune_field_is_changed (priv->field, priv->configuration) &&
            (attune_field_get_flags (priv->field) & ATTUNE_PARAMETER_REQUIRED) == 0;
  gtk_widget_set_visible (priv->reset_button, changed);
  if (changed)
    gtk_widget_add_css_class (priv->widget, "changed");
  else
    gtk_widget_remove_css_class (priv->widget, "changed");

  show_default (self);

  gtk_widget_set_visible (priv->widget, attune_parameter_row_is_shown (self));
  update_message (self);
}

gboolean
attune_parameter_row_is_visible (AttuneParameterRow *self)
{
  AttuneParameterRowPrivate *priv;

  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), FALSE);

  priv = get_private (self);

  return attune_field_is_visible (priv->field, priv->configuration);
}

gboolean
attune_parameter_row_is_shown (AttuneParameterRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), FALSE);

  return attune_parameter_row_is_visible (self) && !get_private (self)->filtered;
}

void
attune_parameter_row_set_filtered (AttuneParameterRow *self,
                                   gboolean            filtered)
{
  AttuneParameterRowPrivate *priv;

  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));

  priv = get_private (self);
  priv->filtered = filtered;
  gtk_widget_set_visible (priv->widget, attune_parameter_row_is_shown (self));
  update_message (self);
}

gboolean
attune_parameter_row_is_changed (AttuneParameterRow *self)
{
  AttuneParameterRowPrivate *priv;

  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), FALSE);

  priv = get_private (self);

  return priv->problem != NULL ||
         (attune_field_is_changed (priv->field, priv->configuration) &&
          (attune_field_get_flags (priv->field) & ATTUNE_PARAMETER_REQUIRED) == 0);
}

void
attune_parameter_row_set_issue (AttuneParameterRow *self,
                                const AttuneIssue  *issue)
{
  AttuneParameterRowPrivate *priv;

  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));

  priv = get_private (self);
  /* Nobody likes to be told off before they began: what is still missing stands in the check, and at its row only once it was
   * there and was taken away. */
  if (issue != NULL && !priv->touched && g_strcmp0 (issue->code, "required") == 0)
    issue = NULL;
  priv->issue_is_error = issue != NULL && issue->severity == ATTUNE_SEVERITY_ERROR;
  g_set_str (&priv->issue, issue != NULL ? issue->message : NULL);
  update_message (self);
}

const char *
attune_parameter_row_get_problem (AttuneParameterRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), NULL);

  return get_private (self)->problem;
}

const char *
attune_parameter_row_get_message (AttuneParameterRow *self)
{
  AttuneParameterRowPrivate *priv;

  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), NULL);

  priv = get_private (self);

  return priv->problem != NULL ? priv->problem : priv->issue;
}

void
attune_parameter_row_reset (AttuneParameterRow *self)
{
  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));

  attune_parameter_row_take_value (self, NULL);
  attune_parameter_row_refresh (self);
}

void
attune_parameter_row_grab_focus (AttuneParameterRow *self)
{
  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));

  gtk_widget_grab_focus (get_private (self)->widget);
}

gboolean
attune_parameter_row_is_updating (AttuneParameterRow *self)
{
  g_return_val_if_fail (ATTUNE_IS_PARAMETER_ROW (self), FALSE);

  return get_private (self)->updating > 0;
}

void
attune_parameter_row_take_value (AttuneParameterRow *self,
                                 GVariant           *value)
{
  AttuneParameterRowPrivate *priv;

  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));

  priv = get_private (self);
  priv->touched = TRUE;
  attune_parameter_row_set_problem (self, NULL);
  attune_field_set_value (priv->field, priv->configuration, value);
}

void
attune_parameter_row_set_problem (AttuneParameterRow *self,
                                  const char         *problem)
{
  AttuneParameterRowPrivate *priv;

  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));

  priv = get_private (self);
  if (g_set_str (&priv->problem, problem))
    {
      update_message (self);
      g_signal_emit (self, signals[PROBLEM_CHANGED], 0);
    }
}

void
attune_parameter_row_add_suffix (AttuneParameterRow *self,
                                 GtkWidget          *suffix)
{
  AttuneParameterRowPrivate *priv;

  g_return_if_fail (ATTUNE_IS_PARAMETER_ROW (self));
  g_return_if_fail (GTK_IS_WIDGET (suffix));

  priv = get_private (self);
  if (ADW_IS_ENTRY_ROW (priv->widget))
    adw_entry_row_add_suffix (ADW_ENTRY_ROW (priv->widget), suffix);
  else if (ADW_IS_EXPANDER_ROW (priv->widget))
    adw_expander_row_add_suffix (ADW_EXPANDER_ROW (priv->widget), suffix);
  else
    adw_action_row_add_suffix (ADW_ACTION_ROW (priv->widget), suffix);
}

char *
attune_parameter_row_make_summary (const char *help)
{
  const char *end;

  g_return_val_if_fail (help != NULL, NULL);

  end = strpbrk (help, ";:");
  if (end == NULL && g_str_has_suffix (help, "."))
    end = help + strlen (help) - 1;

  return end != NULL ? g_strndup (help, (gsize) (end - help)) : g_strdup (help);
}
