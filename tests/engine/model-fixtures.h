/* model-fixtures.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <yyjson.h>

#include "attune-model.h"
#include "attune-safetensors.h"

/* A batch that owns its arrays. */
typedef struct {
  AttuneBatch  batch;
  gint32      *tokens;
  gint32      *labels;
  guint       *lengths;
} TestBatch;

static inline void
test_batch_free (TestBatch *self)
{
  g_free (self->tokens);
  g_free (self->labels);
  g_free (self->lengths);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestBatch, test_batch_free)

static inline TestBatch *
test_batch_new (guint n_rows,
                guint length)
{
  TestBatch *self = g_new0 (TestBatch, 1);

  self->tokens = g_new0 (gint32, n_rows * length);
  self->labels = g_new (gint32, n_rows * length);
  self->lengths = g_new0 (guint, n_rows);
  for (guint i = 0; i < n_rows * length; i++)
    self->labels[i] = -100;
  self->batch = (AttuneBatch) { n_rows, length, self->tokens, self->labels, self->lengths };
  return self;
}

/* Rows of different lengths; the first third of each is not learnt. */
static inline TestBatch *
test_batch_random (guint n_rows,
                   guint length,
                   guint vocabulary,
                   guint seed)
{
  TestBatch *self = test_batch_new (n_rows, length);
  g_autoptr(GRand) random = g_rand_new_with_seed (seed);

  for (guint row = 0; row < n_rows; row++)
    {
      self->lengths[row] = length - row * length / (2 * n_rows);
      for (guint i = 0; i < self->lengths[row]; i++)
        {
          self->tokens[row * length + i] = g_rand_int_range (random, 0, (gint32) vocabulary);
          if (i >= self->lengths[row] / 3)
            self->labels[row * length + i] = self->tokens[row * length + i];
        }
    }
  return self;
}

static inline TestBatch *
test_batch_read (const char *path)
{
  g_autofree char *contents = NULL;
  g_auto(GStrv) lines = NULL;
  g_autoptr(GError) error = NULL;
  TestBatch *self;
  guint n_rows = 0, length = 0;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (g_strchomp (contents), "\n", -1);

  for (guint pass = 0; pass < 2; pass++)
    {
      self = pass == 0 ? NULL : test_batch_new (n_rows, length);
      for (guint row = 0; lines[row] != NULL; row++)
        {
          yyjson_doc *doc = yyjson_read (lines[row], strlen (lines[row]), 0);
          yyjson_val *tokens = yyjson_obj_get (yyjson_doc_get_root (doc), "input_ids");
          yyjson_val *labels = yyjson_obj_get (yyjson_doc_get_root (doc), "labels");

          g_assert_true (yyjson_is_arr (tokens) && yyjson_is_arr (labels));
          n_rows = MAX (n_rows, row + 1);
          length = MAX (length, (guint) yyjson_arr_size (tokens));
          for (gsize i = 0; self != NULL && i < yyjson_arr_size (tokens); i++)
            {
              self->tokens[row * length + i] = (gint32) yyjson_get_int (yyjson_arr_get (tokens, i));
              self->labels[row * length + i] = (gint32) yyjson_get_int (yyjson_arr_get (labels, i));
              self->lengths[row]++;
            }
          yyjson_doc_free (doc);
        }
    }
  return self;
}

/* |a - b| / |a| */
static inline double
test_relative_error (const float *a,
                     const float *b,
                     gsize        n)
{
  double difference = 0, norm = 0;

  for (gsize i = 0; i < n; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      norm += (double) a[i] * a[i];
    }
  return sqrt (difference) / MAX (sqrt (norm), 1e-30);
}

static inline gsize
test_tensor_size (const AttuneTensor *tensor)
{
  return tensor->rows * tensor->columns;
}

static inline const AttuneTensor *
test_model_find (AttuneModel *model,
                 const char  *name)
{
  for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
    if (strcmp (attune_model_get_tensor (model, i)->name, name) == 0)
      return attune_model_get_tensor (model, i);
  g_test_message ("there is no tensor %s", name);
  g_assert_not_reached ();
}

/* A small model that is different in all its sizes. @more: members that go before the others, and so over them. */
static inline AttuneModelConfig *
test_config (const char *type,
             const char *more)
{
  g_autofree char *json = g_strdup_printf (
    "{ %s%s \"model_type\": \"%s\", \"hidden_size\": 48, \"intermediate_size\": 80, \"num_hidden_layers\": 2,"
    "  \"num_attention_heads\": 4, \"num_key_value_heads\": 2, \"head_dim\": 16, \"vocab_size\": 97, \"max_position_embeddings\": 512,"
    "  \"rms_norm_eps\": 1e-5, \"initializer_range\": 0.08, \"tie_word_embeddings\": true }",
    more, *more != '\0' ? "," : "", type);
  g_autoptr(GError) error = NULL;
  AttuneModelConfig *config = attune_model_config_parse (json, &error);

  g_assert_no_error (error);
  return config;
}

/* Moves norms off one and biases off zero, so that a check sees them. */
static inline void
test_model_shake (AttuneModel *model,
                  guint        seed)
{
  g_autoptr(GRand) random = g_rand_new_with_seed (seed);

  for (guint i = 0; i < attune_model_get_n_tensors (model); i++)
    {
      const AttuneTensor *tensor = attune_model_get_tensor (model, i);

      if (tensor->is_vector || strstr (tensor->name, "lora_B") != NULL)
        for (gsize j = 0; j < test_tensor_size (tensor); j++)
          tensor->value[j] += (float) g_rand_double_range (random, -0.2, 0.2);
    }
  attune_model_values_changed (model);
}

static inline char *
test_folder_new (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp ("attune-test-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static inline void
test_folder_remove (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        test_folder_remove (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}
