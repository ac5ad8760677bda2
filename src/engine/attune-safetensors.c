/* attune-safetensors.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-safetensors.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <yyjson.h>

#include "attune-error.h"
#include "attune-kernels.h"

/* The format's own limit. */
#define MAX_HEADER (100 * 1000 * 1000)

static const struct {
  const char *name;
  guint       size;
} dtypes[] = {
  [ATTUNE_DTYPE_F32] = { "F32", 4 },
  [ATTUNE_DTYPE_F16] = { "F16", 2 },
  [ATTUNE_DTYPE_BF16] = { "BF16", 2 },
  [ATTUNE_DTYPE_F64] = { "F64", 8 },
  [ATTUNE_DTYPE_I64] = { "I64", 8 },
  [ATTUNE_DTYPE_I32] = { "I32", 4 },
  [ATTUNE_DTYPE_I16] = { "I16", 2 },
  [ATTUNE_DTYPE_I8] = { "I8", 1 },
  [ATTUNE_DTYPE_U64] = { "U64", 8 },
  [ATTUNE_DTYPE_U32] = { "U32", 4 },
  [ATTUNE_DTYPE_U16] = { "U16", 2 },
  [ATTUNE_DTYPE_U8] = { "U8", 1 },
  [ATTUNE_DTYPE_BOOL] = { "BOOL", 1 },
  [ATTUNE_DTYPE_F8_E4M3] = { "F8_E4M3", 1 },
  [ATTUNE_DTYPE_F8_E5M2] = { "F8_E5M2", 1 },
};

struct _AttuneSafetensors {
  GPtrArray  *files;    /* GMappedFile */
  GPtrArray  *tensors;  /* AttuneFileTensor */
  GHashTable *by_name;
  GHashTable *metadata; /* of the first file */
};

const char *
attune_dtype_to_name (AttuneDType dtype)
{
  g_return_val_if_fail ((gsize) dtype < G_N_ELEMENTS (dtypes), NULL);

  return dtypes[dtype].name;
}

gboolean
attune_dtype_from_name (const char  *name,
                        AttuneDType *dtype)
{
  g_return_val_if_fail (name != NULL, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (name, dtypes[i].name) == 0)
      {
        *dtype = (AttuneDType) i;
        return TRUE;
      }
  return FALSE;
}

gsize
attune_dtype_get_size (AttuneDType dtype)
{
  g_return_val_if_fail ((gsize) dtype < G_N_ELEMENTS (dtypes), 0);

  return dtypes[dtype].size;
}

static void
file_tensor_free (gpointer data)
{
  AttuneFileTensor *tensor = data;

  g_free ((char *) tensor->name);
  g_free ((char *) tensor->path);
  g_free (tensor);
}

void
attune_safetensors_free (AttuneSafetensors *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->metadata);
  g_ptr_array_unref (self->tensors);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static AttuneSafetensors *
safetensors_new (void)
{
  AttuneSafetensors *self = g_new0 (AttuneSafetensors, 1);

  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_mapped_file_unref);
  self->tensors = g_ptr_array_new_with_free_func (file_tensor_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

static gboolean
damaged (GError     **error,
         const char  *path,
         const char  *what)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
               _("%s: %s. Download or copy the file again."), path, what);
  return FALSE;
}

static gboolean
damaged_tensor (GError     **error,
                const char  *path,
                const char  *name,
                const char  *what)
{
  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED,
               _("%s: tensor “%s” %s. Download or copy the file again."), path, name, what);
  return FALSE;
}

/* One member of the header; *begin and *end are where its data lies, counted from the end of the header. */
static gboolean
read_tensor (AttuneSafetensors *self,
             const char        *path,
             const char        *name,
             yyjson_val        *value,
             const guint8      *data,
             guint64            data_size,
             GError           **error)
{
  yyjson_val *dtype = yyjson_obj_get (value, "dtype");
  yyjson_val *shape = yyjson_obj_get (value, "shape");
  yyjson_val *offsets = yyjson_obj_get (value, "data_offsets");
  AttuneFileTensor *tensor;
  AttuneDType type;
  guint64 n_elements = 1;
  guint64 begin, end;
  guint64 dims[ATTUNE_TENSOR_MAX_DIMS];
  gsize n_dims;

  if (!yyjson_is_str (dtype) || !yyjson_is_arr (shape) || !yyjson_is_arr (offsets) || yyjson_arr_size (offsets) != 2)
    return damaged_tensor (error, path, name, _("has no type, shape or place"));

  if (!attune_dtype_from_name (yyjson_get_str (dtype), &type))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
                   _("%s: tensor “%s” has the type %s, which is not supported"), path, name, yyjson_get_str (dtype));
      return FALSE;
    }

  n_dims = yyjson_arr_size (shape);
  if (n_dims > ATTUNE_TENSOR_MAX_DIMS)
    return damaged_tensor (error, path, name, _("has too many dimensions"));
  for (gsize i = 0; i < n_dims; i++)
    {
      yyjson_val *dim = yyjson_arr_get (shape, i);

      if (!yyjson_is_uint (dim))
        return damaged_tensor (error, path, name, _("has a dimension that is not a number"));
      dims[i] = yyjson_get_uint (dim);
      if (__builtin_mul_overflow (n_elements, dims[i], &n_elements))
        return damaged_tensor (error, path, name, _("has a shape that is too large"));
    }
  if (__builtin_mul_overflow (n_elements, (guint64) dtypes[type].size, &n_elements))
    return damaged_tensor (error, path, name, _("has a shape that is too large"));

  if (!yyjson_is_uint (yyjson_arr_get (offsets, 0)) || !yyjson_is_uint (yyjson_arr_get (offsets, 1)))
    return damaged_tensor (error, path, name, _("has a place that is not a number"));
  begin = yyjson_get_uint (yyjson_arr_get (offsets, 0));
  end = yyjson_get_uint (yyjson_arr_get (offsets, 1));
  if (begin > end || end - begin != n_elements)
    return damaged_tensor (error, path, name, _("has a place whose size is not that of its shape"));
  if (end > data_size)
    return damaged_tensor (error, path, name, _("reaches behind the end of the file; the file is cut off"));

  if (g_hash_table_contains (self->by_name, name))
    return damaged_tensor (error, path, name, _("is there twice"));

  tensor = g_new0 (AttuneFileTensor, 1);
  tensor->name = g_strdup (name);
  tensor->path = g_strdup (path);
  tensor->dtype = type;
  tensor->n_dims = (guint) n_dims;
  memcpy (tensor->shape, dims, n_dims * sizeof dims[0]);
  tensor->data = data + begin;
  tensor->size = (gsize) (end - begin);
  g_ptr_array_add (self->tensors, tensor);
  g_hash_table_insert (self->by_name, (gpointer) tensor->name, tensor);
  return TRUE;
}

static int
compare_places (gconstpointer a,
                gconstpointer b)
{
  const AttuneFileTensor *x = *(const AttuneFileTensor * const *) a;
  const AttuneFileTensor *y = *(const AttuneFileTensor * const *) b;

  if (x->data != y->data)
    return x->data < y->data ? -1 : 1;
  return x->size < y->size ? -1 : x->size > y->size;
}

/* No two tensors share bytes, and no byte of the file belongs to none. */
static gboolean
check_places (AttuneSafetensors *self,
              guint              first,
              const char        *path,
              const guint8      *data,
              guint64            data_size,
              GError           **error)
{
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();
  const guint8 *expected = data;

  for (guint i = first; i < self->tensors->len; i++)
    g_ptr_array_add (sorted, g_ptr_array_index (self->tensors, i));
  g_ptr_array_sort (sorted, compare_places);

  for (guint i = 0; i < sorted->len; i++)
    {
      const AttuneFileTensor *tensor = g_ptr_array_index (sorted, i);

      if (tensor->data < expected)
        return damaged_tensor (error, path, tensor->name, _("overlaps another one"));
      if (tensor->data > expected)
        return damaged_tensor (error, path, tensor->name, _("has a gap before it"));
      expected = tensor->data + tensor->size;
    }
  if (expected != data + data_size)
    return damaged (error, path, _("there are bytes behind the last tensor"));

  return TRUE;
}

static gboolean
read_file (AttuneSafetensors *self,
           const char        *path,
           GError           **error)
{
  g_autoptr(GMappedFile) file = NULL;
  g_autoptr(GError) local_error = NULL;
  const guint8 *bytes;
  gsize size;
  guint64 header_size;
  guint first = self->tensors->len;
  yyjson_doc *doc;
  yyjson_read_err problem;
  yyjson_val *root, *key;
  yyjson_obj_iter iter;
  gboolean ok = TRUE;

  file = g_mapped_file_new (path, FALSE, &local_error);
  if (file == NULL)
    {
      g_set_error (error, ATTUNE_ERROR,
                   g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? ATTUNE_ERROR_NOT_FOUND
                   : g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? ATTUNE_ERROR_NOT_ALLOWED
                   : g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOMEM) ? ATTUNE_ERROR_NO_MEMORY
                   : ATTUNE_ERROR_FAILED,
                   "%s", local_error->message);
      return FALSE;
    }

  bytes = (const guint8 *) g_mapped_file_get_contents (file);
  size = g_mapped_file_get_length (file);
  if (size < 8 || bytes == NULL)
    return damaged (error, path, _("the file is too short to be a safetensors file"));

  memcpy (&header_size, bytes, 8);
  header_size = GUINT64_FROM_LE (header_size);
  if (header_size > MAX_HEADER)
    return damaged (error, path, _("this is not a safetensors file: its header would be too large"));
  if (header_size > size - 8)
    return damaged (error, path, _("the file ends within its header"));

  doc = yyjson_read_opts ((char *) bytes + 8, (gsize) header_size, YYJSON_READ_NOFLAG, NULL, &problem);
  if (doc == NULL)
    {
      g_autofree char *what = g_strdup_printf (_("the header is not JSON: %s at byte %" G_GSIZE_FORMAT), problem.msg, problem.pos + 8);

      return damaged (error, path, what);
    }

  root = yyjson_doc_get_root (doc);
  if (!yyjson_is_obj (root))
    ok = damaged (error, path, _("the header is not a JSON object"));

  yyjson_obj_iter_init (root, &iter);
  while (ok && (key = yyjson_obj_iter_next (&iter)) != NULL)
    {
      yyjson_val *value = yyjson_obj_iter_get_val (key);
      const char *name = yyjson_get_str (key);

      if (strcmp (name, "__metadata__") == 0)
        {
          yyjson_val *k, *v;
          gsize i, n;

          if (self->files->len == 0 && yyjson_is_obj (value))
            yyjson_obj_foreach (value, i, n, k, v)
              if (yyjson_is_str (v))
                g_hash_table_replace (self->metadata, g_strdup (yyjson_get_str (k)), g_strdup (yyjson_get_str (v)));
          continue;
        }
      if (strlen (name) != yyjson_get_len (key))
        ok = damaged_tensor (error, path, name, _("has a zero byte in its name"));
      else
        ok = read_tensor (self, path, name, value, bytes + 8 + header_size, size - 8 - header_size, error);
    }
  yyjson_doc_free (doc);

  if (!ok || !check_places (self, first, path, bytes + 8 + header_size, size - 8 - header_size, error))
    return FALSE;

  g_ptr_array_add (self->files, g_steal_pointer (&file));
  return TRUE;
}

AttuneSafetensors *
attune_safetensors_open (const char *path,
                         GError    **error)
{
  g_autoptr(AttuneSafetensors) self = safetensors_new ();

  g_return_val_if_fail (path != NULL, NULL);

  return read_file (self, path, error) ? g_steal_pointer (&self) : NULL;
}

/* The files that the index names, in the order of their names, each once. */
static GPtrArray *
read_index (const char *path,
            GError    **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *contents = NULL;
  gsize length;
  yyjson_doc *doc;
  yyjson_val *map, *key, *value;
  gsize i, n;
  gboolean ok = TRUE;

  if (!g_file_get_contents (path, &contents, &length, error))
    {
      attune_error_convert (error);
      return NULL;
    }

  doc = yyjson_read (contents, length, YYJSON_READ_NOFLAG);
  map = doc != NULL ? yyjson_obj_get (yyjson_doc_get_root (doc), "weight_map") : NULL;
  if (!yyjson_is_obj (map) || yyjson_obj_size (map) == 0)
    ok = damaged (error, path, _("the index has no “weight_map”"));

  yyjson_obj_foreach (map, i, n, key, value)
    {
      const char *name = yyjson_get_str (value);

      if (!ok)
        break;
      if (name == NULL || *name == '\0' || strchr (name, '/') != NULL || strlen (name) != yyjson_get_len (value))
        ok = damaged_tensor (error, path, yyjson_get_str (key), _("is not said to be in a file of this folder"));
      else if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, g_strdup (name));
    }
  if (doc != NULL)
    yyjson_doc_free (doc);

  if (!ok)
    return NULL;
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  return g_steal_pointer (&names);
}

AttuneSafetensors *
attune_safetensors_open_folder (const char *folder,
                                GError    **error)
{
  g_autofree char *whole = NULL;
  g_autofree char *index = NULL;
  g_autoptr(AttuneSafetensors) self = NULL;
  g_autoptr(GPtrArray) names = NULL;

  g_return_val_if_fail (folder != NULL, NULL);

  whole = g_build_filename (folder, "model.safetensors", NULL);
  index = g_build_filename (folder, "model.safetensors.index.json", NULL);

  if (g_file_test (whole, G_FILE_TEST_EXISTS))
    return attune_safetensors_open (whole, error);

  if (!g_file_test (index, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND,
                   _("%s: there is no model.safetensors and no model.safetensors.index.json. Choose the folder of a model in "
                     "Hugging Face's form."), folder);
      return NULL;
    }

  names = read_index (index, error);
  if (names == NULL)
    return NULL;

  self = safetensors_new ();
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);

      if (!read_file (self, path, error))
        return NULL;
    }

  return g_steal_pointer (&self);
}

guint
attune_safetensors_get_n (AttuneSafetensors *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->tensors->len;
}

const AttuneFileTensor *
attune_safetensors_get (AttuneSafetensors *self,
                        guint              index)
{
  g_return_val_if_fail (self != NULL && index < self->tensors->len, NULL);

  return g_ptr_array_index (self->tensors, index);
}

const AttuneFileTensor *
attune_safetensors_lookup (AttuneSafetensors *self,
                           const char        *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);

  return g_hash_table_lookup (self->by_name, name);
}

const char *
attune_safetensors_get_metadata (AttuneSafetensors *self,
                                 const char        *key)
{
  g_return_val_if_fail (self != NULL && key != NULL, NULL);

  return g_hash_table_lookup (self->metadata, key);
}

static float
half_to_float (guint16 half)
{
  union { guint32 bits; float value; } u;
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 0x1f;
  guint32 mantissa = half & 0x3ff;

  if (exponent == 0)
    {
      /* Zero and the numbers below 2^-14: mantissa · 2^-24. */
      u.value = (float) mantissa * 0x1p-24f;
      u.bits |= sign;
    }
  else if (exponent == 31)
    u.bits = sign | 0x7f800000 | mantissa << 13;
  else
    u.bits = sign | (exponent + 112) << 23 | mantissa << 13;
  return u.value;
}

gboolean
attune_file_tensor_read_floats (const AttuneFileTensor *self,
                                float                  *out,
                                GError                **error)
{
  gsize n;

  g_return_val_if_fail (self != NULL && out != NULL, FALSE);

  n = self->size / dtypes[self->dtype].size;
  if (self->dtype == ATTUNE_DTYPE_F32)
    {
      memcpy (out, self->data, self->size);
      return TRUE;
    }
  if (self->dtype == ATTUNE_DTYPE_F16 || self->dtype == ATTUNE_DTYPE_BF16)
    {
      for (gsize i = 0; i < n; i++)
        {
          guint16 value;

          memcpy (&value, self->data + 2 * i, 2);
          out[i] = self->dtype == ATTUNE_DTYPE_BF16 ? attune_bf16_to_float (value) : half_to_float (value);
        }
      return TRUE;
    }

  g_set_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED,
               _("%s: tensor “%s” has the type %s; only F32, F16 and BF16 are supported"),
               self->path, self->name, dtypes[self->dtype].name);
  return FALSE;
}
