/* attune-notice-list.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-notice-list.h"

#include <glib/gi18n-lib.h>

struct _AttuneNoticeList {
  AdwBin parent_instance;
};

G_DEFINE_FINAL_TYPE (AttuneNoticeList, attune_notice_list, ADW_TYPE_BIN)

typedef enum {
  NOTICE_ERROR,
  NOTICE_WARNING,
  NOTICE_INFO,
  N_NOTICES
} NoticeSeverity;

/* "3 November 2026"; the text itself where it is no day. */
static char *
format_day (const char *day)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autofree char *noon = g_strconcat (day, "T12:00:00", NULL);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (noon, zone);

  /* translators: a day, for g_date_time_format() */
  return time != NULL ? g_date_time_format (time, _("%-d %B %Y")) : g_strdup (day);
}

static char *
describe_dates (const char *from,
                const char *until,
                const char *today)
{
  if (from != NULL && g_strcmp0 (from, today) > 0)
    {
      g_autofree char *day = format_day (from);

      /* translators: %s is a day; from then on, what a notice says holds */
      return g_strdup_printf (_("From %s"), day);
    }
  if (until != NULL)
    {
      g_autofree char *day = format_day (until);

      /* translators: %s is a day; until then, what a notice says holds */
      return g_strdup_printf (_("Until %s"), day);
    }
  if (from != NULL)
    {
      g_autofree char *day = format_day (from);

      /* translators: %s is a day in the past */
      return g_strdup_printf (_("Since %s"), day);
    }

  return NULL;
}

static GtkWidget *
make_row (NoticeSeverity  severity,
          const char     *text,
          const char     *dates)
{
  static const char * const icons[] = { "dialog-error-symbolic", "dialog-warning-symbolic", "dialog-information-symbolic" };
  static const char * const classes[] = { "error", "warning", "dim-label" };
  const char *names[] = { _("Error"), _("Warning"), _("Notice") };
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name (icons[severity]);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), text);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  if (dates != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), dates);
  gtk_widget_add_css_class (icon, classes[severity]);
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, names[severity], -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);

  return row;
}

static NoticeSeverity
read_severity (GVariant *notice)
{
  const char *word = "info";

  g_variant_lookup (notice, "severity", "&s", &word);

  return g_str_equal (word, "error") ? NOTICE_ERROR : g_str_equal (word, "warning") ? NOTICE_WARNING : NOTICE_INFO;
}

/* The row of a notice that has @wanted severity on this day; NULL for any other. */
static GtkWidget *
make_row_for (GVariant       *notice,
              NoticeSeverity  wanted,
              const char     *today)
{
  NoticeSeverity severity = read_severity (notice);
  const char *text = NULL;
  const char *from = NULL;
  const char *until = NULL;
  g_autofree char *dates = NULL;

  g_variant_lookup (notice, "from", "&s", &from);
  g_variant_lookup (notice, "until", "&s", &until);
  if (!g_variant_lookup (notice, "text", "&s", &text) || (until != NULL && g_strcmp0 (until, today) < 0))
    return NULL;

  /* What will stop work does not stop it yet. */
  if (severity == NOTICE_ERROR && from != NULL && g_strcmp0 (from, today) > 0)
    severity = NOTICE_WARNING;
  if (severity != wanted)
    return NULL;
  dates = describe_dates (from, until, today);

  return make_row (severity, text, dates);
}

void
attune_notice_list_set (AttuneNoticeList *self,
                        const char       *provider,
                        GVariant         *notices,
                        const char       *today)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *now_day = g_date_time_format (now, "%Y-%m-%d");
  g_autofree char *title = NULL;
  g_autofree char *escaped = NULL;
  GtkWidget *group;
  GtkWidget *more = NULL;
  guint n_rows = 0;
  guint n_more = 0;

  g_return_if_fail (ATTUNE_IS_NOTICE_LIST (self));
  g_return_if_fail (provider != NULL);
  g_return_if_fail (notices == NULL || g_variant_is_of_type (notices, G_VARIANT_TYPE ("aa{sv}")));

  group = g_object_ref_sink (adw_preferences_group_new ());
  /* translators: %s is a provider */
  title = g_strdup_printf (_("Notices of %s"), provider);
  escaped = g_markup_escape_text (title, -1);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), escaped);

  for (guint severity = 0; severity < N_NOTICES; severity++)
    for (gsize i = 0; notices != NULL && i < g_variant_n_children (notices); i++)
      {
        g_autoptr (GVariant) notice = g_variant_get_child_value (notices, i);
        GtkWidget *row = make_row_for (notice, severity, today != NULL ? today : now_day);

        if (row == NULL)
          continue;
        n_rows++;
        if (severity != NOTICE_INFO)
          {
            adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
            continue;
          }
        n_more++;
        if (more == NULL)
          {
            more = adw_expander_row_new ();
            adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), more);
          }
        adw_expander_row_add_row (ADW_EXPANDER_ROW (more), row);
      }

  if (more != NULL)
    {
      g_autofree char *count = g_strdup_printf (ngettext ("%u Notice", "%u Notices", n_more), n_more);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (more), count);
      /* With nothing to warn of, one line without a heading is enough. */
      if (n_more == n_rows)
        {
          adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (more), FALSE);
          adw_preferences_row_set_title (ADW_PREFERENCES_ROW (more), title);
          adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), "");
        }
    }
  adw_bin_set_child (ADW_BIN (self), group);
  g_object_unref (group);
  gtk_widget_set_visible (GTK_WIDGET (self), n_rows > 0);
}

static void
attune_notice_list_class_init (AttuneNoticeListClass *klass)
{
}

static void
attune_notice_list_init (AttuneNoticeList *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
attune_notice_list_new (void)
{
  return g_object_new (ATTUNE_TYPE_NOTICE_LIST, NULL);
}
