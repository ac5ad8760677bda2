/* attune-matmul.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "attune-matmul"

#include "config.h"

#include "attune-matmul.h"

#include <string.h>

#include <oneapi/dnnl/dnnl.h>

/* oneDNN's own cache is shared by the threads: with it the second thread finds the code that the first one has generated. */
#define SHARED_CACHE 4096

typedef struct {
  guint32 m, n, k, lda, ldb, ldc, flags;
} Shape;

typedef struct {
  Shape            shape;
  gboolean         used;
  dnnl_primitive_t primitive; /* NULL: oneDNN has none, the loops below do it */
  dnnl_exec_arg_t  args[4];
  gsize            scratch_size;
} Entry;

struct _AttuneMatmul {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  Entry        *entries; /* open addressing, a power of two */
  gsize         n_slots;
  gsize         n_entries;
  guint8       *scratch;
  gsize         scratch_size;
};

AttuneMatmul *
attune_matmul_new (void)
{
  AttuneMatmul *self = g_new0 (AttuneMatmul, 1);

  self->n_slots = 256;
  self->entries = g_new0 (Entry, self->n_slots);

  dnnl_set_primitive_cache_capacity (SHARED_CACHE);
  if (dnnl_engine_create (&self->engine, dnnl_cpu, 0) != dnnl_success ||
      dnnl_stream_create (&self->stream, self->engine, dnnl_stream_default_flags) != dnnl_success)
    g_warning ("oneDNN could not be started; products are computed by plain loops");

  return self;
}

static void
entry_clear (Entry *entry)
{
  for (guint i = 0; i < G_N_ELEMENTS (entry->args); i++)
    if (entry->args[i].memory != NULL)
      dnnl_memory_destroy (entry->args[i].memory);
  if (entry->primitive != NULL)
    dnnl_primitive_destroy (entry->primitive);
}

void
attune_matmul_free (AttuneMatmul *self)
{
  if (self == NULL)
    return;

  for (gsize i = 0; i < self->n_slots; i++)
    if (self->entries[i].used)
      entry_clear (&self->entries[i]);
  if (self->stream != NULL)
    dnnl_stream_destroy (self->stream);
  if (self->engine != NULL)
    dnnl_engine_destroy (self->engine);
  g_free (self->entries);
  g_aligned_free (self->scratch);
  g_free (self);
}

gboolean
attune_matmul_has_bf16 (void)
{
#if defined(__x86_64__)
  int isa = dnnl_get_effective_cpu_isa ();

  return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
#else
  return FALSE;
#endif
}

static gboolean
make_descriptor (dnnl_memory_desc_t *descriptor,
                 gsize               rows,
                 gsize               columns,
                 gsize               stride,
                 gboolean            transposed,
                 dnnl_data_type_t    type)
{
  dnnl_dims_t dims = { (dnnl_dim_t) rows, (dnnl_dim_t) columns };
  dnnl_dims_t strides = { transposed ? 1 : (dnnl_dim_t) stride, transposed ? (dnnl_dim_t) stride : 1 };

  return dnnl_memory_desc_create_with_strides (descriptor, 2, dims, type, strides) == dnnl_success;
}

static void
entry_prepare (AttuneMatmul *self,
               Entry        *entry)
{
  const Shape *s = &entry->shape;
  const dnnl_data_type_t type = (s->flags & ATTUNE_MATMUL_BF16) != 0 ? dnnl_bf16 : dnnl_f32;
  dnnl_memory_desc_t a = NULL, b = NULL, c = NULL;
  dnnl_primitive_attr_t attr = NULL;
  dnnl_post_ops_t ops = NULL;
  dnnl_primitive_desc_t desc = NULL;
  const int which[] = { DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD };
  const_dnnl_memory_desc_t scratch;
  gboolean ok;

  ok = self->stream != NULL &&
       make_descriptor (&a, s->m, s->k, s->lda, (s->flags & ATTUNE_MATMUL_TRANSPOSE_A) != 0, type) &&
       make_descriptor (&b, s->k, s->n, s->ldb, (s->flags & ATTUNE_MATMUL_TRANSPOSE_B) != 0, type) &&
       make_descriptor (&c, s->m, s->n, s->ldc, FALSE, dnnl_f32) &&
       dnnl_primitive_attr_create (&attr) == dnnl_success &&
       dnnl_primitive_attr_set_scratchpad_mode (attr, dnnl_scratchpad_mode_user) == dnnl_success;
  if (ok && (s->flags & ATTUNE_MATMUL_ADD) != 0)
    ok = dnnl_post_ops_create (&ops) == dnnl_success &&
         dnnl_post_ops_append_sum (ops, 1.0f, 0, dnnl_data_type_undef) == dnnl_success &&
         dnnl_primitive_attr_set_post_ops (attr, ops) == dnnl_success;
  ok = ok &&
       dnnl_matmul_primitive_desc_create (&desc, self->engine, a, b, NULL, c, attr) == dnnl_success &&
       dnnl_primitive_create (&entry->primitive, desc) == dnnl_success;

  if (ok)
    {
      const_dnnl_memory_desc_t descriptors[4];

      scratch = dnnl_primitive_desc_query_md (desc, dnnl_query_scratchpad_md, 0);
      entry->scratch_size = scratch != NULL ? dnnl_memory_desc_get_size (scratch) : 0;
      descriptors[0] = a;
      descriptors[1] = b;
      descriptors[2] = c;
      descriptors[3] = scratch;
      for (guint i = 0; ok && i < G_N_ELEMENTS (which); i++)
        {
          entry->args[i].arg = which[i];
          ok = descriptors[i] != NULL &&
               dnnl_memory_create (&entry->args[i].memory, descriptors[i], self->engine, DNNL_MEMORY_NONE) == dnnl_success;
        }
    }

  if (!ok)
    {
      entry_clear (entry);
      entry->primitive = NULL;
      memset (entry->args, 0, sizeof entry->args);
    }

  if (desc != NULL)
    dnnl_primitive_desc_destroy (desc);
  if (ops != NULL)
    dnnl_post_ops_destroy (ops);
  if (attr != NULL)
    dnnl_primitive_attr_destroy (attr);
  if (a != NULL)
    dnnl_memory_desc_destroy (a);
  if (b != NULL)
    dnnl_memory_desc_destroy (b);
  if (c != NULL)
    dnnl_memory_desc_destroy (c);

  if (entry->scratch_size > self->scratch_size)
    {
      g_aligned_free (self->scratch);
      self->scratch_size = (entry->scratch_size + 4095) & ~(gsize) 4095;
      self->scratch = g_aligned_alloc (1, self->scratch_size, 4096);
    }
}

static inline gsize
shape_hash (const Shape *s)
{
  guint64 h = s->m;

  h = h * 0x9e3779b97f4a7c15 + s->n;
  h = h * 0x9e3779b97f4a7c15 + s->k;
  h = h * 0x9e3779b97f4a7c15 + s->lda;
  h = h * 0x9e3779b97f4a7c15 + s->ldb;
  h = h * 0x9e3779b97f4a7c15 + s->ldc;
  h = h * 0x9e3779b97f4a7c15 + s->flags;
  return (gsize) ((h * 0x9e3779b97f4a7c15) >> 32);
}

static Entry *
find_slot (Entry       *entries,
           gsize        n_slots,
           const Shape *shape)
{
  gsize i = shape_hash (shape) & (n_slots - 1);

  while (entries[i].used && memcmp (&entries[i].shape, shape, sizeof *shape) != 0)
    i = (i + 1) & (n_slots - 1);
  return &entries[i];
}

static Entry *
lookup (AttuneMatmul *self,
        const Shape  *shape)
{
  Entry *entry = find_slot (self->entries, self->n_slots, shape);

  if (G_LIKELY (entry->used))
    return entry;

  if ((self->n_entries + 1) * 2 > self->n_slots)
    {
      gsize n_slots = self->n_slots * 2;
      Entry *entries = g_new0 (Entry, n_slots);

      for (gsize i = 0; i < self->n_slots; i++)
        if (self->entries[i].used)
          *find_slot (entries, n_slots, &self->entries[i].shape) = self->entries[i];
      g_free (self->entries);
      self->entries = entries;
      self->n_slots = n_slots;
      entry = find_slot (entries, n_slots, shape);
    }

  self->n_entries++;
  entry->used = TRUE;
  entry->shape = *shape;
  entry_prepare (self, entry);
  return entry;
}

static inline float
load (const void *data,
      gsize       index,
      gboolean    bf16)
{
  union { guint32 bits; float value; } u;

  if (!bf16)
    return ((const float *) data)[index];
  u.bits = (guint32) ((const guint16 *) data)[index] << 16;
  return u.value;
}

/* Only where oneDNN refuses a shape. */
static void
run_loops (const Shape *s,
           const void  *a,
           const void  *b,
           float       *c)
{
  gboolean bf16 = (s->flags & ATTUNE_MATMUL_BF16) != 0;
  gsize a_row = (s->flags & ATTUNE_MATMUL_TRANSPOSE_A) != 0 ? 1 : s->lda;
  gsize a_column = (s->flags & ATTUNE_MATMUL_TRANSPOSE_A) != 0 ? s->lda : 1;
  gsize b_row = (s->flags & ATTUNE_MATMUL_TRANSPOSE_B) != 0 ? 1 : s->ldb;
  gsize b_column = (s->flags & ATTUNE_MATMUL_TRANSPOSE_B) != 0 ? s->ldb : 1;

  for (gsize i = 0; i < s->m; i++)
    for (gsize j = 0; j < s->n; j++)
      {
        float sum = (s->flags & ATTUNE_MATMUL_ADD) != 0 ? c[i * s->ldc + j] : 0;

        for (gsize l = 0; l < s->k; l++)
          sum += load (a, i * a_row + l * a_column, bf16) * load (b, l * b_row + j * b_column, bf16);
        c[i * s->ldc + j] = sum;
      }
}

void
attune_matmul_run (AttuneMatmul      *self,
                   AttuneMatmulFlags  flags,
                   gsize              m,
                   gsize              n,
                   gsize              k,
                   const void        *a,
                   gsize              lda,
                   const void        *b,
                   gsize              ldb,
                   float             *c,
                   gsize              ldc)
{
  Shape shape;
  Entry *entry;

  if (m == 0 || n == 0)
    return;
  if (k == 0)
    {
      for (gsize i = 0; (flags & ATTUNE_MATMUL_ADD) == 0 && i < m; i++)
        memset (c + i * ldc, 0, n * sizeof (float));
      return;
    }

  shape = (Shape) { .m = (guint32) m, .n = (guint32) n, .k = (guint32) k, .lda = (guint32) lda, .ldb = (guint32) ldb,
                    .ldc = (guint32) ldc, .flags = flags };
  entry = lookup (self, &shape);

  if (G_LIKELY (entry->primitive != NULL))
    {
      dnnl_memory_set_data_handle (entry->args[0].memory, (void *) a);
      dnnl_memory_set_data_handle (entry->args[1].memory, (void *) b);
      dnnl_memory_set_data_handle (entry->args[2].memory, c);
      dnnl_memory_set_data_handle (entry->args[3].memory, self->scratch);
      if (G_LIKELY (dnnl_primitive_execute (entry->primitive, self->stream, 4, entry->args) == dnnl_success))
        return;
    }

  run_loops (&shape, a, b, c);
}

guint
attune_matmul_get_n_shapes (AttuneMatmul *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (guint) self->n_entries;
}
