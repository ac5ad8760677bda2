/* fake-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-adapter.h"

#include <math.h>

#include "attune-error.h"

struct _FakeAdapter {
  GObject             parent_instance;

  char               *id;
  char               *title;
  AttuneCapabilities *capabilities;
  guint               n_failing_loads;
  char               *start_error;
  char               *advice_path;
  GVariant           *advice_value;
  guint               n_started;
  AttuneJobStatus     status;
  gint64              step;
  gint64              total_steps;
  double              cost_low;
  double              cost_high;
  char               *credential;
};

static void fake_adapter_init_interface (AttuneAdapterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeAdapter, fake_adapter, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, fake_adapter_init_interface))

static GVariant *
build_definition (const char *type,
                  const char *title,
                  GVariant   *preset,
                  double      minimum,
                  double      maximum)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "type", "s", type);
  g_variant_dict_insert (&dict, "title", "s", title);
  g_variant_dict_insert (&dict, "description", "s", "What this does & what happens when it is turned up.");
  g_variant_dict_insert (&dict, "required", "b", FALSE);
  if (preset != NULL)
    g_variant_dict_insert_value (&dict, "default", preset);
  if (minimum < maximum)
    {
      g_variant_dict_insert (&dict, "min", "d", minimum);
      g_variant_dict_insert (&dict, "max", "d", maximum);
    }
  if (g_str_equal (type, "enum"))
    g_variant_dict_insert_value (&dict, "enumValues", g_variant_new_strv ((const char *[]) { "low", "high", NULL }, -1));

  return g_variant_dict_end (&dict);
}

static GVariant *
build_model (const char *id,
             const char *title,
             const char *path,
             guint64     parameters,
             double      longest)
{
  GVariantDict dict;
  GVariantBuilder ranges;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", id);
  g_variant_dict_insert (&dict, "title", "s", title);
  if (path != NULL)
    g_variant_dict_insert (&dict, "path", "s", path);
  g_variant_dict_insert (&dict, "parameters", "t", parameters);
  g_variant_dict_insert (&dict, "sizeBytes", "t", parameters * 2);
  g_variant_dict_insert (&dict, "contextLength", "u", (guint32) longest);
  g_variant_builder_init (&ranges, G_VARIANT_TYPE ("a{s(dd)}"));
  g_variant_builder_add (&ranges, "{s(dd)}", "schedule.sequenceLength", 512.0, longest);
  g_variant_dict_insert_value (&dict, "parameterRanges", g_variant_builder_end (&ranges));

  return g_variant_dict_end (&dict);
}

GVariantDict *
fake_adapter_new_dict (void)
{
  GVariantDict *dict = g_variant_dict_new (NULL);
  GVariantBuilder paths, models, ranges, custom;
  guint n_parameters;
  const AttuneParameter *parameters = attune_parameters_get (&n_parameters);

  g_variant_builder_init (&paths, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < n_parameters; i++)
    if (parameters[i].group != ATTUNE_PARAMETER_GROUP_HARDWARE && parameters[i].group != ATTUNE_PARAMETER_GROUP_INTEGRATIONS)
      g_variant_builder_add (&paths, "s", parameters[i].path);

  g_variant_builder_init (&models, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_builder_add_value (&models, build_model ("small", "Small Model", "/models/small", 4200000, 4096));
  g_variant_builder_add_value (&models, build_model ("large", "Large Model", "/models/large", 1100000000, 1024));

  g_variant_builder_init (&ranges, G_VARIANT_TYPE ("a{s(dd)}"));
  g_variant_builder_add (&ranges, "{s(dd)}", "schedule.epochs", 1.0, 10.0);

  g_variant_builder_init (&custom, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&custom, "{s@a{sv}}", "seed", build_definition ("number", "Seed", g_variant_new_int64 (42), 0, 1000));
  g_variant_builder_add (&custom, "{s@a{sv}}", "share", build_definition ("number", "Share", g_variant_new_double (0.5), 0, 1));
  g_variant_builder_add (&custom, "{s@a{sv}}", "effort", build_definition ("enum", "Effort", g_variant_new_string ("low"), 0, 0));
  g_variant_builder_add (&custom, "{s@a{sv}}", "verbose", build_definition ("boolean", "Verbose", g_variant_new_boolean (FALSE), 0, 0));
  g_variant_builder_add (&custom, "{s@a{sv}}", "note", build_definition ("string", "Note", NULL, 0, 0));

  g_variant_dict_insert_value (dict, "supportedMethods", g_variant_new_strv ((const char *[]) { "full", "lora", NULL }, -1));
  g_variant_dict_insert_value (dict, "supportedPrecisions", g_variant_new_strv ((const char *[]) { "fp32", "bf16", NULL }, -1));
  g_variant_dict_insert_value (dict, "supportedOptimizations",
                               g_variant_new_strv ((const char *[]) { "dynamic_padding", "sequence_packing", NULL }, -1));
  g_variant_dict_insert_value (dict, "supportedParameters", g_variant_builder_end (&paths));
  g_variant_dict_insert_value (dict, "parameterRanges", g_variant_builder_end (&ranges));
  g_variant_dict_insert_value (dict, "customParameters", g_variant_builder_end (&custom));
  g_variant_dict_insert_value (dict, "models", g_variant_builder_end (&models));
  g_variant_dict_insert_value (dict, "actions", g_variant_new_strv ((const char *[]) { "cancel", "pause", "resume", NULL }, -1));

  return dict;
}

static void
fake_adapter_finalize (GObject *object)
{
  FakeAdapter *self = FAKE_ADAPTER (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->start_error, g_free);
  g_clear_pointer (&self->credential, g_free);
  g_clear_pointer (&self->advice_path, g_free);
  g_clear_pointer (&self->advice_value, g_variant_unref);
  g_clear_object (&self->capabilities);

  G_OBJECT_CLASS (fake_adapter_parent_class)->finalize (object);
}

static void
fake_adapter_class_init (FakeAdapterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_adapter_finalize;
}

static void
fake_adapter_init (FakeAdapter *self)
{
  self->status = ATTUNE_JOB_STATUS_QUEUED;
  self->total_steps = 100;
  self->cost_low = self->cost_high = NAN;
}

static const char *
fake_adapter_get_id (AttuneAdapter *adapter)
{
  return FAKE_ADAPTER (adapter)->id;
}

static const char *
fake_adapter_get_title (AttuneAdapter *adapter)
{
  return FAKE_ADAPTER (adapter)->title;
}

static const char *
fake_adapter_get_description (AttuneAdapter *adapter)
{
  return "Does as it is told.";
}

static const char *
fake_adapter_get_credential (AttuneAdapter *adapter)
{
  return FAKE_ADAPTER (adapter)->credential;
}

static void
fake_adapter_load_capabilities_async (AttuneAdapter       *adapter,
                                      gboolean             refresh,
                                      GCancellable        *cancellable,
                                      GAsyncReadyCallback  callback,
                                      gpointer             user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, fake_adapter_load_capabilities_async);
  if (self->n_failing_loads > 0)
    {
      self->n_failing_loads--;
      g_task_return_new_error_literal (task, ATTUNE_ERROR, ATTUNE_ERROR_NO_NETWORK, "There is no network.");
    }
  else
    g_task_return_pointer (task, g_object_ref (self->capabilities), g_object_unref);
}

static AttuneCapabilities *
fake_adapter_load_capabilities_finish (AttuneAdapter  *adapter,
                                       GAsyncResult   *result,
                                       GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static AttuneCapabilities *
fake_adapter_dup_capabilities (AttuneAdapter *adapter)
{
  return g_object_ref (FAKE_ADAPTER (adapter)->capabilities);
}

static void
fake_adapter_validate_configuration (AttuneAdapter          *adapter,
                                     AttuneConfiguration    *configuration,
                                     const AttuneJobContext *context,
                                     AttuneValidation       *validation)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);
  g_autoptr (GVariant) value = self->advice_path != NULL ? attune_configuration_dup_value (configuration, self->advice_path) : NULL;

  if (self->advice_path != NULL && (value == NULL || !g_variant_equal (value, self->advice_value)))
    attune_validation_add (validation, self->advice_path, ATTUNE_SEVERITY_WARNING, "advice", self->advice_value,
                           "Another value is better");
}

static JsonNode *
fake_adapter_translate_configuration (AttuneAdapter           *adapter,
                                      AttuneConfiguration     *configuration,
                                      const AttuneJobContext  *context,
                                      GError                 **error)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "method", "POST");
  json_object_set_string_member (object, "url", "https://fake.example/v1/jobs");
  json_object_set_member (object, "body", attune_configuration_to_json (configuration, ATTUNE_SECRETS_PLACEHOLDER));
  json_node_take_object (node, object);

  return node;
}

static void
fake_adapter_start_training_async (AttuneAdapter           *adapter,
                                   const AttuneJobContext  *context,
                                   GCancellable            *cancellable,
                                   GAsyncReadyCallback      callback,
                                   gpointer                 user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, fake_adapter_start_training_async);
  if (self->start_error != NULL)
    {
      g_task_return_new_error_literal (task, ATTUNE_ERROR, ATTUNE_ERROR_PAYMENT_NEEDED, self->start_error);
      g_clear_pointer (&self->start_error, g_free);
    }
  else
    {
      self->n_started++;
      g_task_return_pointer (task, attune_training_handle_new ("fake-1", NAN, 120),
                             (GDestroyNotify) attune_training_handle_free);
    }
}

static AttuneTrainingHandle *
fake_adapter_start_training_finish (AttuneAdapter  *adapter,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_adapter_query_status_async (AttuneAdapter           *adapter,
                                 const AttuneJobContext  *context,
                                 GCancellable            *cancellable,
                                 GAsyncReadyCallback      callback,
                                 gpointer                 user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  AttuneStatusUpdate *update = attune_status_update_new ();

  g_task_set_source_tag (task, fake_adapter_query_status_async);
  update->status = (int) self->status;
  update->step = self->step;
  update->total_steps = self->total_steps;
  update->time_remaining = (double) (self->total_steps - self->step);
  update->poll_after = 0.02;
  if (self->step > 0)
    {
      AttuneMetricPoint point = { 0, };

      point.step = self->step;
      point.epoch = NAN;
      point.time = g_get_real_time ();
      point.set = 1 << ATTUNE_METRIC_LOSS;
      point.values[ATTUNE_METRIC_LOSS] = 2.5 - 0.01 * (double) self->step;
      update->metrics = g_array_new (FALSE, TRUE, sizeof (AttuneMetricPoint));
      g_array_append_val (update->metrics, point);
    }
  g_task_return_pointer (task, update, (GDestroyNotify) attune_status_update_free);
}

static AttuneStatusUpdate *
fake_adapter_query_status_finish (AttuneAdapter  *adapter,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
take_wish (AttuneAdapter       *adapter,
           AttuneJobStatus      status,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);

  g_task_set_source_tag (task, take_wish);
  FAKE_ADAPTER (adapter)->status = status;
  g_task_return_boolean (task, TRUE);
}

static void
fake_adapter_cancel_async (AttuneAdapter           *adapter,
                           const AttuneJobContext  *context,
                           GCancellable            *cancellable,
                           GAsyncReadyCallback      callback,
                           gpointer                 user_data)
{
  take_wish (adapter, ATTUNE_JOB_STATUS_CANCELLED, cancellable, callback, user_data);
}

static void
fake_adapter_pause_async (AttuneAdapter           *adapter,
                          const AttuneJobContext  *context,
                          GCancellable            *cancellable,
                          GAsyncReadyCallback      callback,
                          gpointer                 user_data)
{
  take_wish (adapter, ATTUNE_JOB_STATUS_PAUSED, cancellable, callback, user_data);
}

static void
fake_adapter_resume_async (AttuneAdapter           *adapter,
                           const AttuneJobContext  *context,
                           GCancellable            *cancellable,
                           GAsyncReadyCallback      callback,
                           gpointer                 user_data)
{
  take_wish (adapter, ATTUNE_JOB_STATUS_RUNNING, cancellable, callback, user_data);
}

static gboolean
fake_adapter_wish_finish (AttuneAdapter  *adapter,
                          GAsyncResult   *result,
                          GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_adapter_estimate_async (AttuneAdapter           *adapter,
                             AttuneConfiguration     *configuration,
                             const AttuneJobContext  *context,
                             GCancellable            *cancellable,
                             GAsyncReadyCallback      callback,
                             gpointer                 user_data)
{
  g_autoptr (GTask) task = g_task_new (adapter, cancellable, callback, user_data);
  AttuneEstimate *estimate = attune_estimate_new ();

  g_task_set_source_tag (task, fake_adapter_estimate_async);
  estimate->steps = 40 * attune_configuration_get_integer (configuration, "schedule.epochs");
  estimate->tokens = 12345;
  estimate->seconds_low = 100;
  estimate->seconds_high = 150;
  estimate->memory_low = 4e8;
  estimate->memory_high = 6e8;
  estimate->memory_available = 8e9;
  estimate->cost_low = FAKE_ADAPTER (adapter)->cost_low;
  estimate->cost_high = FAKE_ADAPTER (adapter)->cost_high;
  estimate->source = g_strdup ("Made up for a test.");
  g_task_return_pointer (task, estimate, (GDestroyNotify) attune_estimate_free);
}

static AttuneEstimate *
fake_adapter_estimate_finish (AttuneAdapter  *adapter,
                              GAsyncResult   *result,
                              GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_adapter_init_interface (AttuneAdapterInterface *iface)
{
  iface->get_id = fake_adapter_get_id;
  iface->get_title = fake_adapter_get_title;
  iface->get_description = fake_adapter_get_description;
  iface->get_credential = fake_adapter_get_credential;
  iface->load_capabilities_async = fake_adapter_load_capabilities_async;
  iface->load_capabilities_finish = fake_adapter_load_capabilities_finish;
  iface->dup_capabilities = fake_adapter_dup_capabilities;
  iface->validate_configuration = fake_adapter_validate_configuration;
  iface->translate_configuration = fake_adapter_translate_configuration;
  iface->start_training_async = fake_adapter_start_training_async;
  iface->start_training_finish = fake_adapter_start_training_finish;
  iface->query_status_async = fake_adapter_query_status_async;
  iface->query_status_finish = fake_adapter_query_status_finish;
  iface->cancel_async = fake_adapter_cancel_async;
  iface->cancel_finish = fake_adapter_wish_finish;
  iface->pause_async = fake_adapter_pause_async;
  iface->pause_finish = fake_adapter_wish_finish;
  iface->resume_async = fake_adapter_resume_async;
  iface->resume_finish = fake_adapter_wish_finish;
  iface->estimate_async = fake_adapter_estimate_async;
  iface->estimate_finish = fake_adapter_estimate_finish;
}

FakeAdapter *
fake_adapter_new (const char *id,
                  const char *title)
{
  FakeAdapter *self = g_object_new (TYPE_FAKE_ADAPTER, NULL);
  g_autoptr (GVariantDict) dict = fake_adapter_new_dict ();

  self->id = g_strdup (id);
  self->title = g_strdup (title);
  fake_adapter_set_capabilities (self, g_variant_dict_end (dict));

  return self;
}

void
fake_adapter_set_capabilities (FakeAdapter *self,
                               GVariant    *capabilities)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->capabilities);
  self->capabilities = attune_capabilities_new (capabilities, &error);
  g_assert_no_error (error);
}

void
fake_adapter_fail_loads (FakeAdapter *self,
                         guint        n)
{
  self->n_failing_loads = n;
}

void
fake_adapter_set_advice (FakeAdapter *self,
                         const char  *path,
                         GVariant    *value)
{
  g_set_str (&self->advice_path, path);
  g_clear_pointer (&self->advice_value, g_variant_unref);
  if (value != NULL)
    self->advice_value = g_variant_ref_sink (value);
}

void
fake_adapter_fail_start (FakeAdapter *self,
                         const char  *message)
{
  g_set_str (&self->start_error, message);
}

void
fake_adapter_set_status (FakeAdapter     *self,
                         AttuneJobStatus  status,
                         gint64           step,
                         gint64           total_steps)
{
  self->status = status;
  self->step = step;
  self->total_steps = total_steps;
}

guint
fake_adapter_get_n_started (FakeAdapter *self)
{
  return self->n_started;
}

void
fake_adapter_set_cost (FakeAdapter *self,
                       const char  *credential,
                       double       low,
                       double       high)
{
  g_set_str (&self->credential, credential);
  self->cost_low = low;
  self->cost_high = high;
}
