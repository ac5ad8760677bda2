/* attune-combo.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-combo.h"

void
attune_combo_fill (AdwComboRow *combo,
                   GStrv       *shown_ids,
                   GStrv        ids,
                   GStrv        titles)
{
  g_auto (GStrv) taken_titles = titles;
  GListModel *model;
  gboolean same;

  g_return_if_fail (ADW_IS_COMBO_ROW (combo));
  g_return_if_fail (shown_ids != NULL && ids != NULL && titles != NULL);

  model = adw_combo_row_get_model (combo);
  same = *shown_ids != NULL && g_strv_equal ((const char * const *) *shown_ids, (const char * const *) ids);
  for (guint i = 0; same && titles[i] != NULL; i++)
    same = g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (model), i), titles[i]) == 0;

  g_strfreev (*shown_ids);
  *shown_ids = ids;
  if (!same)
    {
      g_autoptr (GtkStringList) list = gtk_string_list_new ((const char * const *) titles);

      adw_combo_row_set_model (combo, G_LIST_MODEL (list));
    }
}

#define VALUE_WIDTH 15

static void
value_setup_cb (GtkListItemFactory *factory,
                GtkListItem        *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  gtk_list_item_set_child (item, label);
}

static void
value_bind_cb (GtkListItemFactory *factory,
               GtkListItem        *item)
{
  GtkLabel *label = GTK_LABEL (gtk_list_item_get_child (item));
  const char *text = gtk_string_object_get_string (gtk_list_item_get_item (item));

  gtk_label_set_text (label, text);
  gtk_label_set_width_chars (label, (int) MIN (g_utf8_strlen (text, -1), VALUE_WIDTH));
}

static void
choice_setup_cb (AdwComboRow *combo,
                 GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *check = gtk_image_new_from_icon_name ("object-select-symbolic");

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 30);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), check);
  gtk_list_item_set_child (item, box);
}

static void
choice_bind_cb (AdwComboRow *combo,
                GtkListItem *item)
{
  GtkWidget *label = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *check = gtk_widget_get_next_sibling (label);

  gtk_label_set_text (GTK_LABEL (label), gtk_string_object_get_string (gtk_list_item_get_item (item)));
  gtk_widget_set_opacity (check, adw_combo_row_get_selected_item (combo) == gtk_list_item_get_item (item) ? 1 : 0);
}

static void
popup_cb (AdwComboRow *combo)
{
  GtkListItemFactory *factory = g_object_get_data (G_OBJECT (combo), "attune-choices");

  /* Binds each choice anew, so that the mark is at the one that is selected now. */
  adw_combo_row_set_list_factory (combo, NULL);
  adw_combo_row_set_list_factory (combo, factory);
}

void
attune_combo_style (AdwComboRow *combo)
{
  g_autoptr (GtkListItemFactory) values = gtk_signal_list_item_factory_new ();
  GtkListItemFactory *choices = gtk_signal_list_item_factory_new ();

  g_return_if_fail (ADW_IS_COMBO_ROW (combo));

  g_signal_connect (values, "setup", G_CALLBACK (value_setup_cb), NULL);
  g_signal_connect (values, "bind", G_CALLBACK (value_bind_cb), NULL);
  adw_combo_row_set_factory (combo, values);

  g_signal_connect_object (choices, "setup", G_CALLBACK (choice_setup_cb), combo, G_CONNECT_SWAPPED);
  g_signal_connect_object (choices, "bind", G_CALLBACK (choice_bind_cb), combo, G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (combo), "attune-choices", choices, g_object_unref);
  adw_combo_row_set_list_factory (combo, choices);
  g_signal_connect (combo, "notify::selected", G_CALLBACK (popup_cb), NULL);
}
