/* attune-fireworks-capabilities.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-fireworks-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "attune-http-json.h"

/* FALSE where the model has none. */
static gboolean
read_date (JsonNode   *model,
           const char *path,
           GDate      *date)
{
  g_autofree char *year_path = g_strconcat (path, ".year", NULL);
  g_autofree char *month_path = g_strconcat (path, ".month", NULL);
  g_autofree char *day_path = g_strconcat (path, ".day", NULL);
  gint64 year = attune_http_json_peek_int (model, year_path, 0);
  gint64 month = attune_http_json_peek_int (model, month_path, 0);
  gint64 day = attune_http_json_peek_int (model, day_path, 0);

  if (year <= 0 || year > 9999 || month < 0 || month > 12 || day < 0 || day > 31
      /* The first day of a month or year whose day or month is open. */
      || !g_date_valid_dmy ((GDateDay) MAX (day, 1), (GDateMonth) MAX (month, 1), (GDateYear) year))
    return FALSE;

  g_date_set_dmy (date, (GDateDay) MAX (day, 1), (GDateMonth) MAX (month, 1), (GDateYear) year);

  return TRUE;
}

static void
add_text (GString    *text,
          const char *more)
{
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, more);
}

static char *
dup_notes (JsonNode *model)
{
  g_autoptr (GString) notes = g_string_new (NULL);

  if (attune_json_peek_boolean (model, "baseModelDetails.moe", FALSE))
    add_text (notes, _("Mixture of experts"));
  if (attune_json_peek_boolean (model, "supportsTools", FALSE))
    add_text (notes, _("Calls tools"));
  if (attune_json_peek_boolean (model, "supportsImageInput", FALSE))
    add_text (notes, _("Sees images"));

  return g_string_free_and_steal (g_steal_pointer (&notes));
}

static JsonNode *
new_text_node (const char *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

static JsonObject *
build_notice (const GDate *date)
{
  JsonObject *notice = json_object_new ();
  char day[16];
  g_autofree char *text = NULL;

  g_date_strftime (day, sizeof day, "%Y-%m-%d", date);
  /* translators: %s is a date such as 2027-01-31 */
  text = g_strdup_printf (_("Fireworks withdraws this model on %s. Models that were tuned from it may go with it."), day);
  json_object_set_string_member (notice, "text", text);
  json_object_set_string_member (notice, "severity", "warning");

  return notice;
}

static void
add_methods (JsonObject *object,
             gboolean    lora,
             gboolean    full)
{
  JsonArray *methods = json_array_new ();

  if (lora)
    json_array_add_string_element (methods, "lora");
  if (full)
    json_array_add_string_element (methods, "full");
  json_object_set_array_member (object, "supportedMethods", methods);
}

static void
add_lengths (JsonObject *object,
             JsonNode   *model)
{
  const AttuneParameter *length = attune_parameters_lookup ("schedule.sequenceLength");
  gint64 context = attune_http_json_peek_int (model, "contextLength", 0);
  gint64 training = attune_http_json_peek_int (model, "trainingContextLength", 0);
  gint64 limit = training > 0 ? training : context;
  JsonObject *ranges;
  JsonObject *range;

  if (context > 0 && context <= G_MAXUINT32)
    json_object_set_int_member (object, "contextLength", context);
  if (limit < (gint64) length->minimum || limit >= (gint64) length->maximum)
    return;

  range = json_object_new ();
  json_object_set_double_member (range, "min", length->minimum);
  json_object_set_double_member (range, "max", (double) limit);
  ranges = json_object_new ();
  json_object_set_object_member (ranges, length->path, range);
  json_object_set_object_member (object, "parameterRanges", ranges);
}

/* NULL where the model cannot be tuned, or is not there any more. */
static JsonObject *
build_model (JsonNode    *model,
             const GDate *today)
{
  const char *name = attune_json_peek_string (model, "name", NULL);
  const char *state = attune_json_peek_string (model, "state", "READY");
  const char *title = attune_json_peek_string (model, "displayName", "");
  gboolean lora = attune_json_peek_boolean (model, "supervisedLoraTunable", FALSE);
  gboolean full = attune_json_peek_boolean (model, "supervisedFullParameterTunable", FALSE);
  gint64 parameters = attune_http_json_peek_int (model, "baseModelDetails.parameterCount", 0);
  g_autofree char *notes = NULL;
  JsonObject *object;
  GDate date;
  gboolean ends;

  if (name == NULL || (!lora && !full) || strcmp (state, "READY") != 0)
    return NULL;
  ends = read_date (model, "deprecationDate", &date);
  if (ends && g_date_compare (&date, today) <= 0)
    return NULL;

  object = json_object_new ();
  json_object_set_string_member (object, "id", name);
  json_object_set_string_member (object, "title", *title != '\0' ? title : attune_fireworks_get_short_name (name));
  add_methods (object, lora, full);
  add_lengths (object, model);
  if (parameters > 0)
    json_object_set_int_member (object, "parameters", parameters);
  notes = dup_notes (model);
  if (*notes != '\0')
    json_object_set_member (object, "notes", new_text_node (notes));
  if (ends)
    {
      JsonArray *notices = json_array_new ();

      json_array_add_object_element (notices, build_notice (&date));
      json_object_set_array_member (object, "notices", notices);
    }

  return object;
}

void
attune_fireworks_parse_models (JsonNode    *answer,
                               JsonArray   *models,
                               const GDate *today)
{
  JsonArray *list = attune_http_json_peek_array (answer, "models");

  g_return_if_fail (models != NULL);
  g_return_if_fail (today != NULL);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *model = build_model (json_array_get_element (list, i), today);

      if (model != NULL)
        json_array_add_object_element (models, model);
    }
}
