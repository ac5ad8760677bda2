/* attune-jobs-model.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-jobs-model.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

struct _AttuneJobsModel {
  GObject             parent_instance;

  AttuneCommands     *commands;
  AttuneJobStore     *store;
  GtkFilterListModel *filtered;
  GtkSortListModel   *sorted;
  GtkFilter          *filter;
  GHashTable         *hidden;    /* ids */
  char               *texts[6];
  char               *needle;    /* search, folded; NULL: everything */
  guint               refresh_source;
};

enum { PROP_SEARCH = 1, PROP_STATE, PROP_PROVIDER, PROP_ORDER, PROP_SECTIONS, N_PROPS };
static GParamSpec *properties[N_PROPS];

static void list_model_init (GListModelInterface *iface);
static void section_model_init (GtkSectionModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AttuneJobsModel, attune_jobs_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init)
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SECTION_MODEL, section_model_init))

/* --- What is shown --- */

static gboolean
is (AttuneJobsModel *self,
    guint            property,
    const char      *word)
{
  return g_strcmp0 (self->texts[property], word) == 0;
}

static gboolean
text_contains (const char *text,
               const char *needle)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return folded != NULL && strstr (folded, needle) != NULL;
}

static const char *
get_provider_title (AttuneJobsModel *self,
                    AttuneJob       *job)
{
  AttuneAdapter *adapter = attune_registry_lookup (attune_commands_get_registry (self->commands), attune_job_get_provider (job), NULL);

  return adapter != NULL ? attune_adapter_get_title (adapter) : attune_job_get_provider (job);
}

static gboolean
matches_state (AttuneJobsModel *self,
               AttuneJob       *job)
{
  AttuneJobStatus status = attune_job_get_status (job);

  if (is (self, PROP_STATE, "active"))
    return !attune_job_status_is_final (status);
  if (is (self, PROP_STATE, "succeeded"))
    return status == ATTUNE_JOB_STATUS_SUCCEEDED;
  if (is (self, PROP_STATE, "failed"))
    return status == ATTUNE_JOB_STATUS_FAILED;
  if (is (self, PROP_STATE, "cancelled"))
    return status == ATTUNE_JOB_STATUS_CANCELLED;

  return TRUE;
}

static gboolean
match_job (gpointer item,
           gpointer user_data)
{
  AttuneJobsModel *self = user_data;
  AttuneJob *job = item;
  g_autofree char *model = NULL;

  if (g_hash_table_contains (self->hidden, attune_job_get_id (job)) || !matches_state (self, job))
    return FALSE;
  if (self->texts[PROP_PROVIDER] != NULL && !is (self, PROP_PROVIDER, "all") &&
      !is (self, PROP_PROVIDER, attune_job_get_provider (job)))
    return FALSE;
  if (self->needle == NULL)
    return TRUE;

  model = attune_configuration_dup_text (attune_job_get_configuration (job), "model.baseModel");

  return text_contains (attune_job_get_name (job), self->needle) ||
         text_contains (attune_job_get_id (job), self->needle) ||
         text_contains (attune_job_status_get_title (attune_job_get_status (job)), self->needle) ||
         text_contains (get_provider_title (self, job), self->needle) ||
         text_contains (model, self->needle);
}

/* What goes on comes first. */
static int
get_state_section (AttuneJob *job)
{
  AttuneJobStatus status = attune_job_get_status (job);

  if (!attune_job_status_is_final (status))
    return 0;
  if (status == ATTUNE_JOB_STATUS_SUCCEEDED)
    return 1;

  return status == ATTUNE_JOB_STATUS_FAILED ? 2 : 3;
}

static int
compare_sections (gconstpointer a,
                  gconstpointer b,
                  gpointer      user_data)
{
  AttuneJobsModel *self = user_data;
  AttuneJob *first = (gpointer) a;
  AttuneJob *second = (gpointer) b;

  if (is (self, PROP_SECTIONS, "provider"))
    return g_utf8_collate (get_provider_title (self, first), get_provider_title (self, second));

  return get_state_section (first) - get_state_section (second);
}

/* Jobs without a loss come last, whichever the order. */
static int
compare_losses (AttuneJob *first,
                AttuneJob *second)
{
  double a = attune_job_get_metric (first, ATTUNE_METRIC_EVAL_LOSS);
  double b = attune_job_get_metric (second, ATTUNE_METRIC_EVAL_LOSS);

  if (!isfinite (a))
    a = attune_job_get_metric (first, ATTUNE_METRIC_LOSS);
  if (!isfinite (b))
    b = attune_job_get_metric (second, ATTUNE_METRIC_LOSS);
  if (!isfinite (a) || !isfinite (b))
    return isfinite (b) - isfinite (a);

  return (a > b) - (a < b);
}

static int
compare_jobs (gconstpointer a,
              gconstpointer b,
              gpointer      user_data)
{
  AttuneJobsModel *self = user_data;
  AttuneJob *first = (gpointer) a;
  AttuneJob *second = (gpointer) b;
  gint64 created_first = attune_job_get_created_at (first);
  gint64 created_second = attune_job_get_created_at (second);

  if (is (self, PROP_ORDER, "name"))
    return g_utf8_collate (attune_job_get_name (first), attune_job_get_name (second));
  if (is (self, PROP_ORDER, "loss"))
    return compare_losses (first, second);
  if (is (self, PROP_ORDER, "oldest"))
    return (created_first > created_second) - (created_first < created_second);

  return (created_first < created_second) - (created_first > created_second);
}

static void
apply_order (AttuneJobsModel *self)
{
  gboolean by_default = self->texts[PROP_ORDER] == NULL || is (self, PROP_ORDER, "newest");
  gboolean in_sections = is (self, PROP_SECTIONS, "state") || is (self, PROP_SECTIONS, "provider");
  g_autoptr (GtkSorter) sorter = NULL;
  g_autoptr (GtkSorter) section_sorter = NULL;

  /* The store is sorted by time already: nothing to do is the fastest for ten thousand jobs. */
  if (!by_default)
    sorter = GTK_SORTER (gtk_custom_sorter_new (compare_jobs, self, NULL));
  if (in_sections)
    section_sorter = GTK_SORTER (gtk_custom_sorter_new (compare_sections, self, NULL));
  gtk_sort_list_model_set_sorter (self->sorted, sorter);
  gtk_sort_list_model_set_section_sorter (self->sorted, section_sorter);
}

/* --- Following the jobs --- */

static void
resort (GtkSorter *sorter)
{
  if (sorter != NULL)
    gtk_sorter_changed (sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

static gboolean
refresh_cb (gpointer user_data)
{
  AttuneJobsModel *self = user_data;

  g_assert (ATTUNE_IS_JOBS_MODEL (self));

  self->refresh_source = 0;
  if (attune_jobs_model_is_filtered (self))
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  resort (gtk_sort_list_model_get_section_sorter (self->sorted));
  resort (gtk_sort_list_model_get_sorter (self->sorted));

  return G_SOURCE_REMOVE;
}

/* Where a job belongs may be another place now; several that change at once are looked at once. */
static void
job_changed_cb (AttuneJobsModel *self)
{
  g_assert (ATTUNE_IS_JOBS_MODEL (self));

  if (self->refresh_source == 0)
    self->refresh_source = g_idle_add (refresh_cb, self);
}

static void
follow (AttuneJobsModel *self,
        AttuneJob       *job)
{
  /* The store takes a job out and puts it in again where it moves. */
  if (g_signal_handler_find (job, G_SIGNAL_MATCH_FUNC | G_SIGNAL_MATCH_DATA, 0, 0, NULL, job_changed_cb, self) != 0)
    return;

  g_signal_connect_object (job, "notify::status", G_CALLBACK (job_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::name", G_CALLBACK (job_changed_cb), self, G_CONNECT_SWAPPED);
}

static void
store_changed_cb (AttuneJobsModel *self,
                  guint            position,
                  guint            removed,
                  guint            added)
{
  g_assert (ATTUNE_IS_JOBS_MODEL (self));

  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (AttuneJob) job = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      follow (self, job);
    }
}

/* --- Models --- */

static GType
get_item_type (GListModel *model)
{
  return ATTUNE_TYPE_JOB;
}

static guint
get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (ATTUNE_JOBS_MODEL (model)->sorted));
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (ATTUNE_JOBS_MODEL (model)->sorted), position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
get_section (GtkSectionModel *model,
             guint            position,
             guint           *start,
             guint           *end)
{
  gtk_section_model_get_section (GTK_SECTION_MODEL (ATTUNE_JOBS_MODEL (model)->sorted), position, start, end);
}

static void
section_model_init (GtkSectionModelInterface *iface)
{
  iface->get_section = get_section;
}

static void
items_changed_cb (AttuneJobsModel *self,
                  guint            position,
                  guint            removed,
                  guint            added)
{
  g_assert (ATTUNE_IS_JOBS_MODEL (self));

  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
sections_changed_cb (AttuneJobsModel *self,
                     guint            position,
                     guint            n_items)
{
  g_assert (ATTUNE_IS_JOBS_MODEL (self));

  gtk_section_model_sections_changed (GTK_SECTION_MODEL (self), position, n_items);
}

/* --- Object --- */

static void
attune_jobs_model_dispose (GObject *object)
{
  AttuneJobsModel *self = ATTUNE_JOBS_MODEL (object);

  g_clear_handle_id (&self->refresh_source, g_source_remove);
  /* The functions of the filter and the sorters have this object as their data. */
  if (self->sorted != NULL)
    {
      gtk_sort_list_model_set_sorter (self->sorted, NULL);
      gtk_sort_list_model_set_section_sorter (self->sorted, NULL);
      gtk_filter_list_model_set_model (self->filtered, NULL);
    }
  g_clear_object (&self->sorted);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->store);
  g_clear_object (&self->commands);
  g_clear_pointer (&self->hidden, g_hash_table_unref);

  G_OBJECT_CLASS (attune_jobs_model_parent_class)->dispose (object);
}

static void
attune_jobs_model_finalize (GObject *object)
{
  AttuneJobsModel *self = ATTUNE_JOBS_MODEL (object);

  for (guint i = 1; i < N_PROPS; i++)
    g_free (self->texts[i]);
  g_free (self->needle);

  G_OBJECT_CLASS (attune_jobs_model_parent_class)->finalize (object);
}

static void
attune_jobs_model_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  g_value_set_string (value, ATTUNE_JOBS_MODEL (object)->texts[prop_id]);
}

static void
attune_jobs_model_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  AttuneJobsModel *self = ATTUNE_JOBS_MODEL (object);

  if (!g_set_str (&self->texts[prop_id], g_value_get_string (value)))
    return;

  if (prop_id == PROP_SEARCH)
    {
      g_clear_pointer (&self->needle, g_free);
      if (self->texts[PROP_SEARCH] != NULL && *self->texts[PROP_SEARCH] != '\0')
        self->needle = g_utf8_casefold (self->texts[PROP_SEARCH], -1);
    }
  if (prop_id == PROP_ORDER || prop_id == PROP_SECTIONS)
    apply_order (self);
  else
    gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  g_object_notify_by_pspec (object, pspec);
}

static void
attune_jobs_model_class_init (AttuneJobsModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  static const char * const names[N_PROPS] = { NULL, "search", "state", "provider", "order", "sections" };
  static const char * const defaults[N_PROPS] = { NULL, "", "all", "all", "newest", "none" };

  object_class->dispose = attune_jobs_model_dispose;
  object_class->finalize = attune_jobs_model_finalize;
  object_class->get_property = attune_jobs_model_get_property;
  object_class->set_property = attune_jobs_model_set_property;

  for (guint i = 1; i < N_PROPS; i++)
    properties[i] = g_param_spec_string (names[i], NULL, NULL, defaults[i],
                                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
attune_jobs_model_init (AttuneJobsModel *self)
{
  for (guint i = 1; i < N_PROPS; i++)
    self->texts[i] = g_strdup (G_PARAM_SPEC_STRING (properties[i])->default_value);
  self->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->filter = GTK_FILTER (gtk_custom_filter_new (match_job, self, NULL));
}

AttuneJobsModel *
attune_jobs_model_new (AttuneCommands *commands)
{
  AttuneJobsModel *self;

  g_return_val_if_fail (ATTUNE_IS_COMMANDS (commands), NULL);

  self = g_object_new (ATTUNE_TYPE_JOBS_MODEL, NULL);
  self->commands = g_object_ref (commands);
  self->store = g_object_ref (attune_commands_get_jobs (commands));
  self->filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->store)), g_object_ref (self->filter));
  self->sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->filtered)), NULL);
  g_signal_connect_object (self->sorted, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sorted, "sections-changed", G_CALLBACK (sections_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "items-changed", G_CALLBACK (store_changed_cb), self, G_CONNECT_SWAPPED);
  store_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (self->store)));

  return self;
}

gboolean
attune_jobs_model_is_filtered (AttuneJobsModel *self)
{
  g_return_val_if_fail (ATTUNE_IS_JOBS_MODEL (self), FALSE);

  return self->needle != NULL || !is (self, PROP_STATE, "all") || !is (self, PROP_PROVIDER, "all");
}

const char *
attune_jobs_model_get_section_title (AttuneJobsModel *self,
                                     AttuneJob       *job)
{
  static const char * const states[] = { N_("Under Way"), N_("Succeeded"), N_("Failed"), N_("Cancelled") };

  g_return_val_if_fail (ATTUNE_IS_JOBS_MODEL (self), NULL);
  g_return_val_if_fail (ATTUNE_IS_JOB (job), NULL);

  if (is (self, PROP_SECTIONS, "provider"))
    return get_provider_title (self, job);
  if (is (self, PROP_SECTIONS, "state"))
    return _(states[get_state_section (job)]);

  return NULL;
}

static void
set_hidden (AttuneJobsModel *self,
            AttuneJob       *job,
            gboolean         hidden)
{
  if (hidden)
    g_hash_table_add (self->hidden, g_strdup (attune_job_get_id (job)));
  else
    g_hash_table_remove (self->hidden, attune_job_get_id (job));
  gtk_filter_changed (self->filter, hidden ? GTK_FILTER_CHANGE_MORE_STRICT : GTK_FILTER_CHANGE_LESS_STRICT);
}

void
attune_jobs_model_hide (AttuneJobsModel *self,
                        AttuneJob       *job)
{
  g_return_if_fail (ATTUNE_IS_JOBS_MODEL (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  set_hidden (self, job, TRUE);
}

void
attune_jobs_model_unhide (AttuneJobsModel *self,
                          AttuneJob       *job)
{
  g_return_if_fail (ATTUNE_IS_JOBS_MODEL (self));
  g_return_if_fail (ATTUNE_IS_JOB (job));

  set_hidden (self, job, FALSE);
}
