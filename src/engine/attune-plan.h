/* attune-plan.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "attune-model-config.h"

G_BEGIN_DECLS

/* Where everything lies that a batch needs while it is computed. One function lays it out, for the arena that is used and for the
 * prediction of memory alike.
 *
 * Tokens of all rows stand one after another without padding ("packed"); each thread has the same number of them, and what is
 * missing at the end is filled with empty rows. Attention works on panels [head][attention row][width of a head], where every row of the batch
 * starts at a multiple of ATTUNE_PANEL_GRAIN. */

#define ATTUNE_PANEL_GRAIN 16
#define ATTUNE_QUERY_BLOCK 64
#define ATTUNE_TILE_ROWS 512

typedef enum { GROUP_QKV, GROUP_O, GROUP_GATE_UP, GROUP_DOWN, N_GROUPS } AttuneLoraGroupKind;

typedef enum {
  ATTUNE_PLAN_TRAIN,
  ATTUNE_PLAN_EVALUATE,
  ATTUNE_PLAN_LOGITS,   /* every position's */
} AttunePlanMode;

typedef struct {
  const AttuneModelConfig *config;
  gboolean                 bf16;
  gboolean                 full;
  gboolean                 dropout;
  guint                    rank;
  guint                    group_sizes[N_GROUPS]; /* adapted linear layers in each */
  gsize                    group_outputs[N_GROUPS]; /* sum of their output widths */
  AttunePlanMode           mode;
  guint                    n_threads;
  guint                    n_rows;
  gsize                    n_tokens;       /* packed */
  gsize                    attention_rows; /* sum of the padded lengths */
  gsize                    longest;        /* padded */
  gsize                    n_targets;      /* positions whose logits are needed */
  gsize                    n_partial;      /* elements of trained vectors */
} AttunePlanInput;

typedef struct {
  float *x;          /* what goes into the layer */
  float *input_rstd;
  void  *q, *k, *v;  /* panels */
  float *q_raw;      /* before head norms, where there are any */
  float *k_raw;
  float *lse;
  void  *attention;
  float *x_middle;
  float *post_rstd;
  void  *gate;
  void  *up;
  void  *h[N_GROUPS]; /* scale · A x of the adapters */
} AttuneLayerActs;

typedef struct {
  gsize first;          /* packed */
  gsize panel;          /* attention row */
  gsize length;
  gsize padded;
} AttuneSegment;

typedef struct {
  void  *normed;        /* tile × hidden */
  void  *act;           /* tile × intermediate */
  void  *d_linear[3];   /* tile × q, k, v; as the next, only where no weight gradients ask for all rows at once */
  void  *d_hidden;      /* tile × hidden, bfloat16 only */
  float *wide[2];       /* tile × the widest */
  float *narrow;        /* tile × max (hidden, q) */
  float *h;             /* tile × stacked rank */
  void  *dh;
  float *lora[N_GROUPS]; /* sums for the adapters of one layer: each A, then each B turned on its side */
  void  *dropped;
  float *dropped_back;
  float *scores;
  float *d_scores;
  void  *weights;
  void  *d_weights;
  float *head_out;
  float *logits;        /* rows of a chunk × own part of the vocabulary */
  float *d_part;        /* rows of a chunk × hidden */
  float *partial;       /* sums for trained vectors */
} AttuneWorkerScratch;

typedef struct {
  AttunePlanInput in;

  gsize          per_thread;  /* packed rows of each thread */
  gsize          n_padded;    /* all of them */
  gsize          chunk;       /* positions whose logits are there at the same time */
  gsize          vocab_stride;

  AttuneLayerActs *layers;    /* n_layers + 1; the last has only x */
  AttuneSegment *segments;
  guint32       *owners;      /* of (row, head): the thread that computes its attention */
  gint32        *tokens;
  guint32       *positions;
  guint32       *panel_rows;
  guint64       *keys;        /* (row, position), for dropout */
  guint32       *targets;     /* packed positions */
  gint32        *target_labels;
  float         *losses;
  guint8        *correct;
  float         *stats;       /* chunk × threads × 3 */

  float         *final_rstd;
  void          *final;       /* normed, packed */
  void          *head_in;     /* of the targets */

  /* Backward */
  float         *dx[2];
  void          *d_down;      /* what comes into the down and o layers, in the type of products */
  void          *d_o;
  void          *act;         /* these, and d_linear, only where all weights are trained */
  void          *normed[2];
  void          *d_attention; /* panels */
  float         *delta;
  float         *dq, *dk, *dv;
  void          *d_linear[3];

  AttuneWorkerScratch *scratch;

  gsize          saved_size;   /* bytes that live from the way forward to the way back */
  gsize          total_size;
} AttunePlan;

/* The input width of a group of linear layers, and the output width of the @i-th of them. */
gsize attune_plan_get_group_input  (const AttuneModelConfig *config,
                                    AttuneLoraGroupKind      group);
gsize attune_plan_get_group_output (const AttuneModelConfig *config,
                                    AttuneLoraGroupKind      group,
                                    guint                    i);

/* @base: NULL only measures. Small arrays (layers, scratch) belong to the plan; clear it before it is laid out again. */
void attune_plan_lay_out (AttunePlan            *self,
                          const AttunePlanInput *input,
                          guint8                *base);
void attune_plan_clear   (AttunePlan            *self);

G_END_DECLS
