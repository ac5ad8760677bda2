/* attune-deepseek-adapter.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-deepseek-adapter.h"

#include "attune-huggingface-adapter.h"

AttuneAdapter *
attune_deepseek_adapter_new (AttuneCredentials *credentials)
{
  g_return_val_if_fail (ATTUNE_IS_CREDENTIALS (credentials), NULL);

  return g_object_new (ATTUNE_TYPE_HUGGINGFACE_ADAPTER, "provider", "deepseek", "credentials", credentials, NULL);
}
