/* attune-huggingface-hardware.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-capabilities.h"
#include "attune-configuration.h"

G_BEGIN_DECLS

/* The machines that Hugging Face rents ("flavors"). In capabilities they are the member "hardware": an array of
 * {"name", "title", "gpu" ("" none), "count", "memory" (GB a GPU), "pricePerHour" (US dollars)}. */
typedef struct {
  char   *name;           /* "a10g-large" */
  char   *title;
  char   *gpu;            /* "A10G"; "" for none */
  guint   count;          /* GPUs */
  double  memory;         /* bytes of one GPU; 0 unknown */
  double  price_per_hour; /* US dollars; NAN unknown */
} AttuneFlavor;

void           attune_flavor_free              (AttuneFlavor        *self);

/* (transfer full) (element-type AttuneFlavor): those of the capabilities, the cheapest first. */
GPtrArray     *attune_flavors_from_capabilities(AttuneCapabilities  *capabilities) G_GNUC_WARN_UNUSED_RESULT;
const AttuneFlavor *attune_flavors_lookup      (GPtrArray           *flavors,
                                                const char          *name);

/* The answer of /api/jobs/hardware as the live part of the capabilities: "hardware", and what of it the form needs. NULL with SERVER_FAULT
 * where it is no such answer. (transfer full) */
JsonNode      *attune_flavors_parse_live       (JsonNode            *answer,
                                                GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/* The machine for a configuration: metadata.flavor, else the cheapest with hardware.gpuType and numGPUs, else (no type chosen) the cheapest whose GPUs
 * have @memory bytes each (NAN unknown: 20 GB). INVALID lists what there is. Borrowed from @flavors. */
const AttuneFlavor *attune_flavors_choose      (GPtrArray           *flavors,
                                                AttuneConfiguration *configuration,
                                                double               memory,
                                                const char         **path,
                                                GError             **error);
/* "a10g-small (A10G, 1.00 $/h), …" (transfer full) */
char          *attune_flavors_list             (GPtrArray           *flavors) G_GNUC_WARN_UNUSED_RESULT;

/* Of a model in the capabilities, else what its name says ("Qwen3-0.6B"); 0 unknown. */
double         attune_flavors_guess_parameters (AttuneCapabilities  *capabilities,
                                                const char          *model);
/* Bytes that training takes on each GPU: all of them hold the whole model and share the batch. A rule of thumb, NAN where the model's size is not
 * known. */
double         attune_flavors_guess_memory     (AttuneConfiguration *configuration,
                                                double               parameters);
/* Operations a second that such a GPU is sold for with 16-bit numbers; 0 unknown. */
double         attune_flavor_get_peak          (const AttuneFlavor  *self);

G_END_DECLS
