/* fake-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fake-adapter.h"

#include <math.h>

typedef struct {
  AttuneStatusUpdate *update;
  GError             *error;
} FakeAnswer;

static void adapter_iface_init (AttuneAdapterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeAdapter, fake_adapter, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, adapter_iface_init))

static void
fake_answer_free (FakeAnswer *answer)
{
  g_clear_pointer (&answer->update, attune_status_update_free);
  g_clear_error (&answer->error);
  g_free (answer);
}

static void
fake_adapter_finalize (GObject *object)
{
  FakeAdapter *self = FAKE_ADAPTER (object);

  g_queue_clear_full (&self->answers, (GDestroyNotify) fake_answer_free);
  g_clear_error (&self->start_error);
  g_clear_error (&self->find_error);
  g_clear_error (&self->wish_error);
  g_clear_error (&self->upload_error);
  g_clear_error (&self->load_error);
  g_clear_error (&self->list_error);
  g_free (self->last_job_id);
  g_free (self->last_training);

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
  self->id = "fake";
  self->status = -1;
  g_queue_init (&self->answers);
}

FakeAdapter *
fake_adapter_new (void)
{
  return g_object_new (FAKE_TYPE_ADAPTER, NULL);
}

void
fake_adapter_push (FakeAdapter        *self,
                   AttuneStatusUpdate *update)
{
  FakeAnswer *answer = g_new0 (FakeAnswer, 1);

  answer->update = update;
  g_queue_push_tail (&self->answers, answer);
}

void
fake_adapter_push_error (FakeAdapter *self,
                         AttuneError  code,
                         const char  *message)
{
  FakeAnswer *answer = g_new0 (FakeAnswer, 1);

  answer->error = g_error_new_literal (ATTUNE_ERROR, (int) code, message);
  g_queue_push_tail (&self->answers, answer);
}

AttuneStatusUpdate *
fake_update (int    status,
             gint64 step)
{
  AttuneStatusUpdate *update = attune_status_update_new ();

  update->status = status;
  update->step = step;
  update->total_steps = 10;

  return update;
}

static AttuneStatusUpdate *
copy_update (const AttuneStatusUpdate *other)
{
  AttuneStatusUpdate *update = attune_status_update_new ();

  update->status = other->status;
  update->step = other->step;
  update->total_steps = other->total_steps;
  update->progress = other->progress;
  update->time_remaining = other->time_remaining;
  update->trained_tokens = other->trained_tokens;
  update->poll_after = other->poll_after;
  update->fine_tuned_model = g_strdup (other->fine_tuned_model);
  update->output_path = g_strdup (other->output_path);
  update->error = other->error != NULL ? g_error_copy (other->error) : NULL;
  update->metrics = other->metrics != NULL ? g_array_copy (other->metrics) : NULL;
  if (other->events != NULL)
    update->events = g_ptr_array_copy (other->events, (GCopyFunc) (void *) attune_event_copy, NULL);
  if (update->events != NULL)
    g_ptr_array_set_free_func (update->events, (GDestroyNotify) attune_event_free);
  if (other->checkpoints != NULL)
    update->checkpoints = g_ptr_array_copy (other->checkpoints, (GCopyFunc) (void *) attune_checkpoint_copy, NULL);
  if (update->checkpoints != NULL)
    g_ptr_array_set_free_func (update->checkpoints, (GDestroyNotify) attune_checkpoint_free);

  return update;
}

static const char *
get_id (AttuneAdapter *adapter)
{
  return FAKE_ADAPTER (adapter)->id;
}

static const char *
get_title (AttuneAdapter *adapter)
{
  return "Fake Provider";
}

static const char *
get_credential (AttuneAdapter *adapter)
{
  return FAKE_ADAPTER (adapter)->credential;
}

static AttuneCapabilities *
make_capabilities (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant =
    g_variant_ref_sink (g_variant_new_parsed ("{'parameterRanges': <{'schedule.epochs': (1.0, 5.0)}>}"));
  AttuneCapabilities *capabilities = attune_capabilities_new (variant, &error);

  g_assert_no_error (error);
  return capabilities;
}

static AttuneCapabilities *
dup_capabilities (AttuneAdapter *adapter)
{
  return make_capabilities ();
}

/* Operations take @delay milliseconds, and end at once when they are cancelled. */
typedef struct {
  GTask    *task;
  GError   *error;
  gpointer  result;
  GDestroyNotify destroy;
  guint     timeout;
} Delayed;

static gboolean
delayed_cb (gpointer user_data)
{
  Delayed *delayed = user_data;
  FakeAdapter *self = g_task_get_source_object (delayed->task);

  self->n_under_way--;
  if (g_task_return_error_if_cancelled (delayed->task))
    {
      if (delayed->destroy != NULL)
        delayed->destroy (delayed->result);
      g_clear_error (&delayed->error);
    }
  else if (delayed->error != NULL)
    {
      g_task_return_error (delayed->task, delayed->error);
    }
  else
    {
      g_task_return_pointer (delayed->task, delayed->result, delayed->destroy);
    }
  g_object_unref (delayed->task);
  g_free (delayed);

  return G_SOURCE_REMOVE;
}

static gboolean
wait_cb (gpointer user_data)
{
  Delayed *delayed = user_data;
  FakeAdapter *self = g_task_get_source_object (delayed->task);

  if (self->delay > 0 && delayed->timeout++ < self->delay / 5 && !g_cancellable_is_cancelled (g_task_get_cancellable (delayed->task)))
    return G_SOURCE_CONTINUE;

  return delayed_cb (delayed);
}

/* Takes @result and @error. */
static void
end_later (AttuneAdapter       *adapter,
           gpointer             result,
           GDestroyNotify       destroy,
           GError              *error,
           gpointer             tag,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);
  Delayed *delayed = g_new0 (Delayed, 1);

  if (error != NULL && result != NULL && destroy != NULL)
    {
      destroy (result);
      result = NULL;
      destroy = NULL;
    }
  delayed->task = g_task_new (adapter, cancellable, callback, user_data);
  g_task_set_source_tag (delayed->task, tag);
  delayed->result = result;
  delayed->destroy = destroy;
  delayed->error = error;
  self->n_under_way++;
  self->most_under_way = MAX (self->most_under_way, self->n_under_way);
  g_timeout_add (5, wait_cb, delayed);
}

static GError *
copy_error (const GError *error)
{
  return error != NULL ? g_error_copy (error) : NULL;
}

static gpointer
finish_pointer (AttuneAdapter  *adapter,
                GAsyncResult   *result,
                GError        **error)
{
  g_assert_true (g_task_is_valid (result, adapter));
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
finish_boolean (AttuneAdapter  *adapter,
                GAsyncResult   *result,
                GError        **error)
{
  return finish_pointer (adapter, result, error) != NULL;
}

static void
load_capabilities_async (AttuneAdapter       *adapter,
                         gboolean             refresh,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);

  self->n_loads++;
  end_later (adapter, make_capabilities (), g_object_unref, copy_error (self->load_error),
             load_capabilities_async, cancellable, callback, user_data);
}

static AttuneCapabilities *
load_capabilities_finish (AttuneAdapter  *adapter,
                          GAsyncResult   *result,
                          GError        **error)
{
  return finish_pointer (adapter, result, error);
}

static void
validate_configuration (AttuneAdapter          *adapter,
                        AttuneConfiguration    *configuration,
                        const AttuneJobContext *context,
                        AttuneValidation       *validation)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);

  self->n_validations++;
  if (self->refused_path != NULL)
    attune_validation_add (validation, self->refused_path, ATTUNE_SEVERITY_ERROR, "unsupported", NULL, "Not here");
}

static JsonNode *
translate_configuration (AttuneAdapter           *adapter,
                         AttuneConfiguration     *configuration,
                         const AttuneJobContext  *context,
                         GError                 **error)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "method", "POST");
  json_object_set_string_member (object, "url", "https://fake.example/jobs");
  json_object_set_string_member (object, "training",
                                 context->training != NULL ? attune_dataset_get_path (context->training) : "<file>");
  json_object_set_member (object, "body", attune_configuration_to_json (configuration, ATTUNE_SECRETS_PLACEHOLDER));

  return json_node_init_object (json_node_alloc (), object);
}

static void
upload_dataset_async (AttuneAdapter       *adapter,
                      AttuneDataset       *dataset,
                      AttuneProgressFunc   progress,
                      gpointer             progress_data,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);
  const char *known = attune_dataset_get_provider_file (dataset, self->id);

  /* It is there already, unless the provider has lost it. */
  if (known != NULL && !self->lost_file)
    {
      end_later (adapter, g_strdup (known), g_free, NULL, upload_dataset_async, cancellable, callback, user_data);
      return;
    }

  self->n_uploads++;
  if (progress != NULL)
    progress (0.43, "Uploading", progress_data);
  if (self->on_upload != NULL)
    self->on_upload (self);
  end_later (adapter, g_strdup_printf ("file-%u", self->n_uploads), g_free, copy_error (self->upload_error),
             upload_dataset_async, cancellable, callback, user_data);
}

static char *
upload_dataset_finish (AttuneAdapter  *adapter,
                       GAsyncResult   *result,
                       GError        **error)
{
  return finish_pointer (adapter, result, error);
}

static void
start_training_async (AttuneAdapter          *adapter,
                      const AttuneJobContext *context,
                      GCancellable           *cancellable,
                      GAsyncReadyCallback     callback,
                      gpointer                user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);

  self->n_starts++;
  g_set_str (&self->last_job_id, attune_job_get_id (context->job));
  g_set_str (&self->last_training, context->training != NULL ? attune_dataset_get_path (context->training) : NULL);
  if (self->on_start != NULL)
    self->on_start (self, context);
  end_later (adapter, attune_training_handle_new ("started-1", 2.5, NAN), (GDestroyNotify) attune_training_handle_free,
             copy_error (self->start_error), start_training_async, cancellable, callback, user_data);
}

static AttuneTrainingHandle *
handle_finish (AttuneAdapter  *adapter,
               GAsyncResult   *result,
               GError        **error)
{
  return finish_pointer (adapter, result, error);
}

static void
find_job_async (AttuneAdapter          *adapter,
                const AttuneJobContext *context,
                GCancellable           *cancellable,
                GAsyncReadyCallback     callback,
                gpointer                user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);

  self->n_finds++;
  end_later (adapter, attune_training_handle_new ("found-1", NAN, NAN), (GDestroyNotify) attune_training_handle_free,
             copy_error (self->find_error), find_job_async, cancellable, callback, user_data);
}

static void
query_status_async (AttuneAdapter          *adapter,
                    const AttuneJobContext *context,
                    GCancellable           *cancellable,
                    GAsyncReadyCallback     callback,
                    gpointer                user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);
  FakeAnswer *answer = g_queue_peek_head (&self->answers);
  AttuneStatusUpdate *update = NULL;
  GError *error = NULL;

  self->answered[self->n_queries++ % G_N_ELEMENTS (self->answered)] = g_get_monotonic_time ();
  g_set_str (&self->last_job_id, attune_job_get_id (context->job));
  if (answer == NULL)
    {
      update = fake_update (self->status, -1);
      update->total_steps = -1;
    }
  else
    {
      if (answer->error != NULL)
        error = g_error_copy (answer->error);
      else
        update = copy_update (answer->update);
      if (g_queue_get_length (&self->answers) > 1)
        fake_answer_free (g_queue_pop_head (&self->answers));
    }
  end_later (adapter, update, (GDestroyNotify) attune_status_update_free, error,
             query_status_async, cancellable, callback, user_data);
}

static AttuneStatusUpdate *
query_status_finish (AttuneAdapter  *adapter,
                     GAsyncResult   *result,
                     GError        **error)
{
  return finish_pointer (adapter, result, error);
}

static void
wish (AttuneAdapter       *adapter,
      guint               *counter,
      int                  status,
      gpointer             tag,
      GCancellable        *cancellable,
      GAsyncReadyCallback  callback,
      gpointer             user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);

  ++*counter;
  if (self->wish_error == NULL)
    self->status = status;
  end_later (adapter, self, NULL, copy_error (self->wish_error), tag, cancellable, callback, user_data);
}

static void
cancel_async (AttuneAdapter          *adapter,
              const AttuneJobContext *context,
              GCancellable           *cancellable,
              GAsyncReadyCallback     callback,
              gpointer                user_data)
{
  wish (adapter, &FAKE_ADAPTER (adapter)->n_cancels, ATTUNE_JOB_STATUS_CANCELLED, cancel_async, cancellable, callback, user_data);
}

static void
pause_async (AttuneAdapter          *adapter,
             const AttuneJobContext *context,
             GCancellable           *cancellable,
             GAsyncReadyCallback     callback,
             gpointer                user_data)
{
  wish (adapter, &FAKE_ADAPTER (adapter)->n_pauses, ATTUNE_JOB_STATUS_PAUSED, pause_async, cancellable, callback, user_data);
}

static void
resume_async (AttuneAdapter          *adapter,
              const AttuneJobContext *context,
              GCancellable           *cancellable,
              GAsyncReadyCallback     callback,
              gpointer                user_data)
{
  wish (adapter, &FAKE_ADAPTER (adapter)->n_resumes, ATTUNE_JOB_STATUS_RUNNING, resume_async, cancellable, callback, user_data);
}

static void
delete_job_async (AttuneAdapter          *adapter,
                  const AttuneJobContext *context,
                  GCancellable           *cancellable,
                  GAsyncReadyCallback     callback,
                  gpointer                user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);

  wish (adapter, &self->n_deletes, self->status, delete_job_async, cancellable, callback, user_data);
}

static void
list_checkpoints_async (AttuneAdapter          *adapter,
                        const AttuneJobContext *context,
                        GCancellable           *cancellable,
                        GAsyncReadyCallback     callback,
                        gpointer                user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);
  GPtrArray *checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) attune_checkpoint_free);

  g_ptr_array_add (checkpoints, attune_checkpoint_new ("step-5", 5, 1000, "/c/5", 0.5));
  end_later (adapter, checkpoints, (GDestroyNotify) g_ptr_array_unref, copy_error (self->list_error),
             list_checkpoints_async, cancellable, callback, user_data);
}

static GPtrArray *
list_checkpoints_finish (AttuneAdapter  *adapter,
                         GAsyncResult   *result,
                         GError        **error)
{
  return finish_pointer (adapter, result, error);
}

static void
download_output_async (AttuneAdapter          *adapter,
                       const AttuneJobContext *context,
                       const char             *destination,
                       AttuneProgressFunc      progress,
                       gpointer                progress_data,
                       GCancellable           *cancellable,
                       GAsyncReadyCallback     callback,
                       gpointer                user_data)
{
  FakeAdapter *self = FAKE_ADAPTER (adapter);

  g_set_str (&self->last_training, destination);
  end_later (adapter, self, NULL, copy_error (self->wish_error), download_output_async, cancellable, callback, user_data);
}

static void
adapter_iface_init (AttuneAdapterInterface *iface)
{
  iface->get_id = get_id;
  iface->get_title = get_title;
  iface->get_credential = get_credential;
  iface->load_capabilities_async = load_capabilities_async;
  iface->load_capabilities_finish = load_capabilities_finish;
  iface->dup_capabilities = dup_capabilities;
  iface->validate_configuration = validate_configuration;
  iface->translate_configuration = translate_configuration;
  iface->upload_dataset_async = upload_dataset_async;
  iface->upload_dataset_finish = upload_dataset_finish;
  iface->start_training_async = start_training_async;
  iface->start_training_finish = handle_finish;
  iface->find_job_async = find_job_async;
  iface->find_job_finish = handle_finish;
  iface->query_status_async = query_status_async;
  iface->query_status_finish = query_status_finish;
  iface->delete_job_async = delete_job_async;
  iface->delete_job_finish = finish_boolean;
  iface->cancel_async = cancel_async;
  iface->cancel_finish = finish_boolean;
  iface->pause_async = pause_async;
  iface->pause_finish = finish_boolean;
  iface->resume_async = resume_async;
  iface->resume_finish = finish_boolean;
  iface->list_checkpoints_async = list_checkpoints_async;
  iface->list_checkpoints_finish = list_checkpoints_finish;
  iface->download_output_async = download_output_async;
  iface->download_output_finish = finish_boolean;
}

/* One that can do nothing at all. */

#define FAKE_TYPE_PLAIN_ADAPTER (fake_plain_adapter_get_type ())
G_DECLARE_FINAL_TYPE (FakePlainAdapter, fake_plain_adapter, FAKE, PLAIN_ADAPTER, GObject)

struct _FakePlainAdapter
{
  GObject     parent_instance;
  const char *id;
};

static void plain_iface_init (AttuneAdapterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakePlainAdapter, fake_plain_adapter, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ATTUNE_TYPE_ADAPTER, plain_iface_init))

static void
fake_plain_adapter_class_init (FakePlainAdapterClass *klass)
{
}

static void
fake_plain_adapter_init (FakePlainAdapter *self)
{
}

static const char *
plain_get_id (AttuneAdapter *adapter)
{
  return FAKE_PLAIN_ADAPTER (adapter)->id;
}

static void
plain_iface_init (AttuneAdapterInterface *iface)
{
  iface->get_id = plain_get_id;
  iface->dup_capabilities = dup_capabilities;
}

AttuneAdapter *
fake_plain_adapter_new (const char *id)
{
  FakePlainAdapter *self = g_object_new (FAKE_TYPE_PLAIN_ADAPTER, NULL);

  self->id = id;
  return ATTUNE_ADAPTER (self);
}
