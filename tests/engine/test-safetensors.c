/* test-safetensors.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-error.h"

#include "model-fixtures.h"

static char *
write_bytes (const char *folder,
             const char *name,
             const void *bytes,
             gsize       size)
{
  char *path = g_build_filename (folder, name, NULL);
  g_autoptr(GError) error = NULL;

  g_file_set_contents_full (path, bytes, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0644, &error);
  g_assert_no_error (error);
  return path;
}

/* A file with this header and @n_data bytes of data. */
static char *
write_file (const char *folder,
            const char *name,
            const char *header,
            gsize       n_data)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *data = g_malloc0 (n_data + 1);
  guint64 size = GUINT64_TO_LE ((guint64) strlen (header));

  g_byte_array_append (bytes, (const guint8 *) &size, sizeof size);
  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  for (gsize i = 0; i < n_data; i++)
    data[i] = (guint8) i;
  g_byte_array_append (bytes, data, (guint) n_data);
  return write_bytes (folder, name, bytes->data, bytes->len);
}

/* Looks at all that the file says and contains, so that a sanitizer sees a wrong place. */
static void
read_all (AttuneSafetensors *file)
{
  guint sum = 0;

  for (guint i = 0; i < attune_safetensors_get_n (file); i++)
    {
      const AttuneFileTensor *tensor = attune_safetensors_get (file, i);

      g_assert_true (attune_safetensors_lookup (file, tensor->name) == tensor);
      for (gsize j = 0; j < tensor->size; j++)
        sum += tensor->data[j];
    }
  g_assert_cmpuint (sum, <, G_MAXUINT);
}

static void
test_round_trip (void)
{
  g_autofree char *folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "x.safetensors", NULL);
  g_autoptr(AttuneSafetensorsWriter) writer = attune_safetensors_writer_new ();
  g_autoptr(AttuneSafetensors) file = NULL;
  g_autoptr(GError) error = NULL;
  const float values[] = { 0, -0.0f, 1, -1.5f, 65504, 1e-7f, 6e-8f, 3.14159274f, 1e30f, -1e-30f, INFINITY, 0.1f };
  const guint64 shape[] = { 3, 4 };
  const guint64 one[] = { 2 };
  const gint64 whole[] = { -5, G_MAXINT64 };
  const AttuneFileTensor *tensor;
  float back[12];

  attune_safetensors_writer_set_metadata (writer, "format", "pt");
  attune_safetensors_writer_add_floats (writer, "b.f32", ATTUNE_DTYPE_F32, 2, shape, values);
  attune_safetensors_writer_add_floats (writer, "a.bf16", ATTUNE_DTYPE_BF16, 2, shape, values);
  attune_safetensors_writer_add_floats (writer, "c.f16 \"quoted\" ü", ATTUNE_DTYPE_F16, 2, shape, values);
  attune_safetensors_writer_add (writer, "d.i64", ATTUNE_DTYPE_I64, 1, one, whole);
  attune_safetensors_writer_add (writer, "e.empty", ATTUNE_DTYPE_F32, 1, (const guint64[]) { 0 }, NULL);
  attune_safetensors_writer_save (writer, path, &error);
  g_assert_no_error (error);

  file = attune_safetensors_open (path, &error);
  g_assert_no_error (error);
  read_all (file);
  g_assert_cmpuint (attune_safetensors_get_n (file), ==, 5);
  g_assert_cmpstr (attune_safetensors_get_metadata (file, "format"), ==, "pt");
  g_assert_null (attune_safetensors_get_metadata (file, "other"));
  g_assert_null (attune_safetensors_lookup (file, "other"));

  tensor = attune_safetensors_lookup (file, "b.f32");
  g_assert_cmpuint (tensor->n_dims, ==, 2);
  g_assert_cmpuint (tensor->shape[1], ==, 4);
  g_assert_cmpmem (tensor->data, tensor->size, values, sizeof values);
  /* Whoever maps the file may read the numbers where they are. */
  for (guint i = 0; i < attune_safetensors_get_n (file); i++)
    g_assert_cmpuint ((gsize) attune_safetensors_get (file, i)->data % attune_dtype_get_size (attune_safetensors_get (file, i)->dtype), ==, 0);

  g_assert_true (attune_file_tensor_read_floats (attune_safetensors_lookup (file, "a.bf16"), back, &error));
  for (guint i = 0; i < 12; i++)
    g_assert_true (back[i] == values[i] || fabsf (back[i] - values[i]) <= fabsf (values[i]) / 256);
  g_assert_true (attune_file_tensor_read_floats (attune_safetensors_lookup (file, "c.f16 \"quoted\" ü"), back, &error));
  g_assert_cmpfloat (back[4], ==, 65504);
  g_assert_cmpfloat (back[5], ==, 0x1p-23f); /* 1e-7 to the nearest step of 2^-24 */
  g_assert_cmpfloat (back[6], ==, 0x1p-24f);
  g_assert_true (isinf (back[8]) && back[8] > 0);
  g_assert_cmpfloat (back[9], ==, 0);
  g_assert_true (signbit (back[9]));
  g_assert_cmpfloat_with_epsilon (back[11], 0.1f, 5e-5);

  tensor = attune_safetensors_lookup (file, "d.i64");
  g_assert_cmpmem (tensor->data, tensor->size, whole, sizeof whole);
  g_assert_false (attune_file_tensor_read_floats (tensor, back, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "d.i64"));
  test_folder_remove (folder);
}

/* Every half precision number comes back as itself. */
static void
test_half (void)
{
  g_autofree char *folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "x.safetensors", NULL);
  g_autofree char *again = g_build_filename (folder, "y.safetensors", NULL);
  g_autofree guint16 *all = g_new (guint16, 65536);
  g_autofree float *wide = g_new (float, 65536);
  const guint64 shape[] = { 65536 };
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < 65536; i++)
    all[i] = (guint16) i;
  for (AttuneDType type = ATTUNE_DTYPE_F16; type <= ATTUNE_DTYPE_BF16; type++)
    {
      g_autoptr(AttuneSafetensorsWriter) writer = attune_safetensors_writer_new ();
      g_autoptr(AttuneSafetensorsWriter) second = attune_safetensors_writer_new ();
      g_autoptr(AttuneSafetensors) file = NULL;
      g_autoptr(AttuneSafetensors) other = NULL;
      const guint16 *back;

      attune_safetensors_writer_add (writer, "x", type, 1, shape, all);
      g_assert_true (attune_safetensors_writer_save (writer, path, &error));
      file = attune_safetensors_open (path, &error);
      g_assert_no_error (error);
      g_assert_true (attune_file_tensor_read_floats (attune_safetensors_lookup (file, "x"), wide, &error));
      attune_safetensors_writer_add_floats (second, "x", type, 1, shape, wide);
      g_assert_true (attune_safetensors_writer_save (second, again, &error));
      other = attune_safetensors_open (again, &error);
      g_assert_no_error (error);
      back = (const guint16 *) attune_safetensors_lookup (other, "x")->data;
      for (guint i = 0; i < 65536; i++)
        if (isnan (wide[i]))
          g_assert_cmpuint (back[i] & (type == ATTUNE_DTYPE_F16 ? 0x7c00 : 0x7f80), ==, type == ATTUNE_DTYPE_F16 ? 0x7c00 : 0x7f80);
        else
          g_assert_cmpuint (back[i], ==, all[i]);
    }
  test_folder_remove (folder);
}

static void
check_broken (const char  *folder,
              const char  *header,
              gsize        n_data,
              AttuneError  code,
              const char  *word)
{
  g_autofree char *path = write_file (folder, "broken.safetensors", header, n_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(AttuneSafetensors) file = attune_safetensors_open (path, &error);

  g_assert_null (file);
  g_assert_error (error, ATTUNE_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, path));
  g_test_message ("%s: %s", word, error->message);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_headers (void)
{
  g_autofree char *folder = test_folder_new ();

  check_broken (folder, "[]", 0, ATTUNE_ERROR_DAMAGED, "object");
  check_broken (folder, "{", 0, ATTUNE_ERROR_DAMAGED, "JSON");
  check_broken (folder, "{}", 4, ATTUNE_ERROR_DAMAGED, "behind the last");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, ATTUNE_ERROR_DAMAGED, "“a”");
  check_broken (folder, "{\"a\":{\"dtype\":\"Q4\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, ATTUNE_ERROR_NOT_SUPPORTED, "Q4");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}", 12, ATTUNE_ERROR_DAMAGED, "“a”");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, ATTUNE_ERROR_DAMAGED, "“a”");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, ATTUNE_ERROR_DAMAGED, "cut off");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, ATTUNE_ERROR_DAMAGED, "gap");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, ATTUNE_ERROR_DAMAGED, "dimension");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, ATTUNE_ERROR_DAMAGED, "dimension");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, ATTUNE_ERROR_DAMAGED, "too large");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0, ATTUNE_ERROR_DAMAGED, "too large");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, ATTUNE_ERROR_DAMAGED, "dimensions");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                12, ATTUNE_ERROR_DAMAGED, "overlaps");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
                16, ATTUNE_ERROR_DAMAGED, "twice");
  check_broken (folder, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,18446744073709551615]}}", 8, ATTUNE_ERROR_DAMAGED, "“a”");
  test_folder_remove (folder);
}

/* A good file, cut off at every byte and with every byte of the header changed: an error or a file whose tensors can be read. */
static void
test_damage (void)
{
  g_autofree char *folder = test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "x.safetensors", NULL);
  g_autoptr(AttuneSafetensorsWriter) writer = attune_safetensors_writer_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *contents = NULL;
  const float values[] = { 1, 2, 3, 4, 5, 6 };
  const guint8 changes[] = { 0x01, 0x10, 0x80, 0x22, 0xff };
  gsize length, header;
  guint n_read = 0;

  attune_safetensors_writer_set_metadata (writer, "format", "pt");
  attune_safetensors_writer_add_floats (writer, "first", ATTUNE_DTYPE_F32, 2, (const guint64[]) { 2, 2 }, values);
  attune_safetensors_writer_add_floats (writer, "second", ATTUNE_DTYPE_BF16, 1, (const guint64[]) { 5 }, values);
  g_assert_true (attune_safetensors_writer_save (writer, path, &error));
  g_assert_true (g_file_get_contents (path, &contents, &length, &error));

  for (gsize n = 0; n < length; n++)
    {
      g_autofree char *broken = write_bytes (folder, "broken", contents, n);
      g_autoptr(AttuneSafetensors) file = attune_safetensors_open (broken, &error);

      g_assert_null (file);
      g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_DAMAGED);
      g_clear_error (&error);
    }

  header = length - 16 - 10;
  for (gsize i = 0; i < header; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (changes); j++)
      {
        g_autofree char *copy = g_memdup2 (contents, length);
        g_autofree char *broken = NULL;
        g_autoptr(AttuneSafetensors) file = NULL;

        copy[i] = (char) (copy[i] ^ changes[j]);
        broken = write_bytes (folder, "broken", copy, length);
        file = attune_safetensors_open (broken, &error);
        if (file != NULL)
          {
            read_all (file);
            n_read++;
          }
        else
          g_assert_true (error->domain == ATTUNE_ERROR && *error->message != '\0');
        g_clear_error (&error);
      }
  /* Changed letters of a name do no harm; nearly all else does. */
  g_assert_cmpuint (n_read, <, header);
  test_folder_remove (folder);
}

static void
write_shard (const char *folder,
             const char *name,
             const char *tensor)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr(AttuneSafetensorsWriter) writer = attune_safetensors_writer_new ();
  const float values[] = { 1, 2 };
  g_autoptr(GError) error = NULL;

  attune_safetensors_writer_add_floats (writer, tensor, ATTUNE_DTYPE_F32, 1, (const guint64[]) { 2 }, values);
  attune_safetensors_writer_save (writer, path, &error);
  g_assert_no_error (error);
}

static void
check_index (const char  *folder,
             const char  *index,
             AttuneError  code,
             const char  *word)
{
  g_autofree char *path = write_bytes (folder, "model.safetensors.index.json", index, strlen (index));
  g_autoptr(GError) error = NULL;
  g_autoptr(AttuneSafetensors) file = attune_safetensors_open_folder (folder, &error);

  g_assert_null (file);
  g_assert_error (error, ATTUNE_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_shards (void)
{
  g_autofree char *folder = test_folder_new ();
  const char *good = "{\"metadata\":{\"total_size\":16},\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}}";
  g_autofree char *path = NULL;
  g_autoptr(AttuneSafetensors) file = NULL;
  g_autoptr(GError) error = NULL;

  file = attune_safetensors_open_folder (folder, &error);
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, folder));
  g_clear_error (&error);

  write_shard (folder, "model-00001-of-00002.safetensors", "a");
  check_index (folder, good, ATTUNE_ERROR_NOT_FOUND, "model-00002-of-00002.safetensors");
  check_index (folder, "{}", ATTUNE_ERROR_DAMAGED, "weight_map");
  check_index (folder, "{\"weight_map\":{}}", ATTUNE_ERROR_DAMAGED, "weight_map");
  check_index (folder, "nonsense", ATTUNE_ERROR_DAMAGED, "weight_map");
  check_index (folder, "{\"weight_map\":{\"a\":\"../outside.safetensors\"}}", ATTUNE_ERROR_DAMAGED, "“a”");
  check_index (folder, "{\"weight_map\":{\"a\":7}}", ATTUNE_ERROR_DAMAGED, "“a”");

  write_shard (folder, "model-00002-of-00002.safetensors", "a");
  check_index (folder, good, ATTUNE_ERROR_DAMAGED, "twice");

  write_shard (folder, "model-00002-of-00002.safetensors", "b");
  path = write_bytes (folder, "model.safetensors.index.json", good, strlen (good));
  file = attune_safetensors_open_folder (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (attune_safetensors_get_n (file), ==, 2);
  g_assert_true (g_str_has_suffix (attune_safetensors_lookup (file, "b")->path, "model-00002-of-00002.safetensors"));
  test_folder_remove (folder);
}

/* A file that cannot be written leaves nothing behind, and an old one as it was. */
static void
test_save_fails (void)
{
  g_autofree char *folder = test_folder_new ();
  g_autofree char *inside = g_build_filename (folder, "none", "x.safetensors", NULL);
  g_autofree char *target = g_build_filename (folder, "is-a-folder", NULL);
  g_autofree char *child = g_build_filename (target, "child", NULL);
  g_autoptr(AttuneSafetensorsWriter) writer = attune_safetensors_writer_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = NULL;
  guint n = 0;

  attune_safetensors_writer_add_floats (writer, "a", ATTUNE_DTYPE_F32, 1, (const guint64[]) { 1 }, (const float[]) { 1 });
  g_assert_false (attune_safetensors_writer_save (writer, inside, &error));
  g_assert_error (error, ATTUNE_ERROR, ATTUNE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, inside));
  g_clear_error (&error);

  g_assert_cmpint (g_mkdir_with_parents (child, 0755), ==, 0);
  g_assert_false (attune_safetensors_writer_save (writer, target, &error));
  g_assert_nonnull (error);
  dir = g_dir_open (folder, 0, NULL);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_assert_cmpuint (n, ==, 1);
  test_folder_remove (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/engine/safetensors/round-trip", test_round_trip);
  g_test_add_func ("/engine/safetensors/half", test_half);
  g_test_add_func ("/engine/safetensors/headers", test_headers);
  g_test_add_func ("/engine/safetensors/damage", test_damage);
  g_test_add_func ("/engine/safetensors/shards", test_shards);
  g_test_add_func ("/engine/safetensors/save-fails", test_save_fails);

  return g_test_run ();
}
