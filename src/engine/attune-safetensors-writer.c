/* attune-safetensors-writer.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <yyjson.h>

#include "attune-error.h"
#include "attune-kernels.h"

#define BLOCK 16384

typedef struct {
  char          *name;
  AttuneDType    dtype;
  guint          n_dims;
  guint64        shape[ATTUNE_TENSOR_MAX_DIMS];
  gconstpointer  data;
  gboolean       convert; /* data is fp32, dtype is not */
  guint64        size;
} Item;

struct _AttuneSafetensorsWriter {
  GPtrArray  *items;
  GHashTable *metadata;
};

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->name);
  g_free (item);
}

AttuneSafetensorsWriter *
attune_safetensors_writer_new (void)
{
  AttuneSafetensorsWriter *self = g_new0 (AttuneSafetensorsWriter, 1);

  self->items = g_ptr_array_new_with_free_func (item_free);
  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
attune_safetensors_writer_free (AttuneSafetensorsWriter *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->metadata);
  g_free (self);
}

void
attune_safetensors_writer_set_metadata (AttuneSafetensorsWriter *self,
                                        const char              *key,
                                        const char              *value)
{
  g_return_if_fail (self != NULL && key != NULL && value != NULL);

  g_hash_table_replace (self->metadata, g_strdup (key), g_strdup (value));
}

static Item *
add_item (AttuneSafetensorsWriter *self,
          const char              *name,
          AttuneDType              dtype,
          guint                    n_dims,
          const guint64           *shape,
          gconstpointer            data)
{
  Item *item = g_new0 (Item, 1);

  item->name = g_strdup (name);
  item->dtype = dtype;
  item->n_dims = n_dims;
  item->data = data;
  item->size = attune_dtype_get_size (dtype);
  for (guint i = 0; i < n_dims; i++)
    {
      item->shape[i] = shape[i];
      item->size *= shape[i];
    }
  g_ptr_array_add (self->items, item);
  return item;
}

void
attune_safetensors_writer_add (AttuneSafetensorsWriter *self,
                               const char              *name,
                               AttuneDType              dtype,
                               guint                    n_dims,
                               const guint64           *shape,
                               gconstpointer            data)
{
  g_return_if_fail (self != NULL && name != NULL && n_dims <= ATTUNE_TENSOR_MAX_DIMS);
  g_return_if_fail (shape != NULL || n_dims == 0);

  add_item (self, name, dtype, n_dims, shape, data);
}

void
attune_safetensors_writer_add_floats (AttuneSafetensorsWriter *self,
                                      const char              *name,
                                      AttuneDType              dtype,
                                      guint                    n_dims,
                                      const guint64           *shape,
                                      const float             *data)
{
  g_return_if_fail (self != NULL && name != NULL && n_dims <= ATTUNE_TENSOR_MAX_DIMS);
  g_return_if_fail (shape != NULL || n_dims == 0);
  g_return_if_fail (dtype == ATTUNE_DTYPE_F32 || dtype == ATTUNE_DTYPE_BF16 || dtype == ATTUNE_DTYPE_F16);

  add_item (self, name, dtype, n_dims, shape, data)->convert = dtype != ATTUNE_DTYPE_F32;
}

/* Wide elements first and then by name, so that every tensor stands at a multiple of its element's size. */
static int
compare_items (gconstpointer a,
               gconstpointer b)
{
  const Item *x = *(const Item * const *) a;
  const Item *y = *(const Item * const *) b;
  gsize size_x = attune_dtype_get_size (x->dtype);
  gsize size_y = attune_dtype_get_size (y->dtype);

  if (size_x != size_y)
    return size_x > size_y ? -1 : 1;
  return strcmp (x->name, y->name);
}

/* The header, padded with spaces to a multiple of eight. */
static GString *
make_header (AttuneSafetensorsWriter *self)
{
  yyjson_mut_doc *doc = yyjson_mut_doc_new (NULL);
  yyjson_mut_val *root = yyjson_mut_obj (doc);
  GString *header;
  char *text;
  gsize length;
  guint64 offset = 0;

  yyjson_mut_doc_set_root (doc, root);
  if (g_hash_table_size (self->metadata) > 0)
    {
      yyjson_mut_val *metadata = yyjson_mut_obj (doc);
      g_autoptr(GPtrArray) keys = g_hash_table_get_keys_as_ptr_array (self->metadata);

      g_ptr_array_sort_values (keys, (GCompareFunc) strcmp);
      for (guint i = 0; i < keys->len; i++)
        yyjson_mut_obj_add_str (doc, metadata, g_ptr_array_index (keys, i),
                                g_hash_table_lookup (self->metadata, g_ptr_array_index (keys, i)));
      yyjson_mut_obj_add_val (doc, root, "__metadata__", metadata);
    }

  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = g_ptr_array_index (self->items, i);
      yyjson_mut_val *value = yyjson_mut_obj (doc);
      yyjson_mut_val *shape = yyjson_mut_arr (doc);
      yyjson_mut_val *place = yyjson_mut_arr (doc);

      for (guint j = 0; j < item->n_dims; j++)
        yyjson_mut_arr_add_uint (doc, shape, item->shape[j]);
      yyjson_mut_arr_add_uint (doc, place, offset);
      offset += item->size;
      yyjson_mut_arr_add_uint (doc, place, offset);
      yyjson_mut_obj_add_str (doc, value, "dtype", attune_dtype_to_name (item->dtype));
      yyjson_mut_obj_add_val (doc, value, "shape", shape);
      yyjson_mut_obj_add_val (doc, value, "data_offsets", place);
      yyjson_mut_obj_add_val (doc, root, item->name, value);
    }

  text = yyjson_mut_write (doc, YYJSON_WRITE_NOFLAG, &length);
  header = g_string_new_len (text, (gssize) length);
  while (header->len % 8 != 0)
    g_string_append_c (header, ' ');
  free (text);
  yyjson_mut_doc_free (doc);
  return header;
}

static gboolean
write_bytes (int           fd,
             gconstpointer data,
             gsize         size)
{
  const guint8 *bytes = data;

  while (size > 0)
    {
      gssize written = write (fd, bytes, MIN (size, (gsize) 1 << 30));

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return FALSE;
      bytes += written;
      size -= (gsize) written;
    }
  return TRUE;
}

static guint16
float_to_half (float value)
{
  union { float value; guint32 bits; } u = { .value = value };
  guint32 sign = (u.bits >> 16) & 0x8000;
  guint32 magnitude = u.bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return (guint16) (sign | 0x7e00);
  if (magnitude >= 0x477ff000) /* rounds to 65536 or more */
    return (guint16) (sign | 0x7c00);
  if (magnitude < 0x38800000)
    {
      /* Below 2^-14: steps of 2^-24; adding 0.5 lets the hardware round to them. */
      u.bits = magnitude;
      u.value += 0.5f;
      return (guint16) (sign | (u.bits - 0x3f000000));
    }
  magnitude += 0xfff + ((magnitude >> 13) & 1);
  return (guint16) (sign | ((magnitude - 0x38000000) >> 13));
}

static gboolean
write_item (int         fd,
            const Item *item)
{
  const float *values = item->data;
  guint64 n;

  if (!item->convert)
    return write_bytes (fd, item->data, (gsize) item->size);

  n = item->size / attune_dtype_get_size (item->dtype);
  for (guint64 i = 0; i < n; i += BLOCK)
    {
      guint16 block[BLOCK];
      gsize m = (gsize) MIN (n - i, BLOCK);

      for (gsize j = 0; j < m; j++)
        block[j] = item->dtype == ATTUNE_DTYPE_BF16 ? attune_float_to_bf16 (values[i + j]) : float_to_half (values[i + j]);
      if (!write_bytes (fd, block, m * sizeof block[0]))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fail (GError     **error,
      const char  *path,
      int          code)
{
  AttuneError meaning = ATTUNE_ERROR_FAILED;

  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    meaning = ATTUNE_ERROR_NO_SPACE;
  else if (code == EACCES || code == EPERM || code == EROFS)
    meaning = ATTUNE_ERROR_NOT_ALLOWED;
  else if (code == ENOENT || code == ENOTDIR)
    meaning = ATTUNE_ERROR_NOT_FOUND;

  g_set_error (error, ATTUNE_ERROR, meaning, _("%s could not be written: %s"), path, g_strerror (code));
  return FALSE;
}

gboolean
attune_safetensors_writer_save (AttuneSafetensorsWriter *self,
                                const char              *path,
                                GError                 **error)
{
  g_autofree char *temporary = NULL;
  g_autofree char *folder = NULL;
  g_autoptr(GString) header = NULL;
  guint64 header_size;
  g_autofd int fd = -1;
  g_autofd int folder_fd = -1;
  gboolean ok;
  int code = 0;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  g_ptr_array_sort (self->items, compare_items);
  header = make_header (self);
  header_size = GUINT64_TO_LE ((guint64) header->len);

  temporary = g_strdup_printf ("%s.XXXXXX", path);
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0644);
  if (fd < 0)
    return fail (error, path, errno);

  ok = write_bytes (fd, &header_size, sizeof header_size) && write_bytes (fd, header->str, header->len);
  for (guint i = 0; ok && i < self->items->len; i++)
    ok = write_item (fd, g_ptr_array_index (self->items, i));
  ok = ok && fsync (fd) == 0 && g_rename (temporary, path) == 0;
  if (!ok)
    {
      code = errno;
      g_unlink (temporary);
      return fail (error, path, code);
    }

  /* The new name itself; there are file systems that cannot, and on them nothing better is known. */
  folder = g_path_get_dirname (path);
  folder_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd >= 0 && fsync (folder_fd) != 0 && errno != EINVAL && errno != EBADF)
    return fail (error, path, errno);

  return TRUE;
}
