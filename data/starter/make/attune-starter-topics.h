/* attune-starter-topics.h
 *
 * Copyright 2026 The Attune developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "attune-starter-words.h"

G_BEGIN_DECLS

/* Sentences about sixteen topics, and several ways of asking for the topic. The labels are never those of the example's task. */

extern const guint attune_topics_count;
extern const guint attune_moods_count;

/* A sentence about the topic. (transfer full) */
char       *attune_topics_make_sentence (AttuneDice  *dice,
                                         guint        topic);
/* A plain name: "money". */
const char *attune_topics_get_name      (guint        topic);
/* A sentence of somebody who is in a hurry, or has time. (transfer full) */
char       *attune_topics_make_hurry    (AttuneDice  *dice,
                                         gboolean     in_a_hurry);
/* A sentence with a mood: "happy", "sad", "angry", "calm". (transfer full) */
char       *attune_moods_make_sentence  (AttuneDice  *dice,
                                         guint        mood);
const char *attune_moods_get_name       (guint        mood);

/* How a topic is asked for: what the system prompt says, and the answer for a topic; NULL where the topic has no place in it. */
typedef struct {
  const char *prompt;
  const char *key;
  const char *labels[16];
} AttuneTopicScheme;

extern const AttuneTopicScheme attune_topic_schemes[];
extern const guint             attune_topic_n_schemes;

G_END_DECLS
