/* attune-adapters.c
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "attune-adapters.h"

#include "attune-deepseek-adapter.h"
#include "attune-fireworks-adapter.h"
#include "attune-huggingface-adapter.h"
#include "attune-local-adapter.h"
#include "attune-mistral-adapter.h"
#include "attune-openai-adapter.h"
#include "attune-together-adapter.h"

/* One line a provider: its constructor, in the order in which people see them. */
static AttuneAdapter * (* const constructors[]) (AttuneCredentials *credentials) = {
  attune_openai_adapter_new,
  attune_together_adapter_new,
  attune_fireworks_adapter_new,
  attune_mistral_adapter_new,
  attune_deepseek_adapter_new,
  attune_huggingface_adapter_new,
};

void
attune_adapters_add_all (AttuneRegistry    *registry,
                         AttuneCredentials *credentials)
{
  g_autoptr (AttuneAdapter) local = NULL;

  g_return_if_fail (ATTUNE_IS_REGISTRY (registry));
  g_return_if_fail (ATTUNE_IS_CREDENTIALS (credentials));

  local = attune_local_adapter_new ();
  attune_registry_add (registry, local);

  for (guint i = 0; i < G_N_ELEMENTS (constructors); i++)
    {
      g_autoptr (AttuneAdapter) adapter = constructors[i] != NULL ? constructors[i] (credentials) : NULL;

      if (adapter != NULL)
        attune_registry_add (registry, adapter);
    }
}
