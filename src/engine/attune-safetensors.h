/* attune-safetensors.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ATTUNE_DTYPE_F32,
  ATTUNE_DTYPE_F16,
  ATTUNE_DTYPE_BF16,
  ATTUNE_DTYPE_F64,
  ATTUNE_DTYPE_I64,
  ATTUNE_DTYPE_I32,
  ATTUNE_DTYPE_I16,
  ATTUNE_DTYPE_I8,
  ATTUNE_DTYPE_U64,
  ATTUNE_DTYPE_U32,
  ATTUNE_DTYPE_U16,
  ATTUNE_DTYPE_U8,
  ATTUNE_DTYPE_BOOL,
  ATTUNE_DTYPE_F8_E4M3,
  ATTUNE_DTYPE_F8_E5M2,
} AttuneDType;

const char *attune_dtype_to_name   (AttuneDType  dtype);
gboolean    attune_dtype_from_name (const char  *name,
                                    AttuneDType *dtype);
gsize       attune_dtype_get_size  (AttuneDType  dtype);

#define ATTUNE_TENSOR_MAX_DIMS 8

typedef struct {
  const char   *name;
  const char   *path;      /* the file that it is in */
  AttuneDType   dtype;
  guint         n_dims;
  guint64       shape[ATTUNE_TENSOR_MAX_DIMS];
  const guint8 *data;      /* in the mapping; any alignment */
  gsize         size;      /* bytes */
} AttuneFileTensor;

/* Tensors of one or several .safetensors files, mapped into memory. All that the headers say is checked when they are opened. */
typedef struct _AttuneSafetensors AttuneSafetensors;

AttuneSafetensors      *attune_safetensors_open        (const char               *path,
                                                        GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
/* FOLDER/model.safetensors, or the files that FOLDER/model.safetensors.index.json lists. */
AttuneSafetensors      *attune_safetensors_open_folder (const char               *folder,
                                                        GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void                    attune_safetensors_free        (AttuneSafetensors        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneSafetensors, attune_safetensors_free)

guint                   attune_safetensors_get_n       (AttuneSafetensors        *self);
const AttuneFileTensor *attune_safetensors_get         (AttuneSafetensors        *self,
                                                        guint                     index);
const AttuneFileTensor *attune_safetensors_lookup      (AttuneSafetensors        *self,
                                                        const char               *name);
/* (nullable): a member of __metadata__ of the first file */
const char             *attune_safetensors_get_metadata (AttuneSafetensors       *self,
                                                         const char              *key);

/* F32, F16 and BF16 to fp32; DAMAGED where the tensor is of another type. @out has room for all elements. */
gboolean                attune_file_tensor_read_floats (const AttuneFileTensor   *self,
                                                        float                    *out,
                                                        GError                  **error);

/* What is to be written: the data is borrowed until the file is saved. */
typedef struct _AttuneSafetensorsWriter AttuneSafetensorsWriter;

AttuneSafetensorsWriter *attune_safetensors_writer_new  (void);
void                     attune_safetensors_writer_free (AttuneSafetensorsWriter  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AttuneSafetensorsWriter, attune_safetensors_writer_free)

void                     attune_safetensors_writer_set_metadata (AttuneSafetensorsWriter *self,
                                                                 const char              *key,
                                                                 const char              *value);
/* @data: elements of @dtype as they shall stand in the file. */
void                     attune_safetensors_writer_add        (AttuneSafetensorsWriter  *self,
                                                               const char               *name,
                                                               AttuneDType               dtype,
                                                               guint                     n_dims,
                                                               const guint64            *shape,
                                                               gconstpointer             data);
/* @data: fp32, written as @dtype: F32, BF16 or F16. */
void                     attune_safetensors_writer_add_floats (AttuneSafetensorsWriter  *self,
                                                               const char               *name,
                                                               AttuneDType               dtype,
                                                               guint                     n_dims,
                                                               const guint64            *shape,
                                                               const float              *data);
/* To a temporary file beside it, flushed to the disk and renamed: whole or not at all. */
gboolean                 attune_safetensors_writer_save       (AttuneSafetensorsWriter  *self,
                                                               const char               *path,
                                                               GError                  **error);

G_END_DECLS
