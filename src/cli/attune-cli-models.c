/* attune-cli-models.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-cli.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "attune-cli-output.h"
#include "attune-json.h"
#include "attune-local-adapter.h"
#include "attune-paths.h"

static AttuneLocalAdapter *
get_local (AttuneCli  *self,
           GError    **error)
{
  AttuneAdapter *adapter = attune_registry_lookup (self->registry, "local", error);

  return adapter != NULL ? ATTUNE_LOCAL_ADAPTER (adapter) : NULL;
}

static JsonNode *
models_to_json (GPtrArray *models)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *root = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < models->len; i++)
    {
      const AttuneLocalModel *model = g_ptr_array_index (models, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", model->id);
      json_object_set_string_member (object, "title", model->title);
      json_object_set_string_member (object, "path", model->path);
      json_object_set_int_member (object, "sizeBytes", (gint64) model->size);
      json_object_set_boolean_member (object, "usable", model->problem == NULL);
      if (model->config != NULL)
        {
          json_object_set_string_member (object, "architecture", model->config->model_type);
          json_object_set_int_member (object, "parameters", (gint64) model->parameters);
          json_object_set_int_member (object, "contextLength", model->context_length);
        }
      if (model->template_name != NULL)
        json_object_set_string_member (object, "chatTemplate", model->template_name);
      if (model->problem != NULL)
        json_object_set_string_member (object, "problem", model->problem->message);
      json_array_add_object_element (array, object);
    }

  json_object_set_array_member (root, "models", array);
  json_node_take_object (node, root);

  return node;
}

gboolean
attune_cli_model_list (AttuneCli  *self,
                       GError    **error)
{
  AttuneLocalAdapter *local = get_local (self, error);
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (AttuneCliTable) table = NULL;

  if (local == NULL)
    return FALSE;

  models = attune_local_adapter_list_models (local);
  if (self->json)
    {
      g_autoptr (JsonNode) node = models_to_json (models);

      attune_cli_answer_json (self, node);
      return TRUE;
    }

  table = attune_cli_table_new (_("Model"), _("Family"), _(">Parameters"), _(">Context"), _(">Size"), _("Folder"), NULL);
  for (guint i = 0; i < models->len; i++)
    {
      const AttuneLocalModel *model = g_ptr_array_index (models, i);
      g_autofree char *parameters = model->config != NULL ? g_strdup_printf ("%.1f M", (double) model->parameters / 1e6) : NULL;
      g_autofree char *context = model->config != NULL ? g_strdup_printf ("%u", model->context_length) : NULL;
      g_autofree char *size = g_format_size (model->size);

      attune_cli_table_add (table, model->id, model->config != NULL ? model->config->model_type : NULL, parameters, context, size, model->path);
    }
  attune_cli_table_print (table);
  for (guint i = 0; i < models->len; i++)
    {
      const AttuneLocalModel *model = g_ptr_array_index (models, i);

      if (model->problem != NULL)
        attune_cli_message (_("“%s” cannot be used: %s"), model->id, model->problem->message);
    }
  if (models->len == 0)
    attune_cli_message (_("There is no model yet. “attunectl model-import FOLDER” adds one."));

  return TRUE;
}

gboolean
attune_cli_model_import (AttuneCli  *self,
                         GError    **error)
{
  g_autofree char *path = attune_local_model_import (self->arguments[0], self->options.name, error);
  g_autofree char *name = NULL;

  if (path == NULL)
    return FALSE;

  name = g_path_get_basename (path);
  if (self->json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", name);
      json_object_set_string_member (object, "path", path);
      json_node_take_object (node, object);
      attune_cli_answer_json (self, node);
    }
  else
    {
      attune_cli_print (_("The model “%s” lies in “%s”.\n"), name, path);
    }

  return TRUE;
}

static void
add_message (JsonArray  *messages,
             const char *role,
             const char *content)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "role", role);
  json_object_set_string_member (message, "content", content);
  json_array_add_object_element (messages, message);
}

/* The path of a file in memory with the conversation, open as long as this process lives, whatever program it becomes. */
static char *
write_conversation (const char  *system,
                    const char  *prompt,
                    GError     **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *row = json_object_new ();
  JsonArray *messages = json_array_new ();
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  gsize length;
  int fd;

  add_message (messages, "system", system);
  add_message (messages, "user", prompt);
  json_object_set_array_member (row, "messages", messages);
  json_node_take_object (node, row);
  text = attune_json_write (node, FALSE);
  line = g_strconcat (text, "\n", NULL);
  length = strlen (line);

  fd = memfd_create ("conversation", 0);
  if (fd < 0 || write (fd, line, length) != (gssize) length)
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_FAILED, _("The conversation could not be handed to the trainer: %s"), g_strerror (errno));
      return NULL;
    }

  return g_strdup_printf ("/proc/self/fd/%d", fd);
}

/* Becomes the trainer: its words, its exit status and Ctrl+C are the person's own then. */
gboolean
attune_cli_model_generate (AttuneCli  *self,
                           GError    **error)
{
  AttuneLocalAdapter *local = get_local (self, error);
  g_autoptr (AttuneLocalModel) model = NULL;
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autofree char *engine = attune_paths_dup_engine ();
  g_autofree char *max_tokens = NULL;
  g_autofree char *conversation = NULL;

  if (local == NULL)
    return FALSE;

  if (self->options.prompt == NULL)
    {
      g_set_error_literal (error, ATTUNE_ERROR, ATTUNE_ERROR_INVALID, _("Say with --prompt what is to be answered."));
      return FALSE;
    }

  /* A folder may be named as one is used to in a shell. */
  if (g_file_test (self->arguments[0], G_FILE_TEST_IS_DIR))
    model = attune_local_model_inspect (self->arguments[0]);
  else
    model = attune_local_adapter_dup_model (local, self->arguments[0], error);
  if (model == NULL)
    return FALSE;
  if (model->problem != NULL)
    {
      g_propagate_error (error, g_error_copy (model->problem));
      return FALSE;
    }

  g_ptr_array_add (words, engine);
  g_ptr_array_add (words, (char *) "generate");
  g_ptr_array_add (words, model->path);
  if (self->options.adapter != NULL)
    {
      g_ptr_array_add (words, (char *) "--adapter");
      g_ptr_array_add (words, self->options.adapter);
    }
  if (self->options.system != NULL)
    {
      conversation = write_conversation (self->options.system, self->options.prompt, error);
      if (conversation == NULL)
        return FALSE;
    }
  g_ptr_array_add (words, (char *) (conversation != NULL ? "--messages" : "--prompt"));
  g_ptr_array_add (words, conversation != NULL ? conversation : self->options.prompt);
  if (self->options.max_tokens > 0)
    {
      max_tokens = g_strdup_printf ("%d", self->options.max_tokens);
      g_ptr_array_add (words, (char *) "--max-tokens");
      g_ptr_array_add (words, max_tokens);
    }
  if (self->options.temperature != NULL)
    {
      g_ptr_array_add (words, (char *) "--temperature");
      g_ptr_array_add (words, self->options.temperature);
    }
  if (self->options.seed != NULL)
    {
      g_ptr_array_add (words, (char *) "--seed");
      g_ptr_array_add (words, self->options.seed);
    }
  if (self->json)
    g_ptr_array_add (words, (char *) "--json");
  g_ptr_array_add (words, NULL);

  fflush (stdout);
  execv (engine, (char **) words->pdata);

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND, _("The trainer “%s” could not be started: %s. Install Attune again."),
               engine, g_strerror (errno));

  return FALSE;
}
