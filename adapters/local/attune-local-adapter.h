/* attune-local-adapter.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-adapter.h"
#include "attune-local-model.h"

G_BEGIN_DECLS

/* "local", This Computer: models in folders, trained by attune-engine in a process of its own.
 *
 * A base model is the name of a folder in the models folder, "starter" for the one that comes with Attune, or the absolute path
 * of any model folder. */
#define ATTUNE_TYPE_LOCAL_ADAPTER (attune_local_adapter_get_type ())
G_DECLARE_FINAL_TYPE (AttuneLocalAdapter, attune_local_adapter, ATTUNE, LOCAL_ADAPTER, GObject)

AttuneAdapter    *attune_local_adapter_new         (void) G_GNUC_WARN_UNUSED_RESULT;
/* One more folder that holds model folders. Its models appear when the capabilities are loaded next. */
void              attune_local_adapter_add_folder  (AttuneLocalAdapter  *self,
                                                    const char          *path);
/* Every model folder there is, those that cannot be used too (see ->problem). Reads the disk. (element-type AttuneLocalModel) */
GPtrArray        *attune_local_adapter_list_models (AttuneLocalAdapter  *self) G_GNUC_WARN_UNUSED_RESULT;
/* The model that a configuration names, usable or not. ATTUNE_ERROR_NOT_FOUND names those that are known. */
AttuneLocalModel *attune_local_adapter_dup_model   (AttuneLocalAdapter  *self,
                                                    const char          *base_model,
                                                    GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
